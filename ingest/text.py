"""Reading what people and tools write: counts, instants, hashtags, whatever script, locale and spreadsheet did to them.

Expressions in, expressions out; nothing here knows of files or tables. "Five different nothings": only 0 is zero.
Absent, empty, `undefined` and `--` are NULL, each with its own reason.
"""

from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import polars as pl

DateOrder: TypeAlias = Literal["dmy", "mdy"]

_INVISIBLE = "[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe0e\ufe0f\ufeff]"
_DIGITS = {chr(base + digit): str(digit) for base in (0x0660, 0x06F0) for digit in range(10)}
_ARABIC_NUMERALS = {**_DIGITS, "\u066b": ".", "\u066c": ",", "\u066a": "%", "\u00a0": " ", "\u202f": " "}

_COUNTED = "views?|likes?|comments?|shares?|saves?|favou?rites?|followers?|videos?|posts?|viewers?"
_MAGNITUDES = {"K": 3, "M": 6, "B": 9, "ألف": 3, "مليون": 6, "مليار": 9}
_OF = rf"(?:\s*(?i:{_COUNTED}))?$"
# A digit is [0-9]: \d is one of any script, which a cast to a number does not know. "1.000" and "1,234K" may be read in
# two ways, by whether the mark groups thousands: they are not read at all.
_PLAIN = rf"^(?:([0-9]+)(?:\.0{{1,2}}|\.0{{4,}})?|([0-9]{{4,}})\.000){_OF}"
_GROUPED = rf"^([0-9]{{1,3}}(?:[, ][0-9]{{3}})+){_OF}"
_ABBREVIATED = rf"^([0-9]{{1,6}})(?:\.([0-9]{{1,3}})|,([0-9]{{1,2}}))?\s*(K|M|B|ألف|مليون|مليار){_OF}"
_LABEL = rf"^(?i:{_COUNTED})$"


def clean_number(text: pl.Expr) -> pl.Expr:
    """Text with Arabic-Indic digits and separators made European, without invisible marks and outer white space."""
    return bare(text).str.replace_many(_ARABIC_NUMERALS).str.strip_chars()


def bare(text: pl.Expr) -> pl.Expr:
    """Text without what nobody sees: direction marks, joiners, byte order marks, white space around it."""
    return text.cast(pl.String()).str.replace_all(_INVISIBLE, "").str.strip_chars()


def nothing(text: pl.Expr) -> pl.Expr:
    """Why a field says nothing: `empty`, `undefined` or `not_applicable` (`--`); NULL where it says something."""
    said = bare(text).str.to_lowercase()
    return (
        pl.when(said.is_null() | (said == ""))
        .then(pl.lit("empty"))
        .when(said.is_in(["undefined", "null", "nan", "none", "n/a", "#n/a"]))
        .then(pl.lit("undefined"))
        .when(said.is_in(["--", "-", "\u2014", "\u2013"]))
        .then(pl.lit("not_applicable"))
    )


