"""Lands a delivery of in-app events, reads it as ingestion does, and holds every reader to its contract."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from ingest.delivery import load_delivery
from ingest.home import Home
from ingest.landing import write_delivery
from ingest.note import read_note
from ingest.pseudonym import Pseudonymiser
from ingest.source import LINEAGE, REJECTED, UNREADABLE, Parsed
from ingest.sources.activation import ACTIVATION
from ingest.weeks import Weeks

PSEUDONYMS = Pseudonymiser("a key of the tests, 32 characters long")
LANDED_ON = date(2026, 10, 6)
WEEKS = Weeks(ZoneInfo("Asia/Dubai"), {"SA": 7})


def ndjson(records: Iterable[Mapping[str, Any]]) -> str:
    """A record a line."""
    return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)


def read(folder: Path, form: str, text: str, options: Mapping[str, Any] | None = None) -> Parsed:
    """What the format makes of a delivery of one file."""
    note = {"source": "activation", "format": form, "campaign": "c", "options": dict(options or {})}
    path = write_delivery(Home(folder), "activation", LANDED_ON, "day", {"file.txt": text.encode()}, note)
    delivery = load_delivery(ACTIVATION, LANDED_ON, path, read_note(path), PSEUDONYMS, frozenset({"c"}))
    parsed = delivery.format.read(replace(delivery, weeks=WEEKS))
    loaded = 0
    for name, frame in parsed.tables.items():
        table = ACTIVATION.table(name)
        assert frame.schema == pl.Schema({**table.schema, **LINEAGE}), name
        assert not frame.select(pl.struct(table.key).is_duplicated()).to_series().any(), name
        for column, contract in table.columns.items():
            assert not contract.values or set(frame[column].drop_nulls()) <= set(contract.values), column
        assert table.records is not None
        loaded += int(frame.select(table.records).item() or 0)
    assert parsed.rejected.schema == REJECTED
    assert parsed.unreadable.schema == UNREADABLE
    assert parsed.records_read == loaded + parsed.rejected.height + parsed.records_duplicate
    return parsed


def events(parsed: Parsed, *columns: str) -> list[tuple[Any, ...]]:
    """Columns of the events, in the order of the file."""
    return parsed.tables["activation_events"].sort("line").select(columns).rows()


def rejected(parsed: Parsed) -> list[tuple[int, str]]:
    """Line and reason of each rejected record."""
    return parsed.rejected.sort("line").select("line", "reason").rows()
