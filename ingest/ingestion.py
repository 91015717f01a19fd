"""From landing to lake and ledger: find what is new, read it, let a validator judge it, write down what became of it.

How files are read is in `ingest.formats`; what makes a delivery believable is for the validator, which the caller brings.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl

from ingest import lake
from ingest.delivery import NOTE, Note, content_hash, load_delivery, read_note
from ingest.home import Home
from ingest.lake import StagedDelivery as StagedDelivery
from ingest.landing import Landed, scan
from ingest.ledger import DELIVERY_ID, LEDGER, in_effect, read_ledger, settle, write_ledger
from ingest.pseudonym import Pseudonymiser, pseudonymiser
from ingest.source import DeliveryError, Source

Validator: TypeAlias = Callable[[Source, Sequence[StagedDelivery], pl.DataFrame], Mapping[str, str]]
"""Judges staged deliveries: given the source, the deliveries and the ledger, why each that must be held (by `ref`) is."""

DeliveryId: TypeAlias = tuple[str, date, str]

SMALLEST_REPLACEMENT = 0.8
BATCH_RECORDS = 2_000_000
LONGEST_NAME = 200
"""In bytes: with the endings that the lake adds, a file system takes no more than 255."""
MOST_WARNINGS = 5


@dataclass(frozen=True)
class Outcome:
    """What became of a version of a delivery."""

    source: str
    landed_on: date
    delivery: str
    version: int
    outcome: str
    reason: str | None
    records_read: int | None = None
    records_loaded: int | None = None
    records_rejected: int | None = None
    records_duplicate: int | None = None


_OUTCOME = [name for name in Outcome.__dataclass_fields__ if name != "reason"]
_MEASURED = [*(name for name in _OUTCOME if name.startswith("records_")), "first_event_at", "last_event_at"]


@dataclass(frozen=True)
class Plan:
    """What differs between landing and the ledger. `missing` are loaded deliveries whose folder has disappeared."""

    pending: tuple[Landed, ...]
    missing: tuple[DeliveryId, ...]
    warnings: tuple[str, ...]


def find_pending(
    home: Home, sources: Iterable[Source], campaigns: frozenset[str], days: tuple[date, date] | None = None
) -> Plan:
    """Compare landing with the ledger, without opening a file.

    A delivery is pending where its folder changed since it was last read, its format has a new reader version, or it was
    refused and what it was refused for may have changed elsewhere: the campaigns known, the delivery that it replaces, a
    folder of nearly the same name. `days` limits the plan to deliveries that landed from the first to the last day.
    """
    sources = list(sources)
    landed, warnings = scan(home, (source.name for source in sources))
    present = {item.id for item in landed}
    ledger = read_ledger(home).filter(pl.col("source").is_in([source.name for source in sources]))
    readers = {(source.name, name): form.version for source in sources for name, form in source.formats.items()}
    newest = {
        (row["source"], row["landed_on"], row["delivery"]): row
        for row in ledger.filter(pl.col("is_current")).iter_rows(named=True)
    }

    def is_pending(item: Landed) -> bool:
        row = newest.get(item.id)
        if row is None or row["folder_signature"] != item.folder_signature:
            return True
        if row["outcome"] == "withdrawn":
            return False
        if row["outcome"] == "refused":
            replaced = (item.source, row["replaces_landed_on"], row["replaces_delivery"])
            standing = _standing(newest.get(replaced), is_landed=replaced in present)
            target = standing if row["replaces_delivery"] is not None else None
            if row["refusal_context"] != _refusal_context(campaigns, item.clash, target):
                return True
        return bool(readers.get((item.source, row["format"])) != row["reader_version"])

    wanted = [item for item in landed if days is None or days[0] <= item.landed_on <= days[1]]
    missing = [key for key in in_effect(ledger).select(DELIVERY_ID).iter_rows() if key not in present]
    return Plan(tuple(filter(is_pending, wanted)), tuple(missing), (*warnings, *_disappeared(missing)))


def ingest(
    home: Home,
    source: Source,
    validator: Validator,
    run_id: str,
    campaigns: frozenset[str],
    days: tuple[date, date] | None = None,
) -> list[Outcome]:
    """Take in every pending delivery of a source. Returns what became of each.

    Raises KeyProblemError where there is no usable pseudonym key and something to read; nothing has changed then. A mistake
    in one delivery refuses that delivery and no other. The ledger is written last, a batch at a time: a killed run is
    simply run again.
    """
    pending = find_pending(home, [source], campaigns, days).pending
    people = pseudonymiser(home) if pending else None
    lake.prepare(home, [source])
    lake.discard_staging(home)
    if people is None:
        return []
    run = _Run(home, source, people, campaigns, run_id)
    outcomes: list[Outcome] = []
    for batch in _batches(run, pending):
        outcomes += _commit(run, batch, validator)
    lake.discard_staging(home)
    return outcomes


@dataclass(frozen=True)
class _Run:
    home: Home
    source: Source
    people: Pseudonymiser
    campaigns: frozenset[str]
    run_id: str


@dataclass
class _Read:
    """A pending delivery after reading: its ledger row to be, and what was staged unless it was refused or withdrawn.

    `is_known` marks a folder that was touched, but holds what the ledger says it held.
    """

    item: Landed
    row: dict[str, Any]
    staged: StagedDelivery | None = None
    may_shrink: bool = False
    is_known: bool = False


def _batches(run: _Run, pending: Sequence[Landed]) -> Iterator[list[_Read]]:
    """Read pending deliveries in order of landing, so many at a time that memory does not grow with the backlog."""
    batch: list[_Read] = []
    records = 0
    ledger = read_ledger(run.home)
    for item in sorted(pending, key=lambda item: (item.landed_on, item.name)):
        read = _read(run, item, ledger)
        batch.append(read)
        records += read.staged.records_read if read.staged else 0
        if records >= BATCH_RECORDS:
            yield batch
            batch, records, ledger = [], 0, read_ledger(run.home)
    if batch:
        yield batch


def _read(run: _Run, item: Landed, ledger: pl.DataFrame) -> _Read:
    """Read one delivery, as far as it goes."""
    newest = _newest(ledger, item.id)
    row: dict[str, Any] = dict.fromkeys(LEDGER.names())
    row |= {
        "source": item.source,
        "landed_on": item.landed_on,
        "delivery": item.name,
        "version": newest["version"] + 1 if newest else 1,
        "folder_signature": item.folder_signature,
        "ingested_at": datetime.now(UTC),
        "run_id": run.run_id,
    }
    try:
        row |= {"content_hash": content_hash(item.path), "rows_hash": None}
        row["rows_hash"] = row["content_hash"]
        note = read_note(item.path)
        form = run.source.formats.get(note.format)
        row |= {
            "format": note.format,
            "campaign_id": note.campaign,
            "supplier": note.supplier,
            "reader_version": form.version if form else None,
            "rows_hash": _rows_hash(row["content_hash"], form.version if form else None),
            "replaces_landed_on": note.replaces.landed_on if note.replaces else None,
            "replaces_delivery": note.replaces.delivery if note.replaces else None,
        }
        if newest and newest["rows_hash"] == row["rows_hash"] and newest["outcome"] != "refused":
            return _Read(item, row, is_known=True)
        _check_place(run.home, item)
        if note.withdrawn and note.source == run.source.name:
            # Whatever else is wrong with it, or has been deleted from it, its rows are to go.
            return _Read(item, row | {"outcome": "withdrawn", "outcome_reason": "withdrawn by its note"})
        delivery = load_delivery(run.source, item.landed_on, item.path, note, run.people, run.campaigns)
        _check_replaced(run.home, ledger, item, note)
        parsed = delivery.format.read(delivery)
    except DeliveryError as error:
        return _refused(item, row, str(error), newest)
    except OSError as error:
        # No signature: what could not be opened today is tried again with every run.
        reason = f"{item.path.name}: cannot be opened ({error.strerror or error}); make it readable for the warehouse"
        return _refused(item, row | {"folder_signature": None}, reason, newest)
    staged = lake.stage(run.home, delivery, row["version"], parsed)
    return _Read(item, row | {name: getattr(staged, name) for name in _MEASURED}, staged, note.replaces_smaller)


def _refused(item: Landed, row: dict[str, Any], reason: str, newest: Mapping[str, Any] | None) -> _Read:
    refused = row | {"outcome": "refused", "outcome_reason": reason}
    same = ("rows_hash", "outcome", "outcome_reason")
    return _Read(item, refused, is_known=newest is not None and all(newest[name] == refused[name] for name in same))


def _commit(run: _Run, batch: Sequence[_Read], validator: Validator) -> list[Outcome]:
    """Judge a batch, move its files to where they belong, then write the ledger."""
    ledger = read_ledger(run.home)
    staged = [read.staged for read in batch if read.staged is not None]
    verdicts = validator(run.source, staged, ledger) if staged else {}
    outcomes = []
    for read in batch:
        settled = _place(run, read, ledger, verdicts)
        row = settled.row
        target = None
        if row["replaces_delivery"] is not None:
            replaced = (row["source"], row["replaces_landed_on"], row["replaces_delivery"])
            is_landed = _folder(run.home, replaced).joinpath(NOTE).is_file()
            target = _standing(_newest(ledger, replaced), is_landed=is_landed)
        row["refusal_context"] = _refusal_context(run.campaigns, read.item.clash, target)
        if settled.is_known:
            ledger = _touched(ledger, row)
        else:
            ledger = pl.concat([ledger, pl.DataFrame([row], schema=LEDGER)])
            outcomes.append(Outcome(**{name: row[name] for name in _OUTCOME}, reason=row["outcome_reason"]))
    write_ledger(run.home, ledger)
    lake.discard_staging(run.home)
    return outcomes


def _place(run: _Run, read: _Read, ledger: pl.DataFrame, verdicts: Mapping[str, str]) -> _Read:
    """Put what was read where it belongs, and say so in its row."""
    item, row = read.item, read.row
    if read.staged is None:
        if row["outcome"] == "withdrawn" and not read.is_known:
            lake.remove(run.home, run.source, item.landed_on, item.name)
        return read
    truncated = None if read.may_shrink else _truncated(ledger, row)
    held = verdicts.get(read.staged.ref)
    if truncated is not None:
        return _refused(item, row, truncated, _newest(ledger, item.id))
    if held is not None:
        lake.hold(run.home, read.staged, run.source)
        return _Read(item, row | {"outcome": "held", "outcome_reason": held})
    lake.accept(run.home, read.staged, run.source)
    return _Read(item, row | {"outcome": "accepted"})


def _check_place(home: Home, item: Landed) -> None:
    """What a delivery's folder may be called and where it may stand. Raises DeliveryError."""
    if item.clash is not None:
        raise DeliveryError(
            f"its name differs from {item.clash!r} only in case or Unicode form; rename one of the two folders"
        )
    if len(item.name.encode()) > LONGEST_NAME:
        raise DeliveryError(
            f"its name has {len(item.name.encode())} bytes, expected {LONGEST_NAME} or fewer; shorten the folder's name"
        )
    if not home.simulated.exists():
        return
    # A simulated home has a key that everybody knows: real people must not come under it.
    made = json.loads(home.simulated.read_text("utf-8"))["deliveries"]
    if [item.source, item.landed_on.isoformat(), item.name] not in made:
        raise DeliveryError(
            "this home was made by the simulator and takes no other delivery; use a CAMPAIGN_HOME of your own for real data"
        )


