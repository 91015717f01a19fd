"""Is there anything to do? Landing against the ledger, the ledger and the project against the last publication.

Cheap on purpose: nothing here imports Dagster, dbt or Great Expectations.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from ingest.files import read_or_set_aside
from ingest.home import Home
from ingest.ledger import in_effect, ledger_hash, read_ledger
from ingest.planning import Plan, find_pending
from ingest.source import INSTANT, Source
from orchestration.display import counted
from orchestration.project import Project

PUBLICATIONS = pl.Schema(
    {
        "published_at": INSTANT,
        "run_id": pl.String(),
        "landed_through": pl.Date(),
        "code_version": pl.String(),
        "tables": pl.Int64(),
        "rows": pl.Int64(),
        "project_hash": pl.String(),
        "ledger_hash": pl.String(),
        "removed_hash": pl.String(),
        "file_bytes": pl.Int64(),
        "file_changed_ns": pl.Int64(),
        "file_sha256": pl.String(),
        "seed_rows": pl.List(pl.Struct({"seed": pl.String(), "rows": pl.Int64()})),
        "warnings": pl.List(pl.String()),
    }
)
"""One row per publication. `project_hash` and `ledger_hash` say what it was made of, the project's files and the ledger;
`removed_hash`, which rows had left it; `seed_rows`, how many rows each seed of the home's own had; `warnings`, which seeds and
deliveries lack what they had in the one before; columns named `file_`, what the published file was like when it was put in place."""


FIRST, OTHER_FILES = "nothing is published yet", "a model or seed has changed"


@dataclass(frozen=True)
class News:
    """What is not yet published. `reasons` to publish may exist without a pending delivery: a changed seed, a killed run."""

    plan: Plan
    reasons: tuple[str, ...]
    deliveries_known: int

    @property
    def days(self) -> tuple[date, ...]:
        """The days that hold what is pending; never the range between them."""
        return tuple(sorted({item.landed_on for item in self.plan.pending}))

    def __bool__(self) -> bool:
        return bool(self.reasons)


def code_version() -> str:
    """The version of this package, as publications record it."""
    return version("campaign-warehouse")


def read_publications(home: Home) -> pl.DataFrame:
    """Every publication, oldest first; empty before the first."""
    if not home.publications.exists():
        return PUBLICATIONS.to_frame()
    return read_or_set_aside(home.publications, PUBLICATIONS).match_to_schema(
        PUBLICATIONS, missing_columns="insert", extra_columns="ignore"
    )


def read_since(home: Home, ledger: pl.DataFrame) -> pl.DataFrame:
    """The versions that were read since the last publication; all of them before the first."""
    last = read_publications(home)["published_at"].max()
    return ledger.filter(pl.col("ingested_at") > last) if last is not None else ledger


def describe_file(path: Path) -> dict[str, int | str]:
    """Size, time and digest of the published file."""
    found = path.stat()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"file_bytes": found.st_size, "file_changed_ns": found.st_mtime_ns, "file_sha256": digest}


def is_whole(path: Path, publication: Mapping[str, Any]) -> bool:
    """Whether the published file is the one that was put in place. It is read through only where its time says otherwise."""
    found = path.stat()
    if found.st_size != publication["file_bytes"]:
        return False
    is_untouched: bool = found.st_mtime_ns == publication["file_changed_ns"]
    return is_untouched or describe_file(path)["file_sha256"] == publication["file_sha256"]


def find_news(home: Home, project: Project, sources: Sequence[Source], days: tuple[date, date] | None = None) -> News:
    """Compare a home with what it last published. `days` limits which landed days are looked at."""
    plan = find_pending(home, sources, project.campaign_ids, days)
    ledger = read_ledger(home)
    reasons = []
    if plan.pending:
        landed = sorted({item.landed_on for item in plan.pending})
        through = f"{landed[0]} to {landed[-1]}" if len(landed) > 1 else f"{landed[0]}"
        pending = counted(len(plan.pending), "new or changed delivery", "new or changed deliveries")
        reasons.append(f"{pending} on {counted(len(landed), 'day')}, {through}")
    if plan.damaged:
        damaged = counted(len(plan.damaged), "delivery", "deliveries")
        reasons.append(f"{damaged} whose rows in the lake are missing or damaged")
    if plan.pending or ledger.height:
        reasons += _unpublished(home, project, ledger)
    warnings = _without_end(home) if {FIRST, OTHER_FILES} & set(reasons) else []
    warnings += gone(home, project, ledger)
    return News(replace(plan, warnings=(*plan.warnings, *warnings)), tuple(reasons), ledger.height)


def gone(home: Home, project: Project, ledger: pl.DataFrame) -> list[str]:
    """A warning for each of a user's seeds that has fewer rows than at the last publication, or is no longer there, and for each
    campaign that deliveries are of and no seed knows."""
    warnings = _without_campaign(project, ledger)
    for seed in read_publications(home).tail(1)["seed_rows"].explode().drop_nulls():
        name, had, has = f"seeds/{seed['seed']}.csv", counted(seed["rows"], "row"), project.own_rows.get(seed["seed"])
        if has is None:
            warnings.append(
                f"{name} is gone, which had {had} at the last publication; the packaged seed takes its place; if that was not meant, "
                "put it back and run again"
            )
        elif has < seed["rows"]:
            warnings.append(
                f"{name} has {counted(has, 'row')}, {seed['rows']:,} at the last publication: {seed['rows'] - has:,} fewer; if that was "
                "not meant, put them back and run again"
            )
    return warnings


def _without_campaign(project: Project, ledger: pl.DataFrame) -> list[str]:
    """Warnings about deliveries that were loaded for a campaign whose id is no longer there, as where it was renamed."""
    left = in_effect(ledger).filter(~pl.col("campaign_id").is_in(project.campaign_ids))
    return [
        f"{counted(deliveries, 'loaded delivery is', 'loaded deliveries are')} of campaign {campaign}, which the seed campaigns does not "
        f"have ({', '.join(sorted(project.campaign_ids))}): the marts are without them; put it back, or correct the campaign in their notes"
        for campaign, deliveries in left.group_by("campaign_id").len().sort("campaign_id").iter_rows()
    ]


def _without_end(home: Home) -> list[str]:
    """Warnings about a user's seeds that end within a line: one that was cut may look whole otherwise."""
    return [
        f"{seed} does not end with a line break; if it was cut, put back what is missing"
        for seed in sorted(home.seeds.glob("*.csv"))
        if not seed.read_bytes().endswith((b"\n", b"\r"))
    ]


def is_published(home: Home, project: Project, ledger: pl.DataFrame) -> bool:
    """Whether the published file shows exactly this ledger, built with exactly this project."""
    return not _unpublished(home, project, ledger)


def is_built_with(home: Home, project: Project) -> bool:
    """Whether the last publication, if there is one, was made with exactly this project."""
    publications = read_publications(home)
    return publications.is_empty() or publications["project_hash"][-1] == project.project_hash


def _unpublished(home: Home, project: Project, ledger: pl.DataFrame) -> list[str]:
    publications = read_publications(home)
    if publications.is_empty() or not home.published.exists():
        return [FIRST]
    last = publications.row(-1, named=True)
    found = {
        "the published file is no longer as it was put in place": is_whole(home.published, last),
        "the last run did not get as far as publishing": last["ledger_hash"] == ledger_hash(ledger),
        OTHER_FILES: last["project_hash"] == project.project_hash,
        "the warehouse has a new version": last["code_version"] == code_version(),
    }
    return [reason for reason, is_same in found.items() if not is_same]
