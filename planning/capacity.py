"""What N people who work out at once need on AWS, and which limit they meet first. No prices.

`python -m planning.capacity_tables` prints the tables of docs/scaling.md.
"""

from collections.abc import Callable
from functools import cache
from math import ceil

from msgspec import Struct, structs

from planning import quotas
from planning.dynamodb import DynamoDB
from planning.load import Load
from planning.page import END
from planning.plan import Api, Plan, put_bytes_per_second
from planning.redis import Redis
from planning.shards import Hop
from planning.sizes import CALL_BYTES
from planning.template import Settings
from planning.work import LOG_BYTES

OF_API, OF_CONNECTS = "API Gateway account, requests/s", "new connections/s"
OF_LAMBDA, OF_SHARDS = "Lambda concurrency", "Kinesis shards of the account"


class Limit(Struct, frozen=True):
    """Something that ends somewhere: `used` of `most`, and with how many people it is reached."""

    name: str
    used: float
    most: float
    users: int
    remedy: str


class Metered(Struct, frozen=True):
    """What AWS counts in an hour of this load: `quantity` of `unit`, to be multiplied by a price.

    `line` and `unit` name a price.
    """

    line: str
    unit: str
    quantity: float


class Capacity(Struct, frozen=True):
    """What a load needs. `limits` begins with the one that is reached first: `binding`."""

    load: Load
    hops: list[Hop]
    redis: Redis
    dynamodb: DynamoDB
    api: Api
    lambda_concurrency: float
    binding: str
    limits: list[Limit]
    metered: list[Metered]


def capacity(load: Load, settings: Settings, account: quotas.Account = quotas.DEFAULT) -> Capacity:
    """What `load` needs, with the limits that it meets and how many people each allows."""
    plan = Plan(load, settings)
    limits = sorted(_limits(load, settings, account, plan), key=lambda limit: limit.users)
    return Capacity(
        load=load,
        hops=plan.hops,
        redis=plan.redis,
        dynamodb=plan.dynamodb,
        api=plan.api,
        lambda_concurrency=plan.concurrency,
        binding=limits[0].name,
        limits=limits,
        metered=_metered(load, settings, plan),
    )


class _Spec(Struct, frozen=True):
    name: str
    used: Callable[[Plan], float]
    most: float
    remedy: str


def _specs(settings: Settings, account: quotas.Account) -> list[_Spec]:
    """The limits. What is asked of AWS is asked in Service Quotas."""
    return [
        _Spec(
            "API stage throttle, messages/s",
            lambda plan: plan.api.messages_per_second + plan.api.connects_per_second,
            settings.throttle_rate,
            "send less often (--flush); raise THROTTLE_RATE with the account's quota",
        ),
        _Spec(
            OF_API,
            lambda plan: (
                plan.api.messages_per_second
                + plan.api.pushes_per_second
                + plan.api.connects_per_second
                + plan.api.posts_per_second
            ),
            account.api_requests_per_second,
            "ask AWS for more; send less often; more accounts or regions behind one name",
        ),
        _Spec(
            OF_CONNECTS,
            lambda plan: max(plan.api.connects_per_second, plan.api.renewals_per_second),
            account.connects_per_second,
            "ask AWS for more; spread reconnects over longer (see the storm below)",
        ),
        _Spec(
            OF_LAMBDA,
            lambda plan: plan.concurrency,
            account.lambda_concurrency,
            "ask AWS for more",
        ),
        _Spec(
            "groups: schedule's busiest shard, s/s",
            lambda plan: max(plan.separated.busiest_shard.values()),
            1.0,
            "raise GROUPS in events/stream.py, and the shards of average-heart-rate with it",
        ),
        _Spec(
            "song-ends read units/s",
            lambda plan: plan.dynamodb.read_units_per_second,
            quotas.TABLE_UNITS_PER_SECOND,
            "ask AWS for more; read_all without ConsistentRead costs half",
        ),
        _Spec(
            "song-ends write units/s",
            lambda plan: plan.dynamodb.write_units_per_second,
            quotas.TABLE_UNITS_PER_SECOND,
            "ask AWS for more",
        ),
        _Spec(
            "Redis ECPU/s of the busiest slot",
            lambda plan: plan.redis.slot_ecpu_per_second,
            quotas.SLOT_ECPU_PER_SECOND,
            "raise GROUPS in events/stream.py",
        ),
        _Spec(
            "Redis bytes",
            lambda plan: sum(plan.redis.bytes_kept.values()),
            quotas.CACHE_BYTES,
            "expire playlists and traces sooner",
        ),
        _Spec(
            OF_SHARDS,
            lambda plan: sum(hop.shards for hop in plan.hops),
            account.shards,
            "ask AWS for more",
        ),
    ]


