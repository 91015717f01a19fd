"""Reading instants as people and tools write them, whatever the script, language and notation.

What the times of a whole delivery prove about one another (order of day and month, clocks put back) lives in
`ingest.formats.date_order`.
"""
# ruff: noqa: RUF001 - letters of many scripts are what is read

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timezone
from functools import cache
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import polars as pl

from ingest.reasons import Reason
from ingest.source import FIRST_YEAR, INSTANT, LAST_YEAR
from ingest.text import clean_number, no_value
from ingest.zone_names import by_zone_name

DateOrder: TypeAlias = Literal["dmy", "mdy", "ymd"]
"""What comes first in dates of numbers; `ymd` is for years of two digits, as one of four is known by them."""

SPELLINGS = (
    "ISO 8601 (2026-10-05T18:58:00+03:00), 2026/10/05 18:58, 05.10.2026 18:58, 10/5/26, 6:58 PM, Oct 5, 2026, "
    "5 octobre 2026 à 18:58, or seconds, milliseconds or microseconds since 1970"
)
"""What a message names as the times that are read."""

_READ = pl.Struct({"at": INSTANT, "is_ambiguous": pl.Boolean(), "reason": pl.String()})
_LOCAL = pl.Datetime("us")

# The languages that the campaign's suppliers export in; Arabic has three sets of month names.
_LOCALES = (
    "en", "ar", "ar_JO", "ar_DZ", "ar_MA", "fa", "ur", "tr", "ku", "he", "fr", "es", "pt", "de", "it", "nl", "el", "ru",
    "id", "pl", "cs", "sk", "hu", "ro", "uk", "bg", "sv", "da", "nb", "fi", "hi",
)  # fmt: skip
AM = r"a\.?\s?m\.?|sa|de\.?|pg|לפנה[\"״]צ|صباحا|صباحًا|ص|ق\.?\s?ظ\.?|قبل\s?از\s?ظهر|öö|π\.?\s?μ\.?|上午|午前|오전|पूर्वाह्न"
PM = r"p\.?\s?m\.?|ch|du\.?|ptg|אחה[\"״]צ|مساء|مساءً|م|ب\.?\s?ظ\.?|بعد\s?از\s?ظهر|ös|μ\.?\s?μ\.?|下午|午後|오후|अपराह्न"
_AT = r"[@|\u2013-]|à|a las?|(?:alle\s)?ore|alle|at|um|às|as|om|o|v|ob|kl\.?|klo|saat|pukul|в|о|об|στις|בשעה|الساعة|عند|في|ساعت"
_OFFSET = r"z|(?:utc|gmt|غرينتش)?\s?[+-](?:0?[0-9]|1[0-4])(?::?[0-5][0-9])?|utc|gmt|غرينتش"
_ZONE = (
    rf"(?:\s*(?P<offset>{_OFFSET})(?:\s*\([^()]*\)|\s+[a-z]{{3,4}})?|\s*\((?P<bracketed>{_OFFSET})\)[^()0-9]*"
    r"|\s*\(?(?P<zone>[a-z]{3,5}|[a-z]+(?:/[a-z_+-]+){1,2})\)?)?"
)
_CLOCK = (
    rf"(?:(?:[\s,]+|t\s*)(?:(?:{_AT})\s+)?(?:(?P<am1>{AM})\s*|(?P<pm1>{PM})\s*)?"
    r"(?P<hour>[0-9]{1,2})(?:[:.]|\s?h\s?|[时時]|시\s?)(?P<minute>[0-9]{2})"
    r"(?:(?:[:.]|分|분\s?)(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,6})[0-9]*)?)?"
    rf"(?:\s*(?P<am2>{AM})|\s*(?P<pm2>{PM})|\s*(?:uhr|uur|hrs?|h)|[分秒분초])?)?{_ZONE}"
)
_HOURS = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_EPOCH = r"^([0-9]{9,16})(?:\.([0-9]+))?$"
_DIGITS_OF_SECONDS = 10
_DAYS, _DAYS_TO_1970 = r"^\s*((?:4[2-9]|5[0-2])[0-9]{3}(?:[.,][0-9]+)?)\s*$", 25_569
_COMPACT = (
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    rf"(?:t(?P<hour>[0-9]{{2}})(?P<minute>[0-9]{{2}})(?P<second>[0-9]{{2}})?(?P<offset>{_OFFSET})?)?$"
)
_YEAR_FIRST = (
    r"(?P<year>[0-9]{4})(?:[-/]|\.\s?|年|년\s?)(?P<month>[0-9]{1,2})(?:[-/]|\.\s?|月|월\s?)(?P<day>[0-9]{1,2})[.日일]?"
    rf"{_CLOCK}$"
)
_YEAR_LAST = {
    order: rf"(?P<{first}>[0-9]{{1,2}})(?:[-/]|\.\s?)(?P<{then}>[0-9]{{1,2}})(?:[-/]|\.\s?)(?P<year>[0-9]{{4}}|[0-9]{{2}}){_CLOCK}$"
    for order, first, then in (("dmy", "day", "month"), ("mdy", "month", "day"))
} | {"ymd": rf"(?P<year>[0-9]{{2}})[-/.](?P<month>[0-9]{{1,2}})[-/.](?P<day>[0-9]{{1,2}}){_CLOCK}$"}
# Blanks around the marks of a date, names of a month in two calendars' words, and what says that the year is of our era.
_SPACED = r"^([0-9]{1,4})\s*([-/.])\s*([0-9]{1,2})\s*([-/.])\s*([0-9]{2})"
_TWICE = r"(\p{L})\s?/\s?\p{L}[\p{L}\s]*?(\s[0-9]{4})"
_ERA = r"^([^:]*[0-9]{4})\s?(?:(?:م|ميلادي)\.?$|[гр]\.?(,|\s|$))"
_PARTS = (
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "fraction",
    "offset",
    "bracketed",
    "zone",
    "am1",
    "pm1",
    "am2",
    "pm2",
    "name",
)


