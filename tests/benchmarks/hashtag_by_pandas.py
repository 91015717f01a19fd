"""What an analyst makes of the benchmark's days of CSV files or pages with pandas: the days of videos and of hashtags, to parquet.

`video_days.parquet` and `hashtag_days.parquet` have the columns of fct_hashtag_video_day and fct_hashtag_day under their names, and of
each video's day the creator's pseudonym, the country and the hashtags as they were known then. Left out is what this data does not
have: records that cannot be read, which stop pandas, and reasons for them; counts that were rounded (`_low`, `_high`) or are 0 because
a fetch failed; a time of posting that differs from the id's; tags that are not between commas; letters of other scripts that are one;
aliases; several campaigns and definitions of a view. And what our marts rest on but do not show: the lake and its ledger, days of the
campaign, of markets and of comparison sets, and rows kept so that a later day is built from them alone.

Every step is the one that the pandas documentation teaches for it; hashtag_by_numpy.py is the same, tuned by hand.
"""

import hmac
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd

PAGES = {
    "create_time": "created_at", "username": "creator", "region_code": "creator_country", "view_count": "views", "like_count": "likes",
    "comment_count": "comments", "share_count": "shares", "favorites_count": "saves", "hashtag_names": "hashtags", "id": "video_id",
}  # fmt: skip
NAMES = {
    "id": "video_id", "author": "creator", "posted": "created_at", "seen": "captured_at", "plays": "views", "hearts": "likes",
    "replies": "comments", "sent": "shares", "kept": "saves", "tags": "hashtags", "country": "creator_country",
}  # fmt: skip
COUNTERS = ["views", "likes", "comments", "shares", "saves"]
TEXTS = ["creator", "creator_country", "hashtags"]
ZONE, STARTS_ON, LOOK_BACK = "UTC", pd.Timestamp("2026-09-01"), 10
SEEDED, SHOWN_FROM = ["tag1", "tag2"], 10
"""Hashtags that have days of their own however rare they are, and how many videos the others need."""


def make_marts(folder: Path) -> int:
    """Both files, from the CSV files or pages of a folder, each named by the date on which it landed; how many days videos have."""
    files = sorted(folder.glob("2*.*"))
    days = read_days(files)
    video_days = days_of_videos(days)
    tags = normalised_tags(days["hashtags"].drop_duplicates())
    hashtag_days = days_of_hashtags(days, video_days, tags)
    provisional_from = pd.Timestamp(files[-1].stem) - pd.Timedelta(days=LOOK_BACK - 1)
    for made in (video_days, hashtag_days):
        made["is_provisional"] = made["event_on"] >= provisional_from
    key = os.environ["CAMPAIGN_PSEUDONYM_KEY"].encode()
    video_days["creator_key"] = days["creator"].map(
        {name: pseudonym(key, name) for name in days["creator"].dropna().unique()}
    )
    video_days["creator_country"] = days["creator_country"].str.strip().str.upper()
    video_days["hashtags"] = days["hashtags"].map(tags.groupby("hashtags")["hashtag"].agg(",".join)).fillna("")
    video_days.to_parquet(folder / "video_days.parquet")
    hashtag_days.to_parquet(folder / "hashtag_days.parquet")
    return len(video_days)


def pseudonym(key: bytes, name: str) -> str:
    """Who a creator is, without the name."""
    return hmac.digest(key, f"creator\x1f{name.strip()}".encode(), "sha256")[:16].hex()


def dates(instants: "pd.Series[Any]") -> "pd.Series[Any]":
    """Dates in the campaign's zone."""
    local: pd.Series[Any] = instants.dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()
    return local


def read_file(file: Path) -> pd.DataFrame:
    """A row for each reading of a CSV file or of pages of the Research API."""
    if file.suffix == ".csv":
        return pd.read_csv(file, engine="pyarrow").rename(columns=NAMES)
    pages = [json.loads(line) for line in file.read_bytes().splitlines()]
    found = pd.json_normalize(pages, ["response", "data", "videos"], "captured_at").rename(columns=PAGES)
    return found.drop(columns="video_description").assign(
        hashtags=found["hashtags"].str.join(","),
        created_at=pd.to_datetime(found["created_at"], unit="s", utc=True),
        captured_at=pd.to_datetime(found["captured_at"], utc=True),
    )


def read_days(files: list[Path]) -> pd.DataFrame:
    """A row for each video and date: the last known counters of it, and what was last known of the video."""
    readings = pd.concat([read_file(file) for file in files], ignore_index=True)
    # An empty cell says that a video carries no hashtags.
    readings["hashtags"] = readings["hashtags"].fillna("")
    readings["creator"] = readings["creator"].str.lower()
    readings["event_on"] = dates(readings["captured_at"])
    readings = readings.sort_values(["video_id", "captured_at"], kind="stable")
    readings = readings.drop_duplicates(["video_id", "captured_at"], keep="last")
    if readings.duplicated(["video_id", "event_on"]).any():
        readings = readings.groupby(["video_id", "event_on"], as_index=False, sort=False).last()
    days = readings.reset_index(drop=True)
    carried = [*TEXTS, "created_at"]
    days[carried] = days.groupby("video_id", sort=False)[carried].ffill()
    return days


