"""The arithmetic of the capacity model: what N people need of each part of the path. No I/O.

Three kinds of numbers go in: what AWS allows (`planning/quotas.py`), what the synthesized template
says (`planning/template.py`), and how long functions work (`planning/work.py`). The sizes of what
travels are those of real messages (`planning/sizes.py`).
"""

from collections.abc import Sequence

from msgspec import Struct

from planning import hops, page, quotas
from planning.dynamodb import dynamodb
from planning.load import Load
from planning.page import CONNECTING, END, LATE_SONGS
from planning.redis import redis
from planning.shards import Hop
from planning.sizes import CALL_BYTES, PUT_ANSWER_BYTES, sizes
from planning.template import Settings
from planning.work import SOCKET_SECONDS


class Api(Struct, frozen=True):
    """The WebSocket API. Renewals are what connections of two hours cost if nobody ever left."""

    messages_per_second: float
    questions_per_second: float
    """Of the messages, those that ask for the workout."""
    answers_per_second: float
    pushes_per_second: float
    connects_per_second: float
    renewals_per_second: float
    posts_per_second: float
    """Heart rates at the HTTP door."""


class Plan:
    """Every figure of a load, each from those before it."""

    def __init__(self, load: Load, settings: Settings) -> None:
        self.sizes = sizes(load)
        average = hops.average(load, settings)
        recommend = hops.recommend(load, settings)
        self.hops = [average, hops.schedule(load, settings, average), recommend]
        self.separated = hops.schedule(load, settings, average, planned=0.0)
        self.api = _api(load)
        self.calls_per_second = dict.fromkeys(SOCKET_SECONDS, load.starts_per_second)
        self.calls_per_second["workout"] = self.api.questions_per_second
        asked = load.users * load.by_http / quotas.AUTHORIZER_SECONDS
        self.calls_per_second["authorize"] += asked
        self.answer_bytes_per_second = _answer_bytes_per_second(load)
        self.push_bytes_per_second = self.api.pushes_per_second * self.sizes.song
        self.concurrency = sum(hop.concurrency for hop in self.hops) + sum(
            self.calls_per_second[name] * seconds for name, seconds in SOCKET_SECONDS.items()
        )
        self.redis = redis(load, settings, average)
        self.dynamodb = dynamodb(load, settings, recommend)


def put_bytes_per_second(hops: Sequence[Hop]) -> float:
    """What goes from `average` to Kinesis and back: a call a batch, with records in base64."""
    average, schedule, _ = hops
    records = schedule.bytes_per_second * 4 / 3 + schedule.records_per_second * PUT_ANSWER_BYTES
    return records + average.invocations_per_second * CALL_BYTES


def _answer_bytes_per_second(load: Load) -> float:
    """What connections are answered: once each, and to who asks for a song that is late."""
    bytes_of = sizes(load)
    asked = bytes_of.workout
    each = bytes_of.started + CONNECTING * asked["connecting"] + END * asked["end"]
    late_per_second = LATE_SONGS * load.songs_per_second
    return load.starts_per_second * each + late_per_second * asked["looking"]


def _api(load: Load) -> Api:
    starts = load.starts_per_second
    sent = page.messages(load, load.workout_seconds)
    answered = sum(sent.values()) - sent["heartrate"]
    posted = sent["heartrate"] * load.by_http
    return Api(
        messages_per_second=starts * (sum(sent.values()) - posted),
        questions_per_second=starts * sent["workout"],
        answers_per_second=starts * answered,
        pushes_per_second=load.songs_per_second,
        connects_per_second=load.starts_per_second,
        renewals_per_second=load.users / quotas.CONNECTION_SECONDS,
        posts_per_second=starts * posted,
    )
