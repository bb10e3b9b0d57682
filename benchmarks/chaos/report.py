"""What `tempofit chaos` found, and in words what did not hold."""

from collections.abc import Iterator, Mapping

import msgspec

WELL_SECONDS, FILLED_SECONDS, TOLD_SECONDS = 30.0, 45.0, 60.0
"""Until all is well after each fault; until slots are filled, and songs told, after the last."""
PATIENCE = 4
"""So many times as long is waited for, as a machine may be slow and busy."""
SHOWN = 5
"""People whom a sentence names."""


class Report(msgspec.Struct, frozen=True):
    """What `tempofit chaos --json` prints."""

    machine: str
    seed: int
    users: int
    seconds: int
    faults: dict[str, int]
    samples_sent: int
    samples_folded: int
    samples_refused: int
    samples_gone: int
    samples_left_out: int
    samples_lost: int
    samples_duplicated: int
    songs_stored: int
    songs_duplicated: int
    slots_unfilled: int
    songs_untold: int
    poison_sent: int
    """Into the streams that functions write."""
    dead_letters: int
    """Poisonous records that a dead letter names."""
    dead_letters_others: int
    """Letters that name what is no such poison."""
    unreadable_sent: int
    """Poison in the heart rates, where clients could send it."""
    unreadable_counted: int
    """Of it by `average`, at least; again where a batch came again."""
    recovered_s: dict[str, float]
    """By kind, the longest from a fault's end until all was well; others may run meanwhile."""
    filled_s: float
    told_s: float
    """From the end of the last fault until every slot was filled, and every song told."""
    rss_mb_by_quarter: list[float]
    file_handles_by_quarter: list[float]
    """Of all parts; medians, as some of them are killed now and then."""
    log_mb_by_quarter: list[float]
    """At its end."""
    unmet: list[str] = []
    """What did not hold, in sentences; the command exits with 1 if there are any."""
    late: list[str] = []
    """What held, and took longer than it should."""


def judged(report: Report, whose: Mapping[str, Mapping[str, int]], ill: str = "") -> Report:
    """The report with what did not hold.

    `whose` tells by field and user how many of its number; `ill` what was not well at last.
    """
    unmet = [*_counted(report, whose), *_poisoned(report), *_never_well(report, ill)]
    return msgspec.structs.replace(report, unmet=unmet, late=list(_late(report)))


def _counted(report: Report, whose: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    sentences = {
        "samples_lost": "{} samples that were sent by the rules count in no average",
        "samples_duplicated": "Averages count {} samples more than were sent",
        "songs_duplicated": "{} songs are second ones of their slots",
        "slots_unfilled": "{} slots have no song, {waited:g} s after the last fault",
        "songs_untold": "{} songs were stored and never told, {waited:g} s after the last fault",
    }
    for field, sentence in sentences.items():
        if number := getattr(report, field):
            seconds = FILLED_SECONDS if field == "slots_unfilled" else TOLD_SECONDS
            said = sentence.format(number, waited=PATIENCE * seconds)
            yield f"{said}{_of(whose.get(field, {}))}."


def _of(numbers: Mapping[str, int]) -> str:
    """Who has most of them."""
    most = sorted(numbers.items(), key=lambda one: -one[1])
    named = [f"{user} {number}" for user, number in most if number][:SHOWN]
    return f" ({', '.join(named)})" if named else ""


def _poisoned(report: Report) -> Iterator[str]:
    if report.dead_letters != report.poison_sent:
        yield (
            f"Dead letters name {report.dead_letters} of {report.poison_sent} poisonous records "
            "in the streams that functions write."
        )
    if report.dead_letters_others:
        yield (
            f"{report.dead_letters_others} dead letters begin or end with a record that is no "
            "poison."
        )
    if report.unreadable_counted < report.unreadable_sent:
        yield (
            f"`average` counted {report.unreadable_counted} of {report.unreadable_sent} poisonous "
            "heart rates as Unreadable or Unusable."
        )


def _never_well(report: Report, ill: str) -> Iterator[str]:
    kinds = sorted(report.faults.keys() - report.recovered_s.keys())
    if kinds:
        seconds = PATIENCE * TOLD_SECONDS
        yield (
            f"All was never well again after {', '.join(kinds)}: {seconds:g} s after the last "
            f"fault {ill}."
        )


def _late(report: Report) -> Iterator[str]:
    for kind, seconds in report.recovered_s.items():
        if seconds > WELL_SECONDS:
            yield (
                f"All was well {seconds:g} s after the end of {kind}; it should take "
                f"{WELL_SECONDS:g} s."
            )
    for what, missing, seconds, limit in (
        ("Every slot was filled", report.slots_unfilled, report.filled_s, FILLED_SECONDS),
        ("Every song was told", report.songs_untold, report.told_s, TOLD_SECONDS),
    ):
        if not missing and seconds > limit:
            yield f"{what} {seconds:g} s after the last fault; it should take {limit:g} s."
