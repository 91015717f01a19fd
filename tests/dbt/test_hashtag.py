"""Hashtag marts: the arithmetic of readings on literal frames, and incremental = full rebuild, row by row."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from orchestration.seeds import with_every_column, with_normalised_hashtags
from tests.dbt.lab import Lab

CAMPAIGNS = "campaign_id,name,starts_on,ends_on,reporting_timezone\nc,Campaign,2026-03-02,,Asia/Dubai\n"
HASHTAGS = "campaign_id,hashtag,display_hashtag,role\nc,#Calm,Calm,campaign\nc,other,other,comparison\n"
SETS = "campaign_id,version,starts_on,hashtag\nc,1,2026-01-01,Calm\nc,1,2026-01-01,other\nc,2,2026-03-06,other\n"
MARTS = [
    "dim_hashtag",
    "dim_creator",
    "dim_video",
    "fct_hashtag_video_day",
    "fct_hashtag_day",
    "fct_hashtag_cohort",
    "fct_hashtag_total_day",
    "fct_hashtag_pair_week",
    "fct_hashtag_concentration_week",
    "fct_hashtag_video_life",
    "fct_hashtag_owned_video_day",
    "fct_hashtag_account_day",
    "rpt_hashtag_top_videos",
    "intermediate.int_hashtag__supplier_days",
    "intermediate.int_hashtag__measures",
]
MODELS = [
    "+dim_hashtag",
    "+dim_creator",
    "+dim_video",
    "+fct_hashtag_video_day",
    "+fct_hashtag_day",
    "+fct_hashtag_cohort",
    "+fct_hashtag_total_day",
    "+fct_hashtag_pair_week",
    "+fct_hashtag_concentration_week",
    "+fct_hashtag_video_life",
    "+fct_hashtag_owned_video_day",
    "+fct_hashtag_account_day",
    "+rpt_hashtag_top_videos",
    "+int_hashtag__measures",
]
SEEDS = ["campaigns", "campaign_hashtags", "comparison_sets", "absence_rules", "programme_videos", "partners", "deliverables",
         "sources", "markets"]  # fmt: skip
CUT_OFF_AFTER = ["stg_lake__rebuilds", "int_hashtag__video_days", "int_hashtag__videos", "int_hashtag__posts",
                 "int_hashtag__post_days", "int_hashtag__subject_days", "int_hashtag__creator_weeks", "int_hashtag__video_lives"]  # fmt: skip
START = date(2026, 3, 1)


def at(day: int, hour: int = 6) -> datetime:
    return datetime(2026, 3, 1, hour, tzinfo=UTC) + timedelta(days=day)


def reading(video: str, day: int, views: int | None, **more: object) -> dict[str, object]:
    counters = {
        name: None if views is None else views // part
        for name, part in (("likes", 10), ("comments", 50), ("shares", 100), ("saves", 200))
    }
    return {"video_id": video, "captured_at": at(day), "views": views, **counters, "hashtags": ["calm"], "display_hashtags": ["Calm"],
            "creator_key": f"by-{video}", "created_at": at(-30), "creator_country": "AE", **more}  # fmt: skip


def seeded(root: Path, **seeds: str) -> Lab:
    """A parsed project with its seeds loaded, to be copied: parsing is most of what a small build costs."""
    common = {"campaigns": CAMPAIGNS, "campaign_hashtags": HASHTAGS, "comparison_sets": SETS}
    lab = Lab(root, common | seeds)
    assert lab.dbt("seed", "--select", *SEEDS)
    return lab


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return seeded(
        tmp_path_factory.mktemp("template"), programme_videos="campaign_id,video_id,programme\nc,u,paid\nc,x,partner\n"
    )


@pytest.fixture
def lab(template: Lab, tmp_path: Path) -> Lab:
    return template.copy(tmp_path / "home")


def deliver(
    lab: Lab,
    day: int,
    name: str,
    rows: list[dict[str, object]] | None,
    totals: list[dict[str, object]] | None = None,
    account_days: list[dict[str, object]] | None = None,
) -> None:
    delivered = {"video_readings": rows, "tag_total_readings": totals, "account_days": account_days}
    frames = {name: pl.DataFrame(found, infer_schema_length=None) for name, found in delivered.items() if found}
    lab.deliver("hashtag", START + timedelta(days=day), name, "c", None if rows is None else frames)


def settle(lab: Lab, *models: str) -> None:
    """Build these models and what they are made of, or all."""
    lab.finish([f"+{name}" for name in models] or MODELS)


def test_maturity_flips_without_touching_the_readings(lab: Lab) -> None:
    deliver(lab, 1, "a", [reading("v", 1, 5)])
    settle(lab, "fct_hashtag_video_day", "dim_video")
    assert lab.rows("select is_provisional from fct_hashtag_video_day") == [(True,)]
    deliver(lab, 12, "b", [reading("w", 12, 5)])
    settle(lab, "fct_hashtag_video_day", "dim_video")
    assert lab.rows("select video_id, is_provisional from fct_hashtag_video_day order by 1") == [
        ("v", False),
        ("w", True),
    ]
    states = "select video_id, state, state_since from dim_video order by 1"
    since, later = START + timedelta(days=1), START + timedelta(days=12)
    assert lab.rows(states) == [("v", "not_seen_lately", later), ("w", "observed", later)]
    deliver(lab, 12, "b", None)
    settle(lab, "fct_hashtag_video_day", "dim_video")
    assert lab.rows("select video_id, is_provisional from fct_hashtag_video_day") == [("v", True)]
    assert lab.rows(states) == [("v", "observed", since)]


def test_cohorts_are_measured_at_their_age_from_what_was_read_on_that_date(lab: Lab) -> None:
    born = {"created_at": at(1, 0)}
    deliver(lab, 2, "a", [reading("v", 2, 100, **born), reading("w", 2, 10, **born), reading("old", 2, 7)])
    deliver(lab, 8, "b", [reading("v", 8, 400, **born), reading("late", 8, 50, **born), reading("old", 8, 9)])
    settle(lab, "fct_hashtag_cohort")
    posted = date(2026, 3, 2)
    columns = "posted_on, age_days, event_on, posts, posts_measured, views, likes, is_provisional"
    cohort = f"select {columns} from fct_hashtag_cohort where hashtag = 'calm' order by age_days"
    first = (posted, 1, date(2026, 3, 3), 2, 2, 110, 11, True)
    assert lab.rows(cohort) == [first, (posted, 7, date(2026, 3, 9), 3, 2, 450, 45, True)]
    deliver(lab, 8, "b", None)
    settle(lab, "fct_hashtag_cohort")
    assert lab.rows(cohort) == [first]


def test_views_of_two_definitions_make_no_sum_of_a_cohort(lab: Lab) -> None:
    born = {"created_at": at(1, 0)}
    rows = [
        reading(video, 2, 100, platform=platform, **born) for video, platform in (("v", "tiktok"), ("w", "youtube"))
    ]
    deliver(lab, 2, "a", [*rows, reading("x", 2, None, platform="other", **born)])
    deliver(lab, 8, "b", [reading("v", 8, 400, platform="tiktok", **born)])
    settle(lab, "fct_hashtag_cohort")
    found = "age_days, view_definition, posts_measured, views, likes, engagement_rate_by_views is null"
    assert lab.rows(f"select {found} from fct_hashtag_cohort where hashtag = 'calm' order by age_days") == [
        (1, "several", 2, None, 20, True),
        (7, "tiktok", 1, 400, 40, False),
    ]


def test_a_caption_that_is_edited_changes_no_past_date(lab: Lab) -> None:
    deliver(lab, 1, "a", [reading("v", 1, 100, created_at=at(1, 0))])
    deliver(lab, 2, "b", [reading("v", 2, 150, hashtags=["other"], display_hashtags=["other"])])
    deliver(lab, 3, "c", [reading("v", 3, 160, hashtags=None, display_hashtags=None)])
    settle(lab, "fct_hashtag_day", "dim_video")
    days = "select hashtag, event_on, posts, views from fct_hashtag_day order by 1, 2"
    assert lab.rows(days) == [
        ("calm", date(2026, 3, 2), 1, None),
        ("other", date(2026, 3, 3), 0, 50),
        ("other", date(2026, 3, 4), 0, 10),
    ]
    assert lab.rows("select hashtags from dim_video") == [(["other"],)]


def test_a_tag_counts_as_the_one_it_is_an_alias_of(lab: Lab) -> None:
    """Once, also where a video carries both; and what was read before is counted anew when the seed says so."""
    deliver(lab, 1, "a", [
        reading("v", 1, 100, hashtags=["kalm", "more", "calm"], display_hashtags=["Kalm", "More", "Calm"]),
        reading("w", 1, 100, hashtags=["kalm"], display_hashtags=["Kalm"]),
    ])  # fmt: skip
    settle(lab, "fct_hashtag_day", "dim_hashtag", "dim_video")
    posts = "select hashtag, videos from dim_hashtag where videos > 0 order by 1"
    assert lab.rows(posts) == [("calm", 1), ("kalm", 2), ("more", 1)]
    seed = with_normalised_hashtags(
        "campaign_hashtags", (HASHTAGS.replace("role", "role,alias_of") + "c,#KALM,,comparison,#Calm\n").encode()
    )
    (lab.project / "seeds" / "campaign_hashtags.csv").write_bytes(seed)
    assert lab.dbt("seed", "--select", "campaign_hashtags"), lab.messages
    settle(lab, "fct_hashtag_day", "dim_hashtag", "dim_video")
    assert lab.rows(posts) == [("calm", 2), ("more", 1)]
    assert lab.rows("select hashtags from dim_video order by video_id") == [(["calm", "more"],), (["calm"],)]
    assert lab.rows("select display_hashtag from dim_hashtag where hashtag = 'more'") == [("More",)]
    assert lab.rows("select hashtag, posts, unique_creators from fct_hashtag_day where posts > 0") == [("calm", 2, 2)]
    # Totals of platforms stay apart, and what each is of is known.
    deliver(lab, 2, "b", [], [total(1, 1, 500), total(1, 1, 700, hashtag="kalm"), total(1, 1, 9, hashtag="unseen")])
    settle(lab, "fct_hashtag_total_day", "dim_hashtag")
    totals = """
        select hashtag, platform_views, display_hashtag, alias_of, is_seeded, videos
        from fct_hashtag_total_day left join dim_hashtag using (campaign_id, hashtag) order by 1
    """
    assert lab.rows(totals) == [
        ("calm", 500, "Calm", None, True, 2),
        ("kalm", 700, "KALM", "calm", False, 0),
        ("unseen", 9, "unseen", None, False, 0),
    ]


def test_a_hashtag_that_ten_videos_carry_is_shown_from_its_first_date_on(lab: Lab) -> None:
    def days(videos: range, day: int, created_at: datetime) -> list[tuple[object, ...]]:
        tagged = {"hashtags": ["new"], "display_hashtags": ["New"], "created_at": created_at}
        deliver(lab, day, f"of {day}", [reading(f"v{number}", day, 10, **tagged) for number in videos])
        settle(lab, "fct_hashtag_day")
        return lab.rows(
            "select event_on, posts, new_creators from fct_hashtag_day where hashtag = 'new' order by event_on"
        )

    third, fifth, sixth = (START + timedelta(days=day) for day in (2, 4, 5))
    assert days(range(9), 2, at(2, 0)) == []
    assert days(range(9, 10), 4, at(4, 0)) == [(third, 9, None), (fifth, 1, 1)]
    # An older post is found: everybody after it is new.
    found = days(range(10, 11), 5, at(-20, 0))
    assert found == [(date(2026, 2, 9), 1, None), (third, 9, 9), (fifth, 1, 1), (sixth, 0, 0)]
    deliver(lab, 4, "of 4", None)
    deliver(lab, 5, "of 5", None)
    settle(lab, "fct_hashtag_day")
    assert lab.rows("select * from fct_hashtag_day where hashtag = 'new'") == []


def test_row_groups_are_merged_in_the_first_build_of_a_week(lab: Lab) -> None:
    groups = "select count(distinct row_group_id) from pragma_storage_info('warehouse.intermediate.int_hashtag__capture_days')"

    def after(day: int) -> object:
        deliver(lab, day, f"of {day}", [reading("v", day, 10)])
        settle(lab, "int_hashtag__capture_days", "int_lake__as_of")
        return lab.rows(groups)[0][0]

    assert [after(day) for day in (1, 2, 3, 8)] == [1, 2, 3, 1]


def total(day: int, hour: int, views: int | None, unit: int = 1, **more: object) -> dict[str, object]:
    return {"platform": "tiktok", "hashtag": "calm", "display_hashtag": "Calm", "observed_at": at(day, hour),
            "views": views, "views_unit": None if views is None else unit, "rounding": "unknown", **more}  # fmt: skip


def test_totals_of_hashtags_with_their_bounds_and_falls(lab: Lab) -> None:
    deliver(lab, 1, "a", [], [total(1, 1, 1_000), total(1, 5, 541_200, 100), total(1, 9, None)])
    deliver(lab, 2, "b", [], [total(2, 1, 541_100, 100), total(2, 2, 540_000, 100, rounding="nearest")])
    deliver(lab, 3, "c", [], [total(2, 2, 541_000, 100, rounding="down", posts=7, posts_unit=1), total(3, 1, 540_999)])
    settle(lab, "fct_hashtag_total_day")
    names = "event_on, platform_views, platform_views_low, platform_views_high, platform_posts, readings, falls, falls_within_rounding"
    query = f"select {names} from fct_hashtag_total_day order by 1"
    first = (date(2026, 3, 2), 541_200, 541_150, 541_300, None, 3, 0, 0)
    last = (date(2026, 3, 4), 540_999, 540_999, 540_999, None, 1, 1, 1)
    assert lab.rows(query) == [first, (date(2026, 3, 3), 541_000, 541_000, 541_100, 7, 2, 2, 2), last]
    deliver(lab, 3, "c", None)
    settle(lab, "fct_hashtag_total_day")
    assert lab.rows(query) == [first, (date(2026, 3, 3), 540_000, 539_950, 540_050, None, 2, 2, 1)]


def random_rows(chance: random.Random, landed: int) -> list[dict[str, object]]:
    """Readings of a few videos on the day or up to five days earlier, with every kind of gap."""
    rows = []
    for video in chance.sample(["u", "v", "w", "x", "y", "z"], chance.randint(1, 5)):
        for day in {landed, landed - chance.choice([0, 0, 0, 1, 2, 5])}:
            tags = chance.choice([["calm"], ["calm"], ["calm", "other"], ["other"], [], None])
            rows.append(
                reading(
                    video,
                    day,
                    chance.choice([None, chance.randint(0, 50), chance.randint(50, 500)]),
                    captured_at=at(day, chance.randint(0, 23)),
                    likes=chance.choice([None, chance.randint(0, 20)]),
                    hashtags=tags,
                    display_hashtags=tags,
                    creator_key=chance.choice(["p", "q", None]),
                    creator_country=chance.choice(["AE", "EG", None]),
                    created_at=at(chance.choice([day, day - 1, day - 7, -9]), 0),
                    reach=chance.choice([None, 30]),
                    creator_followers=chance.choice([None, 500]),
                    views_unit=chance.choice([1, 100]),
                    platform=chance.choice(["tiktok", "tiktok", "youtube"]),
                    metric_definition=chance.choice(["public", "public", "research_api", "business_api", "studio"]),
                )
            )
    # A hashtag that no seed names and that comes to be carried by ten videos, and by fewer again.
    for number in chance.sample(range(12), chance.randint(3, 6)):
        created_at = at(chance.choice([landed, landed, landed - 3, -20, -40]), 0)
        rows.append(
            reading(
                f"n{number}", landed, 10 * landed, hashtags=["new"], display_hashtags=["New"], created_at=created_at
            )
        )
    return rows


def random_totals(chance: random.Random, landed: int) -> list[dict[str, object]]:
    """Totals of a hashtag on the day or before, at instants that other deliveries have too."""
    readings = {
        (landed - chance.choice([0, 0, 1, 4]), chance.choice([1, 9])): chance.choice([None, 900, 1_100, 1_200])
        for _ in range(2)
    }
    return [total(day, hour, views, 100) for (day, hour), views in readings.items()]


def account_days(landed: int, views: int) -> list[dict[str, object]]:
    """What an account's owner is told on the day about the three days before it."""
    told = {
        "account_key": "p",
        "captured_at": at(landed, 3),
        "metric_definition": "studio",
        "views": views,
        "followers": 9 * views,
    }
    return [told | {"account_on": START + timedelta(days=landed - before)} for before in (1, 2, 3)]


