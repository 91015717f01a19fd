"""Pages of marts: tables that show what data hold and obey nothing, pictures, and queries that run."""

import base64
from datetime import date

import dagster as dg
import pytest

from ingest.home import Home
from orchestration.instance import open_instance
from orchestration.pages import paths, picture, table


def test_a_table_shows_what_it_is_given() -> None:
    rows = [("a|b", 1234567, 0.5, None, True), ("<b>*x*</b>\n", -2, 1e9, date(2022, 10, 4), False)]
    assert table(["name", "views", "rate", "on", "sure"], rows).splitlines() == [
        "| name | views | rate | on | sure |",
        "| --- | ---: | ---: | --- | --- |",
        "| a\\|b | 1,234,567 | 0.50 |  | yes |",
        "| &lt;b&gt;\\*x\\*&lt;/b&gt; | -2 | 1,000,000,000 | 2022-10-04 | no |",
    ]


def test_a_picture_is_a_line_through_what_is_known() -> None:
    drawn = picture([(date(2022, 10, 4), 10.0), (date(2022, 10, 5), None), (date(2022, 10, 6), 0.0)])
    assert drawn.endswith("2022-10-04 to 2022-10-06, 0 to 10")
    svg = base64.b64decode(drawn.partition("base64,")[2].partition(")")[0]).decode()
    assert 'points="8.0,8.0 472.0,88.0"' in svg
    assert picture([(date(2022, 10, 4), 10.0)]) == "too few dates for a picture"


def test_a_picture_leads_from_each_element_to_its_lines() -> None:
    drawn = paths(
        [
            ("Guide <1>", "fct_a", "Openers: 5", "on_track"),
            ("Guide <1>", "fct_a", "Finishers", None),
            ("Toolkits", "fct_b", "Openers: 5", "on_track"),
        ]
    )
    svg = base64.b64decode(drawn.partition("base64,")[2].partition(")")[0]).decode()
    assert svg.count("<path") == 5
    assert [svg.count(f">{text}</text>") for text in ("Guide &lt;1&gt;", "fct_a", "Openers: 5", "Finishers")] == [
        1,
        1,
        1,
        1,
    ]
    assert 'fill="#1a7f37">Openers' in svg


@pytest.mark.parametrize(
    "mart",
    [
        "rpt_campaign_scorecard",
        "fct_campaign_kpi_day",
        "fct_hashtag_day",
        "fct_live_session",
        "fct_activation_funnel",
        "fct_survey_estimate",
        "fct_survey_change",
    ],
)
def test_a_mart_s_page_has_its_figures(published: Home, mart: str) -> None:
    with open_instance(published) as instance:
        [event] = [
            event
            for key, event in instance.get_latest_materialization_events(instance.all_asset_keys()).items()
            if event is not None and key.path[-1] == mart
        ]
    materialization = event.asset_materialization
    assert materialization is not None
    metadata = materialization.metadata
    assert isinstance(metadata["table"], dg.MarkdownMetadataValue)
    assert len(str(metadata["table"].value).splitlines()) > 2
    assert mart != "rpt_campaign_scorecard" or "| of |" in str(metadata["table"].value)
    figures = [value for value in metadata.values() if isinstance(value, dg.FloatMetadataValue)]
    # Of a handful of respondents no estimate is precise enough.
    assert mart.startswith("fct_survey_") or len(figures) > 1
