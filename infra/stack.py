"""The whole path of a heartbeat in one stack."""

from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk.aws_apigatewayv2 import CfnApi
from aws_cdk.aws_lambda import Function

from events.session import OWN
from infra.api import ACTIONS, create_api, let_close, let_push, open_api, socket_url
from infra.bundle import function_code
from infra.cache import Cache, create_cache, let_connect
from infra.door import create_door, door_name
from infra.functions import (
    FORGET_TIMEOUT,
    MEMORY_MB,
    SOCKET_TIMEOUT,
    STREAM_TIMEOUT,
    WHOLE_PROCESSOR_MB,
    allow,
    create_function,
)
from infra.identity import Issuer
from infra.lake import Lake, create_lake, let_deliver
from infra.network import Network, create_network
from infra.observability import create_observability
from infra.settings import Settings
from infra.streams import Streams, create_streams, feed
from infra.tables import Tables, create_tables
from infra.web import create_web

GET, BATCH_GET = "dynamodb:GetItem", "dynamodb:BatchGetItem"
PUT, UPDATE = "dynamodb:PutItem", "dynamodb:UpdateItem"
INSERT = "dynamodb:PartiQLInsert"
STATEMENTS = INSERT, "dynamodb:PartiQLUpdate"
DELETE, QUERY = "dynamodb:DeleteItem", "dynamodb:Query"
BATCH_WRITE = "dynamodb:BatchWriteItem"
SEND = "kinesis:PutRecords"

ON_REDIS = (
    *("average", "recommend", "connect", "disconnect"),
    *("start", "change", "skip", "end", "rate"),
    *("workout", "floor", "class_plan", "history", "forget"),
)
"""The functions that speak to Redis, which alone live in the network."""

OWN_LIBRARIES = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{OWN}:*"]}}
"""Of the songs table, only what people added themselves."""

LAKE_WINDOW = Duration.seconds(10)
"""Nobody waits for the lake, and fewer batches cost less."""

SESSION_GAP = {"SESSION_GAP_SECONDS": "900"}


class TempoFit(Stack):
    """Streams, tables, functions and the WebSocket API of one stage."""

    def __init__(self, app: App, settings: Settings) -> None:
        super().__init__(
            app,
            stack_name(settings.stage),
            description="TempoFit turns live heart rates into the next song.",
            analytics_reporting=False,
        )
        streams = create_streams(self, settings)
        tables = create_tables(self, settings)
        api = create_api(self, settings.stage)
        network = create_network(
            self, zones=settings.zones, one_gateway_per_zone=settings.keeps_data
        )
        cache = create_cache(
            self, network, engine=settings.cache_engine, keeps_data=settings.keeps_data
        )
        issuer = create_web(self, settings, socket_url(api, settings.stage))
        lake = create_lake(self, settings) if settings.lake else None
        functions = _functions(self, streams, tables, api, cache, network, issuer, lake, settings)
        _permit(functions, streams, tables)
        for name in ON_REDIS:
            let_connect(functions[name], cache)
        let_push(functions["recommend"], api, settings.stage)
        for name in ("average", "connect", *ACTIONS):
            let_close(functions[name], api, settings.stage)
        feed(
            functions["average"],
            streams.heart_rate,
            streams.dead_letters,
            batch_size=1_000,
            fan_out=settings.fan_out,
        )
        feed(
            functions["schedule"],
            streams.averages,
            streams.dead_letters,
            batch_size=100,
            fan_out=settings.fan_out,
        )
        feed(
            functions["recommend"],
            streams.requests,
            streams.dead_letters,
            batch_size=100,
            parallelization_factor=4,  # a lane that waits for its stores keeps no other waiting
            fan_out=settings.fan_out,
        )
        if lake:
            for name, table in (("lake", "averages"), ("recommend", "plays"), ("end", "plays")):
                let_deliver(functions[name], lake, table)
            feed(
                functions["lake"],
                streams.averages,
                streams.dead_letters,
                batch_size=1_000,
                window=LAKE_WINDOW,
                fan_out=False,
            )
        stage = open_api(api, functions, streams.heart_rate, settings)
        create_door(self, functions["authorize"], streams.heart_rate, settings.stage)
        create_observability(
            self,
            settings,
            functions,
            streams,
            tables,
            api,
            stage,
            door_name(settings.stage),
            cache.cache.ref,
            network.gateways,
            lake,
        )
        url, forget = socket_url(api, settings.stage), functions["forget"].function_name
        _outputs(self, streams, tables, url, forget)


def stack_name(stage: str) -> str:
    """The stack's name, which is also its template's file name."""
    return f"TempoFit-{stage}"


