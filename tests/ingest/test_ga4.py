"""`activation/ga4`: parameters under the name of their type, and a key that is built and says so."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.source import DeliveryError
from tests.ingest.activation_desk import events, ndjson, read, rejected


def row(micros: int = 0, **fields: Any) -> dict[str, Any]:
    at = int(datetime(2026, 10, 5, 4, 10, tzinfo=UTC).timestamp()) * 1_000_000 + micros
    record = {
        "event_date": "20261005",
        "event_timestamp": str(at),
        "event_name": "tutorial_complete",
        "user_pseudo_id": "123.4",
    }
    return record | fields


def parameter(key: str, **value: Any) -> dict[str, Any]:
    types = ("string_value", "int_value", "float_value", "double_value")
    return {"key": key, "value": dict.fromkeys(types) | value}


def test_parameters_of_any_type(tmp_path: Path) -> None:
    record = row(
        event_params=[
            parameter("page_title", string_value="a page"),
            parameter("tutorial_id", string_value="t1"),
            parameter("step", int_value=3),
            parameter("debug_mode", double_value=1.0),
        ],
        geo={"country": "Saudi Arabia"},
        device={"language": "ar-sa"},
        platform="ANDROID",
        privacy_info={"analytics_storage": "Yes"},
    )
    names = [
        "activation",
        "asset_id",
        "section",
        "market",
        "language",
        "platform",
        "has_consent",
        "happened_at",
        "is_exact_key",
    ]
    parsed = read(tmp_path, "ga4", ndjson([record, row(event_params=[])]))
    assert events(parsed, *names) == [
        ("tutorial.completed", None, None, None, None, None, None, datetime(2026, 10, 5, 4, 10, tzinfo=UTC), False),
    ]
    assert rejected(parsed) == [(1, "conflicting_key")]
    alone = read(tmp_path / "alone", "ga4", ndjson([record]))
    assert events(alone, *names[:7]) == [("tutorial.completed", "t1", 3, "SA", "ar", "android", True)]
    assert events(alone, "excluded") == [("test",)]


def test_the_built_key(tmp_path: Path) -> None:
    records = [row(), row(), row(1), row(batch_event_index=2), row(user_pseudo_id="9"), row(user_pseudo_id=None)]
    parsed = read(tmp_path, "ga4", ndjson(records))
    assert (len(events(parsed, "event_key")), parsed.records_duplicate) == (4, 1)
    assert rejected(parsed) == [(6, "missing_key")]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="no record is an event of a Google Analytics export"):
        read(tmp_path, "ga4", ndjson([{"event": "x"}]))


@pytest.mark.parametrize(
    "params", [{"list": [{"element": {"key": "a"}}]}, {"guide_id": "g"}, "[]", [{"name": "guide_id"}]]
)
def test_parameters_that_are_no_list_of_keys_and_values_are_not_taken_for_none(params: Any, tmp_path: Path) -> None:
    parsed = read(tmp_path, "ga4", ndjson([row(event_params=params), row(1, event_params=None)]))
    assert rejected(parsed) == [(1, "unreadable")]
