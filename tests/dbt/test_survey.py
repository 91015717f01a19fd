"""Survey marts: estimates as R makes them, on literal designs and real files; incremental = full rebuild."""

import random
import shutil
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ingest import lake
from ingest.ledger import LEDGER, write_ledger
from ingest.source import LINEAGE
from ingest.sources import SOURCES
from ingest.sources.survey import SURVEY
from tests.dbt.lab import PROJECT, Lab

SHARED = Path(__file__).resolve().parents[3] / "shared"
NO_SHARED = "the real data and golden values (../shared) are not on this machine"
MODELS = ["+fct_survey_estimate", "+dim_survey_question"]
START = date(2026, 3, 1)
FIGURES = ["estimate_pct", "standard_error_pct", "ci_low_pct", "ci_high_pct"]
COUNTRIES = {"all": "AE"}
Row = dict[str, Any]

# R 4.2, survey 4.1-1, on `people()`: the same 60 respondents under six designs; n* is capped at n, which R leaves out.
# design, segment, answer: estimate, standard error, interval, respondents, degrees of freedom
R_SURVEY = [
    ("weights", "all", "1", 34.7290640394089, 7.6231107582244, 20.2353343533588, 51.6379244576897, 45, 44),
    ("weights", "all", "top", 63.5467980295566, 7.5473361364347, 46.9968034651579, 78.0442164709620, 45, 44),
    ("weights", "a", "1", 33.4459459459460, 8.7971029263389, 17.0704883595745, 53.3769767977813, 33, 32),
    ("weights", "b", "top", 65.4545454545455, 14.1457778451122, 32.8147260015385, 89.8940628186834, 12, 11),
    ("strata", "all", "1", 34.7290640394089, 7.7490327544638, 19.9954141055396, 51.9655174118439, 45, 42),
    ("strata", "a", "top", 62.8378378378378, 9.0334698720508, 42.8164790795704, 80.0795227878452, 33, 30),
    ("strata", "b", "1", 38.1818181818182, 14.6784001095906, 11.4362099078083, 71.6983346894751, 12, 9),
    ("strata fpc", "all", "top", 63.5467980295566, 6.2109569204167, 47.8720382228693, 77.3680706601600, 45, 42),
    ("strata fpc", "a", "1", 33.4459459459460, 7.0642307504646, 18.0499436382618, 51.9412178262252, 33, 30),
    ("clusters", "all", "1", 34.7290640394089, 10.5692345888535, 9.7179407909034, 68.2662878227433, 45, 4),
    ("clusters", "all", "top", 63.5467980295566, 8.0546478716776, 38.5969861461507, 84.0811887477680, 45, 4),
    ("clusters", "b", "1", 38.1818181818182, 11.6920098379600, 11.8863293473494, 70.9726897275178, 12, 4),
    ("strata clusters", "all", "1", 34.7290640394089, 9.9675664457809, 14.9932752589564, 59.2714119051798, 45, 12),
    ("strata clusters", "a", "1", 33.4459459459460, 9.8752998839616, 14.0940406798074, 58.0057760800437, 33, 11),
    ("strata clusters", "a", "top", 62.8378378378378, 13.0387573502488, 31.1764102182062, 87.9490598559346, 33, 11),
    ("all three", "all", "top", 63.5467980295566, 9.0666861482368, 41.6602101185784, 81.9729844219728, 45, 12),
    ("all three", "a", "top", 62.8378378378378, 9.5204232603563, 39.9262710774917, 82.1719405189105, 33, 11),
    ("all three", "b", "1", 38.1818181818182, 9.9102867370994, 12.8853041994202, 69.3943247838009, 12, 9),
]

