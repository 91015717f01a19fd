"""`hashtag/tag_totals_csv`: totals that a platform shows for hashtags, and what they are rounded to."""
# ruff: noqa: RUF001 - tags in other scripts

import json

import polars as pl
import pytest

from ingest.source import DeliveryError
from tests.ingest.video_desk import FIELD, Reader, rejected

OPTIONS = {"columns": {"hashtag": "tag", "observed_at": "at", "views": "views"}}


def test_totals_and_what_they_are_rounded_to(reader: Reader) -> None:
    text = "tag,at,views\n#Calm,46188.155,78300000\ncalm,2026-06-15 06:43,4.8B\nهدوء,2026-06-15,39300\nx,2026-06-15,404\ny,2026-06-15,1234567\n"
    parsed = reader.files({"t.csv": text}, OPTIONS, form="tag_totals_csv")
    assert parsed.tables["tag_total_readings"].select("hashtag", "display_hashtag", "views", "views_unit").rows() == [
        ("calm", "Calm", 78_300_000, 100_000),
        ("calm", "calm", 4_800_000_000, 100_000_000),
        ("هدوء", "هدوء", 39_300, 100),
        ("x", "x", 404, 1),
        ("y", "y", 1_234_567, 1),
    ]
    assert parsed.tables["tag_total_readings"]["posts"].null_count() == 5


def test_what_has_no_key_is_rejected_and_repeats_are_settled(reader: Reader) -> None:
    text = "tag,at,views\n#,2026-06-15,5\nx,soon,5\nx,2026-06-15,5\nX,2026-06-15,6\ny,2026-06-15,many\n"
    parsed = reader.files({"t.csv": text}, OPTIONS, form="tag_totals_csv")
    assert rejected(parsed) == [(2, "missing_key"), (3, "bad_time"), (4, "conflicting_key")]
    assert parsed.unreadable.rows() == [("views", "bad_number", 1)]


def test_a_date_and_its_time_of_day_may_stand_in_two_columns(reader: Reader) -> None:
    options = {"columns": {"hashtag": "tag", "observed_at": ["day", "at"], "views": "views"}}
    text = "tag,day,at,views\nx,15/06/2026,9:00 AM,5\nx,15/06/2026,9:00 PM,6\n"
    readings = reader.files({"t.csv": text}, options, form="tag_totals_csv").tables["tag_total_readings"]
    assert readings["observed_at"].dt.hour().to_list() == [9, 21]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#calm,5\nTotal,12\n#total,7\n", ["calm", "total"]),
        ("calm,5\ntotal,1\npeace,7\n", ["calm", "total", "peace"]),
        ("هدوء,5\nسلام,7\nالمجموع,12\n", ["هدوء", "سلام"]),
    ],
)
def test_the_row_that_sums_up_the_others_is_no_tag(reader: Reader, text: str, tags: list[str]) -> None:
    options = {"columns": {"hashtag": "tag", "views": "views"}, "observed_at": "2026-06-15"}
    parsed = reader.files({"t.csv": f"tag,views\n{text}"}, options, form="tag_totals_csv")
    assert parsed.tables["tag_total_readings"]["hashtag"].to_list() == tags


@pytest.mark.parametrize(
    ("rows", "tags"),
    [
        ("#calm,3,1\n#peace,5,2\n#rest,7,3\nجمع کل,15,6\n", ["calm", "peace", "rest"]),
        ("#calm,1.2K,1\n#peace,5K,2\nGenel Toplam,6.3K,3\n", ["calm", "peace"]),
        ("∑,8,3\ncalm,3,1\npeace,5,2\n", ["calm", "peace"]),
        ("#calm,3,1\n#peace,5,2\nrest,8,4\n", ["calm", "peace", "rest"]),
        ("calm,3,1\npeace,5,2\nrest,8,4\n", ["calm", "peace", "rest"]),
        ("#calm,3,1\npeace,3,1\n", ["calm", "peace"]),
        ("#calm,0,0\n#peace,0,0\nrest,0,0\n", ["calm", "peace", "rest"]),
        ("#calm,0,0\n#mind_free,5,2\n#MindFree,5,2\n", ["calm", "mind_free", "mindfree"]),
    ],
)
def test_a_row_with_the_sums_of_the_others_is_no_tag_whatever_it_is_called(
    reader: Reader, rows: str, tags: list[str]
) -> None:
    options = {"columns": {"hashtag": "tag", "views": "views", "posts": "posts"}, "observed_at": "2026-06-15"}
    parsed = reader.files({"t.csv": f"tag,views,posts\n{rows}"}, options, form="tag_totals_csv")
    assert sorted(parsed.tables["tag_total_readings"]["hashtag"]) == tags
    assert parsed.records_read == len(tags)


def test_a_header_that_is_repeated_is_no_tag(reader: Reader) -> None:
    options = {"columns": {"hashtag": "hashtags", "views": "views"}, "observed_at": "2026-06-15"}
    text = ",hashtags,views\n0,#calm,1.3M views\n,hashtags,views\n0,#peace,5\n"
    parsed = reader.files({"t.csv": text}, options, form="tag_totals_csv")
    assert parsed.records_read == 2
    assert parsed.tables["tag_total_readings"].select("hashtag", "views").rows() == [("calm", 1_300_000), ("peace", 5)]


