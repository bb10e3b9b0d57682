"""Kinesis and its event source mappings as one process: `python -m local.streams CONFIG`.

Each function starts with one worker and gets another when a batch has waited for one for a while,
up to one for each lane of its mappings, as in AWS, and never more than `Config.workers`.
"""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from msgspec import Struct, json

from local.functions.mappings import Send, Source, Status
from local.functions.workers import FunctionError, Workers
from local.guard import guard
from local.kinesis.server import MAX_BODY_BYTES, Kinesis
from local.kinesis.shards import Streams
from local.part import StartError, main
from local.project import REGION
from local.template.stack import Function, Mapping, Stream

STOP_SECONDS = 5
UPKEEP_SECONDS = 1


class Config(Struct, frozen=True):
    """What to serve and where."""

    host: str
    port: int
    endpoints: dict[str, str]
    """AWS_ENDPOINT_URL_SQS, for on-failure messages."""
    streams: list[Stream]
    functions: list[Function]
    mappings: list[Mapping]
    log_directory: str
    limits: bool = True
    """Whether a shard refuses more than 1,000 records or 1 MB a second, as in AWS."""
    workers: int = 4
    """The most worker processes of one function."""


class Report(Struct, frozen=True):
    """What GET /_status answers."""

    mappings: list[Status]
    functions: dict[str, int]
    """How many workers each has."""
    shards: dict[str, int]
    """How many each stream has."""


def application(config: Config) -> web.Application:
    """Kinesis on POST /, a `Report` on GET /_status; mappings run as long as the application.

    Starting it raises StartError when a handler cannot be imported.
    """
    streams = Streams()
    for stream in config.streams:
        streams.create(stream.name, stream.shards, time.time(), stream.retention_hours)
    workers = {function.name: _workers(config, function) for function in config.functions}
    send = _sender(config.endpoints.get("AWS_ENDPOINT_URL_SQS"))
    sources = [
        Source(mapping, streams[mapping.stream], workers[mapping.function], send)
        for mapping in config.mappings
    ]

    async def status(_: web.Request) -> web.Response:
        report = Report(
            [source.status() for source in sources],
            {name: each.count for name, each in workers.items()},
            {name: len(stream.shards) for name, stream in streams.items()},
        )
        return web.Response(body=json.encode(report), content_type="application/json")

    async def run(_: web.Application) -> AsyncIterator[None]:
        try:
            await asyncio.gather(*(each.start() for each in workers.values()))
            for source in sources:
                source.start()
            upkeep = asyncio.create_task(_look_after(streams, sources))
            yield
            upkeep.cancel()
            await asyncio.gather(upkeep, return_exceptions=True)
        except FunctionError as error:
            raise StartError(
                f"A function does not start: {error}. Its log is in {config.log_directory}."
            ) from None
        finally:
            await asyncio.gather(*(source.stop(STOP_SECONDS) for source in sources))
            await asyncio.gather(*(each.stop() for each in workers.values()))

    app = web.Application(middlewares=[guard(config.port)], client_max_size=MAX_BODY_BYTES)
    app.router.add_post("/", Kinesis(streams, config.limits).handler())
    app.router.add_get("/_status", status)
    app.cleanup_ctx.append(run)
    return app


async def _look_after(streams: Streams, sources: list[Source]) -> None:
    """Trims the streams now and then; ends the process should a lane ever end by itself."""
    lanes = [task for source in sources for task in source.tasks]
    while not any(lane.done() for lane in lanes):
        await asyncio.sleep(UPKEEP_SECONDS)
        streams.trim(time.time())
    for lane in lanes:
        if lane.done() and not lane.cancelled() and (error := lane.exception()):
            print(f"A lane of an event source mapping ended: {error!r}", file=sys.stderr)
    signal.raise_signal(signal.SIGTERM)


def _workers(config: Config, function: Function) -> Workers:
    shards = {stream.name: stream.shards for stream in config.streams}
    lanes = sum(
        shards[mapping.stream] * mapping.parallelization_factor
        for mapping in config.mappings
        if mapping.function == function.name
    )
    log = Path(config.log_directory) / f"{function.name}.log"
    return Workers(function, log, min(lanes, config.workers))


def _sender(endpoint_url: str | None) -> Send:
    @cache
    def client() -> Any:
        import boto3  # takes 0.3 s and is needed only when something goes wrong

        session = boto3.Session("local", "local", region_name=REGION)
        return session.client("sqs", endpoint_url=endpoint_url)

    def send(queue_url: str, body: str) -> None:
        client().send_message(QueueUrl=queue_url, MessageBody=body)

    async def send_in_thread(queue_url: str, body: str) -> None:
        await asyncio.to_thread(send, queue_url, body)

    return send_in_thread


if __name__ == "__main__":
    main(Config, application)
