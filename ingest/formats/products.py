"""Whose export a file is, told by the column names of well-known products, so that a message can name the right format.

How each of them is read is for its format.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.source import DeliveryError

_STUDIO = re.compile(r"_1[0-9]{9}_.+\.zip$")
"""How the names of TikTok Studio's zips end: with the second of the export and the account."""


@dataclass(frozen=True)
class Product:
    """A product whose exports have columns that begin so, in lower case. `format` of `source` reads them."""

    title: str
    columns: frozenset[str]
    source: str
    format: str


def _product(title: str, columns: str, source: str, form: str) -> Product:
    return Product(title, frozenset(columns.split("|")), source, form)


PRODUCTS = (
    _product("a Qualtrics export with three header rows", '{"importid"', "survey", "qualtrics_csv"),
    _product("a SurveyMonkey export", "respondent id|collector id", "survey", "surveymonkey_csv"),
    _product("a LimeSurvey export", "submitdate|lastpage|startlanguage", "survey", "limesurvey_csv"),
    _product("a Kobo export", "_uuid|_submission_time", "survey", "kobo_csv"),
    _product("a Zoom participant report", "join time|leave time|user email", "live", "zoom_csv"),
    _product("a Zoom report of unique users", "name (original name)|total duration (minutes)", "live", "zoom_csv"),
    _product("a Teams attendance list", "full name|user action|timestamp", "live", "teams_list"),
    _product("a Teams attendance report", "first join|last leave|in-meeting duration", "live", "teams_report"),
    _product("a Teams Live Events log", "participantid|utceventtimestamp|action", "live", "teams_events"),
    _product("an Apify TikTok data set", "webvideourl|playcount|diggcount", "hashtag", "video_csv"),
    _product("a YouTube Studio export", "content|video title|video publish time", "hashtag", "video_csv"),
)


def product_of(lines: Iterable[Sequence[str]]) -> Product | None:
    """The product whose columns stand together in one of the first lines of a file, or None."""
    for cells in lines:
        names = {" ".join(cell.lower().split()) for cell in cells}
        for product in PRODUCTS:
            if all(any(name.startswith(column) for name in names) for column in product.columns):
                return product
    return None


def advice(product: Product | None, form: str | None = None) -> str:
    """What a refusal adds where a file is the export of a product that another format reads."""
    if product is None or product.format == form:
        return ""
    return f"; it looks like {product.title}: deliver it under landing/{product.source} as format {product.format}"


def require_no_studio_zip(name: str) -> None:
    """Raise DeliveryError for a zip of TikTok Studio, without its name, which tells whose account it is."""
    if _STUDIO.search(name):
        raise DeliveryError(
            "a file is a zip of TikTok Studio, by its name; deliver it under landing/hashtag as format studio_zip"
        )
