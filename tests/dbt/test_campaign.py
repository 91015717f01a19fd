"""KPIs and the scorecard on literal measures: sums, ratios, bounds, periods, trust; and the seeds they follow from."""

import csv
import random
from collections.abc import Iterable
from datetime import date, timedelta
from math import exp
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy.stats import t as student

from ingest.ledger import LEDGER, write_ledger
from ingest.reasons import Reason
from ingest.sources import SOURCES
from tests.dbt.lab import PROJECT, Lab

SCORECARD = """campaign_id,position,kpi_id,stage,label,label_ar,period,market,subject_type,subject_id,target,direction,baseline,weight,nests_in
*,1,C09,trust,,,day,all,campaign,all,,,,,
*,2,H01,awareness,Views,مشاهدات,campaign_to_date,all,campaign,all,1000,,,,
*,3,H06,engagement,,,campaign_to_date,all,campaign,all,10,down,,,
*,4,H03,awareness,,,campaign_to_date,all,campaign,all,,,,,
*,5,L05,engagement,,,campaign_to_date,all,basis,%,,,,,
*,6,V01,attitude,,,wave,all,survey,s:%:all:q:top,50,down,,,
*,7,C03,help_seeking,,,campaign_to_date,all,campaign,all,,,,,
indexed,1,H01,awareness,,,week,all,campaign,all,1400,,0,3,
indexed,2,H06,engagement,,,week,all,campaign,all,10,,0,1,
indexed,3,C06,index,,,week,all,campaign,all,,,,,
indexed,4,C06b,index,,,week,all,campaign,all,,,,,
red,1,H01,awareness,,,campaign_to_date,all,campaign,all,10,,,,
red,2,H03,awareness,,,campaign_to_date,all,campaign,all,100,,,,
red,3,H02,awareness,,,campaign_to_date,all,campaign,all,,,,,
red,4,H06,guardrail,,,campaign_to_date,all,campaign,all,5,down,,,
unsure,1,H01,awareness,,,campaign_to_date,all,campaign,all,10,,,,
unsure,2,A15,guardrail,,,week,all,campaign,all,24,down,,,
nested,1,A01b,engagement,,,campaign_to_date,all,campaign,all,,,,,
nested,2,A02,engagement,,,campaign_to_date,all,campaign,all,,,,,1
nested,3,A07,engagement,,,campaign_to_date,all,campaign,all,,,,,1
nested,4,A04b,guardrail,,,week,all,campaign,all,100,down,,,
first,1,V09,attitude,,,wave,all,survey,s:%:all:q:top,,,,,
tagged,1,H01,awareness,,,campaign_to_date,all,hashtag,a_b,,,,,
"""
MARKETS = "market,week_starts_on,online_18_34,population_source\nSA,7,,\nAE,1,4000,invented for this test\n"
ORGANISATIONS = """organisation_id,market,language,kind,name,name_ar,offers,weekly_capacity
a,AE,ar,helpline,A,,,20
a,AE,en,helpline,A,,,20
b,AE,ar,organisation,B,,,30
c,SA,ar,helpline,C,,,50
d,EG,ar,helpline,D,,,
"""
PHASES = """campaign_id,phase,name,starts_on,ends_on
cost,launch,Launch,{0},{6}
cost,after,After,{7},{20}
recounted,launch,Launch,{0},{6}
recounted,after,After,{7},{20}
"""
COSTS = """campaign_id,phase,kpi_id,amount,currency,reported_in,rate,rate_on,source
cost,launch,H01,100,AED,USD,0.25,2026-01-02,contract
cost,launch,H01,45,USD,USD,1,2026-01-02,invoice
cost,launch,H03,10,USD,USD,1,2026-01-02,contract
cost,launch,H05,10,USD,USD,1,2026-01-02,contract
cost,launch,L06,10,USD,USD,1,2026-01-02,contract
cost,after,H01,10,USD,USD,1,2026-01-02,contract
recounted,launch,H01,10,USD,USD,1,2026-01-02,contract
recounted,after,H01,28,USD,USD,1,2026-01-02,contract
"""
CALENDAR = """campaign_id,kind,name,starts_on,ends_on,weekdays,pace,source
season,awareness_day,The day,{1},{1},,11,measured
season,other,Two weekdays of some weeks,{1},{50},1 3,0.5,measured
cost,other,Another campaign's,{0},{99},,9,measured
"""
AS_OF = date(2026, 4, 13)
"""A Monday, the latest landing."""
STALE_SINCE = AS_OF - timedelta(days=3)

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
Dose = dict[tuple[str, int], tuple[int, int]]


def dose() -> Dose:
    """Of three markets and ten weeks: views and taps, which rise with the views of that week and the two before."""
    rng = random.Random(6)
    views = {(market, week): rng.randrange(1000, 90_000) for market in ("AE", "EG", "JO") for week in range(10)}
    level = {"AE": 40, "EG": 90, "JO": 15}
    return {
        (market, week): (
            views[market, week],
            round(level[market] * exp(3e-6 * sum(views.get((market, week - lag), 0) for lag in range(3))) * rng.uniform(0.8, 1.2)),
        )
        for market, week in views
    }  # fmt: skip


DOSE = dose()


