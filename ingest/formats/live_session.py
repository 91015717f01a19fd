"""What the live formats share: the session a note describes, its bounds, and reading the times of its files.

How a file is read stays in the module of its format, stays in `live_stays`. Clipping to the bounds is the marts' work.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ingest.delivery import NOTE, Delivery
from ingest.formats import date_order
from ingest.formats.text_file import TextFile, read_columns, text_files
from ingest.instants import DateOrder, parse_instant
from ingest.source import INSTANT, DeliveryError

Basis: TypeAlias = Literal["intervals", "samples"]
Identity: TypeAlias = Literal["id", "name", "none"]

_UTC = ZoneInfo("UTC")


def _with_a_time_of_day(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and re.search(r"\d[T ]\s*\d", value)):
        return value
    raise ValueError("expected a date with a time of day, such as 2022-10-09T18:00:00+03:00")


BoundTime: TypeAlias = Annotated[datetime, BeforeValidator(_with_a_time_of_day)]
CountryCode: TypeAlias = Annotated[str, AfterValidator(str.upper)]


class Session(BaseModel):
    """The note's `session`: what the files can't say about it. `hosts` are identities as the files write them."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True)

    id: Annotated[str, Field(min_length=1)] | None = None
    title: str | None = None
    advocate: str | None = None
    topic: str | None = None
    platform: str | None = None
    language: str | None = None
    country: CountryCode | None = None
    starts_at: BoundTime | None = None
    ends_at: BoundTime | None = None
    hosts: tuple[str, ...] = ()


class LiveOptions(BaseModel):
    """The options every live format takes. `encoding` and `date_order` are for what the files leave open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    session: Session = Session()
    encoding: str | None = None
    date_order: DateOrder | None = None


@dataclass(frozen=True)
class Rows:
    """The records of text columns in a delivery's files, with `file` and `line`, and the lines that can't be read."""

    rows: pl.DataFrame
    rejected: pl.DataFrame

    @property
    def records(self) -> int:
        """How many records the files hold, unreadable ones included."""
        return self.rows.height + self.rejected.height


def delivered_texts(delivery: Delivery, encoding: str | None) -> list[TextFile]:
    """The delivery's files, unpacked and decoded. Raises DeliveryError, also where there is nothing in them."""
    files = list(text_files(delivery, encoding))
    if not files:
        raise DeliveryError(
            f"{delivery.files[0].name}: is an archive without files; expected text files; deliver it again"
        )
    for file in files:
        if file.is_blank():
            raise DeliveryError(f"{file.name}: is empty; expected a header and records; deliver it again")
    return files


def read_rows(
    file: TextFile,
    columns: Mapping[str, str | int],
    *,
    has_header: bool = True,
    first_line: int | None = None,
    separator: str | None = None,
) -> Rows:
    """The mapped columns of a file under our names; blank lines are no records. Raises DeliveryError."""
    table = read_columns(file, columns, has_header=has_header, first_line=first_line, separator=separator)
    return Rows(table.rows, table.rejected)


def all_rows(parts: list[Rows]) -> Rows:
    """The records of several files."""
    return Rows(pl.concat([part.rows for part in parts]), pl.concat([part.rejected for part in parts]))


def with_session_id(frame: pl.DataFrame, delivery: Delivery, session: Session) -> pl.DataFrame:
    """The frame with a `session_id`: its own where it has that column, else the note's. Raises DeliveryError."""
    if "session_id" in frame.columns:
        return frame.with_columns(pl.col("session_id").str.strip_chars().replace("", None))
    if session.id is None:
        raise DeliveryError(
            f"{NOTE}: key 'options.session.id' is missing, and nothing in files of {delivery.format.name} names their "
            "session; add an id of your own for it, such as session: {id: live-07}"
        )
    return frame.with_columns(pl.lit(session.id).alias("session_id"))


def read_instants(
    frame: pl.DataFrame, delivery: Delivery, columns: Mapping[str, str], stated: DateOrder | None
) -> pl.DataFrame:
    """The frame with the given text columns read as instants, each beside `<column>_ambiguous` and `<column>_reason`.

    `columns` maps the frame's columns to the names their file has for them. Raises DeliveryError where the order of day
    and month is open, and where a time has no offset while the note names no zone.
    """
    read = date_order.read_instants(frame, columns, delivery.zone, stated)
    if delivery.zone is None:
        for name, label in columns.items():
            in_utc = parse_instant(pl.col(name), _UTC, "dmy").struct.field("at")
            local = frame.filter(read[name].is_null() & frame.select(in_utc.is_not_null()).to_series())
            if local.height:
                raise DeliveryError(
                    f"{local['file'][0]}, line {local['line'][0]}, column {label!r}: found a time without an offset, "
                    f"expected one such as 2022-10-09T18:00:00+03:00; correct it, or add to {NOTE} "
                    "timezone: <the IANA zone of these times>"
                )
    return read


