"""What the published file says about the warehouse itself: the tables of schema `meta` that come from the lake's own books.

Columns and their words stand here once; which rows they get is decided by one function a table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from expectations.checks import read_checks
from ingest.home import Home
from ingest.lake import partition
from ingest.ledger import LEDGER_COLUMNS, read_ledger
from ingest.source import REJECTED, UNREADABLE
from orchestration.news import read_publications


@dataclass(frozen=True)
class MetaTable:
    """A table of `meta`: its comment, and for each column the SQL type (with NOT NULL where it holds) and the comment."""

    name: str
    description: str
    columns: Mapping[str, tuple[str, str]]
    rows: Callable[[Home], pl.DataFrame]


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
    "content_hash": "varchar",
    "ingested_at": "timestamptz not null",
}


def current_checks(home: Home) -> pl.DataFrame:
    """The latest word on everything: each delivery's results when it was last judged, and the marts' of the last run."""
    checks = read_checks(home)
    deliveries = checks.filter(pl.col("layer") == "delivery").unique(
        ["subject", "check_name", "source", "landed_on", "delivery"], keep="last", maintain_order=True
    )
    others = checks.filter(pl.col("layer") != "delivery")
    last = others.filter(pl.col("run_id") == pl.col("run_id").last().over("layer"))
    return pl.concat([deliveries, last]).sort("layer", "subject", "check_name", "source", "landed_on", "delivery")


def _deliveries(home: Home) -> pl.DataFrame:
    return read_ledger(home).sort("landed_on", "source", "delivery", "version")


def _rejected(home: Home) -> pl.DataFrame:
    ledger = read_ledger(home).filter(pl.col("records_rejected") > 0)
    return _beside_the_lake(home, "rejected", ledger).sort("source", "landed_on", "delivery", "file", "line")


def _unreadable(home: Home) -> pl.DataFrame:
    return _beside_the_lake(home, "unreadable", read_ledger(home)).sort(
        "source", "landed_on", "delivery", "column_name", "reason"
    )


def _beside_the_lake(home: Home, kind: str, ledger: pl.DataFrame) -> pl.DataFrame:
    """What was set aside of the deliveries in effect, and of those that are held now."""
    places = {"loaded": home.lake, "held": home.lake / "held"}
    known = ledger.filter((pl.col("status") == "loaded") | ((pl.col("status") == "held") & pl.col("is_current")))
    frames = [
        pl.DataFrame(schema={"delivery": pl.String(), **_ASIDE[kind], "source": pl.String(), "landed_on": pl.Date()})
    ]
    for source, landed_on, delivery, status in known.select("source", "landed_on", "delivery", "status").iter_rows():
        path = partition(places[status] / kind / source, landed_on, delivery)
        if path.exists():
            frame = pl.read_parquet(path, memory_map=False, hive_partitioning=False)
            frames.append(frame.with_columns(pl.lit(source).alias("source"), pl.lit(landed_on).alias("landed_on")))
    return pl.concat(frames)


META_TABLES = (
    MetaTable(
        "deliveries",
        "Versions of deliveries and what became of them. read = loaded + rejected + duplicate. One row per version of a delivery.",
        {name: (sql, LEDGER_COLUMNS[name].description) for name, sql in _DELIVERIES.items()},
        _deliveries,
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
                "One of a small vocabulary: unreadable, missing_key, bad_number, bad_time ...",
            ),
            "detail": ("varchar", "Which column, and what was expected of it."),
        },
        _rejected,
    ),
    MetaTable(
        "unreadable_fields",
        "Fields that could not be read and became NULL, their record kept. One row per delivery, column and reason.",
        {
            "source": _SOURCE,
            "landed_on": _LANDED_ON,
            "delivery": _DELIVERY,
            "column_name": ("varchar not null", "Column of the lake table."),
            "reason": ("varchar not null", "One of the same vocabulary as for rejected records."),
            "records": ("bigint not null", "Records concerned."),
        },
        _unreadable,
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
        current_checks,
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
        },
        read_publications,
    ),
)
