"""What `campaign inspect` makes of surveys of other tools: boxes to tick, files of countries, waves, and who answered."""
# ruff: noqa: RUF001 - columns are named in many languages

import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.drafts.draft import Given
from ingest.inspection import Inspection, inspect
from ingest.source import DeliveryError
from tests.fuzz.specimens import lines
from tests.ingest.test_inspection import CAMPAIGNS, TOLD, workbook, written

LONG = "I have {} thought about talking to anybody about how I feel, whatever happened to me in the whole of last year"


def found(folder: Path, header: str, row: str, name: str = "wave.csv") -> Inspection:
    """Forty respondents, of whom each braced part of a row takes turns, at another pace each."""
    rows = [row.format(n=n, a=1 + n % 5, x=n % 2, y=n // 2 % 2, yes=("Yes", "YES", "no ")[n % 3]) for n in range(40)]
    return inspect(written(folder, {name: lines(header, *rows)}), TOLD, CAMPAIGNS)


def questions(of: Inspection) -> dict[str, tuple[str, list[str]]]:
    """The kind of each question, and its answers."""
    rows = of.parsed.tables["survey_questions"].select("question_code", "kind", "answers").rows()
    return {code: (kind, [answer["answer_code"] for answer in answers]) for code, kind, answers in rows}


def ticks(of: Inspection, question: str) -> list[list[str]]:
    """What each respondent ticked of a question."""
    [codes] = of.parsed.tables["survey_questions"].filter(question_code=question)["codes"]
    names = {code["answer"]: code["answer_code"] for code in codes}
    given = of.parsed.tables["survey_answers"].sort("respondent")["given"].to_list()
    return [[name for number in one if (name := names.get(number))] for one in given]


@pytest.mark.parametrize(
    ("header", "row", "question", "answers"),
    [
        ("record_id,q1,apps___1,apps___2", "{n},{a},{x},{y}", "apps", ["1", "2"]),
        ("Record ID,Q,Apps? (choice=X),Apps? (choice=Y)", "{n},{a},{x},{y}", "Apps?", ["X", "Y"]),
        ("interview__id,q1,apps__1,apps__2,has__errors", "u{n},{a},{x},{y},0", "apps", ["1", "2"]),
        ("Response ID,Q1: Seen,Q2: X,Q2: Y", "{n},{a},{x},{y}", "Q2", ["X", "Y"]),
        ("start,q1,apps/X,apps/Y,_id,_uuid", "2026-10-05T09:00:00,{a},{x},{y},{n},u{n}", "apps", ["X", "Y"]),
        ("SubmissionDate,intro-q,intro-apps/X,intro-apps/Y,KEY", "2026-10-05T09:00:00Z,{a},{x},{y},u{n}", "intro-apps", ["X", "Y"]),
    ],
)  # fmt: skip
def test_boxes_are_one_question(header: str, row: str, question: str, answers: list[str], tmp_path: Path) -> None:
    survey = found(tmp_path, header, row)
    assert survey.loaded == 40
    assert questions(survey)[question] == ("multiple", answers)
    assert ticks(survey, question)[:4] == [[], [answers[0]], [answers[1]], answers]
    assert len(questions(survey)) == 2


def test_cells_that_hold_the_answer_of_their_column_are_boxes(tmp_path: Path) -> None:
    rows = [f"{n},{1 + n % 5},{'X' if n % 2 else ''},{'Y' if n % 3 else ''}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,X:Which apps,Y:Which apps", *rows)}), TOLD, CAMPAIGNS)
    assert questions(survey)["Which apps"] == ("multiple", ["X", "Y"])


