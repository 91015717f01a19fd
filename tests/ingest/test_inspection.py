"""What a file is taken for: every format's specimen, known exports, real files; and that the note written loads it."""
# ruff: noqa: RUF001 - columns are named in many languages

import gzip
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from ingest.delivery import load_delivery
from ingest.drafts.draft import Given
from ingest.inspection import check, inspect
from ingest.instants import DateOrder
from ingest.note import read_note
from ingest.pseudonym import Pseudonymiser
from ingest.source import DeliveryError, Parsed
from ingest.sources import SOURCES
from tests.fuzz.specimens import CANARY, SPECIMENS, Specimen, lines
from tests.ingest.survey_desk import spelled

CAMPAIGNS = frozenset({"endthestigma"})
TOLD = Given(
    timezone="Asia/Dubai", date_order="mdy", captured_at="2022-10-09T12:00:00Z", fieldwork=("2022-10-05", "2022-10-08")
)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def read(folder: Path, source_name: str) -> Parsed:
    """What the reader makes of a folder with its note."""
    [source] = [source for source in SOURCES if source.name == source_name]
    people = Pseudonymiser("k" * 32)
    delivery = load_delivery(source, datetime.now(UTC).date(), folder, read_note(folder), people, CAMPAIGNS)
    return delivery.format.read(delivery)


def written(folder: Path, files: dict[str, bytes]) -> list[Path]:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda specimen: specimen.format)
def test_every_format_is_recognised_and_its_note_loads_the_same_records(specimen: Specimen, tmp_path: Path) -> None:
    files = written(tmp_path, dict(specimen.files))
    given = (
        TOLD
        if "captured_at" in specimen.options
        else Given(TOLD.source, None, TOLD.timezone, TOLD.date_order, None, TOLD.fieldwork)
    )
    found = inspect(files, given, CAMPAIGNS)
    assert (found.draft.source, found.draft.format) == (specimen.source, specimen.format)
    assert found.open == ()
    assert CANARY not in found.text.replace(f"[{files[0].name}]", "")
    assert CANARY not in str(found.rows())
    assert found.rows()
    (tmp_path / "delivery.yml").write_text(found.text)
    guessed = read(tmp_path, specimen.source)
    (tmp_path / "delivery.yml").write_text(yaml.safe_dump(specimen.note))
    ours = read(tmp_path, specimen.source)
    assert guessed.records_read == ours.records_read
    # A guess may see a second sample that the specimen's note leaves out.
    assert guessed.rejected.height <= ours.rejected.height


@pytest.mark.parametrize(
    ("text", "where", "shown"),
    [
        ("lien;vues;hashtags\nhttps://www.tiktok.com/@a/video/7301234567890123456;530;#genève\n", "display_hashtags", "genève"),
        ("name;join time;leave time\nAdèle;2026-10-05 18:00;2026-10-05 19:00\n", "role", "None"),
        ("avis?;ville\n" + "oui;Genève\nnon;Bern\n" * 9, "answers", "Genève"),
    ],
)  # fmt: skip
def test_a_file_whose_encoding_cannot_be_told_is_read_with_the_one_given(
    text: str, where: str, shown: str, tmp_path: Path
) -> None:
    files = written(tmp_path, {"liste.csv": text.encode("cp1252")})
    given = Given(timezone="UTC", captured_at="2026-10-05T18:00:00Z", fieldwork=("2026-10-01", "2026-10-05"))
    with pytest.raises(DeliveryError, match="inspect it with --encoding, for example windows-1252"):
        inspect(files, given, CAMPAIGNS)
    found = inspect(files, replace(given, encoding="windows-1252"), CAMPAIGNS)
    assert found.note["options"]["encoding"] == "windows-1252"
    assert found.open == ()
    frames = [frame for frame in dict(found.parsed.tables).values() if where in frame.columns]
    assert any(shown in str(frame[where].to_list()) for frame in frames)
    (tmp_path / "delivery.yml").write_text(found.text)
    assert read(tmp_path, found.draft.source).records_loaded == found.loaded > 0


@pytest.mark.parametrize(
    ("header", "row", "preset"),
    [
        (
            "id,webVideoUrl,createTimeISO,authorMeta/name,playCount,diggCount,shareCount,commentCount,hashtags/0/name,musicMeta/musicName",
            "7506832682593094{n:03d},https://www.tiktok.com/@a/video/7506832682593094{n:03d},2025-05-21T09:44:45.000Z,a{n},{n},1,1,1,calm,x",
            "apify_tiktok",
        ),
        (
            "Content,Video title,Video publish time,Duration,Views,Likes,Shares,Comments added",
            'abcdefgh{n:03d},A talk,"Oct 5, 2022",63,{n}00,5,1,2',
            "youtube_studio",
        ),
        (
            "Date,Headline,URL,Opening Text,Hit Sentence,Source,Influencer,Country,Views,Hashtags",
            "2022-10-05 10:00,x,https://www.tiktok.com/@a/video/7506832682593094{n:03d},y,z,TikTok,a,AE,{n},#calm",
            "meltwater",
        ),
    ],
)
def test_a_known_export_is_taken_by_its_preset(header: str, row: str, preset: str, tmp_path: Path) -> None:
    [file] = written(tmp_path, {"export.csv": lines(header, *(row.format(n=number) for number in range(20)))})
    found = inspect([file], TOLD, CAMPAIGNS)
    assert found.draft.options["preset"] == preset
    assert found.loaded == 20


