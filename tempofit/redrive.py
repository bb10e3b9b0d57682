"""`tempofit redrive`: puts the records that dead letters speak of into their streams again."""

from typing import Annotated

import msgspec
import typer

from tempofit.addresses import CloudError
from tempofit.operations import redrive as operation
from tempofit.operations.stage import aws_errors
from tempofit.options import StageOption


def redrive(
    stage: StageOption = "",
    limit: Annotated[int, typer.Option(min=1, help="Replay at most so many messages.")] = 100_000,
    json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False,
) -> None:
    """Replay dead letters: put their records into their streams again, then delete the letters.

    Delivered again, no record does harm: it yields no second song. Those that fail again come back
    as new letters, so find the cause first. Exits with 1 when messages were left.
    """
    try:
        with aws_errors("The dead letters cannot be replayed"):
            report = operation.replay(
                operation.queue_of_stage(stage) if stage else operation.queue_here(), limit
            )
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(msgspec.json.encode(report) if json else sentence(report))
    if report.left:
        raise typer.Exit(1)


def sentence(report: operation.Report) -> str:
    """What was replayed, what was not and why."""
    if not report.messages and not report.left:
        return "There are no dead letters."
    lines = [f"{report.records:,} records of {report.messages:,} dead letters were put again."]
    lines += [f"{count:,} were left: they {why}." for why, count in report.left.items()]
    if report.left:
        lines.append("Those stay for 14 days, unless you purge the queue.")
    return "\n".join(lines)
