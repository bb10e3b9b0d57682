"""What is kept of songs that were played: written with the next song, whole, and once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from events import stream
from events.pulse import Pulse
from events.session import Settings
from lambdas import recommend
from lambdas.adapters import clients, connections, plays, song_ends, statements, windows
from lambdas.adapters.batch_writes import BusyError
from lambdas.domain.due import SongEnd
from lambdas.domain.line import Point
from lambdas.domain.played import Played, line_of
from lambdas.domain.session import Session
from lambdas.domain.window import Window, emit, fold
from tests.adapters.conftest import (
    START_MS,
    Context,
    Pushes,
    add_songs,
    draw,
    kinesis_event,
)

SECONDS = 200


@pytest.fixture(autouse=True)
def library(pushes: Pushes) -> Pushes:
    connections.add("ann", "connection-1")
    add_songs([float(tempo) for tempo in range(125, 136)], seconds=SECONDS)
    return pushes


def started(user: str = "ann", at_ms: int = START_MS) -> None:
    begun = Session(SongEnd(at_ms, -1, at_ms), Settings(max_heart_rate=149))
    song_ends.write(user, begun, at_ms=at_ms, arrived_ms=at_ms)


def found(user: str = "ann") -> Session:
    session = song_ends.read(user)
    assert session is not None
    return session


def request(slot: int, at_ms: int, session: int = START_MS, user: str = "ann") -> tuple[str, bytes]:
    """As asked from what is stored now, `at_ms` into the workout."""
    stored = found(user)
    now_ms = START_MS + at_ms
    pulse = Pulse(now_ms, now_ms - 5_000, 130, 130, 129, 131, 130, START_MS)
    ends_ms = stored.end.ends_at_ms if stored.end.session == session else session
    asked = stream.SongRequest(session, slot, pulse, ends_ms, None, stored.version, now_ms)
    return user, stream.encode(asked)


def invoke(*records: tuple[str, bytes]) -> Any:
    return recommend.handler(kinesis_event(*records), Context)


def kept(user: str = "ann", session: int = START_MS) -> dict[int, Played]:
    return dict(plays.of_session(user, session))


def skipped(ends_at_ms: int) -> None:
    session = found()
    ended = replace(session, end=replace(session.end, ends_at_ms=ends_at_ms))
    song_ends.write("ann", ended, at_ms=0, arrived_ms=0)


def test_a_song_is_kept_when_the_next_one_is_chosen_and_not_before() -> None:
    started()
    invoke(request(0, 0))
    assert kept() == {}
    first = found().song
    assert first is not None
    invoke(request(1, 190_000))
    play = kept()[0]
    assert list(kept()) == [0]
    assert play.song == first.song
    assert (play.starts_at_ms, play.ends_at_ms) == (first.starts_at_ms, first.ends_at_ms)
    assert (play.target_tempo, play.tempo) == (first.why.target_tempo, first.why.tempo)
    assert (play.mode, play.decided_by) == (first.why.mode, first.why.decided_by)
    assert (play.resting_heart_rate, play.max_heart_rate) == (60, 149)
    assert not play.skipped


def test_its_line_is_what_was_measured_while_it_played() -> None:
    started()
    invoke(request(0, 0))
    draw(
        "ann", *(Point(START_MS + at_ms, 100 + at_ms / 1000, 100) for at_ms in (0, 15_000, 61_000))
    )
    draw("ann", Point(START_MS - 900_000, 80, 80), Point(START_MS + 400_000, 190, 190))
    window = Window(30_000)
    fold(window, [(START_MS + 185_000, 150.0)], START_MS + 190_000, 30_000)
    emit(window)
    windows.write({"ann": window}, START_MS)
    invoke(request(1, 190_000))
    assert line_of(kept()[0]) == [(0, 100), (15, 115), (61, 161), (185, 150)]


def test_it_is_written_with_the_song_that_follows_it_and_by_no_call_of_its_own() -> None:
    people = [f"person-{number}" for number in range(12)]
    for user in people:
        started(user)
    invoke(*(request(0, 0, user=user) for user in people))
    made: list[str] = []
    events = clients.dynamodb().meta.events
    note = lambda model, **_: made.append(model.name)  # noqa: E731
    events.register("before-call.dynamodb", note)
    invoke(*(request(1, 190_000, user=user) for user in people))
    events.unregister("before-call.dynamodb", note)
    assert made.count("BatchExecuteStatement") == 1
    assert "BatchWriteItem" not in made
    assert [list(kept(user)) for user in people] == [[0]] * 12


def test_delivered_again_it_is_the_same() -> None:
    started()
    invoke(request(0, 0))
    second = request(1, 190_000)
    invoke(second)
    before = kept()
    invoke(second, second)
    assert kept() == before


def test_a_song_that_was_skipped_ends_where_it_was_and_is_called_so() -> None:
    started()
    invoke(request(0, 0))
    skipped(START_MS + 70_000)
    invoke(request(1, 70_000))
    assert (kept()[0].ends_at_ms, kept()[0].skipped) == (START_MS + 70_000, True)


def test_what_was_written_before_a_skip_went_between_is_written_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started()
    invoke(request(0, 0))
    execute = statements.execute

    def after_a_skip(*given: Any) -> list[Exception | None]:
        monkeypatch.setattr(statements, "execute", execute)
        skipped(START_MS + 70_000)
        return execute(*given)

    monkeypatch.setattr(statements, "execute", after_a_skip)
    invoke(request(1, 190_000))
    assert found().end.slot == 1
    assert (kept()[0].ends_at_ms, kept()[0].skipped) == (START_MS + 70_000, True)


def test_nobody_waits_for_a_song_because_plays_are_throttled(
    monkeypatch: pytest.MonkeyPatch, pushes: Pushes
) -> None:
    started()
    invoke(request(0, 0))
    calls: list[int] = []
    execute = clients.dynamodb().batch_execute_statement

    def throttled(*, Statements: Sequence[Any]) -> Any:  # noqa: N803 - boto3
        calls.append(len(Statements))
        answer = execute(Statements=Statements[:1])
        error = {"Error": {"Code": "ThrottlingError", "Message": "Slow down"}}
        return {"Responses": [*answer["Responses"], *([error] * (len(Statements) - 1))]}

    monkeypatch.setattr(clients.dynamodb(), "batch_execute_statement", throttled)
    assert invoke(request(1, 190_000)) == {"batchItemFailures": []}
    assert calls == [2]
    assert len(pushes.sent) == 2
    assert list(kept()) == [0]  # by the call for what was left


def test_a_table_of_plays_that_fails_costs_nobody_a_song(
    monkeypatch: pytest.MonkeyPatch, pushes: Pushes
) -> None:
    def fails(*_: Any) -> None:
        raise BusyError(1)

    started()
    invoke(request(0, 0))
    monkeypatch.setattr(plays, "item_of", fails)
    assert invoke(request(1, 190_000)) == {"batchItemFailures": []}
    assert len(pushes.sent) == 2
    assert kept() == {}


def test_a_session_that_nobody_ended_is_completed_by_the_next_one() -> None:
    started()
    invoke(request(0, 0))
    later = START_MS + 7_200_000
    invoke(request(0, 7_200_000, session=later))
    assert found().end.session == later
    assert kept()[0].ends_at_ms == START_MS + 1000 * SECONDS


def test_the_next_session_ends_a_song_that_still_plays() -> None:
    started()
    invoke(request(0, 0))
    invoke(request(0, 60_000, session=START_MS + 60_000))
    assert kept()[0].ends_at_ms == START_MS + 60_000


def test_a_recording_of_before_does_not_end_what_was_played_after_it() -> None:
    started()
    invoke(request(0, 0))
    invoke(request(0, -7_200_000, session=START_MS - 7_200_000))
    assert kept()[0].ends_at_ms == START_MS + 1000 * SECONDS


def test_a_play_that_cannot_be_read_is_left_out_and_the_others_told() -> None:
    started()
    for slot in range(4):
        invoke(request(slot, slot * 190_000))
    for slot, packed in (
        (0, b"nothing"),
        (1, plays._encode(structs.replace(kept()[1], line=b"x"))),
    ):
        key = plays._key("ann", START_MS, slot)
        clients.dynamodb().put_item(TableName="plays", Item=key | {"packed": {"B": packed}})
    assert list(kept()) == [2]


def test_a_play_that_is_stored_now_is_read_for_good() -> None:
    key = {"user_id": {"S": "ann"}, "play": {"S": f"{START_MS}#0000003"}}
    clients.dynamodb().put_item(
        TableName="plays", Item=key | {"packed": {"B": bytes.fromhex(STORED)}}
    )
    play = kept()[3]
    assert (play.song.title, play.song.meter) == ("Northern Lights", 4)
    assert (play.starts_at_ms, play.ends_at_ms) == (START_MS + 600_000, START_MS + 812_500)
    assert (play.target_tempo, play.tempo, play.mode, play.lock) == (123.5, 121.4, "zone", None)
    assert (play.resting_heart_rate, play.max_heart_rate, play.skipped) == (55, 186, False)
    assert play.decided_by == "At the target tempo, you like it."
    assert line_of(play) == [(0, 120), (15, 131), (200, 133)]


STORED = (
    "9c89a26964a6642d30303432a57469746c65af4e6f72746865726e204c6967687473a6617274697374ad5061"
    "70657220486172626f7572a574656d706fcb405e59999999999ab06475726174696f6e5f7365636f6e6473cb"
    "406a900000000000a567656e7265a3706f70a6656e65726779cb3fe6b851eb851eb8a479656172cd07dea56d"
    "6574657204cf00000199c8368400cf00000199c839c214cb405ee00000000000cb405e59999999999aa47a6f"
    "6e65c0d921417420746865207461726765742074656d706f2c20796f75206c696b652069742ecb404b800000"
    "000000cb4067400000000000c2c4090000780f0083c80085"
)
"""A play as it was first stored; nobody may change it."""
