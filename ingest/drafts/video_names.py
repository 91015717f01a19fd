"""The columns of videos by the names that tools give them in many languages, and by what stands in them.

What a file with such columns is, is for `ingest.drafts.hashtag` to say.
"""
# ruff: noqa: RUF001 - columns are named in many languages

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import get_args
from zoneinfo import ZoneInfo

import polars as pl

from ingest.drafts.names import snake, without_marks
from ingest.formats.hashtag.video_readings import PLATFORMS
from ingest.instants import DateOrder, parse_instant, spelt_out
from ingest.text import unit_of

Cells = Mapping[str, Sequence[str]]
"""Names of columns, or paths, each with the first values that stand there; none where they are not known."""

_PREFIX = (
    r"^(?:[a-z]{1,2}\d+|snippet|tiktok|vid|video_meta|video|stats_v2|stats|statistics|metrics|public_metrics|insights|engagement|item|post|tweet|"
    r"aweme_info|aweme|data|source|node|lifetime|presence|article_extended_attributes|extra_author_attributes)_"
)
_NUMBERED = r"^[a-z]{1,2}\d+_"
_SUFFIX = r"_(?:number_?(?:int|long|double)|date)$"
"""How MongoDB says of what type a value is."""
_TIME = r"_?(?:time|at|date|on|datetime|timestamp|ts|time_iso|utc)"


def _count(words: str) -> str:
    after = "count|counts|cnt|number|num|total|latest|current|actual|achieved|sayısı|summary_total_count"
    before = "how_many|n|num|no|nb|total|actual|number_of|nb_de|nombre_de|n_de|número_de|jumlah|anzahl|aantal|عدد|تعداد|[إا]جمالي|מספר"
    return rf"(?:{before})?_?(?:{words})(?:_?(?:{after}))?"


_BY = r"(?:author|author_meta|creator|sender|user|owner|profile|account|channel|influencer|uploader)"

