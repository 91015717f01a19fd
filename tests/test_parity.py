"""One list of sources: registry, dbt sources, suites, reader tests and the sample agree, and what was forgotten is printed."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.suites import PUBLICATION, lake_suites, mart_suites
from ingest.home import Home
from ingest.simulator import simulate
from ingest.sources import SOURCES
from ingest.sources.hashtag import COUNTERS
from tests.fuzz.specimens import SPECIMENS

ROOT = Path(__file__).resolve().parent.parent
STAGING = ROOT / "dbt_project" / "models" / "staging"
TABLES = {(source.name, table.name) for source in SOURCES for table in source.tables}
FORMATS = {(source.name, form) for source in SOURCES for form in source.formats}


def documents(pattern: str, key: str) -> list[dict[str, Any]]:
    """Entries of that key in the project's yml files."""
    found = (ROOT / "dbt_project").glob(pattern)
    return [
        entry
        for path in sorted(found)
        for entry in (yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) or {}).get(key, [])
    ]


def agree(one: str, ones: set[object], other: str, others: set[object]) -> None:
    """Two sets are equal; both differences are printed where they are not."""
    message = f"in {one} but not in {other}: {sorted(map(str, ones - others))}; in {other} but not in {one}: {sorted(map(str, others - ones))}"
    assert ones == others, message


def test_dbt_sources() -> None:
    entries = documents("models/staging/**/*.yml", "sources")
    declared = {
        (entry["name"], table["name"]) for entry in entries if entry["name"] != "lake" for table in entry["tables"]
    }
    agree("SOURCES", set(TABLES), "the dbt sources", set(declared))


def test_staging_folders() -> None:
    folders = {path.name for path in STAGING.iterdir() if path.is_dir()} - {"lake", "campaign"}
    agree("SOURCES", {source.name for source in SOURCES}, "models/staging", set(folders))


def test_seed_of_sources() -> None:
    rows = (ROOT / "dbt_project/seeds/sources.csv").read_text("utf-8").splitlines()[1:]
    agree("SOURCES", {source.name for source in SOURCES}, "the seed sources", {row.split(",")[0] for row in rows})


def test_suites_of_tables() -> None:
    agree("SOURCES", {table for _, table in TABLES}, "the delivery suites", set(lake_suites()))


def test_suites_of_marts() -> None:
    models = {path.stem for path in (ROOT / "dbt_project/models/marts").rglob("*.sql")}
    entries = documents("models/marts/**/*.yml", "models")
    proved = {entry["name"] for entry in entries if any("rules" in test for test in entry.get("data_tests", []))}
    agree("the marts", set(models), "those with a rules test", set(proved))
    unknown = set(mart_suites()) - models - {PUBLICATION}
    assert unknown == set(), f"suites of no mart: {sorted(unknown)}"


def test_documented_models() -> None:
    files = {path.stem for path in (ROOT / "dbt_project/models").rglob("*.sql")}
    documented = {entry["name"] for entry in documents("models/**/*.yml", "models")}
    agree("the models", set(files), "their yml", set(documented))
    undescribed = sorted(
        str(entry["name"]) for entry in documents("models/**/*.yml", "models") if not entry.get("description")
    )
    assert undescribed == []


def test_counters_of_videos() -> None:
    macro = (ROOT / "dbt_project/macros/hashtag.sql").read_text("utf-8").split("macro counters()")[1]
    named = re.findall(r"'(\w+)'", macro.split("endmacro")[0])
    agree("ingest", set(COUNTERS), "the macro of counters", set(named))


def test_every_format_has_its_tests() -> None:
    tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests/ingest").glob("test_*.py")}
    missing = {form for _, form in FORMATS} - tested
    assert missing == set(), f"formats without tests/ingest/test_<format>.py: {sorted(missing)}"


def test_every_format_is_registered() -> None:
    files = (ROOT / "ingest/formats").glob("*/*.py")
    modules = {(path.parent.name, path.stem) for path in files if "\nFORMAT" in path.read_text("utf-8")}
    agree("ingest/formats", set(modules), "SOURCES", set(FORMATS))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("sample"))
    simulate(home, days=30, videos=5, sessions=8, respondents=10)
    return home


def test_the_sample_has_every_source(sample: Home) -> None:
    agree(
        "SOURCES", {source.name for source in SOURCES}, "the sample", {path.name for path in sample.landing.iterdir()}
    )


def test_specimens_of_formats() -> None:
    specimens = {(specimen.source, specimen.format) for specimen in SPECIMENS}
    agree("SOURCES", set(FORMATS), "the specimens that are mutated", set(specimens))
