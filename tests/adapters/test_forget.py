import io
import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest
from redis import Redis
from typer.testing import CliRunner, Result

from events import stream
from events.messages import Error
from events.session import Song
from events.stream import HeartRateBatch
from lambdas import average, connect, end, forget, rate, recommend, schedule, skip, start
from lambdas import own_songs as keep_own_songs
from lambdas.adapters import (
    clients,
    connections,
    floods,
    own_songs,
    push,
    windows,
)
from lambdas.domain.line import Point
from lambdas.domain.window import Window, fold
from local.gateway import server as gateway
from local.template.stack import Api, Authorizer, Function
from planning.sizes import typical_song
from tempofit import addresses
from tempofit.__main__ import app
from tempofit.operations import forget as operation
from tempofit.operations.stage import Outputs
from tests.adapters.conftest import (
    START_MS,
    Context,
    Pushes,
    add_songs,
    draw,
    join_floor,
    keep_song,
    kinesis_event,
    records_of,
    websocket_event,
)

PERSON = "auth0|ann"
LOOK_ALIKES = (f"{PERSON}:1", f"x:{PERSON}", "auth0|an", "auth0|anne", f"{PERSON}:notice:busy")
MINUTES = 5
KINDS = {
    *("connections", "song ends", "tastes", "windows", "traces"),
    *("playlists", "notices", "heard songs"),
    *("floors", "own songs", "floods", "plays"),
}


@pytest.fixture(autouse=True)
def nobody_is_pushed_to(pushes: Pushes) -> None:
    """No test may wait for `@connections`."""


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as redis:
        yield redis


def work_out(user: str, pushes: Pushes) -> None:
    """All that a person can do, through every function that keeps something of it."""
    connect.handler(websocket_event(user, {}), Context)
    begin = {"action": "start", "at_ms": START_MS, "settings": {"floor": "north"}}
    start.handler(websocket_event(user, begin), Context)
    arrived_ms = START_MS + MINUTES * 60_000
    for minute in range(2 * MINUTES):
        first_ms = START_MS + 30_000 * minute
        samples = [(first_ms + 1000 * second, 195.0) for second in range(30)]
        beaten = (user, stream.encode(HeartRateBatch(samples)))
        average.handler(kinesis_event(beaten, arrived_ms=arrived_ms), Context)
    for name, handler in (
        ("average-heart-rate", schedule.handler),
        ("song-requests", recommend.handler),
    ):
        for record in records_of(name):
            handler(kinesis_event(record, arrived_ms=arrived_ms), Context)
    song = next(told for _, told in pushes.sent if told["type"] == "song")
    opinion = {"action": "rate", "song_id": song["song"]["id"], "opinion": {"liked": True}}
    rate.handler(websocket_event(user, opinion), Context)
    skipped_ms = song["starts_at_ms"] + 30_000
    skipped = {"action": "skip", "slot": song["slot"], "at_ms": skipped_ms}
    skip.handler(websocket_event(user, skipped, skipped_ms), Context)
    end.handler(websocket_event(user, {"action": "end", "at_ms": skipped_ms}, skipped_ms), Context)
    join_floor("north", user, skipped_ms)  # which whoever ends leaves
    with push.pushes() as under_way:
        under_way.notice(user, Error("sample_in_the_future", "Set the clock."))
    floods.shut_out(user)
    own = {"id": "a", "title": "A", "artist": "B", "tempo": 120, "duration_seconds": 200}
    keep_own_songs.handler(websocket_event(user, {"action": "own_songs", "songs": [own]}), Context)


def in_redis(redis: Redis) -> list[bytes]:
    """Every key, field, member and value, as bytes."""
    found: list[Any] = []
    for key in redis.keys("*"):
        found.append(key)
        match redis.type(key):
            case b"hash":
                found += [part for pair in redis.hgetall(key).items() for part in pair]
            case b"set":
                found += redis.smembers(key)
            case b"zset":
                found += redis.zrange(key, 0, -1)
            case b"string":
                found.append(redis.get(key))
            case other:
                raise AssertionError(f"{key!r} is of a type that this test cannot read: {other!r}")
    return found


def in_tables() -> list[bytes]:
    """Every item of every table, as text."""
    dynamodb = boto3.client("dynamodb")
    return [
        json.dumps(item, default=repr).encode()
        for table in dynamodb.list_tables()["TableNames"]
        for item in dynamodb.scan(TableName=table)["Items"]
    ]


def of(user: str, found: list[bytes]) -> list[bytes]:
    return [one for one in found if user.encode() in one]


