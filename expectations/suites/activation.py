"""What is odd in a delivery of in-app events.

What every table is expected to hold lives in `expectations.suites.contract`.
"""

import polars as pl

from expectations.engine import gxe
from expectations.kinds import WARNING, APairInOrder, IsAtMostHalf
from expectations.suites.contract import mostly_known
from expectations.suites.oddities import Oddities

FURTHEST_DAYS = 1.0
"""A clock that is further off was never set."""

_CORRECTION = pl.col("clock_correction_seconds").abs() / 86_400


class PeopleAreAtMostEvents(APairInOrder):
    """Whoever is counted did something."""

    column_A: str = "events"
    column_B: str = "unique_people"
    description: str = "nobody is counted who did nothing"


ODDITIES = {
    "activation_events": Oddities(
        deliveries=(
            mostly_known("person_key"),
            mostly_known("market"),
            IsAtMostHalf(
                column="unknown_names_share",
                severity=WARNING,
                description="at most half of the events have a name that the campaign does not know",
            ),
            IsAtMostHalf(
                column="excluded_share",
                severity=WARNING,
                description="at most half of the events are of test builds, bots, prefetches or parts of downloads",
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="wrong_clocks_share",
                max_value=0.05,
                severity=WARNING,
                description=f"the clock of at most 5% of the events was more than {FURTHEST_DAYS:g} day off",
            ),
        ),
        measures={
            "unknown_names_share": 1 - pl.col("is_known").mean(),
            "excluded_share": pl.col("excluded").is_not_null().mean(),
            "wrong_clocks_share": (_CORRECTION > FURTHEST_DAYS).fill_null(value=False).mean(),
        },
    ),
    "activation_counts": Oddities(
        rows=(PeopleAreAtMostEvents(severity=WARNING),),
        deliveries=(
            IsAtMostHalf(
                column="untold_share", description="at most half of the counts tell neither events nor people"
            ),
        ),
        measures={"untold_share": (pl.col("events").is_null() & pl.col("unique_people").is_null()).mean()},
    ),
}
