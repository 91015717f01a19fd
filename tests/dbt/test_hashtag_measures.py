"""Counters and measures of hashtags against an independent calculation, on random readings with every kind of gap."""

import math
import random
import statistics
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.hashtag_oracle import (
    COUNTERS,
    Day,
    bounds_of_sum,
    date_of,
    engagement,
    gini,
    half_life,
    lives,
    posts,
    total,
    video_days,
)  # fmt: skip
from tests.dbt.lab import Lab
from tests.dbt.test_hashtag import CAMPAIGNS, HASHTAGS, SEEDS, SETS, at, deliver, reading
from tests.ingest.video_desk import FIELD, Reader

WEEKLY = [
    "fct_hashtag_pair_week",
    "fct_hashtag_concentration_week",
    "fct_hashtag_video_life",
    "fct_hashtag_owned_video_day",
]
BEGINS = date(2026, 3, 2)
SET_TAGS = {"1": (date(2026, 1, 1), date(2026, 3, 6), {"calm", "other"}), "2": (date(2026, 3, 6), date.max, {"other"})}
Cell = tuple[str, str, str, date]


def random_readings() -> dict[int, list[dict[str, object]]]:
    """
    By day of landing: rounded and exact counters, two platforms, counts of owners, researchers and everybody, edited captions, videos
    posted anew under their id.
    """
    chance = random.Random(7)
    landed: dict[int, list[dict[str, object]]] = {}
    definitions = ["studio"], ["public"], ["studio", "business_api"], ["monitoring", "research_api", "public"]
    definition = random.Random(8)
    for day in range(1, 14):
        rows: list[dict[str, object]] = []
        for video in chance.sample(range(12), 8):
            unit = chance.choice([1, 1, 10, 100])
            rows.append(
                reading(
                    f"v{video}",
                    day,
                    chance.choice([None, 100 * chance.randint(0, 5) + 300, 10 * day * video]),
                    captured_at=at(day, chance.randint(0, 23)) + timedelta(seconds=video),
                    views_unit=unit,
                    likes_unit=unit,
                    rounding=chance.choice(["nearest", "down", "unknown"]),
                    likes=chance.choice([None, chance.randint(0, 20), 10 * day]),
                    saves=chance.choice([None, 3]),
                    hashtags=(
                        tags := chance.choice([["calm"], ["calm", "other"], ["other"], ["calm", "odd"], [], None])
                    ),
                    display_hashtags=tags,
                    platform="youtube" if video == 11 else "tiktok",
                    metric_definition=definition.choice(definitions[video // 3 if day > video else 0]),
                    creator_key=chance.choice([f"c{video % 5}", None]),
                    creator_followers=1000 + 10 * day + video if day % 3 else None,
                    creator_country=chance.choice(["AE", "EG", None]),
                    created_at=at(chance.choice([-9, -9, -9, 2 + video % 4, day - 1]), 0),
                )
            )
        again = [row | {"captured_at": at(day, 5), "views": 444} for row in rows if chance.random() < 0.3]
        landed[day] = rows + [row for row in again if row["captured_at"] not in {one["captured_at"] for one in rows}]
    for day in range(14, 47):
        landed[day] = [
            reading(
                f"w{video}",
                day,
                int(100 * (video + 5) * (1 - 2 ** (-(day + 1 - born) / (2 + video % 7)))),
                views_unit=10 if video % 2 else 1,
                comments_unit=10 if video % 3 else 1,
                rounding="nearest",
                captured_at=at(day, 7) + timedelta(seconds=video),
                created_at=at(born, video % 5),
                hashtags=(tags := ["calm", *(["other"] if video % 3 else []), *(["fyp"] if video % 4 else [])]),
                display_hashtags=tags,
                platform="tiktok",
                metric_definition="studio"
                if day - born < {3: 5, 5: 1}.get(video % 8, 0) or (video == 8 and day == 40)
                else "public",
                creator_key=f"d{video % 34}",
                creator_followers=50 * day + video,
                reach=70 + day if video < 5 else None,
                watch_seconds=2.5 * day if video < 4 else None,
                completion_rate=0.01 * day if video < 3 else None,
            )
            for video in range(40)
            if (born := 14 + video % 8) <= day and chance.random() < 0.7
        ]
        # A partner, who posts every day what is seen as often again every day.
        landed[day] += [
            reading(f"p{number}", day, PARTNER_VIEWS[number] * (day - 14 - number + 1), hashtags=[], display_hashtags=[],
                    platform="tiktok", metric_definition="public", creator_key="partner", creator_followers=None, created_at=at(14 + number, 1))
            for number in range(15) if 14 + number <= day
        ]  # fmt: skip
    return landed


PARTNER_VIEWS = [10, 900, 20, 80, 40, 60, 50, 70, 30, 90, 9000, 100, 250, 400, 800]
READINGS = random_readings()
FOLLOWERS: list[Any] = [
    {"account_key": key, "account_on": date(2026, 3, 1) + timedelta(days=day), "captured_at": at(46), "metric_definition": "studio",
     "followers": 7 * day + 1}
    for key in ("c2", "c1", "d4") for day in range(0, 46, 3)
]  # fmt: skip
"""What three creators' exports of the last day say of every third day."""
DAYS = video_days(row for rows in READINGS.values() for row in rows)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    lab = Lab(
        tmp_path_factory.mktemp("measures"),
        {"campaigns": CAMPAIGNS, "campaign_hashtags": HASHTAGS, "comparison_sets": SETS},
    )
    for day, rows in READINGS.items():
        deliver(lab, day, f"d{day}", rows)
    deliver(lab, 46, "followers", [], account_days=FOLLOWERS)
    models = [
        "+fct_hashtag_video_day",
        "+fct_hashtag_day",
        "+rpt_hashtag_top_videos",
        "+fct_hashtag_total_day",
        "+int_hashtag__measures",
        *(f"+{mart}" for mart in WEEKLY),
    ]
    assert lab.dbt("seed", "--select", *SEEDS)
    lab.run(models)
    assert lab.dbt(
        "test", "--select", "fct_hashtag_video_day", "fct_hashtag_day", "rpt_hashtag_top_videos", "dim_video", *WEEKLY
    ), lab.messages
    return lab


def pairs(rows: list[tuple[object, ...]]) -> dict[Any, Any]:
    return {one: other for one, other in rows}  # noqa: C416 - dict() cannot be typed here


def test_every_counter_of_every_day(lab: Lab) -> None:
    figures = [
        f"{counter}{part}"
        for counter in COUNTERS
        for part in ("", "_low", "_high", "_gross", "_removed", "_reset", "_correction")
    ]
    found = lab.rows(f"select video_id, event_on, {', '.join(figures)} from fct_hashtag_video_day order by 1, 2")
    expected = [(day["video_id"], day["event_on"], *(day.get(name) for name in figures)) for day in DAYS]
    assert found == sorted(expected, key=lambda row: row[:2])
    for kind in ("views_reset", "views_correction"):
        assert any(day.get(kind) for day in DAYS), f"the readings have no {kind}"
    assert any((day["views"] or 0) < 0 and day["views_removed"] == 0 for day in DAYS), "no fall within rounding"


def subjects(day: Day) -> list[tuple[str, str]]:
    tags = set(day["hashtags"] or ())
    found = [("hashtag", tag) for tag in sorted(tags & {"calm", "other"})]
    found += [("campaign", "all")] if "calm" in tags else []
    return found + [
        ("comparison_set", version)
        for version, (starts_on, ends_before, members) in SET_TAGS.items()
        if starts_on <= day["event_on"] < ends_before and tags & members
    ]


def cells(days: list[Day]) -> dict[Cell, list[Day]]:
    """Video-days by subject, market and date."""
    found: dict[Cell, list[Day]] = defaultdict(list)
    for day in days:
        for subject in subjects(day):
            for market in ("all", day["creator_country"] or "unknown"):
                found[(*subject, market, day["event_on"])].append(day)
    return found


def week_of(day: date, market: str) -> date:
    """Weeks start on Sunday in Egypt, on Monday elsewhere."""
    return day - timedelta(days=(day.weekday() + (market == "EG")) % 7)


def expected_engagement() -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for (subject, name, market, event_on), days in cells(DAYS).items():
        if event_on < BEGINS:
            continue
        for measure, figures in engagement(days).items():
            found[measure, "day", event_on, market, subject, name] = figures
        for definition, rows in groupby(sorted(days, key=itemgetter("definition")), itemgetter("definition")):
            if subject != "campaign":
                continue
            for measure, figures in engagement(list(rows)).items():
                if measure not in ("likes", "comments", "shares", "saves"):
                    found[measure, "day", event_on, market, "platform", definition] = figures
    return found


def test_engagement_by_day(lab: Lab) -> None:
    expected = expected_engagement()
    measures = {measure for measure, *_ in expected}
    named = ", ".join(f"'{measure}'" for measure in measures)
    rows = lab.rows(
        f"select measure, period, event_on, market, subject_type, subject_id, value, low, high, reason from intermediate.int_hashtag__measures where measure in ({named}) and period not like 'within%'"
    )
    found = {row[:6]: row[6:9] for row in rows if row[9] != "no_reading"}
    assert found.keys() == expected.keys()
    for key, figures in expected.items():
        assert found[key] == pytest.approx(tuple(None if x is None else float(x) for x in figures), abs=1e-9), key
    reasons = {row[9] for row in rows if row[6] is None}
    assert reasons == {"no_reading", "no_known_change", "several_definitions"}
    assert all((row[6] is None) == (row[9] is not None) for row in rows)


def sums_of_dates(lab: Lab, measure: str) -> dict[Any, Any]:
    """What a measure's days sum up to by subject, market, period and its first date: None where nothing is known, or several definitions."""
    values: dict[Any, list[Any]] = defaultdict(list)
    rows: Any = lab.rows(
        "select period, event_on, market, subject_type, subject_id, value, reason from intermediate.int_hashtag__measures "
        f"where measure = '{measure}' and period not in ('week', 'campaign_to_date')"
    )
    for row_period, event_on, market, subject, name, value, reason in rows:
        for period, begins in PERIODS.items():
            if row_period in ("day", period):
                part = None if reason == "several_definitions" else value or 0
                values[subject, name, market, period, begins(event_on, market)] += (
                    [] if reason == "no_known_change" else [part]
                )
    return {key: None if None in parts or not parts else sum(parts) for key, parts in values.items()}


def expected_sums(found: dict[Cell, list[Day]]) -> dict[Any, Any]:
    """Views by subject, market, period and its first date: None where they are not known, or of several definitions."""
    views: dict[Any, Any] = defaultdict(list)
    for (subject, name, market, event_on), days in found.items():
        for period, begins in PERIODS.items():
            definitions = {day["definition"] for day in days}
            known = total(days, "views")
            one = definitions.pop() if len(definitions) == 1 else None
            if event_on >= BEGINS:
                views[subject, name, market, period, begins(event_on, market)].append((one, known))
    sums = {}
    for key, dates in views.items():
        read = [(one, known) for one, known in dates if one is None or known is not None]
        is_sum = read and all(one is not None and one == read[0][0] for one, _ in read)
        sums[key] = sum(known for _, known in read) if is_sum else None
    return sums


PERIODS: dict[str, Callable[[date, str], date]] = {
    "within_week": lambda on, market: week_of(on, market),
    "within_campaign": lambda *_: BEGINS,
}


def test_views_of_weeks_and_to_date_are_of_one_definition(lab: Lab) -> None:
    found, expected = sums_of_dates(lab, "views"), expected_sums(cells(DAYS))
    assert {key: found[key] for key in expected} == expected
    assert {value is None for key, value in expected.items() if key[0] == "campaign"} == {True, False}


def test_readings_between_the_first_and_the_last_leave_no_width_in_the_bounds_of_a_sum(lab: Lab) -> None:
    lcs = ("likes", "comments", "shares")
    parts = {
        "views": (["views"], ["views"]),
        "engagements_lcs": (lcs, lcs),
        "rated_views": (["views"], ["views", *lcs]),
        "rated_engagements_lcs": (lcs, ["views", *lcs]),
    }
    by_period: dict[Any, list[Day]] = defaultdict(list)
    for (subject, name, market, event_on), days in cells(DAYS).items():
        for period, begins in PERIODS.items():
            if event_on >= BEGINS:
                by_period[period, begins(event_on, market), market, subject, name] += days
    found: dict[Any, list[tuple[float, float, bool]]] = defaultdict(list)
    measured: Any = lab.rows(
        "select measure, period, event_on, market, subject_type, subject_id, value, coalesce(low, value), coalesce(high, value), reason "
        f"from intermediate.int_hashtag__measures where measure in {tuple(parts)} and period not in ('week', 'campaign_to_date')"
    )
    for measure, row_period, event_on, market, subject, name, value, low, high, reason in measured:
        for period, begins in PERIODS.items():
            if row_period in ("day", period) and (value is not None or reason == "several_definitions"):
                key = (period, begins(event_on, market), market, subject, name, measure)
                found[key].append((low, high, row_period == "day"))
    compared = narrowed = 0
    for key, days in by_period.items():
        for measure, (counters, needed) in parts.items():
            rows = found[(*key, measure)]
            ideal = bounds_of_sum(days, counters, needed, breaks=False)
            if ideal is None or any(low is None for low, *_ in rows):
                continue
            low, high = sum(row[0] for row in rows), sum(row[1] for row in rows)
            low_of_days, high_of_days = (sum(row[bound] for row in rows if row[2]) for bound in (0, 1))
            assert low_of_days <= low <= ideal[0] <= ideal[1] <= high <= high_of_days, (key, measure)
            if key[3] != "comparison_set":
                assert (low, high) == bounds_of_sum(days, counters, needed, breaks=True), (key, measure)
            compared += 1
            narrowed += 2 * (high - low) < high_of_days - low_of_days
    assert narrowed > compared / 10 > 10


def test_posts_and_creators(lab: Lab) -> None:
    by_cell: dict[tuple[str, str, str], list[tuple[date, str | None]]] = defaultdict(list)
    commented: dict[Any, int] = defaultdict(int)
    for day in posts(DAYS).values():
        for kind, tag in subjects(day):
            for market in ("all", day["creator_country"] or "unknown"):
                by_cell[kind, tag, market].append((date_of(day["created_at"]), day["creator_key"]))
                commented[kind, tag, market, date_of(day["created_at"])] += "comments" in day["known"]
    dates: dict[Any, set[date]] = defaultdict(set)
    for subject, name, market, event_on in cells(DAYS):
        if event_on >= BEGINS:
            dates[subject, name, market].add(event_on)
    expected = {}
    for cell in dates.keys() | by_cell.keys():
        subject, name, market = cell
        made = by_cell.get(cell, [])
        inside = [(on, creator) for on, creator in made if on >= BEGINS]
        first_on = min((on for on, _ in made), default=date.max)
        earliest: dict[str, date] = {}
        for on, creator in sorted((on, creator) for on, creator in made if creator):
            earliest.setdefault(creator, on)

        def creators(start: date, end: date, first_on=first_on, earliest=earliest, inside=inside):  # type: ignore[no-untyped-def]
            active = {creator for on, creator in inside if start <= on <= end and creator}
            new = sum(max(start, BEGINS) <= on <= end for on in earliest.values())
            return len(active), new if start > first_on and first_on < date.max else None

        shown = dates[cell] | {on for on, _ in inside}
        for on in shown:
            where = (on, market, subject, name)
            expected["posts", "day", *where] = sum(made_on == on for made_on, _ in inside)
            expected["posts_with_comments", "day", *where] = commented[(*cell, on)]
            for period, start in (("day", on), ("campaign_to_date", BEGINS)):
                unique, new = creators(start, on)
                expected["unique_creators", period, *where], expected["new_creators", period, *where] = unique, new
        for week in {week_of(on, market) for on in shown}:
            where = (week, market, subject, name)
            unique, new = creators(week, week + timedelta(days=6))
            expected["unique_creators", "week", *where], expected["new_creators", "week", *where] = unique, new
    rows = lab.rows(
        "select measure, period, event_on, market, subject_type, subject_id, value from intermediate.int_hashtag__measures where measure in ('posts', 'posts_with_comments', 'unique_creators', 'new_creators')"
    )
    assert {row[:6]: row[6] for row in rows} == expected
    assert any("comments" not in day["known"] for day in posts(DAYS).values()), "no post has its comments off"


def test_engagement_by_followers_at_posting(lab: Lab) -> None:
    counted: Any = sorted(
        (row["captured_at"], row["creator_key"], row["creator_followers"])
        for rows in READINGS.values()
        for row in rows
        if row["creator_key"] and row["creator_followers"]
    )
    owned: Any = [
        (at(0, 0) + (row["account_on"] - date(2026, 2, 28)), row["account_key"], row["followers"]) for row in FOLLOWERS
    ]
    last: dict[Any, Any] = {day["video_id"]: day for day in sorted(DAYS, key=itemgetter("event_on"))}
    expected: dict[Any, Any] = {}
    for video, day in posts(DAYS).items():
        parts: Any = [last[video]["known"].get(counter) for counter in ("likes", "comments", "shares")]
        key, created_at, told = day["creator_key"], day["created_at"], []
        if last[video]["platform"] == "tiktok" and last[video]["creator_key"] in {creator for _, creator, _ in owned}:
            key, created_at = last[video]["creator_key"], last[video]["created_at"]
            told = [row for row in owned if row[0] <= created_at]
        before = [count for at, creator, count in sorted(counted + told) if creator == key and at <= created_at]
        if before and None not in parts and date_of(day["created_at"]) >= BEGINS:
            for subject in subjects(day):
                for market in ("all", day["creator_country"] or "unknown"):
                    engagements, followers = expected.get((*subject, market), (0, 0))
                    expected[(*subject, market)] = engagements + sum(parts), followers + before[-1]
    rows = lab.rows(
        "select subject_type, subject_id, market, max(value) filter (where measure = 'followed_engagements'), max(value) filter (where measure = 'followers_at_posting') "
        "from intermediate.int_hashtag__measures where measure in ('followed_engagements', 'followers_at_posting') group by all"
    )
    found = {row[:3]: row[3:] for row in rows}
    assert found == {cell: expected.get(cell, (None, None)) for cell in found}
    assert {figures[0] is None for figures in found.values()} == {True, False}


def test_share_of_voice_divides_by_the_set_in_force(lab: Lab) -> None:
    rows = lab.rows(
        "select measure, event_on, market, subject_type, subject_id, value from intermediate.int_hashtag__measures where period = 'day'"
    )
    found: dict[Any, Any] = {row[:5]: row[5] for row in rows}
    volumes = [key for key in found if key[0] == "set_posts"]
    by_cell = cells(DAYS)
    assert volumes
    for measure, event_on, market, subject, name in volumes:
        version = "1" if event_on < date(2026, 3, 6) else "2"
        tags = SET_TAGS[version][2]
        assert subject == "campaign" or name in tags
        for volume in ("posts", "views"):
            members = [found[key] for tag in tags if (key := (volume, event_on, market, "hashtag", tag)) in found]
            days = [day for tag in tags for day in by_cell.get(("hashtag", tag, market, event_on), ())]
            is_sum = volume == "posts" or len({day["definition"] for day in days}) == 1
            whole = sum(members) if is_sum and None not in members else None
            assert found[f"set_{volume}", event_on, market, subject, name] == whole, (measure, event_on, market)
            once = found.get((volume, event_on, market, "comparison_set", version)) if whole is not None else None
            assert found[f"set_{volume}_once", event_on, market, subject, name] == once
        own = found.get(("posts", event_on, market, subject, name), 0)
        assert found["posts_in_set", event_on, market, subject, name] == own


def test_hashtags_that_stand_together(lab: Lab) -> None:
    weeks: dict[date, list[tuple[set[str], str | None]]] = defaultdict(list)
    for day in posts(DAYS).values():
        created_on = date_of(day["created_at"])
        if created_on >= BEGINS and day["hashtags"]:
            weeks[week_of(created_on, "all")].append((set(day["hashtags"]), day["creator_key"]))
    expected = {}
    for week, tagged in weeks.items():
        for one, other in (("calm", "other"), ("calm", "fyp"), ("calm", "odd"), ("other", "fyp"), ("other", "odd")):
            both = [creator for tags, creator in tagged if {one, other} <= tags]
            n, a, b, ab = len(tagged), *(sum(tag in tags for tags, _ in tagged) for tag in (one, other)), len(both)
            is_supported = ab >= 10 and len(set(both) - {None}) >= 5
            if ab and (is_supported or other == "other"):
                lift = ab * n / (a * b)
                figures = (lift, math.log(lift) / -math.log(ab / n)) if is_supported else (None, None)
                expected[week, one, other] = (n, a, b, ab, *figures)
    columns = "posts, posts_with_hashtag, posts_with_other, posts_together, lift, npmi"
    found = {
        row[:3]: row[3:]
        for row in lab.rows(f"select week_on, hashtag, other_hashtag, {columns} from fct_hashtag_pair_week")
    }
    assert found.keys() == expected.keys()
    assert all(found[key] == pytest.approx(figures, abs=1e-12) for key, figures in expected.items())
    assert {figures[4] is None for figures in expected.values()} == {True, False}


def test_concentration_of_views(lab: Lab) -> None:
    gains: dict[Any, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    definitions: dict[Any, set[str]] = defaultdict(set)
    for (subject, name, market, event_on), days in cells(DAYS).items():
        for day in days:
            if subject != "comparison_set" and event_on >= BEGINS and day["creator_key"] and day["views"] is not None:
                week = subject, name, market, week_of(event_on, market)
                gains[week][day["creator_key"]] += day["views_gross"]
                definitions[week].add(day["definition"])
    found = {
        row[:4]: row[4:]
        for row in lab.rows(
            "select subject_type, subject_id, market, week_on, creators, gini, top_share, reason from fct_hashtag_concentration_week"
        )
    }
    assert found.keys() == gains.keys()
    for week, creators in gains.items():
        values = sorted(creators.values())
        is_known = len(values) >= 30 and len(definitions[week]) == 1
        figures = (gini(values), values[-1] / sum(values)) if is_known else (None, None)
        assert found[week][:3] == (len(values), pytest.approx(figures[0]), pytest.approx(figures[1])), week
        assert (found[week][3] is None) == is_known
    assert {reason for *_, reason in found.values()} == {None, "too_few_creators", "several_definitions"}


def test_lives_of_videos_and_their_median(lab: Lab) -> None:
    expected = lives(DAYS)
    rows = lab.rows(
        "select video_id, created_on, first_read_hours, hours_to_peak, hours_to_half, is_complete from fct_hashtag_video_life"
    )
    found = {row[:2]: row[2:] for row in rows}
    assert found.keys() == expected.keys()
    assert {life["is_cut"] for life in expected.values() if life["first"] <= 48} == {True, False}
    for key, life in expected.items():
        assert found[key] == (
            *(pytest.approx(life[name]) for name in ("first", "peak", "half")),
            life["is_complete"],
        ), key
    last = {day["video_id"]: day for day in sorted(DAYS, key=lambda day: day["event_on"])}
    medians = pairs(
        lab.rows(
            "select concat(subject_type, subject_id, market), value from intermediate.int_hashtag__measures where measure = 'half_life_hours'"
        )
    )
    peaks = pairs(
        lab.rows(
            "select concat(subject_type, subject_id, market), value from intermediate.int_hashtag__measures where measure = 'peak_hours'"
        )
    )
    for subject, name, tag in (("campaign", "all", "calm"), ("hashtag", "other", "other")):
        known = [
            life
            for (video, created_on), life in expected.items()
            if tag in (last[video]["hashtags"] or ()) and created_on >= BEGINS and life["first"] <= 48 and life["half"]
        ]
        assert {life["is_complete"] for life in known} == {True, False}
        assert medians[f"{subject}{name}all"] == pytest.approx(half_life(known))
        assert peaks[f"{subject}{name}all"] == pytest.approx(
            statistics.median(life["peak"] for life in known if life["is_complete"])
        )


def test_what_owners_are_told(lab: Lab) -> None:
    last: dict[str, Any] = {}
    for day in sorted(READINGS):
        last |= {str(row["video_id"]): row for row in READINGS[day] if row.get("reach")}
    watched = [row for row in last.values() if row["watch_seconds"]]
    completed = [row for row in last.values() if row["completion_rate"]]
    expected = {
        "completed_views": sum(row["completion_rate"] * row["views"] for row in completed),
        "views_with_completion": sum(row["views"] for row in completed),
        "watch_seconds": sum(row["watch_seconds"] for row in watched),
        "views_with_watching": sum(row["views"] for row in watched),
        "engagements_reached": sum(row["likes"] + row["comments"] + row["shares"] for row in last.values()),
        "reach": None,
    }
    rows = lab.rows(
        "select measure, value, reason from intermediate.int_hashtag__measures where period = 'campaign_to_date' and subject_type = 'campaign' and market = 'all'"
    )
    found = {measure: value for measure, value, _ in rows if measure in expected}
    assert found == pytest.approx(expected)
    assert {reason for measure, _, reason in rows if measure == "reach"} == {"not_additive"}


def test_the_real_totals_with_their_falls(lab: Lab, tmp_path: Path) -> None:
    path = FIELD / "hashtag" / "tag_totals" / "window_2026-06-15_2026-08-22.csv"
    if not path.exists():
        pytest.skip(f"the real data is not beside this checkout: {path.name} is absent")
    options = {"columns": {"hashtag": "tag", "observed_at": "observed_at", "views": "views"}}
    parsed = Reader(tmp_path / "landing").files({"t.csv": path.read_bytes()}, options, form="tag_totals_csv")
    lab = lab.copy(tmp_path / "home")
    totals = parsed.tables["tag_total_readings"].drop("file", "line")
    lab.deliver("hashtag", date(2026, 8, 23), "totals", "c", {"tag_total_readings": totals})
    lab.run(["+fct_hashtag_total_day"])
    assert lab.rows(
        "select sum(readings), count(distinct hashtag), sum(falls), sum(falls) - sum(falls_within_rounding) from fct_hashtag_total_day"
    ) == [(93_523, 190, 2_986, 848)]


def test_partners_deliver_and_are_seen_more_than_usual(lab: Lab, tmp_path: Path) -> None:
    lab = lab.copy(tmp_path / "home")
    born = [date(2026, 3, 1) + timedelta(days=14 + number) for number in range(15)]
    late, far = born[3] - timedelta(days=1), date(2026, 12, 31)
    rows = [
        ("few", born[3], "", "p3", False),
        ("ten", born[12], "", "p12", False),
        ("late", late, "", "p14", False),
        ("boosted", born[10], "", "p10", True),
        ("unseen", born[0], born[0], "elsewhere", False),
        ("missing", born[0], "", "", False),
        ("open", far, "", "", False),
    ]
    agreed = "".join(f"c,{name},one,{due},{on},{video},{boosted}\n" for name, due, on, video, boosted in rows)
    seeds = {
        "partners": "campaign_id,partner_id,name,tier,market,language\nc,one,One,micro,AE,ar\n",
        "deliverables": f"campaign_id,deliverable_id,partner_id,due_on,published_on,video_id,is_boosted\n{agreed}",
    }
    for name, content in seeds.items():
        (lab.project / "seeds" / f"{name}.csv").write_text(content)
    assert lab.dbt("seed", "--select", *seeds), lab.messages
    lab.run(
        [
            "int_hashtag__deliverables",
            "fct_creator_delivery",
            "int_hashtag__programme_measures",
            "int_hashtag__measures",
        ]
    )
    found = lab.rows(
        "select deliverable_id, status, views_7d, posts_before, usual_views_7d, uplift, reason from fct_creator_delivery"
    )
    # Of the ten before, the boosted one is left out.
    usual = {12: 8 * statistics.median([900, 20, 80, 40, 60, 50, 70, 30, 90, 100]),
             14: 8 * statistics.median([80, 40, 60, 50, 70, 30, 90, 100, 250, 400]),
             10: 8 * statistics.median([10, 900, 20, 80, 40, 60, 50, 70, 30, 90])}  # fmt: skip
    assert {row[0]: row[1:] for row in found} == {
        "few": ("in_time", 640, 3, None, None, "few_posts_before"),
        "ten": ("in_time", 2000, 10, usual[12], pytest.approx(2000 / usual[12]), None),
        "late": ("late", 6400, 10, usual[14], pytest.approx(6400 / usual[14]), None),
        "boosted": ("in_time", 72000, 10, usual[10], pytest.approx(72000 / usual[10]), None),
        "unseen": ("in_time", None, 0, None, None, "no_reading"),
        "missing": ("overdue", None, 0, None, None, "not_published"),
        "open": ("not_yet_due", None, 0, None, None, "not_published"),
    }
    delivered = lab.rows(
        "select subject_type, market, sum(case when measure = 'pieces_in_time' then value end), sum(case when measure = 'pieces_agreed' "
        "then value end) from intermediate.int_hashtag__measures where measure like 'pieces%' group by all order by all"
    )
    assert delivered == [(name, market, 4, 6) for name in ("campaign", "partner") for market in ("AE", "all")]
    rows_of_uplift = lab.rows(
        "select views.subject_type, views.subject_id, views.value / usual.value, views.low / usual.value, views.high / usual.value "
        "from intermediate.int_hashtag__measures as views inner join intermediate.int_hashtag__measures as usual "
        "using (campaign_id, period, event_on, market, subject_type, subject_id) where views.measure = 'partner_views' "
        "and usual.measure = 'usual_views' and views.value / usual.value is not null "
        "qualify views.event_on = max(views.event_on) over (partition by views.subject_type, views.subject_id)"
    )
    logs = [math.log(2000 / usual[12]), math.log(6400 / usual[14])]
    mean, half = statistics.mean(logs), 12.706204736 * statistics.stdev(logs) / math.sqrt(2)
    together = tuple(pytest.approx(math.exp(bound)) for bound in (mean, mean - half, mean + half))
    of_boosted = (pytest.approx(72000 / usual[10]), None, None)
    assert {row[:2]: row[2:] for row in rows_of_uplift} == {
        ("campaign", "all"): together,
        ("tier", "micro"): together,
        ("partner", "one"): together,
        ("deliverable", "ten"): (pytest.approx(math.exp(logs[0])), None, None),
        ("deliverable", "late"): (pytest.approx(math.exp(logs[1])), None, None),
        ("boosted", "boosted"): of_boosted,
        ("boosted", "all"): of_boosted,
    }


def test_a_video_that_its_supplier_leaves_out_is_gone_by_the_declared_rule(lab: Lab, tmp_path: Path) -> None:
    lab = lab.copy(tmp_path / "home")
    seeds = {"absence_rules": "supplier,absent_captures,state\nunnamed,2,deleted\n", "programme_videos": "campaign_id,video_id,programme\nc,v1,partner\nc,v2,paid\n"}  # fmt: skip
    for name, content in seeds.items():
        (lab.project / "seeds" / f"{name}.csv").write_text(content)
    assert lab.dbt("seed", "--select", *seeds)
    lab.run(
        [
            "int_hashtag__programmes",
            "dim_creator",
            "dim_video",
            "rpt_hashtag_top_videos",
            "int_hashtag__programme_measures",
            "int_hashtag__measures",
        ]
    )
    read = {
        video: {day["event_on"] for day in DAYS if day["video_id"] == video}
        for video in {day["video_id"] for day in DAYS}
    }
    captures = sorted({on for days in read.values() for on in days})
    expected = []
    for video, days in sorted(read.items()):
        missed = [on for on in captures if on > max(days)]
        expected.append((video, "deleted", missed[0]) if len(missed) >= 2 else (video, "observed", min(days)))
    assert lab.rows("select video_id, state, state_since from dim_video order by 1") == expected
    assert {state for _, state, _ in expected} == {"deleted", "observed"}
    keys = pairs(lab.rows("select video_id, creator_key from dim_video"))
    programmes = {
        video: {"v1": "partner", "v2": "paid"}.get(str(video), "partner" if key == keys["v1"] else "organic")
        for video, key in keys.items()
    }
    assert pairs(lab.rows("select video_id, programme from dim_video")) == programmes
    assert lab.rows("select creator_key from dim_creator where is_partner") == [(keys["v1"],)]
    tagged = {day["video_id"]: day for day in sorted(DAYS, key=lambda day: day["event_on"])}
    views = {
        video: day["known"]["views"]
        for video, day in tagged.items()
        if "calm" in (day["hashtags"] or ()) and day["definition"] == "tiktok/public" and "views" in day["known"]
    }
    ranked = sorted(views, key=lambda video: (-views[video], video))[:20]
    top = lab.rows(
        "select video_id, views, programme from rpt_hashtag_top_videos where view_definition = 'tiktok/public' order by position"
    )
    is_partner = [programmes[video] == "partner" for video in ranked]
    assert top == [
        (video if named else None, views[video], programmes[video])
        for video, named in zip(ranked, is_partner, strict=True)
    ]
    parts: dict[Any, list[Day]] = defaultdict(list)
    for day in DAYS:
        if day["event_on"] >= BEGINS and "calm" in (day["hashtags"] or ()):
            parts[programmes[day["video_id"]], day["event_on"]].append(day)
    measured = ("views", "engagements_lcs", "rated_views", "rated_engagements_lcs")
    expected_figures = {
        (measure, *key): engagement(days)[measure] for key, days in parts.items() for measure in measured
    }
    rows = lab.rows(
        "select measure, subject_id, event_on, value, low, high from intermediate.int_hashtag__measures where subject_type = 'programme' and period = 'day'"
    )
    assert {row[:3]: row[3:] for row in rows} == {key: pytest.approx(value) for key, value in expected_figures.items()}
    of_programmes = {("programme", name, "all", event_on): days for (name, event_on), days in parts.items()}
    found, expected_views = sums_of_dates(lab, "views"), expected_sums(of_programmes)
    assert {key: found[key] for key in expected_views} == expected_views
    assert {value is None for value in expected_views.values()} == {True, False}
    sums = lab.rows("""
        select sum(case when subject_type = 'programme' then value end), max(case when subject_type = 'campaign' then value end) as whole
        from intermediate.int_hashtag__measures where measure = 'views' and period = 'day' and market = 'all' group by event_on
        having whole is not null
    """)
    assert sums
    assert all(parts_of == pytest.approx(whole) for parts_of, whole in sums)
