"""`hashtag/tag_totals_csv`: one row a reading of the total that a platform shows for a hashtag.

Totals are another figure than the sum of a tag's videos: the platform rounds them, and they fall when it counts anew.
Those of the last 7 days are another figure again, and are kept under a platform named after it, such as tiktok_7_days.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.formats.clocks import on_its_day
from ingest.formats.date_order import read_instants
from ingest.formats.hashtag.count_columns import counts_of
from ingest.formats.hashtag.platforms import platform_of
from ingest.formats.hashtag.video_options import DateAndClock, InstantText, Rounding
from ingest.formats.hashtag.video_readings import constant_instant
from ingest.formats.hashtag.video_tags import one_tag
from ingest.formats.json_documents import ENVELOPES, inside, read_documents, texts_at
from ingest.formats.records import is_not_written, names_a_total, reject, settle_repeats, unreadable
from ingest.formats.text_file import (
    Place,
    TextFile,
    TextTable,
    first_lines,
    folded,
    only_positions,
    places_in,
    read_columns,
    text_files,
)
from ingest.instants import SPELLINGS, DateOrder, spelt_out
from ingest.reasons import Reason
from ingest.source import Delivery, DeliveryError, Parsed
from ingest.text import clean_number, nothing, read_counts

TOTALS = ("views", "posts")
"""The totals of a hashtag, each with its rounding unit in `<total>_unit`."""

_FEWEST_SUMMED = 2
# From so many on a platform shows its totals in these units.
_UNITS = ((1_000_000_000, 100_000_000), (1_000_000, 100_000), (10_000, 100))

# Columns that say what a total is one of, though no note maps them.
_WINDOW = (
    r"(?i)(?:window|period|time[ _]?(?:range|frame|span)|last[ _](?:n[ _])?days|days|période|periodo|período|periode|"
    r"(?:ال)?فترة(?:[ _](?:ال)?زمنية)?|بازه(?:[ _]زمانی)?)(?:[ _]\(?days\)?)?"
)
_COUNTRY = r"(?i)country(?:[ _](?:code|name))?|region|market|pays|país|land|ülke|کشور|(?:ال)?دولة|(?:ال)?بلد"
LISTS = (
    *ENVELOPES,
    "items",
    "results",
    "challenge_list",
    "hashtag_list",
    "data.items",
    "data.challenge_list",
    "data.hashtag_list",
    *("tags", "hashtags", "challenges", "data.tags", "data.hashtags", "data.challenges"),
)
"""Where a JSON document has its list of tags."""
_WHOLE = r"(?i)all|total|life|max|كل|\bto date"
_DAYS = r"(?i)^[0-9]+$|[0-9]\s*d$|\b(?:days?|jours?|d[ií]as?|tagen?|hari|gün)\b|يوم|أيام|ايام|روز"


SOME_DAYS = (
    r"(?i)[(\[]?(?:\b(?:last|past)\s+)?[0-9]\s*-?\s*(?:days?|jours?|d[ií]as?|tagen?|hari|gün|يوم|أيام|ايام|روز)\b[)\]]?"
)
"""How it is said that figures are of some days."""


class Columns(BaseModel):
    """Our names to theirs, or positions, the first being 1; of JSON paths, such as stats.viewCount."""

    model_config = ConfigDict(extra="forbid")

    hashtag: Place
    observed_at: Place | DateAndClock | None = None
    views: Place | None = None
    posts: Place | None = None
    platform: Place | None = None


class TagTotalsCsvOptions(BaseModel):
    """Options of `tag_totals_csv`. `observed_at` and `platform` are constants for files that hold no such column."""

    model_config = ConfigDict(extra="forbid")

    columns: Columns
    observed_at: InstantText | None = None
    platform: str = Field(default="tiktok", pattern="^[a-z][a-z0-9_]*$")
    rounding: Rounding = "unknown"
    header: bool = True
    skip_rows: int = Field(default=0, ge=0)
    date_order: DateOrder | None = None
    encoding: str | None = None

    @model_validator(mode="after")
    def _says_when_and_what(self) -> "TagTotalsCsvOptions":
        if (self.columns.observed_at is None) == (self.observed_at is None):
            raise ValueError("expected either columns.observed_at or a constant observed_at, and not both")
        if self.columns.platform is not None and "platform" in self.model_fields_set:
            raise ValueError("expected either columns.platform or a constant platform, and not both")
        if self.columns.views is None and self.columns.posts is None:
            raise ValueError("columns name neither views nor posts, expected one of them")
        if not self.header:
            only_positions(self.columns)
        return self


class TagTotalsCsv:
    """Reads totals of hashtags."""

    name = "tag_totals_csv"
    version = 29
    needs_timezone = True
    options = TagTotalsCsvOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `tag_total_readings`. Raises DeliveryError."""
        options = delivery.options_as(TagTotalsCsvOptions)
        mapped = options.columns.model_dump(exclude_none=True)
        if isinstance(mapped.get("observed_at"), list):
            mapped["observed_at"], mapped["clock"] = mapped["observed_at"]
        tables = [
            _without_sums(
                _with_clock(
                    _of_records(file, mapped)
                    if file.head.lstrip()[:1] in ("{", "[")
                    else _with_days(_of_table(file, mapped, options))
                )
            )
            for file in text_files(delivery, options.encoding)
        ]
        if not tables:
            raise DeliveryError(f"{delivery.files[0].name}: holds no file; expected delimited text; deliver it again")
        delivered = pl.concat([table.rows for table in tables], how="diagonal")
        table = delivery.source.table("tag_total_readings")
        timed = _timed(delivered, delivery, options)
        totals = [name for name in TOTALS if name in mapped]
        accepted, rejected = reject(_counted(timed, totals, options), _RULES)
        settled = settle_repeats(accepted, table.key, [name for name in table.schema.names() if name not in table.key])
        return Parsed(
            tables={table.name: settled.rows.select(*table.schema.names(), "file", "line")},
            records_read=delivered.height + sum(item.rejected.height for item in tables),
            records_duplicate=settled.duplicates,
            rejected=pl.concat([*(item.rejected for item in tables), rejected, settled.rejected]),
            unreadable=unreadable(settled.rows, [*totals, "observed_at"]),
        )