def test_boxes_beside_a_list_of_them_are_no_further_questions(tmp_path: Path) -> None:
    taken = [[name for name, ticked in (("X", n % 2), ("Y", n // 2 % 2)) if ticked] for n in range(40)]
    tally = [f'{n},"{", ".join(of)}",{str("X" in of).upper()},{str("Y" in of).upper()}' for n, of in enumerate(taken)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,Which,Which (X),Which (Y)", *tally)}), TOLD, CAMPAIGNS)
    assert questions(survey) == {"Which": ("multiple", ["X", "Y"])}
    codes = [[str(1 + "XY".index(name)) for name in of] for of in taken]
    cto = [f"{' '.join(of)},{int('1' in of)},{int('2' in of)},uuid:{n}" for n, of in enumerate(codes)]
    header = "SubmissionDate,apps,apps_1,apps_2,KEY"
    rows = [f"2026-10-05T09:00:00Z,{row}" for row in cto]
    survey = inspect(written(tmp_path, {"c.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    assert questions(survey) == {"apps": ("multiple", ["1", "2"])}


def test_a_group_of_questions_is_no_question(tmp_path: Path) -> None:
    survey = found(tmp_path, "start,g/smokes,g/drinks,g/q,_id,_uuid", "2026-10-05T09:00:00,{x},{y},{a},{n},u{n}")
    assert list(questions(survey)) == ["g/smokes", "g/drinks", "g/q"]


def test_a_column_status_makes_no_qualtrics_export(tmp_path: Path) -> None:
    survey = found(tmp_path, "Response ID,Status,Q1,Q2", "{n},Complete,{a},{x}")
    assert (survey.draft.format, survey.loaded) == ("survey_csv", 40)


def test_an_export_of_forsta_is_none_of_qualtrics(tmp_path: Path) -> None:
    rows = [f"{n},{n},{'screened' if n % 4 == 0 else 'complete'},{n % 5}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("respid,responseid,status,q1", *rows)}), TOLD, CAMPAIGNS)
    assert (survey.draft.format, survey.loaded) == ("survey_csv", 30)


@pytest.mark.parametrize("header", ["ResponseId,Q1,Q2", "Status,Finished,Q2"])
def test_a_qualtrics_export_without_its_second_row_keeps_its_first_respondent(header: str, tmp_path: Path) -> None:
    survey = found(tmp_path, header, "R_{n},{a},{x}")
    assert (survey.draft.format, survey.loaded) == ("qualtrics_csv", 40)


def test_capitals_and_blanks_make_no_other_answer(tmp_path: Path) -> None:
    survey = found(tmp_path, "id,q1,gender", "{n},{yes},{yes}")
    assert questions(survey)["q1"][1] == ["Yes", "no"]
    segments = survey.parsed.tables["survey_profiles"]["segments"].explode(empty_as_null=True, keep_nulls=True)
    assert set(segments.struct.field("segment_value")) == {"Yes", "no"}


def test_long_answers_that_many_share_are_answers(tmp_path: Path) -> None:
    rows = [f"{n},{LONG.format(('never', 'often')[n % 2])},{LONG.format(n)}" for n in range(40)]
    survey = inspect(
        written(tmp_path, {"w.csv": lines("id,q1,q2", *(row.replace(", w", " w") for row in rows))}), TOLD, CAMPAIGNS
    )
    assert list(questions(survey)) == ["q1"]


def test_files_that_number_their_people_alike_are_samples(tmp_path: Path) -> None:
    rows = {
        country: [f"{n},{(n * k) % 5},{n % 2}" for n in range(40)] for k, country in enumerate(("AE", "EG", "JO"), 2)
    }
    files = {f"wave-1-{country}.csv": lines("id,q1,q2", *rows[country]) for country in ("AE", "EG")}
    survey = inspect(written(tmp_path, files), TOLD, CAMPAIGNS)
    assert survey.loaded == 80
    assert survey.draft.options["samples"] == {
        country.lower(): {"weight": None, "files": [f"wave-1-{country}.csv"], "country": country}
        for country in ("AE", "EG")
    }
    languages = {f"wave_{name}.csv": lines("id,q1,q2", *rows[of]) for name, of in (("ar", "AE"), ("fr", "EG"))}
    samples = inspect(written(tmp_path, languages), TOLD, CAMPAIGNS).draft.options["samples"]
    assert samples["ar"] == {"weight": None, "files": ["wave_ar.csv"]}


def test_waves_in_a_column_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"column 'wave': found 2 waves.*split the file"):
        found(tmp_path, "id,wave,q1,q2", "{n},{x},{a},{y}")


def test_a_row_a_score_is_no_respondent(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="a row an answer"):
        found(tmp_path, "uid,item,score", "{n},q{x},{a}")


def test_a_code_far_above_the_others_is_told_of(tmp_path: Path) -> None:
    nines = random.Random(5)
    rows = [f"{n},{nines.choice('12345') if n % 6 else 99}" + f",{n % 10}" for n in range(60)]
    text = inspect(written(tmp_path, {"w.csv": lines("id,q1,q2", *rows)}), TOLD, CAMPAIGNS).text
    assert text.count("may be no answer") == 1
    assert "99 may be no answer" in text


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        ((-1, 0, 1), "-1"),
        ((-1, 1, 2, 3, 4, 5), "-1"),
        ((-2, -1, 0, 1), "-2, -1"),
        ((-1, 1, 2, 3, 99), "-1, 99"),
        ((-2, -1, 0, 1, 2), None),
        ((-2, -1, 1, 2, 99), "99"),
        ((-3, -2, -1), None),
        ((1, 2, 3, 4, 5, 8, 9), "8, 9"),
        ((0, 5, 10, 88, 97, 99), "88, 97, 99"),
        ((5, 6, 7, 8, 9), None),
        ((5, 6, 7, 77), "77"),
    ],
)
def test_codes_below_0_or_far_above_that_may_be_no_answers_are_told_of(
    codes: list[int], told: str | None, tmp_path: Path
) -> None:
    rows = [f"{n},{codes[n % len(codes)]},{('yes', 'no')[n // 7 % 2]}" for n in range(60)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,q2", *rows)}), TOLD, CAMPAIGNS)
    assert survey.draft.options["questions"]["q1"] == {}
    assert (f"| {told} may be no answer" in survey.text) if told else ("may be no answer" not in survey.text)


@pytest.mark.parametrize(
    ("mark", "product"), [(b"<stata_dta><header>", "Stata"), (b"\x00" * 12 + b"\xc2\xea\x81\x60", "SAS")]
)
def test_files_of_other_statistics_programs_are_named(mark: bytes, product: str, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=rf"wave\.sav: is a file of {product}"):
        inspect(written(tmp_path, {"wave.sav": mark + bytes(200)}), TOLD, CAMPAIGNS)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("wave.mdd", b'<?xml version="1.0"?><xml><mdm:metadata/></xml>', "expected .sav, Triple-S 1.1 or later"),
        ("wave.sss", b"SSS 1.0\nVARIABLE 1\n", "expected .sav, Triple-S 1.1 or later"),
        ("wave.rds", b"\x1f\x8b" + bytes(90), "is a file of R"),
    ],
)
def test_descriptions_and_data_of_other_programs_are_named(
    name: str, content: bytes, says: str, tmp_path: Path
) -> None:
    with pytest.raises(DeliveryError, match=says):
        inspect(written(tmp_path, {name: content}), TOLD, CAMPAIGNS)


def test_a_column_whose_groups_number_their_people_alike_makes_samples(tmp_path: Path) -> None:
    rows = [f"{n % 20},{('UAE', 'KSA')[n // 20]},{n % 5},{0.5 + n % 2}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("ID,Market,q1,weight", *rows)}), TOLD, CAMPAIGNS)
    assert survey.loaded == 40
    assert survey.draft.options["samples"] == {
        "ksa": {"weight": "weight", "where": {"Market": ["KSA"]}, "country": "SA"},
        "uae": {"weight": "weight", "where": {"Market": ["UAE"]}, "country": "AE"},
    }
    again = [row.replace("UAE", "Aug").replace("KSA", "Sep") for row in rows]
    with pytest.raises(DeliveryError, match=r"column 'Period': found 2 waves"):
        inspect(written(tmp_path, {"w.csv": lines("panel_id,Period,q1,q2", *again)}), TOLD, CAMPAIGNS)


def test_a_person_who_answered_twice_makes_no_samples(tmp_path: Path) -> None:
    rows = [f"{n - (n in (9, 19))},{('UAE', 'KSA')[n % 2]},{n % 5}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("ID,Market,q1", *rows)}), TOLD, CAMPAIGNS)
    assert (survey.loaded, list(survey.draft.options["samples"])) == (38, ["all"])


@pytest.mark.parametrize(
    "name",
    ["What is your gender?", "How old are you?", "Which country do you live in?", "Cinsiyetiniz", "كم عمرك؟", "في أي دولة تعيش؟",
     "Quel est votre sexe ?", "Wie alt sind Sie?", "جنسیت", "מגדר"],
)  # fmt: skip
def test_questions_by_which_people_are_grouped_are_segments(name: str, tmp_path: Path) -> None:
    survey = found(tmp_path, f"id,{name},Is gender important to you?", "{n},{a},{x}")
    assert list(questions(survey)) == ["Is gender important to you?"]
    assert list(survey.draft.options["segments"].values()) == [name]


@pytest.mark.parametrize(
    ("name", "cell"),
    [("Created By", "Ann {x}"), ("Postcode", "AB1 {a}"), ("اسم الأم", "Ann {x}"), ("Photo", "https://x.org/{x}"), ("Note", "{x}.m4a"),
     ("Profile", "linkedin.com/in/{x}"), ("Employee number", "E{x}")],
)  # fmt: skip
def test_what_tells_who_people_are_is_no_answer_even_where_several_share_it(
    name: str, cell: str, tmp_path: Path
) -> None:
    survey = found(tmp_path, f"id,{name},q1", "{n}," + cell + ",{a}")
    assert list(questions(survey)) == ["q1"]


@pytest.mark.parametrize(
    "answers",
    [("موافق", "موافق بشدة", "غير موافق", "غير موافق بشدة", "محايد"), ("agree", "strongly agree", "disagree", "strongly disagree", "neutral")],
)  # fmt: skip
def test_answers_of_several_words_are_no_lists_of_words(answers: tuple[str, ...], tmp_path: Path) -> None:
    rows = [f"2022-10-05T09:00:00,{answers[n % 5]},{n},u{n}" for n in range(40)]
    survey = inspect(written(tmp_path, {"k.csv": lines("start,q1,_id,_uuid", *rows)}), TOLD, CAMPAIGNS)
    assert questions(survey) == {"q1": ("single", sorted(answers))}


def test_who_asked_is_no_answer(tmp_path: Path) -> None:
    survey = found(tmp_path, "id,Interviewer,Was the interviewer polite?,q2", "{n},Ann {x},{yes},{a}")
    assert list(questions(survey)) == ["Was the interviewer polite?", "q2"]


@pytest.mark.parametrize(
    "word",
    ["ترجیح می\u200cدهم پاسخ ندهم", "מעדיפה לא לענות", "لا اريد الاجابة", "Söylemek istemiyorum", "Ne se prononce pas"],
)
def test_who_prefers_not_to_say_in_further_languages(word: str, tmp_path: Path) -> None:
    rows = [f"{n},{word if n % 4 == 0 else n % 3}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1", *rows)}), TOLD, CAMPAIGNS)
    assert survey.draft.options["questions"]["q1"] == {"missing": [word]}


@pytest.mark.parametrize(
    ("header", "days", "groups"),
    [
        ("Date,Channel,Contacts", [f"2026-11-{n:02d}" for n in range(1, 9)], ["Phone", "Chat"]),
        ("التاريخ,القناة,عدد المكالمات", [f"{n}/11/2026" for n in (1, 2, 3, 4, 5, 8, 9)], ["هاتف"]),
        ("Week,Calls,Share", [f"2026-W{n}" for n in range(40, 46)], ["5"]),
        ("Month,Heard of us,Callers", [f"2026-{n:02d}" for n in range(6, 11)], ["TikTok", "Friend", "Doctor"]),
        (
            "Date,Video ID,Daily views",
            [f"2026-11-{n:02d}" for n in range(1, 9)],
            ["7506832682593094928", "7506832682593094929"],
        ),
        ("Date,Source,Calls", [f"2026-{n:02d}-01" for n in range(6, 11)], ["TikTok"]),
    ],
)
def test_counts_of_days_weeks_or_months_are_no_survey(
    header: str, days: list[str], groups: list[str], tmp_path: Path
) -> None:
    rows = [f"{day},{group},{n % 4}" for n, day in enumerate(days) for group in groups]
    del rows[1 : len(groups)]
    with pytest.raises(
        DeliveryError, match=rf"c\.csv, column '{header.split(',')[0]}': found counts of days, weeks or"
    ):
        inspect(written(tmp_path, {"c.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)


def test_counts_of_a_year_and_a_month_in_two_columns_are_no_survey(tmp_path: Path) -> None:
    rows = [f"2026,{month},{place},{30 + month}" for month in range(1, 9) for place in ("Dubai", "Cairo")]
    with pytest.raises(DeliveryError, match="column 'Year': found counts of days, weeks or months"):
        inspect(written(tmp_path, {"c.csv": lines("Year,Month,City,Calls", *rows)}), TOLD, CAMPAIGNS)


def test_counts_of_groups_of_which_many_are_missing_on_a_day_are_no_survey(tmp_path: Path) -> None:
    groups = [f"{sex},{age},{land}" for sex in "mf" for age in ("18-24", "25-34", "35+") for land in ("AE", "EG", "SA")]
    rows = [f"2026-11-{day:02d},{group},{n % 4}" for day in range(1, 15) for n, group in enumerate(groups)]
    few = random.Random(1).sample(rows, 100)
    header = "Date,Gender,Age group,Country,Calls"
    with pytest.raises(DeliveryError, match="found counts of days, weeks or months"):
        inspect(written(tmp_path, {"c.csv": lines(header, *few)}), TOLD, CAMPAIGNS)
    people = lines(header, *random.Random(1).choices(rows, k=100))
    assert inspect(written(tmp_path, {"s.csv": people}), TOLD, CAMPAIGNS).loaded == 100


def test_people_who_answered_on_one_day_after_the_other_are_a_survey(tmp_path: Path) -> None:
    rows = [f"2026-11-{1 + n // 2:02d},{'mf'[n // 3 % 2]},{n % 4}" for n in range(24)]
    assert inspect(written(tmp_path, {"w.csv": lines("Date,Gender,q1", *rows)}), TOLD, CAMPAIGNS).loaded == 24
    rows = [f"{n},2026-11-{1 + n:02d},{n % 4}" for n in range(24)]
    assert inspect(written(tmp_path, {"v.csv": lines("id,Date,q1", *rows)}), TOLD, CAMPAIGNS).loaded == 24


@pytest.mark.parametrize("header", ["Date,How safe do you feel? (0-4),Would you come again?", "Date,Q1,Q2"])
def test_numbers_below_questions_are_a_survey_however_evenly_people_came(header: str, tmp_path: Path) -> None:
    rows = [f"2026-11-{1 + n:02d},{n % 5},{n % 3}" for n in range(24)]
    assert inspect(written(tmp_path, {"d.csv": lines(header, *rows)}), TOLD, CAMPAIGNS).loaded == 24


@pytest.mark.parametrize(
    ("header", "is_asked"),
    [
        ("Item,Category,Paid", True),
        ("Respondent ID,Category,Paid", False),
        ("Weight,Category,Paid", False),
        ("Item,Have you talked to anybody?,Paid", False),
        ("Item,Category,تحدثت مع أحد؟", False),
        ("Item,Q1,Q2", False),
    ],
)
def test_a_table_that_nothing_proves_to_be_a_survey_is_asked_about(header: str, is_asked: bool, tmp_path: Path) -> None:
    rows = [f"{n}.5,{('ads', 'talent')[n % 2]},{('yes', 'no')[n % 3 == 0]}" for n in range(12)]
    files = written(tmp_path, {"table.csv": lines(header, *rows)})
    assert ["source"] * is_asked == [question.key for question in inspect(files, TOLD, CAMPAIGNS).open]
    assert inspect(files, replace(TOLD, source="survey"), CAMPAIGNS).open == ()


def test_cross_tabulated_results_are_named(tmp_path: Path) -> None:
    rows = ["Base: all adults,1000,480", "Yes,31%,30%", "No,69%,70%"]
    with pytest.raises(DeliveryError, match=r"t\.csv, line 2: has answers with their shares and bases"):
        inspect(written(tmp_path, {"t.csv": lines("Q1. Seen it?,Total,Male", *rows)}), TOLD, CAMPAIGNS)


def test_when_people_answered_is_told_by_its_cells(tmp_path: Path) -> None:
    rows = [f"{n},{n % 5},2022-10-{5 + n % 9:02d} 09:00" for n in range(40)]
    files = written(tmp_path, {"w.csv": lines("id,q1,Zuletzt geöffnet", *rows)})
    survey = inspect(files, Given(), CAMPAIGNS)
    assert survey.open == ()
    assert survey.draft.options["survey"]["fieldwork_to"] == "2022-10-13"


def test_points_of_a_quiz_are_no_answers(tmp_path: Path) -> None:
    survey = found(tmp_path, "Timestamp,Score,Seen it?,Happy?", "2022-10-05 09:00:00,{a} / 10,{yes},{x}")
    assert list(questions(survey)) == ["Seen it?", "Happy?"]


def test_a_workbook_whose_first_sheet_is_no_survey_names_the_others(tmp_path: Path) -> None:
    data = [("id", "q1"), *((str(n), ("Yes", "No")[n % 2]) for n in range(40))]
    workbook(tmp_path / "w.xlsx", [("Variable", "Label"), ("q1", "Seen it?")], behind=data)
    with pytest.raises(DeliveryError, match=r"w\.xlsx, sheet 2: found 41 rows, expected one sheet with rows"):
        inspect([tmp_path / "w.xlsx"], TOLD, CAMPAIGNS)


def test_files_of_an_archive_that_number_their_people_alike_are_samples(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        for k, country in enumerate(("AE", "EG"), 2):
            archive.writestr(f"{country}.csv", lines("id,q1,q2", *(f"{n},{n * k % 5},{n % 2}" for n in range(40))))
    survey = inspect([tmp_path / "both.zip"], TOLD, CAMPAIGNS)
    assert survey.loaded == 80
    assert survey.draft.options["samples"]["ae"] == {"weight": None, "files": ["both.zip/AE.csv"], "country": "AE"}


@pytest.mark.parametrize(
    ("column", "of"), [("Test", ("pre", "post")), ("redcap_event_name", ("baseline_1", "endline_1"))]
)
def test_people_who_were_asked_twice_are_waves(column: str, of: tuple[str, str], tmp_path: Path) -> None:
    rows = [f"{n % 20},{of[n // 20]},{n % 5}" for n in range(40)]
    with pytest.raises(DeliveryError, match=f"column '{column}': found 2 waves"):
        inspect(written(tmp_path, {"w.csv": lines(f"record_id,{column},q1", *rows)}), TOLD, CAMPAIGNS)


@pytest.mark.parametrize("mark", ["1", "X", "Yes"])
def test_columns_that_hold_a_mark_or_nothing_are_boxes(mark: str, tmp_path: Path) -> None:
    rows = [f"{n},{1 + n % 5},{mark if n % 2 else ''},{mark if n % 3 else ''}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,q4_1,q4_2", *rows)}), TOLD, CAMPAIGNS)
    assert questions(survey) == {"q1": ("single", list("12345")), "q4": ("multiple", ["q4_1", "q4_2"])}
    assert ticks(survey, "q4")[:4] == [[], ["q4_1", "q4_2"], ["q4_2"], ["q4_1"]]


@pytest.mark.parametrize("name", ["facteur", "fexp", "WTFINAL", "الأوزان", "score"])
def test_numbers_that_average_one_weigh_whatever_they_are_called(name: str, tmp_path: Path) -> None:
    rows = [f"{n},{n % 5},{(0.5, 1, 1, 1.5)[n % 4]},{0.25 + n % 2}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines(f"id,q1,{name},hours", *rows)}), TOLD, CAMPAIGNS)
    assert survey.draft.options["samples"] == {"all": {"weight": name}}


@pytest.mark.parametrize(
    ("column", "word", "others"),
    [("Status", "Complete", ("Partial", "Disqualified")), ("Response Type", "completed", ("partial",)),
     ("Status", "Complete", ("Partial", "Test data")), ("Respondent Status", "Qualified", ("Screen Out", "Quota Full"))],
)  # fmt: skip
def test_who_did_not_come_to_the_end_is_in_no_sample(
    column: str, word: str, others: tuple[str, ...], tmp_path: Path
) -> None:
    rows = [f"{n},{others[n % len(others)] if n % 4 else word},{n % 5}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines(f"id,{column},q1", *rows)}), TOLD, CAMPAIGNS)
    assert (survey.loaded, survey.parsed.rejections) == (10, [("no_sample", 30)])
    assert survey.draft.options["samples"] == {"all": {"weight": None, "where": {column: [word]}}}
    assert list(questions(survey)) == ["q1"]


@pytest.mark.parametrize(("name", "shown"), [("Progress", "{}"), ("% Complete", "{}%")])
def test_who_came_to_all_of_it_came_to_the_end(name: str, shown: str, tmp_path: Path) -> None:
    rows = [f"{n},{shown.format(100 if n % 4 else 35)},{n % 5}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines(f"id,{name},q1", *rows)}), TOLD, CAMPAIGNS)
    assert (survey.loaded, list(questions(survey))) == (30, ["q1"])
    rows = [f"{n},{20 + n % 3},{n % 5}" for n in range(40)]
    other = inspect(written(tmp_path, {"o.csv": lines(f"id,{name},q1", *rows)}), TOLD, CAMPAIGNS)
    assert other.loaded == 40


def test_a_status_in_other_words_is_a_question(tmp_path: Path) -> None:
    rows = [f"{n},{('Single', 'Complete')[n % 2]},{n % 5}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,Status,q1", *rows)}), TOLD, CAMPAIGNS)
    assert (survey.loaded, list(questions(survey))) == (40, ["Status", "q1"])


def test_a_header_over_two_lines_is_refused(tmp_path: Path) -> None:
    rows = [f"{n},{('Yes', 'No')[n % 2]},{('Yes', 'No')[n % 3 % 2]},{('A', 'B')[n % 2]}" for n in range(40)]
    with pytest.raises(DeliveryError, match=r"w\.csv, line 2: names columns that line 1 leaves blank"):
        inspect(written(tmp_path, {"w.csv": lines("ID,Which apps?,,Seen it?", ",TikTok,TV,", *rows)}), TOLD, CAMPAIGNS)


def test_ids_that_a_spreadsheet_spoilt_are_no_answers(tmp_path: Path) -> None:
    survey = found(tmp_path, "respondent_id,q1", "1.7{a}E+09,{x}")
    assert (survey.loaded, list(questions(survey))) == (40, ["q1"])


@pytest.mark.parametrize(
    ("one", "other"), [("Don't know", "Don\u2019t know"), ("لا أعرف", "لا اعرف"), ("18-24", "18\u201324")]
)
def test_marks_and_letters_that_are_written_in_several_ways_make_no_other_answer(
    one: str, other: str, tmp_path: Path
) -> None:
    rows = [f"{n},{(one, one, other, 'Yes')[n % 4]}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1", *rows)}), TOLD, CAMPAIGNS)
    assert set(questions(survey)["q1"][1]) == {one, "Yes"}


def test_errors_of_a_spreadsheet_are_proposed_as_missing(tmp_path: Path) -> None:
    rows = [f"{n},{n % 3 if n % 5 else '#REF!'}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1", *rows)}), TOLD, CAMPAIGNS)
    assert survey.draft.options["questions"]["q1"] == {"missing": ["#REF!"]}