def parse_instant(text: pl.Expr, zone: ZoneInfo | None, date_order: DateOrder | None = None) -> pl.Expr:
    """An instant as `struct(at: Datetime[us, UTC], is_ambiguous: Boolean, reason: String)`.

    Reads `SPELLINGS`, in Arabic and Persian digits too; numbers such as 10/5/2026 only in the given order. A time without
    an offset is one of `zone`. A time that the clocks showed twice is read as the first and flagged. A time that they
    skipped, or of a year outside 1990 to 2100, is NULL with reason `bad_time`.
    """
    return text.map_batches(
        lambda texts: read_instant(texts, zone, date_order).to_struct(texts.name), return_dtype=_READ
    )


def spelt_out(texts: pl.Series) -> pl.Series:
    """Texts with a spreadsheet's numbers of days of 2015 to 2045, such as 46314.378, written as dates and times.

    Not for columns that may hold seconds, which such numbers may be too.
    """
    if not texts.drop_nulls().head(50).str.contains(_DAYS).any():
        return texts
    days = texts.str.extract(_DAYS).str.replace(",", ".").cast(pl.Float64())
    at = pl.from_epoch((pl.col("days") - _DAYS_TO_1970) * 86_400, time_unit="s").dt.strftime("%Y-%m-%dT%H:%M:%S")
    return pl.DataFrame({"days": days, "text": texts}).select(pl.coalesce(at, "text").alias(texts.name)).to_series()


def second_instant(at: pl.Expr, zone: ZoneInfo) -> pl.Expr:
    """The later of the two instants that the clocks of a zone showed alike, given the first; else the same instant."""
    local = at.dt.convert_time_zone(zone.key).dt.replace_time_zone(None)
    return local.dt.replace_time_zone(zone.key, ambiguous="latest", non_existent="null").dt.convert_time_zone("UTC")


def shape(text: pl.Expr) -> pl.Expr:
    """What a message may show of a text: 9 for each digit, A for each letter, marks and blanks as they are."""
    return (
        text.str.replace_all(r"[\p{C}\p{M}]", "")
        .str.replace_all(r"\p{N}", "9")
        .str.replace_all(r"\p{L}", "A")
        .str.replace_all("A{4,}", "AAA")
        .str.slice(0, 30)
    )


def shape_of(text: str) -> str:
    """The shape of one text."""
    return str(pl.select(shape(pl.lit(text))).item())


@cache
def months() -> dict[str, int]:
    """Names of months, long and short, in lower case without a last dot; those that mean two months are left out."""
    from babel.dates import get_month_names

    meanings = _names(get_month_names)
    named = {name: min(numbers) for name, numbers in meanings.items() if len(numbers) == 1} | {"sept": 9}
    without_hamza = {re.sub("[أإآ]", "\u0627", name): number for name, number in named.items()}
    return without_hamza | named


