"""Drafts for tables about live sessions whose columns go by common names, and those names.

Reports that their formats know by themselves, and JSON, are for `live`.
"""
# ruff: noqa: RUF001 - columns are named in many languages

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args
from zoneinfo import ZoneInfo

import polars as pl

from ingest.drafts.activation import are_events
from ingest.drafts.draft import Draft, zone_in_names
from ingest.drafts.head import Head, quoted
from ingest.formats.live.intervals_csv import are_names
from ingest.formats.live.live_words import (
    JOINED_COLUMN,
    LEADS_COLUMN,
    LEFT_COLUMN,
    PERSON_COLUMNS,
    ROLES,
    SESSION_COLUMNS,
    TEAMS_ROLES,
    WAITING_COLUMN,
)
from ingest.formats.live.report_tables import european, looks_like_time
from ingest.formats.live.teams_report import minutes_of
from ingest.formats.yes_no import YES_AND_NO
from ingest.instants import DateOrder, parse_instant
from ingest.source import DeliveryError

_UTC = ZoneInfo("UTC")
TIME = (
    r"^(at|time|timestamp|ts|date ?time|(sampl|captur|measur|poll|fetch|check|record|logg|observ)ed.?at|minute|"
    r"الوقت|heure|(uhr)?zeit|hora|ora|zaman|saat|waktu|tijd|czas|время|ώρα|ساعت|زمان|שעה|時間|時刻|时间|시간)([ _]?\(?(utc|gmt)\)?)?$"
)
VIEWERS = (
    r"^((concurrent|current|live|peak)?[ _]?viewers?([ _]?count)?|concurrent|ccv|ccu|watching|audience|"
    r"(عدد )?المشاهدين( (الحاليين|المتزامنين))?|(gleichzeitige )?zuschauer(zahl)?|(nombre de )?spectateurs( simultanés)?|"
    r"(n[úu]mero de )?espectadores( simultáneos)?|((eş zamanlı|anlık) )?izleyici( sayısı)?|penonton|"
    r"spettatori|kijkers|зрител(и|ей)|(تعداد )?بینندگان|צופים|(同時)?視聴者数?|在线人数|观看人数|(동시 )?시청자( 수)?)$"
)
ROLE = (
    r"^((attendee|participant|user|meeting)[ _])?(role|rôle|rolle|função|peran|rol|ruolo|roll|rooli|rola|роль|ρόλος|szerep|vai trò|"
    r"الدور|תפקיד|نقش|身份|角色|役割|역할|บทบาท|भूमिका)$"
)
_ROLES = TEAMS_ROLES | ROLES
_YES_AND_NO = [*YES_AND_NO, ("y", "n")]
"""The words of a column that says whether somebody led the session."""
DURATION = r"^(in-meeting )?(duration|dura[çc][ãa]o|dauer|dur[ée]e|duraci[óo]n|durata|durasi|duur|s[üu]re|المدة)"
REGISTERED = (
    r"^(?!#|no\.|number|total)(?!.*\b(id|status|type|form|link|url|code|source)\b).*(regist(er|rat)|sign(ed)?.?up|inscri)|"
    r"^order (date|time)$|^created (at|date)$"
)
_OF_ANY_RECORD, _OF_REGISTERING, _OF_A_MEETING = (
    r"(?i)^created[ _]?(at|date)$",
    r"regist|ticket|order|attend|webinar|event|status|session",
    r"ticket|attend|webinar|approval|check(ed)?[ _-]?in",
)
"""When a record was made is when somebody registered where another column speaks of that; beside questions, of nothing else."""
_DATE = r"^((session |event |meeting )?date|date of (session|event|meeting)|day|fecha|datum|data|tarih|tanggal|jour|التاريخ|تاريخ|اليوم)$"
_CLOCK = r"^\D{0,3}\d{1,2}(:| ?[hH] ?)\d{2}"
_CLOCK_ALONE = r"^(\d{1,2}:\d{2}(?::\d{2})?( ?[apAP]\.?[mM]\.?)?)$"
_OF_THE_NAME = {("options", "day"): "the day in the file's name, as its times have none"}
_PLATFORM = r"^(platform|channel|(video|broadcast|stream)([ _]?id)?|destination|network|service|plattform|plateforme|plataforma|المنصة)$"
_OF_CALLS = r"^(meeting code|conference id|call (id|type))$"
_HOST, _ID = r"^(host|organi[sz]er)([ _-]?(e-?mail|name|id))?$", r"^id$"
"""Who led the meeting that a row tells of, and how Zoom calls the number of that meeting."""
_BOUNDS = {
    "starts_at": r"^((actual|meeting|session|webinar|event) )?start(ed)?( (time|at))?$",
    "ends_at": r"^((actual|meeting|session|webinar|event) )?end(ed)?( (time|at))?$",
}
_DAY_IN_NAME = r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)"
_OF_NOBODY = r"(?i)meeting|event|session|webinar|host|topic|\bminutes\b|\bnumber of\b|\btotal\b|\bcount\b|\bduration\b"
"""Columns of a meeting, of how many or of how long, which name nobody."""
_MEETING = r"^(meeting|webinar)[ _-]?(uu)?(id|key|number|no|topic|name|title)$|^topic$"
_DAY = r"^\D{0,3}\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$"
_OF_INTERVIEWS, _OF_MEETINGS = (
    r"^(start|began|begin|end|finish|complet)",
    r"attend|participa|meeting|session|webinar|viewer|guest|host|room|present|regist|invit",
)
"""How surveys call the times of an interview, and words that stand in lists of who came to a meeting."""
_PARTS_OF_A_NAME = (
    r"^((first|given|fore) ?name|first|prénom|vorname|nombres?|nome|adı?|имя|الاسم( الأول)?|نام)$",
    r"^((last|family) ?name|last|surname|nom( de famille)?|nachname|apellidos?|cognome|sobrenome|soyadı?|фамилия|نام خانوادگی)$",
)
"""Names of people in two columns, of which neither tells them apart."""
_OF_ANY_LIST = "|".join((DURATION, _DATE, *PERSON_COLUMNS, r"^(id|no\.?|#)$"))
_CODE = r"[A-Za-z]{1,3}\d+[a-z]?([._]\d+)*$"
_OF_A_DAY = 1440
_FEWEST_DIGITS = 4
"""Of a day, however short it is written."""
STATUS, _ATTENDED, _CHANNEL = r"status|^state$|approval", r"\battend(ed|s)\b", r"channel|utm|referr"


