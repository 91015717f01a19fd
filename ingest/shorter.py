"""What a new version of a delivery lacks that the version before it had: keys of its note, records, or the end of a file.

A file that was cut to a valid one cannot be told from one that was edited: such a version is taken in, with a warning. One that
lacks much is refused in `ingest.ingestion`.
"""

from collections.abc import Mapping
from typing import Any

MOST_NAMED = 10


def shorter(row: Mapping[str, Any], before: Mapping[str, Any], *, may_shrink: bool) -> str | None:
    """A warning about a version that was taken in, if it lacks something. Both are rows of the ledger, `before` the last one taken in.

    How many records are gone is not said: of some nobody may learn how many there are.
    """
    # A new reader may find fewer records in the same files.
    has_other_files = row["content_hash"] != before["content_hash"]
    has_fewer = has_other_files and not may_shrink and (row["records_read"] or 0) < (before["records_read"] or 0)
    is_cut = has_other_files and (row["whole_files"] or 0) < (before["whole_files"] or 0)
    found = [
        *(["it has fewer records than the version before"] if has_fewer and row["outcome"] == "accepted" else []),
        *(["fewer of its files end with a line break"] if is_cut else []),
        *([f"its note no longer has {names}"] if (names := _keys_gone(before["note_keys"], row["note_keys"])) else []),
    ]
    return f"{', and '.join(found)}; if that was not meant, put back what is missing and run again" if found else None


def _keys_gone(before: str | None, now: str) -> str:
    """The keys that have gone from a note, as `ingest.note` lists them; of one that is gone, not those within it."""
    keys = (before or "").splitlines()
    gone = set(keys) - set(now.splitlines())
    names = [key for key in keys if key in gone and key.rpartition(".")[0] not in gone]
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
