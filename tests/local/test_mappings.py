"""Batches that fail: retried, split, given up; each with a real handler in a real process."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from local.functions import mappings
from tests.local.rig import QUEUE, Rigging
from tests.local.waiting import until

ONE_WAIT_SECONDS = mappings.FIRST_WAIT_SECONDS
"""As it is here, before the fixtures make it short."""


async def test_bisect_isolates_one_poison_record(rigged: Rigging) -> None:
    texts = [f"{number}" for number in range(8)]
    texts[5] = "poison"
    async with rigged("whole", *texts, bisect_on_error=True, maximum_retry_attempts=1) as rig:
        await rig.drained()
        assert (
            rig.batches
            == [
                texts,
                texts[:4],
                texts[4:],
                texts[4:6],
                ["4"],
                ["poison"],
                ["poison"],  # the splits have left its one retry
                texts[6:],
            ]
        )
        assert rig.source.status().delivered == 7
    (message,) = rig.messages
    info = message["KinesisBatchInfo"]
    (number,) = {sequence for batch in rig.seen for _, text, sequence in batch if text == "poison"}
    assert (info["startSequenceNumber"], info["endSequenceNumber"]) == (number, number)
    assert info["batchSize"] == 1


@pytest.mark.parametrize("retries", [0, 2])
async def test_retries_end_at_their_limit_and_the_shard_goes_on(
    rigged: Rigging, retries: int
) -> None:
    async with rigged("whole", "a", "poison", maximum_retry_attempts=retries) as rig:
        await rig.drained()
        rig.put("next")
        await rig.drained()
        assert rig.batches == [["a", "poison"]] * (1 + retries) + [["next"]]
        status = rig.source.status()
        assert (status.delivered, status.discarded) == (1, 2)
        assert status.failures == 1 + retries
    (message,) = rig.messages
    assert message["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert message["requestContext"]["approximateInvokeCount"] == 1 + retries
    assert message["responseContext"]["functionError"] == "Unhandled"


async def test_without_a_limit_a_batch_is_retried_until_it_succeeds(rigged: Rigging) -> None:
    async with rigged("whole", "deadly", "b") as rig:
        await rig.drained()
        assert rig.batches == [["deadly", "b"], ["deadly", "b"]]
        assert rig.source.status().delivered == 2


async def test_a_shard_in_trouble_waits_twice_as_long_each_time_as_seen_on_aws(
    rigged: Rigging, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def at_once(seconds: float) -> asyncio.Timeout:
        waits.append(seconds)
        return asyncio.timeout_at(0)

    async with rigged("whole") as rig:
        with monkeypatch.context() as patch:
            patch.setattr(mappings, "FIRST_WAIT_SECONDS", ONE_WAIT_SECONDS)
            patch.setattr(mappings, "asyncio", Instead(timeout=at_once))
            rig.put("poison")
            await until(lambda: len(waits) >= 7)
    assert waits[:7] == [1, 2, 4, 8, 16, 32, 64]


async def test_the_waits_begin_anew_after_a_split_and_after_progress(
    rigged: Rigging, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def at_once(seconds: float) -> asyncio.Timeout:
        waits.append(seconds)
        return asyncio.timeout_at(0)

    terms = {"bisect_on_error": True, "maximum_retry_attempts": 2}
    async with rigged("partial", report_batch_item_failures=True, **terms) as rig:
        with monkeypatch.context() as patch:
            patch.setattr(mappings, "FIRST_WAIT_SECONDS", ONE_WAIT_SECONDS)
            patch.setattr(mappings, "asyncio", Instead(timeout=at_once))
            rig.put("a", "poison", "b")
            await rig.drained()
            assert rig.batches == [
                ["a", "poison", "b"],
                ["poison", "b"],
                ["poison"],
                ["poison"],
                ["poison"],
                ["b"],
            ]
    assert waits == [1, 1, 1, 2]


class Instead:
    """asyncio, with other functions in place of some."""

    def __init__(self, **others: Any) -> None:
        self.__dict__.update(others)

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


async def test_records_past_the_age_limit_are_given_up_unseen(rigged: Rigging) -> None:
    async with rigged("whole", maximum_record_age_seconds=60) as rig:
        rig.put("old", "older", age_seconds=61)
        rig.put("new")
        await rig.drained()
        assert rig.batches == [["new"]]
    (message,) = rig.messages
    assert message["requestContext"]["condition"] == "RecordAgeExceeded"
    assert message["requestContext"]["approximateInvokeCount"] == 1
    assert (
        str(UUID(message["requestContext"]["requestId"])) == message["requestContext"]["requestId"]
    )
    assert "responseContext" not in message
    assert message["KinesisBatchInfo"]["batchSize"] == 2


async def test_a_failing_record_is_given_up_when_it_grows_too_old(rigged: Rigging) -> None:
    async with rigged("whole", maximum_record_age_seconds=1) as rig:
        rig.put("poison")
        await until(lambda: rig.messages)
        await rig.drained()
    (message,) = rig.messages
    assert message["requestContext"]["condition"] == "RecordAgeExceeded"
    assert message["requestContext"]["approximateInvokeCount"] == len(rig.batches) > 1
    assert "responseContext" not in message


async def test_a_worker_that_dies_is_replaced_and_nothing_is_lost(
    rigged: Rigging, capfd: pytest.CaptureFixture[str]
) -> None:
    async with rigged("whole", "a", "deadly", maximum_retry_attempts=5) as rig:
        rig.put("b", "c")
        await rig.drained()
        assert rig.source.status().delivered == 4
        assert rig.batches == [["a", "deadly", "b", "c"]] * 2
        assert rig.messages == []
    said = capfd.readouterr().err
    assert "Function average: Runtime exited with error: exit status 3" in said
    assert "the last words" in said
    assert "athlete" not in said


async def test_a_handler_that_hangs_is_ended_and_its_record_given_up(rigged: Rigging) -> None:
    async with rigged("whole", "hang", timeout_seconds=0.2, maximum_retry_attempts=0) as rig:
        await until(lambda: rig.messages)
        rig.put("next")
        await rig.drained()
        assert rig.batches == [["hang"], ["next"]]


async def test_a_queue_that_is_away_does_not_stall_the_shard(
    rigged: Rigging, capfd: pytest.CaptureFixture[str]
) -> None:
    async def refuse(queue_url: str, body: str) -> None:
        raise ConnectionRefusedError("nobody listens")

    async with rigged("whole", maximum_retry_attempts=0) as rig:
        rig.source.send = refuse
        rig.put("poison")
        await rig.drained()
        rig.put("next")
        await rig.drained()
        assert rig.batches == [["poison"], ["next"]]
    assert f"the message about it did not reach {QUEUE}: nobody listens" in capfd.readouterr().err
