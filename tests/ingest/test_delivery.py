"""The note of a delivery: what is accepted, and what a message says of every mistake; what the hashes see."""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.delivery import (
    content_hash,
    data_files,
    folded,
    folder_signature,
    load_delivery,
)
from ingest.formats.hashtag.video_csv import VideoCsvOptions
from ingest.note import Replaces, describe, read_note
from ingest.pseudonym import Pseudonymiser
from ingest.source import NOTE, Delivery, DeliveryError
from ingest.sources.hashtag import HASHTAG

PSEUDONYMS = Pseudonymiser("a key of the tests, 32 characters long")
LANDED_ON = date(2022, 10, 9)
GOOD: dict[str, Any] = {
    "source": "hashtag",
    "format": "video_csv",
    "campaign": "endthestigma",
    "timezone": "Africa/Cairo",
    "options": {"columns": {"video_id": "id", "captured_at": "at", "views": "v"}},
}


def note_of(folder: Path, content: str | bytes | Mapping[str, Any]) -> Path:
    """A delivery's folder with that note and one file."""
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(dict(content)) if isinstance(content, Mapping) else content
    (folder / NOTE).write_bytes(text.encode() if isinstance(text, str) else text)
    (folder / "videos.csv").write_text("id,at,v\n")
    return folder


def load(
    folder: Path,
    content: str | bytes | Mapping[str, Any],
    *,
    campaigns: frozenset[str] = frozenset({"endthestigma", "other"}),
) -> Delivery:
    path = note_of(folder, content)
    return load_delivery(HASHTAG, LANDED_ON, path, read_note(path), PSEUDONYMS, campaigns)


def changed(**keys: Any) -> dict[str, Any]:
    """The good note with other keys; None takes one out."""
    return {key: value for key, value in (GOOD | keys).items() if value is not None}


class TestGoodNotes:
    def test_everything_a_reader_gets(self, tmp_path: Path) -> None:
        delivery = load(tmp_path / "day-08", GOOD)
        assert (delivery.campaign_id, delivery.name, delivery.landed_on) == ("endthestigma", "day-08", LANDED_ON)
        assert delivery.label == "hashtag/2022-10-09/day-08"
        assert delivery.zone is not None
        assert delivery.zone.key == "Africa/Cairo"
        assert [path.name for path in delivery.files] == ["videos.csv"]
        assert delivery.options_as(VideoCsvOptions).columns.views == "v"
        with pytest.raises(TypeError, match="other options"):
            delivery.options_as(Replaces)
        assert "a key of the tests" not in repr(delivery)

    def test_what_may_be_left_out(self, tmp_path: Path) -> None:
        note = read_note(note_of(tmp_path, GOOD))
        assert (note.supplier, note.replaces, note.replaces_smaller, note.withdrawn) == (None, None, False, False)
        assert note.files == ("*",)

    @pytest.mark.parametrize("mark", ["\ufeff", "# a comment\n", "---\n", ""])
    def test_as_editors_write_it(self, tmp_path: Path, mark: str) -> None:
        text = mark + yaml.safe_dump(changed(supplier="عزيز")).replace("\n", "\r\n")
        assert load(tmp_path, text.encode()).supplier == "عزيز"

    def test_aliases_and_merge_keys(self, tmp_path: Path) -> None:
        text = yaml.safe_dump(changed(options=None)) + (
            "options:\n  columns: {<<: &ids {video_id: id, captured_at: at}, views: v, video_id: other}\n"
            "  hashtag_separator: &mark ;\n  encoding: *mark\n"
        )
        options = load(tmp_path, text).options_as(VideoCsvOptions)
        assert (options.columns.video_id, options.columns.captured_at, options.encoding) == ("other", "at", ";")

    def test_a_delivery_that_takes_the_place_of_another(self, tmp_path: Path) -> None:
        note = changed(replaces={"landed_on": date(2022, 10, 8), "delivery": "day-07"})
        replaces = read_note(note_of(tmp_path, note)).replaces
        assert replaces is not None
        assert (replaces.landed_on, replaces.delivery) == (date(2022, 10, 8), "day-07")


