"""The note of a delivery: read `delivery.yml`, or say what is wrong with it. Whether it fits the files is checked elsewhere."""

import difflib
import math
import re
from collections.abc import Hashable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args

import polars as pl
import yaml
from polars.exceptions import ComputeError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from ingest.source import FIRST_YEAR, LAST_YEAR, NOTE, DeliveryError
from ingest.zone_names import zones

LARGEST_NOTE = 1024**2
"""In bytes."""
MOST_LEVELS, MOST_VALUES = 20, 50_000
LARGEST_NUMBER = 2**63 - 1
LAST_BREAK = "the line break at its end"
LONGEST_NAME = 200
"""Of a delivery's folder, in bytes: with the endings that the lake adds, a file system takes no more than 255."""

_AREA = re.compile(r"^[A-Za-z_]+(/[A-Za-z_-]+)+$|^[A-Za-z]{4,}$")
_WORD = re.compile(r"^[A-Za-z][\w.-]{0,39}$")
_LONGEST_SHOWN = 60
_EXPECTED = {
    "string_type": "text; put it in quotes",
    "string_too_short": "text",
    "too_short": "at least one",
    "bool_": "true or false",
    "int_": "a whole number",
    "float_": "a number",
    "date_": "a date such as 2022-10-09",
    "datetime_": "a date and time such as 2022-10-09T18:00:00+03:00",
    "dict_type": "keys with values",
    "model_": "keys with values",
    "tuple_type": "a list such as [a, b]",
    "list_type": "a list such as [a, b]",
}
"""What a value should be, by how the name of the finding begins."""
_OTHER_KINDS = (("int",), ("float",), ("bool",), ("constrained-int",))
"""What pydantic adds to the place of a value that may be of several kinds; of them, what is said of text says least."""


def _known_zone(name: str) -> str:
    if name not in zones() or not _has_rules(name):
        # Of `GMT+4` the nearest name is on the other side of the world.
        near = f"; the nearest is {zone}" if _AREA.match(name) and (zone := _nearest_zone(name)) else ""
        raise ValueError(f"found {name[:_LONGEST_SHOWN]!r}, expected an IANA time zone such as Asia/Dubai or UTC{near}")
    return name


def _nearest_zone(name: str) -> str | None:
    """The zone whose name, or whose city, is most like a name."""
    ways = {
        way.casefold(): zone for zone in sorted(zones()) for way in (zone.rpartition("/")[2], zone) if _AREA.match(zone)
    }
    near = difflib.get_close_matches(name.casefold().replace(" ", "_"), ways, n=1, cutoff=0.85)
    return next((ways[one] for one in near if ways[one] != name and _has_rules(ways[one])), None)


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


def _folder_name(name: str) -> str:
    if not 0 < len(name.encode(errors="replace")) <= LONGEST_NAME or name in (".", "..") or re.search(r"[/\\\0]", name):
        raise ValueError(
            f"found no name that a folder can have, expected one of 1 to {LONGEST_NAME} bytes without / and \\"
        )
    return name


TimeZoneName = Annotated[str, AfterValidator(_known_zone)]
FilePattern = Annotated[str, AfterValidator(_own_file)]
FolderName = Annotated[str, AfterValidator(_folder_name)]


class Replaces(BaseModel):
    """The earlier delivery that a delivery takes the place of."""

    model_config = ConfigDict(extra="forbid")

    landed_on: date
    delivery: FolderName


class Note(BaseModel):
    """`delivery.yml`: what the files cannot say about themselves."""

    model_config = ConfigDict(extra="forbid", strict=False)

    source: str
    format: str
    campaign: str
    timezone: TimeZoneName | None = None
    files: Annotated[tuple[FilePattern, ...], Field(max_length=100)] = ("*",)
    supplier: str | None = None
    replaces_smaller: bool = False
    replaces: Replaces | None = None
    withdrawn: bool = False
    options: dict[str, Any] = {}


