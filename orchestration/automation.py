"""Everything that answers "when": partitions, the schedule, freshness and retries. What is done then lives in the assets."""

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
import polars as pl

from ingest.delivery import may_land_on
from ingest.home import Home
from ingest.landing import day_of
from ingest.ledger import in_effect
from ingest.source import Source
from orchestration.news import find_news
from orchestration.project import Project, read_project

RUN_AT = os.environ.get("CAMPAIGN_RUN_AT", "0 6 * * *")
"""Cron schedule of the daily run, in the reporting zone."""

DUE_BY = "0 8 * * *"
FALLBACK_ZONE = ZoneInfo("Asia/Dubai")
"""The reporting zone where the campaigns seed names no campaign."""

JOB = "daily"
AUDIT = "audit"
AUDIT_AT = "0 12 * * 0"
"""Cron schedule of the weekly audit, in the reporting zone: after the day's run."""
SOURCE_DUE_WITHIN = timedelta(days=2)
"""How long a running campaign may go without a delivery before the ledger's check says so."""

FROM_TAG, TO_TAG = "campaign/from", "campaign/to"
SCHEDULED_TAGS = {"dagster/max_retries": "2"}
"""A scheduled run that fails is started again by the daemon; a person who waits at a terminal is told at once."""


def reporting_zone(project: Project) -> ZoneInfo:
    """The zone that days are reckoned in: that of the first campaign in the seed."""
    return project.campaigns[0].reporting_zone if project.campaigns else FALLBACK_ZONE


def today(zone: ZoneInfo) -> date:
    """The current day in the reporting zone."""
    return datetime.now(zone).date()


def landed_on_partitions(home: Home, sources: Sequence[Source], zone: ZoneInfo) -> dg.DailyPartitionsDefinition:
    """A partition per day on which something landed, today included, and one per day to come. A job may have only one definition.

    Days on which nothing landed are left out: as partitions they would be missing for ever, and amber.
    """
    until = today(zone)
    days = {day for source in sources for day in landed_days(home, source) if day <= until}
    first = min(days, default=until)
    empty = [first + timedelta(days=number) for number in range((until - first).days + 1)] if days else []
    return dg.DailyPartitionsDefinition(
        start_date=first.isoformat(),
        end_offset=1 if until in days else 0,
        timezone=zone.key,
        exclusions=[datetime(day.year, day.month, day.day) for day in empty if day not in days] or None,  # noqa: DTZ001 - in the zone above
    )


def landed_days(home: Home, source: Source) -> frozenset[date]:
    """Days that have a folder in landing, whatever it holds. Looks at the names of the days only."""
    folder = home.landing / source.name
    named = [day_of(entry.name) for entry in os.scandir(folder)] if folder.is_dir() else []
    return frozenset(day for day in named if day is not None and may_land_on(day))


def window(tags: Mapping[str, str]) -> tuple[date, date] | None:
    """The landed days that a run was told to keep to; None allows every day.

    A partition that somebody chose in the UI says which events the run writes, not what it may take in: it takes whatever is
    pending, so that no day depends on being chosen.
    """
    if FROM_TAG in tags or TO_TAG in tags:
        return date.fromisoformat(tags.get(FROM_TAG, str(date.min))), date.fromisoformat(
            tags.get(TO_TAG, str(date.max))
        )
    return None


def daily_freshness(zone: ZoneInfo) -> dg.FreshnessPolicy:
    """Published every morning. Runs with nothing to publish are skipped, so that silence from outside shows as staleness."""
    return dg.FreshnessPolicy.cron(deadline_cron=DUE_BY, lower_bound_delta=timedelta(hours=24), timezone=zone.key)


def last_landed(ledger: pl.DataFrame) -> date | None:
    """The latest day on which a delivery in effect landed."""
    last = in_effect(ledger)["landed_on"].max()
    return last if isinstance(last, date) else None


def silent_since(home: Home, project: Project, last_landed_on: date | None, now: datetime) -> date | None:
    """The day since which deliveries are overdue while a campaign runs; None where they are not. Nothing more comes of a simulated one."""
    on = now.astimezone(reporting_zone(project)).date()
    is_running = any(
        on - campaign.starts_on > SOURCE_DUE_WITHIN
        and (campaign.ends_on is None or on <= campaign.ends_on + SOURCE_DUE_WITHIN)
        for campaign in project.campaigns
    )
    return (
        last_landed_on
        if last_landed_on and is_running and not home.simulated.exists() and on - last_landed_on > SOURCE_DUE_WITHIN
        else None
    )


def daily_schedule(home: Home, sources: Sequence[Source], zone: ZoneInfo) -> dg.ScheduleDefinition:
    """Every morning: all that is not yet published, whatever day it landed on."""

    def request(_context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        news = find_news(home, read_project(home), sources)
        if not news:
            return dg.SkipReason("Nothing to do: everything that landed is published.")
        return dg.RunRequest(tags={**SCHEDULED_TAGS, "campaign/reason": "; ".join(news.reasons)})

    return dg.ScheduleDefinition(
        name="every_morning",
        job_name=JOB,
        cron_schedule=RUN_AT,
        execution_timezone=zone.key,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        execution_fn=request,
        description="Takes everything that landed and is not yet published, today's deliveries included.",
    )


def weekly_audit(zone: ZoneInfo) -> dg.ScheduleDefinition:
    """Once a week: every dbt test over every row, since a day's build tests only what it rebuilt."""
    return dg.ScheduleDefinition(
        name="every_week",
        job_name=AUDIT,
        cron_schedule=AUDIT_AT,
        execution_timezone=zone.key,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Tests every row that the warehouse holds, not only those of the last build.",
    )