def _with_clock(table: TextTable) -> TextTable:
    """The table with each time as one text where its date and its time of day stand in two columns."""
    if "clock" not in table.rows.columns:
        return table
    at = on_its_day(pl.col("observed_at"), pl.col("clock")).alias("observed_at")
    return replace(table, rows=table.rows.with_columns(at).drop("clock"))


def _of_table(file: TextFile, mapped: Mapping[str, Place], options: TagTotalsCsvOptions) -> TextTable:
    """The mapped columns, and as `window` and `country` those that tell what a total is one of, if there are any."""
    line = options.skip_rows + 1 if options.skip_rows or not options.header else None
    table = _without_headers(read_columns(file, mapped, has_header=options.header, first_line=line), mapped)
    _require_no_days_above(file, mapped)
    others = [name for name in map(folded, table.names) if options.header and name not in mapped.values()]
    told: dict[str, Place] = {
        ours: name
        for ours, pattern in (("window", _WINDOW), ("country", _COUNTRY))
        if (name := next((one for one in others if re.fullmatch(pattern, one)), None)) is not None
    }
    if not told:
        return table
    whole = _without_headers(read_columns(file, {**mapped, **told}, first_line=line), mapped)
    if "country" in told and whole.rows.select(_said("country").drop_nulls().n_unique() > 1).item():
        raise DeliveryError(
            f"{file.name}, column {str(told['country'])[:40]!r}: found totals of a tag by country, expected the platform's total of each "
            "tag, a row a tag and time; deliver each country's rows as a file of its own, under a platform named after it"
        )
    return replace(whole, names=table.names, rows=whole.rows.drop("country", strict=False))


