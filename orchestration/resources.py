"""What steps are handed: where the home is, and the home's turn to run. How either is used is the steps' affair."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from ingest.home import Home
from ingest.planning import Plan, find_pending
from ingest.source import Source
from orchestration.automation import window
from orchestration.exclusive import exclusive
from orchestration.project import Project


class HomeResource(dg.ConfigurableResource[Home]):
    """The directory that the warehouse lives in, and the run's turn in it.

    The turn lasts as long as the run, since the in-process executor makes its resources once: one writer, without a pool whose
    slot a killed run would keep.
    """

    root: str

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Home]:
        """Wait for the turn, hand out the home, give the turn back."""
        home = Home(Path(self.root))
        with exclusive(home, lambda message: _say(context, message)) as turn:
            if context.run is not None and context.instance is not None:
                bury(context.instance, turn.killed, but=context.run.run_id)
                turn.name(context.run.run_id)
            yield home


def bury(instance: dg.DagsterInstance, killed: str | None, but: str | None = None) -> None:
    """Mark the run that died holding the home's turn as failed; Dagster would show it as running for ever."""
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
