"""What a build can leave as it is: models, their tests and seeds whose deliveries and date are those that they were built from.

Files of the project do not count here: where one of them changed, the warehouse is built from scratch.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import polars as pl

from ingest.home import Home
from ingest.ledger import read_ledger
from ingest.sources import SOURCES
from orchestration.warehouse import open_warehouse

LAKE, MEMORY = "lake", "memory"
AS_OF = "int_lake__as_of"
"""The model that knows the last day on which anything landed."""

HELD = """
    select distinct source, landed_on, delivery, split_part(state_hash, '|', 1) as rows_hash, is_everywhere
    from intermediate.held
"""
VERSION = ["source", "landed_on", "delivery", "rows_hash"]


def unchanged(home: Home, nodes: Mapping[str, Any]) -> set[str]:
    """The ids of those among dbt's nodes that would come out the same; none before a build has finished."""
    import duckdb

    loaded = read_ledger(home).filter(pl.col("status") == "loaded")
    if not (home.warehouse.exists() and home.marts.exists()):
        return set()
    try:
        with open_warehouse(home) as connection:
            held = connection.sql(HELD).pl()
            as_of = connection.sql(f"select as_of from intermediate.{AS_OF}").fetchall()
    except duckdb.Error:
        return set()  # no build got so far, or dbt will say what is wrong
    unfinished = held.filter(~pl.col("is_everywhere"))
    if held.height == unfinished.height:
        return set()
    versions = held.select(VERSION)
    differing = [
        versions.join(loaded, on=VERSION, how="anti"),
        loaded.select(VERSION).join(versions, on=VERSION, how="anti"),
        unfinished,
    ]
    changed = {source for rows in differing for source in rows["source"]}
    is_later = bool(changed) and (not unfinished.is_empty() or as_of != [(loaded["landed_on"].max(),)])
    names = {source.name for source in SOURCES}

    @cache
    def is_changed(uid: str) -> bool:
        node = nodes.get(uid)
        if node is None or node.resource_type == "seed":
            return False
        folder, parents = node.fqn[-2], node.depends_on_nodes
        if folder == LAKE and node.resource_type == "model":
            return is_later and node.name == AS_OF
        reads_ledger = any(parent.startswith("source.") and f".{LAKE}." in parent for parent in parents)
        return (folder in names and folder in changed) or reads_ledger or any(map(is_changed, parents))

    def is_made_anew(node: Any) -> bool:
        """What tells of the ledger, and views: they are no more than a text, in which the home's path stands."""
        return bool(node.fqn[-2] == LAKE or node.config.materialized == "view")

    same = {uid for uid, node in nodes.items() if not is_made_anew(node) and not is_changed(uid)}
    # A table in memory is gone after its build, so that whatever reads it needs it built again.
    reading = [uid for uid, node in nodes.items() if uid not in same and node.resource_type == "model"]
    while reading:
        gone = {uid for uid in nodes[reading.pop()].depends_on_nodes if uid in same and nodes[uid].database == MEMORY}
        same -= gone
        reading += gone
    return same
