"""The suites, as plain data: one module per source, and one for the marts. Nothing here imports Great Expectations."""
