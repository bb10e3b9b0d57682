"""The one asset that every function runs: `lambdas/`, `events/` and their locked dependencies.

Bundled on this machine, without Docker, from the wheels of the Lambda platform.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import jsii
import uv
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk.aws_lambda import Code

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "lambdas.txt"
PLATFORM = "aarch64-manylinux2014"
PYTHON = "3.11"
"""The Lambda runtime's, whichever Python runs the synthesis."""
LEFT_OUT = shutil.ignore_patterns("__pycache__", "examples", "tests")
ROOT_ON_LAMBDA = "/var/task"
USELESS = (".lock", "bin", "wrapt-stubs")
"""What the installer leaves beside the packages, and stubs for a type checker."""


SERVICES = (
    *("apigatewaymanagementapi", "apigatewayv2", "dynamodb", "firehose", "kinesis"),
    *("secretsmanager", "sqs", "sts"),
)
"""Whose descriptions botocore needs: those of lambdas/adapters/clients.py, and `sts` to log in."""


class BundleError(Exception):
    """The bundle could not be made; the message says why and what to do."""


@jsii.implements(ILocalBundling)
class LocalBundler:
    """Fills the asset's folder."""

    def try_bundle(self, output_dir: str, *_: object, **__: object) -> bool:
        """Fills `output_dir`; never asks for Docker instead."""
        fill(Path(output_dir))
        return True


def function_code() -> Code:
    """The asset, named by a hash of its inputs, so that it is made anew only when they change."""
    return Code.from_asset(
        str(ROOT / "lambdas"),
        asset_hash_type=AssetHashType.CUSTOM,
        asset_hash=input_hash(),
        bundling=BundlingOptions(image=_no_image(), local=LocalBundler()),
    )


def fill(folder: Path) -> None:
    """Writes the bundle into `folder`. Raises BundleError if a wheel is missing."""
    _install(folder)
    for name in USELESS:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    _keep_services(folder)
    for package in ("lambdas", "events"):
        shutil.copytree(ROOT / package, folder / package, ignore=LEFT_OUT)
    _compile(folder)


def input_hash() -> str:
    """A hash of everything that decides what is in the bundle."""
    digest = sha256(f"{PLATFORM} {PYTHON} {bool(compiler())} {SERVICES}".encode())
    for path in _inputs():
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _inputs() -> Iterator[Path]:
    yield LOCK
    for package in ("lambdas", "events"):
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def _install(folder: Path) -> None:
    command = [uv.find_uv_bin(), "pip", "install", "--quiet", "--target", str(folder)]
    command += ["--python-platform", PLATFORM, "--python-version", PYTHON]
    command += ["--only-binary", ":all:", "--require-hashes", "-r", str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if done.returncode:
        raise BundleError(
            f"The functions' dependencies could not be installed for {PLATFORM}, "
            f"Python {PYTHON}:\n{done.stderr.strip()}\n"
            "If a wheel is missing, pin a version that has one in requirements/lambdas.in."
        )


def _keep_services(folder: Path) -> None:
    """Of all that botocore knows, what the functions call: a third of the bundle less."""
    for path in (folder / "botocore" / "data").iterdir():
        if path.is_dir() and path.name not in SERVICES:
            shutil.rmtree(path)


@cache
def compiler() -> str | None:
    """The runtime's Python, if this machine has it: no other writes bytecode that it reads."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == PYTHON:
        return sys.executable
    command = [uv.find_uv_bin(), "python", "find", "--no-project", "--no-python-downloads", PYTHON]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    return found.stdout.strip() or None


def _compile(folder: Path) -> None:
    """Bytecode beside every source: Lambda's file system takes none, so each start would compile.

    It does not look at times, which a zip changes. Without the runtime's Python there is none.
    """
    if not (python := compiler()):
        print(
            f"The functions' bundle has no bytecode, which makes a cold start slower: put Python "
            f"{PYTHON}, which is the Lambda runtime's, on the PATH.",
            file=sys.stderr,
        )
        return
    command = [python, "-m", "compileall", "-qq", "-s", str(folder), "-p", ROOT_ON_LAMBDA]
    command += ["--invalidation-mode", "unchecked-hash", str(folder)]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command
        raise BundleError(f"Some modules in {folder} are no Python {PYTHON}: pin other versions.")


def _no_image() -> DockerImage:
    """CDK wants an image to fall back on; the local bundler always says it has done the work."""
    return DockerImage.from_registry("none")
