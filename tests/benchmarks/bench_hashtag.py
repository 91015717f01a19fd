"""What readings of hashtag videos cost: a CSV and Research API pages to the lake, and many days of both to the marts, beside peers.

    python tests/benchmarks/bench_hashtag.py [readings of a CSV] [of pages] [of CSV files to the marts] [of pages to the marts]

0 leaves a part out. Everything runs in a process of its own; CPU seconds and memory are the process's. Peers that are no
dependency (pysimdjson, dlt) run where the interpreter named by BENCH_PYTHON has them. Of `pandas` and `numpy`
(hashtag_by_*.py) every row and column is compared with the marts. Nothing else here fails: it is a measurement.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

NAMES = {
    "video_id": "id", "creator": "author", "created_at": "posted", "captured_at": "seen", "views": "plays", "likes": "hearts",
    "comments": "replies", "shares": "sent", "saves": "kept", "hashtags": "tags", "creator_country": "country",
}  # fmt: skip
FIELDS = {
    "id": "id", "posted": "create_time", "author": "username", "country": "region_code", "plays": "view_count", "hearts": "like_count",
    "replies": "comment_count", "sent": "share_count", "kept": "favorites_count", "tags": "hashtag_names",
}  # fmt: skip
COUNTERS = ["plays", "hearts", "replies", "sent", "kept"]
CAPTION = (
    "words about a day of mine, and some more of them that nobody counts #endthestigma with a link to nowhere at all"
)
DAYS, FIRST, POSTED = 30, date(2026, 10, 1), 1_788_600_000
CAMPAIGNS = "campaign_id,name,starts_on,ends_on,reporting_timezone\nc,Campaign,2026-09-01,,UTC\n"
HASHTAGS = "campaign_id,hashtag,display_hashtag,role\nc,tag1,tag1,campaign\nc,tag2,tag2,comparison\n"
MODELS = ["+fct_hashtag_video_day", "+fct_hashtag_day"]
KEY = {"CAMPAIGN_PSEUDONYM_KEY": "a key of the benchmark, 32 characters"}


def readings(number: int, day: int = 0) -> pl.DataFrame:
    """A reading of each video: counters that grow by the day, tags of a long tail, one count in fifty left out."""
    chance = np.random.default_rng(3)
    video = np.arange(number)
    views = chance.integers(0, 10_000, number) * (day + 1)
    tags = pl.DataFrame(np.minimum(500, chance.zipf(1.3, (number, 4))) + np.array([0, 500, 1_000, 1_500]))
    frame = pl.DataFrame({
        "id": ((POSTED + video) << 32) + chance.integers(1, 2**31, number),
        "author": chance.integers(0, max(1, number // 10), number),
        "posted": pl.from_epoch(pl.Series(POSTED + video), time_unit="s").dt.to_string("%Y-%m-%dT%H:%M:%SZ"),
        "seen": pl.Series([f"{FIRST + timedelta(days=day)}T06:00:00Z"]).new_from_index(0, number),
        "plays": views,
        **{name: views // part for name, part in zip(COUNTERS[1:], (10, 50, 100, 200), strict=True)},
        "tags": tags.select(pl.concat_str(pl.lit("tag") + pl.all().cast(pl.String()), separator=",")).to_series(),
        "country": pl.Series(["AE", "EG", "SA", "JO"]).gather(video % 4),
    })  # fmt: skip
    is_known = pl.Series(chance.random(number) > 0.02)
    return frame.with_columns(
        ("person" + pl.col("author").cast(pl.String())).alias("author"), pl.when(is_known).then("kept").alias("kept")
    )


def write_csv(number: int, folder: Path) -> None:
    """One file, and its delivery."""
    readings(number).write_csv(folder / "readings.csv")
    land(folder, "readings.csv", {"format": "video_csv", "timezone": "UTC", "options": {"columns": NAMES}})


def write_pages(number: int, folder: Path) -> None:
    """One file, a hundred videos a page, and its delivery."""
    pages_of(readings(number), FIRST, folder / "pages.ndjson")
    land(folder, "pages.ndjson", {"format": "research_api"})


def pages_of(found: pl.DataFrame, day: date, path: Path) -> None:
    """Pages of the Research API that hold these readings."""
    videos = found.select(pl.col(ours).alias(theirs) for ours, theirs in FIELDS.items())
    with path.open("w", encoding="utf-8") as file:
        for at in range(0, len(videos), 100):
            page = videos[at : at + 100].with_columns(
                pl.col("create_time").str.to_datetime(time_zone="UTC").dt.epoch("s"),
                pl.col("hashtag_names").str.split(","),
                video_description=pl.lit(CAPTION),
            )
            answer = {
                "data": {"videos": page.to_dicts(), "cursor": at + 100, "has_more": True},
                "error": {"code": "ok", "message": ""},
            }
            asked = {"start_date": f"{day:%Y%m%d}", "end_date": f"{day:%Y%m%d}", "cursor": at}
            whole = {"captured_at": f"{day}T06:00:00Z", "endpoint": "video/query", "request": asked, "response": answer}
            json.dump(whole, file)
            file.write("\n")


def land(folder: Path, file: str, note: dict[str, object]) -> None:
    """A file that is there, put into landing with its note."""
    from ingest.home import Home
    from ingest.landing import write_delivery

    whole = {"source": "hashtag", "campaign": "c", **note}
    write_delivery(Home(folder / "home"), "hashtag", FIRST, "one", {file: (folder / file).read_bytes()}, whole)


def write_days(number: int, folder: Path) -> None:
    """A file a day."""
    for day in range(DAYS):
        readings(number // DAYS, day).write_csv(folder / f"{FIRST + timedelta(days=day)}.csv")


def write_days_of_pages(number: int, folder: Path) -> None:
    """A file of pages a day."""
    for day in range(DAYS):
        landed_on = FIRST + timedelta(days=day)
        pages_of(readings(number // DAYS, day), landed_on, folder / f"{landed_on}.ndjson")


def to_lake(folder: Path) -> int:
    """What one delivery takes from landing to the lake."""
    from ingest import lake
    from ingest.delivery import load_delivery
    from ingest.home import Home
    from ingest.note import read_note
    from ingest.pseudonym import Pseudonymiser
    from ingest.sources.hashtag import HASHTAG

    home = Home(folder / "home")
    lake.prepare(home, [HASHTAG])
    landed = home.landing / "hashtag" / FIRST.isoformat() / "one"
    people = Pseudonymiser(KEY["CAMPAIGN_PSEUDONYM_KEY"])
    delivery = load_delivery(HASHTAG, FIRST, landed, read_note(landed), people, frozenset({"c"}))
    return lake.stage(home, delivery, 1, delivery.format.read(delivery)).records_loaded


def csv_polars(folder: Path) -> int:
    """The same columns with their types, one reading a key, tags cleaned; nothing that cannot be read is told apart."""
    counts = dict.fromkeys(COUNTERS, pl.Int64())
    frame = pl.read_csv(folder / "readings.csv", schema_overrides={"id": pl.String(), **counts}).with_columns(
        pl.col("posted", "seen").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC"),
        pl.col("tags").str.to_lowercase().str.split(",").list.unique(maintain_order=True),
        pl.col("author").str.to_lowercase(),
    )
    frame = frame.unique(["id", "seen"], keep="last", maintain_order=True)
    frame.write_parquet(folder / "polars.parquet")
    return frame.height


def pages_simdjson(folder: Path) -> int:
    """A bare pass: every page is parsed, nothing is taken out of it."""
    import simdjson  # type: ignore[import-not-found]

    parser = simdjson.Parser()
    for line in (folder / "pages.ndjson").read_bytes().splitlines():
        page = parser.parse(line)
        del page
    return 0


def pages_duckdb(folder: Path) -> int:
    """A bare pass: the videos of every page are counted."""
    import duckdb

    most = "maximum_object_size = 100000000"
    found = duckdb.execute(
        "select sum(json_array_length(json, '$.response.data.videos')) "
        f"from read_json_objects('{folder}/pages.ndjson', format = 'newline_delimited', {most})"
    ).fetchall()
    return int(found[0][0])


def marts_warehouse(folder: Path) -> int:
    """From landing through lake and ledger to the days of videos and hashtags; only what is behind Dagster is left out."""
    from ingest.ingestion import ingest
    from ingest.landing import write_delivery
    from ingest.sources.hashtag import HASHTAG
    from tests.dbt.lab import Lab

    lab = Lab(folder / "home", {"campaigns": CAMPAIGNS, "campaign_hashtags": HASHTAGS})
    assert lab.dbt("seed"), lab.messages
    formats: dict[str, dict[str, object]] = {
        ".csv": {"format": "video_csv", "timezone": "UTC", "options": {"columns": NAMES}},
        ".ndjson": {"format": "research_api"},
    }
    for file in sorted(folder.glob("2*.*")):
        note = {"source": "hashtag", "campaign": "c", **formats[file.suffix]}
        landed_on = date.fromisoformat(file.stem)
        write_delivery(lab.home, "hashtag", landed_on, "day", {file.name: file.read_bytes()}, note)
    done = ingest(lab.home, HASHTAG, lambda *_: {}, "bench", frozenset({"c"}))
    assert {one.outcome for one in done} == {"accepted"}
    lab.run(MODELS)
    return int(str(lab.rows("select count(*) from marts.main.fct_hashtag_video_day")[0][0]))


def marts_pandas(folder: Path) -> int:
    """Every column of the two marts that this data exercises, to parquet, as the pandas documentation teaches it."""
    from tests.benchmarks.hashtag_by_pandas import make_marts

    return make_marts(folder)


def marts_numpy(folder: Path) -> int:
    """The same columns, tuned by hand."""
    from tests.benchmarks.hashtag_by_numpy import make_marts

    return make_marts(folder)


def marts_dlt(folder: Path) -> int:
    """A merge by key into DuckDB, a load a day; without any mart."""
    import dlt  # type: ignore[import-not-found]
    import pyarrow.csv as pv

    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": str(folder / "dlt")}
    pipeline = dlt.pipeline(
        "bench",
        destination=dlt.destinations.duckdb(str(folder / "dlt.duckdb")),
        dataset_name="d",
        pipelines_dir=str(folder),
    )
    rows = 0
    for file in sorted(folder.glob("*.csv")):
        table = pv.read_csv(file)
        rows += table.num_rows
        pipeline.run(table.to_pylist(), table_name="readings", write_disposition="merge", primary_key=["id", "seen"])
    return rows


PARTS: dict[str, tuple[Callable[[int, Path], None], dict[str, Callable[[Path], int]]]] = {
    "a CSV to the lake": (write_csv, {"warehouse": to_lake, "polars, typed": csv_polars}),
    "Research API pages to the lake": (
        write_pages, {"warehouse": to_lake, "simdjson, bare": pages_simdjson, "DuckDB, bare": pages_duckdb},
    ),
    "30 days of CSV files to the marts": (
        write_days, {"warehouse": marts_warehouse, "pandas": marts_pandas, "numpy": marts_numpy, "dlt, merge alone": marts_dlt},
    ),
    "30 days of pages to the marts": (write_days_of_pages, {"warehouse": marts_warehouse, "pandas": marts_pandas}),
}  # fmt: skip


ALIKE = {
    "video_days": (
        ["video_id", "event_on"],
        """
            select marts.*, days.creator_key, days.creator_country, array_to_string(days.hashtags, ',') as hashtags
            from fct_hashtag_video_day as marts
            inner join intermediate.int_hashtag__video_days as days using (campaign_id, video_id, event_on)
        """,
    ),
    "hashtag_days": (["hashtag", "event_on"], "select * from fct_hashtag_day"),
}
"""The files of `pandas` and `numpy`: their keys, and our rows with the same columns."""


def compare(folder: Path) -> None:
    """Fail where a row or a column of `pandas` or `numpy` is another than ours by more than a millionth."""
    from tests.dbt.lab import Lab

    lab = Lab.opened(folder / "home")
    for name, (keys, ours) in ALIKE.items():
        theirs = f"read_parquet('{folder}/{name}.parquet')"
        described = lab.rows(f"select column_name, column_type from (describe {ours})")
        types = {str(column): str(kind) for column, kind in described}
        columns = [str(row[0]) for row in lab.rows(f"select column_name from (describe select * from {theirs})")]
        tests = {}
        for column in columns:
            cast = f"cast(theirs.{column} as {types[column]})"
            tests[column] = f"ours.{column} is distinct from {cast}"
            if types[column] in ("BIGINT", "DOUBLE"):
                gap = f"abs(ours.{column} - theirs.{column}) > 1e-6 * greatest(1, abs(ours.{column}))"
                tests[column] = f"coalesce({gap}, {tests[column]})"
        same = " and ".join(f"ours.{key} = cast(theirs.{key} as {types[key]})" for key in keys)
        counts = ", ".join(f"count(*) filter (where {test})" for test in tests.values())
        joined = f"({ours}) as ours full outer join {theirs} as theirs on {same}"
        ((rows, *differ),) = lab.rows(f"select count(*), {counts} from {joined}")
        other = {column: count for column, count in zip(columns, differ, strict=True) if count}
        assert not other, f"{name}: rows that differ, by column: {other}"
        print(f"  {name}: {rows:,} rows and {len(columns)} columns are the same")


def measure(part: str, peer: str, folder: Path) -> tuple[float, float] | None:
    """Run one peer in a process of its own and print its line; its seconds of CPU and of the clock, None where it cannot run here."""
    python = sys.executable if peer == "warehouse" else os.environ.get("BENCH_PYTHON", sys.executable)
    root = Path(__file__).resolve().parents[2]
    command = [python, __file__, part, peer, str(folder)]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | KEY | {"PYTHONPATH": str(root)}
    )
    if ran.returncode:
        print(f"  {peer:18}did not run: {ran.stderr.strip().splitlines()[-1]}", flush=True)
        return None
    cpu, clock, memory = json.loads(ran.stdout.splitlines()[-1])
    print(f"  {peer:18}{cpu:8.2f}{clock:9.2f}{memory:7.2f}", end="", flush=True)
    return float(cpu), float(clock)


def main(sizes: list[int]) -> None:
    """Measure and print."""
    print(f"{'':20}{'CPU s':>8}{'clock s':>9}{'GB':>7}   the warehouse takes, times: CPU, clock")
    for (part, (write, peers)), number in zip(PARTS.items(), sizes, strict=True):
        if not number:
            continue
        print(f"{part}: {number:,} readings")
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            write(number, folder)
            ours: tuple[float, ...] = ()
            for peer in peers:
                spent = measure(part, peer, folder)
                if spent is None:
                    continue
                times = [f"{mine / other:9.2f}" for mine, other in zip(ours, spent, strict=False)]
                print("".join(times))
                ours = ours or spent
                if peer in ("pandas", "numpy"):
                    compare(folder)


def run(part: str, peer: str, folder: Path) -> None:
    """One peer, in this process."""
    # What every run has imported already is no cost of a delivery.
    of_peer = {"pandas": "pandas", "numpy": "pandas", "warehouse": "ingest.ingestion"}
    for name in (of_peer.get(peer.split(",")[0], "json"), "duckdb", "pyarrow"):
        __import__(name)
    cpu, clock = time.process_time(), time.perf_counter()
    PARTS[part][1][peer](folder)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps([time.process_time() - cpu, time.perf_counter() - clock, memory]))


if __name__ == "__main__":
    if len(sys.argv) == 4 and not sys.argv[1].isdigit():
        run(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    else:
        given = [int(one) for one in sys.argv[1:]]
        main(given + [1_000_000, 1_000_000, 3_000_000, 3_000_000][len(given) :])
