"""Records of delivered JSON, one a line, in an array or inside pages, as text columns named by dotted paths.

What the columns mean is for the formats to say. DuckDB reads the JSON, since it does so faster than anything else here.
"""

import json
import os
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from ingest.formats.encoding import is_utf8
from ingest.formats.json_maps import columns_of, records_of
from ingest.formats.text_file import TextFile
from ingest.formats.unpacking import MOST_BYTES
from ingest.reasons import Reason
from ingest.source import REJECTED, DeliveryError

if TYPE_CHECKING:
    import duckdb

_LONE_SURROGATE = re.compile(
    r"(?<!\\)\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_AFTER_A_RECORD = ", \t\r\n"
_APART = {
    re.compile(r'\{\s*"[^"]*"\s*:\s*\{'): records_of,
    re.compile(r'\{\s*"[^"]*"\s*:\s*\[\s*[^\s{\[]'): columns_of,
}
"""How an object begins that may hold records under names, or lists of values, and what reads it."""
_PART = 24_000_000
"""Bytes of a file of lines that are read at a time."""
_FIRST = 20
"""How many objects of a file tell what it is."""
_OF_LINES = (".json", ".jsonl", ".ndjson", ".txt")
"""How names of files end that hold text as it is."""
_AT_ONCE = 2
"""So many parts are read at the same time."""
_AT_HAND = 1_000_000
"""Bytes of documents that DuckDB parses before it makes columns of them: more would not stay in a core's own memory."""

ENVELOPES = ("batch", "records", "events", "rows", "result", "data", "data.list")
"""Where an object that stands for many events has them, as a list."""

Made = TypeVar("Made")


def read_documents(file: TextFile) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The JSON objects of a file as text with `line`, and what is none as rejected records. Raises DeliveryError.

    Objects stand one a line, in one array or, over several lines each, one after the other; there `line` counts the objects. A
    file may also be one object alone, or one that holds them under names or column by column.
    """
    if file.is_blank():
        raise DeliveryError(f"{file.name}: is empty; expected JSON objects, one a line or in an array")
    start = file.head.lstrip()[:1]
    if start not in ("{", "["):
        raise DeliveryError(f"{file.name}: is not JSON; expected objects, one a line or in an array")
    first_line = next(line for line in file.head.split("\n") if line.strip())
    is_by_line = _is_json(first_line.rstrip(_AFTER_A_RECORD)) or not (_is_json(file.text) or _is_indented(file.head))
    if start == "{" and is_by_line:
        frame = pl.concat(_parts(file))
    else:
        frame = pl.DataFrame(list(_elements(file.text)), schema={"line": pl.Int64(), "json": pl.String()}, orient="row")
    documents, rejected = _valid(file.name, frame)
    return (_apart(documents) if documents.height == 1 else documents), rejected


def _apart(document: pl.DataFrame) -> pl.DataFrame:
    """The records that one object holds under their names, where it does; `line` counts them."""
    text = document["json"].item()
    read = next((read for begin, read in _APART.items() if begin.match(text)), None)
    if read is None:
        return document
    values = query("select key, type from documents, json_each(documents.json)", documents=document)
    records = read(dict(values.iter_rows()), text)
    return document if records is None else pl.DataFrame({"line": range(1, len(records) + 1), "json": records})


def read_shaped(
    file: TextFile, shape: Mapping[str, Any], make: Callable[[pl.DataFrame], Made]
) -> Iterator[tuple[Made, pl.DataFrame]]:
    """What is made of the JSON objects of a file as structs in `document`, in a shape of DuckDB's `from_json`, with `line`; and
    what is none as rejected records. Part by part, since structs take many times the room of the text; two parts at a time.
    Raises DeliveryError.

    Lines that are objects are read once; only where one is not, its part is looked at first.
    """
    if file.head.lstrip()[:1] == "{":
        try:
            yield from _made_of(file.name, _parts(file), shape, make)
        except _OtherwiseError:
            pass
        else:
            return
    documents, rejected = read_documents(file)
    yield make(query(_wanted(shape), documents=documents)), rejected


def read_lines(
    path: Path, shape: Mapping[str, Any], make: Callable[[pl.DataFrame], Made]
) -> list[tuple[Made, pl.DataFrame]] | None:
    """What `read_shaped` gives of a large file of lines in UTF-8, which is never in memory as a whole; None of any other file."""
    if not path.name.lower().endswith(_OF_LINES) or not _PART < path.stat().st_size <= MOST_BYTES:
        return None
    try:
        return list(_made_of(path.name, _parts_on_disk(path), shape, make))
    except _OtherwiseError:
        return None


class _OtherwiseError(Exception):
    """A file is not of lines in UTF-8, an object each: what it is its whole text tells."""


def _made_of(
    name: str, parts: Iterator[pl.DataFrame], shape: Mapping[str, Any], make: Callable[[pl.DataFrame], Made]
) -> Iterator[tuple[Made, pl.DataFrame]]:
    wanted = _wanted(shape)

    def read(number: int, lines: pl.DataFrame) -> tuple[Made, pl.DataFrame]:
        written = lines.filter(pl.col("json").str.contains(r"\S"))
        found = _shaped(wanted, written)
        if found is not None:
            return make(found), REJECTED.to_frame()
        if number == 0:
            raise _OtherwiseError
        documents, rejected = _valid(name, written)
        return make(query(wanted, documents=documents)), rejected

    begun: deque[Future[tuple[Made, pl.DataFrame]]] = deque()
    number = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for number, lines in enumerate(parts):
            begun.append(pool.submit(read, number, lines))
            if len(begun) > _AT_ONCE:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    if number:
        # Gives back the memory that a large file took.
        _duck().close()
        _duck.cache_clear()


def _wanted(shape: Mapping[str, Any]) -> str:
    return f"select line, from_json(json, '{json.dumps(shape)}') as document from documents"


def _shaped(wanted: str, documents: pl.DataFrame) -> pl.DataFrame | None:
    """The answer, or None where a document is no object."""
    import duckdb

    try:
        found = query(wanted, documents=documents)
    except duckdb.InvalidInputException:
        return None
    return None if found["document"].null_count() else found


def texts_at(documents: pl.DataFrame, paths: Sequence[str], lists: Sequence[str] = ()) -> pl.DataFrame:
    """What stands at each path of JSON objects with `line`: text, or for `lists` a list of texts; NULL where nothing does.

    A path is names with dots between; `*` or `[]` stands for every element of a list.
    """
    wanted = ", ".join(f"'{_pointer(path)}'" for path in paths)
    selected = [f"json_extract_string(json, [{wanted}]) as texts"] if paths else []
    selected += [
        f"case when json_type(json, '{_pointer(path.partition('.*')[0].partition('[]')[0])}') = 'ARRAY' "
        f"then json_extract_string(json, '{_pointer(path)}') end as list_{i}"
        for i, path in enumerate(lists)
    ]
    found = query(f"select line, {', '.join(selected)} from documents", documents=documents)
    return found.select(
        "line",
        *(pl.col("texts").list.get(i).alias(path) for i, path in enumerate(paths)),
        *(pl.col(f"list_{i}").alias(path) for i, path in enumerate(lists)),
    )


def exist(documents: pl.DataFrame, paths: Sequence[str]) -> bool:
    """Whether any of the paths, such as author.name, leads to something in any of the objects, be it null."""
    found = " or ".join(f"coalesce(bool_or(json_exists(json, '{_pointer(path)}')), false)" for path in paths)
    return bool(query(f"select {found} as there from documents", documents=documents)["there"].item())


def inside(documents: pl.DataFrame, places: Sequence[str]) -> pl.DataFrame:
    """The records inside the first place that is a list in one of the first objects, each with the line of its object.

    The objects themselves where none of the places is. A place with `*` leads through every element of another list.
    """
    for place in places:
        pointer = _pointer(place)
        if "*" in place:
            found = query(
                f"select line, unnest(json_extract(json, '{pointer}[*]')) as json from documents", documents=documents
            )
            if found.height:
                return found
            continue
        first = query(f"select json_type(json, '{pointer}') as kind from documents", documents=documents.head(_FIRST))
        # The first page may be one that failed.
        if not (first["kind"] == "ARRAY").any():
            continue
        if documents.height == 1:
            return _of_one(documents, place)
        return query(
            f"select line, unnest(json_extract(json, '{pointer}[*]')) as json from documents", documents=documents
        )
    return documents


def top_level_names(documents: pl.DataFrame) -> list[str]:
    """The names that the first objects have."""
    names: dict[str, None] = {}
    for text in documents["json"].head(_FIRST):
        names |= dict.fromkeys(json.loads(text))
    return list(names)


def _of_one(documents: pl.DataFrame, place: str) -> pl.DataFrame:
    """The records inside one large object, which DuckDB would copy for each of them."""
    line, text = documents.row(0)
    inner: Any = json.loads(text)
    for name in place.split("."):
        inner = inner[name]
    records = [json.dumps(record, ensure_ascii=False) for record in inner]
    return pl.DataFrame({"line": [line] * len(records), "json": records}, schema=documents.schema)


def _pointer(path: str) -> str:
    """A dotted path as DuckDB has it; one in quotation marks is one name."""
    steps = [path] if path.startswith('"') else re.sub(r"\[\]", ".*", path).split(".")
    joined = "".join("[*]" if step == "*" else '."' + step.replace('"', "") + '"' for step in steps)
    return "$" + joined.replace("'", "''")


def _is_indented(text: str) -> bool:
    """Whether a text begins with an object over several lines, and goes on with another."""
    return re.search(r"\n\}[\s,]*\n\{\s*\n", text) is not None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _parts(file: TextFile) -> Iterator[pl.DataFrame]:
    """The lines of the file with their line ends, each with its number, some megabytes at a time. None is copied."""
    ends = _line_ends(file.data, is_whole=True)
    first = 0
    while first < len(ends) - 1:
        last = min(bisect_left(ends, ends[first] + _PART, first + 1), len(ends) - 1)
        yield _lines(file.data, ends[first : last + 1], first)
        first = last


def _parts_on_disk(path: Path) -> Iterator[pl.DataFrame]:
    """The same of a file that is read as it goes. Raises _OtherwiseError where it is not UTF-8, or its line ends are others.

    A part lasts until `_AT_ONCE` others were taken: its room is used again, as new room takes longer to get than to fill.
    """
    number = 0
    with path.open("rb") as file:
        for room in cycle([bytearray(_PART) for _ in range(_AT_ONCE + 1)]):
            size = file.readinto(room)
            if not size:
                return
            data = room if size == _PART else room[:size]
            ends = _line_ends(data, is_whole=size < _PART)
            is_text = data.isascii() or is_utf8(bytes(memoryview(data)[: ends[-1]]))
            if (number == 0 and (data[:1] != b"{" or b"\0" in data[:4096])) or b"\r" in data or not is_text:
                raise _OtherwiseError
            if len(ends) == 1:
                raise _OtherwiseError  # a line that is longer than a part
            yield _lines(data, ends, number)
            number += len(ends) - 1
            file.seek(ends[-1] - size, os.SEEK_CUR)


def _line_ends(data: bytes | bytearray, *, is_whole: bool) -> list[int]:
    """Where lines begin, the first one included, and where the last ends, which needs a line end where more may follow."""
    ends = [0]
    while end := data.find(b"\n", ends[-1]) + 1:
        ends.append(end)
    if is_whole and ends[-1] < len(data):
        ends.append(len(data))
    return ends


def _lines(data: bytes | bytearray, ends: Sequence[int], before: int) -> pl.DataFrame:
    """The lines between these places, numbered from 1 after those before. Their text is not copied."""
    import pyarrow as pa

    offsets = (pl.Series(ends, dtype=pl.Int64()) - ends[0]).to_arrow().buffers()[1]
    part = pa.py_buffer(data).slice(ends[0], ends[-1] - ends[0])
    lines = pl.from_arrow(pa.LargeStringArray.from_buffers(len(ends) - 1, offsets, part))
    return pl.DataFrame({"line": pl.int_range(before + 1, before + len(ends), eager=True), "json": lines})


def _elements(text: str) -> Iterator[tuple[int, str]]:
    """The elements of arrays, or the documents one after the other, each with its number; the last may be broken."""
    decoder = json.JSONDecoder()
    position = len(text) - len(text.lstrip())
    position, number = position + (text[position] == "["), 0
    # Another array may follow: lines may be arrays.
    separator = re.compile(r"[\s,]*(?:\][\s,]*\[[\s,]*)*(?:\]\s*$)?")
    while (position := separator.match(text, position).end()) < len(text):  # type: ignore[union-attr]
        number += 1
        try:
            _, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            yield number, text[position:]
            return
        yield number, text[position:end]
        position = end


def _valid(name: str, written: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The documents that are JSON objects, and the others as rejected records; blank ones are none."""
    text = pl.col("json").str.strip_chars_end(_AFTER_A_RECORD).str.strip_chars()
    written = written.with_columns(text).filter(pl.col("json") != "")
    kinds = _kinds(written)
    if kinds.null_count():
        # A caption that was cut may end in half of an emoji: the video is kept.
        mended = pl.col("json").map_elements(
            lambda text: _LONE_SURROGATE.sub(r"\\ufffd", text), return_dtype=pl.String()
        )
        written = pl.concat(
            [written.filter(kinds.is_not_null()), written.filter(kinds.is_null()).with_columns(mended)]
        ).sort("line")
        kinds = _kinds(written)
    is_object = (kinds == "OBJECT").fill_null(value=False)
    rejected = written.filter(~is_object).select(
        pl.lit(name).alias("file"),
        "line",
        pl.lit(Reason.UNREADABLE).alias("reason"),
        pl.lit("the JSON object of this record is broken, was cut off or is none").alias("detail"),
    )
    return written.filter(is_object), rejected.match_to_schema(REJECTED)


def _kinds(written: pl.DataFrame) -> pl.Series:
    return query("select try(json_type(json)) as kind from documents", documents=written)["kind"]


def query(text: str, documents: pl.DataFrame, params: Sequence[object] | None = None) -> pl.DataFrame:
    """The answer of a DuckDB that holds nothing, without a file, within the memory of an ingestion."""
    import pyarrow as pa

    table = documents.to_arrow(compat_level=pl.CompatLevel.newest())
    rows = max(1, documents.height * _AT_HAND // max(1, int(documents.estimated_size())))
    with _duck().cursor() as duck:
        duck.register("documents", pa.Table.from_batches(table.to_batches(max_chunksize=rows), table.schema))
        answer: pl.DataFrame = duck.sql(text, params=params).pl()
    return answer


@cache
def _duck() -> "duckdb.DuckDBPyConnection":
    """One for the process: to make one takes longer than to read a small file. What one thread answers is in one piece."""
    import duckdb

    # In polars' own layout texts need not be copied.
    return duckdb.connect(config={"memory_limit": "2GB", "threads": 1, "produce_arrow_string_view": True})
