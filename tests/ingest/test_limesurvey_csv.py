"""LimeSurvey exports: codes and texts in one heading, people who never finished, ticked columns and arrays."""

from pathlib import Path

import pytest

from ingest.source import DeliveryError, Parsed
from tests.ingest.survey_desk import SURVEY_KEY, answered, read, rejected

PLAIN = SURVEY_KEY + "samples: {all: {weight: null}}\n"
EXPORT = (
    '"id. Response ID","submitdate. Date submitted","lastpage. Last page","ipaddr. IP address","Q1. Seen it?",'
    '"Q2[SQ001]. Where? [TikTok]","Q2[SQ002]. Where? [Poster]","Q2[other]. Where? [Other]","A1[a]. Agree? [It helps]","A1[b]. Agree? [For me]"\n'
    '"1","2022-10-05 10:00:00","3","198.51.100.1","A1","Y","","","Y","N"\n'
    '"2","","1","198.51.100.2","A1","","","","",""\n'
    '"3","2022-10-05 10:00:00","3","198.51.100.3","A2","Y","Y","a friend","N","N"\n'
    '"4","2022-10-05 10:00:00","3","198.51.100.4","A2","","","","Y","N"\n'
)


def wave(tmp_path: Path, text: str, options: str = PLAIN) -> Parsed:
    return read(tmp_path, "limesurvey_csv", {"wave.csv": text}, options)


def test_codes_texts_and_unfinished_people(tmp_path: Path) -> None:
    parsed = wave(tmp_path, EXPORT)
    assert rejected(parsed) == [(3, "incomplete_response")]
    assert parsed.tables["survey_questions"].select("question_code", "question_text", "kind").rows() == [
        ("Q1", "Seen it?", "single"),
        ("Q2", "Where?", "multiple"),
        ("A1[a]", "Agree? [It helps]", "single"),
        ("A1[b]", "Agree? [For me]", "single"),
    ]
    where = answered(parsed, "Q2").sort("line", "answer_code").select("line", "answer_code").rows()
    assert where == [(2, "SQ001"), (4, "SQ001"), (4, "SQ002"), (4, "other")]  # a friend
    assert "198.51" not in str([frame.to_dicts() for frame in parsed.tables.values()])
    assert rejected(wave(tmp_path / "all", EXPORT, PLAIN + "incomplete: keep\n")) == []


def test_codes_alone(tmp_path: Path) -> None:
    bare = EXPORT.replace("Q1. Seen it?", "Q1").replace("submitdate. Date submitted", "submitdate")
    assert answered(wave(tmp_path, bare), "Q1").height == 3


def test_a_question_whose_code_begins_as_an_address_does_is_a_question(tmp_path: Path) -> None:
    assert answered(wave(tmp_path, EXPORT.replace("Q1. Seen it?", "iphone. Seen it?")), "iphone").height == 3


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="no column submitdate"):
        wave(tmp_path, "id,q\n1,2\n2,2\n")


def test_what_was_not_put_is_no_answer_and_yes_and_no_beside_other_are_boxes(tmp_path: Path) -> None:
    """As exported with full answers: N/A where a condition hid the question, No where a box was left unticked."""
    full = EXPORT.replace('"Y","",""', '"Yes","No",""').replace('"Y","Y"', '"Yes","Yes"')
    full = full.replace('"A2","","",""', '"A2","N/A","N/A",""').replace('"A1","Yes"', '"N/A","Yes"')
    parsed = wave(tmp_path, full)
    where = answered(parsed, "Q2").sort("line", "answer_code").select("line", "answer_code").rows()
    assert where == [(2, "SQ001"), (4, "SQ001"), (4, "SQ002"), (4, "other")]
    assert answered(parsed, "Q1")["answer_code"].to_list() == ["A2", "A2"]
    assert parsed.tables["survey_questions"].filter(question_code="Q2")["kind"].item() == "multiple"


def test_headings_that_are_the_texts_of_questions(tmp_path: Path) -> None:
    texts = (
        '"Response ID","Date submitted","Last page","IP address","Seen it?","Where? [TikTok]","Where? [Poster]","Where? [Other]",'
        '"Agree? [It helps]","Agree? [For me]"\n'
    )
    parsed = wave(tmp_path, texts + EXPORT.split("\n", 1)[1])
    assert rejected(parsed) == [(3, "incomplete_response")]
    assert parsed.tables["survey_questions"].select("question_code", "kind").rows() == [
        ("Seen it?", "single"),
        ("Where?", "multiple"),
        ("Agree? [It helps]", "single"),
        ("Agree? [For me]", "single"),
    ]
    where = answered(parsed, "Where?").sort("line", "answer_code").select("line", "answer_code").rows()
    assert where == [(2, "TikTok"), (4, "Poster"), (4, "TikTok"), (4, "other")]
    assert "198.51" not in str([frame.to_dicts() for frame in parsed.tables.values()])


@pytest.mark.parametrize(
    "own",
    [
        "Antwort ID;Datum Abgeschickt;Letzte Seite;Start-Sprache;Zufallsstartwert",
        "ID de la réponse;Date de soumission;Dernière page;Langue;Tête",
    ],
)
def test_headings_in_any_language(tmp_path: Path, own: str) -> None:
    """Who never came to the end is nobody, though the column that says so is called in another language."""
    rows = "1;2026-10-05 10:00:00;4;de;1823749012;Ja\n2;;1;de;902374911;Ja\n3;2026-10-06 10:00:00;4;de-informal;17390122;Ja\n4;2026-10-06 10:00:00;4;de;55510022;Ja\n"
    parsed = wave(tmp_path, f"{own};Gesehen?\n{rows}")
    assert rejected(parsed) == [(3, "incomplete_response")]
    assert parsed.tables["survey_questions"]["question_code"].to_list() == ["Gesehen?"]


def test_a_survey_without_dates_writes_1980_for_who_came_to_the_end(tmp_path: Path) -> None:
    parsed = wave(tmp_path, EXPORT.replace("2022-10-05 10:00:00", "1980-01-01 00:00:00"))
    assert rejected(parsed) == [(3, "incomplete_response")]


def test_a_note_may_call_columns_by_their_headings(tmp_path: Path) -> None:
    note = (
        PLAIN + "respondent_id: id. Response ID\ndrop: [ipaddr. IP address]\nquestions: {'Q1. Seen it?': {key: seen}}\n"
    )
    parsed = wave(tmp_path, EXPORT, note)
    assert parsed.tables["survey_questions"]["question_code"].to_list() == ["Q1"]
    assert rejected(parsed) == [(3, "incomplete_response")]
