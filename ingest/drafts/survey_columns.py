"""The draft of a survey export that a format has laid out: what each of its columns is.

Which formats may read a file, and the files that are no survey, are for `survey`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from ingest.drafts.draft import Draft, Given
from ingest.drafts.head import Head, quoted
from ingest.drafts.survey_refusals import require_one_wave
from ingest.drafts.survey_samples import (
    by_column,
    by_weight,
    numbered_alike,
    of_completed,
    segments_of,
    survey_of,
    wave_of,
)
from ingest.drafts.survey_ticks import boxes
from ingest.drafts.survey_words import (
    DATES,
    ID,
    ID_AT_END,
    MOST_SEGMENT,
    PERIOD,
    QUESTION,
    TOOK,
    WAVE,
    are_ages,
    are_days,
    are_groups,
    are_of_a_register,
    are_times,
    design_of,
    is_choice,
    is_open,
    is_personal,
    marks_a_quiz,
    may_say_who_ended,
    weights_of,
)
from ingest.formats.date_order import decide_date_order
from ingest.formats.survey import google_forms, survey_csv
from ingest.formats.survey.survey_export import Layout, SurveyExport, closed_questions
from ingest.formats.survey.survey_multiple import inseparable, mark_between
from ingest.formats.survey.survey_variables import AT
from ingest.instants import parse_instant
from ingest.source import DeliveryError

_UTC = ZoneInfo("UTC")
_MOST_BITS = 2
"""More columns of 0 and 1 than that may be the boxes of one question."""
_MANY_PEOPLE, _FEW_COLUMNS = 10, 3
_OF_A_FORM = "_complete"
"""How REDCap calls the columns that say how far each form came."""
_CODES_OF_REDCAP = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}


@dataclass(frozen=True)
class _Export:
    """A table with its header rows taken away."""

    file: str
    layout: Layout
    body: pl.DataFrame

    @cached_property
    def columns(self) -> list[str]:
        """The columns that are not blank."""
        return [name for name in self.layout.columns if self.cells(name).null_count() != self.body.height]

    def cells(self, name: str) -> pl.Series:
        """What stands in a column."""
        return self.body[AT + name]

    def text(self, name: str) -> str:
        """The question as it was put, else the name of its column."""
        return self.layout.texts.get(name, name)


@dataclass(frozen=True)
class _Asked:
    """What people were asked: segments, questions as a note has them, columns that are boxes to tick, and columns of ages."""

    segments: Mapping[str, str]
    questions: Mapping[str, Any]
    boxes: frozenset[str]
    ages: Sequence[str]


def draft_of(
    head: Head, given: Given, form: SurveyExport, why: str, layout: Layout, body: pl.DataFrame
) -> Draft | None:
    """The draft of an export; None where it asks nothing, or lists who came on which day."""
    export, is_generic = _Export(head.path.name, layout, body), form is survey_csv.FORMAT
    columns = export.columns
    options, remarks, asks = wave_of(head, given, _fieldwork(export, given))
    personal = {name for name in columns if name in layout.personal or is_personal(name, export.cells(name))}
    apart = personal | layout.technical
    left = [name for name in columns if name not in apart and not _is_about_an_interview(export, name)]
    group = None
    if is_generic:
        ids, options["respondent_id"], group = _ids(export, left)
        if ids and options["respondent_id"] is None:
            remarks["options", "respondent_id"] = (
                f"{ids[0]!r} has the same value in many rows: each row counts as a person"
            )
        left = [name for name in left if name not in ids]
        personal -= {options["respondent_id"]}
    for name in left:
        if re.match(WAVE, name):
            require_one_wave(export.file, name, export.cells(name).drop_nulls().n_unique())
            options["survey"] = survey_of(options["survey"], given, export.cells(name))
    weights = weights_of(left, {name: export.cells(name) for name in columns})
    options["samples"], remark = _samples(export, weights, group)
    ended: list[str] = []
    if is_generic:
        options["samples"], ended, told = _completed(options["samples"], export, left)
        remark = told or remark
    if remark:
        remarks["options", "samples"] = remark
    design = design_of(left, weights)
    by_sample = {column for sample in options["samples"].values() for column in sample.get("where", ())}
    asked = _asked(export, [name for name in left if name not in {*weights, *design.values()}], by_sample)
    if not asked.questions or _is_a_register(export, asked, personal):
        return None
    options |= {"design": design} if design else {}
    options |= {"segments": asked.segments} if asked.segments else {}
    options["questions"] = asked.questions
    if len(bits := _bits(export, asked)) > _MOST_BITS:
        remarks["options", "questions"] = (
            f"each column of 0 and 1 is a question; boxes of one are {{kind: multiple, columns: [...]}}: {quoted(bits)}"
        )
    mine = {*asked.questions, *asked.segments.values()}
    placing = {*weights, *design.values(), *by_sample, options.get("respondent_id"), layout.respondent_id}
    drop = [name for name in layout.columns if name not in mine | asked.boxes | placing | _spread(layout)]
    if drop:
        options["drop"] = drop
        remarks["options", "drop"] = "free text, who people are, dates and numbers: never leave landing"
        if asked.ages:
            remarks["options", "drop"] += f"; ages in years group nobody: band {quoted([*asked.ages])} in the file"
    why = f"{why}; questions: {quoted([name for name in columns if name in mine])}"
    are_questions = any(re.search(QUESTION, heading) for heading in (*columns, *layout.texts.values()))
    is_proven = options.get("respondent_id") or weights or design or are_questions
    if is_generic and given.source is None and not is_proven:
        asks = ("source", *asks)
    return Draft("survey", form.name, why, options, remarks, asks, is_generic, is_part=bool(ended))


def _is_about_an_interview(export: _Export, name: str) -> bool:
    """Whether a column says when people answered, or how long it took."""
    heading, cells = f"{name} {export.layout.texts.get(name, '')}", export.cells(name)
    return bool(re.match(DATES, name) or re.match(TOOK, name)) or are_times(cells) or are_days(heading, cells)


def _ids(export: _Export, left: Sequence[str]) -> tuple[list[str], str | None, str | None]:
    """The columns of ids, the one of them that tells respondents apart, and the column whose groups number their people alike.

    Raises DeliveryError as `numbered_alike` does.
    """
    cells = {name: export.cells(name) for name in export.columns}
    ids = [name for name in cells if re.match(ID, name)] or [name for name in cells if re.match(ID_AT_END, name)]
    others = {name: of for name, of in cells.items() if name not in ids and (name in left or re.match(PERIOD, name))}
    group = numbered_alike(export.file, cells[ids[0]], others) if ids else None
    for name in () if ids else _may_be_people(cells, export.body.height):
        numbered_alike(export.file, cells[name], {other: of for other, of in others.items() if other != name})
    most = [name for name in ids if group or cells[name].drop_nulls().n_unique() * 2 >= export.body.height]
    return ids, next(iter(most), None), group


def _may_be_people(cells: Mapping[str, pl.Series], rows: int) -> list[str]:
    """The first columns of many values that all stand in several rows."""
    return [name for name, of in cells.items() if _MANY_PEOPLE <= of.n_unique() <= rows / 2][:_FEW_COLUMNS]


def _samples(export: _Export, weights: Sequence[str], group: str | None) -> tuple[dict[str, Any], str | None]:
    """A sample for each weight, or for each group that numbers its people anew, and what to say of it."""
    if group is None or len(weights) > 1:
        return by_weight(weights), None
    samples = by_column(weights[0] if weights else None, group, export.cells(group), {})
    return samples, "one for each value of the column, since the same ids stand in several"


def _completed(
    samples: dict[str, Any], export: _Export, left: Sequence[str]
) -> tuple[dict[str, Any], list[str], str | None]:
    """The samples of those who came to the end, the columns that say so, and what to say of it.

    Of several forms, each with a column of its own, the columns do not say which of them counts.
    """
    forms = [name for name in left if name.endswith(_OF_A_FORM)]
    told_by = [name for name in left if name not in forms or len(forms) == 1]
    words = {name: export.cells(name).drop_nulls().cast(pl.String()).unique().sort() for name in told_by}
    is_of_redcap = "record_id" in export.columns
    known = {name: _CODES_OF_REDCAP if is_of_redcap and name in forms else {} for name in told_by}
    answers = {name: {code: known[name].get(code, code) for code in of} for name, of in words.items()}
    samples, ended = of_completed(samples, answers)
    told = [f"those who came to the end, as {quoted(ended)} says"] if ended else []
    coded = [name for name in left if name not in ended and may_say_who_ended(name, export.cells(name))]
    if coded:
        told.append(
            f"{quoted(coded)} may say who came to the end: then name its codes or words, as in where: {{{coded[0]}: ['1']}}"
        )
    return samples, ended, "; ".join(told) or None


def _asked(export: _Export, left: Sequence[str], by_sample: set[str]) -> _Asked:
    """What is asked in the columns that are left; those by which samples are told are no questions."""
    layout = export.layout
    left = [name for name in left if not marks_a_quiz(name, export.cells(name), export.columns)]
    left = [name for name in left if not is_open(export.text(name), export.cells(name))]
    marks = (layout.separator, *layout.marks)
    lists = {name: mark_between(export.cells(name), marks) for name in left}
    alone = [name for name in left if name not in _spread(layout)]
    ages = [name for name in alone if are_ages(export.text(name), export.cells(name))]
    single = {name for name in closed_questions(export.body, alone, marks) if is_choice(export.cells(name))}
    closed = [name for name in alone if (lists[name] or name in single) and name not in {*by_sample, *ages}]
    few = [name for name in closed if export.cells(name).n_unique() <= MOST_SEGMENT]
    more = [name for name in left if name not in {*closed, *by_sample} and are_groups(export.cells(name))]
    segments = segments_of({name: layout.texts.get(name) for name in (*few, *more)})
    left = [name for name in left if name not in segments.values()]
    ticked = {} if _spread(layout) else boxes(left, export.columns, export.body, layout.texts)
    own = frozenset(column for note in ticked.values() for column in note["columns"])
    questions = _questions(export, {name: lists[name] for name in closed if name in left})
    return _Asked(segments, {name: note for name, note in questions.items() if name not in own} | ticked, own, ages)


def _questions(export: _Export, marks: Mapping[str, str | None]) -> dict[str, Any]:
    """What the note says of closed questions, each with the mark between its answers, and of those that are spread over columns."""
    layout = export.layout
    questions: dict[str, Any] = {name: {} for name in (*marks, *layout.spread)}
    for name, mark in marks.items():
        separator = {"separator": mark} if mark != layout.separator else {}
        if mark and not layout.reads_lists:
            questions[name] = {"kind": "multiple"} | separator
        if mark and (whole := inseparable(export.cells(name), mark)):
            questions[name] = {"options": list(whole)} | separator
    return questions


def _spread(layout: Layout) -> set[str]:
    """The columns of questions that have one for each answer."""
    return {column for spread in layout.spread.values() for column in spread.labels}


def _is_a_register(export: _Export, asked: _Asked, personal: set[str]) -> bool:
    """Whether a table lists names, with a word or a mark for each day that somebody came."""
    if all(name in export.columns and are_of_a_register(export.cells(name)) for name in asked.questions):
        return True
    return bool(personal and asked.boxes) and asked.boxes >= {*export.columns} - personal


def _bits(export: _Export, asked: _Asked) -> list[str]:
    """The questions of one column that hold 0 and 1."""
    return [
        name
        for name in export.columns
        if name in asked.questions and {*export.cells(name).drop_nulls().cast(pl.String())} == {"0", "1"}
    ]


def _fieldwork(export: _Export, given: Given) -> tuple[str, str] | None:
    """The first and the last day in the columns that say when people answered, where they prove their order of day and month."""
    dated = [
        name
        for name in export.columns
        if re.match(DATES, name.rpartition("/")[2]) or name.lower() in google_forms.TIMESTAMPS
    ]
    dated = dated or [name for name in export.columns if are_times(export.cells(name))]
    if not dated:
        return None
    written = export.body.select(*(pl.col(AT + name).cast(pl.String()) for name in dated), "file", "line")
    try:
        order = given.date_order or decide_date_order(written, {AT + name: name for name in dated}, None)
    except DeliveryError:
        return None
    days: list[str] = []
    for name in dated:
        cells = written[AT + name].drop_nulls()
        read = cells.to_frame().select(parse_instant(pl.all(), _UTC, order).struct.field("at")).to_series()
        if read.len() and read.null_count() * 10 <= read.len():
            days += read.drop_nulls().dt.strftime("%Y-%m-%d").to_list()
    return (min(days), max(days)) if days else None
