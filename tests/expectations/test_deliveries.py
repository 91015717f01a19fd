"""Deliveries against their suites: every expectation of every table fires on a planted defect, and only there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from expectations.checks import CheckResult, held
from expectations.suites import DELIVERY_SUITES
from expectations.validation import validate_deliveries
from ingest.lake import StagedDelivery
from ingest.ledger import LEDGER
from ingest.sources import SOURCES

if TYPE_CHECKING:
    from tests.expectations.conftest import Desk

LANDED_ON = date(2022, 10, 20)
DAY_AFTER = datetime(2022, 10, 22, tzinfo=UTC)
"""The first instant that is later than the day after LANDED_ON."""

SOURCE_OF = {table.name: source for source in SOURCES for table in source.tables}
EXPECTATIONS = [(table, item.name) for table, suite in DELIVERY_SUITES.items() for item in suite.expectations]


@dataclass(frozen=True)
class Defect:
    """What is done to a believable delivery, and what the check then says."""

    plant: Callable[[pl.DataFrame], pl.DataFrame] = lambda frame: frame
    account: dict[str, Any] = field(default_factory=dict)
    failing: int = 1
    sample: str | None = "a.csv:3"
    observed: str = "1 of 4 rows"


def on_line(*lines: int, **values: pl.Expr | object) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Set columns of the rows at some lines."""

    def plant(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.when(pl.col("line").is_in(lines))
            .then(value if isinstance(value, pl.Expr) else pl.lit(value, dtype=frame.schema[name]))
            .otherwise(name)
            .alias(name)
            for name, value in values.items()
        )

    return plant


def repeat_line_3(frame: pl.DataFrame) -> pl.DataFrame:
    """The same key twice, with the rest of the row changed."""
    again = frame.filter(pl.col("line") == 3).with_columns(pl.lit(6, pl.Int64()).alias("line"))
    return pl.concat([frame, again])


def ten_times(frame: pl.DataFrame) -> pl.DataFrame:
    """Ten times as many respondents, all of one sample."""
    return pl.concat(
        frame.with_columns(
            pl.col("line") + frame.height * time,
            pl.format("{}{}", "respondent_key", pl.lit(time)).alias("respondent_key"),
        )
        for time in range(10)
    )


REPEATED = Defect(repeat_line_3, failing=2, sample="a.csv:3, a.csv:6", observed="2 of 5 rows")


def of_records(table: str) -> dict[tuple[str, str], Defect]:
    """Defects in the account of a delivery."""
    nothing = {"records_loaded": 0, "records_rejected": 1, "records_duplicate": 3}
    rejected = {"records_read": 9, "records_rejected": 5}
    flood = {"records_read": 40, "records_loaded": 40}
    return {
        (table, "records_loaded"): Defect(account=nothing, sample=None, observed="0 of 4 records loaded"),
        (table, "records_mostly_accepted"): Defect(account=rejected, sample=None, observed="5 of 9 records rejected"),
        (table, "volume_as_usual"): Defect(account=flood, sample=None, observed="40 records, 10.00 times the usual 4"),
    }


def mostly_unknown(table: str, column: str) -> dict[tuple[str, str], Defect]:
    """A column unknown in three rows of four."""
    defect = Defect(on_line(2, 3, 4, **{column: None}), sample=None, observed=f"75% of {column} unknown")
    return {(table, f"{column}_mostly_known"): defect}


def later(column: str, *, hours: int = 0, seconds: int = 0) -> pl.Expr:
    return pl.col(column) + pl.duration(hours=hours, seconds=seconds)