def samples(when: str, viewers: str, options: dict[str, Any], remarks: dict[tuple[str, ...], str]) -> Draft:
    """A draft for samples in the columns that the options map."""
    why = f"it has a time and a number of viewers: {quoted([when, viewers])}"
    return Draft("live", "viewer_samples", why, options, remarks, generic=True, zone=zone_in_names([when]))


def named(
    head: Head,
    names: list[str],
    session: dict[str, Any],
    remarks: dict[tuple[str, ...], str],
    sessions: str | None,
    *,
    asks: bool,
) -> Iterator[Draft]:
    """Tables of samples, stays or registrations, of the sessions that a column names or else of one.

    One that `asks` has questions beside them, as a survey has.
    """
    own = {} if sessions is None else {"session_id": sessions}
    if sessions is not None:
        session, remarks = {}, {}
    yield from _sampled(head, names, own, session, remarks)
    _require_one_meeting(head, names, own)
    person = _person(head, names)
    timed = [name for name in names if _may_hold_times(head, names, name)]
    joined, left = (_of_times(head, names, timed, pattern) for pattern in (JOINED_COLUMN, LEFT_COLUMN))
    joined, left = (joined, left) if (joined and left) or asks else _begins_and_ends(head, names) or (joined, left)
    registered = _registered(head, names, asks=asks)
    if person and joined and left:
        columns = {"person": person, "joined_at": joined, "left_at": left} | own
        if registered and not re.match(_OF_ANY_RECORD, registered):
            columns = _registration(head, names, columns | {"registered_at": registered})
        yield _stays(head, names, columns, session, remarks)
    if not registered and not left:
        _require_leaves(head, names, joined)
    if person and registered and not left:
        columns = _registration(head, names, {"person": person, "registered_at": registered} | own)
        why = f"it has a person and the time of registering: {quoted([person, registered])}"
        zone = zone_in_names([registered])
        yield Draft("live", "registrations_csv", why, {"columns": columns, **session}, remarks, generic=True, zone=zone)


