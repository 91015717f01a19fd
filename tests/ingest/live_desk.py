"""A desk that puts a live delivery into landing, reads it as ingestion does, and holds every reader to its contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ingest.delivery import load_delivery
from ingest.home import Home
from ingest.landing import write_delivery
from ingest.note import read_note
from ingest.pseudonym import Pseudonymiser
from ingest.source import REJECTED, UNREADABLE, Delivery, DeliveryError, Parsed
from ingest.sources.live import LIVE

PSEUDONYMS = Pseudonymiser("a key of the tests, 32 characters long")
LANDED_ON = date(2026, 1, 31)


@dataclass(frozen=True)
class LiveDesk:
    """Reads deliveries of the live source."""

    home: Home
    real: Path
    numbers: "count[int]"

    def deliver(
        self,
        form: str,
        files: Mapping[str, str | bytes],
        options: Mapping[str, Any],
        timezone: str | None = "America/Sao_Paulo",
    ) -> Delivery:
        note = {"source": "live", "format": form, "campaign": "endthestigma", "options": dict(options)}
        content = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
        name = f"delivery-{next(self.numbers)}"
        path = write_delivery(
            self.home, "live", LANDED_ON, name, content, note | ({"timezone": timezone} if timezone else {})
        )
        return load_delivery(LIVE, LANDED_ON, path, read_note(path), PSEUDONYMS, frozenset({"endthestigma"}))

    def read(
        self,
        form: str,
        files: Mapping[str, str | bytes],
        options: Mapping[str, Any],
        timezone: str | None = "America/Sao_Paulo",
    ) -> Parsed:
        delivery = self.deliver(form, files, options, timezone)
        parsed = delivery.format.read(delivery)
        assert_contract(parsed)
        return parsed

    def read_or_refuse(self, form: str, content: bytes, options: Mapping[str, Any], timezone: str) -> None:
        """Read what may be damaged: whatever it is, the only error is a refusal that names the file and says why."""
        refusal = None
        try:
            self.read(form, {"damaged.csv": content}, options, timezone)
        except DeliveryError as error:
            refusal = str(error)
        assert refusal is None or ("damaged.csv" in refusal and len(refusal) > 30), refusal

    def real_file(self, name: str) -> bytes:
        """A file of the real data beside the checkout; the test is skipped where that is absent."""
        path = self.real / name
        if not path.exists():
            pytest.skip(f"the real data is not beside this checkout: {path.name} is absent")
        return path.read_bytes()


def assert_contract(parsed: Parsed) -> None:
    """Schemas, keys that are known, and the accounting."""
    loaded = 0
    for name, frame in parsed.tables.items():
        table = LIVE.table(name)
        assert frame.schema == pl.Schema({**table.schema, "file": pl.String(), "line": pl.Int64()}), name
        assert frame.select(table.key).null_count().sum_horizontal().sum() == 0, name
        if table.records is not None:
            loaded += int(frame.select(table.records).item() or 0)
    assert parsed.rejected.schema == REJECTED
    assert parsed.unreadable.schema == UNREADABLE
    assert parsed.records_read == loaded + parsed.rejected.height + parsed.records_duplicate
    stays = parsed.tables.get("live_stays")
    if stays is not None:
        assert not stays.select(LIVE.table("live_stays").key).is_duplicated().any()
        assert not (stays["left_at"] < stays["joined_at"]).any()
        assert set(stays["session_id"]) <= set(parsed.tables["live_sessions"]["session_id"])


def utc(text: str) -> datetime:
    """An instant, written as ISO 8601 in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def person(identity: str) -> str:
    """The pseudonym that the tests' key gives a person."""
    return str(pl.select(PSEUDONYMS.key(pl.lit(identity), "person")).item())
