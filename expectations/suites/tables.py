"""The suites of the lake tables, put together from contracts and oddities. Slow to import, as every native suite is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from expectations.engine import Expectation, Suite
from expectations.suites import activation, hashtag, live, survey
from expectations.suites.contract import deliveries_of, derived_of, history_of, rows_of
from expectations.suites.oddities import BesideEarlier, Oddities, OfDeliveries
from ingest.source import Table
from ingest.sources import SOURCES

ODDITIES: Mapping[str, Oddities] = {
    **hashtag.ODDITIES,
    **live.ODDITIES,
    **survey.ODDITIES,
    **activation.ODDITIES,
}
"""By lake table, what is odd about it in particular; a table without an entry has what its contract gives it."""


@dataclass(frozen=True)
class TableSuites:
    """What is expected of a lake table: of each row, of each delivery, and of each delivery beside earlier ones."""

    table: Table
    rows: Suite | None
    deliveries: Suite | None
    history: Suite | None
    derived: Mapping[str, pl.Expr]
    measures: Mapping[str, pl.Expr]
    of_deliveries: OfDeliveries | None
    beside_earlier: BesideEarlier | None

    @property
    def suites(self) -> tuple[Suite, ...]:
        """Those that there are."""
        return tuple(suite for suite in (self.rows, self.deliveries, self.history) if suite is not None)


def suites_of(table: Table) -> TableSuites:
    """The suites of a lake table. Rows that say no line are not judged one by one."""
    odd = ODDITIES.get(table.name, Oddities())
    deliveries = (*deliveries_of(table), *odd.deliveries)
    asked = {getattr(item, "column", None) for item in deliveries}
    unknown = {f"{name}_unknown_share": pl.col(name).is_null().mean() for name in table.columns}
    return TableSuites(
        table=table,
        rows=_suite(table.name, (*rows_of(table), *odd.rows) if table.is_located else ()),
        deliveries=_suite(f"{table.name}_deliveries", deliveries),
        history=_suite(f"{table.name}_history", (*history_of(table), *odd.history)),
        derived={**derived_of(table), **odd.derived},
        measures={**{name: share for name, share in unknown.items() if name in asked}, **odd.measures},
        of_deliveries=odd.of_deliveries,
        beside_earlier=odd.beside_earlier,
    )


def _suite(name: str, expectations: Iterable[Expectation]) -> Suite | None:
    listed = tuple(expectations)
    return Suite(name, listed) if listed else None


LAKE_SUITES: Mapping[str, TableSuites] = {table.name: suites_of(table) for source in SOURCES for table in source.tables}
"""By lake table, the suites that every delivery of it is judged by."""