def days_of_videos(days: pd.DataFrame) -> pd.DataFrame:
    """What every counter was, and by how much and in which way it changed since it was last known."""
    video = days["video_id"]
    is_first = ~video.duplicated()
    captures = days.groupby("event_on")["captured_at"].max()
    # A video that was posted after the campaign's capture before had 0 of everything then.
    is_new = is_first & (days["created_at"] > days["event_on"].map(captures.shift()))
    starts_from_zero = video.isin(video[is_new])
    created_before = days.groupby("video_id", sort=False)["created_at"].shift()
    is_posted_anew = days["created_at"].ne(created_before) & days["created_at"].notna() & created_before.notna()

    read = days[COUNTERS]
    read_on = pd.DataFrame({name: days["event_on"].where(read[name].notna()) for name in COUNTERS})
    before = read.groupby(video, sort=False).ffill().groupby(video, sort=False).shift()
    before_on = read_on.groupby(video, sort=False).ffill().groupby(video, sort=False).shift()
    net = read - before.mask(before.isna() & starts_from_zero.to_numpy()[:, None], 0)
    removed = (-net).where(read < before, 0).where(net.notna())
    is_reset = (2 * read < before).mul(is_posted_anew, axis=0)
    interval = (read_on - before_on).max(axis=1).dt.days
    return pd.concat(
        [
            days[["video_id", "event_on"]],
            net,
            net.clip(lower=0).add_suffix("_gross"),
            removed.add_suffix("_removed"),
            removed.where(is_reset | net.isna(), 0).add_suffix("_reset"),
            removed.mask(is_reset & net.notna(), 0).add_suffix("_correction"),
            read.add_suffix("_total"),
        ],
        axis=1,
    ).assign(
        interval_days=interval,
        last_captured_at=days["captured_at"],
        is_first_reading=is_first,
        is_in_campaign=days["event_on"] >= STARTS_ON,
    )


def normalised_tags(written: "pd.Series[Any]") -> pd.DataFrame:
    """A row for each hashtag (`hashtag`) of each distinct cell (`hashtags`)."""
    tags = pd.DataFrame({"hashtags": written, "hashtag": written.str.split(",")}).explode("hashtag")
    tag = tags["hashtag"].str.normalize("NFKC").str.strip().str.lstrip("#").str.casefold().str.normalize("NFKC")
    return tags.assign(hashtag=tag)[tag != ""].drop_duplicates()


def days_of_hashtags(days: pd.DataFrame, changes: pd.DataFrame, tags: pd.DataFrame) -> pd.DataFrame:
    """By shown hashtag and date: sums of what its videos changed by, posts and their creators."""
    latest = days.drop_duplicates("video_id", keep="last")[["hashtags"]].merge(tags, on="hashtags")
    videos = latest["hashtag"].value_counts()
    shown = tags[tags["hashtag"].isin([*SEEDED, *videos.index[videos >= SHOWN_FROM]])]

    figures = changes[["event_on", *COUNTERS, "views_gross", "views_removed"]].assign(hashtags=days["hashtags"])
    figures["engagements_lcs"] = changes[["likes", "comments", "shares"]].sum(axis=1, skipna=False)
    figures["rated_engagements_lcs"] = figures["engagements_lcs"].where(figures["views"].notna())
    figures["rated_views"] = figures["views"].where(figures["engagements_lcs"].notna())
    by_day = figures.merge(shown, on="hashtags").drop(columns="hashtags").groupby(["hashtag", "event_on"])
    found = by_day.sum(min_count=1)
    found["video_readings"] = by_day.size()
    found["rated_readings"] = by_day["engagements_lcs"].count()
    found["engagement_rate_by_views"] = found["rated_engagements_lcs"] / found["rated_views"].where(
        found["rated_views"] > 0
    )

    # A video is a post of the hashtags that it carried when they and its date were first known.
    posts = days[days["hashtags"].notna() & days["created_at"].notna()].drop_duplicates("video_id")
    posts = posts.assign(event_on=dates(posts["created_at"]))[["event_on", "creator", "hashtags"]].merge(
        shown, on="hashtags"
    )
    posted = posts.groupby(["hashtag", "event_on"])["creator"].agg(posts="size", unique_creators="nunique")
    newcomers = posts.groupby(["hashtag", "creator"])["event_on"].min().reset_index()
    posted["new_creators"] = newcomers.groupby(["hashtag", "event_on"]).size()

    made = found.join(posted, how="outer").reset_index()
    counts = ["posts", "unique_creators", "new_creators", "video_readings", "rated_readings"]
    made[counts] = made[counts].fillna(0)
    # On a hashtag's first date everybody would be new.
    first_on = made["hashtag"].map(posts.groupby("hashtag")["event_on"].min())
    made["new_creators"] = made["new_creators"].where(made["event_on"] > first_on)
    return made
