"""A desk that lands small hashtag deliveries, ingests them as the daily run does, and tells what is in effect then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

from ingest import lake
from ingest.home import Home
from ingest.ingestion import Outcome, Validator, ingest
from ingest.lake import StagedDelivery
from ingest.landing import write_delivery
from ingest.ledger import in_effect, read_ledger
from ingest.planning import Plan, find_pending
from ingest.source import Source
from ingest.sources.hashtag import HASHTAG

DAY = date(2022, 10, 9)
OPTIONS = {"columns": {"video_id": "id", "captured_at": "at", "views": "views", "creator": "by"}}
NOTE: dict[str, Any] = {
    "source": "hashtag",
    "format": "video_csv",
    "campaign": "endthestigma",
    "timezone": "UTC",
    "options": OPTIONS,
}

Views = Mapping[str, int | str]


def no_objection(source: Source, staged: Sequence[StagedDelivery], ledger: pl.DataFrame) -> dict[str, str]:
    """A validator that believes everything."""
    return {}


def holding(*names: str) -> Validator:
    """A validator that holds the deliveries of those names."""

    def judge(source: Source, staged: Sequence[StagedDelivery], ledger: pl.DataFrame) -> dict[str, str]:
        return {item.ref: "not believable" for item in staged if item.delivery in names}

    return judge


def videos(number: int, first: int = 0) -> dict[str, int]:
    """So many videos with their views."""
    return {f"v{one}": 100 + one for one in range(first, first + number)}


@dataclass
class Desk:
    """A home, and what a user and the daily run do with it."""

    home: Home
    campaigns: frozenset[str] = frozenset({"endthestigma"})
    source: Source = HASHTAG
    runs: "count[int]" = field(default_factory=count)

    def land(self, name: str, views: Views, day: date = DAY, **note: Any) -> Path:
        """Put a delivery with a reading per video into landing; keys of the note may be given, None takes one out."""
        lines = [
            "id,at,views,by",
            *(f"{video},2022-10-08 10:00:00,{number},noor" for video, number in views.items()),
            "",
        ]
        keys = {key: value for key, value in (NOTE | note).items() if value is not None}
        return write_delivery(self.home, "hashtag", day, name, {"videos.csv": "\n".join(lines).encode()}, keys)

    def ingest(self, validator: Validator = no_objection, days: tuple[date, date] | None = None) -> list[Outcome]:
        """One run."""
        return ingest(self.home, self.source, validator, f"run-{next(self.runs)}", self.campaigns, self.plan(days))

    def plan(self, days: tuple[date, date] | None = None) -> Plan:
        return find_pending(self.home, [self.source], self.campaigns, days)

    def pending(self) -> list[str]:
        return [item.name for item in self.plan().pending]

    @property
    def ledger(self) -> pl.DataFrame:
        return read_ledger(self.home)

    def statuses(self) -> list[tuple[str, int, str]]:
        """Delivery, version and status of every version."""
        return self.ledger.select("delivery", "version", "status").rows()

    def reason(self, name: str) -> str:
        """Why the newest version of a delivery is not in effect."""
        [reason] = self.ledger.filter((pl.col("delivery") == name) & pl.col("is_current"))["reason"]
        return str(reason)

    def views(self) -> dict[str, dict[str, int]]:
        """The views of each video, by delivery in effect: what the marts would see."""
        found: dict[str, dict[str, int]] = {}
        for landed_on, name in in_effect(self.ledger).select("landed_on", "delivery").iter_rows():
            frame = pl.read_parquet(lake.partition(self.home.lake / "video_readings", landed_on, name))
            found[name] = dict(frame.select("video_id", "views").iter_rows())
        return found

    def files(self, *folders: Path) -> dict[str, tuple[int, int]]:
        """Every file below the folders with its inode and time of change: equal where nothing was written."""
        return {
            str(path.relative_to(self.home.root)): (path.stat().st_ino, path.stat().st_mtime_ns)
            for folder in folders or (self.home.root,)
            for path in folder.rglob("*")
        }


def names(outcomes: Iterable[Outcome]) -> list[tuple[str, str]]:
    """Delivery and outcome of each."""
    return [(outcome.delivery, outcome.outcome) for outcome in outcomes]
