"""`survey/survey_csv`: a table with one header row and a row per respondent, answers as labels or codes.

Answers stay as they are written, spoilt ones too ("25-Jun" for 6-25); the note's `labels` give such a code its name
back. What another product exported is refused, and its format named.
"""
# ruff: noqa: RUF001 - the marks of many languages

import polars as pl

from ingest.formats.records import names_a_total
from ingest.formats.survey.limesurvey_csv import UNASKED
from ingest.formats.survey.qualtrics_csv import IMPORT_ID, SPAM, TESTS
from ingest.formats.survey.survey_export import SUMS_UP, Layout, Rules, SurveyExport
from ingest.formats.survey.survey_multiple import UNUSUAL
from ingest.formats.survey.survey_options import ExportOptions, SurveyCsvOptions
from ingest.formats.survey.survey_sheet import Sheet, apart
from ingest.formats.survey.survey_variables import AT
from ingest.formats.survey.surveymonkey_csv import is_second_row
from ingest.reasons import Reason
from ingest.source import DeliveryError

_AVERAGES = (
    "average",
    "mean",
    "median",
    "durchschnitt",
    "moyenne",
    "promedio",
    "média",
    "ortalama",
    "المتوسط",
    "المعدل",
    "std dev",
    "std. dev.",
    "standard deviation",
    "min",
    "max",
    "standardabweichung",
    "écart-type",
    "desviación estándar",
    "standart sapma",
    "الانحراف المعياري",
)
_OF_LIMESURVEY = {"submitdate", "date submitted"}
_OF_QUALTRICS = (("ResponseId", "Status"), ("Response ID", "Response Type"))
"""What Qualtrics calls a respondent's id, and what says of previews and spam that they are such, in its first header row and its second."""
_QUALTRICS_ID = r"^R_\w+$"
_FEWEST_WORDS = 3
"""A name of so many words is the question as it was put."""
SEPARATORS = (
    ";", "|", "\n", "؛", "،", "、", "，", "；", "•", " · ", "<br>", " / ", ",", "/", "+", "&", " - ", "\t", *UNUSUAL, " ",
)  # fmt: skip
"""What stands between the answers of a cell, beside what any layout expects."""


def _lay_out(sheet: Sheet, options: ExportOptions) -> Layout:  # noqa: ARG001 - every product's signature
    heads = sheet.header(0)
    for row in range(1, min(3, sheet.height)):
        cells = sheet.header(row)
        if any(cell.startswith(IMPORT_ID) for cell in cells):
            _refuse(sheet, row, "Qualtrics (import ids)", "qualtrics_csv")
        if row == 1 and is_second_row(cells):
            _refuse(sheet, row, 'SurveyMonkey (cells "Response")', "surveymonkey_csv")
    _require_not_of_qualtrics(sheet, heads)
    columns = apart(heads)
    return Layout(
        header_rows=1,
        columns=columns,
        texts={name: head for name, head in zip(columns, heads, strict=True) if len(head.split()) >= _FEWEST_WORDS},
        unasked=UNASKED if _OF_LIMESURVEY & {head.lower() for head in heads} else frozenset(),
        no_value=frozenset(["NA", "<NA>", "#N/A", "NaN", "nan", "NaT", "NULL", "null", "#NULL!"]),
        reads_lists=False,
        marks=SEPARATORS,
        nobody=_sums(columns),
    )


def _require_not_of_qualtrics(sheet: Sheet, heads: list[str]) -> None:
    """Raise DeliveryError where the second row of questions, previews or spam of a Qualtrics export would count as respondents."""
    for named in _OF_QUALTRICS:
        if not {*named} <= {*heads}:
            continue
        ids, said = (sheet.rows.to_series(heads.index(name)).cast(pl.String()).fill_null("") for name in named)
        is_person = ids.str.contains(_QUALTRICS_ID)
        if is_person.any() and not is_person[0]:
            _refuse(sheet, 1, "Qualtrics (its questions)", "qualtrics_csv")
        is_nobody = is_person & said.str.to_lowercase().str.contains(f"{TESTS}|{SPAM}")
        if is_nobody.any():
            line = sheet.rows.filter(is_nobody)["line"][0]
            raise DeliveryError(
                f"{sheet.name}, line {line}, column {named[1]!r}: is a preview, a test or spam of Qualtrics, as are {is_nobody.sum()} "
                "rows, which would count as respondents; deliver the file as format: qualtrics_csv, or delete these rows"
            )


def _sums(columns: tuple[str, ...]) -> Rules:
    """Rows that sum up the respondents: the word for a total or an average below numbers, or beside blank cells; or notes."""
    if len(columns) < 3:
        return {}
    cells = pl.struct(AT + name for name in columns)
    return {Reason.MISSING_KEY: (cells.map_batches(_are_sums, return_dtype=pl.Boolean()), SUMS_UP)}


def _are_notes(texts: pl.Series, written: pl.Series) -> pl.Series:
    """The last rows where they have words of their own in the first cell and nothing beside them, as what is noted below a table."""
    is_note = (written == 0) & texts.str.contains(r"\S\s+\S+\s+\S|^\*") & texts.is_unique()
    return is_note.reverse().cum_min().reverse()


def _are_counts(*columns: pl.Series) -> bool:
    """Whether the last row has nothing that stands in another one, as where its cells count what stands above them."""
    return all(column[-1] is None or (column == column[-1]).sum() == 1 for column in columns)


def _are_sums(rows: pl.Series) -> pl.Series:
    first, *others = rows.struct.unnest()
    texts = first.cast(pl.String()).fill_null("")
    # Few cells begin with a letter where ids are numbers.
    is_named = texts.str.contains(r"^[ :*]*\p{L}")
    if is_named.any():
        text = pl.lit(texts)
        averages = text.str.strip_chars(" :*").str.to_lowercase().is_in(_AVERAGES)
        written = pl.sum_horizontal(pl.lit(cells.is_not_null()) for cells in others)
        numbers = texts.filter(~is_named)
        is_no_id = numbers.len() > texts.len() / 2 and numbers.is_unique().all()
        is_beside_blanks = written * 2 <= len(others)
        sums_up = pl.select((names_a_total(text) | averages) & (pl.lit(is_no_id) | is_beside_blanks)).to_series()
        if pl.select(names_a_total(pl.lit(texts[-1]))).item() and _are_counts(first, *others):
            sums_up = sums_up.set(pl.int_range(texts.len(), eager=True) == texts.len() - 1, value=True)
        is_named = (is_named & sums_up) | _are_notes(texts, pl.select(written).to_series())
    return is_named


def _refuse(sheet: Sheet, row: int, product: str, form: str) -> None:
    raise DeliveryError(
        f"{sheet.name}: line {row + 1} is a second header row of {product}, which would count as a respondent; deliver it as "
        f"format: {form}"
    )


FORMAT = SurveyExport("survey_csv", _lay_out, version=28, options=SurveyCsvOptions)
