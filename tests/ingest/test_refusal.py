"""One bad delivery refuses itself and no other: whatever it is, and whatever a reader makes of it."""

import errno
import gzip
import io
import os
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from polars.exceptions import ComputeError, PanicException

from ingest import lake
from ingest.files import write_privately
from ingest.formats.hashtag.video_csv import VideoCsv
from ingest.home import Home
from ingest.lake import StagedDelivery
from ingest.landing import Landed
from ingest.pseudonym import KEY_VARIABLE
from ingest.refusal import refusing
from ingest.source import NOTE, Source
from tests.ingest.ingest_desk import DAY, Desk, names, videos

CANARY = "noor.canary@example.com"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "a key of the tests, 32 characters long")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Home(tmp_path / "home"))


def rewrite(folder: Path, old: str, new: str) -> None:
    note = (folder / NOTE).read_text("utf-8")
    assert old in note
    (folder / NOTE).write_text(note.replace(old, new), "utf-8")


def with_options(folder: Path, **options: Any) -> None:
    note = yaml.safe_load((folder / NOTE).read_text("utf-8"))
    note["options"] |= options
    (folder / NOTE).write_text(yaml.safe_dump(note), "utf-8")


def raw_option(text: str) -> Callable[[Path], None]:
    return lambda folder: rewrite(folder, "options:\n", f"options:\n  hashtag_separator: {text}\n")


def made_a_folder(folder: Path) -> None:
    """Put an empty folder where the file was."""
    (folder / "videos.csv").unlink()
    (folder / "videos.csv").mkdir()


def link(name: str, target: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)

    return make


def other_file(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / "videos.csv").rename(folder / name) and (folder / name).write_bytes(content)


def file_in_a_folder(folder: Path) -> object:
    (folder / "more").mkdir()
    return (folder / "more" / "videos.csv").write_text(CANARY)


