"""What a platform tells the owner of an account about its days: figures of a date, not lifetime counters.

How files become columns is for the formats; here figures are read, and what several files say of one day becomes one row.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from ingest.formats.records import unreadable
from ingest.reasons import Reason
from ingest.source import LINEAGE, REJECTED, UNREADABLE, Delivery
from ingest.spelling import bare
from ingest.text import parse_count

FIGURES = (
    "views", "profile_views", "likes", "comments", "shares", "viewers", "new_viewers", "returning_viewers", "followers",
)  # fmt: skip
_PARTS = ("new_viewers", "returning_viewers")
_PEOPLE = ("viewers", *_PARTS, "followers")
"""Who cannot be fewer than none, as what a day takes away from views and likes can."""


def settle_account_days(
    parts: Sequence[pl.DataFrame], delivery: Delivery, definition: str
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The frame of `account_days`, the rejected rows and the unreadable fields.

    Each part has text columns of some of `FIGURES`, `account` as written, `account_on`, `captured_at`, `file` and `line`.
    """
    table = delivery.source.table("account_days")
    schema = pl.Schema({**table.schema, **LINEAGE})
    if not parts:
        return schema.to_frame(), REJECTED.to_frame(), UNREADABLE.to_frame()
    rows = pl.concat(parts, how="diagonal_relaxed")
    named = [name for name in FIGURES if name in rows.columns]
    # A net figure may be negative: a day may lose followers that others brought.
    is_negative = [bare(pl.col(name)).str.contains(r"^[-\u2212][0-9]") for name in named]
    counted = rows.with_columns(
        parse_count(bare(pl.col(name)).str.strip_chars_start("-\u2212")).alias(f"{name}_count") for name in named
    ).with_columns(
        *(
            (pl.col(f"{name}_count").struct.field("value") * pl.when(negative).then(-1).otherwise(1)).alias(name)
            for name, negative in zip(named, is_negative, strict=True)
        ),
        *(
            pl.when(pl.col(name).is_not_null())
            .then(pl.col(f"{name}_count").struct.field("reason"))
            .alias(f"{name}_reason")
            for name in named
        ),
    )
    absent = [pl.lit(None, pl.Int64()).alias(name) for name in FIGURES if name not in named]
    keyed = counted.with_columns(*absent, _account_key(delivery))
    keyed = _possible(keyed, {name: pl.col(name) < 0 for name in _PEOPLE if name in named})
    if "viewers" in named:
        # Where the platform does not know how many viewers there were, it shows their parts as 0: they are unknown too.
        parts_of_it = [name for name in _PARTS if name in named]
        keyed = keyed.with_columns(
            pl.when(pl.col("viewers").is_not_null()).then(name).alias(name) for name in parts_of_it
        )
        keyed = _possible(keyed, {name: pl.col(name) > pl.col("viewers") for name in parts_of_it})
    is_dated = pl.col("account_on").is_not_null()
    rejected = keyed.filter(~is_dated).select(
        "file",
        pl.col("line").cast(pl.Int64()),
        pl.lit(Reason.BAD_TIME).alias("reason"),
        pl.lit("the day is not a date that is read; expected one such as 2026-10-05, or August 9").alias("detail"),
    )
    dated = keyed.filter(is_dated)
    merged = dated.group_by("account_key", "account_on", "captured_at", maintain_order=True).agg(
        *(pl.col(name).drop_nulls().last() for name in FIGURES),
        pl.len().cast(pl.Int64()).alias("records"),
        pl.col("file").last(),
        pl.col("line").last().cast(pl.Int64()),
    )
    whole = merged.with_columns(pl.lit(definition).alias("metric_definition"))
    return whole.select(schema.names()).cast(schema), rejected.match_to_schema(REJECTED), unreadable(dated, named)


def _possible(rows: pl.DataFrame, impossible: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """The rows without figures that cannot be."""
    return rows.with_columns(
        expression
        for name, is_so in impossible.items()
        for expression in (
            pl.when(~is_so.fill_null(value=False)).then(name).alias(name),
            pl.when(is_so).then(pl.lit(Reason.OUT_OF_RANGE)).otherwise(f"{name}_reason").alias(f"{name}_reason"),
        )
    )


def _account_key(delivery: Delivery) -> pl.Expr:
    handle = bare(pl.col("account")).str.strip_prefix("@").str.to_lowercase().replace("", None)
    return delivery.pseudonyms.key(handle.fill_null("unknown"), "creator").alias("account_key")
