"""A note as text that a person completes: comments beside its keys, and what is still open as a comment to be filled in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import yaml

from ingest.drafts.draft import Draft

_EXAMPLES = {
    "source": "survey",
    "campaign": "the campaign's id",
    "timezone": "Asia/Dubai",
    "date_order": "dmy",
    "captured_at": "2022-10-09T12:00:00Z",
    "fieldwork": "2022-10-05",
}
_LONGEST = 140


@dataclass(frozen=True)
class Open:
    """The place of an answer that nobody has given yet."""

    key: str


def closed(note: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, Any]:
    """The note with an answer in the place of everything that is open."""
    return {key: _answer(value, answers) for key, value in note.items()}


def opened(note: Mapping[str, Any]) -> tuple[str, ...]:
    """The questions that are open in a note, each once."""
    open_in = (
        opened(value) if isinstance(value, Mapping) else [value.key] if isinstance(value, Open) else []
        for value in note.values()
    )
    return tuple(dict.fromkeys(chain.from_iterable(open_in)))


def written(note: Mapping[str, Any], draft: Draft) -> str:
    """The note as YAML with comments."""
    above = f"# Taken for {draft.source}/{draft.format}: {_one_line(draft.why)}\n"
    return above + "".join(f"{line}\n" for line in _lines(note, draft.remarks))


def _answer(value: Any, answers: Mapping[str, str]) -> Any:
    if isinstance(value, Open):
        return answers[value.key]
    return closed(value, answers) if isinstance(value, Mapping) else value


def _lines(
    note: Mapping[str, Any], remarks: Mapping[tuple[str, ...], str], path: tuple[str, ...] = ()
) -> Iterator[str]:
    indent = "  " * len(path)
    for key, value in note.items():
        here = (*path, str(key))
        remark = f"  # {_one_line(remarks[here])}" if here in remarks else ""
        if isinstance(value, Open):
            yield f"{indent}# {key}: {_EXAMPLES[value.key]}  # TO ANSWER: complete, and remove the first #{remark.replace('  # ', '; ')}"
        elif isinstance(value, Mapping) and value:
            yield f"{indent}{_flow(key)}:{remark}"
            yield from _lines(value, remarks, here)
        else:
            yield f"{indent}{_flow(key)}: {_flow(value)}{remark}"


def _flow(value: Any) -> str:
    """A value on one line, as JSON where its own words have several."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=float("inf"), sort_keys=False)
    line = text.removesuffix("\n").removesuffix("\n...")
    return json.dumps(value, ensure_ascii=False) if "\n" in line else line


def _one_line(text: str) -> str:
    """Text that stays in its comment."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]} ..."
