"""A new version of a delivery that lacks what the one before it had: what is said of it, and what not."""

from pathlib import Path
from typing import Any

import pytest

from ingest.note import note_keys, read_note
from ingest.shorter import shorter
from ingest.source import NOTE

LONG = """\
source: survey
format: survey_csv
campaign: endthestigma
files: [one.csv, two.csv]
options:
  questions:
    q1: {top: [4, 5], bottom: [1, 2]}
    q2: {top: [4, 5]}
  answers: {"Noor Hassan": yes, n@example.org: no, u1234567: 3}
supplier: a panel
"""


def said(before: dict[str, Any], now: dict[str, Any], *, may_shrink: bool = False) -> str | None:
    row = {"content_hash": "a", "outcome": "accepted", "records_read": 9, "whole_files": 2, "note_keys": "source"}
    warning = shorter(row | {"content_hash": "b"} | now, row | before, may_shrink=may_shrink)
    return warning and warning.removesuffix("; if that was not meant, put back what is missing and run again")


def keys(folder: Path, text: str) -> str:
    (folder / NOTE).write_text(text)
    return note_keys(folder, read_note(folder))


@pytest.mark.parametrize(
    ("cut", "gone"),
    [
        (LONG + "withdrawn: false\n", ""),
        (LONG[: LONG.index("supplier")], "supplier"),
        (LONG.replace("supplier: a panel", "supplier:"), "supplier"),
        (LONG[:-6], "the line break at its end"),
        (LONG[: LONG.index("options")], "supplier, options"),
        (LONG[: LONG.index("    q2")], "supplier, options.questions.q2, options.answers"),
        (
            LONG.replace(", two.csv", "").replace("{top: [4, 5]}", "{top: [4]}"),
            "files.1, options.questions.q2.top.1",
        ),
        (LONG.replace(", n@example.org: no, u1234567: 3", ""), "options.answers.1, options.answers.2"),
    ],
)
def test_keys_are_named_without_what_may_be_data(tmp_path: Path, cut: str, gone: str) -> None:
    warning = said({"note_keys": keys(tmp_path, LONG)}, {"note_keys": keys(tmp_path, cut)})
    assert warning == (f"its note no longer has {gone}" if gone else None)


def test_no_more_than_a_few_keys_are_named() -> None:
    many = "\n".join(f"k{number}" for number in range(1250))
    assert (
        said({"note_keys": many}, {}) == "its note no longer has k0, k1, k2, k3, k4, k5, k6, k7, k8, k9 and 1,240 more"
    )


def test_nothing_is_known_of_a_note_that_an_older_version_read() -> None:
    assert said({"note_keys": None}, {}) is None


def test_a_file_that_no_longer_ends_with_its_line_is_told() -> None:
    assert said({}, {"whole_files": 1}) == "fewer of its files end with a line break"
    assert said({"whole_files": None}, {"whole_files": 0}) is None
    assert said({}, {"whole_files": 1, "content_hash": "a"}) is None


def test_fewer_records_are_told_unless_they_are_meant() -> None:
    fewer = "it has fewer records than the version before"
    assert said({}, {"records_read": 8}) == fewer
    assert (
        said({"note_keys": "source\nsupplier"}, {"records_read": 8}) == f"{fewer}, and its note no longer has supplier"
    )
    assert said({}, {"records_read": 9}) is None
    assert said({}, {"records_read": 8}, may_shrink=True) is None
    assert said({}, {"records_read": 8, "content_hash": "a"}) is None
    assert said({}, {"records_read": None, "outcome": "withdrawn"}) is None
    assert said({"records_read": None, "outcome": "withdrawn"}, {}) is None
