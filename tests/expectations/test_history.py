"""Volume against recent deliveries: who is compared with whom, and that the order of taking them in does not matter."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from expectations.checks import CheckResult
from expectations.validation import validate_deliveries
from ingest.lake import StagedDelivery
from ingest.ledger import LEDGER
from ingest.sources.live import LIVE

if TYPE_CHECKING:
    from tests.expectations.conftest import Desk

LANDED_ON = date(2022, 10, 20)
TABLE = "live_samples"


def delivery(desk: "Desk", records: int = 12, day: int = 0, **changes: Any) -> StagedDelivery:
    landed_on = LANDED_ON + timedelta(days=day)
    account = {"records_read": records, "records_loaded": records, **changes}
    rows = desk.believable(TABLE).with_columns(pl.col("sampled_at") + pl.duration(days=min(day, 0)))
    return desk.stage({TABLE: rows}, landed_on=landed_on, **account)


def volumes(ledger: pl.DataFrame, *deliveries: StagedDelivery) -> dict[int, CheckResult]:
    """The results on volume, by days after LANDED_ON."""
    results = validate_deliveries(LIVE, deliveries, ledger)
    return {
        (item.landed_on - LANDED_ON).days: item
        for item in results
        if item.check_name == "volume_as_usual" and item.landed_on
    }


@pytest.mark.parametrize(("records", "passed"), [(3, False), (4, True), (36, True), (37, False)])
def test_three_times_more_or_less_than_usual_is_still_usual(records: int, passed: bool, desk: "Desk") -> None:
    assert volumes(desk.ledger("live", [12] * 7), delivery(desk, records))[0].passed is passed


def test_six_earlier_deliveries_are_too_few(desk: "Desk") -> None:
    result = volumes(desk.ledger("live", [12] * 6), delivery(desk, 1000))[0]
    assert result.passed
    assert result.observed == "not judged before the supplier has 7 earlier deliveries"


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
def test_only_loaded_deliveries_of_the_same_kind_are_a_measure(other: dict[str, str], desk: "Desk") -> None:
    ledger = desk.ledger("live", [12] * 7)
    assert not volumes(ledger, delivery(desk, 1000))[0].passed
    changed = ledger.with_columns(pl.lit(value).alias(name) for name, value in other.items())
    assert volumes(changed, delivery(desk, 1000, version=2))[0].passed


def test_the_latest_fourteen_say_what_is_usual(desk: "Desk") -> None:
    assert volumes(desk.ledger("live", [1000] * 50 + [12] * 14), delivery(desk))[0].passed


def test_all_at_once_is_judged_like_day_by_day(desk: "Desk") -> None:
    records = [12, 14, 10, 90, 12, 13, 11, 12, 120, 12]
    held_day = 3
    days = [
        delivery(desk, count, day - 10, **({"records_rejected": count, "records_loaded": 0} if day == held_day else {}))
        for day, count in enumerate(records)
    ]
    at_once = volumes(LEDGER.to_frame(), *reversed(days))
    ledger = LEDGER.to_frame()
    day_by_day: dict[int, CheckResult] = {}
    for number, item in enumerate(days):
        day_by_day |= volumes(ledger, item)
        if number != held_day:
            row = desk.ledger("live", [item.records_read], landed_on=item.landed_on)
            ledger = pl.concat([ledger, row])
    assert dict(sorted(at_once.items())) == day_by_day
    assert [day for day, item in day_by_day.items() if not item.passed] == [-2]


def test_a_delivery_is_not_compared_with_its_own_earlier_version(desk: "Desk") -> None:
    ledger = pl.concat([desk.ledger("live", [12] * 6), desk.ledger("live", [12], landed_on=LANDED_ON)])
    result = volumes(ledger, delivery(desk, 1000, version=2))[0]
    assert result.observed == "not judged before the supplier has 7 earlier deliveries"


def test_a_new_version_counts_instead_of_the_one_it_takes_the_place_of(desk: "Desk") -> None:
    ledger = desk.ledger("live", [12] * 7)
    again = [delivery(desk, 100, day - 7, version=2) for day in range(7)]
    assert volumes(ledger, *again, delivery(desk, 100))[0].passed
