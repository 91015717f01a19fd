"""The `campaign` command. It compares, waits, prints and says how it went; what needs no Dagster imports none.

Exit codes: 0 published, or nothing to do; 3 published, but deliveries are held or refused; 1 not published; 2 wrong use.
"""

import atexit
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from ingest.home import Home

if TYPE_CHECKING:
    from orchestration.news import News

PUBLISHED, NOT_PUBLISHED, WRONG_USE, SET_ASIDE = 0, 1, 2, 3

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="The campaign warehouse."
)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="CAMPAIGN_HOME", help="The directory the warehouse lives in.")
]
DayOption = datetime | None
WIDTH_OF_A_FILE = 120
"""Columns to lay tables out in where the output is no terminal."""

DEFAULT_HOME = Path("campaign_home")


@app.command()
def run(
    home: HomeOption = DEFAULT_HOME,
    from_day: Annotated[
        DayOption, typer.Option("--from", formats=["%Y-%m-%d"], help="First landed day to take in.")
    ] = None,
    to_day: Annotated[DayOption, typer.Option("--to", formats=["%Y-%m-%d"], help="Last landed day to take in.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print problems only.")] = False,
) -> None:
    """Take in every delivery that is not yet published, build the marts, check and publish them."""
    from ingest.ledger import LedgerError
    from ingest.sources import SOURCES
    from orchestration.exclusive import exclusive
    from orchestration.news import News, find_news
    from orchestration.project import ProjectError, read_project

    place = _home(home)
    days = _days(from_day, to_day)
    say = _output(quiet=quiet)

    def look() -> News:
        try:
            return find_news(place, read_project(place), SOURCES, days)
        except (ProjectError, LedgerError) as error:
            _stop(WRONG_USE, str(error))

    news = look()
    for warning in news.plan.warnings:
        errors.print(f"[yellow]warning[/] {escape(warning)}")
    if not news and not news.deliveries_known:
        _stop(
            WRONG_USE,
            f"there are no deliveries in {place.landing}{' on those days' if days else ''}. Put some there, as "
            "landing/<source>/<YYYY-MM-DD>/<name>/ with a delivery.yml, or write the sample campaign: "
            f"campaign simulate --home {place.root}",
        )
    if news:
        with exclusive(place, lambda message: errors.print(escape(message))) as turn:
            # Whoever had the turn before may have done it all.
            news = look() if turn.waited else news
            if news:
                run_id = str(uuid.uuid4())
                turn.name(run_id)
                _run(place, run_id, news, days, say)
                return
    say.print(f"Nothing to do: everything that landed is published in {place.published}")


@app.command()
def rebuild(home: HomeOption = DEFAULT_HOME) -> None:
    """Make lake and ledger anew from landing, where they are damaged, and publish. What landing lacks is listed."""
    from ingest.rebuild import set_lake_aside
    from ingest.sources import SOURCES
    from orchestration.exclusive import exclusive

    place = _home(home)
    with exclusive(place, lambda message: errors.print(escape(message))):
        aside = set_lake_aside(place, SOURCES)
    for source, landed_on, name in aside.missing:
        errors.print(f"[red]landing lacks {source}/{landed_on}/{escape(name)}: its rows do not come back[/]")
    errors.print(f"lake and ledger are set aside in {aside.folder}; remove it when you no longer need it")
    run(home, None, None, quiet=False)


@app.command()
def simulate(
    home: HomeOption = DEFAULT_HOME,
    days: Annotated[int, typer.Option(min=1, help="Days of the campaign.")] = 30,
    videos: Annotated[int, typer.Option(min=1, help="Videos with the campaign's hashtags.")] = 400,
    sessions: Annotated[int, typer.Option(min=1, help="Live sessions.")] = 8,
    respondents: Annotated[int, typer.Option(min=1, help="Survey respondents a wave.")] = 1200,
    seed: Annotated[int, typer.Option(help="The same seed gives the same campaign.")] = 20221004,
) -> None:
    """Write the landing zone of the invented sample campaign, and beside it what is true of it."""
    from ingest.simulator import SimulationError, simulate

    place = _home(home)
    try:
        truth = simulate(place, seed=seed, days=days, videos=videos, sessions=sessions, respondents=respondents)
    except SimulationError as error:
        _stop(WRONG_USE, str(error))
    _output().print(
        f"{truth.deliveries.height} deliveries written to {place.landing}. Next: campaign run --home {place.root}"
    )