@cache
def _weekdays() -> frozenset[str]:
    from babel.dates import get_day_names

    return frozenset(_names(get_day_names))


def _names(of: Callable[..., Mapping[int, str]]) -> dict[str, set[int]]:
    """What each name without digits means in the languages that have it."""
    meanings: dict[str, set[int]] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in of(width, context, locale).items():
                    meanings.setdefault(name.lower().rstrip("."), set()).add(number)
    return {name: numbers for name, numbers in meanings.items() if not re.search("[0-9]", name)}


def _any_of(names: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True)).replace("\\ ", r"\s")


@cache
def _patterns(order: DateOrder | None, *, has_words: bool) -> tuple[str, ...]:
    """The notations of a date and its time, in lower case, each with named parts."""
    plain = [_YEAR_FIRST, _COMPACT, *([_YEAR_LAST[order]] if order else [])]
    if not has_words:
        return tuple(f"^{pattern}" for pattern in plain)
    name, year = rf"(?P<name>{_any_of(months())})\.?", r"['\x{2019}]?(?P<year>[0-9]{4}|[0-9]{2})"
    weekday = _any_of(_weekdays())
    day = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|\.|º)?"
    named = [
        rf"{day}[\s/-]+(?:de\s|of\s|ב)?{name},?[\s/-]+(?:de\s|del\s)?{year}(?:,?\s+(?:{weekday}))?{_CLOCK}$",
        rf"{name}[\s/-]+{day}(?:,?\s+|[/-]){year}{_CLOCK}$",
        rf"(?P<year>[0-9]{{4}})\.?[\s/-]+{name}[\s/-]+{day}{_CLOCK}$",
        rf"{name}\s+{day}\s+{_HOURS}(?:\s+(?:(?P<offset>{_OFFSET})|(?P<zone>[a-z]{{3,5}})))?\s+{year}$",
    ]
    return tuple(rf"^(?:(?:{weekday})\.?,?\s+)?{pattern}" for pattern in [*plain, *named])


def read_instant(texts: pl.Series, zone: ZoneInfo | None, order: DateOrder | None) -> pl.DataFrame:
    """What `parse_instant` gives, as columns."""
    frame = pl.DataFrame({"text": texts.cast(pl.String())}).with_columns(
        pl.lit(None, _LOCAL).alias("local"),
        pl.lit(None, INSTANT).alias("at"),
        pl.lit(None, pl.String()).alias("nothing"),
    )
    for target, parsed in _fixed(frame["text"], order):
        frame = frame.with_columns(pl.coalesce(target, parsed).alias(target))
    is_read = pl.col("local").is_not_null() | pl.col("at").is_not_null()
    left = frame.filter(~is_read).select(pl.col("text").drop_nulls().unique())
    if left.height:
        frame = frame.join(_written(left, zone, order), on="text", how="left", maintain_order="left").select(
            "text",
            *(pl.coalesce(name, f"{name}_right").alias(name) for name in ("local", "at", "nothing")),
        )
    placed = frame.select(
        pl.coalesce("at", _in_zone(pl.col("local"), zone, "earliest")).alias("at"),
        (pl.col("at").is_null() & _is_ambiguous(pl.col("local"), zone)).fill_null(value=False).alias("is_ambiguous"),
        pl.coalesce("nothing", pl.when(pl.col("text").is_null()).then(pl.lit(Reason.EMPTY))).alias("nothing"),
    )
    in_range = _is_in_years(pl.col("at"), UTC)
    return placed.with_columns(pl.when(in_range).then("at").alias("at")).select(
        "at",
        pl.col("is_ambiguous") & pl.col("at").is_not_null(),
        pl.when(pl.col("at").is_null()).then(pl.coalesce("nothing", pl.lit(Reason.BAD_TIME))).alias("reason"),
    )


