"""Sets aside a lake or ledger that cannot be trusted, so that the next run reads all of landing again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest import lake
from ingest.files import make_private
from ingest.home import Home
from ingest.landing import scan
from ingest.planning import DeliveryId
from ingest.source import Source


@dataclass(frozen=True)
class SetAside:
    """Where the old lake is now, and which deliveries of it landing has not: their rows do not come back."""

    folder: Path
    missing: tuple[DeliveryId, ...]


def set_lake_aside(home: Home, sources: Sequence[Source]) -> SetAside:
    """Move the ledger and all that was read out of the way. Checks, publications and the sign of the key stay."""
    landed, _ = scan(home, [source.name for source in sources])
    missing = set(lake.delivered(home, sources)) - {item.id for item in landed}
    folder = home.root / f"lake-set-aside-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    make_private(folder)
    tables = [table.name for source in sources for table in source.tables]
    for name in (home.ledger.name, *tables, *lake.BESIDE_TABLES):
        if (home.lake / name).exists():
            (home.lake / name).rename(folder / name)
    return SetAside(folder, tuple(sorted(missing)))
