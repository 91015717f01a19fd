"""Delivered files in, typed and pseudonymised parquet out. A plain library: nothing here knows of Dagster, dbt or Great Expectations."""

import os

# Memory as Arrow takes it by itself comes in large pages, to clear which takes as long as to write a table of some megabytes.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
