"""SPSS waves: samples with their own weights, user-missing codes, labels; on a shipped excerpt and on the real file."""

import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyreadstat
import pytest

from ingest.formats import apart
from ingest.formats.survey import spss
from ingest.source import DeliveryError
from tests.ingest.survey_desk import (
    FIXTURE,
    SURVEY_KEY,
    answered,
    deliver,
    members,
    read,
    real_file,
    rejected,
    segment,
    shares,
    spelled,
)


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


PLACING = """
respondent_id: resp_no
samples:
  us: {weight: weight, country: US}
  ri: {weight: weight_RI, country: US-RI, where: {sample_type: [2]}}
design: {cluster: null, stratum: null, fpc: null}
segments:
  gender: gender_client
  age_band: {from_birth_year: birthyr, as_of: 2021-03-15, bands: [18, 25, 35]}
  cohort: {from_birth_year: birthyr, cohorts: {gen_z: [1997, 2012], millennial: [1981, 1996]}}
"""
QUESTIONS = """
questions:
  q58_7: {key: reduces_stress, top: [4, 5], bottom: [1, 2], missing: [8], not_asked: [9]}
"""
NOTE = SURVEY_KEY + PLACING + QUESTIONS


def excerpt() -> dict[str, bytes]:
    return {"wave5.sav": FIXTURE.read_bytes()}


def sav(path: Path, frame: pd.DataFrame, **description: Any) -> bytes:
    pyreadstat.write_sav(frame, path, **description)
    return path.read_bytes()


def small(tmp_path: Path, **description: Any) -> bytes:
    frame = pd.DataFrame(
        {
            "id": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            "mood": [1.0, 2.0, 97.0, 98.0, 99.0, None],
            "tone": ["a", "b", "x ", "", "b", "a"],
            "note": ["my story", "another", "", "third", "my own", "__NA__"],
        }
    )
    described: dict[str, Any] = {
        "column_labels": {"mood": "How are you?"},
        "variable_value_labels": {
            "mood": {1: "well", 2: "badly", 97: "refused", 98: "skipped", 99: "Not Asked"},
            "tone": {"a": "Low", "b": "High", "x": "not asked"},
            "note": {"__NA__": "nothing written"},
        },
        "missing_ranges": {"mood": [{"lo": 98, "hi": 99}], "tone": ["x"]},
    }
    return sav(tmp_path / "small.sav", frame, **{**described, **description})


def in_page(tmp_path: Path, text: str, page: str, stated: str) -> bytes:
    """A file whose labels have a text in a code page, while it states another."""
    written = text.encode(page)
    unicode = struct.pack("<4i", 7, 20, 1, 5) + b"UTF-8"
    content = small(tmp_path, column_labels={"mood": "#" * len(written)})
    assert content.count(unicode) == 1
    stating = struct.pack("<4i", 7, 20, 1, len(stated)) + stated.encode()
    return content.replace(b"#" * len(written), written).replace(unicode, stating)


SMALL = SURVEY_KEY + "respondent_id: id\nsamples: {all: {weight: null}}\n"


