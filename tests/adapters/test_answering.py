"""Whatever a client sends is answered, and a flood of one is nobody else's."""

import json
from typing import Any

import pytest

from events import stream
from lambdas import (
    average,
    change,
    class_plan,
    connect,
    floor,
    own_songs,
    rate,
    skip,
    start,
    workout,
)
from lambdas.adapters import clients, connections
from tests.adapters.conftest import (
    START_MS,
    Context,
    Pushes,
    dead_letters,
    kinesis_event,
    records_of,
    websocket_event,
)

HANDLERS = {
    "start": start.handler,
    "change": change.handler,
    "skip": skip.handler,
    "rate": rate.handler,
    "workout": workout.handler,
    "floor": floor.handler,
    "class_plan": class_plan.handler,
    "own_songs": own_songs.handler,
}
BODIES = [
    "",
    "{",
    "null",
    "[]",
    '"start"',
    "{}",
    '{"action":"x"}',
    '{"action":{"action":[]}}',
    "[" * 20_000 + "]" * 20_000,
    '{"id":' * 5_000 + "1" + "}" * 5_000,
    '{"action":"NAME","at_ms":1e400}',
    '{"action":"NAME","at_ms":' + "9" * 5_000 + "}",
    '{"action":"NAME","id":"\\ud800"}',
    '{"action":"NAME","id":null}',
    '{"action":"NAME","unknown":1}',
]


def send(user: str, body: str, name: str = "workout", arrived_ms: int = START_MS) -> Any:
    event = {**websocket_event(user, {}, arrived_ms), "body": body}
    answer = HANDLERS[name](event, Context)
    assert answer["statusCode"] == 200
    return json.loads(answer["body"]) if answer["body"] else None


@pytest.mark.parametrize("name", HANDLERS)
def test_what_a_function_cannot_read_is_answered_and_never_an_exception(name: str) -> None:
    for body in BODIES:
        answer = send("ann", body.replace("NAME", name), name)
        assert answer["type"] == "error", body[:80]


def test_a_key_that_comes_twice_counts_by_its_last_value() -> None:
    assert send("ann", '{"action":"x","action":"workout"}')["type"] == "workout"
    assert send("ann", '{"action":"workout","action":"x"}')["code"] == "unreadable"
    assert send("ann", '{"action":"workout","id":"a","id":"b"}')["id"] == "b"


def test_a_flood_is_refused_and_then_its_connection_is_closed(pushes: Pushes) -> None:
    connections.add("ann", "connection-1")
    answers = [send("ann", '{"action":"workout"}') for _ in range(121)]
    assert [one["type"] for one in answers[:60]] == ["workout"] * 60
    assert {one["code"] for one in answers[60:120]} == {"too_many_messages"}
    assert answers[120] is None
    assert pushes.closed == ["connection-1"]
    assert send("bob", '{"action":"workout"}')["type"] == "workout"
    later = START_MS + 7_000
    assert send("ann", '{"action":"workout"}', arrived_ms=later)["type"] == "workout"


def test_a_flood_of_heart_rates_is_dropped_told_and_closed(pushes: Pushes) -> None:
    connections.add("ann", "connection-1")
    flood = [
        ("ann", stream.encode(stream.HeartRateBatch([(START_MS + number, 120.0)])))
        for number in range(1_400)
    ]
    one = ("bob", stream.encode(stream.HeartRateBatch([(START_MS, 120.0)])))
    assert average.handler(kinesis_event(*flood, one), Context) == {"batchItemFailures": []}
    assert {message["code"] for _, message in pushes.sent} == {"too_many_messages"}
    assert pushes.closed == ["connection-1"]
    sent = [stream.decode_averages(data) for _, data in records_of("average-heart-rate")]
    assert {made.user for record in sent for made in record.averages} == {"ann", "bob"}
    assert dead_letters() == []
    connected = {
        user: connect.handler(websocket_event(user, {}), Context) for user in ("ann", "bob")
    }
    assert [connected[user]["statusCode"] for user in ("ann", "bob")] == [429, 200]
    assert 0 < clients.redis().ttl("flood:ann") <= 60


def test_the_newest_connections_of_a_person_count_and_the_others_are_told_and_closed(
    pushes: Pushes,
) -> None:
    for number in range(8):
        event = websocket_event("ann", {})
        event["requestContext"]["connectionId"] = f"connection-{number}"
        assert connect.handler(event, Context)["statusCode"] == 200
    assert connections.of("ann") == [f"connection-{number}" for number in range(3, 8)]
    assert pushes.closed == ["connection-0", "connection-1", "connection-2"]
    assert [message["code"] for _, message in pushes.sent] == ["too_many_connections"] * 3