def _check_replaced(home: Home, ledger: pl.DataFrame, item: Landed, note: Note) -> None:
    if note.replaces is None:
        return
    replaced = (item.source, note.replaces.landed_on, note.replaces.delivery)
    if _newest(ledger, replaced) is None and not _folder(home, replaced).joinpath(NOTE).is_file():
        raise DeliveryError(
            f"{NOTE}: key 'replaces': found {note.replaces.landed_on}/{note.replaces.delivery}, which was never "
            "delivered; correct the day or the name, or remove the key"
        )


def _truncated(ledger: pl.DataFrame, row: Mapping[str, Any]) -> str | None:
    """The truncation guard: why a version is suspiciously small beside what it takes the place of, if it is."""
    same = _is_delivery((row["source"], row["landed_on"], row["delivery"]))
    if row["replaces_delivery"] is not None:
        same |= _is_delivery((row["source"], row["replaces_landed_on"], row["replaces_delivery"]))
    before, now = in_effect(settle(ledger.filter(same)))["records_read"].max(), row["records_read"]
    if not isinstance(before, int) or now >= SMALLEST_REPLACEMENT * before:
        return None
    return (
        f"found {now} records, expected at least {SMALLEST_REPLACEMENT:.0%} of the {before} it replaces; deliver it whole, "
        f"or set replaces_smaller: true in {NOTE}"
    )


