"""Survey waves as delimited text: who is rejected and why, what may leave landing, real files and their defects."""

import gzip
import io
import json
import math
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.source import DeliveryError, Parsed
from tests.ingest.survey_desk import (
    SURVEY_KEY,
    WAVE,
    answered,
    members,
    read,
    real_file,
    rejected,
    segment,
    shares,
    spelled,
)

WEIGHTED = SURVEY_KEY + "respondent_id: id\nsamples: {ae: {weight: w, country: AE}}\nquestions: {q: {}}\n"
UNWEIGHTED = SURVEY_KEY + "respondent_id: id\nsamples: {all: {weight: null}}\n"
ANONYMOUS = SURVEY_KEY + "respondent_id: null\nsamples: {all: {weight: null}}\n"


def wave(tmp_path: Path, text: str | bytes, options: str) -> Parsed:
    return read(tmp_path, "survey_csv", {"wave.csv": text}, options)


def codes(parsed: Parsed, question: str) -> list[str | None]:
    """The answer of each respondent, by line."""
    people = parsed.tables["survey_respondents"].select("respondent_key", "line").unique()
    answers = spelled(parsed).filter(pl.col("question_code") == question)
    return people.join(answers, on="respondent_key", how="left").sort("line")["answer_code"].to_list()


class TestWhoIsRejected:
    def test_the_row_that_sums_up_the_others(self, tmp_path: Path) -> None:
        text = "id,w,q\n1,0.5,Yes\n2,1.5,No\nTotal,2,\ntotal,1,Yes\n"
        parsed = wave(tmp_path, text, WEIGHTED)
        assert rejected(parsed) == [(4, "missing_key")]
        assert parsed.tables["survey_respondents"]["weight"].sum() == 3
        averaged = wave(tmp_path / "averaged", "id,w,q\n1,0.5,Yes\n2,1.5,No\nAverage,1,\n", WEIGHTED)
        assert rejected(averaged) == [(4, "missing_key")]
        assert wave(tmp_path / "anonymous", "q,w\nYes,1\nTotal,1\nYes,2\n", ANONYMOUS).rejected.height == 0

    def test_a_header_that_comes_again_is_no_record(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, "id,w,q\n1,0.5,Yes\nid,w,q\n2,1.5,No\nid,1,Yes\n", WEIGHTED)
        assert (parsed.records_read, parsed.rejected.height) == (3, 0)
        assert parsed.tables["survey_respondents"]["weight"].sum() == 3

    def test_every_reason(self, tmp_path: Path) -> None:
        records = (
            "a,1.5,1",
            "b,0,1",  # not positive
            "c,-2,1",
            "d,much,1",  # unreadable
            "e,,1",  # in no sample
            " ,1.0,1",  # nobody
            "a,1.5,1",  # the same again
            "a,1.5,2",  # the same person with another answer
            "7.5E+18,1,1",  # an id that went through a spreadsheet
            "f,inf,1",
            "g,2,",
            ",,",  # a blank line is no record
        )
        parsed = wave(tmp_path, "id,w,q\n" + "".join(f"{record}\n" for record in records), WEIGHTED)
        assert parsed.records_read == 11
        assert parsed.records_duplicate == 1
        assert rejected(parsed) == [
            (3, "bad_weight"),
            (4, "bad_weight"),
            (5, "bad_weight"),
            (6, "no_sample"),
            (7, "missing_key"),
            (9, "conflicting_key"),
            (10, "unreadable"),
            (11, "bad_weight"),
        ]
        people = parsed.tables["survey_respondents"]
        assert people.select("line", "weight").rows() == [(2, 1.5), (12, 2.0)]
        assert spelled(parsed)["line"].to_list() == [2]  # g was not asked or left it empty

    def test_the_details_say_what_was_expected_and_nothing_personal(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, "id,w,q\nsami@x.org,1,1\nsami@x.org,1,2\nlina,secret,1\nx,1,1\ny,1,1\n", WEIGHTED)
        details = " ".join(parsed.rejected["detail"])
        assert "respondent_id 'id'" in details
        assert "above 0" in details
        assert not any(word in details for word in ("sami", "lina", "secret"))
        assert "sami" not in str([frame.to_dicts() for frame in parsed.tables.values()])

    @pytest.mark.parametrize(
        ("cells", "weights"), [(("0.5%", "150 %"), [0.005, 1.5]), (("0,5٪", "1,25٪"), [0.005, 0.0125])]
    )
    def test_weights_as_percentages(self, tmp_path: Path, cells: tuple[str, str], weights: list[float]) -> None:
        parsed = wave(tmp_path, f"id;w;q\na;{cells[0]};1\nb;{cells[1]};2\n", WEIGHTED)
        assert parsed.tables["survey_respondents"].sort("line")["weight"].to_list() == pytest.approx(weights)
        assert rejected(wave(tmp_path / "mixed", "id;w;q\na;50%;1\nb;2;2\n", WEIGHTED)) == [(2, "bad_weight")]

    def test_a_weight_missing_in_a_sample_that_where_names(self, tmp_path: Path) -> None:
        options = WEIGHTED.replace("country: AE", "where: {country: [AE, SA]}")
        parsed = wave(tmp_path, "id,w,country,q\n1,1,AE,1\n2,,SA,1\n3,,EG,1\n4,1,EG,1\n5,1,SA,1\n", options)
        assert rejected(parsed) == [(3, "bad_weight"), (4, "no_sample"), (5, "no_sample")]

    def test_a_bad_weight_in_one_sample_takes_the_respondent_out_of_all(self, tmp_path: Path) -> None:
        options = WEIGHTED.replace("samples: {", "samples: {women: {weight: v, where: {sex: f}}, ")
        parsed = wave(tmp_path, "id,w,v,sex,q\n1,1,2,f,1\n2,1,,f,1\n3,1,,m,1\n", options)
        assert rejected(parsed) == [(3, "bad_weight")]
        rows = parsed.tables["survey_respondents"].sort("line", "sample").select("line", "sample", "weight").rows()
        assert rows == [(2, "ae", 1.0), (2, "women", 2.0), (4, "ae", 1.0)]
        assert spelled(parsed).height == 2  # an answer is given once, whatever the samples

    def test_marks_of_direction_make_no_other_answer(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, "id,w,q\na,1,نعم\nb,1,\u200fنعم\nc,1,\u202bنعم\u202c\n", WEIGHTED)
        assert codes(parsed, "q") == ["نعم"] * 3

    def test_digits_of_any_script_in_ids_weights_and_codes(self, tmp_path: Path) -> None:
        options = WEIGHTED.replace("country: AE", "where: {q: ['\u0661']}").replace("q: {}", "q: {top: ['\u06f1']}")
        parsed = wave(tmp_path, "id,w,q\nR12,1,1\nR\u0661\u0662,1,1\n\u06f1\u06f3,\u0662,\u0661\nR12,1,2\n", options)
        assert (parsed.records_duplicate, rejected(parsed)) == (1, [(5, "no_sample")])
        assert parsed.tables["survey_respondents"].select("line", "weight").rows() == [(2, 1.0), (4, 2.0)]
        [answers] = parsed.tables["survey_questions"]["answers"].to_list()
        assert [(answer["answer_code"], answer["is_top"]) for answer in answers] == [("1", True)]

    def test_more_samples_than_a_note_may_name(self, tmp_path: Path) -> None:
        named = ", ".join(f"s{number}: {{weight: null}}" for number in range(1001))
        with pytest.raises(DeliveryError, match=r"key 'options.samples': found 1,001 of them, expected 1,000 or fewer"):
            wave(tmp_path, "id,q\n1,1\n", f"{SURVEY_KEY}\nrespondent_id: id\nsamples: {{{named}}}")

    def test_a_message_is_one_line_whatever_the_names_in_the_note(self, tmp_path: Path) -> None:
        samples = json.dumps({"\x1b[31m\n" + "n" * 900: {"weight": "w"}})
        with pytest.raises(DeliveryError) as error:
            wave(tmp_path, "id,w,q\n1,,1\n2,,1\n", f"{SURVEY_KEY}\nrespondent_id: id\nsamples: {samples}")
        assert str(error.value).isprintable()
        assert len(str(error.value)) < 1600
        assert str(error.value).endswith("or `weight: null` for an unweighted one")

    def test_an_empty_weight_column(self, tmp_path: Path) -> None:
        with pytest.raises(DeliveryError, match=r"weight column 'w' is empty for 2 of 2 respondents of wave w5 of tpl"):
            wave(tmp_path, "id,w,q\n1,,1\n2,,1\n", WEIGHTED)

    def test_lines_with_too_many_fields_are_counted(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, "id,w,q\n1,1,1\n2,1,1,9\n3,1,2\n", WEIGHTED)
        assert rejected(parsed) == [(3, "unreadable")]
        assert parsed.tables["survey_respondents"]["line"].to_list() == [2, 4]

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["", "a", "b", "c", "1.7E+09", " a"]),
                st.sampled_from(["", "1", "0", "-1", "x", "0.5", "nan"]),
                st.sampled_from(["", "AE", "SA"]),
                st.sampled_from(["", "1", "2.0", "nein"]),
            ),
            min_size=1,
            max_size=12,
        )
    )
    def test_read_is_loaded_rejected_and_duplicate(
        self, tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, str, str, str]]
    ) -> None:
        text = "id,w,country,q\n" + "".join(",".join(record) + "\n" for record in records)
        options = WEIGHTED.replace("samples: {", "samples: {all: {weight: null, where: {country: [AE]}}, ")
        try:
            parsed = wave(tmp_path_factory.mktemp("wave"), text, options)
        except DeliveryError:
            assert all(weight in ("", "nan") for _, weight, _, _ in records) or not any(
                country == "AE" for *_, country, _ in records
            )
            return
        # `read` has checked the sum; these are the parts that an independent count can tell.
        present = [record for record in records if any(field.strip() for field in record)]
        assert parsed.records_read == len(present)
        # A respondent is an id within the samples that hold it.
        good = {
            (id_.strip(), w in ("", "nan"), country == "AE")
            for id_, w, country, _ in present
            if id_.strip() not in ("", "1.7E+09")
        }
        assert parsed.tables["survey_respondents"]["respondent_key"].n_unique() <= len(good)
        reasons = parsed.rejected["reason"].to_list()
        assert reasons.count("missing_key") == sum(not id_.strip() for id_, *_ in present)
        assert reasons.count("unreadable") == sum(id_ == "1.7E+09" for id_, *_ in present)


