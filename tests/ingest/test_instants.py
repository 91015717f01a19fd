"""Instants in every notation that people and tools write, and what the times of a file prove about one another."""
# ruff: noqa: RUF001 - the digits of other scripts are what is tested

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.formats.date_order import Bounds, decide_date_order, read_times, tell_apart
from ingest.instants import DateOrder, months, parse_instant, read_instant, shape_of
from ingest.source import DeliveryError

CAIRO = ZoneInfo("Africa/Cairo")
FIRST, LAST = datetime(1990, 1, 2), datetime(2037, 12, 31)  # noqa: DTZ001 - hypothesis gives them their zone
ZONES = ["UTC", "Africa/Cairo", "Asia/Dubai", "Asia/Kathmandu", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia"]
ARABIC = str.maketrans("0123456789,", "٠١٢٣٤٥٦٧٨٩،") | {ord("A"): "ص", ord("P"): "م", ord("M"): ""}
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

# Text that nearly is a time finds more than text at random.
TIMEISH = st.from_regex(
    r"[0-9௩٣]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}[T ,]{0,2}[0-9௩]{1,2}:[0-9]{1,2}(:[0-9]{1,2})?([.,][0-9]{1,9})?"
    r" ?(Z|UTC|AM|pm|[+-][0-9]{1,4}(:[0-9]{2})?)?",
    fullmatch=True,
)

# Each as strptime has it, with the order that it is written in; to the second, or else to the minute or the day.
NOTATIONS: list[tuple[str, DateOrder | None]] = [
    ("%Y-%m-%d %H:%M:%S", None),
    ("%Y/%m/%d %H:%M", None),
    ("%Y-%m-%d", None),
    ("%Y%m%d", None),
    ("%Y%m%dT%H%M%S", None),
    ("%d/%m/%Y %H:%M:%S", "dmy"),
    ("%d.%m.%Y, %H:%M", "dmy"),
    ("%d.%m.%Y", "dmy"),
    ("%d/%m/%Y à %H:%M:%S", "dmy"),
    ("%d-%m-%y %H:%M", "dmy"),
    ("%m/%d/%Y %I:%M:%S %p", "mdy"),
    ("%m/%d/%y, %I:%M %p", "mdy"),
    ("%m/%d/%y", "mdy"),
    ("%b %d, %Y", None),
    ("%B %d, %Y at %I:%M %p", None),
    ("%d %b %Y %H:%M:%S", None),
    ("%a, %d %b %Y %H:%M:%S", None),
    ("%d-%b-%y", None),
]


def read(texts: list[str | None], zone: str | None = "UTC", order: DateOrder | None = None) -> list[dict[str, Any]]:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String()})
    return frame.select(parse_instant(pl.col("text"), ZoneInfo(zone) if zone else None, order))["text"].to_list()


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("2021. 4. 13. 오후 9:01:31", "UTC", "21:01"),
        ("2021/4/13 下午9:01:31", "UTC", "21:01"),
        ("2021年4月13日 午前9:01", "UTC", "09:01"),
        ("10/09/2026 06:00 PM GST", "Africa/Cairo", "14:00"),
        ("10/09/2026 06:00 PM (GMT+04:00) Abu Dhabi, Muscat", None, "14:00"),
        ("Oct 9, 2026 06:00 PM EDT", "Asia/Dubai", "22:00"),
        ("Fri Oct 9 18:00:00 GST 2026", None, "14:00"),
        ("9 Ekim 2026 Cuma 18:00", "Asia/Dubai", "14:00"),
        ("9 באוקטובר 2026 18:00", "Asia/Dubai", "14:00"),
        ("2026-10-09 18:00:00 +0000 UTC", "Asia/Dubai", "18:00"),
        ("2026-10-09 18:00 Asia/Dubai", None, "14:00"),
        ("Oct 9, 2026 @ 18:00:00.000", "UTC", "18:00"),
        ("2026-10-09 - 18:00", "UTC", "18:00"),
        ("२०२६-१०-०९ १८:००", "UTC", "18:00"),
        ("2026-10-29 23:40 EET", "Africa/Cairo", "21:40"),
        ("2026-10-29 23:40 EEST", "Africa/Cairo", "20:40"),
        # Arabia's and Atlantic standard time; British and Bangladesh's.
        ("2026-10-09 18:00 AST", "Asia/Riyadh", "15:00"),
        ("2026-10-09 18:00 AST", "America/Puerto_Rico", "22:00"),
        ("2026-10-09 18:00 BST", "Europe/London", "17:00"),
        ("2026-10-09 18:00 AST", "Asia/Dubai", None),
        ("2026-10-09 18:00 AST", "America/New_York", None),
        ("2026-10-09 18:00 AST", None, None),
        # What New York calls its winter, in its summer.
        ("2026-07-09 18:00 EST", "America/New_York", None),
        ("2026-10-09 18:00 noon", "Asia/Dubai", None),
    ],
)
def test_names_of_zones_behind_times(text: str, zone: str | None, at: str | None) -> None:
    found = read([text], zone, "mdy")[0]
    assert (found["at"].strftime("%H:%M") if found["at"] else None, found["is_ambiguous"]) == (at, False)
    assert (found["reason"] is None) == (at is not None)