def test_days_of_accounts_are_as_they_were_last_told(lab: Lab) -> None:
    days = "select event_on, views, captured_on from fct_hashtag_account_day order by 1"
    first, last = (
        [(START + timedelta(days=n), 10, START + timedelta(days=4)) for n in (1, 2, 3)],
        START + timedelta(days=6),
    )
    deliver(lab, 4, "a", [], account_days=account_days(4, 10))
    deliver(lab, 6, "b", [], account_days=account_days(6, 20))
    settle(lab, "fct_hashtag_account_day")
    restated = [(START + timedelta(days=n), 20, last) for n in (3, 4, 5)]
    assert lab.rows(days) == [*first[:2], *restated]
    deliver(lab, 6, "b", None)
    settle(lab, "fct_hashtag_account_day")
    assert lab.rows(days) == first


def test_each_figure_of_an_account_is_the_last_that_is_told(lab: Lab) -> None:
    """Its files are exported one after another, and not all of them every time."""
    [day, *_] = account_days(4, 10)
    people = {"viewers": 5, "new_viewers": 2, "returning_viewers": 3}
    later = day | {"captured_at": at(4, 4), "views": None, **people}
    deliver(lab, 4, "a", [], account_days=[day | dict.fromkeys(people), later])
    again = day | {"captured_at": at(6, 4), "views": 11, "viewers": 4, "new_viewers": None, "returning_viewers": None}
    deliver(lab, 6, "b", [], account_days=[again])
    settle(lab, "fct_hashtag_account_day")
    figures = "select views, viewers, new_viewers, returning_viewers from fct_hashtag_account_day"
    assert lab.rows(figures) == [(11, 4, None, None)]
    deliver(lab, 6, "b", None)
    settle(lab, "fct_hashtag_account_day")
    assert lab.rows(figures) == [(10, 5, 2, 3)]


