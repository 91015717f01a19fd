"""Reading what people and tools write: counts, instants, hashtags, whatever the script, locale and spreadsheet did to them.

Expressions in, expressions out; nothing here knows of files or tables. "Five different nothings": only 0 is zero. Absent,
empty, `undefined` and `--` are NULL, each with its own reason.
"""

from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import polars as pl

DateOrder: TypeAlias = Literal["dmy", "mdy"]

_INVISIBLE = "[\u200b-\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]"
_DIGITS = {chr(base + digit): str(digit) for base in (0x0660, 0x06F0) for digit in range(10)}
_ARABIC_NUMERALS = {**_DIGITS, "\u066b": ".", "\u066c": ",", "\u066a": "%", "\u00a0": " ", "\u202f": " "}

_COUNTED = "views?|likes?|comments?|shares?|saves?|favou?rites?|followers?|videos?|posts?|viewers?"
_MAGNITUDES = {"K": 3, "M": 6, "B": 9, "ألف": 3, "مليون": 6, "مليار": 9}
_PLAIN = rf"^(\d+)(?:\.0+)?(?:\s*(?i:{_COUNTED}))?$"
_GROUPED = rf"^(\d{{1,3}}(?:[, ]\d{{3}})+)(?:\s*(?i:{_COUNTED}))?$"
_ABBREVIATED = rf"^(\d{{1,6}})(?:[.,](\d{{1,3}}))?\s*(K|M|B|ألف|مليون|مليار)(?:\s*(?i:{_COUNTED}))?$"
_LABEL = rf"^(?i:{_COUNTED})$"


def clean_number(text: pl.Expr) -> pl.Expr:
    """Text with Arabic-Indic digits and separators made European, invisible direction marks and outer white space removed."""
    return text.cast(pl.String()).str.replace_all(_INVISIBLE, "").str.replace_many(_ARABIC_NUMERALS).str.strip_chars()


def nothing(text: pl.Expr) -> pl.Expr:
    """Why a field says nothing: `empty`, `undefined` or `not_applicable` (`--`); NULL where it says something."""
    bare = text.cast(pl.String()).str.replace_all(_INVISIBLE, "").str.strip_chars().str.to_lowercase()
    return (
        pl.when(bare.is_null() | (bare == ""))
        .then(pl.lit("empty"))
        .when(bare.is_in(["undefined", "null", "nan", "none", "n/a"]))
        .then(pl.lit("undefined"))
        .when(bare.is_in(["--", "-", "\u2014", "\u2013"]))
        .then(pl.lit("not_applicable"))
    )


def parse_count(text: pl.Expr) -> pl.Expr:
    """A count as `struct(value: Int64, unit: Int64, reason: String)`.

    `unit` is what the last written digit stands for: 1 for an exact count, 100 for "541.2K". A counter's own label where the
    number should be ("Share") is how the platform shows 0. An unreadable field has value NULL and the reason.
    """
    number = clean_number(text)
    capital = number.str.to_uppercase()
    whole = pl.coalesce(number.str.extract(_PLAIN), number.str.extract(_GROUPED).str.replace_all("[, ]", ""))
    fraction = capital.str.extract(_ABBREVIATED, 2).fill_null("")
    digits = fraction.str.len_chars().cast(pl.Int64())
    exponent = capital.str.extract(_ABBREVIATED, 3).replace_strict(_MAGNITUDES, default=None, return_dtype=pl.Int64())
    unit = pl.lit(10, pl.Int64()).pow(exponent - digits).cast(pl.Int64())
    written = (capital.str.extract(_ABBREVIATED, 1) + fraction).cast(pl.Int64(), strict=False)
    exact = whole.cast(pl.Int64(), strict=False)
    is_label = number.str.contains(_LABEL)
    value = pl.when(is_label).then(pl.lit(0, pl.Int64())).otherwise(pl.coalesce(exact, written * unit))
    bad = pl.when(number.str.contains(r"^-\s*\d")).then(pl.lit("out_of_range")).otherwise(pl.lit("bad_number"))
    return pl.struct(
        value=value,
        unit=pl.when(exact.is_not_null() | is_label)
        .then(pl.lit(1, pl.Int64()))
        .otherwise(pl.when(written.is_not_null()).then(unit)),
        reason=pl.when(value.is_null()).then(pl.coalesce(nothing(text), bad)),
    )


