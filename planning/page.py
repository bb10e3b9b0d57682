"""What the page sends and is sent: the counts that the capacity model and the bill rest on.

`tempofit bench page` counts them in a browser, and tests/browser/test_traffic.py compares.
"""

from planning.load import Load

ADAPTIVE_FLUSH_SECONDS = 12.0
"""Seconds between two messages of heart rates, on average."""
REPEATED_SECONDS = 90.0
"""For so long every message repeats what was sent and is not told as arrived."""
REPEATED_CPU_US = 0.3
"""What `average` does with a sample that it knows: decoded and left out, 50 in a record."""
CONNECTING, END = 1, 1
"""Questions for the workout: on connecting, and when the workout is over."""
LATE_SONGS = 0.05
"""Share of songs that come so late that the page asks for them. Assumed."""
SCREEN_SECONDS = 2.5
"""Between two questions of a page that looks at a workout whose heart is elsewhere."""
COACH_SECONDS = 3.0
"""Between two questions for a floor, and for the workout that is opened from it."""


def questions(load: Load) -> float:
    """Of a workout, how often an athlete's page asks for it."""
    return CONNECTING + END + LATE_SONGS * load.songs_per_workout


def repeated(load: Load) -> float:
    """Samples of a message that the one before it held already, on average.

    A song tells what has arrived: after it they grow from none to those of `REPEATED_SECONDS`.
    """
    told = load.song_seconds
    kept = min(REPEATED_SECONDS, told)
    return kept - kept**2 / (2 * told)


def messages(load: Load, seconds: float) -> dict[str, float]:
    """What an athlete's page sends within `seconds` of a workout, from connecting to the end."""
    return {
        "heartrate": seconds / load.flush_seconds,
        "start": 1.0,
        "workout": CONNECTING + END + LATE_SONGS * seconds / load.song_seconds,
    }


def answers(load: Load, seconds: float) -> dict[str, float]:
    """What it is sent within `seconds` of a workout; the first song comes at its beginning."""
    sent = messages(load, seconds)
    return {
        "song": 1 + seconds / load.song_seconds,
        "started": sent["start"],
        "workout": sent["workout"],
    }
