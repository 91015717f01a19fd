"""Zoom meeting reports in their layouts, and the reports that are something else."""
# ruff: noqa: RUF001 - columns are named in many languages

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.source import DeliveryError, Parsed
from tests.ingest.live_desk import LiveDesk, person, utc

SESSION = {"session": {"id": "live-07"}}
HEADER = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room"
BLOCK = (
    "Topic,Meeting ID,Start Time,End Time,User Email,Duration (Minutes),Participants\n"
    'Care,812 0000 0000,"10/30/2026 07:00:00 PM","10/30/2026 08:00:00 PM",host@example.org,60,2\n'
)
ZONE = "Africa/Cairo"


PERSON = "Attended,User Name (Original Name),First Name,Last Name,Email,Registration Time,Approval Status,Join Time,Leave Time,Time in Session (minutes),Is Guest,"
WEBINAR = f"""\ufeffAttendee Report
Report Generated:,"10/31/2026 09:00:11 AM"
Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Registrants,Unique Viewers,Total Users
Talk,812 0000 0000,"10/30/2026 06:58:00 PM",64,3,1,3
Host Details,
Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest,
Yes,Host,host@x.org,"10/30/2026 06:58:00 PM","10/30/2026 08:02:00 PM",64,No,
Panelist Details,
Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest,
Yes,Pan,pan@x.org,"10/30/2026 06:58:00 PM","10/30/2026 08:02:00 PM",64,No,
Attendee Details,
{PERSON}
Yes,One,Demo,One,one@x.org,"10/20/2026 06:58:00 PM",approved,"10/30/2026 07:00:10 PM","10/30/2026 07:20:40 PM",21,Yes,
Yes,One,Demo,One,one@x.org,"10/20/2026 06:58:00 PM",approved,"10/30/2026 07:25:00 PM","10/30/2026 08:02:00 PM",37,Yes,
No,Two,Demo,Two,two@x.org,"10/21/2026 06:58:00 PM",approved,--,--,--,--,
No,Three,Demo,Three,three@x.org,"10/21/2026 06:58:00 PM",denied,--,--,--,--,
"""


def report(*rows: str, header: str = HEADER, block: str = "") -> str:
    return "\n".join([f"{block}{header}", *rows]) + "\n"


def stays_of(parsed: Parsed) -> list[tuple[str, datetime, datetime | None]]:
    return parsed.tables["live_stays"].select("person_key", "joined_at", "left_at").rows()


def bounds_of(parsed: Parsed) -> tuple[datetime, datetime, str]:
    return parsed.tables["live_sessions"].select("starts_at", "ends_at", "bounds_basis").row(0)


def test_a_real_report_without_its_block(live: LiveDesk) -> None:
    content = live.real_file("zoom/participants_heroes.csv")
    parsed = live.read("zoom_csv", {"r.csv": content}, SESSION, "America/New_York")
    stays = parsed.tables["live_stays"]
    assert (parsed.records_read, stays.height, stays["person_key"].n_unique()) == (31, 31, 27)
    assert stays["person_key"].value_counts().filter(count=2).height == 4
    assert set(stays["identity"]) == {"id"}
    assert stays["role"].null_count() == 31
    assert bounds_of(parsed) == (utc("2021-11-19T14:54:15"), utc("2021-11-19T17:01:59"), "events")


def test_a_real_report_with_its_block(live: LiveDesk) -> None:
    content = live.real_file("zoom/participants_heroes_full.csv")
    parsed = live.read("zoom_csv", {"r.csv": content}, SESSION, "America/New_York")
    without = live.read(
        "zoom_csv", {"r.csv": live.real_file("zoom/participants_heroes.csv")}, SESSION, "America/New_York"
    )
    assert stays_of(parsed) == stays_of(without)
    assert bounds_of(parsed) == (utc("2021-11-19T15:00:00"), utc("2021-11-19T17:00:00"), "file")
    assert parsed.tables["live_stays"]["line"].to_list() == list(range(5, 36))


