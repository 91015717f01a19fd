"""`live/gotowebinar`: the attendees of GoToWebinar sessions, as its API or an export of it names them, times in UTC."""

from zoneinfo import ZoneInfo

import polars as pl

from ingest.formats.live.header_row import find_header
from ingest.formats.live.json_records import is_json, json_rows
from ingest.formats.live.live_attendance import FIGURES, AttendanceFormat, Found, Given
from ingest.formats.live.live_session import LiveOptions, Rows, all_rows, read_rows
from ingest.formats.text_file import TextFile
from ingest.source import DeliveryError
from ingest.text import number

_COLUMNS = {
    "id": ("registrantKey", "email", "registrantEmail"),
    "session_id": ("sessionKey",),
    "joined_at": ("joinTime",),
    "left_at": ("leaveTime",),
    "seconds": ("attendanceTimeInSeconds",),
}


class GoToWebinarOptions(LiveOptions):
    """Options of `gotowebinar`: those of every live format. The files name their session, which the note may give another id."""


class GoToWebinar(AttendanceFormat):
    """Reads stays. A person is their registrant key, or their address where there is none."""

    name = "gotowebinar"
    version = 7
    options = GoToWebinarOptions
    needs_timezone = False
    zone = ZoneInfo("UTC")
    own_ids = True

    def find(self, given: Given) -> Found:
        """The stays of every file, and the seconds of attendance that the platform counts."""
        parts = [json_rows(file, _COLUMNS) if is_json(file) else _table(file) for file in given.files]
        delivered = all_rows(parts)
        # The seconds of a person stand on each of their stays.
        once = delivered.rows.unique(["session_id", "id"], keep="first", maintain_order=True)
        seconds = once.select(
            pl.lit("attended_minutes").alias("measure"),
            (number(pl.col("seconds")).sum() / 60).alias("value"),
            pl.first("file", "line"),
        )
        is_one_session = once["session_id"].n_unique() == 1
        return Found(
            records=delivered,
            times={"joined_at": "joinTime", "left_at": "leaveTime"},
            figures=seconds.filter(pl.col("value") > 0) if is_one_session else FIGURES.to_frame(),
        )


def _table(file: TextFile) -> Rows:
    names = {column: frozenset(map(str.lower, spellings)) for column, spellings in _COLUMNS.items()}
    header = find_header(file, names, required=("id", "joined_at", "left_at"))
    if header is None:
        raise DeliveryError(
            f"{file.name}: no line names the columns of GoToWebinar attendees; expected registrantKey, sessionKey, joinTime, "
            "leaveTime, attendanceTimeInSeconds, or their JSON; export it again"
        )
    read = read_rows(file, header.positions, first_line=header.line, separator=header.separator)
    absent = [pl.lit(None, pl.String()).alias(name) for name in _COLUMNS if name not in header.positions]
    return Rows(read.rows.with_columns(absent), read.rejected)


FORMAT = GoToWebinar()
