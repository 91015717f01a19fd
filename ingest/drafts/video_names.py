"""The columns of videos, by the names that tools give them and by what stands in them.

What a file with such columns is, is for `ingest.drafts.hashtag` to say.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

from ingest.drafts.names import snake, without_marks
from ingest.drafts.video_cells import (
    A_POST,
    Cells,
    are_codes_of_instagram,
    are_of_youtube,
    are_other_ids,
    are_times,
    has_channels_of_youtube,
    lead_to_posts,
)
from ingest.drafts.video_words import ADS, NAMES, TEXT
from ingest.formats.hashtag.platforms import PLATFORMS, platform_in_name
from ingest.formats.hashtag.video_ids import CREATOR
from ingest.text import unit_of

_PREFIX = (
    r"^(?:[a-z]{1,2}\d+|snippet|tiktok|vid|video_meta|video_details_info|video_details|video_info|video|stats_v2|stats|statistics|metrics|public_metrics|"
    r"insights|engagement|performance|counts|counters|item|post|publication|tweet|fields|attributes|"
    r"aweme_info|aweme|data|legacy|source|node|lifetime|presence|article_extended_attributes|extra_author_attributes)_"
)
_NUMBERED = r"^[a-z]{1,2}\d+_"
_SUFFIX = r"(?:_number_?(?:int|long|double)|_date)+$"
"""How MongoDB says of what type a value is."""
_OF_COMMENTS = (
    r"cid|(?:.+_)?top_level_comment(?:_.+)?|comment_id|parent_comment_id|(?:reply_?comment|reply)_total|replies_to_id"
)
_ACCOUNTS, _ADS = "accounts, a row each", "advertisements, of which a video has several, and whose views were paid"
_PINS = "pins, with figures of the days that were chosen in Pinterest's analytics"
_OF_OTHERS = {
    "posts of Bluesky, which have no views": ("cid", "indexed_at|record_created_at", "repost_count"),
    "comments, a row each": (_OF_COMMENTS,),
    _ACCOUNTS: (
        r"followers?(?:_count)?|fans",
        r"followings?(?:_count)?|(?:videos?|media|posts?|statuses)(?:_count)?|(?:avg|average)_(?:likes|views)",
    ),
    _ADS: ADS,
    "posts of Reddit, which have no views and no hashtags": ("(?:data_)?subreddit(?:_id|_name(?:_prefixed)?)?",),
    _PINS: ("pin_clicks?", "outbound_clicks?"),
    "a row a counter": (
        "metric|metric_names?|measure|measure_names?|indicator|attribute|variable|kpi",
        "values?|amount|measure_values?",
        r"(?:video|post|item|aweme)_id|url",
    ),
}
_UNLESS: Mapping[str, Sequence[set[str]]] = {
    _ACCOUNTS: ({"views"}, {"comments"}, {"shares"}, {"hashtags"}),
    _ADS: ({"url"}, {"video_id", "likes"}),
    _PINS: ({"views"}, {"likes"}),
}
"""What a table of these has not: with all of one of them it has a row a video, of which it tells that too."""
_COUNTED = ("views", "likes", "comments", "shares", "saves")
_COUNTS = (*_COUNTED, "creator_followers")
_FOLLOWED = r"(?:.*_)?followings?(?:_count)?"
_NUMBERED_TAG = r"(?:entities_)?hash_?tags?_?[0-9]+(?:_(?:name|text|tag))?"
_FEWEST, _ANY_NAME = 4, 2
_AS_OF = (
    r"(?i)\s*\((?:(?:as of|as at|until|up to|au|bis|hasta|até|حتى|بتاريخ)\s[^()]*|overall|total|all[ -]time|lifetime|to date|so far|"
    r"cumulative|(?:ال)?[إا]جمالي|toplam|au total|insgesamt)\)$"
)
"""What says of a figure that it is one since the beginning."""
_FAVOURITES, _RETWEETS = r"favou?rit(?:e|ed)s?(?:_count)?", r"retweet(?:s|ed)?(?:_count)?"
_PASSED_ON = rf"{_RETWEETS}|(?:reblog|boost)(?:s|ed)?(?:_count)?"
"""How X and Mastodon call likes, and what only they count."""
_CODE = "(?:short_?)?code"
_NUMBER_OF_A_COLUMN = r"^\s*[0-9]{1,2}[.)]\s*(?=\D)"
_ID_OF_A_ROW = "[0-9]{1,6}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|rec[0-9A-Za-z]{14}"
_ROW_MADE, _ROW_CHANGED = (
    r"(?:.*_)?created(?:_at|_on|_time)?",
    r"(?:.*_)?(?:updated|modified|last_edited)(?:_at|_on|_time)?",
)
_OTHER_ID = (
    r"(?!.*(?:campaign|brand|client|project|run|batch|job|team|org|organi[sz]ation|workspace|tenant|platform|category|niche|sound|"
    r"music|tag|list|source|session|comment|parent|channel|creator|author|user|owner|account|profile|influencer|uploader)s?_id$).+_id"
)
"""The id of something that may be a video."""
_PLATFORM = "(?i)" + "|".join(PLATFORMS)

_FIELDS_OF = {
    r"(?:.+[._/])?public_metrics[._/]": "x",
    r"(?:.+[._/])?edge_media_(?:to|preview)_": "instagram",
}
"""How names of fields begin that only one platform has."""
# Names of columns that only one API has, each with whose count of a view it gives.
_DEFINITIONS = {
    "research_api": ({"view_count", "region_code"}, {"hashtag_names", "video_description", "voice_to_text"}),
    "business_api": (
        {"item_id", "video_views"},
        {"full_video_watched_rate", "impression_sources", "audience_countries"},
    ),
}


def definition(names: Iterable[str]) -> dict[str, str]:
    """The options that say whose counts they are, or of which platform, where an API tells itself by the names of its fields."""
    known = {name.split(".*")[0] for name in names}
    for metric_definition, (all_of, any_of) in _DEFINITIONS.items():
        if all_of <= known and any_of & known:
            return {"metric_definition": metric_definition, "platform": "tiktok"}
    told = (of for pattern, of in _FIELDS_OF.items() if any(re.match(pattern, name) for name in known))
    platform = next(told, None)
    return {"platform": platform} if platform is not None else {}


def platform_of_ids(cells: Cells, places: Mapping[str, str]) -> dict[str, str]:
    """The option that says of which platform ids of videos are, where no link or column does: as they are written, or since they
    stand beside what only one platform counts."""
    ids = cells[places["video_id"]] if "video_id" in places and not {"url", "platform"} & places.keys() else ()
    if ids and (has_channels_of_youtube(cells) or are_of_youtube(ids)):
        return {"platform": "youtube"}
    if means(places.get("video_id", ""), _CODE) and are_codes_of_instagram(ids):
        return {"platform": "instagram"}
    return {"platform": "x"} if ids and any(means(name, _RETWEETS) for name in cells) else {}


def only_dates(cells: Cells, places: Mapping[str, str]) -> str | None:
    """The one column of days or times that is left, whatever it is called; None where there are several."""
    left = [name for name, written in cells.items() if name not in places.values() and written]
    found = [
        name
        for name in left
        if all(re.search(r"\d[./-]\d|[^\W\d]", one) for one in cells[name]) and are_times(cells[name])
    ]
    return found[0] if len(found) == 1 else None


def match(cells: Cells) -> dict[str, str]:
    """Our columns to the names that mean them, each once. What stands in a column has to be what its name says."""
    cells = _without_single_weeks(cells)
    found = _called(cells)
    if "creator" not in found:
        others = [name for name in cells if name not in found.values()]
        handles = next((name for name in others if _are_handles(name, cells[name])), None)
        found |= {"creator": handles} if handles is not None else {}
    if (told := _told_by_links(found, cells)) is not None:
        found["creator"] = told
    if _is_of_a_row(found, cells):
        del found["created_at"]
    found = _identified(found, cells)
    if (
        {"saves"} == {"saves", "likes"} & found.keys()
        and means(found["saves"], _FAVOURITES)
        and any(means(name, _PASSED_ON) for name in cells)
    ):
        found["likes"] = found.pop("saves")
    if "saves" in found and has_channels_of_youtube(cells):
        # Its API still has a count of favourites, which is always 0.
        del found["saves"]
    return found


def _without_single_weeks(cells: Cells) -> Cells:
    """The columns without those of single weeks or days, such as W40 views beside W41 views."""
    rest = {name: re.sub(_NUMBERED, "", snake(re.sub(_AS_OF, "", name))) for name in cells}
    times = Counter(rest.values())
    return {name: cells[name] for name in cells if times[rest[name]] == 1 or rest[name] == snake(name)}


def _called(cells: Cells) -> dict[str, str]:
    """Our columns to the columns that are called so and may hold what they mean, each once."""
    found: dict[str, str] = {}
    for ours, ranks in NAMES.items():
        meant = [
            name
            for rank, pattern in enumerate(ranks)
            for name in cells
            if name not in found.values()
            and means(unit_of(name)[0] if ours in _COUNTS else name, pattern)
            and _may_hold(ours, rank, name, cells)
        ]
        held = [name for name in meant if _holds(ours, cells[name])] or meant
        if ours == "video_id":
            held = sorted(held, key=lambda name: _are_numbers_of_rows(cells[name]))
        best = _of_videos(held, found, cells) if ours in _COUNTED else next(iter(held), None)
        if best is not None:
            found[ours] = best
    return found


def _identified(found: dict[str, str], cells: Cells) -> dict[str, str]:
    """The columns that were found, of ids and links those of the videos: no numbers of rows, and no ids of something else."""
    ids = cells.get(found.get("video_id", ""), ())
    others = {ours: name for ours, name in found.items() if ours != "video_id"}
    if "url" in found:
        return others if _are_numbers_of_rows(ids) or are_other_ids(ids, cells[found["url"]]) else found
    if any(re.match("https?://", cell) for cell in ids):
        return others | {"url": found["video_id"]}
    if not _are_numbers_of_rows(ids):
        return found
    links = next((name for name in cells if lead_to_posts(cells[name])), None)
    if links is not None:
        return others | {"url": links}
    return found | {"video_id": _of_several(found, cells) or found["video_id"]}


def of_platforms(cells: Cells, places: Mapping[str, str]) -> dict[str, list[str]]:
    """The columns of each counter that has one a platform, such as TikTok Likes and Instagram Likes, where one was found for it."""
    found: dict[str, list[str]] = {}
    split = {name: apart for name in cells if _may_hold("views", 0, name, cells) and (apart := platform_in_name(name))}
    for ours in _COUNTED:
        named: dict[str, str] = {}
        for pattern in NAMES[ours]:
            for name, (platform, counter) in split.items():
                if means(counter, pattern):
                    named.setdefault(platform, name)
        if named and places.get(ours) in (None, *named.values()):
            found[ours] = list(named.values())
    return found if any(len(columns) > 1 for columns in found.values()) else {}


def numbered_tags(cells: Cells) -> list[str]:
    """The columns of a list of tags, one each, such as Hashtag 1 and Hashtag 2."""
    return [name for name in cells if re.fullmatch(_NUMBERED_TAG, snake(name))]


def caption(cells: Cells) -> str | None:
    """The column with the captions, which are no links: the first called so in which #words stand, else any in which they stand,
    else the first called so."""
    cells = {name: held for name, held in cells.items() if 2 * sum("://" in cell[:8] for cell in held) <= len(held)}
    meant = [name for pattern in TEXT for name in cells if means(name, pattern)]
    told = [name for name in meant if any("#" in cell for cell in cells[name])]
    others = [name for name in cells if any(re.search(r"(^|\s)#[^\W\d]", cell) for cell in cells[name])]
    return next(iter((*told, *others, *meant)), None)


def captions(cells: Cells) -> str | list[str] | None:
    """The column with the captions; with the titles or descriptions beside it whose #words are others, where there are such."""
    first = caption(cells)
    if first is None:
        return None
    named = [name for name in cells if name == first or any(means(name, pattern) for pattern in TEXT)]
    whole = {name: [cell.rstrip(" .\u2026") for cell in cells[name] if "://" not in cell[:8]] for name in named}
    told: list[str] = []
    for name in sorted(named, key=lambda one: -sum(map(len, whole[one]))):
        words = [cell for cell in whole[name] if re.search(r"(^|\s)#[^\W\d]", cell)]
        if words and not all(any(cell in other for one in told for other in whole[one]) for cell in words):
            told.append(name)
    return sorted(told, key=lambda one: one != first) if len(told) > 1 else first


