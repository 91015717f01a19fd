"""A campaign's weeks: the zone that its dates are in, and the weekday that each market's week starts on.

They come from seeds, which whoever runs the ingestion reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import polars as pl

MONDAY = 1


@dataclass(frozen=True)
class Weeks:
    """Weeks start on Monday in markets that are not named."""

    zone: tzinfo = UTC
    starts_on: Mapping[str, int] = field(default_factory=dict)

    def first_day(self, at: pl.Expr, market: pl.Expr) -> pl.Expr:
        """The first day of the week that an instant lies in."""
        zone = self.zone.key if isinstance(self.zone, ZoneInfo) else "UTC"
        day = at.dt.convert_time_zone(zone).dt.date()
        starts_on = market.replace_strict(dict(self.starts_on), default=MONDAY, return_dtype=pl.Int8())
        since = (day.dt.weekday().cast(pl.Int16()) - starts_on.cast(pl.Int16()) + 7) % 7
        return day - pl.duration(days=since)
