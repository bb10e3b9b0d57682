"""The dashboard: the path of a heartbeat from top to bottom, what it leans on at its side."""

from collections.abc import Iterable

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import (
    Alarm,
    AlarmStatusWidget,
    Color,
    Dashboard,
    GraphWidget,
    HorizontalAnnotation,
    IMetric,
    IWidget,
    TextWidget,
)
from aws_cdk.aws_lambda import Function
from constructs import Construct

from infra.metrics import (
    HIGHEST,
    P95,
    SUM,
    TOKENS_REFUSED,
    Hop,
    Watched,
    of_api,
    of_cache,
    of_function,
    of_log,
    of_queue,
    of_stream,
    of_table,
    own,
    sample_to_song,
    throttles,
)
from infra.rules import OLDEST_RECORD_MS, SAMPLE_TO_SONG_MS, SHARD_RECORDS, USE_PERCENT

HEIGHT = 5
TEXT_WIDTH, GRAPH_WIDTH, SIDE_WIDTH = 4, 7, 6
"""A hop takes 4 + 7 + 7 of the 24 columns, the side the other 6."""

COUNTS = {
    "average": ("Averages", "Unreadable", "Unusable", "RefusedPeople", "ClosedPeople", "LeftOut"),
    "schedule": ("SongRequests", "Unreadable"),
    "recommend": ("SongsPushed", "SongsUndelivered", "Failed", "Unreadable", "Unusable"),
}
"""What the stream functions count themselves."""
WORDS = {
    "API": "Messages of clients come in here, and songs go out.",
    "heart-rate": "One record for each batch of samples.",
    "average": "Folds samples into each person's running average.",
    "average-heart-rate": "One record for each group of people.",
    "schedule": "Asks for a song shortly before the last one ends.",
    "song-requests": "One record for each song that is due.",
    "recommend": "Chooses the song and notes when it ends.",
    "push": "The song is on its way to the person.",
}


def create_dashboard(scope: Construct, watched: Watched, alarms: list[Alarm]) -> None:
    """Creates the dashboard: the alarms, then a row for each hop, with what it leans on beside."""
    status = AlarmStatusWidget(title="Alarms", alarms=alarms, width=24, height=HEIGHT)
    rows = [
        [_text(number, name), left, right, *beside]
        for number, ((name, left, right), beside) in enumerate(
            zip(_path(watched), _side(watched), strict=True), 1
        )
    ]
    Dashboard(scope, "dashboard", default_interval=Duration.hours(3), widgets=[[status], *rows])


def _path(watched: Watched) -> list[tuple[str, GraphWidget, GraphWidget]]:
    hops = [one for hop in watched.hops for one in (_stream(hop), _function(watched, hop))]
    return [_api(watched), *hops, _push(watched)]


def _text(number: int, name: str) -> IWidget:
    markdown = f"## {number}. {name}\n{WORDS[name]}"
    return TextWidget(markdown=markdown, width=TEXT_WIDTH, height=HEIGHT)


def _api(watched: Watched) -> tuple[str, GraphWidget, GraphWidget]:
    return (
        "API",
        _graph("API: messages", *(of_api(watched, n) for n in ("MessageCount", "ConnectCount"))),
        _graph(
            "API: errors",
            *(of_api(watched, n) for n in ("ClientError", "IntegrationError", "ExecutionError")),
        ),
    )


def _stream(hop: Hop) -> tuple[str, GraphWidget, GraphWidget]:
    most = hop.shards * SHARD_RECORDS * 60 * USE_PERCENT / 100
    return (
        hop.stream_name,
        _graph(
            f"{hop.stream_name}: records",
            of_stream(hop.stream, "IncomingRecords"),
            line=(most, f"{USE_PERCENT} % of {hop.shards} shards"),
        ),
        _graph(
            f"{hop.stream_name}: bytes and refusals",
            of_stream(hop.stream, "IncomingBytes"),
            right=[of_stream(hop.stream, "WriteProvisionedThroughputExceeded")],
        ),
    )


