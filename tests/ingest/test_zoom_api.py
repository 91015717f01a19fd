"""Participants of a meeting, as Zoom's API answers."""

import json
from collections.abc import Mapping

import pytest

from ingest.source import DeliveryError
from tests.ingest.live_desk import LiveDesk, person, utc

SESSION = {"session": {"id": "live-07"}}
ANA = {"id": "abc", "user_id": "16778240", "name": "Ana Lima", "user_email": "Ana@example.org", "duration": 1800}
GUEST = {"id": "", "user_id": "16779264", "name": "iPhone", "user_email": "", "participant_user_id": ""}


def page(*participants: Mapping[str, object], following: str = "") -> str:
    return json.dumps(
        {
            "page_count": 2,
            "page_size": 2,
            "total_records": 4,
            "next_page_token": following,
            "participants": participants,
        }
    )


def test_pages_are_one_meeting(live: LiveDesk) -> None:
    """As in Zoom's tables the address is the person; whoever waits is not there yet."""
    first = page(
        ANA | {"join_time": "2022-10-13T14:00:00Z", "leave_time": "2022-10-13T14:30:00Z", "status": "in_meeting"},
        ANA
        | {"user_id": "1", "join_time": "2022-10-13T14:40:00Z", "leave_time": "2022-10-13T14:50:00Z", "duration": 600},
        following="next",
    )
    second = page(
        GUEST
        | {
            "join_time": "2022-10-13T13:55:00Z",
            "leave_time": "2022-10-13T14:00:00Z",
            "status": "in_waiting_room",
            "duration": 300,
        },
        GUEST | {"join_time": "2022-10-13T14:00:00Z", "leave_time": "", "status": "in_meeting"},
    )
    parsed = live.read("zoom_api", {"1.json": first, "2.json": second}, SESSION, timezone=None)
    stays = parsed.tables["live_stays"].select("person_key", "identity", "joined_at", "left_at").rows()
    assert stays == [
        (person("ana@example.org"), "id", utc("2022-10-13T14:00:00"), utc("2022-10-13T14:30:00")),
        (person("ana@example.org"), "id", utc("2022-10-13T14:40:00"), utc("2022-10-13T14:50:00")),
        (person("name:iPhone"), "guest", utc("2022-10-13T14:00:00"), None),
    ]
    assert parsed.rejected["reason"].to_list() == ["waiting_room"]
    assert parsed.tables["live_platform_figures"].select("measure", "value").rows() == [("attended_minutes", 40.0)]


@pytest.mark.parametrize("said", [{}, {"start_time": "2022-10-13T13:58:00Z", "end_time": "2022-10-13T14:45:00Z"}])
def test_a_meeting_that_was_started_again_has_two_uuids_and_a_pause(live: LiveDesk, said: dict[str, str]) -> None:
    first = ANA | {"join_time": "2022-10-13T14:00:00Z", "leave_time": "2022-10-13T14:20:00Z"}
    second = ANA | {"join_time": "2022-10-13T14:50:00Z", "leave_time": "2022-10-13T15:00:00Z", "meeting_uuid": "b=="}
    pages = {"1.json": json.dumps({"uuid": "a==", "participants": [first], **said}), "2.json": page(second)}
    parsed = live.read("zoom_api", pages, SESSION, timezone=None)
    assert parsed.tables["live_instances"].sort("starts_at").select("starts_at", "ends_at").rows() == [
        (
            utc(said.get("start_time", "2022-10-13T14:00:00")[:19]),
            utc(said.get("end_time", "2022-10-13T14:20:00")[:19]),
        ),
        (utc("2022-10-13T14:50:00"), utc("2022-10-13T15:00:00")),
    ]


@pytest.mark.parametrize("text", ['{"data": [{"user_login": "x"}]}', "Name,Join Time\nx,10/13/2022 06:00:00 PM\n"])
def test_another_file_is_refused(live: LiveDesk, text: str) -> None:
    with pytest.raises(DeliveryError, match=r"p\.json: no record is a participant .* expected JSON with name"):
        live.read("zoom_api", {"p.json": text}, SESSION, timezone=None)
