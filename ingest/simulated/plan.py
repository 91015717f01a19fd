"""What the parts of the simulator share: the campaign's calendar, and a delivery before it is written.

No source is known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

CAMPAIGN = "endthestigma"
STARTS_ON = date(2022, 10, 4)
DAY = 86_400
ZONE = "Asia/Dubai"
ZONE_SECONDS = 4 * 3_600
"""Dubai is four hours ahead of UTC all year, so that the truth needs no zone arithmetic."""


@dataclass(frozen=True)
class PlannedDelivery:
    """A delivery, and how many records it holds, how many of them repeat one, and how many cannot be kept.

    `apart` are those that are loaded but told of nowhere, since they are of help-seeking and stories.
    """

    source: str
    landed_on: date
    name: str
    files: Mapping[str, bytes]
    note: Mapping[str, Any]
    records: int
    duplicates: int = 0
    apart: int = 0
    rejected: int = 0


def campaign_day(index: int) -> date:
    """The campaign's day of that number, the first being 0."""
    return STARTS_ON + timedelta(days=index)


def starts_s() -> int:
    """The campaign's first midnight in Dubai, in seconds since 1970, UTC."""
    return (STARTS_ON - date(1970, 1, 1)).days * DAY - ZONE_SECONDS


def local_day(seconds: Ints) -> Ints:
    """Days since 1970 in Dubai."""
    return (seconds + ZONE_SECONDS) // DAY


def to_instants(seconds: pl.Expr) -> pl.Expr:
    """Seconds since 1970 as instants."""
    return pl.from_epoch(seconds, time_unit="s").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def instant(seconds: float) -> datetime:
    """Seconds since 1970 as an instant."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def masked(values: npt.NDArray[Any], known: Flags) -> pl.Series:
    """The values as a column that is NULL where they are not known."""
    return pl.select(pl.when(pl.Series(known)).then(pl.Series(values))).to_series()
