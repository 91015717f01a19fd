"""Delivered text, whatever its encoding, separator, line ends and compression, as a frame of text columns.

What the columns mean is for the formats to say. Nothing here guesses silently: what cannot be told is an error with a remedy.
"""

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl
import zstandard
from polars.exceptions import ComputeError

from ingest.delivery import Delivery
from ingest.source import REJECTED, DeliveryError

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_MAGIC = {b"PK\x03\x04": "a zip archive or an Excel workbook", b"$FL2": "an SPSS file", b"\xd0\xcf\x11\xe0": "an old Excel workbook",
          b"%PDF": "a PDF", b"PAR1": "a parquet file", b"\x1f\x8b": "gzip without the ending .gz", b"\x89PNG": "a picture"}  # fmt: skip
_SEPARATORS = (",", "\t", ";")


@dataclass(frozen=True)
class TextFile:
    """One delivered text file, decoded, its line ends made one; `name` is how messages and lineage call it."""

    name: str
    text: str


@dataclass(frozen=True)
class TextTable:
    """A delimited file: `rows` has a text column per header field, then `file` and `line`; `rejected` the unreadable lines."""

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

    `line` is the line of the file on which a record starts, also after fields that hold line ends. Records with more fields than
    the header, and a last line that was cut off, are rejected as `unreadable`.
    """
    body = file.text if first_line == 1 else "\n".join(file.text.split("\n")[first_line - 1 :])
    if not body.strip():
        raise DeliveryError(f"{file.name}: is empty; expected a header and records")
    separator = separator or _separator(body)
    rejected, lines, delivered = REJECTED.to_frame(), None, body
    try:
        rows = _parsed(body, separator, has_header)
    except ComputeError:
        try:
            body, rejected, lines = _without_ragged_lines(file.name, body, separator, first_line, has_header)
            rows = _parsed(body, separator, has_header)
        except (ComputeError, csv.Error) as error:
            raise DeliveryError(
                f"{file.name}: cannot be read as text in columns; expected a header line and records separated "
                f"by {separator!r}; deliver it again as CSV"
            ) from error
    if lines is None or lines.len() != rows.height:
        lines = _lines(rows, body, first_line, has_header)
    rows = rows.with_columns(pl.lit(file.name).alias("file"), lines.alias("line"))
    if rows.height and _last_is_cut(delivered, separator, rows.width - 2):
        detail = f"the last line ends before its {rows.width - 2} fields do: the file was cut off"
        cut = pl.DataFrame([[file.name], [rows["line"][-1]], ["unreadable"], [detail]], schema=REJECTED)
        rows, rejected = rows.head(-1), pl.concat([rejected, cut])
    return TextTable(rows, rejected)


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
    try:
        if name.endswith(".gz"):
            yield name.removesuffix(".gz"), gzip.decompress(data)
        elif name.endswith(".zst"):
            yield name.removesuffix(".zst"), zstandard.ZstdDecompressor().stream_reader(data).read()
        elif name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in sorted(archive.namelist()):
                    if not member.endswith("/"):
                        yield f"{name}/{member}", archive.read(member)
        else:
            yield name, data
    except (gzip.BadGzipFile, EOFError, zlib.error, zstandard.ZstdError, zipfile.BadZipFile) as error:
        raise DeliveryError(
            f"{name}: cannot be unpacked ({error}); expected what its ending says; deliver it again"
        ) from error


def _decoded(name: str, data: bytes, encoding: str | None) -> str:
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise DeliveryError(
                f"{name}: is {what}, expected text; export it as CSV, or name its format in delivery.yml"
            )
    if encoding is not None:
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError) as error:
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
    foreign = [letter for letter in text[:100_000] if ord(letter) > 127]
    if sum("\u0600" <= letter <= "\u06ff" for letter in foreign) * 2 > len(foreign):
        return text
    raise DeliveryError(
        f"{name}: is neither UTF-8 (byte {error.start}) nor UTF-16 nor Arabic Windows-1256; set options.encoding in delivery.yml, "
        "for example windows-1252"
    )


def _separator(body: str) -> str:
    header = next(line for line in body.splitlines() if line.strip())
    return max(_SEPARATORS, key=header.count)


def _parsed(body: str, separator: str, has_header: bool) -> pl.DataFrame:
    return pl.read_csv(
        body.encode(), separator=separator, has_header=has_header, infer_schema=False, raise_if_empty=False
    )


def _lines(rows: pl.DataFrame, body: str, first_line: int, has_header: bool) -> pl.Series:
    """The line each record starts on: one more for every line end inside an earlier record's fields.

    A blank line is a row without values, but for those above the header (or the first record), which have no row.
    """
    above = body[: len(body) - len(body.lstrip("\n"))].count("\n")
    header = 1 + sum(name.count("\n") for name in rows.columns) if has_header else 0
    inner = rows.select(pl.sum_horizontal(pl.all().str.count_matches("\n").fill_null(0)).alias("n"))["n"].cast(
        pl.Int64()
    )
    plain = pl.Series("line", range(rows.height), pl.Int64())
    return plain + inner.cum_sum().shift(1, fill_value=0) + first_line + above + header


def _without_ragged_lines(
    name: str, body: str, separator: str, first_line: int, has_header: bool
) -> tuple[str, pl.DataFrame, pl.Series]:
    """The text without records that have more fields than the header, those records, and the lines of the others.

    The slow way, taken only where polars refuses.
    """
    kept, bad, lines, width, line = io.StringIO(), [], [], 0, first_line
    writer = csv.writer(kept, delimiter=separator, lineterminator="\n")
    reader = csv.reader(io.StringIO(body), delimiter=separator)
    for row in reader:
        width = width or len(row)
        if len(row) > width:
            bad.append((name, line, "unreadable", f"{len(row)} fields, expected {width} as in the header"))
        elif width:
            writer.writerow(row)
            lines.append(line)
        line = reader.line_num + first_line
    start = 1 if has_header else 0
    return kept.getvalue(), pl.DataFrame(bad, schema=REJECTED, orient="row"), pl.Series(lines[start:], dtype=pl.Int64())


def _last_is_cut(body: str, separator: str, width: int) -> bool:
    if body.endswith("\n"):
        return False
    last = body[body.rfind("\n") + 1 :]
    fields = next(csv.reader([last], delimiter=separator), []) if len(last) < csv.field_size_limit() else []
    return 0 < len(fields) < width and not last.endswith('"')
