"""Reading what people and tools write: counts, durations, hashtags, in any script and after any spreadsheet.

Expressions in, expressions out; nothing here knows of files or tables. Instants are read in `ingest.instants`.
Only 0 is zero. Absent, empty, `undefined` and `--` are NULL, each with its own reason.
"""
# ruff: noqa: RUF001 - letters of many scripts are what is read

import re

import polars as pl

from ingest.reasons import Reason
from ingest.source import LARGEST_COUNT
from ingest.spelling import DIGITS, INVISIBLE, bare

_OTHER_DIGITS = {chr(base + digit): str(digit) for base in (0x0966, 0x09E6, 0xFF10) for digit in range(10)}
"""Digits of Hindi and of Bengali, and full-width ones."""
_NUMERALS = {**DIGITS, **_OTHER_DIGITS, "\u066b": ".", "\u066c": ",", "\u066a": "%", "\u00a0": " ", "\u202f": " "}

# Lower case that is no case folding yet; a dotted capital I leaves a dot behind.
_FOLDED = {"ß": "ss", "ς": "σ", "i\u0307": "i", "ı": "i", "\u0640": ""}
_ARABIC_MARKS = "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]"
_ONE_LETTER = dict.fromkeys("أإآٱٲٳ", "ا") | dict.fromkeys("ىیېۍ", "ي") | dict.fromkeys("کڪګ", "ك") | DIGITS
_EMOJI = r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\x{20e3}\x{e0020}-\x{e007f}]"

WIDE = {chr(ord(sign) + 0xFEE0): sign for sign in "#()[]{}<>\"'`,;|"}
"""The same signs as Chinese and Japanese keyboards write them, and ours."""
NEVER_IN_A_TAG = (
    rf"[\s{re.escape(''.join(WIDE.values()))}{''.join(WIDE)}\u060c\u061b\u3001\u2018\u2019\u201c\u201d\u00ab\u00bb]"
)
"""Blanks, brackets, quotation marks and what separates tags."""

