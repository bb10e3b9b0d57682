"""The songs table of a running cloud: that of a stage, one that is named, or the local cloud's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from catalog.store import StoreError
from lambdas.adapters.batch_writes import BusyError
from tempofit.addresses import CloudError, read_addresses, remedy, require
from tempofit.operations.stage import aws_errors, find_outputs, stage_client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Where(msgspec.Struct, frozen=True):
    """Which table: that of a stage, one that is named, or that of the local cloud."""

    stage: str
    dynamodb_url: str
    table: str


class SongsTable(NamedTuple):
    """A table and what speaks to it."""

    dynamodb: "DynamoDBClient"
    name: str


@contextmanager
def songs_table(where: Where, trouble: str) -> Iterator[SongsTable]:
    """The table while it is used. CloudError when it cannot be: `trouble` is then what it does."""
    try:
        with _on_aws(where, trouble) if where.stage else _here(where, trouble) as table:
            yield table
    except StoreError as error:
        raise CloudError(str(error)) from None
    except BusyError as error:
        raise CloudError(
            f"The table left {error.left} songs as they were after many attempts: try again when "
            "it is less busy."
        ) from None


@contextmanager
def _on_aws(where: Where, trouble: str) -> Iterator[SongsTable]:
    if where.dynamodb_url or where.table:
        raise CloudError("--stage finds the table by itself: leave out --dynamodb-url and --table.")
    name = find_outputs(where.stage).songs_table
    dynamodb = stage_client("dynamodb")
    try:
        with aws_errors(f"Table {name!r} {trouble}"):
            yield SongsTable(dynamodb, name)
    finally:
        dynamodb.close()


@contextmanager
def _here(where: Where, trouble: str) -> Iterator[SongsTable]:
    known = read_addresses()
    dynamodb_url, name = where.dynamodb_url or known.dynamodb_url, where.table or known.songs_table
    require(dynamodb_url, name)
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=dynamodb_url,
        region_name=known.region,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the local cloud asks for any
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
    )
    try:
        yield SongsTable(dynamodb, name)
    except (BotoCoreError, ClientError) as error:
        raise CloudError(
            f"Table {name!r} at {dynamodb_url} {trouble}: {error}. {remedy(error)}"
        ) from None
    finally:
        dynamodb.close()
