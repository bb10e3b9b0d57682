"""What `make` says to somebody who may not deploy, before anything is made."""

import os
import subprocess
from pathlib import Path

import pytest

from infra.bundle import ROOT

NO_REGION, NO_CREDENTIALS = "No region of AWS is chosen", "There are no credentials of AWS here"


def make(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a target of somebody without credentials, with everything installed."""
    environment = {name: one for name, one in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "AWS_CONFIG_FILE": str(folder / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return subprocess.run(
        ["make", "--old-file=setup", *words],
        cwd=ROOT,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_prod_is_taken_away_only_when_it_is_meant(tmp_path: Path) -> None:
    done = make(tmp_path, "destroy", "STAGE=prod", AWS_REGION="us-east-1")
    assert done.returncode
    assert "make destroy STAGE=prod CONFIRM=prod" in done.stdout
    assert "stay and are paid for" in done.stdout
    meant = make(tmp_path, "destroy", "STAGE=prod", "CONFIRM=prod", AWS_REGION="us-east-1")
    assert NO_CREDENTIALS in meant.stderr


@pytest.mark.parametrize("target", ["bootstrap", "deploy", "destroy"])
def test_without_credentials_or_a_region_there_is_a_sentence(target: str, tmp_path: Path) -> None:
    for variables, said in (({}, NO_REGION), ({"AWS_REGION": "us-east-1"}, NO_CREDENTIALS)):
        done = make(tmp_path, target, "STAGE=dev", **variables)
        assert done.returncode
        assert done.stderr.startswith(said)
        assert "Traceback" not in done.stdout + done.stderr
