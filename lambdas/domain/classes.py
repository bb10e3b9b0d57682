"""A class: a plan that everybody on a floor follows from one moment on, until they choose."""

from msgspec.structs import replace

from events.session import FloorClass, Settings
from lambdas.domain.plans import phases


def ends_ms(running: FloorClass) -> int:
    """When the plan of a class is done, epoch ms."""
    return running.started_ms + 1000 * sum(phase.seconds for phase in phases(running.plan))


def joined(settings: Settings, running: FloorClass) -> Settings:
    """The settings of somebody who follows a class, whatever they follow now."""
    return replace(
        settings, mode="plan", plan=running.plan, plan_started_ms=running.started_ms, lock=None
    )


def wished(before: Settings, wish: Settings) -> Settings:
    """What somebody wishes: as they did `before` they follow a class, unless they chose.

    Who says another mode, plan or lock has chosen, and when a plan of their own began nobody says.
    """
    follows = before.plan_started_ms is not None and _followed(before) == _followed(wish)
    return wish if follows else replace(wish, plan_started_ms=None)


def _followed(settings: Settings) -> tuple[object, ...]:
    return settings.mode, settings.plan, settings.plan_started_ms, settings.lock


def on_their_own(settings: Settings, own: Settings) -> Settings:
    """The settings of somebody who follows no class any more, but `own`, as they chose before."""
    return replace(settings, mode=own.mode, plan=own.plan, plan_started_ms=None, lock=None)