@pytest.mark.parametrize("between", ["", "\n", ",,,,,,\n"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_block_is_found_whatever_stands_below_it(live: LiveDesk, between: str, encoding: str) -> None:
    text = report("Ana,ana@example.org,10/30/2026 06:58:00 PM,10/30/2026 07:20:40 PM,23,Yes,No", block=BLOCK + between)
    parsed = live.read("zoom_csv", {"r.csv": text.encode(encoding)}, SESSION, ZONE)
    assert parsed.records_read == 1
    assert bounds_of(parsed) == (utc("2026-10-30T17:00:00"), utc("2026-10-30T18:00:00"), "file")
    assert stays_of(parsed) == [(person("ana@example.org"), utc("2026-10-30T16:58:00"), utc("2026-10-30T17:20:40"))]


def test_the_note_s_bounds_come_before_the_file_s(live: LiveDesk) -> None:
    text = report("Ana,ana@example.org,10/30/2026 06:58:00 PM,10/30/2026 07:20:40 PM,23,Yes,No", block=BLOCK)
    start = {"session": {"id": "live-07", "starts_at": "2026-10-30T19:05:00"}}
    parsed = live.read("zoom_csv", {"r.csv": text}, start, ZONE)
    assert bounds_of(parsed) == (utc("2026-10-30T17:05:00"), utc("2026-10-30T18:00:00"), "file")


def test_a_block_that_ends_before_it_starts(live: LiveDesk) -> None:
    block = BLOCK.replace("08:00:00 PM", "06:00:00 PM")
    text = report("Ana,ana@example.org,10/30/2026 06:58:00 PM,10/30/2026 07:20:40 PM,23,Yes,No", block=block)
    parsed = live.read("zoom_csv", {"r.csv": text}, SESSION, ZONE)
    assert bounds_of(parsed) == (utc("2026-10-30T17:00:00"), utc("2026-10-30T17:20:40"), "events")
    assert parsed.unreadable.rows() == [("ends_at", "out_of_range", 1)]
    unread = block.replace("10/30/2026 06:00:00 PM", "later")
    parsed = live.read("zoom_csv", {"r.csv": text.replace(block, unread)}, SESSION, ZONE)
    # The report says how long the meeting took, too.
    assert bounds_of(parsed) == (utc("2026-10-30T17:00:00"), utc("2026-10-30T18:00:00"), "file")
    assert parsed.unreadable.rows() == [("ends_at", "bad_time", 1)]


def test_a_meeting_repeated_on_each_row(live: LiveDesk) -> None:
    about = "Topic,ID,User Name,User Email,Duration (minutes),Start Time,End Time"
    header = f"{about},Name (original name),User Email,Join Time,Leave Time,Duration (minutes)"
    meeting = "Care,812 0000 0000,Host,host@example.org,60,10/30/2026 07:00:00 PM,10/30/2026 08:00:00 PM"
    rows = [
        f"{meeting},{who},{who}@example.org,10/30/2026 07:0{n}:00 PM,10/30/2026 07:30:00 PM,30"
        for n, who in enumerate("ab")
    ]
    parsed = live.read("zoom_csv", {"r.csv": report(*rows, header=header)}, SESSION, ZONE)
    assert [stay[0] for stay in stays_of(parsed)] == [person("a@example.org"), person("b@example.org")]
    assert bounds_of(parsed)[2] == "file"
    other = rows[1].replace("812", "813")
    with pytest.raises(DeliveryError, match=r"r\.csv, line 3, column 'Meeting ID'.*each meeting by itself"):
        live.read("zoom_csv", {"r.csv": report(rows[0], other, header=header)}, SESSION, ZONE)


def test_who_has_no_address_is_known_only_by_name(live: LiveDesk) -> None:
    text = report(
        "Ana,ANA@example.org,10/30/2026 07:00:00 PM,10/30/2026 07:10:00 PM,10,No,No",
        "Ana L.,ana@example.org,10/30/2026 07:20:00 PM,10/30/2026 07:30:00 PM,10,No,No",
        "Ana,,10/30/2026 07:00:00 PM,10/30/2026 07:10:00 PM,10,Yes,No",
        "ana@example.org,--,10/30/2026 07:01:00 PM,10/30/2026 07:10:00 PM,10,Yes,No",
    )
    stays = live.read("zoom_csv", {"r.csv": text}, SESSION, ZONE).tables["live_stays"]
    assert stays["identity"].to_list() == ["id", "id", "guest", "guest"]
    assert stays["person_key"].n_unique() == 3
    assert stays["person_key"][0] == stays["person_key"][1] == person("ana@example.org")


def test_a_word_among_addresses_that_several_names_share_is_no_id(live: LiveDesk) -> None:
    text = report(
        "Ana,ana@example.org,10/30/2026 07:00:00 PM,10/30/2026 07:10:00 PM,10,No,No",
        "Ben,anonymous,10/30/2026 07:20:00 PM,10/30/2026 07:30:00 PM,10,No,No",
        "Eve,anonymous,10/30/2026 07:00:00 PM,10/30/2026 07:10:00 PM,10,Yes,No",
        "Ola,ola,10/30/2026 07:00:00 PM,10/30/2026 07:10:00 PM,10,Yes,No",
        "Uri,uri@example.org,10/30/2026 07:00:00 PM,10/30/2026 07:10:00 PM,10,No,No",
    )
    stays = live.read("zoom_csv", {"r.csv": text}, SESSION, ZONE).tables["live_stays"]
    assert stays["identity"].to_list() == ["id", "guest", "guest", "id", "id"]
    assert stays["person_key"].n_unique() == 5


def test_every_record_is_accounted_for(live: LiveDesk) -> None:
    late = "10/30/2026 07:10:00 PM,10,Yes"
    text = report(
        f"A,a@x.org,10/30/2026 07:00:00 PM,{late},No",
        f"A,a@x.org,10/30/2026 07:00:00 PM,{late},No",
        "A,a@x.org,10/30/2026 07:00:00 PM,10/30/2026 07:30:00 PM,30,Yes,No",
        f"B,b@x.org,10/30/2026 07:00:00 PM,{late},Yes",
        f",,10/30/2026 07:00:00 PM,{late},No",
        f"C,c@x.org,10/30/2026 07:20:00 PM,{late},No",
        f"D,d@x.org,10/32/2026 07:00:00 PM,{late},No",
        f"E,e@x.org,,{late},No",
        "F,f@x.org,10/30/2026 07:00:00 PM,--,,Yes,No",
        "G,g@x.org,10/30/2026 07:00:00 PM,soon,,Yes,No",
        ",,,,,,",
        "H,h@x.org,10/30/2026 07:00:00 PM,10/30/2026 07:00:00 PM,1,Yes,No,one,more",
    )
    parsed = live.read("zoom_csv", {"r.csv": text}, SESSION, ZONE)
    assert (parsed.records_read, parsed.records_duplicate) == (11, 1)
    assert sorted(parsed.rejected.select("line", "reason").rows()) == [
        (5, "waiting_room"),
        (6, "missing_key"),
        (7, "out_of_range"),
        (8, "bad_time"),
        (9, "missing_key"),
        (13, "unreadable"),
    ]
    assert stays_of(parsed) == [
        (person("a@x.org"), utc("2026-10-30T17:00:00"), utc("2026-10-30T17:30:00")),
        (person("f@x.org"), utc("2026-10-30T17:00:00"), None),
        (person("g@x.org"), utc("2026-10-30T17:00:00"), None),
    ]
    assert parsed.tables["live_stays"]["records"].to_list() == [2, 1, 1]
    assert parsed.unreadable.rows() == [("left_at", "bad_time", 1)]


def test_a_leave_in_the_hour_that_came_twice(live: LiveDesk) -> None:
    text = report("A,a@x.org,10/29/2026 11:55:00 PM,10/29/2026 11:10:00 PM,15,Yes,No")
    parsed = live.read("zoom_csv", {"r.csv": text}, SESSION, ZONE)
    assert stays_of(parsed) == [(person("a@x.org"), utc("2026-10-29T20:55:00"), utc("2026-10-29T21:10:00"))]
    assert not parsed.tables["live_stays"]["is_ambiguous_time"].any()


def test_hosts_are_told_by_address_or_name(live: LiveDesk) -> None:
    text = report(
        "Ana,ana@x.org,10/30/2026 07:00:00 PM,10/30/2026 07:10:00 PM,10,No,No",
        "Bob,,10/30/2026 07:00:00 PM,10/30/2026 07:10:00 PM,10,No,No",
        "Eve,eve@x.org,10/30/2026 07:00:00 PM,10/30/2026 07:10:00 PM,10,No,No",
    )
    parsed = live.read("zoom_csv", {"r.csv": text}, {"session": {"id": "s", "hosts": ["Ana@X.org", "bob"]}}, ZONE)
    assert parsed.tables["live_stays"]["role"].to_list() == ["host", "host", None]
    for frame in (*parsed.tables.values(), parsed.rejected, parsed.unreadable):
        assert "x.org" not in frame.write_json()


@pytest.mark.parametrize(
    ("columns", "cells", "roles"),
    [
        ("Host name,Host email", "Ana,HOST@x.org", [None, "host", None]),
        ("Host,Organization", "Ana,Care", ["host", None, None]),
        ("Host,Organization", "Ana (Host@x.org),Care", [None, "host", None]),
        ("Host,Host email", "C,other@x.org", [None, None, "host"]),
    ],
)
def test_the_host_whom_the_report_names_is_no_audience(
    live: LiveDesk, columns: str, cells: str, roles: list[str | None]
) -> None:
    """By address, else by name; who owns the account (User Email) may be somebody else."""
    at = "10/30/2026 07:00:00 PM,10/30/2026 07:10:00 PM"
    block = f"Topic,ID,{columns},Start time,End time,Participants\nCare,812 0000 0000,{cells},{at},3\n\n"
    people = [
        f"{name},{address},{at},10,No,No\n" for name, address in (("Ana", "a@x.org"), ("B", "host@x.org"), ("C", ""))
    ]
    parsed = live.read("zoom_csv", {"r.csv": "".join([block, HEADER, "\n", *people])}, SESSION, ZONE)
    assert parsed.tables["live_stays"].sort("line")["role"].to_list() == roles


def test_a_role_in_a_column_counts_too(live: LiveDesk) -> None:
    header = "Display name,Role,Email,Join time,Leave time"
    rows = [
        f"{name},{role},,10/30/2026 07:00:00 PM,10/30/2026 07:10:00 PM"
        for name, role in (("A", "Host"), ("B", "Attendee"))
    ]
    parsed = live.read(
        "zoom_csv", {"r.csv": report(*rows, header=header.replace("Display name", "Name"))}, SESSION, ZONE
    )
    assert parsed.tables["live_stays"]["role"].to_list() == ["host", "attendee"]


@pytest.mark.parametrize(
    ("header", "yes", "no"),
    [
        (f"{HEADER},Organizer", "Yes", "No"),
        ("Nom (nom d’origine),Adresse e-mail,Heure d’arrivée,Heure de départ,Durée (minutes),Invité,Salle d’attente,Animateur", "Oui", "Non"),
    ],
)  # fmt: skip
def test_a_column_that_says_with_yes_who_led_is_a_role(live: LiveDesk, header: str, yes: str, no: str) -> None:
    at = "30/10/2026 19:00:00,30/10/2026 19:10:00,10"
    rows = [f"{name},{name}@x.org,{at},{no},{no},{leads}" for name, leads in (("a", yes), ("b", no))]
    parsed = live.read("zoom_csv", {"r.csv": "\n".join([header, *rows, ""])}, SESSION, ZONE)
    assert parsed.tables["live_stays"].sort("line")["role"].to_list() == ["host", None]


def test_an_address_of_which_letters_are_hidden_tells_nobody_apart(live: LiveDesk) -> None:
    at = "10/30/2026 07:00:00 PM,10/30/2026 07:10:00 PM,10,Yes,No"
    rows = [f"{who},{at}" for who in ("Lina A,la***@x.org", "Lana B,la***@x.org", "C,c@x.org", ",zz***@x.org")]
    stays = live.read("zoom_csv", {"r.csv": report(*rows)}, SESSION, ZONE).tables["live_stays"]
    assert stays.sort("line")["identity"].to_list() == ["guest", "guest", "id", "id"]
    assert stays["person_key"].n_unique() == len(rows)


def test_a_webinar_in_its_sections(live: LiveDesk) -> None:
    parsed = live.read("zoom_csv", {"r.csv": WEBINAR}, {**SESSION, "date_order": "mdy"}, ZONE)
    assert (parsed.records_read, parsed.rejected.height, parsed.records_duplicate) == (6, 0, 0)
    assert bounds_of(parsed) == (utc("2026-10-30T16:58:00"), utc("2026-10-30T18:02:00"), "file")
    people = parsed.tables["live_stays"].select("person_key", "role", "is_staff").rows()
    assert people == [
        (person("host@x.org"), "host", True),
        (person("pan@x.org"), "host", True),
        (person("one@x.org"), None, False),
        (person("one@x.org"), None, False),
    ]
    registered = parsed.tables["live_registrations"].select("person_key", "status", "has_attended", "records").rows()
    assert registered == [
        (person("one@x.org"), "approved", True, 0),
        (person("two@x.org"), "approved", False, 1),
        (person("three@x.org"), "denied", False, 1),
    ]
    figures = dict(parsed.tables["live_platform_figures"].select("measure", "value").rows())
    assert figures == {"registrants": 3, "unique_viewers": 1, "total_users": 3, "attended_minutes": 186}


@pytest.mark.parametrize("digits", ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"])
@pytest.mark.parametrize("text", [WEBINAR, report('Ana,ana@x.org,"10/30/2026 07:00:10 PM",,20,Yes,No', block=BLOCK)])
def test_digits_of_any_script_are_digits(live: LiveDesk, text: str, digits: str) -> None:
    plain = live.read("zoom_csv", {"r.csv": text}, SESSION, ZONE)
    parsed = live.read("zoom_csv", {"r.csv": text.translate(str.maketrans("0123456789", digits))}, SESSION, ZONE)
    assert {name: frame.rows() for name, frame in parsed.tables.items()} == {
        name: frame.rows() for name, frame in plain.tables.items()
    }
    assert parsed.tables["live_platform_figures"].height >= 2


def test_a_name_is_one_name_with_any_blank_and_invisible_mark(live: LiveDesk) -> None:
    names = ["Ana Lima", "Ana\u00a0Lima", " Ana  Lima", "Ana\u3000Lima\u200f", "\u202bAna\u2009Lima\u202c"]
    rows = [f'{name},,"10/30/2026 07:0{n}:10 PM","10/30/2026 07:0{n}:40 PM",1,Yes,No' for n, name in enumerate(names)]
    parsed = live.read("zoom_csv", {"r.csv": report(*rows)}, SESSION | {"date_order": "mdy"}, ZONE)
    assert set(parsed.tables["live_stays"]["person_key"]) == {person("name:Ana Lima")}
    hosted = {"session": {"id": "live-07", "hosts": ["ana\u00a0 lima"]}, "date_order": "mdy"}
    parsed = live.read("zoom_csv", {"r.csv": report(*rows)}, hosted, ZONE)
    assert parsed.tables["live_stays"]["is_staff"].all()
    assert parsed.unreadable.is_empty()


def test_a_panelist_who_did_not_come_is_no_registrant(live: LiveDesk) -> None:
    absent = WEBINAR.replace("Attendee Details", "No,Nan,nan@x.org,--,--,--,--,\nAttendee Details")
    parsed = live.read("zoom_csv", {"r.csv": absent}, {**SESSION, "date_order": "mdy"}, ZONE)
    assert parsed.tables["live_registrations"].height == 3
    assert parsed.rejected.select("line", "reason").rows() == [(11, "missing_key")]


def test_a_registration_report(live: LiveDesk) -> None:
    text = (
        'Registration Report\nReport Generated:,"10/28/2026 09:00:11 AM"\n'
        'Topic,Webinar ID,Scheduled Time,Duration (minutes),# Registered,# Cancelled\nTalk,812,"10/29/2026 07:00:00 PM",60,2,1\n'
        "Attendee Details\nFirst Name,Last Name,Email,Registration Time,Approval Status,Source Name\n"
        'Demo,One,one@x.org,"10/20/2026 06:58:00 PM",approved,--\nDemo,Two,two@x.org,"10/21/2026 06:58:00 PM",cancelled,Story\n'
    )
    parsed = live.read("zoom_csv", {"r.csv": text}, {**SESSION, "date_order": "mdy"}, ZONE)
    assert parsed.tables["live_registrations"].select("registered_at", "status", "channel").rows() == [
        (utc("2026-10-20T15:58:00"), "approved", None),
        (utc("2026-10-21T15:58:00"), "cancelled", "Story"),
    ]
    assert (parsed.records_read, parsed.tables["live_stays"].height) == (2, 0)
    assert parsed.tables["live_sessions"]["basis"].to_list() == ["registrations"]


def test_the_registrations_of_a_webinar_of_teams_have_their_status(live: LiveDesk) -> None:
    header = "First Name,Last Name,Email,Registration Time,Registration Status,Company"
    states = ("Registered", "Waitlisted", "Canceled")
    rows = (f'D,{n},u{n}@x.org,"10/20/2026, 9:0{n}:00 AM",{state},X' for n, state in enumerate(states))
    parsed = live.read("zoom_csv", {"r.csv": "\n".join([header, *rows, ""])}, {**SESSION, "date_order": "mdy"}, ZONE)
    found = parsed.tables["live_registrations"].sort("registered_at")["status"].to_list()
    assert found == ["approved", "pending", "cancelled"]


def test_who_registered_and_has_no_join_did_not_come_where_no_column_says_so(live: LiveDesk) -> None:
    rows = (
        "Email,Registration Time,Join Time,Leave Time",
        "a@x.org,10/20/2026 09:00:00 AM,10/29/2026 07:00:00 PM,10/29/2026 07:40:00 PM",
        "b@x.org,10/21/2026 09:00:00 AM,,",
        "c@x.org,,,",
    )
    parsed = live.read("zoom_csv", {"r.csv": "\n".join([*rows, ""])}, {**SESSION, "date_order": "mdy"}, ZONE)
    assert (parsed.tables["live_stays"].height, parsed.tables["live_registrations"].height) == (1, 2)
    assert parsed.rejected.select("line", "reason").rows() == [(4, "missing_key")]


def test_a_meeting_that_was_started_again(live: LiveDesk) -> None:
    about = "Topic,Meeting ID,User Name,User Email,Start Time,End Time,Duration (Minutes),Participants"
    header = f"{about},Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)"
    first = "Care,812,Host,host@x.org,10/30/2026 07:00:00 PM,10/30/2026 07:20:00 PM,20,1"
    second = "Care,812,Host,host@x.org,10/30/2026 07:30:00 PM,10/30/2026 08:00:00 PM,30,1"
    text = report(
        f"{first},A,a@x.org,10/30/2026 07:00:00 PM,10/30/2026 07:20:00 PM,20",
        f"{second},A,a@x.org,10/30/2026 07:30:00 PM,10/30/2026 08:00:00 PM,30",
        header=header,
    )
    parsed = live.read("zoom_csv", {"r.csv": text}, {**SESSION, "date_order": "mdy"}, ZONE)
    assert parsed.tables["live_instances"].select("starts_at", "ends_at").rows() == [
        (utc("2026-10-30T17:00:00"), utc("2026-10-30T17:20:00")),
        (utc("2026-10-30T17:30:00"), utc("2026-10-30T18:00:00")),
    ]
    assert bounds_of(parsed) == (utc("2026-10-30T17:00:00"), utc("2026-10-30T18:00:00"), "file")


def test_guests_of_one_name_who_join_together_are_two_devices(live: LiveDesk) -> None:
    row = "iPhone,,10/30/2026 07:00:00 PM,10/30/2026 07:{}0:00 PM,10,Yes,No"
    stays = live.read("zoom_csv", {"r.csv": report(*map(row.format, "123"), row.format(1))}, SESSION, ZONE).tables[
        "live_stays"
    ]
    assert stays.select("identity", "device", "records").rows() == [("guest", 1, 1), ("guest", 2, 1), ("guest", 3, 1)]


def test_a_typed_year_is_no_part_of_the_session(live: LiveDesk) -> None:
    rows = [f"P{n},{n}@x.org,10/30/2026 07:0{n}:00 PM,10/30/2026 07:30:00 PM,30,Yes,No" for n in range(5)]
    typed = "Q,q@x.org,10/30/2062 07:00:00 PM,10/30/2062 07:30:00 PM,30,Yes,No"
    endless = "R,r@x.org,10/30/2026 07:00:00 PM,11/01/2026 07:30:00 PM,30,Yes,No"
    parsed = live.read("zoom_csv", {"r.csv": report(*rows, typed, endless)}, SESSION, ZONE)
    assert parsed.rejected.select("line", "reason").rows() == [(7, "out_of_range"), (8, "too_long")]
    assert bounds_of(parsed) == (utc("2026-10-30T17:00:00"), utc("2026-10-30T17:30:00"), "events")
    wrong = {"session": {"id": "s", "starts_at": "2025-10-30T19:00:00", "ends_at": "2025-10-30T20:00:00"}}
    with pytest.raises(
        DeliveryError, match=r"delivery\.yml: options\.session says when .* more than a day .*r\.csv, line 2"
    ):
        live.read("zoom_csv", {"r.csv": report(*rows)}, wrong, ZONE)


def test_other_locales_need_their_date_order(live: LiveDesk) -> None:
    row = "A,a@x.org,{0}/09/2025 01:00:00 PM,{0}/09/2025 02:00:00 PM,60,Yes,No"
    parsed = live.read("zoom_csv", {"r.csv": report(row.format("19"))}, SESSION, "UTC")
    assert stays_of(parsed)[0][1] == utc("2025-09-19T13:00:00")
    with pytest.raises(DeliveryError, match=r"r\.csv, line 2, column 'Join Time'.*date_order"):
        live.read("zoom_csv", {"r.csv": report(row.format("10"))}, SESSION, "UTC")
    with pytest.raises(DeliveryError, match=r"say date_order: dmy"):
        live.read("zoom_csv", {"r.csv": report(row.format("19"))}, {**SESSION, "date_order": "mdy"}, "UTC")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Name (Original Name),User Email,Total Duration (Minutes),Guest\nA,a@x.org,12,No\n", "Show unique users"),
        ("Full Name\tUser Action\tTimestamp\nA\tJoined\t1\n", "no line names the columns .*intervals_csv"),
        ("\n\n", "is empty"),
    ],
)
def test_a_report_of_another_kind(live: LiveDesk, text: str, message: str) -> None:
    with pytest.raises(DeliveryError, match=rf"^r\.csv.*{message}"):
        live.read("zoom_csv", {"r.csv": text}, SESSION, ZONE)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    at=st.integers(0, 900),
    junk=st.text(max_size=8),
    cut=st.integers(0, 30),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
)
def test_a_damaged_report_is_read_or_refused_never_a_crash(
    live: LiveDesk, at: int, junk: str, cut: int, encoding: str
) -> None:
    rows = [f"P {n},{n}@x.org,10/30/2026 07:0{n}:00 PM,10/30/2026 07:30:00 PM,30,Yes,No" for n in range(9)]
    text = report(*rows, block=BLOCK)
    damaged = text[:at] + junk + text[at + cut :]
    live.read_or_refuse("zoom_csv", damaged.encode(encoding, "ignore"), SESSION, ZONE)


