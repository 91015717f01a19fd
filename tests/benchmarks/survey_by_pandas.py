"""What an analyst makes of the benchmark's survey: the figures of fct_survey_estimate, once as pandas teaches, once tuned in numpy.

    python tests/benchmarks/survey_by_pandas.py pandas|numpy FILE

Prints as JSON the CPU and clock seconds, the memory in GB and the rows: question, answer, segment's value, then the figures: share,
standard error and Korn-Graubard interval in per cent, respondents, weights and effective base. They are of all, by segment, and
with and without those who answered every question alike or as an earlier respondent did. People are known by a keyed pseudonym,
and each once.
"""

import hmac
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

QUESTIONS = [f"q{number}" for number in range(1, 31)]
SEGMENTS = ["country", "generation"]
KEY = b"a key of the benchmark, 32 characters"
Rows = list[tuple[object, ...]]


def by_pandas(file: Path) -> Rows:
    """Grouped by segment and answer, question by question."""
    frame = _respondents(file)
    is_alike = frame[QUESTIONS].eq(frame[QUESTIONS[0]], axis=0).all(axis=1)
    failed = is_alike | frame.duplicated(QUESTIONS)
    if failed.any():
        frame["quality_screen"] = failed.map({True: "failed", False: "passed"})
    segments = [name for name in (*SEGMENTS, "quality_screen") if name in frame]
    frame = frame.assign(all="all", square=frame["weight"] ** 2).astype(dict.fromkeys(["all", *segments], "category"))
    parts = []
    for question in QUESTIONS:
        for segment in ("all", *segments):
            grouped = frame.groupby([segment, question], observed=True).agg(
                people=("weight", "size"), weight=("weight", "sum"), square=("square", "sum")
            )
            named = grouped.rename_axis(["value", "code"]).reset_index().astype({"value": "str"})
            parts.append(named.assign(question=question, segment=segment))
    cells = pd.concat(parts, ignore_index=True)
    sums = cells.groupby(["question", "segment", "value"])[["people", "weight", "square"]].transform("sum")
    columns = [cells["weight"], cells["square"], sums["people"], sums["weight"], sums["square"]]
    weights, squares, base, total, of_squares = (column.to_numpy(float) for column in columns)
    figures = _figures(weights, squares, base, total, of_squares, len(frame))
    names = zip(cells["question"], cells["code"].astype(str), cells["value"], strict=True)
    return [(*name, *map(float, row)) for name, row in zip(names, figures.T, strict=True)]


def by_numpy(file: Path) -> Rows:
    """Counted by one number for each combination of segments and answer, in a pass a question."""
    frame = _respondents(file)
    answers = frame[QUESTIONS].to_numpy(np.int8)
    failed = (answers.min(axis=1) == answers.max(axis=1)) | frame.duplicated(QUESTIONS).to_numpy()
    screens = {"quality_screen": np.where(failed, "failed", "passed")} if failed.any() else {}
    segments = frame[SEGMENTS].assign(**screens).astype("category")
    kinds, profiles = _profiles(segments)
    codes = int(answers.max()) + 1
    weight = frame["weight"].to_numpy()
    squares = weight * weight
    rows: Rows = []
    for place, question in enumerate(QUESTIONS):
        cells = profiles * codes + answers[:, place]
        tallies = [
            np.bincount(cells, of, minlength=len(kinds) * codes).reshape(-1, codes) for of in (None, weight, squares)
        ]
        for segment in ("all", *segments.columns):
            values = pd.Series("all", index=kinds.index) if segment == "all" else kinds[segment]
            for value in values.unique():
                inside = (values == value).to_numpy()
                people, weights, of_squares = (tally[inside].sum(axis=0) for tally in tallies)
                figures = _figures(weights, of_squares, people.sum(), weights.sum(), of_squares.sum(), len(frame))
                rows += [
                    (question, str(code), str(value), *map(float, figures[:, code]))
                    for code in np.flatnonzero(sum(tallies[0]))
                ]
    return rows


def _respondents(file: Path) -> pd.DataFrame:
    """Each respondent of the file once."""
    frame = pd.read_csv(file)
    return frame.assign(key=frame["id"].map(_pseudonym)).drop(columns="id").drop_duplicates("key")


def _pseudonym(identity: object) -> str:
    return hmac.digest(KEY, f"respondent\x1fs\x1fall\x1f{identity}".encode(), "sha256")[:16].hex()


def _profiles(segments: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The combinations of segments that occur, a row each, and which of them every respondent has."""
    number = np.zeros(len(segments), dtype=np.int64)
    for name in segments:
        number = number * len(segments[name].cat.categories) + segments[name].cat.codes.to_numpy()
    _, first, profiles = np.unique(number, return_index=True, return_inverse=True)
    return segments.iloc[first].reset_index(drop=True), profiles


def _figures(
    weights: np.ndarray, squares: np.ndarray, base: np.ndarray, total: np.ndarray, of_squares: np.ndarray, sample: int
) -> np.ndarray:
    """The figures of answers with these sums of weights and their squares; the next three are sums of those in their base.

    Each of the `sample` respondents is a sampling unit of one stratum, so that Korn and Graubard's quantiles of t are the same
    and cancel out.
    """
    from scipy.stats import beta

    share = weights / total
    spread = squares * (1 - 2 * share) + share**2 * of_squares
    variance = sample / (sample - 1) * spread / total**2
    certain = (share == 0) | (share == 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(certain, base, np.minimum(base, share * (1 - share) / variance))
        chose, others = size * share, size * (1 - share)
        low = np.where(chose == 0, 0, beta.ppf(0.025, chose, others + 1))
        high = np.where(others == 0, 1, beta.ppf(0.975, chose + 1, others))
    of_base = [np.broadcast_to(one, share.shape) for one in (base, total, total**2 / of_squares)]
    return np.stack([100 * share, 100 * np.sqrt(np.where(certain, 0, variance)), 100 * low, 100 * high, *of_base])


if __name__ == "__main__":
    made: dict[str, Callable[[Path], Rows]] = {"pandas": by_pandas, "numpy": by_numpy}
    cpu, clock = time.process_time(), time.perf_counter()
    found = made[sys.argv[1]](Path(sys.argv[2]))
    spent = time.process_time() - cpu, time.perf_counter() - clock
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"spent": {"all": spent}, "memory": memory, "rows": found}))
