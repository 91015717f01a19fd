"""What a reader may know of the campaign's other deliveries, and which deliveries are read again when an earlier one arrives late."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from ingest import lake
from ingest.home import Home
from ingest.ledger import DELIVERY_ID, in_effect, read_ledger
from ingest.source import Delivery, Earlier, Parsed


def other_deliveries(
    home: Home,
    delivery: Delivery,
    ledger: pl.DataFrame,
    staged: Sequence[lake.StagedDelivery],
    damaged: Collection[tuple[str, date, str]],
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


def counted_otherwise(home: Home, note: Mapping[str, Any], parsed: Parsed) -> Iterator[tuple[str, int]]:
    """The deliveries of the note's supplier whose counts of the same days and events are others, each with how many they are."""
    key, counts = ["activation", "asset_id", "market", "counted_on"], parsed.tables.get("activation_counts")
    if counts is None:
        return
    is_same = pl.col("supplier").eq_missing(pl.lit(note.get("supplier"), pl.String()))
    loaded = in_effect(read_ledger(home)).filter(is_same, source=note["source"], campaign_id=note["campaign"])
    for day, name in loaded.select("landed_on", "delivery").iter_rows():
        path = lake.partition(home.lake / "activation_counts", day, name)
        before = pl.read_parquet(path, columns=[*key, "events"]) if path.exists() else counts.clear()
        pairs = counts.join(before, on=key, nulls_equal=True, suffix="_before")
        others = pairs.filter(pl.col("events").ne_missing(pl.col("events_before"))).height
        if others:
            yield f"{day}/{name}", others


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
