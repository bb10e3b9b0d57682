"""The account's limits, and with how many people each is reached by the capacity model."""

from typing import Any

from botocore.exceptions import ClientError

from planning import quotas
from planning.capacity import OF_API, OF_CONNECTS, OF_LAMBDA, OF_SHARDS, capacity
from planning.load import Load
from planning.template import Settings, settings_of
from tempofit.operations.preflight.findings import Finding
from tempofit.operations.preflight.subject import Subject

API, FUNCTION = "apigateway", "AWS::Lambda::Function"
API_RATE, NEW_CONNECTIONS = "L-8A5B8E43", "L-9ED1E49A"
"""Service Quotas: "Throttle rate" and the WebSocket APIs' "New connections per second"."""
STREAMS = ("HeartRateStream", "AverageHeartRateStream", "SongRequestsStream")
NAMES = {OF_LAMBDA: "Lambda: functions at once", OF_API: "API Gateway: requests/s"} | {
    OF_CONNECTS: "API Gateway: new connections/s",
    OF_SHARDS: "Kinesis: shards",
}


def concurrency(subject: Subject) -> list[Finding]:
    """How many functions run at once, which the mappings share with those who connect."""
    most = subject.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    settings = settings_of(subject.template)
    users = users_at(OF_LAMBDA, settings, quotas.Account(lambda_concurrency=most))
    told = f"deploy with -c lambda_concurrency={most}, so that the alarm knows."
    lanes = sum(reader.lanes for reader in settings.readers.values())
    others = sum(1 for _ in subject.properties(FUNCTION)) - len(settings.readers)
    if most >= lanes + others:
        remedy = "" if most >= quotas.LAMBDA_CONCURRENCY else told.capitalize()
        return [Finding(NAMES[OF_LAMBDA], "fine", _reached(most, users), remedy, users)]
    means = (
        f"{_reached(most, users)} Earlier, whenever the streams' functions catch up: they run up "
        f"to {lanes} at once, and share with the {others} behind the API."
    )
    remedy = (
        f'Ask for {quotas.LAMBDA_CONCURRENCY:,} in Service Quotas (AWS Lambda, "Concurrent '
        f'executions"), and until then {told}'
    )
    return [Finding(NAMES[OF_LAMBDA], "throttles", means, remedy, users)]


def api_rate(subject: Subject) -> list[Finding]:
    """How many messages in and out the account carries a second."""
    most, settings = quota(subject, API, API_RATE), settings_of(subject.template)
    users = users_at(OF_API, settings, quotas.Account(api_requests_per_second=most))
    if most >= settings.throttle_rate:
        return [Finding(NAMES[OF_API], "fine", _reached(most, users), users=users)]
    means = f"{_reached(most, users)} The stage would take {settings.throttle_rate:,}."
    remedy = _ask(quotas.API_REQUESTS_PER_SECOND, "Throttle rate")
    return [Finding(NAMES[OF_API], "throttles", means, remedy, users)]


def connections(subject: Subject) -> list[Finding]:
    """How many connections the account opens a second."""
    most = quota(subject, API, NEW_CONNECTIONS)
    account = quotas.Account(connects_per_second=most)
    users = users_at(OF_CONNECTS, settings_of(subject.template), account)
    if most >= quotas.CONNECTS_PER_SECOND:
        return [Finding(NAMES[OF_CONNECTS], "fine", _reached(most, users), users=users)]
    remedy = _ask(quotas.CONNECTS_PER_SECOND, "New connections per second")
    return [Finding(NAMES[OF_CONNECTS], "throttles", _reached(most, users), remedy, users)]


def shards(subject: Subject) -> list[Finding]:
    """Whether the streams have room beside what is open already."""
    kinesis = subject.client("kinesis")
    limits = kinesis.describe_limits()
    most, opened = limits["ShardLimit"], limits["OpenShardCount"]
    own = sum(_open_shards(kinesis, subject.outputs[name]) for name in _streams(subject))
    needed = sum(one["ShardCount"] for one in subject.properties("AWS::Kinesis::Stream"))
    room = most - (opened - own)
    account = quotas.Account(shards=room)
    users = users_at(OF_SHARDS, settings_of(subject.template), account)
    means = f"{opened - own:,} of {most:,} are others', and {needed} are needed."
    if needed <= room:
        return [Finding(NAMES[OF_SHARDS], "fine", means, users=users)]
    remedy = (
        "Delete streams that nobody needs (aws kinesis list-streams; those of a prod stage that "
        'is gone stay and are paid for), or ask for more in Service Quotas (Kinesis, "Shards").'
    )
    return [Finding(NAMES[OF_SHARDS], "fails", means, remedy)]


def quota(subject: Subject, service: str, code: str) -> float:
    """What Service Quotas says; the default where nothing was ever asked for."""
    client = subject.client("service-quotas")
    try:
        answer = client.get_service_quota(ServiceCode=service, QuotaCode=code)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchResourceException":
            raise
        answer = client.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)
    return float(answer["Quota"]["Value"])


def users_at(limit: str, settings: Settings, account: quotas.Account) -> int:
    """With how many people at once `limit` is reached in an account that has so much of it."""
    found = capacity(Load(1), settings, account)
    return next(one.users for one in found.limits if one.name == limit)


def _ask(wanted: int, name: str) -> str:
    return f'Ask for {wanted:,} in Service Quotas (Amazon API Gateway, "{name}").'


def _reached(most: float, users: int) -> str:
    return f"The account has {most:,.0f}, which about {users:,} people at once reach."


def _streams(subject: Subject) -> list[str]:
    return [name for name in STREAMS if name in subject.outputs]


def _open_shards(kinesis: Any, stream: str) -> int:
    summary = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    return int(summary["OpenShardCount"])
