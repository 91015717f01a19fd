"""Drafts for files about hashtags: known exports by their columns, other tables and JSON by the common names of counters."""
# ruff: noqa: RUF001 - columns are named in many languages

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, get_args
from zoneinfo import ZoneInfo

import polars as pl

from ingest.drafts.draft import Draft, Given, zone_in_names
from ingest.drafts.head import Head, quoted
from ingest.formats import research_api
from ingest.formats.video_presets import PRESETS
from ingest.formats.video_readings import COUNTERS
from ingest.instants import DateOrder, parse_instant
from ingest.source import DeliveryError

_PREFIX = (
    r"^(?:[a-z]{1,2}\d+|snippet|tiktok|vid|video_meta|video|stats|statistics|metrics|public_metrics|insights|item|post|"
    r"aweme_info|aweme|data)_"
)
_TIME = r"_?(?:time|at|date|on|datetime|timestamp|ts|time_iso|utc)"


def _count(words: str) -> str:
    return rf"(?:n|num|no|total|number_of|nombre_de|عدد)?_?(?:{words})(?:_?(?:count|counts|cnt|number|total))?"


# Our columns by the names that tools give them, in lower case with underscores; best first.
_NAMES = {
    "video_id": r"(?:video_|vid_|aweme_|post_|item_|content_|tiktok_|media_)?id|(?:id|identifiant)_(?:de_la_|del_|do_)?v[ií]d[eé]o|"
    r"video_kimliği|شناسه_(?:ویدیو|ویدئو)|معرف_الفيديو|رقم_الفيديو",
    "url": r"(?:web_)?(?:video_|post_)?(?:url|link|permalink|share_url)|lien(?:_de_la_vidéo)?|(?:ال)?رابط(?:_الفيديو)?",
    "creator": r"(?:author|creator|user|username|user_name|by|account|handle|channel|channel_title|nickname|unique_id|influencer)"
    r"(?:_(?:name|username|unique_id|handle|id))?|(?:author_meta|owner|channel)_(?:name|username|title)|auteur|autora?|usuario|usuário|cuenta|conta|konto|benutzer(?:name)?|kullanıcı(?:_adı)?|hesap|کاربر|نام_کاربری|المنشئ|الحساب|صاحب_الحساب",
    "creator_followers": r"(?:(?:user|author|author_meta|creator|account|channel)_)?n?_?(?:followers?|fans|subscribers?)(?:_count)?",
    "creator_country": r"(?:(?:author|creator|user)_)?(?:country|region)(?:_code)?|pays|país|land|ülke|کشور|(?:ال)?دولة|البلد",
    "created_at": rf"(?:created|posted|published|uploaded|creation|(?:creat(?:e|ed|ion)|post(?:ed)?|publish(?:ed)?|upload(?:ed)?){_TIME}"
    r"|dat[ea]_de_publica(?:tion|ção)|fecha_(?:de_)?publicación|publié_le|publicado(?:_e[lm])?|veröffentlicht(?:_am)?|veröffentlichungs(?:datum|zeitpunkt)(?:_des_videos)?"
    r"|paylaşım_tarihi|yayın(?:lanma)?_tarihi|تاریخ_انتشار|تاريخ_النشر|(?:وقت|تاريخ)_(?:ال)?نشر(?:_الفيديو)?)",
    "captured_at": rf"(?:read|scraped?|crawl(?:ed)?|captured?|collected|collection|retrieved|fetch(?:ed)?|observed|snapshot|"
    rf"extract(?:ed|ion)?){_TIME}|scraped|crawled|captured|collected|retrieved|fetched|observed|snapshot|extracted|"
    r"fecha_(?:de_)?(?:lectura|captura|extracción)|data_d[ae]_(?:leitura|coleta|extração)|date_de_(?:lecture|collecte)|abrufdatum|تاريخ_القراءة",
    "views": _count(
        "views?|plays?|video_views?|watches|vues|visualizaciones|visualizações|reproducciones|reproduções|vistas|aufrufe|wiedergaben|"
        "izlenme(?:ler|_sayısı)?|görüntülenme(?:_sayısı)?|بازدید(?:ها)?|(?:ال)?مشاهدات"
    ),
    "likes": _count(
        "likes?|diggs?|hearts?|j_aime|me_gusta|curtidas|gostos|gefällt_mir(?:_angaben)?|beğeni(?:ler|_sayısı)?|لایک(?:ها)?|(?:ال)?[إا]عجابات"
    ),
    "comments": _count(
        "comments?|replies|commentaires|comentarios|comentários|kommentare|yorum(?:lar)?|نظرات|(?:ال)?تعليقات"
    ),
    "shares": _count(
        "shares?|reposts?|forwards?|partages|compartidos|compartilhamentos|partilhas|geteilt|paylaşım(?:lar)?|(?:ال)?مشاركات"
    ),
    "saves": _count(
        "saves?|saved|collects?|favou?rites?|bookmarks?|enregistrements|favoris|guardados|salvos|gespeichert|kaydetme(?:ler)?|(?:ال)?مفضلة"
    ),
    "hashtags": r"hash_?tags?(?:_names?|_list)?|tags?(?:_list)?|challenges|etiquetas|etiket(?:ler)?|"
    r"هشتگ(?:_?ها)?|(?:ال)?وسوم|الهاشتاغ|هاشتاغ",
    "duration_seconds": r"duration(?:_seconds|_sec|_s)?|length",
    "platform": r"platform|network",
}
_TEXT = r"caption|desc|description|text|légende|texte|descripción|descrição|legenda|beschreibung|açıklama|توضیحات|(?:ال)?وصف"
_ANY_TIME = r"at|date|time|timestamp|datetime|observed_at|date_time|taken_at|fecha|datum|tarih|تاریخ|(?:ال)?تاريخ"
_TAG = r"(?:hash)?_?tag(?:_?name)?|challenge(?:_name)?|name|etiqueta|etiket|هشتگ|هاشتاغ|(?:ال)?وسم"
_POSTS = r"posts?|videos?|publica(?:ciones|ções|tions)|beiträge|gönderi(?:ler)?|(?:ال)?منشورات|پست_?ها"
_YOUTUBE_ID = r"[0-9A-Za-z_-]{11}"
_MOST_DAYS_OF_A_READING = 2
_ID, _LINK = re.compile(r"^\d{15,20}$"), re.compile(r"^https?://")


