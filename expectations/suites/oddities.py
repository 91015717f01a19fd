"""What a module of suites says of one table, beside what the table's contract says of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from expectations.engine import Expectation
from ingest.lake import StagedDelivery

OfDeliveries = Callable[[Mapping[int, StagedDelivery]], pl.DataFrame]
"""Measures deliveries by other files than that of their rows; one row per delivery, told apart by `DELIVERY_NUMBER`."""

BesideEarlier = Callable[[pl.LazyFrame, pl.LazyFrame], pl.LazyFrame]
"""Compares rows with those of the deliveries before, told apart by `DELIVERY_NUMBER`; one row per delivery."""


@dataclass(frozen=True)
class Oddities:
    """Expectations of rows, of deliveries, and of deliveries beside earlier ones, with what they read.

    `derived` are columns computed from the rows of a table, `measures` aggregates of the rows of each delivery; a column
    `<measure>_found` says one in words.
    """

    rows: tuple[Expectation, ...] = ()
    deliveries: tuple[Expectation, ...] = ()
    history: tuple[Expectation, ...] = ()
    derived: Mapping[str, pl.Expr] = field(default_factory=dict)
    measures: Mapping[str, pl.Expr] = field(default_factory=dict)
    of_deliveries: OfDeliveries | None = None
    beside_earlier: BesideEarlier | None = None