def captions_of_videos(cells: Cells, places: Mapping[str, str]) -> bool:
    """Whether a list of videos without counters is told by links to them beside captions with #words."""
    text = caption(cells)
    has_tags = text is not None and any(re.search(r"#\w", cell) for cell in cells[text])
    return has_tags and "url" in places and lead_to_posts(cells[places["url"]])


def named_for(names: Iterable[str]) -> str | None:
    """What the names of columns are those of, where it is something that has counters and is no video."""
    ways = [snake(name) for name in names]
    for what, patterns in _OF_OTHERS.items():
        if all(any(re.fullmatch(without_marks(pattern), way) for way in ways) for pattern in patterns):
            found = match(dict.fromkeys(names, ())).keys()
            return None if any(those <= found for those in _UNLESS.get(what, ())) else what
    return None


def means(name: str, pattern: str) -> bool:
    """Whether a name, with or without its prefixes, is one of a pattern's, or says it in two languages; accents are often left out."""
    name = re.sub(_AS_OF, "", re.sub(_NUMBER_OF_A_COLUMN, "", name))
    parts = [part for part in re.split(r"[/|()\[\]]|\s[-\u2013]\s", name) if part.strip()]
    plain = without_marks(pattern)
    return any(re.fullmatch(plain, way) for way in _ways(name)) or (
        len(parts) > 1 and all(re.fullmatch(plain, way) for part in parts for way in _ways(part)[-1:])
    )


