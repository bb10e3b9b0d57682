"""Tables in this process, called as the server calls them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from local.tables.operations import Operations
from local.tables.server import operations_of
from local.tables.store import Store
from tests.local.tables.calls import CREATED

Tables = Callable[..., Any]
"""Answers an operation, named as on the wire, with its parameters."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def tables(store: Store) -> Tables:
    """Empty tables `songs`, with its index, and `song-ends`."""
    answers = operations_of(Operations(store))

    def call(operation: str, **parameters: Any) -> Any:
        return json.decode(answers[operation](json.encode(parameters)))

    for _, table in CREATED[:2]:
        call("CreateTable", **table)
    return call
