"""Qualtrics exports: header rows, previews and spam, select-all questions, personal columns."""

from pathlib import Path

import pytest
import yaml

from ingest.drafts.draft import Given
from ingest.inspection import inspect
from ingest.source import DeliveryError, Parsed
from tests.ingest.survey_desk import SURVEY_KEY, answered, field_case, read, rejected, shares

PLAIN = SURVEY_KEY + "samples: {all: {weight: null}}\n"
IDS = "StartDate,Status,IPAddress,Finished,ResponseId,Q1,Q2_1,Q2_2,Q2_2_TEXT,Q3"
TEXTS = (
    'Start Date,Response Type,IP Address,Finished,Response ID,"من رأى\nحملة؟",'
    "Where? - Selected Choice - TikTok,Where? - Selected Choice - Other,Where? - Other - Text,Why?"
)
IMPORT = ",".join(
    '"' + cell.replace('"', '""') + '"'
    for cell in (
        '{"ImportId":"startDate","timeZone":"Asia/Amman"}', '{"ImportId":"status"}', '{"ImportId":"ipAddress"}',
        '{"ImportId":"finished"}', '{"ImportId":"_recordId"}', '{"ImportId":"QID1"}',
        '{"ImportId":"QID2","choiceId":"1"}', '{"ImportId":"QID2","choiceId":"2"}',
        '{"ImportId":"QID2_2_TEXT","choiceId":"2"}', '{"ImportId":"QID3_TEXT"}',
    )
)  # fmt: skip
PEOPLE = (
    "2026-10-05 10:00,0,198.51.100.1,1,R_1,1,1,,,because",
    "2026-10-05 10:01,1,198.51.100.2,1,R_2,2,,,,a preview",
    "2026-10-05 10:02,8,198.51.100.3,1,R_3,2,1,,,spam",
    "2026-10-05 10:03,0,198.51.100.4,0,R_4,2,1,1,friends,left early",
    "2026-10-05 10:04,IP Address,198.51.100.5,1,R_5,2,1,1,friends,",
    "2026-10-05 10:05,0,198.51.100.6,1,R_6,1,,,,",
)


def export(*rows: str, header: tuple[str, ...] = (IDS, TEXTS, IMPORT)) -> str:
    return "\n".join([*header, *rows]) + "\n"


def wave(tmp_path: Path, text: str, options: str = PLAIN) -> Parsed:
    return read(tmp_path, "qualtrics_csv", {"wave.csv": text}, options)


def test_header_rows_previews_and_spam_are_no_respondents(tmp_path: Path) -> None:
    parsed = wave(tmp_path, export(*PEOPLE))
    assert parsed.records_read == 6
    assert rejected(parsed) == [(6, "test_response"), (7, "spam_response"), (8, "incomplete_response")]
    questions = parsed.tables["survey_questions"]
    assert questions.select("question_code", "question_text", "kind").rows() == [
        ("Q1", "من رأى\nحملة؟", "single"),
        ("Q2", "Where?", "multiple"),
    ]
    assert [answer["answer_label"] for answer in questions["answers"][1]] == ["TikTok", "Other"]
    assert answered(parsed, "Q2").sort("line", "answer_code").select("line", "answer_code").rows() == [
        (5, "1"), (9, "1"), (9, "2"),
    ]  # fmt: skip
    stored = str([frame.to_dicts() for frame in parsed.tables.values()])
    assert not any(word in stored for word in ("198.51", "R_1", "friends", "because"))


def test_unfinished_people_are_kept_where_the_note_says_so(tmp_path: Path) -> None:
    parsed = wave(tmp_path, export(*PEOPLE), PLAIN + "incomplete: keep\n")
    assert rejected(parsed) == [(6, "test_response"), (7, "spam_response")]


def test_older_exports_have_two_header_rows(tmp_path: Path) -> None:
    parsed = wave(tmp_path, export(*PEOPLE, header=(IDS, TEXTS)), PLAIN + "questions: {Q1: {}}\n")
    assert answered(parsed, "Q1").height == 3


