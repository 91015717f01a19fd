"""Teams attendance lists: real ones, the defects a list can have, and pairing against an oracle."""
# ruff: noqa: RUF001 - lists are written in many languages

from collections import defaultdict
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.source import DeliveryError, Parsed
from tests.ingest.live_desk import LiveDesk, person, utc

SESSION = {"session": {"id": "live-07"}}
DAY_FIRST = {**SESSION, "date_order": "dmy"}


def stays_of(parsed: Parsed) -> list[tuple[datetime, datetime | None, int]]:
    return parsed.tables["live_stays"].select("joined_at", "left_at", "records").rows()


def list_of(*rows: str, header: str = "Full Name\tUser Action\tTimestamp") -> str:
    return "\n".join([header, *rows]) + "\n"


def attendance(stays: pl.DataFrame, end: datetime | None) -> tuple[int, datetime, float]:
    """Peak, its first instant, person-minutes: a sweep over merged stays; open ones last until `end` or are out."""
    ends = pl.coalesce("left_at", pl.lit(end, stays.schema["left_at"]))
    closed = stays.with_columns(ends.alias("left_at")).drop_nulls("left_at").sort("person_key", "joined_at")
    reach = pl.col("left_at").cum_max().shift(1).over("person_key")
    merged = (
        closed.with_columns(
            (reach < pl.col("joined_at"))
            .fill_null(value=True)
            .cast(pl.Int64())
            .cum_sum()
            .over("person_key")
            .alias("block")
        )
        .group_by("person_key", "block")
        .agg(pl.col("joined_at").min(), pl.col("left_at").max())
    )
    steps = pl.concat(
        [
            merged.select(pl.col("joined_at").alias("at"), pl.lit(1).alias("step")),
            merged.select(pl.col("left_at").alias("at"), pl.lit(-1).alias("step")),
        ]
    ).sort("at", "step")
    present = steps.with_columns(pl.col("step").cum_sum().alias("present"))
    top = present.filter(pl.col("present") == pl.col("present").max()).row(0, named=True)
    minutes = merged.select((pl.col("left_at") - pl.col("joined_at")).sum()).item().total_seconds() / 60
    return top["present"], top["at"], minutes


def test_a_real_list_taken_during_the_meeting(live: LiveDesk) -> None:
    content = live.real_file("teams_lists/pt_2021-03-08_SIR.csv")
    parsed = live.read("teams_list", {"list.csv": content}, DAY_FIRST, "America/Sao_Paulo")
    stays, session = parsed.tables["live_stays"], parsed.tables["live_sessions"].row(0, named=True)
    assert (parsed.records_read, parsed.records_duplicate, parsed.rejected.height) == (104, 0, 0)
    assert stays["person_key"].n_unique() == 47
    assert (session["bounds_basis"], session["basis"], session["identity"]) == ("events", "intervals", "name")
    peak, at, minutes = attendance(stays, session["ends_at"])
    assert (peak, at, round(minutes, 2)) == (44, utc("2021-03-08T23:51:59"), 4404.83)
    assert round(attendance(stays, None)[2], 2) == 1222.28


@pytest.mark.parametrize(
    ("name", "people", "records", "still_open"),
    [("pt_2021-03-09_SIB", 38, 58, 38), ("pt_2021-03-16_SIB", 39, 47, 39), ("pt_2021-03-30_TDSF", 38, 52, 36)],
)
def test_other_real_lists(live: LiveDesk, name: str, people: int, records: int, still_open: int) -> None:
    parsed = live.read("teams_list", {"list.csv": live.real_file(f"teams_lists/{name}.csv")}, DAY_FIRST)
    stays = parsed.tables["live_stays"]
    assert (stays["person_key"].n_unique(), stays["records"].sum(), stays["left_at"].null_count()) == (
        people,
        records,
        still_open,
    )


def test_an_order_of_day_and_month_that_nothing_tells_is_asked_for(live: LiveDesk) -> None:
    content = live.real_file("teams_lists/en_AT_2020_utf16.csv")
    with pytest.raises(
        DeliveryError,
        match=r"list\.csv, line 2, column 'Timestamp': a date of the shape 99/99/9999 may be .*date_order",
    ):
        live.read("teams_list", {"list.csv": content}, SESSION, "Europe/Vienna")
    parsed = live.read("teams_list", {"list.csv": content}, DAY_FIRST, "Europe/Vienna")
    assert stays_of(parsed)[0] == (utc("2020-12-11T11:27:24"), utc("2020-12-11T11:45:18"), 2)
    parsed = live.read("teams_list", {"list.csv": content}, {**SESSION, "date_order": "mdy"}, "Europe/Vienna")
    assert parsed.tables["live_stays"]["joined_at"][0] == utc("2020-11-12T11:27:24")


