"""The invented population and the two survey waves drawn from it. Files are made in `ingest.simulated.survey_files`.

Everybody of the population has an answer to every question, in the published shares, so the truth is a count of people.
Who is drawn depends on how much they use social media, and so do the answers: an estimate without weights is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from ingest.simulated.plan import STARTS_ON, Flags, Floats, Ints, campaign_day, masked

SURVEY = "mena_wellbeing"
POOLED = "mena"
MARKETS = ("AE", "SA", "EG")
BANDS = {"18-24": (18, 24), "25-34": (25, 34), "35+": (35, 60)}
COHORTS = {"gen_z": (1997, 2012), "millennial": (1981, 1996)}
SKIPPED, NOT_ASKED = 8, 9

_MARKET_SHARES = (0.14, 0.33, 0.53)
_BAND_SHARES = (0.28, 0.34, 0.38)
_HEAVY_SHARES = (0.55, 0.42, 0.25)


@dataclass(frozen=True)
class Question:
    """A closed question: its answers, which of them are top and bottom, and how the others share what top leaves.

    Its key is its code, but where it is known under another.
    """

    code: str
    text: str
    labels: Mapping[int, str]
    top: tuple[int, ...]
    bottom: tuple[int, ...]
    rest: tuple[int, ...]
    rest_shares: tuple[float, ...]
    pull: float
    asked_share: float = 1.0
    key: str = ""


_AGREE = {1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree", 7: "Don't know"}
_COMFORT = {
    1: "Very comfortable", 2: "Fairly comfortable", 3: "Not very comfortable", 4: "Not at all comfortable",
    7: "Don't know",
}  # fmt: skip
_HEARD = {1: "Yes, I have heard of it", 2: "No, I have not heard of it", 7: "Don't know"}
_ATTITUDES = (
    Question(
        "judged", "I would be afraid of being judged by friends and family if I were open about my mental wellbeing",
        _AGREE, (4, 5), (1, 2), (1, 2, 3, 7), (0.3, 0.35, 0.25, 0.1), pull=-1.6,
    ),
    Question(
        "comfortable_talking", "I feel comfortable talking about my mental wellbeing",
        _AGREE, (4, 5), (1, 2), (1, 2, 3, 7), (0.25, 0.35, 0.3, 0.1), pull=1.5,
    ),
    Question(
        "as_important", "My mental wellbeing is just as important as my physical wellbeing",
        {1: "Yes", 2: "No", 7: "Don't know"}, (1,), (2,), (2, 7), (0.75, 0.25), pull=0.9,
    ),
    Question(
        "online_community", "How comfortable would you be, being talked to about mental health by an online community?",
        _COMFORT, (1, 2), (3, 4), (3, 4, 7), (0.5, 0.3, 0.2), pull=1.4, asked_share=0.85,
    ),
)  # fmt: skip
# The second names a campaign that nobody runs: whoever has heard of it says so of any campaign.
_AWARENESS = (
    Question(
        "heard_of_campaign", "Before today, had you heard of the campaign #EndTheStigma?",
        _HEARD, (1,), (2,), (2, 7), (0.85, 0.15), pull=1.3, key="campaign_awareness_prompted",
    ),
    Question(
        "heard_of_other", "Before today, had you heard of the campaign #ShareYourCalm?",
        _HEARD, (1,), (2,), (2, 7), (0.85, 0.15), pull=0.4, key="campaign_foil",
    ),
)  # fmt: skip
QUESTIONS = (*_ATTITUDES, *_AWARENESS)

# Shares of the top answers in the age bands. Published: judged 59 % and comfortable 47 % of 18-24; as important 60 %
# and online community 59 % of all, millennials more. The second wave moves two of them by little: so do real campaigns.
# What was never published is invented.
_PUBLISHED = {
    "judged": (0.59, 0.51, 0.43),
    "comfortable_talking": (0.47, 0.54, 0.57),
    "as_important": (0.57, 0.62, (0.60 - 0.28 * 0.57 - 0.34 * 0.62) / 0.38),
    "online_community": (0.53, 0.65, (0.59 - 0.28 * 0.53 - 0.34 * 0.65) / 0.38),
}
_INVENTED = {"heard_of_campaign": (0.07, 0.06, 0.05), "heard_of_other": (0.06, 0.05, 0.05)}
_SHARES = _PUBLISHED | _INVENTED
_MOVED = {"judged": -0.015, "comfortable_talking": 0.02, "heard_of_campaign": 0.08}


@dataclass(frozen=True)
class Wave:
    """A wave: everybody, and in `frame` a row for each who was drawn, with their weights and what they answered."""

    wave: str
    fieldwork_from: date
    fieldwork_to: date
    landed_on: date
    population: pl.DataFrame
    frame: pl.DataFrame


def make_waves(rng: np.random.Generator, days: int, respondents: int) -> tuple[Wave, Wave]:
    """Two waves: one from before the launch, delivered just after it, and one that lands on the campaign's last day."""
    last = campaign_day(days - 1)
    before = _wave(rng, "w1", STARTS_ON - timedelta(days=8), min(STARTS_ON + timedelta(days=1), last), respondents, {})
    after = _wave(rng, "w2", max(last - timedelta(days=7), STARTS_ON), last, respondents, _MOVED)
    return before, after


