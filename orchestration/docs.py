"""The project as pages for whoever asks what a figure means: every mart and KPI, with a home page in the campaign's words. No Dagster here.

The pages are dbt's own; they are one file that needs no network. `python -m orchestration.docs HOME` writes them, as `make docs` does.
"""

import csv
import io
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from ingest.files import PRIVATE_FILE, replace_durably
from ingest.home import Home
from orchestration.dbt import DbtError, docs_page, load_manifest
from orchestration.project import Project, ProjectError, read_project
from orchestration.run_lock import run_lock

PUBLISHED_FOLDER, PUBLISHED_FILE = 0o750, 0o440


def write_docs(home: Home, project: Project) -> None:
    """Put the pages beside the published marts, replacing those before as a whole. Raises DbtError."""
    page = docs_page(home, project, overview(project, load_manifest(home, project)["exposures"]))
    home.docs.mkdir(mode=PUBLISHED_FOLDER, parents=True, exist_ok=True)
    temporary = home.docs / f".index.html.{os.getpid()}.tmp"
    temporary.touch(PRIVATE_FILE)
    temporary.write_text(page, "utf-8")
    temporary.chmod(PUBLISHED_FILE)
    replace_durably(temporary, home.docs / "index.html")


def overview(project: Project, exposures: Mapping[str, Mapping[str, object]]) -> str:
    """The home page: the elements of the campaign with the marts to begin in, what is made of the marts, every KPI."""
    programmes, metrics = _seed(project, "programmes"), _seed(project, "metrics")
    return "\n".join(
        [
            "# What the warehouse knows of the campaign",
            "",
            "Analysts open `published/marts.duckdb`. Every table in it is described here, and how it comes about (blue button below).",
            f"Begin with {_link('rpt_campaign_scorecard')}, the campaign on one page.",
            "",
            "## Elements of the campaign",
            "",
            *_table(
                ["element", "what people do", "KPIs", "begin in"],
                ([row["name"], row["what_people_do"], row["kpi_ids"], _link(row["mart"])] for row in programmes),
            ),
            "",
            "## What is made of the marts",
            "",
            *_table(
                ["", "what it is for"],
                (
                    [f"[{item['label'] or item['name']}](#!/exposure/{uid})", str(item["description"])]
                    for uid, item in exposures.items()
                ),
            ),
            "",
            "## KPIs",
            "",
            *_table(
                ["id", "KPI", "what it measures", "unit", "adds up", "answers for it"],
                (
                    [
                        row["kpi_id"],
                        row["name"],
                        row["definition"] if row["is_built"] == "true" else "Not built yet. " + row["definition"],
                        row["unit"],
                        row["additivity"],
                        row["owner"],
                    ]
                    for row in metrics
                ),
            ),
        ]
    )


def _link(model: str) -> str:
    return f"[{model}](#!/model/model.campaign_warehouse.{model})"


def _table(names: list[str], rows: Iterable[list[str]]) -> list[str]:
    lines = [names, ["---"] * len(names), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def _seed(project: Project, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(project.files[f"seeds/{name}.csv"].decode("utf-8-sig"))))


def main(root: str) -> str:
    """Write the pages of a home: where they are, or what stands against it."""
    home = Home(Path(root).resolve())
    if not home.published.exists():
        sys.exit(f"nothing is published in {home.root} yet; run: campaign run --home {home.root}")
    with run_lock(home, lambda message: logging.getLogger("campaign").warning(message)):
        try:
            write_docs(home, read_project(home))
        except (ProjectError, DbtError) as error:
            sys.exit(str(error))
    return f"Documentation: {home.docs / 'index.html'}"


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1]) + "\n")
