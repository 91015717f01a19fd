"""Pages about the project: they begin in the campaign's words, name no machine, and load nothing from elsewhere."""

import re

from ingest.home import Home
from orchestration.docs import overview, write_docs
from orchestration.project import read_project
from tests.orchestration.conftest import Copy


def test_pages_stand_beside_the_marts_and_need_nothing_else(copy: Copy, published: Home) -> None:
    home = copy(published)
    write_docs(home, read_project(home))
    page = home.docs / "index.html"
    assert page.stat().st_mode & 0o777 == 0o440
    text = page.read_text("utf-8")
    assert "What the warehouse knows of the campaign" in text
    assert "engagement_rate_by_views" in text
    assert str(home.root) not in text
    assert (
        re.findall(r"<(?:script|img)\b[^>]*\bsrc=.?https?:|<link\b[^>]*\bhref=.?https?:|@import|url\(.?https?:", text)
        == []
    )


def test_the_home_page_has_every_element_and_kpi(published: Home) -> None:
    text = overview(
        read_project(published),
        {"exposure.p.scorecard": {"name": "scorecard", "label": "The scorecard", "description": "Does it work?"}},
    )
    assert "| [The scorecard](#!/exposure/exposure.p.scorecard) | Does it work? |" in text
    assert (
        "| Wellbeing Guide | Open it, read its topics, complete it | A01 A01b A02 A03 | [fct_activation_funnel](#!/model/model.campaign_warehouse.fct_activation_funnel) |"
        in text
    )
    assert re.search(r"^\| C03 \| Lift, absolute and relative \| Not built yet\. ", text, re.M)
    assert re.search(r"^\| C09 \| Data maturity and trust \| Percentage ", text, re.M)
