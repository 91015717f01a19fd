"""What went wrong in a run, read from the events of the steps that failed."""

from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from ingest.home import Home
from ingest.ledger import LedgerError
from ingest.pseudonym import KeyProblemError
from orchestration.dbt import DbtError
from orchestration.failures import HomeError, in_one_line
from orchestration.publication import PublicationError

PLAIN = (KeyProblemError, LedgerError, DbtError, PublicationError, HomeError)
"""Errors whose message is written for the user: it is shown alone."""


def story_of(failed: Sequence[dg.DagsterEvent]) -> str:
    """Every step that failed, with its stack trace."""
    errors = ((event.step_key, event.step_failure_data.error) for event in failed)
    return "\n\n".join(f"{step}\n{error.to_string() if error else ''}" for step, error in errors)


def said_by(home: Home, failed: Sequence[dg.DagsterEvent], story: Path | str) -> tuple[str, ...]:
    """A message per step that failed, in plain words where there are some, else with the place of the whole story."""
    messages, surroundings = [], []
    for event in failed:
        data = event.step_failure_data
        if data.user_failure_data is not None and data.user_failure_data.description:
            messages.append(data.user_failure_data.description)
        elif data.error is not None and (line := in_one_line(data.error.to_string(), home.root)):
            surroundings.append(line)
        elif data.error is not None:
            inner = data.error.cause or data.error
            kind, _, text = inner.message.strip().partition(": ")
            is_plain = kind.rpartition(".")[2] in {known.__name__ for known in PLAIN}
            messages.append(
                text if is_plain else f"{event.step_key}: {inner.message.strip()} (the whole story: {story})"
            )
    # Each step meets the same full disk or missing right, at a file of its own.
    return tuple(dict.fromkeys([*surroundings[:1], *messages])) or (
        "the run stopped before its first step ended; `campaign up` shows its events",
    )
