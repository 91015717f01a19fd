"""What live sessions cost: a file of stays from landing to marts, and the marts alone from stays that the lake holds already.

    python tests/benchmarks/bench_live.py [file|lake events ...]

A stay is two events, a join and a leave. Peers do the same from the same files in the same run: DuckDB and polars from the file; pandas
and, where it is installed, ClickHouse (chdb) from the lake. Each part runs in a process of its own, whose CPU seconds and memory
count; a second size shows the growth. What a build takes for a single stay, which dbt and not the stays cost, is measured first and
taken off ours in `net`, which `times` and `a million` are of. Nothing here fails: it is a measurement.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from ingest.home import Home
from ingest.ingestion import ingest
from ingest.landing import write_delivery
from ingest.sources.live import LIVE
from tests.dbt.lab import Lab

CAMPAIGNS = "campaign_id,name,starts_on,ends_on,reporting_timezone\nc,Campaign,2022-10-04,,Asia/Dubai\n"
MODELS = ["+fct_live_session", "+fct_live_minute"]
STARTS = 1_664_985_600
DAY = date(2022, 10, 7)
COLUMNS = {"session_id": "session", "person": "person", "joined_at": "joined", "left_at": "left"}
NOTE = {"source": "live", "format": "intervals_csv", "campaign": "c", "options": {"columns": COLUMNS}}
OF_A_SESSION, OF_A_DELIVERY = 10_000, 1_000_000
EVENTS = {"file": [1_000_000, 5_000_000], "lake": [1_000_000, 18_000_000]}

Figures = list[tuple[str, int, float, int]]
"""Of each session: its id, how many people, minutes, the peak."""


def write(root: Path, stays: int) -> None:
    """Stays in sessions of ten thousand, two people of five with several; one stay in twenty is open."""
    chance = np.random.default_rng(3)
    for part in range(-(-stays // OF_A_DELIVERY)):
        number = min(OF_A_DELIVERY, stays - part * OF_A_DELIVERY)
        session = part * (OF_A_DELIVERY // OF_A_SESSION) + chance.integers(0, max(1, number // OF_A_SESSION), number)
        joined = STARTS + session * 5_400 + chance.integers(0, 3_000, number)
        left = joined + chance.integers(10, 1_800, number)
        iso = "%Y-%m-%dT%H:%M:%SZ"
        made = pl.DataFrame(
            {
                "session": session.astype(str),
                "person": pl.Series(session * 3_000 + chance.integers(0, 2 * OF_A_SESSION, number)).cast(pl.String()),
                "joined": pl.from_epoch(pl.Series(joined), time_unit="s").dt.to_string(iso),
                "left": pl.from_epoch(pl.Series(left), time_unit="s").dt.to_string(iso),
                "is_open": chance.random(number) < 0.05,
            }
        )
        # Of two stays that begin alike the warehouse takes the leave that is known.
        once = made.unique(["session", "person", "joined"], keep="first", maintain_order=True)
        closed = pl.when(~pl.col("is_open")).then("left").alias("left")
        once.select("session", "person", "joined", closed).write_csv(root / f"{part}.csv")


def prepare(root: Path) -> Lab:
    """A warehouse that stands already, without sessions."""
    lab = Lab(root / "home", {"campaigns": CAMPAIGNS})
    assert lab.dbt("seed"), lab.messages
    lab.run(MODELS)
    return lab


def read(root: Path) -> Figures:
    """Take in the files as the warehouse does, as one delivery or, for the lake, each as one of its own."""
    home = Home(root / "home")
    files = {file.name: file.read_bytes() for file in sorted(root.glob("*.csv"))}
    deliveries = {name: {name: data} for name, data in files.items()} if root.name == "lake" else {"stays": files}
    for name, data in deliveries.items():
        write_delivery(home, "live", DAY, name.removesuffix(".csv"), data, NOTE)
    del files, deliveries
    done = ingest(home, LIVE, lambda *_: {}, "benchmark", frozenset({"c"}))
    assert all(outcome.outcome == "accepted" for outcome in done), done
    return []


def build(root: Path) -> Figures:
    """Have dbt build the marts from the lake."""
    lab = Lab.opened(root / "home")
    lab.run(MODELS)
    return lab.frame(
        "select session_id, unique_attendees, attended_minutes, peak_concurrent from fct_live_session"
    ).rows()


def warehouse(root: Path) -> Figures:
    """From the file to the marts."""
    read(root)
    return build(root)


MERGED = """
create table merged as select session, person, e, least(e, greatest(s, coalesce(max(e) over (
    partition by session, person order by s rows between unbounded preceding and 1 preceding), s))) as a from (
    select session, person, s, coalesce(e, max(greatest(s, coalesce(e, s))) over (partition by session)) as e from stays);
create table steps as select session, t, d, sum(d) over (order by session, t rows unbounded preceding) as x from (
    select session, t, sum(d) as d from (select session, a as t, 1 as d from merged where a < e
        union all select session, e, -1 from merged where a < e) group by session, t);
