"""The acts of people in the app as files: CloudEvents of the apps, Segment's calls of the web page, counts of a partner.

Devices repeat what they sent, have clocks that are years off, or forget the time. What was done is in
`ingest.simulated.activation`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from ingest.simulated.activation import Act
from ingest.simulated.activation_truth import SENSITIVE
from ingest.simulated.plan import CAMPAIGN, DAY, PlannedDelivery, campaign_day, instant, starts_s

DAYS_A_DELIVERY = 10
PARTNERS_MARKET = "AE"
_YEARS_OFF = 4 * 365 * DAY
_BOT = "Mozilla/5.0 (compatible; ExampleBot/1.0)"
_PHONE = "Mozilla/5.0 (Linux; Android 13) ExampleApp/3.2"


def plan_activation(rng: np.random.Generator, acts: Sequence[Act], counted: Sequence[int]) -> list[PlannedDelivery]:
    """Deliveries of ten days each of the apps, one of the web page, one of the partner, who counted something every day."""
    days = len(counted)
    apps = [act for act in acts if act.person.platform != "web"]
    web = [act for act in acts if act.person.platform == "web"]
    planned = []
    for first in range(0, days, DAYS_A_DELIVERY):
        last = min(first + DAYS_A_DELIVERY, days)
        within = [act for act in apps if first <= (act.at - starts_s()) // DAY < last]
        if within:
            planned.append(_cloudevents(rng, within, last - 1))
    if web:
        planned.append(_segment(rng, web, days - 1))
    return [*planned, _counts(counted)]


def _cloudevents(rng: np.random.Generator, acts: Sequence[Act], day: int) -> PlannedDelivery:
    records = [_event(number, act, day) for number, act in enumerate(acts)]
    again = [records[int(number)] for number in rng.integers(len(records), size=len(records) // 50)]
    timeless = {name: value for name, value in records[0].items() if name != "time"} | {"id": f"{day}-timeless"}
    ahead = records[0] | {"id": f"{day}-ahead", "time": "2031-01-01T00:00:00Z"}
    return PlannedDelivery(
        source="activation",
        landed_on=campaign_day(day),
        name="app-events",
        files={"events.ndjson": _ndjson([*records, *again, timeless, ahead])},
        note=_note("cloudevents"),
        records=len(records) + len(again) + 2,
        apart=_apart(acts),
        duplicates=len(again),
        rejected=2,
    )


def _apart(acts: Sequence[Act]) -> int:
    return sum(act.name.startswith(SENSITIVE) for act in acts)


def _event(number: int, act: Act, day: int) -> dict[str, Any]:
    person = act.person
    known = {"country": person.market, **act.properties} | ({"environment": "staging"} if person.kind == "test" else {})
    return {
        "specversion": "1.0",
        "id": f"{day}-{number:06d}",
        "source": f"/app/{person.platform}",
        "type": f"org.example.{act.name}",
        "time": instant(act.at).isoformat(),
        "data": {
            "anonymous_id": f"device-{person.number:06d}",
            "consent": person.agreed,
            "user_agent": _BOT if person.kind == "bot" else _PHONE,
            "properties": known,
        },
    }


def _segment(rng: np.random.Generator, acts: Sequence[Act], day: int) -> PlannedDelivery:
    calls = [_call(number, act, off=bool(rng.random() < 0.02)) for number, act in enumerate(acts)]
    again = [
        calls[int(number)] | {"sentAt": instant(starts_s()).isoformat(), "receivedAt": instant(starts_s()).isoformat()}
        for number in rng.integers(len(calls), size=1)
    ]
    nameless = {"type": "track", "messageId": "call-1", "anonymousId": "device-1"}
    return PlannedDelivery(
        source="activation",
        landed_on=campaign_day(day),
        name="web-events",
        files={"calls.ndjson": _ndjson([*calls, *again, nameless])},
        note=_note("segment_track"),
        records=len(calls) + len(again) + 1,
        apart=_apart(acts),
        duplicates=len(again),
        rejected=1,
    )


def _call(number: int, act: Act, *, off: bool) -> dict[str, Any]:
    person, seen = act.person, act.at + (_YEARS_OFF if off else 0)
    subject, _, verb = act.name.partition(".")
    return {
        "type": "track",
        "messageId": f"m-{number:06d}",
        "anonymousId": f"device-{person.number:06d}",
        "event": f"{subject} {verb.replace('_', ' ')}".title(),
        "properties": {"country": person.market, **act.properties},
        "context": {
            "consent": {"categoryPreferences": {"Analytics": person.agreed}},
            "userAgent": _BOT if person.kind == "bot" else _PHONE,
            "app": {"environment": "staging" if person.kind == "test" else "production"},
        },
        "originalTimestamp": instant(seen).isoformat(),
        "sentAt": instant(seen + 90).isoformat(),
        "receivedAt": instant(act.at + 90).isoformat(),
    }


def _counts(counted: Sequence[int]) -> PlannedDelivery:
    """A partner's screens, of which nobody knows who saw them; its first day comes twice."""
    days = len(counted)
    rows = [f"{campaign_day(day)},activation_view,{count},--" for day, count in enumerate(counted)]
    return PlannedDelivery(
        source="activation",
        landed_on=campaign_day(days - 1),
        name="partner-counts",
        files={"counts.csv": "\n".join(["date,event,count,people", *rows, rows[0], ""]).encode()},
        note=_note("activation_counts_csv")
        | {
            "supplier": "partner screens",
            "options": {
                "columns": {"date": "date", "activation": "event", "events": "count", "unique_people": "people"},
                "market": PARTNERS_MARKET,
            },
        },
        records=days + 1,
        duplicates=1,
    )


def plan_coding(coded: Sequence[Mapping[str, Any]], market: str) -> PlannedDelivery:
    """What a partner coded in a market, a row a week; of whom is only told how many they were."""
    rows = [f"{campaign_day(row['day'])},{row['activation']},{row['events']},{row['people']}" for row in coded]
    return PlannedDelivery(
        source="activation",
        landed_on=campaign_day(max(row["day"] for row in coded)),
        name="partner-coding",
        files={"coded.csv": "\n".join(["week,what,count,authors", *rows, ""]).encode()},
        note=_note("activation_counts_csv")
        | {
            "supplier": "coding partner",
            "options": {
                "columns": {"date": "week", "activation": "what", "events": "count", "unique_people": "authors"},
                "market": market,
            },
        },
        records=len(rows),
    )


def plan_contacts(contacts: Sequence[Mapping[str, Any]]) -> PlannedDelivery:
    """What helplines say of their contacts, a row a week and market."""
    rows = [f"{row['week_on']},{row['market']},{row['contacts']}" for row in contacts]
    return PlannedDelivery(
        source="activation",
        landed_on=max(campaign_day(0), max(row["week_on"] for row in contacts) + timedelta(days=7)),
        name="helpline-contacts",
        files={"contacts.csv": "\n".join(["week from,country,contacts", *rows, ""]).encode()},
        note=_note("activation_counts_csv")
        | {
            "supplier": "helplines",
            "options": {
                "columns": {"date": "week from", "market": "country", "events": "contacts"},
                "activation": "helpline.contacted",
            },
        },
        records=len(rows),
    )


def _note(form: str) -> dict[str, Any]:
    return {"source": "activation", "format": form, "campaign": CAMPAIGN}


def _ndjson(records: Sequence[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(record)}\n" for record in records).encode()
