import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from events.messages import Error, Workout, encode
from events.session import Settings, SongPush
from local.processes import free_port
from simulator.client import Service
from tempofit import addresses, why
from tempofit.__main__ import app
from tempofit.addresses import CloudError
from tempofit.why import ask
from tests.simulator.cloud import SONG, Cloud, serving

PUSH = msgspec.convert(SONG, SongPush)
LATER = msgspec.structs.replace(PUSH, slot=4)


@pytest.fixture(autouse=True)
def answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[SongPush]:
    """The songs of the session that the cloud answers with."""
    songs = [PUSH, LATER]

    async def ask(service: object, user: str) -> Workout:
        return Workout(None, 0, Settings(), None, [], songs, 10_000)

    monkeypatch.setattr(addresses, "ADDRESSES", tmp_path / "addresses.json")
    monkeypatch.setattr(why, "ask", ask)
    return songs


def invoke(*arguments: str, url: str = "ws://127.0.0.1:1") -> tuple[int, str, str]:
    options = ["--websocket-url", url, "--token-url", url]
    result = CliRunner().invoke(app, ["why", *arguments, *options])
    return result.exit_code, result.stdout, result.stderr


def test_a_song_is_explained_with_its_numbers_and_what_decided() -> None:
    code, output, _ = invoke("athlete-001", "0")
    assert code == 0
    assert output == (
        "t by a (song 0): the heart rate averaged 120, so mode pulse aimed at 120 beats a minute; "
        "this song has 120, 0.0% away.\nIt fits.\nScore, smaller is better: tempo +0.000.\n"
    )


def test_half_and_double_time_are_said() -> None:
    reasons = msgspec.structs.replace(PUSH.why, tempo=60.0, octave=2.0)
    assert "has 60, felt at 120," in why.sentence(msgspec.structs.replace(PUSH, why=reasons))


def test_without_a_slot_the_last_song_is_explained() -> None:
    assert "(song 4)" in invoke("athlete-001")[1]


def test_the_push_itself_is_printed_as_json() -> None:
    _, output, _ = invoke("athlete-001", "4", "--json")
    assert json.loads(output)["slot"] == 4


def test_a_slot_without_a_song_is_named() -> None:
    code, _, errors = invoke("athlete-001", "2")
    assert (code, errors) == (1, "'athlete-001' has songs 0 to 4, and none at 2.\n")


def test_a_person_without_songs_is_named(answered: list[SongPush]) -> None:
    answered.clear()
    code, _, errors = invoke("bob")
    assert code == 1
    assert errors == "'bob' has no song yet: a song needs a heart rate first.\n"


async def test_a_question_too_many_ends_with_the_servers_sentence() -> None:
    cloud = Cloud()
    cloud.notices = [encode(Error("too_many_messages", "You send too much.")).decode()]
    async with serving(cloud) as service:
        with pytest.raises(CloudError, match="You send too much"):
            await ask(service, "ann")


async def test_a_cloud_that_hangs_is_not_said_to_be_off(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud()
    monkeypatch.setattr(cloud, "_answers", lambda user, message: [])
    monkeypatch.setattr(why, "ANSWER_SECONDS", 0.3)
    async with serving(cloud) as service:
        with pytest.raises(CloudError, match=r"within 0\.3 s\. `tempofit status` says"):
            await ask(service, "ann")


async def test_a_cloud_that_fails_is_quoted_and_not_said_to_be_off() -> None:
    cloud = Cloud()
    cloud.notices = ['{"message":"Internal server error"}']
    async with serving(cloud) as service:
        with pytest.raises(CloudError, match=r"'Internal server error'\. `tempofit status` says"):
            await ask(service, "ann")


async def test_where_nothing_listens_no_cloud_is_running() -> None:
    port = free_port()
    service = Service(f"ws://127.0.0.1:{port}/dev", f"http://127.0.0.1:{port}/token")
    with pytest.raises(CloudError, match="No local cloud is running"):
        await ask(service, "ann")


def test_without_a_running_cloud_a_sentence_says_how_to_start_one() -> None:
    code, _, errors = invoke("bob", url="")
    assert code == 1
    assert errors.startswith("No local cloud is running")
