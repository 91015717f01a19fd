"""Counts what a mart holds that it should not: one scan per mart, in SQL, whatever its size.

Nothing is judged here; `expectations.validation` does. The SQL is put together from names and conditions of the suites.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import duckdb

from expectations.suite import Expectation, MartSuite, SuiteError
from expectations.suites.marts import ANY

HASH = "hash"
"""The function that keys are first compared by; tests replace it with one that collides."""


@dataclass(frozen=True)
class Measures:
    """What was counted in a mart, by expectation.

    `counts` are what the rules apply to; NULL where nothing is expected. `observed` says them in words, `offending` has
    the rows that should not be there, and `unjudged` says why an expectation could not be applied: the mart, or one
    of its columns, is `missing`.
    """

    connection: duckdb.DuckDBPyConnection
    suite: MartSuite
    counts: Mapping[str, int | None]
    observed: Mapping[str, str]
    offending: Mapping[str, int]
    unjudged: Mapping[str, str]
    missing: Collection[str]

    def sample(self, name: str, size: int) -> str | None:
        """The keys of a few rows that fail an expectation; None where it is not about rows, or keys are people's."""
        expectation = next(item for item in self.suite.expectations if item.name == name)
        is_about_rows = bool(expectation.failing) or name == "key_unique"
        is_located = bool(self.suite.sample) and not {*self.suite.sample, *self.suite.key} & {*self.missing}
        if name in self.unjudged or not is_about_rows or not is_located:
            return None
        shown = ", ".join(self.suite.sample)
        offending = (
            f"where {expectation.failing}"
            if expectation.failing
            else f"qualify count(*) over (partition by {', '.join(self.suite.key)}) > 1"
        )
        query = f"select distinct {shown} from main.{self.suite.subject} {offending} order by all limit {size}"
        rows = self.connection.execute(query).fetchall()
        return ", ".join("/".join("NULL" if value is None else str(value) for value in row) for row in rows)


def measure(connection: duckdb.DuckDBPyConnection, suite: MartSuite, loaded: Collection[str]) -> Measures:
    """Count the rows of a mart that fail each expectation of its suite."""
    present = _columns(connection, suite.subject)
    missing = [name for name in suite.columns if name not in present]
    if not present:
        unjudged = {item.name: "the mart is not there" for item in suite.expectations}
        return Measures(connection, suite, {}, {}, {}, unjudged, missing)
    unjudged = {
        item.name: f"not evaluated: no column {', '.join(needed)}"
        for item in suite.expectations
        if (needed := [name for name in missing if name in _needs(item, suite)])
    }
    conditions = {item.name: item.failing for item in suite.expectations if item.failing and item.name not in unjudged}
    filters = [f'count(*) filter (where {failing}) as "{name}"' for name, failing in conditions.items()]
    rows, *offending = _row(connection, suite, f"select {', '.join(('count(*)', *filters))} from main.{suite.subject}")
    found = dict(zip(conditions, offending, strict=True))
    if "key_unique" not in unjudged:
        found["key_unique"] = _repeats(connection, suite, rows)
    has_data = suite.made_from is None or suite.made_from in loaded or (suite.made_from == ANY and bool(loaded))
    missed = f"no column {', '.join(missing)}" if missing else "every column"
    return Measures(
        connection,
        suite,
        counts={**found, "has_rows": rows if has_data else None, "public_columns": len(missing)},
        observed={
            **{name: f"{count:,} of {rows:,} rows" for name, count in found.items()},
            "has_rows": f"{rows:,} rows",
            "public_columns": missed,
        },
        offending=found,
        unjudged=unjudged,
        missing=missing,
    )


def _columns(connection: duckdb.DuckDBPyConnection, mart: str) -> set[str]:
    found = connection.execute(
        "select column_name from information_schema.columns "
        "where table_catalog = current_database() and table_schema = 'main' and table_name = ?",
        [mart],
    )
    return {name for (name,) in found.fetchall()}


def _needs(expectation: Expectation, suite: MartSuite) -> set[str]:
    """The columns that an expectation reads."""
    if expectation.name == "key_unique":
        return set(suite.key)
    return set(re.findall(r"\w+", expectation.failing))


def _repeats(connection: duckdb.DuckDBPyConnection, suite: MartSuite, rows: int) -> int:
    """How many rows repeat a key.

    Equal keys have equal hashes, which are cheaper to compare: as many hashes as rows prove that no key is repeated.
    """
    key = ", ".join(suite.key)
    (distinct,) = _row(
        connection, suite, f"select count(*) from (select distinct {HASH}({key}) from main.{suite.subject})"
    )
    if distinct == rows:
        return 0
    (keys,) = _row(connection, suite, f"select count(*) from (select distinct {key} from main.{suite.subject})")
    return rows - keys


def _row(connection: duckdb.DuckDBPyConnection, suite: MartSuite, query: str) -> tuple[int, ...]:
    try:
        return connection.execute(query).fetchall()[0]
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ConversionException) as error:
        raise SuiteError(f"{suite.subject}: its expectations could not be evaluated: {error}") from error
