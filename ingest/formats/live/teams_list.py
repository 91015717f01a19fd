"""`live/teams_list`: the attendance list of a Teams meeting, a row a join or leave, in the language of who made it."""

import polars as pl

from ingest.formats.live.header_row import HeaderRow, find_header
from ingest.formats.live.live_attendance import AttendanceFormat, Found, Given
from ingest.formats.live.live_session import LiveOptions, all_rows, read_rows
from ingest.formats.live.live_words import JOINED, LEFT, TEAMS_LIST_COLUMNS
from ingest.formats.text_file import TextFile
from ingest.source import DeliveryError

_KNOWN = "Full Name, User Action and Timestamp in one of many languages, English among them"

JOINS_AND_LEAVES = (
    pl.when(pl.col("action").str.strip_chars().str.to_lowercase().str.contains(JOINED))
    .then(1)
    .when(pl.col("action").str.strip_chars().str.to_lowercase().str.contains(LEFT))
    .then(-1)
    .alias("step")
)
"""1 for a join, -1 for a leave, NULL for what is neither."""


class TeamsListOptions(LiveOptions):
    """Options of `teams_list`: those of every live format; the session's id is the note's to give."""


class TeamsList(AttendanceFormat):
    """Reads joins and leaves. The full name as written is the person; a list made while it ran leaves stays open."""

    name = "teams_list"
    version = 14
    options = TeamsListOptions
    names_are_people = True

    def find(self, given: Given) -> Found:
        """The events of every file, whose header may stand anywhere near its top."""
        found = [(file, _header(file)) for file in given.files]
        delivered = all_rows(
            [
                read_rows(file, header.positions, first_line=header.line, separator=header.separator)
                for file, header in found
            ]
        )
        header = found[0][1]
        events = delivered.rows.with_columns(JOINS_AND_LEAVES)
        return Found(type(delivered)(events, delivered.rejected), {"at": header.cells[header.positions["at"] - 1]})


def is_teams_list(file: TextFile | None) -> bool:
    """Whether a line of the file names the columns of such a list."""
    return file is not None and find_header(file, TEAMS_LIST_COLUMNS, required=TEAMS_LIST_COLUMNS) is not None


def _header(file: TextFile) -> HeaderRow:
    header = find_header(file, TEAMS_LIST_COLUMNS, required=TEAMS_LIST_COLUMNS)
    if header is None:
        raise DeliveryError(
            f"{file.name}: no line names the columns of a Teams attendance list; expected {_KNOWN}; the summary report with its "
            "sections is format teams_report; else download the list again in one of these languages"
        )
    return header


FORMAT = TeamsList()