_COUNTED = (
    "views?|plays?|likes?|comments?|shares?|saves?|favou?rites?|followers?|videos?|posts?|viewers?|vues?|"
    "reproducciones|visualizaciones|tayangan|görüntülenme|izlenme|beğeni|צפיות|بازدید|لایک|"
    "مشاهد(?:ة|ات)|[إا]عجاب(?:ات)?|تعليق(?:ات)?|مشارك(?:ة|ات)"
)
_LETTERS = {"K": 3, "M": 6, "B": 9, "ألف": 3, "مليون": 6, "مليار": 9}
_WORDS = {
    **dict.fromkeys(
        ["THOUSAND", "MIL", "MILA", "MILLIER", "TAUSEND", "TSD", "TYS", "ТЫС", "ΧΙΛ", "RB", "RIBU", "BIN"], 3
    ),
    **dict.fromkeys(["אלף", "هزار", "ہزار", "هەزار", "الف", "آلاف"], 3),
    **dict.fromkeys(["万", "萬"], 4),
    "천": 3,
    "만": 4,
    **dict.fromkeys(["LAKH", "لاکھ", "लाख", "লাখ"], 5),
    **dict.fromkeys(
        [
            "MILLION",
            "MILLIONS",
            "MI",
            "MIO",
            "MLN",
            "MN",
            "JT",
            "JUTA",
            "МЛН",
            "ΕΚ",
            "מיליון",
            "میلیون",
            "ملین",
            "ملیۆن",
            "ملايين",
        ],
        6,
    ),
    **dict.fromkeys(["CRORE", "CR", "کروڑ", "करोड़", "কোটি"], 7),
    **dict.fromkeys(["亿", "億", "억"], 8),
    **dict.fromkeys(["MRD", "MD", "MLD", "MR", "МЛРД", "ΔΙΣ", "میلیارد"], 9),
}
"""Zeros of the abbreviations of other languages, in capitals. B is a billion, but a thousand (bin) where a column has Mn or Mr."""
_UNIT_OF_A_NAME = (
    r"(?i)(?:,\s*([^\W\d_]{2,})\.?|\s*[(\[]\s*(?:in |en |em |\u0628\u0627\u0644|')?([^\W_]+)\.?\s*[)\]]|"
    r"\s(?:in|en|em) (k|m|thousands|millions|mil|milliers|millones|tsd|mio|tausend))$"
)
_ZEROS = {"000": 3, "MILLONES": 6, **_LETTERS, **_WORDS}
_SIGNS = {3: "K", 4: "万", 5: "LAKH", 6: "M", 7: "CRORE", 8: "亿", 9: "B"}
"""One abbreviation for each number of zeros."""
_OF = rf"(?:\s*(?i:{_COUNTED}))?$"
# A digit is [0-9]: \d is one of any script, which a cast to a number does not know. "1.000" and "1,234K" may be read in
# two ways, by whether the mark groups thousands: they are not read at all.
_NEARLY_WHOLE = r"^[0-9]{1,12}\.(?:0{5,}|9{5,})[0-9]*$"
"""What is left of a whole number that a program multiplied."""
_PLAIN = rf"^(?:([0-9]+)(?:[.,]0{{1,2}}|\.0{{4,}})?|([0-9]{{4,}})\.000){_OF}"
_GROUPED = rf"^([0-9]{{1,3}}(?:[, '’_][0-9]{{3}})+|[0-9]{{1,2}}(?:,[0-9]{{2}})+,[0-9]{{3}}){_OF}"
_WITH_CENTS = (r"^([0-9]{1,3}(?:[, '’][0-9]{3})+)\.0{1,2}$", r"^([0-9]{1,3}(?:[. '’][0-9]{3})+),0{1,2}$")
_DOTTED = r"^[0-9]{1,3}(?:\.[0-9]{3})+$"
_PROVES_GROUPS = r"^[0-9]{1,3}(?:\.[0-9]{3}){2,}$|^[0-9]{1,3}\.[0-9]{0,2}[1-9][0-9]{0,2}$"
_PROVES_DECIMALS = r"^[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})(?:[KMB]|$)|[0-9],[0-9]{3}\b"
_ABBREVIATED = (
    rf"^([0-9]{{1,6}})(?:\.([0-9]{{1,3}})|,([0-9]{{1,2}}))?\s*(?:({'|'.join(_LETTERS)})"
    rf"|({'|'.join(sorted(_WORDS, key=len, reverse=True))})\.?){_OF}"
)
TURKISH_COUNT, _NOT_ENGLISH, _ENGLISH = r"(?i)[0-9]\s*m[nr]$", r"(?i),[0-9]{1,2}\s*b$", r"(?i)\.[0-9]{1,2}\s*b$"
_BEFORE = "'\"~≈ ▶►👁👀❤♥🤍💬🔁🔖"
"""What stands before a number: a quotation mark, "about", or the sign by which an app shows a counter; arrows tell of a change."""
_DURATIONS = {
    "clock": r"^(?:(?:([0-9]{1,4}):)?([0-9]{1,3}):)?([0-9]{1,7})(?:\.[0-9]+)?$",
    "named": (
        r"^(?:pt)?\s*(?:([0-9]{1,4})\s*h[a-z]*)?\s*(?:([0-9]{1,4})\s*m[a-z]*)?\s*(?:([0-9]{1,7})(?:\.[0-9]+)?\s*s[a-z]*)?$"
    ),
}
_BEYOND = r"^-\s*[0-9]|^[0-9]{14,}(?:\.0+)?$"
_LARGEST_OF_MACHINES = [2**31 - 1, 2**32 - 1]
"""What programs store where they have no number, or one that is too large for them."""
_COUNTS = pl.Schema({"value": pl.Int64(), "unit": pl.Int64(), "reason": pl.String()})
_COUNT = pl.Struct(_COUNTS)
_LABEL = rf"^(?i:{_COUNTED})$"


_NOTHING: dict[str, str] = {
    "": Reason.EMPTY,
    **dict.fromkeys(["undefined", "null", "nan", "none", "n/a", "#n/a", "<na>", r"\n"], Reason.UNDEFINED),
    **dict.fromkeys(["--", "-", "\u2014", "\u2013"], Reason.NOT_APPLICABLE),
}
# As columns, since a dictionary is made into them whenever an expression is.
_NOTHING_TEXTS, _NOTHING_REASONS = (pl.Series(list(part)) for part in (_NOTHING, _NOTHING.values()))
_NO_VALUE = ["na", "nil", "n/d", "n.d.", "nd", "s/d", "unknown"]
"""Words for nothing in a column of numbers or times, which may be names elsewhere."""