@app.command()
def status(home: HomeOption = DEFAULT_HOME) -> None:
    """Say what is loaded, held, refused, waiting and published. Changes nothing."""
    from ingest.ledger import LedgerError, read_ledger
    from ingest.sources import SOURCES
    from orchestration.news import find_news, read_publications
    from orchestration.project import ProjectError, read_project
    from orchestration.status import ledger_table, set_aside

    place, console = _home(home), _output()
    try:
        news = find_news(place, read_project(place), SOURCES)
    except (ProjectError, LedgerError) as error:
        _stop(WRONG_USE, str(error))
    ledger = read_ledger(place)
    console.print(ledger_table(ledger, SOURCES), soft_wrap=False)
    for line in set_aside(ledger):
        console.print(f"[red]{escape(line)}[/]")
    for warning in news.plan.warnings:
        console.print(f"[yellow]warning[/] {escape(warning)}")
    publications = read_publications(place)
    if publications.height:
        last = publications.row(-1, named=True)
        console.print(
            f"Published {last['published_at']:%Y-%m-%d %H:%M} UTC, landed through {last['landed_through']}: {place.published}"
        )
    console.print("Waiting: " + "; ".join(news.reasons) if news else "Waiting: nothing")


@app.command()
def up(
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the web UI on the loopback interface.")] = 3000,
) -> None:
    """Start the Dagster web UI and the daemon that runs the schedule; stop both with Ctrl-C."""
    from orchestration.instance import prepare_instance

    place = _home(home)
    prepare_instance(place)
    what = ["-m", "orchestration.definitions"]
    commands = [
        [
            sys.executable,
            "-m",
            "dagster_webserver",
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            "--log-level",
            "warning",
            *what,
        ],
        [sys.executable, "-m", "dagster._daemon", "run", "--log-level", "warning", *what],
    ]
    _output().print(f"Dagster: http://127.0.0.1:{port} (home {place.root})")
    sys.exit(_supervise([subprocess.Popen(command) for command in commands]))


def _run(home: Home, run_id: str, news: "News", days: tuple[date, date] | None, say: Console) -> None:
    for reason in news.reasons:
        say.print(escape(reason))
    with say.status("ingest, check, build, publish ..."):
        from orchestration.runner import run_daily

        report = run_daily(home, run_id, news.reasons, days, news.plan)
    if not report.is_published:
        for failure in report.failures:
            errors.print(f"[red]{escape(failure)}[/]")
        last = f"; analysts keep {home.published}" if home.published.exists() else ""
        _stop(NOT_PUBLISHED, f"not published{last}. See run {run_id} with: campaign up --home {home.root}")

    from ingest.ledger import read_ledger
    from ingest.sources import SOURCES
    from orchestration.scorecard import scorecard
    from orchestration.status import ledger_table, set_aside

    ledger = read_ledger(home)
    for notice in report.notices:
        errors.print(escape(notice))
    for warning in report.warnings:
        say.print(f"[yellow]check failed[/] {escape(warning)}")
    say.print(ledger_table(ledger, SOURCES), soft_wrap=False)
    say.print(scorecard(home), soft_wrap=False)
    say.print(
        f"Published: {home.published} (DuckDB, read-only; start with main.rpt_campaign_scorecard and meta.deliveries)\n"
        f"Lineage and checks: campaign up --home {home.root}"
    )
    lines = set_aside(ledger)
    for line in lines:
        errors.print(f"[red]{escape(line)}[/]")
    if lines:
        raise typer.Exit(SET_ASIDE)


def _supervise(processes: Sequence["subprocess.Popen[bytes]"]) -> int:
    """Wait until one process ends or we are told to stop, then stop them all."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    code = 0
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        code = NOT_PUBLISHED
        errors.print("a Dagster process ended by itself; stopping the other")
    except KeyboardInterrupt:
        pass
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()
    return code


def _output(*, quiet: bool = False) -> Console:
    width = None if sys.stdout.isatty() else WIDTH_OF_A_FILE
    return Console(quiet=quiet, highlight=False, soft_wrap=True, width=width)


def _home(path: Path) -> Home:
    if path.exists() and not path.is_dir():
        _stop(WRONG_USE, f"{path} is a file; expected a directory for --home")
    return Home(path.resolve())


def _days(first: datetime | None, last: datetime | None) -> tuple[date, date] | None:
    if first is None and last is None:
        return None
    days = (first.date() if first else date.min, last.date() if last else date.max)
    if days[0] > days[1]:
        _stop(WRONG_USE, f"--from {days[0]} lies after --to {days[1]}")
    return days


def _stop(code: int, message: str) -> NoReturn:
    errors.print(f"[red]{escape(message)}[/]" if code == NOT_PUBLISHED else escape(message))
    raise typer.Exit(code)


def main() -> None:
    """The console script."""
    # Registered first, so run last: as Python ends, DuckDB's binding tells the user at length about leaks of its own.
    atexit.register(_hush)
    app()


def _hush() -> None:
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


if __name__ == "__main__":
    main()
