"""The invented live sessions: who came and went, and the truth by counting every second.

Devices, rejoins, missing leaves, pauses and guests of one name are invented as stays; a person is there in a second that any of
their stays covers and that the session was live in.
Attendance lists are made in `ingest.simulated.live_files`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from ingest.simulated.plan import CAMPAIGN, Flags, Ints, campaign_day, instant

_KINDS = (
    "intervals", "teams_en", "zoom_report", "samples", "teams_pt", "series", "series", "zoom_list", "teams_report",
    "samples_epoch",
)  # fmt: skip
_ZONES = {
    "intervals": "Africa/Cairo", "teams_en": "Asia/Riyadh", "zoom_report": "Asia/Dubai", "samples": "UTC",
    "teams_pt": "Africa/Casablanca", "series": "Asia/Amman", "zoom_list": "Asia/Beirut", "teams_report": "Asia/Dubai",
    "samples_epoch": "UTC",
}  # fmt: skip
_COUNTRIES = {
    "intervals": "EG", "teams_en": "SA", "zoom_report": "AE", "samples": "AE",
    "teams_pt": "MA", "series": "JO", "zoom_list": "LB", "teams_report": "AE", "samples_epoch": "KW",
}  # fmt: skip
_TOPICS = ("asking for help", "الحديث مع العائلة", "sleep and stress", "helping a friend", "الوصمة في العمل")
_ADVOCATES = [f"Dr. Demo Advocate {number}" for number in range(1, 5)]
_PLATFORMS = {"intervals": "in_app", "teams": "teams", "zoom": "zoom", "samples": "tiktok", "series": "in_app"}
_CLOCKS_BACK = (25, "zoom_list")
"""The campaign's day on which the clocks of Beirut go back at midnight, and the kind of session that is held through it."""
_NAMES = ("Demo Viewer", "مشاهد تجريبي", "Usuário Exemplo", "Sample Guest")


@dataclass(frozen=True)
class Stay:
    """One stay in seconds since 1970; `left` is None where nobody saw the leave."""

    person: str
    joined: int
    left: int | None
    role: str = "attendee"
    device: int = 1
    """Tells guests of one name apart."""


@dataclass(frozen=True)
class LiveSession:
    """A session with its stays, or with its samples of (instant, viewers), and the bounds that can be known."""

    session_id: str
    kind: str
    starts: int
    ends: int
    topic: str
    stays: Sequence[Stay] = ()
    samples: Sequence[tuple[int, int]] = ()
    pauses: Sequence[tuple[int, int]] = ()
    registered: Sequence[str] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its list is written."""
        return ZoneInfo(_ZONES[self.kind])

    @property
    def live(self) -> Ints:
        """The seconds in which it was live, in order."""
        seconds = np.arange(self.starts, self.ends)
        for begins, ends in self.pauses:
            seconds = seconds[(seconds < begins) | (seconds >= ends)]
        return seconds

    @property
    def instances(self) -> list[tuple[int, int]]:
        """Each time that it was started, to when it was stopped."""
        edges = [self.starts, *(edge for pause in self.pauses for edge in pause), self.ends]
        return list(zip(edges[::2], edges[1::2], strict=True))

    def described(self, **more: object) -> dict[str, Any]:
        """The note's `session`."""
        return {
            "id": self.session_id,
            "title": f"Open talk (invented): {self.topic}",
            "advocate": _ADVOCATES[int(self.session_id[-2:]) % len(_ADVOCATES)],
            "topic": self.topic,
            "platform": _PLATFORMS[self.kind.split("_")[0]],
            "language": "en" if self.topic.isascii() else "ar",
            "country": _COUNTRIES[self.kind],
            **more,
        }

    def bounds(self) -> dict[str, str]:
        """Its start and end as the note gives them, with the zone's offset."""
        at = {"starts_at": self.starts, "ends_at": self.ends}
        return {name: instant(second).astimezone(self.zone).isoformat() for name, second in at.items()}


def advocate_seed() -> Mapping[str, str]:
    """The seed `advocates`."""
    rows = [
        f"{CAMPAIGN},{name},Demo advocate {number} (invented),متحدث تجريبي {number} (مختلق),counselling,,"
        for number, name in enumerate(_ADVOCATES, 1)
    ]
    return {"advocates": "\n".join(["campaign_id,advocate,name,name_ar,field,market,language", *rows, ""])}


