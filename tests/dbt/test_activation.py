"""Activation marts: what is counted, how far people go, features kept, incremental = full rebuild, and nothing given away."""

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog
from scipy.stats import t as student

from tests.dbt.lab import Lab

MONTHS = [f"m{number:02d}" for number in range(20)]
"""Campaigns of a month each, in which people look for help at random."""
CAMPAIGNS = "campaign_id,name,starts_on,ends_on,reporting_timezone\n" + "".join(
    f"{campaign},Campaign,2022-10-04,,Asia/Dubai\n" for campaign in ("c", "d", "e", *MONTHS)
)
CAMPAIGNS += "over,A campaign of nine days,2022-10-04,2022-10-12,Asia/Dubai\n"
MARKETS = "market,week_starts_on\nSA,7\n"
CHECKS = (
    "campaign_id,kind,version,starts_on,sensitivity,sensitivity_items,specificity,specificity_items,source\n"
    "*,story,1,2022-01-01,0.5,10,0.5,10,before\n*,story,2,2022-10-09,0.9,200,0.95,300,checked by two\n"
)
SEEDS = ["campaigns", "campaign_hashtags", "comparison_sets", "sources", "markets", "assets", "coding_checks"]
MARTS = [
    "fct_activation_day",
    "fct_activation_funnel",
    "fct_feature_adoption",
    "fct_toolkit_week",
    "fct_help_seeking_week",
    "fct_support_week",
    "fct_safe_messaging_week",
]
EVERYTHING = [*(f"+{mart}" for mart in MARTS), "+int_activation__measures"]
START = datetime(2022, 10, 4, 6, tzinfo=UTC)  # a Tuesday
LANDED = date(2022, 10, 5)

Row = dict[str, Any]


def key_of(name: object) -> str:
    return hashlib.md5(str(name).encode(), usedforsecurity=False).hexdigest()


def event(number: int, name: str, person: str | None, hours: float = 0, **more: Any) -> Row:
    known: Row = {"is_known": True, "is_exact_key": True, "asset_version": None, "section": None, "feature": None}
    known |= {"is_automatic": None, "market": "AE", "excluded": None, "asset_id": None, "records": 1}
    at = START + timedelta(hours=hours)
    person_key = None if person is None else key_of(person)
    return {
        "event_key": key_of(number),
        "happened_at": at,
        "activation": name,
        "person_key": person_key,
        **known,
        **more,
    }


def help_event(number: object, week_on: date, market: str, resource: str, person: str, **more: Any) -> Row:
    at = datetime.combine(week_on, datetime.min.time(), UTC) + timedelta(hours=12)
    where = {"week_on": week_on, "week_at": at, "market": market, "resource_id": resource, "records": 1}
    salted = key_of((week_on, market, person))
    return {
        "event_key": key_of(("help", number)),
        "activation": "helpline.tapped",
        "person_key": salted,
        **where,
        **more,
    }


def frame(rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None)


def deliver(lab: Lab, day: int, name: str, campaign: str = "c", **tables: Sequence[Row]) -> None:
    frames = {f"activation_{table}": frame(rows) for table, rows in tables.items() if rows}
    lab.deliver("activation", LANDED + timedelta(days=day), name, campaign, frames or None)


def build(lab: Lab, *arguments: str) -> None:
    lab.finish(EVERYTHING, *arguments)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    made = Lab(
        tmp_path_factory.mktemp("activation") / "home",
        {"campaigns": CAMPAIGNS, "markets": MARKETS, "coding_checks": CHECKS},
    )
    assert made.dbt("seed", "--select", *SEEDS), made.messages
    return made


GUIDE = {"asset_id": "wellbeing-guide", "asset_version": "1"}
LESSON = {"asset_id": "t-screen-time"}
SWITCH = {"feature": "screen_time"}
TOOLKIT = {"asset_id": "supporting-friends-ar", "asset_version": "1"}
DAY = 24


def acts() -> Iterable[Row]:
    """People who go so far: a opens twice; b reads; c completes by the last section; d clicks after that; e clicks without."""
    what: list[tuple[str, str | None, float, Row]] = [
        ("guide.opened", "a", 0, GUIDE), ("guide.opened", "a", 1, GUIDE),
        ("guide.opened", "b", 0, GUIDE), ("guide.section_read", "b", 0.2, GUIDE | {"section": 1}),
        ("guide.opened", "c", 0, GUIDE), ("guide.section_read", "c", 0.2, GUIDE | {"section": 5}),
        ("guide.opened", "d", 0, GUIDE), ("guide.section_read", "d", 0.1, GUIDE | {"section": 1}),
        ("guide.completed", "d", 0.2, GUIDE), ("resource.clicked", "d", 0.3, {}),
        ("guide.opened", "e", 0, GUIDE), ("resource.clicked", "e", 0.2, {}),
        ("guide.opened", "late", 0, GUIDE), ("guide.completed", "late", 8 * DAY, GUIDE),
        ("guide.opened", None, 0, GUIDE), ("guide.opened", "x", 0, GUIDE | {"excluded": "bot"}),
        *(("guide.opened", "machine", number / 3600, GUIDE) for number in range(59)),
        ("app.crashed", "a", 2, {"is_known": False}),
        ("toolkit.downloaded", "a", 0, TOOLKIT), ("toolkit.downloaded", "a", 1, TOOLKIT | {"excluded": "partial"}),
        ("support.offered", "a", 2, {}), ("toolkit.downloaded", "b", 0, TOOLKIT),
        # Who keeps it, who drops it, who drops and takes it again, who is late, had it on, has it automatically, does nothing.
        *(row for person in ("f", "g", "h", "i", "j", "k", "l") for row in
          [("tutorial.started", person, 0, LESSON), ("tutorial.completed", person, 1, LESSON)]),
        ("tutorial.started", "m", 0, LESSON),
        ("feature.enabled", "f", 2, SWITCH),
        ("feature.enabled", "g", 2, SWITCH), ("feature.disabled", "g", 5 * DAY, SWITCH),
        ("feature.enabled", "h", 2, SWITCH), ("feature.disabled", "h", 5 * DAY, SWITCH), ("feature.enabled", "h", 6 * DAY, SWITCH),
        ("feature.enabled", "i", 8 * DAY + 2, SWITCH),
        ("feature.enabled", "j", -5, SWITCH),
        ("feature.enabled", "k", 2, SWITCH | {"is_automatic": True}),
    ]  # fmt: skip
    for number, (name, person, hours, more) in enumerate(what):
        yield event(number, name, person, hours, **more)


