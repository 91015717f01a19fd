"""Attendance lists of the live sessions, as the platforms export them.

Who came and went is invented in `ingest.simulated.live`.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ingest.simulated.live import LiveSession, Stay
from ingest.simulated.plan import CAMPAIGN, PlannedDelivery, campaign_day, instant


def plan_live(sessions: Sequence[LiveSession], days: int) -> list[PlannedDelivery]:
    """A delivery a session on the day after it, but for the series, whose sessions are delivered together."""
    makers: dict[str, Callable[[LiveSession, date], PlannedDelivery]] = {
        "intervals": _intervals, "teams_en": _teams, "teams_pt": _teams, "zoom_report": _zoom, "zoom_list": _zoom,
        "teams_report": _teams_report, "samples": _samples, "samples_epoch": _samples,
    }  # fmt: skip
    last = campaign_day(days - 1)

    def landed_on(session: LiveSession) -> date:
        return min(instant(session.starts).date() + timedelta(days=1), last)

    made = [makers[session.kind](session, landed_on(session)) for session in sessions if session.kind != "series"]
    series = [session for session in sessions if session.kind == "series"]
    made += [_registrations(session, landed_on(session)) for session in sessions if session.registered]
    return [*made, _series(series, max(map(landed_on, series)))] if series else made


def _csv(rows: Sequence[Sequence[object]], separator: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _delivery(
    session: LiveSession,
    landed_on: date,
    form: str,
    file: tuple[str, bytes],
    records: tuple[int, int],
    options: dict[str, Any],
) -> PlannedDelivery:
    """`records` says how many the file holds, and how many of them repeat one."""
    note = {"source": "live", "format": form, "campaign": CAMPAIGN, "timezone": session.zone.key, "options": options}
    return PlannedDelivery("live", landed_on, session.session_id, dict([file]), note, *records)


def _local(session: LiveSession, second: int | None, form: str) -> str:
    return "" if second is None else instant(second).astimezone(session.zone).strftime(form)


def _intervals(session: LiveSession, landed_on: date) -> PlannedDelivery:
    iso = "%Y-%m-%d %H:%M:%S"
    rows = [(stay.person, _local(session, stay.joined, iso), _local(session, stay.left, iso)) for stay in session.stays]
    # Years that were mistyped: a stay years before the session, and one that lasts for years.
    first = session.stays[0]
    typed = [
        (
            first.person,
            _local(session, first.joined, "2012-%m-%d %H:%M:%S"),
            _local(session, first.left, "2012-%m-%d %H:%M:%S"),
        ),
        (first.person, rows[0][1], _local(session, session.ends, "2032-%m-%d %H:%M:%S")),
    ]
    text = _csv([("viewer", "joined", "left"), *rows, rows[0], *typed])
    hosts = sorted({stay.person for stay in session.stays if stay.role == "host"})
    options = {
        "columns": {"person": "viewer", "joined_at": "joined", "left_at": "left"},
        "session": session.described(hosts=hosts, **session.bounds()),
    }
    records = (len(rows) + 3, 1)
    made = _delivery(session, landed_on, "intervals_csv", ("attendance.csv", text.encode()), records, options)
    return replace(made, rejected=len(typed))


def _registrations(session: LiveSession, landed_on: date) -> PlannedDelivery:
    """Who registered, written as in the attendance."""
    rows = [
        (person, _local(session, session.starts - 86_400 + 60 * number, "%Y-%m-%d %H:%M:%S"), "approved")
        for number, person in enumerate(session.registered)
    ]
    text = _csv([("account", "registered", "status"), *rows])
    options = {
        "columns": {"person": "account", "registered_at": "registered", "status": "status"},
        "session": session.described(**session.bounds()),
    }
    file = ("registrations.csv", text.encode())
    made = _delivery(session, landed_on, "registrations_csv", file, (len(rows), 0), options)
    return replace(made, name=f"{session.session_id}-registrations")


def _series(sessions: Sequence[LiveSession], landed_on: date) -> PlannedDelivery:
    """Several sessions in one file, told apart by a column, with roles in another and no bounds but the events'."""
    iso = "%Y-%m-%dT%H:%M:%S%z"
    rows = [
        (one.session_id, stay.person, _local(one, stay.joined, iso), _local(one, stay.left, iso), stay.role, "JO")
        for one in sessions
        for stay in one.stays
    ]
    text = _csv([("session", "account", "join", "leave", "role", "country"), *rows])
    shared = ("advocate", "topic", "platform", "language", "country")
    described = {"title": "Open talks (invented series)", **{key: sessions[0].described()[key] for key in shared}}
    options = {
        "columns": {
            "session_id": "session", "person": "account", "joined_at": "join", "left_at": "leave", "role": "role",
            "country": "country",
        },
        "session": described,
    }  # fmt: skip
    made = _delivery(sessions[0], landed_on, "intervals_csv", ("series.csv", text.encode()), (len(rows), 0), options)
    return replace(made, name="live-series")


