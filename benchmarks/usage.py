"""Processor time and memory of every part of the local cloud, workers apart."""

import threading
from collections import defaultdict
from collections.abc import Iterator

import psutil

from local.processes import Part

EVERY_SECONDS = 2.0
"""Each look reads all processes of the machine, which takes about ten milliseconds."""


class Usage:
    """Looks at all processes every two seconds, from `start` to `stop`."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts
        self._seconds: dict[psutil.Process, tuple[str, float]] = {}
        self._before: dict[psutil.Process, float] = {}
        self._names: dict[psutil.Process, str] = {}
        self.peak_rss_mb: defaultdict[str, float] = defaultdict(float)
        self.total_rss_mb: list[float] = []
        """All parts together, without the benchmark, at each look."""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Count from here on."""
        self._before = {process: _seconds(process) for _, process in self._processes()}
        self._thread.start()

    def stop(self) -> None:
        """Look a last time."""
        self._stopped.set()
        self._thread.join()
        self._look()

    @property
    def cpu_seconds(self) -> dict[str, float]:
        """Seconds of processor time by part."""
        total: defaultdict[str, float] = defaultdict(float)
        for process, (name, seconds) in self._seconds.items():
            total[name] += seconds - self._before.get(process, 0.0)
        return {name: round(seconds, 2) for name, seconds in sorted(total.items())}

    def _run(self) -> None:
        while not self._stopped.wait(EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        rss_mb: defaultdict[str, float] = defaultdict(float)
        for name, process in self._processes():
            try:
                self._seconds[process] = (name, _seconds(process))
                rss_mb[name] += process.memory_info().rss / 2**20
            except psutil.NoSuchProcess:
                continue
        for name, megabytes in rss_mb.items():
            self.peak_rss_mb[name] = max(self.peak_rss_mb[name], round(megabytes, 1))
        self.total_rss_mb.append(sum(rss_mb.values()) - rss_mb["benchmark"])

    def _processes(self) -> Iterator[tuple[str, psutil.Process]]:
        """All parts are this process's children, so one look at what runs here finds everything."""
        parts = {part.process.pid: part.name for part in self._parts}
        part_of: dict[int, str] = {}
        benchmark = psutil.Process()
        yield "benchmark", benchmark
        for child in benchmark.children(recursive=True):  # parents come before their children
            try:
                part = parts.get(child.pid) or part_of.get(child.ppid())
                if part is None:
                    continue
                part_of[child.pid] = part
                if child not in self._names:
                    self._names[child] = part if child.pid in parts else _name_of(child, part)
            except psutil.NoSuchProcess:
                continue
            yield self._names[child], child


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _name_of(child: psutil.Process, part: str) -> str:
    """Workers are called by their function: `lambdas.average.handler` is `average`."""
    try:
        handlers = [word for word in child.cmdline() if word.endswith(".handler")]
    except psutil.NoSuchProcess:
        handlers = []
    return handlers[0].split(".")[-2] if handlers else part
