from typing import Any

import pytest

from events import stream
from events.messages import Start
from events.pulse import Pulse
from events.session import Settings
from lambdas import schedule, start
from lambdas.adapters import clients, song_ends
from lambdas.domain.due import SongEnd
from lambdas.domain.session import Session
from tests.adapters.conftest import (
    START_MS,
    Context,
    dead_letters,
    kinesis_event,
    records_of,
    websocket_event,
)


def averages(*people: tuple[str, int], every_ms: int = 5000) -> tuple[str, bytes]:
    """One average each, the first of a person at 0."""
    members = [
        stream.Average(
            user,
            Pulse(at, at - every_ms if at > START_MS else 0, 120, 118.5, 117, 120, 0),
            9,
            START_MS,
        )
        for user, at in ((user, START_MS + at_ms) for user, at_ms in people)
    ]
    return "7", stream.encode(stream.Averages(members))


def invoke(*records: tuple[str, bytes]) -> Any:
    return schedule.handler(kinesis_event(*records), Context)


def requests() -> list[tuple[str, int, int]]:
    found = []
    for user, data in records_of("song-requests"):
        request = stream.decode_song_request(data)
        found.append((user, request.session - START_MS, request.slot))
    return found


def plays(user: str, slot: int, ends_at_ms: int) -> None:
    end = SongEnd(START_MS, slot, START_MS + ends_at_ms)
    song_ends.write(user, Session(end, Settings(mode="zone")), at_ms=0, arrived_ms=0)


def test_the_first_average_asks_for_slot_0() -> None:
    invoke(averages(("ann", 0)))
    assert requests() == [("ann", 0, 0)]


def test_a_person_without_an_item_is_asked_for_at_version_0() -> None:
    invoke(averages(("ann", 0)))
    [(_, data)] = records_of("song-requests")
    assert stream.decode_song_request(data).version == 0


def test_a_redelivered_batch_asks_for_the_same_slot_of_the_same_session() -> None:
    invoke(averages(("ann", 0)))
    invoke(averages(("ann", 0)))
    assert requests() == [("ann", 0, 0), ("ann", 0, 0)]


def test_a_song_is_followed_once_when_its_lead_begins() -> None:
    plays("ann", slot=2, ends_at_ms=60_000)
    invoke(averages(("ann", 45_000), ("ann", 49_999)))
    assert requests() == []
    invoke(averages(("ann", 50_000), ("ann", 55_000)), averages(("ann", 60_000)))
    assert requests() == [("ann", 0, 3)]


def test_settings_of_the_session_stay_when_the_next_song_is_asked_for() -> None:
    plays("ann", slot=2, ends_at_ms=60_000)
    invoke(averages(("ann", 50_000)))
    session = song_ends.read("ann")
    assert session is not None
    assert session.settings.mode == "zone"
    [(_, data)] = records_of("song-requests")
    request = stream.decode_song_request(data)
    assert (request.ends_at_ms, request.version) == (START_MS + 60_000, session.version)


def test_a_request_without_an_answer_is_repeated_after_thirty_seconds() -> None:
    plays("ann", slot=2, ends_at_ms=60_000)
    for second in range(45, 90, 5):
        invoke(averages(("ann", second * 1000)))
    assert requests() == [("ann", 0, 3), ("ann", 0, 3)]


def leaves(settings: Settings) -> None:
    """A song of 130 beats a minute plays from 0 to 300 s, and the heart beats at 160."""
    end = SongEnd(START_MS, 2, START_MS + 300_000, START_MS, 130.0, 130.0)
    song_ends.write("ann", Session(end, settings), at_ms=0, arrived_ms=0)
    fast = stream.Average(
        "ann", Pulse(START_MS + 100_000, START_MS + 95_000, 160, 158, 150, 160, 158), 99, START_MS
    )
    invoke(("7", stream.encode(stream.Averages([fast]))))


def test_a_song_that_the_heart_has_left_is_changed_where_the_person_allows_it() -> None:
    leaves(Settings(responsive=True))
    [(_, data)] = records_of("song-requests")
    request = stream.decode_song_request(data)
    assert (request.slot, request.pulse.at_ms - START_MS) == (3, 100_000)
    assert request.ends_at_ms == request.pulse.at_ms
    assert (request.pulse.lowest, request.pulse.highest) == (150, 160)
    assert request.playing_tempo == 130


def test_a_song_that_the_heart_has_left_goes_on_where_the_person_did_not_allow_it() -> None:
    leaves(Settings())
    assert requests() == []


def test_a_locked_tempo_is_never_left() -> None:
    leaves(Settings(responsive=True, lock=130))
    assert requests() == []


def test_an_item_that_ttl_has_not_swept_is_over_all_the_same() -> None:
    plays("ann", slot=2, ends_at_ms=60_000)
    invoke(averages(("ann", 60_000 + 900_001), every_ms=60_000))
    assert requests() == [("ann", 960_001, 0)]


def test_a_request_that_could_not_be_sent_is_sent_by_the_retry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(clients, "kinesis", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            invoke(averages(("ann", 0)))
    invoke(averages(("ann", 0)))
    assert requests() == [("ann", 0, 0)]


def test_two_hundred_and_fifty_people_in_one_batch_are_all_asked_for() -> None:
    people = [f"user-{index}" for index in range(250)]
    invoke(averages(*((user, 0) for user in people)))
    assert sorted(user for user, _, _ in requests()) == sorted(people)


def test_what_cannot_be_read_goes_to_the_dead_letters_and_the_rest_goes_on() -> None:
    invoke(("7", b"no json"), averages(("ann", 0)))
    assert len(dead_letters()) == 1
    assert requests() == [("ann", 0, 0)]


def test_a_session_started_by_its_person_gets_its_first_song_in_that_session() -> None:
    begun = Start(START_MS - 3000, Settings(library="mine"))
    answer = start.handler(
        websocket_event("ann", {"action": "start", "at_ms": begun.at_ms}), Context
    )
    assert '"started"' in answer["body"]
    invoke(averages(("ann", 0)))
    assert requests() == [("ann", -3000, 0)]
