"""What is usual for a supplier: the records of a delivery beside those of the deliveries that landed before it.

Arithmetic only; what counts as unusual is in `expectations.suites.contract`.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from datetime import date
from statistics import median

import polars as pl

from expectations.suites.contract import EARLIER_NEEDED, RECENT
from ingest.lake import StagedDelivery
from ingest.ledger import in_effect

_HISTORY = pl.Schema({"usual_records": pl.Float64(), "times_usual": pl.Float64()})

_Kind = tuple[str, str, str | None]


def history(staged: Sequence[StagedDelivery], ledger: pl.DataFrame, distrusted: Collection[str]) -> pl.DataFrame:
    """One row per staged delivery: the usual number of records, and how many times that it has; NULL where unknown.

    Earlier are the deliveries of the same format, campaign and supplier that landed on an earlier day, whether they are
    loaded or staged together with this one: days taken one by one and all at once are judged alike. The deliveries
    whose refs are `distrusted` are no measure for others.
    """
    known = {
        (row["landed_on"], row["delivery"]): ((row["format"], row["campaign_id"], row["supplier"]), row["records_read"])
        for row in in_effect(ledger).filter(pl.col("source") == staged[0].source).iter_rows(named=True)
    }
    known |= {
        (item.landed_on, item.delivery): (_kind(item), item.records_read)
        for item in staged
        if item.ref not in distrusted
    }
    timelines: dict[_Kind, list[tuple[date, int]]] = {}
    for (landed_on, _), (kind, records) in sorted(known.items()):
        timelines.setdefault(kind, []).append((landed_on, records))
    return pl.DataFrame(
        [_compare(item, timelines.get(_kind(item), [])) for item in staged], schema=_HISTORY, orient="row"
    )


def _compare(item: StagedDelivery, timeline: list[tuple[date, int]]) -> tuple[float | None, float | None]:
    earlier = bisect_left(timeline, (item.landed_on,))
    if earlier < EARLIER_NEEDED:
        return None, None
    usual = float(median(records for _, records in timeline[max(0, earlier - RECENT) : earlier]))
    return usual, item.records_read / usual if usual else None


def _kind(item: StagedDelivery) -> _Kind:
    return item.format, item.campaign_id, item.supplier
