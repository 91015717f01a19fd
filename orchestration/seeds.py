"""What the seeds that people replace must hold: columns, dates, codes, and names that the other seeds know.

dbt tests what is shipped; here a user's mistake gets its line, column, what was found and what was expected.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from ingest.countries import COUNTRIES

MOST_SHOWN = 5
EVERY_CAMPAIGN = "*"


class SeedError(Exception):
    """Mistakes in a seed. The message has a line for each: file, line, column, what was found, what was expected."""


def _iso(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("expected a date as YYYY-MM-DD")
    return value


def _country(value: str) -> str:
    if value not in COUNTRIES:
        raise ValueError("expected an ISO 3166 country code such as AE")
    return value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("expected an IANA time zone such as Asia/Dubai")
    return value


Name = Annotated[str, Field(min_length=1)]
IsoDate = Annotated[date, BeforeValidator(_iso)]
Country = Annotated[str, AfterValidator(_country)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
VideoId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]+$")]
TimeZoneName = Annotated[str, AfterValidator(_zone)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Campaign(_Row):
    """A campaign. Without `ends_on` it has no end yet."""

    campaign_id: Name
    name: Name
    starts_on: IsoDate
    ends_on: IsoDate | None = None
    reporting_timezone: TimeZoneName

    @model_validator(mode="after")
    def _runs_forward(self) -> "Campaign":
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("ends_on lies before starts_on, expected the first day first")
        return self

    @property
    def reporting_zone(self) -> ZoneInfo:
        """The zone that its event dates are in."""
        return ZoneInfo(self.reporting_timezone)


class CampaignHashtag(_Row):
    """A hashtag of a campaign, or one that it is compared with. Without a display form it is shown as written."""

    campaign_id: Name
    hashtag: Annotated[str, Field(pattern=r"^#?[^\s#,;'\"\[\]]+$")]
    display_hashtag: str | None = None
    role: Literal["campaign", "comparison"]


class ComparisonSetTag(_Row):
    """A hashtag of a set that share of voice is measured against; a changed set is a new version."""

    campaign_id: Name
    version: Name
    starts_on: IsoDate
    hashtag: Annotated[str, Field(pattern=r"^#?[^\s#,;'\"\[\]]+$")]


class AbsenceRule(_Row):
    """What it means when a supplier no longer delivers a video; supplier `*` stands for those without a rule."""

    supplier: Name
    absent_captures: Annotated[int, Field(ge=1)]
    state: Literal["deleted", "private", "withdrawn"]


class ProgrammeVideo(_Row):
    """A video that was paid for, or one by which a partner creator is known."""

    campaign_id: Name
    video_id: VideoId
    programme: Literal["paid", "partner"]


class ScorecardLine(_Row):
    """A line of the scorecard; campaign `*` stands for every campaign that has no lines of its own."""

    campaign_id: Name
    position: Annotated[int, Field(gt=0)]
    kpi_id: Name
    stage: Name
    label: str | None = None
    label_ar: str | None = None
    period: Literal["day", "week", "campaign_to_date", "session", "wave"]
    market: Name
    subject_type: Name
    subject_id: Name
    target: float | None = None
    direction: Literal["up", "down"] | None = None


class Scale(_Row):
    """A published scale; don't know is worth nothing where it has no points."""

    scale_id: Annotated[str, Field(pattern=r"^[^/\s]+$")]
    name: Name
    answer_set: Name
    dont_know_points: int | None = None
    source: str | None = None


class ScaleItem(_Row):
    """An item of a scale: the question with that key."""

    scale_id: Name
    question_key: Name
    is_reversed: bool
    topic: str | None = None


class ScaleAnswer(_Row):
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


class QualityRule(_Row):
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


class Market(_Row):
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


class Asset(_Row):
    """A guide, toolkit, tutorial or resource; a guide says how many sections it has, a tutorial what it teaches."""

    asset_id: Name
    version: str | None = None
    kind: Literal["guide", "toolkit", "tutorial", "resource"]
    title: Name
    title_ar: str | None = None
    language: Language | None = None
    sections: Annotated[int, Field(ge=1)] | None = None
    feature: str | None = None


class Programme(_Row):
    """An element of a campaign. `kpi_ids` has blanks between them."""

    campaign_id: Name
    programme: Name
    name: Name
    name_ar: str | None = None
    what_people_do: str | None = None
    source: Name
    kpi_ids: str | None = None
    mart: Name


class Organisation(_Row):
    """A helpline or organisation, and what it offers in a market and language."""

    organisation_id: Name
    market: Country
    language: Language
    kind: Literal["helpline", "organisation"]
    name: Name
    name_ar: str | None = None
    offers: str | None = None


