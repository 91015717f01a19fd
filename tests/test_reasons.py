"""Reasons stand in one list: what code and SQL call a reason is in it, and nothing is in it that no layer uses."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.reasons import Reason

ROOT = Path(__file__).resolve().parent.parent
PYTHON = [path for path in (ROOT / "ingest").rglob("*.py") if path.name != "reasons.py"]
SQL = [path for folder in ("models", "macros", "tests") for path in (ROOT / "dbt_project" / folder).rglob("*.sql")]
NAMED = re.compile(r"\bas (?:\w+_)?(?:reason|caveat)\b")
RESULT = re.compile(r"(?:then|else|,|\()\s*'([a-z]\w*)'")


def reasons_of(sql: str) -> Iterator[str]:
    """Literals that become a column called reason: results of the `case` or call before its name, or the literal itself."""
    for name in NAMED.finditer(sql):
        before = sql[: name.start()].rstrip()
        if before.endswith("'"):
            yield before.split("'")[-2]
        elif before.endswith("end"):
            yield from RESULT.findall(re.sub(r"\bin\s*\([^)]*\)", "", _back_to(before, r"\bcase\b", r"\bend\b")))
        elif before.endswith(")"):
            yield from RESULT.findall(_back_to(before, r"\(", r"\)"))


def _back_to(text: str, opens: str, closes: str) -> str:
    """The end of a text from where what closes there was opened."""
    depth = 0
    for found in reversed([*re.finditer(f"(?P<open>{opens})|{closes}", text)]):
        depth += -1 if found["open"] else 1
        if depth == 0:
            return text[found.start() :]
    return ""


@pytest.mark.parametrize("path", SQL, ids=lambda path: path.stem)
def test_what_sql_calls_a_reason_is_one(path: Path) -> None:
    assert set(reasons_of(path.read_text("utf-8"))) - set(Reason) == set()


def test_reasons_are_found_in_sql() -> None:
    sql = """
        case when a then case when b then 'x' end else 'y' end as reason,
        coalesce(min(reason), 'z') as cell_reason,
        'w' as reason,
        case when c = 'not one' then 'not one' end as figure,
        cast(null as varchar) as reason,
        basis as caveat,
    """
    assert set(reasons_of(sql)) == {"x", "y", "z", "w"}


def rules_of(code: ast.AST) -> Iterator[str]:
    """Text that names a rule for records: the keys of rules given as dictionaries, and of those added to one."""
    for node in ast.walk(code):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(value, ast.Tuple) and "pl." in ast.unparse(value):
                    yield str(key.value)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            place = node.targets[0].slice
            if isinstance(place, ast.Constant) and isinstance(node.value, ast.Tuple):
                yield str(place.value)


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: path.stem)
def test_what_a_reader_calls_a_reason_is_one(path: Path) -> None:
    assert set(rules_of(ast.parse(path.read_text("utf-8")))) - set(Reason) == set()


def test_every_reason_is_used() -> None:
    text = "\n".join(path.read_text("utf-8") for path in (*PYTHON, *SQL))
    unused = {
        reason
        for reason in Reason
        if f"Reason.{reason.name}" not in text and not re.search(rf"['\"]{reason}['\"]", text)
    }
    assert unused == set()


def test_every_reason_is_said_to_people() -> None:
    for reason in Reason:
        assert re.fullmatch(r"[A-Z].*\.", reason.english), reason
        assert re.search("[\u0600-\u06ff]", reason.arabic), reason
    assert len({reason.english for reason in Reason}) == len({reason.arabic for reason in Reason}) == len(Reason)
