"""One run of the daily job in this process, and what came of it in plain words. The `campaign` command prints it."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO, cast

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.execution.api import execute_run
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from ingest.home import Home
from ingest.planning import Plan
from orchestration.automation import FROM_TAG, JOB, TO_TAG
from orchestration.dbt import DbtError
from orchestration.definitions import build_definitions
from orchestration.instance import MODULE, open_instance
from orchestration.step_failures import said_by, story_of

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(
        ManagedGrpcPythonEnvCodeLocationOrigin(
            LoadableTargetOrigin(executable_path=sys.executable, module_name=MODULE), location_name=MODULE
        ),
        SINGLETON_REPOSITORY_NAME,
    ),
    JOB,
)
"""What a run that the web UI launched carries: without it a run is in no overview."""


@dataclass(frozen=True)
class Report:
    """Whether the run published, why not where it did not, and what an operator should know besides."""

    is_published: bool
    failures: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def run_daily(home: Home, run_id: str, reasons: tuple[str, ...], days: tuple[date, date] | None, plan: Plan) -> Report:
    """Run the job on the home's instance. What a step did wrong is in the report, not raised."""
    tags = {"campaign/reason": "; ".join(reasons)}
    if days is not None:
        tags |= {FROM_TAG: days[0].isoformat(), TO_TAG: days[1].isoformat()}
    with _notices() as notices, open_instance(home) as instance:
        try:
            job = build_definitions(home.root, plan=plan).resolve_job_def(JOB)
        except DbtError as error:
            return Report(False, (str(error),))
        run = instance.create_run_for_job(
            job, run_id=run_id, run_config=QUIET, tags={**job.run_tags, **tags}, remote_job_origin=ORIGIN
        )
        with _said_once():
            result = execute_run(InMemoryJob(job), run, instance)
        if not result.success:
            failed = result.get_step_failure_events()
            with suppress(OSError):
                log_path(home).write_text(story_of(failed))
            return Report(False, said_by(home, failed, log_path(home)), tuple(notices))
        removed = result.asset_materializations_for_node("publish")[-1].metadata.get("removed")
        if removed is not None:
            notices.append(f"removed {removed.value}")
        checks = result.get_asset_check_evaluations()
        # An ERROR stopped the run, or holds a delivery that is named apart.
        odd = [check for check in checks if not check.passed and check.severity == dg.AssetCheckSeverity.WARN]
    return Report(True, notices=tuple(notices), warnings=tuple(map(check_line, odd)))


@contextmanager
def _notices() -> Iterator[list[str]]:
    """What steps warn of, as it is said."""
    said: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    handler, log = Handler(logging.WARNING), logging.getLogger("campaign")
    log.addHandler(handler)
    try:
        yield said
    finally:
        log.removeHandler(handler)


@contextmanager
def _said_once() -> Iterator[None]:
    """Keep off the error stream what Dagster writes to it and raises as well."""
    stream = sys.stderr

    class Once:
        def write(self, text: str) -> int:
            return len(text) if text.startswith("Exception while writing logger call") else stream.write(text)

        def __getattr__(self, name: str) -> object:
            return getattr(stream, name)

    with redirect_stderr(cast("TextIO", Once())):
        yield


def log_path(home: Home) -> Path:
    """Where the whole story of the last failed run is."""
    return home.dagster / "last_failure.log"


def check_line(check: dg.AssetCheckEvaluation) -> str:
    """A check that failed, what was found and what was expected, as a line."""
    said = {name: getattr(value, "value", value) for name, value in (check.metadata or {}).items()}
    observed = f": {said['observed']}" if "observed" in said else ""
    observed += f" ({said['sample']})" if "sample" in said else ""
    expected = f"; expected {said['expected']}" if "expected" in said else ""
    return f"{'/'.join(check.asset_key.path)} {check.check_name}{observed}{expected}"
