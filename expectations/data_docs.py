"""Data Docs: what Great Expectations shows of suites and validations, as static pages that load nothing from elsewhere.

published/data_docs/index.html                          every suite with its last validations
published/data_docs/suites/<suite>.json                 the suite as Great Expectations keeps it
published/data_docs/expectations/<suite>.html           the suite in words
published/data_docs/validations/<suite>/<run>/<time>/   validation.html and validation.json of the last runs

Pages say where a failing row stands, never what is in it.
"""

import json
import logging
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from expectations.checks import CheckResult
from expectations.engine import (
    DefaultJinjaPageView,
    ExpectationSuitePageRenderer,
    ExpectationSuiteValidationResult,
    RunIdentifier,
    Suite,
    ValidationResultsPageRenderer,
)
from expectations.findings import Finding
from ingest.home import Home

MOST_RUNS = 10
"""How many of its last validations are kept of a suite."""

MOST_PLACES = 20
"""How many deliveries, or rows of a mart, a page names per check."""

_TEMPLATES = Path(__file__).parent / "templates"
_FROM_A_VALIDATION = "../../../../"


def write_data_docs(home: Home, run_id: str, findings: Sequence[Finding]) -> None:
    """Add the validations of a run, bring the pages of their suites up to date, and list all anew. Files are replaced whole."""
    at = datetime.now(UTC)
    for stray in home.data_docs.rglob(".*.tmp"):
        stray.unlink()  # of a run that was killed, or found no room
    for finding in findings:
        write_suite(home.data_docs, finding.suite)
        _write_validation(home.data_docs, RunIdentifier(run_name=run_id, run_time=at), finding)
    _write(home.data_docs / "index.html", _index(home.data_docs))


def write_suite(folder: Path, suite: Suite) -> None:
    """The suite as JSON, and as a page where it is new or has changed."""
    kept = folder / "suites" / f"{suite.name}.json"
    page = folder / "expectations" / f"{suite.name}.html"
    text = suite_json(suite)
    if _is_whole(page) and kept.exists() and kept.read_bytes() == text.encode():
        return
    shown = suite.native
    for item in shown.expectations:
        _name_in_words(item)
    document = ExpectationSuitePageRenderer().render(shown)  # type: ignore[no-untyped-call]
    _write(page, _view().render(document, title=f"What is expected of {suite.name}", root="../"))
    _write(kept, text)


def suite_json(suite: Suite) -> str:
    """A suite as Great Expectations keeps it."""
    return json.dumps(suite.native.to_json_dict(), indent=1, ensure_ascii=False) + "\n"


