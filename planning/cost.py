"""What so many people cost on AWS, line by line: the capacity model times a table of list prices.

Nothing was billed: the quantities are computed, and the prices are those of `planning/prices.py`.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, structs

from planning import quotas
from planning.capacity import Capacity, Limit, Metered, capacity
from planning.load import Load
from planning.plan import put_bytes_per_second
from planning.plays import NAME as PLAYS
from planning.plays import plays
from planning.prices import (
    HOURS_OF_A_MONTH,
    LOOKED_UP,
    REGION,
    SIGN_IN,
    Price,
    price_of,
)
from planning.template import settings_of
from planning.watchers import Watcher, watchers

SMALLEST_CACHE_GB = 0.1
"""ElastiCache: "Pricing". A serverless cache of Valkey is metered as at least 100 MB."""
CUSTOM_METRICS = 34
"""What `lambdas/` counts, each name of each function; a test counts them. Some come seldom."""
PAGE_BYTES, PAGE_FILES = 110_000, 2
"""The parts of the built page that browsers keep until the next build, compressed."""
PAGE_ANEW = 0.1
"""Share of workouts for which they are loaded anew. Assumed."""
ASKED_BYTES, ASKED_FILES = 2_000, 3
"""The page itself, its settings and its icon, which browsers ask for each time."""
ACROSS_ZONES = 0.5
"""Share of what goes between functions and cache that crosses zones, of two. Assumed."""
KMS_CALLS = 144
"""Of Kinesis in an hour for each who writes or reads an encrypted stream: about 12 in five minutes.
Kinesis: "Costs, Regions, and performance considerations", which calls it less than a few dollars a
month for a stream."""
CREDENTIALS = 4
"""Of a stream: API Gateway's or a function's that write, the mapping's that read. Assumed."""
DAYS_OF_TWO_WEEKS = 14
KINESIS_STREAM = "AWS::Kinesis::Stream"
KEPT = ("Kinesis shards", "ElastiCache data")
"""Metered lines that stay when people go; so does all that stands."""


class Line(Struct, frozen=True):
    """A line of the bill; `usd_per_unit` is a mean where a price has steps."""

    line: str
    unit: str
    quantity_per_hour: float
    usd_per_unit: float
    per_1000_user_hours_usd: float
    per_month_usd: float


class SignIn(Struct, frozen=True):
    """What Cognito asks for the people of a month: apart, as another issuer can take its place."""

    plan: str
    monthly_users: float
    per_1000_user_hours_usd: float
    per_month_usd: float


class Cost(Struct, frozen=True):
    """The bill of a load, and what it needs. `quotas` begins with the one that binds first."""

    load: Load
    region: str
    prices_of: str
    user_hours_per_month: float
    per_1000_user_hours_usd: float
    per_month_usd: float
    plays_per_1000_user_hours_usd: float
    """Of that, what it takes to keep what was played and to tell it, after a year."""
    lines: list[Line]
    sign_in: list[SignIn]
    watchers: list[Watcher]
    """What those cost who look at others, each for an hour: on top, as nobody knows how many."""
    shards: dict[str, int]
    """Of each stream: as many as the template has, or as needed when that is more."""
    lambda_concurrency: float
    redis_gb: float
    binding_quota: str
    binding_users: int
    quotas: list[Limit]


def cost(load: Load, template: Mapping[str, Any], mean: float = 1.0) -> Cost:
    """The bill of a stage that serves `load.users` at once, month in, month out.

    `template` is the synthesized one of the stage. With `mean` below 1, `load.users` come at the
    peak, and that share of them on average; what stands ready is paid for all the same.
    """
    load = structs.replace(load, members=members(load, mean))
    needed = capacity(load, settings_of(template))
    lines = _standing(template)
    beside = [*_beside(load, needed), *plays(load, settings_of(template).memory_mb)]
    for metered in [*_moved(needed.metered, needed, template), *beside]:
        kept = metered.line.startswith(KEPT)
        quantity = metered.quantity if kept else metered.quantity * mean
        lines.append(structs.replace(metered, quantity=_billed(metered.line, quantity, needed)))
    user_hours = load.users * mean * HOURS_OF_A_MONTH
    bill = _bill(lines, user_hours)
    per_month = sum(line.per_month_usd for line in bill)
    return Cost(
        load=load,
        region=REGION,
        prices_of=LOOKED_UP,
        user_hours_per_month=user_hours,
        per_1000_user_hours_usd=1000 * per_month / user_hours,
        per_month_usd=per_month,
        plays_per_1000_user_hours_usd=sum(
            line.per_1000_user_hours_usd for line in bill if line.line.endswith(PLAYS)
        ),
        lines=bill,
        sign_in=[_sign_in(plan, price, load, user_hours) for plan, price in SIGN_IN.items()],
        watchers=watchers(load, settings_of(template)),
        shards={hop.stream: max(hop.shards, hop.shards_in_template) for hop in needed.hops},
        lambda_concurrency=needed.lambda_concurrency,
        redis_gb=sum(needed.redis.bytes_kept.values()) / 1e9,
        binding_quota=needed.binding,
        binding_users=needed.limits[0].users,
        quotas=needed.limits,
    )


