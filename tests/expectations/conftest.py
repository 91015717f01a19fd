"""A desk that stages believable deliveries of every table, as ingestion does. What is done to them is in the tests."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ingest.lake import StagedDelivery, lake_schema
from ingest.ledger import LEDGER
from ingest.source import Source
from ingest.sources import SOURCES

_LANDED_ON = date(2022, 10, 20)
_AT = datetime(2022, 10, 20, 18, 0, tzinfo=UTC)
_ROWS = 4
_WAVE = {"survey_id": "tpl", "wave": "w5"}

_SOURCE_OF: dict[str, Source] = {table.name: source for source in SOURCES for table in source.tables}


def _video(number: int) -> dict[str, Any]:
    counters = {"views": 1000, "likes": 100, "comments": 10, "shares": 5, "saves": 4}
    return {
        "video_id": f"715000000000000000{number}",
        "captured_at": _AT,
        "created_at": _AT - timedelta(days=3),
        "creator_key": f"{number:032x}",
        **counters,
        **{f"{name}_unit": 1 for name in counters},
        "rounding": "nearest",
        "hashtags": ["endthestigma"],
        "display_hashtags": ["EndTheStigma"],
    }


def _session(number: int) -> dict[str, Any]:
    bounds = {"starts_at": _AT, "ends_at": _AT + timedelta(hours=1)}
    return {"session_id": f"s{number}", **bounds, "bounds_basis": "note", "basis": "intervals", "identity": "id"}


def _stay(number: int) -> dict[str, Any]:
    times = {"joined_at": _AT, "left_at": _AT + timedelta(minutes=30)}
    flags = {"identity": "id", "device": 1, "is_staff": False, "is_ambiguous_time": False}
    return {"session_id": "s0", "person_key": f"{number:032x}", **times, **flags, "records": 1}


def _sample(number: int) -> dict[str, Any]:
    gap = {"max_gap_seconds": 300, "is_ambiguous_time": False}
    return {"session_id": "s0", "sampled_at": _AT + timedelta(minutes=number), "viewers": 40, **gap}


def _instance(number: int) -> dict[str, Any]:
    return {"session_id": f"s{number}", "starts_at": _AT, "ends_at": _AT + timedelta(hours=1)}


def _interaction(number: int) -> dict[str, Any]:
    event = {"event_id": f"{number}", "happened_at": _AT + timedelta(seconds=number), "kind": "like", "amount": 1}
    return {"session_id": "s0", **event}


def _registration(number: int) -> dict[str, Any]:
    flags = {"identity": "id", "status": "approved", "is_ambiguous_time": False, "records": 1}
    return {"session_id": "s0", "person_key": f"{number:032x}", "registered_at": _AT, **flags}


def _platform_figure(number: int) -> dict[str, Any]:
    return {"session_id": f"s{number}", "measure": "participants", "value": 40.0}


def _wave(number: int) -> dict[str, Any]:
    fieldwork = {"fieldwork_from": date(2022, 10, 1), "fieldwork_to": date(2022, 10, 15)}
    return {"survey_id": f"tpl{number}", "wave": "w5", **fieldwork, "sampling": "non_probability", "samples": []}


def _question(number: int) -> dict[str, Any]:
    answers = [{"answer_code": code, "answer_label": None, "is_top": False, "is_bottom": False} for code in "12"]
    code = f"q{number}"
    return {
        **_WAVE,
        "question_code": code,
        "question_key": code,
        "question_text": "How?",
        "kind": "single",
        "answers": answers,
    }


def _respondent(number: int) -> dict[str, Any]:
    return {
        **_WAVE,
        "respondent_key": f"{number:032x}",
        "sample": "us",
        "weight": 1.0,
        "is_weighted": True,
        "segments": [],
    }


def _answer(number: int) -> dict[str, Any]:
    return {
        **_WAVE,
        "respondent_key": f"{number:032x}",
        "question_code": "q1",
        "answer_code": "1",
        "status": "answered",
    }


_ROW = {
    "video_readings": _video,
    "live_sessions": _session,
    "live_stays": _stay,
    "live_instances": _instance,
    "live_samples": _sample,
    "live_interactions": _interaction,
    "live_registrations": _registration,
    "live_platform_figures": _platform_figure,
    "survey_waves": _wave,
    "survey_questions": _question,
    "survey_respondents": _respondent,
    "survey_answers": _answer,
}


class Desk:
    """Stages deliveries under a folder. They landed on `landed_on` unless said otherwise."""

    landed_on = _LANDED_ON
    source_of = _SOURCE_OF

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def believable(self, table: str, rows: int = _ROWS) -> pl.DataFrame:
        """Rows of a table that no expectation finds fault with: lines 2, 3, ... of `a.csv`."""
        schema = lake_schema(_SOURCE_OF[table].table(table))
        lineage = {"delivery": "day", "campaign_id": "endthestigma", "file": "a.csv"}
        made = [{**_ROW[table](number), **lineage, "line": number + 2} for number in range(rows)]
        return pl.DataFrame(made, schema=schema)

    def stage(
        self, tables: Mapping[str, pl.DataFrame], name: str = "day", landed_on: date = _LANDED_ON, **changes: Any
    ) -> StagedDelivery:
        """A delivery that fills the tables; its records are accounted for unless `changes` says otherwise."""
        account: dict[str, Any] = {
            "source": _SOURCE_OF[next(iter(tables))].name,
            "campaign_id": "endthestigma",
            "supplier": None,
            "format": "csv",
            "version": 1,
            "records_read": _ROWS,
            "records_loaded": _ROWS,
            "records_rejected": 0,
            "records_duplicate": 0,
        }
        account |= changes
        place = self.folder / landed_on.isoformat() / name / str(account["version"])
        place.mkdir(parents=True)
        for table, frame in tables.items():
            frame.write_parquet(place / f"{table}.parquet")
        return StagedDelivery(
            landed_on=landed_on,
            delivery=name,
            tables={table: place / f"{table}.parquet" for table in tables},
            rejected=place / "rejected.parquet",
            unreadable=place / "unreadable.parquet",
            **account,
        )

    def ledger(self, source: str, records: list[int], **changes: Any) -> pl.DataFrame:
        """A ledger of loaded deliveries, one a day up to the day before `landed_on`."""
        first = _LANDED_ON - timedelta(days=len(records))
        row = {"source": source, "delivery": "day", "version": 1, "is_current": True, "status": "loaded"}
        kind = {"format": "csv", "campaign_id": "endthestigma"}
        rows = [
            {**row, **kind, "landed_on": first + timedelta(days=day), "records_read": read, **changes}
            for day, read in enumerate(records)
        ]
        return pl.DataFrame(rows, schema=LEDGER)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk of the test's own."""
    return Desk(tmp_path / "staging")
