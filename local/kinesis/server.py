"""Kinesis over HTTP: the JSON 1.1 protocol that boto3 speaks, in front of `local.kinesis.shards`.

A caller needs AWS_ENDPOINT_URL_KINESIS and any credentials. Refusals carry AWS's error names.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web
from msgspec import json

from local.kinesis.iterators import TOKEN_SECONDS, parts_of, start, token
from local.kinesis.requests import (
    MAX_READ_RECORDS,
    MAX_RECORDS,
    MAX_REQUEST_BYTES,
    MAX_SHARDS_DESCRIBED,
    DescribeStream,
    Entry,
    GetRecords,
    GetShardIterator,
    KinesisError,
    ListShards,
    ListStreams,
    Named,
    PutRecord,
    PutRecords,
    check_page,
    check_sequence_number,
    checked_size,
)
from local.kinesis.shards import ARN, HASH_KEYS, Record, Shard, Stream, Streams, hash_key, key_text
from local.project import ACCOUNT

TARGET = "Kinesis_20131202."
CONTENT_TYPE = "application/x-amz-json-1.1"
MAX_BODY_BYTES = 2 * MAX_REQUEST_BYTES


@dataclass
class Kinesis:
    """The operations; without `limits` a shard takes whatever it is given."""

    streams: Streams
    limits: bool = True

    def handler(self) -> Callable[[web.Request], Any]:
        """What an aiohttp application routes POST / to."""
        operations: dict[str, tuple[Callable[[bytes], Any], Callable[[Any], bytes]]] = {
            name: (json.Decoder(kind).decode, answer)
            for name, kind, answer in (
                ("DescribeStream", DescribeStream, self.describe_stream),
                ("DescribeStreamSummary", Named, self.describe_stream_summary),
                ("ListStreams", ListStreams, self.list_streams),
                ("ListShards", ListShards, self.list_shards),
                ("PutRecord", PutRecord, self.put_record),
                ("PutRecords", PutRecords, self.put_records),
                ("GetShardIterator", GetShardIterator, self.get_shard_iterator),
                ("GetRecords", GetRecords, self.get_records),
            )
        }

        async def handle(request: web.Request) -> web.Response:
            name = request.headers.get("X-Amz-Target", "").removeprefix(TARGET)
            try:
                if name not in operations:
                    raise KinesisError(
                        "UnknownOperationException",
                        f"This Kinesis does not know {name!r}; it knows {', '.join(operations)}.",
                    )
                decode, answer = operations[name]
                body = answer(decode(await request.read()))
            except KinesisError as refusal:
                return _error(refusal.name, str(refusal))
            except msgspec.ValidationError as error:
                return _error("ValidationException", f"1 validation error detected: {error}")
            except msgspec.DecodeError as error:
                return _error("SerializationException", f"The request is no JSON: {error}")
            return web.Response(body=body, content_type=CONTENT_TYPE)

        return handle

    def describe_stream(self, request: DescribeStream) -> bytes:
        check_page("limit", request.limit)
        stream = self._stream(request)
        shards = _shards(stream, request.exclusive_start_shard_id)
        limit = min(request.limit, MAX_SHARDS_DESCRIBED)
        description = {
            **_summary(stream),
            "Shards": shards[:limit],
            "HasMoreShards": len(shards) > limit,
        }
        return json.encode({"StreamDescription": description})

    def describe_stream_summary(self, request: Named) -> bytes:
        stream = self._stream(request)
        summary = {
            **_summary(stream),
            "OpenShardCount": len(stream.shards),
            "ConsumerCount": 0,
        }
        return json.encode({"StreamDescriptionSummary": summary})

    def list_streams(self, request: ListStreams) -> bytes:
        check_page("limit", request.limit)
        after = request.next_token or request.exclusive_start_stream_name
        names = sorted(name for name in self.streams if name > after)
        page, more = names[: request.limit], len(names) > request.limit
        answer: dict[str, Any] = {
            "StreamNames": page,
            "HasMoreStreams": more,
            "StreamSummaries": [_identity(self.streams[name]) for name in page],
        }
        if more:
            answer["NextToken"] = page[-1]
        return json.encode(answer)

    def list_shards(self, request: ListShards) -> bytes:
        check_page("maxResults", request.max_results)
        if request.next_token:
            stream, after = self._next(request)
        elif request.stream_name or request.stream_arn:
            stream, after = self._stream(request), request.exclusive_start_shard_id
        else:
            raise KinesisError(
                "InvalidArgumentException", "Either NextToken or StreamName should be provided."
            )
        shards = _shards(stream, after)
        page = shards[: request.max_results]
        answer: dict[str, Any] = {"Shards": page}
        if len(shards) > len(page):
            answer["NextToken"] = token(stream.name, page[-1]["ShardId"])
        return json.encode(answer)

    def put_record(self, request: PutRecord) -> bytes:
        stream = self._stream(request)
        size = checked_size(request)
        shard = _shard_of(stream, request)
        if request.sequence_number_for_ordering is not None:
            self._check_ordering(stream, request.sequence_number_for_ordering)
        now = _now()
        if self.limits and not shard.admits(size, now):
            raise KinesisError("ProvisionedThroughputExceededException", _exceeded(stream, shard))
        sequence_number = shard.append(key_text(request.partition_key), request.data, now)
        return f'{{"ShardId":"{shard.shard_id}","SequenceNumber":"{sequence_number}"}}'.encode()

    def put_records(self, request: PutRecords) -> bytes:
        stream = self._stream(request)
        entries = request.records
        if not 1 <= len(entries) <= MAX_RECORDS:
            raise KinesisError(
                "ValidationException",
                f"1 validation error detected: {len(entries)} records at 'records' failed to "
                f"satisfy constraint: Member must have length from 1 to {MAX_RECORDS}.",
            )
        sizes = [checked_size(entry, f"records.{at}.") for at, entry in enumerate(entries, 1)]
        if sum(sizes) > MAX_REQUEST_BYTES:
            raise KinesisError(
                "InvalidArgumentException",
                f"Records size {sum(sizes)} exceeds {MAX_REQUEST_BYTES >> 20} MB limit; send "
                "fewer records in one request.",
            )
        shards = [_shard_of(stream, entry) for entry in entries]
        now = _now()
        answers, failed = [], 0
        for entry, shard, size in zip(entries, shards, sizes, strict=True):
            if self.limits and not shard.admits(size, now):
                failed += 1
                answers.append(
                    '{"ErrorCode":"ProvisionedThroughputExceededException",'
                    f'"ErrorMessage":"{_exceeded(stream, shard)}"}}'
                )
                continue
            sequence_number = shard.append(key_text(entry.partition_key), entry.data, now)
            answers.append(f'{{"SequenceNumber":"{sequence_number}","ShardId":"{shard.shard_id}"}}')
        return f'{{"FailedRecordCount":{failed},"Records":[{",".join(answers)}]}}'.encode()

    def get_shard_iterator(self, request: GetShardIterator) -> bytes:
        stream = self._stream(request)
        shard = self._shard(stream, request.shard_id)
        position = start(shard, stream, request)
        return json.encode({"ShardIterator": token(stream.name, shard.shard_id, position)})

    def get_records(self, request: GetRecords) -> bytes:
        if not 1 <= request.limit <= MAX_READ_RECORDS:
            raise KinesisError(
                "InvalidArgumentException",
                f"Limit {request.limit} is not from 1 to {MAX_READ_RECORDS}.",
            )
        stream, shard, position = self._resume(request.shard_iterator)
        records = _within(shard.read(position, request.limit), MAX_REQUEST_BYTES)
        after = records[-1].position + 1 if records else max(position, shard.first)
        waiting = shard.read(after, 1)
        behind_ms = int((time.time() - waiting[0].arrived_at) * 1000) if waiting else 0
        following = token(stream.name, shard.shard_id, after)
        texts = ",".join(
            f'{{"SequenceNumber":"{shard.sequence_number(record.position)}",'
            f'"ApproximateArrivalTimestamp":{record.arrived_at},'
            f'"Data":"{record.data}","PartitionKey":{record.key}}}'
            for record in records
        )
        return (
            f'{{"Records":[{texts}],"NextShardIterator":"{following}",'
            f'"MillisBehindLatest":{max(0, behind_ms)}}}'
        ).encode()

    def _stream(self, request: Named) -> Stream:
        name = request.stream_name or (request.stream_arn or "").removeprefix(ARN)
        if not name:
            raise KinesisError(
                "InvalidArgumentException", "Name the stream: StreamName or StreamARN."
            )
        stream = self.streams.get(name)
        if stream is None:
            raise KinesisError(
                "ResourceNotFoundException", f"Stream {name} under account {ACCOUNT} not found."
            )
        return stream

    def _shard(self, stream: Stream, shard_id: str) -> Shard:
        shard = stream.shard(shard_id)
        if shard is None:
            raise KinesisError(
                "ResourceNotFoundException",
                f"Shard {shard_id} in stream {stream.name} under account {ACCOUNT} does not exist.",
            )
        return shard

    def _check_ordering(self, stream: Stream, number: str) -> None:
        """Raises KinesisError for what was no record's number, be it of another stream."""
        check_sequence_number("sequenceNumberForOrdering", number)
        if not any(shard.holds(number) for each in self.streams.values() for shard in each.shards):
            raise KinesisError(
                "InvalidArgumentException",
                f"ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream "
                f"{stream.name} under account {ACCOUNT} is invalid.",
            )

    def _next(self, request: ListShards) -> tuple[Stream, str]:
        """The stream that a NextToken goes on with, and the last shard before that."""
        for given, name in (
            (request.stream_name, "StreamName"),
            (request.stream_arn, "StreamARN"),
            (request.exclusive_start_shard_id, "ExclusiveStartShardId"),
        ):
            if given:
                raise KinesisError(
                    "InvalidArgumentException",
                    f"NextToken and {name} cannot be provided together.",
                )
        try:
            (name, after), old = parts_of(request.next_token, tuple[str, str])
        except ValueError:
            raise KinesisError("InvalidArgumentException", "Invalid NextToken.") from None
        if old:
            raise KinesisError(
                "ExpiredNextTokenException",
                f"NextToken expired: it is older than {TOKEN_SECONDS} seconds; begin again.",
            )
        return self._stream(Named(stream_name=name)), after

    def _resume(self, iterator: str) -> tuple[Stream, Shard, int]:
        try:
            (name, shard_id, position), old = parts_of(iterator, tuple[str, str, int])
        except ValueError:
            raise KinesisError("InvalidArgumentException", "Invalid ShardIterator.") from None
        if old:
            raise KinesisError(
                "ExpiredIteratorException",
                f"Iterator expired: it is older than {TOKEN_SECONDS} seconds; get another one.",
            )
        stream = self._stream(Named(stream_name=name))
        return stream, self._shard(stream, shard_id), position


