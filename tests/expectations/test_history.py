"""Deliveries beside earlier ones: who is compared with whom, and that the order of taking them in does not matter."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from expectations.history import compare, earlier_deliveries, rows_before
from ingest import lake
from ingest.lake import StagedDelivery
from ingest.ledger import LEDGER
from ingest.sources.live import LIVE_SAMPLES

if TYPE_CHECKING:
    from tests.expectations.conftest import Staging

LANDED_ON = date(2022, 10, 20)
TABLE = "live_samples"


def delivery(staging: "Staging", records: int = 12, day: int = 0, **changes: Any) -> StagedDelivery:
    landed_on = LANDED_ON + timedelta(days=day)
    rows = staging.believable(TABLE).with_columns(pl.col("viewers") + day)
    return staging.stage({TABLE: rows}, landed_on=landed_on, records_read=records, **changes)


def compared(
    staging: "Staging", ledger: pl.DataFrame, *deliveries: StagedDelivery, distrusted: set[str] | None = None
) -> dict[int, dict[str, Any]]:
    """What is found, by days after LANDED_ON."""
    numbered = dict(enumerate(deliveries))
    earlier = earlier_deliveries(staging.home, LIVE_SAMPLES, numbered, ledger, distrusted or set())
    found = compare(LIVE_SAMPLES, numbered, earlier)
    return {
        (item.landed_on - LANDED_ON).days: row
        for item, row in zip(deliveries, found.iter_rows(named=True), strict=True)
    }


def times(staging: "Staging", ledger: pl.DataFrame, *deliveries: StagedDelivery) -> float | None:
    found = compared(staging, ledger, *deliveries)[0]["times_usual"]
    return None if found is None else float(found)


def test_the_usual_is_the_median_of_the_latest_fourteen(staging: "Staging") -> None:
    found = compared(staging, staging.ledger("live", [1000] * 50 + [10] * 6 + [12] * 8), delivery(staging, 36))[0]
    assert found["times_usual"] == 3.0
    assert found["times_usual_found"] == "36 records, 3.00 times the usual 12"


def test_six_earlier_deliveries_are_too_few(staging: "Staging") -> None:
    found = compared(staging, staging.ledger("live", [12] * 6), delivery(staging, 1000))[0]
    assert found["times_usual"] is None
    assert found["times_usual_found"] == "not judged before the supplier has 7 earlier deliveries"


def test_nothing_is_no_measure(staging: "Staging") -> None:
    assert times(staging, staging.ledger("live", [0] * 7), delivery(staging)) is None


@pytest.mark.parametrize(
    "other",
    [
        {"source": "hashtag"},
        {"format": "ndjson"},
        {"campaign_id": "other"},
        {"supplier": "agency"},
        {"status": "superseded"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_only_loaded_deliveries_of_the_same_kind_are_a_measure(other: dict[str, str], staging: "Staging") -> None:
    ledger = staging.ledger("live", [12] * 7)
    assert times(staging, ledger, delivery(staging, 120)) == 10.0
    changed = ledger.with_columns(pl.lit(value).alias(name) for name, value in other.items())
    assert times(staging, changed, delivery(staging, 120, version=2)) is None


def test_all_at_once_is_judged_like_day_by_day(staging: "Staging") -> None:
    records = [12, 14, 10, 90, 12, 13, 11, 12, 120, 12]
    held_day = 3
    days = [delivery(staging, count, day - 10) for day, count in enumerate(records)]
    at_once = compared(staging, LEDGER.to_frame(), *reversed(days), distrusted={days[held_day].ref})
    ledger = LEDGER.to_frame()
    day_by_day: dict[int, dict[str, Any]] = {}
    for number, item in enumerate(days):
        day_by_day |= compared(staging, ledger, item)
        if number != held_day:
            row = staging.ledger("live", [item.records_read], landed_on=item.landed_on)
            ledger = pl.concat([ledger, row])
    judged = {day: row["times_usual"] for day, row in sorted(at_once.items())}
    assert judged == {day: row["times_usual"] for day, row in day_by_day.items()}
    assert judged[-2] == 10.0


def test_a_delivery_is_not_compared_with_its_own_earlier_version(staging: "Staging") -> None:
    ledger = pl.concat([staging.ledger("live", [12] * 6), staging.ledger("live", [12], landed_on=LANDED_ON)])
    assert times(staging, ledger, delivery(staging, 1000, version=2)) is None


def test_a_new_version_counts_instead_of_the_one_it_takes_the_place_of(staging: "Staging") -> None:
    ledger = staging.ledger("live", [12] * 7)
    again = [delivery(staging, 100, day - 7, version=2) for day in range(7)]
    assert times(staging, ledger, *again, delivery(staging, 100)) == 1.0


def test_a_repetition_is_one_of_an_older_delivery_too(staging: "Staging") -> None:
    """Another time alone makes no new delivery; another figure, or another size, does."""
    rows = staging.believable(TABLE)
    older = rows.with_columns(pl.col("sampled_at") - pl.duration(days=5))
    between = rows.with_columns(pl.col("sampled_at") - pl.duration(days=2), viewers=pl.lit(7, pl.Int64()))
    ledger = pl.concat([staging.load(TABLE, older, 5), staging.load(TABLE, between, 2)])
    same = staging.stage({TABLE: rows}, "same")
    other = staging.stage({TABLE: rows.with_columns(pl.col("viewers") + 1)}, "other")
    larger = staging.stage({TABLE: rows}, "larger", records_read=5)
    numbered = {1: same, 3: other, 4: larger}
    earlier = earlier_deliveries(staging.home, LIVE_SAMPLES, numbered, ledger, set())
    found = compare(LIVE_SAMPLES, numbered, earlier)
    assert found["is_repetition"].to_list() == [True, False, False]
    assert found["is_repetition_found"].to_list() == ["equal to 2022-10-15/day but for times", "new", "new"]


def test_a_file_that_is_gone_is_compared_with_nothing(staging: "Staging") -> None:
    ledger = staging.ledger("live", [4] * 7)
    numbered = {0: delivery(staging, 4)}
    earlier = earlier_deliveries(staging.home, LIVE_SAMPLES, numbered, ledger, set())
    assert compare(LIVE_SAMPLES, numbered, earlier)["is_repetition"].to_list() == [False]
    assert rows_before(numbered, earlier) is None


def test_a_damaged_file_is_compared_with_nothing(staging: "Staging") -> None:
    rows = staging.believable(TABLE)
    ledger = staging.load(TABLE, rows.with_columns(pl.col("sampled_at") - pl.duration(days=5)), 5)
    file = lake.partition(staging.home.lake / TABLE, LANDED_ON - timedelta(days=5), "day")
    written = [{"table": TABLE, "rows": rows.height, "bytes": file.stat().st_size}]
    ledger = ledger.with_columns(lake_files=pl.Series([written], dtype=LEDGER["lake_files"]))
    numbered = {0: staging.stage({TABLE: rows}, "same")}

    def found() -> tuple[list[bool], bool]:
        earlier = earlier_deliveries(staging.home, LIVE_SAMPLES, numbered, ledger, set())
        return compare(LIVE_SAMPLES, numbered, earlier)["is_repetition"].to_list(), rows_before(
            numbered, earlier
        ) is None

    assert found() == ([True], False)
    file.write_bytes(file.read_bytes()[:-9])
    assert found() == ([False], True)


def test_the_rows_before_are_those_of_the_latest_earlier_day(staging: "Staging") -> None:
    rows = staging.believable(TABLE)
    ledger = pl.concat([staging.load(TABLE, rows.head(days), days) for days in (1, 2, 3)])
    numbered = {7: delivery(staging)}
    earlier = earlier_deliveries(staging.home, LIVE_SAMPLES, numbered, ledger, set())
    before = rows_before(numbered, earlier)
    assert before is not None
    assert before.collect().select("delivery_number", "line").rows() == [(7, 2)]


def test_every_file_of_the_day_before_precedes_every_file_of_a_day(staging: "Staging") -> None:
    rows = staging.believable(TABLE)
    ledger = pl.concat([staging.load(TABLE, rows[place], 1, name) for place, name in enumerate(("jo", "eg"))])
    numbered = {7: delivery(staging, name="jo"), 8: delivery(staging, name="eg")}
    before = rows_before(numbered, earlier_deliveries(staging.home, LIVE_SAMPLES, numbered, ledger, set()))
    assert before is not None
    found = before.collect().select("delivery_number", "line").sort(pl.all()).rows()
    assert found == [(7, 2), (7, 3), (8, 2), (8, 3)]
