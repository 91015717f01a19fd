"""Expectations with names of their own: native ones of Great Expectations, told in the campaign's words.

Which table expects what lives in `expectations.suites`.
"""

from functools import cache
from typing import Any, Literal

from expectations.engine import ExpectationConfiguration, FailureSeverity, gxe
from ingest.pseudonym import PSEUDONYM

WARNING = FailureSeverity.WARNING
"""The severity of what is shown and stops nothing; an expectation that says nothing is critical."""

IgnoreRowIf = Literal["both_values_are_missing", "either_value_is_missing", "neither"] | dict[Any, Any]


class Stated:
    """Suites and pages also show the values that its class sets; Great Expectations leaves out what equals a default."""

    @property
    def configuration(self: Any) -> ExpectationConfiguration:
        """The expectation as suites keep it."""
        kept: ExpectationConfiguration = super().configuration  # type: ignore[misc]
        for name, default in _native_defaults(self.__class__):
            if getattr(self, name) != default:
                kept.kwargs[name] = getattr(self, name)
        kept.description, kept.severity = self.description, self.severity
        return kept


@cache
def _native_defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    """The defaults of the native expectation that a class is derived from."""
    native: Any = next(parent for parent in kind.__mro__ if parent.__module__.startswith("great_expectations."))
    names = [name for name in (*kind.domain_keys, *kind.success_keys) if name in native.__fields__]
    return tuple((name, native.__fields__[name].default) for name in names)


class APairInOrder(Stated, gxe.ExpectColumnPairValuesAToBeGreaterThanB):
    """The first of two columns is at least as large as the second, where both are known."""

    or_equal: bool = True
    ignore_row_if: IgnoreRowIf = "either_value_is_missing"


class KeyIsUnique(Stated, gxe.ExpectCompoundColumnsToBeUnique):
    """No two rows of a delivery have the same key."""


class IsPseudonym(Stated, gxe.ExpectColumnValuesToMatchRegex):
    """A person is known by a keyed pseudonym, never by a handle, a name or an address."""

    regex: str = PSEUDONYM


class IsBeforeLanding(APairInOrder):
    """Nothing is captured later than the day after landing, UTC: by then the day of landing has ended everywhere."""

    column_A: str = "end_of_next_day"
    or_equal: bool = False


class IsAtMostHalf(Stated, gxe.ExpectColumnValuesToBeBetween):
    """A share is at most a half."""

    max_value: float = 0.5


class DoNotExceedViews(APairInOrder):
    """A video gathers no more of an engagement than it has views."""

    column_A: str = "views"
