"""Delivered text, whatever its encoding, separator, line ends and packing, as a frame of text columns.

What the columns mean is for the formats to say. Nothing here guesses silently: what cannot be told is an error with a remedy,
and no error repeats what stands in a record.
"""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, TypeAlias

import polars as pl
from pydantic import BaseModel, Field

from ingest.formats.delimited import HEAD, LONGEST_FIELD, SEPARATORS, Cells, Grid, fields_of, read_grid, separator_of
from ingest.formats.encoding import to_utf8, without_directions
from ingest.formats.lost_quotes import with_own_quotes
from ingest.formats.products import advice, product_of, require_no_studio_zip
from ingest.formats.unpacking import unpacked
from ingest.formats.workbook import as_csv, is_workbook, require_one_table
from ingest.reasons import Reason
from ingest.source import REJECTED, Delivery, DeliveryError

_FIRST_LINES = 100
_MAGIC = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"$FL2": "an SPSS file",
    b"$FL3": "an SPSS file",
    b"%PDF": "a PDF",
    b"PAR1": "a parquet file",
    b"SQLite format 3": "a database",
    b"\x1f\x8b": "gzip without the ending .gz",
    b"BZh9": "bzip2 without the ending .bz2",
    b"\x28\xb5\x2f\xfd": "zstandard without the ending .zst",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a document of a word processor",
}
_SHOWN_NAMES, _SHOWN_LETTERS = 20, 40
_LONGEST_NAME, _MOST_WORDS_OF_A_NAME = 60, 8
_IN_NAMES = r"(?:GMT|UTC)\s?[+-][0-9]{1,2}(?::[0-9]{2})?|^@(?=(?:timestamp|version)$)"
"""Parts of column names that would be content elsewhere: a zone, and the mark of Elastic's own fields."""
_REMARK = r"(?<=\w)\s*\([^()]*\)$"
"""What explains a name behind it, however long."""
# Not the joiners, which tell words of Persian apart.
_UNSEEN = "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
_LIKE = 0.75
_MOST_LINES = 20

Place: TypeAlias = str | Annotated[int, Field(ge=1)]
"""A column: its name in the header, its path in JSON, or its position, the first being 1."""


def places_in(place: Place | list[Place]) -> list[Place]:
    """Where a column, or the parts of one, are to be looked for."""
    return place if isinstance(place, list) else [place]


def only_positions(columns: BaseModel) -> None:
    """Raises ValueError where a column is given by its name."""
    places = columns.model_dump(exclude_none=True).items()
    named = [ours for ours, place in places if any(isinstance(one, str) for one in places_in(place))]
    if named:
        raise ValueError(
            f"found names for columns {', '.join(named)} with header: false, expected positions, the first being 1"
        )


@dataclass(frozen=True)
class TextFile:
    """One delivered text file in UTF-8, its line ends made one; `name` is how messages and lineage call it."""

    name: str
    data: bytes

    @cached_property
    def text(self) -> str:
        """The whole text."""
        return self.data.decode()

    @cached_property
    def head(self) -> str:
        """The first megabyte of the text, for whoever looks for a header."""
        return self.data[:HEAD].decode(errors="ignore")

    def is_blank(self) -> bool:
        """Whether there is nothing but white space in it."""
        return not self.data or self.data.isspace()


@dataclass(frozen=True)
class TextTable:
    """Records of a delimited file: `rows` has text columns, then `file` and `line`.

    `names` are the header's, as they stand there. `rejected` are the records that cannot be told apart or were cut off.
    Blank lines are no records. `first` is a first record that is none of the rows, since columns are whole numbers.
    """

    name: str
    names: tuple[str, ...]
    rows: pl.DataFrame
    rejected: pl.DataFrame
    first: Cells | None = None

    @property
    def records(self) -> int:
        """How many records the file holds, unreadable ones included."""
        return self.rows.height + self.rejected.height


def text_files(delivery: Delivery, encoding: str | None = None) -> Iterator[TextFile]:
    """The delivery's files, unpacked and decoded, in order of name. Raises DeliveryError."""
    for path in delivery.files:
        require_no_studio_zip(path.name)
        for name, data in unpacked(path):
            yield as_text(name, data, encoding)


