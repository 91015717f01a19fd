"""What the live marts must hold, second by second: sets of people instead of intervals. Slow and plain.

Instants are whole seconds since 1970. Nothing here knows dbt or SQL.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Id = tuple[date, str]
Person = tuple[str, int]
STRENGTH = {"note": 0, "file": 1, "events": 2}
DESCRIPTION = ("title", "advocate", "topic", "platform", "language", "country")
PEOPLE = (
    "unique_attendees",
    "unique_attendees_low",
    "average_watch_minutes",
    "median_watch_minutes",
    "p90_watch_minutes",
    "views",
    "average_view_minutes",
    "present_at_5m",
    "present_at_15m",
    "present_at_30m",
    "retention_5m_pct",
    "retention_15m_pct",
    "retention_30m_pct",
    "completed_attendees",
    "completion_rate",
    "imputed_leaves",
    "attended_minutes_low",
)


@dataclass(frozen=True)
class Delivered:
    """The lake rows of one delivery, by table."""

    sessions: Sequence[Row]
    stays: Sequence[Row] = ()
    samples: Sequence[Row] = ()
    instances: Sequence[Row] = ()
    registrations: Sequence[Row] = ()
    interactions: Sequence[Row] = ()
    figures: Sequence[Row] = ()


@dataclass
class Session:
    """What all deliveries say of one session."""

    described: list[tuple[Id, Row]] = field(default_factory=list)
    stays: list[tuple[Id, Row]] = field(default_factory=list)
    samples: list[tuple[Id, Row]] = field(default_factory=list)
    instances: list[Row] = field(default_factory=list)
    registrations: dict[str, Row] = field(default_factory=dict)
    interactions: dict[str, Row] = field(default_factory=dict)

    def attribute(self, name: str) -> Any:
        known = [row[name] for _, row in self.described if row.get(name) is not None]
        return known[-1] if known else None

    def bound(self, name: str) -> int | None:
        known = [row for _, row in self.described if row[name] is not None]
        if not known:
            return None
        best = min(STRENGTH[row["bounds_basis"]] for row in known)
        values: list[int] = [row[name] for row in known if STRENGTH[row["bounds_basis"]] == best]
        if best == STRENGTH["note"]:
            return values[-1]
        return min(values) if name == "starts_at" else max(values)

    @property
    def basis(self) -> str:
        known = {row["basis"] for _, row in self.described}
        return next(basis for basis in ("intervals", "samples", "registrations") if basis in known)

    @property
    def identity(self) -> str:
        kinds = {row["identity"] for _, row in self.described if row["basis"] == "intervals"}
        return "none" if not kinds else "id" if "id" in kinds else "name"

    def live_seconds(self, start: int, end: int) -> list[int]:
        """The seconds in which the session was live, in order: their place in the list is the session's clock."""
        starts = sorted({row["starts_at"] for row in self.instances})
        live: set[int] = set()
        for at, following in zip(starts, [*starts[1:], end], strict=False):
            known = [row["ends_at"] for row in self.instances if row["starts_at"] == at and row["ends_at"] is not None]
            live |= set(range(max(start, at), min(end, max(known, default=following))))
        return sorted(live) or list(range(start, end))


def gather(deliveries: Mapping[Id, Delivered]) -> dict[str, Session]:
    """Sessions of the deliveries in effect; what they say in the order in which they landed."""
    sessions: dict[str, Session] = {}
    for key in sorted(deliveries):
        delivered = deliveries[key]
        for row in delivered.sessions:
            sessions.setdefault(row["session_id"], Session()).described.append((key, row))
        for row in delivered.stays:
            sessions[row["session_id"]].stays.append((key, row))
        for row in delivered.samples:
            sessions[row["session_id"]].samples.append((key, row))
        for row in delivered.instances:
            sessions[row["session_id"]].instances.append(row)
        for row in delivered.registrations:
            sessions[row["session_id"]].registrations[row["person_key"]] = row
        for row in delivered.interactions:
            sessions[row["session_id"]].interactions[row["event_id"]] = row
    return sessions


@dataclass
class Presence:
    """The places on the session's clock at which a person was there, and at which their leave was seen, too."""

    identity: str
    there: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    imputed: int = 0

    @property
    def views(self) -> int:
        """Times they came, those within a minute of having gone being the same."""
        ordered = sorted(self.there)
        return 1 + sum(after - before > 60 for before, after in pairwise(ordered))


