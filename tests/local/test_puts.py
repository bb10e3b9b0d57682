"""PutRecord calls go out together when there are many, and each sender gets their own answer."""

import asyncio
import json
from typing import Any

import pytest

from local.kinesis.puts import Puts, RefusedError


class Kinesis:
    """Keeps calls; refuses data `bad`, and any call that holds it; throttles data `slow`."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []

    async def __call__(self, action: str, body: bytes) -> str:
        request = json.loads(body)
        self.calls.append((action, request))
        await asyncio.sleep(0)
        records = request.get("Records", [request])
        if any(record["Data"] == "bad" for record in records):
            raise ValueError("refused")
        answers = [self._answer(record) for record in records]
        return json.dumps(answers[0] if action == "PutRecord" else {"Records": answers})

    def _answer(self, record: Any) -> dict[str, str]:
        if record["Data"] == "slow":
            return {
                "ErrorCode": "ProvisionedThroughputExceededException",
                "ErrorMessage": "Rate exceeded",
            }
        return {"ShardId": "shard", "SequenceNumber": record["Data"]}


def record(data: str, stream: str = "heart-rate") -> bytes:
    return json.dumps({"StreamName": stream, "PartitionKey": "ann", "Data": data}).encode()


async def put(kinesis: Kinesis, *bodies: bytes) -> list[Any]:
    puts = Puts(kinesis)
    return await asyncio.gather(*(puts.put(body) for body in bodies), return_exceptions=True)


async def test_a_single_record_goes_out_by_put_record() -> None:
    kinesis = Kinesis()
    (answer,) = await put(kinesis, record("1"))
    assert json.loads(answer) == {"ShardId": "shard", "SequenceNumber": "1"}
    assert [action for action, _ in kinesis.calls] == ["PutRecord"]


async def test_many_records_go_out_in_few_calls_in_their_order() -> None:
    kinesis = Kinesis()
    answers = await put(kinesis, *(record(str(number)) for number in range(1200)))
    assert [json.loads(answer)["SequenceNumber"] for answer in answers] == [
        str(number) for number in range(1200)
    ]
    sent = [one["Data"] for _, call in kinesis.calls for one in call.get("Records", [call])]
    assert sent == [str(number) for number in range(1200)]
    assert len(kinesis.calls) <= 4


async def test_a_refused_record_fails_its_sender_only() -> None:
    answers = await put(Kinesis(), record("1"), record("bad"), record("2"))
    assert isinstance(answers[1], ValueError)
    assert [json.loads(answers[index])["SequenceNumber"] for index in (0, 2)] == ["1", "2"]


async def test_a_throttled_record_is_refused_to_its_sender_only_and_not_tried_again() -> None:
    kinesis = Kinesis()
    answers = await put(kinesis, record("1"), record("slow"), record("2"))
    assert [json.loads(answers[index])["SequenceNumber"] for index in (0, 2)] == ["1", "2"]
    assert isinstance(answers[1], RefusedError)
    assert str(answers[1]) == "ProvisionedThroughputExceededException: Rate exceeded"
    sent = [one["Data"] for _, call in kinesis.calls for one in call.get("Records", [call])]
    assert sent.count("slow") == 1


async def test_records_of_two_streams_do_not_share_a_call() -> None:
    kinesis = Kinesis()
    await put(kinesis, record("1"), record("2", "other"), record("3", "other"), record("4"))
    assert all(len({call["StreamName"]}) == 1 for _, call in kinesis.calls)
    assert len(kinesis.calls) == 3


async def test_what_is_no_put_record_is_left_to_kinesis() -> None:
    kinesis = Kinesis()
    with pytest.raises(KeyError):
        await Puts(kinesis).put(b'{"StreamARN":"arn"}')
    assert kinesis.calls == [("PutRecord", {"StreamARN": "arn"})]
