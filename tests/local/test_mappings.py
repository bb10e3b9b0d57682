"""Event source mappings, each behaviour with a real handler in a real worker process."""

import asyncio
import signal
import time
import urllib.request
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from local.functions import mappings
from local.functions.batches import Batch, on_failure_message
from local.functions.mappings import Source
from local.functions.workers import Workers
from local.kinesis.shards import Shard, Stream, Streams, hash_key, key_text
from local.processes import free_port
from local.streams import Config, Report
from local.template.stack import Function, Mapping
from local.template.stack import Stream as StreamOfStack
from tests.local.processes import client, running, sqs_process, streams_process, wait_for
from tests.local.waiting import until

QUEUE = "http://127.0.0.1/000000000000/dead-letters"
LEFT = 0
RIGHT = 1 << 127
"""Hash keys of the first and of the second of two shards."""


decode_seen = json.Decoder(list[tuple[str, str, str]]).decode_lines


@dataclass
class Rig:
    """A stream, a mapping and a function; what the handler saw and what went to the queue."""

    files: Path
    stream: Stream
    source: Source
    messages: list[dict[str, Any]] = field(default_factory=list)

    def put(self, *texts: str, key: str = "athlete-001", age_seconds: float = 0) -> list[str]:
        """Adds records under one key; their sequence numbers."""
        return self.put_at(hash_key(key), *texts, key=key, age_seconds=age_seconds)

    def put_at(
        self, at: int, *texts: str, key: str = "athlete-001", age_seconds: float = 0
    ) -> list[str]:
        shard, now = self.stream.shard_of(at), time.time() - age_seconds
        return [
            shard.append(key_text(key), b64encode(text.encode()).decode(), now) for text in texts
        ]

    @property
    def batches(self) -> list[list[str]]:
        """The texts of each invocation so far."""
        return [[text for _, text, _ in records] for records in self.seen]

    @property
    def seen(self) -> list[list[tuple[str, str, str]]]:
        path = self.files / "seen"
        return decode_seen(path.read_bytes()) if path.exists() else []

    def touch(self, name: str) -> None:
        (self.files / name).touch()

    async def drained(self) -> None:
        await until(lambda: self.source.status().lag == 0)


Rigging = Callable[..., AbstractAsyncContextManager[Rig]]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mappings, "FIRST_WAIT_SECONDS", 0.001)


@pytest.fixture
def rigged(tmp_path: Path) -> Rigging:
    """Rig(handler, what to put first, mapping...): started, and stopped with the block."""

    @asynccontextmanager
    async def rigging(
        handler: str,
        *first: str,
        shards: int = 1,
        concurrency: int = 1,
        answer: str = "",
        timeout_seconds: float = 20,
        **terms: Any,
    ) -> AsyncIterator[Rig]:
        stream = Streams().create("heart-rate", shards, time.time())
        environment = {
            "SEEN": str(tmp_path / "seen"),
            "DIED": str(tmp_path / "died"),
            "RELEASE": str(tmp_path / "release"),
            "ANSWER": answer,
        }
        handler = f"tests.local.handlers.{handler}"
        function = Function("average", handler, environment, timeout_seconds, 128)
        workers = Workers(function, tmp_path / "average.log", concurrency)
        terms = {"starting_position": "TRIM_HORIZON", "on_failure_queue_url": QUEUE, **terms}
        source = Source(Mapping("heart-rate", "average", **terms), stream, workers, send)
        rig = Rig(tmp_path, stream, source, messages)
        await workers.start()
        rig.put(*first)
        try:
            source.start()
            yield rig
        finally:
            rig.touch("release")
            await source.stop(1)
            await workers.stop()

    messages: list[dict[str, Any]] = []

    async def send(queue_url: str, body: str) -> None:
        assert queue_url == QUEUE
        messages.append(json.decode(body))

    return rigging


async def test_a_record_arrives_as_lambda_shows_it(rigged: Rigging) -> None:
    async with rigged("keep_event") as rig:
        (number,) = rig.put("82", key='athlete "1"')
        await rig.drained()
        event = json.decode((rig.files / "seen").read_bytes())
    arrived_at = rig.stream.shards[0].records[0].arrived_at
    assert event == {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": 'athlete "1"',
                    "sequenceNumber": number,
                    "data": "ODI=",
                    "approximateArrivalTimestamp": arrived_at,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"shardId-000000000000:{number}",
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": "arn:aws:iam::000000000000:role/average",
                "awsRegion": "us-east-1",
                "eventSourceARN": "arn:aws:kinesis:us-east-1:000000000000:stream/heart-rate",
            }
        ]
    }


