"""The published file: a copy of the marts with the lake's books beside them, verified, moved into place. No Dagster here.

Whether it may be published at all is decided before, in `orchestration.publish`.
"""

import hashlib
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl

from ingest.files import replace_durably, write_atomically
from ingest.home import Home
from ingest.ledger import DELIVERY_ID, in_effect, ledger_hash, read_ledger
from orchestration.meta_tables import NAMES, Books, write_meta
from orchestration.news import PUBLICATIONS, code_version, describe_file, gone, read_publications, read_since
from orchestration.project import Project
from orchestration.warehouse import count, memory_limit, relation, tables, text

STORED = "storage_version 'v1.4.0', row_group_size 40960"
"""Clients of DuckDB 1.4 can read the file; without it only those as new as the writer can. The dbt profile says the same."""

MOST_FREE, SMALL = 0.25, 32
"""The marts are rewritten where more of their blocks are free, which are copied with every publication, unless they are few."""


class PublicationError(Exception):
    """The new file is not what was to be published. The old one stays."""


@dataclass(frozen=True)
class Publication:
    """What was published: rows by table of `main`, and whether an analyst's write-ahead log was in the way.

    `warnings` name the seeds and deliveries that lack what they had in the publication before.
    """

    landed_through: date | None
    rows: dict[str, int]
    removed_wal: bool
    warnings: list[str]


def remove_stray_wal(home: Home) -> bool:
    """Remove the log left by someone who opened the published file for writing; with it no reader could open the next file."""
    wal = home.published.with_name(home.published.name + ".wal")
    if not wal.exists():
        return False
    wal.unlink()
    return True


def publish(home: Home, run_id: str, project: Project, built: Collection[tuple[str, str]]) -> Publication:
    """Copy the marts, add what the lake's books say, and put the file where analysts look. Raises PublicationError.

    `built` are the schemas and names of the tables that the project builds; others are dropped. A kill before the replacement
    leaves the old file; one after it leaves the new file and a rerun that publishes it again.
    """
    folder = home.published.parent
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o750)
    for left_over in [*folder.glob(".marts-*"), *home.marts.parent.glob(".marts-*")]:
        left_over.unlink()
    ledger = read_ledger(home)
    landed_through = in_effect(ledger)["landed_on"].max()
    removed_hash = _removed_hash(ledger, project.project_hash)
    warnings = [*gone(home, project, ledger), *_warned_of(home, ledger)]
    record = {
        "published_at": datetime.now(UTC),
        "run_id": run_id,
        "landed_through": landed_through,
        "code_version": code_version(),
        "project_hash": project.project_hash,
        "ledger_hash": ledger_hash(ledger),
        "removed_hash": removed_hash,
        "seed_rows": [{"seed": seed, "rows": rows} for seed, rows in project.own_rows.items()],
        "warnings": warnings,
    }
    expected = _finish_marts(home, run_id, ledger, record, built, rewrite=removed_hash != _last(home, "removed_hash"))
    fresh = folder / f".marts-{run_id}.duckdb"
    shutil.copyfile(home.marts, fresh)
    _verify(fresh, expected)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.chmod(0o444)
    removed_wal = remove_stray_wal(home)
    fresh.replace(home.published)
    _sync_directory(folder)
    rows = _marts_only(expected)
    record |= {"tables": len(rows), "rows": sum(rows.values()), **describe_file(home.published)}
    write_atomically(_with(home, record), home.publications)
    return Publication(landed_through if isinstance(landed_through, date) else None, rows, removed_wal, warnings)


def _with(home: Home, record: Mapping[str, object]) -> pl.DataFrame:
    return pl.concat([read_publications(home), pl.DataFrame([record], schema=PUBLICATIONS)])


def _last(home: Home, column: str) -> object:
    publications = read_publications(home)
    return publications[column][-1] if publications.height else None


