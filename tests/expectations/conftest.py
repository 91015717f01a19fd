"""Stages believable deliveries of every table, as ingestion does. What is done to them is in the tests."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from expectations.checks import CheckResult
from expectations.validation import validate_deliveries
from ingest.files import write_atomically
from ingest.fingerprints import fingerprint
from ingest.home import Home
from ingest.lake import StagedDelivery, lake_schema, partition
from ingest.ledger import LEDGER
from ingest.source import REJECTED, UNREADABLE, Source
from ingest.sources import SOURCES

_LANDED_ON = date(2022, 10, 20)
_AT = datetime(2022, 10, 20, 18, 0, tzinfo=UTC)
_ROWS = 4
_WAVE = {"survey_id": "tpl", "wave": "w5"}

Plant = Callable[[pl.DataFrame], pl.DataFrame]
"""What is done to the rows of a believable delivery."""

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
    flags = {"identity": "id", "device": 1, "is_staff": number == 0, "is_ambiguous_time": False}
    return {
        "session_id": "s0",
        "person_key": f"{number:032x}",
        **times,
        **flags,
        "role": "host" if number == 0 else "attendee",
        "records": 1,
    }


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
    }


def _profile(number: int) -> dict[str, Any]:
    return {**_WAVE, "profile": number, "sample": "us", "segments": []}


def _answer(number: int) -> dict[str, Any]:
    return {"respondent": number, "given": [1]}


def _tag_total(number: int) -> dict[str, Any]:
    totals = {"views": 1_200_000, "views_unit": 100_000, "posts": 500, "posts_unit": 1}
    tag = {"hashtag": f"tag{number}", "display_hashtag": f"Tag{number}", "platform": "tiktok"}
    return {**tag, "observed_at": _AT, **totals, "rounding": "nearest"}


def _account_day(number: int) -> dict[str, Any]:
    day = {"account_on": _LANDED_ON - timedelta(days=number), "captured_at": _AT, "metric_definition": "studio"}
    return {"account_key": f"{1:032x}", **day, "views": 1000, "likes": -1, "records": 1}


def _window(number: int) -> dict[str, Any]:
    asked = {"captured_at": _AT, "endpoint": "video/query", "request_key": f"{number:032x}", "cursor": 100 * number}
    return {**asked, "is_answered": True, "videos": 100, "has_more": number < 3}


def _event(number: int) -> dict[str, Any]:
    person = {"person_key": f"{number:032x}", "market": "AE", "records": 1}
    known = {"activation": "guide.opened", "is_known": True, "is_exact_key": True}
    return {"event_key": f"{number:032x}", "happened_at": _AT, **known, **person}


def _help_event(number: int) -> dict[str, Any]:
    person = {"person_key": f"{number:032x}", "market": "AE", "records": 1}
    week = {"week_on": date(2022, 10, 17), "week_at": datetime(2022, 10, 17, 12, tzinfo=UTC)}
    return {"event_key": f"{number:032x}", **week, "activation": "helpline.tapped", **person}


def _count(number: int) -> dict[str, Any]:
    day = {"counted_on": _LANDED_ON - timedelta(days=number), "counted_at": _AT - timedelta(days=number)}
    return {"activation": "guide.opened", "market": "AE", **day, "events": 40, "unique_people": 30}


_ROW = {
    "activation_events": _event,
    "activation_help_events": _help_event,
    "activation_counts": _count,
    "video_readings": _video,
    "tag_total_readings": _tag_total,
    "account_days": _account_day,
    "capture_windows": _window,
    "live_sessions": _session,
    "live_stays": _stay,
    "live_instances": _instance,
    "live_samples": _sample,
    "live_interactions": _interaction,
    "live_registrations": _registration,
    "live_platform_figures": _platform_figure,
    "survey_waves": _wave,
    "survey_questions": _question,
    "survey_profiles": _profile,
    "survey_respondents": _respondent,
    "survey_answers": _answer,
}


def on_line(*lines: int, **values: pl.Expr | object) -> Plant:
    """Set columns of the rows at some lines."""

    def plant(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.when(pl.col("line").is_in(lines))
            .then(value if isinstance(value, pl.Expr) else pl.lit(value, dtype=frame.schema[name]))
            .otherwise(name)
            .alias(name)
            for name, value in values.items()
        )

    return plant


def _written(table: str, frame: pl.DataFrame, file: Path) -> dict[str, Any]:
    """What the ledger keeps of a file, as ingestion has it."""
    contract = _SOURCE_OF[table].table(table)
    size = file.stat().st_size
    return {"table": table, "rows": frame.height, "bytes": size, "fingerprint": fingerprint(frame, contract)}


class Staging:
    """Stages deliveries of a home. They landed on `landed_on` unless said otherwise."""

    landed_on = _LANDED_ON
    source_of = _SOURCE_OF

    def __init__(self, home: Home) -> None:
        self.home = home

    def believable(self, table: str, rows: int = _ROWS) -> pl.DataFrame:
        """Rows of a table that no expectation finds fault with: lines 2, 3, ... of `a.csv`."""
        schema = lake_schema(_SOURCE_OF[table].table(table))
        lineage = {"delivery": "day", "campaign_id": "endthestigma", "file": "a.csv"}
        made = [{**_ROW[table](number), **lineage, "line": number + 2} for number in range(rows)]
        return pl.DataFrame([{name: row.get(name) for name in schema} for row in made], schema=schema)

    def stage(
        self,
        tables: Mapping[str, pl.DataFrame],
        name: str = "day",
        landed_on: date = _LANDED_ON,
        reasons: Sequence[str] = (),
        zeros: Mapping[str, int] | None = None,
        **changes: Any,
    ) -> StagedDelivery:
        """A delivery that fills the tables, with a record rejected for each of the `reasons`: lines 100, 101, ... of `a.csv`.

        `zeros` are the counters of which some were not fetched, with how many.
        """
        account: dict[str, Any] = {
            "source": _SOURCE_OF[next(iter(tables))].name,
            "campaign_id": "endthestigma",
            "supplier": None,
            "format": "csv",
            "version": 1,
            "records_read": _ROWS + len(reasons),
            "records_loaded": _ROWS,
            "records_rejected": len(reasons),
            "records_duplicate": 0,
        }
        account |= changes
        place = self.home.lake / ".staging" / landed_on.isoformat() / name / str(account["version"])
        place.mkdir(parents=True)
        for table, frame in tables.items():
            frame.write_parquet(place / f"{table}.parquet")
        lines = [("a.csv", 100 + number, reason, "") for number, reason in enumerate(reasons)]
        pl.DataFrame(lines, schema=REJECTED, orient="row").write_parquet(place / "rejected.parquet")
        unreadable = [(counter, "implausible_zero", count) for counter, count in (zeros or {}).items()]
        pl.DataFrame(unreadable, schema=UNREADABLE, orient="row").write_parquet(place / "unreadable.parquet")
        return StagedDelivery(
            lake_files=tuple(_written(table, frame, place / f"{table}.parquet") for table, frame in tables.items()),
            landed_on=landed_on,
            delivery=name,
            tables={table: place / f"{table}.parquet" for table in tables},
            rejected=place / "rejected.parquet",
            unreadable=place / "unreadable.parquet",
            **account,
        )

    def load(
        self, table: str, frame: pl.DataFrame, days_before: int, name: str = "day", **changes: Any
    ) -> pl.DataFrame:
        """Put a delivery of an earlier day into the lake, and give its row of the ledger."""
        landed_on = _LANDED_ON - timedelta(days=days_before)
        file = partition(self.home.lake / table, landed_on, name)
        write_atomically(frame, file)
        row = {"landed_on": landed_on, "delivery": name, "lake_files": [_written(table, frame, file)], **changes}
        return self.ledger(_SOURCE_OF[table].name, [frame.height], **row)

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

    def validate(self, *staged: StagedDelivery, ledger: pl.DataFrame | None = None) -> list[CheckResult]:
        """What the suites of the deliveries' source find."""
        source = _SOURCE_OF[next(iter(staged[0].tables))]
        return validate_deliveries(self.home, "run-1", source, staged, LEDGER.to_frame() if ledger is None else ledger)


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    """Staged deliveries of the test's own home."""
    return Staging(Home(tmp_path))
