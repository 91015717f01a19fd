"""Answers of Google forms: wordings as headers, check boxes in one cell, options that hold the separator."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.survey.survey_multiple import OTHER, _offered
from ingest.source import DeliveryError, Parsed
from tests.ingest.survey_desk import SURVEY_KEY, answered, field_case, read

PLAIN = SURVEY_KEY + "samples: {all: {weight: null}}\n"
ANSWERS = """Timestamp,Email Address,Seen it?,Where?,Why?
2022/10/05 10:00:00 am GMT+4,a@x.org,Yes,"TikTok, Poster",story a
2022/10/05 10:01:00 am GMT+4,b@x.org,Yes,TikTok,story b
2022/10/05 10:02:00 am GMT+4,c@x.org,No,Poster,story c
2022/10/05 10:03:00 am GMT+4,d@x.org,No,,story d
2022/10/05 10:04:00 am GMT+4,e@x.org,No,"Poster, a wall near my house",story e
2022/10/05 10:05:00 am GMT+4,f@x.org,No,"School, Poster",story f
2022/10/05 10:06:00 am GMT+4,g@x.org,No,"TikTok, School",story g
"""


def wave(tmp_path: Path, text: str, options: str = PLAIN) -> Parsed:
    return read(tmp_path, "google_forms", {"answers.csv": text}, options)


@pytest.mark.parametrize("mark", [", ", ";"])
def test_check_boxes_are_told_from_the_cells(mark: str, tmp_path: Path) -> None:
    parsed = wave(tmp_path, ANSWERS.replace(", ", mark))
    assert parsed.tables["survey_questions"].select("question_code", "kind").rows() == [
        ("Seen it?", "single"),
        ("Where?", "multiple"),
    ]
    where = answered(parsed, "Where?").group_by("answer_code").len().sort("answer_code").rows()
    assert where == [("Poster", 4), ("School", 2), ("TikTok", 3), (OTHER, 1)]
    assert answered(parsed, "Where?")["respondent_key"].n_unique() == 6
    stored = str([frame.to_dicts() for frame in parsed.tables.values()])
    assert not any(word in stored for word in ("@x.org", "story", "my house"))


def test_a_row_that_sums_up_the_others_is_no_respondent(tmp_path: Path) -> None:
    parsed = wave(tmp_path, ANSWERS + "Total,7,Yes,,\n")
    assert parsed.rejected.select("line", "reason").rows() == [(9, "missing_key")]
    assert parsed.tables["survey_respondents"].height == 7


def test_options_that_hold_the_separator(tmp_path: Path) -> None:
    options = PLAIN + 'questions: {"Where?": {options: ["Yes, often", "Yes", "No"]}}\n'
    text = 'Timestamp,Where?\n1,"Yes, often, No"\n2,Yes\n3,"Yes, No"\n4,"Yes, often, Yes"\n'
    answers = answered(wave(tmp_path, text, options), "Where?").group_by("line").agg("answer_code").sort("line")
    assert answers["answer_code"].list.sort().to_list() == [
        ["No", "Yes, often"],
        ["Yes"],
        ["No", "Yes"],
        ["Yes", "Yes, often"],
    ]


OPTIONS = ("Yes, often", "Yes", "No", "No, never", "a/b")


@given(st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=4, unique=True))
def test_what_was_offered_comes_back(chosen: list[str]) -> None:
    found = _offered(", ".join(chosen), OPTIONS, ", ")
    assert ", ".join(found) == ", ".join(chosen)


def test_a_single_choice_with_commas_is_no_list(tmp_path: Path) -> None:
    rows = "".join(f'{n},"{["Yes, often", "Yes, sometimes", "No, never"][n % 3]}"\n' for n in range(12))
    parsed = wave(tmp_path, "Timestamp,How?\n" + rows)
    assert parsed.tables["survey_questions"]["kind"].to_list() == ["single"]


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="does not begin with the column Timestamp"):
        wave(tmp_path, "id,q\n1,2\n2,2\n")


def test_a_field_case(tmp_path: Path) -> None:
    note, files, expected = field_case("19")
    options = yaml.safe_dump(note["options"])
    with pytest.raises(DeliveryError, match=r"options.questions.env-type.*kind: multiple"):
        read(tmp_path / "as given", "survey_csv", files, options)
    for form, said in (
        ("google_forms", options),
        ("survey_csv", options.replace("env-type:\n", "env-type:\n    kind: multiple\n")),
    ):
        parsed = read(tmp_path / form, form, files, said)
        assert parsed.tables["survey_respondents"].height == expected["respondents"]
        people = answered(parsed, "env-type")
        assert people["respondent_key"].n_unique() == expected["answered_env-type"]
        wan = people.filter(people["answer_code"] == "WAN").height
        assert round(100 * wan / expected["answered_env-type"], 9) == round(expected["share_WAN_pct"], 9)


def test_an_option_that_holds_the_separator_is_told_by_parts_that_never_stand_alone(tmp_path: Path) -> None:
    cells = [
        '"À la télé, à la radio"',
        "TikTok",
        '"TikTok, À la télé, à la radio"',
        '"À la télé, à la radio, Un ami"',
        "Un ami",
    ]
    rows = [f"2022/10/05 10:{n:02}:00,Oui,{cells[n % 5]}" for n in range(20)]
    parsed = wave(tmp_path, "Horodateur,Vue ?,Où ?\n" + "\n".join(rows) + "\n")
    where = answered(parsed, "Où ?").group_by("answer_code").len().sort("answer_code").rows()
    assert where == [("TikTok", 8), ("Un ami", 8), ("À la télé, à la radio", 12)]


@pytest.mark.parametrize("first", ["חותמת זמן", "타임스탬프", "タイムスタンプ", "برچسب زمانی"])
def test_the_column_of_times_is_known_in_many_languages(tmp_path: Path, first: str) -> None:
    assert wave(tmp_path, ANSWERS.replace("Timestamp", first)).tables["survey_respondents"].height == 7
