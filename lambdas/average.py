"""heart-rate → average-heart-rate: folds each person's samples into their running average."""

import gc
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Annotated, Any, TypeAlias

from msgspec import Meta, Struct

from events import stream
from events.ids import MaybeId
from events.messages import Error
from events.samples import MAX_FUTURE_MS
from events.session import IntervalSeconds
from lambdas.adapters import (
    clients,
    connections,
    dead_letters,
    floods,
    push,
    records,
    song_ends,
    streams,
    traces,
    windows,
)
from lambdas.adapters.environment import need, read
from lambdas.adapters.optional import optional
from lambdas.adapters.telemetry import count, metrics, traced
from lambdas.domain.allowance import Verdict
from lambdas.domain.line import MINUTE_MS
from lambdas.domain.voice import hear, listen, voice_in
from lambdas.domain.window import (
    Window,
    emit,
    has_seen,
    is_due_to_emit,
    restarted,
)


class Environment(Struct, frozen=True):
    """Settings of this function."""

    averages_stream: str
    interval_seconds: IntervalSeconds = 30
    emit_every_seconds: Annotated[float, Meta(ge=1, le=60)] = 5
    gap_seconds: Annotated[float, Meta(ge=10, le=600)] = 30


environment = read(Environment)
need(clients.PushAddress, clients.RedisAddress, dead_letters.Queue, song_ends.Table)
EMIT_EVERY_MS = int(environment.emit_every_seconds * 1000)
INTERVAL_MS = environment.interval_seconds * 1000
GAP_MS = int(environment.gap_seconds * 1000)
SESSION_GAP_MS = read(song_ends.SessionGap).session_gap_seconds * 1000
Record: TypeAlias = records.Record[stream.Sent | stream.HeartRateBatch | stream.SessionStart]
OLD_MS = 60_000
"""Samples are sent again by whoever does not know that they arrived, soon after; beyond it, another
device sends, or one whose clock was set back."""
gc.set_threshold(100_000)  # a batch makes thousands of objects, and hardly ever a cycle
TOO_MANY = floods.too_many(floods.HEART_RATES)
ANOTHER_DEVICE = Error(
    "another_device",
    "Several of your devices send heart rates at once, so only those of the device that connected "
    "last count: let one send, or connect the one that should count again.",
)


