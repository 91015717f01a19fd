"""The ids of videos: as written, recovered from a URL where a spreadsheet destroyed them, and the time of posting in TikTok's."""

import re
from datetime import datetime

import polars as pl

from ingest.formats.hashtag.platforms import ELSEWHERE
from ingest.spelling import spelling
from ingest.text import nothing

# What follows /share/ stands for a link that was made for sharing, of which a video has many.
_URL_ID = (
    r"/share/[a-z]/|(?:/(?:embed/v2|embed|v|video|videos|photo|vi|shorts|live|reel|reels|spotlight|p|status|statuses|permalink)/|[?&]v=|youtu\.be/|urn:li:(?:activity|share|ugcPost):|"
    r"(?:threads\.(?:net|com)|bsky\.app)/[^?#]*/post/|pinterest\.[a-z.]+/pin/)"
    r"([0-9A-Za-z_-]+)"
)
_OF_ANOTHER = rf"(?i)^(?:https?://)?[\w.-]*(?:{'|'.join(words.replace('^', '') for words in ELSEWHERE)})"
CREATOR = (
    r"(?i)(?:(?:tiktok|snapchat)\.com/@|threads\.(?:net|com)/@|(?:^|[/.])(?:twitter|x)\.com/|instagram\.com/)"
    r"([\w.-]+)/(?:video|photo|spotlight|post|status|reel|p|tv)/"
)
"""The handle of whose video it is, in a link."""
_ACCOUNT = (
    r"(?i)^(?:https?://)?(?:[\w-]+\.)*(?:tiktok|instagram|facebook|threads|youtube|twitter|x)\.(?:com|net)/"
    r"@?([\w.-]+)/?(?:[?#].*)?$"
)
"""The handle in a link to an account."""
_OF_INSTAGRAM = r"(?i)^(?:https?://)?(?:[\w-]+\.)*instagram\.com/"
_NOBODY = (
    r"(?i)^(?:.|user|username|handle|creator|author|account|any|anyone|unknown|none|null|nan|undefined|placeholder|share|video|"
    r"tiktok)$"
)
"""What tools write into a link where they do not know whose video it is: the platform does not look at it."""
_POST_ID = r"/posts/((?:[0-9]|pfbid)[0-9A-Za-z]+)"
_CHANNEL, _MESSAGE = r"(?:^|/)t\.me/(?:s/|c/)?(\w+)/[0-9]+", r"(?:^|/)t\.me/(?:s/|c/)?\w+/([0-9]+)"
"""Telegram counts the messages of each channel."""
_ANOTHER = [f"{mark}http" for mark in " \n\t,;|"]
"""How a further link in a cell begins."""
_OF_A_FILE = r"^(?:tos|t[0-9]{1,3})$"
"""What stands in the address of a file, /video/tos/... or /v/t51.2885-15/..., where an id stands in that of a video."""
_FLOAT_ID = r"^([0-9]{15,20})\.0+$"
_FIRST_TIKTOK = datetime(2014, 1, 1)  # noqa: DTZ001 - UTC like the ids; musical.ly, whose ids went on, began that year
_ROUNDING_OF_IDS = 10_000
_MOST_SPOILT = 0.5
_FEWEST_ALIKE = 4


def with_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """With the id as written where it can be one, else the id in the URL, and what tells whether it is spoilt.

    A number that went through a spreadsheet is no id.
    """
    is_plain = frame["video_id"].str.contains("^[0-9]{19}$").fill_null(value=False)
    is_link = pl.col("video_id").str.contains("^https?://")
    if frame.select("video_id").filter(~is_plain).select(is_link.any()).item():
        frame = frame.with_columns(pl.coalesce("url", pl.when(is_link).then("video_id")).alias("url"))
    others = (
        frame.select("video_id")
        .with_row_index("row")
        .filter(~is_plain)
        .select(
            "row",
            spelling(pl.col("video_id"))
            .str.strip_chars("'\"=\u2018\u2019`")
            .str.replace(_FLOAT_ID, "${1}")
            .alias("written"),
        )
    )
    is_id = pl.col("written").str.contains(r"^[_-]*[0-9A-Za-z][0-9A-Za-z_-]*$") & nothing(pl.col("written")).is_null()
    is_number = pl.col("written").str.contains(r"(?i)^[0-9]+e[0-9]+$|^(?:0+|-1|na)$")
    is_word = _are_words(frame["video_id"], others["written"])
    usable = others.select("row", pl.when(is_id & ~is_number & ~is_word).then("written").alias("usable"))
    frame = frame.with_columns(pl.when(is_plain).then("video_id").alias("usable"), _in_url(_plain(frame["url"])))
    if usable.height:
        frame = frame.with_columns(frame["usable"].scatter(usable["row"], usable["usable"]))
    frame = frame.with_columns(_number("usable").alias("written_id"), _number("in_url").alias("url_id"))
    # Spreadsheets and floats round the last digits of an id: then the one in the URL counts.
    is_rounded = ((pl.col("written_id") - pl.col("url_id")).abs() < _ROUNDING_OF_IDS).fill_null(value=False)
    # Instagram's links have a code, by which all know a video; the numbers that tools have for it differ.
    is_coded = pl.col("url").str.contains(_OF_INSTAGRAM) & pl.col("usable").str.contains("^[0-9_]+$")
    is_in_url = is_rounded | (is_coded & pl.col("in_url").is_not_null()).fill_null(value=False)
    frame = frame.with_columns(
        pl.when(is_in_url).then("in_url").otherwise(pl.coalesce("usable", "in_url")).alias("video_id"),
        pl.when(is_in_url).then("url_id").otherwise(pl.coalesce("written_id", "url_id")).alias("number"),
    )
    is_of_tiktok = ~pl.col("url").str.contains(_OF_ANOTHER).fill_null(value=False)
    return frame.with_columns(_is_spoilt(frame), pl.when(is_of_tiktok).then(_id_time()).alias("id_time")).drop(
        "usable", "in_url"
    )


