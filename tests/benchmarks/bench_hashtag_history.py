"""What one more day of readings costs the hashtag models, by the days that are there already, and what a full refresh costs.

    python tests/benchmarks/bench_hashtag_history.py [readings a day] [days of history ...]

The lake is written directly and only dbt runs, so that nothing but the models is measured. What a day costs by itself is told from
what any build costs, which a day of two readings does. Nothing here fails: it is a measurement.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ingest import lake
from ingest.lake import lake_schema
from ingest.ledger import LEDGER, read_ledger, write_ledger
from ingest.sources.hashtag import COUNTERS, VIDEO_READINGS
from tests.dbt.lab import Lab

CAMPAIGNS = "campaign_id,name,starts_on,ends_on,reporting_timezone\nc,Campaign,2026-01-02,,Asia/Dubai\n"
HASHTAGS = "campaign_id,hashtag,display_hashtag,role\nc,t0,t0,campaign\nc,t1,t1,comparison\nc,t2,t2,comparison\n"
MODELS = [
    "+dim_hashtag",
    "+dim_creator",
    "+dim_video",
    "+fct_hashtag_video_day",
    "+fct_hashtag_day",
    "+int_hashtag__measures",
]
FIRST = date(2026, 1, 1)
READ_FOR = 30
"""Days for which a video is read."""


@cache
def long_tail() -> "np.ndarray[Any, np.dtype[np.int64]]":
    """Numbers of tags, of which few are many videos'."""
    return np.minimum(2000, np.random.default_rng(7).zipf(1.3, 4_000_000))


