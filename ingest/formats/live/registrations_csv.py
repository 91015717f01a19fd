"""`live/registrations_csv`: one row or JSON record a registration for a session, in the columns or fields that the note maps."""

import polars as pl
from pydantic import BaseModel, ConfigDict

from ingest.formats.live.json_records import is_json, json_rows
from ingest.formats.live.live_attendance import AttendanceFormat, Found, Given
from ingest.formats.live.live_session import LiveOptions, Rows, all_rows, read_rows


class Columns(BaseModel):
    """Our names to theirs. `has_attended` is what the platform says; nobody's stay is made of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: str
    registered_at: str | None = None
    session_id: str | None = None
    status: str | None = None
    channel: str | None = None
    has_attended: str | None = None


class RegistrationsCsvOptions(LiveOptions):
    """Options of `registrations_csv`: those of every live format, and the columns."""

    columns: Columns


class RegistrationsCsv(AttendanceFormat):
    """Reads registrations. The person is written as in the attendance of the session, or nobody is found to have come."""

    name = "registrations_csv"
    version = 12
    options = RegistrationsCsvOptions
    needs_timezone = False

    def find(self, given: Given) -> Found:
        """The registrations of every file."""
        options = given.options_as(RegistrationsCsvOptions)
        mapped = options.columns.model_dump(exclude_none=True)
        fields = {ours: (theirs,) for ours, theirs in mapped.items()}
        delivered = all_rows(
            [json_rows(file, fields) if is_json(file) else read_rows(file, mapped) for file in given.files]
        )
        rows = delivered.rows.rename({"person": "id"}).with_columns(
            pl.lit(value=False).alias("is_stay"), pl.lit(value=True).alias("is_registration")
        )
        times = {"registered_at": mapped["registered_at"]} if "registered_at" in mapped else {}
        return Found(Rows(rows, delivered.rejected), times, basis="registrations")


FORMAT = RegistrationsCsv()