@pytest.mark.parametrize(
    ("name", "cell", "platform"),
    [
        ("window_days", "7", "tiktok_7_days"),
        ("Period", "Last 30 days", "tiktok_30_days"),
        ("الفترة", "آخر ٧ أيام", "tiktok_7_days"),
        ("window_days", "all", "tiktok"),
        ("window_days", "", "tiktok"),
    ],
)
def test_totals_of_some_days_are_kept_apart_from_those_of_all_time(
    reader: Reader, name: str, cell: str, platform: str
) -> None:
    text = f"tag,at,views,{name}\ncalm,2026-06-15,5,{cell}\n"
    parsed = reader.files({"t.csv": text}, OPTIONS, form="tag_totals_csv")
    assert parsed.tables["tag_total_readings"].select("views", "platform").row(0) == (5, platform)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tag,at,views,window_days\nx,2026-06-15,5,0\n", "line 2: a column says what time the views of a tag are of"),
        ("tag,at,views,Period\nx,2026-06-15,5,2 months\n", "expected a number of days such as 7"),
        ("tag,at,views,country\nx,2026-06-15,5,AE\nx,2026-06-15,7,SA\n", "column 'country': found totals of a tag by country"),
    ],
)  # fmt: skip
def test_totals_of_other_times_or_of_countries_are_refused(reader: Reader, text: str, message: str) -> None:
    with pytest.raises(DeliveryError, match=message):
        reader.files({"t.csv": text}, OPTIONS, form="tag_totals_csv")


def test_percent_codes_are_signs_and_two_tags_in_a_cell_are_none(reader: Reader) -> None:
    text = "tag;at;views\n%D9%87%D8%AF%D9%88%D8%A1;2026-06-15;5\n#calm #fyp;2026-06-15;5\npeace and love;2026-06-15;5\n"
    parsed = reader.files({"t.csv": text}, OPTIONS, form="tag_totals_csv")
    assert parsed.tables["tag_total_readings"]["hashtag"].to_list() == ["هدوء", "peaceandlove"]
    assert rejected(parsed) == [(3, "missing_key")]


def test_records_of_json_links_to_tags_and_turkish_counts(reader: Reader) -> None:
    options = {
        "columns": {"hashtag": "tag.link", "views": "stats.views", "posts": "stats.posts"},
        "observed_at": "2026-06-15",
    }
    records = [
        {"tag": {"link": "https://www.tiktok.com/tag/calm?lang=tr"}, "stats": {"views": "1,2 Mn", "posts": "2 B"}},
        {"tag": {"link": "https://www.tiktok.com/tag/%D9%87%D8%AF%D9%88%D8%A1"}, "stats": {"views": 7, "posts": None}},
    ]
    for document in (records, {"records": records}):
        parsed = reader.files({"t.json": json.dumps(document)}, options, form="tag_totals_csv")
        assert parsed.tables["tag_total_readings"].select("hashtag", "views", "posts").rows() == [
            ("calm", 1_200_000, 2_000),
            ("هدوء", 7, None),
        ]
    with pytest.raises(DeliveryError, match=r"t\.json: no record has 'tag\.link' for 'hashtag'"):
        reader.files({"t.json": '[{"tag": "calm"}]'}, options, form="tag_totals_csv")


def test_by_position_with_a_constant_time(reader: Reader) -> None:
    options = {"columns": {"hashtag": 1, "posts": 2}, "header": False, "observed_at": "2026-06-15"}
    parsed = reader.files({"t.csv": "calm,12\n"}, options, form="tag_totals_csv")
    assert parsed.tables["tag_total_readings"].select("hashtag", "posts", "views").rows() == [("calm", 12, None)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": {"hashtag": "tag", "observed_at": "at"}}, "neither views nor posts"),
        ({"columns": {"hashtag": "tag", "views": "views"}}, "either columns.observed_at or a constant observed_at"),
        ({**OPTIONS, "header": False}, "found names for columns hashtag, observed_at, views with header: false"),
    ],
)
def test_options_that_contradict_each_other(reader: Reader, options: dict[str, object], message: str) -> None:
    with pytest.raises(DeliveryError, match=message):
        reader.files({"t.csv": "tag,at,views\n"}, options, form="tag_totals_csv")


def test_the_real_totals_with_their_falls(reader: Reader) -> None:
    path = FIELD / "hashtag" / "tag_totals" / "window_2026-06-15_2026-08-22.csv"
    if not path.exists():
        pytest.skip(f"the real data is not beside this checkout: {path.name} is absent")
    options = {"columns": {"hashtag": "tag", "observed_at": "observed_at", "views": "views"}}
    readings = reader.files({"t.csv": path.read_bytes()}, options, form="tag_totals_csv").tables["tag_total_readings"]
    assert (readings.height, readings["hashtag"].n_unique()) == (93_523, 190)
    before = pl.col("views").shift().over("hashtag", order_by="observed_at")
    unit = pl.max_horizontal("views_unit", pl.col("views_unit").shift().over("hashtag", order_by="observed_at"))
    falls = readings.select((before - pl.col("views")).alias("fall"), unit.alias("unit")).filter(pl.col("fall") > 0)
    assert (falls.height, falls.filter(pl.col("fall") > pl.col("unit")).height) == (2_986, 848)


def test_totals_of_several_platforms_stay_apart(reader: Reader) -> None:
    text = "where,tag,at,views\nTikTok,x,2026-06-15,5\nInstagram Reels,x,2026-06-15,6\n,x,2026-06-15,7\n"
    options = {"columns": OPTIONS["columns"] | {"platform": "where"}}
    parsed = reader.files({"t.csv": text}, options, form="tag_totals_csv")
    assert parsed.tables["tag_total_readings"].select("platform", "views").rows() == [("tiktok", 5), ("instagram", 6)]
    assert rejected(parsed) == [(4, "missing_key")]
    with pytest.raises(DeliveryError, match=r"columns\.platform or a constant platform"):
        reader.files({"t.csv": text}, options | {"platform": "tiktok"}, form="tag_totals_csv")