class TestWhatLeaves:
    TEXT = "id,Name,age,comment,mood,city,score\n" + "".join(
        f"r{i},Person {i},{18 + i % 45},{'nothing' if i % 3 else f'my story {i}'},{'ok' if i % 2 else 'low'},"
        f"town {i % 30},{i % 11}\n"
        for i in range(90)
    )

    def test_by_default_only_what_looks_like_a_closed_question(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, self.TEXT, UNWEIGHTED)
        assert parsed.tables["survey_questions"]["question_code"].to_list() == ["mood", "score"]
        everything = str([frame.to_dicts() for frame in parsed.tables.values()])
        assert not any(word in everything for word in ("Person", "story", "town", "r42"))

    def test_a_short_file_does_not_turn_free_text_into_answers(self, tmp_path: Path) -> None:
        text = "id,comment,mood\n1,I was afraid,low\n2,my brother knows,low\n3,none,ok\n4,none,ok\n"
        assert wave(tmp_path, text, UNWEIGHTED).tables["survey_questions"]["question_code"].to_list() == ["mood"]

    def test_what_is_dropped_never_leaves(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, self.TEXT, UNWEIGHTED + "drop: [score]")
        assert parsed.tables["survey_questions"]["question_code"].to_list() == ["mood"]

    def test_nothing_looks_like_a_question(self, tmp_path: Path) -> None:
        with pytest.raises(
            DeliveryError, match=r"wave\.csv: no column looks like a closed question.*options\.questions"
        ):
            wave(tmp_path, "id,comment\n1,so\n2,so what\n", UNWEIGHTED)

    def test_free_text_named_as_a_question_or_segment(self, tmp_path: Path) -> None:
        text = "id,comment,q\n" + "".join(f"{i},text {i},1\n" for i in range(120))
        for part in ("questions: {comment: {}}", "segments: {said: comment}"):
            with pytest.raises(DeliveryError, match="120 different texts"):
                wave(tmp_path, text, UNWEIGHTED + part)

    @pytest.mark.parametrize("cell", ["p{}@example.org", "+97150123456{}", "00971 50 123 456{}"])
    def test_addresses_of_people_are_no_groups_and_no_answers(self, tmp_path: Path, cell: str) -> None:
        text = "id,contact,q\n" + "".join(f"{i},{cell.format(i % 4)},{i % 3}\n" for i in range(40))
        for part in ("questions: {contact: {}}", "segments: {who: contact}"):
            with pytest.raises(DeliveryError, match=r"column 'contact' holds mail addresses or phone numbers"):
                wave(tmp_path, text, UNWEIGHTED + part)

    def test_the_language_and_who_was_asked_are_kept(self, tmp_path: Path) -> None:
        note = (
            UNWEIGHTED.replace("fieldwork_from", "language: ar, fieldwork_from")
            + "questions: {q: {asked_of: who saw it}}"
        )
        parsed = wave(tmp_path, "id,q\n1,1\n2,2\n", note)
        assert parsed.tables["survey_waves"]["language"].to_list() == ["ar"]
        assert parsed.tables["survey_questions"]["asked_of"].to_list() == ["who saw it"]

    def test_answers_that_nobody_shares_are_no_closed_question(self, tmp_path: Path) -> None:
        few = "id,said\n" + "".join(f"{i},somebody {i}\n" for i in range(11))
        with pytest.raises(DeliveryError, match="11 of them given by one person alone"):
            wave(tmp_path, few, UNWEIGHTED + "questions: {said: {}}")
        shared = few + "".join(f"{i},somebody {i % 11}\n" for i in range(11, 14))
        assert wave(tmp_path, shared, UNWEIGHTED + "questions: {said: {}}").records_read == 14


