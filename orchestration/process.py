"""What a process of the command is set to before it begins, and which signal told it to stop."""

import atexit
import gc
import io
import os
import signal
import socket
import sys

STOPPED_BY = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}

_wakeup, _signals = socket.socketpair()
_wakeup.setblocking(False)
_signals.setblocking(False)


def prepare_process() -> None:
    """Have output that is not UTF-8 show the codes of letters that it has not; end fast, without DuckDB's words about leaks of its own."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Registered first, so run last.
    atexit.register(_close_stderr)
    # The frameworks make more than a million objects that stay: garbage collection among them took a tenth of a run, half of it at
    # the end. What a run leaves as garbage is small.
    gc.set_threshold(10_000_000, 20, 20)
    atexit.register(gc.freeze)


def note_signals() -> None:
    """Have SIGTERM interrupt as Ctrl-C does, and `received` know of either."""
    # Frameworks replace these handlers; the wake-up socket says which signal it was all the same.
    signal.set_wakeup_fd(_wakeup.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def received() -> int | None:
    """The signal that told this process to stop, whoever handled it."""
    try:
        numbers = _signals.recv(64, socket.MSG_PEEK)
    except BlockingIOError:
        return None
    return next((number for number in numbers if number in STOPPED_BY), None)


def _close_stderr() -> None:
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
