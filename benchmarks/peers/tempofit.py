"""TempoFit's `average`, as Lambda calls it, with its windows in a real Valkey on the same core.

Only the handing over to the next stream and the table of sessions are fakes. What is handed over
is decoded again, and `schedule`'s rule decides about it, so that the outcome is what the peers come
to. The event is the dictionary that Lambda hands to a handler, so its making is not timed. Records
are those that the gateway writes, which name the connection; peers are fed what a client sends.

With `--unfiltered` windows leave no spikes out, and hold nothing that only this needs.
"""

import base64
import cProfile
import importlib
import os
import pstats
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from types import SimpleNamespace
from typing import Any

import psutil
from redis.exceptions import ConnectionError as RedisConnectionError

from benchmarks.peers import workload
from events import stream
from events.session import Settings
from lambdas.adapters import clients
from lambdas.domain.due import SongEnd, Timing, due_slot
from lambdas.domain.session import Session
from local import valkey
from local.processes import free_port

BATCH = 1_000
"""Records in an event at most, as the mapping of this stream has it."""
TIMING = Timing(workload.LEAD_MS, ask_again_ms=30_000, session_gap_ms=900_000)
ENVIRONMENT = {
    "AVERAGES_STREAM": "average-heart-rate",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "http://127.0.0.1:1",
    "DEAD_LETTERS_QUEUE_URL": "http://127.0.0.1:1",
    "EMIT_EVERY_SECONDS": str(workload.EMIT_EVERY_MS / 1000),
    "GAP_SECONDS": str(workload.GAP_MS / 1000),
    "INTERVAL_SECONDS": str(workload.INTERVAL_MS // 1000),
    "POWERTOOLS_METRICS_NAMESPACE": "TempoFit",
    "POWERTOOLS_SERVICE_NAME": "average",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "SESSION_GAP_SECONDS": "900",
    "SONG_ENDS_TABLE": "song-ends",
}
CONTEXT = SimpleNamespace(
    function_name="average",
    memory_limit_in_mb="512",
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:average",
    aws_request_id="00000000-0000-0000-0000-000000000000",
)


class Stream:
    """Stands where the stream of averages is: takes everything, at no cost."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def put_records(self, *, StreamName: str, Records: list[Any]) -> dict[str, Any]:  # noqa: N803 - boto3
        """Every record is taken."""
        self.taken += [record["Data"] for record in Records]
        return {"FailedRecordCount": 0, "Records": []}


class Table:
    """Stands where the song ends are: everybody has a session, which a new window asks for."""

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3
        """An item for each key."""
        found = {
            table: [_song_end(key["user_id"]["S"]) for key in wanted["Keys"]]
            for table, wanted in RequestItems.items()
        }
        return {"Responses": found}


def _song_end(user: str) -> dict[str, Any]:
    end = SongEnd(workload.START_MS, 0, workload.START_MS + workload.SONG_MS)
    settings = Settings(interval_seconds=workload.INTERVAL_MS // 1000)
    item: dict[str, Any] = (
        importlib.import_module("lambdas.adapters.song_ends")
        .ready(user, Session(end, settings), at_ms=workload.START_MS, arrived_ms=workload.START_MS)
        .item
    )
    return item


def main() -> None:
    """Measure; with `--profile` print where the time goes instead of figures."""
    config = workload.config()
    port = free_port()
    # A Redis that runs already is on a core of its own, and may hold something.
    server = subprocess.Popen(  # noqa: S603 - our own command
        valkey.command(port), stdout=subprocess.DEVNULL
    )
    try:
        os.environ.update(ENVIRONMENT, REDIS_URL=f"redis://127.0.0.1:{port}/0")
        _wait_until_ready()
        _measure(config, psutil.Process(server.pid))
    finally:
        server.terminate()
        server.wait(10)


def _wait_until_ready() -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            clients.redis().ping()
            return
        except RedisConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _measure(config: workload.Config, server: psutil.Process) -> None:
    handler = importlib.import_module("lambdas.average").handler
    if "--unfiltered" in sys.argv:
        vars(importlib.import_module("lambdas.domain.window")).update(SPIKE=1_000, BEFORE_MS=0)
    taken = Stream()
    clients.kinesis = lambda: taken  # type: ignore[assignment]  # the last step only
    clients.hasty_dynamodb = Table  # type: ignore[assignment]  # asked once of each person
    messages, start = workload.messages(config)
    workload.settle()
    ends = {
        user: SongEnd(workload.START_MS, 0, ends_at_ms)
        for user, ends_at_ms in workload.song_ends(config.users).items()
    }
    outcomes: list[workload.Outcome] = []
    handing_over, deciding = workload.Clock(), workload.Clock()
    profile = cProfile.Profile() if "--profile" in sys.argv else None
    server_seconds = 0.0
    for part, timed in ((messages[:start], False), (messages[start:], True)):
        before = _seconds(server)
        if timed:
            handing_over, deciding = workload.Clock(), workload.Clock()
        for event in _events(part):
            with redirect_stdout(StringIO()):  # the metrics, a line a batch
                if timed and profile:
                    profile.enable()
                with handing_over:
                    handler(event, CONTEXT)
                if timed and profile:
                    profile.disable()
            with deciding:
                _decide(taken, ends, outcomes)
        server_seconds = _seconds(server) - before
    if profile:
        _print(profile)
        return
    workload.report(
        config,
        sum(count for *_, count in messages[start:]),
        handing_over.wall_seconds + deciding.wall_seconds,
        handing_over.cpu_seconds + deciding.cpu_seconds + server_seconds,
        outcomes,
        redis_cpu_seconds=server_seconds,
        deciding_seconds=deciding.wall_seconds,
        redis_bytes_a_user=clients.redis().info("memory")["used_memory_dataset"] // config.users,
    )


def _events(messages: list[workload.Message]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(messages), BATCH):
        yield {
            "Records": [
                {
                    "kinesis": {
                        "kinesisSchemaVersion": "1.0",
                        "partitionKey": user,
                        "sequenceNumber": f"4966000000000000000000000000000000000{number:018d}",
                        "data": base64.b64encode(_sent(user, data)).decode(),
                        "approximateArrivalTimestamp": arrived_ms / 1000,
                    },
                    "eventSource": "aws:kinesis",
                    "eventVersion": "1.0",
                    "eventID": f"shardId-000000000000:{number}",
                    "eventName": "aws:kinesis:record",
                    "invokeIdentityArn": "arn:aws:iam::000000000000:role/average",
                    "awsRegion": "us-east-1",
                    "eventSourceARN": "arn:aws:kinesis:us-east-1:000000000000:stream/heart-rate",
                }
                for number, (user, data, arrived_ms, _) in enumerate(
                    messages[start : start + BATCH], start
                )
            ]
        }


def _sent(user: str, message: bytes) -> bytes:
    """As `infra/mapping_templates.py` has it."""
    return b'["%b=",%b,%d]' % (user.rjust(15, "c").encode(), message, workload.START_MS)


def _decide(taken: Stream, ends: dict[str, SongEnd], outcomes: list[workload.Outcome]) -> None:
    for data in taken.taken:
        for average in stream.decode_averages(data).averages:
            end = ends[average.user]
            due = due_slot(end, average.pulse, TIMING)
            if due is not None:
                next_ms = max(average.pulse.at_ms, end.ends_at_ms) + workload.SONG_MS
                ends[average.user] = SongEnd(due.session, due.slot, next_ms)
            outcomes.append(
                (average.user, average.pulse.at_ms, average.pulse.average, due is not None)
            )
    taken.taken.clear()


def _seconds(server: psutil.Process) -> float:
    times = server.cpu_times()
    return float(times.user + times.system)


def _print(profile: cProfile.Profile) -> None:
    text = StringIO()
    pstats.Stats(profile, stream=text).strip_dirs().sort_stats("tottime").print_stats(25)
    print(text.getvalue())


if __name__ == "__main__":
    main()
