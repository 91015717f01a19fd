"""Compares a delivery with its supplier's earlier ones. What counts as unusual is in the suites.

Earlier are the deliveries of the same format, campaign and supplier that landed on an earlier day, whether they are loaded
or staged together with this one: days taken one by one and all at once are judged alike.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from expectations.frames import DELIVERY_NUMBER, scan_files
from ingest.home import Home
from ingest.lake import StagedDelivery, partition
from ingest.ledger import in_effect
from ingest.source import Table

EARLIER_NEEDED = 7
"""A delivery's volume is judged once its supplier has so many earlier deliveries."""

RECENT = 14
"""How many of the latest earlier deliveries say what is usual."""

_KIND = ["format", "campaign_id", "supplier"]

_Kind = tuple[str, str, str | None]

_Fingerprints = frozenset[tuple[str, str]]

_COMPARED = pl.Schema(
    {
        DELIVERY_NUMBER: pl.Int32(),
        "times_usual": pl.Float64(),
        "times_usual_found": pl.String(),
        "is_repetition": pl.Boolean(),
        "is_repetition_found": pl.String(),
    }
)


@dataclass(frozen=True)
class Earlier:
    """A delivery that landed before another one of its kind, with the file of its rows where it fills the table."""

    landed_on: date
    delivery: str
    records_read: int
    file: Path | None
    size: int | None = None
    """In bytes, as the file was written to the lake; None of a file that is only staged."""
    fingerprints: _Fingerprints | None = None
    """Of all its rows, by table; None where it has none in this table, or nobody can tell."""

    @property
    def whole(self) -> Path | None:
        """The file, where it is whole; damaged ones are read again by the run, and nothing is compared with them meanwhile."""
        if self.file is None or not self.file.exists():
            return None
        return self.file if self.size in (None, self.file.stat().st_size) else None


@dataclass(frozen=True)
class History:
    """What landed before a delivery: the latest of its kind, oldest first, and the latest of all that equal it but for instants."""

    latest: Sequence[Earlier] = ()
    equal: Earlier | None = None


def histories(
    home: Home, table: Table, staged: Mapping[int, StagedDelivery], ledger: pl.DataFrame, distrusted: Collection[str]
) -> dict[int, History]:
    """By staged delivery, what landed before it. Those whose refs are `distrusted` are left out."""
    kinds = pl.DataFrame(
        [_kind(item) for item in staged.values()], schema=dict.fromkeys(_KIND, pl.String()), orient="row"
    )
    sources = [item.source for item in staged.values()]
    loaded = (
        in_effect(ledger).filter(pl.col("source").is_in(sources)).join(kinds, on=_KIND, how="semi", nulls_equal=True)
    )
    known: dict[tuple[date, str], tuple[_Kind, Earlier]] = {}
    for *kind, landed_on, delivery, records, files in loaded.select(
        *_KIND, "landed_on", "delivery", "records_read", "lake_files"
    ).iter_rows():
        file = partition(home.lake / table.name, landed_on, delivery)
        size = next((one["bytes"] for one in files or () if one["table"] == table.name), None)
        one = Earlier(landed_on, delivery, records, file, size, _fingerprints(table, files))
        known[landed_on, delivery] = (kind[0], kind[1], kind[2]), one
    for item in staged.values():
        if item.ref not in distrusted:
            rows, same = item.tables.get(table.name), _fingerprints(table, item.lake_files)
            one = Earlier(item.landed_on, item.delivery, item.records_read, rows, fingerprints=same)
            known[item.landed_on, item.delivery] = _kind(item), one
    timelines: dict[_Kind, list[Earlier]] = {}
    alike: dict[tuple[_Kind, int, _Fingerprints | None], list[Earlier]] = {}
    for _, (of_kind, one) in sorted(known.items(), key=lambda entry: entry[0]):
        timelines.setdefault(of_kind, []).append(one)
        if one.fingerprints is not None:
            alike.setdefault((of_kind, one.records_read, one.fingerprints), []).append(one)
    found = {}
    for number, item in staged.items():
        equal = alike.get((_kind(item), item.records_read, _fingerprints(table, item.lake_files)), [])
        latest = _before(item, timelines.get(_kind(item), []), RECENT)
        found[number] = History(latest, next(iter(_before(item, equal, 1)), None))
    return found


def compare(staged: Mapping[int, StagedDelivery], history: Mapping[int, History]) -> pl.DataFrame:
    """One row per delivery: how many times the usual records it has, and whether it repeats an earlier one."""
    rows = [
        {
            DELIVERY_NUMBER: number,
            **_volume(item, history[number].latest),
            **_repetition(history[number].equal),
        }
        for number, item in staged.items()
    ]
    return pl.DataFrame(rows, schema=_COMPARED)


def rows_before(history: Mapping[int, History]) -> pl.LazyFrame | None:
    """The rows of the day before each delivery on which any of its kind landed, under its number; None where nothing precedes.

    A supplier may deliver several files a day, a market each.
    """
    files = [
        (number, one.whole)
        for number, before in history.items()
        for one in before.latest
        if one.landed_on == before.latest[-1].landed_on
    ]
    there = [(number, file) for number, file in files if file is not None]
    return scan_files(there) if there else None


def _volume(item: StagedDelivery, earlier: Sequence[Earlier]) -> dict[str, object]:
    if len(earlier) < EARLIER_NEEDED:
        unjudged = f"not judged before the supplier has {EARLIER_NEEDED} earlier deliveries"
        return {"times_usual": None, "times_usual_found": unjudged}
    usual = float(median(one.records_read for one in earlier))
    if not usual:
        return {"times_usual": None, "times_usual_found": "no records are usual"}
    times = item.records_read / usual
    counts = (f"{item.records_read:,} records, ", f" {usual:,.0f}") if not item.records_apart else ("", "")
    return {
        "times_usual": times,
        "times_usual_found": f"{counts[0]}{times:.2f} times the usual{counts[1]}",
    }


def _repetition(equal: Earlier | None) -> dict[str, object]:
    found = "new" if equal is None else f"equal to {equal.landed_on}/{equal.delivery} but for times"
    return {"is_repetition": equal is not None, "is_repetition_found": found}


def _before(item: StagedDelivery, timeline: Sequence[Earlier], most: int) -> Sequence[Earlier]:
    """The latest of a timeline that landed before a delivery, at most so many."""
    end = bisect_left(timeline, item.landed_on, key=lambda one: one.landed_on)
    return timeline[max(0, end - most) : end]


def _fingerprints(table: Table, files: Iterable[Mapping[str, Any]] | None) -> _Fingerprints | None:
    """Those of all rows of a delivery, by table; None where it has no rows of the table at hand, or they are not known."""
    known = {one["table"]: one["fingerprint"] for one in files or () if one.get("fingerprint") is not None}
    return frozenset(known.items()) if table.name in known else None


def _kind(item: StagedDelivery) -> _Kind:
    return item.format, item.campaign_id, item.supplier
