"""The lake: typed parquet, one file per table and delivery, replaced atomically. What a file means is in the table's schema.

lake/<table>/landed_on=YYYY-MM-DD/<delivery>.parquet    the last good version of each delivery
lake/held/<table>/...                                   versions that failed their suite, for a person to look at
lake/rejected/<source>/... and lake/unreadable/...      what could not be read, and why
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PanicException

from ingest.files import (
    keep_private,
    make_home,
    make_private,
    replace_durably,
    write_atomically,
    write_privately,
)
from ingest.fingerprints import METHOD, compared_columns, fingerprint
from ingest.home import Home
from ingest.ledger import LEDGER, in_effect, read_ledger, write_ledger
from ingest.reasons import Reason
from ingest.source import (
    FIRST_YEAR,
    INSTANT,
    LARGEST_COUNT,
    LAST_YEAR,
    LINEAGE,
    REJECTED,
    UNREADABLE,
    Column,
    ContractError,
    Delivery,
    Parsed,
    Source,
    Table,
)

SCHEMA_DAY = date(1970, 1, 1)
"""The partition of the empty file that shows each table's columns before anything has landed."""

_LARGE = 2**18
"""Files of fewer rows are written before a second thread has memory of its own."""

BESIDE_TABLES = ("held", "rejected", "unreadable")
"""What the lake holds besides tables, of the same deliveries."""


_FIRST, _AFTER = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 for year in (FIRST_YEAR, LAST_YEAR + 1))
_POSSIBLE = {pl.Int64(): (-LARGEST_COUNT, LARGEST_COUNT), INSTANT: (_FIRST, _AFTER - 1)}


def lake_columns(table: Table) -> dict[str, Column]:
    """The columns of a lake table: the delivery and campaign, the table's own, then file and line where rows have them."""
    located = {
        "file": Column(LINEAGE["file"], "File within the delivery."),
        "line": Column(LINEAGE["line"], "Line in the file, from 1; 0 where a row has none."),
    }
    return {
        "landed_on": Column(pl.Date(), "Day on which the delivery landed."),
        "delivery": Column(pl.String(), "Name of the delivery's folder."),
        "campaign_id": Column(pl.String(), "Campaign that the delivery's note names."),
        **table.columns,
        **(located if table.is_located else {}),
    }


def lake_schema(table: Table) -> pl.Schema:
    """The columns of a lake file; its folder says when it landed."""
    return pl.Schema({name: column.dtype for name, column in lake_columns(table).items() if name != "landed_on"})


@dataclass(frozen=True)
class StagedDelivery:
    """A delivery that was read but is not in the lake yet: a parquet file per table, with the day it landed as a column.

    `records_apart` are those loaded into tables that are kept apart."""

    source: str
    landed_on: date
    delivery: str
    campaign_id: str
    supplier: str | None
    format: str
    version: int
    tables: Mapping[str, Path]
    rejected: Path
    unreadable: Path
    records_read: int
    records_loaded: int
    records_rejected: int
    records_duplicate: int
    records_apart: int = 0
    first_event_at: datetime | None = None
    last_event_at: datetime | None = None
    lake_files: tuple[Mapping[str, Any], ...] = ()

    @property
    def ref(self) -> str:
        """How checks name the delivery within its source."""
        return f"{self.landed_on}/{self.delivery}"


def prepare(home: Home, sources: Iterable[Source]) -> None:
    """Make sure every table has its empty file, so that a query over the lake finds columns on the first day."""
    make_home(home.root)
    keep_private(home.lake)
    for source in sources:
        for table in source.tables:
            _keep_empty(partition(home.lake / table.name, SCHEMA_DAY, "_schema"), lake_schema(table))
        for name, schema in (("rejected", REJECTED), ("unreadable", UNREADABLE)):
            empty = partition(home.lake / name / source.name, SCHEMA_DAY, "_schema")
            _keep_empty(empty, _with_delivery(schema.to_frame(), "").schema)


def _keep_empty(path: Path, schema: pl.Schema) -> None:
    """Write an empty file with those columns where there is none, one of other columns, or a damaged one."""
    try:
        if pl.read_parquet_schema(path) == schema:
            return
    except (OSError, pl.exceptions.PolarsError):
        pass
    write_atomically(schema.to_frame(), path)