class TestCodes:
    def test_two_zeros_behind_a_comma_are_none(self, tmp_path: Path) -> None:
        text = "id;q\n1;4,00\n2;4\n3;2,50\n4;1,0\n"
        assert codes(wave(tmp_path, text, UNWEIGHTED + "questions: {q: {}}"), "q") == ["4", "4", "2,50", "1,0"]

    def test_whole_numbers_carry_no_point_and_text_stays(self, tmp_path: Path) -> None:
        text = "id,q\n1,4.0\n2,4\n3, 04 \n4,25-Jun\n5,2.50\n6,\n7,-1.00\n"
        assert codes(wave(tmp_path, text, UNWEIGHTED + "questions: {q: {}}"), "q") == [
            "4",
            "4",
            "04",
            "25-Jun",
            "2.50",
            None,
            "-1",
        ]

    def test_the_note_names_what_a_spreadsheet_spoilt(self, tmp_path: Path) -> None:
        options = (
            UNWEIGHTED + 'questions: {size: {text: "How many?", labels: {25-Jun: 6-25, 5-Jan: 1-5}, top: [26-100]}}'
        )
        question = (
            wave(tmp_path, "id,size\n1,25-Jun\n2,26-100\n", options).tables["survey_questions"].row(0, named=True)
        )
        assert question["question_text"] == "How many?"
        assert [(a["answer_code"], a["answer_label"], a["is_top"]) for a in question["answers"]] == [
            ("25-Jun", "6-25", False),
            ("26-100", None, True),
            ("5-Jan", "1-5", False),
        ]

    def test_missing_and_not_asked_of_the_note(self, tmp_path: Path) -> None:
        options = UNWEIGHTED + "questions: {q: {missing: [NA, 8], not_asked: 9}}"
        answers = spelled(wave(tmp_path, "id,q\n1,1\n2,NA\n3,8.0\n4,9\n5,\n", options))
        assert answers.select("line", "answer_code", "status").rows() == [
            (2, "1", "answered"),
            (3, "NA", "missing"),
            (4, "8", "missing"),
        ]

    def test_a_misspelt_top_is_refused_but_a_number_nobody_chose_is_not(self, tmp_path: Path) -> None:
        text = "id,q,scale\n1,Yes,3\n2,No,4\n"
        with pytest.raises(
            DeliveryError,
            match=r"questions\.q\.top.*'yes' is no valid answer.*found 2 different values, of the shapes 'AA', 'AAA'.*labels",
        ):
            wave(tmp_path, text, UNWEIGHTED + 'questions: {q: {top: ["yes"]}}')
        parsed = wave(tmp_path, text, UNWEIGHTED + "questions: {scale: {top: [4, 5]}}")
        assert [a["answer_code"] for a in parsed.tables["survey_questions"]["answers"][0]] == ["3", "4", "5"]

    def test_segments_take_the_labels_of_their_question(self, tmp_path: Path) -> None:
        options = UNWEIGHTED + "segments: {sex: s}\nquestions: {s: {labels: {1: man, 2: woman}, missing: [9]}}"
        people = members(wave(tmp_path, "id,s\n1,1\n2,2\n3,9\n4,\n5,3\n", options))
        assert segment(people, "sex").to_list() == ["man", "woman", None, None, "3"]


