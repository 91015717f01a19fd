"""What is odd in a delivery of live sessions.

What every table is expected to hold lives in `expectations.suites.contract`.
"""

import polars as pl

from expectations.suite import Expectation, always, between, known, not_below
from expectations.suites.contract import unknown_share

LONGEST_HOURS = 24.0
"""A live session or a stay that lasts longer has a wrong date somewhere."""


def _hours(start: str, end: str) -> pl.Expr:
    return (pl.col(end) - pl.col(start)).dt.total_microseconds() / 3_600_000_000


ODDITIES = {
    "live_sessions": (
        Expectation(
            name="bounds_known",
            severity="WARN",
            per="row",
            expected="the start of a session is known",
            rule=known("starts_at"),
        ),
        Expectation(
            name="bounds_in_order",
            severity="WARN",
            per="row",
            expected="a session ends after it starts",
            rule=not_below("ends_at", "starts_at"),
        ),
        Expectation(
            name="length_plausible",
            severity="WARN",
            per="row",
            expected=f"a session lasts at most {LONGEST_HOURS:g} hours",
            rule=between("session_hours", high=LONGEST_HOURS),
            computed={"session_hours": _hours("starts_at", "ends_at")},
        ),
    ),
    "live_stays": (
        Expectation(
            name="left_after_joining",
            severity="WARN",
            per="row",
            expected="nobody leaves before joining",
            rule=not_below("left_at", "joined_at"),
        ),
        Expectation(
            name="length_plausible",
            severity="WARN",
            per="row",
            expected=f"a stay lasts at most {LONGEST_HOURS:g} hours",
            rule=between("stay_hours", high=LONGEST_HOURS),
            computed={"stay_hours": _hours("joined_at", "left_at")},
        ),
        Expectation(
            name="times_unambiguous",
            severity="WARN",
            per="row",
            expected="no time falls into the hour that clocks repeat",
            rule=always("is_ambiguous_time", False),
        ),
        unknown_share("left_at", "WARN"),
    ),
    "live_samples": (
        Expectation(
            name="viewers_not_negative",
            severity="WARN",
            per="row",
            expected="the number of viewers is not negative",
            rule=between("viewers", low=0),
        ),
        Expectation(
            name="viewers_seen",
            severity="WARN",
            per="delivery",
            expected="at least one sample counts a viewer",
            rule=between("most_viewers", low=1),
            measured={"most_viewers": pl.col("viewers").max()},
            found="{most_viewers:,} viewers at most",
        ),
    ),
}
