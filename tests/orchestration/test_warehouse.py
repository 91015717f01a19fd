"""The two database files: trusted while nobody else touched them, set aside together where one is damaged or missing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ingest.home import Home
from orchestration import warehouse
from orchestration.failures import HomeError
from orchestration.warehouse import (
    keep_only_built_with,
    open_warehouse,
    row_counts,
    seal,
    set_damaged_aside,
    wait_for_others,
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home of ours")
    home.warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("create schema intermediate; create table intermediate.int_x as select 1 as x")
    with duckdb.connect(str(home.marts)) as connection:
        connection.execute("create schema meta; create table meta.metrics as select 'H01' as kpi_id")
        connection.execute("create table fct_day as select range as x, md5(range::varchar) as y from range(100000)")
    return home


def test_tables_are_found_in_whichever_file_they_are(home: Home) -> None:
    with open_warehouse(home) as connection:
        assert connection.execute("select x from intermediate.int_x").fetchall() == [(1,)]
        assert connection.execute("select kpi_id from marts.meta.metrics").fetchall() == [("H01",)]
        assert connection.execute("select count(*) from main.fct_day").fetchall() == [(100000,)]
    assert row_counts(home) == {("intermediate", "int_x"): 1, ("meta", "metrics"): 1, ("main", "fct_day"): 100000}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-300_000])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def change_a_byte(path: Path) -> None:
    """In the middle, where a query that only opens the file or counts its rows does not look."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


@pytest.mark.parametrize("spoil", [cut, empty, change_a_byte, Path.unlink])
def test_damaged_files_are_set_aside_together(home: Home, spoil: Callable[[Path], None]) -> None:
    seal(home)
    spoil(home.marts)
    said = set_damaged_aside(home)
    assert said is not None
    assert "marts.duckdb is " in said
    assert not home.warehouse.exists()
    assert not home.marts.exists()
    [folder] = home.warehouse.parent.glob("damaged-*")
    assert (folder / "warehouse.duckdb").exists()
    assert set_damaged_aside(home) is None


def test_whole_files_stay(home: Home) -> None:
    assert set_damaged_aside(home) is None
    seal(home)
    assert set_damaged_aside(home) is None
    with duckdb.connect(str(home.marts)) as connection:
        connection.execute("delete from fct_day where x < 10")
    assert set_damaged_aside(home) is None


HOLD = "import sys, duckdb; kept = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); input()"


@pytest.mark.parametrize("name", ["warehouse", "marts"])
def test_a_file_that_somebody_has_open_is_waited_for_and_named(
    home: Home, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path: Path = getattr(home, name)
    monkeypatch.setattr(warehouse, "WAITS", (0.01, 0.01))
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(HomeError, match=f"another program has .*{path.name} open"):
            wait_for_others(home)
        other.communicate("\n")
    wait_for_others(home)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table free as select 1 as x")


@pytest.mark.parametrize("found", [b"another project", b"", b"\xff\x00 garbage"])
def test_files_that_were_built_with_nobody_knows_what_are_built_anew(home: Home, found: bytes) -> None:
    built_with = home.warehouse.with_name("built_with")
    keep_only_built_with(home, "this project")
    home.warehouse.touch()
    keep_only_built_with(home, "this project")
    assert home.warehouse.exists()
    built_with.write_bytes(found)
    keep_only_built_with(home, "this project")
    assert not home.warehouse.exists()
    assert built_with.read_text() == "this project"


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="a superuser may write everything")
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_file_that_may_not_be_written_is_told_at_once(home: Home, mode: int) -> None:
    home.warehouse.chmod(mode)
    code = (
        "import sys; from pathlib import Path; from ingest.home import Home; from orchestration.warehouse import wait_for_others; "
        "wait_for_others(Home(Path(sys.argv[1])))"
    )
    obeying = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []
    command = [*obeying, sys.executable, "-c", code, str(home.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr.splitlines()[-1].startswith("PermissionError")


@pytest.mark.parametrize(
    "said", ["Could not write file: No space left on device", "Cannot open file: Permission denied"]
)
def test_without_room_or_right_nothing_is_called_damaged(
    home: Home, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    def connect(**_: object) -> None:
        raise duckdb.IOException(said)

    monkeypatch.setattr(duckdb, "connect", connect)
    with pytest.raises(duckdb.IOException, match=said):
        set_damaged_aside(home)
    assert home.warehouse.exists()
    assert home.marts.exists()