@pytest.mark.parametrize(
    ("header", "row", "form", "asked"),
    [
        ("Date,Post ID,Network,Link,Post,Likes,Video Views", "10/{d}/2022 9:00 am,p{n},TikTok,https://x.org/{n},hello,1,{n}5", "video_csv", ["timezone", "date_order", "captured_at"]),
        ("معرف الفيديو;المنشئ;المشاهدات;تاريخ النشر", "v{n};u{n};{n}5;2022-10-{d:02d}T09:00Z", "video_csv", ["captured_at"]),
        ("Identifiant vidéo;Auteur;Vues;Date de publication", "v{n};u{n};{n}5;2022-10-{d:02d}T09:00Z", "video_csv", ["captured_at"]),
        ("Link do vídeo;Autor;Visualizações;Data da coleta", "https://www.tiktok.com/@a/video/71{n:017d};a{o};1,{o}K;2022-10-20T08:00Z", "video_csv", []),
        ("hashtag,window_days,country,posts,views,read_at", "calm,7,AE,{n},{n}5,2022-10-05T08:{n:02d}:00Z", "tag_totals_csv", []),
        ("Hashtag,Total views,Total videos,Date", "#calm,1{n},3{n},2022-10-05 08:{n:02d}", "tag_totals_csv", ["timezone"]),
        ("fecha,etiqueta,publicaciones,visualizaciones", "2022-10-05 08:{n:02d},#calm,1{n},3{n}", "tag_totals_csv", ["timezone"]),
        ("Video URL,Views,Created (UTC),Collected (UTC)", "https://x.org/video/v{n},{n}5,2022-10-{d:02d} 09:00,2022-11-01 06:00", "video_csv", []),
        ("Inhalt,Videotitel,Veröffentlichungszeitpunkt des Videos,Aufrufe", "aBcDeFgHi{n:02d},T,{d}. Oktober 2022,{n}5", "video_csv", ["timezone", "captured_at"]),
        ("Ad (Orijinal Ad);Kullanıcı E-postası;Katılma Zamanı;Ayrılma Zamanı", "B;b{n}@x.org;13.10.2022 19:{n:02d};13.10.2022 20:00", "intervals_csv", ["timezone"]),
        ("التاريخ,الحدث,الدولة,العدد", "2022-10-{m:02d},guide.opened,AE,2{n}", "activation_counts_csv", []),
        ("التاريخ,النشاط,السوق,العدد,الأشخاص", "2022-10-{m:02d},guide.opened,AE,2{n},{n}", "activation_counts_csv", []),
        ("Date,Event,Country,Total events,Unique users", "2022-10-{m:02d},Guide Opened,AE,2{n},{n}", "activation_counts_csv", []),
        ("Horodateur,Vu ?", '2022/10/13 9:{n:02d}:10 AM UTC+3,{o}', "google_forms", []),
        ("Time (UTC),Concurrent viewers", "2022-10-05 19:{n:02d},{n}", "viewer_samples", []),
        ("Date,Viewers", "2022-10-05 19:{n:02d},{n}", "viewer_samples", ["timezone"]),
        ("Name,Email,Registered At,Attended Live?", "B,b{n}@x.org,2022-10-05 08:{n:02d},TRUE", "registrations_csv", ["timezone"]),
        ("Email,Registered At (UTC)", "b{n}@x.org,2022-10-05 08:{n:02d}", "registrations_csv", []),
        ("Date,Participant ID,Time in: join,Time out: leave", "13/10/2022,u{n},23:{n:02d},00:20", "intervals_csv", ["timezone"]),
        ("Name (Originalname);E-Mail;Beitrittszeit;Austrittszeit", "B;b{n}@x.org;13.10.2022 19:{n:02d};13.10.2022 20:00", "intervals_csv", ["timezone"]),
        ("Nombre (nombre original),Correo electrónico,Hora para entrar,Hora para salir", "B,b{n}@x.org,13/10/2022 19:{n:02d},13/10/2022 20:00", "intervals_csv", ["timezone"]),
        ("Participant;Heure d'arrivée;Heure de départ", "b{n}@x.org;13/10/2022 19h{n:02d};13/10/2022 20h00", "intervals_csv", ["timezone"]),
        ("名前（元の名前）,メール,参加時刻,退出時刻", "B,b{n}@x.org,2022/10/05 19:{n:02d},2022/10/05 20:00", "intervals_csv", ["timezone"]),
        ("Name,Moderator,Join,Left", "B {n},{t},2022-10-05T19:{n:02d}:00Z,2022-10-05T20:00:00Z", "intervals_csv", []),
        ("Display Name,First Name,Role,Attendee Email,Join Time,Leave Time", 'B,B,Host,b{n}@x.org,="2022-10-05 19:{n:02d}:00","2022-10-05 20:00:00"', "intervals_csv", ["timezone"]),
        ("person_id,joined_at,left_at", "u{n},2022-10-05T19:{n:02d}:00Z,2022-10-05T20:00:00Z", "intervals_csv", []),
        ("ID,Did you see it on TV or elsewhere?", "{n},{o}", "survey_csv", ["fieldwork"]),
        ("session,user,join,leave", "s{o},u{n},16649973{n:02d},1664999900", "intervals_csv", []),
        ("Order #,Order Date,Email,Attendee Status", "{n},2022-10-05T08:{n:02d}:00Z,b{n}@x.org,Attending", "registrations_csv", []),
        ("#,Have you seen it?,Submit Date (UTC)", "tok{n},{o},2022-10-{d:02d} 09:00:10", "survey_csv", []),
    ],
)  # fmt: skip
def test_columns_in_the_words_of_other_tools_and_languages(
    header: str, row: str, form: str, asked: list[str], tmp_path: Path
) -> None:
    rows = (row.format(n=number, m=number + 1, d=number % 9 + 1, o=number % 2, t=number == 3) for number in range(20))
    [file] = written(tmp_path, {"export.csv": lines(header, *rows)})
    found = inspect([file], Given(), CAMPAIGNS)
    assert (found.draft.format, found.loaded, [question.key for question in found.open]) == (form, 20, asked)
    assert form != "activation_counts_csv" or "not used" not in found.text


