"""A stream, its mapping and a function in a real worker process."""

import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec import json

from local.functions.mappings import Source
from local.kinesis.shards import Stream, hash_key, key_text
from tests.local.waiting import until

QUEUE = "http://127.0.0.1/000000000000/dead-letters"


decode_seen = json.Decoder(list[tuple[str, str, str]]).decode_lines


@dataclass
class Rig:
    """A stream, a mapping and a function; what the handler saw and what went to the queue."""

    files: Path
    stream: Stream
    source: Source
    messages: list[dict[str, Any]] = field(default_factory=list)

    def put(self, *texts: str, key: str = "athlete-001", age_seconds: float = 0) -> list[str]:
        """Adds records under one key; their sequence numbers."""
        return self.put_at(hash_key(key), *texts, key=key, age_seconds=age_seconds)

    def put_at(
        self, at: int, *texts: str, key: str = "athlete-001", age_seconds: float = 0
    ) -> list[str]:
        shard, now = self.stream.shard_of(at), time.time() - age_seconds
        return [
            shard.append(key_text(key), b64encode(text.encode()).decode(), now) for text in texts
        ]

    @property
    def batches(self) -> list[list[str]]:
        """The texts of each invocation so far."""
        return [[text for _, text, _ in records] for records in self.seen]

    @property
    def seen(self) -> list[list[tuple[str, str, str]]]:
        path = self.files / "seen"
        return decode_seen(path.read_bytes()) if path.exists() else []

    def touch(self, name: str) -> None:
        (self.files / name).touch()

    async def drained(self) -> None:
        await until(lambda: self.source.status().lag == 0)


Rigging = Callable[..., AbstractAsyncContextManager[Rig]]
