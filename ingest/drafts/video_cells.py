"""What stands in the columns of videos, whatever these are called: ids, links, times."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import get_args
from zoneinfo import ZoneInfo

import polars as pl

from ingest.instants import DateOrder, parse_instant, spelt_out

Cells = Mapping[str, Sequence[str]]
"""Names of columns, or paths, each with the first values that stand there; none where they are not known."""

YOUTUBE_ID = r"[0-9A-Za-z_-]{11}"
A_POST = (
    r"/(?:videos?|photo|v|vi|embed|shorts|live|reels?|spotlight|p|pin|status|posts?)/(?!tos/|t[0-9]+\.)|"
    r"[?&]v=|urn:li:|/t\.me/\w+/\d|youtu\.be/|vm\.tiktok|fb\.watch"
)


def are_other_ids(ids: Sequence[str], links: Sequence[str]) -> bool:
    """Whether ids are those of something else than the videos to which links lead, whose ids stand in the links."""
    linked = {found[1] for link in links if (found := re.search(r"/([0-9]{15,20})\b", link))}
    return bool(linked) and not linked & set(ids)


def lead_to_posts(cells: Sequence[str]) -> bool:
    """Whether most cells are links to videos or other posts."""
    return 2 * sum("://" in cell and re.search(A_POST, cell) is not None for cell in cells) > len(cells)


def are_times(cells: Sequence[str]) -> bool:
    """Whether at least half of the cells can be read as times."""
    return not cells or 2 * times(tuple(cells)).null_count() <= len(cells)


@cache
def times(cells: tuple[str, ...]) -> pl.Series:
    """Cells as times, those without a zone as UTC and in either order of day and month; NULL where they are none."""
    frame = spelt_out(pl.Series("at", cells, dtype=pl.String())).to_frame()
    read = [parse_instant(pl.col("at"), ZoneInfo("UTC"), order).struct.field("at") for order in get_args(DateOrder)]
    return frame.select(pl.coalesce(read)).to_series()


def are_of_youtube(cells: Sequence[str]) -> bool:
    """Whether cells are ids of YouTube, whatever their column is called; the first of them may name the sum of the others."""
    ids = cells[1:] if cells and not re.fullmatch(YOUTUBE_ID, cells[0]) else cells
    is_id = [bool(re.fullmatch(YOUTUBE_ID, cell)) for cell in ids]
    # Words of eleven letters are none: among ids there are digits and capitals.
    has_both = any(re.search("[A-Z]", cell) for cell in ids) and any(re.search("[a-z]", cell) for cell in ids)
    # Those of Instagram have eleven letters too, and begin alike; a date such as 21-Sep-2026 has eleven as well.
    is_other = all(re.match("[BCD]", cell) for cell in ids)
    return (
        bool(ids)
        and all(is_id)
        and has_both
        and not is_other
        and any(re.search(r"[0-9_-]|[a-z][A-Z]", cell) for cell in ids)
        and not are_times(ids)
    )


def are_codes_of_instagram(cells: Sequence[str]) -> bool:
    """Whether cells are the codes that stand in links to Instagram, which begin alike."""
    return bool(cells) and all(re.fullmatch(r"[BCD][0-9A-Za-z_-]{10}", cell) for cell in cells)


def has_channels_of_youtube(cells: Cells) -> bool:
    """Whether a column has ids of YouTube's channels."""
    return any(map(_are_of_youtube_channels, cells.values()))


def _are_of_youtube_channels(values: Sequence[str]) -> bool:
    return bool(values) and all(re.fullmatch("UC[0-9A-Za-z_-]{22}", value) for value in values)
