"""What earlier readings say of a delivery that was just read: a counter that is 0 and was not before was not read."""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from ingest.reasons import Reason
from ingest.source import Delivery, Table

_NEARLY_ALL, _MOST, _FEWEST, _YOUNG = 0.9, 0.5, 3, timedelta(days=2)
_WORTH_LOOKING_BACK = 0.02
"""Such a share of readings of older videos without views is suspicious. Fewer are in nearly every delivery: looking through all
earlier ones for them would make a day cost more, the longer the campaign lasts."""
_BEFORE = "_before"


def doubt_zeros(
    frame: pl.DataFrame, counters: Sequence[str], table: Table, delivery: Delivery
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The frame with zeros unknown that were not read: nobody takes back all views of a video.

    They are those of a reading without views of a video that had some, where 2 % of the readings are of older videos without views;
    all zeros of a counter of which nearly all are 0, where most of them were above 0 before; and those of a day on which nearly all
    videos are without views and older than two days.

    The frame has `video_id`, `captured_at`, `created_at` and, of each counter, its value, `<counter>_unit` and `<counter>_reason`.
    Also gives the counters that were looked up, each with how many of its zeros are unknown.
    """
    everywhere = _nearly_all_zero(frame, counters)
    has_unseen = "views" in counters and _has_old_without_views(frame)
    looked_up = counters if has_unseen else everywhere
    if not looked_up:
        return frame, {}
    now = frame.select("video_id", "captured_at", "created_at", *looked_up).with_row_index("reading")
    was_above = _were_above(now, [*everywhere, "views"] if has_unseen else everywhere, table, delivery)
    is_zero = {counter: (now[counter] == 0).fill_null(value=False) for counter in looked_up}
    falls = {counter: was_above[counter].filter(is_zero[counter]).drop_nulls() for counter in everywhere}
    unread = {counter for counter, fell in falls.items() if fell.len() and fell.sum() >= _MOST * fell.len()}
    # Where no views were read at all, other counters may have been.
    has_lost = has_unseen and "views" not in unread
    lost_views = (was_above["views"] & is_zero["views"]).fill_null(value=False) if has_lost else False
    are_unseen = _are_unseen(now) if has_lost else False
    doubted = {}
    for counter in looked_up:
        is_lost = was_above[counter].fill_null(value=False) & lost_views
        is_wrong = is_zero[counter] if counter in unread else is_zero[counter] & (is_lost | are_unseen)
        doubted[counter] = int(is_wrong.sum())
        if doubted[counter]:
            frame = _without(frame, counter, is_wrong)
    return frame, doubted


def _nearly_all_zero(frame: pl.DataFrame, counters: Sequence[str]) -> list[str]:
    known = frame.select(pl.col(counters).is_not_null().sum()).row(0) if counters else ()
    zeros = frame.select((pl.col(counters) == 0).sum()).row(0) if counters else ()
    return [
        counter
        for counter, all_known, all_zeros in zip(counters, known, zeros, strict=True)
        if all_known >= _FEWEST and all_zeros >= _NEARLY_ALL * all_known
    ]


def _has_old_without_views(frame: pl.DataFrame) -> bool:
    is_young = (pl.col("captured_at") - pl.col("created_at") <= _YOUNG).fill_null(value=False)
    unseen = frame.select(((pl.col("views") == 0) & ~is_young).sum()).item()
    return bool(unseen > 0 and unseen >= _WORTH_LOOKING_BACK * frame.height)


def _without(frame: pl.DataFrame, counter: str, is_wrong: pl.Series) -> pl.DataFrame:
    """The frame with a counter unknown in some readings."""
    return frame.with_columns(
        *(pl.when(~is_wrong).then(pl.col(name)).alias(name) for name in (counter, f"{counter}_unit")),
        pl.when(is_wrong)
        .then(pl.lit(Reason.IMPLAUSIBLE_ZERO))
        .otherwise(pl.col(f"{counter}_reason"))
        .alias(f"{counter}_reason"),
    )


def _are_unseen(now: pl.DataFrame) -> pl.Series:
    """Whether a reading is of a day on which nearly all videos are without views, although they are not new."""
    day = pl.col("captured_at").dt.date()
    is_old = pl.col("captured_at") - pl.col("created_at") > _YOUNG
    is_unseen = ((pl.col("views") == 0) & is_old).fill_null(value=False)
    are_most = (is_unseen.mean().over(day) >= _NEARLY_ALL) & (pl.len().over(day) >= _FEWEST)
    return now.select(are_most.alias("unseen")).to_series()


def _were_above(now: pl.DataFrame, suspects: Sequence[str], table: Table, delivery: Delivery) -> pl.DataFrame:
    """Of each reading that is 0 in one of the suspects whether each counter was above 0 before; NULL where that is not known.

    Readings of the delivery itself are looked at too.
    """
    counters = [name for name in now.columns if name not in ("reading", "video_id", "captured_at", "created_at")]
    of_zeros = now.filter(pl.any_horizontal(pl.col(suspects) == 0))
    is_one = pl.col("video_id").is_in(of_zeros["video_id"].drop_nulls().unique().implode())
    columns = ["video_id", "captured_at", *counters]
    earlier = delivery.earlier.rows(table).filter(is_one).select(columns).collect()
    own = now.filter(is_one).select(columns) if now["captured_at"].n_unique() > 1 else now.select(columns).clear()
    pairs = of_zeros.join(pl.concat([earlier, own]), on="video_id", suffix=_BEFORE)
    before = pairs.filter(pl.col(f"captured_at{_BEFORE}") < pl.col("captured_at"))
    above = before.group_by("reading").agg((pl.col(f"{name}{_BEFORE}") > 0).max().alias(name) for name in counters)
    return now.select("reading").join(above, on="reading", how="left", maintain_order="left")
