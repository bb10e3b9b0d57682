"""The poison that was put into the streams, and the dead letters that name it."""

from pathlib import Path
from typing import Any

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
        self._log = cloud.logs
        self._average = next(
            one.name for one in cloud.stack.functions if one.handler == "lambdas.average.handler"
        )
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
        """Poisonous records, in all streams."""
        return sum(map(len, self._poison.values()))

    @property
    def expected(self) -> int:
        """Those that must become dead letters: all but heart rates, which clients could send."""
        return sum(
            len(numbers)
            for (stream, _), numbers in self._poison.items()
            if stream != self._heart_rates
        )

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

    @property
    def counted(self) -> int:
        """What `average` counts as unreadable or unusable; again where a batch came again."""
        return sum(_counts(self._log / f"{self._average}.log"))

    @property
    def countable(self) -> int:
        """What it has to count at least."""
        return self.sent - self.expected


def _counts(log: Path) -> list[int]:
    """From the lines of metrics that a function printed."""
    found = []
    with log.open(errors="replace") as lines:
        for line in lines:
            if not line.startswith('{"_aws"'):
                continue
            metrics = msgspec.json.decode(line)
            for name in COUNTED:
                values = metrics.get(name, 0)
                found.append(int(sum(values) if isinstance(values, list) else values))
    return found
