"""`hashtag/video_csv`: readings of videos as scrapers, platforms and spreadsheets leave them."""
# ruff: noqa: RUF001 - the digits of other scripts are what is tested

import gzip
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.delivery import Delivery, load_delivery
from ingest.home import Home
from ingest.landing import write_delivery
from ingest.note import read_note
from ingest.pseudonym import Pseudonymiser
from ingest.source import LINEAGE, REJECTED, UNREADABLE, DeliveryError, Parsed
from ingest.sources.hashtag import HASHTAG, VIDEO_READINGS

PSEUDONYMS = Pseudonymiser(b"a key of the tests, 32 characters long")
LANDED_ON = date(2025, 6, 1)
# Our names for columns of those names, but for captured_at, which the files of these tests call `at`.
NAMES = ("video_id", "creator", "creator_followers", "created_at", "views", "likes", "comments", "shares", "saves",
         "hashtags", "creator_country", "duration_seconds", "url")  # fmt: skip
POSTED = datetime(2025, 5, 21, 9, 44, 45, tzinfo=UTC)
ID = "7506832682593094928"  # of a video that was posted then
URL = f"https://www.tiktok.com/@u/video/{ID}"


def deliver(home: Home, files: Mapping[str, str | bytes], options: Mapping[str, Any], zone: str = "UTC") -> Delivery:
    note = {"source": "hashtag", "format": "video_csv", "campaign": "c", "timezone": zone, "options": dict(options)}
    content = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    path = write_delivery(home, "hashtag", LANDED_ON, "day", content, note)
    return load_delivery(HASHTAG, LANDED_ON, path, read_note(path), PSEUDONYMS, frozenset({"c"}))


def assert_contract(parsed: Parsed) -> None:
    """Schemas, keys that are known, nothing lost or made up, nothing of a person in what is set aside."""
    readings = parsed.tables["video_readings"]
    assert readings.schema == pl.Schema({**VIDEO_READINGS.schema, **LINEAGE})
    assert readings.select("video_id", "captured_at").null_count().row(0) == (0, 0)
    assert parsed.rejected.schema == REJECTED
    assert parsed.unreadable.schema == UNREADABLE
    assert parsed.records_read == readings.height + parsed.rejected.height + parsed.records_duplicate
    for counter in ("views", "likes", "comments", "shares", "saves"):
        assert (readings[counter].is_null() == readings[f"{counter}_unit"].is_null()).all()
    tags = readings.select("hashtags", "display_hashtags").drop_nulls()
    assert (tags["hashtags"].list.len() == tags["display_hashtags"].list.len()).all()
    assert (tags["hashtags"].list.n_unique() == tags["hashtags"].list.len()).all()


class Reader:
    """Reads small files as ingestion does."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)

    def files(self, files: Mapping[str, str | bytes], options: Mapping[str, Any], zone: str = "UTC") -> Parsed:
        delivery = deliver(self.home, files, options, zone)
        parsed = delivery.format.read(delivery)
        assert_contract(parsed)
        return parsed

    def rows(self, *rows: Mapping[str, str], zone: str = "UTC", **options: Any) -> Parsed:
        """A file of rows of some of `NAMES`, captured at noon unless they say when."""
        whole = [{"video_id": "v", "at": "2025-05-29 12:00:00", **row} for row in rows]
        names = list(dict.fromkeys(name for row in whole for name in row))
        lines = ["\t".join(names), *("\t".join(row.get(name, "") for name in names) for row in whole), ""]
        columns = {"captured_at": "at"} | {name: name for name in names if name in NAMES}
        return self.files({"v.csv": "\n".join(lines)}, {"columns": columns, **options}, zone)

    def one(self, row: Mapping[str, str], zone: str = "UTC", **options: Any) -> dict[str, Any]:
        """The one reading of a file with that row."""
        [reading] = self.rows(row, zone=zone, **options).tables["video_readings"].iter_rows(named=True)
        return reading


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


def rejected(parsed: Parsed) -> list[tuple[int, str]]:
    return parsed.rejected.sort("line").select("line", "reason").rows()


def ids(parsed: Parsed) -> list[str]:
    return parsed.tables["video_readings"]["video_id"].to_list()


class TestIds:
    @pytest.mark.parametrize(
        "url",
        [
            f"https://www.tiktok.com/@user/video/{ID}",
            f"https://www.tiktok.com/@user/video/{ID}?lang=en&q=1",
            f"https://www.tiktok.com/@user/photo/{ID}",
            f"https://vt.tiktok.com/vi/{ID}/",
            f"https://www.example.com/watch?v={ID}",
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
        "destroyed", ["7.50683E+18", "7e18", "", "undefined", "null", "--", "-", "NA", "0", "#N/A", "7506 8326"]
    )
    def test_what_cannot_be_recovered_is_rejected(self, reader: Reader, destroyed: str) -> None:
        parsed = reader.rows(
            {"video_id": destroyed, "url": "https://vt.tiktok.com/ZSabc/"}, {"video_id": ID, "url": ""}
        )
        assert rejected(parsed) == [(2, "missing_key")]
        assert ids(parsed) == [ID]

    @pytest.mark.parametrize("written", [f" {ID} ", f"'{ID}", f'"=""{ID}"""', f"\u200e{ID}\u200f"])
    def test_an_id_that_was_guarded_against_a_spreadsheet(self, reader: Reader, written: str) -> None:
        assert reader.one({"video_id": written})["video_id"] == ID

    @pytest.mark.parametrize("written", ["dQw4w9WgXcQ", "Cx_1-aB", "1790000000000000001", "5"])
    def test_ids_of_other_platforms_are_text(self, reader: Reader, written: str) -> None:
        reading = reader.one({"video_id": written})
        assert (reading["video_id"], reading["created_at"]) == (written, None)

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
            DeliveryError, match=f"key 'options.captured_at': found '{constant}', expected an ISO date and time"
        ):
            reader.files({"v.csv": "id\na\n"}, {"columns": {"video_id": "id"}, "captured_at": constant})


