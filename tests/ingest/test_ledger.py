"""Which version of which delivery is in effect, for every history; and that the ledger is replaced whole."""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.files import write_atomically
from ingest.home import Home
from ingest.ledger import (
    DELIVERY_ID,
    LEDGER,
    LedgerError,
    in_effect,
    ledger_hash,
    read_ledger,
    settle,
    write_ledger,
)

OUTCOMES = ("accepted", "held", "refused", "withdrawn")


@dataclass(frozen=True)
class Version:
    """One version of a delivery; a delivery's letter is its day of October."""

    delivery: str
    outcome: str
    replaces: str | None = None
    source: str = "hashtag"


def day(delivery: str) -> date:
    return date(2022, 10, 1 + "abcdefgh".index(delivery))


def ledger(*history: Version) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for version in history:
        number = 1 + sum((row["source"], row["delivery"]) == (version.source, version.delivery) for row in rows)
        rows.append(
            dict.fromkeys(LEDGER.names())
            | {
                "source": version.source,
                "landed_on": day(version.delivery),
                "delivery": version.delivery,
                "version": number,
                "outcome": version.outcome,
                "outcome_reason": None if version.outcome == "accepted" else f"why {version.outcome}",
                "replaces_landed_on": day(version.replaces) if version.replaces else None,
                "replaces_delivery": version.replaces,
                "rows_hash": f"{version.delivery}{number}",
                "ingested_at": datetime(2022, 11, 1, tzinfo=UTC),
            }
        )
    return pl.DataFrame(rows, schema=LEDGER, orient="row")


def statuses(*history: Version) -> list[tuple[str, int, str, str | None]]:
    """What settling makes of a history: delivery, version, status, reason; in the order given."""
    settled = settle(ledger(*history))
    return settled.select("delivery", "version", "status", "reason").rows()


def a(outcome: str) -> Version:
    return Version("a", outcome, None)


def b(outcome: str, replaces: str | None = "a") -> Version:
    return Version("b", outcome, replaces)


def c(outcome: str, replaces: str | None = "b") -> Version:
    return Version("c", outcome, replaces)


LOADED = ("loaded", None)
WITHDRAWN = ("superseded", "withdrawn by its note")
HELD, REFUSED = ("held", "why held"), ("refused", "why refused")
BY_B, BY_C = ("superseded", "replaced by 2022-10-02/b"), ("superseded", "replaced by 2022-10-03/c")


def took(version: int) -> tuple[str, str]:
    return ("superseded", f"version {version} took its place")


class TestOneDelivery:
    @pytest.mark.parametrize(
        ("outcomes", "expected"),
        [
            (["accepted"], [LOADED]),
            (["held"], [HELD]),
            (["refused"], [REFUSED]),
            (["withdrawn"], [WITHDRAWN]),
            (["accepted", "accepted"], [took(2), LOADED]),
            (["accepted", "held"], [LOADED, HELD]),
            (["accepted", "refused"], [LOADED, REFUSED]),
            (["accepted", "held", "accepted"], [took(3), HELD, LOADED]),
            (["accepted", "refused", "held", "refused"], [LOADED, REFUSED, HELD, REFUSED]),
            (["accepted", "withdrawn"], [WITHDRAWN, WITHDRAWN]),
            (["accepted", "withdrawn", "accepted"], [took(3), took(3), LOADED]),
            (["accepted", "withdrawn", "held"], [WITHDRAWN, WITHDRAWN, HELD]),
            (["accepted", "withdrawn", "refused"], [WITHDRAWN, WITHDRAWN, REFUSED]),
            (["held", "accepted"], [HELD, LOADED]),
            (["refused", "accepted"], [REFUSED, LOADED]),
        ],
    )
    def test_versions(self, outcomes: list[str], expected: list[tuple[str, str | None]]) -> None:
        found = statuses(*map(a, outcomes))
        assert [row[2:] for row in found] == expected

    def test_the_newest_version_is_the_current_one_whatever_became_of_it(self) -> None:
        settled = settle(ledger(a("accepted"), a("accepted"), a("refused"), b("held", None)))
        assert settled["is_current"].to_list() == [False, False, True, True]


