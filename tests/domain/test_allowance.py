from collections import Counter

from lambdas.domain.allowance import Allowance, Verdict

START_MS = 1_760_000_040_000


def bucket(people: int = 100) -> Allowance:
    return Allowance(burst=3, per_second=2, patience=2, people=people)


def test_a_burst_is_taken_and_then_so_many_a_second() -> None:
    allowance = bucket()
    assert [allowance.judge("ann", START_MS) for _ in range(4)] == [Verdict.TAKEN] * 3 + [
        Verdict.REFUSED
    ]
    assert allowance.judge("ann", START_MS + 500) is Verdict.TAKEN
    assert allowance.judge("ann", START_MS + 500) is Verdict.REFUSED
    taken = [allowance.judge("ann", START_MS + 10_000) for _ in range(4)].count(Verdict.TAKEN)
    assert taken == 3, "what was not used for long is no more than a burst"


def test_the_flood_of_one_person_is_nobody_elses() -> None:
    allowance = bucket()
    for _ in range(100):
        allowance.judge("ann", START_MS)
    assert allowance.judge("bob", START_MS) is Verdict.TAKEN


def test_whoever_does_not_listen_is_closed_and_told_again_from_the_beginning() -> None:
    allowance = bucket()
    verdicts = [allowance.judge("ann", START_MS) for _ in range(9)]
    told = [Verdict.REFUSED, Verdict.REFUSED, Verdict.CLOSED]
    assert verdicts == [Verdict.TAKEN] * 3 + told + told


def test_a_flood_is_not_forgiven_by_what_is_taken_of_it() -> None:
    allowance = bucket()
    verdicts = [allowance.judge("ann", START_MS + 250 * number) for number in range(12)]
    assert verdicts.count(Verdict.TAKEN) == 3 + 5
    assert Verdict.CLOSED in verdicts


def test_who_has_all_of_it_again_was_never_refused() -> None:
    allowance = bucket()
    for second in (0, 10, 20):
        verdicts = [allowance.judge("ann", START_MS + 1000 * second) for _ in range(5)]
        assert verdicts == [Verdict.TAKEN] * 3 + [Verdict.REFUSED] * 2


def test_messages_out_of_order_give_nothing_back_twice() -> None:
    allowance = bucket()
    times = [START_MS] * 3 + [START_MS + 1_000, START_MS] * 10
    verdicts = Counter(allowance.judge("ann", at_ms) for at_ms in times)
    assert verdicts[Verdict.TAKEN] == 3 + 2


def test_of_more_people_than_it_knows_those_of_longest_ago_are_forgotten() -> None:
    allowance = bucket(people=2)
    for _ in range(4):
        allowance.judge("ann", START_MS)
    allowance.judge("bob", START_MS)
    allowance.judge("cem", START_MS)
    assert len(allowance._buckets) == 2
    assert allowance.judge("ann", START_MS) is Verdict.TAKEN


def test_what_is_given_back_can_be_used_again_and_is_no_more_than_there_was() -> None:
    allowance = bucket()
    for _ in range(20):
        assert allowance.judge("ann", START_MS) is Verdict.TAKEN
        allowance.give_back("ann")
    allowance.give_back("ann")
    taken = [allowance.judge("ann", START_MS) for _ in range(5)].count(Verdict.TAKEN)
    assert taken == 3
