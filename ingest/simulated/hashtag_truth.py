"""What a warehouse can know about the hashtags from the readings delivered: net views by day, posts, creators.

Worked out in numpy from the generator's arrays, so that it shares neither files nor SQL with what it is to judge.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from ingest.simulated.plan import Flags, Ints, local_day, masked, to_instants
from ingest.simulated.videos import CAMPAIGN_TAGS, COUNTERS, Videos

SUMMED = (*COUNTERS, "engagements_lcs")


def readings_truth(readings: pl.DataFrame, videos: Videos) -> pl.DataFrame:
    """Every reading delivered and kept, as the lake should hold it, but with the invented handle for a pseudonym."""
    seen = videos.seen.drop("created_s", "written_hashtags")
    return readings.join(seen, on="video", maintain_order="left").select(
        pl.date(2022, 10, 4).dt.offset_by(pl.format("{}d", "landed")).alias("landed_on"),
        "delivery",
        "video_id",
        to_instants(pl.col("captured_s")).alias("captured_at"),
        "created_at",
        "creator",
        "creator_followers",
        *COUNTERS,
        *(f"{name}_unit" for name in COUNTERS),
        "hashtags",
        "creator_country",
        "duration_seconds",
    )


def video_days_truth(readings: pl.DataFrame, videos: Videos) -> pl.DataFrame:
    """One row per video and day of capture: last known totals, and net changes since the counter was last known.

    `interval_days` says how far back that was, for the counter that was unknown the longest.
    """
    latest = readings.sort("video", "captured_s", "landed", "delivery").unique(
        ["video", "captured_s"], keep="last", maintain_order=True
    )
    video, at_s = latest["video"].to_numpy(), latest["captured_s"].to_numpy()
    day = local_day(at_s)
    cell = _last_of_run(video, day)
    row_video, row_day = video[cell], day[cell]
    is_first = np.concatenate([[True], row_video[1:] != row_video[:-1]])
    # A video posted after the campaign was last read on an earlier day cannot have been read before: it began at 0.
    previous_capture = _previous_capture(at_s, day)[np.searchsorted(np.unique(day), row_day)]
    starts_at_zero = videos.created_s[row_video] > previous_capture
    first_row = np.maximum.accumulate(np.where(is_first, np.arange(is_first.size), 0))
    columns: dict[str, pl.Series] = {}
    since = np.zeros(row_video.size, np.int64)
    for name in COUNTERS:
        known = latest[name].is_not_null().to_numpy()
        last = _last_of_run(video[known], day[known])
        total_video, total_day = video[known][last], day[known][last]
        total = latest[name].filter(pl.Series(known)).to_numpy()[last]
        row = _rows_of(row_video, row_day, total_video, total_day)
        has_earlier = np.concatenate([[False], total_video[1:] == total_video[:-1]])[: total.size]
        begins = ~has_earlier & starts_at_zero[first_row[row]]
        net = total - np.where(has_earlier, np.concatenate([[0], total[:-1]])[: total.size], 0)
        back = np.where(has_earlier, total_day - np.concatenate([[0], total_day[:-1]])[: total.size], 0)
        columns[name] = _spread(row, net, has_earlier | begins, row_video.size)
        columns[f"{name}_total"] = _spread(row, total, np.ones(total.size, np.bool_), row_video.size)
        since[row] = np.maximum(since[row], back)
    columns["interval_days"] = masked(since, since > 0)
    rows = pl.DataFrame({"video": row_video, "event_on": row_day, **columns, "is_first_reading": is_first})
    return rows.join(videos.seen.select("video", "video_id", "hashtags"), on="video", maintain_order="left").select(
        "video_id",
        pl.col("event_on").cast(pl.Int32()).cast(pl.Date()),
        *COUNTERS,
        *(f"{name}_total" for name in COUNTERS),
        "interval_days",
        "is_first_reading",
        "hashtags",
    )


def known_videos(readings: pl.DataFrame, videos: Videos) -> pl.DataFrame:
    """One row per video of which a reading was delivered and kept. `posted_on` is its date in Dubai."""
    seen = videos.seen.join(readings.select("video").unique(), on="video", how="semi", maintain_order="left")
    posted_on = pl.Series(local_day(seen["created_s"].to_numpy())).cast(pl.Int32()).cast(pl.Date())
    return seen.with_columns(posted_on.alias("posted_on")).select(
        "video_id", "created_at", "posted_on", "creator", "creator_country", "duration_seconds", "hashtags"
    )


def hashtag_days_truth(known: pl.DataFrame, video_days: pl.DataFrame) -> pl.DataFrame:
    """One row per hashtag and day: posts, creators and new creators by date of posting, net changes by date of capture.

    `new_creators` is unknown up to the first day of posting, and a sum of nets where none of them is known.
    """
    posts = known.explode("hashtags").drop_nulls("hashtags").rename({"hashtags": "hashtag", "posted_on": "event_on"})
    first = posts.group_by("hashtag", "creator").agg(pl.col("event_on").min())
    new = first.group_by("hashtag", "event_on").agg(pl.len().cast(pl.Int64()).alias("new_creators"))
    by_posting = posts.group_by("hashtag", "event_on").agg(_posts())
    nets = video_days.with_columns(_engagements()).explode("hashtags").drop_nulls("hashtags")
    by_capture = nets.group_by("event_on", hashtag="hashtags").agg(_sum_of_known(name) for name in SUMMED)
    first_day = pl.col("event_on").filter(pl.col("posts") > 0).min().over("hashtag")
    return (
        by_posting.join(new, on=["hashtag", "event_on"], how="left")
        .join(by_capture, on=["hashtag", "event_on"], how="full", coalesce=True)
        .with_columns(pl.col("posts", "unique_creators", "new_creators").fill_null(0))
        .with_columns(pl.when(pl.col("event_on") > first_day).then(pl.col("new_creators")))
        .sort("hashtag", "event_on")
    )


def hashtag_totals_truth(known: pl.DataFrame, video_days: pl.DataFrame, first_day: int, days: int) -> pl.DataFrame:
    """Posts, creators and nets in the campaign: a row per tag, one for videos with any campaign tag, one for all."""
    within = pl.int_range(first_day, first_day + days, eager=True).cast(pl.Int32()).cast(pl.Date()).implode()
    has_campaign_tag = pl.col("hashtags").list.set_intersection(list(CAMPAIGN_TAGS)).list.len() > 0
    groups = {
        "hashtag": pl.col("hashtags"),
        "campaign_tags": pl.when(has_campaign_tag).then(pl.lit([""])),
        "all": pl.lit([""]),
    }
    frames = []
    for scope, members in groups.items():
        posted = known.filter(pl.col("posted_on").is_in(within)).with_columns(members.alias("hashtag"))
        read = video_days.filter(pl.col("event_on").is_in(within)).with_columns(members.alias("hashtag"))
        counted = posted.explode("hashtag").drop_nulls("hashtag").group_by("hashtag").agg(_posts())
        nets = read.with_columns(_engagements()).explode("hashtag").drop_nulls("hashtag").group_by("hashtag")
        summed = nets.agg(_sum_of_known(name) for name in SUMMED)
        both = counted.join(summed, on="hashtag", how="full", coalesce=True)
        frames.append(both.select(pl.lit(scope).alias("scope"), pl.all()))
    return pl.concat(frames).sort("scope", "hashtag")


def _sum_of_known(name: str) -> pl.Expr:
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)


def _posts() -> list[pl.Expr]:
    return [
        pl.len().cast(pl.Int64()).alias("posts"),
        pl.col("creator").n_unique().cast(pl.Int64()).alias("unique_creators"),
    ]


def _engagements() -> pl.Expr:
    """Of the readings of which every part's change is known."""
    return (pl.col("likes") + pl.col("comments") + pl.col("shares")).alias("engagements_lcs")


