"""Deliveries beside earlier ones: who is compared with whom, and that the order of taking them in does not matter."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from expectations.history import compare, histories, rows_before
from ingest import ingestion, lake
from ingest.fingerprints import fingerprint
from ingest.home import Home
from ingest.lake import StagedDelivery
from ingest.landing import write_delivery
from ingest.ledger import LEDGER
from ingest.pseudonym import KEY_VARIABLE
from ingest.source import Source
from ingest.sources.hashtag import HASHTAG, VIDEO_READINGS
from ingest.sources.live import LIVE_SAMPLES
from ingest.sources.survey import SURVEY_RESPONDENTS

if TYPE_CHECKING:
    from tests.expectations.conftest import Staging

LANDED_ON = date(2022, 10, 20)
TABLE = "live_samples"


OF_OTHERS = pytest.mark.parametrize(
    "other",
    [
        {"source": "hashtag"},
        {"format": "ndjson"},
        {"campaign_id": "other"},
        {"supplier": "agency"},
        {"status": "superseded"},
    ],
    ids=lambda other: next(iter(other)),
)


def delivery(staging: "Staging", records: int = 12, day: int = 0, **changes: Any) -> StagedDelivery:
    landed_on = LANDED_ON + timedelta(days=day)
    rows = staging.believable(TABLE).with_columns(pl.col("viewers") + day)
    return staging.stage({TABLE: rows}, landed_on=landed_on, records_read=records, **changes)


def compared(
    staging: "Staging", ledger: pl.DataFrame, *deliveries: StagedDelivery, distrusted: set[str] | None = None
) -> dict[int, dict[str, Any]]:
    """What is found, by days after LANDED_ON."""
    numbered = dict(enumerate(deliveries))
    found = compare(numbered, histories(staging.home, LIVE_SAMPLES, numbered, ledger, distrusted or set()))
    return {
        (item.landed_on - LANDED_ON).days: row
        for item, row in zip(deliveries, found.iter_rows(named=True), strict=True)
    }


def times(staging: "Staging", ledger: pl.DataFrame, *deliveries: StagedDelivery) -> float | None:
    found = compared(staging, ledger, *deliveries)[0]["times_usual"]
    return None if found is None else float(found)


def test_the_usual_is_the_median_of_the_latest_fourteen(staging: "Staging") -> None:
    found = compared(staging, staging.ledger("live", [1000] * 50 + [10] * 6 + [12] * 8), delivery(staging, 36))[0]
    assert found["times_usual"] == 3.0
    assert found["times_usual_found"] == "36 records, 3.00 times the usual 12"


def test_six_earlier_deliveries_are_too_few(staging: "Staging") -> None:
    found = compared(staging, staging.ledger("live", [12] * 6), delivery(staging, 1000))[0]
    assert found["times_usual"] is None
    assert found["times_usual_found"] == "not judged before the supplier has 7 earlier deliveries"


def test_nothing_is_no_measure(staging: "Staging") -> None:
    assert times(staging, staging.ledger("live", [0] * 7), delivery(staging)) is None


@OF_OTHERS
def test_only_loaded_deliveries_of_the_same_kind_are_a_measure(other: dict[str, str], staging: "Staging") -> None:
    ledger = staging.ledger("live", [12] * 7)
    assert times(staging, ledger, delivery(staging, 120)) == 10.0
    changed = ledger.with_columns(pl.lit(value).alias(name) for name, value in other.items())
    assert times(staging, changed, delivery(staging, 120, version=2)) is None


def test_all_at_once_is_judged_like_day_by_day(staging: "Staging") -> None:
    records = [12, 14, 10, 90, 12, 13, 11, 12, 120, 12]
    held_day = 3
    days = [delivery(staging, count, day - 10) for day, count in enumerate(records)]
    at_once = compared(staging, LEDGER.to_frame(), *reversed(days), distrusted={days[held_day].ref})
    ledger = LEDGER.to_frame()
    day_by_day: dict[int, dict[str, Any]] = {}
    for number, item in enumerate(days):
        day_by_day |= compared(staging, ledger, item)
        if number != held_day:
            row = staging.ledger("live", [item.records_read], landed_on=item.landed_on)
            ledger = pl.concat([ledger, row])
    judged = {day: row["times_usual"] for day, row in sorted(at_once.items())}
    assert judged == {day: row["times_usual"] for day, row in day_by_day.items()}
    assert judged[-2] == 10.0


def test_a_delivery_is_not_compared_with_its_own_earlier_version(staging: "Staging") -> None:
    ledger = pl.concat([staging.ledger("live", [12] * 6), staging.ledger("live", [12], landed_on=LANDED_ON)])
    assert times(staging, ledger, delivery(staging, 1000, version=2)) is None


def test_a_new_version_counts_instead_of_the_one_it_takes_the_place_of(staging: "Staging") -> None:
    ledger = staging.ledger("live", [12] * 7)
    again = [delivery(staging, 100, day - 7, version=2) for day in range(7)]
    assert times(staging, ledger, *again, delivery(staging, 100)) == 1.0


def counted(staging: "Staging", back: int) -> pl.DataFrame:
    """Four rows as they are so many days before LANDED_ON: each day and each row has other figures."""
    return staging.believable(TABLE).with_columns(
        pl.col("sampled_at") - pl.duration(days=back),
        viewers=1_000 * back + pl.col("line"),
        max_gap_seconds=60 * pl.col("line"),
    )


def resent(staging: "Staging", back: int) -> pl.DataFrame:
    """The rows of so many days before, under the times of LANDED_ON."""
    return counted(staging, back).with_columns(staging.believable(TABLE)["sampled_at"])


def a_year(staging: "Staging") -> pl.DataFrame:
    """A ledger that knows a delivery of four rows on each of 400 days; the lake has none of their files."""
    files = [
        [{"table": TABLE, "rows": 4, "bytes": 1, "fingerprint": fingerprint(counted(staging, back), LIVE_SAMPLES)}]
        for back in range(400, 0, -1)
    ]
    ledger = staging.ledger("live", [4] * len(files))
    return ledger.with_columns(pl.Series("lake_files", files, LEDGER["lake_files"]))


def repeated(staging: "Staging", ledger: pl.DataFrame, *staged: StagedDelivery, distrusted: str = "") -> list[str]:
    """What is said of each delivery: which older one it repeats, or that it is new."""
    numbered = dict(enumerate(staged))
    found = compare(numbered, histories(staging.home, LIVE_SAMPLES, numbered, ledger, {distrusted}))
    assert found["is_repetition"].to_list() == [said != "new" for said in found["is_repetition_found"]]
    return found["is_repetition_found"].to_list()


def equal_to(back: int, name: str = "day") -> str:
    return f"equal to {LANDED_ON - timedelta(days=back)}/{name} but for times"


@pytest.mark.parametrize("back", [1, 20, 300])
def test_rows_that_are_sent_again_under_new_times_are_found_however_old_they_are(back: int, staging: "Staging") -> None:
    again = resent(staging, back)
    is_third = pl.col("line") == 3
    frames = {
        "same": again,
        "in another order": again.reverse(),
        "one figure": again.with_columns(pl.when(is_third).then(9).otherwise("viewers").alias("viewers")),
        "figures that changed places": again.with_columns(pl.col("viewers").reverse()),
        "one row less": again.head(3),
    }
    staged = [staging.stage({TABLE: frame}, name) for name, frame in frames.items()]
    larger = staging.stage({TABLE: again}, "more records", records_read=5)
    said = repeated(staging, a_year(staging), *staged, larger)
    assert said == [equal_to(back), equal_to(back), "new", "new", "new", "new"]


@OF_OTHERS
def test_what_others_delivered_is_not_repeated(other: dict[str, str], staging: "Staging") -> None:
    again = staging.stage({TABLE: resent(staging, 20)})
    assert repeated(staging, a_year(staging), again) == [equal_to(20)]
    changed = a_year(staging).with_columns(pl.lit(value).alias(name) for name, value in other.items())
    assert repeated(staging, changed, again) == ["new"]


def test_of_several_that_are_equal_the_latest_is_named(staging: "Staging") -> None:
    rows, ledger = counted(staging, 0), a_year(staging)
    of_before = [staging.load(TABLE, rows, back, name) for back, name in ((500, "day"), (30, "b"), (30, "a"))]
    on_the_day = [staging.stage({TABLE: rows}, name) for name in ("one", "another")]
    assert repeated(staging, pl.concat([ledger, *of_before]), *on_the_day) == [equal_to(30, "b")] * 2
    assert repeated(staging, ledger, *on_the_day) == ["new", "new"]


def test_repetitions_all_at_once_are_those_of_day_by_day(staging: "Staging") -> None:
    figures = [*range(25), *range(25), 24]
    days = [
        staging.stage({TABLE: counted(staging, figure)}, landed_on=LANDED_ON - timedelta(days=len(figures) - day))
        for day, figure in enumerate(figures)
    ]
    held = days[3].ref
    at_once = repeated(staging, LEDGER.to_frame(), *reversed(days), distrusted=held)
    ledger, day_by_day = LEDGER.to_frame(), []
    for item in days:
        day_by_day += repeated(staging, ledger, item)
        if item.ref != held:
            row = staging.ledger("live", [4], landed_on=item.landed_on, lake_files=item.lake_files)
            ledger = pl.concat([ledger, row])
    assert at_once[::-1] == day_by_day
    assert [day for day, said in enumerate(day_by_day) if said == "new"] == [*range(25), 28]
    assert day_by_day[25::25] == [equal_to(51), equal_to(2)]


@pytest.mark.parametrize("most", [1, 4, 2_000_000])
def test_what_is_ingested_later_repeats_what_was_ingested(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken in one by one, a few at once and all at once."""
    monkeypatch.setenv(KEY_VARIABLE, "a key of the tests, 32 characters long")
    monkeypatch.setattr(ingestion, "BATCH_RECORDS", most)
    said: dict[str, str] = {}

    def judge(_: Source, staged: Sequence[StagedDelivery], ledger: pl.DataFrame) -> dict[str, str]:
        numbered = dict(enumerate(staged))
        found = compare(numbered, histories(home, VIDEO_READINGS, numbered, ledger, set()))["is_repetition_found"]
        said.update({item.delivery: one for item, one in zip(staged, found, strict=True)})
        return {}

    home = Home(tmp_path)
    videos = {
        "first": "a,5\nb,6",
        "b": "a,7\nb,6",
        "twenty": "b,6\na,5",
        "c": "a,5\nb,7",
        "of another": "a,5\nb,6",
        "last": "a,5\nb,6",
    }
    for day, (name, lines) in zip((0, 1, 20, 30, 40, 320), videos.items(), strict=True):
        landed_on = LANDED_ON + timedelta(days=day)
        at = f",{landed_on - timedelta(days=1)} 10:00:00\n"
        options = {"columns": {"video_id": "id", "captured_at": "at", "views": "views"}}
        note = {"source": "hashtag", "format": "video_csv", "campaign": "c", "timezone": "UTC", "options": options}
        text = "id,views,at\n" + lines.replace("\n", at) + at
        supplier = {"supplier": "agency"} if name == "of another" else {}
        write_delivery(home, "hashtag", landed_on, name, {"a.csv": text.encode()}, note | supplier)
    ingestion.ingest(home, HASHTAG, judge, "run", frozenset({"c"}))
    again = {"twenty": "equal to 2022-10-20/first but for times", "last": "equal to 2022-11-09/twenty but for times"}
    assert said == dict.fromkeys(videos, "new") | again


