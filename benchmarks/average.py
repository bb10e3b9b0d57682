"""`average` against peers: the same samples, the same running average, due or not, on one core."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from benchmarks import machine
from benchmarks.peers.workload import SNAPSHOT_MS
from local.project import PROJECT

SNAPSHOT_SECONDS = SNAPSHOT_MS // 1000
ENVIRONMENTS = PROJECT / ".tempofit" / "peers"
PEERS = PROJECT / "benchmarks" / "peers"
OWN = [sys.executable, "-m", "benchmarks.peers.tempofit"]
DURABLE = {
    "bytewax_durable": f"recovery store in SQLite, an epoch every {SNAPSHOT_SECONDS} s of the data",
    "flink_durable": f"checkpoints to disk every {SNAPSHOT_SECONDS} s of the data",
    "quix_state": f"RocksDB, without a broker, committed every {SNAPSHOT_SECONDS} s of the data",
}
"""What peers that keep their state keep it in, and how often; TempoFit keeps it with each batch."""
COMMANDS = {
    "bytewax": ("bytewax", ["bytewax_flow"]),
    "bytewax_durable": ("bytewax", ["bytewax_flow", "--durable"]),
    "quix_state": ("quix", ["quix_state"]),
    "flink": ("flink", ["flink_sql"]),
    "flink_durable": ("flink", ["flink_sql", "--durable"]),
}
"""The environment of each peer, and its module in `benchmarks.peers` with its flags."""
FLINK = {"flink", "flink_durable"}
VARIANTS: dict[str, tuple[bool, list[str]]] = {
    "calm": (False, []),
    "calm, unfiltered": (False, ["--unfiltered"]),
    "spikes": (True, []),
    "spikes, unfiltered": (True, ["--unfiltered"]),
}
"""Of TempoFit, to tell what the filter of spikes costs: whether hearts have any, and its flags."""
TOLERANCE = 1e-6
"""Beats a minute by which averages may differ, from another order of additions."""
TIMEOUT_SECONDS = 600

Say = Callable[[str], None]
Outcome = tuple[str, int, float, bool]


class BenchmarkError(Exception):
    """A measurement failed; the sentence shows what it said last."""


class PeerError(BenchmarkError):
    """A peer cannot be measured on this machine."""


class Figures(msgspec.Struct, frozen=True):
    """What the process of one implementation prints."""

    samples: int
    wall_seconds: float
    cpu_seconds: float
    redis_cpu_seconds: float = 0.0
    deciding_seconds: float = 0.0
    redis_bytes_a_user: int = 0


class Rate(msgspec.Struct, frozen=True):
    """Samples a second on one core, by processor time and by the clock on the wall."""

    samples_per_s_per_core: int
    by_wall_clock: int
    by_cpu_time: int


class Own(msgspec.Struct, frozen=True):
    """TempoFit's rate, and what it holds of: Redis's share of the time, the decision's, memory."""

    samples_per_s_per_core: int
    by_wall_clock: int
    by_cpu_time: int
    redis_share: float
    deciding_share: float
    redis_bytes_a_user: int


class Filter(msgspec.Struct, frozen=True):
    """TempoFit's rate, by processor time, by the rate without the filter of spikes, in one run."""

    calm: float
    """On lines without spikes, where a look at the extremes is all that is done."""
    spikes: float
    """On lines with one each 100 s of everybody."""


class Comparison(msgspec.Struct, frozen=True):
    """One size of record; `ratio` is TempoFit's rate by each peer's."""

    samples_per_record: int
    samples: int
    tempofit: Own
    peers: dict[str, int]
    ratio: dict[str, float]
    peers_by: dict[str, Rate]
    outcomes: int
    outcomes_equal: bool
    filter: Filter | None = None


class Report(msgspec.Struct, frozen=True):
    """What `tempofit bench average --json` prints; at the top, the largest size of record."""

    machine: str
    users: int
    seconds_of_data: int
    repeats: int
    samples_per_record: int
    tempofit: Own
    peers: dict[str, int]
    ratio: dict[str, float]
    sizes: list[Comparison]
    durable: dict[str, str]
    """Of the peers: how those keep their state that do not lose it when they stop."""
    left_out: dict[str, str]


