"""Delivered text, whatever its encoding, separator, line ends and packing, as a frame of text columns.

What the columns mean is for the formats to say. Nothing here guesses silently: what cannot be told is an error with a remedy,
and no error repeats what stands in a record.
"""

import csv
import difflib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl
from polars.exceptions import ComputeError

from ingest.formats.encoding import to_utf8
from ingest.formats.products import advice, product_of
from ingest.formats.unpacking import unpacked
from ingest.source import REJECTED, Delivery, DeliveryError

MOST_COLUMNS = 4_000
MOST_CELLS = 300_000_000
LONGEST_FIELD = 131_072
"""In bytes: a longer one is no field but what follows a quotation mark that is never closed."""

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
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_SEPARATORS = (",", "\t", ";", "|")
_HEAD = 1024**2
_SHOWN_NAMES, _SHOWN_LETTERS = 20, 40
_LONGEST_NAME, _MOST_WORDS_OF_A_NAME = 60, 6


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
        return self.data[:_HEAD].decode(errors="ignore")

    def is_blank(self) -> bool:
        """Whether there is nothing but white space in it."""
        return not self.data.strip()


@dataclass(frozen=True)
class TextTable:
    """Records of a delimited file: `rows` has text columns, then `file` and `line`.

    `names` are the header's, as they stand there. `rejected` are the records that cannot be told apart or were cut off.
    Blank lines are no records.
    """

    name: str
    names: tuple[str, ...]
    rows: pl.DataFrame
    rejected: pl.DataFrame

    @property
    def records(self) -> int:
        """How many records the file holds, unreadable ones included."""
        return self.rows.height + self.rejected.height


def text_files(delivery: Delivery, encoding: str | None = None) -> Iterator[TextFile]:
    """The delivery's files, unpacked and decoded, in order of name. Raises DeliveryError."""
    for path in delivery.files:
        for name, data in unpacked(path):
            yield as_text(name, data, encoding)


def as_text(name: str, data: bytes, encoding: str | None = None) -> TextFile:
    """Delivered bytes as text. Raises DeliveryError."""
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise DeliveryError(
                f"{name}: is {what}, expected text; export it as CSV, or name its format in delivery.yml"
            )
    decoded = to_utf8(name, data, encoding)
    if b"\r" in decoded:
        decoded = decoded.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return TextFile(name, decoded)


def read_table(
    file: TextFile,
    *,
    has_header: bool = True,
    first_line: int = 1,
    separator: str | None = None,
    prefix: str = "",
) -> TextTable:
    """Every column of delimited text whose header (or first record) stands in line `first_line`. Raises DeliveryError.

    Columns are called `prefix` and the name that they have in the header, or `column_1`, `column_2` ... without one; names
    that occur twice refuse the file. `line` is the line of the file on which a record starts, also after fields that hold
    line ends. Records with more fields than the header, with a quotation mark that is never closed, and a last one that
    was cut off are rejected as `unreadable`; nothing is read across such a mark.
    """
    grid = _read_grid(file, has_header, first_line, separator)
    names = grid.names if has_header else tuple(f"column_{number}" for number in range(1, grid.cells.width + 1))
    _refuse_repeated(file.name, names, set(names) - {""})
    # Columns without a name are what trailing separators and row numbers leave.
    unique = [prefix + (name or f"column_{number}") for number, name in enumerate(names, 1)]
    return _table(file.name, grid, dict(zip(unique, grid.cells.columns, strict=True)))


def read_columns(
    file: TextFile,
    columns: Mapping[str, str | int],
    *,
    has_header: bool = True,
    first_line: int | None = None,
    separator: str | None = None,
) -> TextTable:
    """The mapped columns of delimited text under our names. A whole number is a position, the first column being 1.

    Where `first_line` is None and columns are given by name, the header is the first line that has them all, so that a
    preamble is passed over. Raises DeliveryError where a column is not there, or is there twice.
    """
    sought = [name for name in columns.values() if isinstance(name, str)]
    if first_line is None and has_header and sought:
        first_line = _line_of_header(file, sought, separator)
    grid = _read_grid(file, has_header, first_line or 1, separator)
    try:
        found = positions(grid.names if has_header else (), grid.cells.width, columns, file.name)
    except DeliveryError as error:
        raise DeliveryError(f"{error}{advice(product_of(first_lines(file)))}") from error
    return _table(file.name, grid, {ours: grid.cells.columns[position - 1] for ours, position in found.items()})


