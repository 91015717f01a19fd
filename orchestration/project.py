"""The dbt project as a home uses it: packaged files with the home's own seeds laid over, copied to where dbt may write.

Its hash says what it is made of. Nothing here imports dbt or Dagster, so that a run with nothing to do stays cheap.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from ingest.home import Home
from ingest.weeks import Weeks
from orchestration.seed_rows import Campaign, Market
from orchestration.seeds import (
    SeedError,
    check_seed,
    count_rows,
    read_seed,
    with_every_column,
    with_normalised_hashtags,
)

PACKAGED = Path(__file__).resolve().parent.parent / "dbt_project"
"""The project as it is shipped; nothing is ever written there."""

WITH_HASHTAGS = ("campaign_hashtags", "comparison_sets")
"""The seeds that name hashtags."""

WRITTEN_BY_DBT = ("target", "logs", "dbt_packages", "parsed")


class ProjectError(Exception):
    """A user's mistake in the files that CAMPAIGN_HOME/seeds lays over the project."""


@dataclass(frozen=True)
class Project:
    """The files of the project by their relative path, and the directory that dbt runs them in; of the home's own seeds, how many rows."""

    directory: Path
    files: Mapping[str, bytes]
    own_rows: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def project_hash(self) -> str:
        """A hash of every file: equal projects build equal marts from equal deliveries."""
        digest = hashlib.sha256()
        for path, content in sorted(self.files.items()):
            digest.update(f"{path}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()

    @cached_property
    def campaigns(self) -> tuple[Campaign, ...]:
        """The campaigns that the warehouse knows. Raises SeedError where the seed is not what it should be."""
        return read_seed(self.files, Campaign)

    @property
    def campaign_ids(self) -> frozenset[str]:
        """Ids that a delivery may name."""
        return frozenset(campaign.campaign_id for campaign in self.campaigns)

    @property
    def weeks(self) -> Mapping[str, Weeks]:
        """The weeks of each campaign. Raises SeedError."""
        starts_on = {market.market: market.week_starts_on for market in read_seed(self.files, Market)}
        return {campaign.campaign_id: Weeks(campaign.reporting_zone, starts_on) for campaign in self.campaigns}

    @cached_property
    def manifest_key(self) -> str:
        """A digest of what dbt's understanding of the project rests on: everything but the rows of seeds, and dbt's versions."""
        digest = hashlib.sha256("".join(version(name) for name in ("dbt-core", "dbt-duckdb")).encode())
        for path, content in sorted(self.files.items()):
            known = content.split(b"\n", 1)[0] if path.startswith("seeds/") and path.endswith(".csv") else content
            digest.update(f"{path}\0{len(known)}\0".encode() + known)
        return digest.hexdigest()


def read_project(home: Home, packaged: Path = PACKAGED) -> Project:
    """The packaged files, the home's seeds laid over them.

    Raises ProjectError where a seed takes the place of none, or is not what it should be.
    """
    files = {path: (packaged / path).read_bytes() for path in _paths(packaged)}
    seeds = {Path(path).name: path for path in files if path.startswith("seeds/") and path.endswith(".csv")}
    # Not by a pattern: that finds nothing in a folder that may not be looked into.
    owns = sorted(own for own in home.seeds.iterdir() if own.suffix == ".csv") if home.seeds.exists() else []
    for own in owns:
        if own.name not in seeds:
            raise ProjectError(
                f"{own}: found {own.name}, expected the name of a seed to replace ({', '.join(sorted(seeds))}); rename or remove it"
            )
        files[seeds[own.name]] = own.read_bytes()
    try:
        for own in owns:
            check_seed(own.stem, files)
        own_rows = {own.stem: count_rows(own.stem, files) for own in owns}
    except SeedError as error:
        raise ProjectError(f"{home.seeds}: {error}") from error
    for own in owns:
        files[seeds[own.name]] = with_every_column(own.stem, files[seeds[own.name]])
    for name in WITH_HASHTAGS:
        if (seed := f"seeds/{name}.csv") in files:
            files[seed] = with_normalised_hashtags(name, files[seed])
    return Project(home.warehouse.parent / "dbt", files, own_rows)


def write_working_copy(project: Project) -> None:
    """Make the working copy hold exactly these files, beside what dbt itself wrote there. Only what differs is touched."""
    for path in _paths(project.directory):
        if path not in project.files:
            (project.directory / path).unlink()
    for path, content in project.files.items():
        target = project.directory / path
        if not target.exists() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _paths(directory: Path) -> list[str]:
    """Project files under a directory, relative, without what dbt, Python and editors leave there."""
    found = [path.relative_to(directory) for path in directory.rglob("*") if path.is_file()]
    return sorted(path.as_posix() for path in found if not _is_left_over(path))


def _is_left_over(path: Path) -> bool:
    folders = path.parts[:-1]
    is_cached = "__pycache__" in folders or any(part.startswith(".") for part in path.parts)
    return is_cached or path.name == "__init__.py" or (bool(folders) and folders[0] in WRITTEN_BY_DBT)