def test_when_people_answered_is_no_question(tmp_path: Path) -> None:
    rows = (f"k{n},2022-10-0{n % 3 + 4} 10:00:00,{n % 2}" for n in range(30))
    [file] = written(tmp_path, {"w.csv": lines("Submission ID,Submitted at,Seen it?", *rows)})
    options = inspect([file], Given(), CAMPAIGNS).draft.options
    assert (list(options["questions"]), options["survey"]["fieldwork_from"]) == (["Seen it?"], "2022-10-04")


def test_a_weight_and_groups_of_people_in_other_languages(tmp_path: Path) -> None:
    rows = (f"{n};{'Homme' if n % 2 else 'Femme'};{n % 3};1,{n}5" for n in range(30))
    [file] = written(tmp_path, {"w.csv": lines("Identifiant;Sexe;Avez-vous vu la campagne ?;Poids", *rows)})
    options = inspect([file], TOLD, CAMPAIGNS).draft.options
    assert options["samples"] == {"all": {"weight": "Poids"}}
    assert (options["respondent_id"], options["segments"]) == ("Identifiant", {"sexe": "Sexe"})


def test_ids_weights_questions_and_ticks_as_forms_and_panels_write_them(tmp_path: Path) -> None:
    """An id that a few people share, shares as weights, a question about a phone, columns that hold their own names."""
    rows = (
        f"{min(n, 27)},{n + 1}.5%,{('Yes', 'No')[n % 2]},{'TikTok' if n % 2 else ''},{'Radio' if n % 3 else ''},{('Fine', 'أرفض الإجابة')[n % 2]}"
        for n in range(30)
    )
    header = "id,weight,Do you use your phone before sleep?,TikTok,Radio,Mood"
    [file] = written(tmp_path, {"w.csv": lines(header, *rows)})
    found = inspect([file], TOLD, CAMPAIGNS)
    options = found.draft.options
    assert (options["respondent_id"], options["samples"]) == ("id", {"all": {"weight": "weight"}})
    assert options["questions"] == {
        "Do you use your phone before sleep?": {},
        "Mood": {"missing": ["أرفض الإجابة"]},
        "TikTok / Radio": {"kind": "multiple", "columns": ["TikTok", "Radio"]},
    }
    assert found.parsed.rejections == [("conflicting_key", 2)]


@pytest.mark.parametrize(
    ("record", "form"),
    [
        ('{{"items":[{{"id":"v{n}","snippet":{{"channelTitle":"u"}},"statistics":{{"viewCount":"{n}"}}}}]}}', "video_json"),
        ('{{"roomId":"7","eventType":"roomUser","receivedAt":"2022-10-05T19:{n:02d}:00Z","payload":{{"viewerCount":{n},"msgId":"{n}"}}}}', "live_events"),
        ('{{"fetched_at":"2022-10-05T19:{n:02d}:00Z","items":[{{"liveStreamingDetails":{{"concurrentViewers":"{n}"}}}}]}}', "viewer_samples"),
        ('{{"registrantKey":{n},"email":"b{n}@x.org","registrationDate":"2022-10-01T19:{n:02d}:00Z","status":"APPROVED","joinUrl":"x"}}', "registrations_csv"),
        ('{{"data":{{"timestamp":"2022-10-05T19:{n:02d}:00Z","viewers":{{"count":{n}}}}}}}', "viewer_samples"),
    ],
)  # fmt: skip
def test_records_in_the_words_of_other_tools(record: str, form: str, tmp_path: Path) -> None:
    [file] = written(tmp_path, {"export.ndjson": lines(*(record.format(n=number) for number in range(20)))})
    found = inspect([file], TOLD, CAMPAIGNS)
    assert (found.draft.format, found.loaded) == (form, 20)


def test_a_note_that_is_inspected_stays_as_it_is(tmp_path: Path) -> None:
    table = b"video_id,views\n" + b"".join(b"7506832682593094%03d,5\n" % n for n in range(20))
    note = tmp_path / "delivery.yml"
    for files in ([note], [tmp_path / "v.csv", note]):
        for file in files:
            file.write_bytes(table)
        with pytest.raises(DeliveryError, match=r"one is called delivery\.yml"):
            inspect(files, TOLD, CAMPAIGNS)
        with pytest.raises(DeliveryError, match=r"one is called delivery\.yml"):
            check(files, {"source": "hashtag"}, CAMPAIGNS, None)
        assert note.read_bytes() == table


def test_track_calls_among_many_others_are_no_live_stream(tmp_path: Path) -> None:
    call = '{{"type":"{kind}","messageId":"m{n}","anonymousId":"a{n}","timestamp":"2022-10-05T10:{n:02d}:00Z"{more}}}'
    kinds = [("page", ""), ("identify", ""), ("track", ',"event":"Guide Opened"')]
    calls = (call.format(n=n, kind=kind, more=more) for n in range(24) for kind, more in [kinds[n % 3]])
    [file] = written(tmp_path, {"calls.ndjson": lines(*calls)})
    found = inspect([file], TOLD, CAMPAIGNS)
    assert (found.draft.format, found.loaded, found.parsed.rejections) == ("segment_track", 8, [])


def test_the_time_of_records_is_that_of_posting_where_each_has_another(tmp_path: Path) -> None:
    record = '{{"id":"v{n}","timestamp":"2022-10-{d:02d}T09:00:00Z","likesCount":{n}}}'
    records = (record.format(n=number, d=number + 1) for number in range(20))
    [file] = written(tmp_path, {"export.ndjson": lines(*records)})
    found = inspect([file], TOLD, CAMPAIGNS)
    assert found.draft.options["columns"]["created_at"] == "timestamp"


