"""Delimited text: what is a row, on which line it stands, and what is set aside or refused."""
# ruff: noqa: RUF001 - letters of many scripts are what is told apart

import bz2
import csv
import gzip
import io
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress

import polars as pl
import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.formats import delimited, unpacking
from ingest.formats.encoding import to_utf8
from ingest.formats.text_file import TextFile, TextTable, as_text, folded, read_columns, read_table, text_files
from ingest.source import DeliveryError
from tests.ingest.live_desk import LiveDesk, utc

SAMPLES = {"session": {"id": "s"}, "columns": {"sampled_at": "at", "viewers": "viewers"}}


def named(value: object) -> str:
    """The name of a test: the bytes of an archive hold the time it was made, which differs between processes."""
    return "bytes" if isinstance(value, bytes) else str(value)


def text_file(text: str) -> TextFile:
    return TextFile("f.csv", text.encode())


def lines_of(text: str, first_line: int = 1) -> list[tuple[str | None, int]]:
    return read_columns(text_file(text), {"first": 1}, first_line=first_line).rows.select("first", "line").rows()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a,b\n1,2\n3,4\n", [("1", 2), ("3", 3)]),
        ("\n\na,b\n1,2\n", [("1", 4)]),
        ('a,b\n"x\ny",1\n\n3,4\n', [("x\ny", 2), ("3", 5)]),
        ('"a\nc",b\n1,2\n', [("1", 3)]),
        ('a,b\n"x\ny",1\n3,4\n5,6,7\n\n8,9\n', [("x\ny", 2), ("3", 4), ("8", 7)]),
    ],
)
def test_the_line_of_a_record_is_the_one_it_starts_on(text: str, lines: list[tuple[str | None, int]]) -> None:
    assert lines_of(text) == lines


@pytest.mark.parametrize("separator", delimited.SEPARATORS)
def test_the_separator_of_fields_that_are_all_quoted(separator: str) -> None:
    text = "".join(separator.join(f'"{cell}"' for cell in row) + "\n" for row in (("a", "b"), ("1", "2"), ("3", "4")))
    assert lines_of(text) == [("1", 2), ("3", 3)]


def test_a_header_below_a_preamble() -> None:
    assert lines_of('about,"it\n\nname,b\n1,2\n', first_line=3) == [("1", 4)]


def test_records_with_too_many_fields_and_a_cut_end_are_set_aside() -> None:
    table = read_table(text_file('a,b\n"x\ny",1\n5,6,7\n8,9\n10'))
    assert table.rejected.select("line", "reason").rows() == [(4, "unreadable"), (6, "unreadable")]
    assert table.records == 4


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends(live: LiveDesk, ends: str) -> None:
    text = ends.join(["at,viewers", "2022-10-09T18:00:00Z,5", "2022-10-09T18:01:00Z,6", ""])
    samples = live.read("viewer_samples", {"s.csv": text}, SAMPLES, None).tables["live_samples"]
    assert samples.select("sampled_at", "viewers", "line").rows() == [
        (utc("2022-10-09T18:00:00"), 5, 2),
        (utc("2022-10-09T18:01:00"), 6, 3),
    ]


