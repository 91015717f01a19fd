"""The published file: replaced as a whole, readable throughout, holding marts and meta and nothing else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingest.home import Home
from ingest.ledger import LEDGER, ledger_hash, read_ledger, write_ledger
from orchestration.news import is_whole, read_publications
from orchestration.project import Project
from orchestration.publication import PublicationError, publish

TABLES = {("main", "fct_day"), ("meta", "metrics")}
PROJECT = Project(
    Path("dbt"), {"seeds/campaigns.csv": b"campaign_id,name,starts_on,reporting_timezone\nmine,Mine,2022-10-04,UTC\n"}
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home of ours")
    home.warehouse.parent.mkdir(parents=True)
    build(home, 3)
    row = dict.fromkeys(LEDGER.names()) | {
        "source": "hashtag",
        "landed_on": date(2022, 10, 4),
        "delivery": "panel",
        "campaign_id": "mine",
        "version": 1,
        "rows_hash": "s1",
        "content_hash": "c1",
        "records_read": 3,
        "records_loaded": 3,
        "outcome": "accepted",
        "ingested_at": datetime(2022, 10, 5, tzinfo=UTC),
    }
    write_ledger(home, pl.DataFrame([row], schema=LEDGER))
    return home


def build(home: Home, rows: int) -> None:
    """What dbt leaves behind: marts in main and a dictionary in meta."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.marts}' as marts (storage_version 'v1.4.0'); use marts")
        connection.execute(f"""
            create schema if not exists meta;
            create or replace table main.fct_day (event_on date not null, "views" bigint, rate double, read_at timestamptz, tags varchar[]);
            comment on table main.fct_day is 'Views a day. It''s one row per day.';
            comment on column main.fct_day.event_on is 'The day.';
            insert into main.fct_day
                select date '2022-10-04' + number::int, number * 10, 0.5, timestamptz '2022-10-04 00:00:00+00', ['a']
                from range({rows}) as numbers (number);
            create or replace table meta.metrics (kpi_id varchar not null);
        """)


