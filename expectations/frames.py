"""The frames that suites are judged on: rows of the deliveries of a run, and small frames with a row per delivery.

Nothing is judged here. Frames are read lazily, so that only the columns that a suite needs are ever in memory.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from ingest.lake import StagedDelivery
from ingest.reasons import Reason
from ingest.source import Source

DELIVERY_NUMBER = "delivery_number"
"""The column that tells deliveries apart while several are judged at once."""

ROWS_A_CALL = 1_000_000
"""Great Expectations sees at most so many rows a call: its memory and what it says of failing rows then stay small."""


def scan_rows(staged: Mapping[int, StagedDelivery], table: str) -> pl.LazyFrame:
    """The rows of a table in several deliveries, with the number of each and the day it landed."""
    days = {number: item.landed_on for number, item in staged.items()}
    landed_on = pl.col(DELIVERY_NUMBER).replace_strict(days, return_dtype=pl.Date())
    rows = scan_files([(number, item.tables[table]) for number, item in staged.items()])
    return rows.with_columns(landed_on.alias("landed_on"))


def scan_files(files: Collection[tuple[int, Path]]) -> pl.LazyFrame:
    """The rows of lake files, each under every number that its file is given with, in `DELIVERY_NUMBER`."""
    paths = [*dict.fromkeys(path for _, path in files)]
    given = pl.LazyFrame(
        [(number, str(path)) for number, path in files],
        schema={DELIVERY_NUMBER: pl.Int32(), "path": pl.String()},
        orient="row",
    )
    read = pl.scan_parquet(paths, include_file_paths="path", hive_partitioning=False, glob=False)
    return read.join(given, on="path", maintain_order="left").drop("path")


def in_parts(rows: pl.LazyFrame, key: Sequence[str]) -> Iterator[pl.LazyFrame]:
    """The rows in parts of limited size; rows of one key stay together."""
    height = rows.select(pl.len()).collect().item()
    count = -(-height // ROWS_A_CALL)
    if count <= 1:
        yield rows
        return
    part = pl.struct(DELIVERY_NUMBER, *key).hash() % count
    for number in range(count):
        yield rows.filter(part == number)


def account_subjects(source: Source, staged: Sequence[StagedDelivery]) -> list[str]:
    """The table that each delivery is accounted for with: the first it fills of those that hold records."""
    holding = [table.name for table in source.tables if table.records is not None]
    return [next((name for name in holding if name in item.tables), holding[0]) for item in staged]


def numbers(staged: Iterable[int]) -> pl.DataFrame:
    """A row per delivery."""
    return pl.DataFrame({DELIVERY_NUMBER: sorted(staged)}, schema={DELIVERY_NUMBER: pl.Int32()})


def accounts(staged: Mapping[int, StagedDelivery]) -> pl.DataFrame:
    """One row per delivery: how many records were loaded and rejected, and what for, with the place of the first of each.

    Words leave out those of tables that are kept apart.
    """
    schema = {
        DELIVERY_NUMBER: pl.Int32(),
        "records_read": pl.Int64(),
        "records_loaded": pl.Int64(),
        "records_apart": pl.Int64(),
        "records_rejected": pl.Int64(),
    }
    counts = pl.DataFrame(
        [
            (
                number,
                item.records_read - item.records_apart,
                item.records_loaded,
                item.records_apart,
                item.records_rejected,
            )
            for number, item in staged.items()
        ],
        schema=schema,
        orient="row",
    )
    is_any = pl.col("records_read") > 0
    return counts.join(_reasons(staged), on=DELIVERY_NUMBER, how="left").select(
        DELIVERY_NUMBER,
        "records_loaded",
        pl.format("{} of {} records loaded", pl.col("records_loaded") - pl.col("records_apart"), "records_read").alias(
            "records_loaded_found"
        ),
        pl.when(is_any).then(pl.col("records_rejected") / pl.col("records_read")).alias("rejected_share"),
        pl.concat_str(
            pl.format("{} of {} records rejected", "records_rejected", "records_read"),
            pl.format(": {}", "reasons").fill_null(""),
        ).alias("rejected_share_found"),
        pl.when(is_any).then(pl.col("conflicts").fill_null(0) / pl.col("records_read")).alias("conflicting_share"),
        pl.format("{} of {} records in conflict", pl.col("conflicts").fill_null(0), "records_read").alias(
            "conflicting_share_found"
        ),
    )


def _reasons(staged: Mapping[int, StagedDelivery]) -> pl.DataFrame:
    """By delivery with rejected records, what they were rejected for, in words, and how many were in conflict."""
    files = {number: item.rejected for number, item in staged.items() if item.records_rejected}
    if not files:
        return pl.DataFrame(schema={DELIVERY_NUMBER: pl.Int32(), "reasons": pl.String(), "conflicts": pl.Int64()})
    place = pl.format("{}:{}", "file", "line").sort_by("file", "line").first()
    of_reason = (
        scan_files([*files.items()])
        .group_by(DELIVERY_NUMBER, "reason")
        .agg(pl.len().alias("records"), place.alias("first"))
    )
    said = pl.format("{} {}, the first at {}", "records", "reason", "first")
    return (
        of_reason.group_by(DELIVERY_NUMBER)
        .agg(
            said.sort_by("records", "reason", descending=[True, False]).str.join("; ").alias("reasons"),
            pl.col("records")
            .filter(pl.col("reason") == Reason.CONFLICTING_KEY)
            .sum()
            .cast(pl.Int64())
            .alias("conflicts"),
        )
        .collect()
    )


def measures(rows: pl.LazyFrame, wanted: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """One row per delivery that has rows: the aggregates of its rows."""
    return rows.group_by(DELIVERY_NUMBER).agg(**wanted).collect()
