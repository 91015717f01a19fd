"""What stopped a run, in one line for a person. Where the whole story goes is the caller's affair."""

import os
import re
from pathlib import Path

NO_ROOM = ("No space left on device", "database or disk is full", "Disk quota exceeded")
NO_RIGHT = ("Read-only file system", "Permission denied", "readonly database", "read-only mode")


class HomeError(Exception):
    """Something in a home that a person has to mend; the message is the line that says what and how."""


def in_one_line(text: str, home: Path) -> str | None:
    """What the surroundings did: a full disk, too little memory, a home that cannot be written. None where it was something else."""
    if any(sign in text for sign in NO_ROOM):
        return f"the disk that holds {home} is full; free some space and run again"
    if "Out of Memory Error" in text:
        return "the database needs more memory than it may use; allow it more with CAMPAIGN_MEMORY_LIMIT, such as 4GB, and run again"
    if "Too many open files" in text:
        return "more files have to be open at once than the system lets a process have (ulimit -Hn); raise that and run again"
    if any(sign in text for sign in NO_RIGHT):
        # DuckDB, polars and Python name the file in the line that says so; SQLite does not.
        line = next(line for line in text.splitlines() if any(sign in line for sign in NO_RIGHT))
        named = re.search(re.escape(str(home)) + r"/[^'\":]+", line)
        place = named[0].strip() if named else _out_of_reach(home / "dagster") or home
        return f"{place} cannot be read or written; give this user the right to do both, or name another directory with --home"
    if "(sqlite3." in text:
        return (
            f"the history of runs in {home / 'dagster'} cannot be written; make sure that its disk has room and run again, or move "
            "its files *.db away: nothing else is in them"
        )
    return None


def _out_of_reach(folder: Path) -> str:
    """The files of a folder that this user may not read or write, those that SQLite keeps beside a database among them."""
    return ", ".join(str(path) for path in sorted(folder.rglob("*")) if not os.access(path, os.R_OK | os.W_OK))
