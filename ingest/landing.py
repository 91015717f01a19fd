"""The landing zone: what lies there, and how to put a delivery there atomically. Nothing here edits what was delivered."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ingest.delivery import FIRST_LANDED_ON, NOTE, folded, folder_signature
from ingest.home import Home


@dataclass(frozen=True)
class Landed:
    """A folder with a note, seen in landing.

    `clash` names another folder that a file system blind to case or Unicode form takes for the same.
    """

    source: str
    landed_on: date
    name: str
    path: Path
    folder_signature: str
    clash: str | None = None

    @property
    def id(self) -> tuple[str, date, str]:
        """What identifies a delivery."""
        return self.source, self.landed_on, self.name


def scan(home: Home, sources: Iterable[str]) -> tuple[list[Landed], list[str]]:
    """Every complete delivery in landing, by source, day and name; and a warning for each folder that cannot be one."""
    landed: list[Landed] = []
    warnings: list[str] = []
    known = set(sources)
    for source in _folders(home.landing):
        if source.name not in known:
            warnings.append(f"landing/{source.name} is not a source; expected one of {', '.join(sorted(known))}")
            continue
        for day in _folders(Path(source.path)):
            landed_on = _day(day.name)
            if landed_on is None:
                warnings.append(
                    f"landing/{source.name}/{day.name} is not a day; expected YYYY-MM-DD from {FIRST_LANDED_ON} on, "
                    "as the day it landed"
                )
                continue
            if (Path(day.path) / NOTE).is_file():
                warnings.append(
                    f"landing/{source.name}/{day.name} holds a {NOTE} itself; expected a folder for each delivery of the "
                    "day: move the note and its files into one"
                )
            names = [entry.name for entry in _folders(Path(day.path))]
            counted = Counter(map(folded, names))
            for name in names:
                path = Path(day.path) / name
                clash = (
                    next(other for other in names if other != name and folded(other) == folded(name))
                    if counted[folded(name)] > 1
                    else None
                )
                # What is being replaced at this moment is not there: the next run sees it whole.
                with suppress(FileNotFoundError):
                    if (path / NOTE).is_file():
                        landed.append(Landed(source.name, landed_on, name, path, folder_signature(path), clash))
                    else:
                        warnings += _misnamed(path, f"landing/{source.name}/{day.name}/{name}")
    return landed, warnings


def write_delivery(
    home: Home, source: str, landed_on: date, name: str, files: Mapping[str, bytes], note: Mapping[str, Any]
) -> Path:
    """Write a delivery as a whole: files first, the note last, the folder moved into place. Replaces one of that name.

    Returns the delivery's folder. Whoever looks at any instant sees the old delivery, the new one or none, never a part.
    """
    target = home.landing / source / landed_on.isoformat() / name
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".delivery-", dir=target.parent))
    for file_name, content in files.items():
        (staging / file_name).write_bytes(content)
    (staging / NOTE).write_text(yaml.safe_dump(dict(note), sort_keys=False, allow_unicode=True), "utf-8")
    staging.chmod(0o755)
    if target.exists():
        aside = Path(tempfile.mkdtemp(prefix=".replaced-", dir=target.parent))
        target.rename(aside / name)
        staging.rename(target)
        shutil.rmtree(aside)
    else:
        staging.rename(target)
    return target


def _misnamed(path: Path, place: str) -> list[str]:
    """A warning where a folder has no note but a file that seems meant for one; else it is not complete yet."""
    likely = {folded(NOTE), "delivery.yaml", "delivery.yml.txt"}
    return [
        f"{place} is no delivery: its note is called {entry.name}; expected {NOTE}: rename it"
        for entry in sorted(path.iterdir())
        if folded(entry.name) in likely
    ]


def _folders(path: Path) -> list["os.DirEntry[str]"]:
    if not path.is_dir():
        return []
    with os.scandir(path) as entries:
        return sorted(
            (entry for entry in entries if entry.is_dir() and not entry.name.startswith(".")),
            key=lambda entry: entry.name,
        )


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name and day >= FIRST_LANDED_ON else None
