"""A test that several rules make up says which of them are broken."""

from dataclasses import replace
from pathlib import Path

import duckdb

from ingest.home import Home
from orchestration.dbt import NodeResult, name_broken_rules

QUERY = """
select 'low is below high' as rule, number as row_key from "marts"."main"."figures" where low > high
union all
select 'low is positive' as rule, number as row_key from "marts"."main"."figures" where low < 0
"""
FAILED = NodeResult(
    "test.x", "test", "rules_figures", "fail", 0.1, 4, "Got 4 results, configured to fail if != 0", QUERY
)


def test_the_rules_are_named_with_their_rows(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.warehouse.parent.mkdir()
    duckdb.connect(str(home.warehouse)).close()
    with duckdb.connect(str(home.marts)) as marts:
        marts.execute(
            "create table figures as select * from (values (1, 3, 2), (2, 5, 4), (3, -1, 2), (4, 9, 8)) as rows(number, low, high)"
        )
    other = replace(FAILED, name="unique_grain", query="select 1 as id")
    passed = replace(FAILED, status="pass")
    named = name_broken_rules(home, [FAILED, other, passed])
    assert [result.message for result in named] == [
        "low is below high: 3 rows; low is positive: 1 rows",
        other.message,
        passed.message,
    ]