def _write_validation(folder: Path, run: RunIdentifier, finding: Finding) -> None:
    place = folder / "validations" / finding.suite.name
    own = place / str(run.run_name) / run.run_time.strftime("%Y%m%dT%H%M%S.%fZ")
    verdicts = _verdicts(run, finding)
    kept = verdicts.to_json_dict()  # type: ignore[no-untyped-call]
    _write(own / "validation.json", json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    for verdict in verdicts.results:
        _name_in_words(verdict.expectation_config)
        # Great Expectations writes what was found into the page as it stands; names of files and folders are others'.
        verdict.result["observed_value"] = escape(verdict.result["observed_value"])
        verdict.result["partial_unexpected_list"] = [
            escape(place) for place in verdict.result["partial_unexpected_list"]
        ]
    document = ValidationResultsPageRenderer(run_info_at_end=True).render(verdicts)
    page = _view().render(document, title=f"What was found in {finding.suite.name}", root=_FROM_A_VALIDATION)
    _write(own / "validation.html", page.replace("Sampled Unexpected Values", "Where"))
    for outdated in sorted(place.glob("*/*"), key=lambda path: path.name)[:-MOST_RUNS]:
        shutil.rmtree(outdated)
        if not any(outdated.parent.iterdir()):
            outdated.parent.rmdir()


def _name_in_words(item: Any) -> None:
    """Add severity and name to the description, which is all that pages show of an expectation."""
    said = item.meta["attributes"]
    item.description = f"{item.description} ({said['severity']}, {said['check']})"


def _verdicts(run: RunIdentifier, finding: Finding) -> ExpectationSuiteValidationResult:
    """Great Expectations' own verdicts with what was found, and without anything that a row holds."""
    results: dict[str, list[CheckResult]] = {}
    for result in finding.results:
        results.setdefault(result.check_name, []).append(result)
    verdicts = finding.verdicts
    for verdict in verdicts.results:
        found = results.get(verdict.expectation_config.meta["attributes"]["check"], [])  # type: ignore[union-attr]
        failed = [result for result in found if not result.passed]
        verdict.success = not failed
        verdict.result = _observed(found, failed, finding.judged)
    succeeded = sum(bool(verdict.success) for verdict in verdicts.results)
    return ExpectationSuiteValidationResult(
        success=succeeded == len(verdicts.results),
        results=verdicts.results,
        suite_name=finding.suite.name,
        statistics={
            "evaluated_expectations": len(verdicts.results),
            "successful_expectations": succeeded,
            "unsuccessful_expectations": len(verdicts.results) - succeeded,
            "success_percent": 100 * succeeded / len(verdicts.results),
        },
        meta={
            "run_id": run,
            "batch_spec": {"data_asset_name": finding.suite.name, "rows": finding.judged},
            "great_expectations_version": verdicts.meta["great_expectations_version"],
        },
    )


def _observed(found: Sequence[CheckResult], failed: Sequence[CheckResult], judged: int) -> dict[str, Any]:
    """The result of one expectation: counts, and the places of what fails."""
    count = sum(result.failing or 0 for result in failed)
    places = [place for result in failed for place in _places(result)]
    more = [f"and {len(places) - MOST_PLACES:,} more"] if len(places) > MOST_PLACES else []
    one = found[0].observed if len(found) == 1 else f"{len(failed):,} of {len(found):,} deliveries fail"
    return {
        "observed_value": one or "nothing",
        "element_count": judged,
        "unexpected_count": count,
        "unexpected_percent": 100 * count / judged if judged else 0.0,
        "partial_unexpected_list": [*places[:MOST_PLACES], *more],
    }


def _places(result: CheckResult) -> list[str]:
    if result.delivery is None:
        return [result.sample or "unknown"]
    example = f", e.g. {result.sample}" if result.sample else ""
    return [f"{result.ref}: {result.observed}{example}"]


def _index(folder: Path) -> str:
    """The list of all suites, newest validations first."""
    listed = []
    for kept in sorted((folder / "suites").glob("*.json")):
        paths = sorted(
            (folder / "validations" / kept.stem).glob("*/*/validation.json"),
            reverse=True,
            key=lambda path: path.parent.name,
        )
        runs = [(path, content) for path in paths if (content := _validation(path)) is not None]
        listed.append({"name": kept.stem, "runs": [_run(folder, path, content) for path, content in runs]})
    return str(_view().env.get_template("offline_index.j2").render(title="Data Docs", suites=listed))


def _validation(path: Path) -> Any:
    """What was found in an earlier run; None where its files are damaged, which are removed with a warning: nothing depends on them."""
    try:
        if _is_whole(path.with_name("validation.html")):
            return json.loads(path.read_bytes())
    except ValueError:
        pass
    shutil.rmtree(path.parent)
    logging.getLogger("campaign").warning("%s was damaged: the page of an earlier run is removed", path.parent)
    return None


def _is_whole(page: Path) -> bool:
    return page.exists() and page.read_bytes().rstrip().endswith(b"</html>")


def _run(folder: Path, path: Path, content: Any) -> dict[str, Any]:
    """What the list says of a validation."""
    failed = [result["expectation_config"] for result in content["results"] if not result["success"]]
    return {
        "page": path.with_name("validation.html").relative_to(folder).as_posix(),
        "time": content["meta"]["run_id"]["run_time"][:19].replace("T", " "),
        "run": content["meta"]["run_id"]["run_name"],
        "checks": content["statistics"]["evaluated_expectations"],
        "failed": [
            {
                "name": config["meta"]["attributes"]["check"],
                "said": config["description"],
                "is_error": config["meta"]["attributes"]["severity"] == "ERROR",
            }
            for config in failed
        ],
    }


@cache
def _view() -> Any:
    class OfflinePageView(DefaultJinjaPageView):
        """Renders the body as Great Expectations does, in a page of our own, which loads nothing."""

        _template = "offline_page.j2"

    return OfflinePageView(custom_views_directory=str(_TEMPLATES))


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole; whoever may open the folder may read it."""
    _make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, "utf-8")
    temporary.chmod(0o444)
    temporary.replace(path)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o750)
