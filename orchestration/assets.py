"""The lake as assets: one factory over the registry makes a step per source, its tables and their checks, and the ledger after them.

No source, table or format is named here. When steps run is in `orchestration.automation`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import dagster as dg

from expectations.suites import suite_for
from ingest.home import Home
from ingest.planning import Plan
from ingest.source import INSTANT, Source, Table
from orchestration.automation import daily_freshness, last_landed, silent_since
from orchestration.groups import CAMPAIGN_OWNER, DELIVERIES
from orchestration.history import shorten_history
from orchestration.progress import progress
from orchestration.project import Project

if TYPE_CHECKING:
    import polars as pl

    from ingest.ingestion import Outcome

LEDGER_KEY = dg.AssetKey(["lake", "deliveries"])
WARN_SHOWN_FOR = timedelta(days=7)
"""A warning about a delivery stays on its asset for so many landed days; what is held stays until it is mended."""

MOST_SHOWN = 5

LedgerEvent = dg.AssetMaterialization | dg.MaterializeResult[None] | dg.AssetCheckResult


def table_key(source: Source, table: Table) -> dg.AssetKey:
    """The key of a lake table, which is also what dbt calls it: source, then table."""
    return dg.AssetKey([source.name, table.name])


def source_asset(source: Source, project: Project) -> dg.AssetsDefinition:
    """One step that takes in a source's deliveries and fills all its tables, since a delivery feeds several and is read once."""
    specs = [
        dg.AssetSpec(
            key=table_key(source, table),
            description=f"{table.description} {source.description}",
            group_name=DELIVERIES,
            owners=[source.owner],
            kinds={"polars", "parquet"},
            metadata={"dagster/column_schema": _column_schema(table), "formats": ", ".join(sorted(source.formats))},
        )
        for table in source.tables
    ]
    checks = [
        dg.AssetCheckSpec(
            name=expectation.name,
            asset=table_key(source, table),
            description=expectation.expected,
            blocking=False,
            metadata={"severity": expectation.severity},
        )
        for table in source.tables
        for expectation in suite_for(table.name).expectations
    ]

    @dg.multi_asset(name=f"ingest_{source.name}", specs=specs, check_specs=checks)
    def take_in(
        context: dg.AssetExecutionContext, home: dg.ResourceParam[Home], plan: dg.ResourceParam[Plan]
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        outcomes = _ingest(home, source, context.run.run_id, project, plan)
        became = Counter(outcome.outcome for outcome in outcomes)
        for table in source.tables:
            rows = {} if table.is_apart else {"rows taken in": _rows(home, table, outcomes)}
            metadata = {"deliveries taken in": len(outcomes), **rows, **became}
            yield dg.MaterializeResult(asset_key=table_key(source, table), metadata=metadata)
        yield from _check_results(home, source, context.run.run_id)

    return take_in


def ledger_asset(
    sources: Sequence[Source], project: Project, partitions: dg.PartitionsDefinition, zone: ZoneInfo
) -> dg.AssetsDefinition:
    """The ledger, after every source: what became of each delivery, and whether the books balance and the days are fresh.

    Of the lake it alone has a partition a day, since Dagster writes two events per asset and day. Runs of the job carry no
    partition; the step writes an event for each day of which deliveries were read since the last publication. Of days that
    somebody chose in the UI Dagster writes them.
    """
    checks = [
        dg.AssetCheckSpec(
            "records_accounted_for",
            asset=LEDGER_KEY,
            blocking=True,
            description="Of every version read, records read = loaded + rejected + duplicate.",
        ),
        dg.AssetCheckSpec(
            "nothing_held_or_refused", asset=LEDGER_KEY, description="No delivery is held or refused at present."
        ),
        dg.AssetCheckSpec(
            "deliveries_arrive",
            asset=LEDGER_KEY,
            description="While a campaign runs, something lands every day or two.",
        ),
    ]

    asset = dg.AssetSpec(
        LEDGER_KEY,
        deps=[table_key(source, table) for source in sources for table in source.tables],
        group_name=DELIVERIES,
        owners=[CAMPAIGN_OWNER],
        kinds={"polars", "parquet"},
        description="The ledger: which version of which delivery is loaded, held, refused or superseded, and why.",
        partitions_def=partitions,
        freshness_policy=daily_freshness(zone),
    )

    @dg.multi_asset(name="ledger", specs=[asset], check_specs=checks, backfill_policy=dg.BackfillPolicy.single_run())
    def deliveries(context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]) -> Iterator[LedgerEvent]:

        from ingest.ledger import read_ledger

        # Before the run's own events: days of runs that are deleted are reported anew, and what is told last is shown first.
        shorten_history(context.instance)
        ledger = read_ledger(home)
        statuses = Counter(ledger["status"].to_list())
        last = last_landed(ledger)
        named = set(context.partition_keys) if context.has_partition_key or context.has_partition_key_range else set()
        yield from (event for event in _days(home, ledger) if event.partition not in named)
        yield dg.MaterializeResult(
            asset_key=LEDGER_KEY, metadata={"dagster/row_count": ledger.height, **statuses, "landed through": str(last)}
        )
        yield _accounted_for(ledger)
        yield _nothing_refused(ledger)
        silent = silent_since(home, project, last, datetime.now(zone))
        yield dg.AssetCheckResult(
            asset_key=LEDGER_KEY,
            check_name="deliveries_arrive",
            passed=silent is None,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "observed": "the last landed on " + str(last),
                "expected": "one every day or two until the campaign ends",
            },
        )

    return deliveries