def parse_count(text: pl.Expr) -> pl.Expr:
    """A count as `struct(value: Int64, unit: Int64, reason: String)`.

    `unit` is what the last written digit stands for: 1 for an exact count, 100 for "541.2K". A counter's own label where
    the number should be ("Share") is how the platform shows 0. An unreadable field has value NULL and the reason.
    """
    number, field = clean_number(text), pl.field
    # Struct after struct: what is named is worked out once.
    found = pl.struct(
        number.str.extract_groups(_PLAIN).alias("plain"),
        number.str.extract(_GROUPED).str.replace_all("[, ]", "").alias("grouped"),
        number.str.to_uppercase().str.extract_groups(_ABBREVIATED).alias("short"),
        number.str.contains(_LABEL).alias("is_label"),
        number.str.contains(r"^-\s*[0-9]").alias("is_negative"),
        nothing(text).alias("nothing"),
    )
    parts = found.struct.with_fields(
        pl.coalesce(_group("plain", 1), _group("plain", 2), field("grouped"))
        .cast(pl.Int64(), strict=False)
        .alias("exact"),
        pl.coalesce(_group("short", 2), _group("short", 3), pl.lit("")).alias("fraction"),
        _group("short", 4).replace_strict(_MAGNITUDES, default=None, return_dtype=pl.Int64()).alias("exponent"),
    )
    scaled = parts.struct.with_fields(
        (_group("short", 1) + field("fraction")).cast(pl.Int64(), strict=False).alias("written"),
        pl.lit(10, pl.Int64())
        .pow(field("exponent") - field("fraction").str.len_chars().cast(pl.Int64()))
        .cast(pl.Int64())
        .alias("scale"),
    )
    zero, one = pl.lit(0, pl.Int64()), pl.lit(1, pl.Int64())
    valued = scaled.struct.with_fields(
        pl.when(field("is_label"))
        .then(zero)
        .otherwise(pl.coalesce(field("exact"), field("written") * field("scale")))
        .alias("value"),
        pl.when(field("exact").is_not_null() | field("is_label"))
        .then(one)
        .otherwise(pl.when(field("written").is_not_null()).then(field("scale")))
        .alias("unit"),
    )
    bad = pl.when(field("is_negative")).then(pl.lit("out_of_range")).otherwise(pl.lit("bad_number"))
    reason = pl.when(field("value").is_null()).then(pl.coalesce(field("nothing"), bad))
    return _struct(valued, field("value"), field("unit"), reason.alias("reason"))


def normalise_hashtag(tag: pl.Expr) -> pl.Expr:
    """A hashtag for matching: NFKC, lower case, without `#` or white space around it, without invisible marks.

    Letter variants stay apart.
    """
    # Lower case may compose where capitals do not (H and a line below it): hence NFKC again.
    folded = tag.str.replace_all(_INVISIBLE, "").str.normalize("NFKC").str.to_lowercase().str.normalize("NFKC")
    return folded.str.replace(r"^[\s#]+", "").str.replace(r"[\s#]+$", "")


_ISO = (
    r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[T ]\s*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,6})[0-9]*)?)?)?"
    r"\s*(Z|UTC|GMT|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)?$"
)
_WRITTEN = (
    r"^([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4}),?"
    r"\s+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?\s*(?i:([AP])\.?M\.?)?$"
)
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


def parse_instant(text: pl.Expr, zone: ZoneInfo | None, date_order: DateOrder | None = None) -> pl.Expr:
    """An instant as `struct(at: Datetime[us, UTC], is_ambiguous: Boolean, reason: String)`.

    Reads ISO 8601 with or without an offset and, in the given order, `8/3/2021 19:20:27`, `11/19/2021 10:07:44 AM` and
    the like. A time without an offset is one of `zone`. Where the clock was put back, a time that occurred twice is read
    as the first and flagged. A time the clock skipped, or of a year no campaign was in (a default such as 0001-01-01), is
    NULL with reason `bad_time`.
    """
    clean, field = clean_number(text), pl.field
    # Struct after struct: what is named is worked out once.
    found = pl.struct(
        clean.str.extract_groups(_ISO).alias("iso"),
        clean.str.extract_groups(_WRITTEN).alias("written"),
        nothing(text).alias("nothing"),
    )
    spelt = found.struct.with_fields(
        _spelling(date_order).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us", strict=False).alias("spelt"),
        _offset_minutes(_group("iso", 8)).alias("offset"),
    )
    naive = spelt.struct.with_fields(
        pl.when(field("spelt").dt.year().is_between(_FIRST_YEAR, _LAST_YEAR)).then(field("spelt")).alias("naive")
    )
    placed = naive.struct.with_fields(
        _in_zone(field("naive"), zone, "earliest").alias("earliest"),
        _in_zone(field("naive"), zone, "latest").alias("latest"),
    )
    with_offset = field("naive").dt.replace_time_zone("UTC") - pl.duration(minutes=field("offset"))
    read = placed.struct.with_fields(
        pl.when(field("offset").is_not_null()).then(with_offset).otherwise(field("earliest")).alias("at"),
        (field("offset").is_null() & (field("earliest") != field("latest")))
        .fill_null(value=False)
        .alias("is_ambiguous"),
    )
    reason = pl.when(field("at").is_null()).then(pl.coalesce(field("nothing"), pl.lit("bad_time")))
    return _struct(read, field("at"), field("is_ambiguous"), reason.alias("reason"))


