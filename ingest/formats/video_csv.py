"""`hashtag/video_csv`: one row a reading of a video's lifetime counters, in the columns that the note maps."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ingest.formats.date_order import decide_date_order
from ingest.formats.records import reject, settle_repeats, unreadable
from ingest.formats.text_file import read_columns, text_files
from ingest.instants import DateOrder, parse_instant
from ingest.source import Delivery, DeliveryError, Parsed
from ingest.text import bare, normalise_hashtag, nothing, parse_count, parse_duration_seconds

_COUNTS = ("views", "likes", "comments", "shares", "saves", "creator_followers")
_TEXTS = ("creator", "creator_country", "hashtags")
_COUNTED_REASONS = (*_COUNTS, *_TEXTS, "created_at", "captured_at", "duration_seconds")
_URL_ID = r"(?:/(?:video|photo|vi)/|[?&]v=)([0-9A-Za-z_-]+)"
_TIKTOK_ID = r"^[0-9]{19}$"
_FIRST_TIKTOK = datetime(2014, 1, 1)  # noqa: DTZ001 - UTC like the ids; musical.ly, whose ids went on, began that year
_ROUNDING_OF_IDS = 10_000
_MOST_SPOILT = 0.5


def _as_text(value: object) -> object:
    """YAML makes a date of what looks like one; it is the text that was written."""
    return value.isoformat() if isinstance(value, date) else value


InstantText: TypeAlias = Annotated[str, BeforeValidator(_as_text)]


class Columns(BaseModel):
    """Our names to theirs; a column that is not mapped is unknown."""

    model_config = ConfigDict(extra="forbid")

    video_id: str | None = None
    creator: str | None = None
    creator_followers: str | None = None
    created_at: str | None = None
    captured_at: str | None = None
    views: str | None = None
    likes: str | None = None
    comments: str | None = None
    shares: str | None = None
    saves: str | None = None
    hashtags: str | None = None
    creator_country: str | None = None
    duration_seconds: str | None = None
    url: str | None = None


Rounding: TypeAlias = Literal["nearest", "down", "unknown"]


class VideoCsvOptions(BaseModel):
    """Options of `video_csv`. `captured_at` is a constant for files that hold no such column."""

    model_config = ConfigDict(extra="forbid")

    columns: Columns
    captured_at: InstantText | None = None
    hashtag_separator: str = Field(default=",", min_length=1)
    rounding: Rounding = "unknown"
    date_order: DateOrder | None = None
    encoding: str | None = None

    @model_validator(mode="after")
    def _has_a_key(self) -> "VideoCsvOptions":
        if self.columns.video_id is None and self.columns.url is None:
            raise ValueError("columns name neither video_id nor url, expected one of them to tell videos apart")
        if (self.columns.captured_at is None) == (self.captured_at is None):
            raise ValueError("expected either columns.captured_at or a constant captured_at, and not both")
        return self


class VideoCsv:
    """Reads video readings. An id that was destroyed is recovered from the URL or rejected, never merged with others.

    A 19-digit TikTok id carries its own time of posting.
    """

    name = "video_csv"
    version = 1
    needs_timezone = True
    options = VideoCsvOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `video_readings`. Raises DeliveryError."""
        options = delivery.options_as(VideoCsvOptions)
        mapped = options.columns.model_dump(exclude_none=True)
        tables = [read_columns(file, mapped) for file in text_files(delivery, options.encoding)]
        delivered = pl.concat([_without_headers(table.rows, mapped) for table in tables])
        absent = [pl.lit(None, pl.String()).alias(name) for name in Columns.model_fields if name not in mapped]
        raw = delivered.with_columns(absent)
        if options.columns.hashtags is not None:
            raw = raw.with_columns(pl.col("hashtags").fill_null(""))
        if options.captured_at is not None:
            raw = raw.with_columns(pl.lit(options.captured_at).alias("captured_at"))
        parsed = _parse(raw, delivery, options)
        if options.captured_at is not None and parsed.height and parsed["captured_at"].is_null().all():
            raise DeliveryError(
                f"delivery.yml: key 'options.captured_at': found {options.captured_at!r}, expected an ISO date and time, "
                "such as 2022-10-09T18:00:00+03:00"
            )
        accepted, rejected = reject(parsed, _RULES)
        table = delivery.source.table("video_readings")
        values = [name for name in table.schema.names() if name not in table.key]
        settled = settle_repeats(accepted, table.key, values)
        return Parsed(
            tables={table.name: settled.rows.select(*table.schema.names(), "file", "line")},
            records_read=delivered.height + sum(item.rejected.height for item in tables),
            records_duplicate=settled.duplicates,
            rejected=pl.concat([*(item.rejected for item in tables), rejected, settled.rejected]),
            unreadable=unreadable(
                settled.rows, [name for name in _COUNTED_REASONS if name in mapped or name == "captured_at"]
            ),
        )