class TestReplacements:
    @pytest.mark.parametrize(
        ("history", "expected"),
        [
            ("replaced", [(a("accepted"), BY_B), (b("accepted"), LOADED)]),
            ("replacement held", [(a("accepted"), LOADED), (b("held"), HELD)]),
            ("replacement refused", [(a("accepted"), LOADED), (b("refused"), REFUSED)]),
            ("replacement withdrawn", [(a("accepted"), LOADED), (b("accepted"), WITHDRAWN), (b("withdrawn"), WITHDRAWN)]),
            (
                "replacement withdrawn and back",
                [(a("accepted"), BY_B), (b("accepted"), took(3)), (b("withdrawn"), took(3)), (b("accepted"), LOADED)],
            ),
            (
                "a newer version of the replacement is held",
                [(a("accepted"), BY_B), (b("accepted"), LOADED), (b("held"), HELD)],
            ),
            (
                "a newer version of the replacement replaces nothing",
                [(a("accepted"), LOADED), (b("accepted"), took(2)), (b("accepted", None), LOADED)],
            ),
            ("what is replaced gets a new version", [(a("accepted"), took(2)), (b("accepted"), LOADED), (a("accepted"), BY_B)]),
            ("what is replaced was refused", [(a("refused"), REFUSED), (b("accepted"), LOADED)]),
            ("what is replaced is withdrawn", [(a("accepted"), WITHDRAWN), (b("accepted"), LOADED), (a("withdrawn"), WITHDRAWN)]),
            ("what is replaced was never read", [(b("accepted"), LOADED)]),
            (
                "a chain",
                [(a("accepted"), BY_C), (b("accepted"), BY_C), (c("accepted"), LOADED)],
            ),
            ("its middle withdrawn", [(a("accepted"), BY_C), (b("accepted"), WITHDRAWN), (c("accepted"), LOADED), (b("withdrawn", None), WITHDRAWN)]),
            ("its middle refused", [(a("accepted"), BY_C), (b("refused"), REFUSED), (c("accepted"), LOADED)]),
            ("its middle held", [(a("accepted"), BY_C), (b("held"), HELD), (c("accepted"), LOADED)]),
            ("its end held", [(a("accepted"), BY_B), (b("accepted"), LOADED), (c("held"), HELD)]),
            ("its end withdrawn", [(a("accepted"), BY_B), (b("accepted"), LOADED), (c("accepted"), WITHDRAWN), (c("withdrawn"), WITHDRAWN)]),
            (
                "its middle and end withdrawn",
                [
                    (a("accepted"), LOADED), (b("accepted"), WITHDRAWN), (c("accepted"), WITHDRAWN),
                    (b("withdrawn"), WITHDRAWN), (c("withdrawn"), WITHDRAWN),
                ],
            ),
            (
                "its middle replaces nothing any more",
                [(a("accepted"), LOADED), (b("accepted"), took(2)), (b("accepted", None), BY_C), (c("accepted"), LOADED)],
            ),
            ("a circle of notes that nobody read", [(b("refused", "b"), REFUSED), (a("accepted"), LOADED)]),
            (
                "two replace one",
                [(a("accepted"), BY_C), (b("accepted"), LOADED), (c("accepted", "a"), LOADED)],
            ),
            (
                "of another source",
                [(a("accepted"), LOADED), (Version("b", "accepted", "a", source="live"), LOADED)],
            ),
        ],
    )  # fmt: skip
    def test_replacements(self, history: str, expected: list[tuple[Version, tuple[str, str | None]]]) -> None:
        found = statuses(*(version for version, _ in expected))
        assert [row[2:] for row in found] == [status for _, status in expected], history

    def test_a_name_on_another_day_is_another_delivery(self) -> None:
        rows = ledger(a("accepted"), b("accepted", None)).with_columns(pl.lit("same").alias("delivery"))
        assert settle(rows)["status"].to_list() == ["loaded", "loaded"]


histories = st.lists(
    st.builds(
        lambda delivery, outcome, steps, source: Version(
            delivery,
            outcome,
            "abcd"["abcd".index(delivery) - steps] if 0 < steps <= "abcd".index(delivery) else None,
            source,
        ),
        st.sampled_from("abcd"),
        st.sampled_from(OUTCOMES),
        st.integers(0, 3),
        st.sampled_from(["hashtag", "live"]),
    ),
    max_size=14,
)


class TestAnyHistory:
    @given(histories)
    def test_the_rules_hold_for_any_history(self, history: list[Version]) -> None:
        """The same rules, told again version by version, without a frame."""
        settled = settle(ledger(*history))
        newest: dict[tuple[str, str], int] = {}
        decisive: dict[tuple[str, str], int] = {}
        for position, version in enumerate(history):
            newest[version.source, version.delivery] = position
            if version.outcome in ("accepted", "withdrawn"):
                decisive[version.source, version.delivery] = position
        links: dict[tuple[str, str], str | None] = {}
        for key in newest:
            own = [version for version in history if (version.source, version.delivery) == key]
            settling = decisive.get(key)
            if settling is not None and history[settling].outcome == "accepted":
                links[key] = history[settling].replaces
            else:
                links[key] = next((version.replaces for version in reversed(own) if version.replaces), None)
        replaced: set[tuple[str, str]] = set()
        for (source, delivery), position in decisive.items():
            target = links[source, delivery] if history[position].outcome == "accepted" else None
            while target is not None:
                replaced.add((source, target))
                target = links.get((source, target))
        for position, (version, row) in enumerate(zip(history, settled.iter_rows(named=True), strict=True)):
            key = (version.source, version.delivery)
            is_loaded = version.outcome == "accepted" and decisive.get(key) == position and key not in replaced
            rest = version.outcome if version.outcome in ("held", "refused") else "superseded"
            assert row["status"] == ("loaded" if is_loaded else rest)
            assert row["is_current"] == (newest[key] == position)
            assert (row["reason"] is None) == is_loaded
        assert in_effect(settled).select(DELIVERY_ID).is_duplicated().sum() == 0
        assert settled.height == len(history)
        assert settled.schema == LEDGER

    @given(histories)
    def test_settling_again_changes_nothing(self, history: list[Version]) -> None:
        settled = settle(ledger(*history))
        assert settle(settled).equals(settled)

    @given(histories, st.randoms(use_true_random=False))
    def test_the_order_of_rows_does_not_matter(self, history: list[Version], chance: Any) -> None:
        rows = ledger(*history).with_row_index("at")
        order = list(range(rows.height))
        chance.shuffle(order)
        assert (
            settle(rows.drop("at")[order])
            .sort(*DELIVERY_ID, "version")
            .equals(settle(rows.drop("at")).sort(*DELIVERY_ID, "version"))
        )


