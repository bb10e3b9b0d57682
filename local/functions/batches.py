"""Batches of stream records as Lambda sees them: the event, the answer, the on-failure message.

No I/O. Times are epoch seconds.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from msgspec import json

from local.kinesis.shards import Record, Shard
from local.project import ACCOUNT, REGION

MAX_EVENT_BYTES = 6 << 20
"""Payload limit of a synchronous invocation."""
ENVELOPE_BYTES = 600
"""Of one record in an event, beside its data and key; a little more than it takes."""

Condition = Literal["RetryAttemptsExhausted", "RecordAgeExceeded"]


@dataclass
class Batch:
    """Records to deliver together, oldest first, and what was tried so far."""

    records: list[Record]
    attempts: int = 0
    """Failed attempts that count against the retry limit; splitting does not."""
    invocations: int = 0
    request_id: str = ""
    function_error: bool = False

    def part(self, start: int, end: int | None = None) -> "Batch":
        """A part of this batch, with its history."""
        return replace(self, records=self.records[start:end])

    def again(self) -> "Batch":
        """The same batch, with one more attempt behind it."""
        return replace(self, attempts=self.attempts + 1)


def fitting(records: list[Record]) -> list[Record]:
    """As many records as one event holds, at least one."""
    size = 0
    for count, record in enumerate(records):
        size += len(record.data) + len(record.key) + ENVELOPE_BYTES
        if size > MAX_EVENT_BYTES and count:
            return records[:count]
    return records


def event(records: list[Record], shard: Shard, stream_arn: str, function: str) -> bytes:
    """Lambda's Kinesis event as JSON."""
    start = '{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":'
    end = (
        '","eventName":"aws:kinesis:record",'
        f'"invokeIdentityArn":"arn:aws:iam::{ACCOUNT}:role/{function}",'
        f'"awsRegion":"{REGION}","eventSourceARN":"{stream_arn}"}}'
    )
    event_id = (
        '},"eventSource":"aws:kinesis","eventVersion":"1.0",'
        f'"eventID":"{shard.shard_id}:{shard.prefix}'
    )
    prefix = f',"sequenceNumber":"{shard.prefix}'
    texts = [
        f'{start}{record.key}{prefix}{record.position:018d}","data":"{record.data}",'
        f'"approximateArrivalTimestamp":{record.arrived_at}'
        f"{event_id}{record.position:018d}{end}"
        for record in records
    ]
    return f'{{"Records":[{",".join(texts)}]}}'.encode()


def first_failure(answer: bytes, records: list[Record], shard: Shard) -> int | None:
    """Index of the lowest failed record in a `ReportBatchItemFailures` answer; None: all is well.

    An item without a sequence number of this batch fails the whole batch (0), as in AWS.
    """
    result = json.decode(answer)
    failures = result.get("batchItemFailures") if isinstance(result, dict) else None
    if not failures:
        return None
    index = {record.position: at for at, record in enumerate(records)}
    try:
        return min(index[shard.position(item["itemIdentifier"])] for item in failures)
    except (TypeError, KeyError, ValueError, AttributeError):
        return 0


def on_failure_message(
    batch: Batch, shard: Shard, stream_arn: str, function_arn: str, condition: Condition, now: float
) -> str:
    """What Lambda sends to an on-failure queue: where the records are, never their data.

    Fields as in the Lambda guide, "Retain discarded batch records for a Kinesis Data Streams
    event source", and as AWS was seen to fill them: `functionError` is null after a partial
    failure; records that are too old come without the function's last answer, with a request of
    their own if there was none, and count one invocation at least.
    """
    first, last = batch.records[0], batch.records[-1]
    message: dict[str, Any] = {
        "requestContext": {
            "requestId": batch.request_id or str(uuid4()),
            "functionArn": function_arn,
            "condition": condition,
            "approximateInvokeCount": max(1, batch.invocations),
        },
        "version": "1.0",
        "timestamp": _iso(now),
        "KinesisBatchInfo": {
            "shardId": shard.shard_id,
            "startSequenceNumber": shard.sequence_number(first.position),
            "endSequenceNumber": shard.sequence_number(last.position),
            "approximateArrivalOfFirstRecord": _iso(first.arrived_at),
            "approximateArrivalOfLastRecord": _iso(last.arrived_at),
            "batchSize": len(batch.records),
            "streamArn": stream_arn,
        },
    }
    if condition != "RecordAgeExceeded":
        message["responseContext"] = {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled" if batch.function_error else None,
        }
    return json.encode(message).decode()


def _iso(time_seconds: float) -> str:
    moment = datetime.fromtimestamp(time_seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
