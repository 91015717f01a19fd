"""Reading in a process apart: a damaged file can bring down the library that reads it, or make it take all memory and time."""

import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache, partial
from multiprocessing import get_context, parent_process
from pickle import PicklingError
from typing import TypeVar

T = TypeVar("T")

MOST_SECONDS = 300
_MOST_BYTES = 8 * 1024**3


class BrokenError(Exception):
    """What read the file broke on it, or needed more than 300 seconds or 8 GiB."""


def read_apart(read: Callable[..., T], *arguments: object, **options: object) -> T:
    """What a function of a module makes of its arguments, all of which can be pickled. Raises what it raises, and BrokenError."""
    try:
        return _process().submit(_within_limits, partial(read, *arguments, **options)).result()
    except (BrokenProcessPool, MemoryError, PicklingError) as error:  # the last of a library in Rust that panics
        _process.cache_clear()
        raise BrokenError from error


@cache
def _process() -> ProcessPoolExecutor:
    """The one process in which all files of a run are read."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """Limit memory, and end with the run even if it is killed: a killed run closes no queue that this process holds both ends of."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    # What a library prints when it crashes is dropped: it may quote the file.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

    def wait() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _within_limits(read: Callable[[], T]) -> T:
    # The alarm ends this process, whatever the library is doing.
    signal.alarm(MOST_SECONDS)
    try:
        return read()
    finally:
        signal.alarm(0)
