"""How many people there are, and what their clients do."""

from math import ceil

from msgspec import Struct

from planning.template import Settings


class Load(Struct, frozen=True):
    """Who is there: people who work out at once, and what their clients do."""

    users: int
    flush_seconds: float = 5.0
    song_seconds: float = 224.0
    """The mean of catalog.demo's durations: 215 x exp(0.28^2 / 2)."""
    workout_seconds: float = 2_700.0
    members: float = 20
    """People of the last two weeks for each who works out now. Assumed."""
    workouts: float = 5
    """Of each member in two weeks. Assumed."""
    by_http: float = 0.0
    """Share of people whose heart rates come by the HTTP door; all else goes by their socket."""

    @property
    def songs_per_second(self) -> float:
        """Songs that begin, of all people."""
        return self.users / self.song_seconds

    @property
    def starts_per_second(self) -> float:
        """Workouts that begin, and as many connections."""
        return self.users / self.workout_seconds

    @property
    def songs_per_workout(self) -> float:
        """Songs that one person hears."""
        return self.workout_seconds / self.song_seconds


def average_period(load: Load, settings: Settings) -> float:
    """Seconds between two averages of one person: whole flushes, no shorter than the template's."""
    return ceil(settings.emit_every_seconds / load.flush_seconds) * load.flush_seconds
