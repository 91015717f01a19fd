"""Counts of two definitions are never summed, divided by each other or compared: literal readings, and what is known of them by hand."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.dbt.lab import Lab
from tests.dbt.test_hashtag import START, at, deliver, reading, seeded, settle

PUBLIC, STUDIO = {"metric_definition": "public"}, {"metric_definition": "studio"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return seeded(
        tmp_path_factory.mktemp("template"),
        programme_videos="campaign_id,video_id,programme\nc,v,paid\n",
        partners="campaign_id,partner_id,name,tier,market,language\nc,one,One,micro,AE,ar\n",
        deliverables="campaign_id,deliverable_id,partner_id,due_on,published_on,video_id,is_boosted\n"
        "c,shown,one,2026-03-31,,shown,false\nc,told,one,2026-03-31,,told,false\n",
    )


@pytest.fixture
def lab(template: Lab, tmp_path: Path) -> Lab:
    return template.copy(tmp_path / "home")


def measured(lab: Lab, condition: str, columns: str = "measure, value, reason") -> list[tuple[object, ...]]:
    return lab.rows(f"select {columns} from intermediate.int_hashtag__measures where {condition} order by all")


def test_a_life_is_that_of_the_definition_by_which_the_video_is_counted_at_last(lab: Lab) -> None:
    """From the first reading by the better one on others do not count, and those before say nothing of its views."""
    born = {"created_at": at(2, 0)}

    def read(day: int, views: int, definition: dict[str, str], hour: int = 0) -> dict[str, object]:
        return reading("v", day, views, captured_at=at(day, hour), **born, **definition)

    life = (
        "select readings, first_read_hours, last_read_hours, views, hours_to_peak, hours_to_half, is_complete, view_definition "
        "from fct_hashtag_video_life"
    )
    median = "subject_type = 'campaign' and market = 'all' and measure in ('half_life_hours', 'peak_hours')"
    deliver(lab, 2, "a", [read(2, 600, STUDIO, 12)])
    settle(lab, "fct_hashtag_video_life")
    assert lab.rows(life) == [(1, 12, 12, 600, 12, 12, False, "studio")]
    deliver(lab, 3, "b", [read(3, 100, PUBLIC)])
    deliver(lab, 4, "c", [read(4, 400, PUBLIC), read(4, 900, STUDIO, 5)])
    deliver(lab, 5, "d", [read(5, 2000, STUDIO)])
    settle(lab, "fct_hashtag_video_life")
    assert lab.rows(life) == [(2, 24, 48, 400, 48, 48, False, "public")]
    deliver(lab, 30, "e", [read(30, 800, PUBLIC)])
    settle(lab, "fct_hashtag_video_life", "int_hashtag__measures")
    assert lab.rows(life) == [(3, 24, 672, 800, 48, 48, True, "public")]
    assert measured(lab, median) == [("half_life_hours", 48, None), ("peak_hours", 48, None)]
    # A better reading after the 28 days leaves them as they were.
    for day, name in ((3, "b"), (4, "c"), (30, "e")):
        deliver(lab, day, name, None)
    deliver(lab, 6, "f", [read(6, 2100, STUDIO)])
    deliver(lab, 40, "g", [read(40, 850, PUBLIC)])
    settle(lab, "fct_hashtag_video_life")
    assert lab.rows(life) == [(3, 12, 96, 2100, 12, 72, False, "studio")]


def test_views_of_a_programme_that_would_be_of_two_definitions_make_no_sum(lab: Lab) -> None:
    """Owners' counts of the first dates and everybody's of the later ones, in one week."""
    deliver(lab, 3, "a", [reading("v", 3, 1000, **STUDIO), reading("w", 3, 1000, **PUBLIC)])
    deliver(lab, 4, "b", [reading("v", 4, 1100, **STUDIO), reading("w", 4, 1100, **PUBLIC)])
    deliver(lab, 5, "c", [reading("v", 5, 900, **PUBLIC), reading("w", 5, 1200, **PUBLIC)])
    deliver(lab, 6, "d", [reading("v", 6, 950, **PUBLIC), reading("w", 6, 1300, **PUBLIC)])
    settle(lab, "int_hashtag__measures")
    told = "subject_type = 'programme' and measure = '{}' and (value is not null or reason = 'several_definitions')"
    days = [("organic", "day", day, 100) for day in (4, 5, 6)] + [("paid", "day", 4, 100), ("paid", "day", 6, 50)]
    breaks = [("paid", period, 6, None) for period in ("within_campaign", "within_week")]
    for measure in ("views", "rated_views"):
        found = measured(lab, told.format(measure), "subject_id, period, day(event_on) - 1, value")
        assert found == days + breaks, measure
    likes = measured(lab, told.format("engagements_lcs"), "subject_id, period, day(event_on) - 1, value")
    assert {period for _, period, *_ in likes} == {"day"}


def test_the_volume_of_a_comparison_set_of_two_platforms_is_no_sum(lab: Lab) -> None:
    """Nor is a hashtag's volume a share of what is counted otherwise: from March 6 on the set is of the other platform alone."""
    tiktok, youtube = {"platform": "tiktok", **PUBLIC}, {"platform": "youtube", "metric_definition": "youtube_studio"}
    other = {"hashtags": ["other"], "display_hashtags": ["other"], **youtube}
    for day in (2, 3, 5, 6):
        deliver(lab, day, f"d{day}", [reading("v", day, 100 * day, **tiktok), reading("y", day, 10 * day, **other)])
    settle(lab, "int_hashtag__measures")

    def volumes(day: int) -> list[tuple[object, ...]]:
        on = date(2026, 3, 1) + timedelta(days=day)
        named = "measure in ('views_in_set', 'set_views', 'set_views_once', 'set_posts')"
        where = f"event_on = '{on}' and market = 'all' and period = 'day' and {named}"
        return measured(lab, where, "subject_type, measure, value, reason")

    several = (None, "several_definitions")
    assert volumes(3) == [
        *(("campaign", name, *figures) for name, figures in (("set_posts", (0, None)), ("set_views", several),
                                                             ("set_views_once", several), ("views_in_set", (100, None)))),
        ("hashtag", "set_posts", 0, None), ("hashtag", "set_posts", 0, None),
        ("hashtag", "set_views", *several), ("hashtag", "set_views", *several),
        ("hashtag", "set_views_once", *several), ("hashtag", "set_views_once", *several),
        ("hashtag", "views_in_set", 10, None), ("hashtag", "views_in_set", 100, None),
    ]  # fmt: skip
    assert volumes(6) == [
        ("campaign", "set_posts", 0, None),
        ("campaign", "set_views", 10, None),
        ("campaign", "set_views_once", 10, None),
        ("campaign", "views_in_set", *several),
        ("hashtag", "set_posts", 0, None),
        ("hashtag", "set_views", 10, None),
        ("hashtag", "set_views_once", 10, None),
        ("hashtag", "views_in_set", 10, None),
    ]


