"""The variables of a survey file: their codes as text, their labels, and what the file itself declares missing.

Nothing here knows samples or questions; both read their columns through this module.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import polars as pl

from ingest.instants import shape
from ingest.source import DeliveryError
from ingest.spelling import DIGITS
from ingest.text import clean_number

AT = "="
"""Stands before a variable's name in our frames, so that a survey's `weight` or `line` never clashes with ours."""

Base: TypeAlias = Literal["answered", "asked"]
"""Who is in the base of a question: those who answered, or also those who were asked and left every box unticked."""

_TOO_MANY, _MOST_SHAPES = 100, 5
_TOO_LONG = 200
_MOST_OF_ONE = 10
_FEW_NUMBERS = 20
_NUMBER = r"^-?\d{1,9}(\.\d+)?$"
_SAFE_WHOLE = 2.0**53
ADDRESS = r"(?i)^\S+@\S+\.\S+$|^(\+|00)[0-9][0-9 ()\-]{7,}$"
"""Mail addresses and phone numbers."""
ALIKE = str.maketrans(
    dict.fromkeys("\u2019\u2018\u02bc`\u00b4", "'")
    | dict.fromkeys("\u2010\u2011\u2013\u2014", "-")
    | dict.fromkeys("\u201c\u201d", '"')
    | dict.fromkeys("\u0623\u0625\u0622", "\u0627")
    | {"ى": "ي", "ی": "ي", "ک": "ك", "ـ": None}
    | dict.fromkeys("\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652")
)
"""Marks and letters that people and programs write in several ways."""
_DIRECTIONS = "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
_NO_CODE = r"^$|^\s|\s$|(\.0+|,00+)\s*$|[^\x00-\x7f]"
"""What may stand in a text that is not a code as it is: white space around it, ".0" or ",00", digits of other scripts; or nothing does."""


@dataclass(frozen=True)
class Variable:
    """A variable: its text, its value labels by code, the inclusive ranges of codes that the file declares missing."""

    text: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[tuple[float | str, float | str], ...] = ()
    is_multiple: bool = False
    base: Base = "answered"

    def is_missing(self, code: str) -> bool:
        """True where the file declares that code missing."""
        number = as_number(code)
        return any(
            (isinstance(low, str) and isinstance(high, str) and low <= code <= high)
            or (not isinstance(low, str) and not isinstance(high, str) and number is not None and low <= number <= high)
            for low, high in self.missing
        )

    def is_not_asked(self, code: str) -> bool:
        """True for a code declared missing that says itself why: "not asked"."""
        return self.is_missing(code) and self.labels.get(code, "").strip().casefold() == "not asked"


@dataclass(frozen=True)
class Coded:
    """Respondents, a row each: a column of codes per variable, its name after `AT`; and columns of our own.

    Codes are text, categories or, where each is a whole number, numbers (Int16).
    """

    frame: pl.DataFrame
    variables: Mapping[str, Variable]

    @staticmethod
    def from_values(frame: pl.DataFrame, variables: Mapping[str, Variable]) -> "Coded":
        """Of a frame whose variables are text or numbers."""
        plain = [name for name in variables if frame.schema[AT + name] != pl.List(pl.String())]
        return Coded(frame.with_columns(as_codes(frame[AT + name]) for name in plain), variables)

    def on(self, frame: pl.DataFrame) -> "Coded":
        """The same variables in another frame, such as one with fewer rows."""
        return replace(self, frame=frame)

    def in_categories(self, names: Iterable[str]) -> "Coded":
        """The same with the codes of these variables as categories, a quarter of the memory of text; numbers stay."""
        texts = [AT + name for name in names if self.frame.schema[AT + name] != pl.Int16()]
        return self.on(self.frame.with_columns(pl.col(texts).cast(pl.Categorical())))

    def known(self, name: str) -> pl.Series:
        """A variable's codes as text or categories, NULL where the file declares them missing."""
        codes = in_words(self.frame[AT + name])
        if not self.variables[name].missing:
            return codes
        missing = [code for code in codes.unique().drop_nulls() if self.variables[name].is_missing(code)]
        return codes.set(codes.is_in(missing), None)

    def number(self, name: str) -> pl.Series:
        """A variable as finite numbers, NULL where it holds none."""
        return numbers(self.known(name).cast(pl.String()))

    def seen(self, name: str) -> str:
        """What a message may say of a variable's codes, without the codes."""
        return shapes_of(self.frame[AT + name].drop_nulls().unique().cast(pl.String()))

    def closed_codes(self, name: str, key: str) -> list[str]:
        """A variable's codes, in order.

        Raises DeliveryError where it holds what people wrote, not codes: free text stays in landing.
        """
        if self.frame.schema[AT + name] == pl.Int16():
            return sorted(map(str, _different(self.frame[AT + name])))
        labels = self.variables[name].labels
        counted = self.frame[AT + name].drop_nulls().value_counts(name="respondents").cast({AT + name: pl.String()})
        is_text = ~pl.col(AT + name).str.contains(_NUMBER) & ~pl.col(AT + name).is_in(list(labels))
        texts = counted.filter(is_text)
        if 2 * texts[AT + name].str.contains(ADDRESS).sum() > texts.height:
            raise DeliveryError(
                f"delivery.yml: key {key!r}: column {name!r} holds mail addresses or phone numbers, which never leave landing; "
                "expected answers or groups that people share: take the column out of the note, or put it under drop"
            )
        longest = max(texts[AT + name].str.len_chars(), default=0)
        alone = int((texts["respondents"] == 1).sum())
        are_of_one = alone > _MOST_OF_ONE and 2 * alone > texts.height
        if texts.height > _TOO_MANY or longest > _TOO_LONG or are_of_one:
            raise DeliveryError(
                f"delivery.yml: key {key!r}: column {name!r} holds {texts.height:,} different texts of up to "
                f"{longest:,} characters, {alone:,} of them given by one person alone; expected at most {_TOO_MANY} answers of a "
                "closed question, which people share, since free text stays in landing: take the column out of the note, or put "
                "it under drop"
            )
        return counted[AT + name].sort().to_list()