def members(load: Load, mean: float) -> float:
    """Of whom there must be for each person at the peak, to make the hours of `mean` of them.

    Two weeks have 336 hours, a member works out for a few of them: with a mean of 22 % of the peak
    that makes the 20 of the capacity model, with the same number at every hour 90.
    """
    hours = 24 * DAYS_OF_TWO_WEEKS * mean
    return hours * 3600 / (load.workouts * load.workout_seconds)


def _bill(metered: list[Metered], user_hours: float) -> list[Line]:
    """Prices with steps are met by all lines of that price together."""
    groups: defaultdict[Price, list[Metered]] = defaultdict(list)
    for one in metered:
        groups[price_of(one.line, one.unit)].append(one)
    lines = []
    for price, members in groups.items():
        units = sum(one.quantity for one in members) * HOURS_OF_A_MONTH
        usd = price.usd_of(units) / units if units else price.usd
        for one in members:
            per_month = one.quantity * HOURS_OF_A_MONTH * usd
            each = 1000 * per_month / user_hours
            lines.append(Line(one.line, one.unit, one.quantity, usd, each, per_month))
    return sorted(lines, key=lambda line: -line.per_month_usd)


def _billed(line: str, quantity: float, needed: Capacity) -> float:
    """No less than what stands ready, and no less than AWS meters at least."""
    if line.startswith("Kinesis shards"):
        return max(
            quantity,
            *(hop.shards_in_template for hop in needed.hops if line.endswith(f" {hop.stream}")),
        )
    return max(quantity, SMALLEST_CACHE_GB) if line == "ElastiCache data" else quantity


def _beside(load: Load, needed: Capacity) -> list[Metered]:
    """What the capacity model leaves out."""
    workouts = load.users / load.workout_seconds * 3600
    moved = needed.redis.ecpu_per_second * quotas.ECPU_BYTES * 3600 / 1e9
    return [
        Metered("Traffic between zones", "GB", moved * ACROSS_ZONES),
        Metered("Page requests", "request", workouts * (ASKED_FILES + PAGE_ANEW * PAGE_FILES)),
        Metered("Page data", "GB", workouts * (ASKED_BYTES + PAGE_ANEW * PAGE_BYTES) / 1e9),
    ]


def _standing(template: Mapping[str, Any]) -> list[Metered]:
    """What the template has running whether anybody works out or not."""
    resources = [(one["Type"], one.get("Properties", {})) for one in template["Resources"].values()]

    def count(kind: str) -> int:
        return sum(found == kind for found, _ in resources)

    instances = count("AWS::EC2::Instance")
    encrypted = sum("StreamEncryption" in p for kind, p in resources if kind == KINESIS_STREAM)
    alarms = sum(_alarm_metrics(p) for kind, p in resources if kind == "AWS::CloudWatch::Alarm")
    standing = [
        ("NAT gateways", "gateway-hour", count("AWS::EC2::NatGateway")),
        ("NAT instances", "instance-hour", instances),
        ("Public addresses", "address-hour", count("AWS::EC2::EIP") + instances),
        ("Interface endpoints", "endpoint-hour", len(_endpoint_zones(template))),
        ("CloudWatch metrics", "metric-hour", CUSTOM_METRICS),
        ("CloudWatch alarms", "alarm-hour", alarms),
        ("CloudWatch dashboards", "dashboard-hour", count("AWS::CloudWatch::Dashboard")),
        ("KMS keys", "key-hour", count("AWS::KMS::Key")),
        ("KMS requests", "request", KMS_CALLS * CREDENTIALS * encrypted),
    ]
    return [Metered(line, unit, number) for line, unit, number in standing if number]


