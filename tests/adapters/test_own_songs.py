import json
from typing import Any

import boto3
import msgspec
import pytest
from botocore.exceptions import ClientError

from events.session import Opinion, Settings
from lambdas import collect as function
from lambdas.adapters import batch_writes, clients, connections, own_songs, songs, tastes
from tests.adapters.conftest import Context, Pushes, add_songs, websocket_event
from tests.adapters.test_recommend import found, invoke, request, started

OWN = Settings(library="own")


def own_song(song_id: str, tempo: float = 130, **more: Any) -> dict[str, Any]:
    known = {"id": song_id, "title": f"Title {song_id}", "artist": "Ann", "tempo": tempo}
    return {**known, "duration_seconds": 200, **more}


def collect(*added: dict[str, Any], remove: list[str] | None = None, user: str = "ann") -> Any:
    body = {"action": "songs", "songs": added, "remove": remove or []}
    return json.loads(function.handler(websocket_event(user, body), Context)["body"])


def stored() -> dict[tuple[str, str], str]:
    """Title by library and song."""
    items = boto3.client("dynamodb").scan(TableName="songs")["Items"]
    return {(one["library"]["S"], one["song_id"]["S"]): one["title"]["S"] for one in items}


def test_songs_are_kept_in_a_library_of_the_person(pushes: Pushes) -> None:
    answer = collect(own_song("a", genre="folk"), own_song("b"))
    assert answer == {"type": "songs", "kept": 2, "removed": 0}
    collect(own_song("a"), user="bob")
    assert stored().keys() == {("own:ann", "a"), ("own:ann", "b"), ("own:bob", "a")}
    near, ids = own_songs.shelf("ann")
    assert ids == {"a", "b"}
    assert {song.genre for song in near(130, 9)} == {"folk", None}


def test_songs_are_taken_out_and_twice_is_as_once() -> None:
    collect(own_song("a"), own_song("b"), own_song("c"))
    for _ in range(2):
        answer = collect(own_song("c"), remove=["a", "b", "b"])
        assert answer == {"type": "songs", "kept": 1, "removed": 2}
        assert stored().keys() == {("own:ann", "c")}


def test_of_a_song_that_is_named_twice_the_last_is_kept_even_if_it_is_removed() -> None:
    answer = collect(own_song("a", title="Old"), own_song("a", title="New"), remove=["a"])
    assert answer == {"type": "songs", "kept": 1, "removed": 0}
    assert stored() == {("own:ann", "a"): "New"}


def test_a_whole_message_is_written_in_batches() -> None:
    collect(*(own_song(f"old-{number}") for number in range(50)))
    answer = collect(
        *(own_song(f"new-{number}") for number in range(50)),
        remove=[f"old-{number}" for number in range(50)],
    )
    assert (answer["kept"], answer["removed"]) == (50, 50)
    assert {song_id for _, song_id in stored()} == {f"new-{number}" for number in range(50)}


def test_a_message_without_songs_changes_nothing() -> None:
    assert collect() == {"type": "songs", "kept": 0, "removed": 0}


def test_a_table_that_is_busy_is_said_and_the_rest_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []

    def throttle(*, RequestItems: dict[str, Any]) -> Any:  # noqa: N803 - as boto3 has it
        calls.append(RequestItems)
        error: Any = {"Error": {"Code": "ThrottlingException"}}
        raise ClientError(error, "BatchWriteItem")

    monkeypatch.setattr(clients.dynamodb(), "batch_write_item", throttle)
    monkeypatch.setattr(batch_writes, "BACKOFF_CAP_SECONDS", 0.001)
    answer = collect(own_song("a"))
    assert answer["code"] == "busy"
    assert "send them again" in answer["message"]
    assert len(calls) == own_songs.ATTEMPTS


def test_a_song_is_chosen_from_ones_own_library_and_no_other(pushes: Pushes) -> None:
    connections.add("ann", "connection-1")
    add_songs([130.0], library="demo")
    collect(own_song("bobs"), user="bob")
    collect(own_song("mine", tempo=90))
    started(OWN)
    invoke(request(0))
    song = found().song
    assert song is not None
    assert song.song.id == "mine"


def test_songs_that_were_just_added_are_found_by_a_function_that_looked_before(
    pushes: Pushes,
) -> None:
    connections.add("ann", "connection-1")
    started(OWN)
    invoke(request(0))
    [(_, empty)] = pushes.sent
    assert empty["code"] == "empty_library"
    assert "add some on the page" in empty["message"]
    for slot, song_id in enumerate(["first", "second"]):
        collect(own_song(song_id))
        invoke(request(slot, at_ms=200_000 * slot))
        session = found()
        assert session.song is not None
        assert (session.song.slot, session.song.song.id) == (slot, song_id)
    assert not songs._runs


def test_a_corrected_song_that_was_taken_out_is_not_played_any_more(pushes: Pushes) -> None:
    collect(own_song("gone", tempo=65), own_song("stays", tempo=100))
    near, _ = own_songs.shelf("ann")
    (gone,) = near(65, 1)
    tastes.rate("ann", "own", gone, Opinion(tempo=130))
    collect(remove=["gone"])
    started(OWN)
    invoke(request(0))
    song = found().song
    assert song is not None
    assert song.song.id == "stays"


def test_a_large_library_is_looked_through_by_tempo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_songs, "READ_WHOLE", 5)
    collect(*(own_song(f"s-{tempo}", tempo=tempo) for tempo in range(100, 120)))
    near, ids = own_songs.shelf("ann")
    assert sorted(song.tempo for song in near(110, 3)) == [109, 110, 111]
    assert ids == set()
    collect(own_song("new", tempo=110))
    near, _ = own_songs.shelf("ann")
    assert [song.id for song in near(110, 2)].count("new") == 1
    assert not songs._runs


def test_no_name_of_a_library_means_the_songs_of_one_person() -> None:
    with pytest.raises(msgspec.ValidationError, match="matching regex"):
        msgspec.convert({"library": own_songs.library_of("ann")}, Settings)
