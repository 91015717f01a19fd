"""The suites themselves: what a new table gets, and that names, words, columns and the kept JSON hold together."""

import json
from pathlib import Path

import polars as pl
import pytest

from expectations import generate
from expectations.checks import SuiteError
from expectations.engine import Suite, gxe
from expectations.frames import DELIVERY_NUMBER
from expectations.kinds import APairInOrder
from expectations.suites import JSON, PUBLICATION, lake_suites, mart_suites, suite_for
from expectations.suites.marts import MART_SUITES
from expectations.suites.tables import LAKE_SUITES, ODDITIES, suites_of
from ingest.source import INSTANT, LINEAGE, Column, Table
from ingest.sources import SOURCES

TABLES = {table.name: table for source in SOURCES for table in source.tables}


def named(suite: Suite | None) -> set[tuple[str, str]]:
    return set() if suite is None else {(name, suite.severity(name)) for name in suite.expectations}


def test_a_new_table_gets_the_expectations_of_its_contract() -> None:
    table = Table(
        name="tag_totals",
        description="Totals.",
        columns={
            "hashtag": Column(pl.String(), "The hashtag."),
            "observed_at": Column(INSTANT, "When it was read."),
            "posts": Column(pl.Int64(), "Posts."),
            "basis": Column(pl.String(), "How it was counted.", values=("exact", "rounded")),
            "owner_key": Column(pl.String(), "Who owns it.", is_pseudonym=True),
        },
        key=("hashtag", "observed_at"),
        records=pl.len(),
        required=("posts",),
        captured="observed_at",
    )
    suites = suites_of(table)
    assert named(suites.rows) == {
        ("key_is_unique", "ERROR"),
        ("basis_in_set", "ERROR"),
        ("owner_key_is_pseudonym", "ERROR"),
        ("observed_at_is_before_landing", "ERROR"),
    }
    assert named(suites.deliveries) == {
        ("records_loaded_between", "ERROR"),
        ("rejected_share_is_at_most_half", "ERROR"),
        ("few_records_are_in_conflict", "ERROR"),
        ("posts_unknown_share_is_at_most_half", "ERROR"),
    }
    assert named(suites.history) == {("volume_is_as_usual", "WARN"), ("delivery_is_new", "WARN")}
    descriptive = suites_of(Table(name="tags", description="Tags.", columns=table.columns, key=("hashtag",)))
    assert descriptive.deliveries is None
    assert descriptive.history is None


def test_every_lake_table_has_suites_and_every_oddity_a_table() -> None:
    assert set(LAKE_SUITES) == set(TABLES)
    assert set(ODDITIES) - set(TABLES) == set()
    assert all(suites.suites for suites in LAKE_SUITES.values())


@pytest.mark.parametrize("table", LAKE_SUITES)
def test_suites_read_columns_that_are_there(table: str) -> None:
    suites = LAKE_SUITES[table]
    own = {*TABLES[table].schema.names(), *LINEAGE.names(), "landed_on", DELIVERY_NUMBER}
    assert not {*suites.derived, *suites.measures} & own
    known = own | set(suites.derived)
    for expression in (*suites.derived.values(), *suites.measures.values()):
        assert set(expression.meta.root_names()) <= known
    if suites.rows is not None:
        assert set(suites.rows.columns) <= known


def test_what_stops_nothing_says_so_and_only_contracts_staff_and_counts_without_figures_hold() -> None:
    holding = {
        check.name for suite in lake_suites().values() for check in suite.expectations if check.severity == "ERROR"
    }
    of_contract = {
        "records_loaded_between",
        "rejected_share_is_at_most_half",
        "few_records_are_in_conflict",
        "key_is_unique",
    }
    for table in TABLES.values():
        of_contract |= {f"{name}_in_set" for name, column in table.columns.items() if column.values}
        of_contract |= {f"{name}_is_pseudonym" for name, column in table.columns.items() if column.is_pseudonym}
        of_contract |= {f"{name}_unknown_share_is_at_most_half" for name in table.required}
        of_contract |= {f"{table.captured}_is_before_landing"} if table.captured else set()
    assert holding - of_contract == {"somebody_is_audience", "untold_share_is_at_most_half"}
    assert {check.severity for suite in mart_suites().values() for check in suite.expectations} == {"WARN"}


