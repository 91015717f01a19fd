"""What a row of the seeds about a campaign's programmes must hold: assets, people and organisations, phases, costs, days.

What the other seeds must hold, and the kinds of cells that all of them have, is in `orchestration.seed_rows`.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestration.seed_rows import Country, Currency, IsoDate, Language, Name, SeedRow, VideoId, runs_forward


class Asset(SeedRow):
    """A guide, toolkit, tutorial or resource; a guide says how many sections it has, a tutorial what it teaches."""

    asset_id: Name
    version: str | None = None
    kind: Literal["guide", "toolkit", "tutorial", "resource"]
    title: Name
    title_ar: str | None = None
    language: Language | None = None
    sections: Annotated[int, Field(ge=1)] | None = None
    feature: str | None = None


class Programme(SeedRow):
    """An element of a campaign. `kpi_ids` has blanks between them."""

    campaign_id: Name
    programme: Name
    name: Name
    name_ar: str | None = None
    what_people_do: str | None = None
    source: Name
    kpi_ids: str | None = None
    mart: Name


class Organisation(SeedRow):
    """A helpline or organisation, and what it offers in a market and language."""

    organisation_id: Name
    market: Country
    language: Language
    kind: Literal["helpline", "organisation"]
    name: Name
    name_ar: str | None = None
    offers: str | None = None
    weekly_capacity: Annotated[int, Field(ge=1)] | None = None


class Partner(SeedRow):
    """A creator who makes videos for a campaign by contract."""

    campaign_id: Name
    partner_id: Name
    name: Name
    tier: Name
    market: Country | None = None
    language: Language | None = None


class Deliverable(SeedRow):
    """A video agreed with a partner; it names its video once it is published."""

    campaign_id: Name
    deliverable_id: Name
    partner_id: Name
    due_on: IsoDate
    published_on: IsoDate | None = None
    video_id: VideoId | None = None
    is_boosted: bool


class CodingCheck(SeedRow):
    """How well coding was found to tell what it looks for; campaign `*` stands for those without a check of their own."""

    campaign_id: Name
    kind: Literal["story", "supportive_reply"]
    version: Name
    starts_on: IsoDate
    sensitivity: Annotated[float, Field(ge=0, le=1)]
    sensitivity_items: Annotated[int, Field(ge=1)]
    specificity: Annotated[float, Field(ge=0, le=1)]
    specificity_items: Annotated[int, Field(ge=1)]
    source: Name


class Advocate(SeedRow):
    """Somebody who speaks for mental health in a campaign's live sessions, under the name that delivery notes use."""

    campaign_id: Name
    advocate: Name
    name: Name
    name_ar: str | None = None
    field: str | None = None
    market: Country | None = None
    language: Language | None = None


class Phase(SeedRow):
    """A part of a campaign, such as its launch."""

    campaign_id: Name
    phase: Annotated[str, Field(pattern=r"^[^:\s]+$")]
    name: Name
    name_ar: str | None = None
    starts_on: IsoDate
    ends_on: IsoDate

    _runs_forward = model_validator(mode="after")(runs_forward)


class Cost(SeedRow):
    """What a phase cost for an outcome, and the rate at which it is told in another currency."""

    campaign_id: Name
    phase: Name
    kpi_id: Name
    amount: Annotated[float, Field(gt=0)]
    currency: Currency
    reported_in: Currency
    rate: Annotated[float, Field(gt=0)]
    rate_on: IsoDate
    source: Name

    @model_validator(mode="after")
    def _is_not_exchanged_for_itself(self) -> "Cost":
        if self.currency == self.reported_in and self.rate != 1:
            raise ValueError("found another rate than 1 within one currency, expected 1")
        return self


class CalendarEntry(SeedRow):
    """Days on which more or less is done than usual: dates, weekdays from 1 for Monday to 7 for Sunday, or weekdays within dates."""

    campaign_id: Name
    kind: Literal["weekend", "ramadan", "awareness_day", "holiday", "other"]
    name: Name
    name_ar: str | None = None
    starts_on: IsoDate | None = None
    ends_on: IsoDate | None = None
    weekdays: Annotated[str, Field(pattern=r"^[1-7]( [1-7])*$")] | None = None
    pace: Annotated[float, Field(gt=0)]
    source: str | None = None

    @model_validator(mode="after")
    def _says_which_days(self) -> "CalendarEntry":
        if (self.starts_on is None) != (self.ends_on is None) or (self.starts_on is None and self.weekdays is None):
            raise ValueError("expected starts_on and ends_on, weekdays, or all three")
        if self.pace != 1 and self.source is None:
            raise ValueError("found another pace than 1 without a source, expected where it is known from")
        return self

    _runs_forward = model_validator(mode="after")(runs_forward)