DEFECTS: dict[tuple[str, str], Defect] = {
    **{(table, "key_unique"): REPEATED for table in SOURCE_OF},
    **of_records("video_readings"),
    **mostly_unknown("video_readings", "views"),
    **mostly_unknown("video_readings", "creator_key"),
    **mostly_unknown("video_readings", "hashtags"),
    ("video_readings", "captured_at_before_landing"): Defect(on_line(3, captured_at=DAY_AFTER)),
    ("video_readings", "likes_within_views"): Defect(on_line(3, likes=1001)),
    ("video_readings", "other_engagements_within_views"): Defect(on_line(3, shares=1001)),
    ("video_readings", "counters_not_negative"): Defect(on_line(3, saves=-1)),
    ("video_readings", "views_plausible"): Defect(on_line(3, views=10_000_000_001)),
    ("video_readings", "created_before_captured"): Defect(on_line(3, created_at=later("captured_at", seconds=1))),
    ("live_sessions", "bounds_known"): Defect(on_line(3, starts_at=None)),
    ("live_sessions", "bounds_in_order"): Defect(on_line(3, ends_at=later("starts_at", seconds=-1))),
    ("live_sessions", "length_plausible"): Defect(on_line(3, ends_at=later("starts_at", hours=25))),
    **of_records("live_stays"),
    **mostly_unknown("live_stays", "left_at"),
    ("live_stays", "joined_at_before_landing"): Defect(on_line(3, joined_at=DAY_AFTER, left_at=DAY_AFTER)),
    ("live_stays", "left_after_joining"): Defect(on_line(3, left_at=later("joined_at", seconds=-1))),
    ("live_stays", "length_plausible"): Defect(on_line(3, left_at=later("joined_at", hours=25))),
    ("live_stays", "times_unambiguous"): Defect(on_line(3, is_ambiguous_time=True)),
    **of_records("live_interactions"),
    ("live_interactions", "happened_at_before_landing"): Defect(on_line(3, happened_at=DAY_AFTER)),
    **of_records("live_registrations"),
    **of_records("live_samples"),
    **mostly_unknown("live_samples", "viewers"),
    ("live_samples", "sampled_at_before_landing"): Defect(on_line(3, sampled_at=DAY_AFTER)),
    ("live_samples", "viewers_not_negative"): Defect(on_line(3, viewers=-1)),
    ("live_samples", "viewers_seen"): Defect(on_line(2, 3, 4, 5, viewers=0), sample=None, observed="0 viewers at most"),
    ("survey_waves", "fieldwork_in_order"): Defect(on_line(3, fieldwork_to=date(2022, 9, 30))),
    ("survey_waves", "fieldwork_before_landing"): Defect(on_line(3, fieldwork_to=LANDED_ON + timedelta(days=1))),
    ("survey_questions", "question_text_known"): Defect(on_line(3, question_text=None)),
    ("survey_questions", "answers_offered"): Defect(on_line(3, answers=pl.col("answers").list.head(1))),
    **of_records("survey_respondents"),
    **mostly_unknown("survey_respondents", "weight"),
    ("survey_respondents", "weights_positive"): Defect(on_line(3, weight=0.0)),
    ("survey_respondents", "weights_not_extreme"): Defect(
        lambda frame: on_line(3, weight=6.0)(ten_times(frame)), observed="1 of 40 rows"
    ),
    ("survey_respondents", "weights_efficient"): Defect(
        on_line(3, weight=9.0), sample=None, observed="an effective base of 43% of the base"
    ),
    ("survey_answers", "answers_mostly_valid"): Defect(
        on_line(2, 3, 4, status="missing"), sample=None, observed="75% of the answers missing"
    ),
}


def validate(*deliveries: StagedDelivery, ledger: pl.DataFrame | None = None) -> list[CheckResult]:
    source = SOURCE_OF[next(iter(deliveries[0].tables))]
    return validate_deliveries(source, deliveries, LEDGER.to_frame() if ledger is None else ledger)


def failures(results: list[CheckResult]) -> dict[tuple[str | None, str, str], CheckResult]:
    return {(item.delivery, item.subject, item.check_name): item for item in results if not item.passed}


def test_every_expectation_has_a_planted_defect() -> None:
    assert set(EXPECTATIONS) - set(DEFECTS) == set(), "expectations without a planted defect"
    assert set(DEFECTS) - set(EXPECTATIONS) == set(), "defects without an expectation"


@pytest.mark.parametrize(("table", "check"), EXPECTATIONS, ids=map(".".join, EXPECTATIONS))
def test_expectation_fires_on_its_defect_and_nowhere_else(table: str, check: str, desk: "Desk") -> None:
    defect = DEFECTS[table, check]
    deliveries = [
        desk.stage({table: desk.believable(table)}, "before"),
        desk.stage({table: defect.plant(desk.believable(table))}, "planted", **defect.account),
        desk.stage({table: desk.believable(table)}, "afterwards"),
    ]
    results = validate(*deliveries, ledger=desk.ledger(SOURCE_OF[table].name, [4] * 7))
    assert set(failures(results)) == {("planted", table, check)}
    expectation = next(item for item in DELIVERY_SUITES[table].expectations if item.name == check)
    assert failures(results)["planted", table, check] == CheckResult(
        layer="delivery",
        subject=table,
        check_name=check,
        severity=expectation.severity,
        passed=False,
        observed=defect.observed,
        expected=expectation.expected,
        failing=defect.failing,
        sample=defect.sample,
        source=SOURCE_OF[table].name,
        landed_on=LANDED_ON,
        delivery="planted",
    )
    assert (f"{LANDED_ON}/planted" in held(results)) == (expectation.severity == "ERROR")


