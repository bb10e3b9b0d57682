"""Two connections of one person, from the sockets to the average: they do not mix."""

from collections.abc import Callable

from events.stream import Sent, decode_sent
from local.launcher import Cloud
from tests.pipeline.test_cloud import connected, now_ms


def sent_by(cloud: Cloud, user: str) -> list[Sent]:
    """What the gateway wrote of a person."""
    kinesis, stream = cloud.client("kinesis"), cloud.addresses.heart_rate_stream
    found = []
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for record in kinesis.get_records(ShardIterator=iterator)["Records"]:
            if record["PartitionKey"] == user:
                found.append(decode_sent(record["Data"]))
    return [one for one in found if isinstance(one, Sent)]


async def test_a_phone_and_a_watch_of_one_person_do_not_mix(
    cloud: Cloud, new_user: Callable[[], str]
) -> None:
    user, before_ms = new_user(), now_ms()
    async with (
        connected(cloud.addresses, user) as phone,
        connected(cloud.addresses, user) as watch,
    ):
        watch.start_ms = phone.start_ms
        await phone.beat(1, 5, heart_rate=100)
        await phone.folded_to(5)
        await watch.beat(6, 40, heart_rate=160)
        await watch.folded_to(40)
        await phone.beat(41, 45, heart_rate=100)
        notice = await phone.receive(lambda message: message.get("code") == "another_device")
        assert notice["type"] == "error"
        await watch.beat(41, 45, heart_rate=160)
        workout = await watch.folded_to(45)
        assert workout["latest"] == [phone.start_ms + 45_000, 160, 160]
        connections = {one.connection: one.connected_at_ms for one in sent_by(cloud, user)}
        first, second = connections.values()
        assert before_ms <= first <= second <= now_ms()
