"""Questions with several answers: from ticked columns, or from cells that list answers, to one list of codes a respondent.

An empty list is somebody who was asked and ticked nothing; NULL is somebody of whom nothing is known.
"""
# ruff: noqa: RUF001 - the words of many languages

import ast
import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from ingest.formats.survey.survey_options import Question
from ingest.formats.survey.survey_variables import AT, Base, Coded, Variable
from ingest.formats.yes_no import NO
from ingest.source import DeliveryError

UNTICKED = (
    rf"(?i)^({'|'.join(sorted(NO))}|n|-\d+|off|not .*|no to: .*|un(selected|checked|ticked|marked)|falsch|faux|falso|yanlış|خطأ|"
    r"nicht .*|non .*|nee|غير .*|не .*|tidak .*)$"
)
"""What stands in a column of boxes where one was not ticked; a number below 0 says that nothing was."""
_NOTHING = r"(?i)^(na|n/a|#n/a|nan|null|#null!|\.)$"
OTHER = "other"
OTHERS = r"other|autre|otr[oa]|sonstiges|andere|outr[oa]|altro|diğer|anders|أخرى|غير ذلك"
"""How the answer is called for which people write words of their own."""
_MOST_OPTIONS = 30
_FEWEST_TOGETHER = 8
_LONGEST_OPTION = 120
_MANY_LISTS = 2
_AND = (" and ", " und ", " et ", " y ", " e ", " ve ", " dan ", " и ", " و ")
_BETWEEN_PIECES = re.compile(rf"(?i)(?:^|\s+)(?:{'|'.join(word.strip() for word in _AND)}|&)\s+")
UNUSUAL = ("*", "#", "~", "::", *_AND)
"""What seldom stands between answers, and often in them."""
_WEAK = (",", "/", "+", "&", " - ", "\t", " ", *UNUSUAL)
_WRITTEN_OUT = r"(?s)^\s*(\[.*\]|\{.*\}|\".*\"|[•●▪◦‣].*)\s*$"
_BULLETS = "•●▪◦‣"
_APART = "\ue000"
"""Between the answers of a list that is read already; no file has it."""
_FEW_PARTS, _LONGEST_CODE, _MOST_CELLS = 2, 3, 10_000


@dataclass(frozen=True)
class Spread:
    """A question whose answers stand in columns of their own: the label of the answer that each column stands for."""

    text: str | None
    labels: Mapping[str, str]
    codes: Mapping[str, str] | None = None
    """The answer's code by column; without it the label is the code."""

    def code(self, column: str) -> str:
        """The code of the answer that a column stands for."""
        return self.codes[column] if self.codes is not None else self.labels[column]


def from_columns(name: str, spread: Spread, note: Question, coded: Coded) -> tuple[pl.Series, Variable]:
    """The answers of every respondent from ticked columns, and the question as a variable.

    Where a code for "not ticked" occurs, who has one was asked; where columns are only ticked or blank, those who
    ticked nothing cannot be told from those who were not asked, and the base is who ticked something.
    """
    put: dict[str, pl.Expr] = {}
    ticked: dict[str, pl.Expr] = {}
    for column in spread.labels:
        cell, variable = pl.col(AT + column).cast(pl.String()), coded.variables[column]
        codes = coded.frame[AT + column].unique().drop_nulls().cast(pl.String()).to_list()
        others = [code for code in codes if code != spread.labels[column]]
        unknown = [code for code in codes if variable.is_missing(code)]
        unknown += [code for code in others if re.match(_NOTHING, code)]
        put[column] = (~cell.is_in([*unknown, *note.missing, *note.not_asked])).fill_null(value=False)
        unticked = [code for code in others if re.match(UNTICKED, code)]
        ticks = [code for code in others if code not in {*unticked, *unknown, *note.missing, *note.not_asked}]
        if note.columns and not note.selected and len(ticks) > 1 and all(re.match(r"\d+$", code) for code in ticks):
            raise DeliveryError(
                f"delivery.yml: key 'options.questions.{name}': column {column[:40]!r} holds {len(ticks)} codes, "
                f"{' and '.join(sorted(ticks)[:2])} among them, and nothing says which stands for a ticked answer; expected it under "
                f"selected, such as selected: ['{min(ticks)}']"
            )
        is_selected = cell.is_in(list(note.selected)) if note.selected else ~cell.is_in(unticked)
        ticked[column] = put[column] & is_selected.fill_null(value=False)
    was_put = pl.any_horizontal(put.values())
    listed = pl.concat_list(
        pl.when(tick).then(pl.lit(spread.code(column))) for column, tick in ticked.items()
    ).list.drop_nulls()
    said = coded.frame.select(
        pl.when(was_put).then(listed).alias(AT + name), pl.any_horizontal(ticked.values()).alias("any")
    )
    has_unticked = bool((said[AT + name].is_not_null() & ~said["any"]).any())
    labels = {spread.code(column): label for column, label in spread.labels.items()}
    base: Base = "asked" if has_unticked else "answered"
    return said[AT + name], Variable(text=spread.text, labels=labels, is_multiple=True, base=base)