def normalise_hashtag(tag: pl.Expr) -> pl.Expr:
    """A hashtag for matching: NFKC, lower case, without `#`, white space and invisible marks. Letter variants stay apart."""
    return (
        tag.str.replace_all(_INVISIBLE, "").str.normalize("NFKC").str.strip_chars(" \t\r\n#\uff03").str.to_lowercase()
    )


_ISO = r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$"
_WRITTEN = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?i:([AP])\.?M\.?)?$"


def parse_instant(text: pl.Expr, zone: ZoneInfo | None, date_order: DateOrder | None = None) -> pl.Expr:
    """An instant as `struct(at: Datetime[us, UTC], is_ambiguous: Boolean, reason: String)`.

    Reads ISO 8601 with or without an offset and, in the given order, `8/3/2021 19:20:27`, `11/19/2021 10:07:44 AM` and the
    like. A time without an offset is one of `zone`. Where the clock was put back, a time that occurred twice is read as the
    first and flagged; a time the clock skipped does not exist and is NULL with reason `bad_time`.
    """
    clean = clean_number(text)
    iso = clean.str.extract_groups(_ISO)
    written = clean.str.extract_groups(_WRITTEN)

    def field(groups: pl.Expr, number: int) -> pl.Expr:
        return groups.struct.field(str(number))

    day, month = ("1", "2") if date_order == "dmy" else ("2", "1")
    clock = field(written, 4).cast(pl.Int64())
    half = field(written, 7).str.to_uppercase()
    hour = (
        pl.when(half.is_null())
        .then(clock)
        .when(clock.is_between(1, 12))
        .then(clock % 12 + 12 * (half == "P").cast(pl.Int64()))
    )
    pieces = [
        (field(iso, 1), field(written, 3), 4),
        (field(iso, 2), written.struct.field(month), 2),
        (field(iso, 3), written.struct.field(day), 2),
        (pl.when(field(iso, 1).is_not_null()).then(field(iso, 4).fill_null("0")), hour.cast(pl.String()), 2),
        (pl.when(field(iso, 1).is_not_null()).then(field(iso, 5).fill_null("0")), field(written, 5), 2),
        (pl.when(field(iso, 1).is_not_null()).then(field(iso, 6).fill_null("0")), field(written, 6).fill_null("0"), 2),
    ]
    usable_writing = pl.lit(date_order is not None)
    year, month_, day_, hours, minutes, seconds = (
        pl.coalesce(left, pl.when(usable_writing).then(right)).str.zfill(width) for left, right, width in pieces
    )
    micros = field(iso, 7).fill_null("0").str.pad_end(6, "0")
    naive = pl.concat_str(
        [
            year,
            pl.lit("-"),
            month_,
            pl.lit("-"),
            day_,
            pl.lit("T"),
            hours,
            pl.lit(":"),
            minutes,
            pl.lit(":"),
            seconds,
            pl.lit("."),
            micros,
        ]
    ).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us", strict=False)

    offset = field(iso, 8).str.replace("Z", "+0000").str.replace(":", "")
    offset_minutes = (offset.str.slice(1, 2).cast(pl.Int64()) * 60 + offset.str.slice(3, 2).cast(pl.Int64())) * pl.when(
        offset.str.starts_with("-")
    ).then(-1).otherwise(1)
    with_offset = naive.dt.replace_time_zone("UTC") - pl.duration(minutes=offset_minutes)
    name = zone.key if zone is not None else None
    if name is None:
        first = last = pl.lit(None, pl.Datetime("us", "UTC"))
    else:
        first, last = (
            naive.dt.replace_time_zone(name, ambiguous=pl.lit(which), non_existent="null").dt.convert_time_zone("UTC")
            for which in ("earliest", "latest")
        )
    at = pl.when(offset.is_not_null()).then(with_offset).otherwise(first)
    return pl.struct(
        at=at,
        is_ambiguous=(offset.is_null() & (first != last)).fill_null(value=False),
        reason=pl.when(at.is_null()).then(pl.coalesce(nothing(text), pl.lit("bad_time"))),
    )


def parse_duration_seconds(text: pl.Expr) -> pl.Expr:
    """A duration in whole seconds, from seconds, `MM:SS` or `H:MM:SS`; NULL where it is neither."""
    parts = clean_number(text).str.extract_groups(r"^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6})(?:\.\d+)?$")
    hours, minutes, seconds = (parts.struct.field(str(i)).cast(pl.Int64()) for i in (1, 2, 3))
    return hours.fill_null(0) * 3600 + minutes.fill_null(0) * 60 + seconds
