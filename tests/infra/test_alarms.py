"""Every part of the path is watched, below the limit at which it fails."""

from infra.settings import LAMBDA_CONCURRENCY
from local.template.synth import synthesize
from tests.infra.conftest import Template, of_type, properties
from tests.infra.grants import function_id
from tests.infra.watching import ALARM, alarms_on, is_breached, metrics_of, page_of, variables


def test_every_function_has_alarms_on_errors_and_throttles(template: Template) -> None:
    functions = of_type(template, "AWS::Lambda::Function")
    assert len(functions) >= 11
    unwatched = function_id(template, "models")  # who deploys is told, and nobody else needs it
    for logical_id in functions.keys() - {unwatched}:
        watched = {
            metric["MetricName"]
            for alarm in properties(template, ALARM)
            for metric in metrics_of(alarm)
            if metric["Dimensions"] == {"FunctionName": {"Ref": logical_id}}
        }
        assert {"Errors", "Throttles"} <= watched, logical_id


def test_every_mapping_has_alarms_on_its_age_and_on_standing_still(template: Template) -> None:
    mappings = properties(template, "AWS::Lambda::EventSourceMapping")
    lead_ms = 1000 * float(variables(template, "schedule")["LEAD_SECONDS"])
    assert len(mappings) == 3
    for mapping in mappings:
        function = {"FunctionName": mapping["FunctionName"]}
        stream = {"StreamName": {"Ref": mapping["EventSourceArn"]["Fn::GetAtt"][0]}}
        (age,) = alarms_on(template, "IteratorAge", function, expression=False)
        assert age["Threshold"] <= lead_ms
        (stalled,) = alarms_on(template, "Invocations", function)
        assert stream in [metric["Dimensions"] for metric in metrics_of(stalled)]
        assert is_breached(stalled, records=1, invocations=None)
        assert not is_breached(stalled, records=1_000_000, invocations=1)
        assert not is_breached(stalled, records=None, invocations=None)


def test_a_single_dead_letter_is_an_alarm_until_the_queue_is_empty(template: Template) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    assert queues
    for logical_id in queues:
        dimension = {"QueueName": {"Fn::GetAtt": [logical_id, "QueueName"]}}
        (alarm,) = alarms_on(template, "ApproximateNumberOfMessagesVisible", dimension)
        assert (alarm["Threshold"], alarm["DatapointsToAlarm"]) == (0, 1)
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        assert alarm["TreatMissingData"] == "ignore"  # a quiet queue reports nothing


def test_shards_are_added_at_70_percent_of_records_or_of_bytes(template: Template) -> None:
    streams = of_type(template, "AWS::Kinesis::Stream")
    assert len(streams) == 3
    for logical_id, stream in streams.items():
        dimension = {"StreamName": {"Ref": logical_id}}
        assert alarms_on(template, "WriteProvisionedThroughputExceeded", dimension)
        (alarm,) = alarms_on(template, "IncomingBytes", dimension)
        assert {metric["Period"] for metric in metrics_of(alarm)} == {300}
        records = stream["Properties"]["ShardCount"] * 1_000 * 300
        data = stream["Properties"]["ShardCount"] * 1_000_000 * 300
        assert is_breached(alarm, records=0.71 * records, bytes=0)
        assert is_breached(alarm, records=0, bytes=0.71 * data)
        assert not is_breached(alarm, records=0.69 * records, bytes=0.69 * data)


def test_every_table_and_its_index_have_an_alarm_that_ends(template: Template) -> None:
    """CloudWatch ignores missing data of DynamoDB, so that only FILL ends an alarm."""
    for logical_id, table in of_type(template, "AWS::DynamoDB::Table").items():
        wanted = [{"TableName": {"Ref": logical_id}}] + [
            {"TableName": {"Ref": logical_id}, "GlobalSecondaryIndexName": index["IndexName"]}
            for index in table["Properties"].get("GlobalSecondaryIndexes", [])
        ]
        (alarm,) = alarms_on(template, "WriteThrottleEvents", wanted[0])
        assert all(one in [m["Dimensions"] for m in metrics_of(alarm)] for one in wanted)
        names = [metric["Id"] for metric in metrics_of(alarm)]
        assert not is_breached(alarm, **dict.fromkeys(names))
        for name in names:
            assert is_breached(alarm, **{**dict.fromkeys(names), name: 1})


def test_one_message_in_a_hundred_that_fails_behind_the_api_is_an_alarm(
    template: Template,
) -> None:
    (alarm,) = alarms_on(template, "IntegrationError")
    quiet = {"failed": None, "uncalled": None, "messages": 1000, "connects": None}
    assert not is_breached(alarm, **quiet)
    assert not is_breached(alarm, **{**quiet, "failed": 9})
    assert is_breached(alarm, **{**quiet, "failed": 11})
    assert is_breached(alarm, **{**quiet, "failed": 6, "uncalled": 6})


