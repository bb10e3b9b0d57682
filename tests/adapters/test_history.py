import json
from typing import Any

import pytest
from msgspec import convert, structs

from events.history import PastSongs
from events.session import Opinion, Settings, Song
from lambdas import history
from lambdas.adapters import clients, plays, song_ends, tastes
from lambdas.adapters.websocket import MESSAGE_BYTES
from lambdas.domain.due import SongEnd
from lambdas.domain.line import Point
from lambdas.domain.played import HELD_SECONDS, Played
from lambdas.domain.session import Session
from tests.adapters.conftest import START_MS, Context, draw, websocket_event
from tests.adapters.test_skip import SONG

DAY_MS = 86_400_000


def invoke(user: str = "ann", **body: Any) -> dict[str, Any]:
    event = websocket_event(user, {"action": "history", **body}, START_MS)
    answer: dict[str, Any] = json.loads(history.handler(event, Context)["body"])
    return answer


def sessions(answer: dict[str, Any]) -> list[int]:
    return [workout["session"] for workout in answer["workouts"]]


def play(session: int, slot: int = 0, title: str = "Song", *, skipped: bool = False) -> Played:
    """One of 100 s after the other."""
    starts_at_ms = session + slot * 100_000
    song = Song(f"song-{slot}", title, "Artist", 130, 100)
    times = (starts_at_ms, starts_at_ms + 100_000)
    return Played(
        song, *times, 130, 131, "zone", None, "because", 60, 180, skipped, b"\0\0\x82\x1e\0\x84"
    )


def keep(session: int, slots: int = 1, user: str = "ann") -> None:
    plays.write(
        [plays.item_of(user, session, slot, play(session, slot), START_MS) for slot in range(slots)]
    )


def test_who_has_not_worked_out_has_no_history() -> None:
    assert invoke() == {"type": "history", "workouts": [], "before_ms": None}


def test_workouts_come_newest_first_in_pages_of_twenty_each_once() -> None:
    begun = [START_MS - day * DAY_MS for day in range(45)]
    for session in begun:
        keep(session, slots=3)
    first = invoke(id="a")
    assert (first["id"], sessions(first)) == ("a", begun[:20])
    second = invoke(before_ms=first["before_ms"])
    third = invoke(before_ms=second["before_ms"])
    assert sessions(second) + sessions(third) == begun[20:]
    assert third["before_ms"] is None
    assert {workout["songs"] for workout in third["workouts"]} == {3}


def test_a_page_is_whole_however_many_queries_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plays, "QUERY_ITEMS", 4)
    begun = [START_MS - day * DAY_MS for day in range(23)]
    for session in begun:
        keep(session, slots=3)
    first = invoke()
    assert sessions(first) == begun[:20]
    assert {workout["songs"] for workout in first["workouts"]} == {3}
    assert sessions(invoke(before_ms=first["before_ms"])) == begun[20:]


def test_who_skips_without_end_gets_smaller_pages_and_every_workout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plays, "QUERY_ITEMS", 5)
    monkeypatch.setattr(plays, "MOST_ITEMS", 10)
    begun = [START_MS - day * DAY_MS for day in range(5)]
    for session in begun:
        keep(session, slots=4)
    told: list[tuple[int, int]] = []
    before: dict[str, Any] = {}
    while True:
        page = invoke(**before)
        told += [(workout["session"], workout["songs"]) for workout in page["workouts"]]
        if page["before_ms"] is None:
            break
        before = {"before_ms": page["before_ms"]}
    assert told == [(session, 4) for session in begun]


def test_of_five_hundred_workouts_a_page_reads_what_a_page_holds() -> None:
    for day in range(500):
        keep(START_MS - day * DAY_MS)
    read: list[int] = []
    events = clients.dynamodb().meta.events
    note = lambda parsed, **_: read.append(len(parsed["Items"]))  # noqa: E731
    events.register("after-call.dynamodb.Query", note)
    assert len(invoke()["workouts"]) == 20
    events.unregister("after-call.dynamodb.Query", note)
    assert sum(read) <= plays.QUERY_ITEMS