class TestWriting:
    def test_utf16_with_tabs(self, tmp_path: Path) -> None:
        text = "id\tw\tq\nأ\t1.5\tنعم\nب\t0.5\tليس\n"
        parsed = wave(tmp_path, text.encode("utf-16"), WEIGHTED)
        assert codes(parsed, "q") == ["نعم", "ليس"]

    def test_windows_1256(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, "id,w,q\n1,1,نعم\n2,1,ليس\n".encode("cp1256"), WEIGHTED + "encoding: windows-1256")
        assert codes(parsed, "q") == ["نعم", "ليس"]

    def test_decimal_commas(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, "id;w;q\n1;0,75;1\n2;1;1\n3;1,125;1\n", WEIGHTED)
        assert parsed.tables["survey_respondents"]["weight"].to_list() == [0.75, 1.0, 1.125]

    @pytest.mark.parametrize("weights", [("1,234.5", "10.5"), ("1.234,5", "10,5")])
    def test_marks_that_group_thousands(self, tmp_path: Path, weights: tuple[str, str]) -> None:
        parsed = wave(tmp_path, f"id;w;q\n1;{weights[0]};1\n2;{weights[1]};1\n", WEIGHTED)
        assert parsed.tables["survey_respondents"]["weight"].to_list() == [1234.5, 10.5]

    def test_boxes_that_were_seen_and_not_ticked(self, tmp_path: Path) -> None:
        options = UNWEIGHTED + "questions: {q: {columns: [a, b]}}\n"
        parsed = wave(tmp_path, "id,a,b\n1,1,-99\n2,-99,-99\n3,NA,NA\n4,not selected,b\n", options)
        given = answered(parsed, "q").sort("line").select("line", "answer_code").rows()
        assert given == [(2, "a"), (3, ""), (5, "b")]

    @pytest.mark.parametrize(
        ("yes", "no"),
        [
            ("да", "нет"),
            ("Ya", "Tidak"),
            ("EVET", "HAYIR"),
            ("có", "không"),
            ("はい", "いいえ"),
            ("TikTok", "не выбрано"),
        ],
    )
    def test_boxes_say_no_in_any_language(self, tmp_path: Path, yes: str, no: str) -> None:
        options = UNWEIGHTED + "questions: {q: {columns: [a, b]}}\n"
        parsed = wave(tmp_path, f"id,a,b\n1,{yes},{no}\n2,{no},{no}\n3,{no},{yes}\n", options)
        given = answered(parsed, "q").sort("line").select("line", "answer_code").rows()
        assert given == [(2, "a"), (3, ""), (4, "b")]

    def test_a_comma_after_nought_is_decimal(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, "id;w;q\n1;0,750;1\n2;1,125;1\n3;1,000;1\n", WEIGHTED)
        assert parsed.tables["survey_respondents"]["weight"].to_list() == [0.75, 1.125, 1.0]

    def test_a_comma_that_may_part_thousands_is_not_guessed(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, "id;w;q\n1;1,125;1\n2;1;1\n", WEIGHTED)
        assert rejected(parsed) == [(2, "bad_weight")]

    def test_lines_after_fields_with_line_ends(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, 'id,w,q,remark\n1,1,1,"two\nlines"\n2,1,2,one\n', WEIGHTED)
        assert parsed.tables["survey_respondents"]["line"].to_list() == [2, 4]

    def test_columns_called_as_ours(self, tmp_path: Path) -> None:
        options = (
            SURVEY_KEY
            + "respondent_id: respondent_key\nsamples: {all: {weight: weight}}\nquestions: {sample: {}, status: {}}\n"
        )
        parsed = wave(tmp_path, "respondent_key,weight,sample,status\n1,2,x,y\n2,1,x,z\n", options)
        assert codes(parsed, "status") == ["y", "z"]

    def test_zip_and_gzip_are_opened(self, tmp_path: Path) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as content:
            content.writestr("wave.csv", "id,w,q\n1,1,1\n")
        files = {"a.zip": archive.getvalue(), "b.csv.gz": gzip.compress(b"id,w,q\n2,1,1\n")}
        people = read(tmp_path, "survey_csv", files, WEIGHTED).tables["survey_respondents"]
        assert people["file"].sort().to_list() == ["a.zip/wave.csv", "b.csv"]

    def test_an_archive_without_a_file(self, tmp_path: Path) -> None:
        archive = io.BytesIO()
        zipfile.ZipFile(archive, "w").close()
        with pytest.raises(DeliveryError, match=r"a\.zip: holds no file"):
            read(tmp_path, "survey_csv", {"a.zip": archive.getvalue()}, WEIGHTED)

    def test_a_column_called_line_stays_out_of_the_way(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, "line,id,w,q,file\n7,a,1,1,x\n9,b,1,2,y\n", WEIGHTED)
        assert parsed.tables["survey_respondents"].select("file", "line").rows() == [("wave.csv", 2), ("wave.csv", 3)]

    def test_several_files_and_columns_that_only_some_have(self, tmp_path: Path) -> None:
        files = {"a.csv": "id,w,q\n1,1,1\n2,1,2\n", "b.csv": "w,id,q,r\n1,3,1,5\n1,2,2,5\n"}
        parsed = read(tmp_path, "survey_csv", files, WEIGHTED.replace("{q: {}}", "{q: {}, r: {}}"))
        assert parsed.rejected.select("file", "line", "reason").rows() == [("b.csv", 3, "conflicting_key")]
        assert spelled(parsed).filter(pl.col("question_code") == "r")["line"].to_list() == [2]

    def test_a_column_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(
            DeliveryError,
            match=r"wave\.csv: column 'W8' of delivery\.yml, key options\.samples\.ae\.weight.*did you mean 'w8'",
        ):
            wave(tmp_path, "id,w8,q\n1,1,1\n", WEIGHTED.replace("weight: w", "weight: W8"))
        with pytest.raises(DeliveryError, match=r"column 'ip_adress' .* key options\.drop, is not there"):
            wave(tmp_path, "id,w,q\n1,1,1\n", WEIGHTED + "drop: [ip_adress]")


