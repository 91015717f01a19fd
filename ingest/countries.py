"""The country codes of ISO 3166-1 alpha-2, from both kinds of codes and from names. Whose country one is, the columns say."""

import re
from functools import cache
from importlib.resources import files

import polars as pl

_TABLE = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")

COUNTRIES = frozenset(line[:2] for line in _TABLE.splitlines() if not line.startswith("#"))

_SHORT = {
    "uae": "AE", "u.a.e.": "AE", "emirates": "AE", "الإمارات": "AE", "ksa": "SA", "kingdom of saudi arabia": "SA", "السعودية": "SA",
    "usa": "US", "uk": "GB", "turkey": "TR", "palestine": "PS", "state of palestine": "PS", "فلسطين": "PS", "syrian arab republic": "SY",
    "سورية": "SY",
}  # fmt: skip
"""Names that people write and no list of names has."""
_LANGUAGES = (
    "en", "ar", "fr", "fa", "ur", "tr", "he", "es", "id", "pt", "de", "it", "nl", "ru", "el", "ku", "ckb", "hi", "bn"
)  # fmt: skip


@cache
def _codes() -> tuple[pl.Series, pl.Series]:
    """Codes and names of countries, folded, and the code of each. A name that is that of two countries is left out."""
    from babel import Locale
    from babel.core import get_global

    named = [
        (name, code)
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
        if code in COUNTRIES
    ]
    aliases = get_global("territory_aliases").items()
    longer = [(long, codes[0]) for long, codes in aliases if re.fullmatch("[A-Z]{3}", long) and len(codes) == 1]
    known = pl.DataFrame(
        [*named, *longer, *((code, code) for code in COUNTRIES), *_SHORT.items()], ["name", "code"], orient="row"
    )
    folded = known.with_columns(_folded(known["name"])).unique()
    one = folded.filter(pl.len().over("name") == 1)
    return one["name"], one["code"]


def country_code(text: pl.Expr) -> pl.Expr:
    """The code of a country given by its code of two or three letters, or its name in a language of the campaign's partners; else NULL.

    Accents, hamza and the article are often left out.
    """
    return text.map_batches(_read, return_dtype=pl.String())


def _read(texts: pl.Series) -> pl.Series:
    distinct = texts.cast(pl.String()).unique().drop_nulls()
    codes = _folded(distinct).replace_strict(*_codes(), default=None, return_dtype=pl.String())
    return texts.cast(pl.String()).replace_strict(distinct, codes, default=None, return_dtype=pl.String())


def _folded(names: pl.Series) -> pl.Series:
    plain = names.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase().str.strip_chars()
    letters = plain.str.replace_all("ى", "ي").str.replace_all("\u0629", "\u0647").str.replace_all("[\u2019`]", "'")
    return letters.str.replace(r"^the |\s*\(the\)$", "")