def measured(measure: str, number: int, value: float | None, **more: object) -> Row:
    """A measure of a day of the campaign, by its number, for all markets."""
    cell = {"period": "day", "number": number, "market": "all", "subject_type": "campaign", "subject_id": "all"}
    reason = "no_known_change" if value is None else None
    return cell | {"measure": measure, "value": value, "reason": reason} | more


def counted(values: Iterable[float | None], measure: str = "views", **more: object) -> list[Row]:
    return [measured(measure, number, value, **more) for number, value in enumerate(values)]


def ratios(*pairs: tuple[float | None, float | None]) -> list[Row]:
    """Engagements and the views they are rated on, day by day."""
    rows = []
    for number, (engagements, views) in enumerate(pairs):
        rows.append(measured("rated_engagements_lcs", number, engagements))
        rows.append(measured("rated_views", number, views, reason=None if views is not None else "no_reading"))
    return rows


def waves(*shares: tuple[int, float, str | None]) -> list[Row]:
    """A question's top answers on a base of 100, wave by wave: day, percentage, what speaks against showing it."""
    rows = []
    for wave, (number, share, reason) in enumerate(shares, 1):
        cell = {"period": "wave", "subject_type": "survey", "subject_id": f"s:w{wave}:all:q:top", "market": "AE"}
        bounds = {"low": share - 10, "high": share + 10}
        rows.append(measured("answer_weighted", number, share, **cell | bounds | {"reason": reason}))
        rows.append(measured("base_weighted", number, 100, **cell))
    return rows


def by_sampling(rows: list[Row]) -> list[Row]:
    """Measures of a survey with how people were sampled: the second wave is a probability sample."""
    return [row | {"sampling": ("non_" if ":w2:" not in row["subject_id"] else "") + "probability"} for row in rows]


def by_basis(basis: str, minutes: float) -> list[Row]:
    subject = {"subject_type": "basis", "subject_id": basis}
    return [measured("attended_minutes", 3, minutes, **subject), measured("covered_minutes", 3, 10, **subject)]


def recounted(*numbers: int) -> list[Row]:
    """From these days on views are counted by another definition."""
    return [
        measured("views", number, None, period=period, reason="several_definitions")
        for number in numbers
        for period in ("within_week", "within_campaign")
    ]


def viewed_in_markets(*shown: str) -> list[Row]:
    """Views in each week of each market: in some as everybody is shown them, in others as owners are told."""
    return [
        measured("views", 7 * week, views, market=market, **subject)
        for (market, week), (views, _) in DOSE.items()
        for subject in ({}, {"subject_type": "platform", "subject_id": "public" if market in shown else "studio"})
    ]


WEEKS = counted([None, 5, None, 7, 1, 1, 2, 10])
CREATORS = counted([3, 3], "unique_creators")
TWO_WEEKS = [1.0] * 7 + [2.0] * 7 + [5.0]
OTHER_QUESTION = [row | {"subject_id": row["subject_id"].replace(":q:", ":r:")} for row in waves((5, 99, None))]
KNOWN_FOR_LONG = counted([90, *[0] * 30])
CREATORS_TO_DATE = [measured("unique_creators", 20, 5, period="campaign_to_date")]