def contacts() -> list[Row]:
    """
    Of two helplines in AE by day, and one in EG by week: 12 weeks before the campaign and 4 of it. One day of one helpline is missing;
    another helpline begins too late; in JO nothing is known of before.
    """
    rng = random.Random(5)
    rows = []
    for week in range(-12, 4):
        monday = date(2022, 10, 3) + timedelta(days=7 * week)
        for market, asset, dates in (
            ("AE", "one", 7),
            ("AE", "two", 7),
            ("AE", "late", 1),
            ("EG", "far", 1),
            ("JO", "new", 1),
        ):
            if asset in ("late", "new") and week < -3:
                continue
            for number in range(dates):
                if (asset, week, number) == ("two", 1, 3):
                    continue
                contacts = 6 if (asset, week) == ("far", 2) else rng.randrange(20, 40) + week
                on = monday + timedelta(days=number)
                rows.append(
                    {
                        "activation": "helpline.contacted",
                        "asset_id": asset,
                        "counted_on": on,
                        "market": market,
                        "events": contacts,
                    }
                )
    return rows  # fmt: skip


CONTACTS = contacts()


@pytest.fixture(scope="module")
def built(lab: Lab) -> Lab:
    everything = list(acts())
    deliver(lab, 0, "first", events=everything)
    # The same events again, one with another time: its first one counts.
    again = everything[0] | {"happened_at": START + timedelta(days=2)}
    deliver(lab, 1, "again", events=[*everything[1:20], again])
    counts = [
        {
            "activation": "activation.viewed",
            "counted_on": date(2022, 10, 4),
            "market": market,
            "events": 100,
            "unique_people": 40,
        }
        for market in ("AE", "SA")
    ]
    noon = datetime(2022, 10, 4, 12, tzinfo=UTC)
    # One market does not tell its events, and somebody counts more people than events.
    told = {"activation": "activation.viewed", "counted_on": date(2022, 10, 5), "unique_people": 40}
    counts += [told | {"market": "AE", "events": 100}, told | {"market": "SA", "events": None}]
    counts.append(told | {"counted_on": date(2022, 10, 6), "market": "AE", "events": 30})
    deliver(lab, 40, "counts", counts=[row | {"counted_at": noon, "is_known": True} for row in counts])
    at = datetime.min.time().replace(hour=12, tzinfo=UTC)
    contacts = [row | {"counted_at": datetime.combine(row["counted_on"], at), "is_known": True} for row in CONTACTS]
    deliver(lab, 40, "contacts", counts=contacts)
    build(lab)
    return lab


def test_days(built: Lab) -> None:
    names = "activation, asset_id, basis, is_known, events, events_gross, unique_people, events_without_person, reason"
    found = built.rows(f"select {names} from marts.fct_activation_day where event_on = '2022-10-04' order by 1, 2")
    assert [row for row in found if row[0] in ("activation.viewed", "app.crashed", "guide.opened", "toolkit.downloaded")] == [
        ("activation.viewed", "unknown", "counts", True, 200, None, None, None, "not_reported"),
        ("app.crashed", "unknown", "events", False, 1, 1, 1, 0, None),
        ("guide.opened", "wellbeing-guide", "events", True, 67, 68, 7, 1, None),
        ("toolkit.downloaded", "supporting-friends-ar", "events", True, 2, 3, 2, 0, None),
    ]  # fmt: skip


def test_of_a_day_whose_events_name_nobody_no_people_are_known(lab: Lab) -> None:
    deliver(lab, 62, "nobody", "over", events=[event(8400, "activation.joined", None)])
    build(lab)
    found = lab.rows(
        "select events, unique_people, unique_people_gross, reason from marts.fct_activation_day where campaign_id = 'over' "
        "and activation = 'activation.joined' and event_on = '2022-10-04'"
    )
    assert found == [(1, None, None, "not_reported")]


def test_counts_that_are_not_told_are_in_no_sum(built: Lab) -> None:
    names = "event_on, events, unique_people, reason"
    where = "activation = 'activation.viewed' and basis = 'counts' and event_on in ('2022-10-05', '2022-10-06')"
    assert built.rows(f"select {names} from marts.fct_activation_day where {where} order by 1") == [
        (date(2022, 10, 5), None, None, "not_reported"),
        (date(2022, 10, 6), 30, 40, None),
    ]


def test_funnels_nest(built: Lab) -> None:
    found = built.rows(
        "select funnel, step, people, people_before, round(conversion_rate, 4), reason from marts.fct_activation_funnel order by 1, step_number"
    )
    assert found == [
        ("feature", "tutorial.completed", 5, None, None, None),
        ("feature", "feature.enabled", 3, 5, 0.6, None),
        ("feature", "feature.still_on", 2, 3, 0.6667, None),
        ("guide", "guide.opened", 7, None, None, None),
        ("guide", "guide.section_read", 3, 7, 0.4286, None),
        ("guide", "guide.completed", 2, 3, 0.6667, None),
        ("guide", "resource.clicked", 1, 2, 0.5, None),
        ("toolkit", "toolkit.downloaded", 2, None, None, None),
        ("toolkit", "support.offered", 1, 2, 0.5, None),
        ("tutorial", "tutorial.started", 8, None, None, None),
        ("tutorial", "tutorial.completed", 7, 8, 0.875, None),
    ]