def as_text(name: str, data: bytes, encoding: str | None = None) -> TextFile:
    """Delivered bytes as text; of a workbook its only sheet with rows. Raises DeliveryError."""
    if is_workbook(name, data):
        require_one_table(name, data)
        return TextFile(name, as_csv(name, data))
    what = next((what for magic, what in _MAGIC.items() if data.startswith(magic)), None)
    if what is None and data[257:262] == b"ustar":
        what = "a tar archive"
    if what is not None:
        remedy = (
            "rename it so that it ends so"
            if " without the ending " in what
            else "export it as CSV, or name its format in delivery.yml"
        )
        raise DeliveryError(f"{name}: is {what}, expected text; {remedy}")
    decoded = without_directions(to_utf8(name, data, encoding))
    if b"\r" in decoded:
        decoded = decoded.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return TextFile(name, with_own_quotes(decoded))


def read_table(file: TextFile, *, has_header: bool = True, repeats: bool = False) -> TextTable:
    """Every column of delimited text. Raises DeliveryError.

    Columns are called as in the header, or `column_1`, `column_2` ... without a name; names that occur twice refuse the file.
    `line` is the line of the file on which a record starts, also after fields that hold line ends. Records with more fields than
    the header, with a quotation mark that is never closed, and a last one that was cut off are rejected as `unreadable`; nothing
    is read across such a mark. With `repeats`, columns whose first cells hold few different values are categories, or whole
    numbers below a first record that stands apart.
    """
    grid = _grid(file, has_header, 1, None, repeats=repeats)
    names = grid.names if has_header else tuple(f"column_{number}" for number in range(1, grid.cells.width + 1))
    _refuse_repeated(file.name, names, set(names) - {""})
    # Columns without a name are what trailing separators and row numbers leave.
    unique = [name or f"column_{number}" for number, name in enumerate(names, 1)]
    return _table(file.name, grid, dict(zip(unique, grid.cells.columns, strict=True)))


def read_columns(
    file: TextFile,
    columns: Mapping[str, Place],
    *,
    has_header: bool = True,
    first_line: int | None = None,
    separator: str | None = None,
) -> TextTable:
    """The mapped columns of delimited text under our names.

    Where `first_line` is None and columns are given by name, the header is the first line that has them all, so that a
    preamble is passed over. Raises DeliveryError where a column is not there, or is there twice.
    """
    sought = [name for name in columns.values() if isinstance(name, str)]
    if first_line is None and has_header and sought:
        first_line = _line_of_header(file, sought, separator)
    grid = _grid(file, has_header, first_line or 1, separator)
    try:
        found = positions(grid.names if has_header else (), grid.cells.width, columns, file.name)
    except DeliveryError as error:
        raise DeliveryError(f"{error}{advice(product_of(cells for _, cells in first_lines(file)))}") from error
    return _table(file.name, grid, {ours: grid.cells.columns[position - 1] for ours, position in found.items()})


def first_lines(file: TextFile) -> list[tuple[int, list[str]]]:
    """The cells of the first lines that are not blank, each with its line."""
    return [
        (number, fields_of(record, separator_of(record)))
        for number, record in _records(file.head)
        if record.strip() and len(record) < LONGEST_FIELD
    ]


def _records(head: str) -> Iterator[tuple[int, str]]:
    """The first records of a text, each with its line; one in quotation marks may go on over some lines."""
    lines = head.split("\n", _FIRST_LINES)[:_FIRST_LINES]
    number = 0
    while number < len(lines):
        record, end = lines[number], number + 1
        while record.count('"') % 2 and end < min(number + _MOST_LINES, len(lines)):
            record, end = f"{record}\n{lines[end]}", end + 1
        is_whole = record.count('"') % 2 == 0
        yield number + 1, record if is_whole else lines[number]
        number = end if is_whole else number + 1


def positions(names: Sequence[str], width: int, columns: Mapping[str, str | int], file_name: str) -> dict[str, int]:
    """Where, from 1, each of the mapped columns stands in a header of those names. Raises DeliveryError."""
    there = [folded(name) for name in names]
    _refuse_repeated(file_name, there, {folded(theirs) for theirs in columns.values() if isinstance(theirs, str)})
    found: dict[str, int] = {}
    sought = [theirs for theirs in columns.values() if isinstance(theirs, str)]
    for ours, theirs in columns.items():
        if isinstance(theirs, int):
            if not 1 <= theirs <= width:
                raise DeliveryError(
                    f"{file_name}: column {theirs} for {ours!r} is not there; found {width:,} columns, the first is 1; correct "
                    "`columns` in delivery.yml"
                )
            found[ours] = theirs
        elif folded(theirs) in there:
            found[ours] = there.index(folded(theirs)) + 1
        else:
            raise DeliveryError(
                f"{file_name}: column {theirs[:_SHOWN_LETTERS]!r} for {ours!r} is not there; {describe_header(names, theirs, sought)}; "
                "correct `columns` in delivery.yml"
            )
    return found


