"""Korn-Graubard intervals of survey estimates: the quantiles of beta and t that DuckDB lacks, and no other arithmetic.

One row per campaign, survey, wave, sample, question, answer and segment, as `int_survey__estimates` has them.
"""

import asyncio
import threading

import numpy as np
import pyarrow as pa

TAIL = 0.025
"""Half of what a 95 % interval leaves out."""


def korn_graubard(share, variance, base, chosen, degrees_of_freedom):
    """Lower and upper bounds of shares, arrays throughout; NaN where the variance, or what it rests on, is unknown.

    The item's effective sample size is corrected for the degrees of freedom of the design and never exceeds the respondents
    there are. At 0 and 100 % the variance says nothing: the exact binomial interval on the respondents (Clopper-Pearson).
    """
    from scipy.special import betaincinv, stdtrit  # half a second less than scipy.stats, the same functions

    with np.errstate(divide="ignore", invalid="ignore"):
        correction = (stdtrit(base - 1, TAIL) / stdtrit(degrees_of_freedom, TAIL)) ** 2
        effective = np.minimum(share * (1 - share) / variance * correction, base)
        is_unanimous = (chosen == 0) | (chosen == base)
        effective = np.where(is_unanimous, base, effective)
        yes, no = effective * share, effective * (1 - share)
        low = np.where(chosen == 0, 0.0, betaincinv(yes, no + 1, TAIL))
        high = np.where(chosen == base, 1.0, betaincinv(yes + 1, no, 1 - TAIL))
    unknown = (base < 1) | np.isnan(variance)
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def close_idle_event_loop():
    """dbt-duckdb opens an event loop in the thread of every python model and leaves it, with its sockets, open."""
    if threading.current_thread() is not threading.main_thread():
        asyncio.get_event_loop().close()
        asyncio.set_event_loop(None)


def model(dbt, session):
    """The estimates with their bounds."""
    dbt.config(materialized="table")
    close_idle_event_loop()
    estimates = dbt.ref("int_survey__estimates").to_arrow_table()
    inputs = ("answer_share", "share_variance", "base_unweighted", "answer_unweighted", "degrees_of_freedom")
    bounds = ((), ())
    if estimates.num_rows:
        bounds = korn_graubard(*(estimates.column(name).cast(pa.float64()).to_numpy() for name in inputs))
    for name, values in zip(("ci_low_share", "ci_high_share"), bounds, strict=True):
        estimates = estimates.append_column(name, pa.array(values, pa.float64(), from_pandas=True))
    return estimates
