"""What the SQL linter sees of dbt's `flags`."""

FULL_REFRESH = False
WHICH = "lint"
