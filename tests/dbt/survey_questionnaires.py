"""Survey waves of several questions as the readers would leave them in the lake, and what R's survey makes of them.

Every number is drawn from a seed, so that R gets the same rows. What is expected of the marts stands in `test_survey`.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from ingest.source import LINEAGE
from ingest.sources.survey import SURVEY

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A question: its key across waves and its answers with their labels; number questions offer none."""

    key: str
    labels: Mapping[str, str] = field(default_factory=dict)
    kind: str = "single"
    top: tuple[str, ...] = ()
    bottom: tuple[str, ...] = ()


def questionnaire(
    rows: Sequence[Row], questions: Mapping[str, Asked], *, wave: tuple[str, str], ended: date, **described: object
) -> dict[str, pl.DataFrame]:
    """A delivery of one wave. `answers` of a row are codes by question: None was asked and gave none, absent was not asked."""
    keys = {"survey_id": wave[0], "wave": wave[1]}
    samples = [{"sample": "all", "country": "AE", "is_weighted": True}]
    people = [
        {"sample": "all", "weight": 1.0, "is_weighted": True, "respondent_key": str(place)} | row
        for place, row in enumerate(rows)
    ]
    contents: dict[str, list[Row]] = {
        "survey_waves": [
            {"fieldwork_from": ended, "fieldwork_to": ended, "sampling": "non_probability", "samples": samples}
            | described
        ],
        "survey_questions": [
            {
                "question_code": code,
                "question_key": asked.key,
                "kind": asked.kind,
                "answers": [
                    {
                        "answer_code": answer,
                        "answer_label": label,
                        "is_top": answer in asked.top,
                        "is_bottom": answer in asked.bottom,
                    }
                    for answer, label in asked.labels.items()
                ],
            }
            for code, asked in questions.items()
        ],
        "survey_respondents": [
            {name: value for name, value in person.items() if name != "answers"}
            | {
                "segments": [
                    {"segment_name": name, "segment_value": value} for name, value in person.get("segments", {}).items()
                ]
            }
            for person in people
        ],
        "survey_answers": [
            {
                "respondent_key": person["respondent_key"],
                "question_code": code,
                "answer_code": "none" if answer is None else answer,
                "status": "missing" if answer is None else "answered",
            }
            for person in people
            for code, answer in person["answers"].items()
            if code in questions
        ],
    }
    return {name: pl.DataFrame([keys | row for row in part], schema=_schema(name)) for name, part in contents.items()}


def _schema(table: str) -> pl.Schema:
    return pl.Schema({name: dtype for name, dtype in SURVEY.table(table).schema.items() if name not in LINEAGE})


AGREEMENT = {
    "1": "Agree strongly",
    "2": "Agree slightly",
    "3": "Neither agree nor disagree",
    "4": "Disagree slightly",
    "5": "Disagree strongly",
    "6": "Don't know",
    "7": "Prefer not to say",
}
"""Codes as questionnaires print them, so that agreement has the lowest code and the most points."""

RIBS = {f"b{item}": Asked(f"ribs_{item}", AGREEMENT) for item in range(5, 9)}
MAKS = {f"m{item}": Asked(f"maks_{item}", AGREEMENT) for item in range(1, 7)}


def scale_people() -> list[Row]:
    """80 respondents with weights in clusters, whose answers hang together, some of them don't know or missing."""
    draw = random.Random(11)
    rows = []
    for place in range(80):
        attitude = draw.gauss(2.4, 0.9)
        answers: dict[str, str | None] = {}
        for code in (*RIBS, *MAKS):
            kind = draw.random()
            answer = str(max(1, min(5, round(attitude + draw.gauss(0, 0.8)))))
            answers[code] = "6" if kind < 0.08 else "7" if kind < 0.1 else None if kind < 0.14 else answer
        answers["hours"] = str(draw.randrange(0, 20) / 2).removesuffix(".0")
        rows.append(
            {
                "weight": draw.lognormvariate(0, 0.4),
                "cluster": f"c{place % 13}",
                "segments": {"group": "ab"[place % 2]},
                "answers": answers,
            }
        )
    return rows
