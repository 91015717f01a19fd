"""What a reader may know of the campaign's other deliveries, and which deliveries are read again when an earlier one arrives late."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl

from ingest import lake
from ingest.home import Home
from ingest.ledger import DELIVERY_ID, in_effect
from ingest.source import Delivery, Earlier


def other_deliveries(
    home: Home,
    delivery: Delivery,
    ledger: pl.DataFrame,
    staged: Sequence[lake.StagedDelivery],
    damaged: Collection[tuple[str, date, str]] = (),
) -> Earlier:
    """The campaign's other deliveries, as a reader may see them.

    `staged` are those of this run that are not in the lake yet; of `damaged` ones nothing is there until they are read again.
    """
    own = (delivery.landed_on, delivery.name)
    loaded = in_effect(ledger).filter(source=delivery.source.name, campaign_id=delivery.campaign_id)
    keys = [
        (day, name)
        for source, day, name in loaded.select(DELIVERY_ID).iter_rows()
        if (source, day, name) not in damaged
    ]
    new = [item for item in staged if item.campaign_id == delivery.campaign_id]

    def files(table: str) -> list[Path]:
        found = {key: lake.partition(home.lake / table, *key) for key in keys}
        found |= {(item.landed_on, item.delivery): item.tables[table] for item in new if table in item.tables}
        return [path for key, path in sorted(found.items()) if key != own and path.exists()]

    return Earlier(files)


def in_doubt_again(
    ledger: pl.DataFrame, read: Collection[tuple[str, date, str]], firsts: Iterable[datetime | None]
) -> list[tuple[str, date, str]]:
    """The deliveries to read again: they were compared before those just `read` arrived, and carry later events than the `firsts` of these.

    So the outcome does not depend on the order of arrival.
    """
    known = pl.struct(DELIVERY_ID).is_in([dict(zip(DELIVERY_ID, key, strict=True)) for key in read])
    changed = in_effect(ledger).filter(known)["first_event_at"].to_list()
    first = min((at for at in (*firsts, *changed) if at is not None), default=None)
    if first is None:
        return []
    doubted = ledger.filter(
        "is_current", ~known, pl.col("doubted").is_not_null(), pl.col("last_event_at") > first, outcome="accepted"
    )
    return doubted.select(DELIVERY_ID).rows()
