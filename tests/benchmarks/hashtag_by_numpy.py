"""The days of hashtag_by_pandas.py, row by row the same, tuned by hand: arrays of numpy that are sorted once and counted by cell."""

import os
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tests.benchmarks.hashtag_by_pandas import (
    COUNTERS,
    LOOK_BACK,
    NAMES,
    SEEDED,
    SHOWN_FROM,
    STARTS_ON,
    TEXTS,
    ZONE,
    pseudonym,
)

Array = np.ndarray[Any, Any]


class Tags(NamedTuple):
    """Of each distinct way in which a cell lists hashtags: all of them, and the numbers of those that are shown.

    `written` are texts; `shown` has a row for each of them and one more, for no list, filled up with the number of `names`.
    """

    written: list[str]
    shown: Array
    names: Array


def make_marts(folder: Path) -> int:
    """Both files, from the CSV files of a folder, each named by the date on which it landed; how many days videos have."""
    files = sorted(folder.glob("*.csv"))
    readings, texts = _readings(files)
    days = _last_of_dates(readings)
    is_first = np.append(True, days["video_id"].to_numpy()[1:] != days["video_id"].to_numpy()[:-1])
    _carry(days, is_first)
    provisional_from = np.datetime64(files[-1].stem) - LOOK_BACK + 1
    video_days = _video_days(days, is_first, provisional_from)
    tags = _tags(texts["hashtags"], days["hashtags"].to_numpy()[np.append(is_first[1:], True)])
    _hashtag_days(days, video_days, is_first, tags, provisional_from).to_parquet(folder / "hashtag_days.parquet")
    key = os.environ["CAMPAIGN_PSEUDONYM_KEY"].encode()
    words = {
        "creator_key": ("creator", [pseudonym(key, name) for name in texts["creator"]]),
        "creator_country": ("creator_country", [name.strip().upper() for name in texts["creator_country"]]),
        "hashtags": ("hashtags", tags.written),
    }
    for name, (column, categories) in words.items():
        codes, distinct = pd.factorize(np.array(categories, dtype=object))
        video_days[name] = pd.Categorical.from_codes(
            np.append(codes, -1)[days[column].to_numpy()], categories=pd.Index(distinct)
        )
    video_days.to_parquet(folder / "video_days.parquet")
    return len(video_days)


def _readings(files: Iterable[Path]) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """One reading of each video and instant, in this order; texts are numbers of distinct ones, -1 where there is none."""
    frame = pd.concat([pd.read_csv(file, engine="pyarrow") for file in files], ignore_index=True).rename(columns=NAMES)
    texts = {}
    # An empty cell says that a video carries no hashtags.
    frame["hashtags"] = frame["hashtags"].fillna("")
    for name in TEXTS:
        codes, distinct = pd.factorize(frame[name].str.lower() if name == "creator" else frame[name])
        frame[name], texts[name] = codes.astype(np.int32), list(distinct)
    frame["event_on"] = _dates(frame["captured_at"])
    frame["captured_at"] = frame["captured_at"].dt.tz_localize(None)
    frame["created_at"] = frame["created_at"].dt.tz_localize(None)
    videos, instants = frame["video_id"].to_numpy(), frame["captured_at"].to_numpy()
    order = np.lexsort((instants, videos))
    videos, instants = videos[order], instants[order]
    is_last = np.append((videos[1:] != videos[:-1]) | (instants[1:] != instants[:-1]), True)
    return frame.take(order[is_last]).reset_index(drop=True), texts


def _dates(instants: "pd.Series[Any]") -> Array:
    """Dates in the campaign's zone."""
    local: Array = instants.dt.tz_convert(ZONE).dt.tz_localize(None).to_numpy()
    return local.astype("datetime64[D]").astype("datetime64[s]")


def _last_of_dates(readings: pd.DataFrame) -> pd.DataFrame:
    """A row for each video and date: of every column the last that is known."""
    videos, dates = readings["video_id"].to_numpy(), readings["event_on"].to_numpy()
    begins = np.append(True, (videos[1:] != videos[:-1]) | (dates[1:] != dates[:-1]))
    if begins.all():
        return readings
    readings[TEXTS] = readings[TEXTS].where(readings[TEXTS] >= 0)
    days = readings.groupby(np.cumsum(begins), sort=False).last().reset_index(drop=True)
    days[TEXTS] = days[TEXTS].fillna(-1).astype(np.int32)
    return days


