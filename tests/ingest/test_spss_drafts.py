"""What `campaign inspect` makes of SPSS files: weights, groups, boxes, and what never leaves landing."""

import struct
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ingest.inspection import Inspection, inspect
from ingest.source import DeliveryError
from tests.ingest.test_inspection import CAMPAIGNS, TOLD, written
from tests.ingest.test_spss import sav
from tests.ingest.test_survey_drafts import questions, ticks

RATED = {1: "Agree", 2: "Neither", 3: "Disagree"}


def file(folder: Path, columns: dict[str, list[Any]], **description: Any) -> bytes:
    """Forty people with an id, who rate something, and what else is given."""
    people = {"id": [float(n) for n in range(40)], "q1": [1.0 + n % 3 for n in range(40)]}
    labels = {"q1": RATED, **description.pop("variable_value_labels", {})}
    return sav(folder / "made.sav", pd.DataFrame(people | columns), variable_value_labels=labels, **description)


def found(folder: Path, content: bytes) -> Inspection:
    return inspect(written(folder, {"wave.sav": content}), TOLD, CAMPAIGNS)


def test_the_weight_that_the_file_declares(tmp_path: Path) -> None:
    texts: dict[str, list[Any]] = {"comment": ["x" * 300] * 40, "facteur": [0.5 + n % 2 for n in range(40)]}
    content = bytearray(file(tmp_path, texts))
    # Dictionary records: id, q1, thirty-eight parts of the comment, then the weight.
    struct.pack_into("<i", content, 76, 41)
    survey = found(tmp_path, bytes(content))
    assert survey.draft.options["samples"] == {"all": {"weight": "facteur"}}
    assert survey.parsed.tables["survey_respondents"]["weight"].sum() == 40


def test_groups_who_people_are_and_quantities_are_no_questions(tmp_path: Path) -> None:
    columns = {
        "q2": [1.0 + n % 2 for n in range(40)],
        "q3": [1.0 + n % 4 for n in range(40)],
        "age": [18.0 + n for n in range(39)] + [99.0],
        "nation": [1.0 + n % 2 for n in range(40)],
    }
    labels = {"q2": {1: "Male", 2: "Female"}, "q3": {n: f"Ann {n}" for n in (1, 2, 3, 4)}, "age": {99: "Refused"}}
    labels |= {"nation": {1: "AE", 2: "EG"}}
    texts = {"q2": "What is your gender?", "q3": "Interviewer name", "nation": "Nation"}
    survey = found(tmp_path, file(tmp_path, columns, variable_value_labels=labels, column_labels=texts))
    assert list(questions(survey)) == ["q1", "nation"]
    assert survey.draft.options["segments"] == {"what_is_your_gender": "q2"}
    assert "Ann" not in survey.text


def test_countries_that_number_their_people_alike_are_samples_and_waves_are_refused(tmp_path: Path) -> None:
    halves = [1.0 + n // 20 for n in range(40)]
    ids = [float(n % 20) for n in range(40)]
    of = {"country": {1: "UAE", 2: "Egypt"}, "wave": {1: "W1", 2: "W2"}}
    columns = {"id": ids, "country": halves}
    survey = found(tmp_path, file(tmp_path, columns, variable_value_labels={"country": of["country"]}))
    assert survey.loaded == 40
    assert survey.draft.options["samples"] == {
        "uae": {"weight": None, "where": {"country": ["1"]}, "country": "AE"},
        "egypt": {"weight": None, "where": {"country": ["2"]}, "country": "EG"},
    }
    with pytest.raises(DeliveryError, match=r"wave\.sav, column 'wave': found 2 waves"):
        found(tmp_path, file(tmp_path, {"wave": halves}, variable_value_labels={"wave": of["wave"]}))


def test_boxes_that_the_file_does_not_declare_are_one_question(tmp_path: Path) -> None:
    columns = {f"q2_{k}": [float(n // k % 2) for n in range(40)] for k in (1, 2)}
    columns |= {f"q3_{k}": [1.0 if n // k % 2 else float("nan") for n in range(40)] for k in (1, 2)}
    labels = {f"q2_{k}": {0: "Not selected", 1: "Selected"} for k in (1, 2)}
    labels |= {"q3_1": {1: "Guide"}, "q3_2": {1: "Line"}}
    texts = {"q2_1": "Which apps? TikTok", "q2_2": "Which apps? YouTube"}
    survey = found(tmp_path, file(tmp_path, columns, variable_value_labels=labels, column_labels=texts))
    kinds = {code: kind for code, (kind, _) in questions(survey).items()}
    assert kinds == {"q1": "single", "q2": "multiple", "q3": "multiple"}
    assert ticks(survey, "q2")[:4] == [[], ["q2_1"], ["q2_2"], ["q2_1", "q2_2"]]
    assert survey.draft.options["questions"]["q2"]["labels"] == {"q2_1": "TikTok", "q2_2": "YouTube"}
    assert survey.draft.options["questions"]["q3"]["labels"] == {"q3_1": "Guide", "q3_2": "Line"}


def test_previews_and_unfinished_people_of_qualtrics_are_in_no_sample(tmp_path: Path) -> None:
    columns = {"Status": [float(n < 4) for n in range(40)], "Finished": [float(n > 5) for n in range(40)]}
    labels = {"Status": {0: "IP Address", 1: "Survey Preview"}, "Finished": {0: "False", 1: "True"}}
    survey = found(tmp_path, file(tmp_path, columns, variable_value_labels=labels))
    assert (survey.loaded, list(questions(survey))) == (34, ["q1"])


def test_a_weight_that_its_text_or_its_numbers_tell(tmp_path: Path) -> None:
    for name, text in (("V99", "Final weight"), ("V99", "Correction")):
        columns = {name: [(0.5, 1.0, 1.0, 1.5)[n % 4] for n in range(40)]}
        survey = found(tmp_path, file(tmp_path, columns, column_labels={name: text}))
        assert survey.draft.options["samples"] == {"all": {"weight": "V99"}}


def test_texts_by_which_people_are_grouped_are_segments(tmp_path: Path) -> None:
    columns = {
        "gender": ["F" if n % 2 else "M" for n in range(40)],
        "q2": ["Yes" if n % 2 else "No" for n in range(40)],
    }
    survey = found(tmp_path, file(tmp_path, columns))
    assert survey.draft.options["segments"] == {"gender": "gender"}
    assert (list(questions(survey)), survey.draft.options["drop"]) == (["q1"], ["q2"])


def test_a_file_without_labels_is_read_as_a_table(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "id": [float(n) for n in range(40)],
        "q1": [1.0 + n % 3 for n in range(40)],
        "minutes": [n / 7 for n in range(40)],
    }
    columns |= {"q2": ["Yes" if n % 2 else "No" for n in range(40)], "why": [f"because {n}" for n in range(40)]}
    survey = found(tmp_path, sav(tmp_path / "made.sav", pd.DataFrame(columns)))
    assert questions(survey) == {"q1": ("single", ["1", "2", "3"]), "q2": ("single", ["No", "Yes"])}
    assert survey.draft.options["drop"] == ["why"]
