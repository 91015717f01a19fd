"""Data Docs: pages that load nothing, name what fails and where, and never what is in a row."""

import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from expectations.data_docs import MOST_RUNS
from ingest.home import Home
from tests.expectations.conftest import on_line

if TYPE_CHECKING:
    from tests.expectations.conftest import Staging

OUTSIDE = re.compile(
    r"""https?:|(?:src|href|action|data)\s*=\s*["'`]?\s*(?://|data:|javascript:)|url\(|@import|<script|<img|<iframe|<form""",
    re.I,
)
"""Whatever makes a browser fetch something, in any way of quoting."""


@pytest.fixture
def docs(staging: "Staging") -> Path:
    """Pages of a delivery with a secret and two defects, beside a good one."""
    good = staging.believable("video_readings")
    bad = on_line(3, likes=987654321, creator_key="@somebody")(good)
    staging.validate(staging.stage({"video_readings": bad}, "bad"), staging.stage({"video_readings": good}, "good"))
    return staging.home.data_docs


def pages(docs: Path) -> dict[str, str]:
    return {path.relative_to(docs).as_posix(): path.read_text("utf-8") for path in docs.rglob("*.html")}


def validation(docs: Path, suite: str) -> str:
    [path] = (docs / "validations" / suite).rglob("validation.html")
    return path.read_text("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "<img src=//a.b/c>",
        "<link href='https://a.b'>",
        "background:url(x.png)",
        "<a HREF=`http://a`>",
        "<script>x</script>",
    ],
)
def test_the_scan_sees_every_kind_of_reference(text: str) -> None:
    assert OUTSIDE.search(text)


def test_pages_load_nothing_and_follow_nobody(docs: Path) -> None:
    found = {name: OUTSIDE.search(text) for name, text in pages(docs).items()}
    assert len(found) == 7
    assert {name: match.group() for name, match in found.items() if match} == {}


def test_every_link_leads_to_a_page(docs: Path) -> None:
    for name, text in pages(docs).items():
        for link in re.findall(r'href="([^"#]+)"', text):
            assert (docs / name).parent.joinpath(link).resolve().is_file(), (name, link)


def test_a_planted_defect_is_named_with_its_place_and_without_its_content(docs: Path) -> None:
    page = validation(docs, "video_readings")
    assert "creator_key is a pseudonym, never what a person is called (ERROR, creator_key_is_pseudonym)" in page
    assert "a video has no more likes than views (WARN, likes_do_not_exceed_views)" in page
    assert page.count("2022-10-20/bad: 1 of 4 rows, e.g. a.csv:3") == 2
    assert page.count('class="fas fa-times text-danger"') == 3
    assert "1 of 2 deliveries fail" in page
    index = (docs / "index.html").read_text("utf-8")
    assert "ERROR creator_key_is_pseudonym: creator_key is a pseudonym" in index
    assert "WARN likes_do_not_exceed_views" in index
    everything = "".join(path.read_text("utf-8") for path in docs.rglob("*") if path.is_file())
    assert "somebody" not in everything
    assert "987654321" not in everything
    assert "7150000000000" not in everything


def test_what_holds_has_a_page_without_failures(docs: Path) -> None:
    page = validation(docs, "video_readings_deliveries")
    assert "Succeeded" in page
    assert 'class="fas fa-times' not in page


def test_the_verdicts_and_suites_are_kept_as_great_expectations_does(docs: Path) -> None:
    [path] = (docs / "validations" / "video_readings").rglob("validation.json")
    kept = json.loads(path.read_text("utf-8"))
    assert (kept["success"], kept["statistics"]["unsuccessful_expectations"]) == (False, 2)
    assert kept["meta"]["run_id"]["run_name"] == "run-1"
    suite = json.loads((docs / "suites" / "video_readings.json").read_text("utf-8"))
    assert (suite["name"], len(suite["expectations"])) == (
        "video_readings",
        kept["statistics"]["evaluated_expectations"],
    )


def test_nobody_may_change_a_page_and_only_some_may_list_them(docs: Path) -> None:
    modes = {(path.is_file(), stat.S_IMODE(path.stat().st_mode)) for path in [docs, *docs.rglob("*")]}
    assert modes == {(True, 0o444), (False, 0o750)}


def test_pages_of_old_runs_go_and_the_list_follows(staging: "Staging") -> None:
    rows = {"survey_waves": staging.believable("survey_waves"), "survey_answers": staging.believable("survey_answers")}
    item = staging.stage(rows)
    docs = staging.home.data_docs
    (docs / "suites").mkdir(parents=True)
    (docs / "suites" / ".of_a_killed_run.json.1.tmp").touch()
    for _ in range(MOST_RUNS + 2):
        staging.validate(item)
    assert len([*(docs / "validations" / "survey_waves").rglob("validation.html")]) == MOST_RUNS
    text = (docs / "index.html").read_text("utf-8")
    assert text.count('href="validations/survey_waves/') == MOST_RUNS
    assert list(docs.rglob(".*")) == []


@pytest.mark.parametrize("spoiled", ["validation.json", "validation.html"])
@pytest.mark.parametrize("spoil", [lambda old: old[: len(old) // 2], lambda old: b"\xff" * len(old)])
def test_pages_of_earlier_runs_that_were_cut_are_removed_and_stop_nothing(
    staging: "Staging", caplog: pytest.LogCaptureFixture, spoiled: str, spoil: Callable[[bytes], bytes]
) -> None:
    item = staging.stage({"survey_waves": staging.believable("survey_waves")})
    docs = staging.home.data_docs
    staging.validate(item)
    damaged = [*(docs / "validations" / "survey_waves").rglob(spoiled)]
    suites = [docs / "suites" / "survey_waves.json", docs / "expectations" / "survey_waves.html"]
    whole = {path: path.read_bytes() for path in suites}
    for path in [*damaged, *suites]:
        path.chmod(0o600)
        path.write_bytes(spoil(path.read_bytes()))
    staging.validate(item)
    assert [path for path in damaged if path.parent.exists()] == []
    assert f"{damaged[0].parent} was damaged" in caplog.text
    assert (docs / "index.html").read_text("utf-8").count('href="validations/survey_waves/') == 1
    assert {path: path.read_bytes() for path in suites} == whole


def test_names_in_a_delivery_are_shown_and_not_obeyed(staging: "Staging") -> None:
    rows = staging.believable("live_samples").with_columns(file=pl.lit("<b onclick=x>$a&.csv"))
    staging.validate(staging.stage({"live_samples": on_line(3, viewers=None)(rows).vstack(rows)}, "<i>$x ${y}"))
    page = validation(staging.home.data_docs, "live_samples")
    assert "2022-10-20/&lt;i&gt;$x ${y}: 8 of 8 rows, e.g. &lt;b onclick=x&gt;$a&amp;.csv:2" in page
    assert not re.search("<b onclick|<i>", page)
    assert Home(staging.home.root).data_docs.joinpath("index.html").exists()
