"""KPIs and the scorecard on literal measures: sums, ratios, bounds, periods, trust; and the seeds they follow from."""

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from ingest.ledger import LEDGER, write_ledger
from ingest.reasons import Reason
from ingest.sources import SOURCES
from tests.dbt.lab import PROJECT, Lab

CAMPAIGNS = """campaign_id,name,starts_on,ends_on,reporting_timezone
c,Campaign,2026-03-02,2026-06-09,Asia/Dubai
"""
SCORECARD = """campaign_id,position,kpi_id,stage,label,label_ar,period,market,subject_type,subject_id,target,direction
*,1,C09,trust,,,day,all,campaign,all,,
*,2,H01,awareness,Views,مشاهدات,campaign_to_date,all,campaign,all,1000,
*,3,H06,engagement,,,campaign_to_date,all,campaign,all,10,down
*,4,H03,awareness,,,campaign_to_date,all,campaign,all,,
*,5,L05,engagement,,,campaign_to_date,all,basis,%,,
*,6,V01,attitude,,,wave,all,survey,s:%:all:q:top,50,down
*,7,A04,help_seeking,,,campaign_to_date,all,campaign,all,,
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
    lab = Lab(tmp_path_factory.mktemp("campaign") / "home", {"campaigns": CAMPAIGNS, "scorecard": SCORECARD})
    assert lab.dbt("seed"), lab.messages
    lab.run(["stg_campaign__campaigns"])
    return lab


def put(lab: Lab, name: str, rows: pl.DataFrame) -> None:
    """Lay a frame in the place of a model."""
    with duckdb.connect(str(lab.home.warehouse)) as connection:
        connection.execute("create schema if not exists intermediate")
        connection.register("laid", rows)
        connection.execute(f"create or replace table intermediate.{name} as from laid")


def build(lab: Lab, *models: str, as_of: date = AS_OF, **measures: Iterable[Row]) -> None:
    """Make KPIs of the measures of each source, and what else is asked for; their tests hold."""
    put(lab, "int_lake__as_of", pl.DataFrame({"as_of": [as_of]}))
    for source in ("hashtag", "live", "survey"):
        put(lab, f"int_{source}__measures", pl.DataFrame(list(measures.get(source, [])), schema=SHAPE))
    chosen = ("int_campaign__measures", "int_campaign__kpis", *models)
    assert lab.dbt("build", "--exclude-resource-type", "unit_test", "--select", *chosen), lab.messages


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


def scorecard(
    lab: Lab, *, as_of: date = AS_OF, ledger: Iterable[Row] = (), **measures: Iterable[Row]
) -> dict[str, Row]:
    """The scorecard's lines by KPI, or by KPI and subject where there are several."""
    rows = [dict.fromkeys(LEDGER.names()) | {"campaign_id": "c", "version": 1} | row for row in ledger]
    write_ledger(lab.home, pl.DataFrame(rows, schema=LEDGER))
    build(lab, "int_campaign__scorecard", "fct_campaign_kpi_day", "rpt_campaign_scorecard", as_of=as_of, **measures)
    lines = lab.frame("from rpt_campaign_scorecard order by position, subject_id").to_dicts()
    several = {line["kpi_id"] for line in lines if sum(line["kpi_id"] == other["kpi_id"] for other in lines) > 1}
    return {
        f"{line['kpi_id']} {line['subject_id']}" if line["kpi_id"] in several else line["kpi_id"]: line
        for line in lines
    }


def counted(values: Iterable[float | None], measure: str = "views", **more: object) -> list[Row]:
    return [measured(measure, number, value, **more) for number, value in enumerate(values)]


def test_recent_days_compare_with_those_before_and_leave_out_the_day_of_the_last_landing(lab: Lab) -> None:
    views = [1.0] * 7 + [2.0] * 7 + [5.0]
    rated = counted(views, "rated_views") + counted([0.1] * 14 + [9], "rated_engagements_lcs")
    found = scorecard(lab, as_of=day(14), hashtag=counted(views) + rated)
    assert [found["H01"][name] for name in ("value", "recent_value", "previous_value", "change")] == [26, 14, 7, 7]
    assert [found["H06"][name] for name in ("recent_value", "previous_value")] == pytest.approx([5.0, 10.0])


def test_a_week_that_is_not_whole_is_compared_with_nothing(lab: Lab) -> None:
    gap = scorecard(lab, as_of=day(14), hashtag=counted([1.0, None, *[1.0] * 12]))["H01"]
    assert (gap["recent_value"], gap["previous_value"], gap["change"]) == (7, None, None)
    young = scorecard(lab, as_of=day(6), hashtag=counted([1.0] * 6))["H01"]
    assert (young["value"], young["recent_value"]) == (6, None)


def test_what_does_not_accumulate_has_no_recent_value(lab: Lab) -> None:
    to_date = counted(range(20), "unique_creators", period="campaign_to_date")
    found = scorecard(lab, hashtag=counted([1] * 20, "unique_creators") + to_date)["H03"]
    assert (found["value"], found["recent_value"], found["previous_value"]) == (19, None, None)


