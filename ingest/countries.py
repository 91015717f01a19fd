"""The country codes of ISO 3166-1 alpha-2. Whose country a code stands for is for the columns to say."""

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

    named = {
        name.lower(): code
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
        if code in COUNTRIES
    }
    codes = named | {code.lower(): code for code in COUNTRIES} | _SHORT
    return pl.Series(list(codes)), pl.Series(list(codes.values()))


def country_code(text: pl.Expr) -> pl.Expr:
    """The code of a country given by its code or its name in English, Arabic or French; NULL where it is neither."""
    return text.str.strip_chars().str.to_lowercase().replace_strict(*_codes(), default=None, return_dtype=pl.String())
