"""Events of TikTok LIVE connectors: samples and counts of them, and nobody's attendance."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.source import DeliveryError
from tests.ingest.live_desk import LiveDesk, utc

START = 1_665_669_600_000  # 2022-10-13T14:00:00Z
ROOM = "7549000000000000001"


def event(kind: str, second: int, **more: Any) -> dict[str, Any]:
    common = {
        "type": kind,
        "room_id": ROOM,
        "msg_id": f"{7549000000000000100 + second}",
        "create_time_ms": START + 1000 * second,
    }
    return common | more


def lines(*events: object) -> str:
    return "\n".join(map(json.dumps, events)) + "\n"


EVENTS = (
    event("roomUser", 0, viewer_count=312),
    event("member", 1, user_id="6800000000000000009", action=1),
    event("roomUser", 60, viewer_count="410"),
    event("like", 61, count=15, total=900),
    event("comment", 62, user={"id": 1, "nickname": "Secret Name"}, content="so secret"),
    event("social", 63, action=1),
    event("social", 64, action=3),
    event("gift", 65, gift={"type": 1}, repeat_count=2, repeat_end=0),
    event("gift", 66, gift={"type": 1}, repeat_count=5, repeat_end=1),
    event("emoteChat", 67),
    event("control", 600, action=1),
    event("control", 900, action=2),
    event("roomUser", 901, m_total=200),
    event("control", 1800, action=3),
)


def test_samples_counts_and_instances(live: LiveDesk) -> None:
    parsed = live.read("live_events", {"room.ndjson": lines(*EVENTS)}, {}, None)
    assert parsed.records_read == len(EVENTS)
    assert parsed.tables["live_samples"].select("session_id", "sampled_at", "viewers").rows() == [
        (ROOM, utc("2022-10-13T14:00:00"), 312),
        (ROOM, utc("2022-10-13T14:01:00"), 410),
        (ROOM, utc("2022-10-13T14:15:01"), 200),
    ]
    assert parsed.tables["live_interactions"].select("kind", "amount").rows() == [
        ("join", 1), ("like", 15), ("comment", 1), ("follow", 1), ("share", 1), ("gift", 0), ("gift", 5), ("other", 1),
        ("control", 1), ("control", 1), ("control", 1),
    ]  # fmt: skip
    assert parsed.tables["live_instances"].select("starts_at", "ends_at").rows() == [
        (utc("2022-10-13T14:00:00"), utc("2022-10-13T14:10:00")),
        (utc("2022-10-13T14:15:00"), utc("2022-10-13T14:30:00")),
    ]
    session = parsed.tables["live_sessions"].row(0, named=True)
    assert (session["basis"], session["identity"], session["ends_at"], session["bounds_basis"]) == (
        "samples", "none", utc("2022-10-13T14:30:00"), "file",
    )  # fmt: skip
    for frame in (*parsed.tables.values(), parsed.rejected):
        assert "ecret" not in frame.write_json()


def test_names_that_other_connectors_use(live: LiveDesk) -> None:
    written = [
        {
            "method": "WebcastRoomUserSeqMessage",
            "common": {"room_id": 7549, "msg_id": 1, "create_time": START},
            "total": 7,
        },
        {"eventType": "chat", "roomId": "7549", "receivedAt": "2022-10-13T14:00:05Z", "payload": {"comment": "x"}},
        {"eventType": "chat", "roomId": "7549", "receivedAt": "2022-10-13T14:00:06Z", "payload": {"comment": "x"}},
        {"event": "WebcastLikeMessage", "timestamp": START + 7000, "data": {"roomId": "7549", "likeCount": 3}},
    ]
    for text in (lines(*written), json.dumps(written)):
        parsed = live.read("live_events", {"room.json": text}, {"session": {"id": "live-07"}}, None)
        assert parsed.tables["live_samples"].select("session_id", "viewers").rows() == [("live-07", 7)]
        assert parsed.tables["live_interactions"].select("kind", "amount").rows() == [
            ("comment", 1),
            ("comment", 1),
            ("like", 3),
        ]
        assert parsed.tables["live_interactions"]["event_id"].n_unique() == 3


def test_every_record_is_accounted_for(live: LiveDesk) -> None:
    text = (
        lines(
            EVENTS[0],
            EVENTS[0],
            event("roomUser", 60, viewer_count=5),
            {**event("roomUser", 61, viewer_count=6), "create_time_ms": START + 60_000},
            {**event("like", 62), "create_time_ms": None},
            {**event("like", 63), "create_time_ms": "soon"},
            {**event("like", 64), "create_time_ms": START + 10 * 365 * 86_400_000},
            {"hello": 1},
        )
        + "{broken\n"
    )
    parsed = live.read("live_events", {"room.ndjson": text}, {}, None)
    assert (parsed.records_read, parsed.records_duplicate) == (9, 1)
    assert sorted(parsed.rejected.select("line", "reason").rows()) == [
        (3, "conflicting_key"), (5, "missing_key"), (6, "bad_time"), (7, "out_of_range"), (8, "unreadable"), (9, "unreadable"),
    ]  # fmt: skip


def test_two_rooms_need_no_id_of_the_note(live: LiveDesk) -> None:
    text = lines(EVENTS[0], {**event("roomUser", 3, viewer_count=1), "room_id": "2"})
    assert live.read("live_events", {"a.ndjson": text}, {}, None).tables["live_sessions"].height == 2
    with pytest.raises(DeliveryError, match="a second session begins"):
        live.read("live_events", {"a.ndjson": text}, {"session": {"id": "live-07"}}, None)


def test_another_file_is_refused(live: LiveDesk) -> None:
    with pytest.raises(DeliveryError, match=r"a\.csv: no line is an event .*viewer_samples"):
        live.read("live_events", {"a.csv": "time,viewers\n1,2\n"}, {}, None)
    calls = lines(event("page", 1), event("track", 2), event("identify", 3))
    with pytest.raises(DeliveryError, match=r"a\.ndjson, line 1: none of 3 events .*landing/activation"):
        live.read("live_events", {"a.ndjson": calls}, {}, None)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(at=st.integers(0, 900), junk=st.text(max_size=8), cut=st.integers(0, 30))
def test_a_damaged_log_is_read_or_refused_never_a_crash(live: LiveDesk, at: int, junk: str, cut: int) -> None:
    text = lines(*EVENTS)
    live.read_or_refuse("live_events", (text[:at] + junk + text[at + cut :]).encode("utf-8", "ignore"), {}, "UTC")
