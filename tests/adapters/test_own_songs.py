import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, local
from types import SimpleNamespace
from typing import Any

import boto3
import msgspec
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from events.session import Opinion, Settings, Song
from lambdas import own_songs as function
from lambdas.adapters import clients, connections, own_songs, songs, tastes
from local.project import PROJECT
from tests.adapters.conftest import Context, Pushes, add_songs, websocket_event
from tests.adapters.test_recommend import found, invoke, request, started

OWN = Settings(library="own")


def own_song(song_id: str, tempo: float = 130, **more: Any) -> dict[str, Any]:
    known = {"id": song_id, "title": f"Title {song_id}", "artist": "Ann", "tempo": tempo}
    return {**known, "duration_seconds": 200, **more}


def keep(*added: dict[str, Any], remove: list[str] | None = None, user: str = "ann") -> Any:
    body = {"action": "own_songs", "songs": added, "remove": remove or []}
    return json.loads(function.handler(websocket_event(user, body), Context)["body"])


def stored() -> dict[tuple[str, str], str]:
    """Title by library and song."""
    items = boto3.client("dynamodb").scan(TableName="songs")["Items"]
    return {(one["library"]["S"], one["song_id"]["S"]): one["title"]["S"] for one in items}


def test_the_page_takes_no_more_from_a_music_server_than_a_library_holds() -> None:
    page = (PROJECT / "frontend" / "src" / "musicServer" / "server.ts").read_text()
    assert f"MOST_OWN_SONGS = {own_songs.MAX_SONGS:_};" in page


def test_songs_are_kept_in_a_library_of_the_person(pushes: Pushes) -> None:
    answer = keep(own_song("a", genre="folk"), own_song("b"))
    assert answer == {"type": "own_songs_kept", "kept": 2, "removed": 0}
    keep(own_song("a"), user="bob")
    assert stored().keys() == {("own:ann", "a"), ("own:ann", "b"), ("own:bob", "a")}
    near, ids = own_songs.shelf("ann")
    assert ids == {"a", "b"}
    assert {song.genre for song in near(130, 9)} == {"folk", None}


def test_songs_are_taken_out_and_twice_is_as_once() -> None:
    keep(own_song("a"), own_song("b"), own_song("c"))
    for _ in range(2):
        answer = keep(own_song("c"), remove=["a", "b", "b"])
        assert answer == {"type": "own_songs_kept", "kept": 1, "removed": 2}
        assert stored().keys() == {("own:ann", "c")}


def test_of_a_song_that_is_named_twice_the_last_is_kept_even_if_it_is_removed() -> None:
    answer = keep(own_song("a", title="Old"), own_song("a", title="New"), remove=["a"])
    assert answer == {"type": "own_songs_kept", "kept": 1, "removed": 0}
    assert stored() == {("own:ann", "a"): "New"}


def test_a_whole_message_is_written_in_batches() -> None:
    keep(*(own_song(f"old-{number}") for number in range(50)))
    answer = keep(
        *(own_song(f"new-{number}") for number in range(50)),
        remove=[f"old-{number}" for number in range(50)],
    )
    assert (answer["kept"], answer["removed"]) == (50, 50)
    assert {song_id for _, song_id in stored()} == {f"new-{number}" for number in range(50)}


def test_a_message_without_songs_changes_nothing() -> None:
    assert keep() == {"type": "own_songs_kept", "kept": 0, "removed": 0}


class Table:
    """DynamoDB as it answers writes of many items: with `answers` first, then as it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.calls = 0
        self.waited: list[float] = []
        monkeypatch.setattr("time.sleep", self.waited.append)
        events = clients.dynamodb().meta.events
        events.register_first("before-send.dynamodb.BatchWriteItem", self._answer)

    def throttle(self, times: int) -> None:
        error = {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"}
        self.answers += [(400, error)] * times

    def leave(self, times: int, *songs: dict[str, Any]) -> None:
        left = [{"PutRequest": {"Item": item_of(song)}} for song in songs]
        self.answers += [(200, {"UnprocessedItems": {"songs": left}})] * times

    def _answer(self, request: Any, **_: Any) -> Any:
        self.calls += 1
        if not self.answers:
            return None
        status, body = self.answers.pop(0)
        content = SimpleNamespace(stream=lambda: iter([json.dumps(body).encode()]))
        return AWSResponse(request.url, status, HTTPHeaders(), content)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    return Table(monkeypatch)


def item_of(song: dict[str, Any]) -> dict[str, Any]:
    return songs.song_item("own:ann", msgspec.convert(song, Song))


def test_a_table_that_throttles_is_left_to_the_client_and_said(table: Table) -> None:
    table.throttle(100)
    answer = keep(own_song("a"))
    assert answer["code"] == "busy"
    assert "send them again" in answer["message"]
    assert (table.calls, len(table.waited)) == (5, 4)  # four times again, as clients.py has it


def test_a_table_that_throttled_for_a_moment_has_every_song(table: Table) -> None:
    table.throttle(3)
    assert keep(own_song("a"))["kept"] == 1
    assert stored().keys() == {("own:ann", "a")}


def test_what_the_table_left_is_written_again(table: Table) -> None:
    table.leave(own_songs.ATTEMPTS - 1, own_song("a"))
    assert keep(own_song("a"))["kept"] == 1
    assert stored().keys() == {("own:ann", "a")}


def test_a_table_that_leaves_everything_is_said_without_a_wait_after_the_last_attempt(
    table: Table,
) -> None:
    table.leave(100, own_song("a"))
    assert keep(own_song("a"))["code"] == "busy"
    assert (table.calls, len(table.waited)) == (own_songs.ATTEMPTS, own_songs.ATTEMPTS - 1)


def fill(count: int, user: str = "ann") -> None:
    """So many songs in somebody's library."""
    tempi = [60 + number % 120 for number in range(count)]
    songs = [Song(f"s-{n}", "Title", "Artist", tempo, 200) for n, tempo in enumerate(tempi)]
    own_songs.write(user, songs, [])