def test_the_oldest_exports_name_columns_in_the_second_row(tmp_path: Path) -> None:
    ids, texts = "V1,V4,V5,V10,Q1", "ResponseID,Name,EmailAddress,Finished,Seen it?"
    parsed = wave(
        tmp_path,
        export("R_1,Jane,j@example.org,1,Yes", "R_2,Jo,,0,No", "R_3,Al,,1,No", header=(ids, texts)),
        PLAIN + "questions: {Q1: {}}\n",
    )
    assert rejected(parsed) == [(4, "incomplete_response")]
    assert parsed.tables["survey_questions"].select("question_code", "question_text").rows() == [("Q1", "Seen it?")]
    with pytest.raises(DeliveryError, match="'EmailAddress' holds who people are"):
        wave(
            tmp_path / "personal",
            export("R_1,Jane,j,1,Yes", header=(ids, texts)),
            PLAIN + "segments: {e: EmailAddress}\n",
        )


def test_choices_in_one_cell_of_which_one_holds_a_comma(tmp_path: Path) -> None:
    ids, texts = "ResponseId,Finished,Q1", "Response ID,Finished,Where? - Selected Choice"
    cells = ["TikTok", '"TikTok,TV, radio"', '"TV, radio"', '"Poster,TV, radio"', '"TikTok,Poster"', "Poster"]
    rows = (f"R_{number},1,{cell}" for number, cell in enumerate(cells * 4))
    found = inspect(
        [write(tmp_path / "wave.csv", export(*rows, header=(ids, texts)))],
        Given(fieldwork=("2022-10-01", "2022-10-02"), campaign="c"),
        frozenset({"c"}),
    )
    assert found.draft.format == "qualtrics_csv"
    answers = found.parsed.tables["survey_questions"]["answers"][0]
    assert [answer["answer_code"] for answer in answers] == ["Poster", "TV, radio", "TikTok"]


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_a_personal_column_cannot_be_taken(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"segments.*'IPAddress' holds who people are"):
        wave(tmp_path, export(*PEOPLE), PLAIN + "segments: {place: IPAddress}\n")


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"line 1 lacks ResponseId.*survey_csv"):
        wave(tmp_path, "a,b\n1,2\n2,2\n")


def test_the_plain_format_refuses_it_by_name(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="format: qualtrics_csv"):
        read(tmp_path, "survey_csv", {"wave.csv": export(*PEOPLE)}, PLAIN + "respondent_id: null\n")


def test_a_field_case(tmp_path: Path) -> None:
    note, files, expected = field_case("17")
    options = yaml.safe_dump(note["options"])
    with pytest.raises(DeliveryError, match="format: qualtrics_csv"):
        read(tmp_path / "as given", "survey_csv", files, options)
    parsed = read(tmp_path / "named", "qualtrics_csv", files, options)
    share, base, _ = shares(answered(parsed, "Q1"), ["1"])["all"]
    assert (round(share, 9), base) == (
        round(expected["top_pct_without_previews"], 9),
        expected["base_without_previews"],
    )


@pytest.mark.parametrize(
    ("normal", "preview", "yes", "no"),
    [
        ("Dirección IP", "Vista previa de la encuesta", "Verdadero", "Falso"),
        ("IP-Adresse", "Umfragevorschau", "Wahr", "Falsch"),
    ],
)
def test_previews_and_unfinished_answers_in_other_languages(
    tmp_path: Path, normal: str, preview: str, yes: str, no: str
) -> None:
    rows = f"{normal},{yes},R_1,1\n{preview},{yes},R_2,1\n{normal},{no},R_3,2\n{normal},{yes},R_4,2\n"
    text = f"Status,Finished,ResponseId,Q1\nResponse Type,Finished,Response ID,Seen it?\n{rows}"
    parsed = read(
        tmp_path, "qualtrics_csv", {"q.csv": text}, SURVEY_KEY + "samples: {all: {weight: null}}\nquestions: {Q1: {}}\n"
    )
    assert parsed.rejected.sort("line")["reason"].to_list() == ["test_response", "incomplete_response"]


def test_orders_scores_and_judgements_of_qualtrics_are_no_answers(tmp_path: Path) -> None:
    names = ("Q1_DO_1", "Q2_DO", "FL_4_DO", "SC0", "Q_RecaptchaScore")
    head = (IDS + "," + ",".join(names), TEXTS + "," + ",".join(names), IMPORT + "," * len(names))
    people = [
        f"2026-10-05 10:00,0,198.51.100.1,1,R_{n},{n % 2},1,,,because,{n % 2},1|{n % 2},A,{n % 3},0.{n % 2}"
        for n in range(30)
    ]
    asked = wave(tmp_path, export(*people, header=head)).tables["survey_questions"]["question_code"]
    assert {*asked} == {"Q1", "Q2", "Q3"}
