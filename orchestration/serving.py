"""The Dagster web UI and daemon of a home, side by side until one ends or both are told to. What they run is not said here."""

import fcntl
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from ingest.files import PRIVATE_FILE, make_home, make_private
from ingest.home import Home
from orchestration.instance import MODULE, prepare_instance


class ServingError(Exception):
    """They cannot be started, or one of them ended. `code` is the exit code that says which."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def serve(home: Home, port: int, say: Callable[[str], None]) -> None:
    """Start both and wait. Raises ServingError where the port is used or another daemon serves this home."""
    with _only_one(home) as lock:
        _check_port(port)
        prepare_instance(home)
        # Not from the current directory, which may hold modules of the same names.
        python = [sys.executable, "-P", "-m"]
        web = ["dagster_webserver", "-h", "127.0.0.1", "-p", str(port), "--log-level", "warning", "-m", MODULE]
        daemon = ["dagster._daemon", "run", "--log-level", "warning", "-m", MODULE]
        say(f"Dagster: http://127.0.0.1:{port} (home {home.root}). Stop it with Ctrl-C")
        _supervise(
            # In sessions of their own, so that Ctrl-C reaches them once, from here.
            [
                subprocess.Popen(
                    [*python, *command], cwd=home.root, start_new_session=True, pass_fds=[lock], stderr=subprocess.PIPE
                )
                for command in (web, daemon)
            ]
        )


@contextmanager
def _only_one(home: Home) -> Iterator[int]:
    """Refuse a second daemon on a home. The lock lasts as long as any process that was handed it."""
    make_home(home.root)
    make_private(home.dagster)
    lock = os.open(home.dagster / "up.lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise ServingError(
            f"campaign up is already running for {home.root}; use it, or stop it first", code=2
        ) from None
    try:
        yield lock
    finally:
        os.close(lock)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServingError(
                f"port {port} cannot be used ({error.strerror}); name another with --port", code=2
            ) from error


def _supervise(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Wait until one process ends or we are told to stop, then stop them all.

    What they say of being stopped is not shown: Dagster answers with stack traces while it still loads.
    """
    stopping = threading.Event()
    for process in processes:
        threading.Thread(target=_show_errors, args=(process, stopping), daemon=True).start()
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        raise ServingError("a Dagster process ended by itself; the other was stopped", code=1)
    finally:
        stopping.set()
        for process in processes:
            process.terminate()
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
            process.kill()


def _show_errors(process: "subprocess.Popen[bytes]", stopping: threading.Event) -> None:
    if process.stderr is None:
        return
    with process.stderr as lines:
        for line in lines:
            if not stopping.is_set():
                sys.stderr.write(line.decode(errors="replace"))
                sys.stderr.flush()
