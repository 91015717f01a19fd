"""From the columns of any video export to `video_readings`: ids, times, counters, tags, people, and what cannot be read.

How files become columns is for the formats. An id that was destroyed is recovered from the URL or its record rejected, never
merged with others. A 19-digit TikTok id carries its own time of posting.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from ingest.countries import country_code
from ingest.formats.date_order import order_of, read_instants
from ingest.formats.hashtag.count_columns import counts_of
from ingest.formats.hashtag.earlier_readings import doubt_zeros
from ingest.formats.hashtag.platforms import PLATFORMS, platform_of, platforms_of_links
from ingest.formats.hashtag.video_captions import words_of
from ingest.formats.hashtag.video_ids import creator_in, handle_of, with_ids
from ingest.formats.hashtag.video_options import ABOUT, FAILED, VideoOptions
from ingest.formats.hashtag.video_tags import normalised, split_tags, why_no_tags
from ingest.formats.records import (
    Settled,
    is_not_written,
    names_a_total,
    of_distinct,
    reject,
    settle_repeats,
    unreadable,
)
from ingest.instants import SPELLINGS, DateOrder, parse_instant, spelt_out
from ingest.reasons import Reason
from ingest.source import INSTANT, REJECTED, Delivery, DeliveryError, Parsed, Table
from ingest.spelling import bare
from ingest.text import no_value, nobody, nothing, parse_duration_seconds, parse_share

COUNTERS = ("views", "likes", "comments", "shares", "saves")
"""The lifetime counters of a video, each with its rounding unit in `<counter>_unit`."""

_COUNTS = (*COUNTERS, "creator_followers", "reach")
_TEXTS = ("creator", "creator_country", "hashtags", "duration_seconds", "watch_seconds", "completion_rate", "platform")
_TAGS = ["hashtags", "display_hashtags"]
_INSTANTS = ("created_at", "captured_at")
_HANDLE = r"""['"](?:unique_?[iI]d|user_?[nN]ame|screen_name|handle)['"]\s*:\s*['"]([^'"]+)['"]"""
"""The handle in an account that was written whole, whose other figures change from day to day."""
_ENOUGH_TO_JUDGE, _ENDS = 10, 3


@dataclass(frozen=True)
class VideoRows:
    """Records of one file under our names, text or already of their type, with `file` and `line`; `labels` are theirs."""

    rows: pl.DataFrame
    labels: Mapping[str, str]
    rejected: pl.DataFrame


def with_tags(rows: pl.DataFrame, options: VideoOptions, lists: Sequence[str] = ()) -> pl.DataFrame:
    """The rows of one file with `hashtags` as a list: of its text, of the columns `lists`, or of the caption's #words."""
    empty = pl.lit([], pl.List(pl.String()))
    if options.hashtags_from != "text" and lists:
        cells = pl.concat_list(pl.col(lists).str.strip_chars()).list.drop_nulls()
        return rows.with_columns(
            cells.fill_null(empty).alias("hashtags"), pl.lit(None, pl.String()).alias("hashtags_reason")
        ).drop(lists)
    if options.hashtags_from != "text" and rows.schema.get("hashtags") == pl.String():
        rows = rows.with_columns(why_no_tags(rows["hashtags"]).alias("hashtags_reason"))
        known = rows.select(
            pl.when(pl.col("hashtags_reason").is_null()).then(pl.col("hashtags").fill_null("")).alias("hashtags")
        )
        rows = rows.with_columns(split_tags(known["hashtags"], options.hashtag_separator))
        reason = pl.coalesce("hashtags_reason", pl.when(pl.col("hashtags").is_null()).then(pl.lit(Reason.UNREADABLE)))
        return rows.with_columns(reason.alias("hashtags_reason"))
    texts = [name for name in rows.columns if re.fullmatch("text(?: [0-9]+)?", name)]
    if texts:
        words = pl.DataFrame([words_of(rows[name].fill_null("")).alias(name) for name in texts])
        together = words.select(pl.concat_list(texts).alias("hashtags"))["hashtags"]
        return rows.with_columns(together, pl.lit(None, pl.String()).alias("hashtags_reason"))
    return rows


def parse_videos(parts: Iterable[VideoRows], delivery: Delivery, options: VideoOptions) -> Parsed:
    """Fills `video_readings`. `hashtags` are lists already. Raises DeliveryError."""
    table = delivery.source.table("video_readings")
    labels: dict[str, str] = {}
    delivered, set_aside = [], []
    # Each part is freed as soon as it is read: what was delivered is most of what is in memory.
    for part in parts:
        labels = {**part.labels, **labels}
        delivered.append(_records(part))
        set_aside.append(part.rejected)
        del part
    frame = pl.concat(delivered, how="diagonal_relaxed")
    del delivered
    records_read = frame.height + sum(rejected.height for rejected in set_aside)
    frame, failed = reject(frame, _failures(frame, options))
    frame = _with_constants(frame, options)
    # Tags are read beside all else, on another core.
    with ThreadPoolExecutor(1) as beside:
        tags = beside.submit(normalised, frame["hashtags"])
        frame = with_ids(frame)
        frame = _with_times(frame, delivery, options, labels)
        frame = _with_counts(frame, labels)
        frame, doubted = doubt_zeros(frame, [name for name in COUNTERS if name in labels], table, delivery)
        frame = _with_texts(frame, delivery, options)
        frame = frame.with_columns(tags.result().get_columns())
    frame, rejected = reject(frame, _RULES)
    frame = frame.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in table.schema.items() if name not in frame.columns
    )
    settled = _settled(frame, table)
    readings = settled.rows.select(*table.schema.names(), "file", "line")
    counted = [name for name in (*_COUNTS, *_TEXTS, *_INSTANTS) if name in labels or name == "captured_at"]
    return Parsed(
        tables={table.name: readings},
        records_read=records_read,
        records_duplicate=settled.duplicates,
        rejected=pl.concat([*set_aside, failed, rejected, settled.rejected]),
        unreadable=unreadable(settled.rows, counted),
        doubted=doubted,
    )


def _settled(frame: pl.DataFrame, table: Table) -> Settled:
    """One reading a key. Ids that are numbers are seen to differ in a tenth of the time that keys of text take."""
    if not frame["written_id"].null_count() and frame["number"].n_unique() == frame.height:
        return Settled(frame, 0, REJECTED.to_frame())
    whole = _with_all_tags(frame, table)
    return settle_repeats(whole, table.key, [name for name in table.schema.names() if name not in table.key])


def _with_all_tags(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The readings, each that has a row a tag with all of its tags: such rows differ in nothing else."""
    same = [name for name in table.schema.names() if name not in _TAGS]
    numbered = frame.with_row_index("row")
    repeated = numbered.filter(pl.struct(table.key).is_duplicated()).select("row", *same, *_TAGS)
    tags = repeated.explode(_TAGS).drop_nulls("hashtags").unique([*same, "hashtags"], keep="first", maintain_order=True)
    together = tags.group_by(same, maintain_order=True).agg(_TAGS)
    found = repeated.select("row", *same).join(together, on=same, nulls_equal=True).select("row", *_TAGS)
    return numbered.join(found, on="row", how="left", suffix="_all", maintain_order="left").select(
        *(pl.coalesce(f"{name}_all", name).alias(name) if name in _TAGS else name for name in frame.columns)
    )


def _records(part: VideoRows) -> pl.DataFrame:
    """The rows that are records: not a header that is repeated where files were put together, nor the sum of the others."""
    rows, labels = part.rows, part.labels
    texts = [ours for ours in labels if ours in rows.columns and rows.schema[ours] == pl.String()]
    rules = []
    if texts and (rows[texts[0]].str.strip_chars() == labels[texts[0]]).any():
        _refuse_other_order(rows, {ours: labels[ours] for ours in texts})
        rules.append(pl.all_horizontal(pl.col(ours).str.strip_chars() == labels[ours] for ours in texts))
    # Nearly every id begins with a digit; no word for a total does.
    if "video_id" in texts and not rows["video_id"].str.contains("^[0-9]").all():
        is_alone = pl.col("url").is_null() if "url" in texts else pl.lit(value=True)
        rules.append(names_a_total(pl.col("video_id")) & is_alone)
    elif "url" in texts and "video_id" not in texts:
        # A total stands in the first rows or the last.
        ends = pl.concat([rows["url"].head(_ENDS), rows["url"].tail(_ENDS)]).to_frame()
        if ends.select(names_a_total(pl.col("url")).any()).item():
            rules.append(names_a_total(pl.col("url")))
    return rows.remove(pl.any_horizontal(rules)) if rules else rows


def _refuse_other_order(rows: pl.DataFrame, labels: Mapping[str, str]) -> None:
    """Raise DeliveryError where a second header has the columns in another order."""
    cells = [(pl.col(ours).str.strip_chars(), label) for ours, label in labels.items()]
    is_header = pl.all_horizontal(cell.is_in(list(labels.values())) for cell, _ in cells)
    others = rows.filter(is_header & ~pl.all_horizontal(cell == label for cell, label in cells))
    if others.height:
        file, line = others.select("file", "line").row(0)
        raise DeliveryError(
            f"{file}, line {line}: names the columns again, in another order; expected one table; deliver what stands from there on as a "
            "file of its own"
        )


def _failures(delivered: pl.DataFrame, options: VideoOptions) -> dict[Reason, tuple[pl.Expr, str]]:
    rules = {}
    if FAILED in delivered.columns:
        failed = pl.col(FAILED).str.strip_chars().str.to_lowercase()
        said = failed.is_not_null() & ~failed.is_in(["", "false", "null", "none"])
        rules[Reason.UNREADABLE] = (said, "the scraper says that it could not read this video")
    if ABOUT in delivered.columns and options.known.only is not None:
        words = "|".join(options.known.only[1])
        other = ~pl.col(ABOUT).str.to_lowercase().str.contains(words).fill_null(value=False)
        rules[Reason.NO_VIDEO] = (other, f"the record is about another kind of source than {words}")
    return rules


def _with_constants(frame: pl.DataFrame, options: VideoOptions) -> pl.DataFrame:
    text = pl.String()
    absent = {name: pl.lit(None, text) for name in ("video_id", "url", "creator", "creator_country", "platform")}
    if "creator" not in frame.columns and "url" in frame.columns:
        frame = frame.with_columns(creator_in(pl.col("url")).alias("creator"))
    frame = frame.with_columns(value.alias(name) for name, value in absent.items() if name not in frame.columns)
    if "hashtags" not in frame.columns:
        frame = frame.with_columns(
            pl.lit(None, pl.List(text)).alias("hashtags"), pl.lit(None, text).alias("hashtags_reason")
        )
    if "hashtags_reason" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, text).alias("hashtags_reason"))
    definition = options.metric_definition or options.known.metric_definition
    return frame.with_columns(pl.lit(options.rounding).alias("rounding"), pl.lit(definition).alias("metric_definition"))


def _with_times(
    frame: pl.DataFrame, delivery: Delivery, options: VideoOptions, labels: Mapping[str, str]
) -> pl.DataFrame:
    written = {name: labels[name] for name in _INSTANTS if name in labels and frame.schema[name] == pl.String()}
    frame = frame.with_columns(spelt_out(frame[name]) for name in written)
    order = options.date_order
    if order is None and "created_at" in written:
        order = order_of(frame["created_at"], frame["id_time"])
    frame = read_instants(frame, written, delivery.zone, order) if written else frame
    if options.captured_at is not None:
        frame = frame.with_columns(constant_instant("captured_at", options.captured_at, delivery, options.date_order))
    nothing_written = {
        name: value
        for name in _INSTANTS
        for name, value in (
            (name, pl.lit(None, INSTANT)),
            (f"{name}_ambiguous", pl.lit(value=False)),
            (f"{name}_reason", pl.lit(None, pl.String())),
        )
        if name not in frame.columns
    }
    frame = frame.with_columns(value.alias(name) for name, value in nothing_written.items())
    differs = (pl.col("created_at") - pl.col("id_time")).abs() > pl.duration(minutes=1)
    is_open = pl.col("id_time").is_null() & pl.col("created_at_ambiguous")
    # No video is read before it is posted: such a time is one of another calendar.
    is_later = (pl.col("created_at") > pl.col("captured_at") + pl.duration(days=1)).fill_null(value=False)
    return frame.with_columns(
        pl.coalesce("id_time", pl.when(~is_later).then("created_at")).alias("created_at"),
        pl.when(differs)
        .then(pl.lit(Reason.DIFFERS_FROM_ID))
        .when(pl.col("id_time").is_null() & is_later)
        .then(pl.lit(Reason.OUT_OF_RANGE))
        .when(is_open)
        .then(pl.lit(Reason.AMBIGUOUS_TIME))
        .otherwise("created_at_reason")
        .alias("created_at_reason"),
        pl.when("captured_at_ambiguous")
        .then(pl.lit(Reason.AMBIGUOUS_TIME))
        .otherwise("captured_at_reason")
        .alias("captured_at_reason"),
    )


def constant_instant(name: str, text: str, delivery: Delivery, order: DateOrder | None) -> list[pl.Expr]:
    """The columns of an instant that the note's options give for every record. Raises DeliveryError."""
    at, is_ambiguous, reason = (
        pl.select(parse_instant(pl.lit(text), delivery.zone, order).alias("at")).unnest("at").row(0)
    )
    if at is None:
        raise DeliveryError(
            f"delivery.yml: key 'options.{name}': found {text!r}, expected a date and time that is read: {SPELLINGS}; "
            "5/10/2026 is read where options.date_order says which comes first"
        )
    return [
        pl.lit(at, INSTANT).alias(name),
        pl.lit(is_ambiguous, pl.Boolean()).alias(f"{name}_ambiguous"),
        pl.lit(reason, pl.String()).alias(f"{name}_reason"),
    ]


def _with_counts(frame: pl.DataFrame, labels: Mapping[str, str]) -> pl.DataFrame:
    mapped = [name for name in _COUNTS if name in frame.columns]
    counts = counts_of(frame, mapped, labels)
    frame = frame.with_columns(
        found[part].alias(alias)
        for name, found in counts.items()
        for part, alias in (("reason", f"{name}_reason"), ("unit", f"{name}_unit"), ("value", name))
    )
    _refuse_other_column(frame, labels)
    absent = [
        pl.lit(None, dtype).alias(alias)
        for name in _COUNTS
        for alias, dtype in ((name, pl.Int64()), (f"{name}_unit", pl.Int64()), (f"{name}_reason", pl.String()))
        if name not in mapped
    ]
    frame = frame.with_columns(absent)
    # The platform never shows likes on a video nobody started: 0 views there is a fetch that failed.
    is_failed = ((pl.col("views") == 0) & (pl.col("likes") > 0)).fill_null(value=False)
    return frame.with_columns(
        *(pl.when(~is_failed).then(pl.col(name)).alias(name) for name in ("views", "views_unit")),
        pl.when(is_failed).then(pl.lit(Reason.IMPLAUSIBLE_ZERO)).otherwise("views_reason").alias("views_reason"),
    )


def _refuse_other_column(frame: pl.DataFrame, labels: Mapping[str, str]) -> None:
    """A column of which most is no number is not the one with the views."""
    if "views_reason" not in frame.columns:
        return
    bad = frame.select("file", "line").filter(frame["views_reason"] == Reason.BAD_NUMBER)
    said = frame.height - frame["views"].null_count() + bad.height
    if said >= _ENOUGH_TO_JUDGE and bad.height > said / 2:
        raise DeliveryError(
            f"{bad['file'][0]}, line {bad['line'][0]}, column {labels.get('views', 'views')!r}: {bad.height:,} of {said:,} "
            "values are no numbers; expected the views of each video, such as 1234 or 1.2K, and no bounds such as 10K+; correct "
            "columns.views in delivery.yml"
        )


def _with_texts(frame: pl.DataFrame, delivery: Delivery, options: VideoOptions) -> pl.DataFrame:
    written, country = pl.col("creator"), pl.col("creator_country")
    is_object = written.str.contains("^\\s*\\{")
    creator = pl.when(is_object).then(written.str.extract(_HANDLE)).otherwise(written)
    no_handle = pl.when(is_object & creator.is_null()).then(pl.lit(Reason.UNREADABLE))
    reason, code = pl.coalesce(no_handle, nobody(creator)), country_code(bare(country))
    handle = pl.when(reason.is_null()).then(handle_of(bare(creator)).str.strip_prefix("@").str.to_lowercase())
    no_country = pl.when(code.is_null()).then(pl.coalesce(nothing(country), pl.lit(Reason.UNREADABLE)))
    made = {
        "creator": [reason.alias("creator_reason"), delivery.pseudonyms.key(handle, "creator").alias("creator_key")],
        "creator_country": [code.alias("creator_country"), no_country.alias("creator_country_reason")],
        "platform": _platform(is_known=frame["platform"].null_count() < frame.height),
    }
    read = []
    for name, parse in (
        ("duration_seconds", parse_duration_seconds),
        ("watch_seconds", _seconds),
        ("completion_rate", parse_share),
    ):
        if name in frame.columns and frame.schema[name] == pl.String():
            absent = pl.coalesce(no_value(pl.col(name)), pl.lit(Reason.BAD_NUMBER))
            made[name] = [parse(pl.col(name)).alias(name), absent.alias(f"{name}_reason")]
            read.append(name)
        elif name in frame.columns:
            frame = frame.with_columns(pl.lit(None, pl.String()).alias(f"{name}_reason"))
    frame = of_distinct(frame, made).with_columns(
        pl.when(pl.col(name).is_null()).then(f"{name}_reason").alias(f"{name}_reason") for name in read
    )
    return _with_platform(frame, options)


def _seconds(text: pl.Expr) -> pl.Expr:
    """Seconds with their fraction, or a duration as people write it."""
    number = bare(text).cast(pl.Float64(), strict=False)
    return pl.when(number >= 0).then(number).otherwise(parse_duration_seconds(text).cast(pl.Float64()))


def _platform(*, is_known: bool) -> list[pl.Expr]:
    """The platform that its column names, and why it names none."""
    if not is_known:
        return [pl.lit(Reason.EMPTY).alias("platform_reason")]
    return [platform_of(pl.col("platform")).alias("platform"), nothing(pl.col("platform")).alias("platform_reason")]


def _with_platform(frame: pl.DataFrame, options: VideoOptions) -> pl.DataFrame:
    """The platform that the column, the note or the preset names, else the URL or a TikTok id; `unknown` without any."""
    constant = options.platform or options.known.platform
    if constant is not None:
        return frame.with_columns(pl.col("platform").fill_null(constant))
    # A name that no platform has, such as reels, is a kind of post.
    named = pl.when(pl.col("platform").is_in(list(PLATFORMS.values()))).then("platform")
    is_tiktok = pl.when(pl.col("id_time").is_not_null()).then(pl.lit("tiktok"))
    return frame.with_columns(
        pl.coalesce(named, platforms_of_links(frame["url"]), "platform", is_tiktok, pl.lit("unknown")).alias("platform")
    )


_RULES = {
    Reason.UNREADABLE: (
        pl.col("is_spoilt"),
        "the id lost its last digits to a spreadsheet, as most of this delivery did, and no URL to recover it from",
    ),
    Reason.MISSING_KEY: (
        pl.col("video_id").is_null() | is_not_written("captured_at"),
        "no video id and none to be recovered from a URL (one link a cell), or no captured_at",
    ),
    Reason.BAD_TIME: (
        pl.col("captured_at").is_null(),
        f"captured_at is not a date and time that exists; expected {SPELLINGS}",
    ),
}
