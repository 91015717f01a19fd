"""Results on disk, and what an importer pays for."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from expectations.checks import CHECKS, CheckResult, held, read_checks, write_checks
from expectations.suite import Expectation, SuiteError, between
from expectations.validation import _failing
from ingest.home import Home

AT = datetime(2022, 10, 21, 6, tzinfo=UTC)
PASSED = CheckResult("mart", "dim_video", "has_rows", "ERROR", True, "2 rows", "the mart has rows")
FAILED = CheckResult(
    layer="delivery",
    subject="live_stays",
    check_name="key_unique",
    severity="ERROR",
    passed=False,
    observed="2 of 5 rows",
    expected="no two rows have the same key",
    failing=2,
    sample="a.csv:3, a.csv:6",
    source="live",
    landed_on=date(2022, 10, 20),
    delivery="day",
)


def test_results_come_back_as_they_were_written(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert read_checks(home).schema == CHECKS
    files = write_checks(home, "run-1", [PASSED, FAILED], AT)
    assert [file.name for file in files] == ["run-1.delivery.live.parquet", "run-1.mart.parquet"]
    back = read_checks(home)
    assert back.schema == CHECKS
    assert back.rows(named=True)[0] == {
        "checked_at": AT,
        "layer": "delivery",
        "subject": "live_stays",
        "check_name": "key_unique",
        "severity": "ERROR",
        "passed": False,
        "observed": "2 of 5 rows",
        "expected": "no two rows have the same key",
        "failing": 2,
        "sample": "a.csv:3, a.csv:6",
        "run_id": "run-1",
        "source": "live",
        "landed_on": date(2022, 10, 20),
        "delivery": "day",
    }


def test_writing_again_replaces_and_another_run_adds(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for run_id in ("run-1", "run-1", "run-2"):
        write_checks(home, run_id, [PASSED], AT)
    assert read_checks(home)["run_id"].to_list() == ["run-1", "run-2"]
    assert {path.suffix for path in home.checks.iterdir()} == {".parquet"}


def test_no_results_leave_nothing_behind(tmp_path: Path) -> None:
    assert write_checks(Home(tmp_path), "run-1", [], AT) == []
    assert read_checks(Home(tmp_path)).is_empty()


def test_only_failed_errors_of_deliveries_hold() -> None:
    warned = CheckResult("delivery", "live_stays", "x", "WARN", False, "1", "none", source="live", delivery="day")
    stopped = CheckResult("mart", "dim_video", "has_rows", "ERROR", False, "0 rows", "the mart has rows")
    assert set(held([PASSED, FAILED, warned, stopped])) == {"2022-10-20/day"}


@pytest.mark.parametrize("module", ["expectations.suites", "expectations.checks", "expectations.validation"])
def test_importing_does_not_import_great_expectations(module: str) -> None:
    code = f"import sys, {module}; print(sorted({{'great_expectations', 'pandas', 'dagster'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_validating_is_quiet_and_stays_offline() -> None:
    code = """
import os, socket, sys
from datetime import date
import polars as pl
from expectations.suites import MART_SUITES
from expectations.validation import _failing
def refuse(*_): raise AssertionError("something went online")
socket.socket.connect = refuse
item = MART_SUITES["dim_campaign"].expectations[0]
assert _failing(pl.DataFrame({"has_rows": [0]}), [item], "dim_campaign") == {"has_rows": [0]}
assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_an_exception_inside_a_result_is_an_error_of_the_suite() -> None:
    wrong = Expectation("wrong", "WARN", "row", "a column that is not there", between("nowhere", low=0))
    with pytest.raises(SuiteError, match=r'live_stays: the expectation wrong could not be evaluated: .*"nowhere"'):
        _failing(pl.DataFrame({"records": [1]}), [wrong], "live_stays")


def test_a_value_of_another_type_is_an_error_of_the_suite() -> None:
    wrong = Expectation("wrong", "WARN", "row", "text is a number", between("role", low=0))
    with pytest.raises(SuiteError, match="live_stays: the expectation wrong could not be evaluated"):
        _failing(pl.DataFrame({"role": ["host"]}), [wrong], "live_stays")