def test_up_to_thirty_groups_are_a_segment_and_ages_in_years_are_none(tmp_path: Path) -> None:
    rows = [f"{n},Region {n % 25},{18 + n % 8},{1960 + n % 40},{n % 5}" for n in range(100)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,region,age,Year of birth,q1", *rows)}), TOLD, CAMPAIGNS)
    assert survey.draft.options["segments"] == {"region": "region"}
    assert list(questions(survey)) == ["q1"]
    assert "ages in years group nobody: band 'age', 'Year of birth' in the file" in survey.text


def test_when_a_record_was_made_makes_no_registration(tmp_path: Path) -> None:
    survey = found(tmp_path, "chat_id,first_name,q1,q2,created_at", "{n},Ann {n},{a},{x},2022-10-05T10:00:00Z")
    assert (survey.draft.source, list(questions(survey))) == ("survey", ["q1", "q2"])


def test_an_spss_file_in_an_archive_is_to_be_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "w.zip", "w") as archive:
        archive.writestr("w.sav", b"$FL2" + bytes(200))
    with pytest.raises(DeliveryError, match=r"w\.zip/w\.sav: is an SPSS file in an archive, .* unpack it"):
        inspect([tmp_path / "w.zip"], TOLD, CAMPAIGNS)


@pytest.mark.parametrize("header", ["user,statement,agree", "participant_id,item shown,agree"])
def test_answers_below_one_another_are_no_respondents(header: str, tmp_path: Path) -> None:
    rows = [f"u{n // 3},s{n % 3},{('Yes', 'No')[n // 3 % 2]}" for n in range(90)]
    with pytest.raises(DeliveryError, match=r"found the same ids under each of its 3 values, .* turn the table"):
        inspect(written(tmp_path, {"w.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)


@pytest.mark.parametrize("row", ["{n},{yes},{answer},Ann {n}", "{n},{n5},{answer},{x}"])
def test_a_table_without_names_is_refused(row: str, tmp_path: Path) -> None:
    rows = [row.format(n=n, yes=("Yes", "No")[n % 2], answer="ABC"[n % 3], n5=n % 5, x=n % 2) for n in range(40)]
    with pytest.raises(
        DeliveryError, match=r"w\.csv, line 1: found what stands in other lines too, .* expected a header"
    ):
        inspect(written(tmp_path, {"w.csv": lines(*rows)}), TOLD, CAMPAIGNS)


def test_columns_may_list_answers_between_marks_of_their_own(tmp_path: Path) -> None:
    taken = [[name for place, name in enumerate("XYZ") if n >> place & 1] or ["X"] for n in range(40)]
    rows = [f'{n},{";".join(of)},"{", ".join(of)}"' for n, of in enumerate(taken)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,Where,Helped", *rows)}), TOLD, CAMPAIGNS)
    assert questions(survey) == {"Where": ("multiple", list("XYZ")), "Helped": ("multiple", list("XYZ"))}
    assert ticks(survey, "Helped") == taken


def test_own_words_are_no_answers_even_where_several_use_them(tmp_path: Path) -> None:
    survey = found(tmp_path, "id,q1,Anything else?,Any comments?", "{n},{a},no more to say {x},{yes}")
    assert list(questions(survey)) == ["q1", "Any comments?"]
    own = "no more to say {x}"
    survey = found(tmp_path, "id,q1,Describe how you feel,Which describes you?", "{n},{a}," + f"{own},{own}", "o.csv")
    assert list(questions(survey)) == ["q1", "Which describes you?"]


def test_sheets_that_are_not_read_are_told_of(tmp_path: Path) -> None:
    data = [("id", "q1"), *((str(n), ("Yes", "No")[n % 2]) for n in range(40))]
    workbook(tmp_path / "w.xlsx", data, behind=[("id", "weight"), ("1", "0.9")])
    text = inspect([tmp_path / "w.xlsx"], TOLD, CAMPAIGNS).text
    assert "files: [w.xlsx]  # the first sheet is read; not read are the sheets 2 (2 rows)" in text


def test_a_kobo_export_with_tags_is_no_list_of_videos(tmp_path: Path) -> None:
    survey = found(
        tmp_path, "username,g1/seen,_id,_uuid,_submission_time,_tags", "e{x},{yes},{n},u{n},2026-10-05T14:10:00,"
    )
    assert (survey.draft.source, survey.draft.format) == ("survey", "kobo_csv")


def test_joins_and_leaves_are_no_answers(tmp_path: Path) -> None:
    rows = [f"2026-10-05 09:{n:02d}:00,user {n // 2},{('joined', 'left')[n % 2]},talk,{n % 3}" for n in range(40)]
    with pytest.raises(DeliveryError, match=r"column 3: found joins and leaves.*intervals_csv"):
        inspect(written(tmp_path, {"log.csv": lines("time,user,what,room,shard", *rows)}), TOLD, CAMPAIGNS)


def test_a_code_far_below_0_among_words_is_no_answer(tmp_path: Path) -> None:
    rows = [f"{n},{('Yes', 'No', '-99')[n % 3]},{n % 5}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,q2", *rows)}), TOLD, CAMPAIGNS)
    assert survey.draft.options["questions"]["q1"]["missing"] == ["-99"]


@pytest.mark.parametrize("mark", [",", " "])
def test_numbers_of_answers_in_one_cell_are_lists(mark: str, tmp_path: Path) -> None:
    rows = [f'{n},{n % 5},"{mark.join(str(j) for j in (1, 2, 3) if n % (j + 1))}"' for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,q2", *rows)}), TOLD, CAMPAIGNS)
    assert questions(survey)["q2"] == ("multiple", ["1", "2", "3"])


def test_columns_of_0_and_1_may_be_boxes(tmp_path: Path) -> None:
    survey = found(tmp_path, "id,q1,q5_tiktok,q5_tv,q5_friend", "{n},{a},{x},{y},{x}")
    assert "boxes of one are {kind: multiple, columns: [...]}: 'q5_tiktok', 'q5_tv', 'q5_friend'" in survey.text


def test_names_of_people_are_no_answers_in_any_language(tmp_path: Path) -> None:
    survey = found(tmp_path, "Полное имя,q1,q2", "Anna {x},{a},{yes}")
    assert "Полное имя" in survey.draft.options["drop"]


@pytest.mark.parametrize(
    "cell",
    [
        json.dumps,
        str,
        lambda of: f"{{{','.join(of)}}}",
        lambda of: ",".join(f'"{answer}"' for answer in of),
        lambda of: "\n".join(f"• {answer}" for answer in of),
        lambda of: ", ".join(of[:-1]) + " and " * (len(of) > 1) + of[-1],
        lambda of: ", ".join(of[:-1]) + "," * (len(of) > 2) + " and " * (len(of) > 1) + of[-1],
        *(mark.join for mark in (" and ", " و ", "*", "#", "~", "::")),
    ],
)
def test_lists_in_cells_are_read_however_they_are_written(cell: Callable[[list[str]], str], tmp_path: Path) -> None:
    taken = [
        [name for place, name in enumerate(("Friends", "TV", "TikTok")) if n % 7 + 1 >> place & 1] for n in range(49)
    ]
    rows = ['{},{},"{}"'.format(n, 1 + n % 5, cell(of).replace('"', '""')) for n, of in enumerate(taken)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,Where", *rows)}), TOLD, CAMPAIGNS)
    assert questions(survey)["Where"] == ("multiple", ["Friends", "TV", "TikTok"])
    assert ticks(survey, "Where") == taken


def test_an_answer_that_holds_and_stays_one(tmp_path: Path) -> None:
    answers = ["Friends and family", "TV", "TikTok"]
    rows = [
        f'{n},{1 + n % 5},"{", ".join(of)}"'
        for n in range(48)
        if (of := [a for p, a in enumerate(answers) if n >> p & 1])
    ]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,Where", *rows)}), TOLD, CAMPAIGNS)
    assert questions(survey)["Where"] == ("multiple", answers)
    single = found(tmp_path, "id,q1,Why", "{n},{a},Sleep and sport", "s.csv")
    assert "Why" not in questions(single)


def test_missing_codes_of_stata_and_commcare_are_no_answers(tmp_path: Path) -> None:
    rows = [f"{n},{('1', '2', '.a', '.b', '---')[n % 5]},{1 + n % 3}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,q2", *rows)}), TOLD, CAMPAIGNS)
    assert questions(survey)["q1"] == ("single", ["1", "2"])


