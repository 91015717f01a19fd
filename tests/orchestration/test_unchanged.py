"""What a build leaves as it is: nothing that a change of deliveries, or of the last day that landed, could reach."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import polars as pl
import pytest

from ingest.home import Home
from ingest.ledger import LEDGER, write_ledger
from orchestration.unchanged import unchanged

Version = tuple[str, int, str, str]
"""Source, day of October, delivery, hash."""

READ: list[Version] = [("hashtag", 1, "panel", "a"), ("live", 2, "session", "b"), ("survey", 2, "wave", "c")]


def node(uid: str, *parents: str, materialized: str = "table", database: str = "warehouse") -> tuple[str, Any]:
    """A node as dbt knows it; the folder is the source in its name."""
    kind, folder, name = uid.split(".")
    config = SimpleNamespace(materialized=materialized)
    fqn = ["campaign_warehouse", folder, name]
    return uid, SimpleNamespace(
        resource_type=kind, name=name, fqn=fqn, depends_on_nodes=list(parents), config=config, database=database
    )


NODES = dict(
    [
        node("seed.seeds.markets"),
        node("model.lake.stg_lake__versions"),
        node("model.lake.int_lake__as_of", "model.lake.stg_lake__versions"),
        node("model.hashtag.stg_hashtag__readings", materialized="view"),
        node("model.hashtag.int_hashtag__days", "model.hashtag.stg_hashtag__readings", "model.lake.stg_lake__versions"),
        node("model.live.int_live__stays", "model.lake.stg_lake__versions"),
        node("model.live.fct_live_session", "model.live.int_live__stays", "model.lake.int_lake__as_of"),
        node("model.survey.int_survey__answers", "model.lake.stg_lake__versions"),
        node("model.survey.fct_survey_reach", "model.survey.int_survey__answers", "model.hashtag.int_hashtag__days"),
        node("model.survey.int_survey__screens", "model.lake.stg_lake__versions", database="memory"),
        node("model.survey.int_survey__people", "model.survey.int_survey__screens", database="memory"),
        node("model.survey.fct_survey_response", "model.survey.int_survey__people", "model.lake.int_lake__as_of"),
        node("model.campaign.scorecard", "source.campaign_warehouse.lake.deliveries"),
        node("test.live.stays_hold", "model.live.int_live__stays"),
        node("test.survey.people_hold", "model.survey.int_survey__people"),
        node("test.live.sessions_hold", "model.live.fct_live_session", "model.live.int_live__stays"),
    ]
)  # fmt: skip
ALWAYS = {"stg_lake__versions", "int_lake__as_of", "stg_hashtag__readings", "scorecard"}
LATER = {"fct_live_session", "sessions_hold", "fct_survey_response", "int_survey__people", "int_survey__screens"}
"""What a later last day reaches, with the tables in memory that it reads."""

Built = Callable[..., Home]


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """A home whose warehouse was built from READ, some versions of which the last build did not get everywhere."""

    def build(now: list[Version], unfinished: tuple[str, ...] = ()) -> Home:
        home = Home(tmp_path)
        home.warehouse.parent.mkdir(parents=True, exist_ok=True)
        duckdb.connect(str(home.marts)).close()
        with duckdb.connect(str(home.warehouse)) as warehouse:
            warehouse.execute(
                "create schema intermediate; create table intermediate.int_lake__as_of as select date '2022-10-02' as as_of; "
                "create table intermediate.held (source varchar, landed_on date, delivery varchar, state_hash varchar, is_everywhere boolean)"
            )
            for source, day, delivery, rows_hash in READ:
                warehouse.execute(
                    "insert into intermediate.held values (?, ?, ?, ?, ?)",
                    [source, date(2022, 10, day), delivery, f"{rows_hash}|seeds", source not in unfinished],
                )
        ledger = [
            dict.fromkeys(LEDGER.names())
            | {"source": source, "landed_on": date(2022, 10, day), "delivery": delivery, "version": 1}
            | {"rows_hash": rows_hash, "outcome": "accepted"}
            for source, day, delivery, rows_hash in now
        ]
        write_ledger(home, pl.DataFrame(ledger, schema=LEDGER))
        return home

    return build


def rebuilt(home: Home) -> set[str]:
    return {NODES[uid].name for uid in NODES.keys() - unchanged(home, NODES)} - ALWAYS


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (READ, set()),
        ([("hashtag", 1, "panel", "other"), *READ[1:]], {"int_hashtag__days", "fct_survey_reach"}),
        (READ[1:], {"int_hashtag__days", "fct_survey_reach"}),
        ([*READ, ("live", 1, "late", "d")], {"int_live__stays", "fct_live_session", "stays_hold", "sessions_hold"}),
        # The last day that landed is a later one: sessions are told anew whether they are provisional.
        ([*READ, ("hashtag", 3, "panel", "d")], {"int_hashtag__days", "fct_survey_reach", *LATER}),
    ],
)
def test_what_a_change_reaches_is_rebuilt(built: Built, now: list[Version], expected: set[str]) -> None:
    assert rebuilt(built(now)) == expected


def test_what_a_build_that_was_cut_off_did_not_get_everywhere_is_rebuilt(built: Built) -> None:
    """Nor is it known then whether the last day has reached every model."""
    assert rebuilt(built(READ, unfinished=("hashtag",))) == {"int_hashtag__days", "fct_survey_reach", *LATER}


def test_everything_is_built_until_a_build_has_finished(built: Built, tmp_path: Path) -> None:
    assert unchanged(Home(tmp_path / "new"), NODES) == set()
    assert unchanged(built(READ, unfinished=("hashtag", "live", "survey")), NODES) == set()