def _may_hold(ours: str, rank: int, name: str, cells: Cells) -> bool:
    """Whether a column may be taken by its name; where the name means other things too, what stands there has to prove it."""
    values = cells[name]
    if ours not in ("hashtags", "creator") and any(re.match(r"\{\s*['\"]", value) for value in values):
        return False
    if ours in ("created_at", "captured_at"):
        return are_times(values) and (bool(values) or not any(cells.values()))
    if ours in _COUNTED:
        return not re.search(r"[%+±Δ]", name) and not any("%" in value for value in values)
    if ours == "video_id" and snake(name) == "code":
        return are_codes_of_instagram(values)
    if ours == "platform" and rank:
        return bool(values) and all(re.search(_PLATFORM, value) for value in values)
    if ours == "hashtags":
        are_tags = rank < _ANY_NAME or 2 * sum(bool(re.match(r"[#\[]|[^\d\s]+,", value)) for value in values) > len(
            values
        )
        return are_tags and not _is_searched(values, cells) and not (rank and _are_labels(values, cells))
    return True


def _of_videos(names: Sequence[str], found: Mapping[str, str], cells: Cells) -> str | None:
    """The column, of several of one counter, that is not beside an account's follows, as its own counters are, and is named
    most like that of the views."""
    order = list(cells)

    def distance(name: str) -> tuple[bool, int]:
        place = order.index(name)
        beside = order[max(0, place - 1) : place + 2]
        pairs = zip(snake(name), snake(found.get("views", "")), strict=False)
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        return any(re.fullmatch(_FOLLOWED, snake(other)) for other in beside), -alike

    return min(names, key=distance, default=None)


