"""The whole command on good and mutated deliveries of every format: nobody whom they name is found outside of landing."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingest.home import Home
from tests.fuzz.specimens import CANARY, SPECIMENS
from tests.fuzz.test_mutations import land, leaks
from tests.pipeline.conftest import run

pytestmark = pytest.mark.fuzz

MUTATED = 3
"""Deliveries of each format; with the good ones some 2,500 people."""


def texts(database: Path) -> Iterator[str]:
    """Every row of every table of a DuckDB file."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, table in tables:
            yield from (str(row) for row in connection.execute(f'from "{schema}"."{table}"').fetchall())


def test_nobody_is_found_outside_of_landing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    for number, specimen in enumerate(SPECIMENS):
        land(home, specimen, f"{specimen.format}-good")
        for seed in range(MUTATED):
            land(home, specimen, f"{specimen.format}-{seed}", 100_000 + 1000 * (MUTATED * number + seed))
    said = run(home, exit_code=3)
    assert "Traceback" not in said
    assert CANARY not in said.lower()
    assert list(leaks(home)) == []
    found = [
        database.name
        for database in (home.warehouse, home.marts, home.published)
        for text in texts(database)
        if CANARY in text.lower()
    ]
    assert found == []