def session_rows(
    spans: pl.DataFrame, delivery: Delivery, session: Session, *, basis: Basis, identity: Identity
) -> pl.DataFrame:
    """The frame of `live_sessions`: one row per session of the delivery.

    `spans` has `session_id`, `file`, `line`, and the instants `first_at` and `last_at` of events, and may have
    `starts_at` and `ends_at` as the file states them. Each bound is the note's, else the file's, else an event's;
    `bounds_basis` names the weaker of the two. Raises DeliveryError where the bounds contradict themselves or the
    note's can't be for one session.
    """
    first = [pl.col(name).drop_nulls().min() for name in ("first_at", "starts_at") if name in spans.columns]
    last = [pl.col(name).drop_nulls().max() for name in ("last_at", "ends_at") if name in spans.columns]
    rows = (
        spans.drop_nulls("session_id")
        .group_by("session_id", maintain_order=True)
        .agg(pl.first("file", "line"), *first, *last)
    )
    rows = rows.with_columns(
        pl.lit(None, INSTANT).alias(name) for name in ("starts_at", "ends_at") if name not in rows.columns
    )
    starts_at, ends_at = _note_bound(delivery, session, "starts_at"), _note_bound(delivery, session, "ends_at")
    if rows.height > 1 and (starts_at or ends_at) and session.id is None:
        raise DeliveryError(
            f"{NOTE}: key 'options.session' gives one start and end, and the files hold {rows.height} sessions; "
            "expected the bounds of each: map columns starts_at and ends_at, or deliver each session with "
            "a note of its own"
        )
    bounded = rows.with_columns(
        pl.coalesce(pl.lit(starts_at, INSTANT), "starts_at", "first_at").alias("starts_at"),
        pl.coalesce(pl.lit(ends_at, INSTANT), "ends_at", "last_at").alias("ends_at"),
        pl.max_horizontal(_rank(starts_at, "starts_at"), _rank(ends_at, "ends_at")).alias("rank"),
    )
    backwards = bounded.filter((pl.col("starts_at") >= pl.col("ends_at")) & (pl.col("rank") < 2))
    if backwards.height:
        where = NOTE if starts_at and ends_at else f"{backwards['file'][0]}, line {backwards['line'][0]}"
        raise DeliveryError(
            f"{where}: session {backwards['session_id'][0]!r} ends at {backwards['ends_at'][0]} and starts at "
            f"{backwards['starts_at'][0]}; expected an end after the start: correct options.session.starts_at "
            "and ends_at"
        )
    described = bounded.with_columns(
        *(
            pl.lit(getattr(session, name), pl.String()).replace("", None).alias(name)
            for name in ("title", "advocate", "topic", "platform", "language", "country")
        ),
        pl.col("rank")
        .replace_strict({0: "note", 1: "file", 2: "events"}, return_dtype=pl.String())
        .alias("bounds_basis"),
        pl.lit(basis).alias("basis"),
        pl.lit(identity).alias("identity"),
    )
    return described.select(*delivery.source.table("live_sessions").schema.names(), "file", "line").sort("session_id")


def _rank(noted: datetime | None, name: str) -> pl.Expr:
    """How far a bound is from the note: 0 where the note gives it, 1 where the file does, 2 where only events do."""
    return pl.lit(0) if noted else pl.when(pl.col(name).is_not_null()).then(1).otherwise(2)


def _note_bound(delivery: Delivery, session: Session, name: Literal["starts_at", "ends_at"]) -> datetime | None:
    written: datetime | None = getattr(session, name)
    if written is None:
        return None
    if written.tzinfo is not None:
        return written.astimezone(_UTC)
    if delivery.zone is None:
        raise DeliveryError(
            f"{NOTE}: key 'options.session.{name}': found {written.isoformat()} without an offset, and the note "
            "names no timezone; add the offset, as in 2022-10-09T18:00:00+03:00, or the key timezone"
        )
    first, second = (written.replace(tzinfo=delivery.zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise DeliveryError(
            f"{NOTE}: key 'options.session.{name}': found {written.isoformat()}, a time the clocks of "
            f"{delivery.zone.key} skipped or showed twice that day; expected it with its offset, as in "
            "2022-10-09T18:00:00+03:00"
        )
    return first.astimezone(_UTC)