# SciPy 1.17: what a beta distribution falls below with 2.5 %; the 97.5 % quantile of t; the probability of a t further from 0.
BETA = [
    (0.01, 30.99, 1.155116645531574e-162),
    (0.3, 29.7, 1.0853624078511658e-07),
    (1.0, 35.0, 0.0007231043763380947),
    (12.5, 4.2, 0.5224275714747024),
    (40.0, 361.0, 0.07240629419404179),
    (151.3, 139.5, 0.4628770647525393),
    (2500.0, 300.0, 0.881140389999237),
    (120000.5, 88000.2, 0.5747996784984666),
    (900000.0, 1100001.0, 0.4493103443606392),
]
STUDENT = {
    1: 12.706204736174705,
    2: 4.302652729749464,
    3: 3.1824463052837086,
    4: 2.7764451051977943,
    9: 2.2621571627982053,
    11: 2.2009851600916392,
    12: 2.1788128296672293,
    30: 2.042272456301238,
    32: 2.036933343460102,
    42: 2.018081702818445,
    44: 2.0153675744437636,
    59: 2.000995378088268,
    999: 1.9623414611334498,
    100000: 1.95998770753461,
}
TAILS = [
    (0.0, 5, 1.0),
    (0.3, 1, 0.8144528418445154),
    (1.2, 12, 0.25329473025359445),
    (-1.7, 40, 0.09689545762357454),
    (2.6, 399, 0.009668419216440047),
    (4.5, 7, 0.0027983300778426316),
    (0.001, 100000, 0.9992021175668878),
    (6.0, 50000, 1.9867035246937906e-09),
]


def person(key: object, answer: str | list[str | None] | None, **more: object) -> Row:
    """A respondent of sample `all`; answer None was asked and gave nothing valid, `-` was not asked."""
    return {"respondent_key": str(key), "sample": "all", "weight": 1.0, "q": answer, "segments": {}, **more}


def people(design: str = "weights") -> list[Row]:
    """The 60 respondents of R_SURVEY: every number by a formula, so that any tool can build them."""
    rows = []
    parts = "strata clusters fpc" if design == "all three" else design
    for i in range(60):
        code = i * 11 % 13 % 4
        more: Row = {"weight": 1 + i * 7 % 11 / 4, "segments": {"group": "b" if i % 4 == 0 else "a"}}
        if "strata" in parts:
            more["stratum"] = f"h{i % 3}"
        if "clusters" in parts:
            more["cluster"] = f"c{i // 3 % 5}"
        if "fpc" in parts:
            more["fpc"] = float(((10, 20, 8) if "clusters" in parts else (40, 60, 100))[i % 3])
        rows.append(person(i, None if code == 3 else str(code), **more))
    return rows


def tables(
    rows: Sequence[Row],
    *,
    wave: tuple[str, str] = ("s", "w"),
    answers: Sequence[str] = ("0", "1", "2"),
    top: Sequence[str] = ("1", "2"),
    bottom: Sequence[str] = (),
    ended: date = START,
    text: str = "How are you?",
    kind: str = "scale",
) -> dict[str, pl.DataFrame]:
    """A delivery of one wave with one question `q`, as the readers would leave it in the lake; several answers are a list."""
    keys = {"survey_id": wave[0], "wave": wave[1]}
    samples = sorted({str(row["sample"]) for row in rows})
    offered = [
        {"answer_code": code, "answer_label": f"answer {code}", "is_top": code in top, "is_bottom": code in bottom}
        for code in answers
    ]
    asked = {str(row["respondent_key"]): row["q"] for row in rows if row["q"] != "-"}
    given = [(key, code) for key, said in asked.items() for code in (said if isinstance(said, list) else [said])]
    contents: dict[str, Iterable[Row]] = {
        "survey_waves": [
            keys
            | {"fieldwork_from": ended, "fieldwork_to": ended, "sampling": "non_probability"}
            | {"samples": [{"sample": name, "country": COUNTRIES.get(name), "is_weighted": True} for name in samples]}
        ],
        "survey_questions": [
            keys
            | {"question_code": "q", "question_key": "mood", "question_text": text, "kind": kind, "answers": offered}
        ],
        "survey_respondents": [keys | row | {"is_weighted": True, "segments": known(row)} for row in rows],
        "survey_answers": [
            keys | {"respondent_key": key, "question_code": "q", "answer_code": missing(code), "status": status(code)}
            for key, code in given
        ],
    }
    return {name: pl.DataFrame(list(content), schema=_schema(name)) for name, content in contents.items()}


def known(row: Row) -> list[Row]:
    segments = row["segments"].items()
    return [{"segment_name": name, "segment_value": value} for name, value in segments if value is not None]


def missing(code: str | None) -> str:
    return "9" if code is None else code


def status(code: object) -> str:
    return "missing" if code is None else "answered"


def _schema(table: str) -> pl.Schema:
    return pl.Schema({name: dtype for name, dtype in SURVEY.table(table).schema.items() if name not in LINEAGE})


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """One home for all tests, since dbt parses the project anew for every other one."""
    lab = Lab(tmp_path_factory.mktemp("survey"), {})
    assert lab.dbt("seed"), lab.messages
    lab.run(MODELS)
    lab.save("empty")
    return lab


