"""The country codes of ISO 3166-1 alpha-2. Whose country a code stands for is for the columns to say."""

from importlib.resources import files

_TABLE = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")

COUNTRIES = frozenset(line[:2] for line in _TABLE.splitlines() if not line.startswith("#"))
