"""`python -m infra.app [STAGE]`: synthesizes the app into cdk.out, with the functions' bundle.

The CDK command runs it too, through cdk.json, and gives the stage as `-c stage=prod`.
"""

import json
import os
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from aws_cdk import App
from aws_cdk.cx_api import CloudFormationStackArtifact, SynthesisMessageLevel

from infra.bundle import ROOT
from infra.checks import add_checks
from infra.settings import read_settings
from infra.stack import TempoFit

CHECKS = "checks"
"""Context: `none` leaves out the checks, which take seconds; the local cloud does that."""
FUNCTION = "AWS::Lambda::Function"
PATHS = "aws:cdk:enable-path-metadata"


def build(stage: str | None, folder: Path) -> App:
    """The app with its one stack; context of the CDK command goes before `stage`."""
    flags = json.loads((ROOT / "cdk.json").read_bytes())["context"]
    context = flags | {PATHS: True} | ({"stage": stage} if stage else {})
    app = App(context=context, outdir=str(folder), analytics_reporting=False, stack_traces=False)
    TempoFit(app, read_settings(app.node))
    if app.node.try_get_context(CHECKS) != "none":
        add_checks(app)
    return app


def bundle_folder(folder: Path, template: Mapping[str, Any]) -> Path:
    """Where the bundle of this synthesis lies; there is none if bundling was left out."""
    resources = template["Resources"].values()
    (key,) = {r["Properties"]["Code"]["S3Key"] for r in resources if r["Type"] == FUNCTION}
    return folder / f"asset.{key.removesuffix('.zip')}"


def bundle_sizes(folder: Path) -> tuple[int, int]:
    """Bytes of a bundle, unpacked and zipped."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    with TemporaryFile() as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(folder))
        return sum(path.stat().st_size for path in files), target.tell()


def print_warnings(stack: CloudFormationStackArtifact) -> None:
    """Prints what the synthesis warns of."""
    for message in stack.messages:
        if message.level is SynthesisMessageLevel.WARNING:
            print(f"Warning: {message.entry.data}", file=sys.stderr)


def main(arguments: list[str]) -> int:
    folder = Path(os.environ.get("CDK_OUTDIR") or ROOT / "cdk.out")
    try:
        assembly = build(arguments[0] if arguments else None, folder).synth()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    except RuntimeError as error:  # jsii raises what was thrown in Node, and has told the rest
        print(f"The synthesis failed. {error}", file=sys.stderr)
        return 1
    (stack,) = assembly.stacks
    if "CDK_OUTDIR" not in os.environ:  # the CDK command prints warnings itself
        print_warnings(stack)
    print(f"Synthesized {stack.stack_name} into {folder}.", file=sys.stderr)
    bundle = bundle_folder(folder, stack.template)
    if bundle.is_dir():
        unpacked, zipped = (size / 1e6 for size in bundle_sizes(bundle))
        print(
            f"The functions' bundle takes {unpacked:.1f} MB, {zipped:.1f} MB zipped.",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
