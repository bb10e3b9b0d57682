"""An account of AWS, played by moto."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.dynamodb.responses import DynamoHandler

from local.tables import partiql
from local.tables.refused import RefusedError

OPERATIONS = {"PutItem": DynamoHandler.put_item, "UpdateItem": DynamoHandler.update_item}


@contextmanager
def account() -> Iterator[None]:
    """An account in which there is nothing yet; leaving it deletes all that is there by then.

    boto3 reads its models of AWS, most of what a client costs, once for all accounts. Statements
    of PartiQL are those of the local cloud: moto's parser takes no parameters to INSERT.
    """
    with (
        mock_aws(),
        patch.object(boto3, "DEFAULT_SESSION", _session()),
        patch.object(DynamoHandler, "batch_execute_statement", _batch_execute_statement),
    ):
        yield


def _batch_execute_statement(handler: DynamoHandler) -> ActionResult:
    def key_of(table: str) -> Sequence[str]:
        with _refusing():
            return [
                str(key["AttributeName"])
                for key in handler.dynamodb_backend.get_table(table).schema
            ]

    def write(operation: str, request: partiql.Request) -> None:
        handler.body = request
        with _refusing():
            OPERATIONS[operation](handler)

    try:
        return ActionResult(partiql.run_batch(handler.body["Statements"], key_of, write))
    except RefusedError as error:
        raise JsonRESTError(error.code, str(error)) from None


@contextmanager
def _refusing() -> Iterator[None]:
    """Tells moto's errors as the local cloud does."""
    try:
        yield
    except JsonRESTError as error:
        item = json.loads(error.description).get("Item")
        raise RefusedError(error.error_type.rpartition("#")[2], error.message, item) from None


@cache
def _session() -> boto3.Session:
    return boto3.Session()
