"""The `campaign` command. It compares, waits, prints and says how it went; what needs no Dagster imports none.

Exit codes: 0 published, or nothing to do; 3 the same, but deliveries are held or refused; 1 not published; 2 wrong use; 130 and
143 stopped by Ctrl-C and by SIGTERM.
"""

import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from ingest.home import Home
from orchestration import file_options as of
from orchestration.display import console, counted, shown, stages
from orchestration.failures import HomeError, in_one_line
from orchestration.process import STOPPED_BY, note_signals, prepare_process, received

if TYPE_CHECKING:
    from orchestration.news import News

PUBLISHED, NOT_PUBLISHED, WRONG_USE, SET_ASIDE = 0, 1, 2, 3

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="CAMPAIGN_HOME", readable=False, help="Where the warehouse lives.")
]
DayOption = datetime | None
DEFAULT_HOME = Path("campaign_home")


def _say_version(is_asked: bool) -> None:
    if is_asked:
        from orchestration.news import code_version

        console().print(f"campaign {code_version()}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """The campaign warehouse."""


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
    from orchestration.news import News, find_news
    from orchestration.project import ProjectError, read_project
    from orchestration.run_lock import run_lock

    place = _home(home)
    days = _days(from_day, to_day)
    say = console(quiet=quiet)

    def look() -> News:
        try:
            return find_news(place, read_project(place), SOURCES, days)
        except (ProjectError, LedgerError) as error:
            _stop(WRONG_USE, str(error))

    with _plain_end(place):
        news = look()
        for warning in news.plan.warnings:
            errors.print("[yellow]warning[/]", shown(warning))
        if not news and not news.deliveries_known:
            _stop(
                WRONG_USE,
                f"there are no deliveries in {place.landing}{' on those days' if days else ''}. Put some there, as "
                "landing/<source>/<YYYY-MM-DD>/<name>/ with a delivery.yml, or write the sample campaign: "
                f"campaign simulate --home {place.root}",
            )
        if news:
            if news.plan.pending:
                _require_key(place)
            with run_lock(place, lambda message: errors.print(shown(message))) as lock:
                # Whoever held the lock before may have done it all.
                news = look() if lock.waited else news
                if news:
                    run_id = str(uuid.uuid4())
                    lock.name(run_id)
                    _run(place, run_id, news, days, say)
                    return
        say.print(shown(f"Nothing to do: everything that landed is published in {place.published}"))
        _say_what_is_set_aside(place)


@app.command()
def rebuild(home: HomeOption = DEFAULT_HOME) -> None:
    """Make lake and ledger anew from landing, where they are damaged, and publish. What landing lacks is listed."""
    from ingest.rebuild import set_lake_aside
    from ingest.sources import SOURCES
    from orchestration.run_lock import run_lock

    place = _home(home)
    with _plain_end(place):
        _require_warehouse(place)
        with run_lock(place, lambda message: errors.print(shown(message))):
            _require_key(place)
            aside = set_lake_aside(place, SOURCES)
            for source, landed_on, name in aside.missing:
                errors.print(shown(f"landing lacks {source}/{landed_on}/{name}: its rows do not come back", "red"))
            errors.print(
                shown(f"lake and ledger are set aside in {aside.folder}; remove it when you no longer need it")
            )
    run(home, None, None, quiet=False)


@app.command()
def audit(home: HomeOption = DEFAULT_HOME) -> None:
    """Test every row that the warehouse holds; a run tests those that it rebuilt."""
    from orchestration.dbt import DbtError, failed
    from orchestration.dbt import audit as test_every_row
    from orchestration.news import is_built_with
    from orchestration.project import ProjectError, read_project
    from orchestration.run_lock import run_lock

    place = _home(home)
    with _plain_end(place):
        if not place.warehouse.exists():
            _stop(WRONG_USE, f"nothing is built in {place.root} yet; run: campaign run --home {place.root}")
        with run_lock(place, lambda message: errors.print(shown(message))):
            try:
                project = read_project(place)
                if not is_built_with(place, project):
                    _stop(
                        WRONG_USE,
                        f"a model or seed has changed since the last build; run: campaign run --home {place.root}",
                    )
                results = test_every_row(place, project)
            except (ProjectError, DbtError) as error:
                _stop(WRONG_USE, str(error))
            bad = failed(results)
            for result in bad:
                errors.print(shown(str(result), "red"))
            console().print(shown(f"{counted(len(results), 'test', 'tests')} over every row, {len(bad)} failed"))
            if bad:
                raise typer.Exit(NOT_PUBLISHED)


@app.command()
def simulate(
    home: HomeOption = DEFAULT_HOME,
    days: Annotated[int, typer.Option(min=1, help="Days of the campaign.")] = 30,
    videos: Annotated[int, typer.Option(min=1, help="Videos with the campaign's hashtags.")] = 400,
    sessions: Annotated[int, typer.Option(min=1, help="Live sessions.")] = 9,
    respondents: Annotated[int, typer.Option(min=1, help="Survey respondents a wave.")] = 1200,
    seed: Annotated[int, typer.Option(help="The same seed gives the same campaign.")] = 20221004,
) -> None:
    """Write the landing zone of the invented sample campaign, and beside it what is true of it."""
    from ingest.simulator import SimulationError, simulate

    place = _home(home)
    with _plain_end(place):
        try:
            truth = simulate(place, seed=seed, days=days, videos=videos, sessions=sessions, respondents=respondents)
        except SimulationError as error:
            _stop(WRONG_USE, str(error))
    written = counted(truth.deliveries.height, "delivery", "deliveries")
    console().print(shown(f"{written} written to {place.landing}. Next: campaign run --home {place.root}"))


@app.command()
def inspect(
    files: of.Files, home: HomeOption = DEFAULT_HOME, output: of.Output = None, source: of.SourceName = None,
    campaign: of.CampaignId = None, timezone: of.Zone = None, date_order: of.Order = None, captured_at: of.CapturedAt = None,
    fieldwork: of.Fieldwork = None, session: of.Session = None, survey: of.Survey = None, wave: of.Wave = None,
    encoding: of.Encoding = None,
) -> None:  # fmt: skip
    """Say what a file is, show its first records, and write the note of its delivery. Code 2 where it fits nothing."""
    from ingest.drafts.draft import Given
    from orchestration.inspecting import inspect_files

    place = _home(home)
    given = Given(
        source, campaign, timezone, date_order, captured_at, fieldwork, session, survey, wave, encoding=encoding
    )
    with _plain_end(place), _refusals():
        inspect_files(place, files, given, output, console())


@app.command()
def add(
    files: of.Files, home: HomeOption = DEFAULT_HOME, note: of.NoteFile = None, name: of.Name = None,
    landed_on: of.LandedOn = None, source: of.SourceName = None, campaign: of.CampaignId = None, timezone: of.Zone = None,
    date_order: of.Order = None, captured_at: of.CapturedAt = None, fieldwork: of.Fieldwork = None,
    session: of.Session = None, survey: of.Survey = None, wave: of.Wave = None, encoding: of.Encoding = None,
) -> None:  # fmt: skip
    """Land files as a delivery: with the note given, else with the one that `campaign inspect` would write."""
    from ingest.drafts.draft import Given
    from orchestration.inspecting import add_files

    place, day = _home(home), landed_on.date() if landed_on else None
    given = Given(source, campaign, timezone, date_order, captured_at, fieldwork, session, survey, wave, day, encoding)
    with _plain_end(place), _refusals():
        landed = add_files(place, files, given, name, note, console())
        console().print(shown(f"Landed: {landed}. Next: campaign run --home {place.root}"))


@contextmanager
def _refusals() -> Iterator[None]:
    """What is wrong with a file or its note, as a line."""
    from ingest.source import DeliveryError

    try:
        yield
    except DeliveryError as error:
        _stop(WRONG_USE, str(error))


@app.command()
def status(home: HomeOption = DEFAULT_HOME) -> None:
    """Say what is loaded, held, refused, waiting and published. Changes nothing."""
    from ingest.ledger import LedgerError, read_ledger
    from ingest.sources import SOURCES
    from orchestration.news import find_news, read_publications
    from orchestration.project import ProjectError, read_project
    from orchestration.status import ledger_table, set_aside

    place, say = _home(home), console()
    with _plain_end(place):
        _require_warehouse(place)
        try:
            news = find_news(place, read_project(place), SOURCES)
        except (ProjectError, LedgerError) as error:
            _stop(WRONG_USE, str(error))
        ledger = read_ledger(place)
        say.print(ledger_table(ledger, SOURCES), soft_wrap=False)
        for line in set_aside(ledger):
            say.print(shown(line, "red"))
        for warning in news.plan.warnings:
            say.print("[yellow]warning[/]", shown(warning))
        publications = read_publications(place)
        if publications.height:
            last = publications.row(-1, named=True)
            at = f"{last['published_at']:%Y-%m-%d %H:%M} UTC"
            say.print(shown(f"Published {at}, landed through {last['landed_through']}: {place.published}"))
            for warning in last["warnings"] or ():
                say.print("[yellow]published with a warning[/]", shown(warning))
        say.print(shown("Waiting: " + ("; ".join(news.reasons) or "nothing")))


@app.command()
def up(
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the web UI on the loopback interface.")] = 3000,
) -> None:
    """Start the Dagster web UI and the daemon that runs the schedule; stop both with Ctrl-C."""
    from orchestration.alerts import recipients
    from orchestration.serving import ServingError, serve

    place = _home(home)
    with _plain_end(place):
        recipients()
        try:
            serve(place, port, lambda line: console().print(shown(line)))
        except ServingError as error:
            _stop(error.code, str(error))


def _require_warehouse(home: Home) -> None:
    if not home.landing.is_dir() and not home.lake.is_dir():
        _stop(
            WRONG_USE,
            f"there is no warehouse in {home.root}; name one with --home, or: campaign simulate --home {home.root}",
        )


def _require_key(home: Home) -> None:
    """Notice a missing key before anything has begun."""
    from ingest.pseudonym import KeyProblemError, pseudonymiser

    try:
        pseudonymiser(home)
    except KeyProblemError as error:
        _stop(NOT_PUBLISHED, f"{error}\n{_not_published(home)}")


def _not_published(home: Home) -> str:
    return "not published" + (f"; analysts keep {home.published}" if home.published.exists() else "")


def _run(home: Home, run_id: str, news: "News", days: tuple[date, date] | None, say: Console) -> None:
    for reason in news.reasons:
        say.print(shown(reason))
    with stages(say):
        from orchestration.runner import run_daily

        report = run_daily(home, run_id, news.reasons, days, news.plan)
    for notice in report.notices:
        errors.print("[yellow]warning[/]", shown(notice))
    if not report.is_published:
        if received():
            raise KeyboardInterrupt
        for failure in report.failures:
            errors.print(shown(failure, "red"))
        _stop(NOT_PUBLISHED, f"{_not_published(home)}. See run {run_id} with: campaign up --home {home.root}")

    from ingest.ledger import read_ledger
    from ingest.sources import SOURCES
    from orchestration.scorecard import scorecards
    from orchestration.status import ledger_table

    for warning in report.warnings:
        say.print("[yellow]check failed[/]", shown(warning))
    for table in (ledger_table(read_ledger(home), SOURCES), *scorecards(home)):
        say.print(table, soft_wrap=False)
    say.print(
        shown(
            f"Published: {home.published} (DuckDB, read-only; start with main.rpt_campaign_scorecard and meta.deliveries)\n"
            f"Lineage and checks: campaign up --home {home.root}"
        )
    )
    _say_what_is_set_aside(home)


def _say_what_is_set_aside(home: Home) -> None:
    from ingest.ledger import read_ledger
    from orchestration.status import set_aside

    lines = set_aside(read_ledger(home))
    for line in lines:
        errors.print(shown(line, "red"))
    if lines:
        raise typer.Exit(SET_ASIDE)


@contextmanager
def _plain_end(home: Home) -> Iterator[None]:
    """Whatever ends a command: one line and its exit code, no stack trace for what is not a fault of the code."""
    note_signals()
    try:
        yield
    except KeyboardInterrupt:
        number = received() or signal.SIGINT
        errors.print(f"stopped by {STOPPED_BY[signal.Signals(number)]}")
        raise typer.Exit(128 + number) from None
    except HomeError as error:
        _stop(NOT_PUBLISHED, str(error))
    except Exception as error:
        # DuckDB, SQLite, polars and Dagster wrap a full disk in errors of their own; any other fault goes on.
        if (line := in_one_line(f"{type(error).__name__}: {error}", home.root)) is None:
            raise
        _stop(NOT_PUBLISHED, line)


def _home(path: Path) -> Home:
    try:
        if path.exists() and not path.is_dir():
            _stop(WRONG_USE, f"{path} is a file; expected a directory for --home")
        return Home(path.resolve())
    except ValueError as error:
        _stop(WRONG_USE, str(error))
    except (OSError, RuntimeError) as error:
        problem = error.strerror if isinstance(error, OSError) else "a link to itself"
        _stop(WRONG_USE, f"{path} cannot be reached ({problem}); name another directory with --home")


def _days(first: datetime | None, last: datetime | None) -> tuple[date, date] | None:
    if first is None and last is None:
        return None
    days = (first.date() if first else date.min, last.date() if last else date.max)
    if days[0] > days[1]:
        _stop(WRONG_USE, f"--from {days[0]} lies after --to {days[1]}")
    return days


def _stop(code: int, message: str) -> NoReturn:
    errors.print(shown(message, "red" if code == NOT_PUBLISHED else ""))
    raise typer.Exit(code)


def main() -> None:
    """The console script."""
    prepare_process()
    app()


if __name__ == "__main__":
    main()
