"""Live marts: the golden vector, an oracle that counts second by second, incremental = full rebuild, and real files."""

import hashlib
import json
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from ingest import lake
from ingest.delivery import load_delivery
from ingest.landing import write_delivery
from ingest.ledger import LEDGER, write_ledger
from ingest.note import read_note
from ingest.pseudonym import Pseudonymiser
from ingest.sources import SOURCES
from ingest.sources.live import LIVE
from tests.dbt.lab import Lab
from tests.dbt.live_oracle import DESCRIPTION, Delivered, Id, Row, expected
from tests.ingest.survey_desk import field_case

ZONES = {"c": "Asia/Dubai", "d": "America/Sao_Paulo"}
CAMPAIGNS = "campaign_id,name,starts_on,ends_on,reporting_timezone\n" + "".join(
    f"{campaign},Campaign,2022-10-04,,{zone}\n" for campaign, zone in ZONES.items()
)
ADVOCATES = "campaign_id,advocate,name,name_ar,field,market,language\n" + "".join(
    f"{campaign},P,Dr. P of Amman,الدكتورة ب,counselling,JO,ar\n" for campaign in ZONES
)
LOOK_BACK = 3
KEYS = {
    "dim_live_session": ["session_id"],
    "fct_live_session": ["session_id"],
    "fct_live_minute": ["session_id", "minute_at"],
    "fct_live_retention": ["session_id", "clock", "minute"],
    "fct_live_registration": ["session_id"],
    "fct_live_interaction_minute": ["session_id", "minute_at", "kind"],
}
MARTS = list(KEYS)
EVERYTHING = [f"+{mart}" for mart in (*MARTS, "rpt_live_advocate", "rpt_live_reconciliation", "int_live__measures")]
CUT_OFF_AFTER = (
    "stg_lake__rebuilds", "int_live__sessions", "int_live__instances", "int_live__attendances", "int_live__session_figures",
    "fct_live_minute",
)  # fmt: skip
FIRST_DAY = date(2022, 10, 11)
EVENING = datetime(2022, 10, 10, 18, tzinfo=UTC)
REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "live"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A parsed project with its seeds loaded. Tests take turns in it: in another directory it is parsed again."""
    lab = Lab(tmp_path_factory.mktemp("live") / "home", {"campaigns": CAMPAIGNS, "advocates": ADVOCATES})
    seeds = (
        "advocates",
        "campaigns",
        "campaign_hashtags",
        "comparison_sets",
        "sources",
        "markets",
        "measures",
        "kpi_formulas",
        "metrics",
    )
    assert lab.dbt("seed", "--select", *seeds)
    lab.save("seeded")
    return lab


@pytest.fixture
def lab(seeded: Lab) -> Iterator[Lab]:
    yield seeded
    reset(seeded)


def reset(lab: Lab) -> None:
    """An empty lake, and a warehouse with nothing but its seeds."""
    shutil.rmtree(lab.home.lake)
    lake.prepare(lab.home, SOURCES)
    write_ledger(lab.home, LEDGER.to_frame())
    lab.restore("seeded")


def minute(number: float | None) -> int | None:
    """Seconds since 1970 of a minute of the session that starts in the evening."""
    return None if number is None else int(EVENING.timestamp() + 60 * number)


def session(session_id: str, start: float, end: float, **more: object) -> Row:
    bounds = {"starts_at": minute(start), "ends_at": minute(end), "bounds_basis": "note"}
    return {"session_id": session_id, **bounds, "basis": "intervals", "identity": "id", **more}


def stay(session_id: str, person: str, joined: float, left: float | None, **more: object) -> Row:
    times = {"joined_at": minute(joined), "left_at": minute(left)}
    known = {"role": None, "is_staff": more.get("role") == "host", "identity": "id", "device": 1, "records": 1}
    return {"session_id": session_id, "person_key": person, **times, **known, **more}


def sample(session_id: str, at: float, viewers: int | None, max_gap_seconds: int = 300) -> Row:
    return {"session_id": session_id, "sampled_at": minute(at), "viewers": viewers, "max_gap_seconds": max_gap_seconds}


def click(session_id: str, person: str | None, at: float, resource: str = "sleep", excluded: str | None = None) -> Row:
    key = None if person is None else key_of(person)
    when = EVENING + timedelta(minutes=at)
    about = {
        "session_id": session_id,
        "asset_id": resource,
        "happened_at": when,
        "person_key": key,
        "excluded": excluded,
    }
    name = {"event_key": key_of(repr(about)), "is_exact_key": True, "activation": "resource.clicked", "is_known": True}
    return about | name | {"market": "AE", "records": 1}


def instance(session_id: str, start: float, end: float | None) -> Row:
    return {"session_id": session_id, "starts_at": minute(start), "ends_at": minute(end)}


def key_of(person: str) -> str:
    """A key such as ingestion makes."""
    return hashlib.md5(person.encode(), usedforsecurity=False).hexdigest()


def frames(delivered: Delivered) -> dict[str, pl.DataFrame]:
    """The lake frames of a delivery; instants are given in seconds."""
    tables = {
        "live_sessions": delivered.sessions,
        "live_instances": delivered.instances,
        "live_stays": [row | {"person_key": key_of(row["person_key"])} for row in delivered.stays],
        "live_samples": delivered.samples,
        "live_registrations": [row | {"person_key": key_of(row["person_key"])} for row in delivered.registrations],
        "live_interactions": delivered.interactions,
        "live_platform_figures": delivered.figures,
    }
    made = {}
    for name, rows in tables.items():
        schema = LIVE.table(name).schema
        columns = {column: dtype for column, dtype in schema.items() if not rows or column in rows[0]}
        seconds = {column: pl.Int64() if dtype.is_temporal() else dtype for column, dtype in columns.items()}
        frame = pl.DataFrame([{column: row[column] for column in columns} for row in rows], schema=seconds)
        instants = [column for column, dtype in columns.items() if dtype.is_temporal()]
        made[name] = frame.with_columns(
            pl.from_epoch(column, time_unit="s").dt.replace_time_zone("UTC") for column in instants
        )
    return made


def deliver(lab: Lab, day: int, name: str, delivered: Delivered | None, campaign: str = "c") -> None:
    tables = None if delivered is None else frames(delivered)
    lab.deliver("live", FIRST_DAY + timedelta(days=day), name, campaign, tables)


def build(lab: Lab, *arguments: str) -> None:
    """Build the live marts, and hold what they were built of as the end of a whole build does."""
    lab.finish(EVERYTHING, *arguments)


def rows_of(lab: Lab, mart: str, campaign: str = "c") -> list[Row]:
    """The rows of a mart; instants in seconds, as the oracle has them."""
    frame = lab.frame(f"select * exclude (campaign_id) from {mart} where campaign_id = '{campaign}'")
    instants = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime)]
    rows: list[Row] = frame.with_columns(pl.col(instants).dt.epoch("s")).sort(KEYS[mart]).to_dicts()
    return rows


def assert_as_expected(lab: Lab, campaigns: Mapping[str, Mapping[Id, Delivered]]) -> None:
    """Every column of every row of the marts and every measure are what the oracle says."""
    landed = [landed_on for deliveries in campaigns.values() for landed_on, _ in deliveries]
    for campaign, deliveries in campaigns.items():
        wanted = expected(deliveries, max(landed, default=FIRST_DAY), ZONES[campaign], LOOK_BACK)
        for mart, keys in KEYS.items():
            found = rows_of(lab, mart, campaign)
            ordered = sorted(wanted[mart], key=lambda row: [row[key] for key in keys])
            assert [[row[key] for key in keys] for row in found] == [[row[key] for key in keys] for row in ordered]
            for row, right in zip(found, ordered, strict=True):
                assert rounded(row) == rounded(right), (mart, [row[key] for key in keys])
        assert measured(lab, campaign) == sorted(map(repr, map(rounded, wanted["measures"])))


def measured(lab: Lab, campaign: str) -> list[str]:
    """The measures of a campaign that the oracle knows, in all markets together; what is NULL has a reason."""
    frame = lab.frame(
        "select measure, period, event_on, subject_type, subject_id, value, low, reason from warehouse.intermediate.int_live__measures "
        f"where campaign_id = '{campaign}' and measure not in ('advocate_score', 'residual') and (period = 'session' or market = 'all')"
    )
    assert frame.filter(pl.col("value").is_null() != pl.col("reason").is_not_null()).is_empty()
    return sorted(map(repr, map(rounded, frame.drop("reason").to_dicts())))


def rounded(row: Row) -> Row:
    """The row with floats to nine digits, which is where adding minutes up in another order may show."""
    return {name: round(value, 9) if isinstance(value, float) else value for name, value in row.items()}


GOLDEN = [
    ("A", -5, 10), ("A", 8, 20), ("A", 30, 75), ("B", 0, 5), ("B", 5, 15), ("C", 10, None), ("D", 20, 20),
    ("E", 59, 61), ("F", 61, 70),
]  # fmt: skip
TOLD = {
    "participants": 6, "total_users": 9, "unique_viewers": 4, "attended_minutes": 198, "peak_concurrent": 5, "registrants": 2,
}  # fmt: skip
"""What a platform says of a session of ours, in which the figures are these, and 5 people."""
OURS = {"attended_minutes": 110, "peak_concurrent": 4, "registrants": 1}
LED = {"P": [(3, 20), (4, 25), (2, 10)], "Q": [(5, 40), (6, 30)], "R": [(1, 10)]}
"""Sessions of advocates: how many people, and how many minutes each watched."""
CLICKS: list[tuple[Any, ...]] = [
    ("P-0", "a", 0), ("P-0", "a", 30), ("P-0", "b", 60, "breathing"), ("P-0", "c", -1), ("P-0", "d", 60 * 25, "breathing"),
    ("P-0", "e", 60 * 25 + 1), ("P-0", None, 3), ("P-0", "bot", 3, "sleep", "bot"),
    *(("P-1", person, 1) for person in "abcd"), ("P-2", "f", -9), ("Q-0", "a", 1), ("Q-1", "a", 1), ("Q-1", "b", 1),
    ("R-0", None, 5), ("nowhere", "a", 5), ("golden", "a", 1, "sleep", "bot"),
]  # fmt: skip
"""Of clicks: the session that they name, the person, the minute, the resource and why they are left out."""
SAMPLED = {"basis": "samples", "identity": "none"}
EVENTS = {"bounds_basis": "events"}


@pytest.fixture(scope="class")
def scenes(seeded: Lab) -> Iterator[Lab]:
    """Sessions that have nothing to do with each other, built once."""
    deliver(seeded, 0, "golden", Delivered([session("golden", 0, 60)], [stay("golden", *times) for times in GOLDEN]))
    deliver(seeded, 1, "golden-again", Delivered([session("golden", 0, 60)], [stay("golden", "B", 0, 5)]))

    names = [stay("mixed", "n1", 0, 10, identity="guest"), stay("mixed", "n1", 20, 30, identity="guest")]
    deliver(seeded, 0, "ids", Delivered([session("mixed", 0, 60)], [stay("mixed", "A", 0, 10), *names]))
    deliver(
        seeded,
        0,
        "list",
        Delivered([session("mixed", 0, 60, identity="name")], [stay("mixed", "n2", 5, 10, identity="name")]),
    )
    deliver(
        seeded,
        0,
        "names",
        Delivered([session("named", 0, 60, identity="name")], [stay("named", "n2", 5, 10, identity="name")]),
    )

    hosts = [
        stay("hosted", "H", 0, 30, role="host"),
        stay("hosted", "H", 40, 50),
        stay("hosted", "A", 5, 10, role="attendee"),
    ]
    deliver(seeded, 0, "hosts", Delivered([session("hosted", 0, 60)], hosts))
    deliver(seeded, 0, "nobody", Delivered([session("empty", 0, 12)], [stay("empty", "H", 0, 12, role="host")]))

    unknown = session("unknown", 0, 60, **EVENTS) | {"starts_at": None, "ends_at": None}
    timeless = [session("instant", 5, 5, **EVENTS), unknown, session("backwards", 10, 5, **EVENTS)]
    stays = [stay(described["session_id"], "A", 5, 5) for described in timeless]
    deliver(seeded, 0, "timeless", Delivered(timeless, stays))
    deliver(
        seeded, 0, "single", Delivered([session("single", 7, 7, **EVENTS, **SAMPLED)], [], [sample("single", 7, 40)])
    )

    readings = [(0, 10), (1, 20), (11, 5), (12, None), (13, 20), (15, 30)]
    samples = [sample("sampled", at, viewers) for at, viewers in readings]
    deliver(seeded, 0, "samples", Delivered([session("sampled", 0, 15, **SAMPLED)], [], samples))

    people_of = {"s1": "AB", "s2": "BC", "s3": "ABCDE", "s4": "EF"}
    series = [session(name, 240 + 100 * n, 300 + 100 * n, advocate="S") for n, name in enumerate(people_of)]
    attended = [
        stay(name, person, 250 + 100 * n, 260 + 100 * n)
        for n, (name, people) in enumerate(people_of.items())
        for person in people
    ]
    restarted = [instance("restarted", 0, 20), instance("restarted", 30, 90)]
    tok = [stay("restarted", "A", -5, 20), stay("restarted", "A", 30, 90), stay("restarted", "B", 10, 90)]
    deliver(seeded, 0, "restarted", Delivered([session("restarted", 0, 90)], tok, [], restarted))

    guests = [stay("guests", "iPhone", n, 30 + n, identity="guest") for n in range(3)]
    guests += [stay("guests", "iPhone", 31, 40, identity="guest"), stay("guests", "A", 0, 60)]
    guests += [stay("guests", "Galaxy", 5, 10, identity="guest", device=device) for device in (1, 2)]
    deliver(seeded, 0, "guests", Delivered([session("guests", 0, 60)], guests))

    deliver(seeded, 0, "role", Delivered([session("later", 0, 60)], [stay("later", "H", 0, 10, role="host")]))
    deliver(
        seeded,
        1,
        "no-role",
        Delivered([session("later", 0, 60)], [stay("later", "H", 0, 10), stay("later", "A", 0, 9)]),
    )

    announced = session("open", 0, 60, basis="registrations", identity="none")
    deliver(seeded, 0, "announced", Delivered([announced | {"starts_at": None, "ends_at": None}]))

    came = [stay("told", "H", -5, 65, role="host"), stay("told", "A", 0, 30), stay("told", "A", 40, 60)]
    came += [
        stay("told", "B", 0, 20),
        stay("told", "B", 10, 30),
        stay("told", "C", -20, -5),
        stay("told", "D", 50, None),
    ]
    came += [stay("told", "iPhone", 0, 10, identity="guest"), stay("told", "iPhone", 5, 15, identity="guest")]
    lists = [registered("told", "A", -60, "approved"), registered("told", "X", -60, "cancelled")]
    told = [{"session_id": "told", "measure": name, "value": float(value)} for name, value in TOLD.items()]
    deliver(seeded, 0, "told", Delivered([session("told", 0, 60)], came, registrations=lists, figures=told))
    for advocate, led in LED.items():
        for number, (people, watched) in enumerate(led):
            name = f"{advocate}-{number}"
            watching = [stay(name, f"{advocate}{person}", 0, watched) for person in range(people)]
            deliver(seeded, 0, name, Delivered([session(name, 0, 60, advocate=advocate)], watching))

    seeded.deliver(
        "activation", FIRST_DAY, "clicks", "c", {"activation_events": pl.DataFrame([click(*one) for one in CLICKS])}
    )
    named = session("names", 1000, 1060, identity="name", advocate=None)
    deliver(
        seeded,
        0,
        "series",
        Delivered([*series, named], [*attended, stay("names", "A", 1001, 1002, identity="name")]),
        "d",
    )

    assert seeded.dbt("build", "--select", *EVERYTHING), seeded.messages
    yield seeded
    reset(seeded)


@pytest.fixture(scope="class")
def facts(scenes: Lab) -> dict[str, Row]:
    """Rows of fct_live_session by session."""
    return {row["session_id"]: row for row in rows_of(scenes, "fct_live_session")}


@pytest.fixture(scope="class")
def minutes(scenes: Lab) -> list[Row]:
    """Rows of fct_live_minute."""
    return rows_of(scenes, "fct_live_minute")


class TestScenes:
    """What the marts say of each scene."""

    def test_the_golden_vector(self, facts: Mapping[str, Row], minutes: Sequence[Row]) -> None:
        fact = facts["golden"]
        counts = [
            "unique_attendees",
            "unique_attendees_low",
            "peak_concurrent",
            "present_at_5m",
            "present_at_15m",
            "present_at_30m",
        ]
        assert [fact[name] for name in counts] == [4, 4, 3, 2, 2, 2]
        assert (fact["attended_minutes"], fact["average_watch_minutes"], fact["median_watch_minutes"]) == (
            116,
            29,
            32.5,
        )
        assert (round(fact["average_concurrent"], 4), fact["completion_rate"], fact["retention_30m_pct"]) == (
            1.9333,
            0.5,
            50,
        )
        assert (fact["peak_concurrent_at"], fact["imputed_leaves"], fact["attended_minutes_low"]) == (minute(10), 1, 66)
        concurrent = [row["concurrent"] for row in minutes if row["session_id"] == "golden"]
        assert (len(concurrent), sum(concurrent)) == (60, 116)

    def test_people_known_by_name_alone(self, facts: Mapping[str, Row]) -> None:
        measured = {
            name: (facts[name]["identity"], facts[name]["unique_attendees"], facts[name]["unique_attendees_low"])
            for name in facts
        }
        assert measured["mixed"] == ("id", 3, 1)
        assert measured["named"] == ("name", 1, 1)

    def test_hosts_are_no_audience(self, facts: Mapping[str, Row]) -> None:
        fact = facts["hosted"]
        assert (fact["unique_attendees"], fact["peak_concurrent"], fact["attended_minutes"]) == (1, 1, 5)

    def test_a_later_list_without_roles_makes_no_host_a_viewer(self, facts: Mapping[str, Row]) -> None:
        assert (facts["later"]["unique_attendees"], facts["later"]["attended_minutes"]) == (1, 9)

    def test_a_pause_is_no_live_time(self, facts: Mapping[str, Row], minutes: Sequence[Row]) -> None:
        fact = facts["restarted"]
        assert (fact["live_minutes"], fact["covered_minutes"], fact["uncovered_minutes"]) == (80, 80, 0)
        assert (fact["attended_minutes"], fact["average_concurrent"], fact["peak_concurrent"]) == (150, 150 / 80, 2)
        assert (fact["present_at_15m"], fact["present_at_30m"], fact["completed_attendees"]) == (2, 2, 2)
        at = [row["minute_at"] for row in minutes if row["session_id"] == "restarted"]
        assert (len(at), at[20] - at[19]) == (80, 11 * 60)

    def test_guests_of_one_name_who_overlap_are_people_of_their_own(self, facts: Mapping[str, Row]) -> None:
        fact = facts["guests"]
        assert (fact["unique_attendees"], fact["unique_attendees_low"]) == (6, 1)
        assert (fact["peak_concurrent"], fact["attended_minutes"]) == (6, 60 + 90 + 9 + 10)

    def test_every_unit_of_a_difference_has_its_cause(self, scenes: Lab) -> None:
        rows = scenes.rows(
            "select measure, residual, cause, difference from rpt_live_reconciliation where session_id = 'told'"
        )
        residuals = {measure: residual for measure, residual, _, _ in rows}
        causes: dict[object, dict[object, object]] = {measure: {} for measure in residuals}
        for measure, _, cause, difference in rows:
            causes[measure][cause] = difference
        assert residuals == {name: OURS.get(name, 5) - value for name, value in TOLD.items()}
        nobody = {"outside_session": -1, "one_name": 1}
        assert causes == {
            "participants": {"staff": -1, **nobody, "unexplained": 0},
            "total_users": {"staff": -1, **nobody, "rejoins": -3, "unexplained": 0},
            "unique_viewers": {**nobody, "unexplained": 1},
            "attended_minutes": {
                "staff": -70,
                "outside_session": -15,
                "overlapping": -10,
                "open_stays": 10,
                "rounding": -3,
            },
            "peak_concurrent": {"staff": -1, "unexplained": 0},
            "registrants": {"not_approved": -1, "unexplained": 0},
        }
        residual = "select subject_id, value from warehouse.intermediate.int_live__measures where measure = 'residual' and subject_id like 'told:%'"
        assert ("told:participants:staff", -1.0) in scenes.rows(residual)

    def test_advocates_are_drawn_towards_their_mean(self, scenes: Lab) -> None:
        """Worked out apart: ratios of sums, linearised, pooled; DerSimonian and Laird; Cauchy's quantile, of two advocates."""
        own, noise = {}, []
        for advocate, led in LED.items():
            own[advocate] = sum(n * watched for n, watched in led) / sum(n for n, _ in led)
            usual = sum(n for n, _ in led) / len(led)
            noise += [(n * (watched - own[advocate]) / usual) ** 2 for n, watched in led if len(led) > 1]
        sampling = {name: sum(noise) / (5 - 2) / len(led) for name, led in LED.items()}
        weights = {name: 1 / sampling[name] for name in "PQ"}
        total = sum(weights.values())
        centre = sum(own[name] * weight for name, weight in weights.items()) / total
        q = sum(weight * (own[name] - centre) ** 2 for name, weight in weights.items())
        spread = max(0, (q - 1) / (total - sum(weight**2 for weight in weights.values()) / total))
        assert spread > 0
        weights = {name: 1 / (sampling[name] + spread) for name in "PQ"}
        mean = sum(own[name] * weight for name, weight in weights.items()) / sum(weights.values())
        of_mean = 1 / sum(weights.values())
        share = {name: spread / (spread + sampling[name]) for name in "PQ"} | {"R": 0}
        error = {name: (share[name] * sampling[name] + (1 - share[name]) ** 2 * of_mean) ** 0.5 for name in "PQ"}
        error["R"] = (spread + of_mean) ** 0.5
        columns = "advocate, estimate, standard_error, ci_high, is_prior_only"
        rows = scenes.rows(
            f"select {columns} from rpt_live_advocate where campaign_id = 'c' and kpi_id = 'L07' order by advocate"
        )
        assert rows == [
            (
                name,
                pytest.approx(estimate),
                pytest.approx(error[name]),
                pytest.approx(estimate + 12.706204736 * error[name]),
                name == "R",
            )
            for name, estimate in ((name, mean + share[name] * (own[name] - mean)) for name in "PQR")
        ]
        named = "select distinct advocate, advocate_name, advocate_name_ar, advocate_field from rpt_live_advocate where campaign_id = 'c' order by all"
        assert scenes.rows(named) == [
            ("P", "Dr. P of Amman", "الدكتورة ب", "counselling"),
            ("Q", None, None, None),
            ("R", None, None, None),
        ]
        others = "select advocate, kpi_id, sessions, observed, estimate is null, reason from rpt_live_advocate where campaign_id = 'c' and kpi_id <> 'L07' and advocate <> 'P' order by all"
        assert scenes.rows(others) == [
            ("Q", "L09", 2, 100.0, False, None),
            ("Q", "L15", 2, pytest.approx(100 * (1 + 2) / 11), False, None),
            ("R", "L09", 1, 0.0, False, None),
            ("R", "L15", 0, None, False, None),
        ]

    def test_where_advocates_cannot_be_compared_no_bound_is_known(self, scenes: Lab) -> None:
        found = scenes.rows(
            "select advocate, estimate, ci_low, ci_high, reason from rpt_live_advocate where campaign_id = 'd' and kpi_id = 'L09'"
        )
        assert found == [("S", None, None, None, "too_few_sessions")]

    def test_people_of_the_app_who_click_until_a_day_after_a_session(self, scenes: Lab) -> None:
        """By resource and, each person once, in all; neither before nor later; nobody known is not nobody."""
        found: dict[object, list[object]] = {}
        for measure in ("resource_clickers", "offered_attendees"):
            rows = scenes.rows(
                "select subject_type, subject_id, value, reason from warehouse.intermediate.int_live__measures "
                f"where measure = '{measure}' and regexp_matches(subject_id, '^([PQR]-|golden|sampled)')"
            )
            for subject_type, subject, *value in rows:
                found.setdefault(subject, [subject_type]).extend(value)
        assert found == {
            "P-0": ["session", 3, None, 3, None],
            "P-0:breathing": ["session_resource", 2, None, 3, None],
            "P-0:sleep": ["session_resource", 1, None, 3, None],
            "P-1": ["session", 4, None, 4, None],
            "P-1:sleep": ["session_resource", 4, None, 4, None],
            "P-2": ["session", 0, None, 2, None],
            "P-2:sleep": ["session_resource", 0, None, 2, None],
            "Q-0": ["session", 1, None, 5, None],
            "Q-0:sleep": ["session_resource", 1, None, 5, None],
            "Q-1": ["session", 2, None, 6, None],
            "Q-1:sleep": ["session_resource", 2, None, 6, None],
            "R-0": ["session", None, "not_reported", 1, None],
            "R-0:sleep": ["session_resource", None, "not_reported", 1, None],
            "golden": ["session", None, "no_click_named", 4, None],
            "sampled": ["session", None, "no_click_named", None, "samples_only"],
        }

    def test_registrations_alone_are_no_attendance(self, facts: Mapping[str, Row], scenes: Lab) -> None:
        assert "open" not in facts
        assert "open" in {row["session_id"] for row in rows_of(scenes, "dim_live_session")}

    def test_nobody_came(self, facts: Mapping[str, Row], minutes: Sequence[Row]) -> None:
        fact = facts["empty"]
        assert (
            fact["unique_attendees"],
            fact["peak_concurrent"],
            fact["attended_minutes"],
            fact["average_concurrent"],
        ) == (0, 0, 0, 0)
        assert (fact["average_watch_minutes"], fact["retention_5m_pct"], fact["completion_rate"]) == (None, None, None)
        assert (fact["present_at_5m"], fact["present_at_15m"], fact["reason"]) == (0, None, "no_denominator")
        assert [row["concurrent"] for row in minutes if row["session_id"] == "empty"] == [0] * 12

    @pytest.mark.parametrize("name", ["instant", "unknown", "backwards"])
    def test_no_figure_without_time(self, facts: Mapping[str, Row], name: str) -> None:
        assert facts[name]["reason"] == facts[name]["new_attendees_reason"] == "no_live_time"
        known = {
            "session_id",
            "basis",
            "identity",
            "reason",
            "new_attendees_reason",
            "event_on",
            "is_provisional",
            "is_in_campaign",
        }
        measured = {key for key, value in facts[name].items() if value is not None} - known
        assert measured <= {"live_minutes", "covered_minutes", "uncovered_minutes"}

    def test_a_single_sample(self, facts: Mapping[str, Row], minutes: Sequence[Row]) -> None:
        fact = facts["single"]
        assert (fact["peak_concurrent"], fact["peak_concurrent_at"]) == (40, minute(7))
        assert (fact["average_concurrent"], fact["attended_minutes"], fact["live_minutes"]) == (None, None, 0)
        assert [row["concurrent_peak"] for row in minutes if row["session_id"] == "single"] == []

    def test_samples(self, facts: Mapping[str, Row], minutes: Sequence[Row]) -> None:
        fact = facts["sampled"]
        assert (fact["basis"], fact["reason"], fact["unique_attendees"], fact["imputed_leaves"]) == (
            "samples",
            "samples_only",
            None,
            None,
        )
        # 10 for a minute, 20 for five, five uncovered, 5 for one, one of a failed sample, 20 for two; 30 at the end
        assert (fact["attended_minutes"], fact["covered_minutes"], fact["uncovered_minutes"]) == (155, 9, 6)
        assert (fact["average_concurrent"], fact["peak_concurrent"], fact["peak_concurrent_at"]) == (
            155 / 9,
            30,
            minute(15),
        )
        concurrent = [row["concurrent"] for row in minutes if row["session_id"] == "sampled"]
        assert concurrent == [10, *[20] * 5, *[None] * 5, 5, None, 20, 20]
        assert [row["concurrent_peak"] for row in minutes if row["session_id"] == "sampled"] == concurrent

    def test_new_attendees_are_unknown_in_the_first_two_sessions(self, scenes: Lab) -> None:
        rows = rows_of(scenes, "fct_live_session", "d")
        unknown = (None, None)
        assert {row["session_id"]: (row["new_attendees"], row["returning_attendees"]) for row in rows} == {
            "s1": unknown, "s2": unknown, "s3": (2, 3), "s4": (1, 1), "names": unknown,
        }  # fmt: skip

    def test_the_date_is_that_of_the_reporting_zone(self, scenes: Lab, facts: Mapping[str, Row]) -> None:
        night = next(row for row in rows_of(scenes, "fct_live_session", "d") if row["session_id"] == "s1")
        assert (facts["golden"]["event_on"], night["event_on"]) == (date(2022, 10, 10), date(2022, 10, 10))
        assert rows_of(scenes, "dim_live_session", "d")[1]["starts_at"] == minute(240)


