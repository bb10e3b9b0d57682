import itertools
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ReadTimeoutError
from redis import Redis

from events import stream
from events.session import Settings
from lambdas import average
from lambdas.adapters import (
    batch_get,
    clients,
    connections,
    floods,
    song_ends,
    traces,
    windows,
)
from lambdas.domain.due import SongEnd
from lambdas.domain.effort import effort_points
from lambdas.domain.line import STEP_MS
from lambdas.domain.session import Session
from tests.adapters.conftest import (
    START_MS,
    Context,
    Pushes,
    dead_letters,
    kinesis_event,
    records_of,
)


def batch(*samples: tuple[int, float]) -> bytes:
    return stream.encode(
        stream.HeartRateBatch([(START_MS + at_ms, heart_rate) for at_ms, heart_rate in samples])
    )


def invoke(*records: tuple[str, bytes], arrived_ms: int = START_MS + 60_000) -> Any:
    return average.handler(kinesis_event(*records, arrived_ms=arrived_ms), Context)


def emitted() -> list[stream.Average]:
    return [
        one
        for _, data in records_of("average-heart-rate")
        for one in stream.decode_averages(data).averages
    ]


def test_the_first_sample_is_averaged_at_once_and_then_every_five_seconds() -> None:
    for second in range(12):
        invoke(("ann", batch((second * 1000, 100 + second))))
    assert [(one.pulse.at_ms - START_MS) // 1000 for one in emitted()] == [0, 5, 10]
    assert [one.samples for one in emitted()] == [1, 6, 11]
    assert emitted()[-1].pulse.average == pytest.approx(105)


def test_an_average_tells_when_the_one_before_was_and_what_it_rests_on() -> None:
    for second in range(41):
        invoke(("ann", batch((second * 1000, 100 + second % 10))))
    last = emitted()[-1]
    assert last.pulse.at_ms - last.pulse.previous_ms == 5000
    assert (last.pulse.lowest, last.pulse.highest) == (100, 109)
    assert emitted()[0].pulse.previous_ms == 0


def test_the_peak_is_the_highest_average_over_a_whole_interval() -> None:
    for second in range(60):
        invoke(("ann", batch((second * 1000, 190 if second < 5 else 120))))
    whole = [one for one in emitted() if one.pulse.at_ms - START_MS >= 30_000]
    assert [one.pulse.peak for one in emitted()[:6]] == [0] * 6
    assert {one.pulse.peak for one in whole} == {whole[0].pulse.average}


def test_people_of_one_batch_do_not_mix() -> None:
    invoke(("ann", batch((0, 100))), ("bob", batch((0, 160))), ("ann", batch((1000, 110))))
    assert {one.user: one.pulse.average for one in emitted()} == {"ann": 100, "bob": 160}


def test_averages_of_a_person_always_travel_under_the_same_key() -> None:
    invoke(("ann", batch((0, 100))))
    invoke(("ann", batch((9000, 100))))
    assert [key for key, _ in records_of("average-heart-rate")] == [str(stream.group_of("ann"))] * 2


def test_a_redelivered_batch_folds_nothing_twice() -> None:
    records = [("ann", batch((second * 1000, 100 + second))) for second in range(8)]
    invoke(*records)
    invoke(*records)
    invoke(("ann", batch((11_000, 150))))
    assert emitted()[-1].samples == 9


def test_a_restarted_function_goes_on_where_it_stopped() -> None:
    invoke(("ann", batch((0, 100), (4000, 100))))
    clients.redis.cache_clear()
    invoke(("ann", batch((10_000, 200))))
    assert emitted()[-1].pulse.average == pytest.approx(130)


def test_a_window_outlives_the_hour_in_which_it_was_written() -> None:
    hour = 3_600_000
    before = (START_MS // hour + 1) * hour - 1000
    offset = before - START_MS
    invoke(("ann", batch((offset, 100))), arrived_ms=before)
    invoke(("ann", batch((offset + 6000, 200))), arrived_ms=before + 6000)
    assert emitted()[-1].samples == 2


def test_an_average_that_could_not_be_sent_is_sent_by_the_retry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(clients, "kinesis", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            invoke(("ann", batch((0, 100))))
    invoke(("ann", batch((0, 100))))
    assert [one.samples for one in emitted()] == [1]


def test_what_a_client_sent_and_nobody_can_read_is_dropped_and_the_rest_goes_on() -> None:
    answer = invoke(
        ("ann", b"no json"),
        ("bob", batch((0, 100))),
        ("ann", b'{"action":"heartrate","samples":[[1,300]]}'),
        ("ann", b'{"action":"heartrate","samples":[]}'),
    )
    assert answer == {"batchItemFailures": []}
    assert [one.user for one in emitted()] == ["bob"]
    assert dead_letters() == []


def test_a_sample_an_hour_ahead_is_refused_and_its_sender_told_once(pushes: Pushes) -> None:
    connections.add("ann", "connection-1")
    hour = 3_600_000
    for name in ("first", "second"):
        samples = [(START_MS, 100.0), (START_MS + hour, 101.0)]
        sent = stream.encode(stream.HeartRateBatch(samples, name))
        invoke(("ann", sent), arrived_ms=START_MS)
    assert [one.samples for one in emitted()] == [1]
    assert len(pushes.sent) == 1
    message = pushes.sent[0][1]
    assert (message["code"], message["id"]) == ("sample_in_the_future", "first")
    assert str(START_MS + hour) in message["message"]


def test_whoever_sends_what_is_older_than_is_known_is_told_once(pushes: Pushes) -> None:
    connections.add("ann", "connection-1")
    invoke(("ann", batch((60_000, 100))))
    invoke(("ann", batch((0, 100))), arrived_ms=START_MS + 60_000)
    assert pushes.sent == [], "somebody who sends again what is not known to have arrived"
    again = [("ann", batch((at_ms, 100))) for at_ms in (120_001, 60_000, 0)]
    invoke(*again, arrived_ms=START_MS + 120_000)
    ((_, message),) = pushes.sent
    assert message["code"] == "samples_too_old"
    assert str(START_MS + 120_001) in message["message"]
    assert emitted()[-1].samples == 2


@pytest.mark.parametrize("data", [b"[" * 2_000, b'{"a":' * 2_000, b"\xff", b"", b"1e999"])
def test_whatever_no_decoder_takes_is_dropped_and_the_others_are_averaged(data: bytes) -> None:
    assert invoke(("ann", data), ("bob", batch((0, 100)))) == {"batchItemFailures": []}
    assert [one.user for one in emitted()] == ["bob"]


def test_the_start_of_a_session_empties_the_window_and_sets_its_length() -> None:
    invoke(("ann", batch((0, 100), (20_000, 100))))
    start = stream.SessionStart(START_MS + 21_000, interval_seconds=10)
    invoke(("ann", stream.encode(start)), ("ann", batch((22_000, 160))))
    assert emitted()[-1].pulse.average == 160
    invoke(*[("ann", batch((second * 1000, 120))) for second in range(23, 43)])
    assert emitted()[-1].pulse.average == 120


def sent(connection: str, *samples: tuple[int, float]) -> bytes:
    """As the gateway writes what came over a connection."""
    message = stream.message_of(stream.decode_sent(batch(*samples)))
    assert isinstance(message, stream.HeartRateBatch)
    return msgspec.json.encode(stream.Sent(connection, message))


def test_whoever_is_heard_is_connected_again_after_redis_came_back_empty(redis_url: str) -> None:
    connections.add("ann", "phone")
    invoke(("ann", sent("phone", (0, 100))))
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
        invoke(("ann", sent("phone", (5_000, 100))), ("ann", sent("watch", (6_000, 100))))
        assert sorted(connections.of("ann")) == ["phone", "watch"]
        assert redis.ttl("connections:ann") > 0
    assert len(emitted()) == 2


def test_a_connection_that_is_known_stays_where_it_was() -> None:
    connections.add("ann", "phone")
    connections.add("ann", "watch")
    invoke(("ann", sent("phone", (0, 100))))
    assert connections.of("ann") == ["phone", "watch"]
    connections.forget("ann", "phone")
    invoke(("ann", sent("phone", (5_000, 100))))
    assert connections.of("ann") == ["watch"], "what ended is not brought back by what came before"


def run_session(interval_seconds: int, ends_at_ms: int = START_MS + 60_000) -> None:
    """A session of ann's that is stored, as `recommend` does."""
    settings = Settings(interval_seconds=interval_seconds)
    session = Session(SongEnd(START_MS, 0, ends_at_ms), settings)
    song_ends.write("ann", session, at_ms=START_MS, arrived_ms=START_MS)


def interval_seconds() -> float:
    """Of ann's window."""
    (window,) = windows.read(["ann"], START_MS + 60_000).values()
    return window.interval_ms / 1000


def refuse(**_: Any) -> Any:
    raise ConnectionError("DynamoDB is away")


def test_a_window_that_redis_lost_goes_on_in_its_session_with_its_length(redis_url: str) -> None:
    run_session(interval_seconds=10)
    start = stream.SessionStart(START_MS, interval_seconds=10)
    invoke(("ann", stream.encode(start)), ("ann", batch((0, 100), (1_000, 100))))
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
    for second in range(2, 30):
        invoke(("ann", batch((second * 1000, 100 if second < 15 else 160))))
    assert emitted()[-1].pulse.average == 160
    assert interval_seconds() == 10


def test_a_session_that_cannot_be_read_is_looked_up_again_within_a_minute() -> None:
    run_session(interval_seconds=10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clients.hasty_dynamodb(), "batch_get_item", refuse)
        invoke(("ann", batch((0, 100))))
    assert len(emitted()) == 1
    invoke(("ann", batch((5_000, 100))))
    assert interval_seconds() == 30
    invoke(("ann", batch((60_000, 100))))
    assert interval_seconds() == 10
    assert [one.samples for one in emitted()] == [1, 2, 3]


def test_a_session_that_is_over_says_nothing_about_the_next() -> None:
    run_session(interval_seconds=10, ends_at_ms=START_MS - 900_001)
    invoke(("ann", batch((0, 100))))
    assert interval_seconds() == 30


def test_a_session_that_begins_later_takes_nothing_from_the_samples_before_it() -> None:
    """It was named by a device whose clock was ahead."""
    run_session(interval_seconds=10)
    invoke(("ann", batch((-70_000, 100))))
    invoke(("ann", batch((-1, 100), (1, 100), (6_000, 100))))
    assert interval_seconds() == 30
    assert emitted()[-1].samples == 4
    invoke(("ann", batch((61_000, 100))))
    assert interval_seconds() == 10


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Who is looked up, by call."""
    asked: list[list[str]] = []
    get = clients.hasty_dynamodb().batch_get_item

    def noted(RequestItems: Any) -> Any:  # noqa: N803 - boto3
        asked.append([key["user_id"]["S"] for key in RequestItems["song-ends"]["Keys"]])
        return get(RequestItems=RequestItems)

    monkeypatch.setattr(clients.hasty_dynamodb(), "batch_get_item", noted)
    return asked


def hear_both(*seconds: int) -> None:
    for second in seconds:
        invoke(("ann", batch((second * 1000, 100))), ("bob", batch((second * 1000, 100))))


def test_who_has_a_session_is_looked_up_once_and_who_has_none_twice(asked: list[list[str]]) -> None:
    run_session(interval_seconds=10)
    hear_both(0, 5, 65, 125, 185)
    assert asked == [["ann", "bob"], ["bob"]]


def test_a_session_that_began_after_the_first_look_is_found_by_the_second(
    asked: list[list[str]],
) -> None:
    hear_both(0)
    run_session(interval_seconds=10)
    hear_both(65, 125)
    assert asked == [["ann", "bob"], ["ann", "bob"]]
    assert interval_seconds() == 10


def test_a_table_that_hangs_is_asked_once_and_has_less_than_a_second() -> None:
    asked: list[int] = []

    def hang(**_: Any) -> Any:
        asked.append(1)
        raise ReadTimeoutError(endpoint_url="dynamodb")

    for client in (clients.dynamodb(), clients.hasty_dynamodb()):
        client.meta.events.register_first("before-send.dynamodb.BatchGetItem", hang)
    people = [f"person-{number}" for number in range(250)]
    invoke(*[(user, batch((0, 100))) for user in people])
    assert len(asked) == 1
    assert sorted(one.user for one in emitted()) == sorted(people)
    times: Any = clients.hasty_dynamodb().meta.config
    assert times.connect_timeout + times.read_timeout < 1


def test_who_cannot_be_looked_up_in_time_is_within_a_minute(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [f"person-{number:03}" for number in range(250)]
    with monkeypatch.context() as slow:
        slow.setattr(batch_get, "monotonic", itertools.count(0, 0.3).__next__)
        invoke(*[(user, batch((0, 100))) for user in people])
    assert asked == [people[:100]]
    invoke(*[(user, batch((65_000, 100))) for user in people])
    assert sorted(itertools.chain(*asked[1:])) == people


def test_who_dynamodb_leaves_out_is_looked_up_again_within_a_minute(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_session(interval_seconds=10)
    with monkeypatch.context() as busy:
        busy.setattr(clients.hasty_dynamodb(), "batch_get_item", leave_out)
        hear_both(0, 65)
    hear_both(125)
    assert asked == [["ann", "bob"]]
    assert interval_seconds() == 10


def leave_out(**wanted: Any) -> Any:
    return {"Responses": {}, "UnprocessedKeys": wanted["RequestItems"]}


def test_every_key_in_redis_expires(redis_url: str) -> None:
    connections.add("ann", "connection-1")
    for user in ("ann", "bob"):
        invoke((user, batch((0, 100))), (user, batch((60_000, 100))))
    with Redis.from_url(redis_url) as redis:
        keys = list(redis.scan_iter())
        assert len(keys) >= 4
        assert all(redis.ttl(key) > 0 for key in keys)


def test_a_line_is_written_once_its_minute_is_over_and_seen_before(redis_url: str) -> None:
    invoke(("ann", batch((0, 100))), ("ann", batch((5_000, 100))))
    (window,) = windows.read(["ann"], START_MS + 60_000).values()
    with Redis.from_url(redis_url) as redis:
        assert redis.keys("trace:*") == []
        held = (window.minute, window.line)
        seen = traces.read("ann", 0, START_MS + 5_000, held)
        assert [point.at_ms - START_MS for point in seen] == [5_000]
        invoke(*(("ann", batch((at_ms, 100))) for at_ms in (15_000, 40_000, 61_000)))
        assert len(redis.keys("trace:*")) == 1
    (window,) = windows.read(["ann"], START_MS + 60_000).values()
    seen = traces.read("ann", 0, START_MS + 61_000, (window.minute, window.line))
    assert [point.at_ms - START_MS for point in seen] == [5_000, 15_000, 40_000, 61_000]


@pytest.mark.parametrize("size", [10, 60, 120])
def test_a_line_has_a_point_a_step_in_messages_of_any_length(size: int) -> None:
    """Each message is delivered twice, and goes down the stream as one average."""
    times = range(0, 360_000, 1_000)
    messages = [
        batch(*((at_ms, 120 + at_ms // 10_000) for at_ms in times[at : at + size]))
        for at in range(0, 360, size)
    ]
    for message in messages:
        for _ in range(2):
            invoke(("ann", message), arrived_ms=START_MS + 360_000)
    assert len(emitted()) == len(messages)
    (window,) = windows.read(["ann"], START_MS + 360_000).values()
    seen = traces.read("ann", 0, START_MS + 360_000, (window.minute, window.line))
    steps = [point.at_ms // STEP_MS for point in seen]
    assert steps == list(range(START_MS // STEP_MS, (START_MS + 359_000) // STEP_MS + 1))
    assert [point.heart_rate for point in seen] == [
        120 + (point.at_ms - START_MS) // 10_000 for point in seen
    ]
    stretch = traces.Stretch(START_MS, START_MS + 359_000, (window.minute, window.line))
    lines = traces.read_all({"ann": stretch})["ann"]
    from_120_in_zone_2_and_from_140_in_zone_3 = (200 * 2 + 160 * 3) / 60
    a_point = 2 * 15 / 60
    told = effort_points(START_MS, 200, lines)
    assert told == pytest.approx(from_120_in_zone_2_and_from_140_in_zone_3, abs=a_point)


def test_a_flood_of_heart_rates_is_refused_whatever_function_it_meets() -> None:
    for _ in range(6):
        invoke(*[("ann", batch((0, 100)))] * 200, arrived_ms=START_MS)
        clients.redis.cache_clear()
    assert felt() == 1_200
    assert not floods.is_out("ann")
    invoke(("ann", batch((0, 100))), arrived_ms=START_MS)
    assert floods.is_out("ann")


def felt() -> float:
    """How many of ann's messages are felt."""
    (window,) = windows.read(["ann"], START_MS).values()
    return window.felt_ms / floods.HEART_RATES.each_ms


def invoke_over(seconds: float, *data: bytes) -> None:
    """Ann's messages in a batch, which came one by one over this time."""
    every_ms = seconds * 1000 / len(data)
    parts = [
        kinesis_event(("ann", one), arrived_ms=START_MS + int(place * every_ms))
        for place, one in enumerate(data)
    ]
    average.handler({"Records": [part["Records"][0] for part in parts]}, Context)


def test_a_batch_that_is_delivered_again_counts_once_and_closes_nobody(pushes: Pushes) -> None:
    connections.add("ann", "connection-1")
    messages = [batch((place * 300 - 600_000, 100)) for place in range(550)]
    for _ in range(4):
        invoke_over(1, *messages)
        assert felt() == pytest.approx(541, abs=5)
    assert (pushes.sent, pushes.closed) == ([], [])
    assert not floods.is_out("ann")


def test_a_flood_of_what_was_folded_long_ago_is_one() -> None:
    invoke_over(5, *[batch((0, 100))] * 1_300)
    assert floods.is_out("ann")


def test_what_arrives_in_disorder_and_is_new_is_folded() -> None:
    invoke(("ann", batch((0, 100))), arrived_ms=START_MS + 10)
    invoke(("ann", batch((1_000, 100))), arrived_ms=START_MS)
    invoke(("ann", batch((500, 100), (6_000, 100))), arrived_ms=START_MS + 5)
    assert emitted()[-1].samples == 3
    assert felt() == 3


def test_a_clock_of_the_streams_that_was_ahead_refuses_nothing(pushes: Pushes) -> None:
    connections.add("ann", "connection-1")
    invoke(("ann", batch((0, 100))), arrived_ms=START_MS + 90_000)
    for second in range(5, 120, 5):
        invoke(("ann", batch((second * 1000, 100))), arrived_ms=START_MS + second * 1000)
    assert pushes.sent == []
    assert emitted()[-1].samples == 24


def test_no_heart_rate_and_no_user_id_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    invoke(("ann-of-green-gables", batch((0, 123.25))), ("ann-of-green-gables", b"no json"))
    printed = capsys.readouterr().out
    assert '"Averages"' in printed
    assert "ann-of" not in printed
    assert "123.25" not in printed