def test_features(built: Lab) -> None:
    found = built.rows(
        "select feature, week_on, viewers, already_on, switched_automatically, candidates, candidates_observed, adopters, "
        "adopters_observed, kept from marts.fct_feature_adoption"
    )
    assert found == [("screen_time", date(2022, 10, 3), 7, 1, 1, 5, 5, 3, 3, 2)]


def test_toolkits(built: Lab) -> None:
    found = built.rows(
        "select toolkit, language, downloads, downloads_gross, unique_people from marts.fct_toolkit_week"
    )
    assert found == [("supporting-friends-ar", "ar", 2, 3, 2)]


def test_measures(built: Lab) -> None:
    pairs: list[tuple[Any, ...]] = built.rows(
        "select measure, value from intermediate.int_activation__measures where market = 'all' and period = 'day' and event_on = '2022-10-04'"
    )
    assert dict(pairs) == {
        "guide_opens": 67, "guide_openers": 7, "guide_beginners": 7, "guide_finishers": 2, "guide_visits": 8, "meaningful_visits": 4,
        "toolkit_downloads": 2, "toolkit_downloaders": 2, "tutorial_beginners": 8, "tutorial_finishers": 7,
        "feature_candidates": 5, "feature_adopters": 3, "adopters_observed": 3, "features_kept": 2,
    }  # fmt: skip
    to_date = built.rows(
        "select value from intermediate.int_activation__measures where market = 'AE' and period = 'campaign_to_date' and measure = 'guide_openers'"
    )
    assert to_date == [(7,)]