PEOPLE = ["A", "B", "C", "D", "E", "F"]
STATUSES = ["approved", "pending", "cancelled", "denied", None]
DONE = ["comment", "comment", "question", "like"]
FIGURES = {"participants", "unique_viewers", "total_users", "registrants", "peak_concurrent", "attended_minutes"}


def registered(session_id: str, person: str, at: float, status: str | None) -> Row:
    return {"session_id": session_id, "person_key": f"{person} id", "registered_at": minute(at), "status": status}


def interaction(session_id: str, event: str, at: float, kind: str, amount: int) -> Row:
    return {"session_id": session_id, "event_id": event, "happened_at": minute(at), "kind": kind, "amount": amount}


def anything(rng: random.Random, pool: Sequence[str]) -> Delivered:
    """A delivery with every defect: times on a coarse grid collide, overlap, precede and follow the session."""
    sessions, stays, samples, instances = [], [], [], []
    registrations, interactions, figures = [], [], []
    for session_id in rng.sample(pool, rng.randint(1, 2)):
        number = int(session_id[1:])
        base = 500 * number - 1
        start, end = base + 1 + rng.choice([0, 0, 0.5, 1.25]), base + 1 + rng.choice([4, 5, 15.5, 16, 31, 31.75])
        sampled = session_id.startswith("v") or (session_id.startswith("m") and rng.random() < 0.5)
        kinds = {"basis": "samples", "identity": "none"} if sampled else {"identity": rng.choice(["id", "id", "name"])}
        told = {name: rng.choice([None, "one", "two"]) for name in DESCRIPTION}
        if session_id.startswith("r"):
            kinds = {"basis": "registrations", "identity": "none"}
        registrations += [
            registered(session_id, person, base + rng.randint(-20, 20), rng.choice(STATUSES))
            for person in rng.sample(PEOPLE, 3)
        ]
        interactions += [
            interaction(session_id, str(n), base + rng.randint(0, 140) / 4, rng.choice(DONE), n)
            for n in range(rng.randint(0, 4))
        ]
        measures = rng.sample(sorted(FIGURES), rng.randint(0, 2))
        figures += [
            {"session_id": session_id, "measure": name, "value": float(rng.randint(0, 20))} for name in measures
        ]
        basis = rng.choice(["note", "file", "events", "events"])
        sessions.append(session(session_id, start, end, bounds_basis=basis, **kinds, **told))
        for begins in rng.sample(range(70), rng.choice([0, 0, 1, 2, 3])):
            ends = rng.choice([None, base + begins / 2 + rng.choice([0.25, 3, 8, 20])])
            instances.append(instance(session_id, base + begins / 2, ends))
        if session_id.startswith("r"):
            continue
        if sampled:
            times = rng.sample(range(80), rng.randint(1, 25))
            samples += [
                sample(session_id, base + n / 2, rng.choice([None, 0, 1, 2, 3, 9]), rng.choice([45, 60, 300]))
                for n in times
            ]
            continue
        for person, joined in sorted({(rng.choice(PEOPLE), rng.randint(0, 70)) for _ in range(rng.randint(0, 16))}):
            identity = "name" if kinds["identity"] == "name" else "guest" if person in "EF" else "id"
            for device in range(1, 2 + (identity == "guest" and rng.random() < 0.3)):
                left = None if rng.random() < 0.2 else base + joined / 2 + rng.choice([0, 0.25, 1, 3, 8, 20, 33])
                known = {"role": rng.choice([None] * 9 + ["attendee", "host"]), "identity": identity, "device": device}
                stays.append(stay(session_id, f"{person} {identity}", base + joined / 2, left, **known))
    return Delivered(sessions, stays, samples, instances, registrations, interactions, figures)