class TestDerived:
    def test_ages_are_years_and_bands_have_lower_bounds(self, tmp_path: Path) -> None:
        options = UNWEIGHTED + (
            "segments:\n  age: {from_birth_year: born, as_of: 2021-03-15, bands: [18, 25, 35]}\n"
            "  cohort: {from_birth_year: born, cohorts: {gen_z: [1997, 2012]}}\nquestions: {q: {}}\n"
        )
        years = [2004, 2003, 1997, 1996, 1987, 1986, 2012, 2013, "", "1990.0", "ninety", 1890, 2022, 1990.5]
        text = "id,born,q\n" + "".join(f"{i},{year},1\n" for i, year in enumerate(years))
        parsed = wave(tmp_path, text, options)
        people = members(parsed)
        assert segment(people, "age").to_list() == [
            "under 18", "18-24", "18-24", "25-34", "25-34", "35+", "under 18", "under 18", None, "25-34", *[None] * 4,
        ]  # fmt: skip
        assert segment(people, "cohort").to_list() == [*["gen_z"] * 3, None, None, None, "gen_z", *[None] * 7]
        assert parsed.unreadable.rows() == [("born", "bad_number", 2), ("born", "out_of_range", 2)]

    def test_a_design_that_some_of_a_sample_lack_is_counted(self, tmp_path: Path) -> None:
        options = SURVEY_KEY + (
            "respondent_id: id\nsamples: {a: {weight: null, where: {s: a}}, b: {weight: null, where: {s: b}}}\n"
            "design: {cluster: c, fpc: f}\nquestions: {q: {}}\n"
        )
        parsed = wave(tmp_path, "id,s,c,f,q\n1,a,7,100,1\n2,a,,x,1\n3,b,,,1\n", options)
        rows = members(parsed).sort("line").select("cluster", "stratum", "fpc").rows()
        assert rows == [("7", None, 100.0), (None, None, None), (None, None, None)]
        assert parsed.unreadable.rows() == [("c", "missing_design", 1), ("f", "missing_design", 1)]

    def test_without_an_id_each_row_is_a_respondent(self, tmp_path: Path) -> None:
        first = wave(tmp_path / "a", "q\n1\n1\n2\n", ANONYMOUS + "questions: {q: {}}")
        again = wave(tmp_path / "b", "q\n1\n1\n2\n", ANONYMOUS + "questions: {q: {}}")
        keys = first.tables["survey_respondents"]["respondent_key"]
        assert keys.n_unique() == 3
        assert keys.to_list() == again.tables["survey_respondents"]["respondent_key"].to_list()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("nonsense: 1", "unknown key 'options.nonsense'"),
        ("questions: {q: {top: [Yes]}}", "questions.q.top.*YAML reads yes.*put it in quotes"),
        ("questions: {q: {top: [2021-01-01]}}", "found the date 2021-01-01"),
        ("questions: {q: {top: [1], missing: [1.0]}}", "found code '1' in top and in missing"),
        ("questions: {q: {key: r}, r: {}}", "question key r for several questions"),
        ("questions: {id: {}}", "found respondent_id id in a second place"),
        ("design: {cluster: id}", "found respondent_id id in a second place"),
        ("drop: [id]", "found id under drop and in use elsewhere"),
        ("segments: {age: {from_birth_year: b, bands: [18]}}", "bands without as_of"),
        ("segments: {age: {from_birth_year: b, as_of: 2021-01-01, bands: [25, 18]}}", "lower bounds, rising"),
        ("segments: {c: {from_birth_year: b, cohorts: {x: [1990, 2000], y: [2000, 2010]}}}", "overlap"),
        ("segments: {c: {from_birth_year: b}}", "found neither a column, nor"),
        ("samples: {}", "options.samples"),
        ("samples: {a: {country: AE}}", "'options.samples.a.weight' is missing"),
        ("samples: {a: {weight: null, country: NO}}", "options.samples.a.country.*put it in quotes"),
        ("survey: {id: s, wave: 1, fieldwork_from: 2021-02-01, fieldwork_to: 2021-01-01}", "before fieldwork_from"),
        ("survey: {id: s, wave: 1, fieldwork_from: 30.2.2021, fieldwork_to: 2021-03-01}", "survey.fieldwork_from"),
        ("date_order: ydm", "options.date_order"),
    ],
)  # fmt: skip
def test_a_bad_note_is_refused_with_its_key(tmp_path: Path, change: str, message: str) -> None:
    parts = {"survey": SURVEY_KEY, "respondent_id": "respondent_id: id", "samples": "samples: {all: {weight: null}}"}
    note = "\n".join(({**parts, change.split(":")[0]: change}).values())
    with pytest.raises(DeliveryError, match=message):
        wave(tmp_path, "id,q\n1,1\n", note)


@pytest.mark.parametrize(
    ("second", "is_one"),
    [
        ("Response ID,Do you talk?,Since", True),
        ("0,Do you talk?,Since", False),
        ("r,Never,2019", False),
        ("r,Sometimes,", False),
    ],
)
def test_a_second_header_is_no_respondent(tmp_path: Path, second: str, is_one: bool) -> None:
    text = f"id,q,year\n{second}\n" + "".join(f"{n},{('Often', 'Never')[n % 2]},{2020 + n % 3}\n" for n in range(20))
    note = SURVEY_KEY + "respondent_id: id\nsamples: {all: {weight: null}}\nquestions: {q: {}}\n"
    if is_one:
        with pytest.raises(DeliveryError, match=r"line 2: found texts that stand in no other line"):
            wave(tmp_path, text, note)
    else:
        assert wave(tmp_path, text, note).tables["survey_respondents"].height >= 20