class Partner(_Row):
    """A creator who makes videos for a campaign by contract."""

    campaign_id: Name
    partner_id: Name
    name: Name
    tier: Name
    market: Country | None = None
    language: Language | None = None


class Deliverable(_Row):
    """A video agreed with a partner; it names its video once it is published."""

    campaign_id: Name
    deliverable_id: Name
    partner_id: Name
    due_on: IsoDate
    published_on: IsoDate | None = None
    video_id: VideoId | None = None
    is_boosted: bool


@dataclass(frozen=True)
class Seed:
    """What a row is, which columns make it unique, and what the columns that name something else refer to."""

    row: type[_Row]
    key: tuple[str, ...]
    refers_to: Mapping[str, tuple[str, str]]
    fold: Callable[[Mapping[str, str]], Mapping[str, str]] = dict
    lists: tuple[str, ...] = ()
    """Columns that name several, with blanks between them."""


def _folded_hashtag(row: Mapping[str, str]) -> Mapping[str, str]:
    import polars as pl

    from ingest.text import normalise_hashtag

    tag = pl.select(normalise_hashtag(pl.lit(row.get("hashtag", "")))).item()
    return {**row, "hashtag": tag}


SEEDS: Mapping[str, Seed] = {
    "campaigns": Seed(Campaign, ("campaign_id",), {}),
    "campaign_hashtags": Seed(
        CampaignHashtag, ("campaign_id", "hashtag"), {"campaign_id": ("campaigns", "campaign_id")}, _folded_hashtag
    ),
    "comparison_sets": Seed(
        ComparisonSetTag,
        ("campaign_id", "version", "hashtag"),
        {"campaign_id": ("campaigns", "campaign_id"), "hashtag": ("campaign_hashtags", "hashtag")},
        _folded_hashtag,
    ),
    "absence_rules": Seed(AbsenceRule, ("supplier",), {}),
    "programme_videos": Seed(
        ProgrammeVideo, ("campaign_id", "video_id"), {"campaign_id": ("campaigns", "campaign_id")}
    ),
    "scorecard": Seed(
        ScorecardLine,
        ("campaign_id", "position"),
        {"campaign_id": ("campaigns", "campaign_id"), "kpi_id": ("metrics", "kpi_id")},
    ),
    "scales": Seed(Scale, ("scale_id",), {}),
    "scale_items": Seed(ScaleItem, ("question_key",), {"scale_id": ("scales", "scale_id")}),
    "scale_answers": Seed(ScaleAnswer, ("answer_set", "answer"), {"answer_set": ("scales", "answer_set")}),
    "quality_rules": Seed(QualityRule, ("rule",), {}),
    "markets": Seed(Market, ("market",), {}),
    "assets": Seed(Asset, ("asset_id", "version"), {}),
    "programmes": Seed(
        Programme,
        ("campaign_id", "programme"),
        {
            "campaign_id": ("campaigns", "campaign_id"),
            "kpi_ids": ("metrics", "kpi_id"),
            "source": ("sources", "source"),
        },
        lists=("kpi_ids",),
    ),
    "organisations": Seed(Organisation, ("organisation_id", "market", "language"), {}),
    "partners": Seed(Partner, ("campaign_id", "partner_id"), {"campaign_id": ("campaigns", "campaign_id")}),
    "deliverables": Seed(
        Deliverable,
        ("campaign_id", "deliverable_id"),
        {"campaign_id": ("campaigns", "campaign_id"), "partner_id": ("partners", "partner_id")},
    ),
}

Row = TypeVar("Row", bound=_Row)


def read_seed(files: Mapping[str, bytes], row: type[Row]) -> tuple[Row, ...]:
    """The rows of the seed that holds such rows. Raises SeedError."""
    name = next(name for name, seed in SEEDS.items() if seed.row is row)
    problems: list[str] = []
    rows = []
    for line, cells in _rows(name, files):
        try:
            rows.append(row.model_validate(cells))
        except ValidationError as error:
            problems += _described(name, line, cells, error)
    _raise(problems)
    return tuple(rows)