def _functions(
    stack: Stack,
    streams: Streams,
    tables: Tables,
    api: CfnApi,
    cache: Cache,
    network: Network,
    issuer: Issuer,
    lake: Lake | None,
    settings: Settings,
) -> dict[str, Function]:
    redis = cache.environment
    push = {"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": socket_url(api, settings.stage, "https")}
    dead_letters = {"DEAD_LETTERS_QUEUE_URL": streams.dead_letters.queue_url}
    song_ends = {"SONG_ENDS_TABLE": tables.song_ends.table_name}
    songs = {"SONGS_TABLE": tables.songs.table_name}
    tastes = {"TASTES_TABLE": tables.tastes.table_name}
    plays = {"PLAYS_TABLE": tables.plays.table_name}
    to_lake = lake.environment("plays") if lake else {}
    kept = {"KEPT_DAYS": str(settings.kept_days)}
    heart_rate = {"HEART_RATE_STREAM": streams.heart_rate.stream_name}
    averages = {"AVERAGES_STREAM": streams.averages.stream_name}
    requests = {"REQUESTS_STREAM": streams.requests.stream_name}
    window = {"EMIT_EVERY_SECONDS": "5", "GAP_SECONDS": "30", "INTERVAL_SECONDS": "30"}
    due = {"LEAD_SECONDS": "10", "ASK_AGAIN_SECONDS": "30"}
    on_streams = {
        "average": redis | averages | song_ends | dead_letters | window | SESSION_GAP | push,
        "schedule": requests | song_ends | dead_letters | due | SESSION_GAP,
        "recommend": redis
        | songs
        | song_ends
        | tastes
        | plays
        | kept
        | dead_letters
        | SESSION_GAP
        | push
        | to_lake,
    } | ({"lake": lake.environment("averages")} if lake else {})
    on_socket = {
        "authorize": issuer.environment,
        "connect": redis | push,
        "disconnect": redis,
        "start": push | song_ends | kept | tastes | heart_rate | redis | SESSION_GAP,
        "change": push | song_ends | kept | tastes | heart_rate | redis | SESSION_GAP,
        "skip": push | song_ends | kept | plays | tastes | requests | redis | SESSION_GAP,
        "end": push | song_ends | kept | plays | redis | SESSION_GAP | to_lake,
        "rate": push | song_ends | tastes | redis,
        "workout": push | redis | song_ends | plays | tastes,
        "floor": push | redis | song_ends,
        "class_plan": push | redis | song_ends | kept | tastes | SESSION_GAP,
        "own_songs": push | songs,
        "history": push | redis | song_ends | plays | tastes,
    }
    on_demand = {"forget": redis | song_ends | plays | tastes | songs}
    code = function_code()
    return {
        name: create_function(
            stack,
            name,
            code,
            environment,
            timeout,
            traces=settings.traces,
            memory_mb=WHOLE_PROCESSOR_MB if name == "recommend" else MEMORY_MB,
            network=network if name in ON_REDIS else None,
        )
        for group, timeout in (
            (on_streams, STREAM_TIMEOUT),
            (on_socket, SOCKET_TIMEOUT),
            (on_demand, FORGET_TIMEOUT),
        )
        for name, environment in group.items()
    }


def _permit(functions: dict[str, Function], streams: Streams, tables: Tables) -> None:
    song_ends, tastes = tables.song_ends.table_arn, tables.tastes.table_arn
    plays = tables.plays.table_arn
    heart_rate, averages = streams.heart_rate.stream_arn, streams.averages.stream_arn
    requests = streams.requests.stream_arn
    for name, resource, *actions in (
        ("average", averages, SEND),
        ("average", song_ends, BATCH_GET),
        ("schedule", requests, SEND),
        ("schedule", song_ends, BATCH_GET),
        ("recommend", tables.by_tempo_arn, QUERY),
        ("recommend", song_ends, BATCH_GET, PUT, *STATEMENTS),
        ("recommend", tastes, BATCH_GET, UPDATE),
        ("recommend", plays, INSERT, BATCH_WRITE),
        ("start", heart_rate, SEND),
        ("start", song_ends, GET, PUT),
        ("start", tastes, BATCH_GET, UPDATE),
        ("change", heart_rate, SEND),
        ("change", song_ends, GET, PUT),
        ("change", tastes, BATCH_GET, UPDATE),
        ("skip", requests, SEND),
        ("skip", song_ends, GET, PUT),
        ("skip", tastes, UPDATE),
        ("skip", plays, UPDATE),
        ("end", song_ends, GET, PUT),
        ("end", plays, UPDATE, BATCH_WRITE),
        ("rate", song_ends, GET),
        ("rate", tastes, UPDATE),
        ("workout", song_ends, GET),
        ("workout", tastes, BATCH_GET),
        ("workout", plays, QUERY),
        ("floor", song_ends, BATCH_GET),
        ("class_plan", song_ends, BATCH_GET, PUT),
        ("class_plan", tastes, BATCH_GET),
        ("history", song_ends, GET),
        ("history", plays, QUERY),
        ("history", tastes, BATCH_GET),
        ("forget", song_ends, DELETE),
        ("forget", plays, QUERY, BATCH_WRITE),
        ("forget", tastes, DELETE),
    ):
        allow(functions[name], resource, *actions)
    for name, *actions in (
        ("recommend", QUERY),
        ("own_songs", QUERY, BATCH_WRITE),
        ("forget", QUERY, BATCH_WRITE),
    ):
        allow(functions[name], tables.songs.table_arn, *actions, conditions=OWN_LIBRARIES)


def _outputs(stack: Stack, streams: Streams, tables: Tables, url: str, forget: str) -> None:
    for name, value in {
        "WebSocketUrl": url,
        "SongsTable": tables.songs.table_name,
        "SongEndsTable": tables.song_ends.table_name,
        "TastesTable": tables.tastes.table_name,
        "PlaysTable": tables.plays.table_name,
        "HeartRateStream": streams.heart_rate.stream_name,
        "AverageHeartRateStream": streams.averages.stream_name,
        "SongRequestsStream": streams.requests.stream_name,
        "DeadLettersQueueUrl": streams.dead_letters.queue_url,
        "ForgetFunction": forget,
    }.items():
        CfnOutput(stack, name, value=value)
