"""Delimited text whose quotation marks another program moved or lost, as it was before.

Spreadsheets write a line that stood in one cell in quotation marks as a whole; and what takes the marks away parts a date from its
time: `4/23/2021, 6:44:22 PM`. Spark and databases write a mark inside of a field behind a backslash, where others double it. Webex writes
each cell as a formula, `="10/6/2026"`, so that a spreadsheet leaves it alone.
"""

import re

_MARKS = (b",", b"\t", b";")
_IN_QUOTES = re.compile(rb'"(?:[^"\n]|"")*"[,;\t ]*')
_ESCAPED = re.compile(rb'(?<!\\)\\"[^",;\t\r\n]')
"""A mark behind a backslash that ends no field."""
_FIELD = re.compile(rb'(?:^|(?<=[,;\t\n]))"(?:[^"\\]|\\.)*"(?=[,;\t\r\n]|$)', re.DOTALL)
_FORMULA = re.compile(rb'(?<![^,;\t\n])(?:"=""([^"\n]*)"""|="([^"\n]*)")(?![^,;\t\n])')
"""A cell that is a formula of nothing but a text."""
_LOOKED_AT = 10_000
_FEWEST_NAMES, _PAIR = 3, 2


def with_own_quotes(data: bytes) -> bytes:
    """The text with every line as it was, if each line is one quoted cell; with marks doubled where backslashes stand before them; with
    the texts of cells that are formulas; and with dates and times together, if each was parted."""
    if b'"' in data:
        data = _with_whole_marks(data)
    if b'"' in data[:_LOOKED_AT]:
        return data
    for mark in _MARKS:
        parted = _parted_by(mark)
        if _are_parted(_first_lines(data), mark, parted) and _are_parted(data.split(b"\n"), mark, parted):
            return _joined(data.split(b"\n"), mark, parted)
    return data


def _with_whole_marks(data: bytes) -> bytes:
    if b'\\"' in data and data.lstrip()[:1] not in (b"{", b"[") and _ESCAPED.search(data):
        data = _FIELD.sub(lambda field: field[0].replace(b'\\"', b'""'), data)
    if data.lstrip()[:1] == b'"' and _are_wrapped(_first_lines(data)) and _are_wrapped(data.split(b"\n")):
        data = b"\n".join(line.rstrip(b",;\t ")[1:-1].replace(b'""', b'"') for line in data.split(b"\n"))
    if b'="' in data and data.lstrip()[:1] not in (b"{", b"["):
        data = _FORMULA.sub(rb'"\1\2"', data)
    return data


def _first_lines(data: bytes) -> list[bytes]:
    lines = data[:_LOOKED_AT].split(b"\n")
    return lines if len(data) <= _LOOKED_AT else lines[:-1]


def _are_wrapped(lines: list[bytes]) -> bool:
    """Whether every line is in quotation marks as a whole, and has separators in them."""
    written = [line for line in lines if line.strip()]
    return len(written) > 1 and all(
        _IN_QUOTES.fullmatch(line) and any(mark in line.strip(b'",;\t ') for mark in _MARKS) for line in written
    )


def _parted_by(mark: bytes) -> re.Pattern[bytes]:
    """A date and a time of day that a separator parts."""
    date, clock = rb"([0-9]{1,4}([-/.])[0-9]{1,2}\2[0-9]{1,4})", rb"([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?![0-9:])"
    return re.compile(rb"(?<![0-9])" + date + mark + b" ?" + clock)


def _are_parted(lines: list[bytes], mark: bytes, parted: re.Pattern[bytes]) -> bool:
    """Whether every line with such a date has just as many fields more than the header above it; pairs of a name and a time have none."""
    names, is_any = 0, False
    for line in lines:
        times = len(parted.findall(line))
        if not times:
            names = _names(line, mark) or names
            continue
        width = line.count(mark) + 1 - times
        if b'"' in line or width not in {names, _PAIR}:
            return False
        is_any |= width == names
    return is_any


def _names(line: bytes, mark: bytes) -> int:
    """How many columns a line names, without empty ones at its end; 0 where it names none."""
    named = line.rstrip(mark).count(mark) + 1
    return named if named >= _FEWEST_NAMES and not re.search(rb"[0-9]{4}|[0-9]:[0-9]", line) else 0


def _joined(lines: list[bytes], mark: bytes, parted: re.Pattern[bytes]) -> bytes:
    """Each date with its time in one field, and headers without the empty names that the times had."""
    mended = (line.rstrip(mark) if _names(line, mark) else parted.sub(rb"\1 \3", line) for line in lines)
    return b"\n".join(mended)