class _NoteLoader(yaml.SafeLoader):
    """Loads YAML that names each key once and is no larger, with aliases written out, than a note needs."""

    level = 0

    def get_single_node(self) -> yaml.Node | None:
        """The whole note, before anything is made of it."""
        node = super().get_single_node()
        if node is not None:
            self._measure(node, {})
        return node

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """A part of the note; one that is nested without end would end the stack of Python first."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if self.level == MOST_LEVELS:
            raise _too_deep(event.start_mark.line)
        if getattr(event, "tag", None) not in (None, "!"):
            raise DeliveryError(
                f"{NOTE}, line {event.start_mark.line + 1}: found a YAML tag (such as !!int), expected plain values: remove it"
            )
        self.level += 1
        node = super().compose_node(parent, index)
        self.level -= 1
        return node

    def _measure(self, node: yaml.Node, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
        """How many values a node stands for and on how many levels, where an alias stands for all that it names."""
        line = node.start_mark.line
        if id(node) not in known:
            known[id(node)] = (MOST_VALUES + 1, 0)  # holds for what names itself
            children = node.value if isinstance(node, yaml.CollectionNode) else []
            parts = [part for child in children for part in (child if isinstance(child, tuple) else (child,))]
            measured = [self._measure(part, known) for part in parts]
            known[id(node)] = (
                1 + sum(size for size, _ in measured),
                1 + max((depth for _, depth in measured), default=0),
            )
        size, depth = known[id(node)]
        if size > MOST_VALUES:
            raise DeliveryError(
                f"{NOTE}, line {line + 1}: says more than {MOST_VALUES:,} things, aliases written out; expected fewer"
            )
        if depth > MOST_LEVELS:
            raise _too_deep(line)
        return size, depth

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """YAML keeps the last of two equal keys and says nothing; a note must not. Keys that are merged in may be overridden."""
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            line, key = key_node.start_mark.line + 1, self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise DeliveryError(
                    f"{NOTE}, line {line}: found a list or mapping for a key, expected a word; put text with braces or "
                    "brackets in quotation marks"
                )
            if key in seen:
                raise DeliveryError(
                    f"{NOTE}, line {line}: {_named(key)} is given twice; expected once, remove one of them"
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _too_deep(line: int) -> DeliveryError:
    return DeliveryError(
        f"{NOTE}, line {line + 1}: has more than {MOST_LEVELS} levels of keys within keys; expected fewer"
    )


def read_note(path: Path) -> Note:
    """The note in a delivery's folder. Raises DeliveryError."""
    content = _content(path / NOTE)
    if not isinstance(content, dict):
        found = "nothing" if content is None else f"a {type(content).__name__}"
        raise DeliveryError(f"{NOTE}: found {found}, expected keys such as source, format, campaign")
    require_plausible(content)
    try:
        return Note.model_validate(content)
    except ValidationError as error:
        raise DeliveryError(describe(error, Note)) from error


def note_keys(path: Path, note: Note) -> str:
    """What the note in a delivery's folder says, a line each: its keys, without values, and whether its last line is whole."""
    is_whole = (path / NOTE).read_bytes().endswith((b"\n", b"\r"))
    return "\n".join([*_keys(note.model_dump(exclude_unset=True)), *([LAST_BREAK] if is_whole else [])])


def _keys(content: object, above: str = "") -> Iterator[str]:
    """The keys that have a value, behind those above them. Parts of lists, and keys that may be data, go by their number."""
    content = dict(enumerate(content)) if isinstance(content, list | tuple) else content
    for number, (key, value) in enumerate(content.items() if isinstance(content, dict) else ()):
        is_name = isinstance(key, str) and _WORD.fullmatch(key) and _part(key) == key
        name = f"{above}{key if is_name else number}"
        if value is not None:
            yield name
            yield from _keys(value, f"{name}.")


