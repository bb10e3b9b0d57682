"""The streams and their mappings as one process."""

import signal
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from msgspec import json

from local.processes import free_port
from local.streams import Config, Report
from local.template.stack import Function, Mapping
from local.template.stack import Stream as StreamOfStack
from tests.local.processes import client, running, sqs_process, streams_process, wait_for


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
