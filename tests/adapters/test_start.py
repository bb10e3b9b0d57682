import json
from typing import Any

import pytest
from msgspec import to_builtins

from events import stream
from events.session import Settings
from lambdas import start
from lambdas.adapters import clients, song_ends, tastes
from lambdas.domain.due import SongEnd
from lambdas.domain.session import Session
from tests.adapters.conftest import START_MS, Context, records_of, websocket_event


def invoke(at_ms: int = 0, *, says: bool = True, **settings: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"action": "start", "at_ms": START_MS + at_ms}
    if says:
        body["settings"] = settings
    answer: dict[str, Any] = json.loads(
        start.handler(websocket_event("ann", body), Context)["body"]
    )
    return answer


def found() -> Session:
    session = song_ends.read("ann")
    assert session is not None
    return session


def test_a_session_is_stored_and_its_start_travels_with_the_heart_rates() -> None:
    answer = invoke(mode="zone", interval_seconds=60)
    assert answer["type"] == "started"
    session = found()
    assert session.end == SongEnd(START_MS, -1, START_MS)
    assert session.settings.mode == "zone"
    [(key, data)] = records_of("heart-rate")
    assert key == "ann"
    assert stream.decode_heart_rate(data) == stream.SessionStart(START_MS, interval_seconds=60)


def test_a_maximum_that_was_seen_before_is_not_forgotten() -> None:
    tastes.raise_maximum("ann", 191)
    assert invoke(mode="zone", age=40)["settings"]["max_heart_rate"] == 191
    assert invoke(1000, mode="zone", max_heart_rate=200)["settings"]["max_heart_rate"] == 200


def test_settings_that_cannot_be_followed_are_refused() -> None:
    assert invoke(mode="cadence")["code"] == "no_cadence"
    assert song_ends.read("ann") is None


def test_the_same_start_twice_changes_nothing() -> None:
    invoke(mode="zone")
    before = song_ends.read("ann")
    assert invoke(mode="zone")["type"] == "started"
    assert song_ends.read("ann") == before


def test_a_newer_start_takes_the_place_of_the_session() -> None:
    end = SongEnd(START_MS - 1000, 7, START_MS + 100_000)
    song_ends.write("ann", Session(end), at_ms=0, arrived_ms=0)
    assert invoke()["type"] == "started"
    assert found().end == SongEnd(START_MS, -1, START_MS)


def test_an_older_start_is_refused_with_the_session_that_runs() -> None:
    invoke(at_ms=1000)
    answer = invoke(at_ms=0)
    assert answer["code"] == "older_session"
    assert str(START_MS + 1000) in answer["message"]


def test_a_start_in_the_future_is_refused_with_its_time() -> None:
    answer = invoke(at_ms=3_600_000)
    assert answer["code"] == "time_in_the_future"
    assert str(START_MS + 3_600_000) in answer["message"]
    assert song_ends.read("ann") is None


def test_who_says_nothing_begins_with_what_they_chose_last_but_for_the_tempo_of_that_day() -> None:
    chosen: dict[str, Any] = {
        "mode": "hold",
        "goal_zone": 4,
        "age": 61,
        "floor": "gym",
        "alias": "Ann",
    }
    invoke(**chosen, lock=128, cadence=85)
    answer = invoke(1000, says=False)
    assert answer["settings"] == to_builtins(Settings(**chosen))
    assert found().settings == Settings(**chosen)
    assert invoke(2000)["settings"]["mode"] == "pulse", "who says something, says all"


def test_settings_that_cannot_be_kept_cost_the_session_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*arguments: Any, **more: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(tastes, "_update", refused)
    assert invoke(mode="zone")["type"] == "started"
    assert records_of("heart-rate")


def test_kept_settings_that_nobody_can_read_are_as_none() -> None:
    item = {"user_id": {"S": "ann"}, "settings": {"S": '{"mode": "of a later version"}'}}
    clients.dynamodb().put_item(TableName="tastes", Item=item)
    assert invoke(says=False)["settings"] == to_builtins(Settings())
