"""The scorecard on a terminal, read from the published marts as any analyst would. How a value comes about is dbt's affair."""

from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
from rich.table import Table
from rich.text import Text

from ingest.home import Home
from orchestration.display import shown
from orchestration.warehouse import text

COLUMNS = (
    "campaign_id, campaign_name, kpi_id, kpi_name, stage, unit, market, subject_type, subject_id, value, ci_low, ci_high, sampling, "
    "target, change, status, reason, reason_text, stale_since, as_of, is_provisional"
)
UNITS = {"percent": "%", "percent_points": "pp", "minutes": "min", "hours": "h"}
"""How units look after a number; counts of things stand without."""

EXPLAINED = (
    "interval: 95 % of an estimate; else what rounded readings, or people without an id, leave open. "
    "* not a probability sample: it holds as far as the weights make it like the population. "
    "change: the last 7 complete days against the 7 before, or a wave against the one before. "
    "stale: what a held or refused delivery of its source brought that day is not in it."
)

_MARKS = {
    "on_track": "[green]on track[/]",
    "behind": "[yellow]behind[/]",
    "no_target": "",
    "unknown": "[dim]unknown[/]",
}


def scorecards(home: Home) -> list[Table]:
    """The published scorecard, a table per campaign."""
    rows = _read(
        home.published,
        f"select {COLUMNS} from rpt_campaign_scorecard order by campaign_id, position, market, subject_type, subject_id",
    )
    return [_table(list(of_campaign)) for _, of_campaign in groupby(rows, key=lambda row: row["campaign_id"])]


def _table(rows: list[dict[str, Any]]) -> Table:
    as_of = max((str(row["as_of"]) for row in rows if row["as_of"]), default="never")
    campaign = rows[0]["campaign_name"] or rows[0]["campaign_id"]
    table = Table(
        title=shown(f"Scorecard of {campaign}, deliveries landed through {as_of}"),
        title_justify="left",
        caption=EXPLAINED,
        caption_justify="left",
        header_style="bold",
    )
    for name in ("KPI", "", "of"):
        table.add_column(name, overflow="fold")
    for name in ("value", "interval", "change", "target"):
        table.add_column(name, justify="right")
    table.add_column("")
    stage = rows[0]["stage"]
    for row in rows:
        if row["stage"] != stage:
            table.add_section()
        stage = row["stage"]
        table.add_row(row["kpi_id"], shown(row["kpi_name"]), shown(_about(row)), *_cells(row))
    return table


def _about(row: dict[str, Any]) -> str:
    """What a line is about besides its campaign: the wave and question, the session, the market."""
    kind, subject = row["subject_type"], row["subject_id"]
    parts = []
    if subject.count(":") >= 4:
        _survey, wave, sample, question, *_answer = subject.split(":")
        parts += [("wave", wave), ("question", question), *([("sample", sample)] if sample != "all" else [])]
    elif kind != "campaign":
        parts.append((kind, subject))
    if row["market"] not in ("all", "unknown"):
        parts.append(("market", row["market"]))
    # Nothing is delivered yet of what stands as a pattern, such as `%:top`.
    return ", ".join(f"{what} {which}" for what, which in parts if "%" not in which or row["value"] is not None)


def _cells(row: dict[str, Any]) -> tuple[str | Text, ...]:
    if row["value"] is None:
        return "-", "", "", _number(row["target"], row["unit"]), shown(row["reason_text"] or row["reason"], "dim")
    sign = " *" if row["sampling"] == "non_probability" else ""
    interval = (
        f"{_number(row['ci_low'], '')} to {_number(row['ci_high'], row['unit'])}{sign}"
        if row["ci_low"] is not None
        else ""
    )
    notes = [
        _MARKS.get(row["status"], row["status"]),
        "[dim]provisional[/]" if row["is_provisional"] else "",
        f"[yellow]stale since {row['stale_since']}[/]" if row["stale_since"] else "",
    ]
    change = f"{row['change']:+,.1f}".removesuffix(".0") if row["change"] is not None else ""
    return (
        _number(row["value"], row["unit"]),
        interval,
        change,
        _number(row["target"], row["unit"]),
        " ".join(filter(None, notes)),
    )


def _number(value: float | None, unit: str | None) -> str:
    """Counts whole, shares and percentages with the digits that mean something."""
    if value is None:
        return ""
    digits = (
        f"{value:,.0f}"
        if float(value).is_integer() or abs(value) >= 1000
        else f"{value:,.1f}"
        if abs(value) >= 10
        else f"{value:,.3f}"
    )
    return f"{digits} {UNITS[unit]}" if unit in UNITS else digits


def _read(path: Path, query: str) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        connection.execute(f"attach {text(str(path))} as marts (read_only)")
        connection.execute("use marts")
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
