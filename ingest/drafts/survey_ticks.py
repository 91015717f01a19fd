"""Boxes to tick in a survey export: which columns are the answers of one question."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from ingest.formats.survey.survey_variables import AT

_STEMS = (
    r"^(?P<question>.+?)___(?P<answer>\w+)$",
    r"^(?P<question>.+?) *\(choice=(?P<answer>.+)\)$",
    r"^(?P<question>.+?) \((?P<answer>[^()]+)\)$",
    r"^(?P<answer>[^:]+): ?(?P<question>[^:]+)$",
    r"^(?P<question>.+)/(?P<answer>[^/]+)$",
)
"""How REDCap, Tally, Alchemer and Kobo write a question and one of its answers into the name of a column."""
_BEFORE_ANSWER = r"[\s:>/|_.\[(\u2013-]+"
"""Between a question and the answer that the cells of a column repeat."""
_WITHOUT_SUMMARY = 2
"""So many of the stems prove by themselves that the column is a box."""
_MARKS = frozenset({"0", "1", "true", "false", "checked", "unchecked"})
_TICKS = frozenset({"1", "x", "✓", "✔", "yes", "y", "true", "checked", "selected", "نعم", "evet", "oui", "ja"})
_NUMBER = r"[._ ]?[rac]?\d+$"
"""At the end of a name: which of the answers of its question a column stands for."""
_LONGEST_NAME = 40


def boxes(names: Sequence[str], columns: Iterable[str], body: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """The questions with a column for each answer, as a note has them.

    A column is a box where its name says so; where its cells are marks and the question has a column that lists its answers; or
    where its cells hold nothing but the answer.
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
    questions: dict[str, dict[str, Any]] = {
        question: {"kind": "multiple", "columns": list(answers), "labels": answers}
        for question, answers in found.items()
        if len(answers) > 1
    }
    taken = {name for note in questions.values() for name in note["columns"]}
    for run in _ticked_alone([name for name in names if name not in taken], body):
        stems = {re.sub(_NUMBER, "", name) for name in run}
        question = stems.pop() if len(stems) == 1 else " / ".join(run)[:_LONGEST_NAME]
        questions[question if question not in there else " / ".join(run)[:_LONGEST_NAME]] = {
            "kind": "multiple",
            "columns": list(run),
        }
    return questions


def _ticked_alone(names: Sequence[str], body: pl.DataFrame) -> list[tuple[str, ...]]:
    """Runs of columns of which each holds nothing but its own name, or nothing but a mark and their names differ in a number."""
    runs: list[tuple[str, ...]] = [()]
    before: tuple[str, str] | None = None
    for name in names:
        given = body[AT + name].drop_nulls().unique().cast(pl.String()).to_list()
        stem = re.sub(_NUMBER, "", name)
        is_mark = len(given) == 1 and given[0].lower() in _TICKS and stem != name
        kind = ("", "") if given == [name] else (stem, given[0]) if is_mark else None
        runs = [*runs[:-1], (*runs[-1], name)] if kind and kind == before else [*runs, (name,) if kind else ()]
        before = kind
    return [run for run in runs if len(run) > 1]
