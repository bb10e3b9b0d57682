"""The arithmetic of the capacity model: what N people need of each part of the path. No I/O.

Three kinds of numbers go in: what AWS allows (`planning/quotas.py`), what the synthesized template
says (`planning/template.py`), and how long functions work (`planning/work.py`). The sizes of what
travels are those of real messages (`planning/sizes.py`).
"""

from msgspec import Struct

from planning import hops, quotas
from planning.dynamodb import dynamodb
from planning.load import Load
from planning.redis import redis
from planning.sizes import sizes
from planning.template import Settings
from planning.work import SOCKET_SECONDS


class Api(Struct, frozen=True):
    """The WebSocket API. Renewals are what connections of two hours cost if nobody ever left."""

    messages_per_second: float
    answers_per_second: float
    pushes_per_second: float
    connects_per_second: float
    renewals_per_second: float


class Plan:
    """Every figure of a load, each from those before it."""

    def __init__(self, load: Load, settings: Settings) -> None:
        self.sizes = sizes(load.flush_seconds)
        self.starts_per_second = load.starts_per_second
        average = hops.average(load, settings)
        recommend = hops.recommend(load, settings)
        self.hops = [average, hops.schedule(load, settings, average), recommend]
        self.separated = hops.schedule(load, settings, average, planned=0.0)
        self.api = _api(load)
        self.concurrency = sum(hop.concurrency for hop in self.hops) + sum(
            load.starts_per_second * seconds for seconds in SOCKET_SECONDS.values()
        )
        self.redis = redis(load, settings, average)
        self.dynamodb = dynamodb(load, settings, recommend)


def _api(load: Load) -> Api:
    return Api(
        messages_per_second=load.users / load.flush_seconds + 2 * load.starts_per_second,
        answers_per_second=2 * load.starts_per_second,
        pushes_per_second=load.songs_per_second,
        connects_per_second=load.starts_per_second,
        renewals_per_second=load.users / quotas.CONNECTION_SECONDS,
    )
