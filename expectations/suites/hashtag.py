"""What is odd in a hashtag delivery.

What every table is expected to hold lives in `expectations.suites.contract`.
"""

from collections.abc import Mapping

import polars as pl

from expectations.engine import gxe
from expectations.frames import DELIVERY_NUMBER, scan_files
from expectations.kinds import WARNING, APairInOrder, DoNotExceedViews, Stated
from expectations.suites.contract import mostly_known
from expectations.suites.oddities import Oddities
from ingest.lake import StagedDelivery
from ingest.reasons import Reason
from ingest.sources.hashtag import COUNTERS

MOST_VIEWS = 10_000_000_000
"""Above any video's views so far; a larger figure is a wrong unit."""

WORTH_COMPARING = 10
"""A counter below this halves by chance."""

MOST_FALLEN = 0.02
"""Lifetime counters rarely fall; where more than this share of them halves, the supplier counts something else now."""

MOST_NOT_FETCHED = 0.1
"""A fetch fails now and then; where it failed for more than this share of a counter, the supplier should be told."""


class VideoWasCreatedBeforeItWasRead(APairInOrder):
    """A reading is not older than its video."""

    column_A: str = "captured_at"
    column_B: str = "created_at"
    description: str = "a video was created before it was read"


class CountersWereFetched(Stated, gxe.ExpectColumnValuesToBeBetween):
    """Zeros of a fetch that failed are few; they are unknown, and no day has figures of them."""

    column: str = "not_fetched_share"
    max_value: float = MOST_NOT_FETCHED
    description: str = f"at most {MOST_NOT_FETCHED:.0%} of the readings of a counter are zeros of a fetch that failed"


class FewCountersFallByHalf(Stated, gxe.ExpectColumnValuesToBeBetween):
    """Lifetime counters grow, but for what the platform takes back."""

    column: str = "fallen_share"
    max_value: float = MOST_FALLEN
    description: str = (
        f"at most {MOST_FALLEN:.0%} of the counters fell by more than half since the supplier's delivery before"
    )


def not_fetched(staged: Mapping[int, StagedDelivery]) -> pl.DataFrame:
    """One row per delivery: the largest share of a counter's readings that are zeros of a fetch that failed, also in words."""
    loaded = pl.LazyFrame(
        [(number, item.records_loaded) for number, item in staged.items()],
        schema={DELIVERY_NUMBER: pl.Int32(), "loaded": pl.Int64()},
        orient="row",
    )
    most = pl.col("records") == pl.col("records").max()
    zeros = (
        scan_files([(number, item.unreadable) for number, item in staged.items()])
        .filter(pl.col("reason") == Reason.IMPLAUSIBLE_ZERO)
        .group_by(DELIVERY_NUMBER)
        .agg(pl.col("records").max(), pl.col("column_name").filter(most).sort().str.join(", ").alias("counters"))
    )
    found = loaded.join(zeros, on=DELIVERY_NUMBER, how="left")
    return found.select(
        DELIVERY_NUMBER,
        pl.when(pl.col("loaded") > 0)
        .then(pl.col("records").fill_null(0) / pl.col("loaded"))
        .alias("not_fetched_share"),
        pl.format("{} of {} {} were not fetched", "records", "loaded", "counters")
        .fill_null("every counter was fetched")
        .alias("not_fetched_share_found"),
    ).collect()


def fallen(now: pl.LazyFrame, before: pl.LazyFrame) -> pl.LazyFrame:
    """The share of counters that fell by more than half, by delivery; `before` has the readings that precede it."""
    earlier = before.group_by(DELIVERY_NUMBER, "video_id").agg(pl.col(COUNTERS).sort_by("captured_at").last())
    pairs = now.join(earlier, on=[DELIVERY_NUMBER, "video_id"], how="inner", suffix="_before")
    comparable = {name: pl.col(f"{name}_before").ge(WORTH_COMPARING) & pl.col(name).is_not_null() for name in COUNTERS}
    fell = [
        (is_comparable & (pl.col(name) * 2 < pl.col(f"{name}_before"))).sum()
        for name, is_comparable in comparable.items()
    ]
    counts = pairs.group_by(DELIVERY_NUMBER).agg(
        pl.sum_horizontal(fell).alias("fell"),
        pl.sum_horizontal(is_comparable.sum() for is_comparable in comparable.values()).alias("compared"),
    )
    return counts.filter(pl.col("compared") > 0).select(
        DELIVERY_NUMBER,
        (pl.col("fell") / pl.col("compared")).alias("fallen_share"),
        pl.format("{} of {} counters fell by more than half", "fell", "compared").alias("fallen_share_found"),
    )


ODDITIES = {
    "video_readings": Oddities(
        rows=(
            gxe.ExpectColumnValuesToBeBetween(
                column="views",
                max_value=MOST_VIEWS,
                severity=WARNING,
                description=f"a video has at most {MOST_VIEWS:,} views",
            ),
            *(
                DoNotExceedViews(
                    column_B=counter, severity=WARNING, description=f"a video has no more {counter} than views"
                )
                for counter in COUNTERS
                if counter != "views"
            ),
            VideoWasCreatedBeforeItWasRead(severity=WARNING),
        ),
        deliveries=(
            mostly_known("creator_key"),
            mostly_known("hashtags"),
            CountersWereFetched(severity=WARNING),
        ),
        history=(FewCountersFallByHalf(severity=WARNING),),
        of_deliveries=not_fetched,
        beside_earlier=fallen,
    ),
    "capture_windows": Oddities(
        rows=(
            gxe.ExpectColumnValuesToBeInSet(
                column="is_answered",
                value_set=[True],
                severity=WARNING,
                description="every page that was asked for was answered",
            ),
            gxe.ExpectColumnValuesToBeInSet(
                column="is_ended",
                value_set=[True],
                severity=WARNING,
                description="pages were asked for until one said that there are no more",
            ),
        ),
        derived={
            "is_ended": pl.when(pl.col("has_more").is_not_null()).then(
                ~pl.col("has_more").all().over(DELIVERY_NUMBER, "endpoint", "window_from", "window_to")
            )
        },
    ),
}