def _registration(head: Head, names: list[str], columns: dict[str, str]) -> dict[str, str]:
    """The columns, and those of the status of a registration, of whether its person came, and of where they heard of the session."""
    for ours, pattern in (("status", STATUS), ("has_attended", _ATTENDED), ("channel", _CHANNEL)):
        found = first([name for name in names if name not in columns.values()], pattern)
        # Who somebody was sent by is no channel.
        if found and (
            ours != "channel" or not are_names(found, pl.Series(head.below(names, found), dtype=pl.String()))
        ):
            columns = columns | {ours: found}
    return columns


def _sampled(
    head: Head, names: list[str], own: dict[str, str], session: dict[str, Any], remarks: dict[tuple[str, ...], str]
) -> Iterator[Draft]:
    """The draft for samples, where there are a time and a number of viewers; each platform is a session of its own."""
    dates = _dates(names)
    when = first(names, TIME) or next((name for name in dates if ":" in "".join(head.below(names, name))), None)
    viewers = first(names, VIEWERS) or _of_all_platforms(head, names)
    if when and viewers:
        columns = {"sampled_at": when, "viewers": viewers} | own
        times, platform = head.below(names, when), first(names, _PLATFORM)
        if dates and when not in dates and _are_clocks(times):
            columns["date"] = dates[0]
        elif times and _are_clocks(times):
            raise DeliveryError(
                f"{head.path.name}, column {when[:40]!r}: found times of day, expected a date with each; add it, or a column of dates "
                "called Date"
            )
        if platform and not own and len(set(times)) < len(times):
            columns, session = columns | {"session_id": platform}, {}
        yield samples(when, viewers, {"columns": columns, **_epoch(times), **session}, remarks)


def _of_all_platforms(head: Head, names: list[str]) -> str | None:
    """The column of viewers that is in every row the sum of the others, each of a platform."""
    called = {name: head.below(names, name) for name in names if first([name], r"\bviewers?\b")}
    counts = {name: list(map(int, cells)) for name, cells in called.items() if cells and all(map(str.isdecimal, cells))}
    sums = [sum(row) for row in zip(*counts.values(), strict=False)]
    of_sums = (name for name, of in counts.items() if [2 * count for count in of] == sums)
    return next(of_sums, None) if len(counts) > len(("one", "all")) else None


def _stays(
    head: Head,
    names: list[str],
    columns: dict[str, str],
    session: dict[str, Any],
    remarks: dict[tuple[str, ...], str],
) -> Draft:
    """The draft for stays, of the columns of person, join and leave. Raises DeliveryError where those hold days alone."""
    person, joined, left = columns["person"], columns["joined_at"], columns["left_at"]
    times = head.below(names, joined)
    if _are_days(head, names, joined):
        raise DeliveryError(
            f"{head.path.name}, column {joined[:40]!r}: found days, expected times of day with them, from which stays follow; export "
            "the times, or leave it out: a list of who came on which day has no minutes"
        )
    name, role = _who(head, names, _of_people(names), PERSON_COLUMNS[-1]), _role(head, names, columns)
    columns |= ({"name": name} if name and name != person else {}) | ({"role": role} if role else {})
    if "name" not in columns and are_names(person, pl.Series(head.below(names, person), dtype=pl.String())):
        remarks = {
            **remarks,
            ("options", "columns"): "nothing but names tells people apart: those of one name count as one",
        }
    columns |= _of_the_meeting(head, names, columns)
    columns |= {"in_waiting_room": waiting} if (waiting := first(names, WAITING_COLUMN)) else {}
    beside = [
        name for name in names if name != joined and first([name], JOINED_COLUMN) and _are_days(head, names, name)
    ]
    dates, day = [*_dates(names), *beside], re.search(_DAY_IN_NAME, head.path.name)
    if dates and _are_clocks(times):
        columns["date"] = dates[0]
    elif day and _are_clocks(times):
        session, remarks = {"day": "-".join(day.groups()), **session}, remarks | _OF_THE_NAME
    leads = first(names, LEADS_COLUMN)
    if leads and not role and (answers := _yes_or_no(head.below(names, leads))):
        columns, session = columns | {"role": leads}, session | {"roles": answers}
    why = f"it has a person, a join and a leave in each row: {quoted([person, joined, left])}"
    parts = [found for pattern in _PARTS_OF_A_NAME if (found := first(names, pattern))]
    whole = {ours: parts if len(parts) > 1 and theirs in parts else theirs for ours, theirs in columns.items()}
    options, zone = {"columns": whole, **session}, zone_in_names([joined, left])
    return Draft("live", "intervals_csv", why, options, remarks, generic=True, zone=zone)


