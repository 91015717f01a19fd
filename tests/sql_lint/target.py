"""What the SQL linter sees of dbt's `target`."""

database = "warehouse"
schema = "main"
