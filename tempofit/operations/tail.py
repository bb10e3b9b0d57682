"""The records of a stream as they come, in words and as JSON."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from events.stream import (
    SessionStart,
    decode_heart_rate,
    decode_song_request,
    readable_averages,
)

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

POLL_SECONDS = 0.2
READ_RECORDS = 1000


class Flowing(msgspec.Struct, frozen=True):
    """One record: when it arrived, its partition key, and its data."""

    arrived: datetime
    key: str
    data: bytes


class _Line(msgspec.Struct, frozen=True):
    arrived: datetime
    key: str
    record: msgspec.Raw


def follow(kinesis: "KinesisClient", stream: str) -> Iterator[Flowing]:
    """The records of a stream that come from now on, for ever. Raises botocore's errors."""
    shards = kinesis.list_shards(StreamName=stream)["Shards"]
    iterators = [
        kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
        )["ShardIterator"]
        for shard in shards
    ]
    while True:
        came = False
        for place, iterator in enumerate(iterators):
            answer = kinesis.get_records(ShardIterator=iterator, Limit=READ_RECORDS)
            iterators[place] = answer["NextShardIterator"]
            for record in answer["Records"]:
                came = True
                arrived = record["ApproximateArrivalTimestamp"]
                yield Flowing(arrived, record["PartitionKey"], record["Data"])
        if not came:
            time.sleep(POLL_SECONDS)


def as_json(record: Flowing) -> str:
    """One line of JSON; data that is no JSON is a string."""
    try:
        msgspec.json.decode(record.data)
        raw = msgspec.Raw(record.data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raw = msgspec.Raw(msgspec.json.encode(record.data.decode(errors="replace")))
    return msgspec.json.encode(_Line(record.arrived, record.key, raw)).decode()


def sentence(record: Flowing, words: Callable[[Flowing], str]) -> str:
    """One line in words; of a record that cannot be read, why."""
    try:
        said = words(record)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        said = f"{record.key}: cannot be read ({error}): {record.data!r}"
    return f"{record.arrived.astimezone():%H:%M:%S.%f}"[:-3] + f"  {said}"


def heart_rate(record: Flowing) -> str:
    """Of the stream heart-rate."""
    read = decode_heart_rate(record.data)
    if isinstance(read, SessionStart):
        return f"{record.key} starts a session, averaged over {read.interval_seconds} s"
    return f"{record.key}: {', '.join(f'{rate:g}' for _, rate in read.samples)}"


def averages(record: Flowing) -> str:
    """Of the stream average-heart-rate."""
    readable, unreadable = readable_averages(record.data)
    said = [f"{one.user} {one.pulse.average:.1f}" for one in readable]
    said += [f"{unreadable} that cannot be read"] if unreadable else []
    return f"group {record.key}: {', '.join(said)}"


def song_request(record: Flowing) -> str:
    """Of the stream song-requests."""
    read = decode_song_request(record.data)
    return f"{record.key}: song {read.slot} is due, at an average of {read.pulse.average:.1f}"