def from_cells(name: str, note: Question, coded: Coded, separator: str) -> tuple[pl.Series, Variable]:
    """The answers of every respondent from cells that list them, and the question as a variable.

    Where the note gives the options offered, they decide: an option may hold the separator itself; else parts that are never given
    but together are one. What is no option is `other`, as is without options what one respondent alone wrote: it may be free text.
    """
    cells = coded.known(name).cast(pl.String())
    cells = cells.set(cells.is_in([*note.missing, *note.not_asked]), None)
    if (plain := written_plainly(cells)) is not None:
        cells, separator = plain, _APART
    distinct = cells.drop_nulls().unique().sort()
    if options := note.options or inseparable(cells, separator):
        lists = [_offered(cell, options, separator) for cell in distinct]
        labels = dict.fromkeys(options, "")
    else:
        vocabulary, pieces = _told_apart(shared_parts(cells, separator))
        lists = [_split(cell, vocabulary, pieces, separator) for cell in distinct]
        labels = dict.fromkeys(sorted(vocabulary), "")
    if not labels or len(labels) > _MOST_OPTIONS:
        raise DeliveryError(
            f"delivery.yml: key 'options.questions.{name}': found {len(labels)} different answers when its cells are split "
            f"at {separator!r}, expected 1 to {_MOST_OPTIONS}; name the answers under options.questions.{name}.options"
        )
    if any(OTHER in answers for answers in lists):
        labels[OTHER] = "Other"
    known = pl.DataFrame({"cell": distinct, AT + name: pl.Series(lists, dtype=pl.List(pl.String()))})
    answers = cells.to_frame("cell").join(known, on="cell", how="left", maintain_order="left")[AT + name]
    variable = coded.variables[name]
    return answers, Variable(
        text=variable.text, labels={code: label or code for code, label in labels.items()}, is_multiple=True
    )


def written_plainly(cells: pl.Series) -> pl.Series | None:
    """Lists as programs write them, such as `["a", "b"]`, `{a,b}` or lines with bullets, with one mark between their answers.

    A list of nothing is NULL. None where any cell is no such list, or none has several answers.
    """
    distinct = cells.drop_nulls().unique()
    if distinct.dtype.is_integer() or not 0 < distinct.len() <= _MOST_CELLS:
        return None
    texts = distinct.cast(pl.String())
    if not texts.str.contains(_WRITTEN_OUT).all():
        return None
    lists = [found for text in texts if (found := _elements(text.strip())) is not None]
    if len(lists) < texts.len() or max(map(len, lists)) <= 1:
        return None
    plain = pl.Series([_APART.join(found) or None for found in lists], dtype=pl.String())
    return cells.cast(pl.String()).replace_strict(texts, plain, default=None)


def _elements(text: str) -> list[str] | None:
    """The elements of a list; None where it is none, or holds more than words and numbers."""
    if text[0] in _BULLETS:
        found: object = text.split("\n")
    else:
        found = _read(f"[{text}]" if text[0] == '"' else text)
        if found is None and text[0] == "{":
            found = next(csv.reader([text[1:-1]], skipinitialspace=True))
    if not isinstance(found, list | tuple | set) or not all(isinstance(one, str | int | float) for one in found):
        return None
    return [answer for one in found if (answer := str(one).strip().lstrip(_BULLETS).strip())]


def _read(text: str) -> object:
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return None


def is_list(cells: pl.Series, separator: str) -> bool:
    """Whether cells prove that they list answers: more different cells than different answers, which also stand alone.

    Where blanks part them, they may be words of one answer, of which some never stand alone: `very good`.
    """
    if cells.dtype.is_integer():
        return False
    texts = cells.cast(pl.String())
    distinct = texts.unique().drop_nulls()
    if not distinct.str.contains(separator, literal=True).any():
        return False
    vocabulary, pieces = _told_apart(shared_parts(texts, separator))
    whole = vocabulary | pieces.keys()
    listing = [cell for cell in distinct if separator in cell and set(_parts(cell, separator)) <= whole]
    alone = vocabulary & {parts[0] for cell in distinct if len(parts := _parts(cell, separator)) == 1}
    if separator.isspace() and distinct.len() <= _MANY_LISTS * len(vocabulary):
        answers = inseparable(texts, separator) or vocabulary
        return len(answers) > 1 and {*answers} <= {*distinct} and len(listing) + len(alone) > len(vocabulary)
    return bool(alone) and 1 < len(vocabulary) <= _MOST_OPTIONS and len(listing) + len(alone) > len(vocabulary)


