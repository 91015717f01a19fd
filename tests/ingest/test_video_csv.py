"""`hashtag/video_csv`: readings of videos as scrapers, platforms and spreadsheets leave them."""
# ruff: noqa: RUF001 - the digits of other scripts are what is tested

import gzip
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.formats.hashtag.video_tags import normalised, split_tags
from ingest.source import DeliveryError
from ingest.sources.hashtag import COUNTERS
from tests.ingest.video_desk import ID, POSTED, PSEUDONYMS, URL, Reader, ids, rejected

OTHER_DIGITS = [{ord("0") + digit: zero + digit for digit in range(10)} for zero in (0x0660, 0x06F0)]


@pytest.mark.parametrize(
    ("header", "below", "cell", "views", "unit"),
    [
        ("Views (K)", "", "19", 19_000, 1_000),
        ("Views (in thousands)", "", "18.6", 18_600, 100),
        ("Views ('000)", "", "19", 19_000, 1_000),
        ("Vues (en milliers)", "", "18,6", 18_600, 100),
        ("Aufrufe (Tsd.)", "", "18,6", 18_600, 100),
        ("المشاهدات (بالألف)", "", "١٩", 19_000, 1_000),
        ("Views in M", "", "1.2", 1_200_000, 100_000),
        ("Views [mn]", "", "1.2M", 1_200_000, 100_000),
        ("Views", "(thousands)", "19", 19_000, 1_000),
        ("再生回数(万)", "", "1.9", 19_000, 1_000),
        ("Views (lakh)", "", "19", 1_900_000, 100_000),
        ("Просмотры, тыс.", "", "18,6", 18_600, 100),
        ("Views (7 days)", "", "19", 19, 1),
        ("Views, total", "", "19", 19, 1),
    ],
)
def test_counts_are_in_the_unit_that_stands_in_the_name_of_their_column_or_below_it(
    reader: Reader, header: str, below: str, cell: str, views: int, unit: int
) -> None:
    second = f"-;{below};2025-05-29\n" if below else ""
    parsed = reader.files(
        {"v.csv": f"id;{header};at\n{second}{ID};{cell};2025-05-29\n"},
        {"columns": {"video_id": "id", "captured_at": "at", "views": header}},
    )
    assert parsed.tables["video_readings"].select("views", "views_unit").rows() == [(views, unit)]


def test_b_is_a_thousand_among_turkish_names_without_another_proof(reader: Reader) -> None:
    columns = {"columns": {"video_id": "id", "captured_at": "at", "views": "İzlenme"}}
    found = [
        reader.files(
            {"v.csv": f"id;at;{name}\n{ID};2025-05-29;{cell}\n"}, {"columns": {**columns["columns"], "views": name}}
        )
        for name, cell in (("İzlenme", "12,3 B"), ("İzlenme", "12 B"), ("İzlenme", "1.2B"), ("Views", "12,3 B"))
    ]
    assert [one.tables["video_readings"]["views"].item() for one in found] == [12_300, 12_000, 1_200_000_000, None]


def test_one_column_proves_what_b_stands_for_in_another(reader: Reader) -> None:
    columns = {"video_id": "id", "captured_at": "at", "views": "views", "likes": "likes"}
    parsed = reader.files({"v.csv": f"id;at;views;likes\n{ID};2025-05-29;1,2 Mn;57,1 B\n"}, {"columns": columns})
    assert parsed.tables["video_readings"].select("views", "likes").rows() == [(1_200_000, 57_100)]
    parsed = reader.files({"v.csv": f"id;at;views;likes\n{ID};2025-05-29;1,2 Mn;57 B\n"}, {"columns": columns})
    assert parsed.tables["video_readings"].select("views", "likes").rows() == [(1_200_000, 57_000)]


def test_days_of_a_spreadsheet_are_dates_and_a_posting_after_its_reading_is_none(reader: Reader) -> None:
    text = "id,at,posted\nabc,46314.25,46310\nabd,46314.25,46320\n"
    columns = {"video_id": "id", "captured_at": "at", "created_at": "posted"}
    parsed = reader.files({"v.csv": text}, {"columns": columns})
    posted = datetime(2026, 10, 15, tzinfo=UTC)
    assert parsed.tables["video_readings"].select("video_id", "captured_at", "created_at").rows() == [
        ("abc", datetime(2026, 10, 19, 6, tzinfo=UTC), posted),
        ("abd", datetime(2026, 10, 19, 6, tzinfo=UTC), None),
    ]
    assert parsed.unreadable.rows() == [("created_at", "out_of_range", 1)]


def test_rows_of_one_reading_that_differ_in_their_tag_are_one_with_all_tags(reader: Reader) -> None:
    text = (
        f"id,at,views,tag\n{ID},2025-05-29,5,Calm\n{ID},2025-05-29,5,peace\n{ID},2025-05-29,5,calm\nabc,2025-05-29,7,\n"
    )
    columns = {"video_id": "id", "captured_at": "at", "views": "views", "hashtags": "tag"}
    parsed = reader.files({"v.csv": text}, {"columns": columns})
    assert parsed.tables["video_readings"].select("views", "hashtags", "display_hashtags").rows() == [
        (5, ["calm", "peace"], ["Calm", "peace"]),
        (7, [], []),
    ]
    assert (parsed.records_duplicate, parsed.rejected.height) == (2, 0)


def test_a_unit_that_stands_above_the_header_refuses_the_file(reader: Reader) -> None:
    text = f"Report (all figures in thousands)\n\nid,at,views\n{ID},2025-05-29,5\n"
    with pytest.raises(DeliveryError, match=r"v\.csv, line 1: says that figures are in thousands"):
        reader.files({"v.csv": text}, {"columns": {"video_id": "id", "captured_at": "at", "views": "views"}})


def test_a_second_header_in_another_order_refuses_the_file(reader: Reader) -> None:
    text = f"id,at,views,likes\n{ID},2025-05-29,5,1\nid,at,likes,views\nabc,2025-05-29,1,5\n"
    columns = {"video_id": "id", "captured_at": "at", "views": "views", "likes": "likes"}
    with pytest.raises(DeliveryError, match=r"v\.csv, line 3: names the columns again, in another order"):
        reader.files({"v.csv": text}, {"columns": columns})


