import json
from typing import Any

import msgspec
import pytest

from events import stream
from events.session import Opinion, Settings, Song, SongPush, Why
from lambdas import skip
from lambdas.adapters import playlists, plays, song_ends, tastes, windows
from lambdas.domain.due import SongEnd
from lambdas.domain.played import Ending, played
from lambdas.domain.session import Session
from lambdas.domain.window import Window, fold
from tests.adapters.conftest import (
    START_MS,
    Context,
    keep_song,
    records_of,
    websocket_event,
)

SONG = SongPush(
    session=START_MS,
    slot=3,
    song=Song("song-1", "Song", "Artist", 130, 200),
    starts_at_ms=START_MS + 100_000,
    ends_at_ms=START_MS + 300_000,
    tempo_range=(124.8, 135.2),
    opinion=Opinion(),
    why=Why("pulse", START_MS, 131.0, 130.0, 130.0, 130.0, 1, 0.0, {}, "because"),
)


@pytest.fixture(autouse=True)
def playing() -> None:
    end = SongEnd(START_MS, SONG.slot, SONG.ends_at_ms)
    song_ends.write("ann", Session(end, Settings(), SONG), at_ms=0, arrived_ms=0)


def invoke(slot: int, at_ms: int) -> dict[str, Any]:
    body = {"action": "skip", "slot": slot, "at_ms": START_MS + at_ms}
    event = websocket_event("ann", body, arrived_ms=START_MS + at_ms)
    answer: dict[str, Any] = json.loads(skip.handler(event, Context)["body"])
    return answer


def beat(at_ms: int) -> None:
    """A heart rate of 150 at this time, and none before."""
    window = Window(30_000)
    fold(window, [(at_ms, 150.0)], until_ms=at_ms, gap_ms=30_000)
    windows.write({"ann": window}, at_ms)


def found() -> Session:
    session = song_ends.read("ann")
    assert session is not None
    return session


def requests() -> list[stream.SongRequest]:
    return [stream.decode_song_request(data) for _, data in records_of("song-requests")]


def test_the_song_that_plays_ends_now_and_the_next_is_asked_for() -> None:
    beat(START_MS + 199_000)
    assert invoke(3, at_ms=200_000) == {"type": "skipped", "slot": 3}
    end = found().end
    assert end == SongEnd(START_MS, 3, START_MS + 200_000)
    [request] = requests()
    assert (request.session, request.slot, request.pulse.at_ms) == (START_MS, 4, START_MS + 200_000)
    assert (request.pulse.heart_rate, request.pulse.average) == (150, 150)
    assert request.ends_at_ms == START_MS + 200_000
    assert request.version == found().version


def test_a_skip_is_remembered_as_an_opinion_of_the_song() -> None:
    invoke(3, at_ms=200_000)
    assert tastes.read_all(["ann"])["ann"].skips == {SONG.song.id: 1}


def test_a_skip_that_is_said_twice_counts_once() -> None:
    invoke(3, at_ms=200_000)
    invoke(3, at_ms=200_000)
    assert tastes.read_all(["ann"])["ann"].skips == {SONG.song.id: 1}


def test_a_song_that_was_only_brought_forward_counts_as_no_skip() -> None:
    invoke(2, at_ms=95_000)
    assert tastes.read_all(["ann"]) == {}


def test_a_stale_heart_rate_is_not_acted_on() -> None:
    beat(START_MS + 179_000)
    invoke(3, at_ms=200_000)
    assert [(request.pulse.heart_rate, request.pulse.average) for request in requests()] == [
        (131, 130)
    ]


def test_a_song_that_was_chosen_already_starts_now_and_stays_the_song_of_its_slot() -> None:
    answer = invoke(2, at_ms=95_000)
    assert answer["type"] == "song"
    assert (answer["slot"], answer["song"]["id"]) == (3, "song-1")
    assert answer["starts_at_ms"] == START_MS + 95_000
    assert answer["ends_at_ms"] == START_MS + 295_000
    session = found()
    assert session.end == SongEnd(START_MS, 3, START_MS + 295_000, START_MS + 95_000)
    assert session.song == msgspec.convert(answer, SongPush)
    assert requests() == []


def test_the_song_before_it_ended_earlier_than_its_play_says() -> None:
    before = msgspec.structs.replace(
        SONG, slot=2, starts_at_ms=START_MS, ends_at_ms=SONG.starts_at_ms
    )
    play = played(Ending(before, Settings(), SONG.starts_at_ms, skipped=False), [])
    plays.write([plays.item_of("ann", START_MS, 2, play, START_MS)])
    invoke(2, at_ms=95_000)
    [(slot, kept)] = plays.of_session("ann", START_MS)
    assert (slot, kept.ends_at_ms) == (2, START_MS + 95_000)


