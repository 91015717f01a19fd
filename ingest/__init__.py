"""Delivered files in, typed and pseudonymised parquet out. A plain library: nothing here knows of Dagster, dbt or Great Expectations."""
