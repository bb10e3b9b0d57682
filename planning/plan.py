"""The arithmetic of the capacity model: what N people need of each part of the path. No I/O.

Three kinds of numbers go in: what AWS allows (`planning/quotas.py`), what the synthesized
template says (`settings_of`), and the constants below, each with where it comes from. The sizes
of what travels are those of real messages, encoded here.
"""

from collections.abc import Callable, Mapping
from math import ceil, exp, sqrt
from statistics import NormalDist
from typing import Any, Literal

from msgspec import Struct

from events.stream import GROUPS
from lambdas.adapters import playlists, songs, traces, windows
from lambdas.domain.choose import ARTISTS_APART
from lambdas.domain.window import HELD_MS, MAX_SAMPLES
from planning import quotas
from planning.sizes import (
    CONNECTIONS_KEY_BYTES,
    HEARD_SONG_BYTES,
    PLAYLIST_ENTRY_BYTES,
    SAMPLES_PER_SECOND,
    SONG_END_BYTES,
    SONG_ITEM_BYTES,
    TRACE_ENTRY_BYTES,
    TRACE_POINT_BYTES,
    USER_BYTES,
    WINDOW_BYTES,
    WINDOW_ENTRY_BYTES,
    WINDOW_SAMPLE_BYTES,
    sizes,
)

USED = 0.7
"""Share of a shard, in records, bytes and time, that is planned for; the rest is for bursts."""
SURE = 0.99
"""How surely no shard gets more people than planned for."""

AVERAGE_CPU_US, SAMPLE_CPU_US = 7.0, 2.0
"""A record through `average`, Redis client included, and each of its samples: the line through
about 9 with one sample and 17 with five, by `tempofit bench average` on a quiet machine. More
samples than five were not measured."""
MARK_CPU_US = 45.0
"""A song end that `schedule` reads in a batch of 100, boto3 included."""
PUT_CPU_US = 35.0
"""A record in a PutRecords call of 16."""
REQUEST_CPU_US = 850.0
"""A song request through `recommend`: choice 100, write 300, push 280, Redis 170."""
# These three were measured by processor time in one process, handlers and adapters against a real
# Valkey and canned answers of AWS, on a shared machine: to within a third.

DYNAMODB_SECONDS, KINESIS_SECONDS, PUSH_SECONDS, REDIS_SECONDS = 0.005, 0.015, 0.020, 0.001
"""A round trip from a function. Assumed: AWS promises "single-digit milliseconds" for DynamoDB
and less than one for ElastiCache, and names no figure for PutRecords and @connections."""
INVOKE_SECONDS = 0.002
"""What an invocation takes besides its records. Assumed."""
SOCKET_SECONDS = {
    "authorize": 0.010,
    "connect": 0.005,
    "disconnect": 0.005,
    "start": 0.040,
    "workout": 0.030,
}
"""Duration of a warm invocation behind the WebSocket. Assumed."""
LOG_BYTES = 1_000
"""Of one invocation: Lambda's own three lines, and one of metrics. Assumed."""
TEMPI = 130
"""Whole beats a minute between 60 and 190 from which people's songs are looked for."""

Bound = Literal["records", "bytes", "time"]


class Load(Struct, frozen=True):
    """Who is there: people who work out at once, and what their clients do."""

    users: int
    flush_seconds: float = 5.0
    song_seconds: float = 224.0
    """The mean of catalog.demo's durations: 215 x exp(0.28^2 / 2)."""
    workout_seconds: float = 2_700.0
    members: float = 20
    """People of the last two weeks for each who works out now. Assumed."""
    workouts: float = 5
    """Of each member in two weeks. Assumed."""


class Reader(Struct, frozen=True):
    """A stream of the template and the mapping that reads it."""

    shards: int
    batch_size: int
    parallelization: int
    """Lanes of a shard: its batches that run at once. A partition key keeps to one of them."""

    @property
    def lanes(self) -> int:
        """Lanes of all shards of the template."""
        return self.shards * self.parallelization


