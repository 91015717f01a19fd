"""JSON in which tools write records or figures otherwise than one by one: under names, column by column, in lists of figures."""

import json
import re
from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

import polars as pl

_FIRST, _FEWEST = 20, 2
_NUMBER, _ID = r"[0-9]{1,7}", r"[0-9]{15,20}"

_SAME = {"likes": "like_count", "comments": "comments_count"}
"""Figures of Meta that a post has as fields too, which are known of more posts."""


def columns_of(kinds: Mapping[str, str], text: str) -> list[str] | None:
    """The records of an object that holds a list a column, or rows beside the names of their columns; None of another."""
    lists = {name for name, kind in kinds.items() if kind == "ARRAY"}
    if len(lists) < _FEWEST or lists != {*kinds}:
        return None
    values: dict[str, list[Any]] = json.loads(text)
    if values.keys() <= {"columns", "index", "data"} and {"columns", "data"} <= values.keys():
        names, rows = values["columns"], values["data"]
    else:
        names, rows = [*values], [list(row) for row in zip(*values.values(), strict=False)]
        if {len(column) for column in values.values()} != {len(rows)} or isinstance(rows[0][0], dict):
            return None
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    return [json.dumps(dict(zip(map(str, names), row, strict=True))) for row in rows]


def records_of(kinds: Mapping[str, str], text: str) -> list[str] | None:
    """The records of an object, given the kind of each of its values; None where it is a record itself, or a page of some.

    They are objects that have mostly the same fields. A record is told the name that it stands under, unless that is the number of a
    row: as `id` where all names are ids of videos, else as `key`. Where the fields are numbers of rows, the names are of columns.
    """
    if len(kinds) == 1 or set(kinds.values()) != {"OBJECT"}:
        return None
    values: dict[str, dict[str, Any]] = json.loads(text)
    first = next(iter(values.values()))
    if not all(_are_alike(first, value) for value in islice(values.values(), _FIRST)):
        return None
    if _are_all(_NUMBER, values):
        return [json.dumps(value) for value in values.values()]
    if _are_all(_NUMBER, first):
        return [json.dumps({name: column.get(row) for name, column in values.items()}) for row in first]
    name = "id" if _are_all(_ID, values) else "key"
    return [json.dumps({name: key} | value) for key, value in values.items()]


def _are_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return 2 * len(one.keys() & other.keys()) > len(one.keys() | other.keys())


def _are_all(pattern: str, names: Collection[str]) -> bool:
    return all(re.fullmatch(pattern, name) for name in names)


def with_named_insights(records: pl.DataFrame) -> pl.DataFrame:
    """Records in `json`, with what Meta's Graph API lists of each behind `insights` as fields, such as insights.views."""
    has_any = records["json"].str.contains('"insights"', literal=True)
    if not has_any.any():
        return records
    named = [json.dumps(named_insights(json.loads(text))) for text in records["json"].filter(has_any)]
    return records.with_columns(records["json"].scatter(has_any.arg_true(), named))


def named_insights(value: Any) -> Any:
    """A value in which each list of insights is an object that has the figures since the posting under their names."""
    if isinstance(value, list):
        return [named_insights(one) for one in value]
    if not isinstance(value, dict):
        return value
    inner = {name: named_insights(one) for name, one in value.items()}
    listed = value.get("insights")
    figures = listed.get("data") if isinstance(listed, dict) else None
    if not isinstance(figures, list) or not all(isinstance(one, dict) and "name" in one for one in figures):
        return inner
    known = {one["name"]: _whole(one) for one in figures if value.get(_SAME.get(one["name"], "")) is None}
    return inner | {"insights": known}


def _whole(figure: Mapping[str, Any]) -> Any:
    """The value of a figure, unless it has several, or one of some days."""
    values = [figure["total_value"]] if "total_value" in figure else figure.get("values", [])
    is_whole = figure.get("period", "lifetime") == "lifetime" and len(values) == 1
    return values[0].get("value") if is_whole and isinstance(values[0], dict) else None
