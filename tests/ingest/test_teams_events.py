"""Logs of Teams live events."""

import pytest

from ingest.source import DeliveryError
from tests.ingest.live_desk import LiveDesk, person, utc

HEADER = "SessionId,ParticipantId,FullName,UserAgent,UtcEventTimestamp,Action,Role"


def log(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


LOG = log(
    "e1,p1,Ana,Edge,10/13/2022 2:00:00 PM,Joined,Producer",
    "e1,p2,Bo,Edge,10/13/2022 2:05:00 PM,Joined,Presenter",
    "e1,,Guest,Safari,10/13/2022 2:06:00 PM,Joined,Attendee",
    "e1,p2,Bo,Edge,10/13/2022 2:25:00 PM,Left,Presenter",
    "e1,p1,Ana,Edge,10/13/2022 3:00:00 PM,Left,Producer",
)


def test_joins_and_leaves_become_stays(live: LiveDesk) -> None:
    parsed = live.read("teams_events", {"log.csv": LOG}, {"date_order": "mdy"}, "Africa/Cairo")
    stays = parsed.tables["live_stays"].select("person_key", "joined_at", "left_at", "role", "identity", "records")
    assert stays.rows() == [
        (person("p1"), utc("2022-10-13T14:00:00"), utc("2022-10-13T15:00:00"), "host", "id", 2),
        (person("p2"), utc("2022-10-13T14:05:00"), utc("2022-10-13T14:25:00"), "attendee", "id", 2),
        (person("name:Guest"), utc("2022-10-13T14:06:00"), None, "attendee", "guest", 1),
    ]
    assert parsed.tables["live_sessions"]["session_id"].to_list() == ["e1"]


def test_the_note_may_name_the_session(live: LiveDesk) -> None:
    options = {"date_order": "mdy", "session": {"id": "live-07"}}
    parsed = live.read("teams_events", {"log.csv": LOG}, options, None)
    assert set(parsed.tables["live_stays"]["session_id"]) == {"live-07"}
    second = LOG + "e2,p9,Eve,Edge,10/13/2022 2:06:00 PM,Joined,Attendee\n"
    with pytest.raises(
        DeliveryError, match=r"log\.csv, line 7: a second session begins, .* leave options\.session\.id out"
    ):
        live.read("teams_events", {"log.csv": second}, options, None)
    assert (
        live.read("teams_events", {"log.csv": second}, {"date_order": "mdy"}, None).tables["live_sessions"].height == 2
    )


def test_every_record_is_accounted_for(live: LiveDesk) -> None:
    text = LOG + log(
        "e1,p3,Cy,Edge,10/13/2022 2:05:00 PM,Waved,Attendee",
        "e1,,,Edge,10/13/2022 2:05:00 PM,Joined,Attendee",
        "e1,p4,Di,Edge,10/13/2032 2:05:00 PM,Joined,Attendee",
        "e1,p5,Ed,Edge,10/13/2022 2:05:00 PM,Left,Attendee",
    ).removeprefix(HEADER + "\n")
    parsed = live.read("teams_events", {"log.csv": text}, {"date_order": "mdy"}, None)
    assert sorted(parsed.rejected.select("line", "reason").rows()) == [
        (7, "unreadable"),
        (8, "missing_key"),
        (9, "out_of_range"),
        (10, "missing_key"),
    ]


def test_another_file_is_refused(live: LiveDesk) -> None:
    with pytest.raises(DeliveryError, match=r"a\.csv: no line names the columns .*UtcEventTimestamp"):
        live.read("teams_events", {"a.csv": "Full Name\tUser Action\tTimestamp\nA\tJoined\t1\n"}, {}, None)
