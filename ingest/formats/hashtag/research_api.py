"""`hashtag/research_api`: pages of TikTok's Research API as they were captured, one a line.

How pages are read is in `ingest.formats.hashtag.api_pages`, what becomes of the videos in `ingest.formats.hashtag.video_readings`.
"""

from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from ingest.formats.hashtag.api_pages import Api, read_pages
from ingest.formats.hashtag.video_options import Columns, VideoOptions
from ingest.formats.hashtag.video_readings import COUNTERS, VideoRows, parse_videos
from ingest.source import Delivery, Parsed

API = Api(
    videos={
        "video_id": ("id", "video_id"),
        "created_at": ("create_time",),
        "creator": ("username",),
        "creator_country": ("region_code",),
        "views": ("view_count",),
        "likes": ("like_count",),
        "comments": ("comment_count",),
        "shares": ("share_count",),
        "saves": ("favorites_count", "favourites_count"),
        "duration_seconds": ("video_duration",),
        "hashtags": ("hashtag_names",),
    },
    lists=("hashtag_names",),
    code="error.code",
    answered="ok",
    window=("start_date", "end_date"),
    counted=COUNTERS,
    repeat=("creator", "creator_country", "hashtags"),
)


class ResearchApiOptions(BaseModel):
    """Options of `research_api`: `encoding` alone, for pages that are not UTF-8."""

    model_config = ConfigDict(extra="forbid")

    encoding: str | None = None


class ResearchApi:
    """Reads captured pages. A count that a page leaves out is unknown; a page that failed is a window that is unknown."""

    name = "research_api"
    version = 8
    needs_timezone = False
    options = ResearchApiOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `video_readings` and `capture_windows`. Raises DeliveryError."""
        options = delivery.options_as(ResearchApiOptions)
        pages = read_pages(delivery, API, options.encoding)
        labels = {ours: names[0] for ours, names in API.videos.items()} | {"captured_at": "captured_at"}
        known = VideoOptions(
            columns=Columns(video_id="id", captured_at="captured_at"),
            platform="tiktok",
            metric_definition="research_api",
            rounding="nearest",
        )
        parsed = parse_videos([VideoRows(pages.videos, labels, pages.rejected)], delivery, known)
        return replace(parsed, tables={**parsed.tables, "capture_windows": pages.windows})


FORMAT = ResearchApi()
