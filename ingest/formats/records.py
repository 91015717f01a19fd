"""What every reader does with records: set aside those without a key, find repeats, count what could not be read."""

from collections.abc import Iterable, Mapping

import polars as pl

from ingest.source import REJECTED, UNREADABLE


def reject(frame: pl.DataFrame, rules: Mapping[str, tuple[pl.Expr, str]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split a frame with `file` and `line` into the records to keep and the rejected ones.

    `rules` maps a reason to a condition and to what was expected. The first rule that applies to a record names its reason.
    """
    judged = frame.with_columns(
        pl.coalesce(
            *(
                pl.when(condition.fill_null(value=False)).then(pl.lit(reason))
                for reason, (condition, _) in rules.items()
            ),
            pl.lit(None, pl.String()),
        ).alias("reason")
    )
    details = {reason: detail for reason, (_, detail) in rules.items()}
    rejected = judged.filter(pl.col("reason").is_not_null()).select(
        "file",
        pl.col("line").cast(pl.Int64()),
        "reason",
        pl.col("reason").replace_strict(details, return_dtype=pl.String()).alias("detail"),
    )
    return judged.filter(pl.col("reason").is_null()).drop("reason"), rejected.match_to_schema(REJECTED)


def find_duplicates(frame: pl.DataFrame, ignore: Iterable[str] = ("file", "line")) -> pl.Series:
    """True for a record that equals an earlier one in every column but the ignored."""
    values = [name for name in frame.columns if name not in set(ignore)]
    return ~frame.select(pl.struct(values).is_first_distinct().alias("duplicate"))["duplicate"]


def unreadable(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Count, per column and reason, the fields that became NULL; a column's reasons stand in `<column>_reason`."""
    counts = [
        frame.group_by(pl.col(f"{name}_reason").alias("reason"))
        .agg(pl.len().cast(pl.Int64()).alias("records"))
        .filter(pl.col("reason").is_not_null())
        .select(pl.lit(name).alias("column_name"), "reason", "records")
        for name in columns
    ]
    return pl.concat([UNREADABLE.to_frame(), *counts]).sort("column_name", "reason")