_MORE = {
    "creator": "skapare|pencipta|tác_giả|作者|作成者|投稿者|クリエイター|작성자|ผู้สร้าง",
    "views": "wyświetlenia|visningar|visninger|tontonan|lượt_xem|播放量|播放数|播放次数|观看量|观看次数|再生回?数|조회_?수|ยอดวิว",
    "likes": "polubienia|gilla_markeringar|lượt_thích|点赞数?|いいね数?|좋아요_?수?|ถูกใจ",
    "comments": "komentarze|kommentarer|komen|bình_luận|评论数?|コメント数?|댓글_?수?|ความคิดเห็น",
    "shares": "udostępnienia|delningar|kongsi|chia_sẻ|分享数?|转发数?|シェア数?|공유_?수?|แชร์",
    "saves": "zapisania|sparade|收藏数?|保存数?|저장_?수?",
}
"""More languages, of few files: Polish, Swedish, Malay, Vietnamese, Chinese, Japanese, Korean, Thai."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "video_id": (
        (
            r"(?:video|vid|aweme|tiktok)_?id|(?:id|identifiant)_(?:de_la_|del_|do_)?v[ií]d[eé]o|video_kimliği|شناسه_(?:ویدیو|ویدئو)|"
            r"معرف_الفيديو|رقم_الفيديو"
        ),
        r"(?:post|item|content|media)_?id|short_?code|ident[a-z]*_de_la_public[a-zó]*|معرف_المنشور",
        "id",
    ),
    "url": (
        (
            r"(?:web_?page_|web_|original_|share_|canonical_|tiktok_|content_)?(?:video_|post_|media_)?(?:url|link|permalink|share_url|permalink_url)(?:_href)?|"
            r"lien(?:_(?:de_la_)?vidéo)?|permalien|enlace(?:_permanente|_del_v[ií]deo)?|link_do_vídeo|tautan|لینک(?:_ویدیو)?|(?:ال)?رابط(?:_الفيديو|_الثابت)?"
        ),
    ),
    "platform": (
        r"(?:social_?)?(?:platform|network)",
        r"channel|source|source_type|source_name|site|media_type|page_type|extractor_key|kanal|plataforma|red_social|plateforme|المنصة",
    ),
    "creator": (
        (
            rf"(?:{_BY}_)?(?:(?:platform_)?user_?name|unique_id|handle|screen_name|login)|nombre_de_usuario(?:_de_la_cuenta)?|nome_de_usuário|"
            r"nom_d_utilisateur(?:_du_compte)?|benutzername|nutzername|gebruikersnaam|nome_utente|nama_pengguna|kullanıcı_adı|نام_کاربری|اسم_(?:ال)?مستخدم(?:_الحساب)?|"
            r"שם_משתמש|صارف_نام|ناوی_بەکارهێنەر"
        ),
        (
            rf"{_MORE['creator']}|author|(?:content_)?creator|user|by|account|uploader|influencer|channel|(?:author|creator|account|influencer|uploader|channel|author_meta|owner|profile)_name|"
            r"auteur|autora?|créat(?:eur|rice)(?:_de_contenu)?|creadora?(?:_de_contenido)?|criadora?(?:_de_conteúdo)?|içerik_üretici(?:si)?|(?:اسم_)?صانع_المحتوى|compte|автор|χρήστης|usuario|usuário|cuenta|conta|konto|kanal|(?:nama_)?akun|perfil|profile?|compte_tiktok|cuenta_de_tiktok|حساب_تيك_توك|اسم_ال[اأ]كونت|حساب_کاربری|تخلیق_کار|benutzer|kullanıcı|hesap|کاربر|المنشئ|الحساب|صاحب_الحساب|extra_author_attributes_name"
        ),
        rf"{_BY}_id",
        r"(?:(?:author|user|account)_s_)?nick_?name|display_name|channel_title|(?:author|user|account|influencer)_(?:nick_?name|display_name|full_name)",
    ),
    "creator_followers": (rf"(?:{_BY}_)?n?_?(?:followers?|fans|subscribers?)(?:_count)?",),
    "creator_country": (
        r"(?:(?:author|creator|user)_)?country|pays|país|land|ülke|کشور|(?:ال)?دولة|البلد",
        r"(?:(?:author|creator|user)_)?(?:country_code|region(?:_code)?)|world_data_country_code",
    ),
    "created_at": (
        (
            rf"(?:posted|published|uploaded|(?:post(?:ed)?|publish(?:ed)?|upload(?:ed)?){_TIME}"
            r"|dat[ea]_de_publica(?:tion|ção)|fecha_(?:de_)?publicación|data_da_postagem|tanggal_(?:unggah|posting)|upload_datum|publié_le|publicado(?:_e[lm])?|veröffentlicht(?:_am)?|дата_публикации|geplaatst_op|data_di_pubblicazione"
            r"|veröffentlichungs(?:datum|zeitpunkt)(?:_des_videos)?|paylaşım_tarihi|yayın(?:lanma)?_(?:tarihi|zamanı)|videonun_yayınlanma_zamanı"
            r"|תאריך_פרסום|تاریخ_اشاعت|بەرواری_بڵاوکردنەوە|h(?:or|eur|ór)[ae]_de_publica(?:tion|ção|ción)(?:_de_la_vidéo|_del_v[ií]deo|_do_vídeo)?|تاریخ_انتشار|تاريخ_النشر"
            r"|(?:وقت|تاريخ)_(?:ال)?نشر(?:_الفيديو)?)"
        ),
        rf"created|creation|taken_at_timestamp|creat(?:e|ed|ion){_TIME}",
    ),
    "captured_at": (
        (
            rf"(?:read|checked|scraped?|crawl(?:ed)?|captured?|collected|collection|retrieved|fetch(?:ed)?|observed|snapshot|"
            rf"extract(?:ed|ion)?){_TIME}|timestamp_(?:collected|captured|scraped)|scraped|checked|crawled|captured|collected|retrieved|fetched|current_(?:time|date)|"
            r"date_(?:read|checked|scraped|captured|collected|retrieved)|"
            r"observed|snapshot|extracted|fecha_(?:de_)?(?:lectura|captura|extracción|medición|recogida)|data_d[ae]_(?:leitura|coleta|extração|medição|recolha)|"
            r"date_(?:de_l[a']_?|d[eu]_|d')(?:lecture|collecte|relevé|relève|mesure|capture|extraction)|data_(?:di_|della_)?(?:lettura|rilevazione)|"
            r"(?:ablese|mess|erhebungs)datum|tanggal_(?:pengambilan|pengukuran|dibaca|dicatat)|(?:collecté|relevé|extrait|recueilli|lu)e?_le|abrufdatum|(?:abgerufen|erfasst|erhoben|gelesen)_am|"
            r"(?:recogid|recolectad|capturad|coletad|extraíd|leíd|lid)[oa]_e[lm]|(?:raccolto|rilevato|letto)_il|(?:toplanma|okunma|çekilme)_tarihi|"
            r"(?:تاريخ|وقت)_(?:القراءة|الجمع|الالتقاط|الاستخراج|القياس|الرصد)"
        ),
    ),
    # Where a tool has both, a play is what platforms call a view now.
    "views": (
        _count("plays?"),
        _count(
            f"{_MORE['views']}|"
            "views?|video_views?|watches|vues|visualizaciones|visualizações|reproducciones|reproduções|vistas|aufrufe|wiedergaben|"
            "visualizzazioni|weergaven|tayangan|penayangan|просмотры|προβολές|צפיות|ویوز|ملاحظات|بینین|izlenme(?:ler|_sayısı)?|görüntülen?me(?:ler|_sayısı)?|بازدید(?:ها)?|(?:ال)?مشاهدات"
        ),
    ),
    "likes": (
        _count(
            f"{_MORE['likes']}|"
            "likes?|diggs?|hearts?|j_aime|mentions_j_aime|me_gusta|curtidas|gostos|gefällt_mir(?:_angaben)?|mi_piace|vind_ik_leuks|suka|лайки|μου_αρέσει|לייקים|لائکس|پسند(?:ها)?|لایکات|(?:ال)?لايكات|beğeni(?:ler|_sayısı)?|لایک(?:ها)?|"
            "(?:ال)?[إا]عجابات|تسجيلات_الإعجاب"
        ),
    ),
    "comments": (
        _count(
            f"{_MORE['comments']}|"
            "comments?|commentaires|comentarios|comentários|kommentare|commenti|komentar|reacties|комментарии|σχόλια|תגובות|تبصرے|کۆمێنت|yorum(?:lar)?|نظر(?:ات)?|دیدگاه(?:_?ها)?|(?:ال)?كومنتات|(?:ال)?تعليقات"
        ),
        _count("repl(?:y|ies)|respuestas|réponses|antworten|(?:ال)?ردود"),
    ),
    "shares": (
        _count(
            f"{_MORE['shares']}|"
            "shares?|partages|compartidos|veces_(?:que_se_ha_)?compartido|compartilhamentos|partilhas|geteilt|condivisioni|gedeeld|(?:di)?bagikan|κοινοποιήσεις|שיתופים|شیئرز?|شەیر|اشتراک_گذاری|(?:ال)?شير|paylaşım(?:lar)?|(?:ال)?مشاركات"
        ),
        _count("reposts?|retweets?|репосты|(?:إعادة|إعادات)_النشر"),
        _count("forwards?"),
    ),
    "saves": (
        _count(
            f"{_MORE['saves']}|"
            "saves?|saved|collects?|enregistrements|guardados|veces_que_se_ha_guardado|salvos|salvamentos|gespeichert|salvataggi|opgeslagen|disimpan|сохранения|αποθηκεύσεις|שמירות|محفوظ|پاشەکەوت|ذخیره|(?:ال)?حفظ|kaydetme(?:ler)?|عمليات_الحفظ"
        ),
        _count("favou?rites?|favoris|bookmarks?|(?:ال)?مفضلة"),
    ),
    "hashtags": (
        r"hash_?tags?(?:_names?|_list)?|challenges|mots?_dièses?|хештеги|האשטגים|ہیش_ٹیگز|هاشتاگ|tagar|hashtagler|תגיות|ہیش_ٹیگ|هشتگ(?:_?ها)?|(?:ال)?هاشتاق(?:ات)?|(?:ال)?وسوم|(?:ال)?هاشتاغ(?:ات)?|(?:ال)?هاشتاج(?:ات)?",
        r"tags?(?:_list)?|ετικέτες|etiquetas|etiket(?:ler)?",
        r"(?:.+_)?(?:hash_?tags?|(?:ال)?وسوم|(?:ال)?هاشتا[غقج](?:ات)?|هشتگ(?:_?ها)?)(?:_[^\W\d]+)*",
    ),
    "duration_seconds": (r"duration(?:_seconds|_sec|_s)?|length",),
}
"""Our columns by names in lower case with underscores, the surest first."""

TEXT = (
    r"caption|desc|description|text|légende|texte|descripción|descrição|legenda|beschreibung|açıklama|توضیحات|(?:ال)?وصف|(?:ال)?نص",
    r"message|media_caption|full_text|content_snippet|hit_sentence|body|post|snippet",
    r"title|videotitel|titre_de_la_vidéo|título_del_vídeo|título_do_vídeo|başlığı|عنوان_الفيديو|headline",
)
ANY_TIME = r"at|date|time|timestamp|datetime|observed_at|date_time|taken_at|fecha|datum|tarih|tanggal|תאריך|تاریخ|(?:ال)?(?:تاريخ|وقت)"
TAG = r"(?:hash)?_?tag(?:_?name)?|challenge(?:_name)?|name|etiqueta|etiket|tagar|האשטאג|ہیش_ٹیگ|هشتگ|هاشتاغ|(?:ال)?وسم"
POSTS = _count(
    r"posts?|videos?|publica(?:ciones|ções|tions)|beiträge|gönderi(?:ler)?|(?:ال)?منشورات|(?:ال)?فيديوهات|(?:ال)?مقاطع(?:_(?:ال)?فيديو)?|ویدیو_?ها|پست(?:_?ها)?|پوسٹس|סרטונים|פוסטים"
)
_OF_COMMENTS = (
    r"cid|(?:.+_)?top_level_comment(?:_.+)?|comment_id|parent_comment_id|(?:reply_?comment|reply)_total|replies_to_id"
)
_ACCOUNTS = "accounts, a row each"
_OF_OTHERS = {
    _ACCOUNTS: (
        r"followers?(?:_count)?|fans",
        r"followings?(?:_count)?|(?:videos?|media|posts?|statuses)(?:_count)?|(?:avg|average)_likes",
    ),
    "posts of Reddit, which have no views and no hashtags": ("subreddit(?:_id|_name(?:_prefixed)?)?",),
    "a row a counter": (
        "metric|metric_names?|measure|measure_names?|indicator|attribute|variable|kpi",
        "values?|amount|measure_values?",
        r"(?:video|post|item|aweme)_id|url",
    ),
}
_COUNTED = ("views", "likes", "comments", "shares", "saves")
_COUNTS = (*_COUNTED, "creator_followers")
_NUMBERED_TAG = r"hash_?tags?_?[0-9]+(?:_name)?"
_FEWEST, _ANY_NAME = 4, 2
_NUMBER_OF_A_COLUMN = r"^\s*[0-9]{1,2}[.)]\s*(?=\D)"
_ID_OF_A_ROW = "[0-9]{1,6}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PLATFORM = "(?i)" + "|".join(PLATFORMS)
_POST = r"/(?:videos?|photo|v|vi|embed|shorts|live|reels?|spotlight|p|status|posts)/(?!tos/)|[?&]v=|youtu\.be/|vm\.tiktok|fb\.watch"

# Names of columns that only one API has, each with whose count of a view it gives.
_DEFINITIONS = {
    "research_api": ({"view_count", "region_code"}, {"hashtag_names", "video_description", "voice_to_text"}),
    "business_api": (
        {"item_id", "video_views"},
        {"full_video_watched_rate", "impression_sources", "audience_countries"},
    ),
}


def definition(names: Iterable[str]) -> dict[str, str]:
    """The options that say whose counts they are, where an API tells itself by the names of its fields."""
    known = {name.split(".*")[0] for name in names}
    for metric_definition, (all_of, any_of) in _DEFINITIONS.items():
        if all_of <= known and any_of & known:
            return {"metric_definition": metric_definition, "platform": "tiktok"}
    return {}


def match(cells: Cells) -> dict[str, str]:
    """Our columns to the names that mean them, each once. What stands in a column has to be what its name says."""
    found: dict[str, str] = {}
    rest = {name: re.sub(_NUMBERED, "", snake(name)) for name in cells}
    # W40 views, W41 views ... are of single weeks.
    cells = {
        name: cells[name] for name in cells if Counter(rest.values())[rest[name]] == 1 or rest[name] == snake(name)
    }
    for ours, ranks in NAMES.items():
        meant = [
            (rank, name)
            for rank, pattern in enumerate(ranks)
            for name in cells
            if name not in found.values()
            and means(unit_of(name)[0] if ours in _COUNTS else name, pattern)
            and _may_hold(ours, rank, name, cells)
        ]
        best = next((name for _, name in meant if _holds(ours, cells[name])), meant[0][1] if meant else None)
        if best is not None:
            found[ours] = best
    if "creator" not in found:
        others = [name for name in cells if name not in found.values()]
        handles = next((name for name in others if _are_handles(name, cells[name])), None)
        found |= {"creator": handles} if handles is not None else {}
    if (
        "video_id" in found
        and "url" not in found
        and any(re.match("https?://", cell) for cell in cells[found["video_id"]])
    ):
        found["url"] = found.pop("video_id")
    if "url" in found and "video_id" in found and _are_numbers_of_rows(cells[found["video_id"]]):
        del found["video_id"]
    if "saves" in found and is_of_youtube(cells):
        # Its API still has a count of favourites, which is always 0.
        del found["saves"]
    return found


def numbered_tags(cells: Cells) -> list[str]:
    """The columns of a list of tags, one each, such as Hashtag 1 and Hashtag 2."""
    return [name for name in cells if re.fullmatch(_NUMBERED_TAG, snake(name))]


def caption(cells: Cells) -> str | None:
    """The column with the captions: the first called so in which #words stand, else any in which they stand beside other words,
    else the first called so."""
    meant = [name for pattern in TEXT for name in cells if means(name, pattern)]
    told = [name for name in meant if any("#" in cell for cell in cells[name])]
    others = [
        name for name in cells if any(re.search(r"\s#\w", cell) and re.match(r"[^\s#]", cell) for cell in cells[name])
    ]
    return next(iter((*told, *others, *meant)), None)


def named_for(names: Iterable[str]) -> str | None:
    """What the names of columns are those of, where it is something that has counters and is no video."""
    ways = [snake(name) for name in names]
    if any(re.fullmatch(_OF_COMMENTS, way) for way in ways):
        return "comments, a row each"
    for what, patterns in _OF_OTHERS.items():
        if all(any(re.fullmatch(pattern, way) for way in ways) for pattern in patterns):
            is_of_posts = {"views", "comments", "shares", "hashtags"} & match(dict.fromkeys(names, ())).keys()
            return None if what == _ACCOUNTS and is_of_posts else what
    return None


def lead_to_posts(cells: Sequence[str]) -> bool:
    """Whether most cells are links to videos or other posts."""
    return 2 * sum("://" in cell and re.search(_POST, cell) is not None for cell in cells) > len(cells)


def are_times(cells: Sequence[str]) -> bool:
    """Whether at least half of the cells can be read as times."""
    return not cells or 2 * times(tuple(cells)).null_count() <= len(cells)


@cache
def times(cells: tuple[str, ...]) -> pl.Series:
    """Cells as times, those without a zone as UTC and in either order of day and month; NULL where they are none."""
    frame = spelt_out(pl.Series("at", cells, dtype=pl.String())).to_frame()
    read = [parse_instant(pl.col("at"), ZoneInfo("UTC"), order).struct.field("at") for order in get_args(DateOrder)]
    return frame.select(pl.coalesce(read)).to_series()


def means(name: str, pattern: str) -> bool:
    """Whether a name, with or without its prefixes, is one of a pattern's, or says it in two languages; accents are often left out."""
    name = re.sub(_NUMBER_OF_A_COLUMN, "", name)
    parts = [part for part in re.split(r"[/|()\[\]]", name) if part.strip()]
    plain = without_marks(pattern)
    return any(re.fullmatch(plain, way) for way in _ways(name)) or (
        len(parts) > 1 and all(re.fullmatch(plain, way) for part in parts for way in _ways(part)[-1:])
    )


