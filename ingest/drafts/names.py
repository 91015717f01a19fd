"""Names of columns and fields, whatever the style that a tool writes them in."""

import re
import unicodedata
from functools import cache

_SIGNS = {
    **dict.fromkeys("\U0001f441\U0001f440\u25b6", "views"),
    **dict.fromkeys("\u2764\u2665\U0001f44d\U0001f90d\U0001f9e1", "likes"),
    **dict.fromkeys("\U0001f4ac\U0001f5e8\U0001f4ad", "comments"),
    **dict.fromkeys("\u2197\u21aa\U0001f501\U0001f504\U0001f4e4", "shares"),
    **dict.fromkeys("\U0001f516\u2b50\U0001f4be", "saves"),
}
"""Signs that stand for a counter where a name has no words."""


def snake(name: str) -> str:
    """A name in lower case with underscores and without accents, whatever its style."""
    said = _SIGNS.get(name.strip(" \ufe0f"), name)
    whole = re.sub(r"TikTok|YouTube", lambda found: found[0].title(), said)
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