class TestRealFiles:
    OSMI = (
        "survey: {id: osmi, wave: 2014, fieldwork_from: 2014-08-27, fieldwork_to: 2014-12-31}\n"
        "respondent_id: null\nsamples: {tech: {weight: null}}\nsegments: {treated: treatment}\n"
        "questions: {treatment: {top: ['Yes']}, no_employees: {labels: {25-Jun: 6-25, 5-Jan: 1-5}}}\n"
    )

    def test_osmi_after_a_trip_through_excel(self, tmp_path: Path) -> None:
        text = real_file("osmi/osmi2014_excel_mangled.csv")
        parsed = wave(tmp_path, text, self.OSMI)
        assert parsed.records_read == 1259
        treatment = answered(parsed, "treatment")["answer_code"].value_counts()
        assert dict(treatment.iter_rows()) == {"Yes": 637, "No": 622}
        listed = parsed.tables["survey_questions"].filter(pl.col("question_code") == "no_employees")["answers"][0]
        labels = {answer["answer_code"]: answer["answer_label"] or answer["answer_code"] for answer in listed}
        sizes = answered(parsed, "no_employees")["answer_code"].replace(labels).value_counts()
        assert dict(sizes.iter_rows()) == {
            "6-25": 290, "26-100": 289, "More than 1000": 282, "100-500": 176, "1-5": 162, "500-1000": 60,
        }  # fmt: skip

    def test_osmi_by_default_leaves_what_people_typed_in_landing(self, tmp_path: Path) -> None:
        note = self.OSMI[: self.OSMI.index("questions")]
        questions = wave(tmp_path, real_file("osmi/osmi2014_excel_mangled.csv"), note).tables["survey_questions"]
        found = set(questions["question_code"])
        assert found.isdisjoint({"Timestamp", "Age", "Gender", "Country", "state", "treatment"})
        assert len(found) == 20

    def test_api_clusters_weight_and_fpc(self, tmp_path: Path) -> None:
        note = (
            "survey: {id: api, wave: 2000, fieldwork_from: 2000-01-01, fieldwork_to: 2000-12-31}\n"
            "respondent_id: cds\nsamples: {schools: {weight: pw, country: US}}\ndesign: {cluster: dnum, fpc: fpc}\n"
            "questions: {awards: {top: ['Yes']}, api00: {}}\n"
        )
        parsed = wave(tmp_path, real_file("r_survey/apiclus1.csv"), note)
        people = members(parsed)
        assert (people.height, people["cluster"].n_unique(), people["fpc"].unique().to_list()) == (183, 15, [757.0])
        assert people["weight"].sum() == pytest.approx(6194, abs=0.01)
        scores = answered(parsed, "api00").with_columns(pl.col("answer_code").cast(pl.Float64()).alias("score"))
        weight = pl.col("weight")
        mean = scores.select((weight * pl.col("score")).sum() / weight.sum()).item()
        assert mean == pytest.approx(644.17, abs=0.005)
        assert _standard_error(scores, pl.col("score"), mean, fpc=757) == pytest.approx(23.542, abs=0.0005)

    def test_yrbs_strata_and_clusters(self, tmp_path: Path) -> None:
        note = (
            "survey: {id: yrbs, wave: 2015, fieldwork_from: 2015-01-01, fieldwork_to: 2015-12-31}\n"
            "respondent_id: null\nsamples: {us: {weight: weight, country: US}}\n"
            "design: {cluster: psu, stratum: stratum}\nquestions: {qn8: {top: [1], missing: [NA]}}\n"
        )
        parsed = wave(tmp_path, real_file("r_survey/yrbs.csv"), note)
        assert parsed.records_read == 15_624
        people = answered(parsed, "qn8")
        share = shares(people, ["1"])["us"][0]
        assert share == pytest.approx(81.362, abs=0.0005)
        # Those who gave no valid answer stay in the design with nothing to add; without them it would be 1.99.
        everyone = members(parsed).join(people.select(*WAVE, "answer_code"), on=WAVE, how="left")
        se = _standard_error(everyone, (pl.col("answer_code") == "1").cast(pl.Float64()), share / 100)
        assert 100 * se == pytest.approx(2.01, abs=0.005)


class TestWhatRespondentsAreKnownBy:
    """Numbers, how long they took, and whether single answers may be published."""

    NOTE = (
        "survey: {id: s, wave: w, fieldwork_from: 2026-01-01, fieldwork_to: 2026-01-02, publish_responses: true}\n"
        "respondent_id: id\nsamples: {all: {weight: null}}\nduration: took\nquestions: {hours: {kind: number, missing: [99]}}\n"
    )

    def test_numbers_are_no_list_of_answers(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, "id,took,hours\n1,300,2.5\n2,,99\n3,soon,often\n4,-1,0\n", self.NOTE)
        answers = spelled(parsed).sort("line")
        assert answers["status"].to_list() == ["answered", "missing", "missing", "answered"]
        [question] = parsed.tables["survey_questions"].rows(named=True)
        assert (question["kind"], question["answers"]) == ("number", [])
        people = parsed.tables["survey_respondents"].sort("line")
        assert people["duration_seconds"].to_list() == [300.0, None, None, None]
        assert parsed.unreadable.rows() == [("took", "bad_number", 2), ("hours", "bad_number", 1)]
        assert parsed.tables["survey_waves"]["publish_responses"].to_list() == [True]

    def test_numbers_have_no_top_and_screens_keep_their_segment(self, tmp_path: Path) -> None:
        with pytest.raises(DeliveryError, match="kind number"):
            wave(tmp_path, "id,took,hours\n1,300,2\n", self.NOTE.replace("missing: [99]", "top: [2]"))
        with pytest.raises(DeliveryError, match="quality_screen"):
            wave(tmp_path, "id,took,hours\n1,300,2\n", self.NOTE + "segments: {quality_screen: took}\n")


def test_answers_are_the_same_whether_or_not_they_are_all_whole_numbers(tmp_path: Path) -> None:
    rows = [f"{number},{number % 3 + 1},{number % 5 or ''}" for number in range(1_500)]
    note = UNWEIGHTED + "segments: {region: region}\nquestions: {q: {missing: [4], labels: {1: one}}}\n"
    numbers = wave(tmp_path / "numbers", "\n".join(["id,region,q", *rows, ""]), note)
    words = wave(tmp_path / "words", "\n".join(["id,region,q", *rows, "1500,1,other", ""]), note)
    ours, theirs = (spelled(parsed).filter(pl.col("line") <= 1_501).drop("answer") for parsed in (numbers, words))
    assert ours.equals(theirs)
    assert segment(members(numbers), "region").to_list() == [str(number % 3 + 1) for number in range(1_500)]
    some = WEIGHTED.replace("{ae: {weight: w, country: AE}}", "{ae: {weight: null, where: {region: [2]}}}")
    assert wave(tmp_path / "some", "\n".join(["id,region,q", *rows, ""]), some).rejected.height == 1_000


def _standard_error(people: pl.DataFrame, value: pl.Expr, mean: float, fpc: float | None = None) -> float:
    """Linearised, with replacement within strata unless `fpc` is given. NULL values lie outside the base."""
    base = pl.col("weight").filter(value.is_not_null()).sum()
    score = (pl.col("weight") / base * (value - mean)).fill_null(0.0)
    totals = people.with_columns(score.alias("z")).group_by("stratum", "cluster").agg(pl.col("z").sum())
    strata = totals.group_by("stratum").agg(pl.len().alias("n"), pl.col("z").var().alias("v"))
    finite = pl.lit(1.0) if fpc is None else 1 - pl.col("n") / fpc
    return math.sqrt(strata.select((pl.col("n") * pl.col("v") * finite).sum()).item())


def test_what_is_noted_below_the_table_is_no_respondent(tmp_path: Path) -> None:
    rows = "".join(f"{n},{'Yes' if n % 3 else 'No'},{n % 5}\n" for n in range(12))
    notes = "* Unweighted data,,\nSource: an online panel in October.,,\n"
    parsed = read(tmp_path, "survey_csv", {"w.csv": f"id,q1,q2\n{rows}\n{notes}"}, NAMED)
    assert parsed.tables["survey_respondents"].height == 12
    assert parsed.rejected["reason"].to_list() == ["missing_key", "missing_key"]


