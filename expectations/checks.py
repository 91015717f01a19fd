"""Results of checks: what one is, what it decides, and where results are kept.

How they come about is in `expectations.validation`.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import Literal

import polars as pl

from expectations.suite import MartSuite, Severity
from expectations.suites import MART_SUITES
from ingest.home import Home
from ingest.ledger import write_atomically
from ingest.source import INSTANT

Layer = Literal["delivery", "mart", "dbt"]

CHECKS = pl.Schema(
    {
        "checked_at": INSTANT,
        "layer": pl.String(),
        "subject": pl.String(),
        "check_name": pl.String(),
        "severity": pl.String(),
        "passed": pl.Boolean(),
        "observed": pl.String(),
        "expected": pl.String(),
        "failing": pl.Int64(),
        "sample": pl.String(),
        "run_id": pl.String(),
        "source": pl.String(),
        "landed_on": pl.Date(),
        "delivery": pl.String(),
    }
)
"""The columns of the files under `lake/checks`. `sample` holds the keys of a few offending rows, never a person's."""


@dataclass(frozen=True)
class CheckResult:
    """What came of one expectation of one delivery or mart: evidence, not only a verdict."""

    layer: Layer
    subject: str
    check_name: str
    severity: Severity
    passed: bool
    observed: str | None
    expected: str
    failing: int | None = None
    sample: str | None = None
    source: str | None = None
    landed_on: date | None = None
    delivery: str | None = None

    @property
    def is_blocking(self) -> bool:
        """True where the result holds its delivery or stops the publication."""
        return self.severity == "ERROR" and not self.passed

    @property
    def shown_sample(self) -> str | None:
        """The sample as stakeholders may see it: without video ids, which name their authors."""
        suite = MART_SUITES.get(self.subject)
        return None if isinstance(suite, MartSuite) and not suite.is_sample_public else self.sample


def held(results: Iterable[CheckResult]) -> dict[str, str]:
    """Of one source's deliveries, those that must be held, by `ref`, and why."""
    reasons: dict[str, list[str]] = {}
    for result in results:
        if result.layer == "delivery" and result.is_blocking:
            example = f", e.g. {result.sample}" if result.sample else ""
            reasons.setdefault(f"{result.landed_on}/{result.delivery}", []).append(
                f"{result.subject}: {result.check_name}: found {result.observed}{example}; "
                f"expected that {result.expected}"
            )
    remedy = "correct the files or the note and deliver them again under the same name"
    return {ref: "; ".join((*sorted(why), remedy)) for ref, why in reasons.items()}


def write_checks(
    home: Home, run_id: str, results: Iterable[CheckResult], checked_at: datetime | None = None
) -> list[Path]:
    """Keep the results of a run, a file per layer and source, replaced atomically. Returns the files."""

    def place(result: CheckResult) -> tuple[str, str]:
        return result.layer, result.source or ""

    written = []
    at = checked_at or datetime.now(UTC)
    for (layer, source), group in groupby(sorted(results, key=place), key=place):
        frame = pl.DataFrame(
            [{"checked_at": at, "run_id": run_id, **asdict(result)} for result in group], schema=CHECKS
        )
        path = home.checks / f"{'.'.join(filter(None, (run_id, layer, source)))}.parquet"
        write_atomically(frame, path)
        written.append(path)
    return written


def read_checks(home: Home) -> pl.DataFrame:
    """All results ever kept, oldest first; empty where nothing was ever checked."""
    files = sorted(home.checks.glob("*.parquet"))
    if not files:
        return CHECKS.to_frame()
    return pl.read_parquet(files).sort("checked_at", "layer", "subject", "check_name", maintain_order=True)
