"""Drafts for files about live sessions: reports that their formats know by themselves, other tables by common names."""
# ruff: noqa: RUF001 - columns are named in many languages

import re
from collections.abc import Iterator
from typing import Any, get_args
from zoneinfo import ZoneInfo

import polars as pl

from ingest.drafts.draft import Draft, Given, zone_in_names
from ingest.drafts.head import Head, quoted
from ingest.formats.live import live_events
from ingest.formats.live.intervals_csv import are_names
from ingest.formats.live.live_words import (
    JOINED_COLUMN,
    LEFT_COLUMN,
    PERSON_COLUMNS,
    ROLES,
    TEAMS_ROLES,
    WAITING_COLUMN,
)
from ingest.formats.live.report_tables import european, looks_like_time
from ingest.formats.live.teams_list import is_teams_list
from ingest.formats.products import product_of
from ingest.instants import DateOrder, parse_instant
from ingest.source import DeliveryError

_UTC = ZoneInfo("UTC")
_REPORTS = ("teams_list", "teams_events", "teams_report", "zoom_csv", "gotowebinar")
"""Formats that find their own header, or refuse the file."""
_OWN_IDS = ("gotowebinar", "teams_events", "live_events")

_TIME = (
    r"^(at|time|timestamp|ts|date ?time|sampled.?at|captured.?at|measured.?at|minute|"
    r"الوقت|heure|(uhr)?zeit|hora|ora|zaman|saat|waktu|tijd|czas|время|ώρα|ساعت|زمان|שעה|時間|時刻|时间|시간)([ _]?\(?(utc|gmt)\)?)?$"
)
_VIEWERS = (
    r"^((concurrent|current|live|peak)?[ _]?viewers?([ _]?count)?|concurrent|ccv|ccu|watching|audience|"
    r"(عدد )?المشاهدين|zuschauer(zahl)?|(nombre de )?spectateurs|(n[úu]mero de )?espectadores|izleyici( sayısı)?|penonton|"
    r"spettatori|kijkers|зрител(и|ей)|(تعداد )?بینندگان|צופים|(同時)?視聴者数?|在线人数|观看人数|(동시 )?시청자( 수)?)$"
)
_ROLE = (
    r"^((attendee|participant|user|meeting)[ _])?(role|rôle|rolle|função|peran|rol|ruolo|roll|rooli|rola|роль|ρόλος|szerep|vai trò|"
    r"الدور|תפקיד|نقش|身份|角色|役割|역할|บทบาท|भूमिका)$"
)
_LEADS, _YES_OR_NO = (
    r"^(is.?)?(moderator|(co.?)?host|organi[sz]er|presenter|speaker|panell?ist|staff)\W*$",
    {"true": "moderator", "yes": "moderator", "false": "attendee", "no": "attendee"},
)
"""A column that says whether somebody led the session, and what its words mean."""
_DURATION = r"^(in-meeting )?(duration|dura[çc][ãa]o|dauer|dur[ée]e|duraci[óo]n|durata|durasi|duur|s[üu]re|المدة)"
_REGISTERED = (
    r"^(?!#|no\.|number|total)(?!.*\b(id|status|type|form|link|url|code|source)\b).*(regist(er|rat)|signed.?up|inscri)|"
    r"^order (date|time)$|^created (at|date)$"
)
_OF_ANY_RECORD, _OF_REGISTERING = (
    r"(?i)^created[ _]?(at|date)$",
    r"regist|ticket|order|attend|webinar|event|status|session",
)
"""When a record was made is when somebody registered where another column speaks of that."""
_DATE = r"^(date|day|fecha|datum|data|tarih|tanggal|jour|التاريخ|تاريخ|اليوم)$"
_CLOCK = r"^\D{0,3}\d{1,2}:\d{2}"
_CLOCK_ALONE = r"^(\d{1,2}:\d{2}(?::\d{2})?( ?[apAP]\.?[mM]\.?)?)$"
_OF_THE_NAME = {("options", "day"): "the day in the file's name, as its times have none"}
_PLATFORM = r"^(platform|channel|destination|network|service|plattform|plateforme|plataforma|المنصة)$"
_OF_CALLS = r"^(meeting code|conference id|call (id|type))$"
_SESSION = (
    r"^(session|live)([ _]?(id|key))?$",
    r"^(session|live|meeting|event|webinar|room|stream|broadcast)s?[ _-]?(uu)?(id|key|code|number|no)$|^(event|room|stream|webinar)$",
    r"^(session|live|meeting|event|webinar|room)[ _-]?(name|title)$|^topic$|^(الجلسة|اسم الجلسة|اللقاء)$",
)
"""What a column of sessions is called, the surest first."""
_ZOOM_OTHERS = r"(?i)^(q&a|q & a|poll|survey|quiz|performance|reaction|engagement|chat)[\w /&-]* report$"
_DAY_IN_NAME = r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)"
_FIGURES = r"(?i)\bminutes\b|\bnumber of\b|\btotal\b|\bcount\b|\bduration\b"
"""Columns of how many or how long, which name nobody."""
_MEETING = r"^(meeting|webinar)[ _-]?(uu)?(id|key|number|no|topic|name|title)$|^topic$"
_DAY = r"^\D{0,3}\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$"
_OF_A_DAY = 1440
_FEWEST_DIGITS = 4
"""Of a day, however short it is written."""
_STATUS, _ATTENDED, _CHANNEL = r"status|^state$|approval", r"attend(ed)?", r"channel|utm|referr"


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
        for names in head.headers:
            yield from _named(head, names, session, remarks, _session(names) if given.session is None else None)
        if head.has_no_header:
            yield from _by_position(head, session, remarks)


