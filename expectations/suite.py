"""What an expectation and a suite are, as plain data.

What is expected of which table lives in `expectations.suites`; how it is checked, in `expectations.validation`.
Nothing here imports Great Expectations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

Severity = Literal["ERROR", "WARN"]
"""An ERROR holds the delivery or stops the publication; a WARN is shown."""

Scope = Literal["row", "delivery", "account", "history", "mart"]
"""What an expectation looks at: each row of a delivery's table; one aggregate of those rows per delivery (`measured`);
the delivery's count of records; that count beside earlier deliveries of the same supplier; a mart as it was built."""

DELIVERY_NUMBER = "delivery_number"
"""The column that tells deliveries apart while several are validated at once; within one delivery is `over` it."""


class SuiteError(RuntimeError):
    """An expectation could not be evaluated: a fault in a suite, never a verdict on data."""


@dataclass(frozen=True)
class Rule:
    """A Great Expectations expectation: the name of its class and its arguments."""

    kind: str
    kwargs: Mapping[str, object]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rule reads; the first is the one it is about."""
        return tuple(str(self.kwargs[name]) for name in ("column", "column_A", "column_B") if name in self.kwargs)


@dataclass(frozen=True)
class Expectation:
    """One thing that must hold. `expected` says it in words, and describes the check to its reader.

    `computed` adds columns to the rows of a table before the rule is applied; `measured` aggregates them per delivery.
    `found` is what is reported of a delivery, a format string over the measured columns, and `unjudged` what is
    reported where there was nothing to measure. `failing` is the SQL condition of the rows that a mart should not have.
    """

    name: str
    severity: Severity
    per: Scope
    expected: str
    rule: Rule
    computed: Mapping[str, pl.Expr] = field(default_factory=dict)
    measured: Mapping[str, pl.Expr] = field(default_factory=dict)
    found: str = ""
    unjudged: str = "no rows"
    failing: str = ""


@dataclass(frozen=True)
class Suite:
    """What is expected of a lake table, delivery by delivery."""

    subject: str
    expectations: tuple[Expectation, ...]

    def per(self, scope: Scope) -> tuple[Expectation, ...]:
        """The expectations of one scope."""
        return tuple(expectation for expectation in self.expectations if expectation.per == scope)


@dataclass(frozen=True)
class MartSuite(Suite):
    """What is expected of a mart.

    `columns` is its public interface, `key` its grain. `made_from` is the lake table that a loaded delivery must
    fill before rows are expected; None means rows always. `sample` names the columns that point to an offending row,
    never to a person; `is_sample_public` is False where they hold video ids, which name their authors and stay out of
    the UI.
    """

    made_from: str | None
    columns: tuple[str, ...]
    key: tuple[str, ...]
    sample: tuple[str, ...]
    is_sample_public: bool = True


def between(column: str, low: float | None = None, high: float | None = None) -> Rule:
    """A number lies between the bounds, both included; unknown values pass."""
    bounds = {"min_value": low, "max_value": high}
    return Rule(
        "ExpectColumnValuesToBeBetween", {"column": column} | {k: v for k, v in bounds.items() if v is not None}
    )


def not_below(column: str, other: str) -> Rule:
    """A column is as large as another, or larger; rows where either is unknown pass."""
    return _pair(column, other, or_equal=True)


def above(column: str, other: str) -> Rule:
    """A column is larger than another; rows where either is unknown pass."""
    return _pair(column, other, or_equal=False)


def always(column: str, value: bool) -> Rule:
    """A boolean column has one value throughout."""
    return Rule("ExpectColumnValuesToBeInSet", {"column": column, "value_set": [value]})


def known(column: str) -> Rule:
    """A column is known in every row."""
    return Rule("ExpectColumnValuesToNotBeNull", {"column": column})


def _pair(column: str, other: str, *, or_equal: bool) -> Rule:
    return Rule(
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {"column_A": column, "column_B": other, "or_equal": or_equal, "ignore_row_if": "either_value_is_missing"},
    )
