"""A small simulated campaign, landed and published once for all processes that test; tests work on copies of it."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ingest.home import Home
from ingest.simulator import simulate
from tests.command import campaign
from tests.conftest import Once

SIZE = {"days": 6, "videos": 24, "sessions": 2, "respondents": 60}

Copy = Callable[[Home], Home]


def marts(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every mart; doubles to nine digits, since their sums depend on the order of adding."""
    with duckdb.connect() as connection:
        connection.execute(f"set timezone = 'UTC'; attach '{home.published}' as marts (read_only); use marts")
        columns = connection.execute(
            "select table_name, list(if(data_type = 'DOUBLE', format('round({0}, 9) as {0}', name), name) order by column_index) "
            "from (select *, '\"' || column_name || '\"' as name from duckdb_columns()) where schema_name = 'main' and not internal group by all"
        ).fetchall()
        return {
            mart: connection.execute(f"select {', '.join(names)} from {mart} order by all").fetchall()
            for mart, names in columns
        }


@pytest.fixture(scope="session")
def landed(once: Once) -> Home:
    """The campaign as it lies in landing before any run, without what of each source comes late. Tests only read it."""

    def land(root: Path) -> None:
        home = Home(root)
        simulate(home, **SIZE)
        for source in sorted(home.landing.iterdir()):
            deliveries = sorted(source.glob("*/*"))
            for delivery in random.Random(1).sample(deliveries, max(1, len(deliveries) // 4)):
                kept = _late(home) / delivery.relative_to(home.landing)
                kept.parent.mkdir(parents=True, exist_ok=True)
                delivery.rename(kept)

    return Home(once("landed", land))


@pytest.fixture(scope="session")
def late(landed: Home) -> Path:
    """Deliveries of that campaign that come after its first run, in folders as in landing. Tests only read them."""
    return _late(landed)


def _late(home: Home) -> Path:
    return home.root.with_name("late")


@pytest.fixture(scope="session")
def published(landed: Home, once: Once) -> Home:
    """The same campaign after its first run. Tests only read it."""

    def run(root: Path) -> None:
        home = _copy(landed, root)
        done = campaign("run", "--home", str(home.root))
        assert done.returncode == 0, done.stdout + done.stderr

    return Home(once("published", run))


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Copies a home, so that a test may do to it what it likes."""
    return lambda home: _copy(home, tmp_path / "home")


def _copy(home: Home, root: Path) -> Home:
    shutil.copytree(home.root, root, copy_function=shutil.copy2)
    return Home(root)
