"""The published file: built beside the old one, verified, moved into its place. Only what analysts get; no Dagster here.

Whether it may be published at all is decided before, in `orchestration.publish`.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl

from ingest.home import Home
from ingest.ledger import in_effect, ledger_hash, read_ledger, write_atomically
from orchestration.meta_tables import META_TABLES
from orchestration.news import PUBLICATIONS, code_version, read_publications

STORAGE_VERSION = "v1.4.0"
"""Clients of DuckDB 1.4 can read the file; without it only those as new as the writer can."""

SCHEMAS = ("main", "meta")


class PublicationError(Exception):
    """The new file is not what was to be published. The old one stays."""


@dataclass(frozen=True)
class Publication:
    """What was published: rows by table of `main`, and whether an analyst's write-ahead log was in the way."""

    published_at: datetime
    landed_through: date | None
    rows: dict[str, int]
    removed_wal: bool


def remove_stray_wal(home: Home) -> bool:
    """Remove the log left by someone who opened the published file for writing; with it no reader could open the next file."""
    wal = home.published.with_name(home.published.name + ".wal")
    if not wal.exists():
        return False
    wal.unlink()
    return True


def publish(home: Home, run_id: str, project_hash: str) -> Publication:
    """Build a new file from the warehouse and the lake's books, and put it where analysts look. Raises PublicationError.

    A kill before the replacement leaves the old file; one after it leaves the new file and a rerun that publishes it again.
    """
    folder = home.published.parent
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o750)
    for left_over in folder.glob(".marts-*"):
        left_over.unlink()
    ledger = read_ledger(home)
    landed_through = in_effect(ledger)["landed_on"].max()
    fresh = folder / f".marts-{run_id}.duckdb"
    published_at = datetime.now(UTC)
    with _attached(home, fresh) as connection:
        expected = _copy_marts(connection)
        marts = {name: rows for (schema, name), rows in expected.items() if schema == "main"}
        record = {
            "published_at": published_at,
            "run_id": run_id,
            "landed_through": landed_through,
            "code_version": code_version(),
            "tables": len(marts),
            "rows": sum(marts.values()),
            "project_hash": project_hash,
            "ledger_hash": ledger_hash(ledger),
        }
        publications = pl.concat([read_publications(home), pl.DataFrame([record], schema=PUBLICATIONS)])
        expected |= _write_meta(connection, home, publications)
    _verify(fresh, expected)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.chmod(0o444)
    removed_wal = remove_stray_wal(home)
    fresh.replace(home.published)
    _sync_directory(folder)
    write_atomically(publications, home.publications)
    return Publication(published_at, landed_through if isinstance(landed_through, date) else None, marts, removed_wal)


@contextmanager
def _attached(home: Home, fresh: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {_text(str(home.warehouse))} as warehouse (read_only)")
        connection.execute(f"attach {_text(str(fresh))} as fresh (storage_version {_text(STORAGE_VERSION)})")
        connection.execute("use fresh")
        connection.execute("create schema meta")
        yield connection
        connection.execute("checkpoint fresh")
        connection.execute("use memory")
        connection.execute("detach fresh")


def _copy_marts(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """Copy the tables of main and meta with their constraints and comments. Rows are sorted, so that equal marts are equal files."""
    tables = connection.execute(
        "select schema_name, table_name, sql, comment from duckdb_tables() "
        "where database_name = 'warehouse' and schema_name in ('main', 'meta') order by schema_name, table_name"
    ).fetchall()
    comments = connection.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'warehouse' and comment is not null"
    ).fetchall()
    counts = {}
    for schema, name, ddl, comment in tables:
        relation = f"{_name(schema)}.{_name(name)}"
        connection.execute(ddl)
        connection.execute(f"insert into fresh.{relation} by name select * from warehouse.{relation} order by all")
        if comment:
            connection.execute(f"comment on table {relation} is {_text(comment)}")
        for comment_schema, comment_table, column, text in comments:
            if (comment_schema, comment_table) == (schema, name):
                connection.execute(f"comment on column {relation}.{_name(column)} is {_text(text)}")
        counts[schema, name] = _count(connection, f"warehouse.{relation}")
    return counts


def _write_meta(
    connection: duckdb.DuckDBPyConnection, home: Home, publications: pl.DataFrame
) -> dict[tuple[str, str], int]:
    counts = {}
    for table in META_TABLES:
        rows = publications if table.name == "publications" else table.rows(home)
        rows = rows.select(table.columns.keys())
        _create(connection, table.name, table.description, table.columns)
        connection.register("rows_to_write", rows.to_arrow())
        connection.execute(f"insert into meta.{table.name} by name select * from rows_to_write")
        connection.unregister("rows_to_write")
        counts["meta", table.name] = rows.height
    _create(
        connection,
        "columns",
        "Columns of the marts. One row per column of a mart.",
        {
            "mart": ("varchar not null", "Table of schema main."),
            "column": ("varchar not null", "Column of the mart."),
            "type": ("varchar not null", "Its DuckDB type."),
            "description": ("varchar", "What it holds."),
        },
    )
    connection.execute(
        "insert into meta.columns select table_name, column_name, data_type, comment from duckdb_columns() "
        "where database_name = 'fresh' and schema_name = 'main' order by table_name, column_index"
    )
    counts["meta", "columns"] = _count(connection, "meta.columns")
    return counts


def _create(
    connection: duckdb.DuckDBPyConnection, name: str, description: str, columns: Mapping[str, tuple[str, str]]
) -> None:
    listed = ", ".join(f"{_name(column)} {kind}" for column, (kind, _) in columns.items())
    connection.execute(f"create table meta.{name} ({listed})")
    connection.execute(f"comment on table meta.{name} is {_text(description)}")
    for column, (_, text) in columns.items():
        connection.execute(f"comment on column meta.{name}.{_name(column)} is {_text(text)}")


def _verify(fresh: Path, expected: dict[tuple[str, str], int]) -> None:
    """Open the finished file as an analyst would and count again."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {_text(str(fresh))} as fresh (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'fresh'"
        ).fetchall()
        found = {(schema, name): _count(connection, f"fresh.{_name(schema)}.{_name(name)}") for schema, name in tables}
    if found != expected:
        differing = sorted(
            f"{schema}.{name}"
            for schema, name in found.keys() | expected.keys()
            if found.get((schema, name)) != expected.get((schema, name))
        )
        raise PublicationError(
            f"the new file differs from the warehouse in {', '.join(differing)}; the last published file stays"
        )


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