def instant(
    text: str | None, zone: str | None = "UTC", order: DateOrder | None = None
) -> tuple[str | None, bool, str | None]:
    [one] = read([text], zone, order)
    return one["at"] and one["at"].isoformat(), one["is_ambiguous"], one["reason"]


class TestInstants:
    @pytest.mark.parametrize(
        ("text", "at"),
        [
            ("2022-10-09T18:00:00Z", "2022-10-09T18:00:00+00:00"),
            ("2022-10-09T18:00:00+03:00", "2022-10-09T15:00:00+00:00"),
            ("2022-10-09T18:00:00-0330", "2022-10-09T21:30:00+00:00"),
            ("2022-10-09 18:00:00+00", "2022-10-09T18:00:00+00:00"),
            ("2022-10-09 18:00:00 UTC", "2022-10-09T18:00:00+00:00"),
            ("2022-10-09 18:00:00.123456789 +04:00", "2022-10-09T14:00:00.123456+00:00"),
            ("2022-10-09T18:00:00,5Z", "2022-10-09T18:00:00.500000+00:00"),
            ("2022-10-09 18:00", "2022-10-09T14:00:00+00:00"),
            ("2022-1-9 8:05:06", "2022-01-09T04:05:06+00:00"),
            ("2022-10-09", "2022-10-08T20:00:00+00:00"),
            ("٢٠٢٢-١٠-٠٩ ١٨:٠٠:٠٠", "2022-10-09T14:00:00+00:00"),
            ("\u200e2022-10-09 18:00:00\u200f", "2022-10-09T14:00:00+00:00"),
            ("2026/10/05 18:58", "2026-10-05T14:58:00+00:00"),
            ("20261005T185800Z", "2026-10-05T18:58:00+00:00"),
            ("2026-10-05 18:58 GMT+3", "2026-10-05T15:58:00+00:00"),
            ("Oct 5, 2026", "2026-10-04T20:00:00+00:00"),
            ("5 de octubre de 2026", "2026-10-04T20:00:00+00:00"),
            ("5. Oktober 2026 um 18:58 Uhr", "2026-10-05T14:58:00+00:00"),
            ("5 تشرين الأول 2026 6:58 مساءً", "2026-10-05T14:58:00+00:00"),
            ("۵ اکتبر ۲۰۲۶، ساعت ۱۸:۵۸", "2026-10-05T14:58:00+00:00"),
            ("Mon Oct 05 2026 18:58:00 GMT+0300 (Arabian Standard Time)", "2026-10-05T15:58:00+00:00"),
            ("1788600000", "2026-09-05T09:20:00+00:00"),
            ("2026年10月5日 18時58分00秒", "2026-10-05T14:58:00+00:00"),
            ("2026年10月5日 下午6时58分", "2026-10-05T14:58:00+00:00"),
            ("2026년 10월 5일 오후 6:58:00", "2026-10-05T14:58:00+00:00"),
            ("5 ottobre 2026 alle ore 18:58:00", "2026-10-05T14:58:00+00:00"),
            ("5 oktober 2026 om 18:58:00 uur", "2026-10-05T14:58:00+00:00"),
            ("5 октября 2026 г. в 18:58:00", "2026-10-05T14:58:00+00:00"),
            ("5 жовтня 2026 р., 18:58", "2026-10-05T14:58:00+00:00"),
            ("5 października 2026, 18:58", "2026-10-05T14:58:00+00:00"),
            ("5. října 2026 v 18:58", "2026-10-05T14:58:00+00:00"),
            ("5 okt. 2026 kl. 18:58", "2026-10-05T14:58:00+00:00"),
            ("2026. október 5., du. 6:58", "2026-10-05T14:58:00+00:00"),
            ("5 Oktober 2026 pukul 18.58", "2026-10-05T14:58:00+00:00"),
            ("5 באוקטובר 2026 בשעה 18:58", "2026-10-05T14:58:00+00:00"),
            ("5 अक्टूबर 2026, 6:58 अपराह्न", "2026-10-05T14:58:00+00:00"),
            ("5 Oct '26 18:58", "2026-10-05T14:58:00+00:00"),
            ("So, 5 Oct 2026 18:58", "2026-10-05T14:58:00+00:00"),
        ],
    )
    def test_iso(self, text: str, at: str) -> None:
        assert instant(text, "Asia/Dubai") == (at, False, None)

    @pytest.mark.parametrize(
        ("text", "order", "at"),
        [
            ("8/3/2021 19:20:27", "dmy", "2021-03-08T19:20:27+00:00"),
            ("8/3/2021 19:20:27", "mdy", "2021-08-03T19:20:27+00:00"),
            ("08.03.2021, 19:20", "dmy", "2021-03-08T19:20:00+00:00"),
            ("19-11-2021 10:07:44", "dmy", "2021-11-19T10:07:44+00:00"),
            ("11/19/2021 10:07:44 AM", "mdy", "2021-11-19T10:07:44+00:00"),
            ("11/19/2021, 10:07:44\u202fPM", "mdy", "2021-11-19T22:07:44+00:00"),
            ("11/19/2021 12:00 a.m.", "mdy", "2021-11-19T00:00:00+00:00"),
            ("11/19/2021 12:30pm", "mdy", "2021-11-19T12:30:00+00:00"),
            ("11/22/22, 11:30:16 AM", "mdy", "2022-11-22T11:30:16+00:00"),
            ("13/04/2021 à 09:01:31", "dmy", "2021-04-13T09:01:31+00:00"),
            ("Tue Apr 13 19:01:31 +0300 2021", "dmy", "2021-04-13T16:01:31+00:00"),
            ("13/04/2021 à 9h01", "dmy", "2021-04-13T09:01:00+00:00"),
            ("2021/04/13 9:01:31 م غرينتش+3", "dmy", "2021-04-13T18:01:31+00:00"),
            ("٥/١٠/٢٠٢٦، ٦:٥٨ م", "dmy", "2026-10-05T18:58:00+00:00"),
            ("5/10/2026 6:58:07 p.\u202fm.", "dmy", "2026-10-05T18:58:07+00:00"),
            ("10/5/2026 ÖS 6:58", "mdy", "2026-10-05T18:58:00+00:00"),
            ("7/20/2023", "mdy", "2023-07-20T00:00:00+00:00"),
            ("20. 10. 2022 18:00:00", "dmy", "2022-10-20T18:00:00+00:00"),
            ("20.10.2022 klo 18.00.05", "dmy", "2022-10-20T18:00:05+00:00"),
            ("5/10/99", "dmy", "1999-10-05T00:00:00+00:00"),
            ("5/10/70", "dmy", None),
            ("5/10/69", "dmy", "2069-10-05T00:00:00+00:00"),
            ("'5/10/2026", "dmy", "2026-10-05T00:00:00+00:00"),
            ("5/10/2026،", "dmy", "2026-10-05T00:00:00+00:00"),
            ("5 / 10 / 2026 18:58", "dmy", "2026-10-05T18:58:00+00:00"),
            ("5/10/2026 م", "dmy", "2026-10-05T00:00:00+00:00"),
            ("5 октября 2026 г.", "dmy", "2026-10-05T00:00:00+00:00"),
            ("5 تشرين الاول 2026", "dmy", "2026-10-05T00:00:00+00:00"),
            ("5 تشرين الأول/أكتوبر 2026", "dmy", "2026-10-05T00:00:00+00:00"),
            ("5 اغسطس 2026", "dmy", "2026-08-05T00:00:00+00:00"),
            ("Oct/05/2026", "dmy", "2026-10-05T00:00:00+00:00"),
            ("05/Oct/2026", "dmy", "2026-10-05T00:00:00+00:00"),
        ],
    )
    def test_written_by_people(self, text: str, order: DateOrder, at: str | None) -> None:
        assert instant(text, "UTC", order) == (at, False, None if at else "bad_time")

    @pytest.mark.parametrize(
        "text",
        [
            "yesterday",
            "2022-02-30 10:00",
            "2022-10-09 24:00:00",
            "2022-10-09 18:60",
            "2022-10-09T18:00:00+99:99",
            "0001-01-01 00:00:00",
            "0000-01-01",
            "9999-12-31",
            "1989-12-31",
            "2101-01-01",
            "1405/07/13",
            "31 February 2026",
            "before 10/5/2026",
            "5 Thermidor 2026",
            "7506832682593094928",
            "1.7886E+09",
            "18:58",
            "11/19/2021 13:00 PM",
            "11/19/2021 0:30 AM",
            "19/11/2021 10:00",
            "௨௦௨௨-10-09 10:00",
            "11/1௯/2021 10:00",
        ],
    )
    def test_no_time_that_exists(self, text: str) -> None:
        assert instant(text, "UTC", "mdy") == (None, False, "bad_time")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [(None, "empty"), ("", "empty"), ("undefined", "undefined"), ("NA", "undefined"), ("--", "not_applicable")],
    )
    def test_nothing_is_not_a_bad_time(self, text: str | None, reason: str) -> None:
        assert instant(text) == (None, False, reason)

    def test_the_order_of_day_and_month_is_never_guessed(self) -> None:
        assert instant("8/3/2021 19:20:27") == (None, False, "bad_time")

    def test_a_time_without_offset_needs_a_zone(self) -> None:
        assert instant("2022-10-09 18:00", None) == (None, False, "bad_time")
        assert instant("2022-10-09 18:00Z", None) == ("2022-10-09T18:00:00+00:00", False, None)

    def test_clocks_put_forward_and_back_in_cairo(self) -> None:
        assert instant("2023-04-27 23:59", "Africa/Cairo") == ("2023-04-27T21:59:00+00:00", False, None)
        assert instant("2023-04-28 00:30", "Africa/Cairo") == (None, False, "bad_time")
        assert instant("2023-04-28 01:00", "Africa/Cairo") == ("2023-04-27T22:00:00+00:00", False, None)
        assert instant("2023-10-26 22:59", "Africa/Cairo") == ("2023-10-26T19:59:00+00:00", False, None)
        assert instant("2023-10-26 23:30", "Africa/Cairo") == ("2023-10-26T20:30:00+00:00", True, None)
        assert instant("2023-10-27 00:00", "Africa/Cairo") == ("2023-10-26T22:00:00+00:00", False, None)
        assert instant("2023-10-26 23:30+03:00", "Africa/Cairo") == ("2023-10-26T20:30:00+00:00", False, None)
        assert instant("2023-10-26 23:30+02:00", "Africa/Cairo") == ("2023-10-26T21:30:00+00:00", False, None)

    @given(
        at=st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
        zone=st.sampled_from(ZONES),
        with_offset=st.booleans(),
        order=st.sampled_from([None, "dmy", "mdy"]),
    )
    @example(datetime(2023, 10, 26, 20, 30, tzinfo=UTC), "Africa/Cairo", False, None)
    @example(datetime(2023, 10, 26, 21, 30, tzinfo=UTC), "Africa/Cairo", False, "dmy")
    @example(datetime(2011, 12, 30, 12, tzinfo=UTC), "Pacific/Apia", False, "mdy")
    def test_what_a_zone_shows_is_read_back(
        self, at: datetime, zone: str, with_offset: bool, order: DateOrder | None
    ) -> None:
        local = at.astimezone(ZoneInfo(zone))
        if order is None:
            text = (local if with_offset else local.replace(tzinfo=None)).isoformat(sep=" ")
        else:
            local, with_offset = local.replace(microsecond=0), False
            text = local.strftime({"dmy": "%d/%m/%Y %H:%M:%S", "mdy": "%m/%d/%Y %I:%M:%S %p"}[order])
        first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        expected = local.astimezone(UTC) if with_offset else first
        assert read([text], zone, order) == [
            {"at": expected, "is_ambiguous": first != second and not with_offset, "reason": None}
        ]

    @settings(max_examples=100)
    @given(
        moments=st.lists(st.datetimes(FIRST, LAST), min_size=1, max_size=4),
        notation=st.sampled_from(NOTATIONS),
        digits=st.sampled_from([{}, ARABIC, PERSIAN]),
        others=st.lists(
            st.sampled_from(["", "2022-10-09", "Oct 9, 2022", "x", "2022-10-09T18:00:00+03:00"]), max_size=3
        ),
    )
    def test_each_notation_is_read_as_python_reads_it_whatever_stands_beside_it(
        self,
        moments: list[datetime],
        notation: tuple[str, DateOrder | None],
        digits: dict[int, str],
        others: list[str],
    ) -> None:
        """The quick way and the patient way agree: which of them reads a text depends on what else the column holds."""
        form, order = notation
        texts = [moment.strftime(form) for moment in moments]
        expected = [datetime.strptime(text, form).replace(tzinfo=UTC) for text in texts]
        if "%b" not in form and "%B" not in form:
            texts = [text.translate(digits) for text in texts]
        for before, after in (([], others), (others, [])):
            found = read([*before, *texts, *after], "UTC", order)[len(before) : len(before) + len(texts)]
            assert [one["at"] for one in found] == expected

    @given(st.datetimes(FIRST, LAST, timezones=st.just(UTC)), st.sampled_from([1, 1_000, 1_000_000]))
    def test_seconds_milliseconds_and_microseconds_since_1970(self, at: datetime, scale: int) -> None:
        number = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1_000_000 // scale)
        expected = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number * (1_000_000 // scale))
        for text in (f"{number}", f"{number}.0", f" {number}".translate(PERSIAN)):
            assert [one["at"] for one in read([text], None)] == [expected]
        part = timedelta(milliseconds=250) if scale == 1 else timedelta()
        assert [one["at"] for one in read([f"{number}.2500001"], None)] == [expected + part]

    @given(st.text() | TIMEISH, st.sampled_from([None, *ZONES]), st.sampled_from([None, "dmy", "mdy"]))
    @example("௯/1/2021 10:00", "UTC", "mdy")
    @example("2022-12-31 23:59:60", "UTC", None)
    def test_any_text_is_an_instant_or_has_a_reason(self, text: str, zone: str | None, order: DateOrder | None) -> None:
        at, is_ambiguous, reason = instant(text, zone, order)
        assert (at is None) == (reason is not None)
        assert not (at is None and is_ambiguous)

    def test_a_column_is_read_row_by_row(self) -> None:
        found = read(["2022-10-09 18:00", None, "1/2/2022 10:00", "x", "1:00"], "Africa/Cairo", "dmy")
        assert [one["at"] and one["at"].isoformat() for one in found] == [
            "2022-10-09T16:00:00+00:00",
            None,
            "2022-02-01T08:00:00+00:00",
            None,
            None,
        ]
        assert [one["reason"] for one in found] == [None, "empty", None, "bad_time", "bad_time"]
        assert read([]) == []


class TestShapes:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("9/12/21, 8:15:00 PM", "9/99/99, 9:99:99 AA"),
            ("٩/١٢/٢١", "9/99/99"),
            ("noor@example.org", "AAA@AAA.AAA"),
            ("\x1b[31mred\nline", "[99AAAAAA"),
            ("7" * 99, "9" * 30),
        ],
    )
    def test_a_message_shows_the_shape_and_never_the_value(self, text: str, shown: str) -> None:
        assert shape_of(text) == shown.replace("99AAAAAA", "99AAA")