def test_each_figure_of_an_owned_video_is_of_the_last_reading_that_tells_it(lab: Lab) -> None:
    """Of a date the reading that tells most; to date the last of each, with the views that were read with it."""
    reached = {"reach": 50, "watch_seconds": None, "completion_rate": 0.5}
    watched = {"reach": None, "watch_seconds": 900.0, "completion_rate": None}
    nothing = dict.fromkeys(reached)
    rows = [reading("v", 2, 100, **reached), reading("v", 2, 110, captured_at=at(2, 9), **watched)]
    deliver(lab, 2, "a", rows)
    deliver(lab, 3, "b", [reading("v", 3, 300, **watched)])
    deliver(lab, 4, "c", [reading("v", 4, 400, **nothing)])
    settle(lab, "fct_hashtag_owned_video_day", "int_hashtag__measures")
    days = lab.rows("select event_on, views, reach from fct_hashtag_owned_video_day order by 1")
    assert days == [(date(2026, 3, 3), 100, 50), (date(2026, 3, 4), 300, None)]
    rows_found = lab.rows(
        "select measure, coalesce(cast(value as varchar), reason) from intermediate.int_hashtag__measures "
        "where period = 'campaign_to_date' and subject_type = 'campaign' and market = 'all'"
    )
    measures = {str(measure): value for measure, value in rows_found}
    found = [
        "completed_views",
        "views_with_completion",
        "watch_seconds",
        "views_with_watching",
        "engagements_reached",
        "reach",
    ]
    assert [measures[name] for name in found] == ["50.0", "100.0", "900.0", "300.0", "13.0", "not_additive"]