def _last_of_run(*keys: npt.NDArray[np.int64]) -> Ints:
    """Positions of the last of each run of equal keys."""
    changes = np.zeros(max(keys[0].size - 1, 0), np.bool_)
    for key in keys:
        changes |= key[1:] != key[:-1]
    return np.flatnonzero(np.concatenate([changes, [True]])[: keys[0].size])


def _rows_of(row_video: Ints, row_day: Ints, video: Ints, day: Ints) -> Ints:
    """Where each (video, day) stands among the sorted rows."""
    width = int(row_day.max()) + 1
    return np.searchsorted(row_video * width + row_day, video * width + day)


def _previous_capture(at_s: Ints, day: Ints) -> Ints:
    """For each day with readings, the campaign's latest capture on an earlier day; none before the first."""
    days = np.unique(day)
    latest = np.array([at_s[day == one].max() for one in days])
    return np.concatenate([[np.iinfo(np.int64).max], np.maximum.accumulate(latest)[:-1]])


def _spread(row: Ints, values: Ints, known: Flags, size: int) -> pl.Series:
    """Values at the given rows of a column of that size; the others, and those not known, are NULL."""
    column, there = np.zeros(size, np.int64), np.zeros(size, np.bool_)
    column[row], there[row] = values, known
    return masked(column, there)
