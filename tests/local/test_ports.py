import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from local.processes import PartError, check_free, free_port, usual_port


@contextmanager
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_usual_port_that_is_free_is_taken_each_time() -> None:
    usual, beyond = free_port(), free_port()
    assert [usual_port(usual, beyond, ()) for _ in range(2)] == [usual, usual]


def test_the_next_free_port_stands_in_for_one_that_is_taken_or_chosen() -> None:
    with taken() as usual, taken() as beyond:
        port = usual_port(usual, beyond, ())
        assert port > beyond
        check_free(port, "the page")
        assert usual_port(port, beyond, [port]) > port


def test_a_taken_port_is_named() -> None:
    with taken() as port, pytest.raises(PartError, match=f"Port {port}, where the page should be"):
        check_free(port, "the page")


def test_a_free_port_is_none_that_a_connection_may_get_and_none_that_was_drawn() -> None:
    ports = [free_port() for _ in range(200)]
    assert len(set(ports)) == 200
    assert max(ports) < 32_768
