"""What the Dagster UI shows of a mart besides its rows: a table, figures, pictures. Each is a query of its yml, under meta.page.

The queries read marts and seeds, and name nobody. A figure is a number with a label, which Dagster plots over its materialisations.
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
COLUMNS, ENDS, ALL, LINE = (8, 390, 660), (350, 540), 1120, 24
"""Where the columns of a picture of paths begin and end, its width, and the height of a line in it."""

COLOURS = {"on_track": "#1a7f37", "behind": "#bc4c00", "no_target": "#0969da"}
"""Of lines of the scorecard by status; what is unknown is grey."""


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
            shown = connection.execute(page["table"])
            names = [column[0] for column in shown.description]
            metadata: dict[str, Any] = {"table": dg.MetadataValue.md(table(names, shown.fetchmany(MOST_ROWS)))}
            if "series" in page:
                metadata["picture"] = dg.MetadataValue.md(picture(connection.execute(page["series"]).fetchall()))
            if "paths" in page:
                metadata["from element to line"] = dg.MetadataValue.md(
                    paths(connection.execute(page["paths"]).fetchall())
                )
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
    drawn = f'<polyline fill="none" stroke="#1f77b4" stroke-width="2" points="{line}"/>'
    dates = f"{date.fromordinal(first)} to {date.fromordinal(last)}, {_cell(low)} to {_cell(high)}"
    return f"{_image(dates, WIDTH, HEIGHT, drawn)}\n\n{dates}"


def paths(rows: Sequence[tuple[str, str, str, str | None]]) -> str:
    """Elements of the campaign on the left, the mart of each, and on the right its lines with their status, as an image in markdown."""
    places: list[dict[str, int]] = [{}, {}, {}]
    for row in rows:
        for column, text in zip(places, row[:3], strict=True):
            column.setdefault(text, len(column))
    height = LINE * (max(map(len, places)) + 1)

    def middle(column: int, text: str) -> float:
        return (places[column][text] + 0.5) * height / len(places[column])

    drawn = [
        f'<path d="M{ENDS[at]},{middle(at, one):.0f} C{COLUMNS[at + 1] - 20},{middle(at, one):.0f} {ENDS[at] + 20},'
        f'{middle(at + 1, other):.0f} {COLUMNS[at + 1] - 6},{middle(at + 1, other):.0f}" fill="none" stroke="#8c959f"/>'
        for at in range(2)
        for one, other in dict.fromkeys((row[:3][at], row[:3][at + 1]) for row in rows)
    ]
    colours = {row[2]: COLOURS.get(row[3] or "", "#6e7781") for row in rows}
    drawn += [
        f'<text x="{COLUMNS[at]}" y="{middle(at, text) + 4:.0f}" fill="{colours[text] if at == 2 else "#24292f"}">{escape(text)}</text>'
        for at, column in enumerate(places)
        for text in column
    ]
    body = f'<rect width="100%" height="100%" fill="#ffffff"/><g font-family="sans-serif" font-size="12">{"".join(drawn)}</g>'
    return _image("From each element of the campaign to its lines on the scorecard", ALL, height, body)


def _image(alternative: str, width: int, height: int, drawn: str) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{drawn}</svg>'
    return f"![{alternative}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


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
