"""`hashtag/research_api`: captured pages of the Research API, answered and not."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ingest.formats import json_documents
from ingest.source import DeliveryError
from tests.ingest.video_desk import Reader, ids, rejected

VIDEOS: list[dict[str, Any]] = [
    {"id": 7506832682593094928, "create_time": 1747820685, "username": "demo_a", "region_code": "EG", "view_count": 41,
     "like_count": 57, "comment_count": 2, "share_count": 0, "video_description": "nul \u0000", "hashtag_names": ["جاهزون", "Ready2Act"]},
    {"id": 7506832682593094944, "create_time": 1747820685, "username": "demo_b", "region_code": "JO", "view_count": 1203,
     "favorites_count": 4, "video_duration": 31, "hashtag_names": []},
    {"video_id": "7506832682593094960", "username": "demo_b"},
]  # fmt: skip


def page(videos: list[dict[str, Any]], code: str = "ok", **other: Any) -> dict[str, Any]:
    return {
        "captured_at": "2025-05-29T06:00:04Z",
        "endpoint": "video/query",
        "request": {"start_date": "20250501", "end_date": "20250530", "cursor": 0},
        "response": {
            "data": {"videos": videos, "cursor": 100, "has_more": True},
            "error": {"code": code, "message": "Search Id 7 is invalid"},
        },
    } | other


def pages(*contents: object) -> dict[str, str]:
    return {"pages.ndjson": "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in contents)}


def test_videos_keep_every_digit_and_what_is_left_out_is_unknown(reader: Reader) -> None:
    parsed = reader.files(pages(page(VIDEOS)), {}, None, "research_api")
    readings = parsed.tables["video_readings"]
    assert ids(parsed) == ["7506832682593094928", "7506832682593094944", "7506832682593094960"]
    assert readings.select("views", "likes", "saves", "duration_seconds").rows() == [
        (41, 57, None, None),
        (1203, None, 4, 31),
        (None, None, None, None),
    ]
    assert readings["hashtags"].to_list() == [["جاهزون", "ready2act"], [], None]
    assert readings["creator_country"].to_list() == ["EG", "JO", None]
    assert set(readings["metric_definition"]) == {"research_api"}
    assert readings["captured_at"][0] == datetime(2025, 5, 29, 6, 0, 4, tzinfo=UTC)


def test_a_time_of_capture_without_a_zone_needs_the_note_s(reader: Reader) -> None:
    local = pages(page(VIDEOS[:1], captured_at="2025-05-29 10:00:04"))
    with pytest.raises(DeliveryError, match=r"line 1: captured_at has no zone; .* timezone"):
        reader.files(local, {}, None, "research_api")
    parsed = reader.files(local, {}, "Asia/Dubai", "research_api")
    assert parsed.tables["video_readings"]["captured_at"].item() == datetime(2025, 5, 29, 6, 0, 4, tzinfo=UTC)


def test_a_page_that_failed_is_an_unknown_window(reader: Reader) -> None:
    failed = page([], "invalid_params", captured_at="2025-05-29T06:00:31Z", http_status=400)
    parsed = reader.files(
        pages(page(VIDEOS[:2]), failed, page([], captured_at="2025-05-29T07:00:00Z")), {}, None, "research_api"
    )
    assert parsed.tables["capture_windows"].select(
        "is_answered", "error_code", "videos", "window_from", "window_to"
    ).rows() == [
        (True, None, 2, date(2025, 5, 1), date(2025, 5, 30)),
        (False, "invalid_params", 0, date(2025, 5, 1), date(2025, 5, 30)),
        (True, None, 0, date(2025, 5, 1), date(2025, 5, 30)),
    ]
    assert parsed.records_read == 2


def test_a_video_on_two_pages_counts_once_and_a_broken_line_is_rejected(reader: Reader) -> None:
    again = page(VIDEOS[:1], request={"start_date": "20250501", "end_date": "20250530", "cursor": 100})
    parsed = reader.files(pages(page(VIDEOS[:2]), again, '{"captured_at"'), {}, None, "research_api")
    assert (parsed.records_read, parsed.records_duplicate, rejected(parsed)) == (4, 1, [(3, "unreadable")])
    assert parsed.tables["capture_windows"].height == 2


def test_a_count_that_is_no_number_is_counted(reader: Reader) -> None:
    parsed = reader.files(pages(page([VIDEOS[1] | {"view_count": "many"}])), {}, None, "research_api")
    assert parsed.tables["video_readings"]["views"].to_list() == [None]
    assert ("views", "bad_number", 1) in parsed.unreadable.rows()


def test_a_large_file_is_read_part_by_part(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = [page([VIDEOS[0]]), "", page([VIDEOS[1]]), '{"captured_at"', page([VIDEOS[2]]), "", ""]
    whole = reader.files(pages(*contents), {}, None, "research_api")
    monkeypatch.setattr(json_documents, "_PART", 1)
    parsed = reader.files(pages(*contents), {}, None, "research_api")
    assert rejected(parsed) == rejected(whole) == [(4, "unreadable")]
    for name, table in whole.tables.items():
        assert parsed.tables[name].equals(table)
    assert parsed.tables["video_readings"]["line"].to_list() == [1, 3, 5]


def test_pages_may_come_in_several_files(reader: Reader) -> None:
    first, second = (page([video]) for video in (VIDEOS[0], VIDEOS[1] | {"view_count": "many"}))
    parsed = reader.files({"a.ndjson": json.dumps(first), "b.ndjson": json.dumps(second)}, {}, None, "research_api")
    readings = parsed.tables["video_readings"]
    assert readings.select("file", "views", "likes").rows() == [("a.ndjson", 41, 57), ("b.ndjson", None, None)]
    assert readings["hashtags"].to_list() == [["جاهزون", "ready2act"], []]


@pytest.mark.parametrize("change", [str, lambda text: text.replace("\n", "\r\n"), lambda text: text.rstrip("\n")])
def test_a_large_file_is_read_from_disk_as_it_would_be_whole(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str]
) -> None:
    broken = ["", '{"captured_at"', page([VIDEOS[1]], endpoint="vidéo/query")]
    text = change(
        pages(*(page([VIDEOS[0] | {"id": 7506832682593094928 + 100 * n}]) for n in range(40)), *broken)["pages.ndjson"]
    )
    whole = reader.files({"pages.ndjson": text}, {}, None, "research_api")
    for size in (1_000, 4_000, len(text.encode())):
        monkeypatch.setattr(json_documents, "_PART", size)
        parsed = reader.files({"pages.ndjson": text}, {}, None, "research_api")
        assert rejected(parsed) == rejected(whole) == [(42, "unreadable")]
        for name, table in whole.tables.items():
            assert parsed.tables[name].equals(table)
