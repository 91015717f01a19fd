"""Drafts for tables about hashtags: known exports by their columns, others by the common names of counters."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import PurePosixPath
from typing import Any

from ingest.drafts import tag_totals, video_records
from ingest.drafts.draft import Draft, Given
from ingest.drafts.head import Head, quoted
from ingest.drafts.names import snake
from ingest.drafts.video_cells import (
    YOUTUBE_ID,
    Cells,
    are_of_youtube,
    are_other_ids,
    are_times,
    lead_to_posts,
)
from ingest.drafts.video_names import (
    captions,
    captions_of_videos,
    definition,
    match,
    means,
    named_for,
    numbered_tags,
    of_platforms,
    only_dates,
    platform_of_ids,
)
from ingest.drafts.video_times import timed, undated, whole
from ingest.drafts.video_words import ANY_TIME, NAMES, TAG, TEXT
from ingest.formats.hashtag.video_presets import PRESETS, Preset, has_less
from ingest.formats.hashtag.video_readings import COUNTERS
from ingest.formats.products import product_of
from ingest.source import DeliveryError

_ID, _LINK = re.compile(r"^\d{15,20}$"), re.compile(r"^https?://")
_ENOUGH_COUNTERS, _FIRST_LINES = 3, 5
_OF_A_DAY = r"(?:[^\W\d][^\d]*[\s(])?\d{1,4}[./-]\d{1,2}(?:[./-]\d{2,4})?(?: 00:00:00)?\)?"
_AT_ONE_TIME = r"concurrent|^cc[vu]$"
"""Viewers of a stream at a time, which are no views."""
_OF_LIVES = r"(?i)\b(peak|max|maximum|avg|average)\b\W.*\bviewers\b|\bviewers\b.*\b(peak|max|avg|average)\b"


def drafts(head: Head, given: Given) -> Iterator[Draft]:
    """What a file about hashtags may be: known exports first, then common names."""
    if head.kind == "json":
        yield from video_records.drafts(head, given)
    elif head.kind == "table":
        yield from _from_studio(head, given)
        product = product_of(head.rows)
        if product is not None and product.source != "hashtag":
            return
        is_any = False
        for header in head.headers:
            cells = {name: head.below(header, name) for name in header if name}
            if named_for(header) is not None or _are_of_days(cells):
                continue
            tag_totals.require_one_platform(head, header)
            _require_no_objects(head, header, cells)
            for draft in chain(_known(header, cells, given), _named(head, header, cells, given)):
                is_any = True
                yield draft
        if head.has_no_header:
            yield from _by_position(head, given)
        elif not is_any:
            _refuse_others(head)


def needs(names: list[str]) -> Iterator[tuple[str, dict[str, bool]]]:
    """What each format of a plain table needs, and whether a header has it."""
    found = match(dict.fromkeys(names, ())).keys()
    counters = bool({*COUNTERS, "hashtags"} & found)
    yield "video_csv", {"video_id or url": bool({"video_id", "url"} & found), "counters or hashtags": counters}
    is_timed = "captured_at" in found or any(re.fullmatch(ANY_TIME, snake(name)) for name in names)
    yield (
        "tag_totals_csv",
        {"hashtag": "hashtags" in found, "observed_at": is_timed, "views or posts": "views" in found},
    )


def _from_studio(head: Head, given: Given) -> Iterator[Draft]:
    """The draft of an export of TikTok Studio, which is told by the names of its files; they also say when it was made."""
    member = PurePosixPath(head.text.name).stem.lower() if head.text is not None else ""
    if re.sub("[^a-z]", "", member) in ("overview", "viewers", "followerhistory", "content"):
        options = {} if given.captured_at is None else {"captured_at": given.captured_at}
        is_timed = bool(options) or re.search(r"_1[0-9]{9}", f"{head.path.name}/{member}") is not None
        why = "its files are named as those of TikTok Studio"
        yield Draft("hashtag", "studio_zip", why, options, asks=() if is_timed else ("captured_at",))


def _known(header: list[str], cells: Cells, given: Given) -> Iterator[Draft]:
    told = {"views", "likes", "creator"} & match(cells).keys()
    names = {name.replace("/", ".") for name in header}
    for name, preset in PRESETS.items():
        found = {ours for ours, paths in preset.columns.items() if any(_stands_in(path, names) for path in paths)}
        # Short names that many products share say nothing alone.
        is_told = name != "raw_app" and (not preset.told_by or bool(names & {*preset.told_by}))
        if has_less(preset, found, told):
            continue
        if is_told and len(found) >= 4 and {"video_id", "url"} & found and {*COUNTERS} & found:
            why = f"its columns are those of {preset.title}: {quoted(header)}"
            options: dict[str, Any] = {"preset": name}
            if "hashtags" not in found and (texts := _other_captions(preset, cells)) is not None:
                options["columns"] = {"text": texts}
            posted = next((one for one in preset.columns.get("created_at", ()) if one in cells), None)
            if isinstance(apart := whole(posted, cells), list):
                options["columns"] = options.get("columns", {}) | {"created_at": apart}
            yield timed("video_csv", why, options, given, is_known="captured_at" in found)


def _other_captions(preset: Preset, cells: Cells) -> str | list[str] | None:
    """The columns of a known export in which the #words stand, where they are not the one that it is usually."""
    usual = {name.replace("/", "."): name for name in cells}
    names = [usual[path] for path in preset.columns.get("text", ()) if path in usual]
    found = captions({name: cells[name] for name in names})
    return found if names and found not in (names[0], None) else None


