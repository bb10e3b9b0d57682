import json
from typing import Any

import pytest
from msgspec import structs

from events.session import Opinion, Settings
from lambdas import rate
from lambdas.adapters import clients, playlists, song_ends, tastes
from lambdas.domain.due import SongEnd
from lambdas.domain.session import Session
from lambdas.domain.taste import Taste
from tests.adapters.conftest import START_MS, Context, keep_song, websocket_event
from tests.adapters.test_skip import SONG


@pytest.fixture(autouse=True)
def playing() -> None:
    end = SongEnd(START_MS, SONG.slot, SONG.ends_at_ms)
    song_ends.write("ann", Session(end, Settings(library="mine"), SONG), at_ms=0, arrived_ms=0)
    keep_song("ann", SONG)


def invoke(song_id: str = SONG.song.id, user: str = "ann", **opinion: Any) -> dict[str, Any]:
    body = {"action": "rate", "song_id": song_id, "opinion": opinion}
    answer: dict[str, Any] = json.loads(rate.handler(websocket_event(user, body), Context)["body"])
    return answer


def kept(user: str = "ann") -> Taste:
    return tastes.read_all([user]).get(user, Taste())


def test_what_a_person_thinks_of_a_song_is_kept_and_answered() -> None:
    answer = invoke(liked=True)
    assert answer == {
        "type": "rated",
        "song_id": SONG.song.id,
        "opinion": {"liked": True, "tempo": None},
    }
    assert kept().opinions == {SONG.song.id: Opinion(liked=True)}


def test_a_corrected_tempo_is_kept_under_the_library_that_the_song_came_from() -> None:
    keep_song("ann", structs.replace(SONG, library="own"))  # "mine" is the one of now
    invoke(tempo=65.0)
    assert kept().opinions == {SONG.song.id: Opinion(tempo=65)}
    assert kept().corrected == [("own", SONG.song)]


def test_an_opinion_replaces_the_one_before_and_none_takes_it_back() -> None:
    invoke(liked=True, tempo=65.0)
    invoke(liked=False)
    assert kept().opinions == {SONG.song.id: Opinion(liked=False)}
    invoke()
    assert kept() == Taste()


def test_the_playlist_of_the_session_shows_the_opinion() -> None:
    invoke(liked=True)
    assert [push.opinion for push in playlists.read("ann", START_MS)] == [Opinion(liked=True)]


def test_a_song_of_nobody_s_session_is_refused_in_a_sentence() -> None:
    answer = invoke("no-such-song", liked=True)
    assert answer["code"] == "unknown_song"
    assert "'no-such-song'" in answer["message"]
    assert kept() == Taste()


def test_nobody_rates_for_somebody_else() -> None:
    assert invoke(user="bob", liked=True)["code"] == "unknown_song"
    assert kept("bob") == kept("ann") == Taste()


def test_skips_are_counted_beside_opinions() -> None:
    invoke(liked=True)
    tastes.count_skip("ann", SONG.song.id)
    tastes.count_skip("ann", SONG.song.id)
    assert kept().skips == {SONG.song.id: 2}
    assert kept().opinions == {SONG.song.id: Opinion(liked=True)}


def test_the_highest_heart_rate_is_only_raised() -> None:
    for heart_rate in (180.5, 170.0, 185.0):
        tastes.raise_maximum("ann", heart_rate)
    assert kept().max_heart_rate == 185


def test_opinions_are_kept_for_good() -> None:
    invoke(liked=True)
    item = clients.dynamodb().get_item(TableName="tastes", Key={"user_id": {"S": "ann"}})["Item"]
    assert "expires_at" not in item


def test_the_song_that_plays_is_rated_also_where_redis_lost_the_playlist() -> None:
    clients.redis().flushdb()
    assert invoke(liked=True)["type"] == "rated"
    assert kept().opinions == {SONG.song.id: Opinion(liked=True)}
    [push] = playlists.read("ann", SONG.session)
    assert push == structs.replace(SONG, opinion=Opinion(liked=True))
    assert clients.redis().ttl(f"playlist:ann:{SONG.session}") > 0