def read(text: str) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The fields and lines of the records of a text, and the lines of those that cannot be read."""
    table = read_table(text_file(text))
    return table.rows.drop("file").rows(), table.rejected.select("line").rows()


class TestQuotationMarks:
    @pytest.mark.parametrize(
        ("text", "rows"),
        [
            ('5" screen,1', [('5" screen', "1", 2)]),
            ('"he said ""hi""",1', [('he said "hi"', "1", 2)]),
            ('"he said "hi" then",1', [('he said hi" then"', "1", 2)]),
            ('"abc"def,1', [("abcdef", "1", 2)]),
            ('"",1', [(None, "1", 2)]),
        ],
    )
    @pytest.mark.parametrize("odd", ["", 'x"y,2\n'])
    def test_marks_inside_a_field(self, text: str, rows: list[tuple[object, ...]], odd: str) -> None:
        found, rejected = read(f"a,b\n{text}\n{odd}7,8\n")
        whole = [tuple(value or None for value in row) for row in found]
        assert whole == [*rows, *([('x"y', "2", 3)] if odd else []), ("7", "8", 4 if odd else 3)]
        assert rejected == []

    def test_a_mark_that_is_never_closed_costs_its_record_alone(self) -> None:
        assert read('a,b\n1,"x\n2,y\n3,z\n') == ([("2", "y", 3), ("3", "z", 4)], [(2,)])

    def test_a_mark_does_not_pair_with_one_of_a_later_record(self) -> None:
        assert read('a,b\n1,"x\n2,y\n3,"z"\n4,q\n') == ([("2", "y", 3), ("3", "z", 4), ("4", "q", 5)], [(2,)])

    def test_a_field_too_long_to_be_one_costs_its_record_alone(self) -> None:
        text = 'a,b\n1,2,3\n"' + "x" * 200_000 + "\n4,5\n"
        assert read(text) == ([("4", "5", 4)], [(2,), (3,)])

    def test_many_odd_lines_take_no_longer_than_as_many_others(self) -> None:
        """Each of them begins the reading anew: were it from the first line on, this would take minutes."""
        found, rejected = read("a,b\n" + '1,"he said "hi" then"\n' * 20_000 + '2,"x\n' * 20_001)
        assert (len(found), len(rejected)) == (20_000, 20_001)


class TestCutOff:
    @pytest.mark.parametrize("end", ["3", "3,4", '3,"4', '3,"4\n', '3,"4\nmore', '"3\n\n'])
    def test_the_last_record_is_rejected(self, end: str) -> None:
        assert read(f'a,b,c\n1,"x\ny",2\n{end}') == ([("1", "x\ny", "2", 2)], [(4,)])

    @pytest.mark.parametrize("end", ["3,4,5", '3,4,"5"', '3,"4\n4",5', '3,4,"5\n5"', "3,4,"])
    def test_a_last_record_that_is_whole_is_not(self, end: str) -> None:
        found, rejected = read(f"a,b,c\n1,2,3\n{end}")
        assert [row[-1] for row in found] == [2, 3]
        assert rejected == []

    def test_short_records_before_the_last_are_kept(self) -> None:
        assert read("a,b\n1\n2,3\n") == ([("1", None, 2), ("2", "3", 3)], [])

    @pytest.mark.parametrize("blank", ["2,\n", ""])
    def test_one_short_record_among_many_has_lost_a_separator(self, blank: str) -> None:
        found, rejected = read("a,b\n" + "1,2\n" * 20 + '3 "and" 4\n' + blank + "5,6\n")
        assert (len(found), rejected) == (21 + bool(blank), [(22,)])

    def test_many_short_records_leave_out_what_is_empty(self) -> None:
        found, rejected = read("a,b\n" + "1,2\n" * 20 + "3\n" * 5)
        assert (len(found), rejected) == (25, [])