def test_date_submitted_alone_makes_no_limesurvey_export(tmp_path: Path) -> None:
    rows = [f"{n},2026-10-05 09:00:00,{'Complete' if n % 4 else 'Partial'},{1 + n % 5}" for n in range(40)]
    files = written(tmp_path, {"w.csv": lines("Response ID,Date Submitted,Status,Seen it?", *rows)})
    survey = inspect(files, TOLD, CAMPAIGNS)
    assert (survey.draft.format, survey.loaded) == ("survey_csv", 30)


def test_columns_that_repeat_the_end_of_their_name_are_boxes(tmp_path: Path) -> None:
    rows = [f"{n},{1 + n % 5},{'X' if n % 2 else ''},{'Y' if n % 3 else ''}" for n in range(40)]
    survey = inspect(
        written(tmp_path, {"w.csv": lines("id,q1,Q2 - Which apps? - X,Q2 - Which apps? - Y", *rows)}), TOLD, CAMPAIGNS
    )
    assert questions(survey)["Q2 - Which apps?"] == ("multiple", ["X", "Y"])


def test_an_at_sign_behind_a_point_is_part_of_a_name(tmp_path: Path) -> None:
    survey = found(tmp_path, "form.seen,form.case.@case_id", "{a},c{n}")
    assert list(questions(survey)) == ["form.seen"]


