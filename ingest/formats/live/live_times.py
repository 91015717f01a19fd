"""The times of live sessions: read from text, told apart by the bounds of each session, judged for plausibility.

What a time is of (a join, a leave, a sample, a bound) is for the formats to say.
"""

from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import polars as pl

from ingest.formats.date_order import read_times, tell_apart
from ingest.formats.live.live_session import LONGEST, Bounds
from ingest.instants import SPELLINGS, DateOrder, parse_instant, second_instant, shape_of
from ingest.reasons import Reason
from ingest.source import NOTE, UNREADABLE, Delivery, DeliveryError

_UTC = ZoneInfo("UTC")
_NEAR_LANDING = timedelta(days=60)
_FEWEST_DATES = 2


def read_instants(
    frame: pl.DataFrame, columns: Mapping[str, str], zone: ZoneInfo | None, stated: DateOrder | None
) -> pl.DataFrame:
    """The frame with the given text columns read as instants, each beside `<column>_ambiguous` and `<column>_reason`.

    `columns` maps the frame's columns to the names their file has for them. Raises DeliveryError where the order of day
    and month is open, and where a time has no offset while no zone is known.
    """
    read = read_times(frame, columns, zone, stated)
    if zone is None:
        for name, label in columns.items():
            in_utc = [parse_instant(pl.col(name), _UTC, order).struct.field("at") for order in get_args(DateOrder)]
            unread = frame.filter(read[f"{name}_reason"] == Reason.BAD_TIME)
            local = unread.filter(unread.select(pl.coalesce(in_utc).is_not_null()).to_series())
            if local.height:
                raise DeliveryError(
                    f"{local['file'][0]}, line {local['line'][0]}, column {label!r}: found a time without an offset, "
                    f"expected one such as 2022-10-09T18:00:00+03:00; correct it, or add to {NOTE} "
                    "timezone: <the IANA zone of these times>"
                )
    if "left_at" in columns:
        _require_leaves(frame, read, columns["left_at"])
    if zone is not None:
        _require_times_of_day(read, columns, zone)
    return read


def _require_times_of_day(read: pl.DataFrame, columns: Mapping[str, str], zone: ZoneInfo) -> None:
    """Raise DeliveryError where all joins and leaves are dates, each read as its midnight: stays would last no time or whole days."""
    told = [name for name in ("at", "joined_at", "left_at") if name in columns]
    clocks = [read[name].drop_nulls().dt.convert_time_zone(zone.key).dt.time() for name in told]
    if sum(map(len, clocks)) >= _FEWEST_DATES and all((clock == time()).all() for clock in clocks):
        raise DeliveryError(
            f"{read['file'][0]}, line {read['line'][0]}, column {columns[told[0]][:40]!r}: found dates without a time of day, as in every "
            "row, expected when people joined and left, such as 2026-10-05 18:58; name the columns that hold these times"
        )


def _require_leaves(frame: pl.DataFrame, read: pl.DataFrame, label: str) -> None:
    """Raise DeliveryError where different cells say when people left and none of them is a time: every stay would last to the end."""
    unread = frame.filter(read["left_at_reason"] == Reason.BAD_TIME)
    if read["left_at"].count() == 0 and unread["left_at"].n_unique() > 1:
        raise DeliveryError(
            f"{unread['file'][0]}, line {unread['line'][0]}, column {label[:40]!r}: found no time in any row, but such as "
            f"{shape_of(unread['left_at'][0])!r}, expected when people left, with the year of our calendar, as {SPELLINGS}; name the "
            "column that holds it, or leave it out where the file has none"
        )


def tell_sessions_apart(
    frame: pl.DataFrame, columns: Sequence[str], zone: ZoneInfo | None, bounds: Bounds | None
) -> pl.DataFrame:
    """Decide, session by session, which run of a repeated hour a time belongs to: by the session's bounds and the file's order."""
    if zone is None or not any(frame[f"{name}_ambiguous"].any() for name in columns):
        return frame
    bounded = frame.with_columns(_NO_BOUNDS) if bounds is None else bounds.with_stated(frame)
    parts = []
    for part in bounded.with_row_index("row").partition_by("session_id", maintain_order=True):
        told = part
        for name in columns:
            bounds_of_part = (part["stated_start"][0], part["stated_end"][0])
            # Attendance is written in the order of joining; a leave follows its join, not the leave above it.
            told = tell_apart(told, name, zone, bounds_of_part, is_in_order=name != "left_at")
        parts.append(told)
    return pl.concat(parts).sort("row").select(frame.columns)


def leaves_after_joins(frame: pl.DataFrame, zone: ZoneInfo | None) -> pl.DataFrame:
    """The stays with a leave that would precede its join taken from the second run of a repeated hour, the join from the first.

    No other reading puts the join before the leave.
    """
    if zone is None:
        return frame
    joined, left = pl.col("joined_at"), pl.col("left_at")
    if not frame.select((left < joined).any()).item():
        return frame
    second = second_instant(left, zone)
    # This holds whatever the bounds said: nobody leaves before they came.
    is_back = ((left < joined) & (second >= joined)).fill_null(value=False)
    return frame.with_columns(
        pl.when(is_back).then(second).otherwise(left).alias("left_at"),
        pl.col("left_at_ambiguous") & ~is_back,
        pl.col("joined_at_ambiguous") & ~is_back,
    )


