"""The hashtag source: its lake tables and formats. How a file is read lives in `ingest.formats`."""

import polars as pl

from ingest.formats import video_csv
from ingest.source import INSTANT, Source, Table

COUNTERS = ("views", "likes", "comments", "shares", "saves")
"""The lifetime counters of a video reading, each with its rounding unit in `<counter>_unit`."""

VIDEO_READINGS = Table(
    name="video_readings",
    description="Readings of the lifetime counters of videos. One row per video and instant of capture.",
    schema=pl.Schema(
        {
            "video_id": pl.String(),
            "captured_at": INSTANT,
            "created_at": INSTANT,
            "creator_key": pl.String(),
            "creator_followers": pl.Int64(),
            **{counter: pl.Int64() for counter in COUNTERS},
            **{f"{counter}_unit": pl.Int64() for counter in COUNTERS},
            "rounding": pl.String(),
            "hashtags": pl.List(pl.String()),
            "display_hashtags": pl.List(pl.String()),
            "creator_country": pl.String(),
            "duration_seconds": pl.Int64(),
        }
    ),
    key=("video_id", "captured_at"),
    records=pl.len(),
    required=("views",),
    captured="captured_at",
)

HASHTAG = Source(
    name="hashtag",
    title="hashtag",
    description="Engagement with videos that carry the campaign's hashtags.",
    owner="team:campaign-analytics",
    tables=(VIDEO_READINGS,),
    formats={"video_csv": video_csv.FORMAT},
)