def first_lines(file: TextFile, most: int = 30) -> list[list[str]]:
    """The cells of the first lines that are not blank."""
    lines = [line for line in file.head.split("\n", most)[:most] if line.strip()]
    return [_fields(line, _separator(line)) for line in lines if len(line) < LONGEST_FIELD]


def positions(names: Sequence[str], width: int, columns: Mapping[str, str | int], file_name: str) -> dict[str, int]:
    """Where, from 1, each of the mapped columns stands in a header of those names. Raises DeliveryError."""
    there = [folded(name) for name in names]
    _refuse_repeated(file_name, there, {folded(theirs) for theirs in columns.values() if isinstance(theirs, str)})
    found: dict[str, int] = {}
    for ours, theirs in columns.items():
        if isinstance(theirs, int):
            if not 1 <= theirs <= width:
                raise DeliveryError(
                    f"{file_name}: column {theirs} for {ours!r} is not there; found {width:,} columns, the first is 1"
                )
            found[ours] = theirs
        elif folded(theirs) in there:
            found[ours] = there.index(folded(theirs)) + 1
        else:
            raise DeliveryError(
                f"{file_name}: column {theirs[:_SHOWN_LETTERS]!r} for {ours!r} is not there; {describe_header(names, theirs)}; "
                "correct `columns` in delivery.yml"
            )
    return found


def folded(name: str) -> str:
    """A column's name without what nobody sees: outer and repeated white space, byte order marks, its Unicode form."""
    return " ".join(unicodedata.normalize("NFC", name).replace("\ufeff", "").split())


def describe_header(names: Sequence[str], sought: str | None = None) -> str:
    """What a message may say of a header: its names, where they can be names and not what a person wrote."""
    if not names or not is_plausible_header(names):
        return f"found {len(names):,} columns in a line that is no header"
    shown = [repr(name[:_SHOWN_LETTERS]) for name in names[:_SHOWN_NAMES]]
    more = f" and {len(names) - _SHOWN_NAMES:,} more" if len(names) > _SHOWN_NAMES else ""
    near = difflib.get_close_matches(sought, names, n=1) if sought else []
    return f"found {', '.join(shown)}{more}" + (f"; did you mean {near[0][:_SHOWN_LETTERS]!r}?" if near else "")


def is_plausible_header(names: Sequence[str]) -> bool:
    """Whether a line can be a header: no cell looks like an id, an address, a number, a date or a sentence."""
    return any(names) and not any(map(_is_content, names))


def _is_content(cell: str) -> bool:
    return bool(
        len(cell) > _LONGEST_NAME
        or len(cell.split()) > _MOST_WORDS_OF_A_NAME
        or re.search(r"[@{}\"<>\\\x00-\x1f]|://|www\.|[.!?؟]\s*$|[0-9]{4,}|[0-9][/.:-][0-9]", cell)
        or re.fullmatch(r"[\W0-9]+", cell)
        or re.search(r"(?:[A-Za-z][0-9]+|[0-9]+[A-Za-z]){3,}", cell)
    )


@dataclass(frozen=True)
class _Grid:
    """The cells of a file by position, the line of each row, the header's names, the records set aside."""

    names: tuple[str, ...]
    cells: pl.DataFrame
    lines: pl.Series
    rejected: list[tuple[int, str]]


