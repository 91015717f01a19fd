"""What two invented suppliers deliver of the videos: a panel with exact counts, a mobile panel with some like "541.2K".

Here readings become files, with the defects that real suppliers leave in. What follows from the readings is worked out
in `ingest.simulated.hashtag_truth`.
"""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from ingest.simulated.plan import CAMPAIGN, ZONE, ZONE_SECONDS, PlannedDelivery, campaign_day, to_instants
from ingest.simulated.videos import COUNTERS, Videos, read_panel

TAG_PANEL = "tag-panel"
CORRECTIONS = "tag-panel-corrections"
MOBILE_PANEL = "mobile-panel"
SUPPLIERS = {
    TAG_PANEL: "Invented Tag Panel",
    CORRECTIONS: "Invented Tag Panel (corrections)",
    MOBILE_PANEL: "Invented Mobile Panel",
}

# Days on which something happens to the tag panel's file.
LITERALS_DAY = 5
GZIP_DAY = 6
SUMS_DAY = 7
SPREADSHEET_DAY = 9
CORRECTED_DAY, CORRECTIONS_DAY = 10, 13
ZEROS_DAY = 16
REORDERED_EVERY = 4

_HOUR = 3_600
_TAG_COLUMNS = {
    "video_id": "video", "creator": "author", "creator_followers": "author_fans", "created_at": "posted",
    "captured_at": "read_at", "views": "plays", "likes": "hearts", "comments": "replies", "shares": "shares",
    "saves": "bookmarks", "hashtags": "tags", "creator_country": "region", "duration_seconds": "length_s",
    "url": "link",
}  # fmt: skip
_MOBILE_COLUMNS = {
    "video_id": "id", "creator": "account", "captured_at": "seen", "views": "views", "likes": "likes",
    "shares": "shares", "saves": "saves", "hashtags": "hashtags", "creator_country": "country",
    "duration_seconds": "length", "created_at": "posted", "platform": "network",
}  # fmt: skip
_NETWORKS = {"tiktok": "TikTok", "youtube": "YouTube"}
_CAPTIONS = (
    "Invented caption: asking for help is a strength, not a weakness",
    "نص تجريبي: الحديث عن المشاعر ليس عيبًا",
    'Invented caption, with a comma, and "quotes"',
    "Invented caption on two lines:\nbreathe in, breathe out 💚",
    "نص تجريبي، مع فاصلة عربية؛ وسطر\nجديد",
    "",
)


@dataclass(frozen=True)
class HashtagPlan:
    """The deliveries and the readings in them that can be kept, a row per video, instant of capture and delivery."""

    deliveries: list[PlannedDelivery]
    readings: pl.DataFrame


def plan_hashtag(rng: np.random.Generator, videos: Videos, days: int) -> HashtagPlan:
    """Readings of the videos, day by day, which the suppliers deliver late, twice, corrected, or not at all."""
    tag_panel = _tag_panel(rng, videos, days)
    mobile_panel = _mobile_panel(rng, videos, days)
    made = [*_tag_deliveries(rng, videos, tag_panel), *_mobile_deliveries(rng, videos, mobile_panel)]
    kept = pl.concat([tag_panel, mobile_panel], how="diagonal").filter(~pl.col("is_lost"))
    is_exact = pl.col("delivery") != MOBILE_PANEL
    readings = kept.with_columns(
        pl.when(~pl.col("is_failed") & ~pl.col("is_zeros")).then("views"), pl.when(~pl.col("is_zeros")).then("likes")
    ).with_columns(
        _unit(pl.when(is_exact).then(pl.col(name).clip(0, 1)).otherwise(name)).alias(f"{name}_unit")
        for name in COUNTERS
    )
    return HashtagPlan(made, readings)


