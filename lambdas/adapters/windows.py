"""Windows of heart rates in Redis: a hash holds a group of people, so a batch is few commands.

Keys carry the hour in which the newest sample arrived and expire after two, so the window of
somebody who stopped goes away with its hour.
"""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from struct import Struct
from typing import TYPE_CHECKING

from msgspec import MsgspecError, msgpack

from events import checked
from events.messages import TracePoint
from events.pulse import Pulse
from events.stream import group_of
from lambdas.adapters import clients, stored
from lambdas.domain.window import Window, average, emit, fold

if TYPE_CHECKING:
    from redis.client import Pipeline

HOUR_MS = 3_600_000
MOST = 2**53
"""Beyond every time and every count."""
EXPIRE_SECONDS = 2 * 3600
_WIDE_HEAD = Struct("<qqqqd")
_pack = msgpack.Encoder().encode
_decode = msgpack.Decoder(Window).decode


def _key(group: int, hour: int) -> str:
    return f"windows:{group}:{hour}"


def read(users: Collection[str], arrived_ms: int) -> dict[str, Window]:
    """The windows of those who have one, at the time a batch arrived, epoch ms."""
    hour = arrived_ms // HOUR_MS
    windows = _read(users, hour)
    missing = [user for user in users if user not in windows]
    return windows | _read(missing, hour - 1) if missing else windows


def latest(window: Window | None, from_ms: int = 0) -> TracePoint | None:
    """The newest sample of a window, unless before `from_ms`, and the running average at it."""
    if window is None or not window.samples or window.last_ms < from_ms:
        return None
    return stored.readable(_point_of, window)


def _point_of(window: Window) -> TracePoint:
    running = average(window)
    point = TracePoint(window.last_ms, window.newest, running)
    checked.encode(point)
    return point


def ask(pipeline: "Pipeline", user: str, arrived_ms: int) -> None:
    """Ask for a person's window, at the time a batch arrived, epoch ms: two answers."""
    for hour in (arrived_ms // HOUR_MS, arrived_ms // HOUR_MS - 1):
        pipeline.hget(_key(group_of(user), hour), user)


def newest(*packed: bytes | None) -> Pulse | None:
    """The pulse at the newest sample of a window, from the answers that `ask` asked for."""
    window = next((_unpack(one) for one in packed if one is not None), None)
    return stored.readable(_pulse_of, window) if window is not None and window.samples else None


def held(*packed: bytes | None) -> tuple[int, bytes]:
    """The minute that a window holds, and its line, from the answers that `ask` asked for."""
    window = next((_unpack(one) for one in packed if one is not None), None)
    return (window.minute, window.line) if window is not None else (0, b"")


def _pulse_of(window: Window) -> Pulse:
    pulse = emit(window)
    checked.encode(pulse)
    return pulse


def _read(users: Iterable[str], hour: int) -> dict[str, Window]:
    groups = _by_group(users)
    with clients.redis().pipeline(transaction=False) as pipeline:
        for group, members in groups.items():
            pipeline.hmget(_key(group, hour), members)
        answers = pipeline.execute()
    unpacked = {
        user: _unpack(packed)
        for members, values in zip(groups.values(), answers, strict=True)
        for user, packed in zip(members, values, strict=True)
        if packed is not None
    }
    return {user: window for user, window in unpacked.items() if window is not None}


def write(windows: Mapping[str, Window], arrived_ms: int) -> None:
    """Store windows; the whole of a group by one command."""
    hour = arrived_ms // HOUR_MS
    with clients.redis().pipeline(transaction=False) as pipeline:
        for group, members in _by_group(windows).items():
            values = [part for user in members for part in (user, _pack(windows[user]))]
            pipeline.hset(_key(group, hour), items=values)
            pipeline.expire(_key(group, hour), EXPIRE_SECONDS)
        pipeline.execute()


def _unpack(packed: bytes) -> Window | None:
    try:
        return _decode(packed)
    except MsgspecError:
        return stored.readable(_unpack_wide, packed)


def _unpack_wide(packed: bytes) -> Window:
    """A window of the version before: times, heart rates and areas in eight bytes each."""
    interval_ms, session, folded, emitted_ms, peak = _WIDE_HEAD.unpack_from(packed)
    times = _WIDE_HEAD.size
    rates, areas = (times + (len(packed) - times) // 24 * 8 * part for part in (1, 2))
    window = Window(interval_ms, session, 0, emitted_ms, peak, last_ms=session - 1)
    samples = zip(array("q", packed[times:rates]), array("d", packed[rates:areas]), strict=True)
    fold(window, samples, until_ms=MOST, gap_ms=2**32 - 1)
    window.folded, window.started_ms = folded, 0
    return _decode(_pack(window))


def _by_group(users: Iterable[str]) -> dict[int, list[str]]:
    groups = defaultdict(list)
    for user in users:
        groups[group_of(user)].append(user)
    return groups
