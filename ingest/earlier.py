"""Which files of the lake a reader may look back at: what the campaign's deliveries of earlier days brought."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from ingest import lake
from ingest.home import Home
from ingest.ledger import in_effect
from ingest.source import Delivery, Earlier


def earlier_deliveries(
    home: Home, delivery: Delivery, ledger: pl.DataFrame, staged: Sequence[lake.StagedDelivery]
) -> Earlier:
    """The look back of a delivery. `staged` are deliveries of the same run that are not in the lake yet."""
    loaded = in_effect(ledger).filter(
        pl.col("source") == delivery.source.name,
        pl.col("campaign_id") == delivery.campaign_id,
        pl.col("landed_on") < delivery.landed_on,
    )
    keys = loaded.select("landed_on", "delivery").rows()
    new = [item for item in staged if item.campaign_id == delivery.campaign_id and item.landed_on < delivery.landed_on]

    def files(table: str) -> list[Path]:
        found = {key: lake.partition(home.lake / table, *key) for key in keys}
        found |= {(item.landed_on, item.delivery): item.tables[table] for item in new if table in item.tables}
        return [path for _, path in sorted(found.items(), reverse=True) if path.exists()]

    return Earlier(files)