def test_one_date_beyond_the_twelfth_tells_the_order_of_all(live: LiveDesk) -> None:
    parsed = live.read(
        "teams_list", {"a.csv": list_of("A\tJoined\t4/1/2021 0:10", "B\tJoined\t3/31/2021, 7:05:00 PM")}, SESSION
    )
    assert parsed.tables["live_stays"]["joined_at"].to_list() == [
        utc("2021-04-01T03:10:00"),
        utc("2021-03-31T22:05:00"),
    ]


def test_a_stated_order_that_the_dates_contradict_refuses(live: LiveDesk) -> None:
    text = list_of("A\tJoined\t3/8/2021 19:00", "A\tLeft\t3/30/2021 19:30")
    with pytest.raises(DeliveryError, match=r"a\.csv, line 3, .*9/99/9999.*date_order: dmy.*say date_order: mdy"):
        live.read("teams_list", {"a.csv": text}, DAY_FIRST)


def test_a_date_that_is_none_tells_no_order(live: LiveDesk) -> None:
    with pytest.raises(DeliveryError, match=r"line 2, .*9/9/9999 may be"):
        live.read("teams_list", {"a.csv": list_of("A\tJoined\t8/3/2021 19:00", "B\tJoined\t25/25/2021 19:00")}, SESSION)


def test_dates_that_contradict_each_other_refuse_until_the_note_decides(live: LiveDesk) -> None:
    text = list_of("A\tJoined\t19/9/2021 19:00", "B\tJoined\t20/9/2021 19:00", "C\tJoined\t9/21/2021 19:30")
    with pytest.raises(DeliveryError, match=r"line 2.*99/9/9999.*day first.*line 4.*9/99/9999.*month first"):
        live.read("teams_list", {"a.csv": text}, SESSION)
    parsed = live.read("teams_list", {"a.csv": text}, DAY_FIRST)
    assert parsed.rejected.select("line", "reason").rows() == [(4, "bad_time")]


