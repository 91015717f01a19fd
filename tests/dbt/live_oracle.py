"""What the live marts must hold, second by second: sets of people instead of intervals. Slow and plain.

Instants are whole seconds since 1970. Nothing here knows dbt or SQL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Id = tuple[date, str]
STAFF = {"host", "advocate", "moderator"}
STRENGTH = {"note": 0, "file": 1, "events": 2}
DESCRIPTION = ("title", "advocate", "topic", "platform", "language", "country")
PEOPLE = (
    "unique_attendees",
    "unique_attendees_low",
    "average_watch_minutes",
    "median_watch_minutes",
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


@dataclass
class Session:
    """What all deliveries say of one session."""

    described: list[tuple[Id, Row]] = field(default_factory=list)
    stays: list[tuple[Id, Row]] = field(default_factory=list)
    samples: list[tuple[Id, Row]] = field(default_factory=list)

    def attribute(self, name: str) -> Any:
        known = [row[name] for _, row in self.described if row.get(name) is not None]
        return known[-1] if known else None

    def bound(self, name: str) -> int | None:
        known = [row for _, row in self.described if row[name] is not None]
        if not known:
            return None
        best = min(STRENGTH[row["bounds_basis"]] for row in known)
        values: list[int] = [row[name] for row in known if STRENGTH[row["bounds_basis"]] == best]
        if best < STRENGTH["events"]:
            return values[-1]
        return min(values) if name == "starts_at" else max(values)

    @property
    def basis(self) -> str:
        return "intervals" if any(row["basis"] == "intervals" for _, row in self.described) else "samples"

    @property
    def identity(self) -> str:
        if self.basis == "samples":
            return "none"
        return "id" if any(row["identity"] == "id" for _, row in self.described) else "name"


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
    return sessions


def people_by_second(session: Session, start: int, end: int) -> tuple[dict[str, set[int]], Row]:
    """The seconds each attendee was present in, and what is known of the attendees."""
    latest = {(row["person_key"], row["joined_at"]): (key, row) for key, row in session.stays}
    staff = {row["person_key"] for _, row in latest.values() if row["role"] in STAFF}
    present: dict[str, set[int]] = {}
    seen: dict[str, set[int]] = {}
    with_id: set[str] = set()
    imputed = 0
    for _, row in latest.values():
        person = row["person_key"]
        left = end if row["left_at"] is None else row["left_at"]
        seconds = set(range(max(start, row["joined_at"]), min(end, left)))
        if person in staff or not seconds:
            continue
        present.setdefault(person, set()).update(seconds)
        seen.setdefault(person, set())
        if row["left_at"] is None:
            imputed += 1
        else:
            seen[person] |= seconds
        if session.identity == "name" or row["identity"] == "id":
            with_id.add(person)
    return present, {"imputed": imputed, "seen": seen, "with_id": with_id}


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
    """The rows of the three marts."""
    sessions = gather(deliveries)
    marts: dict[str, list[Row]] = {"dim_live_session": [], "fct_live_session": [], "fct_live_minute": []}
    attendees: dict[str, set[str]] = {}
    for session_id, session in sorted(sessions.items()):
        start, end = session.bound("starts_at"), session.bound("ends_at")
        described = {name: session.attribute(name) for name in DESCRIPTION}
        marts["dim_live_session"].append({"session_id": session_id, **described, "starts_at": start, "ends_at": end})
        assert start is not None
        assert end is not None
        event_on = datetime.fromtimestamp(start, UTC).astimezone(ZoneInfo(zone)).date()
        fact: Row = {
            "session_id": session_id,
            "event_on": event_on,
            "basis": session.basis,
            "identity": session.identity,
            "is_provisional": (as_of - event_on).days < look_back,
            "live_minutes": (end - start) / 60,
        }
        last_sample: int | None = None
        if session.basis == "intervals":
            present, known = people_by_second(session, start, end)
            attendees[session_id] = set(present)
            counts = {second: sum(second in seconds for seconds in present.values()) for second in range(start, end)}
            fact |= people_figures(present, known, start, end)
            fact["attended_minutes"] = sum(len(seconds) for seconds in present.values()) / 60
        else:
            counts, last_sample = samples_by_second(session, start, end)
            fact |= dict.fromkeys(PEOPLE)
            fact["attended_minutes"] = sum(counts.values()) / 60 if counts else None
            fact["reason"] = "samples_only"
        instants = counts | ({end: last_sample} if last_sample is not None else {})
        peak = max(instants.values(), default=None)
        fact["peak_concurrent"] = peak
        fact["peak_concurrent_at"] = min((second for second, count in instants.items() if count == peak), default=None)
        fact["average_concurrent"] = sum(counts.values()) / len(counts) if counts else None
        fact["covered_minutes"] = len(counts) / 60
        fact["uncovered_minutes"] = (end - start - len(counts)) / 60
        marts["fct_live_session"].append(fact)
        marts["fct_live_minute"] += minutes_of(session_id, counts, instants, start, end)
    add_newcomers(marts["fct_live_session"], sessions, attendees)
    return marts


def people_figures(present: Mapping[str, set[int]], known: Row, start: int, end: int) -> Row:
    """Figures about people, of a session whose people are known."""
    length, unique = end - start, len(present)
    figures: Row = {"unique_attendees": unique, "unique_attendees_low": len(known["with_id"])}
    for minute in (5, 15, 30):
        at = start + 60 * minute
        count = None if 60 * minute > length else sum(at in seconds for seconds in present.values())
        figures[f"present_at_{minute}m"] = count
        figures[f"retention_{minute}m_pct"] = None if count is None or not unique else 100 * count / unique
    completed = sum(
        any((second + 1 - start) * 10 > 9 * length for second in seconds) and len(seconds) * 4 >= 3 * length
        for seconds in present.values()
    )
    watched = [len(seconds) / 60 for seconds in present.values()]
    figures["completed_attendees"] = completed
    figures["completion_rate"] = completed / unique if unique else None
    figures["average_watch_minutes"] = sum(watched) / unique if unique else None
    figures["median_watch_minutes"] = median(watched) if unique else None
    figures["imputed_leaves"] = known["imputed"]
    figures["attended_minutes_low"] = sum(len(seconds) for seconds in known["seen"].values()) / 60
    figures["reason"] = None if unique else "no_denominator"
    return figures


def minutes_of(
    session_id: str, counts: Mapping[int, int], instants: Mapping[int, int | None], start: int, end: int
) -> list[Row]:
    """A row for every clock minute with time of the session in it, or with the sample it ends with."""
    rows = []
    for minute in range(start // 60, end // 60 + 1):
        inside = [second for second in range(minute * 60, minute * 60 + 60) if start <= second < end]
        peaks = [count for second, count in instants.items() if second // 60 == minute and count is not None]
        covered = [counts[second] for second in inside if second in counts]
        if inside or peaks:
            rows.append(
                {
                    "session_id": session_id,
                    "minute_at": minute * 60,
                    "concurrent": sum(covered) / 60 if covered else None,
                    "concurrent_peak": max(peaks, default=None),
                    "covered_seconds": float(len(covered)),
                }
            )
    return rows


def add_newcomers(facts: Sequence[Row], sessions: Mapping[str, Session], attendees: Mapping[str, set[str]]) -> None:
    """Who came for the first time, among sessions that tell people apart in the same way."""
    for fact in facts:
        fact |= {"new_attendees": None, "returning_attendees": None, "new_attendees_reason": "samples_only"}
    for identity in ("id", "name"):
        series = [fact for fact in facts if fact["identity"] == identity]
        before: set[str] = set()
        ordered = sorted(series, key=lambda fact: (sessions[fact["session_id"]].bound("starts_at"), fact["session_id"]))
        for number, fact in enumerate(ordered):
            came = attendees[fact["session_id"]]
            fact["new_attendees_reason"] = "left_censored" if number < 2 else None
            if number >= 2:
                fact["new_attendees"] = len(came - before)
                fact["returning_attendees"] = len(came & before)
            before |= came
