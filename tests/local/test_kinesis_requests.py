"""What Kinesis refuses, in AWS's words, and how it pages; kinesalite holds what AWS answered."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import convert, json

from local.kinesis import requests
from local.kinesis.requests import KinesisError
from local.kinesis.server import Kinesis
from local.kinesis.shards import Streams

SHARD = "shardId-000000000000"
ONE_OR_THE_OTHER = (
    "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and "
    "StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request "
    "specified "
)
NUMBERS = r"Member must satisfy regular expression pattern: 0|([1-9]\d{0,128})"

Call = Callable[..., Any]


@pytest.fixture
def kinesis() -> Kinesis:
    """One with a stream of three shards, and another of a thousand and one."""
    streams = Streams()
    streams.create("heart-rate", 3, 1_000_000.0)
    streams.create("wide", 1_001, 1_000_000.0)
    return Kinesis(streams)


@pytest.fixture
def call(kinesis: Kinesis) -> Call:
    """Makes a call by its name, with the words of the protocol."""
    methods = {
        "DescribeStream": kinesis.describe_stream,
        "GetShardIterator": kinesis.get_shard_iterator,
        "ListShards": kinesis.list_shards,
        "ListStreams": kinesis.list_streams,
        "PutRecord": kinesis.put_record,
    }

    def make(name: str, **words: Any) -> Any:
        method: Any = methods[name]
        return json.decode(method(convert(words, getattr(requests, name))))

    return make


def iterator(call: Call, kind: str, **words: Any) -> Any:
    return call(
        "GetShardIterator",
        StreamName="heart-rate",
        ShardId=SHARD,
        ShardIteratorType=kind,
        **words,
    )


def refusal(call: Call, *arguments: Any, **words: Any) -> tuple[str, str]:
    with pytest.raises(KinesisError) as raised:
        call(*arguments, **words)
    return raised.value.name, str(raised.value)


@pytest.mark.parametrize("kind", ["LATEST", "TRIM_HORIZON"])
def test_such_an_iterator_takes_no_sequence_number(call: Call, kind: str) -> None:
    said = refusal(iterator, call, kind, StartingSequenceNumber="5")
    sentence = f"{ONE_OR_THE_OTHER}{kind} and also a StartingSequenceNumber."
    assert said == ("InvalidArgumentException", sentence)


@pytest.mark.parametrize("kind", ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"])
def test_such_an_iterator_needs_a_sequence_number(call: Call, kind: str) -> None:
    sentence = f"{ONE_OR_THE_OTHER}{kind} and no StartingSequenceNumber."
    assert refusal(iterator, call, kind) == ("InvalidArgumentException", sentence)


def test_an_iterator_starts_at_a_time_that_was(call: Call) -> None:
    assert iterator(call, "AT_TIMESTAMP", Timestamp=time.time() - 1)
    name, said = refusal(iterator, call, "AT_TIMESTAMP", Timestamp=time.time() + 60)
    assert name == "InvalidArgumentException"
    assert said.startswith(
        "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "
        "timestampInMillis: "
    )
    assert refusal(iterator, call, "AT_TIMESTAMP") == (
        "InvalidArgumentException",
        "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current "
        "request has no timestamp parameter.",
    )


def test_an_iterator_starts_at_a_number_that_the_shard_gave_or_is_about_to(
    kinesis: Kinesis, call: Call
) -> None:
    shard = kinesis.streams["heart-rate"].shards[0]
    given, next_one = shard.append('"a"', "", 1.0), shard.sequence_number(1)
    for number in (given, next_one):
        assert iterator(call, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=number)
    for number in ("0", shard.sequence_number(2)):
        assert refusal(iterator, call, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=number) == (
            "InvalidArgumentException",
            f"StartingSequenceNumber {number} used in GetShardIterator on shard {SHARD} in stream "
            "heart-rate under account 000000000000 is invalid.",
        )
    for junk in ("", "abc", "-1", "007"):
        assert refusal(iterator, call, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=junk) == (
            "ValidationException",
            f"1 validation error detected: Value '{junk}' at 'startingSequenceNumber' failed to "
            f"satisfy constraint: {NUMBERS}",
        )


def test_an_ordering_is_the_number_of_a_record(kinesis: Kinesis, call: Call) -> None:
    words = {"StreamName": "heart-rate", "Data": "", "PartitionKey": "a"}
    first = call("PutRecord", **words)["SequenceNumber"]
    second = call("PutRecord", **words, SequenceNumberForOrdering=first)["SequenceNumber"]
    assert second > first
    elsewhere = call("PutRecord", **words | {"StreamName": "wide"})["SequenceNumber"]
    call("PutRecord", **words, SequenceNumberForOrdering=elsewhere)
    before = sum(len(shard.records) for shard in kinesis.streams["heart-rate"].shards)
    to_come = str(int(second) + 1_000)
    assert refusal(call, "PutRecord", **words, SequenceNumberForOrdering=to_come) == (
        "InvalidArgumentException",
        f"ExclusiveMinimumSequenceNumber {to_come} used in PutRecord on stream heart-rate under "
        "account 000000000000 is invalid.",
    )
    assert refusal(call, "PutRecord", **words, SequenceNumberForOrdering="junk") == (
        "ValidationException",
        "1 validation error detected: Value 'junk' at 'sequenceNumberForOrdering' failed to "
        f"satisfy constraint: {NUMBERS}",
    )
    assert before == sum(len(shard.records) for shard in kinesis.streams["heart-rate"].shards)


def test_shards_are_listed_page_by_page(call: Call) -> None:
    first = call("ListShards", StreamName="heart-rate", MaxResults=2)
    second = call("ListShards", NextToken=first["NextToken"], MaxResults=2)
    assert [len(page["Shards"]) for page in (first, second)] == [2, 1]
    assert "NextToken" not in second
    listed = [shard["ShardId"] for page in (first, second) for shard in page["Shards"]]
    assert listed == [f"shardId-{index:012d}" for index in range(3)]


def test_a_page_of_shards_holds_a_thousand_unless_more_are_asked_for(call: Call) -> None:
    page = call("ListShards", StreamName="wide")
    assert len(page["Shards"]) == 1_000
    assert len(call("ListShards", NextToken=page["NextToken"])["Shards"]) == 1
    assert len(call("ListShards", StreamName="wide", MaxResults=10_000)["Shards"]) == 1_001


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({}, "Either NextToken or StreamName should be provided."),
        (
            {"StreamName": "heart-rate", "NextToken": "x"},
            "NextToken and StreamName cannot be provided together.",
        ),
        (
            {"ExclusiveStartShardId": SHARD, "NextToken": "x"},
            "NextToken and ExclusiveStartShardId cannot be provided together.",
        ),
        ({"NextToken": "x"}, "Invalid NextToken."),
    ],
)
def test_a_page_of_shards_is_asked_for_in_one_way(
    call: Call, words: dict[str, str], sentence: str
) -> None:
    assert refusal(call, "ListShards", **words) == ("InvalidArgumentException", sentence)


def test_a_token_of_a_page_is_good_for_five_minutes(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = call("ListShards", StreamName="heart-rate", MaxResults=1)["NextToken"]
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    assert refusal(call, "ListShards", NextToken=token)[0] == "ExpiredNextTokenException"


def test_a_description_holds_as_many_shards_as_asked_for_and_a_hundred_at_most(call: Call) -> None:
    two = call("DescribeStream", StreamName="heart-rate", Limit=2)["StreamDescription"]
    assert (len(two["Shards"]), two["HasMoreShards"]) == (2, True)
    last = two["Shards"][-1]["ShardId"]
    rest = call("DescribeStream", StreamName="heart-rate", ExclusiveStartShardId=last)
    assert len(rest["StreamDescription"]["Shards"]) == 1
    assert rest["StreamDescription"]["HasMoreShards"] is False
    most = call("DescribeStream", StreamName="wide", Limit=10_000)["StreamDescription"]
    assert (len(most["Shards"]), most["HasMoreShards"]) == (100, True)


@pytest.mark.parametrize(
    ("name", "word", "stream"),
    [
        ("DescribeStream", "Limit", {"StreamName": "heart-rate"}),
        ("ListShards", "MaxResults", {"StreamName": "heart-rate"}),
        ("ListStreams", "Limit", {}),
    ],
)
def test_a_page_has_from_one_to_ten_thousand(
    call: Call, name: str, word: str, stream: dict[str, str]
) -> None:
    field = word[0].lower() + word[1:]
    for count, bound in (
        (0, "greater than or equal to 1"),
        (10_001, "less than or equal to 10000"),
    ):
        assert refusal(call, name, **stream, **{word: count}) == (
            "ValidationException",
            f"1 validation error detected: Value '{count}' at '{field}' failed to satisfy "
            f"constraint: Member must have value {bound}",
        )


def test_streams_are_listed_with_a_summary_each(call: Call) -> None:
    answer = call("ListStreams", Limit=1)
    assert answer["StreamNames"] == ["heart-rate"]
    assert answer["HasMoreStreams"] is True
    assert answer["StreamSummaries"] == [
        {
            "StreamName": "heart-rate",
            "StreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/heart-rate",
            "StreamStatus": "ACTIVE",
            "StreamModeDetails": {"StreamMode": "PROVISIONED"},
            "StreamCreationTimestamp": 1_000_000.0,
        }
    ]