def test_a_library_is_filled_to_its_last_place_and_no_further(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own_songs, "MAX_SONGS", 5)
    fill(4)
    fill(5, user="bob")
    refused = keep(own_song("a"), own_song("b"))
    assert refused["code"] == "library_full"
    assert "would be 6" in refused["message"]
    mine = {song_id for library, song_id in stored() if library == "own:ann"}
    assert mine == {"s-0", "s-1", "s-2", "s-3"}
    assert keep(own_song("a"))["kept"] == 1
    assert keep(own_song("a"), own_song("s-0"))["kept"] == 2, "they are there already"
    assert keep(own_song("b"))["code"] == "library_full"
    assert keep(own_song("b"), remove=["s-1"])["removed"] == 1
    assert keep(own_song("c"), remove=["gone", "b-2"])["code"] == "library_full"
    assert keep(remove=["s-2"])["removed"] == 1


def test_a_library_holds_no_more_when_twelve_write_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All have looked before any writes, and all have written before any looks again."""
    monkeypatch.setattr(own_songs, "MAX_SONGS", 30)
    writers = 12
    looked, written = Barrier(writers), Barrier(writers)
    look, write = own_songs._all_ids, own_songs._write
    first = local()

    def looking(user: str) -> set[str]:
        ids = look(user)
        if not getattr(first, "looked", False):
            first.looked = True
            looked.wait(60)
        return ids

    def writing(requests: list[Any]) -> None:
        write(requests)
        if not getattr(first, "written", False):
            first.written = True
            written.wait(60)

    monkeypatch.setattr(own_songs, "_all_ids", looking)
    monkeypatch.setattr(own_songs, "_write", writing)

    def kept(writer: int) -> int:
        songs = [Song(f"{writer}-{n}", "Title", "Artist", 120, 200) for n in range(5)]
        try:
            own_songs.write("ann", songs, [])
        except own_songs.FullError:
            return 0
        return len(songs)

    with ThreadPoolExecutor(writers) as pool:
        told = sum(pool.map(kept, range(writers)))
    assert len(look("ann")) == told <= 30


def test_a_song_is_chosen_from_ones_own_library_and_no_other(pushes: Pushes) -> None:
    connections.add("ann", "connection-1")
    add_songs([130.0], library="demo")
    keep(own_song("bobs"), user="bob")
    keep(own_song("mine", tempo=90))
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
        keep(own_song(song_id))
        invoke(request(slot, at_ms=200_000 * slot))
        session = found()
        assert session.song is not None
        assert (session.song.slot, session.song.song.id) == (slot, song_id)


def test_a_corrected_song_that_was_taken_out_is_not_played_any_more(pushes: Pushes) -> None:
    keep(own_song("gone", tempo=65), own_song("stays", tempo=100))
    near, _ = own_songs.shelf("ann")
    (gone,) = near(65, 1)
    tastes.rate("ann", "own", gone, Opinion(tempo=130))
    keep(remove=["gone"])
    started(OWN)
    invoke(request(0))
    song = found().song
    assert song is not None
    assert song.song.id == "stays"


def test_a_library_of_many_pages_is_read_whole_and_as_it_is_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own_songs, "_pages", partial(own_songs._pages, Limit=7))
    keep(*(own_song(f"s-{tempo}", tempo=tempo) for tempo in range(100, 120)))
    near, ids = own_songs.shelf("ann")
    assert [song.tempo for song in near(110.2, 3)] == [110, 111, 109]
    assert len(ids) == 20
    keep(own_song("new", tempo=110), remove=["s-110"])
    near, ids = own_songs.shelf("ann")
    assert [song.id for song in near(110, 1)] == ["new"]
    assert "s-110" not in ids


def test_a_corrected_tempo_counts_in_a_library_of_two_thousand_songs(pushes: Pushes) -> None:
    connections.add("ann", "connection-1")
    fill(own_songs.MAX_SONGS - 1)
    keep(own_song("double", tempo=65.5))
    double = msgspec.convert(own_song("double", tempo=65.5), Song)
    tastes.rate("ann", "own", double, Opinion(tempo=130, liked=True))
    started(OWN)
    invoke(request(0))
    song = found().song
    assert song is not None
    assert (song.song.id, song.why.tempo) == ("double", 130)
    assert keep(own_song("one more"))["code"] == "library_full"


def test_no_name_of_a_library_means_the_songs_of_one_person() -> None:
    with pytest.raises(msgspec.ValidationError, match="matching regex"):
        msgspec.convert({"library": own_songs.library_of("ann")}, Settings)
