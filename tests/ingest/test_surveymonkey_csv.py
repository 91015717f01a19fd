"""SurveyMonkey exports: the second header row, choices spread over columns, grids."""

from pathlib import Path

import pytest
import yaml

from ingest.source import DeliveryError, Parsed
from tests.ingest.survey_desk import SURVEY_KEY, answered, field_case, read, shares

PLAIN = SURVEY_KEY + "samples: {all: {weight: null}}\n"
EXPORT = """Respondent ID,Collector ID,IP Address,Email Address,Seen it?,Where did you see it?,,,How much do you agree?,,Why?
,,,,Response,TikTok,Poster,Other (please specify),It helps,It is for me,Open-Ended Response
901,1,198.51.100.1,a@x.org,Yes,TikTok,,,Agree,Disagree,story a
902,1,198.51.100.2,b@x.org,Yes,TikTok,Poster,a friend,Agree,Agree,story b
903,1,198.51.100.3,c@x.org,No,,,,Disagree,Agree,
904,1,198.51.100.4,d@x.org,No,,,,Disagree,Disagree,
"""


def wave(tmp_path: Path, text: str, options: str = PLAIN) -> Parsed:
    return read(tmp_path, "surveymonkey_csv", {"wave.csv": text}, options)


def test_the_second_row_says_what_columns_are(tmp_path: Path) -> None:
    parsed = wave(tmp_path, EXPORT)
    assert parsed.records_read == 4
    questions = parsed.tables["survey_questions"].select("question_code", "kind", "base").rows()
    assert questions == [
        ("Seen it?", "single", "answered"),
        ("Where did you see it?", "multiple", "answered"),
        ("How much do you agree? [It helps]", "single", "answered"),
        ("How much do you agree? [It is for me]", "single", "answered"),
    ]
    seen = answered(parsed, "Where did you see it?").sort("line", "answer_code").select("line", "answer_code").rows()
    assert seen == [(3, "TikTok"), (4, "Other (please specify)"), (4, "Poster"), (4, "TikTok")]
    stored = str([frame.to_dicts() for frame in parsed.tables.values()])
    assert not any(word in stored for word in ("198.51", "@x.org", "story", "a friend", "901"))


def test_choices_outnumber_the_cells_of_a_response(tmp_path: Path) -> None:
    text = "Respondent ID,Seen it?,Where?,,,,\n,Response,TikTok,Poster,School,Radio,TV\n1,Yes,TikTok,,,,TV\n2,No,,Poster,,,\n3,No,,,,,TV\n4,Yes,,,,,TV\n"
    questions = wave(tmp_path, text).tables["survey_questions"].select("question_code", "kind").rows()
    assert questions == [("Seen it?", "single"), ("Where?", "multiple")]


@pytest.mark.parametrize(
    ("respondent", "response", "open_ended", "other"),
    [
        ("ID du répondant", "Réponse", "Réponse libre", "Autre (veuillez préciser)"),
        ("ID del encuestado", "Respuesta", "Respuesta abierta", "Otro (especifique)"),
        ("معرف المستجيب", "الاستجابة", "استجابة مفتوحة", "أخرى (يرجى التحديد)"),
    ],
)
def test_exports_in_other_languages(
    respondent: str, response: str, open_ended: str, other: str, tmp_path: Path
) -> None:
    words = {
        "Respondent ID": respondent,
        "Response,": f"{response},",
        "Open-Ended Response": open_ended,
        "Other (please specify)": other,
    }
    text = EXPORT
    for english, word in words.items():
        text = text.replace(english, word)
    parsed, english_one = wave(tmp_path / "other", text), wave(tmp_path / "english", EXPORT)
    kinds = [one.tables["survey_questions"].select("question_code", "kind", "base") for one in (parsed, english_one)]
    assert kinds[0].equals(kinds[1])
    assert parsed.tables["survey_respondents"].height == 4


def test_choices_as_numbers(tmp_path: Path) -> None:
    text = "Respondent ID,Seen it?,Where?,,\n,Response,TikTok,Poster,Radio\n1,1,1,,\n2,2,,2,3\n3,2,,,3\n4,1,,,3\n"
    parsed = wave(tmp_path, text)
    given = answered(parsed, "Where?").sort("line", "answer_code").select("line", "answer_code").rows()
    assert given == [(3, "TikTok"), (4, "Poster"), (4, "Radio"), (5, "Radio"), (6, "Radio")]


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="line 2 is no second header row of SurveyMonkey"):
        wave(tmp_path, "id,q\n1,2\n2,2\n")


def test_a_field_case(tmp_path: Path) -> None:
    note, files, expected = field_case("15")
    options = yaml.safe_dump(note["options"])
    with pytest.raises(DeliveryError, match="format: surveymonkey_csv"):
        read(tmp_path / "as given", "survey_csv", files, options)
    parsed = read(tmp_path / "named", "surveymonkey_csv", files, options)
    assert parsed.tables["survey_respondents"].height == expected["respondents"]
    questions = set(parsed.tables["survey_questions"]["question_code"])
    assert set(expected["closed_questions_at_least"]) <= questions
    seen = expected["closed_questions_at_least"][0]
    assert round(shares(answered(parsed, seen), ["Yes"])["us"][0], 6) == expected["yes_pct"]


def test_an_answer_of_ones_own_is_an_answer_of_its_question(tmp_path: Path) -> None:
    text = (
        "Respondent ID,Seen it?,,Agree?\n,Response,Other (please specify),Response\n"
        "901,Yes,,A\n902,,a long story,B\n903,No,,A\n904,,,B\n905,Yes,,A\n906,No,,A\n"
    )
    parsed = wave(tmp_path, text)
    seen = answered(parsed, "Seen it?").sort("line")["answer_code"].to_list()
    assert seen == ["Yes", "Other (please specify)", "No", "Yes", "No"]
    assert "story" not in str([frame.to_dicts() for frame in parsed.tables.values()])


def test_a_question_called_as_its_first_column_keeps_all_its_answers(tmp_path: Path) -> None:
    parsed = wave(tmp_path, EXPORT, PLAIN + "questions: {'Where did you see it?': {key: where}}\n")
    seen = answered(parsed, "Where did you see it?")["answer_code"].unique().sort().to_list()
    assert seen == ["Other (please specify)", "Poster", "TikTok"]


def test_what_pandas_calls_a_blank_heading_is_none(tmp_path: Path) -> None:
    heading = EXPORT.replace("it?,,,How", "it?,Unnamed: 6,Unnamed: 7,How").replace(
        "agree?,,Why", "agree?,Unnamed: 9,Why"
    )
    saved, plain = (
        wave(tmp_path / name, text).tables["survey_questions"] for name, text in (("a", heading), ("b", EXPORT))
    )
    assert saved.drop("file").equals(plain.drop("file"))
