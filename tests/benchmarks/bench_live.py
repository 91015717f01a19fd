"""What a file of stays costs from landing to sessions and minutes, beside DuckDB doing the same from the same file.

    python tests/benchmarks/bench_live.py [stays ...]

Each part runs in a process of its own; CPU seconds and memory are the process's. Nothing here fails: it is a measurement.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from ingest.delivery import load_delivery
from ingest.landing import write_delivery
from ingest.note import read_note
from ingest.pseudonym import Pseudonymiser
from ingest.sources.live import LIVE
from tests.dbt.lab import Lab

CAMPAIGNS = "campaign_id,name,starts_on,ends_on,reporting_timezone\nc,Campaign,2022-10-04,,Asia/Dubai\n"
MODELS = ["+fct_live_session", "+fct_live_minute"]
Rows = list[tuple[object, ...]]
STARTS = 1_664_985_600
DAY = date(2022, 10, 7)
COLUMNS = {"session_id": "session", "person": "person", "joined_at": "joined", "left_at": "left"}
PEER = """
create table stays as select session, person, epoch(joined) as s, epoch(coalesce("left", ends)) as e
from read_csv('{file}', header = true, types = {{'session': 'varchar', 'joined': 'timestamptz', 'left': 'timestamptz'}})
inner join (select session, max(greatest(joined, "left")) as ends from
    read_csv('{file}', header = true, types = {{'session': 'varchar', 'joined': 'timestamptz', 'left': 'timestamptz'}})
    group by session) using (session);
create table merged as select session, person, e, least(e, greatest(s, coalesce(max(e) over (
    partition by session, person order by s rows between unbounded preceding and 1 preceding), s))) as a from stays;
create table steps as select session, t, d, sum(d) over (order by session, t, d rows unbounded preceding) as x
from (select session, a as t, 1 as d from merged where a < e union all select session, e, -1 from merged where a < e);
create table sessions as select session, people, minutes, peak from
    (select session, count(distinct person) as people, sum(e - a) / 60 as minutes from merged where a < e group by session)
    inner join (select session, max(x) as peak from steps group by session) using (session);
create table minutes as select session, t // 60 as minute, sum(d * (60 - t % 60)) / 60 + coalesce(
    sum(sum(d)) over (partition by session order by t // 60 rows between unbounded preceding and 1 preceding), 0) as concurrent
from steps group by session, t // 60;
"""


def write(file: Path, number: int) -> None:
    """Stays of people in sessions of ten thousand stays, one in twenty of them open."""
    chance = np.random.default_rng(3)
    session = chance.integers(0, max(1, number // 10_000), number)
    joined = STARTS + session * 5_400 + chance.integers(0, 3_000, number)
    left = joined + chance.integers(10, 1_800, number)
    iso = "%Y-%m-%dT%H:%M:%SZ"
    pl.DataFrame(
        {
            "session": session.astype(str),
            "person": pl.Series(chance.integers(0, number // 3, number)).cast(pl.String()),
            "joined": pl.from_epoch(pl.Series(joined), time_unit="s").dt.to_string(iso),
            "left": pl.from_epoch(pl.Series(left), time_unit="s").dt.to_string(iso),
            "is_open": chance.random(number) < 0.05,
        }
    ).select("session", "person", "joined", pl.when(~pl.col("is_open")).then("left").alias("left")).write_csv(file)


def ours(file: Path, root: Path) -> tuple[dict[str, float], Rows]:
    """Read as ingestion does, then built by dbt from the lake, into a warehouse that stands already."""
    lab = Lab(root / "home", {"campaigns": CAMPAIGNS})
    assert lab.dbt("seed"), lab.messages
    lab.run(MODELS)
    note = {"source": "live", "format": "intervals_csv", "campaign": "c", "options": {"columns": COLUMNS}}
    folder = write_delivery(lab.home, "live", DAY, "stays", {"stays.csv": file.read_bytes()}, note)
    pseudonyms = Pseudonymiser(b"a key of the benchmark, 32 characters")
    delivery = load_delivery(LIVE, DAY, folder, read_note(folder), pseudonyms, frozenset({"c"}))
    started = time.process_time()
    tables = dict(delivery.format.read(delivery).tables)
    read = time.process_time() - started
    lab.deliver("live", DAY, "stays", "c", tables)
    started = time.process_time()
    lab.run(MODELS)
    figures = "session_id, unique_attendees, round(attended_minutes, 4), peak_concurrent"
    spent = {"read": read, "models": time.process_time() - started}
    return spent, lab.rows(f"select {figures} from fct_live_session order by session_id")


def peer(file: Path, root: Path) -> tuple[dict[str, float], Rows]:
    """DuckDB, by the shortest SQL that gives the same."""
    started = time.process_time()
    with duckdb.connect(str(root / "peer.duckdb"), config={"memory_limit": "1GB"}) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(PEER.format(file=file))
        rows = connection.execute(
            "select session, people, round(minutes, 4), peak from sessions order by session"
        ).fetchall()
    return {"all": time.process_time() - started}, rows


PARTS: dict[str, Callable[[Path, Path], tuple[dict[str, float], Rows]]] = {"warehouse": ours, "duckdb": peer}


def measured(part: str, file: Path, root: Path) -> tuple[float, Rows]:
    """Run a part in a process of its own and print what it took; CPU seconds and what it found."""
    command = [sys.executable, __file__, part, str(file), str(root)]
    done = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    words = ", ".join(f"{name} {seconds:.1f}" for name, seconds in done["spent"].items())
    print(f"{part:12}{sum(done['spent'].values()):8.1f} CPU s {done['memory']:6.2f} GB  {words}")  # noqa: T201
    return sum(done["spent"].values()), done["rows"]


def main(sizes: list[int]) -> None:
    """Measure and print."""
    for number in sizes:
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / "stays.csv"
            write(file, number)
            print(f"{number:,} stays")  # noqa: T201
            (cpu, rows), (least, same) = (measured(part, file, Path(place)) for part in PARTS)
            assert rows == same
            print(f"{cpu / least:.1f} times DuckDB")  # noqa: T201


if __name__ == "__main__":
    if len(sys.argv) > 3:
        _, part, file, place = sys.argv
        spent, rows = PARTS[part](Path(file), Path(place))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(json.dumps({"spent": spent, "rows": rows, "memory": memory}))  # noqa: T201
    else:
        main([int(one) for one in sys.argv[1:]] or [1_000_000])
