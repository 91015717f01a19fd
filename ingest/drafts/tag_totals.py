"""Drafts for readings of the totals that a platform shows for tags: of tables, and of records in JSON."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from ingest.drafts.draft import Draft, Given
from ingest.drafts.head import Head, alone, quoted
from ingest.drafts.names import snake
from ingest.drafts.video_cells import Cells, lead_to_posts
from ingest.drafts.video_names import match, means
from ingest.drafts.video_times import undated, whole
from ingest.drafts.video_words import NAMES, POSTS, TAG
from ingest.formats.hashtag.platforms import platform_in_name, platforms_of_links
from ingest.formats.hashtag.tag_totals_csv import LISTS, SOME_DAYS
from ingest.source import DeliveryError
from ingest.text import unit_of

_OF_RECORDS = {
    "hashtag": r"(?:.*_)?(?:hash_?tag(?:_name)?|challenge_(?:title|name)|cha_name|tag)",
    "views": r"(?:.*_)?views?(?:_count)?",
    "posts": r"(?:.*_)?(?:videos?|posts?|media)(?:_count)?",
}
_TOTALS = (*NAMES["views"], POSTS)
_PAGE_OF_A_TAG = r"(?i)^https?://[^\s?#]+/(?:tags?|hashtag)/[^\s/?#]+/?(?:[?#].*)?$"
_OF_INSTAGRAM = r"(?:.*_)?media(?:_count)?"
"""What Instagram alone calls the posts of a tag."""
_PERIOD = r"(?:.+_)?(?:period|window|time_?(?:range|frame|span)|date_range)(?:_.+)?"


def of_table(
    head: Head, header: list[str], cells: Cells, places: Mapping[str, str], bare: str | None, given: Given
) -> Iterator[Draft]:
    """The draft of a table of totals. Raises DeliveryError where its figures are not the totals that a platform shows for tags."""
    views, posts = places.get("views") or _named(cells, NAMES["views"]), _named(cells, (POSTS,))
    tag = next((name for name in cells if means(name, TAG) or _lead_to_tags(cells[name])), None)
    when = places.get("captured_at") or bare
    totals = {name: column for name, column in (("views", views), ("posts", posts)) if column}
    if tag is None and "hashtags" in places and _are_single(cells[places["hashtags"]], once=when is None):
        tag = places["hashtags"]
    is_of_videos = "video_id" in places or ("url" in places and lead_to_posts(cells[places["url"]]))
    if tag is None or is_of_videos:
        return
    others = [places[name] for name in ("likes", "comments", "shares", "saves") if name in places]
    if not totals:
        _require_totals(head, header, cells, tag, others)
    elif when or len(totals) > 1 or (_are_single(cells[tag]) and not others):
        if others:
            raise DeliveryError(
                f"{head.path.name}: found {quoted(others)} beside figures of a tag, which are sums of some videos or single posts; "
                "expected the total that the platform shows for the tag, of views and posts alone; deliver the videos, a row each with "
                "its id or link"
            )
        above = [cell for row in head.rows[: head.rows.index(header)] for cell in row]
        named, why = {"hashtag": tag, **totals}, "its columns are a tag and totals:"
        yield _draft(head, named, when, places.get("platform"), cells, why, given, above)


def _require_totals(head: Head, header: list[str], cells: Cells, tag: str, others: list[str]) -> None:
    """Raise DeliveryError where a table without totals has figures of some days, or tags and no other counters that are known."""
    some = [name for name in cells if re.search(SOME_DAYS, name) and _named({re.sub(SOME_DAYS, "", name): ()}, _TOTALS)]
    if some and _are_single(cells[tag]):
        raise DeliveryError(
            f"{head.path.name}, line {head.line_of(header)}: found figures of some days ({quoted(some)}), expected the total that the "
            "platform shows for each tag since it was first used; to keep them apart from that, call them views and posts, and write "
            "the number of days into a column window_days"
        )
    if not others and cells[tag] and all(re.match(r"[#\uff03]\w+$", one) for one in cells[tag]):
        raise DeliveryError(
            f"{head.path.name}, line {head.line_of(header)}: found a row a tag, and no column known by its name as the total of its views "
            f"or posts ({quoted(header)}), expected such as views and posts; name them in a delivery.yml (tag_totals_csv), or export them"
        )


def _named(cells: Cells, patterns: Sequence[str]) -> str | None:
    """The first column called so, with or without its platform."""
    counters = {name: (platform_in_name(name) or ("", name))[1] for name in cells}
    return next(
        (
            name
            for name, counter in counters.items()
            if any(means(unit_of(name)[0], pattern) or means(counter, pattern) for pattern in patterns)
        ),
        None,
    )


def _lead_to_tags(cells: Sequence[str]) -> bool:
    """Whether cells are links to the pages of tags."""
    return bool(cells) and all(re.match(_PAGE_OF_A_TAG, cell) for cell in cells)


def _are_single(tags: Sequence[str], *, once: bool = True) -> bool:
    """Whether each cell is one tag, most of them different ones where each stands there once."""
    are_words = bool(tags) and all(re.fullmatch(r"[^\s,;|]+", tag) for tag in tags)
    return are_words and (not once or 2 * len(set(tags)) > len(tags))


def are_of_tags(cells: Cells, places: Mapping[str, str]) -> bool:
    """Whether records with an id and views are those of tags: each has another tag, and nothing else that a video has."""
    if "url" in places and _lead_to_tags(cells[places["url"]]):
        return True
    if places.keys() - {"video_id", "views", "hashtags", "captured_at", "platform"}:
        return False
    tags = [held for name, held in cells.items() if re.fullmatch(_OF_RECORDS["hashtag"], snake(name))]
    return any(_are_single(held) and len(set(held)) > 1 for held in tags)


def of_records(head: Head, lists: list[str], given: Given) -> Iterator[Draft]:
    """The draft of records in JSON that are totals of tags."""
    for records in ((), *((place,) for place in lists if place in LISTS)):
        cells = alone(head.values(records))
        columns = {
            ours: name
            for ours, pattern in _OF_RECORDS.items()
            if (name := next((one for one in cells if re.fullmatch(pattern, snake(one))), None)) is not None
        }
        pages = next((name for name, held in cells.items() if _lead_to_tags(held)), None)
        columns |= {"hashtag": pages} if pages is not None and "hashtag" not in columns else {}
        if "hashtag" not in columns or len(columns) == 1:
            continue
        period = next((name for name in (*cells, *head.values()) if re.fullmatch(_PERIOD, snake(name))), None)
        if period is not None:
            raise DeliveryError(
                f"{head.path.name}: {period[:40]!r} says of what time the figures of its tags are, expected the total since each tag was "
                "first used; write them into a table with the number of days in a column window_days, which keeps them apart"
            )
        if "publish_cnt" in cells:
            raise DeliveryError(
                f"{head.path.name}: its records are tags of TikTok's Creative Center, whose views are of the days that were chosen there; "
                "expected each tag's total; write hashtag, date and total of the tag's page into a table"
            )
        places = match(cells)
        when = places.get("captured_at") or undated(cells, columns)[1]
        yield _draft(head, columns, when, places.get("platform"), cells, "its records have", given)
        return


def require_one_platform(head: Head, header: list[str]) -> None:
    """Raise DeliveryError where a table has the same counter in a column a platform, and rows that have several of them."""
    patterns = (POSTS, *(pattern for ours in ("views", "likes", "comments", "shares") for pattern in NAMES[ours]))
    told: dict[str, list[str]] = {}
    for name in header:
        _, counter = platform_in_name(name) or ("", "")
        if any(means(counter, pattern) for pattern in patterns):
            told.setdefault(counter.lower(), []).append(name)
    rows = head.rows[head.rows.index(header) + 1 :]
    for names in told.values():
        places = [header.index(name) for name in names]
        if any(sum(row[place].strip() not in ("", "0") for place in places if place < len(row)) > 1 for row in rows):
            raise DeliveryError(
                f"{head.path.name}, line {head.line_of(header)}: found a column a platform ({quoted(names)}), expected one for all, beside "
                "a column platform; put the columns below one another, or deliver a file a platform"
            )


def _of_platform(
    columns: dict[str, Any], column: str | None, cells: Cells, said: Sequence[str]
) -> tuple[dict[str, Any], dict[tuple[str, ...], str]]:
    """Options and remarks that say where totals were read: as a column, links to the tags, or the names of columns say; else as
    what is `said` around them does, else a guess."""
    links = next((name for name, held in cells.items() if _lead_to_tags(held)), None)
    if column is None and links is not None and not platforms_of_links(pl.Series(cells[links])).has_nulls():
        column = links
    if column is not None:
        return {"columns": columns | {"platform": column}}, {}
    told = {found[0] for ours in ("views", "posts") if (found := platform_in_name(columns.get(ours, "")))}
    told |= {"instagram"} if re.fullmatch(_OF_INSTAGRAM, snake(columns.get("posts", ""))) else set()
    if len(told) == 1:
        return {"columns": columns, "platform": told.pop()}, {}
    around = {found[0] for text in said if (found := platform_in_name(text))}
    remark = "as the file is called, or says above" if len(around) == 1 else "guessed: the usual one"
    platform = around.pop() if len(around) == 1 else "tiktok"
    return {"columns": columns, "platform": platform}, {
        ("options", "platform"): f"{remark}; say where the totals were read"
    }


def _draft(
    head: Head, columns: dict[str, str], when: str | None, platform: str | None, cells: Cells, why: str, given: Given,
    above: Sequence[str] = (),
) -> Draft:  # fmt: skip
    """The draft that says when totals were read: in a column, in what was given, or by asking."""
    named: dict[str, Any] = columns | ({"observed_at": whole(when, cells)} if when else {})
    options, remarks = _of_platform(named, platform, cells, (head.stem, *above))
    if when is None and given.captured_at is not None:
        options["observed_at"] = given.captured_at
    asks = ("captured_at",) if when is None and given.captured_at is None else ()
    return Draft(
        "hashtag",
        "tag_totals_csv",
        f"{why} {quoted([*columns.values(), *([when] if when else [])])}",
        options,
        remarks,
        asks,
    )