def _named(head: Head, header: list[str], cells: Cells, given: Given) -> Iterator[Draft]:
    places = match(cells)
    apart = of_platforms(cells, places)
    options: dict[str, Any] = {}
    if header and not {"video_id", "url"} & places.keys():
        links = next((name for told in (lead_to_posts, _are_links) for name in cells if told(cells[name])), None)
        if links is not None:
            places["url"] = links
        elif header[0] and are_of_youtube(firsts := cells[header[0]]):
            places["video_id"], options = header[0], {"platform": "youtube"}
            if not re.fullmatch(YOUTUBE_ID, firsts[0]):
                # The sum of the others comes first in YouTube Studio, whatever its language.
                options |= _of_youtube_studio(head)
                # Its subscribers are those whom the video won.
                places.pop("creator_followers", None)
    options |= {} if "platform" in options else platform_of_ids(cells, places)
    created, bare = undated(cells, places)
    if created is None and "created_at" not in places and "metric_definition" in options:
        created = only_dates(cells, places)
    places |= {"created_at": created} if created is not None else {}
    if not {*COUNTERS} & places.keys() and len(_numbers(cells, places)) >= _ENOUGH_COUNTERS:
        _refuse_unnamed(head, header, cells)
    if "views" not in places and any(re.search(_AT_ONE_TIME, snake(name)) for name in cells):
        return
    # A survey may have an id and a column of comments; a video has more.
    more = {*COUNTERS, "hashtags", "creator", "created_at", "captured_at"} & places.keys()
    if (
        {"video_id", "url"} & places.keys()
        and ({*COUNTERS, "hashtags"} & more or captions_of_videos(cells, places))
        and ("url" in places or "platform" in options or len(more) > 1)
    ):
        options |= definition(header)
        if "platform" in options:
            places.pop("platform", None)
        columns: dict[str, Any] = places | apart
        options |= {"columns": columns}
        text, tags = captions(cells), numbered_tags(cells)
        if "hashtags" not in places and tags:
            options |= {"columns": columns | {"hashtags": tags}}
        elif "hashtags" not in places and text is not None:
            options |= {"columns": columns | {"text": text}, "hashtags_from": "text"}
        why = f"its columns name videos and their counters: {quoted(list(places.values()))}"
        yield timed("video_csv", why, options, given, header, bare, cells=cells, generic=True)
    yield from tag_totals.of_table(head, header, cells, places, bare, given)


def _of_youtube_studio(head: Head) -> dict[str, str]:
    """The options of an export of YouTube Studio, in whose archive other files tell the same of days and in sum."""
    name = head.text.name if head.text is not None else ""
    known = {"metric_definition": PRESETS["youtube_studio"].metric_definition}
    return known | ({"member": PurePosixPath(name).name} if "/" in name else {})


def _are_links(cells: Sequence[str]) -> bool:
    """Whether most cells are links, whatever their column is called; only the reader knows whether they lead to videos."""
    return 2 * sum(bool(_LINK.match(cell)) for cell in cells) > len(cells)


def _are_of_days(cells: Cells) -> bool:
    """Whether each video of YouTube Studio or Meta's Business Suite has a row a day, so that its figures are no totals."""
    if {"Data comment", "Date"} <= cells.keys():
        return bool(cells["Date"]) and are_times(cells["Date"])
    dates = [name for name in cells if re.fullmatch(ANY_TIME, snake(name))]
    unnamed = [name for name in cells if not any(means(name, pattern) for pattern in NAMES["video_id"])]
    return bool(dates) and any(
        are_of_youtube(cells[name]) and len(set(cells[name])) < len(cells[name]) for name in unnamed
    )


def _refuse_wide(head: Head) -> None:
    """Raise DeliveryError where a table of videos or tags has a column a day."""
    whose = (*NAMES["url"], *NAMES["video_id"], *NAMES["creator"], *NAMES["hashtags"][:1], TAG)
    for row in head.rows[:_FIRST_LINES]:
        days = [cell for cell in row if re.fullmatch(_OF_A_DAY, cell.strip())]
        if len(days) > 1 and any(means(cell, pattern) for cell in row for pattern in whose if cell not in days):
            raise DeliveryError(
                f"{head.path.name}, line {head.line_of(row)}: found {len(days)} columns that are days, expected a row a reading, with a "
                "column of days and one of views: put the columns below one another"
            )


