"""`live/teams_events`: the log of a Teams live event, a row a join or leave, times in UTC."""

from zoneinfo import ZoneInfo

from ingest.formats.live.header_row import find_header
from ingest.formats.live.live_attendance import AttendanceFormat, Found, Given
from ingest.formats.live.live_session import LiveOptions, Rows, all_rows, read_rows
from ingest.formats.live.live_words import TEAMS_ROLES
from ingest.formats.live.teams_list import JOINS_AND_LEAVES
from ingest.source import DeliveryError

_COLUMNS = {
    "session_id": frozenset({"sessionid", "session id"}),
    "id": frozenset({"participantid", "participant id"}),
    "name": frozenset({"fullname", "full name"}),
    "at": frozenset({"utceventtimestamp", "utc event timestamp"}),
    "action": frozenset({"action"}),
    "role": frozenset({"role"}),
}


class TeamsEventsOptions(LiveOptions):
    """Options of `teams_events`: those of every live format. The file names its session, which the note may give another id."""


class TeamsEvents(AttendanceFormat):
    """Reads joins and leaves of participants, who have an id or, where they did not sign in, a name."""

    name = "teams_events"
    version = 6
    options = TeamsEventsOptions
    needs_timezone = False
    zone = ZoneInfo("UTC")
    roles = TEAMS_ROLES | {"producer": "host"}
    own_ids = True

    def find(self, given: Given) -> Found:
        """The events of every file."""
        parts = []
        for file in given.files:
            header = find_header(file, _COLUMNS, required=("at", "action"))
            if header is None or not header.positions.keys() & {"id", "name"}:
                raise DeliveryError(
                    f"{file.name}: no line names the columns of a Teams live event's log; expected SessionId, ParticipantId, "
                    "FullName, UtcEventTimestamp, Action, Role; download the attendee engagement report again"
                )
            parts.append(read_rows(file, header.positions, first_line=header.line, separator=header.separator))
        delivered = all_rows(parts)
        return Found(
            Rows(delivered.rows.with_columns(JOINS_AND_LEAVES), delivered.rejected), {"at": "UtcEventTimestamp"}
        )


FORMAT = TeamsEvents()
