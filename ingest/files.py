"""How files are written below a home: readable by their owner alone, whole or not at all. What they hold is for others to say."""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import pyarrow as pa
    from polars._typing import PolarsDataType

PRIVATE_FILE, PRIVATE_FOLDER, WAY_THROUGH = 0o600, 0o700, 0o710

MANY_ROWS = 10_000
"""Files of so many rows take their time to be written."""

_GROUP_ROWS = 2**18
# Level 1 takes half the time and a twentieth more room.
_PACKED: dict[str, Any] = {"compression": "zstd", "compression_level": 1}


def make_home(root: Path) -> None:
    """Make a home where it is missing: its owner's alone, but for the group's way to what is published."""
    root.parent.mkdir(parents=True, exist_ok=True)
    if not root.exists():
        root.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        root.chmod(WAY_THROUGH)  # which a mask of the process would narrow


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for its owner alone."""
    if folder.is_dir():
        return
    make_private(folder.parent)
    folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def keep_private(folder: Path) -> None:
    """Make a folder where it is missing, and see to it that nobody but its owner may look into it."""
    make_private(folder)
    if folder.stat().st_mode & 0o777 != PRIVATE_FOLDER:
        folder.chmod(PRIVATE_FOLDER)


def read_or_set_aside(path: Path, schema: pl.Schema) -> pl.DataFrame:
    """The rows of a file of bookkeeping; a damaged one is set aside with a warning and counts as empty."""
    try:
        return pl.read_parquet(path, memory_map=False, hive_partitioning=False)
    except pl.exceptions.PolarsError:
        aside = path.with_name(f"{path.name}.damaged")
        path.replace(aside)
        logging.getLogger("campaign").warning("%s is damaged: it is set aside as %s, and not shown", path, aside.name)
        return schema.to_frame()


def write_privately(frame: pl.DataFrame, path: Path) -> None:
    """Write parquet that only its owner may read; the file is not on disk yet, nor is it replaced in one step."""
    path.touch(PRIVATE_FILE)
    if frame.height >= MANY_ROWS:
        _write_many(frame, path)
        return
    try:
        frame.write_parquet(path, **_PACKED)
    except pl.exceptions.PolarsError as error:
        # Polars says in words alone that a disk is full.
        number = re.search(r"\(os error (\d+)\)", str(error))
        if number is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from error


def _write_many(frame: pl.DataFrame, path: Path) -> None:
    """Write many rows, which pyarrow does in two thirds of the time of polars; statistics of lists help no reader.

    Of whole numbers and times the differences are written, which takes less time and room than to number the different ones.
    """
    import pyarrow.parquet as pq

    flat = [name for name, dtype in frame.schema.items() if not dtype.is_nested()]
    leaves = dict(_leaves(frame.schema))
    whole = [leaf for leaf, dtype in leaves.items() if dtype.is_integer() or dtype.is_temporal()]
    encodings = {
        "use_dictionary": [leaf for leaf in leaves if leaf not in whole],
        "column_encoding": dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
    }
    groups = _groups(frame)
    first = next(groups)
    with pq.ParquetWriter(
        path, first.schema, store_schema=False, write_statistics=flat, **encodings, **_PACKED
    ) as writer:
        for group in chain([first], groups):
            writer.write_table(group)


def _leaves(columns: Mapping[str, "PolarsDataType"]) -> "Iterator[tuple[str, PolarsDataType]]":
    """What parquet stores of columns that may be lists and structs: each path, and the type of what stands there."""
    for name, dtype in columns.items():
        path, inner = name, dtype
        while isinstance(inner, pl.List):
            path, inner = f"{path}.list.element", inner.inner
        if isinstance(inner, pl.Struct):
            fields = _leaves({field.name: field.dtype for field in inner.fields})
            yield from ((f"{path}.{leaf}", kind) for leaf, kind in fields)
        else:
            yield path, inner


def _groups(frame: pl.DataFrame) -> "Iterator[pa.Table]":
    """The rows in groups, as pyarrow can write them: text within structs not as polars has it."""
    structs = [name for name, dtype in frame.schema.items() if "Struct" in str(dtype)]
    within = frame.select(structs).to_arrow(compat_level=pl.CompatLevel.oldest())
    for number, rows in enumerate(frame.drop(structs).iter_slices(_GROUP_ROWS)):
        group = rows.to_arrow(compat_level=pl.CompatLevel.newest())
        for name in structs:
            part = within[name].slice(number * _GROUP_ROWS, rows.height)
            group = group.append_column(within.schema.field(name), part)
        yield group.select(frame.columns)


def write_atomically(frame: pl.DataFrame, path: Path) -> None:
    """Write parquet so that a reader sees the old file or the new one, whole, at any instant."""
    make_private(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    write_privately(frame, temporary)
    replace_durably(temporary, path)


def replace_durably(temporary: Path, path: Path) -> None:
    """Flush a finished file to disk and move it into place."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)


def append_privately(text: str, path: Path) -> None:
    """Add to a log that only its owner may read."""
    make_private(path.parent)
    path.touch(PRIVATE_FILE)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
