"""The target of the contract tests: what is said when it cannot be used, and which tests run."""

import os
import subprocess
import sys
from pathlib import Path

import jwt
import pytest

from local.processes import free_port
from local.project import PROJECT
from tests import target
from tests.pipeline import test_cloud

FILES = ("tests/pipeline/test_cloud.py", "tests/pipeline/test_target.py")


def token(user: str) -> str:
    return jwt.encode({"sub": user}, "k" * 32, "HS256")


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *options, *FILES],
        cwd=PROJECT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_local_cloud_is_the_target_unless_another_is_named() -> None:
    assert target.chosen({}) == target.chosen({"TEMPOFIT_TARGET": ""}) == "local"
    assert target.chosen({"TEMPOFIT_TARGET": "aws"}) == "aws"


def test_a_target_that_nobody_knows_is_a_sentence() -> None:
    done = run(TEMPOFIT_TARGET="azure")
    assert done.returncode != 0
    assert "'azure'. Choose one of: local, localstack, aws." in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_elsewhere_only_the_contract_tests_run() -> None:
    listed = run("--collect-only", TEMPOFIT_TARGET="localstack").stdout
    assert "test_cloud.py::test_a_workout_gets_its_songs_one_after_another" in listed
    assert "test_target.py::" not in listed


def test_a_target_that_cannot_be_used_is_said_once() -> None:
    done = run(TEMPOFIT_TARGET="aws", TEMPOFIT_TOKENS="")
    assert done.returncode == 1
    assert done.stdout.count("TEMPOFIT_TOKENS is not set. Give the path of a file") == 1


def test_every_test_that_only_runs_here_is_one_that_there_is() -> None:
    assert all(hasattr(test_cloud, name) for name in target.LOCAL_ONLY)


def test_a_localstack_that_does_not_run_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "LOCALSTACK", f"http://127.0.0.1:{free_port()}")
    with (
        pytest.raises(target.TargetError, match=r"No LocalStack answers at .*make localstack"),
        target.deployed("localstack", "dev"),
    ):
        pass


def test_a_stage_on_aws_needs_tokens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for given, sentence in (
        (None, "TEMPOFIT_TOKENS is not set"),
        (tmp_path / "nowhere", "which cannot be read"),
        (Path(__file__), "holds a line that is no token"),
    ):
        with monkeypatch.context() as patch:
            patch.delenv("TEMPOFIT_TOKENS", raising=False)
            if given:
                patch.setenv("TEMPOFIT_TOKENS", str(given))
            with (
                pytest.raises(target.TargetError, match=sentence),
                target.deployed("aws", "dev"),
            ):
                pass


def test_every_test_gets_a_person_of_its_own() -> None:
    given = target.GivenTokens([token("ann"), token("bob")])
    assert [given.new_user(), given.new_user()] == ["ann", "bob"]
    assert given.token("ann") == token("ann")
    with pytest.raises(target.TargetError, match="The 2 tokens of TEMPOFIT_TOKENS are used up"):
        given.new_user()