def beyond(market: str, assets: tuple[str, ...], weeks: Sequence[int], left_out: Sequence[int]) -> tuple[float, float]:
    """Contacts of the weeks beyond those that a line through the weeks before predicts, and the error of the prediction, by matrices."""
    total: dict[int, int] = defaultdict(int)
    for row in CONTACTS:
        if row["asset_id"] in assets and row["market"] == market:
            total[(row["counted_on"] - date(2022, 10, 3)).days // 7] += row["events"]
    before = [week for week in total if week < 0]
    design = np.array([[1.0, week] for week in before])
    seen = np.array([float(total[week]) for week in before])
    line, rest, _, _ = np.linalg.lstsq(design, seen, rcond=None)
    kept = [week for week in weeks if week not in left_out]
    ahead = np.array([float(len(kept)), float(sum(kept))])
    variance = rest[0] / (len(before) - 2) * (len(kept) + ahead @ np.linalg.inv(design.T @ design) @ ahead)
    return sum(total[week] for week in kept) - float(ahead @ line), float(variance)


def test_contacts_of_helplines_are_held_against_the_line_through_the_weeks_before(built: Lab) -> None:
    found = built.rows(
        "select market, period, event_on, value, low, high, reason from intermediate.int_activation__measures "
        "where measure = 'contacts_beyond_expected' and market <> 'all'"
    )
    cells = {(market, period, on): rest for market, period, on, *rest in found}
    half = float(student.ppf(0.975, 10))
    weeks = [date(2022, 10, 3) + timedelta(days=7 * week) for week in range(4)]
    for market, assets, left_out in (("AE", ("one", "two"), [1]), ("EG", ("far",), [2])):
        for period, so_far in (("week", False), ("campaign_to_date", True)):
            for number, on in enumerate(weeks):
                if number in left_out and not (so_far and market == "EG"):
                    # A day that is missing leaves no row; fewer than 10 contacts leave one without a figure.
                    assert cells.pop((market, period, on), [None] * 3 + ["few_people"]) == [
                        None,
                        None,
                        None,
                        "few_people",
                    ]
                    continue
                value, variance = beyond(market, assets, range(number + 1) if so_far else [number], left_out)
                bounds = (value, value - half * variance**0.5, value + half * variance**0.5)
                assert cells.pop((market, period, on)) == [*(pytest.approx(bound, rel=1e-9) for bound in bounds), None]
    assert {(market, rest[-1]) for (market, _, _), rest in cells.items()} == {("JO", "too_few_weeks")}
    parts = [beyond("AE", ("one", "two"), range(4), [1]), beyond("EG", ("far",), range(4), [2])]
    value, variance = (sum(part[number] for part in parts) for number in (0, 1))
    [whole] = built.rows(
        "select value, high - value from intermediate.int_activation__measures where measure = 'contacts_beyond_expected' "
        "and market = 'all' and period = 'campaign_to_date' order by event_on desc limit 1"
    )
    assert whole == (pytest.approx(value), pytest.approx(half * variance**0.5))


def test_what_people_do_before_and_after_a_campaign_tells_what_is_first_and_how_it_goes_on(lab: Lab) -> None:
    """`new` begins on the last day but one; `old` had opened the guide, seen the lesson and had the feature before the first day."""
    what: list[tuple[str, str, float, Row]] = [
        ("guide.opened", "old", -2 * DAY, GUIDE), ("guide.opened", "old", DAY, GUIDE), ("guide.completed", "old", DAY, GUIDE),
        ("guide.opened", "new", 7 * DAY, GUIDE), ("guide.completed", "new", 10 * DAY, GUIDE),
        ("tutorial.started", "new", 7 * DAY, LESSON), ("tutorial.completed", "new", 10 * DAY, LESSON),
        ("feature.enabled", "had", -2 * DAY, SWITCH), ("tutorial.completed", "had", DAY, LESSON),
        ("tutorial.completed", "old", -2 * DAY, LESSON), ("tutorial.completed", "old", DAY, LESSON),
        ("tutorial.completed", "taker", 7 * DAY, LESSON), ("feature.enabled", "taker", 10 * DAY, SWITCH),
        ("feature.disabled", "taker", 20 * DAY, SWITCH),
        ("activation.viewed", "new", 7 * DAY, {}), ("activation.joined", "new", 10 * DAY, {}),
    ]  # fmt: skip
    deliver(lab, 60, "acts", "over", events=[event(8000 + n, *of[:3], **of[3]) for n, of in enumerate(what)])
    build(lab)
    measured = lab.rows(
        "select measure, sum(value)::bigint from intermediate.int_activation__measures where campaign_id = 'over' and market = 'all' "
        "and period = 'day' group by measure order by measure"
    )
    assert measured == [
        ("adopters_observed", 1), ("feature_adopters", 1), ("feature_candidates", 1), ("features_kept", 0),
        ("guide_beginners", 1), ("guide_finishers", 1), ("guide_openers", 2), ("guide_opens", 2), ("guide_visits", 2), ("meaningful_visits", 0),
        ("tutorial_beginners", 1), ("tutorial_finishers", 1),
    ]  # fmt: skip
    adopted = "viewers, already_on, candidates_observed, adopters, adopters_observed, kept"
    found = lab.rows(f"select {adopted} from marts.fct_feature_adoption where campaign_id = 'over' order by week_on")
    assert found == [(1, 1, 0, 0, 0, 0), (1, 0, 1, 1, 1, 0)]
    went = lab.rows(
        "select step, people from marts.fct_activation_funnel where campaign_id = 'over' and funnel in ('activation', 'tutorial') order by 1"
    )
    assert went == [
        ("activation.joined", 1), ("activation.viewed", 1), ("tutorial.completed", 1), ("tutorial.started", 1),
    ]  # fmt: skip


WEEKS = [date(2022, 10, 3) + timedelta(days=7 * number) for number in range(4)]
Cell = tuple[date, str, str]
Published = Mapping[Cell, int | None]


def random_month(rng: random.Random) -> list[Row]:
    """Cells of one person up to twenty: each of three resources in three markets, every week."""
    rows: list[Row] = []
    for week in WEEKS:
        for market, resource in product(("AE", "EG", "JO"), ("line-1", "line-2", "org")):
            for person in range(rng.choice([0, 1, 3, 8, 9, 10, 12, 20])):
                taps = rng.choice([1, 1, 2])
                rows += [
                    help_event(rng.getrandbits(60), week, market, resource, f"{resource}{person}") for _ in range(taps)
                ]
    return rows


KINDS = {
    "story": ("post.coded_story", "post.coded_other"),
    "supportive_reply": ("reply.coded_supportive", "reply.coded_other"),
    "shared_story": ("story.shared",),
}
"""Of each kind of support: what is found, and what is not."""
REFERRED = "organisation.referred"
FEWEST = 10


def random_support(rng: random.Random) -> list[Row]:
    """Stories, replies and referrals of one person up to twenty, in three markets, every week."""
    rows: list[Row] = []
    names = [*(name for pair in KINDS.values() for name in pair), f"{REFERRED}/ref-1", f"{REFERRED}/ref-2"]
    for week, market, name in product(WEEKS, ("AE", "EG", "JO"), names):
        activation, _, resource = name.partition("/")
        for person in range(rng.choice([0, 1, 3, 8, 9, 10, 12, 20])):
            told = {"activation": activation, "has_consent": True}
            if resource:
                told["group_key"] = key_of(("group", (week + timedelta(days=3)).month, rng.randrange(4)))
            rows.append(help_event(rng.getrandbits(60), week, market, resource or "post", f"{name}{person}", **told))
    return rows


def support_cells(rows: Sequence[Row]) -> dict[Cell, tuple[int, int]]:
    """By week, market and what was told: events, of referrals to an organisation different groups; and people."""
    found: dict[Cell, list[Row]] = defaultdict(list)
    for row in rows:
        if row["activation"] == "helpline.tapped":
            continue
        name = f"{REFERRED}/{row['resource_id']}" if row["activation"] == REFERRED else row["activation"]
        found[row["week_on"], row["market"], name].append(row)
    return {
        cell: (
            len({row["group_key"] for row in told}) if cell[2].startswith(REFERRED) else len(told),
            len({row["person_key"] for row in told}),
        )
        for cell, told in found.items()
    }


def shown_support(truth: Mapping[Cell, tuple[int, int]]) -> set[Cell]:
    """The cells with ten people, of whom ten are also of what was not found."""
    rest = {name: names for names in KINDS.values() for name in names}
    return {
        (week, market, name)
        for week, market, name in truth
        if all(truth.get((week, market, one), (0, 0))[1] >= FEWEST for one in rest.get(name, (name,)))
    }


def support_totals(truth: Mapping[Cell, tuple[int, int]], counted: Iterable[Cell]) -> list[tuple[set[Cell], int]]:
    """Of every week and what was told, in all markets: the cells that are counted, and their sum."""
    parts: dict[tuple[date, str], set[Cell]] = defaultdict(set)
    for week, market, name in counted:
        # A market's row of connections is a total too, of its organisations.
        parts[week, name.partition("/")[0]].add((week, market, name))
        if name.startswith(REFERRED):
            parts[week, f"{market}{REFERRED}"].add((week, market, name))
    return [(cells, sum(truth[cell][0] for cell in cells)) for cells in parts.values()]


def support_published(lab: Lab, month: str) -> tuple[list[Any], list[Any]]:
    """What is said of support by week, and the figures of weeks and months that KPIs are made of."""
    of_weeks: list[Any] = lab.rows(
        f"select week_on, market, kind, items, found from marts.fct_support_week where campaign_id = '{month}' and found is not null"
    )
    measures: list[Any] = lab.rows(
        "select measure, event_on, market, value from intermediate.int_activation__measures "
        f"where campaign_id = '{month}' and measure in ('posts_coded', 'replies_coded', 'connections') and subject_type = 'campaign' "
        "and value is not null"
    )
    return of_weeks, measures


Publication = Mapping[str, tuple[list[Row], Any, Any]]


@pytest.fixture(scope="module")
def twice(lab: Lab) -> list[Publication]:
    """
    Two publications of 20 random months: the second has a few more events, in cells that may then be shown. Of every month, all of its
    rows, and what is published of help-seeking and of support.
    """
    rng = random.Random(10)
    first = {month: [*random_month(rng), *random_support(rng)] for month in MONTHS}
    late = {
        month: [row for row in [*random_month(rng), *random_support(rng)] if rng.random() < 0.02] for month in MONTHS
    }
    publications: list[Publication] = []
    for number, step in enumerate((first, late)):
        for month in MONTHS:
            deliver(lab, 30 + number, f"{month}-{number}", month, help_events=step[month])
        build(lab)
        rows = {month: first[month] + (late[month] if number else []) for month in MONTHS}
        publications.append(
            {month: (rows[month], published(lab, month), support_published(lab, month)) for month in MONTHS}
        )
    return publications


def test_nothing_that_is_published_gives_support_away(twice: list[Publication]) -> None:
    """Stories, replies and connections; the months' figures are made of shown cells alone."""
    found, naive = [], []
    for month in MONTHS:
        said: list[Equation] = []
        complete: list[Equation] = []
        withheld = []
        truths = []
        for number, publication in enumerate(twice):
            rows, _, said_of_support = publication[month]
            require_only_shown(rows, *said_of_support)
            truths.append(support_cells(rows))
            truth, shown = truths[-1], shown_support(truths[-1])
            known = [(frozenset({(number, cell)}), truth[cell][0]) for cell in shown]
            said += [
                *known,
                *(
                    (frozenset((number, cell) for cell in cells), total)
                    for cells, total in support_totals(truth, shown)
                ),
            ]
            complete += [
                *known,
                *(
                    (frozenset((number, cell) for cell in cells), total)
                    for cells, total in support_totals(truth, truth)
                ),
            ]
            withheld += [(number, cell) for cell in truth if cell not in shown]
        equal = [cell for cell, counted in truths[0].items() if truths[1].get(cell) == counted]
        assert len(withheld) > 20
        found += given_away(said, equal, withheld)
        naive += given_away(complete, equal, withheld) if month in MONTHS[:2] else []
    assert found == []
    assert len(naive) > 5, "with totals of all cells the solver has to find some"


def require_only_shown(rows: Sequence[Row], published: Sequence[Any], measures: Sequence[Any]) -> None:
    """What a publication says of support, by market and in all, and its figures of weeks and months, follows from shown cells."""
    truth = support_cells(rows)
    shown = shown_support(truth)
    expected: dict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0])
    kind_of = {name: kind for kind, names in KINDS.items() for name in names}
    for week, market, name in shown:
        for place in (market, "all"):
            counted = expected[week, place, kind_of.get(name, "connection")]
            counted[0] += truth[week, market, name][0]
            counted[1] += 0 if name.endswith("_other") else truth[week, market, name][0]
    assert {(week, market, kind): [items or found, found] for week, market, kind, items, found in published} == {
        cell: [found if cell[2] == "connection" else items, found] for cell, (items, found) in expected.items()
    }
    by_kind = {"posts_coded": "story", "replies_coded": "supportive_reply"}
    pairs = {
        ((week + timedelta(days=3)).replace(day=1), row["group_key"], row["resource_id"])
        for row in rows
        if row["activation"] == REFERRED
        for week in [row["week_on"]]
        if (week, row["market"], f"{REFERRED}/{row['resource_id']}") in shown
    }
    months = {on: float(sum(pair[0] == on for pair in pairs)) for on, _, _ in pairs}
    assert {(on, market): value for name, on, market, value in measures if name == "connections"} == {
        (on, "all"): value for on, value in months.items()
    }
    for name, kind in by_kind.items():
        assert {(on, market): value for measure, on, market, value in measures if measure == name} == {
            (week, market): items for (week, market, one), (items, _) in expected.items() if one == kind
        }


