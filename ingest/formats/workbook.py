"""The first sheet of a workbook that is no cover as text, and which sheets behind it hold rows; what cells mean, formats say."""

import re
from collections.abc import Iterator

import polars as pl

from ingest.formats.apart import BrokenError, read_apart
from ingest.source import DeliveryError
from ingest.spelling import DIRECTIONS

_FIRST_ROWS = 100
_MOST_ROWS_OF_WORDS, _MOST_CELLS_OF_WORDS = 20, 2
_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_DAY_OF_NO_DATE = r"^1899-12-3[01] "
"""The day that a time of day gets which has none."""
WORKBOOKS = (".xlsx", ".xls", ".xlsb", ".ods")


def is_workbook(name: str, data: bytes | None = None) -> bool:
    """Whether a file is called like a workbook, and is no text that was called so in order that a spreadsheet program opens it."""
    is_text = data is not None and re.match(rb"\xff\xfe|\xfe\xff|[\t\n\r -~\x80-\xff]{64}", data) is not None
    return name.lower().endswith(WORKBOOKS) and not (is_text and data is not None and data[:4] not in _MAGIC)


def first_sheet(name: str, data: bytes) -> pl.DataFrame:
    """The cells of the first sheet that is no cover as text, a row of the sheet each, whole numbers without a point.

    Raises DeliveryError, also where another sheet goes on under the same header: its records would be lost without a word.
    """
    cells, first, sheets = _first_table(name, data)
    for number in range(first + 1, sheets):
        other, _ = _sheet(name, data, number, rows=2)
        if min(cells.height, other.height) > 1 and _header(other) == _header(cells):
            raise DeliveryError(
                f"{name}, sheet {number + 1}: has the same header as the first, expected all records in one sheet, since the first alone "
                "is read; put them below one another, or save each sheet as a file of its own"
            )
    return cells


def require_one_table(name: str, data: bytes) -> None:
    """Raise DeliveryError where a sheet behind the first that is no cover holds rows, which would be lost without a word."""
    for number, rows in rows_behind(name, data):
        raise DeliveryError(
            f"{name}, sheet {number}: found {rows:,} rows, expected one sheet with rows, since the first alone is read; save "
            "each sheet that counts as a file of its own, and leave out the others"
        )


def rows_behind(name: str, data: bytes) -> Iterator[tuple[int, int]]:
    """The sheets behind the one that is read with more than a row, but for notes: their number, from 1, and their rows. Raises
    DeliveryError."""
    _, first, sheets = _first_table(name, data)
    for number in range(first + 1, sheets):
        cells, _ = _sheet(name, data, number)
        if cells.height > 1 and not _are_words(cells):
            yield number + 1, cells.height


def _first_table(name: str, data: bytes) -> tuple[pl.DataFrame, int, int]:
    """The cells of the first sheet that is no cover, else of the first; its number, the first being 0; how many sheets there are."""
    first, sheets = cells, _ = _sheet(name, data, 0)
    number = 0
    while _are_words(cells) and number + 1 < sheets:
        number += 1
        cells, _ = _sheet(name, data, number)
    return (first, 0, sheets) if _are_words(cells) else (cells, number, sheets)


def _are_words(cells: pl.DataFrame) -> bool:
    """Whether a sheet is a cover or notes: a few rows with a title first, of two cells at most, without a number or an address."""
    if cells.height > _MOST_ROWS_OF_WORDS:
        return False
    rows = [[cell for cell in row if cell and cell.strip()] for row in cells.iter_rows()]
    filled = [row for row in rows if row]
    return not filled or (
        len(filled[0]) == 1
        and all(len(row) <= _MOST_CELLS_OF_WORDS for row in filled)
        and not any(re.fullmatch(r"[\d\s.,%+-]+|.*(?:://|@).*", cell) for row in filled for cell in row)
    )


def _header(cells: pl.DataFrame) -> set[str]:
    return {cell.strip() for cell in cells.row(0) if cell}


def as_csv(name: str, data: bytes) -> bytes:
    """The first sheet that is no cover as delimited text in UTF-8 without a header, a line a row. Raises DeliveryError."""
    cells, *_ = _first_table(name, data)
    return cells.with_columns(pl.all().str.replace_all(r"[\r\n]+", " ")).write_csv(include_header=False).encode()


def _sheet(name: str, data: bytes, number: int, rows: int | None = None) -> tuple[pl.DataFrame, int]:
    """The cells of a sheet, the first being 0, or of its first rows, and how many sheets there are."""
    try:
        return read_apart(_read_sheet, name, data, number, rows)
    except BrokenError as error:
        raise DeliveryError(
            f"{name}: its sheet cannot be held in memory, or is damaged; expected cells beside each other: delete what stands far to the "
            "right of the table or below it, or export it as CSV"
        ) from error


def _read_sheet(name: str, data: bytes, number: int, rows: int | None) -> tuple[pl.DataFrame, int]:
    import fastexcel

    try:
        book = fastexcel.read_excel(data)
        frame: pl.DataFrame = book.load_sheet(number, header_row=None, n_rows=rows, dtypes="string").to_polars()
    except fastexcel.FastExcelError:
        raise DeliveryError(
            f"{name}: cannot be read as a workbook; expected .xlsx, .xlsb, .xls or .ods without a password: "
            "save it again, or export it as CSV"
        ) from None
    if any(column.str.contains(DIRECTIONS).any() for column in frame.head(_FIRST_ROWS)):
        frame = frame.with_columns(pl.all().str.replace_all(DIRECTIONS, ""))
    whole = pl.all().str.replace(r"^(-?\d+)\.0$", "${1}")
    return frame.with_columns(whole.str.replace(_DAY_OF_NO_DATE, "")), len(book.sheet_names)
