"""average-heart-rate → song-requests: asks for the next song shortly before the last one ends."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from events import stream
from lambdas.adapters import dead_letters, records, song_ends, streams
from lambdas.adapters.environment import read
from lambdas.adapters.song_ends import Mark, Session
from lambdas.adapters.telemetry import count, metrics, tracer
from lambdas.domain.due import Timing, asked, due_slot


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


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Marks a slot as asked for, then asks: delivered again, the same average asks again."""
    count(Records=len(event["Records"]))
    batch, unreadable = records.decode(event, stream.decode_averages)
    averages = [
        (average, record.arrived_ms) for record in batch for average in record.value.averages
    ]
    marks = song_ends.read_marks(sorted({average.user for average, _ in averages}))
    requests = []
    for average, arrived_ms in averages:
        request = _ask(average, arrived_ms, marks)
        if request is not None:
            requests.append(streams.entry(average.user, stream.encode(request)))
    streams.put(environment.requests_stream, requests)
    for raw in unreadable:
        dead_letters.send(raw)
    count(Averages=len(averages), SongRequests=len(requests), Unreadable=len(unreadable))
    return {"batchItemFailures": []}


def _ask(
    average: stream.Average, arrived_ms: int, marks: dict[str, Mark]
) -> stream.SongRequest | None:
    mark = marks.get(average.user)
    due = due_slot(mark.end if mark else None, average.at_ms, TIMING)
    if due is None:
        return None
    end = asked(mark.end if mark else None, due, average.at_ms)
    expires_at = arrived_ms // 1000 + environment.session_gap_seconds
    try:
        if mark is not None and mark.end.session == due.session:
            session = song_ends.ask(average.user, mark, end, expires_at)
        else:
            begun = Session(Mark(end, mark.version if mark else 0))
            session = song_ends.write(average.user, begun, expires_at)
    except song_ends.ConflictError:
        return None  # the next average sees what the other one wrote
    marks[average.user] = session.mark
    return stream.SongRequest(
        session=due.session,
        slot=due.slot,
        at_ms=average.at_ms,
        heart_rate=average.heart_rate,
        average=average.average,
        ends_at_ms=end.ends_at_ms,
        settings=session.settings,
        version=session.mark.version,
    )
