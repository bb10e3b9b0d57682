"""Redis: an ElastiCache Serverless cache that functions enter by their roles, without a secret."""

from dataclasses import dataclass

from aws_cdk import Aws, Fn, RemovalPolicy
from aws_cdk.aws_elasticache import CfnServerlessCache, CfnUser, CfnUserGroup
from aws_cdk.aws_lambda import Function
from constructs import Construct

from infra.functions import allow
from infra.network import Network

VERSIONS = {"valkey": "8", "redis": "7"}
"""The newest major version of each engine that ElastiCache Serverless runs."""
MAX_GIGABYTES = 30
MAX_ECPU_PER_SECOND = 100_000
"""A ceiling for the bill, above what docs/scaling.md counts for 100,000 people. A full cache drops
the keys that were not used for longest, and one that is asked too much slows down."""
SNAPSHOT_DAYS = 1
"""What is older helps nobody choose a song, and would keep what somebody asked to forget."""
KEYS = (
    *("class", "connections", "flood", "floor", "heard"),
    *("notice", "playlist", "trace", "windows"),
)
"""First words of the keys that lambdas/adapters write."""
ACCESS = " ".join(
    ["on", *(f"~{key}:*" for key in KEYS), "-@all +@read +@write +@connection -@dangerous"]
)
"""No other keys, no scripts, and nothing that empties the cache or holds it up."""


@dataclass(frozen=True)
class Cache:
    cache: CfnServerlessCache
    user: CfnUser

    @property
    def environment(self) -> dict[str, str]:
        """What a function must know to log in."""
        endpoint = f"{self.cache.attr_endpoint_address}:{self.cache.attr_endpoint_port}"
        return {
            "REDIS_URL": f"rediss://{endpoint}",
            "REDIS_CACHE": self.cache.ref,
            "REDIS_USER": self.user.ref,
        }


def create_cache(scope: Construct, network: Network, *, engine: str, keeps_data: bool) -> Cache:
    """Creates the cache, and the one user of all functions, who is known by IAM.

    With `keeps_data` there is a snapshot every day, and a last one if the cache is ever deleted.
    A cache that outlived its stack would hold on to the network around it. Another engine, or
    other subnets, make another cache, for which this name is taken: choose before the first time.
    """
    name = _name()
    user = _functions_user(scope, name, engine)
    members = [user] if engine == "valkey" else [user, _nobody(scope, name, engine)]
    group = CfnUserGroup(
        scope,
        "cache-users",
        engine=engine,
        user_group_id=name,
        user_ids=[member.ref for member in members],
    )
    cache = CfnServerlessCache(
        scope,
        "cache",
        engine=engine,
        major_engine_version=VERSIONS[engine],
        serverless_cache_name=name,
        description="TempoFit's windows, traces, playlists and connections",
        subnet_ids=network.cache_subnet_ids,
        security_group_ids=[network.cache.security_group_id],
        user_group_id=group.ref,
        cache_usage_limits=_limits(),
        snapshot_retention_limit=SNAPSHOT_DAYS if keeps_data else None,
        final_snapshot_name=f"{name}-last" if keeps_data else None,
    )
    cache.apply_removal_policy(RemovalPolicy.DESTROY)
    return Cache(cache, user)


def let_connect(function: Function, cache: Cache) -> None:
    """Lets `function` log in to the cache as its one user."""
    for resource in (cache.cache.attr_arn, cache.user.attr_arn):
        allow(function, resource, "elasticache:Connect")


def _name() -> str:
    """ElastiCache makes no names, so this is the start of the id that CloudFormation gives the
    stack, which no other stack has had."""
    unique = Fn.select(0, Fn.split("-", Fn.select(2, Fn.split("/", Aws.STACK_ID))))
    return f"tempofit-{unique}"


def _functions_user(scope: Construct, name: str, engine: str) -> CfnUser:
    """A user known by IAM must have the same name as id."""
    return CfnUser(
        scope,
        "cache-user",
        engine=engine,
        user_id=name,
        user_name=name,
        access_string=ACCESS,
        authentication_mode={"Type": "iam"},  # its class of the CDK writes `type`, which is refused
    )


def _nobody(scope: Construct, name: str, engine: str) -> CfnUser:
    """The user `default`, without which Redis takes no group; it is switched off."""
    return CfnUser(
        scope,
        "cache-nobody",
        engine=engine,
        user_id=f"{name}-default",
        user_name="default",
        access_string="off ~* -@all",
        authentication_mode={"Type": "no-password-required"},
    )


def _limits() -> CfnServerlessCache.CacheUsageLimitsProperty:
    return CfnServerlessCache.CacheUsageLimitsProperty(
        data_storage=CfnServerlessCache.DataStorageProperty(unit="GB", maximum=MAX_GIGABYTES),
        ecpu_per_second=CfnServerlessCache.ECPUPerSecondProperty(maximum=MAX_ECPU_PER_SECOND),
    )
