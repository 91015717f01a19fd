"""The fuzz tier: mutated deliveries of every format. Each refuses itself at most, is accounted for, and leaks nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from expectations.checks import held
from expectations.validation import validate_deliveries
from ingest import ingestion
from ingest.home import Home
from ingest.lake import StagedDelivery
from ingest.landing import write_delivery
from ingest.ledger import read_ledger
from ingest.refusal import refusing
from ingest.source import Source
from ingest.sources import SOURCES
from tests.fuzz.mutations import mutate
from tests.fuzz.specimens import CANARY, SPECIMENS, Specimen

pytestmark = pytest.mark.fuzz

DAY = date(2022, 10, 9)
MUTATED = 72
"""Deliveries of each format; of all formats some 2,000."""
MOST_SECONDS = 20
UNFORESEEN = "unexpected|report it|were read for more than"
"""What the reason of a refusal says where an error was caught that no reader expects."""


def land(home: Home, specimen: Specimen, name: str, seed: int | None = None) -> None:
    files = {
        file: content if seed is None else mutate(content, seed + number)
        for number, (file, content) in enumerate(specimen.files.items())
    }
    write_delivery(home, specimen.source, DAY, name, files, specimen.note)


def leaks(home: Home) -> Iterator[Path]:
    """Files under the home, but for landing, in which a canary can be read."""
    for path in home.root.rglob("*"):
        if not path.is_file() or path.is_relative_to(home.landing):
            continue
        text = str(pl.read_parquet(path).to_dicts()) if path.suffix == ".parquet" else path.read_text("utf-8", "ignore")
        if CANARY in text.lower():
            yield path


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda specimen: specimen.format)
def test_mutated_deliveries(
    specimen: Specimen,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("CAMPAIGN_PSEUDONYM_KEY", "a key for tests only, and long enough")
    monkeypatch.setattr(ingestion, "refusing", partial(refusing, seconds=MOST_SECONDS))
    home = Home(tmp_path)
    land(home, specimen, "good")
    for seed in range(MUTATED):
        land(home, specimen, f"bad-{seed:02d}", 1000 * seed)
    [source] = [source for source in SOURCES if source.name == specimen.source]

    def validate(source: Source, staged: Sequence[StagedDelivery], ledger: pl.DataFrame) -> Mapping[str, str]:
        return held(validate_deliveries(home, "run", source, staged, ledger))

    became = {
        outcome.delivery: outcome.outcome
        for outcome in ingestion.ingest(home, source, validate, "run", frozenset({"endthestigma"}))
    }
    assert len(became) == MUTATED + 1
    assert became["good"] == "accepted"
    ledger = read_ledger(home)
    accounted = pl.sum_horizontal("records_loaded", "records_rejected", "records_duplicate")
    assert ledger.filter(pl.col("records_read") != accounted).is_empty()
    reasons = ledger.filter(pl.col("outcome").is_in(["refused", "held"]))["outcome_reason"].to_list()
    assert [reason for reason in reasons if not reason or re.search(UNFORESEEN, reason)] == []
    assert list(leaks(home)) == []
    shown = "".join([*capfd.readouterr(), caplog.text, *reasons])
    assert CANARY not in shown.lower()
    assert "Traceback" not in shown
