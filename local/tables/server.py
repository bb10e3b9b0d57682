"""DynamoDB on this machine: `python -m local.tables.server CONFIG`.

The JSON 1.0 protocol that boto3 speaks. Refusals carry AWS's error names and messages.
"""

import asyncio
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path
from time import time
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct, json

from local import part
from local.guard import guard
from local.part import StartError
from local.tables import requests
from local.tables.definition import Definition
from local.tables.operations import Operations
from local.tables.refused import RefusedError
from local.tables.store import LayoutError, Store

TARGET = "DynamoDB_20120810."
CONTENT_TYPE = "application/x-amz-json-1.0"
MAX_BODY_BYTES = 17 << 20
"""BatchWriteItem takes 16 MB, the most of all calls."""
UPKEEP_SECONDS = 1.0
UNSAVED = 1_000
"""Rows that may be in the log of writes alone, which grows with them."""
SWEEPS_EVERY = 30
"""Turns of upkeep from one look for expired items to the next; DynamoDB takes hours."""
COMMON = ("ValidationException", "SerializationException", "UnknownOperationException")
"""Errors of all AWS services, which have another prefix."""

Answer = Callable[[bytes], bytes]


class Config(Struct, frozen=True):
    """What the launcher says: where to listen, where the tables are kept, and whether for long."""

    host: str
    port: int
    directory: str
    lasting: bool = False


def application(config: Config) -> web.Application:
    """The tables on POST /. Raises StartError when their folder cannot be used."""
    try:
        store = Store(Path(config.directory), lasting=config.lasting)
    except (OSError, sqlite3.Error, LayoutError) as error:
        raise StartError(
            f"The tables in {config.directory} cannot be opened: {error}. Let this user write "
            "there, begin empty with --fresh, or name another folder with --data."
        ) from None
    answers = operations_of(Operations(store))

    async def call(request: web.Request) -> web.Response:
        name = request.headers.get("X-Amz-Target", "").removeprefix(TARGET)
        try:
            if name not in answers:
                raise RefusedError(
                    "UnknownOperationException",
                    f"These tables do not know {name!r}; they know {', '.join(answers)}.",
                )
            body = answers[name](await request.read())
        except RefusedError as error:
            return _refusal(error)
        except msgspec.ValidationError as error:
            return _refusal(
                RefusedError("ValidationException", f"1 validation error detected: {error}")
            )
        except (msgspec.DecodeError, RecursionError, ValueError, OverflowError) as error:
            sentence = f"The request cannot be read: {error}"
            return _refusal(RefusedError("SerializationException", sentence))
        return web.Response(body=body, content_type=CONTENT_TYPE)

    async def run(_: web.Application) -> AsyncIterator[None]:
        upkeep = asyncio.create_task(_look_after(store))
        upkeep.add_done_callback(_end_with)
        yield
        upkeep.cancel()
        await asyncio.gather(upkeep, return_exceptions=True)
        store.close()

    app = web.Application(middlewares=[guard(config.port)], client_max_size=MAX_BODY_BYTES)
    app.router.add_post("/", call)
    app.cleanup_ctx.append(run)
    return app


def operations_of(operations: Operations) -> dict[str, Answer]:
    """By their names on the wire; each takes the body of a request. Raises RefusedError, and what
    msgspec raises of a body that is none."""
    known: tuple[tuple[str, Any, Callable[[Any], bytes]], ...] = (
        (
            "BatchExecuteStatement",
            requests.BatchExecuteStatement,
            operations.batch_execute_statement,
        ),
        ("BatchGetItem", requests.BatchGetItem, operations.batch_get_item),
        ("BatchWriteItem", requests.BatchWriteItem, operations.batch_write_item),
        ("CreateTable", Definition, operations.create_table),
        ("DeleteItem", requests.DeleteItem, operations.delete_item),
        ("DeleteTable", requests.Named, operations.delete_table),
        ("DescribeTable", requests.Named, operations.describe_table),
        ("DescribeTimeToLive", requests.Named, operations.describe_time_to_live),
        ("GetItem", requests.GetItem, operations.get_item),
        ("ListTables", requests.ListTables, operations.list_tables),
        ("PutItem", requests.PutItem, operations.put_item),
        ("Query", requests.Query, operations.query),
        ("Scan", requests.Scan, operations.scan),
        ("UpdateItem", requests.UpdateItem, operations.update_item),
        ("UpdateTimeToLive", requests.UpdateTimeToLive, operations.update_time_to_live),
    )
    return {name: _answer(kind, operation) for name, kind, operation in known}


def _answer(kind: Any, operation: Callable[[Any], bytes]) -> Answer:
    decode = json.Decoder(kind).decode
    return lambda body: operation(decode(body))


def _refusal(error: RefusedError) -> web.Response:
    space = (
        "com.amazon.coral.service" if error.code in COMMON else "com.amazonaws.dynamodb.v20120810"
    )
    told: dict[str, Any] = {"__type": f"{space}#{error.code}", "message": str(error)}
    if error.item is not None:
        told["Item"] = error.item
    return web.Response(status=400, body=json.encode(told), content_type=CONTENT_TYPE)


def _end_with(upkeep: asyncio.Task[None]) -> None:
    """Ends the process should upkeep ever end by itself."""
    if not upkeep.cancelled() and (error := upkeep.exception()):
        print(f"The upkeep of the tables ended: {error!r}", file=sys.stderr)
        signal.raise_signal(signal.SIGTERM)


async def _look_after(store: Store) -> None:
    """Deletes what has expired, and works the log of writes into the file, now and then."""
    saved = 0
    for turn in count(1):
        await asyncio.sleep(UPKEEP_SECONDS)
        if turn % SWEEPS_EVERY == 0:
            while store.sweep(time()):  # noqa: ASYNC110 - for calls to come in between
                await asyncio.sleep(0)
        if store.changes > saved + UNSAVED:
            saved = store.changes
            await asyncio.to_thread(store.checkpoint)


if __name__ == "__main__":
    part.main(Config, application)
