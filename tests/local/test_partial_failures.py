"""What a handler reports of its batch, and what becomes of it."""

import pytest

from tests.local.rig import Rigging


async def test_a_partial_failure_retries_from_the_lowest_failed_record(rigged: Rigging) -> None:
    texts = ["a", "b", "poison-c", "d", "poison-e"]
    async with rigged(
        "partial", *texts, report_batch_item_failures=True, maximum_retry_attempts=1
    ) as rig:
        await rig.drained()
        assert rig.batches == [texts, texts[2:], texts[2:]]
        assert rig.source.status().delivered == 2
    (message,) = rig.messages
    assert message["KinesisBatchInfo"]["batchSize"] == 3
    assert message["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": None,
    }


async def test_progress_begins_the_retries_anew_as_seen_on_aws(rigged: Rigging) -> None:
    """The last of six records fails, in batches of three with three retries: seen five times."""
    texts = ["a", "b", "c", "d", "e", "poison"]
    async with rigged(
        *("partial", *texts),
        batch_size=3,
        report_batch_item_failures=True,
        maximum_retry_attempts=3,
    ) as rig:
        await rig.drained()
        assert rig.batches == [texts[:3], texts[3:], *[["poison"]] * 4]
    (message,) = rig.messages
    assert message["requestContext"]["approximateInvokeCount"] == 4
    assert message["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert message["KinesisBatchInfo"]["batchSize"] == 1


async def test_with_bisect_partial_failures_cost_only_the_poison(rigged: Rigging) -> None:
    texts = ["a", "b", "poison-c", "d", "poison-e", "f", "g"]
    async with rigged(
        *("partial", *texts),
        report_batch_item_failures=True,
        bisect_on_error=True,
        maximum_retry_attempts=0,
    ) as rig:
        await rig.drained()
        assert rig.source.status().delivered == 5
        assert [message["KinesisBatchInfo"]["batchSize"] for message in rig.messages] == [1, 1]
        assert rig.batches[:2] == [texts, texts[2:]]


@pytest.mark.parametrize(
    "answer",
    [
        "null",
        "{}",
        '"done"',
        '{"batchItemFailures":[]}',
        '{"batchItemFailures":null}',
        '{"statusCode":200}',
    ],
)
async def test_an_answer_without_failures_is_success(rigged: Rigging, answer: str) -> None:
    async with rigged("answer", "a", "b", answer=answer, report_batch_item_failures=True) as rig:
        await rig.drained()
        assert rig.batches == [["a", "b"]]
        assert rig.source.status().delivered == 2


@pytest.mark.parametrize(
    "answer",
    [
        '{"batchItemFailures":[{"itemIdentifier":""}]}',
        '{"batchItemFailures":[{"itemIdentifier":null}]}',
        '{"batchItemFailures":[{"sequenceNumber":"1"}]}',
        '{"batchItemFailures":[{"itemIdentifier":"12"}]}',
        '{"batchItemFailures":["12"]}',
        '{"batchItemFailures":7}',
    ],
)
async def test_a_malformed_failure_fails_the_whole_batch(rigged: Rigging, answer: str) -> None:
    async with rigged(
        *("answer", "a", "b"),
        answer=answer,
        report_batch_item_failures=True,
        maximum_retry_attempts=1,
    ) as rig:
        await rig.drained()
        assert rig.batches == [["a", "b"], ["a", "b"]]
        assert rig.source.status().discarded == 2


async def test_reported_failures_mean_nothing_unless_they_are_asked_for(rigged: Rigging) -> None:
    async with rigged("partial", "a", "poison") as rig:
        await rig.drained()
        assert rig.batches == [["a", "poison"]]
        assert rig.source.status().delivered == 2
