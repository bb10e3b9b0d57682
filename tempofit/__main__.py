"""`tempofit`: the one command."""

import typer

from tempofit import bench, simulate, songs
from tempofit.capacity import capacity
from tempofit.chaos import chaos
from tempofit.cost import cost
from tempofit.deploy_page import deploy_page
from tempofit.env import env
from tempofit.evaluate import evaluate
from tempofit.forget import forget
from tempofit.preflight import preflight
from tempofit.protect import protect
from tempofit.redrive import redrive
from tempofit.status import status
from tempofit.tail import tail
from tempofit.up import up
from tempofit.why import why

app = typer.Typer(
    name="tempofit",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turns live heart rates into the next song.",
)
app.command()(up)
app.command()(env)
app.command()(status)
app.command()(tail)
app.command()(simulate.simulate)
app.command()(why)
app.command()(evaluate)
app.command()(capacity)
app.command()(chaos)
app.command()(cost)
app.command()(forget)
app.command()(redrive)
app.command()(preflight)
app.command()(deploy_page)
app.command()(protect)
app.add_typer(songs.app, name="songs")
app.add_typer(bench.app, name="bench")


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
