"""The questions that a file may leave to a person: how each is put, and what to type instead."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import ValidationError

from ingest.drafts.draft import Given
from ingest.instants import SPELLINGS, parse_instant
from ingest.note import Note, describe
from ingest.source import NOTE, DeliveryError
from ingest.sources import SOURCES

_UTC = ZoneInfo("UTC")
MOST_ASKED = 2
"""At a terminal; what is open besides is named with its option."""


@dataclass(frozen=True)
class Question:
    """What only a person can say: the key of `Given`, how it is put, and what to type instead."""

    key: str
    text: str
    option: str

    @property
    def is_pair(self) -> bool:
        """Whether the answer is two words."""
        return self.option.endswith("FROM TO")


QUESTIONS = {
    "source": Question(
        "source",
        "Nothing in it proves a survey. Is it one, each row a respondent's answers (survey)?",
        "--source survey",
    ),
    "campaign": Question("campaign", "Which campaign is it for?", "--campaign ID"),
    "timezone": Question(
        "timezone", "Which zone were its times written in (such as Asia/Dubai or UTC)?", "--timezone ZONE"
    ),
    "date_order": Question(
        "date_order",
        "Which comes first in its dates, the day (dmy), the month (mdy) or the year (ymd)?",
        "--date-order dmy|mdy|ymd",
    ),
    "captured_at": Question(
        "captured_at", "When were the counters read (such as 2022-10-09T12:00:00Z)?", "--captured-at TIME"
    ),
    "fieldwork": Question(
        "fieldwork", "What were the first and the last day of fieldwork (2022-10-05 2022-10-15)?", "--fieldwork FROM TO"
    ),
}


def require_known(given: Given, campaigns: frozenset[str]) -> None:
    """Raise DeliveryError where an answer cannot be one, whatever the file is."""
    if given.source is not None and given.source not in {source.name for source in SOURCES}:
        raise DeliveryError(f"--source: expected one of {', '.join(source.name for source in SOURCES)}")
    if given.campaign is not None and campaigns and given.campaign not in campaigns:
        raise DeliveryError(
            f"--campaign: expected one of {', '.join(sorted(campaigns))}, or add it to the home's campaigns"
        )
    try:
        Note.model_validate({"source": "", "format": "", "campaign": "", "timezone": given.timezone})
    except ValidationError as error:
        problem = describe(error, Note).removeprefix(f"{NOTE}: key 'timezone': ")
        raise DeliveryError(f"--timezone: {problem}") from error
    at = pl.select(
        parse_instant(pl.lit(given.captured_at, pl.String()), _UTC, given.date_order).struct.field("at")
    ).item()
    if given.captured_at is not None and at is None:
        raise DeliveryError(f"--captured-at: expected a date and time that is read: {SPELLINGS}")
    try:
        for day in given.fieldwork or ():
            date.fromisoformat(day)
    except ValueError as error:
        raise DeliveryError("--fieldwork: expected two days such as 2022-10-05 2022-10-15") from error
