"""Bad deliveries beside good ones, and deliveries as real users met them: what is refused is named with what to do about it.

Those of users are judged by answers that were worked out apart, where ../shared/data/field is there.
"""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.home import Home
from ingest.landing import write_delivery
from tests.ingest.ingest_desk import NOTE
from tests.ingest.test_refusal import CANARY, NASTY
from tests.pipeline.conftest import SHARED, Query, query, run

DAY = date(2022, 10, 9)
FIELD = SHARED / "field"
CASES = ("01", "05", "07", "09", "17", "21", "23") if FIELD.is_dir() else ()
HEADER = "id,at,views,likes,tags\n"
COLUMNS = {"video_id": "id", "captured_at": "at", "views": "views", "likes": "likes", "hashtags": "tags"}
HASHTAG: dict[str, Any] = {
    "source": "hashtag",
    "format": "video_csv",
    "campaign": "endthestigma",
    "timezone": "Africa/Cairo",
    "options": {"columns": COLUMNS},
}
SURVEY: dict[str, Any] = {
    "source": "survey",
    "format": "survey_csv",
    "campaign": "endthestigma",
    "options": {
        "survey": {"id": "s", "wave": "w1", "fieldwork_from": date(2022, 10, 1), "fieldwork_to": date(2022, 10, 7)},
        "respondent_id": "id",
        "samples": {"all": {"weight": "weight"}},
    },
}
EMPTY_WEIGHT = "id,weight,q1\n1,,4\n2,,5\n3,,4\n"

REFUSED = {
    "hashtag/2022-10-09/excel-as-csv": r"videos.csv: is a zip archive or an Excel workbook, expected text; export it as CSV",
    "hashtag/2022-10-09/no-column": "videos.csv: column 'plays' for 'views' is not there; found 'id', 'at', 'views', 'likes', 'tags'",
    "hashtag/2022-10-09/no-zone": "delivery.yml: key 'timezone' is missing: the times of video_csv carry no zone; add the IANA zone",
    "hashtag/2022-10-09/unknown-campaign": "delivery.yml: key 'campaign': found 'theirs', expected one of endthestigma; correct it, or add",
    "hashtag/2022-10-09/unknown-key": "delivery.yml: unknown key 'suplier': remove or correct it, expected one of source, format",
    "survey/2022-10-09/empty-weight": "wave.csv: weight column 'weight' is empty for 3 of 3 respondents",
    "survey/2022-10-09/text-as-sav": "wave.sav: cannot be read as an SPSS file",
}
"""The bad deliveries, and how what is said of each begins."""


WHATEVER = {f"whatever-{number:02}": case for number, case in enumerate(NASTY.values())}
"""All that can be wrong with one delivery, a day later."""

of_users = pytest.mark.skipif(not CASES, reason="the folder of field cases, ../shared/data/field, is absent")


def land(home: Home, name: str, note: dict[str, Any], file: str, content: bytes) -> Path:
    return write_delivery(home, note["source"], DAY, name, {file: content}, note)


def reading(video: str, views: int, day: str = "2022-10-08") -> str:
    return f"{video},{day} 10:00:00,{views},5,#EndTheStigma\n"