def _require_no_days_above(file: TextFile, mapped: Mapping[str, Place]) -> None:
    """Raise DeliveryError where a line above the header says that figures are of some days."""
    names = {place for place in mapped.values() if isinstance(place, str)}
    for number, cells in first_lines(file):
        if not names or names <= {folded(cell) for cell in cells}:
            return
        if re.search(SOME_DAYS, " ".join(cells)):
            raise DeliveryError(
                f"{file.name}, line {number}: says that figures are of some days, expected the total since each tag was first used; write "
                "the number of days into a column window_days, which keeps them apart, and delete the line"
            )


def _without_headers(table: TextTable, mapped: Mapping[str, Place]) -> TextTable:
    """The table without its header where that is repeated, as it is where files were put together."""
    cells = [pl.col(ours).str.strip_chars() == name for ours, name in mapped.items() if isinstance(name, str)]
    return replace(table, rows=table.rows.remove(pl.all_horizontal(cells))) if cells else table


def _said(name: str) -> pl.Expr:
    return pl.when(nothing(pl.col(name)).is_null()).then(clean_number(pl.col(name)))


def _with_days(table: TextTable) -> TextTable:
    """The table with `days`, the number of days of which a total is; NULL where it is one of all time."""
    if "window" not in table.rows.columns:
        return table
    told = table.rows.with_columns(pl.when(~_said("window").str.contains(_WHOLE)).then(_said("window")).alias("said"))
    days = pl.when(pl.col("said").str.contains(_DAYS)).then(pl.col("said").str.extract("([1-9][0-9]*)")).alias("days")
    found = told.with_columns(days)
    other = found.filter(pl.col("said").is_not_null() & pl.col("days").is_null())
    if other.height:
        raise DeliveryError(
            f"{table.name}, line {other['line'][0]}: a column says what time the views of a tag are of, and not in days; expected a number "
            "of days such as 7, or all where it is the total since the tag was first used; correct it there, or take the column away"
        )
    return replace(table, rows=found.drop("window", "said"))


def _of_records(file: TextFile, mapped: Mapping[str, Place]) -> TextTable:
    """The records of JSON, one a line, in an array or inside of one object. Raises DeliveryError where a path leads to nothing."""
    documents, rejected = read_documents(file)
    found = texts_at(inside(documents, LISTS), [*dict.fromkeys(map(str, mapped.values()))])
    for ours, path in mapped.items():
        if found[str(path)].null_count() == found.height:
            raise DeliveryError(
                f"{file.name}: no record has {str(path)[:40]!r} for {ours!r}; expected JSON objects with paths such as stats.viewCount; "
                "correct `columns` in delivery.yml"
            )
    rows = found.select(
        *(pl.col(str(path)).alias(ours) for ours, path in mapped.items()), pl.lit(file.name).alias("file"), "line"
    )
    return TextTable(file.name, tuple(map(str, mapped.values())), rows, rejected)


def _without_sums(table: TextTable) -> TextTable:
    """The table without the row that sums up the others; a tag may be called so, but not in the last row or among tags with #."""
    tag = pl.col("hashtag")
    is_sum = names_a_total(tag) & (tag.str.contains("^[#\uff03]").any() | (pl.int_range(pl.len()) == pl.len() - 1))
    return replace(table, rows=table.rows.filter(~(is_sum.fill_null(value=False) | _sum_up(table.rows))))


