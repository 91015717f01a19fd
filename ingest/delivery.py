"""From a folder with a valid note to a `Delivery`: which files it holds, whether the note fits them, their hashes.

What lands where is in `ingest.landing`, what a note may say in `ingest.note`, what is read in `ingest.formats`.
"""

import hashlib
import os
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from ingest.note import LONGEST_NAME, Note, describe, require_plausible
from ingest.pseudonym import Pseudonymiser
from ingest.source import NOTE, Delivery, DeliveryError, Format, Source, require_nobody_named

FIRST_LANDED_ON = date(2016, 1, 1)
_SHOWN = 10


def may_land_on(day: date) -> bool:
    """Whether something can have landed that day: from the first day on, until tomorrow in UTC."""
    return FIRST_LANDED_ON <= day <= datetime.now(UTC).date() + timedelta(days=1)


def load_delivery(
    source: Source, landed_on: date, path: Path, note: Note, pseudonyms: Pseudonymiser, campaigns: frozenset[str]
) -> Delivery:
    """Check the note against the source and the files. Raises DeliveryError."""
    if note.source != source.name:
        raise DeliveryError(
            f"{NOTE}: key 'source': found {note.source[:40]!r} in a folder of landing/{source.name}; make them agree"
        )
    form = _format(source, note)
    if note.campaign not in campaigns:
        raise DeliveryError(
            f"{NOTE}: key 'campaign': found {note.campaign[:40]!r}, expected one of {', '.join(sorted(campaigns)) or 'none known'}; "
            "correct it, or add the campaign to CAMPAIGN_HOME/seeds/campaigns.csv"
        )
    if note.replaces is not None and note.replaces.landed_on >= landed_on:
        raise DeliveryError(
            f"{NOTE}: key 'replaces.landed_on': found {note.replaces.landed_on}, expected a day before {landed_on}"
        )
    try:
        options = form.options.model_validate(note.options)
    except ValidationError as error:
        raise DeliveryError(describe(error, form.options, "options")) from error
    # Dates that the note wrote as text have become dates.
    require_plausible(options.model_dump(), "options")
    _require_no_folder(path, note)
    files = data_files(path, note.files)
    if not files:
        raise DeliveryError(
            f"{NOTE}: key 'files': {_few(note.files)} matches no file, expected names or patterns of files beside the note; "
            f"the folder holds {_few([entry.name for entry in data_files(path, ('*',))])}"
        )
    return Delivery(
        source=source,
        landed_on=landed_on,
        name=path.name,
        path=path,
        format=form,
        campaign_id=note.campaign,
        zone=ZoneInfo(note.timezone) if note.timezone else None,
        supplier=note.supplier,
        options=options,
        files=files,
        pseudonyms=pseudonyms,
    )


def _require_no_folder(path: Path, note: Note) -> None:
    """Raise DeliveryError for files in a folder of the delivery's, which nobody would read, unless the note says which are."""
    if "files" in note.model_fields_set:
        return
    for entry in sorted(path.iterdir()):
        if entry.is_dir() and not entry.name.startswith((".", "__MACOSX")) and any(entry.iterdir()):
            raise DeliveryError(
                f"{entry.name[:LONGEST_NAME]}: is a folder, expected files beside {NOTE}: move its files there, or name the files "
                "that are to be read under `files`"
            )


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return (", ".join(repr(name[:LONGEST_NAME]) for name in names[:_SHOWN]) or "nothing") + more


def _format(source: Source, note: Note) -> Format:
    form = source.formats.get(note.format)
    if form is None:
        raise DeliveryError(
            f"{NOTE}: key 'format': found {note.format[:40]!r}, expected a format of {source.name}: "
            f"{', '.join(sorted(source.formats))}"
        )
    if form.needs_timezone and note.timezone is None:
        raise DeliveryError(
            f"{NOTE}: key 'timezone' is missing: the times of {form.name} carry no zone; add the IANA zone they were "
            "written in, such as Asia/Dubai"
        )
    return form


def data_files(path: Path, patterns: Sequence[str]) -> tuple[Path, ...]:
    """The files of a delivery that match any pattern, sorted by name; never the note, hidden files or folders."""
    names = (entry.name for entry in _files(path) if entry.name != NOTE and not entry.name.startswith("."))
    return tuple(path / name for name in sorted(names) if any(fnmatchcase(name, pattern) for pattern in patterns))


def require_own_files(path: Path, landing: Path) -> None:
    """Raise DeliveryError where a link leads out of the delivery's folder, or a name could not be written down."""
    if not path.resolve().is_relative_to(landing.resolve()):
        raise DeliveryError(
            "its folder is a link that leads out of landing; expected the files themselves: copy them here"
        )
    inside = path.resolve()
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        if not is_utf8(entry.name):
            raise DeliveryError(
                f"{printable(entry.name)}: its name is not UTF-8, as that of a file unpacked on another system; rename it"
            )
        require_nobody_named(entry.name)
        if entry.is_symlink() and not _leads_into(Path(os.path.realpath(entry.path)), inside):
            raise DeliveryError(
                f"{entry.name}: is a link that leads out of the delivery's folder, or nowhere; expected the file itself: copy it here"
            )


def _leads_into(target: Path, folder: Path) -> bool:
    return target.is_relative_to(folder) and os.path.exists(target)  # noqa: PTH110 - a circle of links does not exist


def folder_signature(path: Path) -> str | None:
    """A cheap sign that a folder may have changed: names, sizes and times of its files; None while there is no note."""
    states = sorted((entry.name, entry.stat()) for entry in _files(path))
    if not any(name == NOTE for name, _ in states):
        return None
    seen = [(name, state.st_size, state.st_mtime_ns) for name, state in states]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def content_hash(path: Path) -> str:
    """SHA-256 over the note and every file beside it, names included."""
    total = hashlib.sha256()
    for entry in sorted(_files(path), key=lambda entry: entry.name):
        if not entry.name.startswith("."):
            with open(entry.path, "rb") as file:  # noqa: PTH123 - no path of its own for each of many files
                total.update(os.fsencode(entry.name))
                total.update(f"\x1f{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def count_whole(path: Path) -> int:
    """How many of the files beside the note end with a line break; one that was cut within a line does not."""
    whole = 0
    for entry in _files(path):
        if entry.name != NOTE and entry.stat().st_size:
            with open(entry.path, "rb") as file:  # noqa: PTH123 - no path of its own for each of many files
                file.seek(-1, os.SEEK_END)
                whole += file.read() in (b"\n", b"\r")
    return whole


def _files(path: Path) -> list["os.DirEntry[str]"]:
    with os.scandir(path) as entries:
        return [entry for entry in entries if _is_file(entry)]


def _is_file(entry: "os.DirEntry[str]") -> bool:
    """Whether an entry is a file. Only links, which may lead in a circle, cost a look at the file system."""
    return os.path.isfile(entry.path) if entry.is_symlink() else entry.is_file()  # noqa: PTH113 - for each of many files


def is_utf8(name: str) -> bool:
    """Whether the name of a file or folder is text; other bytes in it stand for themselves."""
    return os.fsencode(name) == name.encode(errors="replace")


def printable(name: str) -> str:
    """A name in one line, with the bytes that are no UTF-8 written out, such as `\\xe3`."""
    return os.fsencode(name).decode(errors="backslashreplace").replace("\n", r"\n")


def folded(name: str) -> str:
    """A name as file systems that ignore case and Unicode form see it."""
    return unicodedata.normalize("NFC", name).casefold()
