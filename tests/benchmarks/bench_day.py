"""What one more day costs a whole run, phase by phase, by the days that are there already.

    python tests/benchmarks/bench_day.py [readings a day] [repeats] [days of history ...]

A day is one CSV file of readings. Each run is `campaign run` in a process of its own on a copy of a home that holds so many days, and
another such run takes in a day of two readings: what that takes is the fixed cost, and the difference is the day itself. 0 days are
a home that holds two readings. The CPU seconds of a phase are those that the process used between the start and the end of its steps.
Runs alternate, medians are printed. Nothing here fails: it is a measurement.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from ingest.home import Home
from ingest.landing import write_delivery
from ingest.sources.hashtag import COUNTERS
from orchestration.instance import open_instance
from tests.benchmarks.bench_hashtag_history import CAMPAIGNS, FIRST, HASHTAGS, readings

EVERY = 0.02
"""Seconds from one look at a process to the next."""
COLUMNS = {
    "video_id": "video",
    "captured_at": "seen",
    "created_at": "posted",
    "creator": "author",
    "hashtags": "tags",
    "creator_country": "country",
    **{counter: counter for counter in COUNTERS},
}


def deliver(home: Home, day: int, number: int) -> None:
    """Put a day's file into landing."""
    instant = "%Y-%m-%dT%H:%M:%SZ"
    frame = readings(day, number, np.random.default_rng(day)).rename({"creator_key": "creator"})
    written = frame.with_columns(
        pl.col("captured_at", "created_at").dt.to_string(instant), pl.col("hashtags").list.join(",")
    )
    options = {"columns": COLUMNS, "platform": "tiktok"}
    note = {"source": "hashtag", "format": "video_csv", "campaign": "c", "timezone": "UTC", "options": options}
    file = written.select(pl.col(name).alias(column) for name, column in COLUMNS.items()).write_csv().encode()
    write_delivery(home, "hashtag", FIRST + timedelta(days=day), "day", {"readings.csv": file}, note)


def fresh(root: Path) -> Home:
    """A home with the benchmark's campaign."""
    home = Home(root)
    home.seeds.mkdir(parents=True)
    (home.seeds / "campaigns.csv").write_text(CAMPAIGNS)
    (home.seeds / "campaign_hashtags.csv").write_text(HASHTAGS)
    return home


def run(home: Home) -> dict[str, float]:
    """Run the job: CPU seconds by phase and in all, and the most memory in GB."""
    command = [sys.executable, "-m", "orchestration.cli", "run", "--home", str(home.root)]
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL)
    moments, spent = [time.time()], [0.0]
    while True:
        ended, _, used = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        # Of the fields after the name, which stands in brackets: its own ticks and those of its children that ended.
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        moments.append(time.time())
        spent.append(sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK"))
        time.sleep(EVERY)
    whole = used.ru_utime + used.ru_stime
    found: dict[str, float] = defaultdict(float)
    with open_instance(home) as instance:
        last = instance.get_run_records(limit=1)[0].dagster_run
        assert last.is_success, last.run_id
        for step in instance.get_run_step_stats(last.run_id):
            assert step.start_time is not None
            assert step.end_time is not None
            begun, done = np.interp([step.start_time, step.end_time], [*moments, time.time()], [*spent, whole])
            found["ingest" if step.step_key.startswith("ingest") else step.step_key] += float(done - begun)
    return {**found, "other": whole - sum(found.values()), "in all": whole, "GB": used.ru_maxrss / 2**20}


def run_again(home: Home, day: int, number: int) -> dict[str, float]:
    """Run the job on a copy of a home in which one more day landed."""
    with tempfile.TemporaryDirectory(dir=home.root.parent) as place:
        copy = Home(Path(place) / "home")
        shutil.copytree(home.root, copy.root)
        deliver(copy, day, number)
        return run(copy)


def main() -> None:
    """Measure and print."""
    number, repeats, *history = map(int, sys.argv[1:] or ["10000", "5", "0", "30", "300"])
    os.environ |= {"DO_NOT_TRACK": "1", "CAMPAIGN_PSEUDONYM_KEY": "k" * 64}
    print(f"{number} readings a day, medians of {repeats} alternated runs, CPU s, {os.cpu_count()} cores")
    found: dict[tuple[int, int], list[dict[str, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as place:
        homes = {days: fresh(Path(place) / f"home-{days}") for days in history}
        for days, home in homes.items():
            for day in range(days or 1):
                deliver(home, day, number if days else 2)
            run(home)
        for _ in range(repeats):
            for days, home in homes.items():
                for size in (2, number):
                    found[days, size].append(run_again(home, days or 1, size))
    print(f"{'':32}" + "".join(f"{name:>12}" for name in found[history[0], number][0]))
    for days in history:
        few, many = (
            {name: statistics.median(one[name] for one in found[days, size]) for name in found[days, size][0]}
            for size in (2, number)
        )
        itself = {name: many[name] - few[name] for name in many}
        for label, figures in (("two readings", few), ("a day", many), ("the day itself", itself)):
            print(f"{label + f' on {days}':32}" + "".join(f"{figure:12.2f}" for figure in figures.values()))


if __name__ == "__main__":
    main()
