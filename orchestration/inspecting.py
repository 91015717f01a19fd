"""Behind `campaign inspect` and `campaign add`: ask what is open, show what a file is taken for, write its note, land it.

What a file is, is found out in `ingest.inspection`.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from ingest.drafts.draft import Given
from ingest.drafts.questions import MOST_ASKED
from ingest.home import Home
from ingest.inspection import Inspection, check, delivery_name, inspect, read_note_file
from ingest.landing import Landed, write_delivery
from ingest.reasons import Reason
from ingest.refusal import check_place
from ingest.source import NOTE, DeliveryError
from orchestration.display import counted, shown
from orchestration.project import ProjectError, read_project

_SHOWN = 40
_SENTENCES: Mapping[str, str] = {reason: reason.english for reason in Reason}


def inspect_files(home: Home, files: Sequence[Path], given: Given, output: Path | None, say: Console) -> None:
    """Show what the files are and write a note for them. Raises DeliveryError where nothing fits."""
    found = _answered(files, given, _campaigns(home))
    _show(found, say)
    target = output or files[0].with_name(NOTE)
    if output is None and target.exists():
        say.print(shown(f"There is a note already, left as it is: {target}; name another place with --output"))
        return
    try:
        target.write_text(found.text, "utf-8")
    except OSError as error:
        say.print(shown(f"The note is not written ({error.strerror}): {target}; name another place with --output"))
        return
    say.print(shown(f"Note written: {target}"))


def add_files(
    home: Home, files: Sequence[Path], given: Given, name: str | None, note: Path | None, say: Console
) -> Path:
    """Land the files as one delivery with a note, given or guessed. Raises DeliveryError where that cannot be."""
    campaigns = _campaigns(home)
    whole: Mapping[str, Any]
    if note is not None:
        whole, text, taken = read_note_file(note), note.read_text("utf-8"), tuple(files)
        check(taken, whole, campaigns, given.landed_on)
    else:
        found = _answered(files, given, campaigns)
        _show(found, say)
        if found.open:
            missing = ", ".join(question.option for question in found.open)
            raise DeliveryError(f"not landed: it needs {missing}")
        whole, text, taken = found.note, found.text, found.files
    names = [path.name for path in taken]
    if len(set(names)) < len(names) or NOTE in names:
        raise DeliveryError(f"not landed: two files have one name, or one is called {NOTE}; rename it")
    source, day = str(whole["source"]), given.landed_on or datetime.now(UTC).date()
    place = name or delivery_name(taken[0])
    target = home.landing / source / day.isoformat() / place
    check_place(home, Landed(source, day, place, target, None))
    if target.exists():
        raise DeliveryError(f"not landed: {target} exists already; choose another --name, or remove it first")
    return write_delivery(home, source, day, place, {path.name: path.read_bytes() for path in taken}, text)


def _campaigns(home: Home) -> frozenset[str]:
    try:
        return read_project(home).campaign_ids
    except ProjectError as error:
        raise DeliveryError(str(error)) from error


def _answered(files: Sequence[Path], given: Given, campaigns: frozenset[str]) -> Inspection:
    """What the files are, after the first questions were asked where somebody sits at a terminal."""
    found = inspect(files, given, campaigns)
    if not (found.open and sys.stdin.isatty() and sys.stdout.isatty()):
        return found
    answers: dict[str, Any] = {}
    for question in found.open[:MOST_ASKED]:
        answer = typer.prompt(question.text, default="", show_default=False).strip()
        if answer:
            answers[question.key] = (*answer.split(), answer)[:2] if question.is_pair else answer
    return inspect(files, replace(given, **answers), campaigns) if answers else found


def _show(found: Inspection, say: Console) -> None:
    """What was found, the note, the records and the first rows."""
    names = ", ".join(path.name for path in found.files)
    say.print(shown(f"{names}: {found.draft.source}/{found.draft.format}", "bold"))
    say.print(shown(f"because {found.draft.why}\n"))
    say.print(shown(found.text))
    reasons = "".join(f"; {reason}: {records:,}" for reason, records in found.rejected)
    read = counted(found.parsed.records_read, "record")
    rejected = found.parsed.rejected.height
    say.print(shown(f"{read} read, {found.loaded:,} loaded, {rejected:,} rejected{reasons}"))
    for column, reason, records in found.parsed.unreadable.select("column_name", "reason", "records").iter_rows():
        said = f"{column} in {counted(records, 'record')}: {_SENTENCES[reason]} ({reason})"
        say.print(shown(said, "yellow"))
    rows = found.rows()
    if rows:
        say.print("First rows, people under pseudonyms that are thrown away:")
    for row in rows:
        say.print(shown("  " + ", ".join(f"{name} {value[:_SHOWN]}" for name, value in row.items())))
    for question in found.open:
        say.print(shown(f"Open: {question.text} {question.option}", "yellow"))
