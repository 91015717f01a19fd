"""The working copy of the dbt project: what is laid over it, what it is known by, what is told to who gets it wrong."""

import os
from pathlib import Path

import pytest

from ingest.home import Home
from orchestration import dbt
from orchestration.project import Project, ProjectError, read_project, write_working_copy


@pytest.fixture
def packaged(tmp_path: Path) -> Path:
    folder = tmp_path / "packaged"
    for path, content in {
        "__init__.py": "",
        "dbt_project.yml": "name: p",
        "models/marts/a.sql": "select 1",
        "models/marts/b.py": "def model(dbt, session): ...",
        "models/__pycache__/b.pyc": "bytes",
        "seeds/campaigns.csv": "campaign_id,name,starts_on,ends_on,reporting_timezone\nc1,One,2022-10-04,,Asia/Dubai\n",
        "target/manifest.json": "{}",
        "parsed/manifest.json": "{}",
        ".user.yml": "id: x",
    }.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def overlay(home: Home, name: str, content: str) -> None:
    home.seeds.mkdir(parents=True, exist_ok=True)
    (home.seeds / name).write_text(content)


def test_what_dbt_and_python_leave_behind_is_no_part_of_it(home: Home, packaged: Path) -> None:
    assert set(read_project(home, packaged).files) == {
        "dbt_project.yml",
        "models/marts/a.sql",
        "models/marts/b.py",
        "seeds/campaigns.csv",
    }


def test_a_home_s_own_seed_takes_the_place_of_the_packaged_one(home: Home, packaged: Path) -> None:
    before = read_project(home, packaged)
    overlay(
        home,
        "campaigns.csv",
        "\ufeffcampaign_id,name,starts_on,ends_on,reporting_timezone\nmine,M,2024-01-01,2024-02-01,Europe/Lisbon\n",
    )
    after = read_project(home, packaged)
    assert before.campaign_ids == {"c1"}
    assert after.campaign_ids == {"mine"}
    assert after.campaigns[0].reporting_zone.key == "Europe/Lisbon"
    assert str(after.campaigns[0].ends_on) == "2024-02-01"
    assert before.project_hash != after.project_hash


def test_hashtags_of_the_seed_are_normalised_as_those_of_videos(home: Home, packaged: Path) -> None:
    (packaged / "seeds/campaign_hashtags.csv").write_text("campaign_id,hashtag,display_hashtag,role\nc1,b,,campaign\n")
    overlay(
        home,
        "campaign_hashtags.csv",
        "\ufeffcampaign_id,hashtag,display_hashtag,role\nc1, #EndTheStigma ,,campaign\nc1,\uff25\uff2e\uff24,,comparison\nc1,Stra\u00dfe,Die Straße,campaign\n",
    )
    assert read_project(home, packaged).files["seeds/campaign_hashtags.csv"].decode().splitlines() == [
        "campaign_id,hashtag,display_hashtag,role,alias_of",
        "c1,endthestigma,EndTheStigma,campaign,",
        "c1,end,\uff25\uff2e\uff24,comparison,",
        "c1,strasse,Die Straße,campaign,",
    ]


def test_a_seed_that_replaces_none_is_an_error_that_names_those_that_can_be(home: Home, packaged: Path) -> None:
    overlay(home, "campaign.csv", "x")
    with pytest.raises(ProjectError, match=r"campaign\.csv, expected the name of a seed to replace \(campaigns\.csv\)"):
        read_project(home, packaged)


def test_the_working_copy_follows_the_files_and_keeps_what_dbt_made(home: Home, packaged: Path) -> None:
    write_working_copy(read_project(home, packaged))
    copied = home.warehouse.parent / "dbt"
    (copied / "target").mkdir()
    (copied / "target" / "partial_parse.msgpack").write_text("kept")
    untouched = (copied / "dbt_project.yml").stat().st_mtime_ns
    (packaged / "models/marts/a.sql").unlink()
    (packaged / "models/marts/c.sql").write_text("select 3")
    write_working_copy(read_project(home, packaged))
    assert not (copied / "models/marts/a.sql").exists()
    assert (copied / "models/marts/c.sql").read_text() == "select 3"
    assert (copied / "target" / "partial_parse.msgpack").read_text() == "kept"
    assert (copied / "dbt_project.yml").stat().st_mtime_ns == untouched


@pytest.mark.parametrize("name", ["manifest.json", "manifest.msgpack", "key"])
def test_what_dbt_understood_is_made_anew_where_it_was_cut(
    home: Home, packaged: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    project, folder, made = read_project(home, packaged), home.warehouse.parent / "parsed", []
    monkeypatch.setattr(dbt, "PACKAGED", packaged)

    def parse(project: Project, folder: Path) -> None:
        made.append(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for file in ("manifest.json", "manifest.msgpack"):
            (folder / file).write_text("{}")
        (folder / "key").write_text(dbt._key(folder, project))

    monkeypatch.setattr(dbt, "parse", parse)
    assert dbt.load_manifest(home, project) == dbt.load_manifest(home, project) == {}
    assert made == [folder]
    (folder / name).write_bytes(b"\xff")
    assert dbt.load_manifest(home, project) == {}
    assert made == [folder, folder]


def test_what_dbt_understands_does_not_depend_on_the_rows_of_seeds(home: Home, packaged: Path) -> None:
    key = read_project(home, packaged).manifest_key
    columns, rows = "name,campaign_id,starts_on,ends_on,reporting_timezone", "Two,c2,2022-10-04,,UTC"
    seed = packaged / "seeds/campaigns.csv"
    before = seed.read_text()
    seed.write_text(before + "c2,Two,2022-10-04,,UTC\n")
    assert read_project(home, packaged).manifest_key == key
    seed.write_text(f"{columns}\n{rows}\n")
    assert read_project(home, packaged).manifest_key != key
    seed.write_text(before)
    (packaged / "models/marts/a.sql").write_text("select 2")
    assert read_project(home, packaged).manifest_key != key


def test_seeds_that_may_not_be_looked_into_are_not_taken_for_none(
    home: Home, packaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.seeds.mkdir(parents=True, exist_ok=True)
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path) == str(home.seeds):
            raise PermissionError(13, "Permission denied")
        return real(path)

    listdir = os.listdir
    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os, "listdir", lambda path: scandir(path) and listdir(path))
    with pytest.raises(PermissionError):
        read_project(home, packaged)
