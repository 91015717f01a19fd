"""What makes the rows of a seed unique, what they refer to, and how they are checked: a mistake is told with its line and column.

What the rows of each seed must hold is in `orchestration.seed_rows` and `orchestration.programme_rows`.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import ValidationError

from orchestration.programme_rows import (
    Advocate,
    Asset,
    CalendarEntry,
    CodingCheck,
    Cost,
    Deliverable,
    Organisation,
    Partner,
    Phase,
    Programme,
)
from orchestration.seed_rows import (
    AbsenceRule,
    Benchmark,
    Campaign,
    CampaignHashtag,
    ComparisonSetTag,
    KpiFormula,
    Market,
    Measure,
    Metric,
    ProgrammeVideo,
    QualityRule,
    Scale,
    ScaleAnswer,
    ScaleItem,
    ScorecardLine,
    SeedRow,
    SourceDays,
    SurveyMargin,
)

MOST_SHOWN = 5
EVERY_CAMPAIGN = "*"


class SeedError(Exception):
    """Mistakes in a seed. The message has a line for each: file, line, column, what was found, what was expected."""


@dataclass(frozen=True)
class Seed:
    """What a row is, which columns make it unique, and what the columns that name something else refer to."""

    row: type[SeedRow]
    key: tuple[str, ...]
    refers_to: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    fold: Callable[[Mapping[str, str]], Mapping[str, str]] = dict
    lists: tuple[str, ...] = ()
    """Columns that name several, with blanks between them."""
    serves_all: bool = False
    """Whether a row may be of campaign `*`, which stands for every campaign, or for those without rows of their own."""

    @property
    def is_of_campaigns(self) -> bool:
        """Whether rows name their campaign; what they refer to then is of the same one."""
        return "campaign_id" in self.row.model_fields


def _folded_hashtag(row: Mapping[str, str]) -> Mapping[str, str]:
    import polars as pl

    from ingest.text import normalise_hashtag

    written = {name: row.get(name) or "" for name in ("hashtag", "alias_of")}
    return {**row, **pl.DataFrame(written).with_columns(normalise_hashtag(pl.all())).row(0, named=True)}


_OF_CAMPAIGN = {"campaign_id": ("campaigns", "campaign_id")}
_OF_KPI = {"kpi_id": ("metrics", "kpi_id")}

SEEDS: Mapping[str, Seed] = {
    "campaigns": Seed(Campaign, ("campaign_id",)),
    "campaign_hashtags": Seed(
        CampaignHashtag,
        ("campaign_id", "hashtag"),
        _OF_CAMPAIGN | {"alias_of": ("campaign_hashtags", "hashtag")},
        _folded_hashtag,
    ),
    "comparison_sets": Seed(
        ComparisonSetTag,
        ("campaign_id", "version", "hashtag"),
        _OF_CAMPAIGN | {"hashtag": ("campaign_hashtags", "hashtag")},
        _folded_hashtag,
    ),
    "absence_rules": Seed(AbsenceRule, ("supplier",)),
    "programme_videos": Seed(ProgrammeVideo, ("campaign_id", "video_id"), _OF_CAMPAIGN),
    "scorecard": Seed(
        ScorecardLine,
        ("campaign_id", "position"),
        _OF_CAMPAIGN | _OF_KPI | {"nests_in": ("scorecard", "position")},
        serves_all=True,
    ),
    "scales": Seed(Scale, ("scale_id",)),
    "scale_items": Seed(ScaleItem, ("question_key",), {"scale_id": ("scales", "scale_id")}),
    "scale_answers": Seed(ScaleAnswer, ("answer_set", "answer"), {"answer_set": ("scales", "answer_set")}),
    "survey_margins": Seed(
        SurveyMargin, ("campaign_id", "survey_id", "wave", "sample", "segment_name", "segment_value"), _OF_CAMPAIGN
    ),
    "quality_rules": Seed(QualityRule, ("rule",)),
    "markets": Seed(Market, ("market",)),
    "assets": Seed(Asset, ("asset_id", "version")),
    "programmes": Seed(
        Programme,
        ("campaign_id", "programme"),
        _OF_CAMPAIGN | {"kpi_ids": ("metrics", "kpi_id"), "source": ("sources", "source")},
        lists=("kpi_ids",),
    ),
    "organisations": Seed(Organisation, ("organisation_id", "market", "language")),
    "partners": Seed(Partner, ("campaign_id", "partner_id"), _OF_CAMPAIGN),
    "coding_checks": Seed(CodingCheck, ("campaign_id", "kind", "version"), _OF_CAMPAIGN, serves_all=True),
    "deliverables": Seed(
        Deliverable, ("campaign_id", "deliverable_id"), _OF_CAMPAIGN | {"partner_id": ("partners", "partner_id")}
    ),
    "advocates": Seed(Advocate, ("campaign_id", "advocate"), _OF_CAMPAIGN),
    "phases": Seed(Phase, ("campaign_id", "phase"), _OF_CAMPAIGN),
    "costs": Seed(
        Cost,
        ("campaign_id", "phase", "kpi_id", "source"),
        _OF_CAMPAIGN | _OF_KPI | {"phase": ("phases", "phase")},
    ),
    "calendar": Seed(CalendarEntry, ("campaign_id", "kind", "name", "starts_on"), _OF_CAMPAIGN, serves_all=True),
    "metrics": Seed(Metric, ("kpi_id",)),
    "measures": Seed(Measure, ("measure",)),
    "kpi_formulas": Seed(
        KpiFormula,
        ("kpi_id",),
        _OF_KPI | {"numerator": ("measures", "measure"), "denominator": ("measures", "measure")},
    ),
    "sources": Seed(SourceDays, ("source",)),
    "benchmarks": Seed(Benchmark, ("benchmark_id",), _OF_CAMPAIGN),
}

Row = TypeVar("Row", bound=SeedRow)


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
    known = {column: _known(files, seed, *place) for column, place in seed.refers_to.items()}
    first: dict[tuple[str, ...], int] = {}
    problems: list[str] = []
    for line, cells in _rows(name, files):
        try:
            seed.row.model_validate(cells)
        except ValidationError as error:
            problems += _described(name, line, cells, error)
            continue
        problems += [f"seeds/{name}.csv, line {line}, {problem}" for problem in _wrong_references(seed, cells, known)]
        key = tuple(seed.fold(cells).get(column, "") for column in seed.key)
        if first.setdefault(key, line) != line:
            problems.append(
                f"seeds/{name}.csv, line {line}: has the same {' and '.join(seed.key)} as line {first[key]}; remove one of them"
            )
    _raise(problems)


def count_rows(name: str, files: Mapping[str, bytes]) -> int:
    """How many rows a seed has, lines without a value left out. Raises SeedError."""
    return sum(1 for _ in _rows(name, files))


def with_every_column(name: str, seed: bytes) -> bytes:
    """A seed as models read it: also the columns that its header leaves out, no blanks around cells, no lines without a value."""
    if name not in SEEDS:
        return seed
    text = io.StringIO()
    made = csv.DictWriter(text, list(SEEDS[name].row.model_fields), lineterminator="\n")
    made.writeheader()
    made.writerows(cells for _, cells in _rows(name, {f"seeds/{name}.csv": seed}))
    return text.getvalue().encode()


def with_normalised_hashtags(name: str, seed: bytes) -> bytes:
    """A seed of hashtags with each as ingestion normalises those of videos, so that they match however they were typed."""
    import polars as pl

    from ingest.text import normalise_hashtag

    columns = list(SEEDS[name].row.model_fields)
    rows = list(csv.DictReader(io.StringIO(seed.decode("utf-8-sig"))))
    written = [row["hashtag"] for row in rows]
    named = pl.DataFrame(
        {"hashtag": written, "alias_of": [row.get("alias_of") for row in rows]},
        schema={"hashtag": pl.String(), "alias_of": pl.String()},
    ).with_columns(normalise_hashtag(pl.all()))
    text = io.StringIO()
    made = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    made.writeheader()
    for row, tag, normalised in zip(rows, written, named.rows(named=True), strict=True):
        display = row.get("display_hashtag") or tag.lstrip("#\uff03 ")
        made.writerow(row | normalised | {"display_hashtag": display})
    return text.getvalue().encode()


def _known(files: Mapping[str, bytes], seed: Seed, name: str, column: str) -> dict[str, set[str]]:
    """What a seed may refer to in a column of another; by campaign where both have campaigns. An alias is not among it."""
    other = SEEDS.get(name)
    fold = other.fold if other is not None else dict
    is_by_campaign = column != "campaign_id" and seed.is_of_campaigns and other is not None and other.is_of_campaigns
    known: dict[str, set[str]] = {}
    for _, cells in _rows(name, files):
        if not cells.get("alias_of"):
            campaign = cells.get("campaign_id", "") if is_by_campaign else ""
            known.setdefault(campaign, set()).add(fold(cells).get(column, ""))
    return known


def _wrong_references(
    seed: Seed, cells: Mapping[str, str], known: Mapping[str, Mapping[str, set[str]]]
) -> Iterator[str]:
    """What a row refers to that is not there, or is of another campaign."""
    for column, (other, _) in seed.refers_to.items():
        names = known[column].get("") or known[column].get(cells.get("campaign_id", ""), set())
        allowed = {"", EVERY_CAMPAIGN} if seed.serves_all and column == "campaign_id" else {""}
        named = seed.fold(cells).get(column, "")
        unknown = {*(named.split() if column in seed.lists else [named])} - names - allowed
        if unknown:
            found = cells[column] if column not in seed.lists else " ".join(sorted(unknown))
            yield (
                f"column {column}: found {found!r}, expected one of seeds/{other}.csv: "
                f"{', '.join(sorted(names)[:20]) or 'none is there of this campaign'}; correct it, or add it there"
            )


def _rows(name: str, files: Mapping[str, bytes]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a seed with their lines; blank cells are left out."""
    try:
        text = files[f"seeds/{name}.csv"].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SeedError(f"seeds/{name}.csv: is not UTF-8 text (byte {error.start}); save it as CSV UTF-8") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = SEEDS[name].row.model_fields if name in SEEDS else ()
    if columns and not {column.strip() for column in reader.fieldnames or ()} & set(columns):
        raise SeedError(
            f"seeds/{name}.csv, line 1: has none of the columns of this seed, expected {', '.join(columns)}, with commas between them"
        )
    for cells in reader:
        if None in cells:
            raise SeedError(
                f"seeds/{name}.csv, line {reader.line_num}: has more fields than the header; put text with commas in quotation marks"
            )
        given = {column.strip(): (value or "").strip() for column, value in cells.items()}
        if any(given.values()):
            if None in cells.values():
                raise SeedError(
                    f"seeds/{name}.csv, line {reader.line_num}: has fewer fields than the header, as where a file was cut; complete it, "
                    "with a comma for each field that is empty"
                )
            yield reader.line_num, {column: value for column, value in given.items() if value}


def _described(name: str, line: int, cells: Mapping[str, str], error: ValidationError) -> list[str]:
    problems = []
    for finding in error.errors(include_url=False):
        column = str(finding["loc"][0]) if finding["loc"] else ""
        place = f"seeds/{name}.csv, line {line}" + (f", column {column}" if column else "")
        message = finding["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
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
