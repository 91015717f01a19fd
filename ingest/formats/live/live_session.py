"""What the live formats share: the session that a note describes, its bounds and instances, and its rows in the lake.

How a file is read stays in the module of its format; times are read in `live_times`. Clipping to the bounds is the marts' work.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ingest.countries import COUNTRIES
from ingest.formats.records import unreadable
from ingest.formats.text_file import TextFile, read_columns, text_files
from ingest.instants import DateOrder
from ingest.reasons import Reason
from ingest.source import INSTANT, LINEAGE, NOTE, UNREADABLE, Delivery, DeliveryError
from ingest.spelling import spelling

Basis: TypeAlias = Literal["intervals", "samples", "registrations"]
Identity: TypeAlias = Literal["id", "name", "guest"]
Role: TypeAlias = Literal["host", "advocate", "moderator", "attendee"]
Status: TypeAlias = Literal["approved", "pending", "denied", "cancelled"]

STAFF: tuple[Role, ...] = ("host", "advocate", "moderator")
"""Roles that are not audience."""

LONGEST = timedelta(hours=24)
"""No stay, and no session whose people are known, lasts longer."""

_STATED = {"starts_at": "stated_start", "ends_at": "stated_end"}
BOUNDS = tuple(_STATED)
_INSTANCES = pl.Schema({"session_id": pl.String(), **dict.fromkeys(BOUNDS, INSTANT), **LINEAGE})
_UTC = ZoneInfo("UTC")


def _with_a_time_of_day(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and re.search(r"\d[T ]\s*\d", value)):
        return value
    raise ValueError("expected a date with a time of day, such as 2022-10-09T18:00:00+03:00")


def _country(code: str) -> str:
    if code.upper() not in COUNTRIES:
        raise ValueError(f"found {code[:40]!r}, expected an ISO 3166 country code such as AE")
    return code.upper()


BoundTime: TypeAlias = Annotated[datetime, BeforeValidator(_with_a_time_of_day)]
CountryCode: TypeAlias = Annotated[str, AfterValidator(_country)]
Word: TypeAlias = Annotated[str, AfterValidator(lambda word: " ".join(word.lower().split()))]


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
    hosts: Annotated[tuple[str, ...], Field(repr=False)] = ()


class LiveOptions(BaseModel):
    """The options every live format takes.

    `encoding` and `date_order` are for what the files leave open; `roles` says what the files' words for roles mean here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    session: Session = Session()
    encoding: str | None = None
    date_order: DateOrder | None = None
    roles: dict[Word, Role] = {}


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
    """The records of several files or sections; a column that some lack is NULL in those."""
    return Rows(pl.concat([part.rows for part in parts], how="diagonal"), pl.concat([part.rejected for part in parts]))


def with_session_id(
    frame: pl.DataFrame, delivery: Delivery, session: Session, *, own_ids: bool = False
) -> pl.DataFrame:
    """The frame with a `session_id`: its own where it has that column, else the note's. Raises DeliveryError.

    `own_ids` says that the column holds the platform's ids; the note may then give the one session of the files another id.
    """
    if "session_id" in frame.columns:
        named = frame.with_columns(spelling(pl.col("session_id")))
        if not own_ids or session.id is None:
            return named
        first = named.drop_nulls("session_id").unique("session_id", maintain_order=True)
        if first.height > 1:
            file, line = first.select("file", "line").row(1)
            raise DeliveryError(
                f"{file}, line {line}: a second session begins, and {NOTE} gives one id; expected one session: leave "
                "options.session.id out, or deliver each session with a note of its own"
            )
    elif session.id is None:
        raise DeliveryError(
            f"{NOTE}: key 'options.session.id' is missing, and nothing in files of {delivery.format.name} names their "
            "session; add an id of your own for it, such as session: {id: live-07}"
        )
    return frame.with_columns(pl.lit(session.id).alias("session_id"))