def invoke(user: str) -> dict[str, int]:
    deleted: dict[str, int] = forget.handler({"user": user}, Context)["deleted"]
    return deleted


def test_nothing_is_left_of_a_person_who_did_all_that_one_can_do(
    redis: Redis, pushes: Pushes
) -> None:
    add_songs([180.0, 190.0, 195.0])
    work_out(PERSON, pushes)
    assert of(PERSON, in_redis(redis))
    assert len(of(PERSON, in_tables())) == 4
    deleted = invoke(PERSON)
    assert not of(PERSON, in_redis(redis))
    assert not of(PERSON, in_tables())
    assert set(deleted) == KINDS
    assert all(deleted.values()), deleted


def test_forgetting_twice_is_no_error_and_finds_nothing(redis: Redis, pushes: Pushes) -> None:
    add_songs([180.0, 190.0, 195.0])
    work_out(PERSON, pushes)
    invoke(PERSON)
    assert not any(invoke(PERSON).values())
    assert not any(invoke("nobody").values())


def write_keys(user: str) -> None:
    floods.shut_out(user)
    window = Window(30_000)
    fold(window, [(START_MS, 150.0)], until_ms=START_MS, gap_ms=30_000)
    windows.write({user: window}, START_MS)
    draw(user, *(Point(START_MS + 60_000 * minute, 150, 150) for minute in range(3)))
    keep_song(user, typical_song())
    connections.add(user, "connection")
    join_floor("north", user, START_MS)
    with push.pushes() as under_way:
        under_way.notice(user, Error("busy", "Again."))


def test_people_of_similar_names_and_of_the_same_group_are_not_touched(redis: Redis) -> None:
    others = [*LOOK_ALIKES, *(f"person-{number}" for number in range(40))]
    for user in others:
        write_keys(user)
    before = sorted(in_redis(redis))
    write_keys(PERSON)
    deleted = invoke(PERSON)
    assert sorted(in_redis(redis)) == before
    assert (deleted["windows"], deleted["traces"], deleted["playlists"]) == (1, 3, 1)


def test_what_nobody_can_read_any_more_is_forgotten_too(redis: Redis) -> None:
    write_keys(PERSON)
    for key in redis.keys("windows:*"):
        redis.hset(key, PERSON, b"no window")
    for key in redis.keys(f"playlist:{PERSON}:*"):
        redis.hset(key, "0", b"no json")
    for table in ("song-ends", "tastes"):
        item = {"user_id": {"S": PERSON}, "settings": {"S": "no json"}, "opinion#x": {"N": "1"}}
        clients.dynamodb().put_item(TableName=table, Item=item)
    clients.dynamodb().put_item(
        TableName="songs",
        Item={"library": {"S": own_songs.library_of(PERSON)}, "song_id": {"S": "without more"}},
    )
    invoke(PERSON)
    assert of(PERSON, in_redis(redis)) == of(PERSON, in_tables()) == []


def test_a_line_of_last_year_is_found_as_well(redis: Redis) -> None:
    year_ms = 365 * 86_400_000
    then_ms = START_MS - year_ms
    draw(PERSON, Point(then_ms, 150, 150), arrived_ms=then_ms)
    assert invoke(PERSON)["traces"] == 1


def test_a_library_of_many_pages_is_forgotten_and_nobody_elses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own_songs, "_pages", partial(own_songs._pages, Limit=30))
    for user in (PERSON, *LOOK_ALIKES):
        own_songs.write(user, [Song(f"s-{n}", "S", "A", 120, 200) for n in range(70)], [])
    assert invoke(PERSON)["own songs"] == 70
    assert len(in_tables()) == 70 * len(LOOK_ALIKES)


@pytest.mark.parametrize("user", ["", "*", "a b", "x" * 129, "ann\n"])
def test_what_can_be_nobodys_name_is_refused(user: str, redis: Redis) -> None:
    write_keys(PERSON)
    with pytest.raises(msgspec.ValidationError):
        invoke(user)
    assert of(PERSON, in_redis(redis))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["forget", PERSON, *arguments])


