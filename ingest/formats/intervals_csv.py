"""`live/intervals_csv`: one row a stay, in the columns that the note maps. What a stay is lives in `live_stays`."""

import polars as pl
from pydantic import BaseModel, ConfigDict

from ingest.formats.live_session import (
    LiveOptions,
    all_rows,
    delivered_texts,
    read_instants,
    read_rows,
    session_rows,
    with_session_id,
)
from ingest.formats.live_stays import as_identity, settle_stays, spans_of
from ingest.source import Delivery, DeliveryError, Parsed

_TIMES = ("joined_at", "left_at", "starts_at", "ends_at")


class Columns(BaseModel):
    """Our names to theirs.

    `session_id` is for files of several sessions; `starts_at` and `ends_at` are the bounds of a row's session.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: str
    joined_at: str
    left_at: str | None = None
    session_id: str | None = None
    role: str | None = None
    country: str | None = None
    starts_at: str | None = None
    ends_at: str | None = None


class IntervalsCsvOptions(LiveOptions):
    """Options of `intervals_csv`. A blank leave is a stay that is still open."""

    columns: Columns


class IntervalsCsv:
    """Reads stays. Times may carry their offset; those that don't are times of the note's zone."""

    name = "intervals_csv"
    version = 1
    needs_timezone = False
    options = IntervalsCsvOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `live_sessions` and `live_stays`. Raises DeliveryError."""
        options = delivery.options_as(IntervalsCsvOptions)
        mapped = options.columns.model_dump(exclude_none=True)
        delivered = all_rows([read_rows(file, mapped) for file in delivered_texts(delivery, options.encoding)])
        identified = with_session_id(delivered.rows, delivery, options.session)
        if options.columns.left_at is None:
            identified = identified.with_columns(pl.lit(None, pl.String()).alias("left_at"))
        labels = {name: mapped.get(name, name) for name in _TIMES if name in identified.columns}
        read = read_instants(identified, delivery, labels, options.date_order)
        stays = settle_stays(read.with_columns(as_identity(pl.col("person"))), delivery, options.session)
        spans = pl.concat([spans_of(stays.rows), _stated(read)], how="diagonal")
        sessions = session_rows(
            spans.filter(pl.col("session_id").is_in(stays.rows["session_id"].implode())),
            delivery,
            options.session,
            basis="intervals",
            identity="id",
        )
        return Parsed(
            tables={"live_sessions": sessions, "live_stays": stays.rows},
            records_read=delivered.records,
            records_duplicate=stays.duplicates,
            rejected=pl.concat([delivered.rejected, stays.rejected]),
            unreadable=stays.unreadable,
        )


def _stated(read: pl.DataFrame) -> pl.DataFrame:
    """The bounds that columns state. A session has one of each: rows that disagree refuse the delivery."""
    stated = read.select(
        "session_id", "file", "line", *(name for name in ("starts_at", "ends_at") if name in read.columns)
    )
    for name in ("starts_at", "ends_at"):
        if name not in stated.columns:
            continue
        differing = stated.drop_nulls(["session_id", name]).filter(
            (pl.col(name) != pl.col(name).first()).over("session_id")
        )
        if differing.height:
            file, line, session = differing.select("file", "line", "session_id").row(0)
            raise DeliveryError(
                f"{file}, line {line}: session {session!r} has another {name} than in an earlier row; expected one "
                f"for all its rows; correct the file, or leave columns.{name} out of delivery.yml"
            )
    return stated


FORMAT = IntervalsCsv()
