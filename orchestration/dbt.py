"""dbt inside Dagster: the manifest as assets and checks, `dbt build` in process, its results as Dagster events.

What is built, and how, is dbt's affair; which files dbt sees is `orchestration.project`'s.
"""

import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

from ingest.home import Home
from ingest.source import Source
from orchestration.exclusive import exclusive
from orchestration.groups import CAMPAIGN, CAMPAIGN_OWNER, DELIVERIES, REFERENCE, group_name
from orchestration.project import Project, write_working_copy
from orchestration.warehouse import is_corruption, open_warehouse, row_counts, set_aside, set_damaged_aside

log = logging.getLogger("campaign")

BUILT = ("model", "seed", "snapshot")
MARTS = "marts"
"""The database that holds what is published and nothing else."""

GOOD = ("success", "pass", "no-op")


class DbtError(Exception):
    """dbt could not read the project at all."""


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

    @property
    def is_test(self) -> bool:
        """Whether it proves something rather than builds something."""
        return self.kind in ("test", "unit_test")


class CampaignTranslator(DagsterDbtTranslator):
    """Names groups and owners in the campaign's words: a model belongs to the source that its folder is called after."""

    def __init__(self, sources: Sequence[Source]) -> None:
        super().__init__()
        self._sources = {source.name: source for source in sources}

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """What a model's meta says, else its folder: a source's, the lake's, reference data or the campaign as a whole."""
        source, folders = self._source_of(dbt_resource_props), set(dbt_resource_props["fqn"][1:-1])
        if said := super().get_group_name(dbt_resource_props):
            return said
        if source is not None:
            return group_name(source)
        if "lake" in folders:
            return DELIVERIES
        return REFERENCE if dbt_resource_props["resource_type"] == "seed" or folders & {"staging", "meta"} else CAMPAIGN

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Those a model's meta names, else its source's."""
        source = self._source_of(dbt_resource_props)
        return super().get_owners(dbt_resource_props) or [source.owner if source else CAMPAIGN_OWNER]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The description alone: a stakeholder did not come for the SQL."""
        return str(dbt_resource_props.get("description") or "")

    def _source_of(self, properties: Mapping[str, Any]) -> Source | None:
        folders = properties["fqn"][1:-1]
        return next((self._sources[folder] for folder in folders if folder in self._sources), None)


def load_manifest(home: Home, project: Project) -> dict[str, Any]:
    """What dbt understands of the project; parsed again only where the files have changed. Raises DbtError."""
    if not project.is_parsed:
        with exclusive(home, print):
            # Web server, daemon and run may all come here at once; the first does it.
            if not project.is_parsed:
                _parse(home, project)
    content: dict[str, Any] = json.loads(project.manifest.read_text())
    return content


def _parse(home: Home, project: Project) -> None:
    write_working_copy(project)
    project.parsed.unlink(missing_ok=True)
    invoke(home, project, "parse")
    project.parsed.write_text(project.project_hash)


