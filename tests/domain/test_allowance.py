from collections import Counter

import pytest

from lambdas.domain.allowance import Allowance, Allowances, Verdict

START_MS = 1_760_000_040_000
ALLOWANCE = Allowance(burst=3, each_ms=500, patience=2)
TAKEN, REFUSED, CLOSED = Verdict.TAKEN, Verdict.REFUSED, Verdict.CLOSED


def of_many(people: int = 100) -> Allowances:
    return Allowances(ALLOWANCE, people)


def verdicts(*times_ms: int) -> list[Verdict]:
    """What becomes of messages that arrive at these times, since the start."""
    allowances = of_many()
    return [allowances.judge("ann", START_MS + at_ms) for at_ms in times_ms]


def test_a_burst_is_taken_and_then_so_many_a_second() -> None:
    assert verdicts(0, 0, 0, 0, 1_000, 1_000) == [TAKEN] * 3 + [REFUSED, TAKEN, REFUSED]


def test_what_was_not_used_for_long_is_no_more_than_a_burst() -> None:
    assert verdicts(0, *[60_000] * 4) == [TAKEN] * 4 + [REFUSED]


def test_at_the_pace_that_is_allowed_everything_is_taken_for_ever() -> None:
    assert set(verdicts(*range(0, 1_000_000, 500))) == {TAKEN}


def test_the_flood_of_one_person_is_nobody_elses() -> None:
    allowances = of_many()
    for _ in range(100):
        allowances.judge("ann", START_MS)
    assert allowances.judge("bob", START_MS) is TAKEN


def test_whoever_does_not_listen_is_closed_until_they_have_paused() -> None:
    assert verdicts(*[0] * 9) == [TAKEN] * 3 + [REFUSED] * 2 + [CLOSED] * 4
    assert verdicts(*[0] * 9, 1_500)[-1] is TAKEN


def test_a_flood_is_not_forgiven_by_what_is_taken_of_it() -> None:
    counts = Counter(verdicts(*range(0, 10_000, 250)))
    assert counts[CLOSED] > 1
    assert counts[TAKEN] == 3 + 2, "what leaks while they come, and no more"


def test_who_pauses_has_all_of_it_again_and_was_never_refused() -> None:
    each = [TAKEN] * 3 + [REFUSED] * 2
    assert verdicts(*[0] * 5, *[10_000] * 5, *[20_000] * 5) == each * 3


def test_messages_out_of_order_give_nothing_back_twice() -> None:
    counts = Counter(verdicts(*[0] * 3, *[1_000, 0] * 10))
    assert counts[TAKEN] <= 3 + 2


def test_messages_of_long_ago_that_are_delivered_again_are_no_flood() -> None:
    """A stream is read once more from its beginning, a day ago."""
    day_ms = 86_400_000
    times_ms = range(0, day_ms, 500_000)
    assert set(verdicts(*times_ms, *times_ms)) == {TAKEN}


@pytest.mark.parametrize("back_ms", [1_000, 30_000, 90_000, 120_000, 86_400_000])
def test_a_clock_that_is_set_back_makes_no_flood_however_far_and_for_however_long(
    back_ms: int,
) -> None:
    allowances = Allowances(Allowance(burst=600, each_ms=100, patience=600))
    back = [second * 1_000 - back_ms for second in range(60, 260)]
    times_ms = [*range(0, 60_000, 1_000), *back]
    assert {allowances.judge("ann", START_MS + at_ms) for at_ms in times_ms} == {TAKEN}


def test_a_clock_that_is_set_back_forgives_no_flood() -> None:
    assert verdicts(*[0] * 4, *[-90_000] * 3) == [TAKEN] * 3 + [REFUSED] * 2 + [CLOSED] * 2
    assert verdicts(*[0] * 9, -90_000, -88_500)[-2:] == [CLOSED, TAKEN]


def test_of_more_people_than_it_knows_those_of_longest_ago_are_forgotten() -> None:
    allowances = of_many(people=2)
    for _ in range(4):
        allowances.judge("ann", START_MS)
    allowances.judge("bob", START_MS)
    allowances.judge("cem", START_MS)
    assert len(allowances._felt_ms) == 2
    assert allowances.judge("ann", START_MS) is TAKEN


def test_what_is_given_back_can_be_used_again_and_is_no_more_than_there_was() -> None:
    allowances = of_many()
    for _ in range(20):
        assert allowances.judge("ann", START_MS) is TAKEN
        allowances.give_back("ann")
    allowances.give_back("ann")
    taken = [allowances.judge("ann", START_MS) for _ in range(5)].count(TAKEN)
    assert taken == 3
