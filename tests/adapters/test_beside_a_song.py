"""What goes with a song, and is not taken or fails, costs neither the song nor anybody else."""

from threading import Event
from typing import Any

import pytest

from events.session import Settings
from lambdas import recommend
from lambdas.adapters import connections, own_songs, playlists, song_ends
from lambdas.domain.due import SongEnd
from lambdas.domain.session import Session
from lambdas.domain.turn import Turn
from tests.adapters.conftest import (
    START_MS,
    Context,
    Pushes,
    add_songs,
    dead_letters,
    keep_song,
    kinesis_event,
)
from tests.adapters.test_recommend import found, invoke, request, started
from tests.adapters.test_skip import SONG


@pytest.fixture
def connected(pushes: Pushes) -> Pushes:
    connections.add("ann", "connection-1")
    return pushes


def test_a_connection_that_hangs_keeps_nobody_waiting(
    connected: Pushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_songs([60 + index for index in range(120)])
    connections.add("ann", "hangs")
    connections.add("bob", "connection-bob")
    bob_has_his, post = Event(), connected.post_to_connection

    def taking(*, ConnectionId: str, Data: bytes) -> None:  # noqa: N803 - boto3
        if ConnectionId == "hangs":
            assert bob_has_his.wait(60), "the one waited for the other"
        post(ConnectionId=ConnectionId, Data=Data)
        if ConnectionId == "connection-bob":
            bob_has_his.set()

    monkeypatch.setattr(connected, "post_to_connection", taking)
    _, data = request(0)
    assert invoke(request(0), ("bob", data)) == {"batchItemFailures": []}
    assert {one for one, _ in connected.sent} == {"connection-1", "hangs", "connection-bob"}


@pytest.mark.parametrize(
    "what",
    ["listeners.write", "tastes.raise_maximum", "push._posts"],
)
def test_nothing_that_goes_with_a_song_can_fail_it(
    what: str, connected: Pushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(Settings(max_heart_rate=100, floor="spin"))
    add_songs([60 + index for index in range(120)])

    def failing(*_: Any, **__: Any) -> None:
        raise RuntimeError("This was optional.")

    monkeypatch.setattr(f"lambdas.adapters.{what}", failing)
    assert invoke(request(0, average=150)) == {"batchItemFailures": []}
    assert found().song is not None
    assert dead_letters() == []


def test_of_a_persons_requests_the_newest_counts_and_no_more_than_they_may_make(
    connected: Pushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(Settings(library="own"))
    chosen: list[str] = []

    def shelf(user: str) -> tuple[None, set[str]]:
        chosen.append(user)
        return None, set()

    monkeypatch.setattr(own_songs, "shelf", shelf)
    monkeypatch.setattr(Turn, "next_song", lambda *_: None)
    invoke(*[request(0)] * 25)
    assert chosen == ["ann"], "once a batch"
    for _ in range(30):
        invoke(request(0))
    assert len(chosen) == 12


def test_a_song_is_chosen_although_the_clock_of_the_stream_was_ahead_and_was_set_back(
    connected: Pushes,
) -> None:
    add_songs([60 + index for index in range(120)])
    for slot, arrived_ms in enumerate((START_MS + 90_000, START_MS + 5_000, START_MS + 55_000)):
        event = kinesis_event(request(slot, at_ms=slot * 190_000), arrived_ms=arrived_ms)
        assert recommend.handler(event, Context) == {"batchItemFailures": []}
        assert found().end.slot == slot


def test_whose_own_songs_are_read_keeps_nobody_waiting_and_the_rest_comes_again(
    connected: Pushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ann and Cem have songs of their own, which take the time that there is; Bob has not."""
    add_songs([60 + index for index in range(120)])
    for user, library in (("ann", "own"), ("bob", "demo"), ("cem", "own")):
        started(Settings(library=library), user=user)
        own_songs.write(user, [SONG.song], [])
        connections.add(user, user)
    now, bob_has_his, post = [0.0], Event(), connected.post_to_connection

    def taking(*, ConnectionId: str, Data: bytes) -> None:  # noqa: N803 - boto3
        post(ConnectionId=ConnectionId, Data=Data)
        if ConnectionId == "bob":
            bob_has_his.set()

    def shelf(user: str) -> Any:
        assert bob_has_his.wait(60), "Bob waits for songs that are not his"
        now[0] += recommend.CHOOSING_SECONDS + 1
        return read(user)

    read = own_songs.shelf
    monkeypatch.setattr(connected, "post_to_connection", taking)
    monkeypatch.setattr(own_songs, "shelf", shelf)
    monkeypatch.setattr(recommend, "monotonic", lambda: now[0])
    asked = [request(0, user=user) for user in ("ann", "bob", "cem")]
    assert invoke(*asked) == {"batchItemFailures": [{"itemIdentifier": "3"}]}
    assert found("cem").song is None
    now[0] = 0
    assert invoke(*asked) == {"batchItemFailures": []}
    assert found("cem").song
    assert [one for one, _ in connected.sent if one != "connection-1"] == ["bob", "ann", "cem"]


def test_a_request_of_a_session_that_has_changed_reads_no_library(
    connected: Pushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(Settings(library="own"))
    stale = request(0)
    session = found()
    song_ends.write(
        "ann",
        Session(SongEnd(START_MS + 1, -1, START_MS + 1), version=session.version),
        at_ms=0,
        arrived_ms=0,
    )
    monkeypatch.setattr(own_songs, "shelf", lambda user: pytest.fail("in vain"))
    assert invoke(stale) == {"batchItemFailures": []}
    assert dead_letters() == []


def test_a_request_that_can_never_be_answered_costs_its_person_and_nobody_else(
    connected: Pushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_songs([60 + index for index in range(120)])
    connections.add("bob", "connection-bob")
    keep_song("ann", SONG)
    before = playlists.before

    def poisoned(heard: Any, songs: Any) -> Any:
        if heard:
            raise ValueError("No such state was ever thought of.")
        return before(heard, songs)

    monkeypatch.setattr(playlists, "before", poisoned)
    _, data = request(0)
    assert invoke(request(0), ("bob", data)) == {"batchItemFailures": []}
    assert [one for one, _ in connected.sent] == ["connection-bob"]
    (letter,) = dead_letters()
    assert letter["requestContext"]["condition"] == "UnusableRecord"
    assert letter["KinesisBatchInfo"]["startSequenceNumber"] == "1"
