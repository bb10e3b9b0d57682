"""The gateway as a process: ready, stopped, orphaned."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import msgspec
import psutil
import pytest

from local.gateway.server import Config
from local.processes import free_port
from tests.local.gateway.cloud import PATIENCE_SECONDS, Cloud, api, closed, functions
from tests.local.waiting import runs, until

pytestmark = pytest.mark.asyncio(loop_scope="package")


def configured(tmp_path: Path, port: int) -> Path:
    endpoints = {"AWS_ENDPOINT_URL_KINESIS": "http://127.0.0.1:9"}
    config = Config("127.0.0.1", port, api(), functions(tmp_path), endpoints, str(tmp_path))
    path = tmp_path / "gateway.json"
    path.write_bytes(msgspec.json.encode(config))
    return path


@contextmanager
def process(tmp_path: Path, port: int) -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen(
        [sys.executable, "-m", "local.gateway.server", str(configured(tmp_path, port))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


async def test_the_process_says_ready_serves_and_leaves_nothing_behind(tmp_path: Path) -> None:
    port = free_port()
    with process(tmp_path, port) as child:
        assert child.stdout is not None
        assert await asyncio.to_thread(child.stdout.readline) == "ready\n"
        workers = psutil.Process(child.pid).children(recursive=True)
        assert len(workers) >= 2
        async with aiohttp.ClientSession() as http:
            url = f"http://127.0.0.1:{port}/dev"
            socket = await http.ws_connect(url, params={"token": "allow-someone"})
            async with http.get(f"http://127.0.0.1:{port}/_status") as answer:
                report = json.loads(await answer.text())
            assert (report["connections"], report["people"]) == (1, 1)
            assert all(report["functions"][name] >= 1 for name in ("authorize", "connect"))
            child.send_signal(signal.SIGTERM)
            assert await closed(socket) == (1001, "Going away")
        assert await asyncio.to_thread(child.wait, PATIENCE_SECONDS) == 0
        await until(lambda: not any(runs(worker) for worker in workers))
        assert (tmp_path / "someone").exists(), "$disconnect is delivered"


async def test_a_taken_port_is_named_in_a_sentence(cloud: Cloud, tmp_path: Path) -> None:
    with process(tmp_path, cloud.port) as child:
        _, said = await asyncio.to_thread(child.communicate, timeout=PATIENCE_SECONDS)
    assert child.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{cloud.port}" in said
    assert "Traceback" not in said