def times(*texts: str, files: list[str] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {"file": files or ["f.csv"] * len(texts), "line": range(2, 2 + len(texts)), "at": list(texts)},
        schema_overrides={"line": pl.Int64()},
    )


def order_of(*texts: str, stated: DateOrder | None = None) -> DateOrder:
    return decide_date_order(times(*texts), {"at": "When"}, stated)


class TestOrderOfDayAndMonth:
    @pytest.mark.parametrize(
        ("texts", "order"),
        [
            (["1/2/2026", "13/2/2026"], "dmy"),
            (["1/2/26", "2/13/26, 6:58 PM"], "mdy"),
            (["\u200f١٣/٢/٢٠٢٦"], "dmy"),
            (["3/3/2026"], "dmy"),
            (["15-10-26", "16-10-26"], "dmy"),
            (["2026-02-01", "Oct 5, 2026"], "dmy"),
        ],
    )
    def test_the_dates_decide(self, texts: list[str], order: DateOrder) -> None:
        assert order_of(*texts) == order

    @pytest.mark.parametrize(
        ("texts", "stated", "message"),
        [
            (
                ["1/2/2026 10:00"],
                None,
                r"f\.csv, line 2, column 'When': a date of the shape 9/9/9999 may be written day",
            ),
            (
                ["1/2/2026", "13/2/2026", "2/13/2026"],
                None,
                r"line 3, .* shape 99/9/9999 holds only .*line 4.* 9/99/9999",
            ),
            (
                ["26-10-05", "26-10-14"],
                None,
                r"line 2, .* shape 99-99-99 may begin with the year.*years of four digits.*date_order: ymd",
            ),
            (["26-10-16", "26-10-17"], None, "may begin with the year"),
            (
                ["25-05-22 11:40"],
                None,
                "may begin with the year.*ymd where the year comes first, dmy where the day does",
            ),
            (["05/07/01", "05/07/02"], "dmy", "of another calendar"),
            (["05/07/01", "05/07/02"], "ymd", "of another calendar"),
            (["13/2/2026"], "ymd", r"can't be written year first.*say date_order: dmy or mdy"),
            (["13/2/2026"], "mdy", r"line 2, .* shape 99/9/9999 can't be written month first.*say date_order: dmy"),
        ],
    )
    def test_what_is_open_is_asked(self, texts: list[str], stated: DateOrder | None, message: str) -> None:
        with pytest.raises(DeliveryError, match=message):
            order_of(*texts, stated=stated)

    def test_years_of_two_digits_may_come_first(self) -> None:
        assert order_of("26-10-05", "26-10-14", stated="ymd") == "ymd"
        assert read_instant(pl.Series(["26-10-05", "26.2.1 7:05"]), ZoneInfo("UTC"), "ymd")["at"].to_list() == [
            datetime(2026, 10, 5, tzinfo=UTC),
            datetime(2026, 2, 1, 7, 5, tzinfo=UTC),
        ]

    def test_the_note_outvotes_a_few(self) -> None:
        assert order_of("1/13/2026", "1/14/2026", "13/1/2026", stated="mdy") == "mdy"