def _require_attendance(head: Head) -> None:
    """Raise DeliveryError for Zoom's reports of what was asked or answered, of figures and of meetings: nobody's stay is in them."""
    title = next((row[0] for row in head.rows[:1] if row and re.search(_ZOOM_OTHERS, row[0])), None)
    if title is not None:
        raise DeliveryError(
            f"{head.path.name}, line 1: is Zoom's {title[:40]!r}, which says of nobody when they came; expected the attendee, "
            "participant or registration report; of a poll, the table below its heading saved by itself is a survey"
        )
    for names in head.headers:
        if _first(names, r"^total participant minutes$") and not _first(names, JOINED_COLUMN):
            raise DeliveryError(
                f"{head.path.name}, line {head.line_of(names)}: lists meetings with their totals, expected of each meeting who joined and "
                "left; export its participants"
            )


def needs(names: list[str]) -> Iterator[tuple[str, dict[str, bool]]]:
    """What each format of a plain table needs, and whether a header has it."""
    person = any(_first(names, pattern) for pattern in PERSON_COLUMNS)
    yield (
        "intervals_csv",
        {
            "person": person,
            "joined_at": bool(_first(names, JOINED_COLUMN)),
            "left_at": bool(_first(names, LEFT_COLUMN)),
        },
    )
    yield "viewer_samples", {"sampled_at": bool(_first(names, _TIME)), "viewers": bool(_first(names, _VIEWERS))}
    yield "registrations_csv", {"person": person, "registered_at": bool(_first(names, _REGISTERED))}


def _reports(head: Head) -> list[str]:
    """The reports that a table may be; that of Teams has a duration and a role beside join and leave, or numbers its sections."""
    if head.has_no_header:
        return []
    is_teams = _is_numbered(head.rows) or any(
        _first(row, _DURATION) and _has_roles_of_teams(head, row) for row in head.rows
    )
    return [form for form in _REPORTS if is_teams or form != "teams_report"]