def test_a_column_is_the_one_that_the_note_means_however_its_name_is_encoded(tmp_path: Path) -> None:
    rows = "".join(f"{n},{'Oui' if n % 3 else 'Non'}\n" for n in range(12))
    header = 'id,"Q1.\u00a0E\u0302tes-vous à l\u2019aise\n(une réponse) ?"'
    note = NAMED + """questions: {"Q1. Êtes-vous à l'aise (une réponse) ?": {key: at_ease, top: ["Oui"]}}\n"""
    parsed = read(tmp_path, "survey_csv", {"w.csv": f"{header}\n{rows}"}, note)
    assert parsed.tables["survey_questions"]["question_key"].to_list() == ["at_ease"]


def test_previews_and_questions_of_qualtrics_are_no_respondents(tmp_path: Path) -> None:
    people = [f"R_{number},{status},1" for number, status in enumerate((0, 0, 1, 8))]
    note = SURVEY_KEY + "respondent_id: ResponseId\nsamples: {all: {weight: null}}\n"
    with pytest.raises(DeliveryError, match=r"wave\.csv, line 4, column 'Status': is a preview.*2 rows.*qualtrics_csv"):
        wave(tmp_path, "\n".join(["ResponseId,Status,Q1", *people]), note)
    with pytest.raises(DeliveryError, match=r"line 2 is a second header row of Qualtrics.*qualtrics_csv"):
        wave(tmp_path, "\n".join(["ResponseId,Status,Q1", "Response ID,Response Type,Seen it?", *people[:2]]), note)
    assert wave(tmp_path, "\n".join(["ResponseId,Status,Q1", *people[:2]]), note).records_read == 2


def test_a_name_of_several_words_is_the_question_as_it_was_put(tmp_path: Path) -> None:
    rows = "".join(f"{n},{'Yes' if n % 3 else 'No'},{n % 2}\n" for n in range(12))
    parsed = read(tmp_path, "survey_csv", {"w.csv": f"id,Have you seen it?,q2\n{rows}"}, NAMED)
    assert parsed.tables["survey_questions"]["question_text"].to_list() == ["Have you seen it?", None]


NAMED = SURVEY_KEY + "respondent_id: id\nsamples: {all: {weight: null}}\n"


def test_codes_of_boxes_of_which_nothing_says_that_they_are_ticked(tmp_path: Path) -> None:
    """1 and 2, as SPSS has them: all would count as ticked."""
    rows = "".join(f"{n},{1 + n % 2},{1 + n % 3 // 2}\n" for n in range(12))
    note = NAMED + "questions: {apps: {kind: multiple, columns: [a, b]%s}}\n"
    with pytest.raises(DeliveryError, match=r"options\.questions\.apps.*column 'a' holds 2 codes.*selected: \['1'\]"):
        read(tmp_path, "survey_csv", {"w.csv": f"id,a,b\n{rows}"}, note % "")
    told = read(tmp_path / "told", "survey_csv", {"w.csv": f"id,a,b\n{rows}"}, note % ", selected: ['1']")
    assert answered(told, "apps")["answer_code"].value_counts(sort=True).rows() == [("b", 8), ("a", 6), ("", 2)]


def test_a_table_of_results_is_no_list_of_people(tmp_path: Path) -> None:
    rows = "".join(f"Q1,{answer},{pct},402\n" for answer, pct in (("Yes", 31), ("No", 60), ("Other", 9)))
    with pytest.raises(DeliveryError, match=r"w\.csv, line 1: .*table of results"):
        read(
            tmp_path,
            "survey_csv",
            {"w.csv": f"question_code,answer,pct_weighted,base_unweighted\n{rows}"},
            NAMED.replace("id: id", "id: null"),
        )


def test_a_second_header_with_short_names_is_no_respondent(tmp_path: Path) -> None:
    rows = "".join(f"{n},{'x' if n % 2 else ''},{'x' if n % 3 else ''},{('Good', 'Bad')[n % 2]}\n" for n in range(24))
    with pytest.raises(DeliveryError, match=r"w\.csv, line 2"):
        read(tmp_path, "survey_csv", {"w.csv": f"id,Media,,Opinion\nid,TikTok,TV,q1\n{rows}"}, NAMED)


LISTS = [["tv"], ["web"], ["radio"], ["tv", "web"], ["tv", "web", "radio"], ["web", "radio"]]


@pytest.mark.parametrize("mark", [", ", ",", ";", "/", " / ", " + ", " & ", " - ", " ", "|", "، ", "、", "<br>"])
def test_several_answers_in_a_cell_whatever_stands_between_them(tmp_path: Path, mark: str) -> None:
    rows = "".join(f'{n},"{mark.join(LISTS[n % 6])}",{n % 2}\n' for n in range(24))
    with pytest.raises(
        DeliveryError, match=r"options\.questions\.where': the cells of the column list several answers.*kind: multiple"
    ):
        read(tmp_path, "survey_csv", {"w.csv": f"id,where,q\n{rows}"}, NAMED)
    parsed = read(
        tmp_path / "told",
        "survey_csv",
        {"w.csv": f"id,where,q\n{rows}"},
        NAMED + "questions: {where: {kind: multiple}}\n",
    )
    assert sorted(answered(parsed, "where")["answer_code"].value_counts().rows()) == [
        ("radio", 12),
        ("tv", 12),
        ("web", 16),
    ]


@pytest.mark.parametrize(
    "answers",
    [
        ["very good", "good", "bad", "very bad"],
        ["1,5", "2,5", "1", "5,1"],
        ["18/24", "25/34"],
        ["tv and web", "tv", "web"],
    ],
)
def test_answers_that_hold_such_a_mark_are_no_lists(tmp_path: Path, answers: list[str]) -> None:
    rows = "".join(f"{n};{answers[n % len(answers)]};{n % 2}\n" for n in range(24))
    parsed = read(tmp_path, "survey_csv", {"w.csv": f"id;q1;q2\n{rows}"}, NAMED)
    assert parsed.tables["survey_questions"].filter(question_code="q1")["kind"].to_list() == ["single"]


