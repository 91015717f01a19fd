"""Dates and times of day that stand in two columns, as one text. How that is read as an instant lives in `ingest.instants`."""

import polars as pl

from ingest.text import no_value

MIDNIGHT = r"[T ]00:00(?::00(?:\.0+)?)?$"
"""What workbooks write behind a date alone."""


def on_its_day(date: pl.Expr, clock: pl.Expr) -> pl.Expr:
    """A date with its time of day behind it; as it is where no time of day is written."""
    both = pl.concat_str(date.str.replace(MIDNIGHT, ""), clock, separator=" ")
    return pl.when(no_value(clock).is_null()).then(both).otherwise(date)