def _wave(
    rng: np.random.Generator, wave: str, begins: date, landed_on: date, respondents: int, moved: Mapping[str, float]
) -> Wave:
    population = _population(rng, max(60_000, 40 * respondents), moved)
    drawn = _draw(rng, population, respondents)
    ends = min(begins + timedelta(days=4), landed_on)
    return Wave(wave, begins, ends, landed_on, population, _respond(rng, drawn))


def _population(rng: np.random.Generator, size: int, moved: Mapping[str, float]) -> pl.DataFrame:
    """Everybody: market, gender, year of birth, use of social media, and the answer to each question."""
    band = np.repeat(np.arange(3), _parts(size, _BAND_SHARES))
    low, high = np.array(list(BANDS.values())).T
    age = low[band] + np.floor(rng.random(size) * (high - low + 1)[band]).astype(np.int64)
    market = rng.choice(3, size, p=_MARKET_SHARES)
    is_woman = rng.random(size) < 0.47
    is_heavy = rng.random(size) < np.array(_HEAVY_SHARES)[band]
    answers = {}
    for question, stream in _streams(rng):
        leaning = question.pull * is_heavy + 0.35 * is_woman + 0.25 * (market - 1) + stream.logistic(size=size)
        shares = np.array(_SHARES[question.code]) + moved.get(question.code, 0.0)
        is_top = _highest(leaning, band, shares)
        top = stream.choice(question.top, size, p=[1.0] if len(question.top) == 1 else [0.65, 0.35])
        answers[question.code] = np.where(is_top, top, stream.choice(question.rest, size, p=question.rest_shares))
    return pl.DataFrame(
        {
            "market": np.array(MARKETS)[market],
            "gender": np.where(is_woman, "female", "male"),
            "birth_year": 2022 - age,
            "age_band": np.array(list(BANDS))[band],
            "is_heavy": is_heavy,
            **answers,
        }
    ).with_columns(_cohort())


def _streams(rng: np.random.Generator) -> list[tuple[Question, np.random.Generator]]:
    """Each question with the stream that its chances come from: those about awareness change nothing of the others."""
    (apart,) = rng.spawn(1)
    return [*((question, rng) for question in _ATTITUDES), *((question, apart) for question in _AWARENESS)]


def _cohort() -> pl.Expr:
    cohort = pl.lit(None, pl.String())
    for name, (first, last) in COHORTS.items():
        cohort = pl.when(pl.col("birth_year").is_between(first, last)).then(pl.lit(name)).otherwise(cohort)
    return cohort.alias("cohort")


def _parts(size: int, shares: tuple[float, ...]) -> Ints:
    parts: Ints = np.floor(np.array(shares) * size).astype(np.int64)
    parts[-1] = size - parts[:-1].sum()
    return parts


def _highest(leaning: Floats, band: Ints, shares: Floats) -> Flags:
    """True for the given share of each band, for those who lean most."""
    chosen = np.zeros(leaning.size, np.bool_)
    for one, share in enumerate(shares):
        members = np.flatnonzero(band == one)
        count = round(float(share) * members.size)
        chosen[members[np.argsort(-leaning[members], kind="stable")[:count]]] = True
    return chosen


