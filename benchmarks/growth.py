"""What grows with the number of songs, of people, and what does not.

On the stores of a local cloud, whose tables have the indexes of the template. Counts of DynamoDB's
calls are what transfers to AWS.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks import machine, pipeline
from benchmarks.catalog_growth import Choices, choices
from benchmarks.song_growth import SongEnds, song_ends
from local.launcher import running

LIBRARIES = (1_000, 10_000, 100_000, 1_000_000)
PEOPLE = (1_000, 10_000, 100_000)
USERS = (1_000, 10_000)
LISTENING = 20
"""One in so many holds a WebSocket, at every size."""


class Samples(msgspec.Struct, frozen=True):
    """The pipeline's processor time for a sample, the benchmark's own left out."""

    users: int
    samples: int
    samples_lost: int
    cpu_us_per_sample: float
    cpu_ratio: float
    """To the fewest users."""
    cpu_seconds: dict[str, float]


class Report(msgspec.Struct, frozen=True):
    """What `tempofit bench growth --json` prints."""

    machine: str
    choices: list[Choices]
    song_ends: list[SongEnds]
    samples: list[Samples]


def run(
    *,
    libraries: Sequence[int] = LIBRARIES,
    people: Sequence[int] = PEOPLE,
    users: Sequence[int] = USERS,
    seconds: int = 30,
    progress: Callable[[str], None] = lambda sentence: None,
) -> Report:
    """Measure each at its sizes, smallest first. Raises what the launcher raises."""
    with (
        TemporaryDirectory(prefix="tempofit-bench-") as directory,
        running(Path(directory), limits=False) as cloud,
    ):
        found = choices(cloud, libraries, progress)
        ends = song_ends(cloud, people, progress)
    samples: list[Samples] = []
    for count in users:
        progress(f"{count:,} people send samples for {seconds} s")
        samples.append(_samples(count, seconds, samples))
    return Report(machine.describe(), found, ends, samples)


def _samples(users: int, seconds: int, before: Sequence[Samples]) -> Samples:
    report = pipeline.run(users, seconds, listeners=users // LISTENING)
    parts = {name: spent for name, spent in report.cpu_seconds.items() if name != "benchmark"}
    cpu_us = round(sum(parts.values()) / report.samples_sent * 1e6, 1)
    return Samples(
        users=users,
        samples=report.samples_sent,
        samples_lost=report.samples_lost,
        cpu_us_per_sample=cpu_us,
        cpu_ratio=round(cpu_us / (before[0].cpu_us_per_sample if before else cpu_us), 2),
        cpu_seconds=parts,
    )
