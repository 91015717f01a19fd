"""The beginning of a file: its first rows as cells, the fields of its first JSON records, the lines that may be a header."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import polars as pl

from ingest.formats.json_documents import inside, read_documents
from ingest.formats.json_maps import named_insights
from ingest.formats.text_file import TextFile, as_text, first_lines, folded, is_plausible_header
from ingest.formats.unpacking import unpacked
from ingest.formats.workbook import as_csv, is_workbook
from ingest.source import DeliveryError

Kind: TypeAlias = Literal["table", "json", "spss", "triple_s"]

_LONGEST_MARK = 80
_SPSS = (b"$FL2", b"$FL3")
_OTHER_PRODUCTS = {
    "Stata": rb"<stata_dta>|[\x69-\x73][\x01\x02]\x01\x00",
    "SAS": rb"\x00{12}\xc2\xea\x81\x60|HEADER RECORD\*{7}LIB",
    "R": rb"RD[AX][23]\n",
    "SPSS, a portable one": rb".{40,}ASCII SPSS PORT",
}
"""Whose files begin how."""
_OF_R = (".rds", ".rda", ".rdata")
"""Packed files of R, which begin as any other packed file does."""
_ENDINGS = r"(\.(csv|tsv|txt|json|ndjson|jsonl|zip|gz|zst|bz2|xlsx?|xlsb|ods|z?sav|sss|asc|xml))+$"
_SHOWN = 8
_RECORDS = 40
_DEEPEST = 8
_SENTENCE = 4


@dataclass(frozen=True)
class Head:
    """One file, or one of an archive, before anything is known of it. `text` is None where it is no text."""

    path: Path
    kind: Kind
    text: TextFile | None

    @property
    def stem(self) -> str:
        """The file's name without its endings, as an id."""
        return stem_of(self.path)

    @cached_property
    def rows(self) -> list[list[str]]:
        """The cells of the first lines that are not blank."""
        if self.text is None or self.kind != "table":
            return []
        return [[folded(cell) for cell in cells] for _, cells in first_lines(self.text)]

    def line_of(self, row: list[str]) -> int:
        """The line of the file on which a row stands."""
        return first_lines(self.text)[self.rows.index(row)][0] if self.text is not None else 1

    @property
    def headers(self) -> list[list[str]]:
        """The lines that may be a header, the best first; a column may be called `Attended?`."""
        return [
            row
            for row in self.rows[:30]
            if len(row) > 1
            and is_plausible_header([cell.rstrip("?؟. ") if len(cell.split()) < _SENTENCE else cell for cell in row])
        ]

    @cached_property
    def without_questions(self) -> "Head | None":
        """The file as if the columns of what people were asked had no name, where a line names more than that, and nothing else does."""
        if self.headers:
            return None
        for place, row in enumerate(self.rows[:30]):
            plain = ["" if _is_question(cell) else cell for cell in row]
            if is_plausible_header(plain) and 2 * plain.count("") < len(plain):
                other = replace(self)
                # A frozen class keeps what it has computed in its dictionary.
                other.__dict__["rows"] = [*self.rows[:place], plain, *self.rows[place + 1 :]]
                return other
        return None

    @property
    def has_no_header(self) -> bool:
        """Whether the first line is a record already."""
        return (
            bool(self.rows) and len(self.rows[0]) > 1 and any(re.search(r"\d{6,}|://", cell) for cell in self.rows[0])
        )

    def column(self, place: int, first: int = 0) -> list[str]:
        """The cells of a column, the first being 0, that say something."""
        return [row[place].strip() for row in self.rows[first:] if place < len(row) and row[place].strip()]

    def below(self, header: list[str], name: str) -> list[str]:
        """The cells under a name of a header."""
        return self.column(header.index(name), self.rows.index(header) + 1)

    def fields(self, records: tuple[str, ...] = ()) -> dict[str, str]:
        """The paths of the first JSON records, each with a value; `*` stands for any position in a list."""
        return {path: values[0] for path, values in self.values(records).items()}

    def values(self, records: tuple[str, ...] = ()) -> dict[str, list[str]]:
        """The paths of the first JSON records, each with a value a record; those of a list stand between commas."""
        found: dict[str, list[str]] = {}
        if self.kind == "json":
            for written in inside(self._documents, records)["json"].head(_RECORDS):
                leaves: dict[str, list[str]] = {}
                for path, value in _leaves(named_insights(json.loads(written))):
                    leaves.setdefault(path, []).append(value)
                for path, values in leaves.items():
                    found.setdefault(path, []).append(", ".join(values))
        return found

    @cached_property
    def _documents(self) -> pl.DataFrame:
        assert self.text is not None  # noqa: S101 - JSON is text
        documents, rejected = read_documents(self.text)
        if documents.is_empty() and not rejected.is_empty():
            raise DeliveryError(
                f"{self.text.name}, line {rejected['line'][0]}: begins as JSON, and has no object that can be read; expected objects with "
                "names and texts in double quotation marks; write it with a tool for JSON, or export it as CSV"
            )
        return documents


