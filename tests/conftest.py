"""Tiers and order of the tests: rooms that run dbt or the job are slow, and come first, so that every core is busy until the end."""

import pytest

SLOW_ROOMS = ("pipeline", "orchestration", "dbt")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow and sort it first; within a room the order stays."""

    def place(item: pytest.Item) -> int:
        room = item.path.parent.name
        return SLOW_ROOMS.index(room) if room in SLOW_ROOMS else len(SLOW_ROOMS)

    for item in items:
        if place(item) < len(SLOW_ROOMS):
            item.add_marker("slow")
    items.sort(key=place)
