"""Deliveries against their suites: every expectation of every table fires on a planted defect, and only there."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from expectations.checks import CheckResult, held
from expectations.suites import lake_suites, suite_for
from expectations.validation import validate_deliveries
from ingest.ledger import LEDGER
from ingest.source import Source, Table
from ingest.sources import SOURCES
from tests.expectations.conftest import Plant, on_line

if TYPE_CHECKING:
    from tests.expectations.conftest import Staging

LANDED_ON = date(2022, 10, 20)
DAY_AFTER = datetime(2022, 10, 22, tzinfo=UTC)
"""The first instant that is later than the day after LANDED_ON."""

SOURCE_OF = {table.name: source for source in SOURCES for table in source.tables}


@dataclass(frozen=True)
class Defect:
    """What is done to a believable delivery, and what the check then says."""

    plant: Plant = lambda frame: frame
    delivered: dict[str, Any] = field(default_factory=dict)
    failing: int = 1
    sample: str | None = "a.csv:3"
    observed: str = "1 of 4 rows"
    before: Plant | None = None
    """What the delivery of the day before held, where the check compares with it."""


def repeat_line_3(frame: pl.DataFrame) -> pl.DataFrame:
    """The same key twice, on another line."""
    again = frame.filter(pl.col("line") == 3).with_columns(pl.lit(6, pl.Int64()).alias("line"))
    return pl.concat([frame, again])


def ten_times(frame: pl.DataFrame) -> pl.DataFrame:
    """Ten times as many respondents, all of one sample."""
    return pl.concat(
        frame.with_columns(
            pl.col("line") + frame.height * time,
            pl.lit(f"{time}").add(pl.col("respondent_key").str.slice(1)).alias("respondent_key"),
        )
        for time in range(10)
    )


def later(column: str, *, hours: int = 0, seconds: int = 0) -> pl.Expr:
    return pl.col(column) + pl.duration(hours=hours, seconds=seconds)


def of_deliveries(observed: str, plant: Plant = lambda frame: frame, **delivered: Any) -> Defect:
    """A defect of a delivery as a whole, which has no line."""
    return Defect(plant, delivered, sample=None, observed=observed)


def of_records(table: str, captured: str | None) -> dict[tuple[str, str], Defect]:
    """Defects in the account of a delivery, and beside earlier ones."""
    nothing: dict[str, Any] = {"records_loaded": 0, "records_read": 4, "records_duplicate": 4}
    rejected: dict[str, Any] = {"reasons": ["bad_time"] * 2 + ["missing_key"] * 3}
    account = "5 of 9 records rejected: 3 missing_key, the first at a.csv:102; 2 bad_time, the first at a.csv:100"
    conflicts: dict[str, Any] = {"reasons": ["conflicting_key"], "records_read": 19, "records_loaded": 18}
    times = {captured: pl.col(captured) - pl.duration(days=1)} if captured else {}
    repeated = Defect(
        sample=None,
        observed="equal to 2022-10-19/delivery_is_new but for times",
        before=lambda frame: frame.with_columns(**times),
    )
    return {
        (table, "records_loaded_between"): of_deliveries("0 of 4 records loaded", **nothing),
        (table, "rejected_share_is_at_most_half"): of_deliveries(account, **rejected),
        (table, "few_records_are_in_conflict"): of_deliveries("1 of 19 records in conflict", **conflicts),
        (table, "volume_is_as_usual"): of_deliveries(
            "40 records, 10.00 times the usual 4", records_read=40, records_loaded=40, format="usual"
        ),
        (table, "delivery_is_new"): repeated,
    }


def mostly_unknown(table: str, column: str) -> dict[tuple[str, str], Defect]:
    """A column unknown in three rows of four."""
    defect = of_deliveries(f"{column.replace('_', ' ')} unknown: 75%", on_line(2, 3, 4, **{column: None}))
    return {(table, f"{column}_unknown_share_is_at_most_half"): defect}


REPEATED = Defect(repeat_line_3, failing=2, sample="a.csv:3, a.csv:6", observed="2 of 5 rows")


def of_contract(table: Table) -> dict[tuple[str, str], Defect]:
    """A defect for whatever follows from what ingestion says of a table."""
    name, found = table.name, {}
    if table.is_located:
        found[name, "key_is_unique"] = REPEATED
        found |= {
            (name, f"{key}_in_set"): Defect(on_line(3, **{key: "no such value"}))
            for key in table.columns
            if table.columns[key].values
        }
        found |= {
            (name, f"{key}_is_pseudonym"): Defect(on_line(3, **{key: "@somebody"}))
            for key in table.columns
            if table.columns[key].is_pseudonym
        }
    if table.captured is not None:
        # Nobody leaves before joining, whenever that was.
        late = {key: DAY_AFTER for key in (table.captured, "left_at") if key in table.columns}
        found[name, f"{table.captured}_is_before_landing"] = Defect(on_line(3, **late))
    if table.records is not None:
        found |= of_records(name, table.captured)
    for key in table.required:
        found |= mostly_unknown(name, key)
    return found


DEFECTS: dict[tuple[str, str], Defect] = {
    **{name: defect for source in SOURCES for table in source.tables for name, defect in of_contract(table).items()},
    **mostly_unknown("video_readings", "creator_key"),
    **mostly_unknown("video_readings", "hashtags"),
    ("video_readings", "counters_were_fetched"): of_deliveries(
        "3 of 4 likes, views were not fetched", zeros={"shares": 2, "views": 3, "likes": 3}
    ),
    **{
        ("video_readings", f"{counter}_do_not_exceed_views"): Defect(on_line(3, **{counter: 1001}))
        for counter in ("likes", "comments", "shares", "saves")
    },
    ("video_readings", "views_between"): Defect(on_line(3, views=10_000_000_001)),
    ("video_readings", "video_was_created_before_it_was_read"): Defect(
        on_line(3, created_at=later("captured_at", seconds=1))
    ),
    ("video_readings", "few_counters_fall_by_half"): Defect(
        on_line(3, likes=49),
        sample=None,
        observed="1 of 12 counters fell by more than half",
        before=lambda frame: frame.with_columns(pl.col("captured_at") - pl.duration(days=1)),
    ),
    **mostly_unknown("activation_events", "person_key"),
    **mostly_unknown("activation_events", "market"),
    ("activation_events", "unknown_names_share_is_at_most_half"): of_deliveries(
        "unknown names: 75%", on_line(2, 3, 4, is_known=False)
    ),
    ("activation_events", "excluded_share_is_at_most_half"): of_deliveries(
        "excluded: 75%", on_line(2, 3, 4, excluded="bot")
    ),
    ("activation_events", "wrong_clocks_share_between"): of_deliveries(
        "wrong clocks: 25%", on_line(3, clock_correction_seconds=-90_000.0)
    ),
    ("capture_windows", "is_answered_in_set"): Defect(on_line(3, is_answered=False)),
    ("capture_windows", "is_ended_in_set"): Defect(on_line(3, window_from=LANDED_ON)),
    ("activation_counts", "untold_share_is_at_most_half"): of_deliveries(
        "untold: 75%", on_line(2, 3, 4, events=None, unique_people=None)
    ),
    ("activation_counts", "people_are_at_most_events"): Defect(on_line(3, unique_people=41)),
    ("live_sessions", "starts_at_not_null"): Defect(on_line(3, starts_at=None)),
    ("live_sessions", "session_hours_between"): Defect(on_line(3, ends_at=later("starts_at", hours=13))),
    **mostly_unknown("live_stays", "left_at"),
    ("live_stays", "stay_hours_between"): Defect(on_line(3, left_at=later("joined_at", hours=13))),
    ("live_stays", "is_ambiguous_time_in_set"): Defect(on_line(3, is_ambiguous_time=True)),
    ("live_stays", "staff_are_a_minority"): of_deliveries("3 of 4 people are staff", on_line(3, 4, is_staff=True)),
    ("live_samples", "some_viewers_are_seen"): of_deliveries("most viewers: 0", on_line(2, 3, 4, 5, viewers=0)),
    ("survey_waves", "fieldwork_ends_before_the_wave_lands"): Defect(
        on_line(3, fieldwork_to=LANDED_ON + timedelta(days=1))
    ),
    ("survey_questions", "question_text_not_null"): Defect(on_line(3, question_text=None)),
    ("survey_questions", "answers_offered_between"): Defect(on_line(3, answers=pl.col("answers").list.head(1))),
    ("survey_respondents", "times_mean_weight_between"): Defect(
        lambda frame: on_line(3, weight=6.0)(ten_times(frame)), observed="1 of 40 rows"
    ),
    ("survey_respondents", "weights_are_efficient"): of_deliveries("least efficiency: 43%", on_line(3, weight=9.0)),
    ("survey_profiles", "no_segment_share_is_at_most_half"): of_deliveries(
        "no segment: 75%",
        lambda frame: frame.with_columns(
            segments=pl.when(pl.col("profile") == 2)
            .then(pl.concat_list(pl.struct(segment_name=pl.lit("gender"), segment_value=pl.lit("f"))))
            .otherwise("segments")
        ),
    ),
    ("survey_answers", "missing_share_is_at_most_half"): of_deliveries(
        "missing: 75%",
        lambda frame: frame.with_columns(
            given=pl.when(pl.col("respondent") < 3).then(pl.concat_list(pl.lit(-1, pl.Int32))).otherwise("given")
        ),
    ),
}

BESIDE_ANOTHER = {("live_stays", "somebody_is_audience"): {"staff_are_a_minority"}}
"""Checks that cannot fail alone: who has staff alone has mostly staff."""


def failures(results: list[CheckResult]) -> dict[tuple[str | None, str, str], CheckResult]:
    return {(item.delivery, item.subject, item.check_name): item for item in results if not item.passed}


def test_every_expectation_has_a_planted_defect() -> None:
    expected = {(table, check.name) for table, suite in lake_suites().items() for check in suite.expectations}
    planted = {*DEFECTS, *BESIDE_ANOTHER}
    assert expected - planted == set(), "expectations without a planted defect"
    assert planted - expected == set(), "defects without an expectation"


APART = [table.name for source in SOURCES for table in source.tables if table.is_apart]


@pytest.mark.parametrize("table", lake_suites())
def test_every_expectation_fires_on_its_defect_and_nowhere_else(table: str, staging: "Staging") -> None:
    """A delivery per defect, all judged at once, each from a supplier of its own."""
    defects = {check: defect for (of_table, check), defect in DEFECTS.items() if of_table == table}
    good = staging.believable(table)
    deliveries = [staging.stage({table: good}, "believable", supplier="believable")]
    earlier = [staging.ledger(SOURCE_OF[table].name, [4] * 7, format="usual")]
    for check, defect in defects.items():
        supplier: dict[str, Any] = {} if "format" in defect.delivered else {"supplier": check}
        deliveries.append(staging.stage({table: defect.plant(good)}, check, **supplier, **defect.delivered))
        if defect.before is not None:
            earlier.append(staging.load(table, defect.before(good), 1, check, supplier=check))
    found = failures(staging.validate(*deliveries, ledger=pl.concat(earlier)))
    assert set(found) == {(check, table, check) for check in defects}
    for expectation in suite_for(table).expectations:
        if expectation.name in defects:
            planted = defects[expectation.name]
            assert found[expectation.name, table, expectation.name] == CheckResult(
                layer="delivery",
                subject=table,
                check_name=expectation.name,
                severity=expectation.severity,
                passed=False,
                observed=re.sub(r" of \d+ rows", " rows", planted.observed) if table in APART else planted.observed,
                expected=expectation.expected,
                failing=planted.failing,
                sample=planted.sample,
                source=SOURCE_OF[table].name,
                landed_on=LANDED_ON,
                delivery=expectation.name,
            )
    errors = {check.name for check in suite_for(table).expectations if check.severity == "ERROR"}
    assert set(held(found.values())) == {f"{LANDED_ON}/{check}" for check in errors & set(defects)}


def test_a_session_of_staff_alone_is_held(staging: "Staging") -> None:
    """Teams calls everyone in the organisation a presenter: nobody would be left to count."""
    rows = staging.believable("live_stays").with_columns(is_staff=pl.lit(value=True))
    found = failures(staging.validate(staging.stage({"live_stays": rows})))
    assert {check for _, _, check in found} == {"somebody_is_audience", "staff_are_a_minority"}
    assert found["day", "live_stays", "somebody_is_audience"].observed == "4 of 4 people are staff"
    assert set(held(found.values())) == {"2022-10-20/day"}


def test_a_role_that_nobody_has_is_no_staff(staging: "Staging") -> None:
    rows = staging.believable("live_stays").with_columns(is_staff=pl.lit(None, pl.Boolean()))
    assert failures(staging.validate(staging.stage({"live_stays": rows}))) == {}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_delivery_gets_every_result(source: Source, staging: "Staging") -> None:
    tables = {table.name: staging.believable(table.name) for table in source.tables}
    results = staging.validate(*(staging.stage(tables, name) for name in ("a", "b")))
    accounted = next(table.name for table in source.tables if table.records is not None)
    of_account = {"records_loaded_between", "rejected_share_is_at_most_half", "few_records_are_in_conflict"}
    of_account |= {"volume_is_as_usual", "delivery_is_new", "few_counters_fall_by_half", "counters_were_fetched"}
    wanted = {
        (name, table, check.name)
        for name in "ab"
        for table in tables
        for check in suite_for(table).expectations
        if table == accounted or check.name not in of_account
    }
    assert {(item.delivery, item.subject, item.check_name) for item in results} == wanted
    assert len(results) == len(wanted)
    assert all(item.passed and item.observed for item in results)


def test_bounds_are_exact(staging: "Staging") -> None:
    """Half rejected, half unknown, one in twenty in conflict and the last instant of the day after are still believed."""
    last = DAY_AFTER - timedelta(microseconds=1)
    rows = on_line(2, 3, views=None)(on_line(3, captured_at=last)(staging.believable("video_readings")))
    half = staging.stage({"video_readings": rows}, "half", reasons=["bad_time"] * 4)
    twentieth = staging.stage({"video_readings": rows}, "x", records_read=20, reasons=["conflicting_key"])
    assert failures(staging.validate(half, twentieth)) == {}


def test_the_same_key_in_two_deliveries_is_no_repetition(staging: "Staging") -> None:
    rows = {"video_readings": staging.believable("video_readings")}
    assert failures(staging.validate(staging.stage(rows, "a"), staging.stage(rows, "b"))) == {}


def test_a_delivery_without_rows_is_held_for_that_alone(staging: "Staging") -> None:
    empty = {
        "live_stays": staging.believable("live_stays").clear(),
        "live_sessions": staging.believable("live_sessions"),
    }
    item = staging.stage(empty, records_read=0, records_loaded=0)
    assert set(failures(staging.validate(item))) == {("day", "live_stays", "records_loaded_between")}


def test_records_are_accounted_for_with_a_table_the_delivery_fills(staging: "Staging") -> None:
    samples = staging.stage({"live_samples": staging.believable("live_samples")}, "samples", records_loaded=0)
    nothing = staging.stage({"live_sessions": staging.believable("live_sessions")}, "nothing", records_loaded=0)
    assert set(failures(staging.validate(samples, nothing))) == {
        ("samples", "live_samples", "records_loaded_between"),
        ("nothing", "live_stays", "records_loaded_between"),
    }


def test_a_sample_names_at_most_three_rows_and_no_person(staging: "Staging") -> None:
    rows = staging.believable("live_stays", rows=10).with_columns(is_ambiguous_time=True)
    result = failures(staging.validate(staging.stage({"live_stays": rows})))[
        "day", "live_stays", "is_ambiguous_time_in_set"
    ]
    assert (result.failing, result.sample, result.observed) == (10, "a.csv:2, a.csv:3, a.csv:4", "10 of 10 rows")


def test_many_rows_are_judged_in_parts_that_keep_a_key_together(
    staging: "Staging", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("expectations.frames.ROWS_A_CALL", 3)
    rows = staging.believable("video_readings", 10)
    bad = on_line(3, 5, likes=2000)(pl.concat([rows, rows.with_columns(pl.col("line") + 10)]))
    found = failures(
        staging.validate(staging.stage({"video_readings": rows}, "a"), staging.stage({"video_readings": bad}, "b"))
    )
    likes = found.pop(("b", "video_readings", "likes_do_not_exceed_views"))
    assert (likes.failing, set(str(likes.sample).split(", "))) == (2, {"a.csv:3", "a.csv:5"})
    repeated = found.pop(("b", "video_readings", "key_is_unique"))
    assert (repeated.failing, repeated.observed) == (20, "20 of 20 rows")
    assert found == {}


def test_why_a_delivery_is_held_also_says_what_its_records_were_rejected_for(staging: "Staging") -> None:
    rows = repeat_line_3(staging.believable("video_readings"))
    item = staging.stage({"video_readings": rows}, reasons=["bad_time", "bad_time", "missing_key"])
    assert held(staging.validate(item)) == {
        "2022-10-20/day": "video_readings: key_is_unique: found 2 of 5 rows, e.g. a.csv:3, a.csv:6; "
        "expected that no two rows of the delivery have the same video_id, captured_at; "
        "3 of 7 records rejected: 2 bad_time, the first at a.csv:100; 1 missing_key, the first at a.csv:102; "
        "correct the files or the note and deliver them again under the same name"
    }


@pytest.mark.parametrize("name", ["a b#é[1]", "2022*?", "%41"])
def test_any_name_that_a_folder_may_have(name: str, staging: "Staging") -> None:
    rows = {"live_samples": on_line(3, viewers=None)(staging.believable("live_samples"))}
    results = staging.validate(staging.stage(rows, name), staging.stage(rows, "other"))
    assert {item.delivery for item in results} == {name, "other"}


def test_nothing_staged_gives_no_results(staging: "Staging") -> None:
    assert validate_deliveries(staging.home, "run-1", SOURCE_OF["live_stays"], [], LEDGER.to_frame()) == []
    assert not staging.home.data_docs.exists()
