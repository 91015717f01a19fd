"""Checks deliveries and marts against their suites. What is expected lives in `expectations.suites`.

The only file that imports Great Expectations, and only when it validates, since the import takes seconds. It is given
the rows of all deliveries of a run at once, so that one call per table is enough, and of each row only the columns that
rules are about; which row and which delivery failed is found by position. No person's key is handed over.
"""

import os
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import polars as pl
import polars.selectors as cs

from expectations.checks import CheckResult
from expectations.history import history
from expectations.marts import measure
from expectations.suite import DELIVERY_NUMBER, Expectation, Rule, Scope, Suite, SuiteError
from expectations.suites import DELIVERY_SUITES, MART_SUITES
from ingest.lake import StagedDelivery
from ingest.source import Source, Table

ROWS_A_CALL = 1_000_000
"""Great Expectations sees at most so many rows a call: what it says of failing rows then stays small."""

SAMPLE = 3
"""How many offending rows a result names."""

_LOCATION = ["file", "line"]


def validate_deliveries(source: Source, staged: Sequence[StagedDelivery], ledger: pl.DataFrame) -> list[CheckResult]:
    """Check staged deliveries of a source against the suites of their tables. One result per delivery and expectation.

    `ledger` is what was known before them. A delivery's count of records is checked with the first table it fills that
    holds records. Raises SuiteError where a suite cannot be evaluated.
    """
    if not staged:
        return []
    results = [result for table in source.tables for result in _validate_table(table, staged)]
    accounts = _accounts(staged)
    results += _validate_accounts(source, staged, accounts, "account")
    distrusted = {f"{result.landed_on}/{result.delivery}" for result in results if result.is_blocking}
    compared = accounts.hstack(history(staged, ledger, distrusted))
    return [*results, *_validate_accounts(source, staged, compared, "history")]


def validate_marts(
    connection: duckdb.DuckDBPyConnection, loaded: Collection[str], marts: Collection[str] = tuple(MART_SUITES)
) -> list[CheckResult]:
    """Check the marts in schema main of a database, which is only read. One result per mart and expectation.

    `loaded` names the lake tables that a loaded delivery fills: only what is made from them must have rows. Each
    mart is read once, whatever its size; Great Expectations judges the counts of rows that should not be there. Raises
    SuiteError where a suite cannot be evaluated.
    """
    results = []
    for mart in marts:
        suite = MART_SUITES[mart]
        measures = measure(connection, suite, loaded)
        judged = [expectation for expectation in suite.expectations if expectation.name not in measures.unjudged]
        counts = {name: count for name, count in measures.counts.items() if name in {item.name for item in judged}}
        failing = _failing(pl.DataFrame(counts, schema=dict.fromkeys(counts, pl.Int64())), judged, mart)
        for expectation in suite.expectations:
            name = expectation.name
            passed = name in failing and not failing[name]
            results.append(
                CheckResult(
                    layer="mart",
                    subject=mart,
                    check_name=name,
                    severity=expectation.severity,
                    passed=passed,
                    observed=measures.unjudged.get(name) or measures.observed[name],
                    expected=expectation.expected,
                    failing=None if name in measures.unjudged else measures.offending.get(name),
                    sample=None if passed else measures.sample(name, SAMPLE),
                )
            )
    return results


def _validate_table(table: Table, staged: Sequence[StagedDelivery]) -> list[CheckResult]:
    """Row by row, then one row per delivery, over all deliveries that fill the table."""
    suite = DELIVERY_SUITES[table.name]
    deliveries = [item for item in staged if table.name in item.tables]
    if not deliveries:
        return []
    rows = _scan(table, suite, deliveries)
    return [*_validate_rows(suite, deliveries, rows), *_validate_measures(suite, deliveries, rows)]


def _scan(table: Table, suite: Suite, deliveries: Sequence[StagedDelivery]) -> pl.LazyFrame:
    """The rows of all deliveries: the columns that the suite asks for, and what it computes from them."""
    expectations = (*suite.per("row"), *suite.per("delivery"))
    wanted = {column for expectation in expectations for column in expectation.rule.columns}
    for expectation in expectations:
        for expression in (*expectation.computed.values(), *expectation.measured.values()):
            wanted.update(expression.meta.root_names())
    columns = [column for column in table.schema.names() if column in wanted]
    scans = [
        pl.scan_parquet(item.tables[table.name]).select(
            pl.lit(number, pl.Int32()).alias(DELIVERY_NUMBER),
            pl.lit(item.landed_on).alias("landed_on"),
            *columns,
            *_LOCATION,
        )
        for number, item in enumerate(deliveries)
    ]
    computed = {name: value for expectation in expectations for name, value in expectation.computed.items()}
    return pl.concat(scans).with_columns(**computed)


