"""The scorecard on a terminal, read from the published marts as any analyst would. How a value comes about is dbt's affair."""

from pathlib import Path
from typing import Any

import duckdb
from rich.table import Table

from ingest.home import Home

COLUMNS = "campaign_id, kpi_id, kpi_name, stage, unit, value, ci_low, ci_high, target, change, status, reason, as_of, is_provisional"
UNITS = {"percent": "%", "percent_points": "pp", "minutes": "min", "hours": "h"}
"""How units look after a number; counts of things stand without."""

_MARKS = {
    "on_track": "[green]on track[/]",
    "behind": "[yellow]behind[/]",
    "no_target": "",
    "unknown": "[dim]unknown[/]",
}


def scorecard(home: Home) -> Table:
    """The published scorecard as a table."""
    rows = _read(
        home.published,
        f"select {COLUMNS} from rpt_campaign_scorecard order by campaign_id, position, market, subject_type, subject_id",
    )
    as_of = max((str(row["as_of"]) for row in rows), default="never")
    table = Table(title=f"Scorecard, deliveries landed through {as_of}", title_justify="left", header_style="bold")
    for name, side in (
        ("KPI", "left"),
        ("", "left"),
        ("value", "right"),
        ("95 % interval", "right"),
        ("change", "right"),
        ("target", "right"),
        ("", "left"),
    ):
        table.add_column(name, justify="right" if side == "right" else "left")
    stage = None
    for row in rows:
        if row["stage"] != stage and stage is not None:
            table.add_section()
        stage = row["stage"]
        table.add_row(row["kpi_id"], row["kpi_name"], *_cells(row))
    return table


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    if row["value"] is None:
        return "-", "", "", _number(row["target"], row["unit"]), f"[dim]{row['reason']}[/]"
    interval = (
        f"{_number(row['ci_low'], '')} to {_number(row['ci_high'], row['unit'])}" if row["ci_low"] is not None else ""
    )
    note = " ".join(
        filter(None, [_MARKS.get(row["status"], row["status"]), "[dim]provisional[/]" if row["is_provisional"] else ""])
    )
    change = f"{row['change']:+,.1f}".removesuffix(".0") if row["change"] is not None else ""
    return _number(row["value"], row["unit"]), interval, change, _number(row["target"], row["unit"]), note


def _number(value: float | None, unit: str | None) -> str:
    """Counts whole, shares and percentages with the digits that mean something."""
    if value is None:
        return ""
    text = (
        f"{value:,.0f}"
        if float(value).is_integer() or abs(value) >= 1000
        else f"{value:,.1f}"
        if abs(value) >= 10
        else f"{value:,.3f}"
    )
    return f"{text} {UNITS[unit]}" if unit in UNITS else text


def _read(path: Path, query: str) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as marts (read_only)")
        connection.execute("use marts")
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
