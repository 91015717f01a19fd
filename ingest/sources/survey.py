"""The survey source: its lake tables and formats. How a file is read lives in `ingest.formats`."""

import polars as pl

from ingest.formats import spss, survey_csv
from ingest.source import Source, Table

_WAVE = {"survey_id": pl.String(), "wave": pl.String()}

SURVEY_WAVES = Table(
    name="survey_waves",
    description="Survey waves as their delivery describes them. One row per survey and wave.",
    schema=pl.Schema(
        {
            **_WAVE,
            "title": pl.String(),
            "fieldwork_from": pl.Date(),
            "fieldwork_to": pl.Date(),
            "mode": pl.String(),
            "population": pl.String(),
            "sampling": pl.String(),
            "samples": pl.List(pl.Struct({"sample": pl.String(), "country": pl.String(), "is_weighted": pl.Boolean()})),
        }
    ),
    key=("survey_id", "wave"),
)

SURVEY_QUESTIONS = Table(
    name="survey_questions",
    description="Questions with their closed answers. One row per survey, wave and question.",
    schema=pl.Schema(
        {
            **_WAVE,
            "question_code": pl.String(),
            "question_key": pl.String(),
            "question_text": pl.String(),
            "kind": pl.String(),
            "answers": pl.List(
                pl.Struct(
                    {
                        "answer_code": pl.String(),
                        "answer_label": pl.String(),
                        "is_top": pl.Boolean(),
                        "is_bottom": pl.Boolean(),
                    }
                )
            ),
        }
    ),
    key=("survey_id", "wave", "question_code"),
)

SURVEY_RESPONDENTS = Table(
    name="survey_respondents",
    description="Respondents in each sample they belong to, with weight, design and segments. One row per wave, respondent, sample.",
    schema=pl.Schema(
        {
            **_WAVE,
            "respondent_key": pl.String(),
            "sample": pl.String(),
            "country": pl.String(),
            "weight": pl.Float64(),
            "is_weighted": pl.Boolean(),
            "cluster": pl.String(),
            "stratum": pl.String(),
            "fpc": pl.Float64(),
            "segments": pl.List(pl.Struct({"segment_name": pl.String(), "segment_value": pl.String()})),
        }
    ),
    key=("survey_id", "wave", "respondent_key", "sample"),
    records=pl.col("respondent_key").n_unique(),
    required=("weight",),
)

SURVEY_ANSWERS = Table(
    name="survey_answers",
    description="Answers to the questions a respondent was asked. One row per wave, respondent and question asked.",
    schema=pl.Schema(
        {
            **_WAVE,
            "respondent_key": pl.String(),
            "question_code": pl.String(),
            "answer_code": pl.String(),
            "status": pl.String(),
        }
    ),
    key=("survey_id", "wave", "respondent_key", "question_code"),
)

SURVEY = Source(
    name="survey",
    title="survey",
    description="Survey waves that measure attitudes towards mental wellbeing.",
    owner="team:research",
    tables=(SURVEY_WAVES, SURVEY_QUESTIONS, SURVEY_RESPONDENTS, SURVEY_ANSWERS),
    formats={"spss": spss.FORMAT, "survey_csv": survey_csv.FORMAT},
)