def as_long_as_stated(frame: pl.DataFrame, zone: ZoneInfo | None) -> pl.DataFrame:
    """The stays with both times known where one reading of a repeated hour alone lasts as many minutes as the report states."""
    if zone is None or not {"minutes", "joined_at", "left_at"} <= {*frame.columns}:
        return frame
    if not frame.select(pl.any_horizontal("joined_at_ambiguous", "left_at_ambiguous").any()).item():
        return frame
    names = ("joined_at", "left_at")
    flags = [pl.col(f"{name}_ambiguous") for name in names]
    # Each time as it was read, which is always possible, and as the second of two.
    joins, leaves = (
        ((pl.col(name), pl.lit(value=True)), (second_instant(pl.col(name), zone), flag))
        for name, flag in zip(names, flags, strict=True)
    )
    stays = [(joined, left, may_join & may_leave) for joined, may_join in joins for left, may_leave in leaves]
    lasts = [((left - joined).dt.total_seconds() / 60 - pl.col("minutes")).abs() <= 1 for joined, left, _ in stays]
    fits = [(last & stay[-1]).fill_null(value=False) for last, stay in zip(lasts, stays, strict=True)]
    is_told = pl.any_horizontal(flags) & (pl.sum_horizontal(fits) == 1)
    return frame.with_columns(
        *(
            pl.coalesce(
                *(pl.when(is_told & fit).then(stay[place]) for fit, stay in zip(fits, stays, strict=True)), name
            ).alias(name)
            for place, name in enumerate(names)
        ),
        *((flag & ~is_told).alias(f"{name}_ambiguous") for name, flag in zip(names, flags, strict=True)),
    )


def with_distance(frame: pl.DataFrame, column: str, bounds: Bounds, delivery: Delivery, slack: pl.Expr) -> pl.DataFrame:
    """The frame with `is_far`: a time further from its session than `slack`, so that a typed year is no part of it.

    A session is where its bounds are stated, else about the median of its times; of those within two months of the landing
    day where they are half of all or more. Raises DeliveryError where most times are far from the bounds of the note.
    """
    at = pl.col(column)
    landed = pl.lit(delivery.landed_on).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    is_near = (at - landed).abs() <= _NEAR_LANDING
    middles = frame.group_by("session_id").agg(
        pl.when(is_near.sum() * 2 >= at.count())
        .then(at.filter(is_near).median())
        .otherwise(at.median())
        .alias("middle"),
        slack.alias("slack"),
    )
    placed = bounds.with_stated(
        frame.join(middles, on="session_id", how="left", maintain_order="left", nulls_equal=True)
    )
    is_far = (at < pl.coalesce("stated_start", "stated_end", "middle") - pl.col("slack")) | (
        at > pl.coalesce("stated_end", "stated_start", "middle") + pl.col("slack")
    )
    judged = placed.with_columns(is_far.fill_null(value=False).alias("is_far"))
    if any(bounds.noted.values()) and judged["is_far"].sum() * 2 > judged[column].count():
        file, line = judged.filter("is_far").select("file", "line").row(0)
        raise DeliveryError(
            f"{NOTE}: options.session says when the session was, and most times of the files are more than a day from "
            f"it (first in {file}, line {line}); correct starts_at and ends_at, timezone or date_order"
        )
    return judged.drop("middle", "slack", "stated_start", "stated_end")


def unresolved(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Count, per column, the times that were read as the first of two instants that the clocks showed alike."""
    counts = [(name, Reason.AMBIGUOUS_TIME, frame[f"{name}_ambiguous"].sum()) for name in columns]
    return pl.DataFrame([count for count in counts if count[2]], schema=UNREADABLE, orient="row")


DAY = pl.lit(LONGEST)
"""The slack of stays: nobody joins a session a day before it begins or a day after it ended."""

_NO_BOUNDS = (
    pl.lit(None, pl.Datetime("us", "UTC")).alias("stated_start"),
    pl.lit(None, pl.Datetime("us", "UTC")).alias("stated_end"),
)


LONGEST_SAMPLED = timedelta(days=62)
"""No session of samples lasts longer before or after its middle: a time of another year is a mistake."""


def slack_of_samples(column: str) -> pl.Expr:
    """The slack of samples, which may be taken for weeks: a day, and ten times the time of the middle half of them."""
    at = pl.col(column).dt.epoch("us")
    middle_half = (10 * (at.quantile(0.75) - at.quantile(0.25))).cast(pl.Int64())
    return pl.min_horizontal(pl.lit(LONGEST) + pl.duration(microseconds=middle_half), pl.lit(LONGEST_SAMPLED))