def drafts(head: Head, given: Given) -> Iterator[Draft]:
    """What a file about hashtags may be. JSON pages of an API first, then known exports, then common names."""
    if head.kind == "json":
        yield from _from_json(head, given)
    elif head.kind == "table":
        yield from _from_studio(head, given)
        for header in head.headers:
            yield from _known(header, given)
            yield from _named(head, header, given)
        if head.has_no_header:
            yield from _by_position(head, given)


def needs(names: list[str]) -> Iterator[tuple[str, dict[str, bool]]]:
    """What each format of a plain table needs, and whether a header has it."""
    found = _match(names).keys()
    counters = bool({*COUNTERS, "hashtags"} & found)
    yield "video_csv", {"video_id or url": bool({"video_id", "url"} & found), "counters or hashtags": counters}
    is_timed = "captured_at" in found or any(re.fullmatch(_ANY_TIME, _snake(name)) for name in names)
    yield (
        "tag_totals_csv",
        {"hashtag": "hashtags" in found, "observed_at": is_timed, "views or posts": "views" in found},
    )


def _from_json(head: Head, given: Given) -> Iterator[Draft]:
    plain = head.fields()
    if {"endpoint", "captured_at"} <= plain.keys():
        for form in ("research_api", "business_api"):
            yield Draft("hashtag", form, "its lines are API pages: captured_at, endpoint, request, response", {})
        return
    if {"data.videos.*.item_id", "data.videos.*.video_views"} <= plain.keys():
        asked = {} if given.captured_at is None else {"captured_at": given.captured_at}
        why = "its videos are those of TikTok's Business API: item_id, video_views"
        yield Draft("hashtag", "business_api", why, asked, asks=() if asked else ("captured_at",))
    if {"data.videos.*.id", "data.videos.*.view_count", "error.code"} <= plain.keys():
        named = head.fields(("data.videos",))
        places = {ours: found for ours, names in research_api.API.videos.items() for found in names if found in named}
        if "hashtag_names.*" in named:
            places["hashtags"] = "hashtag_names.*"
        page = {"columns": places, "records": "data.videos", "metric_definition": "research_api", "platform": "tiktok"}
        why = "it is a page of TikTok's Research API, without when it was asked for"
        yield _timed("video_json", why, page, {}, given)
        return
    for name, preset in PRESETS.items():
        fields = head.fields(preset.records)
        found = {ours for ours, paths in preset.columns.items() if any(path in fields for path in paths)}
        if len(found) >= 3 and {"video_id", "url"} & found and {*COUNTERS} & found:
            yield _timed("video_json", f"its fields are those of {preset.title}", {"preset": name}, {}, given)
    for records in (None, *dict.fromkeys(name.split(".*.")[0] for name in plain if ".*." in name)):
        fields = plain if records is None else head.fields((records,))
        places = _match([name for name in fields if "*" not in name])
        lists = {re.sub(r"\.\*(?:\.(?:name|title))?$", "", name): name for name in fields if "*" in name}
        tags = _match(list(lists)).get("hashtags")
        if tags is not None:
            places["hashtags"] = lists[tags]
        if {"video_id", "url"} & places.keys() and {*COUNTERS} & places.keys():
            inner = () if records is None else (records,)
            bare = next((name for name in fields if "*" not in name and re.fullmatch(_ANY_TIME, _snake(name))), None)
            ids = head.at(places.get("video_id") or places["url"], inner)
            if bare is not None and "created_at" not in places and _are_of_posting(ids, head.at(bare, inner)):
                places["created_at"] = bare
            why = f"its fields name videos and counters: {quoted(list(places.values()))}"
            options = {"columns": places} | ({"records": records} if records is not None else {})
            yield _timed("video_json", why, options, {}, given, generic=True)
            return


