"""The dead-letter queue, for records that no function can ever take."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, json

from lambdas.adapters import clients, environment
from lambdas.adapters.optional import optional

UNREADABLE, UNUSABLE = "UnreadableRecord", "UnusableRecord"
"""No decoder takes it; it was read, and nothing could be done with it."""


class Queue(Struct, frozen=True):
    """Where dead letters go."""

    dead_letters_queue_url: str


def send(raws: Sequence[dict[str, Any]], condition: str = UNREADABLE) -> None:
    """Say where records of one batch lie, in the fields of Lambda's own on-failure messages.

    However many they are, it is one message, which names the first and the last. The records stay
    in their stream; a queue is no place for what a person sent.
    """
    if not raws:
        return
    raws = sorted(raws, key=lambda raw: int(raw["kinesis"]["sequenceNumber"]))
    first, last = raws[0], raws[-1]
    message = {
        "requestContext": {"condition": condition, "approximateInvokeCount": 1},
        "version": "1.0",
        "KinesisBatchInfo": {
            "shardId": first["eventID"].partition(":")[0],
            "startSequenceNumber": first["kinesis"]["sequenceNumber"],
            "endSequenceNumber": last["kinesis"]["sequenceNumber"],
            "approximateArrivalOfFirstRecord": first["kinesis"]["approximateArrivalTimestamp"],
            "approximateArrivalOfLastRecord": last["kinesis"]["approximateArrivalTimestamp"],
            "batchSize": len(raws),
            "streamArn": first["eventSourceARN"],
        },
    }
    with optional("a dead letter"):
        clients.sqs().send_message(
            QueueUrl=environment.read(Queue).dead_letters_queue_url,
            MessageBody=json.encode(message).decode(),
        )
