"""What is odd in a survey delivery.

What every table is expected to hold lives in `expectations.suites.contract`.
"""

import polars as pl

from expectations.engine import gxe
from expectations.frames import DELIVERY_NUMBER
from expectations.kinds import WARNING, APairInOrder, IsAtMostHalf, Stated
from expectations.suites.oddities import Oddities

LARGEST_WEIGHT = 5.0
"""Times the mean weight of the sample; a larger weight is due for trimming (V16)."""

LEAST_EFFICIENCY = 0.5
"""Effective base over base; below, the weighting is due for review (V16)."""

_SAMPLE = (DELIVERY_NUMBER, "survey_id", "wave", "sample")
_WEIGHT = pl.col("weight")
_HAS_SEGMENTS = pl.col("segments").list.len() > 0


class FieldworkEndsBeforeTheWaveLands(APairInOrder):
    """Nobody is asked after the answers were delivered."""

    column_A: str = "landed_on"
    column_B: str = "fieldwork_to"
    description: str = "fieldwork has ended when the wave lands"


class WeightsAreEfficient(Stated, gxe.ExpectColumnValuesToBeBetween):
    """Weighting does not cost more than half of the respondents."""

    column: str = "least_efficiency_share"
    min_value: float = LEAST_EFFICIENCY
    description: str = f"in every sample the effective base is at least {LEAST_EFFICIENCY:.0%} of the base"


ODDITIES = {
    "survey_waves": Oddities(rows=(FieldworkEndsBeforeTheWaveLands(severity=WARNING),)),
    "survey_questions": Oddities(
        rows=(
            gxe.ExpectColumnValuesToNotBeNull(
                column="question_text", severity=WARNING, description="a question has its text"
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="answers_offered",
                min_value=2,
                severity=WARNING,
                description="a question offers at least two answers",
            ),
        ),
        derived={"answers_offered": pl.col("answers").list.len().fill_null(0)},
    ),
    "survey_respondents": Oddities(
        rows=(
            gxe.ExpectColumnValuesToBeBetween(
                column="times_mean_weight",
                max_value=LARGEST_WEIGHT,
                severity=WARNING,
                description=f"no weight is more than {LARGEST_WEIGHT:g} times the mean of its sample",
            ),
        ),
        deliveries=(WeightsAreEfficient(severity=WARNING),),
        derived={
            "times_mean_weight": _WEIGHT / _WEIGHT.mean().over(_SAMPLE),
            "efficiency": _WEIGHT.sum().over(_SAMPLE) ** 2
            / (_WEIGHT.count().over(_SAMPLE) * (_WEIGHT**2).sum().over(_SAMPLE)),
        },
        measures={"least_efficiency_share": pl.col("efficiency").min()},
    ),
    "survey_profiles": Oddities(
        deliveries=(
            IsAtMostHalf(
                column="no_segment_share",
                severity=WARNING,
                description="where respondents have segments, at most half of their profiles have none",
            ),
        ),
        measures={"no_segment_share": pl.when(_HAS_SEGMENTS.any()).then((~_HAS_SEGMENTS).mean()).otherwise(0.0)},
    ),
    "survey_answers": Oddities(
        deliveries=(
            IsAtMostHalf(
                column="missing_share",
                severity=WARNING,
                description="at most half of the answers asked for are missing",
            ),
        ),
        measures={"missing_share": (pl.col("given").explode() < 0).mean()},
    ),
}
