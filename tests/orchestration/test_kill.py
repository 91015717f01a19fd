"""`kill -9` at any instant: the last publication stays readable, and a rerun publishes what an undisturbed run would have."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import dagster as dg

from ingest.home import Home
from orchestration.instance import open_instance
from tests.command import Running, campaign, environment
from tests.orchestration.conftest import Copy, marts

DEADLINE = 120.0


def in_ingest(home: Home) -> bool:
    """Files of the second source are being read, and those of the first are in the ledger."""
    return home.ledger.exists() and (home.lake / ".staging" / "live").exists()


def before_the_ledger(home: Home) -> bool:
    """The first source is being read; the ledger knows nothing of it."""
    return (home.lake / ".staging" / "hashtag").exists()


def in_dbt(home: Home) -> bool:
    """dbt has begun to write the warehouse."""
    return home.warehouse.exists() and home.warehouse.stat().st_size > 2_000_000


def in_publish(home: Home) -> bool:
    """The new file is being written beside the old."""
    return any(home.published.parent.glob(".marts-*"))


def kill_when(home: Home, is_time: Callable[[Home], bool]) -> bool:
    """Start a run and kill it as soon as its traces say so; whether it was still running then."""
    with Running(("run", "--home", str(home.root)), environment()) as running:
        begun = time.monotonic()
        while running.process.is_alive() and not is_time(home) and time.monotonic() - begun < DEADLINE:
            time.sleep(0.002)
        running.send_signal(signal.SIGKILL)
        return running.end().returncode == -signal.SIGKILL


def test_a_run_after_kills_at_every_stage_publishes_the_same(copy: Copy, landed: Home, published: Home) -> None:
    home = copy(landed)
    # Each leaves traces that those before it do not, so that the next run is killed where its own begin.
    for is_time in (before_the_ledger, in_ingest, in_dbt, in_publish):
        assert kill_when(home, is_time), f"the run had ended {is_time.__name__}, before it could be killed"
    done = campaign("run", "--home", str(home.root))
    assert done.returncode == 0, done.stdout + done.stderr
    assert marts(home) == marts(published)
    assert not list(home.published.parent.glob(".*"))
    with open_instance(home) as instance:
        assert {run.status for run in instance.get_runs()} <= {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE}
    assert campaign("run", "--home", str(home.root)).stdout.startswith("Nothing to do")


def test_readers_keep_the_last_publication_while_a_run_is_killed(copy: Copy, published: Home) -> None:
    home = copy(published)
    inode = home.published.stat().st_ino
    for note in home.landing.glob("hashtag/*/*/delivery.yml"):
        Path(note).write_text(note.read_text() + "\n# seen again\n")
    assert kill_when(home, lambda home: (home.lake / ".staging" / "hashtag").exists())
    assert home.published.stat().st_ino == inode
    assert marts(home) == marts(published)
