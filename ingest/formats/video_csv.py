"""`hashtag/video_csv`: one row a reading of a video's lifetime counters, in the columns that the note maps."""

from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.delivery import Delivery
from ingest.formats.text_file import pick_columns, read_table, text_files
from ingest.formats.records import find_duplicates, reject, unreadable
from ingest.source import DeliveryError, Parsed
from ingest.text import DateOrder, normalise_hashtag, nothing, parse_count, parse_duration_seconds, parse_instant

_COUNTS = ("views", "likes", "comments", "shares", "saves", "creator_followers")
_URL_ID = r"(?:/(?:video|photo|vi)/|[?&]v=)([0-9A-Za-z_-]+)"
_TIKTOK_ID = r"^\d{19}$"


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


class VideoCsvOptions(BaseModel):
    """Options of `video_csv`. `captured_at` is a constant for files that hold no such column."""

    model_config = ConfigDict(extra="forbid")

    columns: Columns
    captured_at: str | None = None
    hashtag_separator: str = Field(default=",", min_length=1)
    rounding: Literal["nearest", "down", "unknown"] = "unknown"
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
    """Reads video readings. A destroyed id is recovered from the URL; a 19-digit TikTok id carries its own time of posting."""

    name = "video_csv"
    version = 1
    needs_timezone = True
    options = VideoCsvOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `video_readings`. Raises DeliveryError."""
        options = delivery.options_as(VideoCsvOptions)
        mapped = options.columns.model_dump(exclude_none=True)
        tables = [read_table(file) for file in text_files(delivery, options.encoding)]
        picked = pl.concat([pick_columns(table.rows, mapped, _name(table.rows, delivery)) for table in tables])
        absent = [pl.lit(None, pl.String()).alias(name) for name in Columns.model_fields if name not in mapped]
        raw = picked.with_columns(absent)
        if options.columns.hashtags is not None:
            raw = raw.with_columns(pl.col("hashtags").fill_null(""))
        if options.captured_at is not None:
            raw = raw.with_columns(pl.lit(options.captured_at).alias("captured_at"))
        parsed = _parse(raw, delivery, options)
        if options.captured_at is not None and parsed.height and parsed["captured_at"].is_null().all():
            raise DeliveryError(
                f"delivery.yml: key 'options.captured_at': found {options.captured_at!r}, expected an ISO date and time"
            )

        parsed, rejected = reject(
            parsed,
            {
                "missing_key": (pl.col("video_id").is_null(), "no video id, and none to be recovered from a URL"),
                "bad_time": (pl.col("captured_at").is_null(), "captured_at is not a date and time that exists"),
            },
        )
        is_duplicate = find_duplicates(
            parsed,
            ignore=("file", "line", *(f"{name}_reason" for name in [*_COUNTS, "created_at", "duration_seconds"])),
        )
        loaded = parsed.filter(~is_duplicate)
        table = delivery.source.table("video_readings")
        return Parsed(
            tables={table.name: loaded.select(*table.schema.names(), "file", "line")},
            records_read=sum(item.records for item in tables),
            records_duplicate=int(is_duplicate.sum()),
            rejected=pl.concat([*(item.rejected for item in tables), rejected]),
            unreadable=unreadable(
                loaded, [name for name in (*_COUNTS, "created_at", "duration_seconds") if name in mapped]
            ),
        )


def _parse(raw: pl.DataFrame, delivery: Delivery, options: VideoCsvOptions) -> pl.DataFrame:
    counted = raw.select(
        _video_id().alias("video_id"),
        parse_instant(pl.col("captured_at"), delivery.zone, options.date_order).struct.field("at").alias("captured_at"),
        parse_instant(pl.col("created_at"), delivery.zone, options.date_order).alias("written"),
        delivery.pseudonyms.key(
            pl.col("creator").str.strip_chars().str.strip_prefix("@").str.to_lowercase(), "creator"
        ).alias("creator_key"),
        *(parse_count(pl.col(name)).alias(name) for name in _COUNTS),
        *_tags(options.hashtag_separator),
        _blank_is_null("creator_country").str.to_uppercase().alias("creator_country"),
        parse_duration_seconds(pl.col("duration_seconds")).alias("duration_seconds"),
        _duration_reason().alias("duration_seconds_reason"),
        pl.lit(options.rounding).alias("rounding"),
        "file",
        "line",
    )
    flat = counted.with_columns(
        *(pl.col(name).struct.field("value").alias(name) for name in _COUNTS),
        *(pl.col(name).struct.field("unit").alias(f"{name}_unit") for name in _COUNTS),
        *(pl.col(name).struct.field("reason").alias(f"{name}_reason") for name in _COUNTS),
        _id_time().alias("id_time"),
    )
    # The platform never shows likes on a video nobody started: 0 views there is a fetch that failed.
    failed_fetch = (pl.col("views") == 0) & (pl.col("likes") > 0)
    written = pl.col("written").struct.field("at")
    differs = (written - pl.col("id_time")).abs() > pl.duration(minutes=1)
    return flat.with_columns(
        pl.when(~failed_fetch.fill_null(value=False)).then(pl.col("views")).alias("views"),
        pl.when(~failed_fetch.fill_null(value=False)).then(pl.col("views_unit")).alias("views_unit"),
        pl.when(failed_fetch).then(pl.lit("implausible_zero")).otherwise(pl.col("views_reason")).alias("views_reason"),
        pl.coalesce("id_time", written).alias("created_at"),
        pl.when(differs)
        .then(pl.lit("differs_from_id"))
        .otherwise(pl.col("written").struct.field("reason"))
        .alias("created_at_reason"),
    )


def _video_id() -> pl.Expr:
    """The id as written where it can be one, else the id in the URL. A number that went through a spreadsheet is no id."""
    written = pl.col("video_id").str.strip_chars()
    usable = pl.when(written.str.contains(r"^[0-9A-Za-z_-]+$") & ~written.str.contains(r"(?i)^\d+e\d+$")).then(written)
    in_url = pl.col("url").str.extract(_URL_ID)
    # A spreadsheet also rounds ids to 15 digits and fills up with zeros: then the URL knows better.
    rounded = usable.str.contains(r"^\d{15}0000$")
    return pl.when(rounded & in_url.is_not_null()).then(in_url).otherwise(pl.coalesce(usable, in_url))


def _id_time() -> pl.Expr:
    """The upper 32 bits of a TikTok id are the time of posting, in seconds since 1970, UTC."""
    seconds = (
        pl.when(pl.col("video_id").str.contains(_TIKTOK_ID)).then(pl.col("video_id")).cast(pl.Int64(), strict=False)
        // 2**32
    )
    return pl.from_epoch(seconds, time_unit="s").dt.cast_time_unit("us").dt.replace_time_zone("UTC")


def _tags(separator: str) -> list[pl.Expr]:
    """Tags, normalised and once each, and aligned with them as they were written. An empty field says that there are none."""
    tag = pl.element()
    written = pl.col("hashtags").str.split(separator).list.eval(tag.str.strip_chars(" \t\r\n#\uff03"))
    pairs = written.list.eval(
        pl.struct(normalise_hashtag(tag).alias("hashtag"), tag.alias("display")).filter(
            (normalise_hashtag(tag) != "") & normalise_hashtag(tag).is_first_distinct()
        )
    )
    return [
        pairs.list.eval(tag.struct.field("hashtag")).alias("hashtags"),
        pairs.list.eval(tag.struct.field("display")).alias("display_hashtags"),
    ]


def _blank_is_null(name: str) -> pl.Expr:
    return pl.when(nothing(pl.col(name)).is_null()).then(pl.col(name).str.strip_chars())


def _duration_reason() -> pl.Expr:
    text = pl.col("duration_seconds")
    return pl.when(parse_duration_seconds(text).is_null()).then(pl.coalesce(nothing(text), pl.lit("bad_number")))


def _name(rows: pl.DataFrame, delivery: Delivery) -> str:
    return str(rows["file"][0]) if rows.height else delivery.files[0].name


FORMAT = VideoCsv()
