"""Survey waves of several questions as the readers would leave them in the lake, and what R's survey makes of them.

Every number is drawn from a seed, so that R gets the same rows. What is expected of the marts stands in `test_survey`.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from ingest.sources.survey import SURVEY

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A question: its key across waves and its answers with their labels; number questions offer none."""

    key: str
    labels: Mapping[str, str] = field(default_factory=dict)
    kind: str = "single"
    top: tuple[str, ...] = ()
    bottom: tuple[str, ...] = ()


def questionnaire(
    rows: Sequence[Row], questions: Mapping[str, Asked], *, wave: tuple[str, str], ended: date, **described: object
) -> dict[str, pl.DataFrame]:
    """A delivery of one wave. `answers` of a row are codes by question: None was asked and gave none, absent was not asked."""
    keys = {"survey_id": wave[0], "wave": wave[1]}
    samples = [{"sample": "all", "country": "AE", "is_weighted": True}]
    people: list[Row] = [
        {"sample": "all", "weight": 1.0, "respondent_key": str(place)} | row for place, row in enumerate(rows)
    ]
    contents: dict[str, list[Row]] = {
        "survey_waves": [
            {"fieldwork_from": ended, "fieldwork_to": ended, "sampling": "non_probability", "samples": samples}
            | described
        ],
        "survey_questions": [
            {
                "question_code": code,
                "question_key": asked.key,
                "kind": asked.kind,
                "answers": [
                    {
                        "answer_code": answer,
                        "answer_label": label,
                        "is_top": answer in asked.top,
                        "is_bottom": answer in asked.bottom,
                    }
                    for answer, label in asked.labels.items()
                ],
            }
            for code, asked in questions.items()
        ],
        "survey_respondents": [
            {name: value for name, value in person.items() if name != "answers"}
            | {
                "segments": [
                    {"segment_name": name, "segment_value": value} for name, value in person.get("segments", {}).items()
                ]
            }
            for person in people
        ],
    }
    given = [
        (person["respondent_key"], code, answer)
        for person in people
        for code, said in person["answers"].items()
        if code in questions
        for answer in (said if isinstance(said, list) else [said])
    ]
    return in_numbers({name: [keys | row for row in part] for name, part in contents.items()}, given)


def in_numbers(
    contents: Mapping[str, Iterable[Row]], given: Sequence[tuple[str, str, str | None]]
) -> dict[str, pl.DataFrame]:
    """Literal rows as the lake holds them. `given` are answers: respondent, question and code; None is no valid answer."""
    listed = {name: list(rows) for name, rows in contents.items()}
    people = [row | {"profile": place} for place, row in enumerate(listed["survey_respondents"])]
    listed |= {"survey_respondents": people, "survey_profiles": people}
    frames = {name: pl.DataFrame(rows, schema=SURVEY.table(name).schema) for name, rows in listed.items()}
    answers = pl.DataFrame(
        list(given),
        schema={"respondent_key": pl.String, "question_code": pl.String, "answer_code": pl.String},
        orient="row",
    )
    codes = answers.unique(["question_code", "answer_code"]).sort("question_code", "answer_code", nulls_last=True)
    sign = pl.when(pl.col("answer_code").is_null()).then(-1).otherwise(1)
    codes = codes.select(
        "question_code", "answer_code", (pl.int_range(1, pl.len() + 1) * sign).cast(pl.Int32).alias("answer")
    )
    answers = answers.join(codes, on=["question_code", "answer_code"], nulls_equal=True)
    of_question = codes.group_by("question_code").agg(pl.struct("answer", "answer_code").alias("codes"))
    questions = frames["survey_questions"].drop("codes")
    numbered = frames["survey_respondents"].with_columns(pl.col("respondent_key").rank("dense").alias("respondent"))
    frames["survey_questions"] = questions.join(of_question, on="question_code", how="left", maintain_order="left")
    frames["survey_respondents"] = numbered
    frames["survey_answers"] = (
        answers.join(numbered.unique("respondent_key").select("respondent", "respondent_key"), on="respondent_key")
        .sort("respondent", pl.col("answer").abs())
        .group_by("respondent", maintain_order=True)
        .agg(pl.col("answer").alias("given"))
    )
    return {
        name: frame.select(pl.col(column).cast(dtype) for column, dtype in SURVEY.table(name).schema.items())
        for name, frame in frames.items()
    }


