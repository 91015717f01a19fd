"""The deliveries that a failure may come from are named: those that brought what the failing rows are about, of what is new."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingest.files import write_atomically
from ingest.home import Home
from ingest.lake import find_damaged, partition
from ingest.ledger import LEDGER, read_ledger, write_ledger
from ingest.planning import count_unread
from ingest.sources import SOURCES
from orchestration.dbt import NodeResult
from orchestration.dbt_assets import advise
from orchestration.news import PUBLICATIONS
from orchestration.suspects import advice, parts

LANDED_ON = date(2022, 10, 4)


def delivered(
    home: Home, name: str, sessions: Sequence[str] = (), read_on: int = 6, events_on: int | None = None
) -> None:
    """Add a delivery that was read in to ledger and lake."""
    source, _, delivery = name.partition("/")
    event = None if events_on is None else datetime(2022, 10, events_on, 12, tzinfo=UTC)
    row = dict.fromkeys(LEDGER.names()) | {
        "source": source,
        "landed_on": LANDED_ON,
        "delivery": delivery,
        "campaign_id": "endthestigma",
        "version": 1,
        "outcome": "accepted",
        "ingested_at": datetime(2022, 10, read_on, tzinfo=UTC),
        "first_event_at": event,
        "last_event_at": event,
    }
    write_ledger(home, pl.concat([read_ledger(home), pl.DataFrame([row], schema=LEDGER)]))
    if sessions:
        write_atomically(
            pl.DataFrame({"session_id": sessions}), partition(home.lake / "live_sessions", LANDED_ON, delivery)
        )


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    published = dict.fromkeys(PUBLICATIONS.names()) | {"published_at": datetime(2022, 10, 5, tzinfo=UTC)}
    write_atomically(pl.DataFrame([published], schema=PUBLICATIONS), home.publications)
    delivered(home, "live/old", sessions=["a"], read_on=4)
    delivered(home, "live/one", sessions=["b"])
    delivered(home, "live/two", sessions=["b", "c"])
    delivered(home, "hashtag/eighth", events_on=8)
    delivered(home, "hashtag/twelfth", events_on=12)
    return home


@pytest.mark.parametrize(
    ("folders", "values", "named"),
    [
        ({"live"}, {"endthestigma/c/2022-10-08"}, ["live/2022-10-04/two"]),
        ({"live"}, {"b"}, ["live/2022-10-04/one", "live/2022-10-04/two"]),
        ({"live"}, {"a"}, ["live/2022-10-04/one", "live/2022-10-04/two"]),
        ({"live"}, set(), ["live/2022-10-04/one", "live/2022-10-04/two"]),
        ({"hashtag"}, {"endthestigma/2022-10-08"}, ["hashtag/2022-10-04/eighth"]),
        ({"campaign"}, {"2022-10-12"}, ["hashtag/2022-10-04/twelfth"]),
        ({"survey"}, {"c"}, ["live/2022-10-04/two"]),
    ],
)
def test_who_is_named(home: Home, folders: set[str], values: set[str], named: list[str]) -> None:
    said = advice(home, folders, parts(values))
    assert said.startswith(f"Look first at what was read last: {', '.join(named)}. Correct")
    assert "withdrawn: true" in said


def test_where_nothing_is_new_it_is_something_older(home: Home) -> None:
    write_ledger(home, read_ledger(home).filter(pl.col("delivery") == "old"))
    assert "read last: live/2022-10-04/old." in advice(home, {"live"}, {"a"})
    write_ledger(home, LEDGER.to_frame())
    assert advice(home, {"live"}, {"a"}) == ""


def test_many_are_counted(home: Home) -> None:
    for number in range(9):
        delivered(home, f"survey/{number}")
    assert "survey/2022-10-04/4 and 4 more. Correct" in advice(home, {"survey"}, set())


def test_a_failed_test_is_traced_by_its_failing_rows(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.warehouse.parent.mkdir()
    duckdb.connect(str(home.warehouse)).close()
    with duckdb.connect(str(home.marts)) as marts:
        marts.execute("create table main.a as select 'one row per session' as rule, 'endthestigma/b' as row_key")
    query = 'select * from "marts"."main"."a"'
    delivered(home, "live/one", sessions=["a"])
    delivered(home, "live/two", sessions=["b", "c"])
    manifest = {
        "nodes": {"model.p.a": {"fqn": ["p", "marts", "live", "a"]}, "test.p.t": {"attached_node": "model.p.a"}}
    }
    said = advise(home, manifest, [NodeResult("test.p.t", "test", "t", "fail", 0, 1, "", query)], SOURCES)
    assert "read last: live/2022-10-04/two. Correct" in said
    said = advise(home, manifest, [NodeResult("model.p.a", "model", "a", "error", 0, None, "")], SOURCES)
    assert "live/2022-10-04/one, live/2022-10-04/two. Correct" in said
    wrong_sql = NodeResult(
        "model.p.a", "model", "a", "error", 0, None, "Catalog Error: Table with name b does not exist!"
    )
    assert advise(home, manifest, [wrong_sql], SOURCES).startswith(
        "No delivery is to blame: the SQL of this warehouse is"
    )


@pytest.mark.parametrize(
    ("found", "remedy"),
    [
        ("Out of Memory Error: could not allocate block of size 256.0 KiB", "allow it more with CAMPAIGN_MEMORY_LIMIT"),
        ('IO Error: Cannot open file "a.parquet": Too many open files', "than the system lets a process have"),
        ('IO Error: Could not write file "a": No space left on device', "free some space"),
    ],
)
def test_no_delivery_is_to_blame_for_what_the_machine_lacks(home: Home, found: str, remedy: str) -> None:
    said = advise(home, {"nodes": {}}, [NodeResult("model.p.a", "model", "a", "error", 0, None, found)], SOURCES)
    assert said.startswith("No delivery is to blame: ")
    assert remedy in said


def test_no_delivery_is_to_blame_before_this_version_has_read_them(home: Home) -> None:
    failed = [NodeResult("model.p.a", "model", "a", "error", 0, None, "")]
    older = (pl.col("delivery") == "one", pl.lit("zoom_csv"), pl.lit(0, LEDGER["reader_version"]))
    ledger = read_ledger(home).with_columns(
        pl.when(older[0]).then(value).otherwise(name).alias(name)
        for name, value in zip(("format", "reader_version"), older[1:], strict=True)
    )
    write_ledger(home, ledger)
    assert count_unread(home, SOURCES) == 0  # its folder is gone: nothing can read it again
    (home.landing / "live" / "2022-10-04" / "one").mkdir(parents=True)
    said = advise(home, {"nodes": {}}, failed, SOURCES)
    assert said.startswith("1 delivery was read by another version of this warehouse: run the whole job daily first")


def test_rows_that_were_damaged_in_the_lake_are_removed_to_be_read_again(home: Home) -> None:
    files = {name: partition(home.lake / "live_sessions", LANDED_ON, name) for name in ("one", "two")}
    ledger = read_ledger(home)
    kept = [
        [{"table": "live_sessions", "rows": 1, "bytes": files[name].stat().st_size}] if name in files else None
        for name in ledger["delivery"]
    ]
    write_ledger(home, ledger.with_columns(pl.Series("lake_files", kept, LEDGER["lake_files"])))
    files["one"].write_bytes(b"x" * files["one"].stat().st_size)
    assert find_damaged(home, read_ledger(home)) == []
    failed = [NodeResult("model.p.a", "model", "a", "error", 0, None, "No magic bytes found at end of file")]
    said = advise(home, {"nodes": {}}, failed, SOURCES)
    assert said.startswith(
        "Rows in the lake of 1 delivery, such as live/2022-10-04/one, were damaged and are removed: run again"
    )
    assert find_damaged(home, read_ledger(home)) == [("live", LANDED_ON, "one")]
    assert (files["one"].exists(), files["two"].exists()) == (False, True)