def numbers(text: pl.Series) -> pl.Series:
    """Text as finite numbers, NULL where it is none. `5%` is 0.05 where all say so.

    Commas are decimal where they can be nothing else; they group thousands, as points and blanks do, where the other stands behind them.
    """
    value = text.cast(pl.Float64(), strict=False)
    if value.null_count() == text.null_count():
        return value.set(~value.is_finite(), None)
    text = text.to_frame().select(clean_number(pl.all())).to_series()
    is_share = bool(text.drop_nulls().str.ends_with("%").all())
    text = text.str.strip_suffix("%").str.strip_chars_end() if is_share else text
    if text.str.contains(r"^-?\d{1,3}( \d{3})+[.,]\d+$").any():
        text = text.str.replace_all(" ", "", literal=True)
    for group, point in (",", "."), (".", ","):
        if text.str.contains(rf"^-?\d{{1,3}}(\{group}\d{{3}})+\{point}\d+$").any():
            text = text.str.replace_all(group, "", literal=True)
    commas = text.drop_nulls().filter(text.drop_nulls().str.contains(",", literal=True))
    if commas.str.contains(r"^-?\d+,\d+$").all() and not commas.str.contains(r"^-?[1-9]\d{0,2},\d{3}$").all():
        text = text.str.replace(",", ".", literal=True)
    value = text.cast(pl.Float64(), strict=False)
    return value.set(~value.is_finite(), None) / (100 if is_share else 1)


def _different(codes: pl.Series) -> list[int]:
    """The different numbers in a column. Looking for each of a few takes a tenth of the time of putting all in order."""
    lowest, highest = codes.min(), codes.max()
    if isinstance(lowest, int) and isinstance(highest, int) and highest - lowest < _FEW_NUMBERS:
        return [number for number in range(lowest, highest + 1) if (codes == number).any()]
    return codes.drop_nulls().unique().to_list()


