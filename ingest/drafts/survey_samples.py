"""The wave and the samples that a draft of a survey proposes: one for each weight, each of several files, or each value of a column."""

import glob
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from ingest.countries import COUNTRIES, country_code
from ingest.drafts.draft import Given
from ingest.drafts.head import Head, stem_of
from ingest.drafts.survey_refusals import require_one_wave
from ingest.drafts.survey_words import PERIOD, WAVE, completed, is_segment
from ingest.source import DeliveryError

_FEW_REPEATS, _MOST_GROUPS, _FOR_EACH, _HARDLY_ANY, _NEARLY_ALL = 10, 30, 8, 50, 0.9
_LANGUAGES = frozenset({"AR", "DE", "EN", "ES", "FA", "FR", "HE", "HI", "ID", "IT", "NL", "PT", "TR", "UR"})


def by_weight(weights: Sequence[str]) -> dict[str, Any]:
    """A sample for each weight, named after what its name adds to the word."""
    if len(weights) <= 1:
        return {"all": {"weight": weights[0] if weights else None}}
    return {as_key(re.sub(r"(?i)^weights?[._ ]?", "", name)) or "all": {"weight": name} for name in weights}


def by_file(samples: Mapping[str, Any], files: Sequence[str]) -> dict[str, Any]:
    """A sample for each file, named after what tells its name from the others, with a country where all of them are codes."""
    [weight] = [sample["weight"] for sample in samples.values()]
    parts = [re.split(r"[-_]+", stem_of(Path(file))) for file in files]
    shared = set.intersection(*map(set, parts))
    own = [[part for part in of if part not in shared] for of in parts]
    names = ["_".join(part) or stem_of(Path(file)) for part, file in zip(own, files, strict=True)]
    codes = {part[0].upper() if len(part) == 1 else "" for part in own}
    are_countries = codes <= COUNTRIES and not codes <= _LANGUAGES and len(codes) == len(files)
    return {
        name: {"weight": weight, "files": [glob.escape(file)], **({"country": name.upper()} if are_countries else {})}
        for name, file in zip(names, files, strict=True)
    }


def numbered_alike(file: str, ids: pl.Series, others: Mapping[str, pl.Series]) -> str | None:
    """The column of the groups that each number their people anew: with it ids are told apart that repeat without it.

    Raises DeliveryError where its groups are waves, or where nothing says what they are and each has the same people.
    """
    repeats = ids.len() - ids.n_unique()
    if repeats * _FEW_REPEATS < ids.len():
        return None
    named = [name for name in others if _are_waves(name) or is_segment(name)]
    unnamed = [name for name in others if name not in named]
    for name in (*named, *unnamed):
        cells = others[name]
        groups = cells.n_unique()
        # An answer may tell a few people apart by chance.
        most, least = (_MOST_GROUPS, repeats // _HARDLY_ANY) if name in named else (repeats // _FOR_EACH, 0)
        if not 1 < groups <= most or cells.null_count():
            continue
        if ids.len() - pl.DataFrame([ids, cells]).n_unique() <= least:
            if _are_waves(name):
                require_one_wave(file, name, groups)
            if name not in named and ids.n_unique() * groups * _NEARLY_ALL <= ids.len():
                raise DeliveryError(
                    f"{file}, column {name!r}: found the same ids under each of its {groups} values, expected a row a respondent; if they "
                    "are questions, turn the table (pivot); if waves, split it; if samples, name them in a note as "
                    "options.samples.<name>.where"
                )
            return name
    return None


def _are_waves(name: str) -> bool:
    return bool(re.match(WAVE, name) or re.match(PERIOD, name))


def of_completed(samples: dict[str, Any], answers: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, Any], list[str]]:
    """The samples without those who did not come to the end, and the columns that say who did; `answers` are words by code.

    Several weights tell by themselves who is in each sample.
    """
    ended = {name: codes for name, words in answers.items() if (codes := completed(name, words))}
    if not ended or sum("where" not in sample for sample in samples.values()) > 1:
        return samples, []
    return {name: {**of, "where": of.get("where", {}) | ended} for name, of in samples.items()}, [*ended]


def by_column(weight: str | None, name: str, cells: pl.Series, labels: Mapping[str, str]) -> dict[str, Any]:
    """A sample for each value of a column, with its country where the value names one."""
    codes = cells.cast(pl.String()).unique().sort()
    words = codes.replace(labels)
    countries = words.to_frame("word").select(country_code(pl.col("word"))).to_series()
    return {
        as_key(word) or code: {"weight": weight, "where": {name: [code]}, **({"country": country} if country else {})}
        for code, word, country in zip(codes, words, countries, strict=True)
    }


def segments_of(texts: Mapping[str, str | None]) -> dict[str, str]:
    """The columns that group people, each under the name that it or its question gives."""
    return {
        as_key(name if is_segment(name) else text or name): name
        for name, text in texts.items()
        if is_segment(name) or is_segment(text or "")
    }


def as_key(name: str) -> str:
    """A name as a key of a note."""
    return re.sub(r"\W+", "_", name.lower()).strip("_")


def wave_of(
    head: Head, given: Given, found: tuple[str, str] | None
) -> tuple[dict[str, Any], dict[tuple[str, ...], str], tuple[str, ...]]:
    """The survey and the wave, as far as they are known, and whether the fieldwork is to be asked for."""
    fieldwork = given.fieldwork or found
    survey: dict[str, Any] = {"id": given.survey or head.stem, "wave": given.wave or "w1"}
    if fieldwork is not None:
        survey |= {"fieldwork_from": fieldwork[0], "fieldwork_to": fieldwork[1]}
    remarks: dict[tuple[str, ...], str] = {}
    if given.survey is None or given.wave is None:
        remarks["options", "survey"] = (
            "named after the file, and published: no name of a person; the same id in every wave lets waves be compared "
            "(--survey, --wave)"
        )
    if given.fieldwork is None and found is not None:
        remarks["options", "survey", "fieldwork_from"] = "the first and the last day in the file's own dates"
    return {"survey": survey}, remarks, () if fieldwork else ("fieldwork",)


def survey_of(survey: Mapping[str, Any], given: Given, waves: pl.Series) -> dict[str, Any]:
    """The survey with the wave that a column names, unless somebody says which one it is."""
    named = waves.drop_nulls().cast(pl.String()).unique().to_list()
    return {**survey, "wave": named[0]} if named and given.wave is None else {**survey}
