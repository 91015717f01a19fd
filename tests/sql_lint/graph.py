"""What the SQL linter sees of dbt's `graph`: a project without sources."""

sources: dict[str, object] = {}
