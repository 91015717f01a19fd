"""The country codes of ISO 3166-1 alpha-2, from both kinds of codes and from names. Whose country one is, the columns say."""

import re
from functools import cache
from importlib.resources import files

import polars as pl

_TABLE = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")

COUNTRIES = frozenset(line[:2] for line in _TABLE.splitlines() if not line.startswith("#"))

_SHORT = {
    "uae": "AE", "ksa": "SA", "usa": "US", "emirates": "AE", "السعودية": "SA", "الإمارات": "AE", "الامارات": "AE",
    "الامارات العربية المتحدة": "AE", "الاردن": "JO", "فلسطين": "PS",
}  # fmt: skip
"""Names that people write and no list of names has."""
_LANGUAGES = ("en", "ar", "fr")


@cache
def _codes() -> tuple[pl.Series, pl.Series]:
    """Codes and names of countries, in lower case, and the code of each."""
    from babel import Locale
    from babel.core import get_global

    named = {
        name.lower(): code
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
        if code in COUNTRIES
    }
    aliases = get_global("territory_aliases").items()
    longer = {long.lower(): codes[0] for long, codes in aliases if re.fullmatch("[A-Z]{3}", long) and len(codes) == 1}
    codes = named | longer | {code.lower(): code for code in COUNTRIES} | _SHORT
    return pl.Series(list(codes)), pl.Series(list(codes.values()))


def country_code(text: pl.Expr) -> pl.Expr:
    """The code of a country given by its code of two or three letters, or its name in English, Arabic or French; else NULL."""
    return text.str.strip_chars().str.to_lowercase().replace_strict(*_codes(), default=None, return_dtype=pl.String())