class Settings(Struct, frozen=True):
    """What the template says; readers by the function that reads."""

    readers: dict[str, Reader]
    emit_every_seconds: float
    interval_seconds: int
    memory_mb: int
    throttle_rate: float
    groups: int = GROUPS

    @property
    def cpu(self) -> float:
        """Processors that a function has."""
        return min(1.0, self.memory_mb / quotas.MEMORY_MB_OF_ONE_CPU)


class Hop(Struct, frozen=True):
    """One stream and its function. `time` is seconds of work that come in a second to a lane."""

    stream: str
    function: str
    records_per_second: float
    bytes_per_second: float
    shards: int
    bound: Bound
    """What decides the number of shards."""
    enough: bool
    """False when no number of shards keeps the busiest below `USED`."""
    busiest_shard: dict[Bound, float]
    """Of the busiest shard, and lane for `time`: its share of the most that it can do, 0 to 1 and
    beyond."""
    shards_in_template: int
    invocations_per_second: float
    records_per_batch: float
    batch_seconds: float
    concurrency: float


class Redis(Struct, frozen=True):
    """Bytes that are kept, by what they are; commands, ECPUs, and those of the busiest slot."""

    bytes_kept: dict[str, float]
    commands_per_second: float
    ecpu_per_second: float
    slot_ecpu_per_second: float


class DynamoDB(Struct, frozen=True):
    """Units a second of song-ends, and queries and read units of the songs' index."""

    read_units_per_second: float
    write_units_per_second: float
    queries_per_second: float
    query_units_per_second: float


class Api(Struct, frozen=True):
    """The WebSocket API. Renewals are what connections of two hours cost if nobody ever left."""

    messages_per_second: float
    answers_per_second: float
    pushes_per_second: float
    connects_per_second: float
    renewals_per_second: float


def settings_of(template: Mapping[str, Any]) -> Settings:
    """What a synthesized CloudFormation template says about streams, mappings and functions."""
    by_type: dict[str, dict[str, Any]] = {}
    for name, resource in template["Resources"].items():
        by_type.setdefault(resource["Type"], {})[name] = resource["Properties"]
    functions = by_type["AWS::Lambda::Function"]
    variables = {
        name: properties["Environment"]["Variables"] for name, properties in functions.items()
    }
    readers = {}
    for mapping in by_type["AWS::Lambda::EventSourceMapping"].values():
        stream = by_type["AWS::Kinesis::Stream"][mapping["EventSourceArn"]["Fn::GetAtt"][0]]
        function = variables[mapping["FunctionName"]["Ref"]]["POWERTOOLS_SERVICE_NAME"]
        readers[function] = Reader(
            stream["ShardCount"], mapping["BatchSize"], mapping.get("ParallelizationFactor", 1)
        )
    (average,) = (one for one in variables.values() if "EMIT_EVERY_SECONDS" in one)
    (stage,) = by_type["AWS::ApiGatewayV2::Stage"].values()
    return Settings(
        readers=readers,
        emit_every_seconds=float(average["EMIT_EVERY_SECONDS"]),
        interval_seconds=int(average["INTERVAL_SECONDS"]),
        memory_mb=min(properties["MemorySize"] for properties in functions.values()),
        throttle_rate=stage["DefaultRouteSettings"]["ThrottlingRateLimit"],
    )


def most_in_one(people: float, share: float, bins: int) -> float:
    """The most people that one of `bins` gets, `SURE`ly, when each bin expects `share` of them.

    The normal quantile of a binomial with its first correction for skew (Cornish and Fisher); the
    bins are taken as independent.
    """
    z = NormalDist().inv_cdf(SURE ** (1 / bins))
    mean = people * share
    return min(people, mean + z * sqrt(mean * (1 - share)) + (z * z - 1) / 6)


def keys_on_busiest(keys: int, shards: int) -> int:
    """How many of `keys` groups the busiest of `shards` shards gets.

    `events.stream.hash_key_of` places them evenly; people go by the MD5 of their id instead.
    """
    return ceil(keys / shards)


