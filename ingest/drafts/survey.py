"""Drafts for survey exports: which columns place a respondent, which are closed questions, which never leave landing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from ingest.drafts import survey_spss
from ingest.drafts.draft import Draft, Given
from ingest.drafts.head import Head, quoted
from ingest.drafts.survey_missing import may_be_missing, missing_codes
from ingest.drafts.survey_refusals import (
    below_others,
    is_header,
    require_header,
    require_header_on_top,
    require_names,
    require_no_counts,
    require_no_repeats,
    require_once,
    require_one_wave,
    require_people,
)
from ingest.drafts.survey_samples import (
    by_column,
    by_file,
    by_weight,
    numbered_alike,
    of_completed,
    segments_of,
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
    are_groups,
    are_in_two_languages,
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
from ingest.formats.records import reject
from ingest.formats.survey import google_forms, kobo_csv, limesurvey_csv, qualtrics_csv, survey_csv, surveymonkey_csv
from ingest.formats.survey.survey_export import Layout, SurveyExport, closed_questions, without_no_value
from ingest.formats.survey.survey_multiple import inseparable, mark_between
from ingest.formats.survey.survey_options import ExportOptions
from ingest.formats.survey.survey_sheet import Sheet, require_one_header, workbook
from ingest.formats.survey.survey_variables import AT
from ingest.formats.text_file import first_lines, positions, read_table
from ingest.formats.workbook import is_workbook, require_one_table, rows_behind
from ingest.instants import parse_instant
from ingest.reasons import Reason
from ingest.source import DeliveryError, Parsed

STAND_IN = ("2000-01-01", "2000-01-01")
"""Fieldwork to try a file with where nobody has said when it was."""

_UTC = ZoneInfo("UTC")
_PRODUCTS: tuple[tuple[SurveyExport, str], ...] = (
    (qualtrics_csv.FORMAT, "it has the header rows of a Qualtrics export"),
    (surveymonkey_csv.FORMAT, "it has the second header row of a SurveyMonkey export"),
    (limesurvey_csv.FORMAT, "it has the columns of a LimeSurvey export"),
    (kobo_csv.FORMAT, "it has the columns of a Kobo export"),
    (google_forms.FORMAT, "it begins with the column of times of a Google form"),
    (survey_csv.FORMAT, "it has closed questions in its columns and a row a respondent"),
)
_TWICE = " | in two languages, each answer counts apart: write both alike in the file"
_FEWEST_COLUMNS, _SHOWN_ANSWERS = 2, 8
_MANY_PEOPLE, _FEW_COLUMNS = 10, 3
_OF_A_FORM = "_complete"
"""How REDCap calls the columns that say how far each form came."""


def drafts(head: Head, given: Given) -> Iterator[Draft]:
    """What a survey export may be: each product's reader says whether its header rows are there.

    Raises DeliveryError where it is none because its rows are results, or its columns have one name.
    """
    if head.kind == "spss":
        yield survey_spss.draft(head, given)
    elif head.kind == "triple_s":
        options, remarks, asks = wave_of(head, given, None)
        yield Draft(
            "survey", "triple_s", "it is a Triple-S description; the data stand beside it", options, remarks, asks
        )
    elif (sheet := _sheet(head)) is not None:
        require_people(sheet)
        require_no_repeats(sheet)
        require_once(sheet)
        require_no_counts(sheet)
        require_header(sheet)
        is_any = False
        for form, why in _PRODUCTS:
            options, _, _ = wave_of(head, given, None)
            try:
                layout = form.lay_out(sheet, ExportOptions.model_validate(_with_stand_in(options)))
                names = [AT + column for column in layout.columns]
                body = sheet.body(layout.header_rows, names).select(
                    pl.exclude("line"), pl.lit(head.path.name).alias("file"), "line"
                )
                body = body.with_columns(without_no_value(body[name], layout.no_value) for name in names)
            except (DeliveryError, pl.exceptions.DuplicateError):
                continue
            if form is survey_csv.FORMAT:
                if not is_header(sheet.header(0)):
                    continue
                require_header_on_top(sheet)
                require_one_header(sheet)
                body, _ = reject(body, layout.nobody)
            if (draft := _export(head, given, form, why, layout, body)) is not None:
                is_any = True
                yield replace(draft, remarks={**draft.remarks, **_unread(head)})
        names = sheet.header(0) if sheet.height else []
        if not is_any and is_header(names):
            positions(names, sheet.width, {name: name for name in names if name}, sheet.name)
        if not is_any:
            require_names(sheet)
            require_header_on_top(sheet)
            require_one_header(sheet)
            if is_workbook(head.path.name):
                require_one_table(head.path.name, head.path.read_bytes())
            _require_no_wider(head, sheet.width)
    else:
        _require_no_wider(head, _FEWEST_COLUMNS)


def _require_no_wider(head: Head, width: int) -> None:
    """Raise DeliveryError where a line below the first names more columns than that."""
    for line, cells in first_lines(head.text) if head.text is not None and head.kind == "table" else ():
        if len(cells) > width and line > 1 and is_header(cells):
            raise DeliveryError(below_others(head.path.name, line))


def proposed(draft: Draft, parsed: Parsed) -> Draft:
    """The draft with every question that was found, its answers in order, and missing codes by their labels.

    Files that number their people alike are samples of their own.
    """
    options, remarks, questions = dict(draft.options), dict(draft.remarks), parsed.tables["survey_questions"]
    if len(files := _files(parsed)) > 1 and len(options.get("samples", {})) == 1 and _are_numbered_alike(parsed):
        options["samples"] = by_file(options["samples"], files)
        remarks["options", "samples"] = "one for each file, since the same ids stand in several; give each its country"
    noted = dict(options.get("questions", {}))
    found = questions.select("question_code", "question_text", "answers").rows()
    stated = noted | missing_codes({code: (answers, noted.get(code, {})) for code, _, answers in found})
    for code, text, answers in found:
        shown = [one["answer_label"] or one["answer_code"] for one in answers[:_SHOWN_ANSWERS]]
        more = ", ..." if len(answers) > _SHOWN_ANSWERS else ""
        asked = f"{text[:80]} | " if text and text != code else ""
        told = [] if "missing" in stated[code] else may_be_missing(answers)
        aside = f" | {', '.join(told)} may be no answer: then put it under missing or not_asked" if told else ""
        aside += _TWICE if are_in_two_languages([one["answer_label"] or one["answer_code"] for one in answers]) else ""
        remarks["options", "questions", code] = asked + " / ".join(label[:40] for label in shown) + more + aside
    return replace(draft, options=options | {"questions": stated}, remarks=remarks)


def _files(parsed: Parsed) -> list[str]:
    """The files that people stand in, those of archives too."""
    named = [parsed.tables["survey_respondents"]["file"], parsed.rejected["file"]]
    return pl.concat(named).drop_nulls().unique().sort().to_list()


def _are_numbered_alike(parsed: Parsed) -> bool:
    return bool((parsed.rejected["reason"] == Reason.CONFLICTING_KEY).any())


def _with_stand_in(options: dict[str, Any]) -> dict[str, Any]:
    return options | {"survey": {"fieldwork_from": STAND_IN[0], "fieldwork_to": STAND_IN[1]} | options["survey"]}


def _sheet(head: Head) -> Sheet | None:
    if is_workbook(head.path.name):
        return workbook(head.path)
    if head.kind != "table" or head.text is None:
        return None
    try:
        table = read_table(head.text, has_header=False)
    except DeliveryError:
        return None
    return Sheet.of_rows(head.path.name, table.rows.drop("file"), table.rejected) if table.rows.width > 3 else None


def _export(head: Head, given: Given, form: SurveyExport, why: str, layout: Layout, body: pl.DataFrame) -> Draft | None:
    columns = [name for name in layout.columns if body[AT + name].null_count() != body.height]
    personal = [name for name in columns if name in layout.personal or is_personal(name, body[AT + name])]
    options, remarks, asks = wave_of(head, given, _fieldwork(body, columns, given))
    left = [name for name in columns if name not in {*personal, *layout.technical} and not re.match(DATES, name)]
    left = [name for name in left if not are_times(body[AT + name]) and not re.match(TOOK, name)]
    is_generic, group = form is survey_csv.FORMAT, None
    if is_generic:
        ids, options["respondent_id"], group = _ids(head.path.name, body, columns, left)
        if ids and options["respondent_id"] is None:
            remarks["options", "respondent_id"] = (
                f"{ids[0]!r} has the same value in many rows: each row counts as a person"
            )
        left = [name for name in left if name not in ids]
        personal = [name for name in personal if name != options["respondent_id"]]
    for name in left:
        if re.match(WAVE, name):
            require_one_wave(head.path.name, name, body[AT + name].drop_nulls().n_unique())
    weights = weights_of(left, {name: body[AT + name] for name in columns})
    options["samples"], remark = by_weight(weights), None
    if group and len(weights) <= 1:
        options["samples"] = by_column(weights[0] if weights else None, group, body[AT + group], {})
        remark = "one for each value of the column, since the same ids stand in several"
    ended: list[str] = []
    if is_generic:
        options["samples"], ended, told = _completed(options["samples"], body, left)
        remark = told or remark
    if remark:
        remarks["options", "samples"] = remark
    design = design_of(left, weights)
    if design:
        options["design"] = design
    left = [
        name
        for name in left
        if name not in {*weights, *design.values()} and not marks_a_quiz(name, body[AT + name], columns)
    ]
    apart = {column for spread in layout.spread.values() for column in spread.labels}
    left = [name for name in left if not is_open(layout.texts.get(name, name), body[AT + name])]
    marks = (layout.separator, *layout.marks)
    lists = {name: mark_between(body[AT + name], marks) for name in left}
    single = closed_questions(body, [name for name in left if name not in apart], marks)
    closed = [
        name for name in left if name not in apart and (lists[name] or (name in single and is_choice(body[AT + name])))
    ]
    by_sample = {column for sample in options["samples"].values() for column in sample.get("where", ())}
    ages = [name for name in left if name not in apart and are_ages(layout.texts.get(name, name), body[AT + name])]
    closed = [name for name in closed if name not in {*by_sample, *ages}]
    few = [name for name in closed if body[AT + name].n_unique() <= MOST_SEGMENT]
    more = [name for name in left if name not in {*closed, *by_sample} and are_groups(body[AT + name])]
    segments = segments_of({name: layout.texts.get(name) for name in (*few, *more)})
    if segments:
        options["segments"] = segments
        closed = [name for name in closed if name not in segments.values()]
    questions = _questions(layout, body, {name: lists[name] for name in closed})
    ticked = {} if apart else boxes([name for name in left if name not in segments.values()], columns, body)
    own = {column for note in ticked.values() for column in note["columns"]}
    questions = {name: note for name, note in questions.items() if name not in own} | ticked
    # A list of names with a mark or a word for each day that somebody came is no survey.
    are_all = all(name in columns and are_of_a_register(body[AT + name]) for name in questions)
    if not questions or are_all or (personal and own and own >= {*columns} - {*personal}):
        return None
    options["questions"] = questions
    bits = [
        name for name in closed if name in questions and {*body[AT + name].drop_nulls().cast(pl.String())} == {"0", "1"}
    ]
    if len(bits) > _FEWEST_COLUMNS:
        remarks["options", "questions"] = (
            f"each column of 0 and 1 is a question; boxes of one are {{kind: multiple, columns: [...]}}: {quoted(bits)}"
        )
    used = {
        *questions,
        *apart,
        *own,
        *weights,
        *design.values(),
        *by_sample,
        *segments.values(),
        options.get("respondent_id"),
        layout.respondent_id,
    }
    drop = [name for name in layout.columns if name not in used]
    if drop:
        options["drop"] = drop
        remarks["options", "drop"] = "free text, who people are, dates and numbers: never leave landing"
        if ages:
            remarks["options", "drop"] += f"; ages in years group nobody: band {quoted(ages)} in the file"
    mine = {*questions} | {*segments.values()}
    shown = [name for name in columns if name in mine]
    why = f"{why}; questions: {quoted(shown)}"
    asked = any(re.search(QUESTION, heading) for heading in (*columns, *layout.texts.values()))
    is_proven = options.get("respondent_id") or weights or design or asked
    if is_generic and given.source is None and not is_proven:
        asks = ("source", *asks)
    return Draft("survey", form.name, why, options, remarks, asks, is_generic, is_part=bool(ended))


def _ids(
    file_name: str, body: pl.DataFrame, columns: list[str], left: list[str]
) -> tuple[list[str], str | None, str | None]:
    """The columns of ids, the one of them that tells respondents apart, and the column whose groups number their people alike.

    Raises DeliveryError as `numbered_alike` does.
    """
    ids = [name for name in columns if re.match(ID, name)] or [name for name in columns if re.match(ID_AT_END, name)]
    others = {name: body[AT + name] for name in columns if name not in ids and (name in left or re.match(PERIOD, name))}
    group = numbered_alike(file_name, body[AT + ids[0]], others) if ids else None
    for name in () if ids else _may_be_people({name: body[AT + name] for name in columns}, body.height):
        numbered_alike(file_name, body[AT + name], {of: cells for of, cells in others.items() if of != name})
    most = [name for name in ids if group or body[AT + name].drop_nulls().n_unique() * 2 >= body.height]
    return ids, next(iter(most), None), group


def _completed(
    samples: dict[str, Any], body: pl.DataFrame, left: list[str]
) -> tuple[dict[str, Any], list[str], str | None]:
    """The samples of those who came to the end, the columns that say so, and what to say of it.

    Of several forms, each with a column of its own, the columns do not say which of them counts.
    """
    forms = [name for name in left if name.endswith(_OF_A_FORM)]
    told_by = [name for name in left if name not in forms or len(forms) == 1]
    words = {name: body[AT + name].drop_nulls().cast(pl.String()).unique().sort() for name in told_by}
    samples, ended = of_completed(samples, {name: dict(zip(of, of, strict=True)) for name, of in words.items()})
    if ended:
        return samples, ended, f"those who came to the end, as {quoted(ended)} says"
    coded = [name for name in left if may_say_who_ended(name, body[AT + name])]
    if coded:
        told = f"{quoted(coded)} may say who came to the end: then name its codes or words, as in where: {{{coded[0]}: ['1']}}"
        return samples, ended, told
    return samples, ended, None


def _questions(layout: Layout, body: pl.DataFrame, marks: Mapping[str, str | None]) -> dict[str, Any]:
    """What the note says of closed questions, each with the mark between its answers, and of those that are spread over columns."""
    questions: dict[str, Any] = {name: {} for name in (*marks, *layout.spread)}
    for name, mark in marks.items():
        separator = {"separator": mark} if mark != layout.separator else {}
        if mark and not layout.reads_lists:
            questions[name] = {"kind": "multiple"} | separator
        if mark and (whole := inseparable(body[AT + name], mark)):
            questions[name] = {"options": list(whole)} | separator
    return questions


def _unread(head: Head) -> dict[tuple[str, ...], str]:
    """A remark on the sheets of a workbook that nobody reads."""
    if not is_workbook(head.path.name):
        return {}
    behind = ", ".join(
        f"{number} ({rows:,} rows)" for number, rows in rows_behind(head.path.name, head.path.read_bytes())
    )
    return {("files",): f"the first sheet is read; not read are the sheets {behind}"} if behind else {}


def _may_be_people(cells: Mapping[str, pl.Series], rows: int) -> list[str]:
    """The first columns of many values that all stand in several rows."""
    return [name for name, of in cells.items() if _MANY_PEOPLE <= of.n_unique() <= rows / 2][:_FEW_COLUMNS]


def _fieldwork(body: pl.DataFrame, columns: list[str], given: Given) -> tuple[str, str] | None:
    """The first and the last day in the columns that say when people answered, where they prove their order of day and month."""
    dated = [
        name for name in columns if re.match(DATES, name.rpartition("/")[2]) or name.lower() in google_forms.TIMESTAMPS
    ]
    dated = dated or [name for name in columns if are_times(body[AT + name])]
    if not dated:
        return None
    written = body.select(*(pl.col(AT + name).cast(pl.String()) for name in dated), "file", "line")
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
