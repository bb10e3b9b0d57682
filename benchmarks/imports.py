"""What each Lambda handler takes to import, each time in a fresh interpreter.

An import that only moves from the start of a function to its first event saves nothing if every
event needs it. So there are two figures: the handler's module, and with it the clients that its
first ordinary event makes. Processor time is given, which other work on the machine changes less
than the time on the clock.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from benchmarks import machine

PROJECT = Path(__file__).resolve().parent.parent
HEAVIEST = 5
CLIENTS = {
    "authorize": (),
    "average": ("redis", "kinesis"),
    "change": ("dynamodb", "kinesis"),
    "class_plan": ("redis", "dynamodb", "management"),
    "own_songs": ("dynamodb",),
    "connect": ("redis",),
    "end": ("dynamodb", "redis"),
    "history": ("dynamodb", "redis"),
    "disconnect": ("redis",),
    "floor": ("redis", "dynamodb"),
    "forget": ("redis", "dynamodb"),
    "lake": ("hasty_secrets", "firehose"),
    "models": ("gateway",),
    "rate": ("dynamodb", "redis"),
    "recommend": ("dynamodb", "redis", "management"),
    "schedule": ("dynamodb",),
    "skip": ("dynamodb", "redis", "kinesis"),
    "start": ("dynamodb", "kinesis"),
    "workout": ("redis", "dynamodb"),
}
"""Of `lambdas.adapters.clients`, what an ordinary event needs: most averages make no song due."""
NOWHERE = "http://127.0.0.1:1"
ENVIRONMENT = {
    "AVERAGES_STREAM": "averages",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": NOWHERE,
    "AWS_SECRET_ACCESS_KEY": "local",
    "DEAD_LETTERS_QUEUE_URL": NOWHERE,
    "HEART_RATE_STREAM": "heart-rate",
    "OIDC_AUDIENCE": "tempofit",
    "OIDC_ISSUER": NOWHERE,
    "OIDC_JWKS_URL": NOWHERE,
    "POWERTOOLS_METRICS_NAMESPACE": "TempoFit",
    "POWERTOOLS_SERVICE_NAME": "imports",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "REQUESTS_STREAM": "requests",
    "SONGS_TABLE": "songs",
    "SONG_ENDS_TABLE": "song-ends",
    "TASTES_TABLE": "tastes",
    "PLAYS_TABLE": "plays",
    "SESSION_GAP_SECONDS": "900",
}
OUTSIDE = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")


class HandlerError(Exception):
    """A handler cannot be imported; the sentence says which."""


class Handler(msgspec.Struct, frozen=True):
    """Milliseconds of processor time above an empty interpreter, medians."""

    handler: str
    import_ms: float
    first_clients_ms: float
    """The import, and the clients of the first ordinary event."""
    without_bytecode_ms: float
    """The same where no bytecode is cached, as in a bundle without any."""
    heaviest: dict[str, float]
    """The packages that took longest of the import, by what each took itself."""


class Report(msgspec.Struct, frozen=True):
    """What `tempofit bench imports --json` prints."""

    machine: str
    empty_interpreter_ms: float
    handlers: list[Handler]


def run(times: int, *, progress: Callable[[str], None] = lambda sentence: None) -> Report:
    """Import every handler `times` times, handlers by turns. Raises HandlerError."""
    names = sorted(CLIENTS)
    programs = {("", ""): "pass"}
    for name in names:
        programs[name, "import"] = f"import lambdas.{name}"
        programs[name, "clients"] = _with_clients(name)
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    for number in range(times + 1):
        progress(f"Round {number} of {times}")
        for key, program in programs.items():
            spent = _spent(program)
            if number:  # the first round writes the bytecode
                seconds[key].append(spent)
        if number:
            with TemporaryDirectory(prefix="tempofit-bench-") as empty:
                for name in names:
                    seconds[name, "bytecode"].append(_without_bytecode(name, empty))
    base = median(seconds["", ""])
    figures = {key: round((median(spent) - base) * 1000, 1) for key, spent in seconds.items()}
    return Report(
        machine=machine.describe(),
        empty_interpreter_ms=round(base * 1000, 1),
        handlers=[
            Handler(
                handler=name,
                import_ms=figures[name, "import"],
                first_clients_ms=figures[name, "clients"],
                without_bytecode_ms=figures[name, "bytecode"],
                heaviest=_heaviest(name),
            )
            for name in names
        ],
    )


def _with_clients(name: str) -> str:
    calls = "".join(f"; clients.{client}()" for client in CLIENTS[name])
    return f"import lambdas.{name}; from lambdas.adapters import clients{calls}"


def _without_bytecode(name: str, empty: str) -> float:
    variables = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": empty}
    return _spent(_with_clients(name), variables)


def _spent(program: str, variables: Mapping[str, str] | None = None) -> float:
    """Seconds of processor time of a program in a fresh interpreter."""
    arguments = [sys.executable, "-c", program]
    process = os.posix_spawn(sys.executable, arguments, _environment(variables or {}))
    _, status, usage = os.wait4(process, 0)
    if status:
        raise HandlerError(f"The program {program!r} failed: the handler cannot be imported.")
    return usage.ru_utime + usage.ru_stime


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in OUTSIDE if name in os.environ}
    return kept | ENVIRONMENT | {"PYTHONPATH": str(PROJECT)} | dict(variables)


def _heaviest(name: str) -> dict[str, float]:
    with TemporaryDirectory(prefix="tempofit-bench-") as directory:
        lines = Path(directory) / "imports"
        arguments = [sys.executable, "-X", "importtime", "-c", f"import lambdas.{name}"]
        redirect = [(os.POSIX_SPAWN_OPEN, 2, str(lines), os.O_WRONLY | os.O_CREAT, 0o600)]
        process = os.posix_spawn(sys.executable, arguments, _environment({}), file_actions=redirect)
        os.wait4(process, 0)
        return by_package(lines.read_text().splitlines())


def by_package(lines: Sequence[str]) -> dict[str, float]:
    """Milliseconds that the heaviest packages themselves took, from `-X importtime`'s lines.

    A module of the standard library counts by its own name.
    """
    total: defaultdict[str, int] = defaultdict(int)
    for line in lines:
        own_us, bar, rest = line.removeprefix("import time:").partition("|")
        if bar and own_us.strip().isdigit():
            total[rest.rpartition("|")[2].strip().partition(".")[0]] += int(own_us)
    heaviest = sorted(total.items(), key=lambda item: -item[1])[:HEAVIEST]
    return {package: round(own_us / 1000, 1) for package, own_us in heaviest}
