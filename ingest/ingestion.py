"""From landing to lake and ledger: read what is new, let a validator judge it, write down what became of it.

What is new is found in `ingest.planning`, how files are read is in `ingest.formats`; what makes a delivery believable is for
the validator, which the caller brings.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
from polars.exceptions import PanicException

from ingest import lake
from ingest.delivery import content_hash, count_whole, folder_signature, load_delivery, require_own_files
from ingest.earlier import in_doubt_again, other_deliveries
from ingest.home import Home
from ingest.lake import StagedDelivery
from ingest.landing import Landed, sweep_landing
from ingest.ledger import DELIVERY_ID, LEDGER, in_effect, read_ledger, settle, write_ledger
from ingest.note import note_keys, read_note
from ingest.planning import DeliveryId, Plan, find_pending, refusal_context, standing
from ingest.pseudonym import Pseudonymiser, pseudonymiser
from ingest.refusal import check_place, check_replaced, refusing
from ingest.shorter import shorter
from ingest.source import NOTE, Source
from ingest.weeks import Weeks

Validator: TypeAlias = Callable[[Source, Sequence[StagedDelivery], pl.DataFrame], Mapping[str, str]]
"""Judges staged deliveries: given the source, the deliveries and the ledger, why each that must be held (by `ref`) is."""

log = logging.getLogger("campaign")

TAKEN_IN = ("accepted", "withdrawn")
SMALLEST_REPLACEMENT = 0.8
BATCH_RECORDS = 2_000_000
LOST = (
    "its rows in the lake are missing or damaged, and landing has not the files they were read from; deliver them again "
    "under the same name"
)


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
_MEASURED = [
    *(name for name in _OUTCOME if name.startswith("records_")), "first_event_at", "last_event_at", "lake_files"
]  # fmt: skip


def ingest(
    home: Home,
    source: Source,
    validator: Validator,
    run_id: str,
    campaigns: frozenset[str],
    plan: Plan | None = None,
    advance: Callable[[], None] = lambda: None,
    weeks: Mapping[str, Weeks] | None = None,
) -> list[Outcome]:
    """Take in every pending delivery of a source. Returns what became of each.

    `plan` is given where landing was compared with the ledger already; `advance` is called for each delivery that was read;
    `weeks` are those of each campaign.
    Raises KeyProblemError where there is no usable pseudonym key and something to read; nothing has changed then. Whatever goes
    wrong with one delivery refuses that delivery and no other. The ledger is written last, a batch at a time: a killed run is
    simply run again.
    """
    found = find_pending(home, [source], campaigns) if plan is None else plan
    pending = [item for item in found.pending if item.source == source.name]
    people = pseudonymiser(home) if pending else None
    lake.prepare(home, [source])
    lake.sweep(home)
    sweep_landing(home)
    outcomes: list[Outcome] = []
    if people is not None:
        lake.fill_fingerprints(home, source)
        run = _Run(home, source, people, campaigns, run_id, found.damaged, weeks or {})
        for batch in _batches(run, pending, advance):
            outcomes += _commit(run, batch, validator)
    return outcomes + _give_up(home, {key for key in found.damaged if key[0] == source.name})


@dataclass(frozen=True)
class _Run:
    home: Home
    source: Source
    people: Pseudonymiser
    campaigns: frozenset[str]
    run_id: str
    damaged: frozenset[DeliveryId]
    weeks: Mapping[str, Weeks]


@dataclass
class _Read:
    """A pending delivery after reading: its ledger row to be, and what was staged unless it was refused or withdrawn.

    `is_known` marks a folder that was touched, but holds what the ledger says it held; what was staged of one mends the lake.
    """

    item: Landed
    row: dict[str, Any]
    staged: StagedDelivery | None = None
    may_shrink: bool = False
    is_known: bool = False


def _batches(run: _Run, pending: Sequence[Landed], advance: Callable[[], None]) -> Iterator[list[_Read]]:
    """Read pending deliveries in order of landing, so many at a time that memory does not grow with the backlog."""
    batch: list[_Read] = []
    records = 0
    ledger = read_ledger(run.home)
    for item in sorted(pending, key=lambda item: (item.landed_on, item.name)):
        read = _read(run, item, ledger, batch)
        batch.append(read)
        advance()
        records += read.staged.records_read if read.staged else 0
        if records >= BATCH_RECORDS:
            yield _look_again(run, batch, ledger)
            batch, records, ledger = [], 0, read_ledger(run.home)
    if batch:
        yield _look_again(run, batch, ledger)


def _look_again(run: _Run, batch: Sequence[_Read], ledger: pl.DataFrame) -> list[_Read]:
    """The batch; a delivery that was compared with earlier ones is read again where one of them was read only after it."""
    firsts = [one.row["first_event_at"] for one in batch]
    again = [
        _read(run, one.item, ledger, batch, is_doubtful=True)
        if one.row["doubted"] is not None
        and any(at is not None and at < one.row["last_event_at"] for at in firsts[number:])
        else one
        for number, one in enumerate(batch, 1)
    ]
    of_source = ledger.filter(source=run.source.name)
    for key in in_doubt_again(of_source, {one.item.id for one in batch}, firsts):
        folder = _folder(run.home, key)
        if (folder / NOTE).is_file():
            item = Landed(*key, folder, folder_signature(folder))
            again.append(_read(run, item, ledger, again, is_doubtful=True))
    return again


def _read(run: _Run, item: Landed, ledger: pl.DataFrame, batch: Sequence[_Read], *, is_doubtful: bool = False) -> _Read:
    """Read one delivery, as far as it goes. One that is doubtful is read whether it was read before or not."""
    newest = _newest(ledger, item.id)
    row: dict[str, Any] = dict.fromkeys(LEDGER.names()) | {
        "source": item.source,
        "landed_on": item.landed_on,
        "delivery": item.name,
        "version": newest["version"] + 1 if newest else 1,
        "folder_signature": item.folder_signature,
        "ingested_at": datetime.now(UTC),
        "run_id": run.run_id,
    }
    with refusing(run.home, item) as refusal:
        staged = [one.staged for one in batch if one.staged is not None]
        read = _load(run, item, ledger, newest, row, staged, is_doubtful=is_doubtful)
    if refusal.reason is None:
        return read
    if refusal.may_pass:
        row["folder_signature"] = None
    return _refused(item, row, refusal.reason, newest)


def _load(
    run: _Run,
    item: Landed,
    ledger: pl.DataFrame,
    newest: Mapping[str, Any] | None,
    row: dict[str, Any],
    beside: Sequence[StagedDelivery],
    *,
    is_doubtful: bool,
) -> _Read:
    """Fill the row with what the note says, and stage what the files hold. Whatever is raised here refuses the delivery."""
    require_own_files(item.path, run.home.landing)
    row["content_hash"] = row["rows_hash"] = content_hash(item.path)
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
        "note_keys": note_keys(item.path, note),
        "whole_files": count_whole(item.path),
    }
    is_to_mend = newest is not None and newest["status"] == "loaded" and item.id in run.damaged
    if _has_the_rows_of(newest, row) and not is_to_mend and not is_doubtful:
        return _Read(item, row, is_known=True)
    check_place(run.home, item)
    if note.withdrawn and note.source == run.source.name:
        # Whatever else is wrong with it, or has been deleted from it, its rows are to go.
        return _Read(item, row | {"outcome": "withdrawn", "outcome_reason": "withdrawn by its note"})
    delivery = load_delivery(run.source, item.landed_on, item.path, note, run.people, run.campaigns)
    check_replaced(note, is_known=lambda key: _is_known(run.home, ledger, (item.source, *key)))
    looking_back = replace(
        delivery,
        earlier=other_deliveries(run.home, delivery, ledger, beside, run.damaged),
        weeks=run.weeks.get(note.campaign, Weeks()),
    )
    parsed = delivery.format.read(looking_back)
    staged = lake.stage(run.home, delivery, row["version"], parsed)
    if parsed.doubted:
        row["doubted"] = ",".join(f"{name}!" if wrong else name for name, wrong in parsed.doubted.items())
        row["rows_hash"] = _rows_hash(row["content_hash"], delivery.format.version, parsed.doubted)
        if _has_the_rows_of(newest, row) and not is_to_mend:
            return _Read(item, row, is_known=True)
    measured = {name: getattr(staged, name) for name in _MEASURED}
    is_known = is_to_mend and _has_the_rows_of(newest, row)
    return _Read(item, row | measured, staged, note.replaces_smaller, is_known=is_known)


def _has_the_rows_of(newest: Mapping[str, Any] | None, row: Mapping[str, Any]) -> bool:
    """Whether a version that was not refused gave the same rows."""
    return newest is not None and newest["rows_hash"] == row["rows_hash"] and newest["outcome"] != "refused"


def _refused(item: Landed, row: dict[str, Any], reason: str, newest: Mapping[str, Any] | None) -> _Read:
    refused = row | {"outcome": "refused", "outcome_reason": reason}
    same = ("rows_hash", "outcome", "outcome_reason")
    return _Read(item, refused, is_known=newest is not None and all(newest[name] == refused[name] for name in same))


def _commit(run: _Run, batch: Sequence[_Read], validator: Validator) -> list[Outcome]:
    """Judge a batch, move its files to where they belong, then write the ledger."""
    ledger = read_ledger(run.home)
    verdicts, unjudged = _judge(run, batch, ledger, validator)
    outcomes = []
    for read in batch:
        settled = unjudged.get(read.item.id) or _place(run, read, ledger, verdicts)
        row = settled.row
        target = None
        if row["replaces_delivery"] is not None:
            replaced = (row["source"], row["replaces_landed_on"], row["replaces_delivery"])
            is_landed = _folder(run.home, replaced).joinpath(NOTE).is_file()
            target = standing(_newest(ledger, replaced), is_landed=is_landed)
        row["refusal_context"] = refusal_context(run.campaigns, read.item, target)
        if settled.is_known:
            ledger = _touched(ledger, row)
        else:
            is_again = row["version"] > 1 and row["outcome"] in TAKEN_IN
            before = _newest(ledger.filter(pl.col("outcome").is_in(TAKEN_IN)), read.item.id) if is_again else None
            if before is not None:
                row["warning"] = shorter(row, before, may_shrink=read.may_shrink)
            ledger = pl.concat([ledger, pl.DataFrame([row], schema=LEDGER)])
            outcomes.append(Outcome(**{name: row[name] for name in _OUTCOME}, reason=row["outcome_reason"]))
            if row["warning"] is not None:
                log.warning("%s/%s/%s: %s", *read.item.id, row["warning"])
    write_ledger(run.home, ledger)
    lake.sweep(run.home)
    return outcomes


def _judge(
    run: _Run, batch: Sequence[_Read], ledger: pl.DataFrame, validator: Validator
) -> tuple[Mapping[str, str], Mapping[DeliveryId, _Read]]:
    """Why each delivery that must be held is, and those that could not be judged, which are refused.

    All are judged together, which is cheap; where that fails, each by itself, so that only those are refused that it fails on.
    """
    new = [(read, read.staged) for read in batch if read.staged is not None and not read.is_known]
    verdicts: dict[str, str] = {}
    unjudged: dict[DeliveryId, _Read] = {}
    if not new:
        return verdicts, unjudged
    try:
        return validator(run.source, [staged for _, staged in new], ledger), unjudged
    except OSError:
        raise  # the home cannot be written
    except (Exception, PanicException):  # noqa: BLE001, S110 - whichever delivery it is about is found below
        pass
    for read, staged in new:
        with refusing(run.home, read.item) as alone:
            verdicts |= validator(run.source, [staged], ledger)
        if alone.reason is not None:
            # What failed may be ours, so that the next run tries again.
            row = read.row | {"folder_signature": None}
            unjudged[read.item.id] = _refused(read.item, row, alone.reason, _newest(ledger, read.item.id))
    return verdicts, unjudged


def _place(run: _Run, read: _Read, ledger: pl.DataFrame, verdicts: Mapping[str, str]) -> _Read:
    """Put what was read where it belongs, and say so in its row."""
    item, row = read.item, read.row
    if read.staged is None:
        if row["outcome"] == "withdrawn" and not read.is_known:
            lake.remove(run.home, run.source, item.landed_on, item.name)
        return read
    if read.is_known:
        lake.accept(run.home, read.staged, run.source)
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


def _give_up(home: Home, damaged: set[DeliveryId]) -> list[Outcome]:
    """Refuse the deliveries whose rows the lake has lost and landing could not give back, in the ledger too."""
    if not damaged:
        return []
    ledger = read_ledger(home)
    lost = pl.any_horizontal(
        pl.lit(value=False), *(_is_delivery(key) for key in damaged & set(lake.find_damaged(home, ledger)))
    ) & (pl.col("outcome") == "accepted")
    gone = in_effect(ledger).filter(lost)
    if gone.is_empty():
        return []
    write_ledger(
        home,
        ledger.with_columns(
            pl.when(lost).then(pl.lit(value)).otherwise(name).alias(name)
            for name, value in (("outcome", "refused"), ("outcome_reason", LOST), ("folder_signature", None))
        ),
    )
    return [
        Outcome(**{name: row[name] for name in _OUTCOME} | {"outcome": "refused"}, reason=LOST)
        for row in gone.iter_rows(named=True)
    ]


def _truncated(ledger: pl.DataFrame, row: Mapping[str, Any]) -> str | None:
    """The truncation guard: why a version is suspiciously small beside what it takes the place of, if it is."""
    same = _is_delivery((row["source"], row["landed_on"], row["delivery"]))
    if row["replaces_delivery"] is not None:
        same |= _is_delivery((row["source"], row["replaces_landed_on"], row["replaces_delivery"]))
    versions = ledger.filter(same)
    if versions.is_empty():
        return None
    before, now = in_effect(settle(versions))["records_read"].max(), row["records_read"]
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


def _is_known(home: Home, ledger: pl.DataFrame, key: DeliveryId) -> bool:
    """Whether a delivery was ever delivered."""
    return _newest(ledger, key) is not None or _folder(home, key).joinpath(NOTE).is_file()


def _folder(home: Home, key: DeliveryId) -> Path:
    source, landed_on, name = key
    return home.landing / source / landed_on.isoformat() / name


def _touched(ledger: pl.DataFrame, row: Mapping[str, Any]) -> pl.DataFrame:
    """A folder that was touched but holds what it held: remember how it, what is around it and its files look now."""
    same = _is_delivery((row["source"], row["landed_on"], row["delivery"])) & pl.col("is_current")
    names = ("folder_signature", "refusal_context", "lake_files", "doubted")
    changed = [name for name in names if row[name] or name not in ("lake_files", "doubted")]
    return ledger.with_columns(
        pl.when(same).then(pl.lit(row[name], LEDGER[name])).otherwise(name).alias(name) for name in changed
    )


def _rows_hash(content: str, reader_version: int | None, doubted: Mapping[str, int] | None = None) -> str:
    wrong = " ".join(f"{name} {zeros}" for name, zeros in (doubted or {}).items() if zeros)
    return hashlib.sha256(f"{content} reader {reader_version} {wrong}".rstrip().encode()).hexdigest()
