"""Delimited text as a grid of text cells by position: which separator, which records, on which line each begins.

What the cells mean, and what stands in the header, is for `ingest.formats.text_file`.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import polars as pl
from polars.exceptions import ComputeError

from ingest.source import DeliveryError

MOST_COLUMNS = 4_000
MOST_CELLS = 300_000_000
LONGEST_FIELD = 131_072
"""In bytes: a longer one is no field but what follows a quotation mark that is never closed."""

SEPARATORS = (",", "\t", ";", "|")
_FEW, _ENOUGH_RECORDS, _FEWEST_RECORDS = 0.05, 20, 4
_FIRST_CELLS, _FEW_VALUES = 1_000, 50
_WHOLE = r"^(?:0|-?[1-9][0-9]{0,3})$"

HEAD = 1024**2
"""As much of a text is looked at for a header, in bytes."""


Cells: TypeAlias = tuple[str | None, ...]


@dataclass(frozen=True)
class Grid:
    """The cells of a file by position, text, categories or whole numbers, the line of each row, the header's names, the records set aside.

    Where columns are whole numbers, `first` has the cells of a first record that is none of the rows.
    """

    names: tuple[str, ...]
    cells: pl.DataFrame
    lines: pl.Series
    rejected: list[tuple[int, str]]
    first: Cells | None = None


def read_grid(
    name: str, data: bytes, has_header: bool, first_line: int, separator: str | None, *, repeats: bool
) -> Grid:
    """The grid of a text whose header, or first record, stands in line `first_line`. Raises DeliveryError.

    With `repeats`, columns whose first cells hold few different values are categories, a quarter of the memory of text, or
    whole numbers (Int16) where a first record has names instead and each of the others is written as numbers are: "7", not "07".
    Records with more fields than the first, with a quotation mark that is never closed, or with a field too long to be one
    are set aside, and a last one that was cut off; nothing is read across such a mark.
    """
    body = data if first_line == 1 else b"\n".join(data.split(b"\n", first_line - 1)[first_line - 1 :])
    stated = re.match(rb"\s*\"?sep=(.)\"?\n", body) if first_line == 1 else None
    if stated is not None:
        # The line with which Excel names its separator.
        separator = separator or stated.group(1).decode(errors="replace")
        first_line += body[: stated.end()].count(b"\n")
        body = body[stated.end() :]
    above = len(body) - len(body.lstrip(b"\n"))
    body, first_line = body[above:], first_line + above
    if not body or body.isspace():
        raise DeliveryError(f"{name}: is empty; expected a header and records")
    if body.lstrip()[:1] in (b"{", b"<") or re.match(rb"\s*\[\s*(?:\{|\[)", body):
        kind = "a web page or XML" if body.lstrip()[:1] == b"<" else "JSON"
        raise DeliveryError(
            f"{name}: is {kind}, expected delimited text with a header; export it as CSV, or name its format in "
            "delivery.yml"
        )
    head = body[:HEAD].decode(errors="ignore")
    separator = separator or separator_of(head)
    first, _ = _first_record(body, separator)
    if len(first) > MOST_COLUMNS:
        raise DeliveryError(
            f"{name}: has {len(first):,} columns, expected {MOST_COLUMNS:,} or fewer; deliver only those that are needed"
        )
    cells = body.count(separator.encode()) + body.count(b"\n")
    if cells > MOST_CELLS:
        raise DeliveryError(
            f"{name}: has {cells:,} fields or more, expected {MOST_CELLS:,} or fewer; deliver fewer columns, or several files"
        )
    try:
        # Where quotation marks are odd, polars guesses, and may take several records for one.
        is_regular = bool(first) and _is_regular(body, separator)
        grid = (
            _read_regular(body, separator, has_header, repeats, cells)
            if is_regular
            else _read_odd(body, separator, has_header)
        )
    except ComputeError:
        grid = _read_odd(body, separator, has_header)
    found = _within_limits(
        replace(
            grid,
            lines=grid.lines + (first_line - 1),
            rejected=[(line + first_line - 1, detail) for line, detail in grid.rejected],
        )
    )
    return _without_short(name, found, body, first_line, separator)


def _without_short(name: str, grid: Grid, body: bytes, first_line: int, separator: str) -> Grid:
    """Without records that have fewer fields than nearly all others: a separator is lost, and what follows it has moved.

    Where many records are short, their product leaves out empty fields at the end. Raises DeliveryError where all are, alike.
    """
    cells, lines = grid.cells, grid.lines
    most = max(1, int(cells.height * _FEW))
    if cells.width < 2 or cells.height < _FEWEST_RECORDS or not cells[:, -1].null_count():
        return grid
    headless = int(lines[0] == first_line)
    records = cells.height + 1 - headless
    if b'"' not in body and body.count(separator.encode()) == records * (cells.width - 1):
        return grid
    texts = body.decode(errors="replace").split("\n")
    begun = pl.DataFrame({"line": lines, "next": lines.shift(-1, fill_value=len(texts) + first_line)})
    written = pl.Series(texts).gather((lines - first_line).cast(pl.UInt32()))
    has_few = written.str.count_matches(separator, literal=True) < cells.width - 1
    suspects = begun.filter(cells[:, -1].is_null() & has_few)
    # Where none stands above them, the header may be the first of the records.
    are_all = suspects["line"].tail(cells.height - headless).equals(lines[headless:])
    widths = {
        line: len(fields_of("\n".join(texts[line - first_line : following - first_line]), separator))
        for line, following in (suspects if are_all else suspects.head(most + 1)).iter_rows()
    }
    if are_all and len({*widths.values()}) == 1 and (found := min(widths.values())) < _named(grid):
        raise DeliveryError(
            f"{name}, line {min(widths)}: found {found} fields, as in every record, expected {_named(grid)} as in the line above them: "
            "where a name there holds a separator, put it in quotation marks; where names have no column, delete them"
        )
    expected = f"expected {cells.width} as in nearly all records"
    short = [(line, f"{found} fields, {expected}") for line, found in widths.items() if found < cells.width]
    if suspects.height > most or not short or cells.height < _ENOUGH_RECORDS:
        return grid
    is_short = lines.is_in([line for line, _ in short])
    return replace(
        grid, cells=cells.filter(~is_short), lines=lines.filter(~is_short), rejected=sorted([*grid.rejected, *short])
    )


def _named(grid: Grid) -> int:
    """How many columns the first line names; blank names at its end, as after a separator that closes it, are none."""
    above = grid.names or grid.cells.row(0)
    return max((place for place, cell in enumerate(above, 1) if (cell or "").strip()), default=0)


def _within_limits(grid: Grid) -> Grid:
    """Without blank records, and with those rejected of which a field is too long to be one."""
    is_blank = pl.repeat(value=True, n=grid.cells.height, dtype=pl.Boolean(), eager=True)
    # Columns of numbers first: they are looked through faster.
    for column in sorted(grid.cells, key=lambda column: column.dtype != pl.Int16()):
        if not is_blank.any():
            break
        is_blank &= column.is_null() if column.dtype == pl.Int16() else _is_blank(column)
    cells, lines, rejected = grid.cells, grid.lines, grid.rejected
    if is_blank.any():
        cells, lines = cells.filter(~is_blank), lines.filter(~is_blank)
    texts = (column for column in grid.cells if column.dtype != pl.Int16())
    if any((_bytes_of(column) > LONGEST_FIELD).any() for column in texts):
        is_long = cells.select(
            pl.any_horizontal(pl.all().cast(pl.String()).str.len_bytes() > LONGEST_FIELD).fill_null(value=False)
        ).to_series()
        rejected = [
            *rejected,
            *((line, f"a field of more than {LONGEST_FIELD:,} bytes") for line in lines.filter(is_long)),
        ]
        cells, lines = cells.filter(~is_long), lines.filter(~is_long)
    return replace(grid, cells=cells, lines=lines, rejected=rejected)


def _is_blank(texts: pl.Series) -> pl.Series:
    return (texts.cast(pl.String()).str.strip_chars() == "").fill_null(value=True)


def _bytes_of(column: pl.Series) -> pl.Series:
    return column.cat.len_bytes() if column.dtype == pl.Categorical() else column.str.len_bytes()


def separator_of(head: str) -> str:
    """The mark that divides the header, and the first records into as many fields; outside quotation marks."""
    bare = re.sub('"(?:[^"]|"")*"', "", head[:65_536])
    lines = [line for line in bare.split("\n")[:20] if line.strip(" ")][:10] or [""]

    def evidence(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines]
        return (sum(count == counts[0] for count in counts) if counts[0] else 0, counts[0])

    return max(SEPARATORS, key=evidence)


def _is_regular(body: bytes, separator: str) -> bool:
    """Whether every quotation mark opens, closes or is doubled within a field that is quoted as a whole."""
    if b'"' not in body:
        return True
    import numpy as np

    signs = np.frombuffer(body, dtype=np.uint8)
    parts = range(0, len(signs), HEAD)
    marks = np.concatenate([start + np.flatnonzero(signs[start : start + HEAD] == ord('"')) for start in parts])
    if len(marks) % 2:
        return False
    opens, closes = marks[::2], marks[1::2]
    ends = np.frombuffer(f"{separator}\n".encode(), dtype=np.uint8)
    begins_field = (opens == 0) | np.isin(signs[opens - 1], ends)
    ends_field = (closes == len(signs) - 1) | np.isin(signs[(closes + 1) % len(signs)], ends)
    is_doubled = opens[1:] == closes[:-1] + 1
    return bool(
        begins_field[:1].all() and ends_field[-1:].all() and (is_doubled | (ends_field[:-1] & begins_field[1:])).all()
    )


def _read_regular(body: bytes, separator: str, has_header: bool, repeats: bool, marks: int) -> Grid:
    """The records by polars, between which and within which so many marks stand. Raises ComputeError where one has more fields
    than the header."""
    names, height = _first_record(body, separator)
    start = 0
    for _ in range(height if has_header else 0):
        start = body.find(b"\n", start) + 1 or start
    numbered = separator.join(map(str, range(1, len(names) + 1))).encode()
    text = b"".join((numbered, b"\n", memoryview(body)[start:]))
    options: dict[str, Any] = {"separator": separator, "infer_schema": False, "raise_if_empty": False}
    found = None
    if repeats:
        head = pl.read_csv(text, n_rows=_FIRST_CELLS, **options)
        few = [column.name for column in head if column.n_unique() <= _FEW_VALUES]
        options["schema_overrides"] = dict.fromkeys(few, pl.Categorical())
        above = body[: body.find(b"\n") + 1]
        below = marks - above.count(separator.encode()) - 1
        found = _read_whole(text, head, options, below) if above and not has_header and height == 1 else None
    if found is None:
        first, cells = None, _rechunked(pl.read_csv(text, **options))
    else:
        first, cells = found
        start = body.index(b"\n") + 1
    lines = _lines(cells, body, start) + (0 if first is None and not has_header else height)
    rejected: list[tuple[int, str]] = []
    if cells.height and not body.endswith(b"\n"):
        last = lines[-1]
        rest = body.rsplit(b"\n", body.count(b"\n") - last + 2)[1 if last > 1 else 0 :]
        fields = fields_of(b"\n".join(rest).decode(errors="replace"), separator)
        if len(fields) < len(names) and any(map(str.strip, fields)):
            rejected.append((last, _cut_off(len(names))))
            cells, lines = cells.head(-1), lines.head(-1)
    return Grid(tuple(names), cells, lines, rejected, first)


def _read_whole(
    text: bytes, head: pl.DataFrame, options: dict[str, Any], marks: int
) -> tuple[Cells, pl.DataFrame] | None:
    """The first record, and the cells below it with whole numbers parsed as such, which takes half of the time of text.

    None unless every number is written as numbers are. They are where the cells, so written, and the `marks` between them are
    together as long as the text: no other way of writing one is as short.
    """
    first, below, few = head.row(0), head.slice(1), options["schema_overrides"]
    whole = [name for name in few if (is_whole := below[name].str.contains(_WHOLE)).any() and is_whole.all()]
    if not whole or below.height < _ENOUGH_RECORDS or not any(cell and cell.strip() for cell in first):
        return None
    start = text.index(b"\n", text.index(b"\n") + 1) + 1
    if text.find(b'"', start) >= 0:
        return None
    overrides = {**few, **dict.fromkeys(whole, pl.Int16())}
    try:
        cells = pl.read_csv(text, **{**options, "schema_overrides": overrides}, skip_rows_after_header=1)
    except ComputeError:
        return None
    return (first, cells) if sum(map(_length, cells)) + marks == len(text) - start else None


def _length(column: pl.Series) -> int:
    """How many bytes the cells of a column take."""
    if column.dtype != pl.Int16():
        return int(_bytes_of(column).sum())
    lowest, highest = column.min(), column.max()
    if isinstance(lowest, int) and isinstance(highest, int) and lowest >= 0 and highest < 10:
        return column.count()
    counted = column.drop_nulls().value_counts(name="cells")
    return sum(len(str(number)) * cells for number, cells in counted.iter_rows())


def _rechunked(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells of each column in one piece, a column at a time: polars would do it for all of them at once."""
    columns = cells.columns
    return pl.DataFrame([cells.drop_in_place(name).rechunk() for name in columns])


