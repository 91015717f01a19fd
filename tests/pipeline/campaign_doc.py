"""docs/campaign.md with the elements and figures of the seeds, and the result of each of its queries on the sample campaign.

`python -m tests.pipeline.campaign_doc HOME` writes them anew from a home that holds the sample.
"""

import csv
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "campaign.md"
QUERY = re.compile(r"(```sql\n(.*?)```\n)(\n(?:\|[^\n]*\n)+)?", re.DOTALL)

Result = tuple[Sequence[str], Iterable[Sequence[object]]]


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed as it is shipped."""
    with (ROOT / "dbt_project" / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def filled(text: str, run: Callable[[str], Result]) -> str:
    """The document with what the seeds and the queries say now."""
    elements = [
        [f"[{row['name']}](#{row['programme']})", row["what_people_do"], row["kpi_ids"], row["mart"], _benchmarks(row)]
        for row in seed("programmes")
    ]
    figures = [
        [row["benchmark_id"], f"{row['estimate_pct']} %", row["wording"], row["population"], "V10", "fct_survey_change"]
        for row in seed("benchmarks")
    ]
    text = _between(text, "elements", (["element", "what people do", "KPIs", "mart", "benchmark"], elements))
    text = _between(text, "benchmarks", (["benchmark", "figure", "wording", "who", "KPI", "mart"], figures))
    return QUERY.sub(lambda found: f"{found[1]}\n{_table(run(found[2]))}\n", text)


def _benchmarks(programme: dict[str, str]) -> str:
    return "[published figures](#published-figures)" if "V10" in programme["kpi_ids"].split() else ""


def _between(text: str, name: str, result: Result) -> str:
    return re.sub(
        rf"(<!-- {name} -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}\n{_table(result)}\n\n{found[2]}",
        text,
        flags=re.DOTALL,
    )


def _table(result: Result) -> str:
    names, rows = result
    lines = [names, ["---"] * len(names), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value + 0.0:,.1f}".removesuffix(".0")
        case int():
            return f"{value:,}"
        case _:
            return str(value).replace("|", "\\|")


def on(marts: Path) -> Callable[[str], Result]:
    """Runs queries on published marts, as an analyst would."""

    def run(query: str) -> Result:
        with duckdb.connect() as connection:
            connection.execute(f"set timezone = 'UTC'; attach '{marts}' as marts (read_only); use marts")
            cursor = connection.execute(query)
            return [column[0] for column in cursor.description], cursor.fetchall()

    return run


if __name__ == "__main__":
    DOCUMENT.write_text(
        filled(DOCUMENT.read_text("utf-8"), on(Path(sys.argv[1], "published", "marts.duckdb"))), "utf-8"
    )
