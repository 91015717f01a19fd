"""Attendees of GoToWebinar, as its API answers and as tables of it."""

import json

import pytest

from ingest.source import DeliveryError
from tests.ingest.live_desk import LiveDesk, person, utc

ATTENDEES = [
    {
        "registrantKey": 5300000000000000001,
        "firstName": "Ana",
        "email": "ana@example.org",
        "attendanceTimeInSeconds": 2400,
        "sessionKey": 771,
        "attendance": [
            {"joinTime": "2022-10-13T14:00:00Z", "leaveTime": "2022-10-13T14:30:00Z"},
            {"joinTime": "2022-10-13T14:40:00Z", "leaveTime": "2022-10-13T14:50:00Z"},
        ],
    },
    {
        "registrantKey": 5300000000000000002,
        "attendanceTimeInSeconds": 600,
        "sessionKey": 771,
        "attendance": [{"joinTime": "2022-10-13T14:20:00Z", "leaveTime": "2022-10-13T14:30:00Z"}],
    },
]
STAYS = [
    (person("5300000000000000001"), utc("2022-10-13T14:00:00"), utc("2022-10-13T14:30:00")),
    (person("5300000000000000001"), utc("2022-10-13T14:40:00"), utc("2022-10-13T14:50:00")),
    (person("5300000000000000002"), utc("2022-10-13T14:20:00"), utc("2022-10-13T14:30:00")),
]
TABLE = (
    "registrantKey,sessionKey,joinTime,leaveTime,attendanceTimeInSeconds\n"
    "5300000000000000001,771,2022-10-13T14:00:00Z,2022-10-13T14:30:00Z,2400\n"
    "5300000000000000001,771,2022-10-13T14:40:00Z,2022-10-13T14:50:00Z,2400\n"
    "5300000000000000002,771,2022-10-13T14:20:00Z,2022-10-13T14:30:00Z,600\n"
)


@pytest.mark.parametrize(
    "text",
    [
        TABLE,
        json.dumps(ATTENDEES),
        json.dumps({"_embedded": {"attendees": ATTENDEES}}, indent=1),
        "\n".join(map(json.dumps, ATTENDEES)),
    ],
)
def test_stays_of_attendees(live: LiveDesk, text: str) -> None:
    parsed = live.read("gotowebinar", {"a.txt": text}, {}, None)
    assert parsed.records_read == 3
    assert parsed.tables["live_stays"].select("person_key", "joined_at", "left_at").rows() == STAYS
    assert parsed.tables["live_sessions"]["session_id"].to_list() == ["771"]
    [(measure, minutes)] = parsed.tables["live_platform_figures"].select("measure", "value").rows()
    assert (measure, minutes) == ("attended_minutes", 50.0)


def test_a_line_that_is_no_json_is_a_rejected_record(live: LiveDesk) -> None:
    text = "\n".join([json.dumps(ATTENDEES[0]), "{broken", json.dumps(ATTENDEES[1])])
    parsed = live.read("gotowebinar", {"a.json": text}, {"session": {"id": "live-07"}}, None)
    assert (parsed.records_read, parsed.rejected.select("line", "reason").rows()) == (4, [(2, "unreadable")])
    assert set(parsed.tables["live_stays"]["session_id"]) == {"live-07"}


@pytest.mark.parametrize("text", ["who,when\na,b\n", "{broken\n"])
def test_another_file_is_refused(live: LiveDesk, text: str) -> None:
    with pytest.raises(DeliveryError, match=r"a\.txt.*(expected registrantKey|is not JSON)"):
        live.read("gotowebinar", {"a.txt": text}, {}, None)