_RULES = {
    "unreadable": (
        pl.col("is_spoilt"),
        "the id lost its last digits to a spreadsheet, as most of this delivery did, and no URL to recover it from",
    ),
    "missing_key": (
        pl.col("video_id").is_null() | (pl.col("captured_at").is_null() & (pl.col("captured_at_reason") != "bad_time")),
        "no video id and none to be recovered from a URL, or no captured_at",
    ),
    "bad_time": (pl.col("captured_at").is_null(), "captured_at is not a date and time that exists"),
}


def _without_headers(rows: pl.DataFrame, mapped: dict[str, str]) -> pl.DataFrame:
    """Files that were put one below the other repeat their header: it is no record."""
    is_header = pl.all_horizontal(pl.col(ours).str.strip_chars() == theirs for ours, theirs in mapped.items())
    return rows.filter(~is_header.fill_null(value=False))


def _parse(raw: pl.DataFrame, delivery: Delivery, options: VideoCsvOptions) -> pl.DataFrame:
    columns = options.columns.model_dump(exclude_none=True)
    dated = {name: columns[name] for name in ("captured_at", "created_at") if name in columns}
    order = decide_date_order(raw, dated, options.date_order) if dated else options.date_order
    counted = raw.select(
        *_video_id(),
        parse_instant(pl.col("captured_at"), delivery.zone, order).alias("captured"),
        parse_instant(pl.col("created_at"), delivery.zone, order).alias("written"),
        delivery.pseudonyms.key(_known("creator").str.strip_prefix("@").str.to_lowercase(), "creator").alias(
            "creator_key"
        ),
        *(parse_count(pl.col(name)).alias(name) for name in _COUNTS),
        *_tags(options.hashtag_separator),
        _known("creator_country").str.to_uppercase().alias("creator_country"),
        parse_duration_seconds(pl.col("duration_seconds")).alias("duration_seconds"),
        *(nothing(pl.col(name)).alias(f"{name}_reason") for name in ("creator", "creator_country")),
        pl.when(nothing(pl.col("hashtags")) != "empty").then(nothing(pl.col("hashtags"))).alias("hashtags_reason"),
        _duration_reason().alias("duration_seconds_reason"),
        pl.lit(options.rounding).alias("rounding"),
        "file",
        "line",
    )
    flat = counted.with_columns(
        *(pl.col(name).struct.field("value").alias(name) for name in _COUNTS),
        *(pl.col(name).struct.field("unit").alias(f"{name}_unit") for name in _COUNTS),
        *(pl.col(name).struct.field("reason").alias(f"{name}_reason") for name in _COUNTS),
        pl.col("captured").struct.field("at").alias("captured_at"),
        _instant_reason("captured").alias("captured_at_reason"),
        _id_time().alias("id_time"),
        _is_spoilt().alias("is_spoilt"),
    )
    # The platform never shows likes on a video nobody started: 0 views there is a fetch that failed.
    failed_fetch = ((pl.col("views") == 0) & (pl.col("likes") > 0)).fill_null(value=False)
    written = pl.col("written").struct.field("at")
    differs = (written - pl.col("id_time")).abs() > pl.duration(minutes=1)
    is_first_guess = pl.col("id_time").is_null() & pl.col("written").struct.field("is_ambiguous")
    return flat.with_columns(
        *(pl.when(~failed_fetch).then(pl.col(name)).alias(name) for name in ("views", "views_unit")),
        pl.when(failed_fetch).then(pl.lit("implausible_zero")).otherwise(pl.col("views_reason")).alias("views_reason"),
        pl.coalesce("id_time", written).alias("created_at"),
        pl.when(differs)
        .then(pl.lit("differs_from_id"))
        .when(is_first_guess)
        .then(pl.lit("ambiguous_time"))
        .otherwise(pl.col("written").struct.field("reason"))
        .alias("created_at_reason"),
    )