def folded(name: str) -> str:
    """A column's name without what nobody sees: outer and repeated white space, marks of order and direction, its Unicode form."""
    return " ".join(re.sub(_UNSEEN, "", unicodedata.normalize("NFC", name)).split())


def describe_header(names: Sequence[str], sought: str, known: Iterable[str]) -> str:
    """What a message may say of a header in which `sought` is missing: its names, where they can be names and not data.

    A line that has none of the `known` names, nor one like them, may be a record of a file without a header.
    """
    folded_names = {name.casefold(): name for name in reversed(names)}
    is_known = any(difflib.get_close_matches(name.casefold(), folded_names, n=1, cutoff=_LIKE) for name in known)
    if not is_known or not is_plausible_header(names):
        return f"found {len(names):,} columns in a line that is no header"
    shown = [repr(name[:_SHOWN_LETTERS]) for name in names[:_SHOWN_NAMES]]
    more = f" and {len(names) - _SHOWN_NAMES:,} more" if len(names) > _SHOWN_NAMES else ""
    near = difflib.get_close_matches(sought.casefold(), folded_names, n=1)
    meant = f"; did you mean {folded_names[near[0]][:_SHOWN_LETTERS]!r}?" if near else ""
    return f"found {', '.join(shown)}{more}{meant}"


def is_plausible_header(names: Sequence[str]) -> bool:
    """Whether a line can be a header: no cell looks like an id, an address, a number, a date or a sentence."""
    return any(names) and not any(map(_is_content, names))


def _is_content(cell: str) -> bool:
    # How tables call the number of a row, or a box to tick.
    if re.fullmatch(r"[^\w\s<>{}\"@\\-]\ufe0f?", cell) and cell not in "\u2013\u2014":
        return False
    cell = re.sub(_IN_NAMES, "", cell)
    name = re.sub(_REMARK, "", cell)
    return bool(
        len(name) > _LONGEST_NAME
        or len(name.split()) > _MOST_WORDS_OF_A_NAME
        or re.search(r"(?<![.])@|(?<![\u05d0-\u05ea])\"|\"(?![\u05d0-\u05ea])", cell)
        or re.search(r"[{}<>\\\x00-\x1f]|://|www\.|[.!?؟]\s*$|[0-9]{4,}|[0-9][/.:-][0-9]", cell)
        or re.fullmatch(r"[\W0-9]+", cell)
        or re.search(r"(?:[A-Za-z][0-9]+|[0-9]+[A-Za-z]){3,}", cell)
    )


def _grid(file: TextFile, has_header: bool, first_line: int, separator: str | None, *, repeats: bool = False) -> Grid:
    grid = read_grid(file.name, file.data, has_header, first_line, separator, repeats=repeats)
    return replace(grid, names=tuple(map(folded, grid.names)))


def _table(name: str, grid: Grid, columns: Mapping[str, str]) -> TextTable:
    rejected = pl.DataFrame(
        [(name, line, Reason.UNREADABLE, detail) for line, detail in grid.rejected], schema=REJECTED, orient="row"
    )
    rows = grid.cells.select(pl.col(theirs).alias(ours) for ours, theirs in columns.items())
    return TextTable(
        name, grid.names, rows.with_columns(pl.lit(name).alias("file"), grid.lines.alias("line")), rejected, grid.first
    )


def _refuse_repeated(file_name: str, names: Sequence[str], used: set[str]) -> None:
    counted = Counter(names)
    for name in names:
        if name in used and counted[name] > 1:
            first, second, *_ = (position for position, other in enumerate(names, 1) if other == name)
            shown = f" {name[:_SHOWN_LETTERS]!r}" if is_plausible_header(names) else ""
            raise DeliveryError(
                f"{file_name}: columns {first} and {second} have the same name{shown}; expected one of each; rename one of "
                "them in the file, or map columns by position"
            )


def _line_of_header(file: TextFile, sought: Sequence[str], separator: str | None) -> int:
    """The first line that has every sought name; the first that is not blank where there is none."""
    wanted = set(map(folded, sought))
    for number, line in _records(file.head):
        for mark in (separator,) if separator else SEPARATORS:
            if wanted <= {folded(field) for field in fields_of(line, mark)}:
                return number
    return 1
