"""What is checked of which table, by name and in words, as the suites are kept in `json`. Quick to import.

The suites themselves stand in the modules beside, in Great Expectations' own terms; importing those takes seconds.
`python -m expectations.generate` writes `json` from them, and a test fails when it is stale.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from expectations.checks import Severity
from ingest.sources import SOURCES

JSON = Path(__file__).parent / "json"
"""A file per suite, as Great Expectations keeps it."""

OF_TABLE = ("", "_deliveries", "_history")
"""What the suites of a lake table are called after its name: of its rows, of its deliveries, of these beside earlier ones."""

PUBLICATION = "publication"
"""The subject of what is judged of all marts together, before they are published."""

_SEVERITIES: Mapping[str, Severity] = {"critical": "ERROR", "warning": "WARN"}


class Check(NamedTuple):
    """A check that results will come for. `expected` says it in words."""

    name: str
    severity: Severity
    expected: str


@dataclass(frozen=True)
class Checked:
    """A lake table or mart and all that is expected of it."""

    subject: str
    expectations: tuple[Check, ...]


def suite_for(subject: str) -> Checked:
    """All that is expected of a lake table or a mart; KeyError where nothing is."""
    return {**lake_suites(), **mart_suites()}[subject]


@cache
def lake_suites() -> Mapping[str, Checked]:
    """By lake table, what every delivery of it is checked for."""
    tables = [table.name for source in SOURCES for table in source.tables]
    return {
        table: Checked(table, tuple(check for ending in OF_TABLE for check in _checks(f"{table}{ending}")))
        for table in tables
    }


@cache
def mart_suites() -> Mapping[str, Checked]:
    """By mart, what it is checked for before it is published."""
    of_tables = {f"{table}{ending}" for table in lake_suites() for ending in OF_TABLE}
    marts = sorted(path.stem for path in JSON.glob("*.json") if path.stem not in of_tables)
    return {mart: Checked(mart, tuple(_checks(mart))) for mart in marts}


def _checks(suite: str) -> list[Check]:
    path = JSON / f"{suite}.json"
    if not path.exists():
        return []
    return [
        Check(one["meta"]["attributes"]["check"], _SEVERITIES[one["severity"]], one["description"])
        for one in json.loads(path.read_text("utf-8"))["expectations"]
    ]
