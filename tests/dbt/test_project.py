"""What the dbt project names in several places is named in all: staging, state, pending keys, grains, descriptions."""

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.home import Home
from ingest.sources import SOURCES
from orchestration.dbt import read_manifest
from tests.dbt.lab import SHIPPED, Lab
from tests.dbt.metric_lint import Seeds, compiled_models, faults, faults_of_the_dictionary, misleading, read_seeds
from tests.dbt.portability import donts

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MODELS = {path.stem: path.read_text("utf-8") for path in (PROJECT / "models").rglob("*.sql")}
TABLES = {(source.name, table.name) for source in SOURCES for table in source.tables}

PUBLIC = {
    "dim_campaign": "campaign_id name starts_on ends_on reporting_timezone",
    "dim_hashtag": "campaign_id hashtag display_hashtag is_campaign_hashtag",
    "dim_creator": "campaign_id creator_key first_posted_on creator_country is_partner",
    "dim_video": "campaign_id video_id platform creator_key created_at creator_country hashtags programme state state_since",
    "fct_hashtag_video_day": (
        "campaign_id video_id event_on views likes comments shares saves views_total likes_total "
        "comments_total shares_total saves_total interval_days is_first_reading is_provisional "
        "is_in_campaign views_low views_high views_gross views_removed views_reset views_correction"
    ),
    "fct_hashtag_day": (
        "campaign_id hashtag event_on posts unique_creators new_creators views likes comments shares "
        "saves engagements_lcs engagement_rate_by_views is_provisional"
    ),
    "fct_hashtag_cohort": "campaign_id hashtag posted_on age_days posts posts_measured views likes comments shares saves",
    "fct_hashtag_total_day": (
        "hashtag event_on platform_views platform_views_low platform_views_high platform_posts readings falls falls_within_rounding"
    ),
    "fct_hashtag_pair_week": "campaign_id week_on hashtag other_hashtag posts_together lift npmi reason",
    "fct_hashtag_concentration_week": "campaign_id subject_type subject_id market week_on creators gini top_share reason",
    "fct_hashtag_video_life": "campaign_id video_id created_on is_complete hours_to_peak hours_to_half",
    "fct_hashtag_owned_video_day": "campaign_id video_id event_on reach average_watch_seconds completion_rate engagement_rate_by_reach",
    "fct_hashtag_account_day": "campaign_id account_key metric_definition event_on views viewers followers captured_on",
    "fct_creator_delivery": (
        "campaign_id deliverable_id partner_id due_on published_on status video_id is_boosted views_7d usual_views_7d uplift reason"
    ),
    "rpt_hashtag_top_videos": "campaign_id view_definition position programme video_id link views",
    "dim_live_session": "campaign_id session_id title advocate topic platform language country starts_at ends_at",
    "fct_live_session": (
        "campaign_id session_id basis identity unique_attendees unique_attendees_low peak_concurrent "
        "peak_concurrent_at average_concurrent attended_minutes average_watch_minutes "
        "median_watch_minutes present_at_5m present_at_15m present_at_30m retention_5m_pct "
        "retention_15m_pct retention_30m_pct completion_rate new_attendees returning_attendees "
        "imputed_leaves attended_minutes_low uncovered_minutes"
    ),
    "fct_live_minute": "session_id minute_at concurrent concurrent_peak campaign_id",
    "fct_live_retention": "campaign_id session_id clock minute viewers base retention_pct reason",
    "fct_live_interaction_minute": "campaign_id session_id minute_at kind events interactions",
    "fct_live_registration": (
        "campaign_id session_id registrations late_registrations cancelled denied registered_attendees walk_ins attendance_rate reason"
    ),
    "rpt_live_advocate": (
        "campaign_id advocate advocate_name advocate_name_ar advocate_field kpi_id sessions observed estimate ci_low ci_high own_weight is_prior_only reason"
    ),
    "rpt_live_reconciliation": "campaign_id session_id measure cause ours platform residual difference",
    "dim_survey_question": "survey_id wave question_code question_key question_text kind campaign_id",
    "fct_survey_estimate": (
        "survey_id wave sample question_code answer_code answer_label segment_name segment_value "
        "estimate_pct standard_error_pct ci_low_pct ci_high_pct base_asked base_unweighted base_weighted "
        "effective_base design_effect_kish design_effect display reason campaign_id"
    ),
    "fct_survey_change": (
        "survey_id sample question_key answer_code segment_name segment_value from_wave to_wave change_pct_points change_points "
        "standard_error_pct_points ci_low_pct_points ci_high_pct_points p_value p_value_adjusted is_significant "
        "minimum_detectable_pct_points table_reason"
    ),
    "fct_survey_mean": (
        "campaign_id survey_id wave sample question_code scoring segment_name segment_value mean_points standard_error_points "
        "ci_low_points ci_high_points base_asked base_unweighted base_weighted effective_base alpha alpha_base display reason"
    ),
    "fct_activation_day": "campaign_id activation asset_id event_on events unique_people events_gross is_known basis reason",
    "fct_activation_funnel": "campaign_id funnel step step_number week_on people conversion_rate people_before reason",
    "fct_feature_adoption": "campaign_id feature week_on viewers candidates adopters adoption_rate kept retention_rate reason",
    "fct_toolkit_week": "campaign_id toolkit version week_on language downloads unique_people downloads_gross",
    "fct_help_seeking_week": "campaign_id week_on market resource_id taps unique_people cells_withheld reason",
    "fct_support_week": "campaign_id week_on market kind items found share share_low share_high cells_withheld reason",
    "fct_safe_messaging_week": (
        "campaign_id week_on content_type required attached attached_share flags open_flags median_hours_to_action p90_hours_to_action"
    ),
    "fct_survey_response": (
        "campaign_id survey_id wave sample respondent_key question_code question_key answer_code weight stratum sampling_unit segments"
    ),
    "fct_survey_quality": "campaign_id survey_id wave sample rule event_on judged removed removed_pct",
    "fct_campaign_kpi_day": (
        "campaign_id kpi_id event_on period market subject_type subject_id numerator denominator value "
        "ci_low ci_high basis is_provisional reason"
    ),
    "rpt_campaign_scorecard": (
        "campaign_id kpi_id kpi_name stage unit value ci_low ci_high target attainment_rate pacing baseline weight nests_in nested_pct "
        "previous_value change status as_of is_provisional reason position market subject_type "
        "subject_id"
    ),
}
"""By mart, the columns that analysts count on."""


