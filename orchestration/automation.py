"""Everything that answers "when": partitions, the schedule, freshness and retries. What is done then lives in the assets."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from ingest.home import Home
from ingest.source import Source
from orchestration.news import find_news
from orchestration.project import Project, read_project

RUN_AT = "0 6 * * *"
DUE_BY = "0 8 * * *"
FALLBACK_ZONE = ZoneInfo("Asia/Dubai")
"""The reporting zone where the campaigns seed names no campaign."""

JOB = "daily"
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
    """A partition per day that holds a delivery, and one per day from today on, since those may still get one.

    Days past on which nothing landed are left out: as partitions they would be missing for ever.
    """
    until = today(zone)
    days = {day for day in landed_days(home, sources) if day <= until}
    first = min(days, default=until)
    empty = [first + timedelta(days=number) for number in range((until - first).days)]
    return dg.DailyPartitionsDefinition(
        start_date=first.isoformat(),
        end_offset=1,
        timezone=zone.key,
        exclusions=[datetime(day.year, day.month, day.day) for day in empty if day not in days] or None,
    )


def landed_days(home: Home, sources: Sequence[Source]) -> frozenset[date]:
    """Days that have a folder in landing, whatever it holds. Looks at the names of the days only."""
    folders = [home.landing / source.name for source in sources]
    names = {entry.name for folder in folders if folder.is_dir() for entry in os.scandir(folder)}
    days = set()
    for name in names:
        with suppress(ValueError):
            days.add(date.fromisoformat(name))
    return frozenset(days)


def window(tags: Mapping[str, str], partitions: tuple[str, str] | None) -> tuple[date, date] | None:
    """The landed days a run may take in: those of its partitions or tags; None allows every day."""
    if partitions is not None:
        return date.fromisoformat(partitions[0]), date.fromisoformat(partitions[1])
    if FROM_TAG in tags or TO_TAG in tags:
        return date.fromisoformat(tags.get(FROM_TAG, str(date.min))), date.fromisoformat(tags.get(TO_TAG, str(date.max)))
    return None


def daily_freshness(zone: ZoneInfo) -> dg.FreshnessPolicy:
    """Published every morning. Runs with nothing to publish are skipped, so that silence from outside shows as staleness."""
    return dg.FreshnessPolicy.cron(deadline_cron=DUE_BY, lower_bound_delta=timedelta(hours=24), timezone=zone.key)


def silent_since(home: Home, project: Project, last_landed_on: date, now: datetime) -> date | None:
    """The day since which deliveries are overdue while a campaign runs; None where they are not. Nothing more comes of a simulated one."""
    on = now.astimezone(reporting_zone(project)).date()
    is_running = any(campaign.ends_on is None or on <= campaign.ends_on + SOURCE_DUE_WITHIN for campaign in project.campaigns)
    return last_landed_on if is_running and not home.simulated.exists() and on - last_landed_on > SOURCE_DUE_WITHIN else None


def daily_schedule(home: Home, sources: Sequence[Source], job: dg.UnresolvedAssetJobDefinition, zone: ZoneInfo) -> dg.ScheduleDefinition:
    """Every morning: all that is not yet published, whatever day it landed on."""

    def request(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        news = find_news(home, read_project(home), sources)
        if not news:
            return dg.SkipReason("Nothing to do: everything that landed is published.")
        return dg.RunRequest(tags={**SCHEDULED_TAGS, "campaign/reason": "; ".join(news.reasons)})

    return dg.ScheduleDefinition(
        name="every_morning",
        job=job,
        cron_schedule=RUN_AT,
        execution_timezone=zone.key,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        execution_fn=request,
        description="Takes everything that landed and is not yet published, today's deliveries included.",
    )
