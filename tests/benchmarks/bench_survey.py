"""What a survey of 30 questions costs from file to estimates, beside polars parsing it and pandas or numpy making the same estimates.

    python tests/benchmarks/bench_survey.py [respondents ...]

Each part runs in a process of its own; CPU seconds, seconds by the clock and memory are the process's. The warehouse's cost is beyond what the same steps
cost for 100 respondents just before, which is the fixed cost of reading and building. Nothing here fails: it is a measurement.
"""

import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ingest.delivery import load_delivery
from ingest.landing import write_delivery
from ingest.note import read_note
from ingest.pseudonym import Pseudonymiser
from ingest.sources.survey import SURVEY
from tests.dbt.lab import Lab

CAMPAIGNS = "campaign_id,name,starts_on,ends_on,reporting_timezone\nc,Campaign,2022-10-04,,Asia/Dubai\n"
MODELS = ["+fct_survey_estimate"]
QUESTIONS = [f"q{number}" for number in range(1, 31)]
SEGMENTS = {"country": ["AE", "SA", "EG"], "generation": ["gen_z", "millennial", "older"]}
DAY = date(2022, 10, 12)
NOTE: dict[str, Any] = {
    "source": "survey",
    "format": "survey_csv",
    "campaign": "c",
    "options": {
        "survey": {
            "id": "s", "wave": "w1", "fieldwork_from": "2022-10-05", "fieldwork_to": "2022-10-10",
            "sampling": "non_probability",
        },
        "respondent_id": "id",
        "samples": {"all": {"weight": "weight"}},
        "segments": {name: name for name in SEGMENTS},
        "questions": {name: {} for name in QUESTIONS},
    },
}  # fmt: skip
Seconds = tuple[float, float]
"""CPU seconds, and those by the clock."""
Figures = list[tuple[object, ...]]
"""Question, answer, segment's value, then figures: the share in per cent first."""


def write(file: Path, number: int) -> None:
    """Weighted respondents with two segments and an answer from 1 to 5 to every question."""
    chance = np.random.default_rng(5)
    pl.DataFrame(
        {
            "id": np.arange(number),
            "weight": np.round(chance.lognormal(0, 0.4, number), 4),
            **{name: np.array(values)[chance.integers(0, 3, number)] for name, values in SEGMENTS.items()},
            **{name: chance.integers(1, 6, number) for name in QUESTIONS},
        }
    ).write_csv(file)


def ours(file: Path, root: Path) -> tuple[dict[str, Seconds], Figures]:
    """Read as ingestion does, then built by dbt from the lake into a warehouse that stands already."""
    # Great Expectations, which judges every delivery, has imported it in every run.
    import pyarrow  # noqa: F401

    lab = Lab(root / "home", {"campaigns": CAMPAIGNS})
    assert lab.dbt("seed"), lab.messages
    few = root / "few.csv"
    for number in (99, 100):  # another content, since a build of what is held already has nothing to do
        # A full collection of what dbt holds takes a fifth of a second, and would come in one of the builds at random.
        gc.collect()
        gc.freeze()
        write(few, number)
        fixed = built(lab, few, "few")
    took = built(lab, file, "wave")
    gc.unfreeze()
    spent = {step: (cpu - fixed[step][0], clock - fixed[step][1]) for step, (cpu, clock) in took.items()}
    print(f"fixed cost {shown(summed(fixed))}")
    figures = (
        "question_code, answer_code, segment_value, estimate_pct, standard_error_pct, ci_low_pct, ci_high_pct, "
        "base_unweighted, base_weighted, effective_base"
    )
    return spent, lab.rows(f"select {figures} from fct_survey_estimate where wave = 'wave' order by all")


