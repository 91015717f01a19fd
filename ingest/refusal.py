"""What refuses a delivery besides its note and its files: where it stands, what it replaces, and whatever a reader raises."""

import errno
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import FrameType

from polars.exceptions import PanicException

from ingest.delivery import FIRST_LANDED_ON, is_utf8, may_land_on
from ingest.files import append_privately
from ingest.home import Home
from ingest.landing import Landed
from ingest.note import LONGEST_NAME, Note
from ingest.pseudonym import read_marker
from ingest.source import MOST_SECONDS, NOTE, ContractError, DeliveryError

NOT_ITS_FAULT = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""A disk that is full or read-only says nothing about the delivery: it stops the run."""


@dataclass
class Refusal:
    """Why a delivery is refused, if it is. `may_pass` marks what may be mended without anything in the folder changing."""

    reason: str | None = None
    may_pass: bool = False


@contextmanager
def refusing(home: Home, item: Landed, seconds: float = MOST_SECONDS) -> Iterator[Refusal]:
    """Whatever is raised inside refuses this delivery and no other: no file that somebody sends may stop the rest.

    An error that nobody foresaw may repeat what a file holds. The reason names its kind; where in the code it came from goes
    to the log, without its message.
    """
    refusal = Refusal()
    try:
        with _time_limit(seconds):
            yield refusal
    except DeliveryError as error:
        refusal.reason = str(error)
    except ContractError as error:
        refusal.reason = f"{error}; this is an error of the reader: report it"
    except OSError as error:
        if error.errno in NOT_ITS_FAULT:
            raise
        refusal.reason = f"{item.name}: cannot be opened ({error.strerror or type(error).__name__}); make it readable for the warehouse"
        refusal.may_pass = True
    except (Exception, PanicException) as error:  # noqa: BLE001 - the one place: see above
        append_privately(_story(item, error), home.ingest_log)
        refusal.reason = (
            f"its files cannot be read (unexpected {type(error).__name__}); expected what its format names: check the files and "
            f"the note, and report it with {home.ingest_log}"
        )


def check_place(home: Home, item: Landed) -> None:
    """What a delivery's folder may be called and where it may stand. Raises DeliveryError."""
    if not may_land_on(item.landed_on):
        raise DeliveryError(
            f"its folder says that it landed on {item.landed_on}, expected a day from {FIRST_LANDED_ON} to tomorrow (UTC); move it "
            "to the day on which it landed"
        )
    if item.clash is not None:
        raise DeliveryError(
            f"its name differs from {item.clash!r} only in case or Unicode form; rename one of the two folders"
        )
    if not is_utf8(item.path.name):
        raise DeliveryError("the name of its folder is not UTF-8, as that of one unpacked on another system; rename it")
    if odd := sorted(set(item.name) & set("*?[]\n\r\t")):
        # Later layers name files by patterns.
        raise DeliveryError(
            f"the name of its folder holds {', '.join(map(repr, odd))}, a sign of patterns or of lines; rename it"
        )
    if len(item.name.encode()) > LONGEST_NAME:
        raise DeliveryError(
            f"its name has {len(item.name.encode())} bytes, expected {LONGEST_NAME} or fewer; shorten the folder's name"
        )
    if not home.simulated.exists():
        return
    # A simulated home has a key that everybody knows: real people must not come under it.
    made = read_marker(home)["deliveries"]
    if [item.source, item.landed_on.isoformat(), item.name] not in made:
        raise DeliveryError(
            "this home was made by the simulator and takes no other delivery; use a CAMPAIGN_HOME of your own for real data"
        )


def check_replaced(note: Note, is_known: Callable[[tuple[date, str]], bool]) -> None:
    """A note may only replace what was delivered. Raises DeliveryError."""
    replaces = note.replaces
    if replaces is not None and not is_known((replaces.landed_on, replaces.delivery)):
        raise DeliveryError(
            f"{NOTE}: key 'replaces': found {replaces.landed_on}/{replaces.delivery}, which was never "
            "delivered; correct the day or the name, or remove the key"
        )


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Stop what takes too long. Only the main thread of a process can be interrupted; in another one nothing is limited."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise DeliveryError(
            f"its files were read for more than {seconds:,.0f} seconds; expected fewer: deliver less at once, or check the files"
        )

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _story(item: Landed, error: BaseException) -> str:
    """Where an error came from, kind by kind and place by place, without a word of what it says."""
    lines = [f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {item.source}/{item.landed_on}/{item.name}\n"]
    cause: BaseException | None = error
    while cause is not None:
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}\n")
        lines += traceback.format_tb(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__
    return "".join(lines) + "\n"
