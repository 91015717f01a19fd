"""Day by day = all at once, row by row, in every mart, whatever came late, was replaced or was withdrawn."""

import random
import shutil
from pathlib import Path
from typing import Any

import yaml

from ingest.home import Home
from tests.command import campaign
from tests.orchestration.conftest import Copy, marts


def rewrite(folder: Path, change: dict[str, Any]) -> None:
    """Change the note of a delivery in landing."""
    note = yaml.safe_load((folder / "delivery.yml").read_text("utf-8"))
    (folder / "delivery.yml").write_text(yaml.safe_dump(note | change, allow_unicode=True), "utf-8")


def drop_a_line(folder: Path) -> None:
    """Take one record out of a delivery's text file."""
    path = next(path for path in sorted(folder.iterdir()) if path.suffix == ".csv")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:1] + lines[2:]), "utf-8")


def run(home: Home) -> None:
    done = campaign("run", "--home", str(home.root))
    assert done.returncode == 0, done.stdout + done.stderr


def test_marts_do_not_depend_on_the_order_of_arrival(copy: Copy, published: Home, late: Path, tmp_path: Path) -> None:
    chance = random.Random(1)
    home = copy(published)
    plain = [path for path in home.landing.glob("hashtag/*/tag-panel") if any(path.glob("*.csv"))]
    replaced, withdrawn = chance.sample(sorted(plain), 2)
    drop_a_line(replaced)
    rewrite(withdrawn, {"withdrawn": True})
    rewrite(chance.choice(sorted(home.landing.glob("live/*/*"))), {"withdrawn": True})
    shutil.copytree(late, home.landing, dirs_exist_ok=True)
    run(home)

    at_once = Home(tmp_path / "at-once")
    at_once.root.mkdir()
    shutil.copy(home.simulated, at_once.simulated)
    shutil.copytree(home.seeds, at_once.seeds)
    shutil.copytree(home.landing, at_once.landing)
    run(at_once)
    one, other = marts(home), marts(at_once)
    assert one.keys() == other.keys()
    assert [name for name, rows in one.items() if rows != other[name]] == []
