"""`hashtag/studio_zip`: TikTok Studio's exports, whose days have no year and stand in the language of whoever exported them."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from ingest.formats.hashtag.studio_zip import dates_without_year
from ingest.source import DeliveryError, Parsed
from tests.ingest.video_desk import ID, POSTED, Reader, ids

EXPORTED = datetime(2026, 1, 3, 9, 30, tzinfo=UTC)
NAME = f"2026-01-02_{int(EXPORTED.timestamp())}_Demo_Account.zip"
VIEWERS = "Date,Total Viewers,New Viewers,Returning Viewers\nDecember 30,812,640,172\nDecember 31,undefined,0,0\nJanuary 1,1004,771,233\n"
OVERVIEW = "Date,Video Views,Profile Views,Likes,Comments,Shares\nDecember 31,1.2K,4,-3,0,1\nJanuary 1,500,2,9,1,0\n"
FOLLOWERS = "Date,Followers,Difference in followers from previous day\nDecember 31,200,5\nJanuary 1,205,1\n"
CONTENT = (
    "Time,Video title,Video link,Post time,Total likes,Total comments,Total shares,Total views,Total play time,"
    "Average watch time,Watched full video,Add to favorites\n"
    f'January 1,"breathe #Calm",https://www.tiktok.com/@demo/video/{ID},May 21,410,9,3,1.2K,2:00:00,0:12,38%,7\n'
)


def packed(**files: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", "\ufeff" + text)
    return held.getvalue()


def read(reader: Reader, kind: str = "Overview", name: str = NAME, zone: str | None = None, **files: str) -> Parsed:
    return reader.files({f"{kind}_{name}": packed(**files)}, {}, zone, "studio_zip")


def test_what_several_files_say_of_a_day_is_one_row_and_undefined_is_unknown(reader: Reader) -> None:
    parsed = read(
        reader,
        Overview=OVERVIEW,
        Viewers=VIEWERS,
        FollowerHistory=FOLLOWERS,
        FollowerGender="Gender,Distribution\nMale,0.4\n",
    )
    days = parsed.tables["account_days"].sort("account_on")
    columns = ["account_on", "views", "likes", "viewers", "new_viewers", "returning_viewers", "followers", "records"]
    assert days.select(columns).rows() == [
        (date(2025, 12, 30), None, None, 812, 640, 172, None, 1),
        (date(2025, 12, 31), 1200, -3, None, None, None, 200, 3),
        (date(2026, 1, 1), 500, 9, 1004, 771, 233, 205, 3),
    ]
    assert set(days["captured_at"]) == {EXPORTED}
    assert days["account_key"].n_unique() == 1
    assert ("viewers", "undefined", 1) in parsed.unreadable.rows()


def test_a_day_may_take_views_away_and_has_no_fewer_people_than_none(reader: Reader) -> None:
    viewers = VIEWERS.replace("812,640,172", "812,900,-1")
    parsed = read(reader, Overview=OVERVIEW.replace("1.2K", "-5"), Viewers=viewers)
    days = parsed.tables["account_days"].sort("account_on")
    assert days["views"].to_list() == [None, -5, 500]
    assert days.select("viewers", "new_viewers", "returning_viewers").row(0) == (812, None, None)
    assert ("new_viewers", "out_of_range", 1) in parsed.unreadable.rows()
    assert ("returning_viewers", "out_of_range", 1) in parsed.unreadable.rows()


def test_videos_of_content(reader: Reader) -> None:
    parsed = read(reader, "Content", Content=CONTENT)
    assert ids(parsed) == [ID]
    columns = [
        "created_at",
        "captured_at",
        "views",
        "views_unit",
        "saves",
        "watch_seconds",
        "completion_rate",
        "hashtags",
    ]
    assert parsed.tables["video_readings"].select(columns).rows() == [
        (POSTED, EXPORTED, 1200, 100, 7, 7200.0, 0.38, ["calm"])
    ]
    older = CONTENT.splitlines()
    shortened = "".join(",".join(line.split(",")[:8]) + "\n" for line in older).replace("Video link", "Lien")
    found = read(reader, "Content", Content=shortened).tables["video_readings"]
    assert found.select("video_id", "views", "shares").rows() == [(ID, 1200, 3)]


@pytest.mark.parametrize(
    "words", [("18 tháng Sáu", "19 tháng Sáu"), ("18 Ιουνίου", "19 Ιουνίου"), ("June 18", "June 19")]
)
def test_days_are_dated_in_any_language(words: tuple[str, str]) -> None:
    assert dates_without_year(words, date(2026, 7, 2)) == [date(2026, 6, 18), date(2026, 6, 19)]


@pytest.mark.parametrize(
    "words",
    [("December 5",), ("5 de diciembre", "6 de diciembre"), ("5 كانون الأول", "6 كانون الأول"), ("6. Dez.", "5. Dez.")],
)
def test_days_of_an_earlier_month_are_not_those_of_the_latest(words: tuple[str, ...]) -> None:
    assert {day.month if day else None for day in dates_without_year(words, date(2026, 1, 8))} == {12}


def test_figures_are_found_by_their_names_where_these_are_known(reader: Reader) -> None:
    parsed = read(reader, Overview="Date,Likes,Comments,Shares,Video Views,Profile Views\nJanuary 1,2,3,4,100,7\n")
    assert parsed.tables["account_days"].select("views", "likes", "profile_views").rows() == [(100, 2, 7)]


def test_a_year_of_days_goes_back_over_new_year_in_either_direction() -> None:
    days = [date.fromordinal(date(2025, 3, 1).toordinal() + number) for number in range(365)]
    texts = [f"{day:%B} {day.day}" for day in days]
    assert dates_without_year(texts, date(2026, 3, 2)) == days
    assert dates_without_year(texts[::-1], date(2026, 3, 2)) == days[::-1]


def test_days_that_are_no_run_are_rejected(reader: Reader) -> None:
    parsed = read(reader, FollowerHistory="Date,Followers\n1 tháng Một,5\n5 tháng Một,6\n")
    assert parsed.rejected["reason"].to_list() == ["bad_time", "bad_time"]
    assert parsed.records_read == 2


def test_days_may_be_missing_where_their_months_are_known() -> None:
    days = dates_without_year(["30 de diciembre", "1 de enero", "3 de enero"], date(2026, 1, 5))
    assert days == [date(2025, 12, 30), date(2026, 1, 1), date(2026, 1, 3)]
    assert dates_without_year(["30 de diciembre", "31 de febrero"], date(2026, 1, 5)) == [None, None]


@pytest.mark.parametrize(
    ("name", "files", "message"),
    [
        ("export.zip", {"Overview": OVERVIEW}, "no name tells when it was exported"),
        (NAME, {"Notes": "a,b\n1,2\n"}, "is no file of a TikTok Studio export"),
        (
            NAME,
            {"Overview": "Date,Video Views\nJanuary 1,5\n"},
            "found 2 columns, expected the date and views, profile_views",
        ),
        (
            NAME,
            {"Content": "Time,Video title\nJanuary 1,x\n"},
            "found 2 columns, expected Time, Video title, Video link",
        ),
    ],
)
def test_what_is_no_export_says_so(reader: Reader, name: str, files: dict[str, str], message: str) -> None:
    with pytest.raises(DeliveryError, match=message):
        read(reader, "Export", name, **files)


def test_what_is_no_part_of_an_export_is_not_named(reader: Reader) -> None:
    with pytest.raises(DeliveryError, match="holds what is no file of a TikTok Studio export") as caught:
        read(reader, "Export", NAME, **{"noor.haddad": "a,b\n1,2\n"})
    assert "noor" not in str(caught.value)
