"""Stays as rows: the golden session of the campaign's statistics, mapped columns, several sessions, and bad input."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.source import DeliveryError
from tests.ingest.live_desk import LiveDesk, person, utc

COLUMNS = {"person": "who", "joined_at": "in", "left_at": "out"}
OPTIONS: dict[str, Any] = {"session": {"id": "live-07"}, "columns": COLUMNS}
START = utc("2022-10-09T18:00:00")


def stays(*rows: str, header: str = "who,in,out") -> str:
    return "\n".join([header, *rows]) + "\n"


def test_the_golden_session(live: LiveDesk) -> None:
    given_stays = [("A", -5, 10), ("A", 8, 20), ("A", 30, 75), ("B", 0, 5), ("B", 5, 15), ("C", 10, None)]
    given_stays += [("D", 20, 20), ("E", 59, 61), ("F", 61, 70), ("B", 0, 5)]

    def at(minute: int | None) -> str:
        return "" if minute is None else (START + timedelta(minutes=minute)).isoformat()

    text = stays(*(f"{who},{at(joined)},{at(left)}" for who, joined, left in given_stays))
    bounds = {"starts_at": START.isoformat(), "ends_at": (START + timedelta(hours=1)).isoformat()}
    parsed = live.read("intervals_csv", {"a.csv": text}, {**OPTIONS, "session": {"id": "g", **bounds}}, None)
    frame = parsed.tables["live_stays"]
    assert (parsed.records_read, parsed.records_duplicate, parsed.rejected.height, frame.height) == (10, 1, 0, 9)
    assert frame.filter(pl.col("left_at").is_null())["person_key"].to_list() == [person("C")]
    session = parsed.tables["live_sessions"].row(0, named=True)
    assert (session["basis"], session["identity"], session["bounds_basis"]) == ("intervals", "id", "note")
    minutes = frame.select((pl.col("left_at") - pl.col("joined_at")).dt.total_minutes().sum()).item()
    assert minutes == sum(left - joined for _, joined, left in given_stays[:-1] if left is not None)


def test_without_a_column_of_leaves_every_stay_is_open(live: LiveDesk) -> None:
    columns = {"person": "who", "joined_at": "in"}
    text = stays("A,2022-10-09T18:00:00Z", "B,2022-10-09T18:10:00Z", "A,2022-10-09T18:20:00Z", header="who,in")
    parsed = live.read("intervals_csv", {"a.csv": text}, {**OPTIONS, "columns": columns}, None)
    assert parsed.tables["live_stays"]["left_at"].to_list() == [None, None, None]
    assert parsed.unreadable.height == 0


def test_times_with_an_offset_need_no_zone_and_others_do(live: LiveDesk) -> None:
    text = stays("A,2022-10-09T18:00:00+03:00,2022-10-09T16:00:00Z", "B,2022-10-09 18:00:00,")
    frame = live.read("intervals_csv", {"a.csv": text}, OPTIONS, "Asia/Dubai").tables["live_stays"]
    assert frame["joined_at"].to_list() == [utc("2022-10-09T15:00:00"), utc("2022-10-09T14:00:00")]
    assert live.read("intervals_csv", {"a.csv": text[: text.index("B")]}, OPTIONS, None).records_read == 1
    with pytest.raises(DeliveryError, match=r"a\.csv, line 3, column 'in'.*without an offset.*timezone"):
        live.read("intervals_csv", {"a.csv": text}, OPTIONS, None)
    month_first = stays("A,10/13/2022 07:00:10 PM,10/13/2022 08:00:10 PM")
    with pytest.raises(DeliveryError, match=r"without an offset.*timezone"):
        live.read("intervals_csv", {"a.csv": month_first}, OPTIONS, None)


def test_several_sessions_in_a_file(live: LiveDesk) -> None:
    text = stays(
        "s1,A,2022-10-09T18:01:00Z,2022-10-09T18:20:00Z,2022-10-09T18:00:00Z,2022-10-09T19:00:00Z",
        "s2,A,2022-10-10T18:00:00Z,2022-10-10T18:20:00Z,,",
        "s2,B,2022-10-10T18:10:00Z,,,",
        ",B,2022-10-10T18:10:00Z,,,",
        header="room,who,in,out,from,to",
    )
    columns = {**COLUMNS, "session_id": "room", "starts_at": "from", "ends_at": "to"}
    parsed = live.read("intervals_csv", {"a.csv": text}, {"columns": columns}, None)
    assert parsed.tables["live_sessions"].select("session_id", "starts_at", "ends_at", "bounds_basis").rows() == [
        ("s1", utc("2022-10-09T18:00:00"), utc("2022-10-09T19:00:00"), "file"),
        ("s2", utc("2022-10-10T18:00:00"), utc("2022-10-10T18:20:00"), "events"),
    ]
    assert parsed.rejected.select("line", "reason").rows() == [(5, "missing_key")]
    with pytest.raises(DeliveryError, match="one start and end, and the files hold 2 sessions"):
        live.read(
            "intervals_csv", {"a.csv": text}, {"columns": columns, "session": {"ends_at": "2022-10-10T18:30:00Z"}}, None
        )
    only = live.read(
        "intervals_csv", {"a.csv": text}, {"columns": columns, "session": {"id": "s2", "title": "T"}}, None
    )
    assert only.rejected["reason"].to_list() == ["unknown_session", "missing_key"]
    assert only.tables["live_sessions"].select("session_id", "title").rows() == [("s2", "T")]


def test_rows_that_disagree_on_a_session_s_bounds_refuse(live: LiveDesk) -> None:
    text = stays(
        "A,2022-10-09T18:01:00Z,,2022-10-09T18:00:00Z",
        "B,2022-10-09T18:01:00Z,,2022-10-09T17:00:00Z",
        header="who,in,out,from",
    )
    with pytest.raises(
        DeliveryError, match=r"a\.csv, line 3: the session's start and end are others than in an earlier row"
    ):
        live.read("intervals_csv", {"a.csv": text}, {**OPTIONS, "columns": {**COLUMNS, "starts_at": "from"}}, None)


def test_roles_and_countries(live: LiveDesk) -> None:
    text = stays(
        "A,2022-10-09T18:01:00Z,, Organiser ,eg",
        "B,2022-10-09T18:01:00Z,,attendee,Jordan",
        "C,2022-10-09T18:01:00Z,,juggler,--",
        "D,2022-10-09T18:01:00Z,,,US-RI",
        "E,2022-10-09T18:01:00Z,,Advocate,",
        header="who,in,out,role,land",
    )
    note = {"session": {"id": "s", "hosts": ["b", "E"]}, "columns": {**COLUMNS, "role": "role", "country": "land"}}
    parsed = live.read("intervals_csv", {"a.csv": text}, note, None)
    assert parsed.tables["live_stays"].select("role", "country").rows() == [
        ("host", "EG"),
        ("host", None),
        (None, None),
        (None, "US-RI"),
        ("advocate", None),
    ]
    assert parsed.unreadable.rows() == [("country", "unreadable", 1), ("role", "unreadable", 1)]


@pytest.mark.parametrize("word", ["Animateur", "PONENTE", "المحاضر", "Gastgeber", "Staff", "Moderador"])
def test_who_leads_in_other_languages_is_no_audience(live: LiveDesk, word: str) -> None:
    text = stays(f"A,2022-10-09T18:01:00Z,,{word}", "B,2022-10-09T18:01:00Z,,Attendee", header="who,in,out,role")
    note = {"session": {"id": "s"}, "columns": {**COLUMNS, "role": "role"}}
    assert live.read("intervals_csv", {"a.csv": text}, note, None).tables["live_stays"]["is_staff"].to_list() == [
        True,
        False,
    ]


def test_stays_that_begin_together_are_one_until_the_last_leave_known(live: LiveDesk) -> None:
    first = stays("A,2022-10-09T18:00:00Z,", "B,2022-10-09T18:00:00Z,2022-10-09T18:10:00Z")
    later = stays("A,2022-10-09T18:00:00Z,2022-10-09T18:30:00Z", "B,2022-10-09T18:00:00Z,2022-10-09T18:20:00Z")
    parsed = live.read("intervals_csv", {"1.csv": first, "2.csv": later}, OPTIONS, None)
    assert parsed.tables["live_stays"].select("left_at", "records", "file").rows() == [
        (utc("2022-10-09T18:30:00"), 2, "1.csv"),
        (utc("2022-10-09T18:20:00"), 2, "1.csv"),
    ]


@pytest.mark.parametrize(
    ("options", "text", "message"),
    [
        (
            OPTIONS,
            "person,in,out\nA,2022-10-09T18:01:00Z,\n",
            r"a\.csv: column 'who' for 'person' is not there; found 'person', 'in'",
        ),
        (OPTIONS, '{"who": "A", "in": 1}\n', r"a\.csv: no record has a field 'out' for 'left_at'; correct `columns`"),
        (OPTIONS, "PK\x03\x04 not a table", r"a\.csv: is a zip archive or an Excel workbook, expected text"),
        ({"session": {"id": "s"}}, stays(), "options.columns' is missing"),
        ({**OPTIONS, "columns": {"person": "who"}}, stays(), "options.columns.joined_at' is missing"),
        ({**OPTIONS, "columns": {**COLUMNS, "leave": "out"}}, stays(), "unknown key 'options.columns.leave'"),
        ({"columns": COLUMNS}, stays("A,2022-10-09T18:01:00Z,"), r"options\.session\.id"),
        (
            OPTIONS,
            stays("A,2022-10-09T18:01:00Z,1h 2m", "B,2022-10-09T18:01:00Z,58m"),
            "column 'out': found no time in any row",
        ),
        (OPTIONS, stays("A,03/04/2022 18:01,"), r"a\.csv, line 2, column 'in'.*date_order"),
    ],
)
def test_bad_input_names_what_was_found_and_what_to_do(
    live: LiveDesk, options: dict[str, Any], text: str, message: str
) -> None:
    with pytest.raises(DeliveryError, match=message):
        live.read("intervals_csv", {"a.csv": text}, options, "UTC")


def test_a_delivery_without_records_is_read_and_empty(live: LiveDesk) -> None:
    parsed = live.read("intervals_csv", {"a.csv": stays()}, OPTIONS, None)
    assert (parsed.records_read, parsed.tables["live_stays"].height, parsed.tables["live_sessions"].height) == (0, 0, 0)


FIELD = st.sampled_from(
    ["", "A", "B", " a@X.org", "a@x.org", "--", "2022-10-09T18:00:00Z", "2022-10-09T18:30:00Z", "2022-02-30", "soon"]
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.tuples(FIELD, FIELD, FIELD), max_size=20))
def test_every_record_is_loaded_rejected_or_duplicate(live: LiveDesk, rows: list[tuple[str, str, str]]) -> None:
    # Leaves of which none is a time would refuse the file.
    rows = [*rows, ("Z", "2022-10-09T18:00:00Z", "2022-10-09T18:30:00Z")]
    parsed = live.read("intervals_csv", {"a.csv": stays(*map(",".join, rows))}, OPTIONS, "UTC")
    assert parsed.records_read == sum(any(field.strip() for field in row) for row in rows)
    good = [row for row in rows if row[1].startswith("2022-10") and row[0].strip() not in ("", "--")]
    whole = [row for row in good if not (row[2].startswith("2022-10") and row[2] < row[1])]
    people = {row[0].strip().lower() if "@" in row[0] else row[0] for row in whole}
    assert parsed.tables["live_stays"]["person_key"].n_unique() == len(people)
    assert parsed.rejected.height == parsed.records_read - len(whole)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(at=st.integers(0, 200), junk=st.text(max_size=8), cut=st.integers(0, 20))
def test_a_damaged_file_is_read_or_refused_never_a_crash(live: LiveDesk, at: int, junk: str, cut: int) -> None:
    text = stays(*(f'"P {n}",2022-10-09T18:0{n}:00Z,2022-10-09T18:30:00Z' for n in range(5)))
    damaged = text[:at] + junk + text[at + cut :]
    live.read_or_refuse("intervals_csv", damaged.encode("utf-8", "ignore"), OPTIONS, "UTC")


@pytest.mark.parametrize(
    ("joined", "left"),
    [
        ("6:05 ÖS", "6:40 ÖS"),
        ("下午6:05", "下午6:40"),
        ("6:05 μ.μ.", "6:40 μ.μ."),
        ("6:05 p. m.", "6:40 p. m."),
        ("18h05", "18 h 40"),
    ],
)
def test_times_of_day_with_the_halves_of_any_language(live: LiveDesk, joined: str, left: str) -> None:
    options = {**OPTIONS, "day": "2022-10-09"}
    stay = (
        live.read("intervals_csv", {"a.csv": stays(f"A,{joined},{left}")}, options, "UTC")
        .tables["live_stays"]
        .row(0, named=True)
    )
    assert (stay["joined_at"].hour, stay["left_at"].hour) == (18, 18)


def test_who_has_several_roles_is_staff_where_one_of_them_says_so(live: LiveDesk) -> None:
    rows = [
        f'{role[0]},2022-10-09T18:00:00Z,2022-10-09T18:30:00Z,"{role}"'
        for role in ("Presenter, Host", "Attendee; Guest")
    ]
    options = {**OPTIONS, "columns": {**COLUMNS, "role": "role"}}
    parsed = live.read("intervals_csv", {"a.csv": "\n".join(["who,in,out,role", *rows])}, options, None)
    assert parsed.tables["live_stays"].sort("line")["is_staff"].to_list() == [True, False]


@pytest.mark.parametrize(
    ("words", "staff"),
    [
        (("Organizador", "Moderador", "Asistente"), [True, False, False]),
        (("Organizzatore", "Relatore", "Partecipante"), [True, False, False]),
        (("Anfitrión", "Moderador", "Participante"), [True, True, False]),
    ],
)
def test_beside_an_organizer_roles_are_those_of_teams(
    live: LiveDesk, words: tuple[str, ...], staff: list[bool]
) -> None:
    """It calls everyone in the organisation by a word that means a moderator or a speaker elsewhere."""
    rows = [f"{role},2022-10-09T18:00:00Z,2022-10-09T18:30:00Z,{role}" for role in words]
    options = {**OPTIONS, "columns": {**COLUMNS, "role": "role"}}
    parsed = live.read("intervals_csv", {"a.csv": "\n".join(["who,in,out,role", *rows])}, options, None)
    assert parsed.tables["live_stays"].sort("line")["is_staff"].to_list() == staff


def test_stays_may_be_records_of_json(live: LiveDesk) -> None:
    text = '{"who": "A", "in": "2022-10-09T18:00:00Z", "out": "2022-10-09T18:30:00Z"}\n{"who": "B", "in": "2022-10-09T18:10:00Z"}\n'
    parsed = live.read("intervals_csv", {"a.ndjson": text}, OPTIONS, None)
    assert parsed.tables["live_stays"].select("joined_at", "left_at").null_count().row(0) == (0, 1)


def test_a_spreadsheet_s_days_are_times(live: LiveDesk) -> None:
    stay = (
        live.read("intervals_csv", {"a.csv": stays("A,44843.75,44843.770833333336")}, OPTIONS, "UTC")
        .tables["live_stays"]
        .row(0, named=True)
    )
    assert (stay["joined_at"], stay["left_at"]) == (utc("2022-10-09T18:00:00"), utc("2022-10-09T18:30:00"))


@pytest.mark.parametrize(
    ("column", "cells", "identity"),
    [
        ("Full name", ("Lina 1", "Sam 2"), "name"),
        ("who", ("Lina Haddad", "Sam O'Neil-Ray"), "name"),
        ("Name", ("u1@x.org", "u2@x.org"), "id"),
        ("user_name", ("lina", "sam"), "id"),
        ("who", ("p-01", "p-02"), "id"),
        ("who", ("A", "B"), "id"),
    ],
)
def test_names_tell_people_apart_as_names(column: str, cells: tuple[str, str], identity: str, live: LiveDesk) -> None:
    at = "2022-10-09T18:00:00Z,2022-10-09T19:00:00Z"
    text = stays(*(f"{cell},{at}" for cell in cells), header=f"{column},in,out")
    parsed = live.read("intervals_csv", {"a.csv": text}, {**OPTIONS, "columns": COLUMNS | {"person": column}})
    assert parsed.tables["live_sessions"]["identity"].to_list() == [identity]


def test_roles_of_yes_and_no_are_asked_for(live: LiveDesk) -> None:
    at = "2022-10-09T18:00:00Z,2022-10-09T19:00:00Z"
    text = stays(f"A,{at},Yes", f"B,{at},No", header="who,in,out,is_host")
    options = {**OPTIONS, "columns": COLUMNS | {"role": "is_host"}}
    with pytest.raises(DeliveryError, match=r"a\.csv, line 2, column 'is_host': found yes and no.*options\.roles"):
        live.read("intervals_csv", {"a.csv": text}, options)
    told = live.read("intervals_csv", {"a.csv": text}, {**options, "roles": {"Yes": "host", "No": "attendee"}})
    assert told.tables["live_stays"]["is_staff"].to_list() == [True, False]


def test_who_registered_and_did_not_come_is_a_registration_and_no_stay(live: LiveDesk) -> None:
    header = "who,signed up,in,out,came,state"
    rows = (
        "a@x.org,2022-10-01 09:00,2022-10-09 18:00,2022-10-09 18:40,Y,Attended",
        "b@x.org,2022-10-02 09:00,--,-,N,No-show",
        "c@x.org,2022-10-02 10:00,,,yes,Banned",
        "d@x.org,,2022-10-09 18:10,,Y,",
        "e@x.org,,,,N,Missed",
    )
    told = {"registered_at": "signed up", "has_attended": "came", "status": "state"}
    options = OPTIONS | {"columns": COLUMNS | told}
    parsed = live.read("intervals_csv", {"a.csv": stays(*rows, header=header)}, options, "Asia/Dubai")
    assert (parsed.records_read, parsed.records_loaded, parsed.unreadable.rows()) == (
        5,
        5,
        [("registered_at", "empty", 1)],
    )
    came = parsed.tables["live_stays"].sort("line")
    assert came["person_key"].to_list() == [person("a@x.org"), person("d@x.org")]
    registered = parsed.tables["live_registrations"].sort("line").select("person_key", "has_attended", "status").rows()
    assert registered == [
        (person("a@x.org"), True, "approved"),
        (person("b@x.org"), False, "approved"),
        (person("c@x.org"), True, "denied"),
        (person("e@x.org"), False, "approved"),
    ]
    assert parsed.tables["live_registrations"]["registered_at"].min() == utc("2022-10-01T05:00:00")


@pytest.mark.parametrize("left", ["2022-10-09", "2022-10-10", ""])
def test_dates_alone_are_not_when_people_joined_and_left(live: LiveDesk, left: str) -> None:
    text = stays(f"A,2022-10-09,{left}", f"B,2022-10-09,{left}")
    with pytest.raises(DeliveryError, match=r"a\.csv, line 2, column 'in': found dates without a time of day"):
        live.read("intervals_csv", {"a.csv": text}, OPTIONS, "Asia/Dubai")
    told = live.read("intervals_csv", {"a.csv": stays("A,2022-10-09,2022-10-09 00:30")}, OPTIONS, "Asia/Dubai")
    assert told.tables["live_stays"].height == 1
