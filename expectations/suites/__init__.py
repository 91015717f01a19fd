"""The suites, as plain data: one module per source, and one for the marts. Nothing here imports Great Expectations."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from expectations.suite import MartSuite, Severity, Suite
from expectations.suites import hashtag, live, survey
from expectations.suites.contract import contract_expectations
from expectations.suites.marts import MARTS
from ingest.sources import SOURCES

ODDITIES = {**hashtag.ODDITIES, **live.ODDITIES, **survey.ODDITIES}
"""By lake table, what is odd about it in particular; a table without an entry has what its contract gives it."""

DELIVERY_SUITES: Mapping[str, Suite] = {
    table.name: Suite(table.name, (*contract_expectations(table), *ODDITIES.get(table.name, ())))
    for source in SOURCES
    for table in source.tables
}
"""By lake table, the suite that every delivery of it is checked against."""

MART_SUITES: Mapping[str, MartSuite] = {suite.subject: suite for suite in MARTS}
"""By mart, the suite that it is checked against before it is published."""


class CheckSpec(NamedTuple):
    """A check that results will come for: what a catalog of checks needs to know beforehand."""

    subject: str
    check_name: str
    severity: Severity
    description: str


def specs() -> list[CheckSpec]:
    """Every check of every lake table and mart."""
    return list(_specs(DELIVERY_SUITES)) + list(_specs(MART_SUITES))


def suite_for(subject: str) -> Suite:
    """The suite of a lake table or a mart; KeyError where there is none."""
    return {**DELIVERY_SUITES, **MART_SUITES}[subject]


def _specs(suites: Mapping[str, Suite]) -> Iterator[CheckSpec]:
    for suite in suites.values():
        for expectation in suite.expectations:
            yield CheckSpec(suite.subject, expectation.name, expectation.severity, expectation.expected)
