import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from events.messages import Error, ServerMessage, Started, Workout, encode
from events.samples import MAX_SAMPLES, Sample
from events.session import Settings, SongPush
from simulator.backoff import full_jitter
from simulator.client import Client, Refusal, Service, decode_message, fetch_token, open_http
from simulator.fleet import athlete_feeds, run_clients
from simulator.pace import Feed, Pace, clock_ms
from tests.simulator.cloud import Cloud, serving


class Heard:
    """What clients received and sent."""

    def __init__(self) -> None:
        self.messages: list[ServerMessage | Refusal] = []
        self.sent: list[Sequence[Sample]] = []

    def received(self, user: str, message: ServerMessage | Refusal) -> None:
        self.messages.append(message)

    def sends(self, user: str, samples: Sequence[Sample], at_ms: int) -> None:
        self.sent.append(samples)


def samples(count: int) -> list[Sample]:
    return [(second * 1000, 100.0 + second % 50) for second in range(count)]


class Clock:
    """A clock that goes on by `step_ms` each time somebody looks."""

    def __init__(self, step_ms: int) -> None:
        self.now_ms = 0
        self.step_ms = step_ms

    def __call__(self) -> int:
        self.now_ms += self.step_ms
        return self.now_ms


async def play(
    service: Service, count: int, heard: Heard, step_ms: int = 1000, **options: Any
) -> Client:
    feed = Feed(iter(samples(count)), Pace(0, 0))
    async with open_http() as http:
        client = Client(
            "ann",
            feed,
            service,
            http,
            received=heard.received,
            sent=heard.sends,
            flush_seconds=0.001,
            backoff_seconds=0.001,
            random=Random(1),
            now_ms=Clock(step_ms),
            **options,
        )
        await asyncio.wait_for(client.run(linger_seconds=0.05), 20)
    return client


async def test_all_of_a_feed_is_sent_and_taken() -> None:
    cloud, heard = Cloud(), Heard()
    async with serving(cloud) as service:
        client = await play(service, 30, heard)
    assert cloud.taken["ann"] == samples(30)
    assert client.connects == 1
    assert client.failure == ""


async def test_a_session_starts_before_the_first_sample_and_answers_are_handed_on() -> None:
    cloud, heard = Cloud(), Heard()
    async with serving(cloud) as service:
        await play(service, 3, heard, settings=Settings(library="mine"))
    assert cloud.actions["ann"][:2] == ["start", "heartrate"]
    assert cloud.settings == [Settings(library="mine")]
    assert [type(message) for message in heard.messages] == [SongPush, Started]


async def test_a_notice_is_not_taken_for_the_answer_to_a_start() -> None:
    cloud, heard = Cloud(), Heard()
    notices = [Error("busy", "Skip again.", "a skip"), Error("empty_library", "There is no song.")]
    cloud.notices = [encode(notice).decode() for notice in notices]
    async with serving(cloud) as service:
        await play(service, 3, heard, settings=Settings())
    assert cloud.actions["ann"].count("start") == 1
    assert heard.messages[1:3] == notices
    assert isinstance(heard.messages[3], Started)


async def test_what_was_lost_with_a_connection_is_sent_again() -> None:
    cloud, heard = Cloud(), Heard()
    cloud.break_after = [3, 0, 5]
    async with serving(cloud) as service:
        client = await play(service, 40, heard)
    assert cloud.taken["ann"] == samples(40)
    assert client.connects == 4
    assert cloud.actions["ann"].count("workout") == 3
    assert cloud.tokens == 1


async def test_a_session_is_started_once_however_often_the_connection_breaks() -> None:
    cloud, heard = Cloud(), Heard()
    cloud.break_after = [1, 1]
    async with serving(cloud) as service:
        await play(service, 20, heard, settings=Settings())
    assert cloud.actions["ann"].count("start") == 1


async def test_only_what_the_service_does_not_have_is_sent_again() -> None:
    cloud, heard = Cloud(), Heard()
    cloud.break_after = [10]
    async with serving(cloud) as service:
        await play(service, 40, heard)
    sent = [sample for some in heard.sent for sample in some]
    assert len(sent) > 40
    assert all(sent.count(sample) == 1 for sample in samples(10))


async def test_a_connection_lost_at_the_very_end_loses_nothing() -> None:
    cloud, heard = Cloud(), Heard()
    cloud.break_after = [0]
    async with serving(cloud) as service:
        await play(service, 5, heard, step_ms=60_000)
    assert cloud.taken["ann"] == samples(5)