def test_the_kept_suites_are_those_of_the_code(tmp_path: Path) -> None:
    kept = {path.name: path.read_text("utf-8") for path in JSON.iterdir()}
    assert kept == generate.generated(), "run make generate"
    (tmp_path / "gone.json").touch()
    generate.write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(kept)


def test_a_kept_suite_says_all_that_its_classes_settle() -> None:
    [kept] = [
        one
        for one in json.loads((JSON / "video_readings.json").read_text("utf-8"))["expectations"]
        if one["type"] == "video_was_created_before_it_was_read"
    ]
    assert kept == {
        "type": "video_was_created_before_it_was_read",
        "kwargs": {
            "column_A": "captured_at",
            "column_B": "created_at",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
        "meta": {"attributes": {"check": "video_was_created_before_it_was_read", "severity": "WARN"}},
        "description": "a video was created before it was read",
        "severity": "warning",
    }


def test_checks_are_known_by_name_without_the_suites() -> None:
    for table, suites in LAKE_SUITES.items():
        native = [
            (name, suite.severity(name), suite.expected(name)) for suite in suites.suites for name in suite.expectations
        ]
        assert [tuple(check) for check in suite_for(table).expectations] == native
    assert set(mart_suites()) == set(MART_SUITES)
    assert PUBLICATION in MART_SUITES
    every = [*lake_suites().values(), *mart_suites().values()]
    for suite in every:
        names = [check.name for check in suite.expectations]
        assert len(names) == len(set(names))
        assert all(name.isidentifier() and name == name.lower() for name in names)
    with pytest.raises(KeyError):
        suite_for("nothing")


def test_two_expectations_of_one_name_are_refused() -> None:
    one = gxe.ExpectColumnValuesToBeBetween(column="views", min_value=0, description="no less")
    other = gxe.ExpectColumnValuesToBeBetween(column="views", max_value=9, description="no more")
    with pytest.raises(SuiteError, match="video_readings: two expectations have the same name"):
        Suite("video_readings", [one, other])


def test_an_expectation_without_words_is_refused() -> None:
    with pytest.raises(SuiteError, match="starts_at_not_null do not say in words"):
        Suite("live_sessions", [gxe.ExpectColumnValuesToNotBeNull(column="starts_at")])


def test_an_expectation_that_cannot_be_evaluated_is_an_error_of_the_suite() -> None:
    missing = Suite("without_its_column", [gxe.ExpectColumnValuesToBeBetween(column="x", min_value=0, description="x")])
    with pytest.raises(SuiteError, match="without_its_column: the expectation x_between could not be evaluated"):
        missing.judge(pl.DataFrame({"y": [1]}))
    text = Suite("of_another_type", [gxe.ExpectColumnValuesToBeBetween(column="x", min_value=0, description="x")])
    with pytest.raises(SuiteError, match="of_another_type: the expectation x_between could not be evaluated"):
        text.judge(pl.DataFrame({"x": ["host"]}))


def test_only_what_fails_is_asked_for_its_rows() -> None:
    class InOrder(APairInOrder):
        """A test's own."""

        column_A: str = "b"  # noqa: N815 - as Great Expectations calls it
        column_B: str = "a"  # noqa: N815
        description: str = "b is not below a"

    known = gxe.ExpectColumnValuesToNotBeNull(column="a", description="a is known")
    suite = Suite("only_what_fails", [InOrder(), known])
    result, failing = suite.judge(pl.DataFrame({"a": [1, 2, 3], "b": [1, 1, None]}))
    assert failing == {"in_order": [1]}
    assert {verdict.success for verdict in result.results} == {True, False}
    assert suite.judge(pl.DataFrame({"a": [1], "b": [2]})).failing == {}