def test_codes_of_a_status_are_pointed_out(tmp_path: Path) -> None:
    survey = found(tmp_path, "record,status,q1", "{n},{x},{a}")
    assert "'status' may say who came to the end: then name its codes or words" in survey.text
    rows = [f"{n},{('Complete', 'Partial', 'Over hills')[n % 3]},{n % 5}" for n in range(40)]
    other = inspect(written(tmp_path, {"w.csv": lines("record,status,q1", *rows)}), TOLD, CAMPAIGNS)
    assert "'status' may say who came to the end" in other.text
    unipark = found(tmp_path, "id,tester,dispcode,q1", "{n},{x},3{x},{a}", "u.csv")
    assert "as 'tester' says; 'dispcode' may say who came to the end" in unipark.text
    solutions = found(tmp_path, "interview__id,interview__status,q1", "{n},12{x},{a}", "s.csv")
    assert "'interview__status' may say who came to the end" in solutions.text


@pytest.mark.parametrize(("forms", "loaded"), [(["q_complete"], 30), (["q_complete", "r_complete"], 40)])
def test_the_one_form_of_redcap_says_who_came_to_its_end(forms: list[str], loaded: int, tmp_path: Path) -> None:
    rows = [f"{n},{n % 5}" + f",{'Complete' if n % 4 else 'Incomplete'}" * len(forms) for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines(",".join(["record_id", "q1", *forms]), *rows)}), TOLD, CAMPAIGNS)
    assert survey.loaded == loaded
    assert "came to the end" in survey.text


def test_who_tried_the_survey_out_is_no_respondent(tmp_path: Path) -> None:
    rows = [f"{n},{'No' if n % 4 else 'Yes'},{1 + n % 5}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,Is Test,q1", *rows)}), TOLD, CAMPAIGNS)
    assert (survey.loaded, list(questions(survey))) == (30, ["q1"])
    other = found(tmp_path, "id,test,q1", "{n},{a},{a}", "o.csv")
    assert (other.loaded, list(questions(other))) == (40, ["test", "q1"])


def test_the_mark_that_makes_the_fewest_answers_parts_them(tmp_path: Path) -> None:
    whole = ["Fear (of all, of some, etc)", "Mood (low, high, etc)", "Other"]
    cells = ["|".join(answer for bit, answer in enumerate(whole) if n >> bit & 1) for n in range(40)]
    survey = inspect(
        written(tmp_path, {"w.csv": lines("id,q,why,why", *(f'{n},"{cell}",a,b' for n, cell in enumerate(cells)))}),
        TOLD,
        CAMPAIGNS,
    )
    questions = survey.parsed.tables["survey_questions"]
    [answers] = questions.filter(question_code="q")["answers"].to_list()
    assert [one["answer_code"] for one in answers] == whole
    assert {"why (3)", "why (4)"} <= {*survey.draft.options["questions"], *survey.draft.options.get("drop", ())}


def test_marks_of_direction_hide_nobody_s_status(tmp_path: Path) -> None:
    header, rows = (
        ("id", "\u200fStatus\u200e", "q1"),
        [(n, ("\u200fComplete", "Screened out\u200e")[n % 4 == 0], n % 5) for n in range(1, 41)],
    )
    text = lines(",".join(header), *(f"{n},{status},{answer}" for n, status, answer in rows))
    workbook(tmp_path / "w.xlsx", [header, *((str(n), status, str(answer)) for n, status, answer in rows)])
    for files in (written(tmp_path, {"w.csv": text}), [tmp_path / "w.xlsx"]):
        assert inspect(files, TOLD, CAMPAIGNS).loaded == 30