def _fixed(texts: pl.Series, order: DateOrder | None) -> Iterator[tuple[str, pl.Expr]]:
    """Read all texts with the formats of the first ones, which is quick. Gives the column to fill and the values.

    What none of them reads is left to `_written`, and what both read they read alike.
    """
    text = pl.when(~pl.col("text").str.contains(":60", literal=True)).then("text")
    for form in list(dict.fromkeys(_format_of(one, order) for one in texts.drop_nulls().head(50)))[:2]:
        if form is None:
            continue
        if form == "epoch":
            yield "at", _since_1970(pl.col("text").cast(pl.Int64(), strict=False))
            continue
        parsed = text.str.to_datetime(form.removesuffix("Z"), time_unit="us", strict=False)
        if form.endswith("%z"):
            yield "at", _plausible(parsed, UTC)
        elif form.endswith("Z"):
            parsed = text.str.to_datetime(form, time_unit="us", strict=False)
            yield "at", _plausible(parsed).dt.replace_time_zone("UTC")
        else:
            yield "local", _plausible(parsed)


def _plausible(parsed: pl.Expr, zone: timezone | None = None) -> pl.Expr:
    """A year of two digits, read as one of four, is left to `_written`."""
    return pl.when(_is_in_years(parsed, zone)).then(parsed)


def _is_in_years(at: pl.Expr, zone: timezone | None) -> pl.Expr:
    return at.is_between(*_years(zone), closed="left")


@cache
def _years(zone: timezone | None) -> tuple[pl.Expr, pl.Expr]:
    """The first instant that may be meant, and the first after all of them."""
    first, after = (pl.lit(datetime(year, 1, 1, tzinfo=zone)) for year in (FIRST_YEAR, LAST_YEAR + 1))
    return first, after


def _format_of(text: str, order: DateOrder | None) -> str | None:
    """The strptime format of a text in one of the most usual notations."""
    if re.fullmatch(_EPOCH, text):
        return "epoch"
    iso = re.fullmatch(
        r"[0-9]{4}([-/])[0-9]{1,2}\1[0-9]{1,2}(?:([T ])[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:?[0-9]{2})?)?",
        text,
    )
    if iso is not None:
        mark, between, seconds, fraction, offset = iso.groups()
        clock = f"{between}%H:%M{':%S' if seconds else ''}{'%.f' if fraction else ''}" if between else ""
        return f"%Y{mark}%m{mark}%d{clock}" + ("Z" if offset == "Z" else "%z" if offset else "")
    written = re.fullmatch(
        r"[0-9]{1,2}([-/.])[0-9]{1,2}\1([0-9]{4}|[0-9]{2})(?:(,? )[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( [AaPp][Mm])?)?", text
    )
    if written is None or order is None:
        return None
    mark, year, between, seconds, half = written.groups()
    if order == "ymd":
        return f"%y{mark}%m{mark}%d" if len(year) == 2 and not between else None
    days = f"%d{mark}%m" if order == "dmy" else f"%m{mark}%d"
    hours = f"{'%I' if half else '%H'}:%M{':%S' if seconds else ''}{' %p' if half else ''}"
    return f"{days}{mark}{'%Y' if len(year) == 4 else '%y'}" + (f"{between}{hours}" if between else "")


