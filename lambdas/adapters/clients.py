"""The connections that live as long as a warm function: one client for each service."""

from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from lambdas.adapters import environment

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from redis import Redis

    from lambdas.adapters.redis_login import Login

PUSHES_AT_ONCE = 32
HASTE: dict[str, Any] = {
    "connect_timeout": 0.4,
    "read_timeout": 0.4,
    "retries": {"total_max_attempts": 1},
}


class RedisAddress(Struct, frozen=True):
    """Where Redis is; with a user, it is ElastiCache's cache, entered by the function's role."""

    redis_url: str
    redis_user: str = ""
    redis_cache: str = ""
    aws_region: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError when the user could not log in."""
        if self.redis_user and not (self.redis_cache and self.aws_region):
            raise ValueError("`redis_user` needs `redis_cache` and `aws_region`")


class PushAddress(Struct, frozen=True):
    """Where `@connections` of the WebSocket API is."""

    aws_endpoint_url_apigatewaymanagementapi: str


def _client(service: Any, address: str | None = None, **config: Any) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        endpoint_url=address,
        config=Config(
            connect_timeout=2,
            read_timeout=5,
            tcp_keepalive=True,
            # Checking every argument, and naming itself anew, is half of what a call costs.
            parameter_validation=False,
            user_agent="tempofit",
            retries={"mode": "standard", "max_attempts": 4},
        ).merge(Config(**config)),
    )


@cache
def dynamodb() -> "DynamoDBClient":
    """DynamoDB."""
    client: DynamoDBClient = _client("dynamodb")
    return client


@cache
def hasty_dynamodb() -> "DynamoDBClient":
    """DynamoDB, for what can do without: it is asked once, and has less than a second."""
    client: DynamoDBClient = _client("dynamodb", **HASTE)
    return client


@cache
def kinesis() -> "KinesisClient":
    """Kinesis Data Streams."""
    client: KinesisClient = _client("kinesis")
    return client


@cache
def firehose() -> "FirehoseClient":
    """Data Firehose, which fills the lake."""
    client: FirehoseClient = _client("firehose")
    return client


@cache
def hasty_firehose() -> "FirehoseClient":
    """The same, for rows that others do not wait for: it is asked once, and has half a second."""
    client: FirehoseClient = _client("firehose", **HASTE)
    return client


@cache
def hasty_secrets() -> "SecretsManagerClient":
    """Secrets Manager, in as much of a hurry."""
    client: SecretsManagerClient = _client("secretsmanager", **HASTE)
    return client


@cache
def sqs() -> "SQSClient":
    """SQS."""
    client: SQSClient = _client("sqs")
    return client


@cache
def management() -> "ApiGatewayManagementApiClient":
    """`@connections` of the WebSocket API, at its PushAddress.

    Whoever does not take a message at once asks for it again, so that nobody else has to wait.
    """
    address = environment.read(PushAddress).aws_endpoint_url_apigatewaymanagementapi
    client: ApiGatewayManagementApiClient = _client(
        "apigatewaymanagementapi",
        address,
        read_timeout=2,
        retries={"total_max_attempts": 1},
        max_pool_connections=PUSHES_AT_ONCE,
    )
    return client


@cache
def gateway() -> Any:
    """API Gateway itself, of whose WebSocket API a deployment changes the models."""
    return _client("apigatewayv2")


@cache
def redis() -> "Redis":
    """Redis at its RedisAddress; values are bytes."""
    from redis import Redis

    address = environment.read(RedisAddress)
    client: Redis = Redis.from_url(
        address.redis_url,
        credential_provider=_login() if address.redis_user else None,
        socket_timeout=2,
        socket_connect_timeout=2,
        protocol=3,
        command_packer=_Packer(),
    )
    return client


class _Packer:
    """Commands as hiredis packs them; redis-py would look at each of their arguments before."""

    def pack(self, *args: Any) -> list[bytes]:
        """The bytes of a command, whose name may be of several words."""
        from hiredis import pack_command

        name, *rest = args
        return [pack_command((*name.split(), *rest))]


def _login() -> "Login":
    from botocore.session import get_session

    from lambdas.adapters.redis_login import Login

    address = environment.read(RedisAddress)
    credentials = get_session().get_credentials()
    if credentials is None:
        raise RuntimeError(
            f"REDIS_USER is {address.redis_user!r}, who logs in to Redis by a role of AWS, and "
            "there are no AWS credentials here. Give this function a role, or unset REDIS_USER."
        )
    return Login(address.redis_user, address.redis_cache, address.aws_region, credentials)
