"""Drafts for JSON about hashtags: pages of APIs, known exports by their fields, other records by the common names of counters."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any

from ingest.drafts import tag_totals
from ingest.drafts.draft import Draft, Given
from ingest.drafts.head import Head, alone, quoted
from ingest.drafts.names import snake
from ingest.drafts.video_cells import lead_to_posts
from ingest.drafts.video_names import captions, captions_of_videos, definition, match, named_for, platform_of_ids
from ingest.drafts.video_times import timed, undated
from ingest.drafts.video_words import ANY_TIME
from ingest.formats.hashtag import research_api
from ingest.formats.hashtag.video_presets import PRESETS, has_less
from ingest.formats.hashtag.video_readings import COUNTERS
from ingest.formats.text_file import places_in
from ingest.source import DeliveryError

_LISTED_CAPTION = r"(?:.*[._])?(?:caption|description)s?(?:\.\w+)*\.\*\.(?:\w+\.)*text"
"""The path of a caption in a list of its own, as Instagram's has it, and no comment."""
_OF_BUSINESS = (
    (
        {"data.videos.*.item_id", "data.videos.*.video_views"},
        "its videos are those of TikTok's Business API: item_id, video_views",
    ),
    (
        {"data.metrics.*.date", "data.metrics.*.video_views"},
        "its days of an account are those of TikTok's Business API: date, video_views",
    ),
)
_OF_RESEARCH = {"data.videos.*.region_code", "data.videos.*.username", "data.videos.*.hashtag_names.*"}


def drafts(head: Head, given: Given) -> Iterator[Draft]:
    """What JSON about hashtags may be. Raises DeliveryError where its records are comments or accounts."""
    plain = head.values()
    if {"endpoint", "captured_at"} <= plain.keys():
        for form in ("research_api", "business_api"):
            yield Draft("hashtag", form, "its lines are API pages: captured_at, endpoint, request, response", {})
        return
    yield from _pages(head, given)
    lists = dict.fromkeys(name.split(".*.")[0] for name in plain if ".*." in name)
    yield from _known(head, list(lists), given)
    around = _named(head, (), {}, given, is_wrapped=True)
    # An object beside a list may be of the account, so that those in lists come first.
    for is_wrapped, places in ((False, (None, *lists)), (True, (*lists, None))):
        for records in places:
            inner = () if records is None else (records,)
            options = {} if records is None else {"records": _alike(head, records, list(lists))}
            named = _named(head, inner, options, given, is_wrapped=is_wrapped)
            if named is not None:
                yield around if around is not None and _is_part_of(records, named, around) else named
                return
    for records in _nested(plain):
        for is_wrapped in (False, True):
            if (named := _named(head, (records,), {"records": records}, given, is_wrapped=is_wrapped)) is not None:
                yield named
                return
    _refuse_others(head, list(lists))
    yield from tag_totals.of_records(head, list(lists), given)


def _pages(head: Head, given: Given) -> Iterator[Draft]:
    """Pages of TikTok's APIs as they were sent."""
    plain = head.fields().keys()
    for fields, why in _OF_BUSINESS:
        if fields <= plain:
            asked = {} if given.captured_at is None else {"captured_at": given.captured_at}
            yield Draft("hashtag", "business_api", why, asked, asks=() if asked else ("captured_at",))
    if {"data.videos.*.id", "data.videos.*.view_count", "error.code"} <= plain and _OF_RESEARCH & plain:
        why = "it is a page of TikTok's Research API, without when it was asked for"
        yield timed("video_json", why, _of_research(head, ("data.videos",)) | {"records": "data.videos"}, given)
    elif {"id", "view_count", "region_code", "create_time", "username"} <= plain:
        yield timed("video_json", "its records are those of TikTok's Research API", _of_research(head, ()), given)


def _of_research(head: Head, records: tuple[str, ...]) -> dict[str, Any]:
    named = head.fields(records)
    places = {ours: found for ours, names in research_api.API.videos.items() for found in names if found in named}
    if "hashtag_names.*" in named:
        places["hashtags"] = "hashtag_names.*"
    return {"columns": places, "metric_definition": "research_api", "platform": "tiktok"}


def _known(head: Head, lists: list[str], given: Given) -> Iterator[Draft]:
    """Known exports, whose videos may stand in other lists than the usual ones."""
    for name, preset in PRESETS.items():
        for records in (preset.records, *((place,) for place in lists if place not in preset.records)):
            fields = head.fields(records)
            found = {ours for ours, paths in preset.columns.items() if any(path in fields for path in paths)}
            is_told = not preset.told_by or bool(fields.keys() & {*preset.told_by})
            if has_less(preset, found, {"views", "likes"} & match(alone(head.values(records))).keys()):
                continue
            if is_told and len(found) >= 3 and {"video_id", "url"} & found and "views" in found:
                is_usual = records == preset.records
                options: dict[str, Any] = {"preset": name}
                options |= {} if is_usual else {"records": _alike(head, records[0], lists)}
                options |= _beside(head, records, found)
                why = f"its fields are those of {preset.title}"
                yield timed("video_json", why, options, given, is_known="captured_at" in found)
                break


def _nested(names: Iterable[str]) -> list[str]:
    """The places of lists in other lists, the outer ones first."""
    paths = [name.split(".*.") for name in names]
    places = dict.fromkeys(".*.".join(path[:size]) for path in paths for size in range(2, len(path)))
    return sorted(places, key=lambda place: place.count("*"))