@pytest.mark.parametrize("people", ["Participantes", "Participants"])
def test_a_report_in_another_language_with_its_host_and_who_only_waited(live: LiveDesk, people: str) -> None:
    text = (
        f"Tema,ID,Anfitrión,Duración (minutos),Hora de inicio,Hora de finalización,{people}\n"
        "Charla,812 0000 0001,Ana (ana@x.org),60,20/10/2026 18:00:00,20/10/2026 19:00:00,3\n\n"
        "Nombre (nombre original),Correo electrónico,Hora de entrada,Hora de salida,Duración (minutos),Invitado,En sala de espera\n"
        "Ana,ana@x.org,20/10/2026 18:00:00,20/10/2026 19:00:00,60,No,No\n"
        "Bea,b@x.org,20/10/2026 18:00:00,20/10/2026 18:02:00,2,Sí,Sí\n"
        "Bea,b@x.org,20/10/2026 18:02:00,20/10/2026 18:30:00,28,Sí,No\n"
    )
    parsed = live.read("zoom_csv", {"r.csv": text}, SESSION, ZONE)
    assert parsed.tables["live_stays"].sort("line")["role"].to_list() == ["host", None]
    assert parsed.rejected["reason"].to_list() == ["waiting_room"]
    assert parsed.tables["live_sessions"]["bounds_basis"].to_list() == ["file"]
