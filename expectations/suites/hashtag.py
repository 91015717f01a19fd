"""What is odd in a hashtag delivery.

What every table is expected to hold lives in `expectations.suites.contract`.
"""

import polars as pl

from expectations.suite import Expectation, between, not_below
from expectations.suites.contract import unknown_share
from ingest.sources.hashtag import COUNTERS

MOST_VIEWS = 10_000_000_000
"""Above any video's views so far; a larger figure is a wrong unit."""

ODDITIES = {
    "video_readings": (
        Expectation(
            name="likes_within_views",
            severity="WARN",
            per="row",
            expected="a video has no more likes than views",
            rule=not_below("views", "likes"),
        ),
        Expectation(
            name="other_engagements_within_views",
            severity="WARN",
            per="row",
            expected="a video has no more comments, shares or saves than views",
            rule=not_below("views", "most_engagements"),
            computed={"most_engagements": pl.max_horizontal("comments", "shares", "saves")},
        ),
        Expectation(
            name="counters_not_negative",
            severity="WARN",
            per="row",
            expected="no counter is negative",
            rule=between("lowest_counter", low=0),
            computed={"lowest_counter": pl.min_horizontal(COUNTERS)},
        ),
        Expectation(
            name="views_plausible",
            severity="WARN",
            per="row",
            expected=f"a video has at most {MOST_VIEWS:,} views",
            rule=between("views", high=MOST_VIEWS),
        ),
        Expectation(
            name="created_before_captured",
            severity="WARN",
            per="row",
            expected="a video was created before it was read",
            rule=not_below("captured_at", "created_at"),
        ),
        unknown_share("creator_key", "WARN"),
        unknown_share("hashtags", "WARN"),
    )
}
