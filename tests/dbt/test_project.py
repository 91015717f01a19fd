"""What the dbt project names in several places is named in all: staging, state, pending keys, grains, descriptions."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.suites import MART_SUITES
from expectations.suites.marts import ANY
from ingest.sources import SOURCES
from tests.dbt.lab import Lab

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MODELS = {path.stem: path.read_text("utf-8") for path in (PROJECT / "models").rglob("*.sql")}
TABLES = {(source.name, table.name) for source in SOURCES for table in source.tables}


def described(kind: str) -> list[dict[str, Any]]:
    """Every entry of that kind in the project's yml files."""
    files = [yaml.safe_load(path.read_text("utf-8")) or {} for path in sorted((PROJECT / "models").rglob("*.yml"))]
    return [entry for content in files for entry in content.get(kind, [])]


def differences(one: set[Any], other: set[Any]) -> dict[str, list[Any]]:
    """Both set differences, so that a failure says what is missing where."""
    return {"only in the first": sorted(one - other), "only in the second": sorted(other - one)}


def same(one: set[Any], other: set[Any]) -> None:
    assert differences(one, other) == differences(set(), set())


def test_what_is_pending_is_cleared_after_all_models() -> None:
    pending = {name for name in MODELS if name.endswith("__touched")}
    macro = (PROJECT / "macros" / "deliveries.sql").read_text("utf-8").split("macro clear_pending()")[1]
    same(set(re.findall(r"ref\('(\w+)'\)", macro)), pending)
    assert pending <= set(re.findall(r"ref\('(\w+)'\)", MODELS["int_lake__settled"]))


def test_marts_are_made_from_lake_tables() -> None:
    assert {suite.made_from for suite in MART_SUITES.values()} - {None, ANY} <= {table for _, table in TABLES}


@pytest.mark.parametrize("mart", MART_SUITES)
def test_a_mart_has_its_public_columns_described_and_its_key_as_grain(mart: str) -> None:
    [model] = [entry for entry in described("models") if entry["name"] == mart]
    columns = {column["name"]: column for column in model["columns"]}
    assert set(MART_SUITES[mart].columns) - set(columns) == set()
    assert [name for name, column in columns.items() if not column.get("description")] == []
    tests = [test for test in model["data_tests"] if isinstance(test, dict) and "unique_grain" in test]
    grains = [test["unique_grain"]["arguments"]["columns"] for test in tests]
    assert [sorted(grain) for grain in grains] == [sorted(MART_SUITES[mart].key)]


def test_every_model_is_described_and_states_its_grain() -> None:
    models = {entry["name"]: entry.get("description", "") for entry in described("models")}
    built = set(MODELS) | {path.stem for path in (PROJECT / "models").rglob("*.py")}
    same(set(models), built)
    grain = re.compile(r"\bOne\s+row\b")
    assert [name for name, text in models.items() if not grain.search(text)] == []


def test_every_model_builds_on_an_empty_lake_and_the_unit_tests_hold(tmp_path: Path) -> None:
    """The first day of a warehouse; the daily run leaves the unit tests out, since they test the code and not the data."""
    lab = Lab(tmp_path / "home", {})
    assert lab.dbt("build"), lab.messages
    assert lab.rows("select count(*) from fct_campaign_kpi_day") == [(0,)]
    assert lab.rows("select count(*) from rpt_campaign_scorecard where value is not null") == [(0,)]
