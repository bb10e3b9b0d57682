"""Processes that tests start: parts of the local cloud, and a real SQS."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config as ClientConfig
from msgspec import json

from local.project import PROJECT
from local.streams import Config

Client = Any
"""boto3 types its clients at run time only."""


def streams_process(config: Config, files: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    """`python -m local.streams`, ready."""
    return part_process("local.streams", json.encode(config), files)


@contextmanager
def part_process(module: str, config: bytes, files: Path) -> Iterator[subprocess.Popen[str]]:
    """A part of the local cloud, ready; its stderr goes to the file `part.log`."""
    path = files / "part.json"
    path.write_bytes(config)
    with (files / "part.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(path)],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with _ended(process):
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", (files / "part.log").read_text()
        yield process


@contextmanager
def sqs_process(port: int, files: Path) -> Iterator[None]:
    """A ministack that serves SQS on the port."""
    environment = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "sqs",
        "IOT_MTLS_ENABLED": "0",
    }
    with (files / "ministack.log").open("w") as log:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("ministack"))],
            cwd=files,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
    with _ended(process):
        wait_for(lambda: "Ready" in (files / "ministack.log").read_text())
        yield


@contextmanager
def client(service: str, port: int) -> Iterator[Client]:
    """A plain boto3 client that knows only where the service is."""
    made = boto3.client(
        service,  # type: ignore[call-overload]  # the stubs want one literal for each service
        region_name="us-east-1",
        endpoint_url=f"http://127.0.0.1:{port}",
        config=ClientConfig(retries={"total_max_attempts": 1}),
    )
    try:
        yield made
    finally:
        made.close()


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    """Returns once the condition holds; fails when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"It did not come about within {seconds} s."
        time.sleep(0.02)


def running(process: int) -> bool:
    """Whether the process runs; one that has ended and only waits for its parent does not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or ") Z " not in state.read_text()


@contextmanager
def _ended(process: subprocess.Popen[Any]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
