"""The published file: a copy of the marts with the lake's books beside them, verified, moved into place. No Dagster here.

Whether it may be published at all is decided before, in `orchestration.publish`.
"""

import hashlib
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl

from ingest.home import Home
from ingest.ledger import DELIVERY_ID, in_effect, ledger_hash, read_ledger, replace_durably, write_atomically
from orchestration.meta_tables import META_TABLES
from orchestration.news import PUBLICATIONS, code_version, describe_file, read_publications
from orchestration.warehouse import memory_limit, relation, text

STORAGE_VERSION = "v1.4.0"
"""Clients of DuckDB 1.4 can read the file; without it only those as new as the writer can. The dbt profile says the same."""

MOST_FREE = 0.25
"""The share of free blocks above which the marts are rewritten: they would be copied with every publication."""


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


def publish(home: Home, run_id: str, project_hash: str, tables: Collection[tuple[str, str]]) -> Publication:
    """Copy the marts, add what the lake's books say, and put the file where analysts look. Raises PublicationError.

    `tables` are the schemas and names that the project builds; others are dropped. A kill before the replacement leaves the old
    file; one after it leaves the new file and a rerun that publishes it again.
    """
    folder = home.published.parent
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o750)
    for left_over in [*folder.glob(".marts-*"), *home.marts.parent.glob(".marts-*")]:
        left_over.unlink()
    ledger = read_ledger(home)
    landed_through = in_effect(ledger)["landed_on"].max()
    removed_hash = _removed_hash(ledger, project_hash)
    expected = _tidy(home, run_id, tables, rewrite=removed_hash != _last(home, "removed_hash"))
    fresh = folder / f".marts-{run_id}.duckdb"
    shutil.copyfile(home.marts, fresh)
    marts = {name: rows for (schema, name), rows in expected.items() if schema == "main"}
    published_at = datetime.now(UTC)
    record = {
        "published_at": published_at,
        "run_id": run_id,
        "landed_through": landed_through,
        "code_version": code_version(),
        "tables": len(marts),
        "rows": sum(marts.values()),
        "project_hash": project_hash,
        "ledger_hash": ledger_hash(ledger),
        "removed_hash": removed_hash,
    }
    with _attached(fresh) as connection:
        expected |= _write_meta(connection, home, _with(home, record))
    _verify(fresh, expected)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.chmod(0o444)
    removed_wal = remove_stray_wal(home)
    fresh.replace(home.published)
    _sync_directory(folder)
    write_atomically(_with(home, record | describe_file(home.published)), home.publications)
    return Publication(published_at, landed_through if isinstance(landed_through, date) else None, marts, removed_wal)


def _with(home: Home, record: Mapping[str, object]) -> pl.DataFrame:
    return pl.concat([read_publications(home), pl.DataFrame([record], schema=PUBLICATIONS)])


def _last(home: Home, column: str) -> object:
    publications = read_publications(home)
    return publications[column][-1] if publications.height else None


def _removed_hash(ledger: pl.DataFrame, project_hash: str) -> str:
    """A digest of what was once in the marts and no longer is: versions withdrawn or replaced, rows of other models and seeds."""
    removed = ledger.filter((pl.col("outcome") == "accepted") & (pl.col("status") != "loaded"))
    rows = removed.sort(*DELIVERY_ID, "version").select(*DELIVERY_ID, "version")
    return hashlib.sha256(f"{project_hash}\n{rows.write_csv()}".encode()).hexdigest()


def _tidy(home: Home, run_id: str, tables: Collection[tuple[str, str]], *, rewrite: bool) -> dict[tuple[str, str], int]:
    """Drop what the project no longer builds, fold the log into the file, count rows, and rewrite it where deleted rows may stand in it.

    A plain copy of the file would carry their bytes to analysts.
    """
    rewritten = home.marts.with_name(f".marts-{run_id}.duckdb")
    with duckdb.connect(config={"memory_limit": memory_limit()}) as connection:
        connection.execute(f"attach {text(str(home.marts))} as marts; use marts")
        found = connection.execute(
            "select schema_name, table_name, 'table' from duckdb_tables() where database_name = 'marts' union all "
            "select schema_name, view_name, 'view' from duckdb_views() where database_name = 'marts' and not internal"
        ).fetchall()
        for schema, name, kind in found:
            if (schema, name) not in tables:
                connection.execute(f"drop {kind} {relation(schema, name)}")
                rewrite = True
        connection.execute("create schema if not exists meta; checkpoint marts")
        counts = {
            (schema, name): _count(connection, relation(schema, name))
            for schema, name, _ in found
            if (schema, name) in tables
        }
        if rewrite or _free_share(connection) > MOST_FREE:
            rewritten = home.marts.with_name(f".marts-{run_id}.duckdb")
            connection.execute(f"attach {text(str(rewritten))} as rewritten (storage_version {text(STORAGE_VERSION)})")
            connection.execute("copy from database marts to rewritten; checkpoint rewritten; detach rewritten")
    if rewritten.exists():
        replace_durably(rewritten, home.marts)
    return counts


def _free_share(connection: duckdb.DuckDBPyConnection) -> float:
    row = connection.execute(
        "select free_blocks / greatest(total_blocks, 1) from pragma_database_size() where database_name = 'marts'"
    ).fetchone()
    return float(row[0]) if row else 0.0


@contextmanager
def _attached(fresh: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"memory_limit": memory_limit()}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {text(str(fresh))} as fresh; use fresh")
        yield connection
        connection.execute("checkpoint fresh; use memory; detach fresh")


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
    listed = ", ".join(f"{relation(column)} {kind}" for column, (kind, _) in columns.items())
    connection.execute(f"create table meta.{name} ({listed})")
    connection.execute(f"comment on table meta.{name} is {text(description)}")
    for column, (_, comment) in columns.items():
        connection.execute(f"comment on column meta.{name}.{relation(column)} is {text(comment)}")


def _verify(fresh: Path, expected: dict[tuple[str, str], int]) -> None:
    """Open the finished file as an analyst would and count again."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {text(str(fresh))} as fresh (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'fresh'"
        ).fetchall()
        found = {(schema, name): _count(connection, relation("fresh", schema, name)) for schema, name in tables}
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
