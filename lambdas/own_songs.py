"""own_songs: puts songs into a person's own library, and takes others out."""

from events.messages import Error, OwnSong, OwnSongs, OwnSongsKept, ServerMessage
from events.session import Song
from lambdas.adapters import clients, own_songs, songs
from lambdas.adapters.answering import answers
from lambdas.adapters.batch_writes import BusyError
from lambdas.adapters.environment import need
from lambdas.adapters.own_songs import MAX_SONGS, FullError
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.adapters.websocket import Request

need(clients.PushAddress, songs.Table)


@traced
@metrics.log_metrics
@answers(OwnSongs)
def handler(request: Request, message: OwnSongs) -> ServerMessage:
    """Of a song that is named twice the last one is kept, and kept if it is removed as well."""
    count(OwnSongs=1)
    return _keep(request, message)


def _keep(request: Request, message: OwnSongs) -> ServerMessage:
    added = {song.id: _song(song) for song in message.songs}
    removed = [song_id for song_id in dict.fromkeys(message.remove) if song_id not in added]
    try:
        own_songs.write(request.user, list(added.values()), removed)
    except FullError as error:
        return Error(
            "library_full",
            f"You can keep {MAX_SONGS:,} songs of your own, and with these it would be "
            f"{error.count:,}, so none was added: take some out first.",
        )
    except BusyError:
        return Error("busy", "Not all of your songs were kept: send them again in a while.")
    return OwnSongsKept(len(added), len(removed))


def _song(song: OwnSong) -> Song:
    return Song(
        id=song.id,
        title=song.title,
        artist=song.artist,
        tempo=song.tempo,
        duration_seconds=song.duration_seconds,
        genre=song.genre,
    )
