"""The landing zone: what is seen there, what is warned of, and a delivery that is there whole or not at all."""

import os
import shutil
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from ingest import landing
from ingest.delivery import folder_signature
from ingest.home import Home
from ingest.landing import Landed, scan, sweep_landing, write_delivery
from ingest.source import NOTE

DAY = date(2022, 10, 9)
SOURCES = ("hashtag", "live")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def put(home: Home, place: str, *files: str) -> Path:
    folder = home.landing / place
    folder.mkdir(parents=True)
    for name in files:
        (folder / name).write_text("x")
    return folder


def seen(home: Home) -> list[Landed]:
    landed, warnings = scan(home, SOURCES)
    assert warnings == []
    return landed


class TestScan:
    def test_a_home_without_a_landing(self, home: Home) -> None:
        assert scan(home, SOURCES) == ([], [])

    def test_deliveries_by_source_day_and_name(self, home: Home) -> None:
        for place in ("live/2022-10-09/b", "hashtag/2022-10-10/a", "hashtag/2022-10-09/z", "hashtag/2022-10-09/a b"):
            put(home, place, NOTE, "x.csv")
        assert [item.id for item in seen(home)] == [
            ("hashtag", DAY, "a b"),
            ("hashtag", DAY, "z"),
            ("hashtag", date(2022, 10, 10), "a"),
            ("live", DAY, "b"),
        ]

    def test_a_folder_without_a_note_is_not_yet_a_delivery(self, home: Home) -> None:
        put(home, "hashtag/2022-10-09/half", "x.csv")
        put(home, "hashtag/2022-10-09/.delivery-abc", NOTE)
        put(home, "hashtag/.trash/day", NOTE)
        assert seen(home) == []

    def test_files_above_a_delivery_s_folder_are_named_but_not_by_the_thousand(self, home: Home) -> None:
        put(home, "hashtag/2022-10-09/day", NOTE, "x.csv")
        (home.landing / "hashtag/2022-10-09/one.csv").touch()
        for number in range(7):
            (home.landing / f"hashtag/two{number}.csv").touch()
        (home.landing / "hashtag/.DS_Store").touch()
        landed, warnings = scan(home, SOURCES)
        assert [item.name for item in landed] == ["day"]
        assert warnings[0] == (
            "landing/hashtag/two0.csv lies above a delivery's folder; expected landing/<source>/<day>/<delivery>/: move it into "
            "one, with a delivery.yml"
        )
        assert len(warnings) == 6
        assert warnings[-1] == "... and 3 more files lie above a delivery's folder"

    def test_a_folder_that_cannot_be_looked_into_hides_no_other(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(home, "hashtag/2022-10-09/a", NOTE)
        put(home, "hashtag/2022-10-09/b", NOTE)
        put(home, "live/2022-10-09/c", NOTE)
        real = os.scandir

        def guarded(path: Path) -> Iterator["os.DirEntry[str]"]:
            if str(path).endswith(("09/a", "landing/live")):
                raise PermissionError(13, "Permission denied")
            return real(path)

        monkeypatch.setattr(os, "scandir", guarded)
        landed, warnings = scan(home, SOURCES)
        assert [(item.name, item.folder_signature is None) for item in landed] == [("a", True), ("b", False)]
        assert warnings == ["landing/live cannot be opened (Permission denied); make it readable for the warehouse"]

    def test_names_that_are_not_utf8_are_written_out(self, home: Home) -> None:
        put(home, "hashtag/2022-10-09/" + os.fsdecode(b"\xc7\xe3\xe1"), NOTE)
        put(home, os.fsdecode(b"\xc7\n"), NOTE)
        [item], [warning] = scan(home, SOURCES)
        assert item.name == "\\xc7\\xe3\\xe1"
        assert warning.startswith("landing/\\xc7\\n is not a source")

    @pytest.mark.parametrize("name", ["delivery.yaml", "Delivery.yml", "delivery.yml.txt"])
    def test_a_note_under_another_name_is_warned_of(self, home: Home, name: str) -> None:
        put(home, "hashtag/2022-10-09/day", name)
        landed, [warning] = scan(home, SOURCES)
        assert landed == []
        assert (
            warning
            == f"landing/hashtag/2022-10-09/day is no delivery: its note is called {name}; expected {NOTE}: rename it"
        )

    def test_a_note_that_is_no_file_is_warned_of(self, home: Home) -> None:
        put(home, "hashtag/2022-10-09/day", "x.csv")
        os.mkfifo(home.landing / "hashtag/2022-10-09/day" / NOTE)
        landed, [warning] = scan(home, SOURCES)
        assert landed == []
        assert warning.startswith(f"landing/hashtag/2022-10-09/day is no delivery: its {NOTE} is not a file")

    def test_a_note_that_lies_beside_the_deliveries_is_warned_of(self, home: Home) -> None:
        put(home, "hashtag/2022-10-09", NOTE, "x.csv")
        landed, [warning] = scan(home, SOURCES)
        assert landed == []
        assert "landing/hashtag/2022-10-09 holds a delivery.yml itself; expected a folder for each delivery" in warning

    def test_an_unknown_source_is_warned_of(self, home: Home) -> None:
        put(home, "hashtags/2022-10-09/day", NOTE)
        assert scan(home, SOURCES) == ([], ["landing/hashtags is not a source; expected one of hashtag, live"])

    @pytest.mark.parametrize("day", ["09-10-2022", "2022-13-01", "20221009", "2022-10-9", "yesterday", "2022-02-29"])
    def test_a_folder_that_is_no_day_is_warned_of(self, home: Home, day: str) -> None:
        put(home, f"hashtag/{day}/x", NOTE)
        landed, [warning] = scan(home, SOURCES)
        assert landed == []
        assert warning.startswith(f"landing/hashtag/{day} is not a day; expected YYYY-MM-DD from 2016-01-01 on")

    @pytest.mark.parametrize(
        ("one", "other"), [("Day", "day"), ("caf\u00e9", unicodedata.normalize("NFD", "caf\u00e9"))]
    )
    def test_names_that_clash_name_each_other(self, home: Home, one: str, other: str) -> None:
        put(home, f"hashtag/2022-10-09/{one}", NOTE)
        put(home, f"hashtag/2022-10-09/{other}", NOTE)
        put(home, "hashtag/2022-10-09/third", NOTE)
        put(home, f"hashtag/2022-10-10/{one}", NOTE)
        put(home, f"live/2022-10-09/{one}", NOTE)
        clashes = {
            (item.source, item.landed_on.day, item.name): item.clash for item in seen(home) if item.clash is not None
        }
        assert clashes == {("hashtag", 9, one): other, ("hashtag", 9, other): one}

    def test_a_delivery_that_vanishes_while_it_is_looked_at_is_left_for_the_next_run(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(home, "hashtag/2022-10-09/a", NOTE)
        put(home, "hashtag/2022-10-09/b", NOTE)
        whole = folder_signature

        def vanishing(path: Path) -> str | None:
            if path.name == "a":
                raise FileNotFoundError(path)
            return whole(path)

        monkeypatch.setattr(landing, "folder_signature", vanishing)
        assert [item.name for item in seen(home)] == ["b"]


class TestSweep:
    @pytest.fixture
    def killed(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
        """A home in which a writer was killed after it had moved the old delivery aside."""
        write_delivery(home, "hashtag", DAY, "day", {"a.csv": b"old"}, {"source": "hashtag"})
        real, calls = Path.rename, iter([False, True])

        def rename(path: Path, target: Path) -> Path:
            if next(calls):
                raise KeyboardInterrupt
            return real(path, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", rename)
            with pytest.raises(KeyboardInterrupt):
                write_delivery(home, "hashtag", DAY, "day", {"a.csv": b"new"}, {"source": "hashtag"})
        assert seen(home) == []
        return home

    def test_what_is_being_written_is_left_alone(self, killed: Home) -> None:
        sweep_landing(killed)
        assert seen(killed) == []

    def test_what_was_moved_aside_goes_back(self, killed: Home) -> None:
        for stray in (killed.landing / "hashtag/2022-10-09").iterdir():
            os.utime(stray, (0, 0))
        sweep_landing(killed)
        [item] = seen(killed)
        assert (item.path / "a.csv").read_bytes() == b"old"
        assert [path.name for path in item.path.parent.iterdir()] == ["day"]


class TestWriteDelivery:
    def test_equal_values_are_written_out_each_time(self, home: Home) -> None:
        """A note that refers to another place in it is refused."""
        top = ["4", "5"]
        folder = write_delivery(home, "survey", DAY, "day", {}, {"one": top, "other": top})
        assert "*" not in (folder / NOTE).read_text()
        assert yaml.safe_load((folder / NOTE).read_text()) == {"one": top, "other": top}

    def test_what_was_given_is_there_and_nothing_else(self, home: Home) -> None:
        note = {"source": "hashtag", "format": "video_csv", "supplier": "عزيز"}
        folder = write_delivery(home, "hashtag", DAY, "day", {"a.csv": b"1", "b.csv": b"2"}, note)
        assert folder == home.landing / "hashtag/2022-10-09/day"
        assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != NOTE} == {
            "a.csv": b"1",
            "b.csv": b"2",
        }
        assert yaml.safe_load((folder / NOTE).read_text("utf-8")) == note
        assert [path.name for path in folder.parent.iterdir()] == ["day"]
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_a_delivery_of_that_name_is_replaced_as_a_whole(self, home: Home) -> None:
        write_delivery(home, "hashtag", DAY, "day", {"a.csv": b"1", "old.csv": b"x"}, {"source": "hashtag"})
        [before] = seen(home)
        folder = write_delivery(home, "hashtag", DAY, "day", {"a.csv": b"2"}, {"source": "hashtag"})
        [after] = seen(home)
        assert sorted(path.name for path in folder.iterdir()) == ["a.csv", NOTE]
        assert (folder / "a.csv").read_bytes() == b"2"
        assert before.folder_signature != after.folder_signature
        assert [path.name for path in folder.parent.iterdir()] == ["day"]

    def test_the_note_is_written_last(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        written: list[str] = []
        real = Path.write_bytes

        def write_bytes(path: Path, data: bytes) -> int:
            written.extend(entry.name for entry in path.parent.iterdir())
            return real(path, data)

        monkeypatch.setattr(Path, "write_bytes", write_bytes)
        write_delivery(home, "hashtag", DAY, "day", {"a.csv": b"1", "b.csv": b"2"}, {"source": "hashtag"})
        assert NOTE not in written

    def test_a_writer_that_is_killed_leaves_no_part_of_a_delivery(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_delivery(home, "hashtag", DAY, "day", {"a.csv": b"1"}, {"source": "hashtag"})
        before = seen(home)

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        for step in ("rename", "touch"):
            with monkeypatch.context() as patch:
                patch.setattr(Path, step, killed)
                with pytest.raises(KeyboardInterrupt):
                    write_delivery(home, "hashtag", DAY, "day", {"a.csv": b"2", "b.csv": b"3"}, {"source": "hashtag"})
            assert seen(home) == before

    def test_who_looks_while_it_is_replaced_never_sees_a_part(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = {"a.csv", "b.csv", NOTE}
        looks: list[list[set[str]]] = []
        rmtree, rename = shutil.rmtree, Path.rename

        def look() -> None:
            looks.append([{path.name for path in item.path.iterdir()} for item in seen(home)])

        def rmtree_slowly(folder: Path) -> None:
            for path in sorted(folder.rglob("*.*")):
                path.unlink()
                look()
            rmtree(folder)

        def rename_slowly(path: Path, target: Path) -> Path:
            look()
            return rename(path, target)

        files = {"a.csv": b"1", "b.csv": b"2"}
        write_delivery(home, "hashtag", DAY, "day", files, {"source": "hashtag"})
        monkeypatch.setattr(shutil, "rmtree", rmtree_slowly)
        monkeypatch.setattr(Path, "rename", rename_slowly)
        write_delivery(home, "hashtag", DAY, "day", files, {"source": "hashtag"})
        look()
        assert len(looks) == 6
        assert all(look in ([], [names]) for look in looks)
        assert looks.count([]) == 1
