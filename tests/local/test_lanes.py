"""Shards and lanes of a mapping: order within a key, and nobody held up by another."""

from local.functions import mappings
from local.kinesis.shards import key_text
from tests.local.rig import Rigging
from tests.local.waiting import until

LEFT = 0


RIGHT = 1 << 127
"""Hash keys of the first and of the second of two shards."""


async def test_each_key_keeps_its_order_over_shards_lanes_and_failures(rigged: Rigging) -> None:
    keys = [f"athlete-{number}" for number in range(20)]
    async with rigged(
        *("partial",),
        shards=2,
        concurrency=2,
        parallelization_factor=3,
        batch_size=7,
        report_batch_item_failures=True,
        bisect_on_error=True,
        maximum_retry_attempts=1,
    ) as rig:
        for number in range(20):
            for key in keys:
                poison = number == 10 and key == "athlete-7"
                rig.put(f"{'poison' if poison else ''}{number}", key=key)
        await rig.drained()
        seen = [record for batch in rig.seen for record in batch]
    for key in keys:
        firsts = list(dict.fromkeys(sequence for each, _, sequence in seen if each == key))
        assert len(firsts) == 20
        assert firsts == sorted(firsts)
    status = rig.source.status()
    assert (status.delivered, status.discarded) == (399, 1)


async def test_lanes_of_a_shard_work_side_by_side_and_a_key_stays_in_its_lane(
    rigged: Rigging,
) -> None:
    held, other = two_keys_of_different_lanes(2)
    async with rigged("whole", concurrency=2, parallelization_factor=2) as rig:
        rig.put("hold", key=held)
        await until(lambda: rig.batches == [["hold"]])
        rig.put("behind", key=held)
        rig.put("beside", key=other)
        await until(lambda: rig.source.status().delivered == 1)
        assert rig.batches == [["hold"], ["beside"]]
        rig.touch("release")
        await rig.drained()
        assert rig.batches == [["hold"], ["beside"], ["behind"]]


async def test_one_shard_in_trouble_does_not_slow_another(rigged: Rigging) -> None:
    async with rigged("whole", shards=2, concurrency=2) as rig:
        rig.put_at(LEFT, "poison")
        rig.put_at(RIGHT, "hold")
        await until(lambda: rig.source.status().failures > 2)
        rig.touch("release")
        rig.put_at(RIGHT, "fine")
        await until(lambda: rig.source.status().delivered == 2)
        assert rig.source.status().lag == 1


async def test_a_hanging_shard_leaves_a_worker_for_another(rigged: Rigging) -> None:
    async with rigged("whole", shards=2, concurrency=2) as rig:
        rig.put_at(LEFT, "hang")
        await until(lambda: rig.batches == [["hang"]])
        rig.put_at(RIGHT, "fine")
        await until(lambda: rig.source.status().delivered == 1)


async def test_stopping_finishes_what_is_in_flight_and_takes_no_more(rigged: Rigging) -> None:
    async with rigged("whole", "hold", batch_size=1) as rig:
        rig.put("later")
        await until(lambda: rig.batches)
        for lane in rig.source.lanes:
            lane.stop()
        rig.touch("release")
        await rig.source.stop(20)
        assert rig.batches == [["hold"]]
        assert rig.source.status().delivered == 1


def two_keys_of_different_lanes(lanes: int) -> tuple[str, str]:
    keys = [f"athlete-{number}" for number in range(100)]
    by_lane = {mappings.lane_of(key_text(key), lanes): key for key in keys}
    return by_lane[0], by_lane[1]