def archive(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


def bytes_name(folder: Path) -> None:
    (folder / "videos.csv").rename(folder / os.fsdecode(b"\xc7\xe3\xe1.csv"))


NASTY: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file name in cp1256": (bytes_name, r"\xc7\xe3\xe1.csv: its name is not UTF-8"),
    "a file name with an e-mail": (
        other_file(f"{CANARY}.csv", b"id,at\n"),
        "the name of a file, or of one in an archive, holds an e-mail address; names are shown to whoever reads the marts: rename it",
    ),
    "a file name with an e-mail in an archive": (
        other_file("videos.zip", archive(**{f"people/{CANARY}.csv": b"id,at\n"})),
        "the name of a file, or of one in an archive, holds an e-mail address",
    ),
    "files in a folder": (
        file_in_a_folder,
        "more: is a folder, expected files beside delivery.yml",
    ),
    "a zip of another format": (
        other_file("Overview_2022-10-08_1665230400_noor.canary.zip", archive(Overview=b"id,at\n")),
        "a file is a zip of TikTok Studio, by its name; deliver it under landing/hashtag as format studio_zip",
    ),
    "an alias of nothing": (raw_option("*x"), "is not YAML (found undefined alias 'x')"),
    "a bomb of aliases": (
        lambda folder: (folder / NOTE).write_text(
            "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
        ),
        "says more than 50,000 things, aliases written out",
    ),
    "a note within itself": (raw_option("&x [*x]"), "says more than 50,000 things"),
    "levels through aliases": (
        lambda folder: (folder / NOTE).write_text(
            "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 30))
        ),
        "more than 20 levels",
    ),
    "a merge of nothing": (
        lambda folder: rewrite(folder, "options:\n", "options:\n  <<: 1\n"),
        "is not YAML (expected a mapping",
    ),
    "900 levels": (raw_option("[" * 900 + "]" * 900), "more than 20 levels"),
    "900 levels of keys": (raw_option("{a: " * 900 + "1" + "}" * 900), "more than 20 levels"),
    "half a pair": (raw_option(r'"\ud83d"'), "expected text in Unicode"),
    "a number without end": (raw_option("1" + "0" * 30), "expected a number that fits into 64 bits"),
    "a number longer than Python reads": (raw_option("1" * 5000), "holds a date or number that does not exist"),
    "no number": (raw_option(".nan"), "expected a finite number"),
    "the year 1": (raw_option("0001-01-01"), "expected a date from 1990 to 2100"),
    "the year 9999": (raw_option("9999-12-31T23:59:59Z"), "expected a date from 1990 to 2100"),
    "a key that is data": (
        lambda folder: rewrite(folder, "options:\n", f"options:\n  {CANARY}: 1\n"),
        "unknown key that is no word",
    ),
    "data for a note": (lambda folder: (folder / NOTE).write_text(f"id,by\n1,{CANARY}\n"), "found a str"),
    "a note of two megabytes": (
        lambda folder: (folder / NOTE).write_text("# " + "x" * 2**21),
        "has 2,097,154 bytes, expected 1,048,576 or fewer",
    ),
    "a pattern of two stars": (
        lambda folder: rewrite(folder, "options:", 'files: ["a**b"]\noptions:'),
        "matches no file",
    ),
    "a link to another file": (link("videos.csv", "/etc/passwd"), "videos.csv: is a link that leads out"),
    "a link of the note": (link(NOTE, "/etc/passwd"), "delivery.yml: is a link that leads out"),
    "a link to nothing": (link("videos.csv", "/nowhere/at/all"), "videos.csv: is a link that leads out"),
    "a broken zip": (other_file("videos.zip", b"PK\x03\x04" + CANARY.encode()), "videos.zip: cannot be unpacked"),
    "a broken bz2": (other_file("videos.csv.bz2", b"BZh9" + CANARY.encode()), "videos.csv.bz2: cannot be unpacked"),
    "a link to itself": (link("videos.csv", "videos.csv"), "videos.csv: is a link that leads out"),
    "a folder named like a file": (
        made_a_folder,
        "key 'files': '*' matches no file, expected names or patterns of files beside the note; the folder holds nothing",
    ),
    "a tag of YAML": (raw_option("!!bool x"), "found a YAML tag (such as !!int), expected plain values"),
    "a date by a tag": (raw_option("!!timestamp x"), "found a YAML tag"),
    "an alias with a name": (raw_option("*noor"), "is not YAML (found undefined alias ...)"),
    "a replaced name that no folder has": (
        lambda folder: rewrite(
            folder, "options:", f"replaces: {{landed_on: 2022-10-08, delivery: {'x' * 5000}}}\noptions:"
        ),
        "key 'replaces.delivery': found no name that a folder can have",
    ),
    "a replaced name that is a way": (
        lambda folder: rewrite(folder, "options:", "replaces: {landed_on: 2022-10-08, delivery: ../x}\noptions:"),
        "key 'replaces.delivery': found no name that a folder can have",
    ),
    "a thousand patterns": (
        lambda folder: rewrite(folder, "options:", f"files: [{', '.join(f'a{n}' for n in range(1000))}]\noptions:"),
        "key 'files': found 1,000 of them, expected 100 or fewer",
    ),
    "NUL bytes": (other_file("videos.csv", b"id,at,views,by\nv1,2022\0"), "videos.csv: line 2 holds NUL bytes"),
    "a list of people": (
        other_file("videos.csv", b"noor.canary,sara\nali,omar\n"),
        "found 2 columns in a line that is no header; correct `columns`",
    ),
    "a word": (other_file("videos.csv", b'"noor.canary"'), "found 1 columns in a line that is no header"),
    "gzip by another name": (
        other_file("videos.csv", gzip.compress(b"id,at\n")),
        "videos.csv: is gzip without the ending .gz, expected text; rename it so that it ends so",
    ),
    "an archive within an archive": (
        other_file("videos.zip", archive(inner=archive(videos=b"id,at\n"))),
        "videos.zip/inner: is a zip archive or an Excel workbook",
    ),
    "JSON as CSV": (
        other_file("videos.csv", b'[{"id": "v1", "by": "noor.canary"}]'),
        "videos.csv: is JSON, expected delimited text",
    ),
    "a name twice": (
        other_file("videos.csv", b"id,at,views,by,by\nv1,2022-10-08 10:00:00,1,noor.canary,x\n"),
        "videos.csv: columns 4 and 5 have the same name 'by'",
    ),
    "5,000 columns": (
        other_file("videos.csv", b",".join(b"c%d" % number for number in range(5000)) + b"\nnoor.canary\n"),
        "videos.csv: has 5,000 columns, expected 4,000 or fewer",
    ),
    "a document": (other_file("videos.csv", b"{\\rtf1 noor.canary}"), "videos.csv: is a document of a word processor"),
    "a tar": (
        other_file("videos.csv", bytes(257) + b"ustar" + bytes(250)),
        "videos.csv: is a tar archive, expected text",
    ),
    "a bomb": (other_file("videos.csv.gz", gzip.compress(bytes(80 * 2**20))), "packed into less than"),
}


