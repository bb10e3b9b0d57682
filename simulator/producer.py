"""Samples into the heart-rate stream by PutRecords, past the WebSocket API."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import islice
from random import Random
from typing import TYPE_CHECKING

from events.samples import MAX_SAMPLES, Sample
from events.stream import HeartRateBatch, encode
from simulator.backoff import full_jitter
from simulator.pace import Feed, clock_ms

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import PutRecordsRequestEntryTypeDef

MAX_RECORDS = 500
"""Records that one PutRecords call takes."""
ATTEMPTS = 10

Sent = Callable[[str, Sequence[Sample], int], None]
"""A ledger entry: user, samples, and the clock (epoch ms) when they were handed over."""


class ProducerError(Exception):
    """Records were refused again and again; the text says how many and with what code."""


class Producer:
    """Puts samples into one stream; one user's samples arrive in order, whatever fails.

    `sent` is called for samples that the stream took, with the time just before the call that
    carried them. Any object with boto3's `put_records` will do.
    """

    def __init__(
        self,
        kinesis: "KinesisClient",
        stream: str,
        sent: Sent | None = None,
        random: Random | None = None,
        backoff_seconds: float = 0.1,
    ) -> None:
        self._kinesis = kinesis
        self._stream = stream
        self._sent = sent
        self._random = random or Random()
        self._backoff_seconds = backoff_seconds

    def put(self, samples: Mapping[str, Sequence[Sample]]) -> None:
        """Puts each user's samples, oldest first; returns when the stream took all of them.

        A call holds one record of a user at most, so that a refused one is not overtaken.
        Blocks. Raises ProducerError when records are still refused after ten attempts.
        """
        waiting = {user: list(theirs) for user, theirs in samples.items() if theirs}
        while waiting:
            users = list(islice(waiting, MAX_RECORDS))
            self._put_all({user: waiting[user][:MAX_SAMPLES] for user in users})
            for user in users:
                rest = waiting.pop(user)[MAX_SAMPLES:]
                if rest:
                    waiting[user] = rest

    def _put_all(self, batches: dict[str, list[Sample]]) -> None:
        code = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(full_jitter(self._random, attempt - 1, self._backoff_seconds, 5.0))
            code = self._put_once(batches)
            if not batches:
                return
        raise ProducerError(
            f"Stream {self._stream!r} refused {len(batches)} records {ATTEMPTS} times, "
            f"at last with {code!r}: send less, or give the stream more shards."
        )

    def _put_once(self, batches: dict[str, list[Sample]]) -> str:
        users = list(batches)
        records: list[PutRecordsRequestEntryTypeDef] = [
            {"Data": encode(HeartRateBatch(batches[user])), "PartitionKey": user} for user in users
        ]
        at_ms = clock_ms()
        answer = self._kinesis.put_records(StreamName=self._stream, Records=records)
        code = ""
        for user, result in zip(users, answer["Records"], strict=True):
            if result.get("ErrorCode"):
                code = result["ErrorCode"]
                continue
            taken = batches.pop(user)
            if self._sent:
                self._sent(user, taken, at_ms)
        return code


async def produce(
    producer: Producer,
    feeds: Mapping[str, Feed],
    flush_seconds: float = 1.0,
    now_ms: Callable[[], int] = clock_ms,
) -> None:
    """Puts what is due of every user's feed each `flush_seconds`, until all feeds are done.

    PutRecords runs in a thread beside the event loop. Raises ProducerError, botocore's errors.
    """
    waiting = [(feed.due_ms, user) for user, feed in feeds.items() if not feed.done]
    heapify(waiting)
    while waiting:
        began = time.monotonic()
        at_ms = now_ms()
        due: dict[str, list[Sample]] = {}
        while waiting and waiting[0][0] <= at_ms:
            _, user = heappop(waiting)
            due[user] = feeds[user].due(at_ms)
        await asyncio.to_thread(producer.put, due)
        for user in due:
            if not feeds[user].done:
                heappush(waiting, (feeds[user].due_ms, user))
        if waiting:
            await asyncio.sleep(max(0.0, began + flush_seconds - time.monotonic()))
