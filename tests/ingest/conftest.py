"""Fixtures of the ingest tests; the desks themselves stand beside this file."""

from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from ingest.home import Home
from tests.ingest.live_desk import LiveDesk
from tests.ingest.video_desk import Reader

# How long an example takes says more about the machine than about the code.
settings.register_profile("ingest", deadline=None)
settings.load_profile("ingest")


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> LiveDesk:
    real = Path(__file__).parents[2].parent / "shared" / "data" / "live"
    return LiveDesk(Home(tmp_path_factory.mktemp("home")), real, count())


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)