@pytest.fixture
def lab(parsed: Lab) -> Lab:
    empty(parsed)
    return parsed


def empty(lab: Lab) -> None:
    """Take every delivery out of a lab."""
    shutil.rmtree(lab.home.lake)
    lake.prepare(lab.home, SOURCES)
    write_ledger(lab.home, LEDGER.to_frame())
    lab.restore("empty")


def rebuilt(lab: Lab) -> dict[str, list[tuple[object, ...]]]:
    """The marts as a full rebuild makes them; the warehouse itself stays as it was."""
    lab.save("aside")
    settle(lab, "--full-refresh")
    found = marts(lab)
    lab.restore("aside")
    return found


def marts(lab: Lab) -> dict[str, list[tuple[object, ...]]]:
    return {name: lab.table(name) for name in ("fct_survey_estimate", "dim_survey_question")}


def deliver(lab: Lab, day: int, name: str, content: dict[str, pl.DataFrame] | None) -> None:
    lab.deliver("survey", START + timedelta(days=day), name, "c", content)


def settle(lab: Lab, *arguments: str) -> None:
    lab.run(MODELS, *arguments)
    lab.settle()


def estimates(lab: Lab, where: str = "true") -> pl.DataFrame:
    return lab.frame(f"from fct_survey_estimate where {where}").sort(pl.all())


def one(lab: Lab, where: str) -> Row:
    found = estimates(lab, where)
    assert found.height == 1, found
    return found.row(0, named=True)


def test_estimates_errors_and_intervals_are_those_of_r(lab: Lab) -> None:
    for design in sorted({row[0] for row in R_SURVEY}):
        deliver(lab, 1, design, tables(people(design), wave=(design, "w")))
    settle(lab)
    assert lab.dbt("test", "--select", *MODELS), lab.messages
    for design, segment, answer, *figures, base, freedom in R_SURVEY:
        found = one(lab, f"survey_id = '{design}' and segment_value = '{segment}' and answer_code = '{answer}'")
        assert [found[column] for column in FIGURES] == pytest.approx(figures, rel=1e-10, abs=1e-11)
        assert (found["base_unweighted"], found["degrees_of_freedom"]) == (base, freedom)
        assert found["design_effect"] == pytest.approx(figures[1] ** 2 / (figures[0] * (100 - figures[0]) / (base - 1)))


def test_bases_say_who_was_asked_who_answered_and_what_weighting_costs(lab: Lab) -> None:
    rows = [person(1, "1", weight=2.0), person(2, "0", weight=2.0), *(person(i, "1") for i in range(3, 7))]
    rows += [person(7, None), person(8, "-")]
    deliver(lab, 1, "d", tables(rows))
    settle(lab)
    found = one(lab, "answer_code = '1'")
    assert (found["base_asked"], found["base_unweighted"], found["base_weighted"]) == (7, 6, 8.0)
    assert (found["answer_weighted"], found["estimate_pct"]) == (6.0, 75.0)
    assert found["effective_base"] == pytest.approx(64 / 12)
    assert found["design_effect_kish"] == pytest.approx(6 * 12 / 64)
    labels = {row["answer_code"]: row["answer_label"] for row in estimates(lab).iter_rows(named=True)}
    assert labels == {"0": "answer 0", "1": "answer 1", "2": "answer 2", "top": "top"}
    assert (found["campaign_id"], found["country"], found["question_key"], found["event_on"]) == (
        "c",
        "AE",
        "mood",
        START,
    )
    assert (found["sampling"], found["is_weighted"], found["is_provisional"]) == ("non_probability", True, True)


def test_an_answer_that_nobody_or_everybody_gave_has_an_exact_interval(lab: Lab) -> None:
    deliver(lab, 1, "d", tables([person(i, "0", weight=1 + i % 3) for i in range(35)]))
    settle(lab)
    for answer, low, high in (("1", 0.0, 10.003), ("0", 89.997, 100.0), ("top", 0.0, 10.003)):
        found = one(lab, f"answer_code = '{answer}'")
        assert [found["ci_low_pct"], found["ci_high_pct"]] == pytest.approx([low, high], abs=5e-4)
        assert (found["standard_error_pct"], found["design_effect"], found["display"]) == (0.0, None, "review")