def _draw(rng: np.random.Generator, population: pl.DataFrame, respondents: int) -> pl.DataFrame:
    """Draw as many in each market, heavy users and the young more often; a weight undoes what the drawing did."""
    drawn = []
    for number, (market, share) in enumerate(zip(MARKETS, _MARKET_SHARES, strict=True)):
        people = population.filter(pl.col("market") == market)
        people = people[rng.permutation(people.height)].sort("age_band", "gender", "is_heavy", maintain_order=True)
        wanted = (respondents + number) // len(MARKETS)
        ease = np.where(people["is_heavy"], 2.6, 1.0) * np.where(people["age_band"] == "18-24", 1.5, 1.0)
        chance = wanted * ease / ease.sum()
        # Systematic drawing along groups: as many as wanted, each with exactly their chance, each group with its share.
        steps = np.floor(np.cumsum(chance) - rng.random()).astype(np.int64)
        chosen = np.flatnonzero(np.diff(steps, prepend=-1) > 0)
        weight = 1 / chance[chosen]
        weight = weight / weight.mean()
        drawn.append(
            people[chosen].with_columns(
                pl.Series("weight_market", np.round(weight, 6)),
                pl.Series("weight", np.round(weight * share * len(MARKETS), 6)),
            )
        )
    return pl.concat(drawn)


def _respond(rng: np.random.Generator, drawn: pl.DataFrame) -> pl.DataFrame:
    """What respondents give: now and then no answer (8), a question put to part of them only (9), or nothing at all."""
    shuffled = drawn[rng.permutation(drawn.height)]
    columns = []
    for question, stream in _streams(rng):
        chance = stream.random(drawn.height)
        is_asked = stream.random(drawn.height) < question.asked_share
        given = np.where(chance < 0.02, SKIPPED, shuffled[question.code].to_numpy())
        given = np.where(is_asked, given, NOT_ASKED)
        columns.append(masked(given, chance < 0.995).alias(question.code))
    return shuffled.with_columns(columns)


def sample_members(frame: pl.DataFrame) -> dict[str, tuple[pl.DataFrame, str]]:
    """The samples: everybody, and each market; with the column that holds the sample's weight."""
    markets = {market.lower(): (frame.filter(pl.col("market") == market), "weight_market") for market in MARKETS}
    return {POOLED: (frame, "weight"), **markets}


def survey_truth(waves: tuple[Wave, ...], kept: Mapping[str, pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the population holds (`population_pct` of answers, `top`, `bottom`), and the bases of those kept."""
    estimates, bases = [], []
    for wave in waves:
        for sample, (people, _) in sample_members(wave.population).items():
            estimates += [
                (SURVEY, wave.wave, sample, question.code, answer, *segment, pct)
                for segment, members in _segments(people)
                for question in QUESTIONS
                for answer, pct in _shares(members, question).items()
            ]
        for sample, (people, weight) in sample_members(kept[wave.wave]).items():
            bases += [
                (SURVEY, wave.wave, sample, question.code, *segment, *_bases(members, question, weight))
                for segment, members in _segments(people)
                for question in QUESTIONS
            ]
    keys = ("survey_id", "wave", "sample", "question_code")
    segment_keys = ("segment_name", "segment_value")
    known = (*keys, "answer_code", *segment_keys, "population_pct")
    counted = (*keys, *segment_keys, "base_asked", "base_unweighted", "base_weighted", "unweighted_top_pct")
    return (
        pl.DataFrame(estimates, schema=known, orient="row", infer_schema_length=None),
        pl.DataFrame(bases, schema=counted, orient="row", infer_schema_length=None),
    )


def _segments(people: pl.DataFrame) -> list[tuple[tuple[str, str], pl.DataFrame]]:
    found = [(("all", "all"), people)]
    for name in ("gender", "age_band", "cohort"):
        values = people[name].drop_nulls().unique().sort()
        found += [((name, value), people.filter(pl.col(name) == value)) for value in values]
    return found


def _shares(people: pl.DataFrame, question: Question) -> dict[str, float]:
    answers = people[question.code].to_numpy()
    shares = {str(code): 100 * float((answers == code).mean()) for code in sorted(question.labels)}
    top, bottom = np.isin(answers, question.top), np.isin(answers, question.bottom)
    return {**shares, "top": 100 * float(top.mean()), "bottom": 100 * float(bottom.mean())}


def _bases(people: pl.DataFrame, question: Question, weight: str) -> tuple[int, int, float, float | None]:
    given = people[question.code].to_numpy()
    asked = people[question.code].is_not_null().to_numpy() & (given != NOT_ASKED)
    answered = asked & (given != SKIPPED)
    top = np.isin(given[answered], question.top)
    unweighted = 100 * float(top.mean()) if top.size else None
    return int(asked.sum()), int(answered.sum()), float(people[weight].to_numpy()[answered].sum()), unweighted
