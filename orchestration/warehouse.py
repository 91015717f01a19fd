"""The two database files that dbt builds, warehouse and marts: opened for reading, and thrown away where they cannot be trusted.

What is in them is dbt's affair; nothing here imports dbt or Dagster.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.files import replace_durably
from ingest.home import Home
from orchestration.failures import HomeError, in_one_line

if TYPE_CHECKING:
    import duckdb

MEMORY_LIMIT = "CAMPAIGN_MEMORY_LIMIT"
"""Environment variable: how much memory DuckDB may use before it writes to disk, as DuckDB spells sizes."""

DEFAULT_MEMORY_LIMIT = "1GB"

WAITS = (1, 2, 4, 8, 16, 32)
"""Seconds until a file that somebody else has open is looked at again."""


def memory_limit() -> str:
    """The limit that holds for every connection, dbt's included."""
    return os.environ.get(MEMORY_LIMIT, DEFAULT_MEMORY_LIMIT)


@contextmanager
def open_warehouse(home: Home) -> "Iterator[duckdb.DuckDBPyConnection]":
    """Both files, read-only, so that a table is found by its schema and name in whichever it is."""
    import duckdb

    with duckdb.connect(config={"memory_limit": memory_limit()}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {text(str(home.warehouse))} as warehouse (read_only)")
        connection.execute(f"attach {text(str(home.marts))} as marts (read_only)")
        connection.execute("set search_path = 'warehouse.main,marts.main'")
        yield connection


def row_counts(home: Home) -> dict[tuple[str, str], int]:
    """Rows of every table, by schema and name."""
    with open_warehouse(home) as connection:
        found = connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        counts = [
            f"select {number} as table_number, count(*) as row_count from {relation(*table)}"
            for number, table in enumerate(found)
        ]
        rows = connection.execute(" union all ".join(counts)).fetchall() if counts else []
    return {found[number][1:]: height for number, height in rows}


def wait_for_others(home: Home) -> None:
    """Wait a minute for whoever looked into a file, so that an analyst's tool does not fail the night's run.

    Raises HomeError where somebody still has it open, OSError where it may not be read and written.
    """
    for path in (home.warehouse, home.marts):
        if not path.exists():
            continue
        with path.open("r+b") as file:
            for seconds in (*WAITS, None):
                try:
                    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if seconds is None:
                        raise HomeError(f"another program has {path} open; close it there and run again") from None
                    time.sleep(seconds)


def keep_only_built_with(home: Home, project_hash: str) -> None:
    """Delete both files where models or seeds were others than these; what is kept can be brought up to date."""
    path = home.warehouse.with_name("built_with")
    if path.exists() and path.read_bytes() == project_hash.encode():
        return
    for part in _parts(home):
        part.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, project_hash)


def seal(home: Home) -> None:
    """Note size and time of both files after a run, so that the next one sees whether anybody else changed them."""
    _write(_seal(home), json.dumps(_state(home)))


def set_damaged_aside(home: Home) -> str | None:
    """Move both files away where one is missing or damaged, so that they are built anew; says so in a sentence.

    Files that are as the last run left them are trusted; any others are read through, which proves DuckDB's checksums.
    """
    files = [home.warehouse, home.marts]
    present = [file for file in files if file.exists()]
    if not present or _is_sealed(home):
        return None
    found = next(
        (problem for file in files if (problem := _problem(file) if file.exists() else f"{file.name} is missing")), None
    )
    return set_aside(home, found) if found else None


def set_aside(home: Home, found: str) -> str:
    """Move both files into a folder of their own: one without the other would be rebuilt in part only."""
    folder = home.warehouse.parent / f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    folder.mkdir(exist_ok=True)
    for part in _parts(home):
        if part.exists():
            part.replace(folder / part.name)
    _seal(home).unlink(missing_ok=True)
    return f"{found}; moved to {folder} and rebuilt from the lake. Delete that folder once nobody needs it"


def is_corruption(message: str) -> bool:
    """Whether an error of DuckDB says that a file is damaged, not that somebody else holds it or a query is wrong."""
    return any(
        sign in message for sign in ("Corrupt database file", "not a valid DuckDB", "Could not read enough bytes")
    )


def tables(connection: "duckdb.DuckDBPyConnection", database: str) -> list[tuple[str, str]]:
    """Schema and name of every table of an attached database."""
    query = "select schema_name, table_name from duckdb_tables() where database_name = ?"
    return connection.execute(query, [database]).fetchall()


def count(connection: "duckdb.DuckDBPyConnection", *names: str) -> int:
    """Rows of a table, by the names of its database, schema and itself."""
    [(rows,)] = connection.execute(f"select count(*) from {relation(*names)}").fetchall()
    return int(rows)


def relation(*names: str) -> str:
    """Names of database, schema and table as SQL."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def text(value: str) -> str:
    """A text as SQL."""
    return "'" + value.replace("'", "''") + "'"


def _parts(home: Home) -> list[Path]:
    return [part for file in (home.warehouse, home.marts) for part in (file, file.with_name(file.name + ".wal"))]


def _write(path: Path, content: str) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(content)
    replace_durably(temporary, path)


def _problem(file: Path) -> str | None:
    import duckdb

    try:
        with duckdb.connect(config={"memory_limit": memory_limit()}) as connection:
            connection.execute(f"attach {text(str(file))} as found")  # not read-only: a log of a killed run is replayed
            for schema, name in tables(connection, "found"):
                connection.execute(f"select bit_xor(hash(rows)) from {relation('found', schema, name)} as rows")
    except duckdb.Error as error:
        # Somebody else holds it, there is no room to replay its log, or no right to: none of that is damage.
        if "Could not set lock" in str(error) or in_one_line(str(error), file.parent):
            raise
        return f"{file} is damaged"
    return None


def _is_sealed(home: Home) -> bool:
    path = _seal(home)
    try:
        return bool(json.loads(path.read_text()) == _state(home))
    except (OSError, ValueError):
        return False


def _state(home: Home) -> dict[str, list[int]]:
    return {file.name: [file.stat().st_size, file.stat().st_mtime_ns] for file in (home.warehouse, home.marts)}


def _seal(home: Home) -> Path:
    return home.warehouse.with_name("sealed.json")
