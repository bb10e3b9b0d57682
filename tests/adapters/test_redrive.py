import json
import os
from typing import Any

import pytest
from botocore.exceptions import ClientError
from msgspec import json as encoder
from typer.testing import CliRunner

from events.stream import HeartRateBatch, encode, group_of, hash_key_of
from lambdas.adapters import clients, dead_letters, streams
from tempofit.__main__ import app
from tempofit.operations import redrive
from tests.adapters.conftest import START_MS, kinesis_event, records_of

STREAMS = ("heart-rate", "average-heart-rate", "song-requests")
SHARD = "shardId-000000000000"


@pytest.fixture
def queue() -> redrive.Queue:
    """The queue of the tests, with the streams of the tests."""
    return redrive.Queue(
        clients.sqs(),
        clients.kinesis(),
        os.environ["DEAD_LETTERS_QUEUE_URL"],
        STREAMS,
        "average-heart-rate",
    )


def put(stream: str, *records: tuple[str, bytes]) -> list[str]:
    """Puts records and says their sequence numbers."""
    return [
        clients.kinesis().put_record(StreamName=stream, PartitionKey=key, Data=data)[
            "SequenceNumber"
        ]
        for key, data in records
    ]


def letter(stream: str, first: str, last: str, **changes: Any) -> str:
    """What Lambda sends about a batch that it gave up."""
    where = {
        "shardId": SHARD,
        "startSequenceNumber": first,
        "endSequenceNumber": last,
        "approximateArrivalOfFirstRecord": "2026-11-14T00:38:06.021Z",
        "approximateArrivalOfLastRecord": "2026-11-14T00:38:06.021Z",
        "batchSize": 2,
        "streamArn": f"arn:aws:kinesis:us-east-1:000000000000:stream/{stream}",
    }
    message = {
        "requestContext": {
            "requestId": "c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5",
            "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:average",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 31,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "version": "1.0",
        "timestamp": "2026-11-14T00:38:06.021Z",
        "KinesisBatchInfo": where | changes,
    }
    return json.dumps(message)


def send(body: str) -> None:
    clients.sqs().send_message(QueueUrl=os.environ["DEAD_LETTERS_QUEUE_URL"], MessageBody=body)


def waiting(queue: redrive.Queue) -> int:
    return redrive._waiting(queue)


def test_the_records_of_a_batch_that_lambda_gave_up_are_put_again(queue: redrive.Queue) -> None:
    records = [("ann", b"1"), ("bob", b"2"), ("ann", b"3"), ("eve", b"4")]
    numbers = put("heart-rate", *records)
    send(letter("heart-rate", numbers[1], numbers[2]))
    assert redrive.replay(queue, 10) == redrive.Report(1, 2, {})
    assert records_of("heart-rate") == [*records, ("bob", b"2"), ("ann", b"3")]
    assert waiting(queue) == 0


def test_an_unreadable_record_of_ours_is_put_again(queue: redrive.Queue) -> None:
    (number,) = put("heart-rate", ("ann", b"not json"))
    (raw,) = kinesis_event(("ann", b"not json"))["Records"]
    raw["eventID"] = f"{SHARD}:{number}"
    raw["eventSourceARN"] = "arn:aws:kinesis:us-east-1:000000000000:stream/heart-rate"
    dead_letters.send([raw])
    assert redrive.replay(queue, 10) == redrive.Report(1, 1, {})
    assert records_of("heart-rate") == [("ann", b"not json")] * 2


def test_what_comes_back_at_once_is_not_chased(queue: redrive.Queue) -> None:
    beats = encode(HeartRateBatch([(START_MS, 150.0)]))
    (number,) = put("heart-rate", ("ann", beats))
    body = letter("heart-rate", number, number)
    send(body)
    put_records = queue.kinesis.put_records

    class Failing:
        """A stream whose function fails at once with all that it gets."""

        def __getattr__(self, name: str) -> Any:
            return getattr(clients.kinesis(), name)

        def put_records(self, **arguments: Any) -> Any:
            send(body)
            return put_records(**arguments)

    failing: Any = Failing()
    queue.kinesis = failing
    assert redrive.replay(queue, 10) == redrive.Report(1, 1, {})
    assert waiting(queue) == 1


def test_averages_return_to_the_shard_of_their_group(queue: redrive.Queue) -> None:
    group = group_of("ann")
    (number,) = put("average-heart-rate", (str(group), b"{}"))
    (record,) = redrive._kept(
        queue.kinesis,
        encoder.decode(letter("average-heart-rate", number, number), type=redrive.DeadLetter).range,
    )
    assert redrive._entry(record, grouped=True)["ExplicitHashKey"] == hash_key_of(group)
    assert "ExplicitHashKey" not in redrive._entry(record, grouped=False)


def test_no_more_than_the_limit_is_replayed(queue: redrive.Queue) -> None:
    numbers = put("heart-rate", *(("ann", b"%d" % number) for number in range(15)))
    for number in numbers:
        send(letter("heart-rate", number, number))
    assert redrive.replay(queue, 12).messages == 12
    assert redrive.replay(queue, 12).messages == 3
    assert len(records_of("heart-rate")) == 30


def test_a_letter_is_kept_when_the_stream_does_not_take_its_records(
    queue: redrive.Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "sleep", lambda seconds: None)
    (number,) = put("heart-rate", ("ann", b"1"))
    send(letter("heart-rate", number, number))

    class Full:
        """A stream that refuses everything."""

        def __getattr__(self, name: str) -> Any:
            return getattr(clients.kinesis(), name)

        def put_records(self, *, StreamName: str, Records: list[Any]) -> Any:  # noqa: N803 - boto3
            refused = {"ErrorCode": "ProvisionedThroughputExceededException"}
            return {"FailedRecordCount": 1, "Records": [refused]}

    full: Any = Full()
    queue.kinesis = full
    assert redrive.replay(queue, 10) == redrive.Report(0, 0, {redrive.REFUSED: 1})
    assert waiting(queue) == 1


def test_records_that_are_throttled_are_put_until_they_are_taken(
    queue: redrive.Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "sleep", lambda seconds: None)
    numbers = put("heart-rate", ("ann", b"1"), ("bob", b"2"))
    send(letter("heart-rate", *numbers))

    class Busy:
        """A stream that takes one record a call."""

        def __getattr__(self, name: str) -> Any:
            return getattr(clients.kinesis(), name)

        def put_records(self, *, StreamName: str, Records: list[Any]) -> Any:  # noqa: N803 - boto3
            clients.kinesis().put_records(StreamName=StreamName, Records=Records[:1])
            refused = [{"ErrorCode": "ProvisionedThroughputExceededException"}] * (len(Records) - 1)
            return {"FailedRecordCount": len(refused), "Records": [{}, *refused]}

    busy: Any = Busy()
    queue.kinesis = busy
    assert redrive.replay(queue, 10) == redrive.Report(1, 2, {})
    assert records_of("heart-rate")[2:] == [("ann", b"1"), ("bob", b"2")]


def test_records_that_are_kept_no_longer_are_told_and_their_letter_stays(
    queue: redrive.Queue,
) -> None:
    (number,) = put("heart-rate", ("ann", b"1"))
    send(letter("heart-rate", str(int(number) + 1), str(int(number) + 5)))
    send(letter("heart-rate", number, number, shardId="shardId-000000000009"))
    assert redrive.replay(queue, 10) == redrive.Report(0, 0, {redrive.GONE: 2})
    assert waiting(queue) == 2
    assert records_of("heart-rate") == [("ann", b"1")]


def test_a_range_whose_beginning_is_refused_by_the_stream_counts_as_gone(
    queue: redrive.Queue,
) -> None:
    class Trimmed:
        """As a stream may answer for a record that has expired."""

        def get_shard_iterator(self, **_: Any) -> Any:
            error = {"Error": {"Code": "InvalidArgumentException", "Message": "invalid"}}
            raise ClientError(error, "GetShardIterator")  # type: ignore[arg-type]

    trimmed: Any = Trimmed()
    queue.kinesis = trimmed
    send(letter("heart-rate", "1", "2"))
    assert redrive.replay(queue, 10) == redrive.Report(0, 0, {redrive.GONE: 1})


@pytest.mark.parametrize("body", ["hello", "{}", letter("another-stage-heart-rate", "1", "2")])
def test_messages_of_others_are_left_alone(queue: redrive.Queue, body: str) -> None:
    send(body)
    assert redrive.replay(queue, 10) == redrive.Report(0, 0, {redrive.NOT_OURS: 1})
    assert waiting(queue) == 1


@pytest.mark.parametrize("key", ["ann", "16", "-1"])
def test_a_letter_of_averages_without_a_group_is_left_and_the_others_are_not(
    queue: redrive.Queue, key: str
) -> None:
    (strange,) = put("average-heart-rate", (key, b"{}"))
    (number,) = put("heart-rate", ("ann", b"1"))
    send(letter("average-heart-rate", strange, strange))
    send(letter("heart-rate", number, number))
    assert redrive.replay(queue, 10) == redrive.Report(1, 1, {redrive.NO_GROUP: 1})


def test_the_command_says_what_was_left_and_why(
    queue: redrive.Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redrive, "queue_here", lambda: queue)
    (number,) = put("heart-rate", ("ann", b"1"))
    send(letter("heart-rate", number, number))
    send("hello")
    result = CliRunner().invoke(app, ["redrive"])
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "1 records of 1 dead letters were put again.",
        f"1 were left: they {redrive.NOT_OURS}.",
        "Those stay for 14 days, unless you purge the queue.",
    ]


def test_the_command_finds_the_queue_of_a_stage(
    queue: redrive.Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redrive, "queue_of_stage", {"prod": queue}.__getitem__)
    result = CliRunner().invoke(app, ["redrive", "--stage", "prod", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"messages": 0, "records": 0, "left": {}}