@pytest.mark.parametrize("case", NASTY)
def test_beside_a_good_one(desk: Desk, case: str) -> None:
    change, message = NASTY[case]
    change(desk.land("bad", videos(2)))
    desk.land("good", videos(3))
    desk.land("late", videos(1), DAY + timedelta(days=1))
    assert names(desk.ingest()) == [("bad", "refused"), ("good", "accepted"), ("late", "accepted")]
    assert message in desk.reason("bad")
    assert "noor.canary" not in desk.reason("bad")
    assert not desk.home.ingest_log.exists()
    assert desk.pending() == []


def test_a_folder_whose_name_is_not_utf8(desk: Desk) -> None:
    folder = desk.land("bad", videos(2))
    folder.rename(folder.parent / os.fsdecode(b"\xc7\xe3\xe1"))
    desk.land("good", videos(3))
    assert names(desk.ingest()) == [(r"\xc7\xe3\xe1", "refused"), ("good", "accepted")]
    assert "the name of its folder is not UTF-8" in desk.reason(r"\xc7\xe3\xe1")
    assert desk.pending() == []


@pytest.mark.parametrize("name", ["[bold]day", "d*", "what?", "a\nb"])
def test_a_folder_whose_name_is_a_pattern(desk: Desk, name: str) -> None:
    desk.land(name, videos(2))
    desk.land("good", videos(3))
    assert sorted(names(desk.ingest())) == sorted([(name, "refused"), ("good", "accepted")])
    assert "a sign of patterns or of lines; rename it" in desk.reason(name)


def test_what_is_no_file_is_left_alone(desk: Desk) -> None:
    folder = desk.land("day", videos(2))
    os.mkfifo(folder / "pipe.csv")
    (folder / "more").mkdir()
    assert names(desk.ingest()) == [("day", "accepted")]


def test_a_folder_that_is_a_link_out_of_landing(desk: Desk, tmp_path: Path) -> None:
    folder = desk.land("bad", videos(2))
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    desk.land("good", videos(3))
    assert names(desk.ingest()) == [("bad", "refused"), ("good", "accepted")]
    assert "link that leads out of landing" in desk.reason("bad")


@pytest.mark.parametrize("day", [date(2015, 12, 31), datetime.now(UTC).date() + timedelta(days=2), date(9999, 12, 31)])
def test_a_day_on_which_nothing_can_have_landed(desk: Desk, day: date) -> None:
    desk.land("bad", videos(2), day)
    desk.land("good", videos(3))
    assert sorted(names(desk.ingest())) == [("bad", "refused"), ("good", "accepted")]
    assert "expected a day from 2016-01-01 to tomorrow (UTC)" in desk.reason("bad")


def test_days_at_the_ends(desk: Desk) -> None:
    for number, day in enumerate((date(2016, 1, 1), datetime.now(UTC).date() + timedelta(days=1))):
        desk.land(f"d{number}", videos(2), day)
    assert {outcome for _, outcome in names(desk.ingest())} == {"accepted"}


