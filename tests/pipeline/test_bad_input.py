"""Bad input beside good, through the real job: each mistake gets a clear message, and nothing else is harmed."""

import io
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest

from ingest.home import Home
from ingest.landing import write_delivery
from tests.pipeline.conftest import campaign, query, run

DAY = date(2026, 10, 2)
CAMPAIGNS = "campaign_id,name,starts_on,ends_on,reporting_timezone\nmine,Mine,2026-10-01,,Asia/Dubai\n"
VIDEOS = "id,when,plays,hearts,tags\n7545021199345567003,2026-10-01 09:00:00,1200,30,calm\n7545021199345567019,2026-10-01 09:00:00,1.5K,41,calm\n"
COLUMNS = {"video_id": "id", "captured_at": "when", "views": "plays", "likes": "hearts", "hashtags": "tags"}
GOOD = {
    "source": "hashtag",
    "format": "video_csv",
    "campaign": "mine",
    "timezone": "Asia/Dubai",
    "options": {"columns": COLUMNS},
}
SURVEY = {
    "source": "survey", "format": "survey_csv", "campaign": "mine",
    "options": {
        "survey": {"id": "s", "wave": "w1", "fieldwork_from": date(2026, 9, 1), "fieldwork_to": date(2026, 9, 5)},
        "respondent_id": "id", "samples": {"all": {"weight": "weight", "country": "AE"}},
        "questions": {"q1": {"top": [1]}},
    },
}  # fmt: skip


def workbook() -> bytes:
    """What a spreadsheet saved under another name begins with."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return content.getvalue()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("bad"))
    home.seeds.mkdir()
    (home.seeds / "campaigns.csv").write_text(CAMPAIGNS)
    (home.seeds / "campaign_hashtags.csv").write_text(
        "campaign_id,hashtag,display_hashtag,role\nmine,calm,calm,campaign\n"
    )
    text = VIDEOS.encode()
    later = VIDEOS.replace("10-01", "10-02").replace("1200", "1300")

    def land(name: str, content: bytes, file: str = "videos.csv", **change: object) -> None:
        write_delivery(home, "hashtag", DAY, name, {file: content}, GOOD | change)

    land("good", text)
    land("utf-16", later.replace(",", "\t").encode("utf-16"))
    write_delivery(
        home,
        "hashtag",
        DAY,
        "no-zone",
        {"videos.csv": text},
        {key: value for key, value in GOOD.items() if key != "timezone"},
    )
    land("unknown-key", text, colour="blue")
    land("no-column", text, options={"columns": COLUMNS | {"shares": "shared"}})
    land("workbook", workbook())
    land("unknown-campaign", text, campaign="theirs")
    land("captured-tomorrow", text.replace(b"2026-10-01", b"2026-12-01"))
    write_delivery(home, "survey", DAY, "empty-weight", {"wave.csv": b"id,weight,q1\n1,,1\n2,,2\n3,,1\n"}, SURVEY)
    return home


@pytest.fixture(scope="module")
def printed(home: Home) -> str:
    return run(home, exit_code=3)


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        ("no-zone", ["delivery.yml", "'timezone'", "missing", "IANA"]),
        ("unknown-key", ["delivery.yml", "'colour'", "unknown key", "remove"]),
        ("no-column", ["videos.csv", "'shared'", "'shares'", "'plays'", "delivery.yml"]),
        ("workbook", ["videos.csv", "Excel workbook", "expected text", "CSV"]),
        ("unknown-campaign", ["delivery.yml", "'theirs'", "mine", "seeds/campaigns.csv"]),
        ("empty-weight", ["weight", "empty", "wave.csv"]),
    ],
)
def test_a_refused_delivery_is_named_with_what_was_found_and_what_to_do(
    home: Home, printed: str, delivery: str, words: list[str]
) -> None:
    [(status, reason)] = query(home)(
        f"select status, reason from published.meta.deliveries where delivery = '{delivery}'"
    )
    assert status == "refused"
    assert [word for word in words if word not in reason] == []
    [line] = [line for line in printed.splitlines() if f"/{delivery} " in line]
    assert "refused" in line
    assert "Traceback" not in printed


def test_a_delivery_that_is_not_believable_is_held_and_its_check_is_red(home: Home, printed: str) -> None:
    [(status, reason)] = query(home)(
        "select status, reason from published.meta.deliveries where delivery = 'captured-tomorrow'"
    )
    assert status == "held"
    assert "captured" in reason
    red = query(home)(
        "select check_name, severity, observed, expected from published.meta.checks where not passed and severity = 'ERROR'"
    )
    assert [row[0] for row in red] == ["captured_at_before_landing"]
    assert all(row[2] and row[3] for row in red)
    assert "captured-tomorrow" in printed
    assert (home.lake / "held/video_readings/landed_on=2026-10-02/captured-tomorrow.parquet").exists()


def test_the_good_deliveries_are_published_also_that_in_utf_16(home: Home, printed: str) -> None:
    assert printed
    rows = query(home)("select event_on, sum(views_total) from fct_hashtag_video_day group by all order by all")
    assert rows == [(date(2026, 10, 1), 2_700), (date(2026, 10, 2), 2_800)]
    assert query(home)("select sum(views) from fct_hashtag_day where hashtag = 'calm'") == [(100,)]


def test_without_a_key_nothing_changes(home: Home, printed: str, tmp_path: Path) -> None:
    assert printed
    keyless = Home(tmp_path / "keyless")
    shutil.copytree(home.root, keyless.root)
    write_delivery(keyless, "hashtag", date(2026, 10, 3), "next", {"videos.csv": VIDEOS.encode()}, GOOD)
    before = keyless.published.read_bytes(), keyless.ledger.read_bytes()
    done = campaign("run", "--home", str(keyless.root), CAMPAIGN_PSEUDONYM_KEY="")
    assert done.returncode in (1, 2)
    assert "CAMPAIGN_PSEUDONYM_KEY is not set" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout
    assert (keyless.published.read_bytes(), keyless.ledger.read_bytes()) == before
