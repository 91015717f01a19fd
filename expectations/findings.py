"""What came of a suite, for those who judge and those who show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations.checks import CheckResult

if TYPE_CHECKING:
    from expectations.engine import ExpectationSuiteValidationResult, Suite


@dataclass(frozen=True)
class Finding:
    """Great Expectations' own verdicts on a suite, and a result per check and delivery, or per check of a mart.

    `judged` is the number of rows that were judged.
    """

    suite: "Suite"
    verdicts: "ExpectationSuiteValidationResult"
    results: Sequence[CheckResult]
    judged: int