def presences(session: Session, start: int, end: int, clock: Mapping[int, int]) -> dict[Person, Presence]:
    """Every attendee, guests of one name who overlap apart: each stay is of the first of them who is free."""
    latest = {(row["person_key"], row["joined_at"], row["device"]): row for _, row in session.stays}
    staff = {row["person_key"] for _, row in session.stays if row["is_staff"]}
    free_at: dict[str, list[int]] = defaultdict(list)
    people: dict[Person, Presence] = {}

    def place(row: Row) -> tuple[int, int, bool]:
        left = end if row["left_at"] is None else row["left_at"]
        return max(start, row["joined_at"]), min(end, left), row["left_at"] is None

    for row in sorted(latest.values(), key=place):
        entered, exited, is_imputed = place(row)
        if row["person_key"] in staff or entered >= exited:
            continue
        device = 1
        if row["identity"] == "guest":
            devices = free_at[row["person_key"]]
            free = [number for number, until in enumerate(devices, 1) if until <= entered]
            device = free[0] if free else len(devices) + 1
            devices[device - 1 :] = [exited, *devices[device:]]
        there = {clock[second] for second in range(entered, exited) if second in clock}
        if not there:
            continue
        presence = people.setdefault((row["person_key"], device), Presence(row["identity"]))
        presence.there |= there
        if is_imputed:
            presence.imputed += 1
        else:
            presence.seen |= there
    return people


def samples_by_second(session: Session, start: int, end: int) -> tuple[dict[int, int], int | None]:
    """The number of viewers in each covered second, and that of a sample at the very end."""
    latest = {row["sampled_at"]: row for _, row in session.samples}
    counts: dict[int, Any] = {}
    times = sorted(latest)
    for time, following in zip(times, [*times[1:], end], strict=True):
        if latest[time]["viewers"] is not None:
            until = min(following, time + latest[time]["max_gap_seconds"], end)
            counts |= dict.fromkeys(range(max(time, start), until), latest[time]["viewers"])
    return counts, latest[end]["viewers"] if end in latest else None


def expected(deliveries: Mapping[Id, Delivered], as_of: date, zone: str, look_back: int) -> dict[str, list[Row]]:
    """The rows of the marts, and under `measures` those of the measures of the campaign."""
    sessions = gather(deliveries)
    marts: dict[str, list[Row]] = {
        "dim_live_session": [], "fct_live_session": [], "fct_live_minute": [], "fct_live_retention": [],
        "fct_live_registration": [], "fct_live_interaction_minute": [],
    }  # fmt: skip
    attended: list[Attended] = []
    attendees: dict[str, set[Person]] = {}
    for session_id, session in sorted(sessions.items()):
        start, end = session.bound("starts_at"), session.bound("ends_at")
        described = {name: session.attribute(name) for name in DESCRIPTION}
        marts["dim_live_session"].append({"session_id": session_id, **described, "starts_at": start, "ends_at": end})
        assert start is not None
        assert end is not None
        live = session.live_seconds(start, end)
        clock = {second: place for place, second in enumerate(live)}
        event_on = datetime.fromtimestamp(start, UTC).astimezone(ZoneInfo(zone)).date()
        people: Mapping[Person, Presence] = {}
        if session.basis == "intervals":
            people = presences(session, start, end, clock)
        registered = registration(session_id, session, people)
        marts["fct_live_registration"] += [registered] if registered else []
        marts["fct_live_interaction_minute"] += interaction_minutes(session_id, session, start, end)
        fact: Row = {
            "session_id": session_id,
            "event_on": event_on,
            "basis": session.basis,
            "identity": session.identity,
            "is_in_campaign": True,
            "is_provisional": (as_of - event_on).days < look_back,
            "live_minutes": len(live) / 60,
        }
        attended.append(Attended(fact, session, (start, end), len(live), people, registered))
        if session.basis == "registrations":
            continue
        last_sample: int | None = None
        if session.basis == "intervals":
            attendees[session_id] = set(people)
            counts = {second: sum(place in one.there for one in people.values()) for second, place in clock.items()}
            fact |= people_figures(people, len(live))
            fact["attended_minutes"] = sum(len(one.there) for one in people.values()) / 60
            marts["fct_live_retention"] += retention(session_id, people, len(live))
        else:
            counts, last_sample = samples_by_second(session, start, end)
            counts = {second: count for second, count in counts.items() if second in clock}
            last_sample = last_sample if live and live[-1] == end - 1 else None
            fact |= dict.fromkeys(PEOPLE)
            fact["attended_minutes"] = sum(counts.values()) / 60 if counts else None
            fact["reason"] = "samples_only"
        instants = counts | ({end: last_sample} if last_sample is not None else {})
        peak = max(instants.values(), default=None)
        fact["peak_concurrent"] = peak
        fact["peak_concurrent_at"] = min((second for second, count in instants.items() if count == peak), default=None)
        fact["average_concurrent"] = sum(counts.values()) / len(counts) if counts else None
        fact["covered_minutes"] = len(counts) / 60
        fact["uncovered_minutes"] = (len(live) - len(counts)) / 60
        marts["fct_live_session"].append(fact)
        marts["fct_live_minute"] += minutes_of(session_id, counts, live)
    add_newcomers(marts["fct_live_session"], sessions, attendees)
    marts["measures"] = measures(attended)
    return marts


