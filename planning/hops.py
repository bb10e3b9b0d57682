"""The three streams of the path and their functions, under a load."""

from planning import page, quotas, work
from planning.load import Load, average_period
from planning.shards import (
    USED,
    Flow,
    Hop,
    groups_touched,
    hop,
    keys_on_busiest,
    most_in_one,
)
from planning.sizes import SAMPLES_PER_SECOND, sizes
from planning.template import Settings
from planning.work import DYNAMODB_SECONDS, INVOKE_SECONDS, KINESIS_SECONDS, REDIS_SECONDS


def average(load: Load, settings: Settings) -> Hop:
    """Samples of a flush share a record, with those it repeats; a person is a partition key."""
    batches = load.users / load.flush_seconds
    samples = load.flush_seconds * SAMPLES_PER_SECOND
    reader = settings.readers["average"]
    known = page.repeated(load) * SAMPLES_PER_SECOND
    record_us = work.AVERAGE_CPU_US + samples * work.SAMPLE_CPU_US + known * page.REPEATED_CPU_US
    bytes_of = sizes(load)
    flow = Flow(
        stream="heart-rate",
        function="average",
        records=batches + load.starts_per_second,
        size=(batches * bytes_of.heart_rates) + load.starts_per_second * bytes_of.session_start,
        record_seconds=work.seconds(reader, record_us),
        batch_seconds=INVOKE_SECONDS
        + 3 * REDIS_SECONDS
        + KINESIS_SECONDS
        + work.seconds(reader, work.PUT_CPU_US * settings.groups),
        busiest=lambda shards: most_in_one(load.users, 1 / shards, shards) / load.users,
    )
    return hop(flow, reader)


def schedule(load: Load, settings: Settings, before: Hop, planned: float = USED) -> Hop:
    """Averages of a group share a record, so a batch of `average`, `before`, makes a few records.

    Planned for nothing, it gets a shard for each group.
    """
    averages_per_second = load.users / average_period(load, settings)
    per_batch = averages_per_second / before.invocations_per_second
    records = before.invocations_per_second * groups_touched(settings.groups, per_batch)
    bytes_of = sizes(load)
    envelope = bytes_of.averages - bytes_of.average
    due = load.songs_per_second / averages_per_second
    per_average = (
        work.seconds(settings.readers["schedule"], work.MARK_CPU_US)
        + DYNAMODB_SECONDS / quotas.BATCH_GET_KEYS
        + due * work.ask_seconds(settings)
    )

    def busiest(shards: int) -> float:
        share = keys_on_busiest(settings.groups, shards) / settings.groups
        return most_in_one(load.users, share, shards) / load.users

    flow = Flow(
        stream="average-heart-rate",
        function="schedule",
        records=records,
        size=records * envelope + averages_per_second * bytes_of.average,
        record_seconds=per_average * averages_per_second / records,
        batch_seconds=INVOKE_SECONDS + DYNAMODB_SECONDS + KINESIS_SECONDS,
        busiest=busiest,
        keys=settings.groups,
    )
    return hop(flow, settings.readers[flow.function], planned)


def recommend(load: Load, settings: Settings) -> Hop:
    """A record for each song that is asked for; each person is a partition key."""
    records = load.songs_per_second
    flow = Flow(
        stream="song-requests",
        function="recommend",
        records=records,
        size=records * sizes(load).request,
        record_seconds=work.answer_seconds(settings),
        batch_seconds=work.batch_seconds(),
        busiest=lambda shards: most_in_one(load.users, 1 / shards, shards) / load.users,
    )
    return hop(flow, settings.readers[flow.function])
