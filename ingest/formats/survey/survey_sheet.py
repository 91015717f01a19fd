"""Survey tables as products deliver them, text or workbook, with any number of header rows.

A column is text, categories or, below the first row, whole numbers (Int16).
What the header rows say is for the formats.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from ingest.formats.delimited import Cells
from ingest.formats.survey.survey_variables import ALIKE, as_codes
from ingest.formats.text_file import folded, read_table, text_files
from ingest.formats.workbook import first_sheet, is_workbook
from ingest.source import REJECTED, Delivery, DeliveryError

_WORD, _LETTER = r"[^\W\d_]{2}", r"[^\W\d_]"
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
_FEWEST_NAMES = 2
_LOOKED_AT, _FEWEST, _MANY = 1_000, 10, 3
"""How many rows show whether there is a second header; how many cells a column has, and how many columns tell of one by themselves."""


@dataclass(frozen=True)
class Sheet:
    """A table: the cells of its first row, the rows below with columns by position, then `line`, where each row begins."""

    name: str
    first: Cells
    rows: pl.DataFrame
    rejected: pl.DataFrame

    @staticmethod
    def of_rows(name: str, rows: pl.DataFrame, rejected: pl.DataFrame, first: Cells | None = None) -> "Sheet":
        """A table whose first row may still be among the others."""
        if first is None:
            first, rows = (rows.drop("line").row(0) if rows.height else ()), rows.slice(1)
        return Sheet(name, first, rows, rejected)

    @property
    def height(self) -> int:
        """How many rows it has, the first included."""
        return self.rows.height + bool(self.first)

    @property
    def width(self) -> int:
        """How many columns it has."""
        return self.rows.width - 1

    def header(self, row: int) -> list[str]:
        """The cells of one of the first rows, blank ones as empty text. Raises DeliveryError where it is not there."""
        if row >= self.height:
            raise DeliveryError(
                f"{self.name}: has no line {row + 1} that is not blank; expected header rows and respondents: export it again"
            )
        cells = self.first if row == 0 else self.rows.drop("line").row(row - 1)
        return ["" if cell is None else str(cell).strip() for cell in cells]

    def called(self, names: Iterable[str]) -> "Sheet":
        """The table with its columns renamed to those of these names that differ in white space, quotes or encoding alone."""
        there = {str(cell).strip() for cell in self.first}
        meant = {_alike(name): name for name in names if name not in there}
        return replace(self, first=tuple(meant.get(_alike(str(cell)), cell) for cell in self.first)) if meant else self

    def body(self, header_rows: int, names: list[str]) -> pl.DataFrame:
        """The rows below the header as codes under these names, and `line`.

        Blank ones, such as spreadsheets leave, are none, nor are those that repeat the header, as where tables were put together.
        """
        cells = self.rows.drop("line").columns
        below = self._without_headers(self.rows.slice(header_rows - 1)).rename(dict(zip(cells, names, strict=True)))
        written = below.with_columns(as_codes(below[name]) for name in names)
        is_nobody = pl.repeat(value=True, n=written.height, dtype=pl.Boolean(), eager=True)
        for name in names:
            if not is_nobody.any():
                return written
            is_nobody &= written[name].is_null()
        return written.filter(~is_nobody)

    def _without_headers(self, rows: pl.DataFrame) -> pl.DataFrame:
        heads = {name: str(head) for name, head in zip(rows.drop("line").columns, self.first, strict=True) if head}
        is_head = [pl.col(name).cast(pl.String()) == head for name, head in heads.items()]
        if len(heads) < _FEWEST_NAMES or not rows.select(is_head[0].any()).item():
            return rows
        return rows.filter(~pl.all_horizontal(is_head).fill_null(value=False))


def apart(heads: Sequence[str]) -> tuple[str, ...]:
    """Names for the columns below these headings: with its place behind it where a heading is there twice, or blank."""
    counted = Counter(heads)
    return tuple(
        f"column {place}" if not head else head if counted[head] == 1 else f"{head} ({place})"
        for place, head in enumerate(heads, 1)
    )


def without_tags(text: str) -> str:
    """A heading without the marks of web pages that some products leave in it: `<strong>Age</strong>`."""
    return re.sub(r"</?[A-Za-z][^<>]*>", "", text)


def _alike(name: str) -> str:
    return folded(name).translate(ALIKE)


def survey_sheets(delivery: Delivery, encoding: str | None) -> Iterator[Sheet]:
    """The delivery's tables in order of name; of a workbook its first sheet. Raises DeliveryError."""
    workbooks = {path: is_workbook(path.name) for path in delivery.files}
    for path in filter(workbooks.get, delivery.files):
        yield workbook(path)
    texts = tuple(path for path in delivery.files if not workbooks[path])
    if texts:
        for file in text_files(replace(delivery, files=texts), encoding):
            table = read_table(file, has_header=False, repeats=True)
            yield Sheet.of_rows(file.name, table.rows.drop("file"), table.rejected, table.first)


