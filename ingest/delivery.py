"""From a folder to a `Delivery`: its note, its files, its hashes.

What lands where is in `ingest.landing`, what is read in `ingest.formats`.
"""

import difflib
import hashlib
import unicodedata
from collections.abc import Hashable, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo, available_timezones

import polars as pl
import yaml
from polars.exceptions import ComputeError
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from ingest.pseudonym import Pseudonymiser
from ingest.source import NOTE as NOTE
from ingest.source import Delivery as Delivery
from ingest.source import DeliveryError, Source

FIRST_LANDED_ON = date(2016, 1, 1)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones() or not _has_rules(name):
        near = "".join(f"; the nearest is {zone}" for zone in difflib.get_close_matches(name, _zones(), n=1))
        raise ValueError(f"found {name!r}, expected an IANA time zone such as Asia/Dubai or UTC{near}")
    return name


@cache
def _has_rules(zone: str) -> bool:
    """False for what a machine lists beside the zones, such as `localtime` and `Factory`."""
    try:
        pl.select(pl.lit(datetime(2020, 1, 1)).dt.replace_time_zone(zone))  # noqa: DTZ001 - it is given its zone here
    except ComputeError:
        return False
    return True


def _own_file(pattern: str) -> str:
    if not pattern or "/" in pattern or "\\" in pattern:
        raise ValueError(f"found {pattern!r}, expected names or patterns of files in the delivery's own folder")
    return pattern


TimeZoneName = Annotated[str, AfterValidator(_known_zone)]
FilePattern = Annotated[str, AfterValidator(_own_file)]


class Replaces(BaseModel):
    """The earlier delivery that a delivery takes the place of."""

    model_config = ConfigDict(extra="forbid")

    landed_on: date
    delivery: str