class TestColumns:
    @pytest.mark.parametrize(
        ("text", "separator"),
        [
            ("a,b\n1,2\n", ","),
            ("a;b\n1,5;2\n", ";"),
            ("a\tb\n1\t2\n", "\t"),
            ('"a, or b, or c";b\n1;2\n', ";"),
            ("a\n1\n", ","),
            ("a|b\n1|2\n", "|"),
            ("name, full;time, local\n1;2\n3;4\n", ";"),
            ("sep=;\na,x;b\n1;2\n", ";"),
        ],
    )
    def test_the_separator_is_the_one_of_the_header(self, text: str, separator: str) -> None:
        found, told = (read_columns(text_file(text), {"first": 1}, separator=one) for one in (None, separator))
        assert (found.names, found.rows.rows()) == (told.names, told.rows.rows())

    def test_separators_beyond_the_last_column_hold_nothing(self) -> None:
        assert read("a,b\n1,2,\n3,4,,\n") == ([("1", "2", 2), ("3", "4", 3)], [])

    @pytest.mark.parametrize("odd", ["", 'x"y,,\n'])
    def test_names_that_occur_twice_are_refused_where_they_are_used(self, odd: str) -> None:
        file = text_file(f"a,b,a\n1,2,3\n{odd}")
        message = r"f\.csv: columns 1 and 3 have the same name 'a'; expected one of each; rename one"
        with pytest.raises(DeliveryError, match=message):
            read_columns(file, {"x": "a"})
        with pytest.raises(DeliveryError, match=message):
            read_table(file)
        assert read_columns(file, {"x": "b", "y": 3}).rows.row(0)[:2] == ("2", "3")

    def test_columns_without_a_name_may_be_many(self) -> None:
        assert read_table(text_file(",a,\n1,2,3\n")).rows.columns == ["column_1", "a", "column_3", "file", "line"]

    def test_picked_by_name_or_position(self) -> None:
        table = read_columns(text_file("a,b\n1,2\n"), {"x": 2, "y": "a"})
        assert table.rows.columns == ["x", "y", "file", "line"]
        assert table.rows.rows() == [("2", "1", "f.csv", 2)]

    def test_a_column_called_file_or_line_is_one_like_any_other(self) -> None:
        file = text_file("file,line\n1,2\n")
        assert read_columns(file, {"x": "line", "y": "file"}).rows.rows() == [("2", "1", "f.csv", 2)]

    @pytest.mark.parametrize("name", ["Heure d'arriv\u00e9e", " Heure  d'arrive\u0301e ", "\ufeffHeure d'arriv\u00e9e"])
    def test_a_name_is_found_whatever_its_blanks_and_unicode_form(self, name: str) -> None:
        assert read_columns(text_file(f"{name},b\n1,2\n"), {"x": "Heure d'arrive\u0301e"}).rows["x"].to_list() == ["1"]

    def test_a_preamble_is_passed_over(self) -> None:
        text = "Summary\nTotal,3\n\nid,views\na,1\nb,2\n"
        table = read_columns(text_file(text), {"x": "id", "y": "views"})
        assert table.rows.select("x", "y", "line").rows() == [("a", "1", 5), ("b", "2", 6)]

    @pytest.mark.parametrize(
        ("text", "columns", "message"),
        [
            (
                "a,b\n1,2\n",
                {"x": "c", "y": "b"},
                r"f\.csv: column 'c' for 'x' is not there; found 'a', 'b'; correct `columns`",
            ),
            ("Noor,Ali\nSara,Omar\n", {"x": "name"}, "found 2 columns in a line that is no header"),
            ("views,id\n1,2\n", {"x": "view"}, r"column 'view' for 'x' is not there; .* did you mean 'views'\?"),
            ("a,b\n1,2\n", {"x": 3}, r"f\.csv: column 3 for 'x' is not there; found 2 columns, the first is 1"),
            ("a,b\n1,2\n", {"x": 0}, r"f\.csv: column 0 for 'x' is not there"),
        ],
    )
    def test_a_column_that_is_not_there(self, text: str, columns: dict[str, str | int], message: str) -> None:
        with pytest.raises(DeliveryError, match=message):
            read_columns(text_file(text), columns)

    @pytest.mark.parametrize(
        "line",
        [
            "7506832682593094928,noor,5",
            "noor@example.org,Joined,yes",
            "Noor,Joined,8/3/2021",
            "Noor,I have never told anyone about it before,yes",
            "https://example.org/@noor,Joined,yes",
            "u_e1fab1577a24,Joined,yes",
            "Noor,It was fine.,yes",
        ],
    )
    def test_a_line_that_is_no_header_is_not_repeated(self, line: str) -> None:
        with pytest.raises(DeliveryError, match="found 3 columns in a line that is no header") as refusal:
            read_columns(text_file(f"{line}\n{line}\n"), {"x": "views"})
        assert "oor" not in str(refusal.value)

    def test_a_long_header_is_shown_in_part(self) -> None:
        header = ",".join(["x" * 50, *(f"column {letter}" for letter in "abcdefghijklmnopqrstuvwxyz")])
        with pytest.raises(DeliveryError, match=f"found '{'x' * 40}', 'column a'.*'column s' and 7 more"):
            read_columns(text_file(f"{header}\n"), {"x": "column a", "y": "views"})

    def test_without_a_header(self) -> None:
        table = read_table(text_file('\n1,2\n5" x,3\n'), has_header=False)
        assert table.rows.select("column_1", "line").rows() == [("1", 2), ('5" x', 3)]

    @pytest.mark.parametrize("text", ["", "\n \n", "\t\n"])
    def test_an_empty_file(self, text: str) -> None:
        with pytest.raises(DeliveryError, match=r"f\.csv: is empty; expected a header and records"):
            read_table(text_file(text))

    def test_blank_lines_are_no_records(self) -> None:
        table = read_table(text_file('a,b\n\n , \n1,2\n,\n"",""\n\n'))
        assert (table.rows["line"].to_list(), table.records) == ([4], 1)


