"""Delimited text: what is a row, on which line it stands, and what is set aside or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.text_file import TextFile, read_table
from ingest.source import DeliveryError
from tests.ingest.live_desk import LiveDesk, utc


def lines_of(text: str, first_line: int = 1) -> list[tuple[str | None, int]]:
    rows = read_table(TextFile("f.csv", text), first_line=first_line).rows
    return rows.select(rows.columns[0], "line").rows()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a,b\n1,2\n3,4\n", [("1", 2), ("3", 3)]),
        ("\n\na,b\n1,2\n", [("1", 4)]),
        ('a,b\n"x\ny",1\n\n3,4\n', [("x\ny", 2), (None, 4), ("3", 5)]),
        ('"a\nc",b\n1,2\n', [("1", 3)]),
        ('a,b\n"x\ny",1\n3,4\n5,6,7\n\n8,9\n', [("x\ny", 2), ("3", 4), (None, 6), ("8", 7)]),
    ],
)
def test_the_line_of_a_record_is_the_one_it_starts_on(text: str, lines: list[tuple[str | None, int]]) -> None:
    assert lines_of(text) == lines


def test_a_header_below_a_preamble() -> None:
    assert lines_of('about,"it\n\nname,b\n1,2\n', first_line=3) == [("1", 4)]


def test_records_with_too_many_fields_and_a_cut_end_are_set_aside() -> None:
    table = read_table(TextFile("f.csv", 'a,b\n"x\ny",1\n5,6,7\n8,9\n10'))
    assert table.rejected.select("line", "reason").rows() == [(4, "unreadable"), (6, "unreadable")]
    assert table.records == 4


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends(live: LiveDesk, ends: str) -> None:
    text = ends.join(["at,viewers", "2022-10-09T18:00:00Z,5", "2022-10-09T18:01:00Z,6", ""])
    options = {"session": {"id": "s"}, "columns": {"sampled_at": "at", "viewers": "viewers"}}
    samples = live.read("viewer_samples", {"s.csv": text}, options, None).tables["live_samples"]
    assert samples.select("sampled_at", "viewers", "line").rows() == [
        (utc("2022-10-09T18:00:00"), 5, 2),
        (utc("2022-10-09T18:01:00"), 6, 3),
    ]


def test_a_field_too_long_to_be_one_is_refused_not_a_crash() -> None:
    with pytest.raises(DeliveryError, match=r"f\.csv: cannot be read as text in columns"):
        read_table(TextFile("f.csv", 'a,b\n1,2,3\n"' + "x" * 200_000 + "\n"))


@given(
    rows=st.lists(st.lists(st.sampled_from(["", "1", "x y", "x\ny", 'x"y', "é"]), min_size=2, max_size=2), max_size=8)
)
def test_what_a_spreadsheet_writes_is_what_is_read(rows: list[list[str]]) -> None:
    quoted = [",".join('"' + field.replace('"', '""') + '"' for field in row) for row in rows]
    table = read_table(TextFile("f.csv", "\n".join(["a,b", *quoted, ""]))).rows
    assert [[field or "" for field in row] for row in table.select("a", "b").rows()] == rows
    assert table["line"].to_list() == [
        2 + sum(1 + "".join(row).count("\n") for row in rows[:number]) for number in range(len(rows))
    ]
