"""Repeats within a delivery: equal records are one, of records that contradict each other the last one counts. Columns made of one."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.records import of_distinct, settle_repeats
from ingest.source import REJECTED


def records(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """Records of a key and a value, a line each."""
    schema = {"key": pl.String(), "value": pl.Int64()}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.lit("a.csv").alias("file"), pl.int_range(2, len(rows) + 2, dtype=pl.Int64()).alias("line")
    )


@pytest.mark.parametrize(
    ("rows", "kept", "duplicates", "rejected"),
    [
        ([("a", 1), ("b", 1)], [2, 3], 0, []),
        ([("a", 1), ("a", 1), ("a", 1)], [2], 2, []),
        ([("a", 1), ("a", 2)], [3], 0, [2]),
        ([("a", 1), ("a", 2), ("a", 1)], [2], 1, [3]),
        ([("a", 1), ("a", 1), ("a", 2)], [4], 1, [2]),
        ([("a", None), ("a", None)], [2], 1, []),
        ([("a", None), ("a", 0)], [3], 0, [2]),
        ([("b", 7), ("a", 1), ("c", 7), ("a", 3), ("b", 7)], [2, 4, 5], 1, [3]),
    ],
)
def test_who_counts(rows: list[tuple[Any, ...]], kept: list[int], duplicates: int, rejected: list[int]) -> None:
    settled = settle_repeats(records(*rows), ["key"], ["value"])
    assert settled.rows.columns == ["key", "value", "file", "line"]
    assert (settled.rows["line"].to_list(), settled.duplicates) == (kept, duplicates)
    assert settled.rejected.schema == REJECTED
    assert settled.rejected["line"].to_list() == rejected
    assert set(settled.rejected["reason"]) <= {"conflicting_key"}
    assert "7" not in "".join(settled.rejected["detail"])


def test_lists_and_several_columns_are_values_too() -> None:
    frame = records(("a", 1), ("a", 1), ("b", 1)).with_columns(pl.Series("tags", [["x"], ["x", None], None]))
    settled = settle_repeats(frame, ["key"], ["value", "tags"])
    assert (settled.rows["line"].to_list(), settled.rejected["line"].to_list()) == ([3, 4], [2])


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), max_size=30))
def test_everyone_is_accounted_for_and_the_last_counts(rows: list[tuple[str, int]]) -> None:
    settled = settle_repeats(records(*rows), ["key"], ["value"])
    assert dict(settled.rows.select("key", "value").iter_rows()) == dict(rows)
    assert settled.rows.height == len(dict(rows))
    assert len(rows) == settled.rows.height + settled.duplicates + settled.rejected.height


@pytest.mark.parametrize("times", [1, 1_000], ids=["few rows", "many rows"])
def test_what_is_made_of_a_column_is_the_same_of_few_rows_and_of_many(times: int) -> None:
    frame = pl.DataFrame({"name": ["b", None, "a", "b"] * times, "number": range(4 * times)})
    upper, size = pl.col("name").str.to_uppercase(), pl.col("name").str.len_bytes().fill_null(0)
    made = of_distinct(frame, {"name": [upper.alias("name"), size.alias("size")]})
    assert made.columns == ["name", "number", "size"]
    assert made["name"].to_list() == ["B", None, "A", "B"] * times
    assert made["size"].to_list() == [1, 0, 1, 1] * times
    assert made["number"].to_list() == list(range(4 * times))