AGREEMENT = {
    "1": "Agree strongly",
    "2": "Agree slightly",
    "3": "Neither agree nor disagree",
    "4": "Disagree slightly",
    "5": "Disagree strongly",
    "6": "Don't know",
    "7": "Prefer not to say",
}
"""Codes as questionnaires print them, so that agreement has the lowest code and the most points."""

RIBS = {f"b{item}": Asked(f"ribs_{item}", AGREEMENT) for item in range(5, 9)}
MAKS = {f"m{item}": Asked(f"maks_{item}", AGREEMENT) for item in range(1, 7)}
BENEVOLENCE = {f"c{item}": Asked(f"cami_{item}", AGREEMENT) for item in range(2, 40, 4)}
"""Every fourth of CAMI's 40 items, agreement with half of which is unfavourable."""


def scale_people() -> list[Row]:
    """80 respondents with weights in clusters, whose answers hang together, some of them don't know or missing."""
    draw, kind_of = random.Random(11), random.Random(13)
    rows = []
    for place in range(80):
        attitude = draw.gauss(2.4, 0.9)
        answers: dict[str, str | None] = {}
        for code in (*RIBS, *MAKS):
            kind = draw.random()
            answer = str(max(1, min(5, round(attitude + draw.gauss(0, 0.8)))))
            answers[code] = "6" if kind < 0.08 else "7" if kind < 0.1 else None if kind < 0.14 else answer
        for code in BENEVOLENCE:
            answers[code] = kind_of.choices((None, *"123456"), (2, 19, 19, 19, 19, 19, 3))[0]
        answers["hours"] = str(draw.randrange(0, 20) / 2).removesuffix(".0")
        rows.append(
            {
                "weight": draw.lognormvariate(0, 0.4),
                "cluster": f"c{place % 13}",
                "segments": {"group": "ab"[place % 2]},
                "answers": answers,
            }
        )
    return rows


BATTERY = {f"g{item}": Asked(f"g{item}", {str(code): f"answer {code}" for code in range(1, 6)}) for item in range(20)}


def hasty_people() -> list[Row]:
    """40 respondents: two far too fast, one of them and another with a single answer throughout, two copies of a third."""
    draw = random.Random(5)
    rows: list[Row] = [
        {
            "duration_seconds": 250.0 + draw.randrange(100) if place > 1 else 40.0,
            "answers": {code: str(draw.randrange(1, 6)) for code in BATTERY},
        }
        for place in range(40)
    ]
    for place in (1, 7):
        rows[place]["answers"] = dict.fromkeys(BATTERY, "3" if place == 1 else "2")
    for place in (20, 30):
        rows[place]["answers"] = rows[10]["answers"]
    # Too few answers to say anything: alike, but no copies.
    for place in (35, 36):
        rows[place]["answers"] = {"g0": "1", "g1": "1", "g2": "1", "g3": "1"}
    rows[39]["duration_seconds"] = None
    return rows


MOOD = Asked("mood", {code: f"answer {code}" for code in "1234"}, "scale", top=("4",), bottom=("1",))
HOURS = Asked("hours", kind="number")


DRAWN = 100


def random_designs(wave: int, designs: int = DRAWN) -> list[Row]:
    """Respondents of many samples, each with a design of its own: strata, clusters, population sizes, uneven weights."""
    rows = []
    for design in range(designs):
        draw = random.Random(1000 * wave + design)
        parts = random.Random(design)
        strata, clusters, fpc = parts.choice((1, 2, 4)), parts.choice((0, 3, 5)), parts.random() < 0.4
        lonely, scale = design % 10 == 3, parts.choice((1.0, 250.0))
        for place in range(draw.randrange(40, 70)):
            stratum = place % strata
            cluster = f"{stratum}:{draw.randrange(clusters)}" if clusters else None
            if lonely and place < 4:
                stratum, cluster = strata, f"{strata}:0"
            answer = str(draw.choice((1, 2, 2, 3, 4)))
            rows.append(
                {
                    "respondent_key": f"{design}-{place}",
                    "sample": f"s{design}",
                    "weight": scale * draw.lognormvariate(0, 0.5),
                    "stratum": f"h{stratum}",
                    "cluster": cluster,
                    "fpc": float(20 + 100 * (not clusters) + stratum) if fpc else None,
                    "segments": {"group": draw.choice("ab")},
                    "answers": {
                        "q": None if draw.random() < 0.05 else answer,
                        "hours": str(draw.randrange(20)),
                    },
                }
            )
    return rows


