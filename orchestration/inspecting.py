"""Behind `campaign inspect` and `campaign add`: ask what is open, show what a file is taken for, write its note, land it.

What a file is, is found out in `ingest.inspection`.
"""

import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from filecmp import cmp
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import typer
import yaml
from rich.console import Console

from ingest.drafts.draft import Given
from ingest.drafts.questions import MOST_ASKED
from ingest.earlier import counted_otherwise
from ingest.home import Home
from ingest.inspection import Inspection, check, delivery_name, inspect, read_note_file
from ingest.landing import Landed, write_delivery
from ingest.reasons import Reason
from ingest.refusal import check_place
from ingest.source import NOTE, DeliveryError, Parsed
from ingest.sources import SOURCES
from orchestration.display import counted, shown
from orchestration.project import ProjectError, read_project
from orchestration.seed_rows import Campaign

_SHOWN = 40
_SENTENCES: Mapping[str, str] = {reason: reason.english for reason in Reason}


def inspect_files(home: Home, files: Sequence[Path], given: Given, output: Path | None, say: Console) -> None:
    """Show what the files are and write a note for them. Raises DeliveryError where nothing fits."""
    campaigns = _campaigns(home)
    found = _answered(files, given, frozenset(campaigns))
    _show(found, campaigns, say)
    target = output or _place_of_note(files)
    if output is None and target.exists():
        say.print(shown(f"There is a note already, left as it is: {target}; name another place with --output"))
        return
    try:
        target.write_text(found.text, "utf-8")
    except OSError as error:
        say.print(shown(f"The note is not written ({error.strerror}): {target}; name another place with --output"))
        return
    say.print(shown(f"Note written: {target}"))
    if home.landing not in target.resolve().parents:
        say.print(
            shown(
                f"Next, once it is complete: {shlex.join(['campaign', 'add', *map(str, files), '--note', str(target)])}"
            )
        )


def add_files(
    home: Home, files: Sequence[Path], given: Given, name: str | None, note: Path | None, say: Console
) -> Path:
    """Land the files as one delivery with a note, given or guessed. Raises DeliveryError where that cannot be."""
    campaigns = _campaigns(home)
    whole: Mapping[str, Any]
    if note is not None:
        whole, text, taken = read_note_file(note), note.read_text("utf-8"), tuple(files)
        parsed = check(taken, whole, frozenset(campaigns), given.landed_on)
        _show_records(parsed, say)
        _remark([*_without_answers(whole), *_outside(whole, parsed, campaigns)], say)
    else:
        found = _answered(files, given, frozenset(campaigns))
        _show(found, campaigns, say)
        _require_no_other_note(files, found, given.encoding, frozenset(campaigns))
        if found.open:
            missing = ", ".join(question.option for question in found.open)
            raise DeliveryError(f"not landed: it needs {missing}")
        whole, text, taken, parsed = found.note, found.text, found.files, found.parsed
    source, day = str(whole["source"]), given.landed_on or datetime.now(UTC).date()
    place = name or delivery_name(taken[0])
    target = home.landing / source / day.isoformat() / place
    check_place(home, Landed(source, day, place, target, None))
    if target.exists():
        raise DeliveryError(f"not landed: {target} exists already; choose another --name, or remove it first")
    for path in taken:
        for twin in _same_files(path, home.landing / source):
            told = f"{path.name} is the same file as {twin}: what it holds may count twice; if that was not meant, remove {target}"
            say.print(shown(told, "yellow"))
    _remark(_counted_otherwise(home, whole, parsed, target), say)
    return write_delivery(home, source, day, place, {path.name: path.read_bytes() for path in taken}, text)


def _same_files(file: Path, landed: Path) -> list[Path]:
    """The files of deliveries of a source that hold the same bytes."""
    size = file.stat().st_size
    return [
        other
        for other in sorted(landed.glob("*/*/*"))
        if other.is_file() and other.stat().st_size == size and cmp(file, other, shallow=False)
    ]


def _campaigns(home: Home) -> dict[str, Campaign]:
    try:
        return {campaign.campaign_id: campaign for campaign in read_project(home).campaigns}
    except ProjectError as error:
        raise DeliveryError(str(error)) from error


def _place_of_note(files: Sequence[Path]) -> Path:
    """Beside the files; under a name of their own where the note that is there is about others."""
    place = files[0].with_name(NOTE)
    return place if not place.exists() or _is_about(place, files) else place.with_name(f"{files[0].name}.{NOTE}")


def _is_about(note: Path, files: Sequence[Path]) -> bool:
    """Whether a note may be that of these files: it names them, or none."""
    said = _said(note.read_text("utf-8", "replace"))
    patterns = said.get("files") if isinstance(said, dict) else None
    return not isinstance(patterns, list) or all(
        any(fnmatchcase(file.name, str(pattern)) for pattern in patterns) for file in files
    )


