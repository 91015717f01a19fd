"""How the command looks: text that is only shown, numbers with their nouns, stages while a run goes on. Nothing is decided here."""

import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from orchestration.progress import listening

SAID_EVERY_SECONDS = 15.0
"""How often a long stage says how far it is where the output is no terminal."""

WIDTH_OF_A_FILE = 120
"""Columns to lay tables out in where the output is no terminal."""


def console(*, quiet: bool = False) -> Console:
    """Where the command says what it did."""
    width = None if sys.stdout.isatty() else WIDTH_OF_A_FILE
    return Console(quiet=quiet, highlight=False, soft_wrap=True, width=width)


def shown(text: object, style: str = "") -> Text:
    """Text from data as it is: markup is not read, control characters are written out."""
    return Text("".join(map(_visible, str(text))), style=style)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 delivery, 2 deliveries."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _visible(character: str) -> str:
    if character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs") or character in "\u200c\u200d":
        return character
    return character.encode("unicode_escape").decode() if character != "\t" else " "


@contextmanager
def stages(output: Console) -> Iterator[None]:
    """Show the stages of a run: bars on a terminal, else a line as each ends, and now and then before."""
    if output.is_terminal and not output.quiet:
        bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TimeElapsedColumn(),
            console=output,
        )
        with bars, listening(_Bars(bars)):
            yield
    else:
        with listening(_Lines(output)):
            yield


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        self._tasks[stage] = self._bars.add_task(stage, total=1 if total is None else total, unit=unit)
        self._is_counted = total is not None

    def advance(self, stage: str) -> None:
        self._bars.advance(self._tasks[stage])

    def end(self, stage: str) -> None:
        if not self._is_counted:
            self._bars.advance(self._tasks[stage])
        self._bars.stop_task(self._tasks[stage])


class _Lines:
    def __init__(self, output: Console) -> None:
        self._output = output
        self._begun: dict[str, tuple[float, int | None, str]] = {}
        self._done: dict[str, int] = {}
        self._said_at = 0.0

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        self._begun[stage] = time.monotonic(), total, unit
        self._done[stage] = 0
        self._said_at = time.monotonic()

    def advance(self, stage: str) -> None:
        self._done[stage] += 1
        if time.monotonic() - self._said_at >= SAID_EVERY_SECONDS and self._done[stage] != self._begun[stage][1]:
            self._say(stage, "so far")

    def end(self, stage: str) -> None:
        if self._begun[stage][1] != 0:
            self._say(stage, f"({time.monotonic() - self._begun[stage][0]:.1f} s)")

    def _say(self, stage: str, how_far: str) -> None:
        _, total, unit = self._begun[stage]
        count = f": {self._done[stage]} of {total} {unit}" if total is not None else ""
        self._output.print(f"{stage}{count} {how_far}")
        self._said_at = time.monotonic()