def test_figures_of_under_five_respondents_are_not_there(lab: Lab) -> None:
    rows = [person(i, "1" if i % 2 else "0", segments={"city": "small" if i < 4 else "large"}) for i in range(9)]
    rows += [person(i, None, segments={"city": "silent"}) for i in range(20, 30)]
    deliver(lab, 1, "d", tables(rows))
    settle(lab)
    assert lab.dbt("test", "--select", *MODELS), lab.messages
    hidden = estimates(lab, "segment_value in ('small', 'silent')")
    assert set(hidden["reason"]) == {"small_base"}
    assert set(hidden["display"]) == {"suppress"}
    assert set(hidden["base_unweighted"]) == {4, 0}
    figures = [name for name, dtype in hidden.schema.items() if dtype == pl.Float64] + ["degrees_of_freedom"]
    assert hidden.select(pl.col(figures).is_null().all()).row(0) == (True,) * len(figures)
    assert one(lab, "segment_value = 'large' and answer_code = '1'")["estimate_pct"] == 40.0


def test_a_design_that_cannot_tell_the_error_says_so(lab: Lab) -> None:
    single = [person(i, str(i % 2), stratum=("alone", "pair")[i > 8], cluster=f"c{max(i // 9, 1)}") for i in range(27)]
    deliver(lab, 1, "single", tables(single, wave=("single", "w")))
    deliver(lab, 1, "one-cluster", tables([person(i, str(i % 2), cluster="c") for i in range(9)], wave=("one", "w")))
    # Only one of the two clusters was asked: there is an error, but nothing to judge it by.
    asked = [person(i, str(i % 2) if i < 9 else "-", cluster=f"c{i // 9}") for i in range(18)]
    deliver(lab, 1, "asked", tables(asked, wave=("asked", "w")))
    deliver(lab, 1, "fpc", tables([person(i, str(i % 2), fpc=5.0) for i in range(9)], wave=("fpc", "w")))
    settle(lab)
    found = {row["survey_id"]: row for row in estimates(lab, "answer_code = '1'").iter_rows(named=True)}
    unknown = {name: (row["standard_error_pct"] is None, row["ci_low_pct"] is None) for name, row in found.items()}
    assert {name: (row["reason"], *unknown[name]) for name, row in found.items()} == {
        "single": ("single_psu_stratum", True, True),
        "one": ("single_psu_stratum", True, True),
        "asked": ("no_degrees_of_freedom", False, True),
        "fpc": ("fpc_ignored", False, False),
    }
    assert {row["display"] for row in found.values()} == {"suppress"}
    assert all(row["estimate_pct"] is not None for row in found.values())