CONTROLS = ("age_band", "familiarity", "gender")
SEEN = Asked("campaign_exposure", {"0": "Never", "1": "Once", "2": "Two or three times", "3": "Four times or more"})
"""How often the campaign was seen, in the words of the seed of scales."""
EXPOSED, RAKED = 24, 12


def exposed_people(designs: int = EXPOSED, *, is_raked: bool = False) -> list[Row]:
    """Respondents of samples with designs and controls of their own, whose attitude goes with what they saw.

    Raked ones have every control; in every second sample of them some values are unknown.
    """
    rows = []
    for design in range(designs):
        draw = random.Random(500 + design)
        strata, clusters, fpc = draw.choice((1, 2, 4)), draw.choice((0, 9)), draw.random() < 0.4
        controlled = CONTROLS if is_raked else CONTROLS[: design % 4]
        for place in range(draw.randrange(60, 100)):
            stratum, seen = place % strata, draw.randrange(4)
            segments = {
                "age_band": draw.choice(("18-24", "25-34", "35+")),
                "familiarity": draw.choice(("none", "friend", "self")),
                "gender": draw.choice("fm"),
            }
            attitude = draw.gauss(2.2 + 0.2 * seen + 0.3 * (segments["gender"] == "f"), 0.9)
            answers: dict[str, str | None] = {"seen": None if draw.random() < 0.04 else str(seen)}
            for code in RIBS:
                kind = draw.random()
                answer = str(max(1, min(5, round(attitude + draw.gauss(0, 0.7)))))
                answers[code] = "6" if kind < 0.05 else None if kind < 0.12 else answer
            rows.append(
                {
                    "respondent_key": f"{design}-{place}",
                    "sample": f"e{design}",
                    "weight": draw.lognormvariate(0, 0.5),
                    "stratum": f"h{stratum}",
                    "cluster": f"{stratum}:{draw.randrange(clusters)}" if clusters else None,
                    "fpc": float(20 + 200 * (not clusters) + stratum) if fpc else None,
                    "segments": {
                        name: segments[name]
                        for name in controlled
                        if (is_raked and design % 2 == 0) or draw.random() < 0.97
                    },
                    "answers": answers,
                }
            )
    return rows


def ribs_score(answers: Mapping[str, str | None]) -> float | None:
    """The published rule: don't know is worth 3, one missing item what the others are worth on average."""
    points = [3 if answer == "6" else 6 - int(answer) for code in RIBS if (answer := answers[code]) is not None]
    return sum(points) * len(RIBS) / len(points) if len(points) >= len(RIBS) - 1 else None


def exposures_for_r(rows: Sequence[Row]) -> pl.DataFrame:
    """The respondents of `exposed_people` as R reads them."""
    return pl.DataFrame(
        [
            {
                "design": row["sample"],
                "w": row["weight"],
                "stratum": row["stratum"],
                "cluster": row["cluster"] or row["respondent_key"],
                "fpc": row["fpc"],
                "score": ribs_score(row["answers"]),
                "level": row["answers"]["seen"],
                "b5": row["answers"]["b5"],
                **{name: row["segments"].get(name) for name in CONTROLS},
            }
            for row in rows
        ],
        infer_schema_length=None,
    )


R_EXPOSURES = """
suppressPackageStartupMessages(library(survey))
people <- read.csv("people.csv")
found <- lapply(split(people, people$design), function(d) {
  controls <- Filter(function(v) any(!is.na(d[[v]])), c("age_band", "familiarity", "gender"))
  whole <- svydesign(ids = ~cluster, strata = ~stratum, nest = TRUE, weights = ~w, data = d,
                     fpc = if (is.na(d$fpc[1])) NULL else ~fpc)
  known <- subset(whole, complete.cases(d[, c("score", "level", controls)]))
  model <- svyglm(reformulate(c("level", controls), "score"), known)
  slope <- summary(model)$coefficients["level", ]
  bounds <- confint(model)["level", ]
  data.frame(sample = d$design[1], change_points = slope[1], standard_error_points = slope[2], ci_low_points = bounds[1],
             ci_high_points = bounds[2], degrees_of_freedom = model$df.residual, p_value = slope[4],
             exposure_base = nrow(known$variables), deviation = sqrt(coef(svyvar(~score, known))[[1]]
               * (nrow(known$variables) - 1) / nrow(known$variables)))
})
options(digits = 16)
write.csv(do.call(rbind, found), "found.csv", row.names = FALSE)
"""
"""Slopes of the RIBS score over the level of exposure in every sample of `exposed_people`, as R makes them."""


