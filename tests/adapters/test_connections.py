from typing import Any

from lambdas import connect, disconnect
from lambdas.adapters import connections
from tests.adapters.conftest import Context, websocket_event


def event(user: str, connection_id: str) -> dict[str, Any]:
    made = websocket_event(user, {})
    made["requestContext"]["connectionId"] = connection_id
    return made


def test_a_connection_is_remembered_until_it_closes() -> None:
    assert connect.handler(event("ann", "one"), Context)["statusCode"] == 200
    connect.handler(event("ann", "two"), Context)
    assert connections.of("ann") == ["one", "two"]
    disconnect.handler(event("ann", "one"), Context)
    assert connections.of("ann") == ["two"]


def test_a_connection_that_closes_twice_is_no_error() -> None:
    assert disconnect.handler(event("ann", "one"), Context)["statusCode"] == 200
