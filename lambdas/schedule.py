"""average-heart-rate → song-requests: asks for the next song shortly before the last one ends."""

from dataclasses import replace
from typing import Annotated, Any

from msgspec import Meta, Struct

from events import stream
from lambdas.adapters import dead_letters, records, song_ends, streams
from lambdas.adapters.environment import read
from lambdas.adapters.song_ends import Session
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.domain.due import DueSlot, SongEnd, Timing, due_change, due_slot
from lambdas.domain.plans import phases
from lambdas.domain.target import target_tempo


class Environment(Struct, frozen=True):
    """Settings of this function."""

    requests_stream: str
    lead_seconds: Annotated[float, Meta(ge=0, le=60)] = 10
    ask_again_seconds: Annotated[float, Meta(ge=5, le=300)] = 30
    session_gap_seconds: Annotated[int, Meta(ge=60, le=86_400)] = 900


environment = read(Environment)
TIMING = Timing(
    lead_ms=int(environment.lead_seconds * 1000),
    ask_again_ms=int(environment.ask_again_seconds * 1000),
    session_gap_ms=environment.session_gap_seconds * 1000,
)


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Only reads and asks: delivered again, the same average asks for the same slot again."""
    count(Records=len(event["Records"]))
    batch, unreadable = records.decode(event, stream.decode_averages)
    averages = [average for record in batch for average in record.value.averages]
    sessions = song_ends.read_all(sorted({average.user for average in averages}))
    requests = [
        streams.entry(average.user, stream.encode(request))
        for average in averages
        if (request := _request(average, sessions.get(average.user)))
    ]
    streams.put(environment.requests_stream, requests)
    for raw in unreadable:
        dead_letters.send(raw)
    count(Averages=len(averages), SongRequests=len(requests), Unreadable=len(unreadable))
    return {"batchItemFailures": []}


def _request(average: stream.Average, session: Session | None) -> stream.SongRequest | None:
    end = session.end if session else None
    due = due_slot(end, average.previous_ms, average.at_ms, TIMING)
    if due is not None:
        return _asking(due, average, session or _begun(due))
    if session is not None and session.settings.responsive:
        due = due_change(session.end, _targets(average, session), average.at_ms, TIMING)
        if due is not None:
            cut = replace(session.end, ends_at_ms=average.at_ms)
            return _asking(due, average, replace(session, end=cut), cuts=True)
    return None


def _begun(due: DueSlot, version: int = 0) -> Session:
    """A session that nobody started: the next song begins it, with the settings as they come."""
    return Session(SongEnd(due.session, due.slot - 1, due.session), version=version)


def _targets(average: stream.Average, session: Session) -> tuple[float, float]:
    """Where the lowest and the highest heart rate of the interval aim."""
    end, settings = session.end, session.settings
    low, high = (
        target_tempo(
            settings,
            heart_rate,
            plan=phases(settings.plan),
            elapsed_seconds=(average.at_ms - end.session) / 1000,
            previous=end.target,
        )
        for heart_rate in (average.lowest, average.highest)
    )
    return low, high


def _asking(
    due: DueSlot, average: stream.Average, session: Session, *, cuts: bool = False
) -> stream.SongRequest:
    if session.end.session != due.session:
        session = _begun(due, session.version)
    return stream.SongRequest(
        session=due.session,
        slot=due.slot,
        at_ms=average.at_ms,
        heart_rate=average.heart_rate,
        average=average.average,
        lowest=average.lowest,
        highest=average.highest,
        peak=average.peak,
        ends_at_ms=session.end.ends_at_ms,
        previous_tempo=session.end.target,
        playing_tempo=session.end.tempo if cuts else None,
        settings=session.settings,
        version=session.version,
    )
