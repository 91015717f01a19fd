"""What every reader does with records: set aside those without a key, settle repeats, count what could not be read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from ingest.reasons import Reason
from ingest.source import REJECTED, UNREADABLE, tamed

_FEW = 1_000
"""Rows of which to find the distinct values takes longer than to read them all."""

_TOTALS = (
    "total", "totals", "grand total", "sum", "gesamt", "summe", "totale", "somme", "toplam", "итого", "σύνολο",
    "المجموع", "الإجمالي", "الاجمالي", "مجموع", "جمع", "کل", "סה\"כ", "סה״כ", "合計", "总计", "總計", "합계",
)  # fmt: skip
"""How tools call a row that sums up the others."""

_ROW, _VALUE = "row number", "row number of the first with these values"
_HOLDS = "holds: "


@dataclass(frozen=True)
class Settled:
    """Records with one for each key, how many were equal to another one, and those that another one contradicts."""

    rows: pl.DataFrame
    duplicates: int
    rejected: pl.DataFrame


def names_a_total(text: pl.Expr) -> pl.Expr:
    """Whether a cell is the word for a total: then its row sums up others and is no record."""
    return text.cast(pl.String()).str.strip_chars(" :*").str.to_lowercase().is_in(_TOTALS)


def is_not_written(time: str) -> pl.Expr:
    """Whether a time is absent, rather than written as one that does not exist."""
    return pl.col(time).is_null() & (pl.col(f"{time}_reason") != Reason.BAD_TIME)


def settle_repeats(frame: pl.DataFrame, key: Sequence[str], values: Sequence[str]) -> Settled:
    """One record a key, from a frame with `file` and `line` in the order of the files.

    Records that are equal in key and values are one. Of those that share a key but not the values the last one counts; the
    others are rejected as `conflicting_key`.
    """
    repeats = frame.select(pl.struct(key).is_duplicated()).to_series()
    if not repeats.any():
        return Settled(frame, 0, REJECTED.to_frame())
    numbered = frame.with_row_index(_ROW)
    repeated = numbered.filter(repeats).with_columns(pl.col(_ROW).min().over(*key, *values).alias(_VALUE))
    is_first, is_last_word = (
        pl.col(_ROW) == pl.col(_VALUE),
        pl.col(_VALUE) == pl.col(_VALUE).sort_by(_ROW).last().over(key),
    )
    judged = repeated.select(_ROW, "file", "line", is_first.alias("is_first"), is_last_word.alias("is_last_word"))
    conflicting = judged.filter(pl.col("is_first") & ~pl.col("is_last_word"))
    dropped = judged.filter(~(pl.col("is_first") & pl.col("is_last_word")))
    rejected = conflicting.select(
        "file",
        pl.col("line").cast(pl.Int64()),
        pl.lit(Reason.CONFLICTING_KEY).alias("reason"),
        pl.lit(f"a later record has the same {' and '.join(key)} and other values; the last one counts").alias(
            "detail"
        ),
    )
    return Settled(
        rows=numbered.join(dropped, on=_ROW, how="anti", maintain_order="left").drop(_ROW),
        duplicates=int((~judged["is_first"]).sum()),
        rejected=rejected.match_to_schema(REJECTED),
    )


def of_distinct(frame: pl.DataFrame, made: Mapping[str, Sequence[pl.Expr]]) -> pl.DataFrame:
    """The frame with what is made of each of some columns, each distinct value being read once where there are many rows."""
    if frame.height <= _FEW:
        coded = [name for name in made if isinstance(frame.schema[name], pl.Categorical)]
        texts = frame.cast(dict.fromkeys(coded, pl.String())) if coded else frame
        return texts.with_columns(expression for expressions in made.values() for expression in expressions)
    columns = []
    for name, expressions in made.items():
        distinct, places = distinct_texts(frame[name])
        # A column without any value, such as the reasons of good rows, is one NULL for all, which takes no room.
        columns += [
            pl.lit(None, column.dtype).alias(column.name)
            if column.null_count() == len(column)
            else pl.lit(column.gather(places))
            for column in distinct.to_frame().select(expressions)
        ]
    return frame.with_columns(columns)


def distinct_texts(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The distinct values of a column of text or categories, as text, NULL among them; and of each row which of them it has.

    Of categories all are given, also those that none of the rows has.
    """
    kinds = column.dtype.categories if isinstance(column.dtype, pl.Categorical) else pl.Categories.random()
    coded = column.cast(pl.Categorical(kinds))
    # Polars drops the texts of categories with the last column that uses them.
    texts, codes = kinds.to_series().alias(column.name), coded.to_physical()
    if not codes.null_count():
        return texts, codes
    return texts.extend_constant(None, 1), codes.fill_null(len(texts))


def reject(frame: pl.DataFrame, rules: Mapping[Reason, tuple[pl.Expr, str]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split a frame with `file` and `line` into the records to keep and the rejected ones.

    `rules` maps a reason to a condition and to what was expected. The first rule that applies to a record names its reason.
    """
    conditions = {f"{_HOLDS}{reason}": condition.fill_null(value=False) for reason, (condition, _) in rules.items()}
    holds = frame.with_columns(**conditions).select(*conditions)
    if not any(column.any() for column in holds):
        return frame, REJECTED.to_frame()
    reasons = [pl.when(name).then(pl.lit(name.removeprefix(_HOLDS))) for name in conditions]
    judged = frame.with_columns(holds.select(pl.coalesce(reasons).alias("reason")))
    details = {reason: tamed(detail) for reason, (_, detail) in rules.items()}
    rejected = judged.filter(pl.col("reason").is_not_null()).select(
        "file",
        pl.col("line").cast(pl.Int64()),
        "reason",
        pl.col("reason").replace_strict(details, return_dtype=pl.String()).alias("detail"),
    )
    return judged.filter(pl.col("reason").is_null()).drop("reason"), rejected.match_to_schema(REJECTED)


def find_duplicates(frame: pl.DataFrame, ignore: Iterable[str] = ("file", "line")) -> pl.Series:
    """True for a record that equals an earlier one in every column but the ignored."""
    values = [name for name in frame.columns if name not in set(ignore)]
    return ~frame.select(pl.struct(values).is_first_distinct().alias("duplicate"))["duplicate"]


def unreadable(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Count, per column and reason, the fields that could not be taken as they stand; a column's reasons stand in `<column>_reason`."""
    counts = frame.select(
        pl.col(f"{name}_reason").drop_nulls().value_counts(name="records").implode().alias(name) for name in columns
    )
    found = [
        (name, reason, records)
        for name, [of_column] in counts.to_dict().items()
        for reason, records in map(dict.values, of_column)
    ]
    return pl.DataFrame(found, schema=UNREADABLE, orient="row").sort("column_name", "reason")