def _spelling(date_order: DateOrder | None) -> pl.Expr:
    """The groups of `iso`, or of `written` where the order of day and month is known, as one spelling of a time."""
    day, month = (1, 2) if date_order == "dmy" else (2, 1)
    is_iso, is_readable = _group("iso", 1).is_not_null(), pl.lit(date_order is not None)
    clock, half = _group("written", 4).cast(pl.Int64()), _group("written", 7).str.to_uppercase()
    hour = (
        pl.when(half.is_null())
        .then(clock)
        .when(clock.is_between(1, 12))
        .then(clock % 12 + 12 * (half == "P").cast(pl.Int64()))
    )
    written = (
        _group("written", 3),
        _group("written", month),
        _group("written", day),
        hour.cast(pl.String()),
        _group("written", 5),
        _group("written", 6).fill_null("0"),
    )
    parts = []
    for number, (otherwise, width, separator) in enumerate(zip(written, (4, 2, 2, 2, 2, 2), "--T::.", strict=True), 1):
        # A date alone is its midnight.
        iso = _group("iso", number) if number <= 3 else _group("iso", number).fill_null("0")
        digits = pl.when(is_iso).then(iso).otherwise(pl.when(is_readable).then(otherwise))
        parts += [digits.str.zfill(width), pl.lit(separator)]
    return pl.concat_str([*parts, _group("iso", 7).fill_null("0").str.pad_end(6, "0")])


def _offset_minutes(offset: pl.Expr) -> pl.Expr:
    digits = offset.replace(["Z", "UTC", "GMT"], "+0000").str.replace(":", "").str.pad_end(5, "0")
    minutes = digits.str.slice(1, 2).cast(pl.Int64()) * 60 + digits.str.slice(3, 2).cast(pl.Int64())
    return minutes * pl.when(digits.str.starts_with("-")).then(-1).otherwise(1)


def _in_zone(naive: pl.Expr, zone: ZoneInfo | None, which: Literal["earliest", "latest"]) -> pl.Expr:
    """The instant of a local time; of two that the clocks showed alike the earliest or latest, NULL where they skipped."""
    if zone is None:
        return pl.lit(None, pl.Datetime("us", "UTC"))
    local = naive.dt.replace_time_zone(zone.key, ambiguous=which, non_existent="null")
    return local.dt.convert_time_zone("UTC")


def _group(match: str, number: int) -> pl.Expr:
    """A group of the match that a struct has under a name."""
    return pl.field(match).struct.field(str(number))


def _struct(working: pl.Expr, *results: pl.Expr) -> pl.Expr:
    """The struct of the results alone, each told from the fields of a working struct."""
    return working.struct.with_fields(pl.struct(*results).alias("results")).struct.field("results")


def parse_duration_seconds(text: pl.Expr) -> pl.Expr:
    """A duration in whole seconds, from seconds, `MM:SS` or `H:MM:SS`; NULL where it is neither."""
    parts = clean_number(text).str.extract_groups(r"^(?:(?:([0-9]{1,3}):)?([0-9]{1,3}):)?([0-9]{1,6})(?:\.[0-9]+)?$")
    hours, minutes, seconds = (parts.struct.field(str(i)).cast(pl.Int64()) for i in (1, 2, 3))
    return hours.fill_null(0) * 3600 + minutes.fill_null(0) * 60 + seconds
