import threading
from collections.abc import Iterator

import pytest

from events.messages import Error
from lambdas.adapters import connections, push
from lambdas.adapters.telemetry import metrics
from planning.sizes import typical_song
from tests.adapters.conftest import START_MS, Pushes

SONG = typical_song()


@pytest.fixture
def slow(pushes: Pushes, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Connections that take nothing until the test is over."""
    slow, over = set[str](), threading.Event()
    post = pushes.post_to_connection

    def waiting(*, ConnectionId: str, Data: bytes) -> None:  # noqa: N803 - boto3
        if ConnectionId in slow:
            over.wait(60)
        post(ConnectionId=ConnectionId, Data=Data)

    monkeypatch.setattr(pushes, "post_to_connection", waiting)
    monkeypatch.setattr(push, "LIMIT_SECONDS", 0.2)
    yield slow
    over.set()
    push._pool().shutdown()
    push._pool.cache_clear()


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    found: dict[str, float] = {}
    monkeypatch.setattr(
        metrics, "add_metric", lambda name, unit, value: found.update({name: value})
    )
    return found


def test_connections_that_hang_hold_nobody_up_and_are_counted(
    slow: set[str], pushes: Pushes, counts: dict[str, float]
) -> None:
    slow |= {f"slow-{number}" for number in range(100)}
    with push.pushes() as under_way:
        under_way.song("bob", ["bobs"], SONG, START_MS)
        for one in slow:
            under_way.song("ann", [one], SONG, START_MS)
    assert [one for one, _ in pushes.sent] == ["bobs"]
    assert [since_ms for since_ms, _ in under_way.taken()] == [START_MS]
    assert (counts, under_way.undelivered) == ({"PushesFailed": 100}, 100)


def test_a_song_that_is_pushed_to_nobody_is_not_delivered() -> None:
    with push.pushes() as under_way:
        under_way.song("ann", [], SONG, START_MS)
    assert under_way.undelivered == 1


def test_whoever_is_shut_out_is_told_and_closed_without_holding_up_a_batch(
    slow: set[str], pushes: Pushes
) -> None:
    for one in ("hangs", "takes"):
        connections.add("ann", one)
    slow.add("hangs")
    with push.pushes() as under_way:
        push.close_all(under_way, "ann", Error("too_many_messages", "Send fewer."))
    assert pushes.closed == ["takes"]
