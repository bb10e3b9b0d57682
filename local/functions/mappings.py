"""Event source mappings: what Lambda does between a Kinesis stream and a function.

A shard is read by `parallelization_factor` lanes; a partition key always takes the same lane, so
its order holds. A lane delivers one batch at a time and never waits for another lane.

When a batch fails, in this order:
- records older than the age limit (or than the stream keeps) are given up: `RecordAgeExceeded`;
- a partial failure checkpoints at the lowest failed record; the rest is a batch of its own, with
  all its retries;
- with bisect, a batch of which nothing got done is split in two halves, each with all its retries;
- else it is retried, up to the retry limit, then given up: `RetryAttemptsExhausted`.
A retry waits twice as long as the one before it, without an upper limit (`wait_seconds`); after
progress or a split the waits begin anew. AWS publishes no numbers: about 1, 2, 4, 8 seconds and so
on were seen there, and nothing that bounds them.
"""

import asyncio
import sys
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4
from zlib import crc32

from msgspec import Struct

from local.functions.batches import (
    Batch,
    Condition,
    event,
    first_failure,
    fitting,
    on_failure_message,
)
from local.functions.worker import ARN as FUNCTION_ARN
from local.functions.workers import FunctionError, Workers
from local.kinesis.shards import Reader, Record, Shard, Stream
from local.template.stack import Mapping

FIRST_WAIT_SECONDS = 1.0
REST = 2.0
"""How long a lane rests after a delivery, in lengths of that delivery."""
LONGEST_REST_SECONDS = 0.1
SCAN_RECORDS = 10_000

Send = Callable[[str, str], Awaitable[None]]
"""Sends a message body (second) to a queue address (first)."""


class Status(Struct, frozen=True):
    """How a mapping is doing, in records; `failures` counts invocations that failed."""

    stream: str
    function: str
    delivered: int
    discarded: int
    in_flight: int
    lag: int
    """Records not yet done with, those in flight included."""
    failures: int


