"""The fuzz tier: mutated deliveries of every format. Each refuses itself at most, is accounted for, and leaks nothing."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from expectations.validation import validate_deliveries
from ingest.home import Home
from ingest.ingestion import ingest
from ingest.landing import write_delivery
from ingest.ledger import read_ledger
from ingest.sources import SOURCES
from tests.fuzz.mutations import mutate
from tests.fuzz.specimens import CANARY, SPECIMENS, Specimen

pytestmark = pytest.mark.fuzz

DAY = date(2022, 10, 9)
PER_HOME = 24
HOMES = range(12)
"""Homes for each format; with the formats of today about 2,000 mutated deliveries."""


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


@pytest.mark.parametrize("number", HOMES)
@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda specimen: specimen.format)
def test_mutated_deliveries(
    specimen: Specimen,
    number: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("CAMPAIGN_PSEUDONYM_KEY", "a key for tests only, and long enough")
    home = Home(tmp_path)
    land(home, specimen, "good")
    for item in range(PER_HOME):
        land(home, specimen, f"bad-{item:02d}", seed=1000 * (number * PER_HOME + item))
    [source] = [source for source in SOURCES if source.name == specimen.source]
    outcomes = ingest(home, source, validate, "run", frozenset({"endthestigma"}))

    became = {outcome.delivery: outcome.outcome for outcome in outcomes}
    assert len(became) == PER_HOME + 1
    assert became["good"] == "accepted"
    ledger = read_ledger(home)
    accounted = pl.sum_horizontal("records_loaded", "records_rejected", "records_duplicate")
    assert ledger.filter(pl.col("records_read") != accounted).is_empty()
    assert ledger.filter(pl.col("outcome").is_in(["refused", "held"]) & pl.col("outcome_reason").is_null()).is_empty()
    assert list(leaks(home)) == []
    shown = "".join([*capfd.readouterr(), caplog.text, *ledger["outcome_reason"].drop_nulls()])
    assert CANARY not in shown.lower()
    assert "Traceback" not in shown


def validate(*arguments: object) -> dict[str, str]:
    """The gate of the daily run."""
    from expectations.checks import held

    return dict(held(validate_deliveries(*arguments)))  # type: ignore[arg-type]


def test_every_format_has_a_specimen() -> None:
    formats = {(source.name, form) for source in SOURCES for form in source.formats}
    specimens = {(specimen.source, specimen.format) for specimen in SPECIMENS}
    assert formats == specimens, f"without a specimen: {formats - specimens}; of no format: {specimens - formats}"
