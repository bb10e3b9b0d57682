"""What one person keeps of songs has bounds, and what cannot be read of it is theirs alone."""

from typing import Any

import pytest

from events.session import Opinion, Song
from lambdas.adapters import clients, tastes
from lambdas.domain.taste import Taste

LONG = "\u00e9" * 200
"""A title, an artist or an id as long as they may be, each character of two bytes."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Each moment one second after the last."""
    now = [1_760_000_040]

    def time() -> float:
        now[0] += 1
        return now[0]

    monkeypatch.setattr("lambdas.adapters.tastes.time.time", time)
    return now


def song(name: str) -> Song:
    return Song(name, name, "Somebody", 130, 200)


def item() -> dict[str, Any]:
    found = clients.dynamodb().get_item(TableName="tastes", Key={"user_id": {"S": "ann"}})
    return dict(found.get("Item", {}))


def put(**attributes: Any) -> None:
    item = {**attributes, "user_id": {"S": "ann"}}
    clients.dynamodb().put_item(TableName="tastes", Item=item)


def taste() -> Taste:
    return tastes.read_all(["ann"])["ann"]


def test_of_more_songs_than_an_item_holds_the_oldest_go(
    clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tastes, "MAX_SONGS", 5)
    tastes.count_skip("ann", "skipped-first")
    for number in range(6):
        tastes.rate("ann", "demo", song(f"song-{number}"), Opinion(liked=True))
    assert sorted(taste().opinions) == [f"song-{number}" for number in range(1, 6)]
    assert taste().skips == {}
    tastes.rate("ann", "demo", song("song-1"), Opinion(liked=False))  # which makes it the newest
    tastes.count_skip("ann", "skipped-last")
    assert sorted(taste().opinions) == ["song-1", "song-3", "song-4", "song-5"]
    assert taste().skips == {"skipped-last": 1}


def test_no_item_comes_near_what_dynamodb_holds(clock: list[int]) -> None:
    for number in range(210):
        name = f"{number:03d}{LONG[3:]}"
        opinion = Opinion(tempo=130 if number % 2 else None, liked=True)
        tastes.rate("ann", "own", Song(name, LONG, LONG, 130, 200, LONG[:100]), opinion)
    size = sum(len(name.encode()) + len(value["S"].encode()) for name, value in item().items())
    assert 150_000 < size < 300_000
    assert f"209{LONG[3:]}" in taste().opinions
    tastes.raise_maximum("ann", 199)
    assert taste().max_heart_rate == 199


def test_more_skips_than_count_are_not_kept(clock: list[int]) -> None:
    for _ in range(10):
        tastes.count_skip("ann", "song-0")
    assert taste().skips == {"song-0": 3}


def test_what_cannot_be_read_costs_no_more_than_itself() -> None:
    tastes.rate("ann", "demo", song("good"), Opinion(liked=True))
    tastes.count_skip("ann", "good")
    put(
        **item(),
        **{
            "opinion#bad": {"S": "no json"},
            "opinion#worse": {"N": "1"},
            "skips#bad": {"S": "many"},
            "max_heart_rate": {"N": "230.00000000000003"},
        },
    )
    assert taste().opinions == {"good": Opinion(liked=True)}
    assert taste().skips == {"good": 1}
    assert taste().max_heart_rate is None
    tastes.raise_maximum("ann", 180)
    assert taste().max_heart_rate == 180, "a maximum that no heart has is replaced"


def test_what_cannot_be_read_goes_first(clock: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tastes, "MAX_SONGS", 1)
    put(**{"opinion#bad": {"S": "no json"}})
    tastes.rate("ann", "demo", song("good"), Opinion(liked=True))
    assert item().keys() == {"user_id", "opinion#good"}
