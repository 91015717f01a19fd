"""What the times of a delivery prove about one another: which comes first, the day or the month; which of two instants.

The note or the times decide; nothing is guessed. How a single time is read lives in `ingest.instants`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import polars as pl

from ingest.instants import DateOrder, read_instant, second_instant, shape_of
from ingest.source import DeliveryError
from ingest.text import clean_number

_MAYBE_WRITTEN = r"^\W*(?:\p{L}+\W+)?\d{1,2}\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*\d"
_WRITTEN_DATE = r"^'?(?:\p{L}+\.?,?\s+)?([0-9]{1,2})\s*[/.\-]\s*([0-9]{1,2})\s*[/.\-]\s*([0-9]{4}|[0-9]{2})(?:[^0-9]|$)"
_NAMES: Mapping[DateOrder, str] = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}

_UTC, _NEAR = ZoneInfo("UTC"), timedelta(days=2)

_FIRST_CAMPAIGN = 15
"""No campaign is older than 2015: dates of two digits each of years before begin with the year, or are of another calendar."""

_LAST_DAY = 31

_SORTED = 5
"""So many times, one after the other in one direction, are no accident: the file is sorted by them."""

_DATES = pl.Schema(
    {
        "file": pl.String(), "line": pl.Int64(), "records": pl.get_index_type(), "label": pl.String(), "date": pl.String(),
        "first": pl.Int64(), "second": pl.Int64(), "year": pl.Int64(),
    }
)  # fmt: skip

Bounds = tuple[datetime | None, datetime | None]


def read_instants(
    frame: pl.DataFrame, columns: Mapping[str, str], zone: ZoneInfo | None, stated: DateOrder | None
) -> pl.DataFrame:
    """A frame with `file` and its text columns read as instants, each beside `<column>_ambiguous` and `<column>_reason`.

    `columns` maps the frame's columns to the names their file has for them. Of two instants that the clocks showed alike
    the one that keeps the order of the file counts, else the first, which stays flagged.
    Raises DeliveryError where the order of day and month is open.
    """
    flat = read_times(frame, columns, zone, stated)
    for name in columns:
        if zone is not None and flat[f"{name}_ambiguous"].any():
            flat = tell_apart(flat, name, zone, (None, None))
    return flat


def read_times(
    frame: pl.DataFrame, columns: Mapping[str, str], zone: ZoneInfo | None, stated: DateOrder | None
) -> pl.DataFrame:
    """What `read_instants` gives, with every time that the clocks showed twice read as the first and flagged."""
    if not columns:
        return frame
    order = decide_date_order(frame, columns, stated)
    # Not as expressions: columns that are read at the same time would wait for one another.
    times = {name: read_instant(frame[name], zone, order) for name in columns}
    return frame.with_columns(
        read[part].alias(alias)
        for name, read in times.items()
        for part, alias in (("at", name), ("is_ambiguous", f"{name}_ambiguous"), ("reason", f"{name}_reason"))
    )


def decide_date_order(frame: pl.DataFrame, columns: Mapping[str, str], stated: DateOrder | None) -> DateOrder:
    """The order of the dates in the given text columns of a frame with `file` and `line`.

    `columns` maps the frame's columns to the names their file has for them. Dates that hold in one order only
    (19/09/2025) decide; where there are none, the note has to. Raises DeliveryError where they contradict the note or
    one another, or where every date could be either.
    """
    dates = pl.concat([_dates(frame, column, label) for column, label in columns.items()])
    day_first, month_first, either = map(dates.filter, _kinds(pl.col("first"), pl.col("second")))
    if stated is not None:
        _require_order(dates, stated)
    _require_years(dates, stated)
    if stated is not None:
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


def order_of(written: pl.Series, known: pl.Series) -> DateOrder | None:
    """The order in which most dates that are written in numbers lie near instants that are known otherwise; None where none does.

    A date of another zone lies within two days of its instant; one with day and month exchanged, four weeks away or more.
    """
    both = pl.DataFrame({"text": written, "known": known}).drop_nulls()
    dates = both.filter(pl.col("text").str.contains(_MAYBE_WRITTEN))
    near = {
        order: int(((read_instant(dates["text"], _UTC, order)["at"] - dates["known"]).abs() <= _NEAR).sum())
        for order in get_args(DateOrder)
    }
    most = max(near, key=lambda order: near[order])
    return most if 2 * near[most] > dates.height and list(near.values()).count(near[most]) == 1 else None


def _dates(frame: pl.DataFrame, column: str, label: str) -> pl.DataFrame:
    """The distinct dates of a column that are written in numbers, the year last, each with where it stands first."""
    written = frame.select("file", "line", pl.col(column).alias("text")).filter(
        pl.col("text").str.contains(_MAYBE_WRITTEN)
    )
    if written.is_empty():
        return _DATES.to_frame()
    clean = clean_number(pl.col("text"))
    parts = clean.str.extract_groups(_WRITTEN_DATE)
    return (
        written.group_by("text", maintain_order=True)
        .agg(pl.first("file", "line"), pl.len().alias("records"))
        .select(
            "file",
            "line",
            "records",
            pl.lit(label).alias("label"),
            clean.str.extract(r"([0-9/.\-]+)").alias("date"),
            parts.struct.field("1").cast(pl.Int64()).alias("first"),
            parts.struct.field("2").cast(pl.Int64()).alias("second"),
            parts.struct.field("3").cast(pl.Int64()).alias("year"),
        )
        .drop_nulls("first")
    )


def _require_order(dates: pl.DataFrame, stated: DateOrder) -> None:
    """Raise DeliveryError where most dates that tell an order tell another than the stated one."""
    first, second, year = pl.col("first"), pl.col("second"), pl.col("year")
    day_first, month_first, _ = _kinds(first, second)
    holding, contradicting = {
        "dmy": (day_first, month_first),
        "mdy": (month_first, day_first),
        "ymd": (~(year > 31) & (second <= 12), (year > 31) | (second > 12)),
    }[stated]
    others = dates.filter(contradicting)
    if others["records"].sum() > dates.filter(holding)["records"].sum():
        other = " or ".join(order for order in _NAMES if order not in (stated, "ymd"))
        raise DeliveryError(
            f"{_example(others)} can't be written {_NAMES[stated]}, as the note's options.date_order: "
            f"{stated} says. Expected dates written {_NAMES[stated]}; say date_order: {other} if "
            "that is what they are."
        )


def _require_years(dates: pl.DataFrame, stated: DateOrder | None) -> None:
    """Raise DeliveryError where years of two digits are none: most lie before any campaign, or the other end changes less."""
    short = dates.filter(pl.col("year") < 100)
    year = short["first" if stated == "ymd" else "year"]
    days, years = short["first"].n_unique(), year.n_unique()
    # Between dashes two digits are as often a year that comes first as a day; elsewhere they are a day.
    is_either = years == days and (year <= _LAST_DAY).all() and short["date"].str.contains("-", literal=True).all()
    is_first = stated is None and (short["first"] >= _FIRST_CAMPAIGN).all() and (years > days or is_either)
    if short.height and (is_first or 2 * (year < _FIRST_CAMPAIGN).sum() > short.height):
        raise DeliveryError(
            f"{_example(short)} may begin with the year, be of another calendar or of a year before 20{_FIRST_CAMPAIGN}. Expected years "
            "of four digits, as in 2026-10-05; write them so in the file, or say in the note "
            "date_order: ymd where the year comes first, dmy where the day does."
        )


def _kinds(first: pl.Expr, second: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    first_is_month, second_is_month = first.is_between(1, 12), second.is_between(1, 12)
    return (
        first.is_between(13, 31) & second_is_month,
        first_is_month & second.is_between(13, 31),
        first_is_month & second_is_month & (first != second),
    )


def _example(dates: pl.DataFrame) -> str:
    file, line, label, date = dates.select("file", "line", "label", "date").row(0)
    return f"{file}, line {line}, column '{label}': a date of the shape {shape_of(date)}"


def tell_apart(
    frame: pl.DataFrame, name: str, zone: ZoneInfo, bounds: Bounds, *, is_in_order: bool = True
) -> pl.DataFrame:
    """The frame with the ambiguous instants of a column decided, as far as the bounds or the order of a file do.

    `is_in_order` says that files may be sorted by that column.
    """
    flag = f"{name}_ambiguous"
    earliest, latest = (pl.lit(bound, frame.schema[name]) for bound in bounds)
    within = frame.select(
        "file",
        pl.col(name).alias("at"),
        second_instant(pl.col(name), zone).alias("later"),
        pl.col(flag).alias("is_open"),
    ).with_row_index("row")
    first_fits, second_fits = (
        (pl.col(name) >= earliest).fill_null(value=True) & (pl.col(name) <= latest).fill_null(value=True)
        for name in ("at", "later")
    )
    bounded = within.with_columns(
        pl.when(pl.col("is_open") & second_fits & ~first_fits).then("later").otherwise("at").alias("at"),
        pl.col("is_open") & (first_fits == second_fits),
        (pl.col("is_open") & first_fits & ~second_fits).alias("is_first_by_bounds"),
    )
    decided = bounded
    if is_in_order:
        files = bounded.partition_by("file", maintain_order=True)
        doubtful = pl.concat([_contradicted(file) for file in files])
        decided = pl.concat([_by_order(file.drop("is_first_by_bounds")) for file in files]).sort("row")
        decided = decided.with_columns(pl.col("is_open") | pl.col("row").is_in(doubtful.implode()))
    return frame.with_columns(decided["at"].alias(name), decided["is_open"].alias(flag))


def _contradicted(times: pl.DataFrame) -> pl.Series:
    """The rows of one file that the bounds put into the first hour while a file sorted otherwise goes back for them."""
    forward, back = _steps(times.drop_nulls("at")["at"])
    if not times["is_first_by_bounds"].any() or min(forward, back) != 1 or max(forward, back) < _SORTED:
        return times["row"].clear()
    ordered = times.reverse() if back > forward else times
    reached = pl.col("at").forward_fill().cum_max().shift()
    is_back = pl.col("is_first_by_bounds") & (pl.col("at") < reached) & (pl.col("later") >= reached)
    return ordered.filter(is_back.fill_null(value=False))["row"]


def _by_order(times: pl.DataFrame) -> pl.DataFrame:
    """The times of one file, where it is sorted: between two that are known, and in an hour shown twice from where it goes back."""
    ordered = times.drop_nulls("at")
    known, all_ = (_steps(rows["at"]) for rows in (ordered.filter(~pl.col("is_open")), ordered))
    if not times["is_open"].any() or all(known):
        return times
    # Where every time is in doubt, many that are in order but for one step are sorted, and not so by chance.
    forward, back = known if any(known) else [steps * (min(all_) == 1 and max(all_) >= _SORTED) for steps in all_]
    if forward == back:
        return times
    if back > forward:
        ordered = ordered.reverse()
    ordered = _between_known(ordered, is_sorted=max(known) >= _SORTED)
    at = pl.col("at")
    is_new_hour = (pl.col("is_open") != pl.col("is_open").shift()) | (at.diff().abs() > pl.duration(days=1))
    runs = ordered.with_columns(is_new_hour.fill_null(value=False).cum_sum().alias("run"))
    steps_back = (at.diff() < pl.duration()).fill_null(value=False)
    told = runs.with_columns(
        (pl.col("is_open") & (steps_back.sum().over("run") == 1)).alias("is_told"),
        steps_back.cum_sum().over("run").alias("second"),
    ).filter("is_told")
    by_steps = told.select("row", pl.when(pl.col("second") > 0).then("later").otherwise("at").alias("told"))
    by_neighbours = ordered.filter("is_between").select("row", pl.col("at").alias("told"))
    changes = pl.concat([by_steps, by_neighbours])
    return times.join(changes, on="row", how="left").select(
        "file",
        pl.coalesce("told", "at").alias("at"),
        "later",
        pl.col("is_open") & pl.col("told").is_null(),
        "row",
    )


def _steps(times: pl.Series) -> tuple[int, int]:
    """How often a time is later than the one before it, and how often earlier."""
    steps = times.diff().drop_nulls().dt.total_microseconds()
    return int((steps > 0).sum()), int((steps < 0).sum())


def _between_known(times: pl.DataFrame, *, is_sorted: bool) -> pl.DataFrame:
    """Times in order, `is_between` where one of the two instants would precede a known time before it or follow one after it."""
    at, later, is_open = pl.col("at"), pl.col("later"), pl.col("is_open") & pl.lit(is_sorted)
    known = pl.when(~pl.col("is_open")).then(at)
    bounds = times.with_columns(
        known.cum_max().forward_fill().alias("before"),
        known.reverse().cum_min().forward_fill().reverse().alias("after"),
    )
    is_second = (is_open & (at < pl.col("before"))).fill_null(value=False)
    is_first = (is_open & ~is_second & (later > pl.col("after"))).fill_null(value=False)
    return bounds.with_columns(
        pl.when(is_second).then(later).otherwise(at).alias("at"),
        (is_second | is_first).alias("is_between"),
        (pl.col("is_open") & ~is_second & ~is_first).alias("is_open"),
    ).drop("before", "after")
