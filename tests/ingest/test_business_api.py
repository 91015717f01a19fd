"""`hashtag/business_api`: pages about an account's own videos and days, answered and not."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.source import DeliveryError
from tests.ingest.video_desk import ID, POSTED, Reader, ids

FIXTURE = Path(__file__).parents[1] / "fixtures" / "hashtag" / "business_pages.ndjson"
AT = "2025-05-29T06:00:04Z"


def page(code: int = 0, **data: Any) -> dict[str, Any]:
    return {"code": code, "message": "OK", "request_id": "demo", "data": data}


def read(reader: Reader, *pages: object, **options: object) -> Any:
    text = "".join(f"{json.dumps(one)}\n" for one in pages)
    return reader.files({"pages.ndjson": text}, options, None, "business_api")


def test_the_fixture(reader: Reader) -> None:
    parsed = reader.files({"p.ndjson": FIXTURE.read_bytes()}, {}, None, "business_api")
    readings = parsed.tables["video_readings"]
    columns = ["views", "likes", "saves", "reach", "watch_seconds", "completion_rate", "duration_seconds", "hashtags"]
    assert readings.select(columns).rows() == [
        (5120, 410, 12, 4033, 40960.5, 0.214, 31, ["calm", "هدوء"]),
        (90, None, None, None, None, None, None, []),
    ]
    assert readings["created_at"].to_list() == [POSTED, datetime(2024, 8, 9, 11, 27, 56, tzinfo=UTC)]
    assert set(readings["metric_definition"]) == {"business_api"}
    days = parsed.tables["account_days"].select("account_on", "views", "likes", "followers", "records").rows()
    assert days == [(date(2025, 5, 27), 900, 31, 1204, 1), (date(2025, 5, 28), 1100, -2, None, 1)]
    windows = parsed.tables["capture_windows"].select("endpoint", "is_answered", "error_code", "videos").rows()
    assert windows == [
        ("business/video/list", True, None, 2),
        ("business/get", True, None, 0),
        ("business/video/list", False, "40105", 0),
    ]


def test_pages_as_the_api_sent_them_take_their_time_from_the_note(reader: Reader) -> None:
    bare = page(videos=[{"item_id": ID, "video_views": 7, "full_video_watched_rate": 21.4}], has_more=False)
    parsed = read(reader, bare, captured_at=AT)
    assert ids(parsed) == [ID]
    assert parsed.tables["video_readings"]["captured_at"].to_list() == [datetime(2025, 5, 29, 6, 0, 4, tzinfo=UTC)]
    assert parsed.tables["video_readings"]["completion_rate"].to_list() == pytest.approx([0.214])
    with pytest.raises(DeliveryError, match="line 1: the page does not say when it was asked for"):
        read(reader, bare)


def test_an_error_with_http_200_is_an_unknown_window(reader: Reader) -> None:
    parsed = read(reader, {"captured_at": AT, "endpoint": "business/get", "http_status": 200, "response": page(40006)})
    assert parsed.tables["capture_windows"].select("is_answered", "error_code").rows() == [(False, "40006")]
    assert parsed.records_read == 0