def test_blank_columns_behind_a_question_of_surveymonkey_are_none_of_its_answers(tmp_path: Path) -> None:
    header = "Respondent ID,Collector ID,Start Date,Seen it?,,"
    rows = [f"{n},1,10/05/2022 09:00:00,{'Yes' if n % 3 else 'No'},," for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines(header, ",,,Response,,", *rows)}), TOLD, CAMPAIGNS)
    assert questions(survey) == {"Seen it?": ("single", ["No", "Yes"])}


@pytest.mark.parametrize(
    "header", ["uuid,Q5r1c1,Q5r2c1,Q7r1c2", "V160001,V202110a,V202111x,V202112", "id,m1470_sex,m2684_list,s1534_loc", "id,1.1 Age,1.2 Sex,1.3 Use", "id,How happy (0-100)?,q1,q2", "id,Rate it 1-8,q1,q2"]
)  # fmt: skip
def test_codes_and_numbered_questions_are_names_of_columns(header: str, tmp_path: Path) -> None:
    survey = found(tmp_path, header, "u{n},{a},{x},{y}")
    assert set(questions(survey)) >= {header.split(",")[1]}


def test_a_code_alone_makes_no_header(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="no format fits"):
        found(tmp_path, "R1234567,yes,no,yes", "u{n},{yes},{yes},{yes}")


def test_boxes_of_kobo_are_one_question_without_its_own_columns(tmp_path: Path) -> None:
    row = ("{n},{a},NULL,NULL,NULL,NaT", "{n},{a},food cash,1,1,2026-10-05 00:00:00", "{n},{a},food,1,0,NaT")
    rows = [row[n % 3].format(n=n, a=1 + n % 5) for n in range(42)]
    text = lines("id,q1,needs,needs/food,needs/cash,left_on", *rows)
    survey = inspect(written(tmp_path, {"w.csv": text}), TOLD, CAMPAIGNS)
    assert questions(survey) == {"q1": ("single", ["1", "2", "3", "4", "5"]), "needs": ("multiple", ["cash", "food"])}
    assert len(ticks(survey, "needs")) == 42
    assert survey.parsed.tables["survey_answers"]["given"].list.len().sum() == 42 + 14 * 2 + 14


