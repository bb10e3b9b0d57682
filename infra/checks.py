"""Rules that a synthesis must pass, and the way to write down an exception."""

from aws_cdk import Acknowledgment, App, Validations
from cdk_nag import AwsSolutionsChecks
from constructs import IConstruct


def add_checks(app: App) -> None:
    """Makes a finding of the AwsSolutions rules fail the synthesis."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def accept(construct: IConstruct, rule: str, reason: str) -> None:
    """Accepts one finding of `rule` on `construct`, for a written reason."""
    Validations.of(construct).acknowledge(Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason))
