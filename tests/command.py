"""The `campaign` command as a process of its own, forked from one that has imported the frameworks: that is half of what a small run costs.

Polars is left out, since it must not be forked once its threads run.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
import traceback
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import TracebackType

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["dagster_dbt", "dbt.cli.main", "dbt.adapters.duckdb", "great_expectations"])


class Running:
    """A command that runs; what it prints goes to files."""

    def __init__(self, arguments: tuple[str, ...], variables: dict[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._files = tuple(Path(self._folder.name) / name for name in ("stdout", "stderr"))
        self.arguments = arguments
        self.process: ForkServerProcess = FORKS.Process(target=_command, args=(arguments, variables, self._files))
        self.process.start()

    def __enter__(self) -> "Running":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.join()
        self._folder.cleanup()

    def send_signal(self, number: int) -> None:
        """Send a signal to the process."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def end(self) -> "subprocess.CompletedProcess[str]":
        """Wait for its end: exit code and what it printed."""
        self.process.join()
        out, err = (path.read_text("utf-8") for path in self._files)
        assert self.process.exitcode is not None
        return subprocess.CompletedProcess(self.arguments, self.process.exitcode, out, err)


def environment(**extra: str) -> dict[str, str]:
    """The environment without what a developer may have set for a home of theirs."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CAMPAIGN_", "DAGSTER_"))}
    return {**clean, "NO_COLOR": "1", "COLUMNS": "200", **extra}


def campaign(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the `campaign` command to its end."""
    with Running(arguments, environment(**variables)) as running:
        return running.end()


def _command(arguments: tuple[str, ...], variables: dict[str, str], files: tuple[Path, Path]) -> None:
    os.environ.clear()
    os.environ.update(variables)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for number, path in enumerate(files, 1):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))
    sys.argv = ["campaign", *arguments]
    from orchestration.cli import main

    code: object = 1
    try:
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - whatever it is, as Python itself shows it
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    # At once, as a process of multiprocessing would first wait for those that the command began.
    os._exit(code if isinstance(code, int) else 0)