async def test_a_batch_holds_at_most_its_size(rigged: Rigging) -> None:
    texts = [f"{number}" for number in range(25)]
    async with rigged("whole", *texts, batch_size=10) as rig:
        await rig.drained()
        assert rig.batches == [texts[:10], texts[10:20], texts[20:]]


async def test_a_batch_holds_at_most_six_megabytes(rigged: Rigging) -> None:
    texts = [f"{number}" + "x" * 2**20 for number in range(7)]
    async with rigged("whole", *texts) as rig:
        await rig.drained()
        assert [len(batch) for batch in rig.batches] == [4, 3]
        assert [text for batch in rig.batches for text in batch] == texts


async def test_latest_starts_behind_what_is_there(rigged: Rigging) -> None:
    async with rigged("whole", "old", starting_position="LATEST") as rig:
        rig.put("new")
        await rig.drained()
        assert rig.batches == [["new"]]


async def test_a_window_gathers_records_until_it_is_over(rigged: Rigging) -> None:
    async with rigged("whole", "a", batching_window_seconds=1) as rig:
        await asyncio.sleep(0)  # the lane looks at the shard
        rig.put("b", "c")
        await rig.drained()
        assert rig.batches == [["a", "b", "c"]]


async def test_a_full_batch_does_not_wait_for_its_window(rigged: Rigging) -> None:
    async with rigged("whole", "a", batch_size=2, batching_window_seconds=300) as rig:
        await asyncio.sleep(0)  # the lane looks at the shard
        assert rig.batches == []
        rig.put("b", "c")
        await until(lambda: rig.batches)
        assert rig.batches == [["a", "b"]]


async def test_each_key_keeps_its_order_over_shards_lanes_and_failures(rigged: Rigging) -> None:
    keys = [f"athlete-{number}" for number in range(20)]
    async with rigged(
        *("partial",),
        shards=2,
        concurrency=2,
        parallelization_factor=3,
        batch_size=7,
        report_batch_item_failures=True,
        bisect_on_error=True,
        maximum_retry_attempts=1,
    ) as rig:
        for number in range(20):
            for key in keys:
                poison = number == 10 and key == "athlete-7"
                rig.put(f"{'poison' if poison else ''}{number}", key=key)
        await rig.drained()
        seen = [record for batch in rig.seen for record in batch]
    for key in keys:
        firsts = list(dict.fromkeys(sequence for each, _, sequence in seen if each == key))
        assert len(firsts) == 20
        assert firsts == sorted(firsts)
    status = rig.source.status()
    assert (status.delivered, status.discarded) == (399, 1)


async def test_lanes_of_a_shard_work_side_by_side_and_a_key_stays_in_its_lane(
    rigged: Rigging,
) -> None:
    held, other = two_keys_of_different_lanes(2)
    async with rigged("whole", concurrency=2, parallelization_factor=2) as rig:
        rig.put("hold", key=held)
        await until(lambda: rig.batches == [["hold"]])
        rig.put("behind", key=held)
        rig.put("beside", key=other)
        await until(lambda: rig.source.status().delivered == 1)
        assert rig.batches == [["hold"], ["beside"]]
        rig.touch("release")
        await rig.drained()
        assert rig.batches == [["hold"], ["beside"], ["behind"]]


async def test_one_shard_in_trouble_does_not_slow_another(rigged: Rigging) -> None:
    async with rigged("whole", shards=2, concurrency=2) as rig:
        rig.put_at(LEFT, "poison")
        rig.put_at(RIGHT, "hold")
        await until(lambda: rig.source.status().failures > 2)
        rig.touch("release")
        rig.put_at(RIGHT, "fine")
        await until(lambda: rig.source.status().delivered == 2)
        assert rig.source.status().lag == 1


async def test_a_hanging_shard_leaves_a_worker_for_another(rigged: Rigging) -> None:
    async with rigged("whole", shards=2, concurrency=2) as rig:
        rig.put_at(LEFT, "hang")
        await until(lambda: rig.batches == [["hang"]])
        rig.put_at(RIGHT, "fine")
        await until(lambda: rig.source.status().delivered == 1)


