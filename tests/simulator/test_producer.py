from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from events.samples import MAX_SAMPLES, Sample
from events.stream import HeartRateBatch, decode_heart_rate
from simulator.pace import Feed, Pace
from simulator.producer import ATTEMPTS, Producer, ProducerError, produce


class Kinesis:
    """Takes records, or refuses those that `refuses` says, in calls as boto3 makes them."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.taken: dict[str, list[Sample]] = {}
        self.refusals: dict[str, int] = {}

    def put_records(
        self,
        *,
        StreamName: str,  # noqa: N803 - boto3's names
        Records: list[dict[str, Any]],  # noqa: N803
    ) -> dict[str, Any]:
        assert StreamName == "heart-rate"
        self.calls.append([record["PartitionKey"] for record in Records])
        return {"Records": [self._take(record) for record in Records]}

    def _take(self, record: dict[str, Any]) -> dict[str, str]:
        user = record["PartitionKey"]
        if self.refusals.get(user, 0):
            self.refusals[user] -= 1
            return {"ErrorCode": "ProvisionedThroughputExceededException"}
        batch = decode_heart_rate(record["Data"])
        assert isinstance(batch, HeartRateBatch)
        self.taken.setdefault(user, []).extend(batch.samples)
        return {"SequenceNumber": "1", "ShardId": "shardId-000000000000"}


class Ledger:
    """What the producer says it sent."""

    def __init__(self) -> None:
        self.sent: dict[str, list[Sample]] = {}

    def __call__(self, user: str, samples: Sequence[Sample], at_ms: int) -> None:
        assert at_ms > 1_700_000_000_000
        self.sent.setdefault(user, []).extend(samples)


def samples(count: int, start_ms: int = 0) -> list[Sample]:
    return [(start_ms + second * 1000, 100.0) for second in range(count)]


def producer(kinesis: Any, ledger: Ledger) -> Producer:
    return Producer(kinesis, "heart-rate", ledger, Random(1), backoff_seconds=0.001)


def test_a_call_holds_500_records_at_most_and_one_of_each_user() -> None:
    kinesis, ledger = Kinesis(), Ledger()
    crowd = {f"user-{number}": samples(70) for number in range(600)}
    producer(kinesis, ledger).put(crowd)
    assert max(map(len, kinesis.calls)) == 500
    assert all(len(set(call)) == len(call) for call in kinesis.calls)
    assert kinesis.taken == ledger.sent == crowd


def test_refused_records_are_sent_again_in_their_order() -> None:
    kinesis, ledger = Kinesis(), Ledger()
    kinesis.refusals = {"ann": 3}
    producer(kinesis, ledger).put({"ann": samples(2 * MAX_SAMPLES + 10), "bob": samples(2)})
    assert kinesis.taken == ledger.sent == {"ann": samples(2 * MAX_SAMPLES + 10), "bob": samples(2)}
    assert kinesis.calls == [["ann", "bob"], ["ann"], ["ann"], ["ann"], ["ann"], ["ann"]]


def test_a_stream_that_keeps_refusing_is_named_and_nothing_counts_as_sent() -> None:
    kinesis, ledger = Kinesis(), Ledger()
    kinesis.refusals = {"ann": ATTEMPTS}
    with pytest.raises(ProducerError, match="'heart-rate' refused 1 records 10 times") as caught:
        producer(kinesis, ledger).put({"ann": samples(1)})
    assert "ProvisionedThroughputExceededException" in str(caught.value)
    assert ledger.sent == {}


async def test_feeds_are_played_to_their_end() -> None:
    kinesis, ledger = Kinesis(), Ledger()
    now = 0

    def clock() -> int:
        nonlocal now
        now += 5000
        return now

    feeds = {"ann": Feed(iter(samples(20)), Pace(0, 0)), "bob": Feed(iter(samples(8)), Pace(0, 0))}
    await produce(producer(kinesis, ledger), feeds, flush_seconds=0, now_ms=clock)
    assert kinesis.taken == {"ann": samples(20), "bob": samples(8)}
    assert [call for call in kinesis.calls if "bob" not in call] == [["ann"], ["ann"]]
