import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from lambdas.adapters import clients, own_songs, plays
from tempofit.__main__ import app
from tempofit.operations import export as operation
from tempofit.operations.export import Exported, Tables
from tests.adapters.conftest import Pushes, add_songs
from tests.adapters.test_forget import LOOK_ALIKES, PERSON, work_out

TABLES = Tables("songs", "tastes", "plays")


def read(user: str) -> Exported:
    return operation.read(boto3.client("dynamodb"), TABLES, user)


@pytest.fixture
def worked(pushes: Pushes) -> None:
    """Somebody who did all that one can do, and others of similar names."""
    add_songs([180.0, 190.0, 195.0])
    for user in (PERSON, *LOOK_ALIKES[:2]):
        work_out(user, pushes)


def test_what_a_person_did_and_thinks_is_exported_and_nobody_elses(worked: None) -> None:
    exported = read(PERSON)
    assert [song.id for song in exported.own_songs] == ["a"]
    (said,) = exported.opinions
    assert said.opinion.liked
    assert exported.settings
    assert exported.settings.floor == "north"
    (workout,) = exported.workouts
    assert workout.workout.songs == len(workout.plays) > 0
    assert said.song.id in {play.song.id for play in workout.plays}
    assert [play.liked for play in workout.plays if play.song.id == said.song.id] == [True]
    assert all(play.line for play in workout.plays)
    assert exported.unreadable == 0


def test_of_nobody_there_is_nothing(worked: None) -> None:
    nothing = Exported("nobody", None, None, [], {}, [], [], 0)
    assert read("nobody") == nothing


def test_workouts_come_oldest_first(worked: None) -> None:
    ((slot, play),) = plays.of_session(PERSON, read(PERSON).workouts[0].workout.session)[:1]
    plays.write([plays.item_of(PERSON, 1_700_000_000_000, slot, play, 1_700_000_000_000)])
    sessions = [workout.workout.session for workout in read(PERSON).workouts]
    assert sessions == sorted(sessions)
    assert len(sessions) == 2


def test_what_cannot_be_read_is_counted_and_costs_nothing_else(worked: None) -> None:
    library = {"S": own_songs.library_of(PERSON)}
    dynamodb = clients.dynamodb()
    dynamodb.put_item(TableName="songs", Item={"library": library, "song_id": {"S": "bare"}})
    key = {"user_id": {"S": PERSON}, "play": {"S": "1700000000000#0000000"}}
    dynamodb.put_item(TableName="plays", Item=key | {"packed": {"B": b"no play"}})
    exported = read(PERSON)
    assert exported.unreadable == 2
    assert len(exported.own_songs) == len(exported.workouts) == 1


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, worked: None) -> None:
    """The command finds these tables in place of the local cloud's."""
    monkeypatch.setattr("tempofit.export.export_here", read)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["export", PERSON, *arguments])


def test_the_command_writes_a_file_that_only_its_owner_may_read(here: None, tmp_path: Path) -> None:
    path = tmp_path / "ann.json"
    result = run("--to", str(path))
    assert (result.exit_code, result.stdout) == (
        0,
        f"Wrote {path}: 1 workout, 1 song in them, 1 opinion, 1 own song, 0 unreadable.\n",
    )
    assert path.stat().st_mode & 0o077 == 0
    exported: Any = json.loads(path.read_text())
    assert (exported["format"], exported["version"], exported["user"]) == (
        "tempofit-person",
        1,
        PERSON,
    )
    assert "a" in {song["id"] for song in exported["own_songs"]}


def test_a_file_that_is_there_is_left_alone(here: None, tmp_path: Path) -> None:
    path = tmp_path / "ann.json"
    path.write_text("mine")
    result = run("--to", str(path))
    assert result.exit_code == 1
    assert result.stderr == f"{path} is there already: name another file by --to.\n"
    assert path.read_text() == "mine"


def test_of_whom_nothing_is_kept_no_file_is_written(here: None, tmp_path: Path) -> None:
    path = tmp_path / "nobody.json"
    result = CliRunner().invoke(app, ["export", "nobody", "--to", str(path)])
    assert result.exit_code == 1
    assert result.stderr == "Nothing is kept of 'nobody', so no file was written.\n"
    assert not path.exists()


@pytest.mark.parametrize("command", ["export", "forget"])
@pytest.mark.parametrize("user", ["", "a b/!"])
def test_what_is_no_user_id_is_named(command: str, user: str) -> None:
    result = CliRunner().invoke(app, [command, user])
    assert result.exit_code == 2
    assert repr(user) in result.stderr
    assert "is no user id" in result.stderr


def test_the_command_prints_everything_as_json(here: None, tmp_path: Path) -> None:
    result = run("--json", "--to", str(tmp_path / "ann.json"))
    assert json.loads(result.stdout)["workouts"]
    assert not list(tmp_path.iterdir())


def test_without_a_cloud_a_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempofit.addresses.ADDRESSES", tmp_path / "addresses.json")
    result = run()
    assert result.exit_code == 1
    assert "No local cloud is running" in result.stderr