def test_pairs_with_a_tag_that_another_campaign_seeds_need_support(lab: Lab) -> None:
    (lab.project / "seeds" / "campaigns.csv").write_text(CAMPAIGNS + "d,Other,2026-03-02,,Asia/Dubai\n")
    seed = with_every_column("campaign_hashtags", (HASHTAGS + "d,more,More,campaign\n").encode())
    (lab.project / "seeds" / "campaign_hashtags.csv").write_bytes(with_normalised_hashtags("campaign_hashtags", seed))
    assert lab.dbt("seed", "--select", "campaigns", "campaign_hashtags"), lab.messages
    tags = ["calm", "more", "other"]
    deliver(lab, 2, "a", [reading("v", 2, 100, hashtags=tags, display_hashtags=tags, created_at=at(2, 0))])
    settle(lab, "fct_hashtag_pair_week")
    assert lab.rows("select hashtag, other_hashtag, reason from fct_hashtag_pair_week") == [
        ("calm", "other", "below_support")
    ]


def test_counts_of_two_definitions_are_never_compared(lab: Lab) -> None:
    """What everybody is shown counts from its first reading on, whenever that landed; until then what the owner is told."""
    public, studio = {"metric_definition": "public"}, {"metric_definition": "studio"}
    born = {"created_at": at(2, 12)}
    deliver(lab, 1, "a", [reading("old", 1, 5, **public)])
    deliver(lab, 3, "b", [reading("v", 3, 1000, **studio), reading("z", 3, 700, **studio, **born)])
    deliver(lab, 4, "c", [reading("v", 4, 900, **public), reading("z", 4, 800, **public, **born)])
    deliver(lab, 5, "d", [reading("v", 5, 950, **public), reading("v", 5, 1100, captured_at=at(5, 9), **studio)])
    settle(lab, "fct_hashtag_video_day", "int_hashtag__measures")
    deliver(lab, 6, "e", [reading("v", 6, 1200, **studio), reading("z", 6, 990, **studio, **born)])
    deliver(lab, 7, "f", [reading("v", 7, 960, **public), reading("z", 7, 830, **public, **born)])
    settle(lab, "fct_hashtag_video_day", "int_hashtag__measures")
    days = "select video_id, day(event_on) - 1, views, likes, views_total from fct_hashtag_video_day where video_id <> 'old' order by 1, 2"
    assert lab.rows(days) == [
        ("v", 3, None, None, 1000),
        ("v", 4, None, None, 900),
        ("v", 5, 50, 5, 950),
        ("v", 7, 10, 1, 960),
        ("z", 3, 700, 70, 700),
        ("z", 4, None, None, 800),
        ("z", 7, 30, 3, 830),
    ]
    # Nor do they add up: until day 3 views were the owner's, from day 5 on everybody's.
    told = (
        "select period, day(event_on) - 1, value from intermediate.int_hashtag__measures where measure = 'views' "
        "and reason = 'several_definitions' and subject_type = 'campaign' and market = 'all' order by all"
    )
    assert lab.rows(told) == [(period, 5, None) for period in ("within_campaign", "within_week")]
    deliver(lab, 2, "late", [reading("v", 2, 880, **public)])
    settle(lab, "fct_hashtag_video_day", "int_hashtag__measures")
    assert lab.rows(days)[:3] == [("v", 2, None, None, 880), ("v", 4, 20, 2, 900), ("v", 5, 50, 5, 950)]


