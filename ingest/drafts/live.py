"""Drafts for files about live sessions: reports that their formats know by themselves, and JSON."""
# ruff: noqa: RUF001 - columns are named in many languages

import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from ingest.drafts.draft import Draft, Given
from ingest.drafts.head import Head, quoted
from ingest.drafts.live_tables import (
    DURATION,
    REGISTERED,
    ROLE,
    STATUS,
    TIME,
    VIEWERS,
    by_position,
    first,
    named,
    samples,
    session_column,
)
from ingest.formats.live import live_events
from ingest.formats.live.live_words import (
    JOINED_COLUMN,
    LEFT_COLUMN,
    PERSON_COLUMNS,
    ROLES,
    TEAMS_ROLES,
)
from ingest.formats.live.report_tables import european
from ingest.formats.live.teams_list import is_teams_list
from ingest.formats.products import product_of
from ingest.source import DeliveryError

_REPORTS = ("teams_list", "teams_events", "teams_report", "zoom_csv", "gotowebinar")
"""Formats that find their own header, or refuse the file."""
_OWN_IDS = ("gotowebinar", "teams_events", "live_events")
_MOST_ALIKE = 2
"""More people than that under names of their own are no fields of one record."""
_HOW_MANY = (
    r"^total participant minutes$|^(#|no\.?|total|number of|count of|nombre de|n[úu]mero de|numero di|anzahl|عدد|تعداد)? ?(the )?"
    r"(participants|attendees|participantes|partecipanti|teilnehmer|المشاركين|الحضور|شرکت.?کنندگان|katılımcı sayısı|参加者数)( count)?$"
)
_ZOOM_OTHERS = r"(?i)^(q&a|q & a|poll|survey|quiz|performance|reaction|engagement|chat)[\w /&-]* report$"


def drafts(head: Head, given: Given) -> Iterator[Draft]:
    """What a file about a live session may be."""
    session = {"session": {"id": given.session or head.stem, "title": given.session or head.stem}}
    remarks: dict[tuple[str, ...], str] = {
        ("options", "session"): "named after the file; add advocate, topic, country, and hosts, who are no audience"
    }
    if head.kind == "json":
        # Ids of the platform's own tell sessions apart, unless somebody says which one it is.
        own = ({}, session) if given.session is None else (session,)
        yield from _from_json(head, session, own, remarks)
    elif head.kind == "table":
        _require_attendance(head)
        product = product_of(head.rows)
        header = next(iter(head.headers), [])
        why = (
            f"it is {product.title}"
            if product and product.source == "live"
            else f"its header is one that the format knows: {quoted(header)}"
        )
        for form in _reports(head):
            is_blind = (product is None or product.format != form) and not (
                form == "teams_list" and is_teams_list(head.text)
            )
            if form in _OWN_IDS and given.session is None:
                yield Draft("live", form, why, {}, blind=is_blind)
            yield Draft("live", form, why, session, remarks, blind=is_blind)
        for table in filter(None, (head, head.without_questions)):
            for names in table.headers:
                own_ids = session_column(names) if given.session is None else None
                yield from named(table, names, session, remarks, own_ids, asks=table is not head)
        if head.has_no_header:
            yield from by_position(head, session, remarks)


def _require_attendance(head: Head) -> None:
    """Raise DeliveryError for Zoom's reports of what was asked or answered, of figures and of meetings: nobody's stay is in them."""
    title = next((row[0] for row in head.rows[:1] if row and re.search(_ZOOM_OTHERS, row[0])), None)
    if title is not None:
        raise DeliveryError(
            f"{head.path.name}, line 1: is Zoom's {title[:40]!r}, which says of nobody when they came; expected the attendee, "
            "participant or registration report; of a poll, the table below its heading saved by itself is a survey"
        )
    if any(first(names, JOINED_COLUMN) for names in head.headers):
        return
    for names in head.headers:
        people = first(names, _HOW_MANY)
        if people is not None and all(cell.isdecimal() for cell in head.below(names, people)):
            raise DeliveryError(
                f"{head.path.name}, line {head.line_of(names)}: lists meetings with their totals, expected of each meeting who joined and "
                "left; export its participants"
            )


def needs(names: list[str]) -> Iterator[tuple[str, dict[str, bool]]]:
    """What each format of a plain table needs, and whether a header has it."""
    person = any(first(names, pattern) for pattern in PERSON_COLUMNS)
    yield (
        "intervals_csv",
        {
            "person": person,
            "joined_at": bool(first(names, JOINED_COLUMN)),
            "left_at": bool(first(names, LEFT_COLUMN)),
        },
    )
    yield "viewer_samples", {"sampled_at": bool(first(names, TIME)), "viewers": bool(first(names, VIEWERS))}
    yield "registrations_csv", {"person": person, "registered_at": bool(first(names, REGISTERED))}


def _reports(head: Head) -> list[str]:
    """The reports that a table may be; that of Teams has a duration and a role beside join and leave, or numbers its sections."""
    if head.has_no_header:
        return []
    is_teams = _is_numbered(head.rows) or any(
        first(row, DURATION) and _has_roles_of_teams(head, row) for row in head.rows
    )
    return [form for form in _REPORTS if is_teams or form != "teams_report"]


def _has_roles_of_teams(head: Head, header: list[str]) -> bool:
    """Whether a header has a column of roles, below which no word stands that other tools alone use."""
    role = first(header, ROLE)
    return role is not None and not {cell.lower() for cell in head.below(header, role)} & (
        ROLES.keys() - TEAMS_ROLES.keys()
    )


