"""Which comes first in a delivery's written dates, the day or the month.

The note or the dates decide; nothing is guessed. How an instant is read lives in `ingest.text`.
"""

from collections.abc import Mapping

import polars as pl

from ingest.source import DeliveryError
from ingest.text import DateOrder, clean_number

_WRITTEN_DATE = r"^([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-][0-9]{2,4}(?:[^0-9]|$)"
_NAMES: Mapping[DateOrder, str] = {"dmy": "day first", "mdy": "month first"}


def decide_date_order(frame: pl.DataFrame, columns: Mapping[str, str], stated: DateOrder | None) -> DateOrder:
    """The order of the dates in the given text columns of a frame with `file` and `line`.

    `columns` maps the frame's columns to the names their file has for them. Dates that hold in one order only
    (19/09/2025) decide; where there are none, the note has to. Raises DeliveryError where they contradict the note or
    one another, or where every date could be either.
    """
    day_first, month_first, either = (
        pl.concat([_dates(frame, column, label) for column, label in columns.items()]).filter(kind)
        for kind in _kinds(pl.col("first"), pl.col("second"))
    )
    if stated is not None:
        holding, contradicting = (day_first, month_first) if stated == "dmy" else (month_first, day_first)
        if contradicting.height > holding.height:
            other: DateOrder = "mdy" if stated == "dmy" else "dmy"
            raise DeliveryError(
                f"{_example(contradicting)} can't be written {_NAMES[stated]}, as the note's options.date_order: "
                f"{stated} says. Expected dates written {_NAMES[stated]}; say date_order: {other} if "
                "that is what they are."
            )
        return stated
    if day_first.height and month_first.height:
        raise DeliveryError(
            f"{_example(day_first)} holds only with the day first, {_example(month_first)} only with the month first. "
            "Expected one order; say which in the note with options.date_order: dmy | mdy, "
            "the other dates are then rejected."
        )
    if either.height and not (day_first.height or month_first.height):
        raise DeliveryError(
            f"{_example(either)} may be written day first or month first, and no date of the delivery tells which. "
            "Expected dates that can be read in one way; say in the note options.date_order: dmy (day first) "
            "or mdy (month first)."
        )
    return "mdy" if month_first.height else "dmy"


def _dates(frame: pl.DataFrame, column: str, label: str) -> pl.DataFrame:
    parts = clean_number(pl.col(column)).str.extract_groups(_WRITTEN_DATE)
    return frame.select(
        "file",
        "line",
        pl.lit(label).alias("label"),
        clean_number(pl.col(column)).str.extract(r"^([\d/.\-]+)").alias("date"),
        parts.struct.field("1").cast(pl.Int64()).alias("first"),
        parts.struct.field("2").cast(pl.Int64()).alias("second"),
    ).drop_nulls("first")


def _kinds(first: pl.Expr, second: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    first_is_month, second_is_month = first.is_between(1, 12), second.is_between(1, 12)
    return (
        first.is_between(13, 31) & second_is_month,
        first_is_month & second.is_between(13, 31),
        first_is_month & second_is_month & (first != second),
    )


def _example(dates: pl.DataFrame) -> str:
    file, line, label, date = dates.select("file", "line", "label", "date").row(0)
    return f"{file}, line {line}, column '{label}': the date {date}"
