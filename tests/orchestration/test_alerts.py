"""Who is told of what, by a server that listens."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from ingest.home import Home
from ingest.ledger import LEDGER, write_ledger
from orchestration.alerts import NAMED, VARIABLE, alert_sensors, recipients
from orchestration.failures import HomeError


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """Title and text of what arrives."""
    found: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.append((said["title"], said["message"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(VARIABLE, f"json://127.0.0.1:{server.server_port}/")
    yield found
    server.shutdown()
    server.server_close()


@dg.job
def daily() -> None:
    @dg.op
    def publish() -> None:
        raise HomeError("the disk is full; free some space")

    publish()


@dg.job
def quiet() -> None:
    @dg.op
    def publish() -> None: ...

    publish()


def ended(root: Path, job: dg.JobDefinition, *, held: int = 0, tags: dict[str, str] | None = None) -> object:
    """What the sensors of a home make of a run of this job that read `held` deliveries and took none of them in."""
    with dg.instance_for_test() as instance:
        result = job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
        row = dict.fromkeys(LEDGER.names()) | {
            "source": "hashtag", "landed_on": date(2026, 10, 2), "version": 1, "outcome": "held", "outcome_reason": "no views"
        }  # fmt: skip
        rows = [row | {"delivery": f"new-{number:02}", "run_id": result.run_id} for number in range(held)]
        write_ledger(Home(root), pl.DataFrame([*rows, row | {"delivery": "old", "run_id": "before"}], schema=LEDGER))
        sensors = {sensor.name: sensor for sensor in alert_sensors(Home(root))}
        sensor = sensors["alert_of_deliveries" if result.success else "alert_of_failure"]
        assert isinstance(sensor, dg.RunStatusSensorDefinition)
        event = result.get_run_success_event() if result.success else result.get_run_failure_event()
        context = dg.build_run_status_sensor_context(
            sensor_name=sensor.name, dagster_event=event, dagster_instance=instance, dagster_run=result.dagster_run
        )
        return sensor(context)


def test_a_failed_run_says_why_and_what_it_set_aside(tmp_path: Path, told: list[tuple[str, str]]) -> None:
    ended(tmp_path, daily, held=1)
    assert told == [
        (
            "Campaign warehouse: the daily run failed",
            "the disk is full; free some space\nhashtag/2026-10-02/new-00 held: no views",
        )
    ]


def test_of_a_run_that_is_started_again_nobody_is_told(tmp_path: Path, told: list[tuple[str, str]]) -> None:
    assert isinstance(ended(tmp_path, daily, tags={"dagster/will_retry": "true"}), dg.SkipReason)
    assert told == []


def test_a_run_that_set_nothing_new_aside_is_not_told_of(tmp_path: Path, told: list[tuple[str, str]]) -> None:
    assert isinstance(ended(tmp_path, quiet), dg.SkipReason)
    assert told == []


def test_many_deliveries_are_named_in_part_and_counted(tmp_path: Path, told: list[tuple[str, str]]) -> None:
    ended(tmp_path, quiet, held=NAMED + 2)
    ((title, text),) = told
    assert title == "Campaign warehouse: the quiet run set deliveries aside"
    assert text.splitlines()[NAMED:] == ["and 2 more deliveries"]


def test_who_cannot_be_reached_is_an_error_without_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "json://user:secret@127.0.0.1:9/")
    with pytest.raises(RuntimeError, match="could not be told") as raised:
        ended(tmp_path, quiet, held=1)
    assert "secret" not in str(raised.value)


def test_nobody_named_is_no_sensor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert alert_sensors(Home(tmp_path)) == []


def test_an_address_that_cannot_be_read_is_refused_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "json://127.0.0.1/ nothing:secret")
    with pytest.raises(HomeError, match="address 2 in CAMPAIGN_ALERT_TO") as raised:
        recipients()
    assert "secret" not in str(raised.value)


def test_silence_is_told_once(tmp_path: Path, told: list[tuple[str, str]]) -> None:
    home = Home(tmp_path)
    home.seeds.mkdir()
    campaign = "campaign_id,name,starts_on,ends_on,reporting_timezone\nc,Campaign,2026-01-02,,Asia/Dubai\n"
    (home.seeds / "campaigns.csv").write_text(campaign)
    row = dict.fromkeys(LEDGER.names()) | {"source": "live", "delivery": "d", "version": 1, "outcome": "accepted"}
    write_ledger(home, pl.DataFrame([row | {"landed_on": date(2026, 10, 2)}], schema=LEDGER))
    sensor = next(sensor for sensor in alert_sensors(home) if sensor.name == "alert_of_silence")
    context = dg.build_sensor_context()
    for _ in range(2):
        assert isinstance(sensor(context), dg.SkipReason)
    expected = "the last delivery landed on 2026-10-02; expected one every day or two until the campaign ends"
    assert told == [("Campaign warehouse: nothing lands", expected)]
    write_ledger(home, pl.DataFrame([row | {"landed_on": datetime.now(UTC).date()}], schema=LEDGER))
    sensor(context)
    assert len(told) == 1
