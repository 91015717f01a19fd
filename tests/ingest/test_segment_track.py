"""`activation/segment_track`: the clock of the device corrected by that of the collector, calls sent again once."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.source import DeliveryError
from tests.ingest.activation_desk import events, ndjson, read, rejected


def call(message: str, **fields: Any) -> dict[str, Any]:
    return {"type": "track", "messageId": message, "anonymousId": "a-77", "event": "Guide Opened"} | fields


def test_a_clock_that_is_years_off_is_corrected(tmp_path: Path) -> None:
    clocks = {
        "originalTimestamp": "2031-01-01T00:00:05Z",
        "sentAt": "2031-01-01T00:00:07Z",
        "receivedAt": "2026-10-05T04:12:02Z",
    }
    [(at, correction)] = events(
        read(tmp_path, "segment_track", ndjson([call("m-1", **clocks)])), "happened_at", "clock_correction_seconds"
    )
    assert at == datetime(2026, 10, 5, 4, 12, tzinfo=UTC)
    assert (
        correction
        == (datetime(2026, 10, 5, 4, 12, tzinfo=UTC) - datetime(2031, 1, 1, 0, 0, 5, tzinfo=UTC)).total_seconds()
    )


def test_without_all_clocks_the_collectors_word_counts(tmp_path: Path) -> None:
    records = [
        call("m-1", timestamp="2026-10-05T04:00:00Z", originalTimestamp="2026-10-05T05:00:00Z"),
        call("m-2", receivedAt="2026-10-05T04:01:00Z"),
        call("m-3", originalTimestamp="2026-10-05T04:02:00Z"),
        call(
            "m-4",
            originalTimestamp="2026-10-05T09:00:00Z",
            sentAt="2026-10-05T08:00:00Z",
            receivedAt="2026-10-05T04:03:00Z",
        ),
        call("m-5"),
    ]
    parsed = read(tmp_path, "segment_track", ndjson(records))
    assert [at.minute for (at,) in events(parsed, "happened_at")] == [0, 1, 2, 3]
    assert rejected(parsed) == [(5, "missing_key")]


def test_a_call_sent_again_is_one_and_other_calls_are_no_events(tmp_path: Path) -> None:
    sent = {
        "originalTimestamp": "2026-10-05T04:00:00Z",
        "sentAt": "2026-10-05T04:00:01Z",
        "receivedAt": "2026-10-05T04:00:02Z",
    }
    again = sent | {"sentAt": "2026-10-05T06:00:01Z", "receivedAt": "2026-10-05T06:00:03.5Z"}
    others: list[dict[str, Any]] = [
        {"type": "page", "messageId": "p", "event": None},
        {"type": "identify"},
        {"type": "track", "messageId": "n"},
    ]
    parsed = read(tmp_path, "segment_track", ndjson([call("m", **sent), call("m", **again), *others]))
    # Calls that are not about something done are no records; one that should say it and does not is one that is rejected.
    assert (parsed.records_read, parsed.records_duplicate) == (3, 1)
    assert rejected(parsed) == [(5, "unreadable")]


def test_what_the_context_says(tmp_path: Path) -> None:
    context = {
        "locale": "ar-AE",
        "os": {"name": "iOS"},
        "consent": {"categoryPreferences": {"Analytics": False}},
        "location": {"country": "United Arab Emirates"},
        "userAgent": "curl/8.0",
        "ip": "10.0.0.1",
    }
    record = call("m", event="Tutorial Completed", properties={"tutorial_id": "t1", "feature": "screen_time"},
                  timestamp="2026-10-05T04:00:00Z", context=context)  # fmt: skip
    names = ["activation", "asset_id", "feature", "language", "market", "platform", "person_key", "excluded"]
    assert events(read(tmp_path, "segment_track", ndjson([record])), *names) == [
        ("tutorial.completed", "t1", "screen_time", "ar", "AE", "ios", None, "bot")
    ]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="no record is a track call"):
        read(tmp_path, "segment_track", ndjson([{"type": "identify", "userId": "u"}]))