def _lines(cells: pl.DataFrame, body: bytes, start: int) -> pl.Series:
    """The line each record starts on, counted from `start`: one more for every line end inside an earlier record's fields."""
    lines = pl.int_range(1, cells.height + 1, eager=True).alias("line")
    if body.find(b'"', start) < 0 or body.count(b"\n", start) + (not body.endswith(b"\n")) == cells.height:
        return lines
    inner = cells.select(
        pl.sum_horizontal(pl.all().cast(pl.String()).str.count_matches("\n", literal=True).fill_null(0)).alias("n")
    )["n"]
    return lines + inner.cast(pl.Int64()).cum_sum().shift(1, fill_value=0)


def _read_odd(body: bytes, separator: str, has_header: bool) -> Grid:
    """The records whose fields can be told apart, the slow way, a record at a time."""
    text = body.decode(errors="replace")
    lines = text.split("\n")
    kept: list[tuple[int, list[str]]] = []
    long: dict[int, str] = {}
    rejected: list[tuple[int, str]] = []
    width = 0
    for line, fields in _records(lines, separator):
        if fields is None:
            rejected.append((line, "a quotation mark that opens a field is never closed"))
            continue
        width = width or len(fields)
        detail = f"{len(fields)} fields, expected {width} as in the header"
        if any(map(str.strip, fields[width:])):
            rejected.append((line, detail))
            continue
        if len(fields) > width:
            long[line] = detail
        if fields:
            kept.append((line, (fields + [""] * width)[:width]))
    # Where nearly all records are as long as the header, one of the fields of a longer one was split, and what follows has moved.
    if len(kept) >= _ENOUGH_RECORDS and len(long) <= len(kept) * _FEW:
        kept = [record for record in kept if record[0] not in long]
        rejected = sorted([*rejected, *long.items()])
    if len(kept) > 1 and not text.endswith("\n"):
        start, _ = kept[-1]
        last = fields_of("\n".join(lines[start - 1 :]), separator)
        if len(last) < width and any(map(str.strip, last)) and not any(line > start for line, _ in rejected):
            kept.pop()
            rejected.append((start, _cut_off(width)))
    names = kept.pop(0)[1] if has_header and kept else []
    columns = zip(*(fields for _, fields in kept), strict=True) if kept else [()] * width
    cells = pl.DataFrame(
        {str(number): pl.Series(values, dtype=pl.String()) for number, values in enumerate(columns, 1)}
    )
    blank_is_null = cells.with_columns(pl.all().replace("", None))
    return Grid(tuple(names), blank_is_null, pl.Series("line", [line for line, _ in kept], pl.Int64()), rejected)


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
            # A quotation mark is out of place: a record that stands on one line is read from that line, any other is lost.
            alone = fields_of(lines[begins], separator)
            start = begins + 1
            is_whole = len(alone) == (width or len(alone)) and not _is_open(lines[begins], separator)
            width = width or len(alone)
            yield start, alone if is_whole else None
            following = (lines[number] for number in range(start, len(lines)))
            if not is_whole and not any(len(fields_of(line, separator)) == width for line in following):
                return


def _first_record(body: bytes, separator: str) -> tuple[list[str], int]:
    """The fields of the first record and how many lines it takes."""
    reader = csv.reader(io.StringIO(body[:HEAD].decode(errors="ignore"), newline=""), delimiter=separator)
    try:
        return next(reader, []), max(reader.line_num, 1)
    except csv.Error:
        return [], 1


def fields_of(text: str, separator: str) -> list[str]:
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
