"""Wires ingest, expectations and dbt together and says when. No business logic lives here, and nothing imports it."""

import os

# No tool reports its use to anyone. Set before any of them is imported, and passed on to the processes a run starts.
os.environ.update(DO_NOT_TRACK="1", DBT_SEND_ANONYMOUS_USAGE_STATS="false", GX_ANALYTICS_ENABLED="false")
