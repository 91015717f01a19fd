"""The two database files: trusted while nobody else touched them, set aside together where one is damaged or missing."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ingest.home import Home
from orchestration.warehouse import open_warehouse, row_counts, seal, set_damaged_aside


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "it's home")
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
