"""What the metric dictionary forbids: sums of what does not add up, averages of ratios, KPIs that nobody answers for or nothing makes.

Compiled SQL is read, so that macros are seen through. Whether it also runs elsewhere is told in `portability`.

`python -m tests.dbt.metric_lint` compiles the project and names what it finds; it is part of `make lint`.
"""

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from tests.dbt.lab import PROJECT, Lab

Row = Mapping[str, str]
Seeds = Mapping[str, list[Row]]

NOT_ADDITIVE = re.compile(r"^(unique|peak|median|average|retention)_|_(rate|share|pct|pct_points|peak)$")
"""Names of rates, uniques, peaks, medians and averages, also of those that are no measure of the dictionary."""

LONG = re.compile(
    r"^(int_[a-z]+__(\w+_)?measures|int_campaign__(kpis|scorecard)|fct_campaign_kpi_day|rpt_campaign_scorecard)$"
)
"""Tables of figures below each other: only the row says of which measure they are."""

VERBS = {"sum": "sum", "list_sum": "sum", "avg": "average", "list_avg": "average"}
RATIO = "/"
FIGURES = ("value", "low", "high", "numerator", "denominator", "ci_low", "ci_high")

NEEDED = (
    "name",
    "name_ar",
    "definition",
    "formula",
    "grain",
    "unit",
    "additivity",
    "direction",
    "source",
    "owner",
    "version",
)

OWNED = ("completed_views", "views_with_completion", "watch_seconds", "views_with_watching", "engagements_reached")
"""What owners are told of their videos."""

ADDS_UP = {
    ("int_activation__help_weeks", "unique_people"): "a person has another key in every market and week",
    ("int_activation__measures", "unique_people"): "a person has another key in every market and week",
    ("int_hashtag__day_measures", "new_creators"): "a creator is new once",
    ("fct_hashtag_day", "new_creators"): "a creator is new once",
    ("int_hashtag__subject_days", "views_per_hour"): "speeds of different videos at one reading",
    ("int_hashtag__subject_days", "engagements_per_hour"): "speeds of different videos at one reading",
    ("int_hashtag__day_measures", "engagements_per_hour"): "speeds of different videos at one reading",
    **{("int_hashtag__video_measures", figure): "last readings of different videos" for figure in OWNED},
    ("int_hashtag__video_measures", "followers_at_posting"): "the denominator is summed over posts by definition",
    ("int_live__advocates", "unique_attendees"): "attendances, each session's people counted for it",
    ("int_survey__tables", "base_unweighted"): "respondents of the groups of a table, each counted once",
}
"""Sums of such figures that are right, by model and figure, and why."""


def misleading(sql: str, not_additive: Iterable[str]) -> dict[str, str]:
    """Figures that a compiled model adds up or averages though it must not, with how; raises where it cannot be read."""
    tree = sqlglot.parse_one(re.sub(r"read_parquet\(.*?= true\)", "lake", sql, flags=re.DOTALL), dialect="duckdb")
    scopes, figures = traverse_scope(tree), frozenset(not_additive)
    guarded = _guarded(tree, scopes)
    return dict(found for scope in scopes for found in _of_scope(scope, figures, guarded))


def _of_scope(scope: Scope, not_additive: frozenset[str], guarded: set[int]) -> Iterator[tuple[str, str]]:
    for call in scope.find_all(exp.Sum, exp.Avg, exp.Anonymous):
        verb = VERBS.get(call.name.lower() if isinstance(call, exp.Anonymous) else call.key)
        for figure in _figures(call) if verb else ():
            table, names, way = _origin(scope, figure)
            wrong = [name for name in names if name in not_additive or NOT_ADDITIVE.search(name)]
            if wrong:
                yield wrong[0], f"{verb} of {wrong[0]}, {call.sql('duckdb')}"
            elif names[-1] == RATIO and verb == "average":
                yield RATIO, f"average of a ratio, {call.sql('duckdb')}"
            elif names[-1] in FIGURES and LONG.match(table) and not guarded & way:
                yield names[-1], f"{verb} of {names[-1]} whatever the measure, {call.sql('duckdb')}"


def _figures(term: exp.Expr) -> Iterator[exp.Expr]:
    """What an expression takes as it is: what is cast, listed or added up, branches of a case, alternatives of a coalesce."""
    match term:
        case exp.Column() | exp.Div():
            yield term
        case exp.Case():
            for branch in (*(item.args["true"] for item in term.args["ifs"]), term.args.get("default")):
                yield from _figures(branch) if branch else ()
        case (
            exp.Anonymous()
            | exp.Coalesce()
            | exp.Cast()
            | exp.Paren()
            | exp.Distinct()
            | exp.AggFunc()
            | exp.ArraySort()
        ):
            for part in (term.this, *term.expressions):
                yield from _figures(part) if isinstance(part, exp.Expr) else ()


