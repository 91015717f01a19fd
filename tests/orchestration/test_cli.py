"""The `campaign` command as a user meets it: exit codes, one clear message each, nothing imported that is not needed."""

import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from rich.console import Console

from ingest.home import Home
from ingest.sources import SOURCES
from orchestration import display
from orchestration.display import counted, shown, stages
from orchestration.news import find_news
from orchestration.progress import progress
from orchestration.project import read_project
from orchestration.serving import ServingError, _only_one, _supervise
from orchestration.status import set_aside
from tests.command import Running, campaign, environment
from tests.orchestration.conftest import Copy, marts

HEAVY = ("dagster", "dbt", "dagster_dbt", "great_expectations", "pandas")


def refused(home: Home) -> Path:
    """Spoil the note of one delivery."""
    note = next(home.landing.glob("live/*/*/delivery.yml"))
    note.write_text(note.read_text() + "\nunheard_of: 1\n")
    return note.parent


def assert_published(home: Home, said: str) -> None:
    """A run told its stages, showed the scorecard, and said where to look."""
    assert "deliveries landed through 2022-10-" in said
    assert "question " in said
    for stage in (r"read hashtag: (\d+) of \1 deliveries", r"build: (\d+) of \1 models"):
        assert re.search(rf"^{stage} \(", said, re.M)
    assert re.search(r"^publish \(", said, re.M)
    assert "Video views" in said
    assert f"Published: {home.published}" in said.replace("\n", "")


def assert_warned(home: Home, said: str, warning: str) -> None:
    """A run warned of it, the status goes on to do so, and so do the marts."""
    assert f"warning {warning}" in said
    assert f"published with a warning {warning}" in campaign("status", "--home", str(home.root)).stdout
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.published}' as marts (read_only)")
        warned = connection.execute("select warnings from marts.meta.publications order by published_at").fetchall()
    assert [len(warnings) for (warnings,) in warned] == [0, 1]


