"""Bytewax, one worker: a keyed stateful step, its state in memory; with `--durable`, recoverable.

Durable means its recovery store, of one SQLite partition: an epoch is `SNAPSHOT_MS` of the data,
and at its end the place in the source and everybody's state that changed are written, without
keeping those of before (no backup interval).
"""

import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import bytewax.operators as op  # type: ignore[import-not-found]  # in the peer's environment
from bytewax.dataflow import Dataflow  # type: ignore[import-not-found]
from bytewax.inputs import FixedPartitionedSource, StatefulSourcePartition  # type: ignore[import-not-found]
from bytewax.recovery import RecoveryConfig, init_db_dir  # type: ignore[import-not-found]
from bytewax.testing import TestingSink, run_main  # type: ignore[import-not-found]
from msgspec import Struct, json

from benchmarks.peers import workload
from benchmarks.peers.running import Running, decide

BATCH = 500
"""Messages handed to Bytewax at a time, as many as Lambda hands to TempoFit."""


class Batch(Struct):
    """A message; typed, as that is the fastest way to read it."""

    samples: list[tuple[int, float]]


class Source(StatefulSourcePartition, FixedPartitionedSource):  # type: ignore[misc]  # Bytewax is untyped here
    """Batches of messages from memory; starts the clock after the warm-up."""

    def __init__(
        self, messages: list[workload.Message], edges: list[int], start: int, clock: workload.Clock
    ) -> None:
        pairs = [(user, data) for user, data, _, _ in messages]
        self._batches = [pairs[first:last] for first, last in pairwise(edges)]
        self._warm_up = edges.index(start)
        self._next = 0
        self._clock = clock

    def list_parts(self) -> list[str]:
        """The only partition."""
        return ["messages"]

    def build_part(self, step: str, part: str, resume: int | None) -> "Source":
        """The partition, from where it was."""
        self._next = resume or 0
        return self

    def snapshot(self) -> int:
        """Where it is."""
        return self._next

    def next_batch(self) -> list[tuple[str, bytes]]:
        """Some more messages."""
        index = self._next
        if index == self._warm_up:
            self._clock.__enter__()
        if index == len(self._batches):
            raise StopIteration
        self._next = index + 1
        return self._batches[index]


def main() -> None:
    """Run the flow to its end."""
    config = workload.config()
    messages, start = workload.messages(config)
    ends = workload.song_ends(config.users)
    decode = json.Decoder(Batch).decode
    clock = workload.Clock()
    outcomes: list[workload.Outcome] = []

    def average(running: Running | None, data: bytes) -> tuple[Running, list[tuple[int, float]]]:
        running = running or Running()
        found = running.fold(decode(data).samples)
        return running, [] if found is None else [(running.times[-1], found)]

    def due(average: tuple[str, tuple[int, float]]) -> workload.Outcome:
        user, (at_ms, found) = average
        return decide(user, at_ms, found, ends)

    durable = "--durable" in sys.argv
    flow = Dataflow("average")
    stream = op.input("in", flow, Source(messages, _edges(messages, start, durable), start, clock))
    averages = op.stateful_flat_map("average", stream, average)
    op.output("out", op.map("due", averages, due), TestingSink(outcomes))
    workload.settle()
    if durable:
        with TemporaryDirectory() as directory:
            init_db_dir(Path(directory), 1)
            # An epoch of no time ends with each batch of the source.
            run_main(flow, epoch_interval=timedelta(0), recovery_config=RecoveryConfig(directory))
            clock.__exit__()
    else:
        run_main(flow)
        clock.__exit__()
    samples = sum(count for *_, count in messages[start:])
    workload.report(config, samples, clock.wall_seconds, clock.cpu_seconds, outcomes)


def _edges(messages: list[workload.Message], start: int, durable: bool) -> list[int]:
    """Where the batches of the source begin, and the last one ends."""
    if durable:
        inner = {start, *workload.snapshots(messages)}
    else:
        inner = {*range(0, start, BATCH), *range(start, len(messages), BATCH)}
    return sorted({0, len(messages), *inner})


if __name__ == "__main__":
    main()
