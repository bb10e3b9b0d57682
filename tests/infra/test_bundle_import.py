"""The bundle runs alone: every handler is imported with nothing beside it on the path.

The bundle is for arm64, and its libraries load nowhere else. So it is made here once more from the
same lock for this machine and imported, and the wheels of the real one are held against what the
Lambda runtime takes.
"""

import json
import platform
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from infra import app, bundle
from tests.infra.call_sites import LAMBDAS
from tests.infra.calls import environment_of
from tests.infra.conftest import Template

HANDLERS = sorted(path.stem for path in LAMBDAS.glob("*.py") if path.stem != "__init__")
HEAVY = {"boto3", "botocore", "redis", "pydantic", "aws_lambda_powertools", "aws_xray_sdk"}
THIS_MACHINE = {
    ("Linux", "x86_64"): "x86_64-manylinux2014",
    ("Linux", "aarch64"): bundle.PLATFORM,
    ("Darwin", "arm64"): "aarch64-apple-darwin",
    ("Darwin", "x86_64"): "x86_64-apple-darwin",
}
GLIBC = {"3.11": 26, "3.12": 34, "3.13": 34, "3.14": 34}
"""The second number of the C library under each runtime: Amazon Linux 2 up to Python 3.11, Amazon
Linux 2023 from 3.12 on ("Lambda runtimes" in the guide of AWS Lambda)."""
IMPORT = """
import importlib, json, sys
sys.path.append(sys.argv[1])
module = importlib.import_module(sys.argv[2])
assert callable(module.handler)
files = [getattr(one, "__file__", None) or "" for one in list(sys.modules.values())]
print(json.dumps({"path": sys.path, "files": files, "modules": list(sys.modules)}))
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle for this machine and this Python; it is compiled as it is imported."""
    folder = tmp_path_factory.mktemp("here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundle, "PLATFORM", THIS_MACHINE[platform.system(), platform.machine()])
        patch.setattr(bundle, "PYTHON", f"{sys.version_info.major}.{sys.version_info.minor}")
        patch.setattr(bundle, "_compile", lambda folder: None)
        bundle.fill(folder)
    return folder


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dependencies for Lambda."""
    folder = tmp_path_factory.mktemp("wheels")
    bundle._install(folder)
    return folder


@pytest.mark.parametrize("name", HANDLERS)
def test_a_handler_is_imported_from_the_bundle_alone(
    name: str, unpacked: Path, lake: Template
) -> None:
    imported = _import(unpacked, name, environment_of(lake, name))
    standard = [entry for entry in imported["path"] if entry != str(unpacked)]
    assert "site-packages" not in " ".join(standard)
    assert str(bundle.ROOT) not in standard
    allowed = (str(unpacked), *standard)
    strangers = [one for one in imported["files"] if one and not one.startswith(allowed)]
    assert strangers == []


def test_the_authorizer_starts_without_what_takes_long_to_import(
    unpacked: Path, dev: Template
) -> None:
    imported = _import(unpacked, "authorize", environment_of(dev, "authorize"))
    assert not HEAVY & set(imported["modules"])


def test_a_package_that_the_bundle_lacks_is_missed(unpacked: Path, dev: Template) -> None:
    (unpacked / "jwt").rename(unpacked / "away")
    try:
        with pytest.raises(subprocess.CalledProcessError) as failed:
            _import(unpacked, "authorize", environment_of(dev, "authorize"))
    finally:
        (unpacked / "away").rename(unpacked / "jwt")
    assert "No module named 'jwt'" in failed.value.stderr


def test_every_wheel_is_one_that_the_runtime_takes(wheels: Path) -> None:
    tags = {
        path.parent.name: re.findall(r"^Tag: (\S+)$", path.read_text(), re.MULTILINE)
        for path in wheels.glob("*.dist-info/WHEEL")
    }
    assert len(tags) > 10
    assert {name: found for name, found in tags.items() if not any(map(_is_taken, found))} == {}


@pytest.mark.parametrize(
    ("tag", "taken"),
    [
        ("py3-none-any", True),
        ("py2-none-any", False),
        ("cp311-cp311-manylinux2014_aarch64", True),
        ("cp39-abi3-manylinux_2_17_aarch64", True),
        ("cp311-cp311-manylinux_2_28_aarch64", False),
        ("cp311-cp311-manylinux2014_x86_64", False),
        ("cp311-cp311-musllinux_1_2_aarch64", False),
        ("cp312-cp312-manylinux2014_aarch64", False),
    ],
)
def test_a_tag_is_judged_as_the_runtime_would(
    tag: str, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "PYTHON", "3.11")
    assert _is_taken(tag) is taken


def test_no_library_needs_a_newer_c_library_than_the_runtime_has(wheels: Path) -> None:
    needed = {
        path.name: max(map(int, re.findall(rb"GLIBC_2\.(\d+)", path.read_bytes())), default=0)
        for path in wheels.rglob("*.so*")
    }
    assert needed
    assert max(needed.values()) <= GLIBC[bundle.PYTHON], needed


def test_a_synthesis_tells_the_size_of_the_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "asset.abc").mkdir()
    (tmp_path / "asset.abc" / "average.py").write_bytes(b"\0" * 2_000_000)
    function = {"Type": app.FUNCTION, "Properties": {"Code": {"S3Key": "abc.zip"}}}
    stack = SimpleNamespace(stack_name="TempoFit-dev", template={"Resources": {"f": function}})
    synthesis = SimpleNamespace(synth=lambda: SimpleNamespace(stacks=[stack]))
    monkeypatch.setattr(app, "build", lambda stage, folder: synthesis)
    monkeypatch.setenv("CDK_OUTDIR", str(tmp_path))
    assert app.main([]) == 0
    assert "The functions' bundle takes 2.0 MB, 0.0 MB zipped." in capsys.readouterr().err


def _import(folder: Path, name: str, environment: dict[str, str]) -> dict[str, list[str]]:
    """Imports a handler without the packages, the path and the variables of this process."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT, str(folder), f"lambdas.{name}"],
        cwd=folder.parent,
        env=environment | {"AWS_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _is_taken(tag: str) -> bool:
    """Whether a wheel of this tag runs on Lambda, arm64, with the Python of the bundle."""
    python, abi, where = tag.split("-")
    ours = f"cp{bundle.PYTHON.replace('.', '')}"
    minor = int(bundle.PYTHON.split(".")[1])
    if abi == "abi3":
        runs = python.startswith("cp3") and int(python.removeprefix("cp3")) <= minor
    else:
        runs = (python, abi) in ((ours, ours), (ours, "none"), ("py3", "none"))
    newest = re.fullmatch(r"manylinux_2_(\d+)_aarch64", where)
    return runs and (
        where in ("any", "manylinux2014_aarch64")
        or (newest is not None and int(newest[1]) <= GLIBC[bundle.PYTHON])
    )
