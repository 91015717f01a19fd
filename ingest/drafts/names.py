"""Names of columns and fields, whatever the style that a tool writes them in."""

import re
import unicodedata
from functools import cache


def snake(name: str) -> str:
    """A name in lower case with underscores and without accents, whatever its style."""
    whole = re.sub(r"TikTok|YouTube", lambda found: found[0].title(), name)
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", whole)
    return re.sub(r"\W+", "_", without_marks(apart.lower())).strip("_")


def is_called(name: str, pattern: str) -> bool:
    """Whether a name is one of a pattern's; accents are often left out."""
    return re.fullmatch(without_marks(pattern), snake(name)) is not None


@cache
def without_marks(text: str) -> str:
    """A text without accents and other marks on its letters; capitals do not tell a Turkish \u0131 from an i."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if unicodedata.category(sign) != "Mn")
    return plain.replace("\u0131", "i")
