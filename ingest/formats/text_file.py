"""Delivered text, whatever its encoding, separator, line ends and compression, as a frame of text columns.

What the columns mean is for the formats to say. Nothing here guesses silently: what cannot be told is an error with a remedy.
"""

import codecs
import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import polars as pl
import zstandard
from polars.exceptions import ComputeError

from ingest.source import REJECTED, Delivery, DeliveryError

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_MAGIC = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"$FL2": "an SPSS file",
    b"$FL3": "an SPSS file",
    b"%PDF": "a PDF",
    b"PAR1": "a parquet file",
    b"\x1f\x8b": "gzip without the ending .gz",
    b"\x28\xb5\x2f\xfd": "zstandard without the ending .zst",
    b"\x89PNG": "a picture",
}
_SEPARATORS = (",", "\t", ";")


@dataclass(frozen=True)
class TextFile:
    """One delivered text file, decoded, its line ends made one; `name` is how messages and lineage call it."""

    name: str
    text: str


@dataclass(frozen=True)
class TextTable:
    """A delimited file: `rows` has a text column per header field, then `file` and `line`.

    `rejected` are the records that cannot be told apart or were cut off. Blank lines are no records.
    """

    name: str
    rows: pl.DataFrame
    rejected: pl.DataFrame

    @property
    def records(self) -> int:
        """How many records the file holds, unreadable ones included."""
        return self.rows.height + self.rejected.height


def text_files(delivery: Delivery, encoding: str | None = None) -> Iterator[TextFile]:
    """The delivery's files, unpacked and decoded, in order of name. Raises DeliveryError."""
    for path in delivery.files:
        for name, data in _unpacked(path.name, path.read_bytes()):
            yield TextFile(name, _decoded(name, data, encoding).replace("\r\n", "\n").replace("\r", "\n"))


def read_table(
    file: TextFile, *, has_header: bool = True, first_line: int = 1, separator: str | None = None
) -> TextTable:
    """Read delimited text whose header (or first record) stands in line `first_line`. Raises DeliveryError.

    `line` is the line of the file on which a record starts, also after fields that hold line ends. Records with more fields
    than the header, with a quotation mark that is never closed, and a last one that was cut off are rejected as
    `unreadable`; nothing is read across such a mark.
    """
    body = file.text if first_line == 1 else "\n".join(file.text.split("\n")[first_line - 1 :])
    if not body.strip():
        raise DeliveryError(f"{file.name}: is empty; expected a header and records")
    separator = separator or _separator(body)
    try:
        # Where quotation marks are odd, polars guesses, and may take several records for one.
        rows, rejected = (_read_regular if _is_regular(body, separator) else _read_odd)(body, separator, has_header)
    except ComputeError:
        rows, rejected = _read_odd(body, separator, has_header)
    above = pl.col("line") + (first_line - 1)
    return TextTable(
        file.name,
        rows.select(pl.exclude("file", "line"), pl.lit(file.name).alias("file"), above),
        rejected.with_columns(pl.lit(file.name).alias("file"), above),
    )


def pick_columns(table: pl.DataFrame, columns: Mapping[str, str | int], file_name: str) -> pl.DataFrame:
    """The mapped columns under our names, and `file` and `line`. A whole number is a position, the first column being 1.

    Raises DeliveryError where a column is not there.
    """
    there = [name for name in table.columns if name not in ("file", "line")]
    for ours, theirs in columns.items():
        if isinstance(theirs, int) and not 1 <= theirs <= len(there):
            raise DeliveryError(
                f"{file_name}: column {theirs} for {ours!r} is not there; found {len(there)} columns, the first is 1"
            )
        if isinstance(theirs, str) and theirs not in there:
            raise DeliveryError(
                f"{file_name}: column {theirs!r} for {ours!r} is not there; found {', '.join(map(repr, there[:40]))}; "
                "correct `columns` in delivery.yml"
            )
    picked = [
        pl.col(there[theirs - 1] if isinstance(theirs, int) else theirs).alias(ours) for ours, theirs in columns.items()
    ]
    return table.select(*picked, "file", "line")


