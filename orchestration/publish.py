"""The publication as an asset: judge the marts, and only if they are believable put them where analysts look."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import dagster as dg

from ingest.home import Home
from orchestration.automation import daily_freshness
from orchestration.groups import CAMPAIGN, CAMPAIGN_OWNER
from orchestration.progress import progress
from orchestration.project import Project

if TYPE_CHECKING:
    from expectations.checks import CheckResult

PUBLISHED_KEY = dg.AssetKey(["published", "marts"])


def publish_asset(
    project: Project, tables: Mapping[tuple[str, str], dg.AssetKey], zone: ZoneInfo
) -> dg.AssetsDefinition:
    """The only way to the published file. `tables` gives the asset of each table in it, whose checks are shown there."""
    from expectations.suites import PUBLICATION, mart_suites

    marts = {name: key for (_, name), key in tables.items()}
    judged = {**marts, PUBLICATION: PUBLISHED_KEY}
    checks = [
        dg.AssetCheckSpec(
            name=check.name,
            asset=judged[suite.subject],
            description=check.expected,
            metadata={"severity": check.severity},
        )
        for suite in mart_suites().values()
        for check in suite.expectations
    ]

    @dg.multi_asset(
        name="publish",
        specs=[
            dg.AssetSpec(
                key=PUBLISHED_KEY,
                deps=list(marts.values()),
                description="published/marts.duckdb: the marts that analysts open, replaced as a whole after every check has passed.",
                group_name=CAMPAIGN,
                owners=[CAMPAIGN_OWNER],
                kinds={"duckdb"},
                freshness_policy=daily_freshness(zone),
            )
        ],
        check_specs=checks,
        # The checks judge marts, which dbt makes; they are run here so that nothing is published unjudged.
        allow_arbitrary_check_specs=True,
        # Somebody who only builds marts in the UI has them judged; what analysts open stays.
        can_subset=True,
    )
    def publish(
        context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        results = _judge(home, context.run.run_id)
        asked = context.selected_asset_check_keys
        yield from _check_results(
            [one for one in results if dg.AssetCheckKey(judged[one.subject], one.check_name) in asked], judged
        )
        if PUBLISHED_KEY not in context.selected_asset_keys:
            return
        _refuse(home, results)
        yield dg.MaterializeResult(
            asset_key=PUBLISHED_KEY, metadata=_publish(home, context.run.run_id, project, tables)
        )

    return publish


def _judge(home: Home, run_id: str) -> "list[CheckResult]":
    from expectations.checks import write_checks
    from expectations.validation import validate_marts
    from orchestration.warehouse import open_warehouse

    with progress("check the marts"), open_warehouse(home) as connection:
        connection.execute("use marts")
        results = validate_marts(home, run_id, connection)
    write_checks(home, run_id, results)
    return results


def _check_results(
    results: "Sequence[CheckResult]", judged: Mapping[str, dg.AssetKey]
) -> Iterator[dg.AssetCheckResult]:
    for result in results:
        evidence = {"observed": result.observed, "failing": result.failing, "sample": result.sample}
        yield dg.AssetCheckResult(
            asset_key=judged[result.subject],
            check_name=result.check_name,
            passed=result.passed,
            severity=dg.AssetCheckSeverity(result.severity),
            metadata={
                "expected": result.expected,
                **{name: value for name, value in evidence.items() if value is not None},
            },
        )


def _refuse(home: Home, results: "Sequence[CheckResult]") -> None:
    from orchestration.suspects import advice, parts

    wrong = [result for result in results if not result.passed and result.severity == "ERROR"]
    if wrong:
        lines = [
            f"{result.subject}.{result.check_name}: found {result.observed}, expected {result.expected}"
            for result in wrong
        ]
        # A mart is named for its source, or for the campaign as a whole.
        folders = {part for result in wrong for part in result.subject.split("_")}
        lines.append(advice(home, folders, parts(result.sample for result in wrong)))
        raise dg.Failure(
            "not published, the last publication stays:\n" + "\n".join(filter(None, lines)), allow_retries=False
        )


def _publish(home: Home, run_id: str, project: Project, tables: Collection[tuple[str, str]]) -> dict[str, Any]:
    from orchestration.publication import publish
    from orchestration.warehouse import seal

    with progress("publish"):
        done = publish(home, run_id, project, tables)
        seal(home)
    metadata: dict[str, Any] = {
        "path": dg.MetadataValue.path(str(home.published)),
        "dagster/row_count": sum(done.rows.values()),
        "marts": len(done.rows),
        "landed through": str(done.landed_through),
    }
    if done.warnings:
        metadata["warnings"] = "; ".join(done.warnings)
    if done.removed_wal:
        metadata["removed"] = "marts.duckdb.wal, left by someone who opened the published file for writing"
    return metadata
