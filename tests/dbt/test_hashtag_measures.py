"""Counters and measures of hashtags against an independent calculation, on random readings with every kind of gap."""

import random
from collections import defaultdict
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.hashtag_oracle import COUNTERS, Day, date_of, engagement, posts, video_days
from tests.dbt.lab import Lab
from tests.dbt.test_hashtag import CAMPAIGNS, HASHTAGS, SEEDS, SETS, at, deliver, reading

BEGINS = date(2026, 3, 2)
SET_TAGS = {"1": (date(2026, 1, 1), date(2026, 3, 6), {"calm", "other"}), "2": (date(2026, 3, 6), date.max, {"other"})}
Cell = tuple[str, str, str, date]


def random_readings() -> dict[int, list[dict[str, object]]]:
    """By day of landing: rounded and exact counters, two platforms, edited captions, videos posted anew under their id."""
    chance = random.Random(7)
    landed: dict[int, list[dict[str, object]]] = {}
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
                    creator_key=chance.choice([f"c{video % 5}", None]),
                    creator_country=chance.choice(["AE", "EG", None]),
                    created_at=at(chance.choice([-9, -9, -9, 2 + video % 4, day - 1]), 0),
                )
            )
        landed[day] = rows
    return landed


READINGS = random_readings()
DAYS = video_days(row for rows in READINGS.values() for row in rows)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    lab = Lab(
        tmp_path_factory.mktemp("measures"),
        {"campaigns": CAMPAIGNS, "campaign_hashtags": HASHTAGS, "comparison_sets": SETS},
    )
    for day, rows in READINGS.items():
        deliver(lab, day, f"d{day}", rows)
    models = ["+fct_hashtag_video_day", "+fct_hashtag_day", "+dim_video", "+int_hashtag__measures"]
    assert lab.dbt("seed", "--select", *SEEDS)
    lab.run(models)
    assert lab.dbt("test", "--select", "fct_hashtag_video_day", "fct_hashtag_day", "dim_video"), lab.messages
    return lab


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
        for platform, rows in groupby(sorted(days, key=lambda day: day["platform"]), lambda day: day["platform"]):
            if subject != "campaign":
                continue
            for measure, figures in engagement(list(rows)).items():
                if measure not in ("likes", "comments", "shares", "saves"):
                    found[measure, "day", event_on, market, "platform", platform] = figures
    return found


def test_engagement_by_day(lab: Lab) -> None:
    expected = expected_engagement()
    measures = {measure for measure, *_ in expected}
    named = ", ".join(f"'{measure}'" for measure in measures)
    rows = lab.rows(
        f"select measure, period, event_on, market, subject_type, subject_id, value, low, high, reason from intermediate.int_hashtag__measures where measure in ({named})"
    )
    found = {row[:6]: row[6:9] for row in rows if row[9] != "no_reading"}
    assert found.keys() == expected.keys()
    for key, figures in expected.items():
        assert found[key] == pytest.approx(tuple(None if x is None else float(x) for x in figures), abs=1e-9), key
    reasons = {row[9] for row in rows if row[6] is None}
    assert reasons == {"no_reading", "no_known_change", "several_definitions"}
    assert all((row[6] is None) == (row[9] is not None) for row in rows)


def test_posts_and_creators(lab: Lab) -> None:
    by_cell: dict[tuple[str, str, str], list[tuple[date, str | None]]] = defaultdict(list)
    for day in posts(DAYS).values():
        for subject in subjects(day):
            for market in ("all", day["creator_country"] or "unknown"):
                by_cell[(*subject, market)].append((date_of(day["created_at"]), day["creator_key"]))
    dates = defaultdict(set)
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
            for period, start in (("day", on), ("campaign_to_date", BEGINS)):
                unique, new = creators(start, on)
                expected["unique_creators", period, *where], expected["new_creators", period, *where] = unique, new
        for week in {week_of(on, market) for on in shown}:
            where = (week, market, subject, name)
            unique, new = creators(week, week + timedelta(days=6))
            expected["unique_creators", "week", *where], expected["new_creators", "week", *where] = unique, new
    rows = lab.rows(
        "select measure, period, event_on, market, subject_type, subject_id, value from intermediate.int_hashtag__measures where measure in ('posts', 'unique_creators', 'new_creators')"
    )
    assert {row[:6]: row[6] for row in rows} == expected


def test_share_of_voice_divides_by_the_set_in_force(lab: Lab) -> None:
    rows = lab.rows(
        "select measure, event_on, market, subject_type, subject_id, value from intermediate.int_hashtag__measures where period = 'day'"
    )
    found: dict[Any, Any] = {row[:5]: row[5] for row in rows}
    volumes = [key for key in found if key[0] == "set_posts"]
    assert volumes
    for measure, event_on, market, subject, name in volumes:
        version = "1" if event_on < date(2026, 3, 6) else "2"
        tags = SET_TAGS[version][2]
        assert subject == "campaign" or name in tags
        for volume in ("posts", "views"):
            members = [found[key] for tag in tags if (key := (volume, event_on, market, "hashtag", tag)) in found]
            whole = None if None in members else sum(members)
            assert found[f"set_{volume}", event_on, market, subject, name] == whole, (measure, event_on, market)
            once = found.get((volume, event_on, market, "comparison_set", version))
            assert found[f"set_{volume}_once", event_on, market, subject, name] == once
        own = found.get(("posts", event_on, market, subject, name), 0)
        assert found["posts_in_set", event_on, market, subject, name] == own


def test_a_video_that_its_supplier_leaves_out_is_gone_by_the_declared_rule(lab: Lab, tmp_path: Path) -> None:
    lab = lab.copy(tmp_path / "home")
    seeds = {"absence_rules": "supplier,absent_captures,state\nunnamed,2,deleted\n", "programme_videos": "campaign_id,video_id,programme\nc,v1,partner\nc,v2,paid\n"}  # fmt: skip
    for name, content in seeds.items():
        (lab.project / "seeds" / f"{name}.csv").write_text(content)
    assert lab.dbt("seed", "--select", *seeds)
    lab.run(["dim_creator", "dim_video"])
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
    keys = dict(lab.rows("select video_id, creator_key from dim_video"))  # type: ignore[arg-type]
    programmes = {
        video: {"v1": "partner", "v2": "paid"}.get(str(video), "partner" if key == keys["v1"] else "organic")
        for video, key in keys.items()
    }
    assert dict(lab.rows("select video_id, programme from dim_video")) == programmes
    assert lab.rows("select creator_key from dim_creator where is_partner") == [(keys["v1"],)]