def test_session_figures_are_told_apart_by_basis(lab: Lab) -> None:
    rows = []
    for basis, minutes in (("intervals", 100), ("samples", 900)):
        subject = {"subject_type": "basis", "subject_id": basis}
        rows += [measured("concurrent_minutes", 3, minutes, **subject), measured("covered_minutes", 3, 10, **subject)]
    found = scorecard(lab, live=rows)
    assert {name: line["value"] for name, line in found.items() if name.startswith("L05")} == {
        "L05 intervals": 10,
        "L05 samples": 90,
    }


def waves(*shares: tuple[int, float, str | None]) -> list[Row]:
    """A question's top answers on a base of 100, wave by wave: day, percentage, what speaks against showing it."""
    rows = []
    for wave, (number, share, reason) in enumerate(shares, 1):
        cell = {"period": "wave", "subject_type": "survey", "subject_id": f"s:w{wave}:all:q:top", "market": "AE"}
        rows.append(measured("answer_weighted", number, share, **cell | {"reason": reason}))
        rows.append(measured("base_weighted", number, 100, **cell))
    return rows


def test_a_wave_compares_with_the_wave_before_unless_that_is_suppressed(lab: Lab) -> None:
    other = [row | {"subject_id": row["subject_id"].replace(":q:", ":r:")} for row in waves((5, 99, None))]
    line = scorecard(lab, survey=waves((1, 40, None), (8, 45, None)) + other)["V01"]
    assert [line[name] for name in ("value", "recent_value", "previous_value", "change")] == [45, 45, 40, 5]
    line = scorecard(lab, survey=waves((1, 40, None), (5, 30, "imprecise"), (8, 45, None)))["V01"]
    assert [line[name] for name in ("value", "previous_value", "change")] == [45, None, None]


def test_an_imprecise_figure_is_not_on_the_page_and_says_so(lab: Lab) -> None:
    line = scorecard(lab, survey=waves((1, 40, "imprecise")))["V01"]
    assert (line["value"], line["ci_low"], line["reason"], line["trust_reason"]) == (None, None, *["imprecise"] * 2)
    assert line["reason_text"].startswith("The sample is too small")


@pytest.mark.parametrize(
    ("share", "attained", "status"), [(40, 1.25, "on_track"), (50, 1, "on_track"), (80, 0.625, "behind")]
)
def test_attainment_goes_in_the_direction_of_the_target(lab: Lab, share: float, attained: float, status: str) -> None:
    line = scorecard(lab, survey=waves((1, share, None)))["V01"]
    assert (line["attainment_rate"], line["status"]) == (attained, status)


def test_pacing_is_against_what_was_due_by_now(lab: Lab) -> None:
    # 25 of 100 days have gone by and 250 of 1,000 were due.
    line = scorecard(lab, as_of=day(24), hashtag=counted([300]))["H01"]
    assert (line["attainment_rate"], line["pacing"], line["status"]) == (0.3, 1.2, "on_track")
    line = scorecard(lab, as_of=day(49), hashtag=counted([300]))["H01"]
    assert (line["attainment_rate"], line["pacing"], line["status"]) == (0.3, 0.6, "behind")


def test_each_line_says_whether_it_can_be_trusted_and_c09_is_their_share(lab: Lab) -> None:
    creators = [measured("unique_creators", 20, 5, period="campaign_to_date")]
    settled, recent = counted([90, *[0] * 30]), [measured("views", 31, 9)]
    found = scorecard(lab, hashtag=settled + recent + creators, survey=waves((39, 40, None)))
    reasons = {name: line["trust_reason"] for name, line in found.items()}
    unknown = {"C09": None, "H06": "no_data", "L05": "no_data", "A04": "not_yet_built"}
    assert reasons == {**unknown, "H01": None, "H03": None, "V01": None}
    assert (found["C09"]["value"], found["C09"]["trust"]) == (50.0, None)
    assert lab.rows("select value, numerator, denominator from fct_campaign_kpi_day where kpi_id = 'C09'") == [
        (50.0, 3.0, 6.0)
    ]
    assert found["H01"]["provisional_share"] == pytest.approx(9 / 99)
    recent = [measured("views", 31, 11)]
    found = scorecard(lab, hashtag=settled + recent + creators)
    assert (found["H01"]["trust_reason"], found["H01"]["is_provisional"]) == ("provisional", True)


def test_a_held_delivery_takes_the_trust_from_its_source_alone(lab: Lab) -> None:
    held = {"source": "hashtag", "landed_on": day(3), "delivery": "d", "outcome": "held", "outcome_reason": "odd"}
    found = scorecard(lab, ledger=[held], hashtag=counted([5]), survey=waves((1, 40, None)))
    assert (found["H01"]["trust_reason"], found["V01"]["trust_reason"]) == ("source_blocked", None)
    unreadable = held | {"outcome": "refused", "campaign_id": None}
    assert scorecard(lab, ledger=[unreadable], hashtag=counted([5]))["H01"]["trust"] is False


def test_lines_are_named_in_both_languages(lab: Lab) -> None:
    found = scorecard(lab)
    assert (found["H01"]["kpi_name"], found["H01"]["kpi_name_ar"]) == ("Views", "مشاهدات")
    assert (found["H03"]["kpi_name_ar"], found["H01"]["campaign_name"]) == ("صنّاع المحتوى المختلفون", "Campaign")
    assert found["A04"]["reason_text"] == Reason.NOT_YET_BUILT.english
    assert found["A04"]["reason_text_ar"] == Reason.NOT_YET_BUILT.arabic


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
