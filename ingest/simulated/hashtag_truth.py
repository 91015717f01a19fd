"""What a warehouse can know about the hashtags from the readings delivered: net views by day, posts, creators.

Worked out in numpy from the generator's arrays, so that it shares neither files nor SQL with what it is to judge.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from ingest.simulated.hashtag import SUPPLIERS, TAG_PANEL
from ingest.simulated.plan import Flags, Ints, local_day, masked, to_instants
from ingest.simulated.videos import CAMPAIGN_TAGS, COUNTERS, NEVER, Videos

SUMMED = (*COUNTERS, "engagements_lcs")
ABSENT_CAPTURES = {SUPPLIERS[TAG_PANEL]: 4}
"""After so many captures of a supplier without a video it is gone."""

LOOK_BACK_DAYS = 10


def readings_truth(readings: pl.DataFrame, videos: Videos) -> pl.DataFrame:
    """Every reading delivered and kept, as the lake should hold it, but with the invented handle for a pseudonym."""
    return videos.described(readings).select(
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
        "platform",
    )


def video_days_truth(readings: pl.DataFrame, videos: Videos) -> pl.DataFrame:
    """One row per video and day of capture: last known totals, and net changes since the counter was last known.

    `interval_days` says how far back that was, for the counter that was unknown the longest. `views_reset` is what was lost where a
    video was posted anew. Tags are those of the day's last reading.
    """
    latest = _latest(readings)
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
    posted_s = videos.posted_s(row_video, at_s[cell])
    is_anew = ~is_first & (posted_s != np.concatenate([[0], posted_s[:-1]]))
    lost = -columns["views"]
    columns["views_reset"] = pl.select(
        pl.when(pl.Series(is_anew) & (lost > columns["views_total"])).then(lost).otherwise(0)
    ).to_series()
    rows = pl.DataFrame(
        {
            "video": row_video,
            "captured_s": at_s[cell],
            "event_on": row_day,
            **columns,
            "is_first_reading": is_first,
            "delivery": latest["delivery"].gather(cell),
        }
    )
    return videos.described(rows).select(
        "video_id",
        pl.col("event_on").cast(pl.Int32()).cast(pl.Date()),
        *COUNTERS,
        *(f"{name}_total" for name in COUNTERS),
        "interval_days",
        "is_first_reading",
        "views_reset",
        "hashtags",
        "platform",
        pl.col("delivery").replace_strict(SUPPLIERS).alias("supplier"),
    )


def known_videos(readings: pl.DataFrame, videos: Videos, video_days: pl.DataFrame) -> pl.DataFrame:
    """One row per video of which a reading was delivered and kept, as it was when it was first read.

    `posted_on` is its date in Dubai. `half_life_hours` is when it has half of the views of its first 28 days, where none are taken back
    and it is not posted anew.
    """
    rows = _latest(readings)
    first = videos.described(rows.filter(_is_of_first_day(rows)).unique("video", keep="last", maintain_order=True))
    posted_on = pl.Series(local_day(first["created_s"].to_numpy())).cast(pl.Int32()).cast(pl.Date())
    number = first["video"].to_numpy()
    grows = (videos.purged_share[number] == 0) & (videos.anew_s[number] == NEVER)
    described = first.with_columns(
        posted_on.alias("posted_on"), masked(videos.half_life_hours()[number], grows).alias("half_life_hours")
    ).select(
        "video_id",
        "created_at",
        "posted_on",
        "creator",
        "creator_country",
        "duration_seconds",
        "hashtags",
        "platform",
        "half_life_hours",
    )
    return described.join(_states(video_days), on="video_id", maintain_order="left")


def _latest(readings: pl.DataFrame) -> pl.DataFrame:
    """One reading a video and instant: the one that landed last."""
    return readings.sort("video", "captured_s", "landed", "delivery").unique(
        ["video", "captured_s"], keep="last", maintain_order=True
    )


def _is_of_first_day(rows: pl.DataFrame) -> pl.Series:
    days = rows.select("video", pl.Series("day", local_day(rows["captured_s"].to_numpy())))
    return days.select(pl.col("day") == pl.col("day").min().over("video")).to_series()


def _states(video_days: pl.DataFrame) -> pl.DataFrame:
    """Where each video is: gone since its supplier's next capture where it missed as many as the rule says, else last seen when."""
    captures = {
        supplier: sorted(days["event_on"].unique())
        for (supplier,), days in video_days.partition_by("supplier", as_dict=True).items()
    }
    last_capture = max(max(days) for days in captures.values())
    states = []
    for video_id, first, last, supplier in (
        video_days.sort("event_on")
        .group_by("video_id", maintain_order=True)
        .agg(pl.first("event_on").alias("first"), pl.last("event_on").alias("last"), pl.last("supplier"))
        .iter_rows()
    ):
        missed = [on for on in captures[supplier] if on > last]
        since = missed[0] if missed else last
        if len(missed) >= ABSENT_CAPTURES.get(supplier, len(missed) + 1):
            states.append((video_id, "deleted", since))
        elif last > last_capture - timedelta(days=LOOK_BACK_DAYS):
            states.append((video_id, "observed", first))
        else:
            states.append((video_id, "not_seen_lately", since))
    return pl.DataFrame(
        states, schema={"video_id": pl.String(), "state": pl.String(), "state_since": pl.Date()}, orient="row"
    )


def absence_seed() -> Mapping[str, str]:
    """The seed `absence_rules`."""
    rows = [f"{supplier},{captures},deleted" for supplier, captures in ABSENT_CAPTURES.items()]
    return {"absence_rules": "\n".join(["supplier,absent_captures,state", *rows, ""])}


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
    """Views of two platforms make no sum."""
    is_one = pl.col("platform").n_unique() == 1 if name == "views" else pl.lit(value=True)
    return pl.when(is_one & (pl.col(name).count() > 0)).then(pl.col(name).sum()).alias(name)


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
