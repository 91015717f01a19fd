"""Counts, instants, hashtags and durations, in every form that people and tools write them."""
# ruff: noqa: RUF001 - the digits of other scripts are what is tested

import unicodedata
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.text import (
    clean_number,
    normalise_hashtag,
    nothing,
    parse_count,
    parse_duration_seconds,
)

MAGNITUDES = {"K": 3, "M": 6, "B": 9, "ألف": 3, "مليون": 6, "مليار": 9}
ARABIC = str.maketrans("0123456789.,", "٠١٢٣٤٥٦٧٨٩٫٬")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

# Text that nearly is a number finds more than text at random.
NUMBERISH = st.text(st.sampled_from("0123456789.,KMBkmb -+٣۳३３eE %ألفviews\u200f\u00a0"), max_size=24)


def column(expression: pl.Expr, *texts: str | None) -> list[Any]:
    """What an expression of the column `text` gives for each text."""
    frame = pl.DataFrame({"text": list(texts)}, schema={"text": pl.String()})
    return frame.select(expression.alias("read"))["read"].to_list()


def count(text: str | None) -> tuple[int | None, int | None, str | None]:
    [read] = column(parse_count(pl.col("text")), text)
    return read["value"], read["unit"], read["reason"]


class TestCounts:
    @pytest.mark.parametrize(
        ("text", "value", "unit"),
        [
            ("0", 0, 1),
            ("454", 454, 1),
            (" 5047 ", 5_047, 1),
            ("1098.0", 1_098, 1),
            ("1234.000", 1_234, 1),
            ("12,345", 12_345, 1),
            ("1,234,567", 1_234_567, 1),
            ("1 234 567", 1_234_567, 1),
            ("1'234'567", 1_234_567, 1),
            ("1’234 views", 1_234, 1),
            ("12,34,567", 1_234_567, 1),
            ("1\u202f234\u00a0567", 1_234_567, 1),
            ("541.2K", 541_200, 100),
            ("~541.2K", 541_200, 100),
            ("1.2 אלף", 1_200, 100),
            ("12 هزار بازدید", 12_000, 1_000),
            ("541,2K", 541_200, 100),
            ("1.4M", 1_400_000, 100_000),
            ("12M", 12_000_000, 1_000_000),
            ("2.35b", 2_350_000_000, 10_000_000),
            ("1.234K", 1_234, 1),
            ("17.4k views", 17_400, 100),
            ("'1234", 1_234, 1),
            ("١٢٣٤ مشاهدة", 1_234, 1),
            ("3 إعجابات", 3, 1),
            ("3 videos", 3, 1),
            ("1,234 Likes", 1_234, 1),
            ("Share", 0, 1),
            ("Play", 0, 1),
            ("1.5K plays", 1_500, 100),
            ("comments", 0, 1),
            ("\u200f12\u200e", 12, 1),
            ("١٢٬٣٤٥", 12_345, 1),
            ("۵۰۴۷", 5_047, 1),
            ("٣٫٥ ألف", 3_500, 100),
            ("1.2 مليون", 1_200_000, 100_000),
            ("٢ مليار", 2_000_000_000, 1_000_000_000),
            ("1234,0", 1_234, 1),
            ("1,234.00", 1_234, 1),
            ("1.234,0", 1_234, 1),
            ("10000000000000", 10**13, 1),
            ("12,3 mil", 12_300, 100),
            ("1,2 mi", 1_200_000, 100_000),
            ("1,2 Mio.", 1_200_000, 100_000),
            ("3,4 Mrd.", 3_400_000_000, 100_000_000),
            ("12 тыс.", 12_000, 1_000),
            ("1,2 rb", 1_200, 100),
            ("۱٫۲ هزار", 1_200, 100),
            ("12,3 χιλ.", 12_300, 100),
            ("1.2万", 12_000, 1_000),
            ("1.2 lakh views", 120_000, 10_000),
            ("1.2 لاکھ", 120_000, 10_000),
            ("१.२ करोड़", 12_000_000, 1_000_000),
            ("১২৩", 123, 1),
            ("１２３", 123, 1),
            ("3.4천", 3_400, 100),
            ("▶ 1,234", 1_234, 1),
            ("65099.99999999999", 65_100, 1),
            ("4600.000000000001", 4_600, 1),
            ('"1_234"', 1_234, 1),
        ],
    )
    def test_written(self, text: str, value: int, unit: int) -> None:
        assert count(text) == (value, unit, None)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            (None, "empty"),
            ("", "empty"),
            (" \u200f ", "empty"),
            ("undefined", "undefined"),
            ("NaN", "undefined"),
            ("null", "undefined"),
            ("None", "undefined"),
            ("#N/A", "undefined"),
            ("NA", "undefined"),
            ("<NA>", "undefined"),
            (r"\N", "undefined"),
            ("N/D", "undefined"),
            ("unknown", "undefined"),
            ("NA views", "bad_number"),
            ("--", "not_applicable"),
            ("-", "not_applicable"),
            ("—", "not_applicable"),
            ("-5", "out_of_range"),
            ("- 5", "out_of_range"),
            ("many", "bad_number"),
            ("12.5", "bad_number"),
            ("1,2", "bad_number"),
            ("12,34", "bad_number"),
            ("123,45,678", "bad_number"),
            ("1.2345K", "bad_number"),
            ("1.2KM", "bad_number"),
            ("1,2 B", "bad_number"),
            ("1.234 mil", "bad_number"),
            ("1e6", "bad_number"),
            ("5 apples", "bad_number"),
            ("9223372036854775808", "out_of_range"),
            ("10000000000001", "out_of_range"),
            ("2147483647", "out_of_range"),
            ("4,294,967,295", "out_of_range"),
            ("1" * 40, "out_of_range"),
            ("11000B", "out_of_range"),
        ],
    )
    def test_five_kinds_of_nothing_and_what_is_no_count(self, text: str | None, reason: str) -> None:
        assert count(text) == (None, None, reason)

    @pytest.mark.parametrize("text", ["1.000", "12.000", "1,234K", "999,999M"])
    def test_what_may_be_read_in_two_ways_is_not_read(self, text: str) -> None:
        """Is the mark one of thousands or of decimals? The numbers differ by a factor of a thousand."""
        assert count(text) == (None, None, "bad_number")

    @given(
        value=st.integers(0, 9_999_000_000_000),
        magnitude=st.sampled_from(sorted(MAGNITUDES)),
        decimals=st.integers(0, 3),
        rounding=st.sampled_from([ROUND_DOWN, ROUND_HALF_UP]),
        script=st.sampled_from(["european", "arabic"]),
    )
    def test_an_abbreviation_is_read_to_within_its_unit(
        self, value: int, magnitude: str, decimals: int, rounding: str, script: str
    ) -> None:
        scale = 10 ** MAGNITUDES[magnitude]
        shown = Decimal(value % (1_000 * scale)) / scale
        written = f"{shown.quantize(Decimal(1).scaleb(-decimals), rounding=rounding):f}"
        if script == "arabic":
            written = written.translate(ARABIC)
        read, unit, reason = count(f"{written} {magnitude}" if script == "arabic" else f"{written}{magnitude}")
        assert reason is None
        assert read is not None
        assert unit == scale // 10**decimals
        assert read % unit == 0
        assert abs(read - value % (1_000 * scale)) < unit

    @given(value=st.integers(0, 10**13), form=st.sampled_from(["{}", "{:,}", "{}.0", " {} ", "{} views"]))
    def test_a_whole_number_is_read_exactly(self, value: int, form: str) -> None:
        for text in (form.format(value), form.format(value).translate(PERSIAN)):
            assert count(text) == (value, 1, None)

    @given(st.text() | NUMBERISH)
    @example("३")
    @example("１２")
    def test_any_text_is_a_count_or_has_a_reason(self, text: str) -> None:
        value, unit, reason = count(text)
        assert (value is None) == (unit is None) == (reason is not None)
        assert value is None or (value >= 0 and unit is not None and unit >= 1 and value % unit == 0)

    @pytest.mark.parametrize(
        ("texts", "values"),
        [
            (["1.000", "1.234", "12", "1.234.567", None], [1000, 1234, 12, 1234567, None]),
            (["1.000", "2.000"], [None, None]),
            (["1.234", "2.50"], [None, None]),
            (["1.234", "1,234"], [None, 1234]),
            (["1.234", "2.5K"], [None, 2500]),
            (["12 B", "1,2 Mn"], [12_000, 1_200_000]),
            (["12 B", "1,2 B", "3"], [None, None, 3]),
            (["12 B", "1.2B"], [12 * 10**9, 12 * 10**8]),
        ],
    )
    def test_the_column_proves_what_points_and_letters_mean(
        self, texts: list[str | None], values: list[int | None]
    ) -> None:
        read = pl.DataFrame({"text": texts}).select(parse_count(pl.col("text")).struct.field("value"))
        assert read.to_series().to_list() == values

    def test_a_column_is_read_row_by_row(self) -> None:
        texts = ["5", None, "1.5K", "", "x", "Share"]
        assert [read["value"] for read in column(parse_count(pl.col("text")), *texts)] == [
            5,
            None,
            1_500,
            None,
            None,
            0,
        ]
        assert column(parse_count(pl.col("text"))) == []
        assert column(parse_count(pl.col("text")), None, None) == [{"value": None, "unit": None, "reason": "empty"}] * 2

    def test_whole_numbers_need_no_reading(self) -> None:
        frame = pl.DataFrame({"n": [5, None, -1, 10**14]})
        assert frame.select(parse_count(pl.col("n"))).unnest("n").rows() == [
            (5, 1, None),
            (None, None, "empty"),
            (None, None, "out_of_range"),
            (None, None, "out_of_range"),
        ]


