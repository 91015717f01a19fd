"""A draft: a note that a file may fit, why, and what the file leaves open. Also what whoever asks has said already."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ingest.instants import DateOrder


@dataclass(frozen=True)
class Given:
    """What is known beside the file; whatever is None is guessed where the file proves it, else asked."""

    source: str | None = None
    campaign: str | None = None
    timezone: str | None = None
    date_order: DateOrder | None = None
    captured_at: str | None = None
    fieldwork: tuple[str, str] | None = None
    session: str | None = None
    survey: str | None = None
    wave: str | None = None
    landed_on: date | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Draft:
    """A note to be tried.

    `why` names the columns or marks that speak for it. `remarks` are comments on keys of the note, by their path. `asks` are
    what only a person can say: `captured_at`, `fieldwork` or `source`. A `generic` draft gives way to one of a product; for a `blind` one
    nothing speaks but that its reader finds its own header, or does not. `is_part` says that its note leaves out records that the
    file itself calls unfinished.
    """

    source: str
    format: str
    why: str
    options: Mapping[str, Any]
    remarks: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    generic: bool = False
    blind: bool = False
    is_part: bool = False
    zone: str | None = None
    """The zone that the file says its times are of, whatever is given."""


def zone_in_names(names: Iterable[str | None]) -> str | None:
    """UTC, or hours before or after it, where all names of columns of times say the same: `Join Time (GMT+3)`."""
    told = {_of_utc(name) for name in names if name is not None}
    hours = told.pop() if len(told) == 1 else None
    # Zones of whole hours are named by what is to be added to them.
    return None if hours is None else f"Etc/GMT{-hours:+d}" if hours else "UTC"


def _of_utc(name: str) -> int | None:
    match = re.search(r"(?i)(?<![a-z])(?:utc|gmt)(?:([+\u2212-]1?[0-9])(?::?00)?)?$", name.strip(" )"))
    return int((match[1] or "0").replace("\u2212", "-")) if match else None