def run(
    users: int,
    sizes: list[int],
    seconds: int,
    repeats: int,
    *,
    with_peers: bool = True,
    with_filter: bool = False,
    progress: Say = lambda sentence: None,
) -> Report:
    """Measure each implementation in a process of its own, one after the other.

    TempoFit's rate is the lower one of wall clock and processor time, with Valkey's on the same
    core; a peer's is the higher one. The median of `repeats` counts. Raises BenchmarkError when
    an implementation fails; a peer that cannot be had is left out, with the reason.
    """
    commands, left_out = _commands(progress) if with_peers else ({}, {})
    comparisons: list[Comparison] = []
    known: dict[str, Rate] = {}
    for size in sorted(set(sizes)):
        compared = _compare(commands, users, size, seconds, repeats, known, progress)
        if with_filter:
            cost = _filter(users, size, seconds, repeats, progress)
            compared = msgspec.structs.replace(compared, filter=cost)
        comparisons.append(compared)
        for name in FLINK & commands.keys():  # one sample a line, whatever the size of a record
            known[name] = comparisons[0].peers_by[name]
            del commands[name]
    top = comparisons[-1]
    return Report(
        machine.describe(),
        users,
        seconds,
        repeats,
        top.samples_per_record,
        top.tempofit,
        top.peers,
        top.ratio,
        comparisons,
        {name: how for name, how in DURABLE.items() if name in top.peers},
        left_out,
    )


def profile(users: int, sizes: list[int], seconds: int) -> str:
    """Where the time of `average` goes, by cProfile: the 25 functions that take most themselves."""
    found = [machine.describe()]
    for size in sorted(set(sizes)):
        config = {"users": users, "samples_per_record": size, "seconds": seconds, "outcomes": ""}
        text = _run("tempofit", OWN, config, "--profile").decode()
        found.append(f"{size} samples a record, {users:,} people\n{text.strip()}")
    return "\n\n".join(found) + "\n"


def _commands(progress: Say) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The command of every peer that can run here; and why others cannot."""
    commands = {"plain_python": [sys.executable, "-m", "benchmarks.peers.plain"]}
    left_out = {}
    for name, (environment, (module, *flags)) in COMMANDS.items():
        try:
            python = peer_python(environment, progress)
        except PeerError as error:
            left_out[name] = str(error)
            progress(f"Left out {name}: {error}")
        else:
            commands[name] = [python, "-m", f"benchmarks.peers.{module}", *flags]
    return commands, left_out


def peer_python(name: str, progress: Say) -> str:
    """The interpreter of a peer's own environment, made when it is not there."""
    if name == "flink" and which("java") is None:
        raise PeerError("Flink needs Java 11 or 17, and there is no java on the PATH.")
    python = ENVIRONMENTS / name / "bin" / "python"
    lock = PEERS / f"requirements-{name}.txt"
    installed = ENVIRONMENTS / name / "installed.txt"
    if installed.exists() and installed.read_text() == lock.read_text():
        return str(python)
    progress(f"Installing {name} into an environment of its own")
    uv = [sys.executable, "-m", "uv"]
    create = ["venv", "--quiet", "--clear", "--python", sys.executable, str(python.parent.parent)]
    install = ["pip", "install", "--quiet", "--require-hashes", "--python", str(python)]
    for command in ([*uv, *create], [*uv, *install, "-r", str(lock)]):
        try:
            _call(command, f"{name} cannot be installed")
        except BenchmarkError as error:
            raise PeerError(str(error)) from None
    installed.write_text(lock.read_text())
    return str(python)


