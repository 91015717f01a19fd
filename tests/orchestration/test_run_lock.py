"""One run at a time: who waits is told for whom, who is killed frees the lock and is known by name."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from ingest.home import Home
from orchestration.resources import mark_run_failed
from orchestration.run_lock import run_lock

HOLD = """
import sys, time
from pathlib import Path
from ingest.home import Home
from orchestration.run_lock import run_lock
with run_lock(Home(Path(sys.argv[1])), print) as lock:
    lock.name("run-of-another")
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def holder(home: Home, seconds: float) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.root), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_second_run_waits_and_says_for_whom(home: Home) -> None:
    process = holder(home, 0.7)
    said: list[str] = []
    begun = time.monotonic()
    with run_lock(home, said.append) as lock:
        assert lock.waited
        assert lock.killed_run is None
    assert time.monotonic() - begun > 0.3
    assert process.wait() == 0
    assert said[0].startswith(f"waiting for run run-of-another (process {process.pid}, since ")
    assert process.stdout is not None
    process.stdout.close()


def test_a_killed_run_frees_its_lock_and_is_known(home: Home) -> None:
    process = holder(home, 60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with run_lock(home, print) as lock:
        assert lock.killed_run == "run-of-another"
        assert not lock.waited
    with run_lock(home, print) as lock:
        assert lock.killed_run is None
    assert process.stdout is not None
    process.stdout.close()


def test_whoever_holds_the_lock_may_take_it_again(home: Home) -> None:
    with run_lock(home, print) as outer, run_lock(home, print) as inner:
        assert inner is outer


def test_an_error_is_not_taken_for_a_kill(home: Home) -> None:
    def fail() -> None:
        with run_lock(home, print) as lock:
            lock.name("run-that-failed")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with run_lock(home, print) as lock:
        assert lock.killed_run is None


def test_a_killed_run_is_marked_as_failed() -> None:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def job() -> None:
        nothing()

    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
        mark_run_failed(instance, run.run_id, but=run.run_id)
        assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.STARTED  # type: ignore[union-attr]
        mark_run_failed(instance, run.run_id)
        assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE  # type: ignore[union-attr]
        mark_run_failed(instance, None)
        mark_run_failed(instance, "unknown")