def _has_roles_of_teams(head: Head, header: list[str]) -> bool:
    """Whether a header has a column of roles, below which no word stands that other tools alone use."""
    role = _first(header, _ROLE)
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
    leaves = {path.rpartition(".")[2]: path.replace("*.", "") for path in fields}
    person = next((found for pattern in PERSON_COLUMNS if (found := _first(list(leaves), pattern))), None)
    registered = _first(list(leaves), _REGISTERED)
    if (
        person
        and registered
        and not any(_first([name], JOINED_COLUMN) and "url" not in name.lower() for name in leaves)
    ):
        columns = {"person": leaves[person], "registered_at": leaves[registered]}
        status = _first([name for name in leaves if name not in (person, registered)], _STATUS)
        columns |= {"status": leaves[status]} if status else {}
        why = f"it has a person and the time of registering: {quoted([person, registered])}"
        yield Draft("live", "registrations_csv", why, {"columns": columns, **session}, remarks, generic=True)
    joined, left = _first(list(leaves), JOINED_COLUMN), _first(list(leaves), LEFT_COLUMN)
    if person and joined and left and not {"join_time", "leave_time"} <= ends:
        columns = {"person": leaves[person], "joined_at": leaves[joined], "left_at": leaves[left]}
        why = f"its records have a person, a join and a leave: {quoted([person, joined, left])}"
        yield Draft("live", "intervals_csv", why, {"columns": columns, **session}, remarks, generic=True)
    types = [value for name in live_events.FIELDS["type"] for value in head.values().get(name, [])]
    if live_events.is_of_a_live_room(pl.Series(types, dtype=pl.String())):
        for options in own:
            yield Draft("live", "live_events", "its lines are events of a live stream, each with its type", options)


def _samples_in_json(
    fields: dict[str, str], session: dict[str, Any], remarks: dict[tuple[str, ...], str]
) -> Iterator[Draft]:
    """Samples under names of whoever took them; what is `count` or `value` in an object is called as the object is."""
    called = {
        re.sub(r"[.](count|value|total)$", "", path).rpartition(".")[2]: path.replace("*.", "") for path in fields
    }
    when, viewers = (_first(list(called), pattern) for pattern in (_TIME, _VIEWERS))
    if when and viewers:
        yield _samples(
            when, viewers, {"columns": {"sampled_at": called[when], "viewers": called[viewers]}, **session}, remarks
        )


def _samples(when: str, viewers: str, options: dict[str, Any], remarks: dict[tuple[str, ...], str]) -> Draft:
    why = f"it has a time and a number of viewers: {quoted([when, viewers])}"
    return Draft("live", "viewer_samples", why, options, remarks, generic=True, zone=zone_in_names([when]))