def test_the_same_people_with_other_answers_are_no_repetition(staging: "Staging") -> None:
    people = staging.believable("survey_respondents")
    answers = staging.believable("survey_answers").with_columns(given=pl.lit([1, 2], pl.List(pl.Int32())))
    corrected = answers.with_columns(
        given=pl.when(pl.int_range(pl.len()) == 1).then(pl.lit([1, 1], pl.List(pl.Int32()))).otherwise("given")
    )
    days = enumerate((answers, corrected, answers))
    staged = {
        day: staging.stage(
            {"survey_respondents": people, "survey_answers": given}, landed_on=LANDED_ON + timedelta(days=day)
        )
        for day, given in days
    }
    found = compare(staged, histories(staging.home, SURVEY_RESPONDENTS, staged, LEDGER.to_frame(), set()))
    assert found["is_repetition_found"].to_list() == ["new", "new", f"equal to {LANDED_ON}/day but for times"]


def test_a_delivery_without_rows_repeats_nothing(staging: "Staging") -> None:
    none = staging.believable(TABLE, 0)
    ledger = staging.load(TABLE, none, 5, records_read=4)
    assert repeated(staging, ledger, staging.stage({TABLE: none})) == ["new"]


def test_rows_whose_fingerprint_the_ledger_does_not_know_are_compared_with_nothing(staging: "Staging") -> None:
    again = staging.stage({TABLE: resent(staging, 20)})
    unknown = [{"table": TABLE, "rows": 4, "bytes": 1}]
    for kept in (unknown, None):
        files = pl.lit(pl.Series([kept], dtype=LEDGER["lake_files"])).first()
        assert repeated(staging, a_year(staging).with_columns(lake_files=files), again) == ["new"]


