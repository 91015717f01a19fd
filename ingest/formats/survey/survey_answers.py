"""What was answered: the questions of a wave with their closed answers, and a row per respondent with the answers given.

Who the respondents are is not decided here. An answer that is not asked, or empty, leaves no row; one that was asked
and gave nothing valid is `missing`; don't know is an answer like any other. A question with several answers is a list.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count

import numpy as np
import numpy.typing as npt
import polars as pl

from ingest.formats.survey.survey_options import Question, SurveyOptions
from ingest.formats.survey.survey_variables import AT, Coded, Variable, as_number, shapes_of
from ingest.source import DeliveryError

NOTHING_TICKED = ""
"""The answer code of those who were asked a multiple question and ticked nothing: in its base, among none of its answers."""

_ANSWER = pl.Struct(
    {"answer_code": pl.String(), "answer_label": pl.String(), "is_top": pl.Boolean(), "is_bottom": pl.Boolean()}
)
_CODE = pl.Struct({"answer": pl.Int32(), "answer_code": pl.String()})
_DESCRIBED = pl.Schema(
    {
        "question_code": pl.String(),
        "question_key": pl.String(),
        "question_text": pl.String(),
        "kind": pl.String(),
        "base": pl.String(),
        "asked_of": pl.String(),
        "answers": pl.List(_ANSWER),
    }
)
_GIVEN = pl.Schema({"respondent": pl.Int32(), "given": pl.List(pl.Int32())})
_LOWEST = -(2**15)
"""Of the numbers that codes may be (Int16)."""
_AT_ONCE = 250_000
"""As many respondents have their answers listed at once, so that little beside the lists is ever in memory."""


def answer_tables(
    options: SurveyOptions, coded: Coded, questions: tuple[str, ...], file_name: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`survey_questions` and `survey_answers` of the respondents in `coded`, who carry their number as `respondent`."""
    statuses = {
        code: {
            answer: status
            for answer in _seen(coded, code)
            if (status := _status(answer, options.question(code), coded.variables[code])) is not None
        }
        for code in questions
    }
    numbers = count(1)
    codes = [
        {code: next(numbers) * (1 if status == "answered" else -1) for code, status in statuses[name].items()}
        for name in questions
    ]
    people = coded.frame.select("respondent", *(AT + code for code in questions))
    answers = pl.concat([_GIVEN.to_frame(), *(_given(part, codes) for part in people.iter_slices(_AT_ONCE))])
    rows = []
    for name in questions:
        observed = [code for code, status in statuses[name].items() if status == "answered" and code != NOTHING_TICKED]
        rows.append(_question(name, options.question(name), coded.variables[name], observed))
    listed = [[{"answer": number, "answer_code": code} for code, number in of.items()] for of in codes]
    described = pl.DataFrame(rows, schema=_DESCRIBED, orient="row").with_columns(
        pl.Series("codes", listed, pl.List(_CODE)),
        pl.lit(file_name).alias("file"),
        pl.lit(0, pl.Int64()).alias("line"),
    )
    return described, answers


def _seen(coded: Coded, name: str) -> list[str]:
    """The codes in a column, in order; that of nothing ticked where a list is empty."""
    given = coded.frame[AT + name]
    if given.dtype != pl.List(pl.String()):
        return coded.closed_codes(name, f"options.questions.{name}")
    codes = given.explode(empty_as_null=False, keep_nulls=False).unique().sort().to_list()
    return [NOTHING_TICKED, *codes] if (given.list.len() == 0).any() else codes


def _given(people: pl.DataFrame, codes: list[dict[str, int]]) -> pl.DataFrame:
    """A row per respondent who was asked anything, with the numbers of the answers in order."""
    columns = [column for of in zip(people.drop("respondent"), codes, strict=True) for column in _numbered(*of)]
    cells = people.select(column.alias(str(place)) for place, column in enumerate(columns)).to_numpy(order="c")
    # Through an array, which is many times faster than collecting the answers of each respondent.
    listed = people.select("respondent", pl.Series("given", cells).arr.to_list().list.filter(pl.element() != 0))
    return listed.filter(pl.col("given").list.len() > 0)


def _numbered(answers: pl.Series, codes: Mapping[str, int]) -> Iterator[pl.Expr]:
    """Of a question with one answer its number, of one with several each answer, a column apart; 0 is none."""
    known, numbers = list(codes), np.array(list(codes.values()), dtype=np.int32)
    if answers.dtype != pl.List(pl.String()):
        yield _looked_up(answers, known, numbers)
        return
    ticked = answers.to_frame().select(pl.when(pl.all().list.len() == 0).then([NOTHING_TICKED]).otherwise(pl.all()))
    lengths = ticked.to_series().list.len().fill_null(0).to_numpy()
    each = ticked.to_series().explode(empty_as_null=False, keep_nulls=False)
    places = pl.select(_looked_up(each, known, np.arange(1, len(codes) + 1, dtype=np.int32))).to_series().to_numpy()
    cells = np.zeros((answers.len(), len(codes) + 1), dtype=np.int32)
    cells[np.repeat(np.arange(answers.len()), lengths), places] = np.append(np.int32(0), numbers)[places]
    yield from (pl.lit(pl.Series(column)) for column in cells.T)


def _looked_up(answers: pl.Series, codes: list[str], values: npt.NDArray[np.int32]) -> pl.Expr:
    """The value that stands beside each answer's code; 0 beside none."""
    if answers.dtype == pl.Int16():
        given, highest = pl.lit(answers).cast(pl.Int32()) - _LOWEST, 2 * -_LOWEST
        known = np.array([int(code) - _LOWEST for code in codes], dtype=np.int64)
    else:
        # Both columns number their categories alike while both exist.
        words = pl.Series(codes, dtype=pl.Categorical())
        places = answers.cast(pl.Categorical()).to_physical()
        given, known = pl.lit(places), words.to_physical().to_numpy().astype(np.int64)
        highest = max(places.fill_null(0).to_numpy().max(initial=0), known.max(initial=0))
    table = np.zeros(highest + 1, dtype=np.int32)
    table[known] = values
    return pl.lit(pl.Series(table)).gather(given.cast(pl.UInt32())).fill_null(0)


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
) -> tuple[str, str, str | None, str, str, str | None, list[dict[str, object]]]:
    # Of a question in several columns a label may name a column, whose answer the variable lists already.
    columns = set(note.columns) - variable.labels.keys()
    labels = {**variable.labels, **{code: label for code, label in note.labels.items() if code not in columns}}
    known = {answer for answer in labels if _status(answer, note, variable) == "answered"} | set(observed)
    _require_answers(code, note, known, is_labelled=bool(variable.labels))
    answers = sorted(
        {*known, *note.top, *note.bottom},
        key=lambda answer: (as_number(answer) is None, as_number(answer) or 0.0, answer),
    )
    kind = note.kind or ("multiple" if variable.is_multiple else "scale" if note.top or note.bottom else "single")
    # Numbers that people gave are not listed as answers.
    listed: list[dict[str, object]] = [
        {
            "answer_code": answer,
            "answer_label": labels.get(answer),
            "is_top": answer in note.top,
            "is_bottom": answer in note.bottom,
        }
        for answer in (answers if kind != "number" else ())
    ]
    return code, note.key or code, note.text or variable.text, kind, variable.base, note.asked_of, listed


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