def _warned_of(home: Home, ledger: pl.DataFrame) -> list[str]:
    """What was warned of deliveries that were read since the last publication."""
    warned = read_since(home, ledger).filter("is_current", pl.col("warning").is_not_null())
    return [
        f"{source}/{landed_on}/{delivery}: {warning}"
        for source, landed_on, delivery, warning in warned.select(*DELIVERY_ID, "warning").iter_rows()
    ]


def _removed_hash(ledger: pl.DataFrame, project_hash: str) -> str:
    """A digest of what was once in the marts and no longer is: versions withdrawn or replaced, rows of other models and seeds."""
    removed = ledger.filter((pl.col("outcome") == "accepted") & (pl.col("status") != "loaded"))
    rows = removed.sort(*DELIVERY_ID, "version").select(*DELIVERY_ID, "version")
    return hashlib.sha256(f"{project_hash}\n{rows.write_csv()}".encode()).hexdigest()


def _finish_marts(
    home: Home,
    run_id: str,
    ledger: pl.DataFrame,
    record: dict[str, object],
    built: Collection[tuple[str, str]],
    *,
    rewrite: bool,
) -> dict[tuple[str, str], int]:
    """Bring the file that dbt built to what is to be published; its rows by table.

    It is rewritten where deleted rows may stand in it, since a plain copy of the file would carry their bytes to analysts.
    Row groups are merged by dbt's builds alone.
    """
    rewritten = home.marts.with_name(f".marts-{run_id}.duckdb")
    with duckdb.connect(config={"memory_limit": memory_limit(), "max_vacuum_tasks": 0}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {text(str(home.marts))} as marts; use marts; begin")
        rewrite |= _drop_others(connection, {*built, *NAMES})
        counts = {table: count(connection, *table) for table in tables(connection, "marts") if table in built}
        marts = _marts_only(counts)
        publications = _with(home, record | {"tables": len(marts), "rows": sum(marts.values())})
        counts |= write_meta(connection, Books(home, ledger, publications))
        connection.execute("commit; checkpoint marts")
        if rewrite or _has_much_free(connection):
            connection.execute(f"attach {text(str(rewritten))} as rewritten ({STORED})")
            connection.execute("copy from database marts to rewritten; checkpoint rewritten; detach rewritten")
    if rewritten.exists():
        replace_durably(rewritten, home.marts)
    return counts


def _marts_only(counts: Mapping[tuple[str, str], int]) -> dict[str, int]:
    return {name: rows for (schema, name), rows in counts.items() if schema == "main"}


def _drop_others(connection: duckdb.DuckDBPyConnection, kept: Collection[tuple[str, str]]) -> bool:
    """Drop what the project no longer builds; whether there was any."""
    views = connection.execute(
        "select schema_name, view_name from duckdb_views() where database_name = 'marts' and not internal"
    ).fetchall()
    others = [("table", *table) for table in tables(connection, "marts") if table not in kept]
    others += [("view", schema, name) for schema, name in views]
    for kind, schema, name in others:
        connection.execute(f"drop {kind} {relation(schema, name)}")
    return bool(others)


def _has_much_free(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "select free_blocks > ? and free_blocks > ? * total_blocks from pragma_database_size() where database_name = 'marts'",
        [SMALL, MOST_FREE],
    ).fetchone()
    return found == (True,)


def _verify(fresh: Path, expected: dict[tuple[str, str], int]) -> None:
    """Open the finished file as an analyst would and count again."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {text(str(fresh))} as fresh (read_only)")
        found = {table: count(connection, "fresh", *table) for table in tables(connection, "fresh")}
    if found != expected:
        differing = sorted(
            f"{schema}.{name}"
            for schema, name in found.keys() | expected.keys()
            if found.get((schema, name)) != expected.get((schema, name))
        )
        raise PublicationError(
            f"the new file differs from the warehouse in {', '.join(differing)}; the last published file stays"
        )


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
