"""What earlier readings say of a delivery that was just read: a counter that is 0 or 1 and was more before was not read."""

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
_NOT_READ = 1
"""Up to which count of views a fetch that failed may have been written down."""


def doubt_zeros(
    frame: pl.DataFrame, counters: Sequence[str], table: Table, delivery: Delivery
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The frame in which zeros and ones that stand for "not read" are unknown: nobody takes back all views of a video.

    They are those of a reading without views of a video that had more, where 2 % of the readings are of older videos without views;
    all of a counter of which nearly all are 0, where most of them were above it before; and the zeros of a day on which nearly all
    videos are without views and older than two days. One view, which some tools write down where there is none, is without views too.

    The frame has `video_id`, `captured_at`, `created_at` and, of each counter, its value, `<counter>_unit` and `<counter>_reason`.
    Also gives the counters that were looked up, each with how many of its zeros are unknown.
    """
    everywhere = _nearly_all_unread(frame, counters)
    has_unseen = "views" in counters and _has_old_without_views(frame)
    looked_up = counters if has_unseen else everywhere
    if not looked_up:
        return frame, {}
    now = frame.select("video_id", "captured_at", "created_at", *looked_up).with_row_index("reading")
    was_above = _were_above(now, [*everywhere, "views"] if has_unseen else everywhere, table, delivery)
    is_low = {counter: (now[counter] <= _NOT_READ).fill_null(value=False) for counter in looked_up}
    falls = {counter: was_above[counter].filter(is_low[counter]).drop_nulls() for counter in everywhere}
    unread = {counter for counter, fell in falls.items() if fell.len() and fell.sum() >= _MOST * fell.len()}
    # Where no views were read at all, other counters may have been.
    has_lost = has_unseen and "views" not in unread
    lost_views = (was_above["views"] & is_low["views"]).fill_null(value=False) if has_lost else False
    are_unseen = _are_unseen(now) if has_lost else False
    doubted = {}
    for counter in looked_up:
        has_fallen, is_zero = was_above[counter].fill_null(value=False), now[counter] == 0
        is_wrong = is_low[counter] & (has_fallen & lost_views | is_zero & are_unseen)
        if counter in unread:
            is_wrong = is_low[counter] & (is_zero | has_fallen)
        doubted[counter] = int(is_wrong.sum())
        if doubted[counter]:
            frame = _without(frame, counter, is_wrong)
    return frame, doubted


def _nearly_all_unread(frame: pl.DataFrame, counters: Sequence[str]) -> list[str]:
    """The counters of which nearly all are 0, or nearly all up to 1 where the views are."""
    has_low_views = "views" in counters and "views" in _nearly_all_up_to(_NOT_READ, frame, ["views"])
    return _nearly_all_up_to(_NOT_READ if has_low_views else 0, frame, counters)


def _nearly_all_up_to(most: int, frame: pl.DataFrame, counters: Sequence[str]) -> list[str]:
    known = frame.select(pl.col(counters).is_not_null().sum()).row(0) if counters else ()
    low = frame.select((pl.col(counters) <= most).sum()).row(0) if counters else ()
    return [
        counter
        for counter, all_known, all_low in zip(counters, known, low, strict=True)
        if all_known >= _FEWEST and all_low >= _NEARLY_ALL * all_known
    ]


def _has_old_without_views(frame: pl.DataFrame) -> bool:
    is_young = (pl.col("captured_at") - pl.col("created_at") <= _YOUNG).fill_null(value=False)
    unseen = frame.select(((pl.col("views") <= _NOT_READ) & ~is_young).sum()).item()
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
    """Of each reading that is low in one of the suspects whether each counter was above it before; NULL where that is not known.

    Readings of the delivery itself are looked at too.
    """
    counters = [name for name in now.columns if name not in ("reading", "video_id", "captured_at", "created_at")]
    low = now.filter(pl.any_horizontal(pl.col(suspects) <= _NOT_READ))
    is_one = pl.col("video_id").is_in(low["video_id"].drop_nulls().unique().implode())
    columns = ["video_id", "captured_at", *counters]
    earlier = delivery.earlier.rows(table).filter(is_one).select(columns).collect()
    own = now.filter(is_one).select(columns) if now["captured_at"].n_unique() > 1 else now.select(columns).clear()
    pairs = low.join(pl.concat([earlier, own]), on="video_id", suffix=_BEFORE)
    before = pairs.filter(pl.col(f"captured_at{_BEFORE}") < pl.col("captured_at"))
    above = before.group_by("reading").agg(
        (pl.col(f"{name}{_BEFORE}") > pl.col(name)).max().alias(name) for name in counters
    )
    return now.select("reading").join(above, on="reading", how="left", maintain_order="left")
