"""Survey marts: estimates as R makes them, on literal designs and real files; incremental = full rebuild."""

import random
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.dbt.lab import PROJECT, Lab
from tests.dbt.survey_questionnaires import (
    AGREEMENT,
    BATTERY,
    BENEVOLENCE,
    DRAWN,
    EXPOSED,
    HOURS,
    MAKS,
    MOOD,
    PANEL,
    PANEL_WAVES,
    PANELS,
    POPULATION,
    R_EXPOSURES,
    R_PANELS,
    R_RAKED,
    R_RECALL,
    R_SCRIPT,
    RAKED,
    RAKED_PANELS,
    RECALL,
    RECALL_LIST,
    RIBS,
    SEEN,
    Asked,
    as_a_list,
    exposed_people,
    exposures_for_r,
    for_r,
    hasty_people,
    in_numbers,
    panel_people,
    panels_for_r,
    questionnaire,
    random_designs,
    recalling_people,
    scale_people,
)

SHARED = Path(__file__).resolve().parents[3] / "shared"
NO_SHARED = "the real data and golden values (../shared) are not on this machine"
DESIGNS = ["weights", "strata", "strata fpc", "clusters", "all three"]
MODELS = [
    "+fct_survey_estimate",
    "+fct_survey_change",
    "+fct_survey_mean",
    "+fct_survey_quality",
    "+fct_survey_response",
    "+dim_survey_question",
    "int_survey__measures",
]
AGES = {"18-24": 120, "25-34": 140, "35-44": 140}
SEEDS = {
    "campaigns": "campaign_id,name,starts_on,ends_on,reporting_timezone\nc,Campaign,2026-01-01,,UTC\n",
    "benchmarks": (
        "benchmark_id,campaign_id,survey_id,sample,question_key,answer_code,segment_name,segment_value,estimate_pct,respondents,"
        "wording,population,fieldwork_from,fieldwork_to,source\n"
        "known,c,benchmarked,all,mood,top,all,all,50,400,how ARE  you,,,,\nunknown,c,benchmarked,all,mood,top,all,all,50,,,,,,\n"
        "another,c,benchmarked,all,mood,top,all,all,50,,How were you?,,,,\n"
        "arabic,c,benchmarked in Arabic,all,mood,top,all,all,50,,هل تشعر بالراحه الي أسرتك 3,,,,\n"
    ),
}
SEEDS["survey_margins"] = "\n".join(
    [
        "campaign_id,survey_id,wave,sample,segment_name,segment_value,population,weight_limit",
        *(
            f"c,{survey},*,{sample},{name},{value},{people_of},"
            for survey, samples in (("raked", [f"e{design}" for design in range(RAKED)]), ("panels", RAKED_PANELS))
            for sample in samples
            for name, parts in POPULATION.items()
            for value, people_of in parts.items()
        ),
        *(f"c,golden raked,w,all,age,{age},{people_of}," for age, people_of in AGES.items()),
        *(f"c,golden raked,w,all,g,{gender},{people_of}," for gender, people_of in {"F": 190, "M": 210}.items()),
        *(f"c,unraked,*,all,gender,{gender},1," for gender in ("f", "m", "x")),
        *(f"c,lonely,*,all,gender,{gender},1," for gender in ("f", "m")),
        *(f"c,limited,*,all,gender,{gender},1,3" for gender in ("f", "m")),
        *(f"c,limited,other,all,gender,{gender},1," for gender in ("f", "m")),
        *(f"c,once,*,all,gender,{gender},1," for gender in ("f", "m")),
        *(f"c,twice,*,all,{name},{gender},1," for name in ("gender", "sex") for gender in ("f", "m")),
        "",
    ]
)
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

# R's survey on `scale_people`: question, segment: mean, standard error, interval, respondents, design effect.
R_MEANS = [
    ("ribs/published", "all", 14.0486342487830704, 0.3507457359839310, 13.2844249392702078, 14.8128435582959330, 80, 0.8434357668957735),
    ("ribs/without_dont_know", "a", 14.4111808144483646, 0.5506699663239786, 13.2113740269092599, 15.6109876019874694, 37, 0.6879874699503872),
    ("maks/published", "all", 19.9016662906264017, 0.4523854648718574, 18.9160030358086253, 20.8873295454441781, 73, 1.4125031570404618),
    ("maks/published", "a", 20.1936043373273542, 0.5787560646210118, 18.9326031984833776, 21.4546054761713307, 37, 1.0457361995824059),
    ("maks/without_dont_know", "all", 19.7654433155334210, 0.4515665931621342, 18.7815642289026421, 20.7493224021642000, 62, 1.1164082798088613),
    ("cami_benevolence/published", "all", 30.3402168935045786, 0.4033375463477719, 29.4614198728355525, 31.2190139141736047, 76, 0.6177112170519705),
    ("cami_benevolence/published", "a", 30.104064459015827, 0.772585713550063, 28.420744794315340, 31.787384123716315, 39, 1.100384540974961),
    ("hours", "all", 4.9221468283924921, 0.3318769672450090, 4.1990490342880156, 5.6452446224969686, 80, 0.9417293108632596),
    ("hours", "a", 4.5275426363029387, 0.6214181005975452, 3.1735889061335669, 5.8814963664723106, 40, 1.3696343485239577),
]  # fmt: skip
# Its svycralpha over those who answered every item.
R_ALPHAS = {
    "hours": (None, 0),
    "cami_benevolence/published": (0.03651156912463958, 54),
    "ribs/published": (0.8084300143214179, 63),
    "ribs/without_dont_know": (0.8521785580756284, 41),
    "maks/published": (0.5134089332706381, 58),
    "maks/without_dont_know": (0.4855934489322747, 41),
}

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
STUDENT_399, STUDENT_39 = 1.965927295920882, 2.022690920036761
OF_CHANGE = {1: 1.9629658, 10: 1.9908470}
"""Quantiles of t for a difference of two simulated waves, by the size of their clusters."""
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
    said: str = "answer",
    kind: str = "scale",
) -> dict[str, pl.DataFrame]:
    """A delivery of one wave with one question `q`, as the readers would leave it in the lake; several answers are a list."""
    keys = {"survey_id": wave[0], "wave": wave[1]}
    samples = sorted({str(row["sample"]) for row in rows})
    offered = [
        {"answer_code": code, "answer_label": f"{said} {code}", "is_top": code in top, "is_bottom": code in bottom}
        for code in answers
    ]
    asked = {str(row["respondent_key"]): row["q"] for row in rows if row["q"] != "-"}
    given = [(key, "q", code) for key, said in asked.items() for code in (said if isinstance(said, list) else [said])]
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
        "survey_respondents": [keys | row | {"segments": known(row)} for row in rows],
    }
    return in_numbers(contents, given)


def known(row: Row) -> list[Row]:
    segments = row["segments"].items()
    return [{"segment_name": name, "segment_value": value} for name, value in segments if value is not None]


def from_frame(frame: pl.DataFrame, segment: pl.Expr | None = None, **columns: pl.Expr) -> list[Row]:
    """Respondents from a wide frame: our columns from expressions on theirs."""
    wide = frame.with_row_index("key").select(
        "key", (pl.lit(None) if segment is None else segment).alias("segment"), **columns
    )
    rows = wide.rows(named=True)
    return [person(row.pop("key"), row["q"], segments={"segment": row.pop("segment")}) | row for row in rows]


def linearised(rows: Sequence[Row], score: dict[str, int], inside: str) -> tuple[float, list[float]]:
    """Mean score of a segment, and what each respondent of the sample adds to it."""
    base = [row for row in rows if row["q"] is not None and inside in ("all", row["segments"]["group"])]
    weight = sum(row["weight"] for row in base)
    mean = sum(row["weight"] * score.get(row["q"], 0) for row in base) / weight
    return mean, [row["weight"] * (score.get(row["q"], 0) - mean) / weight if row in base else 0.0 for row in rows]


def variance_of(rows: Sequence[Row], parts: Sequence[float]) -> float:
    """Variance of a total of what each respondent adds, sampling unit by sampling unit."""
    strata: dict[str, dict[str, float]] = {}
    fractions: dict[str, float] = {}
    for row, part in zip(rows, parts, strict=True):
        units = strata.setdefault(row.get("stratum", ""), {})
        unit = row.get("cluster") or row["respondent_key"]
        units[unit] = units.get(unit, 0.0) + part
        fractions[row.get("stratum", "")] = row.get("fpc", float("inf"))
    variance = 0.0
    for name, units in strata.items():
        count, centre = len(units), sum(units.values()) / len(units)
        spread = sum((part - centre) ** 2 for part in units.values())
        variance += (1 - count / fractions[name]) * count / (count - 1) * spread
    return variance


