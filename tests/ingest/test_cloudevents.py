"""`activation/cloudevents`: one event for each source and id, people only where they agreed, help-seeking set apart."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ingest.source import DeliveryError
from tests.ingest.activation_desk import events, ndjson, read, rejected


def event(number: int, name: str = "guide.opened", **data: Any) -> dict[str, Any]:
    when = data.pop("time", "2026-10-05T07:10:00+03:00")
    kept = {"anonymous_id": data.pop("person", "a-77")}
    kept |= {key: data.pop(key) for key in ("consent", "user_id", "user_agent") if key in data}
    record = {"specversion": "1.0", "id": f"e-{number}", "source": "/app/android", "type": f"org.example.{name}"}
    return record | ({"time": when} if when else {}) | {"data": kept | {"properties": data}}


def test_a_batch_with_a_repeated_event(tmp_path: Path) -> None:
    batch = '[{"specversion":"1.0","id":"e-0001","source":"/app/android","type":"org.example.toolkit.downloaded","time":"2026-10-05T07:10:00+03:00","subject":"toolkit/ar-01","data":{"event":"Toolkit Downloaded","anonymous_id":"a-77","properties":{"asset_id":"ar-01","locale":"ar-JO"}}},{"specversion":"1.0","id":"e-0001","source":"/app/android","type":"org.example.toolkit.downloaded","time":"2026-10-05T07:10:00+03:00","data":{"event":"Toolkit Downloaded","anonymous_id":"a-77","properties":{"asset_id":"ar-01","locale":"ar-JO"}}}]'
    parsed = read(tmp_path, "cloudevents", batch)
    assert (parsed.records_read, parsed.records_duplicate) == (2, 1)
    names = ["activation", "is_known", "asset_id", "language", "market", "platform", "happened_at", "is_exact_key"]
    assert events(parsed, *names) == [
        ("toolkit.downloaded", True, "ar-01", "ar", None, "android", datetime(2026, 10, 5, 4, 10, tzinfo=UTC), True)
    ]


@pytest.mark.parametrize("envelope", ["records", "events", "data"])
def test_events_may_stand_in_one_object(tmp_path: Path, envelope: str) -> None:
    parsed = read(tmp_path, "cloudevents", ndjson([{envelope: [event(1), event(2)], "next": None}]))
    assert events(parsed, "activation") == [("guide.opened",), ("guide.opened",)]


def test_one_id_of_two_sources_is_two_events_and_other_values_are_a_conflict(tmp_path: Path) -> None:
    other = event(1) | {"source": "/app/ios"}
    parsed = read(tmp_path, "cloudevents", ndjson([event(1), other, event(1, asset_id="g2")]))
    assert events(parsed, "platform", "asset_id") == [("ios", None), ("android", "g2")]
    assert rejected(parsed) == [(1, "conflicting_key")]


def test_who_did_not_agree_is_counted_and_has_no_key(tmp_path: Path) -> None:
    parsed = read(tmp_path, "cloudevents", ndjson([event(1, consent=True), event(2, consent=False), event(3)]))
    keys = [row[0] is None for row in events(parsed, "person_key")]
    assert keys == [False, True, False]
    assert events(parsed, "has_consent") == [(True,), (False,), (None,)]


def test_an_account_is_one_person_on_two_devices(tmp_path: Path) -> None:
    parsed = read(
        tmp_path,
        "cloudevents",
        ndjson([event(1, user_id="u"), event(2, user_id="u", person="b"), event(3, person="b")]),
    )
    first, second, third = (row[0] for row in events(parsed, "person_key"))
    assert first == second != third
    assert len(first) == 32


def test_test_builds_bots_prefetches_and_partial_downloads_are_marked(tmp_path: Path) -> None:
    records = [
        event(1, environment="staging"),
        event(2, user_agent="Mozilla/5.0 (compatible; Googlebot/2.1)"),
        event(3, prefetch=True),
        event(4, "toolkit.downloaded", resumed=True),
        event(5, user_agent="Mozilla/5.0 (Linux; Android 13) Mobile"),
    ]
    found = [row[0] for row in events(read(tmp_path, "cloudevents", ndjson(records)), "excluded")]
    assert found == ["test", "bot", "prefetch", "partial", None]


def test_a_click_keeps_the_live_session_that_it_names_and_nothing_that_is_a_persons(tmp_path: Path) -> None:
    visit, second = "2b1c9a52-7f0e-4d4f-9b57-0c1d2e3f4a5b", "1664985600"
    named = ["live-07", " live-07 ", "", visit, second, "maria@example.org", "x" * 81]
    records = [event(number, "resource.clicked", session_id=text) for number, text in enumerate(named)]
    records += [
        event(8, "guide.opened", session_id="live-07"),
        event(9, "helpline.tapped", session_id="live-07"),
        event(10, "resource.clicked", live_session_id="live-08", session_id=visit),
        event(11, "resource.clicked", live_session_id=visit),
    ]
    parsed = read(tmp_path, "cloudevents", ndjson(records))
    assert [row[0] for row in events(parsed, "session_id")] == ["live-07", "live-07", *[None] * 6, "live-08", visit]
    assert parsed.unreadable.rows() == [("session_id", "unreadable", 4)]
    assert "session_id" not in parsed.tables["activation_help_events"].columns


def test_unknown_events_are_kept_under_a_name_that_quotes_nobody(tmp_path: Path) -> None:
    records = [event(1, "app.crashed"), event(2) | {"type": "mail of maria@example.org"}]
    assert events(read(tmp_path, "cloudevents", ndjson(records)), "activation", "is_known") == [
        ("app.crashed", False),
        ("other", False),
    ]


def test_what_has_no_time_or_lies_ahead_of_its_delivery_is_rejected(tmp_path: Path) -> None:
    records = [event(1, time=None), event(2, time="soon"), event(3, time="2031-01-01T00:00:00Z"), event(4), {"id": "x"}]
    parsed = read(tmp_path, "cloudevents", ndjson(records))
    assert rejected(parsed) == [(1, "missing_key"), (2, "bad_time"), (3, "out_of_range"), (5, "unreadable")]


def test_help_seeking_is_keyed_by_week_and_market_and_joins_to_nothing(tmp_path: Path) -> None:
    """Saturday 22:00 in Dubai is the last evening of a Saudi week and a Monday week's sixth day."""
    saturday, sunday = "2026-10-03T18:00:00Z", "2026-10-03T21:00:00Z"
    records = [
        event(1, "helpline.tapped", line_id="sa-1", country="SA", time=saturday),
        event(2, "organisation.referred", organisation_id="o", country="SA", time=saturday),
        event(3, "helpline.tapped", line_id="sa-1", country="SA", time=sunday),
        event(4, "helpline.tapped", line_id="ae-1", country="AE", time=sunday),
        event(5, "organization.referred", country="AE", time=sunday, consent=False),
        event(6),
    ]
    parsed = read(tmp_path, "cloudevents", ndjson(records))
    help_events = parsed.tables["activation_help_events"]
    weeks = help_events.sort("market", "week_on", "resource_id").select("market", "week_on", "resource_id").rows()
    assert weeks == [
        ("AE", date(2026, 9, 28), None),
        ("AE", date(2026, 9, 28), "ae-1"),
        ("SA", date(2026, 9, 27), "o"),
        ("SA", date(2026, 9, 27), "sa-1"),
        ("SA", date(2026, 10, 4), "sa-1"),
    ]
    keys = (
        help_events.filter(pl.col("has_consent").is_null())
        .group_by("market", "week_on")
        .agg(pl.col("person_key").unique())
    )
    assert keys["person_key"].list.len().to_list() == [1, 1, 1]
    assert keys["person_key"].explode().n_unique() == 3
    assert not set(help_events["person_key"]) & set(parsed.tables["activation_events"]["person_key"])
    assert help_events["line"].unique().to_list() == [0]
    assert help_events["event_key"].is_sorted()
    assert events(parsed, "activation") == [("guide.opened",)]


