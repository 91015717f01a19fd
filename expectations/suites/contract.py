"""What every lake table is expected to hold, made from the contract that ingestion uses: a new table needs no code.

These are the only expectations of deliveries that are ERRORs. What is odd about one table in particular lives beside.
"""

from collections.abc import Iterator

import polars as pl

from expectations.suite import DELIVERY_NUMBER, Expectation, above, always, between
from ingest.source import Table

EARLIER_NEEDED = 7
"""A delivery's volume is judged once its supplier has so many earlier deliveries."""

RECENT = 14
"""How many of the latest earlier deliveries say what is usual: their median."""

USUAL = 3.0
"""How many times more, or less, than usual is still usual."""


def contract_expectations(table: Table) -> tuple[Expectation, ...]:
    """The expectations that follow from a table's contract."""
    return (*_records(table), _key_unique(table), *_captured(table), *map(unknown_share, table.required))


def unknown_share(column: str, severity: str = "ERROR") -> Expectation:
    """At most half of a column is unknown."""
    share = f"{column}_unknown_share"
    return Expectation(
        name=f"{column}_mostly_known",
        severity="ERROR" if severity == "ERROR" else "WARN",
        per="delivery",
        expected=f"at most half of {column} is unknown",
        rule=between(share, high=0.5),
        measured={share: pl.col(column).is_null().mean()},
        found=f"{{{share}:.0%}} of {column} unknown",
    )


def _records(table: Table) -> Iterator[Expectation]:
    """How many records a delivery brought; asked of one table that holds records, not of those that describe them."""
    if table.records is None:
        return
    yield Expectation(
        name="records_loaded",
        severity="ERROR",
        per="account",
        expected="at least one record is loaded",
        rule=between("records_loaded", low=1),
        found="{records_loaded:,} of {records_read:,} records loaded",
    )
    yield Expectation(
        name="records_mostly_accepted",
        severity="ERROR",
        per="account",
        expected="at most half of the records are rejected",
        rule=between("rejected_share", high=0.5),
        found="{records_rejected:,} of {records_read:,} records rejected",
        unjudged="no records",
    )
    yield Expectation(
        name="volume_as_usual",
        severity="WARN",
        per="history",
        expected=(
            f"the records are at most {USUAL:g} times more or less than usual: the median of the supplier's last "
            f"{RECENT} deliveries of earlier days"
        ),
        rule=between("times_usual", low=1 / USUAL, high=USUAL),
        found="{records_read:,} records, {times_usual:.2f} times the usual {usual_records:,.0f}",
        unjudged=f"not judged before the supplier has {EARLIER_NEEDED} earlier deliveries",
    )


def _key_unique(table: Table) -> Expectation:
    return Expectation(
        name="key_unique",
        severity="ERROR",
        per="row",
        expected=f"no two rows of the delivery have the same {', '.join(table.key)}",
        rule=always("is_key_repeated", False),
        computed={"is_key_repeated": pl.struct(DELIVERY_NUMBER, *table.key).is_duplicated()},
    )


def _captured(table: Table) -> Iterator[Expectation]:
    """An honest capture precedes landing, and the day of landing has ended everywhere by noon UTC of the next day."""
    if table.captured is None:
        return
    end_of_next_day = pl.col("landed_on").cast(pl.Datetime("us", "UTC")) + pl.duration(days=2)
    yield Expectation(
        name=f"{table.captured}_before_landing",
        severity="ERROR",
        per="row",
        expected=f"{table.captured} is no later than the day after landed_on, in UTC",
        rule=above("end_of_next_day", table.captured),
        computed={"end_of_next_day": end_of_next_day},
    )