def _from_studio(head: Head, given: Given) -> Iterator[Draft]:
    """The draft of an export of TikTok Studio, which is told by the names of its files; they also say when it was made."""
    member = PurePosixPath(head.text.name).stem.lower() if head.text is not None else ""
    if re.sub("[^a-z]", "", member) in ("overview", "viewers", "followerhistory", "content"):
        options = {} if given.captured_at is None else {"captured_at": given.captured_at}
        is_timed = bool(options) or re.search(r"_1[0-9]{9}", f"{head.path.name}/{member}") is not None
        why = "its files are named as those of TikTok Studio"
        yield Draft("hashtag", "studio_zip", why, options, asks=() if is_timed else ("captured_at",))


def _known(header: list[str], given: Given) -> Iterator[Draft]:
    names = {name.replace("/", ".") for name in header}
    for name, preset in PRESETS.items():
        found = {ours for ours, paths in preset.columns.items() if any(_stands_in(path, names) for path in paths)}
        # Short names that many products share say nothing alone.
        if len(found) >= 4 and {"video_id", "url"} & found and {*COUNTERS} & found and name != "raw_app":
            why = f"its columns are those of {preset.title}: {quoted(header)}"
            yield _timed("video_csv", why, {"preset": name}, {}, given)


def _named(head: Head, header: list[str], given: Given) -> Iterator[Draft]:
    places = _match(header)
    bare = next((name for name in header if re.fullmatch(_ANY_TIME, _snake(name))), None)
    options: dict[str, Any] = {}
    if header and not {"video_id", "url"} & places.keys():
        links = next((name for name in header if name and _are_links(head.below(header, name))), None)
        if links is not None:
            places["url"] = links
        elif _are_of_youtube(firsts := head.below(header, header[0])):
            places["video_id"], options = header[0], {"platform": "youtube"}
            if not re.fullmatch(_YOUTUBE_ID, firsts[0]):
                # The sum of the others comes first in YouTube Studio, whatever its language.
                options["metric_definition"] = PRESETS["youtube_studio"].metric_definition
    ids = [cell for name in ("video_id", "url") if name in places for cell in head.below(header, places[name])]
    if bare is not None and "created_at" not in places and _are_of_posting(ids, head.below(header, bare)):
        places["created_at"], bare = bare, None
    # A survey may have an id and a column of comments; a video has more.
    more = {*COUNTERS, "hashtags", "creator", "created_at", "captured_at"} & places.keys()
    if (
        {"video_id", "url"} & places.keys()
        and {*COUNTERS, "hashtags"} & more
        and ("url" in places or "platform" in options or len(more) > 1)
    ):
        options |= {"columns": places}
        if "hashtags" not in places:
            text = next((name for name in header if _means(name, _TEXT)), None)
            if text is not None:
                options |= {"columns": places | {"text": text}, "hashtags_from": "text"}
        known = dict.fromkeys(header, "")
        why = f"its columns name videos and their counters: {quoted(list(places.values()))}"
        yield _timed("video_csv", why, options, known, given, bare, generic=True)
    posts = next((name for name in header if _means(name, _count(_POSTS))), None)
    tag = next((name for name in header if _means(name, _TAG)), None)
    when = places.get("captured_at") or bare
    totals = {name: column for name, column in (("views", places.get("views")), ("posts", posts)) if column}
    if tag and when and totals and not {"video_id", "url"} & places.keys():
        market = next((name for name in header if _means(name, _NAMES["creator_country"])), None)
        if market is not None and len(set(head.below(header, market))) > 1:
            raise DeliveryError(
                f"{head.path.name}, column {market[:40]!r}: found totals of a tag by country, expected the platform's total of each tag, a "
                "row a tag and time; deliver each country's rows as a file of its own, under a platform named after it"
            )
        columns = {"hashtag": tag, "observed_at": when, **totals}
        why = f"its columns are a tag, a time and totals: {quoted(list(columns.values()))}"
        remarks: dict[tuple[str, ...], str] = {
            ("options", "platform"): "guessed: the usual one; say where the totals were read"
        }
        yield Draft("hashtag", "tag_totals_csv", why, {"columns": columns, "platform": "tiktok"}, remarks)


