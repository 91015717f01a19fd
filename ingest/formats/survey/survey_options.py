"""The part of a survey delivery's note under `options`: models and the rules that hold between their keys.

Nothing here sees a data file. What the options do to one is in `ingest.formats.survey.survey_wave`.
"""

import re
from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ingest.countries import COUNTRIES
from ingest.instants import DateOrder
from ingest.spelling import DIGITS, DIRECTIONS

QUALITY_SCREEN = "quality_screen"
"""The segment of those who pass the quality screens of their wave and those who do not."""

MOST_SAMPLES = 1_000
RECALLED = ("campaign_awareness_prompted", "campaign_awareness_spontaneous", "campaign_foil")
"""Keys of questions about the campaign and an invented one, whose top answers are those of who recalls it."""

_WHOLE = re.compile(r"^([+-]?\d+)\.0+$")
"""A whole number that a tool wrote with a point: code 4 as `4.0`."""
_DIGITS = re.compile(r"^[+-]?\d+$")
_OURS = str.maketrans(DIGITS)


def _text(value: object) -> object:
    """A name or code as text, integers without a point."""
    match value:
        case bool():
            raise ValueError(
                f"found {value}: YAML reads yes, no, on, off as true or false; expected text, put it in quotes"
            )
        case date():
            raise ValueError(f"found the date {value.isoformat()}; expected text, put it in quotes")
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
        case str():
            return _WHOLE.sub(r"\1", re.sub(DIRECTIONS, "", value).strip())
        case _:
            return value


def _code(code: str) -> str:
    """A code in our digits, as those of the files are read."""
    return code.translate(_OURS) if _DIGITS.match(code) else code