def clean_number(text: pl.Expr) -> pl.Expr:
    """Text with Arabic-Indic digits and separators made European, without invisible marks and outer white space."""
    return bare(text).str.replace_many(_NUMERALS).str.strip_chars()


def number(text: pl.Expr) -> pl.Expr:
    """A plain number in the digits of any script as Float64; NULL where it is none."""
    return clean_number(text).cast(pl.Float64(), strict=False)


def nothing(text: pl.Expr) -> pl.Expr:
    """Why a field says nothing: `empty`, `undefined` or `not_applicable` (`--`); NULL where it says something."""
    said = bare(text).str.to_lowercase().fill_null("")
    return said.replace_strict(_NOTHING_TEXTS, _NOTHING_REASONS, default=None, return_dtype=pl.String())


def no_value(text: pl.Expr) -> pl.Expr:
    """Why a field of a number or a time says nothing, where R's NA is no Namibia; NULL where it says something."""
    is_none = bare(text).str.to_lowercase().is_in(_NO_VALUE)
    return pl.coalesce(nothing(text), pl.when(is_none).then(pl.lit(Reason.UNDEFINED)))


def nobody(text: pl.Expr) -> pl.Expr:
    """Why a field of a name says nothing: no account or tag is written as R's NA is; NULL where it says something."""
    return pl.coalesce(nothing(text), pl.when(bare(text) == "NA").then(pl.lit(Reason.UNDEFINED)))


def parse_count(text: pl.Expr) -> pl.Expr:
    """A count as `struct(value: Int64, unit: Int64, reason: String)`, of text or of whole numbers.

    `unit` is what the last written digit stands for: 1 for an exact count, 100 for "541.2K". A counter's own label where
    the number should be ("Share") is how the platform shows 0. An unreadable field has value NULL and the reason; so has
    one below 0 or above what any counter can reach.
    """
    return text.map_batches(lambda texts: read_counts(texts).to_struct(texts.name), return_dtype=_COUNT)


def read_counts(texts: pl.Series, *, is_turkish: bool = False) -> pl.DataFrame:
    """What `parse_count` gives, as columns: plain digits first, all at once; what else is written is read once for each text.

    `is_turkish` says that B may stand for a thousand (bin) without another proof.
    No count has three decimals: where one such as 1.234 stands, and none that has others, points group thousands in the column.
    """
    if texts.null_count() == len(texts):
        nothing_known = pl.DataFrame({"value": None, "unit": None, "reason": Reason.EMPTY}, schema=_COUNTS)
        return pl.DataFrame([column.new_from_index(0, len(texts)) for column in nothing_known])
    frame = pl.DataFrame({"text": texts, "value": texts.cast(pl.Int64(), strict=False)})
    is_count = pl.col("value").is_between(0, LARGEST_COUNT) & ~pl.col("value").is_in(_LARGEST_OF_MACHINES)
    frame = frame.with_columns(pl.when(is_count).then("value").alias("value"))
    units: pl.Expr = pl.when(pl.col("value").is_not_null()).then(pl.lit(1, pl.Int64()))
    reasons: pl.Expr = pl.lit(None, pl.String())
    if frame["value"].null_count() > texts.null_count():
        left = frame.filter(pl.col("value").is_null()).select(pl.col("text").drop_nulls().unique())
        written = _written_counts(left["text"], is_turkish=is_turkish)
        frame = frame.join(written, on="text", how="left", maintain_order="left").with_columns(
            pl.coalesce("value", "value_written").alias("value"),
            pl.coalesce(units, "unit_written").alias("unit"),
        )
        units, reasons = pl.col("unit"), pl.col("reason_written")
    reason = pl.when(pl.col("value").is_null()).then(pl.coalesce(reasons, pl.lit(Reason.EMPTY)))
    return frame.select("value", units.alias("unit"), reason.alias("reason"))


