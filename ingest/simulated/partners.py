"""The partners of the invented campaign: who agreed to publish what by when, as seeds, and what became of it.

They are creators whose videos anybody can see; nothing is invented here but the agreements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

import polars as pl

from ingest.simulated.plan import CAMPAIGN, campaign_day

_PARTNERS = 4
_WEEK = timedelta(days=7)
_MOST_BEFORE, _FEWEST_BEFORE = 10, 5


@dataclass(frozen=True)
class Agreement:
    """A video that a partner agreed to publish by a date; without one it never was."""

    name: str
    partner: str
    market: str | None
    due_on: date
    video_id: str | None
    is_boosted: bool = False


def make_agreements(videos: pl.DataFrame, days: int) -> list[Agreement]:
    """The creators with most videos deliver in time, late, boosted, lately, and not at all."""
    within = videos.filter(pl.col("posted_on") >= campaign_day(0)).sort("posted_on", "video_id")
    busiest = within.group_by("creator", "creator_country").len().sort("len", "creator", descending=[True, False])
    made = []
    for number, (creator, market, _) in enumerate(busiest.head(_PARTNERS).rows(), 1):
        partner = f"partner-{number}"
        posts = within.filter(pl.col("creator") == creator).select("posted_on", "video_id").rows()
        old = [post for post in posts if post[0] <= campaign_day(days - 10)]
        new = [post for post in posts if post[0] > campaign_day(days - 7)]
        for name, found, late, is_boosted in (
            ("in-time", old[-1:], 0, False),
            ("late", old[-2:-1], 1, False),
            ("boosted", old[-3:-2], 0, True),
            ("lately", new[-1:], -1, False),
        ):
            made += [
                Agreement(f"{partner}-{name}", partner, market, on - timedelta(days=late), video, is_boosted)
                for on, video in found
            ]
        made.append(Agreement(f"{partner}-missing", partner, market, campaign_day(days // 2), None))
        made.append(Agreement(f"{partner}-open", partner, market, campaign_day(days + 30), None))
    return made


def agreement_seeds(agreements: Sequence[Agreement]) -> Mapping[str, str]:
    """The seeds `partners` and `deliverables`."""
    partners = {one.partner: one.market or "" for one in agreements}
    partner_rows = [
        f"{CAMPAIGN},{partner},Invented partner {number},{'macro' if number < 3 else 'micro'},{market},ar"
        for number, (partner, market) in enumerate(partners.items(), 1)
    ]
    rows = [
        f"{CAMPAIGN},{one.name},{one.partner},{one.due_on},,{one.video_id or ''},{str(one.is_boosted).lower()}"
        for one in agreements
    ]
    return {
        "partners": "\n".join(["campaign_id,partner_id,name,tier,market,language", *partner_rows, ""]),
        "deliverables": "\n".join(
            ["campaign_id,deliverable_id,partner_id,due_on,published_on,video_id,is_boosted", *rows, ""]
        ),
    }


def creator_delivery_truth(
    agreements: Sequence[Agreement], videos: pl.DataFrame, video_days: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """One row per agreement: what became of it, its views at 7 days, and the median of the creator's last ten posts before it."""
    totals: dict[tuple[str, date], int] = {
        (video, on): views for video, on, views in video_days.select("video_id", "event_on", "views_total").iter_rows()
    }
    posts = {row["video_id"]: row for row in videos.iter_rows(named=True)}
    boosted = {one.video_id for one in agreements if one.is_boosted}
    week_old = {video: totals.get((video, post["posted_on"] + _WEEK)) for video, post in posts.items()}
    rows = []
    for one in agreements:
        post = posts.get(one.video_id) if one.video_id else None
        before = sorted(
            (other["created_at"], views)
            for video, other in posts.items()
            if post is not None and other["creator"] == post["creator"] and other["created_at"] < post["created_at"]
            if video not in boosted and (views := week_old[video]) is not None
        )[-_MOST_BEFORE:]
        usual = median(float(views) for _, views in before) if len(before) >= _FEWEST_BEFORE else None
        rows.append(
            {
                "deliverable_id": one.name,
                "status": _status(one, post, as_of),
                "views_7d": week_old[one.video_id] if one.video_id else None,
                "posts_before": len(before),
                "usual_views_7d": usual,
            }
        )
    schema = {
        "deliverable_id": pl.String(),
        "status": pl.String(),
        "views_7d": pl.Int64(),
        "posts_before": pl.Int64(),
        "usual_views_7d": pl.Float64(),
    }
    return pl.DataFrame(rows, schema=schema)


def _status(one: Agreement, post: Mapping[str, Any] | None, as_of: date) -> str:
    if post is None:
        return "overdue" if one.due_on < as_of else "not_yet_due"
    return "in_time" if post["posted_on"] <= one.due_on else "late"