async def test_a_message_holds_as_many_samples_as_it_may_and_no_more() -> None:
    cloud, heard = Cloud(), Heard()
    async with serving(cloud) as service:
        await play(service, 500, heard, step_ms=200_000)
    assert cloud.taken["ann"] == samples(500)
    assert max(len(some) for some in heard.sent) == MAX_SAMPLES


async def test_after_a_refused_connection_a_new_token_is_asked_for() -> None:
    cloud, heard = Cloud(), Heard()
    cloud.deny = 2
    async with serving(cloud) as service:
        client = await play(service, 3, heard)
    assert cloud.tokens == 3
    assert client.failure == "The server refused the connection with status 403."
    assert cloud.taken["ann"] == samples(3)


async def test_the_gateways_own_refusal_reaches_the_callback() -> None:
    cloud, heard = Cloud(), Heard()
    cloud.answer = '{"message": "Bad request body", "connectionId": "c", "requestId": "r"}'
    async with serving(cloud) as service:
        await play(service, 1, heard)
    assert heard.messages == [Refusal("Bad request body")]


@pytest.mark.parametrize("code", ["too_many_connections", "too_many_messages"])
@pytest.mark.parametrize("asks", [True, False], ids=["a question", "a heart rate"])
async def test_a_client_that_is_too_much_goes_on_no_more_and_says_why(
    code: str, asks: bool
) -> None:
    cloud, heard = Cloud(), Heard()
    refusal = Error(code, "That is too much.")
    if asks:
        cloud.notices = [encode(refusal).decode()]
    else:
        cloud.answer = encode(refusal).decode()
    async with serving(cloud) as service:
        client = await play(service, 100_000, heard, settings=Settings() if asks else None)
    assert client.refused
    assert client.failure == "That is too much."
    assert client.connects == 1
    assert refusal in heard.messages


async def test_a_client_of_a_service_that_is_not_there_waits_for_it() -> None:
    cloud, heard = Cloud(), Heard()
    async with serving(cloud) as service:
        pass
    async with open_http() as http:
        feed = Feed(iter(samples(1)), Pace(0, 0))
        client = Client("ann", feed, service, http, backoff_seconds=0.001)
        task = asyncio.create_task(client.run())
        async with asyncio.timeout(20):
            while not client.failure:
                await asyncio.wait({task}, timeout=0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    port = service.token_url.split(":")[2].split("/")[0]
    assert client.failure == f"Nothing answers at 127.0.0.1:{port}."
    assert heard.messages == []


async def test_what_a_long_silence_leaves_no_room_for_is_counted() -> None:
    cloud, heard = Cloud(), Heard()
    async with serving(cloud) as service:
        client = await play(service, 4000, heard, step_ms=10_000_000)
    assert client.dropped == 400
    assert cloud.taken["ann"] == samples(4000)[400:]


async def test_many_clients_share_one_process_and_leave_together() -> None:
    cloud = Cloud()
    async with serving(cloud) as service, open_http() as http:
        feeds = athlete_feeds(60, 1, clock_ms(), seconds=30, speed=1000)
        clients = [
            Client(user, feed, service, http, flush_seconds=0.05) for user, feed in feeds.items()
        ]
        await asyncio.wait_for(run_clients(clients), 30)
    assert len(cloud.taken) == 60
    expected = athlete_feeds(60, 1, 0, seconds=30)
    assert {user: [heart for _, heart in taken] for user, taken in cloud.taken.items()} == {
        user: [heart for _, heart in feed.due(60_000)] for user, feed in expected.items()
    }


async def test_tokens_come_from_the_issuer() -> None:
    cloud = Cloud()
    async with serving(cloud) as service, open_http() as http:
        assert await fetch_token(http, service, "ann") == "ann"


def test_messages_of_every_kind_are_read() -> None:
    assert isinstance(decode_message('{"type":"error","code":"c","message":"m"}'), Error)
    assert decode_message('{"message":"Internal server error"}') == Refusal("Internal server error")
    assert decode_message('{"type":"new"}') == decode_message("nonsense")
    workout = (
        '{"type":"workout","athlete":null,"session":null,"settings":{},"latest":null,"trace":[],'
        '"songs":[],"stale_after_ms":10000}'
    )
    assert isinstance(decode_message(workout), Workout)


def test_full_jitter_spreads_from_zero_to_a_growing_bound() -> None:
    random = Random(1)
    for attempt, bound in [(0, 1), (3, 8), (10, 30), (5000, 30)]:
        waits = [full_jitter(random, attempt, 1.0, 30.0) for _ in range(500)]
        assert 0 <= min(waits) < bound * 0.05
        assert bound * 0.95 < max(waits) <= bound