def test_no_mart_of_activations_counts_what_is_sensitive(lab: Lab) -> None:
    told = lab.rows(
        "select distinct activation from marts.fct_activation_day union all select distinct step from marts.fct_activation_funnel"
    )
    assert [
        name for (name,) in told if str(name).startswith(("helpline", "organisation", "story", "post.", "reply."))
    ] == []


def cells_of(rows: Sequence[Row]) -> dict[Cell, tuple[int, int]]:
    """Taps and people of every cell, by counting."""
    found: dict[Cell, list[str]] = defaultdict(list)
    for row in rows:
        if row["activation"].startswith(("helpline", "organisation")):
            found[row["week_on"], row["market"], row["resource_id"]].append(row["person_key"])
    return {cell: (len(people), len(set(people))) for cell, people in found.items()}


def published(lab: Lab, campaign: str) -> tuple[dict[Cell, int | None], dict[tuple[date, str], int | None]]:
    """The taps of the cells of a publication, and its totals of markets and of all of them."""
    rows: list[Any] = lab.rows(
        f"select week_on, market, resource_id, taps from marts.fct_help_seeking_week where campaign_id = '{campaign}'"
    )
    cells = {(week, market, resource): taps for week, market, resource, taps in rows if resource != "all"}
    return cells, {(week, market): taps for week, market, resource, taps in rows if resource == "all"}


Equation = tuple[frozenset[tuple[int, Cell]], int]
"""Variables that add up to a figure: a cell of the first or second publication."""


def equations(
    number: int, shown: Published, totals: Mapping[tuple[date, str], int | None], *, of_all: bool
) -> list[Equation]:
    """What a publication says: its cells, and totals of the cells that are shown or, with nothing left out, of all."""
    said: list[Equation] = [(frozenset({(number, cell)}), taps) for cell, taps in shown.items() if taps is not None]
    for (week, market), total in totals.items():
        parts = {cell for cell in shown if cell[0] == week and market in (cell[1], "all")}
        counted = parts if of_all else {cell for cell in parts if shown[cell] is not None}
        if total is not None:
            said.append((frozenset((number, cell) for cell in counted), total))
    return said


