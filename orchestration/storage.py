"""Dagster's SQLite storages with one engine kept for the life of a process. What is stored, and how, is Dagster's affair.

Dagster makes an engine for every statement and so compiles each statement anew, which was most of the time of a run.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import sqlalchemy
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData


class KeptEventLogStorage(ConsolidatedSqliteEventLogStorage):
    """The events of all runs in one file, through one engine."""

    @cached_property
    def _engine(self) -> sqlalchemy.Engine:
        return _engine(self._conn_string)

    @cached_property
    def _tables(self) -> set[str]:
        return set()

    @cached_property
    def _asset_columns(self) -> set[str]:
        return set()

    @contextmanager
    def _connect(self) -> Iterator[sqlalchemy.Connection]:
        with self._engine.begin() as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the file has a table. Once there it stays, so that it is looked for until it is found."""
        if table_name not in self._tables and sqlalchemy.inspect(self._engine).has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def _has_asset_key_col_on_connection(self, conn: sqlalchemy.Connection, column_name: str) -> bool:
        """Whether the table of assets has a column, looked for until it is found: each event and each input of a step asks."""
        if column_name not in self._asset_columns and super()._has_asset_key_col_on_connection(conn, column_name):
            self._asset_columns.add(column_name)
        return column_name in self._asset_columns

    def delete_events_for_run(self, conn: sqlalchemy.Connection, run_id: str) -> None:
        """Delete a run's events and, what Dagster leaves behind, its results of checks; the latest of each check stays."""
        super().delete_events_for_run(conn, run_id)
        results, later = AssetCheckExecutionsTable, AssetCheckExecutionsTable.alias()
        is_superseded = sqlalchemy.exists().where(
            later.c.asset_key == results.c.asset_key,
            later.c.check_name == results.c.check_name,
            later.c.id > results.c.id,
        )
        conn.execute(results.delete().where(results.c.run_id == run_id, is_superseded))

    def dispose(self) -> None:
        """Close the file."""
        super().dispose()  # type: ignore[no-untyped-call]
        self._engine.dispose()


class KeptRunStorage(SqliteRunStorage):
    """The runs in one file, through one engine."""

    @cached_property
    def _engine(self) -> sqlalchemy.Engine:
        return _engine(self._conn_string)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> "KeptRunStorage":
        """Made from the settings of the instance."""
        return cls.from_local(inst_data=inst_data, **config_value)

    @contextmanager
    def connect(self) -> Iterator[sqlalchemy.Connection]:
        """A connection with a transaction."""
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close the file."""
        super().dispose()
        self._engine.dispose()


def _engine(address: str) -> sqlalchemy.Engine:
    engine = sqlalchemy.create_engine(address, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
    sqlalchemy.event.listen(engine, "connect", _write_without_waiting)
    return engine


def _write_without_waiting(connection: sqlite3.Connection, _record: object) -> None:
    """Do not wait for the disk at each event: a power cut may lose the last events of a history, a kill loses none."""
    connection.execute("pragma synchronous = normal")
