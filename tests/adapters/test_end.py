import json
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from events import stream
from events.pulse import Pulse
from events.session import Settings
from lambdas import change, end, rate, recommend, schedule, skip, start, workout
from lambdas.adapters import clients, connections, floors, plays, song_ends, windows
from lambdas.adapters.batch_writes import BusyError
from lambdas.domain.due import SongEnd
from lambdas.domain.line import Point
from lambdas.domain.played import Played, line_of
from lambdas.domain.session import Session
from lambdas.domain.window import Window, fold
from tests.adapters.conftest import (
    START_MS,
    Context,
    Pushes,
    add_songs,
    draw,
    join_floor,
    keep_song,
    kinesis_event,
    records_of,
    websocket_event,
)
from tests.adapters.test_skip import SONG

AT_MS = SONG.starts_at_ms + 50_000
"""In the middle of the song."""


@pytest.fixture(autouse=True)
def playing(pushes: Pushes) -> None:
    last = SongEnd(START_MS, SONG.slot, SONG.ends_at_ms, SONG.starts_at_ms)
    song_ends.write("ann", Session(last, Settings(), SONG), at_ms=0, arrived_ms=AT_MS)


def said(handler: Any, arrived_ms: int = AT_MS, **body: Any) -> dict[str, Any]:
    event = websocket_event("ann", body, arrived_ms)
    answer: dict[str, Any] = json.loads(handler(event, Context)["body"])
    return answer


def invoke(at_ms: int = AT_MS, arrived_ms: int | None = None) -> dict[str, Any]:
    return said(end.handler, arrived_ms or at_ms, action="end", at_ms=at_ms)


def found() -> Session:
    session = song_ends.read("ann")
    assert session is not None
    return session


def kept() -> dict[int, Played]:
    return dict(plays.of_session("ann", START_MS))


def beat(at_ms: int, started_ms: int = 0) -> None:
    window = Window(30_000)
    fold(window, [(started_ms or at_ms, 150.0), (at_ms, 150.0)], at_ms, gap_ms=3_600_000)
    windows.write({"ann": window}, AT_MS)


def asks(*at_ms: int, started_ms: int) -> list[tuple[int, int]]:
    """The session and slot that averages of these times ask for."""
    before = len(records_of("song-requests"))
    for now_ms in at_ms:
        pulse = Pulse(now_ms, now_ms - 5_000, 120, 120, 119, 121, 0, started_ms)
        averages = stream.Averages([stream.Average("ann", pulse, 9, now_ms)])
        schedule.handler(kinesis_event(("7", stream.encode(averages))), Context)
    requests = [stream.decode_song_request(data) for _, data in records_of("song-requests")]
    return [(request.session, request.slot) for request in requests[before:]]


def test_the_session_is_closed_and_the_song_that_played_is_kept_with_its_line() -> None:
    measured = ((0, 120), (20_000, 126), (50_001, 190))
    draw("ann", *(Point(SONG.starts_at_ms + at_ms, rate, rate) for at_ms, rate in measured))
    assert invoke() == {"type": "ended", "session": START_MS, "ended_ms": AT_MS}
    assert found().end.ended_ms == found().end.ends_at_ms == AT_MS
    play = kept()[SONG.slot]
    assert (play.song, play.ends_at_ms, play.skipped) == (SONG.song, AT_MS, False)
    assert line_of(play) == [(0, 120), (20, 126)]


def test_twice_is_as_once() -> None:
    first = invoke()
    before, plays_before = found(), kept()
    assert invoke(AT_MS + 7_000) == first
    assert (found(), kept()) == (before, plays_before)


def test_who_has_no_session_or_one_that_was_over_long_ago_is_told_so() -> None:
    assert invoke(SONG.ends_at_ms + 900_001)["code"] == "no_session"
    early = invoke(START_MS - 1)
    assert (early["code"], str(START_MS - 1) in early["message"]) == ("no_session", True)
    clients.dynamodb().delete_item(TableName="song-ends", Key={"user_id": {"S": "ann"}})
    assert invoke()["code"] == "no_session"


