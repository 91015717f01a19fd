"""`live/zoom_csv`: Zoom's reports of a meeting or webinar: participants, attendees in their sections, registrations.

What a stay is lives in `live_stays`. The report's durations are rounded up to minutes: they are compared, and tell apart times of an
hour that the clocks show twice.
"""

import re
from collections.abc import Sequence

import polars as pl

from ingest.formats.live.live_attendance import FIGURES, AttendanceFormat, Found, Given
from ingest.formats.live.live_session import LiveOptions, Rows, all_rows
from ingest.formats.live.live_words import (
    HOST_COLUMN,
    JOINED_COLUMN,
    LEADS_COLUMN,
    LEFT_COLUMN,
    PERSON_COLUMNS,
    ROLES,
    TEAMS_ROLES,
    WAITING_COLUMN,
)
from ingest.formats.live.report_tables import ReportTable, read_report, require_one_session
from ingest.formats.text_file import TextFile
from ingest.formats.yes_no import NO, YES
from ingest.source import DeliveryError
from ingest.text import clean_number, nothing, number

_PERSON = {
    "name": frozenset({"name (original name)", "name", "user name (original name)", "user name"}),
    "first_name": frozenset({"first name"}),
    "last_name": frozenset({"last name"}),
    "id": frozenset({"user email", "email", "email address"}),
    "joined_at": frozenset({"join time"}),
    "left_at": frozenset({"leave time"}),
    "reported_minutes": frozenset({"duration (minutes)", "duration(minutes)", "time in session (minutes)"}),
    "waiting": frozenset({"in waiting room"}),
    "has_attended": frozenset({"attended"}),
    "registered_at": frozenset({"registration time"}),
    "status": frozenset({"approval status", "registration status", "status"}),
    "channel": frozenset({"source name"}),
    "role": frozenset({"role"}),
}
_MEETING = {
    "meeting_id": frozenset({"meeting id", "id", "meetingid", "webinar id"}),
    "starts_at": frozenset({"start time", "actual start time"}),
    "ends_at": frozenset({"end time"}),
    "minutes": frozenset({"actual duration (minutes)", "duration (minutes)"}),
    "host": frozenset({"host", "host name"}),
    "host_email": frozenset({"host email"}),
}
_FIGURES = {
    "participants": frozenset({"participants"}),
    "registrants": frozenset({"# registrants", "# registered"}),
    "unique_viewers": frozenset({"unique viewers"}),
    "total_users": frozenset({"total users"}),
    "peak_concurrent": frozenset({"max concurrent views"}),
}
_OWN = {"topic", *(spelling for spellings in _MEETING.values() for spelling in spellings)}
"""What Zoom itself calls a meeting, of which there is one or the report is refused."""
_OF_WEBEX = "attendee email"
"""How Webex, whose reports have the same times, calls addresses."""
_NAME_AND_ADDRESS = r"^(.*?)\s*\(([^()\s]+@[^()\s]+)\)$"
_SECTION_ROLES = {"host details": "host", "panelist details": "panelist"}
_LABELS = {"joined_at": "Join Time", "left_at": "Leave Time", "registered_at": "Registration Time"}
_KNOWN = (
    "expected the meeting report (Name (Original Name), User Email, Join Time, Leave Time, ...), the webinar's attendee report "
    "or a registration report (Email, Registration Time, ...)"
)


class ZoomCsvOptions(LiveOptions):
    """Options of `zoom_csv`: those of every live format; the session's id is the note's to give."""


class ZoomCsv(AttendanceFormat):
    """Reads participants. A person is their e-mail where the report has it, else a guest known by name."""

    name = "zoom_csv"
    version = 21
    options = ZoomCsvOptions
    # Tables of other tools that are called as Zoom's have organizers.
    roles = TEAMS_ROLES | ROLES

    def find(self, given: Given) -> Found:
        """The people of every section, and what the report says of its meeting."""
        people: list[Rows] = []
        meetings: list[pl.DataFrame] = []
        has_stays = False
        for file in given.files:
            tables = read_report(file).tables
            found = [table for table in tables if _columns(table)]
            if not found:
                raise DeliveryError(_refusal(file, tables))
            for table in tables:
                columns, about = _columns(table), _about(table)
                if not columns and not about:
                    continue
                rows = table.rows({**about, **(columns or {})})
                if columns:
                    require_one_session(table, _OWN)
                    people.append(Rows(_described(rows.rows, table), rows.rejected))
                    has_stays |= "joined_at" in columns
                if about:
                    meetings.append(rows.rows.unique([*about], maintain_order=True))
        delivered = all_rows(people)
        met = pl.concat([_MEETINGS.to_frame(), *meetings], how="diagonal").select(_MEETINGS.names())
        _require_one(met)
        times = {name: label for name, label in _LABELS.items() if name in delivered.rows.columns}
        return Found(
            records=Rows(_led(delivered.rows, met), delivered.rejected),
            times=times,
            instances=met.filter(nothing(pl.col("starts_at")).is_null()).select(
                "starts_at",
                "ends_at",
                number(pl.col("meeting_minutes")).alias("minutes"),
                "file",
                "line",
            ),
            figures=_figures(met, delivered.rows),
            basis="intervals" if has_stays else "registrations",
        )