def readings(day: int, number: int, chance: np.random.Generator) -> pl.DataFrame:
    """A day's readings: every day as many videos are new as are read for the last time."""
    fresh = max(1, number // READ_FOR)
    videos = np.arange(day * fresh, day * fresh + number)
    age = day + READ_FOR - 1 - videos // fresh
    born = np.datetime64("2026-01-01T00:00:00", "us") + (videos // fresh - READ_FOR + 1) * np.timedelta64(1, "D")
    views = (age + 1) * (100 + videos % 1000) + chance.integers(0, 50, number)
    tags = long_tail()[videos % 4_000_000]
    return pl.DataFrame(
        {
            "video_id": videos.astype(str),
            "captured_at": np.datetime64("2026-01-01T10:00:00", "us") + day * np.timedelta64(1, "D") + chance.integers(0, 3_600_000_000, number),
            "created_at": born,
            "creator_key": [f"creator-{video % 5000}" for video in videos.tolist()],
            "views": views,
            **{name: views // part for name, part in zip(COUNTERS[1:], (10, 50, 100, 200), strict=True)},
            "hashtags": [[f"t{tag}", f"t{video % 3}", f"t{video % 1999 + 3}"] for tag, video in zip(tags.tolist(), videos.tolist(), strict=True)],
            "creator_country": [("AE", "EG", "SA", None)[video % 4] for video in videos.tolist()],
        }
    )  # fmt: skip


def deliver(lab: Lab, landed: int, day: int, number: int, name: str = "day") -> None:
    """Put readings of a day into lake and ledger."""
    landed_on = FIRST + timedelta(days=landed)
    frame = readings(day, number, np.random.default_rng(day)).with_columns(
        pl.col("captured_at", "created_at").dt.replace_time_zone("UTC"), display_hashtags="hashtags", delivery=pl.lit(name),
        campaign_id=pl.lit("c"), file=pl.lit("readings.csv"), line=pl.int_range(2, pl.len() + 2),
    )  # fmt: skip
    schema = lake_schema(VIDEO_READINGS)
    absent = [pl.lit(None, dtype).alias(column) for column, dtype in schema.items() if column not in frame.columns]
    path = lake.partition(lab.home.lake / VIDEO_READINGS.name, landed_on, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.with_columns(absent).select(schema.names()).cast(schema).write_parquet(path)
    row = dict.fromkeys(LEDGER.names()) | {
        "source": "hashtag", "landed_on": landed_on, "delivery": name, "version": 1, "campaign_id": "c", "rows_hash": f"{landed} {name}",
        "records_loaded": number, "first_event_at": frame["captured_at"].min(), "last_event_at": frame["captured_at"].max(),
        "outcome": "accepted", "ingested_at": datetime(2026, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    write_ledger(lab.home, pl.concat([read_ledger(lab.home), pl.DataFrame([row], schema=LEDGER)]))


def build(lab: Lab, *arguments: str) -> dict[str, Any]:
    """Build the hashtag models in a process of its own: seconds of CPU and of the clock, and the most memory it held."""
    code = (
        "import json, resource, sys, time; from pathlib import Path; from tests.dbt.lab import Lab; from tests.benchmarks.bench_hashtag_history import MODELS\n"
        "lab = Lab.opened(Path(sys.argv[1])); lab.dbt('list', '--select', 'stg_campaign__campaigns')\n"
        "cpu, clock = time.process_time(), time.perf_counter(); lab.run(MODELS, *sys.argv[2:]); spent = lab.seconds; lab.settle()\n"
        "print(json.dumps({'cpu': time.process_time() - cpu, 'clock': time.perf_counter() - clock, 'models': spent,\n"
        "    'memory': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(lab.home.root), *arguments], check=True, capture_output=True, text=True
    )
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def fresh(folder: Path, name: str) -> Lab:
    """A home on which nothing was built yet."""
    lab = Lab(folder / name, {"campaigns": CAMPAIGNS, "campaign_hashtags": HASHTAGS})
    assert lab.dbt("seed"), lab.messages
    return lab


def show(name: str, found: dict[str, Any], beside: str = "") -> None:
    """Print a line of the table."""
    longest = sorted(found["models"].items(), key=lambda item: -item[1])[:4]
    words = ", ".join(f"{model} {seconds:.1f}" for model, seconds in longest)
    print(f"{name:32}{found['cpu']:8.2f}{found['clock']:9.2f}{found['memory']:6.2f}  {beside:18}{words}", flush=True)


def main() -> None:
    """Measure and print."""
    number, *history = map(int, sys.argv[1:] or ["10000", "0", "30", "300"])
    print(f"{number} readings a day, {os.cpu_count()} cores")
    print(f"{'':32}{'CPU s':>8}{'clock s':>9}{'GB':>6}  {'of a day':18}models that take longest")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        lab = fresh(folder, "fixed")
        deliver(lab, 0, 0, 2)
        build(lab)
        deliver(lab, 1, 1, 2)
        fixed = build(lab)
        show("a day of two readings", fixed)
        alone: dict[int, float] = {}
        for days in history:
            # The day itself, onto none and onto one that is there.
            lab = fresh(folder, f"none-{days}")
            for before in (0, 1):
                deliver(lab, days + before, days + before, number)
                found = build(lab)
                alone[before] = found["cpu"] - fixed["cpu"]
                show(f"day {days + before} on {before or 'none'}", found, f"{alone[before]:.2f} s")
            if not days:
                continue
            lab = fresh(folder, f"home-{days}")
            for day in range(days):
                deliver(lab, day, day, number)
            show(f"first build of {days} days", build(lab))
            # In the first build of a week row groups are merged.
            monday = days + 2 - (FIRST + timedelta(days=days + 2)).weekday() % -7
            for day, name in (
                (days, f"day {days} on {days}"),
                (days + 1, f"day {days + 1} on {days + 1}"),
                (monday, "a Monday"),
            ):
                deliver(lab, day, day, number)
                found = build(lab)
                of_it = found["cpu"] - fixed["cpu"]
                show(name, found, f"{of_it / alone[0]:.2f}, {of_it / alone[1]:.2f} times")
            deliver(lab, monday + 1, max(0, days - 7), max(1, number // 100), "late")
            show("seven days late", build(lab))
            show("full refresh", build(lab, "--full-refresh"))


if __name__ == "__main__":
    main()
