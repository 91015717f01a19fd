"""What a process of the command is set to before it begins."""

import atexit
import gc
import io
import os
import sys


def prepare_process() -> None:
    """Have output that is not UTF-8 show the codes of letters that it has not; end fast, without DuckDB's words about leaks of its own."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Registered first, so run last.
    atexit.register(_close_stderr)
    # The frameworks make a million objects that stay: looking for unused ones among them took a tenth of a run, half of it at the end.
    gc.set_threshold(100_000, 20, 20)
    atexit.register(gc.freeze)


def _close_stderr() -> None:
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
