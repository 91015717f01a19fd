"""Puts a survey delivery into landing, reads it as ingestion does, and holds every survey reader to its contract."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from ingest.delivery import load_delivery
from ingest.home import Home
from ingest.landing import write_delivery
from ingest.note import read_note
from ingest.pseudonym import Pseudonymiser
from ingest.source import REJECTED, UNREADABLE, Delivery, Parsed
from ingest.sources.survey import SURVEY

PSEUDONYMS = Pseudonymiser("a key of the tests, 32 characters long")
LANDED_ON = date(2021, 4, 1)
WAVE = ["survey_id", "wave", "respondent_key"]
FIXTURE = Path(__file__).parents[1] / "fixtures" / "survey" / "yougov_fifth_wave_40.sav"
REAL = Path(__file__).parents[2].parent / "shared" / "data" / "survey"

SURVEY_KEY = """
survey: {id: tpl, wave: w5, title: "...", fieldwork_from: 2021-03-01, fieldwork_to: 2021-03-31, mode: online, population: "adults",
         sampling: non_probability}
"""


def deliver(folder: Path, form: str, files: Mapping[str, str | bytes], options: str) -> Delivery:
    """A delivery with that content; `options` is the YAML of the note's options, as a user writes it."""
    note: dict[str, Any] = {"source": "survey", "format": form, "campaign": "endthestigma"}
    note["options"] = yaml.safe_load(options)
    content = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    path = write_delivery(Home(folder), "survey", LANDED_ON, "wave", content, note)
    return load_delivery(SURVEY, LANDED_ON, path, read_note(path), PSEUDONYMS, frozenset({"endthestigma"}))


def read(folder: Path, form: str, files: Mapping[str, str | bytes], options: str) -> Parsed:
    """What the format makes of a delivery, held to the contract."""
    delivery = deliver(folder, form, files, options)
    parsed = delivery.format.read(delivery)
    assert_contract(parsed)
    return parsed


def assert_contract(parsed: Parsed) -> None:
    """Schemas, unique keys that are known, the accounting, and that the tables fit together."""
    assert set(parsed.tables) == {table.name for table in SURVEY.tables}
    loaded = 0
    for name, frame in parsed.tables.items():
        table = SURVEY.table(name)
        assert frame.schema == table.rows_schema, name
        assert frame.select(table.key).null_count().sum_horizontal().sum() == 0, name
        assert not frame.select(table.key).is_duplicated().any(), name
        loaded += int(frame.select(table.records).item() or 0) if table.records is not None else 0
    assert parsed.rejected.schema == REJECTED
    assert parsed.unreadable.schema == UNREADABLE
    assert parsed.records_read == loaded + parsed.rejected.height + parsed.records_duplicate
    respondents, answers = members(parsed), parsed.tables["survey_answers"]
    assert (respondents["weight"] > 0).all()
    assert set(answers["respondent"]) <= set(respondents["respondent"])
    assert set(respondents["profile"]) == set(parsed.tables["survey_profiles"]["profile"])
    words = spelled(parsed)
    assert words.height == answers["given"].list.len().sum()
    assert not words["answer_code"].str.contains(r"^-?\d+\.0*$").any()


def members(parsed: Parsed) -> pl.DataFrame:
    """Respondents in their samples, with what their profile says of them."""
    profiles = parsed.tables["survey_profiles"]
    return parsed.tables["survey_respondents"].join(
        profiles, on=["survey_id", "wave", "sample", "profile"], how="inner", maintain_order="left"
    )


def long_answers(answers: pl.DataFrame) -> pl.DataFrame:
    """The answers of a lake table, a row per respondent and answer."""
    return answers.explode("given", empty_as_null=False, keep_nulls=False).rename({"given": "answer"})


def spelled(parsed: Parsed) -> pl.DataFrame:
    """The answers of a delivery in the words of its file, a row per respondent, question and answer."""
    codes = parsed.tables["survey_questions"].select("question_code", "codes").explode("codes", empty_as_null=False)
    people = parsed.tables["survey_respondents"].unique("respondent").select("respondent", "respondent_key", "line")
    return (
        long_answers(parsed.tables["survey_answers"])
        .join(codes.unnest("codes"), on="answer", maintain_order="left")
        .join(people, on="respondent", maintain_order="left")
        .with_columns(
            pl.when(pl.col("answer") > 0).then(pl.lit("answered")).otherwise(pl.lit("missing")).alias("status")
        )
    )


def answered(parsed: Parsed, question: str) -> pl.DataFrame:
    """Those who answered a question, a row per sample that they belong to."""
    answers = spelled(parsed).filter(question_code=question, status="answered").drop("respondent_key", "line")
    return members(parsed).join(answers, on="respondent", how="inner")


def shares(people: pl.DataFrame, codes: list[str]) -> dict[str, tuple[float, int, float]]:
    """By sample: weighted share of those codes in per cent, number of people, Kish's effective base."""
    weight = pl.col("weight")
    table = people.group_by("sample").agg(
        (weight * pl.col("answer_code").is_in(codes)).sum() / weight.sum() * 100,
        pl.len().alias("n"),
        (weight.sum() ** 2 / (weight**2).sum()).alias("kish"),
    )
    return {sample: (share, n, kish) for sample, share, n, kish in table.iter_rows()}


def segment(people: pl.DataFrame, name: str) -> pl.Series:
    """The value of one segment of each respondent."""
    of_name = pl.element().struct.field("segment_name") == name
    values = pl.col("segments").list.eval(pl.element().filter(of_name).struct.field("segment_value")).list.first()
    return people.select(values.alias(name))[name]


def rejected(parsed: Parsed) -> list[tuple[int, str]]:
    """Line and reason of the rejected records, by line."""
    return parsed.rejected.sort("line").select("line", "reason").rows()


def field_case(name: str) -> tuple[dict[str, Any], dict[str, bytes], dict[str, Any]]:
    """Note, files and right answers of a case from the field; the test is skipped where they are absent."""
    folder = REAL.parent / "field" / name
    if not folder.is_dir():
        pytest.skip(f"the field cases are not beside this checkout: {name} is absent")
    files = {
        path.name: path.read_bytes() for path in folder.iterdir() if path.name not in ("delivery.yml", "expected.json")
    }
    expected = json.loads((folder / "expected.json").read_text("utf-8"))["expected"]
    return yaml.safe_load((folder / "delivery.yml").read_text("utf-8")), files, expected


def real_file(name: str) -> bytes:
    """A file of the real data beside the checkout; the test is skipped where that is absent."""
    path = REAL / name
    if not path.exists():
        pytest.skip(f"the real data is not beside this checkout: {name} is absent")
    return path.read_bytes()
