"""Flink SQL, one slot: an OVER window of 30 s in one JVM, its state on the heap.

With `--durable`, checkpoints go to disk every `SNAPSHOT_MS` of the data; without, there are none.

The average is the plain mean of the samples, not weighted by time, and nothing is decided: less
work than the others do. Samples come one a line, whatever the size of a record, as event time has
to be a column. Starting the JVM, warming it up, planning and submitting are not counted.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.peers import workload

SAMPLES = """
CREATE TABLE {name} (
  `user` STRING, at_ms BIGINT, heart_rate DOUBLE,
  sampled AS TO_TIMESTAMP_LTZ(at_ms, 3), WATERMARK FOR sampled AS sampled - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'json')
"""
AVERAGES = """
CREATE TABLE averages (`user` STRING, at_ms BIGINT, average DOUBLE)
WITH ('connector' = 'blackhole')
"""
AVERAGE = """
INSERT INTO averages SELECT `user`, at_ms, AVG(heart_rate) OVER (
  PARTITION BY `user` ORDER BY sampled
  RANGE BETWEEN INTERVAL '30' SECOND PRECEDING AND CURRENT ROW
) FROM {name}
"""
WARM_UPS = 1
REPEATS = 3


def main() -> None:
    """The same query over a second of data and over all of it; the difference counts."""
    config = workload.config()
    messages, start = workload.messages(config)
    with TemporaryDirectory() as directory:
        few, many = Path(directory, "few"), Path(directory, "many")
        first = messages[: start // workload.WARM_UP_SECONDS]
        counted = _write(many, messages) - _write(few, first)
        environment = _environment()
        for name, path in (("few", few), ("many", many)):
            environment.execute_sql(SAMPLES.format(name=name, path=path))
        environment.execute_sql(AVERAGES)
        for _ in range(WARM_UPS):
            seconds, _ = _run(environment, "many")
        if "--durable" in sys.argv:
            _keep(environment, Path(directory, "checkpoints"), seconds / _data_seconds(messages))
        runs = [(_run(environment, "few"), _run(environment, "many")) for _ in range(REPEATS)]
    wall_seconds = min(many[0] for _, many in runs) - min(few[0] for few, _ in runs)
    cpu_seconds = min(many[1] for _, many in runs) - min(few[1] for few, _ in runs)
    workload.report(config, counted, wall_seconds, cpu_seconds)


def _write(folder: Path, messages: list[workload.Message]) -> int:
    folder.mkdir()
    count = 0
    with (folder / "samples.json").open("w") as file:
        for user, data, _, _ in messages:
            for at_ms, heart_rate in json.loads(data)["samples"]:
                line = {"user": user, "at_ms": at_ms, "heart_rate": heart_rate}
                file.write(json.dumps(line) + "\n")
                count += 1
    return count


def _environment() -> Any:
    from pyflink.table import (  # type: ignore[import-not-found]  # in the peer's environment
        EnvironmentSettings,
        TableEnvironment,
    )

    environment = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    environment.get_config().set("parallelism.default", "1")
    environment.get_config().set("pipeline.object-reuse", "true")
    return environment


def _data_seconds(messages: list[workload.Message]) -> float:
    return (messages[-1][2] - messages[0][2]) / 1000


def _keep(environment: Any, folder: Path, pace: float) -> None:
    """Checkpoints from here on, `pace` seconds of the wall's clock for each second of the data."""
    interval_ms = max(10, round(workload.SNAPSHOT_MS * pace))
    environment.get_config().set("execution.checkpointing.interval", f"{interval_ms} ms")
    environment.get_config().set("execution.checkpointing.storage", "filesystem")
    environment.get_config().set("execution.checkpointing.dir", folder.as_uri())


def _run(environment: Any, name: str) -> tuple[float, float]:
    started = perf_counter(), _cpu_seconds()
    environment.execute_sql(AVERAGE.format(name=name)).wait()
    return perf_counter() - started[0], _cpu_seconds() - started[1]


def _cpu_seconds() -> float:
    from pyflink.java_gateway import (  # type: ignore[import-not-found]  # as above
        get_gateway,
    )

    process = get_gateway().jvm.java.lang.ProcessHandle.current()
    return float(process.info().totalCpuDuration().get().toMillis()) / 1000


if __name__ == "__main__":
    main()
