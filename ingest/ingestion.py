"""From landing to lake and ledger: find what is new, read it, let a validator judge it, and write down what became of it.

How files are read is in `ingest.formats`; what makes a delivery believable is for the validator, which the caller brings.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from ingest import lake
from ingest.delivery import Note, content_hash, load_delivery, read_note
from ingest.home import Home
from ingest.lake import StagedDelivery
from ingest.landing import Landed, scan
from ingest.ledger import DELIVERY_ID, LEDGER, in_effect, read_ledger, settle, write_ledger
from ingest.pseudonym import Pseudonymiser, pseudonymiser
from ingest.source import DeliveryError, Source

Validator = Callable[[Source, Sequence[StagedDelivery], pl.DataFrame], Mapping[str, str]]
"""Judges staged deliveries: given the source, the deliveries and the ledger, why each delivery that must be held (by its `ref`) is."""

SMALLEST_REPLACEMENT = 0.8
BATCH_RECORDS = 2_000_000


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


@dataclass(frozen=True)
class Plan:
    """What differs between landing and the ledger. `missing` are loaded deliveries whose folder has disappeared."""

    pending: tuple[Landed, ...]
    missing: tuple[tuple[str, date, str], ...]
    warnings: tuple[str, ...]


def find_pending(
    home: Home, sources: Iterable[Source], campaigns: frozenset[str], days: tuple[date, date] | None = None
) -> Plan:
    """Compare landing with the ledger, without opening a file.

    A delivery is pending where its folder changed since it was last read, its format has a new reader version, or it was refused
    while other campaigns were known. `days` limits the plan to deliveries that landed from the first to the last day.
    """
    sources = list(sources)
    landed, warnings = scan(home, (source.name for source in sources))
    ledger = read_ledger(home)
    readers = {(source.name, name): form.version for source in sources for name, form in source.formats.items()}
    current = {
        (row["source"], row["landed_on"], row["delivery"]): row
        for row in ledger.filter(pl.col("is_current"))
        .select(*DELIVERY_ID, "signature", "format", "reader_version", "outcome", "context_hash")
        .iter_rows(named=True)
    }
    context = _context(campaigns)

    def is_pending(item: Landed) -> bool:
        known = current.get(item.id)
        if known is None or known["signature"] != item.signature:
            return True
        if known["outcome"] == "refused":
            return bool(known["context_hash"] != context)
        return bool(
            known["outcome"] != "withdrawn" and readers.get((item.source, known["format"])) != known["reader_version"]
        )

    wanted = [item for item in landed if days is None or days[0] <= item.landed_on <= days[1]]
    present = {item.id for item in landed}
    missing = [key for key in in_effect(ledger).select(DELIVERY_ID).iter_rows() if key not in present]
    gone = [
        f"landing/{source}/{day}/{name} has disappeared; its rows are kept (withdrawn: true in its note takes them out)"
        for source, day, name in missing
    ]
    return Plan(tuple(filter(is_pending, wanted)), tuple(missing), (*warnings, *gone))


def ingest(
    home: Home,
    source: Source,
    validator: Validator,
    run_id: str,
    campaigns: frozenset[str],
    days: tuple[date, date] | None = None,
) -> list[Outcome]:
    """Take in every pending delivery of a source. Returns what became of each.

    Raises KeyProblemError where there is no usable pseudonym key and something to read; nothing has changed then. A mistake in one
    delivery refuses that delivery and no other. The ledger is written last, a batch at a time: a killed run is simply run again.
    """
    lake.prepare(home, [source])
    lake.discard_staging(home)
    pending = find_pending(home, [source], campaigns, days).pending
    if not pending:
        return []
    people = pseudonymiser(home)
    outcomes: list[Outcome] = []
    for batch in _batches(home, source, pending, people, campaigns, run_id):
        outcomes += _commit(home, source, batch, validator)
    lake.discard_staging(home)
    return outcomes


@dataclass
class _Read:
    """A pending delivery after reading: its ledger row to be, and what was staged unless it was refused or withdrawn."""

    row: dict[str, object]
    staged: StagedDelivery | None = None
    may_shrink: bool = False


def _batches(
    home: Home, source: Source, pending: Sequence[Landed], people: Pseudonymiser, campaigns: frozenset[str], run_id: str
) -> Iterator[list[_Read]]:
    """Read pending deliveries in order of landing, so many at a time that memory does not grow with the backlog."""
    batch: list[_Read] = []
    records = 0
    for item in sorted(pending, key=lambda item: (item.landed_on, item.name)):
        read = _read(home, source, item, people, campaigns, run_id)
        if read is None:
            continue
        batch.append(read)
        records += read.staged.records_read if read.staged else 0
        if records >= BATCH_RECORDS:
            yield batch
            batch, records = [], 0
    if batch:
        yield batch


def _read(
    home: Home, source: Source, item: Landed, people: Pseudonymiser, campaigns: frozenset[str], run_id: str
) -> _Read | None:
    """Read one delivery; None where its content turns out to be what is already in effect."""
    ledger = read_ledger(home)
    versions = ledger.filter(
        pl.col("source") == item.source, pl.col("landed_on") == item.landed_on, pl.col("delivery") == item.name
    )
    content = content_hash(item.path)
    row: dict[str, object] = dict.fromkeys(LEDGER.names())
    row |= {
        "source": item.source,
        "landed_on": item.landed_on,
        "delivery": item.name,
        "version": 1 + (versions["version"].max() or 0),  # type: ignore[operator]
        "content_hash": content,
        "state_hash": content,
        "signature": item.signature,
        "context_hash": _context(campaigns),
        "ingested_at": datetime.now(UTC),
        "run_id": run_id,
    }
    try:
        note = read_note(item.path)
        row |= {"format": note.format, "campaign_id": note.campaign, "supplier": note.supplier}
        if item.clash is not None:
            raise DeliveryError(
                f"its name differs from {item.clash!r} only in case or Unicode form; rename one of the two folders"
            )
        _check_simulated(home, item)
        delivery = load_delivery(source, item.landed_on, item.path, note, people, campaigns)
        row |= {"reader_version": delivery.format.version, "state_hash": _state(content, delivery.format.version)}
        current = versions.filter(pl.col("is_current"))
        if (
            current.height
            and current["state_hash"].item() == row["state_hash"]
            and current["outcome"].item() != "refused"
        ):
            write_ledger(home, _with_signature(ledger, item))
            return None
        if note.withdrawn:
            lake.remove(home, source, item.landed_on, item.name)
            return _Read(row | {"outcome": "withdrawn", "outcome_reason": "withdrawn by its note"})
        if note.replaces is not None:
            _check_replaced(home, ledger, item, note)
            row |= {"replaces_landed_on": note.replaces.landed_on, "replaces_delivery": note.replaces.delivery}
        staged = lake.stage(home, delivery, int(row["version"]), delivery.format.read(delivery))  # type: ignore[call-overload]
    except DeliveryError as error:
        return _Read(row | {"outcome": "refused", "outcome_reason": str(error)})
    counts = {
        name: getattr(staged, name)
        for name in ("records_read", "records_loaded", "records_rejected", "records_duplicate")
    }
    return _Read(row | counts, staged, may_shrink=note.replaces_smaller)


def _commit(home: Home, source: Source, batch: Sequence[_Read], validator: Validator) -> list[Outcome]:
    """Judge a batch, move its files to where they belong, then write the ledger."""
    ledger = read_ledger(home)
    staged = [read.staged for read in batch if read.staged is not None]
    verdicts = validator(source, staged, ledger) if staged else {}
    for read in batch:
        if read.staged is not None:
            held = verdicts.get(read.staged.ref)
            truncated = None if read.may_shrink else _truncated(ledger, read.row)
            if truncated is not None:
                read.row |= {"outcome": "refused", "outcome_reason": truncated}
            elif held is not None:
                lake.hold(home, read.staged, source)
                read.row |= {"outcome": "held", "outcome_reason": held}
            else:
                lake.accept(home, read.staged, source)
                read.row["outcome"] = "accepted"
        ledger = pl.concat([ledger, pl.DataFrame([read.row], schema=LEDGER)])
    write_ledger(home, ledger)
    shutil.rmtree(home.lake / ".staging", ignore_errors=True)
    names = (
        "source",
        "landed_on",
        "delivery",
        "version",
        "outcome",
        "records_read",
        "records_loaded",
        "records_rejected",
        "records_duplicate",
    )
    return [Outcome(**{name: read.row[name] for name in names}, reason=read.row["outcome_reason"]) for read in batch]  # type: ignore[arg-type]


def _check_simulated(home: Home, item: Landed) -> None:
    """A simulated home has a key that everybody knows: real people must not come under it."""
    if not home.simulated.exists():
        return
    made = json.loads(home.simulated.read_text())["deliveries"]
    if [item.source, item.landed_on.isoformat(), item.name] not in made:
        raise DeliveryError(
            "this home was made by the simulator and takes no other delivery; use a CAMPAIGN_HOME of your own for real data"
        )


def _check_replaced(home: Home, ledger: pl.DataFrame, item: Landed, note: Note) -> None:
    assert note.replaces is not None
    landed_on, name = note.replaces.landed_on, note.replaces.delivery
    known = ledger.filter(pl.col("source") == item.source, pl.col("landed_on") == landed_on, pl.col("delivery") == name)
    if known.is_empty() and not (home.landing / item.source / landed_on.isoformat() / name).is_dir():
        raise DeliveryError(
            f"delivery.yml: key 'replaces': found {landed_on}/{name}, which was never delivered; correct the day or the name, or remove the key"
        )


def _truncated(ledger: pl.DataFrame, row: Mapping[str, object]) -> str | None:
    """The truncation guard: why a version is suspiciously small beside what it takes the place of, if it is."""
    same = (pl.col("landed_on") == row["landed_on"]) & (pl.col("delivery") == row["delivery"])
    if row["replaces_delivery"] is not None:
        same |= (pl.col("landed_on") == row["replaces_landed_on"]) & (pl.col("delivery") == row["replaces_delivery"])
    earlier = ledger.filter((pl.col("source") == row["source"]) & same)
    if earlier.is_empty():
        return None
    before, now = in_effect(settle(earlier))["records_read"].max(), row["records_read"]
    assert isinstance(now, int)
    if not isinstance(before, int) or now >= SMALLEST_REPLACEMENT * before:
        return None
    return (
        f"found {now} records, expected at least {SMALLEST_REPLACEMENT:.0%} of the {before} it replaces; deliver it whole, or set "
        "replaces_smaller: true in delivery.yml"
    )


def _with_signature(ledger: pl.DataFrame, item: Landed) -> pl.DataFrame:
    """A folder that was touched but holds what it held: remember how it looks now."""
    same = (
        (pl.col("source") == item.source)
        & (pl.col("landed_on") == item.landed_on)
        & (pl.col("delivery") == item.name)
        & pl.col("is_current")
    )
    return ledger.with_columns(pl.when(same).then(pl.lit(item.signature)).otherwise("signature").alias("signature"))


def _state(content: str, reader_version: int) -> str:
    return hashlib.sha256(f"{content} reader {reader_version}".encode()).hexdigest()


def _context(campaigns: frozenset[str]) -> str:
    return hashlib.sha256(repr(sorted(campaigns)).encode()).hexdigest()
