"""Captured answers of an API, one page a line: what was asked, whether it was answered, and the videos in it.

A page that was not answered is a window of which nothing is known; it is never a window without videos. What the fields of
a video mean is for the formats to say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from ingest.formats.date_order import read_instants
from ingest.formats.json_documents import read_lines, read_shaped
from ingest.formats.text_file import text_files
from ingest.reasons import Reason
from ingest.source import REJECTED, Delivery, DeliveryError

_TEXT = "VARCHAR"


@dataclass(frozen=True)
class Api:
    """Where an API's pages hold what is read of them.

    `videos` maps our columns to fields of a video, of which there may be several spellings; `lists` are those that hold lists
    of texts. Columns that are `counted` hold whole numbers, the texts of those that `repeat` are few. `days` maps columns of
    an account's days to fields of a list `metrics` beside the videos. `code` is the field of a response that says what became
    of the request, `answered` what it says where all went well.
    """

    videos: Mapping[str, tuple[str, ...]]
    lists: tuple[str, ...]
    code: Literal["code", "error.code"]
    answered: str
    window: tuple[str, str]
    counted: tuple[str, ...] = ()
    repeat: tuple[str, ...] = ()
    days: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pages:
    """Videos and days under our names as text, numbers or categories, with `captured_at` as an instant, and their pages."""

    videos: pl.DataFrame
    days: pl.DataFrame
    windows: pl.DataFrame
    rejected: pl.DataFrame


def read_pages(delivery: Delivery, api: Api, encoding: str | None, captured_at: str | None = None) -> Pages:
    """The pages of all files of a delivery. `captured_at` is a constant for pages that do not say it. Raises DeliveryError."""
    parts = []
    categories = {name: pl.Categories.random() for name in api.repeat}
    for name, *frames, rejected in _read(delivery, encoding, api, categories):
        pages, videos, days = (frame.with_columns(pl.lit(name).alias("file")) for frame in frames)
        pages = _timed(pages, delivery, captured_at)
        known = pages.select("line", *(f"captured_at{end}" for end in ("", "_ambiguous", "_reason")))
        # A failed page that does not say when it was asked for tells nothing.
        lost = pages.filter(pl.col("captured_at").is_null() & ~pl.col("is_answered"))
        nameless = lost.select(
            "file",
            "line",
            pl.lit(Reason.MISSING_KEY).alias("reason"),
            pl.lit("a page that was not answered and does not say when it was asked").alias("detail"),
        ).match_to_schema(REJECTED)
        parts.append(
            Pages(
                videos.join(known, on="line", how="left", maintain_order="left"),
                days.join(known, on="line", how="left", maintain_order="left"),
                _windows(pages, delivery),
                pl.concat([rejected, nameless]),
            )
        )
    return Pages(
        pl.concat([part.videos for part in parts], how="vertical_relaxed"),
        pl.concat([part.days for part in parts]),
        _captured_once(pl.concat([part.windows for part in parts]), delivery),
        pl.concat([part.rejected for part in parts]),
    )


def _read(
    delivery: Delivery, encoding: str | None, api: Api, categories: Mapping[str, pl.Categories]
) -> Iterator[tuple[str, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
    """The name of each file, its pages, videos and days, and what is no page."""
    video = {name: [_TEXT] if name in api.lists else _TEXT for names in api.videos.values() for name in names}
    day = dict.fromkeys(("date", *api.days.values()), _TEXT)
    content = {
        "videos": [video], "metrics": [day], "username": _TEXT, "cursor": "BIGINT", "has_more": "BOOLEAN",
    }  # fmt: skip
    # A page that was kept as the API sent it has no wrapper.
    response = {"data": content, "error": {"code": _TEXT}, "code": _TEXT}
    wrapper = {"captured_at": _TEXT, "endpoint": _TEXT, "http_status": "BIGINT", "request": "JSON"}
    shape = {**wrapper, "response": response, **response}

    def found(documents: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        pages, videos, days = _found(documents, api, tuple(response))
        return pages, _narrow(videos, api, categories), days

    for path in delivery.files:
        parts = read_lines(path, shape, found) if encoding is None else None
        if parts is not None:
            yield path.name, *_together(parts)
            continue
        for file in text_files(replace(delivery, files=(path,)), encoding):
            yield file.name, *_together(read_shaped(file, shape, found))


def _together(
    parts: Iterable[tuple[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame], pl.DataFrame]],
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    frames = [(*found, rejected) for found, rejected in parts]
    pages, videos, days, rejected = (pl.concat(parts, how="vertical_relaxed") for parts in zip(*frames, strict=True))
    return pages, videos, days, rejected


def _narrow(videos: pl.DataFrame, api: Api, categories: Mapping[str, pl.Categories]) -> pl.DataFrame:
    """The videos of a part in a third of the memory: counts as numbers where all of them are, texts that repeat as categories."""
    numbers = videos.select(pl.col(api.counted).cast(pl.Int64(), strict=False))
    whole = [number for number in numbers if number.null_count() == videos[number.name].null_count()]
    coded = [
        videos[name].cast(pl.List(pl.Categorical(kind)) if videos.schema[name].is_nested() else pl.Categorical(kind))
        for name, kind in categories.items()
    ]
    return videos.with_columns(*whole, *coded).rechunk()


def _found(
    documents: pl.DataFrame, api: Api, response: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Pages, videos and days of some documents."""
    said = documents.unnest("document").with_columns(
        pl.coalesce(pl.col("response").struct.field(name), name).alias(name) for name in response
    )
    code = pl.col("code") if api.code == "code" else pl.col("error").struct.field("code")
    status, request = pl.col("http_status"), pl.col("request")
    first, last = api.window
    data = said.select("line", "data").unnest("data")
    pages = said.select(
        "line",
        "captured_at",
        "endpoint",
        "request",
        request.str.json_path_match(f"$.{first}").alias("window_from"),
        request.str.json_path_match(f"$.{last}").alias("window_to"),
        request.str.json_path_match("$.cursor").cast(pl.Int64(), strict=False).alias("cursor"),
        data["has_more"],
        ((code == api.answered) & (status.fill_null(200) < 400)).fill_null(value=False).alias("is_answered"),
        pl.coalesce(code, status.cast(pl.String())).alias("error_code"),
        data["videos"].list.len().cast(pl.Int64()),
    )
    videos = data.select("line", "videos").explode("videos", empty_as_null=False)
    days = data.select("line", pl.col("username").alias("account"), "metrics").explode("metrics", empty_as_null=False)
    ours = [pl.coalesce(names).alias(ours) for ours, names in api.videos.items()]
    return (
        pages,
        videos.drop_nulls("videos").unnest("videos").select("line", *ours),
        _days(days.drop_nulls("metrics").unnest("metrics"), api),
    )


