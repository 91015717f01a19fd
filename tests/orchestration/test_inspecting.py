"""From a file to a delivery by the command: what it prints and writes, what it refuses, what it never overwrites."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from ingest.drafts.draft import Given
from ingest.home import Home
from ingest.ingestion import ingest
from ingest.note import read_note
from ingest.source import DeliveryError
from ingest.sources.activation import ACTIVATION
from orchestration.inspecting import add_files, inspect_files
from tests.command import campaign
from tests.ingest.ingest_desk import no_objection

QUIET = Console(quiet=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Readings of videos, in times without a zone."""
    rows = "".join(f"v{n},somebody{n},2022-10-08 10:00,{n}0,{'1' if n else 'many'}\n" for n in range(20))
    path = tmp_path / "videos.csv"
    path.write_text(f"video_id,username,scraped_at,views,likes\n{rows}")
    return path


def test_the_command_shows_writes_and_lands(file: Path, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    looked = campaign("inspect", str(file), "--home", home)
    assert looked.returncode == 0, looked.stderr
    assert (
        "20 records read, 20 loaded, 0 rejected\nlikes in 1 record: It is not a number. (bad_number)\n" in looked.stdout
    )
    assert "--timezone ZONE" in looked.stdout
    assert "somebody" not in looked.stdout
    note = file.with_name("delivery.yml")
    assert "# timezone: " in note.read_text()
    added = campaign("add", str(file), "--home", home, "--landed-on", "2022-10-09")
    assert added.returncode == 2
    assert "not landed: it needs --timezone ZONE" in added.stderr


def test_a_note_that_was_completed_lands_once(file: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    inspect_files(home, [file], Given(), None, QUIET)
    note = file.with_name("delivery.yml")
    with pytest.raises(DeliveryError, match="'timezone' is missing"):
        add_files(home, [file], Given(), None, note, QUIET)
    note.write_text(note.read_text().replace("# timezone: Asia/Dubai", "timezone: Asia/Dubai"))
    landed = add_files(home, [file], Given(), None, note, QUIET)
    assert landed.parent.parent == home.landing / "hashtag"
    assert read_note(landed).timezone == "Asia/Dubai"
    assert (landed / "videos.csv").read_bytes() == file.read_bytes()
    assert (landed / "delivery.yml").read_text() == note.read_text()
    with pytest.raises(DeliveryError, match="exists already"):
        add_files(home, [file], Given(timezone="Asia/Dubai"), None, None, QUIET)
    with pytest.raises(
        DeliveryError, match=r"says something else; land it with that, --note .*delivery.yml, or remove it"
    ):
        add_files(home, [file], Given(timezone="UTC"), "second", None, QUIET)
    note.unlink()
    other = add_files(home, [file], Given(timezone="UTC"), "second", None, QUIET)
    text = (other / "delivery.yml").read_text()
    assert text.startswith("# Taken for hashtag/video_csv")
    assert yaml.safe_load(text)["timezone"] == "UTC"


def test_a_file_in_the_encoding_given_is_landed_after_it_was_inspected(tmp_path: Path) -> None:
    home, file = Home(tmp_path / "home"), tmp_path / "liste.csv"
    file.write_bytes("name;join time;leave time\nAdèle;2026-10-05 18:00;2026-10-05 19:00\n".encode("cp1252"))
    given = Given(encoding="windows-1252")
    inspect_files(home, [file], given, None, QUIET)
    landed = add_files(home, [file], replace(given, timezone="UTC"), None, None, QUIET)
    assert read_note(landed).options["encoding"] == "windows-1252"


def test_a_note_that_is_there_is_left(file: Path, tmp_path: Path) -> None:
    file.with_name("delivery.yml").write_text("mine")
    inspect_files(Home(tmp_path / "home"), [file], Given(), None, QUIET)
    assert file.with_name("delivery.yml").read_text() == "mine"


def test_each_file_of_a_folder_gets_a_note_of_its_own(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, say = Home(tmp_path / "home"), Console(width=1000)
    second = file.with_name("more videos.csv")
    second.write_bytes(file.read_bytes())
    for _ in range(2):
        for one in (file, second):
            inspect_files(home, [one], Given(timezone="UTC"), None, say)
    said = capsys.readouterr().out
    notes = [file.with_name("delivery.yml"), file.with_name("more videos.csv.delivery.yml")]
    assert [yaml.safe_load(note.read_text())["files"] for note in notes] == [["videos.csv"], ["more videos.csv"]]
    assert said.count("left as it is") == 2
    assert f"Next, once it is complete: campaign add '{second}' --note '{notes[1]}'\n" in said
    landed = add_files(home, [second], Given(), None, notes[1], QUIET)
    assert landed.name == "more-videos"


def test_a_file_that_landed_before_is_told(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, say = Home(tmp_path / "home"), Console(width=1000)
    first = add_files(home, [file], Given(timezone="UTC"), None, None, say)
    assert "the same file" not in capsys.readouterr().out
    second = add_files(home, [file], Given(timezone="UTC"), "again", None, say)
    told = f"videos.csv is the same file as {first / 'videos.csv'}: what it holds may count twice; if that was not meant, remove {second}\n"
    assert told in capsys.readouterr().out


def test_counts_that_take_the_place_of_those_of_one_supplier_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPAIGN_PSEUDONYM_KEY", "k" * 64)
    home, say = Home(tmp_path / "home"), Console(width=1000)
    for number, events in enumerate((5, 5, 7)):
        file = tmp_path / f"counts-{number}.csv"
        file.write_text(f"date,event,market,count,users\n2022-10-09,guide.opened,AE,{events},{number + 1}\n")
        target = add_files(home, [file], Given(), None, None, say)
        ingest(home, ACTIVATION, no_objection, f"run-{number}", frozenset({"endthestigma"}))
    said = capsys.readouterr().out
    told = f"if another partner counted them, add supplier: NAME to {target / 'delivery.yml'}"
    assert said.count("counts of the same days and events (1) take the place of those of") == said.count(told) == 2


def test_a_note_that_somebody_completed_is_not_passed_over(file: Path, tmp_path: Path) -> None:
    home, note = Home(tmp_path / "home"), file.with_name("delivery.yml")
    inspect_files(home, [file], Given(timezone="UTC"), None, QUIET)
    note.write_text(note.read_text().replace("timezone: UTC", "timezone: UTC\nsupplier: Panel"))
    with pytest.raises(DeliveryError, match="says something else"):
        add_files(home, [file], Given(timezone="UTC"), None, None, QUIET)
    assert not home.landing.exists()


def test_it_tells_of_questions_without_answers_that_count_and_of_days_outside_the_campaign(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, say = Home(tmp_path / "home"), Console(width=1000)
    survey = tmp_path / "survey.csv"
    answers = "".join(f"{n},{n % 5 + 1},{'f' if n % 2 else 'm'}\n" for n in range(40))
    survey.write_text(f"respondent_id,q1_afraid,gender\n{answers}")
    inspect_files(home, [survey], Given(fieldwork=("2022-10-05", "2022-10-09")), None, say)
    assert "No question names the answers that count" in capsys.readouterr().out
    inspect_files(home, [file], Given(timezone="UTC"), None, say)
    assert "outside the campaign" not in capsys.readouterr().out
    file.write_text(file.read_text().replace("2022-10-08 10:00", "2022-08-10 10:00", 9))
    inspect_files(home, [file], Given(timezone="UTC"), None, say)
    outside = "outside the campaign (2022-10-04 to now): 1 of 2 days, 2022-08-10 to 2022-08-10."
    assert outside in capsys.readouterr().out
    add_files(home, [file], Given(), None, file.with_name("videos.csv.delivery.yml"), say)
    said = capsys.readouterr().out
    assert said.startswith("20 records read, 20 loaded, 0 rejected\n")
    assert outside in said


def test_where_the_first_record_stands_that_is_not_loaded(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(f"{file.read_text()}Subtotal week 1,,,200,\nA note,,,,\n")
    inspect_files(Home(tmp_path / "home"), [file], Given(timezone="UTC"), None, Console(width=1000))
    said = capsys.readouterr().out
    assert "22 records read, 20 loaded, 2 rejected; missing_key: 2\n" in said
    assert "videos.csv, line 22: rejected as missing_key, no video id and none to be recovered from a URL" in said
    assert "line 23" not in said


def test_at_a_terminal_what_is_open_is_asked(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(text: str, **_: object) -> str:
        asked.append(text)
        return "Asia/Dubai"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", answer)
    landed = add_files(Home(tmp_path / "home"), [file], Given(), None, None, QUIET)
    assert read_note(landed).timezone == "Asia/Dubai"
    assert len(asked) == 1
