"""What the published file says about the warehouse itself: the tables of schema `meta` that come from the lake's own books.

Columns and their words stand here once; which rows they get is decided by one function a table. `meta` tables that dbt
makes are not here.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import duckdb
import polars as pl

from expectations.checks import judged_last, read_checks
from ingest.files import read_or_set_aside
from ingest.home import Home
from ingest.lake import partition
from ingest.ledger import DELIVERY_ID, LEDGER_COLUMNS
from ingest.reasons import Reason
from ingest.source import REJECTED, UNREADABLE
from ingest.sources import SOURCES
from orchestration.warehouse import count, relation, text

log = logging.getLogger("campaign")


@dataclass(frozen=True)
class Books:
    """What is known about the home: the ledger, or part of it, and every publication."""

    home: Home
    ledger: pl.DataFrame
    publications: pl.DataFrame


@dataclass(frozen=True)
class MetaTable:
    """A table of `meta`: its comment, and for each column the SQL type (with NOT NULL where it holds) and the comment."""

    name: str
    description: str
    columns: Mapping[str, tuple[str, str]]
    rows: Callable[[Books], pl.DataFrame]
    is_by_delivery: bool = False
    """Whether only rows of deliveries that changed have to be read anew."""


_APART = [table for source in SOURCES for table in source.tables if table.is_apart]
_ASIDE = {"rejected": REJECTED, "unreadable": UNREADABLE}
_SOURCE = ("varchar not null", LEDGER_COLUMNS["source"].description)
_LANDED_ON = ("date not null", LEDGER_COLUMNS["landed_on"].description)
_DELIVERY = ("varchar not null", LEDGER_COLUMNS["delivery"].description)
_DELIVERIES = {
    "source": "varchar not null",
    "landed_on": "date not null",
    "delivery": "varchar not null",
    "version": "bigint not null",
    "is_current": "boolean not null",
    "format": "varchar",
    "campaign_id": "varchar",
    "supplier": "varchar",
    "records_read": "bigint",
    "records_loaded": "bigint",
    "records_rejected": "bigint",
    "records_duplicate": "bigint",
    "status": "varchar not null",
    "reason": "varchar",
    "warning": "varchar",
    "content_hash": "varchar",
    "ingested_at": "timestamptz not null",
}


def current_checks(home: Home) -> pl.DataFrame:
    """The latest results: of each delivery those of when it was last judged, of the marts those of the last run."""
    checks = read_checks(home)
    others = checks.filter(pl.col("layer") != "delivery")
    last = others.filter(pl.col("run_id") == pl.col("run_id").last().over("layer"))
    return pl.concat([judged_last(checks), last]).sort(
        "layer", "subject", "check_name", "source", "landed_on", "delivery"
    )


def known_versions(ledger: pl.DataFrame) -> pl.DataFrame:
    """The versions of which something is shown beside the ledger: those in effect, and those that are held now."""
    return ledger.filter((pl.col("status") == "loaded") | ((pl.col("status") == "held") & pl.col("is_current")))


def told(ledger: pl.DataFrame) -> pl.DataFrame:
    """The ledger with counts that leave out tables of which nobody may learn how many rows a delivery brings."""
    apart = pl.element().struct.field("table").is_in([table.name for table in _APART])
    rows = (
        pl.col("lake_files").list.eval(pl.when(apart).then(pl.element().struct.field("rows")).otherwise(0)).list.sum()
    )
    has_some = pl.col("source").is_in(
        [source.name for source in SOURCES if any(table.is_apart for table in source.tables)]
    )
    hidden = pl.when(has_some).then(rows).otherwise(0)
    return ledger.with_columns(pl.col("records_read", "records_loaded") - hidden)


def _rejected(books: Books) -> pl.DataFrame:
    some = books.ledger.filter(pl.col("records_rejected") > 0)
    return _beside_the_lake(books.home, "rejected", some).sort("source", "landed_on", "delivery", "file", "line")


def _unreadable(books: Books) -> pl.DataFrame:
    return _beside_the_lake(books.home, "unreadable", books.ledger).sort(
        "source", "landed_on", "delivery", "column_name", "reason"
    )


def _beside_the_lake(home: Home, kind: str, ledger: pl.DataFrame) -> pl.DataFrame:
    """What was set aside of deliveries that are loaded or held."""
    places = {"loaded": home.lake, "held": home.lake / "held"}
    frames = [
        pl.DataFrame(schema={"delivery": pl.String(), **_ASIDE[kind], "source": pl.String(), "landed_on": pl.Date()})
    ]
    for source, landed_on, delivery, status in ledger.select("source", "landed_on", "delivery", "status").iter_rows():
        path = partition(places[status] / kind / source, landed_on, delivery)
        if not path.exists():
            log.warning("%s is missing and not shown; campaign rebuild --home %s makes it anew", path, home.root)
            continue
        frame = read_or_set_aside(path, pl.Schema({"delivery": pl.String(), **_ASIDE[kind]}))
        frames.append(frame.with_columns(pl.lit(source).alias("source"), pl.lit(landed_on).alias("landed_on")))
    return pl.concat(frames)


META_TABLES = (
    MetaTable(
        "deliveries",
        "Versions of deliveries and what became of them. read = loaded + rejected + duplicate; events of help-seeking, stories and coded "
        "posts are in none of these counts, since they would give cells of few people away. One row per version of a delivery.",
        {name: (sql, LEDGER_COLUMNS[name].description) for name, sql in _DELIVERIES.items()},
        lambda books: told(books.ledger).sort("landed_on", "source", "delivery", "version"),
    ),
    MetaTable(
        "rejected_records",
        "Records left out because their key could not be read. Without personal data. One row per rejected record.",
        {
            "source": _SOURCE,
            "landed_on": _LANDED_ON,
            "delivery": _DELIVERY,
            "file": ("varchar", "File within the delivery."),
            "line": ("bigint", "Line in the file, from 1."),
            "reason": (
                "varchar not null",
                "One of a small vocabulary: unreadable, missing_key, bad_number, bad_time ..., in words in meta.reasons.",
            ),
            "detail": ("varchar", "Which column, and what was expected of it."),
        },
        _rejected,
        is_by_delivery=True,
    ),
    MetaTable(
        "unreadable_fields",
        "Fields that could not be taken as they stand: NULL, unless the reason says what was taken instead. Their records are kept. "
        "One row per delivery, column and reason.",
        {
            "source": _SOURCE,
            "landed_on": _LANDED_ON,
            "delivery": _DELIVERY,
            "column_name": ("varchar not null", "Column of the lake table."),
            "reason": ("varchar not null", "One of the same vocabulary as for rejected records."),
            "records": ("bigint not null", "Records concerned."),
        },
        _unreadable,
        is_by_delivery=True,
    ),
    MetaTable(
        "checks",
        "What was checked, and found: each delivery's last judgement, the marts' of the last run. One row per check result.",
        {
            "checked_at": ("timestamptz not null", "When it was checked."),
            "layer": (
                "varchar not null",
                "delivery (on what landed), mart (before publication) or dbt (relations between tables).",
            ),
            "subject": ("varchar not null", "Lake table, mart or model."),
            "check_name": ("varchar not null", "Name of the check, unique for its subject."),
            "severity": ("varchar not null", "ERROR holds the delivery or stops the publication; WARN is shown."),
            "passed": ("boolean not null", "Whether it holds."),
            "observed": ("varchar", "What was found."),
            "expected": ("varchar not null", "What was expected."),
            "failing": ("bigint", "How many rows or deliveries fail."),
            "sample": ("varchar", "A few keys of failing rows; never of people."),
            "source": ("varchar", "Source of the delivery checked."),
            "landed_on": ("date", "Day the delivery checked landed."),
            "delivery": ("varchar", "Delivery checked."),
            "run_id": ("varchar not null", "Run that checked it."),
        },
        lambda books: current_checks(books.home),
    ),
    MetaTable(
        "publications",
        "Publications of this file, the one at hand included. One row per publication.",
        {
            "published_at": ("timestamptz not null", "When it was published."),
            "run_id": ("varchar not null", "Run that published it."),
            "landed_through": ("date", "Latest day on which a delivery in it landed."),
            "code_version": ("varchar not null", "Version of the warehouse's code."),
            "tables": ("bigint not null", "Number of marts."),
            "rows": ("bigint not null", "Rows in all marts."),
            "project_hash": ("varchar", "Hash of the models and seeds it was built with."),
            "ledger_hash": ("varchar not null", "Hash of the deliveries it was built from."),
            "warnings": (
                "varchar[]",
                "Which seeds and deliveries lack what they had in the publication before, as where they were cut.",
            ),
        },
        lambda books: books.publications,
    ),
    MetaTable(
        "reasons",
        "What the reasons say that marts and the tables of this schema give. One row per reason.",
        {
            "reason": ("varchar not null", "The reason, as it stands in columns of that name."),
            "reason_text": ("varchar not null", "In words."),
            "reason_text_ar": ("varchar not null", "In Arabic."),
        },
        lambda _books: pl.DataFrame(
            [(str(reason), reason.english, reason.arabic) for reason in Reason],
            schema=["reason", "reason_text", "reason_text_ar"],
            orient="row",
        ),
    ),
)

COLUMNS = MetaTable(
    "columns",
    "Columns of the marts. One row per column of a mart.",
    {
        "mart": ("varchar not null", "Table of schema main."),
        "column": ("varchar not null", "Column of the mart."),
        "type": ("varchar not null", "Its DuckDB type."),
        "description": ("varchar", "What it holds."),
    },
    lambda _books: pl.DataFrame(),
)
"""Its rows come from the marts themselves."""

NAMES = frozenset(("meta", table.name) for table in (*META_TABLES, COLUMNS))


def write_meta(connection: duckdb.DuckDBPyConnection, books: Books) -> dict[tuple[str, str], int]:
    """Bring the tables of schema `meta` in the marts' file up to date, in the transaction that is open; their rows by table."""
    connection.execute("create schema if not exists meta")
    shown = known_versions(books.ledger)
    changed = _changed(connection, shown)
    for table in META_TABLES:
        of = replace(books, ledger=shown if table.is_by_delivery else books.ledger)
        if table.is_by_delivery and changed is not None and _is_as_described(connection, table):
            connection.register("changed", changed.to_arrow())
            connection.execute(f"delete from meta.{table.name} as old using changed where {_SAME_DELIVERY}")
            connection.unregister("changed")
            of = replace(of, ledger=shown.join(changed, on=DELIVERY_ID, how="semi"))
        else:
            _create(connection, table)
        connection.register("fresh", table.rows(of).select(table.columns.keys()).to_arrow())
        connection.execute(f"insert into meta.{table.name} by name select * from fresh")
        connection.unregister("fresh")
    _create(connection, COLUMNS)
    connection.execute(
        "insert into meta.columns select table_name, column_name, data_type, comment from duckdb_columns() "
        "where database_name = 'marts' and schema_name = 'main' order by table_name, column_index"
    )
    return {table: count(connection, *table) for table in NAMES}