def test_rows_that_are_gone_or_damaged_are_none_before(staging: "Staging") -> None:
    ledger = staging.load(TABLE, staging.believable(TABLE), 5)
    file = lake.partition(staging.home.lake / TABLE, LANDED_ON - timedelta(days=5), "day")
    numbered = {0: delivery(staging, 4)}
    history = histories(staging.home, LIVE_SAMPLES, numbered, ledger, set())
    assert rows_before(history) is not None
    file.write_bytes(file.read_bytes()[:-9])
    assert rows_before(history) is None
    file.unlink()
    assert rows_before(history) is None


def test_the_rows_before_are_those_of_the_latest_earlier_day(staging: "Staging") -> None:
    rows = staging.believable(TABLE)
    ledger = pl.concat([staging.load(TABLE, rows.head(days), days) for days in (1, 2, 3)])
    numbered = {7: delivery(staging)}
    before = rows_before(histories(staging.home, LIVE_SAMPLES, numbered, ledger, set()))
    assert before is not None
    assert before.collect().select("delivery_number", "line").rows() == [(7, 2)]


def test_every_file_of_the_day_before_precedes_every_file_of_a_day(staging: "Staging") -> None:
    rows = staging.believable(TABLE)
    ledger = pl.concat([staging.load(TABLE, rows[place], 1, name) for place, name in enumerate(("jo", "eg"))])
    numbered = {7: delivery(staging, name="jo"), 8: delivery(staging, name="eg")}
    before = rows_before(histories(staging.home, LIVE_SAMPLES, numbered, ledger, set()))
    assert before is not None
    found = before.collect().select("delivery_number", "line").sort(pl.all()).rows()
    assert found == [(7, 2), (7, 3), (8, 2), (8, 3)]
