"""The dbt project as Dagster shows it: a step with every model and seed, and the tests of each model as one check.

What is built, and how, is dbt's affair; it is called in `orchestration.dbt`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

from ingest.home import Home
from ingest.lake import remove_unreadable
from ingest.ledger import read_ledger
from ingest.planning import count_unread
from ingest.source import Source
from orchestration.automation import JOB, daily_freshness
from orchestration.dbt import BUILT, GOOD, PASSED, UNCHANGED, NodeResult, audit, build, failed
from orchestration.display import counted
from orchestration.failures import in_one_line
from orchestration.groups import CAMPAIGN, CAMPAIGN_OWNER, DELIVERIES, REFERENCE, group_name
from orchestration.pages import pages
from orchestration.project import Project
from orchestration.suspects import advice, keys_of
from orchestration.warehouse import row_counts

MARTS = "marts"
"""The database that holds what is published and nothing else."""

COLUMN_SCHEMA = "dagster/column_schema"
CHECK = "relations_hold"
OF_CODE = ("Binder Error", "Catalog Error", "Parser Error")
"""What DuckDB calls errors that no data can cause."""
ANEW = f"*All marts are built and published together: to build this one anew, open the job {JOB} and press Materialize all.*"


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
        """The question that it answers, the description without the SQL, and for a mart what to press to build it anew."""
        page = dbt_resource_props.get("config", {}).get("meta", {}).get("page", {})
        parts = [f"**{page['question']}**" if page else "", str(dbt_resource_props.get("description") or "")]
        parts += [ANEW] if "marts" in dbt_resource_props["fqn"][1:-1] else []
        return "\n\n".join(filter(None, parts))

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Without the columns of a report, which would stand above its figures."""
        metadata = super().get_metadata(dbt_resource_props)
        is_report = dbt_resource_props["name"].startswith("rpt_")
        return {name: value for name, value in metadata.items() if not (is_report and name == COLUMN_SCHEMA)}

    def _source_of(self, properties: Mapping[str, Any]) -> Source | None:
        folders = properties["fqn"][1:-1]
        return next((self._sources[folder] for folder in folders if folder in self._sources), None)


