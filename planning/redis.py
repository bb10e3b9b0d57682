"""What Redis keeps for a load, and what its commands come to."""

from msgspec import Struct

from lambdas.adapters import playlists, traces, windows
from lambdas.domain import line
from lambdas.domain.choose import ARTISTS_APART
from lambdas.domain.window import BEFORE_MS, HELD_MS, MAX_SAMPLES
from planning import quotas
from planning.load import Load, average_period
from planning.page import questions
from planning.shards import Hop, groups_touched, most_in_one
from planning.sizes import (
    CONNECTIONS_KEY_BYTES,
    HEARD_SONG_BYTES,
    PLAYLIST_ENTRY_BYTES,
    SAMPLES_PER_SECOND,
    TRACE_ENTRY_BYTES,
    USER_BYTES,
    WINDOW_BYTES,
    WINDOW_ENTRY_BYTES,
    WINDOW_SAMPLE_BYTES,
    sizes,
)
from planning.template import Settings

SONG_COMMANDS = 11
"""Of `recommend` for each song: five that read, two of them much, and six that write."""


class Redis(Struct, frozen=True):
    """Bytes that are kept, by what they are; commands, ECPUs, and those of the busiest slot."""

    bytes_kept: dict[str, float]
    commands_per_second: float
    ecpu_per_second: float
    slot_ecpu_per_second: float


def redis(load: Load, settings: Settings, average: Hop) -> Redis:
    """Windows and traces by the batches of `average`, the rest by songs and connections."""
    groups = groups_touched(settings.groups, average.records_per_batch)
    batches = average.invocations_per_second
    people = average.records_per_second
    window = USER_BYTES + window_bytes(settings)
    # The windows of a batch are read and written, its averages become points of the trace.
    moved = people * window
    windows_ecpu = 2 * max(groups * batches, moved / quotas.ECPU_BYTES) + groups * batches
    lines = load.users / average_period(load, settings) * line_bytes(load, settings)
    traces_ecpu = max(groups * batches, lines / quotas.ECPU_BYTES) + groups * batches
    heard = load.workouts * load.songs_per_workout * HEARD_SONG_BYTES
    artists = ARTISTS_APART * sizes(load).song
    request_ecpu = (
        max(1.0, heard / quotas.ECPU_BYTES) + artists / quotas.ECPU_BYTES + SONG_COMMANDS - 2
    )
    socket = 2 + 1 + 4 * questions(load)  # connect, disconnect, workout
    connects = load.starts_per_second
    busiest = most_in_one(load.users, 1 / settings.groups, settings.groups)
    return Redis(
        bytes_kept=_kept(load, settings),
        commands_per_second=5 * groups * batches
        + SONG_COMMANDS * load.songs_per_second
        + socket * connects,
        ecpu_per_second=windows_ecpu
        + traces_ecpu
        + request_ecpu * load.songs_per_second
        + socket * connects,
        slot_ecpu_per_second=windows_ecpu * busiest / load.users,
    )


def window_bytes(settings: Settings) -> float:
    """A packed window: the samples of the interval, those that tell its spikes, and one before."""
    seconds = max(HELD_MS, settings.interval_seconds * 1000 + BEFORE_MS) / 1000
    samples = min(MAX_SAMPLES, seconds * SAMPLES_PER_SECOND + 1)
    return WINDOW_BYTES + samples * WINDOW_SAMPLE_BYTES


def line_bytes(load: Load, settings: Settings) -> float:
    """A minute of a person's line, when it is whole: a field and its value."""
    every_ms = max(line.STEP_MS, 1000 * average_period(load, settings))
    return USER_BYTES + line.MINUTE_MS / every_ms * line.POINT_BYTES


def _kept(load: Load, settings: Settings) -> dict[str, float]:
    """What expires late is kept for many more people than work out at once."""
    hours = 1 + windows.EXPIRE_SECONDS / 3600
    people_in_an_hour = 1 + 3600 / load.workout_seconds
    ended = playlists.EXPIRE_SECONDS / load.workout_seconds
    return {
        "windows": load.users
        * people_in_an_hour
        * hours
        * (USER_BYTES + window_bytes(settings) + WINDOW_ENTRY_BYTES),
        "traces": load.users
        * (traces.KEPT_MS / line.MINUTE_MS)
        * (line_bytes(load, settings) + TRACE_ENTRY_BYTES),
        "heard": load.users
        * load.members
        * load.workouts
        * load.songs_per_workout
        * HEARD_SONG_BYTES,
        "playlists": load.users
        * (0.5 + ended)
        * load.songs_per_workout
        * (sizes(load).song + PLAYLIST_ENTRY_BYTES),
        "connections": load.users * CONNECTIONS_KEY_BYTES,
    }
