"""The whole path on the local cloud: real sockets, real processes, the real template."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import psutil
import pytest
from redis import Redis

from catalog.store import store_songs
from events import stream
from events.session import Song
from local.addresses import Addresses
from local.launcher import Cloud

DEADLINE_SECONDS = 30
HOUR_MS = 3_600_000


class Phone:
    """A client: a token, a socket, and what arrived on it."""

    def __init__(
        self, user: str, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse
    ) -> None:
        self.user = user
        self.http = http
        self.socket = socket
        self.start_ms = now_ms() - HOUR_MS
        self.received: list[dict[str, Any]] = []

    async def send(self, **message: Any) -> None:
        await self.socket.send_json(message)

    async def beat(self, first: int, last: int, heart_rate: float = 130) -> None:
        """One sample a second, five a message, from the first to the last second given."""
        for start in range(first, last + 1, 5):
            seconds = range(start, min(start + 5, last + 1))
            samples = [[self.start_ms + 1000 * second, heart_rate] for second in seconds]
            await self.send(action="heartrate", samples=samples)

    async def receive(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next message that is wanted."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            message = await self.socket.receive_json(timeout=deadline - time.monotonic())
            self.received.append(message)
            if wanted(message):
                answer: dict[str, Any] = message
                return answer

    async def song(self, slot: int) -> dict[str, Any]:
        return await self.receive(lambda one: one.get("type") == "song" and one["slot"] == slot)

    async def workout(self) -> dict[str, Any]:
        await self.send(action="workout")
        return await self.receive(lambda one: one.get("type") == "workout")

    async def folded_to(self, second: int) -> dict[str, Any]:
        """The workout, once the sample of this second is folded."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            workout = await self.workout()
            if workout["latest"] and workout["latest"][0] >= self.start_ms + 1000 * second:
                return workout
            assert time.monotonic() < deadline, f"second {second} was never folded"
            await asyncio.sleep(0.2)  # who asks more than ten times a second is disconnected


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def connected(addresses: Addresses, user: str) -> AsyncIterator[Phone]:
    """A phone, whose connection is closed before its session: else it may outlive the test."""
    async with aiohttp.ClientSession() as http:
        async with http.get(addresses.token_url, params={"user": user}) as answer:
            token = (await answer.json())["access_token"]
        async with http.ws_connect(addresses.websocket_url, params={"token": token}) as socket:
            yield Phone(user, http, socket)


@pytest.fixture
async def phone(cloud: Cloud, new_user: Callable[[], str]) -> AsyncIterator[Phone]:
    """A phone of somebody of this test's own."""
    async with connected(cloud.addresses, new_user()) as phone:
        yield phone


async def test_a_workout_gets_its_songs_one_after_another(phone: Phone) -> None:
    settings = {"interval_seconds": 60, "max_heart_rate": 149}  # 130 is where the work is already
    await phone.send(action="start", at_ms=phone.start_ms, settings=settings)
    started = await phone.receive(lambda message: message.get("type") == "started")
    await phone.beat(1, 5)
    first = await phone.song(0)
    assert started["session"] == first["session"] == phone.start_ms
    assert abs(first["song"]["tempo"] - 130) < 13
    assert first["why"]["average"] == 130
    ends = (first["ends_at_ms"] - phone.start_ms) // 1000
    await phone.beat(6, ends)
    second = await phone.song(1)
    assert second["starts_at_ms"] == first["ends_at_ms"]
    assert second["song"]["id"] != first["song"]["id"]
    assert first["ends_at_ms"] - 10_000 <= second["why"]["at_ms"] <= first["ends_at_ms"]
    workout = await phone.folded_to(ends)
    assert [song["slot"] for song in workout["songs"]] == [0, 1]
    assert workout["songs"][0] == first
    slots = [message["slot"] for message in phone.received if message.get("type") == "song"]
    assert slots == [0, 1], "every slot is filled once"


async def test_samples_sent_again_after_a_reconnect_change_nothing(
    cloud: Cloud, phone: Phone
) -> None:
    await phone.beat(1, 20)
    before = await phone.folded_to(20)
    async with connected(cloud.addresses, phone.user) as again:
        again.start_ms = phone.start_ms
        await again.beat(1, 20, heart_rate=200)
        await again.beat(21, 21)
        after = await again.folded_to(21)
    assert after["latest"][2] == before["latest"][2] == 130


async def test_a_change_decides_the_next_song(phone: Phone) -> None:
    await phone.send(action="start", at_ms=phone.start_ms)
    await phone.beat(1, 5)
    await phone.song(0)
    await phone.send(action="change", settings={"mode": "hold", "lock": 100})
    changed = await phone.receive(lambda message: message.get("type") == "changed")
    assert (changed["settings"]["mode"], changed["settings"]["lock"]) == ("hold", 100)
    await phone.send(action="skip", slot=0, at_ms=phone.start_ms + 6000)
    second = await phone.song(1)
    assert (second["why"]["mode"], second["why"]["target_tempo"]) == ("hold", 100)


