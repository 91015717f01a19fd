"""Tiers and order of the tests: rooms that run dbt or the job are slow, and come first, so that every core is busy until the end; so are properties."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from filelock import FileLock

Once: TypeAlias = Callable[[str, Callable[[Path], object]], Path]
"""Given a name and what makes the folder of that name: the folder, made by whichever process that tests asks first."""

SLOW_ROOMS = ("pipeline", "dbt", "orchestration")

# As in a run: garbage collection among the million objects of the frameworks, which stay, took a seventh of the time of tests of dbt.
gc.set_threshold(1_000_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow and sort it first; within a room the order stays."""

    def place(item: pytest.Item) -> int:
        room = item.path.parent.name
        return SLOW_ROOMS.index(room) if room in SLOW_ROOMS else len(SLOW_ROOMS)

    for item in items:
        is_property = getattr(getattr(item, "function", None), "is_hypothesis_test", False)
        if place(item) < len(SLOW_ROOMS) or is_property:
            item.add_marker("slow")
    items.sort(key=place)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """Makes a folder once for all processes that test."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def make_once(name: str, make: Callable[[Path], object]) -> Path:
        folder, made = shared / name, shared / f"{name}.made"
        with FileLock(shared / f"{name}.lock"):
            if not made.exists():
                make(folder)
                made.touch()
        return folder

    return make_once
