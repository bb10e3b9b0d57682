"""The connections that live as long as a warm function: one client for each service."""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_sqs import SQSClient
    from redis import Redis

    from lambdas.adapters.redis_login import Login

PUSHES_AT_ONCE = 32


def _client(service: Any, *, seconds: float = 5, attempts: int = 5, at_once: int = 10) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        config=Config(
            connect_timeout=2,
            read_timeout=seconds,
            max_pool_connections=at_once,
            tcp_keepalive=True,
            # Checking every argument, and naming itself anew, is half of what a call costs.
            parameter_validation=False,
            user_agent="tempofit",
            retries={"mode": "standard", "total_max_attempts": attempts},
        ),
    )


@cache
def dynamodb() -> "DynamoDBClient":
    """DynamoDB."""
    client: DynamoDBClient = _client("dynamodb")
    return client


@cache
def kinesis() -> "KinesisClient":
    """Kinesis Data Streams."""
    client: KinesisClient = _client("kinesis")
    return client


@cache
def sqs() -> "SQSClient":
    """SQS."""
    client: SQSClient = _client("sqs")
    return client


@cache
def management() -> "ApiGatewayManagementApiClient":
    """`@connections` of the WebSocket API, at AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI.

    Whoever does not take a message at once asks for it again, so that nobody else has to wait.
    """
    client: ApiGatewayManagementApiClient = _client(
        "apigatewaymanagementapi", seconds=2, attempts=1, at_once=PUSHES_AT_ONCE
    )
    return client


@cache
def redis() -> "Redis":
    """Redis at REDIS_URL; values are bytes.

    With REDIS_USER set, it is ElastiCache's cache REDIS_CACHE, entered by this function's role.
    """
    from redis import Redis

    client: Redis = Redis.from_url(
        os.environ["REDIS_URL"],
        credential_provider=_login() if "REDIS_USER" in os.environ else None,
        socket_timeout=2,
        socket_connect_timeout=2,
        protocol=3,
    )
    return client


def _login() -> "Login":
    from botocore.session import get_session

    from lambdas.adapters.redis_login import Login

    user, cache, region = (os.environ[name] for name in ("REDIS_USER", "REDIS_CACHE", "AWS_REGION"))
    credentials = get_session().get_credentials()
    if credentials is None:
        raise RuntimeError(
            f"REDIS_USER is {user!r}, who logs in to Redis by a role of AWS, and there are no AWS "
            "credentials here. Give this function a role, or unset REDIS_USER."
        )
    return Login(user, cache, region, credentials)
