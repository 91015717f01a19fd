"""The tables of a report that holds several, one below the other, with headings and lines of two cells between them.

Where a table's columns are called in a language that is not known, what stands in them tells which is which. What they mean is
for the formats to say.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl

from ingest.formats.live.live_session import Rows, read_rows
from ingest.formats.live.live_words import SESSION_COLUMNS
from ingest.formats.text_file import TextFile
from ingest.source import DeliveryError
from ingest.text import nothing

_SEPARATORS = ("\t", ",", ";")
_SAMPLE = 200
_FEWEST_CELLS = 3


@dataclass(frozen=True)
class ReportTable:
    """A table of a report: its heading, the line of its header row, the header's cells and the first rows below it."""

    file: TextFile
    separator: str
    heading: str
    line: int
    header: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    last_line: int

    def positions(self, names: Mapping[str, AbstractSet[str]]) -> dict[str, int]:
        """The position (from 1) of each column that has one of its known spellings; the last one where one occurs twice."""
        return {
            column: position
            for column, spellings in names.items()
            for position, cell in enumerate(self.header, 1)
            if cell.lower() in spellings
        }

    def columns_of(self, looks: str) -> list[int]:
        """The positions of columns most of whose cells are times (`time`) or addresses (`address`) or neither (`text`)."""
        return [
            position
            for position in range(1, len(self.header) + 1)
            if _kind([row[position - 1] for row in self.sample if len(row) >= position]) == looks
        ]

    def distinct(self, position: int) -> int:
        """How many different cells the first rows have in a column."""
        return len({row[position - 1] for row in self.sample if len(row) >= position and row[position - 1]})

    def rows(self, positions: Mapping[str, int]) -> Rows:
        """The records below the header, in the given columns under our names. Raises DeliveryError."""
        lines = self.file.text.split("\n")
        is_whole = self.last_line < len(lines)
        text = "\n".join(lines[: self.last_line]) + ("\n" if is_whole else "")
        part = TextFile(self.file.name, text.encode())
        return read_rows(part, positions, first_line=self.line, separator=self.separator)


Pairs: TypeAlias = Sequence[tuple[int, str, str]]
"""Lines of two cells, which tell something of the whole, each with its number."""


@dataclass(frozen=True)
class Report:
    """The tables of a report, and its lines of two cells."""

    tables: tuple[ReportTable, ...]
    pairs: Pairs


def read_report(file: TextFile) -> Report:
    """Find the tables of a report, with the separator that gives the widest one."""
    reports = [_split(file, separator) for separator in _SEPARATORS]
    return max(reports, key=lambda report: max((len(table.header) for table in report.tables), default=0))


def require_one_session(table: ReportTable, own: AbstractSet[str] = frozenset()) -> None:
    """Raise DeliveryError where a column names several sessions, which would count as one; `own` are columns that the product writes."""
    others = {cell: position for position, cell in enumerate(table.header, 1) if cell.lower() not in own}
    named = [cell for pattern in SESSION_COLUMNS for cell in others if re.search(pattern, cell, re.IGNORECASE)]
    rows = table.rows({"session": others[named[0]]}).rows if named else pl.DataFrame(schema={"session": pl.String()})
    sessions = rows.filter(nothing(pl.col("session")).is_null()).unique("session", maintain_order=True)
    if sessions.height > 1:
        raise DeliveryError(
            f"{sessions['file'][1]}, line {sessions['line'][1]}: names another session than in line {sessions['line'][0]}, expected one "
            "in such a report; deliver it as intervals_csv, whose columns.session_id keeps sessions apart"
        )


def looks_like_time(cell: str) -> bool:
    """Whether a cell holds a date with a time of day, in any script and notation."""
    numbers = re.findall("[0-9]+", european(cell))
    return len(numbers) >= 5 or (len(numbers) == 4 and ":" in cell)


def european(cell: str) -> str:
    """The cell with the digits of any script as those of ours."""
    return "".join(str(unicodedata.digit(sign, sign)) if sign.isdigit() else sign for sign in cell)


def _split(file: TextFile, separator: str) -> Report:
    lines = file.text.split("\n")
    tables: list[ReportTable] = []
    pairs: list[tuple[int, str, str]] = []
    heading, header, start, last = "", None, 0, 0
    sample: list[tuple[str, ...]] = []

    def close() -> None:
        nonlocal header, sample
        if header is not None:
            tables.append(ReportTable(file, separator, heading, start, header, tuple(sample), last))
        header, sample = None, []

    for number, line in enumerate(lines, 1):
        if header is not None and len(sample) >= _SAMPLE and _is_data(line, separator):
            last = number
            continue
        cells = _cells(line, separator)
        filled = [cell for cell in cells if cell]
        if _is_header(cells, filled):
            close()
            header, start, last = tuple(cells), number, number
        elif len(filled) == 1 and (header is None or _is_heading(lines, number, separator)):
            close()
            heading = filled[0]
        elif header is not None and filled:
            sample.append(tuple(cells))
            last = number
        elif len(filled) == 2:
            pairs.append((number, filled[0], filled[1]))
    close()
    return Report(tuple(tables), tuple(pairs))


def _is_heading(lines: Sequence[str], number: int, separator: str) -> bool:
    """Whether what stands alone in a line is a heading, else a record: a header follows it, or a line of two after a blank one."""
    follows_blank = number > 1 and not lines[number - 2].strip(f' "{separator}')
    for line in lines[number:]:
        cells = _cells(line, separator)
        filled = [cell for cell in cells if cell]
        if len(filled) > 1:
            return _is_header(cells, filled) or (follows_blank and len(filled) == 2)
    return False


def _is_data(line: str, separator: str) -> bool:
    """Whether a line certainly belongs to the table above it: several cells, one of them with a digit."""
    return separator in line.strip(f' "{separator}') and re.search("[0-9].*[0-9]", line) is not None


def _is_header(cells: list[str], filled: list[str]) -> bool:
    """Names alone: three or more that differ, none left out between them, none with a digit or an address in it."""
    width = max((number for number, cell in enumerate(cells, 1) if cell), default=0)
    return (
        len(filled) >= _FEWEST_CELLS
        and len(filled) == width
        and not any(re.search(r"\d|@|^-+$", cell) for cell in filled)
        and len({cell.lower() for cell in filled}) >= len(filled) - 2
    )


def _cells(line: str, separator: str) -> list[str]:
    quoted = next(csv.reader([line.replace("\0", "")], delimiter=separator), []) if len(line) < 100_000 else []
    return [" ".join(cell.replace("\ufeff", "").split()) for cell in quoted]


def _kind(cells: Iterable[str]) -> str:
    written = [cell for cell in cells if cell and not re.fullmatch("-+", cell)]
    if not written:
        return "nothing"
    if sum(map(looks_like_time, written)) * 2 > len(written):
        return "time"
    if sum("@" in cell for cell in written) * 2 > len(written):
        return "address"
    return "number" if sum(bool(re.search(r"\d", cell)) for cell in written) * 2 > len(written) else "text"
