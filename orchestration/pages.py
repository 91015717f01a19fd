"""What the Dagster UI shows of a mart besides its rows: a table, figures, a picture. Each is a query of its yml, under meta.page.

The queries read marts alone and name nobody. A figure is a number with a label, which Dagster plots over its materialisations.
"""

import base64
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Any

import dagster as dg

from ingest.home import Home
from orchestration.warehouse import open_warehouse

MOST_ROWS = 40
WIDTH, HEIGHT, MARGIN = 480, 96, 8


def pages(home: Home, manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The metadata of every model that has a page, by its unique_id. Raises duckdb.Error where a query is wrong."""
    wanted = {
        uid: node["config"]["meta"]["page"]
        for uid, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and "page" in node["config"].get("meta", {})
    }
    found = {}
    with open_warehouse(home) as connection:
        connection.execute("use marts; set TimeZone = 'UTC'")
        for uid, page in wanted.items():
            metadata: dict[str, Any] = {"question": page["question"]}
            shown = connection.execute(page["table"])
            names = [column[0] for column in shown.description]
            metadata["table"] = dg.MetadataValue.md(table(names, shown.fetchmany(MOST_ROWS)))
            if "series" in page:
                metadata["picture"] = dg.MetadataValue.md(picture(connection.execute(page["series"]).fetchall()))
            figures = connection.execute(page["figures"]).fetchall() if "figures" in page else []
            metadata |= {str(label): round(float(value), 4) for label, value in figures if value is not None}
            found[uid] = metadata
    return found


def table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as a table in markdown; what stands in them is shown, never obeyed."""
    lines = [names, ["---:" if _is_number(rows, column) else "---" for column in range(len(names))]]
    lines += [[_cell(value) for value in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def picture(points: Sequence[tuple[date | datetime, float | None]]) -> str:
    """A line through the known points as an image in markdown, from 0 upwards; the first and last date are named below it."""
    known = [(at.toordinal(), float(value)) for at, value in points if value is not None]
    if len(known) < 2:
        return "too few dates for a picture"
    first, last = known[0][0], known[-1][0]
    low, high = min(0.0, *(value for _, value in known)), max(0.0, *(value for _, value in known))
    line = " ".join(
        f"{MARGIN + (WIDTH - 2 * MARGIN) * (at - first) / max(1, last - first):.1f},"
        f"{MARGIN + (HEIGHT - 2 * MARGIN) * (high - value) / ((high - low) or 1):.1f}"
        for at, value in known
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        f'<polyline fill="none" stroke="#1f77b4" stroke-width="2" points="{line}"/></svg>'
    )
    dates = f"{date.fromordinal(first)} to {date.fromordinal(last)}, {_cell(low)} to {_cell(high)}"
    return f"![{dates}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})\n\n{dates}"


def _is_number(rows: Sequence[Sequence[object]], column: int) -> bool:
    values = [row[column] for row in rows if row[column] is not None]
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if math.isfinite(value) and not value.is_integer() and abs(value) < 1000:
            return f"{value:,.2f}"
        case int() | float():
            return f"{value:,.0f}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case _:
            text = escape(" ".join(str(value).split()))
            return "".join(f"\\{sign}" if sign in "\\|`*_[]#!" else sign for sign in text)