@pytest.mark.parametrize(
    "column", ["session_id", "Meeting ID", "webinar_id", "Event", "Event name", "Session Title", "room"]
)
def test_a_column_of_sessions_keeps_them_apart(column: str, tmp_path: Path) -> None:
    rows = (f"s{number % 2},u{number},2022-10-05T19:00:{number:02d}Z,2022-10-05T20:00:00Z" for number in range(20))
    [file] = written(tmp_path, {"export.csv": lines(f"{column},Attendee name,join_at,leave_at", *rows)})
    found = inspect([file], TOLD, CAMPAIGNS)
    assert found.parsed.tables["live_stays"]["person_key"].n_unique() == 20
    assert set(found.parsed.tables["live_stays"]["session_id"]) == {"s0", "s1"}


def test_what_is_open_stands_in_the_note_and_completing_it_makes_it_run(tmp_path: Path) -> None:
    [file] = written(
        tmp_path,
        {
            "w.csv": lines(
                "id,happy,why", *(f"{n},{('Yes', 'No', 'Prefer not to say')[n % 3]},{CANARY} {n}" for n in range(30))
            )
        },
    )
    found = inspect([file], Given(), CAMPAIGNS)
    assert [question.option for question in found.open] == ["--fieldwork FROM TO"]
    options = yaml.safe_load(found.text)["options"]
    assert options["drop"] == ["why"]
    assert options["respondent_id"] == "id"
    assert options["questions"] == {"happy": {}} or options["questions"]["happy"]["missing"] == ["Prefer not to say"]
    (tmp_path / "delivery.yml").write_text(found.text)
    with pytest.raises(DeliveryError, match="fieldwork_from"):
        read(tmp_path, "survey")
    (tmp_path / "delivery.yml").write_text(found.text.replace("# fieldwork", "fieldwork"))
    assert read(tmp_path, "survey").records_read == 30


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        *((name, f"{CANARY} Name {{}}") for name in ("Nombre completo", "Ad Soyad", "الاسم الكامل", "Imię i nazwisko", "Nom", "Ad")),
        *((name, f"{CANARY} Name {{}}") for name in ("What is your full name?", "E-posta", "National ID")),
        ("Kontakt", f"{CANARY}{{}}@x.org"), ("Insta", f"@{CANARY}{{}}"), ("WhatsApp", "+9715000000{}"),
    ],
)  # fmt: skip
def test_who_people_are_is_no_answer_in_any_language_even_where_few_answered_often(
    name: str, cell: str, tmp_path: Path
) -> None:
    rows = (f"{cell.format(n % 3)},{n % 2},{n % 3},{n % 4},x" for n in range(40))
    [file] = written(tmp_path, {"w.csv": lines(f"{name},Seen,Trust,Ease,Why", *rows)})
    found = inspect([file], Given(), CAMPAIGNS)
    assert (name in found.draft.options["drop"], CANARY in found.text) == (True, False)


@pytest.mark.parametrize(
    "name", ["rim_weight", "W8", "poids_redresse", "Ağırlık katsayısı", "معامل الترجيح", "raked weights", "w"]
)
def test_weights_under_other_names_where_their_numbers_agree(name: str, tmp_path: Path) -> None:
    rows = [f"{n},{n % 2},0.{n % 5 + 1}7,{n % 40 + 150}" for n in range(60)]
    plain, beside = written(
        tmp_path,
        {"p.csv": lines(f"id,seen,{name},mood", *rows), "b.csv": lines(f"id,seen,{name},height", *rows)},
    )
    [sample] = inspect([plain], TOLD, CAMPAIGNS).draft.options["samples"].values()
    assert sample == {"weight": name}
    [sample] = inspect([beside], TOLD, CAMPAIGNS).draft.options["samples"].values()
    assert sample == {"weight": None}


@pytest.mark.parametrize("word", [".", "--", "N/A"])
def test_words_for_nothing_are_proposed_as_missing(word: str, tmp_path: Path) -> None:
    rows = (f"{n},{('Agree', 'I prefer not to discuss it', word)[n % 3]}" for n in range(30))
    [file] = written(tmp_path, {"w.csv": lines("id,opinion,", *(f"{row}," for row in rows))})
    assert inspect([file], TOLD, CAMPAIGNS).draft.options["questions"]["opinion"]["missing"] == [word]


def test_headers_over_lines_codes_far_below_and_times_that_are_no_answers(tmp_path: Path) -> None:
    rows = (f"{n},{n % 3 + 1 if n % 4 else -99},{n % 3 - 1},2026-10-0{n % 5 + 1} 09:00:00,{n % 2}" for n in range(40))
    [file] = written(tmp_path, {"w.csv": lines('id,"Do you\ntrust it,\nreally?",mood,Beginn,Rate >> Heard', *rows)})
    options = inspect([file], TOLD, CAMPAIGNS).draft.options
    assert [question.get("missing") for question in options["questions"].values()] == [["-99"], None, None]
    assert options["drop"] == ["Beginn"]


def test_samples_of_youtube_under_another_name_of_their_time(tmp_path: Path) -> None:
    viewers = {"items": [{"liveStreamingDetails": {"concurrentViewers": "7"}}]}
    records = [{**viewers, "polledAt": f"2022-10-13T19:{n:02d}:00Z"} for n in range(20)]
    [file] = written(tmp_path, {"y.json": json.dumps(records).encode()})
    assert inspect([file], Given(), CAMPAIGNS).loaded == 20


def test_a_report_of_teams_is_told_by_its_numbered_sections(tmp_path: Path) -> None:
    rows = [f"B {n}\t13.10.2022, 19:{n}:00\t13.10.2022, 20:00:00\t1 שע\tb{n}@x.org\tמשתתף" for n in range(10, 30)]
    text = "\n".join(["1. סיכום", "כותרת\tTalk", "", "3. פעילויות", "שם\tהגיע\tהלך\tזמן\tדואר\tתפקיד", *rows])
    [file] = written(tmp_path, {"t.csv": text.encode("utf-16")})
    found = inspect([file], Given(), CAMPAIGNS)
    assert (found.draft.format, found.loaded) == ("teams_report", 20)


