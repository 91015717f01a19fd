"""Drafts for survey exports: which columns place a respondent, which are closed questions, which never leave landing."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from ingest.drafts.draft import Draft, Given
from ingest.drafts.head import Head, quoted
from ingest.drafts.survey_samples import as_key, by_file, by_weight
from ingest.drafts.survey_ticks import boxes
from ingest.drafts.survey_words import (
    DATES,
    DESIGN,
    ID,
    MISSING,
    MOST_NUMBERS,
    NOT_ASKED,
    SEGMENT,
    WAVE,
    WEIGHT,
    are_times,
    is_number,
    is_personal,
    weights_of,
)
from ingest.formats import (
    google_forms,
    kobo_csv,
    limesurvey_csv,
    qualtrics_csv,
    spss,
    survey_csv,
    surveymonkey_csv,
)
from ingest.formats.date_order import decide_date_order
from ingest.formats.survey_export import Layout, SurveyExport, closed_questions
from ingest.formats.survey_multiple import inseparable, is_list
from ingest.formats.survey_options import ExportOptions
from ingest.formats.survey_sheet import Sheet, workbook
from ingest.formats.survey_variables import AT, as_number
from ingest.formats.text_file import first_lines, is_plausible_header, positions, read_table
from ingest.formats.workbook import is_workbook
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
_OF_RESULTS = (
    r"(?i)^(answer|response|option|choice|category)([_ ]?(code|label|text|option|value))?$",
    r"(?i)(^|[_ ])(pct|percent(age)?|share|proportion|estimate)([_ ]|$)|%",
    r"(?i)(^|[_ ])(base|n|count|respondents|sample([_ ]size)?|total)([_ ]|$)",
)
_OF_ANSWERS = (
    r"(?i)^(question|item|variable)([_ ]?(id|code|text|label|name))?$",
    r"(?i)^(answer|response|value|score|rating)([_ ]?(code|text|label|option|value))?$",
)
_MOST_COLUMNS_OF_A_LONG_TABLE = 8
_FEWEST, _HIGHEST_HEADER, _FEWEST_COLUMNS = 5, 20, 2
_ENDS_OF_SCALE = r"(?<=[^\W\d_])[ ,(]+(0|1)[-\u2013](3|4|5|6|7|9|10)\)?$"
_LONGEST_SHOWN, _MOST_WORDS_OF_A_NAME = 40, 6
_MOST_COLUMNS_OF_A_LIST, _FEW = 4, 20
_MOST_SEGMENT, _SHOWN_ANSWERS, _NO_ANSWER = 30, 8, -7


def drafts(head: Head, given: Given) -> Iterator[Draft]:
    """What a survey export may be: each product's reader says whether its header rows are there.

    Raises DeliveryError where it is none because its rows are results, or its columns have one name.
    """
    if head.kind == "spss":
        yield _spss(head, given)
    elif head.kind == "triple_s":
        options, remarks, asks = _wave(head, given, None)
        yield Draft(
            "survey", "triple_s", "it is a Triple-S description; the data stand beside it", options, remarks, asks
        )
    elif (sheet := _sheet(head)) is not None:
        _require_people(sheet)
        _require_once(sheet)
        is_any = False
        for form, why in _PRODUCTS:
            options, _, _ = _wave(head, given, None)
            try:
                layout = form.lay_out(sheet, ExportOptions.model_validate(_with_stand_in(options)))
                names = [AT + column for column in layout.columns]
                body = sheet.body(layout.header_rows, names).select(
                    pl.exclude("line"), pl.lit(head.path.name).alias("file"), "line"
                )
            except (DeliveryError, pl.exceptions.DuplicateError):
                continue
            if form is survey_csv.FORMAT and not _is_header(sheet.header(0)):
                continue
            if (draft := _export(head, given, form, why, layout, body)) is not None:
                is_any = True
                yield draft
        names = sheet.header(0) if sheet.height else []
        if not is_any and _is_header(names):
            positions(names, sheet.width, {name: name for name in names if name}, sheet.name)
        if not is_any:
            _require_one_header(sheet)
    elif head.text is not None and head.kind == "table":
        for line, cells in first_lines(head.text):
            if len(cells) > _FEWEST_COLUMNS and line > 1 and _is_header(cells):
                raise DeliveryError(_below_others(head.text.name, line))


def _require_one_header(sheet: Sheet) -> None:
    """Raise DeliveryError where lines stand above the header, or a second header below it without which there are closed questions."""
    heads = [sheet.header(row) for row in range(min(_HIGHEST_HEADER, sheet.height))]
    whole = next((row for row, cells in enumerate(heads) if all(cells)), 0)
    if whole and sum(map(bool, heads[0])) * 2 <= sheet.width and _is_header(heads[whole]):
        raise DeliveryError(_below_others(sheet.name, sheet.rows["line"][whole - 1]))
    if len(heads) > 1 and not whole and _is_header(heads[0]) and _is_header(heads[1]):
        names = [AT + f"column {place}" for place in range(1, sheet.width + 1)]
        beside, below = (_choices(sheet.body(rows, names)) for rows in (1, 2))
        if below > beside:
            raise DeliveryError(
                f"{sheet.name}, line {sheet.rows['line'][0]}: found texts that stand in no other line, as a second header has, expected "
                "one header: delete that line; a question's text may stand in the note as options.questions.<column>.text"
            )


def _below_others(name: str, line: int) -> str:
    return f"{name}, line {line}: names the columns, and lines stand above it; expected the header in line 1: delete the lines above it"


def _require_people(sheet: Sheet) -> None:
    """Raise DeliveryError for a table whose rows are answers, with their shares or of one respondent each: they would count as people."""
    names = sheet.header(0) if sheet.height else []
    if all(any(re.search(pattern, name) for name in names) for pattern in _OF_RESULTS):
        raise DeliveryError(
            f"{sheet.name}, line 1: its columns are answers with their shares and bases, so it is a table of results; expected a row a "
            "respondent, from which shares, intervals and bases are worked out; ask for the answers of the respondents"
        )
    if len(names) <= _MOST_COLUMNS_OF_A_LONG_TABLE and all(
        any(re.search(pattern, name) for name in names) for pattern in _OF_ANSWERS
    ):
        raise DeliveryError(
            f"{sheet.name}, line 1: it has a column of questions and one of answers, so a row an answer; expected a row a respondent, "
            "with a column for each question; turn it (pivot), or export it so"
        )


def _require_once(sheet: Sheet) -> None:
    """Raise DeliveryError for a narrow table whose people have several rows each, as a list of joins and leaves has."""
    names = sheet.header(0) if sheet.height else []
    for place, name in enumerate(names if len(names) <= _MOST_COLUMNS_OF_A_LIST else ()):
        people = sheet.rows[:, place].drop_nulls().cast(pl.String())
        are_people = is_personal(name, people) and people.str.contains(r"[@ ]").sum() * 2 > people.len()
        if are_people and people.len() > _FEWEST and people.is_unique().sum() * _FEW < people.len():
            raise DeliveryError(
                f"{sheet.name}, line 1, column {place + 1}: found the same people in several rows each, expected a row a respondent; a "
                "list of who joined and left is a file of live sessions: write its format into a note"
            )


def _is_header(names: Sequence[str]) -> bool:
    """Whether a line names columns, of which some may be whole questions, with the ends of their scale, or the number of a row."""
    plain = [" ".join(name.replace(">>", " ").split()) for name in names]
    short = [
        name.rstrip(" ?؟.:*")
        for name in plain
        if len(name) < _LONGEST_SHOWN and len(name.split()) <= _MOST_WORDS_OF_A_NAME and name != "#"
    ]
    return is_plausible_header([re.sub(_ENDS_OF_SCALE, "", name) for name in short])


def proposed(draft: Draft, parsed: Parsed, files: Sequence[Path]) -> Draft:
    """The draft with every question that was found, its answers in order, and missing codes by their labels.

    Files that number their people alike are samples of their own.
    """
    options, remarks, questions = dict(draft.options), dict(draft.remarks), parsed.tables["survey_questions"]
    if len(files) > 1 and len(options.get("samples", {})) == 1 and _are_numbered_alike(parsed):
        options["samples"] = by_file(options["samples"], files)
        remarks["options", "samples"] = "one for each file, since the same ids stand in several; give each its country"
    stated: dict[str, Any] = dict(options.get("questions", {}))
    aside: dict[str, str] = {}
    for code, text, answers in questions.select("question_code", "question_text", "answers").iter_rows():
        note = dict(stated.get(code, {}))
        for key, pattern in (("missing", MISSING), ("not_asked", NOT_ASKED)):
            codes = [
                one["answer_code"] for one in answers if re.search(pattern, one["answer_label"] or one["answer_code"])
            ]
            note |= {key: codes} if codes and key not in note else {}
        if "missing" not in note and (codes := _far_below([one["answer_code"] for one in answers])):
            note["missing"] = codes
        stated[code] = note
        if "missing" not in note and (code_apart := _far_above([one["answer_code"] for one in answers])):
            aside[code] = f" | {code_apart} may be no answer: then put it under missing or not_asked"
        shown = [one["answer_label"] or one["answer_code"] for one in answers[:_SHOWN_ANSWERS]]
        more = ", ..." if len(answers) > _SHOWN_ANSWERS else ""
        asked = f"{text[:80]} | " if text and text != code else ""
        remarks["options", "questions", code] = (
            asked + " / ".join(label[:40] for label in shown) + more + aside.get(code, "")
        )
    return Draft(
        draft.source, draft.format, draft.why, options | {"questions": stated}, remarks, draft.asks, draft.generic
    )


def _are_numbered_alike(parsed: Parsed) -> bool:
    return bool((parsed.rejected["reason"] == Reason.CONFLICTING_KEY).any())


def _far_below(codes: list[str]) -> list[str]:
    """Negative codes such as -99 that lie further below 0 than any other above it: no answer on a scale."""
    known = {code: number for code in codes if (number := as_number(code)) is not None}
    highest = max((number for number in known.values() if number >= 0), default=0.0)
    return [code for code, number in known.items() if number <= _NO_ANSWER and -number > highest] if highest else []


def _far_above(codes: list[str]) -> str | None:
    """The code of nines or eights that stands far above the others, such as 99 on a scale to 5."""
    known = sorted((number, code) for code in codes if (number := as_number(code)) is not None)
    if len(known) < _FEWEST_COLUMNS + 1 or not re.fullmatch(r"9*[89]|8+|7+", known[-1][1]):
        return None
    return known[-1][1] if known[-1][0] > known[-2][0] + _FEWEST_COLUMNS else None


def _with_stand_in(options: dict[str, Any]) -> dict[str, Any]:
    return options | {"survey": {"fieldwork_from": STAND_IN[0], "fieldwork_to": STAND_IN[1]} | options["survey"]}


def _wave(
    head: Head, given: Given, found: tuple[str, str] | None
) -> tuple[dict[str, Any], dict[tuple[str, ...], str], tuple[str, ...]]:
    """The survey and the wave, as far as they are known, and whether the fieldwork is to be asked for."""
    fieldwork = given.fieldwork or found
    survey: dict[str, Any] = {"id": given.survey or head.stem, "wave": given.wave or "w1"}
    if fieldwork is not None:
        survey |= {"fieldwork_from": fieldwork[0], "fieldwork_to": fieldwork[1]}
    remarks: dict[tuple[str, ...], str] = {}
    if given.survey is None or given.wave is None:
        remarks["options", "survey"] = (
            "named after the file; the same id in every wave lets waves be compared (--survey, --wave)"
        )
    if given.fieldwork is None and found is not None:
        remarks["options", "survey", "fieldwork_from"] = "the first and the last day in the file's own dates"
    return {"survey": survey}, remarks, () if fieldwork else ("fieldwork",)


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
    options, remarks, asks = _wave(head, given, _fieldwork(body, columns, given))
    left = [name for name in columns if name not in {*personal, *layout.technical} and not re.match(DATES, name)]
    left = [name for name in left if not are_times(body[AT + name])]
    if form is survey_csv.FORMAT:
        ids = [name for name in columns if re.match(ID, name)]
        most = [name for name in ids if body[AT + name].drop_nulls().n_unique() * 2 >= body.height]
        options["respondent_id"] = next(iter(most), None)
        if ids and not most:
            remarks["options", "respondent_id"] = (
                f"{ids[0]!r} has the same value in many rows: each row counts as a person"
            )
        left = [name for name in left if name != options["respondent_id"]]
        personal = [name for name in personal if name != options["respondent_id"]]
    for name in left:
        if re.match(WAVE, name) and (waves := body[AT + name].drop_nulls().n_unique()) > 1:
            raise DeliveryError(
                f"{head.path.name}, column {name!r}: found {waves} waves, expected one a delivery, since each has its fieldwork; split the "
                "file by that column and add the parts with --survey and --wave"
            )
    weights = weights_of(left, {name: body[AT + name] for name in columns})
    options["samples"] = by_weight(weights)
    design = {part: name for part, pattern in DESIGN.items() for name in left if re.match(pattern, name)}
    if design:
        options["design"] = design
    left = [name for name in left if name not in {*weights, *design.values()}]
    apart = {column for spread in layout.spread.values() for column in spread.labels}
    closed = closed_questions(body, [name for name in left if name not in apart], layout.separator)
    closed = [name for name in closed if is_list(body[AT + name], layout.separator) or _is_choice(body[AT + name])]
    segments = {
        as_key(name): name for name in closed if re.match(SEGMENT, name) and body[AT + name].n_unique() <= _MOST_SEGMENT
    }
    if segments:
        options["segments"] = segments
        closed = [name for name in closed if name not in segments.values()]
    questions: dict[str, Any] = {name: {} for name in (*closed, *layout.spread)}
    for name in closed:
        if not layout.reads_lists and is_list(body[AT + name], layout.separator):
            questions[name] = {"kind": "multiple"}
        if is_list(body[AT + name], layout.separator) and (whole := inseparable(body[AT + name], layout.separator)):
            questions[name] = {"options": list(whole)}
    ticked = {} if apart else boxes([name for name in left if name not in segments.values()], columns, body)
    own = {column for note in ticked.values() for column in note["columns"]}
    questions = {name: note for name, note in questions.items() if name not in own} | ticked
    if not questions:
        return None
    options["questions"] = questions
    used = {
        *questions,
        *apart,
        *own,
        *weights,
        *design.values(),
        *segments.values(),
        options.get("respondent_id"),
        layout.respondent_id,
    }
    drop = [name for name in layout.columns if name not in used]
    if drop:
        options["drop"] = drop
        remarks["options", "drop"] = "free text, who people are, dates and numbers: never leave landing"
    mine = {*questions} | {*segments.values()}
    shown = [name for name in columns if name in mine]
    return Draft(
        "survey", form.name, f"{why}; questions: {quoted(shown)}", options, remarks, asks, form is survey_csv.FORMAT
    )


def _spss(head: Head, given: Given) -> Draft:
    options, remarks, asks = _wave(head, given, None)
    names = spss.variables_of(head.path)
    ids = [name for name in names if re.match(ID, name)]
    weights = [name for name, is_text in names.items() if re.match(WEIGHT, name) and not is_text]
    design = {part: name for part, pattern in DESIGN.items() for name in names if re.match(pattern, name)}
    options |= {"respondent_id": ids[0] if ids else None, "samples": by_weight(weights)} | (
        {"design": design} if design else {}
    )
    drop = [name for name, is_text in names.items() if is_text and name not in {*ids[:1], *design.values()}]
    if drop:
        options["drop"] = drop
        remarks["options", "drop"] = "text without labels: never leaves landing"
    if len(weights) > 1:
        remarks["options", "samples"] = "one for each weight; give each its country"
    return Draft("survey", "spss", f"it is an SPSS file of {len(names)} variables", options, remarks, asks)


def _fieldwork(body: pl.DataFrame, columns: list[str], given: Given) -> tuple[str, str] | None:
    """The first and the last day in the columns that say when people answered, where they prove their order of day and month."""
    dated = [
        name for name in columns if re.match(DATES, name.rpartition("/")[2]) or name.lower() in google_forms.TIMESTAMPS
    ]
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


def _choices(body: pl.DataFrame) -> set[str]:
    names = [name.removeprefix(AT) for name in body.columns if name.startswith(AT)]
    return {name for name in closed_questions(body, names, Layout.separator) if _is_choice(body[AT + name])}


def _is_choice(cells: pl.Series) -> bool:
    """Whether there is something to choose: two answers or more, and not so many numbers that they are a quantity."""
    answers = cells.drop_nulls().unique()
    return 1 < answers.len() < cells.len() - cells.null_count() and (
        answers.len() <= MOST_NUMBERS or not is_number(answers.replace("NA", None))
    )