def average_period(load: Load, settings: Settings) -> float:
    """Seconds between two averages of one person: whole flushes, no shorter than the template's."""
    return ceil(settings.emit_every_seconds / load.flush_seconds) * load.flush_seconds


def groups_touched(groups: int, people: float) -> float:
    """How many of `groups` a batch of `people` is expected to touch."""
    untouched: float = (1 - 1 / groups) ** people
    return groups * (1 - untouched)


def ask_seconds(settings: Settings) -> float:
    """What `schedule` takes to ask for one song, once it has read that it is due."""
    return _seconds(settings, PUT_CPU_US)


def answer_seconds(settings: Settings) -> float:
    """What `recommend` takes to answer one request."""
    return _seconds(settings, REQUEST_CPU_US) + 3 * REDIS_SECONDS + DYNAMODB_SECONDS + PUSH_SECONDS


def first_songs_seconds(people: int, settings: Settings) -> float:
    """When the last of a class, all due at once, gets the first song, on the template's shards.

    Whichever is slower: `schedule` asking or `recommend` answering, each on its busiest lane.
    Groups decide the lanes of `schedule`, people those of `recommend`.
    """
    keys = keys_on_busiest(settings.groups, settings.readers["schedule"].lanes)
    lanes = settings.readers["recommend"].lanes
    ask = people * keys / settings.groups * ask_seconds(settings)
    return max(ask, most_in_one(people, 1 / lanes, lanes) * answer_seconds(settings))


def _seconds(settings: Settings, microseconds: float) -> float:
    """Processor time measured on a whole core, in a function of this memory."""
    return microseconds / 1e6 / settings.cpu