def _written_counts(texts: pl.Series, *, is_turkish: bool) -> pl.DataFrame:
    """The distinct texts of a column that are no plain digits, each with its `value_written`, `unit_written`, `reason_written`."""
    text = texts.to_frame("text").with_columns(
        clean_number(pl.col("text").cast(pl.String()))
        .str.strip_chars_start(_BEFORE)
        .str.strip_chars_end('"')
        .alias("number")
    )
    near = pl.col("number").str.contains(_NEARLY_WHOLE)
    rounded = pl.when(near).then("number").cast(pl.Float64()).round().cast(pl.Int64()).cast(pl.String())
    text = text.with_columns(pl.coalesce(rounded, "number").alias("number"))
    grouped = pl.coalesce(pl.col("number").str.extract(pattern) for pattern in _WITH_CENTS)
    text = text.with_columns(pl.coalesce(grouped.str.replace_all(r"\D", ""), "number").alias("number"))
    clean = text["number"]
    if clean.str.contains(_PROVES_GROUPS).any() and not clean.str.contains(_PROVES_DECIMALS).any():
        ungrouped = pl.col("number").str.replace_all(".", "", literal=True)
        is_grouped = pl.col("number").str.contains(_DOTTED)
        text = text.with_columns(pl.when(is_grouped).then(ungrouped).otherwise("number").alias("number"))
    is_english = clean.str.contains(_ENGLISH).any()
    is_bin = clean.str.contains(TURKISH_COUNT).any() or (is_turkish and not is_english)
    of_b: int | None = 3 if is_bin else None if clean.str.contains(_NOT_ENGLISH).any() else 9
    number = pl.col("number")
    # Step by step: planning one large expression takes longer than reading a few texts.
    found = text.with_columns(
        number.str.extract_groups(_PLAIN).alias("plain"),
        number.str.extract(_GROUPED).str.replace_all(r"\D", "").alias("grouped"),
        number.str.to_uppercase().str.extract_groups(_ABBREVIATED).alias("short"),
        number.str.contains(_LABEL).alias("is_label"),
        no_value(number).alias("nothing"),
    )
    parts = found.with_columns(
        pl.coalesce(_group("plain", 1), _group("plain", 2), "grouped").cast(pl.Int64(), strict=False).alias("exact"),
        pl.coalesce(_group("short", 2), _group("short", 3), pl.lit("")).alias("fraction"),
        pl.coalesce(
            _group("short", 4), pl.when(_group("short", 2).str.len_chars().fill_null(0) < 3).then(_group("short", 5))
        )
        .replace_strict({**_LETTERS, **_WORDS, "B": of_b}, default=None, return_dtype=pl.Int64())
        .alias("exponent"),
    )
    scaled = parts.with_columns(
        (_group("short", 1) + pl.col("fraction")).cast(pl.Int64(), strict=False).alias("written"),
        pl.lit(10, pl.Int64())
        .pow(pl.col("exponent") - pl.col("fraction").str.len_chars().cast(pl.Int64()))
        .cast(pl.Int64())
        .alias("scale"),
    )
    valued = scaled.with_columns(
        pl.when("is_label")
        .then(pl.lit(0, pl.Int64()))
        .otherwise(pl.coalesce("exact", pl.col("written") * pl.col("scale")))
        .alias("value"),
        pl.when(pl.col("exact").is_not_null() | pl.col("is_label"))
        .then(pl.lit(1, pl.Int64()))
        .otherwise(pl.when(pl.col("written").is_not_null()).then("scale"))
        .alias("unit"),
    )
    is_largest = pl.col("value").is_in(_LARGEST_OF_MACHINES)
    is_beyond = number.str.contains(_BEYOND) | ((pl.col("value") > LARGEST_COUNT) | is_largest).fill_null(value=False)
    bad = pl.when(is_beyond).then(pl.lit(Reason.OUT_OF_RANGE)).otherwise(pl.lit(Reason.BAD_NUMBER))
    is_possible = ((pl.col("value") <= LARGEST_COUNT) & ~is_largest).fill_null(value=False)
    return valued.select(
        "text",
        pl.when(is_possible).then("value").alias("value_written"),
        pl.when(is_possible).then("unit").alias("unit_written"),
        pl.when(~is_possible).then(pl.coalesce("nothing", bad)).alias("reason_written"),
    )