def _role(head: Head, names: list[str], columns: dict[str, str]) -> str | None:
    """The column of roles: by its name, else the one in which nothing stands but words for roles."""
    others = [name for name in names if name not in columns.values() and not first([name], _HOST)]
    cells = {name: {cell.lower() for cell in head.below(names, name)} for name in others}
    return first(names, ROLE) or next((name for name, words in cells.items() if words and words <= _ROLES.keys()), None)


def _yes_or_no(cells: list[str]) -> dict[str, str]:
    """What the words of a column of yes and no mean as roles; empty where it has others."""
    found = {cell.lower() for cell in cells}
    pairs = [pair for pair in _YES_AND_NO if found & {*pair}]
    roles = {word: role for pair in pairs for word, role in zip(pair, ("moderator", "attendee"), strict=True)}
    return roles if found <= roles.keys() else {}


def _registered(head: Head, names: list[str], *, asks: bool) -> str | None:
    """The column that says when people registered."""
    registered = first(names, REGISTERED)
    written = head.below(names, registered) if registered else []
    if written and not any(sum(sign.isdigit() for sign in cell) >= _FEWEST_DIGITS for cell in written):
        return None
    others = [name for name in names if not are_events(head.below(names, name))]
    speaks = first(others, _OF_A_MEETING if asks else _OF_REGISTERING) is not None
    if registered and re.match(_OF_ANY_RECORD, registered) and not speaks:
        return None
    return registered


def _of_times(head: Head, names: list[str], timed: list[str], pattern: str) -> str | None:
    """The first column that is called so, rather one of times than one of days beside it."""
    return first([name for name in timed if not _are_days(head, names, name)], pattern) or first(timed, pattern)


def _are_days(head: Head, names: list[str], name: str) -> bool:
    """Whether all cells of a column are days without a time of day."""
    cells = head.below(names, name)
    return bool(cells) and all(re.match(_DAY, european(cell)) for cell in cells)


def _dates(names: list[str]) -> list[str]:
    return [name for name in names if re.search(_DATE, name.lower())]


def _are_clocks(cells: Sequence[str]) -> bool:
    """Whether all cells begin with a time of day."""
    return all(re.match(_CLOCK, european(cell)) for cell in cells)


def _of_people(names: list[str]) -> list[str]:
    """The columns that may name people."""
    return [name for name in names if not re.search(_OF_NOBODY, name)]


def _person(head: Head, names: list[str]) -> str | None:
    """The column that tells people apart: by its name, else the one with e-mail addresses in most rows."""
    of_people = _of_people(names)
    person = next((found for pattern in PERSON_COLUMNS if (found := _who(head, names, of_people, pattern))), None)
    person = person or next((found for pattern in PERSON_COLUMNS if (found := first(of_people, pattern))), None)
    addresses = (
        name for name in of_people if sum("@" in cell for cell in head.below(names, name)) * 2 > len(head.rows)
    )
    return person or next(addresses, None)


def _of_the_meeting(head: Head, names: list[str], columns: dict[str, str]) -> dict[str, str]:
    """The host whom each row names, written as people are, and the bounds of its session."""
    are_addresses = any("@" in cell for cell in head.below(names, columns["person"]))
    hosts = [name for name in names if first([name], _HOST) and name not in columns.values()]
    host = next((name for name in hosts if any("@" in cell for cell in head.below(names, name)) == are_addresses), None)
    others = [name for name in names if name not in columns.values() and _may_hold_times(head, names, name)]
    bounds = {ours: name for ours, pattern in _BOUNDS.items() if (name := first(others, pattern))}
    stated = bounds if "session_id" in columns and bounds.keys() == _BOUNDS.keys() else {}
    return ({"host": host} if host else {}) | stated


def _require_leaves(head: Head, names: list[str], joined: str | None) -> None:
    """Raise DeliveryError for rows that say how long somebody stayed, and of join and leave one or none."""
    lasted = first(names, DURATION)
    one = joined or next((name for name in names if any(map(looks_like_time, head.below(names, name)))), None)
    if lasted and one and first(names, "|".join(PERSON_COLUMNS)) and (joined or first(names, _OF_CALLS)):
        raise DeliveryError(
            f"{head.path.name}, column {lasted[:40]!r}: found how long somebody stayed beside one time, {one[:40]!r}, expected both, when "
            "they came and when they left; add the column that is absent (a join and the duration make the leave; in Google Meet's "
            "audit log the time is the leave), and it is read as intervals_csv"
        )