@pytest.mark.parametrize(
    ("header", "row", "form"),
    [
        ("Zaman,İzleyici", "21.10.2026 20:{}:00,7", "viewer_samples"),
        ("Date et heure,Nombre de spectateurs,Heure", "x,7,2026-10-21 20:{}:00", "viewer_samples"),
        ("Nombre,Correo,Hora para unirse,Hora de salida", "B {0},b{0}@x.org,20/10/2026 18:{0}:00,20/10/2026 19:00:00", "intervals_csv"),
    ],
)  # fmt: skip
def test_names_of_columns_of_sessions_in_other_languages(header: str, row: str, form: str, tmp_path: Path) -> None:
    [file] = written(tmp_path, {"s.csv": lines(header, *(row.format(n) for n in range(10, 30)))})
    found = inspect([file], Given(), CAMPAIGNS)
    assert (found.draft.source, found.draft.format, found.loaded) == ("live", form, 20)


def test_a_table_whose_roles_teams_does_not_have_is_none_of_its_reports(tmp_path: Path) -> None:
    rows = [f"Talk,B {n},b{n}@x.org,Attendee,2026-10-14 18:{n}:00,2026-10-14 19:00:00,30" for n in range(10, 30)]
    header = "Meeting Name,Name,Email,Role,Join Time,Leave Time,Duration (min)"
    host = "Talk,A,a@x.org,Host,2026-10-14 18:00:00,2026-10-14 19:00:00,60"
    [file] = written(tmp_path, {"w.csv": "\n".join([header, host, *rows]).encode()})
    found = inspect([file], Given(), CAMPAIGNS)
    assert (found.draft.format, found.parsed.tables["live_stays"]["is_staff"].sum()) == ("zoom_csv", 1)


def test_the_zone_is_asked_only_where_it_makes_a_difference(tmp_path: Path) -> None:
    zoned, plain = written(
        tmp_path,
        {
            name: lines("video_id,scraped_at,views,likes", *(f"v{n},2022-10-08T10:00:00{end},{n},1" for n in range(20)))
            for name, end in (("zoned.csv", "+04:00"), ("plain.csv", ""))
        },
    )
    assert inspect([zoned], Given(), CAMPAIGNS).open == ()
    assert [question.key for question in inspect([plain], Given(), CAMPAIGNS).open] == ["timezone"]


def test_days_that_prove_their_order_are_not_asked_for(tmp_path: Path) -> None:
    either, proven = written(
        tmp_path,
        {
            f"{day}.csv": lines(
                "email,joined,left", *(f"p{n}@x.org,{day}/10/2022 10:{n:02d},{day}/10/2022 11:00" for n in range(20))
            )
            for day in (9, 19)
        },
    )
    assert [question.key for question in inspect([either], Given(), CAMPAIGNS).open] == ["timezone", "date_order"]
    assert [question.key for question in inspect([proven], Given(), CAMPAIGNS).open] == ["timezone"]


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        (f"{CANARY},b\n{CANARY},c\n", "no format fits"),
        ("video_id,note\n" + "".join(f"v{n},{CANARY}{n}\n" for n in range(9)), "nearest is hashtag/video_csv"),
        ("email,joined\n" + "".join(f"{CANARY}{n}@x.org,2022-10-08 10:00\n" for n in range(9)), "nearest is live/intervals_csv.*left_at"),
        (f"Name (original name),Email,Total duration (minutes)\n{CANARY},x@y.org,20\n", "live/zoom_csv.*without 'Show unique users'"),
        (f'{{"data": [{{"user_login": "{CANARY}"}}], "total": 8}}', "Twitch's list of chatters"),
        ("wave,question_code,answer,break_value,pct_weighted,base\n" + "".join(f"w1,Q1,{a},18-24,31,402\n" for a in ("Yes", "No") * 9), "line 1: .*table of results"),
        ("session_id,person,joined_at,left_at\n" + "s,p,146300.79,146300.83\n" * 9, "line 2: the time of joining is not one"),
        ("hashtag,country,views,date\n" + "".join(f"#calm,{c},5,2022-10-{n:02d}\n" for n in range(1, 10) for c in ("AE", "SA")), "column 'country': found totals of a tag by country"),
        ("person,question,answer\n" + "".join(f"{n},{q},{a}\n" for n in range(20) for q, a in (("Seen", "Yes"), ("Trust", n % 5))), "line 1: .*a row an answer"),
        ("Name,Email,Join time,Leave time\n" + "".join(f"p,p{n}@x.org,early {n % 3},late {n % 3}\n" for n in range(10, 30)), "live/intervals_csv, which says"),
        ("Email,Join time,Duration\n" + "".join(f"p{n}@x.org,2022-10-05 19:{n:02d},30 min\n" for n in range(10, 30)), "column 'Duration': found how long somebody stayed beside one time, 'Join time'"),
        ("Nome completo,Azione utente,Data/ora\n" + "".join(f"{CANARY} {n % 5},{a},13/10/2022 19:{n}\n" for n in range(10, 20) for a in ("Su", "Via")), "live/teams_list, which says"),
        ("Imię i nazwisko,Akcja,Czas\n" + "".join(f"{CANARY} {n % 5},{a},13/10/2022 19:{n}\n" for n in range(10, 20) for a in ("Su", "Via")), "column 1: found the same people in several rows"),
        ("id,q1,q2\nRespondent,Have you seen it?,Agree?\n" + "".join(f"{n},{n % 2},{n % 3}\n" for n in range(30)), "line 2: found texts that stand in no other line"),
        ("Topic,Meeting ID,Start Time,End Time,Name (Original Name),User Email,Join Time,Leave Time\n" + "".join(f"Talk,81{n % 2},10/13/2022 19:00,10/13/2022 20:00,B,b{n}@x.org,10/13/2022 19:{n},10/13/2022 20:00\n" for n in range(10, 20)), "found another meeting than in line 2"),
        ("email,joined,left\n" + "".join(f"{CANARY}{n}@x.org,2022-10-13,2022-10-13\n" for n in range(9)), "column 'joined': found days"),
        ("Survey: calm\n\nid,seen,mood\n" + "".join(f"{n},{n % 2},{n % 3}\n" for n in range(30)), "line 3: names the columns"),
        ("", "odd.csv: is empty; expected a header"),
        (" \n\n", "odd.csv: is empty; expected a header"),
        (f"id\tv{CANARY}\t\t\n1\t\t\t\n2\t\t\t\n", "no format fits"),
        ('{"event": "Guide Opened", "properties": {"time": 1791173400, "distinct_id": "d1"}}\n' * 9, "are read as CloudEvents"),
        ("%PDF-1.7", "is a PDF"),
        ('{"broken": ', "begins as JSON, and has no object that can be read"),
    ],
)  # fmt: skip
def test_a_file_that_fits_nothing_is_refused_with_the_nearest_fit(text: str, lacks: str, tmp_path: Path) -> None:
    [file] = written(tmp_path, {"odd.csv": text.encode()})
    with pytest.raises(DeliveryError, match=lacks) as refused:
        inspect([file], Given(), CAMPAIGNS)
    assert CANARY not in str(refused.value)