def test_an_end_in_the_future_is_refused_with_its_time() -> None:
    answer = invoke(AT_MS + 3_600_000, arrived_ms=AT_MS)
    assert answer["code"] == "time_in_the_future"
    assert found().end.ended_ms is None


def test_a_clock_that_is_behind_ends_the_session_at_what_was_measured_last() -> None:
    beat(AT_MS + 4_000)
    assert invoke(START_MS)["ended_ms"] == AT_MS + 4_000
    assert asks(AT_MS + 4_000, started_ms=START_MS) == []


def test_a_song_that_is_over_ends_when_it_was_over() -> None:
    assert invoke(SONG.ends_at_ms + 60_000)["ended_ms"] == SONG.ends_at_ms + 60_000
    assert kept()[SONG.slot].ends_at_ms == SONG.ends_at_ms


def test_a_song_that_had_not_begun_was_not_played_and_the_one_before_ended_earlier() -> None:
    before = structs.replace(SONG, slot=2, starts_at_ms=START_MS, ends_at_ms=SONG.starts_at_ms)
    play = Played(
        SONG.song, START_MS, SONG.starts_at_ms, 130, 130, "pulse", None, "", 60, 180, False, b""
    )
    plays.write([plays.item_of("ann", START_MS, 2, play, START_MS)])
    for song in (before, SONG):
        keep_song("ann", song)
    assert invoke(SONG.starts_at_ms - 4_000)["type"] == "ended"
    assert {slot: one.ends_at_ms for slot, one in kept().items()} == {2: SONG.starts_at_ms - 4_000}
    answer = said(workout.handler, action="workout")
    assert [song["slot"] for song in answer["songs"]] == [2]


def test_nothing_more_is_asked_for_of_a_session_that_was_ended() -> None:
    invoke()
    late = range(START_MS, AT_MS + 1, 5_000)
    assert asks(*late, started_ms=START_MS) == []


def test_the_next_heart_rate_begins_another_session_by_one_name() -> None:
    invoke()
    asked = asks(*range(AT_MS + 2_000, AT_MS + 200_000, 5_000), started_ms=START_MS)
    assert set(asked) == {(AT_MS + 1, 0)}
    later = AT_MS + 3_000_000
    assert asks(later, started_ms=later) == [(later, 0)]


def test_it_has_the_settings_that_were_kept_and_nothing_of_the_session_before() -> None:
    connections.add("ann", "connection-1")
    add_songs([118.0, 120.0, 122.0])
    said(change.handler, action="change", settings={"mode": "zone", "goal_zone": 4})
    invoke()
    plays_before = kept()
    asks(AT_MS + 2_000, started_ms=START_MS)
    [request] = records_of("song-requests")
    recommend.handler(kinesis_event(request), Context)
    session = found()
    assert (session.end.session, session.end.slot) == (AT_MS + 1, 0)
    assert session.end.ended_ms is None
    assert (session.settings.mode, session.settings.goal_zone) == ("zone", 4)
    assert kept() == plays_before
    assert invoke(AT_MS + 60_000)["session"] == AT_MS + 1


def test_a_request_that_was_under_way_is_not_answered(pushes: Pushes) -> None:
    connections.add("ann", "connection-1")
    add_songs([118.0, 120.0, 122.0])
    pulse = Pulse(AT_MS, AT_MS - 5_000, 120, 120, 119, 121, 0, START_MS)
    version, ends_ms = found().version, SONG.ends_at_ms
    asked = stream.SongRequest(START_MS, SONG.slot + 1, pulse, ends_ms, None, version, AT_MS)
    invoke()
    recommend.handler(kinesis_event(("ann", stream.encode(asked))), Context)
    assert pushes.sent == []
    assert found().end.slot == SONG.slot