def _is_part_of(records: str | None, inner: Draft, around: Draft) -> bool:
    """Whether a list stands in an object that has more of what a video has, as the tags of a video do."""
    told, more = inner.options["columns"], around.options["columns"]
    paths = [str(path).split(".")[:-1] for place in more.values() for path in places_in(place)]
    whole = [steps[0] for steps in takewhile(lambda steps: len(set(steps)) == 1, zip(*paths, strict=False))]
    is_inside = records is not None and bool(whole) and records.split(".")[: len(whole)] == whole
    return is_inside and len(more) > len(told)


def _alike(head: Head, place: str, lists: list[str]) -> str | list[str]:
    """The place of a list of records, or those of all lists whose records have mostly the same fields, such as a list a tag."""
    names = head.fields((place,)).keys()
    others = [other for other in lists if 2 * len(names & head.fields((other,)).keys()) > len(names)]
    return others if len(others) > 1 else place


def _beside(head: Head, records: tuple[str, ...], found: set[str]) -> dict[str, Any]:
    """The options that name what a known export has under other names than usual: creators, times of posting, tags."""
    places, options = _places(head.values(records))
    sought = {"creator", "created_at"} | (set() if {"hashtags", "text"} & found else {"hashtags", "text"})
    columns = {ours: name for ours, name in places.items() if ours in sought - found}
    if not columns:
        return {}
    return {"columns": columns} | (options if "text" in columns else {})


def _named(
    head: Head, records: tuple[str, ...], options: dict[str, Any], given: Given, *, is_wrapped: bool
) -> Draft | None:
    """The draft of records by the common names of their fields; where a tool wrapped them, those of an object in each record."""
    values = head.values(records)
    if _are_others(values):
        return None
    for body in _bodies(values) if is_wrapped else [""]:
        inner = {name.removeprefix(body): held for name, held in values.items() if name.startswith(body)}
        around = {name: held for name, held in alone(values).items() if not name.startswith(body)}
        found = _videos(inner, is_wrapped=is_wrapped)
        if found is None:
            continue
        places, from_text, bare = found
        columns: dict[str, Any] = {
            ours: [body + one for one in place] if isinstance(place, list) else body + place
            for ours, place in places.items()
        }
        if body and "captured_at" not in columns and "captured_at" in (told := match(around)):
            columns["captured_at"] = told["captured_at"]
        whose = definition(inner) or platform_of_ids(alone(inner), places)
        if whose:
            columns.pop("platform", None)
        why = f"its fields name videos and counters: {quoted(list(columns.values()))}"
        named = {"columns": columns} | whose | options | from_text
        return timed("video_json", why, named, given, bare=bare and body + bare, cells=alone(values), generic=True)
    return None


def _bodies(values: Mapping[str, list[str]]) -> list[str]:
    """How the paths of the objects in a record begin, the outer ones first."""
    parts = [name.split(".*")[0].split(".") for name in values]
    return list(
        dict.fromkeys("".join(f"{part}." for part in path[:size]) for path in parts for size in range(1, len(path)))
    )


def _are_others(values: Mapping[str, list[str]]) -> bool:
    """Whether records are those of something else than videos."""
    cells = alone(values)
    return named_for(cells) is not None or tag_totals.are_of_tags(cells, match(cells))


def _videos(
    values: Mapping[str, list[str]], *, is_wrapped: bool
) -> tuple[dict[str, Any], dict[str, Any], str | None] | None:
    """The fields of videos, the option for their captions, and the one that is a time; None where none are told.

    Where an object in a record is one, views have to be in it: of an account there are ids and likes too.
    """
    places, from_text = _places(values)
    if is_wrapped and ("views" not in places or _are_others(values)):
        return None
    is_told = bool({*COUNTERS} & places.keys()) or captions_of_videos(alone(values), places)
    if not ({"video_id", "url"} & places.keys() and is_told):
        return None
    created, bare = undated(alone(values), places)
    return places | ({"created_at": created} if created is not None else {}), from_text, bare


def _places(values: Mapping[str, list[str]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that mean our columns, and the option for tags that are words of the caption."""
    cells = alone(values)
    lists = {
        re.sub(r"\.\*(?:\.(?:name|title|text|tag|hashtag|hashtag_?[nN]ame))?$", "", name): name
        for name in values
        if "*" in name
    }
    places = match(cells)
    tags = match(cells | {short: values[name] for short, name in lists.items()}).get("hashtags")
    if tags in lists:
        places["hashtags"] = lists[tags]
    text = captions(cells) or next((name for name in values if re.fullmatch(_LISTED_CAPTION, name)), None)
    if "hashtags" in places or text is None:
        return places, {}
    return places | {"text": text}, {"hashtags_from": "text"}


def _refuse_others(head: Head, lists: list[str]) -> None:
    for records in ((), *((place,) for place in lists)):
        cells = alone(head.values(records))
        names, found = list(cells), match(cells)
        others = named_for(names)
        if others is None and "url" in found and lead_to_posts(cells[found["url"]]):
            others = "links to videos, without counters and tags"
        elif (
            others is None
            and len({*COUNTERS} & found.keys()) > 1
            and not {"hashtags", "video_id", "url"} & found.keys()
        ):
            days = any(re.fullmatch(ANY_TIME, snake(name)) for name in names)
            others = "figures of single days" if days else None
        if others is not None:
            raise DeliveryError(
                f"{head.path.name}: its records are {others} ({quoted(names)}), expected a record a video with its id or link and its "
                "counters; export the list of videos"
            )
