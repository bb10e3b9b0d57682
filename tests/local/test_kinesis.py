"""Kinesis as plain boto3 sees it, and the shards beneath."""

import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from msgspec import json

from local.kinesis import shards
from local.kinesis.requests import GetRecords, GetShardIterator, KinesisError, PutRecord
from local.kinesis.server import Kinesis
from local.kinesis.shards import Reader, Streams
from local.processes import free_port
from local.streams import Config
from local.template.stack import Stream
from tests.local.processes import Client, client, streams_process


@pytest.fixture(scope="module")
def kinesis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    files = tmp_path_factory.mktemp("kinesis")
    port = free_port()
    fresh = [Stream(name, 2) for name in globals() if name.startswith("test_")]
    streams = [Stream("heart-rate", 4), *fresh]
    config = Config("127.0.0.1", port, {}, streams, [], [], str(files))
    with streams_process(config, files), client("kinesis", port) as made:
        yield made


@pytest.fixture
def stream(request: pytest.FixtureRequest) -> str:
    """A fresh stream of two shards, named after its test."""
    name: str = request.node.name
    return name


def put(kinesis: Client, stream: str, texts: list[str], key: str = "athlete-001") -> list[str]:
    """The sequence numbers of one PutRecords."""
    records = [{"Data": text.encode(), "PartitionKey": key} for text in texts]
    answer = kinesis.put_records(StreamName=stream, Records=records)
    assert answer["FailedRecordCount"] == 0
    return [record["SequenceNumber"] for record in answer["Records"]]


def read(kinesis: Client, stream: str, shard: str, kind: str, **start: Any) -> list[str]:
    """The texts that an iterator of this kind yields."""
    iterator = kinesis.get_shard_iterator(
        StreamName=stream, ShardId=shard, ShardIteratorType=kind, **start
    )["ShardIterator"]
    answer = kinesis.get_records(ShardIterator=iterator)
    return [record["Data"].decode() for record in answer["Records"]]


def shard_of(kinesis: Client, stream: str, key: str = "athlete-001") -> str:
    answer = kinesis.put_record(StreamName=stream, Data=b"probe", PartitionKey=key)
    return str(answer["ShardId"])