def _are_links(cells: list[str]) -> bool:
    """Whether cells are links, whatever their column is called; only the reader knows whether they lead to videos."""
    return bool(cells) and all(_LINK.match(cell) for cell in cells)


def _are_of_youtube(cells: list[str]) -> bool:
    """Whether cells are ids of YouTube, whatever their column is called; the first of them may name the sum of the others."""
    ids = cells[1:] if cells and not re.fullmatch(_YOUTUBE_ID, cells[0]) else cells
    is_id = [bool(re.fullmatch(_YOUTUBE_ID, cell)) for cell in ids]
    # Words of eleven letters are none: among ids there are digits and capitals.
    return bool(ids) and all(is_id) and any(re.search(r"[0-9_-]|[a-z][A-Z]", cell) for cell in ids)


def _are_of_posting(ids: list[str], written: list[str]) -> bool:
    """Whether times are those of posting: each video stands once, and the times of one reading lie on two days at most."""
    times = pl.DataFrame({"at": written}, schema={"at": pl.String()})
    read = [parse_instant(pl.col("at"), ZoneInfo("UTC"), order).struct.field("at") for order in get_args(DateOrder)]
    return (
        bool(ids)
        and len(set(ids)) == len(ids)
        and times.select(pl.coalesce(read).dt.date().n_unique()).item() > _MOST_DAYS_OF_A_READING
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
    if {"video_id", "url"} & columns.keys() and len(columns) > 1:
        remarks: dict[tuple[str, ...], str] = {
            (
                "options",
                "columns",
            ): "guessed from the cells, since no line names them; counters would need their positions here"
        }
        why = "its first line is a record already, with ids of videos"
        yield _timed("video_csv", why, {"header": False, "columns": columns}, {}, given, remarks=remarks)


def _timed(
    form: str, why: str, options: dict[str, Any], known: Mapping[str, str], given: Given, bare: str | None = None,
    *, generic: bool = False, remarks: dict[tuple[str, ...], str] | None = None,
) -> Draft:  # fmt: skip
    """A draft that says when the counters were read: in a column, in what was given, or by asking."""
    remarks = dict(remarks or {})
    columns = dict(options.get("columns", {}))
    asks: tuple[str, ...] = ()
    if given.captured_at is not None:
        columns.pop("captured_at", None)
        options = options | {"captured_at": given.captured_at}
    elif "captured_at" not in columns and bare is not None and bare not in columns.values():
        columns["captured_at"] = bare
        remarks[("options", "columns", "captured_at")] = (
            "guessed: the only time it has; --captured-at where it is another"
        )
    elif "captured_at" not in columns:
        asks = ("captured_at",)
    if columns:
        options = options | {"columns": columns}
    unused = [name for name in known if name not in columns.values() and name]
    if unused:
        remarks[("options", "columns")] = f"not used: {quoted(unused)}"
    zone = zone_in_names(columns[name] for name in ("created_at", "captured_at") if name in columns)
    if zone is not None:
        remarks[("timezone",)] = "as the names of its times say"
    return Draft("hashtag", form, why, options, remarks, asks, generic, zone=zone)


def _stands_in(path: str, names: set[str]) -> bool:
    """Whether a path is a column, or the columns of a list's elements."""
    pattern = re.compile(re.escape(path).replace(r"\*", r"\d+"))
    return path.split(".*")[0] in names or any(map(pattern.fullmatch, names))


def _match(names: list[str]) -> dict[str, Any]:
    """Our columns to the names that mean them; each name once."""
    found: dict[str, Any] = {}
    for ours, pattern in _NAMES.items():
        for name in names:
            if name not in found.values() and _means(name, pattern):
                found[ours] = name
                break
    return found


def _means(name: str, pattern: str) -> bool:
    """Whether a name, with or without its prefixes, is one of a pattern's; accents are often left out."""
    return any(re.fullmatch(_without_marks(pattern), way) for way in _ways(name))


def _ways(name: str) -> list[str]:
    """A name with all of its prefixes, then with fewer and fewer."""
    ways = [_snake(name)]
    while (shorter := re.sub(_PREFIX, "", ways[-1])) != ways[-1]:
        ways.append(shorter)
    return ways


def _snake(name: str) -> str:
    """A name in lower case with underscores and without accents, whatever its style."""
    whole = re.sub(r"TikTok|YouTube", lambda found: found[0].title(), name)
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", whole)
    return re.sub(r"\W+", "_", _without_marks(apart.lower())).strip("_")


def _without_marks(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if unicodedata.category(sign) != "Mn")
