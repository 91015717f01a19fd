"""What a run costs beside the engines alone, and what the definitions cost beside `import dagster_dbt`.

    python tests/benchmarks/bench_run.py [videos]

Prints medians of alternated runs. Nothing here fails: it is a measurement, not a test.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from ingest.home import Home
from ingest.simulator import simulate

REPEATS = 3
ENVIRONMENT = {**os.environ, "DO_NOT_TRACK": "1"}
DEFINITIONS = "from orchestration.definitions import build_definitions; build_definitions()"


def seconds(work: Callable[[], object]) -> float:
    """How long one piece of work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def python(code: str, **environment: str) -> None:
    """Run code in a fresh interpreter."""
    subprocess.run([sys.executable, "-c", code], check=True, env=ENVIRONMENT | environment, capture_output=True)


def campaign(*arguments: str) -> None:
    """Run the `campaign` command in a fresh process."""
    subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *arguments], check=True, env=ENVIRONMENT, capture_output=True
    )


def bare_engines(home: Home) -> None:
    """The work of the hashtag marts alone, by DuckDB on the files the run left in the lake: readings to daily change to sums by tag."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            f"create view readings as select * from read_parquet('{home.lake}/video_readings/*/*.parquet', hive_partitioning = true)"
        )
        connection.execute("""
            create table video_days as
            select video_id, cast(timezone('Asia/Dubai', captured_at) as date) as event_on, max_by(views, captured_at) as views,
                max_by(likes, captured_at) as likes, max_by(hashtags, captured_at) as hashtags
            from readings where video_id is not null group by all
        """)
        connection.execute("""
            create table hashtag_days as
            with changes as (
                select *, views - lag(views ignore nulls) over (partition by video_id order by event_on) as net from video_days
            )
            select hashtag, event_on, sum(net) as views, count(*) as videos
            from (select event_on, net, unnest(hashtags) as hashtag from changes) group by all
        """)


def main() -> None:
    """Measure and print."""
    videos = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        times: dict[str, list[float]] = {}

        def measure(name: str, work: Callable[[], object]) -> None:
            times.setdefault(name, []).append(seconds(work))

        for repeat in range(REPEATS):
            home = Home(Path(folder) / f"home-{repeat}")
            measure("write the sample campaign", lambda home=home: simulate(home, videos=videos))  # type: ignore[misc]
            measure("run: everything that landed", lambda home=home: campaign("run", "--home", str(home.root)))  # type: ignore[misc]
            measure("run: nothing to do", lambda home=home: campaign("run", "--home", str(home.root)))  # type: ignore[misc]
            measure("the hashtag marts by DuckDB alone", lambda home=home: bare_engines(home))  # type: ignore[misc]
            measure("import dagster_dbt", lambda: python("import dagster_dbt"))
            measure(
                "build the definitions",
                lambda home=home: python(DEFINITIONS, CAMPAIGN_HOME=str(home.root)),  # type: ignore[misc]
            )
        rows = [(name, statistics.median(found), min(found), max(found)) for name, found in times.items()]
    print(f"{videos} videos, {REPEATS} alternated repeats, {os.cpu_count()} cores")
    print(f"{'':40}{'median s':>10}{'least':>10}{'most':>10}")
    for name, median, least, most in rows:
        print(f"{name:40}{median:10.2f}{least:10.2f}{most:10.2f}")


if __name__ == "__main__":
    main()
