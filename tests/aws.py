"""An account of AWS, played by moto."""

import json
from collections.abc import Iterable, Iterator, Sequence
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

LAKE_KEY = "the key of the stage"
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


def create_lake(deliveries: Iterable[str], secrets: Iterable[str]) -> None:
    """Creates delivery streams into a bucket of their own, and secrets with a key in each."""
    for name in secrets:
        boto3.client("secretsmanager").create_secret(Name=name, SecretString=LAKE_KEY)
    for name in deliveries:
        boto3.client("s3").create_bucket(Bucket=name.lower())
        boto3.client("firehose").create_delivery_stream(
            DeliveryStreamName=name,
            ExtendedS3DestinationConfiguration={
                "BucketARN": f"arn:aws:s3:::{name.lower()}",
                "RoleARN": "arn:aws:iam::000000000000:role/lake",
            },
        )


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
