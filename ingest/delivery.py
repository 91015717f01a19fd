"""One delivery: its note, its files, its hashes. What lands where is in `ingest.landing`, what is read in `ingest.formats`."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from ingest.pseudonym import Pseudonymiser
from ingest.source import DeliveryError, Format, Source

NOTE = "delivery.yml"
FIRST_LANDED_ON = date(2016, 1, 1)

Options = TypeVar("Options", bound=BaseModel)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError(f"found {name!r}, expected an IANA time zone such as Asia/Dubai or UTC")
    return name


TimeZoneName = Annotated[str, AfterValidator(_known_zone)]


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
    files: tuple[str, ...] = ("*",)
    supplier: str | None = None
    replaces_smaller: bool = False
    replaces: Replaces | None = None
    withdrawn: bool = False
    options: dict[str, Any] = {}


@dataclass(frozen=True)
class Delivery:
    """A delivery with a valid note: what a reader gets. `files` are its data files, sorted by name."""

    source: Source
    landed_on: date
    name: str
    path: Path
    note: Note
    format: Format
    options: BaseModel
    files: tuple[Path, ...]
    pseudonyms: Pseudonymiser = field(repr=False)

    @property
    def campaign_id(self) -> str:
        return self.note.campaign

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of times that carry none; never None where the format needs one."""
        return ZoneInfo(self.note.timezone) if self.note.timezone else None

    def options_as(self, model: type[Options]) -> Options:
        """The options as the model of the delivery's own format."""
        if not isinstance(self.options, model):
            raise TypeError(f"{self.format.name} has other options than {model.__name__}")
        return self.options

    @cached_property
    def label(self) -> str:
        """How messages call the delivery."""
        return f"{self.source.name}/{self.landed_on}/{self.name}"


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML keeps the last of two equal keys and says nothing; a note must not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                line = key_node.start_mark.line + 1
                raise DeliveryError(
                    f"{NOTE}, line {line}: key {key!r} is given twice; expected once, remove one of them"
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def describe(error: ValidationError, prefix: str = "") -> str:
    """Pydantic's findings as one message: key, what was found, what was expected."""
    lines = []
    for finding in error.errors(include_url=False):
        key = ".".join([*filter(None, [prefix]), *(str(part) for part in finding["loc"])])
        kind, message = finding["type"], finding["msg"].removeprefix("Value error, ")
        if kind == "extra_forbidden":
            lines.append(f"unknown key {key!r}: remove it, or see whether it is misspelt")
        elif kind == "missing":
            lines.append(f"key {key!r} is missing: add it")
        else:
            found = "" if "found" in message else f"; found {finding['input']!r}"
            lines.append(f"key {key!r}: {message}{found}")
    return f"{NOTE}: " + "; ".join(lines)


def read_note(path: Path) -> Note:
    """The note in a delivery's folder. Raises DeliveryError."""
    try:
        content = yaml.load((path / NOTE).read_text("utf-8"), _UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError as error:
        raise DeliveryError(f"{NOTE}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except ValueError as error:
        raise DeliveryError(f"{NOTE}: holds a date that does not exist ({error}); correct it") from error
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f", line {place.line + 1}" if place else ""
        raise DeliveryError(f"{NOTE}{line}: is not YAML ({getattr(error, 'problem', 'unreadable')})") from error
    if not isinstance(content, dict):
        raise DeliveryError(f"{NOTE}: found {type(content).__name__}, expected keys such as source, format, campaign")
    try:
        return Note.model_validate(content)
    except ValidationError as error:
        raise DeliveryError(describe(error)) from error


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
            f"{NOTE}: key 'format': found {note.format!r}, expected a format of {source.name}: {', '.join(sorted(source.formats))}"
        )
    if form.needs_timezone and note.timezone is None:
        raise DeliveryError(
            f"{NOTE}: key 'timezone' is missing: the times of {form.name} carry no zone; add the IANA zone they were written in, "
            "such as Asia/Dubai"
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
        raise DeliveryError(describe(error, "options")) from error
    files = data_files(path, note.files)
    if not files:
        present = ", ".join(entry.name for entry in data_files(path, ("*",))) or "nothing"
        raise DeliveryError(f"{NOTE}: key 'files': {list(note.files)} matches no file; the folder holds {present}")
    return Delivery(source, landed_on, path.name, path, note, form, options, files, pseudonyms)


def data_files(path: Path, patterns: Sequence[str]) -> tuple[Path, ...]:
    """The files of a delivery that match any pattern, sorted by name; never the note, hidden files or folders."""
    matched = {entry for pattern in patterns for entry in path.glob(pattern)}
    usable = (entry for entry in matched if entry.is_file() and entry.name != NOTE and not entry.name.startswith("."))
    return tuple(sorted(usable, key=lambda entry: entry.name))


def signature(path: Path) -> str:
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
