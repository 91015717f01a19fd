"""Compares a delivery with its supplier's earlier ones. What counts as unusual is in the suites.

Earlier are the deliveries of the same format, campaign and supplier that landed on an earlier day, whether they are loaded
or staged together with this one: days taken one by one and all at once are judged alike.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

import polars as pl

from expectations.frames import DELIVERY_NUMBER, scan_files
from ingest.home import Home
from ingest.lake import StagedDelivery, partition
from ingest.ledger import in_effect
from ingest.source import INSTANT, Table

EARLIER_NEEDED = 7
"""A delivery's volume is judged once its supplier has so many earlier deliveries."""

RECENT = 14
"""How many of the latest earlier deliveries say what is usual."""

MOST_COMPARED = 3
"""With how many of the latest earlier deliveries of equal size a delivery is compared row by row."""

_KIND = ["format", "campaign_id", "supplier"]

_Kind = tuple[str, str, str | None]

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

    @property
    def whole(self) -> Path | None:
        """The file, where it is whole; damaged ones are read again by the run, and nothing is compared with them meanwhile."""
        if self.file is None or not self.file.exists():
            return None
        return self.file if self.size in (None, self.file.stat().st_size) else None


def earlier_deliveries(
    home: Home, table: Table, staged: Mapping[int, StagedDelivery], ledger: pl.DataFrame, distrusted: Collection[str]
) -> dict[int, list[Earlier]]:
    """By staged delivery, the latest that landed before it, oldest first. Those whose refs are `distrusted` are left out."""
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
        known[landed_on, delivery] = (kind[0], kind[1], kind[2]), Earlier(landed_on, delivery, records, file, size)
    for item in staged.values():
        if item.ref not in distrusted:
            one = Earlier(item.landed_on, item.delivery, item.records_read, item.tables.get(table.name))
            known[item.landed_on, item.delivery] = _kind(item), one
    timelines: dict[_Kind, list[Earlier]] = {}
    for _, (of_kind, one) in sorted(known.items(), key=lambda entry: entry[0]):
        timelines.setdefault(of_kind, []).append(one)
    found = {}
    for number, item in staged.items():
        timeline = timelines.get(_kind(item), [])
        end = bisect_left(timeline, item.landed_on, key=lambda one: one.landed_on)
        found[number] = timeline[max(0, end - RECENT) : end]
    return found


def compare(
    table: Table, staged: Mapping[int, StagedDelivery], earlier: Mapping[int, Sequence[Earlier]]
) -> pl.DataFrame:
    """One row per delivery: how many times the usual records it has, and whether it repeats an earlier one."""
    repeated = _repetitions(table, staged, earlier)
    rows = [
        {
            DELIVERY_NUMBER: number,
            **_volume(item, earlier[number]),
            "is_repetition": number in repeated,
            "is_repetition_found": f"equal to {repeated[number]} but for times" if number in repeated else "new",
        }
        for number, item in staged.items()
    ]
    return pl.DataFrame(rows, schema=_COMPARED)


def rows_before(staged: Mapping[int, StagedDelivery], earlier: Mapping[int, Sequence[Earlier]]) -> pl.LazyFrame | None:
    """The rows of the day before each delivery on which any of its kind landed, under its number; None where nothing precedes.

    A supplier may deliver several files a day, a market each.
    """
    files = [
        (number, one.whole)
        for number in staged
        for one in earlier[number]
        if one.landed_on == earlier[number][-1].landed_on
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


def _repetitions(
    table: Table, staged: Mapping[int, StagedDelivery], earlier: Mapping[int, Sequence[Earlier]]
) -> dict[int, str]:
    """By delivery that equals an earlier one but for its instants, the ref of that one."""
    candidates = {
        number: [
            (one, rows)
            for one in earlier[number]
            if one.records_read == item.records_read and (rows := one.whole) is not None
        ][-MOST_COMPARED:]
        for number, item in staged.items()
        if table.name in item.tables
    }
    own = {number: staged[number].tables[table.name] for number, ones in candidates.items() if ones}
    if not own:
        return {}
    others = {rows for ones in candidates.values() for _, rows in ones} - {*own.values()}
    numbered = own | dict(enumerate(sorted(others), start=1 + max(staged)))
    lasting = [name for name, column in table.columns.items() if column.dtype != INSTANT]
    digest = pl.struct(lasting).hash().sum()
    digests = dict(scan_files([*numbered.items()]).group_by(DELIVERY_NUMBER).agg(digest).collect().iter_rows())
    of_file = {file: digests.get(number) for number, file in numbered.items()}
    return {
        number: f"{one.landed_on}/{one.delivery}"
        for number, ones in candidates.items()
        for one, rows in ones
        if of_file[rows] is not None and of_file[rows] == of_file[own[number]]
    }


def _kind(item: StagedDelivery) -> _Kind:
    return item.format, item.campaign_id, item.supplier
