"""`tempofit deploy-page`: puts the built page, and its settings, where a stage serves them."""

from pathlib import Path
from typing import Annotated

import typer

from local.project import PROJECT
from tempofit.addresses import CloudError
from tempofit.operations.deploy_page import empty, publish
from tempofit.operations.stage import (
    aws_errors,
    find_outputs,
    find_stack,
    outputs_of,
    stage_client,
)

PAGE = PROJECT / "frontend" / "dist"
KEPT = "prod"
NO_PAGE = "The stage {!r} has no page: nothing to do."

Stage = Annotated[str, typer.Option("--stage", help="The deployed stage: dev or prod.")]


def deploy_page(
    stage: Stage,
    folder: Annotated[Path, typer.Option(help="The built page.")] = PAGE,
    remove: Annotated[
        bool,
        typer.Option("--remove", help="Empty the stage's buckets, so that it can be destroyed."),
    ] = False,
) -> None:
    """Put the built page on a deployed stage, with the addresses of that stage."""
    try:
        typer.echo(_removed(stage) if remove else _published(stage, folder))
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _published(stage: str, folder: Path) -> str:
    outputs = find_outputs(stage)
    if outputs.page_bucket is None:
        return NO_PAGE.format(stage)
    with aws_errors(f"The bucket {outputs.page_bucket!r} cannot be written"):
        count = publish(stage_client("s3"), outputs.page_bucket, folder, outputs.page_config)
    return f"{count} files are at {outputs.page_url}"


def _removed(stage: str) -> str:
    """Also of a stack that another version deployed, or whose deployment failed.

    With the page goes the lake, but for prod's, which outlives its stack.
    """
    outputs = outputs_of(find_stack(stage))
    names = ("PageBucket",) if stage == KEPT else ("PageBucket", "LakeBucket")
    buckets = [outputs[name] for name in names if name in outputs]
    if not buckets:
        return NO_PAGE.format(stage)
    with aws_errors(f"The bucket {buckets[-1]!r} cannot be written"):
        removed = sum(empty(stage_client("s3"), bucket) for bucket in buckets)
    return f"{removed} files removed."