@dataclass(frozen=True)
class Attended:
    """A session with its figures and what they are of; `bounds` and `length` in seconds."""

    fact: Row
    session: Session
    bounds: tuple[int, int]
    length: int
    people: Mapping[Person, Presence]
    registered: Row | None


def registration(session_id: str, session: Session, people: Mapping[Person, Presence]) -> Row | None:
    """Who registered against who came."""
    if not session.registrations:
        return None
    start = session.bound("starts_at")
    kinds = {name: row["status"] or "approved" for name, row in session.registrations.items()}
    wanted = {name for name, status in kinds.items() if status in ("approved", "pending")}
    came = {name for name, _ in people}
    reason = (
        "no_data" if session.basis == "registrations" else "samples_only" if session.basis == "samples"
        else "names_only" if session.identity == "name" else None if wanted else "no_denominator"
    )  # fmt: skip
    is_known = reason in (None, "no_denominator")
    return {
        "session_id": session_id,
        "registrations": len(wanted),
        "late_registrations": sum(session.registrations[name]["registered_at"] > start for name in wanted),
        "cancelled": list(kinds.values()).count("cancelled"),
        "denied": list(kinds.values()).count("denied"),
        "registered_attendees": len(wanted & came) if is_known else None,
        "walk_ins": len(came - wanted) if is_known else None,
        "attendance_rate": len(wanted & came) / len(wanted) if reason is None else None,
        "reason": reason,
    }


