"""Results on disk, what holds a delivery, and what an importer pays for."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from expectations.checks import CHECKS, MOST_FILES, CheckResult, held, read_checks, write_checks
from ingest.home import Home

AT = datetime(2022, 10, 21, 6, tzinfo=UTC)
PASSED = CheckResult("mart", "fct_hashtag_day", "views_between", "WARN", True, "0 of 2 rows", "a day gains views")
FAILED = CheckResult(
    layer="delivery",
    subject="live_stays",
    check_name="key_is_unique",
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
        "check_name": "key_is_unique",
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


def test_the_last_word_stays_the_last_where_the_clock_was_put_back(tmp_path: Path) -> None:
    home = Home(tmp_path)
    a_year_ahead = datetime.now(UTC) + timedelta(days=365)
    for number in range(MOST_FILES + 1):
        write_checks(home, f"run-{number:02}", [FAILED], a_year_ahead)
    write_checks(home, "mended", [replace(FAILED, passed=True)])
    write_checks(home, "broken", [FAILED])
    write_checks(home, "again", [replace(FAILED, passed=True)])
    last = read_checks(home).tail(3)
    assert last["run_id"].to_list() == ["mended", "broken", "again"]
    assert last["checked_at"].is_sorted()


def test_writing_again_replaces_and_another_run_adds(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for run_id in ("run-1", "run-1", "run-2"):
        write_checks(home, run_id, [PASSED], AT)
    assert read_checks(home)["run_id"].to_list() == ["run-1", "run-2"]
    assert {path.suffix for path in home.checks.iterdir()} == {".parquet"}


def test_no_results_leave_nothing_behind(tmp_path: Path) -> None:
    assert write_checks(Home(tmp_path), "run-1", [], AT) == []
    assert read_checks(Home(tmp_path)).is_empty()


def test_many_files_become_one_without_what_was_judged_again(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for number in range(2 * MOST_FILES + 2):
        day = date(2022, 10, 20) + timedelta(days=number // 2)
        result = replace(FAILED, passed=bool(number % 2), landed_on=day)
        write_checks(home, f"run-{number:03}", [result, PASSED], AT + timedelta(hours=number))
        assert len([*home.checks.iterdir()]) <= MOST_FILES + 3
    kept = read_checks(home)
    assert kept.filter(layer="mart").height == 2 * MOST_FILES + 2
    latest = kept.filter(layer="delivery").group_by("landed_on").last()
    assert latest.height == MOST_FILES + 1
    assert latest["passed"].all()
    assert kept.filter(layer="delivery").height < 2 * MOST_FILES + 2


def test_a_kill_while_files_become_one_loses_and_repeats_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    [file] = write_checks(home, "run-1", [PASSED], AT)
    (home.checks / "earlier.parquet").write_bytes(file.read_bytes())
    assert read_checks(home).height == 1


def test_a_damaged_file_is_set_aside_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    home = Home(tmp_path)
    write_checks(home, "run-1", [PASSED], AT)
    [file] = write_checks(home, "run-2", [PASSED], AT)
    file.write_bytes(file.read_bytes()[:-100])
    assert read_checks(home)["run_id"].to_list() == ["run-1"]
    assert f"{file} is damaged: it is set aside as run-2.mart.parquet.damaged" in caplog.text
    assert read_checks(home).height == 1


def test_only_failed_errors_of_deliveries_hold() -> None:
    warned = CheckResult("delivery", "live_stays", "x", "WARN", False, "1", "none", source="live", delivery="day")
    stopped = replace(PASSED, severity="ERROR", passed=False)
    assert set(held([PASSED, FAILED, warned, stopped])) == {"2022-10-20/day"}


LIGHT = [
    "expectations.suites",
    "expectations.checks",
    "expectations.frames",
    "expectations.history",
    "expectations.validation",
]


def test_importing_does_not_import_great_expectations() -> None:
    code = f"import sys, {', '.join(LIGHT)}; print(sorted({{'great_expectations', 'pandas', 'dagster'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_validating_is_quiet_and_stays_offline(tmp_path: Path) -> None:
    code = """
import os, socket, sys
from pathlib import Path
import duckdb, polars as pl
def refuse(*_): raise AssertionError("something went online")
socket.socket.connect = refuse
from expectations.data_docs import write_suite
from expectations.engine import Suite, gxe
suite = Suite("quiet", [gxe.ExpectColumnValuesToNotBeNull(column="x", description="x is known")])
assert suite.judge(pl.DataFrame({"x": [1, None]})).failing == {"x_not_null": [1]}
write_suite(Path(sys.argv[1]), suite)
assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert {path.name for path in tmp_path.iterdir()} == {"suites", "expectations"}
