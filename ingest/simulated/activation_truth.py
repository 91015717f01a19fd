"""What is true of the people in the app, as far as a warehouse can know it: from their acts, before anything was formatted.

Who did not agree is nobody; what tests, bots, prefetches and parts of downloads did is left out of net figures.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from ingest.simulated.activation import SECTIONS, TUTORIALS, Act
from ingest.simulated.live import LiveSession
from ingest.simulated.plan import DAY, ZONE_SECONDS, campaign_day

_WEEK, _MONTH = 7 * DAY, 28 * DAY
_HELP = ("helpline", "organisation")
SENSITIVE = (*_HELP, "story", "post.coded", "reply.coded")
SUNDAY_MARKETS = ("SA", "EG", "JO", "QA")
_FUNNELS = {
    "activation": ("activation.viewed", "activation.joined"),
    "guide": ("guide.opened", "guide.section_read", "guide.completed", "resource.clicked"),
    "toolkit": ("toolkit.downloaded", "support.offered"),
    "tutorial": ("tutorial.started", "tutorial.completed"),
}
_IDS = (
    "activation_id",
    "guide_id",
    "toolkit_id",
    "tutorial_id",
    "resource_id",
    "line_id",
    "organisation_id",
    "content_type",
)


def activation_days_truth(acts: Sequence[Act], counted: Sequence[int]) -> pl.DataFrame:
    """By activation, asset and date: net and gross events, different people. What the partner counted is of no asset."""
    days: dict[tuple[str, str, date], list[Act]] = defaultdict(list)
    for act in acts:
        if not act.name.startswith(SENSITIVE):
            days[act.name, _asset(act) or "unknown", day_of(act.at)].append(act)
    rows: list[tuple[Any, ...]] = []
    for key, done in days.items():
        net = [act for act in done if is_net(act)]
        people = {act.person.number for act in net if act.person.agreed}
        rows.append((*key, len(net), len(done), len(people) if people or not net else None))
    rows += [
        ("activation.viewed", "unknown", campaign_day(day), count, None, None) for day, count in enumerate(counted)
    ]
    schema = ["activation", "asset_id", "event_on", "events", "events_gross", "unique_people"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def activation_funnel_truth(acts: Sequence[Act]) -> pl.DataFrame:
    """By funnel, step and week of the first step: people who did it and, in order and within 7 days, all before it."""
    reached: dict[tuple[str, str, date], int] = defaultdict(int)
    for done in _by_person(acts).values():
        for funnel, steps in _FUNNELS.items():
            begun = [act.at for act in done if act.name == steps[0]]
            if not begun:
                continue
            at = first = min(begun)
            week = week_of(day_of(first))
            for number, step in enumerate(steps):
                later = [act.at for act in done if step in _means(act) and act.at >= at and act.at <= first + _WEEK]
                if not later and number:
                    break
                at = min(later)
                reached[funnel, step, week] += 1
            for step in steps:
                reached[funnel, step, week] += 0
    rows = [(*key, people) for key, people in reached.items()]
    return pl.DataFrame(rows, schema=["funnel", "step", "week_on", "people"], orient="row")


def live_clicks_truth(acts: Sequence[Act], sessions: Sequence[LiveSession]) -> pl.DataFrame:
    """By session that a click names and resource, and of all: different people who clicked until a day after its end."""
    rows = []
    for session in sessions:
        clicks = [act for act in acts if is_net(act) and act.properties.get("session_id") == session.session_id]
        resources = [*sorted({str(_asset(act)) for act in clicks}), None] if clicks else []
        rows += [(session.session_id, of or "all", _clickers(clicks, session, of)) for of in resources]
    return pl.DataFrame(rows, schema=["session_id", "resource_id", "clickers"], orient="row")


def _clickers(clicks: Sequence[Act], session: LiveSession, resource: str | None) -> int | None:
    """Nobody knows how many they were where none of them agreed to be counted."""
    in_time = [act for act in clicks if session.starts <= act.at <= session.ends + DAY]
    of_it = [act for act in in_time if resource in (None, _asset(act))]
    people = {act.person.number for act in of_it if act.person.agreed}
    return len(people) if people or not of_it else None


def activation_features_truth(acts: Sequence[Act], as_of: date) -> pl.DataFrame:
    """By feature and week of completing its tutorial: who adopted the feature within 7 days and had it on after 28."""
    counts: dict[tuple[str, date], dict[str, int]] = defaultdict(lambda: dict.fromkeys(_FEATURE_COUNTS, 0))
    for done in _by_person(acts).values():
        for tutorial, feature in TUTORIALS.items():
            seen = [act.at for act in done if act.name == "tutorial.completed" and _asset(act) == tutorial]
            if seen:
                row = counts[feature, week_of(day_of(min(seen)))]
                switches = [act for act in done if act.properties.get("feature") == feature]
                for name in _feature_counts(min(seen), switches, as_of):
                    row[name] += 1
    rows = [(*key, *row.values()) for key, row in counts.items()]
    return pl.DataFrame(rows, schema=["feature", "week_on", *_FEATURE_COUNTS], orient="row")


_FEATURE_COUNTS = ("viewers", "candidates", "candidates_observed", "adopters", "adopters_observed", "kept")


def _feature_counts(seen: int, switches: Sequence[Act], as_of: date) -> Iterator[str]:
    """What one viewer of a tutorial counts as."""
    yield "viewers"
    had_it = any(act.name == "feature.enabled" and act.at < seen for act in switches)
    by_itself = any(act.properties.get("automatic") and act.at <= seen + _WEEK for act in switches)
    if had_it or by_itself:
        return
    yield "candidates"
    adopted = [act.at for act in switches if act.name == "feature.enabled" and seen <= act.at <= seen + _WEEK]
    if day_of(seen) + timedelta(days=7) < as_of:
        yield "candidates_observed"
        if adopted:
            yield "adopters"
    if adopted and day_of(min(adopted)) + timedelta(days=28) < as_of:
        yield "adopters_observed"
        month = [act for act in switches if min(adopted) <= act.at <= min(adopted) + _MONTH]
        if max(month, key=lambda act: act.at).name == "feature.enabled":
            yield "kept"


def help_weeks_truth(acts: Sequence[Act]) -> pl.DataFrame:
    """By week and market of the market's own, and resource: taps, and different people; none of it is withheld here."""
    cells: dict[tuple[date, str, str], list[Act]] = defaultdict(list)
    for act in acts:
        if act.name.startswith(_HELP) and is_net(act):
            market = act.person.market
            week = week_of(day_of(act.at), starts_on_sunday=market in SUNDAY_MARKETS)
            cells[week, market, str(_asset(act))].append(act)
    rows = [
        (*key, len(done), len({act.person.number for act in done if act.person.agreed})) for key, done in cells.items()
    ]
    return pl.DataFrame(rows, schema=["week_on", "market", "resource_id", "taps", "unique_people"], orient="row")