def test_a_change_of_definition_outside_a_set_leaves_its_shares(lab: Lab) -> None:
    """On March 6 calm leaves the set; from March 7 on it is counted as everybody is shown it."""
    for day, definition in [(2, STUDIO), (3, STUDIO), (5, STUDIO), (6, PUBLIC), (7, PUBLIC)]:
        deliver(lab, day, f"d{day}", [reading("v", day, 100 * day, **definition)])
    settle(lab, "int_hashtag__measures")
    broken = (
        "reason = 'several_definitions' and subject_type = 'hashtag' and market = 'all' and period = 'within_campaign'"
    )
    assert {measure for (measure,) in measured(lab, broken, "measure")} >= {"views", "rated_views"}
    assert measured(lab, f"{broken} and measure = 'views_in_set'", "event_on") == []


def test_of_what_owners_are_told_exact_counts_go_before_an_exports(lab: Lab) -> None:
    """Of one moment the API's 1,234 and not the 1.2K of the export; from then on exports do not count."""
    rounded = {**STUDIO, "views_unit": 100, "rounding": "down"}
    exact = {"metric_definition": "business_api"}
    deliver(lab, 2, "a", [reading("v", 2, 1000, **rounded)])
    deliver(lab, 3, "b", [reading("v", 3, 1200, **rounded)])
    deliver(lab, 3, "c", [reading("v", 3, 1234, **exact)])
    deliver(lab, 4, "d", [reading("v", 4, 1300, **rounded)])
    deliver(lab, 5, "e", [reading("v", 5, 1334, **exact)])
    settle(lab, "fct_hashtag_video_day")
    days = "select day(event_on) - 1, views, views_total from fct_hashtag_video_day order by 1"
    assert lab.rows(days) == [(2, None, 1000), (3, None, 1234), (5, 100, 1334)]


def test_followers_at_posting_are_of_the_nearest_count_also_where_only_the_owner_is_told(lab: Lab) -> None:
    """An export of day 8 has the ends of days 3 to 5: the post of noon on day 5 came after that of day 4 alone."""
    posted = {"created_at": at(5, 12), "platform": "tiktok", **PUBLIC}
    rows = [
        reading("v", 6, 1000, **posted),
        reading("w", 6, 1000, **posted, creator_key="someone"),
        reading("x", 6, 1000, **posted | {"platform": "youtube"}, creator_key="by-v"),
    ]
    history = [
        {"account_key": "by-v", "account_on": START + timedelta(days=day), "followers": followers, "captured_at": at(8), **STUDIO}
        for day, followers in ((3, 500), (4, 520), (5, 999))
    ]  # fmt: skip
    to_date = (
        "measure in ('followed_engagements', 'followers_at_posting') and subject_type = 'campaign' and market = 'all'"
    )

    def found() -> list[object]:
        settle(lab, "int_hashtag__measures")
        return [value for _, value, _ in measured(lab, to_date)]

    deliver(lab, 6, "a", rows)
    assert found() == [None, None]
    deliver(lab, 8, "history", [], account_days=history)
    assert found() == [130, 520]
    earlier = reading("old", 5, 10, captured_at=at(5, 2), creator_key="by-v", creator_followers=530, **PUBLIC)
    deliver(lab, 5, "scraped", [earlier])
    # The same account's name on another platform: there the reading is all that is known of it.
    assert found() == [260, 530 + 530]
    deliver(lab, 8, "history", None)
    assert found() == [260, 530 + 530]


def test_a_partners_video_is_compared_with_those_that_were_counted_as_it_was_at_that_age(lab: Lab) -> None:
    """Its owner's 5,000 views say nothing beside everybody's 100 of those before, also where it is everybody's that count later."""

    def read(video: str, posted: int, age: int, views: int, **definition: str) -> None:
        row = reading(video, posted + age, views, creator_key="partner", created_at=at(posted, 0), **definition)
        deliver(lab, posted + age, f"{video} {age}", [row])

    for number in range(5):
        read(f"before{number}", 1 + number, 7, 100, **PUBLIC)
    read("shown", 10, 7, 300, **PUBLIC)
    read("told", 11, 7, 5000, **STUDIO)
    read("told", 11, 8, 310, **PUBLIC)
    settle(lab, "int_hashtag__deliverables")
    found = lab.rows(
        "select deliverable_id, views_7d, posts_before, uplift, reason from intermediate.int_hashtag__deliverables order by 1"
    )
    assert found == [("shown", 300, 5, 3, None), ("told", 5000, 0, None, "few_posts_before")]