@cache
def described(kind: str) -> list[dict[str, Any]]:
    """Every entry of that kind in the project's yml files."""
    files = [
        yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) or {}
        for path in sorted((PROJECT / "models").rglob("*.yml"))
    ]
    return [entry for content in files for entry in content.get(kind, [])]


def differences(one: set[Any], other: set[Any]) -> dict[str, list[Any]]:
    """Both set differences, so that a failure says what is missing where."""
    return {"only in the first": sorted(one - other), "only in the second": sorted(other - one)}


def same(one: set[Any], other: set[Any]) -> None:
    assert differences(one, other) == differences(set(), set())


def test_the_public_marts_are_the_marts() -> None:
    same(set(PUBLIC), {path.stem for path in (PROJECT / "models" / "marts").rglob("*.sql")})


@pytest.mark.parametrize("mart", PUBLIC)
def test_a_mart_has_its_public_columns_described_and_its_rules_in_one_test(mart: str) -> None:
    [model] = [entry for entry in described("models") if entry["name"] == mart]
    columns = {column["name"]: column for column in model["columns"]}
    assert set(PUBLIC[mart].split()) - set(columns) == set()
    assert [name for name, column in columns.items() if not column.get("description")] == []
    [test] = model["data_tests"]
    known = {name for name, column in columns.items() if {"type": "not_null"} in column.get("constraints", [])}
    assert set(test["rules"]["arguments"]["grain"]) <= known


def test_what_is_made_of_the_marts_is_said() -> None:
    reads = {
        exposure["name"]: set(re.findall(r"ref\('(\w+)'\)", " ".join(exposure["depends_on"])))
        for exposure in described("exposures")
    }
    same(reads.pop("published_marts"), {*PUBLIC, "meta_metrics"})
    paged = {model["name"] for model in described("models") if "page" in model.get("config", {}).get("meta", {})}
    same(set().union(*reads.values()) - {"meta_metrics"}, paged)


