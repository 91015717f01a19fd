"""The survey waves as files: the first as CSV with a weight for each row, the second as SPSS with a weight per sample.

What people answered is invented in `ingest.simulated.survey`.
"""

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from ingest.simulated.plan import CAMPAIGN, PlannedDelivery
from ingest.simulated.survey import BANDS, COHORTS, MARKETS, NOT_ASKED, POOLED, QUESTIONS, SKIPPED, SURVEY, Wave

_REMARKS = (None, 'Invented remark, with a comma and "quotes"', "ملاحظة تجريبية\nعلى سطرين", None, None)
_GENDERS = {1: "male", 2: "female"}
_STAMP = slice(92, 109)


@dataclass(frozen=True)
class SurveyPlan:
    """The deliveries, and by wave the respondents that can be kept."""

    deliveries: list[PlannedDelivery]
    kept: dict[str, pl.DataFrame]


def plan_survey(waves: tuple[Wave, Wave]) -> SurveyPlan:
    """Deliver the first wave as `survey_csv` and the second as `spss`."""
    first, second = waves
    csv, kept = _csv(first)
    return SurveyPlan([csv, _sav(second)], {first.wave: kept, second.wave: second.frame})


def _csv(wave: Wave) -> tuple[PlannedDelivery, pl.DataFrame]:
    """Codes in text; one weight is missing inside its sample, and one respondent number stands twice."""
    number = pl.int_range(pl.len()) + 1
    table = wave.frame.select(
        (number + 500_000).alias("resp_no"),
        pl.format("192.0.2.{}", number % 250 + 1).alias("ip_address"),
        pl.format("respondent.{}@example.org", number).alias("email"),
        pl.col("market").alias("country"),
        pl.col("gender").alias("sex"),
        pl.col("birth_year").alias("birthyr"),
        *(question.code for question in QUESTIONS),
        pl.col("weight_market").alias("weight_in_country"),
        "weight",
        (number % len(_REMARKS)).replace_strict(dict(enumerate(_REMARKS)), return_dtype=pl.String()).alias("remark"),
    )
    bad = table.height // 2
    is_bad = pl.int_range(pl.len()) == bad
    emptied = table.with_columns(pl.when(~is_bad).then(pl.col("weight", "weight_in_country")))
    again = emptied.head(1).with_columns(pl.lit(3, pl.Int64()).alias("judged"), pl.lit("entered twice").alias("remark"))
    samples = {POOLED: {"weight": "weight"}} | {
        market.lower(): {"weight": "weight_in_country", "country": market, "where": {"country": [market]}}
        for market in MARKETS
    }
    options = {
        **_described(wave),
        "respondent_id": "resp_no",
        "samples": samples,
        "segments": _segments("sex", wave.fieldwork_to),
        "questions": _questions(in_file=False),
        "drop": ["ip_address", "email", "remark"],
    }
    made = PlannedDelivery(
        source="survey",
        landed_on=wave.landed_on,
        name=f"{SURVEY}-{wave.wave}",
        files={f"{SURVEY}_{wave.wave}.csv": pl.concat([emptied, again]).write_csv(separator=";").encode()},
        note=_note("survey_csv", options),
        records=table.height + 1,
        rejected=2,
    )
    return made, wave.frame.filter(~is_bad)


def _sav(wave: Wave) -> PlannedDelivery:
    """Every number a float, user-missing codes that look like answers, weights that are empty outside their sample."""
    number = pl.int_range(pl.len())
    table = wave.frame.select(
        (number + 1_700_000_001).cast(pl.Float64()).alias("caseid"),
        (number % 9 + 1).cast(pl.Float64()).alias("panel_source"),
        pl.col("gender").replace_strict({label: code for code, label in _GENDERS.items()}, return_dtype=pl.Float64()),
        pl.col("birth_year").cast(pl.Float64()).alias("birthyr"),
        *(pl.col(question.code).cast(pl.Float64()) for question in QUESTIONS),
        "weight",
        *(pl.when(pl.col("market") == market).then("weight_market").alias(f"weight_{market}") for market in MARKETS),
        pl.format("respondent.{}@example.org", number).alias("email"),
    )
    samples = {POOLED: {"weight": "weight"}} | {
        market.lower(): {"weight": f"weight_{market}", "country": market} for market in MARKETS
    }
    options = {
        **_described(wave),
        "respondent_id": "caseid",
        "samples": samples,
        "segments": _segments("gender", wave.fieldwork_to),
        "questions": _questions(in_file=True),
        "drop": ["email", "panel_source"],
    }
    return PlannedDelivery(
        source="survey",
        landed_on=wave.landed_on,
        name=f"{SURVEY}-{wave.wave}",
        files={f"{SURVEY}_{wave.wave}.sav": _sav_bytes(table)},
        note=_note("spss", options),
        records=table.height,
    )


def _sav_bytes(table: pl.DataFrame) -> bytes:
    """The table as `.sav`. The header's time of writing is overwritten, so that the same table gives the same bytes."""
    import pyreadstat  # takes a third of a second to load, and only this needs it

    codes = {question.code: question for question in QUESTIONS}
    labels: dict[str, dict[int | float, str]] = {"gender": dict(_GENDERS.items())}
    for code, question in codes.items():
        labels[code] = {**dict(question.labels.items()), SKIPPED: "skipped", NOT_ASKED: "not asked"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wave.sav"
        pyreadstat.write_sav(
            table,
            path,
            column_labels={code: question.text for code, question in codes.items()},
            variable_value_labels=labels,
            missing_ranges={code: [SKIPPED, NOT_ASKED] for code in codes},
            variable_format={"caseid": "F17.0", "birthyr": "F4.0", **dict.fromkeys(codes, "F1.0")},
        )
        written = bytearray(path.read_bytes())
    written[_STAMP] = b"02 Nov 2209:00:00"
    return bytes(written)


def _described(wave: Wave) -> dict[str, Any]:
    return {
        "survey": {
            "id": SURVEY,
            "wave": wave.wave,
            "title": "Invented MENA mental wellbeing survey",
            "fieldwork_from": wave.fieldwork_from,
            "fieldwork_to": wave.fieldwork_to,
            "mode": "online",
            "population": "adults 18-60 in three markets (invented)",
            "sampling": "probability",
        }
    }


def _segments(gender: str, as_of: date) -> dict[str, Any]:
    lower_bounds = [low for low, _ in BANDS.values()]
    return {
        "gender": gender,
        "age_band": {"from_birth_year": "birthyr", "as_of": as_of, "bands": lower_bounds},
        "cohort": {"from_birth_year": "birthyr", "cohorts": {name: list(years) for name, years in COHORTS.items()}},
    }


def _questions(*, in_file: bool) -> dict[str, Any]:
    """What the note says of the questions. A CSV knows neither texts, labels nor missing codes; an SPSS file does."""
    described = {}
    for question in QUESTIONS:
        codes: dict[str, Any] = {
            "key": question.key or question.code,
            "top": list(question.top),
            "bottom": list(question.bottom),
        }
        if not in_file:
            labels = {str(code): label for code, label in question.labels.items()}
            codes |= {"text": question.text, "labels": labels, "missing": [SKIPPED]}
        described[question.code] = codes | {"not_asked": [NOT_ASKED]}
    return described


def _note(form: str, options: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": "survey", "format": form, "campaign": CAMPAIGN, "supplier": "Invented Survey Institute",
        "options": options,
    }  # fmt: skip
