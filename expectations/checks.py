"""Results of checks: what one is, what it decides, and where results are kept. Nothing is judged here.

How they come about is in `expectations.validation`.
"""

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Literal

import polars as pl

from ingest.files import read_or_set_aside, write_atomically
from ingest.home import Home
from ingest.source import INSTANT

Layer = Literal["delivery", "mart", "dbt"]

Severity = Literal["ERROR", "WARN"]
"""An ERROR holds the delivery or stops the publication; a WARN is shown."""

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
"""The columns of the files under `lake/checks`. `sample` says where a few offending rows stand, never what is in them."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MOST_FILES = 30
"""When more files of results have gathered, they become one."""

ACCOUNT = "rejected_share_is_at_most_half"
"""The check that says of every delivery how many records were rejected, and for which reasons."""


class SuiteError(RuntimeError):
    """An expectation could not be evaluated: a fault in a suite, never a verdict on data."""


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
    def ref(self) -> str:
        """How the delivery is named within its source."""
        return f"{self.landed_on}/{self.delivery}"


def held(results: Iterable[CheckResult]) -> dict[str, str]:
    """Of one source's deliveries, those that must be held, by `ref`, and why.

    Each message also accounts for the rejected records, since what they were rejected for is often the cause.
    """
    judged = [result for result in results if result.layer == "delivery"]
    accounts = {result.ref: result for result in judged if result.check_name == ACCOUNT}
    reasons: dict[str, list[str]] = {}
    for result in judged:
        if result.is_blocking:
            example = f", e.g. {result.sample}" if result.sample else ""
            reasons.setdefault(result.ref, []).append(
                f"{result.subject}: {result.check_name}: found {result.observed}{example}; "
                f"expected that {result.expected}"
            )
    remedy = "correct the files or the note and deliver them again under the same name"
    messages = {}
    for ref, why in reasons.items():
        account = accounts.get(ref)
        also = [str(account.observed)] if account and account.passed and "rejected:" in str(account.observed) else []
        messages[ref] = "; ".join((*sorted(why), *also, remedy))
    return messages


def write_checks(
    home: Home, run_id: str, results: Iterable[CheckResult], checked_at: datetime | None = None
) -> list[Path]:
    """Keep the results of a run, a file per layer and source, replaced atomically. Returns the files."""

    def place(result: CheckResult) -> tuple[str, str]:
        return result.layer, result.source or ""

    _gather(home, run_id)
    written = []
    at = checked_at or _next_instant(home)
    for (layer, source), group in groupby(sorted(results, key=place), key=place):
        frame = pl.DataFrame(
            [{"checked_at": at, "run_id": run_id, **asdict(result)} for result in group], schema=CHECKS
        )
        path = home.checks / f"{'.'.join(filter(None, (run_id, layer, source)))}.parquet"
        write_atomically(frame, path)
        os.utime(path, ns=(_nanoseconds(at), _nanoseconds(at)))
        written.append(path)
    return written


def _next_instant(home: Home) -> datetime:
    """Now, or just after the last results where the clock was put back, so that the newest results stay the newest."""
    last = max((path.stat().st_mtime_ns for path in home.checks.glob("*.parquet")), default=0)
    return max(datetime.now(UTC), EPOCH + timedelta(microseconds=last // 1000 + 1))


def _nanoseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1) * 1000


def read_checks(home: Home) -> pl.DataFrame:
    """All results that are kept, oldest first; empty where nothing was ever checked."""
    files = sorted(home.checks.glob("*.parquet"))
    if not files:
        return CHECKS.to_frame()
    # A run that was killed while it gathered files leaves results in two of them.
    kept = _read(files).unique(maintain_order=True)
    return kept.sort("checked_at", "layer", "subject", "check_name", maintain_order=True)


def judged_last(checks: pl.DataFrame) -> pl.DataFrame:
    """Of results, oldest first, those of each delivery of when it was last judged."""
    return checks.filter(pl.col("layer") == "delivery").unique(
        ["subject", "check_name", "source", "landed_on", "delivery"], keep="last", maintain_order=True
    )


def _gather(home: Home, run_id: str) -> None:
    """Make one file of many, without what was judged again since, so that reading does not slow down with every run."""
    files = [path for path in sorted(home.checks.glob("*.parquet")) if not path.name.startswith(f"{run_id}.")]
    if len(files) <= MOST_FILES:
        return
    kept = _read(files).sort("checked_at", maintain_order=True)
    earlier = home.checks / "earlier.parquet"
    last = max(path.stat().st_mtime_ns for path in files)
    write_atomically(pl.concat([judged_last(kept), kept.filter(pl.col("layer") != "delivery")]), earlier)
    os.utime(earlier, ns=(last, last))
    for path in files:
        if path != earlier:
            path.unlink(missing_ok=True)


def _read(files: Iterable[Path]) -> pl.DataFrame:
    return pl.concat([CHECKS.to_frame(), *(read_or_set_aside(path, CHECKS) for path in files)])