def test_one_workout_is_told_whole_with_what_is_thought_of_its_songs_now() -> None:
    keep(START_MS, slots=2)
    keep(START_MS - DAY_MS)
    song = play(START_MS, 1).song
    tastes.rate("ann", "demo", song, Opinion(liked=False))
    answer = convert(invoke(session=START_MS), PastSongs)
    first, second = answer.plays
    assert (answer.workout.session, answer.workout.songs) == (START_MS, 2)
    assert (first.slot, first.liked, second.slot, second.liked) == (0, None, 1, False)
    assert first.line == [(0, 130), (30, 132)]
    assert (first.average, first.highest) == (131, 132)
    assert first.fit == 1
    assert answer.workout.average == 131


def test_a_workout_that_is_none_is_told_so_and_so_is_another_persons() -> None:
    keep(START_MS, user="bob")
    answer = invoke(session=START_MS)
    assert answer["code"] == "no_such_workout"
    assert str(START_MS) in answer["message"]
    assert sessions(invoke()) == []
    assert sessions(invoke(user="bob")) == [START_MS]


def last_song() -> None:
    """Of which no play tells, with what was measured while it played."""
    end = SongEnd(START_MS, SONG.slot, SONG.ends_at_ms, SONG.starts_at_ms)
    song_ends.write("ann", Session(end, Settings(), SONG), at_ms=0, arrived_ms=START_MS)
    draw("ann", Point(SONG.starts_at_ms, 120, 120))


def test_the_last_song_of_a_session_that_nobody_ended_is_told_from_the_song_end() -> None:
    last_song()
    keep(START_MS, slots=3)
    keep(START_MS - DAY_MS)
    (newest, before) = invoke()["workouts"]
    assert (newest["session"], newest["songs"]) == (START_MS, 4)
    assert before["songs"] == 1
    whole = invoke(session=START_MS)
    assert [song["slot"] for song in whole["plays"]] == [0, 1, 2, SONG.slot]
    assert whole["plays"][-1]["line"] == [[0, 120]]
    assert sessions(invoke(before_ms=START_MS)) == [START_MS - DAY_MS]


def test_a_first_song_alone_is_a_workout_which_ends_with_its_heart_rates() -> None:
    last_song()
    (workout,) = invoke()["workouts"]
    assert (workout["session"], workout["songs"]) == (START_MS, 1)
    assert workout["ends_at_ms"] == SONG.starts_at_ms + 1000 * HELD_SECONDS < SONG.ends_at_ms


def test_a_last_song_that_is_older_than_a_page_waits_for_its_own() -> None:
    """Somebody played recordings, newest first."""
    last_song()
    begun = [START_MS + day * DAY_MS for day in range(25, 0, -1)]
    for session in begun:
        keep(session)
    first = invoke()
    assert sessions(first) == begun[:20]
    assert sessions(invoke(before_ms=first["before_ms"])) == [*begun[20:], START_MS]


def test_of_more_songs_than_a_message_holds_the_first_are_told() -> None:
    long = [
        plays.item_of("ann", START_MS, slot, play(START_MS, slot, "x" * 900), START_MS)
        for slot in range(150)
    ]
    plays.write(long)
    event = websocket_event("ann", {"action": "history", "session": START_MS, "id": "\0" * 64})
    body = history.handler(event, Context)["body"]
    assert MESSAGE_BYTES - 2_000 < len(body.encode()) <= MESSAGE_BYTES
    told = json.loads(body)
    assert [song["slot"] for song in told["plays"]] == list(range(len(told["plays"])))
    assert told["workout"]["songs"] == 150


def test_a_song_that_was_cut_later_ends_there() -> None:
    keep(START_MS, slots=2)
    plays.cut("ann", START_MS, 1, START_MS + 150_000)
    plays.cut("ann", START_MS, 7, START_MS + 150_000)
    whole = invoke(session=START_MS)
    assert [song["ends_at_ms"] - START_MS for song in whole["plays"]] == [100_000, 150_000]
    assert whole["workout"]["ends_at_ms"] == START_MS + 150_000


def test_skipped_songs_are_counted() -> None:
    skipped = play(START_MS, skipped=True)
    plays.write([plays.item_of("ann", START_MS, 0, skipped, START_MS)])
    other = structs.replace(play(START_MS, 1), mode="pulse")
    plays.write([plays.item_of("ann", START_MS, 1, other, START_MS)])
    (workout,) = invoke()["workouts"]
    assert (workout["songs"], workout["skipped"], workout["mode"]) == (2, 1, "pulse")
