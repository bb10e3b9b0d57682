from typing import Any

import pytest

from events import stream
from events.messages import Start
from events.session import Settings
from lambdas import schedule, start
from lambdas.adapters import clients, song_ends
from lambdas.adapters.song_ends import Mark, Session
from lambdas.domain.due import SongEnd
from tests.adapters.conftest import (
    START_MS,
    Context,
    dead_letters,
    kinesis_event,
    records_of,
    websocket_event,
)


def averages(*people: tuple[str, int]) -> tuple[str, bytes]:
    members = [stream.Average(user, START_MS + at_ms, 120, 118.5, 9) for user, at_ms in people]
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
    song_ends.write(user, Session(Mark(end), Settings(mode="zone")), expires_at=0)


def test_the_first_average_asks_for_slot_0_and_the_next_ones_do_not() -> None:
    invoke(averages(("ann", 0)), averages(("ann", 5000)))
    invoke(averages(("ann", 10_000)))
    assert requests() == [("ann", 0, 0)]


def test_a_redelivered_batch_asks_for_the_same_slot_of_the_same_session() -> None:
    invoke(averages(("ann", 0)), averages(("ann", 5000)))
    invoke(averages(("ann", 0)), averages(("ann", 5000)))
    assert set(requests()) == {("ann", 0, 0)}


def test_a_song_is_followed_when_its_lead_begins() -> None:
    plays("ann", slot=2, ends_at_ms=60_000)
    invoke(averages(("ann", 49_999)))
    assert requests() == []
    invoke(averages(("ann", 50_000)), averages(("ann", 55_000)))
    assert requests() == [("ann", 0, 3)]


def test_settings_of_the_session_stay_when_the_next_song_is_asked_for() -> None:
    plays("ann", slot=2, ends_at_ms=60_000)
    invoke(averages(("ann", 55_000)))
    session = song_ends.read("ann")
    assert session is not None
    assert session.settings.mode == "zone"
    [(_, data)] = records_of("song-requests")
    request = stream.decode_song_request(data)
    assert request.settings == session.settings
    assert (request.ends_at_ms, request.version) == (START_MS + 60_000, session.mark.version)


def test_a_request_without_an_answer_is_repeated_after_thirty_seconds() -> None:
    for second in range(0, 40, 5):
        invoke(averages(("ann", second * 1000)))
    assert requests() == [("ann", 0, 0), ("ann", 0, 0)]


def test_an_item_that_ttl_has_not_swept_is_over_all_the_same() -> None:
    plays("ann", slot=2, ends_at_ms=60_000)
    invoke(averages(("ann", 60_000 + 900_001)))
    assert requests() == [("ann", 960_001, 0)]


def test_the_item_carries_the_ttl_attribute_in_wall_clock_seconds() -> None:
    invoke(averages(("ann", 0)))
    item = clients.dynamodb().get_item(TableName="song-ends", Key={"user_id": {"S": "ann"}})["Item"]
    assert int(item["expires_at"]["N"]) == START_MS // 1000 + 900


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
