"""history: tells a person their past workouts, a page at a time, or one of them with its songs."""

from msgspec import UNSET
from msgspec.structs import replace

from events.history import MAX_WORKOUTS, History, HistoryQuery, PastSongs, PastWorkout
from events.messages import Error, ServerMessage
from lambdas.adapters import clients, plays, song_ends, tastes, traces, windows
from lambdas.adapters.answering import answers
from lambdas.adapters.environment import need
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request, fitting
from lambdas.domain.past import past_workout
from lambdas.domain.played import MOST_MS, last_song, played, told
from lambdas.domain.taste import Taste

need(clients.PushAddress, clients.RedisAddress, plays.Table, song_ends.Table, tastes.Table)


@traced
@metrics.log_metrics
@answers(HistoryQuery)
def handler(request: Request, query: HistoryQuery) -> ServerMessage:
    """Only reads, and of nobody but who asks; what still goes on is told as far as it has come."""
    count(Histories=1)
    if query.session is not UNSET:
        return _workout(request, query.session)
    return _page(request, MOST_MS if query.before_ms is UNSET else query.before_ms)


def _page(request: Request, before_ms: int) -> ServerMessage:
    found, has_more = plays.newest(request.user, before_ms, MAX_WORKOUTS)
    oldest = min(found) if has_more else 0
    for session, songs in _unkept(request).items():
        if oldest <= session < before_ms:
            found[session] = _together(found.get(session, []), songs)
    newest_first = sorted(found, reverse=True)[:MAX_WORKOUTS]
    has_more = has_more or len(found) > len(newest_first)
    workouts = [_past(session, found[session]) for session in newest_first if found[session]]
    page = History([], before_ms)
    told_ = fitting(workouts, page)
    if len(told_) < len(workouts):
        return replace(page, workouts=told_, before_ms=told_[-1].session)
    return replace(page, workouts=told_, before_ms=newest_first[-1] if has_more else None)


def _workout(request: Request, session: int) -> ServerMessage:
    songs = plays.of_session(request.user, session)
    songs = _together(songs, _unkept(request).get(session, []))
    if not songs:
        return Error("no_such_workout", f"You have no workout that began at {session}.")
    opinions = tastes.read_all([request.user]).get(request.user, Taste()).opinions
    answer = PastSongs(_past(session, songs), [])
    liked = {song: opinion.liked for song, opinion in opinions.items()}
    whole = [told(slot, play, liked.get(play.song.id)) for slot, play in songs]
    return replace(answer, plays=fitting(whole, answer))


def _past(session: int, songs: plays.Slots) -> PastWorkout:
    return past_workout(session, [play for _, play in songs])


def _together(kept: plays.Slots, songs: plays.Slots) -> plays.Slots:
    """By slot; of a song that a play tells of, what that tells."""
    return sorted((dict(songs) | dict(kept)).items(), key=lambda song: song[0])


def _unkept(request: Request) -> dict[int, plays.Slots]:
    """The song of which no play tells yet, by its session: the last one, if nobody ended that."""
    session = song_ends.read(request.user)
    last = last_song(session, MOST_MS) if session else None
    if last is None:
        return {}
    window = windows.read([request.user], request.arrived_ms).get(request.user)
    play = played(last, traces.of_song(request.user, last, window))
    return {last.song.session: [(last.song.slot, play)]}