async def test_a_partial_failure_retries_from_the_lowest_failed_record(rigged: Rigging) -> None:
    texts = ["a", "b", "poison-c", "d", "poison-e"]
    async with rigged(
        "partial", *texts, report_batch_item_failures=True, maximum_retry_attempts=1
    ) as rig:
        await rig.drained()
        assert rig.batches == [texts, texts[2:]]
        assert rig.source.status().delivered == 2
    (message,) = rig.messages
    assert message["KinesisBatchInfo"]["batchSize"] == 3
    assert message["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}


async def test_with_bisect_partial_failures_cost_only_the_poison(rigged: Rigging) -> None:
    texts = ["a", "b", "poison-c", "d", "poison-e", "f", "g"]
    async with rigged(
        *("partial", *texts),
        report_batch_item_failures=True,
        bisect_on_error=True,
        maximum_retry_attempts=0,
    ) as rig:
        await rig.drained()
        assert rig.source.status().delivered == 5
        assert [message["KinesisBatchInfo"]["batchSize"] for message in rig.messages] == [1, 1]
        assert rig.batches[:2] == [texts, texts[2:]]


@pytest.mark.parametrize(
    "answer",
    [
        "null",
        "{}",
        '"done"',
        '{"batchItemFailures":[]}',
        '{"batchItemFailures":null}',
        '{"statusCode":200}',
    ],
)
async def test_an_answer_without_failures_is_success(rigged: Rigging, answer: str) -> None:
    async with rigged("answer", "a", "b", answer=answer, report_batch_item_failures=True) as rig:
        await rig.drained()
        assert rig.batches == [["a", "b"]]
        assert rig.source.status().delivered == 2


@pytest.mark.parametrize(
    "answer",
    [
        '{"batchItemFailures":[{"itemIdentifier":""}]}',
        '{"batchItemFailures":[{"itemIdentifier":null}]}',
        '{"batchItemFailures":[{"sequenceNumber":"1"}]}',
        '{"batchItemFailures":[{"itemIdentifier":"12"}]}',
        '{"batchItemFailures":["12"]}',
        '{"batchItemFailures":7}',
    ],
)
async def test_a_malformed_failure_fails_the_whole_batch(rigged: Rigging, answer: str) -> None:
    async with rigged(
        *("answer", "a", "b"),
        answer=answer,
        report_batch_item_failures=True,
        maximum_retry_attempts=1,
    ) as rig:
        await rig.drained()
        assert rig.batches == [["a", "b"], ["a", "b"]]
        assert rig.source.status().discarded == 2


async def test_reported_failures_mean_nothing_unless_they_are_asked_for(rigged: Rigging) -> None:
    async with rigged("partial", "a", "poison") as rig:
        await rig.drained()
        assert rig.batches == [["a", "poison"]]
        assert rig.source.status().delivered == 2


async def test_bisect_isolates_one_poison_record(rigged: Rigging) -> None:
    texts = [f"{number}" for number in range(8)]
    texts[5] = "poison"
    async with rigged("whole", *texts, bisect_on_error=True, maximum_retry_attempts=1) as rig:
        await rig.drained()
        assert (
            rig.batches
            == [
                texts,
                texts[:4],
                texts[4:],
                texts[4:6],
                ["4"],
                ["poison"],
                ["poison"],  # the splits have left its one retry
                texts[6:],
            ]
        )
        assert rig.source.status().delivered == 7
    (message,) = rig.messages
    info = message["KinesisBatchInfo"]
    (number,) = {sequence for batch in rig.seen for _, text, sequence in batch if text == "poison"}
    assert (info["startSequenceNumber"], info["endSequenceNumber"]) == (number, number)
    assert info["batchSize"] == 1


@pytest.mark.parametrize("retries", [0, 2])
async def test_retries_end_at_their_limit_and_the_shard_goes_on(
    rigged: Rigging, retries: int
) -> None:
    async with rigged("whole", "a", "poison", maximum_retry_attempts=retries) as rig:
        await rig.drained()
        rig.put("next")
        await rig.drained()
        assert rig.batches == [["a", "poison"]] * (1 + retries) + [["next"]]
        status = rig.source.status()
        assert (status.delivered, status.discarded) == (1, 2)
        assert status.failures == 1 + retries
    (message,) = rig.messages
    assert message["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert message["requestContext"]["approximateInvokeCount"] == 1 + retries


async def test_without_a_limit_a_batch_is_retried_until_it_succeeds(rigged: Rigging) -> None:
    async with rigged("whole", "deadly", "b") as rig:
        await rig.drained()
        assert rig.batches == [["deadly", "b"], ["deadly", "b"]]
        assert rig.source.status().delivered == 2


async def test_a_shard_in_trouble_waits_twice_as_long_each_time_up_to_a_limit(
    rigged: Rigging, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def at_once(seconds: float) -> asyncio.Timeout:
        waits.append(seconds)
        return asyncio.timeout_at(0)

    async with rigged("whole") as rig:
        with monkeypatch.context() as patch:
            patch.setattr(mappings, "FIRST_WAIT_SECONDS", 1.0)
            patch.setattr(mappings, "asyncio", Instead(timeout=at_once))
            rig.put("poison")
            await until(lambda: len(waits) >= 5)
    assert waits[:5] == [1, 2, 3, 3, 3]


class Instead:
    """asyncio, with other functions in place of some."""

    def __init__(self, **others: Any) -> None:
        self.__dict__.update(others)

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


async def test_records_past_the_age_limit_are_given_up_unseen(rigged: Rigging) -> None:
    async with rigged("whole", maximum_record_age_seconds=60) as rig:
        rig.put("old", "older", age_seconds=61)
        rig.put("new")
        await rig.drained()
        assert rig.batches == [["new"]]
    (message,) = rig.messages
    assert message["requestContext"]["condition"] == "RecordAgeExceeded"
    assert message["requestContext"]["approximateInvokeCount"] == 0
    assert message["KinesisBatchInfo"]["batchSize"] == 2


async def test_a_failing_record_is_given_up_when_it_grows_too_old(rigged: Rigging) -> None:
    async with rigged("whole", maximum_record_age_seconds=1) as rig:
        rig.put("poison")
        await until(lambda: rig.messages)
        await rig.drained()
    (message,) = rig.messages
    assert message["requestContext"]["condition"] == "RecordAgeExceeded"
    assert message["requestContext"]["approximateInvokeCount"] == len(rig.batches) > 1
    assert message["responseContext"]["functionError"] == "Unhandled"


async def test_a_worker_that_dies_is_replaced_and_nothing_is_lost(
    rigged: Rigging, capfd: pytest.CaptureFixture[str]
) -> None:
    async with rigged("whole", "a", "deadly", maximum_retry_attempts=5) as rig:
        rig.put("b", "c")
        await rig.drained()
        assert rig.source.status().delivered == 4
        assert rig.batches == [["a", "deadly", "b", "c"]] * 2
        assert rig.messages == []
    said = capfd.readouterr().err
    assert "Function average: Runtime exited with error: exit status 3" in said
    assert "the last words" in said
    assert "athlete" not in said


async def test_a_handler_that_hangs_is_ended_and_its_record_given_up(rigged: Rigging) -> None:
    async with rigged("whole", "hang", timeout_seconds=0.2, maximum_retry_attempts=0) as rig:
        await until(lambda: rig.messages)
        rig.put("next")
        await rig.drained()
        assert rig.batches == [["hang"], ["next"]]


async def test_stopping_finishes_what_is_in_flight_and_takes_no_more(rigged: Rigging) -> None:
    async with rigged("whole", "hold", batch_size=1) as rig:
        rig.put("later")
        await until(lambda: rig.batches)
        for lane in rig.source.lanes:
            lane.stop()
        rig.touch("release")
        await rig.source.stop(20)
        assert rig.batches == [["hold"]]
        assert rig.source.status().delivered == 1


async def test_a_queue_that_is_away_does_not_stall_the_shard(
    rigged: Rigging, capfd: pytest.CaptureFixture[str]
) -> None:
    async def refuse(queue_url: str, body: str) -> None:
        raise ConnectionRefusedError("nobody listens")

    async with rigged("whole", maximum_retry_attempts=0) as rig:
        rig.source.send = refuse
        rig.put("poison")
        await rig.drained()
        rig.put("next")
        await rig.drained()
        assert rig.batches == [["poison"], ["next"]]
    assert f"the message about it did not reach {QUEUE}: nobody listens" in capfd.readouterr().err


def test_the_on_failure_message_has_the_fields_of_the_lambda_guide() -> None:
    shard: Shard = Streams().create("heart-rate", 1, 0.0).shards[0]
    numbers = [shard.append('"a"', "", 1573692000.0 + second) for second in range(2)]
    batch = Batch(shard.records, 1, 2, "c9b8fa9f", function_error=True)
    message = on_failure_message(
        *(batch, shard, "arn:stream", "arn:function", "RetryAttemptsExhausted", 1573692010.5)
    )
    assert json.decode(message) == {
        "requestContext": {
            "requestId": "c9b8fa9f",
            "functionArn": "arn:function",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 2,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "version": "1.0",
        "timestamp": "2019-11-14T00:40:10.500Z",
        "KinesisBatchInfo": {
            "shardId": "shardId-000000000000",
            "startSequenceNumber": numbers[0],
            "endSequenceNumber": numbers[1],
            "approximateArrivalOfFirstRecord": "2019-11-14T00:40:00.000Z",
            "approximateArrivalOfLastRecord": "2019-11-14T00:40:01.000Z",
            "batchSize": 2,
            "streamArn": "arn:stream",
        },
    }


@pytest.fixture
def sqs(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    with sqs_process(port, tmp_path):
        yield port


def test_the_process_delivers_gives_up_into_sqs_and_leaves_nothing_behind(
    sqs: int, tmp_path: Path
) -> None:
    with client("sqs", sqs) as queues:
        queue = queues.create_queue(QueueName="dead-letters")["QueueUrl"]
        port = free_port()
        environment = {"SEEN": str(tmp_path / "seen"), "WORKER": str(tmp_path / "worker")}
        config = Config(
            "127.0.0.1",
            port,
            {"AWS_ENDPOINT_URL_SQS": f"http://127.0.0.1:{sqs}"},
            [StreamOfStack("heart-rate", 2)],
            [Function("average", "tests.local.handlers.whole", environment, 20, 128)],
            [
                Mapping(
                    *("heart-rate", "average", 10, 0, 1, "TRIM_HORIZON"),
                    maximum_retry_attempts=1,
                    bisect_on_error=True,
                    on_failure_queue_url=queue,
                )
            ],
            str(tmp_path),
        )
        with streams_process(config, tmp_path) as process, client("kinesis", port) as kinesis:
            records = [
                {"Data": text.encode(), "PartitionKey": "athlete-001"}
                for text in ("a", "poison", "b")
            ]
            put = kinesis.put_records(StreamName="heart-rate", Records=records)["Records"]
            wait_for(lambda: lag(port) == 0)
            received = queues.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
            worker = int((tmp_path / "worker").read_text())
            assert running(worker)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
    message = json.decode(received[0]["Body"])
    assert len(received) == 1
    assert message["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert message["requestContext"]["functionArn"].endswith(":function:average")
    assert message["KinesisBatchInfo"]["startSequenceNumber"] == put[1]["SequenceNumber"]
    assert message["KinesisBatchInfo"]["batchSize"] == 1
    assert message["KinesisBatchInfo"]["shardId"] == put[1]["ShardId"]
    assert datetime.fromisoformat(message["timestamp"])
    assert not running(worker)


def test_the_process_says_which_handler_does_not_start(tmp_path: Path) -> None:
    config = Config(
        "127.0.0.1",
        free_port(),
        {},
        [StreamOfStack("heart-rate", 1)],
        [Function("average", "tests.pipeline.absent.handler", {}, 20, 128)],
        [Mapping("heart-rate", "average")],
        str(tmp_path),
    )
    with (
        pytest.raises(AssertionError, match=r"Cannot import tests\.pipeline\.absent\.handler"),
        streams_process(config, tmp_path),
    ):
        pass


def lag(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_status") as answer:
        (status,) = json.decode(answer.read(), type=Report).mappings
        return status.lag


def two_keys_of_different_lanes(lanes: int) -> tuple[str, str]:
    keys = [f"athlete-{number}" for number in range(100)]
    by_lane = {mappings.lane_of(key_text(key), lanes): key for key in keys}
    return by_lane[0], by_lane[1]