def stage(home: Home, delivery: Delivery, version: int, parsed: Parsed) -> StagedDelivery:
    """Write what a reader returned beside the lake. Raises ContractError where the reader breaks its contract."""
    folder = _staging(home) / delivery.source.name / delivery.landed_on.isoformat() / delivery.name
    shutil.rmtree(folder, ignore_errors=True)
    make_private(folder)
    _require_known_reasons(delivery, parsed)
    files: dict[str, Path] = {}
    writings: list[tuple[str, pl.DataFrame, Path]] = []
    fingerprints: dict[str, str | None] = {}
    loaded = apart = 0
    events: list[pl.Series] = []
    for table in delivery.source.tables:
        frame = parsed.tables.get(table.name)
        if frame is None:
            continue
        if frame.schema != table.rows_schema:
            raise ContractError(
                f"{delivery.format.name} returned {table.name} with other columns than its schema: {frame.schema}"
            )
        _require_possible(delivery, table, frame)
        records = frame.select(table.records).item() if table.records is not None and frame.height else 0
        loaded += records
        apart += records if table.is_apart else 0
        if table.captured is not None:
            events.append(frame[table.captured])
        fingerprints[table.name] = fingerprint(frame, table)
        files[table.name] = folder / f"{table.name}.parquet"
        identified = frame.with_columns(
            pl.lit(delivery.name).alias("delivery"), pl.lit(delivery.campaign_id).alias("campaign_id")
        ).select(lake_schema(table).names())
        writings.append((table.name, identified, files[table.name]))
    for name, frame in (("rejected", parsed.rejected), ("unreadable", parsed.unreadable)):
        aside = _with_delivery(frame, delivery.name)
        writings.append((f"{name}/{delivery.source.name}", aside, folder / f"{name}.parquet"))
    accounted = loaded + parsed.rejected.height + parsed.records_duplicate
    if accounted != parsed.records_read:
        raise ContractError(
            f"{parsed.records_read} records were read but {loaded} loaded + {parsed.rejected.height} "
            f"rejected + {parsed.records_duplicate} duplicate = {accounted}; the reader {delivery.format.name} loses or "
            "makes up records"
        )
    return StagedDelivery(
        source=delivery.source.name,
        landed_on=delivery.landed_on,
        delivery=delivery.name,
        campaign_id=delivery.campaign_id,
        supplier=delivery.supplier,
        format=delivery.format.name,
        version=version,
        tables=files,
        rejected=folder / "rejected.parquet",
        unreadable=folder / "unreadable.parquet",
        records_read=parsed.records_read,
        records_loaded=loaded,
        records_rejected=parsed.rejected.height,
        records_duplicate=parsed.records_duplicate,
        records_apart=apart,
        lake_files=tuple(one | {"fingerprint": fingerprints.get(one["table"])} for one in write_files(writings)),
        **_event_bounds(events),
    )


def write_files(writings: Sequence[tuple[str, pl.DataFrame, Path]]) -> tuple[dict[str, Any], ...]:
    """Write files, each of which will lie at its place below the lake, large ones two at a time; what the ledger keeps of them."""

    def write(writing: tuple[str, pl.DataFrame, Path]) -> dict[str, Any]:
        place, frame, file = writing
        write_privately(frame, file)
        return {"table": place, "rows": frame.height, "bytes": file.stat().st_size}

    if sum(frame.height >= _LARGE for _, frame, _ in writings) < 2:
        return tuple(map(write, writings))
    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(write, writings))


def _require_possible(delivery: Delivery, table: Table, frame: pl.DataFrame) -> None:
    """What no later layer could carry stops here, whichever reader let it through."""
    conditions = [
        _is_possible(pl.col(name), dtype)
        for name, dtype in table.schema.items()
        if dtype in _POSSIBLE or dtype == pl.Float64()
    ]
    for name, [possible] in frame.select(conditions).to_dict(as_series=False).items():
        if possible is False:
            raise ContractError(f"{delivery.format.name} returned {table.name} with a {name} outside what is possible")


