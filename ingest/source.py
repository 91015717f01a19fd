"""The contract every layer reads: what a source is, which lake tables it fills, what a reader gets and what it must return.

No source, format or file is named here; they live in `ingest.sources` and `ingest.formats`. How a folder becomes a
`Delivery` is in `ingest.delivery`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import BaseModel

from ingest.pseudonym import Pseudonymiser
from ingest.weeks import Weeks

_EMAIL = re.compile(r"\w@\w+\.\w")

NOTE = "delivery.yml"
"""The note of a delivery: what its files cannot say about themselves."""

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""The years that an instant may lie in; another one is no time."""

LARGEST_COUNT = 10**13
"""No counter of any platform reaches it; a larger number is none."""

MOST_SECONDS = 1800
"""How long the files of one delivery may be read; unpacked bytes, fields and columns are limited where files are opened."""

INSTANT = pl.Datetime("us", "UTC")
"""The type of every `_at` column: an instant in UTC, to the microsecond."""

LINEAGE = pl.Schema({"file": pl.String(), "line": pl.Int64()})
"""What a reader adds to every row: the file within the delivery and the line in it (0 where a row has none)."""

REJECTED = pl.Schema({"file": pl.String(), "line": pl.Int64(), "reason": pl.String(), "detail": pl.String()})
"""One row per rejected record. `detail` says what was expected; it never repeats what a person wrote."""

UNREADABLE = pl.Schema({"column_name": pl.String(), "reason": pl.String(), "records": pl.Int64()})
"""One row per column and reason: fields that could not be taken as they stand, while the record was kept.

They became NULL, but for times under `ambiguous_time`, which are the first of two instants that the clocks showed alike, and
under `differs_from_id`, which are the ones in the ids of the videos.
"""


_BEGINNING, _END = 1_000, 500


def tamed(message: str) -> str:
    """A message as it may stand in a line, a table or on a page, whatever the names that a note gives: without control
    characters, and no longer than one reads; what to do stands at its end."""
    visible = "".join(
        sign if sign.isprintable() or sign in "\u200c\u200d" else sign.encode("unicode_escape").decode()
        for sign in message
    )
    return visible if len(visible) <= _BEGINNING + _END else f"{visible[:_BEGINNING]} ... {visible[-_END:]}"


class DeliveryError(Exception):
    """A mistake in a delivery or its note, which refuses it. The message says what was found, expected, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(tamed(message))


class ContractError(Exception):
    """A reader returned what it may not: an error of ours. The message names columns, reasons and counts, never content."""


@dataclass(frozen=True)
class Column:
    """A column of a lake table. `description` is for people; it names the unit or the time zone where there is one.

    `values` are all that the column may hold where it is a closed list; `is_pseudonym` marks the keys of people.
    """

    dtype: pl.DataType
    description: str
    values: tuple[str, ...] = ()
    is_pseudonym: bool = False


@dataclass(frozen=True)
class Table:
    """A lake table.

    `key` is unique within a delivery. `records` counts the delivered records that the rows carry; None marks a table that
    describes records rather than holding them. A delivery in which more than half of a `required` column is unknown is not
    believable, nor one whose `captured` instant lies more than a day after the end of its `landed_on`. Where rows are worked
    out for a session or wave as a whole, not by date, `unit` names it in the table that tells which of them a delivery holds,
    and `together` a column that says whether those with the same first column are worked out together.
    Rows say from which file and line they come, unless they belong to a row of another table that does: `is_located`.
    Of a table that `is_apart` it is told nowhere how many rows a delivery brings: it would give cells of few people away.
    """

    name: str
    description: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    records: pl.Expr | None = None
    required: tuple[str, ...] = ()
    captured: str | None = None
    unit: tuple[str, ...] = ()
    together: str | None = None
    is_located: bool = True
    is_apart: bool = False

    @cached_property
    def schema(self) -> pl.Schema:
        """The columns with their types."""
        return pl.Schema({name: column.dtype for name, column in self.columns.items()})

    @cached_property
    def rows_schema(self) -> pl.Schema:
        """The columns of the frame that a reader returns."""
        return pl.Schema({**self.schema, **(LINEAGE if self.is_located else {})})


@dataclass(frozen=True)
class Parsed:
    """What a reader makes of one delivery.

    `tables` holds a frame per table of the source that the format fills, in its `rows_schema`, without duplicates.
    `records_read` counts the records found in the files, `records_duplicate` those equal to an earlier one.
    `doubted` are the columns that were looked up in the campaign's other deliveries, each with how many fields they proved wrong.
    """

    tables: Mapping[str, pl.DataFrame]
    records_read: int
    records_duplicate: int = 0
    rejected: pl.DataFrame = field(default_factory=REJECTED.to_frame)
    unreadable: pl.DataFrame = field(default_factory=UNREADABLE.to_frame)
    doubted: Mapping[str, int] = field(default_factory=dict)

    @property
    def records_loaded(self) -> int:
        """How many of the records the rows carry."""
        return self.records_read - self.rejected.height - self.records_duplicate

    @property
    def rejections(self) -> list[tuple[str, int]]:
        """How many records are rejected, by reason."""
        return list(self.rejected.group_by("reason").len().sort("reason").iter_rows())


class Format(Protocol):
    """A file format. `version` is raised when the same files give other rows, which makes every delivery of it be read again."""

    @property
    def name(self) -> str:
        """The name that notes call it by."""
        ...

    @property
    def version(self) -> int:
        """The version of the reader."""
        ...

    @property
    def needs_timezone(self) -> bool:
        """True where the format has times without an offset, so that the note must name their IANA zone."""
        ...

    @property
    def options(self) -> type[BaseModel]:
        """The model of the note's `options`; it forbids unknown keys."""
        ...

    def read(self, delivery: "Delivery") -> Parsed:
        """Read the delivery's files. Raises DeliveryError where the delivery as a whole cannot be read."""
        ...


