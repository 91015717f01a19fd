"""One run at a time: who waits is told for whom, who is killed gives the turn back and is known by name."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from ingest.home import Home
from orchestration.exclusive import exclusive
from orchestration.resources import bury

HOLD = """
import sys, time
from pathlib import Path
from ingest.home import Home
from orchestration.exclusive import exclusive
with exclusive(Home(Path(sys.argv[1])), print) as turn:
    turn.name("run-of-another")
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
    with exclusive(home, said.append) as turn:
        assert turn.waited
        assert turn.killed is None
    assert time.monotonic() - begun > 0.3
    assert process.wait() == 0
    assert said[0].startswith(f"waiting for run run-of-another (process {process.pid}, since ")
    assert process.stdout is not None
    process.stdout.close()


def test_a_killed_run_gives_its_turn_back_and_is_known(home: Home) -> None:
    process = holder(home, 60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with exclusive(home, print) as turn:
        assert turn.killed == "run-of-another"
        assert not turn.waited
    with exclusive(home, print) as turn:
        assert turn.killed is None
    assert process.stdout is not None
    process.stdout.close()


def test_whoever_holds_the_turn_may_take_it_again(home: Home) -> None:
    with exclusive(home, print) as outer, exclusive(home, print) as inner:
        assert inner is outer


def test_an_error_is_not_taken_for_a_kill(home: Home) -> None:
    def fail() -> None:
        with exclusive(home, print) as turn:
            turn.name("run-that-failed")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with exclusive(home, print) as turn:
        assert turn.killed is None


def test_a_killed_run_is_marked_as_failed() -> None:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def job() -> None:
        nothing()

    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
        bury(instance, run.run_id, but=run.run_id)
        assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.STARTED  # type: ignore[union-attr]
        bury(instance, run.run_id)
        assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE  # type: ignore[union-attr]
        bury(instance, None)
        bury(instance, "unknown")
