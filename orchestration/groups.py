"""What assets are called together, in the campaign's words, and who answers for them. Nothing else."""

from ingest.source import Source

CAMPAIGN = "campaign"
"""What brings the sources together: KPIs, scorecard, the publication."""

DELIVERIES = "deliveries"
"""What arrived and what became of it: lake tables and ledger. Apart from the sources' own groups, so that lineage between groups
runs one way: reference, deliveries, the sources, campaign."""

REFERENCE = "reference"
"""What the campaign itself lays down: its dates, hashtags, metrics and targets."""

CAMPAIGN_OWNER = "team:campaign-analytics"


def group_name(source: Source) -> str:
    """The source's title as a Dagster group: all that is made of its deliveries."""
    return source.title.replace(" ", "_")
