"""The dbt project: parquet in, marts out, in DuckDB. All KPI arithmetic lives here, as SQL; this file only makes it findable."""
