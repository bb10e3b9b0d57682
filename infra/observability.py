"""One dashboard and the alarms of a stage."""

from collections.abc import Mapping, Sequence

from aws_cdk import Annotations, Stack
from aws_cdk.aws_apigatewayv2 import CfnApi, CfnStage
from aws_cdk.aws_lambda import Function
from constructs import Construct

from infra.alarms import alarm_email, create_alarms
from infra.budget import create_budget
from infra.dashboard import create_dashboard
from infra.lake import Lake
from infra.metrics import Hop, Watched
from infra.settings import Settings
from infra.streams import Streams
from infra.tables import Tables

NOBODY_IS_TOLD = (
    "Nobody is told when prod fails or costs more than it should: its alarms have no address, and "
    "there is no budget. Give one: -c alarm_email=you@example.com."
)


def create_observability(
    scope: Construct,
    settings: Settings,
    functions: Mapping[str, Function],
    streams: Streams,
    tables: Tables,
    api: CfnApi,
    stage: CfnStage,
    door_name: str,
    cache_name: str | None,
    gateways: Sequence[str],
    lake: Lake | None,
) -> None:
    """Creates dashboard, alarms and budget; whoever `alarm_email` names in the context is told.

    Without a cache in the stack, nothing is shown of Redis. Raises ValueError for an address
    that is none.
    """
    watched = Watched(
        hops=_hops(settings, functions, streams),
        functions=dict(functions),
        streams=streams,
        tables=tables,
        api=api,
        stage=stage,
        door_name=door_name,
        cache_name=cache_name,
        gateways=tuple(gateways),
        lambda_concurrency=settings.lambda_concurrency,
        lake=lake,
        namespace=Stack.of(scope).stack_name,
    )
    create_dashboard(scope, watched, create_alarms(scope, watched))
    address = alarm_email(scope.node)
    if address:
        create_budget(scope, settings, address)
    elif settings.keeps_data:
        Annotations.of(scope).add_warning_v2("tempofit:nobody-is-told", NOBODY_IS_TOLD)


def _hops(settings: Settings, functions: Mapping[str, Function], streams: Streams) -> list[Hop]:
    return [
        Hop(stream_name, stream, shards, name, functions[name])
        for stream_name, stream, shards, name in (
            ("heart-rate", streams.heart_rate, settings.heart_rate_shards, "average"),
            ("average-heart-rate", streams.averages, settings.averages_shards, "schedule"),
            ("song-requests", streams.requests, settings.requests_shards, "recommend"),
        )
    ]
