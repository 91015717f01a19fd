"""Dagster's books through one kept engine: what is written is there."""

import sqlite3
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

from ingest.home import Home
from orchestration.failures import HomeError
from orchestration.instance import SETTINGS, open_instance, prepare_instance
from orchestration.storage import KeptEventLogStorage, KeptRunStorage

OWN = "run_queue: {max_concurrent_runs: 3} # a user's own\n"


@dg.asset
def reading() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"rows": 3})


def test_books_and_a_users_own_settings_are_kept(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.dagster.mkdir()
    (home.dagster / "dagster.yaml").write_text(SETTINGS + OWN)
    with open_instance(home) as instance:
        assert isinstance(instance.run_storage, KeptRunStorage)
        assert isinstance(instance.event_log_storage, KeptEventLogStorage)
        job = dg.Definitions(assets=[reading]).resolve_implicit_global_asset_job_def()
        run_id = job.execute_in_process(instance=instance).run_id
    assert (home.dagster / "dagster.yaml").read_text() == SETTINGS + OWN
    with open_instance(home) as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        assert run.status == dg.DagsterRunStatus.SUCCESS
        [event] = instance.get_latest_materialization_events([reading.key]).values()
        assert event is not None
        assert event.run_id == run_id


def test_books_that_were_cut_begin_anew_and_settings_that_were_stop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = Home(tmp_path)
    with open_instance(home) as instance:
        instance.get_runs()
    books = home.dagster / "runs.db"
    books.write_bytes(books.read_bytes()[: books.stat().st_size // 2])
    prepare_instance(home)
    assert "runs.db is damaged: the history of runs begins anew" in caplog.text
    [aside] = home.dagster.glob("damaged-*")
    assert (aside / "runs.db").exists()
    assert books.exists()
    settings = home.dagster / "dagster.yaml"
    for damaged in (SETTINGS[:400].encode(), b"\xff\xfe garbage"):
        settings.write_bytes(damaged)
        with pytest.raises(
            HomeError, match=r"dagster\.yaml is not the YAML that Dagster expects; correct it, or remove it"
        ):
            prepare_instance(home)
        assert settings.read_bytes() == damaged


def test_books_that_cannot_be_opened_for_want_of_room_are_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    prepare_instance(home)
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE

    def connect(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(sqlite3, "connect", connect)
    with pytest.raises(HomeError, match="make sure that its disk has room and run again"):
        prepare_instance(home)
    assert not list(home.dagster.glob("damaged-*"))


def test_books_whose_end_is_still_in_the_log_are_whole(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """On a full disk SQLite may bring the first page of its log into the file, which tells the new length, and no other."""
    home = Home(tmp_path)
    prepare_instance(home)
    books, log = home.dagster / "runs.db", home.dagster / "runs.db-wal"
    with closing(sqlite3.connect(books)) as writing:
        writing.execute("pragma wal_autocheckpoint = 0")
        writing.execute("create table more as select randomblob(100000) as content")
        writing.commit()
        [pages] = writing.execute("pragma page_count").fetchone()
        file, logged = bytearray(books.read_bytes()), log.read_bytes()
    file[28:32] = pages.to_bytes(4)
    books.write_bytes(file)
    log.write_bytes(logged)
    prepare_instance(home)
    assert not list(home.dagster.glob("damaged-*"))
    assert caplog.text == ""
    with closing(sqlite3.connect(books)) as reading:
        assert reading.execute("select length(content) from more").fetchall() == [(100000,)]