def videos(video: str, views: int, day: str = "2022-10-08") -> bytes:
    return (HEADER + reading(video, views, day)).encode()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("bad-input"))
    land(home, "good", HASHTAG, "videos.csv", videos("good", 100))
    later = HEADER + reading("good", 130, "2022-10-09") + reading("utf16", 200)
    land(home, "utf-16", HASHTAG, "videos.csv", later.replace(",", "\t").encode("utf-16"))
    land(home, "captured-later", HASHTAG, "videos.csv", videos("later", 1, "2022-12-01"))
    land(home, "unknown-campaign", HASHTAG | {"campaign": "theirs"}, "videos.csv", videos("campaign", 1))
    without_zone = {key: value for key, value in HASHTAG.items() if key != "timezone"}
    land(home, "no-zone", without_zone, "videos.csv", videos("zone", 1))
    land(home, "unknown-key", HASHTAG | {"suplier": "a panel"}, "videos.csv", videos("key", 1))
    no_column = HASHTAG | {"options": {"columns": COLUMNS | {"views": "plays"}}}
    land(home, "no-column", no_column, "videos.csv", videos("column", 1))
    land(home, "excel-as-csv", HASHTAG, "videos.csv", b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml")
    land(home, "empty-weight", SURVEY, "wave.csv", EMPTY_WEIGHT.encode())
    land(home, "text-as-sav", SURVEY | {"format": "spss"}, "wave.sav", EMPTY_WEIGHT.encode())
    for name, (change, _) in WHATEVER.items():
        csv = f"id,at,views,by\n{name},2022-10-08 10:00:00,1,noor\n".encode()
        change(write_delivery(home, "hashtag", DAY + timedelta(days=1), name, {"videos.csv": csv}, NOTE))
    for case in CASES:
        note = yaml.safe_load((FIELD / case / "delivery.yml").read_text("utf-8"))
        for file in FIELD.glob(f"{case}/*.csv"):
            day = date.fromisoformat(answer(case)["landed_on"]) - timedelta(days=file.name == "first.csv")
            write_delivery(home, note["source"], day, f"c{case}", {file.name: file.read_bytes()}, note)
    return home


def answer(case: str) -> dict[str, Any]:
    return dict(json.loads((FIELD / case / "expected.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def said(home: Home) -> str:
    """What the run with the bad deliveries printed: it published, and says that something was refused."""
    return run(home, exit_code=3)


@pytest.fixture(scope="module")
def ask(home: Home, said: str) -> Query:
    assert said
    return query(home)


@pytest.mark.parametrize(("delivery", "message"), REFUSED.items())
def test_one_line_names_the_delivery_and_the_remedy(said: str, delivery: str, message: str) -> None:
    lines = [line for line in said.splitlines() if delivery in line]
    assert len(lines) == 1, said
    assert lines[0].startswith(f"{delivery} refused: {message}")
    assert "Traceback" not in said


def test_whatever_is_wrong_with_one_is_said_in_one_line(said: str) -> None:
    for name, (_, message) in WHATEVER.items():
        [line] = [line for line in said.splitlines() if f"2022-10-10/{name} " in line]
        assert " refused: " in line
        assert message in line
    assert CANARY.partition("@")[0] not in said


def test_the_published_ledger_says_the_same(ask: Query, said: str) -> None:
    rows = ask(
        "select source || '/' || landed_on || '/' || delivery, status, reason from published.meta.deliveries "
        f"where landed_on = '{DAY}' order by 1"
    )
    assert {delivery: status for delivery, status, _ in rows} == {
        "hashtag/2022-10-09/good": "loaded",
        "hashtag/2022-10-09/utf-16": "loaded",
        "hashtag/2022-10-09/captured-later": "held",
        **dict.fromkeys(REFUSED, "refused"),
    }
    for delivery, status, reason in rows:
        assert (reason is None) == (status == "loaded")
        assert status == "loaded" or f"{delivery} {status}: {reason}" in said.splitlines()


def test_a_delivery_that_is_not_believable_is_held_and_its_check_is_red(home: Home, ask: Query) -> None:
    [(reason,)] = ask("select reason from published.meta.deliveries where delivery = 'captured-later'")
    assert "captured_at" in reason
    red = ask(
        "select delivery, check_name, observed, expected from published.meta.checks where not passed and severity = 'ERROR'"
    )
    assert [row[:2] for row in red] == [("captured-later", "captured_at_is_before_landing")]
    assert all(red[0])
    assert (home.lake / "held/video_readings/landed_on=2022-10-09/captured-later.parquet").exists()


def test_the_good_ones_are_published(ask: Query) -> None:
    rows = ask(
        "select video_id, event_on, views_total, likes_total from fct_hashtag_video_day where event_on <= '2022-10-09' order by 1, 2"
    )
    assert rows == [
        ("good", date(2022, 10, 8), 100, 5),
        ("good", date(2022, 10, 9), 130, 5),
        ("utf16", date(2022, 10, 8), 200, 5),
    ]
    assert ask("select sum(views) from fct_hashtag_day where hashtag = 'endthestigma'") == [(30,)]
    accounts = "select delivery, records_read, records_loaded from published.meta.deliveries where landed_on = '2022-10-09' and status = 'loaded' order by 1"
    assert ask(accounts) == [("good", 1, 1), ("utf-16", 2, 2)]


@of_users
def test_what_became_of_each(ask: Query) -> None:
    sql = "select delivery, landed_on, status, records_read, records_loaded, records_rejected from published.meta.deliveries"
    found = {(row[0], row[1]): row[2:] for row in ask(sql)}
    for case in ("01", "09", "21", "23"):
        expected = answer(case)["expected"]
        status, *records = found[f"c{case}", date.fromisoformat(answer(case)["landed_on"])]
        assert status == expected["status"], case
        for name, number in zip(("records_read", "records_loaded", "records_rejected"), records, strict=True):
            assert number == expected.get(name, number), (case, name)


@of_users
@pytest.mark.parametrize("case", ["01", "21"])
def test_sessions(ask: Query, case: str) -> None:
    expected = answer(case)["expected"]
    zone = yaml.safe_load((FIELD / case / "delivery.yml").read_text("utf-8"))["timezone"]
    [(people, minutes, peak, peak_at)] = ask(
        "select unique_attendees, attended_minutes, peak_concurrent, "
        f"strftime(timezone('{zone}', peak_concurrent_at), '%Y-%m-%d %H:%M:%S') "
        f"from fct_live_session where session_id = '{expected['session']}'"
    )
    assert (people, peak, peak_at) == (expected["people"], expected["peak"], expected["peak_at"])
    assert minutes == pytest.approx(expected["minutes"], abs=0.01)


@of_users
@pytest.mark.parametrize("case", ["05", "23"])
def test_tags(ask: Query, case: str) -> None:
    expected = answer(case)["expected"]
    creator = {"05": "2024-01-10", "23": "2024-06-10"}[case]
    tags = [
        set(tags or [])
        for (tags,) in ask(
            f"select hashtags from dim_video where last_captured_on between date '{creator}' - 2 and date '{creator}'"
        )
    ]
    assert len(tags) == expected["videos"]
    for tag, videos in expected["videos_by_tag"].items():
        assert sum(tag in of_video for of_video in tags) == videos, tag
    assert sum(not of_video for of_video in tags) == expected.get("videos_without_tags", 0) or case == "23"
    assert not any(mark in tag for of_video in tags for tag in of_video for mark in expected.get("no_tag_contains", ()))


@of_users
def test_zeros_of_a_failed_scrape_are_unknown(ask: Query) -> None:
    expected = answer("07")["expected"]
    sql = "select event_on, sum(views), sum(views_total) from fct_hashtag_video_day where event_on >= '2025-06-20' group by 1 order by 1"
    days = {day: (views, total) for day, views, total in ask(sql)}
    assert days[date(2025, 6, 20)][1] == expected["views_total_before"]
    assert days.get(date(2025, 6, 21), (None, None))[0] is None


@of_users
def test_dates_without_a_time(ask: Query) -> None:
    expected = answer("09")["expected"]
    sql = "select sum(likes_total), count(*) from fct_hashtag_video_day where event_on <= '2023-07-26' and video_id not in ('good', 'utf16')"
    [(likes, _)] = ask(sql)
    assert likes == expected["likes"]


@of_users
def test_another_product_s_header_rows_refuse_the_survey_by_name(said: str) -> None:
    [line] = [line for line in said.splitlines() if "/c17 refused" in line]
    assert "deliver it as format: qualtrics_csv" in line


def test_without_a_key_nothing_is_changed(home: Home, said: str) -> None:
    assert said
    land(home, "next", HASHTAG, "videos.csv", videos("next", 300))
    data = [home.lake, home.published.parent, home.warehouse.parent]

    def files() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for folder in data for path in folder.rglob("*") if path.is_file()}

    before = files()
    without = run(home, exit_code=1, CAMPAIGN_PSEUDONYM_KEY="")
    assert "CAMPAIGN_PSEUDONYM_KEY is not set; expected a secret of 32 characters or more" in without
    assert "not published; analysts keep" in without
    assert "Traceback" not in without
    assert files() == before


def test_what_is_mended_is_published_by_the_next_run(home: Home, said: str) -> None:
    assert said
    land(home, "no-zone", HASHTAG, "videos.csv", videos("zone", 1))
    land(home, "unknown-key", HASHTAG, "videos.csv", videos("key", 1))
    land(home, "unknown-campaign", HASHTAG, "videos.csv", videos("campaign", 1))
    land(home, "captured-later", HASHTAG, "videos.csv", videos("later", 1))
    land(home, "no-column", HASHTAG, "videos.csv", videos("column", 1))
    land(home, "excel-as-csv", HASHTAG, "videos.csv", videos("excel", 1))
    land(home, "empty-weight", HASHTAG | {"source": "survey", "withdrawn": True}, "wave.csv", b"")
    unweighted = SURVEY["options"] | {"samples": {"all": {"weight": None}}}
    land(home, "text-as-sav", SURVEY | {"options": unweighted}, "wave.csv", EMPTY_WEIGHT.encode())
    run(home, exit_code=3)
    ask = query(home)
    assert ask(
        "select count(*) from published.meta.deliveries where landed_on = '2022-10-09' and is_current and status in ('held', 'refused')"
    ) == [(0,)]
    assert {video for (video,) in ask("select video_id from dim_video where first_captured_on <= '2022-10-09'")} == {
        "campaign", "column", "excel", "good", "key", "later", "next", "utf16", "zone",
    }  # fmt: skip
    assert ask("select distinct base_unweighted from fct_survey_estimate where survey_id = 's'") == [(3,)]
