"""A library of songs by tempo, and songs as a policy played them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from events.session import Song


class Library:
    """Songs in the order of their tempi."""

    def __init__(self, songs: Sequence[Song]) -> None:
        self.songs = sorted(songs, key=lambda song: (song.tempo, song.id))
        self._tempi = [song.tempo for song in self.songs]

    def outward(self, tempo: float) -> Iterator[Song]:
        """All songs, the one nearest to `tempo` first."""
        above = bisect_left(self._tempi, tempo)
        below = above - 1
        while below >= 0 or above < len(self.songs):
            nearer_below = above == len(self.songs) or (
                below >= 0 and tempo - self._tempi[below] <= self._tempi[above] - tempo
            )
            if nearer_below:
                yield self.songs[below]
                below -= 1
            else:
                yield self.songs[above]
                above += 1

    def near(self, tempo: float, count: int) -> list[Song]:
        """The `count` songs nearest to `tempo`, nearest first; fewer if there are fewer."""
        return list(islice(self.outward(tempo), count))

    def between(self, low: float, high: float) -> Sequence[Song]:
        """Songs of `low` to `high` beats/min."""
        return self.songs[bisect_left(self._tempi, low) : bisect_right(self._tempi, high)]


@dataclass(slots=True)
class Play:
    """A song as it was played, from the start of the stretch; the last one may outlast it."""

    starts_ms: int
    ends_ms: int
    tempo: float
    song: Song | None = None
    """None where the policy has no library."""
    octave: float = 1.0
    """2 where the song is felt at double its tempo, 0.5 at half."""
    empty: bool = False
    """Nothing was found, so the song before goes on in its place."""