class TestFile:
    def test_a_home_without_a_ledger(self, tmp_path: Path) -> None:
        assert read_ledger(Home(tmp_path)).equals(LEDGER.to_frame())

    def test_what_is_written_is_settled_and_read_back(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        write_ledger(home, ledger(b("accepted"), a("accepted")))
        found = read_ledger(home)
        assert found.schema == LEDGER
        assert found.select("delivery", "status").rows() == [("a", "superseded"), ("b", "loaded")]
        assert [path.name for path in home.lake.iterdir()] == ["deliveries.parquet"]

    def test_a_ledger_of_an_older_version_has_its_new_columns_empty(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        write_atomically(settle(ledger(a("accepted"))).drop("supplier", "refusal_context"), home.ledger)
        assert read_ledger(home).select("supplier", "refusal_context", "status").rows() == [(None, None, "loaded")]

    def test_files_that_an_older_version_wrote_have_no_fingerprint(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        kept = pl.Series([[{"table": "video_readings", "rows": 1, "bytes": 2}]])
        write_atomically(settle(ledger(a("accepted"))).with_columns(lake_files=kept), home.ledger)
        assert read_ledger(home)["lake_files"].to_list() == [
            [{"table": "video_readings", "rows": 1, "bytes": 2, "fingerprint": None}]
        ]

    def test_a_ledger_with_the_hashes_of_an_older_version_is_readable(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        older = {"rows_hash": "state_hash", "folder_signature": "signature", "refusal_context": "context_hash"}
        write_atomically(
            settle(ledger(a("accepted"))).rename(older).drop("first_event_at", "last_event_at"), home.ledger
        )
        assert read_ledger(home).schema == LEDGER
        assert read_ledger(home).select("delivery", "status", "rows_hash", "folder_signature").rows() == [
            ("a", "loaded", None, None)
        ]

    @pytest.mark.parametrize(
        "damage", [lambda data: data[: len(data) // 2], lambda _: b"", lambda _: b"PAR1 no parquet PAR1"]
    )
    def test_one_that_is_damaged_stops_with_the_way_back(
        self, tmp_path: Path, damage: Callable[[bytes], bytes]
    ) -> None:
        home = Home(tmp_path)
        write_ledger(home, ledger(a("accepted")))
        home.ledger.write_bytes(damage(home.ledger.read_bytes()))
        with pytest.raises(LedgerError, match=r"deliveries\.parquet is damaged .* campaign rebuild --home"):
            read_ledger(home)

    def test_one_that_may_not_be_read_is_not_called_damaged(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home = Home(tmp_path)
        write_ledger(home, ledger(a("accepted")))

        def refuse(*_: Any, **__: Any) -> Any:
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr(pl, "read_parquet", refuse)
        with pytest.raises(PermissionError):
            read_ledger(home)

    def test_nobody_else_may_read_it(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        write_ledger(home, ledger(a("accepted")))
        assert home.ledger.stat().st_mode & 0o777 == 0o600
        assert home.lake.stat().st_mode & 0o777 == 0o700

    def test_a_writer_that_is_killed_leaves_the_old_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        home = Home(tmp_path)
        write_ledger(home, ledger(a("accepted")))
        before = home.ledger.read_bytes()

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        for module, step in ((os, "fsync"), (Path, "replace")):
            with monkeypatch.context() as patch:
                patch.setattr(module, step, killed)
                with pytest.raises(KeyboardInterrupt):
                    write_ledger(home, ledger(a("accepted"), a("accepted")))
            assert home.ledger.read_bytes() == before
        write_ledger(home, ledger(a("accepted"), a("accepted")))
        assert read_ledger(home).height == 2

    def test_the_hash_tells_states_apart_and_nothing_else(self) -> None:
        one = settle(ledger(a("accepted"), b("accepted")))
        assert ledger_hash(one) == ledger_hash(one[::-1]) == ledger_hash(one.with_columns(pl.lit("r").alias("run_id")))
        others = [
            ledger(a("accepted")),
            ledger(a("accepted"), b("held")),
            ledger(a("accepted"), b("accepted", None)),
            ledger(a("accepted"), b("accepted"), b("held")),
        ]
        assert len({ledger_hash(settle(other)) for other in others} | {ledger_hash(one)}) == 5
        assert ledger_hash(one.with_columns(pl.lit("x").alias("rows_hash"))) != ledger_hash(one)
