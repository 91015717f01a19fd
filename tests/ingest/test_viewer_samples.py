"""Samples of concurrent viewers: by name and by position, epochs and written times."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.source import DeliveryError, Parsed
from tests.ingest.live_desk import LiveDesk, utc

BY_POSITION: dict[str, Any] = {
    "session": {"id": "live-07"},
    "header": False,
    "columns": {"sampled_at": 1, "viewers": 2},
    "epoch": "s",
}
BY_NAME: dict[str, Any] = {"session": {"id": "live-07"}, "columns": {"sampled_at": "at", "viewers": "watching"}}


def samples_of(parsed: Parsed) -> list[tuple[datetime, int | None]]:
    return parsed.tables["live_samples"].select("sampled_at", "viewers").rows()


@pytest.mark.parametrize(
    ("name", "samples", "peak", "at"),
    [
        ("youtube_2017-06", 43_137, 15_067, "2017-06-12T21:10:04"),
        ("twitch_2017-06", 43_043, 4_404, "2017-06-11T21:33:03"),
        ("youtube_2017-07", 44_469, 13_171, "2017-07-21T20:10:06"),
        ("twitch_2017-07", 44_383, 4_842, "2017-07-21T20:24:04"),
    ],
)
def test_real_samples_of_a_broadcaster(live: LiveDesk, name: str, samples: int, peak: int, at: str) -> None:
    parsed = live.read("viewer_samples", {"s.csv": live.real_file(f"rbtv/{name}.csv")}, BY_POSITION, None)
    frame = parsed.tables["live_samples"]
    assert (parsed.records_read, frame.height, frame["max_gap_seconds"].unique().to_list()) == (samples, samples, [300])
    highest = frame.filter(pl.col("viewers") == pl.col("viewers").max()).sort("sampled_at").head(1)
    assert highest.select("sampled_at", "viewers").rows() == [(utc(at), peak)]
    session = parsed.tables["live_sessions"].row(0, named=True)
    assert (session["basis"], session["identity"], session["bounds_basis"]) == ("samples", "none", "events")
    assert (session["starts_at"], session["ends_at"]) == (frame["sampled_at"].min(), frame["sampled_at"].max())


def test_epochs(live: LiveDesk) -> None:
    instant = utc("2017-06-11T21:33:03")
    seconds = live.read("viewer_samples", {"s.csv": "1497216783,10\n"}, BY_POSITION, None)
    millis = live.read("viewer_samples", {"s.csv": "1497216783250,10\n"}, BY_POSITION | {"epoch": "ms"}, None)
    assert samples_of(seconds) == [(instant, 10)]
    assert samples_of(millis) == [(instant + timedelta(milliseconds=250), 10)]
    for text, epoch, right in (("1497216783,10\n", "ms", "s"), ("1497216783250,10\n", "s", "ms")):
        with pytest.raises(DeliveryError, match=rf"s\.csv, line 1, column 1: .*since 1970.*say epoch: {right}$"):
            live.read("viewer_samples", {"s.csv": text}, BY_POSITION | {"epoch": epoch}, None)


TWITCH = '{"data": [{"id": "4", "user_login": "x", "type": "live", "viewer_count": 312, "started_at": "2022-10-13T13:58:00Z"}]'


def test_what_twitch_answers_needs_a_time_beside_it(live: LiveDesk) -> None:
    only = {"session": {"id": "live-07"}}
    asked = f'{TWITCH}, "captured_at": "2022-10-13T14:00:00Z"}}'
    parsed = live.read("viewer_samples", {"s.json": asked}, only, timezone=None)
    assert samples_of(parsed) == [(utc("2022-10-13T14:00:00"), 312)]
    with pytest.raises(DeliveryError, match=r"no record has a field 'captured_at' that says when it was taken; map"):
        live.read("viewer_samples", {"s.json": TWITCH + "}"}, only, timezone=None)
    with pytest.raises(DeliveryError, match=r"is Twitch's list of chatters, .* expected Get Streams with viewer_count"):
        live.read("viewer_samples", {"s.json": '{"data": [{"user_login": "x"}], "total": 8}'}, only, timezone=None)


def test_nul_bytes_of_a_killed_logger_are_no_part_of_the_time(live: LiveDesk) -> None:
    rows = "".join(f"{1497216783 + n * 60},{n}\n" for n in range(600)) + "\0" * 15 + "1497300000,7\n"
    parsed = live.read("viewer_samples", {"s.csv": rows}, BY_POSITION, None)
    assert samples_of(parsed)[-1] == (utc("2017-06-12T20:40:00"), 7)


def test_every_record_is_accounted_for(live: LiveDesk) -> None:
    text = (
        "at,watching\n2022-10-09T18:00:00Z,5\n2022-10-09T18:00:00Z,5\n2022-10-09T18:01:00Z,--\n2022-10-09T18:02:00Z,1.2K\n"
        '2022-10-09T18:03:00Z,-4\n,7\nyesterday,7\n\n2022-10-09T18:04:00Z,0\n2022-10-09T18:05:00Z,"1,204 viewers"\n'
    )
    parsed = live.read("viewer_samples", {"s.csv": text}, BY_NAME, None)
    assert (parsed.records_read, parsed.records_duplicate) == (9, 1)
    assert sorted(parsed.rejected.select("line", "reason").rows()) == [
        (6, "out_of_range"),
        (7, "missing_key"),
        (8, "bad_time"),
    ]
    assert [viewers for _, viewers in samples_of(parsed)] == [5, None, 1200, 0, 1204]
    assert parsed.unreadable.rows() == [("viewers", "not_applicable", 1)]


def test_a_session_does_not_last_for_years(live: LiveDesk) -> None:
    """Its minutes would fill a table; a month of samples is one that broadcasters deliver."""
    columns = {"columns": {"sampled_at": "at", "viewers": "watching"}, "session": {"id": "s"}}
    years = "at,watching\n2015-10-29T19:00:00Z,12\n2025-10-29T19:01:00Z,4\n"
    parsed = live.read("viewer_samples", {"s.csv": years}, columns, None)
    assert parsed.rejected["reason"].to_list() == ["out_of_range", "out_of_range"]
    month = "at,watching\n2025-10-01T00:00:00Z,12\n2025-10-31T23:59:00Z,4\n"
    parsed = live.read("viewer_samples", {"s.csv": month}, columns, None)
    assert parsed.tables["live_samples"].height == 2


def test_written_times_are_of_the_note_s_zone(live: LiveDesk) -> None:
    text = "at\twatching\n2022-10-09 18:00\t5\n"
    assert samples_of(live.read("viewer_samples", {"s.csv": text}, BY_NAME, "Asia/Dubai")) == [
        (utc("2022-10-09T14:00:00"), 5)
    ]
    with pytest.raises(DeliveryError, match=r"s\.csv, line 2, column 'at'.*without an offset.*timezone"):
        live.read("viewer_samples", {"s.csv": text}, BY_NAME, None)


def test_sessions_may_be_a_column(live: LiveDesk) -> None:
    columns = {"sampled_at": "at", "viewers": "watching", "session_id": "room"}
    samples = [("18:00", "5,a"), ("18:05", "6,b"), ("18:09", "7,b"), ("18:09", "7,")]
    text = "at,watching,room\n" + "".join(f"2022-10-09T{at}:00Z,{rest}\n" for at, rest in samples)
    parsed = live.read("viewer_samples", {"s.csv": text}, {"columns": columns, "max_gap_seconds": 60}, None)
    assert parsed.tables["live_sessions"].select("session_id", "starts_at", "ends_at").rows() == [
        ("a", utc("2022-10-09T18:00:00"), utc("2022-10-09T18:00:00")),
        ("b", utc("2022-10-09T18:05:00"), utc("2022-10-09T18:09:00")),
    ]
    assert parsed.rejected["reason"].to_list() == ["missing_key"]
    parsed = live.read("viewer_samples", {"s.csv": text}, {"columns": columns, "session": {"id": "b"}}, None)
    assert parsed.rejected["reason"].to_list() == ["unknown_session", "missing_key"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"columns": {"sampled_at": "when", "viewers": "watching"}},
            r"s\.csv: column 'when'.*found 'at', 'watching'.*columns",
        ),
        ({"columns": {"sampled_at": 1, "viewers": 3}}, r"s\.csv: column 3 for 'viewers' is not there; found 2 columns"),
        ({"columns": {"sampled_at": 0, "viewers": 1}}, r"s\.csv: column 0 for 'sampled_at'.*the first is 1"),
        (
            {"columns": {"sampled_at": "at", "viewers": "watching"}, "header": False},
            "with header: false, expected positions",
        ),
        ({"columns": {"sampled_at": "at", "viewers": "watching"}, "max_gap_seconds": 0}, "greater than 0"),
        (
            {"columns": {"sampled_at": "at", "viewers": "watching"}, "max_gap_seconds": 10**15},
            "less than or equal to 86400",
        ),
        ({"columns": {"sampled_at": "at", "viewers": "watching"}, "epoch": "min"}, "epoch"),
        ({}, "options.columns.*missing"),
    ],
)
def test_options_that_do_not_fit(live: LiveDesk, options: dict[str, Any], message: str) -> None:
    text = "at,watching\n2022-10-09T18:00:00Z,5\n"
    with pytest.raises(DeliveryError, match=message):
        live.read("viewer_samples", {"s.csv": text}, {"session": {"id": "s"}} | options, None)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    times=st.lists(st.one_of(st.integers(-(10**20), 10**20).map(str), st.text(max_size=6)), min_size=1, max_size=8),
    viewers=st.one_of(st.integers(-(10**20), 10**20).map(str), st.text(max_size=6)),
    epoch=st.sampled_from(["s", "ms", None]),
)
def test_any_text_is_read_or_refused_never_a_crash(
    live: LiveDesk, times: list[str], viewers: str, epoch: str | None
) -> None:
    text = "at,watching\n" + "".join(f"{time},{viewers}\n" for time in times)
    options = BY_NAME | {"epoch": epoch}
    live.read_or_refuse("viewer_samples", text.encode("utf-8", "ignore"), options, "Africa/Cairo")