def check_seed(name: str, files: Mapping[str, bytes]) -> None:
    """Check a seed that a home brings itself, against its own rules and the other seeds. Raises SeedError."""
    seed = SEEDS.get(name)
    if seed is None:
        return
    known = {column: _known(files, *place) for column, place in seed.refers_to.items()}
    first: dict[tuple[str, ...], int] = {}
    problems: list[str] = []
    for line, cells in _rows(name, files):
        try:
            seed.row.model_validate(cells)
        except ValidationError as error:
            problems += _described(name, line, cells, error)
            continue
        for column, names in known.items():
            named = seed.fold(cells).get(column, "")
            unknown = {*(named.split() if column in seed.lists else [named])} - names - {"", EVERY_CAMPAIGN}
            if unknown:
                place = f"seeds/{seed.refers_to[column][0]}.csv"
                found = cells[column] if column not in seed.lists else " ".join(sorted(unknown))
                problems.append(
                    f"seeds/{name}.csv, line {line}, column {column}: found {found!r}, expected one of {place}: "
                    f"{', '.join(sorted(names)[:20])}; correct it, or add it there"
                )
        key = tuple(seed.fold(cells).get(column, "") for column in seed.key)
        if first.setdefault(key, line) != line:
            problems.append(
                f"seeds/{name}.csv, line {line}: has the same {' and '.join(seed.key)} as line {first[key]}; remove one of them"
            )
    _raise(problems)


def with_every_column(name: str, seed: bytes) -> bytes:
    """A seed with the columns that models read, whichever of those that may be empty its header leaves out."""
    if name not in SEEDS:
        return seed
    rows = csv.DictReader(io.StringIO(seed.decode("utf-8-sig"), newline=""))
    given = [column.strip() for column in rows.fieldnames or ()]
    columns = list(SEEDS[name].row.model_fields)
    if set(given) == set(columns):
        return seed
    text = io.StringIO()
    made = csv.DictWriter(text, columns, lineterminator="\n")
    made.writeheader()
    rows.fieldnames = given
    made.writerows(rows)
    return text.getvalue().encode()


def with_normalised_hashtags(name: str, seed: bytes) -> bytes:
    """A seed of hashtags with each as ingestion normalises those of videos, so that they match however they were typed."""
    import polars as pl

    from ingest.text import normalise_hashtag

    columns = list(SEEDS[name].row.model_fields)
    rows = list(csv.DictReader(io.StringIO(seed.decode("utf-8-sig"))))
    written = [row["hashtag"].strip() for row in rows]
    hashtags = pl.Series(written, dtype=pl.String()).to_frame("hashtag").select(normalise_hashtag(pl.all())).to_series()
    text = io.StringIO()
    made = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    made.writeheader()
    for row, tag, hashtag in zip(rows, written, hashtags, strict=True):
        display = row.get("display_hashtag") or tag.lstrip("#\uff03 ")
        made.writerow(row | {"hashtag": hashtag, "display_hashtag": display})
    return text.getvalue().encode()


def _known(files: Mapping[str, bytes], name: str, column: str) -> set[str]:
    return {
        SEEDS[name].fold(cells).get(column, "") if name in SEEDS else cells.get(column, "")
        for _, cells in _rows(name, files)
    }


def _rows(name: str, files: Mapping[str, bytes]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a seed with their lines; blank cells are left out."""
    try:
        text = files[f"seeds/{name}.csv"].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SeedError(f"seeds/{name}.csv: is not UTF-8 text (byte {error.start}); save it as CSV UTF-8") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for cells in reader:
        if None in cells:
            raise SeedError(
                f"seeds/{name}.csv, line {reader.line_num}: has more fields than the header; put text with commas in quotation marks"
            )
        given = {column.strip(): (value or "").strip() for column, value in cells.items()}
        if any(given.values()):
            yield reader.line_num, {column: value for column, value in given.items() if value}


def _described(name: str, line: int, cells: Mapping[str, str], error: ValidationError) -> list[str]:
    problems = []
    for finding in error.errors(include_url=False):
        column = str(finding["loc"][0]) if finding["loc"] else ""
        place = f"seeds/{name}.csv, line {line}" + (f", column {column}" if column else "")
        message = finding["msg"].removeprefix("Value error, ")
        if finding["type"] == "missing":
            problems.append(f"{place}: found nothing, expected a value")
        elif finding["type"] == "extra_forbidden":
            allowed = ", ".join(SEEDS[name].row.model_fields)
            problems.append(f"{place}: is no column of this seed, expected {allowed}; correct or remove it")
        else:
            found = f"found {cells[column]!r}, " if column in cells and "found" not in message else ""
            problems.append(f"{place}: {found}{message}")
    return problems


def _raise(problems: list[str]) -> None:
    if problems:
        more = len(problems) - MOST_SHOWN
        shown = problems[:MOST_SHOWN] + ([f"... and {more} more"] if more > 0 else [])
        raise SeedError("\n".join(shown))
