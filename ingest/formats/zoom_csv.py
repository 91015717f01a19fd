"""`live/zoom_csv`: Zoom's meeting participant report, with its block about the meeting, without, or that on every row.

What a stay is lives in `live_stays`. The report's durations are not used: they are rounded up to minutes.
"""

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from ingest.formats.header_row import HeaderRow, find_header, first_rows
from ingest.formats.live_session import (
    LiveOptions,
    Rows,
    all_rows,
    delivered_texts,
    read_instants,
    read_rows,
    session_rows,
    with_session_id,
)
from ingest.formats.live_stays import as_identity, settle_stays, spans_of
from ingest.formats.text_file import TextFile
from ingest.source import UNREADABLE, Delivery, DeliveryError, Parsed
from ingest.text import nothing

_PERSON = {
    "name": frozenset({"name (original name)", "name", "user name (original name)", "user name"}),
    "email": frozenset({"user email", "email"}),
    "joined_at": frozenset({"join time"}),
    "left_at": frozenset({"leave time"}),
    "waiting": frozenset({"in waiting room"}),
}
_MEETING = {
    "meeting_id": frozenset({"meeting id", "id", "meetingid"}),
    "starts_at": frozenset({"start time"}),
    "ends_at": frozenset({"end time"}),
}
_WEBINAR = frozenset({"webinar id", "attendee details", "panelist details", "host details", "attendee report"})
_SPAN = ("starts_at", "ends_at")
_MEETING_SCHEMA = pl.Schema(dict.fromkeys((*_MEETING, "file"), pl.String()) | {"line": pl.Int64()})


class ZoomCsvOptions(LiveOptions):
    """Options of `zoom_csv`: the session (its id is the note's to give), `date_order` and `encoding`."""


@dataclass(frozen=True)
class _Report:
    people: Rows
    meetings: pl.DataFrame