def unit_of(name: str) -> tuple[str, str]:
    """The name of a column without the unit that its counts have, such as (K) or in thousands, and the letter of that unit."""
    found = re.search(_UNIT_OF_A_NAME, name)
    word = next(filter(None, found.groups())).upper() if found is not None else ""
    zeros = _ZEROS.get(word) or _ZEROS.get(word.removesuffix("S"))
    letter = _SIGNS.get(zeros or 0, "")
    return (name[: found.start()], letter) if found is not None and letter else (name, "")


def in_unit(text: pl.Expr, name: str) -> pl.Expr:
    """Counts as text with the unit that the name of their column has, behind the plain numbers."""
    _, letter = unit_of(name)
    plain = clean_number(text.cast(pl.String()))
    return (
        pl.when(plain.str.contains(r"^[0-9]+(?:[.,][0-9]+)?$")).then(plain + letter).otherwise(plain)
        if letter
        else text
    )


def normalise_hashtag(tag: pl.Expr) -> pl.Expr:
    """A hashtag for matching: the same for every way in which people, keyboards and platforms write one tag.

    Without case, `#`, white space, brackets, quotation marks, separators, invisible marks and joiners; full width and
    presentation forms as plain letters; Arabic without vowel signs and tatweel, with one alef, one ya and one kaf for those
    of Arabic, Persian and Urdu keyboards and European digits; Turkish dotted and dotless i as i. Emoji are part of a tag
    only where it has nothing else.
    """
    plain = (
        tag.str.replace_all(INVISIBLE, "").str.normalize("NFKC").str.replace_all(NEVER_IN_A_TAG, "").str.to_lowercase()
    )
    # Lower case may compose where capitals do not (H and a line below it): hence NFKC again.
    folded = plain.str.replace_all(_ARABIC_MARKS, "").str.replace_many(_FOLDED).str.normalize("NFKC")
    named = folded.str.replace_many(_ONE_LETTER).str.normalize("NFKC")
    words = named.str.replace_all(_EMOJI, "").str.normalize("NFKC")
    return pl.when(words != "").then(words).otherwise(named)


def _group(match: str, number: int) -> pl.Expr:
    """A group of the match in a column."""
    return pl.col(match).struct.field(str(number))


def parse_duration_seconds(text: pl.Expr) -> pl.Expr:
    """A duration in whole seconds, from seconds, `MM:SS`, `H:MM:SS`, `1h 2m 3s` or `PT1M3S`; NULL where it is none."""
    return text.map_batches(_read_durations, return_dtype=pl.Int64())


def _read_durations(texts: pl.Series) -> pl.Series:
    clean = texts.to_frame("text").select(clean_number(pl.col("text")).str.to_lowercase().alias("clean"))
    # Step by step: one expression would match each text many times.
    matched = clean.select(
        pl.col("clean").str.extract_groups(pattern).alias(name) for name, pattern in _DURATIONS.items()
    )
    hours, minutes, seconds = (
        pl.coalesce(pl.col(name).struct.field(str(part)) for name in _DURATIONS).cast(pl.Int64()) for part in (1, 2, 3)
    )
    read = matched.select(hours.alias("hours"), minutes.alias("minutes"), seconds.alias("seconds"))
    whole = pl.col("hours").fill_null(0) * 3600 + pl.col("minutes").fill_null(0) * 60 + pl.col("seconds").fill_null(0)
    said = pl.any_horizontal(pl.all().is_not_null())
    return read.select(pl.when(said).then(whole).alias(texts.name)).to_series()


def parse_share(text: pl.Expr) -> pl.Expr:
    """A share from 0 to 1, of `38%` or `0.38`; NULL where it is neither: 38 alone may be a percentage or not."""
    parts = clean_number(text).str.replace(",", ".").str.extract_groups(r"^([0-9]+(?:\.[0-9]+)?)\s*(%)?$")
    number = parts.struct.field("1").cast(pl.Float64(), strict=False)
    share = pl.when(parts.struct.field("2").is_not_null()).then(number / 100).otherwise(number)
    return pl.when(share.is_between(0, 1)).then(share)
