"""A home for dbt tests: literal frames as lake files and ledger rows, then the real project in a real DuckDB."""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

import duckdb
import jinja2
import polars as pl

from ingest import lake
from ingest.home import Home
from ingest.ledger import LEDGER, read_ledger, write_ledger
from ingest.source import INSTANT, Table
from ingest.sources import SOURCES
from orchestration.dbt import read_manifest, run_dbt
from orchestration.project import WITH_HASHTAGS, read_project
from orchestration.seeds import with_every_column, with_normalised_hashtags
from orchestration.warehouse import open_warehouse

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
SHIPPED = read_project(Home(Path(os.devnull)))

_COMPILED: dict[tuple[object, ...], CodeType] = {}
_compile = jinja2.Environment.compile


def _compile_once(environment: jinja2.Environment, source: str, *arguments: object) -> CodeType:
    """A template compiled; tests build the same models over and over, and a fifth of that was compiling their templates again."""
    key = (type(environment), *environment.extensions, source, *arguments)
    if key not in _COMPILED:
        _COMPILED[key] = _compile(environment, source, *arguments)  # type: ignore[call-overload]
    return _COMPILED[key]


jinja2.Environment.compile = _compile_once  # type: ignore[method-assign,assignment]


class Lab:
    """A warehouse under a temporary directory."""

    def __init__(self, root: Path, seeds: dict[str, str]) -> None:
        self.home = Home(root)
        self.project = root / "warehouse" / "dbt"
        shutil.copytree(PROJECT, self.project, ignore=shutil.ignore_patterns("target", "logs", "__pycache__"))
        for name, content in seeds.items():
            seed = with_every_column(name, content.encode())
            seed = with_normalised_hashtags(name, seed) if name in WITH_HASHTAGS else seed
            (self.project / "seeds" / f"{name}.csv").write_bytes(seed)
        lake.prepare(self.home, SOURCES)
        write_ledger(self.home, LEDGER.to_frame())

    @classmethod
    def opened(cls, root: Path) -> "Lab":
        """The warehouse that stands under a directory."""
        lab = object.__new__(cls)
        lab.home, lab.project = Home(root), root / "warehouse" / "dbt"
        return lab

    def deliver(
        self, source: str, landed_on: date, delivery: str, campaign_id: str, tables: dict[str, pl.DataFrame] | None
    ) -> None:
        """Put a version of a delivery into lake and ledger; None withdraws it."""
        definition = next(item for item in SOURCES if item.name == source)
        tables = tables or {}
        writings = []
        for table in definition.tables:
            path = lake.partition(self.home.lake / table.name, landed_on, delivery)
            path.unlink(missing_ok=True)
            if table.name in tables:
                path.parent.mkdir(parents=True, exist_ok=True)
                writings.append((table.name, complete(tables[table.name], table, delivery, campaign_id), path))
        lake.write_files(writings)
        content = hashlib.sha256()
        for _, _, path in writings:
            content.update(path.read_bytes())
        captured = [(tables[table.name], table.captured) for table in definition.tables if table.name in tables]
        events = pl.concat([pl.Series(dtype=INSTANT), *(rows[name].cast(INSTANT) for rows, name in captured if name)])
        ledger = read_ledger(self.home)
        version = 1 + ledger.filter(pl.col("landed_on") == landed_on, pl.col("delivery") == delivery).height
        row = dict.fromkeys(LEDGER.names()) | {
            "source": source,
            "landed_on": landed_on,
            "delivery": delivery,
            "version": version,
            "campaign_id": campaign_id,
            "rows_hash": content.hexdigest(),
            "first_event_at": events.min(),
            "last_event_at": events.max(),
            "outcome": "accepted" if tables else "withdrawn",
            "ingested_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        write_ledger(self.home, pl.concat([ledger, pl.DataFrame([row], schema=LEDGER)]))

    @cached_property
    def _manifest(self) -> "Manifest":
        """What dbt has read, which takes longer than most of what it is asked for."""
        return read_manifest(self.home, replace(SHIPPED, directory=self.project))

    def dbt(self, *arguments: str, finishes: bool = False) -> bool:
        """Run a dbt command in the project's copy; whether it succeeded."""
        from dbt.artifacts.schemas.run import RunExecutionResult

        unchanged = ["--vars", json.dumps({"unchanged": list(self._manifest.nodes)})] if finishes else []
        result = run_dbt(self.home.root, self.project, ["--no-write-json", *arguments, *unchanged], self._manifest)
        ran = result.result.results if isinstance(result.result, RunExecutionResult) else []
        self.seconds = {item.node.name: item.execution_time for item in ran}
        self.messages = [f"{item.node.name}: {item.message}" for item in ran if item.status in ("error", "fail")]
        self.shown: Any = ran[0].agate_table if ran else None
        return bool(result.success)

    def run(self, select: Sequence[str], *arguments: str) -> None:
        """Build models without their tests; fails with dbt's messages."""
        assert self.dbt("run", "--select", *select, *arguments), self.messages

    def finish(self, select: Sequence[str], *arguments: str) -> None:
        """Build models as if the others were unchanged, so that what was delivered is held everywhere."""
        assert self.dbt("run", "--select", *select, *arguments, finishes=True), self.messages

    def copy(self, root: Path) -> "Lab":
        """The same warehouse under another directory."""
        shutil.copytree(self.home.root, root)
        return Lab.opened(root)

    def settle(self) -> None:
        """What a build does once every model was built."""
        assert self.dbt("run-operation", "hold_versions"), self.messages

    def show(self, query: str, *arguments: str) -> list[tuple[object, ...]]:
        """Rows of a query in dbt's own words, with macros."""
        assert self.dbt("show", "--limit", "-1", "--inline", query, *arguments), self.messages
        return [tuple(row) for row in self.shown.rows]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Rows of a query on the warehouse."""
        with open_warehouse(self.home) as connection:
            return connection.execute(query).fetchall()

    def frame(self, query: str) -> pl.DataFrame:
        """A query on the warehouse and its marts as a frame."""
        with open_warehouse(self.home) as connection:
            frame: pl.DataFrame = connection.sql(query).pl()
        return frame

    def execute(self, *statements: str) -> None:
        """Change the marts, or what stands under `warehouse.`, as no model would."""
        with duckdb.connect() as connection:
            connection.execute(
                f"attach '{self.home.warehouse}' as warehouse; attach '{self.home.marts}' as marts; use marts"
            )
            for statement in statements:
                connection.execute(statement)

    def save(self, name: str) -> None:
        """Keep both database files as they are."""
        folder = self.home.root / name
        folder.mkdir(exist_ok=True)
        for file in (self.home.warehouse, self.home.marts):
            shutil.copy(file, folder / file.name)

    def restore(self, name: str) -> None:
        """Put back what was kept under this name."""
        for file in (self.home.warehouse, self.home.marts):
            shutil.copy(self.home.root / name / file.name, file)

    def table(self, name: str) -> list[tuple[object, ...]]:
        """Every row of a table, in a fixed order."""
        return sorted(self.rows(f"select * from {name}"), key=repr)


def complete(frame: pl.DataFrame, table: Table, delivery: str, campaign_id: str) -> pl.DataFrame:
    """A literal frame as the lake holds it: missing columns NULL, lines numbered."""
    rows = frame.with_columns(pl.lit(delivery).alias("delivery"), pl.lit(campaign_id).alias("campaign_id"))
    if table.is_located:
        rows = rows.with_columns(pl.lit("test.csv").alias("file"))
    if table.is_located and "line" not in rows.columns:
        rows = rows.with_row_index("line", 2)
    schema = pl.Schema({"delivery": pl.String(), "campaign_id": pl.String(), **table.rows_schema})
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in rows.columns]
    return rows.with_columns(absent).select(schema.names()).cast(schema)