POPULATION = {"age_band": {"18-24": 3, "25-34": 4, "35+": 5}, "gender": {"f": 11, "m": 9}}
R_RAKED = """
suppressPackageStartupMessages(library(survey))
people <- read.csv("people.csv")
number <- function(x) trimws(formatC(as.numeric(x), digits = 17, format = "g"))
row <- function(...) data.frame(..., stringsAsFactors = FALSE)
found <- lapply(split(people, people$design), function(d) {
  d$b5_2 <- as.numeric(d$b5 == 2)
  whole <- svydesign(ids = ~cluster, strata = ~stratum, nest = TRUE, weights = ~w, data = d,
                     fpc = if (is.na(d$fpc[1])) NULL else ~fpc)
  d[c("age_band", "gender")][is.na(d[c("age_band", "gender")])] <- "unknown"
  whole <- update(whole, age_band = d$age_band, gender = d$gender)
  margin <- function(name, shares) {
    unknown <- sum(d$w[d[[name]] == "unknown"]) / sum(d$w)
    if (unknown > 0) shares <- c(shares * (1 - unknown), unknown = unknown)
    setNames(data.frame(names(shares), shares), c(name, "Freq"))
  }
  margins <- list(margin("age_band", c("18-24" = 3, "25-34" = 4, "35+" = 5) / 12), margin("gender", c(f = 11, m = 9) / 20))
  raked <- rake(whole, list(~age_band, ~gender), margins, control = list(maxit = 500, epsilon = 1e-13))
  of <- lapply(c("score", "b5_2"), function(measure) {
    known <- !is.na(d[[measure]])
    raked$variables[[measure]][!known] <- 0
    answered <- subset(raked, known)
    part <- lapply(c("all", "none", "friend", "self"), function(value) {
      here <- if (value == "all") answered else subset(raked, known & familiarity %in% value)
      m <- svymean(reformulate(measure), here)
      row(sample = d$design[1], kind = "mean", segment = value, measure = measure, one = number(coef(m)), two = number(SE(m)))
    })
    pairs <- lapply(list(c("none", "friend"), c("self", "friend"), c("self", "none")), function(pair) {
      both <- raked
      for (place in 1:2) {
        inside <- as.numeric(known & d$familiarity %in% pair[place])
        both$variables[[paste0("n", place)]] <- inside
        both$variables[[paste0("y", place)]] <- inside * raked$variables[[measure]]
      }
      m <- svycontrast(svytotal(~n1 + y1 + n2 + y2, both), quote(y1 / n1 - y2 / n2))
      row(sample = d$design[1], kind = "segment", segment = paste(pair, collapse = "-"), measure = measure,
          one = number(coef(m)), two = number(SE(m)))
    })
    do.call(rbind, c(part, pairs))
  })
  known <- d$age_band != "unknown" & d$gender != "unknown" & !is.na(d$familiarity) & !is.na(d$score) & !is.na(d$level)
  model <- svyglm(score ~ level + age_band + familiarity + gender, subset(raked, known))
  slope <- summary(model)$coefficients["level", ]
  do.call(rbind, c(of, list(row(sample = d$design[1], kind = "exposure", segment = "all", measure = "score",
                                one = number(slope[1]), two = number(slope[2])))))
})
write.csv(do.call(rbind, found), "found.csv", row.names = FALSE, quote = FALSE)
"""
"""Means, shares, contrasts and slopes over exposure of samples raked to `POPULATION`, as R makes them; what is unknown keeps its weight."""


