"""What a strap's packets say, and when the person is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from simulator.strap import BACK, MOISTEN, Contact, UnreadableError, measurement


@pytest.mark.parametrize(
    ("packet", "heart_rate", "contact", "energy", "beats"),
    [
        ("00 48", 72, None, None, ()),
        ("01 2c 01", 300, None, None, ()),
        ("04 48", 72, False, None, ()),
        ("06 48", 72, True, None, ()),
        ("02 48", 72, None, None, ()),
        ("08 48 10 00", 72, None, 16, ()),
        ("10 48 00 04 00 02", 72, None, None, (1000.0, 500.0)),
        ("1f 48 00 10 00 00 04", 72, True, 16, (1000.0,)),
        ("10 48 00 04 00", 72, None, None, (1000.0,)),
        ("10 48", 72, None, None, ()),
        ("e0 48", 72, None, None, ()),
    ],
)
def test_a_packet_is_read_by_its_flags(
    packet: str,
    heart_rate: int,
    contact: bool | None,
    energy: int | None,
    beats: tuple[float, ...],
) -> None:
    read = measurement(bytes.fromhex(packet))
    assert (read.heart_rate, read.contact) == (heart_rate, contact)
    assert (read.energy_kilojoules, read.beats_ms) == (energy, beats)


@pytest.mark.parametrize("packet", ["", "00", "01 48", "08 48 10", "09 48 00 10"])
def test_a_packet_that_is_cut_off_is_named(packet: str) -> None:
    with pytest.raises(UnreadableError, match=r"is cut off\.$"):
        measurement(bytes.fromhex(packet))


@given(some.binary(max_size=20))
def test_whatever_comes_is_read_or_named(packet: bytes) -> None:
    try:
        read = measurement(packet)
    except UnreadableError:
        return
    assert not read.is_believed or 30 <= read.heart_rate <= 230


@pytest.mark.parametrize(
    ("packet", "believed"),
    [("06 48", True), ("04 48", False), ("00 48", True), ("00 00", False), ("00 ff", False)],
)
def test_a_heart_rate_without_skin_or_out_of_range_is_not_believed(
    packet: str, believed: bool
) -> None:
    assert measurement(bytes.fromhex(packet)).is_believed is believed


def test_contact_that_flickers_is_not_told_and_one_that_is_lost_is_told_once() -> None:
    contact = Contact()
    flickering = [contact.note(second % 2 == 0, second * 1000) for second in range(10)]
    assert flickering == [None] * 10
    lost = [contact.note(False, 10_000 + second * 1000) for second in range(6)]
    assert [told for told in lost if told] == [MOISTEN]
    assert contact.note(True, 20_000) == BACK
    assert contact.note(True, 21_000) is None


def test_a_strap_that_never_measures_is_told_after_three_seconds() -> None:
    contact = Contact()
    told = [contact.note(False, second * 1000) for second in range(5)]
    assert told == [None, None, None, MOISTEN, None]
