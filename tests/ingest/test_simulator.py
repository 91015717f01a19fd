"""The simulator: that it always invents the same campaign, with the defects it promises, and a truth of its own.

Whether the warehouse arrives at that truth is for the tests of the whole house.
"""

import ast
import csv
import gzip
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pyreadstat
import pytest
import yaml
from polars.testing import assert_frame_equal
from scipy import stats

import ingest.simulator
from ingest.delivery import load_delivery
from ingest.home import Home
from ingest.landing import scan, write_delivery
from ingest.note import read_note
from ingest.pseudonym import pseudonymiser
from ingest.simulated.live import LiveSession, Stay, live_truth
from ingest.simulated.survey import QUESTIONS, SURVEY, make_waves, sample_members
from ingest.simulator import SimulationError, Truth, read_truth, simulate
from ingest.source import NOTE, Parsed
from ingest.sources import SOURCES
from tests.ingest.survey_desk import long_answers

pytestmark = pytest.mark.slow

COUNTERS = ("views", "likes", "comments", "shares", "saves")
NOTE_KEYS = {
    "source", "format", "campaign", "timezone", "files", "supplier", "replaces_smaller", "replaces", "withdrawn",
    "options",
}  # fmt: skip
SMALL = {"days": 12, "videos": 60, "sessions": 9, "respondents": 90}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Truth]:
    home = Home(tmp_path_factory.mktemp("simulated"))
    return home, simulate(home)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Truth]:
    home = Home(tmp_path_factory.mktemp("small"))
    return home, simulate(home, **SMALL)


@pytest.fixture(scope="module")
def home(simulated: tuple[Home, Truth]) -> Home:
    return simulated[0]


@pytest.fixture(scope="module")
def truth(simulated: tuple[Home, Truth]) -> Truth:
    return simulated[1]


@pytest.fixture(scope="module")
def read(home: Home) -> list[tuple[str, date, str, Parsed]]:
    return list(read_landing(home))


@pytest.fixture(scope="module")
def lake(read: list[tuple[str, date, str, Parsed]]) -> Mapping[str, pl.DataFrame]:
    tables = defaultdict(list)
    for _, landed_on, name, parsed in read:
        for table, rows in parsed.tables.items():
            tables[table].append(
                rows.with_columns(pl.lit(landed_on).alias("landed_on"), pl.lit(name).alias("delivery"))
            )
    return {name: pl.concat(frames) for name, frames in tables.items()}


def read_landing(home: Home) -> Iterator[tuple[str, date, str, Parsed]]:
    sources = {source.name: source for source in SOURCES}
    landed, warnings = scan(home, sources)
    assert not warnings
    for one in landed:
        note = read_note(one.path)
        keys = pseudonymiser(home, {})
        delivery = load_delivery(sources[one.source], one.landed_on, one.path, note, keys, frozenset({"endthestigma"}))
        yield one.source, one.landed_on, one.name, delivery.format.read(delivery)


def told_of(parsed: Parsed) -> int:
    """How many records of a delivery are told of: not those of tables that are kept apart."""
    apart = {table.name for source in SOURCES for table in source.tables if table.is_apart}
    return parsed.records_read - sum(rows.height for name, rows in parsed.tables.items() if name in apart)


def contents(home: Home) -> dict[str, bytes]:
    files = sorted(path for path in home.landing.rglob("*") if path.is_file())
    return {str(path.relative_to(home.landing)): path.read_bytes() for path in files}


def only_file(home: Home, delivery: str) -> bytes:
    return next(path for path in (home.landing / delivery).iterdir() if path.name != NOTE).read_bytes()


