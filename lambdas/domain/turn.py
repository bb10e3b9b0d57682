"""A request for a song, what is known of the person who waits for it, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from events.messages import TracePoint
from events.pulse import Pulse
from events.session import Settings, Song, SongPush
from events.stream import SongRequest
from lambdas.domain.choose import Listener
from lambdas.domain.due import SongEnd
from lambdas.domain.next_song import Ask, Near, NextSong, next_song
from lambdas.domain.played import Ending, cut_ms, last_song
from lambdas.domain.session import Session, with_maximum
from lambdas.domain.song_push import song_push
from lambdas.domain.taste import Taste


class Standing(Enum):
    """What has become of a slot since it was asked for."""

    DUE = "due"
    FILLED = "filled"
    """Its song is the last one of the session."""
    OVER = "over"
    """The session has gone on, or another one has begun."""


class Before(NamedTuple):
    """What the playlist of a session says to whoever fills one of its slots."""

    heard: dict[str, int]
    """When each song was chosen, in this session and for two weeks before it, epoch ms."""
    artists: list[str]
    """Of the last songs."""
    holds_last: bool
    """Whether the song of the slot before is there."""
    holds_slot: bool


NOTHING = Before({}, [], holds_last=False, holds_slot=False)


@dataclass(slots=True)
class Turn:
    """A person's turn in a batch of requests; times in epoch ms."""

    user: str
    request: SongRequest
    arrived_ms: int
    session: Session | None
    """As it is stored."""
    taste: Taste
    before: Before = NOTHING
    connected: Sequence[str] = ()
    newest: Pulse | None = None
    """At the newest sample that was folded."""
    line: Sequence[TracePoint] = ()
    """Heart rates while the last song played, as far as they are known."""

    song: SongPush | None = None
    """That the person is told."""
    ended: Ending | None = None
    """The song before it, as far as no play tells of it."""
    unkept: bool = False
    """Whether that still has to be stored as a play."""
    refused: bool = False
    error: Exception | None = None

    @property
    def standing(self) -> Standing:
        """What has become of the slot since it was asked for."""
        request, session = self.request, self.session
        if session and self._goes_on and session.end.ended_ms is not None:
            return Standing.OVER
        if (session.version if session else 0) == request.version:
            return Standing.DUE
        if session is None or session.end.session != request.session:
            return Standing.OVER
        if session.song is not None and session.end.slot == request.slot:
            return Standing.FILLED
        return Standing.DUE if session.end.slot == request.slot - 1 else Standing.OVER

    @property
    def pulse(self) -> Pulse:
        """At the newest sample: a song that comes late is one for now, and starts now."""
        asked, newest = self.request.pulse, self.newest
        return newest if newest and newest.at_ms > asked.at_ms else asked

    @property
    def chosen(self) -> Settings:
        """By the person, for the session; in a new one what they chose last."""
        if self.session and self._goes_on:
            return self.session.settings
        return self.taste.coming

    @property
    def settings(self) -> Settings:
        """Those that were chosen, with a maximum heart rate no lower than what was seen."""
        return with_maximum(self.chosen, self.pulse.peak)

    @property
    def last(self) -> SongPush | None:
        """The song of the slot before, when the playlist has lost it."""
        last = self.session.song if self.session and self._goes_on else None
        lost = last and last.slot == self.request.slot - 1 and not self.before.holds_last
        return last if lost else None

    def ending(self, next_: SongEnd) -> Ending | None:
        """The song that the next one puts an end to, if there is one that no play tells of."""
        if self.session is None:
            return None
        if self._goes_on:
            return last_song(self.session, next_.starts_at_ms)
        return last_song(self.session, cut_ms(self.session, next_.session))

    @property
    def _goes_on(self) -> bool:
        """Whether the slot is one of the session that is stored, and not the first of a new one."""
        return self.session is not None and self.session.end.session == self.request.session

    def next_song(self, near: Near[Song], corrected: Sequence[Song]) -> NextSong[Song] | None:
        """The song for the slot, as `next_song.next_song` answers it."""
        request, (heard, artists, *_) = self.request, self.before
        ends_at_ms, previous_target = request.ends_at_ms, None
        if self.session and self._goes_on:
            ends_at_ms = min(ends_at_ms, self.session.end.ends_at_ms)
            previous_target = self.session.end.target
        opinions, skips = self.taste.opinions, self.taste.skips
        return next_song(
            Ask(request.session, request.slot, ends_at_ms, previous_target, request.playing_tempo),
            self.settings,
            self.pulse,
            Listener(self.pulse.at_ms, request.session, heard, artists, opinions, skips),
            near,
            corrected,
            seed=f"{self.user} {request.session} {request.slot}",
        )

    def filled(self, found: NextSong[Song]) -> Session:
        """The session with this song, in the place of the version that is stored."""
        song = song_push(found, self.settings, self.pulse, self.taste.opinions)
        version = self.session.version if self.session else 0
        return Session(found.end, self.settings, song, version)