class TestIds:
    @pytest.mark.parametrize(
        "url",
        [
            f"https://www.tiktok.com/@user/video/{ID}",
            f"https://www.tiktok.com/@user/video/{ID}?lang=en&q=1",
            f"https://www.tiktok.com/@user/photo/{ID}",
            f"https://vt.tiktok.com/vi/{ID}/",
            f"https://m.tiktok.com/v/{ID}.html",
            f"https://www.tiktok.com/embed/v2/{ID}",
            f"https://www.example.com/watch?v={ID}",
            f"https://www.youtube.com/live/{ID}?feature=share",
            f"https://www.snapchat.com/spotlight/{ID}",
            f"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.tiktok.com%2F%40u%2Fvideo%2F{ID}%3Flang%3Den&data=05",
            f"[watch](https://www.tiktok.com/@user/video/{ID})",
            f"https://www.example.com/watch?list=1&v={ID}#t=3",
        ],
    )
    @pytest.mark.parametrize(
        "destroyed",
        ["7.50683E+18", "7,50683E+18", "7e18", "", "undefined", "--", "#REF!", "NA", "0", "-1", "7506832682593090000"],
    )
    def test_a_destroyed_id_is_recovered_from_the_url(self, reader: Reader, url: str, destroyed: str) -> None:
        assert reader.one({"video_id": destroyed, "url": url})["video_id"] == ID

    @pytest.mark.parametrize(
        "destroyed", ["7.50683E+18", "7e18", "", "undefined", "null", "--", "-", "---", "NA", "0", "#N/A", "7506 8326"]
    )
    def test_what_cannot_be_recovered_is_rejected(self, reader: Reader, destroyed: str) -> None:
        parsed = reader.rows(
            {"video_id": destroyed, "url": "https://vt.tiktok.com/ZSabc/"}, {"video_id": ID, "url": ""}
        )
        assert rejected(parsed) == [(2, "missing_key")]
        assert ids(parsed) == [ID]

    @pytest.mark.parametrize(
        "written",
        [f" {ID} ", f"'{ID}", f'"=""{ID}"""', f"\u200e{ID}\u200f", *(ID.translate(digits) for digits in OTHER_DIGITS)],
    )
    def test_an_id_that_was_guarded_against_a_spreadsheet_or_is_in_other_digits(
        self, reader: Reader, written: str
    ) -> None:
        assert reader.one({"video_id": written})["video_id"] == ID

    def test_a_video_of_instagram_is_known_by_the_code_in_its_link(self, reader: Reader) -> None:
        links = [f"https://www.instagram.com/{path}/" for path in ("reel/Cabc1", "u/p/Cabc2", "noor")]
        rows = [{"video_id": f"350000000000000000{n}_5", "url": link} for n, link in enumerate(links)]
        other = {"video_id": "12345", "url": "https://www.facebook.com/reel/999"}
        assert ids(reader.rows(*rows, other)) == ["Cabc1", "Cabc2", "3500000000000000002_5", "12345"]

    @pytest.mark.parametrize("written", ["dQw4w9WgXcQ", "Cx_1-aB", "1790000000000000001", "5"])
    def test_ids_of_other_platforms_are_text(self, reader: Reader, written: str) -> None:
        reading = reader.one({"video_id": written})
        assert (reading["video_id"], reading["created_at"]) == (written, None)

    def test_a_link_in_the_column_of_ids_holds_the_id(self, reader: Reader) -> None:
        assert reader.one({"video_id": URL})["video_id"] == ID
        assert reader.one({"video_id": f"‘{ID}"})["video_id"] == ID

    @pytest.mark.parametrize(
        ("url", "platform"),
        [
            (f"https://likee.video/@u/video/{ID}", "likee"),
            (f"https://www.douyin.com/video/{ID}", "douyin"),
            (f"https://www.tiktok.com/@likee/video/{ID}", "tiktok"),
        ],
    )
    def test_an_id_of_19_digits_on_another_platform_is_none_of_tiktok(
        self, reader: Reader, url: str, platform: str
    ) -> None:
        reading = reader.one({"video_id": ID, "url": url})
        assert (reading["platform"], reading["created_at"] is None) == (platform, platform != "tiktok")

    def test_the_url_alone_is_enough(self, reader: Reader) -> None:
        parsed = reader.files(
            {"v.csv": f"link,at\n{URL},2025-05-29\n"}, {"columns": {"url": "link", "captured_at": "at"}}
        )
        assert ids(parsed) == [ID]

    def test_an_id_that_is_whole_is_believed_before_its_url(self, reader: Reader) -> None:
        other = "https://www.tiktok.com/@u/video/7411111111111111111"
        assert reader.one({"video_id": ID, "url": other})["video_id"] == ID

    @pytest.mark.parametrize(
        "rounded", ["7506832682593090000", "7506832682593095000", "7506832682593094656", "7506832682593095680"]
    )
    def test_rounded_ids_are_put_right_by_the_url(self, reader: Reader, rounded: str) -> None:
        assert reader.one({"video_id": rounded, "url": URL})["video_id"] == ID

    @pytest.mark.parametrize("rounding", [10_000, 1_000, 1_024])
    def test_ids_that_were_all_rounded_are_rejected_not_merged(self, reader: Reader, rounding: int) -> None:
        """Three videos of one minute, rounded, are two: their numbers would be added up as one video's."""
        numbers = [int(ID) + step for step in (0, 400, 20_000)]
        parsed = reader.rows(*({"video_id": str(number - number % rounding), "views": "5"} for number in numbers))
        assert ids(parsed) == []
        assert rejected(parsed) == [(line, "unreadable") for line in (2, 3, 4)]

    def test_of_rounded_ids_those_that_a_url_has_put_right_are_kept(self, reader: Reader) -> None:
        rounded = "7506832682593090000"
        parsed = reader.rows(
            {"video_id": rounded, "url": URL}, {"video_id": rounded, "url": ""}, {"video_id": "abc", "url": ""}
        )
        assert ids(parsed) == [ID, "abc"]
        assert rejected(parsed) == [(3, "unreadable")]

    def test_one_id_that_ends_in_zeros_among_others_is_believed(self, reader: Reader) -> None:
        parsed = reader.rows(
            *(
                {"video_id": video}
                for video in ("7506832682593090000", ID, "7506832682593094001", "7506832682593094003")
            )
        )
        assert len(ids(parsed)) == 4

    def test_a_cell_with_links_to_several_videos_names_none(self, reader: Reader) -> None:
        other = URL.replace(ID, "7506832682593099999")
        cells = [
            f"{URL}, {other}",
            f"{URL} {URL}?lang=en",
            f"{URL}?u=https://x.org",
            f"<a href='{other}' target='_'>{other}</a>",
        ]
        parsed = reader.rows(*({"video_id": "", "url": cell, "views": str(n)} for n, cell in enumerate(cells)))
        assert rejected(parsed) == [(2, "missing_key"), (3, "conflicting_key")]

    def test_the_address_of_a_file_and_a_post_of_facebook(self, reader: Reader) -> None:
        urls = [
            "https://cdn.example/o1/v/t16/f2/m86/a.mp4",
            "https://www.facebook.com/10006/posts/3874444",
            "https://www.facebook.com/o/posts/pfbid0aBc",
            "urn:li:activity:7250000000000000011",
            "https://t.me/s/calm/15",
            "https://www.threads.net/@noor/post/DAbc",
            "https://www.pinterest.com/pin/995/",
        ]
        parsed = reader.rows(*({"video_id": "", "url": url} for url in urls))
        assert ids(parsed) == ["3874444", "pfbid0aBc", "7250000000000000011", "calm_15", "DAbc", "995"]
        assert rejected(parsed) == [(2, "missing_key")]


