"""People of the invented campaign who tell their stories, are answered, are referred in groups; flags on content and what came of them.

Coding errs at a known rate. What is true of all this as far as it may be shown is worked out here too, from the acts.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import sqrt
from typing import Any

import numpy as np
import polars as pl

from ingest.simulated.activation import MARKETS, SHARES, Act, Person
from ingest.simulated.activation_truth import SUNDAY_MARKETS, day_of, is_net, week_of
from ingest.simulated.plan import CAMPAIGN, DAY, campaign_day, starts_s

FIRST_NUMBER = 1_000_000
"""Where the numbers of these people start, so that they are nobody else's."""
CODED_MARKET = "QA"
"""Where a partner codes posts and delivers counts."""
RULE = "2"
_CODING = {"story": (0.9, 220, 0.95, 340), "supportive_reply": (0.85, 160, 0.9, 140)}
"""Sensitivity, specificity, and on how many items each was found."""
_NAMES = {
    "story": ("post.coded_story", "post.coded_other"),
    "supportive_reply": ("reply.coded_supportive", "reply.coded_other"),
}
_FEWEST = 10
WEEKS_BEFORE = 12
"""Of so many weeks before the campaign helplines tell what they had."""


def make_support(rng: np.random.Generator, days: int, people: int) -> list[Act]:
    """What these people did, and what moderators and hosts did, in order of time."""
    ends = starts_s() + days * DAY
    made = [act for number in range(people) for act in _life(rng, _person(rng, number), days)]
    made += _moderation(rng, days, people // 4)
    return sorted((act for act in made if act.at < ends), key=lambda act: (act.at, act.person.number, act.name))


def coded_counts(rng: np.random.Generator, days: int) -> list[dict[str, Any]]:
    """What the partner counted, week by week; in the last one hardly anybody told a story."""
    rows = []
    for week in range(0, days, 7):
        is_last = week + 7 >= days
        for name, events, people in (
            ("story", int(rng.integers(30, 50)), 6 if is_last else 25),
            ("other", int(rng.integers(90, 140)), 80),
        ):
            rows.append({"day": week, "activation": f"post.coded_{name}", "events": events, "people": people})
    return rows


def helpline_contacts(rng: np.random.Generator, days: int) -> list[dict[str, Any]]:
    """Weeks of two markets, from before the campaign to its last whole one: they rise slowly, and `extra` came through it."""
    rows = []
    for market, level, extra in (("AE", 140, 35), ("EG", 260, 60)):
        first = _week_in(market, campaign_day(0))
        for week in range(-WEEKS_BEFORE, days // 7):
            more = int(rng.poisson(extra)) if week >= 0 else 0
            contacts = int(rng.poisson(level + 2 * week)) + more
            rows.append(
                {"market": market, "week_on": first + timedelta(days=7 * week), "contacts": contacts, "extra": more}
            )
    return rows


def support_seeds() -> Mapping[str, str]:
    """The seed `coding_checks`."""
    header = "campaign_id,kind,version,starts_on,sensitivity,sensitivity_items,specificity,specificity_items,source"
    rows = [
        f"{CAMPAIGN},{kind},1,2022-01-01,{hit},{hit_items},{spared},{spared_items},invented with the sample"
        for kind, (hit, hit_items, spared, spared_items) in _CODING.items()
    ]
    return {"coding_checks": "\n".join([header, *rows, ""])}


def _person(rng: np.random.Generator, number: int) -> Person:
    market = MARKETS[int(rng.choice(len(MARKETS), p=SHARES))]
    platform = ("android", "ios", "web")[int(rng.choice(3, p=(0.5, 0.3, 0.2)))]
    return Person(FIRST_NUMBER + number, market, platform, bool(rng.random() < 0.93))  # type: ignore[arg-type]


def _life(rng: np.random.Generator, person: Person, days: int) -> Iterator[Act]:
    at = starts_s() + int(rng.integers(0, days * DAY))

    def coded(kind: str, share: float) -> Act:
        hit, _, spared, _ = _CODING[kind]
        is_one = rng.random() < share
        is_found = rng.random() < (hit if is_one else 1 - spared)
        return Act(at + int(rng.integers(DAY)), person, _NAMES[kind][0 if is_found else 1])

    for _ in range(int(rng.integers(1, 3))):
        yield coded("story", 0.35)
    if rng.random() < 0.7:
        yield coded("supportive_reply", 0.6)
    if rng.random() < 0.3:
        yield Act(at + 60, person, "story.shared")
        kept = "attached" if rng.random() < 0.985 else "missing"
        yield Act(at + 90, person, f"story.resource_{kept}", {"rule_version": RULE})
    if rng.random() < 0.13:
        group = f"group-{int(rng.integers(12))}"
        about = {"organisation_id": f"{person.market.lower()}-org", "group_id": group}
        yield Act(at + 120, person, "organisation.referred", about)


def _moderation(rng: np.random.Generator, days: int, flags: int) -> Iterator[Act]:
    for number in range(flags):
        flagger, moderator = (Person(FIRST_NUMBER * kind + number, "AE", "android", agreed=False) for kind in (2, 3))
        about = {"content_id": f"content-{number}", "content_type": ("comment", "video")[number % 2]}
        at = starts_s() + int(rng.integers(0, days * DAY))
        yield Act(at, flagger, "content.flagged", about)
        if rng.random() < 0.9:
            yield Act(at + int(rng.lognormal(10.2, 1.1)), moderator, "content.actioned", about)
    for day in range(1, days, 3):
        host = Person(FIRST_NUMBER * 4 + day, "SA", "ios", agreed=False)
        kept = "missing" if day == 13 else "attached"
        yield Act(starts_s() + day * DAY + 3_600, host, f"live.resource_{kept}", {"rule_version": RULE})


def support_weeks_truth(acts: Sequence[Act], counted: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """By week, market and kind: what was coded and found of those who may be shown, its corrected share, and all markets together."""
    cells: dict[tuple[str, str, date], tuple[int | None, int] | None] = {}
    done: dict[tuple[str, str, date], list[Act]] = defaultdict(list)
    for act in acts:
        if is_net(act) and act.person.agreed:
            done[act.name, act.person.market, _week_in(act.person.market, day_of(act.at))].append(act)
    for kind, (name, rest) in _NAMES.items():
        for _, market, week in {key for key in done if key[0] in (name, rest)}:
            found, other = done.get((name, market, week), []), done.get((rest, market, week), [])
            is_shown = min(_people(found), _people(other)) >= _FEWEST
            cells[kind, market, week] = (len(found) + len(other), len(found)) if is_shown else None
    for (name, market, week), shared in done.items():
        if name == "story.shared":
            cells["shared_story", market, week] = (len(shared), len(shared)) if _people(shared) >= _FEWEST else None
        if name == "organisation.referred":
            grouped = [act for act in shared if "group_id" in act.properties]
            groups = len({act.properties["group_id"] for act in grouped})
            if grouped:
                cells["connection", market, week] = (None, groups) if _people(grouped) >= _FEWEST else None
    for stories, others in zip(counted[::2], counted[1::2], strict=True):
        week = _week_in(CODED_MARKET, campaign_day(stories["day"]))
        is_shown = min(stories["people"], others["people"]) >= _FEWEST
        cells["story", CODED_MARKET, week] = (
            (stories["events"] + others["events"], stories["events"]) if is_shown else None
        )
    rows = [(market, kind, week, *_figures(kind, [cell])) for (kind, market, week), cell in cells.items()]
    together: dict[tuple[str, date], list[tuple[int | None, int] | None]] = defaultdict(list)
    for (kind, _, week), cell in cells.items():
        together[kind, week_of(week + timedelta(days=3))].append(cell)
    rows += [("all", kind, week, *_figures(kind, parts)) for (kind, week), parts in together.items()]
    schema = {
        "market": pl.String,
        "kind": pl.String,
        "week_on": pl.Date,
        "items": pl.Int64,
        "found": pl.Int64,
        "share": pl.Float64,
        "share_low": pl.Float64,
        "share_high": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _figures(kind: str, cells: Sequence[tuple[int | None, int] | None]) -> tuple[float | None, ...]:
    """Of cells that may be shown: how many were coded and found, and the share with its bounds after Rogan and Gladen."""
    shown = [cell for cell in cells if cell is not None]
    if not shown:
        return (None,) * 5
    found = sum(cell[1] for cell in shown)
    if kind not in _CODING:
        return (None if kind == "connection" else found, found, None, None, None)
    items = sum(cell[0] or 0 for cell in shown)
    hit, hit_items, spared, spared_items = _CODING[kind]
    seen, better = found / items, hit + spared - 1
    share = (seen + spared - 1) / better
    errors = share**2 * hit * (1 - hit) / hit_items + (1 - share) ** 2 * spared * (1 - spared) / spared_items
    half = 1.959963984540054 * sqrt(seen * (1 - seen) / items + errors) / better
    return (items, found, *(min(max(bound, 0.0), 1.0) for bound in (share, share - half, share + half)))


def safety_weeks_truth(acts: Sequence[Act]) -> pl.DataFrame:
    """By week and type of content: crisis resources attached of those required, and how long flags waited."""
    required: dict[tuple[date, str], list[bool]] = defaultdict(list)
    stories: dict[tuple[str, date], list[Act]] = defaultdict(list)
    for act in acts:
        week = _week_in(act.person.market, day_of(act.at))
        if act.name.startswith("story.resource"):
            stories[act.person.market, week].append(act)
        elif act.name.startswith("live.resource"):
            _check(required, "live", week, [act])
    for (_, week), told in stories.items():
        # Whose story has a resource and whose has none are told of apart.
        parts = [[act for act in told if act.name.endswith(kept)] for kept in ("attached", "missing")]
        _check(required, "story", week, told if max(map(_people, parts)) >= _FEWEST else [])
    waits = _waits(acts)
    rows = []
    for week, kind in sorted(set(required) | set(waits)):
        kept = required.get((week, kind)) or None
        hours = waits.get((week, kind), [])
        rows.append(
            {
                "week_on": week,
                "content_type": kind,
                "required": len(kept) if kept else None,
                "attached": sum(kept) if kept else None,
                "flags": len(hours),
                "open_flags": sum(not done for _, done in hours),
                "median_hours_to_action": _hours_until(hours, 0.5),
                "p90_hours_to_action": _hours_until(hours, 0.1),
            }
        )
    schema = {
        "week_on": pl.Date,
        "content_type": pl.String,
        "required": pl.Int64,
        "attached": pl.Int64,
        "flags": pl.Int64,
        "open_flags": pl.Int64,
        "median_hours_to_action": pl.Float64,
        "p90_hours_to_action": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema)


def _check(required: dict[tuple[date, str], list[bool]], kind: str, week: date, told: Sequence[Act]) -> None:
    for name in (kind, "all"):
        required[week_of(week + timedelta(days=3)), name] += [act.name.endswith("attached") for act in told]


def _waits(acts: Sequence[Act]) -> Mapping[tuple[date, str], list[tuple[float, bool]]]:
    """Hours of each flag until it was acted on, or until the last that is known of flags, and which of them it is."""
    flagged, acted = (
        {act.properties["content_id"]: act for act in acts if act.name == name}
        for name in ("content.flagged", "content.actioned")
    )
    until = max((act.at for act in acts if act.name.startswith("content.")), default=0)
    found: dict[tuple[date, str], list[tuple[float, bool]]] = defaultdict(list)
    for content, flag in flagged.items():
        ends = acted[content].at if content in acted else until
        for kind in (flag.properties["content_type"], "all"):
            found[week_of(day_of(flag.at)), kind].append(((ends - flag.at) / 3_600, content in acted))
    return found


def _hours_until(hours: Sequence[tuple[float, bool]], share_left: float) -> float | None:
    """When no more than such a share of the flags is still open (Kaplan and Meier)."""
    left = 1.0
    for at in sorted({one for one, done in hours if done}):
        waiting = sum(one >= at for one, _ in hours)
        left *= 1 - sum(one == at and done for one, done in hours) / waiting
        if left <= share_left + 1e-12:
            return at
    return None


def _people(acts: Sequence[Act]) -> int:
    return len({act.person.number for act in acts if act.person.agreed})


def _week_in(market: str, day: date) -> date:
    return week_of(day, starts_on_sunday=market in SUNDAY_MARKETS)
