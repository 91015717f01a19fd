"""The survey source: its lake tables and formats. How a file is read lives in `ingest.formats`."""

from typing import get_args

import polars as pl

from ingest.formats.survey import (
    google_forms,
    kobo_csv,
    limesurvey_csv,
    qualtrics_csv,
    spss,
    survey_csv,
    surveymonkey_csv,
    triple_s,
)
from ingest.formats.survey.survey_options import Sampling
from ingest.formats.survey.survey_variables import Base
from ingest.source import Column, Source, Table

_WAVE = {
    "survey_id": Column(pl.String(), "The survey, as its delivery calls it."),
    "wave": Column(pl.String(), "The wave of the survey, as its delivery calls it."),
}
_RESPONDENT_KEY = Column(
    pl.String(),
    "Keyed pseudonym of the respondent, the same in every wave of the survey that has the respondent in the same samples.",
    is_pseudonym=True,
)
_MEMBER_KEY = Column(
    pl.String(),
    "Keyed pseudonym of the respondent in this sample, whatever other samples the respondent is in; NULL where there is no other, "
    "since respondent_key is it then.",
    is_pseudonym=True,
)
_SAMPLE = Column(pl.String(), "The sample, as the note calls it.")

SURVEY_WAVES = Table(
    name="survey_waves",
    description="Survey waves as their delivery describes them. One row per survey and wave.",
    columns={
        **_WAVE,
        "title": Column(pl.String(), "What people call the wave."),
        "fieldwork_from": Column(pl.Date(), "First day of fieldwork."),
        "fieldwork_to": Column(pl.Date(), "Last day of fieldwork."),
        "mode": Column(pl.String(), "How people were asked, such as online."),
        "language": Column(
            pl.String(), "The language of the questionnaire, such as ar; NULL where the note does not say."
        ),
        "population": Column(pl.String(), "Whom the survey speaks about."),
        "sampling": Column(
            pl.String(),
            "probability or non_probability; the second is said beside every interval.",
            values=get_args(Sampling),
        ),
        "is_panel": Column(
            pl.Boolean(),
            "Whether an id of a respondent means the same person in every wave; no where the note does not say so.",
        ),
        "publish_responses": Column(
            pl.Boolean(),
            "Whether single respondents may be published under their pseudonyms; no where the note does not say so.",
        ),
        "samples": Column(
            pl.List(pl.Struct({"sample": pl.String(), "country": pl.String(), "is_weighted": pl.Boolean()})),
            "Samples of the wave, with their country and whether they have weights.",
        ),
    },
    key=("survey_id", "wave"),
    unit=("survey_id", "wave"),
    together="is_panel",
)

SURVEY_QUESTIONS = Table(
    name="survey_questions",
    description="Questions with their closed answers. One row per survey, wave and question.",
    columns={
        **_WAVE,
        "question_code": Column(pl.String(), "The question, as its file calls it."),
        "question_key": Column(pl.String(), "The question across waves; its code where the note gives no key."),
        "question_text": Column(pl.String(), "The question as it was put; NULL where the file does not say."),
        "kind": Column(
            pl.String(),
            "single, multiple, grid, number, or scale where the note says which answers are top and bottom.",
            values=("single", "multiple", "grid", "scale", "number"),
        ),
        "base": Column(
            pl.String(),
            "Who is in the base: those who answered, or (asked) also those who left every box unticked.",
            values=get_args(Base),
        ),
        "asked_of": Column(pl.String(), "Who was asked, in words; NULL where everybody was, or the note does not say."),
        "answers": Column(
            pl.List(
                pl.Struct(
                    {
                        "answer_code": pl.String(),
                        "answer_label": pl.String(),
                        "is_top": pl.Boolean(),
                        "is_bottom": pl.Boolean(),
                    }
                )
            ),
            "The answers it offers, in order: code, label, whether among the top or the bottom ones.",
        ),
        "codes": Column(
            pl.List(pl.Struct({"answer": pl.Int32(), "answer_code": pl.String()})),
            "The codes that were given, as text, whole numbers without a point, by the numbers that survey_answers has for "
            "them, each one's own in the delivery, below 0 where the code is no valid answer; blank where every box was left "
            "unticked.",
        ),
    },
    key=("survey_id", "wave", "question_code"),
)

SURVEY_PROFILES = Table(
    name="survey_profiles",
    description="Respondents who are alike in sample, design and segments. One row per survey, wave and profile.",
    columns={
        **_WAVE,
        "profile": Column(pl.Int32(), "The profile, by the number in survey_respondents."),
        "sample": _SAMPLE,
        "cluster": Column(pl.String(), "Primary sampling unit of the design; NULL where each respondent is one."),
        "stratum": Column(pl.String(), "Stratum of the sample design; NULL where there is none."),
        "segments": Column(
            pl.List(pl.Struct({"segment_name": pl.String(), "segment_value": pl.String()})),
            "Known segments of the respondents, such as gender or age band.",
        ),
    },
    key=("survey_id", "wave", "profile"),
    is_located=False,
)

SURVEY_RESPONDENTS = Table(
    name="survey_respondents",
    description="Respondents in each sample they belong to, with their weight. One row per wave, respondent, sample.",
    columns={
        **_WAVE,
        "respondent_key": _RESPONDENT_KEY,
        "member_key": _MEMBER_KEY,
        "sample": _SAMPLE,
        "weight": Column(pl.Float64(), "Weight of the respondent in the sample; 1 where the sample is unweighted."),
        "fpc": Column(
            pl.Float64(),
            "Size of the stratum's population in sampling units, or the sampled fraction up to 1; NULL where unknown.",
        ),
        "duration_seconds": Column(
            pl.Float64(), "How many seconds the respondent took to answer; NULL where the note names no column for it."
        ),
        "respondent": Column(
            pl.Int32(),
            "The respondent's number in the delivery, by which survey_answers names everybody, in every sample.",
        ),
        "profile": Column(
            pl.Int32(),
            "A number that those share who are alike in sample, cluster, stratum and segments, which survey_profiles has.",
        ),
    },
    key=("survey_id", "wave", "respondent_key", "sample"),
    records=pl.col("respondent").n_unique(),
    required=("weight",),
)

SURVEY_ANSWERS = Table(
    name="survey_answers",
    description="Answers to the questions a respondent was asked, as numbers. One row per respondent.",
    columns={
        "respondent": Column(pl.Int32(), "The respondent, by the number in survey_respondents."),
        "given": Column(
            pl.List(pl.Int32()),
            "What the respondent answered, in order of the questions: the numbers that the answers have in survey_questions.",
        ),
    },
    key=("respondent",),
    is_located=False,
)

SURVEY = Source(
    name="survey",
    title="survey",
    description="Survey waves that measure attitudes towards mental wellbeing.",
    owner="team:research",
    tables=(SURVEY_WAVES, SURVEY_QUESTIONS, SURVEY_PROFILES, SURVEY_RESPONDENTS, SURVEY_ANSWERS),
    formats={
        form.name: form
        for form in (
            spss.FORMAT,
            survey_csv.FORMAT,
            qualtrics_csv.FORMAT,
            google_forms.FORMAT,
            surveymonkey_csv.FORMAT,
            limesurvey_csv.FORMAT,
            kobo_csv.FORMAT,
            triple_s.FORMAT,
        )
    },
)