create table sessions as select session, people, minutes, peak from
    (select session, count(distinct person) as people, sum(e - a) / 60 as minutes from merged where a < e group by session)
    inner join (select session, max(x) as peak from steps group by session) using (session);
create table minutes as select session, minute, entered / 60 + before as concurrent, greatest(peak, before) as peak from (
    select *, sum(d) over earlier as before from (
        select session, t // 60 as minute, sum(d * (60 - t % 60)) as entered, max(x) as peak, sum(d) as d from steps group by all)
    window earlier as (partition by session order by minute rows between unbounded preceding and 1 preceding));
"""
FROM_CSV = """
create table stays as select session, person, epoch(joined)::bigint as s, epoch("left")::bigint as e from read_csv('{root}/*.csv',
    header = true, types = {{'session': 'varchar', 'joined': 'timestamptz', 'left': 'timestamptz'}});
"""


def in_duckdb(root: Path) -> Figures:
    """By the shortest SQL that gives the same."""
    with duckdb.connect(str(root / "peer.duckdb"), config={"memory_limit": "1GB"}) as connection:
        connection.execute("set timezone = 'UTC'; set preserve_insertion_order = false")
        connection.execute(FROM_CSV.format(root=root) + MERGED)
        return connection.execute("select session, people, minutes, peak from sessions").fetchall()


def in_polars(root: Path) -> Figures:
    """By sorted windows over a lazy frame."""
    at = [pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%SZ").dt.epoch("s") for name in ("joined", "left")]
    stays = pl.scan_csv(root / "*.csv", infer_schema=False).select(
        "session", "person", at[0].alias("s"), at[1].alias("e")
    )
    end = pl.max_horizontal("s", "e").max().over("session")
    merged = (
        stays.with_columns(pl.col("e").fill_null(end))
        .sort("session", "person", "s")
        .with_columns(pl.col("e").cum_max().shift().over("session", "person").alias("reached"))
        .with_columns(pl.min_horizontal("e", pl.max_horizontal("s", "reached")).alias("a"))
        .filter(pl.col("a") < pl.col("e"))
        .collect()
    )
    steps = (
        pl.concat([merged.select("session", t=name, d=pl.lit(way)) for name, way in (("a", 1), ("e", -1))])
        .group_by("session", "t")
        .agg(pl.col("d").sum())
        .sort("session", "t")
        .with_columns(pl.col("d").cum_sum().over("session").alias("x"))
    )
    steps.group_by("session", pl.col("t") // 60).agg(pl.col("x").max(), (pl.col("d") * (60 - pl.col("t") % 60)).sum())
    found = merged.group_by("session").agg(pl.col("person").n_unique(), (pl.col("e") - pl.col("a")).sum() / 60)
    return found.join(steps.group_by("session").agg(pl.col("x").max()), on="session").rows()


def in_pandas(root: Path) -> Figures:
    """By sorted frames, as an analyst would."""
    import pandas as pd

    files = sorted((root / "home" / "lake" / "live_stays").glob("landed_on=2*/*.parquet"))
    columns = ["session_id", "person_key", "joined_at", "left_at"]
    stays = pd.concat([pd.read_parquet(file, columns=columns) for file in files])
    stays["session_id"], stays["person_key"] = (pd.factorize(stays[name])[0] for name in columns[:2])
    known = stays["left_at"].fillna(stays["joined_at"])
    stays["left_at"] = stays["left_at"].fillna(known.groupby(stays["session_id"]).transform("max"))
    stays = stays.sort_values(columns[:3])
    reached = stays.groupby(columns[:2])["left_at"].cummax().groupby([stays[name] for name in columns[:2]]).shift()
    stays["a"] = stays["joined_at"].where(~(reached > stays["joined_at"]), reached)
    merged = stays[stays["a"] < stays["left_at"]]
    ways = [merged[["session_id", name]].set_axis(["session_id", "t"], axis=1) for name in ("a", "left_at")]
    steps = pd.concat([way.assign(d=sign) for way, sign in zip(ways, (1, -1), strict=True)])
    steps = steps.groupby(["session_id", "t"])["d"].sum().sort_index().reset_index()
    steps["x"] = steps.groupby("session_id")["d"].cumsum()
    steps.groupby(["session_id", steps["t"].dt.floor("min")])["x"].max()
    length = (merged["left_at"] - merged["a"]).dt.total_seconds().groupby(merged["session_id"]).sum() / 60
    people = merged.groupby("session_id")["person_key"].nunique()
    peaks = steps.groupby("session_id")["x"].max()
    return [(str(one), int(people[one]), float(length[one]), int(peaks[one])) for one in people.index]


CLICKHOUSE = """
create table stays engine = Memory as select session_id as session, person_key as person, toUnixTimestamp(joined_at) as s,
    toUnixTimestamp(left_at) as e from file('{lake}/live_stays/landed_on=2*/*.parquet', Parquet);
create table ends engine = Memory as select session, max(greatest(s, ifNull(e, s))) as last from stays group by session;
create table merged engine = Memory as select session, person, s, e, toInt64(least(e, greatest(s, ifNull(max(e) over (
    partition by session, person order by s rows between unbounded preceding and 1 preceding), 0)))) as a from (
    select session, person, s, toInt64(ifNull(e, last)) as e from stays inner join ends using (session));
create table steps engine = Memory as select session, t, d, sum(d) over (partition by session order by t) as x from (
    select session, t, sum(d) as d from (select session, a as t, 1 as d from merged where a < e
        union all select session, e as t, -1 as d from merged where a < e) group by session, t);
create table minutes engine = Memory as select session, intDiv(t, 60) as minute, max(x) as peak, sum(d * (60 - t % 60)) as entered
    from steps group by session, minute;
"""
ASKED = """
select session, people, minutes, peak from (select session, uniqExact(person) as people, sum(e - a) / 60 as minutes from merged
    where a < e group by session) as m inner join (select session, max(x) as peak from steps group by session) as p using (session)
"""


def in_clickhouse(root: Path) -> Figures:
    """By ClickHouse's own windows, in memory."""
    with import_module("chdb.session").Session() as session:
        session.query("create database if not exists live; use live")
        for statement in CLICKHOUSE.format(lake=root / "home" / "lake").split(";"):
            if statement.strip():
                session.query(statement)
        rows = str(session.query(ASKED, "JSONCompactEachRow")).splitlines()
    return [(name, int(people), float(minutes), int(peak)) for name, people, minutes, peak in map(json.loads, rows)]


PARTS: dict[str, Callable[[Path], Figures]] = {
    "read": read,
    "warehouse": warehouse,
    "marts": build,
    "duckdb": in_duckdb,
    "polars": in_polars,
    "pandas": in_pandas,
    "chdb": in_clickhouse,
}
BESIDE = {"file": ["warehouse", "duckdb", "polars"], "lake": ["marts", "pandas", "chdb"]}


def measured(part: str, root: Path) -> tuple[float, float, float, Figures]:
    """CPU and wall seconds and gigabytes of a part in a process of its own, and what it found."""
    command = [sys.executable, __file__, "part", part, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{part}: {done.stderr[-2000:]}")
    seen = json.loads(done.stdout.splitlines()[-1])
    return seen["cpu"], seen["wall"], seen["memory"], [tuple(row) for row in seen["rows"]]


def compare(what: str, sizes: list[int]) -> None:
    """Print a line for each size and part."""
    print(f"{'':6}{'events':>12} {'part':10}{'CPU s':>8}{'net':>8}{'wall s':>8}{'GB':>6}{'times':>7}{'a million':>11}")  # noqa: T201
    fixed = 0.0
    for events in [2, *sizes]:
        with tempfile.TemporaryDirectory() as place:
            root = Path(place) / what
            root.mkdir()
            write(root, events // 2)
            prepare(root)
            if what == "lake":
                measured("read", root)
            ours, same = 0.0, list[tuple[int, float, int]]()
            for part in BESIDE[what]:
                if part == "chdb" and find_spec("chdb") is None:
                    print(f"{what:6}{events:12,} chdb is not installed: pip install chdb")  # noqa: T201
                    continue
                cpu, wall, memory, found = measured(part, root)
                figures = sorted((people, round(minutes, 3), peak) for _, people, minutes, peak in found)
                if events == 2:
                    fixed = cpu
                    print(f"{what:6}{events:12,} {part:10}{cpu:8.1f}", flush=True)  # noqa: T201
                    break
                net = cpu - fixed if part in ("warehouse", "marts") else cpu
                ours, same = (ours or net), (same or figures)
                assert figures == same, f"{part} found other figures"
                line = f"{what:6}{events:12,} {part:10}{cpu:8.1f}{net:8.1f}{wall:8.1f}{memory:6.2f}{ours / net:7.2f}"
                print(f"{line}{net / events * 1e6:11.2f}", flush=True)  # noqa: T201


def run_part(part: str, root: Path) -> None:
    """Run a part and print what it took."""
    os.environ["CAMPAIGN_PSEUDONYM_KEY"] = "a key of the benchmark, 32 characters"
    if part in ("warehouse", "marts"):
        # What stands already: the frameworks are imported and the seeds loaded.
        assert Lab.opened(root / "home").dbt("seed")
    cpu, wall = time.process_time(), time.perf_counter()
    rows = PARTS[part](root)
    spent = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({**spent, "memory": memory, "rows": rows}))  # noqa: T201


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["part", part, place]:
            run_part(part, Path(place))
        case [("file" | "lake") as what, *sizes]:
            compare(what, [int(size) for size in sizes] or EVENTS[what])
        case _:
            for both, usual in EVENTS.items():
                compare(both, usual)
