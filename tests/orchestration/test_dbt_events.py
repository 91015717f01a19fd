"""What dbt did, as Dagster is told: what succeeded first, and every failure by name, also of tests that belong to no asset."""

from collections.abc import Iterable
from typing import Any

import dagster as dg
import pytest

from orchestration.dbt import NodeResult, _without_values
from orchestration.dbt_assets import events

MANIFEST: dict[str, Any] = {
    "nodes": {
        "model.p.a": {"schema": "main", "alias": "a"},
        "model.p.b": {"schema": "main", "alias": "b"},
        "test.p.t": {"config": {"severity": "error"}},
    }
}
SPECS = {"model.p.a": dg.AssetSpec("a"), "model.p.b": dg.AssetSpec("b")}
TESTS = {"model.p.a": ["test.p.t", "test.p.u"]}


def result(unique_id: str, status: str, failures: int | None = None, message: str = "") -> NodeResult:
    kind, _, name = unique_id.split(".")
    return NodeResult(unique_id, kind, name, status, 0.5, failures, message)


def told(results: Iterable[NodeResult]) -> tuple[list[Any], dg.Failure | None]:
    found = []
    try:
        for event in events(list(results), MANIFEST, SPECS, TESTS, {("main", "a"): 7}, {}):
            found.append(event)  # noqa: PERF402 - what came before the failure counts
    except dg.Failure as failure:
        return found, failure
    return found, None


def test_success() -> None:
    found, failure = told(
        [result("model.p.a", "success"), result("model.p.b", "success"), result("test.p.t", "pass", 0)]
    )
    assert failure is None
    assert [event.asset_key.to_user_string() for event in found] == ["a", "b", "a"]
    assert found[0].metadata["dagster/row_count"] == 7
    assert "dagster/row_count" not in found[1].metadata
    assert found[2].passed


def test_what_succeeded_is_told_before_the_failure_that_names_what_did_not() -> None:
    found, failure = told(
        [
            result("model.p.a", "success"),
            result("test.p.t", "fail", 3, "Got 3 results"),
            result("model.p.b", "error", message="Binder Error"),
        ]
    )
    assert [type(event).__name__ for event in found] == ["MaterializeResult", "AssetCheckResult"]
    assert not found[1].passed
    assert found[1].severity == dg.AssetCheckSeverity.ERROR
    assert failure is not None
    assert failure.description == "dbt: test t: Got 3 results\nmodel b: Binder Error"


def test_the_tests_of_a_model_are_one_check_that_names_what_failed() -> None:
    found, _ = told([result("test.p.t", "fail", 3), result("test.p.u", "pass", 0)])
    [check] = found
    assert check.metadata["observed"].value == "t: 3 failing rows"
    assert check.metadata["tests"].value == "2"
    [check] = told([result("test.p.t", "pass", 0), result("test.p.u", "pass", 0)])[0]
    assert check.passed


def test_what_was_left_as_it_was_is_there_and_holds() -> None:
    found, failure = told([result("model.p.a", "unchanged"), result("test.p.t", "unchanged")])
    assert failure is None
    assert found[0].metadata == {"unchanged": True, "dagster/row_count": 7}
    assert found[1].passed


def test_a_warning_is_shown_and_stops_nothing() -> None:
    found, failure = told([result("model.p.a", "success"), result("test.p.t", "warn", 2)])
    assert failure is None
    assert not found[1].passed
    assert found[1].severity == dg.AssetCheckSeverity.WARN


@pytest.mark.parametrize("name", ["unit_test.p.arithmetic", "test.p.across_models", "operation.p.on_run_start"])
def test_what_belongs_to_no_asset_fails_the_step_all_the_same(name: str) -> None:
    _, failure = told([result("model.p.a", "success"), result(name, "fail" if "test" in name else "error")])
    assert failure is not None
    assert name.rpartition(".")[2] in str(failure.description)


def test_what_was_skipped_is_neither_built_nor_blamed() -> None:
    found, failure = told(
        [result("model.p.a", "error", message="no"), result("model.p.b", "skipped"), result("test.p.t", "skipped")]
    )
    assert found == []
    assert failure is not None
    assert failure.description == "dbt: model a: no"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Runtime Error in model a (models/a.sql)\n  Conversion Error: Could not convert string 'noor' to INT32\nLINE 1: 'noor'",
         "Runtime Error in model a (models/a.sql)\n  Conversion Error: Could not convert string ... to INT32"),
        ('Conversion Error: invalid date: "noor\'s "x"", expected YYYY-MM-DD', "Conversion Error: invalid date: ..., expected YYYY-MM-DD"),
        ("Out of Range Error: Overflow in multiplication (9223372036854775807 * 2)!", "Out of Range Error: Overflow in multiplication (... * 2)!"),
        ("Constraint Error: NOT NULL constraint failed: w.a", "Constraint Error: NOT NULL constraint failed: w.a"),
        ("Binder Error: column \"plays\" not found", "Binder Error: column \"plays\" not found"),
    ],
)  # fmt: skip
def test_what_duckdb_says_is_told_without_values(said: str, shown: str) -> None:
    assert _without_values(said) == shown
