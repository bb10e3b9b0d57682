"""What a batch of a mapping holds, and what is told of one that was given up."""

import asyncio

from msgspec import json

from local.functions.batches import Batch, on_failure_message
from local.kinesis.shards import Shard, Streams
from tests.local.rig import Rigging
from tests.local.waiting import until


async def test_a_record_arrives_as_lambda_shows_it(rigged: Rigging) -> None:
    async with rigged("keep_event") as rig:
        (number,) = rig.put("82", key='athlete "1"')
        await rig.drained()
        event = json.decode((rig.files / "seen").read_bytes())
    arrived_at = rig.stream.shards[0].records[0].arrived_at
    assert event == {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": 'athlete "1"',
                    "sequenceNumber": number,
                    "data": "ODI=",
                    "approximateArrivalTimestamp": arrived_at,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"shardId-000000000000:{number}",
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": "arn:aws:iam::000000000000:role/average",
                "awsRegion": "us-east-1",
                "eventSourceARN": "arn:aws:kinesis:us-east-1:000000000000:stream/heart-rate",
            }
        ]
    }


async def test_a_batch_holds_at_most_its_size(rigged: Rigging) -> None:
    texts = [f"{number}" for number in range(25)]
    async with rigged("whole", *texts, batch_size=10) as rig:
        await rig.drained()
        assert rig.batches == [texts[:10], texts[10:20], texts[20:]]


async def test_a_batch_holds_at_most_six_megabytes(rigged: Rigging) -> None:
    texts = [f"{number}" + "x" * 2**20 for number in range(7)]
    async with rigged("whole", *texts) as rig:
        await rig.drained()
        assert [len(batch) for batch in rig.batches] == [4, 3]
        assert [text for batch in rig.batches for text in batch] == texts


async def test_latest_starts_behind_what_is_there(rigged: Rigging) -> None:
    async with rigged("whole", "old", starting_position="LATEST") as rig:
        rig.put("new")
        await rig.drained()
        assert rig.batches == [["new"]]


async def test_a_window_gathers_records_until_it_is_over(rigged: Rigging) -> None:
    async with rigged("whole", "a", batching_window_seconds=1) as rig:
        await asyncio.sleep(0)  # the lane looks at the shard
        rig.put("b", "c")
        await rig.drained()
        assert rig.batches == [["a", "b", "c"]]


async def test_a_full_batch_does_not_wait_for_its_window(rigged: Rigging) -> None:
    async with rigged("whole", "a", batch_size=2, batching_window_seconds=300) as rig:
        await asyncio.sleep(0)  # the lane looks at the shard
        assert rig.batches == []
        rig.put("b", "c")
        await until(lambda: rig.batches)
        assert rig.batches == [["a", "b"]]


def test_the_on_failure_message_has_the_fields_of_the_lambda_guide() -> None:
    shard: Shard = Streams().create("heart-rate", 1, 0.0).shards[0]
    numbers = [shard.append('"a"', "", 1573692000.0 + second) for second in range(2)]
    batch = Batch(shard.records, 1, 2, "c9b8fa9f", function_error=True)
    message = on_failure_message(
        *(batch, shard, "arn:stream", "arn:function", "RetryAttemptsExhausted", 1573692010.5)
    )
    assert json.decode(message) == {
        "requestContext": {
            "requestId": "c9b8fa9f",
            "functionArn": "arn:function",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 2,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "version": "1.0",
        "timestamp": "2019-11-14T00:40:10.500Z",
        "KinesisBatchInfo": {
            "shardId": "shardId-000000000000",
            "startSequenceNumber": numbers[0],
            "endSequenceNumber": numbers[1],
            "approximateArrivalOfFirstRecord": "2019-11-14T00:40:00.000Z",
            "approximateArrivalOfLastRecord": "2019-11-14T00:40:01.000Z",
            "batchSize": 2,
            "streamArn": "arn:stream",
        },
    }
