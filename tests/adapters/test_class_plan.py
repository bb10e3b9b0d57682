import json
import threading
from typing import Any

import pytest
from msgspec import structs, to_builtins
from redis import Redis

from events.session import FloorClass, Settings
from lambdas import change, class_plan, floor, start
from lambdas.adapters import classes, clients, connections, song_ends, tastes
from lambdas.adapters.song_ends import ConflictError
from lambdas.domain.classes import joined
from lambdas.domain.due import SongEnd
from lambdas.domain.session import Session
from tests.adapters.conftest import (
    START_MS,
    Context,
    Pushes,
    join_floor,
    turn_of,
    websocket_event,
)
from tests.adapters.test_skip import SONG

NORTH = Settings(mode="zone", floor="north", genres=["rock"])
END = SongEnd(START_MS, SONG.slot, SONG.ends_at_ms, SONG.starts_at_ms, 130.0, 130.0)
CLASS = FloorClass("intervals", START_MS)
INTERVALS_MS = 1000 * (600 + 4 * 420 + 300)


@pytest.fixture(autouse=True)
def nobody_waits_for_pushes(pushes: Pushes) -> None:
    """No test may wait for `@connections`."""


def comes(user: str, settings: Settings = NORTH) -> None:
    """Somebody works out, is seen on a floor, and has a connection."""
    song_ends.write(user, Session(END, settings, SONG), at_ms=START_MS, arrived_ms=START_MS)
    tastes.keep(user, settings)
    connections.add(user, f"connection-of-{user}")
    if settings.floor:
        join_floor(settings.floor, user, START_MS)


def plan(
    plan: Any = "intervals", role: str = "coach", arrived_ms: int = START_MS, **more: Any
) -> dict[str, Any]:
    body = {"action": "class_plan", "floor": "north", "plan": plan, "at_ms": START_MS, **more}
    event = websocket_event("coach", body, arrived_ms, role=role)
    answer: dict[str, Any] = json.loads(class_plan.handler(event, Context)["body"])
    return answer


def says(handler: Any, body: dict[str, Any], user: str = "ann") -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(handler(websocket_event(user, body), Context)["body"])
    return answer


def wishes(settings: Settings, user: str = "ann") -> dict[str, Any]:
    return says(change.handler, {"action": "change", "settings": to_builtins(settings)}, user)


def found(user: str = "ann") -> Session:
    session = song_ends.read(user)
    assert session is not None
    return session


def test_everybody_on_the_floor_follows_the_plan_whatever_they_followed(pushes: Pushes) -> None:
    comes("ann")
    comes("bob", structs.replace(NORTH, mode="pulse", lock=128.0))
    comes("cat", Settings(floor="south"))
    comes("dan", Settings())
    answer = plan(id="7")
    assert answer == {
        "type": "class_planned",
        "floor": "north",
        "running": {"plan": "intervals", "started_ms": START_MS},
        "people": 2,
        "id": "7",
    }
    assert found("ann").settings == joined(NORTH, CLASS)
    assert found("ann").song == SONG
    assert found("ann").end == structs_replaced_target()
    assert found("bob").settings.lock is None
    assert found("cat").settings == Settings(floor="south")
    assert found("dan").settings == Settings()
    assert {to for to, _ in pushes.sent} == {"connection-of-ann", "connection-of-bob"}
    told = dict(pushes.sent)["connection-of-ann"]
    assert told == {"type": "changed", "settings": to_builtins(joined(NORTH, CLASS))}


def structs_replaced_target() -> SongEnd:
    """No step from the song of another mode is limited."""
    return SongEnd(END.session, END.slot, END.ends_at_ms, END.starts_at_ms, END.tempo, None)


def test_a_plan_of_the_coachs_own_is_followed() -> None:
    comes("ann")
    own = [{"seconds": 60, "zone": 2}, {"seconds": 30, "zone": 5}]
    assert plan(own)["running"] == {"plan": own, "started_ms": START_MS}
    assert to_builtins(found().settings.plan) == own


def test_the_floor_tells_the_class_until_its_plan_is_done(redis_url: str) -> None:
    def told() -> Any:
        body = {"action": "floor", "floor": "north"}
        event = websocket_event("coach", body, role="coach")
        return json.loads(floor.handler(event, Context)["body"])["running"]

    assert told() is None
    plan(arrived_ms=START_MS + 60_000)
    assert told() == {"plan": "intervals", "started_ms": START_MS}
    with Redis.from_url(redis_url) as redis:
        assert INTERVALS_MS - 70_000 < redis.pttl("class:north") <= INTERVALS_MS - 60_000
    plan(None)
    assert told() is None


@pytest.mark.parametrize("role", ["athlete", "", "coaches"])
def test_whoever_is_no_coach_starts_nothing(role: str) -> None:
    comes("ann")
    answer = plan(role=role)
    assert answer["code"] == "coaches_only"
    assert "'north'" in answer["message"]
    assert found().settings == NORTH
    assert classes.running("north") is None


def test_a_plan_that_is_done_already_or_lies_in_the_future_is_not_started() -> None:
    comes("ann")
    assert plan(arrived_ms=START_MS + INTERVALS_MS)["code"] == "class_over"
    assert plan(at_ms=START_MS + 3_600_000)["code"] == "time_in_the_future"
    assert found().settings == NORTH


