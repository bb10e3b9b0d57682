"""`make` with a Python that TempoFit runs on, and with others."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.project import PROJECT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile and what it looks at first."""
    (tmp_path / "requirements").mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements/all.txt"):
        shutil.copy(PROJECT / name, tmp_path / name)
    return tmp_path


def make(checkout: Path, *arguments: str) -> tuple[int, str]:
    """Its exit code and what it says; the `make` that runs the tests tells it nothing."""
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=checkout,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def python(path: Path, version: str) -> str:
    """An interpreter that only tells its version, and says what it is asked to run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        '#!/bin/sh\ncase "$1" in\n'
        f"  -c) echo {version} ;;\n"
        f"  --version) echo Python {version}.0 ;;\n"
        '  *) echo "asked for $*"; exit 1 ;;\nesac\n'
    )
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.10", "3.15", "4.0"])
def test_a_python_that_is_too_old_or_too_new_is_a_sentence(checkout: Path, version: str) -> None:
    named = python(checkout / "its" / "python", version)
    code, said = make(checkout, ".venv/.installed", f"PYTHON={named}")
    sentence, *rest = said.splitlines()
    assert code
    assert sentence == (
        f"TempoFit runs on Python 3.11 to 3.14, and {named} is Python {version}.0: "
        "name one of these with make PYTHON=..."
    )
    assert len(rest) == 1  # make itself: which target failed


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_a_python_of_the_readme_makes_the_environment(checkout: Path, version: str) -> None:
    named = python(checkout / "its" / "python", version)
    _, said = make(checkout, ".venv/.installed", f"PYTHON={named}")
    assert said.startswith("asked for -m venv --clear .venv\n")


def test_a_python_that_is_missing_is_a_sentence(checkout: Path) -> None:
    code, said = make(checkout, ".venv/.installed", "PYTHON=python3.99")
    assert code
    assert said.startswith("TempoFit runs on Python 3.11 to 3.14, and python3.99 is ")


def test_another_python_than_the_environments_makes_it_anew_if_it_is_named(checkout: Path) -> None:
    named = python(checkout / "its" / "python", "3.13")
    python(checkout / ".venv" / "bin" / "python", "3.12")
    (checkout / ".venv" / ".installed").touch()
    assert make(checkout, ".venv/.installed") == (0, "make: '.venv/.installed' is up to date.\n")
    _, said = make(checkout, ".venv/.installed", f"PYTHON={named}")
    assert said.startswith("asked for -m venv --clear .venv\n")
    python(checkout / ".venv" / "bin" / "python", "3.13")
    code, said = make(checkout, ".venv/.installed", f"PYTHON={named}")
    assert (code, said) == (0, "make: '.venv/.installed' is up to date.\n")


def test_the_readme_names_the_pythons_that_the_package_takes() -> None:
    assert "Python 3.11 to 3.14" in (PROJECT / "README.md").read_text()
    assert 'requires-python = ">=3.11,<3.15"' in (PROJECT / "pyproject.toml").read_text()
    assert (3, 11) <= sys.version_info < (3, 15)