def _validate_rows(suite: Suite, deliveries: Sequence[StagedDelivery], rows: pl.LazyFrame) -> Iterator[CheckResult]:
    expectations = suite.per("row")
    frame = rows.select(DELIVERY_NUMBER, *_columns(expectations), *_LOCATION).collect()
    heights = dict(frame.group_by(DELIVERY_NUMBER).len().iter_rows())
    failing = _failing(frame.select(_columns(expectations)), expectations, suite.subject)
    for expectation in expectations:
        offenders = {
            number: (count, sample)
            for number, count, sample in frame.select(DELIVERY_NUMBER, *_LOCATION)[failing[expectation.name]]
            .group_by(DELIVERY_NUMBER)
            .agg(pl.len(), pl.format("{}:{}", *_LOCATION).head(SAMPLE).str.join(", ").alias("sample"))
            .iter_rows()
        }
        for number, item in enumerate(deliveries):
            count, sample = offenders.get(number, (0, None))
            height = heights.get(number, 0)
            yield _result(suite, expectation, item, f"{count:,} of {height:,} rows", count, sample)


def _validate_measures(suite: Suite, deliveries: Sequence[StagedDelivery], rows: pl.LazyFrame) -> list[CheckResult]:
    expectations = suite.per("delivery")
    if not expectations:
        return []
    measured = {name: value for expectation in expectations for name, value in expectation.measured.items()}
    numbers = pl.LazyFrame({DELIVERY_NUMBER: range(len(deliveries))}, schema={DELIVERY_NUMBER: pl.Int32()})
    measures = rows.group_by(DELIVERY_NUMBER).agg(**measured)
    frame = numbers.join(measures, on=DELIVERY_NUMBER, how="left", maintain_order="left").collect()
    return _per_delivery(suite, expectations, deliveries, frame)


def _accounts(staged: Sequence[StagedDelivery]) -> pl.DataFrame:
    counts = pl.DataFrame(
        {
            name: [getattr(item, name) for item in staged]
            for name in ("records_read", "records_loaded", "records_rejected")
        },
        schema_overrides={"records_read": pl.Int64(), "records_loaded": pl.Int64(), "records_rejected": pl.Int64()},
    )
    share = pl.when(pl.col("records_read") > 0).then(pl.col("records_rejected") / pl.col("records_read"))
    return counts.with_columns(share.alias("rejected_share"))


def _validate_accounts(
    source: Source, staged: Sequence[StagedDelivery], frame: pl.DataFrame, scope: Scope
) -> Iterator[CheckResult]:
    """Check the counts of records, each delivery's with the table that it is accounted for with."""
    holding = [table.name for table in source.tables if table.records is not None]
    subjects = [next((name for name in holding if name in item.tables), holding[0]) for item in staged]
    for subject in dict.fromkeys(subjects):
        suite = DELIVERY_SUITES[subject]
        chosen = [number for number, name in enumerate(subjects) if name == subject]
        yield from _per_delivery(suite, suite.per(scope), [staged[number] for number in chosen], frame[chosen])


def _per_delivery(
    suite: Suite, expectations: Sequence[Expectation], deliveries: Sequence[StagedDelivery], frame: pl.DataFrame
) -> list[CheckResult]:
    """Results of expectations on a frame with a row per delivery."""
    failing = _failing(frame.select(_columns(expectations)), expectations, suite.subject)
    results = []
    for expectation in expectations:
        offenders = set(failing[expectation.name])
        for number, (item, row) in enumerate(zip(deliveries, frame.iter_rows(named=True), strict=True)):
            unjudged = row[expectation.rule.columns[0]] is None
            observed = expectation.unjudged if unjudged else expectation.found.format(**row)
            results.append(_result(suite, expectation, item, observed, int(number in offenders), None))
    return results