def _limits(load: Load, settings: Settings, account: quotas.Account, plan: Plan) -> list[Limit]:
    @cache
    def plan_of(users: int) -> Plan:
        return Plan(structs.replace(load, users=users), settings)

    specs = [*_specs(settings, account), *([_door(settings)] if load.by_http else [])]
    return [
        Limit(spec.name, spec.used(plan), spec.most, _users_at(spec, plan_of), spec.remedy)
        for spec in specs
    ]


def _door(settings: Settings) -> _Spec:
    return _Spec(
        "HTTP door throttle, requests/s",
        lambda plan: plan.api.posts_per_second,
        settings.door_rate,
        "send by a socket; raise THROTTLE_RATE in infra/door.py with the account's quota",
    )


def _users_at(spec: _Spec, plan_of: Callable[[int], Plan]) -> int:
    """With how many people a limit is reached, to two digits, rounded down."""
    low, high = 0, 1
    while spec.used(plan_of(high)) <= spec.most:
        low, high = high, 2 * high
    while high - low > max(1, low // 200):
        middle = (low + high) // 2
        fits = spec.used(plan_of(middle)) <= spec.most
        low, high = (middle, high) if fits else (low, middle)
    digit = int(10 ** max(0, len(str(low)) - 2))
    return low // digit * digit


def _metered(load: Load, settings: Settings, plan: Plan) -> list[Metered]:
    """An hour of this load, in the units of AWS's prices."""
    api, sizes, redis, dynamodb = plan.api, plan.sizes, plan.redis, plan.dynamodb
    invocations = sum(hop.invocations_per_second for hop in plan.hops) + sum(
        plan.calls_per_second.values()
    )
    # An answer at the end of a workout may be longer than what counts as one message.
    ends = load.starts_per_second * END * (message_units(sizes.workout["end"]) - 1)
    out = api.answers_per_second + api.pushes_per_second * message_units(sizes.song) + ends
    by_nat = (
        put_bytes_per_second(plan.hops)
        + plan.push_bytes_per_second
        + api.pushes_per_second * CALL_BYTES
    )
    outgoing = plan.push_bytes_per_second + plan.answer_bytes_per_second
    per_second = [
        (
            "API Gateway messages in",
            "message",
            api.messages_per_second * message_units(sizes.heart_rates),
        ),
        ("API Gateway messages out", "message", out),
        ("API Gateway connections", "connection-minute", load.users / 60),
        *((f"Kinesis shards {hop.stream}", "shard-hour", hop.shards / 3600) for hop in plan.hops),
        *(
            (
                f"Kinesis records {hop.stream}",
                "PUT payload unit",
                hop.records_per_second * _payload_units(hop),
            )
            for hop in plan.hops
        ),
        *([("HTTP door requests", "request", api.posts_per_second)] if load.by_http else []),
        ("Lambda requests", "request", invocations),
        ("Lambda duration", "GB-second", _gb_running(plan, settings)),
        ("DynamoDB reads song-ends", "read unit", dynamodb.read_units_per_second),
        ("DynamoDB writes song-ends", "write unit", dynamodb.write_units_per_second),
        ("DynamoDB reads songs", "read unit", dynamodb.query_units_per_second),
        ("ElastiCache requests", "ECPU", redis.ecpu_per_second),
        ("ElastiCache data", "GB-hour", sum(redis.bytes_kept.values()) / 1e9 / 3600),
        ("CloudWatch logs", "GB", invocations * LOG_BYTES / 1e9),
        ("NAT", "GB", by_nat / 1e9),
        ("Data out", "GB", outgoing / 1e9),
    ]
    return [Metered(line, unit, 3600 * quantity) for line, unit, quantity in per_second]


def _gb_running(plan: Plan, settings: Settings) -> float:
    """Memory of the functions that run at once."""
    on_streams = sum(hop.concurrency for hop in plan.hops)
    memory_mb = (plan.concurrency - on_streams) * settings.memory_mb + sum(
        hop.concurrency * settings.readers[hop.function].memory_mb for hop in plan.hops
    )
    return memory_mb / 1024


def message_units(size: float) -> int:
    """As how many messages API Gateway meters one of `size` bytes, in or out."""
    return ceil(size / quotas.MESSAGE_BYTES)


def _payload_units(hop: Hop) -> int:
    return ceil(hop.bytes_per_second / hop.records_per_second / quotas.PUT_PAYLOAD_BYTES)