def _is_question(cell: str) -> bool:
    return cell.rstrip().endswith(("?", "؟")) and len(cell.split()) >= _SENTENCE


def stem_of(path: Path) -> str:
    """A file's name without its endings, as an id."""
    return re.sub(r"[^\w-]+", "-", re.sub(_ENDINGS, "", path.name.lower())).strip("-") or "file"


def heads_of(path: Path, encoding: str | None) -> list[Head]:
    """The head of a file, or of each file of an archive, whose text is in this encoding, if it is known. Raises DeliveryError."""
    with path.open("rb") as file:
        start = file.read(_LONGEST_MARK)
    if start[:4] in _SPSS:
        return [Head(path, "spss", None)]
    for product, mark in _OTHER_PRODUCTS.items():
        if re.match(mark, start, re.DOTALL) or (product == "R" and path.suffix.lower() in _OF_R):
            raise DeliveryError(
                f"{path.name}: is a file of {product}, expected .sav, a workbook or CSV; save it there as .sav, which keeps labels"
            )
    heads = []
    for name, data in unpacked(path):
        if data[:4] in _SPSS:
            raise DeliveryError(f"{name}: is an SPSS file in an archive, expected it by itself; unpack it")
        text = TextFile(name, as_csv(name, data)) if is_workbook(name, data) else as_text(name, data, encoding)
        first = text.head.lstrip()[:1_000]
        if not first.strip():
            raise DeliveryError(f"{name}: is empty; expected a header and records; export it again")
        if "mdm:metadata" in first or (path.suffix.lower() == ".sss" and "<sss" not in first):
            raise DeliveryError(
                f"{name}: describes a survey in another way than Triple-S in XML, expected .sav, Triple-S 1.1 or later, or CSV with a "
                "row a respondent; export the data so where they were collected"
            )
        if re.match(r"<[!?a-zA-Z]", first) and "<sss" not in first:
            raise DeliveryError(
                f"{name}: is a web page or XML, maybe a login page or the message of an error, expected a table, JSON or a workbook; "
                "open it, and save it as CSV or .xlsx"
            )
        if re.match(r"(?:[\w.$ ]+[=(]\s*|//.*\n\s*|\")[\[{]", first):
            raise DeliveryError(
                f"{name}: is JSON inside of something else, expected it to begin with {{ or [; take away what stands before and behind it"
            )
        kind: Kind = "json" if first[:1] in ("{", "[") else "triple_s" if "<sss" in first else "table"
        heads.append(Head(path, kind, text))
    return heads


def alone(values: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The fields of records that are no lists."""
    return {path: held for path, held in values.items() if "*" not in path}


def quoted(names: list[str]) -> str:
    """Column names as a message shows them."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(repr(name[:40]) for name in names[:_SHOWN]) + more


def _leaves(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        for inner in value[:5]:
            yield from _leaves(inner, f"{path}.*", depth + 1)
    elif value is not None:
        yield path, str(value)