@dataclass(frozen=True)
class Bounds:
    """When sessions were, as far as the note and the files say.

    `noted` are the bounds that the note gives; `instances` has a row for each time that a session was started, as the files
    say it: `session_id`, `starts_at`, `ends_at` (NULL where it is not known), `file`, `line`. `unreadable` counts what could
    not be read of them.
    """

    noted: Mapping[str, datetime | None]
    instances: pl.DataFrame
    unreadable: pl.DataFrame

    def with_stated(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with `stated_start` and `stated_end` of each row's session: the note's, else the files', else NULL."""
        starts, ends = pl.col("starts_at"), pl.col("ends_at")
        by_files = self.instances.group_by("session_id").agg(
            pl.when(starts.is_not_null().all()).then(starts.min()).alias("stated_start"),
            pl.when(ends.is_not_null().all()).then(ends.max()).alias("stated_end"),
        )
        return frame.join(by_files, on="session_id", how="left", maintain_order="left").with_columns(
            pl.coalesce(pl.lit(self.noted[bound], INSTANT), stated).alias(stated) for bound, stated in _STATED.items()
        )


def noted_bounds(delivery: Delivery, session: Session) -> dict[str, datetime | None]:
    """The bounds that the note gives, as instants. Raises DeliveryError where one is a time that tells none."""
    return {name: _noted(delivery, name, getattr(session, name)) for name in BOUNDS}


def session_rows(
    spans: pl.DataFrame, bounds: Bounds, delivery: Delivery, session: Session, *, basis: Basis
) -> pl.DataFrame:
    """The frame of `live_sessions`: one row per session of the delivery.

    `spans` has `session_id`, `file`, `line`, the instants `first_at` and `last_at` of events, and `identity`. Each bound is
    the note's, else the files', else an event's; `bounds_basis` names the weaker of the two. Raises DeliveryError where the
    note's can't be for one session.
    """
    rows = (
        spans.drop_nulls("session_id")
        .group_by("session_id", maintain_order=True)
        .agg(pl.first("file", "line"), pl.col("first_at").min(), pl.col("last_at").max(), pl.col("identity").min())
    )
    if rows.height > 1 and any(bounds.noted.values()) and session.id is None:
        raise DeliveryError(
            f"{NOTE}: key 'options.session' gives one start and end, and the files hold {rows.height} sessions; "
            "expected the bounds of each: map columns starts_at and ends_at, or deliver each session with "
            "a note of its own"
        )
    bounded = bounds.with_stated(rows).with_columns(
        pl.coalesce("stated_start", "first_at").alias("starts_at"),
        pl.coalesce("stated_end", "last_at").alias("ends_at"),
        pl.max_horizontal(_rank(bounds, bound) for bound in BOUNDS).alias("rank"),
    )
    length = pl.col("ends_at") - pl.col("starts_at")
    is_too_long = pl.lit(basis == "intervals") & (length > LONGEST)
    wrong = bounded.filter(is_too_long | ((pl.col("rank") < 2) & (length <= timedelta())))
    if wrong.height:
        where = NOTE if all(bounds.noted.values()) else f"{wrong['file'][0]}, line {wrong['line'][0]}"
        raise DeliveryError(
            f"{where}: a session ends before it starts, or lasts longer than {LONGEST // timedelta(hours=1)} hours; "
            "expected an end after the start, on the same day or the next: correct options.session.starts_at and ends_at, and deliver each "
            "session by itself"
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
    )
    return described.select(*delivery.source.table("live_sessions").schema.names(), "file", "line").sort("session_id")


def plausible_instances(read: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Instances as the files say them, and what could not be read of them. An end that can't be one is none.

    `read` has the instants `starts_at` and `ends_at` as `live_times` leaves them, and `minutes`, the length where no end is said.
    """
    if read is None:
        return _INSTANCES.to_frame(), UNREADABLE.to_frame()
    starts, ends = pl.col("starts_at"), pl.coalesce("ends_at", pl.col("starts_at") + pl.duration(minutes="minutes"))
    is_possible = (starts < ends) & (ends - starts <= LONGEST)
    judged = read.with_columns(
        pl.when(pl.col("starts_at_reason") == Reason.BAD_TIME).then("starts_at_reason").alias("starts_at_reason"),
        pl.when(pl.col("ends_at_reason") == Reason.BAD_TIME)
        .then("ends_at_reason")
        .when(~is_possible)
        .then(pl.lit(Reason.OUT_OF_RANGE))
        .alias("ends_at_reason"),
        pl.when(is_possible | starts.is_null()).then(ends).alias("ends_at"),
    )
    return judged.select(_INSTANCES.names()), unreadable(judged, BOUNDS)


def agreeing(instances: pl.DataFrame) -> pl.DataFrame:
    """The instances that rows state, once each. Raises DeliveryError where those of a session overlap: one of them is wrong."""
    known = instances.drop_nulls("session_id").filter(pl.any_horizontal(pl.col(BOUNDS).is_not_null()))
    single = (pl.col("starts_at").drop_nulls().n_unique() <= 1) & (pl.col("ends_at").drop_nulls().n_unique() <= 1)
    alone, several = (known.filter(rule.over("session_id")) for rule in (single, ~single))
    once = several.unique(["session_id", *BOUNDS], maintain_order=True).sort(
        "session_id", "starts_at", maintain_order=True
    )
    follows = (pl.col("starts_at") >= pl.col("ends_at").shift()).fill_null(value=False).over("session_id")
    wrong = once.filter(~follows & ~pl.col("session_id").is_first_distinct())
    if wrong.height:
        file, line = (
            several.filter(session_id=wrong["session_id"][0])
            .unique([*BOUNDS], maintain_order=True)
            .select(*LINEAGE)
            .row(1)
        )
        raise DeliveryError(
            f"{file}, line {line}: the session's start and end are others than in an earlier row, and "
            "overlap with those; expected one start and end for all rows of a session, or of each time it was started; "
            f"correct the file, or leave starts_at and ends_at out of columns in {NOTE}"
        )
    whole = alone.group_by("session_id", maintain_order=True).agg(pl.col(BOUNDS).max(), pl.first(*LINEAGE))
    return pl.concat([whole.select(instances.columns), once])


def instance_rows(bounds: Bounds, sessions: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """The frame of `live_instances`: each time that a session of the delivery was started, as the files say it."""
    table = delivery.source.table("live_instances")
    known = bounds.instances.drop_nulls("starts_at").join(sessions, on="session_id", how="semi", maintain_order="left")
    once = known.unique(["session_id", "starts_at"], keep="last", maintain_order=True)
    return once.select(*table.schema.names(), "file", "line").match_to_schema(pl.Schema({**table.schema, **LINEAGE}))


def _rank(bounds: Bounds, bound: str) -> pl.Expr:
    """How far a bound is from the note: 0 where the note gives it, 1 where the files do, 2 where only events do."""
    return pl.lit(0) if bounds.noted[bound] else pl.when(pl.col(_STATED[bound]).is_not_null()).then(1).otherwise(2)


def _noted(delivery: Delivery, name: str, written: datetime | None) -> datetime | None:
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
