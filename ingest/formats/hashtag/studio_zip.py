"""`hashtag/studio_zip`: the zips that TikTok Studio exports of an account: Overview, Viewers, FollowerHistory and Content.

Their days have no year and are written in the language of whoever exported them; the export's own time, in its name, tells the
year. The figures of a day go to `account_days`, the videos of Content to `video_readings`; files on the make-up of followers
are left alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath

import polars as pl
from pydantic import BaseModel, ConfigDict

from ingest.formats.hashtag.account_days import settle_account_days
from ingest.formats.hashtag.video_options import Columns, InstantText, VideoOptions
from ingest.formats.hashtag.video_readings import VideoRows, constant_instant, parse_videos, with_tags
from ingest.formats.text_file import TextTable, as_text, folded, read_table
from ingest.formats.unpacking import unpacked
from ingest.instants import months
from ingest.source import INSTANT, REJECTED, Delivery, DeliveryError, Parsed
from ingest.spelling import bare

_DAYS = {
    "overview": ("views", "profile_views", "likes", "comments", "shares"),
    "viewers": ("viewers", "new_viewers", "returning_viewers"),
    "followerhistory": ("followers",),
}
"""By file its figures, in the order of its columns after the date where their names are in another language."""

_FIGURES = {
    "video views": "views",
    "profile views": "profile_views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "total viewers": "viewers",
    "new viewers": "new_viewers",
    "returning viewers": "returning_viewers",
    "followers": "followers",
}

_CONTENT = {
    "video title": "text",
    "video link": "url",
    "total likes": "likes",
    "total comments": "comments",
    "total shares": "shares",
    "total views": "views",
    "total play time": "watch_seconds",
    "watched full video": "completion_rate",
    "add to favorites": "saves",
}
_CONTENT_IN_ORDER = (None, "text", "url", None, "likes", "comments", "shares", "views")
"""The columns of Content where their names are in another language."""

_LEFT_ALONE = ("followeractivity", "followergender", "followertopterritories")
_EXPORTED = re.compile(r"_(1[0-9]{9})(?:_([^/]+?))?(?:\.zip)?(?:/|$)")
_LONGEST_LOOK_BACK = 800


class StudioZipOptions(BaseModel):
    """Options of `studio_zip`. `captured_at` is when it was exported, for files whose names do not say it."""

    model_config = ConfigDict(extra="forbid")

    captured_at: InstantText | None = None
    encoding: str | None = None


class StudioZip:
    """Reads exports of TikTok Studio."""

    name = "studio_zip"
    version = 13
    needs_timezone = False
    options = StudioZipOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `account_days` and `video_readings`. Raises DeliveryError."""
        options = delivery.options_as(StudioZipOptions)
        days: list[pl.DataFrame] = []
        videos: list[VideoRows] = []
        rejected: list[pl.DataFrame] = []
        for path in delivery.files:
            for member, data in _members(path):
                kind = re.sub("[^a-z]", "", PurePosixPath(member).stem.lower())
                if kind in _LEFT_ALONE:
                    continue
                if kind not in _DAYS and kind != "content":
                    raise DeliveryError(
                        f"{member.partition('/')[0]}: holds what is no file of a TikTok Studio export; expected Overview.csv, "
                        "Viewers.csv, FollowerHistory.csv or Content.csv; deliver the zip as it was exported"
                    )
                exported_at, account = _export(f"{path.name}/{member}", delivery, options)
                table = read_table(as_text(member, data, options.encoding))
                if kind == "content":
                    videos.append(_videos(table, exported_at, account))
                else:
                    rejected.append(table.rejected)
                    days.append(_days(table, _DAYS[kind], exported_at, account))
        known = VideoOptions(
            columns=Columns(url="Video link", captured_at="Time", text="Video title"),
            platform="tiktok",
            metric_definition="studio",
            rounding="unknown",
            hashtags_from="text",
        )
        parsed = parse_videos(
            [replace(part, rows=with_tags(part.rows, known)) for part in videos or [_no_videos()]], delivery, known
        )
        settled, bad_days, unread = settle_account_days(days, delivery, "studio")
        unreadable_days = pl.concat([*rejected, bad_days])
        return Parsed(
            tables={**parsed.tables, "account_days": settled},
            records_read=parsed.records_read
            + sum(part.height for part in days)
            + sum(part.height for part in rejected),
            records_duplicate=parsed.records_duplicate,
            rejected=pl.concat([parsed.rejected, unreadable_days]),
            unreadable=pl.concat([parsed.unreadable, unread]),
        )


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """The files in an export. Its name ends with the account's, which is left out of what they and messages are called."""
    shown = _EXPORTED.sub(r"_\1.zip", path.name)
    try:
        for member, data in unpacked(path):
            yield member.replace(path.name, shown), data
    except DeliveryError as error:
        raise DeliveryError(str(error).replace(path.name, shown)) from error


