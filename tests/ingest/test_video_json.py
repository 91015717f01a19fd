"""`hashtag/video_json`, and the presets: the exports of scrapers and platforms, in JSON and as tables."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.formats.hashtag.video_presets import PRESETS, PresetName
from ingest.source import DeliveryError
from tests.ingest.video_desk import ID, POSTED, Reader, ids, rejected

AT = {"captured_at": "2025-05-29T12:00:00Z"}
OTHER_ID = "7506832682593095000"
APIFY: list[dict[str, Any]] = [
    {
        "id": ID, "text": "A day #calm", "textLanguage": "en", "createTime": 1747820685, "createTimeISO": "2025-05-21T09:44:45.000Z",
        "isAd": False, "isSlideshow": False, "authorMeta": {"id": "68", "name": "Noor.H", "nickName": "Noor", "fans": 1200, "region": "AE",
        "verified": False}, "musicMeta": {"musicName": "x", "musicId": "7506832745952218000"}, "videoMeta": {"duration": 31, "height": 1024},
        "webVideoUrl": f"https://www.tiktok.com/@noor.h/video/{ID}", "diggCount": 219, "shareCount": 7, "playCount": 5412,
        "commentCount": 4, "collectCount": 10, "repostCount": 0, "mentions": [], "hashtags": [{"id": "1", "name": "calm"}, {"name": "EndTheStigma"}],
        "searchHashtag": {"name": "endthestigma", "views": 9}, "input": "endthestigma",
    },
    {
        "id": OTHER_ID, "text": "", "createTimeISO": "2025-05-21T09:44:45.000Z", "authorMeta": {"name": "amal", "fans": None},
        "webVideoUrl": f"https://www.tiktok.com/@amal/video/{OTHER_ID}", "playCount": 12, "diggCount": 1, "hashtags": [],
    },
    {"url": "https://www.tiktok.com/tag/gone", "error": "Post not found or private", "errorCode": "NOT_FOUND"},
]  # fmt: skip
RAW = {
    "aweme_id": ID, "desc": "A day #calm", "create_time": 1747820685, "region": "AE",
    "statistics": {"aweme_id": ID, "play_count": 5412, "digg_count": 219, "comment_count": 4, "share_count": 7, "collect_count": 10},
    "author": {"unique_id": "noor.h", "uid": "68", "follower_count": 1200, "region": "AE"},
    "text_extra": [{"hashtag_name": "calm", "type": 1}, {"hashtag_name": "EndTheStigma", "type": 1}], "video": {"duration": 31000},
    "share_url": f"https://www.tiktok.com/@noor.h/video/{ID}?_r=1",
}  # fmt: skip
WEB = {
    "id": ID, "desc": "A day #calm", "createTime": 1747820685, "author": {"uniqueId": "noor.h", "nickname": "N"},
    "stats": {"playCount": 5412, "diggCount": 219, "commentCount": 4, "shareCount": 7, "collectCount": 10},
    "authorStats": {"followerCount": 1200}, "textExtra": [{"hashtagName": "calm"}, {"hashtagName": "EndTheStigma"}],
}  # fmt: skip
READ = {
    "video_id": ID, "platform": "tiktok", "captured_at": datetime(2025, 5, 29, 12, tzinfo=UTC), "created_at": POSTED,
    "views": 5412, "likes": 219, "comments": 4, "shares": 7, "saves": 10, "creator_followers": 1200,
    "hashtags": ["calm", "endthestigma"], "display_hashtags": ["calm", "EndTheStigma"],
}  # fmt: skip


def flat(record: Mapping[str, Any], mark: str, above: str = "") -> dict[str, str]:
    """A nested record as the column names of a CSV."""
    cells: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            cells |= flat(value, mark, f"{above}{name}{mark}")
        elif isinstance(value, list):
            cells |= flat(dict(enumerate(value)), mark, f"{above}{name}{mark}")  # type: ignore[arg-type]
        else:
            cells[f"{above}{name}"] = "" if value is None else str(value)
    return cells


def table(records: Sequence[Mapping[str, Any]], mark: str, separator: str = ",") -> str:
    rows = [flat(record, mark) for record in records]
    text = io.StringIO()
    writer = csv.DictWriter(
        text, sorted({name for row in rows for name in row}), delimiter=separator, lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def first(parsed: Any) -> dict[str, Any]:
    """What `READ` says of the first reading."""
    reading: dict[str, Any] = parsed.tables["video_readings"].row(0, named=True)
    return {name: reading[name] for name in READ}


class TestApify:
    OPTIONS = {"preset": "apify_tiktok", **AT}

    @pytest.mark.parametrize(
        "text",
        [json.dumps(APIFY), json.dumps(APIFY, indent=2), "\n".join(map(json.dumps, APIFY)), json.dumps(APIFY) + "\n\n"],
    )
    def test_json(self, reader: Reader, text: str) -> None:
        parsed = reader.files({"dataset.json": text}, self.OPTIONS, form="video_json")
        assert first(parsed) == READ
        assert ids(parsed) == [ID, OTHER_ID]
        assert parsed.rejected.select("line", "reason", "detail").rows() == [
            (3, "unreadable", "the scraper says that it could not read this video")
        ]
        assert parsed.tables["video_readings"]["hashtags"].to_list() == [["calm", "endthestigma"], []]

    @pytest.mark.parametrize(("mark", "separator"), [("/", ","), (".", ","), ("/", ";")])
    def test_tables(self, reader: Reader, mark: str, separator: str) -> None:
        parsed = reader.files({"dataset.csv": table(APIFY, mark, separator)}, self.OPTIONS)
        assert first(parsed) == READ
        assert rejected(parsed) == [(4, "unreadable")]

    def test_flattened_json(self, reader: Reader) -> None:
        records = [flat(record, ".") for record in APIFY[:1]]
        parsed = reader.files({"dataset.json": json.dumps(records)}, self.OPTIONS, form="video_json")
        assert first(parsed) == READ | {"hashtags": ["calm"], "display_hashtags": ["calm"]}

    def test_tags_of_the_caption_where_the_export_has_no_others(self, reader: Reader) -> None:
        record = {name: value for name, value in APIFY[0].items() if name != "hashtags"}
        parsed = reader.files({"dataset.json": json.dumps([record])}, self.OPTIONS, form="video_json")
        assert first(parsed)["hashtags"] == ["calm"]

    def test_what_the_note_says_comes_first(self, reader: Reader) -> None:
        options = self.OPTIONS | {
            "columns": {"views": "diggCount", "hashtags": "searchHashtag.name"},
            "platform": "douyin",
        }
        found = first(reader.files({"dataset.json": json.dumps(APIFY[:1])}, options, form="video_json"))
        assert (found["views"], found["hashtags"], found["platform"]) == (219, ["endthestigma"], "douyin")


class TestRawApp:
    @pytest.mark.parametrize("record", [RAW, WEB, {"aweme_info": RAW}])
    @pytest.mark.parametrize(
        "wrap",
        [
            lambda record: json.dumps(record),
            lambda record: json.dumps([record]),
            lambda record: json.dumps({"status_code": 0, "data": {"aweme_list": [record]}}),
            lambda record: json.dumps({"aweme_list": [record]}, indent=1),
            lambda record: "\n".join(json.dumps({"data": [record], "cursor": page}) for page in (0, 20)),
            lambda record: json.dumps({"itemList": [record], "hasMore": True}),
        ],
    )
    def test_pages_and_records(self, reader: Reader, record: dict[str, Any], wrap: Any) -> None:
        parsed = reader.files({"r.json": wrap(record)}, {"preset": "raw_app", **AT}, form="video_json")
        assert first(parsed) == READ
        assert parsed.records_read - parsed.records_duplicate == 1


STUDIO_TABLE = """Content,Video title,Video publish time,Duration,Views,Watch time (hours),Subscribers,Likes,Comments added,Shares,Impressions,Impressions click-through rate (%)
Total,,,,1500,12.5,3,60,7,3,9000,4.1
dQw4w9WgXcQ,A talk #calm,"May 21, 2025",61,1000,8.1,2,50,5,2,6000,4.2
 -Qw4w9WgXcQ,Another,"May 22, 2025",30,500,4.4,1,10,2,1,3000,4.0
