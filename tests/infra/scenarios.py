"""Events that take each function down every path on which it calls AWS."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs, to_builtins

from events import stream
from events.pulse import Pulse
from events.session import OWN, Settings
from lambdas.adapters import (
    clients,
    connections,
    environment,
    own_songs,
    plays,
    song_ends,
    songs,
    windows,
)
from lambdas.domain.due import SongEnd
from lambdas.domain.played import Ending, Played, played
from lambdas.domain.session import Session
from lambdas.domain.window import Window, fold
from tests.adapters.conftest import (
    START_MS,
    Context,
    join_floor,
    keep_song,
    kinesis_event,
    websocket_event,
)
from tests.adapters.deployment import deployment
from tests.adapters.test_skip import SONG
from tests.infra.calls import Handler

UNREADABLE = ("ann", b"no json")
HOUR_MS = 3_600_000


def average(handler: Handler) -> None:
    """Samples, also of the future, of a broken window and of a flood, and one that is none."""
    connections.add("ann", "connection-1")
    samples = stream.encode(stream.HeartRateBatch([(START_MS, 130), (START_MS + HOUR_MS, 131)]))
    handler(kinesis_event(("ann", samples), UNREADABLE), Context)
    broken = Window(30_000)
    fold(broken, [(START_MS, 999.5)], START_MS, gap_ms=30_000)
    windows.write({"bob": broken}, START_MS)
    later = stream.encode(stream.HeartRateBatch([(START_MS + 5_000, 130)]))
    handler(kinesis_event(("bob", later)), Context)
    handler(kinesis_event(*[("ann", samples)] * 2_000), Context)


def schedule(handler: Handler) -> None:
    """The first average of a person, who gets a song."""
    first = stream.Average("ann", Pulse(START_MS, 0, 120, 118.5, 117, 120, 0), 9, START_MS)
    handler(kinesis_event(("7", stream.encode(stream.Averages([first]))), UNREADABLE), Context)


def lake(handler: Handler) -> None:
    """An average of a person."""
    first = stream.Average("ann", Pulse(START_MS, 0, 120, 118.5, 117, 120, 0), 9, START_MS)
    handler(kinesis_event(("7", stream.encode(stream.Averages([first]))), UNREADABLE), Context)


def recommend(handler: Handler) -> None:
    """From a heart that beat faster than ever, and one whose song end is broken; once more, where
    there is a play of the song before; and for own songs."""
    connections.add("ann", "connection-1")
    dynamodb, table = clients.dynamodb(), os.environ["SONGS_TABLE"]
    dynamodb.put_item(TableName=table, Item=songs.song_item("demo", SONG.song))
    dynamodb.put_item(TableName=os.environ["SONG_ENDS_TABLE"], Item={"user_id": {"S": "bob"}})
    begun = _store(Session(SongEnd(START_MS, -1, START_MS)))
    asked = stream.SongRequest(
        session=START_MS,
        slot=0,
        pulse=Pulse(START_MS, 0, 130, 130, 129, 131, 220),
        ends_at_ms=START_MS,
        playing_tempo=None,
        arrived_ms=START_MS,
        version=begun.version,
    )
    broken = structs.replace(asked, version=0)
    both = (("ann", stream.encode(asked)), ("bob", stream.encode(broken)))
    handler(kinesis_event(*both, UNREADABLE), Context)
    session = _stored()
    ends_ms = session.end.ends_at_ms
    before = played_until(ends_ms)
    plays.write([plays.item_of("ann", START_MS, 0, before, START_MS)])  # by one who came too late
    second = structs.replace(asked, slot=1, version=session.version, ends_at_ms=ends_ms)
    handler(kinesis_event(("ann", stream.encode(second))), Context)
    own = _store(replace(_stored(), settings=Settings(library=OWN, floor="north")))
    third = structs.replace(asked, slot=2, version=own.version)
    handler(kinesis_event(("ann", stream.encode(third))), Context)


def start(handler: Handler) -> None:
    """A session opens with settings that are kept."""
    body = {"action": "start", "at_ms": START_MS, "settings": {"mode": "zone"}}
    handler(websocket_event("ann", body), Context)


def change(handler: Handler) -> None:
    """A session goes on with other settings, and in a class that its person leaves."""
    _play()
    handler(websocket_event("ann", {"action": "change", "settings": {"mode": "zone"}}), Context)
    in_class = Settings(mode="plan", plan_started_ms=START_MS, floor="north")
    _store(replace(_stored(), settings=in_class))
    gone = to_builtins(structs.replace(in_class, floor=None))
    handler(websocket_event("ann", {"action": "change", "settings": gone}), Context)


def skip(handler: Handler) -> None:
    """The song that plays ends."""
    _play()
    body = {"action": "skip", "slot": SONG.slot, "at_ms": SONG.starts_at_ms}
    handler(websocket_event("ann", body, arrived_ms=SONG.starts_at_ms), Context)
    _play()
    early_ms = SONG.starts_at_ms - 5_000
    body = {"action": "skip", "slot": SONG.slot - 1, "at_ms": early_ms}
    handler(websocket_event("ann", body, arrived_ms=early_ms), Context)


def end(handler: Handler) -> None:
    """A session ends while a song plays, and one before its song has begun."""
    for at_ms in (SONG.starts_at_ms + 5_000, SONG.starts_at_ms - 5_000):
        _play()
        body = {"action": "end", "at_ms": at_ms}
        handler(websocket_event("ann", body, arrived_ms=at_ms), Context)


def history(handler: Handler) -> None:
    """A person looks at their workouts, and at one of them."""
    _play()
    for more in ({}, {"session": START_MS}):
        handler(websocket_event("ann", {"action": "history", **more}), Context)


def rate(handler: Handler) -> None:
    """A song of the session is liked."""
    _play()
    keep_song("ann", SONG)
    body = {"action": "rate", "song_id": SONG.song.id, "opinion": {"liked": True}}
    handler(websocket_event("ann", body), Context)


def workout(handler: Handler) -> None:
    """A person looks before their session, and at it."""
    handler(websocket_event("ann", {"action": "workout"}), Context)
    _play()
    handler(websocket_event("ann", {"action": "workout"}), Context)


def floor(handler: Handler) -> None:
    """A coach looks at the floor on which a person is."""
    _play()
    join_floor("north", "ann", START_MS)
    body = {"action": "floor", "floor": "north"}
    handler(websocket_event("coach", body, role="coach"), Context)


def class_plan(handler: Handler) -> None:
    """A coach starts a plan for a person, and ends it."""
    connections.add("ann", "connection-1")
    _play(Settings(floor="north"))
    join_floor("north", "ann", START_MS)
    for plan in ("steady", None):
        body = {"action": "class_plan", "floor": "north", "plan": plan, "at_ms": START_MS}
        handler(websocket_event("coach", body, role="coach"), Context)


def keep_own_songs(handler: Handler) -> None:
    """A person adds a song of their own and takes another out."""
    song = {"id": "a", "title": "A", "artist": "B", "tempo": 120, "duration_seconds": 200}
    body = {"action": "own_songs", "songs": [song], "remove": ["b"]}
    handler(websocket_event("ann", body), Context)


def forget(handler: Handler) -> None:
    """A person who played and rated a song, and has songs of their own, is forgotten."""
    connections.add("ann", "connection-1")
    library = own_songs.library_of("ann")
    table = os.environ["SONGS_TABLE"]
    clients.dynamodb().put_item(TableName=table, Item=songs.song_item(library, SONG.song))
    plays.write([plays.item_of("ann", START_MS, 0, played_until(START_MS), START_MS)])
    _play()
    handler({"user": "ann"}, Context)


def models(handler: Handler) -> None:
    """A deployment creates a model, gives it another schema, and deletes it."""
    model = {"ApiId": "websocket", "Name": "skip", "Schema": "{}"}
    with deployment("websocket") as stack:
        handler(stack.asks("Create", model), Context)
        model_id = stack.answers[0]["PhysicalResourceId"]
        for kind in ("Update", "Delete"):
            handler(stack.asks(kind, model, PhysicalResourceId=model_id), Context)
        assert {answer["Status"] for answer in stack.answers} == {"SUCCESS"}


def connection(handler: Handler) -> None:
    """A connection opens or closes, beside more than a person may have."""
    for number in range(10):
        connections.add("ann", f"other-{number}")
    handler(websocket_event("ann", {}), Context)


def authorize(handler: Handler) -> None:
    """Somebody without a token wants in; keys of an issuer are no call to AWS."""
    handler({"methodArn": "arn", "queryStringParameters": None}, Context)


def _and_a_flood(scenario: Callable[[Handler], None]) -> Callable[[Handler], None]:
    """A scenario, and messages that are more than a person may send."""

    def run(handler: Handler) -> None:
        scenario(handler)
        for _ in range(200):
            handler(websocket_event("flooder", {}), Context)

    return run


def played_until(ends_at_ms: int) -> Played:
    """A song as it is kept, with nothing measured."""
    return played(Ending(SONG, Settings(), ends_at_ms, skipped=False), [])


def _play(settings: Settings | None = None) -> None:
    """A song plays, whatever did before."""
    key = {"user_id": {"S": "ann"}}
    clients.dynamodb().delete_item(TableName=os.environ["SONG_ENDS_TABLE"], Key=key)
    end = SongEnd(START_MS, SONG.slot, SONG.ends_at_ms)
    _store(Session(end, settings or Settings(), SONG))


def _stored() -> Session:
    session = song_ends.read("ann")
    assert session is not None
    return session


def _store(session: Session) -> Session:
    """A session that another function wrote, which knows how long one is kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SESSION_GAP_SECONDS", "900")
        stored = song_ends.write("ann", session, at_ms=START_MS, arrived_ms=START_MS)
    environment._read_once.cache_clear()
    return stored


SCENARIOS: dict[str, Callable[[Handler], Any]] = {
    "average": average,
    "schedule": schedule,
    "recommend": recommend,
    "lake": lake,
    "authorize": authorize,
    "connect": connection,
    "disconnect": connection,
    "start": _and_a_flood(start),
    "change": _and_a_flood(change),
    "skip": _and_a_flood(skip),
    "end": _and_a_flood(end),
    "history": _and_a_flood(history),
    "rate": _and_a_flood(rate),
    "workout": _and_a_flood(workout),
    "floor": _and_a_flood(floor),
    "class_plan": _and_a_flood(class_plan),
    "own_songs": _and_a_flood(keep_own_songs),
    "forget": forget,
    "models": models,
}