def _shard_of(stream: Stream, entry: Entry | PutRecord) -> Shard:
    explicit = entry.explicit_hash_key
    if explicit is None:
        return stream.shard_of(hash_key(entry.partition_key))
    if not explicit.isdecimal() or int(explicit) >= HASH_KEYS:
        raise KinesisError(
            "InvalidArgumentException",
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
            f"Specified value was {explicit}",
        )
    return stream.shard_of(int(explicit))


def _exceeded(stream: Stream, shard: Shard) -> str:
    return (
        f"Rate exceeded for shard {shard.shard_id} in stream {stream.name} under account {ACCOUNT}."
    )


def _within(records: list[Record], limit: int) -> list[Record]:
    size = 0
    for count, record in enumerate(records):
        size += len(record.data) * 3 // 4 + len(record.key)
        if size > limit and count:
            return records[:count]
    return records


def _identity(stream: Stream) -> dict[str, Any]:
    return {
        "StreamName": stream.name,
        "StreamARN": stream.arn,
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": {"StreamMode": "PROVISIONED"},
        "StreamCreationTimestamp": stream.created_at,
    }


def _summary(stream: Stream) -> dict[str, Any]:
    return {
        **_identity(stream),
        "RetentionPeriodHours": stream.retention_hours,
        "EnhancedMonitoring": [{"ShardLevelMetrics": []}],
        "EncryptionType": "NONE",
    }


def _shards(stream: Stream, after: str) -> list[dict[str, Any]]:
    return [
        {
            "ShardId": shard.shard_id,
            "HashKeyRange": {
                "StartingHashKey": str(shard.first_hash_key),
                "EndingHashKey": str(shard.last_hash_key),
            },
            "SequenceNumberRange": {"StartingSequenceNumber": shard.sequence_number(0)},
        }
        for shard in stream.shards
        if shard.shard_id > after
    ]


def _now() -> float:
    return round(time.time(), 3)


def _error(name: str, sentence: str) -> web.Response:
    return web.Response(
        status=400,
        body=json.encode({"__type": name, "message": sentence}),
        content_type=CONTENT_TYPE,
    )
