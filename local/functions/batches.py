"""Batches of stream records as Lambda sees them: the event, the answer, the on-failure message.

No I/O. Times are epoch seconds.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

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

    def part(self, start: int, end: int | None = None, retries: int = 0) -> "Batch":
        """A part of this batch, with its history and `retries` more attempts."""
        return Batch(
            self.records[start:end],
            self.attempts + retries,
            self.invocations,
            self.request_id,
            self.function_error,
        )


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
    event source". `functionError` is left out when the last answer was a partial failure.
    """
    first, last = batch.records[0], batch.records[-1]
    response: dict[str, Any] = {"statusCode": 200, "executedVersion": "$LATEST"}
    if batch.function_error:
        response["functionError"] = "Unhandled"
    message = {
        "requestContext": {
            "requestId": batch.request_id,
            "functionArn": function_arn,
            "condition": condition,
            "approximateInvokeCount": batch.invocations,
        },
        "responseContext": response,
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
    return json.encode(message).decode()


def _iso(time_seconds: float) -> str:
    moment = datetime.fromtimestamp(time_seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