def _tag_panel(rng: np.random.Generator, videos: Videos, days: int) -> pl.DataFrame:
    """Reads at eight in the evening in Dubai, as copies: a reading may be delivered late, or again on the next day."""
    read = read_panel(rng, videos, videos.in_tag_panel, range(days), 20 * _HOUR, 40 * 60)
    chance = rng.random((4, read.height))
    late = pl.Series(chance[0] < 0.08) & (read["day"] % 5 == 3) & (read["day"] + 2 < days)
    again = (
        pl.Series(chance[1] < 0.03) & ~late & (read["day"] + 1 < days) & ~read["day"].is_in([ZEROS_DAY - 1, ZEROS_DAY])
    )
    failed = pl.Series(chance[2] < 0.006) & ~read["is_first"] & (read["likes"] > 0)
    # The reading in the middle exists whatever the size.
    failed = failed | (pl.Series(range(read.height)) == _middle(read)) & (read["likes"] > 0)
    read = read.with_columns(failed.alias("is_failed"), pl.lit(TAG_PANEL).alias("delivery"))
    on_time = read.with_columns((pl.col("day") + 2 * late.cast(pl.Int64())).alias("landed"))
    repeated = read.filter(again).with_columns((pl.col("day") + 1).alias("landed"))
    doubtful = read.filter((pl.col("day") == CORRECTED_DAY) & ~pl.col("is_first") & ~pl.col("is_failed")).head(5)
    mended = doubtful.with_columns(
        *(pl.col(name) * 9 // 10 for name in COUNTERS),
        pl.lit(CORRECTIONS).alias("delivery"),
        pl.lit(CORRECTIONS_DAY, pl.Int64()).alias("landed"),
    )
    copies = pl.concat([on_time, repeated, *([mended] if days > CORRECTIONS_DAY else [])])
    in_spreadsheet = (pl.col("landed") == SPREADSHEET_DAY) & (pl.col("delivery") == TAG_PANEL)
    # A scrape that could not read two of the counters shows 0 for every video.
    is_zeros = (pl.col("landed") == ZEROS_DAY) & (pl.col("delivery") == TAG_PANEL)
    can_be_lost = in_spreadsheet & ~pl.col("is_first")
    return copies.with_columns(
        pl.when(in_spreadsheet).then(pl.col("captured_s") // 60 * 60).otherwise("captured_s").alias("captured_s"),
        (can_be_lost & (can_be_lost.cum_sum() <= 2)).alias("is_lost"),
        is_zeros.alias("is_zeros"),
    )


def _middle(read: pl.DataFrame) -> int:
    usable = read.with_row_index("row").filter(~pl.col("is_first") & (pl.col("likes") > 0))["row"]
    return int(usable[usable.len() // 2]) if usable.len() else -1


def _mobile_panel(rng: np.random.Generator, videos: Videos, days: int) -> pl.DataFrame:
    """Reads half an hour after midnight in Dubai, still the day before in UTC; knows no comments, nor exact counts."""
    opened = [day for day in range(days) if day % 7 != 4]
    every_day = read_panel(rng, videos, videos.in_mobile_panel, range(days), 30 * 60, 40 * 60)
    return every_day.filter(pl.col("day").is_in(opened)).with_columns(
        *(_rounded(pl.col(name)).alias(name) for name in COUNTERS if name != "comments"),
        pl.lit(None, pl.Int64()).alias("comments"),
        pl.lit(None, pl.Int64()).alias("creator_followers"),
        pl.lit(value=False).alias("is_failed"),
        pl.lit(value=False).alias("is_lost"),
        pl.lit(value=False).alias("is_zeros"),
        pl.lit(MOBILE_PANEL).alias("delivery"),
        pl.col("day").alias("landed"),
    )


def _unit(count: pl.Expr) -> pl.Expr:
    """What the last digit shown stands for: 541.2K is to the hundred, 1.4M to the hundred thousand."""
    abbreviated = pl.when(count < 10_000).then(1).when(count < 1_000_000).then(100).otherwise(100_000)
    return pl.when(count.is_not_null()).then(abbreviated).cast(pl.Int64())


def _rounded(count: pl.Expr) -> pl.Expr:
    unit = pl.when(count < 10_000).then(1).when(count < 999_950).then(100).otherwise(100_000)
    return (count + unit // 2) // unit * unit


def _abbreviated(count: pl.Expr) -> pl.Expr:
    thousands = pl.format("{}.{}K", count // 1_000, count % 1_000 // 100)
    millions = pl.format("{}.{}M", count // 1_000_000, count % 1_000_000 // 100_000)
    return (
        pl.when(count < 10_000)
        .then(count.cast(pl.String()))
        .when(count < 1_000_000)
        .then(thousands)
        .otherwise(millions)
    )


def _tag_deliveries(rng: np.random.Generator, videos: Videos, copies: pl.DataFrame) -> Iterator[PlannedDelivery]:
    for (landed, name), rows in (
        copies.sort("landed", "delivery", "video", "day").partition_by("landed", "delivery", as_dict=True).items()
    ):
        day = int(str(landed))
        corrections = name == CORRECTIONS
        twice = rows.filter(pl.Series(rng.random(rows.height) < 0.01) & ~pl.col("is_lost"))
        twice = twice if twice.height or corrections else rows.filter(~pl.col("is_lost")).head(1)
        delivered = pl.concat([rows, *([] if corrections else [twice])])
        in_spreadsheet = day == SPREADSHEET_DAY and not corrections
        in_literals = day == LITERALS_DAY and not corrections
        table = _tag_table(delivered, videos, in_spreadsheet=in_spreadsheet, in_literals=in_literals)
        table = _with_sums(table) if day == SUMS_DAY and not corrections else table
        if day % REORDERED_EVERY == 2:
            table = table.select(*reversed(table.columns)).with_row_index("Unnamed: 0")
        file_name = str(name).replace("-", "_")
        options: dict[str, Any] = {"columns": _TAG_COLUMNS, "rounding": "nearest"}
        if in_spreadsheet:
            options["date_order"] = "mdy"
        yield PlannedDelivery(
            source="hashtag",
            landed_on=campaign_day(day),
            name=str(name),
            files=_tag_file(table, f"{file_name}_{campaign_day(day)}.csv", day, in_spreadsheet=in_spreadsheet),
            note=_note(ZONE, SUPPLIERS[str(name)], options),
            records=delivered.height,
            duplicates=delivered.height - rows.height,
            rejected=int(rows["is_lost"].sum()),
        )


def _as_literal(tags: pl.Expr) -> pl.Expr:
    """A list as Python writes it."""
    return pl.format("[{}]", tags.list.eval(pl.format("'{}'", pl.element())).list.join(", "))


def _with_sums(table: pl.DataFrame) -> pl.DataFrame:
    """With the row below that adds up the others, as some exports have it."""
    summed = table.select(
        pl.lit("Total").alias("video"),
        pl.col("read_at").max(),
        pl.col("plays", "hearts", "replies", "shares", "bookmarks").sum(),
    )
    return pl.concat([table, summed], how="diagonal_relaxed")


def _tag_table(rows: pl.DataFrame, videos: Videos, *, in_spreadsheet: bool, in_literals: bool) -> pl.DataFrame:
    written = "%-m/%-d/%Y %H:%M" if in_spreadsheet else "%Y-%m-%d %H:%M:%S"

    def local(seconds: pl.Expr) -> pl.Expr:
        return to_instants(seconds + ZONE_SECONDS).dt.strftime(written)

    link = pl.format("https://video.example.org/@{}/video/{}", "creator", "video_id")
    # Some posting times went through a machine that took local time for UTC; the id knows better.
    posted = pl.col("created_s") + pl.when(pl.col("video") % 97 == 5).then(ZONE_SECONDS).otherwise(0)
    mangled = pl.format("{}.{}E+18", pl.col("video_id").str.slice(0, 1), pl.col("video_id").str.slice(1, 5))
    captions = pl.Series(_CAPTIONS)
    return videos.described(rows).select(
        pl.when(in_spreadsheet).then(mangled).otherwise("video_id").alias("video"),
        pl.col("creator").alias("author"),
        pl.col("creator_followers").alias("author_fans"),
        local(posted).alias("posted"),
        local(pl.col("captured_s")).alias("read_at"),
        pl.when(pl.col("is_failed") | pl.col("is_zeros")).then(0).otherwise("views").alias("plays"),
        pl.when("is_zeros").then(0).otherwise("likes").alias("hearts"),
        pl.col("comments").alias("replies"),
        "shares",
        pl.col("saves").alias("bookmarks"),
        (_as_literal(pl.col("written_hashtags")) if in_literals else pl.col("written_hashtags").list.join(",")).alias(
            "tags"
        ),
        pl.col("creator_country").alias("region"),
        pl.col("duration_seconds").alias("length_s"),
        pl.when("is_lost").then(pl.lit("")).otherwise(link).alias("link"),
        captions.gather(rows["video"] % len(captions)).alias("caption"),
    )


def _tag_file(table: pl.DataFrame, name: str, day: int, *, in_spreadsheet: bool) -> dict[str, bytes]:
    if in_spreadsheet:
        return {name: b"\xff\xfe" + table.write_csv(separator="\t", line_terminator="\r\n").encode("utf-16-le")}
    text = table.write_csv().encode()
    return {f"{name}.gz": gzip.compress(text, compresslevel=6, mtime=0)} if day == GZIP_DAY else {name: text}


def _mobile_deliveries(rng: np.random.Generator, videos: Videos, readings: pl.DataFrame) -> Iterator[PlannedDelivery]:
    options = {"columns": _MOBILE_COLUMNS, "hashtag_separator": " ", "rounding": "nearest"}
    length = pl.col("duration_seconds")
    for (landed,), rows in readings.sort("landed", "video").partition_by("landed", as_dict=True).items():
        table = videos.described(rows).select(
            pl.col("video_id").alias("id"),
            pl.format("@{}", pl.col("creator").str.replace("demo_creator", "Demo_Creator")).alias("account"),
            to_instants(pl.col("captured_s")).dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("seen"),
            *(_abbreviated(pl.col(name)).alias(name) for name in COUNTERS if name != "comments"),
            pl.col("written_hashtags").list.join(" ").alias("hashtags"),
            pl.col("creator_country").str.to_lowercase().alias("country"),
            pl.format("{}:{}", length // 60, (length % 60).cast(pl.String()).str.zfill(2)).alias("length"),
            to_instants(pl.col("created_s")).dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("posted"),
            pl.col("platform").replace(_NETWORKS).alias("network"),
        )
        order = pl.Series(rng.permutation(table.height))
        day = campaign_day(int(str(landed)))
        yield PlannedDelivery(
            source="hashtag",
            landed_on=day,
            name=MOBILE_PANEL,
            files={f"mobile_{day:%Y%m%d}.csv": table[order].write_csv(separator=";", include_bom=True).encode()},
            note=_note("UTC", SUPPLIERS[MOBILE_PANEL], options),
            records=rows.height,
        )


def _note(zone: str, supplier: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "source": "hashtag", "format": "video_csv", "campaign": CAMPAIGN, "timezone": zone, "supplier": supplier,
        "options": dict(options),
    }  # fmt: skip
