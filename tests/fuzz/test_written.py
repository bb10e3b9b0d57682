"""Whatever follows from valid samples can be read again: in each stream, both tables and Redis."""

from collections.abc import Callable
from itertools import accumulate
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from events import checked, stream
from events.messages import TracePoint
from events.pulse import Pulse
from events.session import Opinion, Settings, Song
from lambdas.adapters import song_ends, tastes, windows
from lambdas.domain.choose import Listener
from lambdas.domain.due import SongEnd, Timing
from lambdas.domain.next_song import Ask, ask, next_song
from lambdas.domain.session import Session, with_maximum
from lambdas.domain.song_push import song_push
from lambdas.domain.window import Window, emit, fold, is_due_to_emit
from tests.fuzz.profile import fuzzed

START_MS = 1_760_000_040_000
TIMING = Timing(lead_ms=10_000, ask_again_ms=30_000, session_gap_ms=900_000)
SONGS = [Song(f"song-{tempo}", "A", "B", tempo, 45 + tempo) for tempo in range(40, 251, 7)]

heart_rates = st.one_of(
    st.floats(30, 230),
    st.integers(30, 230).map(float),
    st.sampled_from([30.0, 30.1, 229.9, 230.0, 229.99999999999997, 30.000000000000004]),
)
steps_ms = st.one_of(st.integers(1, 31_000), st.sampled_from([1, 1_000, 5_000, 7_964, 30_000]))


@st.composite
def workouts(draw: Callable[[st.SearchStrategy[Any]], Any]) -> list[tuple[int, float]]:
    """Samples as a client may send them, in order."""
    steps = draw(st.lists(steps_ms, min_size=1, max_size=40))
    return [(START_MS + at_ms, draw(heart_rates)) for at_ms in accumulate(steps)]


settings = st.builds(
    Settings,
    mode=st.sampled_from(["pulse", "zone", "push", "hold", "recover", "plan"]),
    interval_seconds=st.integers(10, 300),
    resting_heart_rate=heart_rates,
    max_heart_rate=st.none() | heart_rates,
    age=st.integers(5, 110),
    goal_zone=st.integers(1, 5),
    span=st.floats(0.5, 2),
    lock=st.none() | st.floats(40, 250),
    responsive=st.booleans(),
)


@fuzzed
@given(workouts(), settings)
@example(
    [
        *((START_MS, 229.9), (START_MS + 7_964, 230.0), (START_MS + 37_964, 230.0)),
        *((START_MS + 45_000, 150.0), (START_MS + 50_000, 150.0)),
    ],
    Settings(mode="zone"),
)
def test_what_follows_from_samples_can_be_read_again(
    samples: list[tuple[int, float]], settings: Settings
) -> None:
    session = Session(SongEnd(START_MS, -1, START_MS), settings)
    window = Window(settings.interval_seconds * 1000, session=START_MS)
    for sample in samples:
        fold(window, [sample], sample[0], gap_ms=30_000)
        assert windows._unpack(windows._pack(window)) == window
        if is_due_to_emit(window, 5_000):
            session = _averaged(session, emit(window), window.folded)


def _averaged(session: Session, pulse: Pulse, folded: int) -> Session:
    """The session after an average, every value of which has gone through its reader."""
    average = stream.Average("ann", pulse, folded, pulse.at_ms)
    (read,) = stream.decode_averages(stream.encode(stream.Averages([average]))).averages
    assert read == average
    checked.encode(TracePoint(pulse.at_ms, pulse.heart_rate, pulse.average))
    asked = ask(session.end, session.settings, pulse, TIMING)
    if asked is None:
        return session
    request = stream.SongRequest(
        session=asked.session,
        slot=asked.slot,
        pulse=pulse,
        ends_at_ms=asked.ends_at_ms,
        playing_tempo=asked.playing_tempo,
        version=session.version,
        arrived_ms=pulse.at_ms,
    )
    assert stream.decode_song_request(stream.encode(request)) == request
    return _answered(asked, session, pulse)


def _answered(asked: Ask, session: Session, pulse: Pulse) -> Session:
    settings = with_maximum(session.settings, pulse.peak)
    listener = Listener(pulse.at_ms, asked.session, {}, [], {}, {})

    def near(tempo: float, count: int) -> list[Song]:
        return sorted(SONGS, key=lambda song: abs(song.tempo - tempo))[:count]

    found = next_song(asked, settings, pulse, listener, near, seed="x")
    assert found is not None
    song = song_push(found, settings, pulse, {})
    chosen = Session(found.end, settings, song, session.version + 1)
    assert song_ends._session_of(song_ends._item("ann", chosen, 0)) == chosen
    kept = tastes._Kept(Opinion(tempo=found.choice.tempo), "demo", song.song, 0)
    assert tastes._kept_of({"S": checked.encode(kept).decode()}) == kept
    return chosen