def _require_no_other_note(
    files: Sequence[Path], found: Inspection, encoding: str | None, campaigns: frozenset[str]
) -> None:
    """Raise DeliveryError where somebody wrote another note of these files than the one that would be landed with them."""
    place = _place_of_note(files)
    if not place.exists():
        return
    said = _said(place.read_text("utf-8", "replace"))
    if said not in (_said(found.text), _said(inspect(files, Given(encoding=encoding), campaigns).text)):
        raise DeliveryError(
            f"not landed: {place} says something else; land it with that, --note {shlex.quote(str(place))}, or remove it"
        )


def _said(note: str) -> Any:
    try:
        return yaml.safe_load(note)
    except yaml.YAMLError:
        return None


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


def _show(found: Inspection, campaigns: Mapping[str, Campaign], say: Console) -> None:
    """What was found, the note, the records and the first rows."""
    names = ", ".join(path.name for path in found.files)
    say.print(shown(f"{names}: {found.draft.source}/{found.draft.format}", "bold"))
    say.print(shown(f"because {found.draft.why}\n"))
    say.print(shown(found.text))
    _show_records(found.parsed, say)
    rows = found.rows()
    if rows:
        say.print("First rows, people under pseudonyms that are thrown away:")
    for row in rows:
        say.print(shown("  " + ", ".join(f"{name} {_cut(value)}" for name, value in row.items())))
    _remark([f"Open: {question.text} {question.option}" for question in found.open], say)
    _remark(_without_answers(found.note), say)
    if not found.open:
        _remark(_outside(found.note, found.parsed, campaigns), say)


def _cut(value: str) -> str:
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]} ..."


def _show_records(parsed: Parsed, say: Console) -> None:
    """How many records were read, rejected and why, and which fields were not taken as they stand."""
    reasons = "".join(f"; {reason}: {records:,}" for reason, records in parsed.rejections)
    read = counted(parsed.records_read, "record")
    say.print(shown(f"{read} read, {parsed.records_loaded:,} loaded, {parsed.rejected.height:,} rejected{reasons}"))
    firsts = parsed.rejected.unique("reason", keep="first", maintain_order=True).select(
        "file", "line", "reason", "detail"
    )
    _remark(
        (f"{file}, line {line}: rejected as {reason}, {detail}" for file, line, reason, detail in firsts.iter_rows()),
        say,
    )
    unreadable = parsed.unreadable.select("column_name", "reason", "records").iter_rows()
    _remark(
        [
            f"{column} in {counted(records, 'record')}: {_SENTENCES[reason]} ({reason})"
            for column, reason, records in unreadable
        ],
        say,
    )


def _remark(remarks: Iterable[str], say: Console) -> None:
    for remark in remarks:
        say.print(shown(remark, "yellow"))


def _without_answers(note: Mapping[str, Any]) -> Iterator[str]:
    """A remark where a survey's note names no answers that count."""
    questions = note.get("options", {}).get("questions", {})
    if questions and not any("top" in (question or {}) for question in questions.values()):
        yield (
            "No question names the answers that count, so that shares of people, changes between waves and targets stay unknown; name "
            "them in the note, as in {key: afraid_of_judgement, top: [4, 5], bottom: [1, 2]}"
        )


def _counted_otherwise(home: Home, note: Mapping[str, Any], parsed: Parsed, target: Path) -> Iterator[str]:
    """A remark where counts take the place of those of other deliveries, as they do of one supplier, or of none."""
    for other, counts in counted_otherwise(home, note, parsed):
        yield (
            f"counts of the same days and events ({counts:,}) take the place of those of {other}, as of one supplier or none; if another "
            f"partner counted them, add supplier: NAME to {target / NOTE}"
        )


def _outside(note: Mapping[str, Any], parsed: Parsed, campaigns: Mapping[str, Campaign]) -> Iterator[str]:
    """A remark where days lie outside the campaign."""
    campaign = campaigns.get(str(note["campaign"]))
    if campaign is not None:
        days = _days(note["source"], parsed, campaign)
        last = campaign.ends_on or date.max
        outside = [day for day in days if not campaign.starts_on <= day <= last]
        if outside:
            yield (
                f"outside the campaign ({campaign.starts_on} to {campaign.ends_on or 'now'}): {len(outside):,} of "
                f"{counted(len(days), 'day')}, {outside[0]} to {outside[-1]}. What is dated so counts towards nothing of it; check the "
                "dates of the file, and those of the campaign in seeds/campaigns.csv"
            )


def _days(source_name: str, parsed: Parsed, campaign: Campaign) -> list[date]:
    """The days that rows are dated on, in the campaign's zone."""
    [source] = [source for source in SOURCES if source.name == source_name]
    of_table = {table.name: table.captured for table in source.tables if table.captured is not None}
    return sorted(
        {
            day
            for name, frame in parsed.tables.items()
            if (column := of_table.get(name)) is not None
            for day in frame[column].drop_nulls().dt.convert_time_zone(campaign.reporting_timezone).dt.date().unique()
        }
    )
