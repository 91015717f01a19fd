"""What steps are handed: the home, locked for the run, and what the run is to take in. How either is used is the steps' affair."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from ingest.home import Home
from ingest.planning import Plan, find_pending
from ingest.source import Source
from orchestration.automation import window
from orchestration.project import Project
from orchestration.run_lock import run_lock


class HomeResource(dg.ConfigurableResource[Home]):
    """The directory that the warehouse lives in, locked as long as the run lasts.

    The in-process executor makes its resources once a run. A pool's slot would stay taken after a kill.
    """

    root: str

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Home]:
        """Wait for the lock, hand out the home, free the lock."""
        home = Home(Path(self.root))
        with run_lock(home, lambda message: _say(context, message)) as lock:
            if context.run is not None and context.instance is not None:
                mark_run_failed(context.instance, lock.killed_run, but=context.run.run_id)
                lock.name(context.run.run_id)
            yield home


def mark_run_failed(instance: dg.DagsterInstance, killed: str | None, but: str | None = None) -> None:
    """Mark a run that was killed as failed; Dagster would show it as running for ever."""
    run = instance.get_run_by_id(killed) if killed is not None and killed != but else None
    if run is not None and not run.is_finished:
        instance.report_run_failed(run, "The process of this run was killed. A later run takes up what it left.")


def plan_resource(sources: Sequence[Source], project: Project, known: Plan | None) -> dg.ResourceDefinition:
    """What differs between landing and the ledger: looked for once a run, for all sources together."""

    @dg.resource(required_resource_keys={"home"}, description="What the run is to take in.")
    def plan(context: dg.InitResourceContext) -> Plan:
        days = window(context.run.tags) if context.run is not None else None
        return known or find_pending(context.resources.home, sources, project.campaign_ids, days)

    return plan


def _say(context: dg.InitResourceContext, message: str) -> None:
    if context.log is not None:
        context.log.info(message)