def for_r(waves: Mapping[str, Sequence[Row]]) -> pl.DataFrame:
    """The respondents as R reads them, a row each."""
    return pl.DataFrame(
        [
            {
                "wave": wave,
                "design": row["sample"],
                "id": row["respondent_key"],
                "w": row["weight"],
                "stratum": row["stratum"],
                "cluster": row["cluster"] or row["respondent_key"],
                "fpc": row["fpc"],
                **row["segments"],
                **row["answers"],
            }
            for wave, rows in waves.items()
            for row in rows
        ],
        infer_schema_length=None,
    )


R_SCRIPT = """
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "fail", digits = 16)
files <- commandArgs(trailingOnly = TRUE)
people <- read.csv(files[1], colClasses = c(q = "character"))
out <- file(files[2], "w")
say <- function(...) cat(paste(..., sep = ","), "\\n", file = out, sep = "")
say("design", "wave", "kind", "segment", "answer", "one", "two", "three", "four")
number <- function(x) formatC(as.numeric(x), digits = 17, format = "g")
design <- function(d) svydesign(ids = ~cluster, strata = ~stratum, nest = TRUE, weights = ~w, data = d,
                                fpc = if (is.na(d$fpc[1])) NULL else ~fpc)
measures <- c("a1", "a2", "a3", "a4", "net", "hours")
for (name in unique(people$design)) {
  for (when in unique(people$wave)) {
    d <- people[people$design == name & people$wave == when, ]
    for (a in 1:4) d[[paste0("a", a)]] <- as.numeric(d$q == as.character(a))
    d$net <- d$a4 - d$a1
    whole <- design(d)
    asked <- subset(whole, !is.na(q))
    for (segment in c("all", "a", "b")) {
      part <- if (segment == "all") whole else subset(whole, group == segment)
      answered <- subset(part, !is.na(q))
      for (measure in measures) {
        of <- if (measure == "hours") part else answered
        m <- tryCatch(svymean(as.formula(paste0("~", measure)), of), error = function(e) NULL)
        if (is.null(m)) say(name, when, "mean", segment, measure, "NA", "NA", "NA", "NA")
        else say(name, when, "mean", segment, measure, number(coef(m)), number(SE(m)), degf(of), nrow(of$variables))
      }
    }
    by <- tryCatch(svyby(~a1 + a2 + a3 + a4 + net, ~group, asked, svymean, covmat = TRUE), error = function(e) NULL)
    if (!is.null(by)) for (measure in measures[1:5]) {
      names <- paste0(c("a:", "b:"), measure)
      contrast <- svycontrast(by, setNames(c(-1, 1), names))
      say(name, when, "segment", "b", measure, number(coef(contrast)), number(SE(contrast)), "", "")
    }
    x <- tryCatch(suppressWarnings(svychisq(~q + group, asked, statistic = "F")), error = function(e) NULL)
    if (!is.null(x)) say(name, when, "table", "b", "", number(x$statistic), number(x$parameter[1]),
                         number(x$parameter[2]), number(x$p.value))
  }
  d <- people[people$design == name, ]
  d$w <- ave(ifelse(is.na(d$q), 0, d$w), d$wave, FUN = function(w) sum(w > 0) / sum(w)) * d$w
  d$stratum <- paste(d$wave, d$stratum)
  d$cluster <- paste(d$wave, d$cluster)
  x <- tryCatch(suppressWarnings(svychisq(~q + wave, subset(design(d), !is.na(q)), statistic = "F")), error = function(e) NULL)
  if (!is.null(x)) say(name, "w2", "table", "all", "", number(x$statistic), number(x$parameter[1]),
                       number(x$parameter[2]), number(x$p.value))
}
close(out)
"""
"""Means, shares, nets, contrasts of segments and tests of tables of every sample in `for_r`, as R makes them."""


RECALLED = {"1": "Yes", "2": "No", "3": "Don't know"}
RECALL = {
    "seen": Asked("campaign_awareness_prompted", RECALLED, "scale", top=("1",)),
    "named": Asked("campaign_awareness_spontaneous", RECALLED, "scale", top=("1",)),
    "invented": Asked("campaign_foil", RECALLED, "scale", top=("1",)),
    "mood": Asked("mood", {code: f"answer {code}" for code in "1234"}),
}
RECALL_LIST = {
    "campaigns": Asked(
        "campaign_awareness_prompted",
        {code: f"campaign {code}" for code in "abc"},
        "multiple",
        top=("a",),
        bottom=("c",),
    )
}
"""The same as a list to choose from: `a` is the campaign and `c` the invented one."""
RECALLING = 6