def _ingest(home: Home, source: Source, run_id: str, project: Project, plan: Plan) -> "list[Outcome]":
    from expectations.checks import CheckResult, held, write_checks
    from expectations.validation import validate_deliveries
    from ingest.ingestion import ingest
    from ingest.lake import StagedDelivery

    judged: list[CheckResult] = []

    def judge(source: Source, staged: Sequence[StagedDelivery], ledger: "pl.DataFrame") -> Mapping[str, str]:
        results = validate_deliveries(home, run_id, source, staged, ledger)
        # Written before the ledger is: a killed run must not leave a verdict without its evidence.
        judged.extend(results)
        write_checks(home, run_id, judged)
        return held(results)

    pending = sum(item.source == source.name for item in plan.pending)
    with progress(f"read {source.title}", pending, "deliveries") as advance:
        return ingest(
            home, source, judge, run_id, project.campaign_ids, plan=plan, advance=advance, weeks=project.weeks
        )


def _rows(home: Home, table: Table, outcomes: "Iterable[Outcome]") -> int:
    """Rows of a table in the deliveries that were accepted."""
    import polars as pl

    from ingest.lake import partition

    accepted = (outcome for outcome in outcomes if outcome.outcome == "accepted")
    paths = [partition(home.lake / table.name, outcome.landed_on, outcome.delivery) for outcome in accepted]
    files = [path for path in paths if path.exists()]
    return int(pl.scan_parquet(files, glob=False).select(pl.len()).collect().item()) if files else 0


def _days(home: Home, ledger: "pl.DataFrame") -> Iterator[dg.AssetMaterialization]:
    """An event for each day of which something was read since the last publication, but was not all held or refused."""
    import polars as pl

    from orchestration.meta_tables import told
    from orchestration.news import read_since

    ledger = told(ledger)
    read = read_since(home, ledger)
    of_day = ledger.filter("is_current").join(read, on="landed_on", how="semi")
    counts = of_day.group_by("landed_on").agg(
        pl.len().alias("deliveries"),
        *((pl.col("status") == status).sum().alias(status) for status in ("loaded", "held", "refused")),
        pl.col("records_loaded").filter(pl.col("status") == "loaded").sum().alias("records"),
    )
    taken = read.filter(pl.col("outcome").is_in(["accepted", "withdrawn"]))
    for row in counts.join(taken, on="landed_on", how="semi").sort("landed_on").iter_rows(named=True):
        day = row.pop("landed_on")
        yield dg.AssetMaterialization(asset_key=LEDGER_KEY, partition=day.isoformat(), metadata=row)


def _check_results(home: Home, source: Source, run_id: str) -> Iterator[dg.AssetCheckResult]:
    """Every check of the source, over all that is held and all that landed lately: the next run overwrites what is shown."""
    import polars as pl

    from ingest.ledger import read_ledger
    from orchestration.meta_tables import current_checks

    ledger = read_ledger(home).filter(pl.col("source") == source.name, pl.col("status").is_in(["loaded", "held"]))
    as_of = ledger["landed_on"].max()
    since = as_of - WARN_SHOWN_FOR if isinstance(as_of, date) else date.min
    judged = (
        current_checks(home)
        .filter(pl.col("layer") == "delivery")
        .join(ledger.filter("is_current"), on=["source", "landed_on", "delivery"])
        .filter((pl.col("status") == "held") | (pl.col("landed_on") > since) | (pl.col("run_id") == run_id))
    )
    for table in source.tables:
        for expectation in suite_for(table.name).expectations:
            mine = judged.filter(pl.col("subject") == table.name, pl.col("check_name") == expectation.name)
            failed = mine.filter(~pl.col("passed")).sort("landed_on", "delivery", descending=True)
            yield dg.AssetCheckResult(
                asset_key=table_key(source, table),
                check_name=expectation.name,
                passed=failed.is_empty(),
                severity=dg.AssetCheckSeverity(expectation.severity),
                metadata={"expected": expectation.expected, "deliveries judged": mine.height, **_evidence(failed)},
            )


def _evidence(failed: "pl.DataFrame") -> dict[str, Any]:
    if failed.is_empty():
        return {}
    rows = failed.head(MOST_SHOWN).select("landed_on", "delivery", "observed", "sample").iter_rows()
    lines = [
        f"{landed_on}/{delivery}: {observed}{f' ({sample})' if sample else ''}"
        for landed_on, delivery, observed, sample in rows
    ]
    return {
        "observed": "; ".join(lines),
        "deliveries that fail": failed.height,
        "failing": int(failed["failing"].sum()),
    }


def _accounted_for(ledger: "pl.DataFrame") -> dg.AssetCheckResult:
    import polars as pl

    from orchestration.meta_tables import told

    accounted = pl.sum_horizontal("records_loaded", "records_rejected", "records_duplicate")
    wrong = ledger.filter(pl.col("records_read").is_not_null() & (pl.col("records_read") != accounted))
    return dg.AssetCheckResult(
        asset_key=LEDGER_KEY,
        check_name="records_accounted_for",
        passed=wrong.is_empty(),
        metadata={"versions that do not add up": wrong.height, "records read": int(told(ledger)["records_read"].sum())},
    )


def _nothing_refused(ledger: "pl.DataFrame") -> dg.AssetCheckResult:
    from orchestration.status import set_aside

    lines = set_aside(ledger)
    return dg.AssetCheckResult(
        asset_key=LEDGER_KEY,
        check_name="nothing_held_or_refused",
        passed=not lines,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"expected": "nothing held or refused", "observed": "; ".join(lines) or "nothing"},
    )


def _column_schema(table: Table) -> dg.TableSchema:
    return dg.TableSchema(
        [
            dg.TableColumn(name, "instant (UTC)" if column.dtype == INSTANT else str(column.dtype), column.description)
            for name, column in table.columns.items()
        ]
    )
