"""An AWS account of canned answers, which botocore compares with what the services take and say."""

from typing import Any

import boto3
from botocore.stub import Stubber

from local.template.synth import synthesize
from tempofit.operations.preflight.subject import Subject

REGION = "us-east-1"


class Account:
    """Clients that answer what a test has them answer, each in the order in which it was said."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}
        self._stubbers: dict[str, Stubber] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            client = boto3.client(service, region_name=REGION)  # type: ignore[call-overload]
            self._clients[service] = client
            self._stubbers[service] = Stubber(client)
            self._stubbers[service].activate()
        return self._clients[service]

    def answers(
        self, service: str, operation: str, answer: dict[str, Any], **asked: Any
    ) -> "Account":
        self.client(service)
        self._stubbers[service].add_response(operation, answer, asked)
        return self

    def refuses(
        self, service: str, operation: str, code: str = "AccessDenied", message: str = "No."
    ) -> "Account":
        self.client(service)
        self._stubbers[service].add_client_error(operation, code, message)
        return self

    def close(self) -> None:
        """Fails when something was not asked that a test had answered."""
        for service, stubber in self._stubbers.items():
            stubber.assert_no_pending_responses()
            self._clients[service].close()


def subject(
    account: Account,
    stage: str = "dev",
    status: str | None = None,
    context: dict[str, str] | None = None,
    **stack: Any,
) -> Subject:
    """A stage to be deployed, whose stack has `status`, or is not there."""
    described = {"StackName": f"TempoFit-{stage}", "StackStatus": status, **stack}
    return Subject(
        stage=stage,
        region=REGION,
        template=synthesize(stage, context or {}),
        stack=described if status else None,
        client=account.client,
    )
