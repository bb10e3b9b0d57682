"""Synthesizes the CDK app for the local cloud, once for every content of its sources."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local.files import store
from local.project import PROJECT

CACHE = PROJECT / ".tempofit" / "synth"
CONTEXT: dict[str, object] = {"aws:cdk:bundling-stacks": [], "checks": "none"}
"""No bundle: functions run from their sources here. No checks: tests and `make synth` make them."""
NO_CONTEXT: Mapping[str, str] = {}
TIMEOUT_SECONDS = 300
TAIL_LINES = 20


class SynthError(Exception):
    """The app could not be synthesized; the message ends with what it printed last."""


def synthesize(stage: str = "dev", context: Mapping[str, str] = NO_CONTEXT) -> dict[str, Any]:
    """The CloudFormation template of `stage`, with more values of its context if some are given.

    Takes 5-20 s when infra/, events/, cdk.json or the locked dependencies have changed, and
    nothing otherwise. Raises SynthError.
    """
    cached = CACHE / f"{content_hash(stage, context)}.json"
    if not cached.exists():
        print(f"Synthesizing the {stage} stage; this takes 5 to 40 seconds.", file=sys.stderr)
        store(cached, _run(stage, context))
    template: dict[str, Any] = json.loads(cached.read_bytes())
    return template


def content_hash(stage: str, context: Mapping[str, str] = NO_CONTEXT) -> str:
    """A hash of everything that decides what the template of `stage` says."""
    digest = sha256(json.dumps([stage, {**CONTEXT, **context}]).encode())
    for path in _sources():
        digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    """The functions' code is none of them: the template names only a hash of it."""
    yield from (PROJECT / "cdk.json", PROJECT / "requirements" / "all.txt")
    for package in ("infra", "events"):
        yield from sorted((PROJECT / package).rglob("*.py"))


def _run(stage: str, context: Mapping[str, str]) -> bytes:
    with TemporaryDirectory(prefix="tempofit-synth-") as folder:
        environment = os.environ | {
            "CDK_OUTDIR": folder,
            "CDK_CONTEXT_JSON": json.dumps({**CONTEXT, **context, "stage": stage}),
            "CDK_VALIDATION": "false",
        }
        try:
            done = subprocess.run(
                [sys.executable, "-m", "infra.app"],
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise SynthError(
                f"The CDK app took more than {TIMEOUT_SECONDS} s to synthesize and was stopped. "
                "Try `python -m infra.app` to see where it stands still."
            ) from None
        templates = list(Path(folder).glob("*.template.json"))
        if done.returncode or len(templates) != 1:
            tail = "\n".join(done.stdout.splitlines()[-TAIL_LINES:])
            raise SynthError(f"The CDK app could not be synthesized for {stage!r}. {tail}")
        return templates[0].read_bytes()
