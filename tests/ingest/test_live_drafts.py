"""What `campaign inspect` makes of lists of attendance and registration of other tools."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.inspection import inspect
from ingest.source import DeliveryError
from tests.fuzz.specimens import lines
from tests.ingest.test_inspection import CAMPAIGNS, TOLD, workbook, written


@pytest.mark.parametrize(
    ("header", "row", "columns"),
    [
        (
            "Registration ID,Email,Registered at,Checked in",
            "r{n},u{n}@x.org,2022-10-05 09:{n:02d}:00 UTC,Yes",
            {"person": "Email", "registered_at": "Registered at"},
        ),
        (
            "Order no.,Order Date,Email,Attendee Status,Event Name",
            "12345{n},2022-10-05 09:{n:02d}:00,u{n}@x.org,Attending,Calm",
            {"person": "Email", "registered_at": "Order Date", "session_id": "Event Name", "status": "Attendee Status"},
        ),
        (
            "Order #,Order Date,Email,Attendee #,Has attended",
            "12345{n},2022-10-05 09:{n:02d}:00,u{n}@x.org,{n},Yes",
            {"person": "Email", "registered_at": "Order Date", "has_attended": "Has attended"},
        ),
    ],
)
def test_lists_of_tickets_are_registrations(header: str, row: str, columns: dict[str, str], tmp_path: Path) -> None:
    files = written(tmp_path, {"list.csv": lines(header, *(row.format(n=n) for n in range(40)))})
    found = inspect(files, TOLD, CAMPAIGNS)
    assert (found.draft.format, found.loaded) == ("registrations_csv", 40)
    assert found.draft.options["columns"] == columns


def test_the_time_of_attending_is_that_of_joining(tmp_path: Path) -> None:
    rows = [f"u{n}@x.org,2022-10-05 09:00,2022-10-12 19:{n:02d},2022-10-12 20:00" for n in range(40)]
    files = written(tmp_path, {"a.csv": lines("Email,Registered on,Attended at,Left at", *rows)})
    found = inspect(files, TOLD, CAMPAIGNS)
    assert (found.draft.format, found.loaded) == ("intervals_csv", 40)
    files = written(tmp_path, {"b.csv": lines("Email,Registered on,Checked in,Checked out", *rows)})
    assert inspect(files, TOLD, CAMPAIGNS).draft.format == "intervals_csv"


@pytest.mark.parametrize(
    "header",
    [
        "Email,Registration Date,Entered At,Left At,Attended Live",
        "Email,Registration date,Attendance date,Attendance end,Attended",
        "Email,Registered At,Joined At,Left At,Attended",
    ],
)
def test_registrations_beside_stays_are_both(header: str, tmp_path: Path) -> None:
    """Most who register do not come: those rows are no attendance, and no reason to refuse the file."""
    stay = "2022-10-12 19:00,2022-10-12 20:00,Yes"
    rows = [f"u{n}@x.org,2022-10-05 09:{n:02d},{stay if n < 10 else ',,No'}" for n in range(40)]
    found = inspect(written(tmp_path, {"a.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    assert (found.draft.format, found.loaded) == ("intervals_csv", 40)
    assert found.parsed.tables["live_stays"].height == 10
    assert found.parsed.tables["live_registrations"]["has_attended"].sum() == 10


def test_the_order_of_dates_is_asked_where_the_likelier_one_is_refused_for_another_reason(tmp_path: Path) -> None:
    """Day first, the session lasts longer than a day; month first, the last row is of another month and the rest fits."""
    rows = ["u@x.org;05.10.2022;18:02;18:45", "v@x.org;05.10.2022;23:50;00:20", "w@x.org;06.10.2022;18:10;18:20"]
    file = written(tmp_path, {"a.csv": lines("Email;Date;Joined;Left", *rows)})
    asked = inspect(file, replace(TOLD, date_order=None), CAMPAIGNS)
    assert [question.key for question in asked.open] == ["date_order"]
    with pytest.raises(DeliveryError, match="deliver each session by itself"):
        inspect(file, replace(TOLD, date_order="dmy"), CAMPAIGNS)


def test_ids_with_and_without_a_point_are_one_person(tmp_path: Path) -> None:
    rows = [f"{n // 2}{'.0' if n % 2 else ''},2022-10-05 19:{n:02d},2022-10-05 20:00" for n in range(40)]
    found = inspect(written(tmp_path, {"a.csv": lines("attendee_id,joined,left", *rows)}), TOLD, CAMPAIGNS)
    assert found.parsed.tables["live_stays"]["person_key"].n_unique() == 20


@pytest.mark.parametrize(
    ("clock", "joined"),
    [
        ("7:{n:02d} PM,8:30 PM", ["2022-10-12 15:00", "2022-10-12 15:39"]),
        ("{h}:{n:02d},{h}:59", ["2022-10-12 19:00", "2022-10-12 20:39"]),
        ("{h}h{n:02d},{h}h59", ["2022-10-12 19:00", "2022-10-12 20:39"]),
    ],
)
def test_the_day_of_times_of_day_may_stand_in_the_name(clock: str, joined: list[str], tmp_path: Path) -> None:
    rows = [f"A{n},u{n}@x.org," + clock.format(n=n, h=(23, 0)[n % 2]) for n in range(40)]
    files = written(tmp_path, {"2022-10-12 Calm.csv": lines("First name,Email,Time joined,Time exited", *rows)})
    found = inspect(files, TOLD, CAMPAIGNS)
    at = found.parsed.tables["live_stays"]["joined_at"]
    assert [at.min(), at.max()] == [datetime.fromisoformat(when).replace(tzinfo=UTC) for when in joined]
    assert "day: 2022-10-12" in found.text.replace("'", "")


@pytest.mark.parametrize("title", ["Q&A Report", "Poll Report", "Performance Report"])
def test_zoom_reports_without_attendance_are_named(title: str, tmp_path: Path) -> None:
    rows = (title, "Topic,Webinar ID", "Calm,812 3456 7890", "#,Question,Asker Email", "1,How?,u@x.org")
    with pytest.raises(DeliveryError, match=rf"line 1: is Zoom's '{title}', which says of nobody when they came"):
        inspect(written(tmp_path, {"report.csv": lines(*rows)}), TOLD, CAMPAIGNS)


def test_waiting_rooms_of_other_languages_are_no_attendance(tmp_path: Path) -> None:
    rows = [f"A{n},05/10/2022 19:{n:02d}:00,05/10/2022 20:00:00,{('Oui', 'Non')[n % 2]}" for n in range(40)]
    header = "Nom (nom original),Heure d'entrée,Heure de sortie,En salle d'attente"
    found = inspect(written(tmp_path, {"z.csv": lines(header, *rows)}), replace(TOLD, date_order="dmy"), CAMPAIGNS)
    assert (found.draft.format, found.loaded, found.parsed.rejections) == ("intervals_csv", 20, [("waiting_room", 20)])


@pytest.mark.parametrize("header", ["Name,In,Out", "Name,Time In,Time Out", "Name,Live Start Time,Live End Time"])
def test_short_names_of_joining_and_leaving(header: str, tmp_path: Path) -> None:
    rows = [f"A{n},2022-10-05 19:{n:02d},2022-10-05 20:00" for n in range(40)]
    assert inspect(written(tmp_path, {"l.csv": lines(header, *rows)}), TOLD, CAMPAIGNS).loaded == 40


def test_times_of_day_of_a_workbook_have_no_day(tmp_path: Path) -> None:
    rows = [
        ("Name", "In", "Out"),
        *((f"A{n}", f"1899-12-31 18:{n:02d}:00", "1899-12-31 20:00:00") for n in range(40)),
    ]
    workbook(tmp_path / "2022-10-05.xlsx", rows)
    found = inspect([tmp_path / "2022-10-05.xlsx"], TOLD, CAMPAIGNS)
    assert found.loaded == 40
    assert found.parsed.tables["live_stays"]["joined_at"].min() == datetime(2022, 10, 5, 14, tzinfo=UTC)


def test_stays_in_a_language_that_is_not_known_are_told_by_their_minutes(tmp_path: Path) -> None:
    rows = [f"A{n},a{n}@x.org,2022-10-05 19:{n:02d}:10,2022-10-05 20:00:00,{60 - n},Ja" for n in range(40)]
    header = "Namn,E-post,Anslutningstid,Sluttid,Minuter,Gäst"
    found = inspect(written(tmp_path, {"z.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    assert (found.draft.format, found.loaded) == ("intervals_csv", 40)
    columns = found.draft.options["columns"]
    assert (columns["joined_at"], columns["left_at"]) == ("Anslutningstid", "Sluttid")


def test_samples_of_several_platforms_at_one_time_are_sessions_of_their_own(tmp_path: Path) -> None:
    rows = [f"2022-10-05 19:{n:02d},{platform},{n + 9}" for n in range(20) for platform in ("YouTube", "Facebook")]
    found = inspect(
        written(tmp_path, {"s.csv": lines("Timestamp,Platform,Concurrent viewers", *rows)}), TOLD, CAMPAIGNS
    )
    assert (found.loaded, found.parsed.rejections) == (40, [])
    assert found.parsed.tables["live_sessions"].height == 2


def test_who_leads_is_told_by_a_question_too(tmp_path: Path) -> None:
    rows = [f"A{n},{('No', 'Yes')[n == 0]},2022-10-05 19:{n:02d},2022-10-05 20:00" for n in range(40)]
    found = inspect(written(tmp_path, {"l.csv": lines("Name,Is Host?,Join,Leave", *rows)}), TOLD, CAMPAIGNS)
    assert found.parsed.tables["live_stays"]["is_staff"].sum() == 1


@pytest.mark.parametrize(
    ("header", "words"),
    [("Participant Type", ("Attendee", "Host")), ("Kind", ("Guest", "Co-Host")), ("Host", ("N", "Y")),
     ("Moderator", ("0", "1")), ("مضيف", ("لا", "نعم"))],
)  # fmt: skip
def test_who_led_is_told_by_the_words_of_a_column(header: str, words: tuple[str, str], tmp_path: Path) -> None:
    rows = [f"u{n}@x.org,{words[n == 0]},2022-10-05 19:{n:02d},2022-10-05 20:00" for n in range(40)]
    found = inspect(written(tmp_path, {"l.csv": lines(f"Email,{header},Joined,Left", *rows)}), TOLD, CAMPAIGNS)
    assert found.parsed.tables["live_stays"]["is_staff"].sum() == 1


def test_words_beside_those_for_roles_are_none(tmp_path: Path) -> None:
    rows = [f"u{n}@x.org,{('Staff', 'Nurse')[n % 2]},2022-10-05 19:{n:02d},2022-10-05 20:00" for n in range(40)]
    found = inspect(written(tmp_path, {"l.csv": lines("Email,Work,Joined,Left", *rows)}), TOLD, CAMPAIGNS)
    assert "role" not in found.draft.options["columns"]


def test_stays_of_several_days_are_no_session(tmp_path: Path) -> None:
    rows = [f"A{n},2022-10-{(5, 7)[n % 2]:02d} 18:{n:02d},2022-10-{(5, 7)[n % 2]:02d} 19:00" for n in range(40)]
    with pytest.raises(DeliveryError, match=r"lasts longer than 24 hours.*deliver each session by itself"):
        inspect(written(tmp_path, {"l.csv": lines("Name,Joined,Left", *rows)}), TOLD, CAMPAIGNS)


def test_a_list_of_names_and_the_days_that_they_came_is_no_survey(tmp_path: Path) -> None:
    rows = [f"A{n},{'x' if n % 2 else ''},{'x' if n % 3 else ''}" for n in range(40)]
    with pytest.raises(DeliveryError, match="no format fits"):
        inspect(written(tmp_path, {"l.csv": lines("Name,Session 1,Session 2", *rows)}), TOLD, CAMPAIGNS)


def test_samples_with_the_date_in_a_column_of_its_own(tmp_path: Path) -> None:
    rows = [f"10/20/2022,18:{n:02d}:00,{100 + n}" for n in range(40)]
    found = inspect(written(tmp_path, {"v.csv": lines("Date,Time,Viewers", *rows)}), TOLD, CAMPAIGNS)
    assert (found.draft.format, found.loaded) == ("viewer_samples", 40)
    assert found.parsed.tables["live_samples"]["sampled_at"].max() == datetime(2022, 10, 20, 14, 39, tzinfo=UTC)


@pytest.mark.parametrize(
    "header",
    [
        "Stream title,Start time,Duration,Platforms,Total views,Max viewers,Avg. viewers",
        "LIVE title,Start time,LIVE duration,Views,Peak viewers,Likes,Diamonds",
    ],
)
def test_totals_of_whole_sessions_are_refused_with_what_to_export(header: str, tmp_path: Path) -> None:
    files = written(tmp_path, {"t.csv": lines(header, "Calm,2026-10-20 18:00,01:00:00,5,1200,300,200")})
    with pytest.raises(DeliveryError, match=r"t\.csv, line 1: found totals of whole live sessions.*viewer_samples"):
        inspect(files, TOLD, CAMPAIGNS)


def test_yes_and_no_under_registered_are_no_registrations(tmp_path: Path) -> None:
    rows = [f"u{n}@x.org,10/13/26,No,07:{n:02d} PM,08:{n:02d} PM,60" for n in range(40)]
    header = "Email,Date,Registered,Start time,End time,Duration"
    found = inspect(written(tmp_path, {"a.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    assert (found.draft.format, found.loaded) == ("intervals_csv", 40)
    stays = found.parsed.tables["live_stays"]
    assert (stays["left_at"] - stays["joined_at"]).dt.total_minutes().unique().to_list() == [60]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Email,Join time,Duration", "u{n}@x.org,2026-10-12 19:{n:02d},45 min"),
        (
            "Date,Event,Participant identifier,Meeting code,Duration (seconds)",
            "2026-10-12T19:{n:02d}:00Z,Endpoint left,u{n}@x.org,ABC,2700",
        ),
    ],
)
def test_a_duration_beside_one_time_is_refused_with_what_to_add(header: str, row: str, tmp_path: Path) -> None:
    files = written(tmp_path, {"a.csv": lines(header, *(row.format(n=n) for n in range(40)))})
    with pytest.raises(DeliveryError, match=r"a\.csv, column 'Duration.*how long somebody stayed.*add the column"):
        inspect(files, TOLD, CAMPAIGNS)


@pytest.mark.parametrize(
    ("header", "words"),
    [("timestamp,user,event,channel", ("joined", "left")), ("timestamp,user_id,action,channel", ("join", "leave"))],
)
def test_joins_and_leaves_of_a_channel_are_neither_answers_nor_events_of_an_app(
    header: str, words: tuple[str, str], tmp_path: Path
) -> None:
    rows = [f"2026-10-12 19:{n:02d}:00,someone#{n},{words[n % 2]} voice channel,Stage" for n in range(40)]
    with pytest.raises(DeliveryError, match=r"a\.csv, line 1, column 3: found joins and leaves.*intervals_csv"):
        inspect(written(tmp_path, {"a.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)


def test_roles_are_found_in_other_languages_and_names_said_to_be_all(tmp_path: Path) -> None:
    rows = [f"人{n},2026-10-06 18:{n:02d}:05,2026-10-06 19:00:00,{'成员' if n else '主持人'}" for n in range(40)]
    header = "成员昵称,首次入会时间,最后退会时间,身份"
    found = inspect(written(tmp_path, {"a.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    assert found.parsed.tables["live_stays"]["is_staff"].sum() == 1
    vietnamese = [f"A {n},13/10/2026 7:{n:02d}:05 CH,13/10/2026 9:00:00 CH" for n in range(40)]
    header = "Tên đầy đủ,Thời gian tham gia,Thời gian rời đi"
    found = inspect(
        written(tmp_path, {"b.csv": lines(header, *vietnamese)}),
        replace(TOLD, timezone="UTC", date_order="dmy"),
        CAMPAIGNS,
    )
    assert found.parsed.tables["live_stays"]["joined_at"][0] == datetime(2026, 10, 13, 19, 0, 5, tzinfo=UTC)
    assert "nothing but names tells people apart" in found.text


def test_headers_of_hebrew_and_greek_are_read(tmp_path: Path) -> None:
    rows = [f"A{n},u{n}@x.org,13/10/2026 7:{n:02d}:05 אחה״צ,13/10/2026 9:00:00 אחה״צ" for n in range(40)]
    header = 'שם,"דוא""ל",שעת הצטרפות,שעת עזיבה'
    told = replace(TOLD, timezone="UTC", date_order="dmy")
    found = inspect(written(tmp_path, {"a.csv": lines(header, *rows)}), told, CAMPAIGNS)
    assert found.draft.options["columns"]["person"] == 'דוא"ל'
    assert found.parsed.tables["live_stays"]["joined_at"][0] == datetime(2026, 10, 13, 19, 0, 5, tzinfo=UTC)
    greek = [f"A{n},u{n}@x.org,13/10/2026 19:{n:02d},13/10/2026 21:00" for n in range(40)]
    files = written(tmp_path, {"b.csv": lines("Όνομα,E-mail,Ώρα εισόδου,Ώρα εξόδου", *greek)})
    assert inspect(files, told, CAMPAIGNS).draft.format == "intervals_csv"


def test_samples_under_german_names(tmp_path: Path) -> None:
    rows = [f"13.10.2026 19:{n:02d};1.{n:03d}" for n in range(40)]
    found = inspect(
        written(tmp_path, {"a.csv": lines("Uhrzeit;Zuschauer", *rows)}), replace(TOLD, date_order="dmy"), CAMPAIGNS
    )
    assert (found.draft.format, found.loaded) == ("viewer_samples", 40)


ZOOM_OF_ALL = (
    "Topic,ID,Host name,Host email,Start time,End time,Participants,Total participant minutes,Department,"
    "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest"
)


def zoom_of_all(*meetings: tuple[str, str]) -> bytes:
    rows = [
        f'{topic},{number},Host,h@x.org,"10/05/2022 06:00:00 PM","10/05/2022 08:00:00 PM",40,99,Care,A{n},{(n % 2 and f"a{n}@x.org") or ""},'
        f'"10/05/2022 07:{n:02d}:00 PM","10/05/2022 07:59:00 PM",9,Yes'
        for topic, number in meetings
        for n in range(10, 30)
    ]
    return lines(ZOOM_OF_ALL, *rows)


def test_meetings_of_a_report_are_sessions_and_a_department_is_no_leave(tmp_path: Path) -> None:
    files = written(tmp_path, {"a.csv": zoom_of_all(("Calm", "81 1"), ("Kind", "81 2"))})
    found = inspect(files, TOLD, CAMPAIGNS)
    columns = {"person": "Email", "joined_at": "Join time", "left_at": "Leave time", "name": "Name (original name)"}
    of_meetings = {"session_id": "ID", "host": "Host email", "starts_at": "Start time", "ends_at": "End time"}
    assert found.draft.options["columns"] == columns | of_meetings
    with pytest.raises(DeliveryError, match="found several meetings, expected one for a session that --session names"):
        inspect(files, replace(TOLD, session="opening"), CAMPAIGNS)


def test_the_host_of_every_row_is_not_who_came(tmp_path: Path) -> None:
    header = "Topic,User_Name,User_Email_1,Start_Time,NameOriginalName,User_Email_2,Join_Time,Leave_Time"
    rows = [
        f"Calm,Host,h@x.org,10/05/2022 19:00,A{n},{(n % 2 and f'a{n}@x.org') or ''},10/05/2022 19:{n},10/05/2022 20:00"
        for n in range(10, 50)
    ]
    found = inspect(written(tmp_path, {"a.csv": lines(header, *rows)}), replace(TOLD, session="opening"), CAMPAIGNS)
    assert (found.draft.options["columns"]["person"], found.draft.options["columns"]["name"]) == (
        "User_Email_2",
        "NameOriginalName",
    )
    assert found.parsed.tables["live_stays"]["person_key"].n_unique() == 40


def test_a_report_of_webex_is_none_of_zoom(tmp_path: Path) -> None:
    header = "Meeting Name,Meeting Start Time,Meeting End Time,Name,Attendee Email,Join Time,Leave Time"
    rows = [
        f"{name},2022-10-05 19:00:00,2022-10-05 20:00:00,A,a{n}@x.org,2022-10-05 19:{n}:00,2022-10-05 20:00:00"
        for name in ("Calm", "Kind")
        for n in range(10, 30)
    ]
    found = inspect(written(tmp_path, {"a.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    assert (found.draft.format, found.draft.options["columns"]["person"]) == ("intervals_csv", "Attendee Email")
    assert found.parsed.tables["live_sessions"].height == 2


def test_the_session_that_is_named_goes_before_the_platform_s_own(tmp_path: Path) -> None:
    events = [
        {"type": "roomUser", "room_id": "75", "msg_id": f"{n}", "create_time_ms": 1793304000000 + n, "viewer_count": n}
        for n in range(9)
    ]
    files = written(tmp_path, {"a.ndjson": lines(*map(json.dumps, events))})
    for session in ("opening", None):
        found = inspect(files, replace(TOLD, session=session), CAMPAIGNS)
        assert found.parsed.tables["live_sessions"]["session_id"].to_list() == [session or "75"]


def test_a_list_of_meetings_is_no_attendance(tmp_path: Path) -> None:
    rows = [f"Talk {n},8{n},10/13/2026 06:00:00 PM,60,20,900" for n in range(9)]
    header = "Topic,Meeting ID,Start Time,Duration (Minutes),Participants,Total Participant Minutes"
    with pytest.raises(DeliveryError, match=r"a\.csv, line 1: lists meetings with their totals"):
        inspect(written(tmp_path, {"a.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    rows = [f"Talk {n},8{n},h@x.org,10/13/2026 06:00:00 PM,10/13/2026 07:00:00 PM,60,20" for n in range(9)]
    header = "Topic,Meeting ID,Email,Start Time,End Time,Duration (Minutes),Participants"
    with pytest.raises(DeliveryError, match=r"b\.csv, line 1: lists meetings with their totals"):
        inspect(written(tmp_path, {"b.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)


def test_blank_rows_do_not_hide_what_lasts_as_long_as_it_says(tmp_path: Path) -> None:
    rows = [f"u{n}@x.org,2026-10-13 19:{n:02d},2026-10-13 20:{n:02d},60" for n in range(40)]
    files = written(tmp_path, {"a.csv": lines("E-Mail,Room from,Room to,Minutes", *rows[:9], ",,,", *rows[9:])})
    assert inspect(files, TOLD, CAMPAIGNS).draft.format == "intervals_csv"


def test_zoom_s_history_of_meetings_has_a_session_for_each_number_and_knows_their_hosts(tmp_path: Path) -> None:
    header = (
        "Topic,Type,ID,Host name,Host email,Start time,End time,Duration (minutes),Name (original name),Email,Join time,Leave time,"
        "Duration (minutes),In waiting room"
    )
    rows = [
        f"Calm,Meeting,932 5001 384{meeting},Dr M,m@x.org,2022-10-0{meeting} 18:00,2022-10-0{meeting} 19:00,60,{name},{mail},"
        f"2022-10-0{meeting} {came},2022-10-0{meeting} 19:05,9,No"
        for meeting in (1, 2)
        for name, mail, came in (("Dr M", "M@x.org", "17:55"), ("Ana", "ana@x.org", "18:10"), ("Bea", "bea@x.org", "18:20"))
    ]  # fmt: skip
    found = inspect(written(tmp_path, {"z.csv": lines(header, *rows)}), replace(TOLD, session=None), CAMPAIGNS)
    assert found.draft.options["columns"] == {
        "session_id": "ID", "person": "Email", "joined_at": "Join time", "left_at": "Leave time",
        "name": "Name (original name)", "host": "Host email", "starts_at": "Start time", "ends_at": "End time",
        "in_waiting_room": "In waiting room",
    }  # fmt: skip
    sessions = found.parsed.tables["live_sessions"]
    assert sessions["session_id"].to_list() == ["932 5001 3841", "932 5001 3842"]
    assert set(sessions["bounds_basis"]) == {"file"}
    assert found.parsed.tables["live_stays"]["is_staff"].to_list() == [True, False, False] * 2


@pytest.mark.parametrize(
    "header", ["Session,Name,Email,Join time,Leave time", "Webinar,Name,Email,Join time,Leave time"]
)
def test_sessions_of_one_day_are_never_one_session_of_zoom(header: str, tmp_path: Path) -> None:
    rows = [f"{('Noon', 'Eve')[n % 2]},A{n},u{n}@x.org,2022-10-05 19:{n:02d},2022-10-05 20:00" for n in range(40)]
    found = inspect(written(tmp_path, {"a.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    assert found.parsed.tables["live_sessions"]["session_id"].sort().to_list() == ["Eve", "Noon"]


def test_registrations_beside_stays_do_not_hide_them(tmp_path: Path) -> None:
    rows = [f"A,u{n}@x.org,2022-10-01 19:00,2022-10-05 19:{n:02d},2022-10-05 20:00" for n in range(40)]
    files = written(tmp_path, {"a.csv": lines("Name,Email,Registration Time,First Login,Last Logout", *rows)})
    assert inspect(files, TOLD, CAMPAIGNS).draft.format == "intervals_csv"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Name,Email,Join Date,Join Time,Leave Date,Leave Time",
            "A{n},u{n}@x.org,10/13/2022,19:{n:02d},10/13/2022,20:00",
        ),
        ("Name,Email,Date,Start Time,End Time,Duration", "A{n},u{n}@x.org,10/13/2022,07:{n:02d} PM,08:00 PM,{m} mins"),
    ],
)
def test_days_may_stand_in_columns_beside_the_times(header: str, row: str, tmp_path: Path) -> None:
    rows = [row.format(n=n, m=60 - n) for n in range(40)]
    found = inspect(written(tmp_path, {"a.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    stays = found.parsed.tables["live_stays"]
    assert (found.loaded, (stays["left_at"] - stays["joined_at"]).dt.total_minutes().sum()) == (40, 1620)


@pytest.mark.parametrize(
    ("header", "source"),
    [
        ("ID,Email,Start time,End time,Duration (min),q1,q2", "survey"),
        ("ID,Email,Start time,End time,Duration (min),Judged,Helped", "survey"),
        ("ID,Attendee email,Start time,End time,Duration (min),Judged,Helped", "live"),
        ("ID,Email,Ansa,Nyuma,Duration (min),Judged,Helped", "live"),
    ],
)
def test_how_long_an_interview_took_makes_no_stay(header: str, source: str, tmp_path: Path) -> None:
    rows = [f"{n},u{n}@x.org,2022-10-05 19:{n:02d},2022-10-05 20:00,{60 - n},{n % 2},{n % 3}" for n in range(40)]
    assert inspect(written(tmp_path, {"a.csv": lines(header, *rows)}), TOLD, CAMPAIGNS).draft.source == source


@pytest.mark.parametrize(("field", "sessions"), [("meetingId", ["m0", "m1"]), ("sessionId", ["a"])])
def test_sessions_of_json_are_told_apart_where_records_share_them(
    field: str, sessions: list[str], tmp_path: Path
) -> None:
    shared = field == "meetingId"
    people = [
        {"email": f"u{n}@x.org", "joinedTime": f"2022-10-05T19:{n:02d}:00Z", "leftTime": "2022-10-05T20:00:00Z",
         field: f"m{n % 2 if shared else n}"}
        for n in range(4)
    ]  # fmt: skip
    found = inspect(written(tmp_path, {"a.json": json.dumps({"items": people}).encode()}), TOLD, CAMPAIGNS)
    assert found.parsed.tables["live_sessions"]["session_id"].sort().to_list() == sessions


def test_people_under_names_of_their_own_are_refused(tmp_path: Path) -> None:
    stay = [{"registeredOn": 1_665_000_000_000, "leftOn": 1_665_003_600_000}]
    users = {f"u{n}": {"name": f"A{n}", "sessions": stay} for n in range(4)}
    with pytest.raises(DeliveryError, match=r"a\.json: found 4 people or more under names of their own in 'users'"):
        inspect(written(tmp_path, {"a.json": json.dumps({"users": users}).encode()}), TOLD, CAMPAIGNS)


def test_an_organizer_below_the_columns_of_zoom_is_no_audience(tmp_path: Path) -> None:
    rows = [f"A{n},u{n}@x.org,2022-10-05 19:{n:02d},2022-10-05 20:00,Attendee" for n in range(9)]
    rows.append("H,h@x.org,2022-10-05 19:00,2022-10-05 20:00,Organizer")
    files = written(tmp_path, {"a.csv": lines("Name,Email,Join time,Leave time,Role", *rows)})
    assert inspect(files, TOLD, CAMPAIGNS).parsed.tables["live_stays"]["is_staff"].sum() == 1


@pytest.mark.parametrize("header", ["First name,Last name", "Prénom,Nom", "Nombre,Apellidos", "نام,نام خانوادگی"])
def test_first_and_last_names_tell_people_apart_together(header: str, tmp_path: Path) -> None:
    rows = [f"A{n % 5},B{n // 5},2022-10-05 19:{n:02d},2022-10-05 20:00" for n in range(40)]
    found = inspect(written(tmp_path, {"a.csv": lines(f"{header},Joined,Left", *rows)}), TOLD, CAMPAIGNS)
    assert found.draft.options["columns"]["person"] == header.split(",")
    stays = found.parsed.tables["live_stays"]
    assert (stays["person_key"].n_unique(), stays["identity"].unique().to_list()) == (40, ["name"])


@pytest.mark.parametrize("role", ["Attendee", "Presenter"])
def test_sessions_of_one_day_are_never_one_meeting_of_teams(role: str, tmp_path: Path) -> None:
    rows = [
        f"{('Noon', 'Eve')[n % 2]},A{n},u{n}@x.org,2022-10-05 19:{n:02d},2022-10-05 20:00,{60 - n}m,{role}"
        for n in range(40)
    ]
    header = "Session,Name,Email,Join time,Leave time,Duration,Role"
    found = inspect(written(tmp_path, {"a.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    assert found.parsed.tables["live_sessions"].height == 2
    header = "Meeting title,Name,Email,First Join,Last Leave,In-Meeting Duration,Role"
    with pytest.raises(DeliveryError, match=r"line 3: names another session than in line 2"):
        inspect(written(tmp_path, {"b.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)


@pytest.mark.parametrize("viewers", ["Spectateurs simultanés", "Espectadores simultáneos", "Anl\u0131k izleyici"])
def test_viewers_at_one_time_are_samples(viewers: str, tmp_path: Path) -> None:
    rows = [f"2022-10-05 19:{n:02d},{n}" for n in range(40)]
    assert inspect(written(tmp_path, {"s.csv": lines(f"Time,{viewers}", *rows)}), TOLD, CAMPAIGNS).loaded == 40


def test_samples_at_times_of_day_are_told_to_lack_a_date(tmp_path: Path) -> None:
    rows = [f"19:{n:02d},{n}" for n in range(40)]
    with pytest.raises(DeliveryError, match=r"s\.csv, column 'Time': found times of day, expected a date with each"):
        inspect(written(tmp_path, {"s.csv": lines("Time,Viewers", *rows)}), TOLD, CAMPAIGNS)


def test_questions_beside_a_list_of_attendance_make_it_no_survey(tmp_path: Path) -> None:
    asked = "What would you like us to talk about tonight?"
    stays = [f"u{n}@x.org,2022-10-05 19:{n:02d},2022-10-05 20:00,{('Sleep', 'Exams')[n % 2]}" for n in range(40)]
    found = inspect(written(tmp_path, {"a.csv": lines(f"Email,Joined at,Left at,{asked}", *stays)}), TOLD, CAMPAIGNS)
    assert (found.draft.format, found.loaded) == ("intervals_csv", 40)
    header = f"api_id,email,created_at,approval_status,checked_in_at,{asked}"
    status = ("approved", "pending_approval")
    guests = [f"g{n},u{n}@x.org,2022-10-05T09:{n:02d}:00Z,{status[n % 2]},,Sleep" for n in range(40)]
    found = inspect(written(tmp_path, {"g.csv": lines(header, *guests)}), TOLD, CAMPAIGNS)
    assert (found.draft.format, found.loaded) == ("registrations_csv", 40)
    assert {*found.parsed.tables["live_registrations"]["status"]} == {"approved", "pending"}


def test_a_record_of_answers_with_a_status_is_no_registration(tmp_path: Path) -> None:
    header = "Response ID,Created at,Status,Email,Have you seen the campaign?,Do you agree that talking helps?"
    rows = [f"r{n},2022-10-05 09:{n:02d},done,u{n}@x.org,{('Yes', 'No')[n % 2]},{n % 3}" for n in range(40)]
    assert inspect(written(tmp_path, {"s.csv": lines(header, *rows)}), TOLD, CAMPAIGNS).draft.source == "survey"


def test_events_of_an_app_are_no_registrations(tmp_path: Path) -> None:
    rows = [f"{n},u{n % 9},{('guide_opened', 'toolkit_downloaded')[n % 2]},2022-10-05 09:{n:02d}" for n in range(40)]
    files = written(tmp_path, {"l.csv": lines("id,user_id,event_name,created_at", *rows)})
    with pytest.raises(DeliveryError, match="single events of persons"):
        inspect(files, TOLD, CAMPAIGNS)


def test_who_sent_somebody_is_no_channel(tmp_path: Path) -> None:
    rows = [f"u{n}@x.org,2022-10-05 09:{n:02d},Lina Example{'abc'[n % 3]}" for n in range(40)]
    files = written(tmp_path, {"r.csv": lines("Email,Registration Date,Referrer", *rows)})
    assert "channel" not in inspect(files, TOLD, CAMPAIGNS).draft.options["columns"]


def test_joins_and_leaves_in_json_are_no_events_of_a_stream(tmp_path: Path) -> None:
    rows = [
        json.dumps(
            {"timestamp": f"2022-10-05T19:{n:02d}:00Z", "event": ("join", "leave")[n % 2], "user_id": f"u{n // 2}"}
        )
        for n in range(40)
    ]
    with pytest.raises(DeliveryError, match="joins and leaves"):
        inspect(written(tmp_path, {"l.ndjson": lines(*rows)}), TOLD, CAMPAIGNS)


def test_viewers_at_one_time_beside_the_id_of_their_stream_are_samples(tmp_path: Path) -> None:
    rows = [f"2022-10-05T19:{n // 2:02d}:00Z,{('abcDEF12345', 'xyzDEF12345')[n % 2]},{n},{n}" for n in range(40)]
    header = "polled_at,video_id,concurrentViewers,likeCount"
    found = inspect(written(tmp_path, {"y.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    assert (found.draft.format, found.loaded) == ("viewer_samples", 40)
    assert found.parsed.tables["live_sessions"].height == 2


def test_the_zone_may_stand_behind_the_names_of_times(tmp_path: Path) -> None:
    rows = [f"u{n}@x.org,2022-10-05 19:{n:02d},2022-10-05 20:00" for n in range(40)]
    files = written(tmp_path, {"z.csv": lines("Email,Join Time (GMT+3),Leave Time (GMT+3)", *rows)})
    found = inspect(files, replace(TOLD, timezone=None), CAMPAIGNS)
    assert found.parsed.tables["live_stays"]["joined_at"].min() == datetime(2022, 10, 5, 16, tzinfo=UTC)
    assert not found.open


def test_viewers_of_all_platforms_are_those_that_the_others_add_up_to(tmp_path: Path) -> None:
    rows = [f"2022-10-05 19:{n:02d},{n},{2 * n},{3 * n}" for n in range(40)]
    files = {"v.csv": lines("time,youtube_viewers,facebook_viewers,total_viewers", *rows)}
    found = inspect(written(tmp_path, files), TOLD, CAMPAIGNS)
    assert found.draft.options["columns"]["viewers"] == "total_viewers"
    assert (found.draft.format, found.loaded) == ("viewer_samples", 40)


def test_what_columns_say_of_their_zone_counts_before_what_is_given(tmp_path: Path) -> None:
    rows = [f"u{n}@x.org,2022-10-12 15:{n:02d},2022-10-12 16:00" for n in range(40)]
    files = written(tmp_path, {"a.csv": lines("Email,Joined At (UTC),Left At (UTC)", *rows)})
    found = inspect(files, replace(TOLD, timezone="Asia/Dubai"), CAMPAIGNS)
    assert found.note["timezone"] == "UTC"
    assert found.parsed.tables["live_stays"]["joined_at"].min() == datetime(2022, 10, 12, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Name;Time in;Role;Time out;Date of session", "{n};19:{n:02d};Guest;20:00;2022-10-12"),
        ("user;in_date;in_time;out_date;out_time", "u{n};2022-10-12;19:{n:02d};2022-10-12;20:00"),
        ("Email;Join Date;Country;Join Time;Leave Date;Leave Time", "u{n}@x.org;2022-10-12;AE;19:{n:02d};2022-10-12;20:00"),
    ],
)  # fmt: skip
def test_the_date_of_times_of_day_may_stand_anywhere_in_the_row(header: str, row: str, tmp_path: Path) -> None:
    files = written(tmp_path, {"a.csv": lines(header, *(row.format(n=n) for n in range(40)))})
    found = inspect(files, replace(TOLD, timezone="Asia/Dubai"), CAMPAIGNS)
    at = found.parsed.tables["live_stays"]["joined_at"]
    assert (found.loaded, at.min(), at.max()) == (
        40,
        datetime(2022, 10, 12, 15, tzinfo=UTC),
        datetime(2022, 10, 12, 15, 39, tzinfo=UTC),
    )