def _last_known(known: Array, first: Array) -> Array:
    """The row, at or before each, that has the last known value of its video, which begins at row `first`; -1 for none."""
    rows = np.arange(len(known))
    if known.all():
        return rows
    last = np.maximum.accumulate(np.where(known, rows, -1))
    return np.where(last >= first, last, -1)


def _earlier(last: Array, is_first: Array) -> Array:
    """The same of the row before; -1 for none."""
    return np.where(is_first, -1, np.roll(last, 1))


def _carry(days: pd.DataFrame, is_first: Array) -> None:
    """Texts and time of posting as they were last known; `created_before` is the time known before."""
    first = np.maximum.accumulate(np.where(is_first, np.arange(len(days)), 0))
    days["first"] = first
    for name in TEXTS:
        values = days[name].to_numpy()
        days[name] = np.append(values, -1)[_last_known(values >= 0, first)]
    created = days["created_at"].to_numpy()
    last = _last_known(~np.isnat(created), first)
    created = np.append(created, np.datetime64("NaT"))
    days["created_at"], days["created_before"] = created[last], created[_earlier(last, is_first)]


def _video_days(days: pd.DataFrame, is_first: Array, provisional_from: np.datetime64) -> pd.DataFrame:
    """What every counter was, and by how much and in which way it changed since it was last known."""
    date, first = days["event_on"].to_numpy(), days["first"].to_numpy()
    captures = days.groupby("event_on")["captured_at"].max().sort_index()
    before = captures.shift().to_numpy()[np.searchsorted(captures.index.to_numpy(), date[is_first])]
    # A video that was posted after the campaign's capture before had 0 of everything then.
    is_new = days["created_at"].to_numpy()[is_first] > before
    starts_from = np.where(is_new, 0, np.nan)[np.cumsum(is_first) - 1]
    created, created_before = days["created_at"].to_numpy(), days["created_before"].to_numpy()
    is_posted_anew = (created != created_before) & ~np.isnat(created) & ~np.isnat(created_before)
    found: dict[str, Array] = {"video_id": days["video_id"].to_numpy(), "event_on": date}
    interval = np.full(len(days), np.nan)
    for name in COUNTERS:
        read = days[name].to_numpy(np.float64)
        known = ~np.isnan(read)
        row = _earlier(_last_known(known, first), is_first)
        known_before = np.append(read, np.nan)[row]
        net = read - np.where(row >= 0, known_before, starts_from)
        is_unknown = np.isnan(net)
        removed = np.where(is_unknown, np.nan, np.where(read < known_before, -net, 0))
        is_reset = is_posted_anew & (2 * read < known_before)
        found |= {
            name: net,
            f"{name}_gross": np.maximum(net, 0),
            f"{name}_removed": removed,
            f"{name}_reset": np.where(is_reset | is_unknown, removed, 0),
            f"{name}_correction": np.where(is_reset & ~is_unknown, 0, removed),
            f"{name}_total": read,
        }
        passed = (date - date[row]).astype("timedelta64[D]").astype(np.float64)
        interval = np.fmax(interval, np.where(known & (row >= 0), passed, np.nan))
    return pd.DataFrame({
        **found, "interval_days": interval, "last_captured_at": days["captured_at"].dt.tz_localize("UTC"),
        "is_first_reading": is_first, "is_provisional": date >= provisional_from, "is_in_campaign": date >= STARTS_ON,
    })  # fmt: skip


def _tags(written: list[str], latest: Array) -> Tags:
    """Each distinct tag is normalised once. Shown are those of the seeds and those that enough videos carry in their `latest` list."""
    lists = [[*dict.fromkeys(filter(None, map(_normalised, one.split(","))))] for one in written]
    lengths = np.fromiter(map(len, lists), np.int64, len(lists))
    codes, distinct = pd.factorize(np.array([*chain.from_iterable(lists)], dtype=object))
    carried = np.bincount(latest[latest >= 0], minlength=len(lists))
    videos = np.bincount(codes, np.repeat(carried, lengths), minlength=len(distinct))
    is_shown = (videos >= SHOWN_FROM) | np.isin(distinct, SEEDED)
    number = np.where(is_shown, np.cumsum(is_shown) - 1, is_shown.sum())
    shown = np.full((len(lists) + 1, lengths.max(initial=0)), is_shown.sum())
    place = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    shown[np.repeat(np.arange(len(lists)), lengths), place] = number[codes]
    return Tags([",".join(one) for one in lists], shown, distinct[is_shown])