def in_words(codes: pl.Series) -> pl.Series:
    """Codes as text or categories; numbers become categories."""
    lowest, highest = (codes.min(), codes.max()) if codes.dtype == pl.Int16() else (None, None)
    if not isinstance(lowest, int) or not isinstance(highest, int):
        return codes.cast(pl.String()) if codes.dtype == pl.Int16() else codes
    words = pl.Series(map(str, range(lowest, highest + 1)), dtype=pl.Categorical())
    return words.gather((codes.cast(pl.Int32()) - lowest).cast(pl.UInt32())).alias(codes.name)


def in_one_spelling(codes: pl.Series, named: Iterable[str]) -> pl.Series:
    """Answers in words that differ in capitals, blanks or marks alone as one, in the spelling that is `named` or else the most frequent.

    Single letters are codes, of which `a` and `A` may be two; so are spellings of which several are named.
    """
    if codes.dtype == pl.Int16():
        return codes
    counted = codes.drop_nulls().value_counts(name="respondents").cast({codes.name: pl.String()})
    if counted.height > _TOO_MANY:
        return codes
    named, alike = set(named), dict[str, list[tuple[bool, int, str]]]()
    for text, respondents in counted.iter_rows():
        alike.setdefault(" ".join(text.casefold().translate(ALIKE).split()), []).append(
            (text in named, respondents, text)
        )
    one = {
        text: max(spellings)[2]
        for plain, spellings in alike.items()
        if len(plain) > 1 < len(spellings) and sum(is_named for is_named, _, _ in spellings) < 2
        for _, _, text in spellings
    }
    if not one:
        return codes
    return codes.cast(pl.String()).replace(one).cast(codes.dtype)


def shapes_of(codes: Iterable[str]) -> str:
    """How many different codes there are and what they look like, since a message never repeats what somebody answered."""
    distinct = pl.Series(sorted(codes), dtype=pl.String())
    shapes = distinct.to_frame("code").select(shape(pl.col("code"))).to_series().unique().sort()
    shown = ", ".join(map(repr, shapes.head(_MOST_SHAPES)))
    more = f" and {shapes.len() - _MOST_SHAPES:,} more" if shapes.len() > _MOST_SHAPES else ""
    return f"{distinct.len():,} different values" + (f", of the shapes {shown}{more}" if shapes.len() else "")


def as_number(code: str) -> float | None:
    """The number that a code is; None where it is text."""
    try:
        number = float(code)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def as_codes(values: pl.Series) -> pl.Series:
    """Values as codes, text or categories: whole numbers without a point, NULL for what is empty. Int16 are codes."""
    if values.dtype == pl.Int16():
        return values
    if values.dtype.is_numeric():
        number = values.cast(pl.Float64()).fill_nan(None)
        whole = (number == number.floor()) & (number.abs() < _SAFE_WHOLE)
        as_whole = number.set(~whole, None).cast(pl.Int64()).cast(pl.String())
        return as_whole.to_frame().select(pl.coalesce(pl.all(), pl.lit(number.cast(pl.String())))).to_series()
    if values.dtype == pl.Categorical():
        return _as_written(values)
    values = values.cast(pl.String())
    is_odd = values.str.contains(_NO_CODE).fill_null(value=False)
    return values.scatter(is_odd.arg_true(), _as_written(values.filter(is_odd))) if is_odd.any() else values


def _as_written(values: pl.Series) -> pl.Series:
    """Texts or categories as codes, each different one being read once."""
    written = values.unique()
    texts = written.cast(pl.String())
    codes = (
        texts.str.replace_all(_DIRECTIONS, "")
        .str.strip_chars()
        .str.replace(r"^([+-]?\d+)(\.0+|,00+)$", "${1}")
        .replace("", None)
    )
    ours = codes.str.replace_many(DIGITS)
    codes = codes.zip_with(~codes.str.contains(r"^[+-]?\d+$").fill_null(value=False), ours)
    if codes.equals(texts, null_equal=True):
        return values
    return values.replace_strict(written, codes, return_dtype=values.dtype)