_SAME_DELIVERY = " and ".join(f"old.{name} = changed.{name}" for name in DELIVERY_ID)


def _changed(connection: duckdb.DuckDBPyConnection, shown: pl.DataFrame) -> pl.DataFrame | None:
    """The deliveries of which other versions are shown than before; None where nothing is known of before."""
    if not _is_as_described(connection, next(table for table in META_TABLES if table.name == "deliveries")):
        return None
    version = [*DELIVERY_ID, "version", "status", "ingested_at"]
    before = (
        known_versions(connection.sql("from meta.deliveries").pl())
        .select(version)
        .cast(pl.Schema(shown.select(version).schema))
    )
    now = shown.select(version)
    differing = pl.concat([now.join(before, on=version, how="anti"), before.join(now, on=version, how="anti")])
    return differing.select(DELIVERY_ID).unique()


def _is_as_described(connection: duckdb.DuckDBPyConnection, table: MetaTable) -> bool:
    found = connection.execute(
        "select column_name from duckdb_columns() where database_name = 'marts' and schema_name = 'meta' and table_name = ? "
        "order by column_index",
        [table.name],
    ).fetchall()
    return [name for (name,) in found] == list(table.columns)


def _create(connection: duckdb.DuckDBPyConnection, table: MetaTable) -> None:
    name = relation("meta", table.name)
    columns = ", ".join(f"{relation(column)} {kind}" for column, (kind, _) in table.columns.items())
    connection.execute(f"create or replace table {name} ({columns})")
    connection.execute(f"comment on table {name} is {text(table.description)}")
    for column, (_, comment) in table.columns.items():
        connection.execute(f"comment on column {name}.{relation(column)} is {text(comment)}")
