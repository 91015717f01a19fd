"""Seeds that a home brings: every mistake names its file, line and column, what was found and what was expected."""

from pathlib import Path

import pytest

from ingest.home import Home
from orchestration.project import PACKAGED, ProjectError, read_project

CAMPAIGNS = "campaign_id,name,starts_on,ends_on,reporting_timezone\nmine,My campaign,2024-01-01,,Asia/Dubai\n"
HASHTAGS = "campaign_id,hashtag,display_hashtag,role\nmine,MyTag,MyTag,campaign\n"
SCORECARD = "campaign_id,position,kpi_id,stage,period,market,subject_type,subject_id,target,direction\nmine,1,H01,awareness,day,all,campaign,all,,\n"
MARKETS = "market,week_starts_on,online_18_34,population_source\nAE,1,3000000,census 2020\n"
PROGRAMMES = "campaign_id,programme,name,source,kpi_ids,mart\nmine,guide,Guide,activation,A01 A02,fct_activation_day\n"
ORGANISATIONS = "organisation_id,market,language,kind,name,offers\nline,AE,ar,helpline,Line,Listening\n"
PARTNERS = "campaign_id,partner_id,name,tier\nmine,p1,Partner,micro\n"
PHASES = "campaign_id,phase,name,starts_on,ends_on\nmine,launch,Launch,2024-01-01,2024-01-09\n"
COSTS = (
    "campaign_id,phase,kpi_id,amount,currency,reported_in,rate,rate_on,source\n"
    "mine,launch,H01,9.5,AED,USD,0.27,2024-01-01,contract\n"
)
CALENDAR = "campaign_id,kind,name,starts_on,ends_on,weekdays,pace,source\n*,ramadan,Ramadan,2024-03-11,2024-04-09,,1.5,measured\n"
ADVOCATES = "campaign_id,advocate,name,market\nmine,a1,Advocate,AE\n"
ASSETS = "asset_id,version,kind,title,sections\nguide,1,guide,Guide,5\n"
CHECKS = (
    "campaign_id,kind,version,starts_on,sensitivity,sensitivity_items,specificity,specificity_items,source\n"
    "mine,story,1,2024-01-01,0.9,10,0.9,10,us\n"
)
BENCHMARKS = (
    "benchmark_id,campaign_id,survey_id,sample,question_key,answer_code,segment_name,segment_value,estimate_pct,wording,population,"
    "fieldwork_from,source\nb,mine,s,all,q,top,all,all,59,Afraid,MENA,2022-09-07,a report\n"
)
DELIVERABLES = "campaign_id,deliverable_id,partner_id,due_on,video_id,is_boosted\nmine,d1,p1,2024-01-09,7,false\n"


def home_with(folder: Path, **seeds: str) -> Home:
    home = Home(folder)
    home.seeds.mkdir(parents=True)
    for name, content in {
        "campaigns": CAMPAIGNS,
        "campaign_hashtags": HASHTAGS,
        "scorecard": SCORECARD,
        "partners": PARTNERS,
        "phases": PHASES,
        **seeds,
    }.items():
        (home.seeds / f"{name}.csv").write_text(content, "utf-8")
    return home


def test_good_seeds_are_taken(tmp_path: Path) -> None:
    project = read_project(home_with(tmp_path, campaigns="\ufeff" + CAMPAIGNS + "\n,,,,\n"))
    [campaign] = project.campaigns
    assert (campaign.campaign_id, campaign.reporting_zone.key, campaign.ends_on) == ("mine", "Asia/Dubai", None)


def test_columns_that_may_be_empty_may_be_left_out(tmp_path: Path) -> None:
    project = read_project(home_with(tmp_path, markets="market,week_starts_on\nAE,7\n", deliverables=DELIVERABLES))
    assert project.files["seeds/markets.csv"] == b"market,week_starts_on,online_18_34,population_source\nAE,7,,\n"
    assert project.files["seeds/deliverables.csv"].split() == [
        b"campaign_id,deliverable_id,partner_id,due_on,published_on,video_id,is_boosted",
        b"mine,d1,p1,2024-01-09,,7,false",
    ]


