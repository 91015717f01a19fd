"""Homes on which the main job has really run, once a session: the simulated campaign, and the real files where they are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.home import Home
from ingest.simulator import simulate
from tests.command import campaign

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
KEY = "a key for tests only, and long enough"

Query = Callable[[str], list[tuple[Any, ...]]]


def run(home: Home, *arguments: str, exit_code: int = 0, **environment: str) -> str:
    """`campaign run` on a home; returns what it printed, after making sure of its exit code."""
    done = campaign("run", "--home", str(home.root), *arguments, **{"CAMPAIGN_PSEUDONYM_KEY": KEY, **environment})
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