def make_sessions(rng: np.random.Generator, days: int, count: int) -> list[LiveSession]:
    """Invent the sessions, spread over the campaign, in the evenings of their zones."""
    sessions = []
    for number in range(count):
        kind = _KINDS[number % len(_KINDS)]
        day = campaign_day(min(1 + number * max(days - 4, 0) // max(count, 1), max(days - 2, 0)))
        hour, minute, length = 18 + number % 3, 0, int(rng.integers(40, 75))
        if (days > _CLOCKS_BACK[0] + 2, kind) == (True, _CLOCKS_BACK[1]):
            # Within less than an hour the bounds tell which of two times the clocks meant.
            day, hour, minute, length = campaign_day(_CLOCKS_BACK[0]), 23, 25, 45
        opens = datetime(day.year, day.month, day.day, hour, minute, 0, tzinfo=ZoneInfo(_ZONES[kind]))
        starts = int(opens.timestamp())
        ends = starts + 60 * length
        pauses = [(starts + 1_200, starts + 1_500)] if kind == "zoom_report" else []
        session = LiveSession(
            f"live-{number + 1:02d}", kind, starts, ends, _TOPICS[number % len(_TOPICS)], pauses=pauses
        )
        sessions.append(_with_samples(rng, session) if kind.startswith("samples") else _with_stays(rng, session))
    return sessions


def _with_stays(rng: np.random.Generator, session: LiveSession) -> LiveSession:
    starts, ends, length = session.starts, session.ends, session.ends - session.starts
    has_devices = not session.kind.startswith("teams")
    stays: list[Stay] = []
    for number in range(int(rng.integers(45, 90))):
        person = _person(rng, session, number)
        joined = starts - 240 + int(rng.exponential(420))
        left = joined + 5 + int(min(rng.exponential(length * 0.7), length + 600 - (joined - starts)))
        if joined >= ends:
            continue
        again = left + int(rng.integers(20, 900))
        # A report of Teams knows every leave.
        open_end = None if rng.random() < 0.08 and session.kind != "teams_report" else left
        if rng.random() < 0.22 and again < ends - 60:
            stays.append(Stay(person, joined, left))
            returned = min(again + 5 + int(rng.exponential(900)), ends + 600)
            stays.append(Stay(person, again, None if open_end is None else returned))
        else:
            stays.append(Stay(person, joined, open_end))
        if has_devices and rng.random() < 0.12 and left - joined > 240:
            stays.append(Stay(person, joined + int(rng.integers(30, 120)), left - int(rng.integers(-200, 60))))
    host = _person(rng, session, 900)
    early = _person(rng, session, 901)
    stays.append(Stay(host, starts - 600, ends + 200, "host"))
    if session.kind != _CLOCKS_BACK[1]:
        stays.append(Stay(early, starts - 900, starts - 300))
    if session.kind == "series":
        stays.append(Stay(_person(rng, session, 902), starts - 500, None, "moderator"))
    if session.kind.startswith("zoom"):
        stays += _guests(rng, session, stays)
    stays.sort(key=lambda stay: (stay.joined, stay.person))
    if session.kind == "series":
        events = [second for stay in stays for second in (stay.joined, stay.left) if second is not None]
        starts, ends = min(events), max(events)
    registered: list[str] = []
    if session.kind == "intervals":
        people = sorted({stay.person for stay in stays if stay.role == "attendee"})
        registered = [*people[::2], *(_person(rng, session, number) for number in range(960, 975))]
    return replace(session, starts=starts, ends=ends, stays=stays, registered=registered)


def _person(rng: np.random.Generator, session: LiveSession, number: int) -> str:
    """An account for the platforms that have one, else a name; zoom people have both, as `name|e-mail`."""
    name = f"{_NAMES[number % len(_NAMES)]} {number:03d}"
    if session.kind.startswith("zoom") or session.kind == "teams_report":
        return f"{name}|demo.viewer.{number:03d}@example.org"
    if session.kind.startswith("teams"):
        return name
    return f"acct-{int(rng.integers(10_000)) * 1000 + number:07d}"


def _guests(rng: np.random.Generator, session: LiveSession, stays: Sequence[Stay]) -> Iterator[Stay]:
    """People known by name only: two strangers, three of one name at once, and one who came back without signing in."""
    for number in (950, 951):
        joined = session.starts + int(rng.integers(60, 900))
        yield Stay(f"Unregistered Guest {number}|", joined, joined + int(rng.integers(300, 1_500)))
    for device in (1, 2, 3):
        yield Stay("iPhone|", session.starts + 300 + 60 * device, session.starts + 900 + 30 * device, device=device)
    gone = [
        stay for stay in stays if stay.role == "attendee" and stay.left is not None and stay.left < session.ends - 400
    ]
    alone = [stay for stay in gone if sum(other.person == stay.person for other in stays) == 1]
    for stay in alone[:1]:
        back = (stay.left or 0) + 60
        yield Stay(f"{stay.person.split('|')[0]}|", back, back + 240)


def _with_samples(rng: np.random.Generator, session: LiveSession) -> LiveSession:
    """A sample a minute; three in a row are missing, and the peak is reached twice."""
    minutes = np.arange((session.ends - session.starts) // 60)
    shape = 1 - np.exp(-minutes / 8) + 0.4 * np.sin(minutes / 9)
    viewers = np.maximum(np.floor(900 * shape + rng.normal(0, 30, minutes.size)), 0).astype(np.int64)
    at = int(viewers.argmax())
    viewers[min(at + 7, minutes.size - 1)] = viewers[at]
    kept = (minutes < 25) | (minutes > 27) | (viewers == viewers[at])
    samples = [(session.starts + 60 * int(minute), int(viewers[minute])) for minute in minutes[kept]]
    return replace(session, samples=samples)


def live_truth(sessions: Sequence[LiveSession]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A row per session, and a row per session and clock minute, from who was there in each second."""
    rows, minutes = [], []
    for session in sessions:
        present = _present(session)
        total = present.sum(axis=0) if not session.samples else _sampled(session)
        attended: Flags = np.asarray(present.any(axis=1))
        at = {f"present_at_{minute}m": _at(present, minute) for minute in (5, 15, 30)}
        has_people = not session.samples
        rows.append(
            {
                "session_id": session.session_id,
                "basis": "intervals" if has_people else "samples",
                "starts_at": instant(session.starts),
                "ends_at": instant(session.ends),
                "unique_attendees": int(attended.sum()) if has_people else None,
                "unique_attendees_low": _known(session, attended) if has_people else None,
                "registrations": len(session.registered) or None,
                "registered_attendees": _registered(session, attended) if session.registered else None,
                "attended_minutes": float(total.sum()) / 60,
                "average_watch_minutes": float(total.sum()) / 60 / int(attended.sum()) if has_people else None,
                "peak_concurrent": int(total.max()),
                "peak_concurrent_at": instant(int(session.live[total.argmax()])),
                "average_concurrent": float(total.sum()) / total.size,
                **({name: count if has_people else None for name, count in at.items()}),
                "imputed_leaves": _imputed(session) if has_people else None,
            }
        )
        minute = session.live // 60
        for one in np.unique(minute):
            within = total[minute == one]
            minutes.append((session.session_id, instant(int(one) * 60), float(within.sum()) / 60, int(within.max())))
    columns = ("session_id", "minute_at", "concurrent", "concurrent_peak")
    return (
        pl.DataFrame(rows, infer_schema_length=None),
        pl.DataFrame(minutes, schema=columns, orient="row", infer_schema_length=None),
    )


def _present(session: LiveSession) -> Flags:
    """Attendees by seconds: true where a person is there. Hosts and moderators are not attendees."""
    people = _people(session)
    present = np.zeros((len(people), session.ends - session.starts), np.bool_)
    for stay in session.stays:
        if stay.role == "attendee":
            left = session.ends if stay.left is None else stay.left
            place = people.index((stay.person, stay.device))
            present[place, max(stay.joined - session.starts, 0) : max(left - session.starts, 0)] = True
    return present[:, session.live - session.starts]


def _people(session: LiveSession) -> list[tuple[str, int]]:
    return sorted({(stay.person, stay.device) for stay in session.stays if stay.role == "attendee"})


def _known(session: LiveSession, attended: Flags) -> int:
    """Attendees but for those known by name beside others who have an address, since each may be one of those."""
    return sum(
        bool(came) and not person.endswith("|") for (person, _), came in zip(_people(session), attended, strict=True)
    )


def _registered(session: LiveSession, attended: Flags) -> int:
    came = {person for (person, _), came in zip(_people(session), attended, strict=True) if came}
    return len(came & set(session.registered))


def _at(present: Flags, minute: int) -> int | None:
    return int(present[:, minute * 60].sum()) if minute * 60 < present.shape[1] else None


def _sampled(session: LiveSession) -> Ints:
    """Viewers in each second: a sample holds until the next one."""
    at = np.array([second - session.starts for second, _ in session.samples])
    viewers = np.array([count for _, count in session.samples])
    return viewers[np.searchsorted(at, np.arange(session.ends - session.starts), side="right") - 1]


def _imputed(session: LiveSession) -> int:
    return sum(stay.left is None and stay.role == "attendee" and stay.joined < session.ends for stay in session.stays)
