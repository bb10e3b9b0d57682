"""The dead-letter queue, for single records that can never be read."""

import os
from typing import Any

from msgspec import json

from lambdas.adapters import clients


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
        QueueUrl=os.environ["DEAD_LETTERS_QUEUE_URL"], MessageBody=json.encode(message).decode()
    )
