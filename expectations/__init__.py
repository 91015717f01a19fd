"""Is the content of a delivery, or of a mart, believable? Great Expectations suites and nothing else; no Dagster here."""