def test_second_by_second(lab: Lab) -> None:
    rng = random.Random(314)
    campaigns: dict[str, dict[Id, Delivered]] = {campaign: {} for campaign in ZONES}
    for number in range(60):
        campaign, day, name = rng.choice(list(ZONES)), rng.randint(0, 5), f"delivery-{number}"
        delivered = anything(rng, [f"{kind}{n}" for kind in "sssvmr" for n in range(12)])
        campaigns[campaign][FIRST_DAY + timedelta(days=day), name] = delivered
        deliver(lab, day, name, delivered, campaign)
    build(lab)
    assert_as_expected(lab, campaigns)
    assert lab.dbt("test", "--select", *EVERYTHING, "--indirect-selection", "cautious"), lab.messages


def test_who_is_known_by_name_later_changes_no_past_bound(lab: Lab) -> None:
    for number, (people, identity) in enumerate([("AB", "id"), ("CD", "id"), ("X", "name"), ("AB", "name")]):
        name, start = f"s{number}", 3000 * (number == 3)
        stays = [stay(name, person, start, start + 10, identity=identity) for person in people]
        deliver(lab, number, name, Delivered([session(name, start, start + 60, identity=identity)], stays))
    build(lab)
    found = lab.frame(
        "select value, low from warehouse.intermediate.int_live__measures where measure = 'unique_attendees' "
        "and period = 'campaign_to_date' and market = 'all' order by event_on"
    )
    assert found.rows() == [(5, 4), (5, 4)]