def _instant_reason(name: str) -> pl.Expr:
    read = pl.col(name)
    is_first_guess = read.struct.field("is_ambiguous")
    return pl.when(is_first_guess).then(pl.lit("ambiguous_time")).otherwise(read.struct.field("reason"))


def _video_id() -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """The id as written where it can be one, else the id in the URL; the written one as a number; whether both agree.

    A number that went through a spreadsheet is no id.
    """
    written = bare(pl.col("video_id")).str.strip_chars("'\"=")
    is_id = written.str.contains(r"^[0-9A-Za-z_-]+$") & nothing(pl.col("video_id")).is_null()
    is_number = written.str.contains(r"(?i)^[0-9]+e[0-9]+$|^(?:0+|-1|na)$")
    usable = pl.when(is_id & ~is_number).then(written)
    in_url = pl.col("url").str.extract(_URL_ID)
    ours, theirs = (
        pl.when(text.str.contains(_TIKTOK_ID)).then(text).cast(pl.Int64(), strict=False) for text in (usable, in_url)
    )
    # Spreadsheets and floats also round the last digits of an id: then the URL knows better.
    is_rounded = ((ours - theirs).abs() < _ROUNDING_OF_IDS).fill_null(value=False)
    return (
        pl.when(is_rounded).then(in_url).otherwise(pl.coalesce(usable, in_url)).alias("video_id"),
        ours.alias("written_id"),
        (ours == theirs).fill_null(value=False).alias("is_in_url"),
    )


def _is_spoilt() -> pl.Expr:
    """Ids that look rounded (by a spreadsheet to 15 digits, by a float to a multiple of 1,024) where most others do too.

    One in five hundred ends like that by itself: alone it is believed. One that its URL has put right is.
    """
    number = pl.col("written_id")
    looks_rounded = ((number % 1_000 == 0) | (number % 1_024 == 0)).fill_null(value=False)
    is_usual = (looks_rounded.sum() > 1) & (looks_rounded.sum() > number.count() * _MOST_SPOILT)
    return looks_rounded & is_usual & (pl.col("video_id") == number.cast(pl.String())) & ~pl.col("is_in_url")


def _id_time() -> pl.Expr:
    """The upper 32 bits of a TikTok id are the time of posting, in seconds since 1970, UTC.

    Other platforms have ids of 19 digits too; theirs give years long before TikTok's.
    """
    number = pl.when(pl.col("video_id").str.contains(_TIKTOK_ID)).then(pl.col("video_id"))
    seconds = number.cast(pl.Int64(), strict=False) // 2**32
    posted = pl.from_epoch(seconds, time_unit="s").dt.cast_time_unit("us")
    return pl.when(posted >= _FIRST_TIKTOK).then(posted).dt.replace_time_zone("UTC")


def _tags(separator: str) -> list[pl.Expr]:
    """Tags, normalised and once each, and aligned with them as they were written.

    An empty field says that there are none; one that says `undefined` or the like says nothing.
    """
    tag = pl.element()
    is_known = (nothing(pl.col("hashtags")) == "empty").fill_null(value=True)
    written = (
        pl.when(is_known).then(pl.col("hashtags")).str.split(separator).list.eval(tag.str.strip_chars(" \t\r\n#\uff03"))
    )
    pairs = written.list.eval(pl.struct(normalise_hashtag(tag).alias("hashtag"), tag.alias("display")))
    hashtag = tag.struct.field("hashtag")
    distinct = pairs.list.eval(tag.filter((hashtag != "") & hashtag.is_first_distinct()))
    return [
        distinct.list.eval(tag.struct.field("hashtag")).alias("hashtags"),
        distinct.list.eval(tag.struct.field("display")).alias("display_hashtags"),
    ]


def _known(name: str) -> pl.Expr:
    return pl.when(nothing(pl.col(name)).is_null()).then(bare(pl.col(name)))


def _duration_reason() -> pl.Expr:
    text = pl.col("duration_seconds")
    return pl.when(parse_duration_seconds(text).is_null()).then(pl.coalesce(nothing(text), pl.lit("bad_number")))


FORMAT = VideoCsv()