_MEETINGS = pl.Schema(
    {
        **dict.fromkeys(
            ("meeting_id", "starts_at", "ends_at", "meeting_minutes", "host", "host_email", *_FIGURES), pl.String()
        ),
        "file": pl.String(),
        "line": pl.Int64(),
    }
)


def _columns(table: ReportTable) -> dict[str, int] | None:
    """The columns about people, where the table has a row for each stay or registration."""
    found = table.positions(_PERSON)
    if "joined_at" not in found and "registered_at" not in found:
        found |= _called(table)
    has_stays = {"joined_at", "left_at"} <= found.keys()
    # What joins and leaves under other names is a table of another tool, whose registrations are not all that it tells.
    is_of_others = _OF_WEBEX in {cell.lower() for cell in table.header} or not (
        has_stays or None in (_named(table, JOINED_COLUMN), _named(table, LEFT_COLUMN))
    )
    has_times = has_stays or "registered_at" in found
    if not found.keys() & {"name", "id"} or not has_times or is_of_others:
        return None
    leads = _leads(table)
    return found if leads is None or "role" in found else {**found, "leads": leads}


def _leads(table: ReportTable) -> int | None:
    """The column that says with yes and no who led the session."""
    for position, cell in enumerate(table.header, 1):
        words = {row[position - 1].lower() for row in table.sample if len(row) >= position} - {""}
        if words and words <= YES | NO and re.search(LEADS_COLUMN, cell, re.IGNORECASE):
            return position
    return None


def _called(table: ReportTable) -> dict[str, int]:
    """The columns about people in other languages, where their name and the minutes have brackets behind them, as in Zoom's reports."""
    bracketed = [position for position, cell in enumerate(table.header, 1) if re.search(r"[)\uff09]$", cell)]
    if len(bracketed) < len(("name", "minutes")) or bracketed[0] != 1:
        return {}
    patterns = {
        "id": PERSON_COLUMNS[1], "joined_at": JOINED_COLUMN, "left_at": LEFT_COLUMN, "waiting": WAITING_COLUMN,
    }  # fmt: skip
    found = {ours: position for ours, pattern in patterns.items() if (position := _named(table, pattern)) is not None}
    return {"name": 1, "reported_minutes": bracketed[1], **found}


def _named(table: ReportTable, pattern: str) -> int | None:
    """The position of the first column that is called so."""
    called = (position for position, cell in enumerate(table.header, 1) if re.search(pattern, cell, re.IGNORECASE))
    return next(called, None)


def _about_in_words(table: ReportTable) -> dict[str, int]:
    """The host, the start and the end of a meeting in other languages."""
    times, host = table.columns_of("time"), _named(table, HOST_COLUMN)
    if len(times) != len(("starts_at", "ends_at")) or host is None or _columns(table):
        return {}
    return {"starts_at": times[0], "ends_at": times[1], "host": host}


def _about(table: ReportTable) -> dict[str, int]:
    """The columns about the meeting. Where it stands before each person, what it shares with them is the first of its name."""
    first = {cell.lower(): position for position, cell in reversed(list(enumerate(table.header, 1)))}
    people = set((_columns(table) or {}).values())
    found = {
        {"minutes": "meeting_minutes"}.get(name, name): first[cell]
        for name, spellings in {**_MEETING, **_FIGURES}.items()
        for cell in first
        if cell in spellings and first[cell] not in people
    }
    if "starts_at" not in found:
        found |= _about_in_words(table)
    return found if found.keys() & {"starts_at", *_FIGURES} else {}


