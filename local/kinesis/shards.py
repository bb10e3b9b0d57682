"""Kinesis streams in memory: shards, records, sequence numbers. No I/O, no clock.

Record data stays base64 text and partition keys stay JSON text, as they arrived: every reader
needs them so. Times are epoch seconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import md5

from msgspec import Struct, json

from local.project import ACCOUNT, REGION

ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/"
HASH_KEYS = 1 << 128
SHARD_RECORDS_PER_SECOND = 1_000
SHARD_BYTES_PER_SECOND = 1 << 20
"""What one shard takes, from the quotas of Kinesis Data Streams."""
KEPT_BYTES = 32 << 20
"""Beyond this a shard forgets records that every reader has passed, as memory is finite."""
RECORD_OVERHEAD_BYTES = 250


class Record(Struct, frozen=True, gc=False):
    """One record; `key` is JSON text (quotes and all), `data` is base64 text."""

    position: int
    key: str
    data: str
    arrived_at: float


@dataclass(eq=False)
class Reader:
    """Follows a shard: woken by arrivals, keeps records from `position` on in memory."""

    position: int
    wake: Callable[[], None]


@dataclass(eq=False)
class Shard:
    """The records of one range of hash keys, oldest first; positions count them from 0."""

    shard_id: str
    first_hash_key: int
    last_hash_key: int
    prefix: str
    """Of every sequence number; the position follows as 18 digits."""
    records: list[Record] = field(default_factory=list)
    first: int = 0
    bytes_kept: int = 0
    readers: list[Reader] = field(default_factory=list)
    second: int = 0
    second_records: int = 0
    second_bytes: int = 0

    @property
    def end(self) -> int:
        """The position that the next record will get."""
        return self.first + len(self.records)

    def sequence_number(self, position: int) -> str:
        return f"{self.prefix}{position:018d}"

    def position(self, sequence_number: str) -> int:
        """The position of a sequence number; raises ValueError when it is none of this shard's."""
        digits = sequence_number[len(self.prefix) :]
        if not sequence_number.startswith(self.prefix) or len(digits) != 18:
            raise ValueError(f"{sequence_number!r} is no sequence number of {self.shard_id}")
        return int(digits)

    def holds(self, sequence_number: str) -> bool:
        """Whether a record of this shard has had this sequence number."""
        try:
            return self.position(sequence_number) < self.end
        except ValueError:
            return False

    def position_at(self, time_seconds: float) -> int:
        """The position of the first record that arrived at this time or later."""
        return self.first + bisect_left(self.records, time_seconds, key=lambda r: r.arrived_at)

    def admits(self, size: int, now: float) -> bool:
        """Whether a record of `size` bytes is within the limits of this second; counts it if so.

        The first of a second always is, as the greatest record fills more than a second.
        """
        if int(now) != self.second:
            self.second, self.second_records, self.second_bytes = int(now), 0, 0
        if self.second_records and (
            self.second_records >= SHARD_RECORDS_PER_SECOND
            or self.second_bytes + size > SHARD_BYTES_PER_SECOND
        ):
            return False
        self.second_records += 1
        self.second_bytes += size
        return True

    def append(self, key: str, data: str, now: float) -> str:
        """Adds a record, wakes the readers and returns the sequence number."""
        position = self.first + len(self.records)
        self.records.append(Record(position, key, data, now))
        self.bytes_kept += _size(key, data)
        for reader in self.readers:
            reader.wake()
        return f"{self.prefix}{position:018d}"

    def read(self, position: int, limit: int) -> list[Record]:
        """At most `limit` records from `position` on, or from the oldest kept one on."""
        start = max(0, position - self.first)
        return self.records[start : start + limit]

    def trim(self, oldest: float) -> None:
        """Forgets what arrived before `oldest`, and what nobody needs beyond `KEPT_BYTES`."""
        expired = bisect_left(self.records, oldest, key=lambda r: r.arrived_at)
        needed = min((reader.position for reader in self.readers), default=self.end) - self.first
        count = freed = 0
        for record in self.records:
            if count >= expired and (count >= needed or self.bytes_kept - freed <= KEPT_BYTES):
                break
            freed += _size(record.key, record.data)
            count += 1
        del self.records[:count]
        self.first += count
        self.bytes_kept -= freed


@dataclass(eq=False)
class Stream:
    """Named shards that split the hash keys evenly."""

    name: str
    shards: list[Shard]
    retention_hours: int
    created_at: float

    @property
    def arn(self) -> str:
        return ARN + self.name

    def shard(self, shard_id: str) -> Shard | None:
        return next((shard for shard in self.shards if shard.shard_id == shard_id), None)

    def shard_of(self, hash_key: int) -> Shard:
        return self.shards[
            bisect_right(self.shards, hash_key, key=lambda shard: shard.first_hash_key) - 1
        ]

    def trim(self, now: float) -> None:
        for shard in self.shards:
            shard.trim(now - self.retention_hours * 3600)


class Streams(dict[str, Stream]):
    """All streams by name."""

    def create(self, name: str, shards: int, now: float, retention_hours: int = 24) -> Stream:
        """Adds an empty stream."""
        starts = [-(-HASH_KEYS * index // shards) for index in range(shards + 1)]
        self[name] = Stream(
            name,
            [
                Shard(
                    f"shardId-{index:012d}",
                    starts[index],
                    starts[index + 1] - 1,
                    # 56 digits that grow with the stream's creation, as in AWS.
                    f"49{int(now * 1000):014d}{index:04d}{0:018d}",
                )
                for index in range(shards)
            ],
            retention_hours,
            now,
        )
        return self[name]

    def trim(self, now: float) -> None:
        """Forgets records beyond retention; call it about once a second."""
        for stream in self.values():
            stream.trim(now)


@lru_cache(maxsize=1 << 16)
def hash_key(partition_key: str) -> int:
    """MD5 of the partition key as a 128-bit number, as Kinesis maps keys to shards."""
    return int.from_bytes(md5(partition_key.encode(), usedforsecurity=False).digest(), "big")


@lru_cache(maxsize=1 << 16)
def key_text(partition_key: str) -> str:
    """The partition key as JSON text."""
    return json.encode(partition_key).decode()


def _size(key: str, data: str) -> int:
    return len(key) + len(data) + RECORD_OVERHEAD_BYTES
