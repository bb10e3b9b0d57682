import json
from typing import Any

import pytest

from events import stream
from events.session import Settings
from lambdas import change
from lambdas.adapters import song_ends, tastes
from lambdas.adapters.song_ends import ConflictError
from lambdas.domain.due import SongEnd
from lambdas.domain.session import Session
from tests.adapters.conftest import START_MS, Context, records_of, websocket_event
from tests.adapters.test_skip import SONG

END = SongEnd(START_MS, SONG.slot, SONG.ends_at_ms, SONG.starts_at_ms, 130.0, 130.0)


def plays(settings: Settings | None = None) -> None:
    song_ends.write("ann", Session(END, settings or Settings(), SONG), at_ms=0, arrived_ms=0)


def invoke(**settings: Any) -> dict[str, Any]:
    body = {"action": "change", "settings": settings}
    answer: dict[str, Any] = json.loads(
        change.handler(websocket_event("ann", body), Context)["body"]
    )
    return answer


def found() -> Session:
    session = song_ends.read("ann")
    assert session is not None
    return session


def test_the_session_goes_on_with_other_settings() -> None:
    plays()
    answer = invoke(mode="hold", goal_zone=4)
    assert answer["type"] == "changed"
    assert (answer["settings"]["mode"], answer["settings"]["goal_zone"]) == ("hold", 4)
    assert found().settings == Settings(mode="hold", goal_zone=4)
    assert found().song == SONG


def test_the_interval_travels_with_the_heart_rates() -> None:
    plays()
    invoke(interval_seconds=60)
    [(user, data)] = records_of("heart-rate")
    assert user == "ann"
    assert stream.decode_heart_rate(data) == stream.SessionStart(START_MS, 60)


def test_the_step_from_song_to_song_is_limited_within_a_mode_only() -> None:
    plays(Settings(mode="zone"))
    invoke(mode="zone", span=2.0)
    assert found().end == END
    invoke(mode="hold")
    assert found().end.target is None


def test_a_cadence_has_to_be_known_to_be_followed() -> None:
    plays()
    answer = invoke(mode="cadence")
    assert answer["code"] == "no_cadence"
    assert "settings.cadence" in answer["message"]
    assert invoke(mode="cadence", cadence=172)["type"] == "changed"


def test_without_a_session_there_is_nothing_to_change() -> None:
    assert invoke(mode="zone")["code"] == "no_session"
    assert song_ends.read("ann") is None
    assert records_of("heart-rate") == []


def test_a_session_that_changed_meanwhile_is_said_to_be_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def conflict(*arguments: Any, **times: int) -> None:
        raise ConflictError

    plays()
    monkeypatch.setattr(song_ends, "write", conflict)
    assert invoke(mode="zone")["code"] == "busy"


def test_the_next_session_begins_with_what_was_changed() -> None:
    plays()
    invoke(mode="cadence", cadence=172, age=50)
    kept = tastes.read_all(["ann"])["ann"].coming
    assert kept == Settings(age=50), "nobody follows a cadence that is not known"


def test_a_cadence_that_follows_the_feet_is_not_kept_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plays(Settings(mode="cadence", cadence=160))
    kept: list[Settings] = []
    monkeypatch.setattr(tastes, "keep", lambda user, settings: kept.append(settings))
    for cadence in (165, 170):
        assert invoke(mode="cadence", cadence=cadence)["type"] == "changed"
    assert kept == []
