"""What somebody costs who looks for an hour at the workouts of others: a line of its own.

How many look depends on the place, so they are in no bill of athletes.
"""

from msgspec import Struct

from events.stream import GROUPS
from lambdas.domain.line import POINT_BYTES, STEP_MS
from planning import quotas
from planning.capacity import Metered, message_units
from planning.load import Load
from planning.page import COACH_SECONDS, SCREEN_SECONDS
from planning.prices import price_of
from planning.sizes import FLOOR_PEOPLE, sizes
from planning.template import Settings
from planning.work import LOG_BYTES, SOCKET_SECONDS

FLOOR_SECONDS = 0.1
"""Duration of a warm invocation of `floor` for as many people as it tells of. Assumed."""
POINTS_MINUTES = 30
"""Of each person's line that effort points are counted from: on average, in an hour."""
POINTS_SECONDS = 0.06
"""Duration of counting them for `FLOOR_PEOPLE`: 18 ms of a processor were measured, of which the
function has 0.29."""
SECONDS_OF_AN_HOUR = 3600


class Looked(Struct, frozen=True):
    """One line of what somebody costs who looks for an hour."""

    line: str
    unit: str
    quantity: float
    usd: float


class Watcher(Struct, frozen=True):
    """Somebody who looks for an hour."""

    who: str
    usd_per_hour: float
    lines: list[Looked]


class _Look(Struct, frozen=True):
    """A question, and what answering it takes."""

    every_seconds: float
    answer_bytes: int
    lambda_seconds: float
    read_units: float
    ecpu: float = 7.0
    """Without those of the answer's bytes."""


def watchers(load: Load, settings: Settings) -> list[Watcher]:
    """A second screen, and a coach who has one workout open."""
    asked = sizes(load).workout["looking"]
    seconds = SOCKET_SECONDS["workout"]
    screen, opened = (_Look(every, asked, seconds, 1) for every in (SCREEN_SECONDS, COACH_SECONDS))
    floor = _Look(
        COACH_SECONDS,
        sizes(load).floor,
        FLOOR_SECONDS + POINTS_SECONDS,
        FLOOR_PEOPLE,
        ecpu=8.0 + _points_ecpu(),
    )
    return [
        _watcher("a second screen that looks at one workout", [screen], settings),
        _watcher(
            f"a coach who looks at a floor of {FLOOR_PEOPLE}, one workout open",
            [floor, opened],
            settings,
        ),
    ]


def _points_ecpu() -> float:
    """A command for each minute of a group of people, and the bytes that they bring."""
    points = 60_000 / STEP_MS * POINT_BYTES
    return POINTS_MINUTES * (GROUPS + FLOOR_PEOPLE * points / quotas.ECPU_BYTES)


def _watcher(who: str, looks: list[_Look], settings: Settings) -> Watcher:
    lines: dict[str, Looked] = {}
    for metered in (one for look in looks for one in _metered(look, settings)):
        usd = metered.quantity * price_of(metered.line, metered.unit).usd
        before = lines.get(metered.line, Looked(metered.line, metered.unit, 0.0, 0.0))
        lines[metered.line] = Looked(
            metered.line, metered.unit, before.quantity + metered.quantity, before.usd + usd
        )
    connected = Metered("API Gateway connections", "connection-minute", 60)
    usd = connected.quantity * price_of(connected.line, connected.unit).usd
    found = [*lines.values(), Looked(connected.line, connected.unit, connected.quantity, usd)]
    found.sort(key=lambda line: -line.usd)
    return Watcher(who, sum(line.usd for line in found), found)


def _metered(look: _Look, settings: Settings) -> list[Metered]:
    """An hour of one question, asked again and again."""
    times = SECONDS_OF_AN_HOUR / look.every_seconds
    gigabytes = look.answer_bytes / 1e9
    return [
        Metered("API Gateway messages in", "message", times),
        Metered("API Gateway messages out", "message", times * message_units(look.answer_bytes)),
        Metered("Lambda requests", "request", times),
        Metered(
            "Lambda duration",
            "GB-second",
            times * look.lambda_seconds * settings.memory_mb / 1024,
        ),
        Metered("DynamoDB reads song-ends", "read unit", times * look.read_units),
        Metered(
            "ElastiCache requests",
            "ECPU",
            times * (look.ecpu + look.answer_bytes / quotas.ECPU_BYTES),
        ),
        Metered("CloudWatch logs", "GB", times * LOG_BYTES / 1e9),
        Metered("Data out", "GB", times * gigabytes),
    ]
