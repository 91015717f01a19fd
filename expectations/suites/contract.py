"""What every lake table is expected to hold, made from the contract that ingestion uses: a new table needs no code.

These hold a delivery. What is odd about one table in particular lives beside; of that, only what leaves nothing to measure
holds a delivery too: a session in which all are staff, counts that tell neither events nor people.
"""

from collections.abc import Iterator, Mapping

import polars as pl

from expectations.engine import Expectation, gxe
from expectations.frames import DELIVERY_NUMBER
from expectations.history import EARLIER_NEEDED, RECENT
from expectations.kinds import WARNING, IsAtMostHalf, IsBeforeLanding, IsPseudonym, KeyIsUnique, Stated
from ingest.source import Table

MOST_CONFLICTS = 0.05
"""Where a larger share of the records is in conflict, what the note names is probably no key."""

USUAL = 3.0
"""A delivery may have so many times more records than usual, or less."""


class FewRecordsAreInConflict(Stated, gxe.ExpectColumnValuesToBeBetween):
    """Few records have the key of another one and other values."""

    column: str = "conflicting_share"
    max_value: float = MOST_CONFLICTS
    description: str = f"at most {MOST_CONFLICTS:.0%} of the records have the key of another record and other values"


class VolumeIsAsUsual(Stated, gxe.ExpectColumnValuesToBeBetween):
    """A delivery has about as many records as its supplier's earlier ones."""

    column: str = "times_usual"
    min_value: float = 1 / USUAL
    max_value: float = USUAL
    description: str = (
        f"the records are at most {USUAL:g} times more or less than usual: the median of the supplier's last {RECENT} "
        f"deliveries of earlier days, once there are {EARLIER_NEEDED}"
    )


class DeliveryIsNew(Stated, gxe.ExpectColumnValuesToBeInSet):
    """A delivery does not repeat an earlier one under new times."""

    column: str = "is_repetition"
    value_set: list[bool] = [False]  # noqa: RUF012 - pydantic copies what is the default
    description: str = "the delivery differs from the supplier's earlier ones in more than its times"


def rows_of(table: Table) -> Iterator[Expectation]:
    """What is expected of each row of a table."""
    yield KeyIsUnique(
        column_list=[DELIVERY_NUMBER, *table.key],
        description=f"no two rows of the delivery have the same {', '.join(table.key)}",
    )
    for name, column in table.columns.items():
        if column.is_pseudonym:
            yield IsPseudonym(column=name, description=f"{name} is a pseudonym, never what a person is called")
        if column.values:
            yield gxe.ExpectColumnValuesToBeInSet(
                column=name,
                value_set=list(column.values),
                description=f"{name} is one of {', '.join(column.values)}",
            )
    if table.captured:
        yield IsBeforeLanding(
            column_B=table.captured,
            description=f"{table.captured} is no later than the day after landed_on, in UTC",
        )


def derived_of(table: Table) -> Mapping[str, pl.Expr]:
    """The columns that `rows_of` reads beside the table's own."""
    if table.captured is None:
        return {}
    return {"end_of_next_day": pl.col("landed_on").cast(pl.Datetime("us", "UTC")) + pl.duration(days=2)}


def deliveries_of(table: Table) -> Iterator[Expectation]:
    """What is expected of a delivery as a whole."""
    if table.records is not None:
        yield gxe.ExpectColumnValuesToBeBetween(
            column="records_loaded", min_value=1, description="at least one record is loaded"
        )
        yield IsAtMostHalf(column="rejected_share", description="at most half of the records are rejected")
        yield FewRecordsAreInConflict()
    for name in table.required:
        yield IsAtMostHalf(column=f"{name}_unknown_share", description=f"at most half of {name} is unknown")


def mostly_known(column: str) -> Expectation:
    """A warning where more than half of a column is unknown that is not required."""
    return IsAtMostHalf(
        column=f"{column}_unknown_share", severity=WARNING, description=f"at most half of {column} is unknown"
    )


def history_of(table: Table) -> Iterator[Expectation]:
    """What is expected of a delivery beside its supplier's earlier ones."""
    if table.records is not None:
        yield VolumeIsAsUsual(severity=WARNING)
        yield DeliveryIsNew(severity=WARNING)
