"""Platforms by what people, addresses and names of columns call them, and counters that have a column a platform."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from ingest.formats.records import of_distinct
from ingest.spelling import bare
from ingest.text import nothing

ELSEWHERE = {
    r"likee": "likee",
    r"kwai|kuaishou": "kwai",
    r"linkedin|^urn:li": "linkedin",
    r"douyin": "douyin",
    r"^threads\b|threads\.(?:net|com)": "threads",
}
"""Platforms by their names and addresses, whose ids may have 19 digits too and are none of TikTok."""
PLATFORMS = {
    r"tik\W?tok|^tt(?:[^a-z]|$)|تيك\s?توك|تیک\s?تاک|ٹک\s?ٹاک": "tiktok",
    r"youtu|^yt(?:[^a-z]|$)|يوتيوب|یوتیوب|یوٹیوب": "youtube",
    r"instagram|^(?:ig|insta)(?:[^a-z]|$)|[إا]?نست[غقج]رام|اینستاگرام|انسٹاگرام": "instagram",
    r"facebook|^fb(?:[^a-z]|$)|فيس\s?بوك": "facebook",
    r"snapchat|سناب": "snapchat",
    r"pinterest|^pin\.it": "pinterest",
    r"telegram|^t\.me$|تيل[يغ]?[يغ]?رام|تلگرام": "telegram",
    **ELSEWHERE,
    r"twitter|^(?:www\.|mobile\.)?x(?:\.com)?$|تويتر|^[إا]كس$": "x",
}
"""Platforms by what people and addresses call them."""
_HOST = r"^(?:https?://)?([^/?#]+)"


def platform_of(text: pl.Expr) -> pl.Expr:
    """The platform that a text names, such as instagram for Instagram Reels, or a link leads to; NULL where it names none."""
    host = pl.when(text.str.contains("://")).then(text.str.extract(_HOST))
    said = bare(pl.coalesce(host, text)).str.to_lowercase()
    written = said.str.replace_all(r"[^a-z0-9]+", "_").str.strip_chars("_").replace("", None)
    return pl.coalesce(_known(said), pl.when(nothing(said).is_null()).then(written))


def platforms_of_links(urls: pl.Series) -> pl.Series:
    """The platform of each link; NULL of one that is not known."""
    host = urls.str.extract(_HOST).str.to_lowercase().alias("host")
    return of_distinct(host.to_frame(), {"host": [_known(pl.col("host")).alias("platform")]})["platform"]


def platform_in_name(name: str) -> tuple[str, str] | None:
    """The platform in the name of a column, such as tiktok in TikTok Likes, and the name without it; None where it has none."""
    words = re.findall(r"[^\W\d_]+", name)
    for size in (1, 2):
        for place in range(len(words) - size + 1):
            said = " ".join(words[place : place + size]).lower()
            found = next((platform for pattern, platform in PLATFORMS.items() if re.search(pattern, said)), None)
            if found is not None:
                return found, " ".join([*words[:place], *words[place + size :]])
    return None


def parts_of(ours: str, columns: Sequence[str]) -> dict[str, str]:
    """The names under which the columns of a counter that has one a platform are read."""
    return {f"{ours} {number}": column for number, column in enumerate(columns, 1)}


def of_own_platform(rows: pl.DataFrame, counters: Mapping[str, Sequence[str]], platform: str | None) -> pl.DataFrame:
    """The rows with each counter that has a column a platform as one: a row has the figure of its own platform, else none.

    Its platform is the one of all rows, if that is given, or what its column or its link names; where nothing does, the only
    figure that is written is its own.
    """
    if not counters:
        return rows
    said: list[pl.Expr | pl.Series] = [pl.lit(platform, pl.String())]
    said += [_known(bare(pl.col("platform")).str.to_lowercase())] if "platform" in rows.columns else []
    said += [platforms_of_links(rows["url"])] if "url" in rows.columns else []
    own = rows.select(pl.coalesce(said).alias("own"))["own"]
    parts = {ours: parts_of(ours, columns) for ours, columns in counters.items()}
    found = [_own_figure(own, of).alias(ours) for ours, of in parts.items()]
    return rows.with_columns(found).drop(part for of in parts.values() for part in of)


def _own_figure(own: pl.Series, parts: Mapping[str, str]) -> pl.Expr:
    named = [pl.when(own == (platform_in_name(column) or ("",))[0]).then(part) for part, column in parts.items()]
    written = [pl.when(nothing(pl.col(part)).is_null()).then(part) for part in parts]
    is_only = pl.sum_horizontal(figure.is_not_null() for figure in written) == 1
    return pl.coalesce(*named, pl.when(pl.lit(own).is_null() & is_only).then(pl.coalesce(written)))


def _known(text: pl.Expr) -> pl.Expr:
    return pl.coalesce(pl.when(text.str.contains(words)).then(pl.lit(name)) for words, name in PLATFORMS.items())