async def test_what_a_person_thinks_of_a_song_is_kept_for_the_next_session(
    cloud: Cloud, phone: Phone
) -> None:
    only = Song("only-1", "Only One", "Somebody", 65, 200)
    store_songs(cloud.client("dynamodb"), cloud.addresses.songs_table, "only", [only])
    opinion = {"liked": True, "tempo": 130}
    for before, expected in ((65, {"liked": None, "tempo": None}), (130, opinion)):
        phone.start_ms += 60_000
        await phone.send(action="start", at_ms=phone.start_ms, settings={"library": "only"})
        await phone.beat(1, 5)
        song = await phone.receive(
            lambda one: one.get("type") == "song" and one["session"] == phone.start_ms
        )
        assert (song["opinion"], song["why"]["tempo"]) == (expected, before)
        await phone.send(action="rate", song_id="only-1", opinion=opinion)
        rated = await phone.receive(lambda message: message.get("type") == "rated")
        assert rated["opinion"] == opinion
        assert [one["opinion"] for one in (await phone.workout())["songs"]] == [opinion]


async def test_a_song_is_changed_while_it_plays_where_the_person_allows_it(
    cloud: Cloud, phone: Phone
) -> None:
    songs = [
        Song(f"long-{tempo}", "Long", f"By {tempo}", tempo, 300) for tempo in range(80, 180, 10)
    ]
    store_songs(cloud.client("dynamodb"), cloud.addresses.songs_table, "long", songs)
    # 130 is where the work is already: in a warm-up the song is ahead of the heart, and a change
    # that falls due because of that is decided by heart rates that came in the meantime.
    settings = {"responsive": True, "library": "long", "max_heart_rate": 149}
    await phone.send(action="start", at_ms=phone.start_ms, settings=settings)
    await phone.beat(1, 5)
    first = await phone.song(0)
    await phone.beat(6, 65)
    await phone.beat(66, 110, heart_rate=160)
    second = await phone.song(1)
    assert second["starts_at_ms"] == second["why"]["at_ms"] < first["ends_at_ms"] - 10_000
    assert second["why"]["at_ms"] >= phone.start_ms + 90_000, "after a minute, and 30 s of another"
    assert abs(second["song"]["tempo"] - 160) < abs(first["song"]["tempo"] - 160)


async def test_a_skip_brings_the_next_song_at_once(phone: Phone) -> None:
    await phone.beat(1, 5)
    await phone.song(0)
    await phone.beat(6, 40, heart_rate=150)
    await phone.folded_to(40)
    await phone.send(action="skip", slot=0, at_ms=phone.start_ms + 40_000)
    answer = await phone.receive(lambda message: message.get("type") in ("skipped", "song"))
    assert answer == {"type": "skipped", "slot": 0}
    second = await phone.song(1)
    assert second["starts_at_ms"] == phone.start_ms + 40_000
    assert second["why"]["heart_rate"] == 150


@pytest.mark.parametrize(
    "text", ["{", "no json", '"heartrate"', '{"action":"dance"}', '{"samples":[[1,2]]}', "[]"]
)
async def test_what_names_no_action_is_answered_with_the_actions(phone: Phone, text: str) -> None:
    await phone.socket.send_str(text)
    answer = await phone.receive(lambda message: message.get("type") != "song")
    assert answer["code"] == "unknown_action"
    assert "workout, floor, own_songs or history" in answer["message"]


@pytest.mark.parametrize(
    "samples",
    [
        [[1_760_000_000_000, 0]],
        [[1_760_000_000_000, 300]],
        [[1_760_000_000_000, "120"]],
        [],
        [[1_760_000_000_000 + second, 120] for second in range(121)],
    ],
    ids=["zero", "three-hundred", "text", "empty", "one-too-many"],
)
async def test_a_bad_heart_rate_is_refused_at_once_and_the_next_one_is_taken(
    phone: Phone, samples: list[Any]
) -> None:
    await phone.send(action="heartrate", samples=samples)
    answer = await phone.receive(lambda message: message.get("type") != "song")
    assert answer["message"] == "Bad request body"
    await phone.beat(1, 1)
    assert (await phone.folded_to(1))["latest"][1] == 130


async def test_a_sample_an_hour_ahead_is_refused_with_a_sentence(phone: Phone) -> None:
    ahead_ms = now_ms() + HOUR_MS
    await phone.send(action="heartrate", samples=[[phone.start_ms, 120], [ahead_ms, 121]])
    error = await phone.receive(lambda message: message.get("type") == "error")
    assert str(ahead_ms) in error["message"]
    assert "set the clock" in error["message"]
    assert (await phone.folded_to(0))["latest"][0] == phone.start_ms


