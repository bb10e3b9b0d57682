"""One gateway for all modules of this folder: its functions are processes."""

import secrets
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from local.gateway.server import Config, Gateway
from local.processes import free_port
from tests.local.gateway.cloud import Cloud, Kinesis, api, door, functions, served


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def cloud(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cloud]:
    kinesis, notes = Kinesis(), tmp_path_factory.mktemp("notes")
    stream = web.Application()
    stream.add_routes([web.post("/", kinesis.put)])
    port, kinesis_port = free_port(), free_port()
    config = Config(
        "127.0.0.1",
        port,
        api(),
        functions(notes),
        {"AWS_ENDPOINT_URL_KINESIS": f"http://127.0.0.1:{kinesis_port}"},
        str(tmp_path_factory.mktemp("logs")),
        door=door(),
    )
    gateway = Gateway(config)
    async with (
        served(stream, kinesis_port),
        served(gateway.application(), port),
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
    ):
        yield Cloud(gateway, kinesis, notes, port, http)


@pytest.fixture
def user() -> str:
    return f"user-{secrets.token_hex(4)}"