def recalling_people(wave: int) -> list[Row]:
    """Respondents in samples with designs of their own and four regions, some of whom recall what was never there."""
    rows = []
    for design in range(RECALLING):
        draw, parts = random.Random(100 * wave + design), random.Random(design)
        strata, clusters, fpc = parts.choice((1, 2, 3)), parts.choice((0, 7)), parts.random() < 0.4
        for place in range(draw.randrange(120, 150)):
            stratum, credulous = place % strata, draw.random() < 0.2
            answers: dict[str, str | None] = {
                "seen": "1" if credulous or draw.random() < 0.3 + 0.1 * wave else draw.choice("23"),
                "named": "1" if draw.random() < 0.15 else "2",
                "invented": "1" if credulous and draw.random() < 0.7 else draw.choice("223"),
                "mood": draw.choice("1122334" if wave < 3 else "1123344"),
            }
            rows.append(
                {
                    "respondent_key": f"{design}-{place}",
                    "sample": f"e{design}",
                    "weight": parts.choice((1.0, 90.0)) * draw.lognormvariate(0, 0.5),
                    "stratum": f"h{stratum}",
                    "cluster": f"{stratum}:{draw.randrange(clusters)}" if clusters else None,
                    "fpc": float(20 + 300 * (not clusters) + stratum) if fpc else None,
                    "segments": {"region": draw.choice("nesw")},
                    "answers": {code: None if draw.random() < 0.05 else said for code, said in answers.items()},
                }
            )
    return rows


def as_a_list(rows: Sequence[Row]) -> list[Row]:
    """Who gave a valid answer to both questions, as somebody who ticks campaigns of a list."""
    listed = []
    for row in rows:
        seen, invented = row["answers"]["seen"], row["answers"]["invented"]
        ticked = [code for code, said in (("a", seen), ("c", invented)) if said == "1"]
        listed.append(row | {"answers": {"campaigns": (ticked or [""]) if seen and invented else None}})
    return listed


R_RECALL = """
suppressPackageStartupMessages(library(survey))
people <- read.csv("people.csv")
number <- function(x) trimws(formatC(as.numeric(x), digits = 17, format = "g"))
row <- function(...) data.frame(..., stringsAsFactors = FALSE)
design <- function(d) svydesign(ids = ~cluster, strata = ~stratum, nest = TRUE, weights = ~w, data = d,
                                fpc = if (is.na(d$fpc[1])) NULL else ~fpc)
table_of <- function(d, wave, kind, formula, of) {
  x <- suppressWarnings(svychisq(formula, of, statistic = "F"))
  row(sample = d$design[1], wave = wave, kind = kind, segment = "all", one = number(x$statistic), two = number(x$parameter[1]),
      three = number(x$parameter[2]), four = number(x$p.value))
}
found <- lapply(split(people, people$design), function(d) {
  by_wave <- lapply(unique(d$wave), function(wave) {
    whole <- design(d[d$wave == wave, ])
    whole$variables <- transform(whole$variables, seen = as.numeric(seen == 1), invented = as.numeric(invented == 1))
    both <- subset(whole, !is.na(seen) & !is.na(invented))
    shares <- lapply(c("all", "n", "e", "s", "w"), function(value) {
      of <- if (value == "all") both else subset(both, region == value)
      difference <- svycontrast(svymean(~seen + invented, of), c(1, -1))
      bounds <- confint(difference, df = degf(of))
      row(sample = d$design[1], wave = wave, kind = "prompted", segment = value, one = number(coef(difference)),
          two = number(SE(difference)), three = number(bounds[1]), four = number(bounds[2]))
    })
    named <- svymean(~I(as.numeric(named == 1)), subset(whole, !is.na(named)))
    do.call(rbind, c(shares, list(
      row(sample = d$design[1], wave = wave, kind = "spontaneous", segment = "all", one = number(coef(named)),
          two = number(SE(named)), three = NA, four = NA),
      table_of(d, wave, "regions", ~mood + region, subset(whole, !is.na(mood))))))
  })
  d$w <- ave(ifelse(is.na(d$mood), 0, d$w), d$wave, FUN = function(w) sum(w > 0) / sum(w)) * d$w
  d$stratum <- paste(d$wave, d$stratum)
  d$cluster <- paste(d$wave, d$cluster)
  rbind(do.call(rbind, by_wave), table_of(d, "w3", "waves", ~mood + wave, subset(design(d), !is.na(mood))))
})
write.csv(do.call(rbind, found), "found.csv", row.names = FALSE, quote = FALSE, na = "")
"""
"""Awareness less false recall, and tests of tables of four regions and of three waves, as R makes them."""


