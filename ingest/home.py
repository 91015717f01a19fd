"""Where things stand under CAMPAIGN_HOME. Paths only: nothing here reads or writes."""

from dataclasses import dataclass
from pathlib import Path

_SIGNS = "*?[]'\\%="
"""Signs that polars, DuckDB and Dagster read as a pattern, a quotation mark, an escape, or (`name=value`) as a column."""


@dataclass(frozen=True)
class Home:
    """The one directory that a warehouse lives in. Raises ValueError where it has a name that engines cannot read."""

    root: Path

    def __post_init__(self) -> None:
        if any(sign in str(self.root) for sign in _SIGNS):
            raise ValueError(
                f"{self.root} cannot be a home: expected a path without any of {' '.join(_SIGNS)}; name another directory"
            )

    @property
    def landing(self) -> Path:
        """Deliveries exactly as they came: `<source>/<landed_on>/<delivery>/`."""
        return self.root / "landing"

    @property
    def lake(self) -> Path:
        """Typed parquet, the ledger, checks and publications."""
        return self.root / "lake"

    @property
    def ledger(self) -> Path:
        """Which version of which delivery is loaded, held, refused or superseded."""
        return self.lake / "deliveries.parquet"

    @property
    def checks(self) -> Path:
        """Directory of the check results, a file per run and layer."""
        return self.lake / "checks"

    @property
    def publications(self) -> Path:
        """One row per publication."""
        return self.lake / "publications.parquet"

    @property
    def ingest_log(self) -> Path:
        """Where readers failed unexpectedly: the places in the code, never what a file holds."""
        return self.root / "logs" / "ingest.log"

    @property
    def seeds(self) -> Path:
        """CSV files of the user's that replace the dbt seeds of the same name."""
        return self.root / "seeds"

    @property
    def warehouse(self) -> Path:
        """Staging and intermediate models; dbt alone writes it, analysts never open it."""
        return self.root / "warehouse" / "warehouse.duckdb"

    @property
    def marts(self) -> Path:
        """The marts as dbt builds them, attached beside the warehouse; what is published is a copy."""
        return self.root / "warehouse" / "marts.duckdb"

    @property
    def published(self) -> Path:
        """What analysts open, read-only."""
        return self.root / "published" / "marts.duckdb"

    @property
    def data_docs(self) -> Path:
        """What was expected of deliveries and marts, and found, as pages."""
        return self.root / "published" / "data_docs"

    @property
    def docs(self) -> Path:
        """What every mart and KPI means, as pages."""
        return self.root / "published" / "docs"

    @property
    def dagster(self) -> Path:
        """The Dagster instance."""
        return self.root / "dagster"

    @property
    def simulated(self) -> Path:
        """Marker that the simulator made this home: it works without a pseudonym key and takes no delivery of a user's own."""
        return self.root / "simulated.json"