def _described(rows: pl.DataFrame, table: ReportTable) -> pl.DataFrame:
    """Rows with the role that their section means, and what each is a record of."""
    role = _SECTION_ROLES.get(table.heading.rstrip(" :").lower())
    own_role = pl.when(_says_yes("leads")).then(pl.lit("host")).otherwise("role")
    missing = [pl.lit(None, pl.String()).alias(name) for name in (*_PERSON, "leads") if name not in rows.columns]
    whole = rows.with_columns(missing)
    is_written = {name: nothing(pl.col(name)).is_null() for name in ("joined_at", "registered_at")}
    has_come = pl.col("has_attended").str.strip_chars().str.to_lowercase() != "no"
    full_name = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True).str.strip_chars()
    # Hosts and panelists do not register: one who did not come is a stay without a time.
    is_stay = pl.lit("joined_at" in rows.columns) & (
        is_written["joined_at"] | has_come.fill_null(~is_written["registered_at"]) | pl.lit(role is not None)
    )
    return whole.select(
        "id",
        pl.coalesce(pl.when(nothing(pl.col("name")).is_null()).then("name"), full_name).alias("name"),
        "joined_at", "left_at", number(pl.col("reported_minutes")).alias("minutes"), "has_attended", "registered_at", "status", "channel",
        (pl.lit(role, pl.String()) if role else own_role).alias("role"),
        _says_yes("waiting").alias("is_in_waiting_room"),
        is_stay.alias("is_stay"),
        (~is_stay | (is_written["registered_at"] & pl.lit(role is None))).alias("is_registration"),
        "file", "line",
    )  # fmt: skip


def _says_yes(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_lowercase().is_in(list(YES)).fill_null(value=False)


def _led(people: pl.DataFrame, met: pl.DataFrame) -> pl.DataFrame:
    """People, of whom the report calls one its host: by address, which may stand behind the name, or by name where one of both has none."""
    written = met.select(pl.col("host", "host_email").str.strip_chars().str.to_lowercase().replace("", None))
    parts = pl.col("host").str.extract_groups(_NAME_AND_ADDRESS)
    told = written.select(
        pl.coalesce(parts.struct.field("1"), "host").alias("host"),
        pl.coalesce("host_email", parts.struct.field("2")).alias("host_email"),
    )
    addresses, names = (told[column].drop_nulls().unique().to_list() for column in ("host_email", "host"))
    address, name = (pl.col(column).str.strip_chars().str.to_lowercase() for column in ("id", "name"))
    is_named = name.is_in(names) & (pl.lit(not addresses) | nothing(pl.col("id")).is_not_null())
    is_host = address.is_in(addresses).fill_null(value=False) | is_named.fill_null(value=False)
    return people.with_columns(
        pl.when(is_host & pl.col("role").is_null()).then(pl.lit("host")).otherwise("role").alias("role")
    )


def _figures(meetings: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """What Zoom counts itself. Of a meeting that was started several times it says it for each, which adds up to nothing."""
    once = meetings if meetings.height == 1 else meetings.clear()
    counts = once.unpivot(list(_FIGURES), index=["file", "line"], variable_name="measure").with_columns(
        number(pl.col("value"))
    )
    minutes = people.filter(pl.col("is_stay") & ~pl.col("is_in_waiting_room")).select(
        pl.lit("attended_minutes").alias("measure"),
        pl.col("minutes").sum().alias("value"),
        pl.first("file", "line"),
    )
    known = minutes.filter(pl.col("value") > 0)
    return pl.concat([counts.select(FIGURES.names()), known.select(FIGURES.names())]).drop_nulls("value")


def _require_one(meetings: pl.DataFrame) -> None:
    """A session is one meeting; one that was interrupted and started again keeps its id."""
    ids = meetings.with_columns(clean_number(pl.col("meeting_id")).str.replace_all(r"\s", "")).filter(
        pl.col("meeting_id") != ""
    )
    distinct = ids.unique("meeting_id", maintain_order=True)
    if distinct.height > 1:
        second = distinct.row(1, named=True)
        raise DeliveryError(
            f"{second['file']}, line {second['line']}, column 'Meeting ID': found another meeting than in line "
            f"{distinct['line'][0]} of {distinct['file'][0]}; expected one meeting in a delivery, since it is one "
            "session; deliver each meeting by itself"
        )


def _refusal(file: TextFile, tables: Sequence[ReportTable]) -> str:
    if any("total duration" in cell.lower() for table in tables for cell in table.header):
        return (
            f"{file.name}, line {tables[0].line}: has one row a person and no Join Time; {_KNOWN}; "
            "export it without 'Show unique users'"
        )
    return (
        f"{file.name}: no line names the columns of a Zoom report; {_KNOWN}; switch Zoom to English before the export, or "
        "deliver it as format intervals_csv with its columns mapped"
    )


FORMAT = ZoomCsv()