@dataclass(frozen=True)
class Source:
    """A kind of data the campaign gets. `title` is its group in the campaign's words."""

    name: str
    title: str
    description: str
    owner: str
    tables: tuple[Table, ...]
    formats: Mapping[str, Format]

    def table(self, name: str) -> Table:
        """The table of that name; KeyError where the source has none."""
        return {table.name: table for table in self.tables}[name]


@dataclass(frozen=True)
class Earlier:
    """A read-only look at what the campaign's other deliveries brought to a table, whenever they landed."""

    files: Callable[[str], Sequence[Path]] = lambda _: ()

    def rows(self, table: Table) -> pl.LazyFrame:
        """The rows of all of them."""
        return pl.concat(
            [
                table.schema.to_frame().lazy(),
                *(
                    pl.scan_parquet(path).select(pl.col(name).cast(dtype) for name, dtype in table.schema.items())
                    for path in self.files(table.name)
                ),
            ]
        )


def require_nobody_named(file_name: str) -> None:
    """Raise DeliveryError where the name of a file holds an e-mail address, without repeating it."""
    if _EMAIL.search(file_name):
        raise DeliveryError(
            "the name of a file, or of one in an archive, holds an e-mail address; names are shown to whoever reads the marts: "
            "rename it"
        )


Options = TypeVar("Options", bound=BaseModel)


@dataclass(frozen=True)
class Delivery:
    """A delivery with a valid note: what a reader gets. `files` are its data files, sorted by name.

    `zone` is that of times that carry none; it is never None where the format needs one. `weeks` are those of the campaign.
    """

    source: Source
    landed_on: date
    name: str
    path: Path
    format: Format
    campaign_id: str
    zone: ZoneInfo | None
    supplier: str | None
    options: BaseModel
    files: tuple[Path, ...]
    pseudonyms: Pseudonymiser = field(repr=False)
    earlier: Earlier = field(default_factory=Earlier, repr=False)
    weeks: Weeks = field(default_factory=Weeks, repr=False)

    def options_as(self, model: type[Options]) -> Options:
        """The options as the model of the delivery's own format."""
        if not isinstance(self.options, model):
            raise TypeError(f"{self.format.name} has other options than {model.__name__}")
        return self.options

    @property
    def label(self) -> str:
        """How messages call the delivery."""
        return f"{self.source.name}/{self.landed_on}/{self.name}"
