"""Whatever came late, was replaced or withdrawn, and wherever a run was killed, the marts are the same, row by row; readers keep the last publication."""

import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

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


def rewrite(folder: Path, change: dict[str, Any]) -> None:
    """Change the note of a delivery in landing."""
    note = yaml.safe_load((folder / "delivery.yml").read_text("utf-8"))
    (folder / "delivery.yml").write_text(yaml.safe_dump(note | change, allow_unicode=True), "utf-8")


def drop_a_line(folder: Path) -> None:
    """Take one record out of a delivery's text file."""
    path = next(path for path in sorted(folder.iterdir()) if path.suffix == ".csv")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:1] + lines[2:]), "utf-8")


def run(home: Home) -> None:
    done = campaign("run", "--home", str(home.root))
    assert done.returncode == 0, done.stdout + done.stderr


def test_day_by_day_is_all_at_once_after_kills_at_every_stage(
    copy: Copy, published: Home, late: Path, tmp_path: Path
) -> None:
    chance = random.Random(1)
    home = copy(published)
    plain = [path for path in home.landing.glob("hashtag/*/tag-panel") if any(path.glob("*.csv"))]
    replaced, withdrawn = chance.sample(sorted(plain), 2)
    drop_a_line(replaced)
    rewrite(withdrawn, {"withdrawn": True})
    rewrite(chance.choice(sorted(home.landing.glob("live/*/*"))), {"withdrawn": True})
    shutil.copytree(late, home.landing, dirs_exist_ok=True)
    run(home)

    at_once = Home(tmp_path / "at-once")
    at_once.root.mkdir()
    shutil.copy(home.simulated, at_once.simulated)
    shutil.copytree(home.seeds, at_once.seeds)
    shutil.copytree(home.landing, at_once.landing)
    # Each leaves traces that those before it do not, so that the next run is killed where its own begin.
    for is_time in (before_the_ledger, in_ingest, in_dbt, in_publish):
        assert kill_when(at_once, is_time), f"the run had ended {is_time.__name__}, before it could be killed"
    run(at_once)
    one, other = marts(home), marts(at_once)
    assert one.keys() == other.keys()
    assert [name for name, rows in one.items() if rows != other[name]] == []
    assert not list(at_once.published.parent.glob(".*"))
    with open_instance(at_once) as instance:
        assert {ran.status for ran in instance.get_runs()} <= {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE}
    assert campaign("run", "--home", str(at_once.root)).stdout.startswith("Nothing to do")


def test_readers_keep_the_last_publication_while_a_run_is_killed(copy: Copy, published: Home) -> None:
    home = copy(published)
    inode = home.published.stat().st_ino
    for note in home.landing.glob("hashtag/*/*/delivery.yml"):
        Path(note).write_text(note.read_text() + "\n# seen again\n")
    assert kill_when(home, lambda home: (home.lake / ".staging" / "hashtag").exists())
    assert home.published.stat().st_ino == inode
    assert marts(home) == marts(published)
