"""What a row of each seed must hold.

What makes rows unique, which seeds refer to which, and how a mistake is told, is in `orchestration.seeds`.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from ingest.countries import COUNTRIES
from ingest.zone_names import zones


def _iso(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("expected a date as YYYY-MM-DD")
    return value


def _country(value: str) -> str:
    if value not in COUNTRIES:
        raise ValueError("expected an ISO 3166 country code such as AE")
    return value


def _zone(value: str) -> str:
    if value not in zones():
        raise ValueError("expected an IANA time zone such as Asia/Dubai")
    return value


Name = Annotated[str, Field(min_length=1)]
IsoDate = Annotated[date, BeforeValidator(_iso)]
Country = Annotated[str, AfterValidator(_country)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
VideoId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]+$")]
TimeZoneName = Annotated[str, AfterValidator(_zone)]


class SeedRow(BaseModel):
    """A row of any seed: no other columns than those named, and blank cells left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def runs_forward(row: Any) -> Any:
    """The row. Raises ValueError where its last day lies before its first."""
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        raise ValueError("ends_on lies before starts_on, expected the first day first")
    return row


class Campaign(SeedRow):
    """A campaign. Without `ends_on` it has no end yet."""

    campaign_id: Name
    name: Name
    starts_on: IsoDate
    ends_on: IsoDate | None = None
    reporting_timezone: TimeZoneName

    _runs_forward = model_validator(mode="after")(runs_forward)

    @property
    def reporting_zone(self) -> ZoneInfo:
        """The zone that its event dates are in."""
        return ZoneInfo(self.reporting_timezone)


class CampaignHashtag(SeedRow):
    """A hashtag of a campaign, or one that it is compared with. Without a display form it is shown as written.

    A tag that is the alias of another counts as that one wherever a video carries it.
    """

    campaign_id: Name
    hashtag: Annotated[str, Field(pattern=r"^#?[^\s#,;'\"\[\]]+$")]
    display_hashtag: str | None = None
    role: Literal["campaign", "comparison"]
    alias_of: str | None = None


class ComparisonSetTag(SeedRow):
    """A hashtag of a set that share of voice is measured against; a changed set is a new version."""

    campaign_id: Name
    version: Name
    starts_on: IsoDate
    hashtag: Annotated[str, Field(pattern=r"^#?[^\s#,;'\"\[\]]+$")]


class AbsenceRule(SeedRow):
    """What it means when a supplier no longer delivers a video; supplier `*` stands for those without a rule."""

    supplier: Name
    absent_captures: Annotated[int, Field(ge=1)]
    state: Literal["deleted", "private", "withdrawn"]


class ProgrammeVideo(SeedRow):
    """A video that was paid for, or one by which a partner creator is known."""

    campaign_id: Name
    video_id: VideoId
    programme: Literal["paid", "partner"]


class ScorecardLine(SeedRow):
    """A line of the scorecard; campaign `*` stands for every campaign that has no lines of its own."""

    campaign_id: Name
    position: Annotated[int, Field(gt=0)]
    kpi_id: Name
    stage: Literal["trust", "awareness", "engagement", "help_seeking", "attitude", "guardrail", "index"]
    label: str | None = None
    label_ar: str | None = None
    period: Literal["day", "week", "month", "campaign_to_date", "session", "wave", "phase"]
    market: Name
    subject_type: Name
    subject_id: Name
    target: float | None = None
    direction: Literal["up", "down"] | None = None
    baseline: float | None = None
    weight: Annotated[float, Field(ge=0)] | None = None
    nests_in: int | None = None

    @model_validator(mode="after")
    def _can_be_scored(self) -> "ScorecardLine":
        if self.weight and (self.target is None or self.baseline in (None, self.target)):
            raise ValueError("found a weight, expected a baseline and another target beside it")
        return self


class Scale(SeedRow):
    """A published scale; don't know is worth nothing where it has no points."""

    scale_id: Annotated[str, Field(pattern=r"^[^/\s]+$")]
    name: Name
    answer_set: Name
    dont_know_points: int | None = None
    source: str | None = None