def _teams(session: LiveSession, landed_on: date) -> PlannedDelivery:
    """A join/leave log, a row an event, in UTF-16 with tabs."""
    is_english = session.kind == "teams_en"
    joined, left = ("Joined", "Left") if is_english else ("Entrou", "Saiu")
    header = ("Full Name", "User Action", "Timestamp") if is_english else ("Nome Completo", "Atividade", "Data e hora")
    events = [(stay.joined, stay.person, joined) for stay in session.stays]
    events += [(stay.left, stay.person, left) for stay in session.stays if stay.left is not None]

    def written(second: int) -> str:
        local = instant(second).astimezone(session.zone)
        if is_english:
            return f"{local.month}/{local.day}/{local:%Y}, {local:%I:%M:%S %p}"
        return f"{local:%d/%m/%Y %H:%M:%S}"

    rows = [(person, action, written(second)) for second, person, action in sorted(events)]
    text = "\ufeff" + _csv([header, *rows], "\t")
    hosts = [stay.person for stay in session.stays if stay.role == "host"]
    options = {
        "date_order": "mdy" if is_english else "dmy",
        "session": session.described(hosts=hosts, **session.bounds()),
    }
    file = ("meetingAttendanceList.csv", text.encode("utf-16-le"))
    return _delivery(session, landed_on, "teams_list", file, (len(rows), 0), options)


def _teams_report(session: LiveSession, landed_on: date) -> PlannedDelivery:
    """The attendance report with its three sections, in which half of the attendees are called presenters."""

    def written(second: int | None) -> str:
        if second is None:
            return ""
        local = instant(second).astimezone(session.zone)
        return f"{local.month}/{local.day}/{local:%y}, {local:%I:%M:%S %p}"

    def lasted(stays: Sequence[Stay]) -> str:
        seconds = sum((session.ends if stay.left is None else stay.left) - stay.joined for stay in stays)
        return f"{seconds // 3600}h {seconds // 60 % 60}m {seconds % 60}s"

    people = sorted({stay.person for stay in session.stays})
    roles = {person: "Presenter" if number % 2 else "Attendee" for number, person in enumerate(people)}
    roles |= {stay.person: "Organizer" for stay in session.stays if stay.role == "host"}
    of_person = {person: [stay for stay in session.stays if stay.person == person] for person in people}
    rows: list[Sequence[object]] = [
        ("1. Summary",), ("Meeting title", session.topic), ("Attended participants", len(people)),
        ("Start time", written(session.starts)), ("End time", written(session.ends)), (), ("2. Participants",),
        ("Name", "First Join", "Last Leave", "In-Meeting Duration", "Email", "Participant ID (UPN)", "Role"),
    ]  # fmt: skip
    for person, stays in of_person.items():
        name, email = person.split("|")
        last = max(session.ends if stay.left is None else stay.left for stay in stays)
        rows.append((name, written(stays[0].joined), written(last), lasted(stays), email, email, roles[person]))
    rows += [(), ("3. In-Meeting Activities",), ("Name", "Join Time", "Leave Time", "Duration", "Email", "Role")]
    for stay in session.stays:
        name, email = stay.person.split("|")
        rows.append((name, written(stay.joined), written(stay.left), lasted([stay]), email, roles[stay.person]))
    options = {"date_order": "mdy", "session": session.described()}
    file = ("report.csv", ("\ufeff" + _csv(rows, "\t")).encode("utf-16-le"))
    return _delivery(session, landed_on, "teams_report", file, (len(session.stays), 0), options)


def _zoom(session: LiveSession, landed_on: date) -> PlannedDelivery:
    """A participant report, with the block that holds the meeting's own times or without."""
    form = "%m/%d/%Y %I:%M:%S %p"
    rows: list[Sequence[object]] = []
    for stay in session.stays:
        name, email = stay.person.split("|")
        minutes = "" if stay.left is None else -((stay.joined - stay.left) // 60)
        times = (_local(session, stay.joined, form), _local(session, stay.left, form))
        rows.append((name, email, *times, minutes, "No" if email else "Yes"))
    header = ("Name (Original Name)", "User Email", "Join Time", "Leave Time", "Duration (Minutes)", "Guest")
    table = [header, *rows]
    host = next(stay.person.split("|")[1] for stay in session.stays if stay.role == "host")
    options: dict[str, Any] = {"date_order": "mdy", "session": session.described(hosts=[host])}
    if session.kind == "zoom_report":
        about = ("Meeting ID", "Topic", "Start Time", "End Time")
        stated = [
            ("900 0000 0000", session.topic, _local(session, begins, form), _local(session, ends, form))
            for begins, ends in session.instances
        ]
        # The meeting stands on each row: the time that it was started last before the person joined.
        table = [(*about, *header)]
        for stay, row in zip(session.stays, rows, strict=True):
            number = max(sum(stay.joined >= begins for begins, _ in session.instances) - 1, 0)
            table.append((*stated[number], *row))
    else:
        options["session"] = session.described(hosts=[host], **session.bounds())
    file = ("participants.csv", _csv(table).encode("utf-8-sig"))
    return _delivery(session, landed_on, "zoom_csv", file, (len(rows), 0), options)


def _samples(session: LiveSession, landed_on: date) -> PlannedDelivery:
    options: dict[str, Any] = {"session": session.described(**session.bounds())}
    if session.kind == "samples_epoch":
        rows: list[Sequence[object]] = [(second * 1_000, viewers) for second, viewers in session.samples]
        options |= {"header": False, "epoch": "ms", "columns": {"sampled_at": 1, "viewers": 2}}
        text = _csv(rows)
    else:
        rows = [(instant(second).strftime("%Y-%m-%dT%H:%M:%SZ"), viewers) for second, viewers in session.samples]
        options |= {"columns": {"sampled_at": "time", "viewers": "watching"}}
        text = _csv([("time", "watching"), *rows, rows[3]])
    repeated = session.kind == "samples"
    file = ("viewers.csv", text.encode())
    return _delivery(session, landed_on, "viewer_samples", file, (len(rows) + repeated, int(repeated)), options)
