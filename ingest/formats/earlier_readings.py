"""What earlier readings say of a delivery that was just read: a counter that is 0 everywhere and was not before was not read."""

from collections.abc import Sequence

import polars as pl

from ingest.reasons import Reason
from ingest.source import Delivery, Table

_NEARLY_ALL, _MOST, _FEWEST = 0.9, 0.5, 3


def doubt_zeros(
    frame: pl.DataFrame, counters: Sequence[str], table: Table, delivery: Delivery
) -> tuple[pl.DataFrame, dict[str, bool]]:
    """The frame with the zeros of a counter unknown where nearly all of it is 0 and most of it was above 0 before.

    The frame has `video_id`, `captured_at` and, of each counter, its value, `<counter>_unit` and `<counter>_reason`. Also gives
    the counters that are 0 nearly everywhere, each with whether that is implausible.
    """
    known = frame.select(pl.col(counters).is_not_null().sum()).row(0) if counters else ()
    zeros = frame.select((pl.col(counters) == 0).sum()).row(0) if counters else ()
    suspects = [
        counter
        for counter, all_known, all_zeros in zip(counters, known, zeros, strict=True)
        if all_known >= _FEWEST and all_zeros >= _NEARLY_ALL * all_known
    ]
    if not suspects:
        return frame, {}
    ids = frame["video_id"].drop_nulls().unique()
    earlier = (
        delivery.earlier.rows(table)
        .filter(pl.col("video_id").is_in(ids.implode()))
        .select("video_id", "captured_at", *suspects)
        .collect()
    )
    now = frame.select("video_id", "captured_at", *suspects).with_row_index("reading")
    before = now.join(earlier, on="video_id", suffix="_before").filter(
        pl.col("captured_at_before") < pl.col("captured_at")
    )
    doubted = dict.fromkeys(suspects, False)
    for counter in suspects:
        fell = before.filter((pl.col(counter) == 0) & pl.col(f"{counter}_before").is_not_null())
        was_above_0 = fell.group_by("reading").agg((pl.col(f"{counter}_before") > 0).any().alias("was"))["was"]
        if not was_above_0.len() or was_above_0.sum() < _MOST * was_above_0.len():
            continue
        doubted[counter] = True
        is_zero = (pl.col(counter) == 0).fill_null(value=False)
        frame = frame.with_columns(
            *(pl.when(~is_zero).then(pl.col(name)).alias(name) for name in (counter, f"{counter}_unit")),
            pl.when(is_zero)
            .then(pl.lit(Reason.IMPLAUSIBLE_ZERO))
            .otherwise(pl.col(f"{counter}_reason"))
            .alias(f"{counter}_reason"),
        )
    return frame, doubted