def _texts(value: object) -> object:
    """One code where a list of codes may stand."""
    return value if isinstance(value, list | tuple) or value is None else [value]


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_texts)]
Code = Annotated[Text, AfterValidator(_code)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(_texts)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Sampling: TypeAlias = Literal["probability", "non_probability"]


class Survey(_Model):
    """The survey and the wave of it that was delivered.

    In a `panel` an id of a respondent means the same person in every wave and delivery of the survey. `language` is that of
    the questionnaire.
    """

    id: Text
    wave: Text
    title: Text | None = None
    fieldwork_from: date
    fieldwork_to: date
    mode: Text | None = None
    language: Text | None = None
    population: Text | None = None
    sampling: Sampling = "non_probability"
    panel: bool = False
    publish_responses: bool = False

    @model_validator(mode="after")
    def _fieldwork_runs_forward(self) -> "Survey":
        if self.fieldwork_to < self.fieldwork_from:
            raise ValueError(
                f"found fieldwork_to {self.fieldwork_to} before fieldwork_from {self.fieldwork_from}; exchange them"
            )
        return self


def _country(code: str) -> str:
    place, _, region = code.partition("-")
    if place not in COUNTRIES or (region and not region.isalnum()):
        raise ValueError(f"found {code!r}, expected an ISO 3166 code such as AE, or US-RI for a part of a country")
    return code


Country = Annotated[str, BeforeValidator(_text), AfterValidator(_country)]


class Sample(_Model):
    """A sample: those for whom every condition of `where` holds and who stand in its `files`, else those with its weight.

    `weight: null` says that it is unweighted.
    """

    weight: Text | None
    country: Country | None = None
    where: dict[Text, Codes] = {}
    files: Texts = ()


Samples: TypeAlias = Annotated[dict[Text, Sample], Field(min_length=1, max_length=MOST_SAMPLES)]


class Design(_Model):
    """Columns of the sample design, where the samples have one."""

    cluster: Text | None = None
    stratum: Text | None = None
    fpc: Text | None = None


class Segment(_Model):
    """A column as it is, or an age band or a cohort derived from a year of birth. Years of cohorts are inclusive."""

    column: Text | None = None
    from_birth_year: Text | None = None
    as_of: date | None = None
    bands: tuple[Annotated[int, Field(gt=0, lt=120)], ...] | None = None
    cohorts: dict[Text, tuple[int, int]] | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_column(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _is_one_kind(self) -> "Segment":
        derived = [self.from_birth_year, self.as_of, self.bands, self.cohorts]
        if self.column is not None:
            if any(part is not None for part in derived):
                raise ValueError("found a column and from_birth_year in one; expected either")
        elif self.from_birth_year is None or (self.bands is None) == (self.cohorts is None):
            raise ValueError(
                "found neither a column, nor from_birth_year with one of bands (and as_of) or cohorts; expected one "
                "of them"
            )
        if self.bands is not None:
            if self.as_of is None:
                raise ValueError(
                    "found bands without as_of; expected the day at which ages are taken, such as 2021-03-15"
                )
            if not self.bands or any(lower >= upper for lower, upper in pairwise(self.bands)):
                raise ValueError(
                    f"found bands {list(self.bands)}; expected their lower bounds, rising, such as [18, 25, 35]"
                )
        if self.cohorts is not None:
            years = sorted(self.cohorts.values())
            if not years or any(first > last for first, last in years) or any(a[1] >= b[0] for a, b in pairwise(years)):
                raise ValueError(
                    "found cohorts that run backwards, overlap or are none; expected name: [first year, last year]"
                )
        return self

    @property
    def source(self) -> str:
        """The column that the segment comes from."""
        return self.column or self.from_birth_year or ""


class Question(_Model):
    """What the note says of a question: its key across waves, and which of its codes are what.

    `missing` was asked and gave no valid answer; `not_asked` was not asked at all; `asked_of` says in words who was asked, where
    not everybody. `labels` names codes that the file
    leaves unnamed or that a spreadsheet spoilt ("25-Jun": "6-25"); the code itself stays as delivered.

    A question with several answers stands in `columns`, one for each answer, or in one column whose cells list the
    answers, told apart by `separator` or, where answers hold the separator themselves, by the `options` offered.
    `selected` are the codes of a ticked column where they are not to be told from its cells.
    """

    key: Text | None = None
    text: Text | None = None
    kind: Literal["single", "multiple", "grid", "scale", "number"] | None = None
    asked_of: Text | None = None
    columns: Texts = ()
    selected: Codes = ()
    options: Codes = ()
    separator: Annotated[str, Field(min_length=1)] | None = None
    top: Codes = ()
    bottom: Codes = ()
    missing: Codes = ()
    not_asked: Codes = ()
    labels: dict[Code, Text] = {}

    @model_validator(mode="before")
    @classmethod
    def _nothing_said(cls, value: Any) -> Any:
        return {} if value is None else value

    @property
    def is_multiple(self) -> bool:
        """Whether the note says that a respondent may give several answers."""
        return self.kind == "multiple" or bool(self.columns or self.options or self.separator)

    @model_validator(mode="after")
    def _codes_stand_once(self) -> "Question":
        listed = [name for name in ("columns", "selected", "options", "separator") if getattr(self, name)]
        if listed and self.kind not in (None, "multiple"):
            raise ValueError(f"found {', '.join(listed)} for a question of kind {self.kind}; expected kind: multiple")
        if self.selected and not self.columns:
            raise ValueError("found selected without columns; expected the columns that the answers stand in")
        if self.columns and (self.options or self.separator):
            raise ValueError("found columns beside options or separator; expected one way of giving several answers")
        if self.kind == "number" and (self.top or self.bottom):
            raise ValueError("found top or bottom for a question of kind number; expected kind: scale, or neither")
        if self.key in RECALLED and not self.top:
            raise ValueError(f"found key {self.key} without top; expected the answers of those who recall the campaign")
        groups = {"top": self.top, "bottom": self.bottom, "missing": self.missing, "not_asked": self.not_asked}
        seen: dict[str, str] = {}
        for name, codes in groups.items():
            for code in codes:
                if seen.setdefault(code, name) != name:
                    raise ValueError(f"found code {code!r} in {seen[code]} and in {name}; expected it in one of them")
        return self


class SurveyOptions(_Model):
    """Options of every survey format. `respondent_id: null` says that there is none: each row is a respondent.

    `duration` is the column with the seconds that a respondent took.
    """

    survey: Survey
    respondent_id: Text | None
    samples: Samples
    design: Design = Design()
    duration: Text | None = None
    segments: dict[Text, Segment] = {}
    questions: Annotated[dict[Text, Question], Field(min_length=1)] | None = None
    drop: Texts = ()
    encoding: Text | None = None

    @model_validator(mode="after")
    def _parts_agree(self) -> "SurveyOptions":
        questions = self.questions or {}
        both = sorted(set(self.drop) & {*self.structure, *questions})
        if both:
            raise ValueError(f"found {', '.join(both)} under drop and in use elsewhere; expected one of the two")
        if self.survey.panel and self.respondent_id is None:
            raise ValueError(
                "found survey.panel without respondent_id; expected the column with the ids that people keep from wave to wave"
            )
        if QUALITY_SCREEN in self.segments:
            raise ValueError(
                f"found the segment {QUALITY_SCREEN}, which the quality screens make; give it another name"
            )
        keys = [question.key or code for code, question in questions.items()]
        twice = sorted(key for key, times in Counter(keys).items() if times > 1)
        if twice:
            raise ValueError(
                f"found the question key {', '.join(twice)} for several questions; expected one question a key"
            )
        others = {*questions, *self.model_copy(update={"respondent_id": None}).structure}
        if self.respondent_id in others:
            raise ValueError(
                f"found respondent_id {self.respondent_id} in a second place; an identity leaves landing only as a "
                "pseudonym: remove it from samples, design, segments and questions"
            )
        return self

    @property
    def structure(self) -> dict[str, str]:
        """Columns that place a respondent (id, weights, conditions, design, segments) and the key that names each."""
        named = {segment.source: f"segments.{name}" for name, segment in self.segments.items()}
        named |= {self.duration: "duration"} if self.duration is not None else {}
        for part, column in self.design:
            named |= {column: f"design.{part}"} if column is not None else {}
        for name, sample in self.samples.items():
            named |= dict.fromkeys(sample.where, f"samples.{name}.where")
            named |= {sample.weight: f"samples.{name}.weight"} if sample.weight is not None else {}
        return named | ({self.respondent_id: "respondent_id"} if self.respondent_id is not None else {})

    @property
    def columns(self) -> list[str]:
        """The names of columns, and of questions, wherever they stand."""
        questions = self.questions or {}
        return [
            *self.structure,
            *self.drop,
            *questions,
            *(name for note in questions.values() for name in note.columns),
        ]

    def question(self, code: str) -> Question:
        """What the note says of that question; nothing where it does not name it."""
        return (self.questions or {}).get(code, Question())


class ExportOptions(SurveyOptions):
    """Options of the exports of survey products, which say themselves which column is the id: `respondent_id` overrides it.

    Without samples everybody is in one, `all`, unweighted. `incomplete: keep` keeps people who never reached the end,
    where the product leaves them out by itself.
    """

    respondent_id: Text | None = None
    samples: Samples = {"all": Sample(weight=None)}
    incomplete: Literal["drop", "keep"] = "drop"


class SurveyCsvOptions(ExportOptions):
    """Options of `survey_csv`. It takes `date_order` as every text format does, though no date leaves landing."""

    respondent_id: Text | None
    samples: Samples
    date_order: DateOrder | None = None
