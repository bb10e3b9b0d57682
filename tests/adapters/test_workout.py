import json
from typing import Any

from msgspec import structs, to_builtins

from events.session import Settings, SongPush
from lambdas import workout
from lambdas.adapters import clients, playlists, plays, song_ends, tastes, windows
from lambdas.adapters.websocket import MESSAGE_BYTES
from lambdas.domain.due import SongEnd
from lambdas.domain.line import Point
from lambdas.domain.played import Ending, played
from lambdas.domain.session import Session
from lambdas.domain.window import Window, fold
from tests.adapters.conftest import START_MS, Context, draw, keep_song, websocket_event
from tests.adapters.test_skip import SONG

HOUR_MS = 3_600_000


def invoke(user: str = "ann", arrived_ms: int = START_MS + 60_000, **body: Any) -> dict[str, Any]:
    event = websocket_event(user, {"action": "workout", **body}, arrived_ms)
    answer: dict[str, Any] = json.loads(workout.handler(event, Context)["body"])
    return answer


def averaged(*seconds: int) -> None:
    draw("ann", *(Point(START_MS + 1000 * at, 120 + at, 110 + at) for at in seconds))
    window = Window(30_000)
    samples = [(START_MS + 1000 * at, 120.0) for at in seconds]
    fold(window, samples, until_ms=START_MS + HOUR_MS, gap_ms=30_000)
    windows.write({"ann": window}, START_MS + 60_000)


def test_somebody_who_sent_nothing_yet_gets_an_empty_workout() -> None:
    answer = invoke()
    assert answer["session"] is None
    assert answer["latest"] is None
    assert answer["trace"] == answer["songs"] == []
    assert answer["stale_after_ms"] == 20_000


def test_the_newest_sample_and_a_point_every_fifteen_seconds_are_told() -> None:
    averaged(0, 5, 14, 15, 44, 45)
    answer = invoke()
    assert answer["latest"][0] == START_MS + 45_000
    assert [point[0] - START_MS for point in answer["trace"]] == [14_000, 15_000, 44_000, 45_000]


def test_only_what_is_newer_is_told_when_the_client_says_what_it_has() -> None:
    averaged(0, 15, 30, 45)
    answer = invoke(since_ms=START_MS + 15_000)
    assert [point[0] - START_MS for point in answer["trace"]] == [30_000, 45_000]


def test_the_songs_of_the_session_are_told_as_a_skip_left_them() -> None:
    keep_song("ann", SONG)
    moved = Session(SongEnd(START_MS, 3, 0), Settings(mode="zone"), SONG)
    song_ends.write("ann", moved, at_ms=0, arrived_ms=0)
    answer = invoke()
    assert answer["session"] == START_MS
    assert answer["settings"]["mode"] == "zone"
    assert [song["slot"] for song in answer["songs"]] == [3]


def heard() -> dict[str, int]:
    pipeline = clients.redis().pipeline(transaction=False)
    playlists.ask(pipeline, "ann", START_MS, 0)
    return playlists.before(*pipeline.execute()).heard


def was_played(days_ago: int, *ids: str) -> None:
    session = START_MS - 86_400_000 * days_ago
    for slot, song_id in enumerate(ids):
        push = structs.replace(
            SONG,
            slot=slot,
            song=structs.replace(SONG.song, id=song_id),
            starts_at_ms=session + slot * 100_000,
            ends_at_ms=session + (slot + 1) * 100_000,
        )
        play = played(Ending(push, Settings(), push.ends_at_ms, skipped=False), [])
        plays.write([plays.item_of("ann", session, slot, play, START_MS)])


def test_what_was_heard_in_two_weeks_is_known_again_where_redis_lost_it() -> None:
    was_played(15, "old")
    was_played(3, "again", "once")
    was_played(1, "again")
    day_ms = 86_400_000
    invoke()
    assert heard() == {"again": START_MS - day_ms, "once": START_MS - 3 * day_ms + 100_000}