def test_incremental_is_a_full_rebuild(lab: Lab) -> None:
    """Deliveries that are new, changed, or withdrawn, in any order; some runs die between two models; with nothing new none work."""
    rng = random.Random(3)
    loaded: dict[Id, Delivered] = {}
    build(lab)
    for _ in range(3):
        for _ in range(rng.randint(2, 3)):
            day, name = rng.randint(0, 3), rng.choice("ab")
            key = (FIRST_DAY + timedelta(days=day), name)
            if key in loaded and rng.random() < 0.4:
                del loaded[key]
                deliver(lab, day, name, None)
            else:
                loaded[key] = anything(rng, ["s1", "s2", "s3", "v1", "m1", "r1"])
                deliver(lab, day, name, loaded[key])
            if rng.random() < 0.4:
                lab.run([f"+{rng.choice(CUT_OFF_AFTER)}"])
        build(lab)
        assert_as_expected(lab, {"c": loaded})
    before = {mart: rows_of(lab, mart) for mart in MARTS}
    build(lab)
    assert lab.rows("select count(*) from warehouse.intermediate.int_live__instances") == [(0,)]
    assert {mart: rows_of(lab, mart) for mart in MARTS} == before
    build(lab, "--full-refresh")
    assert {mart: rows_of(lab, mart) for mart in MARTS} == before


