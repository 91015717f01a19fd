"""Stays made of joins and leaves, for logs that have a row for each. What a stay is beyond that lives in `live_stays`."""

import polars as pl

from ingest.formats.records import reject
from ingest.reasons import Reason


def pair(events: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Stays of joins (`step` 1) and leaves (-1) at `at`, and the leaves that no join precedes, as rejected records.

    A leave ends the latest join of that person that is still open: with two devices, or a leave that was lost, the
    stays whose end is known then cover no minute that the person may have been away.
    """
    ordered = events.with_row_index("row").sort("session_id", "person", "at", "row")
    person = ["session_id", "person"]
    # Joins less leaves so far; a leave that takes it below any value before, and below 0, has no join.
    balance = ordered.with_columns(pl.col("step").cum_sum().over(person).alias("balance"))
    floor = pl.col("balance").cum_min().clip(upper_bound=0)
    levelled = balance.with_columns(
        floor.over(person).alias("floor"), floor.shift(1, fill_value=0).over(person).alias("floor_before")
    )
    is_alone = (pl.col("step") < 0) & (pl.col("floor") < pl.col("floor_before"))
    _, rejected = reject(
        levelled.filter(is_alone), {Reason.MISSING_KEY: (pl.lit(value=True), "a leave without a join before it")}
    )
    # A leave that the clocks showed twice may have been rejected for having been read too early.
    is_lost = (is_alone & pl.col("at_ambiguous")).any().over(person)
    # On each level of nesting joins and leaves take turns.
    matched = (
        levelled.with_columns(is_lost.alias("is_lost"))
        .filter(~is_alone)
        .with_columns((pl.col("balance") + (pl.col("step") < 0).cast(pl.Int64())).alias("level"))
    )
    following = [
        pl.when(pl.col("step").shift(-1) < 0).then(pl.col(name).shift(-1)).over([*person, "level"]).alias(alias)
        for name, alias in (("at", "left_at"), ("at_ambiguous", "left_at_ambiguous"))
    ]
    stays = (
        matched.with_columns(following)
        .filter(pl.col("step") > 0)
        .sort("row")
        .rename({"at": "joined_at", "at_ambiguous": "joined_at_ambiguous", "at_reason": "joined_at_reason"})
        .with_columns(
            pl.col("left_at_ambiguous").fill_null(pl.col("is_lost")),
            pl.lit(None, pl.String()).alias("left_at_reason"),
            (1 + pl.col("left_at").is_not_null().cast(pl.Int64())).alias("records"),
        )
    )
    return stays, rejected
