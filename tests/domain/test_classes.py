from msgspec.structs import replace

from events.session import FloorClass, Phase, Settings
from lambdas.domain.classes import ends_ms, joined, on_their_own, wished

BEGAN_MS = 1_760_000_040_000
CLASS = FloorClass("intervals", BEGAN_MS)
OWN = Settings(mode="hold", goal_zone=4, lock=128.0, genres=["rock"], floor="north")
FOLLOWS = joined(OWN, CLASS)


def test_who_joins_a_class_follows_its_plan_and_nothing_else_is_changed() -> None:
    assert (FOLLOWS.mode, FOLLOWS.plan, FOLLOWS.plan_started_ms) == ("plan", "intervals", BEGAN_MS)
    assert FOLLOWS.lock is None, "no locked tempo follows a plan"
    assert (FOLLOWS.goal_zone, FOLLOWS.genres, FOLLOWS.floor) == (4, ["rock"], "north")


def test_a_class_is_over_when_its_plan_is_done() -> None:
    assert ends_ms(FloorClass("steady", BEGAN_MS)) == BEGAN_MS + 2_400_000
    own = FloorClass([Phase(60, 2), Phase(30, 5)], BEGAN_MS)
    assert ends_ms(own) == BEGAN_MS + 90_000


def test_who_changes_something_else_follows_the_class_still() -> None:
    wish = replace(FOLLOWS, genres=["jazz"], floor="south")
    assert wished(FOLLOWS, wish) == wish


def test_whoever_chooses_a_mode_a_plan_or_a_lock_has_left_the_class() -> None:
    for wish in (
        replace(FOLLOWS, mode="pulse"),
        replace(FOLLOWS, plan="steady"),
        replace(FOLLOWS, lock=130.0),
        replace(FOLLOWS, plan_started_ms=None),
    ):
        assert wished(FOLLOWS, wish) == replace(wish, plan_started_ms=None)


def test_when_a_plan_began_nobody_says_for_themselves() -> None:
    wish = replace(OWN, mode="plan", plan_started_ms=BEGAN_MS, lock=None)
    assert wished(OWN, wish).plan_started_ms is None
    assert wished(FOLLOWS, replace(FOLLOWS, plan_started_ms=BEGAN_MS + 1)).plan_started_ms is None


def test_who_leaves_goes_on_as_they_chose_before() -> None:
    own = Settings(mode="zone", plan="pyramid")
    left = on_their_own(FOLLOWS, own)
    assert (left.mode, left.plan, left.plan_started_ms) == ("zone", "pyramid", None)
    assert (left.genres, left.floor) == (["rock"], "north")
