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
NO_PAGE = "The stage {!r} has no page: nothing to do."

Stage = Annotated[str, typer.Option("--stage", help="The deployed stage: dev or prod.")]


def deploy_page(
    stage: Stage,
    folder: Annotated[Path, typer.Option(help="The built page.")] = PAGE,
    remove: Annotated[
        bool, typer.Option("--remove", help="Empty the bucket, so that it can be destroyed.")
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
    """Also of a stack that another version deployed, or whose deployment failed."""
    bucket = outputs_of(find_stack(stage)).get("PageBucket")
    if bucket is None:
        return NO_PAGE.format(stage)
    with aws_errors(f"The bucket {bucket!r} cannot be written"):
        return f"{empty(stage_client('s3'), bucket)} files removed."
