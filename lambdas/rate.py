"""rate: what a person thinks of a song of their session, kept for good."""

from msgspec.structs import replace

from events.messages import Error, Rate, Rated, ServerMessage
from events.session import SongPush
from lambdas.adapters import clients, playlists, song_ends, tastes
from lambdas.adapters.answering import answers
from lambdas.adapters.environment import need
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request
from lambdas.domain.session import Session

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
    pushes = _played(request.user, session, rate.song_id) if session else []
    if not pushes:
        return Error(
            "unknown_song",
            f"The song {rate.song_id!r} is none of this session, so nothing was kept.",
        )
    tastes.rate(request.user, pushes[0].library, pushes[0].song, rate.opinion)
    for push in pushes:
        playlists.replace(request.user, replace(push, opinion=rate.opinion))
    return Rated(rate.song_id, rate.opinion)


def _played(user: str, session: Session, song_id: str) -> list[SongPush]:
    """The times that a song was played in a session; the last song also where Redis lost it."""
    pushes = {push.slot: push for push in playlists.read(user, session.end.session)}
    if session.song is not None:
        pushes.setdefault(session.song.slot, session.song)
    return [push for push in pushes.values() if push.song.id == song_id]