class TestTheSameAgain:
    def test_one_seed_gives_the_same_bytes_also_where_they_are(self, small: tuple[Home, Truth], tmp_path: Path) -> None:
        first, second = small[0], Home(tmp_path)
        for _ in range(2):
            truth = simulate(second, **SMALL)
            assert contents(first) == contents(second)
            assert first.simulated.read_bytes() == second.simulated.read_bytes()
        told = read_truth(second)
        for name, frame in vars(truth).items():
            assert_frame_equal(frame, getattr(told, name))

    def test_another_seed_gives_another_campaign(self, small: tuple[Home, Truth], tmp_path: Path) -> None:
        first, second = small[0], Home(tmp_path)
        simulate(second, seed=2, **SMALL)
        data = [
            {name: body for name, body in contents(one).items() if not name.endswith(NOTE)} for one in (first, second)
        ]
        assert not set(data[0].values()) & set(data[1].values())
        keys = {json.loads(one.simulated.read_text())["pseudonym_key"] for one in (first, second)}
        assert len(keys) == 2

    def test_more_videos_do_not_change_the_sessions(self, small: tuple[Home, Truth], tmp_path: Path) -> None:
        few, many = small[1], simulate(Home(tmp_path), **{**SMALL, "videos": 200})
        assert many.videos.height > 2 * few.videos.height
        assert_frame_equal(few.live_sessions, many.live_sessions)
        assert_frame_equal(few.survey_bases, many.survey_bases)

    @pytest.mark.parametrize("days", [1, 2, 15])
    def test_any_length_lands_within_it(self, tmp_path: Path, days: int) -> None:
        truth = simulate(Home(tmp_path), days=days, videos=20, sessions=2, respondents=30)
        assert truth.deliveries["landed_on"].min() == date(2022, 10, 4)
        assert truth.deliveries["landed_on"].max() == date(2022, 10, 4) + timedelta(days=days - 1)
        assert [told_of(parsed) for *_, parsed in read_landing(Home(tmp_path))] == truth.deliveries[
            "records_read"
        ].to_list()


