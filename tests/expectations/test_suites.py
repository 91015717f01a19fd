"""The suites as data: what a new table gets, and that names, rules and specs hold together."""

import polars as pl
import pytest

from expectations.suite import DELIVERY_NUMBER
from expectations.suites import DELIVERY_SUITES, MART_SUITES, ODDITIES, specs, suite_for
from expectations.suites.contract import contract_expectations
from ingest.source import INSTANT, LINEAGE, Column, Table
from ingest.sources import SOURCES

TABLES = {table.name: table for source in SOURCES for table in source.tables}


def test_a_new_table_gets_the_expectations_of_its_contract() -> None:
    table = Table(
        name="tag_totals",
        description="Totals.",
        columns={
            "hashtag": Column(pl.String(), "The hashtag."),
            "observed_at": Column(INSTANT, "When it was read."),
            "posts": Column(pl.Int64(), "Posts with it."),
        },
        key=("hashtag", "observed_at"),
        records=pl.len(),
        required=("posts",),
        captured="observed_at",
    )
    assert {(item.name, item.severity) for item in contract_expectations(table)} == {
        ("records_loaded", "ERROR"),
        ("records_mostly_accepted", "ERROR"),
        ("volume_as_usual", "WARN"),
        ("key_unique", "ERROR"),
        ("observed_at_before_landing", "ERROR"),
        ("posts_mostly_known", "ERROR"),
    }
    descriptive = Table(name="tags", description="Tags.", columns=table.columns, key=("hashtag",))
    assert [item.name for item in contract_expectations(descriptive)] == ["key_unique"]


def test_every_lake_table_has_a_suite_and_every_oddity_a_table() -> None:
    assert set(DELIVERY_SUITES) == set(TABLES)
    assert set(ODDITIES) - set(TABLES) == set()
    assert not set(DELIVERY_SUITES) & set(MART_SUITES)


@pytest.mark.parametrize("table", DELIVERY_SUITES)
def test_rules_read_columns_that_are_there(table: str) -> None:
    known = {*TABLES[table].schema.names(), *LINEAGE.names(), "landed_on", DELIVERY_NUMBER}
    suite = DELIVERY_SUITES[table]
    computed = [name for item in suite.expectations for name in (*item.computed, *item.measured)]
    assert len(computed) == len(set(computed))
    assert not set(computed) & known
    for item in (*suite.per("row"), *suite.per("delivery")):
        own = {*item.computed, *item.measured}
        read = {
            name for value in (*item.computed.values(), *item.measured.values()) for name in value.meta.root_names()
        }
        assert {*item.rule.columns, *read} <= known | own, item.name
        assert (item.per == "delivery") == bool(item.measured and item.found), item.name


def test_names_are_unique_within_a_suite() -> None:
    names = [(spec.subject, spec.check_name) for spec in specs()]
    assert len(names) == len(set(names))
    assert all(spec.check_name.isidentifier() and spec.check_name == spec.check_name.lower() for spec in specs())


def test_specs_describe_every_expectation() -> None:
    suites = (*DELIVERY_SUITES.values(), *MART_SUITES.values())
    assert len(specs()) == sum(len(suite.expectations) for suite in suites)
    for spec in specs():
        expectation = next(item for item in suite_for(spec.subject).expectations if item.name == spec.check_name)
        assert (spec.severity, spec.description) == (expectation.severity, expectation.expected)


@pytest.mark.parametrize("mart", MART_SUITES)
def test_keys_and_samples_are_columns_of_the_interface(mart: str) -> None:
    suite = MART_SUITES[mart]
    assert {*suite.key, *suite.sample} <= set(suite.columns)
    assert "creator_key" not in suite.sample
    assert ("video_id" in suite.sample) != suite.is_sample_public
