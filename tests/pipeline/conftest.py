"""Homes on which the main job has really run, once a session: the simulated campaign, and the real files where they are."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.home import Home
from ingest.simulator import simulate

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
KEY = "a key for tests only, and long enough"

Query = Callable[[str], list[tuple[Any, ...]]]


def campaign(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the `campaign` command as a user does, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *arguments],
        env={**os.environ, "CAMPAIGN_PSEUDONYM_KEY": KEY, "NO_COLOR": "1", "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def run(home: Home, *arguments: str, exit_code: int = 0, **environment: str) -> str:
    """`campaign run` on a home; returns what it printed, after making sure of its exit code."""
    done = campaign("run", "--home", str(home.root), *arguments, **environment)
    assert done.returncode == exit_code, done.stdout + done.stderr
    return done.stdout + done.stderr


def query(home: Home) -> Query:
    """A fresh DuckDB on the published marts, as an analyst opens them."""

    def rows(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(f"attach '{home.published}' as published (read_only)")
            connection.execute("use published.main")
            return connection.execute(sql).fetchall()

    return rows


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample campaign, landed and published."""
    home = Home(tmp_path_factory.mktemp("simulated"))
    simulate(home)
    run(home)
    return home
