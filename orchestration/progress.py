"""What a run is doing: stages and how far each is, told to whoever listens. How it is shown is the listener's affair."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol


class Listener(Protocol):
    """Whoever shows how far a run is."""

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        """A stage begins."""

    def advance(self, stage: str) -> None:
        """One more of its total is done."""

    def end(self, stage: str) -> None:
        """It is over, well or not."""


_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell a listener of what happens in this process meanwhile."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@contextmanager
def progress(stage: str, total: int | None = None, unit: str = "") -> Iterator[Callable[[], None]]:
    """A stage of a run; what it yields is called for each of `total` that is done."""
    for listener in _listeners:
        listener.begin(stage, total, unit)
    try:
        yield lambda: _advance(stage)
    finally:
        for listener in _listeners:
            listener.end(stage)


def _advance(stage: str) -> None:
    for listener in _listeners:
        listener.advance(stage)