@pytest.mark.parametrize(
    ("header", "join", "leave"),
    [
        ("Full Name\tUser Action\tTimestamp", "Joined", "Left"),
        ("Full Name\tUser Action\tTimestamp", "Joined before", "Left"),
        ("Nome Completo\tAtividade\tData e hora", "Entrou", "Saiu"),
        ("Nome Completo\tAtividade\tData e hora", "Entrou antes", "Saiu"),
        ("Vollständiger Name\tBenutzeraktion\tZeitstempel", "Beigetreten", "Verlassen"),
        ("Vollständiger Name\tBenutzeraktion\tZeitstempel", "Vorher beigetreten", "Hat verlassen"),
        ("Nome completo\tAzione utente\tTimestamp", "Partecipazione", "Uscita"),
        ("Nom complet\tAction utilisateur\tHorodatage", "Joint avant", "A quitté"),
        ("Imię i nazwisko\tAkcja użytkownika\tSygnatura czasowa", "Dołączono", "Opuszczono"),
        ("Celé jméno\tAkce uživatele\tČasové razítko", "Připojil se", "Odešel"),
        ("Teljes név\tFelhasználói művelet\tIdőbélyeg", "Csatlakozott", "Kilépett"),
        ("Fulde navn\tBrugerhandling\tTidsstempel", "Tilsluttede sig", "Forlod"),
        ("Koko nimi\tKäyttäjän toiminto\tAikaleima", "Liittyi", "Poistui"),
        ("Повне ім’я\tДія користувача\tПозначка часу", "Приєднався", "Вийшов"),
        ("نام کامل\tعملکرد کاربر\tمهر زمانی", "پیوست", "خارج شد"),
    ],
)
def test_languages(live: LiveDesk, header: str, join: str, leave: str) -> None:
    text = list_of(f"Zoë\t{join}\t13/03/2021 19:00:00", f"Zoë\t{leave}\t13/03/2021 19:30:00", header=header)
    assert stays_of(live.read("teams_list", {"a.csv": text.encode("utf-16")}, SESSION)) == [
        (utc("2021-03-13T22:00:00"), utc("2021-03-13T22:30:00"), 2)
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", ["\t", ";"])
def test_encodings_and_separators(live: LiveDesk, encoding: str, separator: str) -> None:
    text = list_of(
        "Zoë\tEntrou\t13/03/2021 19:00:00",
        "Zoë\tSaiu\t13/03/2021 19:30:00",
        header="Nome Completo\tAtividade\tData e hora",
    )
    parsed = live.read("teams_list", {"a.csv": text.replace("\t", separator).encode(encoding)}, SESSION)
    assert stays_of(parsed) == [(utc("2021-03-13T22:00:00"), utc("2021-03-13T22:30:00"), 2)]
    assert parsed.tables["live_stays"]["person_key"].to_list() == [person("Zoë")]
    assert parsed.tables["live_stays"]["identity"].to_list() == ["name"]


def test_every_record_is_accounted_for(live: LiveDesk) -> None:
    text = list_of(
        "A\tJoined\t2021-03-13 19:00:00",
        "",
        "A\tJoined\t2021-03-13 19:00:00",  # again
        "A\tLeft\t2021-03-13 19:10:00",
        "A\tLeft\t2021-03-13 19:20:00",  # nobody is in
        "\tJoined\t2021-03-13 19:00:00",
        "B\tJoined\t",
        "B\tJoined\t13 o'clock",
        "B\tWaved\t2021-03-13 19:00:00",
        "C\tJoined",
        "\t\t",
        "D\tJoined\t2021-03-13 19:05:00",
    )
    parsed = live.read("teams_list", {"a.csv": text}, SESSION)
    assert (parsed.records_read, parsed.records_duplicate) == (10, 1)
    assert sorted(parsed.rejected.select("line", "reason").rows()) == [
        (6, "missing_key"),
        (7, "missing_key"),
        (8, "missing_key"),
        (9, "bad_time"),
        (10, "unreadable"),
        (11, "missing_key"),
    ]
    assert stays_of(parsed) == [
        (utc("2021-03-13T22:00:00"), utc("2021-03-13T22:10:00"), 2),
        (utc("2021-03-13T22:05:00"), None, 1),
    ]
    session = parsed.tables["live_sessions"].row(0, named=True)
    assert (session["starts_at"], session["ends_at"]) == (utc("2021-03-13T22:00:00"), utc("2021-03-13T22:20:00"))


def test_a_lost_leave_or_a_second_device_leaves_the_first_join_open(live: LiveDesk) -> None:
    text = list_of("A\tJoined\t2021-03-13 19:00", "A\tJoined\t2021-03-13 19:30", "A\tLeft\t2021-03-13 19:40")
    assert stays_of(live.read("teams_list", {"a.csv": text}, SESSION)) == [
        (utc("2021-03-13T22:00:00"), None, 1),
        (utc("2021-03-13T22:30:00"), utc("2021-03-13T22:40:00"), 2),
    ]


def test_two_devices_that_both_leave(live: LiveDesk) -> None:
    minutes = {"Joined": (0, 10, 40), "Left": (20, 30, 50)}
    text = list_of(*(f"A\t{step}\t2021-03-13T22:{at:02}Z" for step, times in minutes.items() for at in times))
    assert stays_of(live.read("teams_list", {"a.csv": text}, SESSION)) == [
        (utc("2021-03-13T22:00:00"), utc("2021-03-13T22:30:00"), 2),
        (utc("2021-03-13T22:10:00"), utc("2021-03-13T22:20:00"), 2),
        (utc("2021-03-13T22:40:00"), utc("2021-03-13T22:50:00"), 2),
    ]


def test_two_lists_of_one_meeting_are_one_log(live: LiveDesk) -> None:
    early = list_of("A\tJoined\t2021-03-13 19:00", "B\tJoined\t2021-03-13 19:01")
    late = list_of("A\tJoined\t2021-03-13 19:00", "A\tLeft\t2021-03-13 19:30", "B\tJoined\t2021-03-13 19:01")
    parsed = live.read("teams_list", {"1.csv": early, "2.csv": late}, SESSION)
    assert (parsed.records_read, parsed.records_duplicate) == (5, 2)
    assert [row[1:] for row in stays_of(parsed)] == [(utc("2021-03-13T22:30:00"), 2), (None, 1)]


def test_a_leave_that_may_have_been_misread_leaves_its_stay_in_doubt(live: LiveDesk) -> None:
    text = list_of("A\tJoined\t2026-10-30 00:05:00", "A\tLeft\t2026-10-29 23:20:00", "A\tJoined\t2026-10-29 22:50:00")
    stays = live.read("teams_list", {"a.csv": text}, SESSION, "Africa/Cairo").tables["live_stays"]
    assert stays["is_ambiguous_time"].any()


def test_clocks_that_change(live: LiveDesk) -> None:
    text = list_of("A\tJoined\t2026-10-29 23:40:00", "A\tLeft\t2026-10-30 00:20:00", "B\tJoined\t2026-10-29 20:00:00")
    stays = live.read("teams_list", {"a.csv": text}, SESSION, "Africa/Cairo").tables["live_stays"]
    assert stays.select("joined_at", "is_ambiguous_time").rows() == [
        (utc("2026-10-29T20:40:00"), True),
        (utc("2026-10-29T17:00:00"), False),
    ]
    skipped = live.read("teams_list", {"a.csv": list_of("A\tJoined\t2026-04-24 00:30:00")}, SESSION, "Africa/Cairo")
    assert skipped.rejected["reason"].to_list() == ["bad_time"]


def test_hosts_and_bounds_come_from_the_note(live: LiveDesk) -> None:
    note = {
        "session": {
            "id": 7,
            "title": "Sleep",
            "country": "br",
            "starts_at": "2021-03-13T19:00:00",
            "ends_at": "2021-03-13T20:00:00-03:00",
            "hosts": ["ana LIMA", "Someone Else"],
        }
    }
    text = list_of("Ana Lima\tJoined\t2021-03-13 18:55", "B\tJoined\t2021-03-13 19:01")
    parsed = live.read("teams_list", {"a.csv": text}, note)
    assert parsed.tables["live_stays"].select("session_id", "role").rows() == [("7", "host"), ("7", None)]
    session = parsed.tables["live_sessions"].row(0, named=True)
    assert (session["starts_at"], session["ends_at"], session["bounds_basis"]) == (
        utc("2021-03-13T22:00:00"),
        utc("2021-03-13T23:00:00"),
        "note",
    )
    assert (session["title"], session["country"], session["advocate"]) == ("Sleep", "BR", None)
    assert parsed.unreadable.rows() == [("role", "unknown_host", 1)]


@pytest.mark.parametrize(
    ("session", "message"),
    [
        ({}, r"options\.session\.id"),
        ({"id": "s", "colour": "red"}, r"unknown key 'options\.session\.colour'"),
        ({"id": "s", "starts_at": "2021-03-13"}, "time of day"),
        ({"id": "s", "starts_at": "2026-10-29 23:30:00"}, "skipped or showed twice"),
        ({"id": "s", "starts_at": "2021-03-13 20:00:00", "ends_at": "2021-03-13 19:00:00"}, "an end after the start"),
    ],
)
def test_a_session_that_can_not_be(live: LiveDesk, session: dict[str, str], message: str) -> None:
    with pytest.raises(DeliveryError, match=message):
        live.read("teams_list", {"a.csv": list_of("A\tJoined\t2021-03-13 18:55")}, {"session": session}, "Africa/Cairo")


@pytest.mark.parametrize(
    "text",
    [
        "Name,User Email,Join Time,Leave Time\nA,a@x.org,1,2\n",
        '{"events": []}\n',
        "Meeting Summary\nTotal Number of Participants\t5\n",
    ],
)
def test_a_file_that_is_no_attendance_list(live: LiveDesk, text: str) -> None:
    with pytest.raises(DeliveryError, match=r"a\.csv: .*expected Full Name.*teams_report.*again"):
        live.read("teams_list", {"a.csv": text}, SESSION)


def test_a_note_without_the_zone_is_refused(live: LiveDesk) -> None:
    with pytest.raises(DeliveryError, match="timezone"):
        live.read("teams_list", {"a.csv": list_of("A\tJoined\t2021-03-13 18:55")}, SESSION, None)


def test_no_name_is_left_after_reading(live: LiveDesk) -> None:
    text = list_of(
        "Ana Secret\tJoined\t2021-03-13 18:55", "Ana Secret\tWaved\t2021-03-13", "Ana Secret\tLeft\tAna Secret"
    )
    parsed = live.read("teams_list", {"a.csv": text}, {"session": {"id": "s", "hosts": ["Bob Secret"]}})
    for frame in (*parsed.tables.values(), parsed.rejected, parsed.unreadable):
        assert "Secret" not in frame.write_json()


@st.composite
def logs(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    """Any log, in any order. Drawn from a seed: short lists of small numbers hardly ever nest three joins."""
    chance = draw(st.randoms(use_true_random=False))
    people, minutes, size = chance.randint(1, 4), chance.randint(3, 60), chance.randint(1, 50)
    return [(chance.choice("ABCD"[:people]), chance.choice((1, 1, -1)), chance.randrange(minutes)) for _ in range(size)]


def nested(events: list[tuple[str, int, int]]) -> tuple[list[tuple[str, int, int | None]], int, int]:
    """What the list says, one event at a time: stays, repeated events, and leaves of nobody."""
    seen: set[tuple[str, int, int]] = set()
    opened: dict[str, list[int]] = defaultdict(list)
    stays: list[tuple[str, int, int | None]] = []
    repeated = alone = 0
    for who, step, at in sorted(events, key=lambda event: event[2]):
        if (who, step, at) in seen:
            repeated += 1
            continue
        seen.add((who, step, at))
        if step > 0:
            opened[who].append(at)
        elif opened[who]:
            stays.append((who, opened[who].pop(), at))
        else:
            alone += 1
    stays += [(who, at, None) for who, starts in opened.items() for at in starts]
    return stays, repeated, alone


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=logs())
def test_any_log_gives_the_stays_that_reading_it_event_by_event_gives(
    live: LiveDesk, events: list[tuple[str, int, int]]
) -> None:
    start = utc("2021-03-13T19:00:00")
    rows = [
        f"{who}\t{'Joined' if step > 0 else 'Left'}\t{start + timedelta(minutes=at):%Y-%m-%dT%H:%M:%SZ}"
        for who, step, at in events
    ]
    parsed = live.read("teams_list", {"a.csv": list_of(*rows)}, SESSION)
    stays, repeated, alone = nested(events)
    expected = sorted((person(who), joined, -1 if left is None else left) for who, joined, left in stays)
    found = [
        (
            who,
            int((joined - start).total_seconds() // 60),
            -1 if left is None else int((left - start).total_seconds() // 60),
        )
        for who, joined, left in parsed.tables["live_stays"].select("person_key", "joined_at", "left_at").rows()
    ]
    assert sorted(found) == expected
    assert (parsed.records_duplicate, parsed.rejected.height) == (repeated, alone)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    at=st.integers(0, 200),
    junk=st.text(max_size=8),
    cut=st.integers(0, 8),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
)
def test_a_damaged_list_is_read_or_refused_never_a_crash(
    live: LiveDesk, at: int, junk: str, cut: int, encoding: str
) -> None:
    text = list_of(*(f"P {n}\t{'Left' if n % 3 == 0 else 'Joined'}\t13/03/2021 19:0{n}:00" for n in range(1, 9)))
    damaged = text[:at] + junk + text[at + cut :]
    content = damaged.encode(encoding, errors="ignore")
    live.read_or_refuse("teams_list", content, SESSION, "Africa/Cairo")


@pytest.mark.parametrize(
    ("header", "before", "left", "at"),
    [
        ("Полное имя\tДействие пользователя\tМетка времени", "Присоединился раньше", "Вышел", "20.10.2022, 18:{}:00"),
        ("氏名\tユーザーの操作\tタイムスタンプ", "以前に参加済み", "退出", "2022/10/20 18:{}:00"),
    ],
)
def test_lists_of_other_languages(live: LiveDesk, header: str, before: str, left: str, at: str) -> None:
    text = f"{header}\nA\t{before}\t{at.format('00')}\nA\t{left}\t{at.format('30')}\n"
    parsed = live.read("teams_list", {"m.csv": text}, {"session": {"id": "s"}}, "Asia/Dubai")
    assert parsed.tables["live_stays"].select(pl.col("left_at") - pl.col("joined_at")).item() == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("name", "identity"), [("iPhone", "guest"), ("Guest", "guest"), ("ضيف", "guest"), ("Ana Lima", "name")]
)
def test_what_a_device_or_guest_is_called_is_no_person(live: LiveDesk, name: str, identity: str) -> None:
    """Two of one name at the same time may be two people, which two stays of a full name are not."""
    steps = [("Joined", 1), ("Joined", 2), ("Left", 31), ("Left", 32)]
    rows = [f"{name}\t{action}\t2023-05-04 18:{minute:02}:00" for action, minute in steps]
    text = "\n".join(["Full Name\tUser Action\tTimestamp", *rows])
    parsed = live.read("teams_list", {"a.csv": text}, {"session": {"id": "live-07"}}, "UTC")
    assert parsed.tables["live_stays"]["identity"].to_list() == [identity] * 2
