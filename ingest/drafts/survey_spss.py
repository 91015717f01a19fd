"""The draft for an SPSS file: its labels say which variables are closed questions, its values what they are good for."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from ingest.drafts.draft import Draft, Given
from ingest.drafts.head import Head, quoted
from ingest.drafts.survey_refusals import require_one_wave
from ingest.drafts.survey_samples import (
    by_column,
    by_weight,
    numbered_alike,
    of_completed,
    segments_of,
    survey_of,
    wave_of,
)
from ingest.drafts.survey_ticks import own_parts
from ingest.drafts.survey_words import (
    ID,
    ID_AT_END,
    MOST_NUMBERS,
    MOST_SEGMENT,
    WAVE,
    design_of,
    is_choice,
    is_personal,
    weights_of,
)
from ingest.formats.survey import spss
from ingest.formats.survey.spss import Described
from ingest.formats.survey.survey_export import closed_questions
from ingest.formats.survey.survey_variables import AT, Coded

_NOT = r"(?i)^(not|non|nicht|no|un|غير)[ -]?"
_NUMBERED = r"^(.+?)[._ ]?(?:r|a|c)?\d+$"


def draft(head: Head, given: Given) -> Draft:
    """What an SPSS file may be. Raises DeliveryError where it cannot be read, or holds several waves."""
    options, remarks, asks = wave_of(head, given, None)
    there, declared_sets = spss.overview(head.path)
    has_labels = any(one.is_closed for one in there.values())
    ids = [name for pattern in (ID, ID_AT_END) for name in there if re.match(pattern, name)][:1]
    texts = [name for name, one in there.items() if one.is_text and not one.variable.labels]
    may_group = [name for name in texts if not has_labels or segments_of({name: there[name].variable.text})]
    plain = [name for name in there if name not in texts]
    others = [name for name in (*plain, *may_group) if name not in ids and not there[name].is_time]
    coded = spss.codes_of(head.path, {name: there[name] for name in (*ids, *others)})
    for name in coded.variables:
        if re.match(WAVE, name):
            waves = coded.known(name).cast(pl.String()).replace(there[name].variable.labels)
            require_one_wave(head.path.name, name, waves.drop_nulls().n_unique())
            options["survey"] = survey_of(options["survey"], given, waves)
    declared = spss.declared_weight(head.path, there)
    weights = [declared] if declared else _weights(others, there, coded)
    design = design_of([*there], weights)
    placing = {*ids, *weights, *design.values()}
    closed = _closed(may_group if has_labels else [*coded.variables], placing, there, coded)
    options["respondent_id"] = next(iter(ids), None)
    options["samples"], ended, remark = _samples(head, ids, weights, closed, coded)
    remark = remark or ("with the weight that the file declares" if declared else None)
    if remark:
        remarks["options", "samples"] = remark
    by_sample = {column for sample in options["samples"].values() for column in sample.get("where", ())}
    in_sets = {column for columns in declared_sets.values() for column in columns}
    left = {name: one for name, one in closed.items() if name not in in_sets | by_sample}
    unfit = {name for name, one in left.items() if _is_unfit(name, one, coded)}
    segments = segments_of({name: one.variable.text for name, one in left.items() if name not in unfit})
    asked = {name: one for name, one in left.items() if name not in {*unfit, *segments.values()}}
    sets = _ticked(asked, coded)
    drop = [
        name for name in there if name in unfit or (name in texts and name not in placing | by_sample | closed.keys())
    ]
    options |= {key: value for key, value in (("design", design), ("segments", segments), ("drop", drop)) if value}
    if sets or not has_labels:
        apart = {column for note in sets.values() for column in note["columns"]}
        single = [name for name in asked if name not in apart]
        options["questions"] = {name: {} for name in (*single, *declared_sets)} | sets
    if drop:
        remarks["options", "drop"] = "text without labels, who people are, and numbers: never leave landing"
    why = f"it is an SPSS file of {len(there)} variables"
    return Draft("survey", "spss", why, options, remarks, asks, is_part=bool(ended))


def _closed(
    may_be: Sequence[str], placing: set[str], there: Mapping[str, Described], coded: Coded
) -> dict[str, Described]:
    """The variables with labels, and of those that may be closed questions without labels the ones with shared answers."""
    unlabelled = [name for name in may_be if name not in placing and not there[name].is_closed]
    shared = {name for name in closed_questions(coded.frame, unlabelled, (", ",)) if is_choice(coded.frame[AT + name])}
    return {
        name: there[name]
        for name in coded.variables
        if name in shared or (there[name].is_closed and name not in placing)
    }


def _samples(
    head: Head, ids: Sequence[str], weights: Sequence[str], closed: Mapping[str, Described], coded: Coded
) -> tuple[dict[str, Any], list[str], str | None]:
    """The samples, the variables that say who came to the end, and what to say of the samples."""
    samples, remark = by_weight(weights), "one for each weight; give each its country" if len(weights) > 1 else None
    others = {name: coded.known(name) for name in closed}
    group = numbered_alike(head.path.name, coded.frame[AT + ids[0]].cast(pl.String()), others) if ids else None
    if group and len(weights) <= 1:
        labels = closed[group].variable.labels
        samples = by_column(weights[0] if weights else None, group, coded.frame[AT + group], labels)
        remark = "one for each value of the variable, since the same ids stand in several"
    words = {
        name: {code: one.variable.labels.get(code, code) for code in _given(name, coded)}
        for name, one in closed.items()
    }
    samples, ended = of_completed(samples, words)
    return samples, ended, f"those who came to the end, as {quoted(ended)} says" if ended else remark


def _weights(names: list[str], there: Mapping[str, Described], coded: Coded) -> list[str]:
    """The variables that weigh respondents, by their names or their texts."""
    cells = {name: coded.known(name).cast(pl.String()) for name in names if not there[name].is_closed}
    named = {there[name].variable.text or name: of for name, of in cells.items()}
    by_text = weights_of([*named], named)
    found = {*weights_of([*cells], cells), *(name for name in cells if there[name].variable.text in by_text)}
    return [name for name in cells if name in found]


def _given(name: str, coded: Coded) -> list[str]:
    return coded.known(name).drop_nulls().cast(pl.String()).unique().sort().to_list()


def _is_unfit(name: str, one: Described, coded: Coded) -> bool:
    """Whether a variable says who people are, is a wave or a quantity with few labels, or has too many groups for a segment."""
    if re.match(WAVE, name):
        return True
    codes, labels = coded.known(name).cast(pl.String()), one.variable.labels
    words = codes.replace(labels)
    if is_personal(name, words) or is_personal(one.variable.text or "", words):
        return True
    distinct = codes.drop_nulls().unique()
    unlabelled = (~distinct.is_in(list(labels))).sum()
    return (unlabelled > MOST_NUMBERS and not one.is_text) or (
        distinct.len() > MOST_SEGMENT and bool(segments_of({name: one.variable.text}))
    )


def _ticked(closed: Mapping[str, Described], coded: Coded) -> dict[str, dict[str, Any]]:
    """Questions whose answers stand in variables of one name and a number, of which each is ticked or not.

    Of such a variable nothing but the ticked code has a label or occurs, or the labels are such as "Selected" and "Not selected".
    """
    runs: dict[str, dict[str, str]] = {}
    for name, one in closed.items():
        match, code = re.match(_NUMBERED, name), _code_of_a_tick(one, coded.known(name))
        if match and code:
            runs.setdefault(f"{match[1]}\x1f{code}", {})[name] = one.variable.labels[code]
    questions: dict[str, dict[str, Any]] = {}
    for stem, columns in runs.items():
        question, _, code = stem.partition("\x1f")
        if len(columns) > 1 and question not in questions:
            own = own_parts({name: closed[name].variable.text or name for name in columns})
            labels = columns if len(set(columns.values())) == len(columns) else own
            name = question if question not in closed else f"{question} (all)"
            questions[name] = {"kind": "multiple", "columns": [*columns], "selected": [code], "labels": labels}
    return questions


def _code_of_a_tick(one: Described, codes: pl.Series) -> str | None:
    labels = {code: text for code, text in one.variable.labels.items() if not one.variable.is_missing(code)}
    given = set(codes.drop_nulls().cast(pl.String()).unique())
    if len(labels) == 1 and given == {*labels}:
        return next(iter(labels))
    opposite = {re.sub(_NOT, "", text).casefold(): text for text in labels.values() if re.match(_NOT, text)}
    ticks = [code for code, text in labels.items() if text not in opposite.values() and text.casefold() in opposite]
    return ticks[0] if len(ticks) == 1 and len(labels) == 1 + len(ticks) and given <= {*labels} else None
