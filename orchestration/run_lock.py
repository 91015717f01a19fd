"""One run at a time in a home, whoever starts it: a lock that the kernel frees when its holder dies. No Dagster here."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.files import PRIVATE_FILE, make_home
from ingest.home import Home


@dataclass
class RunLock:
    """The lock while it is held. `killed_run` died while it held the lock; `waited` says whether another process held it first."""

    descriptor: int
    killed_run: str | None
    waited: bool

    def name(self, run_id: str) -> None:
        """Write down which run holds the lock, for whoever waits, and for whoever takes it after a kill."""
        note = {"run_id": run_id, "pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps(note).encode(), 0)


_held: dict[str, RunLock] = {}


@contextmanager
def run_lock(home: Home, say: Callable[[str], None]) -> Iterator[RunLock]:
    """Wait for the home's lock and hold it. A process that holds it may take it again.

    `say` is told which run holds it, since a silent wait looks like a hang.
    """
    path = str(home.root / "run.lock")
    if path in _held:
        yield _held[path]
        return
    make_home(home.root)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    waited = False
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = True
            holder = _note(descriptor)
            who = (
                f"run {holder['run_id']} (process {holder['pid']}, since {holder['since']})"
                if holder
                else "another process of this home"
            )
            say(f"waiting for {who}")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        lock = RunLock(descriptor, _note(descriptor).get("run_id"), waited)
        _held[path] = lock
        try:
            yield lock
        finally:
            os.ftruncate(descriptor, 0)
            del _held[path]
    finally:
        os.close(descriptor)


def _note(descriptor: int) -> dict[str, str]:
    content = os.pread(descriptor, 4096, 0)
    try:
        return dict(json.loads(content)) if content else {}
    except ValueError:
        return {}
