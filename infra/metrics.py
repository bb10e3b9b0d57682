"""The metrics of the path: what AWS counts by itself, and what the functions count."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk.aws_apigatewayv2 import CfnApi, CfnStage
from aws_cdk.aws_cloudwatch import IMetric, MathExpression, Metric
from aws_cdk.aws_dynamodb import Table
from aws_cdk.aws_kinesis import Stream
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_sqs import Queue

from infra.lake import Lake
from infra.streams import Streams
from infra.tables import BY_TEMPO, Tables

MINUTE = Duration.minutes(1)
FIVE_MINUTES = Duration.minutes(5)
QUARTER_HOUR = Duration.minutes(15)
SUM, HIGHEST, P95 = "Sum", "Maximum", "p95"
TOKENS_REFUSED, KEYS_AWAY = "TokensRefused", "KeysAway"
"""Counted in the log of `authorize`."""


@dataclass(frozen=True)
class Hop:
    """A stream, the function it feeds, and how many shards it has."""

    stream_name: str
    stream: Stream
    shards: int
    function_name: str
    function: Function


@dataclass(frozen=True)
class Watched:
    """Everything that the dashboard shows and the alarms watch. `hops` are in their order."""

    hops: list[Hop]
    functions: dict[str, Function]
    streams: Streams
    tables: Tables
    api: CfnApi
    stage: CfnStage
    door_name: str
    """What the HTTP door's API is called; its stage is called as the other API's."""
    cache_name: str | None
    gateways: tuple[str, ...]
    """Ids of the NAT gateways."""
    lambda_concurrency: int
    """How many functions the account runs at once."""
    lake: Lake | None
    namespace: str
    """POWERTOOLS_METRICS_NAMESPACE of the functions, whose dimension is `service`, their name."""

    @property
    def others(self) -> dict[str, Function]:
        """The functions that no stream feeds, by name."""
        fed = {hop.function_name for hop in self.hops}
        return {name: one for name, one in self.functions.items() if name not in fed}

    @property
    def named_tables(self) -> dict[str, Table]:
        """The tables by name."""
        tables = self.tables
        return {
            "songs": tables.songs,
            "song-ends": tables.song_ends,
            "tastes": tables.tastes,
            "plays": tables.plays,
        }


def of_function(
    function: Function, name: str, statistic: str = SUM, period: Duration = MINUTE
) -> Metric:
    """Of one Lambda function; each stream function has one mapping, so of its mapping, too."""
    return _metric("AWS/Lambda", name, {"FunctionName": function.function_name}, statistic, period)


def of_account(name: str) -> Metric:
    """Of all functions of the account, in this region; such a metric has no dimension."""
    return _metric("AWS/Lambda", name, {}, HIGHEST)


def of_gateway(gateway: str, name: str) -> Metric:
    """Of one NAT gateway."""
    return _metric("AWS/NATGateway", name, {"NatGatewayId": gateway}, SUM)


def of_stream(stream: Stream, name: str, period: Duration = MINUTE) -> Metric:
    """Of one stream, over all its shards."""
    return _metric("AWS/Kinesis", name, {"StreamName": stream.stream_name}, SUM, period)


def of_table(table: Table, name: str) -> Metric:
    """Of one table, without its indexes."""
    return _metric("AWS/DynamoDB", name, {"TableName": table.table_name}, SUM)


def of_index(songs: Table, name: str) -> Metric:
    """Of the index of songs by tempo."""
    dimensions = {"TableName": songs.table_name, "GlobalSecondaryIndexName": BY_TEMPO}
    return _metric("AWS/DynamoDB", name, dimensions, SUM)


def of_queue(queue: Queue, name: str) -> Metric:
    """Of one queue."""
    return _metric("AWS/SQS", name, {"QueueName": queue.queue_name}, HIGHEST)


def of_delivery(delivery: str, name: str, statistic: str = SUM) -> Metric:
    """Of one delivery into the lake, by its name."""
    dimensions = {"DeliveryStreamName": delivery}
    return _metric("AWS/Firehose", name, dimensions, statistic, FIVE_MINUTES)


def of_cache(cache_name: str, name: str, statistic: str = SUM) -> Metric:
    """Of a serverless cache, whose dimension is `clusterId`, not CacheClusterId as of nodes."""
    return _metric("AWS/ElastiCache", name, {"clusterId": cache_name}, statistic)


def of_api(watched: Watched, name: str, statistic: str = SUM) -> Metric:
    """Of the stage of the WebSocket API."""
    dimensions = {"ApiId": watched.api.ref, "Stage": watched.stage.stage_name}
    return _metric("AWS/ApiGateway", name, dimensions, statistic)


def of_door(watched: Watched, name: str) -> Metric:
    """Of the stage of the HTTP door, which REST APIs tell by name."""
    dimensions = {"ApiName": watched.door_name, "Stage": watched.stage.stage_name}
    return _metric("AWS/ApiGateway", name, dimensions, SUM)


def own(
    watched: Watched, service: str, name: str, statistic: str = SUM, period: Duration = MINUTE
) -> Metric:
    """What function `service` counts itself, by lambdas/adapters/telemetry.py."""
    return _metric(watched.namespace, name, {"service": service}, statistic, period)


def of_log(watched: Watched, name: str) -> Metric:
    """What a filter counts in a log; such a metric has no dimension."""
    return _metric(watched.namespace, name, {}, SUM)


def math(text: str, metrics: Mapping[str, IMetric], period: Duration = MINUTE) -> MathExpression:
    """The expression `text` over `metrics`, which it names.

    A metric that only counts what went wrong has gaps while all is well: `FILL(x, 0)` closes
    them, and `SUM([…])`, unlike `+`, adds up what is there.
    """
    return MathExpression(expression=text, using_metrics=metrics, period=period)


def throttles(watched: Watched, name: str) -> MathExpression:
    """Refused reads and writes of table `name`, and of its index if it has one."""
    table, prefix = watched.named_tables[name], name.replace("-", "_")
    metrics: dict[str, IMetric] = {
        f"{prefix}_reads": of_table(table, "ReadThrottleEvents"),
        f"{prefix}_writes": of_table(table, "WriteThrottleEvents"),
    }
    if name == "songs":
        metrics[f"{prefix}_queries"] = of_index(table, "ReadThrottleEvents")
        metrics[f"{prefix}_indexing"] = of_index(table, "WriteThrottleEvents")
    filled = ", ".join(f"FILL({metric}, 0)" for metric in metrics)
    return math(f"SUM([{filled}])", metrics)


def sample_to_song(watched: Watched, statistic: str = P95) -> Metric:
    """Milliseconds from the arrival of a sample to the push of the song it asked for."""
    return own(watched, "recommend", "SampleToPushMs", statistic)


def _metric(
    namespace: str,
    name: str,
    dimensions: dict[str, str],
    statistic: str,
    period: Duration = MINUTE,
) -> Metric:
    return Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=period,
    )
