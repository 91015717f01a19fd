"""What keeps compiled SQL from running on an engine with Spark's dialect, told from its syntax tree."""

import re

import sqlglot
from sqlglot import exp

BY_MACRO = {
    "timezone",
    "epoch_us",
    "hash",
    "to_seconds",
    "make_timestamptz",
    "list_extract",
    "list_position",
    "list_reduce",
    "list_slice",
    "list_sum",
    "md5_number_lower",
}
"""Functions of DuckDB that only macros write, so that another engine gets its own."""


def donts(sql: str) -> set[str]:
    """What a compiled model does that does not carry over; raises where it cannot be translated at all."""
    # How lake files are opened is a macro's affair too.
    tree = sqlglot.parse_one(re.sub(r"read_parquet\(.*?= true\)", "lake", sql, flags=re.DOTALL), dialect="duckdb")
    tree.sql("spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    found = {
        "union by name": any(union.args.get("by_name") for union in tree.find_all(exp.Union)),
        "t.* exclude": any(_excludes(column) for column in tree.find_all(exp.Column)),
        "two unnests in a select": any(_unnests(select) > 1 for select in tree.find_all(exp.Select)),
        "row(...)": any(call.name.lower() == "row" for call in tree.find_all(exp.Anonymous)),
        "ordered sum": any(isinstance(total.this, exp.Order) for total in tree.find_all(exp.Sum)),
        "row_number without order": any(
            isinstance(window.this, exp.RowNumber) and not window.args.get("order")
            for window in tree.find_all(exp.Window)
        ),
        "back-reference": any("\\1" in call.sql() for call in tree.find_all(exp.RegexpReplace)),
        "date - date": any(_is_date(less.left) and _is_date(less.right) for less in tree.find_all(exp.Sub)),
    }
    aliases = {f"alias {name} used beside it" for select in tree.find_all(exp.Select) for name in _reused(select)}
    unknown = {call.name.lower() for call in tree.find_all(exp.Anonymous)} - BY_MACRO - {"row"}
    return {word for word, is_found in found.items() if is_found} | aliases | {f"function {name}" for name in unknown}


def _excludes(column: exp.Column) -> bool:
    return isinstance(column.this, exp.Star) and bool(column.this.args.get("except_") or column.this.args.get("except"))


def _unnests(select: exp.Select) -> int:
    calls = [call for item in select.expressions for call in item.find_all(exp.Unnest, exp.Explode)]
    return sum(call.find_ancestor(exp.Select) is select for call in calls)


def _is_date(side: exp.Expr) -> bool:
    return isinstance(side, exp.Column) and side.name.endswith("_on")


def _reused(select: exp.Select) -> set[str]:
    """Aliases that a later expression of the same select reads; one that is also a column it is made of is that column."""
    reused: set[str] = set()
    before: set[str] = set()
    for item in select.expressions:
        read = {
            column.name
            for column in item.find_all(exp.Column)
            if not column.table and column.find_ancestor(exp.Select) is select
        }
        reused |= read & before
        if isinstance(item, exp.Alias) and item.alias not in read:
            before.add(item.alias)
    return reused