class Note(BaseModel):
    """`delivery.yml`: what the files cannot say about themselves."""

    model_config = ConfigDict(extra="forbid", strict=False)

    source: str
    format: str
    campaign: str
    timezone: TimeZoneName | None = None
    files: tuple[FilePattern, ...] = ("*",)
    supplier: str | None = None
    replaces_smaller: bool = False
    replaces: Replaces | None = None
    withdrawn: bool = False
    options: dict[str, Any] = {}


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML keeps the last of two equal keys and says nothing; a note must not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key, line = self.construct_object(key_node, deep=True), key_node.start_mark.line + 1
            if not isinstance(key, Hashable):
                raise DeliveryError(
                    f"{NOTE}, line {line}: found {key!r} for a key, expected a word; put text with braces or brackets "
                    "in quotation marks"
                )
            if key in seen:
                raise DeliveryError(
                    f"{NOTE}, line {line}: key {key!r} is given twice; expected once, remove one of them"
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def describe(error: ValidationError, model: type[BaseModel], prefix: str = "") -> str:
    """Pydantic's findings on a model as one message: key, what was found, what was expected."""
    lines = []
    for finding in error.errors(include_url=False):
        key = ".".join([*filter(None, [prefix]), *(str(part) for part in finding["loc"])])
        kind, message = finding["type"], finding["msg"].removeprefix("Value error, ")
        if kind == "extra_forbidden":
            allowed = _keys_beside(model, finding["loc"])
            lines.append(f"unknown key {key!r}: remove or correct it, expected one of {', '.join(allowed)}")
        elif kind == "missing":
            lines.append(f"key {key!r} is missing: add it")
        else:
            found = "" if "found" in message else f"; found {_shortened(repr(finding['input']))}"
            lines.append(f"key {key!r}: {message}{found}")
    return f"{NOTE}: " + "; ".join(lines)


def _keys_beside(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """The keys that are known where an unknown one was found. Names of a user's own and positions lead no deeper."""
    models = [model]
    for part in place[:-1]:
        inner = [
            found
            for one in models
            if part in one.model_fields
            for found in _models(one.model_fields[str(part)].annotation)
        ]
        models = inner or models
    return list(dict.fromkeys(name for one in models for name in one.model_fields))


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _shortened(text: str, longest: int = 120) -> str:
    return text if len(text) <= longest else f"{text[:longest]}..."


def read_note(path: Path) -> Note:
    """The note in a delivery's folder. Raises DeliveryError."""
    try:
        text = (path / NOTE).read_text("utf-8")
        if "\0" in text:
            raise DeliveryError(f"{NOTE}: is not UTF-8 text (byte {text.index(chr(0))}); save it as UTF-8")
        content = yaml.load(text, _UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError as error:
        raise DeliveryError(f"{NOTE}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except ValueError as error:
        raise DeliveryError(f"{NOTE}: holds a date that does not exist ({error}); correct it") from error
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f", line {place.line + 1}" if place else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", "unreadable")
        raise DeliveryError(
            f"{NOTE}{line}: is not YAML ({problem}); expected lines such as `source: hashtag`"
        ) from error
    if not isinstance(content, dict):
        found = "nothing" if content is None else f"a {type(content).__name__}"
        raise DeliveryError(f"{NOTE}: found {found}, expected keys such as source, format, campaign")
    try:
        return Note.model_validate(content)
    except ValidationError as error:
        raise DeliveryError(describe(error, Note)) from error


def load_delivery(
    source: Source, landed_on: date, path: Path, note: Note, pseudonyms: Pseudonymiser, campaigns: frozenset[str]
) -> Delivery:
    """Check the note against the source and the files. Raises DeliveryError."""
    if note.source != source.name:
        raise DeliveryError(
            f"{NOTE}: key 'source': found {note.source!r} in a folder of landing/{source.name}; make them agree"
        )
    form = source.formats.get(note.format)
    if form is None:
        raise DeliveryError(
            f"{NOTE}: key 'format': found {note.format!r}, expected a format of {source.name}: "
            f"{', '.join(sorted(source.formats))}"
        )
    if form.needs_timezone and note.timezone is None:
        raise DeliveryError(
            f"{NOTE}: key 'timezone' is missing: the times of {form.name} carry no zone; add the IANA zone they were "
            "written in, such as Asia/Dubai"
        )
    if note.campaign not in campaigns:
        raise DeliveryError(
            f"{NOTE}: key 'campaign': found {note.campaign!r}, expected one of {', '.join(sorted(campaigns)) or 'none known'}; "
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
    files = data_files(path, note.files)
    if not files:
        present = ", ".join(entry.name for entry in data_files(path, ("*",))) or "nothing"
        raise DeliveryError(f"{NOTE}: key 'files': {list(note.files)} matches no file; the folder holds {present}")
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


def data_files(path: Path, patterns: Sequence[str]) -> tuple[Path, ...]:
    """The files of a delivery that match any pattern, sorted by name; never the note, hidden files or folders."""
    matched = {entry for pattern in patterns for entry in path.glob(pattern)}
    usable = (entry for entry in matched if entry.is_file() and entry.name != NOTE and not entry.name.startswith("."))
    return tuple(sorted(usable, key=lambda entry: entry.name))


def folder_signature(path: Path) -> str:
    """A cheap sign that a folder may have changed: names, sizes and modification times of its files."""
    entries = sorted(
        (entry.name, entry.stat().st_size, entry.stat().st_mtime_ns) for entry in path.iterdir() if entry.is_file()
    )
    return hashlib.sha256(repr(entries).encode()).hexdigest()


def content_hash(path: Path) -> str:
    """SHA-256 over the note and every file beside it, names included."""
    total = hashlib.sha256()
    for entry in sorted(path.iterdir(), key=lambda entry: entry.name):
        if entry.is_file() and not entry.name.startswith("."):
            with entry.open("rb") as file:
                total.update(f"{entry.name}\x1f{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def folded(name: str) -> str:
    """A name as file systems that ignore case and Unicode form see it."""
    return unicodedata.normalize("NFC", name).casefold()