def test_blanks_around_cells_and_lines_without_a_value_reach_no_model(tmp_path: Path) -> None:
    project = read_project(
        home_with(
            tmp_path,
            campaigns="campaign_id, name, starts_on, ends_on, reporting_timezone\nmine, Ours, 2024-01-01, , Asia/Dubai\n,,,,\n",
            campaign_hashtags="campaign_id, hashtag, role\nmine, #MyTag, campaign\n",
        )
    )
    assert project.files["seeds/campaigns.csv"].decode().split("\n") == [
        "campaign_id,name,starts_on,ends_on,reporting_timezone",
        "mine,Ours,2024-01-01,,Asia/Dubai",
        "",
    ]
    assert project.files["seeds/campaign_hashtags.csv"].decode().split("\n") == [
        "campaign_id,hashtag,display_hashtag,role,alias_of",
        "mine,mytag,MyTag,campaign,",
        "",
    ]


def test_what_is_shipped_is_right() -> None:
    from orchestration.seeds import SEEDS, check_seed

    files = {f"seeds/{path.name}": path.read_bytes() for path in (PACKAGED / "seeds").glob("*.csv")}
    for name in SEEDS:
        check_seed(name, files)


@pytest.mark.parametrize(
    ("seed", "content", "message"),
    [
        ("campaigns", CAMPAIGNS.replace("2024-01-01", "1.1.2024"), "campaigns.csv, line 2, column starts_on: found '1.1.2024'.*YYYY-MM-DD"),
        ("campaigns", CAMPAIGNS.replace("2024-01-01", "20240101"), "column starts_on: found '20240101'"),
        ("campaigns", CAMPAIGNS.replace("2024-01-01", "2024-02-30"), "column starts_on: found '2024-02-30'"),
        ("campaigns", CAMPAIGNS.replace("2024-01-01,", "2024-01-01,2023-01-01"), "line 2: ends_on lies before starts_on"),
        ("campaigns", CAMPAIGNS.replace("Asia/Dubai", "Asia/Dubay"), "column reporting_timezone: found 'Asia/Dubay'.*IANA"),
        ("campaigns", CAMPAIGNS.replace("reporting_timezone", "timezone"), "column timezone: is no column of this seed"),
        ("campaigns", CAMPAIGNS.replace("My campaign", ""), "line 2, column name: found nothing"),
        ("campaigns", CAMPAIGNS + CAMPAIGNS.split("\n")[1], "line 3: has the same campaign_id as line 2"),
        ("campaigns", CAMPAIGNS.replace("My campaign", "Mine, ours"), "line 2: has more fields than the header"),
        ("campaigns", CAMPAIGNS[: CAMPAIGNS.index(",2024")], "line 2: has fewer fields than the header, as where a file was cut"),
        ("campaigns", CAMPAIGNS.replace(",", ";"), "campaigns.csv, line 1: has none of the columns of this seed, expected campaign_id, name, .* with commas between"),
        ("campaigns", "", "campaigns.csv, line 1: has none of the columns of this seed, expected campaign_id, name"),
        ("campaign_hashtags", HASHTAGS.replace("mine,", "yours,"), "line 2, column campaign_id: found 'yours', expected one of seeds/campaigns.csv: mine"),
        ("campaign_hashtags", HASHTAGS.replace("MyTag,M", "my tag,M"), "column hashtag: found 'my tag'"),
        ("campaign_hashtags", HASHTAGS.replace("role\n", "role,alias_of\n").replace(",campaign\n", ",campaign,\n") + "mine,other,,campaign,unknown\n", "line 3, column alias_of: found 'unknown', expected one of"),
        ("campaign_hashtags", HASHTAGS.replace("role\n", "role,alias_of\n").replace(",campaign\n", ",campaign,\n") + "mine,other,,campaign,#MYTAG\nmine,third,,campaign,other\n", "line 4, column alias_of: found 'other', expected one of"),
        ("campaign_hashtags", HASHTAGS.replace(",campaign\n", ",main\n"), "column role: found 'main', expected 'campaign' or 'comparison'"),
        ("campaign_hashtags", HASHTAGS + "mine,\uff2dytag,,campaign\n", "line 3: has the same campaign_id and hashtag as line 2"),
        ("scorecard", SCORECARD.replace("H01", "H99"), "column kpi_id: found 'H99'"),
        ("scorecard", SCORECARD.replace(",day,", ",year,"), "column period: found 'year'"),
        ("scorecard", SCORECARD.replace("direction\n", "direction,nests_in\n").replace(",,\n", ",,,9\n"), "column nests_in: found '9', expected one of seeds/scorecard.csv: 1"),
        ("scorecard", SCORECARD.replace("direction\n", "direction,weight\n").replace(",,\n", ",,,2\n"), "line 2: found a weight, expected a baseline and another target"),
        ("markets", "market,week_starts_on\nUK,1\n", "column market: found 'UK', expected an ISO 3166"),
        ("markets", "market,week_starts_on\nAE,8\n", "column week_starts_on: found '8'"),
        ("markets", MARKETS.replace(",census 2020", ","), "line 2: expected online_18_34 and population_source together"),
        ("markets", MARKETS.replace("3000000", "many"), "column online_18_34: found 'many'"),
        ("programmes", PROGRAMMES.replace("mine,", "yours,"), "column campaign_id: found 'yours'"),
        ("programmes", PROGRAMMES.replace("A02", "A99"), "line 2, column kpi_ids: found 'A99', expected one of seeds/metrics.csv"),
        ("programmes", PROGRAMMES.replace("activation,A", "app,A"), "column source: found 'app', expected one of seeds/sources.csv"),
        ("organisations", ORGANISATIONS.replace("AE,ar", "UAE,ar"), "column market: found 'UAE', expected an ISO 3166"),
        ("organisations", ORGANISATIONS.replace("AE,ar", "AE,Arabic"), "column language: found 'Arabic'"),
        ("organisations", ORGANISATIONS + ORGANISATIONS.split("\n")[1], "line 3: has the same organisation_id and market and language as line 2"),
        ("partners", PARTNERS.replace("mine,", "yours,"), "column campaign_id: found 'yours'"),
        ("partners", PARTNERS.replace(",micro", ","), "line 2, column tier: found nothing"),
        ("deliverables", DELIVERABLES.replace("p1", "p2"), "column partner_id: found 'p2', expected one of seeds/partners.csv: p1"),
        ("deliverables", DELIVERABLES.replace("2024-01-09", "9/1/2024"), "column due_on: found '9/1/2024'.*YYYY-MM-DD"),
        ("deliverables", DELIVERABLES.replace("false", "perhaps"), "column is_boosted: found 'perhaps'"),
        ("deliverables", DELIVERABLES.replace(",7,", ",a b,"), "column video_id: found 'a b'"),
        ("scorecard", SCORECARD.replace("mine,", "yours,"), "line 2, column campaign_id: found 'yours', expected one of seeds/campaigns.csv: mine; correct it, or add it there"),
        ("phases", PHASES.replace("mine,", "yours,"), "column campaign_id: found 'yours'"),
        ("phases", PHASES.replace("2024-01-09", "2023-01-09"), "line 2: ends_on lies before starts_on"),
        ("phases", PHASES.replace("2024-01-09", "09/01/2024"), "column ends_on: found '09/01/2024'.*YYYY-MM-DD"),
        ("costs", COSTS.replace("launch", "lunch"), "column phase: found 'lunch', expected one of seeds/phases.csv: launch"),
        ("costs", COSTS.replace("H01", "H99"), "column kpi_id: found 'H99', expected one of seeds/metrics.csv"),
        ("costs", COSTS.replace("9.5", "-9"), "column amount: found '-9'"),
        ("costs", COSTS.replace("AED", "dirham"), "column currency: found 'dirham'"),
        ("costs", COSTS.replace("AED", "USD"), "line 2: found another rate than 1 within one currency"),
        ("costs", COSTS.replace("2024-01-01", "1 Jan 2024"), "column rate_on: found '1 Jan 2024'"),
        ("calendar", CALENDAR.replace("*,", "yours,"), "column campaign_id: found 'yours'"),
        ("calendar", CALENDAR.replace("2024-04-09", ""), "line 2: expected starts_on and ends_on, weekdays, or all three"),
        ("calendar", CALENDAR.replace(",,1.5", ",8,1.5"), "column weekdays: found '8'"),
        ("calendar", CALENDAR.replace("1.5", "0"), "column pace: found '0'"),
        ("calendar", CALENDAR.replace("measured", ""), "line 2: found another pace than 1 without a source"),
        ("calendar", CALENDAR.replace("2024-03-11", "11.3.2024"), "column starts_on: found '11.3.2024'"),
        ("advocates", ADVOCATES.replace("mine,", "yours,"), "column campaign_id: found 'yours'"),
        ("assets", ASSETS.replace(",guide,", ",book,"), "column kind: found 'book'"),
        ("assets", ASSETS.replace("5", "none"), "column sections: found 'none'"),
        ("coding_checks", CHECKS.replace("0.9,10,0.9", "1.2,10,0.9"), "column sensitivity: found '1.2'"),
        ("coding_checks", CHECKS.replace("2024-01-01", "2024-1-1"), "column starts_on: found '2024-1-1'"),
        ("benchmarks", BENCHMARKS.replace("mine,", "yours,"), "column campaign_id: found 'yours'"),
        ("benchmarks", BENCHMARKS.replace("2022-09-07", "September 2022"), "column fieldwork_from: found 'September 2022'"),
    ],
)  # fmt: skip
def test_a_mistake_says_where_and_what(tmp_path: Path, seed: str, content: str, message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        read_project(home_with(tmp_path, **{seed: content}))


TWO = CAMPAIGNS + "other,Another campaign,2024-01-01,,Asia/Dubai\n"


@pytest.mark.parametrize(
    ("seed", "content", "message"),
    [
        ("costs", COSTS.replace("mine,", "other,"), "costs.csv, line 2, column phase: found 'launch', expected one of seeds/phases.csv: none is there"),
        ("deliverables", DELIVERABLES.replace("mine,", "other,"), "line 2, column partner_id: found 'p1', expected one of seeds/partners.csv: none"),
        ("comparison_sets", "campaign_id,version,starts_on,hashtag\nother,1,2024-01-01,MyTag\n", "line 2, column hashtag: found 'MyTag'"),
        ("campaign_hashtags", HASHTAGS.replace("role\n", "role,alias_of\n").replace(",campaign\n", ",campaign,\n") + "other,also,,campaign,MyTag\n", "line 3, column alias_of: found 'MyTag'"),
        ("scorecard", SCORECARD.replace("direction\n", "direction,nests_in\n").replace(",,\n", ",,,\n") + "other,2,H01,awareness,day,all,campaign,all,,,1\n", "line 3, column nests_in: found '1'"),
    ],
)  # fmt: skip
def test_what_a_row_refers_to_is_of_its_campaign(tmp_path: Path, seed: str, content: str, message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        read_project(home_with(tmp_path, **{"campaigns": TWO, seed: content}))


@pytest.mark.parametrize(
    ("seed", "content"),
    [("costs", COSTS), ("deliverables", DELIVERABLES), ("campaign_hashtags", HASHTAGS), ("phases", PHASES), ("benchmarks", BENCHMARKS)],
)  # fmt: skip
def test_rows_for_every_campaign_are_refused_where_no_model_reads_them(tmp_path: Path, seed: str, content: str) -> None:
    starred = "*".join(content.split("mine", 1))
    with pytest.raises(
        ProjectError, match=r"line 2, column campaign_id: found '\*', expected one of seeds/campaigns.csv: mine"
    ):
        read_project(home_with(tmp_path, **{seed: starred}))


@pytest.mark.parametrize(
    ("seed", "content"), [("scorecard", SCORECARD), ("coding_checks", CHECKS), ("calendar", CALENDAR)]
)
def test_rows_for_every_campaign_are_taken_where_they_serve_all(tmp_path: Path, seed: str, content: str) -> None:
    read_project(home_with(tmp_path, **{seed: content.replace("mine,", "*,")}))


def test_a_seed_in_another_encoding(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    (home.seeds / "campaign_hashtags.csv").write_bytes(
        HASHTAGS.replace("MyTag", "\u0648\u0635\u0645\u0629").encode("cp1256")
    )
    with pytest.raises(ProjectError, match=r"campaign_hashtags.csv: is not UTF-8 text"):
        read_project(home)
