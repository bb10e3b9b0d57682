"""The lake is told of averages and plays, by ids that say nothing, and nobody waits for it."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from events import stream
from events.lake import PlayRow
from events.pulse import Pulse
from events.session import Settings
from lambdas import end, recommend
from lambdas import lake as function
from lambdas.adapters import clients, environment, lake, plays, song_ends
from lambdas.domain.due import SongEnd
from lambdas.domain.lake import person_of
from lambdas.domain.session import Session
from tests.adapters.conftest import START_MS, Context, Pushes, kinesis_event, websocket_event
from tests.adapters.test_plays import library, request, started  # noqa: F401 - a fixture
from tests.adapters.test_skip import SONG
from tests.aws import LAKE_KEY, create_lake

ANN = person_of("ann", LAKE_KEY.encode())


@pytest.fixture(autouse=True)
def delivered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PLAYS_DELIVERY", "plays")
    environment._read_once.cache_clear()
    create_lake(("averages", "plays"), ("lake-key",))
    yield
    environment._read_once.cache_clear()


def texts(bucket: str) -> list[str]:
    """What was delivered, a text for each file, which moto writes at once for each record."""
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return [
        s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read().decode()
        for one in sorted(found, key=lambda one: one["LastModified"])
    ]


def rows(bucket: str) -> list[dict[str, Any]]:
    """Objects of JSON that stand one after another."""
    decoder, found = json.JSONDecoder(), []
    for text in texts(bucket):
        at = 0
        while at < len(text):
            row, at = decoder.raw_decode(text, at)
            found.append(row)
    return found


def averages(*users: str) -> tuple[str, bytes]:
    pulse = Pulse(START_MS, 0, 120, 118.5, 117, 120, 0)
    made = [stream.Average(user, pulse, 9, START_MS) for user in users]
    return "7", stream.encode(stream.Averages(made))


def test_averages_of_a_batch_travel_together_without_names() -> None:
    event = kinesis_event(averages("ann", "bob"), ("7", b"no json"), averages("cat"))
    assert function.handler(event, Context) == {"batchItemFailures": []}
    assert len(texts("averages")) == 1, "or each would be paid for as 5 KB"
    found = rows("averages")
    assert [row["person"] for row in found] == [
        person_of(user, LAKE_KEY.encode()) for user in ("ann", "bob", "cat")
    ]
    assert [row["average"] for row in found] == [118.5] * 3
    assert not any(name in text for name in ("ann", "bob", "cat") for text in texts("averages"))


def test_what_cannot_be_read_of_a_record_costs_itself() -> None:
    whole = json.loads(averages("ann", "bob")[1])
    whole["averages"][0][1] = "no pulse"
    event = kinesis_event(("7", json.dumps(whole).encode()))
    function.handler(event, Context)
    (row,) = rows("averages")
    assert row["person"] == person_of("bob", LAKE_KEY.encode())


def test_what_firehose_leaves_out_is_tried_again_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lake, "RECORD_BYTES", 1)
    monkeypatch.setattr(lake, "sleep", lambda seconds: None)
    asked = []

    def put(DeliveryStreamName: str, Records: list[Any]) -> Any:  # noqa: N803 - boto3
        asked.append([json.loads(record["Data"])["person"] for record in Records])
        failed = [{"ErrorCode": "ServiceUnavailableException"}] if len(asked) < 3 else []
        taken = [{"RecordId": "1"}] * (len(Records) - len(failed))
        return {"FailedPutCount": len(failed), "RequestResponses": failed + taken}

    monkeypatch.setattr(clients.firehose(), "put_record_batch", put)
    function.handler(kinesis_event(averages("ann", "bob")), Context)
    assert asked == [[ANN, person_of("bob", LAKE_KEY.encode())], [ANN], [ANN]]


def test_what_firehose_refuses_to_the_end_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake, "sleep", lambda seconds: None)
    refused = {"FailedPutCount": 1, "RequestResponses": [{"ErrorCode": "ServiceUnavailable"}]}
    monkeypatch.setattr(clients.firehose(), "put_record_batch", lambda **_: refused)
    with pytest.raises(lake.RefusedError, match=r"1 records were refused by averages 6 times"):
        function.handler(kinesis_event(averages("ann")), Context)


def test_no_call_is_greater_than_firehose_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [b"x" * 1_000] * 1_201
    assert [len(call) for call in lake._calls(records)] == [500, 500, 201]
    great = [b"x" * lake.RECORD_BYTES] * 50
    assert all(sum(len(one["Data"]) for one in call) <= 4 << 20 for call in lake._calls(great))
    assert sum(len(call) for call in lake._calls(great)) == 50


def test_a_song_that_the_next_one_ends_is_delivered_once() -> None:
    started()
    first = request(0, 0)
    recommend.handler(kinesis_event(first), Context)
    assert rows("plays") == []
    second = request(1, 195_000)
    for _ in range(2):
        recommend.handler(kinesis_event(second), Context)
    (row,) = rows("plays")
    assert (row["person"], row["session"], row["slot"]) == (ANN, START_MS, 0)
    assert row.keys() == set(PlayRow.__struct_fields__)
    assert row["library"] == "demo"


def test_a_song_that_an_end_ends_is_delivered_too() -> None:
    _play(Settings())
    _end()
    (row,) = rows("plays")
    assert (row["slot"], row["ends_at_ms"]) == (SONG.slot, SONG.starts_at_ms + 50_000)


def test_a_stage_without_a_lake_delivers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYS_DELIVERY")
    environment._read_once.cache_clear()
    monkeypatch.setattr(clients, "hasty_firehose", None)
    _play(Settings())
    assert _end()["type"] == "ended"


@pytest.mark.parametrize("what", ["hasty_firehose", "hasty_secrets"])
def test_a_lake_that_is_away_costs_nobody_a_song_or_an_end(
    what: str,
    monkeypatch: pytest.MonkeyPatch,
    library: Pushes,  # noqa: F811 - pytest
) -> None:
    def away(**_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://firehose.test")

    call = "put_record_batch" if what == "hasty_firehose" else "get_secret_value"
    monkeypatch.setattr(getattr(clients, what)(), call, away)
    started()
    recommend.handler(kinesis_event(request(0, 0)), Context)
    answer = recommend.handler(kinesis_event(request(1, 195_000)), Context)
    assert answer == {"batchItemFailures": []}
    assert [slot for slot, _ in plays.of_session("ann", START_MS)] == [0]
    _play(Settings())
    assert _end()["type"] == "ended"


def test_who_asks_in_a_hurry_asks_once_and_has_less_than_a_second() -> None:
    for client in (clients.hasty_firehose(), clients.hasty_secrets()):
        config: Any = client.meta.config
        assert config.connect_timeout + config.read_timeout < 1
        assert config.retries["total_max_attempts"] == 1


def test_the_key_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    function.handler(kinesis_event(averages("ann")), Context)
    monkeypatch.setattr(clients.hasty_secrets(), "get_secret_value", None)
    function.handler(kinesis_event(averages("ann")), Context)
    assert len(rows("averages")) == 2


def test_a_delivery_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVERAGES_DELIVERY", "elsewhere")
    environment._read_once.cache_clear()
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        function.handler(kinesis_event(averages("ann")), Context)


def _play(settings: Settings) -> None:
    last = SongEnd(START_MS, SONG.slot, SONG.ends_at_ms, SONG.starts_at_ms)
    at_ms = SONG.starts_at_ms + 50_000
    session = song_ends.read("ann")
    version = session.version if session else 0
    now = Session(last, settings, SONG, version)
    song_ends.write("ann", now, at_ms=0, arrived_ms=at_ms)


def _end() -> dict[str, Any]:
    at_ms = SONG.starts_at_ms + 50_000
    event = websocket_event("ann", {"action": "end", "at_ms": at_ms}, at_ms)
    answer: dict[str, Any] = json.loads(end.handler(event, Context)["body"])
    return answer
