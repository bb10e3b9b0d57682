import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError
from msgspec import structs
from redis import Redis
from redis.client import Pipeline

from events import stream
from events.pulse import Pulse
from events.session import Opinion, Phase, Settings, Song, SongPush, Why
from lambdas import recommend
from lambdas.adapters import (
    clients,
    connections,
    environment,
    keeping,
    playlists,
    push,
    song_ends,
    songs,
    statements,
    tastes,
    windows,
)
from lambdas.domain.due import SongEnd, due_slot
from lambdas.domain.session import Session
from lambdas.domain.target import zone_tempo
from lambdas.domain.window import Window, fold
from lambdas.schedule import TIMING
from tests.adapters.conftest import (
    START_MS,
    Context,
    Pushes,
    add_songs,
    dead_letters,
    keep_song,
    kinesis_event,
    turn_of,
)


@pytest.fixture(autouse=True)
def connected(pushes: Pushes) -> Pushes:
    connections.add("ann", "connection-1")
    return pushes


def request(
    slot: int,
    at_ms: int = 0,
    average: float = 130,
    playing_tempo: float | None = None,
    user: str = "ann",
) -> tuple[str, bytes]:
    """What `schedule` or `skip` would ask, from what is stored now."""
    session = song_ends.read(user) or Session(SongEnd(START_MS, -1, START_MS))
    return user, stream.encode(
        stream.SongRequest(
            session=START_MS,
            slot=slot,
            pulse=pulse(at_ms, average),
            playing_tempo=playing_tempo,
            arrived_ms=START_MS,
            ends_at_ms=session.end.ends_at_ms,
            version=session.version,
        )
    )


def pulse(at_ms: int, average: float = 130) -> Pulse:
    """After an average five seconds before; of a heart that was first heard at the start."""
    now_ms = START_MS + at_ms
    rates = (average, average, average - 1, average + 1, average)
    return Pulse(now_ms, now_ms - 5_000 if at_ms else 0, *rates, START_MS)


def song(song_id: str, tempo: float = 130, artist: str = "Somebody") -> Song:
    return Song(song_id, song_id, artist, tempo, 200)


def heard(song_id: str, at_ms: int) -> SongPush:
    """A song of an earlier session."""
    why = Why("pulse", at_ms, 130, 130, 130, 130, 1, 0, {}, "test")
    times = (at_ms, at_ms + 200_000)
    return SongPush(at_ms, 0, song(song_id), *times, (124.8, 135.2), Opinion(), why)


def invoke(*records: tuple[str, bytes]) -> Any:
    return recommend.handler(kinesis_event(*records), Context)


@contextmanager
def calls() -> Iterator[Counter[str]]:
    """The calls of DynamoDB that are made meanwhile, by operation."""
    made: Counter[str] = Counter()
    events = clients.dynamodb().meta.events
    note = lambda model, **_: made.update([model.name])  # noqa: E731
    events.register("before-call.dynamodb", note)
    yield made
    events.unregister("before-call.dynamodb", note)


def started(settings: Settings | None = None, user: str = "ann") -> None:
    """By default one whose work is at 129, so that a heart rate of 130 is not expected to rise."""
    begun = SongEnd(START_MS, -1, START_MS)
    chosen = settings or Settings(max_heart_rate=149)
    song_ends.write(user, Session(begun, chosen), at_ms=0, arrived_ms=0)


def found(user: str = "ann") -> Session:
    session = song_ends.read(user)
    assert session is not None
    return session


def played() -> list[tuple[int, str]]:
    return [(push.slot, push.song.id) for push in playlists.read("ann", START_MS)]


def test_a_request_is_answered_with_a_near_song_and_says_why(connected: Pushes) -> None:
    started()
    add_songs([60 + index for index in range(120)])
    assert invoke(request(0)) == {"batchItemFailures": []}
    [(connection, message)] = connected.sent
    assert connection == "connection-1"
    assert message["type"] == "song"
    assert abs(message["song"]["tempo"] - 130) <= 6
    assert message["why"]["average"] == message["why"]["target_tempo"] == 130
    assert message["why"]["distance"] == pytest.approx(abs(message["song"]["tempo"] - 130) / 130)
    assert message["why"]["decided_by"] == (
        "At the target tempo, long for how the heart rate moves, drawn from the best 10."
    )
    assert message["tempo_range"] == pytest.approx(
        [message["song"]["tempo"] * 0.96, message["song"]["tempo"] * 1.04]
    )
    assert message["ends_at_ms"] - message["starts_at_ms"] == 200_000


