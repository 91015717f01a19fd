"""`live/viewer_samples`: one row a sample of how many viewers there were at once, in a table or in JSON. It knows no people."""

from typing import Literal, TypeAlias

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.formats.live.json_records import is_json, json_rows
from ingest.formats.live.live_samples import LONGEST_GAP, settle_samples
from ingest.formats.live.live_session import LiveOptions, Rows, all_rows, delivered_texts, read_rows, with_session_id
from ingest.formats.live.live_times import read_instants
from ingest.formats.text_file import TextFile, only_positions
from ingest.reasons import Reason
from ingest.source import NOTE, Delivery, DeliveryError, Parsed
from ingest.text import clean_number, no_value

Epoch: TypeAlias = Literal["s", "ms"]

_PER_SECOND: dict[Epoch, int] = {"s": 1, "ms": 1_000}
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800  # 2000-01-01 and 2100-01-01: seconds read as milliseconds fall outside
_PLATFORMS = {
    "sampled_at": (
        "captured_at", "capturedAt", "sampled_at", "sampledAt", "fetched_at", "fetchedAt", "polled_at", "polledAt", "requested_at",
        "requestedAt", "retrieved_at", "retrievedAt", "collected_at", "collectedAt", "timestamp", "ts", "time",
    ),
    "viewers": ("concurrentViewers", "viewer_count"),
}  # fmt: skip
"""The fields of YouTube and Twitch, beside the time that whoever asked them wrote down."""


class Columns(BaseModel):
    """Our names to theirs: a column's name in the header, a field of JSON, or a position as a whole number, the first being 1.

    `date` is for tables whose times are times of day.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sampled_at: str | int
    viewers: str | int
    date: str | int | None = None
    session_id: str | int | None = None


class ViewerSamplesOptions(LiveOptions):
    """Options of `viewer_samples`: those of every live format, and these.

    `header: false` says that the first line is a sample already; columns are then given by position, the first being 1.
    `epoch` says that times are seconds or milliseconds since 1970, UTC. Samples further apart than `max_gap_seconds`
    leave the time between them uncovered. JSON needs no columns where it is YouTube's or Twitch's, beside a `captured_at`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: Columns | None = None
    header: bool = True
    epoch: Epoch | None = None
    max_gap_seconds: int = Field(default=300, gt=0, le=LONGEST_GAP)

    @model_validator(mode="after")
    def _positions_without_header(self) -> "ViewerSamplesOptions":
        if self.columns and not self.header:
            only_positions(self.columns)
        return self


class ViewerSamples:
    """Reads samples of concurrent viewers. One that fails to say how many there were is kept as unknown, not 0."""

    name = "viewer_samples"
    version = 15
    needs_timezone = False
    options = ViewerSamplesOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `live_sessions` and `live_samples`. Raises DeliveryError."""
        options = delivery.options_as(ViewerSamplesOptions)
        files = delivered_texts(delivery, options.encoding)
        delivered = all_rows([_rows(file, options) for file in files])
        rows = delivered.rows
        if "date" in rows.columns:
            rows = rows.with_columns(pl.concat_str("date", "sampled_at", separator=" ").alias("sampled_at")).drop(
                "date"
            )
        identified = with_session_id(rows, delivery, options.session)
        label = str(options.columns.sampled_at) if options.columns else _PLATFORMS["sampled_at"][0]
        if options.epoch is not None:
            timed = _read_epochs(identified, options.epoch, label)
        else:
            timed = read_instants(identified, {"sampled_at": label}, delivery.zone, options.date_order)
        return settle_samples(timed, delivered, delivery, options, options.max_gap_seconds)


def _rows(file: TextFile, options: ViewerSamplesOptions) -> Rows:
    columns = options.columns.model_dump(exclude_none=True) if options.columns else {}
    if is_json(file):
        fields = {ours: (str(theirs),) for ours, theirs in columns.items()} or _PLATFORMS
        found = json_rows(file, fields | {"chatter": ("user_login",)})
        unknown = [name for name, of in found.rows.to_dict().items() if name in fields and of.null_count() == len(of)]
        if unknown == [*_PLATFORMS] and found.rows["chatter"].count():
            raise DeliveryError(
                f"{file.name}: is Twitch's list of chatters, which says neither when nor how many watched; expected Get Streams "
                "with viewer_count, and beside each answer a captured_at that says when it was taken"
            )
        if found.rows.height and "sampled_at" in unknown:
            raise DeliveryError(
                f"{file.name}: no record has a field {fields['sampled_at'][0]!r} that says when it was taken; map the field that "
                f"does under columns.sampled_at in {NOTE}"
            )
        return Rows(found.rows.drop("chatter"), found.rejected)
    if options.columns is None:
        raise DeliveryError(
            f"{NOTE}: key 'options.columns' is missing: {file.name} is a table; say its columns sampled_at and viewers"
        )
    return read_rows(file, columns, has_header=options.header)


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
        pl.lit(value=False).alias("sampled_at_ambiguous"),
        pl.when(stated.is_null())
        .then(pl.coalesce(no_value(pl.col("sampled_at")), pl.lit(Reason.BAD_TIME)))
        .alias("sampled_at_reason"),
    )


FORMAT = ViewerSamples()
