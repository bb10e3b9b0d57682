"""What differs between two deployments: the stage, the numbers of shards, traces."""

from dataclasses import dataclass

from constructs import Node

STAGES = ("dev", "prod")
CACHE_ENGINES = ("valkey", "redis")
SHARDS = {"heart_rate_shards": 4, "averages_shards": 2, "requests_shards": 2}
"""Defaults. A shard takes 1,000 records or 1 MB a second."""
MAX_SHARDS = 500
"""More than any plan of ours needs; beyond it a number is taken for a slip of the finger."""


@dataclass(frozen=True)
class Settings:
    """Context values of the app, checked."""

    stage: str
    heart_rate_shards: int
    averages_shards: int
    requests_shards: int
    traces: bool = False
    """Whether functions send traces to X-Ray."""
    fan_out: bool = False
    """Whether functions read their streams by enhanced fan-out."""
    page_logs: bool = True
    """Whether requests for the page are logged, where CloudFront's logs are taken up."""
    default_answer: bool = True
    """Whether the gateway itself answers an action that nobody knows."""
    cache_engine: str = "valkey"
    zones: tuple[str, ...] = ()
    """Two availability zones; empty for the account's first two."""

    @property
    def keeps_data(self) -> bool:
        """Whether tables, streams and queues outlive their stack."""
        return self.stage == "prod"


def read_settings(node: Node) -> Settings:
    """The context values of `node`, or their defaults.

    Raises ValueError with a sentence for a value that cannot be used.
    """
    stage = node.try_get_context("stage") or "dev"
    if stage not in STAGES:
        raise ValueError(f"The stage {stage!r} is unknown. Choose one of: {', '.join(STAGES)}.")
    shards = {key: _shards(key, node.try_get_context(key), SHARDS[key]) for key in SHARDS}
    engine = node.try_get_context("cache_engine") or "valkey"
    if engine not in CACHE_ENGINES:
        raise ValueError(f"cache_engine is {engine!r}. Give one of: {', '.join(CACHE_ENGINES)}.")
    return Settings(
        stage=stage,
        **shards,
        traces=_switch(node, "tracing"),
        fan_out=_switch(node, "fan_out"),
        page_logs=_switch(node, "page_logs", default="on"),
        default_answer=_switch(node, "default_answer", default="on"),
        cache_engine=engine,
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


def _shards(key: str, value: str | int | None, default: int) -> int:
    """Context from the command line is text, from cdk.json a number."""
    text = str(default if value is None else value)
    if not text.isdecimal() or not 1 <= int(text) <= MAX_SHARDS:
        raise ValueError(f"{key} is {value!r}. Give a whole number from 1 to {MAX_SHARDS}.")
    return int(text)
