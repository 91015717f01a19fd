"""`hashtag/business_api`: pages of TikTok's Business API about an account of one's own, one a line, with or without a wrapper.

`business/video/list` gives the lifetime counters of its videos, organic and paid together; `business/get` the days of the
account. Rich fields that the platform leaves out are unknown, not 0.
"""

from dataclasses import replace

import polars as pl
from pydantic import BaseModel, ConfigDict

from ingest.formats.hashtag.account_days import settle_account_days
from ingest.formats.hashtag.api_pages import Api, Pages, read_pages
from ingest.formats.hashtag.video_options import Columns, InstantText, VideoOptions
from ingest.formats.hashtag.video_readings import VideoRows, parse_videos, with_tags
from ingest.source import Delivery, DeliveryError, Parsed

API = Api(
    videos={
        "video_id": ("item_id",),
        "created_at": ("create_time",),
        "url": ("share_url",),
        "text": ("caption",),
        "views": ("video_views",),
        "likes": ("likes",),
        "comments": ("comments",),
        "shares": ("shares",),
        "saves": ("favorites",),
        "reach": ("reach",),
        "duration_seconds": ("video_duration",),
        "watch_seconds": ("total_time_watched",),
        "completion_rate": ("full_video_watched_rate",),
    },
    lists=(),
    code="code",
    answered="0",
    window=("start_date", "end_date"),
    days={
        "views": "video_views",
        "profile_views": "profile_views",
        "likes": "likes",
        "comments": "comments",
        "shares": "shares",
        "viewers": "engaged_audience",
        "followers": "daily_total_followers",
    },
)


class BusinessApiOptions(BaseModel):
    """Options of `business_api`. `captured_at` is a constant for pages that do not say when they were asked for."""

    model_config = ConfigDict(extra="forbid")

    captured_at: InstantText | None = None
    encoding: str | None = None


class BusinessApi:
    """Reads pages of an account's own videos and days. A page that failed, also with HTTP 200, is a window that is unknown."""

    name = "business_api"
    version = 9
    needs_timezone = False
    options = BusinessApiOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `video_readings`, `account_days` and `capture_windows`. Raises DeliveryError."""
        options = delivery.options_as(BusinessApiOptions)
        pages = read_pages(delivery, API, options.encoding, options.captured_at)
        _refuse_untimed(pages)
        labels = {ours: names[0] for ours, names in API.videos.items()} | {"captured_at": "captured_at"}
        known = VideoOptions(
            columns=Columns(video_id="item_id", captured_at="captured_at", text="caption"),
            platform="tiktok",
            metric_definition="business_api",
            rounding="nearest",
            hashtags_from="text",
        )
        videos = with_tags(_in_shares(pages.videos), known)
        parsed = parse_videos([VideoRows(videos, labels, pages.rejected)], delivery, known)
        days, rejected, unread = settle_account_days([pages.days], delivery, "business_api")
        return replace(
            parsed,
            tables={**parsed.tables, "account_days": days, "capture_windows": pages.windows},
            records_read=parsed.records_read + pages.days.height,
            rejected=pl.concat([parsed.rejected, rejected]),
            unreadable=pl.concat([parsed.unreadable, unread]),
        )


def _refuse_untimed(pages: Pages) -> None:
    untimed = [rows for rows in (pages.videos, pages.days) if rows["captured_at"].null_count()]
    if untimed:
        row = untimed[0].filter(pl.col("captured_at").is_null()).row(0, named=True)
        raise DeliveryError(
            f"{row['file']}, line {row['line']}: the page does not say when it was asked for; expected captured_at beside "
            "response in every line, or options.captured_at in delivery.yml"
        )


def _in_shares(videos: pl.DataFrame) -> pl.DataFrame:
    """Rates as shares from 0 to 1: those of a delivery in which one is above 1 are percentages."""
    rate = pl.col("completion_rate").cast(pl.Float64(), strict=False)
    if videos.select((rate > 1).any()).item():
        return videos.with_columns((pl.col("completion_rate") + "%").alias("completion_rate"))
    return videos


FORMAT = BusinessApi()
