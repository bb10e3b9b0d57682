"""The asset that the functions run: for the Lambda platform, whole, and nothing besides."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from infra import bundle, functions
from infra.app import bundle_sizes
from infra.functions import RUNTIMES, python_runtime

TAG = "import sys; print(sys.implementation.cache_tag)"
MAGIC = "import importlib.util; print(importlib.util.MAGIC_NUMBER.hex())"

TOO_MUCH = ("pyarrow", "aws_cdk", "aiohttp", "mypy_boto3_sqs", "boto3_stubs", "wrapt-stubs", "bin")
UNPACKED_LIMIT_BYTES, ZIPPED_LIMIT_BYTES = 46_000_000, 15_000_000
"""A tenth above what it takes now; Lambda takes 250 MB unpacked."""


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    bundle.fill(folder)
    return folder


def test_it_holds_the_functions_and_the_contracts(bundled: Path) -> None:
    for package in ("lambdas", "events"):
        sources = {p.relative_to(bundle.ROOT) for p in (bundle.ROOT / package).rglob("*.py")}
        assert sources <= {p.relative_to(bundled) for p in bundled.rglob("*.py")}


def test_it_holds_what_the_lock_names(bundled: Path) -> None:
    locked = re.findall(r"^([a-z0-9-]+)==([^ ]+) \\$", bundle.LOCK.read_text(), re.MULTILINE)
    installed = {path.name for path in bundled.glob("*.dist-info")}
    assert len(locked) > 10
    for name, version in locked:
        assert f"{name.replace('-', '_')}-{version}.dist-info" in installed


def test_it_knows_the_services_that_the_functions_call_and_no_others(bundled: Path) -> None:
    known = {path.name for path in (bundled / "botocore" / "data").iterdir() if path.is_dir()}
    source = (bundle.ROOT / "lambdas" / "adapters" / "clients.py").read_text()
    called = set(re.findall(r'_client\(\s*"([a-z0-9]+)"', source))
    assert called == {
        *("apigatewaymanagementapi", "apigatewayv2", "dynamodb", "firehose", "kinesis"),
        *("secretsmanager", "sqs"),
    }
    assert known == called | {"sts"}


def test_it_holds_nothing_for_development(bundled: Path) -> None:
    names = {path.name for path in bundled.iterdir()}
    assert not names & set(TOO_MUCH)
    assert not (bundled / "events" / "examples").exists()


def test_every_module_is_compiled_by_the_runtimes_python(bundled: Path) -> None:
    if not (python := bundle.compiler()):
        assert list(bundled.rglob("*.pyc")) == []
        return
    unchecked_hash = (1).to_bytes(4, "little")
    sources = list(bundled.rglob("*.py"))
    assert len(sources) > 100
    for source in sources:
        cached = source.parent / "__pycache__" / f"{source.stem}.{_said(python, TAG)}.pyc"
        assert cached.read_bytes()[:8] == bytes.fromhex(_said(python, MAGIC)) + unchecked_hash


def test_without_the_runtimes_python_there_is_no_bytecode_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "average.py").touch()
    names = {bundle.input_hash()}
    for found in (None, sys.executable):
        monkeypatch.setattr(bundle, "compiler", lambda found=found: found)
        names.add(bundle.input_hash())
    assert len(names) == 2
    monkeypatch.setattr(bundle, "compiler", lambda: None)
    bundle._compile(tmp_path)
    assert f"put Python {bundle.PYTHON}" in capsys.readouterr().err
    assert list(tmp_path.rglob("*.pyc")) == []


def test_its_libraries_are_for_the_lambda_platform(bundled: Path) -> None:
    libraries = [path.read_bytes()[:20] for path in bundled.rglob("*.so")]
    arm64 = 183  # e_machine in the ELF header
    assert libraries
    assert {(head[:4], int.from_bytes(head[18:20], "little")) for head in libraries} == {
        (b"\x7fELF", arm64)
    }


def test_it_does_not_grow_unnoticed(bundled: Path) -> None:
    unpacked, zipped = bundle_sizes(bundled)
    assert unpacked < UNPACKED_LIMIT_BYTES
    assert zipped < ZIPPED_LIMIT_BYTES


def test_a_missing_wheel_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "lambdas.txt"
    lock.write_text("tempofit-has-no-such-wheel @ file:///nowhere.whl\n")
    monkeypatch.setattr(bundle, "LOCK", lock)
    with pytest.raises(bundle.BundleError, match="could not be installed for aarch64") as caught:
        bundle.fill(tmp_path / "out")
    assert "requirements/lambdas.in" in str(caught.value)


def test_its_name_changes_with_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "lambdas.txt"
    lock.write_text("one")
    monkeypatch.setattr(bundle, "ROOT", tmp_path)
    monkeypatch.setattr(bundle, "LOCK", lock)
    (tmp_path / "lambdas").mkdir()
    source = tmp_path / "lambdas" / "average.py"
    source.touch()
    hashes = {bundle.input_hash()}
    source.write_text("changed")
    hashes.add(bundle.input_hash())
    lock.write_text("two")
    hashes.add(bundle.input_hash())
    assert len(hashes) == 3


def test_the_runtime_is_the_python_of_the_bundle_and_one_that_lambda_has() -> None:
    assert bundle.PYTHON in RUNTIMES
    assert python_runtime().name == f"python{bundle.PYTHON}"
    assert {f"python{version}" for version in RUNTIMES} == {one.name for one in RUNTIMES.values()}


def test_a_python_that_lambda_has_not_is_no_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functions, "PYTHON", "3.99")
    with pytest.raises(KeyError, match=r"3\.99"):
        python_runtime()


@cache
def _said(python: str, code: str) -> str:
    return subprocess.check_output([python, "-c", code], text=True).strip()
