"""From landing to lake and ledger: what is taken in, what is left, what a mistake or a killed run harms, and what it does not."""

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from ingest import files, ingestion, lake
from ingest.delivery import content_hash
from ingest.formats.hashtag.video_csv import VideoCsv
from ingest.home import Home
from ingest.lake import StagedDelivery
from ingest.landing import write_delivery
from ingest.ledger import LedgerError
from ingest.pseudonym import KEY_VARIABLE, KeyProblemError
from ingest.source import LINEAGE, NOTE, Delivery, Parsed, Source
from ingest.sources.hashtag import HASHTAG
from ingest.sources.live import LIVE
from tests.ingest.ingest_desk import DAY, Desk, holding, names, videos

DAY_BEFORE, DAY_AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


@pytest.fixture(scope="module", autouse=True)
def key() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, "a key of the tests, 32 characters long")
        yield


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Home(tmp_path))


class OtherReader(VideoCsv):
    """The reader after somebody has improved it."""

    version = VideoCsv.version + 1


class Killed(BaseException):
    """What a test kills a run with."""


class KilledReader(VideoCsv):
    """A reader that is killed while it reads."""

    def read(self, delivery: Delivery) -> Parsed:
        raise Killed


class LosingReader(VideoCsv):
    """A reader that loses a record."""

    def read(self, delivery: Delivery) -> Parsed:
        parsed = super().read(delivery)
        return replace(parsed, tables={name: frame.head(-1) for name, frame in parsed.tables.items()})


def with_reader(reader: VideoCsv) -> Source:
    return replace(HASHTAG, formats={**HASHTAG.formats, "video_csv": reader})


def renote(folder: Path, **keys: Any) -> None:
    """Change keys of a note in landing, as a user does with an editor."""
    note = yaml.safe_load((folder / NOTE).read_text("utf-8"))
    (folder / NOTE).write_text(yaml.safe_dump(note | keys), "utf-8")


class TestWhatIsTakenIn:
    def test_a_first_delivery(self, desk: Desk) -> None:
        desk.land("day", {"v1": 5, "v2": "undefined", "--": 7}, supplier="a panel")
        [outcome] = desk.ingest()
        assert (outcome.source, outcome.landed_on, outcome.delivery, outcome.version) == ("hashtag", DAY, "day", 1)
        assert (outcome.outcome, outcome.reason) == ("accepted", None)
        assert (outcome.records_read, outcome.records_loaded, outcome.records_rejected, outcome.records_duplicate) == (
            3,
            2,
            1,
            0,
        )
        [row] = desk.ledger.iter_rows(named=True)
        assert {name: row[name] for name in ("status", "is_current", "format", "campaign_id", "supplier", "reader_version", "run_id")} == {
            "status": "loaded", "is_current": True, "format": "video_csv", "campaign_id": "endthestigma", "supplier": "a panel",
            "reader_version": VideoCsv.version, "run_id": "run-0",
        }  # fmt: skip
        assert desk.views() == {"day": {"v1": 5, "v2": None}}

    def test_what_lies_in_the_lake(self, desk: Desk) -> None:
        desk.land("day", {"v1": 5, "v2": "many", "--": 7})
        desk.ingest()
        rows = pl.read_parquet(desk.home.lake / "video_readings", hive_partitioning=True)
        assert rows.schema == {**lake.lake_schema(HASHTAG.table("video_readings")), "landed_on": pl.Date()}
        lineage = rows.select("delivery", "campaign_id", "landed_on", "file", "line").rows()
        assert lineage == [("day", "endthestigma", DAY, "videos.csv", 2), ("day", "endthestigma", DAY, "videos.csv", 3)]
        rejected = pl.read_parquet(lake.partition(desk.home.lake / "rejected/hashtag", DAY, "day"))
        assert rejected.select("delivery", "file", "line", "reason").rows() == [("day", "videos.csv", 4, "missing_key")]
        unreadable = pl.read_parquet(lake.partition(desk.home.lake / "unreadable/hashtag", DAY, "day"))
        assert unreadable.rows() == [("day", "views", "bad_number", 1)]
        assert not (desk.home.lake / ".staging").exists()
        stored = b"".join(path.read_bytes() for path in desk.home.lake.rglob("*") if path.is_file())
        assert b"noor" not in stored

    def test_the_ledger_bounds_the_instants_of_what_was_read(self, desk: Desk) -> None:
        desk.land("day", {"v1": 5})
        path = desk.land("many", {"v1": 5})
        with (path / "videos.csv").open("a") as file:
            file.write("v2,2022-10-07 09:30:00,1,noor\nv3,2022-10-08 23:59:59,1,noor\nv4,soon,1,noor\n")
        desk.land("none", {"--": 5})
        desk.ingest()
        instants = {
            name: [at and at.isoformat() for at in bounds]
            for name, *bounds in desk.ledger.select("delivery", "first_event_at", "last_event_at").iter_rows()
        }
        assert instants == {
            "day": ["2022-10-08T10:00:00+00:00"] * 2,
            "many": ["2022-10-07T09:30:00+00:00", "2022-10-08T23:59:59+00:00"],
            "none": [None, None],
        }

    def test_a_ledger_of_an_older_layout_makes_everything_be_read_again(self, desk: Desk) -> None:
        desk.land("day", {"v1": 5})
        desk.ingest()
        older = desk.ledger.rename({"rows_hash": "state_hash", "folder_signature": "signature"})
        older.drop("first_event_at", "last_event_at").write_parquet(desk.home.ledger)
        assert names(desk.ingest()) == [("day", "accepted")]
        assert desk.statuses() == [("day", 1, "superseded"), ("day", 2, "loaded")]
        assert desk.ledger["first_event_at"].to_list()[1].isoformat() == "2022-10-08T10:00:00+00:00"
        assert desk.pending() == []

    def test_a_lake_has_its_columns_before_anything_has_landed(self, desk: Desk) -> None:
        assert desk.ingest() == []
        empty = pl.read_parquet(lake.partition(desk.home.lake / "video_readings", lake.SCHEMA_DAY, "_schema"))
        assert empty.equals(lake.lake_schema(HASHTAG.table("video_readings")).to_frame())

    def test_a_second_run_writes_nothing(self, desk: Desk) -> None:
        desk.land("day", videos(3))
        desk.land("bad", videos(3), timezone=None)
        desk.land("gone", videos(3), withdrawn=True)
        desk.land("odd", videos(3))
        assert len(desk.ingest(holding("odd"))) == 4
        before = desk.files()
        assert desk.pending() == []
        assert desk.ingest() == []
        assert desk.files() == before

    def test_in_order_of_landing_and_only_the_days_that_are_wanted(self, desk: Desk) -> None:
        for name, day in (("c", DAY_AFTER), ("b", DAY), ("a", DAY), ("z", DAY_BEFORE)):
            desk.land(name, videos(1), day)
        assert names(desk.ingest(days=(DAY, DAY))) == [("a", "accepted"), ("b", "accepted")]
        assert [item.name for item in desk.plan((DAY, date.max)).pending] == ["c"]
        assert names(desk.ingest()) == [("z", "accepted"), ("c", "accepted")]

    def test_the_validator_sees_every_delivery_and_the_ledger_before_it(self, desk: Desk) -> None:
        calls: list[tuple[str, list[str], int, list[int]]] = []

        def judge(source: Source, staged: Sequence[StagedDelivery], before: pl.DataFrame) -> dict[str, str]:
            rows = [pl.read_parquet(item.tables["video_readings"]).height for item in staged]
            calls.append((source.name, [item.ref for item in staged], before.height, rows))
            return {}

        desk.land("a", videos(2))
        desk.land("b", videos(3), DAY_AFTER)
        desk.land("bad", videos(3), campaign="unknown")
        desk.ingest(judge)
        desk.land("c", videos(1))
        desk.ingest(judge)
        assert calls == [
            ("hashtag", ["2022-10-09/a", "2022-10-10/b"], 0, [2, 3]),
            ("hashtag", ["2022-10-09/c"], 3, [1]),
        ]

    def test_a_large_backlog_is_taken_in_piece_by_piece(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ingestion, "BATCH_RECORDS", 4)
        batches: list[list[str]] = []

        def judge(source: Source, staged: Sequence[StagedDelivery], before: pl.DataFrame) -> dict[str, str]:
            batches.append([item.delivery for item in staged])
            return {}

        for number in range(5):
            desk.land(f"d{number}", videos(2))
        assert len(desk.ingest(judge)) == 5
        assert batches == [["d0", "d1"], ["d2", "d3"], ["d4"]]
        assert sorted(desk.views()) == ["d0", "d1", "d2", "d3", "d4"]


