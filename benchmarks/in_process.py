"""Handlers in this process, on the stores of a local cloud, and what their work costs there."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from io import StringIO
from types import SimpleNamespace
from typing import Any

import psutil
from redis import Redis

from lambdas.adapters import clients, environment, lake, songs, telemetry
from local.launcher import CREDENTIALS, Cloud

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
CLIENTS = (
    clients.dynamodb,
    clients.hasty_dynamodb,
    clients.firehose,
    clients.hasty_firehose,
    clients.hasty_secrets,
    clients.kinesis,
    clients.sqs,
    clients.redis,
    clients.management,
)
CONTEXT = SimpleNamespace(
    function_name="bench",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:bench",
    aws_request_id="bench",
)


@contextmanager
def handlers(cloud: Cloud, *names: str) -> Iterator[list[Handler]]:
    """The handlers of functions of the cloud, with what the functions are told there."""
    before = dict(os.environ)
    for function in cloud.stack.functions:
        if function.handler.split(".")[-2] in names:
            os.environ.update(function.environment)
    os.environ.update(CREDENTIALS)
    # Metrics look for their namespace once, when they are imported.
    telemetry.metrics.provider.namespace = os.environ["POWERTOOLS_METRICS_NAMESPACE"]
    _forget()
    try:
        yield [import_module(f"lambdas.{name}").handler for name in names]
    finally:
        os.environ.clear()
        os.environ.update(before)
        _forget()


def _forget() -> None:
    """What a warm function keeps."""
    environment._read_once.cache_clear()
    for client in CLIENTS:
        client.cache_clear()
    lake._key.cache_clear()
    songs._runs.clear()


@dataclass
class Spent:
    """Seconds of processor time, calls of DynamoDB by name, what they found, Redis's commands."""

    own_seconds: float = 0.0
    redis_seconds: float = 0.0
    dynamodb_seconds: float = 0.0
    dynamodb_calls: Counter[str] = field(default_factory=Counter)
    items_found: int = 0
    redis_commands: int = 0


class Meter:
    """What work costs in this process, in the cloud's Redis and in the part with its tables."""

    def __init__(self, cloud: Cloud) -> None:
        port = int(cloud.addresses.dynamodb_url.rpartition(":")[2])
        (part,) = (part for part in cloud.parts if part.address and part.address[1] == port)
        self._tables = psutil.Process(part.process.pid)
        self._redis = Redis.from_url(cloud.addresses.redis_url)
        self._spent: Spent | None = None
        clients.dynamodb().meta.events.register("after-call.dynamodb", self._note)

    @contextmanager
    def adding_to(self, spent: Spent) -> Iterator[None]:
        """The work of this block; what it prints, a function's metrics, is a part of it."""
        tables, redis = self._tables.cpu_times(), self._redis.info()
        self._spent, started = spent, time.process_time()
        with redirect_stdout(StringIO()):
            yield
        spent.own_seconds += time.process_time() - started
        self._spent = None
        after, redis_after = self._tables.cpu_times(), self._redis.info()
        spent.dynamodb_seconds += after.user + after.system - tables.user - tables.system
        for name in ("used_cpu_user", "used_cpu_sys"):
            spent.redis_seconds += redis_after[name] - redis[name]
        commands = redis_after["total_commands_processed"] - redis["total_commands_processed"]
        spent.redis_commands += commands - 1  # to ask is a command too

    def _note(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if self._spent is not None:
            self._spent.dynamodb_calls[model.name] += 1
            self._spent.items_found += parsed.get("Count", 0)