def mark_between(cells: pl.Series, marks: Sequence[str]) -> str | None:
    """The first of the marks that stands between several answers in cells, of which it makes the fewest; None where they list none.

    A mark beside the first that answers may well hold themselves, such as a slash, parts answers where some cells have three parts
    or more, and two thirds of the parts stand alone too (behind blanks all of them), or all are numbers of answers.
    """
    if cells.dtype.is_integer():
        return None
    if (plain := written_plainly(cells)) is not None:
        return marks[0] if 0 < len(shared_parts(plain, _APART)) <= _MOST_OPTIONS else None
    counted = cells.drop_nulls().value_counts(name="respondents")
    distinct = counted[cells.name].cast(pl.String())
    # What one or several respondents wrote is all that tells.
    cells = pl.concat([distinct, distinct.filter(counted["respondents"] > 1)])
    weak = {*_WEAK} - {marks[0]}
    possible = [mark for mark in marks if mark not in weak or distinct.len() <= _MOST_CELLS]
    there = [mark for mark in possible if distinct.str.contains(mark, literal=True).any()]
    sure = [mark for mark in there if mark not in weak and is_list(cells, mark)]
    if sure:
        return sure[0] if len(sure) == 1 else min(sure, key=lambda mark: len(shared_parts(cells, mark)))
    return next((mark for mark in there if mark in weak and _parts_answers(cells, distinct, mark)), None)


def _parts_answers(cells: pl.Series, distinct: pl.Series, mark: str) -> bool:
    lists = [_parts(cell, mark) for cell in distinct]
    if not any(len(cell) > _FEW_PARTS for cell in lists):
        return False
    if all(part.isdecimal() and len(part) < _LONGEST_CODE for cell in lists for part in cell):
        return True
    parts, alone = shared_parts(cells, mark), {cell[0] for cell in lists if len(cell) == 1}
    may_be_said = mark.isspace() or mark in _AND
    return is_list(cells, mark) and len(parts - alone) <= (0 if may_be_said else len(parts) // 3)


def shared_parts(cells: pl.Series, separator: str) -> frozenset[str]:
    """What two respondents or more wrote between separators, short enough to be an answer that was offered."""
    parts = cells.drop_nulls().str.split(separator).explode().str.strip_chars()
    counts = parts.filter(parts != "").value_counts(name="respondents")
    text = pl.col(counts.columns[0])
    shared = counts.filter((pl.col("respondents") > 1) & (text.str.len_chars() <= _LONGEST_OPTION))
    return frozenset(shared.to_series())


def inseparable(cells: pl.Series, separator: str) -> tuple[str, ...]:
    """The answers that cells list, if two parts or more are never given but together: an answer that holds the separator."""
    if written_plainly(cells) is not None:
        return ()
    counted = cells.drop_nulls().value_counts(name="respondents")
    listed = counted[cells.name].str.split(separator).list.eval(pl.element().str.strip_chars()).to_list()
    alone: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for parts, respondents in zip(listed, counted["respondents"], strict=True):
        for part in parts:
            alone[part] += respondents
        for pair in pairwise(parts):
            together[pair] += respondents
    follows = {
        one: other
        for (one, other), count in together.items()
        if count >= _FEWEST_TOGETHER and count == alone[one] == alone[other]
    }
    if not follows:
        return ()
    answers = []
    for part in sorted(shared_parts(cells, separator) - set(follows.values())):
        whole = [part]
        while whole[-1] in follows:
            whole.append(follows[whole[-1]])
        joined = (separator.join(whole), f"{separator} ".join(whole))
        answers.append(next((answer for answer in joined if cells.str.contains(answer, literal=True).any()), joined[0]))
    return tuple(answers)


def _told_apart(shared: frozenset[str]) -> tuple[frozenset[str], dict[str, list[str]]]:
    """The answers among parts that are shared, and the parts that hold several of them, as the last one of `a, b and c` does."""
    pieces = {
        part: several
        for part in shared
        if len(several := [piece for piece in _BETWEEN_PIECES.split(part) if piece])
        and several != [part]
        and shared.issuperset(several)
    }
    return shared - pieces.keys(), pieces


def _split(cell: str, vocabulary: frozenset[str], pieces: Mapping[str, Sequence[str]], separator: str) -> list[str]:
    parts = [answer for part in _parts(cell, separator) for answer in pieces.get(part, [part])]
    return list(dict.fromkeys(part if part in vocabulary else OTHER for part in parts))


def _parts(cell: str, separator: str) -> list[str]:
    return [part.strip() for part in cell.split(separator) if part.strip()]


def _offered(cell: str, options: Iterable[str], separator: str) -> list[str]:
    """The options in a cell, the longest first at every place, so that one that holds the separator stays whole."""
    mark = separator.strip() or separator
    longest_first = sorted(options, key=len, reverse=True)
    found: list[str] = []
    rest = cell.strip()
    while rest:
        option = next(
            (one for one in longest_first if rest == one or (rest + mark).startswith((one + mark, f"{one} {mark}"))),
            None,
        )
        written, _, after = rest.partition(mark)
        found.append(option or (OTHER if written.strip() else ""))
        rest = (rest[len(option) :].strip().removeprefix(mark) if option else after).strip()
    return [answer for answer in dict.fromkeys(found) if answer]