def test_stories_and_what_was_coded_are_kept_as_apart_as_help_is(tmp_path: Path) -> None:
    monday, next_month = "2026-09-21T10:00:00Z", "2026-10-05T10:00:00Z"
    records = [
        event(1, "story.shared", country="AE", time=monday),
        event(2, "post.coded_story", country="AE", time=monday),
        event(3, "reply.coded_other", country="AE", time=monday),
        event(4, "story.resource_missing", country="AE", time=monday, rule_version="r2"),
        *(event(number, "organisation.referred", country="AE", time=time, group_id="carers")
          for number, time in ((5, monday), (6, "2026-09-23T10:00:00Z"), (7, next_month))),
        event(8, "live.resource_attached", rule_version="r2"),
        event(9, "content.flagged", content_id="42", content_type="comment"),
        event(10, "content.actioned", content_id="42", content_type="comment"),
        event(11, "post.liked"),
    ]  # fmt: skip
    parsed = read(tmp_path, "cloudevents", ndjson(records))
    help_events = parsed.tables["activation_help_events"].sort("activation", "week_on")
    groups = help_events.drop_nulls("group_key")
    assert groups["group_key"].n_unique() == 2
    assert groups.filter(pl.col("week_on") == date(2026, 9, 21))["group_key"].n_unique() == 1
    assert not set(groups["group_key"]) & {"carers"}
    assert dict(help_events.filter(pl.col("group_key").is_null()).select("activation", "asset_version").rows()) == {
        "story.shared": None, "post.coded_story": None, "reply.coded_other": None, "story.resource_missing": "r2",
    }  # fmt: skip
    others = events(parsed, "activation", "asset_id", "asset_version")
    assert others == [
        ("live.resource_attached", None, "r2"),
        ("content.flagged", "comment", None),
        ("content.actioned", "comment", None),
        ("post.liked", None, None),
    ]
    keys = parsed.tables["activation_events"].filter(pl.col("activation").str.starts_with("content"))["content_key"]
    assert keys.n_unique() == 1
    assert keys[0] != "42"