def invoke(home: Home, project: Project, command: str, *arguments: str) -> list[NodeResult]:
    """Run a dbt command in this process. Raises DbtError where dbt could not even start on its nodes."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    place = str(project.directory)
    quiet = ["--quiet", "--log-level", "none", "--log-level-file", "info", "--no-use-colors", "--no-version-check"]
    directories = ["--project-dir", place, "--profiles-dir", place]
    environment = {
        "CAMPAIGN_HOME": str(home.root),
        "CAMPAIGN_PROJECT_HASH": project.project_hash,
        "CAMPAIGN_KEEP_OPEN": "True",
    }
    with _environment(environment):
        try:
            done = dbtRunner().invoke([*quiet, command, *directories, *arguments])
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if done.exception is not None:
        raise DbtError(f"dbt {command}: {done.exception}") from done.exception
    return [_plain(result) for result in getattr(done.result, "results", ())]


def build(home: Home, project: Project) -> list[NodeResult]:
    """Bring the warehouse up to date with the ledger; from scratch where it is damaged or was built with other files than these."""
    if problem := set_damaged_aside(home):
        log.warning(problem)
    results = _build(home, project)
    if damaged := next((result.message for result in results if is_corruption(result.message)), None):
        log.warning(set_aside(home, damaged.splitlines()[0]))
        results = _build(home, project)
    return results


def _build(home: Home, project: Project) -> list[NodeResult]:
    write_working_copy(project)
    begun = project.directory / "begun.hash"
    refresh = (
        ["--full-refresh"] if _is_other_build(home, project, begun.read_text() if begun.exists() else None) else []
    )
    begun.write_text(project.project_hash)
    # Unit tests judge the code, whatever the data; they run where code is merged.
    return invoke(home, project, "build", "--no-write-json", "--exclude-resource-type", "unit_test", *refresh)


def dbt_asset(project: Project, manifest: Mapping[str, Any], sources: Sequence[Source]) -> dg.AssetsDefinition:
    """Every model and seed as one step. It runs whole or not at all: a part of it would settle what it did not rebuild."""
    translator = CampaignTranslator(sources)
    nodes = {uid: node for uid, node in manifest["nodes"].items() if node["resource_type"] in BUILT}
    specs = {
        uid: translator.get_asset_spec(manifest, uid, None)
        for uid, node in nodes.items()
        if node["config"].get("materialized") != "ephemeral"
    }
    checks = _check_specs(manifest, translator, specs)

    @dg.multi_asset(name="dbt_build", specs=list(specs.values()), check_specs=list(checks.values()), can_subset=False)
    def dbt_build(
        context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        results = build(home, project)
        write_results(home, context.run.run_id, manifest, results)
        yield from events(results, manifest, specs, checks, row_counts(home) if home.warehouse.exists() else {})

    return dbt_build


def mart_keys(manifest: Mapping[str, Any]) -> dict[tuple[str, str], dg.AssetKey]:
    """The assets of the tables that are published, by schema and name."""
    translator = DagsterDbtTranslator()
    return {
        (node["schema"], node["alias"]): translator.get_asset_key(node)
        for node in manifest["nodes"].values()
        if node["resource_type"] in BUILT and node["database"] == MARTS
    }


def events(
    results: Sequence[NodeResult],
    manifest: Mapping[str, Any],
    specs: Mapping[str, dg.AssetSpec],
    checks: Mapping[str, dg.AssetCheckSpec],
    counts: Mapping[tuple[str, str], int],
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Results as Dagster knows them: first what succeeded and what was tested, then Failure with the name of all that did not."""
    for result in results:
        spec = specs.get(result.unique_id)
        if spec is not None and result.status in GOOD:
            node = manifest["nodes"][result.unique_id]
            rows = counts.get((node["schema"], node["alias"]))
            metadata: dict[str, Any] = {"seconds": round(result.seconds, 3)}
            yield dg.MaterializeResult(
                asset_key=spec.key, metadata=metadata | ({} if rows is None else {"dagster/row_count": rows})
            )
    for result in results:
        check = checks.get(result.unique_id)
        if check is not None and result.status in ("pass", "warn", "fail"):
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=result.status == "pass",
                severity=dg.AssetCheckSeverity.WARN if result.status == "warn" else dg.AssetCheckSeverity.ERROR,
                metadata={"failing rows": result.failures or 0, "expected": "no failing rows"},
            )
    failed = [result for result in results if result.status not in (*GOOD, "warn", "skipped")]
    if failed:
        lines = [f"{result.kind} {result.name}: {result.message or result.status}" for result in failed]
        raise dg.Failure(
            "dbt: " + "\n".join(lines),
            metadata={"failed": dg.MetadataValue.md("\n".join(f"- {line}" for line in lines))},
        )


def write_results(home: Home, run_id: str, manifest: Mapping[str, Any], results: Sequence[NodeResult]) -> None:
    """Keep the outcome of dbt's tests beside that of the suites, for `meta.checks`."""
    from expectations.checks import CheckResult, write_checks

    tests = [
        (result, manifest["nodes"].get(result.unique_id, {}))
        for result in results
        if result.is_test and result.status != "skipped"
    ]
    write_checks(
        home,
        run_id,
        [
            CheckResult(
                layer="dbt",
                subject=_subject(manifest, result),
                check_name=result.name,
                severity="WARN" if str(node.get("config", {}).get("severity")).upper() == "WARN" else "ERROR",
                passed=result.status == "pass",
                observed=f"{result.failures or 0} failing rows" if result.kind == "test" else result.status,
                expected=str(node.get("description") or "no failing rows"),
                failing=result.failures,
            )
            for result, node in tests
        ],
    )


def _check_specs(
    manifest: Mapping[str, Any], translator: DagsterDbtTranslator, specs: Mapping[str, dg.AssetSpec]
) -> dict[str, dg.AssetCheckSpec]:
    """Tests that belong to one asset. Unit tests and tests across assets have none; their status still fails the step."""
    found = {}
    for uid, spec in specs.items():
        for child in manifest["child_map"].get(uid, ()):
            check = translator.get_asset_check_spec(spec, manifest, child, None) if child.startswith("test.") else None
            if check is not None:
                found[child] = check
    return found


def _is_other_build(home: Home, project: Project, begun: str | None) -> bool:
    """Whether what is in the warehouse may come from other files: the last finished build's, or one that was begun and killed."""
    if not home.warehouse.exists():
        return False
    with open_warehouse(home) as connection:
        is_settled = connection.execute(
            "select count(*) from duckdb_columns() where table_name = 'int_lake__settled' and column_name = 'project_hash'"
        ).fetchone()
        if is_settled != (1,):
            return True
        settled = connection.execute("select project_hash from intermediate.int_lake__settled").fetchall()
    return settled != [(project.project_hash,)] or begun != project.project_hash


def _plain(result: Any) -> NodeResult:
    node = result.node
    return NodeResult(
        unique_id=node.unique_id,
        kind=str(node.resource_type),
        name=node.name,
        status=str(result.status),
        seconds=float(result.execution_time or 0),
        failures=result.failures,
        message=str(result.message or "").strip(),
    )


def _subject(manifest: Mapping[str, Any], result: NodeResult) -> str:
    """What a test is about: the model it is attached to, else the first that it reads."""
    node = manifest["nodes"].get(result.unique_id) or manifest.get("unit_tests", {}).get(result.unique_id, {})
    parents = [node["attached_node"]] if node.get("attached_node") else node.get("depends_on", {}).get("nodes", [])
    return str(parents[0]).split(".")[-1] if parents else result.name


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