def dbt_asset(
    project: Project, manifest: Mapping[str, Any], sources: Sequence[Source], zone: ZoneInfo
) -> dg.AssetsDefinition:
    """Every model and seed as one step. It runs whole or not at all: a part of it would settle what it did not rebuild.

    Marts that have a page say whether they are fresh.
    """
    translator = CampaignTranslator(sources)
    specs = {
        uid: translator.get_asset_spec(manifest, uid, None)
        for uid, node in manifest["nodes"].items()
        if node["resource_type"] in BUILT and node["config"].get("materialized") != "ephemeral"
    }
    for uid, spec in specs.items():
        if "page" in manifest["nodes"][uid]["config"].get("meta", {}):
            specs[uid] = dg.apply_freshness_policy(spec, daily_freshness(zone))
    tests = _tests_by_asset(manifest, specs)
    checks = [
        dg.AssetCheckSpec(CHECK, asset=specs[uid].key, description=_description(manifest, names))
        for uid, names in tests.items()
    ]

    @dg.multi_asset(name="dbt_build", specs=list(specs.values()), check_specs=checks, can_subset=False)
    def dbt_build(
        context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        results = build(home, project)
        write_results(home, context.run.run_id, manifest, results)
        counts = row_counts(home) if home.warehouse.exists() else {}
        shown = {} if failed(results) else pages(home, manifest)
        yield from events(
            results, manifest, specs, tests, counts, shown, lambda failed: advise(home, manifest, failed, sources)
        )

    return dbt_build


def audit_job(name: str, project: Project, manifest: Mapping[str, Any]) -> dg.JobDefinition:
    """Every dbt test over every row, and nothing else. It fails where a rule is broken; the marts stay as they are published."""

    @dg.op(name="test_every_row")
    def test_every_row(context: dg.OpExecutionContext, home: dg.ResourceParam[Home]) -> None:
        results = audit(home, project)
        write_results(home, context.run_id, manifest, results)
        if bad := failed(results):
            raise dg.Failure("\n".join(map(str, bad)))

    @dg.job(name=name, description="Tests every row that the warehouse holds.", executor_def=dg.in_process_executor)
    def test_all() -> None:
        test_every_row()

    return test_all


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
    tests: Mapping[str, Sequence[str]],
    counts: Mapping[tuple[str, str], int],
    shown: Mapping[str, Mapping[str, Any]],
    advise: Callable[[Sequence[NodeResult]], str] = lambda _failed: "",
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Results as Dagster knows them: first what succeeded and what was tested, then Failure with the name of all that did not."""
    for result in results:
        spec = specs.get(result.unique_id)
        if spec is not None and result.status in GOOD:
            node = manifest["nodes"][result.unique_id]
            rows = counts.get((node["schema"], node["alias"]))
            is_same = result.status == UNCHANGED
            built: dict[str, Any] = {"unchanged": True} if is_same else {"seconds": round(result.seconds, 3)}
            metadata = {**built, **shown.get(result.unique_id, {})}
            yield dg.MaterializeResult(
                asset_key=spec.key, metadata=metadata | ({} if rows is None else {"dagster/row_count": rows})
            )
    by_id = {result.unique_id: result for result in results}
    for uid, names in tests.items():
        run = [by_id[name] for name in names if name in by_id and by_id[name].status in (*PASSED, "warn", "fail")]
        if run:
            yield _check_result(specs[uid].key, run)
    if bad := failed(results):
        raise dg.Failure(
            "\n".join(filter(None, ["dbt: " + "\n".join(map(str, bad)), advise(bad)])),
            metadata={"failed": dg.MetadataValue.md("\n".join(f"- {result}" for result in bad))},
        )


def advise(home: Home, manifest: Mapping[str, Any], failed: Sequence[NodeResult], sources: Sequence[Source]) -> str:
    """The deliveries that failed models or tests may come from, and what to do about them.

    Where this version has not read all that is loaded, as right after an update, the disk or the memory is full, files of the lake
    are damaged or the SQL itself is wrong, no delivery is to blame.
    """
    if unread := count_unread(home, sources):
        return (
            f"{counted(unread, 'delivery was', 'deliveries were')} read by another version of this warehouse: run the whole job "
            f"{JOB} first, or campaign run; it reads them again"
        )
    if surroundings := next(filter(None, (in_one_line(result.message, home.root) for result in failed)), None):
        return f"No delivery is to blame: {surroundings}"
    if any(result.status == "error" for result in failed) and (damaged := remove_unreadable(home, read_ledger(home))):
        source, landed_on, name = damaged[0]
        return (
            f"Rows in the lake of {counted(len(damaged), 'delivery', 'deliveries')}, such as {source}/{landed_on}/{name}, were damaged "
            "and are removed: run again, which reads them again from landing"
        )
    if any(fault in result.message for result in failed for fault in OF_CODE):
        return "No delivery is to blame: the SQL of this warehouse is. Report this message with the version that campaign --version names"
    folders = {folder for result in failed for folder in _folders(manifest, result)}
    return advice(home, folders, keys_of(home, [result.query for result in failed if result.status == "fail"]))


def _folders(manifest: Mapping[str, Any], result: NodeResult) -> Sequence[str]:
    """The folders that a model, or the model that a test is about, lies in."""
    node = manifest["nodes"].get(result.unique_id, {})
    about = node if not result.is_test else manifest["nodes"].get(_tested(node), {})
    return list(about.get("fqn", ()))


def _check_result(key: dg.AssetKey, run: Sequence[NodeResult]) -> dg.AssetCheckResult:
    """What came of a model's tests together."""
    red = [result for result in run if result.status not in PASSED]
    is_error = any(result.status == "fail" for result in red)
    observed = "; ".join(f"{result.name}: {_found(result)}" for result in red)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=CHECK,
        passed=not red,
        severity=dg.AssetCheckSeverity.ERROR if is_error or not red else dg.AssetCheckSeverity.WARN,
        metadata={"tests": str(len(run)), "expected": "no failing rows", "observed": observed or "no failing rows"},
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
                passed=result.status in PASSED,
                observed=_found(result),
                expected=str(node.get("description") or "no failing rows"),
                failing=result.failures,
            )
            for result, node in tests
        ],
    )


def _tests_by_asset(manifest: Mapping[str, Any], specs: Mapping[str, dg.AssetSpec]) -> dict[str, list[str]]:
    """The tests of each model and seed. One that belongs to none, as a unit test, still fails the step."""
    found: dict[str, list[str]] = {}
    for uid, node in manifest["nodes"].items():
        tested = _tested(node)
        if node["resource_type"] == "test" and tested in specs:
            found.setdefault(tested, []).append(uid)
    return found


def _description(manifest: Mapping[str, Any], tests: Sequence[str]) -> str:
    nodes = [manifest["nodes"][test] for test in tests]
    return "\n".join(f"- {node['name']}: {node.get('description') or 'no failing rows'}" for node in nodes)


def _tested(node: Mapping[str, Any]) -> str:
    """What a test is about: the model it is attached to, else the first that it reads."""
    parents = [node["attached_node"]] if node.get("attached_node") else node.get("depends_on", {}).get("nodes", [])
    return str(parents[0]) if parents else ""


def _subject(manifest: Mapping[str, Any], result: NodeResult) -> str:
    node = manifest["nodes"].get(result.unique_id) or manifest.get("unit_tests", {}).get(result.unique_id, {})
    return _tested(node).rpartition(".")[2] or result.name


def _found(result: NodeResult) -> str:
    """What a test found: the rules that are broken where it names them, else how many rows fail."""
    if result.status == UNCHANGED:
        return "no failing rows; unchanged since"
    if result.kind != "test":
        return result.status
    if result.status == "fail" and " as rule" in result.query:
        return result.message
    return f"{result.failures or 0} failing rows"
