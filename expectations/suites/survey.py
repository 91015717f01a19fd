"""What is odd in a survey delivery.

What every table is expected to hold lives in `expectations.suites.contract`.
"""

import polars as pl

from expectations.suite import DELIVERY_NUMBER, Expectation, between, known, not_below

LARGEST_WEIGHT = 5.0
"""Times the mean weight of the sample; a larger weight is due for trimming (V16)."""

LEAST_EFFICIENCY = 0.5
"""Effective base over base; below, the weighting is due for review (V16)."""

_SAMPLE = (DELIVERY_NUMBER, "survey_id", "wave", "sample")
_WEIGHT = pl.col("weight")

ODDITIES = {
    "survey_waves": (
        Expectation(
            name="fieldwork_in_order",
            severity="WARN",
            per="row",
            expected="fieldwork ends on or after the day it begins",
            rule=not_below("fieldwork_to", "fieldwork_from"),
        ),
        Expectation(
            name="fieldwork_before_landing",
            severity="WARN",
            per="row",
            expected="fieldwork has ended when the wave lands",
            rule=not_below("landed_on", "fieldwork_to"),
        ),
    ),
    "survey_questions": (
        Expectation(
            name="question_text_known",
            severity="WARN",
            per="row",
            expected="a question has its text",
            rule=known("question_text"),
        ),
        Expectation(
            name="answers_offered",
            severity="WARN",
            per="row",
            expected="a question offers at least two answers",
            rule=between("answers_offered", low=2),
            computed={"answers_offered": pl.col("answers").list.len().fill_null(0)},
        ),
    ),
    "survey_respondents": (
        Expectation(
            name="weights_positive",
            severity="WARN",
            per="row",
            expected="a weight is positive",
            rule=between("weight", low=1e-12),
        ),
        Expectation(
            name="weights_not_extreme",
            severity="WARN",
            per="row",
            expected=f"no weight is more than {LARGEST_WEIGHT:g} times the mean of its sample",
            rule=between("times_mean_weight", high=LARGEST_WEIGHT),
            computed={"times_mean_weight": _WEIGHT / _WEIGHT.mean().over(_SAMPLE)},
        ),
        Expectation(
            name="weights_efficient",
            severity="WARN",
            per="delivery",
            expected=f"in every sample the effective base is at least {LEAST_EFFICIENCY:.0%} of the base",
            rule=between("least_efficiency", low=LEAST_EFFICIENCY),
            computed={
                "efficiency": _WEIGHT.sum().over(_SAMPLE) ** 2
                / (_WEIGHT.count().over(_SAMPLE) * (_WEIGHT**2).sum().over(_SAMPLE))
            },
            measured={"least_efficiency": pl.col("efficiency").min()},
            found="an effective base of {least_efficiency:.0%} of the base",
            unjudged="no weights",
        ),
    ),
    "survey_answers": (
        Expectation(
            name="answers_mostly_valid",
            severity="WARN",
            per="delivery",
            expected="at most half of the answers asked for are missing",
            rule=between("missing_share", high=0.5),
            measured={"missing_share": (pl.col("status") == "missing").mean()},
            found="{missing_share:.0%} of the answers missing",
        ),
    ),
}