def test_only_marts_and_tests_read_marts() -> None:
    inner = {path.stem for room in ("staging", "intermediate") for path in (PROJECT / "models" / room).rglob("*.sql")}
    reads = {name: re.findall(r"ref\('((?:fct|dim|rpt)_\w+)'\)", MODELS[name]) for name in inner}
    assert {name: marts for name, marts in reads.items() if marts} == {}


def test_every_model_is_described_and_states_its_grain() -> None:
    models = {entry["name"]: entry.get("description", "") for entry in described("models")}
    built = set(MODELS) | {path.stem for path in (PROJECT / "models").rglob("*.py")}
    same(set(models), built)
    grain = re.compile(r"\bOne\s+row\b")
    assert [name for name, text in models.items() if not grain.search(text)] == []


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """The first day of a warehouse. The daily run leaves the unit tests out, since they test the code and not the data."""
    lab = Lab(tmp_path_factory.mktemp("empty"), {})
    assert lab.dbt("build"), lab.messages
    return lab


def test_an_empty_lake_gives_empty_marts(empty: Lab) -> None:
    assert empty.rows("select count(*) from fct_campaign_kpi_day") == [(0,)]
    assert empty.rows("select count(*) from rpt_campaign_scorecard where value is not null") == [(0,)]


@pytest.fixture(scope="module")
def compiled(empty: Lab) -> dict[str, str]:
    """The SQL of every model, where the tables exist, so that what only a later build does is seen too."""
    return compiled_models(empty)


def test_every_model_also_runs_elsewhere(compiled: dict[str, str]) -> None:
    found = {name: donts(sql) for name, sql in compiled.items()}
    assert {name: words for name, words in found.items() if words} == {}


def test_every_kind_of_subject_is_described(compiled: dict[str, str]) -> None:
    [mart] = [entry for entry in described("models") if entry["name"] == "fct_campaign_kpi_day"]
    [words] = [column["description"] for column in mart["columns"] if column["name"] == "subject_type"]
    kinds = {kind for sql in compiled.values() for kind in re.findall(r"'(\w+)' as subject_type", sql)}
    assert kinds - {*re.findall(r"\w+", words)} == set()


def test_the_project_keeps_the_rules_of_its_dictionary(compiled: dict[str, str]) -> None:
    assert faults(compiled, read_seeds()) == []


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select a from x union all by name select a from y", "union by name"),
        ("select x.* exclude (a) from x", "t.* exclude"),
        ("select b + 1 as a, a * 2 as c from x", "alias a used beside it"),
        ("select unnest(a) as b, unnest(c) as d from x", "two unnests in a select"),
        ("select max_by(a, row(b, c)) as d from x", "row(...)"),
        ("select sum(a order by b) as c from x", "ordered sum"),
        ("select row_number() over () as a from x", "row_number without order"),
        ("select regexp_replace(a, '(b)c', '\\1') as d from x", "back-reference"),
        ("select x.event_on - x.first_on as a from x", "date - date"),
        ("select somewhat_duckdb(a) as b from x", "function somewhat_duckdb"),
    ],
)
def test_what_does_not_run_elsewhere_is_found(sql: str, found: str) -> None:
    assert donts(sql) == {found}


def test_what_runs_elsewhere_is_left_alone() -> None:
    sql = """
        select a, * exclude (b), sum(c) as c, sum(c) as d, struct_pack(e := e) as e, date_diff('day', first_on, event_on) as f,
            max_by(a, b) filter (where c > 0) as g, row_number() over (partition by a order by b) as h, unnest(range(1, 3)) as i,
        from x semi join y on x.a = y.a qualify h = 1
    """
    assert donts(sql) == set()


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select sum(creators_met) as a from x", {"creators_met"}),
        ("select sum(peak_concurrent) as a from x", {"peak_concurrent"}),
        ("select avg(completion_rate) as a from x", {"completion_rate"}),
        ("select sum(cast(coalesce(x.unique_people, 0) as double)) over (order by x.event_on) as a from x", {"unique_people"}),
        ("select list_sum(list_sort(list(median_minutes))) as a from x", {"median_minutes"}),
        ("with y as (select unique_people as people from x) select sum(case when is_new then people end) as a from y", {"unique_people"}),
        ("with y as (select *, count(distinct p) as unique_p from x group by a), z as (select * from y) select sum(unique_p) as b from z", {"unique_p"}),
        ("select avg(likes / views) as a from x", {"/"}),
        ("with y as (select likes / views as erv from x union all select 0 as erv from x) select avg(erv) as a from y", {"/"}),
        ("select sum(k.value) as a from fct_campaign_kpi_day as k", {"value"}),
        ("with k as (select * from int_live__measures) select sum(value) as a from k where measure = 'peak_concurrent'", {"value"}),
    ],
)  # fmt: skip
def test_a_sum_or_average_that_misleads_is_found(sql: str, found: set[str]) -> None:
    assert set(misleading(sql, ["creators_met"])) == found