@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Averages go out before windows are stored: a retried batch repeats, and never loses, one.

    What cannot be read came from a client, so it is counted and dropped.
    """
    count(Records=len(event["Records"]))
    batch, unreadable = records.decode(event, stream.decode_sent)
    arrived_ms = int(event["Records"][-1]["kinesis"]["approximateArrivalTimestamp"] * 1000)
    people = windows.read({record.key for record in batch}, arrived_ms)
    with optional("the connections of windows that begin"):
        connections.restore(_connected(batch, people))
    with optional("the sessions of windows that name none"):
        _resume(batch, people)
    averages: list[tuple[stream.Average, bytes]] = []
    lines: dict[traces.Minute, bytes] = {}
    refused: dict[str, Error] = {}
    left_out: dict[str, int] = {}
    unusable, closed = [], set[str]()
    for record in batch:
        try:
            verdict = _fold(record, people, averages, lines, refused, left_out)
        except Exception:  # noqa: BLE001 - whatever a stored window holds, it is this person's
            people[record.key] = Window(INTERVAL_MS)
            unusable.append(record.raw)
            continue
        if verdict is not Verdict.TAKEN:
            refused[record.key] = TOO_MANY
        if verdict is Verdict.CLOSED:
            closed.add(record.key)
    _send(averages)
    traces.write(lines, arrived_ms)
    windows.write(people, arrived_ms)
    _tell(dict.fromkeys(left_out, ANOTHER_DEVICE) | refused, closed)
    dead_letters.send(unusable, dead_letters.UNUSABLE)
    count(
        Averages=len(averages),
        Unreadable=len(unreadable),
        Unusable=len(unusable),
        RefusedPeople=len(refused),
        LeftOut=sum(left_out.values()),
        ClosedPeople=len(closed),
    )
    return {"batchItemFailures": []}


def _connected(batch: list[Record], people: Mapping[str, Window]) -> set[tuple[str, str]]:
    """Whose windows begin, and by which connections they send: Redis may have lost both."""
    return {
        (record.key, record.value.connection)
        for record in batch
        if isinstance(record.value, stream.Sent) and record.key not in people
    }


def _resume(batch: list[Record], people: dict[str, Window]) -> None:
    """Windows that Redis lost go on in the session that is stored, with its length.

    A window that names no session is looked up when it begins, and once more a minute later; each
    minute only where that failed, or the session begins later. Nothing that a window may hold is
    ignored because of such a one: clocks may have named it.
    """
    nameless = {
        record.key: message.samples[-1][0]
        for record in batch
        if isinstance(message := stream.message_of(record.value), stream.HeartRateBatch)
        and _is_nameless(people.get(record.key), message.samples[-1][0])
    }
    for user, session in song_ends.glance(sorted(nameless)):
        begins = user not in people
        window = people.setdefault(user, Window(INTERVAL_MS))
        known_ms = window.last_ms if window.samples else nameless[user]
        if session is None or known_ms > session.end.ends_at_ms + SESSION_GAP_MS:
            window.sessionless = not begins
        elif session.end.session <= known_ms:
            window.session = session.end.session
            window.interval_ms = session.settings.interval_seconds * 1000


def _is_nameless(window: Window | None, newest_ms: int) -> bool:
    return window is None or not (
        window.session or window.sessionless or window.minute == newest_ms // MINUTE_MS
    )


def _tell(refused: Mapping[str, Error], closed: Collection[str]) -> None:
    with push.pushes() as pushes:
        for user, error in refused.items():
            pushes.notice(user, error)
        for user in closed:
            with optional("the end of a flood"):
                floods.shut_out(user)
            push.close_all(pushes, user, TOO_MANY)


def _fold(
    record: Record,
    people: dict[str, Window],
    averages: list[tuple[stream.Average, bytes]],
    lines: dict[traces.Minute, bytes],
    refused: dict[str, Error],
    left_out: dict[str, int],
) -> Verdict:
    """Whether a record is taken; the start of a session always is.

    What another device of the person sends is taken and left out: `left_out` counts its samples.
    """
    user, value = record.key, stream.message_of(record.value)
    window = people.get(user)
    if window is None:
        window = people[user] = Window(INTERVAL_MS)
    if isinstance(value, stream.SessionStart):
        people[user] = restarted(window, value.session, value.interval_seconds * 1000)
        return Verdict.TAKEN
    if has_seen(window, value.samples, record.arrived_ms):
        return Verdict.TAKEN
    verdict, window.felt_ms, arrived_ms = floods.HEART_RATES.judge(
        window.felt_ms, window.arrived_ms, record.arrived_ms
    )
    listen(window, arrived_ms)
    if verdict is not Verdict.TAKEN:
        return verdict
    until_ms = record.arrived_ms + MAX_FUTURE_MS
    over: dict[int, bytes] = {}
    late = hear(window, voice_in(record.value), value.samples, until_ms, GAP_MS, over)
    if late is None:
        left_out[user] = left_out.get(user, 0) + len(value.samples)
        return verdict
    newest_ms = value.samples[-1][0]
    if late:
        refused[user] = _in_the_future(late[-1], value.id)
    elif newest_ms < window.last_ms - OLD_MS:
        refused[user] = _older(newest_ms, window.last_ms, value.id)
    if window.samples and is_due_to_emit(window, EMIT_EVERY_MS):
        average = stream.Average(user, emit(window, over), window.folded, record.arrived_ms)
        # Encoding raises here, where it is one person's, and not in the batch.
        averages.append((average, stream.encode(average)))
    for minute, line in over.items():
        lines[user, minute] = line
    return verdict


def _send(averages: list[tuple[stream.Average, bytes]]) -> None:
    groups = defaultdict[int, list[bytes]](list)
    for average, encoded in averages:
        groups[stream.group_of(average.user)].append(encoded)
    streams.put(
        environment.averages_stream,
        [
            streams.entry(str(group), stream.together(members), stream.hash_key_of(group))
            for group, members in groups.items()
        ],
    )


def _older(newest_ms: int, known_ms: int, batch: MaybeId) -> Error:
    return Error(
        code="samples_too_old",
        message=f"Samples up to {newest_ms} were ignored, because newer ones are known, up to "
        f"{known_ms}: let one device send, and set the clock of the one that is behind.",
        id=batch,
    )


def _in_the_future(at_ms: int, batch: MaybeId) -> Error:
    return Error(
        code="sample_in_the_future",
        message=f"The sample at {at_ms} lies more than {MAX_FUTURE_MS // 1000} s in the future and "
        "was refused: set the clock of the device that sends it.",
        id=batch,
    )
