"""`tempofit preflight`: whether a stage can be deployed into an account. Read, not tried."""

from typing import Annotated

import msgspec
import typer

from local.template.synth import SynthError, synthesize
from tempofit.addresses import CloudError
from tempofit.operations.bootstrap import environment
from tempofit.operations.preflight.findings import Finding
from tempofit.operations.preflight.report import Report, look
from tempofit.operations.stage import stage_client

WORDS = {
    "fine": "fine",
    "throttles": "will throttle",
    "fails": "will fail",
    "unknown": "not known",
}


def preflight(
    stage: Annotated[str, typer.Option("--stage", help="The stage to deploy: dev or prod.")],
    context: Annotated[
        list[str] | None,
        typer.Option("--context", "-c", help="NAME=VALUE, as it will be given to the CDK."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Tell what decides whether a deployment will work, with your credentials of AWS.

    Reads quotas, zones and what is there already, and changes nothing. What your credentials may
    not read is said, and the rest looked at. Exits with 1 when a deployment would fail.
    """
    try:
        place = environment()
        report = look(stage, place, synthesize(stage, _pairs(context or [])), stage_client)
    except (CloudError, SynthError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(msgspec.json.encode(report) if json else text(report))
    if report.will_fail:
        raise typer.Exit(1)


def text(report: Report) -> str:
    """The findings for people, and whether to go on."""
    lines = [f"Stage {report.stage} in account {report.account}, {report.region}:", ""]
    lines += [_line(finding) for finding in report.findings]
    last = "This deployment would fail." if report.will_fail else "Nothing here stops a deployment."
    return "\n".join([*lines, "", last])


def _line(finding: Finding) -> str:
    told = f"{WORDS[finding.verdict]:14}{finding.name}. {finding.means}"
    return f"{told}\n{'':14}{finding.remedy}" if finding.remedy else told


def _pairs(context: list[str]) -> dict[str, str]:
    """The context values by name. CloudError for what is no NAME=VALUE."""
    pairs = {}
    for one in context:
        name, equals, value = one.partition("=")
        if not name or not equals:
            raise CloudError(f"The context {one!r} is no NAME=VALUE, such as page=off.")
        pairs[name] = value
    return pairs
