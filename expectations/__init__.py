"""Is the content of a delivery, or of a mart, believable? Great Expectations suites, their results and pages.

What ingestion and dbt wrote is only read here, and no Dagster is imported.
"""
