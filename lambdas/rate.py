"""rate: what a person thinks of a song of their session, kept for good."""

from typing import Any

from msgspec.structs import replace

from events.messages import Error, Rate, Rated, ServerMessage
from lambdas.adapters import clients, playlists, song_ends, tastes
from lambdas.adapters.environment import need
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request, answer, message_of, request_of

need(clients.RedisAddress, song_ends.Table, tastes.Table)


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Kept first, then shown in the session's playlist; twice is the same as once."""
    message = message_of(event, Rate)
    count(Ratings=1)
    return answer(message, _rate(request_of(event), message))


def _rate(request: Request, rate: Rate) -> ServerMessage:
    session = song_ends.read(request.user)
    played = playlists.read(request.user, session.end.session) if session else []
    pushes = [push for push in played if push.song.id == rate.song_id]
    if session is None or not pushes:
        return Error(
            "unknown_song",
            f"The song {rate.song_id!r} is none of this session, so nothing was kept.",
        )
    tastes.rate(request.user, pushes[0].library, pushes[0].song, rate.opinion)
    for push in pushes:
        playlists.replace(request.user, replace(push, opinion=rate.opinion))
    return Rated(rate.song_id, rate.opinion)