def test_nothing_to_do_is_said_and_costs_no_imports(published: Home) -> None:
    code = (
        "import sys\nfrom orchestration.cli import app\ntry: app(['run', '--home', sys.argv[1]])\nexcept SystemExit as stopped: code = stopped.code\n"
        f"print([name for name in {HEAVY} if name in sys.modules])\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(published.root)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said, imported = done.stdout.splitlines()
    assert said.startswith("Nothing to do: everything that landed is published in ")
    assert imported == "[]"


def test_status_changes_nothing(copy: Copy, published: Home) -> None:
    home = copy(published)
    folder = refused(home)
    before = sorted((path, path.stat().st_mtime_ns) for path in home.root.rglob("*") if path.is_file())
    done = campaign("status", "--home", str(home.root))
    assert done.returncode == 0
    assert f"Waiting: 1 new or changed delivery on 1 day, {folder.parent.name}" in done.stdout
    assert sorted((path, path.stat().st_mtime_ns) for path in home.root.rglob("*") if path.is_file()) == before


def test_published_with_a_refusal_is_told_apart(copy: Copy, published: Home) -> None:
    home = copy(published)
    folder = refused(home)
    done = campaign("run", "--home", str(home.root), "--quiet")
    assert done.returncode == 3, done.stdout + done.stderr
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith(f"live/{folder.parent.name}/{folder.name} refused: delivery.yml: unknown key 'unheard_of'")
    # What is refused counts in what the scorecard says of trust, and nowhere else.
    told = {"rpt_campaign_scorecard", "fct_campaign_kpi_day"}
    now, before = marts(home), marts(published)
    assert {mart for mart in now if now[mart] != before[mart]} <= told
    again = campaign("run", "--home", str(home.root))
    assert again.returncode == 3
    assert "Nothing to do" in again.stdout
    assert again.stderr == done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "there are no deliveries in "),
        (("--from", "2022-10-05", "--to", "2022-10-04"), "--from 2022-10-05 lies after --to 2022-10-04"),
        (("--from", "yesterday"), "Invalid value for '--from'"),
        (("--unheard-of",), "No such option"),
    ],
)
def test_wrong_use(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    done = campaign("run", "--home", str(tmp_path / "home"), *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "home").exists()


def test_an_empty_home_is_told_how_to_get_the_sample(tmp_path: Path) -> None:
    done = campaign("run", "--home", str(tmp_path))
    assert f"campaign simulate --home {tmp_path}" in done.stderr


def test_version() -> None:
    done = campaign("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"campaign \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("command", ["status", "rebuild"])
def test_a_directory_that_holds_no_warehouse_is_left_as_it_is(command: str, tmp_path: Path) -> None:
    done = campaign(command, "--home", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "there is no warehouse in " in done.stderr
    assert not (tmp_path / "nowhere").exists()


def test_a_port_that_is_used_is_refused_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = campaign("up", "--home", str(tmp_path), "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == f"port {port} cannot be used (Address already in use); name another with --port\n"


def test_a_second_daemon_is_refused_in_one_line(tmp_path: Path) -> None:
    with _only_one(Home(tmp_path)):
        done = campaign("up", "--home", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == f"campaign up is already running for {tmp_path}; use it, or stop it first\n"


def test_what_dagster_says_of_being_stopped_is_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    stopped = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit('Traceback')); print('ready', file=sys.stderr, flush=True)"
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)
        for code in (f"{stopped}; time.sleep(60)", "import time; time.sleep(1)")
    ]
    with pytest.raises(ServingError, match="ended by itself"):
        _supervise(processes)
    assert capfd.readouterr().err == "ready\n"


def test_a_long_stage_says_how_far_it_is_where_no_terminal_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "SAID_EVERY_SECONDS", 0.0)
    output = Console(file=io.StringIO())
    with stages(output), progress("read survey", 3, "deliveries") as advance:
        for _ in range(3):
            advance()
    lines = output.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert lines[:2] == [f"read survey: {number} of 3 deliveries so far" for number in (1, 2)]
    assert re.fullmatch(r"read survey: 3 of 3 deliveries \(0\.\d s\)", lines[2])
    assert len(lines) == 3


def test_text_from_data_is_shown_not_obeyed() -> None:
    assert shown("[red]a[/] \x1b[31mb\x07 \u202ec\tمرحب").plain == "[red]a[/] \\x1b[31mb\\x07 \\u202ec مرحب"


def test_letters_that_the_output_does_not_have_are_written_out(tmp_path: Path) -> None:
    day = tmp_path / "landing" / "hashtag" / "2022-10-09"
    day.mkdir(parents=True)
    (day / "\u062e\u0628\u0631.csv").touch()
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "status", "--home", str(tmp_path)],
        env=environment(PYTHONIOENCODING="ascii"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert r"\u062e\u0628\u0631.csv" in done.stdout


def test_a_line_break_in_a_name_makes_no_second_line() -> None:
    row = {
        "source": "hashtag",
        "landed_on": date(2022, 10, 9),
        "delivery": "a\nb",
        "status": "held",
        "reason": "c\n.csv: no",
    }
    ledger = pl.DataFrame([{**row, "is_current": True}])
    assert set_aside(ledger) == [r"hashtag/2022-10-09/a\nb held: c\n.csv: no"]


def test_numbers_go_with_their_nouns() -> None:
    assert [counted(number, "day") for number in (0, 1, 1234)] == ["0 days", "1 day", "1,234 days"]
    assert counted(2, "delivery", "deliveries") == "2 deliveries"


@pytest.mark.parametrize(("number", "code", "name"), [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")])
def test_a_run_that_is_told_to_stop_says_so_in_one_line(
    copy: Copy, landed: Home, number: signal.Signals, code: int, name: str
) -> None:
    home = copy(landed)
    with Running(("run", "--home", str(home.root), "--quiet"), environment()) as running:
        while running.process.is_alive() and not (home.lake / ".staging").exists():
            time.sleep(0.01)
        running.send_signal(number)
        done = running.end()
    assert done.stderr == f"stopped by {name}\n"
    assert done.returncode == code


def test_a_home_that_cannot_be_reached(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    done = campaign("status", "--home", str(tmp_path / "loop"))
    assert done.returncode == 2
    assert done.stderr.startswith(f"{tmp_path / 'loop'} cannot be reached (")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="a superuser may read everything")
@pytest.mark.parametrize("command", ["run", "status"])
def test_a_home_that_may_not_be_read(tmp_path: Path, command: str) -> None:
    home = tmp_path / "home"
    home.mkdir(0o000)
    obeying = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*obeying, sys.executable, "-m", "orchestration.cli", command, "--home", str(home)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith(f"{home}/")
    assert "cannot be read or written; give this user the right to do both" in done.stderr


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    done = campaign("run", "--home", str(tmp_path / "home"))
    assert done.returncode == 2
    assert "is a file; expected a directory" in done.stderr


@pytest.mark.parametrize("name", ["it's", "a[x]b", "what?", "50%20x", "views=9"])
def test_a_home_whose_name_engines_cannot_read(tmp_path: Path, name: str) -> None:
    done = campaign("run", "--home", str(tmp_path / name))
    assert done.returncode == 2
    assert "cannot be a home: expected a path without" in done.stderr
    assert not (tmp_path / name).exists()


def test_a_seed_that_replaces_none(copy: Copy, landed: Home) -> None:
    home = copy(landed)
    home.seeds.mkdir(exist_ok=True)
    (home.seeds / "goals.csv").write_text("x\n1\n")
    done = campaign("run", "--home", str(home.root))
    assert done.returncode == 2
    assert "goals.csv, expected the name of a seed to replace" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_seed_that_ends_within_a_line_is_warned_of(copy: Copy, landed: Home) -> None:
    home = copy(landed)
    seed = home.seeds / "costs.csv"
    assert find_news(home, read_project(home), SOURCES).plan.warnings == ()
    seed.write_bytes(seed.read_bytes()[:-9])
    [warning] = find_news(home, read_project(home), SOURCES).plan.warnings
    assert warning == f"{seed} does not end with a line break; if it was cut, put back what is missing"


def test_a_missing_pseudonym_key_is_noticed_before_anything_begins(copy: Copy, landed: Home) -> None:
    home = copy(landed)
    home.simulated.unlink()
    shutil.rmtree(home.root / "truth")
    done = campaign("run", "--home", str(home.root))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "CAMPAIGN_PSEUDONYM_KEY is not set; expected a secret of 32 characters or more" in done.stderr
    assert 'export CAMPAIGN_PSEUDONYM_KEY="$(cat ~/campaign.key)"' in done.stderr
    assert "not published" in done.stderr
    assert "Traceback" not in done.stderr
    assert not home.published.exists()
    assert not home.dagster.exists()


def test_the_sample_is_not_written_over_deliveries_of_a_user_s(tmp_path: Path) -> None:
    (tmp_path / "landing" / "hashtag").mkdir(parents=True)
    done = campaign("simulate", "--home", str(tmp_path))
    assert done.returncode == 2
    assert "already holds deliveries" in done.stderr


def test_a_damaged_ledger_stops_with_the_way_back(copy: Copy, published: Home) -> None:
    """A seed that has lost a row, and is valid still, is warned of on that way too."""
    home = copy(published)
    home.ledger.write_bytes(home.ledger.read_bytes()[:-20])
    for name in ("run", "status"):
        done = campaign(name, "--home", str(home.root))
        assert done.returncode == 2
        assert done.stderr.startswith(f"{home.ledger} is damaged")
        assert f"campaign rebuild --home {home.root}" in done.stderr
        assert "Traceback" not in done.stderr
    gone = next(home.landing.glob("live/*/*"))
    shutil.rmtree(gone)
    seed = home.seeds / "costs.csv"
    *kept, _ = seed.read_text().splitlines()
    seed.write_text("\n".join([*kept, ""]))
    done = campaign("rebuild", "--home", str(home.root))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"landing lacks live/{gone.parent.name}/{gone.name}: its rows do not come back" in done.stderr
    assert_published(home, done.stdout)
    rows = f"{counted(len(kept) - 1, 'row')}, {len(kept)} at the last publication: 1 fewer"
    assert_warned(home, done.stderr, f"seeds/costs.csv has {rows}; if that was not meant, put them")


def test_a_later_day_of_one_source_alone_is_published(copy: Copy, published: Home, late: Path) -> None:
    """Models of other sources that tell of the last day find the tables in memory that they read; a note that was cut is warned of."""
    home = copy(published)
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("update intermediate.int_lake__as_of set as_of = as_of - 1")
    shutil.copytree(late / "hashtag", home.landing / "hashtag", dirs_exist_ok=True)
    note = next(home.landing.glob("hashtag/*/tag-panel/delivery.yml"))
    *kept, _ = note.read_text().splitlines()
    note.write_text("\n".join([*kept, ""]))
    done = campaign("run", "--home", str(home.root))
    assert done.returncode == 0, done.stdout + done.stderr
    delivery = note.parent.relative_to(home.landing)
    assert_warned(
        home, done.stderr, f"{delivery}: its note no longer has options.rounding; if that was not meant, put back"
    )


def test_an_audit_tests_no_rows_that_other_seeds_made(copy: Copy, published: Home) -> None:
    home = copy(published)
    seed = home.seeds / "costs.csv"
    seed.write_text("\n".join([*seed.read_text().splitlines()[:-1], ""]))
    done = campaign("audit", "--home", str(home.root))
    assert done.returncode == 2, done.stdout
    assert f"a model or seed has changed since the last build; run: campaign run --home {home.root}" in done.stderr


def test_an_audit_looks_at_every_row(copy: Copy, published: Home) -> None:
    home = copy(published)
    done = campaign("audit", "--home", str(home.root))
    assert done.returncode == 0, done.stdout + done.stderr
    assert " tests over every row, 0 failed" in done.stdout
    with duckdb.connect(str(home.marts)) as connection:
        connection.execute("update fct_live_session set unique_attendees_low = unique_attendees + 1")
    done = campaign("audit", "--home", str(home.root))
    assert done.returncode == 1
    assert "people_add_up" in done.stderr