def workbook(path: Path, rows: Sequence[Sequence[str]], behind: Sequence[Sequence[str]] = ()) -> None:
    """The smallest workbook that holds these cells, and those of a sheet behind."""
    of, word = "http://schemas.openxmlformats.org", "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = ["", ""]
    for sheet, held in enumerate((rows, behind)):
        for number, row in enumerate(held, 1):
            texts = (
                f'<c r="{"ABC"[place]}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
                for place, cell in enumerate(row)
            )
            sheets[sheet] += f'<row r="{number}">{"".join(texts)}</row>'
    relation = f"{of}/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{of}/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{word}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{word}.worksheet+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{word}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{of}/package/2006/relationships"><Relationship Id="a" Type="{relation}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{of}/spreadsheetml/2006/main" xmlns:r="{relation}"><sheets>'
        '<sheet name="wave" sheetId="1" r:id="a"/><sheet name="behind" sheetId="2" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{of}/package/2006/relationships"><Relationship Id="a" '
        f'Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="b" Type="{relation}/worksheet" '
        'Target="worksheets/sheet2.xml"/></Relationships>',
        **{
            f"xl/worksheets/sheet{number}.xml": f'<worksheet xmlns="{of}/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'
            for number, cells in enumerate(sheets, 1)
        },
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_packed_files_and_workbooks_are_looked_into(tmp_path: Path) -> None:
    rows = [("id", "happy", "sex"), *((str(n), ("Yes", "No")[n % 2], "MF"[n % 2]) for n in range(20))]
    text = lines(*(",".join(row) for row in rows))
    (tmp_path / "wave.csv.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "wave.zip", "w") as archive:
        archive.writestr("wave.csv", text)
    workbook(tmp_path / "wave.xlsx", rows)
    for name in ("wave.csv.gz", "wave.zip", "wave.xlsx"):
        found = inspect([tmp_path / name], TOLD, CAMPAIGNS)
        assert (found.draft.format, found.loaded) == ("survey_csv", 20), name
        assert found.draft.options["segments"] == {"sex": "sex"}
    workbook(tmp_path / "wave.xlsx", rows, behind=[("code", "label"), ("M", "men"), ("F", "women")])
    assert inspect([tmp_path / "wave.xlsx"], TOLD, CAMPAIGNS).loaded == 20
    workbook(tmp_path / "wave.xlsx", rows, behind=rows[:5])
    with pytest.raises(DeliveryError, match=r"wave\.xlsx, sheet 2: has the same header as the first"):
        inspect([tmp_path / "wave.xlsx"], TOLD, CAMPAIGNS)


def test_workbooks_hold_more_than_surveys(tmp_path: Path) -> None:
    title = ("Weekly report", "", "")
    held = {
        "video_csv": (("Link", "Views", "Collected at"), "https://x.org/video/v{n}", "1{n}", "2022-10-05 19:{n:02d}"),
        "intervals_csv": (("E-mail", "Joined", "Left"), "b{n}@x.org", "2022-10-05 19:{n:02d}", "2022-10-05 21:00"),
        "activation_counts_csv": (("Date", "Event", "Count"), "2022-10-{n:02d}", "Guide Opened", "1{n}"),
    }
    for form, (header, *cells) in held.items():
        workbook(tmp_path / "w.xlsx", [title, header, *([cell.format(n=n) for cell in cells] for n in range(1, 25))])
        found = inspect([tmp_path / "w.xlsx"], TOLD, CAMPAIGNS)
        assert (found.draft.format, found.loaded) == (form, 24)
    workbook(tmp_path / "w.xlsx", [header, *[("2022-10-05", "Guide Opened", "1")] * 9], [("a", CANARY)] * 2)
    with pytest.raises(DeliveryError, match=r"w\.xlsx, sheet 2: found 2 rows, .* as a file of its own") as refused:
        inspect([tmp_path / "w.xlsx"], TOLD, CAMPAIGNS)
    assert CANARY not in str(refused.value)
    (tmp_path / "w.xlsx").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(DeliveryError, match=r"w\.xlsx: cannot be read as a workbook"):
        inspect([tmp_path / "w.xlsx"], TOLD, CAMPAIGNS)


def test_a_cover_before_the_sheet_and_notes_behind_it_are_passed_over(tmp_path: Path) -> None:
    rows = [("Link", "Views"), *((f"https://www.tiktok.com/@u/video/{n}", "5") for n in range(10**18, 10**18 + 9))]
    words = [("Our campaign",), ("Period", "September"), ("Views as the app shows them",)]
    for first, behind in ((words, rows), (rows, words)):
        workbook(tmp_path / "w.xlsx", first, behind=behind)
        assert inspect([tmp_path / "w.xlsx"], TOLD, CAMPAIGNS).loaded == 9
    workbook(tmp_path / "w.xlsx", rows, behind=[*words, ("Views", "5")])
    with pytest.raises(DeliveryError, match=r"w\.xlsx, sheet 2: found 4 rows"):
        inspect([tmp_path / "w.xlsx"], TOLD, CAMPAIGNS)


def test_a_cell_far_off_takes_no_memory_and_nothing_down(tmp_path: Path) -> None:
    workbook(tmp_path / "w.xlsx", [("Link", "Views"), ("https://x.org/video/v1", "1")])
    with zipfile.ZipFile(tmp_path / "w.xlsx") as book:
        parts = {name: book.read(name) for name in book.namelist()}
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    with zipfile.ZipFile(tmp_path / "w.xlsx", "w") as book:
        for name, content in parts.items():
            book.writestr(name, content.replace(b"</sheetData>", far))
    with pytest.raises(DeliveryError, match=r"w\.xlsx: its sheet cannot be held in memory.*far to the right"):
        inspect([tmp_path / "w.xlsx"], TOLD, CAMPAIGNS)


def test_an_archive_of_tables_that_differ_is_no_survey(tmp_path: Path) -> None:
    rows = (f"Talk {n:02d},T,{n % 28 + 1}.09.2026,{n % 3},{n % 2}" for n in range(20))
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("Tabelle.csv", lines("Videos,Videotitel,Datum,Abonnenten,Impressionen", *rows))
        archive.writestr("Gesamtwerte.csv", lines("Datum,Impressionen", "1.09.2026,5"))
    with pytest.raises(DeliveryError, match=r"export\.zip: no format fits all of its 2 files"):
        inspect([tmp_path / "export.zip"], TOLD, CAMPAIGNS)


def test_a_triple_s_pair_is_told_by_its_description_whatever_it_is_called(tmp_path: Path) -> None:
    description = """<?xml version="1.0"?><!DOCTYPE sss PUBLIC "-//triple-s//DTD Survey Interchange v1.2//EN" "http://a/sss_v12.dtd">
        <sss version="1.2"><survey><record ident="A"><variable ident="1" type="single"><name>Q1</name><label>Seen?</label>
        <position start="1"/><values><value code="1">Yes</value><value code="2">No</value></values></variable></record></survey></sss>"""
    files = written(tmp_path, {"wave.asc": b"1\n2\n1\n", "wave.xml": description.encode()})
    for named in (files, [path for path in files if path.suffix == ".xml"]):
        found = inspect(named, TOLD, CAMPAIGNS)
        assert (found.draft.format, found.loaded, len(found.files)) == ("triple_s", 3, 2)


def test_weights_and_lists_as_forms_write_them(tmp_path: Path) -> None:
    """Arabic digits in a column of weights; answers with a comma, each with a semicolon behind it."""
    cells = ["TikTok;", "TikTok;TV, radio;", "TV, radio;", "Poster;TV, radio;", "TikTok;Poster;", "Poster;"]
    rows = (
        f'{number},{("نعم", "لا")[number % 2]},"{cells[number % 6]}",١٫{"٠١٢٣٤٥٦٧٨٩"[number % 10]}'
        for number in range(24)
    )
    [file] = written(tmp_path, {"wave.csv": lines("رقم المشارك,شاهدت,أين؟,الوزن", *rows)})
    found = inspect([file], TOLD, CAMPAIGNS)
    assert found.draft.options["samples"] == {"all": {"weight": "الوزن"}}
    questions = found.parsed.tables["survey_questions"].filter(kind="multiple")
    assert [answer["answer_code"] for answer in questions["answers"][0]] == ["Poster", "TV, radio", "TikTok"]


def test_a_zone_that_ids_prove_of_the_times_of_posting_is_hinted_at(tmp_path: Path) -> None:
    posted = 1_700_000_000
    [file] = written(
        tmp_path,
        {
            "v.csv": lines(
                "vid_id,vid_postTime,vid_scrapeTime,vid_nview",
                *(
                    f"{(posted + 3600 * n) << 32 | 1234567 + n},{datetime.fromtimestamp(posted + 3600 * n, UTC):%Y-%m-%d %H:%M:%S},2024-01-09 12:00:00,{n}K"
                    for n in range(20)
                ),
            )
        },
    )
    found = inspect([file], Given(), CAMPAIGNS)
    assert found.draft.options["columns"]["created_at"] == "vid_postTime"
    assert "its times of posting are UTC" in found.text
    assert [question.key for question in found.open] == ["timezone"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (Given(timezone="Asia/Dubay"), "nearest is Asia/Dubai"),
        (Given(campaign="other"), "expected one of endthestigma"),
        (Given(fieldwork=("October", "x")), "--fieldwork"),
        (Given(captured_at="22/11/2026 8:10"), "--captured-at: expected a date and time that is read: ISO 8601"),
        (Given(source="radio"), "--source"),
    ],
)
def test_an_answer_that_cannot_be_one_is_named(given: Given, message: str, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=message):
        inspect(written(tmp_path, {"a.csv": b"id,views\n"}), given, CAMPAIGNS)


