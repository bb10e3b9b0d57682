import json
from typing import Any

import pytest
from msgspec import structs
from redis import Redis

from events.messages import decode_server
from events.session import Settings
from lambdas import floor, workout
from lambdas.adapters import floors, song_ends, traces, windows
from lambdas.adapters.websocket import MESSAGE_BYTES
from lambdas.domain.due import SongEnd
from lambdas.domain.line import MINUTE_MS, Point, longer
from lambdas.domain.session import Session
from lambdas.domain.window import Window, fold
from tests.adapters.conftest import START_MS, Context, draw, join_floor, keep_song, websocket_event
from tests.adapters.test_skip import SONG

NORTH = Settings(floor="north", alias="Kim", age=40, resting_heart_rate=55)


def play(user: str = "ann", settings: Settings = NORTH, song: Any = SONG) -> None:
    """Somebody's session, of whatever settings they have by now."""
    session = song_ends.read(user)
    end = SongEnd(START_MS, song.slot, song.ends_at_ms)
    changed = Session(end, settings, song, session.version if session else 0)
    song_ends.write(user, changed, at_ms=START_MS, arrived_ms=START_MS)


def beat(user: str, *heart_rates: float) -> None:
    window = Window(30_000)
    samples = [(START_MS + 1000 * at, rate) for at, rate in enumerate(heart_rates)]
    fold(window, samples, until_ms=START_MS + 60_000, gap_ms=30_000)
    windows.write({user: window}, START_MS)


def look(name: str = "north", at_ms: int = START_MS, role: str = "coach") -> dict[str, Any]:
    event = websocket_event("coach", {"action": "floor", "floor": name}, at_ms, role=role)
    answer: dict[str, Any] = json.loads(floor.handler(event, Context)["body"])
    return answer


def test_a_coach_sees_who_is_on_a_floor_and_what_they_hear() -> None:
    play()
    beat("ann", 130, 140)
    join_floor("north", "ann", START_MS)
    assert look() == {
        "type": "floor",
        "floor": "north",
        "count": 1,
        "stale_after_ms": 20_000,
        "running": None,
        "people": [
            {
                "user": "ann",
                "alias": "Kim",
                "session": START_MS,
                "latest": [START_MS + 1000, 140, 135],
                "resting_heart_rate": 55,
                "max_heart_rate": 180,
                "song": {
                    "title": "Song",
                    "artist": "Artist",
                    "tempo": 130,
                    "target_tempo": 140,
                    "distance": 0.0714,
                    "ends_at_ms": SONG.ends_at_ms,
                },
                "effort_points": None,
            }
        ],
    }


@pytest.mark.parametrize(
    ("settings", "target"),
    [
        (NORTH, 140),
        (structs.replace(NORTH, lock=125.0), 125),
        (structs.replace(NORTH, lock=220.0), 180),
        (structs.replace(NORTH, mode="zone"), 130),
    ],
)
def test_a_song_is_held_to_what_would_suit_now(settings: Settings, target: float) -> None:
    play(settings=settings)
    beat("ann", 130, 140)
    join_floor("north", "ann", START_MS)
    song = look()["people"][0]["song"]
    assert song["target_tempo"] == target
    assert song["distance"] == round(abs(130 - target) / target, 4)


def test_a_tempo_is_told_as_it_is_felt() -> None:
    why = structs.replace(SONG.why, tempo=84.96, octave=2.0)
    play(song=structs.replace(SONG, why=why))
    join_floor("north", "ann", START_MS)
    assert look()["people"][0]["song"]["tempo"] == 169.9


@pytest.mark.parametrize("role", ["athlete", "", "coaches"])
def test_whoever_is_no_coach_sees_nobody(role: str) -> None:
    play()
    join_floor("north", "ann", START_MS)
    answer = look(role=role)
    assert answer["code"] == "coaches_only"
    assert "'north'" in answer["message"]
    assert "ann" not in answer["message"].split()


def test_a_connection_of_which_the_authorizer_said_no_role_is_no_coachs() -> None:
    event = websocket_event("coach", {"action": "floor", "floor": "north"})
    del event["requestContext"]["authorizer"]["role"]
    assert json.loads(floor.handler(event, Context)["body"])["code"] == "coaches_only"


@pytest.mark.parametrize("settings", [Settings(), Settings(floor="south")])
def test_whoever_left_a_floor_is_gone_at_once(settings: Settings) -> None:
    play()
    join_floor("north", "ann", START_MS)
    play("bob")
    join_floor("north", "bob", START_MS)
    play(settings=settings)
    answer = look()
    assert [person["user"] for person in answer["people"]] == ["bob"]
    assert answer["count"] == 1