def deliver_real(lab: Lab, name: str, form: str, options: dict[str, Any], zone: str | None = None) -> None:
    """Read a real file as ingestion does, and put it into the lake."""
    path = REAL / name
    if not path.exists():
        pytest.skip("the real data of ../shared/data is not on this machine")
    note = {"source": "live", "format": form, "campaign": "c", "options": options} | (
        {"timezone": zone} if zone else {}
    )
    deliver_note(lab, note, {path.name: path.read_bytes()}, date(2026, 1, 31))


def deliver_note(lab: Lab, note: dict[str, Any], files: dict[str, bytes], day: date) -> None:
    """Read files as ingestion does, and put what they hold into the lake."""
    title = note["options"]["session"]["id"]
    folder = write_delivery(lab.home, "live", day, title, files, note)
    pseudonyms = Pseudonymiser("a key of the tests, 32 characters long")
    delivery = load_delivery(LIVE, day, folder, read_note(folder), pseudonyms, frozenset({note["campaign"]}))
    lab.deliver("live", day, title, "c", dict(delivery.format.read(delivery).tables))


FIELD = ("01", "03", "11", "13", "21")
NAMES = {
    "people": "unique_attendees", "unique_attendees": "unique_attendees", "minutes": "attended_minutes", "peak": "peak_concurrent",
    "live_minutes": "live_minutes", "average_concurrent": "average_concurrent",
}  # fmt: skip
"""Figures of the right answers, and what they are called here."""


