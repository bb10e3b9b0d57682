"""What arrived in the cloud, read from its streams as any other consumer would."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

from events.samples import Sample
from events.stream import Average, HeartRateBatch, decode_averages, decode_heart_rate
from local.launcher import Cloud
from tests.browser.strap import holes, sent_times, wait_until


def arrived(cloud: Cloud, user: str) -> list[Sample]:
    """The samples of a person on the heart-rate stream, in its order, however often."""
    return [
        sample
        for record in _records(cloud, cloud.addresses.heart_rate_stream)
        if record["PartitionKey"] == user
        for batch in [decode_heart_rate(record["Data"])]
        if isinstance(batch, HeartRateBatch)
        for sample in batch.samples
    ]


def averages(cloud: Cloud, user: str) -> list[Average]:
    """The running averages of a person, in the order in which they were made."""
    return [
        average
        for record in _records(cloud, cloud.addresses.averages_stream)
        for average in decode_averages(record["Data"]).averages
        if average.user == user
    ]


def _records(cloud: Cloud, stream: str) -> Iterator[dict[str, Any]]:
    kinesis = cloud.client("kinesis")
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while records := (answer := kinesis.get_records(ShardIterator=iterator))["Records"]:
            yield from records
            iterator = answer["NextShardIterator"]


def assert_nothing_is_lost(page: Page, cloud: Cloud, user: str) -> None:
    """Waits for a sample of after now; then every second until now has arrived and counts once."""
    now_ms = page.evaluate("Date.now()")

    def is_averaged() -> bool:
        made = averages(cloud, user)
        return bool(made) and made[-1].pulse.at_ms > now_ms

    wait_until(page, is_averaged)
    times_ms = {at_ms for at_ms, _ in arrived(cloud, user)}
    assert holes(list(times_ms)) == []
    assert {at_ms for at_ms in sent_times(page) if at_ms <= now_ms} <= times_ms
    _assert_folded_once(cloud, user)


def _assert_folded_once(cloud: Cloud, user: str) -> None:
    """Every average counts each sample that had arrived by its time exactly once, in order."""
    made = averages(cloud, user)  # before the samples, which may become more meanwhile
    times_ms = sorted({at_ms for at_ms, _ in arrived(cloud, user)})
    assert made
    for average in made:
        assert average.samples == sum(at_ms <= average.pulse.at_ms for at_ms in times_ms)
    ends_ms = [average.pulse.at_ms for average in made]
    assert ends_ms == sorted(set(ends_ms))