def _may_hold(ours: str, rank: int, name: str, cells: Cells) -> bool:
    """Whether a column may be taken by its name; where the name means other things too, what stands there has to prove it."""
    values = cells[name]
    if ours != "hashtags" and any(re.match(r"\{\s*['\"]", value) for value in values):
        return False
    if ours in ("created_at", "captured_at"):
        return are_times(values)
    if ours in _COUNTED:
        return not re.search(r"[%+±Δ]", name) and not any("%" in value for value in values)
    if ours == "platform" and rank:
        return bool(values) and all(re.search(_PLATFORM, value) for value in values)
    if ours == "hashtags":
        are_tags = rank < _ANY_NAME or 2 * sum(bool(re.match(r"[#\[]|[^\d\s]+,", value)) for value in values) > len(
            values
        )
        return are_tags and not _is_searched(values, cells) and not (rank and _are_labels(values, cells))
    return True


def _holds(ours: str, values: Sequence[str]) -> bool:
    """Whether what stands in a column is what its name says."""
    if ours == "url":
        return any(re.search(_POST, value) for value in values)
    if ours == "creator":
        return bool(values) and 2 * sum(" " in value for value in values) <= len(values)
    if ours == "video_id":
        return len(set(values)) > 1 or len(values) == 1
    return bool(values)


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


def _are_of_youtube_channels(values: Sequence[str]) -> bool:
    return bool(values) and all(re.fullmatch("UC[0-9A-Za-z_-]{22}", value) for value in values)


def is_of_youtube(cells: Cells) -> bool:
    """Whether a column has ids of YouTube's channels."""
    return any(map(_are_of_youtube_channels, cells.values()))


def _is_searched(tags: Sequence[str], cells: Cells) -> bool:
    """Whether a tag is the one that was searched for: every video has it alone, and captions have others."""
    text = caption(cells)
    words = {word.lower() for cell in (cells[text] if text else ()) for word in re.findall(r"#(\w+)", cell)}
    if len(tags) <= _FEWEST or len(set(tags)) > 1:
        return False
    searched = tags[0].strip("# ").lower()
    return re.search(r"[\s,;|]", searched) is None and bool(words - {searched})


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
