"""Judges deliveries and marts by their suites, and has what was found shown in Data Docs.

What is expected lives in `expectations.suites`, how Great Expectations is asked in `expectations.engine`. All deliveries
of a run are judged together, so that one checkpoint per suite is enough; which delivery, file and line failed is found by
position afterwards. Results say where a row stands, never what it holds.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from expectations.checks import CheckResult, SuiteError
from expectations.findings import Finding
from expectations.frames import (
    DELIVERY_NUMBER,
    account_subjects,
    accounts,
    in_parts,
    measures,
    numbers,
    scan_rows,
)
from expectations.history import compare, histories, rows_before
from ingest.home import Home
from ingest.lake import StagedDelivery
from ingest.source import LINEAGE, Source

if TYPE_CHECKING:
    from expectations.engine import Suite
    from expectations.suites.marts import MartSuite
    from expectations.suites.tables import TableSuites

SAMPLE = 3
"""How many offending rows a result names."""

Numbered = Mapping[int, StagedDelivery]
"""Deliveries of a run by their number in it."""


def validate_deliveries(
    home: Home, run_id: str, source: Source, staged: Sequence[StagedDelivery], ledger: pl.DataFrame
) -> list[CheckResult]:
    """Judge staged deliveries of a source by the suites of their tables. One result per check and delivery.

    `ledger` is what was known before them. A delivery's records are accounted for with the first table it fills that holds
    records. Raises SuiteError where a suite cannot be evaluated.
    """
    if not staged:
        return []
    from expectations.data_docs import write_data_docs
    from expectations.suites.tables import LAKE_SUITES

    subjects = account_subjects(source, staged)
    tables = [
        _Table(
            LAKE_SUITES[table.name],
            filling={number: item for number, item in enumerate(staged) if table.name in item.tables},
            accounted={number: item for number, item in enumerate(staged) if subjects[number] == table.name},
        )
        for table in source.tables
    ]
    findings = [finding for table in tables for finding in (*table.judge_rows(), *table.judge_deliveries())]
    distrusted = {result.ref for finding in findings for result in finding.results if result.is_blocking}
    findings += [finding for table in tables for finding in table.judge_history(home, ledger, distrusted)]
    write_data_docs(home, run_id, findings)
    return [result for finding in findings for result in finding.results]


def validate_marts(home: Home, run_id: str, connection: duckdb.DuckDBPyConnection) -> list[CheckResult]:
    """Judge what a person would question in the marts of a database, which is only read. One result per mart and check.

    Raises SuiteError where a suite cannot be evaluated, as where a mart or a column of it is missing.
    """
    from expectations.data_docs import write_data_docs
    from expectations.suites.marts import MART_SUITES

    findings = [_judge_mart(mart, connection, home) for mart in MART_SUITES.values()]
    write_data_docs(home, run_id, findings)
    return [result for finding in findings for result in finding.results]


@dataclass(frozen=True)
class _Table:
    """A lake table in a run: its suites, the deliveries that fill it, and those accounted for with it."""

    suites: "TableSuites"
    filling: Numbered
    accounted: Numbered

    @cached_property
    def rows(self) -> pl.LazyFrame | None:
        """The rows of all deliveries, and what is derived from them."""
        if not self.filling:
            return None
        return scan_rows(self.filling, self.suites.table.name).with_columns(**self.suites.derived)

    def judge_rows(self) -> list[Finding]:
        """Judge every row, in parts where there are many."""
        suite = self.suites.rows
        if suite is None or self.rows is None:
            return []
        heights: Counter[int] = Counter()
        failing: Counter[tuple[str, int]] = Counter()
        places: dict[tuple[str, int], list[str]] = {}
        for part in in_parts(self.rows, self.suites.table.key):
            frame = part.select(suite.columns).collect()
            heights.update(dict(frame.group_by(DELIVERY_NUMBER).len().iter_rows()))
            verdicts, positions = suite.judge(frame)
            if positions:
                located = part.select(DELIVERY_NUMBER, *LINEAGE).collect()
                for check, found in positions.items():
                    for number, count, first in _places(located[found]).iter_rows():
                        failing[check, number] += count
                        places.setdefault((check, number), []).extend(first)
        is_told = not self.suites.table.is_apart
        results = [
            self._result(
                suite,
                check,
                item,
                failing=failing[check, number],
                observed=f"{failing[check, number]:,}{f' of {heights[number]:,}' if is_told else ''} rows",
                sample=", ".join(places.get((check, number), [])[:SAMPLE]) or None,
            )
            for check in suite.expectations
            for number, item in self.filling.items()
        ]
        return [Finding(suite, verdicts, results, heights.total() if is_told else failing.total())]

    def judge_deliveries(self) -> list[Finding]:
        """Judge each delivery as a whole: its account, and measures of its rows."""
        suite = self.suites.deliveries
        if suite is None or not (self.filling or self.accounted):
            return []
        account = accounts(self.accounted)
        frame = numbers({*self.filling, *self.accounted}).join(account, on=DELIVERY_NUMBER, how="left")
        if self.suites.of_deliveries is not None and self.accounted:
            frame = frame.join(self.suites.of_deliveries(self.accounted), on=DELIVERY_NUMBER, how="left")
        if self.rows is not None and self.suites.measures:
            frame = frame.join(measures(self.rows, self.suites.measures), on=DELIVERY_NUMBER, how="left")
        return [self._judge_each(suite, frame)]

    def judge_history(self, home: Home, ledger: pl.DataFrame, distrusted: Collection[str]) -> list[Finding]:
        """Compare each delivery with its supplier's earlier ones, without those whose refs are `distrusted`."""
        suite = self.suites.history
        if suite is None or not self.accounted:
            return []
        history = histories(home, self.suites.table, self.accounted, ledger, distrusted)
        frame = compare(self.accounted, history)
        before = rows_before(history)
        if self.suites.beside_earlier is not None and self.rows is not None and before is not None:
            compared = self.suites.beside_earlier(self.rows, before).collect()
            frame = frame.join(compared, on=DELIVERY_NUMBER, how="left")
        return [self._judge_each(suite, frame)]

    def _judge_each(self, suite: "Suite", frame: pl.DataFrame) -> Finding:
        """Judge a frame with a row per delivery; what could not be measured of any is unknown."""
        unmeasured = [name for name in suite.columns if name not in frame.columns]
        whole = frame.with_columns(pl.lit(None, pl.Float64()).alias(name) for name in unmeasured)
        verdicts, positions = suite.judge(whole.select(suite.columns))
        results = []
        for check in suite.expectations:
            measure = suite.column(check)
            asked = self.filling if measure in self.suites.measures else self.accounted
            for position, row in enumerate(whole.iter_rows(named=True)):
                item = asked.get(row[DELIVERY_NUMBER])
                if item is not None:
                    failing = int(position in positions.get(check, ()))
                    results.append(self._result(suite, check, item, failing, _in_words(measure, row), None))
        return Finding(suite, verdicts, results, frame.height)

    def _result(
        self, suite: "Suite", check: str, item: StagedDelivery, failing: int, observed: str, sample: str | None
    ) -> CheckResult:
        return CheckResult(
            layer="delivery",
            subject=self.suites.table.name,
            check_name=check,
            severity=suite.severity(check),
            passed=failing == 0,
            observed=observed,
            expected=suite.expected(check),
            failing=failing,
            sample=sample,
            source=item.source,
            landed_on=item.landed_on,
            delivery=item.delivery,
        )


