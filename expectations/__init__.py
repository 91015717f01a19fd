"""Is the content of a delivery, or of a mart, believable? Great Expectations suites and nothing else.

No file is read or written for a delivery here but what was staged, and no Dagster is imported.
"""
