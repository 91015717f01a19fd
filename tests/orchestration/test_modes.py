"""Who may look: what a run writes is its owner's alone, what is published is the group's to read."""

import os
from pathlib import Path

import pytest

from ingest.files import make_home
from ingest.home import Home


def test_only_what_is_published_is_open_to_others(published: Home) -> None:
    modes = {path: path.stat().st_mode & 0o777 for path in published.root.rglob("*")}
    public = published.published.parent
    opened = {mode for path, mode in modes.items() if path == public or public in path.parents}
    private = {mode for path, mode in modes.items() if path != public and public not in path.parents}
    assert (opened, private) == ({0o750, 0o444}, {0o700, 0o600})


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_home_lets_the_group_through_and_nobody_look(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    make_home(tmp_path / "new" / "home")
    os.umask(before)
    assert (tmp_path / "new" / "home").stat().st_mode & 0o777 == 0o710
