"""What there is to do: landing against the ledger, the ledger against the lake. Nothing is opened, nothing is written."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import polars as pl

from ingest import lake
from ingest.delivery import may_land_on
from ingest.home import Home
from ingest.landing import Landed, few, scan
from ingest.ledger import DELIVERY_ID, LedgerError, in_effect, read_ledger
from ingest.source import NOTE, Source

DeliveryId: TypeAlias = tuple[str, date, str]


@dataclass(frozen=True)
class Plan:
    """What differs between landing, ledger and lake.

    `damaged` are loaded deliveries whose files in the lake are not what was written: they are read again where landing has them,
    and refused where it has not.
    """

    pending: tuple[Landed, ...]
    damaged: frozenset[DeliveryId] = frozenset()
    warnings: tuple[str, ...] = ()


def find_pending(
    home: Home, sources: Iterable[Source], campaigns: frozenset[str], days: tuple[date, date] | None = None
) -> Plan:
    """Compare landing with the ledger, and the ledger with the lake. Raises LedgerError.

    A delivery is pending where its folder changed since it was last read, its format has a new reader version, its files in the
    lake are damaged, or it was refused and what it was refused for may have changed elsewhere: the campaigns known, the delivery
    that it replaces, a folder of nearly the same name, the day. `days` limits the plan to deliveries that landed from the first
    to the last day.
    """
    sources = list(sources)
    landed, warnings = scan(home, (source.name for source in sources))
    present = {item.id for item in landed}
    _require_ledger(home, sources, present)
    ledger = read_ledger(home).filter(pl.col("source").is_in([source.name for source in sources]))
    readers = _readers(sources)
    newest = {
        (row["source"], row["landed_on"], row["delivery"]): row
        for row in ledger.filter(pl.col("is_current")).iter_rows(named=True)
    }
    damaged = frozenset(lake.find_damaged(home, ledger))

    def is_pending(item: Landed) -> bool:
        row = newest.get(item.id)
        if row is None or item.id in damaged or row["folder_signature"] != item.folder_signature:
            return True
        if row["outcome"] == "withdrawn":
            return False
        if row["outcome"] == "refused":
            replaced = (item.source, row["replaces_landed_on"], row["replaces_delivery"])
            target = standing(newest.get(replaced), is_landed=replaced in present) if replaced[2] is not None else None
            if item.folder_signature is None or row["refusal_context"] != refusal_context(campaigns, item, target):
                return True
        return bool(readers.get((item.source, row["format"])) != row["reader_version"])

    first, last = days or (date.min, date.max)
    wanted = (item for item in landed if first <= item.landed_on <= last or item.id in damaged)
    missing = [key for key in in_effect(ledger).select(DELIVERY_ID).iter_rows() if key not in present]
    return Plan(tuple(filter(is_pending, wanted)), damaged, (*warnings, *_disappeared(home, missing)))


def count_unread(home: Home, sources: Iterable[Source]) -> int:
    """How many deliveries in landing are in effect as another version of their reader read them."""
    readers = _readers(sources)
    loaded = in_effect(read_ledger(home)).filter("is_current")
    return sum(
        readers.get((row["source"], row["format"]), row["reader_version"]) != row["reader_version"]
        and home.landing.joinpath(row["source"], str(row["landed_on"]), row["delivery"]).is_dir()
        for row in loaded.iter_rows(named=True)
    )


def _readers(sources: Iterable[Source]) -> dict[tuple[str, str], int]:
    return {(source.name, name): form.version for source in sources for name, form in source.formats.items()}


def standing(newest: Mapping[str, Any] | None, *, is_landed: bool) -> str:
    """How a delivery stands that another one replaces."""
    if newest is None:
        return "landed" if is_landed else "absent"
    return f"{newest['version']} {newest['outcome']}"


def refusal_context(campaigns: frozenset[str], item: Landed, target: str | None) -> str:
    """A hash of what a delivery may be refused for that stands outside its own folder."""
    around = sorted(campaigns), item.clash, target, may_land_on(item.landed_on)
    return hashlib.sha256(repr(around).encode()).hexdigest()


def _require_ledger(home: Home, sources: Sequence[Source], present: set[DeliveryId]) -> None:
    """Without a ledger everything in landing is read again; raise LedgerError where that would not bring all of it back."""
    if home.ledger.exists():
        return
    lost = sorted(set(lake.delivered(home, sources)) - present)
    if lost:
        raise LedgerError(
            f"{home.ledger} is missing, and the lake holds {len(lost)} deliveries that landing has not, such as "
            f"{lost[0][0]}/{lost[0][1]}/{lost[0][2]}; put the ledger back, or make lake and ledger anew from landing: "
            f"campaign rebuild --home {home.root}"
        )


def _disappeared(home: Home, missing: Sequence[DeliveryId]) -> list[str]:
    lines = [
        f"landing/{source}/{day}/{name} has {what}; its rows are kept (withdrawn: true in its note takes them out)"
        for source, day, name in missing
        for what in [f"lost its {NOTE}" if home.landing.joinpath(source, str(day), name).is_dir() else "disappeared"]
    ]
    return few(lines, "deliveries have disappeared from landing; their rows are kept")