def test_sums_of_what_adds_up_are_left_alone() -> None:
    sql = """
        with k as (select m.* from int_live__measures as m inner join d on m.measure = d.measure where d.additivity = 'additive')
        select sum(value) as a, 100 * sum(likes) / sum(views) as engagement_rate, max(peak_concurrent) as peak_concurrent,
            sum(weight * completion_rate) / sum(weight) as mean_rate, avg(minutes) as b from k
    """
    assert misleading(sql, ["creators_met"]) == {}


KPI = {
    "kpi_id": "H01", "name": "Views", "name_ar": "م", "definition": "d", "formula": "f", "grain": "g", "unit": "count",
    "additivity": "additive", "direction": "up", "source": "hashtag", "owner": "team:a", "version": "1", "is_built": "true",
}  # fmt: skip
MEASURE = {"measure": "views", "source": "hashtag", "additivity": "additive", "definition": "d"}
FORMULA = {"kpi_id": "H01", "numerator": "views", "denominator": ""}
EMITTING = {"int_hashtag__measures": "select 'views' as measure"}


def dictionary(metric: object = "", formula: object = "", measure: object = "", *more: dict[str, str]) -> Seeds:
    """A dictionary of one KPI, with changes."""
    changed = [base | (change if isinstance(change, dict) else {}) for base, change in ((KPI, metric), (FORMULA, formula), (MEASURE, measure))]  # fmt: skip
    return {"metrics": [changed[0], *more], "kpi_formulas": [changed[1]], "measures": [changed[2]]}


@pytest.mark.parametrize(
    ("seeds", "compiled_sql", "found"),
    [
        (dictionary(), EMITTING, set()),
        (dictionary({"owner": ""}), EMITTING, {"H01: has no owner"}),
        (dictionary({"definition": " "}), EMITTING, {"H01: has no definition"}),
        (dictionary({"source": ""}), EMITTING, {"H01: has no source"}),
        (dictionary({"is_built": "false"}), EMITTING, {"H01: has rows, but is not marked built"}),
        (dictionary("", "", "", KPI | {"kpi_id": "H99"}), EMITTING, {"H99: is marked built, but no row carries it"}),
        (
            dictionary(),
            {**EMITTING, "fct_campaign_kpi_day": "select 'C99' as kpi_id"},
            {"C99: has rows, but is not marked built"},
        ),
        (dictionary("", {"denominator": "views"}), EMITTING, {"H01: is marked additive, but its formula is not"}),
        (dictionary("", "", {"additivity": "distinct"}), EMITTING, {"H01: is marked additive, but its formula is not"}),
        (dictionary(), {"int_hashtag__measures": ""}, {"views: is a measure that hashtag does not emit"}),
        (
            dictionary(),
            {"int_hashtag__measures": "select 'views' as measure union all select 'plays' as measure"},
            {"plays: is emitted, but no measure"},
        ),
    ],
)
def test_a_dictionary_that_lacks_something_is_found(
    seeds: Seeds, compiled_sql: dict[str, str], found: set[str]
) -> None:
    assert faults_of_the_dictionary(seeds, compiled_sql) == found


def test_what_is_made_whole_reads_nothing_that_holds_only_what_a_build_rebuilt() -> None:
    """Else what it says of other waves and sessions would be gone after each build."""
    nodes = read_manifest(Home(Path(os.devnull)), SHIPPED).nodes

    @cache
    def is_part(uid: str) -> bool:
        node = nodes.get(uid)
        if node is None or node.config.materialized in ("seed", "incremental"):
            return False
        return "{{ delivered(" in node.raw_code or any(map(is_part, node.depends_on_nodes))

    assert any(map(is_part, nodes))
    models = [uid for uid, node in nodes.items() if str(node.resource_type) == "model" and node.database == "marts"]
    assert [uid for uid in models if is_part(uid)] == []