PANELS = (*range(9), 11, 13, 14, 17, 21, 22, 26, 28, 29)
"""Of those that can be drawn one for each number of strata, with fpc or not, clustered or not, raked or not."""
PANEL_WAVES = ("w1", "w2", "w3")
RAKED_PANELS = tuple(f"p{panel}" for panel in PANELS if panel % 3 == 2)
"""Panels that are raked to the margins of `POPULATION`."""
SEVERAL = Asked("several", {code: f"answer {code}" for code in "abc"}, "multiple", top=("a", "b"))
PANEL = {"q": MOOD, "hours": HOURS, "several": SEVERAL, **RIBS}


def panel_people(wave: int) -> list[Row]:
    """A wave of many panels: who is asked again answers alike, some drop out or join, move between groups, strata or clusters."""
    rows = []
    for panel in PANELS:
        of_panel = random.Random(900 + panel)
        strata, fpc = of_panel.choice((1, 2, 3)), of_panel.random() < 0.4
        clusters, scale = panel % 2 and of_panel.choice((4, 7)), of_panel.choice((1.0, 250.0))
        for place in range(of_panel.randrange(60, 110)):
            person, draw = random.Random(1000 * panel + place), random.Random(f"{panel} {place} {wave}")
            entered, left = person.choice((1, 1, 1, 2, 3)), person.choice((1, 2, 3, 3, 3))
            attitude, group, stratum = person.gauss(2.5, 0.9), person.choice("ab"), place % strata
            if not entered <= wave <= max(entered, left):
                continue
            moved = draw.random() < 0.05
            segments = {
                "group": "c" if moved else group,
                "age_band": person.choice(("18-24", "25-34", "35+")),
                "gender": person.choice("fm"),
            }
            cluster = f"{stratum}:{person.randrange(clusters)}" if clusters else None
            if moved and panel % 5 == 4:
                stratum = strata - 1 - stratum
            answers: dict[str, Any] = {"hours": str(max(0, round(4 * attitude + draw.gauss(0, 2))))}
            answers["q"] = None if draw.random() < 0.08 else str(max(1, min(4, round(attitude + draw.gauss(0, 0.6)))))
            ticked = [code for code in "abc" if draw.gauss(attitude, 1) > 2.5]
            answers["several"] = None if draw.random() < 0.1 else ticked or [""]
            for code in RIBS:
                answers[code] = str(max(1, min(6, round(attitude + draw.gauss(0, 0.8)))))
            rows.append(
                {
                    "respondent_key": f"{panel}-{place}",
                    "sample": f"p{panel}",
                    "weight": scale * person.lognormvariate(0, 0.4) * draw.lognormvariate(0, 0.2),
                    "stratum": f"h{stratum}",
                    "cluster": cluster,
                    "fpc": float(20 + 200 * (not clusters)) if fpc else None,
                    "segments": {
                        name: value
                        for name, value in segments.items()
                        if name == "group" or (f"p{panel}" in RAKED_PANELS and (panel % 2 or draw.random() < 0.97))
                    },
                    "answers": answers,
                }
            )
    return rows


