"""The only file that calls dbt: reads the project, builds the warehouse in this process. No Dagster here.

Which files dbt sees is in `orchestration.project`; what Dagster shows of them, in `orchestration.dbt_assets`.

`python -m orchestration.dbt` reads the packaged project once for all homes, which is part of installing.
"""

import json
import logging
import os
import re
import resource
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ingest.home import Home
from orchestration.progress import progress
from orchestration.project import PACKAGED, Project, read_project, write_working_copy
from orchestration.unchanged import unchanged
from orchestration.warehouse import (
    is_corruption,
    keep_only_built_with,
    open_warehouse,
    set_aside,
    set_damaged_aside,
    wait_for_others,
)

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

log = logging.getLogger("campaign")

ANY_HOME = "/campaign-home-to-be-named"
"""Stands for the home in what dbt has read, so that it serves every home."""


BUILT = ("model", "seed")

UNCHANGED = "unchanged"
"""The status of a node that was left as the last build made it."""

PASSED = ("pass", UNCHANGED)
"""What was tested and was left alone since holds."""

GOOD = ("success", "no-op", *PASSED)

MOST_OPEN_FILES = 10_240
"""The most that macOS allows a process."""


class DbtError(Exception):
    """dbt could not read the project, or not even start on it."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one dbt node, without dbt's own types."""

    unique_id: str
    kind: str
    name: str
    status: str
    seconds: float
    failures: int | None
    message: str
    query: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.message or self.status}"

    @property
    def is_test(self) -> bool:
        """Whether it proves something rather than builds something."""
        return self.kind in ("test", "unit_test")


def failed(results: Sequence[NodeResult]) -> list[NodeResult]:
    """The nodes that did not come out well; those that were skipped because of one are not among them."""
    return [result for result in results if result.status not in (*GOOD, "warn", "skipped")]


def load_manifest(home: Home, project: Project) -> dict[str, Any]:
    """What dbt understands of the project, as Dagster reads it. Raises DbtError."""
    content: dict[str, Any] = json.loads((_parsed(home, project) / "manifest.json").read_text())
    return content


def build(home: Home, project: Project) -> list[NodeResult]:
    """Bring the warehouse up to date with the ledger; from scratch where it is damaged or was built with other files than these."""
    wait_for_others(home)
    if problem := set_damaged_aside(home):
        log.warning(problem)
    results = _build(home, project)
    if damaged := next((result.message for result in results if is_corruption(result.message)), None):
        log.warning(set_aside(home, damaged.splitlines()[-1].strip()))
        results = _build(home, project)
    return results


def audit(home: Home, project: Project) -> list[NodeResult]:
    """Test every row of the warehouse as the last build left it; a build itself tests the rows that it rebuilt."""
    wait_for_others(home)
    write_working_copy(project)
    manifest = read_manifest(home, project)
    command = ["test", "--no-write-json", "--exclude-resource-type", "unit_test", "--vars", "audit: true"]
    done = run_dbt(home.root, project.directory, command, manifest)
    return name_broken_rules(home, [_plain(result) for result in getattr(done.result, "results", ())])


def docs_page(home: Home, project: Project, overview: str) -> str:
    """dbt's pages about the project and the home's tables, as one file that begins with the overview. Raises DbtError."""
    wait_for_others(home)
    write_working_copy(project)
    described, target = load_manifest(home, project), project.directory / "target"
    overviews = described["docs"]
    overviews["doc.campaign_warehouse.__overview__"] = overviews["doc.dbt.__overview__"] | {
        "package_name": "campaign_warehouse",
        "unique_id": "doc.campaign_warehouse.__overview__",
        "block_contents": overview,
    }
    for node in described["nodes"].values():
        node.pop("root_path", None)
    # Given a manifest, dbt does not write the file that it puts into the page.
    target.mkdir(exist_ok=True)
    (target / "manifest.json").write_text(json.dumps(described))
    command = ["docs", "generate", "--static", "--no-compile"]
    done = run_dbt(home.root, project.directory, command, read_manifest(home, project))
    if not done.success:
        raise DbtError("dbt docs: the tables of the home could not be read")
    return (target / "static_index.html").read_text("utf-8")


def _build(home: Home, project: Project) -> list[NodeResult]:
    write_working_copy(project)
    keep_only_built_with(home, project.project_hash)
    manifest = read_manifest(home, project)
    same = unchanged(home, manifest.nodes)
    models = sum(node.resource_type in BUILT for uid, node in manifest.nodes.items() if uid not in same)
    with progress("build", models, "models") as advance:

        def tell(event: Any) -> None:
            if event.info.name == "NodeFinished" and event.data.node_info.resource_type in BUILT:
                advance()

        # Unit tests judge the code, whatever the data; they run where code is merged.
        command = ["build", "--no-write-json", "--exclude-resource-type", "unit_test", "--indirect-selection", "empty"]
        variables = ["--vars", json.dumps({"unchanged": sorted(same)})]
        left_alone = ["--exclude", *(manifest.nodes[uid].name for uid in same)] if same else []
        done = run_dbt(home.root, project.directory, [*command, *variables, *left_alone], manifest, tell)
    results = [_plain(result) for result in getattr(done.result, "results", ())]
    left = [
        NodeResult(uid, str(node.resource_type), node.name, UNCHANGED, 0.0, None, "")
        for uid, node in manifest.nodes.items()
        if uid in same
    ]
    order = TopologicalSorter({uid: node.depends_on_nodes for uid, node in manifest.nodes.items()}).static_order()
    place = {uid: number for number, uid in enumerate(order)}
    return sorted(
        [*name_broken_rules(home, results), *left], key=lambda result: place.get(result.unique_id, len(place))
    )


