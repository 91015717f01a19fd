"""Which deliveries a failed build or check may come from, found by what the failing rows are about. No Dagster, no dbt here.

Rows tell by their keys: the delivery that brought the session, the wave, the video; where none did, those with events on
their days. Only names of deliveries leave this file, never what a row holds.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

import polars as pl

from ingest.home import Home
from ingest.lake import partition
from ingest.ledger import DELIVERY_ID, in_effect, read_ledger
from ingest.sources import SOURCES
from orchestration.news import read_since
from orchestration.warehouse import open_warehouse

MOST_NAMED = 5
MOST_ROWS = 1000
"""So many failing rows tell well enough what they are about."""

A_DAY = pl.duration(days=1)
"""Zones differ by less."""


def advice(home: Home, folders: Collection[str], values: Collection[str]) -> str:
    """What may have caused a failure, and what to do; nothing where nothing is loaded.

    `folders` are the sources that the failure is about, where they are known; `values`, those in the keys of failing rows.
    """
    found = _suspects(home, folders, values)
    if not found:
        return ""
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return (
        f"Look first at what was read last: {', '.join(found[:MOST_NAMED])}{more}. Correct the delivery, or "
        "take it out with withdrawn: true in its delivery.yml, and run again"
    )


def keys_of(home: Home, queries: Iterable[str]) -> set[str]:
    """The values in the rows that failed tests found, as text; a key of several columns is also taken apart."""
    values: set[str] = set()
    with open_warehouse(home) as connection:
        for query in queries:
            for row in connection.execute(f"select * from ({query}) as broken limit {MOST_ROWS}").fetchall():
                values |= parts(row)
    return values


def parts(row: Iterable[object]) -> set[str]:
    """The values of a row, and what those consist of that name several things."""
    texts = {str(value) for value in row if value is not None}
    return texts.union(*(text.replace(", ", "/").split("/") for text in texts))


def _suspects(home: Home, folders: Collection[str], values: Collection[str]) -> list[str]:
    loaded = in_effect(read_ledger(home))
    fresh = read_since(home, loaded)
    fresh = loaded if fresh.is_empty() else fresh  # as where the clock was put back
    of_source = fresh.filter(pl.col("source").is_in(folders))
    fresh = (fresh if of_source.is_empty() else of_source).sort("landed_on", "source", "delivery")
    clues = list(set(values) - set(fresh["campaign_id"]))
    agreeing = {key: _agreement(home, key, clues) for key in fresh.select(DELIVERY_ID).iter_rows()} if clues else {}
    most = max(agreeing.values(), default=0)
    found = [key for key, agreement in agreeing.items() if most and agreement == most]
    found = found or _with_events_on(fresh, {day for text in clues if (day := _day(text))})
    found = found or fresh.select(DELIVERY_ID).rows()
    return [f"{source}/{landed_on}/{delivery}" for source, landed_on, delivery in found]


def _agreement(home: Home, key: tuple[str, date, str], clues: Sequence[str]) -> int:
    """In how many key columns the row of a delivery that fits best agrees with the clues."""
    source_name, landed_on, delivery = key
    [source] = [source for source in SOURCES if source.name == source_name]
    best = 0
    for table in source.tables:
        file = partition(home.lake / table.name, landed_on, delivery)
        telling = {name for name in table.key if name.endswith(("_id", "_key"))} | set(table.unit)
        if telling and file.exists():
            agreeing = pl.sum_horizontal(pl.col(name).is_in(clues) for name in sorted(telling))
            best = max(best, pl.scan_parquet(file).select(agreeing.max().fill_null(0)).collect().item())
    return best


def _with_events_on(deliveries: pl.DataFrame, days: Collection[date]) -> list[tuple[str, date, str]]:
    first, last = pl.col("first_event_at").dt.date(), pl.col("last_event_at").dt.date()
    on_a_day = (pl.lit(day).is_between(first - A_DAY, last + A_DAY) for day in sorted(days))
    return deliveries.filter(pl.any_horizontal(pl.lit(value=False), *on_a_day)).select(DELIVERY_ID).rows()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
