"""Records in JSON of a modest size: a record a line, an array, or pages that hold lists of records; as text columns.

For logs of millions of events this is not the way; what the fields mean is for the formats to say.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from ingest.formats.live.live_session import Rows
from ingest.formats.text_file import TextFile
from ingest.reasons import Reason
from ingest.source import LINEAGE, REJECTED, DeliveryError

_DEEPEST = 12


def is_json(file: TextFile) -> bool:
    """Whether the file is JSON rather than a table."""
    return file.text.lstrip()[:1] in ("{", "[")


def json_rows(file: TextFile, columns: Mapping[str, Sequence[str]]) -> Rows:
    """The records of a file, in columns of ours, each the first of the given fields that a record has.

    A field is named by its path (`liveStreamingDetails.concurrentViewers`) or by the end of it. Lists of objects, such as the
    items of a page, are records of their own, beside what is said of all of them. Raises DeliveryError where no record has
    any of the fields of a column that all need.
    """
    kept: list[tuple[Any, ...]] = []
    rejected: list[tuple[str, int, str, str]] = []
    for line, content in _contents(file):
        if isinstance(content, (dict, list)):
            kept += [(*(_field(one, paths) for paths in columns.values()), file.name, line) for one in _flat(content)]
        else:
            rejected.append((file.name, line, Reason.UNREADABLE, "the line is no JSON object"))
    schema = pl.Schema({**dict.fromkeys(columns, pl.String()), **LINEAGE})
    return Rows(pl.DataFrame(kept, schema=schema, orient="row"), pl.DataFrame(rejected, schema=REJECTED, orient="row"))


def _contents(file: TextFile) -> Iterator[tuple[int, Any]]:
    """What each line holds, or the whole file where it is one value over several lines; None where it is no JSON."""
    lines = [(number, line) for number, line in enumerate(file.text.split("\n"), 1) if line.strip()]
    first = _parsed(lines[0][1])
    if first is None:
        whole = _parsed(file.text)
        if whole is None:
            raise DeliveryError(
                f"{file.name}, line {lines[0][0]}: is not JSON; expected a JSON object a line, or one JSON value; deliver it again"
            )
        yield 0, whole
        return
    for number, line in lines:
        yield number, _parsed(line)


def _parsed(text: str) -> Any:
    try:
        # Numbers stay as they are written: an id of nineteen digits is no float.
        return json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None


def _flat(content: Any, path: str = "", depth: int = 0) -> list[dict[str, str | None]]:
    """The records in a JSON value: text by path, one for each element of a list of objects."""
    if isinstance(content, list):
        return [row for element in content if isinstance(element, dict) for row in _flat(element, path, depth + 1)]
    rows: list[dict[str, str | None]] = [{}]
    for key, value in content.items():
        name = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, dict) for one in value)):
            if depth < _DEEPEST:
                inner = _flat(value, name, depth + 1) or [{}]
                rows = (
                    [outer | row for outer in rows for row in inner]
                    if len(inner) > 1
                    else [row | inner[0] for row in rows]
                )
        elif not isinstance(value, list):
            for row in rows:
                row[name] = None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return rows


def _field(record: Mapping[str, str | None], paths: Sequence[str]) -> str | None:
    for path in paths:
        if path in record:
            return record[path]
        ends = [name for name in record if name.endswith(f".{path}")]
        if len(ends) == 1:
            return record[ends[0]]
    return None