def _is_possible(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype not in _POSSIBLE:
        return column.is_finite().all()
    least, most = _POSSIBLE[dtype]
    number = column.to_physical()
    return (number.min() >= least) & (number.max() <= most)


def _require_known_reasons(delivery: Delivery, parsed: Parsed) -> None:
    given = {*parsed.rejected["reason"].unique(), *parsed.unreadable["reason"].unique()}
    unknown = sorted(given - set(Reason))
    if unknown:
        raise ContractError(f"{delivery.format.name} gave reasons that are not in ingest.reasons: {', '.join(unknown)}")


def _event_bounds(events: Iterable[pl.Series]) -> dict[str, datetime]:
    """The first and the last instant that a delivery carries rows of, where it carries any."""
    instants = pl.concat([pl.Series(dtype=INSTANT), *events])
    first, last = instants.min(), instants.max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return {}
    return {"first_event_at": first, "last_event_at": last}


def accept(home: Home, staged: StagedDelivery, source: Source) -> None:
    """Move a staged delivery into the lake, where it takes the place of its earlier version, also of one that was held."""
    _move(home.lake, staged, source)
    _unlink(home.lake / "held", source, staged.landed_on, staged.delivery)


def hold(home: Home, staged: StagedDelivery, source: Source) -> None:
    """Move a staged delivery to `lake/held`; the version in the lake stays as it is."""
    _move(home.lake / "held", staged, source)


def remove(home: Home, source: Source, landed_on: date, delivery: str) -> None:
    """Take a withdrawn delivery out of the lake, with everything that was read of it."""
    for place in (home.lake, home.lake / "held"):
        _unlink(place, source, landed_on, delivery)


def find_damaged(home: Home, ledger: pl.DataFrame) -> list[tuple[str, date, str]]:
    """The deliveries in effect of which a file in the lake is missing or has another size than was written."""
    lake = str(home.lake)
    damaged = {
        (source, landed_on, name)
        for source, landed_on, name, table, size in _files_in_effect(ledger)
        if _size(f"{lake}/{table}/landed_on={landed_on}/{name}.parquet") != size
    }
    return sorted(damaged)


def remove_unreadable(home: Home, ledger: pl.DataFrame) -> list[tuple[str, date, str]]:
    """Read every file in effect through, and remove what cannot be read, so that the next run reads those deliveries again."""
    damaged = set()
    for source, landed_on, name, table, _ in _files_in_effect(ledger):
        file = partition(home.lake / table, landed_on, name)
        try:
            pl.read_parquet(file, memory_map=False, hive_partitioning=False)
        except OSError:
            continue  # missing, which the next run sees, or not ours to read
        except (pl.exceptions.PolarsError, PanicException):
            file.unlink()
            damaged.add((source, landed_on, name))
    return sorted(damaged)


def fill_fingerprints(home: Home, source: Source) -> None:
    """Fingerprint the rows in effect of which the ledger has none, or one by another method: layout or polars were others.

    It is done once: nothing has to be in landing. Nothing is compared with rows that are missing or damaged.
    """
    ledger = read_ledger(home)
    files = ledger["lake_files"].to_list()
    tables = {table.name: table for table in source.tables}
    in_lake = in_effect(ledger.with_row_index("row").filter(source=source.name)).select("row", "landed_on", "delivery")
    is_changed = False
    for row, landed_on, delivery in in_lake.iter_rows():
        for file in files[row] or ():
            if file["table"] in tables and file["rows"] and not (file["fingerprint"] or "").startswith(METHOD):
                path = partition(home.lake / file["table"], landed_on, delivery)
                file["fingerprint"] = _fingerprint_of(path, file["bytes"], tables[file["table"]])
                is_changed |= file["fingerprint"] is not None
    if is_changed:
        write_ledger(home, ledger.with_columns(pl.Series("lake_files", files, LEDGER["lake_files"])))


def _fingerprint_of(path: Path, size: int, table: Table) -> str | None:
    """The fingerprint of a lake file; columns that it lacks are unknown. None where it is not as it was written."""
    if _size(str(path)) != size:
        return None
    rows = pl.scan_parquet(path, hive_partitioning=False, glob=False)
    try:
        return fingerprint(
            rows.match_to_schema(compared_columns(table), missing_columns="insert", extra_columns="ignore").collect(),
            table,
        )
    except (OSError, pl.exceptions.PolarsError, PanicException):
        return None


def _files_in_effect(ledger: pl.DataFrame) -> Iterator[tuple[str, date, str, str, int]]:
    """Source, day, delivery, place below the lake and size of what was written."""
    written = (
        in_effect(ledger)
        .select("source", "landed_on", "delivery", "lake_files")
        .explode("lake_files", empty_as_null=False, keep_nulls=False)
        .unnest("lake_files")
    )
    return written.select("source", "landed_on", "delivery", "table", "bytes").iter_rows()


def delivered(home: Home, sources: Iterable[Source]) -> Iterator[tuple[str, date, str]]:
    """The deliveries whose files are in the lake, whatever the ledger says."""
    for source in sources:
        for table in source.tables:
            for file in (home.lake / table.name).glob("landed_on=*/[!.]*.parquet"):
                landed_on = date.fromisoformat(file.parent.name.removeprefix("landed_on="))
                if landed_on != SCHEMA_DAY:
                    yield source.name, landed_on, file.stem


def sweep(home: Home) -> None:
    """Remove what a killed run left behind."""
    shutil.rmtree(_staging(home), ignore_errors=True)
    for pattern in (".*.tmp", "*/.*.tmp"):
        for stray in home.lake.glob(pattern):
            stray.unlink(missing_ok=True)


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - a path object for each of many files costs more than looking
    except OSError:
        return None


def partition(folder: Path, landed_on: date, delivery: str) -> Path:
    """The file of a delivery under a table's folder."""
    return folder / f"landed_on={landed_on}" / f"{delivery}.parquet"


def _unlink(place: Path, source: Source, landed_on: date, delivery: str) -> None:
    names = (*(table.name for table in source.tables), f"rejected/{source.name}", f"unreadable/{source.name}")
    for name in names:
        partition(place / name, landed_on, delivery).unlink(missing_ok=True)


def _staging(home: Home) -> Path:
    return home.lake / ".staging"


def _move(place: Path, staged: StagedDelivery, source: Source) -> None:
    kept = {"rejected": staged.rejected, "unreadable": staged.unreadable}
    moves = {
        partition(place / name / staged.source, staged.landed_on, staged.delivery): path for name, path in kept.items()
    }
    for table in source.tables:
        target = partition(place / table.name, staged.landed_on, staged.delivery)
        if table.name in staged.tables:
            moves[target] = staged.tables[table.name]
        else:
            target.unlink(missing_ok=True)
    for target, path in moves.items():
        make_private(target.parent)
        replace_durably(path, target)


def _with_delivery(frame: pl.DataFrame, delivery: str) -> pl.DataFrame:
    return frame.select(pl.lit(delivery, pl.String()).alias("delivery"), pl.all())