def _unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    inner, _, ending = name.rpartition(".")
    try:
        if ending.lower() == "gz":
            yield inner, gzip.decompress(data)
        elif ending.lower() == "zst":
            yield inner, _unzstandard(data)
        elif ending.lower() == "zip":
            yield from _members(name, data)
        else:
            yield name, data
    except (
        EOFError,
        NotImplementedError,
        gzip.BadGzipFile,
        zipfile.BadZipFile,
        zlib.error,
        zstandard.ZstdError,
    ) as error:
        raise DeliveryError(
            f"{name}: cannot be unpacked ({error}); expected what its ending says; deliver it again"
        ) from error


def _unzstandard(data: bytes) -> bytes:
    """Every frame of the data. A frame that was cut off is an error, which a stream reader would keep to itself."""
    unpacked = io.BytesIO()
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        unpacked.write(frame.decompress(data))
        if not frame.eof:
            raise EOFError("it was cut off")
        data = frame.unused_data
    return unpacked.getvalue()


def _members(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of a zip archive, but for what a Mac adds to it: hidden files and the folder __MACOSX."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = [
            member
            for member in sorted(archive.infolist(), key=lambda member: member.filename)
            if not member.is_dir()
            and not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(member.filename).parts)
        ]
        if not found:
            raise DeliveryError(f"{name}: holds no file; expected an archive of text files; deliver it again")
        for member in found:
            if member.flag_bits & 1:
                raise DeliveryError(f"{name}: is locked with a password; expected an open archive; deliver it again")
            yield f"{name}/{member.filename}", archive.read(member)


def _decoded(name: str, data: bytes, encoding: str | None) -> str:
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise DeliveryError(
                f"{name}: is {what}, expected text; export it as CSV, or name its format in delivery.yml"
            )
    if encoding is not None:
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except (ValueError, LookupError) as error:
            raise DeliveryError(
                f"{name}: is not {encoding} as options.encoding says ({error}); correct or remove it"
            ) from error
    for bom, known in _BOMS.items():
        if data.startswith(bom):
            return _strict(name, data, known)
    head = data[:4096]
    if head.count(0) > len(head) // 4:
        return _strict(name, data, "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be")
    if 0 in head:
        raise DeliveryError(f"{name}: is not text (it holds NUL bytes); expected a text file")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _windows_1256(name, data, error)


