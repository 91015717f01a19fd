"""What was answered: the questions of a wave with their closed answers, and a row per respondent, question and answer.

Who the respondents are is not decided here. An answer that is not asked, or empty, leaves no row; one that was asked
and gave nothing valid is `missing`; don't know is an answer like any other. A question with several answers is a list.
"""

from collections.abc import Iterable

import polars as pl

from ingest.formats.survey_options import Question, SurveyOptions
from ingest.formats.survey_variables import AT, Coded, Variable, as_number, shapes_of
from ingest.source import DeliveryError

NOTHING_TICKED = ""
"""The answer code of those who were asked a multiple question and ticked nothing: in its base, among none of its answers."""

_WHO = ("respondent_key", "file", "line")
_ANSWER = pl.Struct(
    {"answer_code": pl.String(), "answer_label": pl.String(), "is_top": pl.Boolean(), "is_bottom": pl.Boolean()}
)
_CODES = pl.Schema({"question_code": pl.String(), "answer_code": pl.String(), "status": pl.String()})


def answer_tables(
    options: SurveyOptions, coded: Coded, questions: tuple[str, ...], file_name: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`survey_questions` and `survey_answers` of the respondents in `coded`, who carry a `respondent_key`."""
    several = [code for code in questions if coded.frame.schema[AT + code] == pl.List(pl.String())]
    one = [code for code in questions if code not in several]
    for code in one:
        coded.require_closed(code, f"options.questions.{code}")
    given = pl.concat([_one_answer(coded.frame, one), *(_several_answers(coded.frame, code) for code in several)])
    seen = given.select("question_code", "answer_code").unique().sort("question_code", "answer_code")
    judged = [
        (question, code, _status(code, options.question(question), coded.variables[question]))
        for question, code in seen.iter_rows()
    ]
    asked = pl.DataFrame([row for row in judged if row[2] is not None], schema=_CODES, orient="row")
    answers = given.join(asked, on=["question_code", "answer_code"], how="inner", maintain_order="left")
    observed = (
        asked.filter((pl.col("status") == "answered") & (pl.col("answer_code") != NOTHING_TICKED))
        .group_by("question_code")
        .agg("answer_code")
    )
    by_question: dict[str, list[str]] = dict(observed.iter_rows())
    rows = [
        _question(code, options.question(code), coded.variables[code], by_question.get(code, [])) for code in questions
    ]
    described = pl.DataFrame(
        rows,
        schema={
            "question_code": pl.String(),
            "question_key": pl.String(),
            "question_text": pl.String(),
            "kind": pl.String(),
            "base": pl.String(),
            "answers": pl.List(_ANSWER),
        },
        orient="row",
    )
    return described.with_columns(pl.lit(file_name).alias("file"), pl.lit(0, pl.Int64()).alias("line")), answers


def _one_answer(frame: pl.DataFrame, questions: list[str]) -> pl.DataFrame:
    """A row per respondent and question with one answer."""
    wide = frame.select(*_WHO, *(AT + code for code in questions))
    return (
        wide.unpivot(index=_WHO, variable_name="question_code", value_name="answer_code")
        .drop_nulls("answer_code")
        .select(*_WHO, pl.col("question_code").str.strip_prefix(AT), pl.col("answer_code").cast(pl.String()))
    )


def _several_answers(frame: pl.DataFrame, code: str) -> pl.DataFrame:
    """A row per respondent and answer ticked; one row, without an answer, for those who ticked nothing."""
    ticked = pl.when(pl.col(AT + code).list.len() == 0).then([NOTHING_TICKED]).otherwise(AT + code)
    return (
        frame.filter(pl.col(AT + code).is_not_null())
        .select(*_WHO, pl.lit(code).alias("question_code"), ticked.alias("answer_code"))
        .explode("answer_code")
    )


def _status(code: str, note: Question, variable: Variable) -> str | None:
    """`answered`, `missing`, or None for a code that means the question was not put. The note goes before the file."""
    if code in note.not_asked:
        return None
    if code in note.missing or (note.kind == "number" and as_number(code) is None):
        return "missing"
    if variable.is_not_asked(code):
        return None
    return "missing" if variable.is_missing(code) else "answered"


def _question(
    code: str, note: Question, variable: Variable, observed: Iterable[str]
) -> tuple[str, str, str | None, str, str, list[dict[str, object]]]:
    labels = {**variable.labels, **note.labels}
    known = {answer for answer in labels if _status(answer, note, variable) == "answered"} | set(observed)
    _require_answers(code, note, known, is_labelled=bool(variable.labels))
    answers = sorted(
        {*known, *note.top, *note.bottom},
        key=lambda answer: (as_number(answer) is None, as_number(answer) or 0.0, answer),
    )
    kind = note.kind or ("multiple" if variable.is_multiple else "scale" if note.top or note.bottom else "single")
    # The numbers of people are no list of answers.
    listed: list[dict[str, object]] = [
        {
            "answer_code": answer,
            "answer_label": labels.get(answer),
            "is_top": answer in note.top,
            "is_bottom": answer in note.bottom,
        }
        for answer in (answers if kind != "number" else ())
    ]
    return code, note.key or code, note.text or variable.text, kind, variable.base, listed


def _require_answers(code: str, note: Question, known: set[str], *, is_labelled: bool) -> None:
    """A misspelt code would give 0 % and look like a finding. A whole number may be an answer that nobody gave."""
    numbers_only = not is_labelled and all(answer.isdecimal() for answer in known)
    for part, wanted in (("top", note.top), ("bottom", note.bottom)):
        unknown = [answer for answer in wanted if answer not in known and not (numbers_only and answer.isdecimal())]
        if unknown and known:
            raise DeliveryError(
                f"delivery.yml: key 'options.questions.{code}.{part}': {', '.join(map(repr, unknown))} is no valid "
                f"answer of the question; found {shapes_of(known)}; write it as the file does, or declare it under labels if "
                "nobody gave it"
            )