def test_a_number_below_0_that_stands_alone_among_words_is_no_answer(tmp_path: Path) -> None:
    rows = [f"{n},{('often', 'never', '-1')[n % 3]},{n % 3 - 1},{n % 5 - 2}" for n in range(45)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,interferes,employed,trend", *rows)}), TOLD, CAMPAIGNS)
    stated = survey.draft.options["questions"]
    assert [stated[name].get("missing") for name in ("interferes", "employed", "trend")] == [["-1"], ["-1"], None]
    alone = [f"{n},{n % 3 - 1},{n % 5 - 2},{('a', 'b')[n % 2]}" for n in range(45)]
    scales = inspect(written(tmp_path, {"v.csv": lines("id,agree,trend,q", *alone)}), TOLD, CAMPAIGNS)
    assert not any(note.get("missing") for note in scales.draft.options["questions"].values())


@pytest.mark.parametrize("name", ["survey year", "Survey_Year", "year of survey", "interview year"])
def test_years_of_a_survey_are_waves(name: str, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=f"column '{name}': found 2 waves"):
        found(tmp_path, f"id,{name},q1,q2", "{n},201{x},{a},{yes}")


@pytest.mark.parametrize("name", ["genero", "idade", "pais", "regiao", "yas", "فئه عمريه"])
def test_groups_are_told_without_accents(name: str, tmp_path: Path) -> None:
    survey = found(tmp_path, f"id,{name},q1,q2", "{n},g{x},{a},{yes}")
    assert name in survey.draft.options["segments"].values()


def test_codes_below_0_of_scales_with_one_side_are_no_answers(tmp_path: Path) -> None:
    rows = [
        f"{n},{(-1, 1, 2, 3)[n % 4]},{(-1, 1, 2, 3, 4)[n % 5]},{(-1, 0, 1)[n % 3]},{n % 5 - 2},{(-5, -1, 1, 2)[n % 4]}"
        for n in range(60)
    ]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,q2,q3,q4,q5", *rows)}), TOLD, CAMPAIGNS)
    missing = {code: {*note.get("missing", ())} for code, note in survey.draft.options["questions"].items()}
    assert missing == {"q1": {"-1"}, "q2": {"-1"}, "q3": {"-1"}, "q4": set(), "q5": {"-1", "-5"}}


def test_scales_with_two_sides_keep_their_codes_below_0(tmp_path: Path) -> None:
    rows = [f"{n},{(-2, -1, 1)[n % 3]},{(-3, -2, -1, 1, 2)[n % 5]},{(-1, 1, 2)[n % 3]},{n % 7 - 3}" for n in range(60)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,q2,q3,q4", *rows)}), TOLD, CAMPAIGNS)
    assert not any(note.get("missing") for note in survey.draft.options["questions"].values())


def test_a_code_beside_one_that_is_far_below_the_scale_is_no_answer(tmp_path: Path) -> None:
    rows = [f"{n},{(-9, -1, 1, 2, 3, 4, 5)[n % 7]},{(-99, -2, -1, 0, 1, 2)[n % 6]}" for n in range(60)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,q2", *rows)}), TOLD, CAMPAIGNS)
    missing = [{*note.get("missing", ())} for note in survey.draft.options["questions"].values()]
    assert missing == [{"-1", "-9"}, {"-99"}]


def test_a_scale_with_codes_for_no_answer_is_a_question(tmp_path: Path) -> None:
    scale = [*range(11), 77, 88, 99, -1]
    rows = [f"{n},{scale[n % 15]},{n % 13}" for n in range(60)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,happy,hours", *rows)}), TOLD, CAMPAIGNS)
    assert [*survey.draft.options["questions"]] == ["happy"]


def test_copies_of_a_weight_that_estimate_errors_make_no_samples(tmp_path: Path) -> None:
    weights = [f"FINWT{n}" for n in range(12)]
    rows = [f"{n},{n % 5}," + ",".join(str(900.5 + (n * k) % 17) for k in range(12)) for n in range(60)]
    survey = inspect(written(tmp_path, {"w.csv": lines(f"id,q1,{','.join(weights)}", *rows)}), TOLD, CAMPAIGNS)
    assert survey.draft.options["samples"] == {"all": {"weight": "FINWT0"}}


@pytest.mark.parametrize(
    ("weight", "cells", "is_dhs"), [("v005", 1_200_000, True), ("v005", 1, False), ("withinwt_hh", 0.5, False)]
)
def test_weights_and_designs_of_known_programmes_go_by_their_names(
    weight: str, cells: float, is_dhs: bool, tmp_path: Path
) -> None:
    rows = [f"{n},{n % 5},{(n % 3 + 1) * cells},{n // 10},{n // 30}" for n in range(60)]
    survey = inspect(written(tmp_path, {"w.csv": lines(f"id,q1,{weight},v021,v022", *rows)}), TOLD, CAMPAIGNS)
    options = survey.draft.options
    assert options["samples"] == {"all": {"weight": weight if is_dhs or weight != "v005" else None}}
    assert options.get("design", {}) == ({"cluster": "v021", "stratum": "v022"} if is_dhs else {})


@pytest.mark.parametrize(
    ("weight", "design"),
    [
        ("agirlik", {"cluster": "kume", "stratum": "tabaka"}),
        ("Ağırlık", {"cluster": "Küme No", "stratum": "Tabaka"}),
        ("bobot", {"cluster": "klaster", "stratum": "strata"}),
        ("вес", {"cluster": "кластер", "stratum": "страта"}),
        ("poids", {"cluster": "grappe", "stratum": "strate"}),
        ("الوزن", {"cluster": "العنقود", "stratum": "الطبقة"}),
        ("hhweight", {"cluster": "HH1", "stratum": "stratum"}),
        ("wmweight", {"cluster": "WM1", "stratum": "stratum"}),
    ],
)
def test_weights_clusters_and_strata_in_other_languages(weight: str, design: dict[str, str], tmp_path: Path) -> None:
    """Left out, they would leave shares unweighted, or intervals too narrow."""
    rows = [f"{n},{n % 5},{0.6 + n % 7 / 5:.1f},{n // 10},{n // 30}" for n in range(60)]
    header = f"id,q1,{weight},{design['cluster']},{design['stratum']}"
    options = inspect(written(tmp_path, {"w.csv": lines(header, *rows)}), TOLD, CAMPAIGNS).draft.options
    assert (options["samples"], options["design"]) == ({"all": {"weight": weight}}, design)
    assert list(options["questions"]) == ["q1"]


@pytest.mark.parametrize(
    "names", ["Points - How?,Feedback - How?,Total points", "How? [Score],How? [Feedback],Score", "Punkte: How?,Kommentar: How?,Total score"]
)  # fmt: skip
def test_points_and_feedback_beside_questions_are_no_answers(names: str, tmp_path: Path) -> None:
    survey = found(tmp_path, f"id,How?,Why?,{names}", "{n},{a},{yes},{x}.00 / 1,,{y} / 2")
    assert [*questions(survey)] == ["How?", "Why?"]


@pytest.mark.parametrize(
    "name",
    [
        "group/enumerator_group/name_enum", "intro/name", "intro.name", "A1. Name of Respondent", "q3_enumerator", "Name of the interviewer",
        "SurveyorName", "CAPI_interviewer", "nom_enqueteur", "Encuestador(a)", "team leader",
    ],
)  # fmt: skip
def test_names_of_those_who_asked_are_no_answers(name: str, tmp_path: Path) -> None:
    survey = found(tmp_path, f"id,{name},q1,q2", "{n},zq{a},{x},{yes}")
    assert [*questions(survey)] == ["q1", "q2"]
    assert name in survey.draft.options["drop"]
    assert "zq" not in survey.text


def test_a_question_about_those_who_ask_is_one(tmp_path: Path) -> None:
    survey = found(tmp_path, "id,Does your supervisor support you?,participant group", "{n},{yes},g{x}")
    assert [*questions(survey)] == ["Does your supervisor support you?", "participant group"]


@pytest.mark.parametrize("words", [("P", "A"), ("Present", "Absent"), ("حاضر", "غائب")])
def test_who_came_on_which_day_is_no_survey(words: tuple[str, str], tmp_path: Path) -> None:
    rows = [f"u{n},{words[n % 2]},{words[n % 3 == 0]},{words[n % 5 == 0]}" for n in range(40)]
    with pytest.raises(DeliveryError, match="no format fits"):
        inspect(written(tmp_path, {"w.csv": lines("Roll,Monday,Tuesday,Friday", *rows)}), TOLD, CAMPAIGNS)


def test_shares_of_statements_are_results(tmp_path: Path) -> None:
    shares = [f"People can {n},{n}.5%,{40 - n}%,{60 - n}.5%" for n in range(30)]
    counts = [f"People can {n // 2},{('Percentage', 'Count')[n % 2]},{n},{n + 5}" for n in range(30)]
    for header, rows in (("Statement,1,2,3", shares), ("Statement,Measure,1,2", counts)):
        with pytest.raises(DeliveryError, match="line 2: has answers with their shares"):
            inspect(written(tmp_path, {"w.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)


@pytest.mark.parametrize("words", [("Yes", "No"), ("Ja", "Nein"), ("نعم", "لا"), ("Sim", "Não")])
def test_who_finished_may_be_said_by_yes_and_no(words: tuple[str, str], tmp_path: Path) -> None:
    rows = [f"{n},{words[n % 4 == 0]},{n % 5}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,Finished,q1", *rows)}), TOLD, CAMPAIGNS)
    assert survey.draft.options["samples"]["all"]["where"] == {"Finished": [words[0]]}
    assert survey.loaded == 30


@pytest.mark.parametrize("name", ["_parent_index", "PARENT_KEY", "parent-key"])
def test_rows_of_a_group_that_repeats_are_no_respondents(name: str, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=f"column '{name}': found several rows of one form"):
        found(tmp_path, f"child,goes to school,_index,{name}", "c{n},{yes},{n},{x}")


def test_a_last_row_called_after_a_total_alone_is_no_respondent(tmp_path: Path) -> None:
    rows = [*(f"{n},{('Yes', 'No')[n % 2]},{('a', 'b')[n % 2]}" for n in range(40)), "Total,40,40"]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,Use it?,Kind", *rows)}), TOLD, CAMPAIGNS)
    assert (survey.loaded, survey.parsed.rejected["line"].to_list()) == (40, [42])
    assert questions(survey)["Use it?"] == ("single", ["No", "Yes"])
    rows = [*(f"{n},{1 + n % 5},{1 + n % 2}" for n in range(40)), "Average,3.0,1.5", "std dev,1.4,0.5"]
    survey = inspect(written(tmp_path, {"a.csv": lines("id,Agree?,Kind", *rows)}), TOLD, CAMPAIGNS)
    assert (survey.loaded, {name: of for name, (_, of) in questions(survey).items()}) == (
        40, {"Agree?": ["1", "2", "3", "4", "5"], "Kind": ["1", "2"]}
    )  # fmt: skip
    words = [f"{('Total', 'Partial')[n % 2]},{('Yes', 'No')[n % 2]},{n % 3}" for n in range(41)]
    assert inspect(written(tmp_path, {"v.csv": lines("Loss,Use it?,Kind", *words)}), TOLD, CAMPAIGNS).loaded == 41


@pytest.mark.parametrize("scale", ["(0-10)", "0-10", "(1–5)", "Q9 [1-7]"])
def test_a_question_may_end_with_its_mark_and_the_ends_of_its_scale(scale: str, tmp_path: Path) -> None:
    survey = found(tmp_path, f"ID,Q?,Likely to recommend? {scale}", "{n},{yes},{a}")
    assert list(questions(survey)) == ["Q?", f"Likely to recommend? {scale}"]


def test_a_heading_that_is_no_name_is_told_by_its_place(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"wave\.csv, line 1, column 3: found a number, a date") as told:
        found(tmp_path, "ID,Q?,P 079 123 4567,R?,S?", "{n},{yes},{a},{x},{y}")
    assert "4567" not in str(told.value)


def test_names_behind_a_title_are_no_answers_but_to_a_question(tmp_path: Path) -> None:
    rows = [f"{n},{('Dr. Huda', 'Mr Zaki')[n % 2]},{('Dr. Huda', 'Mr Zaki')[n % 2]},{n % 5}" for n in range(40)]
    header = "id,Teacher,Whom did you like best?,q1"
    survey = inspect(written(tmp_path, {"w.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    assert list(questions(survey)) == ["Whom did you like best?", "q1"]
    rows = [f"{n},{('Drama', 'Mixed', 'Dramedy')[n % 3]},{n % 5}" for n in range(40)]
    survey = inspect(written(tmp_path, {"d.csv": lines("id,Show,q1", *rows)}), TOLD, CAMPAIGNS)
    assert list(questions(survey)) == ["Show", "q1"]


def test_answers_in_two_languages_are_told_of(tmp_path: Path) -> None:
    rows = [f"{n},{('Yes', 'No', 'نعم', 'لا')[n % 4]},{('TikTok', 'YouTube', 'X', 'لا شيء')[n % 4]}" for n in range(40)]
    text = inspect(written(tmp_path, {"w.csv": lines("id,Heard,App", *rows)}), TOLD, CAMPAIGNS).text
    assert text.count("in two languages, each answer counts apart") == 1


def test_messages_of_people_are_no_survey(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError):
        found(tmp_path, "date,from,message", "2022-10-05 10:{n:02d}:00,+97150123{n:04d},my own story {a}")


def test_how_long_an_interview_took_is_no_answer(tmp_path: Path) -> None:
    survey = found(tmp_path, "id,Duration (minutes),Duration of the pain,q1", "{n},{a},{x},{y}")
    assert list(questions(survey)) == ["Duration of the pain", "q1"]


def test_a_header_below_narrower_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"wave\.csv, line 4: names the columns, and lines stand above it"):
        found(tmp_path, "Total,40\nFailed,0\n\nResponse ID,Seen?,q1,q2,q3", "r{n},{yes},{a},{x},{y}")


@pytest.mark.parametrize(
    "name",
    ["Name (First)", "Name (optional)", "What is your name?", "1. What's your full name?", "Name of child", "Votre nom", "Prénom (facultatif)",
     "¿Cuál es tu nombre?", "Adınız", "İsminiz", "ما اسمك؟", "اسمك الكامل", "نام شما", "お名前（任意）", "성함", "Ваше имя"],
)  # fmt: skip
def test_a_heading_that_asks_for_a_name_is_never_published(name: str, tmp_path: Path) -> None:
    rows = [f"{n},{('Amal', 'Basim', 'Dina')[n % 3]},{('Calm', 'Kind')[n % 2]},{n % 5}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines(f"id,{name},Which name of ours?,q1", *rows)}), TOLD, CAMPAIGNS)
    assert list(questions(survey)) == ["Which name of ours?", "q1"]


def test_how_long_it_took_to_the_second_is_no_answer(tmp_path: Path) -> None:
    assert list(questions(found(tmp_path, "id,Took,q1", "{n},00:0{a}:00,{a}"))) == ["q1"]


def test_a_title_above_the_header_of_a_workbook_is_no_header(tmp_path: Path) -> None:
    people = [(str(n), ("Yes", "No")[n % 2], str(n % 5)) for n in range(40)]
    workbook(tmp_path / "w.xlsx", [("Results of October", "", ""), ("id", "q1", "q2"), *people])
    with pytest.raises(DeliveryError, match=r"w\.xlsx, line 2: names the columns, and lines stand above it"):
        inspect([tmp_path / "w.xlsx"], TOLD, CAMPAIGNS)


def test_blanks_may_group_the_thousands_of_weights(tmp_path: Path) -> None:
    weights = ("1\u202f250,50", "980,25")
    rows = [f"{n};{('Yes', 'No')[n % 2]};{weights[n % 2]}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id;q1;poids", *rows)}), TOLD, CAMPAIGNS)
    assert survey.parsed.tables["survey_respondents"]["weight"].unique().sort().to_list() == [980.25, 1250.5]


@pytest.mark.parametrize(
    ("cell", "is_question"),
    [("079123456{}", False), ("96650123456{}", False), ("31.9{0}, 35.9{0}", False), ("05/01/199{}", False), ("1990-0{}-05", False),
     ("199{}-2005", True), ("13/10/202{}", True), ("{}000000", True), ("2.5, 3.{}", True)],
)  # fmt: skip
def test_numbers_that_tell_people_apart_are_no_answers_however_often_they_stand(
    cell: str, is_question: bool, tmp_path: Path
) -> None:
    rows = [f'{n},"{cell.format(1 + n % 5)}",{n % 3}' for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,q2", *rows)}), TOLD, CAMPAIGNS)
    assert ("q1" in questions(survey)) == is_question


def test_an_id_of_each_row_is_no_count_of_a_day(tmp_path: Path) -> None:
    words = [(day, one) for day in range(10, 16) for one in ("Agree", "Disagree", "Neither")]
    rows = [f'"Oct {day}, 2022",{one},57000000{n:02d}' for n, (day, one) in enumerate(words)]
    header = "Submission Date,Trust,Submission ID"
    assert inspect(written(tmp_path, {"w.csv": lines(header, *rows)}), TOLD, CAMPAIGNS).loaded == 18


def test_a_box_that_was_seen_and_not_ticked_is_one_that_was_put(tmp_path: Path) -> None:
    """-99, as Qualtrics writes; who has blanks was not asked."""
    rows = [f"{n},{1 + n % 5}" + (",,", f",1,{(1, -99)[n % 2]}", ",-99,-99")[n % 3] for n in range(42)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,q2_1,q2_2", *rows)}), TOLD, CAMPAIGNS)
    assert questions(survey)["q2"] == ("multiple", ["q2_1", "q2_2"])
    [base] = survey.parsed.tables["survey_questions"].filter(question_code="q2")["base"]
    assert base == "asked"


@pytest.mark.parametrize(
    ("header", "boxes"),
    [
        ("id,q1,TikTok,Radio,Other", ["Other", "Radio", "TikTok"]),
        ("id,q1,TikTok:Where?,Radio:Where?,Other - Write In:Where?", ["Other - Write In", "Radio", "TikTok"]),
    ],
)
def test_own_words_beside_boxes_are_an_answer_of_their_question(header: str, boxes: list[str], tmp_path: Path) -> None:
    """Who ticked nothing else belongs to the base, and the words stay in landing."""
    own = [f"my aunt number {n}" if n % 4 == 0 else "" for n in range(40)]
    rows = [f"{n},{1 + n % 5},{'TikTok' * (n % 4 == 1)},{'Radio' * (n % 4 == 2)},{own[n]}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    [question] = [name for name in questions(survey) if name != "q1"]
    answers = survey.parsed.tables["survey_questions"].filter(question_code=question)["answers"][0]
    assert sorted(one["answer_label"] or one["answer_code"] for one in answers) == boxes
    assert [len(ticked) for ticked in ticks(survey, question)[:3]] == [1, 1, 1]
    assert "aunt" not in survey.text


def test_a_code_below_0_of_surveycto_is_no_question_of_its_own(tmp_path: Path) -> None:
    taken = [[code for code, is_in in (("1", n % 2), ("-77", n // 2 % 2)) if is_in] for n in range(40)]
    rows = [
        f"2026-10-05T09:00:00Z,{' '.join(of)},{int('1' in of)},{int('-77' in of)},u{n}" for n, of in enumerate(taken)
    ]
    header = "SubmissionDate,apps,apps_1,apps__77,KEY"
    survey = inspect(written(tmp_path, {"c.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    assert list(questions(survey)) == ["apps"]
    assert sorted(questions(survey)["apps"][1]) == ["-77", "1"]


def test_a_code_below_0_beside_other_answers_is_one(tmp_path: Path) -> None:
    """-77 is given with others, as for another answer, -99 alone, as by who does not say it."""
    taken = [("1 -77", "2 -77", "-77", "-99", "2", "1")[n % 6] for n in range(42)] + ["1 -99"]
    rows = [f"2026-10-05T09:00:00Z,{cell},u{n}" for n, cell in enumerate(taken)]
    survey = inspect(written(tmp_path, {"c.csv": lines("SubmissionDate,apps,KEY", *rows)}), TOLD, CAMPAIGNS)
    assert survey.draft.options["questions"]["apps"] == {"missing": ["-99"]}


def test_none_beside_true_and_false_is_no_answer(tmp_path: Path) -> None:
    rows = [f"{n},{('True', 'False', 'None')[n % 3]},{('Some', 'Much', 'None')[n % 3]}" for n in range(42)]
    survey = inspect(written(tmp_path, {"w.csv": lines("id,q1,q2", *rows)}), TOLD, CAMPAIGNS)
    assert {name: sorted(answers) for name, (_, answers) in questions(survey).items()} == {
        "q1": ["False", "True"],
        "q2": ["Much", "None", "Some"],
    }


def test_days_are_answers_to_a_question_alone(tmp_path: Path) -> None:
    days = ["2026-10-05", '"Oct 06, 2026"', "7 Oct 2026", "08/10/2026"]
    rows = [f"{n},{1 + n % 5},{days[n % 4]},{days[n % 4]}" for n in range(40)]
    header = "id,q1,Last Update Date,Which day suits you?"
    survey = inspect(written(tmp_path, {"w.csv": lines(header, *rows)}), TOLD, CAMPAIGNS)
    assert list(questions(survey)) == ["q1", "Which day suits you?"]


def test_the_wave_is_the_one_that_a_column_names(tmp_path: Path) -> None:
    survey = found(tmp_path, "id,wave,q1", "{n},w2,{a}")
    assert survey.parsed.tables["survey_waves"]["wave"].to_list() == ["w2"]


def test_codes_of_redcap_say_who_came_to_its_end(tmp_path: Path) -> None:
    rows = [f"{n},{n % 5},{(2, 2, 1, 0)[n % 4]}" for n in range(40)]
    survey = inspect(written(tmp_path, {"w.csv": lines("record_id,q1,care_complete", *rows)}), TOLD, CAMPAIGNS)
    assert (survey.loaded, list(questions(survey))) == (20, ["q1"])