def _places(offending: pl.DataFrame) -> pl.DataFrame:
    """By delivery, how many rows offend and where the first of them stand."""
    place = pl.when(pl.col("line") > 0).then(pl.format("{}:{}", *LINEAGE)).otherwise("file")
    places = place.sort_by(*LINEAGE).unique(maintain_order=True).head(SAMPLE)
    return offending.group_by(DELIVERY_NUMBER).agg(pl.len(), places)


def _in_words(measure: str, row: Mapping[str, Any]) -> str:
    """What was measured of a delivery: as its frame says it, else the figure."""
    value, said = row[measure], row.get(f"{measure}_found")
    if said is not None:
        return str(said)
    if value is None:
        return "nothing to judge"
    words = measure.removesuffix("_share").replace("_", " ")
    return f"{words}: {value:.0%}" if measure.endswith("_share") else f"{words}: {value:,}"


def _judge_mart(mart: "MartSuite", connection: duckdb.DuckDBPyConnection, home: Home) -> Finding:
    suite = mart.suite
    try:
        frame = mart.frame(connection, home)
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise SuiteError(f"{suite.name}: its expectations could not be evaluated: {error}") from error
    verdicts, positions = suite.judge(frame)
    keys = frame.select(pl.concat_str(pl.col(mart.key).cast(pl.String()).fill_null("NULL"), separator="/")).to_series()
    results = []
    for check in suite.expectations:
        offending = keys[positions.get(check, [])]
        results.append(
            CheckResult(
                layer="mart",
                subject=suite.name,
                check_name=check,
                severity=suite.severity(check),
                passed=offending.is_empty(),
                observed=f"{offending.len():,} of {keys.len():,} rows",
                expected=suite.expected(check),
                failing=offending.len(),
                sample=", ".join(offending.head(SAMPLE)) or None,
            )
        )
    return Finding(suite, verdicts, results, frame.height)