class DynamoDB(BaseHTTPRequestHandler):
    """Answers every call as a table that holds an item, or a library of one song."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        deleted: list[str] = self.server.deleted  # type: ignore[attr-defined]
        match self.headers["X-Amz-Target"].partition(".")[2]:
            case "DeleteItem":
                deleted.append(body["TableName"])
                content: Any = {"Attributes": body["Key"]}
            case "Query":
                content = {"Items": [{"song_id": {"S": "a"}}]}
            case _:
                deleted += body["RequestItems"]
                content = {}
        answer = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_request(self, *_: Any) -> None: ...


@pytest.fixture
def dynamodb() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), DynamoDB) as server:
        server.deleted = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def running(
    tmp_path: Path, redis_url: str, dynamodb: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """What a local cloud that runs has written down."""
    monkeypatch.setattr(addresses, "ADDRESSES", tmp_path / "addresses.json")
    environment = {
        "REDIS_URL": redis_url,
        "SONG_ENDS_TABLE": "song-ends",
        "TASTES_TABLE": "tastes",
        "PLAYS_TABLE": "plays",
        "SONGS_TABLE": "songs",
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{dynamodb.server_port}",
        "POWERTOOLS_SERVICE_NAME": "forget",
        "POWERTOOLS_METRICS_NAMESPACE": "TempoFit",
    }
    function = Function("forget", "lambdas.forget.handler", environment, 60, 256)
    api = Api("api", "dev", "$request.body.action", Authorizer("authorize", []), [])
    configuration = gateway.Config("127.0.0.1", 1, api, [function], {}, str(tmp_path))
    (tmp_path / "gateway.json").write_bytes(msgspec.json.encode(configuration))
    (tmp_path / "addresses.json").write_text(json.dumps({"redis_url": redis_url}))
    return tmp_path


def test_the_command_has_the_function_of_the_local_cloud_do_it(
    running: Path, redis: Redis, dynamodb: HTTPServer
) -> None:
    write_keys(PERSON)
    result = run("--json")
    assert result.exit_code == 0, result.output
    assert not of(PERSON, in_redis(redis))
    assert dynamodb.deleted == ["song-ends", "tastes", "plays", "songs"]  # type: ignore[attr-defined]
    deleted = json.loads(result.stdout)["deleted"]
    assert set(deleted) == KINDS
    assert all(deleted.values()), deleted


def test_the_command_names_kinds_and_never_the_data(running: Path) -> None:
    write_keys(PERSON)
    result = run()
    assert result.stdout.startswith("Deleted: 1 of connections, 1 of song ends, ")
    assert typical_song().song.title not in result.output
    assert PERSON not in result.output
    assert PERSON not in (running / "logs" / "forget.log").read_text()


def test_without_a_local_cloud_the_command_says_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "ADDRESSES", tmp_path / "addresses.json")
    result = run()
    assert result.exit_code == 1
    assert result.stderr.startswith("No local cloud is running")


def test_a_failure_says_that_it_may_be_said_again(running: Path) -> None:
    path = running / "gateway.json"
    path.write_bytes(path.read_bytes().replace(b"redis://", b"nothing://"))
    result = run()
    assert result.exit_code == 1
    assert result.stderr.startswith("Not everything may be forgotten: ")
    assert isinstance(result.exception, SystemExit)


class Answer:
    """Stands where Lambda is; moto would need Docker to run a function."""

    def __init__(self, payload: bytes, **more: str) -> None:
        self.payload, self.more = payload, more
        self.invoked: dict[str, Any] = {}

    def invoke(self, **arguments: Any) -> dict[str, Any]:
        self.invoked = arguments
        return {"Payload": io.BytesIO(self.payload), **self.more}


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], None]:
    def deploy(answer: Answer) -> None:
        names = dict.fromkeys(Outputs.__struct_fields__, "")
        outputs = Outputs(**{**names, "forget_function": "f-123"})
        monkeypatch.setattr(operation, "find_outputs", lambda stage: outputs)
        monkeypatch.setattr(operation, "stage_client", lambda service, read_seconds: answer)

    return deploy


def test_on_aws_the_command_invokes_the_function_of_the_stage(
    deployed: Callable[[Answer], None],
) -> None:
    answer = Answer(b'{"deleted":{"windows":2,"tastes":0}}')
    deployed(answer)
    result = run("--stage", "prod")
    assert result.exit_code == 0, result.output
    assert result.stdout == "Deleted: 2 of windows.\n"
    assert answer.invoked == {
        "FunctionName": "f-123",
        "Payload": msgspec.json.encode({"user": PERSON}),
    }


def test_a_function_that_fails_on_aws_is_told_in_a_sentence(
    deployed: Callable[[Answer], None],
) -> None:
    deployed(Answer(b'{"errorMessage":"Task timed out"}', FunctionError="Unhandled"))
    result = run("--stage", "prod")
    assert result.exit_code == 1
    assert "Task timed out. Say it again" in result.stderr