def panels_for_r() -> pl.DataFrame:
    """The respondents of every wave of `panel_people` as R reads them."""
    rows = []
    for number, wave in enumerate(PANEL_WAVES, 1):
        for row in panel_people(number):
            answers, ticked = row["answers"], row["answers"]["several"]
            asked = {code: None if ticked is None else int(code in ticked) for code in SEVERAL.labels}
            rows.append(
                {
                    "design": row["sample"],
                    "wave": wave,
                    "id": row["respondent_key"],
                    "w": row["weight"],
                    "stratum": row["stratum"],
                    "cluster": row["cluster"] or row["respondent_key"],
                    "fpc": row["fpc"],
                    "raked": row["sample"] in RAKED_PANELS,
                    **{name: row["segments"].get(name) for name in ("group", "age_band", "gender")},
                    **{f"q_{code}": answers["q"] and int(answers["q"] == code) for code in MOOD.labels},
                    "hours_mean": int(answers["hours"]),
                    **{f"several_{code}": value for code, value in asked.items()},
                    "several_top": None if ticked is None else int(bool({"a", "b"} & set(ticked))),
                    "score_mean": ribs_score(answers),
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None)


R_PANELS = """
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "fail")
# It makes residuals of raked weights in 10 rounds, which leave some 1e-5 of an error in samples of 60.
exact <- survey:::svyrecvar
body(exact) <- parse(text = sub("1:10", "1:200", deparse(body(exact)), fixed = TRUE))[[1]]
assignInNamespace("svyrecvar", exact, "survey")
people <- read.csv("people.csv")
people$q_net <- people$q_4 - people$q_1
people$age_band[is.na(people$age_band)] <- "unknown"
people$gender[is.na(people$gender)] <- "unknown"
number <- function(x) trimws(formatC(as.numeric(x), digits = 17, format = "g"))
measures <- c("q_1", "q_2", "q_3", "q_4", "q_net", "hours_mean", "several_a", "several_top", "score_mean")
shares <- list(age_band = c("18-24" = 3, "25-34" = 4, "35+" = 5) / 12, gender = c(f = 11, m = 9) / 20)
margin <- function(d, name) {
  of_wave <- lapply(split(d, d$wave), function(part) {
    unknown <- sum(part$w[part[[name]] == "unknown"]) / sum(part$w)
    of <- shares[[name]]
    if (unknown > 0) of <- c(of * (1 - unknown), unknown = unknown)
    setNames(data.frame(paste(part$wave[1], names(of)), of), c(paste0("by_", name), "Freq"))
  })
  do.call(rbind, of_wave)
}
found <- lapply(split(people, people$design), function(all) {
  waves <- Filter(function(pair) !anyNA(match(pair, all$wave)), list(c("w1", "w2"), c("w2", "w3"), c("w1", "w3")))
  pairs <- lapply(waves, function(pair) {
    d <- all[all$wave %in% pair, ]
    for (name in names(shares)) d[[paste0("by_", name)]] <- paste(d$wave, d[[name]])
    whole <- svydesign(ids = ~cluster, strata = ~stratum, nest = TRUE, weights = ~w, data = d,
                       fpc = if (is.na(d$fpc[1])) NULL else ~fpc)
    if (d$raked[1] == "true")
      whole <- rake(whole, list(~by_age_band, ~by_gender), lapply(names(shares), function(name) margin(d, name)),
                    control = list(maxit = 500, epsilon = 1e-13))
    rows <- lapply(c("all", "a", "b"), function(segment) lapply(measures, function(measure) {
      known <- !is.na(d[[measure]]) & (segment == "all" | d$group %in% segment)
      whole$variables$x <- ifelse(known, d[[measure]], 0)
      part <- subset(whole, known)
      if (d$raked[1] == "true") {
        for (place in 1:2) {
          whole$variables[[paste0("n", place)]] <- as.numeric(known & d$wave == pair[place])
          whole$variables[[paste0("y", place)]] <- whole$variables$x * (d$wave == pair[place])
        }
        change <- svycontrast(svytotal(~n1 + y1 + n2 + y2, whole), quote(y2 / n2 - y1 / n1))
      } else change <- svycontrast(svyby(~x, ~wave, part, svymean, covmat = TRUE), c(-1, 1))
      ids <- split(d$id[known], d$wave[known])
      freedom <- degf(part)
      data.frame(sample = d$design[1], from_wave = pair[1], to_wave = pair[2], segment = segment, measure = measure,
                 change = number(coef(change)), error = number(SE(change)), freedom = freedom,
                 p_value = number(2 * pt(-abs(coef(change) / SE(change)), freedom)), paired = length(intersect(ids[[1]], ids[[2]])))
    }))
    do.call(rbind, do.call(c, rows))
  })
  do.call(rbind, pairs)
})
write.csv(do.call(rbind, found), "found.csv", row.names = FALSE, quote = FALSE)
"""
"""Changes between waves of every panel of `panel_people`, both waves in one design, as R makes them."""