"""


class TestYoutubeStudio:
    def test_the_zip_as_it_is_downloaded(self, reader: Reader) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as content:
            content.writestr("Chart data.csv", "Date,Content,Views\n2025-05-21,dQw4w9WgXcQ,5\n")
            content.writestr("Table data.csv", "\ufeff" + STUDIO_TABLE)
            content.writestr("Totals.csv", "Date,Views\n2025-05-21,5\n")
        options = {"preset": "youtube_studio", **AT}
        parsed = reader.files({"Content 2025-05-01_2025-05-29.zip": archive.getvalue()}, options, "Asia/Dubai")
        readings = parsed.tables["video_readings"]
        assert readings.select("video_id", "views", "likes", "duration_seconds", "hashtags").rows() == [
            ("dQw4w9WgXcQ", 1000, 50, 61, ["calm"]),
            ("-Qw4w9WgXcQ", 500, 10, 30, []),
        ]
        assert readings["created_at"][0] == datetime(2025, 5, 20, 20, tzinfo=UTC)
        assert set(readings.select("platform", "metric_definition").rows()) == {("youtube", "youtube_studio")}
        assert parsed.records_read == 2


MELTWATER = [
    ["Date", "Headline", "URL", "Opening Text", "Hit Sentence", "Source", "Influencer", "Country", "Subregion", "Language", "Reach",
     "Engagement", "AVE", "Sentiment", "Key Phrases", "Input Name", "Keywords", "Document Tags", "Hashtags", "Views"],
    ["21-May-2025 09:44AM", "", f"https://www.tiktok.com/@noor.h/video/{ID}", "", "A day #calm", "TikTok", "@noor.h",
     "United Arab Emirates", "", "English", "1200", "230", "1", "Neutral", "", "stigma", "", "", "#calm; #EndTheStigma", "5412"],
    ["22-May-2025 10:00AM", "News", "https://example.org/a", "", "about it", "Example News", "", "Egypt", "", "Arabic", "5", "", "", "",
     "", "", "", "", "", ""],
]  # fmt: skip


class TestMeltwater:
    @pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8-sig"), ("\t", "utf-16")])
    def test_mentions_of_videos_are_readings_and_others_are_not(
        self, reader: Reader, separator: str, encoding: str
    ) -> None:
        text = "\n".join(separator.join(row) for row in MELTWATER) + "\n"
        parsed = reader.files({"m.csv": text.encode(encoding)}, {"preset": "meltwater", **AT}, "Asia/Dubai")
        [reading] = parsed.tables["video_readings"].iter_rows(named=True)
        assert (reading["video_id"], reading["views"], reading["creator_country"]) == (ID, 5412, "AE")
        assert (reading["platform"], reading["metric_definition"]) == ("tiktok", "monitoring")
        assert reading["hashtags"] == ["calm", "endthestigma"]
        assert rejected(parsed) == [(3, "no_video")]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_names_our_columns_and_what_it_was_made_from(name: PresetName) -> None:
    from ingest.formats.hashtag.video_options import Columns

    assert PRESETS[name].columns.keys() <= Columns.model_fields.keys()
    assert PRESETS[name].title
    assert PRESETS[name].made_from


class TestJson:
    OPTIONS = {"columns": {"video_id": "id", "views": "n.v", "creator": "by"}, **AT}

    def test_ids_and_counts_keep_every_digit(self, reader: Reader) -> None:
        text = f'{{"id": {ID}, "n": {{"v": 9007199254740993}}}}\n{{"id": "{OTHER_ID}", "n": {{"v": "1.2K"}}}}\n'
        readings = reader.files({"v.json": text}, self.OPTIONS, form="video_json").tables["video_readings"]
        assert readings.select("video_id", "views", "line").rows() == [(ID, None, 1), (OTHER_ID, 1_200, 2)]

    def test_null_absent_and_zero_differ(self, reader: Reader) -> None:
        text = '{"id":"a","n":{"v":0}}\n{"id":"b","n":{"v":null}}\n{"id":"c"}\n{"id":"d","n":{"v":""}}\n'
        parsed = reader.files({"v.json": text}, self.OPTIONS, form="video_json")
        assert parsed.tables["video_readings"]["views"].to_list() == [0, None, None, None]

    def test_what_is_broken_costs_its_record_alone(self, reader: Reader) -> None:
        text = '{"id":"a"}\n{"id":"b"\n5\n\n{"id":"c"}\n["d"]\n{"id":"e","t":"cut \\ud83d"}\n{"id":"f'
        parsed = reader.files({"v.json": text}, {"columns": {"video_id": "id"}, **AT}, form="video_json")
        assert ids(parsed) == ["a", "c", "e"]
        assert rejected(parsed) == [(2, "unreadable"), (3, "unreadable"), (6, "unreadable"), (8, "unreadable")]

    def test_an_array_that_was_cut_off_loses_its_last_record_alone(self, reader: Reader) -> None:
        parsed = reader.files(
            {"v.json": '[{"id":"a"}, {"id":"b"}, {"id'}, {"columns": {"video_id": "id"}, **AT}, form="video_json"
        )
        assert (ids(parsed), rejected(parsed)) == (["a", "b"], [(3, "unreadable")])

    def test_records_inside_pages(self, reader: Reader) -> None:
        text = json.dumps({"page": {"items": [{"id": "a"}, {"id": "b"}]}})
        options = {"columns": {"video_id": "id"}, "records": "page.items", **AT}
        assert ids(reader.files({"v.json": text}, options, form="video_json")) == ["a", "b"]

    def test_records_may_stand_in_the_usual_lists_and_views_may_be_null(self, reader: Reader) -> None:
        text = json.dumps({"data": [{"id": "a", "plays": None}, {"id": "b", "plays": None}], "next": 5})
        options = {"columns": {"video_id": "id", "views": "plays"}, **AT}
        assert ids(reader.files({"v.json": text}, options, form="video_json")) == ["a", "b"]

    @pytest.mark.parametrize(
        ("text", "options", "message"),
        [
            ("", {}, r"v\.json: is empty; expected JSON objects"),
            ("id,views\n", {}, r"v\.json: is not JSON; expected objects, one a line or in an array"),
            (
                '{"videoId": 5}',
                {},
                r"v\.json: no record has 'id' for 'video_id'; found 'videoId'; correct `columns`",
            ),
            ('{"noor@example.org": 5}', {}, r"no record has 'id' .*found 1 columns in a line that is no header"),
            ('{"id": 5}', {"records": "data"}, r"'data' is no list of records; found 'id'; correct options\.records"),
            (
                '{"id": 5, "stats": [{"plays": 5}]}',
                {"columns": {"video_id": "id", "views": "stats.plays"}},
                r"no record has 'stats\.plays' for 'views'",
            ),
            ('{"id": 5}', {"columns": {"video_id": 1}}, "found positions for columns video_id, expected paths"),
        ],
    )
    def test_what_cannot_be_read_is_refused(
        self, reader: Reader, text: str, options: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(DeliveryError, match=message):
            reader.files({"v.json": text}, {"columns": {"video_id": "id"}, **AT, **options}, form="video_json")

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(start=st.integers(0, 900), end=st.integers(0, 900), noise=st.binary(max_size=6), is_array=st.booleans())
    def test_damaged_json_is_read_or_refused_never_a_crash(
        self, reader: Reader, start: int, end: int, noise: bytes, is_array: bool
    ) -> None:
        data = (json.dumps(APIFY) if is_array else "\n".join(map(json.dumps, APIFY))).encode()
        refusal = None
        try:
            reader.files({"v.json": data[:start] + noise + data[end:]}, TestApify.OPTIONS, form="video_json")
        except DeliveryError as error:
            refusal = str(error)
        assert refusal is None or refusal.startswith("v.json")

    def test_lines_that_are_arrays(self, reader: Reader) -> None:
        text = '[{"id": "a", "n": {"v": 1}}, {"id": "b"}]\n[{"id": "c"}]\n[{"id": "d"}, {"id": \n'
        parsed = reader.files({"v.json": text}, self.OPTIONS, form="video_json")
        assert (ids(parsed), parsed.rejected.height) == (["a", "b", "c", "d"], 1)

    def test_records_over_several_lines_one_after_the_other(self, reader: Reader) -> None:
        records = [{"id": f"v{number}", "n": {"v": number}} for number in range(3)]
        text = "\n".join(json.dumps(record, indent=2) for record in records)
        parsed = reader.files({"v.json": text}, self.OPTIONS, form="video_json")
        assert parsed.tables["video_readings"]["views"].to_list() == [0, 1, 2]
        cut = reader.files({"v.json": text[:-9]}, self.OPTIONS, form="video_json")
        assert (cut.tables["video_readings"].height, cut.rejected.height) == (2, 1)

    def test_many_records_keep_their_order(self, reader: Reader) -> None:
        records = [{"id": f"v{number}", "n": {"v": number}} for number in range(3_000)]
        for text in (json.dumps(records), "\n".join(map(json.dumps, records)), json.dumps({"r": records})):
            options = self.OPTIONS | ({"records": "r"} if text.startswith('{"r"') else {})
            parsed = reader.files({"v.json": text}, options, form="video_json")
            assert parsed.tables["video_readings"]["views"].equals(pl.Series(range(3_000), dtype=pl.Int64()))


def test_records_in_lists_inside_of_other_lists(reader: Reader) -> None:
    pages = {"pages": [{"videos": [{"id": "a", "v": 5}]}, {"videos": []}, {"videos": [{"id": "b", "v": 7}]}]}
    options = {"columns": {"video_id": "id", "views": "v"}, "records": "pages.*.videos", "captured_at": "2025-05-29"}
    parsed = reader.files({"v.json": json.dumps(pages)}, options, form="video_json")
    assert parsed.tables["video_readings"].select("video_id", "views").rows() == [("a", 5), ("b", 7)]


def test_a_first_page_that_failed_does_not_hide_the_others(reader: Reader) -> None:
    video = {"aweme_id": ID, "statistics": {"play_count": 5}}
    pages = [{"data": {"aweme_list": None, "status_code": 2190008}}, {"data": {"aweme_list": [video]}}]
    text = "".join(f"{json.dumps(page)}\n" for page in pages)
    parsed = reader.files({"v.ndjson": text}, {"preset": "raw_app", "captured_at": "2025-06-29"}, form="video_json")
    assert parsed.tables["video_readings"].select("video_id", "views").rows() == [(ID, 5)]


def test_a_preset_of_which_no_counter_is_there_refuses_the_file(reader: Reader) -> None:
    records = json.dumps([{"id": ID, "playCount": 5, "webVideoUrl": f"https://www.tiktok.com/@u/video/{ID}"}])
    with pytest.raises(DeliveryError, match="no record has a counter of preset raw_app, expected such as statistics"):
        reader.files({"v.json": records}, {"preset": "raw_app", "captured_at": "2025-06-29"}, form="video_json")