class TestCounters:
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
            ("--", None, None),
        ],
    )
    def test_tags(self, reader: Reader, written: str, tags: list[str] | None, display: list[str] | None) -> None:
        parsed = reader.rows({"hashtags": written})
        [reading] = parsed.tables["video_readings"].iter_rows(named=True)
        assert (reading["hashtags"], reading["display_hashtags"]) == (tags, display)
        reason = {"undefined": "undefined", "--": "not_applicable"}.get(written)
        assert parsed.unreadable.rows() == ([("hashtags", reason, 1)] if reason else [])

    def test_tags_repeat_within_a_video_not_across(self, reader: Reader) -> None:
        parsed = reader.rows({"video_id": "a", "hashtags": "x,x,y"}, {"video_id": "b", "hashtags": "y,x"})
        assert parsed.tables["video_readings"]["hashtags"].to_list() == [["x", "y"], ["y", "x"]]

    @pytest.mark.parametrize("separator", [" ", ";", "|", " / "])
    def test_another_separator(self, reader: Reader, separator: str) -> None:
        assert reader.one({"hashtags": separator.join(["#a", "#b"])}, hashtag_separator=separator)["hashtags"] == [
            "a",
            "b",
        ]


class TestCreators:
    def test_one_creator_however_the_handle_is_written(self, reader: Reader) -> None:
        rows = [
            {"video_id": f"v{number}", "creator": handle}
            for number, handle in enumerate(["Noor", "@noor", " noor\u200f", "omar"])
        ]
        keys = reader.rows(*rows).tables["video_readings"]["creator_key"].to_list()
        assert keys[0] == keys[1] == keys[2] != keys[3]
        assert keys[0] == pl.select(PSEUDONYMS.key(pl.lit("noor"), "creator")).item()

    def test_no_creator_is_nobody_rather_than_one_person(self, reader: Reader) -> None:
        rows = [
            {"video_id": f"v{number}", "creator": handle}
            for number, handle in enumerate(["", "undefined", "--", "@", "null"])
        ]
        parsed = reader.rows(*rows)
        assert parsed.tables["video_readings"]["creator_key"].to_list() == [None] * 5
        assert parsed.unreadable.rows() == [
            ("creator", "empty", 1),
            ("creator", "not_applicable", 1),
            ("creator", "undefined", 2),
        ]

    def test_countries(self, reader: Reader) -> None:
        rows = [
            {"video_id": f"v{number}", "creator_country": text}
            for number, text in enumerate([" eg ", "NA", "undefined"])
        ]
        parsed = reader.rows(*rows)
        assert parsed.tables["video_readings"]["creator_country"].to_list() == ["EG", "NA", None]
        assert parsed.unreadable.rows() == [("creator_country", "undefined", 1)]


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
