"""`tempofit deploy-page`: puts the built page, and its settings, where a stage serves them."""

from pathlib import Path
from typing import Annotated

import typer

from local.project import PROJECT
from tempofit.addresses import CloudError
from tempofit.operations.deploy_page import empty, publish
from tempofit.operations.stage import aws_errors, find_outputs, stage_client

PAGE = PROJECT / "frontend" / "dist"

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
        outputs = find_outputs(stage)
        s3 = stage_client("s3")
        with aws_errors(f"The bucket {outputs.page_bucket!r} cannot be written"):
            if remove:
                count = empty(s3, outputs.page_bucket)
            else:
                count = publish(s3, outputs.page_bucket, folder, outputs.page_config)
    except CloudError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{count} files removed." if remove else f"{count} files are at {outputs.page_url}")
