"""`live/viewer_samples`: one row a sample of how many viewers there were at once. It knows no people."""

from typing import Literal, TypeAlias

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.delivery import NOTE, Delivery
from ingest.formats.live_session import (
    LiveOptions,
    all_rows,
    delivered_texts,
    read_instants,
    read_rows,
    session_rows,
    with_session_id,
)
from ingest.formats.records import find_duplicates, reject, unreadable
from ingest.source import DeliveryError, Parsed
from ingest.text import clean_number, nothing, parse_count

Epoch: TypeAlias = Literal["s", "ms"]

_PER_SECOND: dict[Epoch, int] = {"s": 1, "ms": 1_000}
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800  # 2000-01-01 and 2100-01-01: seconds read as milliseconds fall outside


class Columns(BaseModel):
    """Our names to theirs: a column's name in the header or, as a whole number, its position, the first being 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sampled_at: str | int
    viewers: str | int
    session_id: str | int | None = None


class ViewerSamplesOptions(LiveOptions):
    """Options of `viewer_samples`.

    `header: false` says that the first line is a sample already; columns are then given by position, the first being 1.
    `epoch` says that times are seconds or milliseconds since 1970, UTC. Samples further apart than `max_gap_seconds`
    leave the time between them uncovered.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: Columns
    header: bool = True
    epoch: Epoch | None = None
    max_gap_seconds: int = Field(default=300, gt=0)

    @model_validator(mode="after")
    def _positions_without_header(self) -> "ViewerSamplesOptions":
        named = [name for name, theirs in self.columns.model_dump(exclude_none=True).items() if isinstance(theirs, str)]
        if not self.header and named:
            raise ValueError(
                f"found names for columns {', '.join(named)} with header: false, expected positions, the first being 1"
            )
        return self


class ViewerSamples:
    """Reads samples of concurrent viewers. One that fails to say how many there were is kept as unknown, not 0."""

    name = "viewer_samples"
    version = 1
    needs_timezone = False
    options = ViewerSamplesOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `live_sessions` and `live_samples`. Raises DeliveryError."""
        options = delivery.options_as(ViewerSamplesOptions)
        mapped = options.columns.model_dump(exclude_none=True)
        files = delivered_texts(delivery, options.encoding)
        delivered = all_rows([read_rows(file, mapped, has_header=options.header) for file in files])
        identified = with_session_id(delivered.rows, delivery, options.session)
        label = f"{options.columns.sampled_at}"
        if options.epoch is not None:
            timed = _read_epochs(identified, options.epoch, label)
        else:
            timed = read_instants(identified, delivery, {"sampled_at": label}, options.date_order)
        counted = timed.with_columns(parse_count(pl.col("viewers")).alias("count")).with_columns(
            pl.col("count").struct.field("value").alias("viewers"),
            pl.col("count").struct.field("reason").alias("viewers_reason"),
            pl.lit(options.max_gap_seconds, pl.Int64()).alias("max_gap_seconds"),
        )
        kept, rejected = reject(counted, _rules(options.session.id))
        table = delivery.source.table("live_samples")
        names = table.schema.names()
        is_duplicate = find_duplicates(kept.select(names))
        samples = kept.filter(~is_duplicate)
        spans = samples.select(
            "session_id", "file", "line", pl.col("sampled_at").alias("first_at"), pl.col("sampled_at").alias("last_at")
        )
        return Parsed(
            tables={
                "live_sessions": session_rows(spans, delivery, options.session, basis="samples", identity="none"),
                "live_samples": samples.select(*names, "file", "line"),
            },
            records_read=delivered.records,
            records_duplicate=int(is_duplicate.sum()),
            rejected=pl.concat([delivered.rejected, rejected]),
            unreadable=unreadable(samples, ["viewers"]),
        )


def _rules(session_id: str | None) -> dict[str, tuple[pl.Expr, str]]:
    blank = pl.col("sampled_at").is_null() & (pl.col("sampled_at_reason") != "bad_time")
    return {
        "missing_key": (pl.col("session_id").is_null() | blank, "the session or the time of the sample is blank"),
        "unknown_session": (
            pl.col("session_id") != session_id if session_id is not None else pl.lit(value=False),
            "the row's session is another than the note's options.session.id",
        ),
        "bad_time": (pl.col("sampled_at").is_null(), "the time of the sample is not one that exists"),
        "out_of_range": (pl.col("viewers_reason") == "out_of_range", "fewer than 0 viewers"),
    }


def _read_epochs(frame: pl.DataFrame, epoch: Epoch, label: str) -> pl.DataFrame:
    """Times since 1970. A logger that was killed leaves NUL bytes before a number: they are no part of it."""
    written = clean_number(pl.col("sampled_at").str.strip_chars("\0 "))
    number = written.str.extract(r"^([0-9]{1,16})(?:\.[0-9]+)?$").cast(pl.Int64())

    def instant(unit: Epoch) -> pl.Expr:
        scale = _PER_SECOND[unit]
        plausible = pl.when(number.is_between(_EARLIEST * scale, _LATEST * scale)).then(number)
        return pl.from_epoch(plausible * (1_000_000 // scale), time_unit="us").dt.replace_time_zone("UTC")

    other: Epoch = "ms" if epoch == "s" else "s"
    stated, swapped = frame.select(instant(epoch).alias("stated"), instant(other).alias("swapped"))
    if swapped.drop_nulls().len() > stated.drop_nulls().len():
        file, line = frame.filter(swapped.is_not_null()).select("file", "line").row(0)
        raise DeliveryError(
            f"{file}, line {line}, column {label}: the times are {other} since 1970, and options.epoch in {NOTE} says "
            f"{epoch}; expected times between 2000 and 2100; say epoch: {other}"
        )
    return frame.with_columns(
        stated.alias("sampled_at"),
        pl.when(stated.is_null())
        .then(pl.coalesce(nothing(pl.col("sampled_at")), pl.lit("bad_time")))
        .alias("sampled_at_reason"),
    )


FORMAT = ViewerSamples()
