"""Small hashtag deliveries that real users met, and earlier deliveries that tell what a scraper failed to read."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from ingest import lake
from ingest.home import Home
from ingest.ingestion import ingest
from ingest.landing import write_delivery
from ingest.ledger import read_ledger
from ingest.planning import find_pending
from ingest.sources.hashtag import HASHTAG
from ingest.sources.live import LIVE
from tests.ingest.ingest_desk import no_objection
from tests.ingest.video_desk import FIELD


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("CAMPAIGN_PSEUDONYM_KEY", "a key of the tests, 32 characters long")
    return Home(tmp_path)


class Case:
    """A case of the field: lands its files as its README says, and tells what the lake holds then."""

    def __init__(self, home: Home, number: str) -> None:
        self.home, self.folder = home, FIELD / "field" / number
        if not self.folder.exists():
            pytest.skip(f"the real data is not beside this checkout: field/{number} is absent")
        self.note = yaml.safe_load((self.folder / "delivery.yml").read_text("utf-8"))
        self.landed_on = date.fromisoformat(self.about["landed_on"])

    @property
    def about(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "expected.json").read_text("utf-8"))
        return found

    def land(self, file: str, day: date, name: str = "delivery") -> None:
        write_delivery(self.home, "hashtag", day, name, {file: (self.folder / file).read_bytes()}, self.note)

    def run(self) -> None:
        ingest(self.home, HASHTAG, no_objection, "run", frozenset({"endthestigma"}))

    def account(self) -> dict[str, Any]:
        return read_ledger(self.home).row(-1, named=True)

    def readings(self, day: date, name: str = "delivery") -> pl.DataFrame:
        return pl.read_parquet(lake.partition(self.home.lake / "video_readings", day, name))

    def unreadable(self, day: date, name: str = "delivery") -> list[tuple[str, str, int]]:
        found = pl.read_parquet(lake.partition(self.home.lake / "unreadable" / "hashtag", day, name))
        return found.select("column_name", "reason", "records").rows()


def by_tag(readings: pl.DataFrame) -> dict[str, int]:
    return dict(readings.explode("hashtags").group_by("hashtags").len().iter_rows())


def test_tags_in_list_literals(home: Home) -> None:
    case = Case(home, "05")
    case.land("videos.csv", case.landed_on)
    case.run()
    readings, expected = case.readings(case.landed_on), case.about["expected"]
    assert readings.height == expected["videos"]
    assert {tag: by_tag(readings)[tag] for tag in expected["videos_by_tag"]} == expected["videos_by_tag"]
    assert readings.filter(pl.col("hashtags").list.len() == 0).height == expected["videos_without_tags"]
    tags = "".join(readings["display_hashtags"].explode().drop_nulls())
    assert not any(mark in tags for mark in expected["no_tag_contains"])


def test_dates_without_a_time(home: Home) -> None:
    case = Case(home, "09")
    case.land("videos.csv", case.landed_on)
    case.run()
    account, expected = case.account(), case.about["expected"]
    assert {name: account[name] for name in expected if name in account} == {
        name: value for name, value in expected.items() if name in account
    }
    assert case.readings(case.landed_on)["likes"].sum() == expected["likes"]


def test_no_header_and_no_counters(home: Home) -> None:
    case = Case(home, "23")
    case.land("v.csv", case.landed_on)
    case.run()
    readings, expected = case.readings(case.landed_on), case.about["expected"]
    assert (case.account()["records_read"], readings.height) == (expected["records_read"], expected["videos"])
    assert by_tag(readings)["onepiece"] == expected["videos_by_tag"]["onepiece"]
    assert readings["views"].null_count() == readings.height


@pytest.mark.parametrize("runs", [1, 2])
def test_a_failed_scrape_stored_as_zeros(home: Home, runs: int) -> None:
    """Whether the day before is in the lake already or comes with the same run."""
    case = Case(home, "07")
    day = case.landed_on
    case.land("first.csv", before := date(day.year, day.month, day.day - 1))
    if runs == 2:
        case.run()
    case.land("videos.csv", day)
    case.run()
    assert case.readings(before)["views"].sum() == case.about["expected"]["views_total_before"]
    counters = case.readings(day).select("views", "likes", "comments", "shares")
    assert counters.null_count().row(0) == (counters.height,) * 4
    assert case.unreadable(day) == [(name, "implausible_zero", 40) for name in ("comments", "likes", "shares", "views")]


NOTE = {
    "source": "hashtag", "format": "video_csv", "campaign": "endthestigma", "timezone": "UTC",
    "options": {"columns": {"video_id": "id", "captured_at": "at", "views": "v", "saves": "s"}},
}  # fmt: skip


def deliveries(home: Home, *days: list[tuple[str, int, int]]) -> list[pl.DataFrame]:
    """One delivery a day with readings of (id, views, saves); the counters of each as they come into the lake."""
    return deliveries_on(home, *enumerate(days, 1))


def deliveries_on(home: Home, *days: tuple[int, list[tuple[str, int, int]]]) -> list[pl.DataFrame]:
    """The same with the day on which each was read; they land one a day, in this order, and are taken in at once."""
    for landed, (number, rows) in enumerate(days, 1):
        lines = [f"{video},2025-06-{number:02d} 10:00:00,{views},{saves}" for video, views, saves in rows]
        text = "\n".join(["id,at,v,s", *lines, ""]).encode()
        write_delivery(home, "hashtag", date(2025, 6, landed), "day", {"v.csv": text}, NOTE)
    ingest(home, HASHTAG, no_objection, "run", frozenset({"endthestigma"}))
    return [
        pl.read_parquet(lake.partition(home.lake / "video_readings", date(2025, 6, landed), "day")).select(
            "views", "saves"
        )
        for landed in range(1, len(days) + 1)
    ]


def flags(home: Home, day: int) -> list[tuple[str, str, int]]:
    found = pl.read_parquet(lake.partition(home.lake / "unreadable" / "hashtag", date(2025, 6, day), "day"))
    return found.select("column_name", "reason", "records").rows()


VIDEOS = [(f"v{number}", 100 + number, 0) for number in range(20)]


class TestZeros:
    def test_a_counter_that_was_always_0_may_stay_so(self, home: Home) -> None:
        first, second = deliveries(home, VIDEOS, [(video, views + 1, 0) for video, views, _ in VIDEOS])
        assert first["saves"].to_list() == second["saves"].to_list() == [0] * 20

    def test_new_videos_without_views_are_not_doubted(self, home: Home) -> None:
        _, second = deliveries(home, VIDEOS, [(f"new{number}", 0, 0) for number in range(20)])
        assert second["views"].to_list() == [0] * 20

    def test_videos_without_the_views_they_had_were_not_read(self, home: Home) -> None:
        saved = [(video, views, 7) for video, views, _ in VIDEOS]
        failed = [(video, 0, 0) for video, _, _ in VIDEOS[:2]]
        _, second = deliveries(
            home, saved, [*failed, *((video, views, 9) for video, views, _ in VIDEOS[2:]), ("new", 0, 0)]
        )
        assert second["views"].to_list() == [None, None, *range(102, 120), 0]
        assert flags(home, 2) == [("saves", "implausible_zero", 2), ("views", "implausible_zero", 2)]

    def test_one_video_without_the_views_it_had_was_not_read(self, home: Home) -> None:
        _, second = deliveries(home, VIDEOS, [(video, 0 if video == "v1" else views, 0) for video, views, _ in VIDEOS])
        assert flags(home, 2) == [("views", "implausible_zero", 1)]
        assert second["views"].to_list() == [100, None, *range(102, 120)]

    def test_one_zero_in_a_hundred_is_left_to_the_marts(self, home: Home) -> None:
        many = [(f"v{number}", 100 + number, 0) for number in range(100)]
        _, second = deliveries(home, many, [(video, 0 if video == "v1" else views, 0) for video, views, _ in many])
        assert second["views"].null_count() == 0

    def test_a_reading_of_the_same_file_is_an_earlier_one_too(self, home: Home) -> None:
        lines = [
            f"v{number},2025-06-0{day} 10:00:00,{0 if day == 2 and number < 5 else 50},1"
            for day in (1, 2, 3)
            for number in range(9)
        ]
        write_delivery(
            home, "hashtag", date(2025, 6, 4), "day", {"v.csv": "\n".join(["id,at,v,s", *lines, ""]).encode()}, NOTE
        )
        ingest(home, HASHTAG, no_objection, "run", frozenset({"endthestigma"}))
        assert flags(home, 4) == [("views", "implausible_zero", 5)]

    def test_videos_of_days_ago_have_views(self, home: Home) -> None:
        ids = [str((1748000000 + number) << 32 | 1) for number in range(20)]
        [first] = deliveries(home, [(video, 0, 0) for video in ids])
        assert first["views"].null_count() == 20

    def test_videos_of_days_ago_have_views_on_each_day_of_a_file(self, home: Home) -> None:
        ids = [str((1748000000 + number) << 32 | 1) for number in range(20)]
        lines = [f"{video},2025-06-0{day} 10:00:00,{50 * (day - 1)},0" for day in (1, 2, 3) for video in ids]
        text = "\n".join(["id,at,v,s", *lines, ""]).encode()
        write_delivery(home, "hashtag", date(2025, 6, 4), "day", {"v.csv": text}, NOTE)
        ingest(home, HASHTAG, no_objection, "run", frozenset({"endthestigma"}))
        assert flags(home, 4) == [("saves", "implausible_zero", 20), ("views", "implausible_zero", 20)]

    def test_nearly_all_are_enough_and_what_is_above_0_stays(self, home: Home) -> None:
        _, second = deliveries(home, VIDEOS, [(video, views if video == "v1" else 0, 0) for video, views, _ in VIDEOS])
        assert second["views"].drop_nulls().to_list() == [101]
        assert flags(home, 2) == [("views", "implausible_zero", 19)]

    def test_eleven_of_twelve_are_nearly_all(self, home: Home) -> None:
        first = VIDEOS[:12]
        _, second = deliveries(home, first, [(video, 500 if video == "v1" else 0, 0) for video, _, _ in first])
        assert second["views"].drop_nulls().to_list() == [500]

    def test_a_fetch_that_failed_may_be_stored_as_1(self, home: Home) -> None:
        saved = [(video, views, 7) for video, views, _ in VIDEOS]
        ones = [(video, 1, 1) for video, _, _ in VIDEOS]
        _, second, third = deliveries(home, saved, [*ones[:2], *saved[2:]], ones)
        assert second.rows()[:3] == [(None, None), (None, None), (102, 7)]
        assert third["views"].null_count() == third["saves"].null_count() == 20

    def test_one_view_that_is_the_first_was_read(self, home: Home) -> None:
        first = [(video, 0, 1) for video, _, _ in VIDEOS]
        _, second = deliveries(home, first, [(video, 1, 1) for video, _, _ in VIDEOS])
        assert second.rows() == [(1, 1)] * 20

    def test_the_last_known_value_counts(self, home: Home) -> None:
        zeros = [(video, 0, 0) for video, _, _ in VIDEOS]
        *_, third = deliveries(home, VIDEOS, zeros, zeros)
        assert third["views"].null_count() == 20

    def test_what_is_damaged_says_nothing_until_it_is_read_again(self, home: Home) -> None:
        deliveries(home, VIDEOS, [(video, 0, 0) for video, _, _ in VIDEOS])
        files = sorted(home.lake.glob("video_readings/landed_on=2*/*.parquet"))
        before = [pl.read_parquet(file) for file in files]
        for file in files:
            file.write_bytes(file.read_bytes()[:99])
        ingest(home, HASHTAG, no_objection, "again", frozenset({"endthestigma"}))
        assert read_ledger(home)["outcome_reason"].to_list() == [None, None]
        assert all(pl.read_parquet(file).equals(whole) for file, whole in zip(files, before, strict=True))

    def test_an_earlier_delivery_of_another_campaign_says_nothing(self, home: Home) -> None:
        text = "\n".join(["id,at,v,s", *(f"{video},2025-05-01,9,0" for video, _, _ in VIDEOS), ""]).encode()
        write_delivery(home, "hashtag", date(2025, 5, 1), "x", {"v.csv": text}, NOTE | {"campaign": "other"})
        ingest(home, HASHTAG, no_objection, "run", frozenset({"endthestigma", "other"}))
        [only] = deliveries(home, [(video, 0, 0) for video, _, _ in VIDEOS])
        assert only["views"].null_count() == 0

    @pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 1, 3), (3, 1, 2)])
    def test_when_readings_were_taken_decides_not_when_they_arrived(self, home: Home, order: tuple[int, ...]) -> None:
        zeros = [(video, 0, 0) for video, _, _ in VIDEOS]
        of_day = {1: VIDEOS, 2: zeros, 3: [(video, views + 9, 0) for video, views, _ in VIDEOS]}
        for landed, number in enumerate(order, 1):
            lines = [f"{video},2025-06-{number:02d} 10:00:00,{views},{saves}" for video, views, saves in of_day[number]]
            text = "\n".join(["id,at,v,s", *lines, ""]).encode()
            write_delivery(home, "hashtag", date(2025, 6, 10 + landed), f"d{number}", {"v.csv": text}, NOTE)
            ingest(home, HASHTAG, no_objection, f"run {landed}", frozenset({"endthestigma"}))
        [file] = home.lake.glob("video_readings/landed_on=2025-06-1*/d2.parquet")
        assert pl.read_parquet(file)["views"].null_count() == 20
        ledger = read_ledger(home).filter(delivery="d2", status="loaded")
        assert ledger["doubted"].to_list() == ["views!,saves"]
        assert find_pending(home, [HASHTAG], frozenset({"endthestigma"})).pending == ()

    def test_deliveries_of_another_source_raise_no_doubt(self, home: Home) -> None:
        """Stays that began before the readings: only hashtag deliveries are looked at again beside hashtag deliveries."""
        deliveries(home, VIDEOS, [(video, 0, 0) for video, _, _ in VIDEOS])
        stays = b"who,from,to\nana,2025-06-01 08:00,2025-06-01 09:00\n"
        columns = {"person": "who", "joined_at": "from", "left_at": "to"}
        options = {"session": {"id": "s1", "title": "Talk"}, "columns": columns}
        note = NOTE | {"source": "live", "format": "intervals_csv", "options": options}
        write_delivery(home, "live", date(2025, 6, 3), "talk", {"stays.csv": stays}, note)
        ingest(home, LIVE, no_objection, "run", frozenset({"endthestigma"}))
        assert read_ledger(home).sort("landed_on")["status"].to_list() == ["loaded"] * 3

    def test_all_at_once_as_one_by_one(self, home: Home) -> None:
        """The zeros landed first."""
        zeros, first = deliveries_on(home, (2, [(video, 0, 0) for video, _, _ in VIDEOS]), (1, VIDEOS))
        assert (zeros["views"].null_count(), first["views"].null_count()) == (20, 0)
        assert read_ledger(home)["version"].to_list() == [1, 1]