def _result(
    suite: Suite, expectation: Expectation, item: StagedDelivery, observed: str, failing: int, sample: str | None
) -> CheckResult:
    return CheckResult(
        layer="delivery",
        subject=suite.subject,
        check_name=expectation.name,
        severity=expectation.severity,
        passed=failing == 0,
        observed=observed,
        expected=expectation.expected,
        failing=failing,
        sample=sample,
        source=item.source,
        landed_on=item.landed_on,
        delivery=item.delivery,
    )


def _columns(expectations: Sequence[Expectation]) -> list[str]:
    return list(dict.fromkeys(column for expectation in expectations for column in expectation.rule.columns))


def _failing(frame: pl.DataFrame, expectations: Sequence[Expectation], subject: str) -> dict[str, list[int]]:
    """By expectation, the positions of the rows that fail it."""
    failing: dict[str, list[int]] = {expectation.name: [] for expectation in expectations}
    # Great Expectations hashes every frame it is given: 30 times cheaper for integers than for instants.
    numbers = frame.with_columns(cs.temporal().to_physical())
    offset = 0
    for piece in numbers.iter_slices(ROWS_A_CALL) if expectations else ():
        verdicts = _validate(piece, expectations, subject, "BOOLEAN_ONLY")
        doubted = [expectation for expectation in expectations if not verdicts[expectation.name]["success"]]
        if doubted:
            complete = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
            for name, verdict in _validate(piece, doubted, subject, complete).items():
                failing[name] += [offset + position for position in verdict["result"]["unexpected_index_list"]]
        offset += piece.height
    return failing


def _validate(
    frame: pl.DataFrame, expectations: Sequence[Expectation], subject: str, result_format: str | Mapping[str, object]
) -> Mapping[str, Mapping[str, Any]]:
    """One call of Great Expectations: its results by expectation. Raises SuiteError where it could not evaluate one."""
    batches, make_suite = _great_expectations()
    batch = batches.get_batch({"dataframe": frame.to_pandas(use_pyarrow_extension_array=True)})
    report = batch.validate(make_suite(subject, expectations), result_format=result_format)
    verdicts = {}
    for result in report.results:
        name = result.expectation_config.meta["check_name"]
        problems = _exceptions(result.exception_info)
        if problems:
            raise SuiteError(f"{subject}: the expectation {name} could not be evaluated: {'; '.join(problems)}")
        verdicts[name] = {"success": bool(result.success), "result": result.result}
    return verdicts


def _exceptions(info: Mapping[str, Any]) -> list[str]:
    """The exceptions inside a result, which Great Expectations reports as one mapping or as one per metric."""
    reports = [info] if "raised_exception" in info else list(info.values())
    return sorted({str(report["exception_message"]) for report in reports if report["raised_exception"]})


@cache
def _great_expectations() -> tuple[Any, Callable[[str, Sequence[Expectation]], Any]]:
    """Import Great Expectations, quiet and offline: where to get a batch of a frame, and how to make a suite."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        # It imports two modules that the standard library has deprecated.
        for module in ("sre_constants", "sre_parse"):
            warnings.filterwarnings("ignore", f"module '{module}' is deprecated", DeprecationWarning)
        import great_expectations
        from great_expectations import expectations as kinds
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            InMemoryStoreBackendDefaults,
            ProgressBarsConfig,
        )

    # Its own defaults would make a directory for Data Docs.
    stores = InMemoryStoreBackendDefaults()
    quiet = ProgressBarsConfig(globally=False)
    config = DataContextConfig(store_backend_defaults=stores, progress_bars=quiet, analytics_enabled=False)
    context = great_expectations.get_context(mode="ephemeral", project_config=config)
    batches = (
        context.data_sources.add_pandas("run").add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    )

    def make(expectation: Expectation) -> Any:
        rule: Rule = expectation.rule
        severity = {"ERROR": "critical", "WARN": "warning"}[expectation.severity]
        meta = {"check_name": expectation.name}
        return getattr(kinds, rule.kind)(**rule.kwargs, severity=severity, meta=meta, description=expectation.expected)

    def make_suite(subject: str, expectations: Sequence[Expectation]) -> Any:
        return great_expectations.ExpectationSuite(name=subject, expectations=[make(item) for item in expectations])

    return batches, make_suite