def _since_1970(number: pl.Expr) -> pl.Expr:
    """Seconds, milliseconds or microseconds since 1970: no number is a year from 1990 to 2100 in two of them."""
    first, last = (
        int(datetime.fromisoformat(f"{year}-01-01T00:00Z").timestamp()) for year in (FIRST_YEAR, LAST_YEAR + 1)
    )
    micros = pl.coalesce(
        pl.when((number >= first * scale) & (number < last * scale)).then(number * (1_000_000 // scale))
        for scale in (1, 1_000, 1_000_000)
    )
    return pl.from_epoch(micros, time_unit="us").dt.replace_time_zone("UTC")


def _written(texts: pl.DataFrame, zone: ZoneInfo | None, order: DateOrder | None) -> pl.DataFrame:
    """Read distinct texts by patterns, which is slow: `local` or, where it has an offset or is an epoch, `at`; `nothing` says why not."""
    clean = texts.select(
        "text",
        # ="2026-10-05 18:58" is how exports keep a spreadsheet from changing a cell.
        clean_number(pl.col("text"))
        .str.replace(r"""^(?:="(.*)"|'(.*))$""", "${1}${2}")
        .str.replace_all("،", ",")
        .str.strip_chars_end(",; ")
        .str.replace(_SPACED, "${1}${2}${3}${4}${5}")
        .str.replace(_TWICE, "${1}${2}")
        .str.replace(_ERA, "${1}${2}")
        .str.to_lowercase()
        .alias("clean"),
        no_value(pl.col("text")).alias("nothing"),
    )
    has_words = bool(clean["clean"].str.contains(r"\p{L}{2}").any())
    found = [
        clean["clean"].str.extract_groups(pattern).struct.unnest() for pattern in _patterns(order, has_words=has_words)
    ]
    part = {
        name: pl.coalesce(pl.lit(None, pl.String()), *(match[name] for match in found if name in match.columns))
        for name in _PARTS
    }
    parts = clean.with_columns(**part)
    is_late, is_early = (pl.coalesce(f"{half}1", f"{half}2").is_not_null() for half in ("pm", "am"))
    clock = pl.col("hour").fill_null("0").cast(pl.Int64())
    hour = (
        pl.when(~(is_late | is_early))
        .then(clock)
        .when(clock.is_between(1, 12))
        .then(clock % 12 + 12 * is_late.cast(pl.Int64()))
    )
    month = (
        pl.col("month")
        .cast(pl.Int64())
        .fill_null(
            pl.col("name")
            .str.replace_all(r"\s", " ")
            .replace_strict(months() if has_words else {}, default=None, return_dtype=pl.Int64())
        )
    )
    short = pl.col("year").str.len_chars() == 2
    year = pl.col("year").cast(pl.Int64()) + pl.when(short).then(
        pl.when(pl.col("year") >= "70").then(1900).otherwise(2000)
    ).otherwise(0)
    spelt = pl.concat_str(
        year.cast(pl.String()).str.zfill(4), pl.lit("-"), month.cast(pl.String()), pl.lit("-"), pl.col("day"),
        pl.lit(" "), hour.cast(pl.String()), pl.lit(":"), pl.col("minute").fill_null("0"),
        pl.lit(":"), pl.col("second").fill_null("0"), pl.lit("."), pl.col("fraction").fill_null("0").str.pad_end(6, "0"),
    )  # fmt: skip
    read = parts.with_columns(
        pl.when(pl.col("second").fill_null("0") != "60")
        .then(spelt.str.to_datetime("%Y-%m-%d %H:%M:%S%.6f", time_unit="us", strict=False))
        .alias("local"),
        _offset_minutes(pl.coalesce("offset", "bracketed")).alias("minutes"),
    )
    epoch = pl.col("clean").str.extract(_EPOCH).cast(pl.Int64(), strict=False)
    fraction = pl.col("clean").str.extract(_EPOCH, 2).str.slice(0, 6).str.pad_end(6, "0").cast(pl.Int64())
    is_seconds = pl.col("clean").str.extract(_EPOCH).str.len_chars() <= _DIGITS_OF_SECONDS
    since_1970 = _since_1970(epoch) + pl.duration(microseconds=pl.when(is_seconds).then(fraction).fill_null(0))
    with_offset = pl.col("local").dt.replace_time_zone("UTC") - pl.duration(minutes="minutes")
    return read.select(
        "text",
        pl.when(pl.col("minutes").is_null(), pl.col("zone").is_null()).then("local").alias("local"),
        pl.coalesce(with_offset, by_zone_name(pl.col("local"), read["zone"], zone), since_1970).alias("at"),
        "nothing",
    )


def _offset_minutes(offset: pl.Expr) -> pl.Expr:
    sign = pl.when(offset.str.contains("-", literal=True)).then(-1).otherwise(1)
    digits = offset.str.extract_groups(r"(?P<hours>[0-9]{1,2}):?(?P<minutes>[0-9]{2})?$")
    hours, minutes = (digits.struct.field(name).cast(pl.Int64()).fill_null(0) for name in ("hours", "minutes"))
    return pl.when(offset.is_not_null()).then(sign * (hours * 60 + minutes))


def _in_zone(local: pl.Expr, zone: ZoneInfo | None, which: Literal["earliest", "latest"]) -> pl.Expr:
    """The instant of a local time; of two that the clocks showed alike the earliest or latest, NULL where they skipped."""
    if zone is None:
        return pl.lit(None, INSTANT)
    return local.dt.replace_time_zone(zone.key, ambiguous=which, non_existent="null").dt.convert_time_zone("UTC")


def _is_ambiguous(local: pl.Expr, zone: ZoneInfo | None) -> pl.Expr:
    if zone is None or zone.key == "UTC":
        return pl.lit(value=False)
    return _in_zone(local, zone, "earliest") != _in_zone(local, zone, "latest")