class TestEncodings:
    TEXT = "at,viewers,note\n2022-10-09T18:00:00Z,5,هدوء وسلام\n"

    def viewers(self, live: LiveDesk, name: str, content: bytes, **options: str) -> list[int]:
        samples = live.read("viewer_samples", {name: content}, {**SAMPLES, **options}, None).tables["live_samples"]
        return samples["viewers"].to_list()

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
    def test_told_by_the_text(self, live: LiveDesk, encoding: str) -> None:
        assert self.viewers(live, "s.csv", self.TEXT.encode(encoding)) == [5]

    def test_arabic_that_begins_late_is_still_told(self, live: LiveDesk) -> None:
        text = "at,viewers,note\n" + "2022-10-09T18:00:00Z,5,x\n" * 8_000 + "2022-10-09T18:00:01Z,6,هدوء\n"
        assert len(self.viewers(live, "s.csv", text.encode("cp1256"))) == 2

    @pytest.mark.parametrize("encoding", ["windows-1252", "utf-16", "utf-8"])
    def test_as_the_note_says(self, live: LiveDesk, encoding: str) -> None:
        assert self.viewers(
            live, "s.csv", "at,viewers,é\n2022-10-09T18:00:00Z,5,é\n".encode(encoding), encoding=encoding
        ) == [5]

    @pytest.mark.parametrize(
        ("time", "encoding"),
        [
            ("13/04/2021 à 09:01:31", "cp1252"),
            ("13.04.2021 ÖÖ 9:01:31", "cp1254"),
            ("13 Mayıs 2021 09:01", "cp1254"),
            ("13/4/2021 9:01 م", "cp1256"),
            ("13/4/2021, 9:01 π.μ.", "cp1253"),
        ],
    )
    def test_words_of_times_prove_an_encoding(self, time: str, encoding: str) -> None:
        assert as_text("a.csv", f"who;at\nA;{time}\n".encode(encoding)).text == f"who;at\nA;{time}\n"

    @pytest.mark.parametrize(
        ("content", "encoding", "message"),
        [
            ("Genève,x\n".encode("cp1252"), None, r"its encoding cannot be told; .* options\.encoding .* windows-1252"),
            ("هدوء,الصحة_النفسية,سلام\n".encode() + b"\xff,x\n", None, r"is UTF-8 but for line 2 and perhaps others"),
            ("é\n".encode("cp1252"), "utf-8", r"is not utf-8 as options\.encoding says"),
            (
                "a\nmãe,x\n".encode("cp1252"),
                "windows-1256",
                r"line 2 has Arabic letters inside Latin words .* windows-1252",
            ),
            (b"a\n", "utf8-mac", r"is not utf8-mac as options\.encoding says"),
            (b"a\n", "undefined", r"is not undefined as options\.encoding says"),
            (b"a\n", "base64", r"is not base64 as options\.encoding says"),
            (b"\xff\xfea\0\0\xd8b\0", None, r"begins as utf-16-le but is not"),
            (b"a,b\n\0\1\2binary", None, r"line 2 holds NUL bytes, which no text does"),
            (
                b"PK\x03\x04...",
                None,
                r"is a zip archive or an Excel workbook, expected text; export it as CSV, or name its format",
            ),
            (b"\xd0\xcf\x11\xe0...", None, r"is an old Excel workbook, expected text"),
            (b"$FL2@(#) SPSS DATA FILE", None, r"is an SPSS file, expected text"),
            (b"$FL3@(#) SPSS DATA FILE", None, r"is an SPSS file, expected text"),
            (b"%PDF-1.7", None, r"is a PDF, expected text"),
            (b"PAR1", None, r"is a parquet file, expected text"),
            (gzip.compress(b"a"), None, r"is gzip without the ending \.gz"),
            (bz2.compress(b"a"), None, r"is bzip2 without the ending \.bz2"),
            (zstandard.compress(b"a"), None, r"is zstandard without the ending \.zst"),
        ],
        ids=named,
    )
    def test_what_is_no_text(self, live: LiveDesk, content: bytes, encoding: str | None, message: str) -> None:
        options = SAMPLES | ({"encoding": encoding} if encoding else {})
        with pytest.raises(DeliveryError, match=rf"s\.csv: {message}"):
            live.read("viewer_samples", {"s.csv": content}, options, None)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as content:
        for name, data in files.items():
            content.writestr(name, data)
    return archive.getvalue()


