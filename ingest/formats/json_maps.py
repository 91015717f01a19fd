"""Records of JSON that one object holds under names, or column by column, as tools of tables write them."""

import json
import re
from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

_FIRST, _FEWEST = 20, 2
_NUMBER, _ID = r"[0-9]{1,7}", r"[0-9]{15,20}"


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
