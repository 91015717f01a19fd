"""Delivered files in, typed and pseudonymised parquet out. A plain library: nothing here knows of Dagster, dbt or Great Expectations."""

import os

# Arrow's own allocator takes memory in large pages; clearing them takes as long as writing a table of some megabytes.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