def _table(name: str, grid: _Grid, columns: Mapping[str, str]) -> TextTable:
    rejected = pl.DataFrame(
        [(name, line, "unreadable", detail) for line, detail in grid.rejected], schema=REJECTED, orient="row"
    )
    rows = grid.cells.select(pl.col(theirs).alias(ours) for ours, theirs in columns.items())
    return TextTable(
        name, grid.names, rows.with_columns(pl.lit(name).alias("file"), grid.lines.alias("line")), rejected
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
    lines = file.head.split("\n", 100)[:100]
    for number, line in enumerate(lines, 1):
        for mark in (separator,) if separator else _SEPARATORS:
            if wanted <= {folded(field) for field in _fields(line, mark)}:
                return number
    return 1


def _read_grid(file: TextFile, has_header: bool, first_line: int, separator: str | None) -> _Grid:
    body = file.data if first_line == 1 else b"\n".join(file.data.split(b"\n", first_line - 1)[first_line - 1 :])
    stated = re.match(rb"\s*\"?sep=(.)\"?\n", body) if first_line == 1 else None
    if stated is not None:
        # Excel's own note about the file.
        separator = separator or stated.group(1).decode(errors="replace")
        first_line += body[: stated.end()].count(b"\n")
        body = body[stated.end() :]
    above = len(body) - len(body.lstrip(b"\n"))
    body, first_line = body[above:], first_line + above
    if not body.strip():
        raise DeliveryError(f"{file.name}: is empty; expected a header and records")
    if body.lstrip()[:1] in (b"{", b"<") or re.match(rb"\s*\[\s*(?:\{|\[)", body):
        kind = "a web page or XML" if body.lstrip()[:1] == b"<" else "JSON"
        raise DeliveryError(
            f"{file.name}: is {kind}, expected delimited text with a header; export it as CSV, or name its format in "
            "delivery.yml"
        )
    head = body[:_HEAD].decode(errors="ignore")
    separator = separator or _separator(head)
    first, _ = _first_record(body, separator)
    if len(first) > MOST_COLUMNS:
        raise DeliveryError(
            f"{file.name}: has {len(first):,} columns, expected {MOST_COLUMNS:,} or fewer; deliver only those that are needed"
        )
    cells = body.count(separator.encode()) + body.count(b"\n")
    if cells > MOST_CELLS:
        raise DeliveryError(
            f"{file.name}: has {cells:,} fields or more, expected {MOST_CELLS:,} or fewer; deliver fewer columns, or several files"
        )
    try:
        # Where quotation marks are odd, polars guesses, and may take several records for one.
        is_regular = bool(first) and _is_regular(body, separator)
        grid = (_read_regular if is_regular else _read_odd)(body, separator, has_header)
    except ComputeError:
        grid = _read_odd(body, separator, has_header)
    return _within_limits(
        _Grid(
            tuple(map(folded, grid.names)),
            grid.cells,
            grid.lines + (first_line - 1),
            [(line + first_line - 1, detail) for line, detail in grid.rejected],
        )
    )


def _within_limits(grid: _Grid) -> _Grid:
    """Without blank records, and with those rejected of which a field is too long to be one."""
    lengths = grid.cells.select(pl.all().str.len_bytes())
    longest = lengths.select(pl.max_horizontal(pl.all().max())).item() if lengths.width else 0
    is_blank = grid.cells.select(
        pl.all_horizontal(pl.all().is_null() | (pl.all().str.strip_chars() == "")).alias("blank")
    )["blank"]
    cells, lines, rejected = grid.cells.filter(~is_blank), grid.lines.filter(~is_blank), grid.rejected
    if (longest or 0) > LONGEST_FIELD:
        is_long = cells.select(
            pl.any_horizontal(pl.all().str.len_bytes() > LONGEST_FIELD).fill_null(value=False)
        ).to_series()
        rejected = [
            *rejected,
            *((line, f"a field of more than {LONGEST_FIELD:,} bytes") for line in lines.filter(is_long)),
        ]
        cells, lines = cells.filter(~is_long), lines.filter(~is_long)
    return _Grid(grid.names, cells, lines, rejected)


def _separator(head: str) -> str:
    """The mark that divides the header, and the first records into as many fields; outside quotation marks."""
    bare = re.sub('"(?:[^"]|"")*"', "", head[:65_536])
    lines = [line for line in bare.split("\n")[:20] if line.strip()][:10] or [""]

    def evidence(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines]
        return (sum(count == counts[0] for count in counts) if counts[0] else 0, counts[0])

    return max(_SEPARATORS, key=evidence)


def _is_regular(body: bytes, separator: str) -> bool:
    """Whether every quotation mark opens, closes or is doubled within a field that is quoted as a whole."""
    if b'"' not in body:
        return True
    mark = re.escape(separator).encode()
    field = rb'(?:"(?:[^"]++|"")*+"|[^"' + mark + rb"\n]*+)"
    return re.fullmatch(rb"(?:" + field + rb"(?:[" + mark + rb"\n]|\Z))*+", body) is not None


def _read_regular(body: bytes, separator: str, has_header: bool) -> _Grid:
    """The records by polars. Raises ComputeError where one has more fields than the header."""
    names, height = _first_record(body, separator)
    start = len(body) - len(body.split(b"\n", height)[-1]) if has_header else 0
    numbered = separator.join(map(str, range(1, len(names) + 1))).encode()
    cells = pl.read_csv(
        b"".join((numbered, b"\n", memoryview(body)[start:])),
        separator=separator,
        infer_schema=False,
        raise_if_empty=False,
    )
    lines = _lines(cells, body, start) + (height if has_header else 0)
    rejected: list[tuple[int, str]] = []
    if cells.height and not body.endswith(b"\n"):
        last = lines[-1]
        rest = body.rsplit(b"\n", body.count(b"\n") - last + 2)[1 if last > 1 else 0 :]
        fields = _fields(b"\n".join(rest).decode(errors="replace"), separator)
        if len(fields) < len(names) and any(map(str.strip, fields)):
            rejected.append((last, _cut_off(len(names))))
            cells, lines = cells.head(-1), lines.head(-1)
    return _Grid(tuple(names), cells, lines, rejected)


def _lines(cells: pl.DataFrame, body: bytes, start: int) -> pl.Series:
    """The line each record starts on, counted from `start`: one more for every line end inside an earlier record's fields."""
    lines = pl.Series("line", range(1, cells.height + 1), pl.Int64())
    ends = body.count(b"\n", start) + (not body.endswith(b"\n"))
    if ends == cells.height:
        return lines
    inner = cells.select(pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0)).alias("n"))["n"]
    return lines + inner.cast(pl.Int64()).cum_sum().shift(1, fill_value=0)


