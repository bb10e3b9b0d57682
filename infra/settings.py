"""What differs between two deployments: the stage, the numbers of shards, the page, money."""

from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from constructs import Node

STAGES = ("dev", "prod")
CACHE_ENGINES = ("valkey", "redis")
SHARDS = {
    "dev": {"heart_rate_shards": 1, "averages_shards": 1, "requests_shards": 1},
    "prod": {"heart_rate_shards": 4, "averages_shards": 2, "requests_shards": 2},
}
"""Defaults. A shard takes 1,000 records or 1 MB a second, and costs $11 a month."""
MAX_SHARDS = 500
"""More than any plan of ours needs; beyond it a number is taken for a slip of the finger."""
BUDGETS_USD = {"dev": 100, "prod": 1_000}
"""Defaults, a month: of dev half as much again as it costs with nobody there, of prod about what
10,000 people of the evening cost. docs/cost.md has both."""
MAX_BUDGET_USD = 1_000_000
LAMBDA_CONCURRENCY = 1_000
"""Default, of an account; Lambda: "Lambda quotas". A new account may have 10."""
MAX_LAMBDA_CONCURRENCY = 1_000_000
MAX_KEPT_DAYS = 36_500
"""A hundred years."""
LAKE_DAYS = 400
"""A year, to be compared with the month of the year before."""


@dataclass(frozen=True)
class Settings:
    """Context values of the app, checked."""

    stage: str
    heart_rate_shards: int
    averages_shards: int
    requests_shards: int
    budget_usd: int
    """What a month may cost before somebody is told."""
    lambda_concurrency: int = LAMBDA_CONCURRENCY
    """How many functions the account runs at once, over which its alarm is set."""
    page: bool = True
    """Whether CloudFront serves the page, which an account that is not verified cannot have."""
    traces: bool = False
    """Whether functions send traces to X-Ray."""
    fan_out: bool = False
    """Whether functions read their streams by enhanced fan-out."""
    page_logs: bool = True
    """Whether requests for the page are logged, where CloudFront's logs are taken up."""
    default_answer: bool = True
    """Whether the gateway itself answers an action that nobody knows."""
    cache_engine: str = "valkey"
    kept_days: int = 0
    """For how long plays are kept; 0: until the person is forgotten."""
    lake: bool = False
    """Whether averages and plays are kept for analysis, without names."""
    lake_days: int = LAKE_DAYS
    """For how long."""
    zones: tuple[str, ...] = ()
    """Two availability zones; empty for the account's first two."""

    @property
    def keeps_data(self) -> bool:
        """Whether tables, streams and queues outlive their stack."""
        return self.stage == "prod"

    @property
    def removal(self) -> RemovalPolicy:
        """Of what can be deleted while it is empty: a first deployment that fails leaves none."""
        if self.keeps_data:
            return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        return RemovalPolicy.DESTROY

    @property
    def guarded_removal(self) -> RemovalPolicy:
        """Of what is protected from being deleted: to try that would stop the rollback itself."""
        return RemovalPolicy.RETAIN if self.keeps_data else RemovalPolicy.DESTROY


def read_settings(node: Node) -> Settings:
    """The context values of `node`, or their defaults.

    Raises ValueError with a sentence for a value that cannot be used.
    """
    stage = node.try_get_context("stage") or "dev"
    if stage not in STAGES:
        raise ValueError(f"The stage {stage!r} is unknown. Choose one of: {', '.join(STAGES)}.")
    shards = {
        key: _number(key, node.try_get_context(key), default, MAX_SHARDS)
        for key, default in SHARDS[stage].items()
    }
    engine = node.try_get_context("cache_engine") or "valkey"
    if engine not in CACHE_ENGINES:
        raise ValueError(f"cache_engine is {engine!r}. Give one of: {', '.join(CACHE_ENGINES)}.")
    return Settings(
        stage=stage,
        **shards,
        budget_usd=_number(
            "budget_usd", node.try_get_context("budget_usd"), BUDGETS_USD[stage], MAX_BUDGET_USD
        ),
        lambda_concurrency=_number(
            "lambda_concurrency",
            node.try_get_context("lambda_concurrency"),
            LAMBDA_CONCURRENCY,
            MAX_LAMBDA_CONCURRENCY,
        ),
        page=_switch(node, "page", default="on"),
        traces=_switch(node, "tracing"),
        fan_out=_switch(node, "fan_out"),
        page_logs=_switch(node, "page_logs", default="on"),
        default_answer=_switch(node, "default_answer", default="on"),
        cache_engine=engine,
        kept_days=_kept_days(node.try_get_context("kept_days")),
        lake=_switch(node, "lake"),
        zones=_zones(node.try_get_context("zones")),
    )


def _switch(node: Node, key: str, *, default: str = "off") -> bool:
    value = node.try_get_context(key) or default
    if value not in ("on", "off"):
        raise ValueError(f"{key} is {value!r}. Give on or off.")
    return bool(value == "on")


def _zones(value: str | None) -> tuple[str, ...]:
    zones = tuple(value.split(",")) if value else ()
    if zones and (len(set(zones)) != 2 or not all(zones)):
        raise ValueError(
            f"zones is {value!r}. Give two availability zones, such as us-east-1a,us-east-1c."
        )
    return zones


def _kept_days(value: str | int | None) -> int:
    return 0 if value is None else _number("kept_days", value, 0, MAX_KEPT_DAYS)


def _number(key: str, value: str | int | None, default: int, most: int) -> int:
    """Context from the command line is text, from cdk.json a number."""
    text = str(default if value is None else value)
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise ValueError(f"{key} is {value!r}. Give a whole number from 1 to {most}.")
    return int(text)