class TestTimes:
    def test_the_id_carries_the_time_of_posting(self, reader: Reader) -> None:
        assert reader.one({"video_id": ID})["created_at"] == POSTED

    @pytest.mark.parametrize(
        ("written", "reason"),
        [
            ("2025-05-21 09:45:40", None),
            ("2025-05-21 09:46:00", "differs_from_id"),
            ("", "empty"),
            ("once", "bad_time"),
        ],
    )
    def test_a_delivered_time_of_posting_is_compared_not_used(
        self, reader: Reader, written: str, reason: str | None
    ) -> None:
        parsed = reader.rows({"video_id": ID, "created_at": written})
        assert parsed.tables["video_readings"]["created_at"].to_list() == [POSTED]
        assert parsed.unreadable.rows() == ([("created_at", reason, 1)] if reason else [])

    def test_without_such_an_id_it_is_used(self, reader: Reader) -> None:
        reading = reader.one({"video_id": "abc", "created_at": "2025-05-21 09:45:40"}, zone="Asia/Dubai")
        assert reading["created_at"] == datetime(2025, 5, 21, 5, 45, 40, tzinfo=UTC)

    @pytest.mark.parametrize("other", ["1921234567890123456", "3456789012345678901"])
    def test_ids_of_other_platforms_with_19_digits_carry_none(self, reader: Reader, other: str) -> None:
        """They would put a video of X or Instagram into the eighties or nineties."""
        reading = reader.one({"video_id": other, "created_at": "2025-05-21 09:45:40"})
        assert reading["created_at"] == datetime(2025, 5, 21, 9, 45, 40, tzinfo=UTC)

    def test_a_date_and_its_time_of_day_may_stand_in_two_columns(self, reader: Reader) -> None:
        columns = {"video_id": "id", "created_at": ["day", "at"], "captured_at": "read"}
        days = {
            "a": ("30/05/2025", "9:05 PM"),
            "b": ("2025-05-30 00:00:00", "21:05:00"),
            "c": ("30/05/2025", ""),
            "d": ("", "21:05"),
        }
        lines = ["id,day,at,read", *(f"{one},{day},{at},2025-06-01" for one, (day, at) in days.items())]
        at = [datetime(2025, 5, 30, 21, 5, tzinfo=UTC)] * 2 + [datetime(2025, 5, 30, tzinfo=UTC), None]
        table, records = (
            "\n".join(lines),
            json.dumps([dict(zip(lines[0].split(","), one.split(","), strict=True)) for one in lines[1:]]),
        )
        for form, name, text in (("video_csv", "v.csv", table), ("video_json", "v.json", records)):
            parsed = reader.files({name: text}, {"columns": columns}, form=form)
            assert parsed.tables["video_readings"]["created_at"].to_list() == at
        with pytest.raises(DeliveryError, match="created_at"):
            reader.files({"v.csv": table}, {"columns": columns | {"created_at": ["day", "at", "read"]}})

    def test_captured_at_is_in_the_zone_of_the_note(self, reader: Reader) -> None:
        readings = reader.rows(
            {"at": "2023-07-01 12:00"}, {"at": "2023-12-01 12:00"}, {"at": "2023-07-01T12:00:00Z"}, zone="Africa/Cairo"
        )
        assert readings.tables["video_readings"]["captured_at"].to_list() == [
            datetime(2023, 7, 1, 9, tzinfo=UTC),
            datetime(2023, 12, 1, 10, tzinfo=UTC),
            datetime(2023, 7, 1, 12, tzinfo=UTC),
        ]

    def test_a_capture_that_the_clocks_showed_twice_is_flagged_and_one_they_skipped_is_rejected(
        self, reader: Reader
    ) -> None:
        parsed = reader.rows({"at": "2023-10-26 23:30"}, {"at": "2023-04-28 00:30"}, zone="Africa/Cairo")
        assert parsed.tables["video_readings"]["captured_at"].to_list() == [datetime(2023, 10, 26, 20, 30, tzinfo=UTC)]
        assert parsed.unreadable.rows() == [("captured_at", "ambiguous_time", 1)]
        assert rejected(parsed) == [(3, "bad_time")]

    @pytest.mark.parametrize(
        ("at", "reason"),
        [("", "missing_key"), ("undefined", "missing_key"), ("soon", "bad_time"), ("2025-02-30", "bad_time")],
    )
    def test_a_reading_without_its_time_is_rejected(self, reader: Reader, at: str, reason: str) -> None:
        assert rejected(reader.rows({"at": at}, {})) == [(2, reason)]

    def test_the_order_of_day_and_month_comes_from_the_dates_or_the_note(self, reader: Reader) -> None:
        first = datetime(2025, 5, 3, 12, tzinfo=UTC)
        by_dates = reader.rows({"at": "03/05/2025 12:00"}, {"at": "19/05/2025 12:00"})
        assert by_dates.tables["video_readings"]["captured_at"][0] == first
        assert reader.one({"at": "5/3/2025 12:00"}, date_order="mdy")["captured_at"] == first
        with pytest.raises(
            DeliveryError,
            match=r"v\.csv, line 2, column 'at': a date of the shape 9/9/9999 may be written day first or month first",
        ):
            reader.rows({"at": "5/3/2025 12:00"})

    @pytest.mark.parametrize(
        ("created_at", "at"), [("03/05/2025", "04/05/2025"), ("5/3/2025 4:00", "5/4/2025"), ("25.05.03", "25.05.04")]
    )
    def test_the_order_of_day_and_month_comes_from_ids_that_hold_the_time_of_posting(
        self, reader: Reader, created_at: str, at: str
    ) -> None:
        posted = datetime(2025, 5, 3, 1, 30, tzinfo=UTC)
        reading = reader.one(
            {"video_id": str(int(posted.timestamp()) << 32), "created_at": created_at, "at": at}, zone="Asia/Dubai"
        )
        assert reading["captured_at"] == datetime(2025, 5, 3, 20, tzinfo=UTC)
        with pytest.raises(DeliveryError, match=r"which|year"):
            reader.one({"created_at": created_at, "at": at}, zone="Asia/Dubai")

    @pytest.mark.parametrize(
        ("constant", "at"),
        [
            ("2025-05-29 12:00", datetime(2025, 5, 29, 8, tzinfo=UTC)),
            ("2025-05-29T12:00:00+03:00", datetime(2025, 5, 29, 9, tzinfo=UTC)),
            (datetime(2025, 5, 29, 12), datetime(2025, 5, 29, 8, tzinfo=UTC)),  # noqa: DTZ001 - as YAML reads it
            (datetime(2025, 5, 29, 12, tzinfo=UTC), datetime(2025, 5, 29, 12, tzinfo=UTC)),
            (date(2025, 5, 29), datetime(2025, 5, 28, 20, tzinfo=UTC)),
        ],
    )
    def test_a_constant_capture(self, reader: Reader, constant: object, at: datetime) -> None:
        options = {"columns": {"video_id": "id"}, "captured_at": constant}
        parsed = reader.files({"v.csv": "id\na\nb\n"}, options, "Asia/Dubai")
        assert parsed.tables["video_readings"]["captured_at"].to_list() == [at, at]

    @pytest.mark.parametrize("constant", ["yesterday", "2025-02-30", "5/3/2025 12:00"])
    def test_a_constant_that_is_no_instant(self, reader: Reader, constant: str) -> None:
        with pytest.raises(
            DeliveryError, match=f"key 'options.captured_at': found '{constant}', expected a date and time that is read"
        ):
            reader.files({"v.csv": "id\na\n"}, {"columns": {"video_id": "id"}, "captured_at": constant})