def interaction_minutes(session_id: str, session: Session, start: int, end: int) -> list[Row]:
    """What was done in each clock minute, by kind."""
    done: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in session.interactions.values():
        done[row["happened_at"] // 60 * 60, row["kind"]].append(row)
    return [
        {
            "session_id": session_id,
            "minute_at": at,
            "kind": kind,
            "events": len(each),
            "interactions": sum(row["amount"] for row in each),
            "events_within": sum(start <= row["happened_at"] <= end for row in each),
        }
        for (at, kind), each in done.items()
    ]


SUMS = {
    "registrations", "registered_attendees", "rated_registrations", "attendances", "completed_attendances", "session_views",
    "person_minutes", "attended_minutes", "covered_minutes", "chat_messages", "chatted_minutes", "questions_asked",
    "present_at_mark", "attendances_at_mark", "stayed_to_mark", "could_stay_to_mark",
}  # fmt: skip
BY_BASIS = {"peak_concurrent", "attended_minutes", "covered_minutes", "chat_messages", "chatted_minutes"}


def measures(attended: Sequence[Attended]) -> list[Row]:
    """Measures of the sessions; of the campaign by day, and of what is counted anew by week and to date. All of one market."""
    rows: list[Row] = []
    sums: dict[tuple[str, date, str, str], list[Any]] = defaultdict(list)
    for one in attended:
        session_id, on = one.fact["session_id"], one.fact["event_on"]
        for (name, mark), value in of_session(one).items():
            subject = ("session", session_id) if mark is None else ("session_minute", f"{session_id}:{mark}")
            low = one.fact["unique_attendees_low"] if name == "unique_attendees" and value is not None else None
            rows.append(measure(name, "session", on, subject[0], subject[1], value, None if low == value else low))
            whole = ("basis", one.session.basis) if name in BY_BASIS else ("campaign", "all")
            whole = whole if mark is None else ("minute", str(mark))
            sums[name, on, *whole] += [] if value is None else [value]
    rows += [
        measure(name, "day", on, kind, subject, sum(values) if values else None)
        for (name, on, kind, subject), values in sums.items()
        if name in SUMS
    ]
    whole_sessions = [one for one in attended if one.session.basis != "registrations"]
    for period in ("day", "week", "campaign_to_date"):
        for on in sorted({start_of(period, one) for one in whole_sessions}):
            within = [
                one
                for one in whole_sessions
                if start_of(period, one) == on or (period == "campaign_to_date" and start_of(period, one) < on)
            ]
            rows.append(unique_people(period, on, within))
            for basis in sorted({one.session.basis for one in within if start_of(period, one) == on}):
                peaks = [one.fact["peak_concurrent"] for one in within if one.session.basis == basis]
                highest = max((peak for peak in peaks if peak is not None), default=None)
                rows.append(measure("peak_concurrent", period, on, "basis", basis, highest))
    return rows


def start_of(period: str, one: Attended) -> date:
    """The date under which a session's period goes."""
    on: date = one.fact["event_on"]
    return on - timedelta(days=on.weekday()) if period == "week" else on


def unique_people(period: str, on: date, within: Sequence[Attended]) -> Row:
    """Different people of some sessions, and how few they may be where some are known by name alone."""
    known = [one for one in within if one.session.basis == "intervals"]
    everybody = {person: presence.identity for one in known for person, presence in one.people.items()}
    kinds = list(everybody.values())
    lows = [kinds.count("id"), kinds.count("name"), *(one.fact["unique_attendees_low"] for one in known)]
    value = len(everybody) if known else None
    return measure(
        "unique_attendees", period, on, "campaign", "all", value, max(lows) if value and max(lows) < value else None
    )


def measure(
    name: str, period: str, on: date, subject_type: str, subject_id: str, value: float | None, low: float | None = None
) -> Row:
    """A row of the measures, without market and reason."""
    return {
        "measure": name, "period": period, "event_on": on, "subject_type": subject_type, "subject_id": subject_id,
        "value": None if value is None else float(value), "low": None if low is None else float(low),
    }  # fmt: skip


def of_session(one: Attended) -> dict[tuple[str, int | None], float | None]:
    """What a session adds to the measures, by name and mark."""
    fact, registered = one.fact, one.registered
    is_matched = registered is not None and registered["registered_attendees"] is not None
    found: dict[tuple[str, int | None], float | None] = {
        ("registrations", None): registered["registrations"] if registered else None,
        ("registered_attendees", None): registered["registered_attendees"] if registered and is_matched else None,
        ("rated_registrations", None): registered["registrations"] if registered and is_matched else None,
    }
    if one.session.basis == "registrations":
        return found
    has_people = one.session.basis == "intervals"
    start, end = one.bounds
    chat = [row["kind"] for row in one.session.interactions.values() if start <= row["happened_at"] <= end]
    has_chat = bool(one.session.interactions)
    found |= {
        (name, None): value
        for name, value in {
            "unique_attendees": fact["unique_attendees"],
            "new_attendees": fact["new_attendees"],
            "peak_concurrent": fact["peak_concurrent"],
            "attended_minutes": fact["attended_minutes"],
            "covered_minutes": fact["covered_minutes"],
            "person_minutes": fact["attended_minutes"] if has_people else None,
            "session_views": fact["views"],
            "attendances": fact["unique_attendees"],
            "completed_attendances": fact["completed_attendees"],
            "chat_messages": chat.count("comment") if has_chat else None,
            "chatted_minutes": fact["attended_minutes"] if has_chat else None,
            "questions_asked": chat.count("question") if has_chat else None,
            "resource_clickers": None,
            "offered_attendees": fact["unique_attendees"],
        }.items()
    }
    for mark in (5, 15, 30):
        is_reached = has_people and one.length >= 60 * mark
        stayed = [len(there.there) >= 60 * mark for there in one.people.values()]
        could = [one.length - min(there.there) >= 60 * mark for there in one.people.values()]
        found |= {
            ("present_at_mark", mark): fact[f"present_at_{mark}m"],
            ("attendances_at_mark", mark): fact["unique_attendees"] if is_reached else None,
            ("stayed_to_mark", mark): sum(stayed) if is_reached else None,
            ("could_stay_to_mark", mark): sum(could) if is_reached else None,
        }
    return found


def people_figures(people: Mapping[Person, Presence], length: int) -> Row:
    """Figures about people, of a session whose people are known."""
    unique, ids = len(people), sum(one.identity == "id" for one in people.values())
    figures: Row = {"unique_attendees": unique, "unique_attendees_low": ids or len({name for name, _ in people})}
    for minute in (5, 15, 30):
        count = None if 60 * minute > length else sum(60 * minute in one.there for one in people.values())
        figures[f"present_at_{minute}m"] = count
        figures[f"retention_{minute}m_pct"] = None if count is None or not unique else 100 * count / unique
    completed = sum(
        (max(one.there) + 1) * 10 > 9 * length and len(one.there) * 4 >= 3 * length for one in people.values()
    )
    watched = sorted(len(one.there) / 60 for one in people.values())
    views = sum(one.views for one in people.values())
    figures["views"] = views
    figures["average_view_minutes"] = sum(watched) / views if views else None
    figures["completed_attendees"] = completed
    figures["completion_rate"] = completed / unique if unique else None
    figures["average_watch_minutes"] = sum(watched) / unique if unique else None
    figures["median_watch_minutes"] = median(watched) if unique else None
    figures["p90_watch_minutes"] = quantile(watched, 0.9) if unique else None
    figures["imputed_leaves"] = sum(one.imputed for one in people.values())
    figures["attended_minutes_low"] = sum(len(one.seen) for one in people.values()) / 60
    figures["reason"] = None if unique else "no_denominator"
    return figures


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile between the two values beside its place."""
    place = share * (len(ordered) - 1)
    low = int(place)
    return ordered[low] + (place - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])


def retention(session_id: str, people: Mapping[Person, Presence], length: int) -> list[Row]:
    """How many are there at each minute of the session, and how many stayed so many minutes of those who could."""
    rows: list[Row] = []
    for minute in range(length // 60 + 1):
        place = 60 * minute
        present = sum(place in one.there for one in people.values())
        stayed = sum(len(one.there) >= place for one in people.values())
        could = sum(length - min(one.there) >= place for one in people.values())
        for clock, count, base in (("session", present, len(people)), ("viewer", stayed, could)):
            rate = 100 * count / base if base else None
            reached = {"session_id": session_id, "clock": clock, "minute": minute, "viewers": count, "base": base}
            rows.append(reached | {"retention_pct": rate, "reason": None if base else "no_denominator"})
    return rows


def minutes_of(session_id: str, counts: Mapping[int, int], live: Sequence[int]) -> list[Row]:
    """A row for every clock minute with live time in it."""
    rows = []
    seconds: dict[int, list[int]] = defaultdict(list)
    for second in live:
        seconds[second // 60].append(second)
    for minute, inside in sorted(seconds.items()):
        covered = [counts[second] for second in inside if second in counts]
        rows.append(
            {
                "session_id": session_id,
                "minute_at": minute * 60,
                "concurrent": sum(covered) / 60 if covered else None,
                "concurrent_peak": max(covered, default=None),
                "covered_seconds": float(len(covered)),
            }
        )
    return rows


def add_newcomers(facts: Sequence[Row], sessions: Mapping[str, Session], attendees: Mapping[str, set[Person]]) -> None:
    """Who came for the first time, among sessions that tell people apart in the same way."""
    for fact in facts:
        fact |= {"new_attendees": None, "returning_attendees": None, "new_attendees_reason": "samples_only"}
    for identity in ("id", "name"):
        series = [fact for fact in facts if fact["identity"] == identity]
        before: set[Person] = set()
        ordered = sorted(series, key=lambda fact: (sessions[fact["session_id"]].bound("starts_at"), fact["session_id"]))
        for number, fact in enumerate(ordered):
            came = attendees[fact["session_id"]]
            fact["new_attendees_reason"] = "left_censored" if number < 2 else None
            if number >= 2:
                fact["new_attendees"] = len(came - before)
                fact["returning_attendees"] = len(came & before)
            before |= came
