"""Heart rates by POST, from the door to a song."""

import json
from collections.abc import Callable

import aiohttp

from local.addresses import Addresses
from local.launcher import Cloud
from tests.pipeline.test_cloud import Phone, connected, now_ms


async def posted(addresses: Addresses, token: str, body: object) -> tuple[int, dict[str, str]]:
    """Status and answer of one message, from a page elsewhere."""
    headers = {"Authorization": f"Bearer {token}", "Origin": "https://elsewhere.example"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(addresses.heart_rate_url, json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def token_of(addresses: Addresses, user: str) -> str:
    async with (
        aiohttp.ClientSession() as http,
        http.get(addresses.token_url, params={"user": user}) as answer,
    ):
        return str((await answer.json())["access_token"])


def beats(phone: Phone, first: int, last: int) -> dict[str, object]:
    samples = [[phone.start_ms + 1000 * second, 130] for second in range(first, last + 1)]
    return {"action": "heartrate", "samples": samples}


async def test_heart_rates_that_are_posted_make_a_song_and_are_the_tokens_person(
    cloud: Cloud, new_user: Callable[[], str]
) -> None:
    user = new_user()
    async with connected(cloud.addresses, user) as phone:
        settings = {"interval_seconds": 60, "max_heart_rate": 149}
        await phone.send(action="start", at_ms=phone.start_ms, settings=settings)
        await phone.receive(lambda message: message.get("type") == "started")
        token = await token_of(cloud.addresses, user)
        status, answer = await posted(cloud.addresses, token, beats(phone, 1, 10))
        assert (status, answer["type"]) == (200, "taken")
        song = await phone.song(0)
        assert song["why"]["average"] == 130
        workout = await phone.folded_to(10)
        assert workout["latest"][1] == 130


async def test_what_is_no_message_and_who_is_nobody_are_told_so(
    cloud: Cloud, new_user: Callable[[], str]
) -> None:
    token = await token_of(cloud.addresses, new_user())
    too_fast = {"action": "heartrate", "samples": [[now_ms(), 231]]}
    status, answer = await posted(cloud.addresses, token, too_fast)
    assert (status, answer["code"]) == (400, "bad_request_body")
    status, answer = await posted(cloud.addresses, "no.token", too_fast)
    assert (status, answer["code"]) == (403, "token_refused")
    async with (
        aiohttp.ClientSession() as http,
        http.post(cloud.addresses.heart_rate_url, data=json.dumps(too_fast)) as nobody,
    ):
        assert (nobody.status, (await nobody.json())["code"]) == (401, "no_token")