def test_the_song_of_which_no_play_tells_yet_was_heard_too() -> None:
    was_played(1, "again")
    end = SongEnd(START_MS, 3, SONG.ends_at_ms)
    for session in (Session(end, song=SONG), Session(end, before=SONG)):
        clients.redis().flushdb()
        clients.dynamodb().delete_item(TableName="song-ends", Key={"user_id": {"S": "ann"}})
        song_ends.write("ann", session, at_ms=0, arrived_ms=0)
        invoke()
        assert heard().keys() == {"again", SONG.song.id}


def test_no_song_is_told_to_have_played_longer_than_its_session() -> None:
    ended_ms = SONG.starts_at_ms + 1_000
    session = Session(SongEnd(START_MS, SONG.slot, ended_ms, ended_ms=ended_ms), song=SONG)
    song_ends.write("ann", session, at_ms=0, arrived_ms=0)
    keep_song("ann", SONG)
    assert [song["ends_at_ms"] for song in invoke()["songs"]] == [ended_ms]
    assert invoke(since_ms=ended_ms)["songs"] == []


def test_what_is_known_to_have_been_heard_is_not_looked_up() -> None:
    keep_song("ann", SONG)
    was_played(1, "again")
    invoke()
    assert heard().keys() == {SONG.song.id}


def test_only_who_asks_for_all_has_it_looked_up_and_only_their_own() -> None:
    was_played(1, "again")
    invoke(since_ms=START_MS)
    invoke("bob")
    assert heard() == {}


def song(slot: int, title: str = "Song") -> SongPush:
    """One of 100 s each, of a session that began with the first."""
    starts_at_ms = START_MS + slot * 100_000
    times = {"starts_at_ms": starts_at_ms, "ends_at_ms": starts_at_ms + 100_000}
    return structs.replace(SONG, slot=slot, song=structs.replace(SONG.song, title=title), **times)


def listened(*songs: SongPush) -> None:
    for one in songs:
        keep_song("ann", one)
    last = songs[-1]
    end = SongEnd(START_MS, last.slot, last.ends_at_ms)
    song_ends.write("ann", Session(end, Settings(), last), at_ms=0, arrived_ms=0)


def test_only_songs_that_end_later_are_told_when_the_client_says_what_it_has() -> None:
    listened(*map(song, range(4)))
    assert [one["slot"] for one in invoke()["songs"]] == [0, 1, 2, 3]
    asked = {since: invoke(since_ms=START_MS + since)["songs"] for since in (199_999, 200_000)}
    assert {since: [one["slot"] for one in songs] for since, songs in asked.items()} == {
        199_999: [1, 2, 3],
        200_000: [2, 3],
    }


def test_of_songs_that_do_not_fit_into_one_message_the_newest_are_told() -> None:
    listened(*(song(slot, title="🎵" * 1000) for slot in range(40)))
    event = websocket_event("ann", {"action": "workout"})
    body = workout.handler(event, Context)["body"]
    assert MESSAGE_BYTES - 5000 < len(body.encode()) <= MESSAGE_BYTES
    slots = [one["slot"] for one in json.loads(body)["songs"]]
    assert slots == list(range(40 - len(slots), 40))


def test_nobody_is_told_anything_of_somebody_else() -> None:
    averaged(0, 15)
    keep_song("ann", SONG)
    answer = invoke("bob")
    assert answer["latest"] is None
    assert answer["trace"] == answer["songs"] == []


def test_who_has_no_session_is_told_what_the_next_one_begins_with() -> None:
    tastes.keep("ann", Settings(mode="zone", age=50))
    tastes.raise_maximum("ann", 181)
    settings = Settings(mode="zone", age=50, max_heart_rate=181)
    assert invoke()["settings"] == to_builtins(settings)
    assert invoke("ben")["settings"] == to_builtins(Settings())
