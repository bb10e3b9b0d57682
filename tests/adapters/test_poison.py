"""One unreadable thing of one person costs that person, and never those beside them."""

import json
from struct import pack
from typing import Any

import pytest
from msgspec import msgpack
from redis import Redis

from events import stream
from events.messages import TracePoint
from events.pulse import Pulse
from lambdas import average, change, recommend, schedule, skip, start, workout
from lambdas.adapters import clients, connections, playlists, song_ends, traces, windows
from lambdas.domain.line import MINUTE_MS, Point
from lambdas.domain.window import Window, fold
from tests.adapters.conftest import (
    START_MS,
    Context,
    Pushes,
    add_songs,
    dead_letters,
    draw,
    kinesis_event,
    records_of,
    turn_of,
    websocket_event,
)

PULSE = Pulse(START_MS, 0, 120, 118.5, 117, 120, 0)
IMPOSSIBLE = 230.00000000000003
"""What three heart rates of at most 230 add up to, as a mean of floats."""


def beaten(*samples: tuple[int, float]) -> bytes:
    return stream.encode(
        stream.HeartRateBatch([(START_MS + at_ms, heart_rate) for at_ms, heart_rate in samples])
    )


def averaged(*records: tuple[str, bytes], arrived_ms: int = START_MS + 60_000) -> list[str]:
    """Whose averages are sent."""
    event = kinesis_event(*records, arrived_ms=arrived_ms)
    assert average.handler(event, Context) == {"batchItemFailures": []}
    decoded = [stream.decode_averages(data) for _, data in records_of("average-heart-rate")]
    return sorted({one.user for record in decoded for one in record.averages})


