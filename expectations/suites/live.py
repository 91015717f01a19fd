"""What is odd in a delivery of live sessions.

What every table is expected to hold lives in `expectations.suites.contract`.
"""

import polars as pl

from expectations.engine import gxe
from expectations.kinds import WARNING, IsAtMostHalf, Stated
from expectations.suites.contract import mostly_known
from expectations.suites.oddities import Oddities

LONGEST_HOURS = 12.0
"""A live session or a stay that lasts longer has probably a wrong date or half of the day somewhere."""

_PERSON = pl.col("person_key")
_STAFF = _PERSON.filter(pl.col("is_staff").fill_null(value=False)).n_unique()


def _hours(start: str, end: str) -> pl.Expr:
    return (pl.col(end) - pl.col(start)).dt.total_microseconds() / 3_600_000_000


class SomebodyIsAudience(Stated, gxe.ExpectColumnValuesToBeBetween):
    """Somebody besides the staff attends a session; a role that everybody has says nothing."""

    column: str = "staff_share"
    max_value: float = 1.0
    strict_max: bool = True
    description: str = "somebody attended who is not staff"


class StaffAreAMinority(IsAtMostHalf):
    """A session is attended by more people than run it."""

    column: str = "staff_share"
    description: str = "at most half of the people are staff"


class SomeViewersAreSeen(Stated, gxe.ExpectColumnValuesToBeBetween):
    """A counter of viewers that stays at 0 did not count."""

    column: str = "most_viewers"
    min_value: float = 1
    description: str = "at least one sample counts a viewer"


ODDITIES = {
    "live_sessions": Oddities(
        rows=(
            gxe.ExpectColumnValuesToNotBeNull(
                column="starts_at", severity=WARNING, description="the start of a session is known"
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="session_hours",
                max_value=LONGEST_HOURS,
                severity=WARNING,
                description=f"a session lasts at most {LONGEST_HOURS:g} hours",
            ),
        ),
        derived={"session_hours": _hours("starts_at", "ends_at")},
    ),
    "live_stays": Oddities(
        rows=(
            gxe.ExpectColumnValuesToBeBetween(
                column="stay_hours",
                max_value=LONGEST_HOURS,
                severity=WARNING,
                description=f"a stay lasts at most {LONGEST_HOURS:g} hours",
            ),
            gxe.ExpectColumnValuesToBeInSet(
                column="is_ambiguous_time",
                value_set=[False],
                severity=WARNING,
                description="no time falls into the hour that clocks repeat",
            ),
        ),
        deliveries=(
            mostly_known("left_at"),
            SomebodyIsAudience(),
            StaffAreAMinority(severity=WARNING),
        ),
        derived={"stay_hours": _hours("joined_at", "left_at")},
        measures={
            "staff_share": _STAFF / _PERSON.n_unique(),
            "staff_share_found": pl.format("{} of {} people are staff", _STAFF, _PERSON.n_unique()),
        },
    ),
    "live_samples": Oddities(
        deliveries=(SomeViewersAreSeen(severity=WARNING),),
        measures={"most_viewers": pl.col("viewers").max()},
    ),
}
