"""`live/zoom_api`: the participants of a Zoom meeting or webinar as its API answers, in pages. What a stay is lives in `live_stays`."""

import polars as pl

from ingest.formats.live.json_records import is_json, json_rows
from ingest.formats.live.live_attendance import INSTANCES, AttendanceFormat, Found, Given
from ingest.formats.live.live_session import LiveOptions, Rows, all_rows
from ingest.formats.text_file import TextFile
from ingest.source import DeliveryError
from ingest.text import nothing, number

_FIELDS = {
    "email": ("user_email",),
    "account": ("participant_user_id",),
    "name": ("name",),
    "joined_at": ("join_time",),
    "left_at": ("leave_time",),
    "seconds": ("duration",),
    "status": ("status",),
    "instance": ("meeting_uuid", "uuid"),
    "starts_at": ("start_time",),
    "ends_at": ("end_time",),
}
_LABELS = {"joined_at": "join_time", "left_at": "leave_time"}


class ZoomApiOptions(LiveOptions):
    """Options of `zoom_api`: those of every live format; the session's id is the note's to give."""


class ZoomApi(AttendanceFormat):
    """Reads participants. A person is their address, as in Zoom's tables, else their account, else a guest known by name.

    `id` and `user_id` tell nobody apart: the one is hidden of guests, the other is new with every join.
    """

    name = "zoom_api"
    version = 5
    options = ZoomApiOptions
    needs_timezone = False

    def find(self, given: Given) -> Found:
        """The participants of every page, and the seconds that Zoom counts."""
        delivered = all_rows([_participants(file) for file in given.files])
        waits = pl.col("status").eq("in_waiting_room").fill_null(value=False)
        rows = delivered.rows.select(
            pl.coalesce(pl.when(nothing(pl.col(name)).is_null()).then(name) for name in ("email", "account")).alias("id"),
            "name", *_LABELS, waits.alias("is_in_waiting_room"), "file", "line",
        )  # fmt: skip
        minutes = delivered.rows.filter(~waits).select(
            pl.lit("attended_minutes").alias("measure"),
            (number(pl.col("seconds")).sum() / 60).alias("value"),
            pl.first("file", "line"),
        )
        return Found(
            Rows(rows, delivered.rejected),
            _LABELS,
            _instances(delivered.rows.filter(~waits)),
            figures=minutes.filter(pl.col("value") > 0),
        )


def _instances(participants: pl.DataFrame) -> pl.DataFrame:
    """When the meeting was started and ended: for each of its UUIDs, of which it has one more with every start, as is said beside it,
    else from the first join to the last leave."""
    known = participants.drop_nulls("instance")
    if known["instance"].n_unique() < 2 and not known["starts_at"].count():
        return INSTANCES.to_frame()
    return (
        known.group_by("instance", maintain_order=True)
        .agg(
            pl.coalesce(pl.col("starts_at").min(), pl.col("joined_at").min()),
            pl.coalesce(pl.col("ends_at").max(), pl.col("left_at").max()),
            pl.lit(None, pl.Float64()).alias("minutes"),
            pl.first("file", "line"),
        )
        .select(INSTANCES.names())
    )


def _participants(file: TextFile) -> Rows:
    found = json_rows(file, _FIELDS) if is_json(file) else None
    if found is None or (found.rows.height and not found.rows["joined_at"].count()):
        raise DeliveryError(
            f"{file.name}: no record is a participant as Zoom's API answers; expected JSON with name, user_email, join_time, "
            "leave_time; the report that Zoom exports as a table is format zoom_csv"
        )
    return found


FORMAT = ZoomApi()
