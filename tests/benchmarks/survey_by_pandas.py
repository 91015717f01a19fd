"""What an analyst makes of the benchmark's survey with pandas, numpy and scipy: shares alone, or the figures of fct_survey_estimate.

    python tests/benchmarks/survey_by_pandas.py shares|estimates FILE

Prints as JSON the CPU seconds, the memory in GB and the rows: question, answer, segment's value, then the figures.
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


def shares(file: Path) -> Rows:
    """The weighted share of every answer, of all and by segment, in per cent; without errors."""
    frame = pd.read_csv(file)
    rows: Rows = []
    for segment in (None, *SEGMENTS):
        keys = frame[segment] if segment else pd.Series("all", index=frame.index)
        for question in QUESTIONS:
            sums = frame["weight"].groupby([keys, frame[question]]).sum()
            made = 100 * sums / sums.groupby(level=0).transform("sum")
            listed = made.rename_axis(["value", "code"]).reset_index(name="share").itertuples(index=False, name=None)
            rows += [(question, str(code), str(value), share) for value, code, share in listed]
    return rows


def estimates(file: Path) -> Rows:
    """Share, standard error and Korn-Graubard interval in per cent, respondents, weights and effective base.

    Of all, by segment, and with and without those who answered every question alike or as an earlier respondent did.
    People are known by a keyed pseudonym, and each once.
    """
    frame = pd.read_csv(file)
    keys = [hmac.digest(KEY, f"respondent\x1fs\x1fall\x1f{one}".encode(), "sha256")[:16].hex() for one in frame["id"]]
    frame = frame.assign(key=keys).drop(columns="id").drop_duplicates("key")
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
                people, weights, weight_squares = (tally[inside].sum(axis=0) for tally in tallies)
                figures = _figures(people, weights, weight_squares, len(frame))
                rows += [
                    (question, str(code), str(value), *map(float, figures[:, code]))
                    for code in np.flatnonzero(sum(tallies[0]))
                ]
    return rows


def _profiles(segments: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The combinations of segments that occur, a row each, and which of them every respondent has."""
    number = np.zeros(len(segments), dtype=np.int64)
    for name in segments:
        number = number * len(segments[name].cat.categories) + segments[name].cat.codes.to_numpy()
    _, first, profiles = np.unique(number, return_index=True, return_inverse=True)
    return segments.iloc[first].reset_index(drop=True), profiles


def _figures(people: np.ndarray, weights: np.ndarray, squares: np.ndarray, sample: int) -> np.ndarray:
    """Of one question in one cell, by answer: the figures of a row. `sample` is how many respondents there are in all.

    Each of them is a sampling unit of one stratum, so that Korn and Graubard's quantiles of t are the same and cancel out.
    """
    from scipy.stats import beta  # type: ignore[import-untyped]

    base, total = people.sum(), weights.sum()
    share = weights / total
    spread = squares * (1 - 2 * share) + share**2 * squares.sum()
    variance = sample / (sample - 1) * spread / total**2
    certain = (share == 0) | (share == 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(certain, base, np.minimum(base, share * (1 - share) / variance))
        chose, others = size * share, size * (1 - share)
        low = np.where(chose == 0, 0, beta.ppf(0.025, chose, others + 1))
        high = np.where(others == 0, 1, beta.ppf(0.975, chose + 1, others))
    of_base = [np.full(len(share), one) for one in (base, total, total**2 / squares.sum())]
    return np.stack([100 * share, 100 * np.sqrt(np.where(certain, 0, variance)), 100 * low, 100 * high, *of_base])


if __name__ == "__main__":
    made: dict[str, Callable[[Path], Rows]] = {"shares": shares, "estimates": estimates}
    started = time.process_time()
    found = made[sys.argv[1]](Path(sys.argv[2]))
    spent = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"spent": {"all": spent}, "memory": memory, "rows": found}))  # noqa: T201
