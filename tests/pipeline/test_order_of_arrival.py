"""Day by day = all at once, row by row, in every mart, whatever came late, was replaced or was withdrawn."""

import random
import shutil
from pathlib import Path
from typing import Any

import duckdb
import yaml

from ingest.home import Home
from ingest.simulator import simulate
from tests.pipeline.conftest import run


def mart_differences(one: Home, other: Home) -> dict[str, tuple[int, int]]:
    """Rows that only one of two published files has, for every mart in which there are any."""
    found = {}
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{one.published}' as one (read_only); attach '{other.published}' as other (read_only)"
        )
        marts = [
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where database_name = 'one' and schema_name = 'main'"
            ).fetchall()
        ]
        assert len(marts) >= 13
        for mart in marts:
            # Sums of doubles depend on the order they are added in: compare what a reader could tell apart.
            columns = connection.execute(
                "select column_name, data_type from duckdb_columns() where database_name = 'one' and table_name = ? order by column_index",
                [mart],
            ).fetchall()
            seen = ", ".join(
                f'round("{name}", 9) as "{name}"' if kind == "DOUBLE" else f'"{name}"' for name, kind in columns
            )
            counts = [
                connection.execute(
                    f"select count(*) from (select {seen} from {left}.main.{mart} except all select {seen} from {right}.main.{mart})"
                ).fetchone()
                for left, right in (("one", "other"), ("other", "one"))
            ]
            if counts != [(0,), (0,)]:
                found[mart] = (counts[0][0], counts[1][0])  # type: ignore[index]
    return found


def rewrite(folder: Path, change: dict[str, Any]) -> None:
    """Change the note of a delivery in landing."""
    note = yaml.safe_load((folder / "delivery.yml").read_text("utf-8"))
    (folder / "delivery.yml").write_text(yaml.safe_dump(note | change, allow_unicode=True), "utf-8")


def drop_a_line(folder: Path) -> None:
    """Take one record out of a delivery's text file."""
    path = next(path for path in sorted(folder.iterdir()) if path.suffix == ".csv")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:1] + lines[2:]), "utf-8")


def test_marts_do_not_depend_on_the_order_of_arrival(tmp_path: Path) -> None:
    chance = random.Random(1)
    source = Home(tmp_path / "source")
    simulate(source, seed=1, days=6, videos=24, sessions=3, respondents=60)
    home = Home(tmp_path / "day-by-day")
    home.root.mkdir()
    shutil.copy(source.simulated, home.simulated)
    deliveries = sorted(
        source.landing.glob("*/*/*"), key=lambda path: (path.parent.name, path.parent.parent.name, path.name)
    )
    halfway = sorted({path.parent.name for path in deliveries})[3]
    # All surveys and activations are there at first, so that the second run finds them unchanged.
    first = [path for path in deliveries if path.parent.name < halfway or path.parts[-3] in ("survey", "activation")]
    steps = [first, [path for path in deliveries if path not in first]]
    late = {path for path in first if path.parts[-3] in ("hashtag", "live") and chance.random() < 0.25}
    landed: list[Path] = []

    def land(path: Path) -> None:
        target = home.landing / path.relative_to(source.landing)
        shutil.copytree(path, target)
        landed.append(target)

    for number, step in enumerate(steps):
        for path in step:
            if path not in late:
                land(path)
        if number == 1:
            plain = [path for path in landed if path.name == "tag-panel" and any(path.glob("*.csv"))]
            replaced, withdrawn = chance.sample(sorted(plain), 2)
            drop_a_line(replaced)
            rewrite(withdrawn, {"withdrawn": True})
            for path in sorted(late):
                land(path)
            again = chance.choice([path for path in sorted(landed) if path.parent.parent.name == "live"])
            rewrite(again, {"withdrawn": True})
        run(home)
    assert late

    at_once = Home(tmp_path / "at-once")
    at_once.root.mkdir()
    shutil.copy(source.simulated, at_once.simulated)
    shutil.copytree(home.landing, at_once.landing)
    run(at_once)
    assert mart_differences(home, at_once) == {}
