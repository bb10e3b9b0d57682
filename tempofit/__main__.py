"""`tempofit`: the one command."""

from importlib import import_module
from typing import TYPE_CHECKING

import typer
from typer.core import TyperGroup
from typer.main import get_command

if TYPE_CHECKING:  # typer carries its own click
    from typer._click.core import Command, Context

COMMANDS = (
    "up",
    "env",
    "status",
    "tail",
    "simulate",
    "strap",
    "why",
    "evaluate",
    "capacity",
    "chaos",
    "cost",
    "export",
    "forget",
    "redrive",
    "preflight",
    "deploy-page",
    "protect",
    "songs",
    "bench",
)
"""Each is in the module of its name: as `app` what has commands of its own, else as a function."""


class Commands(TyperGroup):
    """The commands, of which only the one that is asked for is imported."""

    def list_commands(self, ctx: "Context") -> list[str]:
        """Their names, in the order of `--help`."""
        return list(COMMANDS)

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        """The command of a name, if there is one."""
        return _command(cmd_name) if cmd_name in COMMANDS else None


def _command(name: str) -> "Command":
    module = import_module(f"tempofit.{name.replace('-', '_')}")
    commands = getattr(module, "app", None)
    if commands is None:
        commands = typer.Typer(add_completion=False)
        commands.command(name)(getattr(module, module.__name__.rpartition(".")[2]))
    command = get_command(commands)
    command.name = name
    return command


app = typer.Typer(
    name="tempofit",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turns live heart rates into the next song.",
)


@app.callback()
def main_options() -> None:
    """Turns live heart rates into the next song."""


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
