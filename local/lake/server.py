"""Firehose, and the secret of the lake, on this machine: `python -m local.lake.server CONFIG`.

The JSON 1.1 protocol that boto3 speaks. A caller needs AWS_ENDPOINT_URL_FIREHOSE,
AWS_ENDPOINT_URL_SECRETS_MANAGER and any credentials. Refusals carry AWS's error names.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
from aiohttp import web
from msgspec import Struct, json

from local import part
from local.guard import guard
from local.lake.requests import (
    MAX_CALL_BYTES,
    GetSecretValue,
    PutRecordBatch,
    RefusedError,
    decoded,
    not_found,
)
from local.part import StartError
from local.template.stack import Delivery

if TYPE_CHECKING:
    from local.lake.delivery import Buffer

PUT = "Firehose_20150804.PutRecordBatch"
SECRET = "secretsmanager.GetSecretValue"  # noqa: S105 - the name of a call
CONTENT_TYPE = "application/x-amz-json-1.1"
UPKEEP_SECONDS = 0.5


class Config(Struct, frozen=True):
    """What the launcher says: where to listen, what is delivered, and where it is written."""

    host: str
    port: int
    directory: str
    deliveries: list[Delivery]
    secret: str
    """The name of the one secret, whose value is made once and kept in `key_file`."""
    key_file: str
    buffer_seconds: float
    """After which what waits is written; never later than the template says."""


def application(config: Config) -> web.Application:
    """Firehose and the secret on POST /, how many records wait on GET /_status.

    Raises StartError when the key cannot be kept.
    """
    from local.lake.delivery import Buffer  # pyarrow takes long; the launcher reads Config alone

    key = _key(Path(config.key_file))
    buffers = {
        one.name: Buffer(
            one, Path(config.directory), min(config.buffer_seconds, one.buffer_seconds)
        )
        for one in config.deliveries
    }

    def put(body: bytes) -> dict[str, Any]:
        request = json.decode(body, type=PutRecordBatch)
        if request.delivery_stream_name not in buffers:
            raise not_found(request.delivery_stream_name)
        records = decoded(request)
        buffers[request.delivery_stream_name].add(records, time.time())
        answers = [{"RecordId": uuid4().hex} for _ in records]
        return {"FailedPutCount": 0, "Encrypted": True, "RequestResponses": answers}

    def secret(body: bytes) -> dict[str, Any]:
        request = json.decode(body, type=GetSecretValue)
        if request.secret_id != config.secret:
            raise RefusedError(
                "ResourceNotFoundException", "Secrets Manager can't find the specified secret."
            )
        return {"Name": config.secret, "SecretString": key}

    operations = {PUT: put, SECRET: secret}

    async def call(request: web.Request) -> web.Response:
        name = request.headers.get("X-Amz-Target", "")
        try:
            if name not in operations:
                raise RefusedError(
                    "UnknownOperationException",
                    f"This lake does not know {name!r}; it knows {', '.join(operations)}.",
                )
            answer = operations[name](await request.read())
        except RefusedError as refusal:
            return _error(refusal.name, str(refusal))
        except msgspec.ValidationError as error:
            return _error("ValidationException", f"1 validation error detected: {error}")
        except msgspec.DecodeError as error:
            return _error("SerializationException", f"The request is no JSON: {error}")
        return web.Response(body=json.encode(answer), content_type=CONTENT_TYPE)

    async def status(_: web.Request) -> web.Response:
        waiting = {name: len(buffer.records) for name, buffer in buffers.items()}
        return web.Response(body=json.encode(waiting), content_type="application/json")

    async def run(_: web.Application) -> AsyncIterator[None]:
        upkeep = asyncio.create_task(_look_after(list(buffers.values())))
        yield
        upkeep.cancel()
        with suppress(asyncio.CancelledError):
            await upkeep
        for buffer in buffers.values():
            _write(buffer)

    app = web.Application(middlewares=[guard(config.port)], client_max_size=2 * MAX_CALL_BYTES)
    app.router.add_post("/", call)
    app.router.add_get("/_status", status)
    app.cleanup_ctx.append(run)
    return app


async def _look_after(buffers: "list[Buffer]") -> None:
    while True:
        await asyncio.sleep(UPKEEP_SECONDS)
        for buffer in buffers:
            if buffer.is_due(time.time()):
                _write(buffer)


def _write(buffer: "Buffer") -> None:
    """What cannot be written is lost, and said: nobody waits for it."""
    records = buffer.take()
    try:
        if records:
            buffer.write(records)
    except OSError as error:
        print(
            f"{len(records)} records of {buffer.delivery.name} are lost: {error}", file=sys.stderr
        )


def _key(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(token_hex(32))
        return path.read_text()
    except OSError as error:
        raise StartError(
            f"The key of the lake in {path} cannot be kept: {error.strerror}. Let this user write "
            "there, or name another folder with --data."
        ) from None


def _error(name: str, sentence: str) -> web.Response:
    body = json.encode({"__type": name, "message": sentence})
    return web.Response(status=400, body=body, content_type=CONTENT_TYPE)


if __name__ == "__main__":
    part.main(Config, application)