@contextmanager
def reader(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as marts (read_only); use marts; set timezone = 'UTC'")
        yield connection


def count(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select count(*) from fct_day").fetchone()
    assert row is not None
    return int(row[0])


def test_it_holds_marts_and_meta_with_types_constraints_and_comments(home: Home) -> None:
    done = publish(home, "run-1", PROJECT, TABLES)
    assert done.rows == {"fct_day": 3}
    assert str(done.landed_through) == "2022-10-04"
    with reader(home.published) as connection:
        schemas = connection.execute(
            "select distinct schema_name from duckdb_tables() where database_name = 'marts'"
        ).fetchall()
        assert sorted(schemas) == [("main",), ("meta",)]
        assert connection.execute(
            "select count(*) from duckdb_views() where database_name = 'marts' and not internal"
        ).fetchone() == (0,)
        kinds = connection.execute(
            "select column_name, data_type, is_nullable from duckdb_columns() where table_name = 'fct_day'"
        ).fetchall()
        assert kinds == [
            ("event_on", "DATE", False),
            ("views", "BIGINT", True),
            ("rate", "DOUBLE", True),
            ("read_at", "TIMESTAMP WITH TIME ZONE", True),
            ("tags", "VARCHAR[]", True),
        ]
        assert connection.execute("select comment from duckdb_tables() where table_name = 'fct_day'").fetchone() == (
            "Views a day. It's one row per day.",
        )
        assert connection.execute(
            "select mart, type, description from meta.columns where \"column\" = 'event_on'"
        ).fetchall() == [("fct_day", "DATE", "The day.")]
        without = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'meta' and comment is null and database_name = 'marts'"
        )
        assert without.fetchall() == [("metrics", "kpi_id")]
        assert connection.execute("select delivery, status, records_read from meta.deliveries").fetchall() == [
            ("panel", "loaded", 3)
        ]
        published = connection.execute(
            "select run_id, landed_through, tables, rows, project_hash, ledger_hash from meta.publications"
        ).fetchall()
        assert published == [("run-1", date(2022, 10, 4), 1, 3, PROJECT.project_hash, ledger_hash(read_ledger(home)))]


def test_older_clients_can_read_it(home: Home) -> None:
    publish(home, "run-1", PROJECT, TABLES)
    with reader(home.published) as connection:
        tags = connection.execute("select tags from duckdb_databases() where database_name = 'marts'").fetchone()
    assert tags is not None
    assert tags[0]["storage_version"].startswith("v1.4.0")


def test_only_its_owner_may_list_it_and_nobody_write_it(home: Home) -> None:
    publish(home, "run-1", PROJECT, TABLES)
    assert home.published.stat().st_mode & 0o777 == 0o444
    assert home.published.parent.stat().st_mode & 0o777 == 0o750
    assert [path.name for path in home.published.parent.iterdir()] == ["marts.duckdb"]


def test_a_reader_keeps_its_file_and_a_new_one_sees_the_next(home: Home) -> None:
    publish(home, "run-1", PROJECT, TABLES)
    with reader(home.published) as before:
        assert count(before) == 3
        build(home, 5)
        publish(home, "run-2", PROJECT, TABLES)
        assert count(before) == 3
        assert before.execute("select max(views) from fct_day").fetchone() == (20,)
        code = "import duckdb, sys; print(duckdb.connect(sys.argv[1], read_only=True).execute('select count(*) from fct_day').fetchone()[0])"
        other = subprocess.run(
            [sys.executable, "-c", code, str(home.published)], capture_output=True, text=True, check=True
        )
        assert other.stdout.strip() == "5"
    assert read_publications(home)["run_id"].to_list() == ["run-1", "run-2"]


def test_what_says_less_than_in_the_publication_before_is_told_with_the_one_that_took_it_in(home: Home) -> None:
    gone = "its note no longer has supplier; if that was not meant, put back what is missing and run again"

    def published(run: str, *, read_again: bool = False, **rows: int) -> list[str]:
        if read_again:
            change = {"ingested_at": datetime.now(UTC), "warning": gone}
            write_ledger(
                home, read_ledger(home).with_columns(**{name: pl.lit(value) for name, value in change.items()})
            )
        done = publish(home, run, replace(PROJECT, own_rows=rows), TABLES)
        with reader(home.published) as connection:
            asked = connection.execute("select warnings from meta.publications where run_id = ?", [run]).fetchone()
            assert asked == (done.warnings,)
            assert connection.execute("select warning from meta.deliveries").fetchall() == [
                (read_ledger(home)["warning"][0],)
            ]
        return done.warnings

    assert published("run-1", costs=3, phases=14, partners=1) == []
    assert published("run-2", costs=3, phases=15, partners=1) == []
    lost = "; the packaged seed takes its place; if that was not meant, put it back and run again"
    assert published("run-3", costs=3, phases=9, read_again=True) == [
        "seeds/phases.csv has 9 rows, 15 at the last publication: 6 fewer; if that was not meant, put them back and run again",
        f"seeds/partners.csv is gone, which had 1 row at the last publication{lost}",
        f"hashtag/2022-10-04/panel: {gone}",
    ]
    assert published("run-4", costs=3, phases=9) == []
    assert published("run-5", costs=3, phases=15, partners=1) == []


def test_deliveries_of_a_campaign_that_has_another_id_now_are_told_as_long_as_it_lasts(home: Home) -> None:
    seed = PROJECT.files["seeds/campaigns.csv"].replace(b"mine,", b"ours,")
    renamed = replace(PROJECT, files={"seeds/campaigns.csv": seed})
    told = (
        "1 loaded delivery is of campaign mine, which the seed campaigns does not have (ours): the marts are without them; "
        "put it back, or correct the campaign in their notes"
    )
    assert publish(home, "run-1", PROJECT, TABLES).warnings == []
    assert publish(home, "run-2", renamed, TABLES).warnings == [told]
    assert publish(home, "run-3", renamed, TABLES).warnings == [told]
    assert publish(home, "run-4", PROJECT, TABLES).warnings == []


def test_a_log_that_an_analyst_left_is_removed_and_reported(home: Home) -> None:
    assert not publish(home, "run-1", PROJECT, TABLES).removed_wal
    home.published.chmod(0o644)
    code = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute('create table mine as select 1'); os._exit(0)"
    subprocess.run([sys.executable, "-c", code, str(home.published)], check=True)
    wal = home.published.with_name("marts.duckdb.wal")
    assert wal.exists()
    assert publish(home, "run-2", PROJECT, TABLES).removed_wal
    assert not wal.exists()
    with reader(home.published) as connection:
        assert count(connection) == 3


def test_what_a_killed_run_left_is_cleared_away(home: Home) -> None:
    home.published.parent.mkdir()
    for name in (".marts-killed.duckdb", ".marts-killed.duckdb.wal"):
        (home.published.parent / name).write_text("half")
    publish(home, "run-1", PROJECT, TABLES)
    assert [path.name for path in home.published.parent.iterdir()] == ["marts.duckdb"]


def test_a_file_that_is_not_what_was_to_be_published_stays_unpublished(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(home, "run-1", PROJECT, TABLES)
    build(home, 5)
    copied = shutil.copyfile

    def lose_a_row(source: Path, target: Path) -> None:
        copied(source, target)
        with duckdb.connect(str(target)) as connection:
            connection.execute("delete from main.fct_day where views = 0")

    monkeypatch.setattr("orchestration.publication.shutil.copyfile", lose_a_row)
    with pytest.raises(
        PublicationError, match=r"differs from the warehouse in main\.fct_day; the last published file stays"
    ):
        publish(home, "run-2", PROJECT, TABLES)
    with reader(home.published) as connection:
        assert count(connection) == 3
    assert read_publications(home)["run_id"].to_list() == ["run-1"]


def change_marts(home: Home, *statements: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.marts}' as marts; use marts")
        for statement in statements:
            connection.execute(statement)


def test_what_the_project_no_longer_builds_leaves_the_marts(home: Home) -> None:
    change_marts(
        home, "create table main.fct_old as select 1 as x", "create view main.rpt_old as select 1 as x", "checkpoint"
    )
    publish(home, "run-1", PROJECT, TABLES)
    with reader(home.published) as connection:
        names = connection.execute("select table_name from information_schema.tables where table_schema = 'main'")
        assert names.fetchall() == [("fct_day",)]


def test_bytes_of_removed_rows_are_not_published(home: Home) -> None:
    """Deleting leaves the bytes in the file until it is rewritten; without a removal the file is copied as it is."""
    change_marts(
        home,
        "create table main.fct_name as select 'secret-' || (range * 7919) as name, range as number from range(3000)",
        "checkpoint",
    )
    tables = {*TABLES, ("main", "fct_name")}
    publish(home, "run-1", PROJECT, tables)
    change_marts(home, "delete from main.fct_name where number < 2000", "checkpoint")
    publish(home, "run-2", PROJECT, tables)
    assert b"secret-7919" in home.published.read_bytes()
    write_ledger(home, read_ledger(home).with_columns(outcome=pl.lit("withdrawn")))
    withdrawn = dict(read_ledger(home).row(0, named=True)) | {"version": 2}
    accepted = read_ledger(home).with_columns(outcome=pl.lit("accepted"))
    write_ledger(home, pl.concat([accepted, pl.DataFrame([withdrawn], schema=LEDGER)]))
    publish(home, "run-3", PROJECT, tables)
    assert b"secret-7919" not in home.published.read_bytes()
    assert b"secret-7919" not in home.marts.read_bytes()
    with reader(home.published) as connection:
        assert connection.execute("select count(*), min(number) from fct_name").fetchone() == (1000, 2000)
        assert connection.execute("select comment from duckdb_tables() where table_name = 'fct_day'").fetchone() != (
            None,
        )


def test_a_file_with_many_free_blocks_is_rewritten(home: Home) -> None:
    publish(home, "run-1", PROJECT, TABLES)
    change_marts(
        home,
        "create table main.big as select md5(range::varchar) as x from range(700000)",
        "checkpoint",
        "insert into main.fct_day select date '2022-10-04', range, 0.5, null, [md5(range::varchar)] from range(10000)",
        "checkpoint",
        "drop table main.big",
        "checkpoint",
    )
    before = home.marts.stat().st_size
    publish(home, "run-2", PROJECT, TABLES)
    assert home.marts.stat().st_size < before / 2


@pytest.mark.parametrize(
    "spoil", [lambda content: content[:-4096], lambda content: content[:-1] + bytes([content[-1] ^ 1])]
)
def test_a_published_file_that_was_cut_or_changed_is_known(home: Home, spoil: Callable[[bytes], bytes]) -> None:
    publish(home, "run-1", PROJECT, TABLES)
    last = read_publications(home).row(-1, named=True)
    assert is_whole(home.published, last)
    os.utime(home.published)
    assert is_whole(home.published, last)
    home.published.chmod(0o644)
    home.published.write_bytes(spoil(home.published.read_bytes()))
    assert not is_whole(home.published, last)