def given_away(
    said: Sequence[Equation], equal: Iterable[Cell], withheld: Iterable[tuple[int, Cell]]
) -> list[tuple[int, Cell]]:
    """Withheld cells of which only one number of taps is possible: each has at least one, and `equal` ones did not change."""
    used = sorted(
        {variable for variables, _ in said for variable in variables} | {(n, cell) for cell in equal for n in (0, 1)}
    )
    place = {variable: column for column, variable in enumerate(used)}
    matrix, values = [], []
    for variables, value in [*said, *((frozenset({(0, cell), (1, cell)}), 0) for cell in equal)]:
        row = [0.0] * len(used)
        for variable in variables:
            row[place[variable]] = -1.0 if not value and variable[0] == 1 else 1.0
        matrix.append(row)
        values.append(value)
    in_a_sum = {variable for variables, _ in said for variable in variables}
    found = []
    for variable in withheld:
        # What no sum holds may be anything.
        if variable not in in_a_sum:
            continue
        ends = []
        for sign in (1.0, -1.0):
            aim = [sign if column == place[variable] else 0.0 for column in range(len(used))]
            solved = linprog(aim, A_eq=matrix, b_eq=values, bounds=(1, None))
            ends.append(sign * solved.fun if solved.status == 0 else sign * float("-inf"))
        if ends[1] - ends[0] < 1:
            found.append(variable)
    return found


def test_nothing_that_is_published_gives_a_withheld_cell_away(twice: list[Publication]) -> None:
    """Taps on helplines and referrals."""
    found, naive = [], []
    for month in MONTHS:
        truths = [cells_of(publication[month][0]) for publication in twice]
        publications = [publication[month][1] for publication in twice]
        said: list[Equation] = []
        complete: list[Equation] = []
        for number, (truth, (shown, totals)) in enumerate(zip(truths, publications, strict=True)):
            assert shown == {cell: taps if people >= 10 else None for cell, (taps, people) in truth.items()}
            for (week, market), total in totals.items():
                parts = [shown[cell] or 0 for cell in shown if cell[0] == week and market in (cell[1], "all")]
                assert (total or 0) == sum(parts)
            whole = {
                key: sum(taps for cell, (taps, _) in truth.items() if cell[0] == key[0] and key[1] in (cell[1], "all"))
                for key in totals
            }
            said += equations(number, shown, totals, of_all=False)
            complete += equations(number, shown, whole, of_all=True)
        withheld = [(n, cell) for n, (shown, _) in enumerate(publications) for cell in shown if shown[cell] is None]
        equal = [cell for cell in truths[0] if truths[0][cell] == truths[1][cell]]
        assert len(withheld) > 20
        found += given_away(said, equal, withheld)
        naive += given_away(complete, equal, withheld) if month in MONTHS[:3] else []
    assert found == []
    assert len(naive) > 5, "with totals of all cells the solver has to find some"


def test_a_total_counts_people_once_and_weeks_of_all_markets_hold_the_middle_of_theirs(lab: Lab) -> None:
    sunday, monday = date(2022, 10, 2), date(2022, 10, 3)
    rows = [help_event(number, sunday, "SA", "line", f"p{number}") for number in range(12)]
    rows += [help_event(100 + number, sunday, "SA", "org", f"p{number}") for number in range(10)]
    rows += [help_event(200 + number, monday, "AE", "line", f"q{number}") for number in range(9)]
    rows += [help_event(300 + number, monday, "AE", "other", "q1", excluded="bot") for number in range(20)]
    opened = [event(number, "guide.opened", f"o{number}", market="SA") for number in range(24)]
    opened += [event(number, "guide.opened", f"o{number}", market="AE") for number in range(50, 60)]
    deliver(lab, 10, "d", "d", help_events=rows, events=opened)
    build(lab)
    found = lab.rows(
        "select week_on, market, resource_id, taps, unique_people, cells_withheld, reason from marts.fct_help_seeking_week "
        "where campaign_id = 'd' order by all"
    )
    assert found == [
        (sunday, "SA", "all", 22, 12, 0, None),
        (sunday, "SA", "line", 12, 12, 0, None),
        (sunday, "SA", "org", 10, 10, 0, None),
        (monday, "AE", "all", None, None, 1, "few_people"),
        (monday, "AE", "line", None, None, 1, "few_people"),
        (monday, "all", "all", 22, 12, 1, None),
    ]
    rates = lab.rows(
        "select market, measure, value from intermediate.int_activation__measures where campaign_id = 'd' and measure like 'help%' order by all"
    )
    assert rates == [
        ("AE", "help_openers", None), ("AE", "help_seekers", None),
        ("SA", "help_openers", 24), ("SA", "help_seekers", 12),
        ("all", "help_openers", 24), ("all", "help_seekers", 12),
    ]  # fmt: skip


def test_weeks_with_a_day_of_the_campaign_count_and_each_with_all_its_days(lab: Lab) -> None:
    mondays = [date(2022, 9, 26) + timedelta(days=7 * week) for week in range(4)]
    rows = [
        help_event((name, week, number), week, "AE", "line", f"p{number}", activation=name, has_consent=True)
        for name in ("helpline.tapped", "post.coded_story", "post.coded_other")
        for week in mondays
        for number in range(12)
    ]
    # On the Monday before the campaign's first day, a Tuesday, and after its last one, a Wednesday.
    opened = [event(8200 + n, "guide.opened", f"o{n}", -DAY if n < 20 else 10 * DAY) for n in range(36)]
    flags = [
        event(8300 + n, "content.flagged", None, (7 * n - 7) * DAY, content_key=key_of(n), asset_id="comment")
        for n in range(4)
    ]
    deliver(lab, 61, "weeks", "over", help_events=rows, events=[*opened, *flags])
    build(lab)
    found = lab.rows(
        "select event_on, measure, value from intermediate.int_activation__measures where campaign_id = 'over' and market = 'all' "
        "and period = 'week' and measure in ('help_openers', 'help_seekers', 'posts_coded', 'guide_openers') order by 1, 2"
    )
    first, last = mondays[1:3]
    assert found == [
        (first, "guide_openers", 1), (first, "help_openers", 21), (first, "help_seekers", 12), (first, "posts_coded", 24),
        (last, "guide_openers", 1), (last, "help_openers", 17), (last, "help_seekers", 12), (last, "posts_coded", 24),
    ]  # fmt: skip
    flagged = "select distinct event_on from intermediate.int_activation__measures where campaign_id = 'over' and measure like '%hours_to_action'"
    assert lab.rows(f"{flagged} order by 1") == [(first,), (last,)]
    assert lab.rows("select count(distinct week_on) from marts.fct_help_seeking_week where campaign_id = 'over'") == [
        (4,)
    ]