def is_net(act: Act) -> bool:
    """Whether an act counts in net figures."""
    return act.person.kind == "real" and not act.excluded


def _by_person(acts: Sequence[Act]) -> Mapping[int, list[Act]]:
    """The acts of those who may be counted as people, in order of time."""
    found: dict[int, list[Act]] = defaultdict(list)
    for act in acts:
        if is_net(act) and act.person.agreed:
            found[act.person.number].append(act)
    return found


def _means(act: Act) -> tuple[str, ...]:
    """The steps that an act is: to read the last section is to complete the guide."""
    version = str(act.properties.get("version"))
    is_last = act.name == "guide.section_read" and act.properties["section"] >= SECTIONS[version]
    return (act.name, "guide.completed") if is_last else (act.name,)


def _asset(act: Act) -> str | None:
    return next((str(act.properties[name]) for name in _IDS if name in act.properties), None)


def day_of(at: int) -> date:
    """The date in Dubai of a second since 1970, UTC."""
    return date(1970, 1, 1) + timedelta(days=(at + ZONE_SECONDS) // DAY)


def week_of(day: date, *, starts_on_sunday: bool = False) -> date:
    """The first day of the week that a date lies in."""
    return day - timedelta(days=day.isoweekday() % 7 if starts_on_sunday else day.weekday())