def test_whoever_was_not_seen_for_twenty_minutes_is_gone() -> None:
    play()
    join_floor("north", "ann", START_MS)
    assert look(at_ms=START_MS + 20 * 60_000)["count"] == 1
    assert look(at_ms=START_MS + 20 * 60_000 + 1) == look("nowhere") | {"floor": "north"}


def test_those_who_came_last_are_shown_and_all_are_counted(redis_url: str) -> None:
    for number in range(230):
        join_floor("north", f"user-{number:03}", START_MS + number)
        play(f"user-{number:03}")
    answer = look(at_ms=START_MS + 1000)
    assert [one["user"] for one in answer["people"]] == [
        f"user-{number:03}" for number in range(229, 29, -1)
    ]
    assert answer["count"] == 230


def test_a_song_request_that_comes_late_makes_nobody_older(redis_url: str) -> None:
    join_floor("north", "ann", START_MS)
    join_floor("north", "ann", START_MS - 60_000)
    with Redis.from_url(redis_url) as redis:
        assert redis.zscore("floor:north", "ann") == START_MS


def test_a_floor_forgets_by_itself_and_is_bounded(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floors, "MAX_PEOPLE", 2)
    join_floor("north", "old", START_MS - 21 * 60_000)
    for user in ("ann", "bob", "cat"):
        join_floor("north", user, START_MS)
    with Redis.from_url(redis_url) as redis:
        assert redis.zrange("floor:north", 0, -1) == [b"bob", b"cat"]
        assert 0 < redis.ttl("floor:north") <= 20 * 60


def crowd(text: str) -> dict[str, Any]:
    """A floor of 200 people whose names, songs and figures are as long as they can be."""
    song = structs.replace(SONG.song, title=text * 200, artist=text * 200)
    figures = {"tempo": 123.456789, "target_tempo": 123.456789, "distance": 0.123456789}
    long = structs.replace(SONG, song=song, why=structs.replace(SONG.why, **figures))
    settings = Settings(floor="north", alias=text * 40, resting_heart_rate=123.456789, age=35)
    for number in range(200):
        user = f"{number:0128}"
        play(user, settings, long)
        beat(user, 123.456789, 134.56789)
        join_floor("north", user, START_MS)
    body = floor.handler(
        websocket_event("coach", {"action": "floor", "floor": "north"}, role="coach"), Context
    )["body"]
    assert len(body.encode()) <= MESSAGE_BYTES
    decode_server(body)
    answer: dict[str, Any] = json.loads(body)
    return answer


def test_two_hundred_people_of_the_longest_names_fit_into_one_message() -> None:
    assert len(crowd("x")["people"]) == 200


def test_of_people_whose_names_take_more_bytes_as_many_as_fit_are_shown() -> None:
    answer = crowd("🎵")
    assert 100 < len(answer["people"]) < 200
    assert answer["count"] == 200


def watch(role: str = "coach", at_ms: int = START_MS, **body: Any) -> dict[str, Any]:
    event = websocket_event("coach", {"action": "workout", **body}, at_ms, role=role)
    answer: dict[str, Any] = json.loads(workout.handler(event, Context)["body"])
    return answer


def test_a_coach_sees_the_workout_of_somebody_on_a_floor(redis_url: str) -> None:
    play()
    beat("ann", 130, 140)
    join_floor("north", "ann", START_MS)
    answer = watch(athlete="ann")
    assert answer["athlete"] == "ann"
    assert answer["session"] == START_MS
    assert answer["latest"] == [START_MS + 1000, 140, 135]
    assert [song["song"]["id"] for song in answer["songs"]] == [SONG.song.id]
    with Redis.from_url(redis_url) as redis:
        assert redis.keys("connections:*") == [b"connections:coach"]


def test_a_coach_who_names_nobody_sees_their_own_workout() -> None:
    play()
    answer = watch()
    assert answer["athlete"] is None
    assert answer["session"] is None


@pytest.mark.parametrize("athlete", ["ann", "coach", "nobody"])
def test_only_coaches_may_name_an_athlete(athlete: str) -> None:
    play()
    answer = watch(role="athlete", athlete=athlete)
    assert answer["code"] == "coaches_only"
    assert repr(athlete) in answer["message"]


@pytest.mark.parametrize("settings", [Settings(), Settings(floor="south")])
def test_who_is_on_no_floor_is_told_like_somebody_who_is_not_there(settings: Settings) -> None:
    play("bob", settings)
    join_floor("north", "bob", START_MS)
    join_floor("south", "ann", START_MS)
    away, nobody = watch(athlete="bob"), watch(athlete="nobody")
    assert away["code"] == nobody["code"] == "not_on_a_floor"
    assert away["message"].replace("bob", "nobody") == nobody["message"]