def refusal(raised: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_boto3_needs_only_the_endpoint_variable(
    kinesis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_KINESIS", kinesis.meta.endpoint_url)
    plain = boto3.client("kinesis")
    assert "heart-rate" in plain.list_streams()["StreamNames"]
    plain.close()


def test_a_stream_is_described_with_shards_that_cover_all_hash_keys(kinesis: Client) -> None:
    described = kinesis.describe_stream(StreamName="heart-rate")["StreamDescription"]
    assert described["StreamStatus"] == "ACTIVE"
    assert described["StreamARN"] == "arn:aws:kinesis:us-east-1:000000000000:stream/heart-rate"
    assert described["RetentionPeriodHours"] == 24
    ranges = [shard["HashKeyRange"] for shard in described["Shards"]]
    assert ranges[0]["StartingHashKey"] == "0"
    assert ranges[-1]["EndingHashKey"] == str(2**128 - 1)
    for before, after in pairwise(ranges):
        assert int(before["EndingHashKey"]) + 1 == int(after["StartingHashKey"])
    by_arn = kinesis.list_shards(StreamARN=described["StreamARN"])["Shards"]
    assert [shard["ShardId"] for shard in by_arn] == [f"shardId-{i:012d}" for i in range(4)]
    assert described["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    summary = kinesis.describe_stream_summary(StreamName="heart-rate")["StreamDescriptionSummary"]
    assert summary["OpenShardCount"] == 4


def test_records_come_back_in_order_with_growing_sequence_numbers(
    kinesis: Client, stream: str
) -> None:
    numbers = put(kinesis, stream, ["a", "b"]) + put(kinesis, stream, ["c"])
    assert numbers == sorted(numbers, key=int)
    assert len({len(number) for number in numbers}) == 1
    shard = shard_of(kinesis, stream)
    iterator = kinesis.get_shard_iterator(
        StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    first = kinesis.get_records(ShardIterator=iterator, Limit=3)
    assert [record["Data"] for record in first["Records"]] == [b"a", b"b", b"c"]
    assert [record["SequenceNumber"] for record in first["Records"]] == numbers
    assert {record["PartitionKey"] for record in first["Records"]} == {"athlete-001"}
    age = datetime.now(UTC) - first["Records"][0]["ApproximateArrivalTimestamp"]
    assert 0 <= age.total_seconds() < 60
    second = kinesis.get_records(ShardIterator=first["NextShardIterator"])
    assert [record["Data"] for record in second["Records"]] == [b"probe"]
    assert second["MillisBehindLatest"] == 0


def test_data_and_keys_survive_whatever_they_hold(kinesis: Client, stream: str) -> None:
    key, data = 'quote " back \\ slash é \n 心', bytes(range(256))
    shard = kinesis.put_record(StreamName=stream, Data=data, PartitionKey=key)["ShardId"]
    iterator = kinesis.get_shard_iterator(
        StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    (record,) = kinesis.get_records(ShardIterator=iterator)["Records"]
    assert (record["PartitionKey"], record["Data"]) == (key, data)


def test_every_kind_of_iterator_starts_where_it_says(kinesis: Client, stream: str) -> None:
    shard = shard_of(kinesis, stream)
    latest = kinesis.get_shard_iterator(
        StreamName=stream, ShardId=shard, ShardIteratorType="LATEST"
    )["ShardIterator"]
    a, b = put(kinesis, stream, ["a", "b"])
    time.sleep(0.005)  # timestamps are milliseconds
    between = time.time()
    time.sleep(0.005)
    put(kinesis, stream, ["c"])
    assert read(kinesis, stream, shard, "TRIM_HORIZON") == ["probe", "a", "b", "c"]
    assert [r["Data"] for r in kinesis.get_records(ShardIterator=latest)["Records"]] == [
        *(b"a", b"b", b"c")
    ]
    at, after = "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"
    assert read(kinesis, stream, shard, at, StartingSequenceNumber=b) == ["b", "c"]
    assert read(kinesis, stream, shard, after, StartingSequenceNumber=a) == ["b", "c"]
    assert read(kinesis, stream, shard, "AT_TIMESTAMP", Timestamp=between) == ["c"]
    assert read(kinesis, stream, shard, "LATEST") == []


def test_keys_are_spread_by_md5_and_an_explicit_hash_key_wins(kinesis: Client, stream: str) -> None:
    # MD5("a") = 0cc1..., MD5("b") = 92eb...: the first and the second half of the hash keys.
    assert shard_of(kinesis, stream, "a") == "shardId-000000000000"
    assert shard_of(kinesis, stream, "b") == "shardId-000000000001"
    answer = kinesis.put_record(
        StreamName=stream, Data=b"", PartitionKey="a", ExplicitHashKey=str(2**127)
    )
    assert answer["ShardId"] == "shardId-000000000001"
    with pytest.raises(ClientError) as raised:
        kinesis.put_record(
            StreamName=stream, Data=b"", PartitionKey="a", ExplicitHashKey=str(2**128)
        )
    assert refusal(raised)[0] == "InvalidArgumentException"


def test_an_unknown_stream_shard_or_iterator_gives_the_errors_of_aws(kinesis: Client) -> None:
    with pytest.raises(kinesis.exceptions.ResourceNotFoundException) as raised:
        kinesis.put_record(StreamName="absent", Data=b"", PartitionKey="a")
    assert refusal(raised) == (
        "ResourceNotFoundException",
        "Stream absent under account 000000000000 not found.",
    )
    with pytest.raises(kinesis.exceptions.ResourceNotFoundException, match="shardId-9 in stream"):
        read(kinesis, "heart-rate", "shardId-9", "LATEST")
    with pytest.raises(kinesis.exceptions.InvalidArgumentException, match="StartingSequenceNumber"):
        read(
            *(kinesis, "heart-rate", "shardId-000000000000", "AT_SEQUENCE_NUMBER"),
            StartingSequenceNumber="12",
        )
    with pytest.raises(kinesis.exceptions.InvalidArgumentException, match="Invalid ShardIterator"):
        kinesis.get_records(ShardIterator="AAAA")


def test_five_hundred_records_are_taken_and_501_are_refused(kinesis: Client, stream: str) -> None:
    assert len(put(kinesis, stream, ["x"] * 500)) == 500
    with pytest.raises(ClientError) as raised:
        put(kinesis, stream, ["x"] * 501)
    code, sentence = refusal(raised)
    assert code == "ValidationException"
    assert "501 records" in sentence


def test_a_record_over_one_mebibyte_is_refused_and_nothing_of_its_request_is_kept(
    kinesis: Client, stream: str
) -> None:
    with pytest.raises(ClientError) as raised:
        put(kinesis, stream, ["small", "x" * (2**20 + 1)])
    code, sentence = refusal(raised)
    assert code == "ValidationException"
    assert "records.2.data" in sentence
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        assert read(kinesis, stream, shard["ShardId"], "TRIM_HORIZON") == []
    assert len(put(kinesis, stream, ["x" * 2**20])) == 1


def test_ten_megabytes_in_one_request_are_the_limit(kinesis: Client, stream: str) -> None:
    with pytest.raises(kinesis.exceptions.InvalidArgumentException, match="10 MB"):
        put(kinesis, stream, ["x" * 2**20] * 10)


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        ("PutRecord", b"{", "SerializationException"),
        ("PutRecord", b'{"StreamName":"heart-rate"}', "ValidationException"),
        (
            "PutRecord",
            b'{"StreamName":"heart-rate","PartitionKey":"a","Data":"not base64\\""}',
            "SerializationException",
        ),
        ("SplitShard", b"{}", "UnknownOperationException"),
    ],
)
def test_a_request_that_cannot_be_read_is_refused(
    kinesis: Client, target: str, body: bytes, code: str
) -> None:
    headers = {"X-Amz-Target": f"Kinesis_20131202.{target}"}
    request = urllib.request.Request(kinesis.meta.endpoint_url, body, headers)
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request)
    with raised.value as answer:
        assert answer.code == 400
        assert json.decode(answer.read())["__type"] == code


def test_a_shard_that_is_full_this_second_refuses_single_records(tmp_path: Path) -> None:
    port = free_port()
    config = Config("127.0.0.1", port, {}, [Stream("heart-rate", 1)], [], [], str(tmp_path))
    records = [{"Data": b"x" * 2200, "PartitionKey": "a"}] * 500
    with streams_process(config, tmp_path), client("kinesis", port) as kinesis:
        answer = kinesis.put_records(StreamName="heart-rate", Records=records)
    refused = [record for record in answer["Records"] if "ErrorCode" in record]
    assert answer["FailedRecordCount"] == len(refused) == 500 - 2**20 // 2201
    assert refused[0]["ErrorCode"] == "ProvisionedThroughputExceededException"
    assert "Rate exceeded for shard shardId-000000000000" in refused[0]["ErrorMessage"]


def test_a_shard_takes_a_thousand_records_in_a_second() -> None:
    shard = Streams().create("heart-rate", 1, 0.0).shards[0]
    assert sum(shard.admits(1, 5.5) for _ in range(1200)) == 1000
    assert shard.admits(1, 6.0)


def test_the_greatest_record_is_taken_in_a_second_of_its_own() -> None:
    shard = Streams().create("heart-rate", 1, 0.0).shards[0]
    greatest = 2**20 + 256
    assert [shard.admits(size, 5.5) for size in (greatest, 1)] == [True, False]
    assert [shard.admits(size, 6.0) for size in (1, greatest)] == [True, False]


def test_a_full_shard_refuses_a_single_record_and_another_shard_takes_one() -> None:
    kinesis = Kinesis(Streams())
    stream = kinesis.streams.create("heart-rate", 2, 0.0)
    full = stream.shards[0]
    full.admits = lambda size, now: False  # type: ignore[method-assign]
    with pytest.raises(KinesisError) as raised:
        kinesis.put_record(put_record("0"))
    assert (raised.value.name, str(raised.value)) == (
        "ProvisionedThroughputExceededException",
        "Rate exceeded for shard shardId-000000000000 in stream heart-rate under account "
        "000000000000.",
    )
    kinesis.put_record(put_record(str(2**127)))
    Kinesis(kinesis.streams, limits=False).put_record(put_record("0"))
    assert [len(shard.records) for shard in stream.shards] == [1, 1]


def put_record(hash_key: str) -> PutRecord:
    return PutRecord(
        stream_name="heart-rate", data="", partition_key="a", explicit_hash_key=hash_key
    )


def test_records_past_retention_are_forgotten_and_positions_stay() -> None:
    streams = Streams()
    shard = streams.create("heart-rate", 1, 0.0).shards[0]
    numbers = [shard.append('"a"', "", float(hour * 3600)) for hour in range(30)]
    streams.trim(30.0 * 3600)
    assert shard.first == 6
    assert [record.position for record in shard.read(0, 2)] == [6, 7]
    assert shard.position(numbers[7]) == 7
    assert shard.append('"a"', "", 31.0 * 3600) > numbers[-1]


def test_beyond_its_memory_a_shard_forgets_only_what_every_reader_has_passed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shards, "KEPT_BYTES", 0)
    shard = Streams().create("heart-rate", 1, 0.0).shards[0]
    slow = Reader(2, lambda: None)
    shard.readers += [slow, Reader(4, lambda: None)]
    for _ in range(5):
        shard.append('"a"', "", 1.0)
    shard.trim(0.0)
    assert shard.first == 2
    slow.position = 5
    shard.trim(0.0)
    assert shard.first == 4


def test_an_iterator_expires_after_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = Streams()
    streams.create("heart-rate", 1, 0.0)
    kinesis = Kinesis(streams)
    request = GetShardIterator(
        stream_name="heart-rate", shard_id="shardId-000000000000", shard_iterator_type="LATEST"
    )
    iterator = json.decode(kinesis.get_shard_iterator(request))["ShardIterator"]
    kinesis.get_records(GetRecords(iterator))
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(KinesisError, match="Iterator expired") as raised:
        kinesis.get_records(GetRecords(iterator))
    assert raised.value.name == "ExpiredIteratorException"