def test_a_share_of_voice_is_of_dates_on_which_the_views_of_the_whole_set_are_known(lab: Lab) -> None:
    """On day 3 a video with the set's other hashtag is read for the first time."""
    other = {"hashtags": ["other"], "display_hashtags": ["other"]}
    for day in (2, 3, 4):
        late = [reading("y", day, 10 * day, **other)] if day > 2 else []
        deliver(lab, day, f"d{day}", [reading("v", day, 100 * day), *late])
    settle(lab, "int_hashtag__measures")
    told = (
        "select day(event_on) - 1, measure, value from intermediate.int_hashtag__measures where subject_id = 'calm' "
        "and measure in ('views_in_set', 'set_views', 'set_views_once') and market = 'all' and day(event_on) > 3 order by all"
    )
    assert lab.rows(told) == [
        *((3, name, None) for name in ("set_views", "set_views_once", "views_in_set")),
        (4, "set_views", 110), (4, "set_views_once", 110), (4, "views_in_set", 100),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(1))
def test_incremental_equals_full_rebuild(template: Lab, tmp_path: Path, seed: int) -> None:
    """Late, replaced, withdrawn and restored deliveries in random order, builds cut off between models and in a full refresh."""
    chance = random.Random(seed)
    lab = template.copy(tmp_path / "incremental")
    kept: dict[tuple[int, str], tuple[list[dict[str, object]], list[dict[str, object]]]] = {}
    for step in range(6):
        for _ in range(chance.randint(1, 2)):
            kind = chance.choice(["new", "new", "late", "replace", "withdraw", "restore"]) if kept else "new"
            day, name = (
                chance.choice(sorted(kept)) if kind in ("replace", "withdraw", "restore") else (0, f"d{len(kept)}")
            )
            if kind in ("new", "late"):
                day = step + 3 if kind == "new" else chance.randint(1, step + 3)
            if kind != "restore":
                kept[day, name] = random_rows(chance, day), random_totals(chance, day)
            rows, totals = kept[day, name]
            deliver(lab, day, name, None if kind == "withdraw" else rows, totals, account_days(day, len(rows)))
        if step and chance.random() < 0.5:
            lab.run([f"+{chance.choice(CUT_OFF_AFTER)}"], *chance.choice([[], ["--full-refresh"]]))
            if chance.random() < 0.5:
                continue
        settle(lab)
        if step in (2, 5):
            rebuilt = lab.copy(tmp_path / f"full-{step}")
            rebuilt.run(MODELS, "--full-refresh")
            for mart in MARTS:
                assert lab.table(mart) == rebuilt.table(mart), f"{mart} after step {step} of seed {seed}"
