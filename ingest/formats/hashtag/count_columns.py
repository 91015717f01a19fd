"""Columns of counts of one file, which say of one another in what units they are written."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from ingest.reasons import Reason
from ingest.text import TURKISH_COUNT, in_unit, read_counts, unit_of

_TURKISH = "(?i)izlen|görüntülen|beğen|yorum|paylaş|gönderi"


def counts_of(frame: pl.DataFrame, names: Sequence[str], labels: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """What `read_counts` gives of each of the columns, called so by their file, in the unit that their names have.

    B is a thousand (bin) where a name is Turkish, or another column has a count in Turkish.
    """
    is_turkish = any(re.search(_TURKISH, label) for label in labels.values())
    counts = _read(frame, names, labels, is_turkish=is_turkish)
    if not is_turkish and any(map(_are_short, counts.values())):
        texts = [frame[name] for name in names if frame.schema[name] == pl.String()]
        if any(text.str.contains(TURKISH_COUNT).any() for text in texts):
            counts = _read(frame, names, labels, is_turkish=True)
    return counts


def _are_short(counts: pl.DataFrame) -> bool:
    return bool((counts["unit"] != 1).any() or (counts["reason"] == Reason.BAD_NUMBER).any())


def _read(
    frame: pl.DataFrame, names: Sequence[str], labels: Mapping[str, str], *, is_turkish: bool
) -> dict[str, pl.DataFrame]:
    # Not as expressions: columns that are read at the same time would wait for one another.
    return {name: read_counts(_in_unit(frame[name], labels.get(name, name)), is_turkish=is_turkish) for name in names}


def _in_unit(counts: pl.Series, label: str) -> pl.Series:
    """The counts with the unit that the name of their column has, or the line below it."""
    below = counts.head(1).to_list() if counts.dtype == pl.String() else []
    name = label if unit_of(label)[1] else f"{label} {''.join(map(str, below))}"
    return counts.to_frame().select(in_unit(pl.col(counts.name), name)).to_series() if unit_of(name)[1] else counts