def require_one_header(sheet: Sheet) -> None:
    """Raise DeliveryError where the line below the header is another one, which would count as a respondent.

    It names what the first leaves blank, as answers under a question do; or its texts stand in no other line, though what is
    below them repeats, or is numbers and times alone.
    """
    first, second = (sheet.header(row) if sheet.height > row else [] for row in (0, 1))
    unnamed = [name for above, name in zip(first, second, strict=False) if name and not above]
    are_words = unnamed and not any(re.search(r"\d", name) for name in second)
    if (
        are_words
        and len(set(unnamed)) == len(unnamed)
        and sum(map(bool, second)) < sum(map(bool, first)) + len(unnamed)
    ):
        raise DeliveryError(
            f"{sheet.name}, line {sheet.rows['line'][0]}: names columns that line 1 leaves blank, expected one header: write the names "
            "of both lines into the first, such as 'Which apps? (TikTok)', and delete the second"
        )
    if _is_apart(sheet.rows.drop("line").head(_LOOKED_AT)):
        raise DeliveryError(
            f"{sheet.name}, line {sheet.rows['line'][0]}: found texts that stand in no other line, as a second header has, expected "
            "one header: delete that line; a question's text may stand in the note as options.questions.<column>.text"
        )


def require_row_a_respondent(sheet: Sheet) -> None:
    """Raise DeliveryError where the columns are answers with their shares and bases, or questions and answers: rows are no people."""
    names = sheet.header(0) if sheet.height else []
    if all(any(re.search(pattern, name) for name in names) for pattern in _OF_RESULTS):
        raise DeliveryError(of_results(sheet.name, 1))
    if len(names) <= _MOST_COLUMNS_OF_A_LONG_TABLE and all(
        any(re.search(pattern, name) for name in names) for pattern in _OF_ANSWERS
    ):
        raise DeliveryError(
            f"{sheet.name}, line 1: it has a column of questions and one of answers, so a row an answer; expected a row a respondent, "
            "with a column for each question; turn it (pivot), or export it so"
        )


def of_results(name: str, line: int) -> str:
    """What a message says of a table of results."""
    return (
        f"{name}, line {line}: has answers with their shares and bases, so it is a table of results; expected a row a respondent, from "
        "which shares, intervals and bases are worked out; ask for the answers of the respondents"
    )


def _is_apart(rows: pl.DataFrame) -> bool:
    """Whether the first row has texts where the others have numbers or answers that repeat, and none that is in another row too."""
    unlike = apart = 0
    for column in rows:
        cell, *below = column.cast(pl.String()).str.strip_chars().to_list() or [None]
        others = [text for text in below if text]
        if not cell or len(others) < _FEWEST:
            continue
        if cell in others or not re.search(_LETTER, cell):
            return False
        unlike += not any(re.search(_WORD, text) for text in others)
        apart += 2 * len(set(others)) <= len(others)
    return (unlike > 0 and apart > 1) or apart > _MANY


def workbook(path: Path) -> Sheet:
    """The first sheet of a workbook. Raises DeliveryError."""
    cells = first_sheet(path.name, path.read_bytes())
    return Sheet.of_rows(
        path.name, cells.with_columns(pl.Series("line", range(1, cells.height + 1), pl.Int64())), REJECTED.to_frame()
    )