CAMPAIGNS: dict[str, tuple[int, list[Row]]] = {
    "weeks": (42, WEEKS + [row | {"market": "SA"} for row in WEEKS]),
    "distinct": (42, [*CREATORS, measured("unique_creators", 1, 4, period="campaign_to_date")]),
    "ratio": (42, [*ratios((1, 10), (30, 100), (-3, -10), (0, 0), (5, None), (None, 5)), measured("rated_engagements_lcs", 6, 1)]),
    "rounded": (42, [
        measured("views", 0, 100, low=50, high=150),
        measured("views", 1, 100),
        measured("rated_engagements_lcs", 0, 10, low=5, high=15),
        measured("rated_views", 0, 100, low=50, high=150),
        measured("rated_engagements_lcs", 1, -10, low=-15, high=-5),
        measured("rated_views", 1, 100, low=50, high=150),
        measured("rated_engagements_lcs", 2, 10, low=5, high=15),
        measured("rated_views", 2, 20, low=-30, high=70),
    ]),
    "shared": (42, [
        measured("views", 0, 100, low=50, high=150),
        measured("views", 1, 20, low=-80, high=120),
        *(measured("views", 1, 0, low=100, high=-100, period=period) for period in ("within_week", "within_campaign")),
        measured("views", 7, 30, low=-70, high=130),
        measured("views", 7, 0, low=100, high=-100, period="within_campaign"),
    ]),
    "provisional": (16, counted([1] * 9)),
    "fortnight": (14, counted(TWO_WEEKS) + counted(TWO_WEEKS, "rated_views") + counted([0.1] * 14 + [9], "rated_engagements_lcs")),
    "recounted-within": (14, counted(TWO_WEEKS) + recounted(10)),
    "recounted-between": (14, counted(TWO_WEEKS) + recounted(7)),
    "recounted-before": (14, counted(TWO_WEEKS) + recounted(0)),
    "gap": (14, counted([1.0, None, *[1.0] * 12])),
    "young": (6, counted([1.0] * 6)),
    "creators": (40, counted([1] * 20, "unique_creators") + counted(range(20), "unique_creators", period="campaign_to_date")),
    "basis": (40, by_basis("intervals", 100) + by_basis("samples", 900)),
    "waves": (40, waves((1, 40, None), (8, 45, None)) + OTHER_QUESTION),
    "suppressed": (40, waves((1, 40, None), (5, 30, "imprecise"), (8, 80, None))),
    "imprecise": (40, waves((1, 40, "imprecise"))),
    "ungrouped": (40, [row | {"subject_id": row["subject_id"].replace(":top", ":4")} for row in waves((1, 40, None))]),
    "first": (40, waves((1, 40, None))),
    "away": (40, []),
    "tagged": (40, [
        *counted([5], subject_type="hashtag", subject_id="a_b"), *counted([7], subject_type="hashtag", subject_id="a1b"),
    ]),
    "reached": (40, waves((1, 50, None))),
    "paced": (24, counted([300])),
    "late": (49, counted([300])),
    "trusted": (40, [*KNOWN_FOR_LONG, measured("views", 31, 9), *CREATORS_TO_DATE, *waves((39, 40, None))]),
    "moving": (40, [*KNOWN_FOR_LONG, measured("views", 31, 11)]),
    "held": (40, counted([5]) + waves((1, 40, None))),
    "indexed": (42, [
        *counted([100] * 14 + [200] * 7),
        *(row | {"number": row["number"] + 7} for row in ratios(*[(10, 100)] * 7, *[(5, 100)] * 7)),
    ]),
    "red": (40, [*KNOWN_FOR_LONG, *ratios((10, 100)), *counted([5], "posts"), measured("unique_creators", 20, 5, period="campaign_to_date")]),
    "unsure": (40, KNOWN_FOR_LONG),
    "nested": (40, [
        measured("guide_openers", 3, 80, period="campaign_to_date"),
        measured("guide_beginners", 3, 100),
        measured("guide_finishers", 3, 25),
        measured("toolkit_downloads", 3, 20),
    ]),
    "cost": (42, [*counted([1, 2, 3, 4, 0, 0, 0] + [0] * 14), measured("unique_creators", 1, 4), *counted([None] * 7, "engagements_lcs"), *by_basis("samples", 100)]),
    "recounted": (42, counted([2] * 21) + recounted(3, 7)),
    "season": (24, counted([300])),
    "dose": (70, viewed_in_markets("AE", "EG", "JO")),
    "doses": (70, viewed_in_markets("AE", "EG")),
    "exposed": (42, [row | {"market": market} for market in ("AE", "SA", "unknown") for row in counted([100, 300])]),
}  # fmt: skip
"""Each campaign: days from its start to the latest landing, and what was measured."""

SOURCE_OF = {
    "answer_weighted": "survey",
    "base_weighted": "survey",
    "attended_minutes": "live",
    "covered_minutes": "live",
    "guide_openers": "activation",
    "guide_beginners": "activation",
    "guide_finishers": "activation",
    "toolkit_downloads": "activation",
}


def day(campaign: str, number: int) -> date:
    return AS_OF - timedelta(days=CAMPAIGNS[campaign][0] - number)