def _is_numbered(rows: list[list[str]]) -> bool:
    """Whether a file begins with the heading of a first section, whatever the language."""
    filled = [cell for cell in next(iter(rows), []) if cell]
    return len(filled) == 1 and european(filled[0]).startswith("1.")


def _from_json(
    head: Head, session: dict[str, Any], own: tuple[dict[str, Any], ...], remarks: dict[tuple[str, ...], str]
) -> Iterator[Draft]:
    fields = head.fields()
    ends = {path.rpartition(".")[2] for path in fields}
    for field, platform in (("concurrentViewers", "YouTube"), ("viewer_count", "Twitch"), ("user_login", "Twitch")):
        if field in ends and "msg_id" not in ends:
            yield Draft("live", "viewer_samples", f"it has {platform}'s {field}", session, remarks)
            break
    else:
        if "msg_id" not in ends:
            yield from _samples_in_json(fields, session, remarks)
    if {"join_time", "leave_time"} <= ends:
        yield Draft(
            "live", "zoom_api", "it has Zoom's participants, each with a join_time and leave_time", session, remarks
        )
    if {"attendance", "registrantKey", "attendanceTimeInSeconds"} & (ends | {path.split(".")[0] for path in fields}):
        for options in own:
            yield Draft("live", "gotowebinar", "its fields are GoToWebinar's: registrantKey, attendance", options)
    paths = [path.replace("*.", "") for path in fields]
    leaves = {path.rpartition(".")[2]: path for path in paths}
    person = next((found for pattern in PERSON_COLUMNS if (found := first(list(leaves), pattern))), None)
    if person:
        _require_list(head.path.name, leaves[person], paths)
    registered = first(list(leaves), REGISTERED)
    if person and registered and not any(first([name], JOINED_COLUMN) and "url" not in name.lower() for name in leaves):
        columns = {"person": leaves[person], "registered_at": leaves[registered]}
        status = first([name for name in leaves if name not in (person, registered)], STATUS)
        columns |= {"status": leaves[status]} if status else {}
        why = f"it has a person and the time of registering: {quoted([person, registered])}"
        yield Draft("live", "registrations_csv", why, {"columns": columns, **session}, remarks, generic=True)
    joined, left = first(list(leaves), JOINED_COLUMN), first(list(leaves), LEFT_COLUMN)
    if person and joined and left and not {"join_time", "leave_time"} <= ends:
        columns = {"person": leaves[person], "joined_at": leaves[joined], "left_at": leaves[left]}
        why = f"its records have a person, a join and a leave: {quoted([person, joined, left])}"
        if own != (session,) and (sessions := _sessions(head, leaves)):
            columns, session, remarks = columns | {"session_id": sessions}, {}, {}
        yield Draft("live", "intervals_csv", why, {"columns": columns, **session}, remarks, generic=True)
    _require_stays(head)
    types = [value for name in live_events.FIELDS["type"] for value in head.values().get(name, [])]
    if live_events.is_of_a_live_room(pl.Series(types, dtype=pl.String())):
        for options in own:
            yield Draft("live", "live_events", "its lines are events of a live stream, each with its type", options)


def _require_stays(head: Head) -> None:
    """Raise DeliveryError for a log of nothing but joins and leaves: whose they are is more than a stream's events tell."""
    values = head.values()
    for name in (name for name in live_events.FIELDS["type"] if name in values):
        steps = {_step(word) for word in values[name]}
        if steps == {1, -1}:
            raise DeliveryError(
                f"{head.path.name}: found joins and leaves, each a record of its own, under {name!r}, expected a record a stay, with "
                "a join and a leave (intervals_csv); put each leave beside its join"
            )


def _step(word: str) -> int | None:
    return next(
        (step for step, pattern in ((1, r"join|enter"), (-1, r"leave|left|exit")) if re.search(pattern, word.lower())),
        None,
    )


def _sessions(head: Head, leaves: dict[str, str]) -> str | None:
    """The field that names each record's session, if records share it: an id of every stay names none."""
    name = session_column(list(leaves))
    values = next((cells for path, cells in head.values().items() if path.rpartition(".")[2] == name), [])
    of_records = ", ".join(values).split(", ")
    return leaves[name] if name and 2 * len(set(of_records)) <= len(of_records) else None


def _require_list(file: str, person: str, paths: list[str]) -> None:
    """Raise DeliveryError where people stand under names of their own, of which each would be a field: `users.u1.name`."""
    parts = person.split(".")
    for place in range(1, len(parts) - 1):
        before, behind = parts[:place], parts[place + 1 :]
        alike = [path for path in paths if (of := path.split("."))[:place] == before and of[place + 1 :] == behind]
        if len(alike) > _MOST_ALIKE:
            raise DeliveryError(
                f"{file}: found {len(alike)} people or more under names of their own in {'.'.join(before)[:40]!r}, expected a list of "
                "records, each with the same fields; write them as a list, or export the table as CSV"
            )


def _samples_in_json(
    fields: dict[str, str], session: dict[str, Any], remarks: dict[tuple[str, ...], str]
) -> Iterator[Draft]:
    """Samples under names of whoever took them; what is `count` or `value` in an object is called as the object is."""
    called = {
        re.sub(r"[.](count|value|total)$", "", path).rpartition(".")[2]: path.replace("*.", "") for path in fields
    }
    when, viewers = (first(list(called), pattern) for pattern in (TIME, VIEWERS))
    if when and viewers:
        yield samples(
            when, viewers, {"columns": {"sampled_at": called[when], "viewers": called[viewers]}, **session}, remarks
        )