class TestSamplesAndWeights:
    def test_each_sample_has_its_own_weight(self, tmp_path: Path) -> None:
        parsed = read(tmp_path, "spss", excerpt(), NOTE)
        assert parsed.records_read == 40
        found = shares(answered(parsed, "q58_7"), ["4", "5"])
        # By hand from the file with pandas; unweighted it would be 57.7 and 64.3.
        assert found["us"] == pytest.approx((61.98975122328106, 26, 22.43484057985373), abs=1e-9)
        assert found["ri"] == pytest.approx((70.00351319514766, 14, 8.2628166015479), abs=1e-9)

    def test_weights_leave_bit_by_bit_as_they_came(self, tmp_path: Path) -> None:
        parsed = read(tmp_path, "spss", excerpt(), NOTE)
        raw, _ = pyreadstat.read_sav(FIXTURE)
        ours = parsed.tables["survey_respondents"].sort("line")
        assert ours["weight"].to_list() == raw["weight"].fillna(raw["weight_RI"]).to_list()
        assert ours["line"].to_list() == list(range(1, 41))

    def test_the_wave_describes_its_samples(self, tmp_path: Path) -> None:
        wave = read(tmp_path, "spss", excerpt(), NOTE).tables["survey_waves"].row(0, named=True)
        assert wave["samples"] == [
            {"sample": "us", "country": "US", "is_weighted": True},
            {"sample": "ri", "country": "US-RI", "is_weighted": True},
        ]
        assert (wave["file"], wave["line"], wave["sampling"]) == ("wave5.sav", 0, "non_probability")
        assert (wave["fieldwork_from"].isoformat(), wave["fieldwork_to"].isoformat()) == ("2021-03-01", "2021-03-31")

    def test_a_forgotten_sample_is_said_once_not_a_thousand_times(self, tmp_path: Path) -> None:
        only_ri = NOTE.replace("  us: {weight: weight, country: US}\n", "").replace(", where: {sample_type: [2]}", "")
        with pytest.raises(
            DeliveryError, match=r"'weight_RI' is empty for 26 of 40 respondents of wave w5.*name their"
        ):
            read(tmp_path, "spss", excerpt(), only_ri)

    def test_a_weight_that_is_empty_in_its_sample(self, tmp_path: Path) -> None:
        swapped = NOTE.replace("where: {sample_type: [2]}", "where: {sample_type: [1]}")
        with pytest.raises(DeliveryError, match=r"'weight_RI' is empty for 26 of 40 respondents.*'ri'.*weight: null"):
            read(tmp_path, "spss", excerpt(), swapped)

    def test_some_without_a_weight_in_a_sample_that_where_names(self, tmp_path: Path) -> None:
        all_of_them = NOTE.replace("[2]", "[1, 2]").replace("  us: {weight: weight, country: US}\n", "")
        parsed = read(tmp_path, "spss", excerpt(), all_of_them)
        assert parsed.rejected["reason"].value_counts().rows() == [("bad_weight", 26)]
        assert "weight_RI" in parsed.rejected["detail"][0]

    def test_where_that_holds_for_nobody(self, tmp_path: Path) -> None:
        with pytest.raises(
            DeliveryError,
            match=r"samples\.ri\.where.*sample_type in \['3'\].*holds 2 different values, of the shapes '9'",
        ):
            read(tmp_path, "spss", excerpt(), NOTE.replace("[2]}", "[3]}"))


class TestAnswers:
    def test_skipped_is_missing_and_not_asked_leaves_no_row(self, tmp_path: Path) -> None:
        answers = spelled(read(tmp_path, "spss", excerpt(), SURVEY_KEY + PLACING))

        def count(question: str) -> dict[str, int]:
            return dict(answers.filter(pl.col("question_code") == question)["status"].value_counts().iter_rows())

        assert count("q126") == {"answered": 28}  # 12 not asked
        assert count("q128_3") == {"answered": 39, "missing": 1}
        assert count("region") == {"answered": 36, "missing": 4}
        assert count("q121") == {"answered": 12}  # its code 8 is an answer: eight days
        assert count("q129")["answered"] == 40  # don't know stays in the base

    def test_the_note_goes_before_the_file(self, tmp_path: Path) -> None:
        note = SURVEY_KEY + PLACING + "questions:\n  region: {not_asked: [8], missing: [4]}\n  q126: {missing: [9]}\n"
        answers = spelled(read(tmp_path, "spss", excerpt(), note))
        assert sorted(answers.group_by("question_code", "status").len().rows()) == [
            ("q126", "answered", 28),
            ("q126", "missing", 12),
            ("region", "answered", 33),
            ("region", "missing", 3),
        ]

    def test_ranges_text_codes_and_the_four_kinds_of_nothing(self, tmp_path: Path) -> None:
        parsed = read(tmp_path, "spss", {"small.sav": small(tmp_path)}, SMALL + "questions: {mood: {}, tone: {}}")
        rows = spelled(parsed).select("line", "question_code", "answer_code", "status").sort("line")
        assert rows.filter(pl.col("question_code") == "mood").select("line", "answer_code", "status").rows() == [
            (1, "1", "answered"),
            (2, "2", "answered"),
            (3, "97", "answered"),  # refused, yet not declared missing: the note may say so
            (4, "98", "missing"),
        ]
        assert rows.filter(pl.col("question_code") == "tone").select("line", "answer_code").rows() == [
            (1, "a"),
            (2, "b"),
            (5, "b"),
            (6, "a"),
        ]

    def test_codes_are_text_and_whole_numbers_carry_no_point(self, tmp_path: Path) -> None:
        frame = pd.DataFrame({"id": [1.0, 2.0, 3.0, 4.0], "q": [4.0, -8.0, 2.5, 1e6]})
        file = sav(tmp_path / "codes.sav", frame)
        answers = spelled(read(tmp_path, "spss", {"codes.sav": file}, SMALL + "questions: {q: {}}"))
        assert answers["answer_code"].to_list() == ["4", "-8", "2.5", "1000000"]


