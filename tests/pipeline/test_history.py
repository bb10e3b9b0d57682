"""What was played is there afterwards, on the local cloud: ended, whole, and each person's own."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from local.addresses import Addresses
from local.launcher import Cloud
from tests.pipeline.test_cloud import DEADLINE_SECONDS, Phone, connected
from tests.pipeline.test_up import started, wait_until_launched_by

MINUTE_MS = 60_000


@pytest.fixture
async def phone(cloud: Cloud, new_user: Callable[[], str]) -> AsyncIterator[Phone]:
    async with connected(cloud.addresses, new_user()) as phone:
        yield phone


async def ask(phone: Phone, kind: str, **message: Any) -> dict[str, Any]:
    await phone.send(**message)
    return await phone.receive(lambda one: one.get("type") in (kind, "error"))


async def work_out(phone: Phone, skips: int) -> int:
    """A session of so many songs that are skipped and one that is not, ended; its name."""
    begun = await ask(phone, "started", action="start", at_ms=phone.start_ms)
    await phone.beat(1, 5, heart_rate=120)
    second = 5
    for slot in range(skips + 1):
        await _plays(phone, slot)
        await phone.beat(second + 1, second + 30, heart_rate=120 + slot)
        second += 30
        await phone.folded_to(second)
        if slot < skips:
            at_ms = phone.start_ms + 1000 * second
            await ask(phone, "skipped", action="skip", slot=slot, at_ms=at_ms)
    at_ms = phone.start_ms + 1000 * second
    ended = await ask(phone, "ended", action="end", at_ms=at_ms)
    assert ended == {"type": "ended", "session": begun["session"], "ended_ms": at_ms}
    session: int = begun["session"]
    return session


async def _plays(phone: Phone, slot: int) -> None:
    """The song of this slot of the session is there, whenever it was told."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while all(song["slot"] != slot for song in (await phone.workout())["songs"]):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)


async def test_a_workout_that_was_ended_is_told_whole_and_the_next_one_apart(
    cloud: Cloud, phone: Phone, new_user: Callable[[], str]
) -> None:
    first = await work_out(phone, skips=2)
    assert (await phone.workout())["ended_ms"] == first + 95_000
    phone.start_ms += 10 * MINUTE_MS
    second = await work_out(phone, skips=0)

    history = await ask(phone, "history", action="history")
    assert history["before_ms"] is None
    newest, oldest = history["workouts"]
    assert (newest["session"], newest["songs"]) == (second, 1)
    assert (oldest["session"], oldest["songs"], oldest["skipped"]) == (first, 3, 2)
    assert oldest["ends_at_ms"] == first + 95_000
    assert 119 < oldest["average"] < 123
    assert sum(oldest["zone_seconds"]) > 60

    whole = await ask(phone, "past_workout", action="history", session=first)
    assert whole["workout"] == oldest
    assert [(song["slot"], song["skipped"]) for song in whole["plays"]] == [
        (0, True),
        (1, True),
        (2, False),
    ]
    for song in whole["plays"]:
        assert song["line"], "what was measured while it played"
        assert song["ends_at_ms"] <= first + 95_000
    assert [song["highest"] for song in whole["plays"]] == [120, 121, 122]

    async with connected(cloud.addresses, new_user()) as other:
        assert (await ask(other, "history", action="history"))["workouts"] == []
        refused = await ask(other, "past_workout", action="history", session=first)
        assert refused["code"] == "no_such_workout"


async def test_a_heart_that_goes_on_after_an_end_is_in_another_session(phone: Phone) -> None:
    first = await work_out(phone, skips=0)
    await phone.beat(36, 45)
    song = await phone.receive(lambda one: one.get("type") == "song" and one["session"] != first)
    assert (song["session"], song["slot"]) == (first + 35_001, 0)
    history = await ask(phone, "history", action="history")
    assert [one["session"] for one in history["workouts"]] == [song["session"], first]


async def test_what_was_told_before_a_kill_is_told_after_it(tmp_path: Path) -> None:
    """A session that was ended, and the last song of one that was not, but for its line."""
    told: list[Any] = []
    for end in (signal.SIGKILL, signal.SIGTERM):
        with started(tmp_path, "--athletes", 0) as process:
            wait_until_launched_by(process, tmp_path / "run" / "addresses.json")
            path = tmp_path / "run" / "addresses.json"
            addresses = msgspec.json.decode(path.read_bytes(), type=Addresses)
            async with connected(addresses, "ada") as phone:
                if not told:
                    await work_out(phone, skips=1)
                    phone.start_ms += 10 * MINUTE_MS
                    await ask(phone, "started", action="start", at_ms=phone.start_ms)
                    await phone.beat(1, 5)
                    await _plays(phone, 0)
                history = await ask(phone, "history", action="history")
                newest, oldest = history["workouts"]
                whole = await ask(
                    phone, "past_workout", action="history", session=oldest["session"]
                )
                told.append((newest["session"], newest["songs"], oldest, whole))
            process.send_signal(end)
            process.wait(DEADLINE_SECONDS)
    assert told[0] == told[1]
    assert told[0][2]["songs"] == 2
