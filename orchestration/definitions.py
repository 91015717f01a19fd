"""The platform on one screen: what there is, in what order, and the one job that does it all."""

import os
from pathlib import Path

import dagster as dg

from ingest.home import Home
from ingest.planning import Plan
from ingest.sources import SOURCES
from orchestration.alerts import alert_sensors
from orchestration.assets import ledger_asset, source_asset
from orchestration.automation import AUDIT, JOB, daily_schedule, landed_on_partitions, reporting_zone, weekly_audit
from orchestration.dbt import load_manifest
from orchestration.dbt_assets import audit_job, dbt_asset, mart_keys
from orchestration.project import read_project
from orchestration.publish import publish_asset
from orchestration.resources import HomeResource, plan_resource


def build_definitions(root: Path | None = None, *, plan: Plan | None = None) -> dg.Definitions:
    """Landing to lake, lake to marts, marts to the published file: one job, one process, every step in the campaign's words.

    `plan` is what a run is to take in, where that is known already.
    """
    home = Home((root or Path(os.environ.get("CAMPAIGN_HOME", "campaign_home"))).resolve())
    project = read_project(home)
    manifest = load_manifest(home, project)
    zone = reporting_zone(project)
    return dg.Definitions(
        assets=[
            *(source_asset(source, project) for source in SOURCES),
            ledger_asset(SOURCES, project, landed_on_partitions(home, SOURCES, zone), zone),
            dbt_asset(project, manifest, SOURCES, zone),
            publish_asset(project, mart_keys(manifest), zone),
        ],
        jobs=[
            dg.define_asset_job(
                JOB,
                selection=dg.AssetSelection.all(),
                description="From landing to the published marts.",
                config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
            ),
            audit_job(AUDIT, project, manifest),
        ],
        schedules=[daily_schedule(home, SOURCES, zone), weekly_audit(zone)],
        sensors=alert_sensors(home),
        resources={"home": HomeResource(root=str(home.root)), "plan": plan_resource(SOURCES, project, plan)},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads; built when it is loaded, so that importing this module opens nothing."""
    return build_definitions()
