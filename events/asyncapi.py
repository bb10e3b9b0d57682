"""The AsyncAPI description of the WebSocket API, made from the types.

`python -m events.asyncapi` writes it to `events/asyncapi.json`.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from events.history import End, Ended, History, HistoryQuery, PastSongs
from events.messages import (
    Change,
    Changed,
    ClassPlan,
    ClassPlanned,
    Error,
    FloorQuery,
    FloorView,
    OwnSongs,
    OwnSongsKept,
    Rate,
    Rated,
    Skip,
    Skipped,
    Start,
    Started,
    Workout,
    WorkoutQuery,
)
from events.schemas import draft4
from events.session import SongPush
from events.stream import HeartRateBatch

HERE = Path(__file__).parent
EXAMPLES = HERE / "examples"
FILE = HERE / "asyncapi.json"

SENT: dict[str, type[msgspec.Struct]] = {
    "heartrate": HeartRateBatch,
    "start": Start,
    "change": Change,
    "rate": Rate,
    "skip": Skip,
    "end": End,
    "workout_query": WorkoutQuery,
    "floor_query": FloorQuery,
    "class_plan": ClassPlan,
    "own_songs": OwnSongs,
    "history_query": HistoryQuery,
}
"""What a client sends, by the name of its example."""
RECEIVED: dict[str, type[msgspec.Struct]] = {
    "song": SongPush,
    "started": Started,
    "changed": Changed,
    "rated": Rated,
    "skipped": Skipped,
    "ended": Ended,
    "workout": Workout,
    "floor_view": FloorView,
    "class_planned": ClassPlanned,
    "own_songs_kept": OwnSongsKept,
    "history": History,
    "past_workout": PastSongs,
    "error": Error,
}
"""What a client receives, by the name of its example."""


def description() -> dict[str, Any]:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "TempoFit WebSocket API",
            "version": "1",
            "description": "Heart rates in, songs out. Connect with the query parameter `token`, "
            "an access token of the configured OpenID Connect issuer. A heart rate that is taken "
            "is not answered. Any message may carry an `id`, which its answer and its errors echo; "
            "what is pushed has none, nor has what refuses a message unread: `too_many_messages` "
            "and `unreadable`. Of a person's connections the newest five count; an older one is "
            "told `too_many_connections` and closed. What the gateway itself refuses is answered "
            "without a `type` and with its own `requestId`: "
            '{"message": "Bad request body", "connectionId": ..., "requestId": ...}. A frame of '
            "over 32 KB, or a message of over 128 KB, closes its connection with code 1009.",
        },
        "channels": {
            "socket": {
                "address": "/",
                "messages": {
                    name: {"$ref": f"#/components/messages/{name}"} for name in SENT | RECEIVED
                },
            }
        },
        "operations": {
            "send": _operation("receive", SENT),
            "receive": _operation("send", RECEIVED),
        },
        "components": {
            "messages": {name: _message(name, kind) for name, kind in (SENT | RECEIVED).items()}
        },
    }


def _operation(action: str, names: dict[str, type[msgspec.Struct]]) -> dict[str, Any]:
    """The document describes the server, so what a client sends the server receives."""
    return {
        "action": action,
        "channel": {"$ref": "#/channels/socket"},
        "messages": [{"$ref": f"#/channels/socket/messages/{name}"} for name in names],
    }


def _message(name: str, kind: type[msgspec.Struct]) -> dict[str, Any]:
    schema = draft4(kind)
    summary, _, rest = schema.pop("description").partition("\n\n")
    example = json.loads((EXAMPLES / f"{name}.json").read_bytes())
    return {
        "summary": summary,
        **({"description": rest.replace("\n", " ")} if rest else {}),
        "payload": schema,
        "examples": [{"payload": example}],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(description(), indent=2) + "\n")