def _alarm_metrics(alarm: Mapping[str, Any]) -> int:
    """An alarm on an expression is charged for each metric that goes into it."""
    return max(1, sum("MetricStat" in metric for metric in alarm.get("Metrics", [])))


def _endpoint_zones(template: Mapping[str, Any], service: str = "") -> list[Any]:
    """The subnets, one a zone, that hold an interface endpoint of a service."""
    return [
        subnet
        for one in template["Resources"].values()
        if one["Type"] == "AWS::EC2::VPCEndpoint"
        and one["Properties"].get("VpcEndpointType") == "Interface"
        and service in str(one["Properties"]["ServiceName"])
        for subnet in one["Properties"]["SubnetIds"]
    ]


def _moved(metered: list[Metered], needed: Capacity, template: Mapping[str, Any]) -> list[Metered]:
    """With an endpoint of Kinesis in the network, averages take that way instead of NAT's."""
    if not _endpoint_zones(template, "kinesis-streams"):
        return metered
    averages = put_bytes_per_second(needed.hops) * 3600 / 1e9
    return [
        structs.replace(one, quantity=one.quantity - averages) if one.line == "NAT" else one
        for one in metered
    ] + [Metered("Interface endpoints, averages", "GB", averages)]


def _sign_in(plan: str, price: Price, load: Load, user_hours: float) -> SignIn:
    people = load.users * load.members
    usd = price.usd_of(people)
    return SignIn(plan, people, 1000 * usd / user_hours, usd)


class Saving(Struct, frozen=True):
    """A way to pay less, and how much less for 1,000 user-hours."""

    way: str
    saved_usd: float
    price: str
    """What is given up for it."""


def savings(load: Load, template: Mapping[str, Any], mean: float = 1.0) -> list[Saving]:
    """What could be cheaper, the most first; each way by itself, on the bill of `cost`."""
    bill = cost(load, template, mean)
    settings = settings_of(template)
    needed = capacity(bill.load, settings)
    per_user_hour = {line.line: line.per_1000_user_hours_usd for line in bill.lines}

    def of(prefix: str) -> float:
        return sum(usd for line, usd in per_user_hour.items() if line.startswith(prefix))

    slower = structs.replace(load, flush_seconds=15.0)
    reads = per_user_hour["DynamoDB reads song-ends"]
    spare = 1 - sum(hop.shards for hop in needed.hops) / sum(bill.shards.values())
    playlists = needed.redis.bytes_kept["playlists"] / sum(needed.redis.bytes_kept.values())
    found = [
        Saving(
            "a message every 15 s instead of every 12 s",
            bill.per_1000_user_hours_usd - cost(slower, template, mean).per_1000_user_hours_usd,
            "songs, and whoever looks, answer a change of pace later",
        ),
        Saving(
            "`song_ends.read_all` without `ConsistentRead`",
            reads / 2,
            "a song is sometimes asked for twice; the second request changes nothing",
        ),
        Saving(
            "as many shards as the model needs, not the template's",
            of("Kinesis shards") * spare,
            "no room for a crowd that starts at once",
        ),
        Saving(
            "playlists kept for two hours, not six",
            per_user_hour["ElastiCache data"] * playlists * _two_hours(load),
            "somebody who comes back in the afternoon sees no songs of the morning",
        ),
        Saving(
            "plays kept for 90 days (`-c kept_days=90`), not for a year and longer",
            (per_user_hour["DynamoDB storage plays"] + per_user_hour["DynamoDB backups plays"])
            * (1 - 90 / 365),
            "nobody finds the workouts of last summer",
        ),
        Saving(
            "one NAT gateway, not one a zone",
            (of("NAT gateways") + of("Public addresses")) / 2,
            "when that zone fails, nobody gets a song",
        ),
    ]
    return sorted((one for one in found if one.saved_usd > 0), key=lambda one: -one.saved_usd)


def _two_hours(load: Load) -> float:
    """How much less there is of what is kept for two hours after the last song instead of six."""
    six, two = (0.5 + hours * 3600 / load.workout_seconds for hours in (6, 2))
    return 1 - two / six