class TestWhatItRefuses:
    def test_a_home_with_deliveries_of_a_users_own(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        write_delivery(home, "live", date(2022, 10, 4), "mine", {"a.csv": b"a\n1\n"}, {"source": "live"})
        with pytest.raises(SimulationError, match="already holds deliveries; expected none"):
            simulate(home, **SMALL)
        assert not home.simulated.exists()
        assert list(contents(home)) == ["live/2022-10-04/mine/a.csv", "live/2022-10-04/mine/delivery.yml"]

    def test_a_home_with_another_simulation(self, small: tuple[Home, Truth]) -> None:
        home, _ = small
        before = contents(home)
        with pytest.raises(SimulationError, match=r"simulation of seed 20221004, .* expected an empty home or seed 2"):
            simulate(home, seed=2, **SMALL)
        assert contents(home) == before

    def test_a_size_of_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(SimulationError, match="expected a size of 1 or more"):
            simulate(Home(tmp_path), days=0)
        assert not list(tmp_path.iterdir())


class TestWhatItWrites:
    def test_the_marker_names_the_deliveries_and_holds_a_key(self, home: Home, truth: Truth) -> None:
        marker = json.loads(home.simulated.read_text())
        assert marker["seed"] == 20221004
        assert marker["size"] == {"days": 30, "videos": 400, "sessions": 9, "respondents": 1200}
        assert re.fullmatch("[0-9a-f]{64}", marker["pseudonym_key"])
        there = [list(path.parts[-3:]) for path in home.landing.glob("*/*/*")]
        assert marker["deliveries"] == sorted(there)
        assert truth.deliveries.height == len(there)

    def test_notes_hold_documented_keys_only(self, home: Home) -> None:
        notes = [yaml.safe_load(path.read_text("utf-8")) for path in home.landing.rglob(NOTE)]
        assert set().union(*notes) <= NOTE_KEYS
        assert {note["format"] for note in notes} == {
            "video_csv", "intervals_csv", "registrations_csv", "teams_report", "teams_list", "zoom_csv", "viewer_samples", "survey_csv", "spss",
            "cloudevents", "segment_track", "activation_counts_csv",
        }  # fmt: skip
        assert {note["campaign"] for note in notes} == {"endthestigma"}

    def test_nobody_in_it_can_be_real(self, home: Home) -> None:
        text = "".join(body.decode("utf-8", "ignore") for name, body in contents(home).items() if name.endswith(".csv"))
        assert set(re.findall(r"[\w.]+@([\w.]+\.\w+)", text)) == {"example.org"}
        assert set(re.findall(r"https?://([\w.]+)/", text)) == {"video.example.org"}
        assert set(re.findall(r"(?<!\.)\b\d+\.\d+\.\d+\.(?=\d+)", text)) == {"192.0.2."}
        handles = read_truth(home).videos["creator"]
        assert handles.str.starts_with("demo_creator_").all()

    def test_the_truth_is_there_without_any_landing(
        self, tmp_path: Path, truth: Truth, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ingest.simulator, "write_delivery", lambda *_: None)
        home = Home(tmp_path)
        simulate(home)
        assert not home.landing.exists()
        for name, frame in vars(truth).items():
            assert_frame_equal(frame, getattr(read_truth(home), name))

    def test_no_part_of_it_knows_a_reader(self) -> None:
        root = Path(ingest.simulator.__file__).parent
        for path in [root / "simulator.py", *(root / "simulated").glob("*.py")]:
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            imported = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
            assert {name for name in imported if name.startswith("ingest")} <= {
                "ingest.files", "ingest.home", "ingest.landing", *(name for name in imported if name.startswith("ingest.simulated")),
            }  # fmt: skip


class TestHashtagDefects:
    def test_files_come_in_several_forms(self, home: Home) -> None:
        plain = only_file(home, "hashtag/2022-10-04/tag-panel")
        assert plain.startswith(b"video,author,")
        assert gzip.decompress(only_file(home, "hashtag/2022-10-10/tag-panel")).startswith(b"Unnamed: 0,")
        assert only_file(home, "hashtag/2022-10-13/tag-panel").startswith("\ufeffvideo\tauthor\t".encode("utf-16-le"))
        mobile = only_file(home, "hashtag/2022-10-04/mobile-panel")
        assert mobile.startswith(b"\xef\xbb\xbfid;account;seen;")
        assert b"comment" not in mobile.splitlines()[0]

    def test_counts_come_exact_and_abbreviated(self, home: Home, truth: Truth) -> None:
        mobile = b"".join(body for name, body in contents(home).items() if "/mobile-panel/" in name)
        assert re.search(rb";\d{2,3}\.\dK;", mobile)
        assert re.search(rb";\d\.\dM;", mobile)
        units = truth.video_readings.group_by("delivery").agg(pl.col("views_unit").drop_nulls().unique().sort())
        assert dict(units.iter_rows()) == {
            "tag-panel": [1], "tag-panel-corrections": [1], "mobile-panel": [1, 100, 100_000],
        }  # fmt: skip
        rounded = truth.video_readings.filter(pl.col("views_unit") > 1)
        assert (rounded["views"] % rounded["views_unit"] == 0).all()

    def test_a_spreadsheet_destroyed_ids_and_seconds(self, home: Home, truth: Truth) -> None:
        text = only_file(home, "hashtag/2022-10-13/tag-panel").decode("utf-16")
        ids = re.findall(r"^(7\.\d{5}E\+18)\t", text, re.MULTILINE)
        assert (
            len(ids) == truth.deliveries.filter(delivery="tag-panel", landed_on=date(2022, 10, 13))["records_read"][0]
        )
        assert re.search(r"\t10/13/2022 20:\d\d\t", text)
        unrecoverable = truth.deliveries.filter(pl.col("records_rejected") > 0, source="hashtag")
        assert unrecoverable.select("landed_on", "records_rejected").rows() == [(date(2022, 10, 13), 2)]

    def test_ids_carry_their_time_of_posting(self, truth: Truth) -> None:
        ids = truth.videos.filter(platform="tiktok")["video_id"]
        assert ids.str.contains(r"^\d{19}$").all()
        assert (ids.cast(pl.Int64()) // 2**32).to_list() == truth.videos.filter(platform="tiktok")[
            "created_at"
        ].dt.epoch("s").to_list()
        assert ids.n_unique() == ids.len()

    def test_readings_come_late_and_again(self, truth: Truth) -> None:
        readings = truth.video_readings.filter(delivery="tag-panel").with_columns(
            (pl.col("landed_on") - pl.col("captured_at").dt.convert_time_zone("Asia/Dubai").dt.date()).alias("days")
        )
        assert readings["days"].dt.total_days().value_counts().filter(pl.col("count") > 20)[
            "days"
        ].sort().to_list() == [0, 1, 2]
        copies = readings.group_by("video_id", "captured_at").agg(pl.len(), pl.col("views").n_unique().alias("values"))
        assert copies.filter(pl.col("len") > 1).height > 100
        assert (copies["values"] == 1).all()
        duplicates = truth.deliveries.filter(delivery="tag-panel")["records_duplicate"]
        assert (duplicates > 0).all()

    def test_corrections_take_the_place_of_readings(self, truth: Truth) -> None:
        mended = truth.video_readings.filter(delivery="tag-panel-corrections")
        before = truth.video_readings.filter(pl.col("delivery") == "tag-panel").join(
            mended, on=["video_id", "captured_at"], suffix="_mended"
        )
        assert before.height >= mended.height == 5
        assert (before["views_mended"] < before["views"]).all()

    def test_counts_fall_fetches_fail_and_videos_vanish(self, truth: Truth) -> None:
        days = truth.video_days
        assert 20 < days.filter(pl.col("views") < 0).height < days.height / 10
        failed = truth.video_readings.filter(pl.col("views").is_null() & pl.col("likes").is_not_null())
        assert 10 < failed.height < truth.video_readings.height / 100
        assert (failed["likes"] > 0).all()
        last = days.group_by("video_id").agg(pl.col("event_on").max())
        assert 5 < last.filter(pl.col("event_on") < date(2022, 10, 25)).height < last.height / 4

    def test_a_scrape_of_zeros_a_row_of_sums_and_lists_as_python_writes_them(self, home: Home, truth: Truth) -> None:
        zeros = list(csv.DictReader(io.StringIO(only_file(home, "hashtag/2022-10-20/tag-panel").decode())))
        assert {(row["plays"], row["hearts"]) for row in zeros} == {("0", "0")}
        assert any(int(row["shares"]) > 0 for row in zeros)
        unknown = truth.video_readings.filter(pl.col("likes").is_null())
        assert unknown.height > 100
        assert unknown["views"].is_null().all()
        *_, last = csv.DictReader(io.StringIO(only_file(home, "hashtag/2022-10-11/tag-panel").decode()))
        assert last["video"] == "Total"
        literals = only_file(home, "hashtag/2022-10-09/tag-panel").decode()
        assert re.search(r"\['#\w+', '#?\w+'", literals)

    def test_videos_are_elsewhere_are_posted_anew_and_captions_are_edited(self, truth: Truth) -> None:
        read = truth.video_readings
        assert set(read["platform"]) == {"tiktok", "youtube"}
        assert read.filter(platform="youtube")["delivery"].unique().to_list() == ["mobile-panel"]
        told = read.group_by("video_id").agg(
            pl.col("platform").first(), pl.col("created_at").n_unique(), pl.col("hashtags").n_unique()
        )
        assert told.filter(pl.col("created_at") > 1)["platform"].unique().to_list() == ["youtube"]
        assert told.filter(pl.col("hashtags") > 1).height > 5
        assert truth.video_days.filter(pl.col("views_reset") > 0).height > 3
        assert {"observed", "deleted", "not_seen_lately"} == set(truth.videos["state"])

    def test_tags_come_in_both_scripts_repeated_or_not_at_all(self, home: Home, truth: Truth) -> None:
        tags = truth.videos.explode("hashtags")["hashtags"].value_counts()
        carried = dict(tags.iter_rows())
        assert min(carried[tag] for tag in ("endthestigma", "كسر_الوصمة", "لا_للوصمة", "الصحة_النفسية")) > 20
        assert (truth.videos["hashtags"].list.len() == 0).any()
        text = only_file(home, "hashtag/2022-10-16/tag-panel").decode()
        assert "#\ufefb_للوصمة" in text
        assert re.search(r"(?i)(#\w+),(?:[^\"\n]*,)?\1[,\"]", text)


class TestHashtagTruth:
    def test_it_holds_every_kind_of_row(self, truth: Truth) -> None:
        days = truth.video_days
        first = days.filter("is_first_reading")
        assert first.height == truth.videos.height
        assert first["views"].is_null().any()
        assert (first["views"] == first["views_total"]).any()
        assert days.filter(pl.col("interval_days") >= 3).height > 10
        assert days.filter(pl.col("comments_total").is_null() & pl.col("views_total").is_not_null()).height > 100
        assert not first.filter(pl.col("event_on") == date(2022, 10, 4))["views"].is_not_null().any()

    def test_it_is_what_a_plain_loop_makes_of_the_readings(self, truth: Truth) -> None:
        """The rules of the readings, said once more as slowly as can be."""
        latest = {}
        for row in truth.video_readings.sort("landed_on", "delivery").iter_rows(named=True):
            latest[row["video_id"], row["captured_at"]] = row
        captures = defaultdict(list)
        for row in latest.values():
            captures[(row["captured_at"] + timedelta(hours=4)).date()].append(row["captured_at"])
        by_video = defaultdict(list)
        for row in sorted(latest.values(), key=lambda row: row["captured_at"]):
            by_video[row["video_id"]].append(row)
        expected = []
        for video_id, rows in by_video.items():
            known: dict[str, tuple[date, int]] = {}
            first = None
            for day in sorted({(row["captured_at"] + timedelta(hours=4)).date() for row in rows}):
                of_day = [row for row in rows if (row["captured_at"] + timedelta(hours=4)).date() == day]
                if first is None:
                    first = day
                    earlier = [at for other, all_at in captures.items() if other < day for at in all_at]
                    begins_at_zero = bool(earlier) and of_day[0]["created_at"] > max(earlier)
                net: dict[str, int | None] = {}
                total: dict[str, int | None] = {}
                gaps = []
                for name in COUNTERS:
                    values = [row[name] for row in of_day if row[name] is not None]
                    total[f"{name}_total"] = values[-1] if values else None
                    net[name] = None
                    if values and name in known:
                        net[name] = values[-1] - known[name][1]
                        gaps.append((day - known[name][0]).days)
                    elif values and begins_at_zero:
                        net[name] = values[-1]
                    if values:
                        known[name] = (day, values[-1])
                expected.append(
                    {"video_id": video_id, "event_on": day, **net, **total,
                     "interval_days": max(gaps, default=None), "is_first_reading": day == first}
                )  # fmt: skip
        days = truth.video_days.select(list(expected[0])).sort("video_id", "event_on")
        assert_frame_equal(days, pl.DataFrame(expected, schema=days.schema).sort("video_id", "event_on"))

    def test_days_of_a_tag_add_up_to_the_campaign(self, truth: Truth) -> None:
        days = truth.hashtag_days.filter(pl.col("event_on").is_between(date(2022, 10, 4), date(2022, 11, 2)))
        added = days.group_by("hashtag").agg(pl.col("posts", "views", "likes").sum()).sort("hashtag")
        totals = truth.hashtag_totals.filter(scope="hashtag").select("hashtag", "posts", "views", "likes")
        of_one_platform = totals.drop_nulls("views")
        assert 2 <= of_one_platform.height < totals.height
        assert_frame_equal(
            added.join(of_one_platform, on="hashtag", how="semi", maintain_order="left"), of_one_platform
        )
        creators = truth.hashtag_totals.filter(scope="hashtag", hashtag="endthestigma")["unique_creators"][0]
        assert creators < days.filter(hashtag="endthestigma")["unique_creators"].sum()

    def test_landing_reads_as_the_truth(self, lake: Mapping[str, pl.DataFrame], truth: Truth) -> None:
        key = ["landed_on", "delivery", "video_id", "captured_at"]
        columns = [name for name in truth.video_readings.columns if name != "creator"]
        # Zeros are doubted beside earlier deliveries, which a reader alone does not have.
        is_doubted = (pl.col("landed_on") == date(2022, 10, 20)) & (pl.col("delivery") == "tag-panel")
        read = lake["video_readings"].filter(~is_doubted).select(columns).sort(key)
        assert_frame_equal(read, truth.video_readings.filter(~is_doubted).select(columns).sort(key))
        people = lake["video_readings"].join(truth.videos, on="video_id").select("creator", "creator_key").unique()
        assert people.height == people["creator"].n_unique() == people["creator_key"].n_unique()


class TestAccounts:
    def test_reading_the_landing_gives_them(self, read: list[tuple[str, date, str, Parsed]], truth: Truth) -> None:
        found = [
            (*delivery, told_of(parsed), parsed.rejected.height, parsed.records_duplicate) for *delivery, parsed in read
        ]
        columns = ["source", "landed_on", "delivery", "records_read", "records_rejected", "records_duplicate"]
        assert sorted(found) == truth.deliveries.select(columns).rows()
        total = pl.sum_horizontal("records_loaded", "records_rejected", "records_duplicate")
        assert truth.deliveries.filter(total != pl.col("records_read")).is_empty()


class TestLive:
    def test_the_golden_session(self) -> None:
        start = 1_664_841_600
        stays = [
            Stay(person, start + 60 * joined, None if left is None else start + 60 * left)
            for person, joined, left in [
                ("A", -5, 10), ("A", 8, 20), ("A", 30, 75), ("B", 0, 5), ("B", 0, 5), ("B", 5, 15),
                ("C", 10, None), ("D", 20, 20), ("E", 59, 61), ("F", 61, 70),
            ]
        ]  # fmt: skip
        session = LiveSession("live-99", "intervals", start, start + 3_600, "golden", stays)
        sessions, minutes = live_truth([session])
        found = sessions.row(0, named=True)
        assert (found["unique_attendees"], found["peak_concurrent"], found["attended_minutes"]) == (4, 3, 116)
        assert found["average_concurrent"] == pytest.approx(1.9333, abs=5e-5)
        assert (found["average_watch_minutes"], found["imputed_leaves"]) == (29, 1)
        assert [found[f"present_at_{minute}m"] for minute in (5, 15, 30)] == [2, 2, 2]
        assert found["peak_concurrent_at"] == datetime.fromtimestamp(start + 10 * 60, UTC)
        assert minutes["concurrent"].sum() == pytest.approx(116)

    def test_lists_come_in_every_form(self, home: Home) -> None:
        files = {
            Path(name).parts[-2]: body
            for name, body in contents(home).items()
            if name.startswith("live/") and NOTE not in name
        }
        assert files["live-02"].startswith("\ufeffFull Name\tUser Action\tTimestamp".encode("utf-16-le"))
        assert files["live-05"].startswith("\ufeffNome Completo\tAtividade\t".encode("utf-16-le"))
        assert b"Start Time" in files["live-03"]
        assert b"Start Time" not in files["live-08"]
        assert files["live-09"].startswith("\ufeff1. Summary".encode("utf-16-le"))
        assert re.search(rb"/2022 0\d:\d\d:\d\d PM", files["live-03"])
        assert {name for name in files if not name.startswith("live-0")} == {"live-series"}

    def test_people_rejoin_use_two_devices_and_never_leave(self, lake: Mapping[str, pl.DataFrame]) -> None:
        stays = lake["live_stays"].sort("session_id", "person_key", "joined_at")
        following = stays.with_columns(
            pl.col("joined_at").shift(-1).over("session_id", "person_key").alias("next"),
            pl.col("left_at").is_null().alias("is_open"),
        )
        devices = following.filter(pl.col("next") < pl.col("left_at"))
        rejoins = following.filter(pl.col("next") > pl.col("left_at"))
        for rows, sessions in ((devices, 5), (rejoins, 8), (following.filter("is_open"), 7)):
            assert rows["session_id"].n_unique() == sessions
        assert set(stays.filter(pl.col("identity") == "guest")["session_id"]) == {"live-03", "live-08"}
        assert {"host", "moderator", "attendee", None} == set(stays["role"])

    def test_landing_reads_as_the_truth(self, lake: Mapping[str, pl.DataFrame], truth: Truth) -> None:
        bounds = ["session_id", "basis", "starts_at", "ends_at"]
        sessions = lake["live_sessions"].filter(pl.col("basis") != "registrations")
        assert_frame_equal(sessions.select(bounds).sort("session_id"), truth.live_sessions.select(bounds))
        attended = (
            lake["live_stays"]
            .join(truth.live_sessions, on="session_id")
            .filter(~pl.col("role").is_in(["host", "moderator"]).fill_null(value=False))
            .filter(
                pl.max_horizontal("joined_at", "starts_at")
                < pl.min_horizontal(pl.col("left_at").fill_null(pl.col("ends_at")), "ends_at")
            )
        )
        people = attended.group_by("session_id").agg(
            pl.col("person_key")
            .filter((pl.col("identity") == "id") | ~(pl.col("identity") == "id").any())
            .n_unique()
            .cast(pl.Int64())
            .alias("unique_attendees_low")
        )
        expected = truth.live_sessions.select("session_id", "unique_attendees_low").drop_nulls()
        assert_frame_equal(people.sort("session_id"), expected)
        samples = (
            lake["live_samples"]
            .group_by("session_id")
            .agg(
                pl.col("viewers").max(),
                pl.col("sampled_at").filter(pl.col("viewers") == pl.col("viewers").max()).sort(),
            )
        )
        peak = truth.live_sessions.filter(basis="samples").row(0, named=True)
        session, viewers, instants = samples.row(0)
        assert (session, viewers, instants[0]) == (
            peak["session_id"],
            peak["peak_concurrent"],
            peak["peak_concurrent_at"],
        )
        assert len(instants) == 2


class TestSurvey:
    def test_the_population_answers_as_published(self, truth: Truth) -> None:
        def top(wave: str, question: str, name: str, value: str) -> float:
            rows = truth.survey_estimates.filter(
                wave=wave,
                sample="mena",
                question_code=question,
                segment_name=name,
                segment_value=value,
                answer_code="top",
            )
            return float(rows["population_pct"].item())

        assert top("w1", "judged", "age_band", "18-24") == pytest.approx(59, abs=0.01)
        assert top("w1", "comfortable_talking", "age_band", "18-24") == pytest.approx(47, abs=0.01)
        for wave in ("w1", "w2"):
            assert top(wave, "as_important", "all", "all") == pytest.approx(60, abs=0.01)
            assert top(wave, "online_community", "all", "all") == pytest.approx(59, abs=0.01)
            millennials, gen_z = (top(wave, "online_community", "cohort", cohort) for cohort in ("millennial", "gen_z"))
            assert millennials > gen_z + 5

    def test_answers_add_up(self, truth: Truth) -> None:
        key = ["wave", "sample", "question_code", "segment_name", "segment_value"]
        codes = truth.survey_estimates.filter(~pl.col("answer_code").is_in(["top", "bottom"]))
        assert np.allclose(codes.group_by(key).agg(pl.col("population_pct").sum())["population_pct"], 100)

    def test_weights_cover_the_truth_where_counting_heads_does_not(self, truth: Truth) -> None:
        headlines = [("judged", "age_band", "18-24"), ("comfortable_talking", "age_band", "18-24"),
                     ("as_important", "all", "all"), ("online_community", "all", "all")]  # fmt: skip
        missed = set()
        for wave in make_waves(np.random.default_rng([20221004, 2]), 30, 1200):
            for question, name, value in headlines:
                low, high, unweighted = interval(wave.frame, question, name, value)
                known = truth.survey_estimates.filter(
                    wave=wave.wave, sample="mena", question_code=question, answer_code="top",
                    segment_name=name, segment_value=value,
                )["population_pct"][0]  # fmt: skip
                assert low <= known <= high
                if abs(unweighted - known) > 4.5:
                    missed.add((wave.wave, question))
        assert missed >= {(wave, question) for wave in ("w1", "w2") for question in ("judged", "comfortable_talking")}

    def test_intervals_cover_about_as_often_as_they_say(self) -> None:
        covered = []
        for seed in range(15):
            for wave in make_waves(np.random.default_rng(seed), 30, 300):
                for question in QUESTIONS:
                    low, high, _ = interval(wave.frame, question.code, "all", "all")
                    known = 100 * float(wave.population[question.code].is_in(question.top).to_numpy().mean())
                    covered.append(low <= known <= high)
        assert 0.92 <= sum(covered) / len(covered) <= 0.99

    def test_spss_keeps_codes_that_look_like_answers(self, home: Home) -> None:
        path = next(home.landing.glob("survey/2022-11-02/*/*.sav"))
        frame, meta = pyreadstat.read_sav(path, user_missing=True, output_format="polars")
        assert set(meta.missing_ranges) == {question.code for question in QUESTIONS}
        assert {8.0, 9.0} <= set(frame["online_community"])
        assert all(frame[question.code].null_count() > 0 for question in QUESTIONS)
        weights = frame.select("weight_AE", "weight_SA", "weight_EG")
        assert weights.select(pl.sum_horizontal(pl.all().is_not_null()) == 1).to_series().all()
        pooled = frame["weight"].to_numpy()
        assert pooled.mean() == pytest.approx(1, abs=0.01)
        assert pooled.max() > 5 * pooled.min()

    def test_landing_reads_as_the_truth(self, lake: Mapping[str, pl.DataFrame], truth: Truth) -> None:
        profiles = lake["survey_profiles"].select("delivery", "profile", "segments")
        people = lake["survey_respondents"].join(profiles, on=["delivery", "profile"])
        people = people.explode("segments").unnest("segments")
        all_of_them = lake["survey_respondents"].with_columns(
            pl.lit("all").alias("segment_name"), pl.lit("all").alias("segment_value")
        )
        columns = ["delivery", "survey_id", "wave", "respondent", "sample", "weight", "segment_name", "segment_value"]
        members = pl.concat([people.select(columns), all_of_them.select(columns)])
        answered = pl.col("answer") > 0
        key = ["survey_id", "wave", "sample", "question_code", "segment_name", "segment_value"]
        questions = lake["survey_questions"].select("delivery", "question_code", "codes")
        numbers = questions.explode("codes", empty_as_null=False).unnest("codes")
        bases = (
            long_answers(lake["survey_answers"])
            .join(members, on=["delivery", "respondent"])
            .join(numbers, on=["delivery", "answer"])
            .group_by(key)
            .agg(
                pl.len().cast(pl.Int64()).alias("base_asked"),
                answered.sum().cast(pl.Int64()).alias("base_unweighted"),
                pl.col("weight").filter(answered).sum().alias("base_weighted"),
            )
        )
        assert_frame_equal(bases.sort(key), truth.survey_bases.drop("unweighted_top_pct").sort(key), rel_tol=1e-12)
        assert set(truth.survey_bases["survey_id"]) == {SURVEY}


def interval(frame: pl.DataFrame, code: str, name: str, value: str) -> tuple[float, float, float]:
    """The Korn-Graubard interval of a top share in the pooled sample, and the share without weights, in per cent."""
    question = next(one for one in QUESTIONS if one.code == code)
    people, weight = sample_members(frame)["mena"]
    answered = people.filter(pl.col(code).is_not_null() & ~pl.col(code).is_in([8, 9]))
    domain = answered if name == "all" else answered.filter(pl.col(name) == value)
    weights, is_top = domain[weight].to_numpy(), domain[code].is_in(question.top).to_numpy()
    share = float(weights @ is_top / weights.sum())
    residual = weights / weights.sum() * (is_top - share)
    variance = answered.height / (answered.height - 1) * float(residual @ residual)
    shrink = (stats.t.ppf(0.975, domain.height - 1) / stats.t.ppf(0.975, answered.height - 1)) ** 2
    base = min(share * (1 - share) / variance * shrink, domain.height)
    low = stats.beta.ppf(0.025, base * share, base * (1 - share) + 1)
    high = stats.beta.ppf(0.975, base * share + 1, base * (1 - share))
    return 100 * float(low), 100 * float(high), 100 * float(is_top.mean())
