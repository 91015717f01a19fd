"""The main job on real files, with notes as a user writes them, against the answers that are given for those files."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ingest.home import Home
from ingest.landing import write_delivery
from tests.pipeline.conftest import SHARED, Query, query, run

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder of real files, ../shared/data, is not on this machine"
)

CAMPAIGNS = """campaign_id,name,starts_on,ends_on,reporting_timezone
scrapes,Scraped videos,2025-05-14,,UTC
meetings,Meetings,2017-06-01,,UTC
attitudes,Attitudes,2014-01-01,,America/New_York
"""
HASHTAGS = "campaign_id,hashtag,display_hashtag,role\nscrapes,#xuhuong,xuhuong,campaign\n"
SCRAPES = {
    "video_id": "vid_id", "url": "vid_url", "creator": "user_name", "creator_followers": "user_nfollower",
    "created_at": "vid_postTime", "captured_at": "vid_scrapeTime", "views": "vid_nview", "likes": "vid_nlike",
    "comments": "vid_ncomment", "shares": "vid_nshare", "saves": "vid_nsave", "hashtags": "vid_hashtags",
    "duration_seconds": "vid_duration",
}  # fmt: skip
YOUGOV = {
    "survey": {"id": "tpl", "wave": "w5", "title": "Fifth wave", "fieldwork_from": date(2021, 3, 1), "fieldwork_to": date(2021, 3, 31), "mode": "online", "population": "adults"},
    "respondent_id": "resp_no",
    "samples": {"us": {"weight": "weight", "country": "US"}, "ri": {"weight": "weight_RI", "country": "US-RI"}},
    "segments": {"cohort": {"from_birth_year": "birthyr", "cohorts": {"gen_z": [1997, 2012], "millennial": [1981, 1996]}}},
    "questions": {"q58_7": {"key": "reduces_stress", "top": [4, 5], "bottom": [1, 2], "missing": [8], "not_asked": [9]}},
}  # fmt: skip


def land(
    home: Home,
    source: str,
    landed_on: date,
    name: str,
    file: str,
    campaign: str,
    form: str,
    options: dict[str, Any],
    zone: str | None = "UTC",
) -> None:
    """Put a real file into landing with its note."""
    path = SHARED / source / file
    note = {"source": source, "format": form, "campaign": campaign, "options": options} | (
        {"timezone": zone} if zone else {}
    )
    write_delivery(home, source, landed_on, name, {path.name: path.read_bytes()}, note)


def session(name: str) -> dict[str, Any]:
    return {"id": name, "title": name, "advocate": "An advocate"}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("real"))
    home.seeds.mkdir()
    (home.seeds / "campaigns.csv").write_text(CAMPAIGNS)
    (home.seeds / "campaign_hashtags.csv").write_text(HASHTAGS)
    scrapes = {"w0_2025-05-14_29_raw_data.csv": (date(2025, 5, 30), "w0"), "w1a_2025-06-06_recrawled_1v.csv": (date(2025, 6, 8), "w1a"),
               "w1b_2025-06-06_07_final_recrawl_tp.csv": (date(2025, 6, 8), "w1b")}  # fmt: skip
    for file, (day, name) in scrapes.items():
        land(
            home,
            "hashtag",
            day,
            name,
            f"tiktok_scrapes/{file}",
            "scrapes",
            "video_csv",
            {"columns": SCRAPES, "rounding": "unknown", "date_order": "mdy"},
        )
    for file, number in (("pt_2021-03-08_SIR", 8), ("pt_2021-03-09_SIB", 9), ("pt_2021-03-16_SIB", 16)):
        land(
            home,
            "live",
            date(2021, 3, number),
            file,
            f"teams_lists/{file}.csv",
            "meetings",
            "teams_list",
            {"session": session(file), "date_order": "dmy"},
            "America/Sao_Paulo",
        )
    for file in ("participants_heroes", "participants_heroes_full"):
        land(
            home,
            "live",
            date(2021, 11, 19),
            file,
            f"zoom/{file}.csv",
            "meetings",
            "zoom_csv",
            {"session": session(file), "date_order": "mdy"},
            "America/Chicago",
        )
    for platform in ("youtube", "twitch"):
        options = {
            "session": session(f"rbtv-{platform}"),
            "columns": {"sampled_at": 1, "viewers": 2},
            "header": False,
            "epoch": "s",
        }
        land(
            home,
            "live",
            date(2017, 7, 1),
            platform,
            f"rbtv/{platform}_2017-06.csv",
            "meetings",
            "viewer_samples",
            options,
            None,
        )
    land(home, "survey", date(2021, 4, 2), "tpl-w5", "yougov_sav/slim_FifthWave.sav", "attitudes", "spss", YOUGOV, None)
    run(home)
    return home


@pytest.fixture
def ask(real: Home) -> Query:
    return query(real)


def test_scraped_videos(ask: Query) -> None:
    w0 = "select count(distinct video_id), sum(views_total), sum(likes_total) from fct_hashtag_video_day where event_on < '2025-06-01'"
    assert ask(w0) == [(10_102, 40_803_853_520, 2_467_862_297)]
    assert ask("select count(*), count(distinct video_id) from fct_hashtag_video_day") == [
        (10_102 + 2_409 + 2_391, 10_102)
    ]


def test_change_of_scraped_videos_is_the_difference_of_the_two_files(ask: Query) -> None:
    """Each video that was read again: the marts' net against a subtraction done here, by another reader of the files."""
    import csv

    def number(text: str) -> int | None:
        scale = {"K": 1_000, "M": 1_000_000, "B": 1_000_000_000}.get(text[-1:], 1)
        return None if text == "" else 0 if text == "Share" else round(float(text.rstrip("KMB")) * scale)

    def totals(pattern: str) -> dict[str, tuple[int | None, ...]]:
        path = next((SHARED / "hashtag/tiktok_scrapes").glob(pattern))
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        found: dict[str, tuple[int | None, ...]] = {}
        for row in rows:
            views, likes, shares = (number(row[name]) for name in ("vid_nview", "vid_nlike", "vid_nshare"))
            found[row["vid_id"]] = (None if views == 0 and likes else views, likes, shares)
        return found

    before, after = totals("w0*"), totals("w1a*") | totals("w1b*")
    expected = {
        video: tuple(
            None if new is None or old is None else new - old
            for new, old in zip(after[video], before[video], strict=True)
        )
        for video in after
    }
    found = {
        row[0]: row[1:]
        for row in ask(
            "select video_id, views, likes, shares from fct_hashtag_video_day where event_on >= '2025-06-01'"
        )
    }
    assert found == expected
    assert len(found) == 4_800