class ZoomCsv:
    """Reads participants. A person is their e-mail where the report has it, else a name, never merged with another."""

    name = "zoom_csv"
    version = 1
    needs_timezone = True
    options = ZoomCsvOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `live_sessions` and `live_stays`. Raises DeliveryError."""
        options = delivery.options_as(ZoomCsvOptions)
        reports = [_report(file) for file in delivered_texts(delivery, options.encoding)]
        delivered = all_rows([report.people for report in reports])
        people, meetings = delivered.rows, pl.concat([report.meetings for report in reports])
        _require_one(meetings)

        labels = {"joined_at": "Join Time", "left_at": "Leave Time", "starts_at": "Start Time", "ends_at": "End Time"}
        together = pl.concat([people, meetings.select(*_SPAN, "file", "line")], how="diagonal")
        timed = read_instants(together.with_row_index("row"), delivery, labels, options.date_order)
        stated = with_session_id(timed.filter(pl.col("row") >= people.height), delivery, options.session)
        identified = with_session_id(timed.filter(pl.col("row") < people.height), delivery, options.session)

        email = pl.when(nothing(pl.col("email")).is_null()).then(pl.col("email").str.strip_chars())
        name = pl.col("name").str.strip_chars().replace("", None)
        read = identified.with_columns(
            pl.coalesce(as_identity(email), pl.concat_str(pl.lit("name:"), name)).alias("person"),
            email.is_null().alias("is_name_only"),
            pl.col("waiting")
            .str.strip_chars()
            .str.to_lowercase()
            .eq("yes")
            .fill_null(value=False)
            .alias("is_in_waiting_room"),
        )
        stays = settle_stays(read, delivery, options.session, aliases=("email", "name"))
        spans = pl.concat([stated.select("session_id", "file", "line", *_SPAN), spans_of(stays.rows)], how="diagonal")
        return Parsed(
            tables={
                "live_sessions": session_rows(spans, delivery, options.session, basis="intervals", identity="id"),
                "live_stays": stays.rows,
            },
            records_read=delivered.records,
            records_duplicate=stays.duplicates,
            rejected=pl.concat([delivered.rejected, stays.rejected]),
            unreadable=pl.concat([_unreadable_bounds(stated), stays.unreadable]),
        )


def _report(file: TextFile) -> _Report:
    header = find_header(file, {**_PERSON, **_MEETING}, required=("name", "joined_at", "left_at"))
    if header is None or _is_webinar(file, header):
        raise DeliveryError(_refusal(file, header))
    read = read_rows(file, header.positions, first_line=header.line, separator=header.separator)
    absent = [pl.lit(None, pl.String()).alias(name) for name in (*_PERSON, *_MEETING) if name not in header.positions]
    rows = read.rows.with_columns(absent)
    on_each_row = all(name in header.positions for name in _SPAN)
    meetings = (
        rows.select(*_MEETING, "file", "line").unique([*_MEETING], maintain_order=True)
        if on_each_row
        else _block(file, header)
    )
    return _Report(Rows(rows.select(*_PERSON, "file", "line"), read.rejected), meetings)


def _block(file: TextFile, people: HeaderRow) -> pl.DataFrame:
    """The two lines about the meeting that stand above the participants, where there are any."""
    above = [(line, cells) for line, cells in first_rows(file, people.separator) if line < people.line]
    for (_, names), (line, values) in pairwise(above):
        found = {
            column: values[position]
            for column, spellings in _MEETING.items()
            for position, name in enumerate(names[: len(values)])
            if name.lower() in spellings
        }
        if found.keys() >= set(_SPAN):
            return pl.DataFrame([{**found, "file": file.name, "line": line}], schema=_MEETING_SCHEMA)
    return _MEETING_SCHEMA.to_frame()


def _require_one(meetings: pl.DataFrame) -> None:
    """A session is one meeting; one that was interrupted and started again keeps its id."""
    ids = meetings.with_columns(pl.col("meeting_id").str.replace_all(r"\s", "")).filter(pl.col("meeting_id") != "")
    distinct = ids.unique("meeting_id", maintain_order=True)
    if distinct.height > 1:
        second = distinct.row(1, named=True)
        raise DeliveryError(
            f"{second['file']}, line {second['line']}, column 'Meeting ID': found another meeting than in line "
            f"{distinct['line'][0]} of {distinct['file'][0]}; expected one meeting in a delivery, since it is one "
            "session; deliver each meeting by itself"
        )


def _unreadable_bounds(stated: pl.DataFrame) -> pl.DataFrame:
    counts = [(name, "bad_time", stated.filter(pl.col(f"{name}_reason") == "bad_time").height) for name in _SPAN]
    return pl.DataFrame([count for count in counts if count[2]], schema=UNREADABLE, orient="row")


def _is_webinar(file: TextFile, header: HeaderRow) -> bool:
    above = (cells for line, cells in first_rows(file, header.separator) if line <= header.line)
    return any(cell.rstrip(" :").lower() in _WEBINAR for cells in above for cell in cells) or "attended" in map(
        str.lower, header.cells
    )


def _refusal(file: TextFile, header: HeaderRow | None) -> str:
    known = (
        "expected the meeting report (Name (Original Name), User Email, Join Time, Leave Time, ...), with or without "
        "the lines about the meeting above it"
    )
    if header is not None or _mentions_webinar(file):
        return (
            f"{file.name}: is a Zoom webinar report, which this format does not read yet; {known}; deliver the "
            "webinar's attendee rows as format intervals_csv, with its columns mapped"
        )
    line, cells = next(iter(first_rows(file, ",")), (1, []))
    if any("total duration" in cell.lower() for cell in cells):
        return (
            f"{file.name}, line {line}: has one row a person and no Join Time; {known}; "
            "export it without 'Show unique users'"
        )
    return (
        f"{file.name}: no line names the columns Name (Original Name), Join Time and Leave Time in the first lines; "
        f"{known}; switch Zoom to English before the export, or deliver it as format intervals_csv with its columns "
        "mapped"
    )


def _mentions_webinar(file: TextFile) -> bool:
    return any(cell.rstrip(" :").lower() in _WEBINAR for _, cells in first_rows(file, ",") for cell in cells[:1])


FORMAT = ZoomCsv()
