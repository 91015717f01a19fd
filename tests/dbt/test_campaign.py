"""KPIs and the scorecard on literal measures: sums, ratios, bounds, periods, trust; and the seeds they follow from."""

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from ingest.sources import SOURCES
from tests.dbt.lab import PROJECT, Lab

CAMPAIGNS = """campaign_id,name,starts_on,ends_on,reporting_timezone
c,Campaign,2026-03-02,,Asia/Dubai
"""
MONDAY = date(2026, 3, 2)
AS_OF = MONDAY + timedelta(days=40)
SHAPE = {
    "campaign_id": pl.String(),
    "measure": pl.String(),
    "period": pl.String(),
    "event_on": pl.Date(),
    "last_on": pl.Date(),
    "market": pl.String(),
    "subject_type": pl.String(),
    "subject_id": pl.String(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "reason": pl.String(),
}
Row = dict[str, Any]


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def measured(measure: str, number: int, value: float | None, **more: object) -> Row:
    """A measure of a day of the campaign, for all markets."""
    on = day(number)
    cell = {"campaign_id": "c", "period": "day", "event_on": on, "last_on": on, "market": "all"}
    reason = "no_known_change" if value is None else None
    subject = {"subject_type": "campaign", "subject_id": "all", "reason": reason}
    return cell | subject | {"measure": measure, "value": value} | more


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A parsed project with its seeds and campaign; tests lay their measures in it."""
    lab = Lab(tmp_path_factory.mktemp("campaign") / "home", {"campaigns": CAMPAIGNS})
    assert lab.dbt("seed"), lab.messages
    lab.run(["stg_campaign__campaigns"])
    return lab


def put(lab: Lab, name: str, rows: pl.DataFrame) -> None:
    """Lay a frame in the place of a model."""
    with duckdb.connect(str(lab.home.warehouse)) as connection:
        connection.execute("create schema if not exists intermediate")
        connection.register("laid", rows)
        connection.execute(f"create or replace table intermediate.{name} as from laid")


def build(lab: Lab, *, as_of: date = AS_OF, **measures: Iterable[Row]) -> None:
    """Make KPIs of the measures of each source."""
    put(lab, "int_lake__as_of", pl.DataFrame({"as_of": [as_of]}))
    for source in ("hashtag", "live", "survey"):
        put(lab, f"int_{source}__measures", pl.DataFrame(list(measures.get(source, [])), schema=SHAPE))
    lab.run(["int_campaign__measures", "int_campaign__kpis"])


def kpis(lab: Lab, where: str, columns: str = "value, reason") -> list[tuple[object, ...]]:
    return lab.rows(f"select {columns} from intermediate.int_campaign__kpis where {where} order by event_on")


def test_additive_measures_are_summed_to_weeks_and_to_date(lab: Lab) -> None:
    rows = [measured("views", number, value) for number, value in enumerate([None, 5, None, 7, 1, 1, 2, 10])]
    rows += [row | {"market": "SA"} for row in rows]
    build(lab, hashtag=rows)
    weeks = "kpi_id = 'H01' and period = 'week' and market = '{}'"
    assert kpis(lab, weeks.format("all"), "event_on, last_on, value") == [
        (day(0), day(6), 16.0),
        (day(7), day(7), 10.0),
    ]
    # In Saudi Arabia a week starts on Sunday.
    assert kpis(lab, weeks.format("SA"), "event_on, last_on, value") == [
        (day(-1), day(5), 14.0),
        (day(6), day(7), 12.0),
    ]
    to_date = kpis(lab, "kpi_id = 'H01' and period = 'campaign_to_date' and market = 'all'")
    assert to_date == [
        (None, "no_known_change"),
        *((value, None) for value in (5.0, 5.0, 12.0, 13.0, 14.0, 16.0, 26.0)),
    ]


def test_what_is_not_additive_is_never_summed(lab: Lab) -> None:
    rows = [measured("unique_creators", number, 3) for number in range(2)]
    rows.append(measured("unique_creators", 1, 4, period="campaign_to_date"))
    build(lab, hashtag=rows)
    assert kpis(lab, "kpi_id = 'H03'", "period, value") == [("day", 3.0), ("day", 3.0), ("campaign_to_date", 4.0)]


def test_a_ratio_is_of_sums_and_nothing_without_a_base_above_zero(lab: Lab) -> None:
    pairs = [(1, 10), (30, 100), (-3, -10), (0, 0), (5, None), (None, 5)]
    rows = []
    for number, (engagements, views) in enumerate(pairs):
        rows.append(measured("rated_engagements_lcs", number, engagements))
        rows.append(measured("rated_views", number, views, reason=None if views is not None else "no_reading"))
    rows.append(measured("rated_engagements_lcs", 6, 1))
    build(lab, hashtag=rows)
    assert kpis(lab, "kpi_id = 'H06' and period = 'day'") == [
        (10.0, None),
        (30.0, None),
        (None, "negative_denominator"),
        (None, "no_denominator"),
        (None, "no_reading"),
        (None, "no_known_change"),
        (None, "no_reading"),
    ]
    [(value, numerator, denominator)] = kpis(lab, "kpi_id = 'H06' and period = 'week'", "value, numerator, denominator")
    assert (value, numerator, denominator) == (100 * 34 / 105, 34.0, 105.0)


def test_rounded_readings_bound_a_ratio_by_its_corners(lab: Lab) -> None:
    rows = [
        measured("views", 0, 100, low=50, high=150),
        measured("views", 1, 100),
        measured("rated_engagements_lcs", 0, 10, low=5, high=15),
        measured("rated_views", 0, 100, low=50, high=150),
        measured("rated_engagements_lcs", 1, -10, low=-15, high=-5),
        measured("rated_views", 1, 100, low=50, high=150),
        measured("rated_engagements_lcs", 2, 10, low=5, high=15),
        measured("rated_views", 2, 20, low=-30, high=70),
    ]
    build(lab, hashtag=rows)
    found = kpis(lab, "kpi_id = 'H06' and period = 'day'", "ci_low, value, ci_high")
    assert found[0] == pytest.approx((100 / 30, 10.0, 30.0))
    assert found[1] == pytest.approx((-30.0, -10.0, -100 / 30))
    assert found[2] == (None, 50.0, None)
    assert kpis(lab, "kpi_id = 'H01' and period = 'campaign_to_date'", "ci_low, value, ci_high") == [
        (50.0, 100.0, 150.0),
        (150.0, 200.0, 250.0),
    ]


def test_a_period_is_provisional_by_its_last_day_of_data(lab: Lab) -> None:
    rows = [measured("views", number, 1) for number in range(9)]
    build(lab, hashtag=rows, as_of=day(16))
    found = kpis(lab, "kpi_id = 'H01' and period in ('week', 'day')", "period, event_on, is_provisional")
    assert {on for period, on, flag in found if period == "day" and flag} == {day(7), day(8)}
    assert [(on, flag) for period, on, flag in found if period == "week"] == [(day(0), False), (day(7), True)]


def test_an_imprecise_estimate_is_known_and_marked(lab: Lab) -> None:
    wave = {"period": "wave", "subject_type": "survey", "subject_id": "s:w:all:q:top"}
    rows = [
        measured("answer_weighted", 0, 30, low=20, high=40, **wave | {"reason": "imprecise"}),
        measured("base_weighted", 0, 60, **wave),
    ]
    build(lab, survey=rows)
    [(value, low, high, reason, caveat)] = kpis(lab, "kpi_id = 'V01'", "value, ci_low, ci_high, reason, caveat")
    assert (value, low, high) == pytest.approx((50.0, 100 / 3, 200 / 3))
    assert (reason, caveat) == (None, "imprecise")


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


CALCULATED = {"C09"}
"""KPIs that no formula makes of measures, since they are about other KPIs."""


def test_a_kpi_is_built_where_a_formula_or_a_model_makes_it() -> None:
    built = {row["kpi_id"] for row in seed("metrics") if row["is_built"] == "true"}
    made = {row["kpi_id"] for row in seed("kpi_formulas")} | CALCULATED
    assert (built - made, made - built) == (set(), set())


def test_measures_are_those_that_the_sources_emit() -> None:
    models = (PROJECT / "models" / "intermediate").rglob("int_*__measures.sql")
    emitted = {path.stem.split("__")[0].removeprefix("int_"): path.read_text("utf-8") for path in models}
    for row in seed("measures"):
        assert f"'{row['measure']}'" in emitted[row["source"]], row["measure"]


def test_every_source_says_when_its_readings_are_settled() -> None:
    settled = {row["source"] for row in seed("sources")}
    delivered = {source.name for source in SOURCES}
    assert (settled - delivered, delivered - settled) == (set(), set())
