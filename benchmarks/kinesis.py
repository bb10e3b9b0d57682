"""Streams of the local cloud over plain HTTP: of what boto3 does, only what a load needs.

Signing, retries and parsing of every record would take a benchmark more processor time than the
streams themselves.
"""

from collections.abc import Sequence
from http.client import HTTPConnection
from typing import Any, TypeVar

import aiohttp
import msgspec

MAX_RECORDS = 500
"""Records that one PutRecords call takes."""

T = TypeVar("T")


class RefusedError(Exception):
    """A stream did not do what it was asked to; the text says what it answered."""


class Record(msgspec.Struct, frozen=True, gc=False, rename="pascal"):
    """A record as GetRecords shows it; the time is in epoch seconds."""

    data: bytes
    partition_key: str
    approximate_arrival_timestamp: float


class _Records(msgspec.Struct, frozen=True, rename="pascal"):
    records: list[Record]
    next_shard_iterator: str


class _Iterator(msgspec.Struct, frozen=True, rename="pascal"):
    shard_iterator: str


class _Shard(msgspec.Struct, frozen=True, rename="pascal"):
    shard_id: str


class _Shards(msgspec.Struct, frozen=True, rename="pascal"):
    shards: list[_Shard]


class _Taken(msgspec.Struct, frozen=True, rename="pascal"):
    failed_record_count: int


class Entry(msgspec.Struct, frozen=True, gc=False, rename="pascal"):
    """A record to put: its data, and its partition key."""

    data: bytes
    partition_key: str


class Kinesis:
    """One connection pool to the streams of a local cloud."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    async def put(self, stream: str, entries: Sequence[Entry]) -> None:
        """Put records, as many as there are; raises RefusedError unless all were taken."""
        for start in range(0, len(entries), MAX_RECORDS):
            request = {"StreamName": stream, "Records": entries[start : start + MAX_RECORDS]}
            taken = await self._call("PutRecords", request, _Taken)
            if taken.failed_record_count:
                raise RefusedError(f"{stream} refused {taken.failed_record_count} records.")

    async def reader(self, stream: str) -> "Reader":
        """A reader of all that was ever put into a stream."""
        found = await self._call("ListShards", {"StreamName": stream}, _Shards)
        iterators = []
        for shard in found.shards:
            request = {
                "StreamName": stream,
                "ShardId": shard.shard_id,
                "ShardIteratorType": "TRIM_HORIZON",
            }
            iterators.append(await self._call("GetShardIterator", request, _Iterator))
        return Reader(self, [iterator.shard_iterator for iterator in iterators])

    async def records(self, iterator: str) -> tuple[list[Record], str]:
        """The records from an iterator on, and the iterator after them."""
        answer = await self._call("GetRecords", {"ShardIterator": iterator}, _Records)
        return answer.records, answer.next_shard_iterator

    async def _call(self, operation: str, request: object, kind: type[T]) -> T:
        async with self._http.post(
            self._url,
            data=msgspec.json.encode(request),
            headers=_headers(operation),
        ) as answer:
            body = await answer.read()
            if answer.status != 200:
                raise RefusedError(f"{operation} was answered {answer.status}: {body.decode()}")
        return msgspec.json.decode(body, type=kind)


class Puts:
    """`put_records` as boto3 has it, over one connection; for one thread at a time."""

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(url.removeprefix("http://"))

    def put_records(self, **request: Any) -> Any:
        """What PutRecords answers. Raises RefusedError when it is an error."""
        self._connection.request("POST", "/", msgspec.json.encode(request), _headers("PutRecords"))
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RefusedError(f"PutRecords was answered {answer.status}: {body.decode()}")
        return msgspec.json.decode(body)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Reader:
    """Follows every shard of a stream."""

    def __init__(self, kinesis: Kinesis, iterators: list[str]) -> None:
        self._kinesis = kinesis
        self._iterators = iterators

    async def read(self) -> list[Record]:
        """What came since the last time, shard by shard."""
        found = []
        for index, iterator in enumerate(self._iterators):
            records, self._iterators[index] = await self._kinesis.records(iterator)
            found += records
        return found


def _headers(operation: str) -> dict[str, str]:
    return {
        "X-Amz-Target": f"Kinesis_20131202.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
    }