def test_teams_meetings(ask: Query) -> None:
    figures = "unique_attendees, peak_concurrent, peak_concurrent_at, round(attended_minutes, 2), round(attended_minutes_low, 2), identity"
    assert ask(f"select {figures} from fct_live_session where session_id = 'pt_2021-03-08_SIR'") == [
        (47, 44, datetime(2021, 3, 8, 23, 51, 59, tzinfo=UTC), 4404.83, 1222.28, "name")
    ]
    people: dict[str, int] = dict(
        ask("select session_id, unique_attendees from fct_live_session where session_id like '%SIB'")
    )
    assert people == {"pt_2021-03-09_SIB": 38, "pt_2021-03-16_SIB": 39}


def test_zoom_meeting(ask: Query) -> None:
    assert ask(
        "select session_id, unique_attendees from fct_live_session where session_id like 'participants%' order by 1"
    ) == [
        ("participants_heroes", 27),
        ("participants_heroes_full", 27),
    ]
    assert ask(
        "select delivery, records_read, records_loaded from published.meta.deliveries where format = 'zoom_csv' order by 1"
    ) == [
        ("participants_heroes", 31, 31),
        ("participants_heroes_full", 31, 31),
    ]
    # The header block says when the meeting was; without it the first and the last event do.
    assert ask("select starts_at, ends_at from dim_live_session where session_id = 'participants_heroes_full'") == [
        (datetime(2021, 11, 19, 16, tzinfo=UTC), datetime(2021, 11, 19, 18, tzinfo=UTC))
    ]


def test_broadcast_samples(ask: Query) -> None:
    figures = "session_id, peak_concurrent, peak_concurrent_at, basis, unique_attendees, reason"
    assert ask(f"select {figures} from fct_live_session where session_id like 'rbtv%' order by 1") == [
        ("rbtv-twitch", 4_404, datetime(2017, 6, 11, 21, 33, 3, tzinfo=UTC), "samples", None, "samples_only"),
        ("rbtv-youtube", 15_067, datetime(2017, 6, 12, 21, 10, 4, tzinfo=UTC), "samples", None, "samples_only"),
    ]


@pytest.mark.parametrize(
    ("sample", "segment", "estimate", "error", "low", "high", "base", "effective"),
    [
        ("us", "all", 47.948557, 1.774490, 44.420726, 51.491700, 1_000, 792.4984),
        ("ri", "all", 57.516013, 2.894601, 51.618991, 63.258744, 500, 296.7942),
        ("us", "gen_z", 43.869713, 5.854586, None, None, 85, None),
        ("ri", "gen_z", 66.473730, 10.126408, None, None, 30, None),
    ],
)
def test_yougov_wave(
    ask: Query,
    sample: str,
    segment: str,
    estimate: float,
    error: float,
    low: float | None,
    high: float | None,
    base: int,
    effective: float | None,
) -> None:
    figures = "estimate_pct, standard_error_pct, ci_low_pct, ci_high_pct, base_unweighted, effective_base"
    where = f"question_code = 'q58_7' and answer_code = 'top' and sample = '{sample}' and segment_value = '{segment}'"
    [found] = ask(f"select {figures} from fct_survey_estimate where {where}")
    assert found[0] == pytest.approx(estimate, abs=1e-6)
    assert found[1] == pytest.approx(error, abs=1e-6)
    assert found[4] == base
    if low is not None:
        assert found[2:4] == pytest.approx((low, high), abs=1e-6)
    if effective is not None:
        assert found[5] == pytest.approx(effective, abs=1e-4)


def test_nothing_of_a_person_is_published(real: Home) -> None:
    """No handle, name or e-mail address of the real files is found in the published file or the lake, in any encoding of ours."""
    needles = [b"u_e1fab1577a24", b"P-8f9171", b"marvel.com", b"Loki", "Giấc mơ".encode()]
    stored = [
        path
        for folder in (real.published.parent, real.lake, real.warehouse.parent)
        for path in folder.rglob("*")
        if path.is_file()
    ]
    assert len(stored) > 20
    for path in stored:
        content = path.read_bytes()
        assert not [needle for needle in needles if needle in content], path.name


def test_second_run_has_nothing_to_do(real: Home) -> None:
    assert "nothing to do" in run(real).lower()
