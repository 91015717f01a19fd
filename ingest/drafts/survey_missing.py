"""Which codes of a question stand for no answer, as what they are called, or the other codes of the file, tell."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from ingest.drafts.survey_words import MISSING, NOT_ASKED, says
from ingest.formats.survey.survey_variables import as_number

Answers: TypeAlias = Sequence[Mapping[str, Any]]
"""The answers of a question, each with its `answer_code` and, where it has one, its `answer_label`."""

_NO_ANSWER, _FEWEST, _ABOVE_OTHERS, _FURTHER = -7, 2, 2, 2


def missing_codes(questions: Mapping[str, tuple[Answers, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Each question's part of the note, with the codes under `missing` and `not_asked` where the note has none of its own."""
    marks = _marks([answers for answers, _ in questions.values()])
    return {code: _missing_of(answers, note, marks) for code, (answers, note) in questions.items()}


def may_be_missing(answers: Answers) -> list[str]:
    """Codes that may stand for no answer: nines or eights far above the others, such as 99 on a scale to 5, and those below 0.

    A scale that reaches two steps or more to either side, with the same steps, needs its codes below 0.
    """
    known = sorted((number, code) for code in _codes(answers) if (number := as_number(code)) is not None)
    if len(known) <= _FEWEST or known[-1][0] < 0:
        return []
    scale = next((place for place in range(_FEWEST, len(known)) if _are_apart(known, place)), len(known))
    apart = [code for _, code in known[scale:]]
    above = {number for number, _ in known[:scale] if number > 0}
    has_two_sides = len(above) > 1 and above == {-number for number, _ in known if number < 0}
    return apart if has_two_sides else [*_below(answers), *apart]


def _are_apart(known: Sequence[tuple[float, str]], place: int) -> bool:
    """Whether all codes from that place on are written with sevens, eights or nines, far above those before."""
    is_far = known[place][0] > known[place - 1][0] + _ABOVE_OTHERS
    return is_far and all(re.fullmatch(r"9*[789]|8+|7+", code) for _, code in known[place:])


def _missing_of(answers: Answers, stated: Mapping[str, Any], marks: set[str]) -> dict[str, Any]:
    note = dict(stated)
    for key, pattern in (("missing", MISSING), ("not_asked", NOT_ASKED)):
        said = [one["answer_code"] for one in answers if says(pattern, _shown(one))]
        note |= {key: said} if said and key not in note else {}
    below = _below(answers)
    if "missing" not in note and {*below} & marks and ({*below} <= marks or _is_lopsided(answers)):
        note["missing"] = below
    elif "missing" not in note and (far := _far_below(_codes(answers))):
        note["missing"] = far
    return note


def _marks(questions: Sequence[Answers]) -> set[str]:
    """The codes below 0 that stand for no answer in a file.

    One is the only number among words, is far below 0, or stands beside such codes, or in several questions whose codes reach clearly
    further above 0 than below it, as those of a scale with two sides do not.
    """
    alone = {code for answers in questions for code in _alone_among_words(answers)}
    far = {code for answers in questions for code in _far_below(_codes(answers))}
    lopsided = [answers for answers in questions if _is_lopsided(answers)]
    beside = {code for answers in lopsided if far & {*_below(answers)} for code in _below(answers)}
    clearly = Counter(code for answers in lopsided if _is_lopsided(answers, _FURTHER) for code in _below(answers))
    often = {code for code, times in clearly.items() if times >= _FEWEST}
    return alone | far | beside | often


def _is_lopsided(answers: Answers, by: float | None = None) -> bool:
    """Whether codes, of which none is 0, reach not as far below 0 as above it, or by so much less; far ones are no part of a scale."""
    numbers = [as_number(_shown(one)) for one in answers]
    known = [number for number in numbers if number]
    if len(known) < len(numbers) or not min(known) < 0 < max(known):
        return False
    lowest, highest = min((number for number in known if number > _NO_ANSWER), default=0.0), max(known)
    return highest != -lowest if by is None else highest >= by - lowest


def _alone_among_words(answers: Answers) -> list[str]:
    """A negative code that is the only number among words, as programs write where there is no answer."""
    numbers = {one["answer_code"]: number for one in answers if (number := as_number(_shown(one))) is not None}
    is_alone = len(numbers) == 1 and len(answers) > len(numbers) + 1
    return [code for code, number in numbers.items() if is_alone and number < 0]


def _below(answers: Answers) -> list[str]:
    """The codes below 0 that have no words of their own."""
    return [one["answer_code"] for one in answers if (as_number(_shown(one)) or 0) < 0]


def _far_below(codes: Sequence[str]) -> list[str]:
    """Negative codes such as -99 that lie further below 0 than any other above it: no answer on a scale."""
    known = {code: number for code in codes if (number := as_number(code)) is not None}
    highest = max((number for number in known.values() if number >= 0), default=0.0)
    is_apart = highest > 0 or len(known) < len(codes)
    return [code for code, number in known.items() if number <= _NO_ANSWER and -number > highest] if is_apart else []


def _codes(answers: Answers) -> list[str]:
    return [one["answer_code"] for one in answers]


def _shown(one: Mapping[str, Any]) -> str:
    return str(one["answer_label"] or one["answer_code"])
