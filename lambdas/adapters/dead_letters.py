"""The dead-letter queue, for single records that can never be read."""

from typing import Any

from msgspec import Struct, json

from lambdas.adapters import clients, environment


class Queue(Struct, frozen=True):
    """Where dead letters go."""

    dead_letters_queue_url: str


def send(raw: dict[str, Any]) -> None:
    """Say where an unreadable record lies, in the fields of Lambda's own on-failure messages.

    The record itself stays in its stream; a queue is no place for what a person sent.
    """
    kinesis = raw["kinesis"]
    shard, _, sequence_number = raw["eventID"].partition(":")
    arrived = kinesis["approximateArrivalTimestamp"]
    message = {
        "requestContext": {"condition": "UnreadableRecord", "approximateInvokeCount": 1},
        "version": "1.0",
        "KinesisBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": sequence_number,
            "endSequenceNumber": sequence_number,
            "approximateArrivalOfFirstRecord": arrived,
            "approximateArrivalOfLastRecord": arrived,
            "batchSize": 1,
            "streamArn": raw["eventSourceARN"],
        },
    }
    clients.sqs().send_message(
        QueueUrl=environment.read(Queue).dead_letters_queue_url,
        MessageBody=json.encode(message).decode(),
    )