HELP_WEEKS = pl.DataFrame(
    [
        ("nested", date(2026, 3, 9), "AE", "all", 60, None),
        ("nested", date(2026, 3, 9), "AE", "a", 60, None),
        ("nested", date(2026, 3, 8), "SA", "all", None, "few_people"),
        ("nested", date(2026, 3, 8), "EG", "all", 12, None),
        ("nested", date(2026, 3, 9), "all", "all", 72, None),
        *(
            (name, AS_OF - timedelta(days=70 - 7 * week), market, "a", taps, None)
            for (market, week), (_, taps) in DOSE.items()
            for name in ("dose", "doses")
        ),
        # A resource that is withheld in one week, and one that is not there in another.
        *(("dose", AS_OF - timedelta(days=70 - 7 * week), "AE", "b", 99 if week else None, None) for week in range(10)),
        *(("dose", AS_OF - timedelta(days=70 - 7 * week), "AE", "c", 50, None) for week in range(9)),
    ],
    schema=["campaign_id", "week_on", "market", "resource_id", "taps", "reason"],
    orient="row",
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """KPIs and scorecards of all campaigns, made of literal measures; their checks hold."""
    seed = ["campaign_id,name,starts_on,ends_on,reporting_timezone"]
    seed += [f"{name},Campaign {name},{day(name, 0)},{day(name, 99)},Asia/Dubai" for name in CAMPAIGNS]
    lab = Lab(
        tmp_path_factory.mktemp("campaign") / "home",
        {
            "campaigns": "\n".join(seed),
            "scorecard": SCORECARD,
            "markets": MARKETS,
            "organisations": ORGANISATIONS,
            "phases": PHASES.format(*(day("cost", number) for number in range(100))),
            "costs": COSTS,
            "calendar": CALENDAR.format(*(day("season", number) for number in range(100))),
        },
    )
    assert lab.dbt("seed"), lab.messages
    lab.run(["stg_campaign__campaigns", "stg_campaign__hashtags", "stg_campaign__comparison_sets"])
    measures: dict[str, list[Row]] = {source.name: [] for source in SOURCES}
    for campaign, (_, rows) in CAMPAIGNS.items():
        for row in rows:
            on = day(campaign, row["number"])
            measures[SOURCE_OF.get(row["measure"], "hashtag")].append(
                {name: value for name, value in row.items() if name != "number"}
                | {"campaign_id": campaign, "event_on": on, "last_on": on}
            )
    with duckdb.connect(str(lab.home.warehouse)) as connection:
        connection.execute(f"create table intermediate.int_lake__as_of as select date '{AS_OF}' as as_of")
        connection.execute(
            "create table intermediate.int_campaign__missing as select 'away' as campaign_id, 'L05' as kpi_id, 'outside_campaign' as reason"
        )
        connection.execute(
            "create table staging.stg_lake__rebuilds as select 'hashtag' as source, campaign_id, null::varchar[] as unit, "
            "date '2000-01-01' as rebuild_from from staging.stg_campaign__campaigns"
        )
        connection.register("weeks", HELP_WEEKS)
        connection.execute("create table intermediate.int_activation__help_weeks as from weeks")
        for source, rows in measures.items():
            laid = pl.DataFrame(rows, schema=SHAPE)
            if source == "hashtag":
                laid = laid.with_columns(is_dated=pl.lit(True))
            if source == "survey":
                laid = pl.DataFrame(by_sampling(rows), schema=SHAPE | {"sampling": pl.String()})
            connection.register("laid", laid)
            connection.execute(f"create table intermediate.int_{source}__measures as from laid")
    delivery = dict.fromkeys(LEDGER.names()) | {
        "landed_on": AS_OF,
        "delivery": "d",
        "version": 1,
        "outcome_reason": "odd",
    }
    held = delivery | {"source": "hashtag", "campaign_id": "held", "outcome": "held"}
    earlier = held | {"landed_on": STALE_SINCE}
    unreadable = delivery | {"source": "live", "outcome": "refused"}
    write_ledger(lab.home, pl.DataFrame([held, earlier, unreadable], schema=LEDGER))
    models = ("int_campaign__measures", "int_campaign__kpis", "int_campaign__index", "int_campaign__scorecard", "fct_campaign_kpi_day", "rpt_campaign_scorecard")  # fmt: skip
    assert lab.dbt("build", "--exclude-resource-type", "unit_test", "--select", *models), lab.messages
    return lab


def kpis(lab: Lab, campaign: str, where: str, columns: str = "value, reason") -> list[tuple[object, ...]]:
    return lab.rows(
        f"select {columns} from intermediate.int_campaign__kpis where campaign_id = '{campaign}' and {where} order by event_on"
    )


def line(lab: Lab, campaign: str, kpi: str, *columns: str) -> list[object]:
    """The columns of the one line that a campaign's scorecard has of a KPI."""
    [found] = lab.rows(
        f"select {', '.join(columns)} from rpt_campaign_scorecard where campaign_id = '{campaign}' and kpi_id = '{kpi}'"
    )
    return list(found)


def test_additive_measures_are_summed_to_weeks_and_to_date(lab: Lab) -> None:
    weeks = "kpi_id = 'H01' and period = 'week' and market = '{}'"
    on = [day("weeks", number) for number in range(8)]
    assert kpis(lab, "weeks", weeks.format("all"), "event_on, last_on, value") == [
        (on[0], on[6], 16.0),
        (on[7], on[7], 10.0),
    ]
    # In Saudi Arabia a week starts on Sunday.
    assert kpis(lab, "weeks", weeks.format("SA"), "event_on, last_on, value") == [
        (day("weeks", -1), on[5], 14.0),
        (on[6], on[7], 12.0),
    ]
    to_date = kpis(lab, "weeks", "kpi_id = 'H01' and period = 'campaign_to_date' and market = 'all'")
    assert to_date == [
        (None, "no_known_change"),
        *((value, None) for value in (5.0, 5.0, 12.0, 13.0, 14.0, 16.0, 26.0)),
    ]


def test_what_is_not_additive_is_never_summed(lab: Lab) -> None:
    found = kpis(lab, "distinct", "kpi_id = 'H03'", "period, value")
    assert sorted(found) == [("campaign_to_date", 4.0), ("day", 3.0), ("day", 3.0)]


def test_a_ratio_is_of_sums_and_nothing_without_a_base_above_zero(lab: Lab) -> None:
    assert kpis(lab, "ratio", "kpi_id = 'H06' and period = 'day'") == [
        (10.0, None),
        (30.0, None),
        (None, "negative_denominator"),
        (None, "no_denominator"),
        (None, "no_reading"),
        (None, "no_known_change"),
        (None, "no_reading"),
    ]
    week = kpis(lab, "ratio", "kpi_id = 'H06' and period = 'week'", "value, numerator, denominator")
    assert week == [(100 * 34 / 105, 34.0, 105.0)]


def test_rounded_readings_bound_a_ratio_by_its_corners(lab: Lab) -> None:
    found = kpis(lab, "rounded", "kpi_id = 'H06' and period = 'day'", "ci_low, value, ci_high")
    assert found[0] == pytest.approx((100 / 30, 10.0, 30.0))
    assert found[1] == pytest.approx((-30.0, -10.0, -100 / 30))
    assert found[2] == (None, 50.0, None)
    assert kpis(lab, "rounded", "kpi_id = 'H01' and period = 'campaign_to_date'", "ci_low, value, ci_high") == [
        (50.0, 100.0, 150.0),
        (150.0, 200.0, 250.0),
    ]


def test_what_days_share_of_their_bounds_widens_no_longer_period(lab: Lab) -> None:
    bounds = {
        period: kpis(lab, "shared", f"kpi_id = 'H01' and period = '{period}'", "ci_low, value, ci_high")
        for period in ("day", "week", "campaign_to_date")
    }
    assert bounds == {
        "day": [(50.0, 100.0, 150.0), (-80.0, 20.0, 120.0), (-70.0, 30.0, 130.0)],
        "week": [(70.0, 120.0, 170.0), (-70.0, 30.0, 130.0)],
        "campaign_to_date": [(50.0, 100.0, 150.0), (70.0, 120.0, 170.0), (100.0, 150.0, 200.0)],
    }


def test_a_period_is_provisional_by_its_last_day_of_data(lab: Lab) -> None:
    views = "from fct_campaign_kpi_day where campaign_id = 'provisional' and kpi_id = 'H01' and period"
    days = lab.rows(f"select event_on {views} = 'day' and is_provisional order by all")
    assert days == [(day("provisional", 7),), (day("provisional", 8),)]
    weeks = lab.rows(f"select event_on, is_provisional {views} = 'week' order by all")
    assert weeks == [(day("provisional", -5), False), (day("provisional", 2), True)]


def test_dates_before_the_first_changed_week_stay_and_count_to_date(lab: Lab, tmp_path: Path) -> None:
    changed = {}
    for name in ("weeks", "shared", "rounded", "fortnight", "gap", "indexed", "moving"):
        days = [row["number"] for row in CAMPAIGNS[name][1]]
        changed[name] = day(name, max(days) - len(days) // 4)
    rebuilds = " union all ".join(
        f"select '{name}' as campaign_id, date '{on}' as rebuild_from" for name, on in changed.items()
    )
    one = lab.copy(tmp_path / "one")
    one.execute(
        f"""create or replace table warehouse.staging.stg_lake__rebuilds as
        select 'hashtag' as source, campaign_id, null::varchar[] as unit, rebuild_from from ({rebuilds})""",
        """update warehouse.intermediate.int_hashtag__measures as measures
        set value = value + 1234567, low = low + 1, high = high + 2234567 from warehouse.staging.stg_lake__rebuilds as changes
        where measures.campaign_id = changes.campaign_id and period = 'day' and event_on >= rebuild_from""",
        # What was built stays, also where it could be built no more.
        "update warehouse.intermediate.int_campaign__measures set value = 77 where campaign_id = 'unsure' and period = 'day'",
        "update fct_campaign_kpi_day set value = 78 where campaign_id = 'unsure' and period = 'day'",
        # Before the KPI was told of, and of a KPI that is told of no more.
        "insert into fct_campaign_kpi_day by name select * replace ('unsure' as campaign_id, event_on - 30 as event_on) "
        "from fct_campaign_kpi_day where campaign_id = 'away' and kpi_id = 'H01'",
        "insert into fct_campaign_kpi_day by name select * replace ('A07' as kpi_id) "
        "from fct_campaign_kpi_day where campaign_id = 'unsure' and kpi_id = 'H01'",
    )
    models = ["int_campaign__measures", "int_campaign__kpis", "fct_campaign_kpi_day"]
    one.run(models)
    assert {value for (value,) in kpis(one, "unsure", "period = 'day'", "distinct value")} == {90, 0}
    stays = "select distinct value from {} where campaign_id = 'unsure' and period = 'day' and {} = '{}'"
    assert one.rows(stays.format("intermediate.int_campaign__measures", "measure", "views")) == [(77,)]
    assert one.rows(stays.format("fct_campaign_kpi_day", "kpi_id", "H01")) == [(78,)]
    columns = "select column_name from duckdb_columns() where table_name = 'fct_campaign_kpi_day' and contains(column_name, 'dated')"
    assert not one.rows(columns)
    goes = "select kpi_id, reason from fct_campaign_kpi_day where campaign_id = 'unsure' and (kpi_id = 'A07' or reason = 'no_data' and kpi_id = 'H01')"
    assert one.rows(goes) == [("A07", "no_data")]
    full = one.copy(tmp_path / "full")
    full.run(models, "--full-refresh")
    for name in changed:
        assert kpis(one, name, "true", "kpi_id, value") != kpis(lab, name, "true", "kpi_id, value")
        for model in ("intermediate.int_campaign__measures", "intermediate.int_campaign__kpis", "fct_campaign_kpi_day"):
            own = f"select * from {model} where campaign_id = '{name}' order by all"
            assert one.rows(own) == full.rows(own)


def test_what_was_agreed_but_is_not_due_yet_is_nothing_to_divide_by(lab: Lab, tmp_path: Path) -> None:
    """Whatever of its source lies outside the campaign's dates."""
    one = lab.copy(tmp_path / "one")
    one.execute(
        "drop table warehouse.intermediate.int_campaign__missing",
        "create table warehouse.intermediate.int_hashtag__deliverables as select * from (values "
        "('young', 'not_yet_due'), ('gap', 'not_yet_due'), ('gap', 'late')) as pieces(campaign_id, status)",
        "create table warehouse.intermediate.int_hashtag__capture_days as select 'young' as campaign_id, date '2001-01-01' as event_on",
        "create table warehouse.intermediate.int_activation__events as from warehouse.intermediate.int_hashtag__capture_days limit 0",
        "create table warehouse.intermediate.int_live__sessions as from warehouse.intermediate.int_hashtag__capture_days limit 0",
        "create table warehouse.intermediate.int_activation__help_events as select campaign_id, event_on as week_on, '' as activation, "
        "null::varchar as excluded, null::varchar as group_key, true as has_consent from warehouse.intermediate.int_activation__events",
    )
    one.run(["int_campaign__missing"])
    query = "select campaign_id, reason from warehouse.intermediate.int_campaign__missing where kpi_id in ('A11', 'H01') order by kpi_id"
    assert one.rows(query) == [("young", "no_denominator"), ("young", "outside_campaign")]


@pytest.mark.parametrize("later", [-2, 2, 9])
def test_rows_that_stay_are_provisional_by_the_latest_landing_too(lab: Lab, tmp_path: Path, later: int) -> None:
    one = lab.copy(tmp_path / "one")
    one.execute(
        "delete from warehouse.staging.stg_lake__rebuilds",
        f"update warehouse.intermediate.int_lake__as_of set as_of = as_of + {later}",
    )
    dates = "select event_on from fct_campaign_kpi_day where campaign_id = 'provisional' and period = 'day' and is_provisional order by all"
    one.run(["fct_campaign_kpi_day"])
    assert one.rows(dates) == [(day("provisional", number),) for number in range(7 + later, 9)]


def test_an_imprecise_estimate_is_known_but_not_on_the_page(lab: Lab) -> None:
    known = kpis(lab, "imprecise", "kpi_id = 'V01'", "value, ci_low, ci_high, reason, caveat")
    assert known == [(40.0, 30.0, 50.0, None, "imprecise")]
    shown = line(lab, "imprecise", "V01", "value", "ci_low", "reason", "trust_reason", "reason_text")
    assert shown == [None, None, "imprecise", "imprecise", Reason.IMPRECISE.english]


def test_recent_days_compare_with_those_before_and_leave_out_the_day_of_the_last_landing(lab: Lab) -> None:
    assert line(lab, "fortnight", "H01", "value", "recent_value", "previous_value", "change") == [26, 14, 7, 7]
    assert line(lab, "fortnight", "H06", "recent_value", "previous_value") == pytest.approx([5.0, 10.0])


def test_weeks_of_two_definitions_are_neither_summed_nor_compared(lab: Lab) -> None:
    """A break on the first day of a week leaves that week whole."""
    recent = {
        name: line(lab, f"recounted-{name}", "H01", "recent_value", "previous_value", "change")
        for name in ("within", "between", "before")
    }
    assert recent == {"within": [None, None, None], "between": [14, None, None], "before": [14, 7, 7]}


def test_a_week_that_is_not_whole_is_compared_with_nothing(lab: Lab) -> None:
    assert line(lab, "gap", "H01", "recent_value", "previous_value", "change") == [7, None, None]
    assert line(lab, "young", "H01", "value", "recent_value") == [6, None]


def test_what_does_not_accumulate_has_no_recent_value(lab: Lab) -> None:
    assert line(lab, "creators", "H03", "value", "recent_value", "previous_value") == [19, None, None]


def test_session_figures_are_told_apart_by_basis(lab: Lab) -> None:
    found = lab.rows(
        "select subject_id, value from rpt_campaign_scorecard where campaign_id = 'basis' and kpi_id = 'L05'"
    )
    assert sorted(found, key=str) == [("intervals", 10), ("samples", 90)]


def test_a_wave_compares_with_the_wave_before_unless_that_is_suppressed(lab: Lab) -> None:
    assert line(lab, "waves", "V01", "value", "recent_value", "previous_value", "change") == [45, 45, 40, 5]
    assert line(lab, "suppressed", "V01", "value", "previous_value", "change") == [80, None, None]


def test_figures_of_a_survey_say_how_its_people_were_sampled(lab: Lab) -> None:
    drawn = "select distinct split_part(subject_id, ':', 2), sampling from fct_campaign_kpi_day where kpi_id in ('V01', 'V02b') and campaign_id = 'waves'"
    assert sorted(lab.rows(drawn)) == [("w1", "non_probability"), ("w2", "probability")]
    assert lab.rows("select distinct sampling from fct_campaign_kpi_day where subject_type <> 'survey'") == [(None,)]
    assert line(lab, "waves", "V01", "subject_id", "sampling") == ["s:w2:all:q:top", "probability"]
    assert line(lab, "imprecise", "V01", "subject_id", "sampling") == ["s:w1:all:q:top", "non_probability"]
    assert lab.rows("select distinct sampling from rpt_campaign_scorecard where subject_type <> 'survey'") == [(None,)]


@pytest.mark.parametrize(
    ("campaign", "found"),
    [("held", [1.25, "on_track"]), ("reached", [1, "on_track"]), ("suppressed", [0.625, "behind"])],
)
def test_attainment_goes_in_the_direction_of_the_target(lab: Lab, campaign: str, found: list[object]) -> None:
    assert line(lab, campaign, "V01", "attainment_rate", "status") == found


def test_pacing_is_against_what_was_due_by_now(lab: Lab) -> None:
    # 25 of 100 days have gone by and 250 of 1,000 were due; of 50 days it would be 500.
    assert line(lab, "paced", "H01", "attainment_rate", "pacing", "status") == [0.3, 1.2, "on_track"]
    assert line(lab, "late", "H01", "attainment_rate", "pacing", "status") == [0.3, 0.6, "behind"]


def test_what_is_due_follows_the_calendar(lab: Lab) -> None:
    paces = [
        (11 if number == 1 else 1) * (0.5 if 1 <= number <= 50 and on.isoweekday() in (1, 3) else 1)
        for number, on in ((number, day("season", number)) for number in range(100))
    ]
    due = 1000 * sum(paces[:25]) / sum(paces)
    assert line(lab, "season", "H01", "pacing") == [pytest.approx(300 / due)]


def test_a_phase_s_cost_is_divided_by_what_adds_up_in_it(lab: Lab) -> None:
    found = lab.rows(
        "select subject_id, numerator, denominator, value, reason, event_on from fct_campaign_kpi_day where kpi_id = 'C08' "
        "and campaign_id = 'cost' order by 1"
    )
    launch, after = day("cost", 0), day("cost", 7)
    assert found == [
        ("after:H01:USD", 10, 0, None, "no_denominator", after),
        ("launch:H01:USD", 70, 10, 7, None, launch),
        ("launch:H03:USD", 10, None, None, "not_additive", launch),
        ("launch:H05:USD", 10, None, None, "no_reading", launch),
        # Minutes by stays and by samples make no sum.
        ("launch:L06:USD", 10, None, None, "not_additive", launch),
    ]


def test_a_phase_s_views_of_two_definitions_are_no_outcome(lab: Lab) -> None:
    """On the fourth day of the launch they are counted otherwise, and once more on the first day after it."""
    assert kpis(lab, "recounted", "kpi_id = 'C08'", "subject_id, value, reason") == [
        ("launch:H01:USD", None, "several_definitions"),
        ("after:H01:USD", 1, None),
    ]


def test_referrals_by_exposure_are_the_slope_of_a_poisson_regression(lab: Lab) -> None:
    """Against iterated weighted least squares with a column for every market; of weeks without an earlier one on record, too."""
    cells = list(DOSE)
    exposure = np.array(
        [sum(DOSE.get((market, week - lag), (0, 0))[0] for lag in range(3)) / 1000 for market, week in cells]
    )
    taps = np.array([float(DOSE[cell][1]) for cell in cells])
    design = np.column_stack(
        [exposure, *([market == one for market, _ in cells] for one in ("AE", "EG", "JO"))]
    ).astype(float)
    line_ = np.log(taps)
    for _ in range(50):
        mean = np.exp(line_)
        weighted = design * mean[:, None]
        solved = np.linalg.solve(weighted.T @ design, weighted.T @ (line_ + (taps - mean) / mean))
        line_ = design @ solved
    mean = np.exp(line_)
    uneven = max(1.0, float(((taps - mean) ** 2 / mean).sum() / (len(cells) - 4)))
    error = (uneven * np.linalg.inv((design * mean[:, None]).T @ design)[0, 0]) ** 0.5
    half = float(student.ppf(0.975, len(cells) - 4)) * error
    each = 3 * taps.mean()
    [found] = kpis(lab, "dose", "kpi_id = 'A06'", "value, ci_low, ci_high, reason")
    assert found == (*(pytest.approx(each * (solved[0] + off), rel=1e-9) for off in (0, -half, half)), None)
    assert [reason for _, reason in kpis(lab, "nested", "kpi_id = 'A06'")] == ["too_few_weeks"]
    assert kpis(lab, "doses", "kpi_id = 'A06'") == [(None, "several_definitions")]


def test_each_line_says_whether_it_can_be_trusted_and_c09_is_their_share(lab: Lab) -> None:
    reasons = lab.rows("select kpi_id, trust_reason from rpt_campaign_scorecard where campaign_id = 'trusted'")
    assert {str(kpi): reason for kpi, reason in reasons} == {
        "C09": None,
        "H01": None,
        "H03": None,
        "V01": None,
        "H06": "no_data",
        "L05": "no_data",
        "C03": "not_yet_built",
    }
    assert line(lab, "trusted", "C09", "value", "trust") == [50.0, None]
    share = "select value, numerator, denominator from fct_campaign_kpi_day where kpi_id = 'C09' and campaign_id = 'trusted'"
    assert lab.rows(share) == [(50.0, 3.0, 6.0)]
    assert line(lab, "trusted", "H01", "provisional_share") == pytest.approx([9 / 99])
    assert line(lab, "moving", "H01", "trust_reason", "is_provisional") == ["provisional", True]


@pytest.mark.parametrize(
    ("campaign", "kpi", "reason"),
    [
        ("ungrouped", "V01", Reason.NO_ANSWERS_NAMED),
        ("first", "V09", Reason.NO_KNOWN_CHANGE),
        ("away", "L05", Reason.OUTSIDE_CAMPAIGN),
        ("away", "V01", Reason.NO_DATA),
    ],
)
def test_a_line_without_a_figure_says_why(lab: Lab, campaign: str, kpi: str, reason: Reason) -> None:
    found = line(lab, campaign, kpi, "value", "reason", "trust_reason", "status", "reason_text")
    assert found == [None, reason, reason, "unknown", reason.english]


def test_a_subject_is_itself_but_for_percent_signs(lab: Lab) -> None:
    assert line(lab, "tagged", "H01", "subject_id", "value") == ["a_b", 5]


def test_the_index_weighs_how_far_each_line_has_come_and_is_unknown_where_one_is(lab: Lab) -> None:
    found = "select event_on, value, reason from fct_campaign_kpi_day where campaign_id = 'indexed' and kpi_id = 'C06' order by event_on"
    weeks = [day("indexed", number) for number in (0, 7, 14)]
    # 50 and 100 points, then 100 and 50, three to one.
    assert lab.rows(found) == [
        (weeks[0], None, "component_missing"),
        (weeks[1], 62.5, None),
        (weeks[2], 87.5, None),
    ]
    assert line(lab, "indexed", "C06", "value", "reason") == [87.5, None]
    assert line(lab, "paced", "C09", "weight") == [None]


def test_the_rank_of_a_week_holds_as_often_as_weights_allow(lab: Lab) -> None:
    # The second week is ahead wherever views weigh more than engagement: half of all weights, by 1,000 draws that never change.
    assert line(lab, "indexed", "C06b", "value") == [pytest.approx(50, abs=4)]
    again = lab.rows(
        "select value from fct_campaign_kpi_day where campaign_id = 'indexed' and kpi_id = 'C06b' and event_on = (select max(event_on) from fct_campaign_kpi_day where campaign_id = 'indexed' and kpi_id = 'C06b')"
    )
    assert again == [tuple(line(lab, "indexed", "C06b", "value"))]


def test_growth_is_not_on_track_while_a_guardrail_is_red(lab: Lab) -> None:
    assert line(lab, "red", "H06", "status", "trust_reason") == ["behind", None]
    assert line(lab, "red", "H01", "attainment_rate", "status", "trust", "trust_reason", "reason_text") == [
        9, "unknown", False, "guardrail_red", Reason.GUARDRAIL_RED.english,
    ]  # fmt: skip
    assert line(lab, "red", "H03", "status") == ["behind"]
    assert line(lab, "red", "H02", "status", "trust") == ["no_target", True]
    assert line(lab, "unsure", "A15", "status") == ["unknown"]
    assert line(lab, "unsure", "H01", "status") == ["on_track"]


def test_a_percentage_of_another_line_is_given_only_where_populations_nest(lab: Lab) -> None:
    assert line(lab, "nested", "A01b", "nested_pct") == [None]
    assert line(lab, "nested", "A02", "value", "nested_pct") == [25, 25]
    assert line(lab, "nested", "A07", "value", "nested_pct") == [20, 25]
    rows = "select subject_id, numerator, denominator, value from fct_campaign_kpi_day where campaign_id = 'nested' and kpi_id = 'C01' order by subject_id"
    assert lab.rows(rows) == [("2:all", 25, 100, 25), ("3:all", 20, 80, 25)]


def test_attainment_and_pacing_are_kpis_too(lab: Lab) -> None:
    found = "select kpi_id, subject_id, numerator, denominator, value from fct_campaign_kpi_day where campaign_id = 'paced' and kpi_id in ('C07', 'C07b') and value is not null order by 1"
    assert lab.rows(found) == [
        ("C07", "2:all", 300, 1000, pytest.approx(30)),
        ("C07b", "2:all", 300, 250, pytest.approx(120)),
    ]
    # Where less is better the target is divided by the value.
    less = "select numerator, denominator, value from fct_campaign_kpi_day where campaign_id = 'held' and kpi_id = 'C07' and subject_id like '6:%'"
    assert lab.rows(less) == [(50, 40, 125)]


def test_exposure_is_views_of_a_market_s_week_per_thousand_people_online(lab: Lab) -> None:
    found = "kpi_id = 'C02' and market = '{}'"
    assert kpis(lab, "exposed", found.format("AE"), "event_on, period, value") == [(day("exposed", 0), "week", 100)]
    assert {reason for _, reason in kpis(lab, "exposed", found.format("SA"))} == {"no_population"}
    assert kpis(lab, "exposed", found.format("unknown")) == []


def test_taps_are_held_against_what_helplines_can_take(lab: Lab) -> None:
    found = kpis(lab, "nested", "kpi_id = 'A04b'", "market, event_on, numerator, denominator, value, reason")
    assert sorted(found, key=repr) == [
        ("AE", date(2026, 3, 9), 60, 50, 120, None),
        ("SA", date(2026, 3, 8), None, 50, None, "few_people"),
        ("all", date(2026, 3, 9), 60, 100, 60, None),
    ]


def test_a_held_delivery_takes_the_trust_from_its_source_alone(lab: Lab) -> None:
    assert line(lab, "held", "H01", "trust_reason", "stale_since") == ["source_blocked", STALE_SINCE]
    assert line(lab, "held", "V01", "trust", "stale_since") == [True, None]
    assert line(lab, "paced", "H01", "trust_reason", "stale_since") == [None, None]
    # A note that cannot be read may be of any campaign.
    blocked = lab.rows(
        "select distinct trust_reason from rpt_campaign_scorecard where campaign_id = 'basis' and kpi_id = 'L05'"
    )
    assert blocked == [("source_blocked",)]


def test_lines_are_named_in_both_languages(lab: Lab) -> None:
    assert line(lab, "paced", "H01", "kpi_name", "kpi_name_ar", "campaign_name") == [
        "Views",
        "مشاهدات",
        "Campaign paced",
    ]
    assert line(lab, "paced", "H03", "kpi_name_ar") == ["صنّاع المحتوى المختلفون"]
    built = Reason.NOT_YET_BUILT
    assert line(lab, "paced", "C03", "reason_text", "reason_text_ar") == [built.english, built.arabic]


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_source_says_when_its_readings_are_settled() -> None:
    settled = {row["source"] for row in seed("sources")}
    delivered = {source.name for source in SOURCES}
    assert (settled - delivered, delivered - settled) == (set(), set())
