"""What holds for every command of `tempofit`."""

import io
import subprocess
import sys

import pytest
from rich.console import Console
from rich.table import Table
from typer.testing import CliRunner

from tempofit.__main__ import COMMANDS, app
from tempofit.printing import print_whole

HEAVY = ("benchmarks", "evaluation", "moto", "numpy", "pyarrow")
LOADED = f"""
import contextlib, sys
from tempofit.__main__ import app
with contextlib.suppress(SystemExit):
    app(sys.argv[1:])
print("loaded", *[name for name in {HEAVY} if name in sys.modules])
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_is_for(name: str) -> None:
    done = CliRunner().invoke(app, [name, "--help"])

    assert done.exit_code == 0
    assert f"Usage: tempofit {name} " in done.output


def test_help_names_every_command() -> None:
    done = CliRunner().invoke(app, ["--help"])

    assert [name for name in COMMANDS if f"│ {name} " not in done.output] == []


def test_a_name_that_no_command_has_is_told() -> None:
    done = CliRunner().invoke(app, ["stats"])

    assert done.exit_code == 2
    assert "No such command 'stats'" in done.output


def test_a_command_loads_nothing_of_the_others() -> None:
    command = [sys.executable, "-c", LOADED, "env"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "loaded"


def test_a_table_in_a_narrow_terminal_loses_no_letter() -> None:
    table = Table("stream", "invocations/s", box=None)
    table.add_row("average-heart-rate", "0.18")
    out = io.StringIO()

    print_whole(Console(file=out, width=16), table)

    letters = sorted("".join(out.getvalue().split()))
    assert letters == sorted("streaminvocations/saverage-heart-rate0.18")