def built(lab: Lab, file: Path, wave: str) -> dict[str, Seconds]:
    """What every step takes from a file to the estimates of its wave."""
    options: dict[str, object] = {**NOTE["options"], "survey": {**NOTE["options"]["survey"], "wave": wave}}
    folder = write_delivery(
        lab.home, "survey", DAY, wave, {"wave.csv": file.read_bytes()}, {**NOTE, "options": options}
    )
    pseudonyms = Pseudonymiser("a key of the benchmark, 32 characters")
    delivery = load_delivery(SURVEY, DAY, folder, read_note(folder), pseudonyms, frozenset({"c"}))
    started = now()
    tables = dict(delivery.format.read(delivery).tables)
    spent = {"read": since(started)}
    started = now()
    lab.deliver("survey", DAY, wave, "c", tables)
    spent["lake"] = since(started)
    del tables
    started = now()
    lab.finish(MODELS)
    return {**spent, "models": since(started)}


def now() -> Seconds:
    """CPU seconds and the clock's at this moment."""
    return time.process_time(), time.perf_counter()


def since(started: Seconds) -> Seconds:
    """What was taken since then."""
    cpu, clock = now()
    return cpu - started[0], clock - started[1]


def summed(spent: dict[str, Seconds]) -> Seconds:
    """What all steps took."""
    return sum(cpu for cpu, _ in spent.values()), sum(clock for _, clock in spent.values())


def shown(seconds: Seconds) -> str:
    """Seconds in words."""
    return "{:.2f} CPU s, {:.2f} by the clock".format(*seconds)


def parsed(file: Path, root: Path) -> tuple[dict[str, Seconds], Figures]:
    """Polars parses the file and does no more."""
    started = now()
    pl.read_csv(file)
    return {"all": since(started)}, []


PARTS: dict[str, Callable[[Path, Path], tuple[dict[str, Seconds], Figures]]] = {
    "warehouse": ours, "polars, parsing": parsed,
}  # fmt: skip
PEERS = ("pandas", "numpy")
"""What `survey_by_pandas.py` makes: estimates as pandas teaches, and tuned by hand."""


def measured(part: str, file: Path, root: Path) -> tuple[Seconds, Figures]:
    """Run a part in a process of its own and print what it took; that, and what it found."""
    peer = Path(__file__).with_name("survey_by_pandas.py")
    arguments = [peer, part, file] if part in PEERS else [__file__, part, file, root]
    command = [sys.executable, *map(str, arguments)]
    *said, last = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    done = json.loads(last)
    steps = done["spent"] if len(done["spent"]) > 1 else {}
    words = "; ".join([*(f"{name} {shown(seconds)}" for name, seconds in steps.items()), *said])
    print(f"{part:18}{shown(summed(done['spent']))}, {done['memory']:.2f} GB  {words}")
    return summed(done["spent"]), [tuple(row) for row in done["rows"]]


def largest_difference(found: Figures, theirs: Figures) -> float:
    """Between two lists of figures, relative to theirs where those are above 1."""
    same = {row[:3]: row[3:] for row in found}
    pairs = [pair for row in theirs for pair in zip(same[row[:3]], row[3:], strict=False)]
    return max(abs(float(str(our)) - float(str(their))) / max(1, abs(float(str(their)))) for our, their in pairs)


def main(sizes: list[int]) -> None:
    """Measure and print."""
    for number in sizes:
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / "wave.csv"
            write(file, number)
            print(f"{number:,} respondents x {len(QUESTIONS)}, {file.stat().st_size / 1e6:.0f} MB")
            (took, found), *others = (measured(part, file, Path(place)) for part in (*PARTS, *PEERS))
            for part, (seconds, theirs) in zip((*PARTS, *PEERS)[1:], others, strict=True):
                gap = f"; largest difference {largest_difference(found, theirs):.0e}" if theirs else ""
                cpu, clock = (ours / other for ours, other in zip(took, seconds, strict=True))
                print(f"{cpu:5.2f} times {part} in CPU, {clock:.2f} by the clock{gap}")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in PARTS:
        spent, rows = PARTS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(json.dumps({"spent": spent, "memory": memory, "rows": rows}))
    else:
        main([int(size) for size in sys.argv[1:]] or [200_000])