class TestNothing:
    @given(st.text(alphabet="abc123", min_size=1))
    def test_what_says_something_has_no_reason(self, text: str) -> None:
        assert column(nothing(pl.col("text")), f"x{text}") == [None]

    def test_clean_number_leaves_words(self) -> None:
        assert column(clean_number(pl.col("text")), "\u202b ١٫٥ مرحبا \u202c", None) == ["1.5 مرحبا", None]


class TestHashtags:
    @pytest.mark.parametrize(
        ("written", "tag"),
        [
            ("#EndTheStigma", "endthestigma"),
            (" ##calm ", "calm"),
            ("＃ｃａｌｍ", "calm"),
            ("#الصحة_النفسية", "الصحة_النفسية"),
            ("\u200f#كفاية\u200f", "كفاية"),
            ("\ufdfa", "صلياللهعليهوسلم"),
            ("🌱", "🌱"),
            ("❤️", "❤"),
            ("Ｃａｆé", "café"),
            ("cafe\u0301", "café"),
            ("H\u0331", "\u1e96"),
            ("\u2028#x\u3000", "x"),
            ("a#b", "ab"),
            ("#", ""),
            ("", ""),
        ],
    )
    def test_written(self, written: str, tag: str) -> None:
        assert column(normalise_hashtag(pl.col("text")), written) == [tag]

    @given(st.text(), st.sampled_from("⑴㈠🄁﹙，｢\u00b4\u037e﹟"))
    def test_what_separates_tags_is_part_of_none(self, text: str, sign: str) -> None:
        [tag] = column(normalise_hashtag(pl.col("text")), f"{text}{sign}{text}")
        assert not set(tag) & set("#()[]{}<>\"'`,;| ")

    @pytest.mark.parametrize(
        "forms",
        [
            ["أمل", "امل", "إمل", "آمل", "أَمَل", "أمـــل", "\u0627\u0654مل"],
            ["كفاية", "کفایة", "كفايةٌ", "\u202bكفاية\u202c"],
            ["السلام", "\u0627\ufedf\ufeb4\ufefc\u0645"],
            ["على", "علی", "علي"],
            ["میخواهم", "می‌خواهم", "ميخواهم"],
            ["رمضان2022", "رمضان٢٠٢٢", "رمضان۲۰۲۲"],
            ["İstanbul", "istanbul", "ISTANBUL", "i̇stanbul"],
            ["IŞIK", "ışık", "Işık"],
            ["Straße", "STRASSE"],
            ["Σίσυφος", "ΣΊΣΥΦΟΣ"],
            ["fyp", "fyp🔥", "🔥fyp👍🏽", "f🇪🇬yp", "#fyp❤️"],
            ["❤", "❤️", "#❤️"],
            ["endthestigma", "ＥｎｄＴｈｅＳｔｉｇｍａ", "end\u00adthe\u200bstigma"],
        ],
        ids=lambda forms: forms[0],
    )
    def test_one_tag_in_many_forms(self, forms: list[str]) -> None:
        assert len(set(column(normalise_hashtag(pl.col("text")), *forms))) == 1

    @pytest.mark.parametrize("tags", [["🌱", "🔥"], ["مصر", "مصري"], ["كتاب", "كتب"], ["café", "cafe"], ["👍", "👎"]])
    def test_other_tags_stay_apart(self, tags: list[str]) -> None:
        assert len(set(column(normalise_hashtag(pl.col("text")), *tags))) == len(tags)

    @given(st.text(st.sampled_from("azßςİıäéأآىکكـ\u064bﻻ٣🔥❤\ufe0f\u200d#＃ ｆΣ"), max_size=8))
    def test_case_and_invisible_marks_tell_no_tags_apart(self, text: str) -> None:
        forms = [text, text.upper(), text.lower(), f"\u200f#{text}\u200c ", unicodedata.normalize("NFD", text)]
        assert len(set(column(normalise_hashtag(pl.col("text")), *forms))) == 1

    def test_null_stays_null(self) -> None:
        assert column(normalise_hashtag(pl.col("text")), None) == [None]

    @given(st.text())
    @example("J\u030c")
    @example("#\u2028＃x")
    @example("\u00a8x")
    def test_normalising_again_changes_nothing(self, text: str) -> None:
        [once] = column(normalise_hashtag(pl.col("text")), text)
        assert column(normalise_hashtag(pl.col("text")), once) == [once]


class TestDurations:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [
            ("15", 15),
            ("00:31", 31),
            ("1:05", 65),
            ("1:02:03", 3_723),
            ("15.5", 15),
            ("٣٠", 30),
            ("", None),
            (None, None),
            ("௧௫", None),
            ("PT15S", 15),
        ],
    )
    def test_written(self, text: str | None, seconds: int | None) -> None:
        assert column(parse_duration_seconds(pl.col("text")), text) == [seconds]