def test_data_in_another_shape_than_an_object_are_rejected_and_none_at_all_are_not(tmp_path: Path) -> None:
    bare = {name: value for name, value in event(3).items() if name != "data"}
    records = [
        event(1) | {"data": '{"anonymous_id": "a"}'},
        bare | {"id": "e-2", "data_base64": "e30="},
        bare,
        event(4),
    ]
    parsed = read(tmp_path, "cloudevents", ndjson(records))
    assert rejected(parsed) == [(1, "unreadable"), (2, "unreadable")]
    assert parsed.tables["activation_events"].height == 2


def test_countries_go_by_the_names_that_people_write(tmp_path: Path) -> None:
    names = ["السعودية", "الإمارات", "Saudi Arabia", "jo", "nowhere"]
    parsed = read(tmp_path, "cloudevents", ndjson([event(n, country=name) for n, name in enumerate(names)]))
    assert sorted(events(parsed, "market"), key=repr) == [("AE",), ("JO",), ("SA",), ("SA",), (None,)]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="no record is a CloudEvent"):
        read(tmp_path, "cloudevents", ndjson([{"id": 1}]))


def test_ids_that_are_sentences_or_addresses_are_not_kept(tmp_path: Path) -> None:
    parsed = read(tmp_path, "cloudevents", ndjson([event(1, asset_id="maria@example.org", section="four", version=2)]))
    assert events(parsed, "asset_id", "section", "asset_version") == [(None, None, "2")]
    assert parsed.unreadable.rows() == [("section", "bad_number", 1)]
