"""class_plan: starts a plan for everybody on a floor, or ends it."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache

from events.messages import Changed, ClassPlan, ClassPlanned, Error, ServerMessage
from events.session import FloorClass, Settings
from lambdas.adapters import classes, clients, connections, floors, keeping, song_ends, tastes
from lambdas.adapters.answering import answers
from lambdas.adapters.environment import need
from lambdas.adapters.optional import optional
from lambdas.adapters.push import pushes
from lambdas.adapters.telemetry import count, logger, metrics, traced
from lambdas.adapters.websocket import Request, in_the_future
from lambdas.domain.classes import ends_ms, joined, on_their_own
from lambdas.domain.session import Session, with_settings
from lambdas.domain.taste import Taste

need(
    clients.PushAddress,
    clients.RedisAddress,
    keeping.Keeping,
    song_ends.SessionGap,
    song_ends.Table,
    tastes.Table,
)

MAX_PEOPLE = 1_000
"""Of a floor, those who were seen last; the others follow with what they next change or start."""
ATTEMPTS = 3
"""How often sessions are changed anew that somebody else changed meanwhile."""
AT_ONCE = 10
"""Connections that the client of DynamoDB keeps."""
CHANGING_SECONDS = 2.0
"""For the sessions of all: whoever's takes longer goes without."""


@traced
@metrics.log_metrics
@answers(ClassPlan)
def handler(request: Request, asked: ClassPlan) -> ServerMessage:
    """Kept for those who come later, then given to those who are there, who are told."""
    count(ClassPlans=1)
    return _refused(request, asked) or _planned(request, asked)


def _refused(request: Request, asked: ClassPlan) -> Error | None:
    """Why nothing is done: who asks is no coach, or the plan lies where it can help nobody."""
    if not request.is_coach:
        return Error(
            "coaches_only",
            f"Only coaches start a plan for all on the floor {asked.floor!r}: "
            "ask to be made a coach, and connect again.",
        )
    running = _class_of(asked)
    if running is not None and ends_ms(running) <= request.arrived_ms:
        return Error(
            "class_over",
            f"A plan that began at at_ms={asked.at_ms} is done by now, so it was not started: "
            "say when it begins.",
        )
    return in_the_future(asked.at_ms, request.arrived_ms)


def _class_of(asked: ClassPlan) -> FloorClass | None:
    return None if asked.plan is None else FloorClass(asked.plan, asked.at_ms)


def _planned(request: Request, asked: ClassPlan) -> ClassPlanned:
    floor, running = asked.floor, _class_of(asked)
    if running is None:
        classes.end(floor)
    else:
        classes.begin(floor, running, request.arrived_ms)
    users, _ = floors.newest(floor, request.arrived_ms, MAX_PEOPLE)
    changed: dict[str, Settings] = {}
    for _ in range(ATTEMPTS):
        wanted = _wanted(users, floor, running)
        stored, users = _store(wanted, request.arrived_ms)
        changed |= stored
        if not users:
            break
    with optional("the news of a class"):
        _tell(changed)
    count(ClassPeople=len(changed))
    return ClassPlanned(floor, running, len(changed))


def _wanted(users: list[str], floor: str, running: FloorClass | None) -> dict[str, Session]:
    """The sessions that are to be stored, of those who are on the floor."""
    there = {
        user: session
        for user, session in song_ends.read_all(users, songs=True).items()
        if session.settings.floor == floor and session.end.ended_ms is None
    }
    if running is not None:
        new = {user: joined(one.settings, running) for user, one in there.items()}
    else:
        new = _left(there)
    return {user: with_settings(there[user], settings) for user, settings in new.items()}


def _left(there: Mapping[str, Session]) -> dict[str, Settings]:
    """The settings of those who followed a class, without it."""
    follow = {
        user: session.settings
        for user, session in there.items()
        if session.settings.plan_started_ms is not None
    }
    known = tastes.read_all(list(follow), opinions=False)
    return {
        user: on_their_own(settings, known.get(user, Taste()).coming)
        for user, settings in follow.items()
    }


def _store(wanted: Mapping[str, Session], arrived_ms: int) -> tuple[dict[str, Settings], list[str]]:
    """Store sessions side by side: whose are stored, and who changed theirs meanwhile."""
    times = {"at_ms": arrived_ms, "arrived_ms": arrived_ms}
    writes: dict[Future[Session], str] = {
        _pool().submit(song_ends.write, user, session, **times): user
        for user, session in wanted.items()
    }
    done, late = wait(writes, CHANGING_SECONDS)
    for write in late:
        write.cancel()
    stored, conflicts, failures = {}, [], len(late)
    for write in done:
        error, user = write.exception(), writes[write]
        if error is None:
            stored[user] = write.result().settings
        elif isinstance(error, song_ends.ConflictError):
            conflicts.append(user)
        else:
            failures += 1
            logger.error("A session could not be put into a class.", exc_info=error)
    count(ClassFailures=failures)
    return stored, conflicts


def _tell(changed: Mapping[str, Settings]) -> None:
    with pushes() as under_way:
        for user, connected in zip(changed, connections.of_all(changed), strict=True):
            under_way.tell(user, connected, Changed(changed[user]))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="class")