async def test_a_message_of_two_hundred_kilobytes_closes_only_its_own_connection(
    cloud: Cloud, phone: Phone, new_user: Callable[[], str]
) -> None:
    async with connected(cloud.addresses, new_user()) as other:
        await phone.send(action="heartrate", samples=[], padding="x" * 200_000)
        closed = await phone.socket.receive(timeout=DEADLINE_SECONDS)
        assert closed.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        assert phone.socket.close_code == 1009
        await other.beat(1, 1)
        await other.folded_to(1)


async def test_a_record_that_is_no_json_goes_to_the_dead_letters_unless_a_client_sent_it(
    cloud: Cloud, phone: Phone
) -> None:
    kinesis, sqs = cloud.client("kinesis"), cloud.client("sqs")
    by_client, by_us = (
        kinesis.put_record(StreamName=stream, PartitionKey=phone.user, Data=b"no json")
        for stream in (cloud.addresses.heart_rate_stream, cloud.addresses.averages_stream)
    )
    await phone.beat(1, 1)
    await phone.folded_to(1)
    deadline = time.monotonic() + DEADLINE_SECONDS
    found: list[str] = []
    while by_us["SequenceNumber"] not in found:
        assert time.monotonic() < deadline
        answer = sqs.receive_message(
            QueueUrl=cloud.addresses.dead_letters_queue_url, MaxNumberOfMessages=10
        )
        found += [
            json.loads(message["Body"])["KinesisBatchInfo"]["startSequenceNumber"]
            for message in answer.get("Messages", [])
        ]
    assert by_client["SequenceNumber"] not in found


async def test_a_restarted_function_loses_no_sample(cloud: Cloud, phone: Phone) -> None:
    await phone.beat(1, 30, heart_rate=100)
    await phone.folded_to(30)
    [streams] = [part for part in cloud.parts if part.name == "streams"]
    for worker in psutil.Process(streams.process.pid).children():
        if "lambdas.average.handler" in worker.cmdline():
            worker.kill()
    await phone.beat(31, 45, heart_rate=160)
    workout = await phone.folded_to(45)
    # Half of the 30 s at 100, half at 160, and the one second between them at 130.
    assert workout["latest"][2] == pytest.approx((100 * 15 + 130 + 160 * 14) / 30)


async def test_boto3_alone_sees_the_song_end_and_reaches_the_phone(
    cloud: Cloud, phone: Phone
) -> None:
    addresses = cloud.addresses
    sample = (phone.start_ms, 140.0)
    answer = cloud.client("kinesis").put_records(
        StreamName=addresses.heart_rate_stream,
        Records=[
            {"PartitionKey": phone.user, "Data": stream.encode(stream.HeartRateBatch([sample]))}
        ],
    )
    assert answer["FailedRecordCount"] == 0
    song = await phone.song(0)
    item = cloud.client("dynamodb").get_item(
        TableName=addresses.song_ends_table, Key={"user_id": {"S": phone.user}}
    )["Item"]
    assert int(item["ends_at_ms"]["N"]) == song["ends_at_ms"]
    assert int(item["expires_at"]["N"]) > time.time()
    with Redis.from_url(addresses.redis_url) as redis:
        [connection] = redis.zrange(f"connections:{phone.user}", 0, -1)
    management = cloud.client("apigatewaymanagementapi")
    management.post_to_connection(ConnectionId=connection.decode(), Data=b'{"type":"hello"}')
    assert (await phone.receive(lambda one: True))["type"] == "hello"


async def test_whoever_only_sends_hears_their_songs_after_redis_lost_them(
    cloud: Cloud, phone: Phone
) -> None:
    await phone.beat(1, 5)
    first = await phone.song(0)
    await phone.folded_to(5)
    with Redis.from_url(cloud.addresses.redis_url) as redis:
        redis.delete(f"connections:{phone.user}")
        for key in redis.scan_iter("windows:*"):
            redis.hdel(key, phone.user)
    await phone.beat(6, (first["ends_at_ms"] - phone.start_ms) // 1000)
    second = await phone.song(1)
    assert second["starts_at_ms"] == first["ends_at_ms"]


async def test_a_closed_connection_is_forgotten(cloud: Cloud) -> None:
    async with connected(cloud.addresses, "passer-by") as phone:
        await phone.workout()
    deadline = time.monotonic() + DEADLINE_SECONDS
    with Redis.from_url(cloud.addresses.redis_url) as redis:
        while redis.exists("connections:passer-by"):
            assert time.monotonic() < deadline


async def test_nobody_gets_in_without_a_token(cloud: Cloud) -> None:
    async with aiohttp.ClientSession() as http:
        for parameters, status in (({}, 401), ({"token": "forged"}, 403)):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await http.ws_connect(cloud.addresses.websocket_url, params=parameters)
            assert refused.value.status == status


def test_every_port_of_the_cloud_is_on_loopback(cloud: Cloud) -> None:
    for part in cloud.parts:
        process = psutil.Process(part.process.pid)
        for one in [process, *process.children(recursive=True)]:
            for socket in one.net_connections(kind="inet"):
                if socket.status == psutil.CONN_LISTEN:
                    assert socket.laddr.ip == "127.0.0.1", part.name