class Plan:
    """Every figure of a load, each from those before it."""

    def __init__(self, load: Load, settings: Settings) -> None:
        self.load, self.settings = load, settings
        self.sizes = sizes(load.flush_seconds)
        self.songs_per_second = load.users / load.song_seconds
        self.starts_per_second = load.users / load.workout_seconds
        self.averages_per_second = load.users / average_period(load, settings)
        average = self._average()
        self.hops = [average, self._schedule(average, USED), self._recommend()]
        self.separated = self._schedule(average, 0.0)
        self.api = self._api()
        self.socket = {
            name: self.starts_per_second * seconds for name, seconds in SOCKET_SECONDS.items()
        }
        self.concurrency = sum(hop.concurrency for hop in self.hops) + sum(self.socket.values())
        self.redis = self._redis()
        self.dynamodb = self._dynamodb()

    def _seconds(self, microseconds: float) -> float:
        return _seconds(self.settings, microseconds)

    def _average(self) -> Hop:
        batches = self.load.users / self.load.flush_seconds
        samples = self.load.flush_seconds * SAMPLES_PER_SECOND
        return self._by_user(
            "heart-rate",
            "average",
            records=batches + self.starts_per_second,
            size=(batches * self.sizes.heart_rates)
            + self.starts_per_second * self.sizes.session_start,
            record_seconds=self._seconds(AVERAGE_CPU_US + samples * SAMPLE_CPU_US),
            batch_seconds=INVOKE_SECONDS
            + 3 * REDIS_SECONDS
            + KINESIS_SECONDS
            + self._seconds(PUT_CPU_US * self.settings.groups),
        )

    def _recommend(self) -> Hop:
        records = self.songs_per_second
        return self._by_user(
            "song-requests",
            "recommend",
            records=records,
            size=records * self.sizes.request,
            record_seconds=answer_seconds(self.settings),
            batch_seconds=INVOKE_SECONDS,
        )

    def _schedule(self, average: Hop, planned: float) -> Hop:
        """Averages of a group share a record, so a batch of `average` makes a few records.

        Planned for nothing, it gets a shard for each group.
        """
        per_batch = self.averages_per_second / average.invocations_per_second
        records = average.invocations_per_second * groups_touched(self.settings.groups, per_batch)
        envelope = self.sizes.averages - self.sizes.average
        size = records * envelope + self.averages_per_second * self.sizes.average
        due = self.songs_per_second / self.averages_per_second
        per_average = (
            self._seconds(MARK_CPU_US)
            + DYNAMODB_SECONDS / quotas.BATCH_GET_KEYS
            + due * ask_seconds(self.settings)
        )

        def busiest(shards: int) -> float:
            keys = keys_on_busiest(self.settings.groups, shards)
            share = keys / self.settings.groups
            return most_in_one(self.load.users, share, shards) / self.load.users

        return self._hop(
            "average-heart-rate",
            "schedule",
            records=records,
            size=size,
            record_seconds=per_average * self.averages_per_second / records,
            batch_seconds=INVOKE_SECONDS + DYNAMODB_SECONDS + KINESIS_SECONDS,
            busiest=busiest,
            keys=self.settings.groups,
            planned=planned,
        )

    def _by_user(
        self,
        stream: str,
        function: str,
        *,
        records: float,
        size: float,
        record_seconds: float,
        batch_seconds: float,
    ) -> Hop:
        users = self.load.users
        return self._hop(
            stream,
            function,
            records=records,
            size=size,
            record_seconds=record_seconds,
            batch_seconds=batch_seconds,
            busiest=lambda shards: most_in_one(users, 1 / shards, shards) / users,
        )

    def _hop(
        self,
        stream: str,
        function: str,
        *,
        records: float,
        size: float,
        record_seconds: float,
        batch_seconds: float,
        busiest: Callable[[int], float],
        keys: int | None = None,
        planned: float = USED,
    ) -> Hop:
        """The fewest shards whose busiest one is used no more than planned; else the best.

        `busiest` is the share of all people on the busiest of so many shards; `keys` says how many
        partition keys there are, when they are few.
        """
        reader = self.settings.readers[function]

        def use(count: int) -> dict[Bound, float]:
            share = busiest(count)
            rate = records * busiest(count * reader.parallelization)
            return {
                "records": records * share / quotas.SHARD_RECORDS_PER_SECOND,
                "bytes": size * share / quotas.SHARD_BYTES_PER_SECOND,
                "time": rate * record_seconds + _batches(rate, reader) * batch_seconds,
            }

        shards = _fewest(lambda count: max(use(count).values()), keys, planned)
        used = use(shards)
        lanes = shards * reader.parallelization
        busy = min(lanes, keys or lanes)
        mean = records / busy
        batches = _batches(mean, reader)
        duration = batch_seconds + mean / batches * record_seconds
        return Hop(
            stream=stream,
            function=function,
            records_per_second=records,
            bytes_per_second=size,
            shards=shards,
            bound=max(used, key=lambda bound: used[bound]),
            enough=max(used.values()) <= USED,
            busiest_shard=used,
            shards_in_template=reader.shards,
            invocations_per_second=batches * busy,
            records_per_batch=mean / batches,
            batch_seconds=duration,
            concurrency=batches * busy * duration,
        )

    def _api(self) -> Api:
        return Api(
            messages_per_second=self.load.users / self.load.flush_seconds
            + 2 * self.starts_per_second,
            answers_per_second=2 * self.starts_per_second,
            pushes_per_second=self.songs_per_second,
            connects_per_second=self.starts_per_second,
            renewals_per_second=self.load.users / quotas.CONNECTION_SECONDS,
        )

    def _redis(self) -> Redis:
        average = self.hops[0]
        groups = groups_touched(self.settings.groups, average.records_per_batch)
        batches = average.invocations_per_second
        people = average.records_per_second
        window = USER_BYTES + self.window_bytes
        # The windows of a batch are read and written, its averages become points of the trace.
        moved = people * window
        windows_ecpu = 2 * max(groups * batches, moved / quotas.ECPU_BYTES) + groups * batches
        points = self.averages_per_second * TRACE_POINT_BYTES
        traces_ecpu = max(groups * batches, points / quotas.ECPU_BYTES) + groups * batches
        heard = self.load.workouts * self.songs_per_workout * HEARD_SONG_BYTES
        artists = ARTISTS_APART * self.sizes.song
        request_ecpu = max(1.0, heard / quotas.ECPU_BYTES) + artists / quotas.ECPU_BYTES + 6
        connects = self.starts_per_second
        socket = 2 + 1 + 4  # connect, disconnect, workout
        busiest = most_in_one(self.load.users, 1 / self.settings.groups, self.settings.groups)
        return Redis(
            bytes_kept=self._kept(),
            commands_per_second=5 * groups * batches
            + 8 * self.songs_per_second
            + socket * connects,
            ecpu_per_second=windows_ecpu
            + traces_ecpu
            + request_ecpu * self.songs_per_second
            + socket * connects,
            slot_ecpu_per_second=windows_ecpu * busiest / self.load.users,
        )

    @property
    def window_bytes(self) -> float:
        """A packed window: the samples of the interval and the one before it."""
        seconds = max(HELD_MS / 1000, self.settings.interval_seconds)
        samples = min(MAX_SAMPLES, seconds * SAMPLES_PER_SECOND + 1)
        return WINDOW_BYTES + samples * WINDOW_SAMPLE_BYTES

    @property
    def songs_per_workout(self) -> float:
        return self.load.workout_seconds / self.load.song_seconds

    def _kept(self) -> dict[str, float]:
        """What expires late is kept for many more people than work out at once."""
        load = self.load
        hours = 1 + windows.EXPIRE_SECONDS / 3600
        people_in_an_hour = 1 + 3600 / load.workout_seconds
        every = max(traces.STEP_MS / 1000, average_period(load, self.settings))
        ended = playlists.EXPIRE_SECONDS / load.workout_seconds
        return {
            "windows": load.users
            * people_in_an_hour
            * hours
            * (USER_BYTES + self.window_bytes + WINDOW_ENTRY_BYTES),
            "traces": load.users
            * (traces.KEPT_MS / 1000 / every)
            * (TRACE_POINT_BYTES + TRACE_ENTRY_BYTES),
            "heard": load.users
            * load.members
            * load.workouts
            * self.songs_per_workout
            * HEARD_SONG_BYTES,
            "playlists": load.users
            * (0.5 + ended)
            * self.songs_per_workout
            * (self.sizes.song + PLAYLIST_ENTRY_BYTES),
            "connections": load.users * CONNECTIONS_KEY_BYTES,
        }

    def _dynamodb(self) -> DynamoDB:
        units_of_item = ceil(SONG_END_BYTES / quotas.READ_UNIT_BYTES)
        writes_of_item = ceil(SONG_END_BYTES / quotas.WRITE_UNIT_BYTES)
        # Each warm function reads each run of songs again after five minutes.
        runs = 2 * TEMPI / songs.CACHE_SECONDS
        lanes = self.hops[2].shards * self.settings.readers["recommend"].parallelization
        queries = min(2 * self.songs_per_second, lanes * runs)
        page_units = ceil(songs.PAGE * SONG_ITEM_BYTES / quotas.READ_UNIT_BYTES) / 2
        return DynamoDB(
            read_units_per_second=(self.averages_per_second + 2 * self.starts_per_second)
            * units_of_item,
            write_units_per_second=(self.songs_per_second + self.starts_per_second)
            * writes_of_item,
            queries_per_second=queries,
            query_units_per_second=queries * page_units,
        )


def _batches(records_per_second: float, reader: Reader) -> float:
    """Invocations a second for one lane: each poll that finds records makes a batch or more."""
    found = 1 - exp(-records_per_second / quotas.POLLS_PER_SECOND)
    per_poll = records_per_second / quotas.POLLS_PER_SECOND
    return quotas.POLLS_PER_SECOND * found * max(1, ceil(per_poll / reader.batch_size))


def _fewest(used: Callable[[int], float], keys: int | None, planned: float) -> int:
    """The fewest shards that are used no more than planned.

    Few keys cannot be spread at will: more shards than keys change nothing.
    """
    if keys is not None:
        counts = range(1, keys + 1)
        return next((count for count in counts if used(count) <= planned), min(counts, key=used))
    low, high = 0, 1
    while used(high) > planned:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if used(middle) <= planned else (middle, high)
    return high