def test_a_song_that_makes_way_for_a_plan_does_so_though_it_is_brought_forward() -> None:
    cut = msgspec.structs.replace(SONG, ends_at_ms=START_MS + 160_000)
    end = SongEnd(START_MS, cut.slot, cut.ends_at_ms)
    song_ends.write("ann", Session(end, Settings(), cut, found().version), at_ms=0, arrived_ms=0)
    answer = invoke(2, at_ms=95_000)
    assert (answer["starts_at_ms"], answer["ends_at_ms"]) == (START_MS + 95_000, cut.ends_at_ms)
    assert found().end.ends_at_ms == cut.ends_at_ms


def test_the_playlist_says_when_a_song_really_played_and_what_the_person_thinks_of_it() -> None:
    keep_song("ann", msgspec.structs.replace(SONG, opinion=Opinion(liked=True)))
    answer = invoke(2, at_ms=95_000)
    [song] = playlists.read("ann", START_MS)
    assert (song.starts_at_ms, song.ends_at_ms) == (answer["starts_at_ms"], answer["ends_at_ms"])
    assert song.opinion.liked


def test_an_answer_names_its_question_and_nothing_that_is_stored_does() -> None:
    def ask(slot: int, name: str) -> Any:
        body = {"action": "skip", "slot": slot, "at_ms": START_MS + 95_000, "id": name}
        event = websocket_event("ann", body, arrived_ms=START_MS + 95_000)
        return json.loads(skip.handler(event, Context)["body"])

    song, refused, skipped = ask(2, "forward"), ask(9, "beyond"), ask(3, "end")
    assert [one["type"] for one in (song, refused, skipped)] == ["song", "error", "skipped"]
    assert [one["id"] for one in (song, refused, skipped)] == ["forward", "beyond", "end"]
    stored = found().song
    assert stored is not None
    assert stored.id is msgspec.UNSET
    assert records_of("song-requests")
    assert all(b'"end"' not in data for _, data in records_of("song-requests"))


def test_a_song_that_has_ended_is_skipped_already() -> None:
    assert invoke(2, at_ms=150_000) == {"type": "skipped", "slot": 2}
    assert found().end.ends_at_ms == SONG.ends_at_ms
    assert requests() == []


def test_a_slot_that_does_not_play_is_named() -> None:
    answer = invoke(9, at_ms=150_000)
    assert answer["code"] == "nothing_to_skip"
    assert "9" in answer["message"]


def test_a_skip_before_the_song_began_ends_it_where_it_begins() -> None:
    invoke(3, at_ms=50_000)
    assert found().end.ends_at_ms == SONG.starts_at_ms


def test_a_song_is_not_brought_forward_to_before_it_was_chosen() -> None:
    """Else it would be over for longer than a session lasts, and another one would begin."""
    answer = invoke(2, at_ms=-3_600_000)
    assert (answer["starts_at_ms"], answer["ends_at_ms"]) == (START_MS, START_MS + 200_000)
    assert found().end == SongEnd(START_MS, 3, START_MS + 200_000, START_MS)


def test_a_song_that_was_skipped_before_it_began_is_not_brought_forward() -> None:
    invoke(3, at_ms=50_000)
    assert invoke(2, at_ms=95_000) == {"type": "skipped", "slot": 2}
    assert found().end.ends_at_ms == SONG.starts_at_ms


def test_a_skip_in_the_future_is_refused() -> None:
    body = {"action": "skip", "slot": 3, "at_ms": START_MS + 3_600_000}
    answer = json.loads(skip.handler(websocket_event("ann", body), Context)["body"])
    assert answer["code"] == "time_in_the_future"


def test_who_loses_a_race_is_told_to_skip_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read = song_ends.read

    def read_then_lose(user: str) -> Session | None:
        session = read(user)
        assert session is not None
        song_ends.write(user, session, at_ms=0, arrived_ms=0)
        return session

    monkeypatch.setattr(song_ends, "read", read_then_lose)
    body = {"action": "skip", "slot": 3, "at_ms": START_MS + 200_000, "id": "7"}
    event = websocket_event("ann", body, arrived_ms=START_MS + 200_000)
    answer = json.loads(skip.handler(event, Context)["body"])
    assert (answer["code"], answer["id"]) == ("busy", "7")
    assert requests() == []
