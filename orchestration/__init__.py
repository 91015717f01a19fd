"""Wires ingest, expectations and dbt together and says when. No business logic lives here, and nothing imports it."""