def dates_without_year(texts: Sequence[str], exported_on: date) -> list[date | None]:
    """The dates of consecutive days whose year is not written, in whatever language: the latest run of days before the export.

    The numbers of the days are read, and months whose names are known; where all are, days may be missing. NULL where no run fits.
    """
    numbers = [int(found.group()) if (found := re.search(r"\d{1,2}(?!\d)", text)) else 0 for text in texts]
    said = list(zip(numbers, map(_month, texts), strict=True))
    for ordered in (said, said[::-1]):
        for back in range(_LONGEST_LOOK_BACK):
            last = exported_on - timedelta(days=back)
            if not ordered or last.day != ordered[-1][0]:
                continue
            run = [last - timedelta(days=len(ordered) - 1 - number) for number in range(len(ordered))]
            if all(
                day.day == number and month in (None, day.month)
                for day, (number, month) in zip(run, ordered, strict=True)
            ):
                return list(run if ordered is said else run[::-1])
    alone = [_latest(number, month, exported_on) for number, month in said]
    return alone if all(alone) else [None] * len(texts)


def _latest(number: int, month: int | None, exported_on: date) -> date | None:
    """The last such day before an export; NULL where the month is not known or has no such day."""
    for year in (exported_on.year, exported_on.year - 1):
        try:
            day = date(year, month or 0, number)
        except ValueError:
            continue
        if day <= exported_on:
            return day
    return None


def _month(text: str) -> int | None:
    """The month that a day without a year is in; None where its name is in a language that is not known."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return next((months()[name] for name in (" ".join(words), *words) if name in months()), None)


def _export(name: str, delivery: Delivery, options: StudioZipOptions) -> tuple[datetime, str | None]:
    """When an export was made and of which account, as its name says. Raises DeliveryError."""
    found = _EXPORTED.search(name)
    if found is not None:
        return datetime.fromtimestamp(int(found[1]), UTC), found[2]
    if options.captured_at is None:
        raise DeliveryError(
            f"{PurePosixPath(name).name}: no name tells when it was exported; expected a zip called like "
            "Overview_<date>_<unix time>_<account>.zip, or options.captured_at in delivery.yml"
        )
    at = pl.select(constant_instant("captured_at", options.captured_at, delivery, None)[0]).item()
    return at, None


def _days(table: TextTable, figures: Sequence[str], exported_at: datetime, account: str | None) -> pl.DataFrame:
    """The rows of a file of days, its first column the date."""
    columns = [name for name in table.rows.columns if name not in ("file", "line")]
    if len(columns) <= len(figures):
        raise DeliveryError(
            f"{table.name}: found {len(columns)} columns, expected the date and {', '.join(figures)}; deliver the zip as it was exported"
        )
    named = {folded(name).lower(): name for name in columns}
    found = {ours: named[name] for name, ours in _FIGURES.items() if ours in figures and name in named}
    if len(found) < len(figures):
        found = dict(zip(figures, columns[1:], strict=False))
    written = table.rows[columns[0]].fill_null("").str.strip_chars()
    iso = written.str.to_date("%Y-%m-%d", strict=False)
    texts = bare(pl.col("at"))
    digits = written.to_frame("at").select(texts.fill_null("")).to_series().to_list()
    dates = iso if not iso.null_count() else pl.Series(dates_without_year(digits, exported_at.date()), dtype=pl.Date())
    return table.rows.select(
        *(pl.col(theirs).alias(ours) for ours, theirs in found.items()),
        dates.alias("account_on"),
        pl.lit(account, pl.String()).alias("account"),
        pl.lit(exported_at, INSTANT).alias("captured_at"),
        "file",
        "line",
    )


def _videos(table: TextTable, exported_at: datetime, account: str | None) -> VideoRows:
    """The rows of Content, by the names of its columns, or by their order where they are in another language."""
    columns = [name for name in table.rows.columns if name not in ("file", "line")]
    found: Mapping[str, str] = {
        ours: name for name in columns if (ours := _CONTENT.get(folded(name).lower())) is not None
    }
    if "url" not in found:
        found = {ours: name for ours, name in zip(_CONTENT_IN_ORDER, columns, strict=False) if ours is not None}
    if "views" not in found:
        raise DeliveryError(
            f"{table.name}: found {len(columns)} columns, expected Time, Video title, Video link, Post time, Total likes, Total comments, "
            "Total shares, Total views; deliver the zip as it was exported"
        )
    rows = table.rows.select(
        *(pl.col(theirs).alias(ours) for ours, theirs in found.items()),
        pl.lit(account, pl.String()).alias("creator"),
        *_captured(exported_at),
        "file",
        "line",
    )
    return VideoRows(rows, {**found, "creator": "account", "captured_at": "Time"}, table.rejected)


def _captured(exported_at: datetime) -> list[pl.Expr]:
    return [
        pl.lit(exported_at, INSTANT).alias("captured_at"),
        pl.lit(value=False).alias("captured_at_ambiguous"),
        pl.lit(None, pl.String()).alias("captured_at_reason"),
    ]


def _no_videos() -> VideoRows:
    columns = {name: pl.String() for name in ("url", "text", "views", "file")}
    rows = pl.Schema({**columns, "line": pl.Int64()}).to_frame()
    labels = {"url": "Video link", "views": "Total views", "captured_at": "Time"}
    return VideoRows(rows.with_columns(_captured(datetime(2000, 1, 1, tzinfo=UTC))), labels, REJECTED.to_frame())


FORMAT = StudioZip()
