"""Every check of an account, one after another; none stops the others."""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct

from planning.capacity import OF_API, OF_CONNECTS, OF_LAMBDA, OF_SHARDS
from tempofit.operations.preflight import ground, limits, places
from tempofit.operations.preflight.findings import Finding, found
from tempofit.operations.preflight.subject import Subject
from tempofit.operations.stage import read_stack, stack_name

CHECKS = {
    ground.BOOTSTRAP: ground.bootstrap,
    ground.STACK: ground.stack,
    places.SERVICES: places.services,
    ground.RUNTIME: ground.runtime,
    places.ZONES: places.zones,
    places.NETWORKS: places.networks,
    places.ADDRESSES: places.addresses,
    ground.ROLE: ground.cache_role,
    ground.PAGE: ground.page,
    limits.NAMES[OF_SHARDS]: limits.shards,
    limits.NAMES[OF_LAMBDA]: limits.concurrency,
    limits.NAMES[OF_API]: limits.api_rate,
    limits.NAMES[OF_CONNECTS]: limits.connections,
}
"""What is looked at, in this order."""


class Report(Struct, frozen=True):
    """What was found in an account; `will_fail` when any of it stops a deployment."""

    stage: str
    account: str
    region: str
    will_fail: bool
    findings: list[Finding]


def look(
    stage: str, place: tuple[str, str], template: dict[str, Any], client: Callable[[str], Any]
) -> Report:
    """What decides whether `template` can be deployed as `stage`, in an account and region.

    What the account refuses to say is a finding, and raises nothing.
    """
    account, region = place
    stacks: list[dict[str, Any] | None] = [None]

    def read() -> list[Finding]:
        stacks[0] = read_stack(client("cloudformation"), stack_name(stage))
        return []

    refused = found(ground.STACK, read)
    subject = Subject(stage, region, template, stacks[0], client)
    findings: list[Finding] = []
    for name, check in CHECKS.items():
        if name == ground.STACK and refused:
            findings += refused
        else:
            findings += found(name, partial(check, subject))
    will_fail = any(finding.verdict == "fails" for finding in findings)
    return Report(stage, account, region, will_fail, findings)