class TestCounters:
    def test_no_counters_at_all(self, reader: Reader) -> None:
        reading = reader.one({"creator": "noor", "hashtags": "calm"})
        assert [reading[counter] for counter in COUNTERS] == [None] * 5

    def test_a_column_of_words_is_not_the_one_with_the_views(self, reader: Reader) -> None:
        rows = [{"video_id": f"v{number}", "views": "a caption" if number > 3 else "5"} for number in range(10)]
        message = "line 6, column 'views': 6 of 10 values are no numbers; expected the views of each video"
        with pytest.raises(DeliveryError, match=message):
            reader.rows(*rows)

    def test_more_than_any_counter_reaches(self, reader: Reader) -> None:
        parsed = reader.rows({"views": "99999999999999", "likes": "10000000000000"})
        assert parsed.tables["video_readings"].select("views", "likes").rows() == [(None, 10**13)]
        assert parsed.unreadable.rows() == [("views", "out_of_range", 1)]

    def test_values_and_their_units(self, reader: Reader) -> None:
        row = {
            "views": "541.2K",
            "likes": "21.9K",
            "comments": "454",
            "shares": "Share",
            "saves": "١٬٠٩٨",
            "creator_followers": "1.4M",
        }
        reading = reader.one(row, rounding="down")
        assert [reading[name] for name in ("views", "likes", "comments", "shares", "saves", "creator_followers")] == [
            541_200, 21_900, 454, 0, 1_098, 1_400_000,
        ]  # fmt: skip
        assert [reading[f"{name}_unit"] for name in ("views", "likes", "comments", "shares", "saves")] == [
            100,
            100,
            1,
            1,
            1,
        ]
        assert reading["rounding"] == "down"
        assert reader.one(row)["rounding"] == "unknown"

    def test_what_is_not_mapped_is_unknown_and_not_counted(self, reader: Reader) -> None:
        parsed = reader.rows({"views": "5"})
        [reading] = parsed.tables["video_readings"].iter_rows(named=True)
        unknown = {name for name, value in reading.items() if value is None}
        assert unknown >= {
            "likes",
            "likes_unit",
            "creator_key",
            "hashtags",
            "display_hashtags",
            "created_at",
            "creator_country",
            "duration_seconds",
        }
        assert parsed.unreadable.is_empty()

    def test_five_different_nothings(self, reader: Reader) -> None:
        rows = [
            {"video_id": f"v{number}", "views": views}
            for number, views in enumerate(["0", "", "undefined", "--", "many", "-3"])
        ]
        parsed = reader.rows(*rows)
        assert parsed.tables["video_readings"]["views"].to_list() == [0, None, None, None, None, None]
        assert parsed.unreadable.rows() == [
            ("views", "bad_number", 1),
            ("views", "empty", 1),
            ("views", "not_applicable", 1),
            ("views", "out_of_range", 1),
            ("views", "undefined", 1),
        ]
        assert parsed.rejected.is_empty()

    def test_no_views_but_likes_is_a_fetch_that_failed(self, reader: Reader) -> None:
        parsed = reader.rows(
            {"video_id": "failed", "views": "0", "likes": "5", "comments": "2"},
            {"video_id": "new", "views": "0", "likes": "0"},
            {"video_id": "unknown", "views": "0", "likes": ""},
        )
        readings = parsed.tables["video_readings"].select("video_id", "views", "views_unit", "likes", "comments").rows()
        assert readings == [("failed", None, None, 5, 2), ("new", 0, 1, 0, None), ("unknown", 0, 1, None, None)]
        assert ("views", "implausible_zero", 1) in parsed.unreadable.rows()
        assert parsed.rejected.is_empty()

    def test_durations(self, reader: Reader) -> None:
        rows = [
            {"video_id": f"v{number}", "duration_seconds": text}
            for number, text in enumerate(["00:31", "75", "", "long"])
        ]
        parsed = reader.rows(*rows)
        assert parsed.tables["video_readings"]["duration_seconds"].to_list() == [31, 75, None, None]
        assert parsed.unreadable.rows() == [("duration_seconds", "bad_number", 1), ("duration_seconds", "empty", 1)]


def test_the_sum_of_the_others_has_no_link(reader: Reader) -> None:
    text = f"link,v\nhttps://www.tiktok.com/@a/video/{ID},5\n\u0627\u0644\u0645\u062c\u0645\u0648\u0639,5\n"
    parsed = reader.files({"v.csv": text}, {"columns": {"url": "link", "views": "v"}, "captured_at": "2025-05-29"})
    assert (parsed.records_read, parsed.tables["video_readings"]["views"].to_list()) == (1, [5])


def test_of_columns_of_platforms_each_video_has_that_of_its_own(reader: Reader) -> None:
    text = (
        f"url,at,TikTok Likes,IG Likes,platform\n{URL},2025-05-29,5,0,\n"
        "https://www.instagram.com/reel/Cabc1/,2025-05-29,0,7,\nhttps://youtu.be/abc,2025-05-29,0,0,\nxyz,2025-05-29,3,8,Insta\n"
    )
    columns = {"url": "url", "video_id": "url", "captured_at": "at", "likes": ["TikTok Likes", "IG Likes"]}
    parsed = reader.files({"v.csv": text}, {"columns": {**columns, "platform": "platform"}})
    assert dict(parsed.tables["video_readings"].select("platform", "likes").rows()) == {
        "tiktok": 5,
        "instagram": 8,
        "youtube": None,
    }
    of_ids = reader.files(
        {"v.csv": f"url,at,TikTok Likes,IG Likes\n{ID},2025-05-29,5,\nabc,2025-05-29,4,0\n"}, {"columns": columns}
    )
    assert dict(of_ids.tables["video_readings"].select("video_id", "likes").rows()) == {ID: 5, "abc": None}
    with pytest.raises(DeliveryError, match="expected one a platform, named after it"):
        reader.files({"v.csv": text}, {"columns": {**columns, "likes": ["TikTok Likes", "Likes"]}})
    with pytest.raises(DeliveryError, match="expected one; a counter has a column a platform in tables alone"):
        reader.files({"v.json": "{}"}, {"columns": columns}, form="video_json")