def _holds(ours: str, values: Sequence[str]) -> bool:
    """Whether what stands in a column is what its name says."""
    if ours in _COUNTED:
        return bool(values) and 2 * sum(bool(re.search(r"\d", value[:8])) for value in values) >= len(values)
    if ours == "url":
        return any(re.search(A_POST, value) for value in values)
    if ours == "creator":
        return bool(values) and 2 * sum(" " in value and not value.startswith("{") for value in values) <= len(values)
    if ours == "video_id":
        return len(set(values)) > 1 or len(values) == 1
    return bool(values)


def _told_by_links(found: Mapping[str, str], cells: Cells) -> str | None:
    """The column with the handles that stand in the links to the videos, whatever it is called."""
    links = cells[found["url"]] if "url" in found else ()
    handles = {link[1].lower() for one in links if (link := re.search(CREATOR, one))}
    told = [
        name
        for name, values in cells.items()
        if values and 2 * sum(value.lower().removeprefix("@") in handles for value in values) > len(values)
    ]
    return None if not told or found.get("creator") in told else told[0]


def _are_handles(name: str, values: Sequence[str]) -> bool:
    """Whether a column has a handle in each cell, whatever it is called, and not of who is mentioned there."""
    return (
        bool(values)
        and all(re.fullmatch(r"@[\w.]+", value) for value in values)
        and not re.search("(?i)mention|collab", name)
    )