def _sum_up(rows: pl.DataFrame) -> pl.Series:
    """Which rows have the sums of all others of their time, whatever they are called.

    They lack the # that all others have, or are sums in both totals to the last digit.
    """
    totals = [name for name in TOTALS if name in rows.columns]
    counts = pl.concat(
        [read_counts(rows[name]).select(pl.all().name.prefix(f"{name}_")) for name in totals], how="horizontal"
    )
    at = rows["observed_at"] if "observed_at" in rows.columns else pl.repeat("", rows.height, eager=True)
    frame = counts.with_columns(at.alias("at"), rows["hashtag"].str.contains(r"^\s*[#\uff03]").alias("has_mark"))
    rest = {name: pl.col(f"{name}_value").sum().over("at") - pl.col(f"{name}_value") for name in totals}
    apart = {name: (pl.col(f"{name}_value") - rest[name]).abs() for name in totals}
    rounding = {name: pl.col(f"{name}_unit").filter(pl.col(f"{name}_unit") > 1).sum().over("at") for name in totals}
    alone = ~pl.col("has_mark") & (pl.col("has_mark").sum().over("at") == pl.len().over("at") - 1)
    near, exact = (
        pl.all_horizontal((pl.col(f"{name}_value") > 0) & (apart[name] <= most[name]) for name in totals)
        for most in (rounding, dict.fromkeys(totals, pl.lit(0)))
    )
    # Two spellings of a tag have the same totals, and are no sums of each other beside tags with none.
    is_like_none = pl.len().over("at", *(f"{name}_value" for name in totals)) == 1
    is_told = (alone & near) | (exact & is_like_none & (len(totals) == len(TOTALS)))
    is_sum = (pl.len().over("at") > _FEWEST_SUMMED) & is_told
    return frame.select(is_sum.fill_null(value=False).alias("is_sum"))["is_sum"]


def _timed(delivered: pl.DataFrame, delivery: Delivery, options: TagTotalsCsvOptions) -> pl.DataFrame:
    if options.observed_at is None:
        label = {"observed_at": " ".join(map(str, places_in(options.columns.observed_at or [])))}
        spelt = delivered.with_columns(spelt_out(delivered["observed_at"]))
        timed = read_instants(spelt, label, delivery.zone, options.date_order)
    else:
        constant = constant_instant("observed_at", options.observed_at, delivery, options.date_order)
        timed = delivered.with_columns(constant)
    is_open = pl.col("observed_at_ambiguous")
    reason = pl.when(is_open).then(pl.lit(Reason.AMBIGUOUS_TIME)).otherwise("observed_at_reason")
    return timed.with_columns(reason.alias("observed_at_reason"))


def _counted(timed: pl.DataFrame, totals: list[str], options: TagTotalsCsvOptions) -> pl.DataFrame:
    mapped = options.columns.model_dump()
    counts = counts_of(timed, totals, {name: str(mapped[name]) for name in totals})
    counted = timed.with_columns(
        found[part].alias(alias)
        for name, found in counts.items()
        for part, alias in (("reason", f"{name}_reason"), ("unit", f"{name}_unit"), ("value", name))
    )
    absent = [
        pl.lit(None, pl.Int64()).alias(alias)
        for name in TOTALS
        if name not in totals
        for alias in (name, f"{name}_unit")
    ]
    tags = one_tag(timed["hashtag"])
    platform = pl.lit(options.platform) if options.columns.platform is None else platform_of(pl.col("platform"))
    of_days = pl.concat_str(platform, pl.lit("_"), "days", pl.lit("_days")) if "days" in timed.columns else platform
    return counted.with_columns(
        *absent,
        *(_platform_unit(name).alias(f"{name}_unit") for name in totals),
        tags["hashtag"],
        tags["display_hashtag"],
        pl.coalesce(of_days, platform).alias("platform"),
        pl.lit(options.rounding).alias("rounding"),
    )


def _platform_unit(name: str) -> pl.Expr:
    """What a total is rounded to: as written, or as platforms round figures of its size where it is a multiple of that."""
    value, written = pl.col(name), pl.col(f"{name}_unit")
    unit = pl.lit(1, pl.Int64())
    for least, shown in reversed(_UNITS):
        unit = pl.when((value >= least) & (value % shown == 0)).then(pl.lit(shown, pl.Int64())).otherwise(unit)
    return pl.when(written.is_not_null()).then(pl.max_horizontal(written, unit))


_RULES = {
    Reason.MISSING_KEY: (
        pl.col("hashtag").is_null() | pl.col("platform").is_null() | is_not_written("observed_at"),
        "no hashtag, no platform, or no time at which its total was read",
    ),
    Reason.BAD_TIME: (
        pl.col("observed_at").is_null(),
        f"observed_at is not a date and time that exists; expected {SPELLINGS}",
    ),
}

FORMAT = TagTotalsCsv()
