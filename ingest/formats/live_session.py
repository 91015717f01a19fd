"""What the live formats share: the session a note describes, its bounds, roles, and the frames of sessions and stays.

How a file is read stays in the module of its format; clipping to the bounds and closing open stays is the marts' work.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ingest.delivery import Delivery
from ingest.formats.date_order import decide_date_order
from ingest.source import INSTANT, REJECTED, UNREADABLE, DeliveryError
from ingest.text import DateOrder, nothing, parse_instant

Basis: TypeAlias = Literal["intervals", "samples"]
Identity: TypeAlias = Literal["id", "name", "none"]


def _with_a_time_of_day(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and re.search(r"\d[T ]\s*\d", value)):
        return value
    raise ValueError("expected a date with a time of day, such as 2022-10-09T18:00:00+03:00")


BoundTime: TypeAlias = Annotated[datetime, BeforeValidator(_with_a_time_of_day)]


class Session(BaseModel):
    """The note's `session`: what the files can't say about it. `hosts` are identities as the files write them."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True)

    id: Annotated[str, Field(min_length=1)] | None = None
    title: str | None = None
    advocate: str | None = None
    topic: str | None = None
    platform: str | None = None
    language: str | None = None
    country: str | None = None
    starts_at: BoundTime | None = None
    ends_at: BoundTime | None = None
    hosts: tuple[str, ...] = ()


class LiveOptions(BaseModel):
    """The options every live format takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    session: Session = Session()
    encoding: str | None = None
    date_order: DateOrder | None = None


def required_session_id(delivery: Delivery, session: Session) -> str:
    """The session's id from the note, for formats whose files name no session. Raises DeliveryError where there is none."""
    if session.id is None:
        raise DeliveryError(
            f"delivery.yml of {delivery.name}: options.session.id is missing, and files of the format {delivery.note.format} "
            "name no session. Expected an id of your own for it, such as session: {id: live-07}."
        )
    return session.id


def read_instants(
    frame: pl.DataFrame, delivery: Delivery, columns: Mapping[str, str], date_order: DateOrder | None
) -> pl.DataFrame:
    """The frame with the given text columns read as instants: structs of `at`, `is_ambiguous` and `reason`.

    `columns` maps the frame's columns to the names their file has for them. Raises DeliveryError where the order of day and
    month is open, and where a time has no offset while the note names no zone.
    """
    order = decide_date_order(frame, columns, date_order)
    parsed = frame.with_columns(parse_instant(pl.col(column), delivery.zone, order).alias(column) for column in columns)
    if delivery.zone is None:
        for column, label in columns.items():
            needing = frame.filter(
                parsed[column].struct.field("at").is_null() & clean_local_time(pl.col(column))
            )
            if needing.height:
                raise DeliveryError(
                    f"{needing['file'][0]}, line {needing['line'][0]}, column '{label}': a time without an offset, and the note "
                    "names no zone. Expected times with an offset (2022-10-09T18:00:00+03:00), or in the note "
                    "timezone: <IANA zone of these times, such as Africa/Cairo>."
                )
    return parsed