def _days(found: pl.DataFrame, api: Api) -> pl.DataFrame:
    return found.select(
        "line",
        "account",
        *(pl.col(theirs).alias(ours) for ours, theirs in api.days.items()),
        pl.col("date").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias("account_on"),
    )


def _timed(pages: pl.DataFrame, delivery: Delivery, captured_at: str | None) -> pl.DataFrame:
    said = pages.with_columns(pl.col("captured_at").fill_null(pl.lit(captured_at, pl.String())))
    timed = read_instants(said, {"captured_at": "captured_at"}, delivery.zone, None)
    if delivery.zone is None and timed["captured_at"].null_count() > said["captured_at"].null_count():
        local = read_instants(said, {"captured_at": "captured_at"}, ZoneInfo("UTC"), None)["captured_at"]
        bare = said.filter(local.is_not_null() & timed["captured_at"].is_null())
        if bare.height:
            raise DeliveryError(
                f"{bare['file'][0]}, line {bare['line'][0]}: captured_at has no zone; expected one, as in 2026-10-05T18:58:00+03:00; "
                "say in the note timezone: <the IANA zone of these times>"
            )
    return timed


def _windows(pages: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """The frame of `capture_windows`, one row a page."""
    table = delivery.source.table("capture_windows")
    # A page without its request is told from others by where it stands.
    asked = pl.coalesce("request", pl.concat_str("file", "line", separator=" "))
    request = pl.concat_str(pl.col("endpoint").fill_null(""), asked, separator=" ")
    code = pl.col("error_code").str.to_lowercase()
    rows = pages.filter(pl.col("captured_at").is_not_null()).with_columns(
        delivery.pseudonyms.key(request, "request").alias("request_key"),
        pl.col("endpoint").fill_null("unknown").str.strip_chars("/ "),
        pl.col("window_from", "window_to").str.to_date("%Y%m%d", strict=False),
        pl.col("videos").fill_null(0),
        pl.when(~pl.col("is_answered"))
        .then(pl.when(code.str.contains(r"^[a-z0-9_]{1,40}$")).then(code).otherwise(pl.lit("unknown")))
        .alias("error_code"),
    )
    return rows.select(*table.schema.names(), "file", "line")


def _captured_once(windows: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """A page that was captured twice is one."""
    return windows.unique(delivery.source.table("capture_windows").key, keep="last", maintain_order=True)