def test_units_outside_the_domain_stay_in_the_design(lab: Lab) -> None:
    rows = [person(i, str(i % 3 // 2) if i < 30 else "-", weight=1 + i % 4) for i in range(60)]
    deliver(lab, 1, "d", tables(rows))
    settle(lab)
    weights = [1 + i % 4 for i in range(30)]
    share = sum(w for i, w in enumerate(weights) if i % 3 == 2) / sum(weights)
    squares = sum((w * ((i % 3 == 2) - share) / sum(weights)) ** 2 for i, w in enumerate(weights))
    error = 100 * (60 / 59 * squares) ** 0.5
    assert one(lab, "answer_code = '1'")["standard_error_pct"] == pytest.approx(error, rel=1e-12)


def test_answers_that_were_not_offered_and_one_that_is_called_top_count(lab: Lab) -> None:
    rows = [person(i, ("top", "low", "surprise")[i % 3]) for i in range(12)]
    deliver(lab, 1, "d", tables(rows, answers=("top", "low"), top=("top",)))
    settle(lab)
    assert lab.dbt("test", "--select", *MODELS), lab.messages
    assert lab.rows("select answer_code, answer_label, answer_weighted from fct_survey_estimate order by all") == [
        ("answer top", "answer top", 4.0),
        ("low", "answer low", 4.0),
        ("surprise", None, 4.0),
        ("top", "top", 4.0),
    ]


def test_samples_weigh_the_same_people_differently(lab: Lab) -> None:
    rows = [person(i, str(i % 2), sample="us", weight=1.0 + i % 2) for i in range(10)]
    rows += [row | {"sample": "ri", "weight": row["weight"] + 2} for row in rows]
    deliver(lab, 1, "d", tables(rows))
    settle(lab)
    found = {row["sample"]: row for row in estimates(lab, "answer_code = '1'").iter_rows(named=True)}
    assert {sample: row["estimate_pct"] for sample, row in found.items()} == pytest.approx(
        {"us": 200 / 3, "ri": 400 / 7}
    )
    assert {row["country"] for row in found.values()} == {"unknown"}


def test_the_later_delivery_of_a_respondent_wins_and_comes_back(lab: Lab) -> None:
    deliver(lab, 1, "first", tables([person(i, "0") for i in range(10)], text="old words"))
    deliver(lab, 2, "second", tables([person(i, "1") for i in range(5, 15)], text="new words"))
    settle(lab)
    base = "select base_unweighted, answer_weighted from fct_survey_estimate where answer_code = '1'"
    assert lab.rows(base) == [(15, 10.0)]
    words = "select question_text, question_key, len(answers) from dim_survey_question"
    assert lab.rows(words) == [("new words", "mood", 3)]
    deliver(lab, 2, "second", None)
    settle(lab)
    assert lab.rows(base) == [(10, 0.0)]
    assert lab.rows(words) == [("old words", "mood", 3)]
    deliver(lab, 1, "first", None)
    settle(lab)
    assert lab.table("fct_survey_estimate") == lab.table("dim_survey_question") == []


def test_a_wave_ceases_to_be_provisional_a_week_after_fieldwork(lab: Lab) -> None:
    deliver(lab, 1, "early", tables(people(), wave=("s", "w1"), ended=START))
    settle(lab)
    deliver(lab, 7, "late", tables(people(), wave=("s", "w2"), ended=START + timedelta(days=6)))
    settle(lab)
    flags = "select distinct wave, is_provisional from fct_survey_estimate order by all"
    assert lab.rows(flags) == [("w1", False), ("w2", True)]
    deliver(lab, 7, "late", None)
    settle(lab)
    assert lab.rows(flags) == [("w1", True)]


def test_the_order_of_rows_does_not_change_a_digit(lab: Lab) -> None:
    rows = [row | {"weight": row["weight"] ** 0.37 / 3} for row in people("all three")]
    found = []
    for seed in range(2):
        empty(lab)
        random.Random(seed).shuffle(rows)
        deliver(lab, 1, "d", tables(rows))
        settle(lab)
        found.append(marts(lab))
    assert found[0] == found[1]


def test_what_a_killed_run_left_pending_is_rebuilt(lab: Lab) -> None:
    deliver(lab, 1, "d", tables(people()))
    settle(lab)
    deliver(lab, 2, "d", tables([person(i, "2") for i in range(40, 70)]))
    # Stopped after the warehouse had taken note of the delivery and before the estimates.
    lab.run(["+int_survey__questions", "+int_survey__cells"])
    deliver(lab, 3, "other", tables(people("strata"), wave=("s", "w2")))
    settle(lab)
    answered = 30 + sum(row["q"] is not None for row in people()[:40])
    assert one(lab, "wave = 'w' and segment_name = 'all' and answer_code = '2'")["base_unweighted"] == answered
    assert marts(lab) == rebuilt(lab)


@pytest.mark.parametrize("seed", range(2))
def test_incremental_is_the_full_rebuild(lab: Lab, seed: int) -> None:
    draw = random.Random(seed)
    names = [(day, name) for day in (1, 3, 9, 12) for name in "ab"]
    for step in range(4):
        for day, name in draw.sample(names, 2):
            if draw.random() < 0.25:
                deliver(lab, day, name, None)
                continue
            design = draw.choice(["weights", "strata", "clusters", "all three"])
            rows = draw.sample(people(design), draw.randint(3, 50))
            wave = ("s", draw.choice(["w1", "w2", "w3"]))
            deliver(lab, day, name, tables(rows, wave=wave, ended=START + timedelta(days=draw.randint(0, day))))
        settle(lab)
        assert marts(lab) == rebuilt(lab), step
    assert lab.dbt("test", "--select", *MODELS), lab.messages


def test_a_wave_that_no_delivery_touched_is_left_alone(lab: Lab) -> None:
    deliver(lab, 1, "w1", tables(people(), wave=("s", "w1")))
    settle(lab)
    deliver(lab, 2, "w2", tables(people(), wave=("s", "w2")))
    settle(lab)
    assert lab.rows("select distinct wave from intermediate.int_survey__respondents") == [("w2",)]
    assert lab.rows("select distinct wave from fct_survey_estimate order by wave") == [("w1",), ("w2",)]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (
            "answer_weighted = 1 + answer_weighted where answer_code = '1'",
            "the answers of a question share out its base",
        ),
        ("estimate_pct = 0 where answer_code = 'net'", "net is top less bottom"),
        ("base_asked = 1 + base_asked where answer_code = '1'", "bases are those of the lake"),
    ],
)
def test_what_does_not_add_up_is_named(lab: Lab, change: str, rule: str) -> None:
    deliver(lab, 1, "d", tables(people(), bottom=("0",)))
    lab.run(MODELS)
    lab.execute(f"update fct_survey_estimate set {change}")
    query = (PROJECT / "tests" / "survey" / "assert_survey_rules.sql").read_text("utf-8")
    assert {row[0] for row in lab.show(query)} == {rule}


def test_several_answers_share_a_base_of_people(lab: Lab) -> None:
    several: list[list[str | None]] = [["a", "b"], ["a"], ["a", "c"], ["c"], [""], [""], [None]]
    rows = [person(i, said, weight=1.0 + i % 2) for i, said in enumerate(several)]
    deliver(lab, 1, "d", tables(rows, answers=("a", "b", "c", "d"), top=("a", "b"), kind="multiple"))
    settle(lab)
    assert lab.dbt("test", "--select", *MODELS), lab.messages
    found = {row["answer_code"]: row for row in estimates(lab).iter_rows(named=True)}
    assert {code: row["answer_weighted"] for code, row in found.items()} == {
        "a": 4.0, "b": 1.0, "c": 3.0, "d": 0.0, "top": 4.0,
    }  # fmt: skip
    bases = {(row["base_asked"], row["base_unweighted"], row["base_weighted"]) for row in found.values()}
    assert bases == {(7, 6, 9.0)}
    weights, ticked = [1, 2, 1, 2, 1, 2], [1, 1, 1, 0, 0, 0]
    squares = sum((w * (y - 4 / 9) / 9) ** 2 for w, y in zip(weights, ticked, strict=True))
    # The one who gave no answer is a sampling unit of the design, outside the base.
    assert found["a"]["standard_error_pct"] == pytest.approx(100 * (7 / 6 * squares) ** 0.5, rel=1e-12)


def linearised(rows: Sequence[Row], score: dict[str, int], inside: str) -> tuple[float, float]:
    """Mean score and its variance, sampling unit by sampling unit."""
    base = [row for row in rows if row["q"] is not None and inside in ("all", row["segments"]["group"])]
    weight = sum(row["weight"] for row in base)
    mean = sum(row["weight"] * score.get(row["q"], 0) for row in base) / weight
    strata: dict[str, dict[str, float]] = {}
    fractions: dict[str, float] = {}
    for row in rows:
        units = strata.setdefault(row.get("stratum", ""), {})
        unit = row.get("cluster") or row["respondent_key"]
        part = row["weight"] * (score.get(row["q"], 0) - mean) / weight if row in base else 0.0
        units[unit] = units.get(unit, 0.0) + part
        fractions[row.get("stratum", "")] = row.get("fpc", float("inf"))
    variance = 0.0
    for name, units in strata.items():
        count, centre = len(units), sum(units.values()) / len(units)
        spread = sum((part - centre) ** 2 for part in units.values())
        variance += (1 - count / fractions[name]) * count / (count - 1) * spread
    return mean, variance


@pytest.mark.parametrize("design", ["weights", "strata", "strata fpc", "clusters", "all three"])
def test_net_scores_allow_for_both_groups_being_the_same_people(lab: Lab, design: str) -> None:
    rows = people(design)
    deliver(lab, 1, "d", tables(rows, top=("2",), bottom=("0",)))
    settle(lab)
    for inside in ("all", "a", "b"):
        found = one(lab, f"answer_code = 'net' and segment_value = '{inside}'")
        mean, variance = linearised(rows, {"2": 1, "0": -1}, inside)
        assert found["estimate_pct"] == pytest.approx(100 * mean, rel=1e-11)
        assert found["standard_error_pct"] == pytest.approx(100 * variance**0.5, rel=1e-11)
        half = (found["ci_high_pct"] - found["ci_low_pct"]) / 2
        assert half / found["standard_error_pct"] == pytest.approx(STUDENT[found["degrees_of_freedom"]], rel=1e-9)


def test_precision_decides_on_display(lab: Lab) -> None:
    """Every way through the rules of NCHS: share, estimate, width, item base, degrees of freedom, unanimous."""
    cases = [
        ("suppress", "true, 0.5, null, 900, 99, false"),
        ("suppress", "true, 0.5, 0.2, 29.9, 99, false"),
        ("show", "true, 0.02, 0.05, 900, 99, false"),
        ("review", "true, 0.02, 0.05, 900, 7, false"),
        ("suppress", "true, 0.5, 0.3, 900, 99, false"),
        ("suppress", "true, 0.05, 0.07, 900, 99, false"),
        ("footnote", "true, 0.95, 0.07, 900, 99, false"),
        ("review", "true, 0.5, 0.2, 900, 7, false"),
        ("review", "true, 0.0, 0.1, 35, 34, true"),
        ("suppress", "true, 0.0, 0.12, 29, 28, true"),
        ("show", "true, 0.5, 0.12, 250, 99, false"),
        ("show", "false, -0.1, 0.4, 250, 99, false"),
        ("suppress", "false, -0.1, 0.4, 20, 99, false"),
    ]
    values = ", ".join(f"({number}, {case})" for number, (_, case) in enumerate(cases))
    columns = "number, is_share, estimate, ci_high, item_base, degrees_of_freedom, is_unanimous"
    query = f"select {{{{ nchs_display() }}}} as display from (select *, 0 as ci_low from (values {values}) as c ({columns})) order by number"
    assert [row[0] for row in lab.show(query)] == [display for display, _ in cases]


def test_quantiles_are_those_of_the_beta_and_t_distributions(lab: Lab) -> None:
    """Values of SciPy 1.17, from parameters far below 1 to a million."""
    values = ", ".join(f"({a!r}e0, {b!r}e0)" for a, b, _ in BETA)
    query = f"select {{{{ beta_quantile('0.025', 'a', 'b') }}}} as quantile from (values {values}) as d (a, b)"
    assert [float(str(row[0])) for row in lab.show(query)] == pytest.approx([x for *_, x in BETA], rel=1e-8, abs=1e-11)
    values = ", ".join(f"({df}e0)" for df in STUDENT)
    query = f"select {{{{ student_quantile('0.95', 'df') }}}} as quantile from (values {values}) as d (df)"
    assert [float(str(row[0])) for row in lab.show(query)] == pytest.approx(list(STUDENT.values()), rel=1e-9)
    values = ", ".join(f"({t}e0, {df}e0)" for t, df, _ in TAILS)
    query = f"select {{{{ student_probability('t', 'df') }}}} as probability from (values {values}) as d (t, df)"
    assert [float(str(row[0])) for row in lab.show(query)] == pytest.approx([p for *_, p in TAILS], rel=1e-8, abs=1e-11)


def from_frame(frame: pl.DataFrame, segment: pl.Expr | None = None, **columns: pl.Expr) -> list[Row]:
    """Respondents from a wide frame: our columns from expressions on theirs."""
    wide = frame.with_row_index("key").select(
        "key", (pl.lit(None) if segment is None else segment).alias("segment"), **columns
    )
    rows = wide.rows(named=True)
    return [person(row.pop("key"), row["q"], segments={"segment": row.pop("segment")}) | row for row in rows]


@pytest.mark.skipif(not SHARED.is_dir(), reason=NO_SHARED)
def test_golden_values_of_the_weighted_sample(lab: Lab) -> None:
    frame = pl.read_csv(SHARED / "golden" / "weighted.csv")
    rows = from_frame(frame, weight=pl.col("w"), q=pl.col("y").cast(pl.String), segment=pl.col("age"))
    deliver(lab, 1, "d", tables(rows, answers=("0", "1"), top=("1",)))
    settle(lab)
    found = one(lab, "answer_code = 'top' and segment_value = 'all'")
    assert found["estimate_pct"] == pytest.approx(55.52713119, abs=1e-8)
    assert found["standard_error_pct"] == pytest.approx(2.91916727, abs=1e-8)
    assert [found["ci_low_pct"], found["ci_high_pct"]] == pytest.approx([49.601433, 61.338658], abs=1e-6)
    assert found["effective_base"] == pytest.approx(295.411, abs=5e-4)
    assert found["design_effect_kish"] == pytest.approx(1.3540, abs=5e-5)
    assert found["design_effect"] == pytest.approx(1.3769, abs=5e-5)
    domain = one(lab, "answer_code = 'top' and segment_value = '18-24'")
    assert domain["standard_error_pct"] == pytest.approx(3.852577, abs=1e-6)
    age = from_frame(frame, weight=pl.col("w"), q=pl.col("age"))
    deliver(lab, 1, "ages", tables(age, wave=("age", "w"), answers=(), top=("18-24",), bottom=("35-44",)))
    settle(lab)
    net = one(lab, "survey_id = 'age' and answer_code = 'net'")
    assert net["estimate_pct"] == pytest.approx(35.717771, abs=1e-6)
    assert net["standard_error_pct"] == pytest.approx(4.353604, abs=1e-6)


@pytest.mark.skipif(not SHARED.is_dir(), reason=NO_SHARED)
def test_clusters_and_strata_of_the_survey_literature(lab: Lab) -> None:
    schools = pl.read_csv(SHARED / "data" / "survey" / "r_survey" / "apiclus1.csv", infer_schema_length=None)
    yes = pl.when(pl.col("sch.wide") == "Yes").then(pl.lit("1")).otherwise(pl.lit("0"))
    design = {"weight": pl.col("pw"), "cluster": pl.col("dnum").cast(pl.String), "fpc": pl.col("fpc").cast(pl.Float64)}
    rows = from_frame(schools, pl.col("stype"), q=yes, **design)
    deliver(lab, 1, "schools", tables(rows, wave=("schools", "w"), answers=("0", "1"), top=()))
    youth = pl.read_csv(SHARED / "data" / "survey" / "r_survey" / "yrbs.csv", null_values="NA")
    answer = pl.col("qn8").cast(pl.Int64).cast(pl.String).fill_null("-")
    units = {"cluster": pl.col("psu").cast(pl.String), "stratum": pl.col("stratum").cast(pl.String)}
    rows = from_frame(youth, weight=pl.col("weight"), q=answer, **units)
    deliver(lab, 1, "youth", tables(rows, wave=("youth", "w"), answers=("1", "2"), top=()))
    settle(lab)
    helmet = one(lab, "survey_id = 'youth' and answer_code = '1'")
    of_r = [81.3622504365, 2.00890064521, 76.9002388771, 85.2887463589]
    assert [helmet[column] for column in FIGURES] == pytest.approx(of_r, abs=1e-9)
    school = one(lab, "survey_id = 'schools' and answer_code = '1' and segment_value = 'H'")
    assert [school[column] for column in FIGURES[:2]] == pytest.approx([78.5714285714, 9.14619099888], abs=1e-9)
    assert (school["base_unweighted"], school["degrees_of_freedom"]) == (14, 7)


@pytest.mark.skipif(not SHARED.is_dir(), reason=NO_SHARED)
def test_real_wave_in_both_its_samples(lab: Lab) -> None:
    import pyreadstat

    file = SHARED / "data" / "survey" / "yougov_sav" / "slim_FifthWave.sav"
    columns = ["weight", "weight_RI", "birthyr", "q58_7"]
    frame, _ = pyreadstat.read_sav(file, usecols=columns, output_format="polars")
    code = pl.col("q58_7").cast(pl.Int64)
    answer = pl.when(code == 9).then(pl.lit("-")).when(code != 8).then(code.cast(pl.String))
    cohort = pl.when(pl.col("birthyr").is_between(1997, 2012)).then(pl.lit("gen_z"))
    rows = []
    for sample, weight in (("us", "weight"), ("ri", "weight_RI")):
        members = from_frame(frame, weight=pl.col(weight), sample=pl.lit(sample), q=answer, segment=cohort)
        rows += [row for row in members if row["weight"] is not None]
    deliver(lab, 1, "d", tables(rows, answers=("1", "2", "3", "4", "5"), top=("4", "5")))
    settle(lab)
    expected = {
        ("us", "all"): (47.948557, 1.774490, 44.420726, 51.491700, 1000, 792.4984),
        ("ri", "all"): (57.516013, 2.894601, 51.618991, 63.258744, 500, 296.7942),
        ("us", "gen_z"): (43.869713, 5.854586, None, None, 85, None),
        ("ri", "gen_z"): (66.473730, 10.126408, None, None, 30, None),
    }
    columns = [*FIGURES, "base_unweighted", "effective_base"]
    for (sample, segment), figures in expected.items():
        found = one(lab, f"sample = '{sample}' and segment_value = '{segment}' and answer_code = 'top'")
        for column, figure in zip(columns, figures, strict=True):
            tolerance = 5e-5 if column == "effective_base" else 1e-6
            assert figure is None or found[column] == pytest.approx(figure, abs=tolerance), (sample, segment, column)
