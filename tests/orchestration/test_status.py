"""The ledger as the command shows it."""

from datetime import date

import polars as pl
from rich.console import Console

from ingest.ledger import LEDGER
from ingest.sources import SOURCES
from orchestration.status import ledger_table, set_aside


def test_versions_that_were_set_aside_and_have_a_later_one_are_superseded() -> None:
    def version(number: int, status: str, *, is_current: bool = False) -> dict[str, object]:
        row = {"source": "hashtag", "landed_on": date(2022, 10, 4), "delivery": "panel", "reason": "why"}
        return row | {"version": number, "status": status, "is_current": is_current, "records_loaded": 7}

    rows = [version(1, "refused"), version(2, "held"), version(3, "loaded"), version(4, "held", is_current=True)]
    ledger = pl.DataFrame([dict.fromkeys(LEDGER.names()) | row for row in rows], schema=LEDGER)
    say = Console(width=200)
    with say.capture() as said:
        say.print(ledger_table(ledger, SOURCES))
    line = next(line for line in said.get().splitlines() if line.startswith("\u2502 hashtag"))
    assert [cell.strip() for cell in line.split("\u2502")[2:7]] == ["1", "1", "0", "2", "7"]
    assert set_aside(ledger) == ["hashtag/2022-10-04/panel held: why"]