def test_at_its_end_all_go_on_as_they_chose_before_and_who_chose_meanwhile_as_they_chose(
    pushes: Pushes,
) -> None:
    comes("ann")
    comes("bob")
    plan()
    wishes(structs.replace(found("bob").settings, mode="hold"), "bob")
    pushes.sent.clear()
    answer = plan(None)
    assert (answer["running"], answer["people"]) == (None, 1)
    assert found("ann").settings == NORTH
    assert found("bob").settings == structs.replace(NORTH, mode="hold", plan="intervals")
    assert [to for to, _ in pushes.sent] == ["connection-of-ann"]
    assert plan(None)["people"] == 0


def test_who_changes_something_else_stays_in_the_class_and_it_is_not_taken_for_their_choice() -> (
    None
):
    comes("ann")
    plan()
    answer = wishes(structs.replace(found().settings, genres=["jazz"], interval_seconds=60))
    assert answer["settings"]["plan_started_ms"] == START_MS
    kept = tastes.read_all(["ann"])["ann"].coming
    assert kept == structs.replace(NORTH, genres=["jazz"], interval_seconds=60)
    plan(None)
    assert found().settings == kept


def test_whoever_chooses_for_themselves_has_left_the_class() -> None:
    comes("ann")
    plan()
    mine = structs.replace(found().settings, plan="pyramid")
    answer = wishes(mine)
    assert answer["settings"] == to_builtins(structs.replace(mine, plan_started_ms=None))
    assert tastes.read_all(["ann"])["ann"].coming == found().settings
    assert plan(None)["people"] == 0
    assert found().settings.plan == "pyramid"


def test_who_leaves_the_floor_leaves_the_plan() -> None:
    comes("ann")
    plan()
    answer = wishes(structs.replace(found().settings, floor=None))
    left = structs.replace(NORTH, floor=None)
    assert answer["settings"] == to_builtins(left)
    assert found().settings == left
    assert tastes.read_all(["ann"])["ann"].coming == left
    assert plan()["people"] == 0


def test_whoever_joins_late_joins_the_phase_that_runs_now() -> None:
    plan()
    comes("ann", Settings(mode="zone"))
    answer = wishes(NORTH)
    assert answer["settings"] == to_builtins(joined(NORTH, CLASS))
    begin = {"action": "start", "at_ms": START_MS + 1000, "settings": to_builtins(NORTH)}
    assert says(start.handler, begin, "bob")["settings"]["plan_started_ms"] == START_MS
    assert found("bob").settings == joined(NORTH, CLASS)
    later = {"action": "start", "at_ms": START_MS + 2000}
    assert says(start.handler, later, "bob")["settings"] == to_builtins(joined(NORTH, CLASS))


def test_whose_session_begins_with_a_heart_rate_joins_too() -> None:
    plan()
    tastes.keep("ann", NORTH)
    assert turn_of("ann", START_MS, 0).settings == joined(NORTH, CLASS)
    tastes.keep("bob", Settings(floor="south"))
    assert turn_of("bob", START_MS, 0).settings == Settings(floor="south")


def test_who_goes_from_one_floor_to_another_follows_the_class_there() -> None:
    comes("ann")
    plan()
    plan("steady", floor="south")
    answer = wishes(structs.replace(found().settings, floor="south"))
    assert (answer["settings"]["plan"], answer["settings"]["floor"]) == ("steady", "south")


def test_who_begins_anew_brings_no_class_of_the_past_along() -> None:
    settings = to_builtins(structs.replace(joined(NORTH, CLASS), floor=None))
    answer = says(start.handler, {"action": "start", "at_ms": START_MS, "settings": settings})
    assert answer["settings"]["plan_started_ms"] is None


def test_without_redis_a_session_begins_and_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*arguments: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(classes, "_join", away)
    begin = {"action": "start", "at_ms": START_MS, "settings": {"floor": "north"}}
    assert says(start.handler, begin)["type"] == "started"
    assert wishes(Settings(floor="south"))["type"] == "changed"


def test_who_starts_as_the_class_does_is_in_it_whoever_is_first() -> None:
    """The session is stored while nobody has begun, and the class begins before it is joined."""
    begin = {"action": "start", "at_ms": START_MS, "settings": to_builtins(NORTH)}
    assert says(start.handler, begin)["settings"] == to_builtins(NORTH)
    assert plan()["people"] == 1, "who has no song yet is on the floor, too"
    assert found().settings == joined(NORTH, CLASS)


def test_whoever_changes_their_session_meanwhile_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    comes("ann")
    write, tries = song_ends.write, []

    def once_in_vain(user: str, session: Session, **times: int) -> Session:
        tries.append(session.version)
        if len(tries) == 1:
            write(
                user, Session(END, structs.replace(NORTH, age=61), SONG, session.version), **times
            )
            raise ConflictError
        return write(user, session, **times)

    monkeypatch.setattr(song_ends, "write", once_in_vain)
    assert plan()["people"] == 1
    assert found().settings == joined(structs.replace(NORTH, age=61), CLASS)
    assert tries[1] > tries[0]


def test_whose_session_cannot_be_stored_or_takes_long_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    comes("ann")
    comes("bob")
    comes("cat")
    monkeypatch.setattr(class_plan, "CHANGING_SECONDS", 0.5)
    write, hangs = song_ends.write, threading.Event()

    def some_fail(user: str, session: Session, **times: int) -> Session:
        if user == "ann":
            raise OSError
        if user == "bob":
            hangs.wait(60)
        return write(user, session, **times)

    monkeypatch.setattr(song_ends, "write", some_fail)
    try:
        assert plan()["people"] == 1
        assert found("cat").settings == joined(NORTH, CLASS)
    finally:
        hangs.set()


def test_a_class_that_nobody_can_read_is_none() -> None:
    clients.redis().set("class:north", b'{"plan": "of a later version"}')
    assert classes.running("north") is None
