"""The poison that was put into the streams, and the dead letters that name it."""

from collections.abc import Iterator
from os import fstat
from os.path import samestat
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from local.launcher import Cloud

COUNTED = ("Unreadable", "Unusable")


class _Batch(msgspec.Struct, frozen=True, rename="camel"):
    shard_id: str
    start_sequence_number: str
    end_sequence_number: str
    stream_arn: str


class _Letter(msgspec.Struct, frozen=True):
    batch: _Batch = msgspec.field(name="KinesisBatchInfo")


Place = tuple[str, str]
"""A shard of a stream."""


class Letters:
    """Each dead letter names the first and the last record of those in a batch."""

    def __init__(self, cloud: Cloud) -> None:
        self._sqs = cloud.client("sqs")
        self._queue = cloud.addresses.dead_letters_queue_url
        average = next(
            one.name for one in cloud.stack.functions if one.handler == "lambdas.average.handler"
        )
        self._lines = Lines(cloud.logs / f"{average}.log")
        self.counted = 0
        """What `average` has counted as unreadable or unusable; again where a batch came again."""
        self._heart_rates = cloud.addresses.heart_rate_stream
        self._poison: dict[Place, set[int]] = {}
        self._named: dict[Place, set[int]] = {}
        self.others = 0
        """Letters that begin or end with a record that is no poison of ours."""

    def put(self, stream: str, answers: list[Any]) -> None:
        """Note what PutRecords answered to poison."""
        for answer in answers:
            place = stream, answer["ShardId"]
            self._poison.setdefault(place, set()).add(int(answer["SequenceNumber"]))

    @property
    def sent(self) -> int:
        """Poison that must become dead letters: what is in the streams that functions write."""
        return sum(
            len(numbers)
            for (stream, _), numbers in self._poison.items()
            if stream != self._heart_rates
        )

    @property
    def countable(self) -> int:
        """Those in the heart rates, where clients could send them: `average` counts them."""
        return sum(map(len, self._poison.values())) - self.sent

    @property
    def named(self) -> int:
        """Those that lie in the range of a dead letter."""
        return sum(map(len, self._named.values()))

    def collect(self) -> None:
        """Take what is in the queue."""
        while messages := self._receive():
            for message in messages:
                self._note(msgspec.json.decode(message["Body"], type=_Letter).batch)
                self._sqs.delete_message(
                    QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"]
                )

    def _receive(self) -> list[Any]:
        answer = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
        messages: list[Any] = answer.get("Messages", [])
        return messages

    def _note(self, batch: _Batch) -> None:
        place = batch.stream_arn.rpartition("/")[2], batch.shard_id
        first, last = int(batch.start_sequence_number), int(batch.end_sequence_number)
        poison = self._poison.get(place, set())
        if place[0] == self._heart_rates or not {first, last} <= poison:
            self.others += 1
        between = {number for number in poison if first <= number <= last}
        self._named.setdefault(place, set()).update(between)

    def read_log(self) -> None:
        """Count what `average` has printed since; often enough that no old file is gone unread."""
        for line in self._lines.read():
            self.counted += _counted(line)

    def close(self) -> None:
        """Read no more."""
        self._lines.close()


class Lines:
    """The lines of a log that are new, over the change to a new file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._rest = b""

    def read(self) -> Iterator[bytes]:
        """Whole lines that were not read yet."""
        if self._file is None and self._path.exists():
            self._file = self._path.open("rb")
        if self._file is None:
            return
        yield from self._new(self._file)
        if self._path.exists() and not samestat(fstat(self._file.fileno()), self._path.stat()):
            yield from self._new(self._file)  # written before the new file was begun
            self.close()
            yield from self.read()

    def _new(self, file: BinaryIO) -> list[bytes]:
        *lines, self._rest = (self._rest + file.read()).split(b"\n")
        return lines

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _counted(line: bytes) -> int:
    """From a line of metrics that a function printed, behind the time that the log sets before."""
    _, begin, rest = line.partition(b'{"_aws"')
    if not begin:
        return 0
    metrics = msgspec.json.decode(begin + rest)
    values = [metrics.get(name, 0) for name in COUNTED]
    return sum(int(sum(each) if isinstance(each, list) else each) for each in values)
