"""Bytewax, one worker: a keyed stateful step, state in memory, no recovery store."""

from itertools import pairwise

import bytewax.operators as op  # type: ignore[import-not-found]  # in the peer's environment
from bytewax.dataflow import Dataflow  # type: ignore[import-not-found]
from bytewax.inputs import DynamicSource, StatelessSourcePartition  # type: ignore[import-not-found]
from bytewax.testing import TestingSink, run_main  # type: ignore[import-not-found]
from msgspec import Struct, json

from benchmarks.peers import workload
from benchmarks.peers.running import Running, decide

BATCH = 500
"""Messages handed to Bytewax at a time, as many as Lambda hands to TempoFit."""


class Batch(Struct):
    """A message; typed, as that is the fastest way to read it."""

    samples: list[tuple[int, float]]


class Source(StatelessSourcePartition, DynamicSource):  # type: ignore[misc]  # Bytewax is untyped here
    """Batches of messages from memory; starts the clock after the warm-up."""

    def __init__(self, messages: list[workload.Message], start: int, clock: workload.Clock) -> None:
        pairs = [(user, data) for user, data, _, _ in messages]
        edges = [*range(0, start, BATCH), *range(start, len(pairs), BATCH), len(pairs)]
        self._batches = [pairs[first:last] for first, last in pairwise(edges)]
        self._warm_up = len(range(0, start, BATCH))
        self._next = 0
        self._clock = clock

    def build(self, *_: object) -> "Source":
        """The only partition."""
        return self

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

    flow = Dataflow("average")
    stream = op.input("in", flow, Source(messages, start, clock))
    averages = op.stateful_flat_map("average", stream, average)
    op.output("out", op.map("due", averages, due), TestingSink(outcomes))
    workload.settle()
    run_main(flow)
    clock.__exit__()
    samples = sum(count for *_, count in messages[start:])
    workload.report(config, samples, clock.wall_seconds, clock.cpu_seconds, outcomes)


if __name__ == "__main__":
    main()