class TestTags:
    @pytest.mark.parametrize(
        ("written", "tags", "display"),
        [
            ("#EndTheStigma, #Calm", ["endthestigma", "calm"], ["EndTheStigma", "Calm"]),
            ("#Calm,#calm,CALM,#ｃａｌｍ", ["calm"], ["Calm"]),
            ("🌱,#الصحة_النفسية, #صحة", ["🌱", "الصحة_النفسية", "صحة"], ["🌱", "الصحة_النفسية", "صحة"]),
            ("#❤️,❤", ["❤"], ["❤️"]),
            (",#, ,a,,", ["a"], ["a"]),
            ("", [], []),
            ("   ", [], []),
            ("undefined", None, None),
            ("NA", None, None),
            ("na", ["na"], ["na"]),
            ("--", None, None),
            ("['news', 'tagi']", ["news", "tagi"], ["news", "tagi"]),
            ('["news", "\\u0647\\u062f\\u0648\\u0621"]', ["news", "هدوء"], ["news", "هدوء"]),
            ("[\"it's\", 'b']", ["its", "b"], ["its", "b"]),
            (
                "[{'id': '7', 'name': 'fyp', 'title': ''}, {'id': '8', 'name': 'Calm'}]",
                ["fyp", "calm"],
                ["fyp", "Calm"],
            ),
            (
                "[{'name': 'fyp', 'title': 'Join in'}, {'title': 'of all', 'name': 'Calm'}]",
                ["fyp", "calm"],
                ["fyp", "Calm"],
            ),
            ("[{'title': 'Calm', 'desc': 'tell us'}]", ["calm"], ["Calm"]),
            ('c("Calm", "peace")', ["calm", "peace"], ["Calm", "peace"]),
            ("character(0)", [], []),
            ("set()", [], []),
            ("array(['a', 'b'], dtype=object)", ["a", "b"], ["a", "b"]),
            ("a / b", ["a", "b"], ["a", "b"]),
            ("# Calm", ["calm"], ["Calm"]),
            ("[a, b]", ["a", "b"], ["a", "b"]),
            ("[]", [], []),
            ("#a #b", ["a", "b"], ["a", "b"]),
            ("#a#B", ["a", "b"], ["a", "B"]),
            ("هدوء# سلام#", ["هدوء", "سلام"], ["هدوء", "سلام"]),
            ("a b", ["a", "b"], ["a", "b"]),
            ("a;b", ["a", "b"], ["a", "b"]),
            ("a | b", ["a", "b"], ["a", "b"]),
            ("هدوء، سلام", ["هدوء", "سلام"], ["هدوء", "سلام"]),
            ("mental health, calm", ["mentalhealth", "calm"], ["mentalhealth", "calm"]),
            ("[a; b]", ["a", "b"], ["a", "b"]),
            ("[a b]", ["a", "b"], ["a", "b"]),
            ('String["a", "b"]', ["a", "b"], ["a", "b"]),
            ("String[]", [], []),
            ("[هدوء، سلام]", ["هدوء", "سلام"], ["هدوء", "سلام"]),
            ("[a, None, nan]", ["a"], ["a"]),
            ("[‘a’, ’b’]", ["a", "b"], ["a", "b"]),
            ("array([], dtype=object)", [], []),
            ("array(['a', 'b'], dtype='<U1')", ["a", "b"], ["a", "b"]),
            ("Index(['a'], dtype='object')", ["a"], ["a"]),
            ('{"Mental health",calm,NULL}', ["mentalhealth", "calm"], ["Mentalhealth", "calm"]),
            ('[""a"",""b""]', ["a", "b"], ["a", "b"]),
            ("[a|b]", ["a", "b"], ["a", "b"]),
            ("[l'amour, d'or]", ["lamour", "dor"], ["lamour", "dor"]),
            ("WrappedArray(a, b)", ["a", "b"], ["a", "b"]),
            ('a:2:{i:0;s:4:"Calm";i:1;s:5:"peace";}', ["calm", "peace"], ["Calm", "peace"]),
            ('[{"hashtag": "Calm", "count": 3}, {"hashtag": "b"}]', ["calm", "b"], ["Calm", "b"]),
            ('{"0": "a", "1": "b"}', ["a", "b"], ["a", "b"]),
            ("{'a': 2, 'b': 1}", ["a", "b"], ["a", "b"]),
            ("<a><b>", ["a", "b"], ["a", "b"]),
            ("- a, - b", ["a", "b"], ["a", "b"]),
            ("a؛ b", ["a", "b"], ["a", "b"]),
            ("a，b；c｜d、e", ["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "e"]),
            ("［＂a＂，＂b＂］", ["a", "b"], ["a", "b"]),
            ("Hashtags: #a #b", ["a", "b"], ["a", "b"]),
            ("@someone #a", ["a"], ["a"]),
            ("['a', 'b', 'cut of", ["a", "b"], ["a", "b"]),
            (
                "https://www.tiktok.com/tag/calm?lang=ar, https://www.tiktok.com/tag/%D8%B5%D8%AD%D8%A9",
                ["calm", "صحة"],
                ["calm", "صحة"],
            ),
        ],
    )
    def test_tags(self, reader: Reader, written: str, tags: list[str] | None, display: list[str] | None) -> None:
        parsed = reader.rows({"hashtags": written})
        [reading] = parsed.tables["video_readings"].iter_rows(named=True)
        assert (reading["hashtags"], reading["display_hashtags"]) == (tags, display)
        reason = {"undefined": "undefined", "NA": "undefined", "--": "not_applicable"}.get(written)
        assert parsed.unreadable.rows() == ([("hashtags", reason, 1)] if reason else [])

    @pytest.mark.parametrize(
        ("written", "reason"),
        [
            ("[object Object],[object Object]", "unreadable"),
            ("System.Object[]", "unreadable"),
            ("Array", "unreadable"),
            ("<chr [2]>", "unreadable"),
            ('[{"kind": "calm"}]', "unreadable"),
            ("لا يوجد", "not_applicable"),
        ],
    )
    def test_a_list_that_a_program_does_not_show_is_unknown(self, reader: Reader, written: str, reason: str) -> None:
        parsed = reader.rows({"hashtags": written})
        assert parsed.tables["video_readings"]["hashtags"].to_list() == [None]
        assert parsed.unreadable.rows() == [("hashtags", reason, 1)]

    def test_tags_repeat_within_a_video_not_across(self, reader: Reader) -> None:
        parsed = reader.rows({"video_id": "a", "hashtags": "x,x,y"}, {"video_id": "b", "hashtags": "y,x"})
        assert parsed.tables["video_readings"]["hashtags"].to_list() == [["x", "y"], ["y", "x"]]

    @pytest.mark.parametrize(
        ("written", "tags"),
        [
            (["calm and fyp", "calm, peace, and fyp", "هدوء"], [["calm", "fyp"], ["calm", "peace", "fyp"], ["هدوء"]]),
            (["calm et fyp", "calm, peace und fyp"], [["calm", "fyp"], ["calm", "peace", "fyp"]]),
            (["peace and love, calm", "mental health and art"], [["peaceandlove", "calm"], ["mentalhealthandart"]]),
            (["a+b", "c / d", "e::f"], [["a", "b"], ["c", "d"], ["e", "f"]]),
            (["R&B, calm", "24/7"], [["r&b", "calm"], ["24/7"]]),
            (["%w[calm fyp]", "%w[]"], [["calm", "fyp"], []]),
            (["calm,%D9%87%D8%AF%D9%88%D8%A1", "%23fyp %23calm", "50%"], [["calm", "هدوء"], ["fyp", "calm"], ["50%"]]),
            (["1. calm\n2. fyp", "1) #calm 2) #fyp", "2024"], [["calm", "fyp"], ["calm", "fyp"], ["2024"]]),
            (["1.5, calm"], [["1.5", "calm"]]),
            (["calm (3), fyp (1,204)", "character(0)"], [["calm", "fyp"], []]),
            (["<tag>calm</tag><tag>fyp</tag>"], [["calm", "fyp"]]),
        ],
    )
    def test_what_only_tells_that_tags_are_a_list_is_no_part_of_them(self, written: list[str], tags: list[str]) -> None:
        assert normalised(split_tags(pl.Series(written)))["hashtags"].to_list() == tags

    def test_separators_are_those_of_the_file(self, reader: Reader) -> None:
        """With commas elsewhere in the file a blank is no separator; each file is judged by itself."""
        files = {"a.csv": 'id,tags\n1,x y\n2,"z,w"\n', "b.csv": "id,tags\n3,x y\n"}
        options = {"columns": {"video_id": "id", "hashtags": "tags"}, "captured_at": "2025-05-29"}
        readings = reader.files(files, options).tables["video_readings"]
        assert dict(readings.select("video_id", "hashtags").iter_rows()) == {
            "1": ["xy"],
            "2": ["z", "w"],
            "3": ["x", "y"],
        }

    @given(
        st.lists(
            st.lists(st.sampled_from(["Calm", "هدوء", "fyp🔥", "news_1", "süß"]), unique=True, max_size=4), max_size=5
        )
    )
    def test_every_notation_gives_the_same_tags(self, lists: list[list[str]]) -> None:
        expected = normalised(pl.Series(lists, dtype=pl.List(pl.String())))["hashtags"].to_list()
        hashes, twice = (lambda tags: " ".join(f"#{tag}" for tag in tags)), (lambda tags: json.dumps(json.dumps(tags)))
        for write in (repr, json.dumps, twice, ", ".join, ";".join, hashes):
            written = pl.Series([write(tags) for tags in lists], dtype=pl.String())
            assert normalised(split_tags(written))["hashtags"].to_list() == expected

    @given(st.text(st.sampled_from("ab م#,;|[](){}'\"` \n،«，（＂"), max_size=12))
    def test_a_tag_never_holds_a_bracket_a_quotation_mark_a_separator_or_a_blank(self, text: str) -> None:
        tags = normalised(split_tags(pl.Series([text])))
        assert not set("".join(tag for tags_of in tags.row(0) for tag in tags_of)) & set("#,;|[](){}'\"` \n،«，（＂")

    def test_from_several_columns(self, reader: Reader) -> None:
        text = "id,hashtags/0/name,hashtags/1/name,x\na,Calm,,1\nb,,,1\nc,calm,CALM,1\n"
        for place in ("hashtags/*/name", "hashtags[].name", ["hashtags/1/name", "hashtags/0/name"]):
            options = {"columns": {"video_id": "id", "hashtags": place}, "captured_at": "2025-05-29"}
            found = reader.files({"v.csv": text}, options).tables["video_readings"]
            assert found["hashtags"].to_list() == [["calm"], [], ["calm"]]

    def test_from_a_caption(self, reader: Reader) -> None:
        caption = "So #Calm today! #هدوء,#fyp🔥 see https://x.org/#no &#39; a#b"
        assert reader.one({"text": caption}, hashtags_from="text")["hashtags"] == ["calm", "هدوء", "fyp", "b"]
        assert reader.one({"text": "none"}, hashtags_from="text")["hashtags"] == []
        assert reader.one({"text": "a &#35;calm &amp; b"}, hashtags_from="text")["hashtags"] == ["calm"]

    @pytest.mark.parametrize(
        ("length", "end", "tags"),
        [
            (60, "#cal", []),
            (60, "#calm", ["calm"]),
            (60, "#peace a", ["peace"]),
            (61, "#cal", ["cal"]),
            (63, "#cal...", []),
            (60, "#cal\u2026", []),
            (20, "#cal", ["cal"]),
        ],
    )
    def test_the_last_word_of_captions_that_an_export_cut_is_none(
        self, reader: Reader, length: int, end: str, tags: list[str]
    ) -> None:
        captions = [f"{n} ".ljust(length - len(end), "-") + end for n in range(3)]
        rows = [{"video_id": f"v{n}", "text": text} for n, text in enumerate([*captions, "#calm #ok"])]
        found = reader.rows(*rows, hashtags_from="text").tables["video_readings"].sort("video_id")["hashtags"]
        assert found.to_list() == [*[tags] * 3, ["calm", "ok"]]

    @pytest.mark.parametrize("separator", [" ", ";", "|", " / "])
    def test_another_separator(self, reader: Reader, separator: str) -> None:
        assert reader.one({"hashtags": separator.join(["#a", "#b"])}, hashtag_separator=separator)["hashtags"] == [
            "a",
            "b",
        ]


class TestPlatforms:
    @pytest.mark.parametrize(
        ("row", "options", "platform"),
        [
            ({"platform": "TikTok"}, {}, "tiktok"),
            ({"platform": "Reels", "url": "https://www.instagram.com/reel/Cabc/"}, {}, "instagram"),
            ({"platform": "Our App", "url": "https://app.example/video/1"}, {}, "our_app"),
            ({"url": "https://t.me/calm_channel/15", "video_id": ""}, {}, "telegram"),
            ({"url": "urn:li:activity:7250000000000000011", "video_id": ""}, {}, "linkedin"),
            ({"url": "https://www.pinterest.com/pin/995/", "video_id": ""}, {}, "pinterest"),
            ({"url": "https://www.threads.net/@noor/post/DAbc", "video_id": ""}, {}, "threads"),
            ({"platform": "YouTube Shorts"}, {}, "youtube"),
            ({"platform": "YT Shorts"}, {}, "youtube"),
            ({"platform": "IG Reels"}, {}, "instagram"),
            ({"platform": "Some Site"}, {}, "some_site"),
            ({"platform": ""}, {}, "unknown"),
            ({}, {"platform": "snapchat"}, "snapchat"),
            ({"url": "https://www.youtube.com/shorts/dQw4w9WgXcQ", "video_id": ""}, {}, "youtube"),
            ({"url": "https://youtu.be/dQw4w9WgXcQ", "video_id": ""}, {}, "youtube"),
            ({"url": "https://example.org/tiktok/video/5"}, {}, "unknown"),
            ({"video_id": ID}, {}, "tiktok"),
            ({"video_id": "dQw4w9WgXcQ"}, {}, "unknown"),
        ],
    )
    def test_of_a_video(self, reader: Reader, row: dict[str, str], options: dict[str, str], platform: str) -> None:
        reading = reader.one(row, **options)
        assert (reading["platform"], reading["metric_definition"]) == (platform, "public")

    def test_whose_count_it_is(self, reader: Reader) -> None:
        assert reader.one({}, metric_definition="studio")["metric_definition"] == "studio"


class TestCreators:
    def test_one_creator_however_the_handle_is_written(self, reader: Reader) -> None:
        rows = [
            {"video_id": f"v{number}", "creator": handle}
            for number, handle in enumerate(
                ["Noor", "@noor", " noor\u200f", "https://www.tiktok.com/@Noor?lang=en", "instagram.com/noor/", "omar"]
            )
        ]
        keys = reader.rows(*rows).tables["video_readings"]["creator_key"].to_list()
        assert len(set(keys[:-1])) == 1
        assert keys[-1] not in keys[:-1]
        assert keys[0] == pl.select(PSEUDONYMS.key(pl.lit("noor"), "creator")).item()

    def test_an_address_with_a_number_is_no_handle(self, reader: Reader) -> None:
        rows = [
            {"video_id": f"v{number}", "creator": f"https://www.facebook.com/profile.php?id={number}"}
            for number in (1, 2)
        ]
        assert reader.rows(*rows).tables["video_readings"]["creator_key"].n_unique() == 2

    @pytest.mark.parametrize(
        ("url", "handle"),
        [
            ("https://www.tiktok.com/@Noor.a/video/7506832682593094928?lang=en", "noor.a"),
            ("https://www.instagram.com/noor.a/reel/Cabc/", "noor.a"),
            ("https://x.com/noor/status/19", "noor"),
            ("https://x.com/i/status/19", None),
            ("https://www.tiktok.com/@username/video/7506832682593094928", None),
            ("https://www.instagram.com/reel/Cabc/", None),
            ("https://www.netflix.com/noor/status/19", None),
        ],
    )
    def test_one_whom_no_column_names_is_told_by_the_link(self, reader: Reader, url: str, handle: str | None) -> None:
        key = pl.select(PSEUDONYMS.key(pl.lit(handle, pl.String()), "creator")).item()
        assert reader.one({"url": url, "views": "5"})["creator_key"] == key
        assert reader.one({"url": url, "creator": ""})["creator_key"] is None

    def test_a_creator_who_is_written_whole_is_known_by_the_handle(self, reader: Reader) -> None:
        whole = "{'id': '7', 'uniqueId': 'Noor', 'stats': {'followers': %d}}"
        rows = [
            {"video_id": "v0", "creator": "noor"},
            {"video_id": "v1", "creator": whole % 5},
            {"video_id": "v2", "creator": whole % 6},
            {"video_id": "v3", "creator": "{'id': '7'}"},
        ]
        parsed = reader.rows(*rows)
        keys = parsed.tables["video_readings"]["creator_key"].to_list()
        assert keys[0] == keys[1] == keys[2]
        assert keys[3] is None
        assert parsed.unreadable.rows() == [("creator", "unreadable", 1)]

    def test_no_creator_is_nobody_rather_than_one_person(self, reader: Reader) -> None:
        rows = [
            {"video_id": f"v{number}", "creator": handle}
            for number, handle in enumerate(["", "undefined", "--", "@", "null", "NA"])
        ]
        parsed = reader.rows(*rows)
        assert parsed.tables["video_readings"]["creator_key"].to_list() == [None] * 6
        assert parsed.unreadable.rows() == [
            ("creator", "empty", 1),
            ("creator", "not_applicable", 1),
            ("creator", "undefined", 3),
        ]

    def test_countries(self, reader: Reader) -> None:
        rows = [
            {"video_id": f"v{number}", "creator_country": text}
            for number, text in enumerate([" eg ", "NA", "undefined", "United Arab Emirates", "مصر", "Atlantis"])
        ]
        parsed = reader.rows(*rows)
        assert parsed.tables["video_readings"]["creator_country"].to_list() == ["EG", "NA", None, "AE", "EG", None]
        assert parsed.unreadable.rows() == [("creator_country", "undefined", 1), ("creator_country", "unreadable", 1)]


class TestRecords:
    def test_an_equal_reading_is_a_duplicate_and_of_two_that_differ_the_last_one_counts(self, reader: Reader) -> None:
        parsed = reader.rows(
            {"views": "5", "likes": "1"},
            {"views": "5", "likes": "1"},
            {"views": "5.0", "likes": "1"},
            {"views": "6", "likes": "1"},
        )
        assert parsed.records_duplicate == 2
        assert parsed.tables["video_readings"].select("views", "line").rows() == [(6, 5)]
        assert parsed.rejected.select("line", "reason").rows() == [(2, "conflicting_key")]

    def test_the_same_video_at_another_time_is_another_reading(self, reader: Reader) -> None:
        parsed = reader.rows({"views": "5"}, {"views": "5", "at": "2025-05-29 12:00:01"})
        assert (parsed.records_duplicate, len(ids(parsed))) == (0, 2)

    def test_what_is_not_taken_of_a_record_makes_it_no_other(self, reader: Reader) -> None:
        """The id says when the video was posted, whatever else the row does."""
        parsed = reader.rows({"video_id": ID, "created_at": "2025-05-21"}, {"video_id": ID, "created_at": "2025-05-22"})
        assert (parsed.records_duplicate, len(ids(parsed))) == (1, 1)

    def test_headers_and_blank_lines_are_no_records(self, reader: Reader) -> None:
        text = "id,at,v\na,2025-05-29,5\n\nid,at,v\nb,2025-05-29,6\n,,\n\n"
        columns = {"video_id": "id", "captured_at": "at", "views": "v"}
        parsed = reader.files({"v.csv": text}, {"columns": columns})
        assert parsed.records_read == 2
        assert parsed.tables["video_readings"].select("video_id", "line").rows() == [("a", 2), ("b", 5)]
        constant = {"columns": {"video_id": "id", "views": "v"}, "captured_at": "2025-05-29"}
        assert ids(reader.files({"v.csv": text}, constant)) == ["a", "b"]

    def test_a_file_with_a_header_alone(self, reader: Reader) -> None:
        parsed = reader.files({"v.csv": "id,at\n"}, {"columns": {"video_id": "id", "captured_at": "at"}})
        assert parsed.records_read == 0

    def test_files_may_have_their_columns_in_another_order(self, reader: Reader) -> None:
        files = {"a.csv": "id,at,v\na,2025-05-29,5\n", "b.csv": "Unnamed: 0,v,id,at\n0,6,b,2025-05-29\n"}
        parsed = reader.files(files, {"columns": {"video_id": "id", "captured_at": "at", "views": "v"}})
        assert parsed.tables["video_readings"].select("video_id", "views", "file", "line").rows() == [
            ("a", 5, "a.csv", 2),
            ("b", 6, "b.csv", 2),
        ]

    def test_a_column_that_is_not_there(self, reader: Reader) -> None:
        with pytest.raises(
            DeliveryError,
            match=r"b\.csv: column 'v' for 'views' is not there; found 'id', 'at', 'w'; correct `columns` in delivery\.yml",
        ):
            reader.files(
                {"a.csv": "id,at,v\na,2025-05-29,5\n", "b.csv": "id,at,w\n"},
                {"columns": {"video_id": "id", "captured_at": "at", "views": "v"}},
            )

    def test_ids_of_letters_alone_are_like_others_of_their_platform(self, reader: Reader) -> None:
        tiktok = [str(7_500_000_000_000_000_000 + number * 4_294_967_297) for number in range(9)]
        instagram = ["C7aBcDeFgHi", "C8aBcDeFgHi", "DaBc_DeF9Hi", "CaBcDeF-gHi", "CaBcDeFgHiJ"]
        parsed = reader.rows(*({"video_id": one, "views": "5"} for one in [*tiktok, *instagram, "Average"]))
        assert parsed.tables["video_readings"]["video_id"].to_list() == [*tiktok, *instagram]

    def test_words_among_ids_are_no_videos(self, reader: Reader) -> None:
        videos = [str(7_545_021_199_345_567_001 + number) for number in range(4)]
        parsed = reader.rows(*({"video_id": one, "views": "5"} for one in [*videos, "Average", "END"]))
        assert ids(parsed) == videos
        assert rejected(parsed) == [(6, "missing_key"), (7, "missing_key")]
        shortcodes = ["CaBcDeFgHiJ", "ABCDEFGHIJK", "CxBcDeF1HiJ"]
        assert ids(reader.rows(*({"video_id": one} for one in shortcodes))) == shortcodes

    def test_a_header_may_go_on_over_lines(self, reader: Reader) -> None:
        text = 'Report\n"id","read\nat","views\n(all)"\na,2025-05-29,5\n'
        columns = {"video_id": "id", "captured_at": "read at", "views": "views (all)"}
        [reading] = reader.files({"v.csv": text}, {"columns": columns}).tables["video_readings"].rows(named=True)
        assert (reading["views"], reading["line"]) == (5, 5)

    def test_text_that_is_called_a_workbook_is_text(self, reader: Reader) -> None:
        text = "id\tat\tviews\n" + "a\t2025-05-29\t5\n" * 9
        options = {"columns": {"video_id": "id", "captured_at": "at", "views": "views"}}
        for content in (text.encode(), text.encode("utf-16")):
            assert reader.files({"v.xls": content}, options).tables["video_readings"]["views"].to_list() == [5]

    def test_details_never_repeat_what_was_written(self, reader: Reader) -> None:
        parsed = reader.rows({"video_id": "not an id", "creator": "noor"}, {"at": "when noor was here"})
        assert "noor" not in repr(parsed.rejected.rows())
        assert "not an id" not in repr(parsed.rejected.rows())


CAPTIONED = {"columns": {"video_id": "id", "captured_at": "at", "views": "v", "hashtags": "tags"}}


def text_of(*rows: Sequence[str]) -> str:
    return "".join(
        ",".join('"' + field.replace('"', '""') + '"' if set(field) & set('",\n') else field for field in row) + "\n"
        for row in rows
    )


BY_POSITION = {"columns": {"video_id": 1, "creator": 2, "hashtags": 3}, "captured_at": "2025-05-29", "header": False}


class TestHeaders:
    def test_without_a_header_columns_are_positions(self, reader: Reader) -> None:
        parsed = reader.files({"v.csv": 'a,noor,"x, y"\nb,amal,\n'}, BY_POSITION)
        assert parsed.tables["video_readings"].select("video_id", "hashtags", "line").rows() == [
            ("a", ["x", "y"], 1),
            ("b", [], 2),
        ]

    def test_a_record_where_a_header_was_expected_is_not_lost(self, reader: Reader) -> None:
        positions = {name: BY_POSITION[name] for name in ("columns", "captured_at")}
        with pytest.raises(DeliveryError, match=r"line 1: column 1 holds a value for 'video_id'.*header: false"):
            reader.files({"v.csv": "7362691148853344268,noor,x\n7362691158853344268,amal,\n"}, positions)
        assert ids(reader.files({"v.csv": "id,who,tags\n7362691148853344268,noor,x\n"}, positions)) == [
            "7362691148853344268"
        ]

    @pytest.mark.parametrize(
        ("names", "column"), [("Video ID,author,tags", "video_id"), ("webVideoUrl,author,tags", "url")]
    )
    def test_a_header_where_none_was_expected_is_no_video(self, reader: Reader, names: str, column: str) -> None:
        options = BY_POSITION | {"columns": {column: 1, "creator": 2, "hashtags": 3}}
        text = f"{names}\nhttps://www.tiktok.com/@x/video/7362691148853344268,noor,x\n"
        with pytest.raises(DeliveryError, match=r"v\.csv, line 1: column 1 holds the name of a column.*skip_rows: 1"):
            reader.files({"v.csv": text}, options)
        assert reader.files({"v.csv": text}, options | {"skip_rows": 1}).records_read == 1

    def test_rows_above_the_first_reading_are_skipped(self, reader: Reader) -> None:
        parsed = reader.files({"v.csv": "about,it\n\na,noor,x\n"}, BY_POSITION | {"skip_rows": 2})
        assert parsed.tables["video_readings"].select("video_id", "line").rows() == [("a", 3)]

    def test_rows_above_the_header_are_skipped_and_a_preamble_is_passed_over(self, reader: Reader) -> None:
        text = "id,all\nReport,5\n\nid,at,v\na,2025-05-29,5\n"
        options = {"columns": {"video_id": "id", "captured_at": "at", "views": "v"}}
        for skipping in ({}, {"skip_rows": 3}):
            assert ids(reader.files({"v.csv": text}, options | skipping)) == ["a"]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (
                {"columns": {"video_id": "id"}, "captured_at": "2025-05-29", "header": False},
                "found names for columns video_id",
            ),
            (
                {"preset": "apify_tiktok", "captured_at": "2025-05-29", "header": False},
                "preset apify_tiktok finds columns by",
            ),
            ({"columns": {"video_id": 0}, "captured_at": "2025-05-29"}, "columns.video_id"),
            ({"columns": {"views": "v"}, "captured_at": "2025-05-29"}, "neither video_id nor url"),
            ({"columns": {"video_id": "id"}}, "columns.captured_at or a constant captured_at; neither is"),
            ({"preset": "apify"}, "options.preset"),
            (
                {"columns": {"video_id": "id"}, "captured_at": "2025-05-29", "hashtags_from": "text"},
                "needs columns.text",
            ),
        ],
    )
    def test_options_that_contradict_each_other(self, reader: Reader, options: dict[str, Any], message: str) -> None:
        with pytest.raises(DeliveryError, match=message):
            reader.files({"v.csv": "a,b\n"}, options)

    def test_a_preset_without_any_of_its_counters_is_another_export(self, reader: Reader) -> None:
        with pytest.raises(DeliveryError, match=r"v.csv, line 1: has none of the counters of preset apify_tiktok"):
            reader.files({"v.csv": f"id,plays\n{ID},5\n"}, {"preset": "apify_tiktok", "captured_at": "2025-05-29"})

    @pytest.mark.parametrize("word", ["Total", "TOTALS", " total ", "Gesamt", "المجموع"])
    def test_a_row_that_is_the_sum_of_the_others_is_no_video(self, reader: Reader, word: str) -> None:
        parsed = reader.rows({"video_id": "a", "views": "5"}, {"video_id": word, "views": "5"})
        assert (ids(parsed), parsed.records_read) == (["a"], 1)