@pytest.mark.parametrize("table", DELIVERY_SUITES)
def test_every_delivery_gets_every_result(table: str, desk: "Desk") -> None:
    deliveries = [desk.stage({table: desk.believable(table)}, name) for name in ("a", "b")]
    results = validate(*deliveries)
    asked = {(item.delivery, item.subject, item.check_name) for item in results if item.subject == table}
    assert asked == {(name, table, item.name) for name in "ab" for item in DELIVERY_SUITES[table].expectations}
    assert all(item.passed and item.observed for item in results)
    assert len(results) == len({(item.delivery, item.subject, item.check_name) for item in results})


def test_only_what_a_contract_says_is_an_error() -> None:
    errors = {
        item.name for suite in DELIVERY_SUITES.values() for item in suite.expectations if item.severity == "ERROR"
    }
    tables = [table for source in SOURCES for table in source.tables]
    assert errors == (
        {"records_loaded", "records_mostly_accepted", "key_unique"}
        | {f"{table.captured}_before_landing" for table in tables if table.captured}
        | {f"{column}_mostly_known" for table in tables for column in table.required}
    )


def test_bounds_are_exact(desk: "Desk") -> None:
    """Half rejected, half unknown and the last instant of the day after are still believed."""
    last = DAY_AFTER - timedelta(microseconds=1)
    rows = on_line(2, 3, views=None)(on_line(3, captured_at=last)(desk.believable("video_readings")))
    item = desk.stage({"video_readings": rows}, records_read=8, records_rejected=4)
    assert failures(validate(item)) == {}


def test_the_same_key_in_two_deliveries_is_no_repetition(desk: "Desk") -> None:
    rows = {"video_readings": desk.believable("video_readings")}
    assert failures(validate(desk.stage(rows, "a"), desk.stage(rows, "b"))) == {}


def test_a_delivery_without_rows_is_held_for_that_alone(desk: "Desk") -> None:
    empty = {"live_stays": desk.believable("live_stays").clear(), "live_sessions": desk.believable("live_sessions")}
    item = desk.stage(empty, records_read=0, records_loaded=0)
    assert set(failures(validate(item))) == {("day", "live_stays", "records_loaded")}


def test_records_are_accounted_for_with_a_table_the_delivery_fills(desk: "Desk") -> None:
    samples = desk.stage({"live_samples": desk.believable("live_samples")}, "samples", records_loaded=0)
    nothing = desk.stage({"live_sessions": desk.believable("live_sessions")}, "nothing", records_loaded=0)
    assert set(failures(validate(samples, nothing))) == {
        ("samples", "live_samples", "records_loaded"),
        ("nothing", "live_stays", "records_loaded"),
    }


def test_a_sample_names_at_most_three_rows_and_no_person(desk: "Desk") -> None:
    rows = desk.believable("live_stays", rows=10).with_columns(is_ambiguous_time=True)
    result = failures(validate(desk.stage({"live_stays": rows})))["day", "live_stays", "times_unambiguous"]
    assert (result.failing, result.sample, result.observed) == (10, "a.csv:2, a.csv:3, a.csv:4", "10 of 10 rows")


def test_rows_beyond_one_call_are_found(desk: "Desk", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expectations.validation.ROWS_A_CALL", 3)
    good, bad = desk.believable("video_readings"), on_line(3, 5, likes=2000)(desk.believable("video_readings"))
    results = validate(desk.stage({"video_readings": good}, "a"), desk.stage({"video_readings": bad}, "b"))
    assert set(failures(results)) == {("b", "video_readings", "likes_within_views")}
    assert failures(results)["b", "video_readings", "likes_within_views"].sample == "a.csv:3, a.csv:5"


def test_why_a_delivery_is_held_says_what_was_found_and_expected(desk: "Desk") -> None:
    rows = repeat_line_3(desk.believable("video_readings"))
    reasons = held(validate(desk.stage({"video_readings": rows}, records_read=9, records_rejected=5)))
    assert reasons == {
        "2022-10-20/day": "video_readings: key_unique: found 2 of 5 rows, e.g. a.csv:3, a.csv:6; "
        "expected that no two rows of the delivery have the same video_id, captured_at; "
        "video_readings: records_mostly_accepted: found 5 of 9 records rejected; "
        "expected that at most half of the records are rejected; "
        "correct the files or the note and deliver them again under the same name"
    }


def test_nothing_staged_gives_no_results() -> None:
    assert validate_deliveries(SOURCE_OF["live_stays"], [], LEDGER.to_frame()) == []
