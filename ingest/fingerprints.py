"""Fingerprints of rows, by which a delivery is found to repeat an earlier one. What is made of a repetition is in `expectations`."""

from datetime import date

import polars as pl

from ingest.source import INSTANT, Table

_EVERY_TYPE = pl.DataFrame(
    {
        "text": ["", "a text that is longer than twelve bytes"],
        "texts": [["a", ""], None],
        "whole": [-1, None],
        "small": pl.Series([7, None], dtype=pl.Int32()),
        "real": [0.5, None],
        "truth": [True, None],
        "day": [date(2022, 10, 4), None],
        "wholes": pl.Series([[1, 2], None], dtype=pl.List(pl.Int32())),
        "samples": [[{"sample": "all", "country": "AE", "is_weighted": True}], []],
        "segments": [[{"segment_name": "country", "segment_value": "AE"}], None],
        "offered": [[{"answer_code": "1", "answer_label": "Yes", "is_top": True, "is_bottom": False}], None],
        "coded": [[{"answer": 1, "answer_code": "1"}], None],
    },
    schema_overrides={"coded": pl.List(pl.Struct({"answer": pl.Int32(), "answer_code": pl.String()}))},
)
"""Every type of column that rows are compared by."""


def _sum_of_rows(rows: pl.DataFrame) -> str:
    """The sum of the hashes of all rows, some thousand at a time, so that the next ones use the same memory."""
    return f"{sum(part.hash_rows().sum() for part in rows.iter_slices()) % 2**64:016x}"


METHOD = _sum_of_rows(_EVERY_TYPE)
"""How fingerprints are made here: another version of polars, or one for another machine, may hash the same rows otherwise."""


def compared_columns(table: Table) -> pl.Schema:
    """The columns by which rows are compared.

    Left out are instants, and what differs from delivery to delivery: its name and day, and the file and line of a row.
    """
    return pl.Schema({name: dtype for name, dtype in table.schema.items() if dtype != INSTANT})


def fingerprint(rows: pl.DataFrame, table: Table) -> str | None:
    """The same for equal rows in any order, whatever their instants; it begins with the method. None where nothing is compared."""
    compared = rows.select(compared_columns(table).names())
    return f"{METHOD} {_sum_of_rows(compared)}" if compared.height and compared.width else None
