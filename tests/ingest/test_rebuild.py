"""Lake and ledger made anew from landing, and what landing lacks."""

import shutil
from pathlib import Path

import pytest

from ingest.home import Home
from ingest.pseudonym import KEY_VARIABLE
from ingest.rebuild import set_lake_aside
from ingest.sources import SOURCES
from tests.ingest.ingest_desk import DAY, Desk, holding, names, videos


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv(KEY_VARIABLE, "a key of the tests, 32 characters long")
    desk = Desk(Home(tmp_path))
    for name in ("day", "other", "odd"):
        desk.land(name, videos(3))
    desk.ingest(holding("odd"))
    return desk


def test_everything_that_landing_holds_comes_back(desk: Desk) -> None:
    before = desk.views()
    desk.home.ledger.write_bytes(b"damaged")
    aside = set_lake_aside(desk.home, SOURCES)
    assert aside.missing == ()
    assert (aside.folder / "deliveries.parquet").read_bytes() == b"damaged"
    assert (aside.folder.stat().st_mode & 0o777) == 0o700
    assert names(desk.ingest(holding("odd"))) == [("day", "accepted"), ("odd", "held"), ("other", "accepted")]
    assert desk.views() == before


def test_what_landing_lacks_is_listed(desk: Desk) -> None:
    shutil.rmtree(desk.home.landing / "hashtag" / DAY.isoformat() / "day")
    assert set_lake_aside(desk.home, SOURCES).missing == (("hashtag", DAY, "day"),)
    assert names(desk.ingest()) == [("odd", "accepted"), ("other", "accepted")]


def test_the_key_is_still_known(desk: Desk) -> None:
    set_lake_aside(desk.home, SOURCES)
    assert [path.name for path in desk.home.lake.iterdir()] == ["pseudonym_key.fingerprint"]