def test_a_redelivered_request_yields_the_same_song_for_the_slot(connected: Pushes) -> None:
    started()
    add_songs([60 + index for index in range(120)])
    asked = request(0)
    invoke(asked, asked)
    invoke(asked)
    assert len(played()) == 1
    assert len({message["song"]["id"] for _, message in connected.sent}) == 1


def test_a_push_that_is_not_taken_fails_nothing_and_the_song_is_in_its_playlist(
    connected: Pushes,
) -> None:
    started()
    add_songs([60 + index for index in range(120)])
    connected.failing = 1
    assert invoke(request(0)) == {"batchItemFailures": []}
    assert connected.sent == []
    chosen = found().song
    assert chosen is not None
    assert [push.song.id for push in playlists.read("ann", START_MS)] == [chosen.song.id]


def test_a_song_that_perhaps_was_not_told_is_told_again_once(
    connected: Pushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    started()
    add_songs([60 + index for index in range(120)])
    asked = request(0)
    with monkeypatch.context() as killed:
        killed.setattr(push.Pushes, "song", lambda *_: sys.exit("killed"))
        with pytest.raises(SystemExit):
            invoke(asked)
    chosen = found().song
    assert chosen is not None
    assert played() == []
    for _ in range(3):
        assert invoke(asked) == {"batchItemFailures": []}
    assert [message["song"]["id"] for _, message in connected.sent] == [chosen.song.id]
    assert played() == [(0, chosen.song.id)]


def test_a_song_that_its_playlist_has_lost_is_there_again_with_the_next(redis_url: str) -> None:
    started()
    add_songs([60 + index for index in range(120)])
    invoke(request(0))
    before = played()
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
    invoke(request(1, at_ms=190_000))
    assert played()[:1] == before
    assert [slot for slot, _ in played()] == [0, 1]


def test_a_song_that_comes_late_starts_at_the_newest_sample_for_the_heart_rate_there(
    connected: Pushes,
) -> None:
    started()
    add_songs([60 + index for index in range(120)])
    asked = request(0)
    window = Window(30_000)
    fold(window, [(START_MS + at_ms, 150) for at_ms in range(0, 95_000, 1_000)], 2**53, 30_000)
    windows.write({"ann": window}, START_MS)
    invoke(asked)
    [(_, message)] = connected.sent
    assert message["starts_at_ms"] == message["why"]["at_ms"] == START_MS + 94_000
    assert message["why"]["target_tempo"] == 150


def test_a_slot_that_the_playlist_has_left_behind_is_not_filled_again() -> None:
    started()
    add_songs([60 + index for index in range(120)])
    first = request(0)
    invoke(first)
    second = request(1, at_ms=190_000)
    invoke(second)
    before = played()
    invoke(first)
    assert played() == before
    assert [slot for slot, _ in before] == [0, 1]


def test_a_request_of_a_session_that_is_over_is_ignored(connected: Pushes) -> None:
    started()
    add_songs([130])
    late = request(0)
    begun = SongEnd(START_MS + 5000, -1, START_MS + 5000)
    later = Session(begun, version=found().version)
    song_ends.write("ann", later, at_ms=0, arrived_ms=0)
    assert invoke(late) == {"batchItemFailures": []}
    assert connected.sent == []
    assert found().end == later.end


def test_a_request_that_outlived_its_swept_session_fills_no_slot_of_the_next_one() -> None:
    started()
    add_songs([130])
    late = request(0)
    clients.dynamodb().delete_item(TableName="song-ends", Key={"user_id": {"S": "ann"}})
    begun = SongEnd(START_MS + 5000, -1, START_MS + 5000)
    song_ends.write("ann", Session(begun), at_ms=0, arrived_ms=0)
    invoke(late)
    assert found().end == begun


def test_the_next_song_follows_the_one_that_plays() -> None:
    started()
    add_songs([60 + index for index in range(120)])
    invoke(request(0))
    invoke(request(1, at_ms=190_000))
    first, second = playlists.read("ann", START_MS)
    assert second.starts_at_ms == first.ends_at_ms
    end = found().end
    assert (end.slot, end.ends_at_ms) == (1, second.ends_at_ms)
    assert due_slot(end, pulse(195_000), TIMING) is None


def test_of_two_requests_for_one_slot_the_first_chooses_and_the_second_costs_a_look(
    connected: Pushes,
) -> None:
    started()
    add_songs([60 + index for index in range(120)])
    first, again = request(0), request(0, at_ms=30_000)
    invoke(first)
    with calls() as made:
        invoke(again)
    assert made == {"BatchGetItem": 1}
    assert [slot for slot, _ in played()] == [0]
    assert len(connected.sent) == 1


def test_no_song_is_back_within_twenty_minutes() -> None:
    started()
    add_songs([100 + index for index in range(60)])
    for slot in range(60):
        invoke(request(slot, at_ms=slot * 200_000))
    songs = [song for _, song in played()]
    assert len(songs) == 60
    for place, song_id in enumerate(songs):
        assert song_id not in songs[max(0, place - 6) : place]


def test_a_library_of_three_songs_never_runs_dry() -> None:
    started()
    add_songs([90, 130, 170])
    for slot in range(7):
        assert invoke(request(slot, at_ms=slot * 200_000)) == {"batchItemFailures": []}
    chosen = [song_id for _, song_id in played()]
    assert len(chosen) == 7
    assert set(chosen) <= {"song-0", "song-1", "song-2"}


def test_an_empty_library_is_said_in_a_sentence_and_stops_nobody(connected: Pushes) -> None:
    started(Settings(library="nothing-here"))
    assert invoke(request(0)) == {"batchItemFailures": []}
    [(_, message)] = connected.sent
    assert message["code"] == "empty_library"
    assert "'nothing-here'" in message["message"]
    assert "tempofit songs import" in message["message"]


def test_the_cost_of_a_choice_does_not_grow_with_the_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started()
    add_songs([60 + index * 0.05 for index in range(2400)])
    dynamodb = clients.dynamodb()
    read: list[int] = []
    query = dynamodb.query

    def counting(**arguments: Any) -> Any:
        answer = query(**arguments)
        read.append(answer["Count"])
        return answer

    monkeypatch.setattr(dynamodb, "query", counting)
    invoke(request(0))
    assert sum(read) <= 100
    assert len(read) <= 2
    invoke(request(1, at_ms=190_000))
    assert len(read) <= 2, "what was read serves the next choice"


def test_who_is_gone_is_forgotten_and_the_others_get_their_song(connected: Pushes) -> None:
    started()
    add_songs([130])
    connections.add("ann", "connection-2")
    connected.gone = {"connection-1"}
    assert invoke(request(0)) == {"batchItemFailures": []}
    assert connections.of("ann") == ["connection-2"]
    assert [connection for connection, _ in connected.sent] == ["connection-2"]


def test_zone_mode_aims_at_the_curve_and_not_at_the_heart_rate(connected: Pushes) -> None:
    started(Settings(mode="zone", resting_heart_rate=60, max_heart_rate=180))
    add_songs([60 + index for index in range(120)])
    invoke(request(0, average=168))
    assert connected.sent[0][1]["why"]["target_tempo"] == pytest.approx(140)


def test_what_a_person_thinks_of_songs_decides_and_is_told(connected: Pushes) -> None:
    started()
    add_songs([130, 130])
    tastes.rate("ann", "demo", song("song-0"), Opinion(liked=False))
    tastes.rate("ann", "demo", song("song-1"), Opinion(liked=True))
    invoke(request(0))
    [(_, message)] = connected.sent
    assert message["song"]["id"] == "song-1"
    assert message["opinion"] == {"liked": True, "tempo": None}
    assert message["why"]["terms"]["liked"] < 0


def test_a_corrected_tempo_is_found_wherever_the_index_has_the_song(connected: Pushes) -> None:
    started()
    add_songs([80 + index * 0.1 for index in range(100)])
    tastes.rate("ann", "demo", song("double", 65), Opinion(tempo=130))
    tastes.rate("ann", "other", song("elsewhere", 65), Opinion(tempo=130))
    invoke(request(0))
    [(_, message)] = connected.sent
    assert message["song"]["id"] == "double"
    assert (message["why"]["tempo"], message["why"]["distance"]) == (130, 0)
    assert message["tempo_range"] == pytest.approx([124.8, 135.2])


def test_a_song_of_yesterday_waits_for_one_that_was_not_heard() -> None:
    started()
    add_songs([130, 130])
    keep_song("ann", heard("song-0", START_MS - 86_400_000))
    invoke(request(0))
    assert played() == [(0, "song-1")]


def test_what_was_heard_is_forgotten_after_two_weeks() -> None:
    keep_song("ann", heard("old", START_MS - 15 * 86_400_000))
    keep_song("ann", heard("new", START_MS))
    assert turn_of("ann", START_MS, 0).before[0] == {"new": START_MS}


def test_no_artist_twice_within_four_songs(connected: Pushes) -> None:
    started()
    for index in range(40):
        one = song(f"song-{index}", 130, artist=f"artist {index % 5}")
        clients.dynamodb().put_item(TableName="songs", Item=songs.song_item("demo", one))
    for slot in range(12):
        invoke(request(slot, at_ms=slot * 200_000))
    artists = [message["song"]["artist"] for _, message in connected.sent]
    assert all(len(set(artists[at : at + 4])) == 4 for at in range(9))


def test_a_running_average_above_the_maximum_raises_it_for_good() -> None:
    started(Settings(mode="zone", max_heart_rate=150))
    add_songs([130])
    invoke(request(0, average=168))
    assert found().settings.max_heart_rate == 168
    assert tastes.read_all(["ann"])["ann"].max_heart_rate == 168


def test_a_session_that_a_heart_rate_begins_is_as_the_person_chose_last(
    connected: Pushes,
) -> None:
    tastes.keep("ann", Settings(mode="zone", resting_heart_rate=60, max_heart_rate=180))
    add_songs([60 + index for index in range(120)])
    invoke(request(0, average=168))
    assert connected.sent[0][1]["why"]["target_tempo"] == pytest.approx(140)
    assert found().settings.mode == "zone"


def test_a_session_that_changed_while_a_song_was_chosen_gets_its_song_all_the_same(
    connected: Pushes,
) -> None:
    started()
    add_songs([60 + index for index in range(120)])
    asked = request(0, average=150)
    before = found()
    song_ends.write("ann", replace(before, settings=Settings(lock=100)), at_ms=0, arrived_ms=0)
    assert invoke(asked) == {"batchItemFailures": []}
    assert [message["why"]["target_tempo"] for _, message in connected.sent] == [100]
    assert found().settings.lock == 100


def test_a_session_that_changes_between_the_look_and_the_write_costs_nobody_else_anything(
    connected: Pushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ann changes her settings once, Cem whenever he is written for, and Bob never."""
    add_songs([60 + index for index in range(120)])
    for user in ("ann", "bob", "cem"):
        started(user=user)
        connections.add(user, user)
    write_all, changes = song_ends.write_all, {"ann": 1, "bob": 0, "cem": 99}

    def raced(
        writes: list[song_ends.Write], beside: list[Any]
    ) -> tuple[list[Exception | None], list[Exception | None]]:
        for write in writes:
            user = write.item["user_id"]["S"]
            if changes[user]:
                changes[user] -= 1
                changed = replace(found(user), settings=Settings(lock=100))
                song_ends.write(user, changed, at_ms=0, arrived_ms=0)
        return write_all(writes, beside)

    monkeypatch.setattr(song_ends, "write_all", raced)
    assert invoke(*(request(0, user=user) for user in changes)) == {"batchItemFailures": []}
    told = {connection: message["why"]["target_tempo"] for connection, message in connected.sent}
    assert told == {"connection-1": 100, "ann": 100, "bob": 130}
    assert changes["cem"] == 99 - recommend.ATTEMPTS
    assert found("cem").song is None


def test_fifty_songs_are_read_for_and_written_by_a_few_calls(
    connected: Pushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_songs([60 + index for index in range(120)])
    invoke(request(0))  # the catalog is read, and serves from now on
    users = [f"user-{number}" for number in range(50)]
    asked, trips = [request(0, user=user) for user in users], []
    execute = Pipeline.execute

    def counted(pipeline: Pipeline, *arguments: Any, **options: Any) -> Any:
        trips.append(len(pipeline))
        return execute(pipeline, *arguments, **options)

    monkeypatch.setattr(Pipeline, "execute", counted)
    with calls() as made:
        invoke(*asked)
    assert made == {"BatchGetItem": 1, "BatchExecuteStatement": 2}
    assert len(trips) == 2
    assert all(found(user).song for user in users)


def test_statements_that_are_throttled_are_tried_again_and_those_beside_them_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_songs([60 + index for index in range(120)])
    sent, dynamodb = [], clients.dynamodb()
    execute = dynamodb.batch_execute_statement

    def throttling(Statements: list[Any]) -> Any:  # noqa: N803 - boto3
        sent.append(len(Statements))
        if len(sent) > 2:
            return execute(Statements=Statements)
        answer: Any = execute(Statements=Statements[1:]) if Statements[1:] else {"Responses": []}
        refused = {"Error": {"Code": "ThrottlingError", "Message": "Slow down."}}
        return {"Responses": [refused, *answer["Responses"]]}

    monkeypatch.setattr(statements, "sleep", lambda seconds: None)
    monkeypatch.setattr(dynamodb, "batch_execute_statement", throttling)
    assert invoke(request(0), request(0, user="bob")) == {"batchItemFailures": []}
    assert sent == [2, 1, 1]
    assert found("ann").song
    assert found("bob").song


def test_who_is_throttled_to_the_end_is_the_checkpoint_and_the_others_have_their_songs(
    connected: Pushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_songs([60 + index for index in range(120)])
    dynamodb, refused = clients.dynamodb(), {"Error": {"Code": "ProvisionedThroughputExceeded"}}
    execute = dynamodb.batch_execute_statement

    def throttling(Statements: list[Any]) -> Any:  # noqa: N803 - boto3
        answers = [
            refused
            if {"S": "bob"} in one["Parameters"]
            else execute(Statements=[one])["Responses"][0]
            for one in Statements
        ]
        return {"Responses": answers}

    monkeypatch.setattr(statements, "sleep", lambda seconds: None)
    asked = [request(0, user=user) for user in ("ann", "bob", "cem")]
    with monkeypatch.context() as slow:
        slow.setattr(dynamodb, "batch_execute_statement", throttling)
        assert invoke(*asked) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert [found(user).song is not None for user in ("ann", "cem")] == [True, True]
    assert song_ends.read("bob") is None
    assert invoke(*asked[1:]) == {"batchItemFailures": []}
    assert found("bob").song
    assert len(connected.sent) == 1, "Ann is told once"


def test_a_request_of_before_a_skip_that_comes_after_its_own_takes_nothing_from_it(
    connected: Pushes,
) -> None:
    started()
    add_songs([130, 131])
    invoke(request(0))
    stale = request(1, at_ms=100_000, playing_tempo=130)
    skipped = replace(found(), end=replace(found().end, ends_at_ms=START_MS + 101_000))
    song_ends.write("ann", skipped, at_ms=0, arrived_ms=0)
    assert invoke(request(1, at_ms=101_000), stale) == {"batchItemFailures": []}
    assert [slot for slot, _ in played()] == [0, 1]
    first = request(2, at_ms=200_000)
    assert invoke(first, request(1, at_ms=101_000)) == {"batchItemFailures": []}
    assert [slot for slot, _ in played()] == [0, 1, 2]


def test_what_dynamodb_refuses_for_good_costs_the_person_whose_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_songs([60 + index for index in range(120)])
    dynamodb = clients.dynamodb()

    def refusing(Statements: list[Any]) -> Any:  # noqa: N803 - boto3
        return {"Responses": [{"Error": {"Code": "ValidationError"}} for _ in Statements]}

    monkeypatch.setattr(dynamodb, "batch_execute_statement", refusing)
    assert invoke(request(0)) == {"batchItemFailures": []}
    (letter,) = dead_letters()
    assert letter["requestContext"]["condition"] == "UnusableRecord"


def test_an_outage_of_the_catalog_is_the_checkpoint_for_whoever_needs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_songs([60 + index for index in range(120)])

    def failing(**_: Any) -> Any:
        raise ConnectTimeoutError(endpoint_url="dynamodb")

    with monkeypatch.context() as broken:
        broken.setattr(clients.dynamodb(), "query", failing)
        asked = [request(0), request(0, user="bob")]
        assert invoke(*asked) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert invoke(*asked) == {"batchItemFailures": []}
    assert found("ann").song
    assert found("bob").song


def test_a_song_is_cut_short_only_for_one_that_is_much_nearer(connected: Pushes) -> None:
    started()
    add_songs([140])
    invoke(request(0, playing_tempo=143))
    assert (connected.sent, played()) == ([], [])
    invoke(request(0, playing_tempo=160))
    assert len(connected.sent) == len(played()) == 1


def test_a_song_aims_between_the_average_and_the_newest_heart_rate(connected: Pushes) -> None:
    started()
    add_songs([130])
    user, asked = request(0)
    asking = stream.decode_song_request(asked)
    faster = structs.replace(asking, pulse=structs.replace(asking.pulse, heart_rate=140))
    invoke((user, stream.encode(faster)))
    assert connected.sent[0][1]["why"]["target_tempo"] == 135


def test_a_plan_is_followed_from_the_start_of_the_session(connected: Pushes) -> None:
    plan = [Phase(600, 1), Phase(600, 5)]
    started(Settings(mode="plan", plan=plan))
    add_songs([60 + index for index in range(120)])
    invoke(request(0))
    invoke(request(1, at_ms=700_000))
    targets = [message["why"]["target_tempo"] for _, message in connected.sent]
    assert targets == [zone_tempo(0.15), zone_tempo(0.95)]


def test_what_cannot_be_read_goes_to_the_dead_letters_and_the_rest_goes_on() -> None:
    started()
    add_songs([130])
    assert invoke(("ann", b"no json"), request(0)) == {"batchItemFailures": []}
    assert len(dead_letters()) == 1
    assert len(played()) == 1


def test_a_session_is_over_a_gap_after_its_song_by_the_clock_and_kept_all_the_same() -> None:
    started()
    add_songs([130], seconds=200)
    invoke(request(0, at_ms=-3_600_000))  # replayed an hour late
    item = clients.dynamodb().get_item(TableName="song-ends", Key={"user_id": {"S": "ann"}})["Item"]
    ends_ms = int(item["ends_at_ms"]["N"]) - (START_MS - 3_600_000)
    assert int(item["over_at"]["N"]) == (START_MS + ends_ms) // 1000 + 900
    assert int(item["expires_at"]["N"]) == keeping.NEVER


def test_a_stage_that_keeps_what_people_did_for_a_week_has_it_swept_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KEPT_DAYS", "7")
    environment._read_once.cache_clear()
    started()
    add_songs([130, 131], seconds=200)
    invoke(request(0))
    invoke(request(1, at_ms=190_000))
    environment._read_once.cache_clear()
    for table in ("song-ends", "plays"):
        (item,) = clients.dynamodb().scan(TableName=table)["Items"]
        kept_seconds = int(item["expires_at"]["N"]) - int(item.get("over_at", {"N": "0"})["N"])
        assert kept_seconds == 7 * 86_400 + (START_MS // 1000 if table == "plays" else 0)


@pytest.mark.parametrize("where", [None, "north"])
def test_whoever_named_a_floor_is_on_it_with_their_song(where: str | None, redis_url: str) -> None:
    started(Settings(floor=where))
    add_songs([130.0])
    invoke(request(0))
    with Redis.from_url(redis_url) as redis:
        found = {key: redis.zrange(key, 0, -1, withscores=True) for key in redis.keys("floor:*")}
    assert found == ({} if where is None else {b"floor:north": [(b"ann", START_MS)]})


def test_playlists_expire(redis_url: str) -> None:
    started()
    add_songs([130])
    invoke(request(0))
    with Redis.from_url(redis_url) as redis:
        assert all(redis.ttl(key) > 0 for key in redis.scan_iter())


def test_of_two_requests_the_one_that_knows_the_session_counts_whatever_another_would_name_it(
    pushes: Pushes,
) -> None:
    """Windows were lost meanwhile, so who asked before the first song named a later session."""
    add_songs([130])
    invoke(request(0))
    version = found().version
    end = found().end
    known = structs.replace(
        stream.decode_song_request(request(1)[1]), version=version, ends_at_ms=end.ends_at_ms
    )
    other = structs.replace(
        stream.decode_song_request(request(0)[1]), session=START_MS + 60_000, version=0
    )
    invoke(("ann", stream.encode(known)), ("ann", stream.encode(other)))
    assert found().end.slot == 1