MISTAKES: list[tuple[str, str | bytes | dict[str, Any], str]] = [
    (
        "unknown key",
        changed(colour="red"),
        r"delivery\.yml: unknown key 'colour': remove or correct it, expected one of source, format, campaign",
    ),
    (
        "unknown option",
        changed(options={"columns": {"video_id": "id", "captured_at": "at", "veiws": "v"}}),
        r"unknown key 'options\.columns\.veiws': .*expected one of video_id, url, creator, .*views, likes",
    ),
    ("missing key", changed(campaign=None), r"key 'campaign' is missing"),
    (
        "missing option",
        changed(options={}),
        r"key 'options': columns name neither video_id nor url, expected one of them",
    ),
    (
        "unknown zone",
        changed(timezone="Africa/Kairo"),
        r"key 'timezone': found 'Africa/Kairo', expected an IANA time zone .*the nearest is Africa/Cairo",
    ),
    (
        "a zone of the machine",
        changed(timezone="localtime"),
        r"key 'timezone': found 'localtime', expected an IANA time zone such as Asia/Dubai or UTC$",
    ),
    ("a city", changed(timezone="dubai"), r"found 'dubai', expected .*the nearest is Asia/Dubai$"),
    ("a zone that is none", changed(timezone="Factory"), r"key 'timezone': found 'Factory'"),
    (
        "missing zone",
        changed(timezone=None),
        r"key 'timezone' is missing: the times of video_csv carry no zone; add the IANA zone",
    ),
    (
        "other source",
        changed(source="live"),
        r"key 'source': found 'live' in a folder of landing/hashtag; make them agree",
    ),
    (
        "unknown format",
        changed(format="video_tsv"),
        r"key 'format': found 'video_tsv', expected a format of hashtag: .*video_csv",
    ),
    (
        "unknown campaign",
        changed(campaign="x"),
        r"key 'campaign': found 'x', expected one of endthestigma, other; .*campaigns\.csv",
    ),
    ("wrong type", changed(withdrawn="perhaps"), r"key 'withdrawn': .*true or false.*found 'perhaps'"),
    ("a word for a list", changed(files="*.csv"), r"key 'files': .*found '\*\.csv'"),
    (
        "files elsewhere",
        changed(files=["../*.csv"]),
        r"key 'files\.0': found '\.\./\*\.csv', expected names or patterns of files in the delivery's own folder",
    ),
    ("files anywhere", changed(files=["/etc/passwd"]), r"key 'files\.0': found '/etc/passwd'"),
    ("files without a name", changed(files=[""]), r"key 'files\.0': found ''"),
    (
        "no such file",
        changed(files=["*.tsv"]),
        r"key 'files': '\*\.tsv' matches no file, expected .*; the folder holds 'videos\.csv'",
    ),
    (
        "a key twice",
        "source: hashtag\nformat: video_csv\nsource: live\n",
        r"delivery\.yml, line 3: key 'source' is given twice",
    ),
    (
        "a column twice",
        "source: hashtag\nformat: video_csv\ncampaign: endthestigma\noptions:\n  columns: {video_id: a, video_id: b}\n",
        r"line 5: key 'video_id' is given twice",
    ),
    (
        "a template",
        "source: hashtag\ncampaign: {{ name }}\n",
        r"delivery\.yml, line 2: found .* for a key, expected a word; put text with braces .* in quotation marks",
    ),
    (
        "a date that is none",
        "source: hashtag\nreplaces: {landed_on: 2022-02-30, delivery: x}\n",
        r"delivery\.yml: holds a date or number that does not exist",
    ),
    (
        "not a date",
        changed(replaces={"landed_on": "last week", "delivery": "x"}),
        r"key 'replaces\.landed_on': .*date.*found 'last week'",
    ),
    (
        "replaces what came later",
        changed(replaces={"landed_on": LANDED_ON, "delivery": "x"}),
        r"key 'replaces\.landed_on': found 2022-10-09, expected a day before 2022-10-09",
    ),
    (
        "replaces nothing named",
        changed(replaces={"landed_on": date(2022, 10, 1)}),
        r"key 'replaces\.delivery' is missing",
    ),
    ("UTF-16", yaml.safe_dump(GOOD).encode("utf-16"), r"delivery\.yml: is not UTF-8 text .*; save it as UTF-8"),
    (
        "UTF-16 without mark",
        yaml.safe_dump(GOOD).encode("utf-16-le"),
        r"delivery\.yml: is not UTF-8 text .*; save it as UTF-8",
    ),
    ("Windows-1256", "supplier: عزيز".encode("cp1256"), r"delivery\.yml: is not UTF-8 text"),
    (
        "not YAML",
        "source: [hashtag\nformat: x\n",
        r"delivery\.yml, line \d: is not YAML \(.*\); expected lines such as `source: hashtag`",
    ),
    ("a tab", "source: hashtag\noptions:\n\tcolumns: {}\n", r"delivery\.yml, line 3: is not YAML"),
    (
        "a control character",
        "source: hash\x07tag\n",
        r"delivery\.yml, line 1: is not YAML \(special characters are not allowed\)",
    ),
    ("a program", "source: !!python/object:os.system {}\n", r"delivery\.yml, line 1: found a YAML tag"),
    ("a list", "- hashtag\n", r"delivery\.yml: found a list, expected keys such as source, format, campaign"),
    ("empty", "", r"delivery\.yml: found nothing, expected keys"),
    (
        "an id and no other",
        changed(options={"columns": {"views": "v"}, "captured_at": "2022-10-09"}),
        r"key 'options': columns name neither video_id nor url",
    ),
    (
        "captured nowhere",
        changed(options={"columns": {"video_id": "id"}}),
        r"key 'options': expected columns\.captured_at or a constant",
    ),
]