def _named(
    head: Head, names: list[str], session: dict[str, Any], remarks: dict[tuple[str, ...], str], sessions: str | None
) -> Iterator[Draft]:
    """Tables of samples, stays or registrations, of the sessions that a column names or else of one."""
    own = {} if sessions is None else {"session_id": sessions}
    if sessions is not None:
        session, remarks = {}, {}
    dates = [name for name in names if re.search(_DATE, name.lower())]
    when = _first(names, _TIME) or next((name for name in dates if ":" in "".join(head.below(names, name))), None)
    viewers = _first(names, _VIEWERS)
    if when and viewers:
        columns = {"sampled_at": when, "viewers": viewers} | own
        if dates and when not in dates and all(re.match(_CLOCK, european(cell)) for cell in head.below(names, when)):
            columns["date"] = dates[0]
        times, platform = head.below(names, when), _first(names, _PLATFORM)
        if platform and not own and len(set(times)) < len(times):
            columns, session = columns | {"session_id": platform}, {}
        yield _samples(when, viewers, {"columns": columns, **_epoch(head.below(names, when)), **session}, remarks)
    _require_one_meeting(head, names, own)
    of_people = [
        name
        for name in names
        if not re.search(r"meeting|event|session|webinar|host|topic", name.lower()) and not re.search(_FIGURES, name)
    ]
    person = next((found for pattern in PERSON_COLUMNS if (found := _who(head, names, of_people, pattern))), None)
    person = person or next((found for pattern in PERSON_COLUMNS if (found := _first(of_people, pattern))), None)
    addresses = (
        name for name in of_people if sum("@" in cell for cell in head.below(names, name)) * 2 > len(head.rows)
    )
    person = person or next(addresses, None)
    timed = [name for name in names if _may_hold_times(head, names, name)]
    joined, left = _first(timed, JOINED_COLUMN), _first(timed, LEFT_COLUMN)
    joined, left = (joined, left) if joined and left else _begins_and_ends(head, names) or (joined, left)
    if person and joined and left:
        times = [european(cell) for cell in head.below(names, joined)]
        if times and all(re.match(_DAY, cell) for cell in times):
            raise DeliveryError(
                f"{head.path.name}, column {joined[:40]!r}: found days, expected times of day with them, from which stays follow; export "
                "the times, or leave it out: a list of who came on which day has no minutes"
            )
        columns = {"person": person, "joined_at": joined, "left_at": left} | own
        name, role = _who(head, names, of_people, PERSON_COLUMNS[-1]), _first(names, _ROLE)
        columns |= ({"name": name} if name and name != person else {}) | ({"role": role} if role else {})
        if "name" not in columns and are_names(person, pl.Series(head.below(names, person), dtype=pl.String())):
            remarks = {
                **remarks,
                ("options", "columns"): "nothing but names tells people apart: those of one name count as one",
            }
        columns |= {"in_waiting_room": waiting} if (waiting := _first(names, WAITING_COLUMN)) else {}
        if dates and all(re.match(_CLOCK, european(cell)) for cell in head.below(names, joined)):
            columns["date"] = dates[0]
        elif (day := re.search(_DAY_IN_NAME, head.path.name)) and all(
            re.match(_CLOCK, european(cell)) for cell in head.below(names, joined)
        ):
            session, remarks = {"day": "-".join(day.groups()), **session}, remarks | _OF_THE_NAME
        leads = _first(names, _LEADS)
        if leads and not role and {cell.lower() for cell in head.below(names, leads)} <= _YES_OR_NO.keys():
            columns, session = columns | {"role": leads}, session | {"roles": _YES_OR_NO}
        why = f"it has a person, a join and a leave in each row: {quoted([person, joined, left])}"
        options, zone = {"columns": columns, **session}, zone_in_names([joined, left])
        yield Draft("live", "intervals_csv", why, options, remarks, generic=True, zone=zone)
    registered = _first(names, _REGISTERED)
    written = head.below(names, registered) if registered else []
    if written and not any(sum(sign.isdigit() for sign in cell) >= _FEWEST_DIGITS for cell in written):
        registered = None
    if registered and re.match(_OF_ANY_RECORD, registered) and not _first(names, _OF_REGISTERING):
        registered = None
    if not registered and not left:
        _require_leaves(head, names, joined)
    if person and registered and not left:
        columns = {"person": person, "registered_at": registered} | own
        for ours, pattern in (("status", _STATUS), ("has_attended", _ATTENDED), ("channel", _CHANNEL)):
            found = _first([name for name in names if name not in columns.values()], pattern)
            columns |= {ours: found} if found else {}
        why = f"it has a person and the time of registering: {quoted([person, registered])}"
        options, zone = {"columns": columns, **session}, zone_in_names([registered])
        yield Draft("live", "registrations_csv", why, options, remarks, generic=True, zone=zone)


def _require_leaves(head: Head, names: list[str], joined: str | None) -> None:
    """Raise DeliveryError for rows that say how long somebody stayed, and of join and leave one or none."""
    lasted = _first(names, _DURATION)
    one = joined or next((name for name in names if any(map(looks_like_time, head.below(names, name)))), None)
    if lasted and one and _first(names, "|".join(PERSON_COLUMNS)) and (joined or _first(names, _OF_CALLS)):
        raise DeliveryError(
            f"{head.path.name}, column {lasted[:40]!r}: found how long somebody stayed beside one time, {one[:40]!r}, expected both, when "
            "they came and when they left; add the column that is absent (a join and the duration make the leave; in Google Meet's "
            "audit log the time is the leave), and it is read as intervals_csv"
        )