def surveys() -> Iterator[tuple[str, dict[str, pl.DataFrame]]]:
    """Every delivery that the tests look at, each with a survey of its own, so that they are built at once."""
    for design in sorted({row[0] for row in R_SURVEY}):
        yield design, tables(people(design), wave=(design, "w"))
    for design in DESIGNS:
        yield f"net {design}", tables(people(design), wave=(f"net {design}", "w"), top=("2",), bottom=("0",))
    rows = [person(1, "1", weight=2.0), person(2, "0", weight=2.0), *(person(i, "1") for i in range(3, 7))]
    yield "bases", tables([*rows, person(7, None), person(8, "-")], wave=("bases", "w"))
    yield "unanimous", tables([person(i, "0", weight=1 + i % 3) for i in range(35)], wave=("unanimous", "w"))
    rows = [person(i, "1" if i % 2 else "0", segments={"city": "small" if i < 4 else "large"}) for i in range(9)]
    rows += [person(i, None, segments={"city": "silent"}) for i in range(20, 30)]
    yield "few", tables(rows, wave=("few", "w"))
    rows = [person(i, str(i % 2), stratum=("alone", "pair")[i > 8], cluster=f"c{max(i // 9, 1)}") for i in range(27)]
    yield "single", tables(rows, wave=("single", "w"))
    yield "one", tables([person(i, str(i % 2), cluster="c") for i in range(9)], wave=("one", "w"))
    # Only one of the two clusters was asked: there is an error, but nothing to judge it by.
    rows = [person(i, str(i % 2) if i < 9 else "-", cluster=f"c{i // 9}") for i in range(18)]
    yield "asked", tables(rows, wave=("asked", "w"))
    yield "fpc", tables([person(i, str(i % 2), fpc=5.0) for i in range(9)], wave=("fpc", "w"))
    rows = [person(i, str(i % 3 // 2) if i < 30 else "-", weight=1 + i % 4) for i in range(60)]
    yield "domain", tables(rows, wave=("domain", "w"))
    rows = [person(i, ("top", "low", "surprise")[i % 3]) for i in range(12)]
    yield "named", tables(rows, wave=("named", "w"), answers=("top", "low"), top=("top",))
    rows = [person(i, str(i % 2), sample="us", weight=1.0 + i % 2) for i in range(10)]
    rows += [row | {"sample": "ri", "weight": row["weight"] + 2} for row in rows]
    yield "samples", tables(rows, wave=("samples", "w"))
    several: list[list[str | None]] = [["a", "b"], ["a"], ["a", "c"], ["c"], [""], [""], [None]]
    rows = [person(i, said, weight=1.0 + i % 2) for i, said in enumerate(several)]
    yield "several", tables(rows, wave=("several", "w"), answers=("a", "b", "c", "d"), top=("a", "b"), kind="multiple")
    rows = [row | {"weight": row["weight"] ** 0.37 / 3} for row in people("all three")]
    for seed in (1, 2):
        random.Random(seed).shuffle(rows)
        yield f"shuffled {seed}", tables(rows, wave=(f"shuffled {seed}", "w"))
    for number, text in enumerate(("old", "old", "new"), 1):
        rows = [person(i, str(i % (number + 1) // number)) for i in range(40)]
        ended = START + timedelta(days=number)
        yield f"waves {number}", tables(rows, wave=("waves", f"w{number}"), ended=ended, text=text)
        agreed = [person(i, "1") for i in range(40)]
        yield f"agreed {number}", tables(agreed, wave=("agreed", f"w{number}"), ended=ended)
        asked = {"q": MOOD, "hours": HOURS} if number != 2 else {"hours": HOURS}
        seldom = [{"answers": {"q": "1234"[i % (number + 1)], "hours": str(i)}} for i in range(40)]
        yield f"seldom {number}", questionnaire(seldom, asked, wave=("seldom", f"w{number}"), ended=ended)
        apart = [person(i, str(i * number % 5 % 2), stratum=f"h{(number == 3) * i // 39}") for i in range(40)]
        yield f"alone {number}", tables(apart, wave=("alone", f"w{number}"), ended=ended)
        rows = [person(i, "12"[i * number % 7 % 2]) for i in range(40)]
        for name, answers in (("given", ("1", "2")), ("ungiven", ("0", "1", "2"))):
            yield f"{name} {number}", tables(rows, wave=(name, f"w{number}"), answers=answers, ended=ended)
    for number, (said, top) in enumerate((("answer", "1"), ("answer", "1"), ("reply", "1"), ("reply", "2")), 1):
        rows, ended = [person(i, str(i % 3)) for i in range(40)], START + timedelta(days=number)
        named = ("reworded", f"w{number}")
        yield " ".join(named), tables(rows, wave=named, top=(top,), ended=ended, said=said)
    said_of = ((None, None), ("en", "all"), ("en", "all"), ("ar", "all"), ("ar", "who saw it"))
    for number, (language, asked_of) in enumerate(said_of, 1):
        rows, ended = [person(i, str(i % 3)) for i in range(40)], START + timedelta(days=number)
        put = tables(rows, wave=("put", f"w{number}"), ended=ended)
        yield (
            f"put {number}",
            put
            | {
                "survey_waves": put["survey_waves"].with_columns(
                    language=pl.lit(language, pl.String()),
                    sampling=pl.lit("probability" if number < 5 else "non_probability"),
                ),
                "survey_questions": put["survey_questions"].with_columns(asked_of=pl.lit(asked_of, pl.String())),
            },
        )
    for survey, text in (("benchmarked", "How are you?"), ("benchmarked in Arabic", "«هَل تشعر بالرّاحة إلى أسرتـك» ٣؟")):
        yield survey, tables([person(i, str(i % 4)) for i in range(80)], wave=(survey, "w"), text=text)
    draw = random.Random(4)
    for wave, share in (("w1", 3), ("w2", 4)):
        rows = [
            person(i, str(min(draw.randrange(share), 2)), segments={"group": draw.choice("xyz")}) for i in range(90)
        ]
        ended = START + timedelta(days=share)
        yield f"families {wave}", tables(rows, wave=("families", wave), bottom=("0",), ended=ended)
    hours = {"hours": Asked("hours", kind="number")}
    yield (
        "scales",
        questionnaire(
            scale_people(), RIBS | MAKS | BENEVOLENCE | hours, wave=("scales", "w"), ended=START, publish_responses=True
        ),
    )
    graded = {code: Asked(code, asked.labels, "scale", ("5",) * (code == "g0")) for code, asked in BATTERY.items()}
    rows = [
        {"answers": {f"g{item}": str(1 + (place + item) % 5 * (place > 0)) for item in range(5)}} for place in range(6)
    ]
    yield "graded", questionnaire(rows, graded, wave=("graded", "w"), ended=START)
    yield "hasty", questionnaire(hasty_people(), BATTERY, wave=("hasty", "w"), ended=START)
    unknown = {code: Asked(asked.key, {**AGREEMENT, "2": "Rather agree"}) for code, asked in RIBS.items()}
    yield "unscored", questionnaire(scale_people(), unknown, wave=("unscored", "w"), ended=START)
    for number in (1, 2):
        yield f"designs {number}", designs(number)
    samples = [{"sample": f"e{design}", "country": "AE", "is_weighted": True} for design in range(EXPOSED)]
    asked = RIBS | {"seen": SEEN}
    yield "exposed", questionnaire(exposed_people(), asked, wave=("exposed", "w"), ended=START, samples=samples)
    rows = exposed_people(RAKED, is_raked=True)
    yield (
        "raked",
        questionnaire(rows, asked, wave=("raked", "w"), ended=START, samples=samples[:RAKED], publish_responses=True),
    )
    rows = [person(i, str(i % 2), weight=1.0 + i % 3, segments={"gender": "fm"[i % 2]}) for i in range(60)]
    yield "unraked", tables(rows, wave=("unraked", "w"))
    rows = [
        person(i, str(i % 2), stratum=f"h{i // 59}", segments={"gender": "fm"[i % 3 // 2], "group": "ab"[i // 30]})
        for i in range(60)
    ]
    yield "lonely", tables(rows, wave=("lonely", "w"))
    lonely = tables([row | {"segments": {}} for row in rows], wave=("lonely cut", "w"))
    lonely["survey_waves"] = lonely["survey_waves"].with_columns(publish_responses=True)
    yield "lonely cut", lonely
    rows = [
        person(i, str(int(i % (2, 4)[i // 20] == 0)), stratum=f"h{i // 20}", segments={"country": "ab"[i // 20]})
        for i in range(40)
    ]
    yield "apart", tables(rows, wave=("apart", "w"))
    limited = tables(unequal_people(), wave=("limited", "w"))
    limited["survey_waves"] = limited["survey_waves"].with_columns(publish_responses=True)
    yield "limited", limited
    for name in ("once", "twice"):
        rows = [
            {**row, "segments": dict.fromkeys(("gender", "sex"), row["segments"].get("gender"))}
            for row in unequal_people()[:58]
        ]
        yield name, tables(rows, wave=(name, "w"))
    for number in (1, 2, 3):
        rows, ended = recalling_people(number), START + timedelta(days=number)
        yield (
            f"recall {number}",
            questionnaire(rows, RECALL, wave=("recall", f"w{number}"), ended=ended, samples=samples),
        )
    listed, alone = ("recall list", "w3"), ("recall alone", "w3")
    yield listed[0], questionnaire(as_a_list(rows), RECALL_LIST, wave=listed, ended=START, samples=samples)
    yield alone[0], questionnaire(rows, {"seen": RECALL["seen"]}, wave=alone, ended=START, samples=samples)
    samples = [{"sample": f"p{panel}", "country": "AE", "is_weighted": True} for panel in PANELS]
    for number, wave in enumerate(PANEL_WAVES, 1):
        ended = START + timedelta(days=number)
        yield (
            f"panels {wave}",
            questionnaire(
                panel_people(number), PANEL, wave=("panels", wave), ended=ended, samples=samples, is_panel=True
            ),
        )
    for number in (1, 2):
        alike = tables(people(), wave=("panel alike", f"w{number}"), ended=START + timedelta(days=number))
        yield f"panel alike {number}", as_panel(alike)
    for number, first in ((1, 0), (2, 0), (3, 20), (4, 100), (5, 137)):
        rows = [person(first + i, str((i + number) % 3)) for i in range(40)]
        since = tables(rows, wave=("panel since", f"w{number}"), ended=START + timedelta(days=number))
        yield f"panel since {number}", since if number == 1 else as_panel(since)
    if SHARED.is_dir():
        yield from published()


def as_panel(content: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return content | {"survey_waves": content["survey_waves"].with_columns(is_panel=True)}


def unequal_people() -> list[Row]:
    """60 respondents: one with nine times the weight of the others, two without a gender."""
    return [
        person(i, str(i % 2), weight=1.0 if i else 9.0, segments={"gender": "fm"[i % 3 // 2]} if i < 58 else {})
        for i in range(60)
    ]


def designs(wave: int) -> dict[str, pl.DataFrame]:
    """A wave of many samples, each with a design of its own."""
    rows = random_designs(wave)
    samples = [{"sample": f"s{design}", "country": "AE", "is_weighted": True} for design in range(DRAWN)]
    ended = START + timedelta(days=wave)
    asked = {"q": MOOD, "hours": HOURS}
    return questionnaire(rows, asked, wave=("designs", f"w{wave}"), ended=ended, samples=samples)


def published() -> Iterator[tuple[str, dict[str, pl.DataFrame]]]:
    """Real files, and the golden one."""
    frame = pl.read_csv(SHARED / "golden" / "weighted.csv")
    rows = from_frame(frame, weight=pl.col("w"), q=pl.col("y").cast(pl.String), segment=pl.col("age"))
    yield "golden", tables(rows, wave=("golden", "w"), answers=("0", "1"), top=("1",))
    raked = [
        row | {"segments": {"age": age, "g": g}} for row, age, g in zip(rows, frame["age"], frame["g"], strict=True)
    ]
    yield "golden raked", tables(raked, wave=("golden raked", "w"), answers=("0", "1"), top=("1",))
    for wave in ("w1", "w2"):
        part = [row for row, of in zip(rows, frame["wave"], strict=True) if of == wave]
        ended = START + timedelta(days=int(wave[1]))
        yield f"golden {wave}", tables(part, wave=("golden waves", wave), answers=("0", "1"), top=("1",), ended=ended)
    rows = from_frame(frame, weight=pl.col("w"), q=pl.col("y").cast(pl.String), segment=pl.col("wave"))
    yield "golden table", tables(rows, wave=("golden table", "w"), answers=("0", "1"), top=("1",))
    rows = from_frame(frame, weight=pl.col("w"), q=pl.col("age"))
    ages = ("18-24", "25-34", "35-44")
    yield "golden net", tables(rows, wave=("golden net", "w"), answers=ages, top=ages[:1], bottom=ages[2:])
    folder = SHARED / "data" / "survey"
    schools = pl.read_csv(folder / "r_survey" / "apiclus1.csv", infer_schema_length=None)
    yes = pl.when(pl.col("sch.wide") == "Yes").then(pl.lit("1")).otherwise(pl.lit("0"))
    design = {"weight": pl.col("pw"), "cluster": pl.col("dnum").cast(pl.String), "fpc": pl.col("fpc").cast(pl.Float64)}
    rows = from_frame(schools, pl.col("stype"), q=yes, **design)
    yield "schools", tables(rows, wave=("schools", "w"), answers=("0", "1"), top=())
    rows = [row | {"fpc": None} for row in rows]
    yield "endless", tables(rows, wave=("endless", "w"), answers=("0", "1"), top=())
    youth = pl.read_csv(folder / "r_survey" / "yrbs.csv", null_values="NA")
    answer = pl.col("qn8").cast(pl.Int64).cast(pl.String).fill_null("-")
    units = {"cluster": pl.col("psu").cast(pl.String), "stratum": pl.col("stratum").cast(pl.String)}
    rows = from_frame(youth, weight=pl.col("weight"), q=answer, **units)
    yield "youth", tables(rows, wave=("youth", "w"), answers=("1", "2"), top=())
    yield "fifth", tables(fifth_wave(), wave=("fifth", "w"), answers=("1", "2", "3", "4", "5"), top=("4", "5"))


def fifth_wave() -> list[Row]:
    """A real wave in both its samples."""
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
    return rows


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A warehouse with its seeds alone, to be copied."""
    lab = Lab(tmp_path_factory.mktemp("survey") / "home", SEEDS)
    assert lab.dbt("seed"), lab.messages
    return lab


@pytest.fixture(scope="module")
def world(seeded: Lab, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A warehouse with every survey of `surveys`, built once."""
    lab = seeded.copy(tmp_path_factory.mktemp("world") / "home")
    for name, content in surveys():
        deliver(lab, 8, name, content)
    settle(lab)
    return lab


@pytest.fixture
def lab(seeded: Lab, tmp_path: Path) -> Lab:
    return seeded.copy(tmp_path / "home")


def deliver(lab: Lab, day: int, name: str, content: dict[str, pl.DataFrame] | None) -> None:
    lab.deliver("survey", START + timedelta(days=day), name, "c", content)


def settle(lab: Lab, *arguments: str) -> None:
    lab.finish(MODELS, *arguments)


def estimates(lab: Lab, where: str) -> list[Row]:
    found: list[Row] = lab.frame(f"from fct_survey_estimate where {where} order by all").to_dicts()
    return found


def changes(lab: Lab, where: str) -> list[Row]:
    found: list[Row] = lab.frame(f"from fct_survey_change where {where} order by all").to_dicts()
    return found


def one(lab: Lab, where: str) -> Row:
    [found] = estimates(lab, where)
    return found


def test_the_checks_of_the_marts_hold(world: Lab) -> None:
    assert world.dbt("test", "--select", *MODELS, "--exclude-resource-type", "unit_test"), world.messages


def test_estimates_errors_and_intervals_are_those_of_r(world: Lab) -> None:
    for design, segment, answer, *figures, base, freedom in R_SURVEY:
        found = one(world, f"survey_id = '{design}' and segment_value = '{segment}' and answer_code = '{answer}'")
        assert [found[column] for column in FIGURES] == pytest.approx(figures, rel=1e-10, abs=1e-11)
        assert (found["base_unweighted"], found["degrees_of_freedom"]) == (base, freedom)
        assert found["design_effect"] == pytest.approx(figures[1] ** 2 / (figures[0] * (100 - figures[0]) / (base - 1)))


def test_bases_say_who_was_asked_who_answered_and_what_weighting_costs(world: Lab) -> None:
    found = one(world, "survey_id = 'bases' and answer_code = '1'")
    assert (found["base_asked"], found["base_unweighted"], found["base_weighted"]) == (7, 6, 8.0)
    assert (found["answer_weighted"], found["estimate_pct"]) == (6.0, 75.0)
    assert found["effective_base"] == pytest.approx(64 / 12)
    assert found["design_effect_kish"] == pytest.approx(6 * 12 / 64)
    labels = {row["answer_code"]: row["answer_label"] for row in estimates(world, "survey_id = 'bases'")}
    assert labels == {"0": "answer 0", "1": "answer 1", "2": "answer 2", "top": "top"}


def test_an_answer_that_nobody_or_everybody_gave_has_an_exact_interval(world: Lab) -> None:
    for answer, low, high in (("1", 0.0, 10.003), ("0", 89.997, 100.0), ("top", 0.0, 10.003)):
        found = one(world, f"survey_id = 'unanimous' and answer_code = '{answer}'")
        assert [found["ci_low_pct"], found["ci_high_pct"]] == pytest.approx([low, high], abs=5e-4)
        assert (found["standard_error_pct"], found["design_effect"], found["display"]) == (0.0, None, "review")


def test_figures_of_under_five_respondents_are_not_there(world: Lab) -> None:
    hidden = estimates(world, "survey_id = 'few' and segment_value in ('small', 'silent')")
    assert {row["reason"] for row in hidden} == {"small_base"}
    assert {row["display"] for row in hidden} == {"suppress"}
    assert {row["base_unweighted"] for row in hidden} == {4, 0}
    figures = {name for row in hidden for name, value in row.items() if isinstance(value, float)}
    assert (figures, {row["degrees_of_freedom"] for row in hidden}) == (set(), {None})
    large = one(world, "survey_id = 'few' and segment_value = 'large' and answer_code = '1'")
    assert large["estimate_pct"] == 40.0


def test_a_design_that_cannot_tell_the_error_says_so(world: Lab) -> None:
    found = estimates(world, "survey_id in ('single', 'one', 'asked', 'fpc') and answer_code = '1'")
    unknown = {
        row["survey_id"]: (row["reason"], row["standard_error_pct"] is None, row["ci_low_pct"] is None) for row in found
    }
    assert unknown == {
        "single": ("single_psu_stratum", True, True),
        "one": ("single_psu_stratum", True, True),
        "asked": ("no_degrees_of_freedom", False, True),
        "fpc": ("fpc_ignored", False, False),
    }
    assert {row["display"] for row in found} == {"suppress"}
    assert all(row["estimate_pct"] is not None for row in found)


def test_units_outside_the_domain_stay_in_the_design(world: Lab) -> None:
    weights = [1 + i % 4 for i in range(30)]
    share = sum(w for i, w in enumerate(weights) if i % 3 == 2) / sum(weights)
    squares = sum((w * ((i % 3 == 2) - share) / sum(weights)) ** 2 for i, w in enumerate(weights))
    found = one(world, "survey_id = 'domain' and answer_code = '1'")
    assert found["standard_error_pct"] == pytest.approx(100 * (60 / 59 * squares) ** 0.5, rel=1e-12)


def test_answers_that_were_not_offered_and_one_that_is_called_top_count(world: Lab) -> None:
    found = estimates(world, "survey_id = 'named'")
    assert [(row["answer_code"], row["answer_label"], row["answer_weighted"]) for row in found] == [
        ("answer top", "answer top", 4.0),
        ("low", "answer low", 4.0),
        ("surprise", None, 4.0),
        ("top", "top", 4.0),
    ]


def test_samples_weigh_the_same_people_differently(world: Lab) -> None:
    found = {row["sample"]: row for row in estimates(world, "survey_id = 'samples' and answer_code = '1'")}
    assert {sample: row["estimate_pct"] for sample, row in found.items()} == pytest.approx(
        {"us": 200 / 3, "ri": 400 / 7}
    )
    assert {row["country"] for row in found.values()} == {"unknown"}


def test_several_answers_share_a_base_of_people(world: Lab) -> None:
    found = {row["answer_code"]: row for row in estimates(world, "survey_id = 'several'")}
    assert {code: row["answer_weighted"] for code, row in found.items()} == {
        "a": 4.0, "b": 1.0, "c": 3.0, "d": 0.0, "top": 4.0,
    }  # fmt: skip
    bases = {(row["base_asked"], row["base_unweighted"], row["base_weighted"]) for row in found.values()}
    assert bases == {(7, 6, 9.0)}
    weights, ticked = [1, 2, 1, 2, 1, 2], [1, 1, 1, 0, 0, 0]
    squares = sum((w * (y - 4 / 9) / 9) ** 2 for w, y in zip(weights, ticked, strict=True))
    # The one who gave no answer is a sampling unit of the design, outside the base.
    assert found["a"]["standard_error_pct"] == pytest.approx(100 * (7 / 6 * squares) ** 0.5, rel=1e-12)


def test_a_wave_is_provisional_until_a_week_after_fieldwork(world: Lab) -> None:
    flags = {row["wave"]: row["is_provisional"] for row in estimates(world, "survey_id = 'waves'")}
    assert flags == {"w1": False, "w2": True, "w3": True}


def test_the_order_of_rows_does_not_change_a_digit(world: Lab) -> None:
    first, second = (
        [{**row, "survey_id": None} for row in estimates(world, f"survey_id = 'shuffled {seed}'")] for seed in (1, 2)
    )
    assert first == second


@pytest.mark.parametrize("design", DESIGNS)
def test_net_scores_allow_for_both_groups_being_the_same_people(world: Lab, design: str) -> None:
    rows = people(design)
    for inside in ("all", "a", "b"):
        found = one(world, f"survey_id = 'net {design}' and answer_code = 'net' and segment_value = '{inside}'")
        mean, parts = linearised(rows, {"2": 1, "0": -1}, inside)
        assert found["estimate_pct"] == pytest.approx(100 * mean, rel=1e-11)
        assert found["standard_error_pct"] == pytest.approx(100 * variance_of(rows, parts) ** 0.5, rel=1e-11)
        half = (found["ci_high_pct"] - found["ci_low_pct"]) / 2
        assert half / found["standard_error_pct"] == pytest.approx(STUDENT[found["degrees_of_freedom"]], rel=1e-9)


@pytest.mark.parametrize("design", DESIGNS)
def test_segments_of_one_sample_are_compared_with_their_covariance(world: Lab, design: str) -> None:
    rows = people(design)
    score = {"top": {"2": 1}, "net": {"2": 1, "0": -1}}
    for answer, scores in score.items():
        where = f"survey_id = 'net {design}' and comparison = 'segment' and answer_code = '{answer}'"
        [found] = changes(world, where)
        (first, ours), (second, theirs) = (linearised(rows, scores, inside) for inside in ("b", "a"))
        error = variance_of(rows, [mine - yours for mine, yours in zip(ours, theirs, strict=True)]) ** 0.5
        assert found["change_pct_points"] == pytest.approx(100 * (first - second), rel=1e-11)
        assert found["standard_error_pct_points"] == pytest.approx(100 * error, rel=1e-10)
        assert found["minimum_detectable_pct_points"] == pytest.approx(100 * (1.959964 + 0.841621) * error, rel=1e-6)
        assert (found["segment_value"], found["from_segment_value"]) == ("b", "a")
        # Sampling units less strata: of the 60 respondents 15 gave no answer, the clusters all hold both segments.
        freedom = {"weights": 44, "strata": 42, "strata fpc": 42, "clusters": 4, "all three": 12}[design]
        assert found["degrees_of_freedom"] == freedom


def test_segments_that_share_no_stratum_vary_apart(world: Lab) -> None:
    [found] = changes(world, "survey_id = 'apart' and comparison = 'segment' and answer_code = '1'")
    assert (found["change_pct_points"], found["degrees_of_freedom"], found["reason"]) == (-25.0, 38, None)
    assert found["standard_error_pct_points"] == pytest.approx(100 * ((0.5 * 0.5 + 0.25 * 0.75) / 19) ** 0.5, rel=1e-11)
    assert found["p_value"] is not None


def test_waves_are_compared_with_the_one_before_and_with_the_first(world: Lab) -> None:
    found = changes(world, "survey_id = 'waves' and comparison = 'wave' and answer_code = '1'")
    assert [(row["from_wave"], row["to_wave"], row["has_break"]) for row in found] == [
        ("w1", "w2", False),
        ("w1", "w3", True),
        ("w2", "w3", True),
    ]
    assert found[0]["change_pct_points"] == pytest.approx(100 * (13 / 40 - 20 / 40))
    waves = {row["wave"]: row for row in estimates(world, "survey_id = 'waves' and answer_code = '1'")}
    squares = sum(waves[name]["standard_error_pct"] ** 2 for name in ("w1", "w2"))
    assert found[0]["standard_error_pct_points"] == pytest.approx(squares**0.5)
    assert found[0]["degrees_of_freedom"] == 78


def test_the_wave_before_is_that_which_put_the_question(world: Lab) -> None:
    where = "survey_id = 'seldom' and comparison = 'wave' and answer_code in ('top', 'mean')"
    found = [(row["question_key"], row["from_wave"], row["to_wave"]) for row in changes(world, where)]
    assert sorted(found) == [("hours", "w1", "w2"), ("hours", "w1", "w3"), ("hours", "w2", "w3"), ("mood", "w1", "w3")]
    measured = "measure = 'change_points' and subject_id = 'seldom:w3:all:q:top'"
    assert len(world.rows(f"from warehouse.intermediate.int_survey__measures where {measured}")) == 1


def test_answers_that_say_or_count_for_something_else_break_a_series(world: Lab) -> None:
    found = changes(
        world, "survey_id = 'reworded' and comparison = 'wave' and answer_code = 'top' and from_wave <> 'w1'"
    )
    first = changes(
        world, "survey_id = 'reworded' and comparison = 'wave' and answer_code = 'top' and from_wave = 'w1'"
    )
    assert [row["has_break"] for row in found] == [True, True]
    assert [row["has_break"] for row in first] == [False, True, True]


def test_another_language_or_other_people_asked_break_a_series(world: Lab) -> None:
    where = "survey_id = 'put' and comparison = 'wave' and answer_code = 'top'"
    found = {(row["from_wave"], row["to_wave"]): row["has_break"] for row in changes(world, where)}
    after = {to: found[f"w{int(to[1]) - 1}", to] for to in ("w2", "w3", "w4", "w5")}
    assert after == {"w2": False, "w3": False, "w4": True, "w5": True}
    drawn = {(row["from_wave"], row["to_wave"]): row["sampling"] for row in changes(world, where)}
    assert (drawn["w3", "w4"], drawn["w4", "w5"]) == ("probability", "non_probability")
    put = "select wave, language, asked_of from dim_survey_question where survey_id = 'put' order by wave"
    assert world.rows(put)[:2] == [("w1", None, None), ("w2", "en", "all")]


def test_a_change_between_waves_in_which_all_agreed_has_no_interval(world: Lab) -> None:
    found = changes(world, "survey_id = 'agreed' and answer_code = '1'")
    assert len(found) == 3
    for row in found:
        assert (row["change_pct_points"], row["reason"]) == (0, "no_variance")
        assert {row[f"{figure}_pct_points"] for figure in ("ci_low", "ci_high", "minimum_detectable")} == {None}
        assert row["p_value"] is None


def test_a_benchmark_of_unknown_base_counts_as_exact(world: Lab) -> None:
    known, unknown = changes(world, "comparison = 'benchmark' and from_wave in ('known', 'unknown')")
    error = one(world, "survey_id = 'benchmarked' and answer_code = 'top'")["standard_error_pct"]
    assert unknown["standard_error_pct_points"] == pytest.approx(error)
    assert known["standard_error_pct_points"] == pytest.approx((error**2 + 2500 / 400) ** 0.5)
    assert (known["reason"], unknown["reason"]) == (None, "benchmark_variance_unknown")


def test_a_benchmark_with_another_wording_is_a_break_and_one_without_is_not_known(world: Lab) -> None:
    found = {row["from_wave"]: row["has_break"] for row in changes(world, "comparison = 'benchmark'")}
    assert found == {"known": False, "another": True, "unknown": None, "arabic": False}


def test_scales_are_scored_by_their_rules_and_their_means_are_those_of_r(world: Lab) -> None:
    found = {
        (row["question_code"], row["segment_value"]): row
        for row in world.frame("from fct_survey_mean where survey_id = 'scales'").to_dicts()
    }
    for question, segment, *figures, base, effect in R_MEANS:
        row = found[question, segment]
        columns = ["mean_points", "standard_error_points", "ci_low_points", "ci_high_points"]
        assert [row[column] for column in columns] == pytest.approx(figures, rel=1e-10)
        assert (row["base_asked"], row["base_unweighted"]) == (80 if segment == "all" else 40, base)
        assert row["design_effect"] == pytest.approx(effect, rel=1e-10)
    for question, (alpha, base) in R_ALPHAS.items():
        row = found[question, "all"]
        assert (row["alpha"], row["alpha_base"]) == (alpha if alpha is None else pytest.approx(alpha, rel=1e-10), base)


def test_a_scale_with_an_answer_that_it_does_not_know_is_not_scored(world: Lab) -> None:
    rows = world.frame("from fct_survey_mean where survey_id = 'unscored'").to_dicts()
    assert {(row["mean_points"], row["alpha"], row["reason"]) for row in rows} == {(None, None, "unscored_answer")}
    assert {row["scoring"] for row in rows} == {"published", "without_dont_know"}


def of_designs(world: Lab) -> pl.DataFrame:
    """What the marts say of the random designs, in the columns of R's results."""
    return world.frame("""
        select sample, wave, 'mean' as kind, if(segment_name = 'all', 'all', segment_value) as segment,
            if(answer_code = 'net', 'net', 'a' || answer_code) as answer, estimate_pct / 100 as one,
            standard_error_pct / 100 as two, degrees_of_freedom::double as three, base_unweighted::double as four, reason
        from fct_survey_estimate where survey_id = 'designs' and answer_code not in ('top', 'bottom')
        union all
        select sample, wave, 'mean', if(segment_name = 'all', 'all', segment_value), 'hours', mean_points,
            standard_error_points, degrees_of_freedom, base_unweighted, reason
        from fct_survey_mean where survey_id = 'designs'
        union all
        select sample, to_wave, 'segment', segment_value, if(answer_code = 'net', 'net', 'a' || answer_code),
            change_pct_points / 100, standard_error_pct_points / 100, null, null, reason
        from fct_survey_change where survey_id = 'designs' and comparison = 'segment'
        union all
        select sample, to_wave, 'table', segment_value, '', table_f, table_numerator_freedom, table_denominator_freedom,
            table_p_value, reason
        from fct_survey_change
        where survey_id = 'designs' and answer_code = '1' and (comparison = 'segment' or segment_name = 'all')
    """)


R = shutil.which("Rscript")
FOUR = ["one", "two", "three", "four"]


def largest_difference(one: pl.DataFrame, other: pl.DataFrame) -> float:
    """The largest difference, relative where figures are above 1, of what both know."""
    keys = ["sample", "wave", "kind", "segment", "answer"]
    both = one.join(other, on=keys, how="inner", suffix="_other")
    assert both.height == one.height
    gaps = [(pl.col(name) - pl.col(f"{name}_other")).abs() / pl.max_horizontal(1, pl.col(name).abs()) for name in FOUR]
    largest: float = both.select(pl.max_horizontal(pl.max_horizontal(gaps).max())).item()
    return largest


def test_a_hundred_random_designs_are_those_of_r(world: Lab) -> None:
    """Means, shares, nets, contrasts and tables by strata, clusters, population sizes, domains, scaled weights."""
    of_r, ours = pl.read_parquet(Path(__file__).with_name("r_survey_designs.parquet")), of_designs(world)
    known = of_r.filter(pl.col("two").is_not_null())
    assert dict(known["kind"].value_counts().iter_rows()) == {
        "mean": 3257, "segment": 900, "table": 270,
    }  # fmt: skip
    assert largest_difference(known, ours) < 1e-8
    # Where R stops at a stratum with a single sampling unit, so do we.
    lonely = of_r.filter(pl.col("one").is_null()).select("sample", "wave").unique()
    found = ours.join(lonely, on=["sample", "wave"]).filter(kind="mean", segment="all")
    assert found["two"].null_count() == found.filter(reason="single_psu_stratum").height > 0
    assert ours.filter(reason="single_psu_stratum")["two"].drop_nulls().is_empty()
    # An answer that one of the two groups did not give leaves the table untested: R's figure rests on an empty cell.
    untested = known.filter(kind="table").join(
        ours.filter(pl.col("one").is_null()), on=["sample", "wave", "kind", "segment"]
    )
    assert untested.height == 5


def test_means_of_two_waves_are_compared_in_points(world: Lab) -> None:
    """Of the random designs, by what R says of each wave: their errors add up as those of independent samples."""
    of_r = pl.read_parquet(Path(__file__).with_name("r_survey_designs.parquet"))
    hours = of_r.filter(kind="mean", answer="hours", segment="all").filter(pl.col("two").is_not_null())
    both = hours.filter(wave="w1").join(hours.filter(wave="w2"), on="sample")
    expected = both.select(
        "sample",
        change=pl.col("one_right") - pl.col("one"),
        error=(pl.col("two") ** 2 + pl.col("two_right") ** 2).sqrt(),
        freedom=pl.col("three") + pl.col("three_right"),
    )
    found = world.frame("""
        select sample, change_points, standard_error_points, degrees_of_freedom, minimum_detectable_points, change_pct_points
        from fct_survey_change
        where survey_id = 'designs' and comparison = 'wave' and answer_code = 'mean' and segment_name = 'all'
    """)
    joined = expected.join(found, on="sample", how="left")
    assert joined.height > 80
    assert joined["change_pct_points"].null_count() == joined.height
    for ours, theirs in (
        ("change_points", "change"),
        ("standard_error_points", "error"),
        ("degrees_of_freedom", "freedom"),
    ):
        assert joined[ours].to_list() == pytest.approx(joined[theirs].to_list(), rel=1e-9)
    detectable = (joined["error"] * (1.959964 + 0.841621)).to_list()
    assert joined["minimum_detectable_points"].to_list() == pytest.approx(detectable, rel=1e-6)


def test_changes_of_panels_are_those_of_r_with_both_waves_in_one_design(world: Lab) -> None:
    """Shares, nets, means and scores of people who stay, drop out, join or move, by strata, clusters, sizes, groups, raked weights."""
    found = world.frame("""
        select sample, from_wave, to_wave, segment_value as segment,
            case when question_key = 'ribs/published' then 'score_mean' else concat(question_code, '_', answer_code) end as measure,
            coalesce(change_points, change_pct_points / 100) as ours,
            coalesce(standard_error_points, standard_error_pct_points / 100) as our_error,
            coalesce(minimum_detectable_points, minimum_detectable_pct_points / 100) as detectable,
            degrees_of_freedom, p_value as our_p_value, paired_base, table_reason, overall_f
        from fct_survey_change where survey_id = 'panels' and comparison = 'wave'
    """)
    expected = pl.read_parquet(Path(__file__).with_name("r_survey_panels.parquet"))
    joined = expected.join(found, on=["sample", "from_wave", "to_wave", "segment", "measure"])
    assert joined.height == expected.height == len(PANELS) * 3 * 3 * 9
    few = joined.filter(pl.col("paired") < 5)
    assert few["our_error"].to_list() == [None] * few.height != []
    joined = joined.filter(pl.col("paired") >= 5)
    for ours, theirs in (("ours", "change"), ("our_error", "error"), ("our_p_value", "p_value")):
        assert joined.select((pl.col(ours) - pl.col(theirs)).abs().max()).item() < 1e-8, ours
    for ours, theirs in (("degrees_of_freedom", "freedom"), ("paired_base", "paired")):
        assert joined[ours].to_list() == joined[theirs].to_list(), ours
    assert joined["detectable"].to_list() == pytest.approx((joined["error"] * 2.801585).to_list(), rel=1e-6)
    reasons = {"paired_waves", "raked_weights", None}
    assert set(joined["table_reason"]) == reasons
    assert joined["overall_f"].drop_nulls().is_empty()
    # People who answer alike in both waves make a change surer than two samples of independent people would.
    apart = world.frame("""
        select later.sample, earlier.wave as from_wave, later.wave as to_wave, later.segment_value as segment, 'hours_mean' as measure,
            sqrt(earlier.standard_error_points ** 2 + later.standard_error_points ** 2) as independent
        from fct_survey_mean as later
        inner join fct_survey_mean as earlier using (survey_id, sample, question_code, segment_value)
        where survey_id = 'panels' and question_code = 'hours' and earlier.wave < later.wave
    """)
    hours = joined.join(apart, on=["sample", "from_wave", "to_wave", "segment", "measure"])
    assert hours.height == len(PANELS) * 3 * 3
    assert hours.select((pl.col("our_error") / pl.col("independent")).median()).item() < 0.8


def test_a_panel_in_which_everybody_answers_as_before_has_no_error(world: Lab) -> None:
    where = "survey_id = 'panel alike' and answer_code = 'top' and segment_name = 'all' and comparison = 'wave'"
    [found] = changes(world, where)
    assert (found["change_pct_points"], found["standard_error_pct_points"], found["paired_base"]) == (0, 0, 45)
    assert (found["reason"], found["p_value"], found["ci_low_pct_points"]) == ("no_variance", None, None)


def test_waves_are_paired_where_both_are_those_of_a_panel(world: Lab) -> None:
    found = changes(world, "survey_id = 'panel since' and answer_code = '1'")
    assert [(row["from_wave"], row["to_wave"], row["paired_base"], row["degrees_of_freedom"]) for row in found] == [
        ("w1", "w2", None, 78),
        ("w1", "w3", None, 78),
        ("w1", "w4", None, 78),
        ("w1", "w5", None, 78),
        # 20 of 40 left and 20 joined: 60 people are the sampling units of both waves.
        ("w2", "w3", 20, 59),
        ("w3", "w4", 0, 79),
        ("w4", "w5", 3, 76),
    ]
    assert [row["reason"] for row in found] == [None, None, None, None, None, "nobody_paired", "small_base"]
    # What three people answered in both waves would follow from the error.
    few = found[-1]
    assert few["change_pct_points"] is not None
    assert {few[f"{name}_pct_points"] for name in ("standard_error", "ci_low", "ci_high")} | {few["p_value"]} == {None}
    squares = [
        one(world, f"survey_id = 'panel since' and answer_code = '1' and wave = '{wave}'") for wave in ("w1", "w2")
    ]
    error = sum(row["standard_error_pct"] ** 2 for row in squares) ** 0.5
    assert found[0]["standard_error_pct_points"] == pytest.approx(error)


def test_scores_go_with_exposure_as_r_finds_them(world: Lab) -> None:
    """Slopes with none to three controls, by strata, clusters and population sizes; the E-values follow by hand."""
    columns = "change_points, standard_error_points, ci_low_points, ci_high_points, degrees_of_freedom, p_value, exposure_base"
    found = world.frame(f"""
        select sample, {columns}, controls, e_value, e_value_bound from fct_survey_change
        where survey_id = 'exposed' and comparison = 'exposure' and question_key = 'ribs/published'
    """)
    expected = pl.read_csv(Path(__file__).with_name("r_survey_exposures.csv"))
    joined = expected.join(found, on="sample", how="left", suffix="_found")
    assert joined.height == EXPOSED
    for column in columns.split(", "):
        assert joined[f"{column}_found"].to_list() == pytest.approx(joined[column].to_list(), rel=1e-8), column
    assert set(joined["controls"].list.join(" ")) == {
        "",
        "age_band",
        "age_band familiarity",
        "age_band familiarity gender",
    }
    for row in joined.to_dicts():
        nearest = max(row["ci_low_points"], -row["ci_high_points"], 0)
        for points, value in ((abs(row["change_points"]), row["e_value"]), (nearest, row["e_value_bound"])):
            ratio = np.exp(0.91 * points / row["deviation"])
            assert value == pytest.approx(ratio + (ratio * (ratio - 1)) ** 0.5, rel=1e-8)
    assert changes(world, "survey_id = 'scales' and comparison = 'exposure'") == []


def recall_of_r(*kinds: str) -> pl.DataFrame:
    return pl.read_csv(Path(__file__).with_name("r_survey_recall.csv")).filter(pl.col("kind").is_in(kinds))


def test_awareness_is_what_false_recall_leaves_of_it_as_in_r(world: Lab) -> None:
    """The difference of two shares of the same people, by strata, clusters and regions; the same from a list of campaigns."""
    columns = "estimate_pct / 100 as found_one, standard_error_pct / 100 as found_two, ci_low_pct / 100 as found_three, ci_high_pct / 100 as found_four"
    found = world.frame(f"""
        select survey_id, sample, wave, if(question_code = 'named', 'spontaneous', 'prompted') as kind, segment_value as segment, {columns}
        from fct_survey_estimate
        where (question_code = 'awareness/prompted' and answer_code = 'net' or question_code = 'named' and answer_code = 'top')
            and survey_id like 'recall%'
    """)
    expected = recall_of_r("prompted", "spontaneous")
    for survey, height in (("recall", 108), ("recall list", 30)):
        joined = expected.join(found.filter(survey_id=survey), on=["sample", "wave", "kind", "segment"])
        assert joined.height == height
        for column in FOUR:
            of_r = joined[column].drop_nulls()
            ours = joined.filter(pl.col(column).is_not_null())[f"found_{column}"]
            assert ours.to_list() == pytest.approx(of_r.to_list(), rel=1e-8, abs=1e-10), column
    assert changes(world, "question_code = 'awareness/prompted' and comparison = 'exposure'") == []


def test_awareness_without_an_invented_campaign_is_unknown(world: Lab) -> None:
    kpi = world.rows("""
        select split_part(subject_id, ':', 1), split_part(subject_id, ':', 4), split_part(subject_id, ':', 5), count(*), count(value),
            min(nullif(reason, 'imprecise')), count(low)
        from warehouse.intermediate.int_survey__measures where measure = 'awareness_weighted' group by all order by all
    """)
    assert kpi == [
        ("recall", "awareness/prompted", "net", 18, 18, None, 18),
        ("recall", "named", "top", 18, 18, None, 18),
        ("recall alone", "awareness/prompted", "net", 6, 0, "no_foil", 0),
        ("recall list", "awareness/prompted", "net", 6, 6, None, 6),
    ]
    nets = "measure = 'net_weighted' and subject_id like 'recall%'"
    assert world.rows(f"from warehouse.intermediate.int_survey__measures where {nets}") == []


def test_tables_of_more_than_two_groups_are_those_of_r(world: Lab) -> None:
    """Four regions in each of three waves, and the three waves."""
    found = world.frame("""
        select distinct sample, to_wave as wave, if(comparison = 'wave', 'waves', 'regions') as kind, overall_groups, overall_f,
            overall_numerator_freedom, overall_denominator_freedom, overall_p_value
        from fct_survey_change
        where survey_id = 'recall' and question_code = 'mood' and overall_f is not null and (comparison = 'segment' or segment_name = 'all')
    """)
    expected = recall_of_r("regions", "waves")
    joined = expected.join(found, on=["sample", "wave", "kind"])
    assert (expected.height, found.height, joined.height) == (24, 22, 22), (
        "in two of them nobody of a region gave one of the answers"
    )
    assert joined.filter(kind="regions")["overall_groups"].unique().to_list() == [4]
    assert joined.filter(kind="waves")["overall_groups"].unique().to_list() == [3]
    for column, ours in zip(FOUR, found.columns[4:], strict=True):
        assert joined[ours].to_list() == pytest.approx(joined[column].to_list(), rel=1e-8), column


def test_an_answer_that_nobody_gave_is_none_of_a_table(world: Lab) -> None:
    tested = {
        name: {(row["table_f"], row["table_p_value"], row["overall_f"]) for row in changes(world, where)}
        for name in ("given", "ungiven")
        for where in [f"survey_id = '{name}' and to_wave = 'w3' and answer_code = '1'"]
    }
    assert tested["given"] == tested["ungiven"]
    assert all(figure is not None for row in tested["ungiven"] for figure in row)


def test_waves_of_unknown_error_are_in_no_table(world: Lab) -> None:
    found = changes(world, "survey_id = 'alone' and to_wave = 'w3'")
    assert {(row["table_f"], row["overall_f"]) for row in found} == {(None, None)}


def test_raked_samples_and_their_errors_are_those_of_r(world: Lab) -> None:
    """Shares, means, contrasts and slopes in samples raked to two margins, some with unknown values, in all kinds of designs."""
    found = world.frame("""
        select sample, 'mean' as kind, segment_value as segment, 'score' as measure, mean_points as one, standard_error_points as two
        from fct_survey_mean where survey_id = 'raked' and question_code = 'ribs/published'
        union all
        select sample, 'mean', segment_value, 'b5_2', estimate_pct / 100, standard_error_pct / 100
        from fct_survey_estimate where survey_id = 'raked' and question_code = 'b5' and answer_code = '2'
        union all
        select sample, 'segment', concat_ws('-', segment_value, from_segment_value), if(answer_code = '2', 'b5_2', 'score'),
            coalesce(change_points, change_pct_points / 100), coalesce(standard_error_points, standard_error_pct_points / 100)
        from fct_survey_change
        where survey_id = 'raked' and comparison = 'segment'
            and (question_key = 'ribs/published' or (question_key = 'ribs_5' and answer_code = '2'))
        union all
        select sample, comparison, 'all', 'score', change_points, standard_error_points
        from fct_survey_change where survey_id = 'raked' and comparison = 'exposure' and question_key = 'ribs/published'
    """)
    expected = pl.read_csv(Path(__file__).with_name("r_survey_raked.csv"))
    joined = expected.join(found, on=["sample", "kind", "segment", "measure"], how="left", suffix="_found")
    for column in ("one", "two"):
        assert joined[f"{column}_found"].to_list() == pytest.approx(joined[column].to_list(), rel=1e-8)
    assert estimates(world, "survey_id = 'raked' and (raking_loss_pct is null or reason = 'not_raked')") == []
    reasons = {row["table_reason"] for row in changes(world, "survey_id = 'raked' and table_f is null")}
    assert reasons == {"raked_weights", None}
    assert changes(world, "survey_id = 'raked' and table_f is not null") == []


def test_weights_are_raked_within_their_limit_and_kept_where_that_cannot_be(world: Lab) -> None:
    rows = world.frame("""
        select respondent_key, weight, segments['gender'] as gender
        from fct_survey_response where survey_id = 'limited'
    """)
    delivered_weight = pl.Series("delivered_weight", [row["weight"] for row in unequal_people()])
    rows = rows.sort(pl.col("respondent_key").cast(pl.Int64)).with_columns(delivered_weight)
    total, delivered, largest, mean = rows.select(
        pl.col("weight").sum(),
        pl.col("delivered_weight").sum(),
        pl.col("weight").max().alias("largest"),
        pl.col("weight").mean().alias("mean"),
    ).row(0)
    assert (total, largest) == pytest.approx((delivered, 3 * mean))
    of_gender = dict(rows.group_by("gender").agg(pl.col("weight").sum()).iter_rows())
    assert of_gender["f"] == pytest.approx(of_gender["m"])
    assert rows.filter(pl.col("gender").is_null())["weight"].to_list() == [1.0, 1.0]
    lost = one(world, "survey_id = 'limited' and answer_code = '1' and segment_name = 'all'")["raking_loss_pct"]
    kish = [
        rows.select(pl.col(name).sum() ** 2 / (pl.col(name) ** 2).sum()).item()
        for name in ("weight", "delivered_weight")
    ]
    assert lost == pytest.approx(100 * (1 - kish[0] / kish[1]))
    group = one(world, "survey_id = 'lonely' and answer_code = '1' and segment_value = 'a'")
    assert (group["standard_error_pct"], group["reason"]) == (None, "single_psu_stratum"), (
        "the other stratum is raked too"
    )
    [kept] = estimates(world, "survey_id = 'unraked' and answer_code = '1' and segment_name = 'all'")
    assert (kept["reason"], kept["raking_loss_pct"], kept["estimate_pct"]) == ("not_raked", None, pytest.approx(50))


def test_a_margin_that_another_tells_already_changes_nothing(world: Lab) -> None:
    figures = [*FIGURES, "effective_base"]
    once, twice = (
        estimates(world, f"survey_id = '{name}' and segment_name in ('all', 'gender')") for name in ("once", "twice")
    )
    assert len(once) == len(twice) > 4
    for one_margin, two in zip(once, twice, strict=True):
        assert [two[name] for name in figures] == pytest.approx([one_margin[name] for name in figures], rel=1e-9)


@cache
def has_r() -> bool:
    """Whether R and its package survey are on this machine."""
    return (
        R is not None and not subprocess.run([R, "-e", "library(survey)"], capture_output=True, check=False).returncode
    )


def run_r(folder: Path, script: str, people: pl.DataFrame) -> pl.DataFrame:
    """What a script of R's package survey finds of some people."""
    if R is None or not has_r():
        pytest.skip("R with its package survey is not on this machine")
    (folder / "script.R").write_text(script)
    people.write_csv(folder / "people.csv", null_value="NA")
    subprocess.run([R, "script.R", "people.csv", "found.csv"], cwd=folder, check=True, capture_output=True)
    return pl.read_csv(folder / "found.csv", infer_schema=False)


def test_r_still_says_so(tmp_path: Path) -> None:
    """R runs here over some of the designs."""
    people_of = for_r({f"w{wave}": random_designs(wave, 6) for wave in (1, 2)})
    text = run_r(tmp_path, R_SCRIPT, people_of).rename({"design": "sample"})
    figures = pl.col(FOUR).str.strip_chars().cast(pl.Float64, strict=False).fill_nan(None)
    found = text.with_columns(figures, pl.col("answer").fill_null(""))
    stored = pl.read_parquet(Path(__file__).with_name("r_survey_designs.parquet"))
    assert largest_difference(found, stored) < 1e-12
    recall, few = for_r({f"w{wave}": recalling_people(wave) for wave in (1, 2, 3)}), ["e0", "e1"]
    recalled = run_r(tmp_path, R_RECALL, recall.filter(pl.col("design").is_in(few)))
    stored = pl.read_csv(Path(__file__).with_name("r_survey_recall.csv")).filter(pl.col("sample").is_in(few))
    assert_frame_equal(recalled.cast(stored.schema), stored, rel_tol=1e-9)
    slopes = run_r(tmp_path, R_EXPOSURES, exposures_for_r(exposed_people()))
    now, then = (
        frame.select("sample", pl.exclude("sample").cast(pl.Float64)).sort("sample")
        for frame in (slopes, pl.read_csv(Path(__file__).with_name("r_survey_exposures.csv")))
    )
    assert_frame_equal(now, then, rel_tol=1e-12)
    # Of a panel that is raked R takes seconds for each two waves.
    some = pl.col("design").is_in(["p1", "p3"]) | (pl.col("design") == "p2") & (pl.col("wave") != "w3")
    panels = run_r(tmp_path, R_PANELS, panels_for_r().filter(some))
    pairs = panels.select("sample", "from_wave", "to_wave").unique()
    assert pairs.height == 7
    stored = pl.read_parquet(Path(__file__).with_name("r_survey_panels.parquet")).join(pairs, pairs.columns, how="semi")
    assert_frame_equal(panels.cast(stored.schema), stored, rel_tol=1e-9)
    raked = run_r(tmp_path, R_RAKED, exposures_for_r(exposed_people(RAKED, is_raked=True)))
    stored = pl.read_csv(Path(__file__).with_name("r_survey_raked.csv"))
    assert_frame_equal(raked.cast(stored.schema), stored, rel_tol=1e-9)


def test_quality_screens_remove_nobody_and_show_both_estimates(world: Lab) -> None:
    found = world.frame("from fct_survey_quality where survey_id = 'hasty' order by rule")
    assert found.select("rule", "judged", "removed").rows() == [
        ("any", 40, 5),
        ("duplicate", 38, 2),
        ("speeder", 39, 2),
        ("straight_liner", 38, 2),
    ]
    rows = hasty_people()
    kept = [row for place, row in enumerate(rows) if place not in (0, 1, 7, 20, 30)]
    for people_of, cell in ((rows, "segment_name = 'all'"), (kept, "segment_value = 'passed'")):
        row = one(world, f"survey_id = 'hasty' and question_code = 'g0' and answer_code = '3' and {cell}")
        assert row["base_unweighted"] == len(people_of)
        share = sum(row["answers"]["g0"] == "3" for row in people_of) / len(people_of)
        assert row["estimate_pct"] == pytest.approx(100 * share)
    assert changes(world, "survey_id = 'hasty' and segment_name = 'quality_screen'") == []
    assert estimates(world, "survey_id = 'scales' and segment_name = 'quality_screen'") == []


def test_questions_with_the_same_answers_are_a_set_whatever_their_top_answers(world: Lab) -> None:
    found = world.rows("select rule, judged, removed from fct_survey_quality where survey_id = 'graded' order by rule")
    assert found == [("any", 6, 1), ("straight_liner", 6, 1)]


def test_analysts_cut_responses_themselves_with_the_intervals_of_the_design(world: Lab) -> None:
    """In a copy of the file, opened as an analyst would."""
    file = world.home.root / "analyst" / "marts.duckdb"
    file.parent.mkdir()
    shutil.copy(world.home.marts, file)
    with duckdb.connect(str(file), read_only=True) as analyst:
        published = analyst.execute("select distinct survey_id from fct_survey_response").fetchall()
        assert sorted(published) == [("limited",), ("lonely cut",), ("raked",), ("scales",)]
        for macro, columns in (
            ("pct_ci(answer_code = '1',", "ci_low_pct, ci_high_pct"),
            ("mean_ci(1,", "ci_low, ci_high"),
        ):
            query = f"select {columns}, reason from {macro} true) where survey_id = 'lonely cut'"
            assert analyst.execute(query).fetchone() == (None, None, "single_psu_stratum")
        query = "select distinct survey_id, reason from pct_ci(answer_code = '2', question_code = 'b5') order by all"
        assert analyst.execute(query).fetchall() == [("raked", "raked_weights"), ("scales", None)]
        for answer in ("1", "2", "6", "7"):
            for cut, segment in (("true", "all"), ("segments['group'] = 'b'", "b")):
                cell = f"survey_id = 'scales' and question_code = 'm2' and answer_code = '{answer}'"
                row = one(world, f"{cell} and segment_value = '{segment}'")
                query = f"from pct_ci(answer_code = '{answer}', question_code = 'm2' and {cut})"
                _, _, _, _, *figures, reason, sampling = analyst.execute(query).fetchone() or ()
                assert (reason, sampling) == (None, row["sampling"])
                wanted = [row[column] for column in (*FIGURES, "base_unweighted", "degrees_of_freedom")]
                assert figures == pytest.approx(wanted, rel=1e-9, abs=1e-12)
        _, _, _, _, *figures, _, _ = (
            analyst.execute(
                "from mean_ci(answer_code::double, question_code = 'hours' and segments['group'] = 'a')"
            ).fetchone()
            or ()
        )
        assert figures == pytest.approx([*R_MEANS[-1][2:6], 40, 12], rel=1e-9)


def holm(values: Sequence[float]) -> list[float]:
    stepped, highest = [], 0.0
    for place, value in enumerate(sorted(values)):
        highest = max(highest, min(1.0, (len(values) - place) * value))
        stepped.append(highest)
    return stepped


def benjamini_hochberg(values: Sequence[float]) -> list[float]:
    stepped, lowest = [], 1.0
    for place in range(len(values), 0, -1):
        lowest = min(lowest, len(values) * sorted(values)[place - 1] / place)
        stepped.append(lowest)
    return stepped[::-1]


def test_the_corrections_are_those_of_r() -> None:
    values = [0.001, 0.012, 0.030, 0.041, 0.20]
    assert holm(values) == pytest.approx([0.005, 0.048, 0.09, 0.09, 0.2])
    assert benjamini_hochberg(values) == pytest.approx([0.005, 0.030, 0.05, 0.05125, 0.2])


def test_headline_items_are_corrected_by_holm_and_the_others_by_benjamini_hochberg(world: Lab) -> None:
    families: dict[tuple[object, ...], list[Row]] = {}
    for row in changes(world, "survey_id = 'families' and p_value is not null"):
        family = tuple(row[name] for name in ("comparison", "from_wave", "to_wave", "is_headline"))
        families.setdefault(family, []).append(row)
    assert {family[0] for family in families if family[-1]} == {"wave"}
    assert len(families) == 4
    for (*_, is_headline), rows in families.items():
        corrected = (holm if is_headline else benjamini_hochberg)([row["p_value"] for row in rows])
        assert sorted(row["p_value_adjusted"] for row in rows) == pytest.approx(corrected, rel=1e-12)


def simulated() -> pl.DataFrame:
    """Estimates from 2,000 samples of 400, weighted, each respondent a sampling unit or 10 to a cluster, of a known population.

    Per sample: the share of the top answers, the net score and the mean of a scale from 1 to 5, each with the error that clusters of
    `size` give it, and of the next sample the same, so that differences of independent samples can be judged.
    """
    draw = np.random.default_rng(2026)
    frames = []
    for size in (1, 10):
        shared = draw.normal(0, 0.5 if size > 1 else 0, (2000, 400 // size)).repeat(size, axis=1)
        latent = (shared + draw.normal(0, 1, (2000, 400))) / np.sqrt(1 + (0.25 if size > 1 else 0))
        answer = 1 + (latent[..., None] > [-1.2, -0.4, 0.5, 1.3]).sum(axis=2)
        weight = draw.lognormal(0, 0.4, (2000, 400))
        for kind, score in (("share", answer >= 4), ("net", (answer >= 4) * 1.0 - (answer <= 2)), ("mean", answer)):
            total = weight.sum(axis=1)
            estimate = (weight * score).sum(axis=1) / total
            part = weight * (score - estimate[:, None]) / total[:, None]
            units = part.reshape(2000, 400 // size, size).sum(axis=2)
            variance = units.shape[1] / (units.shape[1] - 1) * (units**2).sum(axis=1)
            frames.append(pl.DataFrame({"kind": kind, "size": size, "estimate": estimate, "variance": variance}))
    return pl.concat(frames)


BELOW = {4: 0.3085375387259869, 2: 0.3445782583896758}
"""Parts of the population with the two highest and the two lowest answers: what a normal variable is above 0.5, below -0.4."""
TRUTH = {
    "share": BELOW[4],
    "net": BELOW[4] - BELOW[2],
    "mean": 1 + 0.8849303297782918 + (1 - BELOW[2]) + BELOW[4] + 0.09680048458561033,
}


def test_intervals_cover_and_are_no_wider_than_they_must_be(world: Lab) -> None:
    path = world.home.root / "simulated.parquet"
    simulated().write_parquet(path)
    query = f"""
        select kind, size, estimate, variance, {{{{ student_quantile('0.95', 'freedom') }}}} as quantile,
            case when kind = 'share' then {{{{ beta_quantile('0.025', 'chose', 'chose_not + 1') }}}} end as low,
            case when kind = 'share' then 1 - {{{{ beta_quantile('0.025', 'chose_not', 'chose + 1') }}}} end as high
        from (
            select *, base * estimate as chose, base * (1 - estimate) as chose_not
            from (
                select *, 400.0 / size - 1 as freedom,
                    case when kind = 'share' then least(400, estimate * (1 - estimate) / variance * correction) end as base
                from (
                    select *, case size when 1 then 1.0 else pow({STUDENT_399} / {STUDENT_39}, 2) end as correction
                    from '{path}'
                )
            )
        )
    """
    rows = [(str(row[0]), *(cell and float(str(cell)) for cell in row[1:])) for row in world.show(query)]
    columns = ["kind", "size", "estimate", "variance", "quantile", "low", "high"]
    found = pl.DataFrame(rows, schema=columns, orient="row").with_columns(
        truth=pl.col("kind").replace_strict(TRUTH), half=pl.col("quantile") * pl.col("variance").sqrt()
    )
    by_t = (pl.col("estimate") - pl.col("truth")).abs() <= pl.col("half")
    # Two samples in a row are two independent waves, between which nothing changed.
    quantile = pl.col("size").replace_strict(OF_CHANGE)
    shift = pl.col("estimate").diff().abs() <= quantile * (pl.col("variance") + pl.col("variance").shift()).sqrt()
    summed = found.group_by("kind", "size").agg(
        by_t.mean().alias("t"),
        shift.gather_every(2, 1).mean().alias("change"),
        pl.col("truth").is_between("low", "high").mean().alias("exact"),
        ((pl.col("high") - pl.col("low")).mean() / (2 * pl.col("half").mean())).alias("width"),
    )
    for kind, _, t, change, exact, width in summed.rows():
        assert 0.93 <= t <= 0.97
        assert 0.93 <= change <= 0.97
        assert kind != "share" or (exact >= 0.94 and width <= 1.15)


def test_holm_keeps_the_error_of_a_family(world: Lab) -> None:
    """2,000 families of 8 headline items between which nothing changed."""
    draw = np.random.default_rng(7)
    t = draw.standard_t(60, (2000, 8)) * 0.8 + 0.6 * draw.standard_normal((2000, 1))
    path = world.home.root / "families.parquet"
    pl.DataFrame({"family": np.arange(2000).repeat(8), "t": t.ravel()}).write_parquet(path)
    query = f"""
        select count(distinct family) from (
            select family, {{{{ holm('p_value', '8', 'place', 'family') }}}} as adjusted from (
                select family, p_value, row_number() over (partition by family order by p_value) as place from (
                    select family, {{{{ student_probability('t', '60.0') }}}} as p_value from '{path}'
                )
            )
        ) where adjusted < 0.05
    """
    [[families]] = world.show(query)
    assert 0.02 < float(str(families)) / 2000 < 0.06


def test_precision_decides_on_display(world: Lab) -> None:
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
    assert [row[0] for row in world.show(query)] == [display for display, _ in cases]


def numbers(lab: Lab, query: str) -> list[float]:
    return [float(str(value)) for (value,) in lab.show(query)]


def test_quantiles_are_those_of_the_beta_and_t_distributions(world: Lab) -> None:
    """Values of SciPy 1.17, from parameters far below 1 to a million."""
    values = ", ".join(f"({a!r}e0, {b!r}e0)" for a, b, _ in BETA)
    query = f"select {{{{ beta_quantile('0.025', 'a', 'b') }}}} as quantile from (values {values}) as d (a, b)"
    assert numbers(world, query) == pytest.approx([x for *_, x in BETA], rel=1e-8, abs=1e-11)
    values = ", ".join(f"({df}e0)" for df in STUDENT)
    query = f"select {{{{ student_quantile('0.95', 'df') }}}} as quantile from (values {values}) as d (df)"
    assert numbers(world, query) == pytest.approx(list(STUDENT.values()), rel=1e-9)
    values = ", ".join(f"({t}e0, {df}e0)" for t, df, _ in TAILS)
    query = f"select {{{{ student_probability('t', 'df') }}}} as probability from (values {values}) as d (t, df)"
    assert numbers(world, query) == pytest.approx([p for *_, p in TAILS], rel=1e-8, abs=1e-11)


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
def test_what_does_not_add_up_is_named(world: Lab, change: str, rule: str) -> None:
    world.save("sound")
    world.execute(f"update fct_survey_estimate set {change}")
    query = (PROJECT / "tests" / "survey" / "assert_survey_rules.sql").read_text("utf-8")
    # The waves are in the warehouse already: the lake is compared as a whole.
    found = {row[0] for row in world.show(query, "--vars", "audit: true")}
    world.restore("sound")
    assert found == {rule}


@pytest.mark.skipif(not SHARED.is_dir(), reason=NO_SHARED)
def test_golden_values_of_the_weighted_sample(world: Lab) -> None:
    found = one(world, "survey_id = 'golden' and answer_code = 'top' and segment_value = 'all'")
    assert found["estimate_pct"] == pytest.approx(55.52713119, abs=1e-8)
    assert found["standard_error_pct"] == pytest.approx(2.91916727, abs=1e-8)
    assert [found["ci_low_pct"], found["ci_high_pct"]] == pytest.approx([49.601433, 61.338658], abs=1e-6)
    assert found["effective_base"] == pytest.approx(295.411, abs=5e-4)
    assert found["design_effect_kish"] == pytest.approx(1.3540, abs=5e-5)
    assert found["design_effect"] == pytest.approx(1.3769, abs=5e-5)
    raked = one(world, "survey_id = 'golden raked' and answer_code = 'top' and segment_name = 'all'")
    assert raked["estimate_pct"] == pytest.approx(55.77979704, abs=1e-8)
    assert raked["standard_error_pct"] == pytest.approx(3.39473863, abs=1e-8)
    domain = one(world, "survey_id = 'golden' and answer_code = 'top' and segment_value = '18-24'")
    assert domain["standard_error_pct"] == pytest.approx(3.852577, abs=1e-6)
    net = one(world, "survey_id = 'golden net' and answer_code = 'net' and segment_value = 'all'")
    assert net["estimate_pct"] == pytest.approx(35.717771, abs=1e-6)
    assert net["standard_error_pct"] == pytest.approx(4.353604, abs=1e-6)
    [table] = changes(world, "survey_id = 'golden table' and answer_code = 'top'")
    assert table["table_p_value"] == pytest.approx(0.06946, abs=5e-6)
    pair = "answer_code = 'top' and segment_value = '35-44' and from_segment_value = '18-24'"
    [contrast] = changes(world, f"survey_id = 'golden' and {pair}")
    assert contrast["change_pct_points"] == pytest.approx(5.3351, abs=5e-5)
    assert contrast["standard_error_pct_points"] == pytest.approx(7.81, abs=5e-3)
    of_all = "comparison = 'wave' and answer_code = 'top' and segment_name = 'all'"
    [change] = changes(world, f"survey_id = 'golden waves' and {of_all}")
    assert change["change_pct_points"] == pytest.approx(10.55584, abs=5e-6)
    assert change["standard_error_pct_points"] == pytest.approx(5.77, abs=5e-2)
    assert change["p_value"] == pytest.approx(0.06814, abs=1e-3)


@pytest.mark.skipif(not SHARED.is_dir(), reason=NO_SHARED)
def test_clusters_and_strata_of_the_survey_literature(world: Lab) -> None:
    helmet = one(world, "survey_id = 'youth' and answer_code = '1' and segment_name = 'all'")
    of_r = [81.3622504365, 2.00890064521, 76.9002388771, 85.2887463589]
    assert [helmet[column] for column in FIGURES] == pytest.approx(of_r, abs=1e-9)
    school = one(world, "survey_id = 'schools' and answer_code = '1' and segment_value = 'H'")
    assert [school[column] for column in FIGURES[:2]] == pytest.approx([78.5714285714, 9.14619099888], abs=1e-9)
    assert (school["base_unweighted"], school["degrees_of_freedom"]) == (14, 7)
    # The same schools, as drawn from a population without end.
    endless = one(world, "survey_id = 'endless' and answer_code = '1' and segment_name = 'all'")
    assert [endless[column] for column in FIGURES[:2]] == pytest.approx([87.431693989071, 2.056423744744], abs=1e-9)


@pytest.mark.skipif(not SHARED.is_dir(), reason=NO_SHARED)
def test_real_wave_in_both_its_samples(world: Lab) -> None:
    expected = {
        ("us", "all"): (47.948557, 1.774490, 44.420726, 51.491700, 1000, 792.4984),
        ("ri", "all"): (57.516013, 2.894601, 51.618991, 63.258744, 500, 296.7942),
        ("us", "gen_z"): (43.869713, 5.854586, None, None, 85, None),
        ("ri", "gen_z"): (66.473730, 10.126408, None, None, 30, None),
    }
    columns = [*FIGURES, "base_unweighted", "effective_base"]
    for (sample, segment), figures in expected.items():
        cell = f"sample = '{sample}' and segment_value = '{segment}' and answer_code = 'top'"
        found = one(world, f"survey_id = 'fifth' and {cell}")
        for column, figure in zip(columns, figures, strict=True):
            tolerance = 5e-5 if column == "effective_base" else 1e-6
            assert figure is None or found[column] == pytest.approx(figure, abs=tolerance), (sample, segment, column)


def marts(lab: Lab) -> dict[str, list[tuple[object, ...]]]:
    names = ("fct_survey_estimate", "fct_survey_change", "fct_survey_mean", "fct_survey_quality", "dim_survey_question")
    return {name: lab.table(name) for name in names}


def rebuilt(lab: Lab) -> dict[str, list[tuple[object, ...]]]:
    """The marts as a full rebuild makes them; the warehouse itself stays as it was."""
    lab.save("aside")
    lab.run(MODELS, "--full-refresh")
    found = marts(lab)
    lab.restore("aside")
    return found


def test_what_was_delivered_withdrawn_and_cut_off_between_is_rebuilt_wave_by_wave_and_a_panel_as_a_whole(
    lab: Lab,
) -> None:
    """Survey `s` has waves of people of their own, survey `panel` the same people in each."""

    def panel(number: int, people_of: Iterable[int]) -> dict[str, pl.DataFrame]:
        rows = [person(i, str((i * number) % 3), weight=1.0 + i % 4, cluster="c" if i < 3 else None) for i in people_of]
        return tables(rows, wave=("panel", f"w{number}"), ended=START + timedelta(days=number))

    def paired() -> list[tuple[object, ...]]:
        query = "from_wave, to_wave, paired_base from fct_survey_change where survey_id = 'panel' and comparison = 'wave' and answer_code = '1'"
        return lab.rows(f"select {query} order by all")

    deliver(lab, 1, "first", tables([person(i, "0") for i in range(10)], text="old words"))
    deliver(lab, 2, "second", tables([person(i, "1") for i in range(5, 15)], text="new words"))
    deliver(lab, 2, "other", tables(people("all three"), wave=("s", "w2"), ended=START + timedelta(days=2)))
    deliver(lab, 2, "scales", questionnaire(scale_people(), RIBS, wave=("scales", "w1"), ended=START))
    deliver(lab, 1, "panel 1", as_panel(panel(1, range(40))))
    settle(lab)
    base = "select base_unweighted, answer_weighted from fct_survey_estimate where answer_code = '1' and survey_id = 's' and wave = 'w'"
    words = (
        "select question_text, question_key, len(answers) from dim_survey_question where survey_id = 's' and wave = 'w'"
    )
    assert lab.rows(base) == [(15, 10.0)]
    assert lab.rows(words) == [("new words", "mood", 3)]
    deliver(lab, 3, "panel 3", as_panel(panel(3, range(10, 50))))
    settle(lab)
    assert paired() == [("w1", "w3", 30)]
    assert lab.rows("select distinct survey_id from intermediate.int_survey__profiles") == [("panel",)]
    # One in between, after which the third is compared with it as well; then an earlier one is delivered anew.
    deliver(lab, 4, "panel 2", as_panel(panel(2, range(5, 45))))
    settle(lab)
    assert paired() == [("w1", "w2", 35), ("w1", "w3", 30), ("w2", "w3", 35)]
    deliver(lab, 2, "second", tables([person(i, "2") for i in range(20)]))
    deliver(lab, 4, "panel 2", as_panel(panel(2, range(20, 60))))
    # Stopped after the warehouse had taken note of the deliveries and before the estimates.
    lab.run(["+int_survey__questions", "+int_survey__cells"])
    assert lab.rows("select distinct wave from intermediate.int_survey__profiles where survey_id = 's'") == [("w",)]
    deliver(lab, 2, "second", None)
    thirds = [person(i, str(i % 3), segments={"group": "xyz"[i // 3 % 3]}) for i in range(90)]
    deliver(lab, 2, "thirds", tables(thirds, wave=("thirds", "w2"), ended=START))
    settle(lab)
    assert lab.rows(base) == [(10, 0.0)]
    assert lab.rows(words) == [("old words", "mood", 3)]
    assert paired() == [("w1", "w2", 20), ("w1", "w3", 30), ("w2", "w3", 30)]
    assert marts(lab) == rebuilt(lab)
    deliver(lab, 1, "first", None)
    deliver(lab, 9, "late", tables(people("clusters"), wave=("s", "w3"), ended=START + timedelta(days=9)))
    deliver(lab, 1, "panel 1", panel(1, range(40)))
    settle(lab)
    waves = "select distinct wave from fct_survey_estimate where survey_id = 's' order by wave"
    assert lab.rows(waves) == [("w2",), ("w3",)]
    # A table over all values of a segment stays tested when another wave is built.
    assert lab.rows("select distinct overall_groups from fct_survey_change where survey_id = 'thirds'") == [(3,)]
    assert paired() == [("w1", "w2", None), ("w1", "w3", None), ("w2", "w3", 30)]
    deliver(lab, 4, "panel 2", None)
    settle(lab)
    assert paired() == [("w1", "w3", None)]
    assert marts(lab) == rebuilt(lab)


def test_who_is_delivered_again_in_more_samples_counts_once_in_each(lab: Lab) -> None:
    """Ten people of one sample, delivered again with a second sample that half of them are in."""
    first = [person(i, "0", sample="us") for i in range(10)]
    again = [
        person(f"both {i}", "1", sample=sample, member_key=f"{sample} {i}") for i in range(5) for sample in ("us", "ri")
    ]
    again = [row | {"member_key": row["member_key"].removeprefix("us ")} for row in again]
    deliver(lab, 1, "first", tables(first, wave=("s", "w")))
    deliver(lab, 2, "again", tables(again, wave=("s", "w")))
    settle(lab)
    found = lab.rows("""
        select sample, base_unweighted, estimate_pct from fct_survey_estimate where answer_code = '1' order by sample
    """)
    assert found == [("ri", 5, 100.0), ("us", 10, 50.0)]
    assert lab.dbt("test", "--select", "assert_survey_rules"), lab.messages