class ScaleItem(SeedRow):
    """An item of a scale: the question with that key."""

    scale_id: Name
    question_key: Name
    is_reversed: bool
    topic: str | None = None


class ScaleAnswer(SeedRow):
    """An answer in small letters, and what it is worth; nothing where it has no points."""

    answer_set: Name
    answer: Name
    points: int | None = None
    is_dont_know: bool

    @field_validator("answer")
    @classmethod
    def _is_as_compared(cls, value: str) -> str:
        if value != value.strip().lower():
            raise ValueError("expected small letters without blanks around them")
        return value


class SurveyMargin(SeedRow):
    """A part of a sample's population that its weights are raked to; wave `*` stands for every wave without lines of its own."""

    campaign_id: Name
    survey_id: Name
    wave: Name
    sample: Name
    segment_name: Name
    segment_value: Name
    population: Annotated[float, Field(gt=0)]
    weight_limit: Annotated[float, Field(gt=1)] | None = None


class QualityRule(SeedRow):
    """A rule that respondents are screened by, and what it rests on."""

    rule: Literal["speeder", "straight_liner", "duplicate"]
    least_questions: Annotated[int, Field(gt=1)] | None = None
    share_of_median: Annotated[float, Field(gt=0, lt=1)] | None = None
    definition: str | None = None

    @model_validator(mode="after")
    def _rests_on_one(self) -> "QualityRule":
        if (self.share_of_median is None) == (self.rule == "speeder") or (self.least_questions is None) != (
            self.rule == "speeder"
        ):
            raise ValueError("expected share_of_median for speeder, least_questions for every other rule")
        return self


class Market(SeedRow):
    """A market, the weekday that its week starts on, from 1 for Monday to 7 for Sunday, and its people with their source."""

    market: Country
    week_starts_on: Annotated[int, Field(ge=1, le=7)]
    online_18_34: Annotated[int, Field(ge=1)] | None = None
    population_source: str | None = None

    @model_validator(mode="after")
    def _says_where_from(self) -> "Market":
        if (self.online_18_34 is None) != (self.population_source is None):
            raise ValueError("expected online_18_34 and population_source together")
        return self


class Metric(SeedRow):
    """A KPI in the metric dictionary."""

    kpi_id: Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}[a-z]?$")]
    name: Name
    name_ar: Name
    definition: Name
    formula: Name
    grain: Name
    unit: Literal[
        "contacts",
        "count",
        "currency",
        "enum",
        "grade",
        "hours",
        "minutes",
        "mixed",
        "p_value",
        "per_1000",
        "per_hour",
        "per_post",
        "percent",
        "percent_points",
        "persons",
        "points_per_step",
        "ratio",
        "score",
        "seconds",
        "viewers",
    ]
    additivity: Literal["additive", "semi-additive in time", "non-additive"]
    direction: Literal["up", "down", "none"]
    source: Name
    owner: Name
    version: Annotated[int, Field(ge=1)]
    is_built: bool


class Measure(SeedRow):
    """What a source measures and KPIs are made of."""

    measure: Name
    source: Name
    additivity: Literal["additive", "distinct", "none"]
    definition: Name


class KpiFormula(SeedRow):
    """How measures become a KPI: scale x numerator / denominator; a count has no denominator."""

    kpi_id: Name
    numerator: Name
    denominator: str | None = None
    scale: float
    interval: Literal["confidence", "rounding", "identity"] | None = None
    basis: Name


class SourceDays(SeedRow):
    """After how many days readings of a source are settled, and whether every date is expected to have some."""

    source: Name
    look_back_days: Annotated[int, Field(ge=0)]
    is_read_daily: bool


class Benchmark(SeedRow):
    """A published survey figure; where nobody says how many answered, it counts as exact."""

    benchmark_id: Name
    campaign_id: Name
    survey_id: Name
    sample: Name
    question_key: Name
    answer_code: Name
    segment_name: Name
    segment_value: Name
    estimate_pct: Annotated[float, Field(ge=-100, le=100)]
    respondents: Annotated[int, Field(gt=0)] | None = None
    wording: Name
    population: Name
    fieldwork_from: IsoDate | None = None
    fieldwork_to: IsoDate | None = None
    source: Name
