"""rate: what a person thinks of a song of their session, kept for good."""

from msgspec.structs import replace

from events.messages import Error, Rate, Rated, ServerMessage
from lambdas.adapters import clients, playlists, song_ends, tastes
from lambdas.adapters.answering import answers
from lambdas.adapters.environment import need
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request

need(clients.PushAddress, clients.RedisAddress, song_ends.Table, tastes.Table)


@traced
@metrics.log_metrics
@answers(Rate)
def handler(request: Request, rate: Rate) -> ServerMessage:
    """Kept first, then shown in the session's playlist; twice is the same as once."""
    count(Ratings=1)
    return _rate(request, rate)


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