def test_whoever_was_not_seen_for_twenty_minutes_shows_no_workout_either() -> None:
    play()
    join_floor("north", "ann", START_MS)
    twenty_minutes_later = START_MS + 20 * 60_000
    assert watch(athlete="ann", at_ms=twenty_minutes_later)["session"] == START_MS
    gone = watch(athlete="ann", at_ms=twenty_minutes_later + 1)
    assert gone["code"] == "not_on_a_floor"


def test_a_coach_sees_nothing_of_what_was_before_the_session() -> None:
    earlier_ms, rate = START_MS - 60_000, 120.0
    times = (earlier_ms, START_MS, START_MS + 15_000)
    draw("ann", *(Point(at_ms, rate, rate) for at_ms in times))
    keep_song("ann", structs.replace(SONG, session=earlier_ms))
    play()
    join_floor("north", "ann", START_MS)
    beat("ann", *[120] * 16)
    answer = watch(athlete="ann")
    assert [point[0] for point in answer["trace"]] == [START_MS, START_MS + 15_000]
    assert [song["session"] for song in answer["songs"]] == [START_MS]
    own = json.loads(
        workout.handler(websocket_event("ann", {"action": "workout"}), Context)["body"]
    )
    assert [point[0] for point in own["trace"]] == [earlier_ms, START_MS, START_MS + 15_000]


def test_a_coach_sees_no_heart_rate_that_was_before_the_session() -> None:
    beat("ann", 130)
    later = Session(SongEnd(START_MS + 5000, -1, START_MS + 5000), NORTH)
    song_ends.write("ann", later, at_ms=START_MS, arrived_ms=START_MS)
    join_floor("north", "ann", START_MS)
    answer = watch(athlete="ann")
    assert answer["session"] == START_MS + 5000
    assert answer["latest"] is None
    assert answer["trace"] == []
    assert look()["people"][0]["latest"] is None


def test_effort_points_are_told_of_those_who_chose_to_tell_them() -> None:
    tells = structs.replace(NORTH, effort_points=True, max_heart_rate=200)
    play("ann", tells)
    play("bob", structs.replace(tells, effort_points=False))
    play("cat", tells)
    for user in ("ann", "bob", "cat"):
        join_floor("north", user, START_MS)
    for user in ("ann", "bob"):
        works(user, [185.0] * 8 + [110.0] * 4 + [165.0] * 2)
    people = {one["user"]: one["effort_points"] for one in look()["people"]}
    two_minutes_in_zone_5_one_in_1_and_half_a_minute_in_4 = 2 * 5 + 1 + 2
    assert people == {
        "ann": two_minutes_in_zone_5_one_in_1_and_half_a_minute_in_4,
        "bob": None,
        "cat": 0,
    }


def works(user: str, heart_rates: list[float]) -> None:
    """A line with a point every 15 s, whose last minute lies in the window."""
    lines: dict[int, bytes] = {}
    for index, rate in enumerate(heart_rates, 1):
        at_ms = START_MS + 15_000 * index
        minute = at_ms // MINUTE_MS
        lines[minute] = longer(lines.get(minute, b""), at_ms, rate, rate)
    held = max(lines)
    traces.write({(user, minute): lines[minute] for minute in lines if minute < held}, START_MS)
    window = Window(30_000, minute=held, line=lines[held])
    last_ms = START_MS + 15_000 * len(heart_rates)
    fold(window, [(last_ms, heart_rates[-1])], until_ms=last_ms, gap_ms=30_000)
    windows.write({user: window}, START_MS)


def test_a_line_that_nobody_can_read_costs_its_person_their_points_and_nobody_else() -> None:
    tells = structs.replace(NORTH, effort_points=True, max_heart_rate=200)
    for user in ("ann", "bob"):
        play(user, tells)
        join_floor("north", user, START_MS)
        works(user, [185.0] * 8)
    traces.write({("ann", START_MS // MINUTE_MS): b"broken"[:5]}, START_MS)
    people = {one["user"]: one["effort_points"] for one in look()["people"]}
    assert people == {"ann": 0, "bob": 10}


def test_the_points_of_a_whole_floor_are_few_commands_and_of_two_hours_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    key = traces._key

    def noted(group: int, minute: int) -> str:
        asked.append(minute)
        return key(group, minute)

    monkeypatch.setattr(traces, "_key", noted)
    day_ms = 86_400_000
    people = {
        f"user-{number}": traces.Stretch(START_MS - day_ms, START_MS, (START_MS // MINUTE_MS, b""))
        for number in range(200)
    }
    traces.read_all(people)
    assert len(asked) <= 16 * 120
    assert min(asked) == (START_MS - 2 * 3_600_000) // MINUTE_MS