def _read_odd(body: bytes, separator: str, has_header: bool) -> _Grid:
    """The records whose fields can be told apart, the slow way, a record at a time."""
    text = body.decode(errors="replace")
    lines = text.split("\n")
    kept: list[tuple[int, list[str]]] = []
    rejected: list[tuple[int, str]] = []
    width = 0
    for line, fields in _records(lines, separator):
        if fields is None:
            rejected.append((line, "a quotation mark that opens a field is never closed"))
            continue
        width = width or len(fields)
        if any(map(str.strip, fields[width:])):
            rejected.append((line, f"{len(fields)} fields, expected {width} as in the header"))
        elif fields:
            kept.append((line, (fields + [""] * width)[:width]))
    if len(kept) > 1 and not text.endswith("\n"):
        start, _ = kept[-1]
        last = _fields("\n".join(lines[start - 1 :]), separator)
        if len(last) < width and any(map(str.strip, last)) and not any(line > start for line, _ in rejected):
            kept.pop()
            rejected.append((start, _cut_off(width)))
    names = kept.pop(0)[1] if has_header and kept else []
    columns = zip(*(fields for _, fields in kept), strict=True) if kept else [()] * width
    cells = pl.DataFrame(
        {str(number): pl.Series(values, dtype=pl.String()) for number, values in enumerate(columns, 1)}
    )
    blank_is_null = cells.with_columns(pl.all().replace("", None))
    return _Grid(tuple(names), blank_is_null, pl.Series("line", [line for line, _ in kept], pl.Int64()), rejected)


def _records(lines: Sequence[str], separator: str) -> Iterator[tuple[int, list[str] | None]]:
    """The records of odd text, each with its line; None for one that opens a quotation mark and never closes it.

    What follows such a mark is read again from the next line on, unless none of it is a record: then the file was cut
    off inside a field.
    """
    start, width = 0, 0
    while start < len(lines):
        rest = (f"{lines[number]}\n" for number in range(start, len(lines)))
        reader = csv.reader(rest, delimiter=separator, strict=True)
        begins = start
        try:
            for fields in reader:
                width = width or len(fields)
                yield begins + 1, fields
                begins = start + reader.line_num
            return
        except csv.Error:
            # A mark inside a field that was never quoted right: what it hides stands on one line, or is unknown.
            alone = _fields(lines[begins], separator)
            start = begins + 1
            is_whole = len(alone) == (width or len(alone)) and not _is_open(lines[begins], separator)
            width = width or len(alone)
            yield start, alone if is_whole else None
            following = (lines[number] for number in range(start, len(lines)))
            if not is_whole and not any(len(_fields(line, separator)) == width for line in following):
                return


def _first_record(body: bytes, separator: str) -> tuple[list[str], int]:
    """The fields of the first record and how many lines it takes."""
    reader = csv.reader(io.StringIO(body[:_HEAD].decode(errors="ignore"), newline=""), delimiter=separator)
    try:
        return next(reader, []), max(reader.line_num, 1)
    except csv.Error:
        return [], 1


def _fields(text: str, separator: str) -> list[str]:
    """The fields of the first record in a text, as far as they can be told."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    except csv.Error:
        return []


def _is_open(line: str, separator: str) -> bool:
    """Whether a quoted field goes on after the end of a line."""
    try:
        return "\n" in next(csv.reader([f"{line}\n"], delimiter=separator), [""])[-1]
    except csv.Error:
        return True


def _cut_off(width: int) -> str:
    return f"the file was cut off: its last record ends before its {width} fields do"
