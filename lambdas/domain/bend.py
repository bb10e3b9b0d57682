"""How far a client may bend a song's playback rate towards the target, pitch kept."""

MAX_BEND = 0.04
"""People notice tempo changes of about 4 % (Van Dyck et al. 2015)."""
BEND_PER_SECOND = 0.002
"""The whole way takes 20 s."""


def tempo_range(tempo: float) -> tuple[float, float]:
    """The slowest and the fastest that a song of this tempo may be played, beats/min."""
    return tempo * (1 - MAX_BEND), tempo * (1 + MAX_BEND)


def playback_rate(
    rate: float, tempo: tuple[float, float], target: float, elapsed_seconds: float
) -> float:
    """The next playback rate of a song: a step from `rate` towards `target`.

    `tempo` is the range the song may be bent to, with its own tempo in the middle; `target` in
    beats/min. The same rule runs in the client; events/bends.json holds them equal.
    """
    slowest, fastest = tempo
    own = (slowest + fastest) / 2
    wanted = min(fastest, max(slowest, target)) / own
    step = BEND_PER_SECOND * elapsed_seconds
    return min(rate + step, max(rate - step, wanted))