def _origin(scope: Scope, figure: exp.Expr) -> tuple[str, list[str], set[int]]:
    """The table that a figure comes from, what it is called on the way there, and the selects it passes."""
    if not isinstance(figure, exp.Column):
        return "", [RATIO], {id(scope)}
    sources = {alias: source for alias, (_, source) in scope.selected_sources.items()}
    inner = sources.get(figure.table) if figure.table else next(iter(sources.values()), None)
    if isinstance(inner, exp.Table):
        return inner.name, [figure.name], {id(scope)}
    for part in _selects(inner) if inner else ():
        items = [item for item in part.expression.expressions if item.alias_or_name == figure.name]
        if items or part.expression.is_star:
            made = list(_figures(items[0].unalias())) if items else [exp.column(figure.name)]
            if len(made) == 1:
                table, names, way = _origin(part, made[0])
                return table, [figure.name, *names], {id(scope), *way}
    return "", [figure.name], {id(scope)}


def _selects(scope: Scope) -> list[Scope]:
    """The selects that a union is made of, or the one select."""
    return (
        [select for part in scope.set_operation_scopes for select in _selects(part)]
        if scope.set_operation_scopes
        else [scope]
    )


def _guarded(tree: exp.Expr, scopes: list[Scope]) -> set[int]:
    """The selects that keep rows by what the dictionary says of additivity."""
    aware, made = {"additivity"}, {item.alias: _names(item) for item in tree.find_all(exp.Alias)}
    while more := {alias for alias, names in made.items() if names & aware} - aware:
        aware |= more
    conditions = [(scope, part) for scope in scopes for part in scope.find_all(exp.Where, exp.Join)]
    return {id(scope) for scope, condition in conditions if _names(condition) & aware}


def _names(part: exp.Expr) -> set[str]:
    return {column.name for column in part.find_all(exp.Column)}


def faults_of_the_dictionary(seeds: Seeds, compiled: Mapping[str, str]) -> set[str]:
    """KPIs without a definition, owner or source, or against their measures; built ones that nothing makes, and the reverse."""
    metrics, measures, formulas = (
        seeds["metrics"],
        {row["measure"]: row for row in seeds["measures"]},
        seeds["kpi_formulas"],
    )
    found = {f"{row['kpi_id']}: has no {column}" for row in metrics for column in NEEDED if not row[column].strip()}
    built = {row["kpi_id"] for row in metrics if row["is_built"] == "true"}
    named = {kpi for sql in compiled.values() for kpi in re.findall(r"'(\w+)' as kpi_id", sql)}
    made = {row["kpi_id"] for row in formulas} | named | {row["kpi_id"] for row in metrics if row["unit"] == "enum"}
    found |= {f"{kpi}: is marked built, but no row carries it" for kpi in built - made}
    found |= {f"{kpi}: has rows, but is not marked built" for kpi in made - built}
    emitted: dict[str, set[str]] = {}
    for model, sql in compiled.items():
        if of_source := re.fullmatch(r"int_([a-z]+)__(?:\w+_)?measures", model):
            emitted.setdefault(of_source[1], set()).update(re.findall(r"'(\w+)' as measure\b", sql))
    for row in seeds["measures"]:
        if row["measure"] not in emitted.get(row["source"], set()):
            found.add(f"{row['measure']}: is a measure that {row['source']} does not emit")
    found |= {f"{name}: is emitted, but no measure" for names in emitted.values() for name in names - set(measures)}
    adds_up = {row["kpi_id"]: row["additivity"] == "additive" for row in metrics}
    for row in formulas:
        is_sum = not row["denominator"] and measures[row["numerator"]]["additivity"] == "additive"
        if adds_up.get(row["kpi_id"]) and not is_sum:
            found.add(f"{row['kpi_id']}: is marked additive, but its formula is not")
    return found


def read_seeds() -> Seeds:
    """The dictionary as it is shipped."""
    found: dict[str, list[Row]] = {}
    for name in ("metrics", "measures", "kpi_formulas"):
        with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
            found[name] = [*csv.DictReader(file)]
    return found


def faults(compiled: Mapping[str, str], seeds: Seeds) -> list[str]:
    """Everything that the dictionary forbids in the project, and exceptions that nothing needs any more."""
    not_additive = [row["measure"] for row in seeds["measures"] if row["additivity"] != "additive"]
    sums = {
        (model, figure): how for model, sql in compiled.items() for figure, how in misleading(sql, not_additive).items()
    }
    found = {f"{model}: {how}" for (model, figure), how in sums.items() if (model, figure) not in ADDS_UP}
    found |= {f"{model}: needs no exception for {figure}" for model, figure in set(ADDS_UP) - set(sums)}
    return sorted(found | faults_of_the_dictionary(seeds, compiled))


def compiled_models(lab: Lab) -> dict[str, str]:
    """The SQL of every model as dbt would send it."""
    assert lab.dbt("compile"), lab.messages
    files = {path.stem: path for path in (lab.project / "target" / "compiled").rglob("models/**/*.sql")}
    return {path.stem: files[path.stem].read_text("utf-8") for path in (PROJECT / "models").rglob("*.sql")}


def main() -> int:
    """Print what is forbidden; 1 where anything is."""
    with TemporaryDirectory() as folder:
        found = faults(compiled_models(Lab(Path(folder, "home"), {})), read_seeds())
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
