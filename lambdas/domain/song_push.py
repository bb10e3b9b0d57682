"""What a person is told of their next song."""

from collections.abc import Mapping

from events.pulse import Pulse
from events.session import Opinion, Settings, Song, SongPush, Why
from lambdas.domain.bend import tempo_range
from lambdas.domain.next_song import NextSong


def song_push(
    found: NextSong[Song], settings: Settings, pulse: Pulse, opinions: Mapping[str, Opinion]
) -> SongPush:
    """The song, when it plays and why it was chosen, by these settings, at this pulse."""
    choice, end = found.choice, found.end
    return SongPush(
        session=end.session,
        slot=end.slot,
        song=choice.song,
        library=settings.library,
        starts_at_ms=end.starts_at_ms,
        ends_at_ms=end.ends_at_ms,
        tempo_range=tempo_range(choice.tempo),
        opinion=opinions.get(choice.song.id, Opinion()),
        why=Why(
            mode=settings.mode,
            at_ms=pulse.at_ms,
            heart_rate=pulse.heart_rate,
            average=pulse.average,
            target_tempo=found.target,
            tempo=choice.tempo,
            octave=choice.octave,
            distance=choice.distance,
            terms=choice.terms,
            decided_by=choice.decided_by,
            lock=settings.lock,
            scarce=choice.scarce,
        ),
    )
