"""Plain Python, a message at a time: a dictionary in memory, gone with the process."""

from msgspec import Struct, json

from benchmarks.peers import workload
from benchmarks.peers.running import Running, decide


class Batch(Struct):
    """A message; typed, as that is the fastest way to read it."""

    samples: list[tuple[int, float]]


def main() -> None:
    """Fold all, and time what comes after the warm-up."""
    config = workload.config()
    messages, start = workload.messages(config)
    ends = workload.song_ends(config.users)
    people: dict[str, Running] = {}
    outcomes: list[workload.Outcome] = []
    workload.settle()
    _fold(messages[:start], people, ends, outcomes)
    timed = messages[start:]
    with workload.Clock() as clock:
        _fold(timed, people, ends, outcomes)
    samples = sum(count for *_, count in timed)
    workload.report(config, samples, clock.wall_seconds, clock.cpu_seconds, outcomes)


def _fold(
    messages: list[workload.Message],
    people: dict[str, Running],
    ends: dict[str, int],
    outcomes: list[workload.Outcome],
) -> None:
    decode = json.Decoder(Batch).decode
    for user, data, _, _ in messages:
        running = people.get(user)
        if running is None:
            running = people[user] = Running()
        average = running.fold(decode(data).samples)
        if average is not None:
            outcomes.append(decide(user, running.times[-1], average, ends))


if __name__ == "__main__":
    main()