def name_broken_rules(home: Home, results: Sequence[NodeResult]) -> list[NodeResult]:
    """Say of a failed test that several rules make up which of them are broken, and in how many rows."""

    def named(result: NodeResult) -> NodeResult:
        if result.status != "fail" or " as rule" not in result.query:
            return result
        with open_warehouse(home) as connection:
            counts = f"select rule, count(*) from ({result.query}) as broken group by rule order by rule"
            found = connection.execute(counts).fetchall()
        return replace(result, message="; ".join(f"{rule}: {rows:,} rows" for rule, rows in found))

    return [named(result) for result in results]


def _parsed(home: Home, project: Project) -> Path:
    """The folder with what dbt has read of these files: shipped with the package, else the home's own, made where it is absent."""
    folders = [PACKAGED / "parsed", home.warehouse.parent / "parsed"]
    found = next((folder for folder in folders if _is_parsed(folder, project)), None)
    if found is None:
        found = folders[-1]
        parse(project, found)
    return found


def _is_parsed(folder: Path, project: Project) -> bool:
    key = folder / "key"
    return key.exists() and key.read_bytes() == _key(folder, project).encode()


def _key(folder: Path, project: Project) -> str:
    """What was read, and how long the files are that dbt made of it, by which one that was cut is noticed."""
    files = (folder / name for name in ("manifest.json", "manifest.msgpack"))
    return " ".join([project.manifest_key, *(str(file.stat().st_size) for file in files if file.exists())])


def parse(project: Project, folder: Path) -> None:
    """Have dbt read the files, and keep what it understood. Nobody has to wait for anybody: the folder is replaced as a whole."""
    from dbt.parser.manifest import extended_mashumaro_encoder

    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".parse-") as temporary:
        place, ready = Path(temporary, "project"), Path(temporary, "parsed")
        write_working_copy(Project(place, project.files))
        manifest = run_dbt(Path(ANY_HOME), place, ["parse"]).result
        ready.mkdir()
        (ready / "manifest.msgpack").write_bytes(manifest.to_msgpack(extended_mashumaro_encoder))
        (place / "target" / "manifest.json").rename(ready / "manifest.json")
        (ready / "key").write_text(_key(ready, project))
        if folder.exists():
            folder.rename(Path(temporary, "old"))
        try:
            ready.rename(folder)
        except OSError:
            # Another process was faster; its result is as good.
            if not _is_parsed(folder, project):
                raise


def read_manifest(home: Home, project: Project) -> "Manifest":
    """What dbt has read, made this home's."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    content = extended_mashumuro_decoder((_parsed(home, project) / "manifest.msgpack").read_bytes())  # type: ignore[no-untyped-call]
    # dbt-duckdb reads locations as templates.
    root = str(home.root).replace("{", "{{").replace("}", "}}")
    content["sources"] = json.loads(json.dumps(content["sources"]).replace(ANY_HOME, json.dumps(root)[1:-1]))
    for node in content["nodes"].values():
        if node["resource_type"] == "seed":
            node["root_path"] = str(project.directory)
    manifest: Manifest = Manifest.from_dict(content)
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


def run_dbt(
    root: Path,
    directory: Path,
    command: list[str],
    manifest: "Manifest | None" = None,
    tell: Callable[[Any], None] | None = None,
) -> Any:
    """Run a dbt command in this process. Raises DbtError where dbt could not even start on its nodes."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    # No log: it would quote values, and each line is formatted before its level is looked at.
    quiet = ["--quiet", "--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-version-check"]
    directories = ["--project-dir", str(directory), "--profiles-dir", str(directory)]
    _allow_open_files()
    with _environment({"CAMPAIGN_HOME": str(root), "CAMPAIGN_KEEP_OPEN": "True"}):
        try:
            done = dbtRunner(manifest, [tell] if tell else None).invoke([*quiet, *command, *directories])
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if isinstance(done.exception, Exception):
        raise DbtError(f"dbt {command[0]}: {done.exception}") from done.exception
    if done.exception is not None:
        raise done.exception
    return done


def _plain(result: Any) -> NodeResult:
    node = result.node
    return NodeResult(
        unique_id=node.unique_id,
        kind=str(node.resource_type),
        name=node.name,
        status=str(result.status),
        seconds=float(result.execution_time or 0),
        failures=result.failures,
        message=_without_values(str(result.message or "").strip()),
        query=str(getattr(node, "compiled_code", None) or ""),
    )


def _without_values(message: str) -> str:
    """What DuckDB says, without the values that it quotes where a value is at fault; where a name is, the name stays."""
    before, kind, after = re.split(
        "((?:Conversion|Constraint|Invalid Input|Out of Range) Error: |$)", message, maxsplit=1
    )
    return before + kind + re.sub(r"""["'].*["']|\d{4,}""", "...", after.partition("\n")[0])


def _allow_open_files() -> None:
    """Let this process have as many files open as it may: a first build opens those of all deliveries at once."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_OPEN_FILES if most == resource.RLIM_INFINITY else min(most, MOST_OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """dbt reads the home from the environment; put back what was there, for others in this process."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def ship() -> None:
    """Read the packaged project where the package has not yet what dbt understands of it."""
    folder = PACKAGED / "parsed"
    with TemporaryDirectory() as home:
        project = read_project(Home(Path(home)))
    if not _is_parsed(folder, project):
        parse(project, folder)


if __name__ == "__main__":
    try:
        ship()
    except DbtError as error:
        sys.exit(str(error))
