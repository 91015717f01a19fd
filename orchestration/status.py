"""The ledger in words and as a table, for the command line and for checks. Nothing here imports Dagster, dbt or DuckDB."""

from collections.abc import Sequence

import polars as pl
from rich.table import Table

from ingest.source import Source

STATUSES = ("loaded", "held", "refused", "superseded")


def set_aside(ledger: pl.DataFrame) -> list[str]:
    """One line for each delivery that is held or refused at present: which, and why."""
    current = ledger.filter(pl.col("is_current") & pl.col("status").is_in(["held", "refused"]))
    rows = (
        current.sort("landed_on", "source", "delivery")
        .select("source", "landed_on", "delivery", "status", "reason")
        .iter_rows()
    )
    # Names of folders and files may hold line breaks.
    return [
        f"{source}/{landed_on}/{delivery} {status}: {reason}".replace("\n", r"\n")
        for source, landed_on, delivery, status, reason in rows
    ]


def ledger_table(ledger: pl.DataFrame, sources: Sequence[Source]) -> Table:
    """What became of the deliveries, a line per source. A version that was held or refused and has a later one counts as superseded."""
    table = Table(title="Deliveries", title_justify="left", header_style="bold")
    table.add_column("source")
    for name in (*STATUSES, "records", "rejected", "last landed"):
        table.add_column(name, justify="right")
    is_over = ~pl.col("is_current") & (pl.col("status") != "loaded")
    known = ledger.with_columns(status=pl.when(is_over).then(pl.lit("superseded")).otherwise("status"))
    for source in sources:
        rows = known.filter(pl.col("source") == source.name)
        loaded = rows.filter(pl.col("status") == "loaded")
        counts = [str(rows.filter(pl.col("status") == status).height) for status in STATUSES]
        records = [f"{loaded[column].sum():,}" for column in ("records_loaded", "records_rejected")]
        table.add_row(source.title, *counts, *records, str(loaded["landed_on"].max() or "never"))
    return table
