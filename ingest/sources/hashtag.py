"""The hashtag source: its lake tables and formats. How a file is read lives in `ingest.formats`."""

from typing import get_args

import polars as pl

from ingest.formats.hashtag import business_api, research_api, studio_zip, tag_totals_csv, video_csv, video_json
from ingest.formats.hashtag.video_options import Rounding
from ingest.formats.hashtag.video_presets import MetricDefinition
from ingest.formats.hashtag.video_readings import COUNTERS as COUNTERS
from ingest.source import INSTANT, Column, Source, Table

VIDEO_READINGS = Table(
    name="video_readings",
    description="Readings of the lifetime counters of videos. One row per video and instant of capture.",
    columns={
        "video_id": Column(pl.String(), "The platform's id of the video, as text."),
        "platform": Column(
            pl.String(), "Platform of the video, such as tiktok or youtube; unknown where nothing tells."
        ),
        "metric_definition": Column(
            pl.String(),
            "Whose count of a view it is; figures of two definitions are never summed.",
            values=get_args(MetricDefinition),
        ),
        "captured_at": Column(INSTANT, "When the counters were read, UTC."),
        "created_at": Column(INSTANT, "When the video was posted, UTC."),
        "creator_key": Column(pl.String(), "Keyed pseudonym of the account that posted the video.", is_pseudonym=True),
        "creator_followers": Column(pl.Int64(), "Followers of the creator when the counters were read."),
        **{
            counter: Column(pl.Int64(), f"{counter.capitalize()} of the video since it was posted, as read.")
            for counter in COUNTERS
        },
        **{
            f"{counter}_unit": Column(
                pl.Int64(), f"What {counter} is rounded to: 1 where it is exact, 100 where it was read from 541.2K."
            )
            for counter in COUNTERS
        },
        "reach": Column(pl.Int64(), "Different viewers of the video since it was posted; not additive."),
        "watch_seconds": Column(
            pl.Float64(), "How long the video was watched since it was posted, by all viewers together, in seconds."
        ),
        "completion_rate": Column(pl.Float64(), "Share of views that lasted to the end, 0 to 1."),
        "rounding": Column(
            pl.String(),
            "How the counters were rounded: nearest, down or unknown.",
            values=get_args(Rounding),
        ),
        "hashtags": Column(
            pl.List(pl.String()), "Hashtags of the video, normalised, each once; NULL where they are unknown."
        ),
        "display_hashtags": Column(pl.List(pl.String()), "The same hashtags, in the same order, as they were written."),
        "creator_country": Column(pl.String(), "Country of the creator, ISO 3166-1 alpha-2."),
        "duration_seconds": Column(pl.Int64(), "Length of the video in seconds."),
    },
    key=("video_id", "captured_at"),
    records=pl.len(),
    captured="captured_at",
)

TAG_TOTAL_READINGS = Table(
    name="tag_total_readings",
    description="Readings of the totals that a platform shows for hashtags. One row per platform, hashtag and instant of reading.",
    columns={
        "platform": Column(pl.String(), "Platform that shows the total, such as tiktok."),
        "hashtag": Column(pl.String(), "The hashtag, normalised."),
        "display_hashtag": Column(pl.String(), "The hashtag as it was written."),
        "observed_at": Column(INSTANT, "When the total was read, UTC."),
        "views": Column(pl.Int64(), "Views of all videos with the hashtag, as the platform shows them."),
        "views_unit": Column(
            pl.Int64(), "What views are rounded to: as written, or as platforms round figures of that size."
        ),
        "posts": Column(pl.Int64(), "Videos with the hashtag, as the platform shows them."),
        "posts_unit": Column(
            pl.Int64(), "What posts are rounded to: as written, or as platforms round figures of that size."
        ),
        "rounding": Column(
            pl.String(), "How the totals were rounded: nearest, down or unknown.", values=get_args(Rounding)
        ),
    },
    key=("platform", "hashtag", "observed_at"),
    records=pl.len(),
    captured="observed_at",
)

CAPTURE_WINDOWS = Table(
    name="capture_windows",
    description=(
        "Pages that were asked of an API, answered or not: of a window that was not answered nothing is known. One row per "
        "instant, endpoint and request."
    ),
    columns={
        "captured_at": Column(INSTANT, "When the page was asked for, UTC."),
        "endpoint": Column(pl.String(), "What was asked, such as video/query."),
        "request_key": Column(
            pl.String(), "Keyed pseudonym of the whole request, which may name people.", is_pseudonym=True
        ),
        "window_from": Column(pl.Date(), "First day of posting that was asked for."),
        "window_to": Column(pl.Date(), "Last day of posting that was asked for."),
        "cursor": Column(pl.Int64(), "Where in the answer the page begins."),
        "is_answered": Column(pl.Boolean(), "Whether the page was answered; videos are unknown where it was not."),
        "error_code": Column(pl.String(), "What the API said instead of answering."),
        "videos": Column(pl.Int64(), "Videos on the page."),
        "has_more": Column(pl.Boolean(), "Whether the API has further pages for the request."),
    },
    key=("captured_at", "endpoint", "request_key"),
    captured="captured_at",
)

ACCOUNT_DAYS = Table(
    name="account_days",
    description=(
        "What a platform tells the owner of an account about its days; another count than that of videos. One row per account, day "
        "and instant of capture."
    ),
    columns={
        "account_key": Column(pl.String(), "Keyed pseudonym of the account.", is_pseudonym=True),
        "account_on": Column(pl.Date(), "The day that the figures are of, as the platform has it."),
        "captured_at": Column(INSTANT, "When the figures were exported or asked for, UTC."),
        "metric_definition": Column(
            pl.String(),
            "Whose count it is; figures of two definitions are never summed.",
            values=get_args(MetricDefinition),
        ),
        **{
            name: Column(pl.Int64(), description)
            for name, description in {
                "views": "Views of the account's videos on that day.",
                "profile_views": "Views of its profile.",
                "likes": "Net likes on that day; below 0 where more were taken back.",
                "comments": "Net comments on that day.",
                "shares": "Shares on that day.",
                "viewers": "Different viewers on that day; not additive.",
                "new_viewers": "Of these, those who had not watched before.",
                "returning_viewers": "Of these, those who had.",
                "followers": "Followers at the end of that day.",
            }.items()
        },
        "records": Column(pl.Int64(), "Rows of the files that this row is made of."),
    },
    key=("account_key", "account_on", "captured_at"),
    records=pl.col("records").sum(),
    captured="captured_at",
)

HASHTAG = Source(
    name="hashtag",
    title="hashtag",
    description="Engagement with videos that carry the campaign's hashtags.",
    owner="team:campaign-analytics",
    tables=(VIDEO_READINGS, TAG_TOTAL_READINGS, ACCOUNT_DAYS, CAPTURE_WINDOWS),
    formats={
        form.name: form
        for form in (
            video_csv.FORMAT,
            video_json.FORMAT,
            tag_totals_csv.FORMAT,
            research_api.FORMAT,
            studio_zip.FORMAT,
            business_api.FORMAT,
        )
    },
)