def _compare(
    commands: dict[str, list[str]],
    users: int,
    size: int,
    seconds: int,
    repeats: int,
    known: dict[str, Rate],
    progress: Say,
) -> Comparison:
    own: list[Figures] = []
    rates: dict[str, list[Rate]] = {name: [] for name in commands}
    outcomes: dict[str, list[Outcome]] = {}
    all_commands = {"tempofit": OWN, **commands}
    with TemporaryDirectory(prefix="tempofit-bench-") as directory:
        for turn in range(repeats):
            for name, command in all_commands.items():
                if name in FLINK and turn:
                    continue  # it repeats in its own process: starting a JVM takes long
                progress(f"{name}, {size} samples a record, {turn + 1} of {repeats}")
                file = Path(directory, f"{name}.json")
                config = {
                    "users": users,
                    "samples_per_record": size,
                    "seconds": seconds,
                    "outcomes": str(file),
                }
                figures = msgspec.json.decode(_run(name, command, config), type=Figures)
                if name == "tempofit":
                    own.append(figures)
                else:
                    rates[name].append(_rate(figures, max))
                if file.exists() and name not in outcomes:
                    outcomes[name] = _outcomes(file)
    tempofit = _own(own)
    chosen = {name: _median(found) for name, found in rates.items()} | known
    peers = {name: rate.samples_per_s_per_core for name, rate in chosen.items()}
    return Comparison(
        size,
        own[0].samples,
        tempofit,
        peers,
        {name: round(tempofit.samples_per_s_per_core / rate, 2) for name, rate in peers.items()},
        chosen,
        len(outcomes["tempofit"]),
        all(_agree(outcomes["tempofit"], found) for found in outcomes.values()),
    )


def _filter(users: int, size: int, seconds: int, repeats: int, progress: Say) -> Filter:
    """What the filter of spikes costs: with and without it in turn, so that both meet one load."""
    rates: dict[str, list[Rate]] = {name: [] for name in VARIANTS}
    for turn in range(repeats):
        for name, (spikes, flags) in VARIANTS.items():
            progress(f"tempofit, {name}, {size} samples a record, {turn + 1} of {repeats}")
            config = {
                "users": users,
                "samples_per_record": size,
                "seconds": seconds,
                "outcomes": os.devnull,
                "spikes": spikes,
            }
            printed = _run("tempofit", OWN, config, *flags)
            rates[name].append(_rate(msgspec.json.decode(printed, type=Figures), min))
    by_cpu = {name: _median(found).by_cpu_time for name, found in rates.items()}
    return Filter(
        *(round(by_cpu[line] / by_cpu[f"{line}, unfiltered"], 3) for line in ("calm", "spikes"))
    )


def _run(name: str, command: list[str], config: dict[str, Any], *flags: str) -> bytes:
    return _call(
        [*command, *flags, msgspec.json.encode(config).decode()],
        f"The measurement of {name} failed",
    )


def _call(command: list[str], failure: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own commands
            command, cwd=PROJECT, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise BenchmarkError(f"{failure}: it took more than {TIMEOUT_SECONDS} s.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or "it printed nothing."
        raise BenchmarkError(f"{failure}: {said.splitlines()[-1].strip()}")
    return done.stdout


def _rate(figures: Figures, choose: Callable[[int, int], int]) -> Rate:
    by_wall = round(figures.samples / figures.wall_seconds)
    by_cpu = round(figures.samples / figures.cpu_seconds)
    return Rate(choose(by_wall, by_cpu), by_wall, by_cpu)


def _own(runs: list[Figures]) -> Own:
    rate = _median([_rate(figures, min) for figures in runs])
    cpu_seconds = sum(figures.cpu_seconds for figures in runs)
    return Own(
        rate.samples_per_s_per_core,
        rate.by_wall_clock,
        rate.by_cpu_time,
        round(sum(figures.redis_cpu_seconds for figures in runs) / cpu_seconds, 3),
        round(sum(figures.deciding_seconds for figures in runs) / cpu_seconds, 3),
        runs[0].redis_bytes_a_user,
    )


def _median(rates: list[Rate]) -> Rate:
    return Rate(
        round(median(rate.samples_per_s_per_core for rate in rates)),
        round(median(rate.by_wall_clock for rate in rates)),
        round(median(rate.by_cpu_time for rate in rates)),
    )


def _outcomes(file: Path) -> list[Outcome]:
    return sorted(msgspec.json.decode(file.read_bytes(), type=list[Outcome]))


def _agree(first: list[Outcome], second: list[Outcome]) -> bool:
    """Whether both came to the same averages and decisions, for everybody."""
    return len(first) == len(second) and all(
        one[:2] == other[:2] and one[3] == other[3] and abs(one[2] - other[2]) < TOLERANCE
        for one, other in zip(first, second, strict=True)
    )
