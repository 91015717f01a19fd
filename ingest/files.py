"""How files are written below a home: readable by their owner alone, whole or not at all. What they hold is for others to say."""

import logging
import os
import re
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

PRIVATE_FILE, PRIVATE_FOLDER, WAY_THROUGH = 0o600, 0o700, 0o710

_MANY_ROWS, _GROUP_ROWS = 10_000, 2**18
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
    # Pyarrow cannot write text of polars' own kind within structs.
    if frame.height >= _MANY_ROWS and not any("Struct" in str(dtype) for dtype in frame.schema.values()):
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
    """Write many rows, which pyarrow does in two thirds of the time of polars; statistics of lists help no reader."""
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    flat = [name for name, dtype in frame.schema.items() if not dtype.is_nested()]
    groups = (group.to_arrow(compat_level=pl.CompatLevel.newest()) for group in frame.iter_slices(_GROUP_ROWS))
    first = next(groups)
    with pq.ParquetWriter(path, first.schema, store_schema=False, write_statistics=flat, **_PACKED) as writer:
        for group in chain([first], groups):
            writer.write_table(group)


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