def _function(watched: Watched, hop: Hop) -> tuple[str, GraphWidget, GraphWidget]:
    name, function = hop.function_name, hop.function
    return (
        name,
        _graph(
            f"{name}: how far behind, ms",
            of_function(function, "IteratorAge", HIGHEST),
            of_function(function, "Duration", P95),
            line=(OLDEST_RECORD_MS, "songs come late"),
            right=[of_function(function, "ConcurrentExecutions", HIGHEST)],
        ),
        _graph(
            f"{name}: what it does",
            *(own(watched, name, count) for count in COUNTS[name]),
            right=[of_function(function, count) for count in ("Errors", "Throttles")],
        ),
    )


def _push(watched: Watched) -> tuple[str, GraphWidget, GraphWidget]:
    return (
        "push",
        _graph(
            "push: from sample to song, ms",
            *(sample_to_song(watched, statistic) for statistic in ("p50", P95, "p99")),
            line=(SAMPLE_TO_SONG_MS, "songs come late"),
        ),
        _graph(
            "push: songs asked for, and sent",
            own(watched, "schedule", "SongRequests"),
            own(watched, "recommend", "SongsPushed"),
        ),
    )


def _side(watched: Watched) -> list[list[GraphWidget]]:
    """What stands beside each hop."""
    dead_letters, named = watched.streams.dead_letters, watched.others.items()
    authorize, tables = watched.functions["authorize"], watched.named_tables
    memory, units = _redis(watched.cache_name)
    return [
        [
            _beside(
                "Connecting", of_function(authorize, "Invocations"), of_log(watched, TOKENS_REFUSED)
            )
        ],
        [_beside("Other functions: errors", *_of_each(named, "Errors", SUM))],
        memory,
        units,
        [
            _beside(
                "DynamoDB: units",
                *_of_tables(watched, "ConsumedReadCapacityUnits", "reads of"),
                *_of_tables(watched, "ConsumedWriteCapacityUnits", "writes of"),
            )
        ],
        [
            _beside(
                "DynamoDB: refusals",
                *(throttles(watched, name).with_(label=name) for name in tables),
            )
        ],
        [
            _beside(
                "Dead letters",
                of_queue(dead_letters, "ApproximateNumberOfMessagesVisible"),
                right=[of_queue(dead_letters, "ApproximateAgeOfOldestMessage")],
            )
        ],
        [_beside("Other functions: p95 in ms", *_of_each(named, "Duration", P95))],
    ]


def _of_each(
    functions: Iterable[tuple[str, Function]], metric: str, statistic: str
) -> list[IMetric]:
    return [of_function(one, metric, statistic).with_(label=name) for name, one in functions]


def _of_tables(watched: Watched, metric: str, label: str) -> list[IMetric]:
    return [
        of_table(table, metric).with_(label=f"{label} {name}")
        for name, table in watched.named_tables.items()
    ]


def _redis(cache_name: str | None) -> tuple[list[GraphWidget], list[GraphWidget]]:
    if cache_name is None:
        return [], []
    memory = _beside(
        "Redis: memory and connections",
        of_cache(cache_name, "BytesUsedForCache", HIGHEST),
        right=[of_cache(cache_name, "CurrConnections", HIGHEST)],
    )
    units = _beside(
        "Redis: ECPU and refusals",
        of_cache(cache_name, "ElastiCacheProcessingUnits"),
        right=[of_cache(cache_name, "ThrottledCmds")],
    )
    return [memory], [units]


def _beside(title: str, *left: IMetric, right: list[IMetric] | None = None) -> GraphWidget:
    return _graph(title, *left, right=right, width=SIDE_WIDTH)


def _graph(
    title: str,
    *left: IMetric,
    right: list[IMetric] | None = None,
    line: tuple[float, str] | None = None,
    width: int = GRAPH_WIDTH,
) -> GraphWidget:
    return GraphWidget(
        title=title,
        left=list(left),
        right=right,
        left_annotations=[HorizontalAnnotation(value=line[0], label=line[1], color=Color.RED)]
        if line
        else None,
        width=width,
        height=HEIGHT,
    )
