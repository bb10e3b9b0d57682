"""The state of Quix Streams: its RocksDB store, without the dataframe and the broker it needs.

Quix Streams runs against Kafka only, so this is what its state alone takes: read and written for
every message by its own transaction, as a stateful function does, and flushed to disk every
`SNAPSHOT_MS` of the data, as its commits do. Nothing is sent to a changelog topic.
"""

from collections import deque
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct, json
from quixstreams.state.rocksdb import (  # type: ignore[import-not-found]  # in the peer's environment
    RocksDBStorePartition,
)

from benchmarks.peers import workload
from benchmarks.peers.running import Running, decide


class Batch(Struct):
    """A message; typed, as that is the fastest way to read it."""

    samples: list[tuple[int, float]]


class State:
    """A partition of the store, and the transaction of the commit that comes next."""

    def __init__(self, folder: Path) -> None:
        self._partition = RocksDBStorePartition(str(folder))
        self._transaction = self._partition.begin()

    def of(self, user: str) -> Any:
        """What a function is given for the messages of this user."""
        return self._transaction.as_state(prefix=user.encode())

    def commit(self) -> None:
        """Everything is in RocksDB."""
        self._transaction.prepare()
        self._transaction.flush()
        self._transaction = self._partition.begin()


def main() -> None:
    """Fold all, and time what comes after the warm-up."""
    config = workload.config()
    messages, start = workload.messages(config)
    ends = workload.song_ends(config.users)
    outcomes: list[workload.Outcome] = []
    workload.settle()
    with TemporaryDirectory() as directory:
        state = State(Path(directory, "state"))
        _fold(messages[:start], state, ends, outcomes)
        timed = messages[start:]
        with workload.Clock() as clock:
            _fold(timed, state, ends, outcomes)
    samples = sum(count for *_, count in timed)
    workload.report(config, samples, clock.wall_seconds, clock.cpu_seconds, outcomes)


def _fold(
    messages: list[workload.Message],
    state: State,
    ends: dict[str, int],
    outcomes: list[workload.Outcome],
) -> None:
    decode = json.Decoder(Batch).decode
    commits = set(workload.snapshots(messages))
    for place, (user, data, _, _) in enumerate(messages):
        if place in commits:
            state.commit()
        mine = state.of(user)
        running = _running(mine.get("running"))
        average = running.fold(decode(data).samples)
        mine.set("running", _stored(running))
        if average is not None:
            outcomes.append(decide(user, running.times[-1], average, ends))
    state.commit()


def _running(stored: list[Any] | None) -> Running:
    running = Running()
    if stored is not None:
        times, rates, running.area, running.emitted_ms = stored
        running.times, running.rates = deque(times), deque(rates)
    return running


def _stored(running: Running) -> list[Any]:
    return [list(running.times), list(running.rates), running.area, running.emitted_ms]


if __name__ == "__main__":
    main()