NIGHT = ["22:50", "23:10", "23:50", "23:20", "23:40", "00:10"]  # Cairo's clocks went from 24:00 back to 23:00


def night(*clocks: str, files: list[str] | None = None, bounds: Bounds = (None, None)) -> list[tuple[str, bool]]:
    """The UTC times of the clocks of that night, and whether each is open."""
    frame = times(*(f"2023-10-{27 if clock < '12' else 26} {clock}" for clock in clocks), files=files)
    told = tell_apart(read_times(frame, {"at": "When"}, CAIRO, None), "at", CAIRO, bounds)
    return [(at.strftime("%H:%M"), is_open) for at, is_open in told.select("at", "at_ambiguous").iter_rows()]


class TestClocksPutBack:
    UTC = ("19:50", "20:10", "20:50", "21:20", "21:40", "22:10")

    def test_the_order_of_a_sorted_file_tells_the_two_runs_apart(self) -> None:
        assert night(*NIGHT) == [(at, False) for at in self.UTC]
        assert night(*reversed(NIGHT)) == [(at, False) for at in reversed(self.UTC)]

    def test_files_are_judged_by_themselves(self) -> None:
        found = night(*NIGHT, "23:30", "22:00", "00:20", files=["a"] * 6 + ["b"] * 3)
        assert found[:6] == [(at, False) for at in self.UTC]
        assert found[6] == ("20:30", True)

    @pytest.mark.parametrize(
        "clocks",
        [("22:50", "23:10", "23:50", "00:10"), ("22:50", "00:10", "23:50", "23:20", "22:00"), ("23:50", "23:20")],
    )
    def test_what_no_order_proves_is_the_first_and_flagged(self, clocks: tuple[str, ...]) -> None:
        found = dict(zip(clocks, night(*clocks), strict=True))
        assert found["23:50"] == ("20:50", True)

    def test_bounds_come_first(self) -> None:
        second = (datetime(2023, 10, 26, 21, 0, tzinfo=UTC), None)
        assert night("23:30", bounds=second) == [("21:30", False)]
        first = (None, datetime(2023, 10, 26, 20, 45, tzinfo=UTC))
        assert night("23:30", "23:50", bounds=first) == [("20:30", False), ("20:50", True)]


def test_months_mean_one_number_each() -> None:
    assert {months()[name] for name in ("october", "octobre", "oktober", "ekim", "أكتوبر", "تشرين الأول", "اکتبر")} == {
        10
    }
    assert months()["mar"] == 3


def test_a_date_alone_is_the_midnight_of_its_zone() -> None:
    assert read(["7/20/2023"], "Asia/Jakarta", "mdy")[0]["at"] == datetime(2023, 7, 19, 17, tzinfo=UTC)
