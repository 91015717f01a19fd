"""The people of the invented campaign in the app: they see, open, read, complete, tap, switch features on and change their minds.

How that becomes files is in `ingest.simulated.activation_files`, what is true of it in `ingest.simulated.activation_truth`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from ingest.simulated.live import LiveSession
from ingest.simulated.plan import DAY, starts_s

Kind: TypeAlias = Literal["real", "test", "bot"]

HOUR = 3_600
MARKETS = ("AE", "SA", "EG", "JO")
"""The last is so small that hardly ten people of it look for help in a week."""
SHARES, HELP = (0.42, 0.34, 0.2, 0.04), (0.3, 0.26, 0.3, 0.3)
GUIDE, SECTIONS = "wellbeing-guide", {"1": 5, "2": 6}
TOOLKITS = ("supporting-friends-ar", "supporting-friends-en")
TUTORIALS = {"t-screen-time": "screen_time", "t-comment-filters": "comment_filters"}
CHALLENGE = "talk-about-it"
RESOURCES = ("breathing", "sleep")
NEVER_HEARD_OF = "app.crashed"


@dataclass(frozen=True)
class Person:
    """Somebody with the app. `agreed` says whether they may be counted as a person."""

    number: int
    market: str
    platform: Literal["android", "ios", "web"]
    agreed: bool
    kind: Kind = "real"


@dataclass(frozen=True)
class Act:
    """Something that a person did at a second since 1970, UTC."""

    at: int
    person: Person
    name: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    excluded: bool = False


def make_acts(rng: np.random.Generator, days: int, people: int) -> list[Act]:
    """What everybody did within the campaign's days, in order of time."""
    ends = starts_s() + days * DAY
    made = [act for number in range(people) for act in _life(rng, _person(rng, number), days)]
    return sorted((act for act in made if act.at < ends), key=lambda act: (act.at, act.person.number, act.name))


def make_clicks(rng: np.random.Generator, days: int, acts: Sequence[Act], sessions: Sequence[LiveSession]) -> list[Act]:
    """Clicks on resources from all sessions but each fourth: before it, while it is live, on the day after it, and later."""
    people = list({act.person.number: act.person for act in acts}.values())
    made = []
    for number, session in enumerate(sessions):
        if number % 4 == 3:
            continue
        for _ in range(int(rng.integers(12, 40))):
            at = int(rng.integers(session.starts - HOUR, session.ends + 30 * HOUR))
            about = {"resource_id": RESOURCES[int(rng.integers(2))], "session_id": session.session_id}
            person = people[int(rng.integers(len(people)))]
            made += [Act(at + again, person, "resource.clicked", about) for again in (0, 60)[: int(rng.integers(1, 3))]]
    return [act for act in made if act.at < starts_s() + days * DAY]


def _person(rng: np.random.Generator, number: int) -> Person:
    market = MARKETS[int(rng.choice(len(MARKETS), p=SHARES))]
    platform = ("android", "ios", "web")[int(rng.choice(3, p=(0.5, 0.3, 0.2)))]
    kind: Kind = ("real", "test", "bot")[int(rng.choice(3, p=(0.97, 0.01, 0.02)))]
    return Person(number, market, platform, bool(rng.random() < 0.93), kind)  # type: ignore[arg-type]


def _life(rng: np.random.Generator, person: Person, days: int) -> Iterator[Act]:
    """One person's acts; each later thing only by some, so that the populations of a funnel nest or do not."""

    def happens(probability: float) -> bool:
        return bool(rng.random() < probability)

    def wait(most: int) -> int:
        return int(rng.integers(5, most))

    at = starts_s() + int(rng.integers(0, days * DAY))
    acts: list[Act] = []

    def do(name: str, **properties: Any) -> None:
        acts.append(Act(at, person, name, properties))

    do("activation.viewed", activation_id=CHALLENGE)
    if happens(0.5):
        at += wait(2 * DAY)
        do("activation.joined", activation_id=CHALLENGE)
    if happens(0.6):
        version = "1" if at < starts_s() + days * DAY // 2 else "2"
        about = {"guide_id": GUIDE, "version": version, "locale": "ar" if happens(0.7) else "en"}
        at += wait(DAY)
        do("guide.opened", **about)
        if happens(0.1):
            acts.append(replace(acts[-1], at=at - 2, properties={**about, "prefetch": True}, excluded=True))
        last = int(rng.integers(0, SECTIONS[version] + 1))
        for section in range(1, last + 1):
            at += wait(120)
            do("guide.section_read", **about, section=section)
        if last == SECTIONS[version]:
            at += wait(60)
            do("guide.completed", **about)
            if happens(0.4):
                at += wait(HOUR)
                do("resource.clicked", resource_id=RESOURCES[int(rng.integers(2))])
        elif happens(0.1):
            at += wait(HOUR)
            do("resource.clicked", resource_id=RESOURCES[int(rng.integers(2))])
        if happens(HELP[MARKETS.index(person.market)]):
            at += wait(DAY)
            line = f"{person.market.lower()}-line-{'2' if happens(0.25) else '1'}"
            do("helpline.tapped", line_id=line)
            if happens(0.2):
                at += wait(HOUR)
                do("helpline.tapped", line_id=line)
        if happens(0.05):
            at += wait(DAY)
            do("organisation.referred", organisation_id=f"{person.market.lower()}-org")
    if happens(0.2):
        at += wait(DAY)
        toolkit = TOOLKITS[int(rng.integers(2))]
        do("toolkit.downloaded", toolkit_id=toolkit, version="1")
        if happens(0.15):
            acts.append(
                replace(acts[-1], at=at + 30, properties={**acts[-1].properties, "resumed": True}, excluded=True)
            )
        if happens(0.3):
            at += wait(3 * DAY)
            do("support.offered")
    if happens(0.35):
        yield from _tutorial(rng, person, at + wait(DAY))
    if happens(0.03):
        do(NEVER_HEARD_OF)
    yield from acts


def _tutorial(rng: np.random.Generator, person: Person, at: int) -> Iterator[Act]:
    tutorial = list(TUTORIALS)[int(rng.integers(len(TUTORIALS)))]
    about, switch = {"tutorial_id": tutorial}, {"feature": TUTORIALS[tutorial]}
    if rng.random() < 0.1:
        yield Act(at - 60, person, "feature.enabled", switch)
    yield Act(at, person, "tutorial.started", about)
    if rng.random() < 0.3:
        return
    at += int(rng.integers(30, 600))
    yield Act(at, person, "tutorial.completed", about)
    draw = rng.random()
    if draw < 0.06:
        yield Act(at + HOUR, person, "feature.enabled", {**switch, "automatic": True})
    elif draw < 0.6:
        at += int(rng.integers(60, 12 * DAY))
        yield Act(at, person, "feature.enabled", switch)
        if rng.random() < 0.4:
            at += int(rng.integers(HOUR, 20 * DAY))
            yield Act(at, person, "feature.disabled", switch)
            if rng.random() < 0.3:
                yield Act(at + DAY, person, "feature.enabled", switch)
