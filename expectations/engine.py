"""Great Expectations, quiet, offline and in memory, and the choice of the engine that it judges with.

The only module that imports it. That takes seconds, so this module, and what builds on it, is imported inside the
functions that judge. What is expected of which table lives in `expectations.suites`.
"""

import os
import re
import warnings
from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple

import polars as pl
import polars.selectors as cs

from expectations.checks import Severity, SuiteError

os.environ["GX_ANALYTICS_ENABLED"] = "false"
with warnings.catch_warnings():
    # It imports two modules that the standard library has deprecated.
    for _deprecated in ("sre_constants", "sre_parse"):
        warnings.filterwarnings("ignore", f"module '{_deprecated}' is deprecated", DeprecationWarning)
    import great_expectations as gx
    from great_expectations import expectations as gxe
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context import EphemeralDataContext
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )
    from great_expectations.execution_engine import pandas_execution_engine
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.row_conditions import Column as Where
    from great_expectations.render.renderer import ExpectationSuitePageRenderer, ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

__all__ = [
    "DefaultJinjaPageView",
    "Expectation",
    "ExpectationConfiguration",
    "ExpectationSuitePageRenderer",
    "ExpectationSuiteValidationResult",
    "FailureSeverity",
    "RunIdentifier",
    "ValidationResultsPageRenderer",
    "Where",
    "gxe",
]

# Batches are told apart by name; hashing all values of small ones, as is the default, would take two thirds of the time.
pandas_execution_engine.HASH_THRESHOLD = 0

_SEVERITIES: dict[FailureSeverity, Severity] = {FailureSeverity.CRITICAL: "ERROR", FailureSeverity.WARNING: "WARN"}


class Judgement(NamedTuple):
    """What a checkpoint found: Great Expectations' own result, and by failed check the positions of the rows that fail."""

    result: ExpectationSuiteValidationResult
    failing: dict[str, list[int]]


class Suite:
    """Expectations that are judged together on one frame, by a checkpoint of their own."""

    def __init__(self, name: str, expectations: Sequence[Expectation]) -> None:
        self.name = name
        self.expectations = {check_name(item): item for item in expectations}
        if len(self.expectations) < len(expectations):
            raise SuiteError(f"{name}: two expectations have the same name; give one a class of its own")
        if unsaid := [check for check, item in self.expectations.items() if not item.description]:
            raise SuiteError(f"{name}: {', '.join(unsaid)} do not say in words what they expect; add a description")

    @property
    def columns(self) -> list[str]:
        """The columns that are read, each once."""
        found: dict[str, None] = {}
        for item in self.expectations.values():
            given = [getattr(item, name, None) for name in ("column", "column_A", "column_B")]
            found |= dict.fromkeys([*filter(None, given), *getattr(item, "column_list", ())])
        return list(found)

    def column(self, check: str) -> str:
        """The column that an expectation of a single column is about."""
        return str(self.expectations[check].column)  # type: ignore[attr-defined]

    def severity(self, check: str) -> Severity:
        """ERROR where an expectation is critical, WARN where it is a warning."""
        return _SEVERITIES[self.expectations[check].severity]

    def expected(self, check: str) -> str:
        """What is expected, in words."""
        return str(self.expectations[check].description)

    def judge(self, frame: pl.DataFrame) -> Judgement:
        """Ask every expectation for its verdict, and only those that fail for the rows. Raises SuiteError."""
        batch = _batch_parameters(frame)
        [result] = self._checkpoint.run(batch_parameters=batch).run_results.values()
        failed = [name for name, verdict in self._by_check(result).items() if not verdict.success]
        if not failed:
            return Judgement(result, {})
        complete = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
        rows = _batches().get_batch(batch).validate(self._native(failed), result_format=complete)
        return Judgement(
            result,
            {name: verdict.result.get("unexpected_index_list") or [] for name, verdict in self._by_check(rows).items()},
        )

    @property
    def native(self) -> gx.ExpectationSuite:
        """The suite as Great Expectations knows it, made anew."""
        return self._native(list(self.expectations))

    @cached_property
    def _checkpoint(self) -> gx.Checkpoint:
        context = _context()
        suite = context.suites.add(self.native)
        validation = gx.ValidationDefinition(name=self.name, data=_batches(), suite=suite)
        return context.checkpoints.add(
            gx.Checkpoint(
                name=self.name,
                validation_definitions=[context.validation_definitions.add(validation)],
                result_format={"result_format": "BOOLEAN_ONLY"},
            )
        )

    def _native(self, names: Sequence[str]) -> gx.ExpectationSuite:
        named = [
            self.expectations[name].copy(
                update={"meta": {"attributes": {"check": name, "severity": self.severity(name)}}}
            )
            for name in names
        ]
        return gx.ExpectationSuite(name=self.name, expectations=named)

    def _by_check(self, result: ExpectationSuiteValidationResult) -> dict[str, ExpectationValidationResult]:
        """The verdicts by the name of their check. Raises SuiteError where one could not be reached."""
        found = {}
        for verdict in result.results:
            if verdict.expectation_config is None:
                raise SuiteError(f"{self.name}: a verdict belongs to no expectation")
            name = verdict.expectation_config.meta["attributes"]["check"]
            if problems := _exceptions(verdict.exception_info):
                raise SuiteError(f"{self.name}: the expectation {name} could not be evaluated: {'; '.join(problems)}")
            found[name] = verdict
        return found


def check_name(expectation: Expectation) -> str:
    """The name of a check: the columns that the expectation was given, then its type without what all types share."""
    columns = [
        getattr(expectation, name)
        for name in ("column", "column_A", "column_B")
        if name in expectation.__fields__ and expectation.__fields__[name].required
    ]
    words = re.sub(r"^expect_column_values_to_(not_)?(be_)?", r"\1", expectation.expectation_type)
    return "_".join([*columns, words])


def _exceptions(info: Any) -> list[str]:
    """The exceptions inside a result, which Great Expectations reports as one mapping or as one per metric."""
    reports = [info] if "raised_exception" in info else list(info.values())
    return sorted({str(report["exception_message"]) for report in reports if report["raised_exception"]})


@cache
def _batches() -> BatchDefinition[Any]:
    """Where batches come from. The choice of the engine is here and in `_batch_parameters`: pandas on Arrow."""
    return (
        _context().data_sources.pandas_default.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("all")
    )


def _batch_parameters(frame: pl.DataFrame) -> dict[str, Any]:
    """A frame as a batch; instants and dates as integers, which compare faster."""
    return {"dataframe": frame.with_columns(cs.temporal().to_physical()).to_pandas(use_pyarrow_extension_array=True)}


@cache
def _context() -> EphemeralDataContext:
    # Its own defaults would make a directory for Data Docs.
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=config)
