"""Rows of the lake: what is measured and played, and nobody's name."""

import hmac
from hashlib import sha256
from typing import Any

import pytest
from msgspec import structs

from events.lake import TABLES, AverageRow, columns
from events.pulse import Pulse
from events.session import OWN, Settings
from events.stream import Average
from lambdas.domain.lake import average_row, person_of, play_row
from lambdas.domain.line import Point
from lambdas.domain.played import Ending, played
from tests.adapters.test_skip import SONG

KEY = b"the key of the stage"
START_MS = SONG.starts_at_ms


def test_a_person_is_the_same_each_time_and_another_with_another_key() -> None:
    assert person_of("ann", KEY) == person_of("ann", KEY)
    assert person_of("ann", KEY) == hmac.new(KEY, b"ann", sha256).hexdigest()[:32]
    assert len({person_of("ann", KEY), person_of("bob", KEY), person_of("ann", b"other")}) == 3
    assert sha256(b"ann").hexdigest()[:32] != person_of("ann", KEY), "or a list of names would do"


def test_an_average_is_a_row() -> None:
    pulse = Pulse(START_MS, START_MS - 5_000, 131, 128.123456, 120, 135, 129.987, START_MS - 60_000)
    assert average_row(Average("ann", pulse, 61, START_MS + 300), KEY) == AverageRow(
        person=person_of("ann", KEY),
        at_ms=START_MS,
        heart_rate=131,
        average=128.12,
        lowest=120,
        highest=135,
        peak=129.99,
        samples=61,
        started_ms=START_MS - 60_000,
        arrived_ms=START_MS + 300,
    )


def row_of(library: str = "demo", *points: tuple[float, float]) -> Any:
    song = structs.replace(SONG, library=library)
    ending = Ending(song, Settings(max_heart_rate=160), START_MS + 100_000, skipped=True)
    line = [Point(START_MS + int(at * 1000), rate, rate) for at, rate in points]
    return play_row("ann", ending, played(ending, line), START_MS + 101_000, KEY)


def test_a_play_is_a_row_with_what_was_measured_meanwhile() -> None:
    row = row_of("demo", (0, 130), (20, 130), (90, 150))
    assert (row.person, row.session, row.slot) == (person_of("ann", KEY), SONG.session, SONG.slot)
    assert (row.library, row.song, row.title) == ("demo", SONG.song.id, SONG.song.title)
    assert (row.starts_at_ms, row.ends_at_ms) == (START_MS, START_MS + 100_000)
    assert (row.skipped, row.arrived_ms) == (True, START_MS + 101_000)
    assert row.measured_seconds == 20 + 30 + 10
    assert row.average == round((130 * 50 + 150 * 10) / 60, 1)
    assert row.highest == 150
    zones = [getattr(row, f"zone_{zone}_seconds") for zone in range(1, 6)]
    assert sum(zones) == 60
    assert zones[4] == 10


def test_a_play_of_which_nothing_was_measured_is_told_all_the_same() -> None:
    row = row_of()
    assert (row.measured_seconds, row.average, row.highest, row.fit) == (0, None, None, None)


def test_a_song_of_ones_own_is_known_by_its_id_alone() -> None:
    row = row_of(OWN)
    assert (row.library, row.song) == (OWN, SONG.song.id)
    assert (row.title, row.artist, row.genre) == (None, None, None)


@pytest.mark.parametrize("table", TABLES)
def test_every_field_has_a_column_and_none_says_who_somebody_is(table: str) -> None:
    found = columns(TABLES[table])
    assert tuple(found) == TABLES[table].__struct_fields__
    assert set(found.values()) <= {"string", "bigint", "double", "boolean"}
    assert not {"user", "alias", "token", "age", "connection"} & found.keys()
