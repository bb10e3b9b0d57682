"""How the local cloud does, asked of its parts: all at once, none for longer than a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from local.addresses import Addresses
from local.functions.mappings import Status as Mapping
from local.gateway.server import Report as GatewayReport
from local.streams import Report as StreamsReport
from tempofit.operations.here import client_here

ANSWER_SECONDS = 3.0

AnswerT = TypeVar("AnswerT")


class Part(msgspec.Struct, frozen=True):
    """A part, by the name of its log, and whether it answers."""

    name: str
    address: str
    answers: bool


class Status(msgspec.Struct, frozen=True):
    """What runs; what was asked of a part that does not answer is None, or left out."""

    process: int
    """Of the launcher."""
    parts: list[Part]
    functions: dict[str, int]
    """How many workers each has."""
    shards: dict[str, int]
    """How many each stream has."""
    mappings: list[Mapping]
    people: int | None
    connections: int | None
    songs: int | None
    dead_letters: int | None


async def ask(known: Addresses, process: int) -> Status:
    """Asks every part of the cloud at `known`, whose launcher is `process`."""
    gateway_url = known.management_url.rpartition("/")[0]
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http:

        async def get(url: str) -> bytes:
            async with http.get(url) as answer:
                answer.raise_for_status()
                return await answer.read()

        async def streams() -> StreamsReport:
            read = await get(f"{known.kinesis_url}/_status")
            return msgspec.json.decode(read, type=StreamsReport)

        async def gateway() -> GatewayReport:
            return msgspec.json.decode(await get(f"{gateway_url}/_status"), type=GatewayReport)

        lake = None
        if known.lake_url:
            lake = asyncio.create_task(_answer(get(f"{known.lake_url}/_status")))
        page, api, kinesis, songs, letters, redis = await asyncio.gather(
            _answer(get(f"{known.page_url}/config.json")),
            _answer(gateway()),
            _answer(streams()),
            _answer(_in_thread(_songs(known))),
            _answer(_in_thread(_letters(known))),
            _answer(_ping(known.redis_url)),
        )
        lake_answer = await lake if lake else None
    answers: dict[tuple[str, str], object] = {
        ("web", known.page_url): page,
        ("gateway", gateway_url): api,
        ("streams", known.kinesis_url): kinesis,
        ("tables", known.dynamodb_url): songs,
        ("queues", known.sqs_url): letters,
        ("redis", _without_login(known.redis_url)): redis,
        **({("lake", known.lake_url): lake_answer} if lake else {}),
    }
    return Status(
        process=process,
        parts=[Part(*part, answer is not None) for part, answer in answers.items()],
        functions={**(kinesis.functions if kinesis else {}), **(api.functions if api else {})},
        shards=kinesis.shards if kinesis else {},
        mappings=kinesis.mappings if kinesis else [],
        people=api.people if api else None,
        connections=api.connections if api else None,
        songs=songs,
        dead_letters=letters,
    )


async def _answer(asked: Awaitable[AnswerT]) -> AnswerT | None:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await asked
    except (
        aiohttp.ClientError,
        OSError,
        TimeoutError,
        msgspec.MsgspecError,
        RedisError,
        BotoCoreError,
        ClientError,
    ):
        return None


async def _ping(url: str) -> bool:
    async with Redis.from_url(url) as redis:
        await redis.ping()
    return True


def _songs(known: Addresses) -> Callable[[], int]:
    dynamodb = client_here("dynamodb", known.dynamodb_url, ANSWER_SECONDS)

    def count() -> int:
        table: dict[str, Any] = dynamodb.describe_table(TableName=known.songs_table)["Table"]
        return int(table["ItemCount"])

    return count


def _letters(known: Addresses) -> Callable[[], int]:
    sqs = client_here("sqs", known.sqs_url, ANSWER_SECONDS)

    def count() -> int:
        attributes = sqs.get_queue_attributes(
            QueueUrl=known.dead_letters_queue_url, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"])

    return count


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


async def _in_thread(count: Callable[[], int]) -> int:
    return await asyncio.to_thread(count)
