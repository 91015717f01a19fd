"""What assets are called together, in the campaign's words, and who answers for them. Nothing else."""

from ingest.source import Source

CAMPAIGN = "campaign"
"""The group of what belongs to no single source: ledger, dimensions across sources, KPIs, the publication."""

CAMPAIGN_OWNER = "team:campaign-analytics"


def group_name(source: Source) -> str:
    """The source's title as a Dagster group."""
    return source.title.replace(" ", "_")