@pytest.mark.parametrize(
    ("cells", "codes", "unread"),
    [
        (["2,5", "3", "k.A.", "4,25"], ["2.5", "3", "4.25"], 1),
        (["60%", "7,5 %", "99", ""], ["60", "7.5"], 0),
        (["1,234", "5", "about 6"], ["5"], 2),
    ],
)
def test_numbers_are_read_with_either_decimal_mark(
    cells: list[str], codes: list[str], unread: int, tmp_path: Path
) -> None:
    rows = "".join(f"{place};{cell};{place % 2}\n" for place, cell in enumerate(cells))
    questions = "questions: {hours: {kind: number, missing: [99]}, seen: {}}"
    parsed = read(
        tmp_path,
        "survey_csv",
        {"a.csv": f"id;hours;seen\n{rows}"},
        f"{SURVEY_KEY}\nrespondent_id: id\nsamples: {{all: {{weight: null}}}}\n{questions}",
    )
    given = spelled(parsed).filter(question_code="hours", status="answered")
    assert given["answer_code"].to_list() == codes
    assert parsed.unreadable.select("column_name", "reason", "records").rows() == [("hours", "bad_number", unread)] * (
        unread > 0
    )


def test_what_programs_write_for_no_value_is_no_answer(tmp_path: Path) -> None:
    rows = (
        "1,Yes,NA,A;B",
        "2,NA,AE,NA",
        "3,<NA>,EG,B",
        "4,No,AE,A",
        "5,NA,EG,A;B",
        *(f"{n},Yes,{land},A" for n, land in enumerate(["SA", "QA", "OM", "JO", "LB", "TN"], 6)),
    )
    text = "id,q,land,apps\n" + "\n".join(rows) + "\n"
    parsed = wave(tmp_path, text, UNWEIGHTED + "questions: {q: {}, land: {}, apps: {kind: multiple, separator: ;}}\n")
    answers = spelled(parsed)
    of_q = answers.filter(question_code="q").select("line", "answer_code", "status").sort("line").rows()
    assert of_q[:5] == [
        (2, "Yes", "answered"), (3, "NA", "missing"), (4, "<NA>", "missing"), (5, "No", "answered"), (6, "NA", "missing"),
    ]  # fmt: skip
    assert ("answered", "NA") in answers.filter(question_code="land").select("status", "answer_code").rows()  # Namibia
    of_apps = answered(parsed, "apps").select("line", "answer_code").unique().sort("line", "answer_code").rows()
    assert of_apps[:6] == [(2, "A"), (2, "B"), (4, "B"), (5, "A"), (6, "A"), (6, "B")]


def test_headings_may_repeat_and_have_marks_of_web_pages(tmp_path: Path) -> None:
    text = "id,<strong>Do you work alone?</strong>,Why?,Why?\n1,Yes,a,b\n2,No,a,b\n3,Yes,a,c\n4,No,d,c\n5,No,d,b\n"
    questions = wave(tmp_path, text, UNWEIGHTED).tables["survey_questions"].select("question_code", "question_text")
    assert questions.rows() == [
        ("<strong>Do you work alone?</strong>", "Do you work alone?"),
        ("Why? (3)", None),
        ("Why? (4)", None),
    ]
    with pytest.raises(DeliveryError, match=r"column 'Why\?' of delivery.yml, key options.questions, is not there"):
        wave(tmp_path / "named", text, UNWEIGHTED + "questions: {? 'Why?' : {}}\n")


class TestPeopleOverWavesAndSamples:
    """Panels, and who stands in several samples."""

    NOTE = (
        "survey: {id: s, wave: w, fieldwork_from: 2026-01-01, fieldwork_to: 2026-01-02, panel: true}\n"
        "respondent_id: id\nsamples: {us: {weight: w}}\nquestions: {q: {}}\n"
    )
    BOTH = NOTE.replace("{us: {weight: w}}", "{us: {weight: w}, ri: {weight: v}}").replace(", panel: true", "")

    def test_a_panel_needs_ids(self, tmp_path: Path) -> None:
        parsed = wave(tmp_path, "id,w,q\n1,1,1\n", self.NOTE)
        assert parsed.tables["survey_waves"]["is_panel"].to_list() == [True]
        with pytest.raises(DeliveryError, match=r"survey\.panel without respondent_id"):
            wave(tmp_path, "id,w,q\n1,1,1\n", self.NOTE.replace("respondent_id: id", "respondent_id: null"))
        # A product's own id is that of a response, as long as the note does not say otherwise.
        with pytest.raises(DeliveryError, match=r"survey\.panel without respondent_id"):
            read(tmp_path, "qualtrics_csv", {"a.csv": "ResponseId,q\nR_1,1\n"}, self.NOTE.split("respondent_id")[0])

    def test_a_person_keeps_the_key_of_a_sample_whatever_others_there_are(self, tmp_path: Path) -> None:
        alone = wave(tmp_path / "alone", "id,w,q\n1,1,1\n2,1,1\n", self.NOTE).tables["survey_respondents"]
        both = wave(tmp_path / "both", "id,w,v,q\n1,1,1,1\n2,1,,1\n", self.BOTH).tables["survey_respondents"]
        assert alone["member_key"].to_list() == [None, None]
        keys = dict(both.filter(sample="us").select("respondent_key", "member_key").iter_rows())
        first, second = alone["respondent_key"]
        assert keys == {keys_of_both(both): first, second: None}
        [of_ri] = both.filter(sample="ri").rows(named=True)
        assert of_ri["respondent_key"] == keys_of_both(both)
        assert of_ri["member_key"] not in {first, second, of_ri["respondent_key"], None}

    def test_an_id_stands_once_in_a_sample(self, tmp_path: Path) -> None:
        rows = "id,w,v,q\n1,1,,1\n1,2,1,2\n2,1,,1\n2,,1,1\n"
        parsed = wave(tmp_path, rows, self.BOTH)
        assert rejected(parsed) == [(3, "conflicting_key")]
        assert parsed.tables["survey_respondents"].select("line", "sample").rows() == [(2, "us"), (4, "us"), (5, "ri")]


def keys_of_both(respondents: pl.DataFrame) -> str:
    """The pseudonym of the one who is in both samples."""
    key: str = respondents.filter(pl.col("respondent_key").is_duplicated())["respondent_key"][0]
    return key
