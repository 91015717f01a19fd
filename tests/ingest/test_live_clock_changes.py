"""Sessions in the nights when clocks change, in both directions: a time is read right or flagged, in every format that has local times."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from tests.ingest.live_desk import PSEUDONYMS, LiveDesk

NIGHTS = {
    ("Africa/Cairo", "back"): "2025-10-30T21:00", ("Africa/Cairo", "forward"): "2025-04-24T22:00",
    ("Asia/Beirut", "back"): "2025-10-25T21:00", ("Asia/Beirut", "forward"): "2025-03-29T22:00",
    ("Africa/Casablanca", "back"): "2025-02-23T02:00", ("Africa/Casablanca", "forward"): "2025-04-06T02:00",
    ("America/New_York", "back"): "2025-11-02T06:00", ("America/New_York", "forward"): "2025-03-09T07:00",
}  # fmt: skip
"""The instant of the change, UTC."""

MINUTE = timedelta(minutes=1)

Stay = tuple[str, datetime, datetime | None]
Local = Callable[[datetime | None], str]


def stays_of(rng: random.Random, start: datetime, end: datetime) -> list[Stay]:
    """Stays in order of joining, to the second, some of them open."""
    length = int((end - start).total_seconds())
    stays: list[Stay] = []
    for number in range(14):
        joined = start + timedelta(seconds=rng.randrange(length))
        left = joined + timedelta(seconds=rng.randint(1, length))
        stays.append((f"p{number}", joined, None if rng.random() < 0.15 else min(left, end)))
    return sorted(stays, key=lambda stay: stay[1])


def intervals(stays: list[Stay], local: Local) -> str:
    return "\n".join(["person,in,out", *(f'{person},"{local(at)}","{local(left)}"' for person, at, left in stays), ""])


def zoom(stays: list[Stay], local: Local) -> str:
    header = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)"
    rows = [
        f'{person},{person}@example.org,"{local(at)}","{local(left)}",{"" if left is None else (left - at) // MINUTE + 1}'
        for person, at, left in stays
    ]
    return "\n".join([header, *rows, ""])


def log(stays: list[Stay], local: Local) -> str:
    events = [(at, person, "Joined") for person, at, _ in stays]
    events += [(left, person, "Left") for person, _, left in stays if left is not None]
    return "\n".join(
        [
            "Full Name\tUser Action\tTimestamp",
            *(f"{person}\t{done}\t{local(at)}" for at, person, done in sorted(events)),
            "",
        ]
    )


FORMATS: dict[str, tuple[Callable[[list[Stay], Local], str], dict[str, Any], str]] = {
    "intervals_csv": (intervals, {"columns": {"person": "person", "joined_at": "in", "left_at": "out"}}, "{}"),
    "zoom_csv": (zoom, {"date_order": "mdy"}, "{}@example.org"),
    "teams_list": (log, {"date_order": "mdy"}, "{}"),
}


def reader(form: str, zone: str) -> Local:
    written = "%Y-%m-%d %H:%M:%S" if form == "intervals_csv" else "%m/%d/%Y, %I:%M:%S %p"
    written = "%m/%d/%Y %I:%M:%S %p" if form == "zoom_csv" else written
    return lambda at: "" if at is None else at.astimezone(ZoneInfo(zone)).strftime(written)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("zone", "direction"), NIGHTS)
@pytest.mark.parametrize("is_bounded", [True, False])
def test_stays_are_right_or_flagged(live: LiveDesk, form: str, zone: str, direction: str, is_bounded: bool) -> None:
    change = datetime.fromisoformat(NIGHTS[zone, direction]).replace(tzinfo=UTC)
    rng = random.Random(f"{form} {zone} {direction}")
    start, end = change - timedelta(minutes=rng.randint(5, 80)), change + timedelta(minutes=rng.randint(5, 80))
    stays = stays_of(rng, start, end)
    write, options, called = FORMATS[form]
    session = {"id": "s"} | ({"starts_at": start.isoformat(), "ends_at": end.isoformat()} if is_bounded else {})
    local = reader(form, zone)
    read = live.read(form, {"a.csv": write(stays, local)}, options | {"session": session}, zone)
    found = read.tables["live_stays"].select("person_key", "joined_at", "left_at", "is_ambiguous_time").rows()
    people = pl.DataFrame({"person": [called.format(person) for person, _, _ in stays]})
    keys = people.select(PSEUDONYMS.key(pl.col("person"), "person")).to_series().to_list()
    truth = {key: (at, left) for key, (_, at, left) in zip(keys, stays, strict=True)}
    assert len(found) == len(stays)
    wrong = [key for key, at, left, is_flagged in found if (at, left) != truth[key] and not is_flagged]
    assert wrong == []
    flagged = sum(is_flagged for *_, is_flagged in found)
    if direction == "forward":
        assert flagged == 0
    elif is_bounded and end - start <= timedelta(hours=1):
        assert flagged == 0, "what the bounds decide is not in doubt"


@pytest.mark.parametrize("form", ["zoom_csv", "teams_report"])
def test_a_stated_duration_tells_the_two_hours_apart(live: LiveDesk, form: str) -> None:
    """The clocks of Berlin show 02:00 to 03:00 twice. Of two times that both may be either, a duration proves nothing."""
    stays = [
        ("before", "01:40", "02:20", 40, "23:40", "00:20", False),
        ("into the second", "01:50", "02:20", 90, "23:50", "01:20", False),
        ("through both", "02:10", "02:50", 100, "00:10", "01:50", False),
        ("from the second", "02:30", "03:10", 40, "01:30", "02:10", False),
        ("within one", "02:05", "02:25", 20, "00:05", "00:25", True),
        ("otherwise said", "02:40", "03:10", 5, "00:40", "02:10", True),
    ]
    day = "10/25/2026, {}:00 AM" if form == "teams_report" else "10/25/2026 {}:00 AM"
    rows = [(who, day.format(joined), day.format(left), minutes) for who, joined, left, minutes, *_ in stays]
    text = "\n".join(
        [
            "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)",
            *(f'{who},,"{joined}","{left}",{minutes}' for who, joined, left, minutes in rows),
        ]
    )
    if form == "teams_report":
        text = "\n".join(
            [
                "1. Summary", "", "3. In-Meeting Activities", "Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole",
                *(f"{who}\t{joined}\t{left}\t{minutes}m 3s\t\tAttendee" for who, joined, left, minutes in rows),
            ]
        )  # fmt: skip
    found = live.read(form, {"a.csv": text}, {"date_order": "mdy", "session": {"id": "s"}}, "Europe/Berlin")
    read = found.tables["live_stays"].sort("line").select("joined_at", "left_at", "is_ambiguous_time").rows()
    shown = [(f"{joined:%H:%M}", f"{left:%H:%M}", is_flagged) for joined, left, is_flagged in read]
    assert shown == [(joined, left, is_flagged) for *_, joined, left, is_flagged in stays]


@pytest.mark.parametrize("zone", sorted({zone for zone, direction in NIGHTS if direction == "back"}))
@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("late", [1, 3])
def test_who_comes_long_after_the_stated_end_is_flagged(
    live: LiveDesk, zone: str, is_descending: bool, late: int
) -> None:
    """The bounds say the first of two hours, the order of the file the second: neither is believed without a word."""
    change = datetime.fromisoformat(NIGHTS[zone, "back"]).replace(tzinfo=UTC)
    start, end = change - timedelta(minutes=55), change - timedelta(minutes=15)
    joins = [change - timedelta(minutes=54 - 4 * number) for number in range(9)]
    joins += [change + timedelta(minutes=10 + number) for number in range(late)]
    stays: list[Stay] = [(f"p{number}", at, at + timedelta(minutes=5)) for number, at in enumerate(joins)]
    text = intervals(stays[::-1] if is_descending else stays, reader("intervals_csv", zone))
    session = {"id": "s", "starts_at": start.isoformat(), "ends_at": end.isoformat()}
    options = FORMATS["intervals_csv"][1] | {"session": session}
    found = live.read("intervals_csv", {"a.csv": text}, options, zone).tables["live_stays"]
    flags = found.sort("joined_at", "person_key").select("joined_at", "is_ambiguous_time").rows()
    assert sum(is_flagged for _, is_flagged in flags) == late
    assert {at for at, is_flagged in flags if not is_flagged} == set(joins[:9])


@pytest.mark.parametrize(("zone", "direction"), NIGHTS)
def test_samples_are_right_or_flagged(live: LiveDesk, zone: str, direction: str) -> None:
    change = datetime.fromisoformat(NIGHTS[zone, direction]).replace(tzinfo=UTC)
    times = [change + timedelta(minutes=number) for number in range(-70, 71, 7)]
    local = reader("intervals_csv", zone)
    text = "\n".join(["at,viewers", *(f"{local(at)},{number}" for number, at in enumerate(times)), ""])
    options = {"session": {"id": "s"}, "columns": {"sampled_at": "at", "viewers": "viewers"}}
    rows = live.read("viewer_samples", {"a.csv": text}, options, zone).tables["live_samples"]
    assert rows.select("viewers", "sampled_at").rows() == list(enumerate(times))
    assert not rows["is_ambiguous_time"].any()