def _strict(name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DeliveryError(
            f"{name}: begins as {encoding} but is not ({error.reason} at byte {error.start}); deliver it again"
        ) from error


def _windows_1256(name: str, data: bytes, error: UnicodeDecodeError) -> str:
    """Any byte is something in Windows-1256, so it is believed only where most of what is not ASCII are Arabic letters."""
    text = data.decode("cp1256", errors="replace")
    foreign = "".join(re.findall(r"[^\x00-\x7f]+", text))
    if sum(map(len, re.findall("[\u0600-\u06ff]+", foreign))) * 2 > len(foreign):
        return text
    raise DeliveryError(
        f"{name}: is neither UTF-8 (byte {error.start}) nor UTF-16 nor Arabic Windows-1256; set options.encoding in delivery.yml, "
        "for example windows-1252"
    )


def _separator(body: str) -> str:
    header = next(line for line in body.split("\n") if line.strip())
    return max(_SEPARATORS, key=re.sub('"[^"]*"', "", header).count)


def _is_regular(body: str, separator: str) -> bool:
    """Whether every quotation mark opens, closes or is doubled within a field that is quoted as a whole."""
    if '"' not in body:
        return True
    field = rf'(?:"(?:[^"]++|"")*+"|[^"{separator}\n]*+)'
    return re.fullmatch(rf"(?:{field}(?:[{separator}\n]|\Z))*+", body) is not None


def _read_regular(body: str, separator: str, has_header: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows with their line. Raises ComputeError where a record has more fields than the header."""
    rows = _parsed(body, separator, has_header)
    width = rows.width
    rows = rows.with_columns(_lines(rows, body, has_header).alias("line"))
    rejected: list[tuple[str, int, str, str]] = []
    if rows.height and not body.endswith("\n"):
        start = rows["line"][-1]
        last = _fields("\n".join(body.split("\n")[start - 1 :]), separator)
        if len(last) < width and any(map(str.strip, last)):
            rejected.append(_cut_off(start, width))
            rows = rows.head(-1)
    return _not_blank(rows), pl.DataFrame(rejected, schema=REJECTED, orient="row")


def _parsed(body: str, separator: str, has_header: bool) -> pl.DataFrame:
    return pl.read_csv(
        body.encode(), separator=separator, has_header=has_header, infer_schema=False, raise_if_empty=False
    )


def _not_blank(rows: pl.DataFrame) -> pl.DataFrame:
    cells = pl.exclude("line").str.strip_chars()
    return rows.filter(pl.any_horizontal(cells.is_not_null() & (cells != "")))


def _lines(rows: pl.DataFrame, body: str, has_header: bool) -> pl.Series:
    """The line each record starts on: one more for every line end inside an earlier record's fields.

    A blank line is a row without values, but for those above the header (or the first record), which have no row.
    """
    above = body[: len(body) - len(body.lstrip("\n"))].count("\n")
    header = 1 + sum(name.count("\n") for name in rows.columns) if has_header else 0
    inner = rows.select(pl.sum_horizontal(pl.all().str.count_matches("\n").fill_null(0)).alias("n"))["n"].cast(
        pl.Int64()
    )
    plain = pl.Series("line", range(rows.height), pl.Int64())
    return plain + inner.cum_sum().shift(1, fill_value=0) + 1 + above + header


def _read_odd(body: str, separator: str, has_header: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows with their line, and the records that cannot be read. The slow way, a record at a time."""
    lines = body.split("\n")
    kept: list[tuple[int, list[str]]] = []
    rejected: list[tuple[str, int, str, str]] = []
    width = 0
    for line, fields in _records(lines, separator):
        if fields is None:
            rejected.append(("", line, "unreadable", "a quotation mark that opens a field is never closed"))
            continue
        width = width or len(fields)
        if any(map(str.strip, fields[width:])):
            rejected.append(("", line, "unreadable", f"{len(fields)} fields, expected {width} as in the header"))
        elif fields:
            kept.append((line, (fields + [""] * width)[:width]))
    if len(kept) > 1 and not body.endswith("\n"):
        start, _ = kept[-1]
        last = _fields("\n".join(lines[start - 1 :]), separator)
        if len(last) < width and any(map(str.strip, last)) and not any(line > start for _, line, _, _ in rejected):
            kept.pop()
            rejected.append(_cut_off(start, width))
    header = [kept.pop(0)[1]] if has_header and kept else []
    names = _unique(header[0]) if header else [f"column_{number}" for number in range(1, width + 1)]
    columns = zip(*(fields for _, fields in kept), strict=True) if kept else [()] * width
    rows = pl.DataFrame(
        {name: pl.Series(values, dtype=pl.String()) for name, values in zip(names, columns, strict=True)}
    ).with_columns(pl.Series("line", [line for line, _ in kept], pl.Int64()))
    blank_is_null = rows.with_columns(pl.exclude("line").replace("", None))
    return _not_blank(blank_is_null), pl.DataFrame(rejected, schema=REJECTED, orient="row")


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


def _cut_off(line: int, width: int) -> tuple[str, int, str, str]:
    return "", line, "unreadable", f"the file was cut off: its last record ends before its {width} fields do"


def _unique(names: Sequence[str]) -> list[str]:
    """Column names of which none is there twice, as polars makes them."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        count = seen.get(name, 0)
        unique.append(f"{name}_duplicated_{count - 1}" if count else name)
        seen[name] = count + 1
    return unique