REAL = {
    "field/01/meetingAttendanceList.csv": "teams_list",
    "field/03/report.csv": "teams_report",
    "field/05/videos.csv": "video_csv",
    "field/07/videos.csv": "video_csv",
    "field/09/videos.csv": "video_csv",
    "field/11/p.csv": "zoom_csv",
    "field/13/p.csv": "zoom_csv",
    "field/15/r.csv": "surveymonkey_csv",
    "field/17/r.csv": "qualtrics_csv",
    "field/19/r.tsv": "google_forms",
    "field/21/r.csv": "teams_report",
    "field/23/v.csv": "video_csv",
    "hashtag/tag_totals/window_2026-06-15_2026-08-22.csv": "tag_totals_csv",
    "hashtag/tiktok_scrapes/w0_2025-05-14_29_raw_data.csv": "video_csv",
    "hashtag/tiktok_scrapes/w1a_2025-06-06_recrawled_1v.csv": "video_csv",
    "hashtag/tiktok_scrapes/w1b_2025-06-06_07_final_recrawl_tp.csv": "video_csv",
    "live/rbtv/twitch_2017-06.csv": "viewer_samples",
    "live/rbtv/twitch_2017-07.csv": "viewer_samples",
    "live/rbtv/youtube_2017-06.csv": "viewer_samples",
    "live/rbtv/youtube_2017-07.csv": "viewer_samples",
    "live/teams_lists/en_AT_2020_utf16.csv": "teams_list",
    "live/teams_lists/pt_2021-03-08_SIR.csv": "teams_list",
    "live/teams_lists/pt_2021-03-09_SIB.csv": "teams_list",
    "live/teams_lists/pt_2021-03-16_SIB.csv": "teams_list",
    "live/teams_lists/pt_2021-03-30_TDSF.csv": "teams_list",
    "live/zoom/participants_heroes.csv": "zoom_csv",
    "live/zoom/participants_heroes_full.csv": "zoom_csv",
    "survey/osmi/osmi2014_excel_mangled.csv": "google_forms",
    "survey/r_survey/apiclus1.csv": "survey_csv",
    "survey/r_survey/yrbs.csv": "survey_csv",
    "survey/yougov_sav/slim_FifthWave.sav": "spss",
}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real data of ../shared/data are not on this machine")
def test_real_files_are_taken_for_what_they_are_and_nothing_but_zone_time_and_fieldwork_is_asked(
    tmp_path: Path,
) -> None:
    table = {}
    asked: Sequence[str] = ()
    # The first file of a case lands the day before with the same note.
    files = {
        path for path in SHARED.rglob("*.*") if path.suffix in (".csv", ".tsv", ".sav") and path.name != "first.csv"
    }
    assert {path.relative_to(SHARED).as_posix() for path in files} == set(REAL)
    for number, name in enumerate(REAL):
        content = (SHARED / name).read_bytes()
        if len(content) > 200_000 and not name.endswith(".sav"):
            content = b"".join(content.splitlines(keepends=True)[:120])
        folder = tmp_path / str(number)
        folder.mkdir()
        [file] = written(folder, {Path(name).name: content})
        found = inspect([file], Given(), CAMPAIGNS)
        asked = [question.key for question in found.open]
        assert len(asked) <= 2, name
        assert found.loaded >= 0.9 * found.parsed.records_read, name
        table[name] = found.draft.format
        if found.draft.source == "hashtag":
            order: DateOrder | None = "dmy" if "date_order" in asked else None
            zone = "UTC" if "timezone" in asked else None
            at = "2026-09-01T00:00:00Z" if "captured_at" in asked else None
            told = inspect([file], Given(timezone=zone, date_order=order, captured_at=at), CAMPAIGNS)
            (folder / "delivery.yml").write_text(told.text)
            assert read(folder, "hashtag").records_read == told.parsed.records_read > 0, name
    assert table == REAL