def ask(handler: Any, user: str, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(handler(websocket_event(user, body), Context)["body"])
    return answer


def poison(user: str, **attributes: Any) -> None:
    """The song end of a person with attributes that nobody can read."""
    key = {"user_id": {"S": user}}
    stored = clients.dynamodb().get_item(TableName="song-ends", Key=key)["Item"]
    clients.dynamodb().put_item(TableName="song-ends", Item={**stored, **attributes})


@pytest.fixture
def redis(redis_url: str) -> Any:
    with Redis.from_url(redis_url) as redis:
        yield redis


def test_three_heart_rates_that_add_up_to_more_than_each_of_them_stop_nobody(
    pushes: Pushes,
) -> None:
    """Start, three samples and one every five seconds, through all three functions."""
    add_songs([60 + index for index in range(120)])
    for user in ("ann", "bob"):
        connections.add(user, f"connection-{user}")
        assert ask(start.handler, user, action="start", at_ms=START_MS)["type"] == "started"
    odd = beaten((0, 229.9), (7_964, 230.0), (37_964, 230.0))
    assert averaged(("ann", odd), ("bob", beaten((0, 120)))) == ["ann", "bob"]
    averaged(("ann", beaten((45_000, 150), (50_000, 150))), ("bob", beaten((50_000, 120))))
    for name, handler in (
        ("average-heart-rate", schedule.handler),
        ("song-requests", recommend.handler),
    ):
        event = kinesis_event(*records_of(name), arrived_ms=START_MS + 60_000)
        assert handler(event, Context) == {"batchItemFailures": []}
    assert {connection for connection, _ in pushes.sent} == {"connection-ann", "connection-bob"}
    assert dead_letters() == []
    peak = song_ends.read_all(["ann"])["ann"].settings.max_heart_rate
    assert peak == 230


def test_a_value_that_its_reader_would_refuse_is_not_written() -> None:
    broken = Window(30_000)
    beats = [(START_MS, 230.0), (START_MS + 40_000, IMPOSSIBLE)]
    fold(broken, beats, START_MS + 40_000, gap_ms=60_000)
    windows.write({"ann": broken}, START_MS)
    late = (45_000, 150)
    assert averaged(("ann", beaten(late)), ("bob", beaten(late))) == ["bob"]
    (letter,) = dead_letters()
    assert letter["requestContext"]["condition"] == "UnusableRecord"
    assert averaged(("ann", beaten((50_000, 150)))) == ["ann", "bob"], "begun anew"


HEAD = (30_000, START_MS, 1, 0, 0.0, START_MS, START_MS)


@pytest.mark.parametrize(
    "stored",
    [
        *(b"", b"short", b"x" * 57, b"\xff" * 64),
        msgpack.encode((*HEAD, 0, 0, b"ab")),
        msgpack.encode((*HEAD, 0, 0, b"abcd")),
        msgpack.encode((*HEAD, 0, 0, b"\0\0\0\0\0\0")),
        msgpack.encode((*HEAD, 2**50, 1, b"\0\0\0\0\0\0\0\0")),
        msgpack.encode((*HEAD, 0, 2, b"\xff" * 24)),
        msgpack.encode((*HEAD, 0, 3, b"")),
    ],
)
def test_a_window_that_cannot_be_read_begins_anew(stored: bytes, redis: Redis) -> None:
    hour = (START_MS + 60_000) // windows.HOUR_MS
    redis.hset(windows._key(stream.group_of("ann"), hour), "ann", stored)
    sample = beaten((60_000, 120))
    averaged(("ann", sample), ("bob", sample))
    assert averaged(("ann", beaten((65_000, 121))), ("bob", sample)) == ["ann", "bob"]


@pytest.mark.parametrize(
    "broken",
    [
        Window(30_000, line=b"abc", minute=(START_MS + 60_000) // 60_000),
        Window(30_000, 0, 1, 0, 0.0, 1, START_MS + 59_000, 0, 2, pack("<Id", 0, float("nan"))),
    ],
)
def test_a_window_with_which_nothing_can_be_done_begins_anew(broken: Window) -> None:
    windows.write({"ann": broken}, START_MS + 60_000)
    sample = beaten((60_000, 120))
    averaged(("ann", sample), ("bob", sample))
    assert averaged(("ann", beaten((65_000, 121))), ("bob", sample)) == ["ann", "bob"]


def test_an_average_that_cannot_be_read_costs_its_person_one_turn() -> None:
    good = [stream.Average(user, PULSE, 1, START_MS) for user in ("ann", "cem")]
    written = json.loads(stream.encode(stream.Averages(good)))
    bad = json.loads(json.dumps(written["averages"][0]))
    bad[0], bad[1][3] = "bob", IMPOSSIBLE
    written["averages"].insert(1, bad)
    event = kinesis_event(("7", json.dumps(written).encode()))
    assert schedule.handler(event, Context) == {"batchItemFailures": []}
    assert [user for user, _ in records_of("song-requests")] == ["ann", "cem"]
    (letter,) = dead_letters()
    assert letter["requestContext"]["condition"] == "UnreadableRecord"


def test_a_thousand_records_that_cannot_be_read_are_one_dead_letter() -> None:
    schedule.handler(kinesis_event(*[("7", b"no json")] * 1_000), Context)
    (letter,) = dead_letters()
    assert letter["KinesisBatchInfo"]["startSequenceNumber"] == "1"
    assert letter["KinesisBatchInfo"]["endSequenceNumber"] == "1000"
    assert letter["KinesisBatchInfo"]["batchSize"] == 1_000


BROKEN = {
    "settings": {"S": f'{{"max_heart_rate":{IMPOSSIBLE!r}}}'},
    "song": {"S": "no json"},
    "slot": {"S": "zero"},
    "ends_at_ms": {"S": "soon"},
}


@pytest.mark.parametrize("attribute", BROKEN)
def test_a_song_end_that_cannot_be_read_is_begun_anew_by_whoever_comes_first(
    attribute: str, pushes: Pushes
) -> None:
    add_songs([60 + index for index in range(120)])
    for user in ("ann", "bob"):
        ask(start.handler, user, action="start", at_ms=START_MS)
    poison("ann", **{attribute: BROKEN[attribute]})
    both = [stream.Average(user, PULSE, 1, START_MS) for user in ("ann", "bob")]
    schedule.handler(kinesis_event(("7", stream.encode(stream.Averages(both)))), Context)
    asked = records_of("song-requests")
    assert [user for user, _ in asked] == ["ann", "bob"]
    assert recommend.handler(kinesis_event(*asked), Context) == {"batchItemFailures": []}
    songs = {user: session.song for user, session in song_ends.read_all(["ann", "bob"]).items()}
    assert songs == {"ann": None, "bob": None}, "read without their songs"
    for user in ("ann", "bob"):
        session = song_ends.read(user)
        assert session is not None
        assert session.song is not None, "each has one"


@pytest.mark.parametrize("attribute", BROKEN)
def test_whoever_s_song_end_cannot_be_read_is_answered_and_can_start_again(attribute: str) -> None:
    ask(start.handler, "ann", action="start", at_ms=START_MS)
    poison("ann", **{attribute: BROKEN[attribute]})
    assert ask(workout.handler, "ann", action="workout")["songs"] == []
    skipped = ask(skip.handler, "ann", action="skip", slot=0, at_ms=START_MS)
    assert skipped["code"] == "nothing_to_skip"
    assert ask(start.handler, "ann", action="start", at_ms=START_MS + 1)["type"] == "started"
    assert ask(change.handler, "ann", action="change", settings={})["type"] == "changed"


def test_a_song_and_a_point_that_cannot_be_read_are_left_out(redis: Redis) -> None:
    ask(start.handler, "ann", action="start", at_ms=START_MS)
    averaged(("ann", beaten((0, 120), (20_000, 120))))
    redis.hset(playlists._key("ann", START_MS), "0", b"no json")
    broken = START_MS // MINUTE_MS - 1
    redis.hset(traces._key(stream.group_of("ann"), broken), "ann", b"seven b")
    redis.hset(traces._key(stream.group_of("ann"), broken - 1), "ann", b"\xff" * 6)
    told = ask(workout.handler, "ann", action="workout")
    assert told["songs"] == []
    assert [point[1] for point in told["trace"]] == [120.0, 120.0]
    assert turn_of("ann", START_MS, 1).before == ({}, [], True, False)


@pytest.mark.parametrize("version", [None, {"S": "x"}])
def test_a_song_end_without_a_version_stops_nobody(version: Any, pushes: Pushes) -> None:
    add_songs([130])
    item = {"user_id": {"S": "ann"}} | ({"version": version} if version else {})
    clients.dynamodb().put_item(TableName="song-ends", Item=item)
    both = [stream.Average(user, PULSE, 1, START_MS) for user in ("ann", "bob")]
    schedule.handler(kinesis_event(("7", stream.encode(stream.Averages(both)))), Context)
    assert recommend.handler(kinesis_event(*records_of("song-requests")), Context) == {
        "batchItemFailures": []
    }
    assert {user for user in ("ann", "bob") if song_ends.read(user).song} == {"ann", "bob"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "broken",
    [{"interval_ms": 0}, {"folded": 2**63 - 1}, {"emitted_ms": 2**63 - 1}, {"session": -1}],
)
def test_a_window_with_impossible_numbers_begins_anew(broken: dict[str, int]) -> None:
    window = Window(30_000)
    for name, value in broken.items():
        setattr(window, name, value)
    windows.write({"ann": window}, START_MS + 60_000)
    sample = beaten((60_000, 120))
    assert averaged(("ann", sample), ("bob", sample)) == ["ann", "bob"]


def test_a_key_of_another_type_costs_its_person_alone(redis: Redis, pushes: Pushes) -> None:
    add_songs([130])
    redis.set("heard:ann", b"no sorted set")
    both = [stream.Average(user, PULSE, 1, START_MS) for user in ("ann", "bob")]
    schedule.handler(kinesis_event(("7", stream.encode(stream.Averages(both)))), Context)
    assert recommend.handler(kinesis_event(*records_of("song-requests")), Context) == {
        "batchItemFailures": []
    }
    assert song_ends.read("bob") is not None


def test_times_of_years_ago_make_no_keys(redis: Redis) -> None:
    """Each message of its own minute would otherwise make a key that is kept for two hours."""
    for years in range(1, 10):
        draw("ann", Point(START_MS - years * 365 * 86_400_000, 120, 120))
    assert redis.keys("trace:*") == []
    draw("ann", Point(START_MS, 120, 118.5))
    assert traces.read("ann", START_MS - 1, START_MS, (0, b"")) == [
        TracePoint(START_MS, 120, 118.5)
    ]
