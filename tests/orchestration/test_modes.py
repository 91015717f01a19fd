"""Who may look: what a run writes is its owner's alone, what is published is the group's to read."""

from ingest.home import Home


def test_only_what_is_published_is_open_to_others(published: Home) -> None:
    modes = {path: path.stat().st_mode & 0o777 for path in published.root.rglob("*") if path != published.landing}
    public = published.published.parent
    opened = {mode for path, mode in modes.items() if path == public or public in path.parents}
    lock = published.root / "run.lock"
    private = {mode for path, mode in modes.items() if path not in (public, lock) and public not in path.parents}
    assert (opened, private) == ({0o750, 0o444}, {0o700, 0o600})
