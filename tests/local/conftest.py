import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from local.functions import mappings
from local.functions.mappings import Source
from local.functions.workers import Workers
from local.kinesis.shards import Streams
from local.template.stack import Function, Mapping
from tests.local.rig import QUEUE, Rig, Rigging


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mappings, "FIRST_WAIT_SECONDS", 0.001)


@pytest.fixture
def rigged(tmp_path: Path, impatient: None) -> Rigging:
    """Rig(handler, what to put first, mapping...): started, and stopped with the block."""

    @asynccontextmanager
    async def rigging(
        handler: str,
        *first: str,
        shards: int = 1,
        concurrency: int = 1,
        answer: str = "",
        timeout_seconds: float = 20,
        **terms: Any,
    ) -> AsyncIterator[Rig]:
        stream = Streams().create("heart-rate", shards, time.time())
        environment = {
            "SEEN": str(tmp_path / "seen"),
            "DIED": str(tmp_path / "died"),
            "RELEASE": str(tmp_path / "release"),
            "ANSWER": answer,
        }
        handler = f"tests.local.handlers.{handler}"
        function = Function("average", handler, environment, timeout_seconds, 128)
        workers = Workers(function, tmp_path / "average.log", concurrency)
        terms = {"starting_position": "TRIM_HORIZON", "on_failure_queue_url": QUEUE, **terms}
        source = Source(Mapping("heart-rate", "average", **terms), stream, workers, send)
        rig = Rig(tmp_path, stream, source, messages)
        await workers.start()
        rig.put(*first)
        try:
            source.start()
            yield rig
        finally:
            rig.touch("release")
            await source.stop(1)
            await workers.stop()

    messages: list[dict[str, Any]] = []

    async def send(queue_url: str, body: str) -> None:
        assert queue_url == QUEUE
        messages.append(json.decode(body))

    return rigging
