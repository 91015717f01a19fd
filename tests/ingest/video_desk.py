"""A desk that puts hashtag deliveries into landing, reads them as ingestion does, and holds every reader to its contract."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from ingest.delivery import load_delivery
from ingest.home import Home
from ingest.landing import write_delivery
from ingest.note import read_note
from ingest.pseudonym import Pseudonymiser
from ingest.source import LINEAGE, REJECTED, UNREADABLE, Delivery, Parsed
from ingest.sources.hashtag import COUNTERS, HASHTAG

PSEUDONYMS = Pseudonymiser("a key of the tests, 32 characters long")
LANDED_ON = date(2025, 6, 1)
FIELD = Path(__file__).parents[2].parent / "shared" / "data"
# Our names for columns of those names, but for captured_at, which the files of these tests call `at`.
NAMES = ("video_id", "creator", "creator_followers", "created_at", "views", "likes", "comments", "shares", "saves",
         "hashtags", "creator_country", "duration_seconds", "url", "platform", "text")  # fmt: skip
POSTED = datetime(2025, 5, 21, 9, 44, 45, tzinfo=UTC)
ID = "7506832682593094928"  # of a video that was posted then
URL = f"https://www.tiktok.com/@u/video/{ID}"


def assert_contract(parsed: Parsed) -> None:
    """Schemas, keys that are known, nothing lost or made up, nothing of a person in what is set aside."""
    loaded = 0
    for name, frame in parsed.tables.items():
        table = HASHTAG.table(name)
        assert frame.schema == pl.Schema({**table.schema, **LINEAGE}), name
        assert frame.select(table.key).null_count().sum_horizontal().sum() == 0, name
        assert not frame.select(table.key).is_duplicated().any(), name
        for column, contract in table.columns.items():
            assert not contract.values or set(frame[column].drop_nulls()) <= set(contract.values), column
        loaded += int(frame.select(table.records).item() or 0) if table.records is not None and frame.height else 0
    assert parsed.rejected.schema == REJECTED
    assert parsed.unreadable.schema == UNREADABLE
    assert parsed.records_read == loaded + parsed.rejected.height + parsed.records_duplicate
    readings = parsed.tables.get("video_readings")
    if readings is None:
        return
    for counter in COUNTERS:
        assert (readings[counter].is_null() == readings[f"{counter}_unit"].is_null()).all()
    tags = readings.select("hashtags", "display_hashtags").drop_nulls()
    assert (tags["hashtags"].list.len() == tags["display_hashtags"].list.len()).all()
    assert (tags["hashtags"].list.n_unique() == tags["hashtags"].list.len()).all()
    for name in ("hashtags", "display_hashtags"):
        assert not readings[name].explode().drop_nulls().str.contains(r"^$|[\s\[\]\"',]").any()


class Reader:
    """Reads small files as ingestion does."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)

    def deliver(
        self,
        files: Mapping[str, str | bytes],
        options: Mapping[str, Any],
        zone: str | None = "UTC",
        form: str = "video_csv",
    ) -> Delivery:
        note = {"source": "hashtag", "format": form, "campaign": "c", "options": dict(options)}
        content = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
        zoned = note | ({"timezone": zone} if zone else {})
        path = write_delivery(self.home, "hashtag", LANDED_ON, "day", content, zoned)
        return load_delivery(HASHTAG, LANDED_ON, path, read_note(path), PSEUDONYMS, frozenset({"c"}))

    def files(
        self,
        files: Mapping[str, str | bytes],
        options: Mapping[str, Any],
        zone: str | None = "UTC",
        form: str = "video_csv",
    ) -> Parsed:
        delivery = self.deliver(files, options, zone, form)
        parsed = delivery.format.read(delivery)
        assert_contract(parsed)
        return parsed

    def rows(self, *rows: Mapping[str, str], zone: str = "UTC", **options: Any) -> Parsed:
        """A file of rows of some of `NAMES`, captured at noon unless they say when."""
        whole = [{"video_id": "v", "at": "2025-05-29 12:00:00", **row} for row in rows]
        names = list(dict.fromkeys(name for row in whole for name in row))
        lines = ["\t".join(names), *("\t".join(row.get(name, "") for name in names) for row in whole), ""]
        columns = {"captured_at": "at"} | {name: name for name in names if name in NAMES}
        return self.files({"v.csv": "\n".join(lines)}, {"columns": columns, **options}, zone)

    def one(self, row: Mapping[str, str], zone: str = "UTC", **options: Any) -> dict[str, Any]:
        """The one reading of a file with that row."""
        [reading] = self.rows(row, zone=zone, **options).tables["video_readings"].iter_rows(named=True)
        return reading


def rejected(parsed: Parsed) -> list[tuple[int, str]]:
    """Line and reason of each rejected record."""
    return parsed.rejected.sort("line").select("line", "reason").rows()


def ids(parsed: Parsed) -> list[str]:
    """The ids of the videos that were read."""
    return parsed.tables["video_readings"]["video_id"].to_list()
