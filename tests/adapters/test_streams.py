from typing import Any

import pytest

from lambdas.adapters import clients, streams
from tests.adapters.conftest import records_of

ENTRIES = [streams.entry(key, b"1") for key in ("ann", "bob", "cat")]


class Throttled:
    """A stream that refuses the records of some keys a few times."""

    def __init__(self, refusals: dict[str, int]) -> None:
        self.refusals = refusals
        self.taken: list[str] = []

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3
        results: list[dict[str, str]] = []
        for record in Records:
            key = record["PartitionKey"]
            if self.refusals.get(key, 0):
                self.refusals[key] -= 1
                results.append({"ErrorCode": "ProvisionedThroughputExceededException"})
            else:
                self.taken.append(key)
                results.append({"SequenceNumber": "1"})
        failed = sum("ErrorCode" in result for result in results)
        return {"FailedRecordCount": failed, "Records": results}


@pytest.fixture
def throttled(monkeypatch: pytest.MonkeyPatch) -> Throttled:
    stream = Throttled({})
    monkeypatch.setattr(clients, "kinesis", lambda: stream)
    monkeypatch.setattr(streams, "sleep", lambda seconds: None)
    return stream


def test_more_records_than_one_call_takes_arrive_in_order() -> None:
    streams.put(
        "heart-rate", [streams.entry("ann", str(number).encode()) for number in range(1200)]
    )
    assert [int(data) for _, data in records_of("heart-rate")] == list(range(1200))


def test_nothing_to_put_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "kinesis", lambda: 1 / 0)
    streams.put("heart-rate", [])


def test_only_what_was_throttled_is_put_again(throttled: Throttled) -> None:
    throttled.refusals = {"bob": 2}
    streams.put("heart-rate", ENTRIES)
    assert throttled.taken == ["ann", "cat", "bob"]


def test_a_stream_that_refuses_to_the_end_is_named(throttled: Throttled) -> None:
    throttled.refusals = {"bob": 99}
    with pytest.raises(
        streams.RefusedError, match="1 records were refused by the stream heart-rate"
    ):
        streams.put("heart-rate", ENTRIES)


def test_many_records_take_several_calls() -> None:
    entries = [{"PartitionKey": "ann", "Data": b"x" * 10_000} for _ in range(1_200)]
    parts = list(streams.parts(entries))
    assert [entry for part in parts for entry in part] == entries
    for part in parts:
        assert len(part) <= streams.MAX_RECORDS
        assert sum(len(entry["Data"]) for entry in part) <= streams.MAX_BYTES
