"""What live sessions cost: a file of stays from landing to marts, and the marts alone from stays that the lake holds already.

    python tests/benchmarks/bench_live.py [file|lake events ...]

A stay is two events, a join and a leave. Peers make the same sessions and minutes from the same files in the same run, which is checked
row by row: DuckDB and polars from the file; pandas and, where it is installed, ClickHouse (chdb) from the lake. Each part runs in a
process of its own, whose CPU seconds and memory count; a second size shows the growth. What a build takes for a single stay, which
dbt and not the stays cost, is measured first and taken off ours in `net`, which `times` and `a million` are of.

Ours does more: it proves and pseudonymises what it takes in from a file; it leaves out staff, numbers the devices of guests, keeps of
several deliveries the last and holds sessions to their stated bounds and instances, of which these stays have none; it tells apart who
is known by a name; and it keeps people's attendance on disk for the next build. Nothing here fails: it is a measurement.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ingest.home import Home
from ingest.ingestion import ingest
from ingest.landing import write_delivery
from ingest.sources.live import LIVE
from tests.benchmarks.live_peers import MARTS, Figures, in_clickhouse, in_duckdb, in_pandas, in_polars
from tests.dbt.lab import Lab

CAMPAIGNS = "campaign_id,name,starts_on,ends_on,reporting_timezone\nc,Campaign,2022-10-04,,Asia/Dubai\n"
MODELS = ["+fct_live_session", "+fct_live_minute"]
STARTS = 1_664_985_600
DAY = date(2022, 10, 7)
COLUMNS = {"session_id": "session", "person": "person", "joined_at": "joined", "left_at": "left"}
NOTE = {"source": "live", "format": "intervals_csv", "campaign": "c", "options": {"columns": COLUMNS}}
OF_A_SESSION, OF_A_DELIVERY = 10_000, 1_000_000
EVENTS = {"file": [1_000_000, 5_000_000], "lake": [1_000_000, 18_000_000]}


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
    return {}


def build(root: Path) -> Figures:
    """Have dbt build the marts from the lake."""
    lab = Lab.opened(root / "home")
    lab.run(MODELS)
    return {name: lab.rows(query) for name, query in MARTS.items()}


def warehouse(root: Path) -> Figures:
    """From the file to the marts."""
    read(root)
    return build(root)


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
    return seen["cpu"], seen["wall"], seen["memory"], seen["rows"]


def rounded(row: Sequence[Any]) -> tuple[Any, ...]:
    """A row with its numbers as one type."""
    return tuple(cell if cell is None or isinstance(cell, str) else round(float(cell), 3) for cell in row)


def compare(what: str, sizes: list[int]) -> None:
    """Print a line for each size and part."""
    print(f"{'':6}{'events':>12} {'part':10}{'CPU s':>8}{'net':>8}{'wall s':>8}{'GB':>6}{'times':>7}{'a million':>11}")
    fixed = 0.0
    for events in [2, *sizes]:
        with tempfile.TemporaryDirectory() as place:
            root = Path(place) / what
            root.mkdir()
            write(root, events // 2)
            prepare(root)
            if what == "lake":
                measured("read", root)
            ours, same = 0.0, Figures()
            for part in BESIDE[what]:
                if part == "chdb" and find_spec("chdb") is None:
                    print(f"{what:6}{events:12,} chdb is not installed: pip install chdb")
                    continue
                cpu, wall, memory, found = measured(part, root)
                figures = {name: sorted(map(rounded, rows)) for name, rows in found.items()}
                if events == 2:
                    fixed = cpu
                    print(f"{what:6}{events:12,} {part:10}{cpu:8.1f}", flush=True)
                    break
                net = cpu - fixed if part in ("warehouse", "marts") else cpu
                ours, same = (ours or net), (same or figures)
                assert figures == same, f"{part} found other figures"
                line = f"{what:6}{events:12,} {part:10}{cpu:8.1f}{net:8.1f}{wall:8.1f}{memory:6.2f}{ours / net:7.2f}"
                print(f"{line}{net / events * 1e6:11.2f}", flush=True)


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
    print(json.dumps({**spent, "memory": memory, "rows": rows}))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["part", part, place]:
            run_part(part, Path(place))
        case [("file" | "lake") as what, *sizes]:
            compare(what, [int(size) for size in sizes] or EVENTS[what])
        case _:
            for both, usual in EVENTS.items():
                compare(both, usual)