class TestUnexpected:
    ERRORS: tuple[BaseException, ...] = (
        ValueError(CANARY), ComputeError(f"could not parse `{CANARY}` as i64"), PanicException(CANARY), RecursionError(),
        MemoryError(), KeyError(CANARY), OverflowError(CANARY), AssertionError(CANARY), UnicodeEncodeError("utf-8", CANARY, 0, 1, ""),
    )  # fmt: skip

    @pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
    def test_whatever_a_reader_raises(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
        real = VideoCsv.read

        def read(reader: VideoCsv, delivery: Any) -> Any:
            if delivery.name == "bad":
                raise error
            return real(reader, delivery)

        monkeypatch.setattr(VideoCsv, "read", read)
        desk.land("bad", videos(2))
        desk.land("good", videos(3))
        assert names(desk.ingest()) == [("bad", "refused"), ("good", "accepted")]
        assert f"unexpected {type(error).__name__}" in desk.reason("bad")
        assert str(desk.home.ingest_log) in desk.reason("bad")
        story = desk.home.ingest_log.read_text()
        assert "hashtag/2022-10-09/bad" in story
        assert "in read\n" in story
        assert desk.home.ingest_log.stat().st_mode & 0o777 == 0o600
        everything = b"".join(path.read_bytes() for path in desk.home.root.rglob("*") if path.is_file())
        assert CANARY.encode() not in everything

    def test_whatever_a_judge_raises(self, desk: Desk) -> None:
        def judge(_: Source, staged: Sequence[StagedDelivery], __: pl.DataFrame) -> dict[str, str]:
            if any(item.delivery == "bad" for item in staged):
                raise ComputeError(CANARY)
            return {item.ref: "not believable" for item in staged if item.delivery == "odd"}

        for name in ("bad", "good", "odd"):
            desk.land(name, videos(2))
        assert names(desk.ingest(judge)) == [("bad", "refused"), ("good", "accepted"), ("odd", "held")]
        assert "unexpected ComputeError" in desk.reason("bad")
        assert CANARY not in desk.home.ingest_log.read_text()
        assert desk.pending() == ["bad"]
        assert names(desk.ingest()) == [("bad", "accepted")]

    def test_a_judge_without_room_to_write_stops_the_run(self, desk: Desk) -> None:
        def judge(*_: Any) -> dict[str, str]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        desk.land("day", videos(2))
        with pytest.raises(OSError, match="No space left on device"):
            desk.ingest(judge)

    def test_what_cannot_be_opened_is_tried_again_with_every_run(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.land("bad", videos(2))
        desk.land("good", videos(3))

        def read(*_: Any) -> Any:
            raise PermissionError(errno.EACCES, "Permission denied", CANARY)

        with monkeypatch.context() as patch:
            patch.setattr(VideoCsv, "read", read)
            assert {outcome for _, outcome in names(desk.ingest())} == {"refused"}
        assert desk.reason("bad") == "bad: cannot be opened (Permission denied); make it readable for the warehouse"
        assert names(desk.ingest()) == [("bad", "accepted"), ("good", "accepted")]

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
    def test_a_disk_that_is_full_or_read_only_is_no_delivery_s_fault(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        def stage(*_: Any) -> Any:
            raise OSError(number, os.strerror(number))

        desk.land("day", videos(2))
        monkeypatch.setattr(lake, "stage", stage)
        with pytest.raises(OSError, match=os.strerror(number)):
            desk.ingest()
        assert desk.ledger.is_empty()

    @pytest.mark.parametrize("rows", [1_000, 20_000])
    def test_it_is_said_that_the_disk_is_full(self, tmp_path: Path, rows: int) -> None:
        full = tmp_path / "full"
        full.symlink_to("/dev/full")
        with pytest.raises(OSError, match="No space left on device") as caught:
            write_privately(pl.DataFrame({"a": range(rows)}), full)
        assert caught.value.errno == errno.ENOSPC

    @pytest.mark.parametrize("rows", [1_000, 20_000])
    def test_texts_in_lists_and_structs_are_written_as_they_are(self, tmp_path: Path, rows: int) -> None:
        words = {"name": "a word of more than twelve letters", "value": None}
        frame = pl.DataFrame({"structs": [[words], []] * rows, "texts": [["a", words["name"]], None] * rows})
        write_privately(frame, tmp_path / "rows.parquet")
        assert pl.read_parquet(tmp_path / "rows.parquet").equals(frame)

    def test_what_takes_too_long_is_stopped(self, tmp_path: Path) -> None:
        item = Landed("hashtag", DAY, "slow", tmp_path, "x")
        with refusing(Home(tmp_path), item, seconds=0.05) as refusal:
            while True:
                time.sleep(0.01)
        assert refusal.reason is not None
        assert "were read for more than" in refusal.reason
        with refusing(Home(tmp_path), item, seconds=0.05) as refusal:
            pass
        time.sleep(0.06)
        assert refusal.reason is None

    def test_who_stops_the_run_stops_it(self, tmp_path: Path) -> None:
        item = Landed("hashtag", DAY, "day", tmp_path, "x")
        with pytest.raises(KeyboardInterrupt), refusing(Home(tmp_path), item):
            raise KeyboardInterrupt
