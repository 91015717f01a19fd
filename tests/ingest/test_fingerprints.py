"""Fingerprints: what makes rows equal, that they are the same everywhere, and that the ledger knows those of all rows in effect."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ingest import fingerprints, lake
from ingest.files import write_atomically
from ingest.fingerprints import METHOD, compared_columns, fingerprint
from ingest.home import Home
from ingest.ledger import write_ledger
from ingest.pseudonym import KEY_VARIABLE
from ingest.source import INSTANT
from ingest.sources import SOURCES
from ingest.sources.hashtag import VIDEO_READINGS
from tests.ingest.ingest_desk import DAY, Desk, names, videos

TABLE = VIDEO_READINGS.name
NEW = DAY + timedelta(days=20)
VALUES: dict[pl.DataType, list[Any]] = {
    pl.Int64(): [0, 7, None],
    pl.Float64(): [0.0, 0.5, None],
    pl.String(): ["", "x", None],
    pl.List(pl.String()): [[], [""], ["a", "b"], ["b", "a"], ["ab"], None],
}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A home with a delivery in effect that is in landing, and one that is there no more."""
    monkeypatch.setenv(KEY_VARIABLE, "a key of the tests, 32 characters long")
    desk = Desk(Home(tmp_path))
    desk.land("kept", videos(3))
    gone = desk.land("gone", videos(4))
    desk.ingest()
    gone.rename(tmp_path / "gone")
    return desk


def known(desk: Desk, table: str = TABLE) -> dict[str, str | None]:
    """The fingerprints in the ledger, by delivery."""
    files = desk.ledger.explode("lake_files").unnest("lake_files").filter(table=table)
    return dict(files.select("delivery", "fingerprint").iter_rows())


def in_lake(desk: Desk, name: str = "kept") -> Path:
    return lake.partition(desk.home.lake / TABLE, DAY, name)


class TestRows:
    def test_order_chunks_times_and_places_do_not_matter(self, desk: Desk) -> None:
        rows = pl.read_parquet(in_lake(desk))
        expected = known(desk)["kept"]
        assert expected is not None
        moved = rows.with_columns(
            pl.col("captured_at") + pl.duration(days=20),
            pl.lit("other").alias("delivery"),
            pl.col("line") + 7,
            file=None,
        )
        for same in (rows, rows.reverse(), pl.concat([rows[1:], rows[:1]], rechunk=False), moved):
            assert fingerprint(same, VIDEO_READINGS) == expected

    @pytest.mark.parametrize("column", compared_columns(VIDEO_READINGS))
    def test_any_other_value_makes_another_one(self, column: str, desk: Desk) -> None:
        rows = pl.read_parquet(in_lake(desk))
        dtype = rows.schema[column]
        changed = {
            fingerprint(
                rows.with_columns(pl.Series([*rows[column][:2], value], dtype=dtype).alias(column)), VIDEO_READINGS
            )
            for value in VALUES[dtype]
        }
        assert len(changed) == len(VALUES[dtype])

    def test_there_is_none_of_no_rows_nor_of_those_left_out(self, desk: Desk) -> None:
        assert fingerprint(pl.read_parquet(in_lake(desk)).clear(), VIDEO_READINGS) is None
        assert known(desk, "rejected/hashtag") == {"kept": None, "gone": None}


class TestMethod:
    def test_it_is_told_by_every_type_that_is_compared(self) -> None:
        compared = {
            dtype for source in SOURCES for table in source.tables for dtype in compared_columns(table).values()
        }
        assert INSTANT not in compared
        assert compared == set(fingerprints._EVERY_TYPE.dtypes)

    def test_another_process_with_other_threads_has_the_same(self, desk: Desk) -> None:
        code = (
            "import sys, polars as pl; from ingest.fingerprints import fingerprint; "
            "from ingest.sources.hashtag import VIDEO_READINGS; print(fingerprint(pl.read_parquet(sys.argv[1]), VIDEO_READINGS))"
        )
        command = [sys.executable, "-c", code, str(in_lake(desk))]
        ran = subprocess.run(
            command, capture_output=True, text=True, check=True, env={"POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "7"},
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert ran.stdout.strip() == known(desk)["kept"]


def without(ledger: pl.DataFrame) -> pl.DataFrame:
    """The ledger as it was before it knew fingerprints."""
    kept = pl.element().struct
    return ledger.with_columns(
        pl.col("lake_files").list.eval(pl.struct(kept.field("table"), kept.field("rows"), kept.field("bytes")))
    )


def by_another_method(ledger: pl.DataFrame) -> pl.DataFrame:
    other = pl.element().struct.with_fields(pl.field("fingerprint").str.replace(METHOD, "0" * len(METHOD)))
    return ledger.with_columns(pl.col("lake_files").list.eval(other))


class TestLedgersOfOthers:
    @pytest.mark.parametrize("older", [without, by_another_method])
    def test_what_it_lacks_is_taken_from_the_lake_once(
        self, older: Callable[[pl.DataFrame], pl.DataFrame], desk: Desk
    ) -> None:
        expected, before = known(desk), desk.ledger
        write_atomically(older(before), desk.home.ledger)
        assert known(desk) != expected
        assert desk.pending() == []
        desk.land("new", videos(1), NEW)
        assert names(desk.ingest()) == [("new", "accepted")]
        assert desk.ledger.filter(pl.col("delivery") != "new").equals(before)
        written = desk.files()
        assert desk.pending() == []
        lake.fill_fingerprints(desk.home, desk.source)
        assert desk.files() == written

    @pytest.mark.parametrize(
        ("other", "is_known"),
        [
            (lambda rows: rows.drop("reach"), True),
            (lambda rows: rows.with_columns(of_an_older_reader=1), True),
            (lambda rows: rows.cast({"reach": pl.String()}), False),
            (lambda rows: rows.head(2), False),
        ],
        ids=["a column less", "a column more", "another type", "another size"],
    )
    def test_rows_that_are_not_what_is_compared_today_are_not_judged(
        self, other: Callable[[pl.DataFrame], pl.DataFrame], *, is_known: bool, desk: Desk
    ) -> None:
        """Columns that came later are unknown in them, as they are in the marts."""
        expected, before = known(desk), by_another_method(desk.ledger)
        rows = other(pl.read_parquet(in_lake(desk)))
        write_atomically(rows, in_lake(desk))
        size = pl.lit(in_lake(desk).stat().st_size if rows.height == 3 else 1, pl.Int64())
        resized = pl.element().struct.with_fields(
            bytes=pl.when(pl.field("rows") == 3).then(size).otherwise(pl.field("bytes"))
        )
        write_ledger(desk.home, before.with_columns(pl.col("lake_files").list.eval(resized)))
        lake.fill_fingerprints(desk.home, desk.source)
        assert known(desk) == expected | ({} if is_known else {"kept": None})