def _refuse_others(head: Head) -> None:
    """Raise DeliveryError where a table has counters of something else than videos or tags."""
    _refuse_wide(head)
    for header in head.headers:
        if any(re.search(_OF_LIVES, name) for name in header):
            raise DeliveryError(
                f"{head.path.name}, line {head.line_of(header)}: found totals of whole live sessions ({quoted(header)}), expected of each "
                "session who joined and left, a row a stay (intervals_csv), or how many watched, a row a time (viewer_samples): a peak or "
                "an average without its times cannot be checked; export the viewers by minute, or the attendees"
            )
        cells = {name: head.below(header, name) for name in header if name}
        found = match(cells)
        others = named_for(header)
        if others is None and not _are_of_days(cells):
            _refuse_unnamed(head, header, cells)
        is_daily = _are_of_days(cells) or any(re.fullmatch(ANY_TIME, snake(name)) for name in cells)
        are_posts = any(means(name, pattern) for name in cells for pattern in TEXT)
        if others is not None:
            what = others
        elif are_posts and not _are_of_days(cells):
            what = "posts without their ids and links"
        else:
            what = "views of single days" if is_daily else "views of what is no video"
        are_views = "views" in found and all(re.match(r"\d", cell) for cell in cells[found["views"]])
        are_figures = are_views and "hashtags" not in found
        are_figures |= are_posts and (len({*COUNTERS} & found.keys()) > 1 or {"creator", "hashtags"} <= found.keys())
        if others is not None or _are_of_days(cells) or (are_figures and not {"video_id", "url"} & found.keys()):
            raise DeliveryError(
                f"{head.path.name}, line {head.line_of(header)}: found {what} ({quoted(header)}), expected a row a video with its "
                "id or link and its counters since it was posted, or a row a tag and time; export the list of videos (of YouTube "
                "Studio the tab Content, Table data.csv)"
            )


def _require_no_objects(head: Head, header: list[str], cells: Cells) -> None:
    """Raise DeliveryError where a column of a table has objects with counters in them, which are no counts."""
    for name, held in cells.items():
        keys = {key for cell in held for key in re.findall(r"['\"](\w+)['\"]\s*:", cell) if cell.startswith("{")}
        if {*COUNTERS} & match(dict.fromkeys(keys, ())).keys():
            raise DeliveryError(
                f"{head.path.name}, line {head.line_of(header)}, column {name[:40]!r}: found objects with counters in a cell, expected a "
                "column a counter; write the records as JSON, or each counter into a column of its own"
            )


def _numbers(cells: Cells, places: Mapping[str, str]) -> list[str]:
    """The columns of numbers whose meaning is not known."""
    unused = [name for name in cells if name not in places.values()]
    return [
        name for name in unused if cells[name] and all(re.match(r"\d[\d\s.,]*\D{0,8}$", cell) for cell in cells[name])
    ]


def _refuse_unnamed(head: Head, header: list[str], cells: Cells) -> None:
    """Raise DeliveryError where a table is one of videos, by its links or YouTube's ids, and no name is known as that of a counter."""
    links = next((name for name in cells if lead_to_posts(cells[name])), None)
    ids = next((name for name in cells if links is None and are_of_youtube(cells[name])), None)
    whose = links or ids
    if whose is not None:
        holds, ours = ("links to videos", "url") if links else ("ids of videos of YouTube", "video_id")
        raise DeliveryError(
            f"{head.path.name}, line {head.line_of(header)}: column {whose[:40]!r} has {holds}, and no other is known by its "
            f"name as their views, likes, comments, shares, saves or hashtags; found {quoted(header)}; name them in a delivery.yml "
            f"(options: columns: {{{ours}: ..., views: ...}}), and land it with: campaign add FILE --note delivery.yml"
        )


def _by_position(head: Head, given: Given) -> Iterator[Draft]:
    columns: dict[str, int] = {}
    for place in range(min(map(len, head.rows[:20]))):
        cells = head.column(place)
        if not cells:
            continue
        if "video_id" not in columns and all(map(_ID.match, cells)):
            columns["video_id"] = place + 1
        elif "url" not in columns and _are_links(cells):
            columns["url"] = place + 1
        elif "hashtags" not in columns and sum("," in cell or "#" in cell for cell in cells) * 2 > len(cells):
            columns["hashtags"] = place + 1
        elif "creator" not in columns and all(re.fullmatch(r"@?[\w.]*[^\W\d][\w.]*", cell) for cell in cells):
            columns["creator"] = place + 1
    ids, links = (
        [row[columns[name] - 1] for row in head.rows] if name in columns else [] for name in ("video_id", "url")
    )
    if are_other_ids(ids, links):
        del columns["video_id"]
    if {"video_id", "url"} & columns.keys() and len(columns) > 1:
        remarks: dict[tuple[str, ...], str] = {
            (
                "options",
                "columns",
            ): "guessed from the cells, since no line names them; counters would need their positions here"
        }
        why = "its first line is a record already, with ids of videos"
        yield timed("video_csv", why, {"header": False, "columns": columns}, given, remarks=remarks)


def _stands_in(path: str, names: set[str]) -> bool:
    """Whether a path is a column, or the columns of a list's elements."""
    pattern = re.compile(re.escape(path).replace(r"\*", r"\d+"))
    return path.split(".*")[0] in names or any(map(pattern.fullmatch, names))
