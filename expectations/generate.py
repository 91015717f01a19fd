"""Writes the suites as Great Expectations keeps them: `python -m expectations.generate`. What they hold is not said here."""

from pathlib import Path


def generated() -> dict[str, str]:
    """The content of every file of `expectations/suites/json`, by name."""
    from expectations.data_docs import suite_json
    from expectations.suites.marts import MART_SUITES
    from expectations.suites.tables import LAKE_SUITES

    suites = [suite for table in LAKE_SUITES.values() for suite in table.suites]
    suites += [mart.suite for mart in MART_SUITES.values()]
    return {f"{suite.name}.json": suite_json(suite) for suite in suites}


def write(folder: Path) -> None:
    """Make the folder hold the suites and nothing else."""
    files = generated()
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    from expectations.suites import JSON

    write(JSON)
