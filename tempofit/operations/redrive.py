"""The records that dead letters speak of are put into their streams again.

A dead letter, ours (lambdas/adapters/dead_letters.py) or Lambda's own on-failure message, holds no
record, only where it lies: a shard, and the first and the last sequence number. So it can be
replayed for as long as the stream keeps its records, 24 hours.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from events.stream import GROUPS, hash_key_of
from lambdas.adapters import streams
from tempofit.addresses import read_addresses, require
from tempofit.operations.here import client_here
from tempofit.operations.stage import find_outputs, stage_client

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_sqs import SQSClient

RECEIVED_AT_ONCE = 10
HIDDEN_SECONDS = 300
"""For how long nobody else gets a message that is being replayed."""
ATTEMPTS = 8

NOT_OURS = "are no messages of Lambda's or TempoFit's about a stream of this stage"
NO_GROUP = "hold averages whose partition key is no group"
GONE = "speak of records that their stream keeps no longer"
REFUSED = "speak of records that their stream refused again and again"


class _Range(msgspec.Struct, frozen=True, rename="camel"):
    shard_id: str
    start_sequence_number: str
    end_sequence_number: str
    stream_arn: str

    @property
    def stream(self) -> str:
        return self.stream_arn.rpartition("/")[2]


class DeadLetter(msgspec.Struct, frozen=True):
    """What is read of a message, ours or Lambda's."""

    range: _Range = msgspec.field(name="KinesisBatchInfo")


class Report(msgspec.Struct, frozen=True):
    """What was replayed; `left` says how many messages stayed in the queue, by why."""

    messages: int
    records: int
    left: dict[str, int]


@dataclass
class Queue:
    """A queue of dead letters, and the streams of its stage."""

    sqs: "SQSClient"
    kinesis: "KinesisClient"
    url: str
    streams: tuple[str, ...]
    averages: str
    """The stream whose partition keys are groups, each with a hash key of its own."""
    seen: set[str] = field(default_factory=set)


def queue_of_stage(stage: str) -> Queue:
    """The queue of a deployed stage. CloudError when there is none."""
    outputs = find_outputs(stage)
    averages = outputs.average_heart_rate_stream
    return Queue(
        stage_client("sqs"),
        stage_client("kinesis"),
        outputs.dead_letters_queue_url,
        (outputs.heart_rate_stream, averages, outputs.song_requests_stream),
        averages,
    )


def queue_here() -> Queue:
    """The queue of the local cloud. CloudError when none runs."""
    known = read_addresses()
    require(known.sqs_url, known.kinesis_url, known.dead_letters_queue_url)
    return Queue(
        client_here("sqs", known.sqs_url),
        client_here("kinesis", known.kinesis_url),
        known.dead_letters_queue_url,
        (known.heart_rate_stream, known.averages_stream, known.requests_stream),
        known.averages_stream,
    )


def replay(queue: Queue, limit: int) -> Report:
    """Replays no more messages than lie in the queue now, so what fails at once is not chased.

    A message is deleted only when the stream has taken its records; the others can be received
    again afterwards. Raises botocore's errors.
    """
    records = replayed = 0
    left: Counter[str] = Counter()
    kept: list[str] = []
    for message in _received(queue, min(limit, _waiting(queue))):
        outcome = _replayed(queue, message["Body"])
        if isinstance(outcome, str):
            left[outcome] += 1
            kept.append(message["ReceiptHandle"])
            continue
        queue.sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
        replayed += 1
        records += outcome
    for handle in kept:
        queue.sqs.change_message_visibility(
            QueueUrl=queue.url, ReceiptHandle=handle, VisibilityTimeout=0
        )
    return Report(replayed, records, dict(left))


def _waiting(queue: Queue) -> int:
    answer = queue.sqs.get_queue_attributes(
        QueueUrl=queue.url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def _received(queue: Queue, most: int) -> Iterator[Any]:
    while most > 0:
        answer = queue.sqs.receive_message(
            QueueUrl=queue.url,
            MaxNumberOfMessages=min(RECEIVED_AT_ONCE, most),
            VisibilityTimeout=HIDDEN_SECONDS,
            WaitTimeSeconds=1,
        )
        messages = answer.get("Messages", [])
        if not messages:
            return
        most -= len(messages)
        for message in messages:
            if message["MessageId"] not in queue.seen:
                queue.seen.add(message["MessageId"])
                yield message


def _replayed(queue: Queue, body: str) -> int | str:
    """How many records were put again, or why none were."""
    try:
        where = msgspec.json.decode(body, type=DeadLetter).range
    except msgspec.MsgspecError:
        return NOT_OURS
    if where.stream not in queue.streams:
        return NOT_OURS
    records = _kept(queue.kinesis, where)
    if not records:
        return GONE
    grouped = where.stream == queue.averages
    try:
        entries = [_entry(record, grouped) for record in records]
    except ValueError:
        return NO_GROUP
    try:
        streams.put(where.stream, entries, attempts=ATTEMPTS, kinesis=queue.kinesis)
    except streams.RefusedError:
        return REFUSED
    return len(records)


def _kept(kinesis: "KinesisClient", where: _Range) -> list[Any]:
    """The records of the range that the stream still keeps.

    A function that runs several batches of a shard at once gets a share of the range; the others
    of the range are put again too, and change nothing.
    """
    first, last = int(where.start_sequence_number), int(where.end_sequence_number)
    try:
        iterator: str | None = kinesis.get_shard_iterator(
            StreamName=where.stream,
            ShardId=where.shard_id,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            StartingSequenceNumber=where.start_sequence_number,
        )["ShardIterator"]
    except ClientError as error:
        if error.response["Error"]["Code"] in (
            "InvalidArgumentException",
            "ResourceNotFoundException",
        ):
            return []  # the shard, or the beginning of the range, has expired
        raise
    found: list[Any] = []
    while iterator is not None:
        answer = kinesis.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            number = int(record["SequenceNumber"])
            if number > last:
                return found
            if number >= first:
                found.append(record)
            if number == last:
                return found
        if not answer["Records"] and not answer.get("MillisBehindLatest"):
            return found
        iterator = answer.get("NextShardIterator")
    return found


def _entry(record: Any, grouped: bool) -> streams.Entry:
    key = record["PartitionKey"]
    if grouped and not 0 <= int(key) < GROUPS:
        raise ValueError(f"{key!r} is no group")
    return streams.entry(key, record["Data"], hash_key_of(int(key)) if grouped else None)