def told(
    activation: str, market: str, people: int, each: int = 1, week: date = date(2022, 10, 3), **more: Any
) -> list[Row]:
    """Events of so many people, who agreed, about their stories, replies or referrals."""
    resource = more.pop("resource_id", "x")
    named = {"activation": activation, "has_consent": True, **more}
    return [
        help_event(f"{activation}{market}{person}{number}{week}{resource}{more}", week, market, resource, f"{person}{more}", **named)
        for person in range(people)
        for number in range(each)
    ]  # fmt: skip


def test_support_is_told_of_ten_people_and_corrected_for_the_errors_of_coding(lab: Lab) -> None:
    sunday, november = date(2022, 10, 2), date(2022, 10, 31)
    rows = [
        *told("post.coded_story", "AE", 15, 2), *told("post.coded_other", "AE", 35, 2),
        *told("post.coded_story", "AE", 30, excluded="bot"), *told("post.coded_story", "AE", 40, has_consent=False),
        *told("post.coded_story", "SA", 9, 3, sunday), *told("post.coded_other", "SA", 50, 1, sunday),
        *told("reply.coded_supportive", "AE", 12), *told("reply.coded_other", "AE", 10),
        *told("reply.coded_supportive", "SA", 30, 1, sunday), *told("reply.coded_other", "SA", 9, 1, sunday),
        *told("story.shared", "AE", 10, 2),
        *(row for group in ("g1", "g2", "g3") for row in
          told("organisation.referred", "AE", 5, resource_id="org", group_key=group)),
        *told("organisation.referred", "AE", 6, 1, november, resource_id="org", group_key="g1"),
        *told("organisation.referred", "AE", 9, resource_id="other", group_key="g1"),
        *told("story.resource_attached", "AE", 14, asset_version="r1"), *told("story.resource_missing", "AE", 6, asset_version="r1"),
        *told("story.resource_missing", "SA", 9, 1, sunday),
        *told("story.resource_opened", "AE", 30, asset_version="r1"), *told("helpline.viewed", "AE", 12, resource_id="seen"),
    ]  # fmt: skip
    noon = datetime(2022, 10, 5, 12, tzinfo=UTC)
    coded = [
        {"activation": f"post.coded_{name}", "counted_on": noon.date(), "counted_at": noon, "market": "EG", "events": events, "is_known": True,
         "unique_people": people}
        for name, events, people in (("story", 40, 30), ("other", 60, 50))
    ]  # fmt: skip
    coded += [
        one | {"market": "JO", "events": one["events"] if one["activation"] == "post.coded_story" else None}
        for one in coded
    ]
    # Somebody counts more people than posts, of which there are few.
    coded += [one | {"market": "LB", "events": 9, "unique_people": 500} for one in coded[:2]]
    # Who counts no people may count one person's posts.
    coded += [one | {"market": "KW", "unique_people": None} for one in coded[:2]]
    deliver(lab, 12, "e", "e", help_events=rows)
    deliver(lab, 12, "e-counts", "e", counts=coded)
    build(lab)
    names = "market, kind, basis, items, found, cells_withheld, coding_version, reason"
    where = "from marts.fct_support_week where campaign_id = 'e' and week_on < '2022-10-31'"
    assert lab.rows(f"select {names} {where} order by market, kind") == [
        ("AE", "connection", "events", None, 3, 0, None, None),
        ("AE", "shared_story", "events", 20, 20, 0, None, None),
        ("AE", "story", "events", 100, 30, 0, "2", None),
        ("AE", "supportive_reply", "events", 22, 12, 0, None, "not_validated"),
        ("EG", "story", "counts", 100, 40, 0, "2", None),
        ("JO", "story", "counts", None, None, 1, "2", "few_people"),
        ("KW", "story", "counts", None, None, 1, "2", "few_people"),
        ("LB", "story", "counts", None, None, 1, "2", "few_people"),
        ("SA", "story", "events", None, None, 1, "1", "few_people"),
        ("SA", "supportive_reply", "events", None, None, 1, None, "few_people"),
        ("all", "connection", "events", None, 3, 0, None, None),
        ("all", "shared_story", "events", 20, 20, 0, None, None),
        ("all", "story", "events", 200, 70, 4, "2", None),
        ("all", "supportive_reply", "events", 22, 12, 1, None, "not_validated"),
    ]

    def corrected(found: int, items: int) -> tuple[float, float, float]:
        seen, hit, spared = found / items, 0.9, 0.95
        share = (seen + spared - 1) / (hit + spared - 1)
        variance = (
            seen * (1 - seen) / items
            + share**2 * hit * (1 - hit) / 200
            + (1 - share) ** 2 * spared * (1 - spared) / 300
        ) / (hit + spared - 1) ** 2
        half = 1.959963984540054 * variance**0.5
        return share, share - half, share + half

    shares = lab.rows(f"select market, share, share_low, share_high {where} and kind = 'story' and share is not null")
    assert {row[0]: row[1:] for row in shares} == {
        market: pytest.approx(corrected(found, items))
        for market, found, items in (("AE", 30, 100), ("EG", 40, 100), ("all", 70, 200))
    }
    measured = lab.rows(
        "select measure, period, event_on, subject_id, value, low, reason from intermediate.int_activation__measures "
        "where campaign_id = 'e' and (measure = 'connections' or (measure in ('stories', 'posts_coded') and market = 'all'))"
    )
    share, low, _ = corrected(70, 200)
    october = date(2022, 10, 1)
    assert {row[:4]: row[4:] for row in measured} == {
        ("stories", "week", WEEKS[0], "all"): (pytest.approx(200 * share), pytest.approx(200 * low), None),
        ("posts_coded", "week", WEEKS[0], "all"): (200, None, None),
        ("connections", "month", october, "all"): (3, None, None),
        ("connections", "month", october, "org"): (3, None, None),
        ("connections", "month", october, "other"): (None, None, "few_people"),
        ("connections", "month", date(2022, 11, 1), "all"): (None, None, "few_people"),
        ("connections", "month", date(2022, 11, 1), "org"): (None, None, "few_people"),
    }
    assert lab.dbt("test", "--select", "fct_support_week"), lab.messages
    helped = lab.rows("select distinct resource_id from marts.fct_help_seeking_week where campaign_id = 'e' order by 1")
    assert helped == [("all",), ("org",), ("other",)]


