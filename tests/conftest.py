"""Order of the tests: rooms that really run the job come first, so that every core is busy until the end."""

import pytest

ROOMS = ("pipeline", "orchestration", "dbt")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by room; within one the order stays."""
    items.sort(key=lambda item: ROOMS.index(item.path.parent.name) if item.path.parent.name in ROOMS else len(ROOMS))