def locked() -> bytes:
    """An archive whose one member says that it is encrypted."""
    data = bytearray(zipped({"s.csv": b"at,viewers\n"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


class TestPacking:
    def names(self, live: LiveDesk, files: dict[str, bytes]) -> list[tuple[str, str]]:
        return [(file.name, file.text) for file in text_files(live.deliver("viewer_samples", files, SAMPLES, None))]

    def test_every_file_in_order(self, live: LiveDesk) -> None:
        files = {
            "c.csv.gz": gzip.compress(b"c1") + gzip.compress(b"c2"),
            "e.csv.bz2": bz2.compress(b"e1") + bz2.compress(b"e2"),
            "a.ZIP": zipped(
                {"z.csv": b"z", "b/": b"", "b/a.csv": b"a", "__MACOSX/._z.csv": b"\0", ".DS_Store": b"\0", "b/.x": b"x"}
            ),
            "b.csv.zst": zstandard.compress(b"b1") + zstandard.compress(b"b2"),
            "d.csv": b"d",
        }
        assert self.names(live, files) == [
            ("a.ZIP/b/a.csv", "a"),
            ("a.ZIP/z.csv", "z"),
            ("b.csv", "b1b2"),
            ("c.csv", "c1c2"),
            ("d.csv", "d"),
            ("e.csv", "e1e2"),
        ]

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("s.csv.gz", b"at,viewers\n", "cannot be unpacked"),
            ("s.csv.gz", gzip.compress(b"at,viewers\n" * 1_000)[:-20], "cannot be unpacked"),
            ("s.csv.zst", b"at,viewers\n", "cannot be unpacked"),
            (
                "s.csv.zst",
                zstandard.compress(bytes(range(256)) * 2_000)[:-20],
                "cannot be unpacked",
            ),
            ("s.csv.bz2", b"at,viewers\n", "cannot be unpacked"),
            ("s.csv.bz2", bz2.compress(b"at,viewers\n" * 1_000)[:-9], "cannot be unpacked"),
            ("s.zip", b"at,viewers\n", "cannot be unpacked"),
            ("s.zip", zipped({"s.csv": b"at,viewers\n"})[:-5], "cannot be unpacked"),
            ("s.zip", zipped({}), "holds no file; expected an archive of files"),
            ("s.zip", zipped({"__MACOSX/._s.csv": b"x"}), "holds no file"),
            ("s.zip", locked(), "is locked with a password; expected an open archive"),
        ],
        ids=named,
    )
    def test_what_cannot_be_unpacked_whole_is_refused(
        self, live: LiveDesk, name: str, content: bytes, message: str
    ) -> None:
        with pytest.raises(DeliveryError, match=f"{name}: {message}"):
            self.names(live, {name: content})


@pytest.mark.parametrize(
    ("text", "kind"), [('[{"a": 1}]', "JSON"), ('{"a": 1}', "JSON"), ("<!doctype html>", "a web page or XML")]
)
def test_what_is_no_table(text: str, kind: str) -> None:
    with pytest.raises(DeliveryError, match=rf"f\.csv: is {kind}, expected delimited text with a header"):
        read_table(text_file(text))


class TestLimits:
    @pytest.mark.parametrize(
        ("name", "pack"),
        [("s.csv.gz", gzip.compress), ("s.csv.bz2", bz2.compress), ("s.csv.zst", zstandard.compress)],
    )
    def test_a_file_packed_more_than_any_data_is_refused(
        self, live: LiveDesk, monkeypatch: pytest.MonkeyPatch, name: str, pack: Callable[[bytes], bytes]
    ) -> None:
        monkeypatch.setattr(unpacking, "ANY_EXPANSION", 1_000_000)
        delivery = live.deliver("viewer_samples", {name: pack(b"0," * 1_000_000)}, SAMPLES, None)
        with pytest.raises(DeliveryError, match=rf"{name}: is packed into less than a 200th of its size"):
            list(text_files(delivery))

    def test_the_files_of_an_archive_count_together(self, live: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unpacking, "MOST_BYTES", 1_000)
        packed = zipped({f"{number}.csv": b"x" * 400 for number in range(3)}, zipfile.ZIP_DEFLATED)
        delivery = live.deliver("viewer_samples", {"s.zip": packed}, SAMPLES, None)
        with pytest.raises(DeliveryError, match=r"s\.zip: has 1,200 bytes or more, expected 1,000 or fewer"):
            list(text_files(delivery))

    def test_a_file_that_is_too_large_is_not_even_read(self, live: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unpacking, "MOST_BYTES", 5)
        delivery = live.deliver("viewer_samples", {"s.csv": "at,viewers"}, SAMPLES, None)
        with pytest.raises(
            DeliveryError, match=r"s\.csv: has 10 bytes or more, expected 5 or fewer after unpacking; split"
        ):
            list(text_files(delivery))

    def test_too_many_columns_or_fields(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(DeliveryError, match=r"f\.csv: has 5,000 columns, expected 4,000 or fewer"):
            read_table(text_file(",".join(map(str, range(5_000))) + "\n"))
        monkeypatch.setattr(delimited, "MOST_CELLS", 5)
        with pytest.raises(DeliveryError, match=r"f\.csv: has 6 fields or more, expected 5 or fewer"):
            read_table(text_file("a,b\n1,2\n3,4\n"))

    @pytest.mark.parametrize("field", ["x" * 1_000_000, '"' + "x\n" * 500_000 + '"'])
    @pytest.mark.parametrize("repeats", [False, True])
    def test_a_field_of_a_megabyte_costs_its_record_alone(self, field: str, repeats: bool) -> None:
        table = read_table(text_file(f"a,b\n1,2\n{field},3\n4,5\n"), repeats=repeats)
        assert table.rows["a"].to_list() == ["1", "4"]
        assert table.rejected.select("line", "reason").rows() == [(3, "unreadable")]

    def test_a_header_that_is_one_endless_line(self) -> None:
        with pytest.raises(DeliveryError, match="column 'a' for 'x' is not there"):
            read_columns(text_file("x" * 2_000_000), {"x": "a"})


# What people write in each of the code pages, in words enough to tell them apart.
WRITTEN = {
    "cp1252": "Nom complet;Heure d'arrivée;Durée;Rôle\nZoé;Genève;élève;où\nÇa;fête;maître;là\n",
    "cp1250": "Imię;Godzina dołączenia\nŁukasz;źródło żółty ćma gęś\n",
    "cp1251": "Имя;Время\nПривет;мир как дела\n",
    "cp1253": "Όνομα;Ώρα\nΓιώργος;καλημέρα σας τι κάνετε\n",
    "cp1254": "Ad;Süre\nAyşe;çalışıyor güneş ığdır İstanbul öğrenci\n",
    "cp1256": "الاسم;Réponse;الوقت\nهدوء;élève;وسلام الآن\n",
    "mac_roman": "Año;Duración;Sesión\nNiño;mañana;¿Qué?\nestá;rápido;“bien”\n",
}


class TestCodePages:
    @pytest.mark.parametrize("encoding", sorted(WRITTEN))
    @pytest.mark.parametrize("repeat", [1, 50])
    def test_words_of_a_language_prove_the_code_page(self, encoding: str, repeat: int) -> None:
        text = WRITTEN[encoding] * repeat
        assert as_text("f.csv", text.encode(encoding)).text == text

    def test_a_letter_alone_is_a_word_of_its_language(self) -> None:
        text = "Prénom;Heure d'arrivée;Durée\nA;13/04/2021 à 09:01:31;2\xa0h\n"
        assert as_text("f.csv", text.encode("cp1252")).text == text

    def test_a_letter_among_signs_is_no_word(self) -> None:
        text = "id,title\nv,العنوان الهدوء والسلام\n"
        assert as_text("f.csv", text.encode("cp1256")).text == text

    @pytest.mark.parametrize("text", [text for texts in WRITTEN.values() for text in [texts, texts.replace(";", "\t")]])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    def test_unicode_is_told_in_any_language(self, text: str, encoding: str) -> None:
        assert as_text("f.csv", text.encode(encoding)).text == text

    @settings(max_examples=100)
    @given(st.data())
    def test_a_few_words_are_read_as_they_were_written_or_asked_for(self, data: st.DataObject) -> None:
        encoding = data.draw(st.sampled_from(sorted(WRITTEN)))
        words = st.sampled_from(WRITTEN[encoding].replace(";", " ").split())
        text = " ".join(data.draw(st.lists(words, min_size=1, max_size=6)))
        try:
            found = as_text("f.csv", text.encode(encoding)).text
        except DeliveryError as error:
            assert "options.encoding" in str(error)  # noqa: PT017 - either is right
        else:
            assert found == text

    @settings(max_examples=100)
    @given(st.lists(st.sampled_from(" ".join(WRITTEN.values()).replace(";", " ").split()), min_size=1, max_size=9))
    def test_no_arabic_letter_comes_into_a_latin_word(self, words: list[str]) -> None:
        for encoding in WRITTEN:
            text = " ".join(word for word in words if word.encode(encoding, "ignore").decode(encoding) == word)
            with suppress(DeliveryError):
                found = as_text("f.csv", text.encode(encoding)).text
                assert not re.search("[A-Za-zÀ-ɏ][\u0620-\u065f]|[\u0620-\u065f][A-Za-zÀ-ɏ]", found)

    def test_typographic_marks_alone_are_those_of_windows(self) -> None:
        text = "it’s,“fine” – ok…\nl’eau,don’t\n"
        assert as_text("f.csv", text.encode("cp1252")).text == text

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
    def test_a_file_cut_off_within_a_letter_is_still_told(self, encoding: str) -> None:
        text = "الاسم,الوقت\nهدوء"
        assert text.startswith(as_text("f.csv", text.encode(encoding)[:-1]).text)


@given(
    rows=st.lists(st.lists(st.sampled_from(["", "1", "x y", "x\ny", 'x"y', "é"]), min_size=2, max_size=2), max_size=8)
)
def test_what_a_spreadsheet_writes_is_what_is_read(rows: list[list[str]]) -> None:
    quoted = [",".join('"' + field.replace('"', '""') + '"' for field in row) for row in rows]
    table = read_table(text_file("\n".join(["a,b", *quoted, ""]))).rows
    assert [[field or "" for field in row] for row in table.select("a", "b").rows()] == [
        row for row in rows if any(row)
    ]
    assert table["line"].to_list() == [
        2 + sum(1 + "".join(row).count("\n") for row in rows[:number]) for number, row in enumerate(rows) if any(row)
    ]


@settings(max_examples=300)
@given(st.text(st.sampled_from('xy,,""\n\n '), max_size=24))
@example("x,\nx\nx\nx\n")
def test_any_text_gives_rows_of_its_own_lines(body: str) -> None:
    """Whatever the marks do: each record begins on a line of its own, in order, and none is made up; in categories too."""
    records = [row for row in csv.reader(io.StringIO(body)) if any(field.strip() for field in row)]
    try:
        table = read_table(text_file(f"a,b\n{body}"))
    except DeliveryError:
        assert '"' in body or all(len(row) == 1 for row in records)
        return
    in_categories = read_table(text_file(f"a,b\n{body}"), repeats=True)
    assert in_categories.rows.rows() == table.rows.rows()
    assert in_categories.rejected.equals(table.rejected)
    lines = sorted([*table.rows["line"], *table.rejected["line"]])
    assert len(set(lines)) == len(lines)
    assert all(f"a,b\n{body}".split("\n")[line - 1].strip() for line in lines)
    if '"' not in body:
        assert table.records == len(records)


@pytest.mark.parametrize("has_header", [True, False])
def test_records_that_all_have_fewer_fields_than_the_header_are_refused(has_header: bool) -> None:
    rows = [f"{number},yes,no" for number in range(30)]
    header = "id,used,If you lost it, would you go on?"
    with pytest.raises(
        DeliveryError, match=r"line 2: found 3 fields, as in every record, expected 4 .* put it in quotation marks"
    ):
        read_table(text_file("\n".join([header, *rows, ""])), has_header=has_header)
    whole = read_table(text_file("\n".join([header, *rows, "30,yes,no,never", ""])), has_header=has_header)
    assert whole.records == 31 + (not has_header)
    for text in ("id,used,lost,", 'id,"used",lost,,'):
        assert read_table(text_file("\n".join([text, *rows, ""])), has_header=has_header).records == 30 + (
            not has_header
        )


@pytest.mark.parametrize(
    "odd", ["1", "-7", "", "01", " 1", "1 ", "+1", "1.0", "-0", "1e1", "40000", "\u0661", "x", '"1"', "1,2"]
)
def test_numbers_are_parsed_only_where_they_are_written_as_numbers_are(odd: str) -> None:
    """What parses as a number after many that are none other stays as it was written."""
    text = "\n".join(["a,b", *(f"{number % 5},{number}" for number in range(1_500)), f"{odd},1501", "3,1502", ""])
    table, plain = (read_table(text_file(text), has_header=False, repeats=repeats) for repeats in (True, False))
    cells = [table.first] if table.first is not None else []
    rows = [*cells, *table.rows.select(pl.exclude("file", "line").cast(pl.String())).rows()]
    assert rows == plain.rows.drop("file", "line").rows()
    assert table.rows["line"].to_list() == plain.rows["line"].to_list()[len(cells) :]
    assert table.rejected.equals(plain.rejected)
    assert (table.rows["column_1"].dtype == pl.Int16()) == (odd in ("1", "-7", ""))


def test_a_table_counts_what_it_could_not_read() -> None:
    table = read_table(text_file("a,b\n1,2\n3,4,5\n"))
    assert isinstance(table, TextTable)
    assert (table.name, table.records, table.rows.height) == ("f.csv", 2, 1)
    assert "3 fields, expected 2 as in the header" in table.rejected["detail"][0]


def test_a_record_whose_field_was_parted_is_set_aside_though_its_last_fields_are_empty() -> None:
    whole = [f"{number},calm,note" for number in range(40)]
    parted = read_table(text_file("\n".join(["id,tag,note", *whole, "40,calm,rest,", "41,calm,", ""])))
    assert (parted.rows.height, parted.rejected["line"].to_list()) == (41, [42])
    assert "4 fields, expected 3 as in the header" in parted.rejected["detail"][0]
    ended = read_table(text_file("\n".join(["id,tag,note", *(f"{line}," for line in whole), ""])))
    assert (ended.rows.height, ended.rejected.height) == (40, 0)


def test_marks_of_direction_are_no_part_of_a_name() -> None:
    assert folded("\u200fالبريد \u200e") == "البريد"


@pytest.mark.parametrize(
    ("text", "page"),
    [
        (
            "Kennen Sie uns?;Woher?\nNein;Über Freunde\nWeiß nicht;Plakat\nNein, auf keine Weise;Über Freunde\n",
            "cp1252",
        ),
        ("ID;Avez-vous vu la campagne ?\n1;Oui\n2;Je préfère ne pas répondre\n3;Qui sont les autres\n", "cp1252"),
        ("ID;Czy podoba się kampania?\n1;tak\n2;nie wiem, jak jest\n", "cp1250"),
    ],
)
def test_plain_words_tell_code_pages_apart_that_the_others_do_not(text: str, page: str) -> None:
    assert to_utf8("a.csv", text.encode(page)).decode() == text


def test_lines_that_stand_in_quotation_marks_as_a_whole_are_read_as_they_were() -> None:
    wrapped = b'"id,text,views"\n"1,""a, b"",5"\n\n"2,""say """"x"""""",6"\n"3,plain,7"\n'
    table = read_table(as_text("f.csv", wrapped))
    rows = [("1", "a, b", "5", 2), ("2", 'say "x"', "6", 4), ("3", "plain", "7", 5)]
    assert table.rows.select("id", "text", "views", "line").rows() == rows
    for other in (b'"a;b"\n"1";"2"\n', b'"one"\n"two, three"\n', b'"a,b"\n1,2\n', b'"a,b"\n'):
        assert as_text("f.csv", other).data == other


def test_marks_of_direction_are_taken_from_all_cells() -> None:
    text = as_text("a.csv", "\u200fالبريد\u200e,دور\n\u202bأ@x.org\u202c,\u2067مضيف\u2069\n".encode())
    assert text.text == "البريد,دور\nأ@x.org,مضيف\n"
