"""Finding the header row of exports that begin with a preamble, speak the user's language, or move their columns about.

Reading what stands below it is `ingest.formats.text_file`'s work; what the columns mean is for the formats to say.
"""

import csv
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ingest.formats.text_file import TextFile

_SEPARATORS = ("\t", ",", ";")
_LONGEST_PREAMBLE = 100


@dataclass(frozen=True)
class HeaderRow:
    """A header row: its line in the file, its separator, its cells, the position (from 1) of each column sought."""

    line: int
    separator: str
    cells: tuple[str, ...]
    positions: Mapping[str, int]


def first_rows(file: TextFile, separator: str) -> list[tuple[int, list[str]]]:
    """The cells of the file's first lines that are not blank, each with its line and single spaces."""
    lines = file.head.split("\n", _LONGEST_PREAMBLE)[:_LONGEST_PREAMBLE]
    return [(number, _cells(line, separator)) for number, line in enumerate(lines, 1) if line.strip(f" {separator}")]


def find_header(file: TextFile, names: Mapping[str, AbstractSet[str]], required: Iterable[str]) -> HeaderRow | None:
    """The first row that names every required column in one of its known spellings, or None.

    Where a spelling occurs twice the last one counts: reports that repeat the meeting on each row have it before the
    person.
    """
    needed = set(required)
    for separator in _SEPARATORS:
        for number, cells in first_rows(file, separator):
            positions = {
                column: position
                for column, spellings in names.items()
                for position, cell in enumerate(cells, 1)
                if cell.lower() in spellings
            }
            if needed <= positions.keys():
                return HeaderRow(number, separator, tuple(cells), positions)
    return None


def _cells(line: str, separator: str) -> list[str]:
    # A report's lines hold no line ends inside fields before its header, so each is a row of its own.
    quoted = next(csv.reader([line.replace("\0", "")], delimiter=separator), []) if len(line) < 100_000 else []
    return [" ".join(cell.replace("\ufeff", "").split()) for cell in quoted]
