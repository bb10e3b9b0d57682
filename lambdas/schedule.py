"""average-heart-rate → song-requests: asks for the next song shortly before the last one ends."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from events import stream
from events.session import Settings
from lambdas.adapters import dead_letters, records, song_ends, streams
from lambdas.adapters.environment import need, read
from lambdas.adapters.optional import optional
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.domain.due import Timing
from lambdas.domain.next_song import ask
from lambdas.domain.session import Session


class Environment(Struct, frozen=True):
    """Settings of this function."""

    requests_stream: str
    lead_seconds: Annotated[float, Meta(ge=0, le=60)] = 10
    ask_again_seconds: Annotated[float, Meta(ge=5, le=300)] = 30


environment = read(Environment)
need(dead_letters.Queue, song_ends.Table)
TIMING = Timing(
    lead_ms=int(environment.lead_seconds * 1000),
    ask_again_ms=int(environment.ask_again_seconds * 1000),
    session_gap_ms=read(song_ends.SessionGap).session_gap_seconds * 1000,
)


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Only reads and asks: delivered again, the same average asks for the same slot again.

    An average that cannot be read, or asked for, costs its person one turn and nobody else.
    """
    count(Records=len(event["Records"]))
    batch, unreadable = records.decode(event, stream.readable_averages)
    unreadable += [record.raw for record in batch if record.value[1]]
    averages = [average for record in batch for average in record.value[0]]
    sessions = song_ends.read_all(sorted({average.user for average in averages}))
    requests = []
    for average in averages:
        with optional("a song request"):
            if request := _request(average, sessions.get(average.user)):
                requests.append(streams.entry(average.user, stream.encode(request)))
    streams.put(environment.requests_stream, requests)
    dead_letters.send(unreadable)
    count(Averages=len(averages), SongRequests=len(requests), Unreadable=len(unreadable))
    return {"batchItemFailures": []}


def _request(average: stream.Average, session: Session | None) -> stream.SongRequest | None:
    end = session.end if session and not _is_of_earlier(average, session) else None
    settings = session.settings if session else Settings()
    asked = ask(end, settings, average.pulse, TIMING)
    if asked is None:
        return None
    return stream.SongRequest(
        session=asked.session,
        slot=asked.slot,
        pulse=average.pulse,
        ends_at_ms=asked.ends_at_ms,
        playing_tempo=asked.playing_tempo,
        version=session.version if session else 0,
        arrived_ms=average.arrived_ms,
    )


def _is_of_earlier(average: stream.Average, session: Session) -> bool:
    """Whether somebody plays a recording of before their last session, which is over meanwhile."""
    return average.pulse.at_ms < session.end.session and average.arrived_ms > session.over_ms