def test_open_flags_have_waited_as_long_as_is_known(lab: Lab) -> None:
    """Actions after 1, 2, 4 and 20 hours, one flag open for 30: half are done after 4, nine of ten not yet."""
    comment = {"asset_id": "comment"}
    what: list[tuple[str, str, float]] = [
        ("flagged", "a", 0), ("flagged", "a", 0.5), ("actioned", "a", 1), ("actioned", "a", 9), ("flagged", "b", 0), ("actioned", "b", 2),
        ("flagged", "c", 0), ("actioned", "c", 4), ("flagged", "d", 0), ("flagged", "e", 10), ("actioned", "e", 30),
        ("actioned", "f", 3), ("flagged", "late", -1), ("actioned", "late", -2),
    ]  # fmt: skip
    rows = [
        event(7000 + number, f"content.{name}", f"p{number}", hours, content_key=key_of(content), **comment)
        for number, (name, content, hours) in enumerate(what)
    ]
    rows += [event(7100 + n, "live.resource_attached", None, n, asset_version="r1") for n in range(3)]
    rows.append(event(7200, "live.resource_missing", None, 9, asset_version="r1"))
    rows.append(event(7300, "live.resource_opened", None, 9, asset_version="r2"))
    deliver(lab, 13, "flags", "e", events=rows)
    build(lab)
    names = "content_type, required, attached, rule_version, cells_withheld, reason"
    where = "from marts.fct_safe_messaging_week where campaign_id = 'e' order by 1"
    assert lab.rows(f"select {names} {where}") == [
        ("all", 24, 17, "r1", 1, None),
        ("comment", None, None, None, 0, "not_reported"),
        ("live", 4, 3, "r1", 0, None),
        ("story", 20, 14, "r1", 1, None),
    ]
    hours = "content_type, flags, open_flags, median_hours_to_action, p90_hours_to_action, action_reason"
    found = lab.rows(f"select {hours} {where}")
    assert found == [
        ("all", 6, 2, 4.0, None, "still_open"),
        ("comment", 6, 2, 4.0, None, "still_open"),
        ("live", 0, 0, None, None, "not_reported"),
        ("story", 0, 0, None, None, "not_reported"),
    ]
    assert lab.dbt("test", "--select", "fct_safe_messaging_week"), lab.messages
    measured = lab.rows(
        "select measure, subject_id, value, reason from intermediate.int_activation__measures where campaign_id = 'e' and market = 'all' "
        "and (measure like 'crisis%' or measure like '%hours_to_action') and subject_id in ('all', 'comment') order by all"
    )
    assert measured == [
        ("crisis_resources_attached", "all", 17, None), ("crisis_resources_required", "all", 24, None),
        ("median_hours_to_action", "all", 4, None), ("median_hours_to_action", "comment", 4, None),
        ("p90_hours_to_action", "all", None, "still_open"), ("p90_hours_to_action", "comment", None, "still_open"),
    ]  # fmt: skip


def state(lab: Lab) -> dict[str, list[tuple[object, ...]]]:
    """Every row of what is built of events."""
    tables = [*(f"marts.{mart}" for mart in MARTS), "intermediate.int_activation__measures"]
    return {table: lab.table(table) for table in tables}


def test_days_built_one_by_one_are_what_a_full_rebuild_gives(lab: Lab) -> None:
    """Late, replaced and withdrawn deliveries, copies of events with another time, before and after what was built."""
    rng = random.Random(4)
    rows = [
        event(500 + number, rng.choice(["guide.opened", "guide.completed", "toolkit.downloaded"]), f"p{rng.randrange(9)}",
              hours=rng.randrange(20 * DAY), **GUIDE)
        for number in range(80)
    ]  # fmt: skip
    moved = [row | {"happened_at": row["happened_at"] + timedelta(days=rng.choice([-3, 3]))} for row in rows[:20]]
    helped = [help_event(500 + n, WEEKS[n % 4], "AE", "line", f"p{n}") for n in range(60)]
    steps: list[dict[str, list[Row]]] = [
        {"one": rows[:40], "two": rows[40:]},
        {"three": moved, "two": rows[50:]},
        {"one": [], "late": rows[:10]},
    ]
    for number, step in enumerate(steps):
        for name, delivered in step.items():
            helps = helped[20 * number : 20 * number + 30] if delivered else []
            deliver(lab, 20, name, "d", events=delivered, help_events=helps)
        build(lab)
    by_steps = state(lab)
    build(lab, "--full-refresh")
    assert state(lab) == by_steps