class TestMistakes:
    @pytest.mark.parametrize(
        ("content", "message"), [mistake[1:] for mistake in MISTAKES], ids=[mistake[0] for mistake in MISTAKES]
    )
    def test_the_message_names_the_key_what_was_found_and_what_is_expected(
        self, tmp_path: Path, content: str | bytes | dict[str, Any], message: str
    ) -> None:
        with pytest.raises(DeliveryError, match=message) as refusal:
            load(tmp_path, content)
        assert str(refusal.value).startswith(NOTE)
        assert "pydantic" not in str(refusal.value)

    def test_several_mistakes_are_named_at_once(self, tmp_path: Path) -> None:
        with pytest.raises(
            DeliveryError, match=r"'campaign' is missing.*'timezone': found 'Mars'.*unknown key 'colour'"
        ):
            load(tmp_path, changed(campaign=None, timezone="Mars", colour="red"))

    def test_a_long_value_is_not_repeated_in_full(self, tmp_path: Path) -> None:
        with pytest.raises(DeliveryError) as refusal:
            load(tmp_path, changed(withdrawn="x" * 5_000))
        assert len(str(refusal.value)) < 400

    def test_no_campaign_known(self, tmp_path: Path) -> None:
        with pytest.raises(DeliveryError, match="expected one of none known"):
            load(tmp_path, GOOD, campaigns=frozenset())

    @pytest.mark.parametrize(
        ("key", "value", "said"),
        [
            ("names", "v.csv", "expected a list such as [a, b]; found 'v.csv'"),
            ("is_right", "ja", "expected true or false; found 'ja'"),
            ("place", 1.5, "expected text, or a whole number; found 1.5"),
            ("place", 0, "expected text, or a number greater than or equal to 1; found 0"),
            ("order", "DMY", "expected 'dmy' or 'mdy'; found 'DMY'"),
            ("inner", [1], "expected keys with values; found a list"),
        ],
    )
    def test_values_of_another_kind_are_told_in_plain_words(self, key: str, value: object, said: str) -> None:
        class Options(BaseModel):
            names: tuple[str, ...] = ()
            is_right: bool = False
            place: str | Annotated[int, Field(ge=1)] = 1
            order: Literal["dmy", "mdy"] = "dmy"
            inner: dict[str, str] = {}

        with pytest.raises(ValidationError) as error:
            Options.model_validate({key: value})
        assert describe(error.value, Options, "options") == f"delivery.yml: key 'options.{key}': {said}"

    def test_unknown_keys_in_maps_of_a_users_own_names(self) -> None:
        """The keys that are allowed are found also below names that a user invents."""

        class Inner(BaseModel):
            model_config = ConfigDict(extra="forbid")
            weight: str | None = None

        class Outer(BaseModel):
            model_config = ConfigDict(extra="forbid")
            samples: dict[str, Inner] = {}
            more: tuple[Inner, ...] = ()

        for place in ({"samples": {"us": {"waight": "w"}}}, {"more": [{"waight": "w"}]}):
            with pytest.raises(ValidationError) as error:
                Outer.model_validate(place)
            assert describe(error.value, Outer, "options").endswith("remove or correct it, expected one of weight")


class TestFiles:
    def test_data_files(self, tmp_path: Path) -> None:
        for name in ("b.csv", "a.csv", NOTE, ".hidden.csv", "c.txt"):
            (tmp_path / name).touch()
        (tmp_path / "folder.csv").mkdir()
        assert [path.name for path in data_files(tmp_path, ["*"])] == ["a.csv", "b.csv", "c.txt"]
        assert [path.name for path in data_files(tmp_path, ["*.csv", "a.*"])] == ["a.csv", "b.csv"]
        assert data_files(tmp_path, ["*.tsv"]) == ()

    def test_the_content_hash_sees_names_contents_and_the_note(self, tmp_path: Path) -> None:
        folder = note_of(tmp_path / "x", GOOD)
        hashes = [content_hash(folder)]
        (folder / "videos.csv").write_text("id,at,v\n1,2,3\n")
        hashes.append(content_hash(folder))
        (folder / "videos.csv").rename(folder / "video.csv")
        hashes.append(content_hash(folder))
        note_of(folder, changed(supplier="s"))
        hashes.append(content_hash(folder))
        (folder / "more.csv").touch()
        hashes.append(content_hash(folder))
        assert len(set(hashes)) == 5
        (folder / ".DS_Store").write_text("x")
        (folder / "videos.csv").touch()
        assert content_hash(folder) == hashes[-1]

    def test_the_signature_sees_what_a_look_at_the_folder_shows(self, tmp_path: Path) -> None:
        folder = note_of(tmp_path / "x", GOOD)
        first = folder_signature(folder)
        assert folder_signature(folder) == first
        os.utime(folder / "videos.csv", ns=(1, 1))
        second = folder_signature(folder)
        (folder / "videos.csv").write_text("id,at,v,more\n")
        assert len({first, second, folder_signature(folder)}) == 3

    def test_names_that_some_file_systems_take_for_the_same(self) -> None:
        assert folded("Day-é") == folded("day-e\u0301")
        assert folded("Straße") == folded("STRASSE")
        assert folded("day-1") != folded("day-2")
