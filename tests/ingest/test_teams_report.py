"""Teams attendance reports, in the languages, notations and layouts that they come in."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.formats.live.teams_report import minutes_of
from ingest.source import DeliveryError
from tests.ingest.live_desk import LiveDesk, person, utc

SESSION = {"session": {"id": "live-07"}}
ZONE = "Asia/Dubai"


@dataclass(frozen=True)
class Language:
    """The words and notations of a report: headings, labels, columns, roles, and how it writes times and durations."""

    sections: tuple[str, str, str]
    summary: tuple[str, ...]
    participants: tuple[str, ...]
    activities: tuple[str, ...]
    roles: tuple[str, str, str]
    time: str
    duration: str
    order: str


LANGUAGES = {
    "en": Language(
        ("1. Summary", "2. Participants", "3. In-Meeting Activities"),
        ("Meeting title", "Attended participants", "Start time", "End time", "Meeting duration", "Average attendance time"),
        ("Name", "First Join", "Last Leave", "In-Meeting Duration", "Email", "Participant ID (UPN)", "Role"),
        ("Name", "Join Time", "Leave Time", "Duration", "Email", "Role"),
        ("Organizer", "Presenter", "Attendee"),
        "{m}/{d}/{yy}, {h12}:{mi}:{s} {half}",
        "{h}h {mm}m {ss}s",
        "mdy",
    ),
    "pt": Language(
        ("1. Resumo", "2. Participantes", "3. Atividades durante a Reunião"),
        ("Título da reunião", "Participantes presentes", "Hora de início", "Hora de término", "Duração da reunião", "Tempo médio de participação"),
        ("Nome", "Primeira entrada", "Última saída", "Duração da reunião", "Email", "ID do participante (UPN)", "Função"),
        ("Nome", "Hora de entrada", "Hora de saída", "Duração", "Email", "Função"),
        ("Organizador", "Apresentador", "Participante"),
        "{dd}/{mo}/{yyyy} {hh}:{mi}:{s}",
        "{h}h {mm}min {ss}s",
        "dmy",
    ),
    "de": Language(
        ("1. Zusammenfassung", "2. Teilnehmende", "3. Aktivitäten während der Besprechung"),
        ("Besprechungstitel", "Teilnehmende", "Startzeit", "Endzeit", "Besprechungsdauer", "Durchschnittliche Teilnahmedauer"),
        ("Name", "Erster Beitritt", "Letztes Verlassen", "Dauer der Besprechung", "E-Mail", "Teilnehmer-ID (UPN)", "Rolle"),
        ("Name", "Beitrittszeit", "Zeitpunkt des Verlassens", "Dauer", "E-Mail", "Rolle"),
        ("Organisator", "Referent", "Teilnehmer"),
        "{dd}.{mo}.{yy}, {hh}:{mi}:{s}",
        "{h} Std. {mm} Min. {ss} Sek.",
        "dmy",
    ),
    "fr": Language(
        ("1. Résumé", "2. Participants", "3. Activités pendant la réunion"),
        ("Titre de la réunion", "Participants présents", "Heure de début", "Heure de fin", "Durée de la réunion", "Durée moyenne de présence"),
        ("Nom", "Première connexion", "Dernière sortie", "Durée de la réunion", "E-mail", "Identifiant du participant (UPN)", "Rôle"),
        ("Nom", "Heure d'arrivée", "Heure de départ", "Durée", "E-mail", "Rôle"),
        ("Organisateur", "Présentateur", "Participant"),
        "{dd}/{mo}/{yyyy} à {hh}:{mi}:{s}",
        "{h}\u202fh {mm}\u202fmin {ss}\u202fs",
        "dmy",
    ),
    "es": Language(
        ("1. Resumen", "2. Participantes", "3. Actividades durante la reunión"),
        ("Título de la reunión", "Asistentes", "Hora de inicio", "Hora de finalización", "Duración de la reunión", "Tiempo medio de asistencia"),
        ("Nombre", "Primera entrada", "Última salida", "Duración en la reunión", "Correo electrónico", "Id. de participante (UPN)", "Rol"),
        ("Nombre", "Hora de entrada", "Hora de salida", "Duración", "Correo electrónico", "Rol"),
        ("Organizador", "Moderador", "Asistente"),
        "{d}/{m}/{yy}, {hh}:{mi}:{s}",
        "{h} h {mm} min {ss} s",
        "dmy",
    ),
    "id": Language(
        ("1. Ringkasan", "2. Peserta", "3. Aktivitas Dalam Rapat"),
        ("Judul rapat", "Peserta yang hadir", "Waktu mulai", "Waktu selesai", "Durasi rapat", "Waktu kehadiran rata-rata"),
        ("Nama", "Bergabung Pertama", "Terakhir Keluar", "Durasi Dalam Rapat", "Email", "ID Peserta (UPN)", "Peran"),
        ("Nama", "Waktu Bergabung", "Waktu Keluar", "Durasi", "Email", "Peran"),
        ("Penyelenggara", "Penyaji", "Peserta"),
        "{dd}/{mo}/{yy} {hh}.{mi}.{s}",
        "{h} jam {mm} mnt {ss} dtk",
        "dmy",
    ),
    "ar": Language(
        ("1. الملخص", "2. المشاركون", "3. الأنشطة أثناء الاجتماع"),
        ("عنوان الاجتماع", "المشاركون الحاضرون", "وقت البدء", "وقت الانتهاء", "مدة الاجتماع", "متوسط وقت الحضور"),
        ("الاسم", "أول انضمام", "آخر مغادرة", "المدة أثناء الاجتماع", "البريد الإلكتروني", "معرف المشارك (UPN)", "الدور"),
        ("الاسم", "وقت الانضمام", "وقت المغادرة", "المدة", "البريد الإلكتروني", "الدور"),
        ("المنظم", "مقدم العرض", "الحاضر"),
        "{d}\u200f/{m}\u200f/{yyyy}\u060c {h12}:{mi}:{s} {arabic_half}",
        "{h} س {mm} د {ss} ث",
        "dmy",
    ),
}  # fmt: skip
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
STAYS = (("Ana Lima", "ana@example.org", 0, (0, 3600)), ("Bo Berg", "bo@example.org", 1, (65, 1800)), ("Bo Berg", "bo@example.org", 1, (2000, 3500)),
         ("Chi Guest", "", 2, (600, 900)))  # fmt: skip


def clock(language: Language, second: int) -> str:
    hour, minute = 18 + second // 3600, second // 60 % 60
    half = {"AM": "ص", "PM": "م"}
    return language.time.format(
        d=13, m=10, dd="13", mo="10", yy="22", yyyy="2022", hh=f"{hour:02}", h12=(hour - 1) % 12 + 1, mi=f"{minute:02}",
        s=f"{second % 60:02}", half="PM", arabic_half=half["PM"],
    )  # fmt: skip


def length(language: Language, seconds: int) -> str:
    return language.duration.format(h=seconds // 3600, mm=seconds // 60 % 60, ss=seconds % 60)


def report(code: str, separator: str = "\t") -> str:
    """A report of four stays by three people, the first of whom is the organizer."""
    language = LANGUAGES[code]
    values = ("Talk", "3", clock(language, 0), clock(language, 3600), length(language, 3600), length(language, 2400))
    listed: dict[tuple[Any, ...], Any] = {}
    for name, address, role, (joined, left) in STAYS:
        first, _, total = listed.get((name, address, role), (joined, left, 0))
        listed[name, address, role] = (first, left, total + left - joined)
    lines = [
        [language.sections[0]],
        *zip(language.summary, values, strict=True),
        [""],
        [language.sections[1]],
        language.participants,
    ]
    lines += [
        [
            name,
            clock(language, first),
            clock(language, last),
            length(language, total),
            address,
            address,
            language.roles[role],
        ]
        for (name, address, role), (first, last, total) in listed.items()
    ]
    lines += [[""], [language.sections[2]], language.activities]
    lines += [
        [
            name,
            clock(language, joined),
            clock(language, left),
            length(language, left - joined),
            address,
            language.roles[role],
        ]
        for name, address, role, (joined, left) in STAYS
    ]
    text = (
        "\n".join(separator.join(f'"{cell}"' if separator in cell else cell for cell in line) for line in lines) + "\n"
    )
    return text.translate(ARABIC) if code == "ar" else text


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_report_in_any_language(live: LiveDesk, code: str, encoding: str) -> None:
    options = {**SESSION, "date_order": LANGUAGES[code].order}
    parsed = live.read("teams_report", {"report.csv": report(code).encode(encoding)}, options, ZONE)
    stays = parsed.tables["live_stays"]
    start = utc("2022-10-13T14:00:00")
    seconds = [
        (int((joined - start).total_seconds()), int((left - start).total_seconds()))
        for joined, left in stays.select("joined_at", "left_at").rows()
    ]
    assert (parsed.records_read, seconds) == (4, [times for *_, times in STAYS])
    assert stays["person_key"].to_list()[:3] == [person(address) for _, address, _, _ in STAYS[:3]]
    assert stays["identity"].to_list() == ["id", "id", "id", "guest"]
    assert stays["role"].to_list() == ["host", "attendee", "attendee", "attendee"]
    assert parsed.tables["live_sessions"].select("starts_at", "ends_at", "bounds_basis").row(0) == (
        start,
        utc("2022-10-13T15:00:00"),
        "file",
    )
    assert parsed.tables["live_instances"].height == 1
    figures = dict(parsed.tables["live_platform_figures"].select("measure", "value").rows())
    assert figures == {
        "participants": 3.0,
        "attended_minutes": pytest.approx((3600 + 1735 + 1500 + 300) / 60),
        "participants_without_stay": 0.0,
    }
    assert parsed.unreadable.is_empty()


def test_commas_between_and_quoted_times(live: LiveDesk) -> None:
    parsed = live.read("teams_report", {"r.csv": report("en", ",")}, {**SESSION, "date_order": "mdy"}, ZONE)
    assert (parsed.records_read, parsed.rejected.height) == (4, 0)


def test_the_older_report_has_one_table(live: LiveDesk) -> None:
    text = (
        "Meeting Summary\nTotal Number of Participants\t2\nMeeting Title\tTalk\nMeeting Start Time\t10/13/2022, 6:00:00 PM\n"
        "Meeting End Time\t10/13/2022, 7:00:00 PM\nMeeting Id\t5f1\n\nFull Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\tParticipant ID (UPN)\n"
        "Ana\t10/13/2022, 6:00:00 PM\t10/13/2022, 7:00:00 PM\t1h\tana@example.org\tOrganizer\tana@corp.example\n"
        "Bo\t10/13/2022, 6:10:00 PM\t10/13/2022, 6:40:00 PM\t30m\t\tPresenter\tbo@corp.example\n"
    )  # fmt: skip
    parsed = live.read("teams_report", {"r.csv": text}, {**SESSION, "date_order": "mdy"}, ZONE)
    assert parsed.tables["live_stays"].select("person_key", "role").rows() == [
        (person("ana@example.org"), "host"),
        (person("bo@corp.example"), "attendee"),
    ]
    figures = dict(parsed.tables["live_platform_figures"].select("measure", "value").rows())
    assert figures == {"participants": 2.0, "attended_minutes": 90.0}


@pytest.mark.parametrize("separate", [True, False])
def test_a_meeting_that_was_started_again(live: LiveDesk, separate: bool) -> None:
    """Its sections stand twice, in two files or one below the other; none of them is left out."""
    first = report("en")
    second = first.replace(", 6:", ", 8:").replace(", 7:", ", 9:")
    files = {"1.csv": first, "2.csv": second} if separate else {"1.csv": f"{first}\n{second}"}
    parsed = live.read("teams_report", files, SESSION | {"date_order": "mdy"}, timezone=ZONE)
    assert parsed.records_read == parsed.tables["live_stays"].height == 8
    assert parsed.tables["live_instances"].select("starts_at", "ends_at").rows() == [
        (utc(f"2022-10-13T{hour}:00:00"), utc(f"2022-10-13T{hour + 1}:00:00")) for hour in (14, 16)
    ]
    assert dict(parsed.tables["live_platform_figures"].select("measure", "value").rows())["participants"] == 6


def test_meetings_of_two_days_are_two_sessions(live: LiveDesk) -> None:
    both = f"{report('en')}\n{report('en').replace('10/13/22', '10/15/22')}"
    with pytest.raises(DeliveryError, match=r"longer than 24 hours; .* deliver each session by itself"):
        live.read("teams_report", {"r.csv": both}, SESSION | {"date_order": "mdy"}, timezone=ZONE)


def test_a_participant_without_an_activity_is_counted(live: LiveDesk) -> None:
    text = report("en").replace("2. Participants\n", "2. Participants\n", 1)
    extra = (
        "Dee Dee\t10/13/22, 6:00:00 PM\t10/13/22, 6:01:00 PM\t0h 1m 0s\tdee@example.org\tdee@example.org\tAttendee\n"
    )
    at = text.index("\n\n3. In-Meeting") + 1
    parsed = live.read("teams_report", {"r.csv": text[:at] + extra + text[at:]}, {**SESSION, "date_order": "mdy"}, ZONE)
    figures = dict(parsed.tables["live_platform_figures"].select("measure", "value").rows())
    assert (parsed.records_read, figures["participants_without_stay"]) == (4, 1.0)


def test_a_row_with_a_name_alone_is_a_record(live: LiveDesk) -> None:
    parsed = live.read(
        "teams_report", {"r.csv": report("en") + "Eve Nobody\t\t\t\t\t\n"}, {**SESSION, "date_order": "mdy"}, ZONE
    )
    assert (parsed.records_read, parsed.rejected["reason"].to_list()) == (5, ["missing_key"])


def test_a_webinar_lists_who_registered_and_did_not_come(live: LiveDesk) -> None:
    at = '"10/9/26, 6:00:05 PM","10/9/26, 7:00:05 PM"'
    text = (
        f"1. Summary\nWebinar title,Talk\nRegistered participants,5\nAttended participants,1\nStart time,{at[:22]}\n\n"
        f"2. Participants\nName,First Join,Last Leave,In-Meeting Duration,Email,Role\nA,{at},1h 0m 0s,a@x.org,Attendee\nB,,,,,\n\n"
        f"3. In-Meeting Activities\nName,Join Time,Leave Time,Duration,Email,Role\nA,{at},1h 0m 0s,a@x.org,Attendee\n"
    )
    parsed = live.read("teams_report", {"r.csv": text}, {**SESSION, "date_order": "mdy"}, ZONE)
    figures = dict(parsed.tables["live_platform_figures"].select("measure", "value").iter_rows())
    assert (figures["participants"], figures["registrants"], figures["participants_without_stay"]) == (1, 5, 0)


def test_a_role_that_the_note_explains(live: LiveDesk) -> None:
    text = report("en").replace("Presenter", "Anchor woman")
    parsed = live.read("teams_report", {"r.csv": text}, {**SESSION, "date_order": "mdy"}, ZONE)
    assert parsed.unreadable.rows() == [("role", "unreadable", 2)]
    known = live.read(
        "teams_report", {"r.csv": text}, {**SESSION, "date_order": "mdy", "roles": {"Anchor  Woman": "moderator"}}, ZONE
    )
    assert known.tables["live_stays"]["is_staff"].to_list() == [True, True, True, False]


def test_a_host_is_one_in_a_report_of_teams_too(live: LiveDesk) -> None:
    text = report("en").replace("Organizer", "Host")
    stays = live.read("teams_report", {"r.csv": text}, {**SESSION, "date_order": "mdy"}, ZONE).tables["live_stays"]
    assert stays["is_staff"].to_list() == [True, False, False, False]


@pytest.mark.parametrize(
    "text", ["Full Name\tUser Action\tTimestamp\nA\tJoined\t10/13/2022 18:00\n", "{}", "a,b\n1,2\n"]
)
def test_a_file_that_is_no_report(live: LiveDesk, text: str) -> None:
    with pytest.raises(
        DeliveryError, match=r"r\.csv: no line names the columns of a Teams report; expected .*teams_list"
    ):
        live.read("teams_report", {"r.csv": text}, SESSION, ZONE)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("1h 42m 18s", 102.3), ("42m", 42), ("2\u00a0h 44\u00a0m", 164), ("1 Std. 2 Min. 30 Sek.", 62.5), ("01:42:18", 102.3), ("12:30", 12.5),
     ("102,5", 102.5), ("٤٢ د ١٨ ث", 42.3), ("1 jam 5 mnt", 65), ("1,5 h", 90), ("", None), ("soon", None), ("5 quarks", None), ("1s 0dk 0sn", None)],
)  # fmt: skip
def test_durations(text: str, minutes: float | None) -> None:
    found = minutes_of(text)
    assert found == (None if minutes is None else pytest.approx(minutes))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(at=st.integers(0, 900), junk=st.text(max_size=8), cut=st.integers(0, 30), code=st.sampled_from(["en", "fr"]))
def test_a_damaged_report_is_read_or_refused_never_a_crash(
    live: LiveDesk, at: int, junk: str, cut: int, code: str
) -> None:
    text = report(code)
    damaged = text[:at] + junk + text[at + cut :]
    live.read_or_refuse(
        "teams_report", damaged.encode("utf-16", "ignore"), {**SESSION, "date_order": LANGUAGES[code].order}, ZONE
    )


def test_an_organizer_in_words_that_are_not_known_is_never_audience(live: LiveDesk) -> None:
    stays = [
        f"{name}\t10/30/26, 7:00:00 PM\t10/30/26, 7:30:00 PM\t30m\t{name}@x.org\t{role}\n"
        for name, role in (("A", "Duce"), ("B", "Auditor"))
    ]
    text = "Nomen\tAdventus\tDiscessus\tTempus\tEmail\tMunus\n" + "".join(stays)
    with pytest.raises(DeliveryError, match=r"r\.csv, line 2: its words for roles .* options\.roles"):
        live.read("teams_report", {"r.csv": text}, SESSION, ZONE)
    told = {**SESSION, "roles": {"duce": "host", "auditor": "attendee"}}
    assert live.read("teams_report", {"r.csv": text}, told, ZONE).tables["live_stays"]["role"].to_list() == [
        "host",
        "attendee",
    ]
    japanese = text.replace("Duce", "開催者").replace("Auditor", "出席者")
    assert live.read("teams_report", {"r.csv": japanese}, SESSION, ZONE).tables["live_stays"]["is_staff"].to_list() == [
        True,
        False,
    ]
