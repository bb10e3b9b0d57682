"""PutRecord calls of many messages, sent to Kinesis together by PutRecords.

A message that comes while no call is under way goes out at once. Those that come meanwhile wait
for its end and then go out together, so batches grow with the load and nobody waits for a clock.
A record that a shard refuses is not put again: API Gateway does not, either.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from msgspec import Struct

MAX_RECORDS = 500
"""Of one PutRecords call."""
MAX_BYTES = 1 << 20
"""Of the data in one call, in base 64; Kinesis takes more, but one call should not last long."""

Call = Callable[[str, bytes], Awaitable[str]]
"""Sends the body of an action to Kinesis and returns the answer; raises when it is no success."""


class PutRecord(Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """The body of a PutRecord call that may go out with others."""

    stream_name: str
    partition_key: str
    data: str
    explicit_hash_key: str | None = None

    def entry(self) -> dict[str, Any]:
        """The same record in a PutRecords call."""
        entry = {"PartitionKey": self.partition_key, "Data": self.data}
        if self.explicit_hash_key is not None:
            entry["ExplicitHashKey"] = self.explicit_hash_key
        return entry


class RefusedError(Exception):
    """Kinesis took the others of a call, and not this record; the text says why."""


class _Result(Struct, frozen=True, rename="pascal"):
    sequence_number: str | None = None
    shard_id: str | None = None
    error_code: str | None = None
    error_message: str = ""


class _Results(Struct, frozen=True, rename="pascal"):
    records: list[_Result]


_decode = msgspec.json.Decoder(PutRecord).decode
_decode_results = msgspec.json.Decoder(_Results).decode


class Puts:
    """The PutRecord calls of one route. Records of one sender keep their order."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._waiting: list[tuple[PutRecord, bytes, asyncio.Future[str]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def put(self, body: bytes) -> str:
        """The answer of Kinesis to a PutRecord call with this body.

        Raises what `call` raises, and RefusedError.
        """
        try:
            record = _decode(body)
        except msgspec.DecodeError:
            return await self._call("PutRecord", body)  # Kinesis says what is wrong with it
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((record, body, answer))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        return await answer

    async def _send(self) -> None:
        try:
            while self._waiting:
                await self._send_batch(self._next_batch())
        finally:
            self._sending = None

    def _next_batch(self) -> list[tuple[PutRecord, bytes, asyncio.Future[str]]]:
        """The longest beginning of what waits that is one stream's and within the limits."""
        stream_name = self._waiting[0][0].stream_name
        count = size = 0
        for record, _, _ in self._waiting[:MAX_RECORDS]:
            size += len(record.data)
            if record.stream_name != stream_name or (count and size > MAX_BYTES):
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    async def _send_batch(self, batch: list[tuple[PutRecord, bytes, asyncio.Future[str]]]) -> None:
        results: list[_Result] = []
        if len(batch) > 1:
            results = await self._put_together([record for record, _, _ in batch])
        alone = []
        for index, (_, body, answer) in enumerate(batch):
            result = results[index] if results else None
            if result is None:
                # By itself, so that every sender gets the answer to their own record.
                alone.append(self._put_alone(body, answer))
            elif answer.done():
                continue
            elif result.error_code is not None:
                answer.set_exception(RefusedError(f"{result.error_code}: {result.error_message}"))
            else:
                answer.set_result(msgspec.json.encode(_named(result)).decode())
        await asyncio.gather(*alone)

    async def _put_together(self, records: list[PutRecord]) -> list[_Result]:
        """One result for each record, or none when the whole call was refused."""
        body = {
            "StreamName": records[0].stream_name,
            "Records": [record.entry() for record in records],
        }
        try:
            return _decode_results(
                await self._call("PutRecords", msgspec.json.encode(body))
            ).records
        except Exception:  # noqa: BLE001 - each record is put alone then, and its sender told
            return []

    async def _put_alone(self, body: bytes, answer: "asyncio.Future[str]") -> None:
        try:
            result = await self._call("PutRecord", body)
        except Exception as error:  # noqa: BLE001 - goes to the sender, who waits for an answer
            if not answer.done():
                answer.set_exception(error)
        else:
            if not answer.done():
                answer.set_result(result)


def _named(result: _Result) -> dict[str, Any]:
    return {"ShardId": result.shard_id, "SequenceNumber": result.sequence_number}
