"""Drafts for surveys: which formats may read a file, which files are none, and what is said of the questions that were read.

What the columns of an export are is for `survey_columns`, what the variables of an SPSS file are for `survey_spss`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from ingest.drafts import survey_spss
from ingest.drafts.draft import Draft, Given
from ingest.drafts.head import Head
from ingest.drafts.survey_columns import draft_of
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
    require_people,
)
from ingest.drafts.survey_samples import by_file, wave_of
from ingest.drafts.survey_words import are_in_two_languages
from ingest.formats.records import reject
from ingest.formats.survey import google_forms, kobo_csv, limesurvey_csv, qualtrics_csv, survey_csv, surveymonkey_csv
from ingest.formats.survey.survey_export import SurveyExport, without_no_value
from ingest.formats.survey.survey_options import ExportOptions
from ingest.formats.survey.survey_sheet import Sheet, require_one_header, workbook
from ingest.formats.survey.survey_variables import AT
from ingest.formats.text_file import first_lines, positions, read_table
from ingest.formats.workbook import is_workbook, require_one_table, rows_behind
from ingest.reasons import Reason
from ingest.source import DeliveryError, Parsed

_FIELDWORK = {"fieldwork_from": "2000-01-01", "fieldwork_to": "2000-01-01"}
"""Stands in while nobody has said when it was."""

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
        for draft in _of_sheet(head, sheet, given):
            is_any = True
            yield replace(draft, remarks={**draft.remarks, **_unread(head)})
        if not is_any:
            _require_names(head, sheet)
    else:
        _require_no_wider(head, _FEWEST_COLUMNS)


def _of_sheet(head: Head, sheet: Sheet, given: Given) -> Iterator[Draft]:
    """A draft for each product whose reader finds its header rows, and that of a plain table."""
    named, _, _ = wave_of(head, given, None)
    options = ExportOptions.model_validate({"survey": _FIELDWORK | named["survey"]})
    for form, why in _PRODUCTS:
        try:
            layout = form.lay_out(sheet, options)
            names = [AT + column for column in layout.columns]
            file = pl.lit(head.path.name).alias("file")
            body = sheet.body(layout.header_rows, names).select(pl.exclude("line"), file, "line")
            body = body.with_columns(without_no_value(body[name], layout.no_value) for name in names)
        except (DeliveryError, pl.exceptions.DuplicateError):
            continue
        if form is survey_csv.FORMAT:
            if not is_header(sheet.header(0)):
                continue
            require_header_on_top(sheet)
            require_one_header(sheet)
            body, _ = reject(body, layout.nobody)
        if (draft := draft_of(head, given, form, why, layout, body)) is not None:
            yield draft


def _require_names(head: Head, sheet: Sheet) -> None:
    """Raise DeliveryError where the header of a sheet that fits no product is not one, or not in its first line."""
    names = sheet.header(0) if sheet.height else []
    if is_header(names):
        positions(names, sheet.width, {name: name for name in names if name}, sheet.name)
    require_names(sheet)
    require_header_on_top(sheet)
    require_one_header(sheet)
    if is_workbook(head.path.name):
        require_one_table(head.path.name, head.path.read_bytes())
    _require_no_wider(head, sheet.width)


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
    are_alike = (parsed.rejected["reason"] == Reason.CONFLICTING_KEY).any()
    if are_alike and len(files := _files(parsed)) > 1 and len(options.get("samples", {})) == 1:
        options["samples"] = by_file(options["samples"], files)
        remarks["options", "samples"] = "one for each file, since the same ids stand in several; give each its country"
    noted = dict(options.get("questions", {}))
    found = questions.select("question_code", "question_text", "answers").rows()
    stated = noted | missing_codes({code: (answers, noted.get(code, {})) for code, _, answers in found})
    for code in [code for code, note in stated.items() if "missing" in note and "missing" not in noted.get(code, {})]:
        beside = _given_beside_others(parsed, code)
        missing = [one for one in stated[code]["missing"] if one not in beside]
        stated[code] = {key: value for key, value in stated[code].items() if key != "missing"}
        stated[code] |= {"missing": missing} if missing else {}
    for code, text, answers in found:
        shown = [one["answer_label"] or one["answer_code"] for one in answers[:_SHOWN_ANSWERS]]
        more = ", ..." if len(answers) > _SHOWN_ANSWERS else ""
        asked = f"{text[:80]} | " if text and text != code else ""
        told = [] if "missing" in stated[code] else may_be_missing(answers)
        aside = f" | {', '.join(told)} may be no answer: then put it under missing or not_asked" if told else ""
        aside += _TWICE if are_in_two_languages([one["answer_label"] or one["answer_code"] for one in answers]) else ""
        remarks["options", "questions", code] = asked + " / ".join(label[:40] for label in shown) + more + aside
    return replace(draft, options=options | {"questions": stated}, remarks=remarks)


def _given_beside_others(parsed: Parsed, question: str) -> set[str]:
    """The codes that half of the people or more gave beside other answers to one question, as few do who give no answer."""
    codes = parsed.tables["survey_questions"].filter(question_code=question, kind="multiple")["codes"]
    called = {one["answer"]: one["answer_code"] for of in codes.drop_nulls() for one in of}
    given = parsed.tables["survey_answers"]["given"].drop_nulls()
    lists = [[called[number] for number in of if number in called] for of in (given if called else ())]
    beside, all_of = (
        Counter(code for of in lists if len(of) > 1 for code in of),
        Counter(code for of in lists for code in of),
    )
    return {code for code, times in beside.items() if 2 * times >= all_of[code]}


def _files(parsed: Parsed) -> list[str]:
    """The files that people stand in, those of archives too."""
    named = [parsed.tables["survey_respondents"]["file"], parsed.rejected["file"]]
    return pl.concat(named).drop_nulls().unique().sort().to_list()


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


def _unread(head: Head) -> dict[tuple[str, ...], str]:
    """A remark on the sheets of a workbook that nobody reads."""
    if not is_workbook(head.path.name):
        return {}
    behind = ", ".join(
        f"{number} ({rows:,} rows)" for number, rows in rows_behind(head.path.name, head.path.read_bytes())
    )
    return {("files",): f"the first sheet is read; not read are the sheets {behind}"} if behind else {}