@dataclass(eq=False)
class Source:
    """One running mapping from `stream` to the function of `workers`."""

    mapping: Mapping
    stream: Stream
    workers: Workers
    send: Send
    lanes: list["Lane"] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Starts one task for each lane of each shard; a task ends only when it is stopped."""
        latest = self.mapping.starting_position == "LATEST"
        for shard in self.stream.shards:
            for number in range(self.mapping.parallelization_factor):
                position = shard.end if latest else shard.first
                self.lanes.append(Lane(self, shard, number, position))
        self.tasks = [asyncio.create_task(lane.run()) for lane in self.lanes]

    async def stop(self, patience_seconds: float = 5) -> None:
        """Takes no more records; gives invocations under way `patience_seconds` to finish."""
        for lane in self.lanes:
            lane.stop()
        if not self.tasks:
            return
        _, late = await asyncio.wait(self.tasks, timeout=patience_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def status(self) -> Status:
        return Status(
            self.mapping.stream,
            self.mapping.function,
            sum(lane.delivered for lane in self.lanes),
            sum(lane.discarded for lane in self.lanes),
            sum(lane.in_flight for lane in self.lanes),
            sum(
                max(shard.end - lane.reader.position for lane in self.lanes if lane.shard is shard)
                for shard in self.stream.shards
            ),
            sum(lane.failures for lane in self.lanes),
        )


class Lane:
    """Delivers those records of a shard whose partition key falls to lane `number`."""

    def __init__(self, source: Source, shard: Shard, number: int, position: int) -> None:
        self.source = source
        self.mapping = source.mapping
        self.shard = shard
        self.number = number
        self.delivered = self.discarded = self.in_flight = self.failures = 0
        self._in_trouble = False
        self._rests_until = 0.0
        self._arrival = asyncio.Event()
        self._stopping = asyncio.Event()
        self.reader = Reader(position, self._arrival.set)
        shard.readers.append(self.reader)

    def stop(self) -> None:
        """Takes no more records; `run` ends after the invocation under way."""
        self._stopping.set()
        self._arrival.set()

    async def run(self) -> None:
        """Delivers batch after batch until it is stopped."""
        clock = asyncio.get_running_loop().time
        try:
            while records := await self._gather():
                began = clock()
                await self._deliver(records)
                self._rests_until = clock() + min(REST * (clock() - began), LONGEST_REST_SECONDS)
        finally:
            self.shard.readers.remove(self.reader)

    async def _gather(self) -> list[Record]:
        """The next batch, once it is full, or its window and the lane's rest are over.

        Empty when stopped. Lambda looks at a shard once a second; here a lane that was busy rests
        for a moment, so that batches grow with the load and an idle lane still delivers at once.
        """
        clock = asyncio.get_running_loop().time
        closes_at = None
        while True:
            self._arrival.clear()
            records, full = self._take()
            if self._stopping.is_set():
                return []
            if records and closes_at is None:
                opened = clock()
                window = self.mapping.batching_window_seconds
                closes_at = max(opened + window, self._rests_until)
            if full or (closes_at is not None and clock() >= closes_at):
                return records
            with suppress(TimeoutError):
                async with asyncio.timeout_at(closes_at):
                    await self._arrival.wait()

    def _take(self) -> tuple[list[Record], bool]:
        """The records that would be delivered now; whether the batch has room for no more."""
        size, lanes = self.mapping.batch_size, self.mapping.parallelization_factor
        if lanes == 1:
            found = self.shard.read(self.reader.position, size)
        else:
            found = self._scan(size, lanes)
        fitted = fitting(found)
        return fitted, len(found) == size or len(fitted) < len(found)

    def _scan(self, size: int, lanes: int) -> list[Record]:
        found: list[Record] = []
        position = self.reader.position
        while len(found) < size and (chunk := self.shard.read(position, SCAN_RECORDS)):
            found += [r for r in chunk if lane_of(r.key, lanes) == self.number]
            position = chunk[-1].position + 1
        if not found:
            self.reader.position = position
        return found[:size]

    async def _deliver(self, records: list[Record]) -> None:
        self.in_flight = len(records)
        pending = [Batch(records)]
        while pending:
            if self._stopping.is_set():
                return
            left = await self._attempt(pending.pop())
            pending += reversed(left)
            self.in_flight = sum(len(batch.records) for batch in pending)
            if pending:
                self.reader.position = pending[-1].records[0].position
        self.reader.position = records[-1].position + 1

    async def _attempt(self, batch: Batch) -> list[Batch]:
        """Invokes the function once; what is left to deliver, in order."""
        expired = self._expired(batch.records)
        if expired:
            await self._give_up(batch.part(0, expired), "RecordAgeExceeded")
            batch = batch.part(expired)
        if not batch.records:
            return []
        done = await self._invoke(batch)
        self.delivered += done
        if done == len(batch.records):
            self._in_trouble = False
            return []
        left = self._split(batch, done)
        if not left:
            await self._give_up(batch, "RetryAttemptsExhausted")
            return []
        await self._back_off(left[0].attempts or 1)
        return left

    async def _invoke(self, batch: Batch) -> int:
        """How many records, from the first on, the function has done with."""
        batch.invocations += 1
        batch.request_id = str(uuid4())
        batch.function_error = False
        function = self.workers.function.name
        try:
            answer = await self.workers.invoke(
                event(batch.records, self.shard, self.source.stream.arn, function)
            )
        except FunctionError as error:
            batch.request_id = error.payload.get("requestId") or batch.request_id
            batch.function_error = True
            self._count_failure(f"{error.payload['errorType']}", batch)
            return 0
        if not self.mapping.report_batch_item_failures:
            return len(batch.records)
        done = first_failure(answer, batch.records, self.shard)
        if done is None:
            return len(batch.records)
        self._count_failure("records reported as failed", batch)
        return done

    def _split(self, batch: Batch, done: int) -> list[Batch]:
        """What to try next after `done` records; nothing when the retries are used up."""
        if done:
            return [Batch(batch.records[done:])]
        half = len(batch.records) // 2
        if self.mapping.bisect_on_error and half:
            return [batch.part(0, half), batch.part(half)]
        if batch.attempts == self.mapping.maximum_retry_attempts:
            return []
        return [batch.again()]

    def _expired(self, records: list[Record]) -> int:
        """How many of the records are past the age limit, or no longer kept by the stream."""
        kept_seconds = self.source.stream.retention_hours * 3600
        limit = self.mapping.maximum_record_age_seconds
        oldest = time.time() - (kept_seconds if limit < 0 else min(limit, kept_seconds))
        if records[0].arrived_at >= oldest:
            return 0
        return bisect_left(records, oldest, key=lambda record: record.arrived_at)

    async def _back_off(self, retry: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_seconds(retry)):
                await self._stopping.wait()

    async def _give_up(self, batch: Batch, condition: Condition) -> None:
        self._in_trouble = False
        self.discarded += len(batch.records)
        self._say(
            f"gave up on {len(batch.records)} records after {batch.invocations} invocations "
            f"({condition}); {await self._told(batch, condition)}"
        )

    async def _told(self, batch: Batch, condition: Condition) -> str:
        """Sends the on-failure message; a phrase that says what became of it."""
        queue = self.mapping.on_failure_queue_url
        if queue is None:
            return "the mapping names no on-failure queue"
        arn = FUNCTION_ARN + self.workers.function.name
        message = on_failure_message(
            batch, self.shard, self.source.stream.arn, arn, condition, time.time()
        )
        try:
            await self.source.send(queue, message)
        except Exception as error:  # noqa: BLE001 - whatever ails the queue, the shard goes on, as in AWS
            return f"the message about it did not reach {queue}: {error}"
        return f"a message about it is in {queue}"

    def _count_failure(self, what: str, batch: Batch) -> None:
        self.failures += 1
        if not self._in_trouble:
            self._in_trouble = True
            self._say(f"a batch of {len(batch.records)} failed ({what})")

    def _say(self, sentence: str) -> None:
        names = f"{self.mapping.stream} to {self.mapping.function}"
        print(f"Mapping {names}, {self.shard.shard_id}: {sentence}", file=sys.stderr, flush=True)

    @property
    def workers(self) -> Workers:
        return self.source.workers


def wait_seconds(retry: int) -> float:
    """How long a lane waits before a batch's retry, counted from 1."""
    return FIRST_WAIT_SECONDS * 2.0 ** (retry - 1)


def lane_of(key: str, lanes: int) -> int:
    """Which of the lanes takes the records of this key (JSON text)."""
    return crc32(key.encode()) % lanes
