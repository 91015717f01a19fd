"""Boxes to tick in a survey export: which columns are the answers of one question."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from ingest.formats.survey.survey_multiple import OTHERS
from ingest.formats.survey.survey_variables import AT
from ingest.formats.yes_no import YES

_STEMS = (
    r"^(?P<question>.+?)___(?P<answer>\w+)$",
    r"^(?P<question>.*[^_])__(?P<answer>\d+)$",
    r"^(?P<question>[A-Za-z]{1,3}\d+[a-z]?): ?(?P<answer>.+)$",
    r"^(?P<question>.+?) *\(choice=(?P<answer>.+)\)$",
    r"^(?P<question>.+?) \((?P<answer>[^()]+)\)$",
    r"^(?P<answer>[^:]+): ?(?P<question>[^:]+)$",
    r"^(?P<question>.+)/(?P<answer>[^/]+)$",
)
"""How REDCap, Survey Solutions, QuestionPro, Tally, Alchemer and Kobo write a question and one of its answers into the name of a column."""
_BEFORE_ANSWER = r"[\s:>/|_.\[(\u2013-]+"
"""Between a question and the answer that the cells of a column repeat."""
_WITHOUT_SUMMARY = 4
"""So many of the stems prove by themselves that the column is a box."""
_MARKS = frozenset({"0", "1", "true", "false", "checked", "unchecked"})
_TICKS = YES | {"y", "x", "✓", "✔", "checked", "selected"}
_NUMBER = r"[._ ]?[rac]?\d+$"
"""At the end of a name: which of the answers of its question a column stands for."""
_LONGEST_NAME = 40
_OWN_WORDS = rf"(?i)^({OTHERS})\b.{{0,30}}$"
"""How the box is called in whose column people write what else they would answer."""
_NOT_TICKED = r"^-\d+$"
"""What Qualtrics writes for a box that was seen and not ticked: -99."""


def boxes(
    names: Sequence[str], columns: Iterable[str], body: pl.DataFrame, texts: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """The questions with a column for each answer, as a note has them; `texts` are the headings of columns as they were put.

    A column is a box where its name says so; where its cells are marks and the question has a column that lists its answers; or
    where its cells hold nothing but the answer. A column beside boxes for an answer of one's own is one of them.
    """
    there = set(columns)
    found: dict[str, dict[str, str]] = {}
    for name in names:
        given = set(body[AT + name].drop_nulls().cast(pl.String()).str.strip_chars().unique())
        behind = [rf"^(?P<question>.+?){_BEFORE_ANSWER}(?P<answer>{re.escape(cell)})[])]?$" for cell in given]
        for place, stem in enumerate((*_STEMS, *behind) if len(given) == 1 else _STEMS):
            match = re.match(stem, name)
            if match is None or not given:
                continue
            is_marked = {cell.lower() for cell in given} <= _MARKS
            if given == {match["answer"]} or (is_marked and (place < _WITHOUT_SUMMARY or match["question"] in there)):
                found.setdefault(match["question"], {})[name] = match["answer"]
                break
    for name in names:
        for match in filter(None, (re.match(stem, name) for stem in _STEMS)):
            if match["question"] in found and re.match(_OWN_WORDS, match["answer"]):
                found[match["question"]].setdefault(name, match["answer"])
    questions: dict[str, dict[str, Any]] = {
        question: {"kind": "multiple", "columns": list(answers), "labels": answers}
        for question, answers in found.items()
        if len(answers) > 1
    }
    taken = {name for note in questions.values() for name in note["columns"]}
    left = [name for name in names if name not in taken]
    for run in _ticked_alone(left, body):
        stems = {re.sub(_NUMBER, "", name) for name in run}
        question = stems.pop() if len(stems) == 1 else " / ".join(run)[:_LONGEST_NAME]
        behind = left[left.index(run[-1]) + 1 :][:1] if not _is_marked(run[0], body) else []
        of_own = [name for name in behind if re.match(_OWN_WORDS, name)]
        labels = own_parts({name: texts[name] for name in run}) if texts.keys() >= {*run} else {}
        questions[question if question not in there else " / ".join(run)[:_LONGEST_NAME]] = {
            "kind": "multiple",
            "columns": [*run, *of_own],
        } | ({"labels": labels} if labels else {})
    return questions


def own_parts(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts without the words with which all of them begin."""
    first, *others = (text.split() for text in texts.values())
    shared = next((n for n, word in enumerate(first) if any(other[n : n + 1] != [word] for other in others)), 0)
    return {name: " ".join(text.split()[shared:]) or text for name, text in texts.items()}


def _given(name: str, body: pl.DataFrame) -> list[str]:
    return [cell for cell in body[AT + name].drop_nulls().unique().cast(pl.String()) if not re.match(_NOT_TICKED, cell)]


def _is_marked(name: str, body: pl.DataFrame) -> bool:
    """Whether a column holds one mark alone, and its name ends in a number."""
    given = _given(name, body)
    return len(given) == 1 and given[0].lower() in _TICKS and re.search(_NUMBER, name) is not None


def _ticked_alone(names: Sequence[str], body: pl.DataFrame) -> list[tuple[str, ...]]:
    """Runs of columns of which each holds nothing but its own name, or nothing but a mark and their names differ in a number."""
    runs: list[tuple[str, ...]] = [()]
    before: tuple[str, str] | None = None
    for name in names:
        given = _given(name, body)
        stem = re.sub(_NUMBER, "", name)
        kind = ("", "") if given == [name] else (stem, given[0]) if _is_marked(name, body) else None
        runs = [*runs[:-1], (*runs[-1], name)] if kind and kind == before else [*runs, (name,) if kind else ()]
        before = kind
    return [run for run in runs if len(run) > 1]