@cache
def _normalised(tag: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", tag).strip().lstrip("#").casefold())


def _hashtag_days(
    days: pd.DataFrame, changes: pd.DataFrame, is_first: Array, tags: Tags, provisional_from: np.datetime64
) -> pd.DataFrame:
    """By shown hashtag and date: sums of what its videos changed by, posts and their creators."""
    created = days["created_at"].dt.tz_localize("UTC")
    both = (days["hashtags"].to_numpy() >= 0) & created.notna().to_numpy()
    rows = np.flatnonzero(both)
    number = np.cumsum(is_first)[rows]
    # A video is a post of the hashtags that it carried when they and its date were first known.
    posts = days.iloc[rows[np.append(True, number[1:] != number[:-1])]]
    posted_on = _dates(created.loc[posts.index])
    dates = np.unique(np.append(days["event_on"].unique(), np.unique(posted_on)))
    size = (len(tags.names) + 1) * len(dates)

    date = np.searchsorted(dates, days["event_on"].to_numpy())
    shown = tags.shown[days["hashtags"].to_numpy()]
    cells = [tag * len(dates) + date for tag in shown.T]
    found = _sums(changes, cells, size)

    numbers = tags.shown[posts["hashtags"].to_numpy()]
    cell = (numbers * len(dates) + np.searchsorted(dates, posted_on)[:, None]).ravel()
    creator = np.repeat(posts["creator"].to_numpy().astype(np.int64), numbers.shape[1])
    tag, on = np.divmod(cell, len(dates))
    creators = creator.max(initial=0) + 1
    once = np.unique(((tag * creators + creator) * len(dates) + on)[creator >= 0])
    of_tag, on = np.divmod(once, len(dates))
    once_cell = of_tag // creators * len(dates) + on
    is_newcomer = np.append(True, of_tag[1:] != of_tag[:-1])[: len(once)]
    found["posts"] = np.bincount(cell, minlength=size)
    found["unique_creators"] = np.bincount(once_cell, minlength=size)
    # On a hashtag's first date everybody would be new.
    has_posts = np.cumsum(found["posts"].reshape(-1, len(dates)) > 0, axis=1)
    is_later = np.roll(has_posts, 1, axis=1)
    is_later[:, 0] = 0
    newcomers = np.bincount(once_cell[is_newcomer], minlength=size)
    found["new_creators"] = np.where(is_later.ravel() > 0, newcomers, np.nan)

    some = np.flatnonzero((found["posts"] > 0) | (found["video_readings"] > 0))
    some = some[some < size - len(dates)]
    event_on = dates[some % len(dates)]
    return pd.DataFrame({
        "hashtag": tags.names[some // len(dates)], "event_on": event_on, **{name: figures[some] for name, figures in found.items()},
        "is_provisional": event_on >= provisional_from,
    })  # fmt: skip


def _sums(changes: pd.DataFrame, cells: list[Array], size: int) -> dict[str, Array]:
    """Sums by cell of what is known, NaN where nothing is; a row counts in one cell of each of the lists."""
    views, likes, comments, shares = (changes[name].to_numpy() for name in COUNTERS[:4])
    engagements = likes + comments + shares
    of_both = np.isnan(views) | np.isnan(engagements)
    alike = [
        {name: changes[name].to_numpy() for name in ("views", "views_gross", "views_removed")},
        *({name: changes[name].to_numpy()} for name in COUNTERS[1:]),
        {"engagements_lcs": engagements},
        {
            "rated_engagements_lcs": np.where(of_both, np.nan, engagements),
            "rated_views": np.where(of_both, np.nan, views),
        },
    ]
    found: dict[str, Array] = {"video_readings": np.sum([np.bincount(cell, minlength=size) for cell in cells], axis=0)}
    for figures in alike:
        is_known = ~np.isnan(next(iter(figures.values())))
        number = np.sum([np.bincount(cell[is_known], minlength=size) for cell in cells], axis=0)
        for name, values in figures.items():
            weights = np.where(is_known, values, 0)
            total = np.sum([np.bincount(cell, weights, size) for cell in cells], axis=0)
            found[name] = np.where(number > 0, total, np.nan)
        if "engagements_lcs" in figures:
            found["rated_readings"] = number
    rated = found["rated_views"]
    found["engagement_rate_by_views"] = found["rated_engagements_lcs"] / np.where(rated > 0, rated, np.nan)
    return found
