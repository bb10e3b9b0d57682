"""The local tables beside moto: the same calls, the same answers and the same errors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.processes import free_port
from local.tables.values import SETS
from tests.aws import account
from tests.local.processes import client
from tests.local.tables.calls import ALL, CREATED, Call
from tests.local.tables.process import tables_process

APART = {"ResponseMetadata", "ConsumedCapacity", "ItemCollectionMetrics"}
DESCRIPTIONS = {"TableDescription", "Table"}
DESCRIBED = ("TableName", "AttributeDefinitions", "KeySchema", "BillingModeSummary")


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Any]:
    port = free_port()
    with tables_process(port, tmp_path), client("dynamodb", port) as dynamodb:
        yield dynamodb


@pytest.fixture
def moto() -> Iterator[Any]:
    with account():
        made = boto3.client("dynamodb")
        yield made
        made.close()


@pytest.mark.parametrize("calls", ALL.values(), ids=ALL)
def test_every_answer_is_that_of_moto(tables: Any, moto: Any, calls: list[Call]) -> None:
    for call in CREATED + calls:
        assert answer(tables, call) == answer(moto, call), call


def answer(dynamodb: Any, call: Call) -> Any:
    """What a call answers, or the error that botocore makes of it; no counts of capacity."""
    name, parameters = call
    try:
        told = getattr(dynamodb, name)(**parameters)
    except ClientError as error:
        return type(error).__name__, error.response["Error"]["Code"], error.response.get("Item")
    told = {key: _plain(value) for key, value in told.items() if key not in APART}
    for description in DESCRIPTIONS & told.keys():
        told[description] = {key: told[description][key] for key in DESCRIBED}
    if name == "scan":  # in no order that anybody was promised
        told["Items"].sort(key=str)
    return told


def _plain(value: Any) -> Any:
    """The same with sets in one order."""
    if isinstance(value, dict):
        return {key: sorted(each) if key in SETS else _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