class TestFiles:
    TEXT = text_of(
        ("id", "caption", "at", "v", "tags"),
        ("a", "هدوء\nوسلام, \"الآن\"", "2025-05-29", "5", "هدوء,سلام"),
        ("b", "", "2025-05-29", "6", ""),
        ("c", "x\n\ny", "2025-05-29", "7", "a"),
        ("d", "", "2025-05-29", "8", ""),
    )  # fmt: skip

    def packed(self, name: str, data: bytes) -> tuple[str, bytes]:
        if name == "gz":
            return "v.csv.gz", gzip.compress(data)
        if name == "zst":
            return "v.csv.ZST", zstandard.ZstdCompressor().compress(data[:50]) + zstandard.ZstdCompressor().compress(
                data[50:]
            )
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as content:
            content.writestr("day/v.csv", data)
            content.writestr("__MACOSX/day/._v.csv", b"\0\5\x16\7")
            content.writestr("day/.DS_Store", b"\0\0\0\1Bud1")
        return "v.zip", archive.getvalue()

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
    @pytest.mark.parametrize("packing", [None, "gz", "zst", "zip"])
    def test_any_encoding_and_packing(self, reader: Reader, encoding: str, packing: str | None) -> None:
        data = self.TEXT.encode(encoding)
        name, content = self.packed(packing, data) if packing else ("v.csv", data)
        readings = reader.files({name: content}, CAPTIONED).tables["video_readings"]
        file = {None: "v.csv", "gz": "v.csv", "zst": "v.csv", "zip": "v.zip/day/v.csv"}[packing]
        assert readings.select("video_id", "views", "hashtags", "file", "line").rows() == [
            ("a", 5, ["هدوء", "سلام"], file, 2),
            ("b", 6, [], file, 4),
            ("c", 7, ["a"], file, 5),
            ("d", 8, [], file, 8),
        ]

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    @pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
    def test_any_separator_and_line_end(self, reader: Reader, separator: str, ends: str) -> None:
        rows = [("id", "at", "v", "tags"), ("a", "2025-05-29", "5", "x"), ("b", "2025-05-29", "6", "y")]
        text = ends.join(separator.join(row) for row in rows) + ends
        assert reader.files({"v.csv": text}, CAPTIONED).tables["video_readings"].select("video_id", "line").rows() == [
            ("a", 2),
            ("b", 3),
        ]

    def test_ragged_lines_are_rejected_with_their_number(self, reader: Reader) -> None:
        text = 'id,at,v,tags\na,2025-05-29,5,"x\ny"\nb,2025-05-29,6,x,too,many\nc,2025-05-29,7,x\nd,2025-05-29,8,x,,\ne,2025-05-29\n'
        parsed = reader.files({"v.csv": text}, CAPTIONED)
        assert rejected(parsed) == [(4, "unreadable")]
        assert parsed.tables["video_readings"].select("video_id", "views", "line").rows() == [
            ("a", 5, 2),
            ("c", 7, 5),
            ("d", 8, 6),
            ("e", None, 7),
        ]

    @pytest.mark.parametrize("end", ["d,2025-05-29,8", "d,20", 'd,2025-05-29,8,"x,y', 'd,2025-05-29,8,"x\nmore', '"d'])
    def test_a_file_that_was_cut_off_loses_its_last_record_alone(self, reader: Reader, end: str) -> None:
        text = f'id,at,v,tags\na,2025-05-29,5,"x\ny"\nb,2025-05-29,6,x\n{end}'
        parsed = reader.files({"v.csv": text}, CAPTIONED)
        assert rejected(parsed) == [(5, "unreadable")]
        assert ids(parsed) == ["a", "b"]

    def test_a_quotation_mark_that_is_never_closed_costs_one_record(self, reader: Reader) -> None:
        rows = [f"v{number},2025-05-29,{number},x" for number in range(50)]
        rows[10] = 'v10,2025-05-29,10,"x'
        parsed = reader.files({"v.csv": "\n".join(["id,at,v,tags", *rows, ""])}, CAPTIONED)
        assert rejected(parsed) == [(12, "unreadable")]
        assert ids(parsed) == [f"v{number}" for number in range(50) if number != 10]
        assert parsed.tables["video_readings"]["line"].to_list() == [number + 2 for number in range(50) if number != 10]

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        captions=st.lists(st.text(st.sampled_from('ab",\n #é\u200f'), max_size=12), max_size=8), bad=st.integers(0, 8)
    )
    def test_captions_never_move_a_record_or_its_line(self, reader: Reader, captions: list[str], bad: int) -> None:
        rows = [
            (f"v{number}" if number != bad else "--", caption, "2025-05-29", str(number), "")
            for number, caption in enumerate(captions)
        ]
        parsed = reader.files({"v.csv": text_of(("id", "caption", "at", "v", "tags"), *rows)}, CAPTIONED)
        lines = [2 + sum(1 + caption.count("\n") for caption in captions[:number]) for number in range(len(captions))]
        expected = [(f"v{number}", number, lines[number]) for number in range(len(captions)) if number != bad]
        assert parsed.tables["video_readings"].select("video_id", "views", "line").rows() == expected
        assert rejected(parsed) == ([(lines[bad], "missing_key")] if bad < len(captions) else [])

    @settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        start=st.integers(0, 400), end=st.integers(0, 400), noise=st.binary(max_size=6), encoding=st.sampled_from(["utf-8", "utf-16", "cp1256"])
    )  # fmt: skip
    def test_a_damaged_file_is_read_or_refused_never_a_crash(
        self, reader: Reader, start: int, end: int, noise: bytes, encoding: str
    ) -> None:
        data = self.TEXT.encode(encoding)
        refusal = None
        try:
            reader.files({"v.csv": data[:start] + noise + data[end:]}, CAPTIONED)
        except DeliveryError as error:
            refusal = str(error)
        assert refusal is None or refusal.startswith("v.csv")