class TestChanges:
    def test_a_folder_that_was_touched_makes_no_new_version(self, desk: Desk) -> None:
        folder = desk.land("day", videos(3))
        desk.land("other", videos(3))
        desk.ingest()
        before, lake_before = desk.ledger, desk.files(desk.home.lake / "video_readings")
        os.utime(folder / "videos.csv", ns=(1, 1))
        (folder / ".DS_Store").write_text("x")
        assert desk.pending() == ["day"]
        assert desk.ingest() == []
        assert desk.ledger.drop("folder_signature").equals(before.drop("folder_signature"))
        assert desk.files(desk.home.lake / "video_readings") == lake_before
        assert desk.pending() == []

    def test_a_refused_folder_that_was_touched_makes_no_new_version(self, desk: Desk) -> None:
        folder = desk.land("day", videos(3), timezone=None)
        desk.ingest()
        os.utime(folder / "videos.csv", ns=(1, 1))
        assert desk.pending() == ["day"]
        assert desk.ingest() == []
        assert desk.statuses() == [("day", 1, "refused")]
        assert desk.pending() == []

    def test_changed_content_is_a_new_version_and_old_rows_leave(self, desk: Desk) -> None:
        desk.land("day", {"v1": 1, "v2": 2})
        desk.land("other", videos(2))
        desk.ingest()
        desk.land("day", {"v1": 1, "v3": 3})
        assert names(desk.ingest()) == [("day", "accepted")]
        assert desk.views() == {"day": {"v1": 1, "v3": 3}, "other": videos(2)}
        assert desk.statuses() == [("day", 1, "superseded"), ("day", 2, "loaded"), ("other", 1, "loaded")]
        assert desk.ledger["reason"].to_list() == ["version 2 took its place", None, None]

    def test_a_changed_note_is_a_new_version_too(self, desk: Desk) -> None:
        folder = desk.land("day", videos(2))
        desk.ingest()
        renote(folder, supplier="somebody")
        assert names(desk.ingest()) == [("day", "accepted")]
        assert desk.ledger["supplier"].to_list() == [None, "somebody"]

    def test_a_note_that_says_less_than_before_is_warned_of(self, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
        folder = desk.land("day", videos(2), supplier="a panel", replaces_smaller=True)
        desk.land("other", videos(2), supplier="a panel")
        desk.ingest()
        whole = (folder / NOTE).read_bytes()
        (folder / NOTE).write_bytes(whole[: whole.index(b"replaces_smaller")])
        desk.ingest()
        less = "its note no longer has replaces_smaller; if that was not meant, put back what is missing and run again"
        assert desk.ledger["warning"].to_list() == [None, less, None]
        assert caplog.messages == [f"hashtag/2022-10-09/day: {less}"]
        (folder / NOTE).write_bytes(whole)
        desk.ingest()
        assert desk.ledger["warning"].to_list() == [None, less, None, None]
        assert len(caplog.messages) == 1

    def test_a_version_with_fewer_records_is_warned_of(self, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
        desk.land("day", videos(10))
        desk.ingest()
        desk.land("day", videos(9))
        desk.ingest()
        fewer = "it has fewer records than the version before; if that was not meant, put back what is missing and run again"
        assert desk.ledger["warning"].to_list() == [None, fewer]
        assert caplog.messages == [f"hashtag/2022-10-09/day: {fewer}"]
        desk.land("day", videos(8), replaces_smaller=True)
        desk.ingest()
        assert desk.ledger["warning"].to_list() == [None, fewer, None]

    def test_a_version_that_was_cut_in_its_last_record_is_warned_of(self, desk: Desk) -> None:
        folder = desk.land("day", videos(10))
        desk.ingest()
        [file] = folder.glob("*.csv")
        file.write_bytes(file.read_bytes()[:-2])
        desk.ingest()
        assert desk.ledger["outcome"].to_list() == ["accepted", "accepted"]
        assert str(desk.ledger["warning"][1]).startswith("fewer of its files end with a line break; ")

    def test_a_note_is_compared_with_the_last_one_that_was_followed(self, desk: Desk) -> None:
        folder = desk.land("day", videos(2), supplier="a panel")
        desk.ingest()
        renote(folder, timezone="Mars/Base")
        desk.ingest()
        desk.land("day", videos(2))
        desk.ingest()
        assert desk.ledger["outcome"].to_list() == ["accepted", "refused", "accepted"]
        assert str(desk.ledger["warning"][2]).startswith("its note no longer has supplier; ")

    def test_a_new_reader_reads_everything_again_that_it_could_read(self, desk: Desk) -> None:
        desk.land("day", videos(2))
        desk.land("held", videos(2))
        desk.land("refused", videos(2), options={"columns": {"video_id": "ident", "captured_at": "at"}})
        desk.land("gone", videos(2), withdrawn=True)
        desk.land("unknown", videos(2), format="never_csv")
        (desk.land("broken", videos(2)) / NOTE).write_text("source: [")
        desk.ingest(holding("held"))
        assert desk.pending() == []
        desk.source = with_reader(OtherReader())
        assert sorted(desk.pending()) == ["day", "held", "refused"]
        assert sorted(names(desk.ingest())) == [("day", "accepted"), ("held", "accepted"), ("refused", "refused")]
        assert desk.pending() == []
        assert sorted(desk.views()) == ["day", "held"]

    def test_a_format_that_comes_later_reads_what_was_refused_for_want_of_it(self, desk: Desk) -> None:
        desk.land("day", videos(2), format="later_csv")
        assert names(desk.ingest()) == [("day", "refused")]
        assert desk.pending() == []
        desk.source = replace(HASHTAG, formats={**HASHTAG.formats, "later_csv": VideoCsv()})
        assert names(desk.ingest()) == [("day", "accepted")]

    def test_another_format_leaves_no_rows_of_the_old_one(self, tmp_path: Path) -> None:
        desk = Desk(Home(tmp_path), source=LIVE)
        note = {"source": "live", "campaign": "endthestigma"}
        stays = {
            "format": "intervals_csv",
            "options": {"session": {"id": "s"}, "columns": {"person": "who", "joined_at": "at"}},
        }
        samples = {
            "format": "viewer_samples",
            "options": {"session": {"id": "s"}, "columns": {"sampled_at": "at", "viewers": "n"}},
        }
        write_delivery(desk.home, "live", DAY, "s", {"s.csv": b"who,at\nx,2022-10-09T10:00:00Z\n"}, note | stays)
        desk.ingest()
        write_delivery(desk.home, "live", DAY, "s", {"s.csv": b"n,at\n5,2022-10-09T10:00:00Z\n"}, note | samples)
        assert names(desk.ingest()) == [("s", "accepted")]
        there = [
            lake.partition(desk.home.lake / table, DAY, "s").exists()
            for table in ("live_sessions", "live_stays", "live_samples")
        ]
        assert there == [True, False, True]


class TestHeld:
    def test_a_held_version_leaves_the_one_before_it(self, desk: Desk) -> None:
        desk.land("day", {"v1": 1})
        desk.ingest()
        desk.land("day", {"v2": 2})
        [outcome] = desk.ingest(holding("day"))
        assert (outcome.outcome, outcome.reason, outcome.records_loaded) == ("held", "not believable", 1)
        assert desk.views() == {"day": {"v1": 1}}
        assert desk.statuses() == [("day", 1, "loaded"), ("day", 2, "held")]
        held = pl.read_parquet(lake.partition(desk.home.lake / "held/video_readings", DAY, "day"))
        assert held["video_id"].to_list() == ["v2"]

    def test_what_is_mended_is_loaded_and_no_longer_held(self, desk: Desk) -> None:
        desk.land("day", {"v1": 1, "--": 1})
        desk.ingest(holding("day"))
        assert desk.views() == {}
        assert desk.pending() == []
        desk.land("day", {"v1": 2})
        desk.ingest()
        assert desk.views() == {"day": {"v1": 2}}
        assert list((desk.home.lake / "held").rglob("day.parquet")) == []


class TestRefused:
    def test_one_mistake_refuses_one_delivery(self, desk: Desk) -> None:
        desk.land("a", videos(2))
        desk.land("b", videos(2), timezone="Mars")
        desk.land("c", videos(2))
        outcomes = desk.ingest()
        assert names(outcomes) == [("a", "accepted"), ("b", "refused"), ("c", "accepted")]
        assert "found 'Mars'" in str(outcomes[1].reason)
        assert (outcomes[1].records_read, outcomes[1].records_loaded) == (None, None)
        assert sorted(desk.views()) == ["a", "c"]

    def test_a_refused_version_leaves_the_one_before_it(self, desk: Desk) -> None:
        desk.land("day", {"v1": 1})
        desk.ingest()
        desk.land("day", {"v2": 2}, options={"columns": {"video_id": "ident", "captured_at": "at"}})
        desk.ingest()
        assert desk.views() == {"day": {"v1": 1}}
        assert desk.statuses() == [("day", 1, "loaded"), ("day", 2, "refused")]
        assert "'ident'" in desk.reason("day")

    def test_an_unknown_campaign_is_taken_in_once_it_is_known(self, desk: Desk) -> None:
        desk.land("day", {"v1": 1}, campaign="calm")
        desk.land("late", {"v1": 1}, timezone=None)
        desk.ingest()
        assert "found 'calm', expected one of endthestigma" in desk.reason("day")
        assert desk.pending() == []
        desk.campaigns |= {"calm"}
        assert desk.pending() == ["day", "late"]
        assert names(desk.ingest()) == [("day", "accepted")]
        assert desk.statuses() == [("day", 1, "refused"), ("day", 2, "loaded"), ("late", 1, "refused")]
        assert desk.ledger["campaign_id"].to_list() == ["calm", "calm", "endthestigma"]
        assert desk.pending() == []

    def test_names_that_clash_are_refused_until_one_is_renamed(self, desk: Desk) -> None:
        one, other = desk.land("Day", {"v1": 1}), desk.land("day", {"v1": 1})
        assert names(desk.ingest()) == [("Day", "refused"), ("day", "refused")]
        assert "its name differs from 'day' only in case or Unicode form; rename one" in desk.reason("Day")
        other.rename(one.parent / "evening")
        assert names(desk.ingest()) == [("Day", "accepted"), ("evening", "accepted")]

    def test_a_name_too_long_for_a_file_is_refused(self, desk: Desk) -> None:
        desk.land("يوم" * 33, videos(1))
        desk.land("يوم" * 34, videos(1))
        assert [outcome.outcome for outcome in desk.ingest()] == ["accepted", "refused"]
        assert "its name has 204 bytes, expected 200 or fewer" in desk.reason("يوم" * 34)

    def test_what_cannot_be_opened_is_tried_again_with_every_run(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.land("day", videos(1))
        desk.land("other", videos(1))
        whole = content_hash

        def locked(path: Path) -> str:
            if path.name == "day":
                raise PermissionError(13, "Permission denied")
            return whole(path)

        with monkeypatch.context() as patch:
            patch.setattr(ingestion, "content_hash", locked)
            assert names(desk.ingest()) == [("day", "refused"), ("other", "accepted")]
            assert desk.reason("day") == "day: cannot be opened (Permission denied); make it readable for the warehouse"
            assert desk.pending() == ["day"]
            assert desk.ingest() == []
        assert names(desk.ingest()) == [("day", "accepted")]
        assert desk.statuses() == [("day", 1, "refused"), ("day", 2, "loaded"), ("other", 1, "loaded")]

    def test_without_a_key_nothing_is_changed(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(KEY_VARIABLE)
        desk.land("day", videos(1))
        before = desk.files()
        with pytest.raises(KeyProblemError, match="CAMPAIGN_PSEUDONYM_KEY is not set"):
            desk.ingest()
        assert desk.files() == before

    def test_without_a_key_and_without_anything_to_read_there_is_no_problem(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(KEY_VARIABLE)
        assert desk.ingest() == []


class TestWithdrawn:
    def test_its_rows_go_and_come_back(self, desk: Desk) -> None:
        folder = desk.land("day", {"v1": 1, "--": 1})
        desk.land("other", videos(1))
        desk.ingest()
        renote(folder, withdrawn=True)
        assert names(desk.ingest()) == [("day", "withdrawn")]
        assert sorted(desk.views()) == ["other"]
        assert list(desk.home.lake.rglob("day.parquet")) == []
        assert desk.reason("day") == "withdrawn by its note"
        assert desk.pending() == []
        renote(folder, withdrawn=False)
        assert names(desk.ingest()) == [("day", "accepted")]
        assert desk.views()["day"] == {"v1": 1}

    def test_it_goes_whatever_else_is_wrong_with_it(self, desk: Desk) -> None:
        """A user who takes people's data out deletes the file too; a campaign may be over and gone from the seeds."""
        folder = desk.land("day", videos(1))
        desk.ingest()
        (folder / "videos.csv").unlink()
        renote(folder, withdrawn=True, campaign="over", options={"old": 1})
        assert names(desk.ingest()) == [("day", "withdrawn")]
        assert desk.views() == {}

    def test_also_what_was_held(self, desk: Desk) -> None:
        folder = desk.land("day", videos(1))
        desk.ingest(holding("day"))
        renote(folder, withdrawn=True)
        desk.ingest()
        assert list(desk.home.lake.rglob("day.parquet")) == []

    def test_a_killed_run_has_not_taken_it_out_yet(self, desk: Desk) -> None:
        """Files leave with the batch that the ledger is written for, not while another delivery is still being read."""
        folder = desk.land("a", videos(1))
        desk.ingest()
        renote(folder, withdrawn=True)
        desk.land("b", videos(2))
        desk.source = with_reader(KilledReader())
        with pytest.raises(Killed):
            desk.ingest()
        assert desk.views() == {"a": videos(1)}


class TestReplacements:
    def test_a_replacement_and_its_withdrawal(self, desk: Desk) -> None:
        desk.land("day", videos(5))
        desk.ingest()
        replaces = {"landed_on": DAY, "delivery": "day"}
        folder = desk.land("again", videos(5, first=1), DAY_AFTER, replaces=replaces)
        desk.ingest()
        assert desk.views() == {"again": videos(5, first=1)}
        assert desk.reason("day") == "replaced by 2022-10-10/again"
        renote(folder, withdrawn=True)
        desk.ingest()
        assert desk.views() == {"day": videos(5)}

    @pytest.mark.parametrize("how", ["held", "refused"])
    def test_a_replacement_that_is_held_or_refused_leaves_it_in_effect(self, desk: Desk, how: str) -> None:
        desk.land("day", videos(5))
        desk.ingest()
        note = {"replaces": {"landed_on": DAY, "delivery": "day"}} | ({"timezone": None} if how == "refused" else {})
        desk.land("again", videos(5), DAY_AFTER, **note)
        assert names(desk.ingest(holding("again"))) == [("again", how)]
        assert desk.views() == {"day": videos(5)}

    def test_one_that_replaces_what_never_came_waits_for_it(self, desk: Desk) -> None:
        desk.land("again", videos(5), DAY_AFTER, replaces={"landed_on": DAY, "delivery": "day"})
        (desk.home.landing / "hashtag" / DAY.isoformat() / "day").mkdir(parents=True)
        assert names(desk.ingest()) == [("again", "refused")]
        assert "key 'replaces': found 2022-10-09/day, which was never delivered; correct" in desk.reason("again")
        assert desk.pending() == []
        (desk.home.landing / "hashtag" / DAY.isoformat() / "day").rmdir()
        desk.land("day", videos(5))
        assert names(desk.ingest()) == [("day", "accepted"), ("again", "accepted")]
        assert list(desk.views()) == ["again"]
        assert desk.pending() == []

    def test_what_it_replaces_may_be_refused_itself(self, desk: Desk) -> None:
        desk.land("day", videos(5), timezone=None)
        desk.land("again", videos(1), DAY_AFTER, replaces={"landed_on": DAY, "delivery": "day"})
        assert names(desk.ingest()) == [("day", "refused"), ("again", "accepted")]


class TestTruncationGuard:
    @pytest.mark.parametrize(("number", "outcome"), [(8, "accepted"), (7, "refused"), (0, "refused"), (20, "accepted")])
    def test_a_new_version_with_fewer_than_four_fifths_is_refused(self, desk: Desk, number: int, outcome: str) -> None:
        desk.land("day", videos(10))
        desk.ingest()
        desk.land("day", videos(number))
        assert names(desk.ingest()) == [("day", outcome)]
        assert len(desk.views()["day"]) == (number if outcome == "accepted" else 10)

    def test_its_message(self, desk: Desk) -> None:
        desk.land("day", videos(10))
        desk.ingest()
        desk.land("day", videos(7))
        desk.ingest()
        assert desk.reason("day") == (
            "found 7 records, expected at least 80% of the 10 it replaces; deliver it whole, or set replaces_smaller: true in delivery.yml"
        )
        assert desk.pending() == []

    def test_the_note_may_say_that_it_is_meant(self, desk: Desk) -> None:
        folder = desk.land("day", videos(10))
        desk.ingest()
        folder = desk.land("day", videos(2))
        desk.ingest()
        renote(folder, replaces_smaller=True)
        assert names(desk.ingest()) == [("day", "accepted")]
        assert desk.views() == {"day": videos(2)}

    def test_against_what_it_replaces_also_within_one_run(self, desk: Desk) -> None:
        desk.land("day", videos(10))
        desk.land("again", videos(7), DAY_AFTER, replaces={"landed_on": DAY, "delivery": "day"})
        assert names(desk.ingest()) == [("day", "accepted"), ("again", "refused")]
        assert desk.views() == {"day": videos(10)}
        assert desk.pending() == []

    def test_it_is_judged_again_where_what_it_replaces_has_changed(self, desk: Desk) -> None:
        folder = desk.land("day", videos(10))
        desk.land("again", videos(7), DAY_AFTER, replaces={"landed_on": DAY, "delivery": "day"})
        desk.ingest()
        renote(folder, withdrawn=True)
        desk.ingest()
        assert desk.pending() == ["again"]
        assert names(desk.ingest()) == [("again", "accepted")]
        assert desk.pending() == []

    def test_only_against_what_is_in_effect(self, desk: Desk) -> None:
        desk.land("held", videos(10))
        folder = desk.land("gone", videos(10))
        desk.ingest(holding("held"))
        renote(folder, withdrawn=True)
        desk.ingest()
        desk.land("held", videos(1))
        desk.land("gone", videos(1))
        assert names(desk.ingest()) == [("gone", "accepted"), ("held", "accepted")]

    def test_rejected_records_count_as_delivered(self, desk: Desk) -> None:
        desk.land("day", videos(10))
        desk.ingest()
        desk.land("day", {**videos(7), "--": 1, "undefined": 1})
        assert names(desk.ingest()) == [("day", "accepted")]


class TestDisappeared:
    def test_a_folder_that_is_gone_keeps_its_rows_with_a_warning(self, desk: Desk) -> None:
        folder = desk.land("day", videos(2))
        desk.land("refused", videos(2), timezone=None)
        desk.ingest()
        shutil.rmtree(folder.parent)
        plan = desk.plan()
        assert plan.pending == ()
        assert plan.warnings == (
            "landing/hashtag/2022-10-09/day has disappeared; its rows are kept (withdrawn: true in its note takes them out)",
        )
        assert desk.ingest() == []
        assert desk.views() == {"day": videos(2)}

    def test_a_folder_without_its_note_is_told_apart(self, desk: Desk) -> None:
        (desk.land("day", videos(2)) / NOTE).unlink()
        desk.land("other", videos(2))
        desk.ingest()
        (desk.home.landing / "hashtag" / DAY.isoformat() / "other" / NOTE).unlink()
        [warning] = desk.plan().warnings
        assert warning.startswith("landing/hashtag/2022-10-09/other has lost its delivery.yml; its rows are kept")

    def test_a_disk_that_is_not_mounted_is_not_a_thousand_warnings(self, desk: Desk) -> None:
        for number in range(9):
            desk.land(f"d{number}", videos(1))
        desk.ingest()
        shutil.rmtree(desk.home.landing)
        warnings = desk.plan().warnings
        assert len(warnings) == 6
        assert warnings[-1].startswith("... and 4 more deliveries have disappeared from landing")
        assert len(desk.views()) == 9


class TestDamagedLake:
    """A file of the lake that is missing or damaged is read again from landing, or its delivery is refused."""

    def file(self, desk: Desk, name: str = "day") -> Path:
        return lake.partition(desk.home.lake / "video_readings", DAY, name)

    @pytest.fixture
    def loaded(self, desk: Desk) -> Desk:
        desk.land("day", videos(3))
        desk.land("other", videos(2))
        desk.ingest()
        return desk

    @pytest.mark.parametrize("table", ["video_readings", "rejected/hashtag", "unreadable/hashtag"])
    @pytest.mark.parametrize(
        "damage", [lambda path: path.unlink(), lambda path: path.write_bytes(path.read_bytes()[:-9])]
    )
    def test_it_is_read_again(self, loaded: Desk, damage: Callable[[Path], object], table: str) -> None:
        before = loaded.ledger
        damage(lake.partition(loaded.home.lake / table, DAY, "day"))
        assert loaded.plan().damaged == {("hashtag", DAY, "day")}
        assert loaded.pending() == ["day"]
        assert loaded.ingest(holding("day", "other")) == []
        assert loaded.views() == {"day": videos(3), "other": videos(2)}
        assert loaded.ledger.equals(before)
        assert loaded.plan().damaged == frozenset()

    def test_what_landing_has_not_is_refused(self, loaded: Desk) -> None:
        self.file(loaded).unlink()
        folder = loaded.home.landing / "hashtag" / DAY.isoformat() / "day"
        folder.rename(loaded.home.root / "kept")
        [outcome] = loaded.ingest()
        assert (outcome.delivery, outcome.version, outcome.outcome) == ("day", 1, "refused")
        assert "its rows in the lake are missing or damaged, and landing has not the files" in loaded.reason("day")
        assert loaded.views() == {"other": videos(2)}
        assert loaded.ingest() == []
        (loaded.home.root / "kept").rename(folder)
        assert names(loaded.ingest()) == [("day", "accepted")]
        assert loaded.views() == {"day": videos(3), "other": videos(2)}

    def test_an_earlier_version_does_not_come_back_in_its_place(self, loaded: Desk) -> None:
        loaded.land("day", videos(4))
        loaded.ingest()
        self.file(loaded).unlink()
        shutil.rmtree(loaded.home.landing / "hashtag" / DAY.isoformat() / "day")
        loaded.ingest()
        assert loaded.statuses() == [("day", 1, "refused"), ("day", 2, "refused"), ("other", 1, "loaded")]

    def test_where_landing_holds_another_version_that_is_not_believed(self, loaded: Desk) -> None:
        loaded.land("day", videos(5))
        loaded.ingest(holding("day"))
        self.file(loaded).unlink()
        assert names(loaded.ingest(holding("day"))) == [("day", "refused")]
        assert loaded.statuses() == [("day", 1, "refused"), ("day", 2, "held"), ("other", 1, "loaded")]

    def test_of_another_day_than_the_run_takes_in(self, loaded: Desk) -> None:
        self.file(loaded).unlink()
        loaded.ingest(days=(DAY_AFTER, DAY_AFTER))
        assert loaded.views() == {"day": videos(3), "other": videos(2)}

    def test_a_ledger_that_is_gone_is_made_anew_from_landing(self, loaded: Desk) -> None:
        loaded.home.ledger.unlink()
        assert names(loaded.ingest()) == [("day", "accepted"), ("other", "accepted")]

    def test_unless_landing_has_not_everything(self, loaded: Desk) -> None:
        loaded.home.ledger.unlink()
        shutil.rmtree(loaded.home.landing / "hashtag" / DAY.isoformat() / "day")
        with pytest.raises(
            LedgerError,
            match=r"is missing, and the lake holds 1 deliveries .* hashtag/2022-10-09/day; .* campaign rebuild",
        ):
            loaded.ingest()
        assert self.file(loaded).exists()

    def test_the_empty_files_are_mended(self, loaded: Desk) -> None:
        empty = list(loaded.home.lake.rglob("_schema.parquet"))
        before = {path: path.read_bytes() for path in empty}
        for path in empty:
            path.write_bytes(path.read_bytes()[:-9])
        loaded.ingest()
        assert {path: path.read_bytes() for path in empty} == before

    def test_what_killed_runs_left_is_swept(self, loaded: Desk) -> None:
        strays = [loaded.home.lake / ".deliveries.parquet.77.tmp", loaded.home.lake / ".staging/hashtag/x.parquet"]
        for stray in strays:
            stray.parent.mkdir(parents=True, exist_ok=True)
            stray.write_bytes(b"half")
        loaded.ingest()
        assert not any(stray.exists() for stray in strays)

    def test_only_its_owner_may_look_into_it(self, loaded: Desk) -> None:
        folders = {path.stat().st_mode & 0o777 for path in loaded.home.lake.rglob("*") if path.is_dir()}
        files = {path.stat().st_mode & 0o777 for path in loaded.home.lake.rglob("*") if path.is_file()}
        assert (loaded.home.lake.stat().st_mode & 0o777, folders, files) == (0o700, {0o700}, {0o600})


class TestSimulatedHome:
    def test_it_takes_no_delivery_of_a_users_own(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(KEY_VARIABLE)
        marker = {"pseudonym_key": "k" * 64, "deliveries": [["hashtag", DAY.isoformat(), "made"]]}
        desk.home.simulated.write_text(json.dumps(marker))
        desk.land("made", videos(1))
        desk.land("made", videos(1), DAY_AFTER)
        desk.land("mine", videos(1))
        assert [(outcome.landed_on, *names([outcome])[0]) for outcome in desk.ingest()] == [
            (DAY, "made", "accepted"),
            (DAY, "mine", "refused"),
            (DAY_AFTER, "made", "refused"),
        ]
        assert "made by the simulator and takes no other delivery" in desk.reason("mine")


class TestBrokenReaders:
    def test_a_reader_that_loses_records_has_its_deliveries_refused(self, desk: Desk) -> None:
        desk.land("day", videos(3))
        desk.source = with_reader(LosingReader())
        assert names(desk.ingest()) == [("day", "refused")]
        assert desk.reason("day").startswith(
            "3 records were read but 2 loaded + 0 rejected + 0 duplicate = 2; the reader video_csv"
        )
        assert list((desk.home.lake / "video_readings").rglob("day.parquet")) == []

    def test_a_reader_that_returns_other_columns_has_its_deliveries_refused(self, desk: Desk) -> None:
        class Other(VideoCsv):
            def read(self, delivery: Delivery) -> Parsed:
                parsed = super().read(delivery)
                return replace(parsed, tables={"video_readings": parsed.tables["video_readings"].drop(*LINEAGE)})

        desk.land("day", videos(3))
        desk.source = with_reader(Other())
        assert names(desk.ingest()) == [("day", "refused")]
        assert desk.reason("day").startswith("video_csv returned video_readings with other columns than its schema")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("views", 10**13 + 1),
            ("captured_at", datetime(1989, 12, 31, tzinfo=UTC)),
            ("created_at", datetime(2101, 1, 1, tzinfo=UTC)),
        ],
    )
    def test_what_no_later_layer_could_carry_goes_no_further(self, desk: Desk, name: str, value: object) -> None:
        class Careless(VideoCsv):
            def read(self, delivery: Delivery) -> Parsed:
                parsed = super().read(delivery)
                frame = parsed.tables["video_readings"]
                return replace(
                    parsed, tables={"video_readings": frame.with_columns(pl.lit(value, frame[name].dtype).alias(name))}
                )

        desk.land("day", videos(3))
        desk.source = with_reader(Careless())
        assert names(desk.ingest()) == [("day", "refused")]
        assert f"returned video_readings with a {name} outside what is possible" in desk.reason("day")

    def test_a_reason_that_nobody_knows_is_refused(self, desk: Desk) -> None:
        class Inventive(VideoCsv):
            def read(self, delivery: Delivery) -> Parsed:
                parsed = super().read(delivery)
                return replace(parsed, rejected=parsed.rejected.with_columns(pl.lit("bad_luck").alias("reason")))

        desk.land("day", {"v1": 1, "--": 2})
        desk.source = with_reader(Inventive())
        assert names(desk.ingest()) == [("day", "refused")]
        assert "gave reasons that are not in ingest.reasons: bad_luck" in desk.reason("day")


STEPS: list[tuple[str, object, str, int]] = [
    ("while reading", lake, "stage", 2),
    ("before a delivery is moved", lake, "accept", 1),
    ("between two deliveries", lake, "accept", 2),
    ("between a delivery's files", lake, "replace_durably", 2),
    ("while a held one is moved", lake, "hold", 1),
    ("while one is taken out", lake, "remove", 1),
    ("between lake and ledger", ingestion, "write_ledger", 1),
    ("while the ledger is written", files, "replace_durably", 1),
    ("after the ledger", lake, "sweep", 2),
]


def killing(step: Callable[..., Any], at_call: int) -> Callable[..., Any]:
    calls = 0

    def killed(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at_call:
            raise Killed
        return step(*arguments, **named)

    return killed


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home after a run, of which the next one has something of everything to do."""
    desk = Desk(Home(tmp_path_factory.mktemp("begun")))
    gone = desk.land("gone", videos(2))
    desk.land("changed", {**videos(3), "--": 1})
    desk.ingest()
    renote(gone, withdrawn=True)
    desk.land("changed", {**videos(3, first=1), "undefined": 1, "na": 2})
    desk.land("new", videos(2))
    desk.land("odd", videos(2))
    desk.land("again", videos(3), DAY_AFTER, replaces={"landed_on": DAY, "delivery": "changed"})
    desk.land("bad", videos(2), timezone=None)
    return desk.home


@pytest.fixture(scope="module")
def undisturbed(begun: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    """What the next run leaves where nothing stops it."""
    desk = copied(begun, tmp_path_factory.mktemp("undisturbed"))
    desk.ingest(holding("odd"))
    return state(desk)


def copied(home: Home, folder: Path) -> Desk:
    return Desk(Home(shutil.copytree(home.root, folder / "home")))


def state(desk: Desk) -> tuple[object, ...]:
    """All that is in ledger and lake."""
    kept = {
        str(path.relative_to(desk.home.lake)): pl.read_parquet(path, hive_partitioning=False).rows()
        for path in sorted(desk.home.lake.rglob("*.parquet"))
        if path != desk.home.ledger and not path.name.startswith(".")
    }
    columns = ["delivery", "version", "status", "reason", "outcome", "records_read", "records_loaded", "is_current"]
    return desk.ledger.select(columns).rows(), desk.views(), kept


class TestKilledRuns:
    @pytest.mark.parametrize(
        ("module", "step", "at_call"), [step[1:] for step in STEPS], ids=[step[0] for step in STEPS]
    )
    def test_the_next_run_ends_as_if_nothing_had_been(
        self,
        begun: Home,
        undisturbed: tuple[object, ...],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        module: object,
        step: str,
        at_call: int,
    ) -> None:
        desk = copied(begun, tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(module, step, killing(getattr(module, step), at_call))
            with pytest.raises(Killed):
                desk.ingest(holding("odd"))
        desk.ingest(holding("odd"))
        assert state(desk) == undisturbed
        assert desk.pending() == []
        assert not (desk.home.lake / ".staging").exists()


class TestOrderOfArrival:
    """Whatever comes late, is mended, withdrawn or replaced: the ledger ends as if everything had come at once."""

    def events(self, chance: random.Random, desk: Desk) -> Iterator[None]:
        """Days on which things happen in landing. A version in effect is never followed by one that is held or refused."""
        landed: dict[str, tuple[date, dict[str, Any]]] = {}
        late: list[str] = []
        for number in range(6):
            today = DAY + timedelta(days=number)
            for letter in "ab"[: chance.randint(1, 2)]:
                name = f"{letter}{number}"
                note: dict[str, Any] = {}
                earlier = [one for one, (day, _) in landed.items() if day < today]
                what = chance.choice(["plain", "plain", "bad", "odd", "unknown", "late", "replaces", "dangling"])
                if what == "bad":
                    note = {"timezone": None}
                elif what == "odd":
                    note = {"supplier": "odd"}
                elif what == "unknown":
                    note = {"campaign": f"campaign {chance.randint(0, 9)}"}
                elif what == "replaces" and earlier:
                    old = chance.choice(earlier)
                    note = {"replaces": {"landed_on": landed[old][0], "delivery": old}}
                elif what == "dangling" and late:
                    note = {"replaces": {"landed_on": DAY, "delivery": chance.choice(late)}}
                elif what == "late":
                    late.append(name)
                    continue
                desk.land(name, videos(chance.randint(10, 12)), today, **note)
                landed[name] = (today, note)
            for name, (day, note) in sorted(landed.items()):
                if chance.random() < 0.2:
                    mended = {key: value for key, value in note.items() if key == "replaces"}
                    mended |= {"withdrawn": chance.random() < 0.4}
                    desk.land(name, videos(chance.randint(10, 12)), day, **mended)
                    landed[name] = (day, mended)
            if late and chance.random() < 0.5:
                name = late.pop()
                desk.land(name, videos(10), DAY)
                landed[name] = (DAY, {})
            if chance.random() < 0.4:
                desk.campaigns |= {f"campaign {chance.randint(0, 9)}"}
            yield

    @pytest.mark.parametrize("seed", range(6))
    def test_day_by_day_is_all_at_once(self, tmp_path: Path, seed: int) -> None:
        def odd(source: Source, staged: Sequence[StagedDelivery], before: pl.DataFrame) -> dict[str, str]:
            return {item.ref: "odd" for item in staged if item.supplier == "odd"}

        chance = random.Random(seed)
        daily = Desk(Home(tmp_path / "daily"))
        for _ in self.events(chance, daily):
            if chance.random() < 0.8:
                daily.ingest(odd)
        daily.ingest(odd)
        at_once = Desk(Home(tmp_path / "at-once"), daily.campaigns)
        shutil.copytree(daily.home.landing, at_once.home.landing)
        at_once.ingest(odd)
        columns = ["landed_on", "delivery", "status", "reason", "outcome", "records_loaded", "campaign_id"]
        newest = [desk.ledger.filter("is_current").select(columns).rows() for desk in (daily, at_once)]
        assert newest[0] == newest[1]
        assert daily.views() == at_once.views()
        assert daily.pending() == at_once.pending() == []
        assert not lake_leftovers(daily)


def lake_leftovers(desk: Desk) -> set[str]:
    """Files in the lake of deliveries of which the ledger has no accepted version."""
    known = desk.ledger.filter(pl.col("outcome") == "accepted")
    there = {path.stem for path in (desk.home.lake / "video_readings").rglob("*.parquet")} - {"_schema"}
    return there - set(known["delivery"])
