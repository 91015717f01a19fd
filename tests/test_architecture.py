"""The house holds: imports run one way, the heavy frameworks stay in their rooms, every module says what it is for."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("ingest", "expectations", "orchestration")
MAY_IMPORT = {
    "ingest": {"ingest"},
    "expectations": {"expectations", "ingest"},
    "orchestration": {"orchestration", "expectations", "ingest"},
}
ONLY_IN = {
    "dagster": "orchestration/",
    "dagster_dbt": "orchestration/dbt_assets.py",
    "dbt": "orchestration/dbt.py",
    "pandas": "expectations/",
    "great_expectations": "expectations/engine.py",
}
CATCHES_ALL = {"orchestration/cli.py"}
"""Where whatever the surroundings do, such as a full disk, becomes one line."""

LONGEST = 400

MODULES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imported(path: Path) -> Iterator[str]:
    """Modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield str(node.module)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    room = name.split("/")[0]
    tops = {module.split(".")[0] for module in imported(path)}
    assert tops & {*ROOMS, "tests"} <= MAY_IMPORT[room]
    for framework, place in ONLY_IN.items():
        assert framework not in tops or name.startswith(place), f"{framework} is imported outside {place}"
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), "the first words of a module say what lives there"
    assert text.count("\n") <= LONGEST
    assert not re.search(r"\bTODO\b|\bFIXME\b|except BaseException|except:", text)
    assert name in CATCHES_ALL or "except Exception" not in text


def test_no_modules_import_each_other_in_a_circle() -> None:
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in MODULES}
    reads = {name: {module for module in imported(path) if module in named} for name, path in named.items()}
    TopologicalSorter(reads).prepare()


def test_no_source_reads_the_formats_of_another() -> None:
    folders = {path.name for path in (ROOT / "ingest/formats").iterdir() if (path / "__init__.py").exists()}
    for path in (ROOT / "ingest/formats").rglob("*.py"):
        read = {module.split(".")[2] for module in imported(path) if module.startswith("ingest.formats.")}
        own = set() if path.parent.name == "formats" else {path.parent.name}
        assert read & folders <= own, f"{path} reads what is another source's"


@pytest.mark.slow
def test_every_room_works_without_the_next() -> None:
    for room, others in {
        "ingest": ("expectations", "orchestration", "dagster", "dbt", "great_expectations"),
        "expectations": ("orchestration", "dagster", "dbt"),
    }.items():
        modules = [
            ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for path in MODULES
            if path.is_relative_to(ROOT / room)
        ]
        code = f"import importlib, sys\nfor name in {modules}: importlib.import_module(name)\nprint([name for name in {others} if name in sys.modules])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]", f"importing {room} brings more than it should"


def test_importing_the_definitions_opens_nothing(tmp_path: Path) -> None:
    code = "import orchestration.definitions, sys; print([name for name in ('duckdb', 'great_expectations', 'dbt.cli') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []


def test_no_source_is_named_in_orchestration() -> None:
    from ingest.sources import SOURCES

    names = {source.name for source in SOURCES} | {table.name for source in SOURCES for table in source.tables}
    names |= {form for source in SOURCES for form in source.formats}
    for path in (ROOT / "orchestration").glob("*.py"):
        words = {
            node.value
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        # A seed has a column of that name.
        columns = {"hashtag"} if path.name == "seeds.py" else set()
        assert words & names <= columns, path.name


def test_no_machine_is_named() -> None:
    git = shutil.which("git")
    assert git is not None
    listed = subprocess.run([git, "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    suspicious = re.compile(r"/home/\w+/|/Users/\w+/|/root/|https?://[\w.-]*(pypi|artifactory|nexus)[\w.-]*/")
    found = {}
    for name in listed:
        path = ROOT / name
        if (
            path.suffix in {".sav", ".png", ".xlsx", ".zip", ".gz", ".zst"}
            or not path.is_file()
            or path == Path(__file__)
        ):
            continue
        if match := suspicious.search(path.read_text("utf-8", errors="ignore")):
            found[name] = match.group()
    assert found == {}