def _require_one_meeting(head: Head, names: list[str], own: dict[str, str]) -> None:
    """Raise DeliveryError for meetings that differ, where their column does not make them sessions of their own."""
    meetings = first(names, _MEETING)
    if not own and meetings and first(names, JOINED_COLUMN) and len({*head.below(names, meetings)} - {""}) > 1:
        raise DeliveryError(
            f"{head.path.name}, column {meetings[:40]!r}: found several meetings, expected one for a session that --session names; leave "
            "it out, so that each meeting is a session of its own, or deliver each meeting by itself"
        )


def _who(head: Head, names: list[str], of_people: list[str], pattern: str) -> str | None:
    """Of the columns that are named after people, the one with most different people; a host who is in every row is not who came."""
    called = [name for name in of_people if first([name], pattern)]
    people = {name: len({*head.below(names, name)} - {""}) for name in called}
    most = max(called, key=lambda name: people[name], default=None)
    return most if most and (people[most] > 1 or len(head.below(names, most)) <= 1) else None


def _may_hold_times(head: Head, names: list[str], name: str) -> bool:
    """Whether a column's cells are blank, or have numbers as times and days do."""
    cells = [cell for cell in head.below(names, name) if cell.strip("- ")]
    return not cells or any(re.search(r"[0-9]", european(cell)) for cell in cells)


def _begins_and_ends(head: Head, names: list[str]) -> tuple[str, str] | None:
    """The only two columns of times, whatever they are called, if a third one says how long it is from one to the other."""
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
            off = (pl.Series([minutes_of(cell) for cell in column], dtype=pl.Float64()) - minutes).abs()
            if (off <= 1).sum() * 10 >= len(rows) * 9:
                found = names[int(times[0])], names[int(times[1])]
                return None if _are_of_an_interview(names, found) else found
    return None


def _are_of_an_interview(names: list[str], times: tuple[str, str]) -> bool:
    """Whether two columns of times stand beside questions, or are a start and an end beside columns of which none speaks of a meeting.

    Several codes, such as q1 and q2, are questions.
    """
    if any(name.endswith(("?", "؟")) for name in names) or sum(bool(re.match(_CODE, name)) for name in names) > 1:
        return True
    others = [name for name in names if name not in times and not first([name], _OF_ANY_LIST)]
    speaks_of_a_meeting = first(names, _OF_MEETINGS) is not None
    return bool(others) and not speaks_of_a_meeting and first(list(times), _OF_INTERVIEWS) is not None


def by_position(head: Head, session: dict[str, Any], remarks: dict[tuple[str, ...], str]) -> Iterator[Draft]:
    """Samples without a header: seconds or milliseconds since 1970 and a number."""
    if len(head.rows[0]) == 2 and (epoch := _epoch(head.column(0))) and all(cell.isdigit() for cell in head.column(1)):
        options = {"header": False, "columns": {"sampled_at": 1, "viewers": 2}, **epoch, **session}
        yield Draft(
            "live", "viewer_samples", "each line is a time since 1970 and a number; it has no header", options, remarks
        )


def _epoch(cells: list[str]) -> dict[str, str]:
    digits = {len(cell.split(".")[0]) for cell in cells if re.fullmatch(r"\d+(\.\d+)?", cell)}
    return {"epoch": "s"} if digits == {10} else {"epoch": "ms"} if digits == {13} else {}


def session_column(names: list[str]) -> str | None:
    """The column that tells sessions apart; where their title does, the number beside it and their host is surer."""
    found = next((found for pattern in SESSION_COLUMNS if (found := first(names, pattern))), None)
    number = first(names, _ID) if first(names, _HOST) else None
    return number if found and number and re.search(SESSION_COLUMNS[-1], found, re.IGNORECASE) else found


def first(names: list[str], pattern: str) -> str | None:
    """The first name that a pattern finds, in any style. Not lower-cased, which would make two letters of a Turkish capital."""
    apart = {name: re.sub(r"_|(?<=[a-z])(?=[A-Z])", " ", name) for name in names}
    return next((name for name in names if re.search(pattern, apart[name], re.IGNORECASE)), None)