def test_what_is_said_of_an_ended_session_is_answered_sensibly() -> None:
    keep_song("ann", SONG)
    invoke()
    before = found()
    skipped = said(skip.handler, action="skip", slot=SONG.slot, at_ms=AT_MS + 1)
    assert skipped["code"] == "nothing_to_skip"
    assert said(change.handler, action="change", settings={})["code"] == "no_session"
    opinion = {"liked": True}
    rated = said(rate.handler, action="rate", song_id=SONG.song.id, opinion=opinion)
    assert rated["type"] == "rated"
    assert found() == before
    assert records_of("song-requests") == []


def test_the_workout_tells_when_it_was_ended() -> None:
    assert said(workout.handler, action="workout")["ended_ms"] is None
    invoke()
    assert said(workout.handler, action="workout")["ended_ms"] == AT_MS


def test_a_start_opens_another_one_and_plays_go_on_from_there() -> None:
    invoke()
    begun = said(start.handler, AT_MS + 10_000, action="start", at_ms=AT_MS + 10_000)
    assert begun["session"] == AT_MS + 10_000
    assert found().end.ended_ms is None
    assert found().before is None


def test_a_start_without_an_end_carries_the_last_song_until_there_is_a_play_of_it() -> None:
    begins_ms = AT_MS + 10_000
    said(start.handler, begins_ms, action="start", at_ms=begins_ms)
    assert found().song is None
    assert kept() == {}
    said(change.handler, action="change", settings={"mode": "zone"})
    assert said(skip.handler, action="skip", slot=SONG.slot, at_ms=begins_ms)["type"] == "error"
    assert said(workout.handler, action="workout")["songs"] == []
    assert invoke(begins_ms + 1_000)["session"] == begins_ms
    assert {slot: play.ends_at_ms for slot, play in kept().items()} == {SONG.slot: begins_ms}


def test_whoever_ends_leaves_the_floor() -> None:
    session = found()
    settings = structs.replace(session.settings, floor="north")
    song_ends.write("ann", replace(session, settings=settings), at_ms=0, arrived_ms=AT_MS)
    join_floor("north", "ann", AT_MS)
    assert floors.holds("north", "ann", AT_MS)
    invoke()
    assert not floors.holds("north", "ann", AT_MS)


def test_an_end_that_something_went_before_says_so_and_may_be_said_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = song_ends.read

    def stale(user: str) -> Session | None:
        monkeypatch.setattr(song_ends, "read", read)
        session = read(user)
        assert session is not None
        skipped = replace(session, end=replace(session.end, ends_at_ms=AT_MS - 20_000))
        song_ends.write(user, skipped, at_ms=AT_MS, arrived_ms=AT_MS)
        return session

    monkeypatch.setattr(song_ends, "read", stale)
    assert invoke()["code"] == "busy"
    assert invoke()["type"] == "ended"
    assert (kept()[SONG.slot].ends_at_ms, kept()[SONG.slot].skipped) == (AT_MS - 20_000, True)


def test_a_session_goes_on_whose_last_song_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    write = plays.write

    def busy(items: list[plays.Item]) -> None:
        raise BusyError(len(items))

    monkeypatch.setattr(plays, "write", busy)
    assert invoke()["code"] == "busy"
    assert found().end.ended_ms is None
    monkeypatch.setattr(plays, "write", write)
    assert invoke()["type"] == "ended"


def test_a_recording_of_before_the_last_session_is_played_once_that_is_over() -> None:
    then_ms = START_MS - 86_400_000
    assert asks(then_ms, started_ms=then_ms) == []
    session = found()
    song_ends.write("ann", session, at_ms=session.end.ends_at_ms, arrived_ms=then_ms - 1_000_000)
    assert asks(then_ms, started_ms=then_ms) == [(then_ms, 0)]
    assert said(start.handler, AT_MS, action="start", at_ms=then_ms)["type"] == "started"


def test_a_session_that_was_ended_is_not_started_again() -> None:
    invoke()
    again = said(start.handler, action="start", at_ms=START_MS)
    assert again["code"] == "older_session"
    assert f"began at {START_MS} was ended at {AT_MS}" in again["message"]
    older = said(start.handler, action="start", at_ms=START_MS - 1)
    assert "was ended" in older["message"]
    assert found().end.ended_ms == AT_MS