def creator_in(url: pl.Expr) -> pl.Expr:
    """The handle of a video's creator in its link; NULL where the link has none."""
    handle = url.str.extract(CREATOR)
    return pl.when(~handle.str.contains(_NOBODY)).then(handle)


def handle_of(creator: pl.Expr) -> pl.Expr:
    """A creator's handle, of whom a link to the account may be written instead; an address with a number stays as it is."""
    handle = creator.str.extract(_ACCOUNT)
    return pl.when(handle.is_null() | handle.str.ends_with(".php")).then(creator).otherwise(handle)


def _are_words(ids: pl.Series, written: pl.Series) -> pl.Series:
    """Which texts are words, such as Average, and no ids: they have letters alone, and other ids of the file another length.

    Those of Instagram and YouTube have letters alone once in ten; several of their length have digits too.
    """
    letters = written.str.contains("^[A-Za-z]+$").fill_null(value=False)
    if not letters.any():
        return letters
    lengths = ids.str.len_chars().drop_nulls()
    usual = lengths.mode().max()
    if (lengths == usual).sum() < max(_FEWEST_ALIKE, len(lengths) / 2):
        return pl.zeros(len(letters), dtype=pl.Boolean(), eager=True)
    length = written.str.len_chars()
    mixed = length.filter(written.str.contains("[A-Za-z]") & ~letters).value_counts(name="ids")
    alike = mixed.filter(pl.col("ids") >= _FEWEST_ALIKE)[length.name]
    return letters & (length != usual) & ~length.is_in(alike.implode())


def _plain(urls: pl.Series) -> pl.Series:
    """URLs in which an address that a mail program wrapped into its own is spelt as it was."""
    if not urls.str.contains("%2F", literal=True).any():
        return urls
    return (
        urls.to_frame().select(pl.all().str.replace_many({"%2F": "/", "%3F": "?", "%3D": "=", "%26": "&"})).to_series()
    )


def _in_url(urls: pl.Series) -> pl.Series:
    """The id in the URL of a video; that of its file has none, nor has a cell with links to several videos."""
    found = urls.str.extract(_URL_ID).alias("in_url").to_frame()
    if urls.str.contains("/posts/", literal=True).any():
        found = found.with_columns(pl.coalesce(urls.str.extract(_POST_ID), "in_url").alias("in_url"))
    if urls.str.contains("t.me/", literal=True).any():
        message = pl.concat_str(urls.str.extract(_CHANNEL), urls.str.extract(_MESSAGE), separator="_")
        found = found.with_columns(pl.coalesce("in_url", message).alias("in_url"))
    has_several = urls.str.contains_any(_ANOTHER)
    if has_several.any():
        cells = urls.filter(has_several).unique()
        several = [cell for cell in cells if len({*filter(None, re.findall(_URL_ID, cell))}) > 1]
        found = found.with_columns(pl.when(~urls.is_in(several).fill_null(value=False)).then("in_url"))
    return found.select(pl.when(~pl.col("in_url").str.contains(_OF_A_FILE)).then("in_url")).to_series()


def _number(name: str) -> pl.Expr:
    """A TikTok id as a number."""
    return pl.when(pl.col(name).str.len_bytes() == 19).then(pl.col(name)).cast(pl.Int64(), strict=False)


def _is_spoilt(frame: pl.DataFrame) -> pl.Series:
    """Ids that look rounded (by a spreadsheet to 15 digits, by a float to a multiple of 1,024) where most others do too.

    One id in five hundred ends like that by chance, so a single one is believed; one that its URL corrected is not spoilt.
    """
    number = frame["written_id"]
    looks_rounded = ((number % 1_000 == 0) | (number % 1_024 == 0)).fill_null(value=False)
    usual = looks_rounded.sum() > max(1, (len(number) - number.null_count()) * _MOST_SPOILT)
    is_put_right = (number == frame["url_id"]).fill_null(value=False) | (frame["number"] != number).fill_null(
        value=False
    )
    return (looks_rounded & usual & ~is_put_right).alias("is_spoilt")


def _id_time() -> pl.Expr:
    """The upper 32 bits of a TikTok id are the time of posting, in seconds since 1970, UTC.

    Other platforms have ids of 19 digits too; theirs give years long before TikTok's.
    """
    posted = pl.from_epoch(pl.col("number") // 2**32, time_unit="s").dt.cast_time_unit("us")
    return pl.when(posted >= _FIRST_TIKTOK).then(posted).dt.replace_time_zone("UTC")
