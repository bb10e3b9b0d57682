"""How the page's music sounds, by its samples: a real Chromium renders it faster than it plays."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.browser.rendering import RATE, Samples, band, decibels, onsets, rendered, script

LATE = 0.02
"""Seconds by which a kick may miss the grid."""
CHANGE_AT = 4.6
PLAIN: dict[str, Any] = {"genre": "pop", "energy": 0.5, "zone": 1}
"""With the ids of `step`, a kick and a bass note on every beat, and nothing between them."""
IDS = ("demo-3", "demo-9", "demo-10")
KITS = (
    ("pop", 121),
    ("house", 125),
    ("rock", 138),
    ("hip hop", 93),
    ("soul", 100),
    ("ballad", 72),
    ("drum and bass", 173.5),
)
SECONDS = 18


@pytest.fixture(scope="module")
def page_music() -> str:
    return script()


def step(start: float, slot: int, tempo: float, **changes: Any) -> dict[str, Any]:
    return {"from": start, "slot": slot, "id": IDS[slot], "tempo": tempo, **changes}


def grid(tempo: float, to: float, first: float, swap_after: int) -> list[float]:
    """Beats at a tempo, and from one of them on, in four beats, to another."""
    times = [first]
    for number in range(60):
        ramped = min(1.0, max(0, number - swap_after) / 4)
        times.append(times[-1] + 60 / tempo * (tempo / to) ** ramped)
    return times


def off(kicks: list[float], beats: list[float]) -> list[float]:
    return [min(abs(kick - beat) for beat in beats) for kick in kicks]


def aligned(times: list[float], beats: list[float]) -> list[float]:
    """Without what all of them are late by, as a narrow band rises late: that of the first."""
    late = times[0] - min(beats, key=lambda beat: abs(beat - times[0]))
    return [at - late for at in times]


RECORDED: dict[str, Any] = {"recorded": True}
CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any], float]] = {
    "sketch to sketch": (PLAIN, PLAIN, 132),
    "sketch to recording": (PLAIN, RECORDED, 126),
    "recording to recording": (RECORDED, RECORDED, 126),
    "recording to sketch": (RECORDED, PLAIN, 132),
}


@pytest.mark.parametrize("ticks", [0.25, 1.0], ids=["seen", "hidden"])
@pytest.mark.parametrize("change", CHANGES)
def test_the_kicks_of_both_songs_are_on_one_grid(
    browser: Browser, page_music: str, change: str, ticks: float
) -> None:
    before, after, tempo = CHANGES[change]
    steps = [step(0, 0, 120, **before), step(CHANGE_AT, 1, tempo, **after)]
    plan = {"seconds": 16, "steps": steps, "tick_seconds": ticks}
    heard = rendered(browser, page_music, plan)

    kicks = onsets(band(heard, 20, 150))
    struck = onsets(band(heard, 2_000, 4_000), 0.1)
    begins_at = 0.02 if before is RECORDED else 0.05
    swap = 4 * int((CHANGE_AT + 0.05 - begins_at) / 2) + 8
    beats = grid(120, tempo, begins_at, swap)
    inside = [kick for kick in kicks if kick < beats[swap + 1] + 0.1]
    assert max(off(aligned(inside, beats), beats)) < LATE
    assert len([kick for kick in inside if kick < beats[swap] - 0.1]) >= swap / 2
    assert [kick for kick in inside if kick > beats[swap] - 0.1]
    own_tempo = swap + 8 if after is PLAIN else swap + 1
    assert max(off(beats[1:own_tempo], aligned(struck, beats))) < LATE
    if before is after is RECORDED:  # a click and a kick a beat, and no snare's noise between them
        assert max(off([at for at in struck if at < beats[swap] + 0.1], beats)) < LATE


def test_a_song_that_is_skipped_in_the_middle_of_a_change_goes_as_well(
    browser: Browser, page_music: str
) -> None:
    steps = [
        step(0, 0, 120, **PLAIN),
        step(CHANGE_AT, 1, 120, **PLAIN),
        step(CHANGE_AT + 1, 2, 120, **PLAIN),
    ]
    heard = rendered(browser, page_music, {"seconds": 16, "steps": steps})
    kicks = onsets(band(heard, 20, 150))
    assert max(off(kicks, grid(120, 120, kicks[0], 0))) < LATE
    assert len(kicks) == len(set(np.round(np.array(kicks) * 2)))


def loudness(samples: Samples) -> float:
    return decibels(float((samples.astype(np.float64) ** 2).mean()))


@pytest.mark.parametrize("energy_and_zone", [(0.3, 1), (0.9, 5)], ids=["calm", "lively"])
@pytest.mark.parametrize("genre_and_tempo", KITS, ids=[genre for genre, _ in KITS])
def test_a_sketch_is_loud_enough_and_its_beat_is_heard_on_a_phone(
    browser: Browser,
    page_music: str,
    genre_and_tempo: tuple[str, float],
    energy_and_zone: tuple[float, int],
) -> None:
    (genre, tempo), (energy, zone) = genre_and_tempo, energy_and_zone
    steps = [step(0, 0, tempo, genre=genre, energy=energy, zone=zone)]
    heard = rendered(browser, page_music, {"seconds": SECONDS, "steps": steps})[RATE:]

    assert np.abs(heard).max() < 1
    assert loudness(heard) > -20
    high = band(heard, 500)
    since_beat = (np.arange(len(high)) / RATE + 1 - 0.05) % (60 / tempo)
    on_beat = since_beat < 0.06
    assert loudness(high[on_beat]) - loudness(high[~on_beat]) > 6


def test_genres_and_energies_sound_different(browser: Browser, page_music: str) -> None:
    sounds = [
        rendered(browser, page_music, {"seconds": 6, "steps": [step(0, 0, 120, **changes)]})
        for changes in (
            {"genre": "house"},
            {"genre": "rock"},
            {"genre": "ballad"},
            {"genre": "house", "energy": 0.95},
        )
    ]
    shares = [
        [loudness(band(sound, low, low * 2)) - loudness(sound) for low in (60, 250, 1_000, 4_000)]
        for sound in sounds
    ]
    for index, one in enumerate(shares):
        for other in shares[index + 1 :]:
            assert max(abs(a - b) for a, b in zip(one, other, strict=True)) > 1
