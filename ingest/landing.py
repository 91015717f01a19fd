"""The landing zone: what lies there, and how to put a delivery there atomically. Nothing here edits what was delivered."""

import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ingest.delivery import FIRST_LANDED_ON, folded, folder_signature, is_utf8, printable
from ingest.files import PRIVATE_FILE, make_home, make_private
from ingest.home import Home
from ingest.source import NOTE

MOST_WARNINGS = 5
"""Of one kind; where a whole disk is not mounted, a line for each delivery would hide every other."""
STRAY_AFTER_SECONDS = 3600

_ASIDE, _UNFINISHED = ".replaced-", ".delivery-"
_TAKEN_FOR_A_NOTE = {folded(NOTE), "delivery.yaml", "delivery.yml.txt"}


@dataclass(frozen=True)
class Landed:
    """A folder with a note, seen in landing.

    `folder_signature` is None for a folder that cannot be looked into. `clash` names another folder that a file system blind
    to case or Unicode form takes for the same.
    """

    source: str
    landed_on: date
    name: str
    path: Path
    folder_signature: str | None
    clash: str | None = None

    @property
    def id(self) -> tuple[str, date, str]:
        """What identifies a delivery."""
        return self.source, self.landed_on, self.name


def scan(home: Home, sources: Iterable[str]) -> tuple[list[Landed], list[str]]:
    """Every complete delivery in landing, by source, day and name; and a warning for what cannot be one."""
    landed: list[Landed] = []
    warnings: list[str] = []
    misplaced: list[str] = []
    known = set(sources)
    sources_there, _ = _look(home.landing, "landing", warnings)
    for source in sources_there:
        place = f"landing/{printable(source)}"
        if source not in known:
            warnings.append(f"{place} is not a source; expected one of {', '.join(sorted(known))}")
            continue
        days, files = _look(home.landing / source, place, warnings)
        misplaced += _misplaced(files, place)
        for day in days:
            landed_on, of_day = day_of(day), f"{place}/{printable(day)}"
            if landed_on is None:
                warnings.append(
                    f"{of_day} is not a day; expected YYYY-MM-DD from {FIRST_LANDED_ON} on, as the day it landed"
                )
                continue
            names, files = _look(home.landing / source / day, of_day, warnings)
            if NOTE in files:
                warnings.append(
                    f"{of_day} holds a {NOTE} itself; expected a folder for each delivery of the day: move the note and its files into one"
                )
            else:
                misplaced += _misplaced(files, of_day)
            landed += _deliveries(source, landed_on, names, home.landing / source / day, warnings)
    return landed, [*warnings, *few(misplaced, "files lie above a delivery's folder")]


def day_of(name: str) -> date | None:
    """The day that a folder is named for; one on which nothing can have landed is told of by its deliveries."""
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None


def few(lines: Sequence[str], more: str) -> list[str]:
    """The first warnings of a kind, and how many there are besides."""
    rest = len(lines) - MOST_WARNINGS
    return [*lines[:MOST_WARNINGS], *([f"... and {rest} more {more}"] if rest > 0 else [])]


class _PlainDumper(yaml.SafeDumper):
    """Writes equal values out each time: a note may not refer to another place in it."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - whatever the value
        return True


def write_delivery(
    home: Home, source: str, landed_on: date, name: str, files: Mapping[str, bytes], note: Mapping[str, Any] | str
) -> Path:
    """Write a delivery as a whole: files first, the note last, the folder moved into place. Replaces one of that name.

    A note that is text already, with comments perhaps, stays as it is. Returns the delivery's folder. Whoever looks at any
    instant sees the old delivery, the new one or none, never a part.
    """
    target = home.landing / source / landed_on.isoformat() / name
    make_home(home.root)
    make_private(target.parent)
    staging = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=target.parent))
    for file_name, content in files.items():
        (staging / file_name).touch(PRIVATE_FILE)
        (staging / file_name).write_bytes(content)
    (staging / NOTE).touch(PRIVATE_FILE)
    if not isinstance(note, str):
        note = yaml.dump(dict(note), Dumper=_PlainDumper, sort_keys=False, allow_unicode=True)
    (staging / NOTE).write_text(note, "utf-8")
    if target.exists():
        aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=target.parent))
        target.rename(aside / name)
        staging.rename(target)
        shutil.rmtree(aside)
    else:
        staging.rename(target)
    return target


def sweep_landing(home: Home) -> None:
    """Clear away what a writer that was killed left behind: the delivery that it was replacing goes back into its place."""
    for stray in home.landing.glob("*/*/.*-*"):
        if not stray.is_dir() or time.time() - stray.stat().st_mtime < STRAY_AFTER_SECONDS:
            continue
        if stray.name.startswith(_ASIDE):
            for old in stray.iterdir():
                if not (stray.parent / old.name).exists():
                    old.rename(stray.parent / old.name)
        if stray.name.startswith((_ASIDE, _UNFINISHED)):
            shutil.rmtree(stray, ignore_errors=True)


def _deliveries(source: str, landed_on: date, names: Sequence[str], day: Path, warnings: list[str]) -> Iterator[Landed]:
    counted = Counter(map(folded, names))
    for name in names:
        path, clash = day / name, None
        if counted[folded(name)] > 1:
            clash = next(other for other in names if other != name and folded(other) == folded(name))
        try:
            signature = folder_signature(path)
            if signature is None:
                warnings += _misnamed(path, f"landing/{source}/{landed_on}/{printable(name)}")
                continue
        except FileNotFoundError:
            # What is being replaced at this moment is not there: the next run sees it whole.
            continue
        except OSError:
            signature = None
        shown = name if is_utf8(name) else printable(name)
        yield Landed(source, landed_on, shown, path, signature, clash and printable(clash))


def _misnamed(path: Path, place: str) -> list[str]:
    """A warning where a folder has no note but something that seems meant for one; else it is not complete yet."""
    return [
        f"{place} is no delivery: its {NOTE} is not a file; expected a text file: write it anew"
        if entry.name == NOTE
        else f"{place} is no delivery: its note is called {printable(entry.name)}; expected {NOTE}: rename it"
        for entry in sorted(path.iterdir())
        if folded(entry.name) in _TAKEN_FOR_A_NOTE
    ]


def _look(path: Path, place: str, warnings: list[str]) -> tuple[list[str], list[str]]:
    """The names of the folders and of the files in a folder, without hidden ones."""
    try:
        with os.scandir(path) as entries:
            seen = sorted((entry.name, entry.is_dir()) for entry in entries if not entry.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        seen = []
    except OSError as error:
        warnings.append(f"{place} cannot be opened ({error.strerror}); make it readable for the warehouse")
        seen = []
    return [name for name, is_folder in seen if is_folder], [name for name, is_folder in seen if not is_folder]


def _misplaced(files: Iterable[str], place: str) -> list[str]:
    """Warnings about files that were dropped where only folders belong."""
    return [
        f"{place}/{printable(name)} lies above a delivery's folder; expected landing/<source>/<day>/<delivery>/: "
        f"move it into one, with a {NOTE}"
        for name in files
    ]
