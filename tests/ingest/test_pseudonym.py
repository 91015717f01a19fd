"""Pseudonyms: the same person is the same key, for this secret and this kind alone; and the secrets that are refused."""

import hmac
import json
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.home import Home
from ingest.pseudonym import KEY_VARIABLE, KeyProblemError, Pseudonymiser, pseudonymiser
from ingest.spelling import spelling

OURS = "a secret of the tests, long enough"
OTHER = "another secret of the tests, as long"


def keys(*identities: str | None, kind: str = "person", secret: str = OURS) -> list[str | None]:
    frame = pl.DataFrame({"identity": list(identities)}, schema={"identity": pl.String()})
    made = Pseudonymiser(secret).key(pl.col("identity"), kind)
    return frame.select(made.alias("key"))["key"].to_list()


class TestKeys:
    def test_the_key_of_a_person_never_changes(self) -> None:
        """What is in the lake of a user was made by this: another result would make everybody a new person."""
        assert keys("noor") == ["ef25aa7743aa66277f260365392a640e"]

    @pytest.mark.parametrize("length", [32, 63, 64, 65, 200])
    def test_a_key_is_the_begin_of_an_hmac_of_any_secret(self, length: int) -> None:
        secret = ("s" * length)[:length]
        expected = hmac.digest(secret.encode(), b"person\x1fnoor", "sha256").hex()[:32]
        assert keys("noor", secret=secret) == [expected]

    def test_one_person_one_key_wherever_it_stands(self) -> None:
        first, second, again = keys("noor", "omar", "noor")
        assert first == again != second
        assert keys("omar") == [second]

    def test_how_a_person_is_spelt_is_no_part_of_one(self) -> None:
        assert len(set(keys("Ren\u00e9e", " Ren\u00e9e\t", "Rene\u0301e"))) == 1
        assert len(set(keys("R-120", "R-\u0661\u0662\u0660", "R-\u06f1\u06f2\u06f0"))) == 1

    def test_case_is(self) -> None:
        assert len(set(keys("noor", "Noor"))) == 2

    def test_kinds_and_secrets_are_kept_apart(self) -> None:
        assert len({*keys("noor"), *keys("noor", kind="creator"), *keys("noor", secret=OTHER)}) == 3

    def test_nobody_is_not_a_person(self) -> None:
        assert keys(None, "", "  ", "\u00a0\n") == [None, None, None, None]
        assert keys() == []

    @given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8), max_size=8))
    def test_different_people_have_different_keys_of_128_bits(self, people: list[str]) -> None:
        made = keys(*people)
        frame = pl.DataFrame({"person": people}, schema={"person": pl.String()})
        spelt = frame.select(spelling(pl.col("person")))["person"].to_list()
        assert [key is None for key in made] == [person is None for person in spelt]
        assert all(re.fullmatch("[0-9a-f]{32}", key) for key in made if key is not None)
        assert len(set(made)) == len(set(spelt))

    def test_a_pseudonymiser_does_not_show_its_secret_where_a_delivery_is_printed(self) -> None:
        ours = Pseudonymiser(OURS)
        assert OURS not in repr(ours) + ours.fingerprint()


class TestSecrets:
    @pytest.mark.parametrize(
        ("environment", "found"),
        [({}, "is not set"), ({KEY_VARIABLE: ""}, "is not set"), ({KEY_VARIABLE: "x" * 31}, "has 31 characters")],
    )
    def test_a_missing_or_short_secret(self, tmp_path: Path, environment: dict[str, str], found: str) -> None:
        with pytest.raises(
            KeyProblemError, match=f"{KEY_VARIABLE} {found}; expected a secret of 32 characters or more"
        ) as problem:
            pseudonymiser(Home(tmp_path), environment)
        assert "token_hex" in str(problem.value)
        assert "xxx" not in str(problem.value)
        assert list(tmp_path.iterdir()) == []

    def test_the_home_remembers_a_fingerprint_and_not_the_secret(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        made = pseudonymiser(home, {KEY_VARIABLE: OURS})
        assert made == Pseudonymiser(OURS)
        [remembered] = home.lake.iterdir()
        assert remembered.read_text() == made.fingerprint() != Pseudonymiser(OTHER).fingerprint()
        assert OURS not in remembered.read_text()
        assert pseudonymiser(home, {KEY_VARIABLE: OURS}) == made

    def test_a_changed_secret_is_noticed_and_does_not_become_the_known_one(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        pseudonymiser(home, {KEY_VARIABLE: OURS})
        for _ in range(2):
            with pytest.raises(
                KeyProblemError, match="another key than the one this home began with; expected the same"
            ) as problem:
                pseudonymiser(home, {KEY_VARIABLE: OTHER})
            assert OTHER not in str(problem.value)
        pseudonymiser(home, {KEY_VARIABLE: OURS})

    def test_a_fingerprint_that_an_editor_has_touched_is_still_the_same(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        pseudonymiser(home, {KEY_VARIABLE: OURS})
        [remembered] = home.lake.iterdir()
        remembered.write_text(remembered.read_text() + "\n")
        pseudonymiser(home, {KEY_VARIABLE: OURS})

    @pytest.mark.parametrize("damage", ["", "3f2a", "\0" * 64])
    def test_a_fingerprint_that_is_damaged_is_not_taken_for_another_key(self, tmp_path: Path, damage: str) -> None:
        home = Home(tmp_path)
        pseudonymiser(home, {KEY_VARIABLE: OURS})
        [remembered] = home.lake.iterdir()
        remembered.write_text(damage)
        with pytest.raises(KeyProblemError, match=r"pseudonym_key\.fingerprint is damaged"):
            pseudonymiser(home, {KEY_VARIABLE: OURS})

    @pytest.mark.parametrize("damage", ["", "{", "[]", '{"seed": 1}'])
    def test_a_marker_that_is_damaged_makes_no_home_a_user_s(self, tmp_path: Path, damage: str) -> None:
        home = Home(tmp_path)
        home.simulated.write_text(damage)
        with pytest.raises(KeyProblemError, match=r"simulated\.json is damaged"):
            pseudonymiser(home, {KEY_VARIABLE: OURS})

    def test_a_simulated_home_has_a_secret_of_its_own(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        home.simulated.write_text(json.dumps({"pseudonym_key": OTHER, "deliveries": []}))
        assert pseudonymiser(home, {}) == pseudonymiser(home, {KEY_VARIABLE: OURS}) == Pseudonymiser(OTHER)
        assert not home.lake.exists()
