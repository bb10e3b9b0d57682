"""Coaches, floors and own songs on the local cloud, through its gateway and with its tokens."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from local.launcher import Cloud
from local.web import FLOOR
from tests.pipeline.test_cloud import DEADLINE_SECONDS, Phone
from tests.target import unique_user

SETTINGS = {"floor": "north-gym", "alias": "Kim", "resting_heart_rate": 55, "age": 40}


@asynccontextmanager
async def connected(cloud: Cloud, user: str, **token: str) -> AsyncIterator[Phone]:
    """Somebody's connection; `token` is what else is asked of the issuer."""
    addresses = cloud.addresses
    async with aiohttp.ClientSession() as http:
        async with http.get(addresses.token_url, params={"user": user, **token}) as answer:
            key = (await answer.json())["access_token"]
        async with http.ws_connect(addresses.websocket_url, params={"token": key}) as socket:
            yield Phone(user, http, socket)


@pytest.fixture
async def phone(cloud: Cloud) -> AsyncIterator[Phone]:
    async with connected(cloud, unique_user()) as phone:
        yield phone


@pytest.fixture
async def coach(cloud: Cloud) -> AsyncIterator[Phone]:
    async with connected(cloud, unique_user(), group="coach") as coach:
        yield coach


async def ask(phone: Phone, kind: str = "", **message: Any) -> dict[str, Any]:
    """The answer to a message: of a kind, or a refusal."""
    await phone.send(**message)
    return await phone.receive(lambda one: one.get("type") in (kind or message["action"], "error"))


async def play(phone: Phone, **settings: Any) -> dict[str, Any]:
    """The first song of a session that begins now."""
    await ask(phone, "started", action="start", at_ms=phone.start_ms, settings=settings)
    await phone.beat(1, 5)
    return await phone.song(0)


async def looked(
    coach: Phone, floor: str, until: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """What a coach sees of a floor, once it is so."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        view = await ask(coach, action="floor", floor=floor)
        if until(view):
            return view
        assert time.monotonic() < deadline, view


async def test_a_coach_sees_an_athlete_on_a_floor_their_workout_and_their_leaving(
    phone: Phone, coach: Phone
) -> None:
    song = await play(phone, **SETTINGS)
    view = await looked(coach, "north-gym", lambda view: bool(view["people"]))
    (person,) = view["people"]
    assert (person["user"], person["alias"], view["count"]) == (phone.user, "Kim", 1)
    assert (person["resting_heart_rate"], person["max_heart_rate"]) == (55, 180)
    assert person["latest"][1] == 130
    assert person["song"]["title"] == song["song"]["title"]
    workout = await ask(coach, action="workout", athlete=phone.user)
    assert workout["athlete"] == phone.user
    assert workout["songs"] == [song]
    await ask(phone, "changed", action="change", settings={})
    assert (await ask(coach, action="floor", floor="north-gym"))["people"] == []
    refused = await ask(coach, action="workout", athlete=phone.user)
    assert refused["code"] == "not_on_a_floor"


@pytest.mark.parametrize("token", [{}, {"group": "athlete"}])
async def test_whoever_is_no_coach_sees_nobody(
    cloud: Cloud, phone: Phone, token: dict[str, str]
) -> None:
    await play(phone, floor="south-gym")
    async with connected(cloud, unique_user(), **token) as other:
        for message in (
            {"action": "floor", "floor": "south-gym"},
            {"action": "workout", "athlete": phone.user},
        ):
            assert (await ask(other, **message))["code"] == "coaches_only"


async def test_simulated_athletes_are_on_the_demo_floor(coach: Phone) -> None:
    users = {f"athlete-00{number}" for number in (1, 2, 3)}
    view = await looked(coach, FLOOR, lambda view: len(view["people"]) >= len(users))
    assert {person["user"] for person in view["people"]} == users


async def test_own_songs_are_played_as_soon_as_they_are_added_and_to_nobody_else(
    cloud: Cloud, phone: Phone
) -> None:
    for slot, song_id in enumerate(["first", "second"]):
        song = {"id": song_id, "title": song_id, "artist": "Me", "tempo": 130}
        songs = [{**song, "duration_seconds": 200}]
        added = await ask(phone, "own_songs_kept", action="own_songs", songs=songs)
        assert added == {"type": "own_songs_kept", "kept": 1, "removed": 0}
        if slot == 0:
            played = await play(phone, library="own")
        else:
            await phone.send(action="skip", slot=0, at_ms=phone.start_ms + 6000)
            played = await phone.song(1)
        assert played["song"]["id"] == song_id
    async with connected(cloud, unique_user()) as other:
        await other.send(action="start", at_ms=other.start_ms, settings={"library": "own"})
        await other.beat(1, 5)
        refused = await other.receive(lambda one: one.get("type") in ("song", "error"))
        assert refused["code"] == "empty_library"
