import numpy as np
import pytest

from catalog.audio import SAMPLE_RATE
from catalog.beat import SURE, find_beat
from tests.catalog.drums import Case, cases, drums


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.case)
def test_the_same_is_heard_as_by_the_page(case: Case) -> None:
    beat = find_beat(drums(case.tempo, case.kicks, case.hats, case.beats, case.seconds))
    if beat is None or case.heard is None:
        assert beat == case.heard
        return
    assert beat.tempo == pytest.approx(case.heard.tempo, abs=0.11)
    assert beat.confidence == pytest.approx(case.heard.confidence, abs=0.011)
    assert (beat.other is None) == (case.heard.other is None)


def test_what_is_not_sure_has_another_tempo_and_what_is_sure_has_none() -> None:
    heard = [case.heard for case in cases() if case.heard]
    assert {beat.other is None for beat in heard} == {True, False}
    assert all((beat.confidence < SURE) == (beat.other is not None) for beat in heard)


def test_noise_and_a_held_tone_have_no_beat() -> None:
    random = np.random.default_rng(1)
    seconds = np.arange(30 * SAMPLE_RATE) / SAMPLE_RATE
    assert find_beat(random.normal(0, 0.1, len(seconds)).astype(np.float32)) is None
    assert find_beat(np.sin(2 * np.pi * 440 * seconds).astype(np.float32)) is None