def _are_numbers_of_rows(values: Sequence[str]) -> bool:
    """Whether ids are those of a table's rows, of which a video has another one in every table."""
    return bool(values) and all(re.fullmatch(_ID_OF_A_ROW, value) for value in values)


def _of_several(found: Mapping[str, str], cells: Cells) -> str | None:
    """The one other column of ids of which a table has each several times, where it has the readings of a video one by one."""
    left = [name for name in cells if name not in found.values() and re.fullmatch(_OTHER_ID, snake(name))]
    repeated = [name for name in left if 1 < len(set(cells[name])) < len(cells[name])]
    return repeated[0] if len(repeated) == 1 else None


def _is_of_a_row(found: Mapping[str, str], cells: Cells) -> bool:
    """Whether the time of creation is that of a row in a database, whose id stands there too: it is said when it was changed, or
    the row is one of Airtable, where that is not said."""
    ids = cells.get(found.get("video_id", ""), ())
    if re.fullmatch(_ROW_MADE, snake(found.get("created_at", ""))) is None or not _are_numbers_of_rows(ids):
        return False
    return all(one.startswith("rec") for one in ids) or any(re.fullmatch(_ROW_CHANGED, snake(name)) for name in cells)


def _is_searched(tags: Sequence[str], cells: Cells) -> bool:
    """Whether a tag is the one that was searched for: captions have others beside it, or every video has it alone, and they do."""
    name = caption(cells)
    captions = [{word.lower() for word in re.findall(r"#(\w+)", cell)} for cell in (cells[name] if name else ())]
    alone = [tag.strip("# ").lower() for tag in tags]
    if len(tags) <= _FEWEST or any(re.search(r"[\s,;|]", tag) for tag in alone):
        return False
    if len(set(alone)) == 1:
        return bool(set().union(*captions) - {alone[0]})
    return len(alone) == len(captions) and 2 * sum(
        {tag} < words for tag, words in zip(alone, captions, strict=True)
    ) > len(alone)


def _are_labels(tags: Sequence[str], cells: Cells) -> bool:
    """Whether tags are labels or key words of a tool: captions have hashtags, and those are none of them."""
    text = caption(cells)
    words = [word.lower() for cell in (cells[text] if text else ()) for word in re.findall(r"#(\w+)", cell)]
    is_apart = any(re.search(r"[,;|]", tag) for tag in tags)
    are_phrases = is_apart and any(re.search(r"\w\s+\w", part) for tag in tags for part in re.split(r"[,;|#]", tag))
    told = " ".join(tags).lower()
    return bool(words) and (are_phrases or 2 * sum(word in told for word in words) < len(words))


def _ways(name: str) -> list[str]:
    """A name with all of its prefixes, then with fewer and fewer."""
    ways = [re.sub(_SUFFIX, "", snake(name)) if "$" in name else snake(name)]
    while (shorter := re.sub(_PREFIX, "", ways[-1])) != ways[-1]:
        ways.append(shorter)
    return ways
