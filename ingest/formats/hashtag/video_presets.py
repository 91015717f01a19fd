"""The exports of scrapers and platforms that campaign teams have, as data: where each of our columns stands in them.

How they are read is in `ingest.formats.hashtag.video_options` and beside it. A name with dots is a path in JSON; in a CSV the same
column may be written with slashes. `*` stands for any position in a list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

PresetName: TypeAlias = Literal["apify_tiktok", "raw_app", "yt_dlp", "youtube_studio", "youtube_api", "meltwater"]
MetricDefinition: TypeAlias = Literal[
    "public", "research_api", "studio", "business_api", "youtube_studio", "monitoring"
]
"""Whose count of a view it is: figures of two definitions are never summed or compared."""


@dataclass(frozen=True)
class Preset:
    """An export that is known.

    `columns` has, for each of our columns, the names that it may have, best first. `records` are the places in a JSON document
    where its list of videos may stand. `member` is how the file with the videos begins in an archive of several. A record
    whose `failed` column is filled was not read by the scraper; one whose `only` column holds none of the words is about
    something else than a video. Where its other names are those of many products, one of `told_by` has to be there.
    """

    title: str
    made_from: str
    columns: Mapping[str, tuple[str, ...]]
    platform: str | None = None
    metric_definition: MetricDefinition = "public"
    records: tuple[str, ...] = ()
    member: str | None = None
    failed: str | None = None
    only: tuple[str, tuple[str, ...]] | None = field(default=None)
    told_by: tuple[str, ...] = ()


PRESETS: Mapping[PresetName, Preset] = {
    "apify_tiktok": Preset(
        title="the Apify TikTok scraper, or one with its column names",
        made_from="data sets of clockworks/tiktok-scraper and its rivals, 2026-11: JSON, or CSV with dots or slashes",
        platform="tiktok",
        records=("items", "data", "results"),
        failed="error",
        columns={
            "video_id": ("id",),
            "url": ("webVideoUrl",),
            "created_at": ("createTimeISO", "createTime"),
            "creator": ("authorMeta.name",),
            "creator_followers": ("authorMeta.fans",),
            "creator_country": ("authorMeta.region",),
            "views": ("playCount",),
            "likes": ("diggCount",),
            "comments": ("commentCount",),
            "shares": ("shareCount",),
            "saves": ("collectCount",),
            # Other scrapers of this form write plain texts there.
            "hashtags": ("hashtags.*.name", "hashtags.*", "hashtags"),
            "text": ("text",),
            "duration_seconds": ("videoMeta.duration",),
        },
    ),
    "raw_app": Preset(
        title="the TikTok app's own JSON, as resellers of it pass it on",
        made_from="answers of EnsembleData and RapidAPI providers, app and web form, 2026-11",
        platform="tiktok",
        told_by=(
            "aweme_id", "aweme_info.aweme_id", "digg_count", "statistics.digg_count", "stats.diggCount", "statsV2.diggCount",
            "stats.playCount", "statistics.play_count",
        ),
        records=("data.aweme_list", "aweme_list", "data.videos", "itemList", "data.item_list", "item_list", "data.data", "data"),
        columns={
            # Where there is a video_id too, the aweme_id is that of its file.
            "video_id": ("video_id", "aweme_id", "aweme_info.aweme_id", "id"),
            "url": ("share_url", "aweme_info.share_url"),
            "created_at": ("create_time", "createTime", "aweme_info.create_time"),
            "creator": ("author.unique_id", "author.uniqueId", "aweme_info.author.unique_id"),
            "creator_followers": ("author.follower_count", "authorStats.followerCount", "aweme_info.author.follower_count"),
            "creator_country": ("author.region", "aweme_info.author.region"),
            "views": (
                "statistics.play_count", "stats.playCount", "aweme_info.statistics.play_count", "play_count",
                "statsV2.playCount",
            ),
            "likes": (
                "statistics.digg_count", "stats.diggCount", "aweme_info.statistics.digg_count", "digg_count",
                "statsV2.diggCount",
            ),
            "comments": (
                "statistics.comment_count", "stats.commentCount", "aweme_info.statistics.comment_count", "comment_count",
                "statsV2.commentCount",
            ),
            "shares": (
                "statistics.share_count", "stats.shareCount", "aweme_info.statistics.share_count", "share_count",
                "statsV2.shareCount",
            ),
            "saves": (
                "statistics.collect_count", "stats.collectCount", "aweme_info.statistics.collect_count", "collect_count",
                "statsV2.collectCount",
            ),
            "hashtags": (
                "text_extra.*.hashtag_name", "textExtra.*.hashtagName", "challenges.*.title", "cha_list.*.cha_name",
                "aweme_info.text_extra.*.hashtag_name",
            ),
            "text": ("desc", "aweme_info.desc", "title", "caption"),
        },
    ),
    "yt_dlp": Preset(
        title="yt-dlp, which writes down what it knows of a video of any platform",
        made_from="its info.json, one a file or a line, and its playlists, 2026-11",
        records=("entries",),
        told_by=("extractor_key", "extractor"),
        columns={
            "video_id": ("id",),
            "url": ("webpage_url", "original_url"),
            "created_at": ("timestamp", "upload_date"),
            "captured_at": ("epoch",),
            "creator": ("uploader", "channel"),
            "creator_followers": ("channel_follower_count",),
            "views": ("view_count",),
            "likes": ("like_count",),
            "comments": ("comment_count",),
            "shares": ("repost_count",),
            "text": ("description", "title"),
            "duration_seconds": ("duration",),
            "platform": ("extractor_key",),
        },
    ),
    "youtube_studio": Preset(
        title="a YouTube Studio export of the content tab, for the whole lifetime of the videos",
        made_from="zips of YouTube Studio in English (Table data.csv, Chart data.csv, Totals.csv), 2026-11",
        platform="youtube",
        metric_definition="youtube_studio",
        member="Table data",
        told_by=("Video publish time", "Watch time (hours)"),
        columns={
            "video_id": ("Content", "Video"),
            "created_at": ("Video publish time",),
            "views": ("Views",),
            "likes": ("Likes",),
            "comments": ("Comments added", "Comments"),
            "shares": ("Shares",),
            "duration_seconds": ("Duration",),
            "text": ("Video title",),
        },
    ),
    "youtube_api": Preset(
        title="YouTube's Data API: its list of videos, whose tags are key words and no hashtags",
        made_from="answers of videos.list with snippet and statistics, 2026-11",
        platform="youtube",
        records=("items",),
        columns={
            "video_id": ("id",),
            "created_at": ("snippet.publishedAt",),
            "creator": ("snippet.channelId",),
            "views": ("statistics.viewCount",),
            "likes": ("statistics.likeCount",),
            "comments": ("statistics.commentCount",),
            "text": ("snippet.description", "snippet.title"),
            "duration_seconds": ("contentDetails.duration",),
        },
    ),
    "meltwater": Preset(
        title="a Meltwater export of mentions",
        made_from="CSV exports of Meltwater Explore, the older ones UTF-16 with tabs, and of its new columns, 2026-11",
        metric_definition="monitoring",
        told_by=("Hit Sentence", "Opening Text", "Document ID"),
        only=("Source", ("tiktok", "youtube", "instagram")),
        columns={
            "url": ("URL",),
            "created_at": ("Date",),
            "creator": ("Influencer", "Author Handle"),
            "creator_country": ("Country",),
            "views": ("Views",),
            "likes": ("Likes",),
            "comments": ("Comments",),
            "shares": ("Shares",),
            "hashtags": ("Hashtags",),
            "text": ("Hit Sentence", "Opening Text"),
            "platform": ("Source", "Source Type"),
        },
    ),
}  # fmt: skip


def has_less(preset: Preset, found: set[str], told: set[str]) -> bool:
    """Whether a preset of public counts finds fewer of our columns than common names tell: then it is another tool's export."""
    return preset.metric_definition == "public" and bool(told - found)