def test_answers_that_hold_the_separator_are_proposed_whole(tmp_path: Path) -> None:
    """Two parts that are never given but together are one answer; who names it in the note decides."""
    ticked = ["Friends, family or neighbours", "TikTok", "TikTok, Friends, family or neighbours", "TV", "TikTok, TV"]
    rows = [f'2026/11/0{1 + place % 9} 10:00:00 AM GMT+4,"{ticked[place % 5]}",Yes' for place in range(40)]
    files = written(tmp_path, {"form.csv": "\n".join(["Timestamp,Where?,Seen it?", *rows]).encode()})
    found = inspect(files, TOLD, CAMPAIGNS)
    assert yaml.safe_load(found.text)["options"]["questions"]["Where?"] == {
        "options": ["Friends, family or neighbours", "TV", "TikTok"]
    }
    (tmp_path / "delivery.yml").write_text(found.text)
    answers = spelled(read(tmp_path, "survey")).filter(question_code="Where?")
    counts = dict(answers["answer_code"].value_counts().iter_rows())
    assert counts == {"Friends, family or neighbours": 16, "TikTok": 24, "TV": 16}


def test_questions_with_the_ends_of_their_scale_are_a_header_and_refusals_are_missing(tmp_path: Path) -> None:
    rows = [
        f"{place:04x}q,{('TikTok', 'TV')[place % 2]},{('نعم', 'لا', 'أفضّل عدم الإجابة')[place % 3]},{place % 11}"
        for place in range(33)
    ]
    files = written(
        tmp_path, {"form.csv": "\n".join(["#,Where did you hear of us?,Agree?,Rate it 0-10", *rows]).encode()}
    )
    found = inspect(files, TOLD, CAMPAIGNS)
    assert yaml.safe_load(found.text)["options"]["questions"] == {
        "Where did you hear of us?": {},
        "Agree?": {"missing": ["أفضّل عدم الإجابة"]},
        "Rate it 0-10": {},
    }
