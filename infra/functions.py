"""The Lambda functions: what each runs with, and what each may touch."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk.aws_iam import PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_lambda import Architecture, Code, Function, Runtime, Tracing
from aws_cdk.aws_logs import LogGroup, RetentionDays
from constructs import Construct

from infra.bundle import PYTHON
from infra.checks import accept
from infra.network import Network, let_join

MEMORY_MB = 512
WHOLE_PROCESSOR_MB = 1_769
"""Lambda: "Configure Lambda function memory"; less is that share of one processor."""
STREAM_TIMEOUT = Duration.seconds(30)
FORGET_TIMEOUT = Duration.minutes(15)
"""It looks through every key, and is asked for seldom."""
SOCKET_TIMEOUT = Duration.seconds(10)
"""The gateway itself gives up after 29 s; a person, long before."""


RUNTIMES = {
    "3.11": Runtime.PYTHON_3_11,
    "3.12": Runtime.PYTHON_3_12,
    "3.13": Runtime.PYTHON_3_13,
    "3.14": Runtime.PYTHON_3_14,
}
"""What Lambda runs; Lambda: "Lambda runtimes". Any of these Pythons may run the synthesis."""


def python_runtime() -> Runtime:
    """The Lambda runtime whose wheels are bundled. KeyError for a Python that Lambda has not."""
    return RUNTIMES[PYTHON]


def create_function(
    scope: Construct,
    name: str,
    code: Code,
    environment: Mapping[str, str],
    timeout: Duration,
    *,
    traces: bool,
    memory_mb: int = MEMORY_MB,
    network: Network | None = None,
) -> Function:
    """Creates function `name`, which runs `lambdas.NAME.handler`, with traces in X-Ray or without.

    Its role may write to its own log group, and nothing else until `allow` says so.
    """
    log_group = LogGroup(
        scope,
        f"{name}-log",
        retention=RetentionDays.TWO_WEEKS,
        removal_policy=RemovalPolicy.DESTROY,
    )
    role = Role(scope, f"{name}-role", assumed_by=ServicePrincipal("lambda.amazonaws.com"))
    log_group.grant_write(role)
    if network:
        let_join(role)
    function = Function(
        scope,
        name,
        code=code,
        handler=f"lambdas.{name}.handler",
        runtime=python_runtime(),
        architecture=Architecture.ARM_64,
        memory_size=memory_mb,
        timeout=timeout,
        role=role,
        log_group=log_group,
        environment={
            "POWERTOOLS_SERVICE_NAME": name,
            "POWERTOOLS_METRICS_NAMESPACE": Stack.of(scope).stack_name,
            "POWERTOOLS_LOG_LEVEL": "INFO",
            **({"TRACING": "on"} if traces else {}),
            **environment,
        },
        tracing=Tracing.ACTIVE if traces else None,
        vpc=network.vpc if network else None,
        vpc_subnets=network.function_subnets if network else None,
        security_groups=[network.functions] if network else None,
    )
    if traces:
        accept(role, "IAM5[Resource::*]", "X-Ray knows no resources: its two actions need `*`.")
    accept(function, "L1", "The runtime follows the Python that made and tested the bundle.")
    return function


def allow(
    function: Function,
    resource_arn: str,
    *actions: str,
    conditions: Mapping[str, Any] | None = None,
) -> None:
    """Lets `function` carry out `actions` on one resource, under `conditions` if there are any."""
    function.add_to_role_policy(
        PolicyStatement(actions=list(actions), resources=[resource_arn], conditions=conditions)
    )