def deliver_field(lab: Lab, case: str) -> tuple[dict[str, Any], str]:
    """Deliver a case from the field; its right answers and its zone."""
    note, files, expected = field_case(case)
    landed_on = json.loads((REAL.parent / "field" / case / "expected.json").read_text("utf-8"))["landed_on"]
    deliver_note(lab, note | {"campaign": "c"}, files, date.fromisoformat(landed_on))
    return expected, note["timezone"]


def assert_field(fact: Row, expected: Mapping[str, Any], zone: str) -> None:
    """The figures of a case are the right ones."""
    right = {NAMES[name]: pytest.approx(value, abs=1e-3) for name, value in expected.items() if name in NAMES}
    assert {name: fact[name] for name in right} == right
    if "peak_at" in expected:
        peak_at = datetime.fromtimestamp(fact["peak_concurrent_at"], ZoneInfo(zone))
        assert f"{peak_at:%Y-%m-%d %H:%M:%S}" == expected["peak_at"]


def test_real_files(lab: Lab) -> None:
    lists = ("pt_2021-03-08_SIR", "pt_2021-03-09_SIB", "pt_2021-03-16_SIB")
    for name in lists:
        deliver_real(
            lab,
            f"teams_lists/{name}.csv",
            "teams_list",
            {"session": {"id": name}, "date_order": "dmy"},
            "America/Sao_Paulo",
        )
    deliver_real(lab, "zoom/participants_heroes.csv", "zoom_csv", {"session": {"id": "heroes"}}, "America/New_York")
    for name in ("youtube_2017-06", "twitch_2017-06"):
        columns = {"header": False, "columns": {"sampled_at": 1, "viewers": 2}, "epoch": "s"}
        deliver_real(lab, f"rbtv/{name}.csv", "viewer_samples", {"session": {"id": name}, **columns})
    field = {case: deliver_field(lab, case) for case in FIELD}
    build(lab)
    facts = {row["session_id"]: row for row in rows_of(lab, "fct_live_session")}
    for case, (right, zone) in field.items():
        assert_field(facts[f"c{case}"], right, zone)
    assert facts["c13"]["unique_attendees_low"] <= 2

    sir = facts[lists[0]]
    peak_at = datetime(2021, 3, 8, 23, 51, 59, tzinfo=UTC).timestamp()
    assert (sir["unique_attendees"], sir["peak_concurrent"], sir["peak_concurrent_at"]) == (47, 44, peak_at)
    assert (round(sir["attended_minutes"], 2), round(sir["attended_minutes_low"], 2)) == (4404.83, 1222.28)
    assert [facts[name]["unique_attendees"] for name in lists[1:]] == [38, 39]

    heroes = facts["heroes"]
    assert (heroes["unique_attendees"], heroes["unique_attendees_low"], heroes["identity"]) == (27, 27, "id")

    peaks = {
        name: (facts[name]["peak_concurrent"], facts[name]["peak_concurrent_at"])
        for name in ("youtube_2017-06", "twitch_2017-06")
    }
    assert peaks == {
        "youtube_2017-06": (15_067, datetime(2017, 6, 12, 21, 10, 4, tzinfo=UTC).timestamp()),
        "twitch_2017-06": (4_404, datetime(2017, 6, 11, 21, 33, 3, tzinfo=UTC).timestamp()),
    }
    totals = dict.fromkeys(facts, 0.0)
    for row in rows_of(lab, "fct_live_minute"):
        totals[row["session_id"]] += row["concurrent"] or 0
    assert totals == pytest.approx({name: fact["attended_minutes"] for name, fact in facts.items()}, rel=1e-9)