class TestQuestions:
    def test_what_the_file_and_the_note_say(self, tmp_path: Path) -> None:
        question = read(tmp_path, "spss", excerpt(), NOTE).tables["survey_questions"].row(0, named=True)
        assert question["question_key"] == "reduces_stress"
        assert question["kind"] == "scale"
        assert question["question_text"].startswith("Agree - Disagree: Getting vaccinated wou")
        answers = [(a["answer_code"], a["answer_label"], a["is_top"], a["is_bottom"]) for a in question["answers"]]
        assert answers == [
            ("1", "Strongly disagree", False, True),
            ("2", "Disagree", False, True),
            ("3", "Neither agree nor disagree", False, False),
            ("4", "Agree", True, False),
            ("5", "Strongly agree", True, False),
        ]

    def test_by_default_the_labelled_variables_that_place_nobody(self, tmp_path: Path) -> None:
        parsed = read(tmp_path, "spss", excerpt(), SURVEY_KEY + PLACING + "drop: [q4_5]")
        # Not: what places people; q53 and household_size, which are quantities; q4_5, dropped.
        assert parsed.tables["survey_questions"]["question_code"].to_list() == [
            "q58_7", "q126", "q128_3", "q129", "q121", "q4_1", "q4_2", "region",
        ]  # fmt: skip

    def test_an_open_text_with_one_label_is_no_closed_question(self, tmp_path: Path) -> None:
        parsed = read(tmp_path, "spss", {"small.sav": small(tmp_path)}, SMALL)
        assert parsed.tables["survey_questions"]["question_code"].to_list() == ["mood", "tone"]
        assert "story" not in str(spelled(parsed).to_dicts())

    def test_an_answer_nobody_gave_is_still_an_answer(self, tmp_path: Path) -> None:
        note = SMALL + "questions: {mood: {labels: {3: middling}}}"
        question = (
            read(tmp_path, "spss", {"small.sav": small(tmp_path)}, note).tables["survey_questions"].row(0, named=True)
        )
        assert [(a["answer_code"], a["answer_label"]) for a in question["answers"]] == [
            ("1", "well"),
            ("2", "badly"),
            ("3", "middling"),
            ("97", "refused"),
        ]

    def test_a_multiple_response_set_of_dichotomies(self, tmp_path: Path) -> None:
        record = b"$seen=D1 1 5 Where? q4_1 q4_2\n"
        # SPSS keeps the sets in an extension record (7, 7) of the dictionary, which ends with record 999.
        extension = struct.pack("<4i", 7, 7, 1, len(record)) + record
        end = struct.pack("<2i", 999, 0)
        content = FIXTURE.read_bytes()
        assert content.count(end) == 1
        content = content.replace(end, extension + end)
        parsed = read(tmp_path, "spss", {"w.sav": content}, SURVEY_KEY + PLACING)
        questions = parsed.tables["survey_questions"].select("question_code", "kind", "base", "answers")
        described = {code: row for code, *row in questions.iter_rows()}
        assert described["seen"][:2] == ["multiple", "asked"]
        assert [answer["answer_code"] for answer in described["seen"][2]] == ["q4_1", "q4_2"]
        assert "q4_1" not in described
        assert described["q4_5"][0] == "single"
        alone = read(tmp_path / "alone", "spss", {"w.sav": content}, SURVEY_KEY + PLACING + "questions: {q4_1: {}}\n")
        ticked = answered(alone, "q4_1").filter(pl.col("answer_code") == "1")["respondent_key"].n_unique()
        seen = answered(parsed, "seen")
        assert seen.filter(pl.col("answer_code") == "q4_1")["respondent_key"].n_unique() == ticked > 0
        assert seen["respondent_key"].n_unique() == answered(alone, "q4_1")["respondent_key"].n_unique()

    def test_a_file_on_which_the_library_breaks_takes_nothing_else_down(self, tmp_path: Path) -> None:
        os.kill(apart.read_apart(os.getpid), signal.SIGKILL)
        with pytest.raises(DeliveryError, match="is damaged"):
            read(tmp_path / "damaged", "spss", {"w.sav": FIXTURE.read_bytes()}, SURVEY_KEY + PLACING)
        assert read(tmp_path / "next", "spss", {"w.sav": FIXTURE.read_bytes()}, SURVEY_KEY + PLACING).records_read == 40

    def test_the_process_that_reads_ends_when_the_run_is_killed(self) -> None:
        reads = "import os, time; from ingest.formats.apart import read_apart; print(read_apart(os.getpid), flush=True); time.sleep(60)"
        with subprocess.Popen([sys.executable, "-c", reads], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
            assert run.stdout is not None
            reader = int(run.stdout.readline())
            run.kill()
        wait_until(lambda: not Path(f"/proc/{reader}").exists())

    def test_a_top_that_is_no_answer_would_look_like_a_finding(self, tmp_path: Path) -> None:
        with pytest.raises(
            DeliveryError,
            match=r"questions\.q58_7\.top.*'6' is no valid answer.*found 5 different values, of the shapes '9'",
        ):
            read(tmp_path, "spss", excerpt(), NOTE.replace("top: [4, 5]", "top: [5, 6]"))

    def test_free_text_stays_in_landing(self, tmp_path: Path) -> None:
        stories = pd.DataFrame({"id": [float(i) for i in range(150)], "story": [f"story {i}" for i in range(150)]})
        file = sav(tmp_path / "s.sav", stories)
        with pytest.raises(DeliveryError, match=r"'story' holds 150 different texts.*free text stays") as error:
            read(tmp_path, "spss", {"s.sav": file}, SMALL + "questions: {story: {}}")
        assert "story 1" not in str(error.value)


class TestPeople:
    def test_segments(self, tmp_path: Path) -> None:
        people = members(read(tmp_path, "spss", excerpt(), NOTE))
        raw, _ = pyreadstat.read_sav(FIXTURE)
        by_line = people.sort("line")
        names = {1: "Male", 2: "Female", 3: "Other", 4: "Prefer not to say"}
        assert segment(by_line, "gender").to_list() == [names[code] for code in raw["gender_client"]]
        ages = 2021 - raw["birthyr"]
        bands = ["under 18" if a < 18 else "18-24" if a < 25 else "25-34" if a < 35 else "35+" for a in ages]
        assert segment(by_line, "age_band").to_list() == bands
        cohorts = ["gen_z" if y >= 1997 else "millennial" if y >= 1981 else None for y in raw["birthyr"]]
        assert segment(by_line, "cohort").to_list() == cohorts

    def test_a_segment_value_declared_missing_is_unknown(self, tmp_path: Path) -> None:
        note = SURVEY_KEY + PLACING.replace("gender: gender_client", "region: region") + QUESTIONS
        people = members(read(tmp_path, "spss", excerpt(), note))
        assert segment(people, "region").null_count() == 4
        assert "skipped" not in segment(people, "region").to_list()

    def test_only_pseudonyms_and_named_columns_leave(self, tmp_path: Path) -> None:
        parsed = read(tmp_path, "spss", excerpt(), NOTE)
        people = parsed.tables["survey_respondents"]
        assert people["respondent_key"].str.contains("^[0-9a-f]{32}$").all()
        assert "household" not in str([frame.to_dicts() for frame in parsed.tables.values()])
        assert set(spelled(parsed)["question_code"]) == {"q58_7"}

    def test_the_same_id_in_another_survey_is_another_person(self, tmp_path: Path) -> None:
        here = read(tmp_path / "a", "spss", excerpt(), NOTE).tables["survey_respondents"]
        next_wave = read(tmp_path / "b", "spss", excerpt(), NOTE.replace("wave: w5", "wave: w6")).tables[
            "survey_respondents"
        ]
        elsewhere = read(tmp_path / "c", "spss", excerpt(), NOTE.replace("id: tpl", "id: other")).tables[
            "survey_respondents"
        ]
        assert set(here["respondent_key"]) == set(next_wave["respondent_key"])
        assert set(here["respondent_key"]).isdisjoint(elsewhere["respondent_key"])

    def test_an_id_beyond_what_a_double_holds_is_rejected(self, tmp_path: Path) -> None:
        frame = pd.DataFrame({"id": [1.7e18, 3.0, None], "q": [1.0, 2.0, 1.0]})
        parsed = read(tmp_path, "spss", {"i.sav": sav(tmp_path / "i.sav", frame)}, SMALL + "questions: {q: {}}")
        assert rejected(parsed) == [(1, "unreadable"), (3, "missing_key")]


class TestFiles:
    def test_files_of_one_delivery_are_stacked(self, tmp_path: Path) -> None:
        whole, meta = pyreadstat.read_sav(FIXTURE, user_missing=True)
        described: dict[str, Any] = {
            "variable_value_labels": meta.variable_value_labels,
            "missing_ranges": meta.missing_ranges,
        }
        halves = {
            "a.sav": sav(tmp_path / "a.sav", whole[:25], **described),
            "b.sav": sav(tmp_path / "b.sav", whole[25:].drop(columns="q126"), **described),
        }
        parsed = read(tmp_path, "spss", halves, SURVEY_KEY + PLACING)
        alone = read(tmp_path, "spss", excerpt(), SURVEY_KEY + PLACING)
        assert shares(answered(parsed, "q58_7"), ["4", "5"]) == shares(answered(alone, "q58_7"), ["4", "5"])
        last = parsed.tables["survey_respondents"].sort("file", "line").row(-1, named=True)
        assert (last["file"], last["line"]) == ("b.sav", 15)
        assert answered(parsed, "q126").height < answered(alone, "q126").height

    def test_files_that_mean_different_things_by_a_code_are_refused(self, tmp_path: Path) -> None:
        other = {"mood": {1: "badly", 2: "well"}, "tone": {"a": "Low", "b": "High"}}
        files = {"a.sav": small(tmp_path), "b.sav": small(tmp_path, variable_value_labels=other)}
        with pytest.raises(DeliveryError, match=r"b\.sav: variable 'mood' has other value labels.*than in a\.sav"):
            read(tmp_path, "spss", files, SMALL)

    def test_a_file_that_is_not_what_its_format_says(self, tmp_path: Path) -> None:
        with pytest.raises(
            DeliveryError, match=r"wave5\.csv: cannot be read as an SPSS file.*expected a complete \.sav"
        ):
            read(tmp_path, "spss", {"wave5.csv": "id,q\n1,2\n"}, SMALL)

    def test_a_file_that_was_cut_off(self, tmp_path: Path) -> None:
        with pytest.raises(DeliveryError, match="deliver it again"):
            read(tmp_path, "spss", {"wave5.sav": FIXTURE.read_bytes()[:4000]}, NOTE)

    def test_a_column_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(
            DeliveryError, match=r"'Weight_ri' of .*options\.samples\.ri\.weight.*did you mean 'weight_RI'"
        ):
            read(tmp_path, "spss", excerpt(), NOTE.replace("weight_RI", "Weight_ri"))

    def test_an_encoding_that_does_not_exist(self, tmp_path: Path) -> None:
        with pytest.raises(DeliveryError, match=r"options\.encoding"):
            read(tmp_path, "spss", excerpt(), NOTE + "encoding: klingon")

    def test_a_name_that_is_not_in_the_encoding_the_file_states(self, tmp_path: Path) -> None:
        content = FIXTURE.read_bytes()
        assert content.count(b"Q4_1    ") == 1
        with pytest.raises(DeliveryError, match=r"name of variable 10 is not in the encoding.*UTF-8.*windows-1256"):
            read(tmp_path, "spss", {"w.sav": content.replace(b"Q4_1    ", b"\xaa4_1    ")}, NOTE)

    @pytest.mark.parametrize(
        ("text", "page", "other"),
        [
            ("هل تشعر بالراحة عند الحديث", "1256", "1252"),
            ("São três opções", "1252", "1256"),
            ("Être là", "1252", "1251"),
        ],
    )
    def test_labels_that_are_in_another_code_page_than_the_file_states(
        self, tmp_path: Path, text: str, page: str, other: str
    ) -> None:
        wrong = {"w.sav": in_page(tmp_path, text, f"cp{page}", f"windows-{other}")}
        with pytest.raises(DeliveryError, match=rf"states .*windows-{other}.*options\.encoding.*windows-{page}"):
            read(tmp_path, "spss", wrong, SMALL)
        right = {"w.sav": in_page(tmp_path, text, f"cp{page}", f"windows-{page}")}
        for files, said in ((wrong, f"encoding: windows-{page}"), (right, "")):
            questions = read(tmp_path, "spss", files, SMALL + said).tables["survey_questions"]
            assert text in questions["question_text"].to_list()

    def test_no_closed_question(self, tmp_path: Path) -> None:
        file = sav(tmp_path / "n.sav", pd.DataFrame({"id": [1.0], "q": [1.0]}))
        with pytest.raises(DeliveryError, match=r"no variable has labelled answers.*options\.questions"):
            read(tmp_path, "spss", {"n.sav": file}, SMALL)

    def test_a_wave_without_respondents(self, tmp_path: Path) -> None:
        whole, meta = pyreadstat.read_sav(FIXTURE, user_missing=True)
        empty = sav(tmp_path / "e.sav", whole[:0], variable_value_labels=meta.variable_value_labels)
        parsed = read(tmp_path, "spss", {"e.sav": empty}, NOTE)
        assert (parsed.records_read, parsed.tables["survey_respondents"].height) == (0, 0)

    def test_the_format_says_what_it_needs(self, tmp_path: Path) -> None:
        assert (spss.FORMAT.name, spss.FORMAT.needs_timezone) == ("spss", False)
        assert deliver(tmp_path, "spss", excerpt(), NOTE).format is spss.FORMAT


class TestRealWave:
    """The answers that came with the data; computed there with R's `survey`."""

    def test_both_samples(self, tmp_path: Path) -> None:
        parsed = read(tmp_path, "spss", {"slim_FifthWave.sav": real_file("yougov_sav/slim_FifthWave.sav")}, NOTE)
        people = answered(parsed, "q58_7")
        assert parsed.records_read == 1500
        found = shares(people, ["4", "5"])
        assert found["us"] == pytest.approx((47.948557, 1000, 792.4984), abs=5e-5)
        assert found["ri"] == pytest.approx((57.516013, 500, 296.7942), abs=5e-5)
        assert [round(found[sample][0], 6) for sample in ("us", "ri")] == [47.948557, 57.516013]
        young = shares(people.filter(segment(people, "cohort") == "gen_z"), ["4", "5"])
        assert [(round(share, 6), n) for share, n, _ in (young["us"], young["ri"])] == [
            (43.869713, 85),
            (66.473730, 30),
        ]

    def test_every_labelled_question(self, tmp_path: Path) -> None:
        files = {"slim_FifthWave.sav": real_file("yougov_sav/slim_FifthWave.sav")}
        parsed = read(tmp_path, "spss", files, SURVEY_KEY + PLACING)
        assert parsed.tables["survey_questions"].height == 105
        assert parsed.rejected.height == parsed.unreadable.height == 0
        statuses = dict(spelled(parsed)["status"].value_counts().iter_rows())
        assert statuses["missing"] + statuses["answered"] < 105 * 1500
        assert answered(parsed, "q122").height == 1500 - 912