def _is_delivery(key: DeliveryId) -> pl.Expr:
    return pl.all_horizontal(pl.col(name) == value for name, value in zip(DELIVERY_ID, key, strict=True))


def _newest(ledger: pl.DataFrame, key: DeliveryId) -> dict[str, Any] | None:
    """The newest version of a delivery, whatever became of it."""
    versions = ledger.filter(_is_delivery(key)).sort("version")
    return versions.row(-1, named=True) if versions.height else None


def _folder(home: Home, key: DeliveryId) -> Path:
    source, landed_on, name = key
    return home.landing / source / landed_on.isoformat() / name


def _touched(ledger: pl.DataFrame, row: Mapping[str, Any]) -> pl.DataFrame:
    """A folder that was touched but holds what it held: remember how it and what is around it look now."""
    same = _is_delivery((row["source"], row["landed_on"], row["delivery"])) & pl.col("is_current")
    return ledger.with_columns(
        pl.when(same).then(pl.lit(row[name], pl.String())).otherwise(name).alias(name)
        for name in ("folder_signature", "refusal_context")
    )


def _disappeared(missing: Sequence[DeliveryId]) -> list[str]:
    """Warnings, a few: where a whole disk is not mounted, a line for each delivery would hide every other."""
    lines = [f"landing/{source}/{day}/{name} has disappeared" for source, day, name in missing[:MOST_WARNINGS]]
    if len(missing) > MOST_WARNINGS:
        lines.append(f"... and {len(missing) - MOST_WARNINGS} more deliveries have disappeared from landing")
    return [f"{line}; its rows are kept (withdrawn: true in its note takes them out)" for line in lines]


def _standing(newest: Mapping[str, Any] | None, *, is_landed: bool) -> str:
    """How a delivery stands that another one replaces."""
    if newest is None:
        return "landed" if is_landed else "absent"
    return f"{newest['version']} {newest['outcome']}"


def _rows_hash(content: str, reader_version: int | None) -> str:
    return hashlib.sha256(f"{content} reader {reader_version}".encode()).hexdigest()


def _refusal_context(campaigns: frozenset[str], clash: str | None, target: str | None) -> str:
    """What a delivery may be refused for that stands outside its own folder."""
    return hashlib.sha256(repr((sorted(campaigns), clash, target)).encode()).hexdigest()