def _require_one_meeting(head: Head, names: list[str], own: dict[str, str]) -> None:
    """Raise DeliveryError for meetings that differ, where their column does not make them sessions of their own."""
    meetings = _first(names, _MEETING)
    if not own and meetings and _first(names, JOINED_COLUMN) and len({*head.below(names, meetings)} - {""}) > 1:
        raise DeliveryError(
            f"{head.path.name}, column {meetings[:40]!r}: found several meetings, expected one for a session that --session names; leave "
            "it out, so that each meeting is a session of its own, or deliver each meeting by itself"
        )


def _who(head: Head, names: list[str], of_people: list[str], pattern: str) -> str | None:
    """Of the columns that are named after people, the one with most different people; a host who is in every row is not who came."""
    called = [name for name in of_people if _first([name], pattern)]
    people = {name: len({*head.below(names, name)} - {""}) for name in called}
    most = max(called, key=lambda name: people[name], default=None)
    return most if most and (people[most] > 1 or len(head.below(names, most)) <= 1) else None


def _may_hold_times(head: Head, names: list[str], name: str) -> bool:
    """Whether a column's cells are blank, or have numbers as times and days do."""
    cells = [cell for cell in head.below(names, name) if cell.strip("- ")]
    return not cells or any(re.search(r"[0-9]", european(cell)) for cell in cells)


def _begins_and_ends(head: Head, names: list[str]) -> tuple[str, str] | None:
    """The only two columns of times, whatever they are called, if a third one says how many minutes lie between them."""
    rows = [
        [re.sub(_CLOCK_ALONE, r"2000-01-01 \1", european(cell)) for cell in row]
        for row in head.rows[head.rows.index(names) + 1 :]
        if len(row) == len(names) and any(row)
    ]
    cells = pl.DataFrame(rows, schema=[str(place) for place in range(len(names))], orient="row")
    times = [column.name for column in cells if len(rows) and all(map(looks_like_time, column))]
    if len(times) != len(("begins", "ends")):
        return None
    for order in get_args(DateOrder):
        begins, ends = (
            cells.select(parse_instant(pl.col(name), _UTC, order).struct.field("at")).to_series() for name in times
        )
        minutes = (ends - begins).dt.total_seconds() / 60 % _OF_A_DAY
        for column in cells.drop(times):
            off = (column.cast(pl.Float64(), strict=False) - minutes).abs()
            if (off <= 1).sum() * 10 >= len(rows) * 9:
                return names[int(times[0])], names[int(times[1])]
    return None


def _by_position(head: Head, session: dict[str, Any], remarks: dict[tuple[str, ...], str]) -> Iterator[Draft]:
    if len(head.rows[0]) == 2 and (epoch := _epoch(head.column(0))) and all(cell.isdigit() for cell in head.column(1)):
        options = {"header": False, "columns": {"sampled_at": 1, "viewers": 2}, **epoch, **session}
        yield Draft(
            "live", "viewer_samples", "each line is a time since 1970 and a number; it has no header", options, remarks
        )


def _epoch(cells: list[str]) -> dict[str, str]:
    digits = {len(cell.split(".")[0]) for cell in cells if re.fullmatch(r"\d+(\.\d+)?", cell)}
    return {"epoch": "s"} if digits == {10} else {"epoch": "ms"} if digits == {13} else {}


def _session(names: list[str]) -> str | None:
    return next((found for pattern in _SESSION if (found := _first(names, pattern))), None)


def _first(names: list[str], pattern: str) -> str | None:
    """The first name that a pattern finds, in any style. Not lower-cased, which would make two letters of a Turkish capital."""
    apart = {name: re.sub(r"_|(?<=[a-z])(?=[A-Z])", " ", name) for name in names}
    return next((name for name in names if re.search(pattern, apart[name], re.IGNORECASE)), None)