def _content(file: Path) -> object:
    size = file.stat().st_size
    if size > LARGEST_NOTE:
        raise DeliveryError(
            f"{NOTE}: has {size:,} bytes, expected {LARGEST_NOTE:,} or fewer; data belongs in files beside it"
        )
    try:
        text = file.read_text("utf-8")
        if "\0" in text:
            raise DeliveryError(f"{NOTE}: is not UTF-8 text (byte {text.index(chr(0))}); save it as UTF-8")
        return yaml.load(text, _NoteLoader)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError as error:
        raise DeliveryError(f"{NOTE}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except ValueError as error:
        raise DeliveryError(
            f"{NOTE}: holds a date or number that does not exist ({_bare(str(error))}); correct it"
        ) from error
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        above = text[: getattr(error, "position", 0)]
        line = f", line {1 + (place.line if place else above.count(chr(10)))}"
        problem = str(getattr(error, "problem", None) or getattr(error, "reason", "unreadable"))
        raise DeliveryError(
            f"{NOTE}{line}: is not YAML ({_bare(problem)}); expected lines such as `source: hashtag`"
        ) from error


def _bare(problem: str) -> str:
    """What a library says of the note, without what it quotes of it."""
    return re.sub(r"""(['"`])(?:(?!\1).){2,}\1""", "...", problem)


def require_plausible(content: object, key: str = "") -> None:
    """Raise DeliveryError for what no later step could carry: dates of other ages, numbers and text that fit nowhere."""
    for name, value in _values(content, key):
        match value:
            case datetime() | date() if not FIRST_YEAR <= value.year <= LAST_YEAR:
                expected = f"a date from {FIRST_YEAR} to {LAST_YEAR}"
            case int() if abs(value) > LARGEST_NUMBER:
                expected = "a number that fits into 64 bits"
            case float() if not math.isfinite(value):
                expected = "a finite number"
            case str() if not _is_text(value):
                expected = "text in Unicode (it holds half of a pair of code units)"
            case _:
                continue
        raise DeliveryError(f"{NOTE}: key {name!r}: expected {expected}; correct it")


def _values(content: object, key: str) -> Iterator[tuple[str, object]]:
    if isinstance(content, dict):
        for name, value in content.items():
            yield key or "of the note", name
            yield from _values(value, ".".join(filter(None, (key, str(name)[:40]))) if _is_text(str(name)) else key)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from _values(value, key)
    else:
        yield key, content


def _is_text(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def describe(error: ValidationError, model: type[BaseModel], prefix: str = "") -> str:
    """Pydantic's findings on a model as one message: key, what was found, what was expected."""
    lines = []
    findings = error.errors(include_url=False)
    several = {finding["loc"][:-1] for finding in findings if finding["loc"][-1:] in _OTHER_KINDS}
    for finding in findings:
        place, kind, message = finding["loc"], finding["type"], finding["msg"].removeprefix("Value error, ")
        if place[-1:] == ("str",) and place[:-1] in several:
            continue
        is_one_of_several = place[-1:] in _OTHER_KINDS
        place = place[:-1] if is_one_of_several else place
        key = ".".join([*filter(None, [prefix]), *map(_part, place)])
        message = next((f"expected {plain}" for begin, plain in _EXPECTED.items() if kind.startswith(begin)), message)
        message = message.replace("Input should be", "expected").replace(
            "expected greater", "expected a number greater"
        )
        message = message.replace("expected ", "expected text, or ", 1) if is_one_of_several else message
        if kind == "extra_forbidden":
            allowed = ", ".join(_keys_beside(model, place))
            lines.append(f"unknown {_named(place[-1], key)}: remove or correct it, expected one of {allowed}")
        elif kind == "missing":
            lines.append(f"key {key!r} is missing: add it")
        elif kind == "too_long" and not isinstance(finding["input"], str):
            lines.append(
                f"key {key!r}: found {len(finding['input']):,} of them, expected {finding['ctx']['max_length']:,} or fewer"
            )
        else:
            says_enough = "found" in message or (kind == "value_error" and isinstance(finding["input"], dict))
            found = "" if says_enough else f"; found {_shown(finding['input'], model, place)}"
            lines.append(f"key {key!r}: {message}{found}")
    return f"{NOTE}: " + "; ".join(lines)


def _part(part: str | int) -> str:
    """A step on the way to a value, as a message may show it."""
    return "..." if re.search(r"@|[0-9]{4,}", str(part)) else str(part)[:40]


def _named(key: object, shown: str | None = None) -> str:
    """A key as a message may show it: data that was put into the note is not repeated."""
    return f"key {shown or str(key)!r}" if _WORD.match(str(key)) else "key that is no word"


def _shown(value: object, model: type[BaseModel], place: Sequence[str | int]) -> str:
    """What a message shows of a value. A field that is not to be repeated is marked with `repr=False`."""
    if any(not info.repr for info in _fields_on_the_way(model, place)):
        return "another kind of value"
    if isinstance(value, str | int | float | date) and len(str(value)) <= _LONGEST_SHOWN:
        return repr(value) if isinstance(value, str) else str(value)
    kinds: dict[type, str] = {dict: "keys with values", list: "a list"}
    kind = kinds.get(type(value), f"a {type(value).__name__}")
    return kind if value else "nothing"


def _fields_on_the_way(model: type[BaseModel], place: Sequence[str | int]) -> Iterator[FieldInfo]:
    models = [model]
    for part in place:
        fields = [one.model_fields[str(part)] for one in models if part in one.model_fields]
        yield from fields
        models = [inner for field in fields for inner in _models(field.annotation)] or models


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
