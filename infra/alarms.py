"""The alarms, each with its page in docs/runbook.md, and the topic that tells people of them."""

import re

from aws_cdk import Aws, RemovalPolicy
from aws_cdk.aws_cloudwatch import Alarm, ComparisonOperator
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_iam import PolicyStatement, ServicePrincipal
from aws_cdk.aws_kms import Key
from aws_cdk.aws_logs import FilterPattern, MetricFilter
from aws_cdk.aws_sns import Topic
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from constructs import Construct, Node

from infra.metrics import KEYS_AWAY, TOKENS_REFUSED, Watched
from infra.rules import rules

PAGE = "docs/runbook.md"
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PRINTED = {
    TOKENS_REFUSED: "Refused a token: *",
    KEYS_AWAY: "Refused a token: PyJWKClientConnectionError",
}
"""What `authorize` prints, by metric: it starts without the library that counts."""


def create_alarms(scope: Construct, watched: Watched) -> list[Alarm]:
    """Creates every alarm, and the topic that is told when one begins and when it is over."""
    topic = SnsAction(create_topic(scope, alarm_email(scope.node)))
    _count_refusals(scope, watched)
    alarms = []
    for rule in rules(watched):
        alarm = Alarm(
            scope,
            rule.name,
            metric=rule.metric,
            threshold=rule.above,
            comparison_operator=ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=rule.periods,
            datapoints_to_alarm=rule.breaching,
            treat_missing_data=rule.missing,
            alarm_description=f"{rule.means} {PAGE}#{rule.page}",
        )
        alarm.add_alarm_action(topic)
        alarm.add_ok_action(topic)
        alarms.append(alarm)
    return alarms


def alarm_email(node: Node) -> str | None:
    """The context value `alarm_email`. Raises ValueError for what is no address."""
    address = node.try_get_context("alarm_email") or None
    if address is not None and not ADDRESS.fullmatch(str(address)):
        raise ValueError(f"alarm_email is {address!r}. Give an address such as you@example.com.")
    return address


def create_topic(scope: Construct, address: str | None) -> Topic:
    """Creates the topic, encrypted, with `address` as its subscriber if there is one.

    CloudWatch may not use the key that AWS keeps for SNS, and a policy that refuses what comes
    without TLS takes the place of the one that lets CloudWatch publish: so both are said here.
    """
    cloudwatch = ServicePrincipal("cloudwatch.amazonaws.com")
    key = Key(
        scope,
        "alarm-key",
        description="Encrypts what alarms say on its way to whoever is told.",
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.DESTROY,  # nothing that is kept was encrypted with it
    )
    key.grant(cloudwatch, "kms:Decrypt", "kms:GenerateDataKey")
    topic = Topic(
        scope, "alarm-topic", display_name="TempoFit alarms", master_key=key, enforce_ssl=True
    )
    topic.add_to_resource_policy(
        PolicyStatement(
            principals=[cloudwatch],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        )
    )
    if address:
        topic.add_subscription(EmailSubscription(address))
    return topic


def _count_refusals(scope: Construct, watched: Watched) -> None:
    for name, message in PRINTED.items():
        MetricFilter(
            scope,
            name,
            log_group=watched.functions["authorize"].log_group,
            filter_pattern=FilterPattern.string_value("$.message", "=", message),
            metric_namespace=watched.namespace,
            metric_name=name,
            metric_value="1",
        )
