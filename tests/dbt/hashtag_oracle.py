"""What readings of videos come to, worked out again one video at a time in plain Python: slow, and another way than SQL's."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

COUNTERS = ("views", "likes", "comments", "shares", "saves")
ATTRIBUTES = ("hashtags", "creator_key", "creator_country", "created_at", "platform", "metric_definition")
STANDING = ("public", "research_api", "monitoring", "business_api", "studio")
"""Definitions of a count, the one that counts rather first."""
Reading = Mapping[str, Any]
Day = dict[str, Any]


def date_of(instant: datetime) -> date:
    """The date in Dubai, which has no summer time."""
    return (instant + timedelta(hours=4)).date()


def bounds(reading: Reading, counter: str) -> tuple[int, int]:
    count, unit, rounding = reading[counter], reading.get(f"{counter}_unit") or 1, reading.get("rounding")
    if unit == 1:
        return count, count
    below = 0 if rounding == "down" else unit // 2
    return max(0, count - below), count + (unit // 2 if rounding == "nearest" else unit)


def that_count(dates: Mapping[date, list[Reading]]) -> dict[date, list[Reading]]:
    """The readings of a video by date, in order, without those by another definition from the first reading by a better one on."""
    found, best = {}, len(STANDING)
    for event_on, readings in sorted(dates.items()):
        standings = [STANDING.index(reading["metric_definition"]) for reading in readings]
        best = min([best, *standings])
        if best in standings:
            found[event_on] = [one for one, standing in zip(readings, standings, strict=True) if standing == best]
    return found


def video_days(readings: Iterable[Reading]) -> list[Day]:
    """Readings in the order in which they count, by video and date, with what each counter did since it was known before."""
    ordered = sorted(readings, key=lambda reading: reading["captured_at"])
    last_capture: dict[date, datetime] = {}
    for reading in ordered:
        last_capture[date_of(reading["captured_at"])] = reading["captured_at"]
    grouped: dict[str, dict[date, list[Reading]]] = defaultdict(lambda: defaultdict(list))
    for reading in ordered:
        grouped[reading["video_id"]][date_of(reading["captured_at"])].append(reading)
    days: list[Day] = []
    for video, dates in grouped.items():
        known: dict[str, Any] = dict.fromkeys(ATTRIBUTES)
        before: dict[str, tuple[Any, ...]] = {}
        description, version = None, 0
        for number, (event_on, day_readings) in enumerate(that_count(dates).items()):
            created_before, defined_before = known["created_at"], known["metric_definition"]
            for reading in day_readings:
                known |= {name: reading[name] for name in ATTRIBUTES if reading.get(name) is not None}
            definition = f"{known['platform']}/{known['metric_definition']}"
            if description != (now_described := [known["hashtags"], known["creator_country"], definition]):
                description, version = now_described, version + 1
            day = {"video_id": video, "event_on": event_on, **known, "definition": definition, "version": version}
            if number == 0:
                earlier = [at for on, at in last_capture.items() if on < event_on]
                zero = bool(earlier) and known["created_at"] is not None and known["created_at"] > max(earlier)
            elif defined_before != known["metric_definition"]:
                before, zero = {}, False
            is_recreated = created_before is not None and created_before != known["created_at"]
            for counter in COUNTERS:
                usable = [reading for reading in day_readings if reading.get(counter) is not None]
                day[counter] = None
                if not usable:
                    continue
                last = usable[-1]
                now = (last[counter], *bounds(last, counter), last["captured_at"], event_on)
                old = before.get(counter) or ((0, 0, 0, known["created_at"], None) if zero else None)
                if old:
                    fell = now[2] < old[1]
                    removed = old[0] - now[0] if fell else 0
                    day[counter] = now[0] - old[0]
                    day[f"{counter}_low"], day[f"{counter}_high"] = now[1] - old[2], now[2] - old[1]
                    day[f"{counter}_terms"] = (now, 1), (old, -1)
                    day[f"{counter}_gross"], day[f"{counter}_removed"] = max(0, now[0] - old[0]), removed
                    day[f"{counter}_reset"] = removed if is_recreated and 2 * now[0] < old[0] else 0
                    day[f"{counter}_correction"] = removed - day[f"{counter}_reset"]
                    day[f"{counter}_hours"] = Fraction((now[3] - old[3]) // timedelta(microseconds=1), 3_600_000_000)
                before[counter] = now
                day[f"{counter}_read"] = now[0], now[3]
            day["known"] = {counter: reading[0] for counter, reading in before.items()}
            days.append(day)
    return days


def total(days: Iterable[Day], figure: str) -> Any:
    """A sum of what is known; None where nothing is."""
    known = [day[figure] for day in days if day.get(figure) is not None]
    return sum(known) if known else None


def engagement(days: list[Day]) -> dict[str, tuple[Any, Any, Any]]:
    """By measure the figure of some video-days and its bounds."""
    for day in days:
        parts = [day[counter] for counter in ("likes", "comments", "shares")]
        if None not in parts:
            day["lcs"] = sum(parts)
            for bound in ("low", "high"):
                day[f"lcs_{bound}"] = sum(day[f"{counter}_{bound}"] for counter in ("likes", "comments", "shares"))
            if day["likes_hours"]:
                day["lcs_pace"] = day["lcs"] / day["likes_hours"]
        if None not in (*parts, day["saves"]):
            day["lcss"] = sum(parts) + day["saves"]
        if day["views"] is not None and day["views_hours"]:
            day["views_pace"] = day["views"] / day["views_hours"]
    viewed = days if len({day["definition"] for day in days}) == 1 else []
    both = [day for day in viewed if day["views"] is not None and day.get("lcs") is not None]
    found = {counter: (total(days, counter), None, None) for counter in ("likes", "comments", "shares", "saves")}
    for measure, rows, figure in (
        ("views", viewed, "views"),
        ("engagements_lcs", days, "lcs"),
        ("rated_views", both, "views"),
        ("rated_engagements_lcs", both, "lcs"),
    ):
        low, value, high = (total(rows, f"{figure}{bound}") for bound in ("_low", "", "_high"))
        found[measure] = (value, low, high) if (low, high) != (value, value) else (value, None, None)
    for counter in ("shares", "saves"):
        pairs = [day for day in viewed if day["views"] is not None and day[counter] is not None]
        found[f"{counter}_on_views"] = (total(pairs, counter), None, None)
        found[f"views_with_{counter}"] = (total(pairs, "views"), None, None)
    found["engagements_lcss"] = (total(days, "lcss"), None, None)
    found["views_gross"] = (total(viewed, "views_gross"), None, None)
    found["views_removed"] = (total(viewed, "views_removed"), None, None)
    found["views_per_hour"] = (total(viewed, "views_pace"), None, None)
    found["engagements_per_hour"] = (total(days, "lcs_pace"), None, None)
    return found


def bounds_of_sum(
    days: Iterable[Day], counters: Iterable[str], needed: Iterable[str], breaks: bool
) -> tuple[int, int] | None:
    """
    The least and most that the changes of some video-days can sum up to: a reading that ends one change and begins the next cancels out,
    unless the video was described otherwise in between and such a break is counted.
    """
    times: dict[Any, int] = defaultdict(int)
    for day in days:
        if all(day[counter] is not None for counter in needed):
            for counter in counters:
                for reading, sign in day[f"{counter}_terms"]:
                    times[day["video_id"], counter, day["version"] if breaks else 0, reading[4], reading[1:3]] += sign
    if not times:
        return None
    low = sum(sign * (key[-1][0] if sign > 0 else key[-1][1]) for key, sign in times.items())
    return low, sum(sign * (key[-1][1] if sign > 0 else key[-1][0]) for key, sign in times.items())


def posts(days: Iterable[Day]) -> dict[str, Day]:
    """By video the day on which its hashtags and its date of creation were first both known."""
    found: dict[str, Day] = {}
    for day in sorted(days, key=lambda day: day["event_on"]):
        if day["hashtags"] is not None and day["created_at"] is not None:
            found.setdefault(day["video_id"], day)
    return found


def lives(days: Iterable[Day]) -> dict[tuple[str, date], Day]:
    """By video and date of posting how its views rose in 28 days, from 0 when it was posted, as the last reading counts them."""
    grouped: dict[tuple[str, date], list[tuple[float, int, date, str]]] = defaultdict(list)
    for day in days:
        if day["created_at"] is None or day.get("views_read") is None:
            continue
        created_on, (views, read_at) = date_of(day["created_at"]), day["views_read"]
        hours = (read_at - day["created_at"]) / timedelta(hours=1)
        if created_on <= day["event_on"] <= created_on + timedelta(days=28) and hours > 0:
            grouped[day["video_id"], created_on].append((hours, views, day["event_on"], day["metric_definition"]))
    found = {}
    for key, known in grouped.items():
        known.sort(key=lambda reading: reading[2])
        readings = [reading for reading in known if reading[3] == known[-1][3]]
        before, peak, fastest = (0.0, 0), 0.0, float("-inf")
        for hours, views, *_ in readings:
            speed = (views - before[1]) / (hours - before[0])
            before = hours, views
            if speed > fastest:
                peak, fastest = hours, speed
        last = readings[-1][1]
        half = min((hours for hours, views, *_ in readings if last > 0 and 2 * views >= last), default=None)
        is_complete = readings[-1][2] >= key[1] + timedelta(days=27)
        first, is_cut = min(hours for hours, *_ in readings), len(readings) < len(known)
        found[key] = {"first": first, "peak": peak, "half": half, "is_complete": is_complete, "is_cut": is_cut}
    return found


def half_life(known: Iterable[Day]) -> float | None:
    """The Kaplan-Meier median of times, to the whole hour, of which those that are not complete are only the least."""
    waiting = [life | {"half": math.ceil(life["half"])} for life in known]
    left = Fraction(1)
    for time in sorted({life["half"] for life in waiting}):
        at_risk = sum(life["half"] >= time for life in waiting)
        halved = sum(life["half"] == time and life["is_complete"] for life in waiting)
        left *= 1 - Fraction(halved, at_risk)
        if left <= Fraction(1, 2):
            return float(time)
    return None


def gini(values: list[int]) -> float:
    """Half the mean difference of all pairs over the mean."""
    differences = sum(abs(one - other) for one in values for other in values)
    return differences / (2 * len(values) * sum(values))