def test_the_api_is_watched_below_the_rate_at_which_it_refuses(template: Template) -> None:
    (stage,) = properties(template, "AWS::ApiGatewayV2::Stage")
    most = 60 * stage["DefaultRouteSettings"]["ThrottlingRateLimit"]
    (alarm,) = [a for a in alarms_on(template, "MessageCount") if page_of(a) == "api-throttle"]
    assert is_breached(alarm, messages=0.6 * most, connects=0.15 * most)
    assert not is_breached(alarm, messages=0.6 * most, connects=None)


def test_a_late_song_is_an_alarm_before_the_lead_is_used_up(template: Template) -> None:
    lead_ms = 1000 * float(variables(template, "schedule")["LEAD_SECONDS"])
    (alarm,) = alarms_on(template, "SampleToPushMs", {"service": "recommend"})
    assert 2_000 < alarm["Threshold"] < lead_ms
    assert alarm["ExtendedStatistic"] == "p95"


def test_songs_that_no_connection_took_are_an_alarm_when_they_are_many(
    template: Template,
) -> None:
    (alarm,) = alarms_on(template, "SongsUndelivered", {"service": "recommend"})
    assert page_of(alarm) == "songs-undelivered"
    assert {metric["Period"] for metric in metrics_of(alarm)} == {300}
    assert not is_breached(alarm, untaken=None, pushed=1_000)
    assert not is_breached(alarm, untaken=9, pushed=9)
    assert not is_breached(alarm, untaken=190, pushed=1_000)
    assert is_breached(alarm, untaken=210, pushed=1_000)
    assert is_breached(alarm, untaken=10, pushed=10)


def test_redis_is_watched_below_the_limits_of_the_cache(template: Template) -> None:
    (cache,) = properties(template, "AWS::ElastiCache::ServerlessCache")
    limits = cache["CacheUsageLimits"]
    (memory,) = alarms_on(template, "BytesUsedForCache")
    (units,) = alarms_on(template, "ElastiCacheProcessingUnits")
    assert alarms_on(template, "ThrottledCmds")
    assert memory["Threshold"] == 0.8 * limits["DataStorage"]["Maximum"] * 1e9
    assert units["Threshold"] == 0.8 * limits["ECPUPerSecond"]["Maximum"] * 60
    assert memory["TreatMissingData"] == "missing"


def test_a_key_that_redis_drops_for_want_of_room_is_an_alarm(template: Template) -> None:
    (alarm,) = alarms_on(template, "Evictions")
    assert (alarm["Threshold"], alarm["DatapointsToAlarm"]) == (0, 1)
    assert page_of(alarm) == "redis-memory"


def test_whatever_redis_refuses_a_function_is_an_alarm(template: Template) -> None:
    (alarm,) = alarms_on(template, "AuthenticationFailures")
    quiet = dict.fromkeys(metric["Id"] for metric in metrics_of(alarm))
    assert not is_breached(alarm, **quiet)
    for name in quiet:
        assert is_breached(alarm, **{**quiet, name: 1})
    (cache,) = of_type(template, "AWS::ElastiCache::ServerlessCache")
    assert all(one["Dimensions"] == {"clusterId": {"Ref": cache}} for one in metrics_of(alarm))


def test_the_account_is_watched_below_the_number_of_functions_that_it_runs_at_once(
    template: Template,
) -> None:
    (alarm,) = alarms_on(template, "ClaimedAccountConcurrency", {})
    assert alarm["Threshold"] == 0.7 * LAMBDA_CONCURRENCY
    small = synthesize("dev", {"lambda_concurrency": "10"})
    (alarm,) = alarms_on(small, "ClaimedAccountConcurrency", {})
    assert alarm["Threshold"] == 7


def test_every_gateway_is_watched_for_ports(dev: Template, prod: Template) -> None:
    assert not alarms_on(dev, "ErrorPortAllocation")
    (alarm,) = alarms_on(prod, "ErrorPortAllocation")
    gateways = [{"NatGatewayId": {"Ref": name}} for name in of_type(prod, "AWS::EC2::NatGateway")]
    assert [metric["Dimensions"] for metric in metrics_of(alarm)] == gateways
    quiet = dict.fromkeys(metric["Id"] for metric in metrics_of(alarm))
    assert not is_breached(alarm, **quiet)
    for name in quiet:
        assert is_breached(alarm, **{**quiet, name: 1})


def test_silence_at_night_is_no_alarm(template: Template) -> None:
    otherwise = {
        page_of(alarm)
        for alarm in properties(template, ALARM)
        if alarm["TreatMissingData"] != "notBreaching"
    }
    assert otherwise == {"dead-letters", "redis-memory"}
